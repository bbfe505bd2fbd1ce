//! Running the verify command.
//!
//! Owns how it is called: by `sh -c`, in the workspace, with nothing to read and nobody to answer. Invariant: what it leaves
//! running is stopped when it ends, so that no run can disturb the next.

use super::asked::Asked;
use super::format::{self, Left, plain};
use super::reports::{Place, REPORT_VARIABLE};
use super::surroundings::Surroundings;
use super::{partial, progress, retry, runner};
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

/// What begins the line above the output of another attempt.
pub(super) const ATTEMPT: &str = "--- attempt ";

async fn make(plan: Plan, cancel: CancellationToken, output: Option<mpsc::Sender<Vec<u8>>>) -> Result<Ran, ProcessError> {
    let mut ran = attempt(&plan, &cancel, output.clone()).await?;
    // By a signal that is not ours: that tells of the machine, and nothing of the tests. A second time it tells of them.
    if ran.run.exit_code.is_none() && !ran.run.timed_out && !ran.cancelled {
        ran = attempt(&plan, &cancel, output.clone()).await?;
    }
    for number in 2..=plan.retries.saturating_add(1) {
        if ran.cancelled || ran.run.timed_out || !retry::worth_another(&ran.run, &plan) {
            break;
        }
        let again = attempt(&plan, &cancel, output.clone()).await?;
        let heading = format!("\n{ATTEMPT}{number} ---\n");
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
    let (looking, file) = (plan.clone(), place.file());
    let looked = tokio::task::spawn_blocking(move || {
        let asked = Asked::of(&looking.cwd, &looking.command);
        // A command that takes care of its report itself is left as it is.
        let open = asked == Asked::Nothing && looking.reports.is_empty();
        (asked, open.then(|| runner::ask(&looking.cwd, &looking.command, &file)))
    });
    let (asked, asking) = looked.await.map_err(|error| broken(io::Error::other(error)))?;
    let invocation = |asking: Option<&runner::Asking>, command: &str, timeout: Duration| {
        let mut invocation = Invocation::shell(command, &plan.cwd).timeout(timeout);
        let mut variables = around.with([
            (REPORT_VARIABLE, place.file().into()),
            (runner::NODE_REPORTER_VARIABLE, runner::node_reporter().into()),
        ]);
        let more = asking.into_iter().flat_map(|asking| &asking.variables);
        variables.extend(more.map(|(name, value)| (name.into(), value.into())));
        invocation.env = EnvPolicy::Inherit(variables);
        invocation
    };
    let call = |asking: Option<&runner::Asking>| {
        let command = asking.map_or(&plan.command, |asking| &asking.command);
        crate::process::run(invocation(asking, command, plan.timeout), cancel.clone(), output.clone())
    };
    let mut finished = call(asking.as_ref()).await?;
    let mut asking = asking.filter(|asking| *asking != runner::Asking::none(&plan.command));
    if asking.is_some() && runner::is_refused(finished.exit_code, &plain(&finished.output.whole)) {
        (finished, asking) = (call(None).await?, None);
    }
    let plainly = |command: &str, left: Duration| invocation(None, command, left);
    let unbuilt = partial::run(plan, &mut finished, plainly, (cancel, output.clone())).await?;
    let asking = asking.unwrap_or_else(|| runner::Asking::none(&plan.command));
    let asked = match asking.reports {
        0 => asked,
        1 => Asked::OneFile,
        _ => Asked::Files,
    };
    let output = finished.output;
    let (whole, exit, reading) = (output.whole, finished.exit_code, plan.clone());
    let cut = finished.timed_out;
    let read = tokio::task::spawn_blocking(move || {
        let mut written = place.read(&reading.cwd, &reading.reports, asked);
        if written.texts.is_empty() && reading.command.contains(REPORT_VARIABLE) {
            written.amiss.push(format!(
                "the command names ${REPORT_VARIABLE}, and no report was written there"
            ));
        }
        let mut cases = format::read(&Left {
            printed: &plain(&whole),
            reports: &written.texts,
            amiss: &written.amiss,
            beside: asking.beside.as_deref().filter(|_| asking.reports > 0),
            exit,
            root: &reading.cwd,
            unbuilt: &unbuilt,
            go_names: runner::go_names(&reading.cwd, &asking),
        });
        let under_way = match cut {
            true => format::cut_off(&mut cases, &plain(&whole), seconds(reading.timeout)),
            false => Vec::new(),
        };
        // Tests that were only passed over are not what was asked for.
        let asked = |case: &TestCase| case.status != CaseStatus::Skipped || reading.only.contains(&case.name);
        cases.retain(|case| reading.only.is_empty() || asked(case));
        format::put_back(&mut cases, &whole);
        (cases, under_way, whole)
    });
    let (cases, under_way, whole) = read.await.map_err(|error| broken(io::Error::other(error)))?;
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
        limit_seconds: cut.then(|| u32::try_from(seconds(plan.timeout)).unwrap_or(u32::MAX)),
        under_way,
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

    fn plan(command: &str) -> Plan {
        Plan {
            command: command.into(),
            cwd: "/no/such/place".into(),
            purpose: TestPurpose::Evidence,
            tree: Some("abc".into()),
            timeout: LONG,
            reports: Vec::new(),
            retries: 0,
            worth: None,
            only: Vec::new(),
        }
    }

    async fn ran(command: &str, timeout: Duration) -> Ran {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            cwd: dir.path().into(),
            timeout,
            ..plan(command)
        };
        run(plan, CancellationToken::new()).await.unwrap()
    }

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_package_of_go_that_ends_before_its_tests_has_not_passed_without_events_either() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("go.mod", "module example.org/x\n\ngo 1.18\n");
        write("Makefile", "test:\n\t@go test ./...\n");
        for (package, init) in [("a", ""), ("b", "func init() { os.Exit(0) }\n"), ("c", "")] {
            write(
                &format!("{package}/m_test.go"),
                &format!(
                    "package {package}\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\n{init}var _ = os.Args\n\nfunc TestF(t *testing.T) {{}}\n"
                ),
            );
        }
        write(
            "c/m_test.go",
            "package c\n\nimport \"testing\"\n\nfunc BenchmarkF(b *testing.B) {}\n",
        );
        for command in ["go test -v ./...", "go test ./...", "make test"] {
            let plan = Plan {
                cwd: dir.path().into(),
                timeout: LONG * 3,
                ..plan(command)
            };
            let ran = run(plan, CancellationToken::new()).await.unwrap();
            let told = |name: &str| {
                ran.run
                    .cases
                    .iter()
                    .find(|case| case.name.contains(name))
                    .map(|case| case.status)
            };
            assert_eq!(
                told("a/m_test.go"),
                Some(CaseStatus::Passed),
                "{command}: {:?}",
                ran.run.cases
            );
            assert_eq!(told("x/b"), Some(CaseStatus::Failed), "{command}: {:?}", ran.run.cases);
            assert!(
                told("x/c").is_none_or(|status| status == CaseStatus::Skipped),
                "{command}: {:?}",
                ran.run.cases
            );
            assert!(
                ran.run.cases.iter().any(|case| case.detail.starts_with("ended early,")),
                "{:?}",
                ran.run.cases
            );
        }
    }

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

    /// Calls programs of a project's own.
    async fn with_program(name: &str, text: &str, command: &str) -> TestRun {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("text"), format!("#!/bin/sh\n{text}\n")).unwrap();
        // Made by the shell: what this process has open for writing cannot be run.
        let make = format!("mkdir -p bin && cp text bin/{name} && chmod +x bin/{name}");
        let plan = Plan {
            cwd: dir.path().into(),
            ..plan(&format!("{make} && PATH=$PWD/bin:$PATH {command}"))
        };
        run(plan, CancellationToken::new()).await.unwrap().run
    }

    #[tokio::test]
    async fn a_named_runner_is_brought_to_write_a_report_and_its_exit_code_must_agree_with_it() {
        let pytest = |exit: u8| {
            format!(
                "for option in $PYTEST_ADDOPTS; do case $option in --junitxml=*) echo '<testsuite><testcase name=\"test_a\" \
                 file=\"tests/test_a.py\"/></testsuite>' > \"${{option#--junitxml=}}\";; esac; done; echo '. 1 passed in 0.01s'; exit {exit}"
            )
        };
        let run = with_program("pytest", &pytest(0), "pytest -q").await;
        assert_eq!(run.cases[0].name, "tests/test_a.py: test_a", "{run:?}");
        assert!(
            run.is_green() && run.cases.len() == 1 && run.command.ends_with("pytest -q"),
            "{run:?}"
        );
        let run = with_program("pytest", &pytest(1), "pytest -q").await;
        assert!(!run.is_green() && run.cases[1].name == format::COMMAND_CASE, "{run:?}");
        let silent = with_program("pytest", "echo '. 1 passed in 0.01s'", "pytest -q").await;
        assert!(
            silent.is_green() && silent.cases[0].name == format::COMMAND_CASE,
            "{silent:?}"
        );
    }

    #[tokio::test]
    async fn a_runner_too_old_for_what_was_added_is_called_as_it_was_written() {
        let node = "case \"$*\" in *--test-reporter*) echo 'node: bad option: --test-reporter=spec' >&2; exit 9;; esac; echo 1..1; echo ok 1 - a";
        let run = with_program("node", node, "node --test").await;
        assert!(run.is_green() && run.cases[0].name == "a", "{run:?}");
    }

    #[tokio::test]
    async fn a_place_that_is_not_there_is_an_error() {
        let plan = plan("true");
        assert!(run(plan, CancellationToken::new()).await.is_err());
    }
}
