//! What goes from lane to lane: which arrow an event is, and what two events make one.

use super::rows::Window;
use crate::event::{Event, Kind, Thread};

/// Whose lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Client,
    Kernel,
    Thread(Thread),
}

/// What lies between the dispatcher and a worker, each with a track beside the worker's lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Track {
    Queue,
    Pipe,
}

/// An event's arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrow {
    /// It comes and arrives at once.
    Across { from: Who, to: Who },
    /// It goes to a worker, who takes it later.
    Sent { to: Thread, track: Track },
    /// It was sent by another thread before.
    Got { track: Track },
}

/// The arrow that an event is, if anything goes from lane to lane.
pub(super) fn arrow(event: &Event) -> Option<Arrow> {
    let own = Who::Thread(event.th);
    let across = |from, to| Some(Arrow::Across { from, to });
    let has_failed = event.errno().is_some();
    match event.kind() {
        Kind::Wake => across(Who::Kernel, own),
        Kind::Accept if !has_failed => across(Who::Kernel, own),
        // A read that gives nothing crosses nothing; one that gives 0 brings the news of the end.
        Kind::Read | Kind::Recvfrom if !has_failed => across(Who::Client, own),
        // What the kernel does not take goes no further.
        Kind::Sendmsg if has_failed => across(own, Who::Kernel),
        Kind::Sendmsg => across(own, Who::Client),
        Kind::Close if event.conn.is_some() => across(own, Who::Client),
        Kind::EventAdd | Kind::EventDel => across(own, Who::Kernel),
        Kind::Thread if event.op() == Some("create") => {
            across(own, Who::Thread(event.worker().filter(|&w| w != event.th)?))
        }
        Kind::CqPush => Some(Arrow::Sent { to: event.worker()?, track: Track::Queue }),
        Kind::Notify if !has_failed => Some(Arrow::Sent { to: event.worker()?, track: Track::Pipe }),
        Kind::CqPop => Some(Arrow::Got { track: Track::Queue }),
        Kind::Notified if !has_failed => Some(Arrow::Got { track: Track::Pipe }),
        _ => None,
    }
}

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
pub(super) fn pairs(window: &Window) -> Vec<Pair> {
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
pub(super) fn other_end(window: &Window, pairs: &[Pair]) -> Option<usize> {
    let pair = pairs.iter().find(|p| p.has(window.at))?;
    if pair.from == Some(window.at) { pair.to } else { pair.from }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::rows::{Scale, window};
    use super::*;
    use crate::event::FlatEvent;
    use crate::model::sample::{self, W0};
    use crate::player::Player;

    fn window_at(kind: Kind) -> Window {
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

    #[test]
    fn bytes_cross_and_what_would_have_waited_does_not() {
        let read = |ret, errno: Option<&'static str>| FlatEvent {
            th: W0,
            ev: Kind::Read,
            ret,
            errno: errno.map(Into::into),
            ..FlatEvent::default()
        };
        let from_client = Some(Arrow::Across { from: Who::Client, to: Who::Thread(W0) });
        assert_eq!(arrow(&read(Some(13), None).event()), from_client);
        assert_eq!(arrow(&read(None, Some("EAGAIN")).event()), None);
        let send = FlatEvent { ev: Kind::Sendmsg, ..read(None, Some("EAGAIN")) }.event();
        let to_kernel = Some(Arrow::Across { from: Who::Thread(W0), to: Who::Kernel });
        assert_eq!(arrow(&send), to_kernel);
    }
}
