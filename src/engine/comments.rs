//! What a person wrote at a gate or on a commit, as the agent is told.
//!
//! Owns the words and their order. Invariant: every comment stands with its place and the lines it was written on, so that it is
//! understood after the lines have moved.

use crate::protocol::event::CommitReviewed;
use crate::protocol::{GateAnswer, GateDecision, ReviewComment};

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

/// What the agent is told of comments on a commit that was made earlier; `None` without any.
#[must_use]
pub fn remark(reviewed: &CommitReviewed, subject: &str) -> Option<String> {
    (!reviewed.comments.is_empty()).then(|| {
        format!(
            "[human] Comments on commit {} ({subject}), which was made before anybody looked at it. Take them up when the present \
             feature is done, in a commit of their own:{}",
            reviewed.commit.short(),
            list(&reviewed.comments)
        )
    })
}

fn list(comments: &[ReviewComment]) -> String {
    let mut text = String::new();
    for (index, comment) in comments.iter().enumerate() {
        text.push_str(&format!("\n{}. {}{}", index + 1, comment.path, place(comment)));
        for line in comment.snippet.lines() {
            text.push_str(&format!("\n   > {line}"));
        }
        for line in comment.text.lines() {
            text.push_str(&format!("\n   {line}"));
        }
    }
    text
}

fn place(comment: &ReviewComment) -> String {
    match (comment.line, comment.old_line) {
        (Some(line), _) => format!(", line {line}"),
        (None, Some(line)) => format!(", removed line {line}"),
        (None, None) => String::new(),
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
                comment(Some(3), None, "+echo $1\n+exit", "Quote this.\nAlways."),
                comment(None, Some(9), "-trap", "Why?"),
            ],
            seen: None,
        };
        assert_eq!(
            written(&answer),
            "\nReason: not yet\nComments on the change:\n1. a.sh, line 3\n   > +echo $1\n   > +exit\n   Quote this.\n   Always.\n\
             2. a.sh, removed line 9\n   > -trap\n   Why?"
        );
    }
}
