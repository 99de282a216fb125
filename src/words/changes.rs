//! The fields of `struct conn` that an event changed.

use crate::event::{ConnImage, ConnSet};
use crate::text::{printable, visible};
use crate::texts::Language;
use serde_json::{Map, Value};

/// The changed fields of `struct conn`, compactly: `rbytes 13, rcurr 0`. Of a connection's first
/// event, which carries every field, those that are not zero.
pub fn changes(set: &ConnSet, lang: Language) -> String {
    let Some(values) = object(set) else { return String::new() };
    let names = set.names();
    let whole = ConnSet::whole(&ConnImage::default());
    let is_first = names.len() >= whole.names().len();
    let zero = if is_first { object(&whole) } else { None };
    let one = |name: &&'static str| {
        let value = match values.get(*name)? {
            value if zero.as_ref().and_then(|zero| zero.get(*name)) == Some(value) => return None,
            Value::String(value) => printable(value).into_owned(),
            Value::Null => lang.words_none().into(),
            Value::Object(_) => {
                let item = set.item.as_ref()?.as_ref()?;
                lang.words_item_of(format!("\"{}\"", visible(item.key.as_bytes())), item.size.to_string())
            }
            value => value.to_string(),
        };
        Some(format!("{name} {value}"))
    };
    names.iter().filter_map(one).collect::<Vec<_>>().join(lang.list_comma())
}

fn object(set: &ConnSet) -> Option<Map<String, Value>> {
    match serde_json::to_value(set) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}
