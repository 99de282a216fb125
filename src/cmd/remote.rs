//! The leash and the recording of a server elsewhere, over a connection to its events port.
//!
//! A thread of its own talks, and says again and again how things stand: the screen asks, looks at
//! what was heard last, and waits for nothing.

use super::port::{PortStream, answer, say};
use crate::event::{Kind, Leashed};
use crate::text::printable;
use crate::texts::Language;
use crate::ui::{Leash, LeashRequest, Tape};
use anyhow::Context as _;
use serde::Deserialize;
use std::io::{self, ErrorKind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often it is asked how things stand.
const LOOK: Duration = Duration::from_millis(100);

/// As many threads at the gate are believed: `-t` goes no further, and main comes on top.
const MOST_THREADS: usize = 1025;

/// What a server says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ServerStatus {
    pub tool: String,
    pub protocol: u32,
    recording: Option<String>,
    #[serde(flatten)]
    leash: Leashed,
}

/// How a trace that was watched ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// With its `end` line.
    InOrder,
    /// Without, at a line's end or in the middle of one.
    Cut,
    /// The network said so.
    Lost(io::Error),
}

/// A server elsewhere.
pub(super) struct Remote {
    name: String,
    asks: Mutex<Sender<String>>,
    now: Arc<Mutex<RemoteState>>,
    news: Mutex<Sender<String>>,
}

/// What was heard last.
#[derive(Debug, Default)]
struct RemoteState {
    leash: Leashed,
    is_recording: bool,
    /// Nobody answers any more.
    is_gone: bool,
    farewell: Option<String>,
}

impl Remote {
    /// Talks on this connection from now on; what goes wrong is news.
    pub fn start(
        name: String,
        port: PortStream,
        status: &ServerStatus,
        news: Sender<String>,
    ) -> anyhow::Result<Remote> {
        let mut now = RemoteState::default();
        now.hear(status.clone());
        let now = Arc::new(Mutex::new(now));
        let (asks, asked) = channel();
        let (its, told, called) = (now.clone(), news.clone(), name.clone());
        std::thread::Builder::new()
            .name("talk".into())
            .spawn(move || {
                if let Err(error) = talk(port, &asked, &its, &told) {
                    let mut now = lock(&its);
                    (now.is_gone, now.leash, now.is_recording) = (true, Leashed::default(), false);
                    // A server that goes away ends what is watched too, and that says all there is to say.
                    let is_closed = matches!(
                        error.kind(),
                        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
                    );
                    if now.farewell.is_none() && !is_closed {
                        // Where the screen has gone nobody wants to know.
                        let _ = told.send(Language::spoken().commands_silent_why(error.to_string(), called));
                    }
                }
            })
            .with_context(|| Language::spoken().commands_no_talk())?;
        Ok(Remote { name, asks: Mutex::new(asks), now, news: Mutex::new(news) })
    }

    /// The trace has ended.
    pub fn end(&self, ended: &Ended) {
        let (lang, name) = (Language::spoken(), &*self.name);
        lock(&self.now).farewell = Some(match ended {
            Ended::InOrder => lang.commands_has_stopped(name),
            Ended::Cut => lang.commands_has_gone(name),
            Ended::Lost(why) => lang.commands_is_lost(name, why.to_string()),
        });
    }

    fn say(&self, line: String) {
        let is_gone = lock(&self.now).is_gone;
        if is_gone || lock(&self.asks).send(line).is_err() {
            // Where the screen has gone nobody wants to know.
            let _ = lock(&self.news).send(Language::spoken().commands_silent(&*self.name));
        }
    }
}

impl RemoteState {
    fn hear(&mut self, status: ServerStatus) {
        self.leash = harmless(status.leash);
        self.is_recording = status.recording.is_some();
    }
}

/// The same without anything that a terminal might obey: whoever says so may be anybody.
fn harmless(mut leash: Leashed) -> Leashed {
    let clean = |text: &mut String| *text = printable(text).into_owned();
    leash.holder.iter_mut().chain(&mut leash.until).for_each(clean);
    // There is one for each thread, and no server has more.
    leash.waiting.truncate(MOST_THREADS);
    leash.in_line.truncate(MOST_THREADS);
    for at in &mut leash.waiting {
        if let Kind::Other(other) = at.ev {
            at.ev = Kind::from_name(&printable(other.name()));
        }
        if let Some(of) = &mut at.of {
            *of = printable(of).into_owned().into();
        }
    }
    leash
}

/// Says what was asked for, and what is wrong with it to whoever asked, until either side goes.
fn talk(
    mut port: PortStream,
    asked: &Receiver<String>,
    now: &Mutex<RemoteState>,
    news: &Sender<String>,
) -> io::Result<()> {
    loop {
        match asked.recv_timeout(LOOK) {
            Ok(line) => {
                say(&mut port, &line)?;
                let answer = answer(&mut port)?;
                let is_told = line.starts_with("record");
                let told = match answer.split_once(": ") {
                    Some(("ok", done)) if is_told => Some(done),
                    Some(("ok", _)) => None,
                    Some(("error", why)) => Some(why),
                    _ => Some(answer.as_str()),
                };
                if let Some(told) = told
                    && news.send(printable(told).into_owned()).is_err()
                {
                    return Ok(());
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        say(&mut port, "status")?;
        let answer = answer(&mut port)?;
        match serde_json::from_str(&answer) {
            Ok(status) => lock(now).hear(status),
            Err(_) => return Err(io::Error::other(printable(&answer).into_owned())),
        }
    }
}

impl Leash for Remote {
    fn look(&self) -> Leashed {
        lock(&self.now).leash.clone()
    }

    fn ask(&self, what: LeashRequest) {
        self.say(match what {
            LeashRequest::Hold => "hold".to_owned(),
            LeashRequest::Release => "release".to_owned(),
            LeashRequest::Step { n, thread: None } => format!("step {n}"),
            LeashRequest::Step { n, thread: Some(thread) } => format!("step {n} {thread}"),
            LeashRequest::Until(expression) => format!("continue {expression}"),
        });
    }

    fn elsewhere(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn farewell(&self) -> Option<String> {
        lock(&self.now).farewell.clone()
    }
}

impl Tape for Remote {
    fn is_recording(&self) -> bool {
        lock(&self.now).is_recording
    }

    fn start_or_stop(&self) {
        self.say(if self.is_recording() { "record stop" } else { "record start" }.to_owned());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_of_itself_can_do_no_harm() {
        let said = r#"{"tool":"x","protocol":1,"held":true,"holder":"a\u001b[2Jb","until":"\u0007",
            "waiting":[{"th":"main","ev":"\u001b]0;x","of":"\u009b"}]}"#;
        let mut now = RemoteState::default();
        now.hear(serde_json::from_str(said).unwrap());
        let at = &now.leash.waiting[0];
        let shown = format!("{} {}", at.ev, at.of.as_deref().unwrap());
        assert_eq!(now.leash.holder.as_deref(), Some("a\\x1b[2Jb"));
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        let all = [&now.leash.holder, &now.leash.until].map(|text| text.as_ref().unwrap());
        assert!(all.iter().all(|text| !text.chars().any(char::is_control)));
    }
}
