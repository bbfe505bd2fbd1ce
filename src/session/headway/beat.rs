//! What a turn brought, as one word.
//!
//! Owns the order of these words. Invariant: a turn is as good as the best in it.

/// What a turn brought, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Beat {
    /// Only what had been before.
    Round,
    /// Nothing that tells: no call, or one that was cut off.
    Idle,
    /// An answer that had not been there before.
    Looked,
    /// A file state that had not been there before.
    Changed,
    /// A newly passing test, a commit, a feature that passes.
    Proved,
}

impl Beat {
    /// All, the least first.
    pub const ALL: [Self; 5] = [Self::Round, Self::Idle, Self::Looked, Self::Changed, Self::Proved];

    /// Returns the word for it, which reports carry.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Round => "round",
            Self::Idle => "idle",
            Self::Looked => "looked",
            Self::Changed => "changed",
            Self::Proved => "proved",
        }
    }
}
