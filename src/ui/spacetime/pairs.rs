//! Arrows from one event to another: which two of a window make one.

use super::arrows::{Arrow, Track, arrow};
use super::rows::ShownRows;
use crate::event::Thread;

/// An arrow from one event to another, by their places in the window; an end that is not in it is
/// above or below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub from: Option<usize>,
    pub to: Option<usize>,
    pub worker: Thread,
    pub track: Track,
}

impl Pair {
    pub fn has(&self, event: usize) -> bool {
        self.from == Some(event) || self.to == Some(event)
    }
}

/// Every pair of the window.
pub(super) fn pairs(window: &ShownRows) -> Vec<Pair> {
    let events = &window.events;
    let mut pairs: Vec<Pair> = Vec::new();
    for (i, event) in events.iter().enumerate() {
        match arrow(event) {
            Some(Arrow::Sent { to: worker, track }) => {
                pairs.push(Pair { from: Some(i), to: None, worker, track });
            }
            Some(Arrow::Got { track }) => {
                let Some(cause) = event.cause else { continue };
                let at = events.partition_point(|e| e.seq < cause);
                let from = Some(at).filter(|&at| events.get(at).is_some_and(|e| e.seq == cause));
                match pairs.iter_mut().find(|p| p.from == from && from.is_some()) {
                    Some(pair) => pair.to = Some(i),
                    // Lost, or further up than anyone looks.
                    None => pairs.push(Pair { from: None, to: Some(i), worker: event.th, track }),
                }
            }
            Some(Arrow::Across { .. }) | None => {}
        }
    }
    pairs
}

/// The other end of the arrow of the event at the cursor.
pub(super) fn other_end(window: &ShownRows, pairs: &[Pair]) -> Option<usize> {
    let pair = pairs.iter().find(|p| p.has(window.at))?;
    if pair.from == Some(window.at) { pair.to } else { pair.from }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::rows::{Scale, window};
    use super::*;
    use crate::event::Kind;
    use crate::model::sample::{self, W0};
    use crate::player::Player;

    fn window_at(kind: Kind) -> ShownRows {
        let events = sample::set_get();
        let at = events.iter().position(|e| e.kind() == kind).unwrap();
        let mut player = Player::new(4, events);
        player.go(at);
        window(&player, Scale::Runs, 20, usize::MAX).unwrap()
    }

    #[test]
    fn the_byte_and_the_connection_go_from_main_to_the_worker() {
        for (sent, got) in [(Kind::Notify, Kind::Notified), (Kind::CqPush, Kind::CqPop)] {
            let window = window_at(sent);
            let other = other_end(&window, &pairs(&window)).unwrap();
            assert_eq!((window.events[other].kind(), window.events[other].th), (got, W0));
            let window = window_at(got);
            let other = other_end(&window, &pairs(&window)).unwrap();
            assert_eq!((window.events[other].kind(), window.events[other].th), (sent, Thread::Main));
        }
    }

    #[test]
    fn an_effect_whose_cause_is_lost_comes_from_above() {
        let mut window = window_at(Kind::Notified);
        window.events.retain(|e| e.kind() != Kind::Notify);
        window.at = window.events.iter().position(|e| e.kind() == Kind::Notified).unwrap();
        let pairs = pairs(&window);
        let pair = pairs.iter().find(|p| p.has(window.at)).unwrap();
        assert_eq!((pair.from, pair.worker), (None, W0));
        assert_eq!(other_end(&window, &pairs), None);
    }
}
