//! The page shown where nothing of ours exists yet: what is seen here, and what can be done.

use super::sheet::Sheet;
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::text::{Clean, Glyph, Look, format, truncate_spans, width};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// How much is said, as the room allows.
#[derive(Debug, Clone, Copy)]
struct Fit {
    /// Whether the command of a way to begin stands below it.
    commands: bool,
    /// Notices of the list.
    notices: usize,
    /// Whether a text may take several rows, and parts stand apart.
    airy: bool,
    /// Whether it is said what is here.
    seen: bool,
}

/// From all there is to say down to what fits the smallest screen.
const FITS: [Fit; 5] = [
    fit(true, 3, true, true),
    fit(false, 3, true, true),
    fit(false, 1, true, true),
    fit(false, 1, false, true),
    fit(false, 0, false, false),
];

const fn fit(commands: bool, notices: usize, airy: bool, seen: bool) -> Fit {
    Fit {
        commands,
        notices,
        airy,
        seen,
    }
}

/// Draws the page between header and footer. What does not fit is left out, the least first: the header stays whole.
pub fn draw(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let width = screen.width.saturating_sub(6).min(76);
    let room = screen.height.saturating_sub(2);
    let mut lines = Vec::new();
    for fit in FITS {
        lines = compose(model, width, fit, look);
        if lines.len() <= usize::from(room) {
            break;
        }
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(room);
    let area = widget::centered(screen, width, height);
    let area = Rect {
        y: area.y.max(screen.y + 1),
        ..area
    };
    widget::lines(buf, area, &lines);
}

fn compose(model: &Model, width: u16, fit: Fit, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut page = Composing {
        sheet: Sheet::new(width, look),
        fit,
        look,
    };
    let title = "No session of longhaul in this directory yet.";
    page.sheet.spans(&[Span::styled(title, look.style(Slot::Bold))]);
    if fit.seen {
        page.heading("What is here");
        page.seen(model);
        page.heading("What you can do");
    }
    page.ways(model);
    page.sheet.finish().lines
}

struct Composing<'a> {
    sheet: Sheet<'a>,
    fit: Fit,
    look: &'a Look<'a>,
}

impl Composing<'_> {
    fn heading(&mut self, text: &'static str) {
        if self.fit.airy {
            return self.sheet.heading(text);
        }
        self.sheet.spans(&[Span::styled(text, self.look.style(Slot::Heading))]);
    }

    fn item(&mut self, mut mark: Vec<Span<'static>>, value: &[Span<'static>]) {
        if self.fit.airy {
            return self.sheet.item(mark, value);
        }
        mark.extend(value.iter().cloned());
        let width = self.sheet.width();
        let line = truncate_spans(mark, width, self.look.glyph(Glyph::Ellipsis));
        self.sheet.lines([Line::from(line)]);
    }

    fn say(&mut self, text: &str) {
        let bullet = format!("  {} ", self.look.glyph(Glyph::Bullet));
        let bullet = vec![Span::styled(bullet, self.look.style(Slot::Dim))];
        let text = [Clean::line(text).span(self.look.style(Slot::Text))];
        self.item(bullet, &text);
    }

    fn ways(&mut self, model: &Model) {
        let rows: [(Action, &str, &'static str); 6] = [
            (
                Action::StartRun,
                "longhaul run . --spec app_spec.txt",
                "start a project from a goal or a specification",
            ),
            (
                Action::StartDemo,
                "longhaul demo",
                "watch a small project being built, without a key or a network",
            ),
            (Action::EnterProject, "", "look around here; no agent is started"),
            (
                Action::Survey,
                "",
                "read what lies here: lists, notes, init.sh, transcripts; nothing is run",
            ),
            (Action::ListHistory, "", "see how the feature list went through the commits"),
            (Action::Leave, "", "leave"),
        ];
        let keys = rows.map(|(action, ..)| model.keymap.key_text(action));
        let column = keys.iter().map(|key| width(key)).max().unwrap_or(0);
        for ((_, command, what), key) in rows.iter().zip(&keys) {
            let pad = " ".repeat(column.saturating_sub(width(key)) + 2);
            let key = Clean::line(key).span(self.look.style(Slot::Key));
            let what = [Span::styled(*what, self.look.style(Slot::Text))];
            self.item(vec![Span::raw("  "), key, Span::raw(pad)], &what);
            if self.fit.commands && !command.is_empty() {
                let command = [Span::styled(*command, self.look.style(Slot::Dim))];
                self.item(vec![Span::raw(" ".repeat(column + 4))], &command);
            }
        }
    }

    fn seen(&mut self, model: &Model) {
        match &model.state.repository {
            None => self.say("no git repository; `git init` makes one"),
            Some(repository) => {
                let commits = format::plural(
                    repository.total.max(u32::try_from(repository.commits.len()).unwrap_or(0)) as usize,
                    "commit",
                );
                let dirty = match repository.dirty.len() {
                    0 => String::new(),
                    n => format!(", {} not committed", format::plural(n, "change")),
                };
                self.say(&format!("a git repository on {} with {commits}{dirty}", repository.branch));
            }
        }
        let board = &model.state.features;
        let (passing, all) = board.progress();
        if all > 0 {
            let path = &board.path;
            self.say(&format!(
                "a feature list of another harness, {path}: {passing} of {all} features pass"
            ));
        } else if board.notices.is_empty() {
            self.say("no feature list");
        } else {
            self.say(&format!("a feature list without a feature that can be shown, {}", board.path));
        }
        for notice in board.notices.iter().take(self.fit.notices) {
            self.say(notice);
        }
        let more = board.notices.len().saturating_sub(self.fit.notices);
        if more > 0 {
            self.say(&format!("{} more about the list", format::plural(more, "notice")));
        }
    }
}
