//! The first line: whether it is a header, and whether what it says can be so.

use super::error::ReadError;
use super::format::{FORMAT, Header, VERSION};
use super::line::{NEAR, place};
use crate::text;
use crate::texts::Language;
use serde_json::Value;

/// The longest header.
pub(super) const MAX_HEADER: usize = 1024 * 1024;
/// How every trace begins that this program writes.
const BEGINNING: &[u8] = b"{\"format\":\"memstep-trace\"";
/// As many workers as there are numbers for.
const MAX_THREADS: u32 = 65_536;

/// What the first line says.
///
/// # Errors
///
/// When it is no header, is of a later version, or claims what nobody here could keep to.
pub(super) fn parse(line: &[u8], name: &str) -> Result<Header, ReadError> {
    let lang = Language::spoken();
    let bytes = unmarked(line);
    let file = || name.to_owned();
    let not_a_trace = |hint| ReadError::NotATrace {
        file: file(),
        looks: text::visible(&line[..line.len().min(NEAR)]),
        hint,
    };
    let value = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => value,
        // A header that was cut, or that somebody has edited.
        Err(error) if bytes.starts_with(BEGINNING) => {
            let (column, what) = place(&error);
            return Err(ReadError::Header { file: file(), column, what });
        }
        Err(_) => return Err(not_a_trace(looks_like(line, lang))),
    };
    if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
        let headless = value.get("ev").is_some() && value.get("seq").is_some();
        return Err(not_a_trace(headless.then(|| lang.reading_is_headless())));
    }
    // Read before the rest: a later version may have changed what the other fields are.
    match value.get("version").and_then(Value::as_u64) {
        Some(version) if version > u64::from(VERSION) => {
            let tool = value.get("tool").and_then(Value::as_str).unwrap_or_else(|| lang.reading_unnamed());
            let tool = text::printable(tool).into_owned();
            return Err(ReadError::Version { file: file(), tool, version });
        }
        Some(1..) => {}
        _ => {
            let what = lang.reading_wrong_version(VERSION.to_string());
            return Err(ReadError::Header { file: file(), column: 1, what });
        }
    }
    let header: Header = serde_json::from_slice(bytes).map_err(|error| {
        let (column, what) = place(&error);
        ReadError::Header { file: file(), column, what }
    })?;
    // What it claims and nobody here could keep to.
    let column = |name: &str| memchr::memmem::find(bytes, name.as_bytes()).map_or(1, |at| at + 1);
    if !matches!(header.unit.as_str(), "" | "ns") {
        let what = lang.reading_wrong_unit(text::printable(&header.unit));
        return Err(ReadError::Header { file: file(), column: column("\"unit\""), what });
    }
    if header.threads > MAX_THREADS {
        let what = lang.reading_wrong_threads(MAX_THREADS.to_string(), header.threads.to_string());
        return Err(ReadError::Header { file: file(), column: column("\"threads\""), what });
    }
    Ok(header)
}

/// Whether there is nothing on a line before the header.
pub(super) fn is_blank(line: &[u8]) -> bool {
    unmarked(line).iter().all(u8::is_ascii_whitespace)
}

/// The same without the mark that some editors put at a file's beginning.
fn unmarked(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

/// What a file that is no trace may be.
fn looks_like(bytes: &[u8], lang: Language) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, ..] => Some(lang.reading_is_gzip()),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(lang.reading_is_zstd()),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(lang.reading_is_utf16()),
        _ => {
            let is_script = ["# ", "#title:", "#args:", "#mark:", "open "]
                .iter()
                .any(|beginning| bytes.starts_with(beginning.as_bytes()));
            is_script.then(|| lang.reading_is_script())
        }
    }
}
