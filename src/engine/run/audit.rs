//! Gathers what the audit of a session is answered from, and decides what its findings hold up.
//!
//! Owns the facts. Does not own the questions ([`crate::harness::audit`]). Invariant: a fact that cannot be had leaves its question out;
//! no audit keeps a session from being closed.

use super::facts::SessionFacts;
use crate::engine::commit::beyond;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::engine::proof::features;
use crate::git::{GitError, Repo};
use crate::harness::audit::{Changed, Finding, OfCommit, Worked, audit, holds_up, named_files};
use crate::harness::prompt::Attendance;
use crate::harness::{FeatureList, NOTES, notes};
use crate::protocol::event::{RunEnded, RunOutcome, RunPaused};
use crate::protocol::{Feature, Oid, SessionNo};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Changed files of a session that are read.
const MOST_READ: usize = 1000;

/// Commits of a session that are looked at one by one.
const MOST_COMMITS: usize = 50;

/// What the session's commits made of the repository, as far as it can be told.
struct Made {
    /// The list as it was when the session began.
    before: Option<Vec<Feature>>,
    changes: Vec<Changed>,
    commits: Vec<OfCommit>,
}

/// Answers the questions of the audit for a session whose files are as it leaves them. `summary` are the agent's closing words.
///
/// # Errors
/// The task that reads the repository failed.
pub async fn checks(
    project: &Project,
    facts: &SessionFacts,
    dirty: &[String],
    summary: Option<&str>,
) -> Result<Vec<Finding>, EngineError> {
    let number = facts.number;
    let begun = project
        .journal
        .with_state(|state| state.session(number).and_then(|session| session.head.clone()));
    let made = made(project, begun, number).await?;
    let now = features::read(project).ok().flatten().map(|list| list.features().to_vec());
    let beyond = beyond::since_start(project, number).await?;
    let has_tests = project.verify_command().is_some();
    let noted = noted(project, number).await?;
    Ok(project.journal.with_state(|state| {
        audit(&Worked {
            state,
            session: number,
            oriented: facts.oriented(),
            has_tests,
            features: project.settings.features_per_session,
            breaches: facts.breaches(),
            dirty,
            summary,
            noted: noted.as_deref(),
            beyond: &beyond,
            lists: made.before.zip(now),
            changes: &made.changes,
            commits: &made.commits,
        })
    }))
}

/// What came into the file of progress notes since the session began, whoever wrote it.
async fn noted(project: &Project, session: SessionNo) -> Result<Option<String>, EngineError> {
    let Some(begun) = project.tree_at_start(session) else {
        return Ok(None);
    };
    let before = match project.git(move |repo| repo.read_at(&begun, NOTES)).await {
        Ok(before) => before,
        Err(EngineError::Git(error)) => {
            tracing::warn!(%error, "the audit could not read the notes that the session found");
            return Ok(None);
        }
        Err(other) => return Err(other),
    };
    let before = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
    let now = notes::read(&project.workspace).ok().flatten().unwrap_or_default();
    Ok(Some(notes::came(&before, &now)))
}

async fn made(project: &Project, begun: Option<Oid>, session: SessionNo) -> Result<Made, EngineError> {
    let list: PathBuf = project.list().to_owned();
    let name = project.list_name();
    let own: Vec<(Option<Oid>, Oid, String)> = project.journal.with_state(|state| {
        let own = state
            .commits
            .iter()
            .filter(|commit| commit.session == session)
            .map(|commit| &commit.made);
        own.take(MOST_COMMITS)
            .map(|made| (made.parent.clone(), made.commit.clone(), made.message.clone()))
            .collect()
    });
    let workspace = project.workspace.clone();
    let told = project.git(move |repo| {
        let Some(begun) = begun else { return Ok(None) };
        let bytes = repo.read_at(&begun, &list)?;
        let before = bytes.and_then(|bytes| FeatureList::parse(&name, bytes).ok());
        let head = repo.head()?.filter(|head| *head != begun);
        let all = match &head {
            Some(head) => changes(repo, Some(&begun), head)?,
            None => Vec::new(),
        };
        let read = |(parent, commit, message): &(Option<Oid>, Oid, String)| {
            let mut paths: BTreeSet<String> = repo.paths_at(commit)?.into_iter().collect();
            for before in parent.iter().chain([&begun]) {
                paths.extend(repo.paths_at(before)?);
            }
            paths.extend(named_files(message).into_iter().filter(|path| workspace.join(path).exists()));
            Ok::<_, GitError>(OfCommit {
                commit: commit.clone(),
                changes: changes(repo, parent.as_ref(), commit)?,
                paths,
            })
        };
        // One that is gone from the repository is left out.
        let commits: Vec<OfCommit> = own.iter().filter_map(|one| read(one).ok()).collect();
        Ok(Some((before.map(|list| list.features().to_vec()), all, commits)))
    });
    match told.await {
        Ok(Some((before, mut changes, mut commits))) => {
            for file in changes
                .iter_mut()
                .chain(commits.iter_mut().flat_map(|commit| &mut commit.changes))
            {
                file.is_test = project.guard.is_test(Path::new(&file.path));
            }
            Ok(Made {
                before,
                changes,
                commits,
            })
        }
        Ok(None) => Ok(Made {
            before: None,
            changes: Vec::new(),
            commits: Vec::new(),
        }),
        Err(EngineError::Git(error)) => {
            tracing::warn!(%error, "the audit could not read what the session committed");
            Ok(Made {
                before: None,
                changes: Vec::new(),
                commits: Vec::new(),
            })
        }
        Err(other) => Err(other),
    }
}

/// What changed from one tree to another, as far as it is text.
fn changes(repo: &Repo, from: Option<&Oid>, to: &Oid) -> Result<Vec<Changed>, GitError> {
    let text = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let mut changes = Vec::new();
    for file in repo.changes(from, to)?.into_iter().take(MOST_READ) {
        let old = file.old_path.as_ref().unwrap_or(&file.path);
        let before = from.map(|from| repo.read_at(from, old)).transpose()?.flatten();
        let after = text(repo.read_at(to, &file.path)?).unwrap_or_default();
        changes.push(Changed {
            path: file.path,
            before: text(before),
            after,
            is_test: false,
        });
    }
    Ok(changes)
}

/// Holds the run where findings shall be looked at before the next session: until a person lets it go on, or, where nobody is, for
/// good. Returns how the run ends then.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn hold(project: &Project) -> Result<Option<RunEnded>, EngineError> {
    if !project.settings.audit_holds {
        return Ok(None);
    }
    let found = project.journal.with_state(|state| {
        let session = state.current()?;
        let (_, ended) = session.ended.as_ref()?;
        let found: Vec<String> = ended
            .checks
            .iter()
            .filter(|(what, holds)| holds_up(what, *holds))
            .map(|(what, _)| what.clone())
            .collect();
        (!found.is_empty()).then_some((session.number, found))
    });
    let Some((session, found)) = found else { return Ok(None) };
    let because = format!("the audit of session {} found: {}", session.0, found.join("; "));
    if project.questions.attendance() == Attendance::Attended {
        project.record(RunPaused { because: Some(because) })?;
        return Ok(None);
    }
    let reason = format!("{because}; look at it, then run again to go on, or set audit_holds = false");
    Ok(Some(RunEnded {
        outcome: RunOutcome::Limit,
        reason,
    }))
}
