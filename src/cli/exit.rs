//! Exit codes: one table for the program, `--help`, the man page and the README.
//!
//! Invariant: a code never changes its meaning.

use crate::protocol::event::RunOutcome;
use std::process::ExitCode;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Done,
    /// Our own fault.
    Internal,
    /// The command line.
    Usage,
    /// The project or the machine is not ready for what was asked.
    Precondition,
    /// The key.
    Key,
    /// The provider.
    Provider,
    /// A limit.
    Limit,
    /// No headway.
    Stalled,
    /// The user.
    Stopped,
    /// Another process.
    Busy,
    /// Tests.
    Tests,
    /// The list's word alone.
    Unproven,
}

/// Every code with its meaning, in order.
pub const TABLE: [(Exit, u8, &str); 12] = [
    (Exit::Done, 0, "done; of a run: every feature passes"),
    (Exit::Internal, 1, "internal error"),
    (Exit::Usage, 2, "the command line is wrong"),
    (
        Exit::Precondition,
        3,
        "the project or machine is not ready: no git repository, no spec, an unreadable list or setting, a dirty tree, no terminal, a session log that cannot be written",
    ),
    (Exit::Key, 4, "no key, or the provider refused it"),
    (Exit::Provider, 5, "the provider or the network failed for good"),
    (Exit::Limit, 6, "a limit of the run was met"),
    (Exit::Stalled, 7, "the agent made no headway in several sessions"),
    (Exit::Stopped, 8, "stopped by the user"),
    (Exit::Busy, 9, "another longhaul is running this project"),
    (
        Exit::Tests,
        10,
        "of `verify`: a test failed, those of a passing feature are gone, did not run or, where it passes by the list only, never were there, none was run, or the run cannot be believed",
    ),
    (
        Exit::Unproven,
        11,
        "every feature passes by the list, and of some nobody has shown it",
    ),
];

impl Exit {
    /// Returns the number the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        TABLE.iter().find(|(exit, ..)| *exit == self).map_or(1, |(_, code, _)| *code)
    }

    /// Returns how a run's outcome ends the program.
    #[must_use]
    pub const fn of_run(outcome: RunOutcome) -> Self {
        match outcome {
            RunOutcome::AllPassing => Self::Done,
            RunOutcome::Unproven => Self::Unproven,
            RunOutcome::Stopped => Self::Stopped,
            RunOutcome::Limit => Self::Limit,
            RunOutcome::Stalled => Self::Stalled,
            RunOutcome::Failed => Self::Provider,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Prints the table for `--help` and the man page.
#[must_use]
pub fn help() -> String {
    let mut text = String::from("Exit codes:");
    for (_, code, meaning) in TABLE {
        text.push_str(&format!("\n  {code}  {meaning}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_up_from_zero() {
        for (index, (exit, code, _)) in TABLE.iter().enumerate() {
            assert_eq!((*code as usize, exit.code()), (index, *code));
        }
        assert!(help().contains("\n  9  another longhaul"));
    }
}
