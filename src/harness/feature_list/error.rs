//! What can be wrong with a feature list, in words for the person who must mend it.

use crate::protocol::FeatureId;

impl ListError {
    /// Line and column, from 1, where the file is at fault in one place.
    #[must_use]
    pub const fn place(&self) -> Option<(usize, usize)> {
        match self {
            Self::Encoding { at, .. } => *at,
            Self::Syntax { line, column, .. } | Self::Flag { line, column, .. } | Self::Edit { line, column, .. } => {
                Some((*line, *column))
            }
            _ => None,
        }
    }
}

/// Why a feature list cannot be read or changed. The file is untouched in every case.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// Path as the caller gave it.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// There is something else at the path.
    #[error("{path}: is not a regular file; a feature list is a JSON file")]
    NotAFile {
        /// Path.
        path: String,
    },
    /// The file is larger than [`super::MAX_BYTES`].
    #[error("{path}: {bytes} bytes are more than a feature list may hold ({} MB)", super::MAX_BYTES / 1_000_000)]
    TooLarge {
        /// Path.
        path: String,
        /// Its size.
        bytes: u64,
    },
    /// The file is no text.
    #[error("{path}: {what}; save it as UTF-8")]
    Encoding {
        /// Path.
        path: String,
        /// What it seems to be, and where.
        what: String,
        /// Line and column of the first byte that is no text, where it is one place.
        at: Option<(usize, usize)>,
    },
    /// The file is not JSON.
    #[error("{path}:{line}:{column}: {what}")]
    Syntax {
        /// Path.
        path: String,
        /// Line from 1.
        line: usize,
        /// Column from 1, in characters.
        column: usize,
        /// What was found and what was expected.
        what: String,
    },
    /// The file is JSON, but nothing in it is named as a list of features.
    #[error(
        "{path}: holds no feature list that is known, so it is read-only: {found}; expected an array of objects at the top, or under a key such as \"features\""
    )]
    Shape {
        /// Path.
        path: String,
        /// What it is instead.
        found: String,
    },
    /// There are several lists, and nobody said which.
    #[error(transparent)]
    Several(#[from] crate::harness::places::Several),
    /// No feature has this id.
    #[error("{path}: there is no feature `{id}`; the ids are {known}")]
    UnknownFeature {
        /// Path.
        path: String,
        /// The id asked for.
        id: FeatureId,
        /// The first few that exist.
        known: String,
    },
    /// More than one feature is meant.
    #[error("{path}: `{id}` names {count} features: {places}; name the one by its place, such as #1")]
    AmbiguousId {
        /// Path.
        path: String,
        /// The id.
        id: FeatureId,
        /// How many have it.
        count: usize,
        /// Where.
        places: String,
    },
    /// The list says its state in words and has none for this.
    #[error(
        "{path}: `{id}` cannot be set: the list has no word for \"{key}\" that says that a feature {meaning} (its words: {known}); say it with `longhaul features set … --word WORD`, or declare it in the list under \"status_values\""
    )]
    Word {
        /// Path.
        path: String,
        /// The feature.
        id: FeatureId,
        /// The flag's key.
        key: String,
        /// What the word must mean.
        meaning: &'static str,
        /// The words it knows.
        known: String,
    },
    /// The feature's flag cannot be set by replacing values.
    #[error("{path}:{line}:{column}: the pass flag of `{id}` cannot be changed: {why}")]
    Flag {
        /// Path.
        path: String,
        /// Line of the flag, or of the feature.
        line: usize,
        /// Column of the same.
        column: usize,
        /// The feature.
        id: FeatureId,
        /// Why not.
        why: String,
    },
    /// The feature's entry cannot be edited in place.
    #[error("{path}:{line}:{column}: `{id}` cannot be edited here: {why}")]
    Edit {
        /// Path.
        path: String,
        /// Line of the feature.
        line: usize,
        /// Column of the same.
        column: usize,
        /// The feature.
        id: FeatureId,
        /// Why not.
        why: String,
    },
}
