//! Progress notes: what one context window leaves for the next.
//!
//! Owns `claude-progress.txt`: appending in our form, reading in anybody's, a person's edit of the whole, two edits brought together. Does not own the truth of what they say: notes are
//! text for people and models, never state. Invariant: appending never changes a byte that was there, and no edit replaces a version
//! that its editor has not seen.

mod came;
pub mod edit;
mod entries;
pub mod merge;
#[cfg(test)]
mod tests;

pub use came::came;
pub use entries::{Entry, Order, entries, order};

use super::NOTES;
use crate::protocol::{FeatureId, Role, SessionNo};
use jiff::Timestamp;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Most that is read of a notes file, from its end. The largest seen in public is 893 KB.
const MAX_READ: u64 = 2_000_000;

/// Held by whoever in this process writes notes: an append between another's look and its write would be lost.
static WRITING: Mutex<()> = Mutex::new(());

/// Why the notes cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: progress notes cannot be {what}: {source}")]
pub struct NotesError {
    path: String,
    what: &'static str,
    source: io::Error,
}

/// A note to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<'a> {
    /// The session that wrote it.
    pub session: SessionNo,
    /// Its role.
    pub role: Role,
    /// Its feature, if it has one.
    pub feature: Option<&'a FeatureId>,
    /// When.
    pub time: Timestamp,
    /// The text.
    pub text: &'a str,
}

impl Note<'_> {
    /// The heading of its session: `## Session 3 (coding, F002) — 2026-01-31`.
    #[must_use]
    pub fn heading(&self) -> String {
        let feature = self.feature.map(|id| format!(", {id}")).unwrap_or_default();
        format!(
            "## Session {} ({}{feature}) — {}",
            self.session.0,
            self.role,
            self.time.strftime("%Y-%m-%d")
        )
    }
}

/// Where a workspace's notes lie.
#[must_use]
pub fn path(workspace: &Path) -> PathBuf {
    workspace.join(NOTES)
}

/// Appends a note, under its session's heading; a second note of the same session goes below the first without a new heading.
///
/// The file is made if there is none. Line ends follow those the file has.
///
/// # Errors
/// The file cannot be written, or is a symlink or a directory: what an agent may have pointed elsewhere is not written through.
pub fn append(workspace: &Path, note: &Note<'_>) -> Result<(), NotesError> {
    let path = path(workspace);
    let fail = |source| NotesError {
        path: path.display().to_string(),
        what: "written",
        source,
    };
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    match fs::symlink_metadata(&path) {
        Ok(meta) if !meta.is_file() => return Err(fail(io::Error::other("it is not a regular file; move it away"))),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail(error)),
    }
    let old = read(workspace)?.unwrap_or_default();
    let heading = note.heading();
    let mut block = String::new();
    if !old.is_empty() && !old.ends_with('\n') {
        block.push('\n');
    }
    if last_heading(&old) != Some(heading.as_str()) {
        if !old.trim().is_empty() {
            block.push('\n');
        }
        block.push_str(&heading);
        block.push('\n');
    }
    block.push('\n');
    block.push_str(note.text.trim_end());
    block.push('\n');
    let block = if old.contains("\r\n") {
        block.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        block
    };
    let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(fail)?;
    file.write_all(block.as_bytes()).and_then(|()| file.sync_data()).map_err(fail)
}

fn last_heading(text: &str) -> Option<&str> {
    text.lines()
        .rev()
        .map(str::trim_end)
        .find(|line| line.starts_with("## Session "))
}

/// Reads the notes as text (lossy UTF-8; of a file over 2 MB only the end). `None` if there are none.
///
/// # Errors
/// The file is there and cannot be read.
pub fn read(workspace: &Path) -> Result<Option<String>, NotesError> {
    let path = path(workspace);
    let fail = |source| NotesError {
        path: path.display().to_string(),
        what: "read",
        source,
    };
    let mut file = match fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    let size = file.metadata().map_err(fail)?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(MAX_READ))).map_err(fail)?;
    let mut bytes = Vec::new();
    file.take(MAX_READ).read_to_end(&mut bytes).map_err(fail)?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Notes as text, whatever bytes they have; a mark of the encoding at their beginning is none of it.
#[must_use]
pub fn decode(bytes: &[u8]) -> String {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The newest notes within `cap` bytes: whole entries where they fit, in the file's order; `None` if there are none.
///
/// Knows files that grow at the top from those that grow at the bottom, and says how many entries or lines were left out.
///
/// # Errors
/// As [`read`].
pub fn tail(workspace: &Path, cap: usize) -> Result<Option<String>, NotesError> {
    Ok(read(workspace)?
        .map(|text| newest(&text, cap))
        .filter(|text| !text.is_empty()))
}

/// Cuts `text` as [`tail`] does.
#[must_use]
pub fn newest(text: &str, cap: usize) -> String {
    let text = text.trim();
    if text.len() <= cap {
        return text.to_owned();
    }
    let all = entries(text);
    let newest_first = order(&all) == Order::NewestFirst;
    let mut kept: Vec<&Entry> = Vec::new();
    let mut size = 0;
    let by_age: Vec<&Entry> = if newest_first {
        all.iter().collect()
    } else {
        all.iter().rev().collect()
    };
    for entry in &by_age {
        size += entry.text(text).trim().len() + 2;
        if size > cap {
            break;
        }
        kept.push(entry);
    }
    if kept.is_empty() {
        return cut_lines(by_age.first().map_or(text, |entry| entry.text(text)).trim(), cap);
    }
    let left_out = format!("({} older entries left out)", all.len() - kept.len());
    let mut parts: Vec<&str> = kept.iter().map(|entry| entry.text(text).trim()).collect();
    parts.push(&left_out);
    if !newest_first {
        parts.reverse();
    }
    parts.join("\n\n")
}

/// The last lines of one entry that is too long by itself.
fn cut_lines(text: &str, cap: usize) -> String {
    let mut from = text.len();
    for (at, _) in text.match_indices('\n').collect::<Vec<_>>().into_iter().rev() {
        if text.len() - at > cap {
            break;
        }
        from = at + 1;
    }
    if from == text.len() {
        from = (text.len().saturating_sub(cap)..text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len());
    }
    let (before, after) = text.split_at(from);
    format!("({} earlier lines left out)\n{after}", before.lines().count())
}
