//! What a sentence may claim to be done.
//!
//! Invariant: a claim names features by the small letters of their ids, and nothing that is not on the list.

/// What is called done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// A feature, by its id in small letters.
    Feature(String),
    /// All features but these.
    AllBut(Vec<String>),
    /// So many features.
    Count(usize),
    /// All features, with how many that are, if that is said.
    All(Option<usize>),
    /// The project as a whole.
    Project,
    /// Everything, whatever that is.
    Everything(Sure),
    /// That so many features are left.
    Left(usize),
    /// All of so many, whatever they are.
    AllOf(usize),
}

/// How far what is called everything is all that there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// "Everything is done", "nothing is left"
    Said,
    /// "All done": it may be all of what was told before.
    Meant,
    /// "Everything passes": it may be all tests that there are.
    Green,
    /// "Status: complete": it may be that of what was in hand.
    Labelled,
}
