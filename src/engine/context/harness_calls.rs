//! The harness's own tools: what the agent may ask of the harness, and what the harness insists on first.

use super::dispatch::{Dispatch, Ran};
use crate::engine::commit::{beyond, earlier, index, weakened};
use crate::engine::error::EngineError;
use crate::engine::person::propose::Proposal;
use crate::engine::proof::beside;
use crate::engine::proof::features::{self, Flip};
use crate::engine::proof::testing::{self, Tested};
use crate::engine::run::claimed;
use crate::harness;
use crate::harness::notes::Note;
use crate::protocol::event::{FlipBy, NoteAdded, VerifyDeclared};
use crate::protocol::{CallId, Feature, FeatureId, FeatureStatus, Role, TestPurpose};
use crate::tool::{HarnessCall, Waits};
use crate::verify;
use tokio_util::sync::CancellationToken;

impl Dispatch {
    pub(in crate::engine) async fn harness_call(
        &self,
        call: &CallId,
        asked: HarnessCall,
        cancel: &CancellationToken,
    ) -> Result<Ran, EngineError> {
        match asked {
            HarnessCall::Commit { message } => self.commit(call, message, cancel).await,
            HarnessCall::RunTests { tests, waits } => self.run_tests(tests, waits, cancel).await,
            HarnessCall::RecordCheck { id, check } => self.record_check(call, &id, check, cancel).await,
            HarnessCall::FeaturePassed { id, evidence } => self.feature_passed(id, evidence, cancel).await,
            HarnessCall::FeatureFailed { id, reason } => self.feature_failed(&id, reason),
            HarnessCall::ProgressNote { text } => self.progress_note(&text),
            HarnessCall::AskHuman {
                question,
                choices,
                default,
            } => self.ask_human(question, choices, default, cancel).await,
            HarnessCall::EndSession { summary } => self.end_session(summary, cancel).await,
            HarnessCall::DeclareVerify { command } => self.declare_verify(command, cancel).await,
            HarnessCall::ProposeChange { path, reason, change } => {
                let proposal = Proposal { path, reason, change };
                self.propose_change(call, proposal, cancel).await
            }
        }
    }

    async fn feature_passed(&self, id: FeatureId, claim: String, cancel: &CancellationToken) -> Result<Ran, EngineError> {
        let feature = match self.own_feature(&id) {
            Ok(feature) if feature.status == FeatureStatus::Passing => {
                return Ok(Ran::failed(format!(
                    "{id} passes already. Commit, or go on with the next feature."
                )));
            }
            Ok(feature) => feature,
            Err(told) => return Ok(Ran::failed(told)),
        };
        let evidence = match self.evidence(&feature, cancel).await? {
            Ok(evidence) => evidence,
            Err(told) => return Ok(told),
        };
        let told = format!(
            "{id} passes now ({}). Write what the next session must know with progress_note, then commit.",
            evidence.summary
        );
        features::flip(
            &self.project,
            Flip {
                feature: id.clone(),
                passes: true,
                by: FlipBy::Agent,
                evidence: Some(evidence),
                reason: claim,
            },
        )?;
        self.facts.passed(id);
        Ok(Ran::done(told))
    }

    fn feature_failed(&self, id: &FeatureId, reason: String) -> Result<Ran, EngineError> {
        let Some(feature) = self
            .project
            .journal
            .with_state(|state| state.features.get(id).map(|row| row.feature.clone()))
        else {
            return Ok(Ran::failed(self.unknown_feature(id)));
        };
        if feature.status == FeatureStatus::Failing {
            return Ok(Ran::failed(format!("{id} is marked as failing already.")));
        }
        features::flip(
            &self.project,
            Flip {
                feature: id.clone(),
                passes: false,
                by: FlipBy::Agent,
                evidence: None,
                reason,
            },
        )?;
        Ok(Ran::done(format!(
            "{id} is marked as failing. A feature that broke comes before any new one."
        )))
    }

    fn progress_note(&self, text: &str) -> Result<Ran, EngineError> {
        let _ours = self.project.watcher.expect();
        let feature = self.facts.feature();
        let (session, role, time) = (self.facts.number, self.facts.role, jiff::Timestamp::now());
        let note = Note {
            session,
            role,
            feature: feature.as_ref(),
            time,
            text,
        };
        if let Err(error) = harness::notes::append(&self.project.workspace, &note) {
            return Ok(Ran::failed(error.to_string()));
        }
        self.project.record(NoteAdded { text: text.to_owned() })?;
        self.facts.noted();
        Ok(Ran::done("Noted. The next session reads it."))
    }

    async fn end_session(&self, summary: String, cancel: &CancellationToken) -> Result<Ran, EngineError> {
        if self.facts.role == Role::Initializer
            && let Some(missing) = self.initializer_owes().await?
        {
            return Ok(Ran::failed(missing));
        }
        let files = earlier::part(&self.project, self.project.snapshot().await?).await?;
        let dirty = match index::settle_if_all_is_in(&self.project, &files.tree).await? {
            true => Vec::new(),
            false => {
                files
                    .owed(&self.project, self.project.git(|repo| repo.dirty()).await?)
                    .await?
            }
        };
        let mut owed = Vec::new();
        if !dirty.is_empty() {
            owed.push(self.project.prompts.reminder_dirty(&dirty));
        }
        owed.extend(beyond::reminder(
            &beyond::since_start(&self.project, self.facts.number).await?,
        ));
        if !self.facts.has_notes() {
            owed.push(self.project.prompts.reminder_notes());
        }
        // Whatever the summary says of it.
        let left = claimed::left(&self.project).filter(|_| self.facts.role == Role::Coding);
        let is_owed = !owed.is_empty() && self.facts.remind_once();
        if let Some(answer) = claimed::answer_end(self, &summary, cancel).await? {
            if cancel.is_cancelled() {
                return Ok(Ran::cancelled());
            }
            owed.retain(|_| is_owed);
            owed.push(answer);
            return Ok(Ran::failed(format!("Not yet.\n{}", owed.join("\n"))));
        }
        if is_owed {
            owed.extend(left);
            return Ok(Ran::failed(format!("Not yet.\n{}", owed.join("\n"))));
        }
        let left = left.map_or_else(String::new, |left| format!(" {left}"));
        let mut ran = Ran::done(format!("The session ends here.{left}"));
        ran.ends = Some(summary);
        Ok(ran)
    }

    async fn run_tests(&self, tests: Vec<String>, waits: Waits, cancel: &CancellationToken) -> Result<Ran, EngineError> {
        if waits == Waits::Nobody {
            return Ok(match beside::begin(&self.project, self.facts.number, tests) {
                Ok(number) => Ran::done(format!(
                    "Test run {number} goes on in the background; its result comes with a later message. It counts for nothing if files \
                     change meanwhile, and it is stopped when the session ends."
                )),
                Err(told) => Ran::failed(told),
            });
        }
        let order = match beside::order(&self.project, TestPurpose::Agent, tests) {
            Ok(order) => order,
            Err(told) => return Ok(Ran::failed(told)),
        };
        let Some(_turn) = testing::turn(&self.project, cancel).await else {
            return Ok(Ran::cancelled());
        };
        let tree = self.project.tree().await?;
        let tested = testing::make(&self.project, order.on(tree), cancel).await?;
        Ok(match self.verdict(tested) {
            Ok(Some(run)) => Ran::done(testing::told(&run)),
            Ok(None) => Ran::failed("Not run: no command is known that runs the tests."),
            Err(ran) => ran,
        })
    }

    async fn declare_verify(&self, command: String, cancel: &CancellationToken) -> Result<Ran, EngineError> {
        if let Some(configured) = &self.project.settings.verify.command {
            return Ok(Ran::failed(format!("The user has configured `{configured}`; that stays.")));
        }
        if self.facts.role != Role::Initializer {
            return Ok(Ran::failed(
                "Only the initializer declares the verify command. Tell the human if it must change.",
            ));
        }
        if let Some(hollow) = weakened::hollow(&command) {
            return Ok(Ran::failed(format!(
                "Not declared: the command {hollow}, so it would pass whatever the program does. Name the command that runs the tests."
            )));
        }
        self.project.record(VerifyDeclared {
            command,
            reason: String::new(),
        })?;
        self.project.agree_verify().await?;
        let told = match testing::run(&self.project, TestPurpose::Declared, None, cancel).await? {
            Tested::Ran(run) => {
                let unnamed = verify::how_to_name(&run, &self.project.workspace).map(|how| {
                    format!(
                        "\nWarning: that run told no tests by name, and a feature is proven only by tests that are told by name. Declare a \
                         command that does. {how}."
                    )
                });
                format!(
                    " It was run once: {}{}\n{}",
                    testing::summary(&run),
                    unnamed.unwrap_or_default(),
                    run.output.text
                )
            }
            Tested::NoCommand | Tested::Cancelled | Tested::Disturbed(_) => String::new(),
        };
        Ok(Ran::done(format!(
            "Declared. Once committed, files that the command names are guarded as tests are.{told}"
        )))
    }

    /// After a feature passed and was committed: the next one, or the end of what one session does. `None` if the present one still is to do.
    pub(in crate::engine) fn next_feature(&self) -> Result<Option<String>, EngineError> {
        if self.facts.role != Role::Coding || !self.facts.is_feature_done() {
            return Ok(None);
        }
        let Some((next, reason)) = features::next(&self.project) else {
            let skipped = self.project.journal.with_state(|state| !state.features.skipped.is_empty());
            let left = if skipped { " that is not left out" } else { "" };
            return Ok(Some(format!(
                "Every feature{left} passes. If the progress note is written and committed, call end_session."
            )));
        };
        let quota = self.project.settings.features_per_session;
        if self.facts.done() >= quota {
            let told = "This session has done its share. If the progress note is written and committed, call end_session: a fresh session goes on.";
            return Ok(Some(told.to_owned()));
        }
        features::take_up(&self.project, &self.facts, next.id.clone(), reason)?;
        Ok(Some(format!(
            "Next feature of this session: {} {}",
            next.id, next.description
        )))
    }

    /// Finds a feature that this session may flip to passing: the one it works on.
    pub(in crate::engine) fn own_feature(&self, id: &FeatureId) -> Result<Feature, String> {
        let Some(feature) = self
            .project
            .journal
            .with_state(|state| state.features.get(id).map(|row| row.feature.clone()))
        else {
            return Err(self.unknown_feature(id));
        };
        match self.facts.feature() {
            Some(own) if &own == id => Ok(feature),
            Some(own) => Err(format!(
                "This session works on {own}. {id} will have its turn; one feature at a time."
            )),
            None => Err("This session works on no feature: features are for the coding sessions.".to_owned()),
        }
    }

    fn unknown_feature(&self, id: &FeatureId) -> String {
        let known = self.project.journal.with_state(|state| {
            state
                .features
                .rows
                .iter()
                .map(|row| row.feature.id.0.clone())
                .take(40)
                .collect::<Vec<_>>()
                .join(", ")
        });
        format!(
            "There is no feature {id} in {}. Its ids are: {known}.",
            self.project.list_name()
        )
    }

    /// What the initializer still owes before it may end: a readable list and a first commit.
    async fn initializer_owes(&self) -> Result<Option<String>, EngineError> {
        let list = self.project.list_name();
        let features = match features::load(&self.project) {
            Ok(features) => features.unwrap_or_default(),
            Err(EngineError::List(error)) => return Ok(Some(format!("{list} cannot be read: {error}. Mend it first."))),
            Err(other) => return Err(other),
        };
        if features.is_empty() {
            return Ok(Some(format!(
                "{list} is missing or empty: write it first, every feature with \"passes\": false."
            )));
        }
        let proud: Vec<&str> = features
            .iter()
            .filter(|feature| feature.status == FeatureStatus::Passing)
            .map(|feature| feature.id.as_str())
            .collect();
        if !proud.is_empty() {
            let told = format!(
                "{} cannot pass yet: nothing was built. Every feature starts with \"passes\": false.",
                proud.join(", ")
            );
            return Ok(Some(told));
        }
        let head = self.project.git(|repo| repo.head()).await?;
        let committed = match head {
            Some(head) => self.project.git(move |repo| repo.read_at(&head, &list)).await?.is_some(),
            None => false,
        };
        Ok((!committed).then(|| "The skeleton is not committed yet: call commit first.".to_owned()))
    }
}
