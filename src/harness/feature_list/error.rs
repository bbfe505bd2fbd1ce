//! What can be wrong with a feature list, in words for the person who must mend it.

use crate::protocol::FeatureId;

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
    /// The file is not UTF-8.
    #[error("{path}: {what}; save it as UTF-8")]
    Encoding {
        /// Path.
        path: String,
        /// What it seems to be, and where.
        what: String,
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
    /// The file is JSON, but of a shape without an adapter.
    #[error(
        "{path}: not the array form of a feature list, so it is read-only: {found}; expected [{{\"description\": …, \"steps\": […], \"passes\": false}}, …]"
    )]
    Shape {
        /// Path.
        path: String,
        /// What it is instead.
        found: String,
    },
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
    /// More than one feature has this id.
    #[error("{path}: `{id}` names {count} features (lines {lines}); give each its own id before it can be changed")]
    AmbiguousId {
        /// Path.
        path: String,
        /// The id.
        id: FeatureId,
        /// How many have it.
        count: usize,
        /// Where.
        lines: String,
    },
    /// The feature's flag cannot be flipped by replacing one token.
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
