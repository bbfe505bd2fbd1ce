//! `longhaul history`: how a project's feature list went through its commits.
//!
//! Only reads. Invariant: every commit that made another list is printed, with everything that became of it there.

use super::args::HistoryArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::project;
use crate::harness::history::{HistoryError, history};
use crate::protocol::event::{Culprit, FlipBy};
use crate::protocol::{HistoryProgress, ListHistory, ListStep, NamedFeature, Oid};
use crate::session::{Setback, Stretch};
use crate::ui::history::{between_commits, commits, counts, fact, flips, progress, setback};
use crate::ui::text::{Clean, format};
use jiff::Timestamp;
use serde::Serialize;
use std::cell::RefCell;
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
    /// Features that ceased to pass by the log, whether or not a commit shows it; none in a project without one.
    setbacks: Vec<Back>,
}

/// A setback by the log.
#[derive(Debug, Serialize)]
struct Back {
    session: u32,
    /// Whether within that session.
    when: Stretch,
    time: Timestamp,
    feature: NamedFeature,
    by: FlipBy,
    reason: String,
    /// The session in which it passed again.
    again: Option<u32>,
    /// What broke it, where that was looked for.
    broken_by: Option<Culprit>,
}

impl From<&Setback> for Back {
    fn from(back: &Setback) -> Self {
        Self {
            session: back.session.0,
            when: back.stretch,
            time: back.time,
            feature: back.feature.clone(),
            by: back.by,
            reason: back.reason.clone(),
            again: back.again.map(|session| session.0),
            broken_by: back.traced.as_ref().map(|traced| traced.culprit.clone()),
        }
    }
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
    let shown = RefCell::new(&mut *console);
    let pace = |so_far: HistoryProgress| {
        if so_far.is_worth_telling() {
            // That it cannot be said how far it is does not end it.
            let line = format!("Reading the history of the list: {}", progress(so_far));
            let _ = shown.borrow_mut().progress(&Clean::line(&line));
        }
        true
    };
    let mut told = history(&project.workspace, &project.list, &pace)?.unwrap_or_default();
    console.erase_progress()?;
    told.tell_by_hand(|commit| project.state.is_by_hand(commit));
    let made = project.state.commits.iter();
    let sessions: HashMap<&Oid, u32> = made.map(|commit| (&commit.made.commit, commit.session.0)).collect();
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
            setbacks: project.state.setbacks().iter().map(Back::from).collect(),
        })?);
    }
    print(&told, between_commits(&told, &project.state), &session, console)
}

fn print(
    told: &ListHistory,
    backs: Vec<Setback>,
    session: &dyn Fn(&ListStep) -> Option<u32>,
    console: &mut Console,
) -> Result<(), Failure> {
    let counted = |step: &ListStep| counts(step).len();
    let wide = told.steps.iter().map(counted).max().unwrap_or_default();
    let moved = told.steps.iter().map(|step| flips(step).len()).max().unwrap_or_default();
    let mut backs = backs.into_iter().peekable();
    for step in &told.steps {
        while let Some(back) = backs.next_if(|back| back.time < step.commit.time) {
            between(&back, console)?;
        }
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
    for back in backs {
        between(&back, console)?;
    }
    for note in &told.notes {
        console.note(format!("note: {}", Clean::line(note)))?;
    }
    console.line(format!(
        "{}: the list changed in {} of {}",
        Clean::line(&told.path),
        format::grouped(u32::try_from(told.steps.len()).unwrap_or(u32::MAX)),
        commits(told.commits)
    ))?;
    Ok(())
}

/// Prints a setback that no commit shows, where it was in time.
fn between(back: &Setback, console: &mut Console) -> Result<(), Failure> {
    let when = back.stretch.of(back.session);
    console.line(format!("{}  {when}", back.time.strftime("%Y-%m-%d")))?;
    console.line(format!("            ! {}", Clean::line(&setback(back))))?;
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
