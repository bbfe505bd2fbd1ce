//! Pauses, interrupts and messages in the middle of a turn.

use super::*;

#[test]
fn a_pause_waits_for_the_calls_of_the_step_and_resuming_sends_their_results() {
    let mut machine = begun();
    machine.step(tool(0, "a"));
    machine.step(tool(1, "b"));
    machine.step(answered(StopReason::ToolUse, 10));
    assert_eq!(kinds(&machine.step(wish(Some(PauseMode::AfterStep), &[]))), [""; 0]);
    assert_eq!(calls(&machine.step(done("a"))), ["b"], "the step's other calls still run");
    let effects = machine.step(done("b"));
    assert!(paused(&effects) && !effects.contains(&Effect::Request), "{effects:?}");
    assert_eq!(
        kinds(&machine.step(wish(Some(PauseMode::AfterStep), &[(1, Delivery::Now)]))),
        [""; 0]
    );
    let effects = machine.step(wish(None, &[(1, Delivery::Now)]));
    assert_eq!(kinds(&effects), ["message_delivered", "prompt_sent", "turn_started"]);
    let last = machine.conversation().messages().last().unwrap();
    assert_eq!(last.content.len(), 3, "both results and the words: {last:?}");
}

#[test]
fn a_pause_taken_back_in_time_leaves_no_trace() {
    let mut machine = begun();
    machine.step(wish(Some(PauseMode::AfterStep), &[]));
    machine.step(wish(None, &[]));
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 10));
    let effects = machine.step(done("a"));
    assert!(!paused(&effects) && effects.contains(&Effect::Request));
}

#[test]
fn an_interrupt_drops_the_answer_or_the_calls_and_then_pauses() {
    let mut machine = begun();
    let before = machine.conversation().messages().len();
    machine.step(tool(0, "a"));
    assert!(machine.step(wish(Some(PauseMode::Now), &[])).contains(&Effect::CancelRequest));
    let effects = machine.step(broken(true));
    assert_eq!(kinds(&effects), ["turn_interrupted", "run_paused"]);
    assert_eq!(machine.conversation().messages().len(), before, "nothing of it was acted on");
    assert!(machine.step(wish(None, &[])).contains(&Effect::Request));

    // An answer that was whole before the interrupt reached it.
    machine.step(tool(0, "a"));
    machine.step(tool(1, "b"));
    machine.step(wish(Some(PauseMode::Now), &[]));
    let effects = machine.step(answered(StopReason::ToolUse, 10));
    assert_eq!(calls(&effects), [""; 0]);
    assert_eq!(
        kinds(&effects),
        ["response_finished", "tool_finished", "tool_finished", "run_paused"]
    );
    assert!(machine.step(wish(None, &[])).contains(&Effect::Request));
    check(machine.conversation()).unwrap();

    // A call that runs, with another behind it.
    machine.step(tool(0, "c"));
    machine.step(tool(1, "d"));
    machine.step(answered(StopReason::ToolUse, 10));
    assert!(machine.step(wish(Some(PauseMode::Now), &[])).contains(&Effect::CancelCall));
    let effects = machine.step(done("c"));
    assert_eq!(
        kinds(&effects),
        ["tool_finished", "run_paused"],
        "d is answered without running"
    );
    machine.step(wish(None, &[]));
    check(machine.conversation()).unwrap();
}

#[test]
fn a_message_that_does_not_wait_cuts_the_step_once_and_comes_first() {
    let mut machine = begun();
    machine.step(wish(None, &[(1, Delivery::NextStep)]));
    let both = [(1, Delivery::NextStep), (2, Delivery::Now)];
    assert!(machine.step(wish(None, &both)).contains(&Effect::CancelRequest));
    assert_eq!(
        kinds(&machine.step(wish(None, &both))),
        [""; 0],
        "told again is not asked again"
    );
    let effects = machine.step(broken(true));
    assert!(!paused(&effects) && effects.contains(&Effect::Request));
    let last = machine.conversation().messages().last().unwrap();
    let said: Vec<String> = last
        .content
        .iter()
        .map(|block| block.value()["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(said, ["hello", "[human] words 2", "[human] words 1"]);
}

#[test]
fn a_model_that_stops_gets_the_waiting_words_in_place_of_a_reminder() {
    let mut machine = begun();
    for _ in 0..2 {
        machine.step(text(0, "I am done!"));
        machine.step(answered(StopReason::EndTurn, 10));
    }
    machine.step(wish(None, &[(1, Delivery::NextStep)]));
    machine.step(text(0, "Really."));
    let effects = machine.step(answered(StopReason::EndTurn, 10));
    assert_eq!(end(&effects), None, "the person is not cut off by our patience");
    assert!(kinds(&effects).contains(&"message_delivered"));
}

#[test]
fn a_pause_need_not_wait_for_a_provider_that_lets_nothing_through() {
    let retrying = || Input::Retrying {
        attempt: 1,
        delay_ms: 600_000,
        error: "429".into(),
        cause: RetryCause::UsageLimit,
        usage: Usage::default(),
        cost: None,
    };
    let mut machine = begun();
    machine.step(retrying());
    assert!(
        machine
            .step(wish(Some(PauseMode::AfterStep), &[]))
            .contains(&Effect::CancelRequest)
    );
    assert!(paused(&machine.step(broken(false))));
    let mut machine = begun();
    machine.step(retrying());
    let stop = Input::Stop {
        mode: StopMode::AfterStep,
    };
    assert!(machine.step(stop).contains(&Effect::CancelRequest));
}

#[test]
fn a_stop_after_the_session_lets_it_go_on_and_one_while_paused_ends_it() {
    let mut machine = begun();
    machine.step(Input::Stop {
        mode: StopMode::AfterSession,
    });
    machine.step(tool(0, "a"));
    machine.step(answered(StopReason::ToolUse, 10));
    assert!(machine.step(done("a")).contains(&Effect::Request));
    machine.step(wish(Some(PauseMode::Now), &[]));
    assert!(paused(&machine.step(broken(true))));
    assert_eq!(
        end(&machine.step(Input::Stop {
            mode: StopMode::AfterStep
        })),
        Some(EndCause::Stopped)
    );
}
