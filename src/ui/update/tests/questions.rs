//! Questions of the agent: answered, gone, held.

use super::*;

#[test]
fn a_question_is_answered_by_choice_or_by_text() {
    let mut model = live((120, 40));
    keys(&mut model, "a");
    assert_eq!(keys(&mut model, "Enter"), [], "nothing is chosen by default");
    let sent = keys(&mut model, "Down Down Enter");
    let question = QuestionId(1);
    let text = "UTC everywhere, and change the list of features".to_owned();
    assert_eq!(sent, [Effect::Send(Command::AnswerQuestion { question, text })]);
    keys(&mut model, "a");
    let text = "UTC everywhere, and change the list of features".to_owned();
    assert_eq!(
        keys(&mut model, "2 Enter"),
        [Effect::Send(Command::AnswerQuestion { question, text })],
        "a number alone is the choice of that number"
    );
    keys(&mut model, "a");
    let sent = keys(&mut model, "Down o k A-Enter g o Enter");
    let text = "ok\ngo".to_owned();
    let answer = Effect::Send(Command::AnswerQuestion { question, text });
    assert_eq!(sent.last(), Some(&answer), "typing goes back to the text");
}

#[test]
fn a_question_answered_elsewhere_keeps_its_window_and_what_was_typed() {
    let mut model = live((120, 40));
    keys(&mut model, "a o k");
    let answered = QuestionAnswered {
        question: QuestionId(1),
        text: "UTC".into(),
        by: "policy".into(),
    };
    let msg = event(&model, answered);
    assert_eq!(update(&mut model, msg), [], "there is nothing left to let go");
    let shown = screen(&mut model);
    assert!(shown.contains("No longer waits: answered by policy: UTC"), "{shown}");
    assert_eq!(keys(&mut model, "Enter x"), [], "nothing is sent and nothing more is typed");
    assert_eq!(keys(&mut model, "C-y"), [Effect::Copy("ok".into())]);
    keys(&mut model, "Esc");
    assert!(model.popup.is_none());
    assert_eq!(keys(&mut model, "a"), []);
    assert!(model.note.as_ref().unwrap().warning, "nothing waits any more");
}

#[test]
fn the_end_of_a_run_does_not_take_a_half_typed_answer_with_it() {
    let mut model = live((120, 40));
    keys(&mut model, "q t a o k");
    assert!(model.leaving);
    let msg = event(&model, ended(RunOutcome::Stopped));
    assert_eq!(update(&mut model, msg), [], "not left yet");
    assert!(screen(&mut model).contains("No longer waits: the run has ended"));
    assert_eq!(keys(&mut model, "C-y"), [Effect::Copy("ok".into())]);
}

#[test]
fn an_open_question_is_held_renewed_and_let_go() {
    let question = QuestionId(1);
    let hold = [Effect::Send(Command::HoldQuestion { question })];
    let mut model = live((120, 40));
    let at = Duration::from_secs(10);
    let press = |code| Msg::Key(KeyEvent::new(code, KeyModifiers::NONE), at);
    assert_eq!(update(&mut model, press(KeyCode::Char('a'))), [], "nobody has seen it yet");
    assert_eq!(update(&mut model, Msg::Drawn(at)), hold);
    let renewal = at + RENEWAL;
    assert_eq!(update(&mut model, Msg::Drawn(renewal - Duration::from_millis(1))), []);
    assert_eq!(update(&mut model, Msg::Drawn(renewal)), hold);
    let msg = event(&model, QuestionHeld { question });
    update(&mut model, msg);
    assert!(screen(&mut model).contains("the agent waits while this window is open"));
    let released = [Effect::Send(Command::ReleaseQuestion { question })];
    assert_eq!(update(&mut model, press(KeyCode::Esc)), released);
    assert_eq!(update(&mut model, Msg::Drawn(renewal + RENEWAL)), [], "once is enough");
    let until = Some("2026-01-02T12:40:10Z".parse().unwrap());
    let msg = event(&model, QuestionReleased { question, until });
    update(&mut model, msg);
    update(&mut model, press(KeyCode::Char('a')));
    assert!(screen(&mut model).contains("no answer by 12:40:10: the agent takes choice 1"));
    // The one that the agent named.
    update(&mut model, press(KeyCode::Esc));
    model.state.open_questions[0].default = Some(1);
    update(&mut model, press(KeyCode::Char('a')));
    let shown = screen(&mut model);
    assert!(shown.contains("no answer by 12:40:10: the agent takes choice 2"), "{shown}");
}

#[test]
fn an_answer_with_a_character_that_does_not_show_stays_to_be_mended() {
    let mut model = live((120, 40));
    keys(&mut model, "a o k");
    update(&mut model, Msg::Paste("\u{202e}".into()));
    assert_eq!(keys(&mut model, "Enter"), []);
    assert!(model.note.as_ref().unwrap().text.contains("line 1 holds U+202E in column 3"));
    assert_eq!(keys(&mut model, "Backspace Enter").len(), 1);
}
