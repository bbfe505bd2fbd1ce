//! A transcript read whole, line by line.
//!
//! Owns the lines and which file may be read: one that the survey found. Does not own what a line says ([`super::claude`],
//! [`super::codex`]). Invariant: a line that cannot be read is numbered and passed over, and what is read of a file is bounded.

use super::{MOST, candidates, claude, codex, kind_of};
use crate::harness::survey::shown;
use crate::protocol::{ForeignEntry, ForeignSaid, ForeignTranscript, TranscriptKind};
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// Bytes kept of one text: of a longer one its beginning and its end.
const TEXT: usize = 200_000;

/// Broken lines that are named.
const BROKEN: usize = 200;

/// Why a transcript cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// It is none of those that lie here.
    #[error("{0}: is no transcript that was found here; look again with D")]
    Unknown(String),
    /// It cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// Its name.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Nothing in it has the form of a transcript.
    #[error("{0}: no line of it has the form of a transcript")]
    Form(String),
}

/// Reads the transcript that a survey names `path`.
///
/// # Errors
/// No such transcript lies here, it cannot be read, or it is none any more.
pub fn transcript(workspace: &Path, home: Option<&Path>, path: &str) -> Result<ForeignTranscript, TranscriptError> {
    let found: Option<PathBuf> = candidates(workspace, home)
        .into_iter()
        .map(|(found, _)| found)
        .find(|found| shown(workspace, found) == path);
    let file = found.ok_or_else(|| TranscriptError::Unknown(path.to_owned()))?;
    let read = read(&file, path);
    read.map_err(|source| TranscriptError::Read {
        path: path.to_owned(),
        source,
    })?
    .ok_or_else(|| TranscriptError::Form(path.to_owned()))
}

fn read(file: &Path, path: &str) -> io::Result<Option<ForeignTranscript>> {
    let file = File::open(file)?;
    let cut = file.metadata()?.len() > MOST;
    let mut reader = BufReader::new(file.take(MOST));
    let (mut line, mut number) = (Vec::new(), 0);
    let (mut kind, mut entries, mut broken): (Option<TranscriptKind>, Vec<ForeignEntry>, Vec<u32>) = (None, Vec::new(), Vec::new());
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let Ok(said) = serde_json::from_slice::<Value>(&line) else {
            if broken.len() < BROKEN {
                broken.push(number);
            }
            continue;
        };
        kind = kind.or_else(|| kind_of(&said));
        let Some(kind) = kind else { continue };
        let time = said
            .get("timestamp")
            .and_then(Value::as_str)
            .and_then(|time| time.parse().ok());
        let told = match kind {
            TranscriptKind::ClaudeCode | TranscriptKind::ClaudeStream => claude::entries(&said),
            TranscriptKind::Codex => codex::entries(&said),
        };
        entries.extend(told.into_iter().map(|said| ForeignEntry {
            time,
            said: bounded(said),
        }));
    }
    Ok(kind.map(|kind| ForeignTranscript {
        path: path.to_owned(),
        kind,
        entries,
        broken,
        cut,
    }))
}

fn bounded(mut said: ForeignSaid) -> ForeignSaid {
    match &mut said {
        ForeignSaid::Prompt { text, .. }
        | ForeignSaid::Text { text }
        | ForeignSaid::Thinking { text }
        | ForeignSaid::Result { text, .. }
        | ForeignSaid::Event { text } => shorten(text),
        // Half a JSON text is none.
        ForeignSaid::Call { input, .. } => {
            if input.len() > TEXT {
                *input = Value::String(format!("{} bytes of input", input.len())).to_string();
            }
        }
    }
    said
}

fn shorten(text: &mut String) {
    if text.len() <= TEXT {
        return;
    }
    let head = text.floor_char_boundary(TEXT / 2);
    let tail = text.ceil_char_boundary(text.len() - TEXT / 2);
    let missing = tail - head;
    text.replace_range(head..tail, &format!("\n[{missing} bytes are not shown]\n"));
}
