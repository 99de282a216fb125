//! What `serve` and `live` share about `--events`.

use crate::cli::{RecordTo, ServerArgs};
use crate::texts::Language;
use crate::trace::recorder::Recorder;
use crate::trace::stream::{EventsPort, PortListener};
use crate::tracer::Hub;
use anyhow::{Context as _, ensure};
use std::sync::Arc;

/// Listens where `--events` says, if it says so; nobody is answered yet.
pub(super) fn listen(record: &RecordTo) -> anyhow::Result<Option<PortListener>> {
    let Some(addr) = record.events else {
        // One that is in the environment is there for whoever wants it.
        let is_asked = record.events_token.is_some() && std::env::var_os("MEMSTEP_EVENTS_TOKEN").is_none();
        ensure!(!is_asked, "{}", Language::spoken().commands_token_alone());
        return Ok(None);
    };
    let token = record.events_token.as_deref();
    PortListener::bind(addr, token).map(Some).with_context(|| format!("--events {addr}"))
}

/// Answers there from now on.
pub(super) fn open(
    listener: Option<PortListener>,
    recorder: &Arc<Recorder>,
    hub: &Arc<Hub>,
    args: &ServerArgs,
) -> anyhow::Result<Option<Arc<EventsPort>>> {
    let Some(listener) = listener else { return Ok(None) };
    let port = EventsPort::open(listener, recorder.clone(), hub.clone(), args.threads);
    Ok(Some(Arc::new(port.with_context(|| Language::spoken().commands_no_port())?)))
}

/// Where it is, as the end of a sentence about where the server is.
pub(super) fn told(listener: Option<&PortListener>) -> String {
    listener
        .map_or(String::new(), |listener| Language::spoken().commands_events_on(listener.addr().to_string()))
}
