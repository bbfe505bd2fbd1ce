//! Which of the engine's commits the branch holds, and at which of those a person owes a look.
//!
//! The log knows the parents of its own commits alone: below a commit of somebody else's it is the way to the files that tells.
//! Invariant: a move that is taken back leaves owed what was owed before it, less what was looked at since.

#[cfg(test)]
mod tests;

use super::state::{Commit, Debt, State};
use crate::protocol::event::RolledBack;
use crate::protocol::{Oid, Seq};
use std::collections::{BTreeMap, BTreeSet};

/// What is reached from some commits by parents that the log tells.
struct Reach<'a> {
    commits: BTreeSet<&'a str>,
    /// What is older than this was not reached because nothing is known there.
    bottom: Seq,
}

impl<'a> Reach<'a> {
    fn from(tips: impl IntoIterator<Item = &'a Oid>, known: &'a [Commit]) -> Self {
        let mut reached: BTreeSet<&str> = tips.into_iter().map(Oid::as_str).collect();
        let mut bottom = if reached.is_empty() { Seq(0) } else { Seq(u64::MAX) };
        // A parent was committed before its child, so one way down the log meets them all.
        for commit in known.iter().rev() {
            if reached.contains(commit.made.commit.as_str()) {
                bottom = commit.made.parent.as_ref().map_or(Seq(0), |_| commit.seq);
                reached.extend(commit.made.parent.as_ref().map(Oid::as_str));
            }
        }
        Self {
            commits: reached,
            bottom,
        }
    }

    /// Says whether a commit was reached; `None` where that is not known.
    fn holds(&self, commit: &Commit) -> Option<bool> {
        (commit.seq >= self.bottom).then(|| self.commits.contains(commit.made.commit.as_str()))
    }
}

impl State {
    /// Lists the engine's commits that the branch holds now, oldest first; all of them where no repository was looked at.
    #[must_use]
    pub fn commits_held(&self) -> Vec<&Commit> {
        let Some(repository) = &self.repository else {
            return self.commits.iter().collect();
        };
        let tips = repository.commits.iter().map(|commit| &commit.id).chain(&repository.head);
        let mut reach = Reach::from(tips, &self.commits);
        if repository.commits.len() as u64 >= u64::from(repository.total) {
            reach.bottom = Seq(0);
        }
        let held = |commit: &&Commit| reach.holds(commit).unwrap_or_else(|| self.is_on_the_way(commit.seq));
        self.commits.iter().filter(held).collect()
    }

    /// Says whether a commit holds a person's edit of the feature list and nothing else.
    #[must_use]
    pub fn is_by_hand(&self, commit: &Oid) -> bool {
        self.hand_commits.iter().any(|(_, by_hand)| by_hand == commit)
    }

    /// A person owes no look at what the branch does not hold: after a move those commits are put aside until it holds them again.
    /// `is_known`: the log tells of the moment that the move goes to, so that its way is the one to there.
    pub(super) fn settle_debts(&mut self, event: &RolledBack, is_known: bool) {
        let owed = std::mem::take(&mut self.debts).into_iter().map(|debt| (debt, true));
        let aside = std::mem::take(&mut self.debts_aside).into_iter().map(|debt| (debt, false));
        let all: Vec<(Debt, bool)> = owed.chain(aside).collect();
        let by_id: BTreeMap<&Oid, &Commit> = self.commits.iter().map(|known| (&known.made.commit, known)).collect();
        let before = event
            .restored
            .and_then(|undo| self.move_kept_under(undo))
            .map(|past| &past.owed);
        let reach = Reach::from(&event.to, &self.commits);
        let is_held = |commit: &Commit, was_owed: bool| match before {
            Some(before) => before.contains(&commit.made.commit),
            None if is_known => reach.holds(commit).unwrap_or_else(|| self.is_on_the_way(commit.seq)),
            None => reach.holds(commit).unwrap_or(was_owed),
        };
        let strange: BTreeMap<&Oid, Seq> = self.strange_commits.iter().map(|(seq, commit)| (commit, *seq)).collect();
        let stays = |commit: &Oid, seq: Seq, was_owed: bool| match before {
            Some(before) => before.contains(commit),
            None if is_known => self.is_on_the_way(seq),
            None => was_owed,
        };
        let mut settled: Vec<(Seq, bool, Debt)> = Vec::with_capacity(all.len());
        for (debt, was_owed) in all {
            let known = by_id.get(&debt.commit);
            let (seq, owed) = match (known, strange.get(&debt.commit)) {
                (Some(commit), _) => (commit.seq, is_held(commit, was_owed)),
                (None, Some(seq)) => (*seq, stays(&debt.commit, *seq, was_owed)),
                (None, None) => (Seq(0), was_owed),
            };
            settled.push((seq, owed, debt));
        }
        settled.sort_by_key(|(seq, ..)| *seq);
        for (_, owed, debt) in settled {
            if owed { &mut self.debts } else { &mut self.debts_aside }.push(debt);
        }
    }
}
