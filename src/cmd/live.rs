//! `memstep live`: the server, and the terminal UI in front of it, in one process.

use super::events;
use super::look::{has_terminal, theme};
use super::server::{hub, panics_are_fatal, prepare, settings, sinks, start_recorder};
use crate::cli::{Look, RecordTo, ServerArgs};
use crate::event::{Detail, Thread};
use crate::memcached::server::Server;
use crate::trace::recorder::{Sinks, follow, header};
use crate::tracer::{self, Hub, What};
use crate::ui::{self, Leash};
use anyhow::{Context as _, bail};
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;

/// The server's gate, in the viewer's hand.
struct Gate(Arc<Hub>);

impl Leash for Gate {
    fn hold(&self) {
        self.0.gate.hold();
    }

    fn release(&self) {
        self.0.gate.release();
    }

    fn is_held(&self) -> bool {
        self.0.gate.is_held()
    }

    fn step(&self) {
        self.0.gate.step();
    }

    fn waiting(&self) -> Vec<Thread> {
        self.0.gate.waiting()
    }
}

/// Runs the server until the user quits.
pub(super) fn run(args: &ServerArgs, record: &RecordTo, look: Look) -> anyhow::Result<ExitCode> {
    if !has_terminal() {
        bail!("live needs a terminal to draw on; `memstep serve --record FILE` runs the server without one");
    }
    if record.record.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        bail!("--record -: stdout is where live draws; name a file");
    }
    if args.verbose > 0 && io::stderr().is_terminal() {
        bail!(
            "-v prints on the terminal that live draws on; send it elsewhere (2> FILE), or use `memstep serve`"
        );
    }
    let listener = events::listen(record)?;
    let events_on = events::told(listener.as_ref());
    prepare(args, record)?;
    let hub = hub(args, Detail::Calls);
    let say = Arc::new(|what: &str| eprintln!("memstep: {what}"));
    let sinks = Sinks { armed: true, ..sinks(record, say)? };
    let recorder = start_recorder(&hub, args.threads, "memstep live", sinks)?;
    panics_are_fatal(&recorder);
    let port = events::open(listener, &recorder, &hub, args)?;
    let events = follow(recorder.watch()).context("cannot start the viewer")?;
    let server = Server::start(settings(args), Some(hub.clone()))?;
    tracer::install(hub.handle(Thread::Client));
    tracer::emit(What::Mark, b"at work");
    tracer::uninstall();
    let addrs: Vec<_> = server.addrs().iter().map(ToString::to_string).collect();
    let header = header(&hub, args.threads, &format!("live on {}{events_on}", addrs.join(" and ")));
    let options = ui::Options { theme: theme(look), ..ui::Options::default() };
    let shown = ui::live(header, events, Arc::new(Gate(hub)), options);
    // The recording ends first: what the server's threads do on their way out is not the story.
    let closed = recorder.finish().transpose();
    if let Some(port) = port {
        port.close();
    }
    server.stop();
    let exit = shown?;
    closed.context("the recording was not closed")?;
    Ok(ExitCode::from(exit.code()))
}
