//! What becomes of what a person wrote on a gate that is open, where it is decided without them or its run ends.
//!
//! Invariant: what is said here of a comment and of a message is what the engine does with it (`engine::person::gates`,
//! `harness::comments`).

use crate::protocol::event::GateKind;
use crate::session::State;
use crate::session::state::{Fate, OpenGate};
use crate::ui::text::format;

/// What may take an open gate away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A level of autonomy that asks nobody.
    Level,
    /// The end of the run.
    Stop,
}

/// Says of each open gate that a person wrote on what becomes of that.
pub(super) fn written(state: &State, way: Way) -> Vec<String> {
    state
        .open_gates
        .iter()
        .filter_map(|open| sentence(state, open, way))
        .collect()
}

fn sentence(state: &State, open: &OpenGate, way: Way) -> Option<String> {
    let (gate, what) = (open.opened.gate, open.opened.what);
    let own = state.remarks.iter().filter(|remark| remark.fate == Fate::Waits);
    let own = own.filter(|remark| remark.gate.as_ref().is_some_and(|at| at.gate == gate));
    let comments: usize = own.map(|remark| remark.comments.len()).sum();
    let words = state.words_at(gate).is_some();
    let mut held = Vec::new();
    let mut becomes = Vec::new();
    if comments > 0 {
        held.push(format::plural(comments, "comment"));
        becomes.push(match (way, comments) {
            (Way::Level, 1) => "the agent is told your comment at its next step",
            (Way::Level, _) => "the agent is told your comments at its next step",
            (Way::Stop, 1) => "the next session is told your comment",
            (Way::Stop, _) => "the next session is told your comments",
        });
    }
    if words {
        let limit = what == GateKind::Limit;
        held.push(if limit { "a limit" } else { "a commit message" }.to_owned());
        becomes.push(match (limit, way) {
            (true, _) => "the run ends at its limit, for only you set another",
            (false, Way::Level) => "the commit is made with your message if its checks hold",
            (false, Way::Stop) => "the next commit shows your message, if it waits for you",
        });
    }
    if held.is_empty() {
        return None;
    }
    let then = match way {
        Way::Level => "At a level at which it does not wait",
        Way::Stop => "If the run stops",
    };
    Some(format!(
        "{gate} holds {} of yours. {then}, {}.",
        held.join(" and "),
        becomes.join(", and ")
    ))
}
