//! What goes from lane to lane: which arrow an event is.

use crate::event::{Event, Kind, Thread};

/// Whose lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LaneOwner {
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
    Across { from: LaneOwner, to: LaneOwner },
    /// It goes to a worker, who takes it later.
    Sent { to: Thread, track: Track },
    /// It was sent by another thread before.
    Got { track: Track },
}

/// The arrow that an event is, if anything goes from lane to lane.
pub(super) fn arrow(event: &Event) -> Option<Arrow> {
    let own = LaneOwner::Thread(event.th);
    let across = |from, to| Some(Arrow::Across { from, to });
    let has_failed = event.errno().is_some();
    match event.kind() {
        Kind::Wake => across(LaneOwner::Kernel, own),
        Kind::Accept if !has_failed => across(LaneOwner::Kernel, own),
        // A read that gives nothing crosses nothing; one that gives 0 brings the news of the end.
        Kind::Read | Kind::Recvfrom if !has_failed => across(LaneOwner::Client, own),
        // What the kernel does not take goes no further.
        Kind::Sendmsg if has_failed => across(own, LaneOwner::Kernel),
        Kind::Sendmsg => across(own, LaneOwner::Client),
        Kind::Close if event.conn.is_some() => across(own, LaneOwner::Client),
        Kind::EventAdd | Kind::EventDel => across(own, LaneOwner::Kernel),
        Kind::Thread if event.op() == Some("create") => {
            across(own, LaneOwner::Thread(event.worker().filter(|&w| w != event.th)?))
        }
        Kind::CqPush => Some(Arrow::Sent { to: event.worker()?, track: Track::Queue }),
        Kind::Notify if !has_failed => Some(Arrow::Sent { to: event.worker()?, track: Track::Pipe }),
        Kind::CqPop => Some(Arrow::Got { track: Track::Queue }),
        Kind::Notified if !has_failed => Some(Arrow::Got { track: Track::Pipe }),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::FlatEvent;
    use crate::model::sample::W0;

    #[test]
    fn bytes_cross_and_what_would_have_waited_does_not() {
        let read = |ret, errno: Option<&'static str>| FlatEvent {
            th: W0,
            ev: Kind::Read,
            ret,
            errno: errno.map(Into::into),
            ..FlatEvent::default()
        };
        let from_client = Some(Arrow::Across { from: LaneOwner::Client, to: LaneOwner::Thread(W0) });
        assert_eq!(arrow(&read(Some(13), None).event()), from_client);
        assert_eq!(arrow(&read(None, Some("EAGAIN")).event()), None);
        let send = FlatEvent { ev: Kind::Sendmsg, ..read(None, Some("EAGAIN")) }.event();
        let to_kernel = Some(Arrow::Across { from: LaneOwner::Thread(W0), to: LaneOwner::Kernel });
        assert_eq!(arrow(&send), to_kernel);
    }
}
