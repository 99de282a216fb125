//! The kinds, the event by kinds, the row of a table, and how one becomes the other.

use super::super::parse::{FieldRow, Member, NeedMark, Schema};
use super::{TypeClass, class, line, names, pattern, rust_type};

/// What stands in `event::schema`.
pub fn event(schema: &Schema) -> String {
    let mut code = String::new();
    kinds(schema, &mut code);
    row(schema, &mut code);
    what(schema, &mut code);
    from_row(schema, &mut code);
    to_row(schema, &mut code);
    accessors(schema, &mut code);
    lacks(schema, &mut code);
    vocabularies(schema, &mut code);
    page(schema, &mut code);
    code
}

fn kinds(schema: &Schema, code: &mut String) {
    line!(code, "/// What happened. The name in a trace (`ev`) stands beside each.");
    line!(code, "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]\npub enum Kind {{");
    for (at, kind) in schema.kinds.iter().enumerate() {
        line!(code, "/// {}\n///\n/// `{}` in a trace.", kind.doc, kind.name);
        line!(code, "{}{},", if at == 0 { "#[default]\n" } else { "" }, kind.variant());
    }
    line!(code, "/// A kind that this version does not know: shown as a plain row, passed on unchanged.");
    line!(code, "Other(OtherKind),\n}}\nimpl Kind {{");
    line!(code, "/// Every kind that this version knows, in the order of a connection's life.");
    let all: Vec<_> = schema.kinds.iter().map(|kind| format!("Kind::{}", kind.variant())).collect();
    line!(code, "pub const ALL: &'static [Kind] = &[{}];", all.join(", "));
    line!(code, "/// The kind's name in a trace.\npub fn name(self) -> &'static str {{ match self {{");
    for kind in &schema.kinds {
        line!(code, "Kind::{} => {:?},", kind.variant(), kind.name);
    }
    line!(code, "Kind::Other(other) => other.name(), }} }}");
    line!(code, "/// Its place in [`Kind::ALL`]; the place after the last for a kind that is not there.");
    line!(code, "pub const fn index(self) -> usize {{ match self {{");
    for (at, kind) in schema.kinds.iter().enumerate() {
        line!(code, "Kind::{} => {at},", kind.variant());
    }
    line!(code, "Kind::Other(_) => {}, }} }}", schema.kinds.len());
    line!(code, "/// The kind of that name, if this version knows it.");
    line!(code, "pub fn known(name: &str) -> Option<Kind> {{ Some(match name {{");
    for kind in &schema.kinds {
        line!(code, "{:?} => Kind::{},", kind.name, kind.variant());
    }
    line!(code, "_ => return None, }}) }}");
    line!(code, "/// Whether such an event is a system call that `strace` shows too.");
    let calls = names(schema, |kind| kind.is_syscall);
    line!(code, "pub const fn is_syscall(self) -> bool {{ matches!(self, {calls}) }}");
    line!(code, "/// Whether it says what a system call returned, or which error it met.");
    let returns = names(schema, |kind| kind.member("ret").is_some_and(|ret| ret.need == NeedMark::Always));
    line!(code, "pub const fn returns(self) -> bool {{ matches!(self, {returns}) }}");
    line!(code, "/// Whether it carries bytes of a client or for one, of which so many are kept.");
    let carries = names(schema, |kind| {
        let is_payload = kind.payload().is_some_and(|field| matches!(field.ty.as_str(), "bytes" | "pieces"));
        is_payload && kind.member("conn").is_some_and(|conn| conn.need == NeedMark::Always)
    });
    line!(code, "pub const fn carries(self) -> bool {{ matches!(self, {carries}) }}\n}}");
}

fn row(schema: &Schema, code: &mut String) {
    line!(
        code,
        "/// An event as a row of a table: every field that any kind has. Lines are read through it and written"
    );
    line!(code, "/// from it; whoever works with an event has an [`Event`], which knows what its kind has.");
    line!(
        code,
        "#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]\npub struct FlatEvent {{"
    );
    line!(code, "/// The event's number and its address everywhere; goes up by exactly one.\npub seq: u64,");
    line!(code, "/// Nanoseconds of the monotonic clock since the recording's `start`.\npub t: u64,");
    line!(code, "/// The thread that it happened on.\npub th: Thread,");
    line!(code, "/// What kind of thing happened.\npub ev: Kind,");
    for field in &schema.fields {
        line!(code, "/// {}", field.doc);
        let rename =
            if field.name == field.rust { String::new() } else { format!("rename = {:?}, ", field.name) };
        let skip = if field.ty == "bool" { "std::ops::Not::not" } else { "Option::is_none" };
        line!(code, "#[serde({rename}default, skip_serializing_if = {skip:?})]");
        line!(code, "pub {}: {},", field.rust, rust_type(&field.ty));
    }
    line!(code, "}}");
}

fn what(schema: &Schema, code: &mut String) {
    line!(
        code,
        "/// What happened, each kind with the fields that are its own. A field that a recording does not have"
    );
    line!(code, "/// is `None`: it may have been made by hand, or by another server.");
    line!(code, "#[derive(Debug, Clone, PartialEq)]\n#[allow(missing_docs)]\npub enum What {{");
    for kind in &schema.kinds {
        line!(code, "/// {}", kind.doc);
        let members = kind.own_members();
        if members.is_empty() {
            line!(code, "{},", kind.variant());
            continue;
        }
        line!(code, "{} {{", kind.variant());
        for member in members {
            line!(code, "/// {}\n{}: {},", member.field.doc, member.field.rust, rust_type(&member.field.ty));
        }
        line!(code, "}},");
    }
    line!(code, "/// A kind that this version does not know, with whatever fields of others it has.");
    line!(
        code,
        "Other(Box<FlatEvent>),\n}}\nimpl What {{\n/// Its kind.\npub fn kind(&self) -> Kind {{ match self {{"
    );
    for kind in &schema.kinds {
        let rest = if kind.own_members().is_empty() { "" } else { " { .. }" };
        line!(code, "What::{v}{rest} => Kind::{v},", v = kind.variant());
    }
    line!(code, "What::Other(row) => row.ev, }} }} }}");
}

fn from_row(schema: &Schema, code: &mut String) {
    line!(code, "impl From<FlatEvent> for Event {{ fn from(mut row: FlatEvent) -> Event {{");
    line!(code, "let (conn, cause, set) = (row.conn, row.cause, row.set.take());");
    line!(code, "let (what, payload) = match row.ev {{");
    for kind in &schema.kinds {
        let fields: Vec<_> = kind
            .own_members()
            .iter()
            .map(|member| {
                let name = &member.field.rust;
                match member.field.ty.as_str() {
                    "text" => format!("{name}: row.{name}.take()"),
                    // What depends on the kind has its words in a row.
                    ty if schema.fields.iter().any(|f| f.name == member.field.name && f.ty == "word") => {
                        format!("{name}: row.{name}.as_deref().map({ty}::named)")
                    }
                    _ => format!("{name}: row.{name}"),
                }
            })
            .collect();
        let fields = if fields.is_empty() { String::new() } else { format!(" {{ {} }}", fields.join(", ")) };
        let payload = match kind.payload() {
            None => "Carried::Nothing".to_owned(),
            Some(field) => match field.ty.as_str() {
                "bytes" => format!("Carried::read(row.{}.take(), row.b64.take(), row.len)", field.rust),
                "pieces" => format!("row.{}.take().map_or(Carried::Nothing, Carried::Pieces)", field.rust),
                "list" => format!("row.{}.take().map_or(Carried::Nothing, Carried::Ready)", field.rust),
                _ => format!("row.{}.take().map_or(Carried::Nothing, Carried::World)", field.rust),
            },
        };
        line!(code, "Kind::{v} => (What::{v}{fields}, {payload}),", v = kind.variant());
    }
    line!(code, "// What is not known keeps all that it has.");
    line!(
        code,
        "Kind::Other(_) => (What::Other(Box::new(FlatEvent {{ conn: None, cause: None, ..row.clone() }})),"
    );
    line!(code, "Carried::Nothing) }};");
    line!(code, "Event {{ seq: row.seq, t: row.t, th: row.th, conn, cause, set, what, payload }} }} }}");
}

fn to_row(schema: &Schema, code: &mut String) {
    line!(code, "impl From<&Event> for FlatEvent {{ fn from(event: &Event) -> FlatEvent {{");
    line!(code, "let mut row = match &event.what {{");
    for kind in &schema.kinds {
        let members = kind.own_members();
        let fields = members.iter().map(|member| {
            let name = &member.field.rust;
            match class(&member.field) {
                TypeClass::Text => format!("{name}: {name}.clone()"),
                _ if schema.fields.iter().any(|f| f.name == member.field.name && f.ty == "word") => {
                    format!("{name}: {name}.map(|name| name.name().into())")
                }
                _ => format!("{name}: *{name}"),
            }
        });
        let fields: String = fields.map(|field| field + ", ").collect();
        line!(
            code,
            "What::{v}{} => FlatEvent {{ ev: Kind::{v}, {fields}..FlatEvent::default() }},",
            pattern(&members),
            v = kind.variant()
        );
    }
    line!(code, "What::Other(row) => (**row).clone(), }};");
    line!(code, "(row.seq, row.t, row.th) = (event.seq, event.t, event.th);");
    line!(code, "(row.conn, row.cause) = (event.conn, event.cause);\nrow.set.clone_from(&event.set);");
    line!(code, "let (data, b64, len) = event.payload.written();");
    line!(code, "match event.what.kind() {{\nKind::Other(_) => return row,");
    for name in ["text", "key"] {
        let kinds = names(schema, |kind| kind.payload().is_some_and(|field| field.name == name));
        line!(code, "{kinds} => row.{name} = data,");
    }
    line!(
        code,
        "_ => row.data = data, }}\nif b64.is_some() {{ row.b64 = b64; }}\nif len.is_some() {{ row.len = len; }}"
    );
    line!(code, "match &event.payload {{ Carried::Pieces(iov) => row.iov = Some(iov.clone()),");
    line!(code, "Carried::Ready(ready) => row.ready = Some(ready.clone()),");
    line!(code, "Carried::World(world) => row.world = Some(world.clone()), _ => {{}} }} row }} }}");
}

/// A method of the event for each field.
fn accessors(schema: &Schema, code: &mut String) {
    line!(code, "impl Event {{");
    for field in &schema.fields {
        let (name, class) = (&field.rust, class(field));
        let (ty, own, other) = match class {
            TypeClass::Common | TypeClass::Payload => continue,
            TypeClass::Flag => ("bool".to_owned(), "*v", format!("row.{name}")),
            TypeClass::Number | TypeClass::Typed => (rust_type(&field.ty), "*v", format!("row.{name}")),
            TypeClass::Name => (
                "Option<&'static str>".into(),
                "v.map(|v| v.name())",
                format!("row.{name}.map(|v| v.name())"),
            ),
            TypeClass::Word => {
                ("Option<&str>".into(), "v.map(|v| v.name())", format!("row.{name}.as_deref()"))
            }
            TypeClass::Text => ("Option<&str>".into(), "v.as_deref()", format!("row.{name}.as_deref()")),
        };
        line!(code, "/// {}\npub fn {name}(&self) -> {ty} {{ match &self.what {{", field.doc);
        for kind in schema.kinds.iter().filter(|kind| kind.member(&field.name).is_some()) {
            line!(code, "What::{} {{ {name}: v, .. }} => {own},", kind.variant());
        }
        let none = if class == TypeClass::Flag { "false" } else { "None" };
        line!(code, "What::Other(row) => {other}, _ => {none}, }} }}");
    }
    line!(code, "}}\n");
    line!(
        code,
        "impl Kind {{\n/// Which field its bytes are: `data`, `text` or `key`; `data` of a kind that is not known."
    );
    line!(code, "pub const fn bytes(self) -> Option<&'static str> {{ match self {{");
    for name in ["data", "text", "key"] {
        let kinds = names(schema, |kind| kind.payload().is_some_and(|field| field.name == name));
        line!(code, "{kinds} => Some({name:?}),");
    }
    line!(code, "Kind::Other(_) => Some(\"data\"), _ => None, }} }} }}");
}

/// What a kind cannot do without.
fn lacks(schema: &Schema, code: &mut String) {
    line!(
        code,
        "impl Event {{\n/// Shows `see` the name of each field that an event of this kind must have, and this one does not."
    );
    line!(code, "pub fn lacks(&self, see: &mut dyn FnMut(&'static str)) {{");
    line!(code, "let is_ok = self.errno().is_none();\nmatch self.kind() {{");
    for kind in &schema.kinds {
        let needed = kind.members.iter().filter(|m| m.need != NeedMark::Perhaps && m.field.name != "ret");
        let checks = needed.map(|member| {
            let FieldRow { name, rust, .. } = &member.field;
            let lacks = match class(&member.field) {
                TypeClass::Common => format!("self.{rust}.is_none()"),
                _ => format!("self.{rust}().is_none()"),
            };
            let unless = if member.need == NeedMark::IfItWorked { "is_ok && " } else { "" };
            format!("if {unless}{lacks} {{\nsee({name:?});\n}}\n")
        });
        line!(code, "Kind::{} => {{\n{}}}", kind.variant(), checks.collect::<String>());
    }
    line!(code, "Kind::Other(_) => {{}} }} }} }}");
}

/// What the vocabularies of the table have.
fn vocabularies(schema: &Schema, code: &mut String) {
    let all =
        schema.kinds.iter().flat_map(|kind| &kind.members).map(|member| &member.field).chain(&schema.conn);
    let mut types: Vec<_> = all.map(|field| field.ty.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    line!(code, "/// The names that this version knows of a type that is an open vocabulary.");
    line!(code, "pub fn known_names(ty: &str) -> Option<Vec<&'static str>> {{ Some(match ty {{");
    for ty in types {
        match ty {
            "Thread" | "EvFlags" => {}
            "Errno" => line!(code, "\"Errno\" => ERRNO_NAMES.to_vec(),"),
            ty if ty.starts_with(char::is_uppercase) => {
                line!(code, "{ty:?} => {ty}::ALL.iter().map(|name| name.name()).collect(),");
            }
            _ => {}
        }
    }
    line!(code, "_ => return None, }}) }}");
}

/// The table as data: what a JSON Schema and a page for people are made of.
fn page(schema: &Schema, code: &mut String) {
    let list = |name: &str, doc: &str, fields: &[FieldRow], code: &mut String| {
        line!(code, "/// {doc}\npub const {name}: &[FieldInfo] = &[");
        for FieldRow { name, ty, doc, .. } in fields {
            line!(code, "FieldInfo {{ name: {name:?}, ty: {ty:?}, doc: {doc:?} }},");
        }
        line!(code, "];");
    };
    list(
        "FIELDS",
        "Every field of an event, in the order in which they stand in a line.",
        &schema.fields,
        code,
    );
    list("CONN_FIELDS", "The fields of `struct conn` that `set` may have.", &schema.conn, code);
    line!(code, "/// Every kind of event.\npub const KINDS: &[KindInfo] = &[");
    for kind in &schema.kinds {
        line!(code, "KindInfo {{ kind: Kind::{}, doc: {:?}, members: &[", kind.variant(), kind.doc);
        for Member { field, need, .. } in &kind.members {
            let need = match need {
                NeedMark::Perhaps => "Perhaps",
                NeedMark::Always => "Always",
                NeedMark::IfItWorked => "IfItWorked",
            };
            line!(code, "MemberInfo {{ field: {:?}, ty: {:?}, need: Need::{need} }},", field.name, field.ty);
        }
        line!(code, "] }},");
    }
    line!(code, "];");
}

/// `struct conn`, by its fields.
pub fn conn(schema: &Schema) -> String {
    let mut code = String::from("fields! {\n");
    for FieldRow { rust, ty, doc, .. } in &schema.conn {
        line!(code, "/// {doc}\n{rust}: {ty},");
    }
    code + "}\n"
}
