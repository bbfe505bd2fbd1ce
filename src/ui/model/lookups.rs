//! Look-ups: what was asked for, and what came.
//!
//! Owns filing answers by what they answer. Invariant: nothing is asked for twice, and an answer to something else is a failure that is shown.

use super::{Loaded, Model};
use crate::protocol::{Answer, BlobId, Oid, Query};

/// What a look-up says that was answered with the answer of another.
pub(super) const MISMATCH: &str = "the look-up was answered with something else";

impl Model {
    /// Notes that a look-up is under way; says whether it must be asked for.
    pub fn await_answer(&mut self, query: &Query) -> bool {
        match query {
            Query::TreeDiff { from, to } => {
                let key = (from.clone(), to.clone());
                let fresh = !self.changes.contains_key(&key);
                self.changes.entry(key).or_insert(Loaded::Pending);
                fresh
            }
            Query::CommitDiff { commit } => {
                let fresh = !self.diffs.contains_key(commit);
                self.diffs.entry(commit.clone()).or_insert(Loaded::Pending);
                fresh
            }
            Query::Blob { blob } => {
                let fresh = !self.blobs.contains_key(blob);
                self.blobs.entry(blob.clone()).or_insert(Loaded::Pending);
                fresh
            }
            // Their pages know by themselves when to ask again.
            Query::NextWindow | Query::Notes => true,
        }
    }

    /// Forgets a look-up that failed, so that it is tried again.
    pub fn forget_failure(&mut self, query: &Query) {
        match query {
            Query::TreeDiff { from, to } => {
                let key = (from.clone(), to.clone());
                if matches!(self.changes.get(&key), Some(Loaded::Failed(_))) {
                    self.changes.remove(&key);
                }
            }
            Query::CommitDiff { commit } => {
                if matches!(self.diffs.get(commit), Some(Loaded::Failed(_))) {
                    self.diffs.remove(commit);
                }
            }
            Query::Blob { .. } | Query::NextWindow | Query::Notes => {}
        }
    }

    /// Files the answer to a look-up.
    pub fn file_diff(&mut self, commit: Oid, answer: Answer) {
        let loaded = match answer {
            Answer::CommitDiff(diff) => Loaded::Ready(diff),
            Answer::Failed { message } => Loaded::Failed(message),
            _ => Loaded::Failed(MISMATCH.into()),
        };
        self.diffs.insert(commit, loaded);
    }

    /// Files the answer to a look-up of the changes between two trees.
    pub fn file_changes(&mut self, from: Option<Oid>, to: Oid, answer: Answer) {
        let loaded = match answer {
            Answer::TreeDiff { files } => Loaded::Ready(files),
            Answer::Failed { message } => Loaded::Failed(message),
            _ => Loaded::Failed(MISMATCH.into()),
        };
        self.changes.insert((from, to), loaded);
    }

    /// Files the answer to a look-up of a long text.
    pub fn file_blob(&mut self, blob: BlobId, answer: Answer) {
        let loaded = match answer {
            Answer::Blob { text } => Loaded::Ready(text),
            Answer::Failed { message } => Loaded::Failed(message),
            _ => Loaded::Failed(MISMATCH.into()),
        };
        self.blobs.insert(blob, loaded);
    }
}
