//! The Transcript pane: frame and title around the transcript widget.

use super::{fact, heading};
use crate::session::Session;
use crate::ui::layout::{Pane, Place};
use crate::ui::model::{FOREIGN, Model};
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use crate::ui::transcript::{self, View};
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// Draws the pane and returns where its cursor is.
pub fn draw(model: &Model, place: &Place, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let fresh = View::default();
    let session = model.shown_session();
    let view = session.and_then(|session| model.views.get(&session.number)).unwrap_or(&fresh);
    let mut left = heading(look, Pane::Transcript);
    let mut right = Vec::new();
    if let Some(session) = session {
        let foreign = model.foreign.as_ref().filter(|_| session.number == FOREIGN);
        let what = foreign.map_or_else(|| describe(session, look), |foreign| foreign.title.clone());
        left.extend(fact(look, &Clean::line(&what)));
        right = standing(model, session, view, look);
    }
    widget::title(buf, Rect { height: 1, ..place.area }, look, left, right);

    let body = place.body();
    if body.is_empty() {
        return None;
    }
    let Some(session) = session else {
        let text = if model.caught_up { "no session yet" } else { "" };
        widget::row(
            buf,
            Rect { height: 1, ..body },
            look,
            vec![Span::styled(format!(" {text}"), look.style(Slot::Dim))],
            Vec::new(),
        );
        return None;
    };
    let mut caches = model.caches.borrow_mut();
    let frame = transcript::render_session(body, buf, session, view, &mut caches.transcript, look);
    frame.cursor.map(|(x, y)| Position { x, y })
}

fn describe(session: &Session, look: &Look<'_>) -> String {
    let feature = session
        .feature
        .as_ref()
        .map(|feature| format!(" {feature}"))
        .unwrap_or_default();
    let turn = if session.turn.0 > 0 {
        format!(" {} {}", look.glyph(Glyph::Dot), session.turn)
    } else {
        String::new()
    };
    format!("{} {}{feature}{turn}", session.number, session.role)
}

/// Says where the reader stands: following, or how much came in since; and where a search stands.
fn standing(model: &Model, session: &Session, view: &View, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    if let Some(hits) = view.hits() {
        let at = hits.current.map_or(String::new(), |current| format!("{current} of "));
        let found = match hits.total {
            0 => format!("no hits in session {}", session.number.0),
            total => format::plural(total, "hit"),
        };
        let text = format!("/{} {at}{found}  ", Clean::line(&hits.query).as_str());
        spans.push(Span::styled(text, look.style(Slot::Active)));
    }
    let newest = model.state.current().is_some_and(|current| current.number == session.number);
    let new = view.new_below(&session.items);
    if new > 0 {
        spans.push(Span::styled(
            format!(" {} {new} new (G) ", look.glyph(Glyph::Down)),
            look.style(Slot::Badge),
        ));
    } else if session.number == FOREIGN {
        spans.push(Span::styled("not of longhaul", look.style(Slot::Dim)));
    } else if !newest {
        spans.push(Span::styled("an earlier session", look.style(Slot::Warning)));
    } else if session.ended.is_none() && view.follows() {
        spans.push(Span::styled("follow", look.style(Slot::Dim)));
    }
    spans
}
