//! The review page's keys: opening what waits, deciding, and what is written on the way to a decision.
//!
//! Owns when a decision may go out. Does not own whether it counts: the engine decides that by gate and tree. Invariant: an
//! answer is sent only by a key that was typed after all that it decides on had been drawn, and never by a paste.

mod gates;
mod may;
mod reading;
mod rounds;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod waiting_tests;
#[cfg(test)]
mod wording_tests;
mod writing;
#[cfg(test)]
mod writing_tests;

pub use gates::{
    as_told, changed_outside, closed, commented, decided, next_round, next_waiting, not_recorded, not_sent, open_debt, open_oldest,
    refused,
};
pub use may::{refusal, watches};
use reading::objection;
pub use reading::{drawn, looked_on, mark_seen, objection_words, out_of_sight, since_last, split};
pub use rounds::carry_over;
pub use writing::{comment, drop_writing, edit_message, has_other_words, keep_writing, other_words, write_reason};

use super::availability::watches_another;
use crate::protocol::event::{CommitMade, CommitReviewed, GateCommented};
use crate::protocol::{Command, FileDiff, GateAnswer, GateDecision, Oid, ReviewComment, Seen};
use crate::ui::keymap::Action;
use crate::ui::model::review::{Extent, Review, Standing, Target, Writing};
use crate::ui::model::{Model, Subject};
use crate::ui::msg::Effect;
use crate::ui::page::review as page;
use crossterm::event::{KeyCode, KeyEvent};
use std::time::Duration;

/// What is said of a deciding key that came too soon.
const TOO_SOON: &str = "not yet: this page has just appeared; the key was not counted";

/// What is said of an Enter that came too soon in a field, and of what is typed behind it.
const HELD: &str = "Enter came too soon and was not counted: Enter again sends this as it is, Backspace writes on, Esc drops it";

/// Takes a key that is typed behind an Enter which came too soon: it belongs to what its writer took for sent, and must not become
/// part of it. Returns whether it was such a key.
pub fn hold_back(model: &mut Model, event: KeyEvent) -> bool {
    let Some(entry) = model.writing().filter(|entry| entry.is_held) else {
        return false;
    };
    if !matches!(event.code, KeyCode::Char(_)) {
        entry.is_held = false;
        return false;
    }
    model.refuse(HELD);
    true
}

/// Approves, or says of a commit that it was looked at.
pub fn approve(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.elapsed;
    let Some(review) = model.open_review() else { return };
    if !review.latch.is_armed_for_opener(now) {
        return too_soon(model);
    }
    let objection = objection(model, review);
    let Some(review) = model.open_review_mut() else { return };
    if let Some((objection, _)) = objection {
        // Said in the row above the keys; the next press is armed as the first was.
        review.insisted.push(objection);
        review.latch.pressed_again(now);
        return;
    }
    answer(model, GateDecision::Approve, String::new(), effects);
}

/// Notes a deciding key that is held down, or came before the page could be read.
pub fn too_soon(model: &mut Model) {
    let now = model.elapsed;
    if let Some(always) = &mut model.always {
        always.latch.pressed_again(now);
        always.is_held = model.pages.last().is_some_and(|page| page.subject == Subject::Always);
    }
    if let Some(review) = model.open_review_mut() {
        match &mut review.entry {
            Some(entry) => {
                entry.pressed_early(now);
                if entry.is_held {
                    return model.refuse(HELD);
                }
            }
            None => review.latch.pressed_early(now),
        }
    }
    let insisted = model
        .open_review()
        .is_some_and(|review| !review.insisted.is_empty() && review.entry.is_none());
    if insisted {
        let key = model.keymap.key_text(Action::Approve);
        model.refuse(format!(
            "not yet: {key} in a moment approves it all the same; this press was not counted"
        ));
    } else {
        model.refuse(TOO_SOON);
    }
}

/// Says whether an action decides, so that keys held down or buffered must not do it.
#[must_use]
pub const fn decides(action: Action) -> bool {
    matches!(
        action,
        Action::Approve | Action::Deny | Action::DenyAndStop | Action::KeepWriting | Action::MoveBack | Action::AddRule
    )
}

/// Sends an answer made from the review's own copy of the gate, and goes back to where the user came from.
fn answer(model: &mut Model, decision: GateDecision, reason: String, effects: &mut Vec<Effect>) {
    let Some(review) = model.open_review() else { return };
    let (seen, comments) = (seen(model, review), unsent(review));
    let (command, told) = match &review.target {
        Target::Gate(gate) => {
            let answer = GateAnswer {
                gate: *gate,
                tree: review.gate.as_ref().and_then(|open| open.opened.tree.clone()),
                decision,
                reason,
                message: review.message.clone(),
                comments,
                seen: Some(seen),
            };
            let word = match decision {
                GateDecision::Approve => "approval",
                GateDecision::Reject | GateDecision::Void => "denial",
                GateDecision::RejectAndStop => "denial and stop",
            };
            (Command::DecideGate(answer), format!("{word} sent for {gate}"))
        }
        Target::Commit(commit) => {
            let reviewed = reviewed(model, commit, seen, comments, Settling::Done);
            let comments = match (reviewed.comments.len(), model.run_is_live()) {
                (0, _) | (_, true) => "",
                (_, false) => "; the next session reads your comments",
            };
            let told = format!("{} is looked at{comments}", commit.short());
            (Command::ReviewCommit(reviewed), told)
        }
    };
    effects.push(Effect::Send(command));
    let looked_at = looking_back(model);
    if let Some(review) = model.open_review_mut() {
        review.standing = Standing::Sent;
        review.entry = None;
        // The files moved: the next round is what follows, and it is read here.
        review.gives_way = decision == GateDecision::Approve && review.is_commit() && review.outside.is_some();
        if review.gives_way {
            return;
        }
    }
    model.pages.pop();
    if let Some(commit) = looked_at {
        let left = match gates::next_debt(model, &commit) {
            0 => "; no other commit is owed a look".to_owned(),
            1 => "; this is the last that is owed a look".to_owned(),
            left => format!("; {left} more are owed a look"),
        };
        return model.say(format!("{told}{left}"));
    }
    let more = model.waiting().saturating_sub(1);
    let key = model.keymap.key_text(Action::Answer);
    let more = if more > 0 {
        format!("; {more} more waiting ({key})")
    } else {
        String::new()
    };
    model.say(format!("{told}{more}"));
}

/// Whether a person is done with a commit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settling {
    Done,
    Later,
}

/// Tells how far a commit was looked at. What was seen when it was approved counts too.
fn reviewed(model: &Model, commit: &Oid, seen: Seen, comments: Vec<ReviewComment>, settling: Settling) -> CommitReviewed {
    CommitReviewed {
        commit: commit.clone(),
        hunks_seen: seen.hunks_seen.max(seen_before(model, commit)),
        hunks: seen.hunks,
        settled: settling == Settling::Done,
        comments,
        message: None,
    }
}

/// Tells the log what is written on the visible page by now: nothing that closes this window, or decides without it, can take it away
/// then.
fn remark(model: &mut Model, what: &Writing, effects: &mut Vec<Effect>) {
    let Some(review) = model.open_review() else { return };
    let comments = unsent(review);
    let left = comments.len();
    let (command, on) = match (&review.target, &review.gate) {
        (Target::Commit(commit), _) => {
            let reviewed = reviewed(model, commit, seen(model, review), comments, Settling::Later);
            (Command::ReviewCommit(reviewed), "this commit")
        }
        (Target::Gate(gate), Some(open)) => {
            let commented = GateCommented {
                gate: *gate,
                what: open.opened.what,
                title: open.opened.title.clone(),
                tree: open.opened.tree.clone(),
                comments,
                message: None,
                words: review.message.clone(),
            };
            (Command::CommentGate(commented), "this change")
        }
        (Target::Gate(_), None) => return,
    };
    let answers = matches!(review.target, Target::Gate(_)) && review.standing == Standing::Waits;
    let own = review.message.is_some();
    let limit = review.proposed_limit().is_some();
    effects.push(Effect::Send(command));
    if *what == Writing::Message {
        return model.say(match (own, limit) {
            (true, true) => "your limit is kept for your approval",
            (true, false) => "your message is kept and goes with the approval, whoever approves",
            (false, true) => "the proposed limit stays",
            (false, false) => "the agent's message stays",
        });
    }
    let key = model.keymap.key_text(Action::Comment);
    let reader = match (answers, model.run_is_live()) {
        (true, _) => "and goes with your answer, or without one",
        (false, true) => "for the agent's next step",
        (false, false) => "for the next session",
    };
    model.say(match left {
        0 => format!("no comment of yours on {on} waits any more"),
        1 => format!("your comment is kept {reader}; {key} on its line changes it"),
        n => {
            format!("your {n} comments are kept {reader}; {key} on a line changes what stands there").replace("and goes", "and go")
        }
    });
}

/// Counts the hunks of an unseen commit that were seen by now, as the log tells it.
fn seen_before(model: &Model, commit: &Oid) -> u32 {
    let debt = model.state.debts.iter().find(|debt| &debt.commit == commit);
    debt.map_or(0, |debt| model.seen_of(debt))
}

/// Returns the commit that is looked back at on the visible page.
#[must_use]
pub fn looking_back(model: &Model) -> Option<Oid> {
    match &model.open_review()?.target {
        Target::Commit(commit) => Some(commit.clone()),
        Target::Gate(_) => None,
    }
}

/// Tells how far the commit on the visible page was looked at, while it still is: nothing that ends this window takes that away.
pub fn store(model: &mut Model, at: Duration, effects: &mut Vec<Effect>) {
    let Some(commit) = looking_back(model) else { return };
    if model.stores_at().is_none_or(|due| at < due) {
        return;
    }
    let Some(review) = model.open_review_mut() else { return };
    review.stored = Some((review.progress.seen(Extent::Whole), at));
    tell_seen(model, &commit, effects);
}

/// Tells how far a commit was looked at whose page was left: days later its reader goes on from there.
pub fn left(model: &Model, before: Option<Oid>, effects: &mut Vec<Effect>) {
    if let Some(commit) = before.filter(|commit| looking_back(model).as_ref() != Some(commit)) {
        tell_seen(model, &commit, effects);
    }
}

/// Tells what was seen of a commit, if that is more than the log knows.
fn tell_seen(model: &Model, commit: &Oid, effects: &mut Vec<Effect>) {
    if watches_another(model).is_some() {
        return;
    }
    let Some(review) = model.review(&Target::Commit(commit.clone())) else {
        return;
    };
    // Of a change that is not read yet, or cannot be, nothing was looked at.
    if whole(model, review).is_none() {
        return;
    }
    let reviewed = reviewed(model, commit, seen(model, review), unsent(review), Settling::Later);
    let debt = model.state.debts.iter().find(|debt| debt.commit == *commit);
    let more = debt.is_some_and(|debt| reviewed.hunks.saturating_sub(reviewed.hunks_seen) < debt.unseen);
    if review.standing == Standing::Waits && more {
        effects.push(Effect::Send(Command::ReviewCommit(reviewed)));
    }
}

/// Tells what of a commit was seen here while it waited, where it was let through without an answer from here: by a level of autonomy
/// that asks nobody, or in another window. Who looked at all of it owes it no second look.
pub fn made(model: &Model, made: &CommitMade, effects: &mut Vec<Effect>) {
    let Some(debt) = model.state.debts.iter().find(|debt| debt.commit == made.commit) else {
        return;
    };
    let of_it = |review: &&Review| {
        let tree = review.gate.as_ref().and_then(|gate| gate.opened.tree.as_ref());
        review.is_commit() && tree == Some(&made.tree)
    };
    let counts = model.run_is_live() && model.caught_up;
    let Some(review) = model.reviews.iter().rev().find(of_it).filter(|_| counts) else {
        return;
    };
    let seen = u32::try_from(review.progress.seen(Extent::Whole))
        .unwrap_or(u32::MAX)
        .min(debt.hunks);
    if debt.hunks - seen < debt.unseen {
        effects.push(Effect::Send(Command::ReviewCommit(CommitReviewed {
            commit: made.commit.clone(),
            hunks_seen: seen,
            hunks: debt.hunks,
            settled: seen == debt.hunks,
            // All that waits, or it would count as taken back.
            comments: gates::waiting_on(model, &made.commit),
            message: None,
        })));
    }
}

fn unsent(review: &Review) -> Vec<ReviewComment> {
    let own = review.comments.iter().filter(|comment| !comment.sent);
    own.map(|comment| comment.at.clone()).collect()
}

/// Tells what a person had before them. Of the whole change, whichever part is in view.
fn seen(model: &Model, review: &Review) -> Seen {
    let hunks = whole(model, review).unwrap_or_default().iter().map(FileDiff::hunks);
    let since = review.opened.unwrap_or(model.elapsed);
    Seen {
        width: model.size.width,
        height: model.size.height,
        hunks: hunks.fold(0, u32::saturating_add),
        hunks_seen: u32::try_from(review.progress.seen(Extent::Whole)).unwrap_or(u32::MAX),
        end: review.progress.has_ended(Extent::Whole),
        seconds: model.elapsed.saturating_sub(since).as_secs(),
    }
}

/// Returns all files of a review, whichever part is in view.
fn whole<'a>(model: &'a Model, review: &'a Review) -> Option<&'a [FileDiff]> {
    match page::change_of(model, review, Extent::Whole) {
        page::Change::Files(files) => Some(files),
        page::Change::Text(_) | page::Change::Pending | page::Change::Failed(_) => None,
    }
}

/// Does what an action of the review page says.
pub fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Approve => approve(model, effects),
        Action::Deny => write_reason(model, GateDecision::Reject),
        Action::DenyAndStop => write_reason(model, GateDecision::RejectAndStop),
        Action::EditMessage => edit_message(model),
        Action::Comment => comment(model),
        Action::MarkSeen => mark_seen(model),
        Action::NextWaiting => next_waiting(model),
        Action::SinceLast => since_last(model),
        Action::Split => split(model),
        Action::EndProcesses => {
            effects.push(Effect::Send(Command::EndProcesses));
            if let Some(review) = model.open_review_mut() {
                review.gives_way = review.is_commit();
            }
            model.say("what the agent left running is being ended");
        }
        Action::OtherWords => other_words(model),
        Action::KeepWriting => keep_writing(model, effects),
        Action::DropWriting => drop_writing(model),
        _ => {}
    }
}
