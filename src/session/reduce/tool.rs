//! Tool calls, gates and questions.

use super::At;
use crate::protocol::event::{
    QuestionAnswered, QuestionAsked, QuestionHeld, QuestionReleased, QuestionWithdrawn, RulingMade, ToolFinished,
    ToolOutputAppended, ToolStarted,
};
use crate::protocol::{CallId, CallStatus, ToolKind};
use crate::session::Headway;
use crate::session::state::{Activity, State};
use crate::session::timeline::{Call, ItemKind};

/// Live output kept of a running call, in bytes. The result replaces it.
const LIVE_OUTPUT: usize = 16 * 1024;

impl State {
    pub(super) fn tool_started(&mut self, at: At, event: &ToolStarted) {
        let Some(session) = self.session_mut(at.session) else { return };
        if !session.calls.contains_key(&event.call) {
            session.calls.insert(event.call.clone(), session.items.len());
            session.push(at, ItemKind::Call(Call::pending(event.call.clone(), event.tool.clone())));
        }
        self.amend_call(at, &event.call, |call| {
            call.tool.clone_from(&event.tool);
            call.kind = Some(event.kind);
            call.title.clone_from(&event.title);
            event.input.get().clone_into(&mut call.input);
            call.input_done = true;
            call.status = CallStatus::InProgress;
            call.started = Some(at.time);
        });
        self.note_command(at, &event.call);
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::Tool);
        }
    }

    /// A command that runs no tests may change what the tests find, and no tree shows it.
    fn note_command(&mut self, at: At, call: &CallId) {
        let call = self.session(at.session).and_then(|session| session.call(call));
        let commands = |call: &Call| call.kind == Some(ToolKind::Execute) && call.tool != "run_tests" && !self.runs_tests(call);
        if call.is_some_and(commands) {
            self.tests.commanded = at.seq;
        }
    }

    pub(super) fn tool_output_appended(&mut self, at: At, event: &ToolOutputAppended) {
        self.amend_call(at, &event.call, |call| {
            if call.status != CallStatus::InProgress {
                return;
            }
            let output = &mut call.output;
            output.bytes += event.text.len() as u64;
            output.text.push_str(&event.text);
            if output.text.len() > 2 * LIVE_OUTPUT {
                let cut = output.text.len() - LIVE_OUTPUT;
                let cut = (cut..output.text.len())
                    .find(|&at| output.text.is_char_boundary(at))
                    .unwrap_or(0);
                output.text.drain(..cut);
            }
        });
    }

    pub(super) fn tool_finished(&mut self, at: At, event: &ToolFinished) {
        self.count(at, |totals| totals.tool_calls += 1);
        self.note_command(at, &event.call);
        self.measure_call(at, event);
        self.amend_call(at, &event.call, |call| {
            call.status = event.status;
            call.waits = false;
            call.output = event.output.clone();
            call.exit_code = event.exit_code;
            call.duration_ms = Some(event.duration_ms);
            call.lines = event.lines;
        });
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::Waiting);
        }
    }

    pub(super) fn ruling_made(&mut self, at: At, event: &RulingMade) {
        self.amend_call(at, &event.call, |call| {
            if call.title.is_empty() {
                call.title.clone_from(&event.title);
            }
        });
        self.push(at, ItemKind::Ruling(event.clone()));
    }

    pub(super) fn question_asked(&mut self, at: At, event: &QuestionAsked) {
        self.last_question = event.question;
        self.open_questions.push(event.clone());
        if let Some(session) = self.session_mut(at.session) {
            session.push(
                at,
                ItemKind::Question {
                    asked: event.clone(),
                    answer: None,
                },
            );
            session.act(at, Activity::NeedsHuman);
        }
    }

    pub(super) fn question_held(&mut self, event: &QuestionHeld) {
        if self.open_questions.iter().any(|open| open.question == event.question) {
            self.held_question = Some(event.question);
        }
    }

    pub(super) fn question_released(&mut self, event: &QuestionReleased) {
        self.held_question.take_if(|held| *held == event.question);
        if let Some(open) = self.open_questions.iter_mut().find(|open| open.question == event.question) {
            open.until = event.until;
        }
    }

    pub(super) fn forget_questions(&mut self) {
        self.open_questions.clear();
        self.held_question = None;
    }

    pub(super) fn question_answered(&mut self, at: At, event: &QuestionAnswered) {
        self.open_questions.retain(|open| open.question != event.question);
        self.held_question.take_if(|held| *held == event.question);
        if event.by == "human" {
            self.measure(at, Headway::begin_anew);
        }
        self.amend_last(at, |kind| match kind {
            ItemKind::Question { asked, answer } if asked.question == event.question => {
                *answer = Some((event.text.clone(), event.by.clone()));
                true
            }
            _ => false,
        });
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::Tool);
        }
    }

    pub(super) fn question_withdrawn(&mut self, at: At, event: &QuestionWithdrawn) {
        let told = QuestionAnswered {
            question: event.question,
            text: event.reason.clone(),
            by: "withdrawn".into(),
        };
        self.question_answered(at, &told);
    }

    pub(super) fn amend_call(&mut self, at: At, call: &CallId, change: impl FnOnce(&mut Call)) {
        let Some(session) = self.session_mut(at.session) else { return };
        let Some(&index) = session.calls.get(call) else { return };
        session.amend(index, at, |kind| {
            if let ItemKind::Call(call) = kind {
                change(call);
            }
        });
    }

    /// Changes the newest item that `change` accepts.
    pub(super) fn amend_last(&mut self, at: At, mut change: impl FnMut(&mut ItemKind) -> bool) {
        let Some(session) = self.session_mut(at.session) else { return };
        if let Some(item) = session
            .items
            .iter_mut()
            .rev()
            .find_map(|item| change(&mut item.kind).then_some(item))
        {
            item.revision = at.seq;
        }
    }
}
