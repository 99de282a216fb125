//! The load generator of the benchmarks counts only answers that are right, and keeps the pace that
//! it was given. It lives under `benches/`, whose programs `cargo test` does not run.
#![allow(clippy::unwrap_used, dead_code)]

mod common;
#[path = "../benches/versus/load.rs"]
mod load;
#[path = "../benches/versus/table.rs"]
mod table;
#[path = "../benches/versus/wire.rs"]
mod wire;

use load::{Generator, Load};
use memstep::memcached::server::Server;
use proptest::prelude::*;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;
use table::{Ratio, Reach, median};
use wire::{Book, Choice, KEYS, Mix, Pace, Seen, seen};

const SHORT: Duration = Duration::from_millis(200);

#[test]
fn every_load_goes_through_and_every_answer_is_counted() {
    let server = Server::start(common::settings(), None).unwrap();
    for load in [Load::A, Load::B, Load::C, Load::D] {
        let mut generator = Generator::new(server.addrs()[0], load).unwrap();
        let (first, second) = (generator.run(SHORT).unwrap(), generator.run(SHORT).unwrap());
        for done in [first, second] {
            assert!(done.count > 0, "{load:?}");
            assert_eq!(done.latency.len(), done.count, "{load:?}");
            assert!(done.elapsed >= SHORT);
        }
    }
    server.stop();
}

#[test]
fn a_paced_load_sends_exactly_what_is_due_and_waits_for_the_answers() {
    let server = Server::start(common::settings(), None).unwrap();
    let mut generator = Generator::new(server.addrs()[0], Load::A).unwrap();
    let pace = Pace::new(5000.0).unwrap();
    let done = generator.run_paced(SHORT, pace).unwrap();
    assert_eq!(done.count, pace.ticks(SHORT) * u64::from(pace.burst));
    assert_eq!(done.latency.len(), done.count);
    server.stop();
}

/// A server that stores everything, sleeps before it answers a `get`, and then says `answer`, or the
/// right one where there is none.
fn server_of(answer: Option<&'static str>, sleep: Duration) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            std::thread::spawn(move || serve(stream, answer, sleep));
        }
    });
    addr
}

fn serve(mut stream: TcpStream, answer: Option<&str>, sleep: Duration) {
    let book = Book::new();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        let answer = match line.strip_prefix("get key_") {
            None => {
                lines.next();
                "STORED\r\n".as_bytes()
            }
            Some(key) => {
                std::thread::sleep(sleep);
                let right = book.exchange(Choice::Get(key.parse().unwrap())).answer.as_slice();
                answer.map_or(right, str::as_bytes)
            }
        };
        // The generator goes when it has seen enough.
        if stream.write_all(answer).is_err() {
            break;
        }
    }
}

#[test]
fn a_wrong_answer_ends_the_run() {
    let wrong = [
        "END\r\n",
        "ERROR\r\n",
        "VALUE key_00000000 0 32\r\n00000001000000010000000100000001\r\nEND\r\n",
        "VALUE key_00000000 1 32\r\n00000000000000000000000000000000\r\nEND\r\n",
    ];
    for answer in wrong {
        let addr = server_of(Some(answer), Duration::ZERO);
        let Err(error) = Generator::new(addr, Load::B).unwrap().run(SHORT) else {
            panic!("{answer:?} was taken for right");
        };
        assert!(error.to_string().contains("it answered"), "{error:#}");
    }
}

/// What makes a latency honest: a request that waits for a connection has been waiting since it was
/// due, and not only since it was sent.
#[test]
fn a_slow_server_cannot_hide_behind_the_requests_that_wait_for_it() {
    let slow = Duration::from_millis(5);
    let addr = server_of(None, slow);
    let mut generator = Generator::new(addr, Load::B).unwrap();
    // Ten are due within 10 ms, and the one connection takes 5 ms for each.
    let pace = Pace::new(1000.0).unwrap();
    let done = generator.run_paced(Duration::from_millis(10), pace).unwrap();
    assert_eq!(done.count, 10);
    // So the last has waited for nine others: 10 x 5 ms, less the 10 ms after which it was due.
    assert!(done.latency.max() >= 39_000_000, "{}", done.latency.max());
}

#[test]
fn the_mix_has_as_many_sets_to_gets_as_it_says() {
    let mut mix = Mix::new(1, 10);
    let choices: Vec<Choice> = (0..110_000).map(|_| mix.next()).collect();
    let sets = choices.iter().filter(|c| matches!(c, Choice::Set(_))).count();
    assert_eq!(sets, 10_000);
    let mut keys = [false; KEYS];
    for choice in choices {
        let (Choice::Get(k) | Choice::Set(k)) = choice;
        keys[usize::from(k)] = true;
    }
    assert!(keys.iter().all(|seen| *seen), "every key is asked for");
}

proptest! {
    #[test]
    fn an_answer_is_right_however_it_is_cut_and_whatever_follows(k in 0..KEYS as u16, cut in 0..100usize, more in "[A-Z\r\n]{0,9}") {
        let book = Book::new();
        let answer = &book.exchange(Choice::Get(k)).answer;
        let cut = cut.min(answer.len() - 1);
        prop_assert_eq!(seen(&answer[..cut], answer), Seen::Part);
        let mut whole = answer.clone();
        whole.extend_from_slice(more.as_bytes());
        prop_assert_eq!(seen(&whole, answer), Seen::Whole(answer.len()));
        whole[cut] ^= 1;
        prop_assert_eq!(seen(&whole, answer), Seen::Wrong);
        prop_assert_eq!(seen(&whole[..cut + 1], answer), Seen::Wrong);
    }

    #[test]
    fn a_pace_is_the_rate_that_was_asked_for_and_never_drifts(rate in 1.0..2e6f64, tick in 0..1_000_000u64) {
        let pace = Pace::new(rate).unwrap();
        prop_assert!(pace.tick >= Duration::from_nanos(49_999));
        let kept = f64::from(pace.burst) / pace.tick.as_secs_f64();
        prop_assert!((kept / rate - 1.0).abs() < 1e-4, "{} for {}", kept, rate);
        prop_assert_eq!(pace.due(tick + 1) - pace.due(tick), pace.tick);
        prop_assert_eq!(pace.ticks(pace.due(tick)), tick);
    }
}

#[test]
fn what_is_no_rate_has_no_pace() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Pace::new(rate), None);
    }
}

#[test]
fn ratios_are_of_pairs_and_limits_know_their_side() {
    assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
    assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
    let ratio = Ratio::new(&[10.0, 20.0, 30.0], &[20.0, 20.0, 15.0]);
    assert_eq!((ratio.a, ratio.b, ratio.of_pairs), (20.0, 20.0, 1.0));
    assert_eq!(ratio.spread, (0.5, 2.0));
    assert!(Reach::AtLeast(0.9).is_off(0.29, Some(3.0)) && !Reach::AtLeast(0.9).is_off(0.31, Some(3.0)));
    assert!(Reach::AtMost(1.2).is_off(3.7, Some(3.0)) && !Reach::AtMost(1.2).is_off(3.5, Some(3.0)));
    // What was lost is a fault on any machine, with a factor or without.
    for factor in [None, Some(3.0)] {
        assert!(Reach::None.is_off(1.0, factor) && !Reach::None.is_off(0.0, factor));
    }
    assert!(!Reach::AtMost(1.2).is_off(9.0, None) && !Reach::AtLeast(0.9).is_off(0.1, None));
}
