//! `memstep live`: the server, and the terminal UI in front of it, in one process.

use super::daemon::prepare;
use super::desk::ViewerDesk;
use super::events;
use super::look::{has_terminal, options};
use super::server::{
    finish, head, hub, listens_on, obey_signals, panics_are_fatal, settings, settle, sinks, start_recorder,
};
use crate::cli::{LookArgs, RecordTo, ServerArgs};
use crate::event::{Detail, Leashed, Thread};
use crate::lesson::Course;
use crate::lesson::progress::LessonProgress;
use crate::memcached::server::{Server, StartError};
use crate::texts::Language;
use crate::trace::recorder::{Announce, FileConfig, Recorder, RecorderCommand, Sinks, Until, follow};
use crate::tracer::{self, Hub, LeashHolder, Report};
use crate::ui::{self, Leash, LeashRequest, Tape};
use anyhow::{Context as _, bail, ensure};
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

/// The server's gate, in the viewer's hand.
struct LiveLeash {
    hub: Arc<Hub>,
    who: LeashHolder,
    news: News,
}

impl Leash for LiveLeash {
    fn look(&self) -> Leashed {
        self.hub.leash(&self.who)
    }

    fn ask(&self, what: LeashRequest) {
        let (gate, who) = (&self.hub.gate, &self.who);
        let done = match what {
            LeashRequest::Hold => gate.hold(who).map_err(|why| why.to_string()),
            LeashRequest::Release => gate.release(who).map_err(|why| why.to_string()),
            LeashRequest::Step { n, thread } => gate.step(who, n, thread).map_err(|why| why.to_string()),
            LeashRequest::Until(expression) => Until::parse(&expression, &self.hub)
                .map_err(|why| why.to_string())
                .and_then(|until| gate.run_until(who, until).map_err(|why| why.to_string())),
        };
        if let Err(why) = done {
            self.news.flash(&why);
        }
    }
}

/// What is told on the screen as long as there is one: printed, it would stand in the middle of it.
#[derive(Clone)]
struct News {
    screen: Arc<Mutex<Option<Sender<String>>>>,
    /// What was told on the screen, which goes away.
    told: Arc<Mutex<Vec<String>>>,
}

impl News {
    fn tell(&self, what: &str) {
        let mut screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_shown = screen.as_ref().is_some_and(|screen| screen.send(what.to_owned()).is_ok());
        if is_shown {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
        } else {
            *screen = None;
            super::say(what);
        }
    }

    /// Tells it on the screen, and not again later: it is about a key that was pressed.
    fn flash(&self, what: &str) {
        if let Some(screen) = &*self.screen.lock().unwrap_or_else(PoisonError::into_inner) {
            // Where the screen is just going away nobody wants to know.
            let _ = screen.send(what.to_owned());
        }
    }

    /// The screen has gone: what was told on it is told again, for whoever wants to know what became of
    /// a recording.
    fn to_stderr(&self) {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner).take();
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        told.iter().for_each(|what| super::say(what));
    }
}

/// The recording, in the viewer's hand.
struct LiveTape {
    recorder: Arc<Recorder>,
    /// Whether a file was named.
    has_file: bool,
    news: News,
}

impl Tape for LiveTape {
    fn is_recording(&self) -> bool {
        self.recorder.is_recording()
    }

    fn start_or_stop(&self) {
        let (recorder, news) = (self.recorder.clone(), self.news.clone());
        let has_file = self.has_file;
        // A disk may be slow; the screen is not to wait for it.
        let done = std::thread::Builder::new().name("command".into()).spawn(move || {
            let answer = match (recorder.is_recording(), has_file) {
                (true, _) => recorder.command(RecorderCommand::Stop),
                (false, true) => recorder.command(RecorderCommand::Start),
                (false, false) => recorder.record_to(FileConfig::new(named_by_time(SystemTime::now()))),
            };
            news.tell(&answer.unwrap_or_else(|why| why));
        });
        if let Err(error) = done {
            self.news.tell(&Language::spoken().commands_no_thread(error.to_string()));
        }
    }
}

/// `memstep-20261123-031246.jsonl`, by UTC.
fn named_by_time(now: SystemTime) -> String {
    let digits: String = humantime::format_rfc3339_seconds(now)
        .to_string()
        .chars()
        .map(|c| if c == 'T' { '-' } else { c })
        .filter(|c| c.is_ascii_digit() || *c == '-')
        .collect();
    let parts: Vec<&str> = digits.split('-').collect();
    match parts.split_last() {
        Some((time, date)) => format!("memstep-{}-{time}.jsonl", date.concat()),
        None => "memstep.jsonl".to_owned(),
    }
}

/// Runs the server until the user quits.
pub(super) fn run(
    args: &ServerArgs,
    record: &RecordTo,
    lesson: Option<Course>,
    look: LookArgs,
) -> anyhow::Result<ExitCode> {
    // Before anything has begun: a settings file that is wrong is no reason to leave a server half started.
    let options = options(look)?;
    let lang = Language::spoken();
    if !has_terminal() {
        bail!(lang.commands_live_terminal());
    }
    if record.record.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        bail!(lang.commands_live_stdout());
    }
    if args.verbose > 0 && io::stderr().is_terminal() {
        bail!(lang.commands_live_verbose());
    }
    let listener = events::listen(record)?;
    let events_on = events::told(listener.as_ref());
    ensure!(!args.daemon && args.pid_file.is_none(), "{}", lang.commands_live_daemon());
    prepare(args, record)?;
    let hub = hub(args, Detail::Calls);
    let (screen, news) = channel();
    let told = News { screen: Arc::new(Mutex::new(Some(screen))), told: Arc::default() };
    let teller = told.clone();
    let say: Announce = Arc::new(move |what: &str| teller.tell(what));
    let sinks = Sinks { armed: true, ..sinks(record, say.clone())? };
    let staged = sinks.staged();
    let path = record.record.clone().unwrap_or_default();
    let recorder = start_recorder(&hub, args, "memstep live", sinks)?;
    panics_are_fatal(&recorder);
    let port = events::open(listener, &recorder, &hub, args)?;
    obey_signals(Some(recorder.clone()), say.clone(), &[], |_| {})?;
    let events = follow(recorder.watch()).with_context(|| lang.commands_no_viewer())?;
    let (server, title) = if record.step {
        hub.gate.start_held();
        settle(&staged, &path, &say);
        (Started::Soon(start_held(args, &hub, &told)?), "live from its first event".to_owned())
    } else {
        let server = Server::start(settings(args), Some(hub.clone())).inspect_err(|_| staged.discard())?;
        settle(&staged, &path, &say);
        tracer::install(hub.handle(Thread::Client));
        tracer::emit(Report::Mark, b"at work");
        tracer::uninstall();
        let title = format!("live on {}", listens_on(server.addrs(), server.udp_addrs()));
        (Started::Now(server), title)
    };
    let header = head(&hub, args, &format!("{title}{events_on}"));
    let options = ui::Options { desk: Some(Arc::new(ViewerDesk::new(&header))), ..options };
    let tape = Arc::new(LiveTape {
        recorder: recorder.clone(),
        has_file: record.record.is_some(),
        news: told.clone(),
    });
    let lesson = lesson.map(|course| ui::Pupil {
        course,
        // The server begins anew, and so does the lesson.
        kept: LessonProgress::default(),
        keep: None,
        address: address(args),
    });
    let who = LeashHolder::own("the screen of `memstep live`");
    let leash = Arc::new(LiveLeash { hub, who, news: told.clone() });
    let shown = ui::live(ui::Live { header, events, news, leash, tape, lesson }, options);
    told.to_stderr();
    // The recording ends first: what the server's threads do on their way out is not the story.
    finish(&recorder);
    if let Some(port) = port {
        port.close();
    }
    match server {
        Started::Now(server) => server.stop(),
        // Let go, it has come up by now, or will not.
        Started::Soon(thread) => match thread.join() {
            Ok(Ok(server)) => server.stop(),
            Ok(Err(error)) => return Err(error.into()),
            // Its message is on stderr.
            Err(_) => {}
        },
    }
    Ok(ExitCode::from(shown?.code()))
}

/// What `telnet` wants to hear.
fn address(args: &ServerArgs) -> String {
    let listed = args.listen.iter().flat_map(|list| list.split([',', ';'])).find(|name| !name.is_empty());
    let host = listed.unwrap_or("127.0.0.1");
    let host = if ["0.0.0.0", "::", "[::]"].contains(&host) { "127.0.0.1" } else { host };
    match host.rsplit_once(':').filter(|(name, _)| !name.contains(':')) {
        Some((name, port)) => format!("{name} {port}"),
        None => format!("{host} {}", args.tcp_port()),
    }
}

/// A server that is there, or one that is held on its way up.
enum Started {
    Now(Server),
    Soon(JoinHandle<Result<Server, StartError>>),
}

/// Starts a server that is held before its first event: not before somebody steps will it be there.
fn start_held(
    args: &ServerArgs,
    hub: &Arc<Hub>,
    news: &News,
) -> anyhow::Result<JoinHandle<Result<Server, StartError>>> {
    let (settings, hub, news) = (settings(args), hub.clone(), news.clone());
    let thread = std::thread::Builder::new().name("starter".into()).spawn(move || {
        let server = Server::start(settings, Some(hub));
        if let Err(error) = &server {
            news.flash(&Language::spoken().commands_quits(error.to_string()));
        }
        server
    });
    thread.with_context(|| Language::spoken().commands_no_server())
}
