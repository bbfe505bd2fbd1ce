//! What is said: openings, prompts, prose, reasoning, and what this build does not understand.

use super::row::{NAME, Row, fold_mark, head, more_line, words};
use super::{PROSE, Scene};
use crate::protocol::{BlockKind, RawJson, Role};
use crate::ui::text::{Clean, Glyph, format, markdown, width};
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

/// Lines of reasoning shown unless opened.
const THINKING: usize = 3;
/// Growing reasoning is laid out from a multiple of this many bytes.
const STRIDE: usize = 1024;

/// A rule with the role and the time.
pub(super) fn opened(role: Role, time: Timestamp, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let rule = look.glyph(Glyph::Rule);
    let word = format!(" {role} session ");
    let clock = format!(" {}", look.clock(time));
    let fill = scene.width.saturating_sub(2 + width(&word) + width(&clock));
    let border = look.style(Slot::Border);
    let spans = vec![
        Span::styled(rule.repeat(2), border),
        Span::styled(word, look.style(Slot::Harness)),
        Span::styled(rule.repeat(fill), border),
        Span::styled(clock, look.style(Slot::Dim)),
    ];
    vec![Line::from(crate::ui::text::truncate_spans(spans, scene.width, ""))]
}

/// What a person said is shown whole; what the harness said is folded to a line.
pub(super) fn prompt(from: &str, text: &str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let is_human = from == "human";
    let is_open = match scene.fold {
        Fold::Auto => is_human,
        Fold::Open | Fold::Whole => true,
        Fold::Shut => false,
    };
    let count = text.trim_end().lines().count();
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let row = if is_human {
        Row::new(scene.look, Glyph::Person, Slot::Human).word("you", Slot::Human, NAME)
    } else {
        Row::new(scene.look, fold_mark(is_open), Slot::Dim).word("prompt", Slot::Harness, NAME)
    };
    let from = if is_human || from == "harness" { "" } else { from };
    if !is_open {
        let row = row.title(from, Slot::Dim).title(first, Slot::Dim);
        return vec![row.right(&format::plural(count, "line"), Slot::Dim, 0).line(scene.width)];
    }
    if is_human && count <= 1 && Clean::line(first).width() + 12 < scene.width {
        return vec![row.title(first, Slot::Text).line(scene.width)];
    }
    let mut lines = vec![row.title(from, Slot::Dim).line(scene.width)];
    lines.extend(words(text.trim_end(), Slot::Text, 2, scene));
    lines
}

/// Prose folded to its first line.
pub(super) fn shut_text(text: &str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let lines = markdown::render(text, scene.width.min(PROSE), scene.look);
    head(lines, 1, 0, scene)
}

/// Reasoning, dim: its end while it grows, its beginning once whole.
pub(super) fn thinking(text: &str, done: bool, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let text = text.trim();
    if text.is_empty() {
        let growing = vec![Line::from(Span::styled("thinking", look.style(Slot::Thinking)))];
        return if done { Vec::new() } else { growing };
    }
    let narrow = Scene {
        width: scene.width.min(PROSE),
        ..*scene
    };
    match scene.fold {
        Fold::Open | Fold::Whole => words(text, Slot::Thinking, 0, &narrow),
        Fold::Shut => {
            let lines = words(text.lines().next().unwrap_or_default(), Slot::Thinking, 0, &narrow);
            head(lines, 1, 0, scene)
        }
        Fold::Auto if done => head(words(text, Slot::Thinking, 0, &narrow), THINKING, 0, scene),
        Fold::Auto => {
            // Only the end is laid out, from a place that does not move with every word.
            let far = text.len().saturating_sub(4 * narrow.width * THINKING) / STRIDE * STRIDE;
            let lines = words(&text[text.floor_char_boundary(far)..], Slot::Thinking, 0, &narrow);
            let skip = lines.len().saturating_sub(THINKING);
            lines.into_iter().skip(skip).collect()
        }
    }
}

/// A content block of an unknown kind.
pub(super) fn foreign(kind: &BlockKind, block: Option<&RawJson>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let name = match kind {
        BlockKind::Text => "text",
        BlockKind::Thinking => "thinking",
        BlockKind::ToolUse => "tool_use",
        BlockKind::Other(name) => name,
    };
    raw("block", name, block.map_or("", RawJson::get), scene)
}

/// An event of an unknown kind.
pub(super) fn unknown(event: &RawJson, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let value = event.value();
    let kind = value.get("type").and_then(|kind| kind.as_str()).unwrap_or("of no kind");
    raw("event", kind, event.get(), scene)
}

fn raw(word: &str, kind: &str, json: &str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let is_open = matches!(scene.fold, Fold::Open | Fold::Whole);
    let row = Row::new(scene.look, fold_mark(is_open), Slot::Dim)
        .word(word, Slot::Dim, NAME)
        .title(kind, Slot::Text)
        .title(if is_open { "" } else { json }, Slot::Dim)
        .right("newer than this build", Slot::Dim, 0);
    let mut lines = vec![row.line(scene.width)];
    if is_open {
        let json = Clean::line(json).into_string();
        let all = words(&json, Slot::Dim, 2, scene);
        let keep = if scene.fold == Fold::Whole { all.len() } else { 40 };
        let more = all.len().saturating_sub(keep);
        lines.extend(all.into_iter().take(keep));
        if more > 0 {
            lines.push(more_line(more, 2, scene));
        }
    }
    lines
}
