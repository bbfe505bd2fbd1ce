//! The end of what the agent left running, before its session's end: at a person's word, or for a move back.
//!
//! Owns what is told of it, to the log and to the agent. Does not own the session's end, which ends the same without a word. Invariant: no
//! process of the session that was there at the call is left when it returns, and each that was ended is in the log.

use super::dispatch::Dispatch;
use super::error::EngineError;
use super::survivors;

impl Dispatch {
    /// Ends every process of the session and waits until they are gone; `why` goes on with "ended". Returns what the agent is told,
    /// if there was one.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(super) async fn end_left_running(&self, why: &str) -> Result<Option<String>, EngineError> {
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
