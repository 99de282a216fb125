//! Bytes from the network are hostile: whatever comes, on however many connections and in however
//! many pieces, the server answers, goes on answering, and records what happened without a flaw.
#![allow(clippy::unwrap_used)]

mod common;

use common::clients::{Leaving, Plan, anything, plan, play, still_answers};
use common::settings;
use common::taped::{Taped, checked};
use memstep::event::{Detail, Kind};
use memstep::memcached::settings::Settings;
use memstep::model::World;
use memstep::tracer::TracerConfig;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Plays the clients against a server with so many workers and so much memory, and looks whether
/// everything is as it should be.
fn survives(num_threads: u16, maxbytes: u64, detail: Detail, max_data: u32, plans: &[Plan], turns: &[Index]) {
    let settings = Settings { num_threads, maxbytes, ..settings() };
    let server = Taped::start(settings, TracerConfig { detail, max_data, ..TracerConfig::default() });
    play(server.addr(), plans, turns);
    still_answers(server.addr(), usize::from(num_threads));
    let (header, events) = checked(&server.stop());
    assert_eq!(header.threads, u32::from(num_threads));
    let accepted = events.iter().filter(|e| e.kind() == Kind::Accept).count();
    assert_eq!(accepted, plans.len() + usize::from(num_threads) + 1);
    let mut world = World::new(header.threads);
    for event in &events {
        world.apply(event);
    }
    for closed in events.iter().filter(|e| e.kind() == Kind::Close).filter_map(|e| e.conn) {
        assert!(world.conn(closed).is_none_or(|conn| conn.is_closed()), "c{closed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_clients_send_can_harm(
        plans in vec(plan(anything(), 12), 1..4),
        turns in vec(any::<Index>(), 1..24),
        threads in 1u16..5,
        small in any::<bool>(),
        calls in any::<bool>(),
        max_data in prop_oneof![Just(256u32), 0..20u32, Just(65_536)],
    ) {
        let maxbytes = if small { 1 << 20 } else { 64 << 20 };
        let detail = if calls { Detail::Calls } else { Detail::Flow };
        survives(threads, maxbytes, detail, max_data, &plans, &turns);
    }
}

#[test]
fn a_binary_client_is_told_and_closed() {
    let sends = vec![vec![0x80, 0x0b, 0, 0, 0, 0, 0, 0], vec![0; 16]];
    let server = Taped::start(settings(), TracerConfig::default());
    let told = play(server.addr(), &[Plan { sends, leaving: Leaving::Shut }], &[]);
    let answer: &[u8] = b"SERVER_ERROR the binary protocol is not supported\r\n";
    // What it had not read makes its close a reset, which may overtake the answer.
    assert!(told[0].received == answer || !told[0].to_the_end);
    still_answers(server.addr(), 4);
    checked(&server.stop());
}

#[test]
fn a_client_that_never_reads_holds_up_nobody_else() {
    let server = Taped::start(Settings { num_threads: 1, ..settings() }, TracerConfig::default());
    let mut greedy = std::net::TcpStream::connect(server.addr()).unwrap();
    let value = [b"set a 0 0 500000\r\n".to_vec(), vec![b'v'; 500_000], b"\r\n".to_vec()].concat();
    std::io::Write::write_all(&mut greedy, &value).unwrap();
    // Fifty megabytes of answers that nobody fetches.
    std::io::Write::write_all(&mut greedy, &b"get a a a a a a a a a a\r\n".repeat(10)).unwrap();
    still_answers(server.addr(), 1);
    drop(greedy);
    still_answers(server.addr(), 1);
    let (_, events) = checked(&server.stop());
    let blocked = |e: &&memstep::event::Event| e.kind() == Kind::Sendmsg && e.errno() == Some("EAGAIN");
    assert!(events.iter().any(|e| blocked(&e)), "its socket took no more");
}
