//! The hash table grows while clients go on: the workers are paused by a byte down their pipes, as
//! memcached's are, everything is found before and after, and the recording tells of it without a flaw.
#![allow(clippy::unwrap_used)]

mod common;

use common::taped::{Taped, checked};
use memstep::event::{Event, Kind, Thread};
use memstep::memcached::settings::Settings;
use memstep::model::World;
use memstep::tracer::TracerConfig;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

/// One line of the answer to `stats`.
fn stat(client: &mut BufReader<TcpStream>, name: &str) -> String {
    client.get_mut().write_all(b"stats\r\n").unwrap();
    let mut found = None;
    loop {
        let mut line = String::new();
        client.read_line(&mut line).unwrap();
        if line == "END\r\n" {
            return found.unwrap();
        }
        let value = line.strip_prefix(&format!("STAT {name} "));
        found = found.or(value.map(|value| value.trim_end().to_owned()));
    }
}

#[test]
fn a_table_that_grows_under_load_is_told_of_and_loses_nothing() {
    let settings = Settings { num_threads: 2, hashpower_init: 12, ..common::settings() };
    let server = Taped::start(settings, TracerConfig { max_data: 20, ..TracerConfig::default() });
    let client = TcpStream::connect(server.addr()).unwrap();
    client.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let mut client = BufReader::new(client);
    // One and a half times as many as there are buckets, and then some.
    let keys = 0..6500;
    for key in keys.clone() {
        client.get_mut().write_all(format!("set k{key} 0 0 1 noreply\r\nv\r\n").as_bytes()).unwrap();
    }
    common::until("the table has grown", || {
        stat(&mut client, "hash_power_level") == "13" && stat(&mut client, "hash_is_expanding") == "0"
    });
    assert_eq!(stat(&mut client, "curr_items"), keys.len().to_string());
    for key in keys {
        client.get_mut().write_all(format!("get k{key}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        for _ in 0..3 {
            client.read_line(&mut answer).unwrap();
        }
        assert_eq!(answer, format!("VALUE k{key} 0 1\r\nv\r\nEND\r\n"));
    }
    let (header, events) = checked(&server.stop());
    let mut world = World::new(header.threads);
    events.iter().for_each(|event| world.apply(event));

    let of = |op: &str| -> Vec<&Event> { events.iter().filter(|e| e.op() == Some(op)).collect() };
    let (grows, grown) = (of("expand"), of("expanded"));
    assert_eq!((grows.len(), grown.len()), (1, 1));
    assert_eq!((grows[0].th, grows[0].size(), grown[0].size()), (Thread::Assoc, Some(8192), Some(8192)));
    let paused = |kind: Kind| -> Vec<&Event> {
        events.iter().filter(|e| e.kind() == kind && e.data() == Some("p")).collect()
    };
    let (told, heard) = (paused(Kind::Notify), paused(Kind::Notified));
    assert_eq!((told.len(), heard.len()), (2, 2), "every worker, once");
    assert!(told.iter().all(|e| e.th == Thread::Assoc && e.seq < grows[0].seq));
    assert!(heard.iter().all(|e| e.seq < grows[0].seq), "the table is exchanged when all of them wait");
    let pages = of("page");
    assert_eq!(pages.len(), 1, "6,500 chunks of 96 bytes are less than a page");
    assert_eq!((pages[0].class(), pages[0].size()), (Some(1), Some(10922 * 96)));
    assert!(of("alloc").iter().all(|e| e.class() == Some(1)));
}
