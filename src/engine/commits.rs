//! Commits: the only place that makes them. Snapshot, test exactly that tree, gate, commit that tree.

use super::dispatch::{Dispatch, Ran};
use super::error::EngineError;
use super::{gates, testing};
use crate::git::{CommitRequest, Repo, Tree};
use crate::protocol::event::CommitMade;
use crate::protocol::{CallId, GateDecision, Oid, Role, TestPurpose, TestRun, TestTotals};
use tokio_util::sync::CancellationToken;

impl Dispatch {
    /// The `commit` tool.
    pub(super) async fn commit(&self, call: &CallId, message: String, cancel: &CancellationToken) -> Result<Ran, EngineError> {
        let project = &self.project;
        let Tree { id: tree, left_out } = project.snapshot().await?;
        let (head, dirty) = project.git(|repo| Ok((repo.head()?, repo.dirty()?))).await?;
        if dirty.is_empty() {
            return Ok(Ran::failed(
                "Nothing to commit: the working tree is the same as the last commit.",
            ));
        }

        let tested = testing::run(project, TestPurpose::Commit, Some(tree.clone()), cancel).await?;
        let run = match tested.verdict() {
            Ok(run) => run,
            Err(cancelled) => return Ok(cancelled),
        };
        let before = self.facts.baseline();
        if let (Some(before), Some(after)) = (&before, &run) {
            let broken = testing::broken(before, after);
            if !broken.is_empty() {
                return Ok(Ran::failed(format!(
                    "Not committed: {} passed before and no longer does. {}. Mend it, then commit again.\n{}",
                    broken.join(", "),
                    testing::summary(after),
                    after.output.text
                )));
            }
        }

        let (decision, reason) = gates::commit(project, call, &message, &tree)?;
        if decision != GateDecision::Approve {
            return Ok(Ran::failed(format!("Not committed: {reason}")));
        }
        let made = {
            let _ours = project.watcher.expect();
            let (tree, message, author) = (tree.clone(), message.clone(), project.settings.author.clone());
            let commit = move |repo: &Repo| {
                repo.commit(CommitRequest {
                    tree: &tree,
                    expected_parent: head.as_ref(),
                    message: &message,
                    author,
                })
            };
            match project.git(commit).await {
                Ok(made) => made,
                // A branch that moved meanwhile, an unfinished merge, an empty message: the agent is told and can act on it.
                Err(EngineError::Git(error)) => return Ok(Ran::failed(format!("Not committed: {error}"))),
                Err(other) => return Err(other),
            }
        };
        project.record(CommitMade {
            commit: made.commit.clone(),
            tree,
            parent: made.parent.clone(),
            message,
            feature: self.facts.feature(),
            files: made.files,
            added: made.added,
            removed: made.removed,
            tests_before: before.as_ref().and_then(totals),
            tests_after: run.as_ref().and_then(totals),
            unseen: None,
        })?;
        self.protect(&made.commit).await?;
        let tests = run
            .as_ref()
            .map_or_else(|| "no verify command is declared".to_owned(), testing::summary);
        self.facts.committed(run);
        let mut text = format!(
            "Committed {}: {} files, +{} -{}. {tests}.",
            made.commit.short(),
            made.files,
            made.added,
            made.removed
        );
        for left in left_out {
            text.push_str(&format!("\nNot in the commit: {}, which {}.", left.path, left.reason));
        }
        if let Some(next) = self.next_feature()? {
            text.push('\n');
            text.push_str(&next);
        }
        Ok(Ran::done(text))
    }

    /// What is committed is agreed: from here on its tests, what runs them, and the list are guarded.
    async fn protect(&self, commit: &Oid) -> Result<(), EngineError> {
        let project = &self.project;
        if self.facts.role == Role::Initializer {
            project.guard.initializing(false);
            project.guard.adopt_all()?;
        }
        let commit = commit.clone();
        let paths = project.git(move |repo| repo.paths_at(&commit)).await?;
        project.guard.agree_tests(paths)?;
        project.agree_verify().await?;
        Ok(())
    }
}

/// Counts, where the run named any tests.
fn totals(run: &TestRun) -> Option<TestTotals> {
    (!run.cases.is_empty()).then(|| run.totals())
}
