//! The schema of recordings, by what it is good for: every recording is as it says, and the page is what is made
//! of it today.

#![allow(clippy::unwrap_used)]

use memstep::event::{Event, FlatEvent, Kind, schema};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn recordings() -> Vec<PathBuf> {
    let folders = ["traces", "tests/samples"].map(|folder| std::fs::read_dir(folder).unwrap());
    let all = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|e| e == "jsonl")).collect()
}

/// What is wrong with a value, by as much of JSON Schema as ours has; `root` is the whole schema.
fn wrong(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let fits = |schema: &Value| wrong(root, schema, value).is_ok();
    for (word, of) in schema.as_object().unwrap() {
        let is_ok = match word.as_str() {
            "$schema" | "title" | "description" | "examples" | "$defs" | "contentEncoding" | "then" => true,
            "$ref" => {
                let path = of.as_str().unwrap().strip_prefix('#').unwrap();
                wrong(root, root.pointer(path).unwrap(), value)?;
                true
            }
            "const" => value == of,
            "type" => {
                let is = |ty: &Value| match ty.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "null" => value.is_null(),
                    other => panic!("no type: {other}"),
                };
                of.as_array().map_or_else(|| is(of), |types| types.iter().any(is))
            }
            "minimum" => value.as_i64().is_none_or(|n| of.as_i64().is_none_or(|min| n >= min)),
            "maximum" => value.as_u64().is_none_or(|n| of.as_u64().is_none_or(|max| n <= max)),
            "required" => {
                let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
                !value.is_object() || of.as_array().unwrap().iter().all(has)
            }
            "properties" => {
                for (name, schema) in of.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        wrong(root, schema, value).map_err(|what| format!("{name}: {what}"))?;
                    }
                }
                true
            }
            "items" => {
                value.as_array().into_iter().flatten().try_for_each(|value| wrong(root, of, value))?;
                true
            }
            "anyOf" => of.as_array().unwrap().iter().any(fits),
            "allOf" => {
                of.as_array().unwrap().iter().try_for_each(|schema| wrong(root, schema, value))?;
                true
            }
            "not" => !fits(of),
            "if" => {
                if fits(of) {
                    wrong(root, &schema["then"], value)?;
                }
                true
            }
            other => panic!("the schema says {other:?}, which this test does not know"),
        };
        if !is_ok {
            return Err(format!("{value} is not {word} {of}"));
        }
    }
    Ok(())
}

#[test]
fn every_recording_is_as_the_schema_says() {
    let schema = memstep::trace::schema::json();
    let mut lines = 0;
    for path in recordings() {
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, line) in text.lines().enumerate() {
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            // A remark has no number, and is no event.
            if value.get("ev").is_some_and(|ev| ev == "note") && value.get("seq").is_none() {
                continue;
            }
            if let Err(what) = wrong(&schema, &schema, &value) {
                // What is wrong with it says the event's own part.
                let of = wrong(&schema, &schema["$defs"]["event"], &value);
                panic!("{}:{}: {what}; {of:?}", path.display(), at + 1);
            }
            lines += 1;
        }
    }
    assert!(lines > 2000, "{lines}");
}

#[test]
fn what_lacks_a_field_is_not_as_the_schema_says() {
    let schema = memstep::trace::schema::json();
    let fits = |line: &str| wrong(&schema, &schema, &serde_json::from_str(line).unwrap()).is_ok();
    assert!(fits(r#"{"seq":1,"t":0,"th":"main","ev":"accept","listen_fd":3,"errno":"EMFILE"}"#));
    assert!(fits(r#"{"seq":1,"t":0,"th":"ether","ev":"teleport","whither":{}}"#));
    for line in [
        r#"{"seq":1,"t":0,"th":"main","ev":"accept","listen_fd":3}"#,
        r#"{"seq":1,"t":0,"th":"worker0","ev":"read","conn":0,"fd":7}"#,
        r#"{"seq":1,"t":0,"th":"worker0","ev":"state","conn":0,"from":"conn_read"}"#,
        r#"{"seq":-1,"t":0,"th":"worker0","ev":"mark"}"#,
        r#"{"seq":1,"t":0,"th":"worker0","ev":"wait","timeout":"long"}"#,
        r#"{"format":"another-trace","version":1}"#,
    ] {
        assert!(!fits(line), "{line}");
    }
}

#[test]
fn the_page_is_current() {
    let page = std::fs::read_to_string("traces/FORMAT.md").unwrap();
    let is_current = page == memstep::trace::page::markdown();
    assert!(is_current, "make it again: cargo run -- schema --page > traces/FORMAT.md");
}

/// Of every kind, an event with every field that the table gives it: it survives being written and read, and
/// shows each of those fields.
#[test]
fn an_event_of_every_kind_keeps_every_field_of_its_own() {
    for kind in schema::KINDS {
        let mut line = serde_json::json!({"seq": 1, "t": 2, "th": "worker1", "ev": kind.kind.name()});
        for member in kind.members {
            line[member.field] = match member.ty {
                "i32" | "i64" | "u16" | "u32" | "u64" => 7.into(),
                "bool" => true.into(),
                "Thread" => "worker2".into(),
                "list" => serde_json::json!([{"fd": 3, "conn": 1, "what": "rw"}]),
                "pieces" => serde_json::json!([{"data": "END", "len": 3}]),
                "snapshot" => serde_json::json!({"accepted": 1}),
                ty => schema::known_names(ty).map_or("text", |names| names[names.len() - 1]).into(),
            };
        }
        let flat: FlatEvent = serde_json::from_value(line.clone()).unwrap();
        let event: Event = flat.clone().event();
        assert_eq!(FlatEvent::from(&event), flat);
        let mut missing = Vec::new();
        event.lacks(&mut |field| missing.push(field));
        assert!(missing.is_empty(), "{}: {missing:?}", kind.kind);
        let again = serde_json::to_value(&event).unwrap();
        for member in kind.members.iter().filter(|member| member.ty != "snapshot") {
            assert_eq!(again[member.field], line[member.field], "{}: {}", kind.kind, member.field);
        }
    }
    assert_eq!(schema::KINDS.len(), Kind::ALL.len());
    assert!(Path::new("src/event/schema/events.schema").exists());
}
