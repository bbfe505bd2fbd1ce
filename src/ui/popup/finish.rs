//! What becomes of a worktree's work: three ways, and what each does.

use crate::protocol::FinishWay;
use crate::session::Workplace;
use crate::ui::keymap::Action;
use crate::ui::model::{FinishMenu, Model};
use crate::ui::page::sheet::Sheet;
use crate::ui::text::{Glyph, Look};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

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
    for (index, way) in FinishWay::ALL.into_iter().enumerate() {
        let marked = index == menu.at;
        let (glyph, slot) = if marked {
            (Glyph::Folded, Slot::Key)
        } else {
            (Glyph::Dot, Slot::Dim)
        };
        let name = if marked { Slot::Selection } else { Slot::Bold };
        let pad = " ".repeat(8_usize.saturating_sub(way.word().len()));
        let lead = vec![
            look.mark(glyph, slot),
            Span::raw(" "),
            Span::styled(way.word(), look.style(name)),
            Span::raw(pad),
        ];
        let told = crate::ui::text::Clean::line(&about(way, place));
        sheet.item(lead, &[told.span(look.style(Slot::Text))]);
    }
    sheet.gap();
    if screen.height >= 20 {
        let rest = "If something is in the way it is named, and nothing moves. Once merged, the worktree goes, unless it holds more. \
            The screen closes first.";
        sheet.text(rest, Slot::Dim);
        sheet.gap();
    }
    let mut keys = Vec::new();
    for (action, word) in [(Action::Open, "do it"), (Action::Back, "leave it for now")] {
        keys.push(Span::styled(model.keymap.key_text(action), look.style(Slot::Key)));
        keys.push(Span::styled(format!(" {word}   "), look.style(Slot::Dim)));
    }
    sheet.spans(&keys);
    let document = sheet.finish();
    let area = widget::centered(screen, columns, u16::try_from(document.lines.len() + 2).unwrap_or(u16::MAX));
    let inner = widget::window(buf, area, look, "Finish the worktree");
    widget::lines(buf, inner, &document.lines);
}
