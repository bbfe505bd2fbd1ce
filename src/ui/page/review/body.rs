//! The text of a review: what no longer holds, what hides, the message, then every file with its hunks and the comments on them.
//!
//! Invariant: each drawn line of a hunk is known by file, hunk and row, so that what was on the screen can be told truthfully.

use super::{Change, change, gone, is_split, label, remarks};
use crate::protocol::FileDiff;
use crate::protocol::event::GateKind;
use crate::ui::keymap::Action;
use crate::ui::model::review::{Comment, Extent, Review, Target};
use crate::ui::model::{Loaded, Model, Page};
use crate::ui::page::sheet::Sheet;
use crate::ui::page::{Document, Mark, Stop, diff};
use crate::ui::text::diff::{Block, Columns, Form, Plan, Row, blocks, hunks, of_patch};
use crate::ui::text::{Clean, Concealed, Glyph, Look, Wrap, highlight, reveal};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};
use std::collections::{BTreeSet, HashMap};

/// What a line of the text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Number of the file.
    pub file: usize,
    /// Number of the hunk within the file.
    pub hunk: usize,
    /// Row of the hunk; 0 is its `@@` line.
    pub row: usize,
    /// Line of the row, if it is broken.
    pub line: usize,
}

/// What a review's text consists of.
#[derive(Debug, Default)]
pub struct Outline {
    /// By line of the text; nothing for lines that are no part of a hunk.
    pub places: Vec<Option<Place>>,
    /// Number of hunks, by file.
    pub hunks: Vec<usize>,
    /// Lines of each hunk that is in the text.
    pub lines: HashMap<(usize, usize), usize>,
    /// Files that are folded.
    pub folded: BTreeSet<usize>,
}

/// Returns the rows of a file, hunk by hunk.
#[must_use]
pub fn file_hunks(file: &FileDiff) -> Vec<Vec<Row>> {
    hunks(&of_patch(&file.patch)).into_iter().map(<[Row]>::to_vec).collect()
}

/// Lays the text out.
pub(super) fn document(
    model: &Model,
    page: &Page,
    review: &Review,
    facts: Vec<Line<'static>>,
    width: u16,
    look: &Look<'_>,
) -> Document {
    highlight::preload(|| {});
    let mut sheet = Sheet::new(width, look);
    sheet.lines(facts);
    if let Some(why) = gone(review) {
        sheet.text(&format!("No longer waits: {why}"), Slot::Warning);
        sheet.gap();
    }
    let change = change(model, review);
    if let Change::Files(files) = &change {
        warnings(review, files, &mut sheet, look);
    }
    message(model, review, &mut sheet, look);
    remarks::on_change(review, &mut sheet, look);
    let mut writer = Writer {
        review,
        page,
        look,
        plan: Plan {
            width: usize::from(width).max(1),
            form: Form::Exact,
            columns: if is_split(review, width) {
                Columns::Split
            } else {
                Columns::Unified
            },
        },
        document: Document::default(),
        outline: Outline::default(),
    };
    match change {
        Change::Text(body) if review.gate.as_ref().is_some_and(|gate| gate.opened.what == GateKind::Limit) => {
            sheet.gap();
            sheet.text(body, Slot::Text);
        }
        Change::Text(body) => command(body, &mut sheet, look),
        Change::Pending => sheet.text("Reading the change.", Slot::Dim),
        Change::Failed(why) => sheet.text(&format!("The change cannot be shown: {why}"), Slot::Error),
        Change::Files(files) => {
            if review.extent == Extent::SinceLast {
                sheet.gap();
                sheet.text("Only what changed since the last round:", Slot::Active);
            }
            if files.is_empty() {
                sheet.gap();
                sheet.text("No file differs.", Slot::Dim);
            }
            remarks::lost(model, review, &mut sheet, look);
            writer.plain(sheet.finish().lines);
            sheet = Sheet::new(width, look);
            writer.files(files);
        }
    }
    writer.plain(sheet.finish().lines);
    writer.document.outline = Some(writer.outline);
    writer.document
}

/// Says what hides in the change, before anything of it is read.
fn warnings(review: &Review, files: &[FileDiff], sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let body = review.gate.as_ref().map_or("", |gate| gate.opened.body.as_str());
    let mut found = Concealed::within(body);
    let mut paths = Vec::new();
    for file in files {
        let here = concealed(file);
        if !here.is_none() {
            paths.push(file.path.as_str());
        }
        found = found.and(here);
    }
    if found.is_none() {
        return;
    }
    let kinds = [
        (found.bidi, "that reorder text"),
        (found.invisible, "without a shape"),
        (found.controls, "that control terminals"),
        (found.blanks, "that only look like a space"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let place = match paths.len() {
        0 => "the message".to_owned(),
        1..=3 => paths.join(", "),
        more => format!("{more} files"),
    };
    let lead = vec![look.mark(Glyph::Guard, Slot::Warning), Span::raw(" ")];
    let told = Clean::name(&format!("Hidden characters in {place}: {}.", kinds.join(", ")));
    let how = Clean::literal(" They are drawn as their codes, like <U+200B>.");
    let style = look.style(Slot::Warning);
    sheet.item(lead, &[told.span(style), how.span(style)]);
    sheet.gap();
}

fn concealed(file: &FileDiff) -> Concealed {
    let path = Concealed::within_name(&file.path);
    path.and(Concealed::within_name(file.old_path.as_deref().unwrap_or_default()))
        .and(Concealed::within(&file.patch))
}

fn message(model: &Model, review: &Review, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let original = match (&review.target, &review.gate) {
        (_, Some(gate)) if gate.opened.tree.is_some() => gate.opened.body.as_str(),
        (Target::Commit(commit), _) => match model.diffs.get(commit) {
            Some(Loaded::Ready(diff)) => diff.message.as_str(),
            _ => "",
        },
        _ => return,
    };
    let text = review.message.as_deref().unwrap_or(original).trim_end_matches('\n');
    let is_commit = review.gate.is_none() || review.is_commit();
    let mut first = vec![label(if is_commit { "message" } else { "reason" }, look)];
    let is_earlier = earlier_words(model, review);
    if is_earlier {
        let key = model.keymap.key_text(Action::EditMessage);
        let told = format!("yours, written for another change; {key} offers the agent's:");
        sheet.lines(vec![Line::from(vec![
            first.remove(0),
            Span::styled(told, look.style(Slot::Warning)),
        ])]);
        first.push(Span::raw(" ".repeat(9)));
    } else if review.message.is_some() {
        first.push(Span::styled("edited ", look.style(Slot::Human)));
    }
    worded(text, &first, Slot::Bold, sheet, look);
    if is_earlier {
        let told = Span::styled("         the agent's own:", look.style(Slot::Dim));
        sheet.lines(vec![Line::from(told)]);
        worded(
            original.trim_end_matches('\n'),
            &[Span::raw(" ".repeat(9))],
            Slot::Text,
            sheet,
            look,
        );
    }
}

/// Says whether the message on the page is one that the person wrote for another change.
pub(super) fn earlier_words(model: &Model, review: &Review) -> bool {
    let gate = review.gate.as_ref().filter(|_| review.message.is_some());
    gate.is_some_and(|gate| model.state.earlier_words(&gate.opened).is_some())
}

fn worded(text: &str, first: &[Span<'static>], title: Slot, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let rest = [Span::raw(" ".repeat(9))];
    for (index, line) in text.split('\n').enumerate() {
        let slot = if index == 0 { title } else { Slot::Text };
        let spans = reveal(vec![Clean::exact(line).span(look.style(slot))], look);
        let wrap = Wrap {
            width: sheet.width(),
            first: if index == 0 { first } else { &rest },
            rest: &rest,
        };
        sheet.lines(wrap.columns(&spans));
    }
}

/// Lays a command out, numbered: a line that goes on must not look like the next one.
fn command(body: &str, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let found = Concealed::within(body);
    if !found.is_none() {
        let lead = vec![look.mark(Glyph::Guard, Slot::Warning), Span::raw(" ")];
        let told = Clean::literal("Hidden characters in this command; they are drawn as their codes.");
        sheet.item(lead, &[told.span(look.style(Slot::Warning))]);
    }
    sheet.gap();
    let rest = [Span::raw(" ".repeat(5))];
    for (index, line) in body.split('\n').enumerate() {
        let first = [Span::styled(format!("{:>4} ", index + 1), look.style(Slot::LineNumber))];
        let wrap = Wrap {
            width: sheet.width(),
            first: &first,
            rest: &rest,
        };
        let spans = reveal(vec![Clean::exact(line).span(look.style(Slot::Text))], look);
        sheet.lines(wrap.columns(&spans));
    }
}

/// Writes the files, line by line with what each line stands for.
struct Writer<'a> {
    review: &'a Review,
    page: &'a Page,
    look: &'a Look<'a>,
    plan: Plan,
    document: Document,
    outline: Outline,
}

impl Writer<'_> {
    fn plain(&mut self, lines: Vec<Line<'static>>) {
        self.document.lines.extend(lines);
        self.outline.places.resize(self.document.lines.len(), None);
    }

    fn stop(&mut self, mark: Mark, file: usize) {
        let row = self.document.lines.len();
        self.document.marks.push(Stop { row, mark, file });
    }

    fn files(&mut self, files: &[FileDiff]) {
        for (index, file) in files.iter().enumerate() {
            let folded = diff::starts_folded(file) != self.page.toggled.contains(&index);
            if self.document.lines.last().is_some_and(|line| line.width() > 0) {
                self.plain(vec![Line::default()]);
            }
            self.stop(Mark::File, index);
            let mut spans = diff::heading(file, folded, Form::Exact, self.look);
            if !concealed(file).is_none() {
                spans.push(Span::raw("  "));
                spans.push(self.look.mark(Glyph::Guard, Slot::Warning));
                spans.push(Span::styled(" hidden characters", self.look.style(Slot::Warning)));
            }
            let facts = self.review.gate.as_ref().and_then(|gate| gate.opened.commit.as_ref());
            if facts.is_some_and(|facts| facts.earlier.contains(&file.path)) {
                spans.push(Span::styled("  there before this run", self.look.style(Slot::Warning)));
            }
            if !file.note.is_empty() {
                spans.push(Span::raw("  "));
                spans.push(Clean::name(&file.note).span(self.look.style(Slot::Warning)));
            }
            self.plain(Wrap::to(self.plan.width).columns(&spans));
            self.plain(remarks::on_file(self.review, &file.path, self.plan.width, self.look));
            let rows = of_patch(&file.patch);
            let parts = hunks(&rows);
            self.outline.hunks.push(file.hunks() as usize);
            if folded {
                self.outline.folded.insert(index);
                continue;
            }
            let here = remarks::on_lines(self.review, &file.path, &rows);
            if parts.is_empty() {
                self.without_lines(index, file);
            }
            let mut from = 0;
            for (hunk, part) in parts.iter().enumerate() {
                self.stop(Mark::Hunk, index);
                self.hunk((index, hunk), &file.path, part, from, &here);
                from += part.len();
            }
        }
    }

    /// Says of a file that no line of it can be shown; that line is what there is to see of it.
    fn without_lines(&mut self, index: usize, file: &FileDiff) {
        let told = if file.note.contains("binary") {
            "  not text: nothing to show"
        } else {
            "  no line differs"
        };
        self.stop(Mark::Hunk, index);
        self.document.lines.push(Line::styled(told, self.look.style(Slot::Dim)));
        let (hunk, row, line) = (0, 0, 0);
        self.outline.places.push(Some(Place {
            file: index,
            hunk,
            row,
            line,
        }));
        self.outline.lines.insert((index, hunk), 1);
    }

    /// Writes a hunk that begins at row `from` of its file.
    fn hunk(&mut self, (file, hunk): (usize, usize), path: &str, rows: &[Row], from: usize, comments: &[(usize, &Comment)]) {
        let mut lines = 0;
        for Block {
            row,
            beside,
            lines: drawn,
        } in blocks(rows, path, self.plan, self.look)
        {
            lines += drawn.len();
            for (line, text) in drawn.into_iter().enumerate() {
                self.document.lines.push(text);
                self.outline.places.push(Some(Place { file, hunk, row, line }));
            }
            for (_, comment) in comments
                .iter()
                .filter(|(at, _)| *at == from + row || beside.is_some_and(|beside| *at == from + beside))
            {
                self.plain(remarks::written(self.review, comment, self.plan.width, self.look));
            }
        }
        self.outline.lines.insert((file, hunk), lines);
    }
}
