//! memstep against memcached, and recording against not: the table of the README's performance
//! section. `benches/README.md` says how to read it.
//!
//! ```text
//! cargo bench --bench versus
//! ```

mod figures;
mod load;
mod server;
mod table;
mod wire;

use anyhow::Context as _;
use clap::{Parser, ValueEnum as _};
use figures::{Bench, Figure};
use load::Load;
use server::{REAL, Who};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// memstep against memcached, and recording against not: the table of the README
#[derive(Debug, Parser)]
#[command(name = "versus")]
pub struct Options {
    /// Rounds: how often everyone is run [default: 5; quick: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    runs: Option<u32>,
    /// How long each run is measured, in seconds [default: 3; quick: 1]
    #[arg(long, value_name = "S", value_parser = seconds)]
    secs: Option<Duration>,
    /// How long a recording is made for the lost events, in seconds [default: 60; quick: 2]
    #[arg(long, value_name = "S", value_parser = seconds)]
    soak: Option<Duration>,
    /// Measure only these
    #[arg(long = "only", value_name = "FIGURE", value_enum, value_delimiter = ',')]
    figures: Vec<Figure>,
    /// Under these loads
    #[arg(long, value_name = "LOAD", value_enum, value_delimiter = ',', default_value = "a,c,d")]
    loads: Vec<Load>,
    /// One short round: does it all work?
    #[arg(long)]
    quick: bool,
    /// Exit with 1 also where a time or a size is off its reach by more than this factor
    #[arg(long, value_name = "X", value_parser = factor)]
    limit_factor: Option<f64>,
    /// Where recordings are written while they are needed [default: the system's temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// cargo says this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|s: &f64| (0.1..=3600.0).contains(s));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "seconds, 0.1 to 3600".into())
}

fn factor(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|f: &f64| *f >= 1.0 && f.is_finite()).ok_or_else(|| "a number, 1 or more".into())
}

impl Options {
    fn wants(&self, figure: Figure) -> bool {
        self.figures.contains(&figure)
    }

    fn runs(&self) -> u32 {
        self.runs.unwrap_or(if self.quick { 1 } else { 5 })
    }

    fn secs(&self) -> Duration {
        self.secs.unwrap_or(Duration::from_secs(if self.quick { 1 } else { 3 }))
    }

    fn soak(&self) -> Duration {
        self.soak.unwrap_or(Duration::from_secs(if self.quick { 2 } else { 60 }))
    }

    fn warm_up(&self) -> Duration {
        Duration::from_millis(if self.quick { 300 } else { 500 })
    }
}

fn main() -> ExitCode {
    let mut options = Options::parse();
    if options.figures.is_empty() {
        options.figures = Figure::value_variants().to_vec();
    }
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("versus: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether every figure that is judged is what it is to be.
fn run(options: &Options) -> anyhow::Result<bool> {
    for (who, hint) in [(Who::Memcached, "memcached is not in the path"), (Who::Real, REAL)] {
        if !who.is_here() {
            eprintln!("not measured: {} ({hint})", who.name());
        }
    }
    let dir = options.dir.clone().unwrap_or_else(std::env::temp_dir);
    let dir = tempfile::Builder::new()
        .prefix("memstep-bench")
        .tempdir_in(&dir)
        .with_context(|| format!("a folder in {}", dir.display()))?;
    let mut bench = Bench::new(options, dir.path());
    let measured = bench.run();
    // What was measured before something failed is still worth reading.
    println!("{}\n\n{}", setting(options, bench.stolen)?, table::markdown(&bench.rows));
    measured?;
    let factor = options.limit_factor;
    let off: Vec<_> = bench.rows.iter().filter(|row| row.reach.is_off(row.figure, factor)).collect();
    for row in &off {
        let load = if row.load.is_empty() { String::new() } else { format!(", load {}", row.load) };
        eprintln!("not what it is to reach: {}{load}: {}", row.what, row.measured);
    }
    Ok(off.is_empty())
}

/// Where and how it was measured, in a few lines.
fn setting(options: &Options, stolen: f64) -> anyhow::Result<String> {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    let all = [Who::Untraced, Who::Memcached, Who::Real];
    let versions: anyhow::Result<Vec<_>> =
        all.into_iter().filter(|who| who.is_here()).map(Who::version).collect();
    let mut command = String::from("cargo bench --bench versus --");
    for arg in std::env::args().skip(1).filter(|arg| arg != "--bench") {
        command += &format!(" {arg}");
    }
    Ok(format!(
        "`{}`: {} rounds, each run {} s; medians of the pairs' ratios (least to most).\n\
         {}, {cores} cores shared with the load generator, Linux {}; the host took {:.1} % of a run at most.\n\
         {}; all with `-t 4`.",
        command.trim_end_matches(" --"),
        options.runs(),
        options.secs().as_secs_f64(),
        model.map_or("unknown processor", |(_, model)| model),
        kernel.trim(),
        stolen * 100.0,
        versions?.join(", "),
    ))
}
