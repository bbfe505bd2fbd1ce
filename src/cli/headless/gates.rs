//! What a headless run says of gates and of what a person does at them.
//!
//! Pure. Invariant: a gate that waits for a person is always named with its number, and so is how it was decided.

use crate::protocol::event::{
    AutonomyChanged, CommitReviewed, GateCommented, GateDecided, GateKind, GateOpened, QuestionAsked, RuleAdded,
};
use crate::protocol::{Autonomy, GateDecision, RuleExpiry};
use crate::session::State;
use crate::ui::text::{Clean, format, truncate, width};

/// Columns that a title keeps on the narrowest line.
const SUBJECT: usize = 20;

/// A gate opened: a line if a person is asked.
pub(super) fn opened(event: &GateOpened, state: &State) -> Option<String> {
    let level = state.run.as_ref().map(|run| run.autonomy)?;
    level.asks(event.what).then(|| waiting(event))
}

/// What waits, with the number of its gate.
pub(in crate::cli) fn waiting(event: &GateOpened) -> String {
    let facts = event.commit.as_ref().map_or_else(String::new, |facts| {
        let files = format::plural(facts.files as usize, "file");
        format!(" ({files}, +{} -{})", facts.added, facts.removed)
    });
    format!("waiting for you: {} {}{facts}, {}", kind(event.what), event.title, event.gate)
}

/// As [`waiting`], with a title that is cut where the line would be longer than so many columns.
pub(in crate::cli) fn waiting_within(event: &GateOpened, columns: usize) -> String {
    let over = width(&waiting(event)).saturating_sub(columns);
    let room = width(&event.title).saturating_sub(over).max(SUBJECT);
    let title = truncate(Clean::line(&event.title).as_str(), room, "…");
    waiting(&GateOpened { title, ..event.clone() })
}

/// A question of the agent, with its number and its choices.
pub(in crate::cli) fn asked(event: &QuestionAsked) -> String {
    let choices: Vec<String> = event
        .choices
        .iter()
        .zip(1..)
        .map(|(choice, n)| format!("{n} {choice}"))
        .collect();
    let choices = if choices.is_empty() {
        String::new()
    } else {
        let own = event.default.and(event.fallback());
        let counts = own.map_or_else(String::new, |number| format!("; without an answer {number} counts"));
        format!(" ({}{counts})", choices.join(", "))
    };
    format!("{}: {}{choices}", event.question, event.text)
}

/// The word for what waits.
pub(in crate::cli) const fn kind(what: GateKind) -> &'static str {
    match what {
        GateKind::Commit => "commit",
        GateKind::Command => "command",
        GateKind::Artifact => "change of a guarded file",
        GateKind::Limit => "limit",
    }
}

/// A gate was decided: a line unless policy let it pass.
pub(super) fn decided(event: &GateDecided) -> Option<String> {
    let word = match event.decision {
        GateDecision::Approve if event.by == "policy" => return None,
        GateDecision::Approve => "approved",
        GateDecision::Reject => "denied",
        GateDecision::RejectAndStop => "denied, with a stop,",
        GateDecision::Void => "void",
    };
    let mut line = match event.decision {
        GateDecision::Void => format!("{} {word}", event.gate),
        _ => format!("{} {word} by {}", event.gate, event.by),
    };
    if !event.reason.is_empty() {
        line.push_str(": ");
        line.push_str(super::narrate::first_line(&event.reason));
    }
    if !event.comments.is_empty() {
        line.push_str(&format!(" ({})", format::plural(event.comments.len(), "comment")));
    }
    Some(line)
}

/// A rule about commands was made.
pub(super) fn rule(event: &RuleAdded) -> String {
    let expiry = match event.expiry {
        RuleExpiry::Never => "until it is revoked".to_owned(),
        other => format!("for {}", other.word()),
    };
    format!(
        "rule {}: `{}` runs without asking in {}, {expiry}",
        event.rule,
        event.pattern,
        event.scope.word()
    )
}

/// The level changed.
pub(super) fn level(event: &AutonomyChanged) -> String {
    let meaning = match event.level {
        Autonomy::Manual => "commits and commands wait for you",
        Autonomy::Commits => "commits wait for you",
        Autonomy::Deferred => "no gate waits; commits queue up for your review",
        Autonomy::Auto => "no gate waits",
    };
    format!("autonomy {}: {meaning}", event.level.word())
}

/// Something was written on what waits.
pub(super) fn commented(event: &GateCommented) -> String {
    let comments = format::plural(event.comments.len(), "comment");
    let words = match (&event.words, event.what) {
        (None, _) => "",
        (Some(_), GateKind::Limit) => " and another limit",
        (Some(_), _) => " and another message",
    };
    format!("{comments}{words} kept on what waits at {}", event.gate)
}

/// A commit was looked at after the fact.
pub(super) fn reviewed(event: &CommitReviewed) -> String {
    let comments = match event.comments.len() {
        0 => String::new(),
        n => format!(", {}", format::plural(n, "comment")),
    };
    format!(
        "commit {} looked at: {} of {} hunks seen{comments}",
        event.commit.short(),
        event.hunks_seen,
        event.hunks
    )
}
