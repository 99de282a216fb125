//! Finds the steps' events in a recording.

use super::{Step, Which};
use crate::event::Event;

/// Where a step's event stands, and what is wrong with that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepFound {
    /// Its index in the recording.
    pub at: Option<usize>,
    /// Why the step would not work.
    pub trouble: Option<Trouble>,
}

/// Why a step would not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No event matches where it is looked for; so many do elsewhere.
    Nowhere {
        /// How many match before the place where it is looked for.
        before: usize,
    },
    /// Its event does not come after that of an earlier step, so nobody who goes forward gets there.
    Back {
        /// The earlier step, as an index.
        step: usize,
    },
}

/// The event of each step.
pub fn places(steps: &[Step], events: &[Event]) -> Vec<StepFound> {
    let mut out: Vec<StepFound> = Vec::with_capacity(steps.len());
    // The last step that was found, and its event; but for those that stand beside the others.
    let mut last: Option<(usize, usize)> = None;
    for (i, step) in steps.iter().enumerate() {
        let from = last.map_or(0, |(_, at)| at + 1);
        let matches = |event: &Event| step.bind.filter.matches(event);
        let after = || events[from..].iter().position(matches).map(|at| from + at);
        let at = match step.bind.which {
            Which::First => events.iter().position(matches),
            Which::Next | Which::Beside => after(),
            Which::Last => events.iter().rposition(matches),
        };
        let trouble = match (at, last) {
            (None, _) => {
                let before = events[..from].iter().filter(|event| matches(event)).count();
                Some(Trouble::Nowhere { before })
            }
            (Some(at), Some((step, before))) if at <= before => Some(Trouble::Back { step }),
            _ => None,
        };
        out.push(StepFound { at, trouble });
        if let Some(at) = at.filter(|_| step.bind.which != Which::Beside) {
            last = Some((i, at));
        }
    }
    out
}
