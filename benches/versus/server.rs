//! A server as a process of its own: started afresh, watched from outside through `/proc`, ended.

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::ffi::OsString;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Names a memstep that is to be measured in place of the one that was built with this benchmark.
pub const PROGRAM: &str = "MEMSTEP_PROGRAM";
/// Names the program of a memcached 1.4.24; `tests/protocol.rs` knows it too.
pub const REAL: &str = "MEMSTEP_REAL_MEMCACHED";
/// How long a server may take to listen, and to write the rest of its recording.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The memcached that [`REAL`] names.
    Real,
    /// The memcached in the path.
    Memcached,
    /// memstep that records nothing.
    Untraced,
    /// memstep that records `flow`.
    Flow,
    /// memstep that records `calls`.
    Calls,
}

impl Who {
    /// As the table names it.
    pub fn name(self) -> &'static str {
        match self {
            Who::Real => "1.4.24",
            Who::Memcached => "memcached",
            Who::Untraced => "untraced",
            Who::Flow => "flow",
            Who::Calls => "calls",
        }
    }

    /// Whether there is such a program here.
    pub fn is_here(self) -> bool {
        match self {
            Who::Real => std::env::var_os(REAL).is_some(),
            Who::Memcached => in_path("memcached").is_some(),
            Who::Untraced | Who::Flow | Who::Calls => true,
        }
    }

    /// What it says of itself: for memcached the first line of its help, `memcached 1.6.18`.
    pub fn version(self) -> anyhow::Result<String> {
        let (program, arg) = match self {
            Who::Real | Who::Memcached => (self.program()?, "-h"),
            Who::Untraced | Who::Flow | Who::Calls => (self.program()?, "--version"),
        };
        let output = Command::new(&program).arg(arg).output().with_context(|| shown(&program))?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or("?").to_owned())
    }

    fn program(self) -> anyhow::Result<PathBuf> {
        match self {
            Who::Real => std::env::var_os(REAL).map(PathBuf::from).context(REAL),
            Who::Memcached => in_path("memcached").context("memcached is not in the path"),
            Who::Untraced | Who::Flow | Who::Calls => Ok(memstep()),
        }
    }

    /// The same for all, so that only the programs differ.
    fn args(self, port: u16, recording: &Path) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        let mut add = |words: &[&str]| args.extend(words.iter().map(OsString::from));
        match self {
            // memcached refuses to be root unless it is told so.
            Who::Real | Who::Memcached if geteuid().is_root() => add(&["-u", "root"]),
            Who::Real | Who::Memcached => {}
            Who::Untraced | Who::Flow | Who::Calls => add(&["serve"]),
        }
        add(&["-l", "127.0.0.1", "-U", "0", "-t", "4", "-p", &port.to_string()]);
        if let Some(detail) = self.detail() {
            add(&["--detail", detail, "--overwrite", "--record"]);
            args.push(recording.into());
        }
        args
    }

    fn detail(self) -> Option<&'static str> {
        match self {
            Who::Real | Who::Memcached | Who::Untraced => None,
            Who::Flow => Some("flow"),
            Who::Calls => Some("calls"),
        }
    }
}

/// The memstep that is measured.
pub fn memstep() -> PathBuf {
    std::env::var_os(PROGRAM).map_or_else(|| env!("CARGO_BIN_EXE_memstep").into(), PathBuf::from)
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Time on the processor, in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    /// Of all threads.
    pub process: u64,
    /// Of the threads that are named `worker0` and so on: memstep's workers.
    pub workers: u64,
}

impl std::ops::Sub for Cpu {
    type Output = Cpu;

    fn sub(self, before: Cpu) -> Cpu {
        Cpu {
            process: self.process.saturating_sub(before.process),
            workers: self.workers.saturating_sub(before.workers),
        }
    }
}

/// A server that listens. Dropped, it is killed; [`Running::stop`] ends it in order.
pub struct Running {
    child: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where it records, if it does.
    pub recording: PathBuf,
}

impl Running {
    /// Starts it on a free port of this machine, and waits until it listens.
    pub fn start(who: Who, dir: &Path) -> anyhow::Result<Running> {
        let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let (recording, said) = (dir.join("recording.jsonl"), dir.join("said"));
        let program = who.program()?;
        let child = Command::new(&program)
            .args(who.args(addr.port(), &recording))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&said)?)
            .spawn()
            .with_context(|| shown(&program))?;
        let mut running = Running { child, addr, recording };
        let start = Instant::now();
        while TcpStream::connect(addr).is_err() {
            let gone = running.child.try_wait()?;
            if gone.is_some() || start.elapsed() > PATIENCE {
                bail!("{} does not listen: {}", shown(&program), fs::read_to_string(&said)?.trim());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(running)
    }

    /// The time that its threads have spent so far.
    pub fn cpu(&self) -> anyhow::Result<Cpu> {
        let mut cpu = Cpu::default();
        for task in fs::read_dir(self.proc("task"))? {
            let task = task?.path();
            let ns = time(&task).with_context(|| shown(&task))?;
            cpu.process += ns;
            if fs::read_to_string(task.join("comm"))?.starts_with("worker") {
                cpu.workers += ns;
            }
        }
        Ok(cpu)
    }

    /// The most memory that it has had resident, in bytes.
    pub fn peak_memory(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(self.proc("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kb = line.trim().trim_end_matches(" kB").parse::<u64>().context("VmHWM")?;
        Ok(kb * 1024)
    }

    /// Ends it as an operator would, and waits until it is gone and its recording written.
    pub fn stop(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(start.elapsed() < PATIENCE, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn proc(&self, what: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{what}", self.child.id()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A thread's time. The scheduler's own account is exact to the nanosecond; where a kernel is built
/// without it, the ticks of the clock must do, which are 10 ms.
fn time(task: &Path) -> anyhow::Result<u64> {
    if let Ok(stat) = fs::read_to_string(task.join("schedstat")) {
        return stat.split(' ').next().and_then(|n| n.parse().ok()).context("schedstat");
    }
    let stat = fs::read_to_string(task.join("stat"))?;
    // The name may hold blanks and brackets; after its last bracket come state, ppid, ...
    let (_, rest) = stat.rsplit_once(')').context("stat")?;
    let ticks: Vec<u64> = rest.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
    ensure!(ticks.len() == 2, "stat");
    Ok((ticks[0] + ticks[1]) * 1_000_000_000 / rustix::param::clock_ticks_per_second())
}

/// What the machine's host has taken away from it since it started, all cores together.
pub fn stolen() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let ticks = stat.split_whitespace().nth(8).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
}
