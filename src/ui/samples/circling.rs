//! Work that goes round, for pictures: a failing command again and again, between an edit and its undoing.

use crate::protocol::event::{CirclingSeen, CirclingStep, Repeat, RepeatKind, ToolFinished, ToolStarted, TurnStarted};
use crate::protocol::{CallId, CallStatus, Event, Payload, RawJson, ToolKind, TurnNo};
use crate::session::State;

/// The command that fails.
const COMMAND: &str = "sh tests/run.sh tests/08-tags.sh";

/// Returns what is told of turns that bring nothing new after what `state` holds, until the agent is told.
#[must_use]
pub fn sample_circling(state: &State) -> Vec<Event> {
    let first = state.current().map_or(TurnNo(1), |session| session.turn.next());
    let mut events = Vec::new();
    for n in 0..8 {
        let call = CallId(format!("again-{n}"));
        events.push(
            TurnStarted {
                turn: TurnNo(first.0 + n),
            }
            .into(),
        );
        events.push(
            ToolStarted {
                call: call.clone(),
                tool: "bash".into(),
                kind: ToolKind::Execute,
                title: COMMAND.into(),
                input: RawJson::of(&serde_json::json!({ "command": COMMAND })).unwrap_or_else(|_| RawJson::null()),
            }
            .into(),
        );
        let finished = ToolFinished {
            call,
            status: CallStatus::Completed,
            output: Payload::inline("not ok 1 - filters by tag\n# want 2 notes, got 0\n1..1\n"),
            exit_code: Some(1),
            duration_ms: 240,
            lines: None,
            running: None,
        };
        events.push(finished.into());
    }
    events.push(told().into());
    events
}

fn told() -> CirclingSeen {
    CirclingSeen {
        feature: Some("F008".into()),
        step: CirclingStep::Told,
        rounds: 7,
        repeats: vec![Repeat {
            kind: RepeatKind::Failure,
            subject: COMMAND.into(),
            times: 8,
        }],
    }
}
