//! What waits, or waited, for a person.

use super::Scene;
use super::row::{NAME, Row, words};
use crate::protocol::GateId;
use crate::protocol::event::QuestionAsked;
use crate::session::Session;
use crate::ui::text::{Glyph, format};
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use jiff::Timestamp;
use ratatui::text::Line;

/// A gate: loud while it waits, a dim line afterwards.
pub(super) fn gate(gate: GateId, title: &str, decision: Option<&str>, since: Timestamp, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let Some(decision) = decision else {
        let row = Row::new(scene.look, Glyph::FactPending, Slot::Human)
            .word(&gate.to_string(), Slot::Human, NAME)
            .title(title, Slot::Bold)
            .insist(&waiting(since, scene), Slot::Human);
        return vec![row.line(scene.width)];
    };
    // "denied by human: too long": the verdict must stand whatever the title leaves room for; a reason has lines of its own.
    let (verdict, reason) = decision.split_once(": ").unwrap_or((decision, ""));
    let row = Row::new(scene.look, Glyph::FactPending, Slot::Dim)
        .word(&gate.to_string(), Slot::Dim, NAME)
        .title(title, Slot::Dim)
        .insist(verdict, Slot::Dim);
    let mut lines = vec![row.line(scene.width)];
    if !reason.is_empty() {
        lines.extend(words(reason, Slot::Human, 2, scene));
    }
    lines
}

/// A question with its choices and its answer, never folded away while it waits.
pub(super) fn question(
    asked: &QuestionAsked,
    answer: Option<&(String, String)>,
    since: Timestamp,
    scene: &Scene<'_>,
) -> Vec<Line<'static>> {
    let row = Row::new(scene.look, Glyph::Person, Slot::Human).word(&asked.question.to_string(), Slot::Human, NAME);
    let Some((text, by)) = answer else {
        let mut lines = vec![row.insist(&waiting(since, scene), Slot::Human).line(scene.width)];
        lines.extend(words(asked.text.trim(), Slot::Bold, 2, scene));
        lines.extend(choices(asked, scene));
        return lines;
    };
    if scene.fold == Fold::Shut {
        return vec![row.title(&asked.text, Slot::Text).right(text, Slot::Dim, 0).line(scene.width)];
    }
    let mut lines = vec![row.line(scene.width)];
    lines.extend(words(asked.text.trim(), Slot::Text, 2, scene));
    if scene.fold != Fold::Auto {
        lines.extend(choices(asked, scene));
    }
    let who = if by == "human" { "you" } else { by.as_str() };
    let answer = format!("{} {who}: {}", scene.look.glyph(Glyph::Arrow), text.trim());
    lines.extend(words(&answer, Slot::Human, 2, scene));
    lines
}

fn choices(asked: &QuestionAsked, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let numbered = asked.choices.iter().enumerate();
    numbered
        .flat_map(|(index, choice)| words(&format!("{}. {choice}", index + 1), Slot::Text, 4, scene))
        .collect()
}

/// Says whether what began then ended with its session. What is asked between two sessions stands behind the first one's end.
pub(super) fn is_over(began: Timestamp, session: &Session) -> bool {
    session.ended.as_ref().is_some_and(|(ended, _)| began < *ended)
}

fn waiting(since: Timestamp, scene: &Scene<'_>) -> String {
    match scene.look.now {
        _ if scene.session.is_some_and(|session| is_over(since, session)) => "never answered".to_owned(),
        Some(now) => format!("waiting for you {}", format::minutes(since, now)),
        None => "waiting for you".to_owned(),
    }
}
