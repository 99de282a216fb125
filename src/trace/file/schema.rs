//! The format for machines: a JSON Schema of a trace's lines, made of the table that the events are made of.
//!
//! It says what this version knows. A reader ignores what it does not know (fields, kinds, names), and so does the
//! schema: nothing in it is closed.

use super::format::{FORMAT, VERSION};
use crate::event::schema::{CONN_FIELDS, FIELDS, FieldInfo, KINDS, KindInfo, Need, known_names};
use serde_json::{Map, Value, json};

/// What a header has, besides `format` and `version`: name, type, whether it is always written, what it is.
pub(super) const HEADER: &[(&str, &str, bool, &str)] = &[
    ("tool", "text", true, "Who wrote it."),
    ("start", "text", true, "When the recording started, UTC, RFC 3339 with milliseconds."),
    ("unit", "text", true, "The unit of `t`: always `ns`."),
    ("models", "text", true, "What the server behaves like: `memcached 1.4.24`."),
    ("threads", "u32", true, "How many workers the server has."),
    ("max_data", "u32", true, "How many bytes of each payload were kept."),
    ("detail", "text", true, "`flow`: everything but `call` and `return`; `calls`: those too."),
    ("title", "text", false, "What the recording is about."),
    ("redacted", "text", false, "What of the clients' data was left out: `values`, or `keys` and values."),
];

/// What the last line has: name, type, what it is.
pub(super) const END: &[(&str, &str, &str)] = &[
    ("end", "bool", "Always true; tells the line apart from an event."),
    ("events", "u64", "How many events were written."),
    ("dropped", "u64", "How many were lost."),
    ("blocked_ns", "u64", "How long server threads waited for room in their rings, in nanoseconds."),
];

/// What every event has: name, type, what it is.
pub(super) const EVERY: &[(&str, &str, &str)] = &[
    ("seq", "u64", "The event's number and its address everywhere; goes up by exactly one."),
    ("t", "u64", "Nanoseconds of the monotonic clock since the recording's `start`."),
    (
        "th",
        "Thread",
        "The thread that it happened on: `main`, `worker0`, `worker1` ..., `assoc` or `client`.",
    ),
    ("ev", "kind", "What kind of thing happened."),
];

/// The JSON Schema (draft 2020-12) of a line.
pub fn json() -> Value {
    let mut defs = Map::new();
    defs.insert("header".into(), header());
    defs.insert("event".into(), event());
    defs.insert("end".into(), object(END.iter().map(|(name, ty, doc)| (*name, value(ty, doc))), &["end"]));
    defs.insert("conn".into(), conn());
    for kind in KINDS {
        defs.insert(kind.kind.name().into(), of_kind(kind));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("A line of a memstep trace, version {VERSION}"),
        "description": "JSON Lines: the first line is a header, each that follows an event, the last one the end.",
        "anyOf": [{"$ref": "#/$defs/header"}, {"$ref": "#/$defs/event"}, {"$ref": "#/$defs/end"}],
        "$defs": defs,
    })
}

fn object<'a>(properties: impl Iterator<Item = (&'a str, Value)>, required: &[&str]) -> Value {
    let properties: Map<_, _> = properties.map(|(name, value)| (name.to_owned(), value)).collect();
    json!({"type": "object", "required": required, "properties": properties})
}

fn header() -> Value {
    let own = [
        ("format", json!({"const": FORMAT, "description": "What every trace's first line says."})),
        ("version", json!({"const": VERSION, "description": "The format's version."})),
    ];
    let others = HEADER.iter().map(|(name, ty, _, doc)| (*name, value(ty, doc)));
    object(own.into_iter().chain(others), &["format", "version"])
}

fn event() -> Value {
    let every = EVERY.iter().map(|(name, ty, doc)| (*name, value(ty, doc)));
    let fields = FIELDS.iter().map(|field| (field.name, value(field.ty, field.doc)));
    let mut event = object(every.chain(fields), &["seq", "t", "th", "ev"]);
    let kinds = KINDS.iter().map(|kind| {
        let name = kind.kind.name();
        json!({"if": {"properties": {"ev": {"const": name}}}, "then": {"$ref": format!("#/$defs/{name}")}})
    });
    event["allOf"] = kinds.collect();
    event
}

fn conn() -> Value {
    let fields = CONN_FIELDS.iter().map(|FieldInfo { name, ty, doc }| (*name, value(ty, doc)));
    let item = json!({
        "description": "The item that is being filled: its key, and the size of its value with the line end; \
                        null where the connection has let go of it.",
        "type": ["object", "null"],
        "required": ["key", "size"],
        "properties": {"key": {"type": "string"}, "size": integer(0, u64::MAX)},
    });
    object(fields.chain([("item", item)]), &[])
}

/// What an event of a kind has and must have.
fn of_kind(kind: &KindInfo) -> Value {
    let must = |need: Need| {
        let members = kind.members.iter().filter(move |member| member.need == need);
        members.map(|member| member.field).filter(|field| *field != "ret")
    };
    let mut of = json!({"description": kind.doc, "required": must(Need::Always).collect::<Vec<_>>()});
    // Where a field has a type of its own in this kind.
    let own = kind.members.iter().filter_map(|member| {
        let field = FIELDS.iter().find(|field| field.name == member.field)?;
        (field.ty != member.ty).then(|| (member.field.to_owned(), value(member.ty, field.doc)))
    });
    let own: Map<_, _> = own.collect();
    if !own.is_empty() {
        of["properties"] = own.into();
    }
    let unless: Vec<_> = must(Need::IfItWorked).collect();
    if kind.kind.returns() {
        of["anyOf"] = json!([{"required": ["ret"]}, {"required": ["errno"]}]);
    }
    if !unless.is_empty() {
        of["if"] = json!({"not": {"required": ["errno"]}});
        of["then"] = json!({"required": unless});
    }
    of
}

fn integer(min: impl Into<serde_json::Number>, max: impl Into<serde_json::Number>) -> Value {
    json!({"type": "integer", "minimum": min.into(), "maximum": max.into()})
}

/// What a value of such a type is.
fn value(ty: &str, doc: &str) -> Value {
    let mut value = match ty {
        "i32" => integer(i32::MIN, i32::MAX),
        "i64" => integer(i64::MIN, i64::MAX),
        "u16" => integer(0, u16::MAX),
        "u32" => integer(0, u32::MAX),
        "u64" | "length" => integer(0, u64::MAX),
        "bool" => json!({"type": "boolean"}),
        "set" => json!({"$ref": "#/$defs/conn"}),
        "base64" => json!({"type": "string", "contentEncoding": "base64"}),
        "pieces" => json!({"type": "array", "items": {
            "type": "object",
            "required": ["len"],
            "properties": {
                "data": {"type": "string"},
                "b64": {"type": "string", "contentEncoding": "base64"},
                "len": integer(0, u64::MAX),
            },
        }}),
        "list" => json!({"type": "array", "items": {
            "type": "object",
            "required": ["fd", "what"],
            "properties": {
                "fd": integer(i32::MIN, i32::MAX),
                "conn": integer(0, u32::MAX),
                "what": {"type": "string"},
            },
        }}),
        "snapshot" => json!({"type": "object"}),
        "kind" => {
            let names: Vec<_> = KINDS.iter().map(|kind| kind.kind.name()).collect();
            json!({"type": "string", "examples": names})
        }
        // Words: those that are known are examples, since others may come.
        _ => match known_names(ty) {
            Some(names) => json!({"type": "string", "examples": names}),
            None => json!({"type": "string"}),
        },
    };
    value["description"] = doc.into();
    value
}
