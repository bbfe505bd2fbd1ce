//! `longhaul verify --feature ID` for a feature with a recorded check: it is run once more, by hand.
//!
//! Writes no event and keeps no blob. Invariant: it exits with 0 only where the check holds.

use super::args::VerifyArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::project::Project;
use crate::config::Settings;
use crate::protocol::{Check, CheckRun, FeatureId, Oid, TestPurpose};
use crate::ui::text::{Clean, format};
use crate::verify::check::{self, Plan};
use serde::Serialize;
use std::time::Duration;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Report<'a> {
    holds: bool,
    failure: Option<String>,
    #[serde(flatten)]
    run: &'a CheckRun,
}

/// Runs the check and prints how it went.
///
/// # Errors
/// Fails if the shell cannot be started, or the output fails.
pub(super) fn run(
    args: &VerifyArgs,
    project: &Project,
    settings: &Settings,
    tree: Option<Oid>,
    (id, check): (&FeatureId, &Check),
    console: &mut Console,
) -> Result<Exit, Failure> {
    let plan = Plan {
        feature: id.clone(),
        check: check.clone(),
        cwd: project.workspace.clone(),
        purpose: TestPurpose::Evidence,
        tree,
        timeout: Duration::from_secs(settings.verify.timeout_seconds),
        elsewhere: false,
    };
    let ran = super::verify::until_stopped(|cancel| check::run(plan, cancel), console)?;
    if ran.cancelled {
        return Ok(Exit::Stopped);
    }
    let (run, failure) = (&ran.run, ran.run.failure());
    if args.json {
        let holds = failure.is_none();
        console.json(&Report { holds, failure, run })?;
    } else {
        print(run, failure.as_deref(), console)?;
    }
    Ok(if run.holds() { Exit::Done } else { Exit::Tests })
}

fn print(run: &CheckRun, failure: Option<&str>, console: &mut Console) -> std::io::Result<()> {
    let last = run.steps.len().checked_sub(1);
    for (index, (wanted, went)) in run.check.steps.iter().zip(&run.steps).enumerate() {
        let failed = failure.is_some() && Some(index) == last && run.amiss.is_empty();
        console.line(format!(
            "{}  {}  {}",
            if failed { "FAIL   " } else { "ok     " },
            Clean::line(&wanted.command),
            format::duration_ms(went.duration_ms)
        ))?;
        for line in went.output.text.lines().take(if failed { usize::MAX } else { 0 }) {
            console.line(format!("         {}", Clean::line(line)))?;
        }
    }
    for file in &run.files {
        console.line(format!("file     {}, {}", Clean::line(&file.path), format::bytes(file.bytes)))?;
    }
    let tree = run
        .tree
        .as_ref()
        .map(|tree| format!(" on tree {}", tree.short()))
        .unwrap_or_default();
    let end = failure.map_or_else(|| "it holds".to_owned(), |why| Clean::line(why).to_string());
    console.line(format!(
        "{}: {end}; after {}{tree}",
        run.counts(),
        format::duration_ms(run.duration_ms)
    ))
}
