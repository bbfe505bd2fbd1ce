//! The list of sessions: role, feature, how it ended, what it cost.

use super::list_height;
use crate::protocol::SessionNo;
use crate::protocol::event::{EndCause, SessionEnded};
use crate::session::Session;
use crate::ui::model::{Cursor, Model};
use crate::ui::pane::header::{activity_word, money};
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use std::borrow::Cow;

/// Returns glyph, words and slot of a session's end. That it is finished is said only of one that brought a feature to pass, or left none.
#[must_use]
pub fn end_word(ended: &SessionEnded) -> (Glyph, Cow<'static, str>, Slot) {
    if let (EndCause::Finished, Some(left)) = (ended.cause, ended.left) {
        let words = format!("ended, {} left", format::plural(left as usize, "feature"));
        return (Glyph::Todo, words.into(), Slot::Text);
    }
    let (glyph, word, slot) = cause_word(ended.cause);
    (glyph, word.into(), slot)
}

const fn cause_word(cause: EndCause) -> (Glyph, &'static str, Slot) {
    match cause {
        EndCause::Finished => (Glyph::Pass, "finished", Slot::Pass),
        EndCause::ContextFull => (Glyph::Todo, "context full, handed off", Slot::Text),
        EndCause::Limit => (Glyph::Todo, "limit met", Slot::Warning),
        EndCause::Stopped => (Glyph::Todo, "stopped", Slot::Text),
        EndCause::GaveUp => (Glyph::Fail, "gave up", Slot::Warning),
        EndCause::Circling => (Glyph::Fail, "went round, handed off", Slot::Warning),
        EndCause::Failed => (Glyph::Fail, "failed", Slot::Error),
    }
}

/// Draws the window.
pub fn draw(model: &Model, cursor: &Cursor<SessionNo>, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let rows = model.session_rows(&cursor.filter);
    let height = list_height(model.size).min(rows.len().max(1));
    let heading = match cursor.filter.as_str() {
        "" => "Sessions".to_owned(),
        filter => format!("Sessions  /{}", Clean::line(filter).as_str()),
    };
    let area = widget::centered(screen, 100, u16::try_from(height + 2).unwrap_or(u16::MAX));
    let inner = widget::window(buf, area, look, &heading);
    for (index, y) in cursor.window(rows.len(), height).zip(inner.top()..inner.bottom()) {
        let area = Rect { y, height: 1, ..inner };
        let (left, right) = row(model, rows[index], look, inner.width);
        widget::row(buf, area, look, left, right);
        if index == cursor.index() {
            widget::select(buf, area, look);
        }
    }
}

fn row(model: &Model, session: &Session, look: &Look<'_>, width: u16) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let (glyph, word, slot) = match &session.ended {
        Some((_, ended)) => end_word(ended),
        None if session.is_interrupted() => (Glyph::Fail, "interrupted".into(), Slot::Warning),
        None => (Glyph::Active, activity_word(session.activity).into(), Slot::Active),
    };
    let feature = session.feature.as_ref().map_or("", |feature| feature.as_str());
    let mut left = vec![
        look.mark(glyph, slot),
        Span::styled(format!(" {:<4}", session.number.to_string()), look.style(Slot::Bold)),
        Span::styled(format!("{:<12}", session.role.as_str()), look.style(Slot::Text)),
        Clean::line(&format!("{feature:<7}")).span(look.style(Slot::Text)),
        Span::styled(word, look.style(slot)),
    ];
    if model.state.is_abandoned(session.number) {
        left.push(Span::styled(", abandoned", look.style(Slot::Human)));
    }
    if width < 60 {
        return (left, Vec::new());
    }
    let commits = model
        .state
        .commits
        .iter()
        .filter(|commit| commit.session == session.number)
        .count();
    let end = session.ended.as_ref().map(|(time, _)| *time).or(look.now);
    let took = end
        .map(|end| format::duration_ms(format::seconds_between(session.started, end) * 1000))
        .unwrap_or_default();
    let text = format!(
        "turns {:>3}   commits {:>2}   {took:>6} {:>8}",
        session.turn.0,
        commits,
        money(&session.totals)
    );
    (left, vec![Span::styled(text, look.style(Slot::Dim))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_leaves_features_is_not_called_finished() {
        let ended = |cause, left| SessionEnded {
            cause,
            summary: "all done".to_owned(),
            dirty: Vec::new(),
            next: None,
            checks: Vec::new(),
            places: Vec::new(),
            left,
        };
        let word = |cause, left| end_word(&ended(cause, left)).1;
        assert_eq!(word(EndCause::Finished, Some(1)), "ended, 1 feature left");
        assert_eq!(word(EndCause::Finished, Some(3)), "ended, 3 features left");
        assert_eq!(word(EndCause::Finished, None), "finished");
        assert_eq!(word(EndCause::Stopped, None), "stopped");
    }
}
