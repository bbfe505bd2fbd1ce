//! Where in the course of sessions something happened that was written down beside one: within it, after it, or when a run began.
//!
//! Invariant: what happened in no session is never told as a session's own.

use super::state::{Session, State};
use super::timeline::ItemKind;
use crate::protocol::{Seq, SessionNo};
use serde::Serialize;
use std::fmt;

/// Where in the course of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// While the session went on.
    WithinSession,
    /// After the session's end, in no other one.
    AfterSession,
    /// At the start of a run that began after the session, before a session of its own.
    RunStart,
}

impl State {
    /// Says where an event stands that the log tells beside a session.
    #[must_use]
    pub fn stretch(&self, session: SessionNo, seq: Seq) -> Stretch {
        let own = self.session(session);
        let begun = own.and_then(|own| own.items.first()).map(|item| item.seq).unwrap_or_default();
        if self.run_starts.iter().any(|start| begun < *start && *start < seq) {
            return Stretch::RunStart;
        }
        let end = |own: &Session| {
            let closed = own.items.iter().rev().find(|item| matches!(item.kind, ItemKind::Closed(_)));
            closed.map(|item| item.seq)
        };
        match own.and_then(end) {
            Some(end) if end < seq => Stretch::AfterSession,
            _ => Stretch::WithinSession,
        }
    }
}

impl Stretch {
    /// Says it of a session, as the end of a sentence.
    #[must_use]
    pub fn of(self, session: SessionNo) -> impl fmt::Display {
        let before = if session == SessionNo(0) {
            "before the first session".to_owned()
        } else {
            format!("after {session}")
        };
        match self {
            Self::WithinSession => format!("within {session}"),
            Self::AfterSession => before,
            Self::RunStart => format!("at the start of a run, {before}"),
        }
    }
}
