//! Writing what is shown to a file, a slice at a time.

use crate::trace::format::End;
use crate::ui::app::App;
use crate::ui::export::Exporting;
use crate::ui::narrow::SLICE;
use crate::ui::prompt::PromptKind;

impl App {
    /// `x`: asks for the file's name, with one that will do.
    pub(in crate::ui) fn ask_for_export(&mut self) {
        let stem = self.name.rsplit('/').next().unwrap_or_default().trim_end_matches(".jsonl").trim();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let stem: String = stem.chars().map(|c| if is_plain(c) { c } else { '-' }).take(40).collect();
        let stem = if stem.is_empty() || self.leash.is_some() { "memstep".to_owned() } else { stem };
        self.open_prompt(PromptKind::Command, &format!("export {stem}-shown.jsonl"));
    }

    /// `:export FILE`, `:export! FILE`
    pub(in crate::ui) fn export(&mut self, file: &str, over: bool) {
        let Some(desk) = self.desk.clone() else { return self.tell(self.lang.say_nowhere()) };
        if file.is_empty() {
            return self.warn(self.lang.say_export_how());
        }
        if file.ends_with(".txt") {
            let (width, height) = self.seen.borrow().size;
            let screen = crate::ui::draw::text(self, width, height);
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
    pub(in crate::ui) fn export_on(&mut self) -> bool {
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
