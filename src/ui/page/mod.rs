//! Full-screen pages: a text about one thing, laid out once per width and revision, drawn row by row.
//!
//! Owns what a page says; does not own scrolling (that is update's). Invariant: laying out is pure, so that update
//! can ask for the same rows that view draws.

pub mod always;
mod anchor;
pub mod audit;
pub mod check;
pub mod commit;
pub mod diff;
pub mod editor;
pub mod feature;
pub mod history;
pub mod item;
pub mod list;
pub mod next_window;
pub mod rehearsal;
pub mod review;
pub mod rules;
pub mod sheet;
pub mod start;
pub mod survey;
pub mod test;

pub use anchor::Anchor;

use super::model::review::Review;
use super::model::{Loaded, Model, Page, Subject};
use super::text::{Clean, Glyph, Look, highlight};
use super::theme::Slot;
use super::widget;
use crate::protocol::Seq;
use crate::session::Session;
use crate::session::timeline::Item;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::text::{Line, Span};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A laid-out text with places to jump to.
#[derive(Debug, Default)]
pub struct Document {
    /// One line a row.
    pub lines: Vec<Line<'static>>,
    /// Places to jump to, in order.
    pub marks: Vec<Stop>,
    /// What its lines stand for, of a review.
    pub outline: Option<review::Outline>,
}

/// A place in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Its row.
    pub row: usize,
    /// What begins there.
    pub mark: Mark,
    /// The file it belongs to.
    pub file: usize,
}

/// What begins at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A hunk.
    Hunk,
    /// A file.
    File,
}

#[derive(Debug, PartialEq, Eq)]
struct Key {
    subject: Subject,
    width: u16,
    toggled: BTreeSet<usize>,
    revision: u64,
    ready: (bool, bool),
    review: Option<review::Key>,
    clock: Option<i64>,
}

/// The documents of the last frames: of the open page and of the third column.
#[derive(Debug, Default)]
pub struct DocumentCache {
    kept: Vec<(Key, Rc<Document>)>,
}

/// Returns the rows below the page's title and above the footer.
#[must_use]
pub const fn body(size: Size) -> Rect {
    Rect {
        x: 1,
        y: 2,
        width: size.width.saturating_sub(2),
        height: size.height.saturating_sub(3),
    }
}

/// Returns where the visible page's text stands.
#[must_use]
pub fn area(model: &Model) -> Rect {
    match model.open_review() {
        Some(review) => review::places(model, review).body,
        None => text_area(model, model.size),
    }
}

/// Where the text of a page that is no review stands on a screen of this size.
fn text_area(model: &Model, size: Size) -> Rect {
    match model.pages.last().map(|page| &page.subject) {
        Some(Subject::History) => history::text_area(model, size),
        _ if model.open_move().is_some() => rehearsal::text_area(size),
        _ => body(size),
    }
}

/// Finds a transcript entry by its event.
#[must_use]
pub fn item_at(session: &Session, seq: Seq) -> Option<&Item> {
    session
        .items
        .binary_search_by_key(&seq, |item| item.seq)
        .ok()
        .and_then(|index| session.items.get(index))
}

/// Lays a page out, or takes it from the cache.
#[must_use]
pub fn document(model: &Model, page: &Page, width: u16) -> Rc<Document> {
    let key = Key {
        subject: page.subject.clone(),
        width,
        toggled: page.toggled.clone(),
        revision: revision(model, &page.subject),
        ready: (loaded(model, &page.subject), highlight::is_ready()),
        review: reviewed(model, &page.subject).map(|review| review::key(model, review, width)),
        // Ages are shown in minutes: within one, the text stays.
        clock: model.clock.map(|now| now.as_second() / 60),
    };
    if let Some((_, document)) = model.caches.borrow().documents.kept.iter().find(|(kept, _)| *kept == key) {
        return Rc::clone(document);
    }
    let look = model.appearance.look(model.clock, true);
    let document = Rc::new(match &page.subject {
        Subject::Feature(id) => feature::document(model, id, width, &look),
        Subject::Commit(commit) => commit::document(model, page, commit, width, &look),
        Subject::Test(name) => test::document(model, name, width, &look),
        Subject::Item(session, seq) => item::document(model, *session, *seq, width, &look),
        Subject::Review(target) => match model.review(target) {
            Some(review) => review::document(model, page, review, width, &look),
            None => Document::default(),
        },
        Subject::NextWindow => next_window::document(model, page, width, &look),
        Subject::Rehearsal => rehearsal::document(model, page, width, &look),
        Subject::Always => always::document(model, width, &look),
        Subject::Rules => rules::document(model, width, &look),
        Subject::History => history::document(model, width, &look),
        Subject::Survey => survey::document(model, page, width, &look),
        Subject::List => list::document(model, width, &look),
        Subject::Audit(session) => audit::document(model, *session, width, &look),
        // It is drawn by itself: only its visible rows are laid out.
        Subject::Editor => Document::default(),
    });
    let kept = &mut model.caches.borrow_mut().documents.kept;
    if kept.len() >= 2 {
        kept.remove(0);
    }
    kept.push((key, Rc::clone(&document)));
    document
}

/// Returns what changes when the text may have: a commit never does, an entry has its own revision.
fn revision(model: &Model, subject: &Subject) -> u64 {
    match subject {
        Subject::Commit(commit) => model.debt(commit).map_or(0, |debt| model.unseen_of(debt).into()),
        Subject::Review(_) | Subject::Editor => 0,
        Subject::NextWindow => model.next_window.revision,
        Subject::History => {
            let rows = model.state.features.rows.iter();
            // What a flip's cause was is told after it.
            let told = rows.map(|row| row.flips.len() as u64 + row.traced.as_ref().map_or(0, |trace| trace.seq.0));
            model.history.revision + told.sum::<u64>()
        }
        Subject::Survey => model.surveys,
        Subject::List => model.list.revision,
        // Whether the run is live is part of the text.
        Subject::Rehearsal => {
            let revision = model.going.as_ref().map_or(0, |going| going.revision);
            revision * 2 + u64::from(model.run_is_live())
        }
        Subject::Item(session, seq) => {
            let item = model.session(*session).and_then(|session| item_at(session, *seq));
            item.map_or(0, |item| item.revision.0)
        }
        Subject::Always => model.always.as_ref().map_or(0, |always| always.revision),
        Subject::Feature(_) | Subject::Test(_) | Subject::Rules | Subject::Audit(_) => model.state.last_seq.0,
    }
}

fn reviewed<'a>(model: &'a Model, subject: &Subject) -> Option<&'a Review> {
    match subject {
        Subject::Review(target) => model.review(target),
        _ => None,
    }
}

fn loaded(model: &Model, subject: &Subject) -> bool {
    match subject {
        Subject::Review(target) => model
            .review(target)
            .is_some_and(|found| !matches!(review::change(model, found), review::Change::Pending)),
        Subject::Commit(commit) => !matches!(model.diffs.get(commit), None | Some(Loaded::Pending)),
        Subject::Item(session, seq) => item::is_fetched(model, *session, *seq),
        Subject::Feature(id) => check::latest(model, id).is_none_or(|(run, ..)| check::is_fetched(model, run)),
        Subject::Rehearsal => rehearsal::is_counted(model),
        Subject::Test(_)
        | Subject::NextWindow
        | Subject::Always
        | Subject::Rules
        | Subject::History
        | Subject::Survey
        | Subject::List
        | Subject::Audit(_)
        | Subject::Editor => true,
    }
}

/// Returns the rows of a page that contain what is searched for. Lower case matches any case.
#[must_use]
pub fn matching_rows(model: &Model, page: &Page) -> Vec<usize> {
    let document = document(model, page, area(model).width);
    let query = &page.search;
    let any_case = !query.chars().any(char::is_uppercase);
    let hit = |line: &Line<'static>| {
        let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        if any_case {
            text.to_lowercase().contains(query.as_str())
        } else {
            text.contains(query.as_str())
        }
    };
    let rows = document.lines.iter().enumerate();
    rows.filter(|(_, line)| !query.is_empty() && hit(line))
        .map(|(row, _)| row)
        .collect()
}

/// Draws a page with its title; returns where its cursor is.
pub fn draw(model: &Model, page: &Page, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let body = text_area(model, screen.as_size());
    let title = Rect {
        y: 1,
        height: 1.min(screen.height.saturating_sub(1)),
        ..screen
    };
    let document = document(model, page, body.width);
    let rows = document.lines.len();
    let (left, right) = heading(model, page, rows, usize::from(body.height), look);
    widget::title(buf, title, look, left, right);
    draw_rows(page, &document, body, buf, look);
    if page.subject == Subject::History {
        history::draw(model, screen, buf, look);
    }
    if page.subject.has_cursor() && rows > 0 {
        return draw_cursor(page, body, buf, look);
    }
    None
}

/// Draws the gutter mark: it says where the cursor is without touching the diff's own colours.
fn draw_cursor(page: &Page, body: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let below = u16::try_from(page.cursor.saturating_sub(page.scroll)).unwrap_or(0);
    let y = body.y + below.min(body.height.checked_sub(1)?);
    let x = body.x.saturating_sub(1);
    buf.set_span(x, y, &Span::styled(look.glyph(Glyph::Person), look.style(Slot::Active)), 1);
    Some(Position { x, y })
}

/// Draws a page's text without a title, from its top, as the third column does.
pub fn draw_body(model: &Model, page: &Page, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let document = document(model, page, area.width);
    draw_rows(page, &document, area, buf, look);
}

fn draw_rows(page: &Page, document: &Document, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let height = usize::from(area.height);
    let top = page.scroll.min(document.lines.len().saturating_sub(1));
    let visible = document.lines.iter().skip(top).take(height);
    for (line, y) in visible.zip(area.top()..) {
        buf.set_line(area.x, y, line, area.width);
        if !page.search.is_empty() {
            mark_hits(buf, Rect { y, height: 1, ..area }, &page.search, look);
        }
    }
}

/// Marks what is searched for in a drawn row.
fn mark_hits(buf: &mut Buffer, row: Rect, query: &str, look: &Look<'_>) {
    let any_case = !query.chars().any(char::is_uppercase);
    let symbols: Vec<String> = (row.left()..row.right())
        .map(|x| {
            let symbol = buf[(x, row.y)].symbol();
            if any_case { symbol.to_lowercase() } else { symbol.to_owned() }
        })
        .collect();
    let wanted: Vec<String> = query.chars().map(String::from).collect();
    for start in 0..symbols.len().saturating_sub(wanted.len().saturating_sub(1)) {
        if symbols[start..].starts_with(&wanted) {
            let x = row.x + u16::try_from(start).unwrap_or(0);
            let width = u16::try_from(wanted.len()).unwrap_or(0);
            widget::tint(buf, Rect { x, width, ..row }, look.style(Slot::SearchHit));
        }
    }
}

fn heading(model: &Model, page: &Page, rows: usize, height: usize, look: &Look<'_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let name = |kind: &'static str, rest: &str| {
        vec![
            Span::styled(format!("{kind} "), look.style(Slot::TitleFocused)),
            Clean::line(rest).span(look.style(Slot::Title)),
        ]
    };
    let left = match &page.subject {
        Subject::Feature(id) => name("Feature", id.as_str()),
        Subject::Commit(commit) => name("Commit", commit.short()),
        Subject::Test(test) => name("Test", test),
        // Draws a title of its own.
        Subject::Review(_) => Vec::new(),
        Subject::NextWindow => vec![Span::styled("Next context window", look.style(Slot::TitleFocused))],
        Subject::Always => vec![Span::styled(
            "Always: a rule for commands like this one",
            look.style(Slot::TitleFocused),
        )],
        Subject::Rules => vec![Span::styled("Rules for commands", look.style(Slot::TitleFocused))],
        Subject::History => name("History", &history::counted(model)),
        Subject::Audit(session) => name("Audit", &format!("of session {}", session.0)),
        Subject::Survey => vec![Span::styled("What lies here", look.style(Slot::TitleFocused))],
        Subject::List => name("List", &model.state.features.path),
        Subject::Editor => Vec::new(),
        Subject::Rehearsal => name("Going back", &rehearsal::counted(model)),
        Subject::Item(session, seq) => {
            let item = model.session(*session).and_then(|session| item_at(session, *seq));
            let turn = item.map(|item| item.turn).filter(|turn| turn.0 > 0);
            let turn = turn
                .map(|turn| format!(" {} {turn}", look.glyph(Glyph::Dot)))
                .unwrap_or_default();
            name("Entry", &format!("{session}{turn}"))
        }
    };
    let mut right = Vec::new();
    if !page.search.is_empty() {
        let hits = matching_rows(model, page).len();
        right.push(Span::styled(
            format!("/{} {hits}  ", Clean::line(&page.search).as_str()),
            look.style(Slot::Active),
        ));
    }
    if rows > height {
        let shown = (page.scroll + height).min(rows);
        right.push(Span::styled(format!("{}%", shown * 100 / rows.max(1)), look.style(Slot::Dim)));
    }
    (left, right)
}
