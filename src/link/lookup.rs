//! Answers to look-ups: diffs from the repository, whole texts from the blob store. Each on a short-lived thread, never the caller's.

use super::Reply;
use crate::git::Repo;
use crate::harness::rehearsal::rehearse;
use crate::protocol::{Answer, Query};
use crate::store::Blobs;
use std::path::PathBuf;

/// Where look-ups are answered from.
#[derive(Debug, Clone)]
pub struct Lookups {
    /// The workspace, for git.
    pub workspace: PathBuf,
    /// The project's blobs.
    pub blobs: Blobs,
    /// Size in bytes above which a move back leaves new files alone.
    pub limit: u64,
}

impl Lookups {
    /// Answers on another thread.
    pub fn ask(&self, query: Query, reply: Reply) {
        let own = self.clone();
        if let Err(error) = std::thread::Builder::new()
            .name("lookup".into())
            .spawn(move || reply(own.answer(&query)))
        {
            tracing::error!(%error, "no thread for a look-up");
        }
    }

    fn answer(&self, query: &Query) -> Answer {
        let answer = match query {
            Query::CommitDiff { commit } => Repo::discover(&self.workspace)
                .and_then(|repo| repo.commit_diff(commit))
                .map(Answer::CommitDiff)
                .map_err(|error| error.to_string()),
            Query::TreeDiff { from, to } => Repo::discover(&self.workspace)
                .and_then(|repo| repo.changes(from.as_ref(), to))
                .map(|files| Answer::TreeDiff { files })
                .map_err(|error| error.to_string()),
            Query::Rehearse { target } => rehearse(&self.workspace, target, self.limit)
                .map(|rehearsal| Answer::Rehearsal(Box::new(rehearsal)))
                .map_err(|error| error.to_string()),
            Query::Blob { blob } => self
                .blobs
                .get(blob)
                .map(|bytes| Answer::Blob {
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                })
                .map_err(|error| error.to_string()),
        };
        answer.unwrap_or_else(|message| Answer::Failed { message })
    }
}
