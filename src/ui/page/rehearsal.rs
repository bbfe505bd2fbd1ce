//! The page of a move back: what it would do, whole; below it, always in view, how it is made and how it is left.
//!
//! Owns what is drawn; when keys count is `update`'s. Invariant: nothing that goes or changes is left out, and the line that says what
//! must be typed is on the screen at every size.

use super::sheet::Sheet;
use super::{Document, Mark, body, diff};
use crate::protocol::{FileDiff, Rehearsal};
use crate::ui::model::going::{Going, WORD};
use crate::ui::model::{Loaded, Model, Page};
use crate::ui::rehearsal::{self, Fate, Wording};
use crate::ui::text::{Clean, Glyph, Look, format, highlight, truncate};
use crate::ui::theme::Slot;
use crate::ui::update::rollback;
use crate::ui::{keymap::Action, widget};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::text::{Line, Span};

/// Returns the rows of the text; the two below it say what a move needs.
#[must_use]
pub const fn text_area(size: Size) -> Rect {
    let body = body(size);
    Rect {
        height: body.height.saturating_sub(2),
        ..body
    }
}

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, page: &Page, width: u16, look: &Look<'_>) -> Document {
    highlight::preload(|| {});
    let mut sheet = Sheet::new(width, look);
    match model.going.as_ref().map(|going| &going.rehearsal) {
        Some(Loaded::Ready(rehearsal)) => rehearsed(&mut sheet, model, page, rehearsal, look),
        Some(Loaded::Failed(reason)) => sheet.text(&format!("This move cannot be made: {reason}"), Slot::Error),
        Some(Loaded::Pending) | None => sheet.text("Comparing the files of then with those of now.", Slot::Dim),
    }
    sheet.finish()
}

fn rehearsed(sheet: &mut Sheet<'_>, model: &Model, page: &Page, rehearsal: &Rehearsal, look: &Look<'_>) {
    sheet.text(&rehearsal::heading(rehearsal), Slot::Bold);
    sheet.gap();
    if rehearsal.is_idle() {
        sheet.text("Nothing would change: files and branch are so already.", Slot::Text);
        return;
    }
    if model.run_is_live() {
        let text = "ends with the move: what the agent does now is interrupted, its session and the run end";
        sheet.fact_spans("live run", &[Span::styled(text, look.style(Slot::Warning))]);
    }
    let wording = Wording {
        arrow: look.glyph(Glyph::Arrow),
        names: usize::MAX,
    };
    for (label, text) in rehearsal::rows(rehearsal, &model.state, wording) {
        sheet.fact(label, &text);
    }
    if !rehearsal.set_aside.is_empty() {
        sheet.heading("Commits set aside");
        for commit in &rehearsal.set_aside {
            let mark = vec![Span::styled(format!("  {}  ", commit.id.short()), look.style(Slot::Dim))];
            sheet.item(mark, &[Clean::line(&commit.subject).span(look.style(Slot::Text))]);
        }
    }
    sheet.heading("Files");
    let trees = rehearsal.trees.clone();
    match trees.and_then(|(now, then)| model.changes.get(&(Some(now), then))) {
        Some(Loaded::Ready(files)) => {
            for (index, file) in files.iter().enumerate() {
                row(sheet, rehearsal, file, index, page, look);
            }
        }
        Some(Loaded::Failed(_)) | None => names(sheet, rehearsal, look),
        Some(Loaded::Pending) => {
            names(sheet, rehearsal, look);
            sheet.text("  Counting lines.", Slot::Dim);
        }
    }
}

/// What becomes of a file, in words and colour; one that is told of by its new name alone changes.
fn fate(rehearsal: &Rehearsal, path: &str) -> (&'static str, Slot) {
    let fate = rehearsal::files(rehearsal).find(|(_, name)| *name == path);
    worded(fate.map_or(Fate::Changes, |(fate, _)| fate))
}

const fn worded(fate: Fate) -> (&'static str, Slot) {
    let slot = match fate {
        Fate::Changes => Slot::Active,
        Fate::Returns => Slot::Added,
        Fate::Goes => Slot::Removed,
        Fate::KeptAside => Slot::Warning,
    };
    (fate.words(), slot)
}

fn row(sheet: &mut Sheet<'_>, rehearsal: &Rehearsal, file: &FileDiff, index: usize, page: &Page, look: &Look<'_>) {
    let open = page.toggled.contains(&index);
    sheet.stop(Mark::File, index);
    let mut spans = vec![
        Span::raw("  "),
        look.mark(if open { Glyph::Unfolded } else { Glyph::Folded }, Slot::Dim),
        Span::raw(" "),
        Clean::name(&file.path).span(look.style(Slot::Text)),
    ];
    let (word, slot) = fate(rehearsal, &file.path);
    if let Some(old) = &file.old_path {
        spans.push(Span::styled("  returns from ", look.style(Slot::Dim)));
        spans.push(Clean::name(old).span(look.style(Slot::Text)));
    } else {
        spans.push(Span::styled(format!("  {word}"), look.style(slot)));
    }
    if file.added + file.removed > 0 {
        spans.push(Span::styled(format!("  +{}", file.added), look.style(Slot::Added)));
        spans.push(Span::styled(format!(" -{}", file.removed), look.style(Slot::Removed)));
    }
    sheet.spans(&spans);
    if !file.note.is_empty() {
        sheet.text(&format!("    {}", file.note), Slot::Dim);
    }
    if open {
        diff::hunks(sheet, file, index, look);
    }
}

/// The files by name alone, where their lines are not known.
fn names(sheet: &mut Sheet<'_>, rehearsal: &Rehearsal, look: &Look<'_>) {
    for (fate, name) in rehearsal::files(rehearsal) {
        let (word, slot) = worded(fate);
        let name = Clean::name(name).span(look.style(Slot::Text));
        sheet.item(
            vec![Span::raw("    ")],
            &[name, Span::styled(format!("  {word}"), look.style(slot))],
        );
    }
}

/// Draws the page; returns where the cursor rests and where the word is typed.
pub fn draw(
    model: &Model,
    page: &Page,
    going: &Going,
    screen: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> (Option<Position>, Option<Position>) {
    let resting = super::draw(model, page, screen, buf, look);
    let area = text_area(screen.as_size());
    if area.height == 0 && screen.height < 5 {
        return (resting, None);
    }
    let rule = Rect {
        x: 0,
        y: area.bottom(),
        width: screen.width,
        height: 1,
    };
    let line = look.glyph(Glyph::Rule).repeat(usize::from(rule.width));
    buf.set_line(rule.x, rule.y, &Line::styled(line, look.style(Slot::Border)), rule.width);
    let below = Rect { y: rule.y + 1, ..rule };
    if let Some(word) = &going.word {
        let label = format!(" Type {WORD}, then {}: ", model.keymap.key_text(Action::MoveBack));
        return (resting, Some(widget::input(buf, below, look, &label, &word.field)));
    }
    let (text, slot) = said(model, going);
    let text = truncate(&text, usize::from(below.width).saturating_sub(2), look.glyph(Glyph::Ellipsis));
    buf.set_line(1, below.y, &Line::styled(text, look.style(slot)), below.width);
    (resting, None)
}

/// The line above the keys: how the move is made.
fn said(model: &Model, going: &Going) -> (String, Slot) {
    let leave = model.keymap.key_text(Action::Back);
    let live = model.run_is_live();
    match rollback::closed(model) {
        _ if going.sent && live => ("The run is being ended; then the move is made.".to_owned(), Slot::Active),
        _ if going.sent => ("Moving.".to_owned(), Slot::Active),
        Some(_) if going.ready().is_none() => (format!("{leave} leaves; nothing was changed."), Slot::Dim),
        Some(reason) => (format!("Not from here: {reason}. {leave} leaves."), Slot::Dim),
        None if !going.latch.is_armed(model.elapsed) => ("keys armed in a moment".to_owned(), Slot::Dim),
        None => {
            let ends = if live { "; that ends the run" } else { "" };
            let text = format!("Type {WORD} to do it{ends}. {leave} leaves all as it is.");
            (text, Slot::Warning)
        }
    }
}

/// Says whether the lines of every file are known, or will not be.
#[must_use]
pub fn is_counted(model: &Model) -> bool {
    let trees = model
        .going
        .as_ref()
        .and_then(Going::ready)
        .and_then(|rehearsal| rehearsal.trees.clone());
    let found = trees.and_then(|(now, then)| model.changes.get(&(Some(now), then)));
    matches!(found, Some(Loaded::Ready(_) | Loaded::Failed(_)))
}

/// Returns what the page's title says beside its name.
#[must_use]
pub fn counted(model: &Model) -> String {
    let Some(rehearsal) = model.going.as_ref().and_then(Going::ready) else {
        return String::new();
    };
    let files = rehearsal::files(rehearsal).count();
    format!(
        "{}, {}",
        format::plural(files, "file"),
        format::plural(rehearsal.set_aside.len(), "commit")
    )
}
