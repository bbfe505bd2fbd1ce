//! A transcript of another program's agent, read like a session of ours.
//!
//! Owns making it one: what it tells is told as events, and the one reducer folds them. Does not own its lines. Invariant: it is never part
//! of the project's state; its number and the places of its entries are no session's and no event's of the log.

use super::Model;
use crate::protocol::event::{
    BlockFinished, BlockStarted, PromptSent, SessionStarted, ToolFinished, ToolStarted, TurnInterrupted, TurnStarted,
};
use crate::protocol::{
    BlockKind, CallStatus, Envelope, Event, FORMAT_VERSION, ForeignSaid, ForeignTranscript, Payload, RawJson, Role, Seq, SessionNo,
    TurnNo,
};
use crate::session::{Session, State};
use jiff::Timestamp;
use serde_json::json;

/// The number under which it is read.
pub const FOREIGN: SessionNo = SessionNo(u32::MAX);

/// Entries of it are numbered from here: no log has as many events.
const FIRST: u64 = 1 << 62;

/// A transcript that is read.
#[derive(Debug)]
pub struct Foreign {
    /// Its name: file and form.
    pub title: String,
    /// It as a session.
    pub session: Session,
}

impl Foreign {
    /// Makes a session of a transcript; `nth` tells it from those that were read before.
    #[must_use]
    pub fn new(told: &ForeignTranscript, nth: u64) -> Option<Self> {
        let mut teller = Teller::new(told, nth);
        for entry in &told.entries {
            teller.time = entry.time.unwrap_or(teller.time);
            teller.tell(&entry.said);
        }
        teller.end(told);
        let session = teller.state.sessions.pop()?;
        Some(Self {
            title: format!("{} {}", told.path, told.kind.title()),
            session,
        })
    }
}

struct Teller {
    state: State,
    seq: Seq,
    time: Timestamp,
    turn: u32,
    /// Whether the model is speaking: what comes next from it is of the same turn.
    speaks: bool,
}

impl Teller {
    fn new(told: &ForeignTranscript, nth: u64) -> Self {
        let time = told
            .entries
            .iter()
            .find_map(|entry| entry.time)
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let mut teller = Self {
            state: State::default(),
            seq: Seq(FIRST + (nth << 32)),
            time,
            turn: 0,
            speaks: false,
        };
        teller.event(SessionStarted {
            role: Role::Coding,
            model: told.kind.title().to_owned(),
            context_window: 0,
            head: None,
            prompt_hash: String::new(),
            list: None,
        });
        if let Some(session) = teller.state.sessions.last_mut() {
            // It opens with its own first line.
            session.items.clear();
        }
        teller
    }

    fn event(&mut self, event: impl Into<Event>) {
        self.seq = self.seq.next();
        self.state.apply(&Envelope {
            v: FORMAT_VERSION,
            seq: self.seq,
            time: self.time,
            session: FOREIGN,
            event: event.into(),
        });
    }

    /// The model speaks: after anything else a turn begins.
    fn turn(&mut self) {
        if !self.speaks {
            self.turn += 1;
            self.event(TurnStarted { turn: TurnNo(self.turn) });
        }
        self.speaks = true;
    }

    fn tell(&mut self, said: &ForeignSaid) {
        match said {
            ForeignSaid::Prompt { by_person, text } => {
                self.speaks = false;
                let from = if *by_person { "human" } else { "program" };
                self.event(PromptSent {
                    from: from.to_owned(),
                    text: text.clone(),
                });
            }
            ForeignSaid::Text { text } => self.block(BlockKind::Text, &json!({ "type": "text", "text": text })),
            ForeignSaid::Thinking { text } => {
                self.block(BlockKind::Thinking, &json!({ "type": "thinking", "thinking": text }));
            }
            ForeignSaid::Call {
                id,
                tool,
                kind,
                title,
                input,
            } => {
                self.turn();
                self.event(ToolStarted {
                    call: id.as_str().into(),
                    tool: tool.clone(),
                    kind: *kind,
                    title: title.clone(),
                    input: RawJson::parse(input.clone()).unwrap_or_else(|_| RawJson::null()),
                });
            }
            ForeignSaid::Result {
                id,
                text,
                failed,
                exit_code,
            } => {
                self.speaks = false;
                self.result(id, text, *failed, *exit_code);
            }
            ForeignSaid::Event { text } => {
                self.speaks = false;
                self.event(PromptSent {
                    from: "program".to_owned(),
                    text: text.clone(),
                });
            }
        }
    }

    fn block(&mut self, kind: BlockKind, block: &serde_json::Value) {
        self.turn();
        self.event(BlockStarted {
            index: 0,
            kind: kind.clone(),
            tool: None,
            call: None,
        });
        self.event(BlockFinished {
            index: 0,
            kind,
            block: RawJson::of(block).unwrap_or_else(|_| RawJson::null()),
        });
    }

    fn result(&mut self, id: &str, text: &str, failed: bool, exit_code: Option<i32>) {
        let session = self.state.sessions.last();
        let call = session.and_then(|session| session.call(&id.into()));
        let started = call.and_then(|call| call.started);
        if call.is_none() {
            // The file begins behind its call.
            self.event(ToolStarted {
                call: id.into(),
                tool: "a call before the file begins".to_owned(),
                kind: crate::protocol::ToolKind::Other,
                title: String::new(),
                input: RawJson::null(),
            });
        }
        let took = started.map_or(0, |started| self.time.duration_since(started).as_millis());
        self.event(ToolFinished {
            call: id.into(),
            status: if failed { CallStatus::Failed } else { CallStatus::Completed },
            output: Payload::inline(text),
            exit_code,
            duration_ms: u64::try_from(took).unwrap_or(0),
            lines: None,
            running: None,
        });
    }

    /// Says what of the file is not told; calls without a result stay as they were: interrupted.
    fn end(&mut self, told: &ForeignTranscript) {
        let open: Vec<_> = self.state.sessions.last().map_or_else(Vec::new, |session| {
            let calls = session.items.iter().filter_map(|item| match &item.kind {
                crate::session::ItemKind::Call(call) if call.status == CallStatus::InProgress => Some(call.id.clone()),
                _ => None,
            });
            calls.collect()
        });
        for call in open {
            self.event(ToolFinished {
                call,
                status: CallStatus::Cancelled,
                output: Payload::inline("[no result of it is in the file]"),
                exit_code: None,
                duration_ms: 0,
                lines: None,
                running: None,
            });
        }
        let mut missing = Vec::new();
        if !told.broken.is_empty() {
            let lines: Vec<String> = told.broken.iter().take(12).map(ToString::to_string).collect();
            let more = told.broken.len().saturating_sub(12);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            missing.push(format!("lines that cannot be read: {}{more}", lines.join(", ")));
        }
        if told.cut {
            missing.push("the file goes on: only its beginning was read".to_owned());
        }
        if !missing.is_empty() {
            self.event(TurnInterrupted {
                reason: missing.join("; "),
                partial: Vec::new(),
                usage: crate::protocol::Usage::default(),
                cost: None,
            });
        }
    }
}

impl Model {
    /// Finds a session by its number; the transcript of another program's agent is one too.
    #[must_use]
    pub fn session(&self, number: SessionNo) -> Option<&Session> {
        match &self.foreign {
            Some(foreign) if number == FOREIGN => Some(&foreign.session),
            _ => self.state.session(number),
        }
    }
}
