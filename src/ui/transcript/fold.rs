//! How far each item is opened.

use crate::protocol::Seq;
use std::collections::HashMap;

/// How much of an item is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) enum Fold {
    /// By the rule of its kind.
    #[default]
    Auto,
    /// One line; what failed still shows its end.
    Shut,
    /// Everything but the middle of long texts.
    Open,
    /// Everything, for the detail view; never a reader's choice.
    Whole,
}

/// The reader's choices.
#[derive(Debug, Clone, Default)]
pub(super) struct Folds {
    all: Fold,
    each: HashMap<Seq, Fold>,
}

impl Folds {
    pub(super) fn of(&self, seq: Seq) -> Fold {
        self.each.get(&seq).copied().unwrap_or(self.all)
    }

    pub(super) fn set(&mut self, seq: Seq, fold: Fold) {
        self.each.insert(seq, fold);
    }

    pub(super) fn set_all(&mut self, fold: Fold) {
        self.all = fold;
        self.each.clear();
    }
}
