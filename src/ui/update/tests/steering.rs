//! Pauses, messages, stops, the order of features.

use super::*;

#[test]
fn a_stop_after_the_step_can_be_hastened_or_taken_back() {
    let mut model = live((120, 40));
    keys(&mut model, "q t");
    let question = QuestionId(1);
    let answered = QuestionAnswered {
        question,
        text: "UTC".into(),
        by: "human".into(),
    };
    let asked = StopRequested {
        mode: StopMode::AfterStep,
    };
    for happened in [Event::from(answered), asked.into()] {
        let msg = event(&model, happened);
        update(&mut model, msg);
    }
    let shown = screen(&mut model);
    assert!(shown.contains("stopping after this step"), "{shown}");
    keys(&mut model, "q");
    let dialog = screen(&mut model);
    assert!(
        dialog.contains("stop now") && dialog.contains("take the stop back"),
        "{dialog}"
    );
    assert!(!dialog.contains("stop once this step is done"), "{dialog}");
    assert_eq!(keys(&mut model, "c"), [Effect::Send(Command::CancelStop)]);
    assert!(!model.leaving);
    let msg = event(&model, StopCancelled {});
    update(&mut model, msg);
    keys(&mut model, "q");
    let dialog = screen(&mut model);
    assert!(!dialog.contains("take the stop back"), "{dialog}");
}

fn steered(steer: Steer) -> [Effect; 1] {
    [Effect::Send(Command::Steer(steer))]
}

/// A live run in which nothing waits for a person.
fn at_work() -> Model {
    let mut model = live((120, 40));
    let (question, text, by) = (QuestionId(1), "UTC".into(), "human".into());
    tell(&mut model, QuestionAnswered { question, text, by });
    model
}

#[test]
fn p_pauses_takes_the_pause_back_and_goes_on() {
    let mut model = at_work();
    let mode = PauseMode::AfterStep;
    assert_eq!(keys(&mut model, "p"), steered(Steer::Pause { mode }));
    tell(&mut model, PauseRequested { mode });
    assert!(screen(&mut model).contains("pausing"));
    assert_eq!(keys(&mut model, "p"), steered(Steer::CancelPause));
    tell(&mut model, RunPaused::default());
    let shown = screen(&mut model);
    assert!(shown.contains("paused"), "{shown}");
    assert_eq!(keys(&mut model, "P"), [], "it is paused already");
    assert_eq!(keys(&mut model, "p"), steered(Steer::Resume));
    tell(&mut model, RunResumed {});
    let mode = PauseMode::Now;
    assert_eq!(keys(&mut model, "P"), steered(Steer::Pause { mode }));
    let mode = StopMode::Now;
    tell(&mut model, StopRequested { mode });
    assert_eq!(keys(&mut model, "p P"), [], "a stop is past pausing");
}

#[test]
fn a_pause_that_nobody_asked_for_says_why_and_how_the_run_goes_on() {
    let mut model = at_work();
    let because = "the audit of session 1 found: 1 TODO added in m1.py";
    let because = Some(because.to_owned());
    tell(&mut model, RunPaused { because });
    let shown = screen(&mut model);
    assert!(shown.contains("paused by the audit"), "{shown}");
    assert!(
        shown.contains("the audit of session 1 found: 1 TODO added in m1.py"),
        "{shown}"
    );
    let footer = shown.lines().last().unwrap();
    assert!(footer.contains("p go on   O audit") && !footer.contains("pause"), "{footer}");
    assert_eq!(keys(&mut model, "p"), steered(Steer::Resume));
    tell(&mut model, RunResumed {});
    model.note = None;
    let shown = screen(&mut model);
    let footer = shown.lines().last().unwrap();
    assert!(
        footer.contains("p pause") && !shown.contains("paused by the audit"),
        "{shown}"
    );
    tell(&mut model, RunPaused::default());
    let shown = screen(&mut model);
    assert!(shown.lines().last().unwrap().contains("p go on"), "{shown}");
    assert!(!shown.contains("by the audit"), "{shown}");
}

#[test]
fn a_message_is_typed_sent_changed_and_taken_back() {
    let mut model = at_work();
    let when = Delivery::NextStep;
    let text = "use\ntabs".to_owned();
    let sent = keys(&mut model, "i u s e A-Enter t a b s Enter");
    assert_eq!(
        sent,
        steered(Steer::Say {
            text: text.clone(),
            when
        })
    );
    assert!(model.popup.is_none() && model.draft.is_empty());
    for n in [1, 2] {
        let (message, text) = (MessageId(n), text.clone());
        tell(&mut model, MessageQueued { message, text, when });
    }
    assert!(screen(&mut model).contains("2 queued"));
    let message = MessageId(1);
    assert_eq!(keys(&mut model, "i Up Up d"), steered(Steer::WithdrawMessage { message }));
    tell(&mut model, MessageWithdrawn { message });
    let sent = keys(&mut model, "Up e ! Enter");
    let (message, text) = (MessageId(2), "use\ntabs!".to_owned());
    assert_eq!(sent, steered(Steer::EditMessage { message, text }));
    let text = "now".to_owned();
    let when = Delivery::Now;
    assert_eq!(keys(&mut model, "I n o w Enter"), steered(Steer::Say { text, when }));
}

#[test]
fn letters_are_text_until_a_waiting_message_is_marked() {
    let mut model = at_work();
    let (message, when) = (MessageId(1), Delivery::NextStep);
    let text = "first".to_owned();
    tell(&mut model, MessageQueued { message, text, when });
    assert_eq!(keys(&mut model, "i d e x"), []);
    let text = "dex".to_owned();
    assert_eq!(
        keys(&mut model, "Up Down Enter"),
        steered(Steer::Say { text, when }),
        "the mark came back to the text"
    );
    assert_eq!(keys(&mut model, "i Enter"), [], "nothing is typed");
    assert!(model.note.as_ref().unwrap().warning);
}

#[test]
fn what_is_typed_outlives_the_window_the_message_and_the_run() {
    let mut model = at_work();
    keys(&mut model, "i h a l f Esc");
    assert!(model.popup.is_none());
    let (message, when) = (MessageId(1), Delivery::NextStep);
    let text = "first".to_owned();
    tell(&mut model, MessageQueued { message, text, when });
    keys(&mut model, "i Up e 2");
    tell(&mut model, MessageDelivered { message });
    assert!(screen(&mut model).contains("has reached the agent already"));
    let text = "first2".to_owned();
    assert_eq!(keys(&mut model, "Enter"), steered(Steer::Say { text, when }));
    keys(&mut model, "i o k");
    tell(&mut model, ended(RunOutcome::Stopped));
    assert_eq!(keys(&mut model, "Enter"), [], "nobody reads it");
    assert!(matches!(&model.popup, Some(Popup::Message(form)) if form.field.text() == "ok"));
    assert_eq!(keys(&mut model, "C-y"), [Effect::Copy("ok".into())]);
    keys(&mut model, "Esc i");
    assert!(model.popup.is_none(), "no new one is begun");
}

#[test]
fn a_paste_is_text_of_a_message_and_never_sends_it() {
    let mut model = at_work();
    keys(&mut model, "i");
    assert_eq!(update(&mut model, Msg::Paste("a\nb\n".into())), []);
    assert!(matches!(&model.popup, Some(Popup::Message(form)) if form.field.text() == "a\nb\n"));
}

#[test]
fn features_are_skipped_and_picked_where_they_are_selected() {
    let mut model = at_work();
    assert_eq!(keys(&mut model, "X"), [], "the transcript has the focus");
    let order = |feature: &str, change| {
        let feature = feature.into();
        steered(Steer::Order { feature, change })
    };
    let sent = keys(&mut model, "1 G X");
    assert_eq!(sent, order("F014", OrderChange::Skip));
    let feature = FeatureId::from("F014");
    let change = OrderChange::Skip;
    tell(&mut model, RunOrderChanged { feature, change });
    assert!(screen(&mut model).contains("skipped"));
    assert_eq!(keys(&mut model, "X"), order("F014", OrderChange::Unskip));
    assert_eq!(keys(&mut model, "k T"), order("F013", OrderChange::Pick));
    let (feature, change) = (FeatureId::from("F013"), OrderChange::Pick);
    tell(&mut model, RunOrderChanged { feature, change });
    assert_eq!(keys(&mut model, "T"), order("F013", OrderChange::Unpick));
    assert_eq!(keys(&mut model, "g g X T"), [], "it passes already");
}

#[test]
fn what_the_engine_refuses_is_said() {
    let mut model = at_work();
    let reason = "message 1 has reached the agent already".to_owned();
    tell(&mut model, SteerRefused { reason: reason.clone() });
    assert_eq!(model.note.as_ref().unwrap().text, reason);
}

#[test]
fn a_run_can_be_stopped_after_its_session() {
    let mut model = at_work();
    let mode = StopMode::AfterSession;
    assert_eq!(keys(&mut model, "q s"), [Effect::Send(Command::Stop { mode })]);
    tell(&mut model, StopRequested { mode });
    assert!(screen(&mut model).contains("stops after this session"));
    assert_eq!(keys(&mut model, "q s"), [], "it does already");
    assert_eq!(keys(&mut model, "c"), [Effect::Send(Command::CancelStop)]);
}

#[test]
fn only_the_window_of_the_run_steers() {
    for key in ["p", "P", "i", "I", "1 X", "1 T"] {
        let mut model = at_work();
        model.mode = Mode::Following;
        assert_eq!(keys(&mut model, key), [], "{key}");
        assert!(model.popup.is_none(), "{key}");
    }
}

#[test]
fn a_window_on_the_past_shows_changes_and_takes_messages_for_the_next_session() {
    let mut model = at_work();
    let (message, when) = (MessageId(1), Delivery::NextStep);
    let text = "mind the tabs".to_owned();
    tell(&mut model, MessageQueued { message, text, when });
    tell(&mut model, ended(RunOutcome::Stopped));
    model.popup = None;
    (model.mode, model.closed) = (Mode::Offline, true);
    keys(&mut model, "i");
    let shown = screen(&mut model);
    assert!(
        shown.contains("waits for the next session:")
            && shown.contains("mind the tabs")
            && shown.contains("The next session reads it"),
        "{shown}"
    );
    let text = "hi".to_owned();
    assert_eq!(keys(&mut model, "h i Enter"), steered(Steer::Say { text, when }));
    assert_eq!(model.note.as_ref().unwrap().text, "message kept: the next session reads it");
    let text = "mind the tabs!".to_owned();
    assert_eq!(
        keys(&mut model, "i Up e ! C-s"),
        steered(Steer::EditMessage { message, text })
    );
    assert_eq!(keys(&mut model, "i Up d"), steered(Steer::WithdrawMessage { message }));

    model.mode = Mode::Following;
    assert_eq!(keys(&mut model, "Esc i Up d"), [], "another process has the log");
    let shown = screen(&mut model);
    assert!(
        shown.contains("mind the tabs") && shown.contains("only watches a run of another process"),
        "{shown}"
    );
}

#[test]
fn a_message_with_a_character_that_does_not_show_stays_to_be_mended() {
    let mut model = at_work();
    keys(&mut model, "i h i");
    update(&mut model, Msg::Paste("\u{200b}".into()));
    assert_eq!(keys(&mut model, "Enter"), []);
    assert!(model.note.as_ref().unwrap().text.contains("U+200B"));
    assert_eq!(keys(&mut model, "Backspace Enter").len(), 1);
}
