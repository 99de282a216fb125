//! The reader of lines, and the fields of the filter language.

use super::super::parse::{FieldRow, Member, Schema, camel};
use super::{TypeClass, class, line, pattern};

/// The reader of lines as this version writes them.
pub fn quick(schema: &Schema) -> String {
    let mut code = String::new();
    line!(code, "/// The members of an event of that kind: what is its own, and what any event may have.");
    line!(
        code,
        "#[inline]\nfn members<const ALL: bool>(scan: &mut Scan<'_>, kind: Kind, has_more: bool, e: &mut Event) -> Option<()> {{"
    );
    line!(code, "let mut seen = 0u64;\nmatch kind {{");
    for kind in &schema.kinds {
        let own = kind.own_members();
        if kind.payload().is_some_and(|field| field.ty == "snapshot") {
            // Seldom, and large: serde's.
            line!(code, "Kind::{} => return None,", kind.variant());
            continue;
        }
        line!(code, "Kind::{} => {{", kind.variant());
        for member in &own {
            let start = if member.field.ty == "bool" { "false" } else { "None" };
            line!(code, "let mut {} = {start};", member.field.rust);
        }
        let payload = kind.payload().map(|field| field.ty.as_str());
        if payload == Some("bytes") {
            line!(code, "let (mut shown, mut b64, mut len) = (None, None, None);");
        } else if payload.is_some() {
            line!(code, "let mut list = None;");
        }
        line!(code, "let (mut conn, mut cause, mut set) = (None, None, None);");
        line!(code, "members!(scan, seen, has_more, {{");
        let mut arm = |name: &str, rust: &str, take: &str| line!(code, "m_{rust} b{name:?} => {take},");
        for Member { field, .. } in &kind.members {
            let FieldRow { name, rust, ty, .. } = field;
            match ty.as_str() {
                _ if name == "conn" => arm("conn", "conn", "conn = Some(scan.number()?)"),
                _ if name == "cause" => {}
                "text" => arm(name, rust, &format!("text::<ALL>(scan, &mut {rust})?")),
                "bool" => arm(name, rust, &format!("{rust} = scan.flag()?")),
                "bytes" => {
                    arm(name, rust, "string::<ALL>(scan, &mut shown)?");
                    arm("b64", "b64", "string::<ALL>(scan, &mut b64)?");
                    arm("len", "len", "len = Some(scan.unsigned()?)");
                }
                "pieces" => arm(name, rust, "iov::<ALL>(scan, &mut list)?"),
                "list" => arm(name, rust, "ready::<ALL>(scan, &mut list)?"),
                _ => arm(name, rust, &format!("{rust} = Some(Scanned::scan(scan)?)")),
            }
        }
        if kind.member("conn").is_none() {
            arm("conn", "conn", "conn = Some(scan.number()?)");
        }
        arm("cause", "cause", "cause = Some(scan.unsigned()?)");
        arm("set", "set", "conn_set::<ALL>(scan, &mut set)?");
        line!(code, "}});");
        line!(code, "(e.conn, e.cause, e.set) = (conn, cause, set);");
        line!(code, "e.what = What::{}{};", kind.variant(), pattern(&own));
        line!(
            code,
            "e.payload = {};",
            match payload {
                Some("bytes") => "carried::<ALL>(shown, b64, len)",
                Some("pieces") => "list.map_or(Carried::Nothing, Carried::Pieces)",
                Some("list") => "list.map_or(Carried::Nothing, Carried::Ready)",
                _ => "Carried::Nothing",
            }
        );
        line!(code, "}}");
    }
    line!(code, "Kind::Other(_) => return None, }} Some(()) }}\n");

    line!(
        code,
        "fn conn_set<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Box<ConnSet>>) -> Option<()> {{"
    );
    line!(code, "let mut set = ConnSet::default();\nlet mut seen = 0u64;\nmembers!(scan, seen, {{");
    for FieldRow { name, rust, .. } in &schema.conn {
        line!(code, "{rust} b{name:?} => set.{rust} = Some(Scanned::scan(scan)?),");
    }
    line!(code, "item b\"item\" => set.item = Some(item::<ALL>(scan)?),\n}});");
    line!(code, "if ALL {{ *slot = Some(Box::new(set)); }} Some(()) }}");
    code
}

/// The fields of the filter language.
pub fn filter(schema: &Schema) -> String {
    let mut code = String::from(
        "fields! {\nSeq = \"seq\": Number,\nT = \"t\": Time,\nTh = \"th\": Thread,\nEv = \"ev\": Kind,\n",
    );
    let ty = |field: &FieldRow| match field.ty.as_str() {
        "i32" | "i64" | "u16" | "u32" | "u64" | "length" => "Number",
        "bool" => "Flag",
        "bytes" => "Bytes",
        "list" | "set" => "Part",
        "Thread" => "Thread",
        "ConnState" => "State",
        "Function" => "Function",
        "Errno" => "Errno",
        "EvFlags" => "EvFlags",
        "Protocol" => "Protocol",
        _ => "Word",
    };
    let shown = |field: &&FieldRow| !matches!(field.ty.as_str(), "base64" | "pieces" | "snapshot" | "set");
    for field in schema.fields.iter().filter(shown) {
        line!(code, "{} = {:?}: {},", camel(&field.rust), field.name, ty(field));
    }
    line!(code, "Set = \"set\": Part,");
    for field in &schema.conn {
        line!(code, "{} = {:?}: {},", camel(&field.rust), format!("set.{}", field.name), ty(field));
    }
    line!(
        code,
        "Item = \"set.item\": Part,\nItemKey = \"set.item.key\": Word,\nItemSize = \"set.item.size\": Number,\n}}\n"
    );

    line!(code, "/// The value of a field that is the event's own.");
    line!(code, "fn own(event: &Event, field: Field) -> Option<Value<'_>> {{ match field {{");
    for field in &schema.fields {
        let get = match class(field) {
            TypeClass::Common | TypeClass::Payload | TypeClass::Flag => continue,
            TypeClass::Number => "number",
            TypeClass::Typed if field.ty == "Thread" => "thread",
            TypeClass::Typed => "named",
            _ => "word",
        };
        line!(code, "Field::{} => {get}(event.{}()),", camel(&field.rust), field.rust);
    }
    line!(code, "_ => None, }} }}\n");

    line!(code, "/// The value of a field of `struct conn`, where it is among those that changed.");
    line!(code, "pub fn of_set(set: &ConnSet, field: Field) -> Option<Value<'_>> {{ match field {{");
    line!(code, "Field::Set => Some(Value::Flag(true)),");
    for field in &schema.conn {
        let get = match ty(field) {
            "Number" => "number",
            "Flag" => "flag",
            _ => "named",
        };
        line!(code, "Field::{} => {get}(set.{}),", camel(&field.rust), field.rust);
    }
    line!(code, "Field::Item => set.item.as_ref().map(|_| Value::Flag(true)),");
    line!(code, "Field::ItemKey => Some(Value::Word(&set.item.as_ref()?.as_ref()?.key)),");
    line!(code, "Field::ItemSize => number(Some(set.item.as_ref()?.as_ref()?.size)),\n_ => None, }} }}");
    code
}
