//! `longhaul verify`: the project's tests, run once by hand as a run would run them.
//!
//! Reads the project's tree and log and takes no lock: a live run goes on beside it. Writes no event: what was run by hand is
//! nobody's evidence. Invariant: it exits with 0 only where a run would call the tree green.

mod ended;
mod print;

use super::args::VerifyArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::project::Project;
use super::{launch, replay, settings, signals};
use crate::config::Settings;
use crate::git::Repo;
use crate::harness::{own_files, vanished};
use crate::process::ProcessError;
use crate::protocol::event::GoneTests;
use crate::protocol::{Feature, Oid, TestCase, TestPurpose, TestRun};
use crate::session::state::FeatureRow;
use crate::ui::text::{Clean, format};
use crate::verify::{self, Plan, runner};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Changed files that are named.
const NAMED: usize = 5;

/// The command that runs the tests, and whose word it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Command {
    pub(super) command: String,
    /// `configured`, `declared` by the initializer, or the runner that was found.
    pub(super) by: String,
    /// Why, in a sentence.
    pub(super) reason: String,
    #[serde(skip)]
    reports: Vec<String>,
}

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    command: &'a Command,
    green: bool,
    passed: u32,
    failed: u32,
    skipped: u32,
    flaky: Vec<&'a str>,
    /// The tree that was tested, as it was before.
    tree: Option<&'a str>,
    /// Files that differ from that tree since: the tests wrote them, or somebody else did meanwhile.
    changed: &'a [String],
    exit_code: Option<i32>,
    timed_out: bool,
    /// The time limit, where it was met.
    limit_seconds: Option<u32>,
    duration_ms: u64,
    /// With `--feature`: whether these tests prove it, and those of its tests that did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    proven: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<&'a str>>,
    /// What is amiss with the run, so that it proves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    amiss: Option<&'a str>,
    /// How the command can be brought to name its tests, where this run named none.
    #[serde(skip_serializing_if = "Option::is_none")]
    unnamed: Option<&'a str>,
    /// Tests of passing features that are not there any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<&'a GoneTests>,
    /// Tests of passing features that are there and did not run: the command failed as a whole, was stopped, or left them out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unrun: Vec<&'a GoneTests>,
    /// Tests that features name which pass by the list only, and that are not there.
    #[serde(skip_serializing_if = "<[GoneTests]>::is_empty")]
    not_there: &'a [GoneTests],
    /// Where something ended the run: which files do that, and what the tests of the others come to without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    apart: Option<&'a ended::Apart>,
    tests: Vec<&'a TestCase>,
    output: &'a str,
}

/// Runs the command.
///
/// # Errors
/// Fails if no command is known, the command cannot be started, or the output fails.
pub fn run(args: &VerifyArgs, console: &mut Console) -> Result<Exit, Failure> {
    let project = Project::open(&args.dir)?;
    let settings = settings::load(Some(&project.workspace))?.settings;
    // A directory that is no repository has tests too, and no tree.
    let tree = Repo::discover(&project.workspace)
        .and_then(|repo| repo.snapshot())
        .ok()
        .map(|tree| tree.id);
    let feature = match &args.feature {
        Some(id) => {
            let row = row(&project, id)?;
            if let Some(kept) = row.check.as_ref().filter(|_| row.feature.tests.is_empty()) {
                return replay::run(args, &project, &settings, tree, (&row.feature.id, &kept.check), console);
            }
            Some(with_tests(row)?)
        }
        None => None,
    };
    let command = command(&project.workspace, &settings, project.state.verify_command.as_deref()).ok_or_else(|| {
        Failure::unready(
            "no file here tells how the tests are run; set `command` under [verify] in longhaul.toml, such as command = \"make test\"",
        )
    })?;
    if !args.json {
        console.note(format!(
            "{}  ({})",
            Clean::line(&command.command),
            Clean::line(&command.reason)
        ))?;
    }
    let plan = Plan {
        command: command.command.clone(),
        cwd: project.workspace.clone(),
        purpose: TestPurpose::Evidence,
        tree,
        timeout: Duration::from_secs(settings.verify.timeout_seconds),
        reports: command.reports.clone(),
        retries: args.retries.unwrap_or(settings.verify.retries),
        worth: None,
        only: Vec::new(),
    };
    let Some(mut run) = execute(plan, console)? else {
        return Ok(Exit::Stopped);
    };
    let code = |tree: &Oid| Repo::discover(&project.workspace).and_then(|repo| repo.without(tree, &own_files(&project.list)));
    run.code = run.tree.as_ref().and_then(|tree| code(tree).ok());
    if vanished::names_tests(&project.state, &run.command) {
        verify::disbelieve(&mut run);
    }
    project.state.tests.name_flaky(&mut run);
    let (gone, not_there) = (gone(&project, &run), not_there(&project, &run));
    let apart = ended::look(&project, &settings, &command, &run, console)?;
    let apart = match &feature {
        Some(feature) => apart.map(|apart| apart.of(feature)),
        None => apart,
    };
    let changed = changed(&project.workspace, run.tree.as_ref());
    let own = feature.map(|feature| verify::own(feature, &run));
    let unnamed = verify::how_to_name(&run, &project.workspace);
    if args.json {
        let report = report(&command, &run, own.as_ref(), (&changed, &gone, &not_there));
        console.json(&Report {
            unnamed: unnamed.as_deref(),
            apart: apart.as_ref(),
            ..report
        })?;
    } else {
        print::print(&run, own.as_ref(), (&gone, &not_there), &project.workspace, console)?;
        if let Some(apart) = &apart {
            apart.print(console)?;
        }
        if let Some(how) = unnamed.as_ref().filter(|_| apart.is_none()) {
            let told = format!("this run told no tests by name, so it proves no feature that names tests; {how}");
            console.line(Clean::line(&told).to_string())?;
        }
        if !changed.is_empty() {
            console.line(told(&changed))?;
        }
    }
    // Asked for one feature, that one is answered for.
    let good = own.map_or_else(
        || run.is_green() && gone.is_empty() && not_there.is_empty(),
        |own| own.proven(),
    );
    Ok(if good { Exit::Done } else { Exit::Tests })
}

fn row<'a>(project: &'a Project, id: &str) -> Result<&'a FeatureRow, Failure> {
    project.state.features.get(&id.into()).ok_or_else(|| {
        Failure::unready(format!(
            "there is no feature `{id}` in {}; `longhaul features` lists them",
            project.workspace.display()
        ))
    })
}

fn with_tests(row: &FeatureRow) -> Result<&Feature, Failure> {
    if row.feature.tests.is_empty() {
        return Err(Failure::unready(format!(
            "the feature `{}` names no tests and has no recorded check, so nothing proves it; add tests under `tests` in the feature list",
            row.feature.id
        )));
    }
    Ok(&row.feature)
}

/// Finds the command as a run would: configured, else declared, else what the project's files tell.
pub(super) fn command(workspace: &Path, settings: &Settings, declared: Option<&str>) -> Option<Command> {
    let configured = settings
        .verify
        .command
        .as_deref()
        .map(|command| (command, "configured", "`[verify] command`"));
    let declared = declared.map(|command| (command, "declared", "as recorded in the project's log"));
    if let Some((command, by, reason)) = configured.or(declared) {
        let reports = match settings.verify.reports.as_slice() {
            [] => runner::reports_of(workspace, command),
            reports => reports.to_vec(),
        };
        return Some(Command {
            command: command.to_owned(),
            by: by.to_owned(),
            reason: reason.to_owned(),
            reports,
        });
    }
    let detected = runner::detect(workspace).into_iter().next()?;
    Some(Command {
        command: detected.found.command,
        by: detected.runner.to_owned(),
        reason: detected.found.reason,
        reports: detected.found.reports,
    })
}

/// Runs the tests until they end or the user stops them; `None` if stopped.
fn execute(plan: Plan, console: &mut Console) -> Result<Option<TestRun>, Failure> {
    let ran = until_stopped(|cancel| verify::run(plan, cancel), console)?;
    Ok((!ran.cancelled).then_some(ran.run))
}

/// Names the tests of passing features that are gone, as a run would tell them.
fn gone(project: &Project, run: &TestRun) -> Vec<GoneTests> {
    let missing = vanished::missing(&project.state, run);
    let looked = (!missing.is_empty()).then(|| Repo::discover(&project.workspace).and_then(|repo| vanished::gone(&missing, &repo)));
    looked.and_then(Result::ok).unwrap_or_default()
}

/// Names the tests of features that pass by the list only which the run does not name, where it names any; else those whose file is not
/// there.
fn not_there(project: &Project, run: &TestRun) -> Vec<GoneTests> {
    let is_whole = run.exit_code.is_some() && !run.timed_out;
    let names_any = run.cases.iter().any(|case| case.name != verify::COMMAND_CASE);
    let paths = |tree: &Oid| Repo::discover(&project.workspace).and_then(|repo| repo.paths_at(tree)).ok();
    let files = run.tree.as_ref().and_then(paths).unwrap_or_default();
    let is_missing = |entry: &&str| {
        let file = entry.split("::").next().unwrap_or(entry);
        let is_path = file.contains(['/', '.']) && !file.contains(char::is_whitespace);
        let lies_here = || files.iter().any(|path| verify::lies_in(entry, path)) || project.workspace.join(file).exists();
        names_any || is_path && !lies_here()
    };
    let rows = project.state.features.rows.iter();
    let by_list = rows.filter(|row| is_whole && project.state.is_unshown(row));
    let of = |row: &FeatureRow| {
        let own = verify::own(&row.feature, run);
        let missing = own.missing.iter().filter(|_| own.amiss.is_none() || !names_any);
        let tests: Vec<String> = missing
            .copied()
            .filter(|entry| is_missing(entry))
            .map(str::to_owned)
            .collect();
        let feature = row.feature.id.clone();
        (!tests.is_empty()).then_some(GoneTests {
            feature,
            tests,
            unrun: Vec::new(),
            why: String::new(),
        })
    };
    by_list.filter_map(of).collect()
}

/// Names the files that differ by now from the tree that was tested.
fn changed(workspace: &Path, before: Option<&Oid>) -> Vec<String> {
    let Some(before) = before else { return Vec::new() };
    let changes = Repo::discover(workspace).and_then(|repo| repo.changes(Some(before), &repo.snapshot()?.id));
    changes.unwrap_or_default().into_iter().map(|file| file.path).collect()
}

fn told(changed: &[String]) -> String {
    let named: Vec<_> = changed.iter().take(NAMED).map(|path| Clean::line(path).to_string()).collect();
    let more = match changed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "the tests changed {}: {}{more}; the result is of the tree before",
        format::plural(changed.len(), "file"),
        named.join(", ")
    )
}

/// Waits for a piece of work that Ctrl-C cancels, or another signal that asks to end. What it started is ended either way; if this
/// process is killed, the next command that comes here ends it, and says so.
pub(super) fn until_stopped<T, F>(work: impl FnOnce(CancellationToken) -> F, console: &mut Console) -> Result<T, Failure>
where
    F: Future<Output = Result<T, ProcessError>>,
{
    let runtime = launch::runtime()?;
    let _errand = launch::begin_errand(&runtime, console)?;
    runtime.block_on(async {
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let listening = tokio::spawn(async move {
            signals::asked_to_end().await;
            stop.cancel();
        });
        let done = work(cancel).await?;
        listening.abort();
        Ok(done)
    })
}

fn report<'a>(
    command: &'a Command,
    run: &'a TestRun,
    own: Option<&verify::Own<'a>>,
    (changed, gone, not_there): (&'a [String], &'a [GoneTests], &'a [GoneTests]),
) -> Report<'a> {
    let totals = run.totals();
    Report {
        command,
        green: run.is_green(),
        passed: totals.passed,
        failed: totals.failed,
        skipped: totals.skipped,
        flaky: run.flaky().map(|case| case.name.as_str()).collect(),
        tree: run.tree.as_ref().map(|tree| tree.as_str()),
        changed,
        exit_code: run.exit_code,
        timed_out: run.timed_out,
        limit_seconds: run.limit_seconds,
        duration_ms: run.duration_ms,
        proven: own.map(verify::Own::proven),
        missing: own.map(|own| own.missing.clone()),
        amiss: own.and_then(|own| own.amiss),
        unnamed: None,
        apart: None,
        gone: gone.iter().filter(|gone| !gone.tests.is_empty()).collect(),
        unrun: gone.iter().filter(|gone| !gone.unrun.is_empty()).collect(),
        not_there,
        tests: own.map_or_else(|| run.cases.iter().collect(), |own| own.cases.clone()),
        output: &run.output.text,
    }
}
