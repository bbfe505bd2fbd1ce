//! What a sentence may claim to be done.
//!
//! Invariant: a claim names features by the small letters of their ids, and nothing that is not on the list.

/// What is called done, or not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// A feature, by its id in small letters.
    Feature(String),
    /// That a feature, by its id in small letters, does not pass.
    Open(String),
    /// That no feature passes.
    NoFeature,
    /// That nothing passes, whatever that is.
    NothingPasses,
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

impl Claim {
    /// The feature that it is about, if it is about one.
    pub(super) fn feature(&self) -> Option<&String> {
        match self {
            Self::Feature(id) | Self::Open(id) => Some(id),
            _ => None,
        }
    }

    /// Whether it says that less is done than may be.
    pub(super) fn is_less(&self) -> bool {
        matches!(self, Self::Open(_) | Self::NoFeature | Self::NothingPasses)
    }
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
