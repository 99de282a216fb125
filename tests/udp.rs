//! UDP: what clients are answered, beside the real memcached where there is one, and what a recording tells
//! of the sockets that nobody was accepted on.
#![allow(clippy::unwrap_used)]

mod common;

use common::taped::{Taped, checked};
use memstep::event::{ConnState, Detail, Event, Kind, Thread};
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::model::World;
use memstep::tracer::TracerConfig;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const CLIENTS: usize = 2;
/// The number of the request whose answer says that there are no more before it.
const LAST: u16 = 0xeeee;

fn settings(num_threads: u16) -> Settings {
    Settings { num_threads, udpport: -1, ..common::settings() }
}

/// A request in one datagram.
fn request(id: u16, text: &[u8]) -> Vec<u8> {
    header(id, 0, 1).iter().chain(text).copied().collect()
}

fn header(id: u16, at: u16, of: u16) -> [u8; 8] {
    let ([a, b], [c, d], [e, f]) = (id.to_be_bytes(), at.to_be_bytes(), of.to_be_bytes());
    [a, b, c, d, e, f, 0, 0]
}

/// Clients that each have a socket.
struct Clients(Vec<UdpSocket>);

impl Clients {
    fn of(server: SocketAddr) -> Clients {
        let client = |_| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.connect(server).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            socket
        };
        Clients((0..CLIENTS).map(client).collect())
    }

    /// Sends a datagram, and another one whose answer comes last: all that was answered, and to whom.
    fn ask(&self, who: usize, datagram: &[u8]) -> Vec<(usize, Vec<u8>)> {
        self.0[who].send(datagram).unwrap();
        self.0[who].send(&request(LAST, b"version\r\n")).unwrap();
        let mut told = Vec::new();
        loop {
            let answer = self.next(who);
            if answer.starts_with(&LAST.to_be_bytes()) {
                break;
            }
            told.push((who, answer));
        }
        // One thread has answered all of it, so what others were told is there.
        for other in (0..CLIENTS).filter(|other| *other != who) {
            self.0[other].set_nonblocking(true).unwrap();
            let mut bytes = [0; 2048];
            while let Ok(n) = self.0[other].recv(&mut bytes) {
                told.push((other, bytes[..n].to_vec()));
            }
            self.0[other].set_nonblocking(false).unwrap();
        }
        told
    }

    fn next(&self, who: usize) -> Vec<u8> {
        let mut bytes = [0; 2048];
        let n = self.0[who].recv(&mut bytes).unwrap();
        bytes[..n].to_vec()
    }
}

/// What a client does.
enum Step {
    /// Sends a datagram, and all that comes of it is over.
    Asks(usize, Vec<u8>),
    /// Sends one after which the server waits for more: whatever comes next is swallowed.
    Says(usize, Vec<u8>),
}

/// What clients do.
fn steps() -> Vec<Step> {
    use Step::{Asks, Says};
    let large = [b"set large 5 0 5000\r\n", &[b'x'; 5000][..], b"\r\n"].concat();
    let keys: String = (0..2000).map(|n| format!(" k{n}")).collect();
    vec![
        Asks(0, request(1, b"set a 0 0 1\r\nz\r\n")),
        Asks(0, request(2, b"get a\r\n")),
        Asks(1, request(2, b"get a b\r\n")),
        Asks(0, request(3, b"gets a\r\n")),
        // Answers of several datagrams, one of them exactly full.
        Asks(0, request(4, &large)),
        Asks(0, request(5, b"get large\r\n")),
        Asks(1, request(0xfffe, b"get large a large\r\n")),
        Asks(0, request(6, &[b"set full 0 0 1363\r\n", &[b'f'; 1363][..], b"\r\nget full\r\n"].concat())),
        Asks(0, request(6, &[b"set full 0 0 1365\r\n", &[b'f'; 1365][..], b"\r\nget full\r\n"].concat())),
        // Requests in several datagrams, which are refused without a word.
        Asks(0, [&header(7, 0, 2)[..], b"get a\r\n"].concat()),
        Asks(0, [&header(7, 1, 2)[..], b"get a\r\n"].concat()),
        Asks(0, [&header(7, 0, 256)[..], b"get a\r\n"].concat()),
        // Only the count of datagrams is looked at.
        Asks(0, [&header(8, 9, 1)[..6], b"\x07\x07get a\r\n"].concat()),
        // Too short.
        Asks(0, vec![]),
        Asks(0, b"x".to_vec()),
        Asks(0, header(9, 0, 1).to_vec()),
        Asks(0, request(9, b"\n")),
        Asks(0, request(9, b"\r\n")),
        Asks(0, request(9, b"\0")),
        // A line without an end, which the next datagram does not end.
        Asks(0, request(10, b"get a")),
        Asks(0, request(10, b"\r\n")),
        Asks(0, request(11, &[b'a'; 2000])),
        Asks(0, request(12, b"set n 0 0 1 noreply\r\nq\r\n")),
        Asks(0, request(13, b"get n\r\n")),
        // quit ends a datagram, and nothing else.
        Asks(0, request(14, b"quit\r\n")),
        Asks(0, request(15, b"get n\r\nget a\r\nquit\r\nget a\r\n")),
        Asks(0, request(16, b"nonsense\r\n")),
        Asks(0, request(17, b"verbosity 0\r\n")),
        Asks(0, request(18, b"incr a 1\r\nset c 0 0 1\r\n5\r\nincr c 6\r\ndelete c\r\ntouch a 100\r\n")),
        Asks(0, request(19, format!("get {}\r\n", "k".repeat(251)).as_bytes())),
        Asks(0, request(20, format!("get{keys} a\r\n").as_bytes())),
        Asks(0, request(21, &b"get a\r\n".repeat(30))),
        Asks(0, request(22, b"set d 0 0 3\r\nabcdef\r\n")),
        // A value that is missing: whatever comes next is it, header and all, whoever sends it.
        Says(0, request(23, b"set m 0 0 20\r\n")),
        Says(0, request(24, b"get a\r\n")),
        Asks(1, request(25, b"get m\r\n")),
        // A datagram of nothing is the end of a stream to read.
        Says(0, request(26, b"set m 0 0 4\r\n")),
        Says(0, vec![]),
        Asks(0, request(27, b"get m\r\n")),
        // A value that is refused.
        Says(0, request(28, b"set m 0 0 2000000\r\n")),
        Says(0, vec![]),
        Asks(0, request(29, b"get m\r\n")),
        Asks(0, request(30, b"stats sizes\r\nstats reset\r\n")),
        Asks(0, request(31, b"flush_all\r\n")),
        Asks(0, request(32, b"get a\r\n")),
    ]
}

/// Everything that is answered to all of it.
fn told(server: SocketAddr) -> Vec<Vec<(usize, Vec<u8>)>> {
    let clients = Clients::of(server);
    let mut all = Vec::new();
    for step in steps() {
        match step {
            Step::Asks(who, datagram) => all.push(clients.ask(who, &datagram)),
            Step::Says(who, datagram) => {
                clients.0[who].send(&datagram).unwrap();
                all.push(Vec::new());
            }
        }
    }
    all
}

/// A server on one worker: what is answered is in the order in which it was asked.
fn ours() -> Vec<Vec<(usize, Vec<u8>)>> {
    let server = Server::start(settings(1), None).unwrap();
    let all = told(server.udp_addrs()[0]);
    server.stop();
    all
}

#[test]
fn answers_are_datagrams_with_the_request_s_number() {
    let all = ours();
    assert_eq!(all[0], [(0, request(1, b"STORED\r\n"))]);
    assert_eq!(all[1], [(0, request(2, b"VALUE a 0 1\r\nz\r\nEND\r\n"))]);
    assert_eq!(all[2], [(1, request(2, b"VALUE a 0 1\r\nz\r\nEND\r\n"))]);
    // The large value in four datagrams.
    let mut whole = Vec::new();
    for (i, (who, datagram)) in all[5].iter().enumerate() {
        assert!(*who == 0 && datagram.len() <= 1400);
        let (head, rest) = datagram.split_at(8);
        assert_eq!(head, header(5, i as u16, 4));
        whole.extend_from_slice(rest);
    }
    let value = "x".repeat(5000);
    assert_eq!(String::from_utf8(whole).unwrap(), format!("VALUE large 5 5000\r\n{value}\r\nEND\r\n"));
    // Refused and short ones are answered by nothing.
    assert!(all[9..12].iter().chain(&all[13..16]).all(Vec::is_empty), "{all:?}");
    assert_eq!(all[12], [(0, request(8, b"VALUE a 0 1\r\nz\r\nEND\r\n"))]);
}

/// The real memcached, where `MEMSTEP_REAL_MEMCACHED` names a 1.4.24.
#[test]
fn answers_are_those_of_memcached() {
    let Some(program) = std::env::var_os("MEMSTEP_REAL_MEMCACHED") else {
        eprintln!("skipped: MEMSTEP_REAL_MEMCACHED names no memcached 1.4.24");
        return;
    };
    let real = Real::start(&program);
    let (ours, theirs) = (ours(), told(real.1));
    for (n, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert_eq!(ours, theirs, "step {n}: ours, and memcached's");
    }
    assert_eq!(ours.len(), theirs.len());
}

struct Real(Child, SocketAddr);

impl Real {
    fn start(program: &OsStr) -> Real {
        let addr = common::ports::free_addr();
        let port = addr.port().to_string();
        let args = ["-l", "127.0.0.1", "-u", "root", "-t", "1", "-U", &port, "-p", &port];
        let child = Command::new(program).args(args).stderr(Stdio::null()).spawn().unwrap();
        // Its UDP socket is there after that of TCP, and waits for us.
        let asks = UdpSocket::bind("127.0.0.1:0").unwrap();
        asks.connect(addr).unwrap();
        asks.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        common::until("the real memcached answers", || {
            let _ = asks.send(&request(1, b"version\r\n"));
            asks.recv(&mut [0; 100]).is_ok()
        });
        Real(child, addr)
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn by_tcp(server: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(server).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client
}

fn ask_by_tcp(client: &mut TcpStream, command: &str, end: &str) -> String {
    client.write_all(command.as_bytes()).unwrap();
    let mut answer = String::new();
    while !answer.ends_with(end) {
        let mut piece = [0; 4096];
        let n = client.read(&mut piece).unwrap();
        assert!(n > 0, "closed after {answer:?}");
        answer += std::str::from_utf8(&piece[..n]).unwrap();
    }
    answer
}

#[test]
fn every_worker_has_the_socket_from_the_start_and_tcp_clients_come_after() {
    for detail in [Detail::Flow, Detail::Calls] {
        let server = Taped::start(settings(4), TracerConfig { detail, ..TracerConfig::default() });
        let udp = server.udp_addr();
        let mut client = by_tcp(server.addr());
        // While they wait they are the server's own.
        common::until("every worker has taken its socket up", || {
            let stats = ask_by_tcp(&mut client, "stats conns\r\n", "END\r\n");
            stats.matches(&format!(":addr udp:{udp}\r\n")).count() == 4
        });
        let (_, events) = checked(&server.stop());
        let made: Vec<&Event> =
            events.iter().filter(|e| e.kind() == Kind::ConnNew && e.transport() == Some("udp")).collect();
        let mut whose: Vec<_> = made.iter().map(|e| (e.conn.unwrap(), e.th)).collect();
        whose.sort_unstable();
        assert_eq!(whose, [0, 1, 2, 3].map(|n| (n, Thread::Worker(n as u16))));
        assert!(made.iter().all(|e| e.state() == Some(ConnState::Read)));
        let accepts: Vec<_> = events.iter().filter(|e| e.kind() == Kind::Accept).map(|e| e.conn).collect();
        assert_eq!(accepts, [Some(4)]);
        let world = folded(&events);
        assert_eq!(world.accepted, 1);
        assert!(world.conns.iter().filter(|c| c.is_udp).count() == 4 && !world.conn(4).unwrap().is_udp);
    }
}

fn folded(events: &[Event]) -> World {
    let mut world = World::default();
    events.iter().for_each(|event| world.apply(event));
    world
}

#[test]
fn each_datagram_is_read_once_whoever_wakes_for_it() {
    const DATAGRAMS: u16 = 200;
    let server = Taped::start(settings(4), TracerConfig::default());
    let clients = Clients::of(server.udp_addr());
    for id in 0..DATAGRAMS {
        clients.0[0].send(&request(id, b"version\r\n")).unwrap();
        assert_eq!(clients.next(0), request(id, b"VERSION 1.4.24\r\n"));
    }
    let me = clients.0[0].local_addr().unwrap().to_string();
    let (_, events) = checked(&server.stop());
    let mut read = BTreeMap::new();
    for event in events.iter().filter(|e| e.kind() == Kind::Recvfrom) {
        match event.errno() {
            None => {
                assert_eq!(event.peer(), Some(&*me));
                assert_eq!(&*event.request().unwrap().kept, b"version\r\n");
                *read.entry(event.request_id().unwrap()).or_insert(0) += 1;
            }
            Some(errno) => assert_eq!(errno, "EAGAIN"),
        }
    }
    assert_eq!(read, (0..DATAGRAMS).map(|id| (id, 1)).collect());
    let closed = events.iter().any(|e| e.kind() == Kind::Close && e.conn.is_some());
    assert!(!closed, "a UDP socket is never closed");
}

#[test]
fn the_world_holds_what_the_last_datagram_said() {
    let server = Taped::start(settings(1), TracerConfig::default());
    let clients = Clients::of(server.udp_addr());
    clients.0[1].send(&request(0x1234, b"get nothing\r\n")).unwrap();
    clients.next(1);
    let (_, events) = checked(&server.stop());
    let at = events.iter().position(|e| e.kind() == Kind::Recvfrom && e.errno().is_none()).unwrap();
    // At first it stands in the buffer as it came; before the next event it is moved over its header.
    let came = folded(&events[..=at]);
    assert_eq!((came.conn(0).unwrap().rbuf.len(), came.changed.rbuf.clone()), (21, Some(0..21)));
    let next = events[at + 1..].iter().position(|e| e.conn == Some(0)).unwrap();
    let world = folded(&events[..=at + 1 + next]);
    let conn = world.conn(0).unwrap();
    let peer = clients.0[1].local_addr().unwrap().to_string();
    assert_eq!((conn.request_id, conn.peer.as_deref()), (Some(0x1234), Some(&*peer)));
    assert_eq!((conn.fields.rcurr, conn.fields.rbytes, conn.rbuf.len()), (0, 13, 21));
    assert_eq!(world.changed.rbuf, Some(0..13));
    let sent = events.iter().find(|e| e.kind() == Kind::Sendmsg).unwrap().iov().unwrap();
    assert_eq!(*sent[0].bytes().kept, header(0x1234, 0, 1));
}

/// Sends a datagram that has 0 for its sender's port, which no answer can reach. That takes a socket that not
/// everybody may have.
fn from_port_0(server: SocketAddr, datagram: &[u8]) -> bool {
    use rustix::net::{AddressFamily, SendFlags, SocketType, ipproto, sendto, socket};
    let Ok(raw) = socket(AddressFamily::INET, SocketType::RAW, Some(ipproto::UDP)) else { return false };
    let [port, len] = [server.port(), datagram.len() as u16 + 8].map(u16::to_be_bytes);
    let head = [[0, 0], port, len, [0, 0]].concat();
    sendto(&raw, &[&head, datagram].concat(), SendFlags::empty(), &server).is_ok()
}

#[test]
fn an_answer_that_cannot_be_sent_is_forgotten_and_the_next_client_served() {
    let server = Taped::start(settings(1), TracerConfig::default());
    let udp = server.udp_addr();
    let clients = Clients::of(udp);
    assert_eq!(clients.ask(0, &request(1, b"set a 0 0 1\r\nz\r\n")), [(0, request(1, b"STORED\r\n"))]);
    for (n, command) in [&b"version\r\n"[..], b"get a a\r\n", b"stats\r\n"].iter().enumerate() {
        if !from_port_0(udp, &request(100 + n as u16, command)) {
            eprintln!("skipped: this user may have no raw socket");
            return;
        }
        let next = request(2, b"get a\r\nnonsense\r\n");
        let answers = [&b"VALUE a 0 1\r\nz\r\nEND\r\n"[..], b"ERROR\r\n"];
        assert_eq!(clients.ask(0, &next), answers.map(|answer| (0, request(2, answer))));
    }
    let (_, events) = checked(&server.stop());
    let failed = events.iter().filter(|e| e.kind() == Kind::Sendmsg && e.errno() == Some("EINVAL"));
    assert_eq!(failed.count(), 3);
    // Nothing of those answers is kept.
    assert_eq!(folded(&events).conn(0).unwrap().fields.ileft, 0);
}

#[test]
fn a_server_may_do_without_tcp() {
    let server = Server::start(Settings { port: 0, ..settings(2) }, None).unwrap();
    assert!(server.addrs().is_empty());
    let clients = Clients::of(server.udp_addrs()[0]);
    clients.0[0].send(&request(7, b"version\r\n")).unwrap();
    assert_eq!(clients.next(0), request(7, b"VERSION 1.4.24\r\n"));
    server.stop();
}

/// One worker for each interface, where there are several.
#[test]
fn several_interfaces_have_a_worker_each() {
    let inter = Some("127.0.0.1,127.0.0.2".to_owned());
    let server = Server::start(Settings { inter, ..settings(4) }, None).unwrap();
    assert_eq!(server.udp_addrs().len(), 2);
    let mut client = by_tcp(server.addrs()[0]);
    common::until("each has taken its socket up", || {
        let stats = ask_by_tcp(&mut client, "stats conns\r\n", "END\r\n");
        ["127.0.0.1", "127.0.0.2"].iter().all(|ip| stats.matches(&format!(":addr udp:{ip}:")).count() == 1)
    });
    let settings = ask_by_tcp(&mut client, "stats settings\r\n", "END\r\n");
    assert!(settings.contains("STAT num_threads_per_udp 1\r\n"), "{settings}");
    server.stop();
}

/// A datagram: of nonsense, or with a header before words that a server knows.
fn datagram() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "get",
        "set",
        "a",
        "0",
        "5",
        "-1",
        "99999999",
        " ",
        " ",
        " ",
        "\r\n",
        "\r\n",
        "\n",
        "\0",
        "noreply",
        "stats",
        "conns",
        "quit",
        "verbosity",
        "incr",
        "delete",
        "é",
        "\u{80}",
        "abcde\r\n",
    ]);
    let said = prop_oneof![
        vec(words, 0..20).prop_map(|words| words.concat().into_bytes()),
        vec(any::<u8>(), 0..100),
        (any::<u8>(), 0usize..60_000).prop_map(|(byte, n)| vec![byte; n]),
    ];
    let head = prop_oneof![
        4 => any::<u16>().prop_map(|id| header(id, 0, 1).to_vec()),
        1 => vec(any::<u8>(), 0..12),
    ];
    (head, said).prop_map(|(head, said)| [head, said].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_datagram_hurts(datagrams in vec(datagram(), 1..60), num_threads in 1u16..4, calls: bool) {
        let detail = if calls { Detail::Calls } else { Detail::Flow };
        let server = Taped::start(settings(num_threads), TracerConfig { detail, ..TracerConfig::default() });
        let clients = Clients::of(server.udp_addr());
        for (n, datagram) in datagrams.iter().enumerate() {
            clients.0[n % CLIENTS].send(datagram).unwrap();
        }
        let answer = ask_by_tcp(&mut by_tcp(server.addr()), "version\r\n", "\r\n");
        prop_assert_eq!(answer, "VERSION 1.4.24\r\n");
        let (_, events) = checked(&server.stop());
        let world = folded(&events);
        prop_assert_eq!(world.accepted, 1);
    }
}
