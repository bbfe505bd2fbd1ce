//! `longhaul history`: how a project's feature list went through its commits.
//!
//! Only reads. Invariant: every commit that made another list is printed, with everything that became of it there.

use super::args::HistoryArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::project;
use crate::harness::history::{HistoryError, history};
use crate::protocol::{ListHistory, ListStep, Oid};
use crate::ui::history::{counts, fact, flips};
use crate::ui::text::{Clean, format};
use serde::Serialize;
use std::collections::HashMap;

/// Features of a fact that are named before it is cut.
const NAMES: usize = 12;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Report<'a> {
    path: &'a str,
    commits: u32,
    main: u32,
    steps: Vec<Row<'a>>,
    notes: &'a [String],
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    step: &'a ListStep,
    /// The session that made the commit, where the log knows.
    session: Option<u32>,
}

/// Runs the command.
///
/// # Errors
/// Fails if there is no repository, it cannot be read, or none of its commits has a list.
pub fn run(args: &HistoryArgs, console: &mut Console) -> Result<(), Failure> {
    let project = project::Project::open_with(&args.dir, args.list.as_deref())?;
    if let Some(error @ crate::harness::ListError::Several(_)) = project.list_error {
        return Err(Failure::user(Exit::Usage, error.to_string()));
    }
    let told = history(&project.workspace, &project.list, &|| false)?.unwrap_or_default();
    let commits = project.state.commits.iter();
    let sessions: HashMap<&Oid, u32> = commits.map(|commit| (&commit.made.commit, commit.session.0)).collect();
    let session = |step: &ListStep| sessions.get(&step.commit.id).copied();
    if args.json {
        let rows = told.steps.iter().map(|step| Row {
            session: session(step),
            step,
        });
        return Ok(console.json(&Report {
            path: &told.path,
            commits: told.commits,
            main: told.main,
            steps: rows.collect(),
            notes: &told.notes,
        })?);
    }
    print(&told, &session, console)
}

fn print(told: &ListHistory, session: &dyn Fn(&ListStep) -> Option<u32>, console: &mut Console) -> Result<(), Failure> {
    let counted = |step: &ListStep| counts(step).len();
    let wide = told.steps.iter().map(counted).max().unwrap_or_default();
    let moved = told.steps.iter().map(|step| flips(step).len()).max().unwrap_or_default();
    for step in &told.steps {
        let place = match (step.merge, step.at) {
            (true, _) => "(merge) ",
            (false, None) => "(merged branch) ",
            (false, Some(_)) => "",
        };
        let session = session(step).map(|number| format!("s{number}  ")).unwrap_or_default();
        console.line(format!(
            "{}  {}  {:>wide$}  {:<moved$}  {session}{place}{}",
            step.commit.time.strftime("%Y-%m-%d"),
            step.commit.id.short(),
            counts(step),
            flips(step),
            Clean::line(&step.commit.subject)
        ))?;
        for told in &step.facts {
            let mark = if told.kind.is_worth_a_look() && !told.brought {
                '!'
            } else {
                ' '
            };
            console.line(format!("            {mark} {}", Clean::line(&fact(told, NAMES))))?;
        }
    }
    for note in &told.notes {
        console.note(format!("note: {}", Clean::line(note)))?;
    }
    console.line(format!(
        "{}: another one in {} of {}",
        Clean::line(&told.path),
        told.steps.len(),
        format::plural(told.commits as usize, "commit")
    ))?;
    Ok(())
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Git(error) => error.into(),
            none @ HistoryError::None { .. } => Self::unready(none.to_string()),
        }
    }
}
