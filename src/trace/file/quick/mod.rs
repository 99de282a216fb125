//! Reads an event's line fast, where it is as a recorder writes it; serde reads the rest.
//!
//! The lines of a large recording are read more than once: when the index is made, when the world is
//! folded, when they are looked at. The four members that every event has come first, as a recorder puts them;
//! which others may come follows from the kind, none of them twice, in any order, and numbers are whole.
//! **Where it says yes, serde says yes, to an equal event**; where it says `None`, nothing is decided. Tests
//! hold both.

mod scan;

use crate::event::{
    Carried, ConnItem, ConnSet, ConnState, Domain, Errno, EvFlags, Event, Function, Interest, Iov, ItemOp,
    Kind, Protocol, ReadyFd, ReplyOp, Role, SettingName, SockOpt, Target, Thread, ThreadOp, Transport, What,
};
use scan::Scan;

/// Looks at the members of an object: each by its name, at most once. `$seen` has a bit for each.
macro_rules! members {
    ($scan:ident, $seen:ident, $members:tt) => {
        $scan.byte(b'{')?;
        let has_any = !$scan.is_empty(b'}');
        members!($scan, $seen, has_any, $members);
    };
    ($scan:ident, $seen:ident, $has_any:expr, { $($id:ident $name:literal => $take:expr,)* }) => {
        let mut has_more = $has_any;
        while has_more {
            #[allow(non_camel_case_types)]
            enum At { $($id,)* }
            match $scan.key()? {
                $($name => {
                    let bit = 1u64 << At::$id as u32;
                    if $seen & bit != 0 {
                        return None;
                    }
                    $seen |= bit;
                    $take;
                })*
                _ => return None,
            }
            has_more = $scan.more(b'}')?;
        }
    };
}

/// Goes through the elements of a list.
macro_rules! elements {
    ($scan:ident, $take:expr) => {
        $scan.byte(b'[')?;
        if !$scan.is_empty(b']') {
            loop {
                $take;
                if !$scan.more(b']')? {
                    break;
                }
            }
        }
    };
}

/// Reads the whole event in `line`.
pub(in crate::trace) fn event(line: &str) -> Option<Event> {
    let mut event = Event::default();
    read::<true>(line, &mut event)?;
    Some(event)
}

/// The same into an event that was used before. What is in it after a `None` means nothing.
pub(in crate::trace) fn event_into(line: &str, event: &mut Event) -> Option<()> {
    read::<true>(line, event)
}

/// Whether `line` is an event; of its fields only those are kept that need no memory of their own and
/// are looked for: `seq`, `t`, `th`, `ev`, `conn`, `from`, `to`, `cause`.
pub(in crate::trace) fn outline(line: &str, event: &mut Event) -> Option<()> {
    read::<false>(line, event)
}

/// The four members that come first, as a recorder writes them or with blanks between.
#[inline(always)]
fn beginning<const SPACED: bool>(scan: &mut Scan<'_>, e: &mut Event) -> Option<Kind> {
    let begins = |scan: &mut Scan<'_>, bytes| if SPACED { scan.spaced(bytes) } else { scan.literal(bytes) };
    begins(scan, b"{\"seq\":")?;
    e.seq = scan.unsigned()?;
    begins(scan, b",\"t\":")?;
    e.t = scan.unsigned()?;
    begins(scan, b",\"th\":")?;
    e.th = Scanned::scan(scan)?;
    begins(scan, b",\"ev\":")?;
    Kind::known(scan.plain()?)
}

#[inline]
fn read<const ALL: bool>(line: &str, e: &mut Event) -> Option<()> {
    let scan = &mut Scan::new(line);
    let kind = match beginning::<false>(scan, e) {
        Some(kind) => kind,
        // Many tools put blanks between the members.
        None => {
            *scan = Scan::new(line);
            beginning::<true>(scan, e)?
        }
    };
    let has_more = scan.more(b'}')?;
    members::<ALL>(scan, kind, has_more, e)?;
    scan.end()
}

include!(concat!(env!("OUT_DIR"), "/schema/quick.rs"));

/// What a field of that type is read as.
trait Scanned: Sized {
    fn scan(scan: &mut Scan<'_>) -> Option<Self>;
}

macro_rules! scanned {
    ($($ty:ty: $how:expr;)*) => {$(
        impl Scanned for $ty {
            #[inline(always)]
            fn scan(scan: &mut Scan<'_>) -> Option<$ty> {
                let how: fn(&mut Scan<'_>) -> Option<$ty> = $how;
                how(scan)
            }
        }
    )*};
}

scanned! {
    i32: |scan| scan.int();
    i64: |scan| scan.signed();
    u16: |scan| scan.unsigned()?.try_into().ok();
    u32: |scan| scan.number();
    u64: |scan| scan.unsigned();
    bool: |scan| scan.flag();
    Thread: thread;
    EvFlags: |scan| ev_flags(scan.plain()?);
    ConnState: |scan| Some(ConnState::named(scan.plain()?));
    Domain: |scan| Some(Domain::named(scan.plain()?));
    Errno: |scan| Some(Errno::named(scan.plain()?));
    Function: |scan| Some(Function::named(scan.plain()?));
    Interest: |scan| Some(Interest::named(scan.plain()?));
    ItemOp: |scan| Some(ItemOp::named(scan.plain()?));
    Protocol: |scan| Some(Protocol::named(scan.plain()?));
    ReplyOp: |scan| Some(ReplyOp::named(scan.plain()?));
    Role: |scan| Some(Role::named(scan.plain()?));
    SettingName: |scan| Some(SettingName::named(scan.plain()?));
    SockOpt: |scan| Some(SockOpt::named(scan.plain()?));
    Target: |scan| Some(Target::named(scan.plain()?));
    ThreadOp: |scan| Some(ThreadOp::named(scan.plain()?));
    Transport: |scan| Some(Transport::named(scan.plain()?));
}

#[inline]
fn string<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<String>) -> Option<()> {
    if ALL {
        *slot = Some(scan.string()?.into_owned());
        return Some(());
    }
    scan.skip_string()
}

#[inline]
fn text<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Box<str>>) -> Option<()> {
    if ALL {
        *slot = Some(scan.string()?.into());
        return Some(());
    }
    scan.skip_string()
}

#[inline]
fn carried<const ALL: bool>(shown: Option<String>, b64: Option<String>, len: Option<u64>) -> Carried {
    if ALL { Carried::read(shown, b64, len) } else { Carried::Nothing }
}

#[inline]
fn thread(scan: &mut Scan<'_>) -> Option<Thread> {
    match scan.plain()?.as_bytes() {
        b"main" => Some(Thread::Main),
        [b'w', b'o', b'r', b'k', b'e', b'r', digit @ b'0'..=b'9'] => {
            Some(Thread::Worker(u16::from(digit - b'0')))
        }
        other => std::str::from_utf8(other).ok()?.parse().ok(),
    }
}

fn iov<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Vec<Iov>>) -> Option<()> {
    let mut list = Vec::new();
    elements!(scan, {
        let mut piece = Iov::default();
        let mut seen = 0u64;
        members!(scan, seen, {
            data b"data" => string::<ALL>(scan, &mut piece.data)?,
            b64 b"b64" => string::<ALL>(scan, &mut piece.b64)?,
            len b"len" => piece.len = scan.unsigned()?,
        });
        if ALL {
            list.push(piece);
        }
    });
    if ALL {
        *slot = Some(list);
    }
    Some(())
}

fn ready<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Vec<ReadyFd>>) -> Option<()> {
    let mut list = Vec::new();
    elements!(scan, {
        let (mut fd, mut conn, mut what) = (None, None, None);
        let mut seen = 0u64;
        members!(scan, seen, {
            fd b"fd" => fd = Some(scan.int()?),
            conn b"conn" => conn = Some(scan.number()?),
            what b"what" => what = Some(Scanned::scan(scan)?),
        });
        let one = ReadyFd { fd: fd?, conn, what: what? };
        if ALL {
            list.push(one);
        }
    });
    if ALL {
        *slot = Some(list);
    }
    Some(())
}

fn item<const ALL: bool>(scan: &mut Scan<'_>) -> Option<Option<ConnItem>> {
    if scan.null() {
        return Some(None);
    }
    let (mut key, mut size) = (None, None);
    let mut seen = 0u64;
    members!(scan, seen, {
        key b"key" => match ALL {
            true => string::<true>(scan, &mut key)?,
            false => {
                scan.skip_string()?;
                key = Some(String::new());
            }
        },
        size b"size" => size = Some(scan.unsigned()?),
    });
    Some(Some(ConnItem { key: key?, size: size? }))
}

/// The sets of flags that a connection ever has.
fn ev_flags(name: &str) -> Option<EvFlags> {
    let known = [EvFlags::READ_PERSIST, EvFlags::WRITE_PERSIST, EvFlags::NONE];
    known.into_iter().find(|flags| flags.name() == name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    /// Where this says yes, serde does, and to the same event.
    fn agrees(line: &str) -> bool {
        let Some(quick) = event(line) else { return false };
        assert_eq!(quick, serde_json::from_str::<Event>(line).unwrap(), "{line}");
        let mut outlined = Event { conn: Some(7), cause: Some(7), ..Event::default() };
        outline(line, &mut outlined).unwrap();
        let of = |e: &Event| (e.seq, e.t, e.th, e.kind(), e.conn, e.from(), e.to(), e.cause);
        assert_eq!(of(&outlined), of(&quick));
        true
    }

    fn lines() -> Vec<String> {
        let files = ["traces/set-get.jsonl", "traces/yield.jsonl", "traces/hangups.jsonl"];
        files
            .iter()
            .flat_map(|path| {
                let text = std::fs::read_to_string(Path::new(path)).unwrap();
                text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn what_a_recorder_writes_is_read_without_serde() {
        let lines = lines();
        let slow: Vec<_> = lines.iter().filter(|line| !agrees(line)).collect();
        assert!(slow.iter().all(|line| line.starts_with("{\"end\":")), "{slow:#?}");
    }

    #[test]
    fn what_is_odd_is_left_to_serde() {
        let plain = r#"{"seq":1,"t":2,"th":"main","ev":"mark","text":"x"}"#;
        assert!(agrees(plain) && agrees(&plain.replace(',', ", ").replace(':', ": ")));
        assert!(agrees(r#"{"seq":1,"t":2,"th":"worker12","ev":"state","to":"conn_read","conn":7}"#));
        assert!(agrees(r#"{"seq":1,"t":2,"th":"main","ev":"mark","text":"\u00e9\r\n\\\"\/é"}"#));
        for odd in [
            r#"{"seq":1,"t":2,"th":"main","ev":"mark","text":"x"},"#,
            r#"{"seq":1,"seq":1,"t":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":01,"t":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":1.0,"t":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":1e3,"t":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":-0,"t":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":99999999999999999999,"t":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":1,"t":2,"th":"main"}"#,
            r#"{"ev":"state","to":"conn_read","th":"worker12","t":2,"seq":1}"#,
            r#"{"seq":1,"t ":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":1," t":2,"th":"main","ev":"mark"}"#,
            r#"{"seq":1,"t":2,"th":"main","ev":"mark","fd":1}"#,
            r#"{"seq":1,"t":2,"th":"main","ev":"mark","text":"\ud800"}"#,
            r#"{"seq":1,"t":2,"th":"main","ev":"mark","text":"\u+041"}"#,
            r#"{"seq":1,"t":2,"th":"worker01","ev":"mark"}"#,
            r#"{"seq":1,"t":2,"th":"main","ev":"mark","new":[{}]}"#,
            r#"{"seq":1,"t":2,"th":"main","ev":"mark","text":null}"#,
            "{\"seq\":1,\"t\":2,\"th\":\"main\",\"ev\":\"mark\",\"text\":\"\u{1}\"}",
            r#"{"seq":1,"t":2,"th":"main","ev":"mark","text":"#,
            "",
        ] {
            assert!(event(odd).is_none(), "{odd}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        /// Real lines with bytes changed, doubled and left out.
        #[test]
        fn it_never_says_yes_where_serde_says_no(
            which in any::<prop::sample::Index>(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0u8..4, any::<prop::sample::Index>()), 0..4),
        ) {
            const BYTES: &[u8] = b"{}[]\":,\\0123456789.eE+-nulltrfasu /\x01\x7f";
            let lines = lines();
            let mut line = which.get(&lines).clone().into_bytes();
            for (at, how, byte) in changes {
                let at = at.index(line.len());
                let byte = *byte.get(BYTES);
                match how {
                    0 => line[at] = byte,
                    1 => line.insert(at, byte),
                    2 if line.len() > 1 => drop(line.remove(at)),
                    _ => line.truncate(at.max(1)),
                }
            }
            if let Ok(line) = std::str::from_utf8(&line) {
                agrees(line);
            }
        }
    }
}
