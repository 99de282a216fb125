//! Clients that keep a server busy with whatever clients do.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Threads with a client each. They go on until they are stopped, or the server has gone.
pub struct Busy {
    enough: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Busy {
    /// Starts so many.
    pub fn with(server: SocketAddr, clients: usize) -> Busy {
        let (enough, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let thread = |i| {
            let (enough, answered) = (enough.clone(), answered.clone());
            std::thread::spawn(move || {
                let mut turn = i;
                while !enough.load(Ordering::Relaxed)
                    && be_busy(server, &enough, &answered, &mut turn).is_ok()
                {}
            })
        };
        let threads = (0..clients).map(thread).collect();
        Busy { enough, answered, threads }
    }

    /// How many requests were answered.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Waits until so many more were answered: the server is still at work.
    pub fn go_on_for(&self, requests: u64) {
        let (from, start) = (self.answered(), Instant::now());
        while self.answered() < from + requests {
            assert!(start.elapsed() < Duration::from_secs(30), "the server does not answer any more");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends them all.
    pub fn stop(self) {
        self.enough.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}

/// One connection's life: values that come in pieces, several requests at once, keys that are there
/// and others that are not.
fn be_busy(
    server: SocketAddr,
    enough: &AtomicBool,
    answered: &AtomicU64,
    turn: &mut usize,
) -> std::io::Result<()> {
    let mut client = TcpStream::connect(server)?;
    client.set_nodelay(true)?;
    client.set_read_timeout(Some(Duration::from_secs(30)))?;
    for _ in 0..40 {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        *turn += 1;
        let value = "0123456789abcdef".repeat(*turn % 9);
        let set = format!("set k{} 0 0 {}\r\n{value}\r\n", *turn % 7, value.len());
        let get = format!("get k{} absent{turn}\r\nversion\r\n", *turn % 7);
        if turn.is_multiple_of(3) {
            let (first, rest) = set.split_at(set.len() - 5);
            client.write_all(first.as_bytes())?;
            client.write_all(rest.as_bytes())?;
            client.write_all(get.as_bytes())?;
        } else {
            client.write_all((set + &get).as_bytes())?;
        }
        let mut got = Vec::new();
        let mut piece = [0; 4096];
        while !got.ends_with(b"VERSION 1.4.24\r\n") {
            match client.read(&mut piece)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                n => got.extend_from_slice(&piece[..n]),
            }
        }
        answered.fetch_add(3, Ordering::Relaxed);
    }
    if turn.is_multiple_of(2) {
        client.write_all(b"quit\r\n")?;
    }
    Ok(())
}
