//! What a viewer says of the store's memory is what the server itself answers to `stats`.
#![allow(clippy::unwrap_used)]

mod common;

use common::taped::{Taped, checked};
use memstep::event::Kind;
use memstep::memcached::settings::Settings;
use memstep::model::{Key, World};
use memstep::tracer::TracerConfig;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Barrier};

/// The lines of an answer that ends in `END`.
fn lines(client: &mut BufReader<TcpStream>, command: &str) -> Vec<String> {
    client.get_mut().write_all(format!("{command}\r\n").as_bytes()).unwrap();
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        assert!(client.read_line(&mut line).unwrap() > 0, "{command}");
        if line == "END\r\n" {
            return lines;
        }
        lines.push(line.trim_end().to_owned());
    }
}

fn stats(client: &mut BufReader<TcpStream>, command: &str) -> HashMap<String, u64> {
    let lines = lines(client, command);
    let all = lines.iter().filter_map(|line| line.strip_prefix("STAT ")?.split_once(' '));
    all.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()
}

/// Values of many sizes, more than there is memory for; some deleted, some replaced, some out of time.
fn story() -> String {
    let mut story = String::new();
    let mut random = 24_u32;
    for n in 0..4000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (key, size) = (random >> 8 & 0x1ff, (random >> 17) as usize % 1500 + 1);
        let exptime = if n % 7 == 0 { -1 } else { 0 };
        story += &match n % 5 {
            0 => format!("delete k{key} noreply\r\n"),
            _ => format!("set k{key} 0 {exptime} {size} noreply\r\n{}\r\n", "v".repeat(size)),
        };
    }
    // Most of them go into one class: more than are remembered.
    (0..400).for_each(|n| story += &format!("set small{n} 0 0 1 noreply\r\nv\r\n"));
    story
}

#[test]
fn the_model_of_the_memory_is_what_stats_says() {
    let settings =
        Settings { num_threads: 1, maxbytes: 300_000, item_size_max: 16 << 10, ..common::settings() };
    let server = Taped::start(settings, TracerConfig::default());
    let client = TcpStream::connect(server.addr()).unwrap();
    client.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let mut client = BufReader::new(client);
    client.get_mut().write_all(story().as_bytes()).unwrap();
    for key in ["small3", "small3", "k1", "nobody"] {
        lines(&mut client, &format!("get {key}"));
    }
    let (slabs, items) = (stats(&mut client, "stats slabs"), stats(&mut client, "stats items"));
    let ids = (1..64).filter(|id| slabs.contains_key(&format!("{id}:chunk_size")));
    let lists: HashMap<u8, Vec<String>> =
        ids.map(|id| (id, lines(&mut client, &format!("stats cachedump {id} 0")))).collect();
    let (header, events) = checked(&server.stop());
    let mut world = World::new(header.threads);
    events.iter().for_each(|event| world.apply(event));

    let memory = &world.memory();
    assert!(!memory.has_gap);
    assert_eq!(memory.classes().count() as u64, slabs["active_slabs"]);
    for class in memory.classes() {
        let id = class.id;
        let of = |name: &str| slabs[&format!("{id}:{name}")];
        let in_list = |name: &str| items.get(&format!("items:{id}:{name}")).copied().unwrap_or(0);
        assert_eq!(class.chunk, Some(of("chunk_size")), "class {id}");
        let counts = (class.pages, class.chunks, class.used, class.lru.len());
        let said = (of("total_pages"), of("total_chunks"), of("used_chunks"), in_list("number"));
        assert_eq!(counts, said, "class {id}");
        // `ITEM small3 [1 b; 1448424844 s]`, from the head on.
        let key = |line: &String| line.split(' ').nth(1).unwrap().to_owned();
        let said: Vec<String> = lists[&id].iter().map(key).collect();
        let known = |key: &Key| String::from_utf8(key.kept.to_vec()).unwrap();
        let head: Vec<String> = class.lru.head().map(|item| known(&item.key)).collect();
        let tail: Vec<String> = class.lru.tail().map(|item| known(&item.key)).collect();
        assert!(said.starts_with(&head) && said.ends_with(&tail), "class {id}: {said:?}\n{head:?} {tail:?}");
        assert_eq!(said.len() as u64, class.lru.len(), "class {id}");
    }
    let sum = |name: &str| -> u64 { items.iter().filter(|(of, _)| of.ends_with(name)).map(|(_, n)| n).sum() };
    assert_eq!((memory.counts.evicted, memory.counts.reclaimed), (sum(":evicted"), sum(":reclaimed")));
    assert!(memory.counts.evicted > 0 && memory.counts.reclaimed > 0, "{:?}", memory.counts);
    assert!(memory.classes().any(|class| class.lru.hidden() > 0));
    let bucket = |key: &str| {
        let of = |e: &&memstep::event::Event| e.key() == Some(key) && e.bucket().is_some();
        events.iter().rev().find(of).unwrap().bucket().unwrap()
    };
    let newest = memory.class(1).unwrap().lru.head().next().unwrap();
    assert_eq!(newest.bucket, Some(bucket("small399")));
    assert!(memory.chain(bucket("small399")).contains(&newest));
    assert!(memory.chain(bucket("nobody")).iter().all(|item| &*item.key.kept != b"nobody"));
}

/// Several workers take the first chunks of a class at the same time: whose page they come from is told
/// before any of them.
#[test]
fn a_page_is_told_of_before_its_chunks() {
    const CLIENTS: usize = 4;
    let settings = Settings { num_threads: CLIENTS as u16, ..common::settings() };
    let server = Taped::start(settings, TracerConfig::default());
    let start = Arc::new(Barrier::new(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let mut client = TcpStream::connect(server.addr()).unwrap();
            client.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
            let start = start.clone();
            std::thread::spawn(move || {
                // Each class is a quarter larger than the one before.
                for class in 0..30 {
                    let size = (80.0 * 1.25_f64.powi(class)) as usize;
                    let set = format!("set k{n}_{class} 0 0 {size}\r\n{}\r\n", "v".repeat(size));
                    start.wait();
                    client.write_all(set.as_bytes()).unwrap();
                    let mut answer = [0; 8];
                    std::io::Read::read_exact(&mut client, &mut answer).unwrap();
                    assert_eq!(&answer, b"STORED\r\n");
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    let (_, events) = checked(&server.stop());
    let mut with_pages = HashSet::new();
    for event in events.iter().filter(|event| event.kind() == Kind::Item) {
        match (event.op(), event.class()) {
            (Some("page"), Some(class)) => assert!(with_pages.insert(class), "class {class} twice"),
            (Some("alloc"), Some(class)) => assert!(with_pages.contains(&class), "event {}", event.seq),
            _ => {}
        }
    }
    assert!(with_pages.len() > 20, "{with_pages:?}");
}
