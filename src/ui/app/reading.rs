//! A recording that is still being read: what is known of it grows between two frames.

use crate::player::{Player, Source, SourceProgress};
use crate::trace::format::Header;
use crate::ui::app::App;
use crate::ui::goto::GoTo;
use crate::ui::{Options, app};
use std::sync::Arc;
use std::time::Duration;

/// How often one looks how far it has come.
const OFTEN: Duration = Duration::from_millis(50);
/// How often one looks whether a recording has grown.
const SELDOM: Duration = Duration::from_millis(150);

impl App {
    /// A viewer of a recording that is read when it is looked at; `source` reads it in the background.
    pub fn open(name: String, header: Header, source: Arc<dyn Source>, options: &Options) -> App {
        let mut app = App::new(name, &header, Vec::new(), options);
        app.player = Player::of(source);
        app.progress = SourceProgress::default();
        app.grows = options.grows.clone();
        app.look_at_source();
        app.narrow_again();
        if let Some(at) = &options.at
            && let Err(error) = app.go_to(at)
        {
            app.warn(error);
        }
        app
    }

    /// How much of the recording is read, as long as that is not all.
    pub(in crate::ui) fn percent(&self) -> Option<u8> {
        (!self.progress.is_done()).then_some(self.progress.percent)
    }

    /// When to look again how far the source has come; `None`: there is nothing to wait for.
    pub(in crate::ui) fn reading(&self) -> Option<Duration> {
        match (self.progress.is_done(), self.player.on_way_to()) {
            (true, None) => self.grows.is_some().then_some(SELDOM),
            // Nobody else goes on with this.
            (true, Some(_)) => Some(Duration::ZERO),
            (false, _) => Some(OFTEN),
        }
    }

    /// Whether the recording may get more events.
    pub(in crate::ui) fn may_grow(&self) -> bool {
        self.grows.as_ref().is_some_and(|grows| grows.may_grow())
    }

    /// Goes on with what has come since, where the recording is written still. Tells whether anything changed.
    fn look_at_growth(&mut self) -> bool {
        let Some(grows) = self.grows.clone().filter(|_| self.player.on_way_to().is_none()) else {
            return false;
        };
        let Some(source) = grows.grown() else {
            let is_over = !grows.may_grow();
            if is_over {
                self.grows = None;
                if std::mem::take(&mut self.follow) {
                    self.tell(self.lang.say_recording_ended());
                }
            }
            return is_over;
        };
        self.player.exchange(source.clone());
        self.progress = source.progress();
        (self.chapters, self.has_calls) = (source.chapters(), source.has_calls());
        self.hunt = None;
        self.narrow_again();
        if self.follow {
            self.player.last();
            self.look_around();
        }
        true
    }

    /// Goes on with what the recording's source has done meanwhile. Tells whether anything changed.
    pub(in crate::ui) fn look_at_source(&mut self) -> bool {
        self.look_at_growth() | self.look_at_progress()
    }

    fn look_at_progress(&mut self) -> bool {
        let Some(source) = self.player.source().cloned() else { return false };
        if self.progress.is_done() && self.player.on_way_to().is_none() {
            return false;
        }
        let (before, was_on_way) = (self.progress, self.player.on_way_to().is_some());
        self.progress = source.progress();
        let mut changed = self.progress != before;
        changed |= self.player.work();
        if changed {
            self.chapters = source.chapters();
            self.has_calls = source.has_calls();
        }
        if self.progress.shifts != before.shifts {
            // Indices that were remembered mean other events now.
            self.hunt = None;
            self.narrow_again();
        }
        if self.progress.is_indexed && !before.is_indexed {
            self.say_what_is_odd(source.warnings());
        }
        if let Some(at) = self.awaited.take() {
            if !self.is_known(&at) {
                self.awaited = Some(at);
            } else if let Err(error) = self.go_to(&at) {
                self.warn(error);
            }
        }
        let on_way = self.player.on_way_to().is_some();
        if was_on_way && !on_way {
            self.status.take_if(|status| !status.is_warning);
        }
        changed || was_on_way != on_way
    }

    fn say_what_is_odd(&mut self, warnings: Vec<String>) {
        let mut warnings = warnings.into_iter();
        if let Some(first) = warnings.next() {
            self.warn(app::and_more(self.lang, first, warnings.count()));
        }
    }

    /// Whether nobody knows yet where `at` is; then it is gone to as soon as that is known.
    pub(in crate::ui) fn must_wait_for(&mut self, at: &GoTo) -> bool {
        let is_known = self.is_known(at);
        if !is_known {
            self.awaited = Some(at.clone());
            self.tell(self.lang.say_on_the_way());
        }
        !is_known
    }

    fn is_known(&self, at: &GoTo) -> bool {
        self.progress.is_indexed
            || match at {
                GoTo::Seq(seq) => self.player.seqs().is_some_and(|(_, last)| *seq < last),
                GoTo::Time(t) => self.player.last_time().is_some_and(|last| *t < last),
                GoTo::Percent(_) => false,
                GoTo::Mark(title) => app::find_chapter(&self.chapters, title).is_some(),
            }
    }

    /// Says so where the cursor is on its way to where it was sent.
    pub(in crate::ui) fn tell_the_way(&mut self) -> bool {
        let Some(to) = self.player.on_way_to() else { return false };
        self.tell(self.lang.say_on_the_way_to((to + 1).to_string()));
        true
    }
}
