//! `propose_change`: the agent's way to a change of a guarded file.
//!
//! Owns what may be proposed and what becomes of it. One tool for every guarded artifact, tests too. Invariant: the harness writes the
//! very bytes that a person was shown and approved, over the very bytes that they were compared with, and nothing otherwise.

use super::gates::{self, Decided, Policy};
use crate::engine::commit::weakened;
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::error::EngineError;
use crate::engine::proof::features;
use crate::harness::FeatureList;
use crate::harness::comments;
use crate::harness::prompt::Attendance;
use crate::protocol::event::{GateKind, GateOpened, Particulars};
use crate::protocol::{CallId, FeatureStatus, GateDecision};
use crate::tool::ProposedText;
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// Why nobody is asked.
const UNASKED: &str =
    "no person is asked at this level of autonomy, and whether a guarded file is wrong is not for a machine to judge";

/// What the agent asks for.
pub struct Proposal {
    /// The file, as it named it.
    pub path: String,
    /// Why.
    pub reason: String,
    /// What shall be changed.
    pub change: ProposedText,
}

/// A change that can be made.
struct Fitting {
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Dispatch {
    /// Asks the person about a change of a guarded file, and makes it.
    ///
    /// # Errors
    /// Fails if the log, the repository or the file cannot be written.
    pub(in crate::engine) async fn propose_change(
        &self,
        call: &CallId,
        proposal: Proposal,
        cancel: &CancellationToken,
    ) -> Result<Ran, EngineError> {
        let fitting = match self.fitting(&proposal) {
            Ok(fitting) => fitting,
            Err(told) => return Ok(Ran::failed(format!("Not proposed: {told}"))),
        };
        let opened = self.shown(call, &proposal, &fitting).await?;
        let project = &self.project;
        let settle = || {
            if project.questions.attendance() == Attendance::Unattended {
                project.gates.apply_policy(|other| other.gate == opened.gate);
            }
        };
        let policy = Policy::Reject(UNASKED.to_owned());
        let decided = gates::ask_and(project, &opened, policy, settle, cancel).await?;
        match decided.answer.decision {
            GateDecision::Approve => self.change(&fitting, &decided),
            GateDecision::Void => {
                gates::decide(project, &decided)?;
                Ok(Ran::cancelled())
            }
            GateDecision::Reject | GateDecision::RejectAndStop => {
                gates::decide(project, &decided)?;
                Ok(denied(&decided))
            }
        }
    }

    /// Says whether a proposal is about a guarded file and makes sense; the error is the rest of a sentence for the agent.
    fn fitting(&self, proposal: &Proposal) -> Result<Fitting, String> {
        let given = &proposal.path;
        let Some((path, before)) = self.project.guard.guarded_file(Path::new(given)) else {
            return Err(format!(
                "{given} is not a guarded file. Files that are not guarded are yours to edit; links and files that are gone are for the human."
            ));
        };
        let after = proposal
            .change
            .applied(&before)
            .map_err(|why| format!("the change does not fit {given}: {why}."))?;
        if path == self.project.list() {
            flags_stay(&self.project.list_name(), &before, &after)?;
        }
        Ok(Fitting { path, before, after })
    }

    /// Makes the gate's event; the file before and after is kept as two trees of the repository, for the diff.
    async fn shown(&self, call: &CallId, proposal: &Proposal, fitting: &Fitting) -> Result<GateOpened, EngineError> {
        let (path, before, after) = (fitting.path.clone(), fitting.before.clone(), fitting.after.clone());
        let (base, tree) = self
            .project
            .git(move |repo| Ok((repo.tree_of_one(&path, &before)?, repo.tree_of_one(&path, &after)?)))
            .await?;
        let path = fitting.path.display().to_string();
        let weaker = weakened::by_proposal(&path, &fitting.before, &fitting.after);
        Ok(GateOpened {
            gate: gates::next(&self.project),
            what: GateKind::Artifact,
            call: call.clone(),
            title: format!("change {path}"),
            body: proposal.reason.trim().to_owned(),
            tree: Some(tree),
            commit: None,
            particulars: Some(Box::new(Particulars::Artifact { path, base, weaker })),
        })
    }

    /// Writes what was approved, unless the file is no longer what it was compared with.
    fn change(&self, fitting: &Fitting, decided: &Decided) -> Result<Ran, EngineError> {
        let project = &self.project;
        let path = fitting.path.display();
        let now = project.guard.guarded_file(&fitting.path).map(|(_, bytes)| bytes);
        if now.as_ref() != Some(&fitting.before) {
            gates::void(project, decided, format!("{path} was changed while the proposal waited"))?;
            return Ok(Ran::failed(format!(
                "Not changed: {path} was changed from outside while the proposal waited. Read it again, then propose what is still needed."
            )));
        }
        gates::decide(project, decided)?;
        let _ours = project.watcher.expect();
        project.guard.hand_over(&fitting.path, &fitting.after)?;
        if fitting.path == project.list() {
            features::load(project)?;
        }
        Ok(Ran::done(format!(
            "The human approved: {path} is changed as proposed, and guarded as it is now. Commit it with your work.{}",
            comments::written(&decided.answer)
        )))
    }
}

/// The list's words may be proposed; its flags change only on evidence.
fn flags_stay(list: &str, before: &[u8], after: &[u8]) -> Result<(), String> {
    let parse = |bytes: &[u8]| FeatureList::parse(list, bytes.to_vec());
    let after = parse(after).map_err(|error| format!("{list} could not be read afterwards: {error}."))?;
    let Ok(before) = parse(before) else { return Ok(()) };
    let was = |id| {
        before
            .features()
            .iter()
            .find(|feature| feature.id == id)
            .map(|feature| feature.status)
    };
    let flips = after.features().iter().find(|feature| {
        let from = was(feature.id.clone()).unwrap_or(FeatureStatus::Failing);
        feature.status != from
    });
    flips.map_or(Ok(()), |feature| {
        Err(format!(
            "it would set the pass flag of {}. Flags change by `feature_passed` and `feature_failed` alone.",
            feature.id
        ))
    })
}

fn denied(decided: &Decided) -> Ran {
    let stops = if decided.answer.decision == GateDecision::RejectAndStop {
        " The run stops after this step."
    } else {
        ""
    };
    let who = match decided.by {
        gates::By::Human => "the human denied it",
        _ => "nobody decides on it now",
    };
    Ran::refused(format!(
        "Not changed: {who}. Take the file as it stands; say in a progress note what you hold to be wrong with it.{stops}{}",
        comments::written(&decided.answer)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(passes: &str, words: &str) -> Vec<u8> {
        format!(r#"[{{"id": "F1", "description": "{words}", "steps": [], "passes": {passes}}}]"#).into_bytes()
    }

    #[test]
    fn words_of_the_list_may_be_proposed_and_flags_may_not() {
        assert_eq!(flags_stay("l", &list("false", "a"), &list("false", "b")), Ok(()));
        let flipped = flags_stay("l", &list("false", "a"), &list("true", "a")).unwrap_err();
        assert!(flipped.contains("pass flag of F1"), "{flipped}");
        assert!(flags_stay("l", &list("true", "a"), &list("false", "a")).is_err());
        assert!(
            flags_stay("l", b"[]", &list("true", "new")).is_err(),
            "a new feature that passes"
        );
        assert_eq!(flags_stay("l", b"[]", &list("false", "new")), Ok(()));
        assert!(
            flags_stay("l", &list("false", "a"), b"[oops")
                .unwrap_err()
                .contains("could not be read")
        );
    }
}
