//! Snapshots of the review page and of what belongs to it.

use super::{SIZES, check, live, monochrome, styles};
use crate::protocol::event::GateKind;
use crate::session::state::Debt;
use crate::ui::keymap::Action;
use crate::ui::model::{Loaded, Model};
use crate::ui::screenshots::{draw, sample_diff};
use crate::ui::testing::{keys, look};
use crate::ui::update::perform;
use crate::ui::waiting;
use ratatui::style::Color;

/// A live run with a commit that waits, its page open.
pub(super) fn open((width, height): (u16, u16)) -> Model {
    let mut model = live((width, height));
    waiting::open(&mut model, waiting::gate(), waiting::files());
    waiting::show(&mut model);
    model
}

#[test]
fn review_at_every_size() {
    for size in SIZES {
        check("review", &mut open(size));
        let mut model = open(size);
        keys(&mut model, "d n o t");
        check("review-deny", &mut model);
    }
    check("review", &mut open((40, 10)));
    for size in [(120, 40), (200, 60)] {
        let mut split = open(size);
        keys(&mut split, "|");
        check("review-split", &mut split);
    }
}

#[test]
fn a_commit_over_the_hook_and_one_that_no_round_showed_are_asked_for_apart() {
    for size in SIZES {
        let mut model = live(size);
        let mut gate = waiting::gate();
        let facts = gate.commit.as_mut().unwrap();
        facts.hook_failure = Some("The user's pre-commit hook fails with exit code 3.".into());
        facts
            .findings
            .insert(0, (false, "pre-commit hook fails with exit code 3: line too long".into()));
        facts
            .findings
            .push((true, "changed as you approved at gate 12: tests/08-tags.sh".into()));
        waiting::open(&mut model, gate, waiting::files());
        waiting::show(&mut model);
        keys(&mut model, "Space Space Space Space Space G a");
        check("review-over-hook", &mut model);

        let mut model = live(size);
        let mut gate = waiting::gate();
        gate.commit.as_mut().unwrap().previous = Some("7777".into());
        let since = (Some("7777".into()), gate.tree.clone().unwrap());
        waiting::open(&mut model, gate, waiting::files());
        model.changes.insert(since, Loaded::Ready(waiting::files()[1..2].to_vec()));
        waiting::show(&mut model);
        keys(&mut model, "w G a");
        check("review-since-last", &mut model);
    }
}

#[test]
fn review_styles_with_and_without_colour_and_in_ascii() {
    let mut model = open((120, 40));
    keys(&mut model, "] h ] h ] h j j j j j c");
    keys(&mut model, "q u o t e Enter");
    insta::assert_snapshot!("review-styles-color", styles(&draw(&mut model)));
    model.appearance = monochrome();
    model.open_review_mut().unwrap().touch();
    check("review-comment", &mut model);
    let screen = draw(&mut model);
    insta::assert_snapshot!("review-styles-no-color", styles(&screen));
    assert!(
        screen
            .content()
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
    model.appearance.ascii = true;
    model.open_review_mut().unwrap().touch();
    assert!(draw(&mut model).content().iter().all(|cell| cell.symbol().is_ascii()));
    check("review-ascii", &mut model);
}

#[test]
fn reviews_of_other_things() {
    for size in SIZES {
        let mut model = live(size);
        let mut gate = waiting::gate();
        gate.what = GateKind::Command;
        gate.body = "set -e\nrm -rf build\u{202e}\nsh tests/run.sh | tee /tmp/log".into();
        (gate.tree, gate.commit) = (None, None);
        waiting::tell(&mut model, gate);
        waiting::show(&mut model);
        check("review-command", &mut model);

        let mut model = live(size);
        let last = model.state.commits.last().unwrap().clone();
        let mut answer = sample_diff(&last.made.commit);
        answer.time = last.time;
        model.diffs.insert(last.made.commit.clone(), Loaded::Ready(answer));
        model.state.debts.push(Debt {
            commit: last.made.commit,
            unseen: 3,
            hunks: 3,
        });
        check("main-debt", &mut model);
        keys(&mut model, "u");
        look(&mut model);
        check("review-debt", &mut model);

        let mut model = live(size);
        perform(&mut model, Action::Autonomy, &mut Vec::new());
        check("autonomy", &mut model);
    }
}
