//! The rehearsal of a move back, at the sizes that matter and in the states that it goes through.

use super::*;
use crate::ui::keymap::KeyPress;
use crate::ui::screenshots::going_back_of;
use crossterm::event::KeyEvent;
use std::time::Duration;

fn type_keys(model: &mut Model, typed: &str) {
    for word in typed.split(' ') {
        let press: KeyPress = word.parse().unwrap();
        let at = model.elapsed + Duration::from_secs(1);
        update(model, Msg::Key(KeyEvent::new(press.code, press.modifiers), at));
        model.settle();
        update(model, Msg::Drawn(at));
    }
}

#[test]
fn a_move_back_at_every_size() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        check("rollback", &mut going_back_of(live(size)));
        let mut typing = going_back_of(live(size));
        type_keys(&mut typing, "G Enter b a c");
        check("rollback-typing", &mut typing);
    }
    check("rollback", &mut going_back_of(live((40, 12))));
}
