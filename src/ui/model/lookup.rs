//! Look-ups: what was asked for on another thread, and what came.
//!
//! Owns the filing; who asks and when, `update` says. Invariant: nothing is asked for twice while it is awaited, and an answer of
//! another kind than its question counts as a failure that is shown.

use super::Model;
use crate::protocol::{Answer, BlobId, Oid, Query};

/// What a look-up says that was answered with the answer of another.
const MISMATCH: &str = "the look-up was answered with something else";

/// Something that is looked up on another thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded<T> {
    /// Asked for.
    Pending,
    /// Here.
    Ready(T),
    /// Not to be had; the sentence says why.
    Failed(String),
}

impl<T> Loaded<T> {
    /// What an answer that is not the one hoped for comes to.
    pub(super) fn other(answer: Answer) -> Self {
        match answer {
            Answer::Failed { message } => Self::Failed(message),
            _ => Self::Failed(MISMATCH.into()),
        }
    }
}

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
            Query::Survey => {
                let fresh = self.survey.is_none();
                self.survey.get_or_insert(Loaded::Pending);
                fresh
            }
            // Their pages know by themselves when to ask again.
            Query::Rehearse { .. }
            | Query::NextWindow
            | Query::Notes
            | Query::ProposeRule { .. }
            | Query::ListHistory
            | Query::ListText
            | Query::Transcript { .. } => true,
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
            Query::Blob { .. }
            | Query::Rehearse { .. }
            | Query::NextWindow
            | Query::Notes
            | Query::ProposeRule { .. }
            | Query::ListHistory
            | Query::Survey
            | Query::ListText
            | Query::Transcript { .. } => {}
        }
    }

    /// Files the answer to a look-up of a commit.
    pub fn file_diff(&mut self, commit: Oid, answer: Answer) {
        let loaded = match answer {
            Answer::CommitDiff(diff) => Loaded::Ready(diff),
            other => Loaded::other(other),
        };
        self.diffs.insert(commit, loaded);
    }

    /// Files the answer to a look-up of the changes between two trees.
    pub fn file_changes(&mut self, from: Option<Oid>, to: Oid, answer: Answer) {
        let loaded = match answer {
            Answer::TreeDiff { files } => Loaded::Ready(files),
            other => Loaded::other(other),
        };
        self.changes.insert((from, to), loaded);
    }

    /// Files the answer to a look into the directory.
    pub fn file_survey(&mut self, answer: Answer) {
        self.surveys += 1;
        self.survey = Some(match answer {
            Answer::Survey(survey) => Loaded::Ready(survey),
            other => Loaded::other(other),
        });
    }

    /// Files the answer to a look-up of a long text.
    pub fn file_blob(&mut self, blob: BlobId, answer: Answer) {
        let loaded = match answer {
            Answer::Blob { text, path } => {
                self.blob_paths.insert(blob.clone(), path);
                Loaded::Ready(text)
            }
            other => Loaded::other(other),
        };
        self.blobs.insert(blob, loaded);
    }
}
