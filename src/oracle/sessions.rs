//! Random sessions: servers with options of all kinds, and clients that do whatever clients do.

use super::clients::{Leaving, Plan, anything, plan, play, request, still_answers};
use super::dialogues::dialogues;
use crate::event::Detail;
use crate::memcached::server::Server;
use crate::memcached::settings::Settings;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// What the clients of a session do.
#[derive(Debug)]
enum Clients {
    /// They send what they like, cut anywhere, and leave as they like.
    Several(Vec<Plan>, Vec<Index>),
    /// One reads nothing until all is said.
    SlowReader { size: usize, gets: usize },
    /// Datagrams, right ones and wrong ones.
    Datagrams(Vec<Vec<u8>>),
}

/// A server's options, and what its clients do.
#[derive(Debug)]
pub struct OracleSession {
    pub number: u64,
    pub threads: u16,
    pub detail: Detail,
    pub max_data: u32,
    reqs_per_event: u32,
    maxbytes: u64,
    hashpower: u32,
    use_cas: bool,
    clients: Clients,
}

/// All of every payload.
pub const ALL: u32 = 64 * 1024;

impl OracleSession {
    /// The session of that number, the same each time.
    pub fn new(number: u64) -> OracleSession {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let options = (
            prop::sample::select(vec![1_u16, 1, 4, 4, 2]),
            any::<bool>(),
            prop_oneof![3 => Just(ALL), 1 => 0..300_u32],
            prop::sample::select(vec![1_u32, 2, 3, 20]),
            prop::sample::select(vec![64_u64 << 20, 64 << 20, 1 << 20]),
            any::<bool>(),
        );
        let (threads, calls, max_data, reqs_per_event, maxbytes, use_cas) =
            options.new_tree(&mut runner).unwrap().current();
        let clients = match number % 40 {
            7 => (30_000..300_000_usize, 5..40_usize)
                .prop_map(|(size, gets)| Clients::SlowReader { size, gets })
                .boxed(),
            11 | 31 => vec(datagram(), 1..30).prop_map(Clients::Datagrams).boxed(),
            17 if number % 1000 == 17 => growth(),
            n if n % 8 == 5 => plans(told_of().boxed(), 2),
            n if n % 8 == 3 => plans(many_items().boxed(), 3),
            n if n % 2 == 0 => plans(asked_about().boxed(), 5),
            _ => plans(anything().boxed(), 4),
        };
        let grows = number % 1000 == 17;
        OracleSession {
            number,
            threads: if grows { threads.min(2) } else { threads },
            detail: if calls && !grows { Detail::Calls } else { Detail::Flow },
            max_data,
            reqs_per_event,
            maxbytes,
            // The smallest that there may be: a table that grows needs many items.
            hashpower: if threads > 2 && !grows { 13 } else { 11 },
            use_cas,
            clients: clients.new_tree(&mut runner).unwrap().current(),
        }
    }

    /// The server's options.
    pub fn settings(&self) -> Settings {
        Settings {
            port: -1,
            udpport: if matches!(self.clients, Clients::Datagrams(_)) { -1 } else { 0 },
            inter: Some("127.0.0.1".to_owned()),
            num_threads: self.threads,
            reqs_per_event: self.reqs_per_event,
            maxbytes: self.maxbytes,
            hashpower_init: self.hashpower,
            use_cas: self.use_cas,
            ..Settings::default()
        }
    }

    /// Plays it.
    pub fn play(&self, server: &Server) {
        let addr = server.addrs()[0];
        match &self.clients {
            Clients::Several(plans, turns) => drop(play(addr, plans, turns)),
            Clients::SlowReader { size, gets } => read_slowly(addr, *size, *gets),
            Clients::Datagrams(all) => send_datagrams(server.udp_addrs()[0], all),
        }
        // Whoever came is accepted by then.
        still_answers(addr, 0);
    }
}

fn plans(what: BoxedStrategy<Vec<u8>>, most: usize) -> BoxedStrategy<Clients> {
    (vec(plan(what, most), 1..4), vec(any::<Index>(), 1..24))
        .prop_map(|(plans, turns)| Clients::Several(plans, turns))
        .boxed()
}

/// Requests, and now and then what the server says of itself.
fn asked_about() -> impl Strategy<Value = Vec<u8>> {
    let stats = prop::sample::select(vec!["stats\r\n", "stats items\r\n", "stats slabs\r\n"]);
    prop_oneof![5 => request(), 1 => stats.prop_map(|line| line.as_bytes().to_vec())]
}

/// What the table of dialogues says, and a good deal of it one after the other.
fn told_of() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<Vec<u8>> =
        dialogues().into_iter().map(|d| d.turns.into_iter().flat_map(|(send, _)| send).collect()).collect();
    prop::sample::select(all)
}

/// Items of all sizes, so many that some must go, and some looked up again.
fn many_items() -> impl Strategy<Value = Vec<u8>> {
    (0..60_u32, prop_oneof![0..200_usize, 0..5_000_usize, 100_000..400_000_usize], 1..24_u32).prop_map(
        |(from, size, count)| {
            let mut all = Vec::new();
            let count = if size > 50_000 { count.min(3) } else { count };
            for n in from..from + count {
                let noreply = if n % 3 == 0 { " noreply" } else { "" };
                all.extend_from_slice(format!("set k{n} {n} 0 {size}{noreply}\r\n").as_bytes());
                all.resize(all.len() + size, b'a' + (n % 26) as u8);
                all.extend_from_slice(b"\r\n");
            }
            all.extend_from_slice(format!("get k{from} k{} nokey k3\r\n", from + 1).as_bytes());
            all
        },
    )
}

/// So many small items that the hash table grows, while another client is there.
fn growth() -> BoxedStrategy<Clients> {
    let set = |n: u32| format!("set {n} 0 0 1 noreply\r\nx\r\n");
    let all: Vec<String> = (0..3300).map(set).collect();
    let mut sends: Vec<Vec<u8>> = all.chunks(100).map(|some| some.concat().into_bytes()).collect();
    sends.push(b"get 1 1001 2002 3003 7 nokey\r\nset 9 0 0 1\r\ny\r\nquit\r\n".to_vec());
    let grows = Plan { sends, leaving: Leaving::Shut };
    (plan(request(), 40), vec(any::<Index>(), 1..24))
        .prop_map(move |(other, turns)| Clients::Several(vec![grows.clone(), other], turns))
        .boxed()
}

/// A datagram: mostly a request with a right header.
fn datagram() -> impl Strategy<Value = Vec<u8>> {
    let header = prop_oneof![
        8 => any::<u16>().prop_map(|id| [id.to_be_bytes(), [0, 0], [0, 1], [0, 0]].concat()),
        1 => any::<u16>().prop_map(|id| [id.to_be_bytes(), [0, 0], [0, 2], [0, 0]].concat()),
        1 => vec(any::<u8>(), 0..12),
    ];
    let body = prop_oneof![5 => request(), 1 => anything()].prop_map(|mut body| {
        body.truncate(8000);
        body
    });
    (header, body).prop_map(|(header, body)| [header, body].concat())
}

fn send_datagrams(server: SocketAddr, all: &[Vec<u8>]) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    for datagram in all {
        socket.send_to(datagram, server).unwrap();
    }
    // Once this one is answered, so were all before it, by one worker at least. It may get lost, for there is
    // but so much room for what is not read yet; and a worker that still waits for a value takes it for that.
    for _ in 0..4 {
        socket.send_to(b"\xab\xcd\0\0\0\x01\0\0version\r\n", server).unwrap();
        let mut answer = [0; 2048];
        while let Ok(n) = socket.recv(&mut answer) {
            if answer[..n].starts_with(b"\xab\xcd") && answer[..n].ends_with(b"VERSION 1.4.24\r\n") {
                return;
            }
        }
    }
}

fn read_slowly(server: SocketAddr, size: usize, gets: usize) {
    let mut client = TcpStream::connect(server).unwrap();
    client.set_nodelay(true).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut all = format!("set big 0 0 {size}\r\n").into_bytes();
    all.resize(all.len() + size, b'v');
    all.extend_from_slice(b"\r\n");
    all.extend_from_slice(&b"get big other\r\n".repeat(gets));
    all.extend_from_slice(b"stats\r\nquit\r\n");
    client.write_all(&all).unwrap();
    // The kernel's buffers are full by then, if they will be.
    std::thread::sleep(Duration::from_millis(5));
    drop(client.read_to_end(&mut Vec::new()));
}
