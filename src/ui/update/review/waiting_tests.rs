//! What the screen says around a gate: the footer's sentences, the guide, the header, the call that waits.

use super::tests::{decided, waiting};
use crate::protocol::event::{AutonomyChanged, GateKind, GateOpened, QuestionAsked, StopRequested, ToolStarted};
use crate::protocol::{Autonomy, GateDecision, QuestionId, RawJson, StopMode, ToolKind};
use crate::ui::model::Model;
use crate::ui::model::note::STANDS;
use crate::ui::msg::Msg;
use crate::ui::testing::{frame, keys, press, screen, undisturbed};
use crate::ui::update::update;
use crate::ui::waiting;
use crossterm::event::KeyCode;
use std::time::Duration;

fn later(model: &mut Model, by: Duration) -> String {
    model.elapsed += by;
    let shown = screen(model);
    update(model, Msg::Drawn(model.elapsed));
    shown
}

#[test]
fn a_refusal_goes_with_what_it_says_and_any_sentence_after_a_while() {
    let mut model = undisturbed((120, 40));
    keys(&mut model, "a");
    assert!(screen(&mut model).contains("nothing waits for you"));
    waiting::open(&mut model, waiting::gate(), waiting::files());
    let shown = screen(&mut model);
    assert!(
        shown.contains("1 waiting (a)") && !shown.contains("nothing waits for you"),
        "{shown}"
    );

    let mut model = undisturbed((120, 40));
    assert_eq!(model.note_until(), None, "nobody is woken for nothing");
    let at = Duration::from_secs(60);
    press(&mut model, KeyCode::Char('a'), at);
    assert_eq!(model.note_until(), None, "it was not shown yet");
    frame(&mut model, at);
    assert_eq!(model.note_until(), Some(at + STANDS));
    assert!(later(&mut model, STANDS - Duration::from_millis(1)).contains("nothing waits for you"));
    assert!(!later(&mut model, Duration::from_millis(1)).contains("nothing waits for you"));
    assert_eq!(model.note_until(), None);
}

#[test]
fn a_second_control_c_counts_only_while_the_first_is_told_of() {
    let mut model = undisturbed((120, 40));
    let at = Duration::from_secs(60);
    update(
        &mut model,
        Msg::Key(
            "C-c"
                .parse::<crate::ui::keymap::KeyPress>()
                .map(|key| crossterm::event::KeyEvent::new(key.code, key.modifiers))
                .unwrap(),
            at,
        ),
    );
    frame(&mut model, at);
    assert!(model.cancel_armed);
    later(&mut model, STANDS);
    assert!(!model.cancel_armed);
}

#[test]
fn the_guide_teaches_nothing_that_cannot_come() {
    let mut model = undisturbed((120, 40));
    model.guided = true;
    model.state.by_hand.approved = 1;
    let level = Autonomy::Commits;
    waiting::tell(&mut model, AutonomyChanged { level });
    assert!(screen(&mut model).contains("Deny the next one"));
    let level = Autonomy::Auto;
    waiting::tell(&mut model, AutonomyChanged { level });
    let shown = screen(&mut model);
    assert!(!shown.contains("Deny the next one"), "{shown}");
    assert!(
        shown.contains("No commit waits for you at the level auto: M chooses another"),
        "{shown}"
    );
}

#[test]
fn the_guide_and_the_levels_say_that_a_question_waits_whatever_the_level() {
    let mut model = undisturbed((120, 40));
    model.guided = true;
    let question = QuestionAsked {
        question: QuestionId(9),
        text: "Which port?".into(),
        choices: Vec::new(),
        default: None,
        about: None,
        until: None,
    };
    for level in [Autonomy::Commits, Autonomy::Auto] {
        waiting::tell(&mut model, AutonomyChanged { level });
        waiting::tell(&mut model, question.clone());
        let shown = screen(&mut model);
        assert!(
            shown.contains("The agent asks you something: a opens its question"),
            "{shown}"
        );
        assert!(!shown.contains("waits for you at the level"), "{shown}");
        model.state.open_questions.clear();
    }
    assert!(screen(&mut model).contains("No commit waits for you at the level auto"));
    keys(&mut model, "M");
    let shown = screen(&mut model);
    assert!(!shown.contains("nothing waits"), "{shown}");
    assert!(
        shown.contains("At every level the agent's questions wait, until their time is over."),
        "{shown}"
    );
}

#[test]
fn a_call_that_waits_says_so_and_the_header_tells_what_was_asked_for() {
    let mut model = undisturbed((120, 40));
    let call = crate::protocol::CallId::from("toolu_waits");
    waiting::tell(
        &mut model,
        ToolStarted {
            call: call.clone(),
            tool: "bash".into(),
            kind: ToolKind::Execute,
            title: "rm -rf build".into(),
            input: RawJson::parse("{\"command\":\"rm -rf build\"}".to_owned()).unwrap(),
        },
    );
    let gate = GateOpened {
        what: GateKind::Command,
        call,
        body: "rm -rf build".into(),
        tree: None,
        commit: None,
        ..waiting::gate()
    };
    waiting::tell(&mut model, gate);
    let row = |shown: &str| {
        shown
            .lines()
            .find(|line| line.contains("bash") && line.contains("rm -rf build"))
            .unwrap()
            .to_owned()
    };
    let shown = screen(&mut model);
    assert!(
        row(&shown).contains("waits for you") && !row(&shown).contains("running"),
        "{shown}"
    );
    assert!(shown.contains("waiting for you") && !shown.contains("stopping"), "{shown}");
    let mode = StopMode::AfterStep;
    waiting::tell(&mut model, StopRequested { mode });
    assert!(
        screen(&mut model)
            .lines()
            .next()
            .unwrap()
            .contains("waiting for you, stopping")
    );
    waiting::tell(&mut model, decided(17, GateDecision::Approve, "human", ""));
    let shown = screen(&mut model);
    assert!(row(&shown).contains("running"), "{shown}");
}

#[test]
fn approving_counts_right_after_something_was_written() {
    for typed in ["G c x Enter", "G e x Enter"] {
        let mut model = waiting();
        keys(&mut model, "a");
        keys(&mut model, typed);
        let at = model.elapsed + Duration::from_millis(30);
        let sent = press(&mut model, KeyCode::Char('a'), at);
        super::tests::answered(&sent);
    }
}

#[test]
fn a_limit_that_cannot_be_set_is_said_in_its_line_which_stays_open() {
    let mut model = undisturbed((80, 24));
    waiting::open(&mut model, waiting::limit(), Vec::new());
    keys(&mut model, "a e");
    keys(&mut model, "x");
    assert_eq!(keys(&mut model, "Enter"), []);
    let note = &model.note.as_ref().unwrap().text;
    assert!(note.contains("`$8.00x` is not an amount in dollars"), "{note}");
    assert!(model.open_review().unwrap().entry.is_some(), "it can be mended");
    keys(
        &mut model,
        "Backspace Backspace Backspace Backspace Backspace Backspace 1 e 3 Enter",
    );
    assert!(
        model.note.as_ref().unwrap().text.contains("`1e3` is not an amount"),
        "{:?}",
        model.note
    );
    keys(&mut model, "Backspace Backspace 2 Enter");
    assert_eq!(
        model.open_review().unwrap().message.as_deref(),
        Some("$12.00"),
        "as it was read"
    );
    assert!(model.open_review().unwrap().entry.is_none());
}

#[test]
fn a_second_press_that_comes_too_soon_is_told_what_it_was_too_soon_for() {
    let mut model = undisturbed((80, 24));
    waiting::open(&mut model, waiting::gate(), waiting::files());
    keys(&mut model, "a a");
    assert!(screen(&mut model).contains("end not seen: "));
    let at = model.elapsed + Duration::from_millis(10);
    press(&mut model, KeyCode::Char('a'), at);
    let told = &model.note.as_ref().unwrap().text;
    assert!(
        told.contains("approves it all the same") && !told.contains("appeared"),
        "{told}"
    );
}
