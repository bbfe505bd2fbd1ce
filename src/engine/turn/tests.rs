//! The turn machine without a runtime: its order of things, and what must hold whatever comes.

use super::*;
use crate::engine::conversation::ToolResult;
use crate::engine::effect::{Broken, Steering};
use crate::protocol::event::{Failure, LimitKind, RetryCause};
use crate::protocol::{BlockKind, CallId, Delivery, Event, MessageId, Usage};
use crate::provider::Speaker;
use proptest::prelude::*;
use serde_json::json;

fn machine() -> TurnMachine {
    TurnMachine::new(Rules {
        context_window: 1000,
        reset_at: 0.8,
        max_turns: None,
        reminder: "REMINDER".into(),
        hand_off: "HAND OFF".into(),
    })
}

fn begun() -> TurnMachine {
    let mut machine = machine();
    let effects = machine.step(Input::Begin { first: "hello".into() });
    assert!(effects.contains(&Effect::Request));
    machine
}

fn text(index: u32, text: &str) -> Input {
    let block = RawJson::of(&json!({"type": "text", "text": text})).unwrap();
    Input::BlockFinished {
        index,
        kind: BlockKind::Text,
        block,
    }
}

fn tool(index: u32, id: &str) -> Input {
    let block = RawJson::of(&json!({"type": "tool_use", "id": id, "name": "bash", "input": {"command": "ls"}})).unwrap();
    Input::BlockFinished {
        index,
        kind: BlockKind::ToolUse,
        block,
    }
}

fn answered(stop_reason: StopReason, tokens: u64) -> Input {
    let usage = Usage {
        input: tokens,
        ..Usage::default()
    };
    Input::Answered {
        stop_reason,
        usage,
        cost: None,
        model: "m".into(),
        request_id: String::new(),
    }
}

fn done(id: &str) -> Input {
    Input::ToolDone {
        result: ToolResult {
            call: CallId(id.into()),
            content: "out".into(),
            is_error: false,
        },
        ends: None,
    }
}

fn broken(partial: bool) -> Input {
    Input::Broken(Broken {
        error: "cut".into(),
        failure: Failure::Provider,
        partial,
        usage: Usage::default(),
        cost: None,
    })
}

fn calls(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| {
            if let Effect::Call(call) = effect {
                Some(call.call.as_str())
            } else {
                None
            }
        })
        .collect()
}

fn end(effects: &[Effect]) -> Option<EndCause> {
    effects.iter().find_map(|effect| {
        if let Effect::End { cause, .. } = effect {
            Some(*cause)
        } else {
            None
        }
    })
}

fn asked(effects: &[Effect]) -> Option<LimitKind> {
    effects.iter().find_map(|effect| {
        if let Effect::AskLimit(limit) = effect {
            Some(limit.limit)
        } else {
            None
        }
    })
}

fn cost() -> LimitReached {
    LimitReached {
        limit: LimitKind::Cost,
        detail: "$1 of $1".into(),
    }
}

fn kinds(effects: &[Effect]) -> Vec<&'static str> {
    effects
        .iter()
        .filter_map(|effect| {
            if let Effect::Record(event) = effect {
                Some(event.kind())
            } else {
                None
            }
        })
        .collect()
}

#[test]
fn calls_run_one_after_the_other_and_their_results_go_back_together() {
    let mut machine = begun();
    machine.step(text(0, "two calls"));
    machine.step(tool(1, "a"));
    machine.step(tool(2, "b"));
    assert_eq!(calls(&machine.step(answered(StopReason::ToolUse, 10))), ["a"]);
    assert_eq!(calls(&machine.step(done("a"))), ["b"]);
    let effects = machine.step(done("b"));
    assert!(effects.contains(&Effect::Request));
    let last = machine.conversation().messages().last().unwrap();
    assert_eq!(last.content.len(), 2);
}

#[test]
fn a_call_whose_block_did_not_finish_is_never_run() {
    let mut machine = begun();
    machine.step(Input::BlockStarted {
        index: 0,
        kind: BlockKind::ToolUse,
        tool: Some("bash".into()),
        call: Some("a".into()),
    });
    machine.step(Input::Delta {
        index: 0,
        text: "{\"command\": \"rm".into(),
    });
    let effects = machine.step(answered(StopReason::MaxTokens, 10));
    assert_eq!(calls(&effects), [""; 0]);
    assert!(
        effects.contains(&Effect::Request),
        "the model is told that it was cut off and asked again"
    );
}

#[test]
fn an_answer_cut_off_in_the_middle_is_asked_for_again_and_leaves_no_trace_in_the_conversation() {
    let mut machine = begun();
    let before = machine.conversation().messages().len();
    machine.step(text(0, "half an an"));
    machine.step(tool(1, "a"));
    let effects = machine.step(broken(true));
    assert_eq!(kinds(&effects), ["turn_interrupted", "turn_started"]);
    assert_eq!(calls(&effects), [""; 0]);
    assert_eq!(machine.conversation().messages().len(), before);
}

#[test]
fn a_failure_before_any_content_ends_the_session_and_so_do_five_cuts_in_a_row() {
    assert_eq!(end(&begun().step(broken(false))), Some(EndCause::Failed));
    let mut machine = begun();
    for _ in 0..4 {
        assert_eq!(end(&machine.step(broken(true))), None);
    }
    assert_eq!(end(&machine.step(broken(true))), Some(EndCause::Failed));
}

#[test]
fn a_model_that_just_stops_is_reminded_twice() {
    let mut machine = begun();
    for _ in 0..2 {
        machine.step(text(0, "I am done!"));
        assert_eq!(end(&machine.step(answered(StopReason::EndTurn, 10))), None);
        let last = machine.conversation().messages().last().unwrap();
        assert_eq!(last.role, Speaker::User);
        assert!(last.content[0].get().contains("REMINDER"));
    }
    machine.step(text(0, "Really."));
    assert_eq!(end(&machine.step(answered(StopReason::EndTurn, 10))), Some(EndCause::GaveUp));
}

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
            .filter(|e| matches!(e, Effect::Record(Event::PromptSent(p)) if p.text == "HAND OFF"))
            .count();
        if let Some(cause) = end(&effects) {
            assert_eq!((cause, asked, turn), (EndCause::ContextFull, 1, 4));
            return;
        }
    }
    panic!("the window was full and nothing happened");
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
        matches!(&effects[0], Effect::Record(Event::TurnInterrupted(cut)) if cut.usage.input == 7 && cut.partial[0].text == "half")
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
    let taken_back = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::Record(Event::StopCancelled(_))));
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

fn machine_rules() -> Rules {
    machine().rules
}

fn wish(pause: Option<PauseMode>, messages: &[(u32, Delivery)]) -> Input {
    let message = |(id, when): &(u32, Delivery)| QueuedMessage {
        id: MessageId(*id),
        text: format!("words {id}"),
        when: *when,
        since: jiff::Timestamp::UNIX_EPOCH,
    };
    Input::Steered(Steering {
        pause,
        messages: messages.iter().map(message).collect(),
        remark: None,
    })
}

fn paused(effects: &[Effect]) -> bool {
    kinds(effects).contains(&"run_paused")
}

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

/// What may come from the world at any time.
fn anything() -> impl Strategy<Value = u8> {
    0..23_u8
}

proptest! {
    #[test]
    fn whatever_comes_every_request_is_valid_and_nothing_follows_the_end(script in prop::collection::vec(anything(), 0..40)) {
        let mut machine = begun();
        let mut running: Option<String> = None;
        let (mut ended, mut holds, mut serial) = (false, false, 0);
        for step in script {
            serial += 1;
            let id = format!("c{serial}");
            let input = match step {
                0 => text(0, "words"),
                1 | 2 => tool(serial, &id),
                3 => answered(StopReason::ToolUse, 10),
                4 => answered(StopReason::EndTurn, 10),
                5 => answered(StopReason::MaxTokens, 900),
                6 => broken(true),
                7 => Input::Remark { text: "changed outside".into() },
                8 => Input::Stop { mode: StopMode::AfterStep },
                9 => Input::Stop { mode: StopMode::Now },
                10 => Input::BlockStarted { index: serial, kind: BlockKind::Thinking, tool: None, call: None },
                11 => answered(StopReason::PauseTurn, 10),
                12 => wish(Some(PauseMode::AfterStep), &[]),
                13 => wish(Some(PauseMode::Now), &[]),
                14 | 15 => wish(None, &[]),
                16 => wish(None, &[(serial, Delivery::Now)]),
                17 => wish(None, &[(serial, Delivery::NextStep)]),
                18 => Input::Limit { limit: cost() },
                19 => Input::LimitRaised { turns: None, next: None },
                20 => Input::LimitRaised { turns: Some(3), next: Some(cost()) },
                _ => match running.take() {
                    Some(id) => done(&id),
                    None => continue,
                },
            };
            // The provider says nothing while calls run.
            let streams = matches!(&input, Input::BlockFinished { .. } | Input::Answered { .. } | Input::Broken(_) | Input::BlockStarted { .. });
            if streams && (running.is_some() || holds) {
                continue;
            }
            let effects = machine.step(input);
            prop_assert!(!ended || effects.is_empty());
            for effect in &effects {
                match effect {
                    Effect::Call(call) => running = Some(call.call.0.clone()),
                    Effect::Request => {
                        holds = false;
                        check(machine.conversation())?;
                    }
                    Effect::Record(Event::RunPaused(_)) | Effect::AskLimit(_) => holds = true,
                    Effect::End { .. } => ended = true,
                    Effect::Record(_) | Effect::CancelRequest | Effect::CancelCall => {}
                }
            }
        }
    }
}

/// The API's own rules: roles alternate from the user on, no message is empty, every call is answered in the next message.
fn check(conversation: &Conversation) -> Result<(), TestCaseError> {
    let messages = conversation.messages();
    for (n, message) in messages.iter().enumerate() {
        let expected = if n % 2 == 0 { Speaker::User } else { Speaker::Assistant };
        prop_assert_eq!(message.role, expected);
        prop_assert!(!message.content.is_empty());
        let ids = |kind: &str, key: &str| -> Vec<String> {
            message
                .content
                .iter()
                .map(RawJson::value)
                .filter(|b| b["type"] == kind)
                .map(|b| b[key].as_str().unwrap().to_owned())
                .collect()
        };
        let asked = ids("tool_use", "id");
        if !asked.is_empty() {
            let answers = messages.get(n + 1).map(|next| {
                next.content
                    .iter()
                    .map(RawJson::value)
                    .filter(|b| b["type"] == "tool_result")
                    .map(|b| b["tool_use_id"].as_str().unwrap().to_owned())
                    .collect::<Vec<_>>()
            });
            prop_assert_eq!(Some(asked), answers);
        }
    }
    Ok(())
}
