//! "All done", "F3 works": what an agent that says so is answered while the list says otherwise.
//!
//! Owns the answer: what is left, and how the tests stand on the files as they are. Does not own what counts as saying so
//! (`harness::audit`), nor whether a run ends as done (`victory`). Invariant: what is told of the tests was seen by the harness on these
//! very files.

use crate::engine::context::dispatch::Dispatch;
use crate::engine::context::effect::Input;
use crate::engine::error::EngineError;
use crate::engine::person::steer;
use crate::engine::project::Project;
use crate::engine::proof::testing::{self, Tested};
use crate::harness::audit;
use crate::protocol::{Command, FeatureStatus, Role, TestPurpose};
use crate::session::state::FeatureRow;
use std::collections::VecDeque;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Features named where some are left; more would only fill the window.
pub(in crate::engine) const NAMED: usize = 12;

/// Says which features are left, for an agent that stops; `None` if there is none.
#[must_use]
pub fn left(project: &Project) -> Option<String> {
    project.journal.with_state(|state| {
        let open = |row: &&FeatureRow| row.feature.status != FeatureStatus::Passing;
        let (all, open): (usize, Vec<&FeatureRow>) = (state.features.rows.len(), state.features.rows.iter().filter(open).collect());
        if open.is_empty() {
            return None;
        }
        let mut text = format!("{} of {all} features do not pass:", open.len());
        for row in open.iter().take(NAMED) {
            text.push_str(&format!("\n- {} {}", row.feature.id, row.feature.description));
        }
        if open.len() > NAMED {
            text.push_str(&format!("\n- and {} more", open.len() - NAMED));
        }
        Some(text)
    })
}

/// Answers an agent that stops without ending its session, whatever it says of its work: the features that are left, and how the
/// tests stand on the files as they are, which are run for it unless they were on exactly these. Commands are taken meanwhile; what
/// they ask of the conversation comes with the answer.
///
/// # Errors
/// Fails if git, the log or the tests' command fails.
pub async fn answer_stop(
    dispatch: &Dispatch,
    commands: &mut mpsc::Receiver<Command>,
    cancel: &CancellationToken,
) -> Result<(String, Vec<Input>), EngineError> {
    let project = &dispatch.project;
    if dispatch.facts.role != Role::Coding {
        return Ok((project.prompts.reminder_end(), Vec::new()));
    }
    let (mut early, mut inputs) = (VecDeque::new(), Vec::new());
    let standing = steer::attend(project, commands, &mut early, standing(project, cancel)).await?;
    let told = project.prompts.reminder_end() + &standing;
    for command in early {
        inputs.extend(dispatch.obey(command).await?);
    }
    Ok((told, inputs))
}

/// Answers closing words that call done what does not pass, a feature or the whole, the first time in a session. `None` if they claim
/// no such thing, or were answered.
///
/// # Errors
/// Fails if git, the log or the tests' command fails.
pub async fn answer_end(dispatch: &Dispatch, summary: &str, cancel: &CancellationToken) -> Result<Option<String>, EngineError> {
    let (project, facts) = (&dispatch.project, &dispatch.facts);
    if facts.role != Role::Coding || facts.has_answered_claim() {
        return Ok(None);
    }
    let claimed = project
        .journal
        .with_state(|state| audit::overclaimed(summary, state, facts.number));
    let Some(claimed) = claimed else { return Ok(None) };
    let standing = standing(project, cancel).await?;
    // Whoever cut it off has not heard it.
    if !cancel.is_cancelled() {
        facts.answered_claim();
    }
    Ok(Some(format!(
        "The summary {claimed}.{standing}\nGo on with what is left, or call `end_session` again with a summary that says what is done and \
         what is left."
    )))
}

/// How the tests stand on the files as they are, and what is left; each begins a line.
async fn standing(project: &Project, cancel: &CancellationToken) -> Result<String, EngineError> {
    let mut told = String::new();
    let tree = project.tree().await?;
    let known = project.journal.with_state(|state| {
        let run = state.tests.latest.as_ref().map(|(_, _, run)| run);
        run.filter(|run| run.is_whole() && run.tree.as_ref() == Some(&tree))
            .map(testing::summary)
    });
    let tests = match known {
        Some(known) => Some(known),
        None => match testing::run(project, TestPurpose::Final, Some(tree), cancel).await? {
            Tested::Ran(run) => Some(testing::summary(&run)),
            Tested::NoCommand | Tested::Cancelled | Tested::Disturbed(_) => None,
        },
    };
    if let Some(tests) = tests {
        told.push_str(&format!("\nVerified on the files as they are: {tests}."));
    }
    if let Some(left) = left(project) {
        told.push('\n');
        told.push_str(&left);
    }
    Ok(told)
}
