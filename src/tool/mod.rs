//! L3: what a model can call: commands, files, searches, and the harness's own tools.
//!
//! Owns the tools' names, the descriptions that the model sees, the parsing of their inputs, and the running
//! of those that touch the workspace ([`Toolbox`]). The harness's own tools are only described and parsed here
//! ([`HarnessCall`]); the engine carries them out. Does not decide whether a call may run (the guard does),
//! and makes no commit.
//!
//! Invariant: a file tool never reads or writes outside the workspace or inside a `.git`, whatever links are on
//! the way, and every error it reports is a whole sentence that tells the model what to do next. Commands of
//! `bash` are *not* confined: only a sandbox can do that.

mod atomic;
mod bash;
mod catalog;
mod describe;
mod edit;
mod error;
mod find;
mod harness_call;
mod input;
mod outcome;
mod place;
mod search;
mod stream;
mod text_file;
mod toolbox;
mod view;
mod walk;

#[cfg(test)]
mod tests;

pub use catalog::ToolSpec;
pub use describe::{Described, describe, paths};
pub use error::ToolError;
pub use harness_call::{HarnessCall, ProposedText, Waits};
pub use input::InputError;
pub use outcome::ToolOutcome;
pub use toolbox::{BashLimits, ToolContext, Toolbox};
