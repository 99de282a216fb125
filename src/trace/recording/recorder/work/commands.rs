//! What the recorder can be asked for, and what becomes of what it writes to.

use super::Work;
use crate::trace::recorder::file::{FileConfig, Lost, Output};
use crate::trace::recorder::last::Last;
use crate::trace::recorder::{CommandResult, RecorderCommand};
use std::io;

impl Work {
    pub(super) fn command(&mut self, command: RecorderCommand) -> CommandResult {
        match (command, &self.output) {
            (RecorderCommand::Start, Some(_)) => Err(format!("{}is being recorded to already", self.name())),
            (RecorderCommand::Next, Some(output)) if output.config().is_none() => {
                Err("a stream has no next file".to_owned())
            }
            (RecorderCommand::Next, Some(_)) => {
                let before = self.end.events;
                self.next_file();
                let file = self.output.as_ref().map(|_| format!("{}a new file was begun", self.name()));
                file.ok_or_else(|| format!("recording has stopped after {before} events"))
            }
            (RecorderCommand::Start | RecorderCommand::Next, None) => {
                let config =
                    self.on_demand.clone().ok_or("no file was named to record to (--record FILE)")?;
                self.wait_for_the_writer();
                let output = config.next().map_err(|e| format!("{}: {e}", shown(&config)))?;
                self.begin(output);
                match &self.output {
                    Some(_) => Ok(format!("{}recording", self.name())),
                    None => Err(format!("{}: cannot be written", shown(&config))),
                }
            }
            (RecorderCommand::Stop, Some(_)) => {
                let name = self.name();
                self.close();
                Ok(format!("{name}recording has stopped"))
            }
            (RecorderCommand::Stop, None) => Err("nothing is being recorded".to_owned()),
            (RecorderCommand::WriteLast, _) => self.write_last(),
        }
    }

    /// Begins to write.
    pub(super) fn begin(&mut self, mut output: Output) {
        let snapshot = self.snapshot();
        let mut head = self.header.clone();
        head.extend_from_slice(&snapshot);
        let blocked_ns = self.hub.tally().blocked_ns;
        let begun = output.begin(&head, u64::from(!snapshot.is_empty()), blocked_ns);
        self.output = Some(output);
        if let Err(error) = begun {
            self.fail(error);
        }
    }

    /// Closes what is being written.
    pub(super) fn close(&mut self) {
        let name = self.name();
        let Some(output) = self.output.take() else { return };
        if let Some(how) = output.is_lost() {
            self.announce(&format!("{name}the file was {how}: what was recorded to it is gone"));
        }
        if let Err(error) = output.end(self.hub.tally().blocked_ns) {
            self.announce(&format!("{name}{error}: the recording was not closed"));
            self.failure.get_or_insert(error);
        }
    }

    /// Goes on in the next file.
    pub(super) fn next_file(&mut self) {
        self.hand_on();
        let Some(config) = self.output.as_ref().and_then(Output::config).cloned() else { return };
        // Before the next file takes the name.
        let settled = self.output.as_ref().map_or(Ok(None), |output| output.staged().settle());
        self.close();
        match settled.and_then(|_| config.next()) {
            Ok(output) => self.begin(output),
            Err(error) => self.stopped(&format!("{}: ", shown(&config)), error),
        }
    }

    /// The file was removed under our feet, or emptied: what comes goes into a new one.
    pub(super) fn begin_anew(&mut self, how: Lost) {
        let name = self.name();
        let config = self.output.take().and_then(|output| output.config().cloned());
        self.announce(&format!("{name}the file was {how}; a new one is begun"));
        match config.map(|config| config.next()) {
            Some(Ok(output)) => self.begin(output),
            Some(Err(error)) => self.stopped(&name, error),
            None => {}
        }
    }

    /// The file takes no more: it keeps what it has, and the server goes on without it.
    pub(super) fn fail(&mut self, error: io::Error) {
        let name = self.name();
        if let Some(output) = self.output.take() {
            output.abandon();
        }
        self.stopped(&name, error);
    }

    fn stopped(&mut self, name: &str, error: io::Error) {
        self.announce(&format!("{name}{error}: recording has stopped; {GOES_ON_WITHOUT}"));
        self.failure.get_or_insert(error);
    }

    pub(super) fn triggered(&mut self) {
        if self.last.as_ref().is_some_and(Last::is_fresh) {
            self.hand_on();
            self.write_last_and_announce();
        }
    }

    /// Writes what happened last where nobody has asked for it and waits for an answer.
    pub(super) fn write_last_and_announce(&mut self) {
        let answer = self.write_last();
        self.announce(&answer.unwrap_or_else(|why| format!("what happened last was not written: {why}")));
    }

    /// Writes what happened last into a file of its own, beside the recorder: the server's threads
    /// do not wait for the disk.
    pub(super) fn write_last(&mut self) -> CommandResult {
        let last = self.last.as_ref().ok_or("what happens is not kept (--record-last)")?;
        if last.is_empty() {
            return Err("nothing has happened yet".to_owned());
        }
        if self.output.is_some() {
            return Err(format!("{}is being recorded to: nothing is missing there", self.name()));
        }
        let config = self.on_demand.clone().ok_or("no file was named to write it to (--record FILE)")?;
        self.wait_for_the_writer();
        let mut output = config.next().map_err(|e| format!("{}: {e}", shown(&config)))?;
        let kept = self.last.as_mut().and_then(|last| last.take(self.next)).ok_or("nothing is kept")?;
        let name = shown(&config);
        let said = format!("{name}: the last {} events", kept.events);
        let (mut head, say, pulse) = (self.header.clone(), self.say.clone(), self.pulse.clone());
        head.extend_from_slice(kept.snapshot());
        let write = move || {
            let written = output
                .begin(&head, u64::from(!kept.snapshot().is_empty()), 0)
                .and_then(|()| {
                    kept.write(&mut |piece| {
                        pulse.beat();
                        output.lines(piece, 0, 0)
                    })
                })
                .and_then(|()| output.lines(b"", kept.events, kept.dropped))
                .and_then(|()| output.end(0));
            if let (Err(error), Some(say)) = (written, &say) {
                say(&format!("{name}: {error}: what happened last is not all in it"));
            }
        };
        let writer = std::thread::Builder::new().name("writer".into()).spawn(write);
        self.writing = Some(writer.map_err(|e| format!("no thread to write it: {e}"))?);
        Ok(said)
    }

    /// Waits until what happened last is written; it says itself what became of it.
    pub(super) fn wait_for_the_writer(&mut self) {
        if let Some(writing) = self.writing.take() {
            let _ = writing.join();
        }
    }

    pub(super) fn announce(&self, what: &str) {
        self.pulse.is_recording(self.output.is_some());
        if let Some(say) = &self.say {
            say(what);
        }
    }

    /// What is being written to, as the beginning of a message.
    pub(super) fn name(&self) -> String {
        let Some(output) = &self.output else { return String::new() };
        output.config().map_or_else(|| "stdout: ".to_owned(), |config| format!("{}: ", shown(config)))
    }
}

pub(super) const GOES_ON_WITHOUT: &str = "the server goes on without";

pub(super) fn shown(config: &FileConfig) -> String {
    crate::text::printable(&config.path.to_string_lossy()).into_owned()
}
