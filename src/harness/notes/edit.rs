//! A person's edit of the whole notes: read with a hash, written back only on top of what was read.
//!
//! Owns comparing and replacing. Invariant: [`save`] replaces exactly the version that its `base` names; any other version on disk is
//! handed back as a conflict and stays as it is.

use super::{MAX_READ, NotesError, WRITING, path};
use crate::harness::write_atomically;
use crate::protocol::Event;
use crate::protocol::event::{NotesEdited, NotesSaveRefused};
use sha2::{Digest as _, Sha256};
use similar::{ChangeTag, TextDiff};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::PoisonError;
use std::time::Duration;

/// Most bytes of a diff that the agent is told.
const TOLD: usize = 4_000;

/// The notes as they are on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// The text, its lines ended by line feeds whatever the file has; empty if there is no file.
    pub text: String,
    /// Hash of the file's bytes; empty if there is no file.
    pub hash: String,
    /// Whether every line of the file ends as on Windows.
    crlf: bool,
}

/// What became of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// The file, as it is, held this text already.
    Unchanged(Version),
    /// The text is in the file.
    Written(Written),
    /// The file is no longer what the edit was made from; nothing was written.
    Conflict {
        /// What it holds.
        theirs: Version,
    },
}

/// A save that changed the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Hash of the file now.
    pub hash: String,
    /// Lines that are new.
    pub added: u32,
    /// Lines that are gone.
    pub removed: u32,
    /// The change as a unified diff, cut where it is long.
    pub diff: String,
}

/// Reads the notes for an edit.
///
/// # Errors
/// The file cannot be read, is not a regular file, is larger than 2 MB, or is not UTF-8 text: an edit would not keep it as it is.
pub fn load(workspace: &Path) -> Result<Version, NotesError> {
    let path = path(workspace);
    let fail = |source| NotesError {
        path: path.display().to_string(),
        what: "edited",
        source,
    };
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Version::default()),
        Err(error) => return Err(fail(error)),
        Ok(meta) if !meta.is_file() => return Err(fail(io::Error::other("it is not a regular file; move it away"))),
        Ok(meta) if meta.len() > MAX_READ => {
            return Err(fail(io::Error::other(
                "it is larger than 2 MB; shorten it with an editor of your own",
            )));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(&path).map_err(fail)?;
    let hash = hash(&bytes);
    let text = String::from_utf8(bytes).map_err(|_| {
        fail(io::Error::other(
            "it is not UTF-8 text; open it with an editor that knows its encoding",
        ))
    })?;
    let feeds = text.matches('\n').count();
    let crlf = feeds > 0 && text.matches("\r\n").count() == feeds;
    let text = if crlf { text.replace("\r\n", "\n") } else { text };
    Ok(Version { text, hash, crlf })
}

/// Writes `text` in place of the version whose hash is `base`; an empty `base` means that there was no file.
///
/// Line ends stay those of the file. Notes that the harness appends in this process wait meanwhile; a program that writes in the
/// instant between the last look and the rename is the one that cannot be seen.
///
/// # Errors
/// As [`load`], or the file cannot be written; it is untouched then.
pub fn save(workspace: &Path, base: &str, text: &str) -> Result<Saved, NotesError> {
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let now = load(workspace)?;
    if now.text == text {
        return Ok(Saved::Unchanged(now));
    }
    if now.hash != base {
        return Ok(Saved::Conflict { theirs: now });
    }
    let bytes = if now.crlf {
        text.replace('\n', "\r\n")
    } else {
        text.to_owned()
    };
    let path = path(workspace);
    write_atomically(&path, bytes.as_bytes()).map_err(|source| NotesError {
        path: path.display().to_string(),
        what: "written",
        source,
    })?;
    Ok(Saved::Written(written(&now.text, text, hash(bytes.as_bytes()))))
}

fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn written(before: &str, after: &str, hash: String) -> Written {
    let diff = TextDiff::configure()
        .timeout(Duration::from_millis(500))
        .diff_lines(before, after);
    let count = |tag| {
        let lines = diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        u32::try_from(lines).unwrap_or(u32::MAX)
    };
    let whole = diff.unified_diff().context_radius(2).to_string();
    let mut told = String::new();
    for line in whole.split_inclusive('\n') {
        if told.len() + line.len() > TOLD {
            told.push_str("… (read the file for the rest)\n");
            break;
        }
        told.push_str(line);
    }
    Written {
        hash,
        added: count(ChangeTag::Insert),
        removed: count(ChangeTag::Delete),
        diff: told,
    }
}

/// Saves a person's edit and says what happened, as an event, with the words for an agent that is at work.
#[must_use]
pub fn save_for_human(workspace: &Path, base: &str, text: &str) -> (Event, Option<String>) {
    let by = "human".to_owned();
    let refused = |reason| {
        let base = base.to_owned();
        (NotesSaveRefused { base, reason }.into(), None)
    };
    match save(workspace, base, text) {
        Ok(Saved::Written(written)) => {
            let told = format!(
                "[harness] The human edited the progress notes just now; what they say stands. Read this before you go on:\n\n{}",
                written.diff
            );
            let (added, removed, hash) = (written.added, written.removed, written.hash);
            (
                NotesEdited {
                    by,
                    added,
                    removed,
                    hash,
                }
                .into(),
                Some(told),
            )
        }
        Ok(Saved::Unchanged(now)) => {
            // Told all the same: whoever saved waits to hear that the file holds their text.
            let (added, removed, hash) = (0, 0, now.hash);
            (
                NotesEdited {
                    by,
                    added,
                    removed,
                    hash,
                }
                .into(),
                None,
            )
        }
        Ok(Saved::Conflict { .. }) => refused("the notes were changed meanwhile".to_owned()),
        Err(error) => refused(error.to_string()),
    }
}
