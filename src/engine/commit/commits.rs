//! Commits: the only place that makes them. Snapshot, test exactly that tree, gate, commit that tree.
//!
//! Owns the way from the `commit` call to its result. Invariant: what is committed is the tree that was tested and decided on;
//! an approval of files that moved meanwhile, or that cannot be signed, opens the next round instead.

use super::draft::{Draft, named, totals};
use super::{beyond, index, rites};
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::error::EngineError;
use crate::engine::person::gates::{self, By, Decided};
use crate::engine::proof::testing;
use crate::git::{CommitOutcome, CommitRequest, GitError, Repo, check_message};
use crate::harness::{self, comments};
use crate::protocol::event::{CheckpointCause, CommitMade};
use crate::protocol::{CallId, GateDecision, Oid, Role};
use tokio_util::sync::CancellationToken;

/// Rounds in which an approval may find the files moved. Something writes without end then, and nobody can review that.
const ROUNDS: u32 = 5;

/// Why an approval does not count any more.
struct Outdated {
    why: String,
    /// What the next round says of the files that changed, if it is they.
    moved: Option<Moved>,
}

/// Files that changed under a commit that waited.
enum Moved {
    /// The notes alone, by a person's own edit here.
    ByYou,
    /// These.
    Paths(String),
}

impl Dispatch {
    /// The `commit` tool.
    pub(in crate::engine) async fn commit(
        &self,
        call: &CallId,
        message: String,
        cancel: &CancellationToken,
    ) -> Result<Ran, EngineError> {
        // Before the tests run and a person is asked: neither can make such a message good.
        if let Err(error) = check_message(&message) {
            return Ok(Ran::failed(format!("Not committed: {error}")));
        }
        let (mut rounds, mut again, mut moved, mut looked_at) = (0, None, None, None);
        while rounds < ROUNDS {
            let mut draft = match again.take() {
                Some(same) => same,
                None => match self.draft(cancel).await? {
                    Ok(draft) => draft,
                    Err(told) => return Ok(told),
                },
            };
            draft.findings.extend(match moved.take() {
                Some(Moved::Paths(paths)) => self.written_under_review(&paths).await.map(|told| (false, told)),
                Some(Moved::ByYou) => Some((true, "you edited the progress notes while the last round waited".to_owned())),
                None => None,
            });
            let mut opened = draft.opened(self, call, &message);
            if let (Some(facts), Some(tree)) = (&mut opened.commit, looked_at.take()) {
                facts.previous = Some(tree);
            }
            let gates = &self.project.gates;
            let stands_on = || gates.stands_on(opened.gate, &draft.disk);
            let decided = gates::ask_and(&self.project, &opened, draft.policy(), stands_on, cancel).await?;
            match decided.answer.decision {
                GateDecision::Void if decided.by == By::Files => {
                    gates::decide(&self.project, &decided)?;
                    looked_at = opened.tree;
                    continue;
                }
                GateDecision::Void => {
                    gates::decide(&self.project, &decided)?;
                    return Ok(Ran::cancelled());
                }
                GateDecision::Reject | GateDecision::RejectAndStop => {
                    gates::decide(&self.project, &decided)?;
                    return Ok(denied(&decided));
                }
                GateDecision::Approve => {}
            }
            if let Some(outdated) = self.outdated(&draft, &decided).await? {
                gates::void(&self.project, &decided, outdated.why)?;
                moved = outdated.moved;
                rounds += 1;
                continue;
            }
            if decided.by == By::Human {
                match self.ask_hook_again(&mut draft, cancel).await? {
                    Some(None) => {}
                    Some(Some(why)) => {
                        gates::void(&self.project, &decided, why)?;
                        again = Some(draft);
                        continue;
                    }
                    None => {
                        gates::void(&self.project, &decided, gates::cut(&self.project).to_owned())?;
                        return Ok(Ran::cancelled());
                    }
                }
            }
            let words = self.words(&decided, &message);
            // Before the approval is spent: what a person cannot sign now they can mend, and approve then.
            match self.sign(&draft, &words).await {
                Ok(signed) => {
                    gates::decide(&self.project, &decided)?;
                    return self.make(draft, &decided, words, signed).await;
                }
                Err(EngineError::Git(error)) => match persons_to_mend(&error) {
                    Some((why, finding)) => {
                        gates::void(&self.project, &decided, why)?;
                        if decided.by != By::Human {
                            return Err(match error {
                                GitError::Sign { reason } => EngineError::Unsigned { reason },
                                other => EngineError::Git(other),
                            });
                        }
                        draft.unmade = Some(finding);
                        again = Some(draft);
                    }
                    None => {
                        gates::decide(&self.project, &decided)?;
                        return Ok(Ran::failed(format!("Not committed: {error}")));
                    }
                },
                Err(other) => return Err(other),
            }
        }
        Ok(Ran::failed(
            "Not committed: files change all the time while the human looks at the commit. Find what writes them, stop it or have git \
             ignore them, then commit again.",
        ))
    }

    /// Says what moved since a person was shown the change. Policy is shown nothing: it decides on the tested tree.
    async fn outdated(&self, draft: &Draft, decided: &Decided) -> Result<Option<Outdated>, EngineError> {
        let only = |why| Outdated { why, moved: None };
        if decided.by == By::Policy {
            return Ok(None);
        }
        let head = self.project.git(|repo| repo.head()).await?;
        if head != draft.head {
            return Ok(Some(only("the branch moved while the commit waited".to_owned())));
        }
        let disk = self.project.tree().await?;
        let moved = self.project.moved(&draft.disk, &disk).await?;
        if moved.is_empty() {
            return Ok(self.locked().await?.map(only));
        }
        let (gate, paths) = (decided.answer.gate, named(&moved));
        if paths == harness::NOTES && self.project.journal.with_state(|state| state.has_edited_notes(gate)) {
            return Ok(Some(Outdated {
                why: "the tree moved: you edited the progress notes while the commit waited".to_owned(),
                moved: Some(Moved::ByYou),
            }));
        }
        let why = format!("the tree moved: {paths} changed while the commit waited");
        let moved = Some(Moved::Paths(paths));
        Ok(Some(Outdated { why, moved }))
    }

    /// Says by what the user's index is locked: an approval must not be spent on that.
    async fn locked(&self) -> Result<Option<String>, EngineError> {
        match self.project.git(|repo| repo.wait_for_index()).await {
            Ok(()) => Ok(None),
            Err(EngineError::Git(error @ GitError::IndexLocked { .. })) => Ok(Some(error.to_string())),
            Err(other) => Err(other),
        }
    }

    /// The message of the commit: the person's, if they wrote another one, and the trailer.
    fn words(&self, decided: &Decided, message: &str) -> String {
        let message = decided.answer.message.as_deref().unwrap_or(message);
        if self.project.settings.commit_trailer {
            rites::with_trailer(message, self.facts.number)
        } else {
            message.to_owned()
        }
    }

    /// Writes the signed commit, if the user signs commits; the branch does not move yet.
    async fn sign(&self, draft: &Draft, message: &str) -> Result<Option<Oid>, EngineError> {
        let _ours = self.project.watcher.expect();
        self.project.sign(&draft.tree.id, draft.head.as_ref(), message).await
    }

    /// Makes the commit and tells everybody.
    async fn make(&self, draft: Draft, decided: &Decided, message: String, signed: Option<Oid>) -> Result<Ran, EngineError> {
        let project = &self.project;
        index::mend(project).await?;
        let made = match self.write(&draft, &message, signed).await {
            Ok(made) => made,
            // A branch that moved meanwhile, an unfinished merge, an empty message: the agent is told and can act on it.
            Err(EngineError::Git(error)) => return Ok(Ran::failed(format!("Not committed: {error}"))),
            Err(other) => return Err(other),
        };
        project.record(CommitMade {
            commit: made.commit.clone(),
            tree: draft.tree.id.clone(),
            parent: made.parent.clone(),
            message,
            feature: self.facts.feature(),
            files: made.files,
            added: made.added,
            removed: made.removed,
            tests_before: draft.totals_before(),
            tests_after: draft.run.as_ref().and_then(totals),
            unseen: Some(unseen(draft.hunks(), decided)),
            over_hook: draft.hooked.refusal(),
            weaker: draft.weaker.clone(),
        })?;
        match &made.index_behind {
            Some(why) => index::behind(project, why)?,
            None => index::settle(project).await?,
        }
        self.protect(&made.commit).await?;
        project.checkpoint(CheckpointCause::Commit, None).await?;
        let tests = draft
            .run
            .as_ref()
            .map_or_else(|| "no verify command is declared".to_owned(), testing::summary);
        if let Some(run) = &draft.run {
            project.measure.set(made.commit.clone(), run.clone());
        }
        self.facts.committed(draft.run);
        let mut text = format!(
            "Committed {}: {} files, +{} -{}. {tests}.",
            made.commit.short(),
            made.files,
            made.added,
            made.removed
        );
        text.push_str(&beyond::left_out(&draft.tree.left_out));
        text.push_str(&draft.parted.told());
        if let Some(amiss) = draft.amiss {
            text.push_str(&format!("\n[harness] {amiss}. They are not yours to take out or change."));
        }
        text.push_str(&comments::written(&decided.answer));
        if let Some(next) = self.next_feature()? {
            text.push('\n');
            text.push_str(&next);
        }
        Ok(Ran::done(text))
    }

    async fn write(&self, draft: &Draft, message: &str, signed: Option<Oid>) -> Result<CommitOutcome, EngineError> {
        let project = &self.project;
        let _ours = project.watcher.expect();
        let (tree, head) = (draft.tree.id.clone(), draft.head.clone());
        let (message, author) = (message.to_owned(), project.settings.author.clone());
        let commit = move |repo: &Repo| {
            let request = CommitRequest {
                tree: &tree,
                expected_parent: head.as_ref(),
                message: &message,
                author,
            };
            match &signed {
                Some(signed) => repo.commit_signed(request, signed),
                None => repo.commit(request),
            }
        };
        project.git(commit).await
    }

    /// What is committed is agreed: from here on its tests, what runs them, and the list are guarded.
    async fn protect(&self, commit: &Oid) -> Result<(), EngineError> {
        let project = &self.project;
        if self.facts.role == Role::Initializer {
            project.guard.initializing(false);
            project.guard.adopt_all()?;
        }
        let (commit, held) = (commit.clone(), commit.clone());
        let paths = project.git(move |repo| repo.paths_at(&commit)).await?;
        project.guard.agree_tests(paths)?;
        project.guard.settle()?;
        project.agree_verify().await?;
        project.hold(held).await
    }
}

/// What keeps a commit from being made that no agent can mend: why the approval came to nothing, and what the next round's gate says.
fn persons_to_mend(error: &GitError) -> Option<(String, String)> {
    match error {
        GitError::Sign { reason } => Some((
            format!("the commit could not be signed ({reason})"),
            format!(
                "approved, and not signed: {reason}. See that `git commit -S` works, then approve again; of git's settings those of the \
                 run's start count, so after a change of them leave, and run again"
            ),
        )),
        GitError::NoAuthor => Some((
            format!("the commit could not be made ({error})"),
            format!("approved, and not committed: {error}, then approve again"),
        )),
        _ => None,
    }
}

/// What the agent is told of a commit that is not made.
fn denied(decided: &Decided) -> Ran {
    let stops = if decided.answer.decision == GateDecision::RejectAndStop {
        " The run stops after this step."
    } else {
        ""
    };
    let written = comments::written(&decided.answer);
    let (who, next) = match (&decided.by, written.is_empty()) {
        (By::Human, true) => (
            "the human denied it and gave no reason",
            "do not commit the same again: look for what may be wrong with it, or ask the human",
        ),
        (By::Human, false) => ("the human denied it", "mend what is said here, then commit again"),
        _ => ("a check did not hold", "mend what is said here, then commit again"),
    };
    Ran::refused(format!(
        "Not committed: {who}. The files are as you left them; {next}.{stops}{written}"
    ))
}

/// Hunks that nobody saw, and hunks in all.
fn unseen(hunks: u32, decided: &Decided) -> (u32, u32) {
    let missed = decided
        .answer
        .seen
        .map_or(hunks, |seen| seen.hunks.saturating_sub(seen.hunks_seen));
    (missed.min(hunks), hunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{GateAnswer, GateId};

    #[test]
    fn a_denial_without_a_word_does_not_point_to_words() {
        let told = |by: By, reason: &str| {
            let answer = GateAnswer {
                gate: GateId(1),
                tree: None,
                decision: GateDecision::Reject,
                reason: reason.into(),
                message: None,
                comments: Vec::new(),
                seen: None,
            };
            denied(&Decided { by, answer }).outcome.shown
        };
        let silent = told(By::Human, " ");
        assert!(
            silent.contains("gave no reason") && !silent.contains("what is said here"),
            "{silent}"
        );
        let reasoned = told(By::Human, "too long");
        assert!(
            reasoned.contains("mend what is said here") && reasoned.ends_with("Reason: too long"),
            "{reasoned}"
        );
        assert!(told(By::Policy, "a test fails").contains("a check did not hold"));
    }
}
