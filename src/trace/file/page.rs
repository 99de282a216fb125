//! The format for people: the page `traces/FORMAT.md`, made of the table that the events are made of.

use super::format::VERSION;
use super::schema::{END, EVERY, HEADER};
use crate::event::schema::{CONN_FIELDS, FIELDS, FieldInfo, KINDS, KindInfo, Need, known_names};
use std::fmt::Write as _;

/// What stands before the tables.
const BEGINNING: &str = "\
# The trace format, version {VERSION}

This page is made by `memstep schema --page`; `memstep schema` says the same as a JSON Schema. Both are made of the
table that the events are made of (`src/event/schema/events.schema`).

A recording is JSON Lines (`.jsonl`, UTF-8): one object a line, each line ended by `\\n`. The first line is the header,
each line after it an event, the last one the end. Objects are flat, so that `jq`, DuckDB and Spark read a recording as
a table.

- A reader refuses a higher `version` by name, and ignores what it does not know: fields of a header or an event, kinds
  (`ev`), and names of states, functions, threads and operations, which it keeps as they came.
- `seq` goes up by exactly one. What was lost is stated by a `drop`, and its numbers are skipped.
- A cause stands before its effect, across threads too.
- Bytes are text where they are valid UTF-8, else base64 (`b64`); where they were cut at the header's `max_data`, `len`
  is their true length.
- A system call has `ret`, or `errno` by its name (`\"EAGAIN\"`), whether it succeeded or not.
- `set` has the fields of `struct conn` that changed: folding a recording from its start gives every field of every
  connection at every event.
- A recording that begins in the middle of a server's life begins with a `snapshot`.
";

/// The page.
pub fn markdown() -> String {
    let mut page = BEGINNING.replace("{VERSION}", &VERSION.to_string());
    let mut table = |title: &str, head: &[&str], rows: Vec<Vec<String>>| {
        let _ = write!(page, "\n## {title}\n\n| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
        for row in rows {
            let _ = writeln!(page, "| {} |", row.join(" | "));
        }
    };
    let code = |name: &str| format!("`{name}`");
    let of = |rows: &[(&str, &str, &str)]| {
        rows.iter().map(|(name, ty, doc)| vec![code(name), words(ty), (*doc).to_owned()]).collect()
    };
    let own = [("format", "text", "`memstep-trace`."), ("version", "u32", "The format's version.")];
    let others = HEADER.iter().map(|(name, ty, _, doc)| (*name, *ty, *doc));
    table(
        "The header",
        &["field", "type", "what it is"],
        of(&own.into_iter().chain(others).collect::<Vec<_>>()),
    );
    table("The end", &["field", "type", "what it is"], of(END));
    table("Every event", &["field", "type", "what it is"], of(EVERY));
    let kinds = KINDS.iter().map(|kind| vec![code(kind.kind.name()), kind.doc.to_owned(), members(kind)]);
    table("Kinds of event (`ev`)", &["kind", "when", "its fields"], kinds.collect());
    page += "\nA field in bold must be there; one with a star must be there unless the call \
             failed; where `ret` is in bold, it or `errno` must. `cause` and `set` may \
             stand in any event. `strace` shows those kinds that are system calls: ";
    let calls: Vec<_> =
        KINDS.iter().filter(|kind| kind.kind.is_syscall()).map(|kind| code(kind.kind.name())).collect();
    let _ = writeln!(page, "{}.", calls.join(", "));
    let mut table = |title: &str, rows: &[FieldInfo]| {
        let _ = write!(page, "\n## {title}\n\n| field | type | what it is |\n| --- | --- | --- |\n");
        for FieldInfo { name, ty, doc } in rows {
            let _ = writeln!(page, "| `{name}` | {} | {doc} |", words(ty));
        }
    };
    table("Fields, in the order in which they stand", FIELDS);
    table("Fields of `struct conn` (`set`)", CONN_FIELDS);
    page += "\n`set` may have `item` too: the item that is being filled, by `key` and `size`, or `null` where the connection \
             has let go of it.\n";
    page +=
        "\n## Names\n\nThose that this version writes; others may come.\n\n| type | names |\n| --- | --- |\n";
    let mut types: Vec<_> = KINDS.iter().flat_map(|kind| kind.members).map(|member| member.ty).collect();
    types.extend(CONN_FIELDS.iter().map(|field| field.ty));
    types.sort_unstable();
    types.dedup();
    for (ty, names) in
        types.into_iter().filter(|ty| *ty != "Errno").filter_map(|ty| Some((ty, known_names(ty)?)))
    {
        let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).map(code).collect();
        let _ = writeln!(page, "| {} | {} |", words(ty), names.join(", "));
    }
    page
}

fn members(kind: &KindInfo) -> String {
    let name = |member: &crate::event::schema::MemberInfo| match member.need {
        Need::Always => format!("**`{}`**", member.field),
        Need::IfItWorked => format!("`{}`\\*", member.field),
        Need::Perhaps => format!("`{}`", member.field),
    };
    kind.members.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A type of the table in words.
fn words(ty: &str) -> String {
    match ty {
        "i32" | "i64" => "whole number".into(),
        "u16" | "u32" | "u64" | "length" => "whole number, not negative".into(),
        "bool" => "`true`, or not there".into(),
        "text" | "word" | "bytes" => "text".into(),
        "base64" => "base64".into(),
        "pieces" => "list of pieces".into(),
        "list" => "list of descriptors".into(),
        "set" => "fields of `struct conn`".into(),
        "snapshot" => "the server's state".into(),
        "kind" => "a kind, by its name".into(),
        "Thread" => "a thread, by its name".into(),
        "Function" => "a function, by its C name".into(),
        "ConnState" => "a state, by its C name".into(),
        "Errno" => "an error, by its name".into(),
        "EvFlags" => "libevent's flags, `|` between them".into(),
        "Protocol" => "a protocol".into(),
        "Role" => "a thread's role".into(),
        "ThreadOp" => "a step of a thread's life".into(),
        "ItemOp" => "what the store did".into(),
        "ReplyOp" => "a sort of answer".into(),
        "Domain" => "an address family".into(),
        "Transport" => "a transport".into(),
        "SockOpt" => "a socket option".into(),
        "SettingName" => "a setting".into(),
        "Interest" => "an interest".into(),
        "Target" => "a buffer".into(),
        other => format!("`{other}`"),
    }
}
