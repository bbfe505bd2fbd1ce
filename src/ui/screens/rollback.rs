//! The rehearsal of a move back, at the sizes that matter and in the states that it goes through.

use super::*;
use crate::ui::screenshots::going_back_of;

#[test]
fn a_move_back_at_every_size() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        check("rollback", &mut going_back_of(live(size)));
        let mut typing = going_back_of(live(size));
        keys(&mut typing, "G Enter b a c");
        check("rollback-typing", &mut typing);
    }
    check("rollback", &mut going_back_of(live((40, 12))));
}
