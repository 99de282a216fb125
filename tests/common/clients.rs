//! Clients that send what they are told and read whatever comes, and what they may be told to send.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

/// Nothing takes that long; more is a hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a client leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It sends no more, and reads until the server has closed.
    Shut,
    /// It closes, whatever may still come.
    Close,
    /// It resets the connection.
    Reset,
}

/// What a client will do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it sends, in one `send` each.
    pub sends: Vec<Vec<u8>>,
    /// How it leaves.
    pub leaving: Leaving,
}

/// A connected client; a thread of its own reads.
pub struct Client {
    stream: TcpStream,
    reader: JoinHandle<(Vec<u8>, bool)>,
    /// Its own address: the server's `peer`.
    pub addr: SocketAddr,
    /// What it has sent.
    pub sent: Vec<u8>,
}

/// What became of a client.
pub struct Told {
    /// Its own address.
    pub addr: SocketAddr,
    /// What it had sent.
    pub sent: Vec<u8>,
    /// What it has read.
    pub received: Vec<u8>,
    /// Whether it read to the end: nothing was lost in a reset.
    pub to_the_end: bool,
}

impl Client {
    /// Connects.
    pub fn open(server: SocketAddr) -> Client {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let mut from = stream.try_clone().unwrap();
        let reader = std::thread::spawn(move || {
            let mut received = Vec::new();
            match from.read_to_end(&mut received) {
                Ok(_) => (received, true),
                Err(e) => {
                    let hangs = matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                    assert!(!hangs, "the server neither answers nor closes");
                    (received, false)
                }
            }
        });
        Client { addr: stream.local_addr().unwrap(), stream, reader, sent: Vec::new() }
    }

    /// Sends; the server may have closed already.
    pub fn send(&mut self, bytes: &[u8]) {
        match self.stream.write_all(bytes) {
            Ok(()) => self.sent.extend_from_slice(bytes),
            Err(e) => {
                let gone = matches!(e.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
                assert!(gone, "{e}");
                // A part of it may have gone out.
                self.sent.extend_from_slice(bytes);
            }
        }
    }

    /// Leaves, and waits until the server has closed too.
    pub fn leave(self, how: Leaving) -> Told {
        // An error says only that the server was first.
        match how {
            Leaving::Shut => drop(self.stream.shutdown(Shutdown::Write)),
            Leaving::Close => drop(self.stream.shutdown(Shutdown::Both)),
            Leaving::Reset => {
                rustix::net::sockopt::set_socket_linger(&self.stream, Some(Duration::ZERO)).unwrap();
                let _ = self.stream.shutdown(Shutdown::Read);
            }
        }
        drop(self.stream);
        let (received, ended) = self.reader.join().unwrap();
        let to_the_end = ended && how == Leaving::Shut;
        Told { addr: self.addr, sent: self.sent, received, to_the_end }
    }
}

/// Several clients at once, each `send` in the order that `turns` draws.
pub fn play(server: SocketAddr, plans: &[Plan], turns: &[Index]) -> Vec<Told> {
    let mut clients: Vec<_> = plans.iter().map(|_| Client::open(server)).collect();
    let mut left: Vec<_> = plans.iter().map(|plan| plan.sends.iter()).collect();
    let mut turns = turns.iter().cycle();
    loop {
        let waiting: Vec<_> = (0..plans.len()).filter(|i| left[*i].len() > 0).collect();
        if waiting.is_empty() {
            break;
        }
        let at = waiting[turns.next().map_or(0, |turn| turn.index(waiting.len()))];
        clients[at].send(left[at].next().unwrap());
    }
    clients.into_iter().zip(plans).map(|(client, plan)| client.leave(plan.leaving)).collect()
}

/// Asks for the version once for each worker, and some more.
pub fn still_answers(server: SocketAddr, workers: usize) {
    for _ in 0..=workers {
        let mut client = TcpStream::connect(server).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.write_all(b"version\r\n").unwrap();
        let mut answer = [0; 16];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"VERSION 1.4.24\r\n");
    }
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(vec!["a", "b", "c", "dd"]).prop_map(str::to_owned),
        1 => (1..260usize).prop_map(|n| "k".repeat(n)),
        1 => "[!-~é\u{1}\t\u{1b}]{1,8}",
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0..100u32).prop_map(|n| n.to_string()),
        1 => any::<i64>().prop_map(|n| n.to_string()),
        1 => any::<u64>().prop_map(|n| n.to_string()),
        1 => select(vec!["-1", "x", "1x", "2147483647", "99999999999999999999", "+1"]).prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (0..1_000_000u32).prop_map(|n| n.to_string().into_bytes()),
        3 => vec(any::<u8>(), 0..60),
        1 => (0..20_000usize).prop_map(|n| vec![b'v'; n]),
    ]
}

/// A whole request, mostly a right one.
pub fn request() -> impl Strategy<Value = Vec<u8>> {
    let noreply = || select(vec!["", "", "", " noreply"]);
    let store = (
        select(vec!["set", "set", "set", "add", "replace", "append", "prepend", "cas"]),
        key(),
        prop_oneof![4 => Just("0".to_owned()), 1 => number()],
        value(),
        prop_oneof![12 => Just(None), 1 => number().prop_map(Some)],
        noreply(),
    );
    let store = store.prop_map(|(name, key, number, value, length, noreply)| {
        let length = length.unwrap_or_else(|| value.len().to_string());
        let unique = if name == "cas" { " 1" } else { "" };
        let mut request =
            format!("{name} {key} {number} {number} {length}{unique}{noreply}\r\n").into_bytes();
        request.extend_from_slice(&value);
        request.extend_from_slice(b"\r\n");
        request
    });
    let get = (select(vec!["get", "gets", "bget"]), vec(key(), 1..30))
        .prop_map(|(name, keys)| format!("{name} {}\r\n", keys.join(" ")).into_bytes());
    let change = (select(vec!["incr", "decr", "touch", "delete"]), key(), number(), noreply())
        .prop_map(|(name, key, number, noreply)| format!("{name} {key} {number}{noreply}\r\n").into_bytes());
    let other = select(vec![
        "delete a\r\n",
        "delete b noreply\r\n",
        "flush_all\r\n",
        "flush_all noreply\r\n",
        "version\r\n",
        "verbosity 0\r\n",
        "stats\r\n",
        "stats settings\r\n",
        "stats reset\r\n",
        "stats items\r\n",
        "bogus\r\n",
        "\r\n",
        "\n",
        "get\r\n",
        "quit\r\n",
        "get nokey\r\nget nokey\r\nget nokey\r\nget nokey\r\n",
    ])
    .prop_map(|line| line.as_bytes().to_vec());
    prop_oneof![4 => store, 4 => get, 3 => change, 2 => other]
}

/// Anything at all, with line ends and the beginnings of commands more often than by chance.
pub fn anything() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => request(),
        2 => vec(any::<u8>(), 0..300),
        1 => vec(select(b"\r\n \0\x80get sx1".to_vec()), 0..60),
        1 => (1000..5000usize).prop_map(|n| vec![b' '; n]),
        1 => (0..2000usize).prop_map(|n| [b"get ".to_vec(), b"a ".repeat(n)].concat()),
        1 => Just(b"set a 0 0 4000000\r\n".to_vec()),
    ]
}

/// A client that sends `what`, cut wherever.
pub fn plan(what: impl Strategy<Value = Vec<u8>>, most: usize) -> impl Strategy<Value = Plan> {
    let leaving = select(vec![Leaving::Shut, Leaving::Shut, Leaving::Close, Leaving::Reset]);
    (vec(what, 0..most), vec(any::<Index>(), 0..6), leaving).prop_map(|(parts, cuts, leaving)| {
        let bytes = parts.concat();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut sends = Vec::new();
        let mut from = 0;
        for to in cuts.into_iter().chain([bytes.len()]).filter(|to| *to > 0) {
            if to > from {
                sends.push(bytes[from..to].to_vec());
                from = to;
            }
        }
        Plan { sends, leaving }
    })
}
