//! The trace tells the truth: a server is run under strace while it records, and the two agree call
//! by call, both ways: every traced system call is one that strace saw, with the same arguments
//! and the same result, and strace saw none on the server's descriptors that is not in the trace.
#![allow(clippy::unwrap_used)]

mod common;

use common::strace;
use memstep::event::{Event, Iov, Kind, Payload, Thread};
use memstep::session::{Session, play};
use memstep::trace::reader::Recording;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How many bytes of a payload are compared: `max_data`, and strace's `-s`.
const SHOWN: usize = 256;
const CALLS: &str = "epoll_create1,pipe,pipe2,epoll_ctl,epoll_wait,epoll_pwait,socket,setsockopt,bind,listen,accept4,read,recvfrom,write,sendmsg,close";

#[test]
fn what_is_traced_is_what_strace_saw() {
    if !strace::works() {
        return;
    }
    for (story, threads) in [
        ("set-get", 4),
        ("set-get", 1),
        ("pipelined", 4),
        ("yield", 4),
        ("round-robin", 4),
        ("hangups", 4),
        ("slow-reader", 4),
    ] {
        compare(story, threads, Besides::Nothing);
    }
    // Viewers have threads and descriptors of their own, and the trace says nothing of them.
    compare("set-get", 4, Besides::Viewer);
    for threads in [1, 4] {
        compare("set-get", threads, Besides::Udp);
    }
}

/// Whether the last thing that each worker has told is that it goes to sleep, and that for a while.
fn workers_sleep(trace: &Path, threads: u16) -> bool {
    let last = |text: &str, worker| {
        let name = format!("\"th\":\"worker{worker}\"");
        text.lines().rev().find(|line| line.contains(&name)).unwrap_or_default().to_owned()
    };
    let before = fs::read_to_string(trace).unwrap();
    std::thread::sleep(Duration::from_millis(150));
    let now = fs::read_to_string(trace).unwrap();
    now == before && (0..threads).all(|worker| last(&now, worker).contains("\"ev\":\"wait\""))
}

/// What there is besides the story.
#[derive(PartialEq)]
enum Besides {
    Nothing,
    /// A viewer on the events port.
    Viewer,
    /// A client that sends datagrams.
    Udp,
}

fn compare(story: &str, threads: u16, besides: Besides) {
    let watched = besides == Besides::Viewer;
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("trace.jsonl");
    let addr = common::ports::free_addr();
    let events = common::ports::free_addr();
    let more_args = match besides {
        Besides::Nothing => vec![],
        Besides::Viewer => vec!["--events".to_owned(), events.to_string()],
        Besides::Udp => vec!["-U".to_owned(), addr.port().to_string()],
    };
    let mut server = Command::new("strace")
        .args(["-ff", "-xx", "-s", &SHOWN.to_string(), "-e", &format!("trace={CALLS}")])
        .arg("-o")
        .arg(dir.path().join("st"))
        .arg(env!("CARGO_BIN_EXE_memstep"))
        .args(["serve", "-l", "127.0.0.1", "-p", &addr.port().to_string(), "-t", &threads.to_string()])
        .arg("--record")
        .arg(&trace)
        .args(more_args)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    common::until("the server listens", || strace::listens(addr));
    let watching = watched.then(|| {
        let mut viewer = TcpStream::connect(events).unwrap();
        viewer.write_all(b"watch\n").unwrap();
        viewer.read_exact(&mut [0; 100]).unwrap();
        viewer
    });
    let file = format!("tests/reference/{story}.session");
    let session = Session::parse(&fs::read_to_string(&file).unwrap(), &file).unwrap();
    play(&session.steps, &file, addr, &mut |_| {}).unwrap();
    if besides == Besides::Udp {
        send_datagrams(addr);
    }
    // Each worker wakes up for a datagram, and on a busy machine some do so late: what comes after the
    // recording's end is in no trace.
    common::until("all workers are asleep", || workers_sleep(&trace, threads));
    strace::terminate_child(server.id());
    server.wait().unwrap();
    drop(watching);

    let recording = Recording::load(&trace, false).unwrap();
    assert!(recording.end.is_some(), "{story}: the recording was not closed");
    let strace = Strace::read(dir.path(), &recording.events);
    for (thread, traced) in traced_calls(&recording.events) {
        let seen = &strace.calls[&thread];
        for (i, call) in traced.iter().enumerate() {
            let at = format!("{story} -t {threads}, {thread}, call {i}");
            let seen = seen.get(i).unwrap_or_else(|| panic!("{at}: strace did not see {call:?}"));
            assert_eq!(call, seen, "{at}: the trace (left) and strace (right) differ");
        }
        // After the recording was closed a thread may only have gone back to sleep.
        for call in &seen[traced.len()..] {
            assert!(
                call.starts_with("epoll_wait"),
                "{story}, {thread}: strace saw {call:?}, the trace does not have it"
            );
        }
    }
}

/// A set and a get of a value that takes several datagrams, one that is refused and one that is too short.
fn send_datagrams(addr: SocketAddr) {
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(addr).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let set = [b"\0\x01\0\0\0\x01\0\0set large 0 0 3000\r\n", &[b'x'; 3000][..], b"\r\n"].concat();
    for (datagram, answers) in [
        (&set[..], 1),
        (b"short", 0),
        (b"", 0),
        (b"\0\x02\0\0\0\x02\0\0get large\r\n", 0),
        (b"\xff\x03\0\0\0\x01\0\0get large\r\n", 3),
        (b"\0\x04\0\0\0\x01\0\0quit\r\n", 0),
        (b"\0\x05\0\0\0\x01\0\0version\r\n", 1),
    ] {
        client.send(datagram).unwrap();
        for _ in 0..answers {
            client.recv(&mut [0; 2048]).unwrap();
        }
    }
}

/// The system calls of a trace, by thread, in words that strace's output is brought into too.
fn traced_calls(events: &[Event]) -> BTreeMap<Thread, Vec<String>> {
    let mut out: BTreeMap<Thread, Vec<String>> = BTreeMap::new();
    let mut waits: HashMap<Thread, (i32, i64)> = HashMap::new();
    for e in events {
        let fd = e.fd().unwrap_or(-1);
        let result = || e.errno().map_or_else(|| e.ret().unwrap_or(0).to_string(), str::to_owned);
        let line = match e.kind() {
            Kind::EventInit => format!("epoll_create1 = {}", e.epoll_fd().unwrap()),
            Kind::Pipe => format!("pipe {} {}", e.notify_receive_fd().unwrap(), e.notify_send_fd().unwrap()),
            Kind::EventAdd => format!("epoll_ctl ADD {fd} {} = {}", e.interest().unwrap(), result()),
            Kind::EventDel => format!("epoll_ctl DEL {fd} = {}", result()),
            Kind::Socket => format!("socket {} = {fd}", e.domain().unwrap()),
            Kind::Setsockopt => {
                let value = e.value().filter(|_| e.name() == Some("SO_SNDBUF"));
                let value = value.map_or(String::new(), |value| format!(" {value}"));
                format!("setsockopt {fd} {}{value} = {}", e.name().unwrap(), result())
            }
            Kind::Bind => format!("bind {fd} = {}", result()),
            Kind::Listen => format!("listen {fd} {} = {}", e.backlog().unwrap(), result()),
            Kind::Wait => {
                waits.insert(e.th, (e.epoll_fd().unwrap(), e.timeout().unwrap()));
                continue;
            }
            Kind::Wake => {
                let (epoll_fd, timeout) = waits[&e.th];
                let ready: Vec<_> =
                    e.ready().into_iter().flatten().map(|r| format!("{}:{}", r.fd, r.what)).collect();
                format!("epoll_wait {epoll_fd} {timeout} = {} [{}]", result(), ready.join(" "))
            }
            Kind::Accept => {
                let ret = e.errno().map_or_else(|| fd.to_string(), str::to_owned);
                format!("accept4 {} = {ret}", e.listen_fd().unwrap())
            }
            Kind::Notify => format!("write {fd} {} = {}", shown(e.bytes()), result()),
            Kind::Notified => format!("read {fd} 1 {} = {}", shown(e.bytes()), result()),
            Kind::Read => format!("read {fd} {} {} = {}", e.want().unwrap(), shown(e.bytes()), result()),
            Kind::Recvfrom => {
                let port = e.peer().map_or("", |peer| peer.rsplit_once(':').unwrap().1);
                format!("recvfrom {fd} {} {} {port} = {}", e.want().unwrap(), shown(e.bytes()), result())
            }
            Kind::Sendmsg => {
                let iov: Vec<_> = e.iov().into_iter().flatten().map(piece).collect();
                format!("sendmsg {fd} [{}] = {}", iov.join(", "), result())
            }
            Kind::Close => format!("close {fd} = {}", result()),
            _ => continue,
        };
        out.entry(e.th).or_default().push(line);
    }
    out
}

fn piece(iov: &Iov) -> String {
    format!("{} of {}", hex(&iov.bytes().kept), iov.len)
}

fn shown(payload: Option<Payload<'_>>) -> String {
    hex(&payload.map_or_else(Default::default, |p| p.kept))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(SHOWN).map(|b| format!("\\x{b:02x}")).collect()
}

/// What strace saw, by thread.
struct Strace {
    calls: BTreeMap<Thread, Vec<String>>,
}

impl Strace {
    fn read(dir: &Path, events: &[Event]) -> Strace {
        let epolls: HashMap<i32, Thread> = events
            .iter()
            .filter(|e| e.kind() == Kind::Thread && e.op() == Some("start"))
            .map(|e| (e.epoll_fd().unwrap(), e.th))
            .collect();
        // The server's own descriptors; on any other the process may do as it likes.
        let fds: HashSet<i32> = events
            .iter()
            .flat_map(|e| [e.fd(), e.listen_fd(), e.epoll_fd(), e.notify_receive_fd(), e.notify_send_fd()])
            .flatten()
            .collect();
        let mut calls = BTreeMap::new();
        for file in fs::read_dir(dir).unwrap() {
            let path = file.unwrap().path();
            if !path.file_name().unwrap().to_str().unwrap().starts_with("st.") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let epoll = text.lines().filter(|l| l.starts_with("epoll_wait(")).find_map(|l| number(&l[11..]));
            let Some(thread) = epoll.and_then(|fd| epolls.get(&(fd as i32))) else { continue };
            // Before the first event base the process was only loading.
            let skip = if *thread == Thread::Main { "epoll_create1" } else { "" };
            let lines = text.lines().skip_while(|l| !l.starts_with(skip));
            calls.insert(*thread, lines.filter_map(|l| call(l, &fds)).collect());
        }
        assert_eq!(calls.len(), epolls.len(), "a thread was not found in strace's output");
        Strace { calls }
    }
}

/// One line of strace's in our words; `None` where it is about other descriptors.
fn call(line: &str, fds: &HashSet<i32>) -> Option<String> {
    let (name, rest) = line.split_once('(')?;
    let (args, ret) = rest.rsplit_once(" = ")?;
    let args = args.trim_end().strip_suffix(')')?;
    // `-1 EAGAIN (Resource temporarily unavailable)`
    let result = match ret.strip_prefix("-1 ") {
        Some(error) => error.split(' ').next()?.to_owned(),
        None => ret.split(' ').next()?.to_owned(),
    };
    if result == "?" {
        return None;
    }
    let first = number(args)? as i32;
    let of_server = fds.contains(&first);
    let ready_for = |flags: &str| {
        let r = if flags.contains("EPOLLIN") || flags.contains("EPOLLHUP") { "r" } else { "" };
        let w = if flags.contains("EPOLLOUT") { "w" } else { "" };
        format!("{r}{w}")
    };
    Some(match name {
        "epoll_create1" => format!("epoll_create1 = {result}"),
        "pipe" | "pipe2" => {
            let (r, w) = args.strip_prefix('[')?.split_once(']')?.0.split_once(", ")?;
            format!("pipe {r} {w}")
        }
        "socket" => format!("socket {} = {result}", args.split(',').next()?),
        "epoll_ctl" => {
            let parts: Vec<_> = args.splitn(4, ", ").collect();
            let op = parts[1].strip_prefix("EPOLL_CTL_")?;
            match op {
                "ADD" => format!("epoll_ctl ADD {} {} = {result}", parts[2], ready_for(parts[3])),
                _ => format!("epoll_ctl {op} {} = {result}", parts[2]),
            }
        }
        "epoll_wait" => {
            let timeout = args.rsplit(", ").next()?;
            let ready: Vec<_> = args
                .split("{events=")
                .skip(1)
                .map(|e| {
                    let fd = number(e.split("u32=").nth(1).unwrap()).unwrap();
                    format!("{fd}:{}", ready_for(e.split(',').next().unwrap()))
                })
                .collect();
            format!("epoll_wait {first} {timeout} = {result} [{}]", ready.join(" "))
        }
        _ if !of_server => return None,
        "setsockopt" => {
            let option = args.split(", ").nth(2)?;
            let value = args.split(", ").nth(3).filter(|_| option == "SO_SNDBUF");
            let value = value.map_or(String::new(), |value| format!(" {}", value.trim_matches(['[', ']'])));
            format!("setsockopt {first} {option}{value} = {result}")
        }
        "bind" => format!("bind {first} = {result}"),
        "listen" => format!("listen {first} {} = {result}", args.split(", ").nth(1)?),
        "accept4" => format!("accept4 {first} = {result}"),
        "close" => format!("close {first} = {result}"),
        "write" => format!("write {first} {} = {result}", quoted(args)),
        "read" => {
            let data = if result.starts_with('E') || result == "0" { String::new() } else { quoted(args) };
            format!("read {first} {} {data} = {result}", args.rsplit(", ").next()?)
        }
        "recvfrom" => {
            let failed = result.starts_with('E');
            let data = if failed || result == "0" { String::new() } else { quoted(args) };
            // `recvfrom(11, "..."..., 65536, 0, {sa_family=AF_INET, sin_port=htons(5), ...}, [28 => 16])`
            let want = args.split(", ").find(|arg| *arg == "65536")?;
            let port = args.split("htons(").nth(1).map_or("", |rest| rest.split(')').next().unwrap());
            format!("recvfrom {first} {want} {data} {port} = {result}")
        }
        "sendmsg" => {
            let iov: Vec<_> = args
                .split("{iov_base=")
                .skip(1)
                .map(|piece| {
                    let len = number(piece.split("iov_len=").nth(1).unwrap()).unwrap();
                    format!("{} of {len}", quoted(piece))
                })
                .collect();
            format!("sendmsg {first} [{}] = {result}", iov.join(", "))
        }
        other => panic!("strace shows a call that nobody asked for: {other}"),
    })
}

/// The first string of `args`, as it stands there (`-xx`: all of it `\xHH`).
fn quoted(args: &str) -> String {
    args.split('"').nth(1).unwrap_or_default().to_owned()
}

/// The number that `text` begins with; 0 where it begins with none.
fn number(text: &str) -> Option<i64> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    if digits == 0 { Some(0) } else { text[..digits].parse().ok() }
}
