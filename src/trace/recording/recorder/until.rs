//! What a held server may run until: a filter, put to each event by the very thread that tells of it.

use super::told::Reported;
use super::trigger::SeenByFilter;
use super::world::RecordContext;
use crate::filter::{Field, Filter, FilterError, Kinds};
use crate::tracer::{Awaited, Hub, JustReported};
use std::fmt;
use std::sync::{Arc, Weak};

/// Runs a server until an event matches a filter ([`Gate::run_until`](crate::tracer::Gate::run_until)).
#[derive(Debug)]
pub struct Until {
    filter: Filter,
    kinds: Kinds,
    /// Whose clock it is. The hub holds what is awaited, not the other way round.
    hub: Weak<Hub>,
}

/// Why a server cannot run until that.
#[derive(Debug)]
pub enum NoUntil {
    /// It is no filter.
    Filter(FilterError),
    /// It looks at a field that the thread itself does not know.
    Field(Field),
}

impl fmt::Display for NoUntil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoUntil::Filter(error) => error.fmt(f),
            NoUntil::Field(field) => write!(
                f,
                "a running server cannot be stopped by {}: what was before is known only to whoever reads \
                 the trace; take ev, th, conn, from, to, ret, errno, data ...",
                field.name()
            ),
        }
    }
}

impl std::error::Error for NoUntil {}

impl Until {
    /// Until an event of `hub`'s server matches this.
    ///
    /// # Errors
    /// It is no filter, or looks at what the thread that tells of an event does not know: the event
    /// that caused it, and which fields of `struct conn` changed since the one before.
    pub fn parse(expression: &str, hub: &Arc<Hub>) -> Result<Arc<Until>, NoUntil> {
        let filter = Filter::parse(expression).map_err(NoUntil::Filter)?;
        let unknown = |field: Field| field == Field::Cause || field == Field::Set || field.is_of_set();
        if filter.looks_at(unknown) {
            let all = Field::ALL.iter().copied().filter(|field| unknown(*field));
            let first = all.into_iter().find(|field| filter.looks_at(|it| it == *field));
            return Err(NoUntil::Field(first.unwrap_or(Field::Set)));
        }
        Ok(Arc::new(Until { kinds: filter.kinds(), filter, hub: Arc::downgrade(hub) }))
    }
}

impl Awaited for Until {
    fn is(&self, event: &JustReported<'_>) -> bool {
        let JustReported { thread, record, change, payload } = *event;
        if !self.kinds.has(record.what.kind()) {
            return false;
        }
        let t = self.hub.upgrade().map_or(0, |hub| hub.nanoseconds(record.ticks));
        let told = Reported { thread, t, record, change, payload };
        self.filter.matches(&SeenByFilter { told: &told, context: &RecordContext::default() })
    }

    fn name(&self) -> String {
        self.filter.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{ConnState, ItemOp, Thread};
    use crate::tracer::{self, ClassId, Gate, Known, LeashHolder, Report, Ret, TracerConfig};

    #[test]
    fn what_a_thread_does_not_know_is_refused_with_the_reason() {
        let hub = Hub::new(TracerConfig::default());
        let said = |expression| Until::parse(expression, &hub).map(|_| ()).unwrap_err().to_string();
        assert!(said("ev=stat").contains("did you mean state?"));
        assert!(said("ev=read & rbytes=0").starts_with("a running server cannot be stopped by"));
        assert!(said("cause").contains("by cause"));
        assert!(said("item.key=a").contains("item.key"));
        assert_eq!(
            Until::parse("ev=state & to=conn_nread", &hub).unwrap().name(),
            "ev=state & to=conn_nread"
        );
    }

    #[test]
    fn a_thread_stops_itself_at_what_the_filter_means() {
        let hub = Hub::new(TracerConfig::default());
        let who = LeashHolder::own("the test");
        hub.gate.start_held();
        let gate = |hub: &Arc<Hub>, expression: &str| {
            hub.gate.run_until(&who, Until::parse(expression, hub).unwrap()).unwrap();
        };
        gate(&hub, "ev=item & key=b & op=link");
        // This very thread: if it were held one event too early the test would hang.
        tracer::install(hub.handle(Thread::Worker(3)));
        let item = |op, key: &[u8]| {
            let (size, class, bucket) = (Known::to_be(2), ClassId(1), Known::to_be(3));
            tracer::emit(Report::Item { op, id: 1, size, class, chunk: Known::NOT, bucket }, key);
        };
        item(ItemOp::Link, b"a");
        item(ItemOp::Alloc, b"b");
        item(ItemOp::Link, b"b");
        assert!(Gate::is_held(&hub.gate));
        gate(&hub, "th=worker3 & data~STORED");
        tracer::emit_conn(Some(1), Report::State { from: ConnState::Read, to: ConnState::Write }, None, b"");
        let begun = tracer::begin(crate::event::Kind::Sendmsg, Some(1));
        let pieces: [&[u8]; 2] = [b"STO", b"RED\r\n"];
        tracer::finish_sendmsg(begun, Some(1), 9, Ret(8), None, pieces.into_iter());
        assert_eq!(hub.leash(&who).stopped_at, Some(5));
        tracer::uninstall();
    }
}
