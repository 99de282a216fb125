//! What is shown, to a file: the events in one of the printed forms, or the screen.

use super::app::App;
use super::desk::Export;
use super::narrow::SLICE;
use super::prompt::PromptKind;
use crate::trace::format::End;

/// A file that is being written, a slice at a time.
pub(super) struct Exporting {
    to: Box<dyn Export>,
    next: usize,
    shown: u64,
    lost: u64,
}

impl Exporting {
    /// The first so many events are there no more.
    pub fn forget(&mut self, gone: usize) {
        self.next = self.next.saturating_sub(gone);
    }
}

impl App {
    /// `x`: asks for the file's name, with one that will do.
    pub(super) fn ask_for_export(&mut self) {
        let stem = self.name.rsplit('/').next().unwrap_or_default().trim_end_matches(".jsonl").trim();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let stem: String = stem.chars().map(|c| if is_plain(c) { c } else { '-' }).take(40).collect();
        let stem = if stem.is_empty() || self.leash.is_some() { "memstep".to_owned() } else { stem };
        self.open_prompt(PromptKind::Command, &format!("export {stem}-shown.jsonl"));
    }

    /// `:export FILE`, `:export! FILE`
    pub(super) fn export(&mut self, file: &str, over: bool) {
        let Some(desk) = self.desk.clone() else { return self.tell(self.lang.say_nowhere()) };
        if file.is_empty() {
            return self.warn(self.lang.say_export_how());
        }
        if file.ends_with(".txt") {
            let (width, height) = self.seen.borrow().size;
            let screen = super::draw::text(self, width, height);
            match desk.save(file, over, &screen) {
                Ok(told) => self.tell(&told),
                Err(why) => self.warn(why),
            }
            return;
        }
        match desk.export(file, over) {
            Ok(to) => {
                self.exporting = Some(Exporting { to, next: 0, shown: 0, lost: 0 });
                self.export_on();
            }
            Err(why) => self.warn(why),
        }
    }

    /// How the recording ended.
    fn end(&self) -> Option<End> {
        self.end.or_else(|| self.desk.as_ref()?.end())
    }

    /// Writes the next slice. Tells whether the screen has changed.
    pub(super) fn export_on(&mut self) -> bool {
        let Some(mut exporting) = self.exporting.take() else { return false };
        let events = self.player.slice(exporting.next..exporting.next + SLICE);
        for event in &events {
            let is_shown = self.narrow.as_ref().is_none_or(|narrow| narrow.filter().matches(&**event));
            exporting.shown += u64::from(is_shown);
            exporting.lost += event.n().unwrap_or(0);
            if let Err(why) = exporting.to.event(event, is_shown) {
                self.warn(why);
                return true;
            }
        }
        exporting.next += events.len();
        let len = self.player.len();
        if !events.is_empty() && exporting.next < len {
            self.tell(self.lang.say_writing((exporting.next * 100 / len).to_string()));
            self.exporting = Some(exporting);
            return true;
        }
        // A server's recording comes to an end here, if in the view alone.
        let so_far = End { end: true, events: exporting.shown, dropped: exporting.lost, blocked_ns: 0 };
        let end = if self.leash.is_some() { Some(so_far) } else { self.end() };
        match exporting.to.finish(end, &self.notes.all()) {
            Ok(place) => self.tell(self.lang.say_written(exporting.shown.to_string(), place)),
            Err(why) => self.warn(why),
        }
        true
    }
}
