//! Running the verify command.
//!
//! Owns how it is called: by `sh -c`, in the workspace, with nothing to read and nobody to answer. Invariant: what it leaves
//! running is stopped when it ends, so that no run can disturb the next.

use super::asked::Asked;
use super::format::{self, Left, plain};
use super::reports::{Place, REPORT_VARIABLE};
use super::surroundings::Surroundings;
use super::{progress, retry, runner};
use crate::process::{EnvPolicy, Invocation, ProcessError};
use crate::protocol::event::TestRunProgressed;
use crate::protocol::{CaseStatus, Oid, Payload, TestCase, TestPurpose, TestRun};
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Pieces of output that may wait to be looked at while a run goes on.
const BACKLOG: usize = 64;

/// A test run to make.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The command line. What it writes to the file `$LONGHAUL_REPORT` is read before what it prints.
    pub command: String,
    /// Where it runs.
    pub cwd: PathBuf,
    /// Why it is run.
    pub purpose: TestPurpose,
    /// Tree of the working directory, if it was taken.
    pub tree: Option<Oid>,
    /// Wall time after which an attempt is stopped.
    pub timeout: Duration,
    /// Report files that it writes into the project, as globs.
    pub reports: Vec<String>,
    /// Further attempts while tests fail.
    pub retries: u32,
    /// The tests whose failure is worth another attempt; `None`: any.
    pub worth: Option<BTreeSet<String>>,
    /// The tests that the command was narrowed to; empty for all.
    pub only: Vec<String>,
}

/// A test run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The results; their output is the shown part only, without a blob.
    pub run: TestRun,
    /// What it printed (of more than 16 MB an attempt only the beginning), for the blob store.
    pub whole: Vec<u8>,
    /// Whether the caller stopped it; its results then say nothing about the tree.
    pub cancelled: bool,
}

/// Runs the command to its end, its time limit or cancellation, and reads its results; again where the plan asks for it.
///
/// # Errors
/// If `sh` cannot be started in that place. A failing command is a result, not an error.
pub async fn run(plan: Plan, cancel: CancellationToken) -> Result<Ran, ProcessError> {
    make(plan, cancel, None).await
}

/// As [`run`], with a word about how it goes now and then.
///
/// # Errors
/// As there.
pub async fn run_and_tell(
    plan: Plan,
    cancel: CancellationToken,
    told: mpsc::Sender<TestRunProgressed>,
) -> Result<Ran, ProcessError> {
    let (pieces, output) = mpsc::channel(BACKLOG);
    let following = progress::follow(plan.cwd.clone(), output, told);
    let (ran, ()) = tokio::join!(make(plan, cancel, Some(pieces)), following);
    ran
}

async fn make(plan: Plan, cancel: CancellationToken, output: Option<mpsc::Sender<Vec<u8>>>) -> Result<Ran, ProcessError> {
    let mut ran = attempt(&plan, &cancel, output.clone()).await?;
    // By a signal that is not ours: that tells of the machine, and nothing of the tests. A second time it tells of them.
    if ran.run.exit_code.is_none() && !ran.run.timed_out && !ran.cancelled {
        ran = attempt(&plan, &cancel, output.clone()).await?;
    }
    for number in 2..=plan.retries.saturating_add(1) {
        if ran.cancelled || ran.run.timed_out || !retry::worth_another(&ran.run, plan.worth.as_ref()) {
            break;
        }
        let again = attempt(&plan, &cancel, output.clone()).await?;
        let heading = format!("\n--- attempt {number} ---\n");
        ran.whole.extend_from_slice(heading.as_bytes());
        ran.whole.extend_from_slice(&again.whole);
        ran.cancelled = again.cancelled;
        let output = &mut ran.run.output;
        output.text.push_str(&heading);
        output.text.push_str(&again.run.output.text);
        output.bytes += again.run.output.bytes + heading.len() as u64;
        retry::merge(&mut ran.run, again.run);
    }
    Ok(ran)
}

async fn attempt(plan: &Plan, cancel: &CancellationToken, output: Option<mpsc::Sender<Vec<u8>>>) -> Result<Ran, ProcessError> {
    let broken = |source: io::Error| ProcessError::Pipe {
        program: plan.command.clone(),
        source,
    };
    let place = Place::new().map_err(broken)?;
    let around = Surroundings::new().map_err(broken)?;
    let mut invocation = Invocation::shell(&plan.command, &plan.cwd).timeout(plan.timeout);
    invocation.env = EnvPolicy::Inherit(around.with([
        (REPORT_VARIABLE, place.file().into()),
        (runner::NODE_REPORTER_VARIABLE, runner::node_reporter().into()),
    ]));
    let finished = crate::process::run(invocation, cancel.clone(), output).await?;
    let output = finished.output;
    let (whole, exit, reading) = (output.whole, finished.exit_code, plan.clone());
    let cut = finished.timed_out;
    let read = tokio::task::spawn_blocking(move || {
        let mut written = place.read(&reading.cwd, &reading.reports, Asked::of(&reading.cwd, &reading.command));
        if written.texts.is_empty() && reading.command.contains(REPORT_VARIABLE) {
            written.amiss.push(format!(
                "the command names ${REPORT_VARIABLE}, and no report was written there"
            ));
        }
        let mut cases = format::read(&Left {
            printed: &plain(&whole),
            reports: &written.texts,
            amiss: &written.amiss,
            exit,
            root: &reading.cwd,
        });
        if cut {
            format::cut_off(&mut cases, seconds(reading.timeout));
        }
        // Tests that were only passed over are not what was asked for.
        let asked = |case: &TestCase| case.status != CaseStatus::Skipped || reading.only.contains(&case.name);
        cases.retain(|case| reading.only.is_empty() || asked(case));
        format::put_back(&mut cases, &whole);
        (cases, whole)
    });
    let (cases, whole) = read.await.map_err(|error| broken(io::Error::other(error)))?;
    let run = TestRun {
        purpose: plan.purpose,
        command: plan.command.clone(),
        tree: plan.tree.clone(),
        cases,
        exit_code: exit,
        timed_out: finished.timed_out,
        duration_ms: u64::try_from(finished.duration.as_millis()).unwrap_or(u64::MAX),
        output: Payload {
            text: output.shown,
            bytes: output.total,
            blob: None,
        },
        only: plan.only.clone(),
        moved: false,
        code: None,
        limit_seconds: cut.then(|| seconds(plan.timeout)),
    };
    Ok(Ran {
        run,
        whole,
        cancelled: finished.cancelled,
    })
}

/// A time limit in seconds, at least one.
fn seconds(limit: Duration) -> u64 {
    limit.as_secs().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ran(command: &str, timeout: Duration) -> Ran {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            command: command.into(),
            cwd: dir.path().into(),
            purpose: TestPurpose::Evidence,
            tree: Some("abc".into()),
            timeout,
            reports: Vec::new(),
            retries: 0,
            worth: None,
            only: Vec::new(),
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
        let one = ran("echo 1..1; echo ok 1; sleep 60", Duration::from_millis(300)).await;
        assert!(one.run.timed_out && !one.run.is_green());
        assert_eq!(one.run.cases.last().unwrap().status, CaseStatus::Failed);
        assert_eq!(one.run.totals().failed, 1, "it must not read as all passed");
        assert_eq!(one.run.cut().unwrap(), "stopped by its time limit of 1 s");
        let red = ran("echo 1..1; echo not ok 1 - a; sleep 60", Duration::from_millis(300)).await;
        assert_eq!(red.run.totals().failed, 1, "the timeout is no failed test");
        let begun = "echo '# tests/t1.sh'; echo ok 1 - a; echo '# tests/t2.sh'; echo 1..2; echo ok 1 - b; sleep 60";
        let cut = ran(begun, Duration::from_millis(300)).await.run;
        let failed = cut.cases.iter().filter(|case| case.status == CaseStatus::Failed);
        let failed: Vec<&str> = failed.map(|case| case.name.as_str()).collect();
        assert_eq!(
            failed,
            [format::COMMAND_CASE],
            "what was to come is no failed test: {:?}",
            cut.cases
        );
        let told = &cut.cases.last().unwrap().detail;
        assert!(told.starts_with("it was stopped by its time limit of 1 s"), "{told}");
    }

    #[tokio::test]
    async fn what_was_killed_by_another_is_run_once_more_and_never_believed_if_that_is_killed_too() {
        let again = ran("echo 1..1; echo ok 1 - a; test -e x || { touch x; kill -9 $$; }", LONG).await;
        assert!(again.run.is_green() && again.run.exit_code == Some(0), "{:?}", again.run);
        let never = ran("echo 1..1; echo ok 1 - a; kill -9 $$", LONG).await;
        assert!(!never.run.is_green() && never.run.exit_code.is_none(), "{:?}", never.run);
    }

    #[tokio::test]
    async fn a_place_that_is_not_there_is_an_error() {
        let plan = Plan {
            command: "true".into(),
            cwd: "/no/such/place".into(),
            purpose: TestPurpose::Smoke,
            tree: None,
            timeout: LONG,
            reports: Vec::new(),
            retries: 0,
            worth: None,
            only: Vec::new(),
        };
        assert!(run(plan, CancellationToken::new()).await.is_err());
    }
}
