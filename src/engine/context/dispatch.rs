//! The one way to a tool: guard -> gate -> tool -> verify -> event.
//!
//! Owns the order in which a proposed call is judged, run and checked. Invariant: no tool runs without its `tool_started`
//! in the log, and none ends without its `tool_finished`; what the model is told is what the log says.

use super::conversation::ToolResult;
use super::effect::ProposedCall;
use crate::engine::error::EngineError;
use crate::engine::person::permit::Permit;
use crate::engine::project::Project;
use crate::engine::run::facts::SessionFacts;
use crate::engine::run::session::COMMITS;
use crate::process::Work;
use crate::protocol::event::{
    BreachFound, CheckpointCause, Ruling, RulingMade, StillRunning, ToolFinished, ToolOutputAppended, ToolStarted,
};
use crate::protocol::{CallId, CallStatus, Event, Oid, Payload, ToolKind};
use crate::tool::{self, HarnessCall, ToolOutcome, Toolbox};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Chunks of live output that may wait to be recorded.
const OUTPUT_BACKLOG: usize = 64;

/// Judges and runs the calls of one session.
pub struct Dispatch {
    /// The project.
    pub project: Arc<Project>,
    /// What the session has done so far.
    pub facts: Arc<SessionFacts>,
    /// The session's tools.
    pub toolbox: Toolbox,
}

/// How a call ended, for the turn machine.
#[derive(Debug)]
pub struct CallDone {
    /// What the model is told.
    pub result: ToolResult,
    /// Set by an accepted `end_session`.
    pub ends: Option<String>,
}

/// What running a call gave, before it is checked and recorded.
pub struct Ran {
    /// How it ended.
    pub outcome: ToolOutcome,
    /// Set by an accepted `end_session`.
    pub ends: Option<String>,
}

impl Ran {
    /// A harness tool that did what it was asked.
    #[must_use]
    pub fn done(text: impl Into<String>) -> Self {
        Self::told(CallStatus::Completed, text)
    }

    /// A harness tool that did not, with what to do next.
    #[must_use]
    pub fn failed(text: impl Into<String>) -> Self {
        Self::told(CallStatus::Failed, text)
    }

    /// A call that a person or a check said no to.
    #[must_use]
    pub fn refused(text: impl Into<String>) -> Self {
        Self::told(CallStatus::Refused, text)
    }

    /// A harness tool that was stopped before it could decide.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::told(CallStatus::Cancelled, "Stopped before it was done; nothing was changed.")
    }

    /// A harness tool that was stopped, in its own words.
    #[must_use]
    pub fn cancelled_because(text: impl Into<String>) -> Self {
        Self::told(CallStatus::Cancelled, text)
    }

    fn told(status: CallStatus, text: impl Into<String>) -> Self {
        Self {
            outcome: ToolOutcome {
                status,
                ..ToolOutcome::completed(text)
            },
            ends: None,
        }
    }
}

impl Dispatch {
    /// Takes a proposed call all the way.
    ///
    /// # Errors
    /// Fails if the log cannot be written or a guarded file cannot be restored; the run must then stop.
    pub async fn call(&self, proposed: ProposedCall, cancel: CancellationToken) -> Result<CallDone, EngineError> {
        let begun = Instant::now();
        let described = tool::describe(&proposed.tool, &proposed.input);

        let paths = self.toolbox.paths(&proposed.tool, &proposed.input);
        let verdict = self.project.guard.rule(&proposed.tool, &proposed.input, &paths);
        if verdict.ruling == Ruling::Deny {
            let (call, title, guard) = (proposed.call.clone(), described.title, verdict.guard.to_owned());
            self.project.record(RulingMade {
                call,
                title,
                ruling: Ruling::Deny,
                guard,
                reason: verdict.reason.clone(),
            })?;
            return self.finish(&proposed.call, Ran::refused(verdict.reason), begun).await;
        }

        let (call, tool, kind) = (proposed.call.clone(), proposed.tool.clone(), described.kind);
        self.project.record(ToolStarted {
            call,
            tool,
            kind,
            title: described.title.clone(),
            input: proposed.input.clone(),
        })?;
        let said = match self.permit(&proposed, &described.title, &cancel).await? {
            Permit::Granted(said) => said,
            Permit::Refused(ran) => return self.finish(&proposed.call, ran, begun).await,
        };
        // A person's time is not the command's.
        let begun = Instant::now();
        let mut ran = match HarnessCall::parse(&proposed.tool, &proposed.input) {
            Some(Ok(call)) => self.harness_call(&proposed.call, call, &cancel).await?,
            Some(Err(error)) => Ran::failed(error.to_string()),
            None => self.work(&proposed, described.kind, cancel).await?,
        };
        ran.outcome.shown.push_str(&said);
        if self.project.has_background() {
            self.check(&proposed.call, &mut ran).await?;
        }
        let done = self.finish(&proposed.call, ran, begun).await?;
        if !matches!(described.kind, ToolKind::Read | ToolKind::Search) {
            self.project.checkpoint(CheckpointCause::Step, Some(proposed.call)).await?;
        }
        Ok(done)
    }

    /// Runs an ordinary tool and looks at what it left behind. The harness's own tools write nothing that is guarded, and may wait
    /// for a person, whose edits meanwhile are not the agent's.
    async fn work(&self, proposed: &ProposedCall, kind: ToolKind, cancel: CancellationToken) -> Result<Ran, EngineError> {
        let touches = !matches!(kind, ToolKind::Read | ToolKind::Search);
        let _still = match touches {
            true => self.project.beside.hold_still(&cancel).await,
            false => None,
        };
        // Held until the guard has looked: what it puts back is not a change from outside either.
        let _ours = self.project.watcher.expect();
        // The tools that edit files stage nothing: what is staged while they run is a person's.
        let (mark, settings) = if kind == ToolKind::Execute {
            // What comes after it is the command's.
            self.hooks_put_back().await?;
            (self.project.mark_index().await, self.project.mark_settings().await)
        } else {
            (None, None)
        };
        let outcome = self.run_tool(proposed, cancel).await?;
        let mut ran = Ran { outcome, ends: None };
        if kind == ToolKind::Execute {
            if !self.toolbox.background().await.is_empty() {
                self.project.background.suspect();
            }
            // Before anything else asks git.
            self.check_repository(&proposed.call, settings, &mut ran).await?;
        }
        self.project.note_staging(mark).await;
        self.check(&proposed.call, &mut ran).await?;
        if kind == ToolKind::Execute {
            self.check_branch(&proposed.call, &mut ran).await?;
        }
        Ok(ran)
    }

    /// Looks whether a command moved the branch, by a route that no ruling saw. It is shown and told. Commits on top of the last stay; a
    /// branch that lost that one is put back, with what it was moved to kept under a ref.
    pub(in crate::engine) async fn check_branch(&self, call: &CallId, ran: &mut Ran) -> Result<(), EngineError> {
        let (head, branch) = self.project.git(|repo| Ok((repo.head()?, repo.branch()?))).await?;
        let (known, was) = self.project.journal.with_state(|state| {
            let seen = state.repository.as_ref();
            (seen.and_then(|seen| seen.head.clone()), seen.map(|seen| seen.branch.clone()))
        });
        // A detached HEAD is called by its commit, which moves with each.
        let is_commit = |name: &String| name.chars().all(|c| c.is_ascii_hexdigit());
        let switched = was.filter(|was| branch.is_some() && branch.as_ref() != Some(was) && !is_commit(was));
        if head == known && switched.is_none() {
            return Ok(());
        }
        let back = match known.clone() {
            Some(known) => self.project.git(move |repo| repo.put_branch_back(&known)).await?,
            None => None,
        };
        let observed = self.project.git(|repo| repo.observe(COMMITS)).await?;
        let name = |commit: Option<&Oid>| commit.map_or_else(|| "no commit".to_owned(), |commit| commit.short().to_owned());
        let from = switched.map_or_else(String::new, |was| format!("was taken instead of {was}, and "));
        let end = match &back {
            None => "; such commits are not the harness's".to_owned(),
            Some(None) => ", and was put back, with the files as they are".to_owned(),
            Some(Some(kept)) => format!(", and was put back, with the files as they are; what it was moved to is kept as {kept}"),
        };
        let detail = format!(
            "{from}moved from {} to {} by a command of the agent{end}",
            name(known.as_ref()),
            name(head.as_ref())
        );
        let commits = match (&back, head, known) {
            (None, Some(head), known) => self.project.git(move |repo| repo.on_top(known.as_ref(), &head)).await?,
            _ => Vec::new(),
        };
        let ask = match &back {
            None => " This is on record; ask the human what to do with it.",
            Some(_) => "",
        };
        let told = format!(
            "\n[harness] The branch {} {detail}. Only the `commit` tool commits.{ask}",
            observed.branch
        );
        ran.outcome.shown.push_str(&told);
        self.facts.breach();
        self.project.record(BreachFound {
            path: format!("branch {}", observed.branch),
            call: Some(call.clone()),
            detail,
            restored: back.is_some(),
            in_commit: false,
            commits,
        })?;
        self.project.record(observed)
    }

    /// Runs an ordinary tool, its live output recorded as it comes.
    async fn run_tool(&self, proposed: &ProposedCall, cancel: CancellationToken) -> Result<ToolOutcome, EngineError> {
        let (sender, mut output) = mpsc::channel::<String>(OUTPUT_BACKLOG);
        let running = self.toolbox.call(&proposed.tool, &proposed.input, cancel, sender);
        tokio::pin!(running);
        loop {
            tokio::select! {
                biased;
                Some(text) = output.recv() => {
                    self.project.record(ToolOutputAppended { call: proposed.call.clone(), text })?;
                }
                outcome = &mut running => return Ok(outcome),
            }
        }
    }

    /// Looks at the guarded files, whatever route a change took, and at a list that the initializer may just have written.
    pub(in crate::engine) async fn check(&self, call: &CallId, ran: &mut Ran) -> Result<(), EngineError> {
        let breaches = self.project.verify_guarded(Some(call.clone())).await?;
        for breach in breaches {
            let now = if breach.restored {
                "The file was put back as it was: this artifact is not yours to change."
            } else {
                "This artifact is not yours to change, and is not as it was: nothing is flipped or committed until it is."
            };
            ran.outcome
                .shown
                .push_str(&format!("\n[harness] {}: {}. {now}", breach.path, breach.detail));
            self.facts.breach();
            self.project.record(breach)?;
        }
        if let Some(trouble) = crate::engine::proof::features::reload_if_initializing(&self.project, &self.facts)? {
            ran.outcome.shown.push_str(&format!("\n[harness] {trouble}"));
        }
        Ok(())
    }

    /// Looks what the agent has started and is still running: who waits for it does not go round.
    async fn still_running(&self) -> Option<StillRunning> {
        let tests = self.project.beside.is_under_way();
        let work = match self.project.has_background() {
            true => self.toolbox.background_work().await,
            false => Work::default(),
        };
        let count = |processes: usize| u32::try_from(processes).unwrap_or(u32::MAX);
        (tests || work.processes + work.servers > 0).then(|| StillRunning {
            processes: count(work.processes),
            servers: count(work.servers),
            cpu_ms: u64::try_from(work.cpu.as_millis()).unwrap_or(u64::MAX),
            tests,
        })
    }

    async fn finish(&self, call: &CallId, ran: Ran, begun: Instant) -> Result<CallDone, EngineError> {
        let ToolOutcome {
            status,
            shown,
            whole,
            exit_code,
            lines,
        } = ran.outcome;
        let output = match &whole {
            Some(whole) => self.project.blobs.payload(whole, shown.clone())?,
            None => Payload::inline(shown.clone()),
        };
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let running = self.still_running().await;
        let recorded = self.project.journal.record(ToolFinished {
            call: call.clone(),
            status,
            output,
            exit_code,
            duration_ms,
            lines,
            running,
        })?;
        // As the log has it: a secret that was struck out there does not go to the model either.
        let content = match &recorded.event {
            Event::ToolFinished(finished) => finished.output.text.clone(),
            _ => shown,
        };
        let is_error = !matches!(status, CallStatus::Completed);
        Ok(CallDone {
            result: ToolResult {
                call: call.clone(),
                content,
                is_error,
            },
            ends: ran.ends,
        })
    }
}
