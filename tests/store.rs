//! Random client stories against a plain model of the store: several connections, valid commands and
//! broken ones, cut anywhere into segments. Every answer is known to the byte beforehand, CAS ids too, and
//! afterwards the memory adds up.
//!
//! Where `MEMSTEP_REAL_MEMCACHED` names the program of a memcached 1.4.24, it is told the same stories, and
//! each connection must go through the states there that our recording shows.
#![allow(clippy::unwrap_used)]

mod common;

use common::taped::Taped;
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::print::vvv::Vvv;
use memstep::tracer::TracerConfig;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

/// Small, so that too large is not much.
const ITEM_SIZE_MAX: usize = 8192;
const KEYS: [&str; 5] = ["a", "b", "key:1", "key:2", "n"];
const BAD_FORMAT: &str = "CLIENT_ERROR bad command line format\r\n";

/// What a client does.
#[derive(Debug, Clone)]
enum Act {
    /// A storage command: its name, key, flags, whether its time is over at once, value, whether it wants
    /// no answer. A `cas` names the right id or a wrong one.
    Store(&'static str, &'static str, u32, bool, Vec<u8>, bool, bool),
    Get(bool, Vec<&'static str>),
    Delta(bool, &'static str, u64),
    Delete(&'static str),
    Touch(&'static str),
    FlushAll,
    /// A line that is answered in one way, whatever the store holds.
    Broken(&'static str, &'static str),
    /// A value that is longer than was said.
    BadChunk(&'static str),
    /// More than an item may have.
    TooLarge(&'static str, &'static str),
}

fn act() -> impl Strategy<Value = Act> {
    let key = || select(&KEYS[..]);
    let word = select(&["set", "add", "replace", "append", "prepend", "cas"][..]);
    let value = prop_oneof![
        vec(any::<u8>(), 0..40),
        (0u64..2000).prop_map(|n| n.to_string().into_bytes()),
        Just(b"18446744073709551615".to_vec()),
        (900usize..3000).prop_map(|n| vec![b'v'; n]),
    ];
    prop_oneof![
        6 => (word, key(), any::<u32>(), prop::bool::weighted(0.1), value, any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(w, k, f, over, v, right, quiet)| Act::Store(w, k, f, over, v, right, quiet)),
        4 => (any::<bool>(), vec(key(), 1..12)).prop_map(|(cas, keys)| Act::Get(cas, keys)),
        3 => (any::<bool>(), key(), prop_oneof![0u64..100, Just(u64::MAX)]).prop_map(|(i, k, n)| Act::Delta(i, k, n)),
        1 => key().prop_map(Act::Delete),
        1 => key().prop_map(Act::Touch),
        1 => Just(Act::FlushAll),
        1 => key().prop_map(Act::BadChunk),
        1 => (select(&["set", "add"][..]), key()).prop_map(|(w, k)| Act::TooLarge(w, k)),
        2 => select(&[
            ("bogus\r\n", "ERROR\r\n"),
            ("\r\n", "ERROR\r\n"),
            ("get\r\n", "ERROR\r\n"),
            ("set a 0 0\r\n", "ERROR\r\n"),
            ("set a 0 0 -1\r\n", BAD_FORMAT),
            ("set a 0 0 2147483647\r\n", BAD_FORMAT),
            ("set a x 0 1\r\n", BAD_FORMAT),
            ("cas a 0 0 1 x\r\n", BAD_FORMAT),
            ("incr a x\r\n", "CLIENT_ERROR invalid numeric delta argument\r\n"),
            ("touch a x\r\n", "CLIENT_ERROR invalid exptime argument\r\n"),
            ("stats cachedump 1\r\n", "CLIENT_ERROR bad command line\r\n"),
            ("stats cachedump 63 1\r\n", "CLIENT_ERROR Illegal slab id\r\n"),
            ("stats cachedump 62 1\r\n", "END\r\n"),
            ("stats detail\r\n", "CLIENT_ERROR usage: stats detail on|off|dump\r\n"),
            ("shutdown\r\n", "ERROR: shutdown not enabled\r\n"),
            ("slabs reassign 1 2\r\n", "CLIENT_ERROR slab reassignment disabled\r\n"),
            ("slabs automove 3\r\n", "ERROR\r\n"),
            ("lru_crawler crawl all\r\n", "CLIENT_ERROR lru crawler disabled\r\n"),
            ("version\r\n", "VERSION 1.4.24\r\n"),
        ][..]).prop_map(|(line, answer)| Act::Broken(line, answer)),
    ]
}

struct Item {
    flags: i32,
    value: Vec<u8>,
    cas: u64,
    /// Its time is over: nobody finds it any more.
    over: bool,
}

/// The store, as plainly as can be.
#[derive(Default)]
struct Model {
    items: HashMap<&'static str, Item>,
    cas: u64,
}

impl Model {
    fn find(&self, key: &str) -> Option<&Item> {
        self.items.get(key).filter(|it| !it.over)
    }

    fn link(&mut self, key: &'static str, flags: i32, value: Vec<u8>, over: bool) {
        self.cas += 1;
        self.items.insert(key, Item { flags, value, cas: self.cas, over });
    }

    /// What is sent for it, and what comes back.
    fn act(&mut self, act: &Act) -> (Vec<u8>, Vec<u8>) {
        let line = |line: String| line.into_bytes();
        match act {
            Act::Store(word, key, flags, over, value, right, quiet) => {
                let old = self.find(key).map(|it| (it.flags, it.value.clone(), it.cas));
                let id = old.as_ref().map_or(0, |old| old.2) + u64::from(!right);
                let mut send = format!("{word} {key} {flags} {} {}", if *over { -1 } else { 0 }, value.len());
                if *word == "cas" {
                    send += &format!(" {id}");
                }
                send += if *quiet { " noreply\r\n" } else { "\r\n" };
                let send = [send.as_bytes(), value, b"\r\n"].concat();
                let joined = |first: &[u8], second: &[u8]| [first, second].concat();
                let answer = match (*word, old) {
                    ("add", Some(_)) | ("replace" | "append" | "prepend", None) => "NOT_STORED\r\n",
                    ("cas", None) => "NOT_FOUND\r\n",
                    ("cas", Some(_)) if !right => "EXISTS\r\n",
                    // Flags and time are the old item's.
                    ("append", Some((flags, old, _))) => {
                        self.link(key, flags, joined(&old, value), false);
                        "STORED\r\n"
                    }
                    ("prepend", Some((flags, old, _))) => {
                        self.link(key, flags, joined(value, &old), false);
                        "STORED\r\n"
                    }
                    _ => {
                        self.link(key, *flags as i32, value.clone(), *over);
                        "STORED\r\n"
                    }
                };
                (send, if *quiet { Vec::new() } else { answer.into() })
            }
            Act::Get(with_cas, keys) => {
                let mut answer = Vec::new();
                for key in keys {
                    let Some(it) = self.find(key) else { continue };
                    let cas = if *with_cas { format!(" {}", it.cas) } else { String::new() };
                    answer.extend(line(format!("VALUE {key} {} {}{cas}\r\n", it.flags, it.value.len())));
                    answer.extend_from_slice(&it.value);
                    answer.extend_from_slice(b"\r\n");
                }
                let word = if *with_cas { "gets" } else { "get" };
                // The items are let go of after they were sent, and before the next line is read.
                answer.extend_from_slice(b"END\r\nVERSION 1.4.24\r\n");
                (line(format!("{word} {}\r\nversion\r\n", keys.join(" "))), answer)
            }
            Act::Delta(incr, key, by) => {
                let send = line(format!("{} {key} {by}\r\n", if *incr { "incr" } else { "decr" }));
                (send, self.delta(*incr, key, *by).into_bytes())
            }
            Act::Delete(key) => {
                let answer = if self.find(key).is_some() { "DELETED\r\n" } else { "NOT_FOUND\r\n" };
                self.items.remove(key);
                (line(format!("delete {key}\r\n")), answer.into())
            }
            Act::Touch(key) => {
                let answer = if self.find(key).is_some() { "TOUCHED\r\n" } else { "NOT_FOUND\r\n" };
                (line(format!("touch {key} 0\r\n")), answer.into())
            }
            Act::FlushAll => {
                self.items.clear();
                self.cas += 1;
                (b"flush_all\r\n".into(), b"OK\r\n".into())
            }
            Act::Broken(line, answer) => (line.as_bytes().into(), answer.as_bytes().into()),
            Act::BadChunk(key) => (
                line(format!("set {key} 0 0 3\r\nabcde\r\n")),
                b"CLIENT_ERROR bad data chunk\r\nERROR\r\n".into(),
            ),
            Act::TooLarge(word, key) => {
                if *word == "set" {
                    self.items.remove(key);
                }
                let mut send = line(format!("{word} {key} 0 0 {ITEM_SIZE_MAX}\r\n"));
                send.resize(send.len() + ITEM_SIZE_MAX, b'x');
                send.extend_from_slice(b"\r\n");
                (send, b"SERVER_ERROR object too large for cache\r\n".into())
            }
        }
    }

    fn delta(&mut self, incr: bool, key: &'static str, by: u64) -> String {
        let Some(it) = self.items.get_mut(key).filter(|it| !it.over) else { return "NOT_FOUND\r\n".into() };
        // Digits, then a space or the end; spaces before them do no harm.
        let text = String::from_utf8_lossy(&it.value).into_owned();
        let digits = text.trim_start_matches([' ', '\t', '\x0b', '\x0c', '\r', '\n']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let ends_well = digits[end..].chars().next().is_none_or(|c| " \t\x0b\x0c\r\n\0".contains(c));
        let Some(value) = digits[..end].parse::<u64>().ok().filter(|_| ends_well) else {
            return "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n".into();
        };
        let value = if incr { value.wrapping_add(by) } else { value.saturating_sub(by) }.to_string();
        self.cas += 1;
        it.cas = self.cas;
        match value.len() <= it.value.len() {
            true => it.value = format!("{value:<0$}", it.value.len()).into_bytes(),
            false => it.value = value.clone().into_bytes(),
        }
        format!("{value}\r\n")
    }
}

/// Values that the model reads otherwise than the server would, for reasons of its own: a sign before the
/// digits.
fn is_plain(act: &Act) -> bool {
    !matches!(act, Act::Store(_, _, _, _, value, ..) if value.iter().any(|b| matches!(b, b'-' | b'+')))
}

fn connect(addr: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(addr).unwrap();
    client.set_nodelay(true).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client
}

/// Waits until the server has read everything that the client sent: what comes after it is a segment of its
/// own, and the states are the same each time.
fn is_read(client: &TcpStream) {
    let (local, peer) = (client.local_addr().unwrap(), client.peer_addr().unwrap());
    // The server's end, and that nothing waits there: `rem_address`, `tx_queue:rx_queue`.
    let theirs = |line: &str| -> Option<bool> {
        let mut words = line.split_whitespace().skip(1);
        let port = |address: &str| u16::from_str_radix(address.rsplit_once(':')?.1, 16).ok();
        let is_it = port(words.next()?)? == peer.port() && port(words.next()?)? == local.port();
        is_it.then(|| words.nth(1).is_some_and(|queues| queues.ends_with(":00000000")))
    };
    common::until("the server has read it", || {
        let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
        sockets.lines().find_map(theirs).is_some_and(|is_read| is_read)
    });
}

/// Tells the story to a server, and looks at every answer. `one_by_one`: each segment when the one before it is read.
fn tell(with: &str, addr: SocketAddr, story: &[(usize, Act, Vec<Index>)], one_by_one: bool) {
    let connect = |_| {
        // The one before it is known to its worker: so they come in the same order to all.
        std::thread::sleep(Duration::from_millis(if one_by_one { 50 } else { 0 }));
        connect(addr)
    };
    let mut clients: Vec<_> = (0..3).map(connect).collect();
    let mut model = Model::default();
    for (n, (client, act, cuts)) in story.iter().enumerate() {
        let (send, want) = model.act(act);
        let client = &mut clients[*client];
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(send.len())).collect();
        cuts.sort_unstable();
        let mut from = 0;
        for to in cuts.into_iter().chain([send.len()]) {
            client.write_all(&send[from..to]).unwrap();
            if one_by_one {
                is_read(client);
            }
            from = to;
        }
        // What wants no answer must be done before another client asks.
        let quiet = want.is_empty();
        if quiet {
            client.write_all(b"version\r\n").unwrap();
        }
        let want = if quiet { b"VERSION 1.4.24\r\n".to_vec() } else { want };
        let mut got = vec![0; want.len()];
        client.read_exact(&mut got).unwrap_or_else(|e| panic!("{with}: {n}: {act:?}: {e}"));
        let text = String::from_utf8_lossy;
        assert!(got == want, "{with}: {n}: {act:?}:\n want {:?}\n got  {:?}", text(&want), text(&got));
    }
    adds_up(with, &mut clients[0]);
    for mut client in clients {
        client.shutdown(Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty(), "{with}: says more: {:?}", String::from_utf8_lossy(&rest));
    }
}

fn stats(client: &mut TcpStream, what: &str) -> HashMap<String, u64> {
    client.write_all(format!("stats {what}\r\n").as_bytes()).unwrap();
    let mut text = Vec::new();
    while !text.ends_with(b"END\r\n") {
        let mut piece = [0; 4096];
        let n = client.read(&mut piece).unwrap();
        assert!(n > 0);
        text.extend_from_slice(&piece[..n]);
    }
    let text = String::from_utf8(text).unwrap();
    let stats = text.lines().filter_map(|l| l.strip_prefix("STAT ")?.split_once(' '));
    stats.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()
}

/// Slabs, LRUs and the sum of all agree, class by class.
fn adds_up(with: &str, client: &mut TcpStream) {
    let (all, slabs, items) = (stats(client, ""), stats(client, "slabs"), stats(client, "items"));
    let (mut requested, mut used) = (0, 0);
    for class in 1..64 {
        let of = |name: &str| slabs.get(&format!("{class}:{name}")).copied().unwrap_or_default();
        let number = items.get(&format!("items:{class}:number")).copied().unwrap_or_default();
        assert_eq!(of("used_chunks"), number, "{with}: class {class}");
        assert_eq!(of("used_chunks") + of("free_chunks"), of("total_chunks"), "{with}: class {class}");
        assert_eq!(of("total_pages") * of("chunks_per_page"), of("total_chunks"), "{with}: class {class}");
        assert!(of("mem_requested") <= number * of("chunk_size"), "{with}: class {class}");
        requested += of("mem_requested");
        used += number;
    }
    assert_eq!((requested, used), (all["bytes"], all["curr_items"]), "{with}");
}

/// The states that each connection went through, by what `-vvv` says; connections in the order in which
/// they came.
fn ways(vvv: &str) -> Vec<Vec<String>> {
    let (mut ways, mut of_fd) = (Vec::<Vec<String>>::new(), HashMap::<&str, usize>::new());
    for line in vvv.lines() {
        let new = line
            .strip_prefix('<')
            .and_then(|line| line.strip_suffix(" new auto-negotiating client connection"));
        if let Some(fd) = new {
            of_fd.insert(fd, ways.len());
            ways.push(Vec::new());
        } else if let Some((fd, way)) = line.split_once(": going from ")
            && let Some(at) = of_fd.get(fd)
        {
            ways[*at].push(way.to_owned());
        }
    }
    ways
}

/// Tells the story to both, and compares the ways that the connections took.
fn tell_both(program: &std::ffi::OsStr, settings: Settings, story: &[(usize, Act, Vec<Index>)]) {
    let server = Taped::start(settings, TracerConfig::default());
    tell("memstep, taped", server.addr(), story, true);
    let ours = ways(&common::stories::print(&server.stop(), &mut Vvv::default()));
    let real = Real::start(program);
    tell("memcached", real.1, story, true);
    let theirs = ways(&real.stop());
    assert_eq!(ours.len(), 3);
    // Before ours came somebody who wanted to know whether it listens.
    assert_eq!(ours, theirs[1..], "ours, and memcached's");
}

/// A real memcached of one's own; it ends with the test.
struct Real(Child, SocketAddr);

impl Real {
    fn start(program: &std::ffi::OsStr) -> Real {
        let port = common::ports::free_addr();
        let args = ["-l", "127.0.0.1", "-U", "0", "-u", "root", "-I", &ITEM_SIZE_MAX.to_string()];
        let mut command = Command::new(program);
        let said = std::fs::File::create(Real::said(port)).unwrap();
        command.args(args).args(["-vvv", "-p", &port.port().to_string()]).stderr(said);
        let child = command.spawn().unwrap();
        common::until("the real memcached listens", || TcpStream::connect(port).is_ok());
        Real(child, port)
    }

    /// Where it says what it does.
    fn said(port: SocketAddr) -> PathBuf {
        std::env::temp_dir().join(format!("memstep-store-{}-{}", std::process::id(), port.port()))
    }

    /// Ends it; what it said.
    fn stop(mut self) -> String {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        String::from_utf8_lossy(&std::fs::read(Real::said(self.1)).unwrap()).into_owned()
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
        let _ = std::fs::remove_file(Real::said(self.1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_the_one_that_a_plain_model_of_the_store_gives(
        story in vec((0..3usize, act().prop_filter("plain", is_plain), vec(any::<Index>(), 0..4)), 1..80),
        num_threads in 1u16..5,
    ) {
        let settings = || Settings {
            num_threads, item_size_max: ITEM_SIZE_MAX as u32, ..common::settings()
        };
        let server = Server::start(settings(), None).unwrap();
        tell("memstep", server.addrs()[0], &story, false);
        server.stop();
        if let Some(program) = std::env::var_os("MEMSTEP_REAL_MEMCACHED") {
            tell_both(&program, settings(), &story);
        }
    }
}
