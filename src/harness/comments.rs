//! What a person wrote at a gate or on a commit, as the agent is told.
//!
//! Owns the words and their order; who records them, and under which lock, is the caller's. Invariant: every comment stands with its
//! place and the lines it was written on, so that it is understood after the lines have moved.

use crate::protocol::event::{CommitReviewed, MessageQueued};
use crate::protocol::{Delivery, Event, GateAnswer, GateDecision, ReviewComment};
use crate::session::State;

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

/// What is recorded of a person's look at a commit that was made without them: their comments as a message to the agent, then how
/// far they looked. The message comes first: a log that is cut off between the two still owes the review, and loses no comment.
/// A message outlives its run, so that whoever reviews after the end speaks to the next session.
#[must_use]
pub fn review(state: &State, reviewed: CommitReviewed) -> Vec<Event> {
    let message = (!reviewed.comments.is_empty()).then(|| MessageQueued {
        message: state.last_message.next(),
        text: remark(state, &reviewed),
        when: Delivery::NextStep,
    });
    let mut events: Vec<Event> = message.map(Event::from).into_iter().collect();
    events.push(reviewed.into());
    events
}

fn remark(state: &State, reviewed: &CommitReviewed) -> String {
    let made = state.commits.iter().find(|commit| commit.made.commit == reviewed.commit);
    let subject = made.and_then(|commit| commit.made.message.lines().next());
    format!(
        "Comments on commit {} ({}), which was made before anybody looked at it. Take them up when the present feature is done, in a \
         commit of their own:{}",
        reviewed.commit.short(),
        subject.unwrap_or("not of this project's log"),
        list(&reviewed.comments)
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

fn place(comment: &ReviewComment) -> String {
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
    use crate::protocol::GateId;

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
