//! Failures and repeats, and how often each came.
//!
//! Owns what is counted apart and what goes where there is no room. Invariant: a fixed number of things is counted at a time.

use crate::protocol::event::{Repeat, RepeatKind};

/// Failures and repeats that are counted at the same time.
pub(super) const COUNTED: usize = 64;
/// Repeats that are named.
pub(super) const NAMED: usize = 3;
/// Longest name of a repeat, in characters.
const SUBJECT: usize = 120;

/// Something that is counted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counted {
    pub(super) number: u64,
    pub(super) kind: RepeatKind,
    pub(super) subject: String,
    pub(super) times: u32,
}

impl Counted {
    pub(super) fn new(number: u64, kind: RepeatKind, subject: &str, times: u32) -> Self {
        let line = subject.lines().next().unwrap_or_default();
        Self {
            number,
            kind,
            subject: line.chars().take(SUBJECT).collect(),
            times,
        }
    }

    pub(super) fn told(&self) -> Repeat {
        Repeat {
            kind: self.kind,
            subject: self.subject.clone(),
            times: self.times,
        }
    }
}

/// Counts one more of something, `first` where it was not counted before. Where there is no room, what came least often goes.
pub(super) fn count(counts: &mut Vec<Counted>, number: u64, kind: RepeatKind, subject: &str, first: u32) {
    if let Some(known) = counts
        .iter_mut()
        .find(|counted| counted.number == number && counted.kind == kind)
    {
        known.times += 1;
        return;
    }
    if counts.len() >= COUNTED {
        let least = (0..counts.len()).min_by_key(|index| counts[*index].times);
        if let Some(least) = least {
            counts.remove(least);
        }
    }
    counts.push(Counted::new(number, kind, subject, first));
}
