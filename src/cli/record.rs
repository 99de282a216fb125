//! Where a running server's recording goes, and who may watch it.

use super::duration;
use crate::texts::Language;
use crate::trace::recorder::Retention;
use crate::tracer::MIN_RING;
use clap::Args;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Where a running server's recording goes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Recording")]
pub struct RecordTo {
    /// The trace to write.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Let go of what is there already.
    #[arg(long, requires = "record")]
    pub overwrite: bool,
    /// When a new file begins.
    #[arg(long, value_name = "SIZE", requires = "record", value_parser = max_size)]
    pub record_max_size: Option<u64>,
    /// How many numbered files are kept.
    #[arg(long, value_name = "N", requires = "record")]
    pub record_keep: Option<usize>,
    /// What happened last, in memory alone.
    #[arg(long, value_name = "T|SIZE", requires = "record", value_parser = keep)]
    pub record_last: Option<Retention>,
    /// The event at which that is written.
    #[arg(long, value_name = "EXPR", requires = "record_last")]
    pub record_trigger: Option<String>,
    /// Whether to wait until somebody asks for it.
    #[arg(long, requires = "record", conflicts_with = "record_last")]
    pub record_paused: bool,
    /// The events port.
    #[arg(long, value_name = "ADDR", value_parser = events_addr)]
    pub events: Option<SocketAddr>,
    /// What viewers have to say first.
    #[arg(long, value_name = "TOKEN", env = "MEMSTEP_EVENTS_TOKEN", hide_env_values = true, value_parser = events_token)]
    pub events_token: Option<String>,
    /// Hold the server before its first event.
    #[arg(long, help_heading = "Stepping")]
    pub step: bool,
}

impl RecordTo {
    /// Whether a recording may begin, or somebody come to watch, at any time.
    pub fn is_armed(&self) -> bool {
        self.events.is_some() || (self.record.is_some() && self.record_last.is_none())
    }

    /// Whether the server's threads shall tell what they do at all.
    pub fn is_on(&self) -> bool {
        self.record.is_some() || self.events.is_some()
    }
}

/// `64K`, `100MB`, `1G`: bytes, in powers of 1024.
fn size(s: &str) -> Result<u64, String> {
    let expected = || Language::spoken().value_size().to_owned();
    let end = s.find(|c: char| !c.is_ascii_digit()).unwrap_or(s.len());
    let (number, unit) = s.split_at(end);
    let shift = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        _ => return Err(expected()),
    };
    let number: u64 = number.parse().map_err(|_| expected())?;
    number.checked_mul(1 << shift).ok_or_else(expected)
}

/// A size that is at least so much.
fn at_least(s: &str, least: u64) -> Result<u64, String> {
    match size(s)? {
        n if n < least => Err(Language::spoken().value_at_least(format!("{}K", least.div_ceil(1024)))),
        n => Ok(n),
    }
}

fn max_size(s: &str) -> Result<u64, String> {
    at_least(s, 64 * 1024)
}

pub(super) fn ring_size(s: &str) -> Result<u64, String> {
    match at_least(s, MIN_RING as u64)? {
        n if n > 1 << 30 => Err(Language::spoken().value_at_most("1G")),
        n => Ok(n),
    }
}

/// `30s`, `100MB`, `30s,100MB`.
fn keep(s: &str) -> Result<Retention, String> {
    let mut keep = Retention { time: None, size: 256 * 1024 * 1024 };
    for part in s.split(',') {
        if let Ok(time) = duration(part) {
            keep.time = Some(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        } else {
            let size = size(part).map_err(|_| Language::spoken().value_time_or_size())?;
            keep.size = usize::try_from(size).unwrap_or(usize::MAX);
        }
    }
    match keep {
        Retention { time: Some(0), .. } | Retention { size: 0..=0xf_ffff, .. } => {
            Err(Language::spoken().value_nothing_kept().to_owned())
        }
        keep => Ok(keep),
    }
}

/// `11212`, `127.0.0.1:11212`, `[::1]:11212`.
fn events_addr(s: &str) -> Result<SocketAddr, String> {
    let expected = || Language::spoken().value_events_addr().to_owned();
    match s.parse::<u16>() {
        Ok(port) => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        Err(_) => s.parse().map_err(|_| expected()),
    }
}

/// What can be said on one line of the events port.
pub(super) fn events_token(s: &str) -> Result<String, String> {
    match s {
        _ if s.is_empty() || s.len() > 1000 => Err(Language::spoken().value_token_length().to_owned()),
        _ if s.chars().any(|c| c.is_control() || c.is_whitespace()) => {
            Err(Language::spoken().value_token_word().to_owned())
        }
        _ => Ok(s.to_owned()),
    }
}
