//! Made-up inputs: logs, answers and hostile text. No randomness, so that two runs measure the same thing.

use jiff::Timestamp;
use longhaul::protocol::event::{
    BlockDelta, BlockFinished, BlockStarted, Limits, ResponseFinished, RunStarted, SessionStarted, ToolFinished, ToolStarted,
    TurnStarted,
};
use longhaul::protocol::{
    BlockKind, CallId, CallStatus, Cost, Envelope, Event, FORMAT_VERSION, Payload, RawJson, Role, Seq, SessionNo, StopReason,
    ToolKind, TurnNo, Usage,
};
use longhaul::session::State;
use serde_json::json;

/// Deltas of one answer.
const DELTAS: u32 = 8;

/// The log of one long session, as endless as its user wishes.
#[derive(Default)]
pub struct Log {
    seq: u64,
    turn: u32,
    queue: std::collections::VecDeque<Event>,
}

impl Log {
    /// Wraps an event with the next number.
    pub fn wrap<E: Into<Event>>(&mut self, event: E) -> Envelope {
        self.seq += 1;
        let milliseconds = i64::try_from(self.seq).unwrap() * 40;
        Envelope {
            v: FORMAT_VERSION,
            seq: Seq(self.seq),
            time: Timestamp::from_millisecond(1_790_000_000_000 + milliseconds).unwrap(),
            session: SessionNo(1),
            event: event.into(),
        }
    }

    /// Folds in the beginning of an answer that nothing else of the log belongs to.
    pub fn begin_answer(&mut self, state: &mut State) {
        self.turn += 1;
        let turn = TurnNo(self.turn);
        for event in [TurnStarted { turn }.into(), block(0, BlockKind::Text, None).into()] {
            let envelope = self.wrap::<Event>(event);
            state.apply(&envelope);
        }
    }

    /// A turn: some prose, a command, its result.
    fn turn(&mut self) {
        self.turn += 1;
        let turn = self.turn;
        let call = CallId(format!("toolu_{turn:08}"));
        let command = format!("sh tests/run.sh {turn}");
        let input = json!({ "command": command });
        let mut prose = String::new();
        self.queue.push_back(TurnStarted { turn: TurnNo(turn) }.into());
        self.queue.push_back(block(0, BlockKind::Text, None).into());
        for part in 0..DELTAS {
            let text = format!("Step {turn}.{part}: the list is read, `sort` is stable and **nothing** is lost on the way. ");
            prose.push_str(&text);
            self.queue.push_back(BlockDelta { index: 0, text }.into());
        }
        let whole = RawJson::of(&json!({ "type": "text", "text": prose })).unwrap();
        self.queue.push_back(done(0, BlockKind::Text, whole).into());
        self.queue.push_back(block(1, BlockKind::ToolUse, Some(call.clone())).into());
        let whole = RawJson::of(&json!({ "type": "tool_use", "id": call.as_str(), "name": "bash", "input": input })).unwrap();
        self.queue.push_back(done(1, BlockKind::ToolUse, whole).into());
        let usage = Usage {
            input: 12,
            output: 240,
            cache_read: 30_000,
            cache_write_5m: 800,
            cache_write_1h: 0,
        };
        self.queue.push_back(
            ResponseFinished {
                stop_reason: StopReason::ToolUse,
                usage,
                cost: Some(Cost(15_700_000)),
                model: "made-up".into(),
                request_id: format!("req_{turn:08}"),
            }
            .into(),
        );
        self.queue.push_back(
            ToolStarted {
                call: call.clone(),
                tool: "bash".into(),
                kind: ToolKind::Execute,
                title: command,
                input: RawJson::of(&input).unwrap(),
            }
            .into(),
        );
        let lines: String = (1..=12)
            .map(|n| format!("ok {n} - adds note {turn} and finds it again\n"))
            .collect();
        self.queue.push_back(
            ToolFinished {
                call,
                status: CallStatus::Completed,
                output: Payload::inline(lines),
                exit_code: Some(0),
                duration_ms: 38,
                lines: None,
                running: None,
            }
            .into(),
        );
    }
}

impl Iterator for Log {
    type Item = Envelope;

    fn next(&mut self) -> Option<Envelope> {
        let event = match self.seq {
            0 => RunStarted {
                run: "made-up".into(),
                project: "made-up".into(),
                workspace: "/nowhere/made-up".into(),
                model: "made-up".into(),
                endpoint: "nowhere".into(),
                version: "0".into(),
                limits: Limits::default(),
                autonomy: longhaul::protocol::Autonomy::Auto,
                sandbox: "none".into(),
                window: None,
                earlier: None,
            }
            .into(),
            1 => SessionStarted {
                role: Role::Coding,
                model: "made-up".into(),
                context_window: 200_000,
                head: None,
                prompt_hash: "000000000000".into(),
                list: None,
            }
            .into(),
            _ => {
                if self.queue.is_empty() {
                    self.turn();
                }
                self.queue.pop_front()?
            }
        };
        Some(self.wrap(event))
    }
}

fn block(index: u32, kind: BlockKind, call: Option<CallId>) -> BlockStarted {
    let tool = call.as_ref().map(|_| "bash".to_owned());
    BlockStarted { index, kind, tool, call }
}

fn done(index: u32, kind: BlockKind, block: RawJson) -> BlockFinished {
    BlockFinished { index, kind, block }
}

/// A session with at least `items` entries whose model is in the middle of an answer, and the log it came from.
pub fn long_session(items: usize) -> (State, Log) {
    let mut log = Log::default();
    let mut state = State::default();
    while state.sessions.last().is_none_or(|session| session.items.len() < items) {
        let envelope = log.next().unwrap();
        state.apply(&envelope);
    }
    while !log.queue.is_empty() {
        let envelope = log.next().unwrap();
        state.apply(&envelope);
    }
    log.begin_answer(&mut state);
    (state, log)
}

/// A delta of the answer that [`long_session`] left open.
pub fn delta() -> BlockDelta {
    let text = "and the next words of it, with `code` in between ".to_owned();
    BlockDelta { index: 0, text }
}

/// An answer in Markdown of about `bytes` bytes: prose, lists, code and tables in turn.
pub fn answer(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 1024);
    let mut part = 0;
    while text.len() < bytes {
        part += 1;
        text.push_str(&format!(
            "## Part {part}\n\n\
             The *parser* reads one line at a time and keeps what it cannot place; see [the notes](notes/{part}.md) for why. \
             A line that is longer than the screen wraps at a word, and **nothing** of it is lost on the way there. \
             Wide characters such as 漢字 take two columns each, é takes one.\n\n\
             1. read the list\n2. take the first failing feature\n   - with its steps\n   - and its `tests`\n3. write it\n\n\
             ```rust\nfn part_{part}(lines: &[String]) -> Option<usize> {{\n    // The first one wins.\n    \
             lines.iter().position(|line| line.starts_with(\"part {part}\"))\n}}\n```\n\n\
             | test | before | after |\n|---|---:|---:|\n| adds | 1 | 2 |\n| finds {part} | 0 | 1 |\n\n\
             > A quotation that ends the part.\n\n"
        ));
    }
    text
}

/// Where a text of that length may be cut into steps of about `step` bytes.
pub fn cuts(text: &str, step: usize) -> Vec<usize> {
    let mut cuts: Vec<usize> = (step..text.len())
        .step_by(step)
        .map(|at| text.floor_char_boundary(at))
        .collect();
    cuts.push(text.len());
    cuts
}
