//! Recorded end-to-end checks: what is run to see whether a feature works, and what came of it.
//!
//! Owns the verdict over a run of a check: exit codes, expected texts, files that must be there. Does not run anything.
//! Invariant: the verdict follows from what the run holds alone; nobody's word is in it.

use super::{BlobId, FeatureId, Oid, Payload, TestPurpose};
use serde::{Deserialize, Serialize};

/// Steps that show a feature at work, for the harness to run as often as it likes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Commands, run one after the other.
    pub steps: Vec<CheckStep>,
    /// Files that must have been written into the run's own directory: screenshots, exports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// One command of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckStep {
    /// Run by `sh` in the project.
    pub command: String,
    /// Texts that its output must hold, each of them.
    #[serde(default)]
    pub expect: Vec<String>,
    /// The exit code that it must end with.
    #[serde(default)]
    pub exit: i32,
}

/// A check that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// The feature that it shows.
    pub feature: FeatureId,
    /// Why it was run.
    pub purpose: TestPurpose,
    /// Tree of the working directory when it ran, if it could be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// What was run.
    pub check: Check,
    /// Its steps as they went; after the first one that does not hold, none is run.
    pub steps: Vec<StepRun>,
    /// The files that were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<KeptFile>,
    /// What else speaks against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amiss: Vec<String>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// A step as it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRun {
    /// Exit code; `None` if it was killed.
    pub exit_code: Option<i32>,
    /// Whether it was stopped because the check's time was over.
    #[serde(default)]
    pub timed_out: bool,
    /// Expected texts that it did not print.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// Everything it printed.
    pub output: Payload,
}

/// A file that a check left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Its name, as the check has it.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its bytes, where they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<BlobId>,
}

impl CheckRun {
    /// Says whether the feature was seen to work.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.failure().is_none()
    }

    /// Says what does not hold, the first thing; `None` if all does.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        if self.check.steps.is_empty() {
            return Some("it has no steps".to_owned());
        }
        let steps = self.check.steps.iter().enumerate();
        let failed = steps.zip(self.steps.iter().map(Some).chain(std::iter::repeat(None)));
        for ((index, wanted), went) in failed {
            let named = format!("step {} (`{}`)", index + 1, first_line(&wanted.command));
            let Some(went) = went else {
                return Some(format!("{named} was not run"));
            };
            if went.timed_out {
                return Some(format!("{named} was stopped: the check's time was over"));
            }
            if went.exit_code != Some(wanted.exit) {
                return Some(match went.exit_code {
                    Some(code) => format!("{named} ended with exit code {code}, not {}", wanted.exit),
                    None => format!("{named} was killed"),
                });
            }
            if let Some(missing) = went.missing.first() {
                return Some(format!("{named} does not print \"{}\"", first_line(missing)));
            }
        }
        self.amiss.first().cloned()
    }

    /// Says how it went in a few words: `check 3/3`.
    #[must_use]
    pub fn counts(&self) -> String {
        let all = self.check.steps.len();
        let held = if self.holds() {
            all
        } else {
            // The step that fails is the last that was run, unless what is amiss is none of the steps'.
            self.steps.len().saturating_sub(1).min(all)
        };
        format!("check {held}/{all}")
    }
}

fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(exit: Option<i32>, missing: &[&str], amiss: &[&str]) -> CheckRun {
        let step = |command: &str| CheckStep {
            command: command.into(),
            expect: vec!["milk".into()],
            exit: 0,
        };
        CheckRun {
            feature: "F1".into(),
            purpose: TestPurpose::Evidence,
            tree: None,
            check: Check {
                steps: vec![step("./todo add milk"), step("./todo list")],
                files: Vec::new(),
            },
            steps: [(Some(0), &[][..]), (exit, missing)]
                .map(|(exit_code, missing)| StepRun {
                    exit_code,
                    timed_out: false,
                    missing: missing.iter().map(|text| (*text).to_owned()).collect(),
                    duration_ms: 1,
                    output: Payload::inline(""),
                })
                .into(),
            files: Vec::new(),
            amiss: amiss.iter().map(|text| (*text).to_owned()).collect(),
            duration_ms: 2,
        }
    }

    #[test]
    fn the_first_thing_that_does_not_hold_is_named() {
        assert_eq!(
            (run(Some(0), &[], &[]).failure(), run(Some(0), &[], &[]).counts()),
            (None, "check 2/2".into())
        );
        for (run, told) in [
            (
                run(Some(3), &["milk"], &[]),
                "step 2 (`./todo list`) ended with exit code 3, not 0",
            ),
            (
                run(Some(0), &["milk"], &["x"]),
                "step 2 (`./todo list`) does not print \"milk\"",
            ),
            (run(None, &[], &[]), "step 2 (`./todo list`) was killed"),
            (run(Some(0), &[], &["shot.png is not there"]), "shot.png is not there"),
        ] {
            assert_eq!(run.failure().as_deref(), Some(told));
            assert_eq!(run.counts(), "check 1/2");
        }
    }

    #[test]
    fn a_step_that_was_not_run_does_not_hold() {
        let mut cut = run(Some(0), &[], &[]);
        cut.steps.truncate(1);
        assert_eq!(cut.failure().as_deref(), Some("step 2 (`./todo list`) was not run"));
        cut.check.steps.clear();
        cut.steps.clear();
        assert!(!cut.holds(), "nothing shows nothing");
    }
}
