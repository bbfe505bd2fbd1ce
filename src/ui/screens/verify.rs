//! Snapshots of the tests pane while tests run, of a test's page, and of a session's audit.

use super::{SIZES, check, live, monochrome, styles};
use crate::ui::screenshots::{audit_of, draw, rerun_of, testing_of};
use crate::ui::testing::keys;
use ratatui::style::Color;

#[test]
fn the_tests_pane_while_a_run_goes_on() {
    for size in SIZES {
        let mut model = testing_of(live(size));
        check("tests-running", &mut model);
        keys(&mut model, "+ +");
        check("tests-running-full", &mut model);
    }
}

#[test]
fn a_rerun_that_speaks_against_a_feature_and_one_that_waits() {
    for size in SIZES {
        let mut model = rerun_of(live(size));
        check("tests-rerun", &mut model);
        keys(&mut model, "+ +");
        check("tests-rerun-full", &mut model);
        keys(&mut model, "1 g g Enter");
        check("feature-doubted", &mut model);
    }
}

#[test]
fn a_test_s_page_with_its_links() {
    for size in SIZES {
        let mut model = live(size);
        keys(&mut model, "4 Enter");
        check("test-page", &mut model);
    }
}

#[test]
fn the_audit_at_every_size() {
    for size in SIZES.into_iter().chain([(60, 20)]) {
        let mut model = audit_of(live(size));
        check("audit", &mut model);
        keys(&mut model, "J J");
        check("audit-further", &mut model);
    }
    let mut old = live((80, 24));
    keys(&mut old, "O");
    check("audit-old-log", &mut old);
}

#[test]
fn the_audit_can_be_told_without_colour_and_without_unicode() {
    let mut model = audit_of(live((80, 24)));
    model.appearance = monochrome();
    let drawn = draw(&mut model);
    let plain = |color| color == Color::Reset;
    assert!(drawn.content().iter().all(|cell| plain(cell.fg) && plain(cell.bg)));
    insta::assert_snapshot!("audit-styles-no-color", styles(&drawn));
    let mut model = audit_of(live((80, 24)));
    model.appearance = monochrome();
    model.appearance.ascii = true;
    let drawn = draw(&mut model);
    assert!(drawn.content().iter().all(|cell| cell.symbol().is_ascii()));
    check("audit-ascii", &mut model);
}
