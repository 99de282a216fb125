//! From lines to steps.

use super::{Cause, ScriptAction, ScriptStep, Session, SessionError};
use crate::text::{printable, unmarked};
use crate::texts::Language;
use std::collections::HashSet;
use std::time::Duration;

/// The pause of a `wait` that does not say how long.
const WAIT_MS: f64 = 60.0;
/// The longest payload of one step: enough for any value that memcached takes, and no more, so
/// that a slip of the finger in `"x"*N` does not fill the memory.
const MAX_PAYLOAD: usize = 256 * 1024 * 1024;
/// And of all steps together.
const MAX_PAYLOADS: usize = 2 * MAX_PAYLOAD;

impl Session {
    /// Parses a script; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// The first line that is no step, or is about a client that is not open there.
    pub fn parse(source: &str, file: &str) -> Result<Session, SessionError> {
        let mut session = Session::default();
        let (mut open, mut total) = (HashSet::new(), 0);
        for (at, text) in unmarked(source).lines().enumerate() {
            let action = step(text, &mut session).and_then(|action| {
                if let Some(action) = &action {
                    clients(action, &mut open)?;
                }
                if let Some(ScriptAction::Send(_, bytes) | ScriptAction::Recv(_, bytes)) = &action {
                    total += bytes.len();
                    if total > MAX_PAYLOADS {
                        return Err(Language::spoken().session_too_much((MAX_PAYLOADS >> 20).to_string()));
                    }
                }
                Ok(action)
            });
            let (line, text) = (at + 1, text.trim().to_owned());
            match action {
                Ok(Some(action)) => session.steps.push(ScriptStep { line, text, action }),
                Ok(None) => {}
                Err(what) => {
                    return Err(SessionError { file: file.into(), line, text, cause: Cause::Syntax(what) });
                }
            }
        }
        Ok(session)
    }
}

/// What a line asks for; comments that mean something go into the session.
fn step(text: &str, session: &mut Session) -> Result<Option<ScriptAction>, String> {
    if let Some(args) = text.strip_prefix("#args:") {
        session.args.extend(args.split_whitespace().map(str::to_owned));
        return Ok(None);
    }
    if let Some(title) = text.strip_prefix("#title:") {
        session.title = Some(title.trim().to_owned());
        return Ok(None);
    }
    if let Some(mark) = text.strip_prefix("#mark:") {
        return Ok(Some(ScriptAction::Mark(mark.trim().to_owned())));
    }
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let lang = Language::spoken();
    let (verb, rest) = word(text);
    let (name, arg) = word(rest);
    let client = || match name {
        "" => Err(lang.session_no_name(verb)),
        name => Ok(name.to_owned()),
    };
    let action = match verb {
        "open" => ScriptAction::Open(client()?),
        "send" => ScriptAction::Send(client()?, payload(arg)?),
        "recv" if arg.starts_with('"') => ScriptAction::Recv(client()?, payload(arg)?),
        "recv" => {
            let n = arg.parse().ok().filter(|n| *n <= MAX_PAYLOAD);
            ScriptAction::RecvLen(client()?, n.ok_or_else(|| lang.session_recv())?)
        }
        "wait" => {
            let ms = if name.is_empty() { Ok(WAIT_MS) } else { name.parse::<f64>() };
            let pause = ms.ok().and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
            ScriptAction::Wait(pause.ok_or_else(|| lang.session_wait())?)
        }
        "shut" => ScriptAction::Shut(client()?),
        "close" => ScriptAction::Close(client()?),
        "reset" => ScriptAction::Reset(client()?),
        "eof" => ScriptAction::Eof(client()?),
        "rcvbuf" => {
            let n = arg.parse().ok().filter(|n: &usize| (1..=MAX_PAYLOAD).contains(n));
            ScriptAction::Rcvbuf(client()?, n.ok_or_else(|| lang.session_rcvbuf())?)
        }
        _ if text.starts_with("{\"format\":") => {
            return Err(lang.session_is_recording().into());
        }
        _ => {
            return Err(lang.session_no_step(printable(verb)));
        }
    };
    let takes_more = matches!(verb, "send" | "recv" | "rcvbuf");
    if !takes_more && !arg.is_empty() {
        return Err(lang.session_nothing_more(printable(name), verb));
    }
    Ok(Some(action))
}

/// Keeps the book of who is open, so that a wrong name is found before anything is played.
fn clients(action: &ScriptAction, open: &mut HashSet<String>) -> Result<(), String> {
    match action {
        ScriptAction::Open(name) => {
            if !open.insert(name.clone()) {
                return Err(Language::spoken().session_open_already(printable(name)));
            }
        }
        ScriptAction::Close(name) | ScriptAction::Reset(name) => {
            if !open.remove(name) {
                return Err(not_open(name));
            }
        }
        ScriptAction::Send(name, _)
        | ScriptAction::Recv(name, _)
        | ScriptAction::RecvLen(name, _)
        | ScriptAction::Shut(name)
        | ScriptAction::Eof(name) => {
            if !open.contains(name) {
                return Err(not_open(name));
            }
        }
        ScriptAction::Rcvbuf(name, _) => {
            if open.contains(name) {
                return Err(Language::spoken().session_rcvbuf_first(printable(name)));
            }
        }
        ScriptAction::Mark(_) | ScriptAction::Wait(_) => {}
    }
    Ok(())
}

fn not_open(name: &str) -> String {
    Language::spoken().session_not_open(printable(name))
}

/// The first word, and the rest without the blanks between.
fn word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (text, ""),
    }
}

/// `"BYTES"`, `"BYTES"*N`, or several of them.
fn payload(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    if rest.is_empty() {
        return Err(Language::spoken().session_bytes().into());
    }
    while !rest.is_empty() {
        let (bytes, after) = literal(rest)?;
        let mut times = 1;
        rest = after.trim_start();
        if let Some(after) = rest.strip_prefix('*') {
            let after = after.trim_start();
            let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            times = after[..digits].parse().map_err(|_| Language::spoken().session_times().to_owned())?;
            rest = after[digits..].trim_start();
        }
        let total = bytes.len().checked_mul(times).and_then(|n| n.checked_add(out.len()));
        if total.is_none_or(|n| n > MAX_PAYLOAD) {
            return Err(Language::spoken().session_too_much_once((MAX_PAYLOAD >> 20).to_string()));
        }
        match out.is_empty() {
            true => out = bytes.repeat(times),
            false => out.extend(bytes.repeat(times)),
        }
    }
    Ok(out)
}

/// One `"BYTES"`, and what follows it.
fn literal(text: &str) -> Result<(Vec<u8>, &str), String> {
    let body =
        text.strip_prefix('"').ok_or_else(|| Language::spoken().session_bytes_found(printable(text)))?;
    let mut out = Vec::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((out, &body[at + 1..])),
            '\\' => {
                let (byte, length) = escape(&body[at + 1..])?;
                out.push(byte);
                // Escapes are ASCII: as many characters as bytes.
                for _ in 0..length {
                    chars.next();
                }
            }
            ' '..='~' => out.push(c as u8),
            _ => return Err(Language::spoken().session_no_ascii(printable(&c.to_string()))),
        }
    }
    Err(Language::spoken().session_quote_open().into())
}

/// The byte that an escape stands for, and how many characters follow the backslash.
fn escape(text: &str) -> Result<(u8, usize), String> {
    let lang = Language::spoken();
    let first = text.bytes().next().ok_or_else(|| lang.session_escape_nothing())?;
    let simple = match first {
        b'r' => b'\r',
        b'n' => b'\n',
        b't' => b'\t',
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'v' => 0x0b,
        b'"' | b'\'' | b'\\' => first,
        b'x' => {
            let byte = text.get(1..3).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
            let byte = byte.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            return byte.map(|byte| (byte, 3)).ok_or_else(|| lang.session_escape_hex().into());
        }
        b'0'..=b'7' => {
            let digits = text.bytes().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
            let byte = u8::from_str_radix(&text[..digits], 8);
            return byte.map(|byte| (byte, digits)).map_err(|_| lang.session_escape_octal().into());
        }
        _ => {
            let c = text.chars().next().unwrap_or_default();
            return Err(lang.session_no_escape(printable(&c.to_string())));
        }
    };
    Ok((simple, 1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn error(source: &str) -> String {
        Session::parse(source, "x.session").unwrap_err().to_string()
    }

    #[test]
    fn all_steps_together_fill_no_memory() {
        let step = "send a \"x\"*250000000\n";
        let error = Session::parse(&format!("open a\n{}", step.repeat(4)), "s").unwrap_err();
        assert_eq!(error.line, 4);
        assert!(error.to_string().contains("more than 512 MiB in all steps"), "{error}");
    }

    #[test]
    fn every_reference_script_parses() {
        let mut scripts = 0;
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "session") {
                let source = std::fs::read_to_string(&path).unwrap();
                let session = Session::parse(&source, &path.to_string_lossy()).unwrap();
                assert!(session.steps.len() > 1, "{}", path.display());
                scripts += 1;
            }
        }
        assert_eq!(scripts, 15);
    }

    #[test]
    fn a_script_is_title_options_chapters_and_steps() {
        let source = "#title: A story\n# a comment\n#args: -R 1 -t 2\n\n#mark: One\nrcvbuf a 4096\nopen a\r\n\
                      send a \"ab\"*2 \"\\r\\n\"\nrecv a \"O\\\"K\\x41\\0\"\nrecv  a  5\nwait\nwait 1.5\nshut a\neof a\nreset a\n";
        let session = Session::parse(source, "x").unwrap();
        assert_eq!(session.title.as_deref(), Some("A story"));
        assert_eq!(session.args, ["-R", "1", "-t", "2"]);
        let a = || "a".to_owned();
        let actions: Vec<_> = session.steps.iter().map(|step| step.action.clone()).collect();
        assert_eq!(
            actions,
            [
                ScriptAction::Mark("One".into()),
                ScriptAction::Rcvbuf(a(), 4096),
                ScriptAction::Open(a()),
                ScriptAction::Send(a(), b"abab\r\n".to_vec()),
                ScriptAction::Recv(a(), b"O\"KA\0".to_vec()),
                ScriptAction::RecvLen(a(), 5),
                ScriptAction::Wait(Duration::from_millis(60)),
                ScriptAction::Wait(Duration::from_micros(1500)),
                ScriptAction::Shut(a()),
                ScriptAction::Eof(a()),
                ScriptAction::Reset(a()),
            ]
        );
        assert_eq!((session.steps[2].line, session.steps[2].text.as_str()), (7, "open a"));
    }

    #[test]
    fn a_wrong_line_is_named_with_what_was_expected() {
        for (source, says) in [
            ("open a\nsned a \"x\"", "x.session:2: sned a \"x\": no such step: sned; expected open, send"),
            (
                "send a \"x\"",
                "x.session:1: send a \"x\": no client `a` is open here; expected `open a` before",
            ),
            ("open", "expected a client's name after `open`"),
            ("open a\nopen a", "`a` is open already"),
            ("open a\nrcvbuf a 1", "`rcvbuf` stands before `open`"),
            ("open a b", "expected nothing after `open a`"),
            ("open a\nsend a", "expected \"BYTES\""),
            ("open a\nsend a \"x", "expected a closing \""),
            ("open a\nsend a \"x\" y", "expected \"BYTES\", found y"),
            ("open a\nsend a \"x\"*", "expected a number after `*`"),
            ("open a\nsend a \"x\"*99999999999", "more than 256 MiB in one step"),
            ("open a\nsend a \"\\q\"", "no such escape: \\q"),
            ("open a\nsend a \"\\xg0\"", "expected two hex digits after \\x"),
            ("open a\nsend a \"\\400\"", "an octal escape ends at \\377"),
            ("open a\nsend a \"é\"", "write its bytes as \\xHH"),
            ("open a\nrecv a five", "expected `recv NAME \"BYTES\"` or `recv NAME N`"),
            ("wait soon", "expected `wait` or `wait MILLISECONDS`"),
            ("wait -5", "expected `wait` or `wait MILLISECONDS`"),
            ("\u{1b}[2J", "x.session:1: \\x1b[2J: no such step: \\x1b[2J"),
        ] {
            assert!(error(source).contains(says), "{source:?}: {}", error(source));
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(source in "(open|send|recv|wait|#args:|\"|\\\\|\\*|[a-z0-9 é\\n]){0,40}") {
            let _ = Session::parse(&source, "x");
        }
    }
}
