//! `longhaul gates`: what waits for a person in the run of a project, read from its log.

use super::args::ReadArgs;
use super::console::Console;
use super::failure::Failure;
use super::headless::gates::{kind, waiting};
use super::project::{Project, Standing};
use crate::protocol::event::CommitFacts;
use crate::session::state::OpenGate;
use crate::ui::text::{Clean, format};
use jiff::Timestamp;
use serde::Serialize;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Row<'a> {
    gate: u32,
    kind: &'static str,
    since: Timestamp,
    session: u32,
    title: &'a str,
    body: &'a str,
    tree: Option<&'a str>,
    commit: Option<&'a CommitFacts>,
}

/// Runs the command.
///
/// # Errors
/// Fails if the project cannot be read.
pub fn run(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let open = &project.state.open_gates;
    if args.json {
        console.json(&open.iter().map(row).collect::<Vec<_>>())?;
        return Ok(());
    }
    if open.is_empty() {
        console.line(match project.standing() {
            Standing::Interrupted => "the run was interrupted, so no gate waits",
            Standing::Running | Standing::WaitingForYou => "no gate waits",
            _ => "no run is on, so no gate waits",
        })?;
    }
    let now = Timestamp::now();
    for gate in open {
        let age = format::duration_ms(format::seconds_between(gate.since, now) * 1000);
        console.line(Clean::line(&format!("{}, for {age}", waiting(&gate.opened))).as_str())?;
        for (fine, finding) in gate.opened.commit.iter().flat_map(|facts| &facts.findings) {
            let mark = if *fine { "ok  " } else { "NOT " };
            console.line(format!("  {mark} {}", Clean::line(finding)))?;
        }
    }
    Ok(())
}

fn row(open: &OpenGate) -> Row<'_> {
    let opened = &open.opened;
    Row {
        gate: opened.gate.0,
        kind: kind(opened.what),
        since: open.since,
        session: open.session.0,
        title: &opened.title,
        body: &opened.body,
        tree: opened.tree.as_ref().map(crate::protocol::Oid::as_str),
        commit: opened.commit.as_deref(),
    }
}
