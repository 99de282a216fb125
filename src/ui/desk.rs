//! What the viewer can have written: remarks and exports. It knows no files itself.

use crate::event::Event;
use crate::trace::format::{End, Note};

/// Who writes for the viewer.
pub trait Desk: std::fmt::Debug + Send + Sync {
    /// The remarks that there are already.
    fn notes(&self) -> Vec<Note>;

    /// The last line of the recording that is looked at, if it has come to an end and that is known.
    fn end(&self) -> Option<End> {
        None
    }

    /// Keeps a remark; says where it went.
    ///
    /// # Errors
    /// Why it cannot be kept; so for the others.
    fn note(&self, note: &Note) -> Result<String, String>;

    /// Begins a file of events, in the form that its name asks for; over one that is there only if
    /// `over`.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn export(&self, file: &str, over: bool) -> Result<Box<dyn Export>, String>;

    /// Writes a text to a file; says so.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn save(&self, file: &str, over: bool, text: &str) -> Result<String, String>;
}

/// A file of events that is being written.
pub trait Export {
    /// The next event; one that is not shown is told too, since others may need it to be understood.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn event(&mut self, event: &Event, is_shown: bool) -> Result<(), String>;

    /// That was the last one; gives the file's name.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn finish(self: Box<Self>, end: Option<End>, notes: &[Note]) -> Result<String, String>;
}
