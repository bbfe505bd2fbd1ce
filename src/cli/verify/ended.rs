//! Which file ended a run of the tests, and what the others come to without it.
//!
//! Owns which files are run by themselves, and how that is told. Invariant: it is looked for only where the run told nothing because
//! something ended it, no longer than a run may take, and among tests that the same command named before.

use super::{Command, until_stopped};
use crate::cli::console::Console;
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::config::Settings;
use crate::harness::vanished;
use crate::protocol::{CaseStatus, Feature, TestCase, TestPurpose, TestRun};
use crate::session::state::CaseHistory;
use crate::ui::text::Clean;
use crate::verify::{self, Halves, Plan, broken, runner};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::{Duration, Instant};

/// Lines printed of what a failed test says.
const DETAIL: usize = 12;

/// What was found of a run that something ended.
#[derive(Debug, Default, Serialize)]
pub(super) struct Apart {
    /// Files of tests that end the program that runs them, also in a run without the others.
    ends: Vec<Ends>,
    /// Results of the tests of other files, run without these.
    tests: Vec<TestCase>,
    /// Files whose tests nothing was heard of.
    unheard: Vec<String>,
}

/// A file that ends the program.
#[derive(Debug, Serialize)]
struct Ends {
    file: String,
    exit_code: Option<i32>,
}

/// A file with its tests, as runs named them.
struct File {
    name: String,
    tests: Vec<String>,
}

/// Looks for it; `None` if nothing ended the run, or no test of it was ever named.
///
/// # Errors
/// Fails if a command cannot be started.
pub(super) fn look(
    project: &Project,
    settings: &Settings,
    command: &Command,
    run: &TestRun,
    console: &mut Console,
) -> Result<Option<Apart>, Failure> {
    let files = files(project, &command.command, run);
    if files.is_empty() || !run.was_ended() {
        return Ok(None);
    }
    let limit = Duration::from_secs(settings.verify.timeout_seconds);
    let plan = |part: &[File], left: Duration| {
        let only: Vec<String> = part.iter().flat_map(|file| file.tests.clone()).collect();
        let rerun = settings.verify.rerun.as_deref();
        let narrowed = runner::narrow(&project.workspace, &command.command, rerun, &only).ok()?;
        Some(Plan {
            command: narrowed,
            cwd: project.workspace.clone(),
            purpose: TestPurpose::Evidence,
            tree: run.tree.clone(),
            timeout: left,
            reports: command.reports.clone(),
            retries: 0,
            worth: None,
            only,
        })
    };
    let found = until_stopped(
        |cancel| async move {
            let (begun, mut found, mut halves) = (Instant::now(), Apart::default(), Halves::of(&files));
            let mut unheard: VecDeque<&File> = VecDeque::new();
            while let Some(part) = halves.next() {
                let left = limit.saturating_sub(begun.elapsed());
                let plan = plan(part, left).filter(|_| !left.is_zero() && !cancel.is_cancelled());
                let Some(plan) = plan else {
                    unheard.extend(part);
                    break;
                };
                let run = verify::run(plan, cancel.clone()).await?.run;
                match (part, run.was_ended()) {
                    ([file], true) => found.ends.push(Ends {
                        file: file.name.clone(),
                        exit_code: run.exit_code,
                    }),
                    (_, true) => halves.part(part),
                    (_, false) => {
                        let is_heard = |file: &&File| run.cases.iter().any(|case| file.tests.contains(&case.name));
                        unheard.extend(part.iter().filter(|file| !is_heard(file)));
                        found
                            .tests
                            .extend(run.cases.into_iter().filter(|case| case.name != verify::COMMAND_CASE));
                    }
                }
            }
            found.unheard = unheard
                .into_iter()
                .chain(halves.left())
                .map(|file| file.name.clone())
                .collect();
            Ok(found)
        },
        console,
    )?;
    Ok(Some(found))
}

/// The files of the tests that the command named last and that this run does not name.
fn files(project: &Project, command: &str, run: &TestRun) -> Vec<File> {
    let is_told = |case: &&&CaseHistory| !run.cases.iter().any(|told| told.name == case.name);
    let was_run = |case: &&&CaseHistory| case.results.last() != Some(&CaseStatus::Skipped);
    let named = vanished::named_last(&project.state, command);
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for case in named.iter().filter(is_told).filter(was_run) {
        let file = case.name.split_once(": ").map_or(case.name.as_str(), |(file, _)| file);
        // A file that was removed since would keep the others from being run.
        if broken::may_be_there(file, &project.workspace) {
            files.entry(file).or_default().push(case.name.clone());
        }
    }
    let file = |(name, tests): (&str, Vec<String>)| File {
        name: name.to_owned(),
        tests,
    };
    files.into_iter().map(file).collect()
}

impl Apart {
    /// Keeps of the results those of a feature's tests.
    pub(super) fn of(mut self, feature: &Feature) -> Self {
        self.tests.retain(|case| verify::names(feature, &case.name));
        self
    }

    /// Prints what ends the run, what fails without it, what passes, and what nothing was heard of.
    pub(super) fn print(&self, console: &mut Console) -> io::Result<()> {
        for ends in &self.ends {
            let code = ends
                .exit_code
                .map_or_else(String::new, |code| format!(", with exit code {code}"));
            let told = format!(
                "{}: run without the others, too, it ended early{code} and without a result",
                ends.file
            );
            console.line(format!("ends it  {}", Clean::line(&told)))?;
        }
        if self.ends.is_empty() && self.unheard.is_empty() {
            console.line("         no file ends it in a run of its own; look at what runs beside them")?;
        }
        let mut tests: Vec<&TestCase> = self.tests.iter().collect();
        tests.sort_by_key(|case| super::print::order(case));
        for case in tests {
            let word = super::print::word(case);
            console.line(format!("{word}  {}, run without the rest", Clean::line(&case.name)))?;
            let lines = if case.status == CaseStatus::Passed { 0 } else { DETAIL };
            for line in broken::telling_lines(&case.detail, lines) {
                console.line(format!("         {}", Clean::line(line)))?;
            }
        }
        if !self.unheard.is_empty() {
            let told = format!("{}: whether they pass is not known", self.unheard.join(", "));
            console.line(format!("unheard  {}", Clean::line(&told)))?;
        }
        Ok(())
    }
}
