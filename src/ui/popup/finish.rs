//! What becomes of a worktree's work: three ways, and what each does.

use super::choice::Choices;
use crate::protocol::FinishWay;
use crate::session::Workplace;
use crate::ui::keymap::Action;
use crate::ui::model::{FinishMenu, Model};
use crate::ui::text::{Clean, Look};
use crate::ui::theme::Slot;
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
    let mut choices = Choices::new(screen, look);
    let tree = &place.taken.tree;
    if screen.width < 60 {
        choices.text(&tree.branch, Slot::Text);
    } else {
        choices.text(&format!("{} in {}", tree.branch, tree.path), Slot::Text);
    }
    let told = |way| Clean::line(&about(way, place)).span(look.style(Slot::Text));
    let ways = FinishWay::ALL.map(|way| (way.word(), vec![told(way)]));
    choices.rows(&ways, menu.at);
    if screen.height >= 20 {
        let rest = "The screen closes; then you are told what would move, what is in the way and what becomes of the worktree, \
            and it is done only once you type the word.";
        choices.text(rest, Slot::Dim);
    }
    choices.keys(
        model,
        [(Action::Open, "shows what it would do"), (Action::Back, "leave it for now")],
    );
    choices.draw(screen, buf, "Finish the worktree");
}
