//! Running a recorded check.
//!
//! Owns how its steps are called and what is kept of them. The verdict is the run's own ([`CheckRun::failure`]). Invariant: what a step
//! starts lives for the steps after it and is stopped when the check ends; its files lie outside the project.

use super::format::plain;
use super::surroundings::Surroundings;
use crate::process::{EnvPolicy, Group, Invocation, ProcessError};
use crate::protocol::{Check, CheckRun, CheckStep, FeatureId, KeptFile, Oid, Payload, StepRun, TestPurpose};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Names the directory that a check writes its files to: empty when it begins, gone when it has ended.
pub const FILES_VARIABLE: &str = "LONGHAUL_FILES";

/// Bytes of output shown from a step's start, and from its end.
const SHOWN: usize = 4 * 1024;
/// Bytes kept of a file.
const LARGEST: u64 = 8 << 20;
/// Steps and files of a check, texts of a step.
const MOST: usize = 20;

/// A run of a check to make.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The feature that it shows.
    pub feature: FeatureId,
    /// What is run.
    pub check: Check,
    /// Where.
    pub cwd: PathBuf,
    /// Why.
    pub purpose: TestPurpose,
    /// Tree of the working directory, if it was taken.
    pub tree: Option<Oid>,
    /// Wall time for all of it.
    pub timeout: Duration,
    /// Whether it is a trial in another place: that place's path in an error that is printed is then nothing that was expected.
    pub elsewhere: bool,
}

/// A run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How it went; outputs are the shown part only, and files without a blob.
    pub run: CheckRun,
    /// What each step printed, for the blob store.
    pub outputs: Vec<Vec<u8>>,
    /// The files' bytes, as `run.files` names them.
    pub files: Vec<Vec<u8>>,
    /// Whether the caller stopped it; it then says nothing.
    pub cancelled: bool,
}

/// Says what is wrong with a check before it is run, for who wrote it.
///
/// # Errors
/// A sentence.
pub fn sound(check: &Check) -> Result<(), String> {
    if check.steps.is_empty() {
        return Err("it has no steps".to_owned());
    }
    if check.steps.len() > MOST || check.files.len() > MOST || check.steps.iter().any(|step| step.expect.len() > MOST) {
        return Err(format!(
            "more than {MOST} steps, files, or texts of a step: show the feature, not everything"
        ));
    }
    if check.steps.iter().any(|step| step.command.trim().is_empty()) {
        return Err("a step has no command".to_owned());
    }
    if check
        .steps
        .iter()
        .flat_map(|step| &step.expect)
        .any(|text| text.trim().is_empty())
    {
        return Err("an expected text is blank: any output holds it".to_owned());
    }
    if check.steps.iter().all(|step| step.expect.is_empty() && step.exit == 0) {
        return Err(
            "no step says what its output must hold (`expect`), or with which exit code other than 0 it must end (`exit`)"
                .to_owned(),
        );
    }
    let leads_out = |file: &&String| !Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
    match check.files.iter().find(|file| file.is_empty() || leads_out(file)) {
        Some(file) => Err(format!("`{file}` is no path within ${FILES_VARIABLE}")),
        None => Ok(()),
    }
}

/// Runs a check step by step, until one does not hold, its time is over, or it is cancelled.
///
/// # Errors
/// If `sh` cannot be started in that place. A step that fails is a result, not an error.
pub async fn run(plan: Plan, cancel: CancellationToken) -> Result<Ran, ProcessError> {
    let begun = Instant::now();
    let broken = |source: io::Error| ProcessError::Pipe {
        program: "sh".to_owned(),
        source,
    };
    let place = tempfile::Builder::new().prefix("longhaul-check-").tempdir().map_err(broken)?;
    let around = Surroundings::new().map_err(broken)?;
    let group = Group::new();
    let mut ran = Ran {
        run: CheckRun {
            feature: plan.feature,
            purpose: plan.purpose,
            tree: plan.tree,
            check: plan.check,
            steps: Vec::new(),
            files: Vec::new(),
            amiss: Vec::new(),
            duration_ms: 0,
        },
        outputs: Vec::new(),
        files: Vec::new(),
        cancelled: false,
    };
    for wanted in ran.run.check.steps.clone() {
        let mut invocation = Invocation::shell(&wanted.command, &plan.cwd)
            .timeout(plan.timeout.saturating_sub(begun.elapsed()))
            .group(&group);
        (invocation.head, invocation.tail) = (SHOWN, SHOWN);
        invocation.env = EnvPolicy::Inherit(around.with([(FILES_VARIABLE, place.path().into())]));
        let done = match crate::process::run(invocation, cancel.clone(), None).await {
            Ok(done) => done,
            Err(error) => {
                group.close().await;
                return Err(error);
            }
        };
        ran.cancelled = done.cancelled;
        let mut printed = plain(&done.output.whole);
        if let Some(place) = plan.cwd.to_str().filter(|_| plan.elsewhere) {
            printed = printed.replace(place, "");
        }
        let missing = missing(&wanted, &printed);
        ran.run.steps.push(StepRun {
            exit_code: done.exit_code,
            timed_out: done.timed_out,
            missing,
            duration_ms: milliseconds(done.duration),
            output: Payload {
                text: done.output.shown,
                bytes: done.output.total,
                blob: None,
            },
        });
        ran.outputs.push(done.output.whole);
        // Steps that are still to come are no failure yet: only this one counts.
        if ran.cancelled || step_failed(&wanted, ran.run.steps.last()) {
            break;
        }
    }
    group.close().await;
    if ran.run.steps.len() == ran.run.check.steps.len() {
        collect(place.path(), &mut ran);
    }
    ran.run.duration_ms = milliseconds(begun.elapsed());
    Ok(ran)
}

/// Says whether a check holds in an empty directory too. It then has nothing to do with the project, or with this copy of it: `echo
/// works`, an absolute path, a server that was started beside it. `took` is what it took in the project.
///
/// # Errors
/// As [`run`], or if no directory can be made.
pub async fn holds_anywhere(plan: Plan, took: Duration, cancel: CancellationToken) -> Result<bool, ProcessError> {
    let broken = |source: io::Error| ProcessError::Pipe {
        program: "sh".to_owned(),
        source,
    };
    let nothing = tempfile::Builder::new()
        .prefix("longhaul-nothing-")
        .tempdir()
        .map_err(broken)?;
    let cwd = nothing.path().to_owned();
    let timeout = patience(took).min(plan.timeout);
    let elsewhere = true;
    let there = Plan {
        cwd,
        timeout,
        elsewhere,
        ..plan
    };
    let ran = run(there, cancel).await?;
    Ok(!ran.cancelled && ran.run.holds())
}

/// Wall time for trying a check where it is not expected to hold, by what it took where it did: what waits there for a server that does
/// not come is not waited for.
#[must_use]
pub fn patience(took: Duration) -> Duration {
    took * 2 + Duration::from_secs(3)
}

fn step_failed(wanted: &CheckStep, went: Option<&StepRun>) -> bool {
    went.is_none_or(|went| went.timed_out || went.exit_code != Some(wanted.exit) || !went.missing.is_empty())
}

fn missing(wanted: &CheckStep, printed: &str) -> Vec<String> {
    let missing = wanted.expect.iter().filter(|text| !printed.contains(text.as_str()));
    missing.cloned().collect()
}

/// Takes the files that the check promised; what is not there, empty or too large is amiss.
fn collect(place: &Path, ran: &mut Ran) {
    for path in ran.run.check.files.clone() {
        match read(&place.join(&path)) {
            Ok(bytes) => {
                ran.run.files.push(KeptFile {
                    path,
                    bytes: bytes.len() as u64,
                    blob: None,
                });
                ran.files.push(bytes);
            }
            Err(why) => ran.run.amiss.push(format!("the file {path} {why}")),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let meta = path
        .symlink_metadata()
        .map_err(|_| format!("was not written to ${FILES_VARIABLE}"))?;
    if !meta.is_file() {
        return Err("is no regular file".to_owned());
    }
    if meta.len() == 0 || meta.len() > LARGEST {
        return Err(format!("has {} bytes; 1 to {LARGEST} are kept", meta.len()));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    Ok(bytes)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(steps: &[(&str, &[&str], i32)], files: &[&str]) -> Check {
        let step = |(command, expect, exit): &(&str, &[&str], i32)| CheckStep {
            command: (*command).to_owned(),
            expect: expect.iter().map(|text| (*text).to_owned()).collect(),
            exit: *exit,
        };
        Check {
            steps: steps.iter().map(step).collect(),
            files: files.iter().map(|file| (*file).to_owned()).collect(),
        }
    }

    fn plan(check: Check, cwd: &Path) -> Plan {
        Plan {
            feature: "F1".into(),
            check,
            cwd: cwd.to_owned(),
            purpose: TestPurpose::Evidence,
            tree: None,
            timeout: Duration::from_secs(20),
            elsewhere: false,
        }
    }

    async fn ran(check: Check) -> Ran {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("app"), "echo milk; exit 3").unwrap();
        run(plan(check, dir.path()), CancellationToken::new()).await.unwrap()
    }

    #[tokio::test]
    async fn steps_share_what_they_start_and_files_are_kept() {
        let ran = ran(check(
            &[
                ("sh app", &["milk"], 3),
                ("sleep 30 & echo $! > $LONGHAUL_FILES/pid", &[], 0),
                (
                    "kill -0 $(cat $LONGHAUL_FILES/pid) && printf '\\033[1mup\\033[0m now'",
                    &["up now"],
                    0,
                ),
            ],
            &["pid"],
        ))
        .await;
        assert_eq!(ran.run.failure(), None);
        assert_eq!(
            (ran.run.files.len(), ran.run.steps.len(), ran.outputs[0].as_slice()),
            (1, 3, &b"milk\n"[..])
        );
        let pid: i32 = String::from_utf8(ran.files[0].clone()).unwrap().trim().parse().unwrap();
        assert!(
            std::fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z")),
            "what it started is stopped with it"
        );
    }

    #[tokio::test]
    async fn a_step_that_does_not_hold_ends_the_check() {
        for (steps, told) in [
            (
                check(&[("sh app", &["milk"], 0), ("touch after", &[], 0)], &[]),
                "step 1 (`sh app`) ended with exit code 3, not 0",
            ),
            (
                check(&[("sh app", &["milk", "bread"], 3), ("true", &[], 0)], &[]),
                "step 1 (`sh app`) does not print \"bread\"",
            ),
            (
                check(&[("sh app", &["milk"], 3)], &["shot.png"]),
                "the file shot.png was not written to $LONGHAUL_FILES",
            ),
            (
                check(
                    &[("sh app; ln -s /etc/passwd $LONGHAUL_FILES/shot.png; exit 3", &["milk"], 3)],
                    &["shot.png"],
                ),
                "the file shot.png is no regular file",
            ),
        ] {
            let ran = ran(steps).await;
            assert_eq!(ran.run.failure().as_deref(), Some(told));
            assert_eq!(ran.run.steps.len(), 1, "{told}");
        }
    }

    #[tokio::test]
    async fn the_path_of_another_place_is_nothing_that_was_expected() {
        let dir = tempfile::Builder::new().prefix("place42").tempdir().unwrap();
        for (elsewhere, failure) in [(false, None), (true, Some("step 1 (`pwd >&2; pwd`) does not print \"42\""))] {
            let there = Plan {
                elsewhere,
                ..plan(check(&[("pwd >&2; pwd", &["42"], 0)], &[]), dir.path())
            };
            let ran = run(there, CancellationToken::new()).await.unwrap();
            assert_eq!(ran.run.failure().as_deref(), failure);
        }
    }

    #[tokio::test]
    async fn its_time_is_for_all_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let slow = Plan {
            timeout: Duration::from_millis(200),
            ..plan(check(&[("echo up", &["up"], 0), ("sleep 60", &[], 0)], &[]), dir.path())
        };
        let ran = run(slow, CancellationToken::new()).await.unwrap();
        assert_eq!(
            ran.run.failure().as_deref(),
            Some("step 2 (`sleep 60`) was stopped: the check's time was over")
        );
    }

    #[tokio::test]
    async fn what_holds_in_an_empty_directory_shows_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("app"), "echo milk").unwrap();
        let absolute = format!("sh {}/app", dir.path().display());
        for (command, anywhere) in [
            ("echo milk", true),
            (absolute.as_str(), true),
            ("sh app", false),
            ("cat app && echo milk", false),
        ] {
            let plan = plan(check(&[(command, &["milk"], 0)], &[]), dir.path());
            assert!(
                run(plan.clone(), CancellationToken::new()).await.unwrap().run.holds(),
                "{command}"
            );
            assert_eq!(
                holds_anywhere(plan, Duration::ZERO, CancellationToken::new()).await.unwrap(),
                anywhere,
                "{command}"
            );
        }
    }

    #[test]
    fn unsound_checks_are_told_why() {
        for (check, told) in [
            (check(&[], &[]), "no steps"),
            (check(&[(" ", &["x"], 0)], &[]), "no command"),
            (check(&[("true", &[], 0)], &[]), "`expect`"),
            (check(&[("ls", &[" \n"], 0)], &[]), "blank"),
            (check(&[("ls", &["x"], 0)], &["../x"]), "no path within"),
            (check(&[("ls", &["x"], 0)], &["/etc/passwd"]), "no path within"),
            (check(&[("ls", &["x"] as &[&str], 0); 21], &[]), "more than 20"),
        ] {
            let error = sound(&check).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        assert_eq!(sound(&check(&[("ls", &["x"], 0)], &["a/b.png"])), Ok(()));
    }
}
