//! What header and footer keep when there is little room.

use crate::ui::keymap::Action;
use crate::ui::screenshots::{draw, model_of, recorded};
use crate::ui::update::perform;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

fn live((width, height): (u16, u16)) -> crate::ui::model::Model {
    model_of(recorded().unwrap(), Size { width, height })
}

fn text(buf: &Buffer) -> String {
    let rows = buf.content().chunks(usize::from(buf.area.width));
    let rows: Vec<String> = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect();
    rows.join("\n")
}

#[test]
fn a_waiting_question_leaves_context_and_cost_in_the_header() {
    let screen = text(&draw(&mut live((80, 24))));
    let header = screen.lines().next().unwrap();
    for part in ["waiting", "6/14", "ctx 25%", "$0.17", "(a)"] {
        assert!(header.contains(part), "{part}: {header}");
    }
    assert!(screen.contains("regressed"), "a word of state is whole");
}

#[test]
fn header_and_footer_drop_whole_items() {
    let actions = [
        None,
        Some(Action::Leave),
        Some(Action::Answer),
        Some(Action::Help),
        Some(Action::Find),
    ];
    for action in actions {
        let ends = |size: (u16, u16)| {
            let mut model = live(size);
            if let Some(action) = action {
                perform(&mut model, action, &mut Vec::new());
            }
            let screen = text(&draw(&mut model));
            let mut rows = screen.lines();
            let (first, last) = (rows.next().unwrap_or_default(), rows.next_back().unwrap_or_default());
            (first.to_owned(), last.to_owned())
        };
        let (_, whole) = ends((200, 60));
        let words: Vec<&str> = whole.split_whitespace().collect();
        for width in 40..=120 {
            let (_, footer) = ends((width, 10));
            for word in footer.split_whitespace() {
                assert!(words.contains(&word), "{action:?} at {width}: `{word}` of {footer}");
            }
        }
    }
}
