//! What is measured within this process: the index, and what is asked of it.

use anyhow::{Context as _, ensure};
use memstep::filter::Filter;
use memstep::player::{Direction, Found, Player, Source};
use memstep::trace::index::Index;
use memstep::ui::{App, Options, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A line of the table.
pub struct Row {
    pub what: &'static str,
    pub measured: String,
    pub reach: &'static str,
}

const PATIENCE: Duration = Duration::from_secs(600);
/// How often something is asked.
const TIMES: u64 = 2000;
/// How often a whole index is made.
const RUNS: usize = 5;

pub fn rows(file: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut add = |what, measured, reach| rows.push(Row { what, measured, reach });
    // First of all, as long as nothing else has left its memory behind.
    let before = resident()?;
    let index = Arc::new(Index::open(file, false)?);
    ensure!(index.wait(PATIENCE), "the world is not folded");
    let memory = resident()?.saturating_sub(before);
    let events = index.len();
    let reach = 24 * events + (64 << 20);
    let shown = format!("{:.0} MB, of {:.0}", memory as f64 / 1e6, reach as f64 / 1e6);
    add("memory beyond the file, worlds and all", shown, "at most 24 bytes an event and 64 MB");

    // In turn, so that whatever else the machine does is the same for both.
    let (mut wc, mut lines, mut all, mut folded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        wc.push(count_lines(file)?);
        let start = Instant::now();
        let index = Index::open(file, false)?;
        ensure!(index.wait_for_lines(PATIENCE), "the lines are not found");
        lines.push(start.elapsed());
        ensure!(index.wait_for_index(PATIENCE), "the index is not made");
        all.push(start.elapsed());
        ensure!(index.wait(PATIENCE), "the world is not folded");
        folded.push(start.elapsed());
    }
    let [wc, lines, all, folded] = [wc, lines, all, folded].map(median);
    add("`wc -l` on it", seconds(wc), "told, not judged");
    let times =
        |t: Duration| format!("{}, {:.1} times `wc -l`", seconds(t), t.as_secs_f64() / wc.as_secs_f64());
    add("its lines are found", times(lines), "at most 2 times");
    add("its index is complete", times(all), "at most 8 times");
    add("its worlds are folded", times(folded), "told, not judged");

    let source: Arc<dyn Source> = index;
    let mut player = Player::of(source.clone());
    let mut random = Random(1);
    let mut places: Vec<usize> = (0..TIMES).map(|_| random.below(events)).collect();
    add("go to any event", p99(&mut places, |at| arrive(&mut player, *at)), "99th percentile under 16 ms");
    let seqs = source.seq(events - 1).context("the last number")?;
    let seek = |seq: &mut u64| {
        player.seek(*seq);
        while player.on_way_to().is_some() {
            player.work();
        }
    };
    let mut numbers: Vec<u64> = (0..TIMES).map(|_| random.below(seqs as usize) as u64).collect();
    add("seek by number", p99(&mut numbers, seek), "99th percentile under 16 ms");
    let last = source.time(events - 1).context("the last time")?;
    let mut moments: Vec<u64> = (0..TIMES).map(|_| random.below(last as usize) as u64).collect();
    let seek_time = |t: &mut u64| {
        player.seek_time(*t);
        while player.on_way_to().is_some() {
            player.work();
        }
    };
    add("seek by time", p99(&mut moments, seek_time), "99th percentile under 16 ms");
    let mut backs = Vec::new();
    for _ in 0..TIMES {
        arrive(&mut player, random.below(events));
        let start = Instant::now();
        player.back();
        while player.on_way_to().is_some() {
            player.work();
        }
        backs.push(start.elapsed());
    }
    add("step back", percentile(backs), "99th percentile under 16 ms");
    for (what, expression) in [
        ("next of a kind, frequent", "ev=sendmsg"),
        ("next of a kind, rare (the next is mostly none)", "ev=accept"),
        ("next of a connection", "conn=17"),
        ("next of a state of a thread", "ev=state & to=conn_nread & th=worker3"),
        ("next of any of three breakpoints", "ev=close | ev=state & to=conn_swallow | ev=cq_pop & conn=49"),
    ] {
        let filter = Filter::parse(expression).map_err(|e| anyhow::anyhow!("{e}"))?;
        let mut from: Vec<usize> = (0..TIMES / 10).map(|_| random.below(events)).collect();
        let find = |at: &mut usize| {
            if let Found::At(found) = source.find(&filter, *at, Direction::Forward, usize::MAX) {
                arrive(&mut player, found);
            }
        };
        add(what, p99(&mut from, find), "99th percentile under 16 ms");
    }
    let filter = Filter::parse("data~\"nowhere to be found\"").map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut from: Vec<usize> = (0..TIMES / 10).map(|_| random.below(events)).collect();
    let search = |at: &mut usize| {
        source.find(&filter, *at, Direction::Forward, 40_000);
    };
    add(
        "a search for bytes, 10,000 events in a slice",
        p99(&mut from, search),
        "99th percentile under 16 ms",
    );
    add("a frame at 200 by 60", frames(file)?, "median under 2 ms");
    Ok(rows)
}

fn arrive(player: &mut Player, at: usize) {
    player.go(at);
    while player.on_way_to().is_some() {
        player.work();
    }
}

/// Steps through and draws each.
fn frames(file: &Path) -> anyhow::Result<String> {
    let index = Index::open(file, false)?;
    ensure!(index.wait(PATIENCE), "the world is not folded");
    let middle = index.len() as u64 / 2;
    let (header, name) = (index.header().clone(), index.name().to_owned());
    let at = Some(memstep::ui::GoTo::Seq(middle));
    let mut app = App::open(name, header, Arc::new(index), &Options { at, ..Options::default() });
    let mut terminal = Terminal::new(TestBackend::new(200, 60))?;
    let mut times = Vec::new();
    for _ in 0..500 {
        app.key(ratatui::crossterm::event::KeyCode::Right.into());
        let start = Instant::now();
        terminal.draw(|frame| draw(frame, &app))?;
        times.push(start.elapsed());
    }
    let worst = times.iter().max().copied().unwrap_or_default();
    Ok(format!("{}, at most {}", millis(median(times)), millis(worst)))
}

fn count_lines(file: &Path) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let status = Command::new("wc").arg("-l").arg(file).stdout(Stdio::null()).status()?;
    ensure!(status.success(), "wc -l failed");
    Ok(start.elapsed())
}

/// What this process has in memory.
fn resident() -> anyhow::Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<usize>()? * 1024)
}

fn p99<T>(asked: &mut [T], mut ask: impl FnMut(&mut T)) -> String {
    let took = asked.iter_mut().map(|one| {
        let start = Instant::now();
        ask(one);
        start.elapsed()
    });
    percentile(took.collect())
}

fn percentile(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    format!("{} (median {}, most {})", millis(at(0.99)), millis(at(0.5)), millis(at(1.0)))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn seconds(t: Duration) -> String {
    format!("{:.2} s", t.as_secs_f64())
}

pub fn millis(t: Duration) -> String {
    format!("{:.2} ms", t.as_secs_f64() * 1e3)
}

/// Numbers that are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}
