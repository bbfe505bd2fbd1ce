//! What becomes of a worktree's work: three ways, and what each does.

use super::choice;
use crate::protocol::FinishWay;
use crate::session::Workplace;
use crate::ui::keymap::Action;
use crate::ui::model::{FinishMenu, Model};
use crate::ui::page::sheet::Sheet;
use crate::ui::text::{Clean, Look};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Says what a way does.
fn about(way: FinishWay, place: &Workplace) -> String {
    let tree = &place.taken.tree;
    let into = tree.into.as_deref().unwrap_or("your branch");
    match way {
        FinishWay::Merge => format!("its commits come to {into}"),
        FinishWay::Squash => format!("one commit on {into} lists the features"),
        FinishWay::Leave => "it stays as it is, in your hands".to_owned(),
    }
}

/// Draws the window.
pub fn draw(model: &Model, menu: &FinishMenu, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let Some(place) = model.state.open_worktree() else { return };
    let columns = screen.width.min(76);
    let mut sheet = Sheet::new(columns.saturating_sub(4), look);
    let tree = &place.taken.tree;
    if screen.width < 60 {
        sheet.text(&tree.branch, Slot::Text);
    } else {
        sheet.text(&format!("{} in {}", tree.branch, tree.path), Slot::Text);
    }
    sheet.gap();
    let told = |way| Clean::line(&about(way, place)).span(look.style(Slot::Text));
    let ways = FinishWay::ALL.map(|way| (way.word(), vec![told(way)]));
    choice::rows(&mut sheet, look, &ways, menu.at);
    sheet.gap();
    if screen.height >= 20 {
        let rest = "The screen closes; then you are told what would move, what is in the way and what becomes of the worktree, \
            and it is done only once you type the word.";
        sheet.text(rest, Slot::Dim);
        sheet.gap();
    }
    let keys = [(Action::Open, "shows what it would do"), (Action::Back, "leave it for now")];
    choice::keys(&mut sheet, model, look, keys);
    let document = sheet.finish();
    let area = widget::centered(screen, columns, u16::try_from(document.lines.len() + 2).unwrap_or(u16::MAX));
    let inner = widget::window(buf, area, look, "Finish the worktree");
    widget::lines(buf, inner, &document.lines);
}
