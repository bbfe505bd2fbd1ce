//! `longhaul gates`: what waits for a person in the run of a project, read from its log.

use super::args::ReadArgs;
use super::console::Console;
use super::failure::Failure;
use super::headless::gates::{asked, kind, waiting_within};
use super::project::{Project, Standing};
use crate::protocol::event::{CommitFacts, QuestionAsked};
use crate::session::state::OpenGate;
use crate::ui::text::{Clean, format};
use jiff::Timestamp;
use serde::Serialize;

/// Columns of a line for a person; `--json` has the whole.
const LINE: usize = 120;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Row<'a> {
    gate: Option<u32>,
    question: Option<u32>,
    kind: &'static str,
    since: Option<Timestamp>,
    session: Option<u32>,
    title: &'a str,
    body: &'a str,
    choices: &'a [String],
    /// The number, from 1, of the choice that counts if nobody answers.
    default: Option<usize>,
    tree: Option<&'a str>,
    commit: Option<&'a CommitFacts>,
    /// What is not as it should be, a sentence each.
    findings: Vec<String>,
    /// What a person put in the place of what waits: a commit's message, or a limit.
    reworded: Option<&'a str>,
}

/// Runs the command.
///
/// # Errors
/// Fails if the project cannot be read.
pub fn run(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let (open, questions) = (&project.state.open_gates, &project.state.open_questions);
    if args.json {
        console.json(
            &open
                .iter()
                .map(|open| row(&project, open))
                .chain(questions.iter().map(question))
                .collect::<Vec<_>>(),
        )?;
        return Ok(());
    }
    if open.is_empty() && questions.is_empty() {
        console.line(match project.standing() {
            Standing::Interrupted => "the run was interrupted, so no gate waits",
            Standing::Running | Standing::WaitingForYou => "no gate waits",
            _ => "no run is on, so no gate waits",
        })?;
    }
    let now = Timestamp::now();
    for gate in open {
        let age = format::duration_ms(format::seconds_between(gate.since, now) * 1000);
        let room = LINE.saturating_sub(age.len() + 6);
        console.line(Clean::line(&format!("{}, for {age}", waiting_within(&gate.opened, room))).as_str())?;
        if let Some(words) = project.state.words_at(gate.opened.gate) {
            console.line(format!("  reworded by you: {}", Clean::line(words)))?;
        }
        for (fine, finding) in gate.opened.sentences() {
            let mark = if fine { "ok  " } else { "NOT " };
            console.line(format!("  {mark} {}", Clean::line(&finding)))?;
        }
    }
    for question in questions {
        console.line(Clean::line(&asked(question)).as_str())?;
    }
    Ok(())
}

fn row<'a>(project: &'a Project, open: &'a OpenGate) -> Row<'a> {
    let opened = &open.opened;
    Row {
        gate: Some(opened.gate.0),
        question: None,
        kind: kind(opened.what),
        since: Some(open.since),
        session: Some(open.session.0),
        title: &opened.title,
        body: &opened.body,
        choices: &[],
        default: None,
        tree: opened.tree.as_ref().map(crate::protocol::Oid::as_str),
        commit: opened.commit.as_deref(),
        findings: opened.sentences().filter(|(fine, _)| !fine).map(|(_, found)| found).collect(),
        reworded: project.state.words_at(opened.gate),
    }
}

fn question(asked: &QuestionAsked) -> Row<'_> {
    Row {
        gate: None,
        question: Some(asked.question.0),
        kind: "question",
        since: None,
        session: None,
        title: &asked.text,
        body: "",
        choices: &asked.choices,
        default: asked.fallback(),
        tree: None,
        commit: None,
        findings: Vec::new(),
        reworded: None,
    }
}
