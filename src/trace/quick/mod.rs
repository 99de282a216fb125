//! Reads an event's line fast, where it is as a recorder writes it; serde reads the rest.
//!
//! The lines of a large recording are read more than once: when the index is made, when the world is
//! folded, when they are looked at. The order of the members does not matter, though the recorder's
//! own is the fastest; what does is that no member comes twice, that none is unknown, and that
//! numbers are whole. **Where
//! it says yes, serde says yes, to an equal event**; where it says `None`, nothing is decided. Tests
//! hold both.

mod scan;

use crate::event::{
    ConnSet, ConnState, EvFlags, Event, Fn, Iov, ItemRef, Kind, Protocol, Ready, Thread, Word, errno_name,
    errno_number,
};
use scan::Scan;
use std::borrow::Cow;

/// The words that stand in most lines: they need no memory of their own.
const WORDS: &[&str] = &[
    "rbuf", "item", "swallow", "alloc", "link", "unlink", "hit", "miss", "update", "free", "value",
    "noreply", "r", "w", "rw", "udp",
];

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
pub(super) fn event(line: &str) -> Option<Event> {
    let mut event = Event::default();
    read::<true>(line, &mut event)?;
    Some(event)
}

/// The same into an event that was used before. What is in it after a `None` means nothing.
pub(super) fn event_into(line: &str, event: &mut Event) -> Option<()> {
    *event = Event::default();
    read::<true>(line, event)
}

/// Whether `line` is an event; of its fields only those are kept that need no memory of their own and
/// are looked for: `seq`, `t`, `th`, `ev`, `conn`, `from`, `to`, `cause`.
pub(super) fn outline(line: &str, event: &mut Event) -> Option<()> {
    (event.conn, event.from, event.to, event.cause) = (None, None, None, None);
    read::<false>(line, event)
}

/// The first four of the members below.
const NEEDED: u64 = 0b1111;

/// These four where a recorder puts them: at the beginning, in this order.
#[inline(always)]
fn beginning(scan: &mut Scan<'_>, e: &mut Event) -> Option<()> {
    scan.literal(b"{\"seq\":")?;
    e.seq = scan.unsigned()?;
    scan.literal(b",\"t\":")?;
    e.t = scan.unsigned()?;
    scan.literal(b",\"th\":")?;
    e.th = thread(scan)?;
    scan.literal(b",\"ev\":")?;
    e.ev = Kind::from_name(scan.plain()?);
    Some(())
}

#[inline]
fn read<const ALL: bool>(line: &str, e: &mut Event) -> Option<()> {
    let scan = &mut Scan::new(line);
    let mut seen = 0u64;
    let has_more = match beginning(scan, e) {
        Some(()) => {
            seen = NEEDED;
            scan.more(b'}')?
        }
        None => {
            *scan = Scan::new(line);
            scan.byte(b'{')?;
            !scan.is_empty(b'}')
        }
    };
    members!(scan, seen, has_more, {
        seq b"seq" => e.seq = scan.unsigned()?,
        t b"t" => e.t = scan.unsigned()?,
        th b"th" => e.th = thread(scan)?,
        ev b"ev" => e.ev = Kind::from_name(scan.plain()?),
        conn b"conn" => e.conn = Some(scan.number()?),
        from b"from" => e.from = Some(state(scan)?),
        to b"to" => e.to = Some(state(scan)?),
        cause b"cause" => e.cause = Some(scan.unsigned()?),
        fd b"fd" => keep::<ALL, _>(&mut e.fd, scan.int()?),
        set b"set" => set::<ALL>(scan, &mut e.set)?,
        ret b"ret" => keep::<ALL, _>(&mut e.ret, scan.signed()?),
        iov b"iov" => iov::<ALL>(scan, &mut e.iov)?,
        text b"text" => string::<ALL>(scan, &mut e.text)?,
        data b"data" => string::<ALL>(scan, &mut e.data)?,
        key b"key" => string::<ALL>(scan, &mut e.key)?,
        op b"op" => word::<ALL>(scan, &mut e.op)?,
        into b"into" => word::<ALL>(scan, &mut e.into)?,
        want b"want" => keep::<ALL, _>(&mut e.want, scan.unsigned()?),
        errno b"errno" => errno::<ALL>(scan, &mut e.errno)?,
        size b"size" => keep::<ALL, _>(&mut e.size, scan.unsigned()?),
        class b"class" => keep::<ALL, _>(&mut e.class, scan.unsigned()?),
        bucket b"bucket" => keep::<ALL, _>(&mut e.bucket, scan.unsigned()?),
        chunk b"chunk" => keep::<ALL, _>(&mut e.chunk, scan.unsigned()?),
        len b"len" => keep::<ALL, _>(&mut e.len, scan.unsigned()?),
        b64 b"b64" => string::<ALL>(scan, &mut e.b64)?,
        ready b"ready" => ready::<ALL>(scan, &mut e.ready)?,
        timer b"timer" => e.timer = scan.flag()?,
        epoll_fd b"epoll_fd" => keep::<ALL, _>(&mut e.epoll_fd, scan.int()?),
        timeout b"timeout" => keep::<ALL, _>(&mut e.timeout, scan.signed()?),
        function b"fn" => e.function = Some(Fn::from_name(scan.plain()?)?),
        worker b"worker" => e.worker = Some(thread(scan)?),
        depth b"depth" => keep::<ALL, _>(&mut e.depth, scan.number()?),
        request_id b"request_id" => keep::<ALL, _>(&mut e.request_id, scan.unsigned()?.try_into().ok()?),
        transport b"transport" => word::<ALL>(scan, &mut e.transport)?,
        listen_fd b"listen_fd" => keep::<ALL, _>(&mut e.listen_fd, scan.int()?),
        peer b"peer" => string::<ALL>(scan, &mut e.peer)?,
        interest b"interest" => word::<ALL>(scan, &mut e.interest)?,
        state b"state" => e.state = Some(state(scan)?),
        why b"why" => word::<ALL>(scan, &mut e.why)?,
        name b"name" => word::<ALL>(scan, &mut e.name)?,
        value b"value" => word::<ALL>(scan, &mut e.value)?,
        n b"n" => keep::<ALL, _>(&mut e.n, scan.unsigned()?),
        at b"at" => keep::<ALL, _>(&mut e.at, scan.unsigned()?),
        role b"role" => word::<ALL>(scan, &mut e.role)?,
        receive b"notify_receive_fd" => keep::<ALL, _>(&mut e.notify_receive_fd, scan.int()?),
        send b"notify_send_fd" => keep::<ALL, _>(&mut e.notify_send_fd, scan.int()?),
        domain b"domain" => word::<ALL>(scan, &mut e.domain)?,
        addr b"addr" => string::<ALL>(scan, &mut e.addr)?,
        backlog b"backlog" => keep::<ALL, _>(&mut e.backlog, scan.int()?),
    });
    scan.end()?;
    (seen & NEEDED == NEEDED).then_some(())
}

#[inline]
fn keep<const ALL: bool, T>(slot: &mut Option<T>, value: T) {
    if ALL {
        *slot = Some(value);
    }
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
fn word<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Word>) -> Option<()> {
    if ALL {
        *slot = Some(match scan.string()? {
            Cow::Borrowed(text) => match WORDS.iter().find(|word| **word == text) {
                Some(word) => Cow::Borrowed(*word),
                None => Cow::Owned(text.to_owned()),
            },
            Cow::Owned(text) => Cow::Owned(text),
        });
        return Some(());
    }
    scan.skip_string()
}

/// An error's name; those that are known need no memory of their own.
#[inline]
fn errno<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Word>) -> Option<()> {
    if ALL {
        let name = scan.string()?;
        let known = errno_number(&name).and_then(errno_name);
        *slot = Some(known.map_or_else(|| Cow::Owned(name.into_owned()), Cow::Borrowed));
        return Some(());
    }
    scan.skip_string()
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

#[inline]
fn state(scan: &mut Scan<'_>) -> Option<ConnState> {
    ConnState::from_name(scan.plain()?)
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
    keep::<ALL, _>(slot, list);
    Some(())
}

fn ready<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Vec<Ready>>) -> Option<()> {
    let mut list = Vec::new();
    elements!(scan, {
        let (mut fd, mut conn, mut what) = (None, None, None);
        let mut seen = 0u64;
        members!(scan, seen, {
            fd b"fd" => fd = Some(scan.int()?),
            conn b"conn" => conn = Some(scan.number()?),
            what b"what" => word::<true>(scan, &mut what)?,
        });
        let one = Ready { fd: fd?, conn, what: what? };
        if ALL {
            list.push(one);
        }
    });
    keep::<ALL, _>(slot, list);
    Some(())
}

fn set<const ALL: bool>(scan: &mut Scan<'_>, slot: &mut Option<Box<ConnSet>>) -> Option<()> {
    let mut set = ConnSet::default();
    let mut seen = 0u64;
    members!(scan, seen, {
        ev_flags b"ev_flags" => set.ev_flags = Some(ev_flags(scan.plain()?)?),
        protocol b"protocol" => set.protocol = Some(Protocol::from_name(scan.plain()?)?),
        rsize b"rsize" => set.rsize = Some(scan.number()?),
        rcurr b"rcurr" => set.rcurr = Some(scan.number()?),
        rbytes b"rbytes" => set.rbytes = Some(scan.number()?),
        ritem b"ritem" => set.ritem = Some(scan.number()?),
        rlbytes b"rlbytes" => set.rlbytes = Some(scan.int()?),
        sbytes b"sbytes" => set.sbytes = Some(scan.number()?),
        wbytes b"wbytes" => set.wbytes = Some(scan.number()?),
        iovused b"iovused" => set.iovused = Some(scan.number()?),
        msgcurr b"msgcurr" => set.msgcurr = Some(scan.number()?),
        msgused b"msgused" => set.msgused = Some(scan.number()?),
        msgbytes b"msgbytes" => set.msgbytes = Some(scan.number()?),
        ileft b"ileft" => set.ileft = Some(scan.number()?),
        suffixleft b"suffixleft" => set.suffixleft = Some(scan.number()?),
        write_and_go b"write_and_go" => set.write_and_go = Some(state(scan)?),
        noreply b"noreply" => set.noreply = Some(scan.flag()?),
        item b"item" => set.item = Some(item::<ALL>(scan)?),
    });
    if ALL {
        *slot = Some(Box::new(set));
    }
    Some(())
}

fn item<const ALL: bool>(scan: &mut Scan<'_>) -> Option<Option<ItemRef>> {
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
    Some(Some(ItemRef { key: key?, size: size? }))
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
        let of = |e: &Event| (e.seq, e.t, e.th, e.ev.clone(), e.conn, e.from, e.to, e.cause);
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
        assert!(agrees(r#"{"ev":"state","to":"conn_read","th":"worker12","t":2,"seq":1}"#));
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
