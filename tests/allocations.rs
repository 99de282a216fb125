//! On the way of a request nothing is allocated: not for a get, not for a set whose memory was an
//! item's before, not for many requests at once. memcached's buffers and items are used again, and
//! so are ours.
//!
//! Where the C asks for memory too nothing is said: for a read buffer that must hold more than 2,048
//! bytes and shrinks again after it, and for the answer to `stats`.
#![allow(clippy::unwrap_used)]

mod common;

use memstep::event::Detail;
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::trace::recorder::{Output, Recorder, Sinks, header};
use memstep::tracer::{Hub, TracerConfig};
use rustix::thread::gettid;
use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The system's allocator, which counts how often each thread asks for memory.
struct Counting;

/// By a thread's number, as far as it goes: of a handful of threads no two share a place.
static ASKED: [AtomicU64; 1 << 16] = [const { AtomicU64::new(0) }; 1 << 16];

fn asked(thread: usize) -> &'static AtomicU64 {
    &ASKED[thread % ASKED.len()]
}

fn count() {
    asked(gettid().as_raw_nonzero().get() as usize).fetch_add(1, Ordering::Relaxed);
}

// SAFETY: everything is the system allocator's own doing; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(ptr, layout, size) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const WORKERS: u16 = 2;

/// How often the workers have asked for memory.
fn asked_by_workers(workers: u16) -> u64 {
    let threads: Vec<usize> = fs::read_dir("/proc/self/task")
        .unwrap()
        .map(|thread| thread.unwrap().path())
        .filter(|thread| fs::read_to_string(thread.join("comm")).unwrap().starts_with("worker"))
        .map(|thread| thread.file_name().unwrap().to_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(threads.len(), usize::from(workers));
    threads.into_iter().map(|thread| asked(thread).load(Ordering::Relaxed)).sum()
}

/// What a client asks again and again, in one segment each, and what it is answered.
struct Question {
    name: &'static str,
    requests: String,
    answers: String,
}

/// So long that it takes several `sendmsg`s, some of which the socket refuses.
fn large() -> String {
    "l".repeat(500_000)
}

fn questions() -> Vec<Question> {
    let q = |name, requests: &str, answers: &str| Question {
        name,
        requests: requests.to_owned(),
        answers: answers.to_owned(),
    };
    let value = |key: &str, value: &str| format!("VALUE {key} 0 {}\r\n{value}\r\n", value.len());
    let keys: Vec<String> = (0..64).map(|n| format!("many{n}")).collect();
    let set = |key: &String| format!("set {key} 0 0 {}\r\n{key}\r\n", key.len());
    vec![
        q("set", "set a 0 0 4\r\nabcd\r\n", "STORED\r\n"),
        q("set of another length", "set a 0 0 6\r\nabcdef\r\n", "STORED\r\n"),
        q("get", "get a\r\n", &format!("{}END\r\n", value("a", "abcdef"))),
        q("get of nothing", "get none\r\n", "END\r\n"),
        q("set without an answer", "set b 0 0 1 noreply\r\n9\r\nget b\r\n", "VALUE b 0 1\r\n9\r\nEND\r\n"),
        q("incr to a longer number", "set b 0 0 1\r\n9\r\nincr b 1\r\n", "STORED\r\n10\r\n"),
        q("incr and decr in place", "incr b 5\r\ndecr b 5\r\n", "15\r\n10\r\n"),
        q("add and replace", "add b 0 0 1\r\n1\r\nreplace b 0 0 1\r\n1\r\n", "NOT_STORED\r\nSTORED\r\n"),
        q("append", "set c 0 0 1\r\n1\r\nappend c 0 0 1\r\n2\r\n", "STORED\r\nSTORED\r\n"),
        q("cas", "cas c 0 0 1 1\r\n1\r\n", "EXISTS\r\n"),
        q("delete and set", "delete c\r\nset c 0 0 1\r\n1\r\n", "DELETED\r\nSTORED\r\n"),
        q("touch", "touch c 0\r\n", "TOUCHED\r\n"),
        q("many sets", &keys.iter().map(set).collect::<String>(), &"STORED\r\n".repeat(64)),
        q(
            "get of many keys",
            &format!("get {}\r\n", keys.join(" ")),
            &format!("{}END\r\n", keys.iter().map(|key| value(key, key)).collect::<String>()),
        ),
        q(
            "many gets",
            &keys.iter().map(|key| format!("get {key}\r\n")).collect::<String>(),
            &keys.iter().map(|key| format!("{}END\r\n", value(key, key))).collect::<String>(),
        ),
        q("a large get", "get large\r\n", &format!("{}END\r\n", value("large", &large()))),
        q("nonsense", "bogus\r\nset a\r\n", "ERROR\r\nERROR\r\n"),
        q("version", "version\r\n", "VERSION 1.4.24\r\n"),
    ]
}

fn ask(client: &mut TcpStream, question: &Question) {
    client.write_all(question.requests.as_bytes()).unwrap();
    let mut answer = vec![0; question.answers.len()];
    client.read_exact(&mut answer).unwrap();
    assert!(answer == question.answers.as_bytes(), "{}", question.name);
}

#[test]
fn no_request_allocates() {
    for traced in [None, Some(Detail::Flow), Some(Detail::Calls)] {
        let settings = Settings { num_threads: WORKERS, ..common::settings() };
        let hub = traced.map(|detail| Hub::new(TracerConfig { detail, ..TracerConfig::default() }));
        let recorder = hub.as_ref().map(|hub| {
            let output = Some(Output::stream(Box::new(std::io::sink())));
            let header = header(hub, WORKERS, "test");
            Recorder::start(hub.clone(), &header, Sinks { output, ..Sinks::default() }).unwrap()
        });
        let server = Server::start(settings, hub.clone()).unwrap();
        let mut clients: Vec<_> =
            (0..WORKERS).map(|_| TcpStream::connect(server.addrs()[0]).unwrap()).collect();
        for client in &clients {
            client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            client.set_nodelay(true).unwrap();
        }
        let questions = questions();
        let (requests, answers) =
            (format!("set large 0 0 500000\r\n{}\r\n", large()), "STORED\r\n".to_owned());
        ask(&mut clients[0], &Question { name: "a large set", requests, answers });
        // Buffers grow to what the clients need, and items find their memory.
        for _ in 0..3 {
            questions.iter().for_each(|q| clients.iter_mut().for_each(|client| ask(client, q)));
        }
        assert!(asked_by_workers(WORKERS) > 0, "it is seen when a worker allocates");
        for question in &questions {
            let before = asked_by_workers(WORKERS);
            for _ in 0..50 {
                clients.iter_mut().for_each(|client| ask(client, question));
            }
            // What follows an answer is over once the next is there.
            let last = questions.last().unwrap();
            clients.iter_mut().for_each(|client| ask(client, last));
            assert_eq!(asked_by_workers(WORKERS) - before, 0, "{}, traced: {traced:?}", question.name);
        }
        drop(clients);
        if let Some(recorder) = recorder {
            assert!(recorder.finish().unwrap().unwrap().events > 10_000);
        }
        server.stop();
        no_datagram_allocates(traced);
    }
}

/// The same by UDP, for an answer of one datagram and of several; after the other, since threads are counted
/// by their names.
fn no_datagram_allocates(traced: Option<Detail>) {
    let settings = Settings { num_threads: 1, udpport: -1, ..common::settings() };
    let hub = traced.map(|detail| Hub::new(TracerConfig { detail, ..TracerConfig::default() }));
    let recorder = hub.as_ref().map(|hub| {
        let output = Some(Output::stream(Box::new(std::io::sink())));
        Recorder::start(hub.clone(), &header(hub, 1, "test"), Sinks { output, ..Sinks::default() }).unwrap()
    });
    let server = Server::start(settings, hub).unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client.connect(server.udp_addrs()[0]).unwrap();
    let ask = |text: &str, datagrams: usize| {
        client.send(&[b"\0\x07\0\0\0\x01\0\0", text.as_bytes()].concat()).unwrap();
        for _ in 0..datagrams {
            client.recv(&mut [0; 2048]).unwrap();
        }
    };
    let story = || {
        ask(&format!("set a 0 0 4000\r\n{}\r\n", "a".repeat(4000)), 1);
        ask("get none\r\n", 1);
        ask("get a\r\n", 3);
        ask("short", 0);
    };
    (0..3).for_each(|_| story());
    let before = asked_by_workers(1);
    (0..50).for_each(|_| story());
    ask("version\r\n", 1);
    assert_eq!(asked_by_workers(1) - before, 0, "by UDP, traced: {traced:?}");
    if let Some(recorder) = recorder {
        recorder.finish().unwrap().unwrap();
    }
    server.stop();
}
