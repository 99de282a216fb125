//! Makes Rust of the schema's table: what every consumer of the format has to know of each kind and field.
//! The build calls it (`build.rs`), and each part is included where it belongs.

mod event;
mod read;
mod told;

use super::parse::{FieldRow, KindRow, Member, Schema};

/// Adds a line to the code.
macro_rules! line {
    ($code:expr, $($words:tt)*) => {{
        $code.push_str(&format!($($words)*));
        $code.push('\n');
    }};
}
use line;

/// Every file that is made, and what is in it.
pub fn all(schema: &Schema) -> [(&'static str, String); 8] {
    [
        ("event.rs", event::event(schema)),
        ("conn.rs", event::conn(schema)),
        ("report.rs", told::report(schema)),
        ("told.rs", told::told(schema)),
        ("seen.rs", told::seen(schema)),
        ("kept.rs", told::kept(schema)),
        ("quick.rs", read::quick(schema)),
        ("filter.rs", read::filter(schema)),
    ]
}

/// What is done with a field of such a type.
#[derive(Clone, Copy, PartialEq)]
enum TypeClass {
    /// A number: copied.
    Number,
    /// Yes or no; not there is no.
    Flag,
    /// A name of a vocabulary: copied, and shown by its name.
    Name,
    /// Such a one whose type is asked for: copied.
    Typed,
    /// A name of a vocabulary that depends on the kind.
    Word,
    /// Text of its own.
    Text,
    /// Part of the payload.
    Payload,
    /// Of every event: `conn`, `cause`, `set`.
    Common,
}

fn class(field: &FieldRow) -> TypeClass {
    match (field.name.as_str(), field.ty.as_str()) {
        ("conn" | "cause", _) | (_, "set") => TypeClass::Common,
        (_, "i32" | "i64" | "u16" | "u32" | "u64") => TypeClass::Number,
        (_, "bool") => TypeClass::Flag,
        (_, "Thread" | "ConnState" | "Function") => TypeClass::Typed,
        (_, "word") => TypeClass::Word,
        (_, "text") => TypeClass::Text,
        (_, "bytes" | "base64" | "length" | "pieces" | "list" | "snapshot") => TypeClass::Payload,
        _ => TypeClass::Name,
    }
}

impl Member {
    /// Whether `What` has it.
    fn is_own(&self) -> bool {
        !matches!(class(&self.field), TypeClass::Common | TypeClass::Payload)
    }
}

impl KindRow {
    fn own_members(&self) -> Vec<&Member> {
        self.members.iter().filter(|member| member.is_own()).collect()
    }

    fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.field.name == name)
    }

    /// The field that its payload is.
    fn payload(&self) -> Option<&FieldRow> {
        self.members.iter().map(|member| &member.field).find(|field| class(field) == TypeClass::Payload)
    }

    /// What its record in the ring has; an error's name is told with the result, where there is one.
    fn told(&self) -> Vec<&Member> {
        let has_ret = self.member("ret").is_some_and(|ret| ret.is_told);
        let is_told = |member: &&Member| {
            let is_payload = class(&member.field) == TypeClass::Payload && member.field.told != "PieceCount";
            let is_common = class(&member.field) == TypeClass::Common;
            let is_with_ret = has_ret && member.field.name == "errno";
            member.is_told && !(is_payload || is_common || is_with_ret)
        };
        self.members.iter().filter(is_told).collect()
    }
}

/// The type that a field has in an event.
fn rust_type(ty: &str) -> String {
    match ty {
        "text" => "Option<Box<str>>".into(),
        "bool" => "bool".into(),
        "bytes" | "base64" => "Option<String>".into(),
        "word" => "Option<Word>".into(),
        "length" => "Option<u64>".into(),
        "pieces" => "Option<Vec<Iov>>".into(),
        "list" => "Option<Vec<ReadyFd>>".into(),
        "snapshot" => "Option<Box<Snapshot>>".into(),
        "set" => "Option<Box<ConnSet>>".into(),
        other => format!("Option<{other}>"),
    }
}

/// `{ a, b }` of a kind's own fields, or nothing.
fn pattern(members: &[&Member]) -> String {
    if members.is_empty() {
        return String::new();
    }
    let names: Vec<_> = members.iter().map(|member| member.field.rust.as_str()).collect();
    format!(" {{ {} }}", names.join(", "))
}

/// The kinds that are so, as a pattern.
fn names(schema: &Schema, which: impl Fn(&KindRow) -> bool) -> String {
    let kinds = schema.kinds.iter().filter(|kind| which(kind));
    kinds.map(|kind| format!("Kind::{}", kind.variant())).collect::<Vec<_>>().join(" | ")
}
