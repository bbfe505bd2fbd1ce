//! The room for shapes of feature lists: one adapter per shape, all giving the same reading.
//!
//! Owns the adapter trait and what an adapter hands back. Does not own JSON syntax ([`super::json`]) nor any particular shape.
//! Invariant: an adapter only points at tokens of the text it was given; the caller replaces them.

use super::edit::Keys;
use super::json::Document;
use crate::protocol::Feature;
use std::ops::Range;

/// Reads one shape of feature list.
pub trait Shape: std::fmt::Debug + Send + Sync {
    /// Name of the shape, for people: `array of objects with "passes"`.
    fn name(&self) -> &'static str;

    /// Reads the features, or says in half a sentence why the document has another shape (`an object with the keys "a", "b"`).
    ///
    /// # Errors
    /// The half sentence. Never for a document of this shape with odd features in it: those are read and noticed.
    fn read(&self, text: &str, document: &Document) -> Result<Reading, String>;

    /// Names of the keys that a person's edit writes; `None` for a shape whose entries can only be flipped.
    fn keys(&self) -> Option<&'static Keys> {
        None
    }

    /// The token that says "passes" or "does not pass" in this shape.
    fn token(&self, passing: bool) -> &'static str;
}

/// What an adapter found.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// One entry per feature, in file order.
    pub entries: Vec<Entry>,
    /// Oddities with their byte offset.
    pub oddities: Vec<(usize, String)>,
}

/// One feature and where its flag stands.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The feature as everybody else knows it.
    pub feature: Feature,
    /// Bytes of the whole feature.
    pub span: Range<usize>,
    /// Its flag.
    pub flag: Flag,
}

/// Where a pass flag stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flag {
    /// One token that can be replaced.
    Token(Range<usize>),
    /// Nothing that can be replaced safely: where to look, and why.
    Unusable {
        /// Byte offset of the flag, or of the feature.
        at: usize,
        /// Half a sentence.
        why: String,
    },
}
