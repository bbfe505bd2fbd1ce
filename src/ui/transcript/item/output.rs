//! What commands print, behind a bar: its end while it runs or fails, head and tail when opened, all in the detail view.

use super::Scene;
use super::row::more_line;
use crate::ui::text::{Clean, Glyph, Wrap, truncate, truncate_spans};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// Lines of an opened output at its beginning and at its end.
const HEAD: usize = 30;
const TAIL: usize = 30;
/// Columns before an output.
pub(super) const INDENT: usize = 2;

/// Shows the last `count` lines, each cut to the width: costs the same however long the text is.
pub(super) fn tail(text: &str, count: usize, slot: Slot, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let text = text.trim_end_matches(['\n', '\r', ' ']);
    if text.is_empty() {
        return Vec::new();
    }
    let begin = text.rmatch_indices('\n').nth(count - 1).map_or(0, |(at, _)| at + 1);
    let indent = indent(scene);
    let room = scene.width.saturating_sub(INDENT + 2).max(1);
    let line = |line: &str| {
        let mut spans = indent.to_vec();
        spans.push(Span::styled(
            truncate(line, room, scene.look.glyph(Glyph::Ellipsis)),
            scene.look.style(slot),
        ));
        Line::from(truncate_spans(spans, scene.width, ""))
    };
    Clean::output(&text[begin..]).lines().map(line).collect()
}

/// Shows the last `count` lines of what went wrong, wrapped, for errors are never folded away; a line that fills
/// more than three rows is cut.
pub(super) fn last_words(text: &str, count: usize, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let text = text.trim_end_matches(['\n', '\r', ' ']);
    let begin = text.rmatch_indices('\n').nth(count - 1).map_or(0, |(at, _)| at + 1);
    let room = 3 * scene.width.saturating_sub(INDENT + 2).max(1);
    let cut = |line: &str| truncate(line, room, scene.look.glyph(Glyph::Ellipsis));
    let lines: Vec<String> = Clean::output(&text[begin..]).lines().map(cut).collect();
    if text.is_empty() {
        Vec::new()
    } else {
        laid(lines.iter().map(String::as_str), Slot::Text, Break::Words, scene)
    }
}

/// Shows the whole, or without `whole` its beginning and its end.
pub(super) fn opened(text: &str, slot: Slot, whole: bool, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let text = text.trim_end_matches(['\n', '\r', ' ']);
    let lines: Vec<&str> = text.split('\n').collect();
    if text.is_empty() {
        return Vec::new();
    }
    if whole || lines.len() <= HEAD + TAIL + 1 {
        return wrapped(text, slot, Break::Columns, scene);
    }
    let mut out = wrapped(&lines[..HEAD].join("\n"), slot, Break::Columns, scene);
    out.push(more_line(lines.len() - HEAD - TAIL, INDENT, scene));
    out.extend(wrapped(&lines[lines.len() - TAIL..].join("\n"), slot, Break::Columns, scene));
    out
}

/// Where long lines are broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Break {
    Words,
    Columns,
}

fn wrapped(text: &str, slot: Slot, at: Break, scene: &Scene<'_>) -> Vec<Line<'static>> {
    laid(Clean::output(text).lines(), slot, at, scene)
}

/// Lays lines out that are clean: cleaned again, what stands for a character would be taken for the text's own.
fn laid<'a>(lines: impl Iterator<Item = &'a str>, slot: Slot, at: Break, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let indent = indent(scene);
    let wrap = Wrap {
        width: scene.width,
        first: &indent,
        rest: &indent,
    };
    let style = scene.look.style(slot);
    lines
        .flat_map(|line| {
            let line = [Span::styled(line.to_owned(), style)];
            if at == Break::Words {
                wrap.words(&line)
            } else {
                wrap.columns(&line)
            }
        })
        .collect()
}

fn indent(scene: &Scene<'_>) -> [Span<'static>; 3] {
    [
        Span::raw(" ".repeat(INDENT)),
        scene.look.mark(Glyph::Bar, Slot::Border),
        Span::raw(" "),
    ]
}
