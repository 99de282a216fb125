//! A recording of ten million events, opened and used: `cargo bench --bench replay`.
//!
//! It records a server under load until there are so many, and then measures what `memstep replay`
//! promises. `benches/README.md` says how to read it.

#[path = "../versus/load.rs"]
#[allow(dead_code, missing_docs)]
mod load;
mod measure;
mod screen;
#[path = "../versus/wire.rs"]
#[allow(dead_code, missing_docs)]
mod wire;

use anyhow::{Context as _, ensure};
use clap::Parser;
use load::{Generator, Load};
use measure::Row;
use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The memstep that was built with this benchmark.
const MEMSTEP: &str = env!("CARGO_BIN_EXE_memstep");

/// A recording of ten million events, opened and used
#[derive(Debug, Parser)]
#[command(name = "replay")]
struct Options {
    /// How many events
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    events: u64,
    /// A recording that is there already
    #[arg(long, value_name = "FILE", conflicts_with = "make")]
    file: Option<PathBuf>,
    /// Only make the recording, and leave it there
    #[arg(long, value_name = "FILE")]
    make: Option<PathBuf>,
    /// Where the recording is written while it is needed [default: the system's temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// cargo says this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if let Some(file) = &options.make {
        return make(file, options.events);
    }
    let dir = options.dir.clone().unwrap_or_else(std::env::temp_dir);
    let dir = tempfile::Builder::new().prefix("memstep-bench").tempdir_in(dir)?;
    let file = match &options.file {
        Some(file) => file.clone(),
        None => {
            let file = dir.path().join("recording.jsonl");
            make(&file, options.events)?;
            file
        }
    };
    let mut rows = screen::rows(&file)?;
    rows.extend(measure::rows(&file)?);
    let size = fs::metadata(&file)?.len();
    println!("\n{:.2} GB; {}\n", size as f64 / 1e9, machine()?);
    println!("| what | measured | reach |\n| --- | --- | --- |");
    for Row { what, measured, reach } in rows {
        println!("| {what} | {measured} | {reach} |");
    }
    Ok(())
}

/// Records a server under load (a) until there are so many events, and keeps so many of them.
fn make(file: &Path, events: u64) -> anyhow::Result<()> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let whole = file.with_extension("whole");
    let mut server = Server(
        Command::new(MEMSTEP)
            .args(["serve", "-l", "127.0.0.1", "-u", "root", "-t", "4", "-p", &port.to_string(), "--record"])
            .arg(&whole)
            .stderr(Stdio::null())
            .spawn()?,
    );
    let addr = ([127, 0, 0, 1], port).into();
    let start = Instant::now();
    let mut load = loop {
        match Generator::new(addr, Load::A) {
            Ok(load) => break load,
            Err(error) if start.elapsed() > Duration::from_secs(10) => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    // On the average a line is shorter than this: so there are enough once the file is so long.
    const LINE: u64 = 150;
    while fs::metadata(&whole)?.len() < events * LINE {
        load.run(Duration::from_millis(500))?;
        ensure!(start.elapsed() < Duration::from_secs(600), "the server records too slowly");
    }
    drop(load);
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&server.0),
        rustix::process::Signal::TERM,
    )?;
    server.0.wait()?;
    cut(&whole, file, events)?;
    fs::remove_file(&whole)?;
    let checked = Command::new(MEMSTEP).arg("check").arg(file).output()?;
    ensure!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    eprint!("{}", String::from_utf8_lossy(&checked.stdout));
    Ok(())
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first events of a recording, and an end.
fn cut(whole: &Path, file: &Path, events: u64) -> anyhow::Result<()> {
    let mut lines = BufReader::with_capacity(1 << 20, fs::File::open(whole)?);
    let mut out = BufWriter::with_capacity(1 << 20, fs::File::create(file)?);
    let mut line = Vec::new();
    for _ in 0..=events {
        line.clear();
        lines.read_until(b'\n', &mut line)?;
        ensure!(line.starts_with(b"{\"seq\"") || line.starts_with(b"{\"format\""), "too few events");
        out.write_all(&line)?;
    }
    writeln!(out, "{{\"end\":true,\"events\":{events},\"dropped\":0}}")?;
    out.flush().context("the recording cannot be written")
}

fn machine() -> anyhow::Result<String> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    let model = model.map_or("unknown processor", |(_, model)| model);
    Ok(format!("{model}, {cores} cores, Linux {}", kernel.trim()))
}
