//! What a person wrote at a gate or on a commit, as the agent is told.
//!
//! Owns the words and their order; who records them, and under which lock, is the caller's. Invariant: every comment stands with its
//! place and the lines it was written on, so that it is understood after the lines have moved.

use crate::protocol::event::{CommitReviewed, GateCommented, MessageEdited, MessageQueued, MessageWithdrawn};
use crate::protocol::{Delivery, Event, GateAnswer, GateDecision, MessageId, Oid, ReviewComment, Steer, StopMode};
use crate::session::State;
use crate::session::state::{Fate, Remark};

/// Stands before a person's words, as `[harness]` stands before ours: both come in messages of the same role.
const MARK: &str = "[human] ";

/// A message of a person's as the agent gets it.
#[must_use]
pub fn said(text: &str) -> String {
    format!("{MARK}{text}")
}

/// The reason and the comments of an answer; empty if the person wrote nothing.
#[must_use]
pub fn written(answer: &GateAnswer) -> String {
    let mut text = String::new();
    if !answer.reason.trim().is_empty() {
        let word = match answer.decision {
            GateDecision::Approve => "The human adds",
            GateDecision::Reject | GateDecision::RejectAndStop | GateDecision::Void => "Reason",
        };
        text.push_str(&format!("\n{word}: {}", answer.reason.trim()));
    }
    if !answer.comments.is_empty() {
        text.push_str("\nComments on the change:");
        text.push_str(&list(&answer.comments));
    }
    text
}

/// What waits for the next session after a denial with which the run stops, or that comes while it is to stop: no request of this one
/// follows it. `None` if the person wrote nothing, or lets the run go on.
#[must_use]
pub fn last_word(state: &State, answer: &GateAnswer) -> Option<MessageQueued> {
    let written = written(answer);
    let is_stopping = || {
        let asked = state.run.as_ref().and_then(|run| run.stopping);
        matches!(asked, Some(StopMode::AfterStep | StopMode::Now))
    };
    let stops = match answer.decision {
        GateDecision::RejectAndStop => true,
        GateDecision::Reject => is_stopping(),
        GateDecision::Approve | GateDecision::Void => false,
    };
    if !stops || written.is_empty() {
        return None;
    }
    let denied = state.open_gates.iter().find(|open| open.opened.gate == answer.gate)?;
    Some(MessageQueued {
        message: state.last_message.next(),
        text: format!(
            "The human denied \"{}\" and stopped the run. Its files were left as they were then; take this up before you go on with it:{written}",
            denied.opened.title
        ),
        when: Delivery::NextStep,
    })
}

/// What is recorded of a message to the agent that a person writes, changes or takes back, in a run or between two. The error is for the
/// person.
///
/// # Errors
/// The message says nothing, does not wait any more, or something else is asked for, which needs a run.
pub fn message(state: &State, steer: Steer) -> Result<Event, String> {
    let waits = |id: MessageId| {
        let waits = state.messages.iter().any(|message| message.id == id);
        waits
            .then_some(id)
            .ok_or_else(|| format!("{id} has reached the agent already"))
    };
    match steer {
        Steer::Say { text, .. } | Steer::EditMessage { text, .. } if text.trim().is_empty() => {
            Err("an empty message is not sent".into())
        }
        Steer::Say { text, when } => {
            let message = state.last_message.next();
            Ok(MessageQueued { message, text, when }.into())
        }
        Steer::EditMessage { message, text } => Ok(MessageEdited {
            message: waits(message)?,
            text,
        }
        .into()),
        Steer::WithdrawMessage { message } => Ok(MessageWithdrawn {
            message: waits(message)?,
        }
        .into()),
        Steer::Pause { .. } | Steer::CancelPause | Steer::Resume | Steer::Order { .. } => {
            Err("no run is on that could be asked".into())
        }
    }
}

/// What is recorded of a person's look at a commit that was made without them: their comments as a message to the agent, then how
/// far they looked. The message comes first: a log that is cut off between the two still owes the review, and loses no comment.
///
/// All comments on a commit that wait go in one message, which is changed as they are. A message outlives its run, so that whoever
/// reviews after the end speaks to the next session.
#[must_use]
pub fn review(state: &State, mut reviewed: CommitReviewed) -> Vec<Event> {
    let commit = reviewed.commit.clone();
    let kept = keep(
        state,
        |remark| remark.commit.as_ref() == Some(&commit),
        |comments| remark(state, &commit, comments),
        std::mem::take(&mut reviewed.comments),
    );
    (reviewed.message, reviewed.comments) = (kept.message, kept.comments);
    kept.event.into_iter().chain([reviewed.into()]).collect()
}

/// What is recorded of a person's comments on what waits at a gate, before they decide: a message, as with [`review`]. It reaches the
/// agent if no answer of theirs does: policy decided, the gate lost its object, the run ended or was cut off.
#[must_use]
pub fn at_gate(state: &State, mut commented: GateCommented) -> Vec<Event> {
    let (gate, title) = (commented.gate, commented.title.clone());
    let kept = keep(
        state,
        |remark| remark.commit.is_none() && remark.gate.as_ref().is_some_and(|at| at.gate == gate),
        |comments| waiting(&title, comments),
        std::mem::take(&mut commented.comments),
    );
    (commented.message, commented.comments) = (kept.message, kept.comments);
    kept.event.into_iter().chain([commented.into()]).collect()
}

/// The messages that say nothing but what an answer says too: it takes them back.
#[must_use]
pub fn said_by(state: &State, answer: &GateAnswer) -> Vec<MessageId> {
    let at_gate = state
        .remarks
        .iter()
        .filter(|remark| remark.gate.as_ref().is_some_and(|at| at.gate == answer.gate));
    let said = at_gate.filter(|remark| is_as_composed(state, remark));
    said.filter(|remark| remark.comments.iter().all(|comment| answer.comments.contains(comment)))
        .filter_map(|remark| remark.message)
        .collect()
}

/// How comments wait.
struct Kept {
    /// What is done to the message.
    event: Option<Event>,
    /// The message that takes them.
    message: Option<MessageId>,
    /// Those that the agent has not got.
    comments: Vec<ReviewComment>,
}

fn keep(
    state: &State,
    is_own: impl Fn(&Remark) -> bool,
    compose: impl Fn(&[ReviewComment]) -> String,
    mut comments: Vec<ReviewComment>,
) -> Kept {
    let own = || state.remarks.iter().filter(|remark| is_own(remark));
    let waiting = own().rev().find(|remark| is_as_composed(state, remark));
    let is_told = |remark: &&Remark| remark.fate != Fate::Withdrawn && waiting.is_none_or(|own| own.message != remark.message);
    let told: Vec<&ReviewComment> = own().filter(is_told).flat_map(|remark| &remark.comments).collect();
    comments.retain(|comment| !told.contains(&comment));
    let text = || compose(&comments);
    let waiting = waiting.and_then(|remark| Some((remark.message?, &remark.comments)));
    let (event, message): (Option<Event>, _) = match waiting {
        None if comments.is_empty() => (None, None),
        None => {
            let (message, when) = (state.last_message.next(), Delivery::NextStep);
            let queued = MessageQueued {
                message,
                text: text(),
                when,
            };
            (Some(queued.into()), Some(message))
        }
        Some((message, _)) if comments.is_empty() => (Some(MessageWithdrawn { message }.into()), None),
        Some((message, same)) => {
            let edited = (*same != comments).then(|| MessageEdited { message, text: text() }.into());
            (edited, Some(message))
        }
    };
    Kept {
        event,
        message,
        comments,
    }
}

/// Says whether comments wait in a message of just these: one that the person changed in the queue is theirs.
fn is_as_composed(state: &State, composed: &Remark) -> bool {
    let queued = state.messages.iter().find(|message| Some(message.id) == composed.message);
    let comments = &composed.comments;
    let on_commit = composed.commit.iter().map(|commit| remark(state, commit, comments));
    let at_gate = composed.gate.iter().map(|gate| waiting(&gate.title, comments));
    queued.is_some_and(|message| on_commit.chain(at_gate).any(|text| message.text == text))
}

fn remark(state: &State, commit: &Oid, comments: &[ReviewComment]) -> String {
    let made = state.commits.iter().find(|made| made.made.commit == *commit);
    let subject = made.and_then(|made| made.made.message.lines().next());
    format!(
        "Comments on commit {} ({}), which was made before anybody looked at it. Take them up when the present feature is done, in a \
         commit of their own:{}",
        commit.short(),
        subject.unwrap_or("not of this project's log"),
        list(comments)
    )
}

fn waiting(title: &str, comments: &[ReviewComment]) -> String {
    format!(
        "Comments on the change ({title}) that waited for a decision when they were written. Take them up, whether it was let through \
         since or not:{}",
        list(comments)
    )
}

fn list(comments: &[ReviewComment]) -> String {
    let mut text = String::new();
    for (index, comment) in comments.iter().enumerate() {
        text.push_str(&format!("\n{}. {}", index + 1, place(comment)));
        let alone = comment.snippet.lines().count() < 2;
        for (row, line) in comment.snippet.lines().enumerate() {
            // Of several lines, the one that is meant stands out.
            let mark = match (alone, row == comment.row as usize) {
                (true, _) => ">",
                (false, true) => ">>",
                (false, false) => " >",
            };
            text.push_str(&format!("\n   {mark} {line}"));
        }
        for line in comment.text.lines() {
            text.push_str(&format!("\n   {line}"));
        }
    }
    text
}

/// Says on what a comment stands.
#[must_use]
pub fn place(comment: &ReviewComment) -> String {
    let path = &comment.path;
    match (comment.line, comment.old_line) {
        _ if path.is_empty() => "The whole change".to_owned(),
        (Some(line), _) => format!("{path}, line {line}"),
        (None, Some(line)) => format!("{path}, removed line {line}"),
        (None, None) => path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::MessageDelivered;
    use crate::protocol::{GateId, SessionNo, samples};

    /// A log with a commit, and what a person tells of it.
    struct Looking(State);

    impl Looking {
        fn tell(&mut self, event: impl Into<Event>) {
            self.0.apply(&samples::envelope(self.0.last_seq.next(), SessionNo(1), event));
        }

        /// All comments so far; returns what then waits for the agent.
        fn writes(&mut self, comments: &[&str]) -> String {
            let comment = |text: &&str| ReviewComment {
                path: "a.sh".into(),
                line: Some(1),
                old_line: None,
                snippet: String::new(),
                row: 0,
                text: (*text).to_owned(),
            };
            let reviewed = CommitReviewed {
                commit: samples::oid('a'),
                hunks_seen: 0,
                hunks: 1,
                settled: false,
                comments: comments.iter().map(comment).collect(),
                message: None,
            };
            for event in review(&self.0, reviewed) {
                self.tell(event);
            }
            self.waits()
        }

        fn waits(&self) -> String {
            let texts = self.0.messages.iter().map(|message| {
                let own = message.text.lines().filter_map(|line| line.strip_prefix("   "));
                format!("{} {}", message.id.0, own.collect::<Vec<_>>().join(" "))
            });
            texts.collect::<Vec<_>>().join("; ")
        }
    }

    #[test]
    fn comments_on_a_commit_wait_in_one_message_until_the_agent_has_them() {
        let mut looking = Looking(State::default());
        looking.tell(samples::session_started());
        looking.tell(samples::commit_made(samples::oid('a'), None));
        assert_eq!(looking.writes(&[]), "");
        assert_eq!(looking.writes(&["one"]), "1 one");
        assert_eq!(looking.writes(&["one", "two"]), "1 one two");
        assert_eq!(looking.writes(&["one!", "two"]), "1 one! two");
        assert_eq!(looking.writes(&["two"]), "1 two");
        assert_eq!(looking.writes(&[]), "", "all taken back");
        assert_eq!(looking.writes(&["three"]), "2 three");
        looking.tell(MessageDelivered {
            message: crate::protocol::MessageId(2),
        });
        assert_eq!(looking.writes(&["three", "four"]), "3 four", "said once");

        // What the person changed in the queue is not written over.
        looking.tell(MessageEdited {
            message: crate::protocol::MessageId(3),
            text: "   my own words".into(),
        });
        assert_eq!(looking.writes(&["four", "five"]), "3 my own words; 4 five");
        looking.tell(MessageWithdrawn {
            message: crate::protocol::MessageId(4),
        });
        assert_eq!(looking.writes(&["five"]), "3 my own words; 5 five", "written anew");
    }

    #[test]
    fn comments_carry_path_line_snippet_and_text() {
        let comment = |line, old_line, snippet: &str, text: &str| ReviewComment {
            path: "a.sh".into(),
            line,
            old_line,
            row: 0,
            snippet: snippet.into(),
            text: text.into(),
        };
        let answer = GateAnswer {
            gate: GateId(1),
            tree: None,
            decision: GateDecision::Reject,
            reason: "not yet ".into(),
            message: None,
            comments: vec![
                ReviewComment {
                    row: 1,
                    ..comment(Some(3), None, "+\n+echo $1\n+exit", "Quote this.\nAlways.")
                },
                comment(None, Some(9), "-trap", "Why?"),
                comment(None, None, "", "Name it better."),
                ReviewComment {
                    path: String::new(),
                    ..comment(None, None, "", "Too much at once.")
                },
            ],
            seen: None,
        };
        assert_eq!(
            written(&answer),
            "\nReason: not yet\nComments on the change:\n1. a.sh, line 3\n    > +\n   >> +echo $1\n    > +exit\n   \
             Quote this.\n   Always.\n2. a.sh, removed line 9\n   > -trap\n   Why?\n3. a.sh\n   Name it better.\n\
             4. The whole change\n   Too much at once."
        );
    }
}
