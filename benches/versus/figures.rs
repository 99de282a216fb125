//! The figures: what is run for each, and how the table's rows come of it.

use super::Options;
use super::load::{Done, Generator, Load};
use super::server::{Running, Who, memstep, stolen};
use super::table::{Ratio, Reach, Row, median};
use super::wire::Pace;
use anyhow::{Context as _, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Command;

/// What is measured; `--only` chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Figure {
    /// Throughput, untraced against memcached
    Throughput,
    /// CPU a request, untraced against memcached
    Cpu,
    /// Throughput, recording `flow` against untraced
    Flow,
    /// Throughput, recording `calls` against untraced
    Calls,
    /// CPU of the worker threads, recording against untraced
    Workers,
    /// CPU of the whole process, recording against untraced
    Process,
    /// One event on a worker, as `cargo bench --bench event` has measured it
    Event,
    /// Events lost in a recording
    Lost,
    /// 99th percentile latency at half of the saturating load, recording against untraced
    Latency,
    /// Resident memory of the tracer
    Memory,
}

impl Figure {
    /// Who has to be run under a load for this figure, each in turn.
    fn needs(self, load: Load) -> &'static [Who] {
        use Who::{Calls, Flow, Memcached, Real, Untraced};
        match (self, load) {
            (Figure::Throughput | Figure::Cpu, _) => &[Real, Memcached, Untraced],
            (Figure::Flow | Figure::Workers | Figure::Process, _) => &[Untraced, Flow],
            (Figure::Calls, Load::A) => &[Untraced, Calls],
            (Figure::Memory, Load::A) => &[Untraced, Flow],
            // How much saturates has to be known first.
            (Figure::Latency, Load::A) => &[Untraced],
            _ => &[],
        }
    }
}

/// What one run gave.
#[derive(Debug, Clone, Copy)]
struct Sample {
    /// Requests (load d: sessions) a second.
    rate: f64,
    /// The 99th percentile of their latency, in microseconds.
    p99: f64,
    /// CPU of the process for each, in microseconds.
    cpu: f64,
    /// CPU of its workers for each.
    workers: f64,
    /// The most memory that was resident, in MB.
    memory: f64,
}

/// Every run of every server under every load, in the order of the rounds.
type Samples = BTreeMap<(Load, Who), Vec<Sample>>;

/// All that is measured, and what has come of it.
pub struct Bench<'a> {
    options: &'a Options,
    dir: &'a Path,
    samples: Samples,
    /// The most that the machine's host took away in any run, as a part of all its time.
    pub stolen: f64,
    /// The table so far.
    pub rows: Vec<Row>,
}

impl<'a> Bench<'a> {
    /// Nothing is measured yet; recordings go into `dir`.
    pub fn new(options: &'a Options, dir: &'a Path) -> Bench<'a> {
        Bench { options, dir, samples: Samples::new(), stolen: 0.0, rows: Vec::new() }
    }

    /// Measures what was asked for.
    pub fn run(&mut self) -> anyhow::Result<()> {
        for &load in &self.options.loads {
            self.rounds(load)?;
        }
        self.against_memcached()?;
        self.recording();
        if self.options.wants(Figure::Event) {
            self.events()?;
        }
        if self.options.wants(Figure::Lost) {
            for &load in &self.options.loads {
                self.lost(load)?;
            }
        }
        if self.options.wants(Figure::Latency) && self.options.loads.contains(&Load::A) {
            self.latency()?;
        }
        self.memory();
        Ok(())
    }

    /// Runs everyone who is needed under a load, round by round; every other round backwards, so
    /// that a machine that grows slower or faster favours nobody.
    fn rounds(&mut self, load: Load) -> anyhow::Result<()> {
        let wanted = self.options.figures.iter().flat_map(|figure| figure.needs(load));
        let mut who: Vec<Who> = wanted.copied().filter(|who| who.is_here()).collect();
        who.sort_unstable();
        who.dedup();
        for round in 0..self.options.runs() {
            for &who in &who {
                let sample = self.measure(round, load, who, None)?;
                self.samples.entry((load, who)).or_default().push(sample);
            }
            who.reverse();
        }
        Ok(())
    }

    /// One run: a fresh server, a warm-up, the measured time, the server's end.
    fn measure(&mut self, round: u32, load: Load, who: Who, pace: Option<Pace>) -> anyhow::Result<Sample> {
        // The far end of a distribution varies most: there, more runs say more than long ones.
        let time = self.options.secs() / if pace.is_some() { 2 } else { 1 };
        let context = || format!("{} under load {}", who.name(), load.letter());
        let server = Running::start(who, self.dir).with_context(context)?;
        let mut generator = Generator::new(server.addr, load).with_context(context)?;
        let mut go = |time| match pace {
            None => generator.run(time),
            Some(pace) => generator.run_paced(time, pace),
        };
        go(self.options.warm_up()).with_context(context)?;
        let before = (server.cpu()?, stolen()?);
        let done: Done = go(time).with_context(context)?;
        let (cpu, stolen) = (server.cpu()? - before.0, stolen()?.saturating_sub(before.1));
        let each = |ns: u64| ns as f64 / 1e3 / done.count as f64;
        let sample = Sample {
            rate: done.count as f64 / done.elapsed.as_secs_f64(),
            p99: done.latency.value_at_quantile(0.99) as f64 / 1e3,
            cpu: each(cpu.process),
            workers: each(cpu.workers),
            memory: server.peak_memory()? as f64 / 1e6,
        };
        drop(generator);
        let recording = server.recording.clone();
        server.stop().with_context(context)?;
        remove(&recording)?;
        let cores = std::thread::available_parallelism()?.get() as f64;
        let stolen = stolen.as_secs_f64() / done.elapsed.as_secs_f64() / cores;
        self.stolen = self.stolen.max(stolen);
        eprintln!(
            "load {}, round {}, {:9}: {:7.1} k/s, 99th percentile {:6.0} us, CPU {:5.1} us{}",
            load.letter(),
            round + 1,
            who.name(),
            sample.rate / 1e3,
            sample.p99,
            sample.cpu,
            if stolen > 0.02 {
                format!(" ({:.0} % stolen by the host)", stolen * 100.0)
            } else {
                String::new()
            },
        );
        Ok(sample)
    }

    /// `b` over `a` of one column under one load, if both were run.
    fn ratio(&self, load: Load, a: Who, b: Who, column: impl Fn(&Sample) -> f64) -> Option<Ratio> {
        let column =
            |who| -> Option<Vec<f64>> { Some(self.samples.get(&(load, who))?.iter().map(&column).collect()) };
        Some(Ratio::new(&column(a)?, &column(b)?))
    }

    fn row(
        &mut self,
        figure: Figure,
        what: &str,
        load: Load,
        ratio: Option<Ratio>,
        unit: &str,
        reach: Reach,
    ) {
        let Some(ratio) = ratio.filter(|_| self.options.wants(figure)) else { return };
        // Rates are told in thousands, times in microseconds.
        let scale = if unit == "k/s" { 1e3 } else { 1.0 };
        let measured = format!("{ratio}; {:.1} against {:.1} {unit}", ratio.b / scale, ratio.a / scale);
        let load = load.letter().to_owned();
        self.rows.push(Row { what: what.to_owned(), load, figure: ratio.of_pairs, measured, reach });
    }

    fn against_memcached(&mut self) -> anyhow::Result<()> {
        for other in [Who::Memcached, Who::Real].into_iter().filter(|who| who.is_here()) {
            let version = other.version()?;
            let version = version.strip_prefix("memcached ").unwrap_or(&version);
            for &load in &self.options.loads {
                let ratio = self.ratio(load, other, Who::Untraced, |s| s.rate);
                let what = format!("throughput, untraced against memcached {version}");
                self.row(Figure::Throughput, &what, load, ratio, "k/s", Reach::AtLeast(1.0));
            }
            for &load in &self.options.loads {
                let ratio = self.ratio(load, other, Who::Untraced, |s| s.cpu);
                let what = format!("CPU a {}, untraced against memcached {version}", load.unit());
                self.row(Figure::Cpu, &what, load, ratio, "us", Reach::AtMost(1.0));
            }
        }
        Ok(())
    }

    fn recording(&mut self) {
        let loads = [Load::A, Load::C, Load::D];
        for load in loads {
            let ratio = self.ratio(load, Who::Untraced, Who::Flow, |s| s.rate);
            let what = "throughput, recording `flow` against untraced";
            let reach = if load == Load::C { 0.85 } else { 0.9 };
            self.row(Figure::Flow, what, load, ratio, "k/s", Reach::AtLeast(reach));
        }
        let ratio = self.ratio(Load::A, Who::Untraced, Who::Calls, |s| s.rate);
        let what = "throughput, recording `calls` against untraced";
        self.row(Figure::Calls, what, Load::A, ratio, "k/s", Reach::AtLeast(0.7));
        for load in loads {
            let ratio = self.ratio(load, Who::Untraced, Who::Flow, |s| s.workers);
            let what = format!("CPU of the worker threads a {}, recording against untraced", load.unit());
            self.row(Figure::Workers, &what, load, ratio, "us", Reach::AtMost(1.1));
        }
        for load in loads {
            let ratio = self.ratio(load, Who::Untraced, Who::Flow, |s| s.cpu);
            let what = format!("CPU of the whole process a {}, recorder and all", load.unit());
            self.row(Figure::Process, &what, load, ratio, "us", Reach::AtMost(1.25));
        }
    }

    /// What `cargo bench --bench event` has measured, if it has since memstep was built.
    fn events(&mut self) -> anyhow::Result<()> {
        let program = memstep();
        let built = fs::metadata(&program)?.modified()?;
        let target = Path::new(&program).ancestors().nth(2).context("target")?;
        let mut found = Vec::new();
        for entry in fs::read_dir(target.join("criterion/event")).into_iter().flatten() {
            let file = entry?.path().join("new/estimates.json");
            if !fs::metadata(&file).and_then(|m| m.modified()).is_ok_and(|at| at > built) {
                continue;
            }
            let estimates: serde_json::Value = serde_json::from_slice(&fs::read(&file)?)?;
            let ns = estimates["median"]["point_estimate"].as_f64().context("no median")?;
            let name = file.ancestors().nth(2).and_then(Path::file_name).context("no name")?;
            found.push((ns, name.to_string_lossy().into_owned()));
        }
        if found.is_empty() {
            eprintln!("one event: not measured since memstep was built; cargo bench --bench event does it");
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (ns, name) in found {
            let off = name.starts_with("off");
            let what = format!("one event on a worker: {name}");
            // The worst case, which hangs on the machine's caches more than on us.
            let reach = match name.ends_with("while it is emptied") {
                true => Reach::Told,
                false => Reach::Under(if off { 1.0 } else { 60.0 }, "ns"),
            };
            let measured = if off { format!("**{ns:.2} ns**") } else { format!("**{ns:.0} ns**") };
            self.rows.push(Row { what, load: String::new(), figure: ns, measured, reach });
        }
        Ok(())
    }

    /// Records a load for long, and has `memstep check` read it all.
    fn lost(&mut self, load: Load) -> anyhow::Result<()> {
        let soak = self.options.soak();
        let context = || format!("recording under load {}", load.letter());
        let server = Running::start(Who::Flow, self.dir).with_context(context)?;
        let done = Generator::new(server.addr, load)?.run(soak).with_context(context)?;
        let recording = server.recording.clone();
        server.stop().with_context(context)?;
        let output = Command::new(memstep()).arg("check").arg(&recording).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let fine = output.status.success() && said.trim_end().ends_with("no problems");
        if !fine {
            eprintln!("{said}{}", String::from_utf8_lossy(&output.stderr));
        }
        let end: serde_json::Value = serde_json::from_str(&last_line(&recording)?)?;
        let (events, dropped) = (end["events"].as_u64(), end["dropped"].as_u64());
        let (events, dropped) = events.zip(dropped).context("the recording's end is not told")?;
        let (count, unit) = (done.count, load.unit());
        let found = if fine { "no problems" } else { "PROBLEMS" };
        let time = soak.as_secs_f64();
        let measured = format!("**{dropped}** of {events} in {time} s and {count} {unit}s; `check`: {found}");
        eprintln!("load {}, recorded: {measured}", load.letter());
        remove(&recording)?;
        self.rows.push(Row {
            what: "events lost in a recording".into(),
            load: load.letter().to_owned(),
            // A recording that does not hold to its rules proves nothing.
            figure: if fine { dropped as f64 } else { f64::INFINITY },
            measured,
            reach: Reach::None,
        });
        Ok(())
    }

    /// Both at the same rate: half of what the untraced server has managed in this run.
    fn latency(&mut self) -> anyhow::Result<()> {
        let untraced = self.samples.get(&(Load::A, Who::Untraced)).context("load a was not run")?;
        let rate = median(untraced.iter().map(|s| s.rate)) / 2.0;
        let pace = Pace::new(rate).context("no rate")?;
        let (mut a, mut b) = (Vec::new(), Vec::new());
        // One pair, as `--quick` has it, says nothing at all.
        for round in 0..(3 * self.options.runs()).max(9) {
            let mut order = [(Who::Untraced, &mut a), (Who::Flow, &mut b)];
            if round % 2 == 1 {
                order.reverse();
            }
            for (who, p99) in order {
                p99.push(self.measure(round, Load::A, who, Some(pace))?.p99);
            }
        }
        let what = format!("99th percentile latency at {:.0} k/s, recording against untraced", rate / 1e3);
        let ratio = Ratio::new(&a, &b);
        self.row(Figure::Latency, &what, Load::A, Some(ratio), "us", Reach::AtMost(1.2));
        Ok(())
    }

    fn memory(&mut self) {
        let Some(ratio) = self.ratio(Load::A, Who::Untraced, Who::Flow, |s| s.memory) else { return };
        if !self.options.wants(Figure::Memory) {
            return;
        }
        let figure = ratio.b - ratio.a;
        self.rows.push(Row {
            what: "resident memory of the tracer: recording less untraced".into(),
            load: Load::A.letter().to_owned(),
            figure,
            measured: format!("**{figure:.1} MB**; {:.1} - {:.1} MB at their peaks", ratio.b, ratio.a),
            reach: Reach::Under(16.0, "MB"),
        });
    }
}

/// Recordings are large: each goes before the next is made.
fn remove(recording: &Path) -> anyhow::Result<()> {
    if recording.exists() {
        fs::remove_file(recording)?;
    }
    Ok(())
}

/// The last line of a long file.
fn last_line(path: &Path) -> anyhow::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4096)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    ensure!(tail.ends_with(b"\n"), "the recording ends within a line");
    let tail = String::from_utf8_lossy(&tail).into_owned();
    Ok(tail.lines().last().unwrap_or_default().to_owned())
}
