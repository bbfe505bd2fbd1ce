//! Windows over the screen. They never open by themselves over something being read or typed.

mod at_gate;
mod autonomy;
mod choice;
mod finish;
mod help;
mod leave;
mod menu;
mod message;
mod palette;
mod question;
pub mod sessions;
mod summary;
mod written;

pub use menu::which_key;
pub use question::Layout as QuestionLayout;
pub use written::written_columns;

use super::model::{Model, Popup};
use super::text::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};

/// Rows of a window that the line being typed takes from its list.
pub const QUERY_ROWS: usize = 1;

/// Returns how many rows a list in a window shows.
#[must_use]
pub const fn list_height(size: Size) -> usize {
    // Footer, borders, a row of air above and below.
    let rows = size.height.saturating_sub(5) as usize;
    if rows > 40 { 40 } else { rows }
}

/// Draws the open window; returns where the terminal's cursor belongs, if a text is typed in it.
pub fn draw(model: &Model, popup: &Popup, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    match popup {
        Popup::Help(cursor) => help::draw(model, cursor, screen, buf, look),
        Popup::Palette(open) => return palette::draw(model, open, screen, buf, look),
        Popup::Sessions(cursor) => sessions::draw(model, cursor, screen, buf, look),
        Popup::Leave(_) => leave::draw(model, screen, buf, look),
        Popup::Message(form) => return message::draw(model, form, screen, buf, look),
        Popup::Question(form) => return question::draw(model, form, screen, buf, look),
        Popup::Autonomy(chosen) => autonomy::draw(model, chosen, screen, buf, look),
        Popup::Finish(menu) => finish::draw(model, menu, screen, buf, look),
        Popup::Copy(entries) => menu::copy(entries, screen, buf, look),
        Popup::Summary => summary::draw(model, screen, buf, look),
    }
    None
}
