//! The editor's page: a text being typed, wrapped softly; below it what is asked, or what happened on disk meanwhile.
//!
//! Owns how it is drawn. Invariant: the row with the cursor is drawn whatever the height, and both sides of a conflict can be read whole.

use super::body;
use crate::harness::notes::merge;
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::model::editor::{Asking, Conflict, Edited, Editor};
use crate::ui::model::plan::Wanted;
use crate::ui::text::{Clean, Look, Wrap, format, soft_cursor, soft_wrap, truncate, wrap};
use crate::ui::theme::Slot;
use crate::ui::update::edit_standing;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget as _};

/// Rows that a sentence about what is wrong may take.
const TROUBLE: usize = 3;

/// Returns the rows that the text has; the last one of the body is kept for what is said about it.
#[must_use]
pub const fn text_area(size: Size) -> Rect {
    let body = body(size);
    Rect {
        height: body.height.saturating_sub(1),
        ..body
    }
}

/// Columns of a text; one is kept for a cursor behind a full row.
#[must_use]
pub const fn columns(size: Size) -> usize {
    text_area(size).width.saturating_sub(1) as usize
}

/// Draws the page; returns where the cursor types.
pub fn draw(model: &Model, editor: &Editor, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let title = Rect {
        y: 1,
        height: 1.min(screen.height.saturating_sub(1)),
        ..screen
    };
    let (left, right) = heading(model, editor, look);
    widget::title(buf, title, look, left, right);
    let area = text_area(screen.as_size());
    let said = said(model, editor, look);
    buf.set_line(area.x, area.bottom(), &Line::from(said), area.width);
    let position = text(editor, area, screen.as_size(), buf, look);
    if let (Edited::Feature(form), Asking::Nothing) = (&editor.what, editor.asking)
        && let Some(why) = &form.trouble
    {
        trouble(why, area, buf, look);
    }
    position
}

/// What is wrong with a form, over the last rows of its text: the next key takes it away again.
fn trouble(why: &str, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let mut lines = wrap(&Clean::line(why), usize::from(area.width), look.style(Slot::Error));
    lines.truncate(usize::from(area.height).min(TROUBLE));
    let height = u16::try_from(lines.len()).unwrap_or(1);
    let place = Rect {
        y: (area.bottom() + 1).saturating_sub(height),
        height,
        ..area
    }
    .intersection(buf.area);
    Clear.render(place, buf);
    widget::lines(buf, place, &lines);
}

/// Draws the text, both sides of a conflict, or why there is neither; returns where the cursor types.
fn text(editor: &Editor, area: Rect, screen: Size, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    match (&editor.conflict, editor.asking, &editor.failed) {
        (Some(conflict), Asking::Versions, _) => {
            versions(editor, conflict, area, buf, look);
            None
        }
        (_, _, Some(reason)) => {
            let spans = [Clean::line(reason).span(look.style(Slot::Error))];
            widget::lines(buf, area, &Wrap::to(usize::from(area.width)).words(&spans));
            None
        }
        _ => typed(editor, area, columns(screen), buf, look),
    }
}

fn heading(model: &Model, editor: &Editor, look: &Look<'_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let kind = match &editor.what {
        Edited::Notes => "Progress notes ",
        Edited::Section(_) => "Section ",
        Edited::Feature(form) => match form.wanted {
            Wanted::Add { after: Some(_) } => "New feature behind ",
            Wanted::Add { after: None } => "New feature at ",
            Wanted::Reword { .. } => "Reword ",
            Wanted::Split { .. } => "Split ",
            Wanted::Remove { .. } => "Remove ",
            Wanted::Flip { passes: true, .. } => "It passes: ",
            Wanted::Flip { passes: false, .. } => "It does not pass: ",
        },
    };
    let left = vec![
        Span::styled(kind, look.style(Slot::TitleFocused)),
        Clean::line(editor.name()).span(look.style(Slot::Title)),
    ];
    let waits = editor.is_under_way().then(|| edit_standing(model));
    let (word, slot) = match (&editor.base, &editor.saving) {
        (None, _) => ("reading", Slot::Dim),
        _ if waits.is_some() => (waits.as_deref().unwrap_or_default(), Slot::Active),
        (_, Some(_)) => ("saving", Slot::Active),
        _ if editor.is_changed() => ("not saved", Slot::Warning),
        _ if matches!(editor.what, Edited::Feature(_)) => ("as it is", Slot::Dim),
        _ => ("saved", Slot::Dim),
    };
    let mut right = Vec::new();
    if !editor.search.is_empty() {
        right.push(Span::styled(
            format!("/{}  ", Clean::line(&editor.search).as_str()),
            look.style(Slot::Active),
        ));
    }
    let lines = editor.field.lines().len();
    right.push(Span::styled(
        format!("line {} of {lines}  ", editor.field.cursor().0 + 1),
        look.style(Slot::Dim),
    ));
    right.push(Span::styled(word.to_owned(), look.style(slot)));
    (left, right)
}

/// The line below the text: what is asked, or what a person should know.
fn said(model: &Model, editor: &Editor, look: &Look<'_>) -> Vec<Span<'static>> {
    let key = |action: Action| model.keymap.key_text(action);
    let (text, slot) = match (editor.asking, &editor.conflict) {
        (Asking::Unsaved, _) => (
            format!(
                "Not saved. {} saves and closes, {} drops the changes, {} goes on typing.",
                key(Action::SaveAndClose),
                key(Action::DropChanges),
                key(Action::KeepTyping)
            ),
            Slot::Warning,
        ),
        (Asking::Versions, Some(conflict)) => {
            let places = match conflict.merged.conflicts {
                0 => "no place in common".to_owned(),
                n => format!("{} in common", format::plural(n, "place")),
            };
            let text = format!(
                "Both sides, {places}: {} keeps yours, {} takes the file's, {} edits both.",
                key(Action::KeepMine),
                key(Action::TakeTheirs),
                key(Action::EditMerged)
            );
            (text, Slot::Warning)
        }
        (Asking::Proof(_), _) => (
            format!(
                "Its evidence is of the old words: {} it still passes, {} to be proven anew.",
                key(Action::StillPasses),
                key(Action::ProveAnew)
            ),
            Slot::Warning,
        ),
        (_, Some(_)) => (
            format!(
                "The file was changed meanwhile; nothing is lost. {} shows both sides.",
                key(Action::SaveText)
            ),
            Slot::Warning,
        ),
        _ => match &editor.what {
            Edited::Feature(form) => (form.rules().to_owned(), Slot::Dim),
            Edited::Notes | Edited::Section(_) => return Vec::new(),
        },
    };
    let area = text_area(model.size);
    let text = truncate(&text, usize::from(area.width), look.glyph(crate::ui::text::Glyph::Ellipsis));
    vec![Span::styled(text, look.style(slot))]
}

fn typed(editor: &Editor, area: Rect, columns: usize, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let lines = editor.field.lines();
    let rows = soft_wrap(lines, columns);
    let (row, column) = soft_cursor(&rows, lines, editor.field.cursor());
    let height = usize::from(area.height).max(1);
    let top = editor.scroll.clamp((row + 1).saturating_sub(height), row);
    for (soft, y) in rows.iter().skip(top).zip(area.top()..area.bottom()) {
        let heading = lines.get(soft.line).is_some_and(|line| line.starts_with('#'));
        let slot = if heading { Slot::Heading } else { Slot::Text };
        let spans = vec![soft.text(lines).span(look.style(slot))];
        buf.set_line(area.x, y, &Line::from(spans), area.width);
        if !editor.search.is_empty() {
            super::mark_hits(buf, Rect { y, height: 1, ..area }, &editor.search, look);
        }
    }
    (editor.asking == Asking::Nothing && editor.base.is_some()).then(|| Position {
        x: area.x + u16::try_from(column).unwrap_or(u16::MAX).min(area.width.saturating_sub(1)),
        y: area.y + u16::try_from(row - top).unwrap_or(0).min(area.height.saturating_sub(1)),
    })
}

/// Both sides in one text, the places where they differ marked by words and colour.
fn versions(editor: &Editor, conflict: &Conflict, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let rows = version_rows(conflict, usize::from(area.width), look);
    let top = editor.scroll.min(rows.len().saturating_sub(usize::from(area.height)));
    let shown: Vec<Line<'static>> = rows.into_iter().skip(top).take(usize::from(area.height)).collect();
    widget::lines(buf, area, &shown);
}

/// Lays out what [`Asking::Versions`] shows.
#[must_use]
pub fn version_rows(conflict: &Conflict, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut side = Slot::Text;
    let mut rows = Vec::new();
    for line in conflict.merged.text.lines() {
        let slot = match line {
            merge::MINE => {
                side = Slot::Human;
                Slot::Hunk
            }
            merge::BASE => {
                side = Slot::Dim;
                Slot::Hunk
            }
            merge::THEIRS => {
                side = Slot::Harness;
                Slot::Hunk
            }
            merge::END => {
                side = Slot::Text;
                Slot::Hunk
            }
            _ => side,
        };
        let span = Clean::line(line).span(look.style(slot));
        rows.extend(Wrap::to(width).words(&[span]));
    }
    rows
}
