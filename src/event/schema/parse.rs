//! Reads the schema's table. Only the build does: what is made of it is compiled in.

use std::collections::BTreeMap;

/// The whole table.
pub struct Schema {
    /// The fields of an event, in the order in which they stand in a line.
    pub fields: Vec<FieldRow>,
    /// The kinds of event.
    pub kinds: Vec<KindRow>,
    /// The fields of `struct conn`.
    pub conn: Vec<FieldRow>,
}

/// A field of an event, or of `struct conn`.
#[derive(Clone)]
pub struct FieldRow {
    /// Its name in a line.
    pub name: String,
    /// Its name in Rust.
    pub rust: String,
    /// What it is when it is read.
    pub ty: String,
    /// What a server thread writes down of it.
    pub told: String,
    /// What it is, in words.
    pub doc: String,
}

/// When a field must be there.
#[derive(Clone, Copy, PartialEq)]
pub enum NeedMark {
    Perhaps,
    Always,
    IfItWorked,
}

/// A field as one kind has it.
#[derive(Clone)]
pub struct Member {
    pub field: FieldRow,
    pub need: NeedMark,
    /// Whether a server of this version tells it.
    pub is_told: bool,
}

/// A kind of event.
pub struct KindRow {
    pub name: String,
    pub doc: String,
    pub is_syscall: bool,
    /// Whether it is told so often that the code which writes it should be near.
    pub is_often: bool,
    /// Whether a server's threads tell it at all.
    pub is_told: bool,
    /// Its fields, in the order of a line.
    pub members: Vec<Member>,
    /// What only the record in the ring has: name and type.
    pub own: Vec<(String, String)>,
}

impl KindRow {
    /// Its name in Rust.
    pub fn variant(&self) -> String {
        camel(&self.name)
    }
}

/// `event_add` as `EventAdd`.
pub fn camel(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split(['_', '.']).map(word).collect()
}

/// Reads a table.
pub fn parse(text: &str) -> Result<Schema, String> {
    let mut schema = Schema { fields: Vec::new(), kinds: Vec::new(), conn: Vec::new() };
    let mut types = BTreeMap::new();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')).peekable();
    while let Some((at, line)) = lines.next() {
        let (what, rest) = line.split_once(' ').ok_or(format!("line {at}: what is {line:?}?"))?;
        let (mut doc, mut members) = (Vec::new(), None);
        while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with(' ')) {
            match line.trim().strip_prefix('=') {
                Some(list) => members = Some(list.trim()),
                None => doc.push(line.trim()),
            }
        }
        let doc = doc.join(" ");
        if doc.is_empty() {
            return Err(format!("line {at}: nothing is said of {rest:?}"));
        }
        match what {
            "field" | "conn" => {
                let field = field(rest, doc).ok_or(format!("line {at}: no field: {rest:?}"))?;
                let all = if what == "conn" { &mut schema.conn } else { &mut schema.fields };
                if all.iter().any(|other: &FieldRow| other.name == field.name) {
                    return Err(format!("line {at}: {} stands here for the second time", field.name));
                }
                if what == "field" {
                    types.insert(field.name.clone(), field.clone());
                }
                all.push(field);
            }
            "kind" => {
                let list = members.ok_or(format!("line {at}: the fields of {rest} are missing"))?;
                schema
                    .kinds
                    .push(kind(rest, doc, list, &schema.fields).map_err(|e| format!("line {at}: {e}"))?);
            }
            _ => return Err(format!("line {at}: expected `field`, `kind` or `conn`, and found {what:?}")),
        }
    }
    Ok(schema)
}

fn field(text: &str, doc: String) -> Option<FieldRow> {
    let (names, types) = text.split_once(':')?;
    let (name, rust) = names.split_once(" as ").unwrap_or((names, names));
    let (ty, told) = types.split_once(" from ").unwrap_or((types, types));
    let [name, rust, ty, told] = [name, rust, ty, told].map(|word| word.trim().to_owned());
    Some(FieldRow { name, rust, ty, told, doc })
}

fn kind(head: &str, doc: String, list: &str, fields: &[FieldRow]) -> Result<KindRow, String> {
    let (name, marks) = head.split_once(':').unwrap_or((head, ""));
    let marks: Vec<_> = marks.split(',').map(str::trim).filter(|mark| !mark.is_empty()).collect();
    let known = ["system call", "often", "never"];
    if let Some(mark) = marks.iter().find(|mark| !known.contains(mark)) {
        return Err(format!("no such mark: {mark:?}"));
    }
    let (list, own) = list.split_once('|').unwrap_or((list, ""));
    let mut members =
        list.split_whitespace().map(|text| member(text, fields)).collect::<Result<Vec<_>, _>>()?;
    let place = |member: &Member| fields.iter().position(|field| field.name == member.field.name);
    members.sort_by_key(place);
    let own = own.split_whitespace().map(|text| {
        let (name, ty) = text.split_once(':').ok_or(format!("no type: {text}"))?;
        Ok((name.to_owned(), ty.to_owned()))
    });
    Ok(KindRow {
        name: name.to_owned(),
        doc,
        is_syscall: marks.contains(&"system call"),
        is_often: marks.contains(&"often"),
        is_told: !marks.contains(&"never"),
        members,
        own: own.collect::<Result<_, String>>()?,
    })
}

/// `conn!`, `op:ItemOp`, `peer~Peer`, `fd+~Descriptor`, `ret-`.
fn member(text: &str, fields: &[FieldRow]) -> Result<Member, String> {
    let (text, told) = text.split_once('~').map_or((text, None), |(text, told)| (text, Some(told)));
    let (text, ty) = text.split_once(':').map_or((text, None), |(text, ty)| (text, Some(ty)));
    let name = text.trim_end_matches(['!', '+', '-']);
    let need = match &text[name.len()..] {
        "!" => NeedMark::Always,
        "+" => NeedMark::IfItWorked,
        _ => NeedMark::Perhaps,
    };
    let field = fields.iter().find(|field| field.name == name).ok_or(format!("no field {name:?}"))?;
    let mut field = field.clone();
    if let Some(ty) = ty {
        (field.ty, field.told) = (ty.to_owned(), ty.to_owned());
    }
    if let Some(told) = told {
        field.told = told.to_owned();
    }
    Ok(Member { field, need, is_told: !text.ends_with('-') })
}
