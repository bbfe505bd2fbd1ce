//! Draws the visible part of a transcript.

use super::cache::Cache;
use super::item;
use super::sheet::Sheet;
use super::view::{View, Window};
use crate::session::{Item, Session};
use crate::ui::text::{Glyph, Look};
use crate::ui::theme::Slot;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What a frame showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frame {
    /// Where the cursor's line is on the screen, if it is shown.
    pub cursor: Option<(u16, u16)>,
    /// Items below that came in since the reader left the end.
    pub new_below: usize,
    /// Whether something shown changes with the clock alone (a running call, a gate that waits).
    pub ticking: bool,
}

/// Draws the visible part of `items` into `area`. The caller shows [`Frame::new_below`] where it covers no text.
pub fn render(area: Rect, buffer: &mut Buffer, items: &[Item], view: &View, cache: &mut Cache, look: &Look<'_>) -> Frame {
    draw(area, buffer, items, None, view, cache, look)
}

/// Draws a session's transcript: as [`render`], and its end card tells turns, time, tokens and cost.
pub fn render_session(
    area: Rect,
    buffer: &mut Buffer,
    session: &Session,
    view: &View,
    cache: &mut Cache,
    look: &Look<'_>,
) -> Frame {
    draw(area, buffer, &session.items, Some(session), view, cache, look)
}

fn draw(
    area: Rect,
    buffer: &mut Buffer,
    items: &[Item],
    session: Option<&Session>,
    view: &View,
    cache: &mut Cache,
    look: &Look<'_>,
) -> Frame {
    let area = area.intersection(buffer.area);
    let mut frame = Frame {
        new_below: view.new_below(items),
        ..Frame::default()
    };
    if area.is_empty() {
        return frame;
    }
    cache.area = (area.width, area.height);
    cache.begin(look);
    let mut sheet = view.sheet(items, session, cache, look);
    let Some(window) = view.window(&mut sheet, usize::from(area.height)) else {
        return frame;
    };
    rows(area, buffer, &mut sheet, view, window, &mut frame);
    frame
}

fn rows(area: Rect, buffer: &mut Buffer, sheet: &mut Sheet<'_>, view: &View, window: Window, frame: &mut Frame) {
    let look = sheet.look;
    let columns = u16::try_from(sheet.width).unwrap_or(u16::MAX);
    let mut at = Some(window.top);
    for y in area.top()..area.bottom() {
        let Some(here) = at else { return };
        let x = area.left() + 1;
        let mut hits = Vec::new();
        if let Some(line) = sheet.line(here) {
            buffer.set_line(x, y, line, columns);
            hits = view.search.as_ref().map_or_else(Vec::new, |search| search.columns(line));
        }
        // While the end is followed there is no cursor to be seen: the newest line is where everybody looks.
        if here == window.cursor {
            frame.cursor = Some((x.min(area.right() - 1), y));
            if !view.follows() {
                cursor(Rect { y, height: 1, ..area }, buffer, look);
            }
        }
        for hit in hits {
            let start = x.saturating_add(u16::try_from(hit.start).unwrap_or(u16::MAX));
            let length = u16::try_from(hit.len()).unwrap_or(u16::MAX);
            buffer.set_style(Rect::new(start, y, length, 1).intersection(area), look.style(Slot::SearchHit));
        }
        frame.ticking |= item::is_live(&sheet.items[here.index], sheet.session);
        at = sheet.down(here);
    }
}

fn cursor(row: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    if look.focused {
        buffer.set_style(row, look.style(Slot::Selection));
    }
    if !look.color || look.ascii || !look.focused {
        buffer.set_span(row.x, row.y, &look.mark(Glyph::Cursor, Slot::Bold), 1);
    }
}
