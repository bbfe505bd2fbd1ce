//! What ends a session: stops, limits, a full window.

use super::*;

#[test]
fn end_session_ends_it_and_calls_behind_it_are_answered_without_running() {
    let mut machine = begun();
    machine.step(tool(0, "end"));
    machine.step(tool(1, "late"));
    machine.step(answered(StopReason::ToolUse, 10));
    let result = ToolResult {
        call: "end".into(),
        content: "bye".into(),
        is_error: false,
    };
    let effects = machine.step(Input::ToolDone {
        result,
        ends: Some("all done".into()),
    });
    assert_eq!(calls(&effects), [""; 0]);
    assert_eq!(end(&effects), Some(EndCause::Finished));
    assert!(machine.step(done("late")).is_empty(), "after the end nothing is asked for");
}

#[test]
fn a_full_window_asks_for_a_hand_off_and_then_resets() {
    let mut machine = begun();
    let mut asked = 0;
    for turn in 0..10 {
        let id = format!("c{turn}");
        machine.step(tool(0, &id));
        machine.step(answered(StopReason::ToolUse, 850));
        let effects = machine.step(done(&id));
        asked += effects
            .iter()
            .filter(|e| matches!(e, Effect::Record(event) if matches!(&**event, Event::PromptSent(p) if p.text == "HAND OFF")))
            .count();
        if let Some(cause) = end(&effects) {
            assert_eq!((cause, asked, turn), (EndCause::ContextFull, 1, 4));
            return;
        }
    }
    panic!("the window was full and nothing happened");
}

#[test]
fn work_that_goes_round_is_handed_off_within_as_many_turns_and_once() {
    let mut machine = begun();
    for turn in 0..10 {
        let id = format!("c{turn}");
        machine.step(tool(0, &id));
        machine.step(answered(StopReason::ToolUse, 10));
        if machine.goes_on(&done(&id)) {
            let (text, summary) = ("GO ROUND".into(), "went round".into());
            assert!(
                machine.step(Input::HandOff { text, summary }).is_empty(),
                "it waits for the step's end"
            );
            assert!(!machine.goes_on(&done(&id)));
        }
        let effects = machine.step(done(&id));
        if let Some(Effect::End { cause, summary }) = effects.last() {
            assert_eq!((*cause, summary.as_str(), turn), (EndCause::Circling, "went round", 4));
            return;
        }
    }
    panic!("the session went on");
}

#[test]
fn an_agent_that_ends_after_the_hand_off_was_reset_not_finished() {
    let mut machine = begun();
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 850));
    machine.step(done("a"));
    machine.step(tool(0, "end"));
    machine.step(answered(StopReason::ToolUse, 860));
    let result = ToolResult {
        call: "end".into(),
        content: "bye".into(),
        is_error: false,
    };
    assert_eq!(
        end(&machine.step(Input::ToolDone {
            result,
            ends: Some("handed off".into())
        })),
        Some(EndCause::ContextFull)
    );
}

#[test]
fn a_stop_now_while_streaming_waits_for_the_bill_and_a_stop_after_the_step_for_the_step() {
    let mut machine = begun();
    machine.step(Input::BlockStarted {
        index: 0,
        kind: BlockKind::Text,
        tool: None,
        call: None,
    });
    machine.step(Input::Delta {
        index: 0,
        text: "half".into(),
    });
    let effects = machine.step(Input::Stop { mode: StopMode::Now });
    assert!(effects.contains(&Effect::CancelRequest));
    assert_eq!(end(&effects), None);
    let effects = machine.step(Input::Broken(Broken {
        error: "cancelled".into(),
        failure: Failure::Provider,
        partial: true,
        usage: Usage {
            input: 7,
            ..Usage::default()
        },
        cost: None,
    }));
    assert!(
        matches!(&effects[0], Effect::Record(event) if matches!(&**event, Event::TurnInterrupted(cut) if cut.usage.input == 7 && cut.partial[0].text == "half"))
    );
    assert_eq!(end(&effects), Some(EndCause::Stopped));

    let mut machine = begun();
    assert_eq!(
        end(&machine.step(Input::Stop {
            mode: StopMode::AfterStep
        })),
        None
    );
    machine.step(tool(0, "a"));
    assert_eq!(calls(&machine.step(answered(StopReason::ToolUse, 10))), ["a"]);
    assert_eq!(end(&machine.step(done("a"))), Some(EndCause::Stopped));
}

#[test]
fn a_stop_after_the_step_can_be_taken_back_and_one_at_once_cannot() {
    let after = Input::Stop {
        mode: StopMode::AfterStep,
    };
    let mut machine = begun();
    machine.step(after);
    let taken_back = |effects: &[Effect]| {
        effects
            .iter()
            .any(|e| matches!(e, Effect::Record(event) if matches!(**event, Event::StopCancelled(_))))
    };
    assert!(taken_back(&machine.step(Input::CancelStop)));
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 10));
    let effects = machine.step(done("a"));
    assert!(effects.contains(&Effect::Request), "the next turn goes out: {effects:?}");

    let mut machine = begun();
    machine.step(Input::Stop { mode: StopMode::Now });
    assert!(!taken_back(&machine.step(Input::CancelStop)));
    assert!(!taken_back(&begun().step(Input::CancelStop)), "nothing to take back");
}

#[test]
fn a_stop_now_cancels_the_running_call_and_ends_with_its_result() {
    let mut machine = begun();
    machine.step(tool(0, "a"));
    machine.step(tool(1, "b"));
    machine.step(answered(StopReason::ToolUse, 10));
    assert!(
        machine
            .step(Input::Stop { mode: StopMode::Now })
            .contains(&Effect::CancelCall)
    );
    let effects = machine.step(done("a"));
    assert_eq!(calls(&effects), [""; 0]);
    assert_eq!(end(&effects), Some(EndCause::Stopped));
}

#[test]
fn limits_end_the_session_at_the_next_step() {
    let mut machine = begun();
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 10));
    let limit = LimitReached {
        limit: LimitKind::Cost,
        detail: "$2.00 of $2.00".into(),
    };
    assert_eq!(kinds(&machine.step(Input::Limit { limit: limit.clone() })), ["limit_reached"]);
    assert_eq!(kinds(&machine.step(Input::Limit { limit })), [""; 0], "told once");
    assert_eq!(asked(&machine.step(done("a"))), Some(LimitKind::Cost));
    assert_eq!(end(&machine.step(Input::LimitKept)), Some(EndCause::Limit));

    let mut machine = TurnMachine::new(Rules {
        max_turns: Some(1),
        ..machine_rules()
    });
    machine.step(Input::Begin { first: "x".into() });
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 10));
    assert_eq!(asked(&machine.step(done("a"))), Some(LimitKind::Turns));
    assert_eq!(end(&machine.step(Input::LimitKept)), Some(EndCause::Limit));
}

#[test]
fn a_request_that_is_open_when_the_time_is_up_is_cut_and_asked_again_once_the_limit_is_raised() {
    let mut machine = begun();
    let before = machine.conversation().messages().len();
    machine.step(text(0, "half an an"));
    let limit = LimitReached {
        limit: LimitKind::Time,
        detail: "60 of 60 seconds of this run".into(),
    };
    let effects = machine.step(Input::TimeUp { limit: limit.clone() });
    assert_eq!(kinds(&effects), ["limit_reached"]);
    assert!(effects.contains(&Effect::CancelRequest));
    assert_eq!(machine.step(Input::TimeUp { limit }), [], "told once");
    let effects = machine.step(broken(true));
    assert_eq!(
        (kinds(&effects), asked(&effects)),
        (vec!["turn_interrupted"], Some(LimitKind::Time))
    );
    assert_eq!(machine.conversation().messages().len(), before, "nothing of it was acted on");
    let on = machine.step(Input::LimitRaised { turns: None, next: None });
    assert!(on.contains(&Effect::Request), "{on:?}");
    check(machine.conversation()).unwrap();

    // Where no request is open it is looked at before the next one anyway.
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 10));
    let late = Input::TimeUp { limit: cost() };
    assert_eq!(machine.step(late), []);
    assert!(machine.step(done("a")).contains(&Effect::Request));
}

#[test]
fn at_its_limit_a_session_waits_and_goes_on_once_the_limit_is_raised() {
    let mut machine = TurnMachine::new(Rules {
        context_window: 1000,
        reset_at: 0.8,
        max_turns: Some(1),
        reminder: String::new(),
        hand_off: String::new(),
    });
    machine.step(Input::Begin { first: "hello".into() });
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 10));
    assert_eq!(asked(&machine.step(done("a"))), Some(LimitKind::Turns));
    // A message and a pause that come meanwhile are kept for afterwards.
    assert_eq!(machine.step(wish(Some(PauseMode::AfterStep), &[(1, Delivery::NextStep)])), []);
    let raised = |turns, next| Input::LimitRaised { turns, next };
    let next = machine.step(raised(Some(2), Some(cost())));
    assert_eq!((kinds(&next), asked(&next)), (vec!["limit_reached"], Some(LimitKind::Cost)));
    assert!(paused(&machine.step(raised(Some(2), None))));
    let on = machine.step(wish(None, &[(1, Delivery::NextStep)]));
    assert!(on.contains(&Effect::Request), "{on:?}");
    check(machine.conversation()).unwrap();
    machine.step(tool(0, "b"));
    machine.step(answered(StopReason::ToolUse, 10));
    assert_eq!(
        asked(&machine.step(done("b"))),
        Some(LimitKind::Turns),
        "the raised limit counts too"
    );
    let stop = Input::Stop {
        mode: StopMode::AfterStep,
    };
    assert_eq!(end(&machine.step(stop)), Some(EndCause::Stopped));
    assert_eq!(machine.step(raised(None, None)), [], "too late");
}
