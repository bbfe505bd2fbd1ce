//! A made-up agent that streams at a given rate through the real UI, to measure keys under load.

use super::{Exit, Options, UiError, run as run_ui};
use crate::link::{Backend, Client, Closed, Mode, Reply, Sink, Update};
use crate::protocol::event::{
    BlockDelta, BlockFinished, BlockStarted, Event, FeatureListLoaded, RunStarted, SessionStarted, ToolFinished, ToolStarted,
    TurnStarted,
};
use crate::protocol::{
    Answer, BlockKind, CallId, CallStatus, Command, Envelope, Feature, Payload, Query, RawJson, Role, Seq, SessionNo, ToolKind,
    TurnNo,
};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events go out this often, as many as the rate asks for.
const TICK: Duration = Duration::from_millis(2);
/// Deltas of one block.
const DELTAS: u64 = 120;

/// Runs the UI over an agent that makes `rate` events a second for as long as the user stays.
///
/// # Errors
/// Fails as [`super::run`] does.
pub fn run(rate: u32, options: Options) -> Result<Exit, UiError> {
    run_ui(Client::new(Arc::new(Synthetic { rate })), options)
}

struct Synthetic {
    rate: u32,
}

impl Backend for Synthetic {
    fn mode(&self) -> Mode {
        Mode::Offline
    }

    fn subscribe(&self, sink: Sink) {
        let rate = f64::from(self.rate);
        // Fails only if no thread can be made; then nothing streams, which a benchmark notices.
        let _ = std::thread::Builder::new()
            .name("stream".into())
            .spawn(move || stream(rate, sink));
    }

    fn send(&self, _: Command) -> Result<(), Closed> {
        Err(Closed)
    }

    fn ask(&self, _: Query, mut reply: Reply) {
        reply(Answer::Failed {
            message: "a made-up run has no such thing".into(),
        });
    }

    fn forget(&self, _: &Query) {}
}

fn stream(rate: f64, mut sink: Sink) {
    let mut agent = Agent::default();
    let opening = agent.opening();
    if !sink(Update::Events(opening)) || !sink(Update::CaughtUp) {
        return;
    }
    let began = Instant::now();
    let mut made = 0_f64;
    loop {
        let due = began.elapsed().as_secs_f64() * rate;
        let mut batch = Vec::new();
        while made < due {
            batch.push(agent.next());
            made += 1.0;
        }
        if !batch.is_empty() && !sink(Update::Events(batch)) {
            return;
        }
        std::thread::sleep(TICK);
    }
}

/// Writes paragraphs and runs commands in turn.
#[derive(Default)]
struct Agent {
    seq: u64,
    turn: u32,
    step: u64,
    text: String,
}

impl Agent {
    fn wrap(&mut self, event: impl Into<Event>) -> Arc<Envelope> {
        self.seq += 1;
        Arc::new(Envelope {
            v: crate::protocol::FORMAT_VERSION,
            seq: Seq(self.seq),
            time: Timestamp::now(),
            session: SessionNo(1),
            event: event.into(),
        })
    }

    fn opening(&mut self) -> Vec<Arc<Envelope>> {
        let features = (1..=20).map(|number| Feature {
            id: format!("F{number:03}").into(),
            description: format!("made-up feature {number}"),
            ..Feature::default()
        });
        let features = FeatureListLoaded {
            path: "feature_list.json".into(),
            features: features.collect(),
            notices: Vec::new(),
        };
        vec![
            self.wrap(RunStarted {
                run: "stream".into(),
                project: "stream".into(),
                workspace: "/nowhere".into(),
                model: "made-up".into(),
                endpoint: "nowhere".into(),
                version: env!("CARGO_PKG_VERSION").into(),
                limits: crate::protocol::event::Limits::default(),
                autonomy: crate::protocol::Autonomy::Auto,
                sandbox: "none".into(),
                window: None,
                earlier: None,
            }),
            self.wrap(SessionStarted {
                role: Role::Coding,
                model: "made-up".into(),
                context_window: 200_000,
                head: None,
                prompt_hash: "000000000000".into(),
                list: None,
            }),
            self.wrap(features),
        ]
    }

    fn next(&mut self) -> Arc<Envelope> {
        let step = self.step;
        self.step = (self.step + 1) % (DELTAS + 6);
        let call = || CallId(format!("call_{}", self.turn));
        match step {
            0 => {
                self.turn += 1;
                self.text.clear();
                let turn = TurnNo(self.turn);
                self.wrap(TurnStarted { turn })
            }
            1 => self.wrap(BlockStarted {
                index: 0,
                kind: BlockKind::Text,
                tool: None,
                call: None,
            }),
            n if n < 2 + DELTAS => {
                let text = match n % 24 {
                    0 => "\n\n".to_owned(),
                    7 => format!("`word {n}` "),
                    _ => format!("word {n} "),
                };
                self.text.push_str(&text);
                self.wrap(BlockDelta { index: 0, text })
            }
            n if n == 2 + DELTAS => {
                let block = raw(&json!({ "type": "text", "text": self.text }));
                self.wrap(BlockFinished {
                    index: 0,
                    kind: BlockKind::Text,
                    block,
                })
            }
            n if n == 3 + DELTAS => {
                let call = Some(call());
                self.wrap(BlockStarted {
                    index: 1,
                    kind: BlockKind::ToolUse,
                    tool: Some("bash".into()),
                    call,
                })
            }
            n if n == 4 + DELTAS => {
                let call = call();
                self.wrap(ToolStarted {
                    call,
                    tool: "bash".into(),
                    kind: ToolKind::Execute,
                    title: "sh tests/run.sh".into(),
                    input: raw(&json!({ "command": "sh tests/run.sh" })),
                })
            }
            _ => {
                let call = call();
                self.wrap(ToolFinished {
                    call,
                    status: CallStatus::Completed,
                    output: Payload::inline("ok 1\nok 2\n1..2\n"),
                    exit_code: Some(0),
                    duration_ms: 12,
                    lines: None,
                    running: None,
                })
            }
        }
    }
}

/// Prints a value that is known to be printable.
fn raw(value: &serde_json::Value) -> RawJson {
    RawJson::of(value).unwrap_or_else(|_| unreachable!("a JSON value has string keys"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::State;

    #[test]
    fn the_made_up_run_folds_without_loss() {
        let mut agent = Agent::default();
        let mut state = State::default();
        let opening = agent.opening();
        for envelope in opening {
            state.apply(&envelope);
        }
        for _ in 0..3 * (DELTAS + 6) {
            state.apply(&agent.next());
        }
        assert_eq!(state.unknown_events, 0);
        let session = state.current().unwrap();
        assert_eq!(session.turn, TurnNo(3));
        assert!(session.items.len() >= 6);
    }
}
