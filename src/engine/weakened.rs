//! What a change does to tests, told at its gate, and whether tests prove anything. Whether that is right is for a person to judge.
//!
//! Owns reading the files of a change from the repository and wording the findings. Invariant: what cannot be compared, such as a
//! test file that is too long to read, is left to the diff and gives no finding.

use super::dispatch::Dispatch;
use super::error::EngineError;
use super::project::Project;
use crate::guard::command;
use crate::guard::weaken::{Changed, Kind, Weakening, reads, vacuous, weakened};
use crate::guard::{Around, Arrival, may_take_over, takes_over};
use crate::protocol::{Feature, FileDiff, Oid, TestRun};
use crate::verify;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Findings that are told one by one before the rest is only counted.
const TOLD: usize = 8;

/// Test files read to find those of one feature.
const MOST_READ: usize = 400;

/// A file before and after.
struct File {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

/// Compares the tests of a commit in the making, and what decides how they are run, with those of the commit it stands on.
///
/// # Errors
/// Fails if the repository cannot be read.
pub async fn by_commit(
    project: &Project,
    head: Option<&Oid>,
    tree: &Oid,
    changes: &[FileDiff],
) -> Result<Vec<String>, EngineError> {
    let looked_at = |path: &str| reads(path) || may_take_over(path);
    let touched: Vec<(String, String)> = changes
        .iter()
        .filter(|file| looked_at(&file.path) || file.old_path.as_deref().is_some_and(looked_at))
        .map(|file| (file.old_path.clone().unwrap_or_else(|| file.path.clone()), file.path.clone()))
        .collect();
    // Without a commit to stand on there is nothing that could be weaker.
    let (Some(head), false) = (head.cloned(), touched.is_empty()) else {
        return Ok(Vec::new());
    };
    let tree = tree.clone();
    let (files, held, now) = project
        .git(move |repo| {
            let held: BTreeSet<String> = repo.paths_at(&head)?.into_iter().collect();
            let now: BTreeSet<String> = repo.paths_at(&tree)?.into_iter().collect();
            let mut files = Vec::new();
            for (old, path) in touched {
                let before = text(repo.read_at(&head, old)?);
                let after = text(repo.read_at(&tree, &path)?);
                files.push(File { path, before, after });
            }
            Ok((files, held, now))
        })
        .await?;
    let around = Around { held: &held, now: &now };
    let mut all = told(&weakened(&files.iter().map(File::changed).collect::<Vec<_>>()));
    all.extend(files.iter().filter_map(|file| {
        let arrival = Arrival {
            path: &file.path,
            // A file that was renamed is new where it is now.
            before: held.contains(&file.path).then(|| file.before.as_deref().unwrap_or_default()),
            // What is no text is judged by its name.
            after: file.after.as_deref().unwrap_or_default(),
        };
        now.contains(&file.path).then(|| takes_over(&arrival, &around)).flatten()
    }));
    Ok(all)
}

/// Says of a verify command that it does nothing but say that all is well. How it ends is another matter: its results are read.
#[must_use]
pub fn hollow(command: &str) -> Option<String> {
    let mut all = vacuous("verify.sh", command).into_iter();
    let found = all.find(|found| found.kind != Kind::Swallowed)?;
    Some(found.how)
}

impl Dispatch {
    /// Says why tests that pass prove nothing of a feature: they, or those beside them, became weaker since the last commit, or they
    /// hold whatever the program does. The words are for the agent.
    ///
    /// # Errors
    /// Fails if the repository cannot be read.
    pub(super) async fn unsound(
        &self,
        feature: &Feature,
        run: Option<&TestRun>,
        tree: Option<&Oid>,
    ) -> Result<Option<String>, EngineError> {
        let (Some(run), Some(tree)) = (run, tree) else {
            return Ok(None);
        };
        let project = &self.project;
        let (now, held) = (tree.clone(), tree.clone());
        let (head, changes) = project
            .git(move |repo| {
                let head = repo.head()?;
                let changes = repo.changes(head.as_ref(), &now)?;
                Ok((head, changes))
            })
            .await?;
        let weaker = by_commit(project, head.as_ref(), tree, &changes).await?;
        if !weaker.is_empty() {
            return Ok(Some(format!(
                "Not flipped: a run with tests that became weaker proves nothing: {}. Put back what was; or, where a change is right, \
                 commit it first, so that a person can judge it, and claim once one has.",
                weaker.join("; ")
            )));
        }
        if let Some((commit, weaker)) = self.unjudged(tree).await? {
            return Ok(Some(format!(
                "Not flipped: commit {} made tests weaker, or has them run otherwise, and no person has looked at it yet: {}. Put back what \
                 was; or go on with something else until one has.",
                commit.short(),
                weaker.join("; ")
            )));
        }
        let (feature, cases) = (feature.clone(), own_names(feature, run));
        let guard = std::sync::Arc::clone(&project.guard);
        // What runs the tests may say anything of them.
        let runs: Vec<PathBuf> = command::named(&run.command);
        let hollow = project
            .git(move |repo| {
                let paths = repo.paths_at(&held)?;
                let named = |path: &str| {
                    let path_of = |entry: &String| entry.contains(path) || path.ends_with(entry.trim());
                    feature.tests.iter().any(path_of)
                        || runs
                            .iter()
                            .any(|run| Path::new(path) == run || Path::new(".").join(path) == *run)
                };
                let files = paths
                    .into_iter()
                    .filter(|path| reads(path) && (named(path) || guard.is_test(Path::new(path))))
                    .take(MOST_READ);
                let mut hollow = Vec::new();
                for path in files {
                    let Some(text) = text(repo.read_at(&held, &path)?) else {
                        continue;
                    };
                    let all = named(&path);
                    let own = |found: &Weakening| all || cases.iter().any(|case| case.contains(found.leaf()));
                    hollow.extend(vacuous(&path, &text).into_iter().filter(own));
                }
                Ok(hollow)
            })
            .await?;
        Ok(hollow.first().map(|found| {
            format!(
                "Not flipped: a test of this feature proves nothing: {found}. Let it check what the feature says, then claim again."
            )
        }))
    }
}

impl Dispatch {
    /// Finds a commit that nobody has looked at and that still has tests weaker on `tree` than they were before it.
    async fn unjudged(&self, tree: &Oid) -> Result<Option<(Oid, Vec<String>)>, EngineError> {
        let project = &self.project;
        let owed: Vec<(Oid, Option<Oid>)> = project.journal.with_state(|state| {
            let unseen = |commit: &Oid| state.debts.iter().any(|debt| debt.unseen > 0 && debt.commit == *commit);
            let commits = state.commits.iter().map(|commit| &commit.made);
            let owed = commits.filter(|made| !made.weaker.is_empty() && unseen(&made.commit));
            owed.map(|made| (made.commit.clone(), made.parent.clone())).collect()
        });
        for (commit, parent) in owed {
            let (then, since, now) = (commit.clone(), parent.clone(), tree.clone());
            let changes = project
                .git(move |repo| {
                    let touched = repo.changes(since.as_ref(), &then)?;
                    let mut changes = repo.changes(since.as_ref(), &now)?;
                    changes.retain(|file| touched.iter().any(|other| other.path == file.path));
                    Ok(changes)
                })
                .await?;
            let weaker = by_commit(project, parent.as_ref(), tree, &changes).await?;
            if !weaker.is_empty() {
                return Ok(Some((commit, weaker)));
            }
        }
        Ok(None)
    }
}

/// Names of the feature's own results.
fn own_names(feature: &Feature, run: &TestRun) -> Vec<String> {
    verify::own_tests(feature, run)
        .into_iter()
        .map(|case| case.name.clone())
        .collect()
}

fn text(bytes: Option<Vec<u8>>) -> Option<String> {
    bytes.and_then(|bytes| String::from_utf8(bytes).ok())
}

impl File {
    fn changed(&self) -> Changed<'_> {
        Changed {
            path: &self.path,
            before: self.before.as_deref(),
            after: self.after.as_deref(),
        }
    }
}

/// Compares the tests of one file with what they would be.
#[must_use]
pub fn by_proposal(path: &str, before: &[u8], after: &[u8]) -> Vec<String> {
    told(&weakened(&[Changed {
        path,
        before: std::str::from_utf8(before).ok(),
        after: std::str::from_utf8(after).ok(),
    }]))
}

fn told(all: &[Weakening]) -> Vec<String> {
    let mut told: Vec<String> = all.iter().take(TOLD).map(|one| format!("weaker test: {one}")).collect();
    if all.len() > TOLD {
        told.push(format!("and {} more tests are weaker than they were", all.len() - TOLD));
    }
    told
}
