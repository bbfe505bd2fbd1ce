//! When keys decide: not before what they decide on was seen, and never in a burst.

use super::SIZE;
use crate::protocol::{Command, QuestionId};
use crate::ui::keymap::Situation;
use crate::ui::model::{Popup, popup::ARMING};
use crate::ui::msg::{Effect, Msg};
use crate::ui::testing::{keys, live, press};
use crate::ui::update::update;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use std::time::Duration;

#[test]
fn keys_typed_before_the_leave_dialog_was_seen_never_stop_the_run() {
    for decides in ['x', 't'] {
        let mut model = live((120, 40));
        let at = Duration::from_secs(10);
        let mut effects = press(&mut model, KeyCode::Char('q'), at);
        effects.extend(press(&mut model, KeyCode::Char(decides), at));
        update(&mut model, Msg::Drawn(at));
        let soon = at + ARMING - Duration::from_millis(1);
        effects.extend(press(&mut model, KeyCode::Char(decides), soon));
        update(&mut model, Msg::Paste(decides.to_string()));
        assert_eq!(effects, [], "{decides} was meant for what was on the screen before");
        assert!(!model.leaving);
        assert!(matches!(model.situation(), Situation::Leave), "the dialog stays");
        assert_eq!(press(&mut model, KeyCode::Char(decides), soon + ARMING).len(), 1);
    }
}

#[test]
fn keys_typed_before_a_question_was_seen_never_answer_it() {
    let mut model = live((120, 40));
    let mut effects = Vec::new();
    let at = Duration::from_secs(10);
    let burst = [
        KeyCode::Char('a'),
        KeyCode::Down,
        KeyCode::Char('y'),
        KeyCode::Enter,
        KeyCode::Enter,
    ];
    for code in burst {
        effects.extend(update(&mut model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE), at)));
    }
    update(&mut model, Msg::Drawn(at));
    let soon = at + ARMING - Duration::from_millis(1);
    for code in burst {
        effects.extend(update(&mut model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE), soon)));
    }
    assert_eq!(effects, []);
    let Some(Popup::Question(form)) = &model.popup else {
        panic!("the window is open")
    };
    assert!(form.field.is_empty(), "early keys are not part of the answer either");
    update(&mut model, Msg::Paste("yes\n".into()));
    assert!(
        matches!(model.popup, Some(Popup::Question(_))),
        "a paste is text, never a decision"
    );
}

#[test]
fn a_burst_that_goes_on_and_on_never_answers_a_question() {
    let mut model = live((120, 40));
    let mut effects = Vec::new();
    let step = Duration::from_millis(80);
    let mut at = Duration::from_secs(10);
    for _ in 0..100 {
        for code in [KeyCode::Char('a'), KeyCode::Enter] {
            effects.extend(press(&mut model, code, at));
            update(&mut model, Msg::Drawn(at + Duration::from_millis(5)));
            at += step;
        }
    }
    effects.retain(|effect| !matches!(effect, Effect::Send(Command::HoldQuestion { .. })));
    assert_eq!(effects, []);
    assert!(matches!(&model.popup, Some(Popup::Question(form)) if form.field.is_empty()));
    assert!(model.note.as_ref().is_some_and(|note| note.text.starts_with("too soon")));
    // Once it was quiet for a moment, the same keys are an answer.
    at += ARMING;
    press(&mut model, KeyCode::Char('a'), at);
    let sent = press(&mut model, KeyCode::Enter, at + step);
    let (question, text) = (QuestionId(1), "a".to_owned());
    assert_eq!(sent, [Effect::Send(Command::AnswerQuestion { question, text })]);
}

#[test]
fn on_a_screen_that_shows_nothing_no_key_decides() {
    for (way, decides) in [("a", "2 Enter"), ("q", "x"), ("M", "k Enter")] {
        let mut model = live((120, 40));
        keys(&mut model, way);
        assert!(model.popup.is_some(), "{way}");
        update(&mut model, Msg::Resize(Size { width: 20, height: 5 }));
        let mut sent = keys(&mut model, decides);
        update(&mut model, Msg::Paste("yes".into()));
        sent.retain(|effect| !matches!(effect, Effect::Send(Command::HoldQuestion { .. })));
        assert_eq!(sent, [], "{decides} decided unseen");
        update(&mut model, Msg::Resize(SIZE));
        assert!(model.popup.is_some(), "{way} is still open");
        keys(&mut model, "Esc");
        assert!(model.popup.is_none(), "{way}");
    }
}
