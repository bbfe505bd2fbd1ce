//! Feature lists, byte for byte, in the shapes that people and agents write them.
//!
//! Owns reading a list into [`Feature`]s, flipping a flag, and a person's edits ([`edit`]). Does not own writing the file (the
//! caller hands new bytes over through the guard) nor who may flip (the engine, on evidence). Invariant: [`FeatureList::flip`]
//! differs from [`FeatureList::bytes`] in value tokens of one feature's flag only; encoding, indent, key order, escapes, comments,
//! line ends and final newline stay as they are.
//!
//! Bytes become text ([`source`]), text a tree with spans ([`json`]); in the tree the features are found by name ([`container`]) and
//! read one by one ([`entry`], [`flag`], [`steps`]). A new name or word goes into [`vocabulary`], and nowhere else.

pub mod compare;
pub mod container;
mod counters;
pub mod difference;
pub mod edit;
mod entry;
mod error;
pub mod flag;
mod flip;
pub mod json;
mod notices;
mod position;
mod raw;
mod reading;
mod shown;
pub mod source;
mod steps;
#[cfg(test)]
mod tests;
pub mod vocabulary;
mod words;

pub use compare::compare;
pub use error::ListError;
pub use flag::Flag;
pub use flip::SetFlag;
pub use position::line_and_column;
pub use raw::raw;
pub use reading::Reading;
pub use words::readable;

use crate::protocol::{Feature, FeatureId};
use entry::Entry;
use rustix::fs::OFlags;
use source::Source;
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use words::Words;

/// Largest list that is read. The largest seen in public is 274 KB.
pub const MAX_BYTES: u64 = 50_000_000;

/// A feature list: its exact bytes and what they say.
#[derive(Debug, Clone)]
pub struct FeatureList {
    path: String,
    source: Source,
    container: String,
    /// The arrays that hold the features.
    arrays: Vec<Range<usize>>,
    features: Vec<Feature>,
    entries: Vec<Entry>,
    words: Words,
    notices: Vec<String>,
}

impl FeatureList {
    /// Reads the list at `path`; `None` if there is no such file.
    ///
    /// # Errors
    /// The file cannot be read, or [`FeatureList::parse`] fails.
    pub fn read(path: &Path) -> Result<Option<Self>, ListError> {
        let bytes = read_bytes(path)?;
        bytes.map(|bytes| Self::parse(&path.display().to_string(), bytes)).transpose()
    }

    /// Reads a list from its bytes. `path` is only for messages. Zero bytes are an empty list.
    ///
    /// # Errors
    /// Too large, no text, not JSON (with line and column), or nothing in it is named as a list of features.
    pub fn parse(path: &str, bytes: Vec<u8>) -> Result<Self, ListError> {
        let path = path.to_owned();
        if bytes.len() as u64 > MAX_BYTES {
            let bytes = bytes.len() as u64;
            return Err(ListError::TooLarge { path, bytes });
        }
        let source = match Source::read(bytes) {
            Ok(source) => source,
            Err(source::NoText { what, at }) => return Err(ListError::Encoding { path, what, at }),
        };
        let text = source.text();
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Ok(Self {
                path,
                source,
                container: "$".to_owned(),
                arrays: Vec::new(),
                features: Vec::new(),
                entries: Vec::new(),
                words: Words::default(),
                notices: vec!["the file is empty: a list without features".to_owned()],
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
        let found = match container::find(&document.root) {
            Ok(found) => found,
            Err(found) => return Err(ListError::Shape { path, found }),
        };
        let mut words = Words::declared(text, &document.root);
        let items = || {
            found
                .parts
                .iter()
                .flat_map(|part| part.array.items().iter().map(|item| (item, part.group)))
        };
        let (mut features, mut entries): (Vec<Feature>, Vec<Entry>) =
            items().map(|(item, group)| entry::read(text, item, group)).unzip();
        for (feature, entry) in features.iter_mut().zip(&mut entries) {
            words.explain(&mut entry.flag);
            words.count(text, &entry.flag);
            feature.status = entry.flag.status();
            feature.word = entry.flag.word();
        }
        name(&mut features, &entries);
        let notices = notices::of(text, &document, &found, &features, &entries);
        let arrays = found.parts.iter().map(|part| part.array.span.clone()).collect();
        let container = found.path;
        Ok(Self {
            path,
            container,
            arrays,
            features,
            entries,
            words,
            notices,
            source,
        })
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
        self.source.bytes()
    }

    /// The text in them.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// Name of the bytes' encoding.
    #[must_use]
    pub const fn encoding(&self) -> &'static str {
        self.source.encoding().name()
    }

    /// Where the features stand: `$` for a top-level array, else key names such as `features` or `phases[].features`.
    #[must_use]
    pub fn container(&self) -> &str {
        &self.container
    }

    /// The key that says the state of most features; `None` if none has one.
    #[must_use]
    pub fn flag_key(&self) -> Option<&str> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for token in self.entries.iter().filter_map(|entry| entry.flag.tokens.first()) {
            match counts.iter_mut().find(|(key, _)| *key == token.key) {
                Some((_, count)) => *count += 1,
                None => counts.push((&token.key, 1)),
            }
        }
        counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(key, _)| key)
    }

    /// The flag of the feature at a place.
    #[must_use]
    pub fn flag(&self, at: usize) -> Option<&Flag> {
        self.entries.get(at).map(|entry| &entry.flag)
    }

    /// The id that the feature at a place has in the file. Where two have the same one, [`Feature::id`] is their place.
    #[must_use]
    pub fn own_id(&self, at: usize) -> Option<&str> {
        self.entries.get(at)?.own_id.as_deref()
    }

    /// The feature with this id.
    #[must_use]
    pub fn get(&self, id: &FeatureId) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.id == *id)
    }

    fn position(&self, at: usize) -> (usize, usize) {
        line_and_column(self.text(), at)
    }
}

/// Reads a file's bytes, at most one more than a list may have; `None` if there is no such file.
///
/// # Errors
/// It cannot be read, or is no regular file.
pub fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, ListError> {
    let shown = || path.display().to_string();
    let fail = |source| ListError::Read { path: shown(), source };
    // A pipe would make an ordinary open wait for a writer.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    let meta = file.metadata().map_err(fail)?;
    if !meta.is_file() {
        return Err(ListError::NotAFile { path: shown() });
    }
    if meta.len() > MAX_BYTES {
        let bytes = meta.len();
        return Err(ListError::TooLarge { path: shown(), bytes });
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    Ok(Some(bytes))
}

/// Gives every feature an id that no other has.
fn name(features: &mut [Feature], entries: &[Entry]) {
    let own: Vec<Option<&str>> = entries.iter().map(|entry| entry.own_id.as_deref()).collect();
    for (feature, id) in features.iter_mut().zip(ids(&own)) {
        feature.id = id;
    }
}

/// The id of each feature, which no other has: its own, else its place.
fn ids<T: AsRef<str>>(own: &[Option<T>]) -> Vec<FeatureId> {
    let mut owners: HashMap<&str, usize> = HashMap::with_capacity(own.len());
    for own in own.iter().flatten() {
        *owners.entry(own.as_ref()).or_default() += 1;
    }
    // An own id that reads as a place would be taken for one.
    let alone = |own: &&str| owners.get(own) == Some(&1) && place(own).is_none();
    let id = |(index, own): (usize, &Option<T>)| {
        let own = own.as_ref().map(T::as_ref).filter(alone);
        own.map_or_else(|| FeatureId(format!("#{}", index + 1)), FeatureId::from)
    };
    own.iter().enumerate().map(id).collect()
}

/// The place, from 1, that an id like `#12` names.
fn place(id: &str) -> Option<usize> {
    id.strip_prefix('#')?.parse().ok()
}
