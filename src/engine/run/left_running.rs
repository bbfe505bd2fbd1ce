//! The end of what the agent left running, before its session's end: at a person's word, or for a move back.
//!
//! Owns what is told of it, to the log and to the agent. Does not own the session's end, which ends the same without a word. Invariant: no
//! process of the session that was there at the call is left when it returns, and each that was ended is in the log.

use super::survivors;
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::engine::person::gates;
use crate::protocol::event::SteerRefused;

/// What is said where there is nothing to end.
pub const NOTHING_RUNS: &str = "nothing that the agent started runs";
/// Commands that a sentence names, and letters of each.
const NAMED: (usize, usize) = (2, 60);

impl Dispatch {
    /// Does it because a person says so: only while a gate waits, for else a command of the agent may be among them. Returns what the
    /// agent is told.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) async fn end_at_a_word(&self) -> Result<Option<String>, EngineError> {
        let told = if self.project.gates.is_any_open() {
            let told = self.end_left_running("at the human's word").await?;
            if told.is_some() {
                gates::take_back(&self.project).await?;
            }
            told
        } else {
            None
        };
        if told.is_none() {
            let reason = NOTHING_RUNS.to_owned();
            self.project.record(SteerRefused { reason })?;
        }
        Ok(told)
    }

    /// Says what a person must know of files that changed while a commit waited: that something of the agent's runs which may have
    /// written them, and what to do. `None` if nothing runs: then it is over.
    pub(in crate::engine) async fn written_under_review(&self, paths: &str) -> Option<String> {
        let named: Vec<String> = self.runs_still().await.iter().map(|one| format!("`{one}`")).collect();
        (!named.is_empty()).then(|| {
            format!(
                "{paths} changed while the last round waited, and what the agent left running may write on: {}. Each approval then opens a \
                 new round: end what runs (\"end what the agent left running\" among the actions), approve for a round with the files as \
                 they are then, and approve that, or deny",
                named.join(", ")
            )
        })
    }

    /// Names what the agent left running, the first few of it, each cut to a few words.
    pub(in crate::engine) async fn runs_still(&self) -> Vec<String> {
        let running = self.toolbox.background().await;
        let (most, letters) = NAMED;
        let cut = |command: &str| command.chars().take(letters).collect::<String>().trim().to_owned();
        running.iter().take(most).map(|one| cut(&one.command)).collect()
    }

    /// Ends every process of the session and waits until they are gone; `why` goes on with "ended". Returns what the agent is told,
    /// if there was one.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) async fn end_left_running(&self, why: &str) -> Result<Option<String>, EngineError> {
        if !self.toolbox.background().await.is_empty() {
            // Their last writes come to us only after their end.
            self.project.background.suspect();
        }
        let ended = survivors::told(self.toolbox.close().await, |processes| match processes {
            1 => format!("1 process of the agent was ended {why}"),
            n => format!("{n} processes of the agent were ended {why}"),
        });
        let Some(ended) = ended else { return Ok(None) };
        let text = format!(
            "[harness] {}: {}. Start again only what you still need, and end it yourself when you are done with it.",
            ended.detail,
            ended.paths.join(", ")
        );
        self.project.record(ended)?;
        Ok(Some(text))
    }
}
