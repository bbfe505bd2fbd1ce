//! Feature lists, byte for byte.
//!
//! Owns reading a list into [`Feature`]s, flipping one flag, and a person's edits ([`edit`]). Does not own writing the file (the
//! caller hands new bytes over through the guard) nor who may flip (the engine, on evidence). Invariant: [`FeatureList::flip`]
//! differs from [`FeatureList::bytes`] in exactly one value token; indent, key order, escapes, line ends, byte order mark and final
//! newline stay as they are.

mod compare;
pub mod edit;
mod error;
pub mod json;
mod position;
mod reference;
mod shape;
#[cfg(test)]
mod tests;

pub use compare::compare;
pub use error::ListError;
pub use position::line_and_column;
pub use reference::ArrayForm;
pub use shape::{Entry, Flag, Reading, Shape};

use crate::protocol::{Feature, FeatureId};
use rustix::fs::OFlags;
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Largest list that is read. The largest seen in public is 274 KB.
pub const MAX_BYTES: u64 = 50_000_000;

/// Adapters in the order in which they are asked.
const SHAPES: [&dyn Shape; 1] = [&ArrayForm];

/// A feature list: its exact bytes and what they say.
#[derive(Debug, Clone)]
pub struct FeatureList {
    path: String,
    bytes: Vec<u8>,
    shape: &'static dyn Shape,
    features: Vec<Feature>,
    entries: Vec<(std::ops::Range<usize>, Flag)>,
    notices: Vec<String>,
}

impl FeatureList {
    /// Reads the list at `path`; `None` if there is no such file.
    ///
    /// # Errors
    /// The file cannot be read, or [`FeatureList::parse`] fails.
    pub fn read(path: &Path) -> Result<Option<Self>, ListError> {
        let shown = path.display().to_string();
        let fail = |source| ListError::Read {
            path: shown.clone(),
            source,
        };
        // A pipe would make an ordinary open wait for a writer.
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        if !file.metadata().map_err(fail)?.is_file() {
            return Err(ListError::NotAFile { path: shown });
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
        Self::parse(&shown, bytes).map(Some)
    }

    /// Reads a list from its bytes. `path` is only for messages. Zero bytes are an empty list.
    ///
    /// # Errors
    /// Too large, not UTF-8, not JSON (with line and column), or of a shape that no adapter reads.
    pub fn parse(path: &str, bytes: Vec<u8>) -> Result<Self, ListError> {
        let path = path.to_owned();
        if bytes.len() as u64 > MAX_BYTES {
            return Err(ListError::TooLarge {
                path,
                bytes: bytes.len() as u64,
            });
        }
        let text = match text(&bytes) {
            Ok(text) => text,
            Err(what) => return Err(ListError::Encoding { path, what }),
        };
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            let notices = vec!["the file is empty: a list without features".to_owned()];
            return Ok(Self {
                path,
                bytes,
                shape: SHAPES[0],
                features: Vec::new(),
                entries: Vec::new(),
                notices,
            });
        }
        let document = json::scan(text).map_err(|fault| {
            let (line, column) = line_and_column(text, fault.at);
            ListError::Syntax {
                path: path.clone(),
                line,
                column,
                what: fault.what,
            }
        })?;
        let mut found = String::new();
        for shape in SHAPES {
            match shape.read(text, &document) {
                Ok(reading) => {
                    let notices = notices(text, &document, &reading);
                    let (features, entries) = reading
                        .entries
                        .into_iter()
                        .map(|entry| (entry.feature, (entry.span, entry.flag)))
                        .unzip();
                    return Ok(Self {
                        path,
                        shape,
                        features,
                        entries,
                        notices,
                        bytes,
                    });
                }
                Err(why) if found.is_empty() => found = why,
                Err(_) => {}
            }
        }
        Err(ListError::Shape { path, found })
    }

    /// The features in file order, which is their priority.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// What the reader found odd, one line each, with line and column.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The exact bytes that were read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Name of the list's shape, for people.
    #[must_use]
    pub fn shape(&self) -> &'static str {
        self.shape.name()
    }

    /// The feature with this id, the first where several have it.
    #[must_use]
    pub fn get(&self, id: &FeatureId) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.id == *id)
    }

    /// Returns the list's bytes with one feature's flag set; equal to [`Self::bytes`] if the flag says so already.
    ///
    /// # Errors
    /// No feature or several have this id, or the flag is not one boolean token. The sentence says where to look.
    pub fn flip(&self, id: &FeatureId, passing: bool) -> Result<Vec<u8>, ListError> {
        let at = self.place(id)?;
        let Some((_, flag)) = self.entries.get(at) else {
            return Err(self.unknown(id));
        };
        match flag {
            Flag::Token(span) => {
                let mut bytes = self.bytes.clone();
                bytes.splice(span.clone(), self.shape.token(passing).bytes());
                Ok(bytes)
            }
            Flag::Unusable { at, why } => {
                let (line, column) = self.position(*at);
                Err(ListError::Flag {
                    path: self.path.clone(),
                    line,
                    column,
                    id: id.clone(),
                    why: why.clone(),
                })
            }
        }
    }

    fn unknown(&self, id: &FeatureId) -> ListError {
        let known: Vec<&str> = self.features.iter().take(8).map(|feature| feature.id.as_str()).collect();
        let known = if known.is_empty() {
            "none: the list is empty".into()
        } else {
            format!("{}…", known.join(", "))
        };
        ListError::UnknownFeature {
            path: self.path.clone(),
            id: id.clone(),
            known,
        }
    }

    fn ambiguous(&self, id: &FeatureId) -> ListError {
        let lines: Vec<String> = self
            .features
            .iter()
            .zip(&self.entries)
            .filter(|(feature, _)| feature.id == *id)
            .map(|(_, (span, _))| self.position(span.start).0.to_string())
            .collect();
        ListError::AmbiguousId {
            path: self.path.clone(),
            id: id.clone(),
            count: lines.len(),
            lines: lines.join(", "),
        }
    }

    fn position(&self, at: usize) -> (usize, usize) {
        line_and_column(std::str::from_utf8(&self.bytes).unwrap_or(""), at)
    }
}

/// The text of a list's bytes, or what they are instead.
fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the file is UTF-16".into());
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or("");
        let (line, column) = line_and_column(valid, valid.len());
        format!("the bytes at line {line}, column {column} are not UTF-8")
    })
}

fn notices(text: &str, document: &json::Document, reading: &Reading) -> Vec<String> {
    let mut all: Vec<(usize, String)> = document.oddities.iter().chain(&reading.oddities).cloned().collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for entry in &reading.entries {
        let id = entry.feature.id.as_str();
        if let Some(first) = seen.get(id) {
            let (line, _) = line_and_column(text, *first);
            all.push((
                entry.span.start,
                format!("the id \"{id}\" is taken already (line {line}); neither flag can be changed"),
            ));
        } else {
            seen.insert(id, entry.span.start);
        }
    }
    all.sort_by_key(|(at, _)| *at);
    let total = all.len();
    let mut lines: Vec<String> = all
        .into_iter()
        .take(MAX_NOTICES)
        .map(|(at, what)| {
            let (line, column) = line_and_column(text, at);
            format!("line {line}, column {column}: {what}")
        })
        .collect();
    if total > MAX_NOTICES {
        lines.push(format!("and {} more", total - MAX_NOTICES));
    }
    lines
}

/// Notices shown at most; a hostile list could have one per element.
const MAX_NOTICES: usize = 50;
