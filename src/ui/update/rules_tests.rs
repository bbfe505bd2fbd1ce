//! A rule in the making under keys, bursts of keys and pastes: what decides, and what never does.

use super::*;
use crate::protocol::event::{RuleAdded, SteerRefused};
use crate::protocol::{Command, GateDecision, RuleExpiry, RuleId, RuleScope};
use crate::ui::model::Subject;
use crate::ui::model::popup::ARMING;
use crate::ui::model::review::Standing;
use crate::ui::testing::{MS, commands, frame, keys, press, undisturbed};
use crate::ui::waiting;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use std::time::Duration;

/// A live run with a command that waits, the page of its rule just opened and not drawn yet.
fn making() -> Model {
    let mut model = undisturbed((120, 40));
    waiting::always(&mut model, waiting::proposal());
    model
}

fn seen(model: &mut Model) {
    let at = model.elapsed + MS;
    frame(model, at);
}

#[test]
fn keys_that_come_with_the_opening_of_the_page_make_nothing() {
    for typed in ["aaaa", "AAAA", "yyyy", "\r\r\r", "a\ry\rA\r", "\r"] {
        let mut model = making();
        let mut at = model.elapsed;
        // Before anything was drawn, right after, and for as long as the keys keep coming.
        for round in 0..3 {
            for c in typed.chars() {
                at += 5 * MS;
                let code = if c == '\r' { KeyCode::Enter } else { KeyCode::Char(c) };
                assert_eq!(commands(press(&mut model, code, at)), [], "{typed:?} in round {round}");
            }
            at += MS;
            frame(&mut model, at);
        }
        assert!(model.open_always().is_some(), "{typed:?} left the page");
    }
}

#[test]
fn keys_behind_an_early_enter_answer_nothing_else() {
    let mut model = making();
    seen(&mut model);
    keys(&mut model, "t");
    let at = model.elapsed + 20 * MS;
    assert_eq!(commands(press(&mut model, KeyCode::Enter, at)), []);
    // Whoever takes the rule for made goes back, and on to the next thing.
    assert_eq!(commands(press(&mut model, KeyCode::Char('q'), at + 500 * MS)), []);
    assert!(model.open_always().is_some(), "the page stays");
    assert!(
        model.note.as_ref().unwrap().text.contains("no rule is made yet"),
        "{:?}",
        model.note
    );
    let made = commands(keys(&mut model, "Enter"));
    assert!(matches!(made.as_slice(), [Command::AddRule { .. }]), "{made:?}");

    // Without an early Enter one key leaves, as ever; and a second one always does.
    for typed in ["q", "t Enter q q"] {
        let mut model = making();
        seen(&mut model);
        for (place, key) in typed.split(' ').enumerate() {
            let at = model.elapsed + 20 * MS;
            let code = if key == "Enter" {
                KeyCode::Enter
            } else {
                KeyCode::Char(key.chars().next().unwrap())
            };
            press(&mut model, code, at);
            frame(&mut model, at + MS);
            let last = place == typed.matches(' ').count();
            assert_eq!(model.open_always().is_none(), last, "{typed}");
        }
    }
}

#[test]
fn a_paste_makes_nothing() {
    let mut model = making();
    seen(&mut model);
    model.elapsed += Duration::from_secs(5);
    assert_eq!(update(&mut model, Msg::Paste("\r\nAa\n".into())), []);
    assert!(model.open_always().is_some());
}

#[test]
fn enter_counts_once_everything_was_drawn_for_a_moment_and_not_while_held() {
    let mut model = making();
    let shown = model.elapsed + MS;
    frame(&mut model, shown);
    assert_eq!(
        commands(press(&mut model, KeyCode::Enter, shown + ARMING - MS)),
        [],
        "too soon"
    );
    let mut held = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    held.kind = crossterm::event::KeyEventKind::Repeat;
    let later = shown + 5 * ARMING;
    assert_eq!(update(&mut model, Msg::Key(held, later)), [], "a key held down");
    frame(&mut model, later + MS);
    let sent = commands(press(&mut model, KeyCode::Enter, later + 2 * ARMING));
    assert_eq!(
        sent,
        [Command::AddRule {
            pattern: waiting::proposal().candidates[0].pattern.clone(),
            scope: RuleScope::Run,
            expiry: RuleExpiry::Session,
        }],
        "the narrowest of everything"
    );
    assert!(model.pages.is_empty(), "the command runs by it: nothing is left to look at");
    assert!(
        model.note.as_ref().unwrap().text.contains("the command runs by it"),
        "{:?}",
        model.note
    );
}

#[test]
fn what_was_chosen_is_what_is_sent_and_must_have_been_drawn() {
    let mut model = making();
    seen(&mut model);
    model.elapsed += Duration::from_secs(2);
    let at = model.elapsed;
    press(&mut model, KeyCode::Char('l'), at);
    assert_eq!(
        commands(press(&mut model, KeyCode::Enter, at + MS)),
        [],
        "the wider pattern was not on the screen"
    );
    assert_eq!(commands(keys(&mut model, "h l l s s s t t t")), [], "choosing sends nothing");
    let sent = commands(keys(&mut model, "Enter"));
    assert_eq!(
        sent,
        [Command::AddRule {
            pattern: waiting::proposal().candidates[1].pattern.clone(),
            scope: RuleScope::Project,
            expiry: RuleExpiry::Never,
        }]
    );
}

#[test]
fn a_rule_that_does_not_fit_the_screen_is_scrolled_through_first() {
    let mut model = undisturbed((120, 40));
    model.size = Size { width: 40, height: 12 };
    let mut long = waiting::proposal();
    long.candidates[0].pattern.words = vec!["npm".into(), "x".repeat(400), "--force".into()];
    waiting::always(&mut model, long);
    seen(&mut model);
    assert_eq!(commands(keys(&mut model, "Enter Enter")), []);
    assert!(model.note.as_ref().unwrap().text.contains("scroll down"), "{:?}", model.note);
    assert_eq!(commands(keys(&mut model, "G Enter")), [], "what was jumped over was not read");
    commands(keys(&mut model, "g g C-d C-d C-d C-d C-d C-d C-d"));
    assert_eq!(commands(keys(&mut model, "Enter")).len(), 1);
}

#[test]
fn a_rule_for_a_part_of_a_command_leaves_its_review_open() {
    let mut model = undisturbed((120, 40));
    let mut partly = waiting::proposal();
    partly.candidates[0].enough = false;
    waiting::always(&mut model, partly);
    seen(&mut model);
    assert_eq!(commands(keys(&mut model, "Enter")).len(), 1);
    assert!(matches!(model.pages.as_slice(), [page] if matches!(page.subject, Subject::Review(_))));
    assert_eq!(model.open_review().unwrap().standing, Standing::Waits);
    // What is then decided is decided by the review's own keys.
    assert!(
        matches!(commands(keys(&mut model, "a")).as_slice(), [Command::DecideGate(answer)] if answer.decision == GateDecision::Approve)
    );
}

#[test]
fn without_a_pattern_or_as_a_watcher_nothing_can_be_made() {
    let mut model = undisturbed((120, 40));
    let mut none = waiting::proposal();
    none.candidates.clear();
    waiting::always(&mut model, none);
    seen(&mut model);
    assert_eq!(commands(keys(&mut model, "Enter l h")), []);
    assert!(model.note.as_ref().unwrap().warning);

    let mut model = making();
    seen(&mut model);
    model.closed = true;
    assert_eq!(commands(keys(&mut model, "Enter")), []);
    assert!(model.note.as_ref().unwrap().text.contains("only watches"));
}

#[test]
fn rules_are_made_of_commands_alone_and_by_no_list_of_actions() {
    let mut model = undisturbed((120, 40));
    waiting::open(&mut model, waiting::gate(), waiting::files());
    commands(keys(&mut model, "a A"));
    assert!(model.always.is_none() && model.note.as_ref().unwrap().text.contains("commands that wait"));

    let mut model = making();
    seen(&mut model);
    assert_eq!(commands(keys(&mut model, ": a d d - r u l e Enter")), []);
    assert!(
        model.note.as_ref().unwrap().text.contains("only by its own key"),
        "{:?}",
        model.note
    );
}

#[test]
fn the_list_revokes_the_rule_under_the_cursor_and_no_other() {
    let mut model = undisturbed((120, 40));
    for number in 1..=3 {
        let pattern = waiting::proposal().candidates[0].pattern.clone();
        let (rule, scope, expiry) = (RuleId(number), RuleScope::Project, RuleExpiry::Never);
        waiting::tell(
            &mut model,
            RuleAdded {
                rule,
                pattern,
                scope,
                expiry,
                until: None,
            },
        );
    }
    commands(keys(&mut model, ": l i s t Space t h e Space r u l e s"));
    assert_eq!(commands(keys(&mut model, "Enter")), []);
    assert_eq!(
        model.pages.last().map(|page| page.subject.clone()),
        Some(Subject::Rules),
        "{:?}",
        model.note
    );
    assert_eq!(commands(keys(&mut model, "j x")), [Command::RevokeRule { rule: RuleId(2) }]);
    waiting::tell(&mut model, crate::protocol::event::RuleRevoked { rule: RuleId(2) });
    assert_eq!(commands(keys(&mut model, "G x")), [], "an ended rule is not ended again");
    waiting::tell(
        &mut model,
        SteerRefused {
            reason: "rule R9 does not hold any more".into(),
        },
    );
    assert!(model.note.as_ref().unwrap().text.contains("R9"));
}
