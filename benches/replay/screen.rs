//! What is measured from outside: the program in a terminal of its own.

use super::measure::{Row, millis};
use anyhow::{Context as _, bail, ensure};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::fs;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How often it is started.
const RUNS: usize = 9;
/// How long it is watched doing nothing.
const IDLE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(120);

pub fn rows(file: &Path) -> anyhow::Result<Vec<Row>> {
    let mut first = Vec::new();
    for _ in 0..RUNS {
        first.push(run(file, false)?.0);
    }
    first.sort_unstable();
    let (_, idle) = run(file, true)?;
    let measured = format!("{}, at most {}", millis(first[RUNS / 2]), millis(first[RUNS - 1]));
    Ok(vec![
        Row { what: "first screen", measured, reach: "median under 100 ms" },
        Row {
            what: "idle, once all is done: CPU in 5 s",
            measured: format!("{idle} ms"),
            reach: "none (a tick is 10 ms)",
        },
    ])
}

/// How long it took until the first events were on the screen; and, if asked for, the milliseconds of CPU
/// that it took later while nothing happened.
fn run(file: &Path, watch: bool) -> anyhow::Result<(Duration, u64)> {
    let (rows, cols) = NonZeroU16::new(40).zip(NonZeroU16::new(120)).context("a terminal of no size")?;
    let size = PtySize { rows: rows.get(), cols: cols.get(), pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size)?;
    let mut command = CommandBuilder::new(super::MEMSTEP);
    command.args(["replay".as_ref(), file.as_os_str()]);
    command.env("TERM", "xterm-256color");
    let (mut output, mut keys) = (pair.master.try_clone_reader()?, pair.master.take_writer()?);
    let start = Instant::now();
    let mut child = pair.slave.spawn_command(command)?;
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut screen = vt100::Parser::new(rows, cols, 0);
        let mut bytes = [0; 65536];
        while let Ok(n @ 1..) = output.read(&mut bytes) {
            screen.process(&bytes[..n]);
            let _ = tell.send((start.elapsed(), screen.screen().contents()));
        }
    });
    let mut first = None;
    let until = Instant::now() + PATIENCE;
    loop {
        let Ok((at, screen)) = told.recv_timeout(PATIENCE) else { bail!("the screen stays empty") };
        let is_there = screen.contains("q quit") && screen.contains("mark");
        first = first.or(is_there.then_some(at));
        if first.is_some() && (!watch || !screen.contains("indexing")) {
            break;
        }
        ensure!(Instant::now() < until, "it is never done");
    }
    let mut idle = 0;
    if watch {
        std::thread::sleep(Duration::from_secs(1));
        let id = child.process_id().context("the process's number")?;
        let before = cpu(id)?;
        std::thread::sleep(IDLE);
        idle = cpu(id)? - before;
    }
    keys.write_all(b"q")?;
    child.wait()?;
    Ok((first.unwrap_or_default(), idle))
}

/// Milliseconds of CPU of a process.
fn cpu(id: u32) -> anyhow::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|n| n.parse::<u64>().ok()).context("utime");
    Ok((ticks(11)? + ticks(12)?) * 1000 / rustix::param::clock_ticks_per_second())
}
