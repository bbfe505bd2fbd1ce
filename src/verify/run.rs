//! Running the verify command.
//!
//! Owns how it is called: by `sh -c`, in the workspace, with nothing to read and nobody to answer. Invariant: what it leaves
//! running is stopped when it ends, so that no run can disturb the next.

use super::parse;
use crate::process::{EnvPolicy, Invocation, ProcessError};
use crate::protocol::{Oid, Payload, TestPurpose, TestRun};
use std::path::PathBuf;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A test run to make.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The command line.
    pub command: String,
    /// Where it runs.
    pub cwd: PathBuf,
    /// Why it is run.
    pub purpose: TestPurpose,
    /// Tree of the working directory, if it was taken.
    pub tree: Option<Oid>,
    /// Wall time after which it is stopped.
    pub timeout: Duration,
}

/// A test run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The results; their output is the shown part only, without a blob.
    pub run: TestRun,
    /// What it printed (of more than 16 MB only the beginning), for the blob store.
    pub whole: Vec<u8>,
    /// Whether the caller stopped it; its results then say nothing about the tree.
    pub cancelled: bool,
}

/// Runs the command to its end, its time limit or cancellation, and reads its results.
///
/// # Errors
/// If `sh` cannot be started in that place. A failing command is a result, not an error.
pub async fn run(plan: Plan, cancel: CancellationToken) -> Result<Ran, ProcessError> {
    let mut invocation = Invocation::shell(&plan.command, &plan.cwd).timeout(plan.timeout);
    // Runners look at these before they colour, watch or ask.
    invocation.env = EnvPolicy::Inherit(vec![("CI".into(), "true".into()), ("NO_COLOR".into(), "1".into())]);
    let finished = crate::process::run(invocation, cancel, None).await?;
    let output = finished.output;
    let cases = parse(&String::from_utf8_lossy(&output.whole), finished.exit_code);
    let run = TestRun {
        purpose: plan.purpose,
        command: plan.command,
        tree: plan.tree,
        cases,
        exit_code: finished.exit_code,
        timed_out: finished.timed_out,
        duration_ms: u64::try_from(finished.duration.as_millis()).unwrap_or(u64::MAX),
        output: Payload {
            text: output.shown,
            bytes: output.total,
            blob: None,
        },
    };
    Ok(Ran {
        run,
        whole: output.whole,
        cancelled: finished.cancelled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::CaseStatus;

    async fn ran(command: &str, timeout: Duration) -> Ran {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            command: command.into(),
            cwd: dir.path().into(),
            purpose: TestPurpose::Evidence,
            tree: Some("abc".into()),
            timeout,
        };
        run(plan, CancellationToken::new()).await.unwrap()
    }

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn results_output_and_tree_belong_together() {
        let ran = ran("echo 1..2; echo ok 1 - a; echo not ok 2 - b >&2; exit 1", LONG).await;
        assert_eq!(ran.run.totals().passed, 1);
        assert_eq!(
            (ran.run.exit_code, ran.run.is_green(), ran.cancelled),
            (Some(1), false, false)
        );
        assert_eq!(
            (ran.run.output.text.as_bytes(), ran.run.output.bytes),
            (ran.whole.as_slice(), ran.whole.len() as u64)
        );
        assert_eq!(ran.run.tree, Some("abc".into()));
    }

    #[tokio::test]
    async fn nothing_is_read_and_runners_know_that_nobody_watches() {
        let ran = ran("read x; echo \"$CI $NO_COLOR[$x]\"", LONG).await;
        assert_eq!((ran.run.output.text.as_str(), ran.run.is_green()), ("true 1[]\n", true));
    }

    #[tokio::test]
    async fn a_time_limit_fails_the_run() {
        let ran = ran("echo 1..1; echo ok 1; sleep 60", Duration::from_millis(300)).await;
        assert!(ran.run.timed_out && !ran.run.is_green());
        assert_eq!(ran.run.cases.last().unwrap().status, CaseStatus::Failed);
    }

    #[tokio::test]
    async fn a_place_that_is_not_there_is_an_error() {
        let plan = Plan {
            command: "true".into(),
            cwd: "/no/such/place".into(),
            purpose: TestPurpose::Smoke,
            tree: None,
            timeout: LONG,
        };
        assert!(run(plan, CancellationToken::new()).await.is_err());
    }
}
