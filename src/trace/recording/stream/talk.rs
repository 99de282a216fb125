//! One connection to the events port, from its first line to its last.

use super::input::{MAX_LINE, NoLine, UnendedLine};
use super::{FULL, Guest, PROTOCOL, PortShared, Watching};
use crate::event::{Detail, Leashed};
use crate::text;
use crate::trace::recorder::RecorderCommand;
use crate::tracer::LeashHolder;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::RecvFlags;
use serde::Serialize;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;

/// How long somebody may take to say something valid for the first time, and how long an answer may
/// take to be read.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a token may be wrong, and how long the answer to a wrong one takes: guessing is slow.
const TRIES: u32 = 3;
const WRONG_TOKEN: Duration = Duration::from_millis(200);
/// How often a watching client is looked after while nothing happens, or while it does not read.
const LOOK: Duration = Duration::from_millis(100);
/// How long a client may take to close its side once the last line was sent.
const GOODBYE: Duration = Duration::from_secs(2);
/// How much of a line that is no command is repeated.
const REPEATED: usize = 40;

const HELP: &str = "\
status          how the recording goes, and who is at the gate, as JSON
record start    begin to write a file
record stop     close the file
record next     close the file and begin the next one
record last     write what happened last (--record-last)
hold            hold every thread before its next event, until release or the end of this connection
step            let one event through, of whoever has waited longest
step N THREAD   let N events through, of main, worker0 ...; each of the two may be left out
continue EXPR   run until an event matches this filter, and hold again
release         let the server run
watch           the trace from here on; any line ends it
quit            close this connection
";

/// Whether the connection goes on.
type Goes = io::Result<ControlFlow<()>>;

const GOES_ON: Goes = Ok(ControlFlow::Continue(()));
const ENDS: Goes = Ok(ControlFlow::Break(()));

/// Answers a client until either side ends it.
pub(super) fn talk(guest: &mut Guest) {
    let (shared, stream, who) = (guest.shared.clone(), guest.stream.clone(), guest.who.clone());
    let (shared, stream, who) = (&*shared, &*stream, &who);
    let is_in = shared.listener.token.is_none();
    let mut talk = Talk { shared, stream, who, guest, input: UnendedLine::default(), is_in, wrong: 0 };
    // Whatever went wrong with a connection is over with it.
    if talk.run().is_ok() {
        let _ = talk.goodbye();
    }
}

pub(super) struct Talk<'a> {
    pub shared: &'a PortShared,
    pub stream: &'a TcpStream,
    pub who: &'a LeashHolder,
    guest: &'a mut Guest,
    input: UnendedLine,
    /// Whether it has said the token, or need not.
    is_in: bool,
    /// How many tokens were wrong.
    wrong: u32,
}

impl Talk<'_> {
    fn run(&mut self) -> io::Result<()> {
        self.stream.set_write_timeout(Some(PATIENCE))?;
        let since = Instant::now();
        let mut bytes = [0; MAX_LINE];
        loop {
            while let Some(line) = self.input.line() {
                if self.line(line)?.is_break() {
                    return Ok(());
                }
            }
            let left = PATIENCE.saturating_sub(since.elapsed());
            if !self.guest.is_welcome && left.is_zero() {
                return self.say("error: nothing to the point was said for too long");
            }
            self.stream.set_read_timeout((!self.guest.is_welcome).then_some(left))?;
            match self.stream.read(&mut bytes) {
                Ok(0) => return Ok(()),
                Ok(n) => self.input.add(&bytes[..n]),
                // A signal, or it is late: looked at above.
                Err(e) if is_late(&e) => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn line(&mut self, line: Result<String, NoLine>) -> Goes {
        let line = match line {
            Ok(line) => line,
            Err(NoLine::TooLong) => {
                self.say(&format!("error: a line has {MAX_LINE} bytes at most"))?;
                return ENDS;
            }
            Err(NoLine::NoText) => {
                self.say("error: a line is text, without control characters")?;
                // Somebody at a terminal may hit a wrong key; what begins so speaks another protocol,
                // and what comes later may look like commands by somebody's design.
                return if self.guest.is_welcome { GOES_ON } else { ENDS };
            }
        };
        if line.contains(" HTTP/") {
            // A web page can make a browser send what it likes, after this.
            self.say("error: this is no web server")?;
            return ENDS;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some(token) = line.trim().strip_prefix("token ") {
            return self.token(token.trim());
        }
        if !self.is_in {
            return self.wrong_token("first say: token TOKEN");
        }
        let command = match words[..] {
            [] => return GOES_ON,
            ["hold" | "release" | "step" | "continue", ..] => {
                if !self.welcome()? {
                    return ENDS;
                }
                let done = self.leash(line.trim());
                self.say(&done.map_or_else(|why| format!("error: {why}"), |done| format!("ok: {done}")))?;
                return GOES_ON;
            }
            ["help"] => None,
            ["status"] => None,
            ["watch"] => None,
            ["quit"] => return ENDS,
            ["record", "start"] => Some(RecorderCommand::Start),
            ["record", "stop"] => Some(RecorderCommand::Stop),
            ["record", "next"] => Some(RecorderCommand::Next),
            ["record", "last"] => Some(RecorderCommand::WriteLast),
            ["record", ..] => {
                self.say("error: record start, record stop, record next or record last")?;
                return GOES_ON;
            }
            _ => {
                let beginning: String = line.chars().take(REPEATED).collect();
                let beginning = text::visible(beginning.as_bytes());
                self.say(&format!("error: no such command: \"{beginning}\"; help tells which there are"))?;
                return GOES_ON;
            }
        };
        if !self.welcome()? {
            return ENDS;
        }
        match (words[0], command) {
            (_, Some(command)) => match self.shared.recorder.command(command) {
                Ok(done) => self.say(&format!("ok: {done}"))?,
                Err(why) => self.say(&format!("error: {why}"))?,
            },
            ("status", _) => self.status()?,
            ("watch", _) => {
                self.watch()?;
                return ENDS;
            }
            _ => {
                let tool = concat!("memstep ", env!("CARGO_PKG_VERSION"));
                self.stream.write_all(HELP.as_bytes())?;
                self.say(&format!("ok: {tool}, protocol {PROTOCOL}"))?;
            }
        }
        GOES_ON
    }

    fn token(&mut self, said: &str) -> Goes {
        let is_right = match &self.shared.listener.token {
            Some(token) => bool::from(token.as_bytes().ct_eq(said.as_bytes())),
            None => true,
        };
        if !is_right {
            return self.wrong_token("that is not the token");
        }
        if !self.welcome()? {
            return ENDS;
        }
        self.is_in = true;
        self.say("ok: welcome")?;
        GOES_ON
    }

    /// Something valid was said: whether there is a place for one more who does.
    fn welcome(&mut self) -> io::Result<bool> {
        let is_welcome = self.guest.welcome();
        if !is_welcome {
            self.say(&format!("error: {FULL}"))?;
        }
        Ok(is_welcome)
    }

    fn wrong_token(&mut self, why: &str) -> Goes {
        std::thread::sleep(WRONG_TOKEN);
        self.say(&format!("error: {why}"))?;
        self.wrong += 1;
        if self.wrong < TRIES { GOES_ON } else { ENDS }
    }

    fn status(&mut self) -> io::Result<()> {
        let PortShared { recorder, hub, threads, since, .. } = self.shared;
        let Some(recorder) = recorder.status() else {
            return self.say("error: the recorder does not answer");
        };
        let tally = hub.tally();
        let status = StatusReply {
            tool: concat!("memstep ", env!("CARGO_PKG_VERSION")),
            protocol: PROTOCOL,
            recording: recorder.recording,
            events: tally.events,
            lost: tally.lost,
            blocked_ns: tally.blocked_ns,
            viewers: recorder.viewers,
            missed: recorder.missed,
            detail: hub.config().detail,
            threads: *threads,
            leash: hub.leash(self.who),
            uptime: since.elapsed().as_secs(),
        };
        self.say(&crate::text::to_json(&status)?)
    }

    /// One line. What is in it may come from elsewhere: a file's name, say.
    fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{}\n", text::printable(line)).as_bytes())
    }

    /// Sends the trace, until the recording ends or the client has enough. Where nothing is missing
    /// before its end it has an `end` line; otherwise it stops after a whole line.
    fn watch(&mut self) -> io::Result<()> {
        let _watching = Watching::new(self.shared);
        let pieces = self.shared.recorder.watch();
        self.stream.set_write_timeout(Some(LOOK))?;
        let mut end = None;
        loop {
            match pieces.recv_timeout(LOOK) {
                Ok(piece) => {
                    self.send(&piece.lines)?;
                    end = Some(piece.end);
                    if piece.is_last {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The recorder had no room for saying how it ended.
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if self.has_enough()? {
                break;
            }
        }
        match end {
            Some(end) => self.send((crate::text::to_json(&end)? + "\n").as_bytes()),
            None => Ok(()),
        }
    }

    /// Sends all of this, however long the client takes, if only it stays.
    fn send(&mut self, mut lines: &[u8]) -> io::Result<()> {
        let mut since = Instant::now();
        while !lines.is_empty() {
            match self.stream.write(lines) {
                Ok(n) => {
                    self.shared.sent.fetch_add(n as u64, Ordering::Relaxed);
                    (lines, since) = (&lines[n..], Instant::now());
                }
                // Whoever has closed its side may read on, but need not be waited for any longer.
                Err(e) if is_late(&e) && since.elapsed() > GOODBYE && self.has_closed()? => return Err(e),
                Err(e) if is_late(&e) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Whether a watching client has said anything, or closed its side.
    fn has_enough(&mut self) -> io::Result<bool> {
        let mut bytes = [0; MAX_LINE];
        loop {
            while let Some(line) = self.input.line() {
                // Somebody at a terminal has made room on the screen.
                if line != Ok(String::new()) {
                    return Ok(true);
                }
            }
            match rustix::net::recv(self.stream, &mut bytes[..], RecvFlags::DONTWAIT) {
                Ok((0, _)) => return Ok(true),
                Ok((n, _)) => self.input.add(&bytes[..n]),
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }

    /// Whether the client has closed its side, whatever it has said before that.
    fn has_closed(&self) -> io::Result<bool> {
        let mut fds = [PollFd::new(self.stream, PollFlags::RDHUP)];
        poll(&mut fds, Some(&Timespec::default()))?;
        Ok(!fds[0].revents().is_empty())
    }

    /// Closes in a way that lets the client read everything: the kernel throws away what is still on
    /// its way where something that came was never read.
    fn goodbye(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)?;
        let since = Instant::now();
        let mut bytes = [0; MAX_LINE];
        loop {
            let left = GOODBYE.saturating_sub(since.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(&mut bytes) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(e) if is_late(&e) => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// How the recording goes.
#[derive(Serialize)]
struct StatusReply {
    tool: &'static str,
    protocol: u32,
    /// The file that is being written; `-` is stdout.
    recording: Option<String>,
    /// Events so far, and those of them that no viewer and no file could get.
    events: u64,
    lost: u64,
    /// How long server threads have waited for the recorder.
    blocked_ns: u64,
    viewers: usize,
    /// Events that a viewer was too slow for.
    missed: u64,
    detail: Detail,
    threads: u16,
    /// Whether the server is held between two steps, and all about that.
    #[serde(flatten)]
    leash: Leashed,
    /// In seconds.
    uptime: u64,
}

/// A timeout, or a signal: nothing has gone wrong.
fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
