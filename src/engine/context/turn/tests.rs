//! The turn machine without a runtime: its order of things, and what must hold whatever comes.

mod ending;
mod steering;

use super::*;
use crate::engine::context::conversation::ToolResult;
use crate::engine::context::effect::{Broken, Steering};
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
                    Effect::AskLimit(_) => holds = true,
                    Effect::Record(event) if matches!(**event, Event::RunPaused(_)) => holds = true,
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
