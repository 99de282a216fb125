//! How fast a recording is played: arithmetic that others wait by. There is no clock in here.

use std::time::Duration;

/// How a recording is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// How many times faster than it happened.
    pub speed: f64,
    /// How long a pause may be, in nanoseconds, before it is cut; `None` plays it whole.
    pub idle_limit: Option<u64>,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { speed: 1.0, idle_limit: Some(DEFAULT_IDLE_LIMIT) }
    }
}

/// A second, in nanoseconds.
const DEFAULT_IDLE_LIMIT: u64 = 1_000_000_000;
/// What the eye needs for one event, in nanoseconds, at speed 1: a server does in one of them what
/// takes a reader a sentence.
const LEAST: u64 = 400_000_000;

impl Pace {
    /// The speeds that faster and slower step through.
    const STEPS: &[f64] = &[0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0, 1024.0];

    /// The next higher speed.
    pub fn faster(self) -> Pace {
        let speed = Self::STEPS.iter().copied().find(|&s| s > self.speed).unwrap_or(self.speed);
        Pace { speed, ..self }
    }

    /// The next lower speed.
    pub fn slower(self) -> Pace {
        let speed = Self::STEPS.iter().rev().copied().find(|&s| s < self.speed).unwrap_or(self.speed);
        Pace { speed, ..self }
    }

    /// The same with idle time folded, or not.
    pub fn toggle_idle(self) -> Pace {
        let idle_limit = if self.idle_limit.is_some() { None } else { Some(DEFAULT_IDLE_LIMIT) };
        Pace { idle_limit, ..self }
    }
}

/// How long an event stays on the screen before the one that happened `gap` nanoseconds later.
pub fn pause_after(gap: u64, pace: Pace) -> Duration {
    let shown = pace.idle_limit.map_or(gap, |limit| gap.min(limit)).max(LEAST);
    let speed = if pace.speed.is_finite() && pace.speed > 0.0 { pace.speed } else { 1.0 };
    Duration::try_from_secs_f64(shown as f64 / 1e9 / speed).unwrap_or(Duration::MAX)
}
