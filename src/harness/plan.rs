//! A person's edit of the feature list, carried out: looked at, written, committed, told.
//!
//! Owns the order of these, the words of the commit and for the agent. Does not own the bytes ([`super::feature_list::edit`]), nor how
//! the file is written: the guard does that, so that it knows the new list at once. It stands here because a live run and a project
//! at rest do the same, and neither of `engine` and `link` may be reached from both.
//!
//! The user's git hooks do not run for it: its tree is HEAD's with this edit, and the files on the disk are the agent's, half done, as
//! [`crate::git::PreCommit`] tells. It is signed if the user signs.
//!
//! Invariant: the commit holds the edit and nothing else: what else changed in the tree, the index or the list itself (flags that
//! the agent flipped and has not committed yet) stays as it is; a list with other words than the committed one is not edited until
//! somebody commits these. Where an edit is refused, no byte has changed.

mod error;
mod pending;
#[cfg(test)]
mod tests;
mod words;

pub use error::PlanError;
pub use pending::{forget, settle};
pub use words::told;

use self::pending::Pending;
use super::FeatureList;
use super::feature_list::compare;
use crate::git::{CommitRequest, GitError, Repo, Unsigned, check_message};
use crate::protocol::event::{FeatureEditRefused, FeatureFlipped, FeatureListEdited, FlipBy};
use crate::protocol::plan::{Base, FeatureEdit, FeatureText};
use crate::protocol::typed::{self, Hidden};
use crate::protocol::{Event, Evidence, EvidenceKind, FeatureId, FeatureStatus, Oid, SessionNo};
use std::path::Path;

/// What an edit is carried out with.
pub struct Bench<'a> {
    /// Canonical path of the workspace.
    pub workspace: &'a Path,
    /// The list, relative to the workspace.
    pub list: &'a Path,
    /// The list as the guard knows it; `None` where it guards none.
    pub trusted: Option<Vec<u8>>,
    /// The session in which it happens.
    pub session: SessionNo,
    /// Name and mail of the commit; `None`: the user's own from git's configuration.
    pub author: Option<(String, String)>,
    /// Finishes the commit's message: its trailers.
    pub finish: &'a dyn Fn(String) -> String,
    /// Has a commit signed, if the user signs commits.
    pub sign: &'a dyn Fn(Unsigned) -> Result<Option<Oid>, GitError>,
    /// Writes the list's file and makes that what is guarded.
    pub write: &'a dyn Fn(&[u8]) -> Result<(), String>,
    /// Where an edit is remembered until it is told ([`forget`]); `None` where nothing is told.
    pub pending: Option<&'a Path>,
}

/// What a person asks for.
pub struct Asked<'a> {
    /// The list that was shown.
    pub base: &'a Base,
    /// The edit.
    pub edit: &'a FeatureEdit,
    /// Why.
    pub reason: &'a str,
}

/// An edit that was made.
#[derive(Debug)]
pub struct Made {
    /// What happened.
    pub edited: FeatureListEdited,
    /// The flag that changed, if one did.
    pub flipped: Option<FeatureFlipped>,
    /// The list now.
    pub list: FeatureList,
    /// Why the user's index still shows the state before the commit, if it does.
    pub index_behind: Option<String>,
}

impl Asked<'_> {
    /// The event for an edit that was not made.
    #[must_use]
    pub fn refused(&self, why: &PlanError) -> Event {
        let (edit, reason) = (self.edit.clone(), why.to_string());
        FeatureEditRefused { edit, reason }.into()
    }

    /// Carries the edit out. Blocks: files, git, perhaps a signature.
    ///
    /// # Errors
    /// The list is another than the one shown, the edit cannot be made, or it cannot be committed; nothing has changed then.
    pub fn carry_out(&self, bench: &Bench<'_>) -> Result<Made, PlanError> {
        let reason = self.reason.trim();
        check(self.edit, reason)?;
        let before = self.read(bench)?;
        let edited = before.edit(self.edit)?;
        let title = words::title(self.edit, &edited);
        let message = (bench.finish)(words::message(&title, reason));
        check_message(&message)?;

        let repo = Repo::discover(bench.workspace)?;
        repo.ready_to_commit(bench.author.clone())?;
        let head = repo.head()?.ok_or(PlanError::NotBegun)?;
        let tree = self.tree(&repo, &head, bench, &before)?;
        let signed = match &tree {
            Some(tree) => (bench.sign)(Unsigned {
                tree: tree.clone(),
                parents: vec![head.clone()],
                message: message.clone(),
                author: repo.author(bench.author.clone())?,
                committer: repo.committer(bench.author.clone())?,
            })?,
            None => None,
        };
        let flipped = flipped(self.edit, &before, reason, bench.session);
        let pending = Pending {
            before: repo.keep_bytes(before.bytes())?,
            after: repo.keep_bytes(edited.list.bytes())?,
            head: head.clone(),
            tree: tree.clone(),
            edited: FeatureListEdited {
                by: "human".to_owned(),
                edit: self.edit.clone(),
                title,
                reason: reason.to_owned(),
                renamed: edited.renamed,
                commit: None,
            },
            flipped: flipped.clone(),
        };
        pending.keep(bench.pending)?;
        if let Err(what) = (bench.write)(edited.list.bytes()) {
            forget(bench.pending)?;
            return Err(PlanError::Write { what });
        }
        let made = tree.as_ref().map(|tree| {
            let request = CommitRequest {
                tree,
                expected_parent: Some(&head),
                message: &message,
                author: bench.author.clone(),
            };
            match &signed {
                Some(signed) => repo.commit_signed(request, signed),
                None => repo.commit(request),
            }
        });
        let made = match made.transpose() {
            Ok(made) => made,
            Err(error) => {
                // An edit without its commit would be taken up by the agent's next one, as its own work.
                (bench.write)(before.bytes()).map_err(|what| PlanError::Write { what })?;
                forget(bench.pending)?;
                return Err(error.into());
            }
        };
        let index_behind = made.as_ref().and_then(|made| made.index_behind.clone());
        let commit = made.map(|made| made.commit);
        Ok(Made {
            edited: FeatureListEdited {
                commit,
                ..pending.edited
            },
            flipped,
            list: edited.list,
            index_behind,
        })
    }

    /// Reads the list, which must be the one that was shown.
    fn read(&self, bench: &Bench<'_>) -> Result<FeatureList, PlanError> {
        let list = FeatureList::read(&bench.workspace.join(bench.list))?.ok_or(PlanError::Gone)?;
        // A change from outside that nobody has noticed yet must not be written over.
        let noticed = bench.trusted.as_ref().is_none_or(|trusted| trusted == list.bytes());
        if !noticed || Base::of(list.features()) != *self.base {
            return Err(PlanError::Changed);
        }
        Ok(list)
    }

    /// The tree with this edit in it and nothing else; `None` if there is nothing to commit.
    fn tree(&self, repo: &Repo, head: &Oid, bench: &Bench<'_>, before: &FeatureList) -> Result<Option<Oid>, PlanError> {
        let file = bench.workspace.join(bench.list);
        let path = file.strip_prefix(repo.workdir()).unwrap_or(bench.list);
        let Some(committed) = repo.read_at(head, path)? else {
            return Ok(None);
        };
        let name = bench.list.display().to_string();
        let differs = |what: String| PlanError::Uncommitted {
            what,
            path: path.display().to_string(),
        };
        let Ok(list) = FeatureList::parse(&name, committed.clone()) else {
            return Err(differs("the committed list cannot be read".to_owned()));
        };
        // Words that somebody wrote and did not commit are theirs: this edit's commit must not take them along.
        if Base::of(list.features()) != *self.base {
            return Err(differs(compare(&list, before)));
        }
        let bytes = match (list.edit(self.edit), self.edit) {
            (Ok(edited), _) => edited.list.bytes().to_vec(),
            // The commit says so already; only the file did not.
            (Err(_), FeatureEdit::Flip { .. }) => return Ok(None),
            (Err(error), _) => return Err(error.into()),
        };
        if bytes == committed {
            return Ok(None);
        }
        Ok(repo.tree_with(head, path, &bytes)?)
    }
}

/// Looks whether an edit says what it must.
fn check(edit: &FeatureEdit, reason: &str) -> Result<(), PlanError> {
    let worded = |text: &FeatureText| {
        for words in std::iter::once(&text.description).chain(&text.steps) {
            // The same characters as in a commit's message: a list that says other than it shows misleads whoever reads it.
            if let Some(Hidden { code, line, .. }) = typed::hidden(words) {
                return Err(PlanError::Hidden { code, line });
            }
        }
        if text.description.trim().is_empty() {
            return Err(PlanError::Words("a feature needs a description"));
        }
        if text.steps.iter().any(|step| step.trim().is_empty()) {
            return Err(PlanError::Words("a step is empty"));
        }
        Ok(())
    };
    match edit {
        FeatureEdit::Reword { unproven: true, .. } if reason.is_empty() => {
            Err(PlanError::Words("setting a feature back with its words needs a reason"))
        }
        FeatureEdit::Add { text, .. } | FeatureEdit::Reword { text, .. } => worded(text),
        FeatureEdit::Split { first, second, .. } => worded(first).and_then(|()| worded(second)),
        FeatureEdit::Flip { .. } if reason.is_empty() => Err(PlanError::Words("a flip needs a reason")),
        FeatureEdit::Remove { .. } if reason.is_empty() => Err(PlanError::Words("a feature goes with a reason")),
        FeatureEdit::Move { .. } | FeatureEdit::Flip { .. } | FeatureEdit::Remove { .. } => Ok(()),
    }
}

/// The flag that an edit changes, as it is told.
fn flipped(edit: &FeatureEdit, before: &FeatureList, reason: &str, session: SessionNo) -> Option<FeatureFlipped> {
    let status = |id: &FeatureId| before.get(id).map_or(FeatureStatus::Unknown, |feature| feature.status);
    let (feature, passes) = match edit {
        FeatureEdit::Flip { feature, passes, .. } => (feature, passes),
        FeatureEdit::Reword {
            feature, unproven: true, ..
        } if status(feature) == FeatureStatus::Passing => (feature, &false),
        _ => return None,
    };
    let reason = match edit {
        FeatureEdit::Reword { .. } => format!("it passed by evidence of other words: {reason}"),
        _ => reason.to_owned(),
    };
    let evidence = passes.then(|| Evidence {
        kind: EvidenceKind::Human,
        summary: "by hand".to_owned(),
        tree: None,
        session,
    });
    Some(FeatureFlipped {
        feature: feature.clone(),
        from: status(feature),
        to: if *passes {
            FeatureStatus::Passing
        } else {
            FeatureStatus::Failing
        },
        by: FlipBy::Human,
        evidence,
        reason,
    })
}
