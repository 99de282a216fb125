//! What the viewer has written: remarks to the recording or beside it, exports to files of their own.

use super::print::printer;
use crate::cli::Format;
use crate::event::Event;
use crate::files::{self, Staged};
use crate::print::Print;
use crate::text::{Harmless, printable};
use crate::texts::Language;
use crate::trace::format::{End, Header, Note};
use crate::trace::index::Growing;
use crate::trace::notes;
use crate::ui;
use clap::ValueEnum as _;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The viewer's desk.
#[derive(Debug)]
pub(super) struct ViewerDesk {
    /// The recording that is looked at, if it is a file.
    recording: Option<PathBuf>,
    header: Header,
    /// What is known of it.
    growing: Option<Arc<Growing>>,
}

impl ViewerDesk {
    /// For a running server: remarks are kept as long as one looks, and in what is exported; so it is for a
    /// recording that is no file (`-`, the tour).
    pub fn new(header: &Header) -> ViewerDesk {
        ViewerDesk { recording: None, header: header.clone(), growing: None }
    }

    /// For a recording; `path` is where it stands, if it is a file.
    pub fn of(growing: Arc<Growing>, path: &Path) -> ViewerDesk {
        let recording = Some(path).filter(|path| path.as_os_str() != "-").map(Path::to_owned);
        ViewerDesk { recording, header: growing.index().header().clone(), growing: Some(growing) }
    }

    /// Opens a file for writing; not the recording that is looked at, whatever one is told.
    fn create(&self, file: &str, over: bool) -> Result<StagedFile, String> {
        let (lang, shown) = (Language::spoken(), printable(file));
        let said = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => lang.commands_there_already(&*shown),
            _ => lang.commands_file_unwritten(error.to_string(), &*shown),
        };
        if self.recording.as_deref().is_some_and(|own| files::is_same(Path::new(file), own)) {
            return Err(lang.commands_own_recording(shown));
        }
        let (staged, file) = Staged::asked_for(Path::new(file), over).map_err(said)?;
        Ok(StagedFile { staged, file: Harmless::new(file) })
    }
}

/// A file that is being written. Until it is done, what was called so is as it was.
struct StagedFile {
    staged: Staged,
    file: Harmless<File>,
}

impl StagedFile {
    fn done(&self) -> io::Result<()> {
        self.staged.settle().map(drop)
    }
}

impl io::Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The format that a file's name asks for.
fn format(file: &str) -> Result<Format, String> {
    let ending = Path::new(file).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    Format::from_str(&ending, false).map_err(|_| {
        let names: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(|format| Some(format!(".{}", format.to_possible_value()?.get_name())))
            .collect();
        Language::spoken().commands_no_format(names.join(" ") + " .txt", printable(file))
    })
}

impl ui::Desk for ViewerDesk {
    fn notes(&self) -> Vec<Note> {
        self.recording.as_deref().map(notes::load).unwrap_or_default()
    }

    fn end(&self) -> Option<End> {
        self.growing.as_ref()?.index().end()
    }

    fn note(&self, note: &Note) -> Result<String, String> {
        let Some(recording) = &self.recording else {
            return Ok(Language::spoken().commands_note_kept().to_owned());
        };
        let when = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let mut dated = note.clone();
        dated.when = Some(when);
        let kept = notes::append(recording, &dated).map_err(|error| error.to_string())?;
        Ok(Language::spoken().commands_note_kept_in(printable(&kept.to_string_lossy())))
    }

    fn export(&self, file: &str, over: bool) -> Result<Box<dyn ui::Export>, String> {
        let printer = printer(format(file)?);
        let out = BufWriter::new(self.create(file, over)?);
        let mut export = FileExport { file: file.to_owned(), out, printer };
        let raw = crate::text::to_json(&self.header).map_err(|error| error.to_string())?;
        export.printer.header(&self.header, &raw, &mut export.out).map_err(|e| cannot(file, &e))?;
        Ok(Box::new(export))
    }

    fn save(&self, file: &str, over: bool, text: &str) -> Result<String, String> {
        let mut begun = self.create(file, over)?;
        begun.write_all(text.as_bytes()).and_then(|()| begun.done()).map_err(|error| cannot(file, &error))?;
        Ok(Language::spoken().commands_screen_written(printable(file)))
    }
}

fn cannot(file: &str, error: &io::Error) -> String {
    Language::spoken().commands_file_unwritten(error.to_string(), printable(file))
}

/// A file of events. What was not finished goes away again: half an export looks like a whole one.
struct FileExport {
    file: String,
    out: BufWriter<StagedFile>,
    printer: Box<dyn Print>,
}

impl ui::Export for FileExport {
    fn event(&mut self, event: &Event, is_shown: bool) -> Result<(), String> {
        // The line as this version writes it: fields of a later version are not in an event any more.
        let raw = crate::text::to_json(event).map_err(|error| error.to_string())?;
        if is_shown {
            return self.printer.event(event, &raw, &mut self.out).map_err(|e| cannot(&self.file, &e));
        }
        self.printer.skip(event, &raw);
        Ok(())
    }

    fn finish(mut self: Box<Self>, end: Option<End>, notes: &[Note]) -> Result<String, String> {
        let raw = end.and_then(|end| crate::text::to_json(&end).ok());
        let end = end.as_ref().zip(raw.as_deref());
        let notes: Vec<String> = notes.iter().filter_map(|note| crate::text::to_json(note).ok()).collect();
        let FileExport { out, printer, .. } = &mut *self;
        let done = printer.end(end, out).and_then(|()| printer.notes(&notes, out)).and_then(|()| out.flush());
        let done = done.and_then(|()| out.get_ref().done());
        done.map_err(|error| cannot(&self.file, &error))?;
        Ok(printable(&self.file).into_owned())
    }
}
