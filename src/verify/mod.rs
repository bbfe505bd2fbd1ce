//! Test runs: what a verify command's output says, test by test.
//!
//! Owns the parsers and which results prove a feature. Does not own when tests are run (the engine) nor spawning (`process`).
//! Invariant: a run that the command itself calls failed never reads as all passed: a bad exit code without a failed test
//! becomes a failed test of its own.

mod exit_code;
mod own;
mod run;
mod tap;
#[cfg(test)]
mod tests;

pub use exit_code::ExitCode;
pub use own::{Own, names, own, own_tests};
pub use run::{Plan, Ran, run};
pub use tap::Tap;

use crate::protocol::{CaseStatus, TestCase};

/// Name of the case that stands for the command as a whole.
pub const COMMAND_CASE: &str = "verify command";

/// Reads one format of test output.
pub trait Parser: std::fmt::Debug + Send + Sync {
    /// Name of the format, for people.
    fn name(&self) -> &'static str;

    /// Says whether the output is in this format.
    fn detects(&self, output: &str) -> bool;

    /// Reads the results in the order in which they came. `exit` is `None` if the command was killed.
    fn parse(&self, output: &str, exit: Option<i32>) -> Vec<TestCase>;
}

/// Parsers in the order in which they are asked; the last one takes anything.
const PARSERS: [&dyn Parser; 2] = [&Tap, &ExitCode];

/// Reads a command's output with the first parser that knows it.
#[must_use]
pub fn parse(output: &str, exit: Option<i32>) -> Vec<TestCase> {
    let mut cases = PARSERS
        .iter()
        .find(|parser| parser.detects(output))
        .map(|parser| parser.parse(output, exit))
        .unwrap_or_default();
    let failed = cases.iter().any(|case| case.status == CaseStatus::Failed);
    if exit != Some(0) && !failed {
        let how = exit.map_or_else(
            || "was killed before its end".to_owned(),
            |code| format!("ended with exit code {code}"),
        );
        cases.push(TestCase {
            name: COMMAND_CASE.into(),
            status: CaseStatus::Failed,
            duration_ms: None,
            detail: format!("it {how}, although no test it reported failed"),
        });
    }
    cases
}
