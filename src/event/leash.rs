//! A server on a leash, as it is seen from outside: who stands at the gate, and whose turn it is.

use super::{Kind, Thread, Word};
use serde::{Deserialize, Serialize};

/// A thread that is held, and the event that it is about to tell of. A system call that brings
/// something (`wake`, `accept`, `read`) has returned already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtGate {
    /// Which thread.
    pub th: Thread,
    /// The event's kind.
    pub ev: Kind,
    /// `call`, `return`: the function; `state`: the state that is entered; `item`: what is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Word>,
    /// The accepted connection that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
}

/// A thread that waits for a lock which a thread at the gate has: it comes to the gate only after
/// that one has gone on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InLine {
    /// Which thread.
    pub th: Thread,
    /// Who has the lock, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Thread>,
}

/// Events that were asked for and have not come yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// How many.
    pub left: u32,
    /// Whose; else of whoever has waited longest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub th: Option<Thread>,
}

/// How the leash is at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Leashed {
    /// Whether every thread is held at its next event.
    pub held: bool,
    /// Who has the leash in hand; nobody where the server runs freely, or waits for the first to come.
    pub holder: Option<String>,
    /// Whether that is whoever asks.
    pub yours: bool,
    /// The threads at the gate, first come first.
    pub waiting: Vec<AtGate>,
    /// The threads that come to the gate only after another has gone on.
    pub in_line: Vec<InLine>,
    /// What was asked for and has not come yet.
    pub steps: Option<Steps>,
    /// The server runs until an event matches this.
    pub until: Option<String>,
    /// The event that matched last.
    pub stopped_at: Option<u64>,
}

impl Leashed {
    /// What `thread` is about to do, if it is at the gate.
    pub fn at_gate(&self, thread: Thread) -> Option<&AtGate> {
        self.waiting.iter().find(|at| at.th == thread)
    }

    /// Whether `thread` waits for another's lock, and for whose.
    pub fn in_line(&self, thread: Thread) -> Option<InLine> {
        self.in_line.iter().copied().find(|it| it.th == thread)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_later_server_may_say_more_and_an_earlier_one_less() {
        let said = r#"{"held":true,"waiting":[{"th":"main","ev":"teleport","why":1}],"mood":"calm"}"#;
        let leash: Leashed = serde_json::from_str(said).unwrap();
        assert_eq!(leash.at_gate(Thread::Main).unwrap().ev.name(), "teleport");
        assert!(leash.held && !leash.yours && leash.at_gate(Thread::Worker(0)).is_none());
    }
}
