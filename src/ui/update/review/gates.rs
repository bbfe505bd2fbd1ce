//! Which gate is open on the page, what becomes of one that closes, and what the next one takes over from it.

use super::rounds;
use crate::protocol::event::{GateAnswerRefused, GateDecided, GateKind, GateOpened, ReviewRefused};
use crate::protocol::{GateDecision, GateId, Oid, QuestionId, ReviewComment};
use crate::session::State;
use crate::session::state::{Fate, OpenGate, Remark};
use crate::session::timeline::ItemKind;
use crate::ui::model::review::{Comment, Review, Standing, Target};
use crate::ui::model::{Model, Page, Popup, QuestionForm, Subject};
use crate::ui::update::availability::only_watches;
use jiff::Timestamp;

/// Reviews that are kept after their page closed: for drafts, and for what the next round takes over.
const KEPT: usize = 16;

/// Opens what waits longest: a gate, or a question.
pub fn open_oldest(model: &mut Model) {
    let gate = model.state.open_gates.first();
    let question = model.state.open_questions.first();
    let question_first = match (gate, question) {
        (Some(gate), Some(asked)) => asked_at(model, asked.question).is_some_and(|at| at < gate.since),
        (None, Some(_)) => true,
        (_, None) => false,
    };
    // Who only watches can read a gate, and do nothing with a question.
    let question_first = question_first && only_watches(model).is_none();
    match (gate.map(|gate| gate.opened.gate), question_first) {
        (Some(gate), false) => open_gate(model, gate),
        _ => open_question(model),
    }
}

fn open_question(model: &mut Model) {
    if let Some(asked) = model.state.open_questions.first() {
        model.popup = Some(Popup::Question(Box::new(QuestionForm::new(asked))));
    }
}

/// When a question was asked, by its place in the transcript.
fn asked_at(model: &Model, question: QuestionId) -> Option<Timestamp> {
    let items = model
        .state
        .sessions
        .iter()
        .rev()
        .flat_map(|session| session.items.iter().rev());
    let mut asked = items.filter(|item| matches!(&item.kind, ItemKind::Question { asked, .. } if asked.question == question));
    asked.next().map(|item| item.time)
}

fn open_gate(model: &mut Model, gate: GateId) {
    let Some(open) = model.state.open_gates.iter().find(|open| open.opened.gate == gate).cloned() else {
        return;
    };
    let target = Target::Gate(gate);
    if model.review(&target).is_none() {
        let review = begin(model, &open);
        keep(model, review);
    }
    show(model, target);
}

/// Opens the oldest commit that was made without a person.
pub fn open_debt(model: &mut Model) {
    let Some(commit) = model.state.debts.first().map(|debt| debt.commit.clone()) else {
        return;
    };
    show_commit(model, &commit);
}

/// Opens the next commit that is owed a look after one that was just looked at; returns how many are left with it.
pub(super) fn next_debt(model: &mut Model, after: &Oid) -> usize {
    let is_done = |commit: &Oid| {
        let review = model.review(&Target::Commit(commit.clone()));
        commit == after || review.is_some_and(|review| review.standing == Standing::Sent)
    };
    let debts: Vec<Oid> = model.state.debts.iter().map(|debt| debt.commit.clone()).collect();
    let at = debts.iter().position(|commit| commit == after).map_or(0, |at| at + 1);
    let order = debts.iter().cycle().skip(at).take(debts.len());
    let left: Vec<Oid> = order.filter(|commit| !is_done(commit)).cloned().collect();
    if let Some(next) = left.first() {
        show_commit(model, next);
    }
    left.len()
}

fn show_commit(model: &mut Model, commit: &Oid) {
    let target = Target::Commit(commit.clone());
    if model.review(&target).is_none() {
        let mut review = Review::of_commit(commit, model.elapsed);
        // What was seen of it when it was approved is seen.
        let tree = model.made(commit).map(|made| &made.made.tree);
        let approved = model
            .reviews
            .iter()
            .rev()
            .filter_map(|kept| Some((kept.gate.as_ref()?, &kept.progress)));
        let mut approved = approved.filter(|(gate, _)| tree.is_some() && gate.opened.tree.as_ref() == tree);
        review.earlier = approved
            .next()
            .map(|(gate, progress)| (Box::new(gate.clone()), progress.clone()));
        review.comments = written_on(model, commit);
        // The page's text may be there still from an earlier review of it.
        review.revision = model.state.last_seq.0;
        keep(model, review);
    }
    show(model, target);
}

/// What the log holds of a person's comments on a commit.
fn written_on(model: &Model, commit: &Oid) -> Vec<Comment> {
    written(&model.state, &Target::Commit(commit.clone()))
}

/// A person's comments on a commit that the agent has not got yet, as the log holds them.
pub(super) fn waiting_on(model: &Model, commit: &Oid) -> Vec<ReviewComment> {
    let waiting = written_on(model, commit).into_iter().filter(|comment| !comment.sent);
    waiting.map(|comment| comment.at).collect()
}

/// What the log holds of a person's comments, in the order they were written.
fn written(state: &State, target: &Target) -> Vec<Comment> {
    let kept = own(state, target).filter(|remark| remark.fate != Fate::Withdrawn);
    let comments = kept.flat_map(|remark| {
        let sent = remark.fate == Fate::Delivered;
        remark.comments.iter().map(move |at| Comment { at: at.clone(), sent })
    });
    comments.collect()
}

fn own<'a>(state: &'a State, target: &'a Target) -> impl DoubleEndedIterator<Item = &'a Remark> {
    state.remarks.iter().filter(move |remark| match target {
        Target::Commit(commit) => remark.commit.as_ref() == Some(commit),
        Target::Gate(gate) => remark.gate.as_ref().is_some_and(|at| at.gate == *gate),
    })
}

/// Notes what is written on a gate, here or in another window: what is sent next holds it all.
pub fn commented(model: &mut Model, gate: GateId) {
    let Model { state, reviews, .. } = model;
    let target = Target::Gate(gate);
    if let Some(review) = reviews.iter_mut().find(|review| review.target == target) {
        review.comments.retain(|comment| comment.sent);
        review
            .comments
            .extend(written(state, &target).into_iter().filter(|comment| !comment.sent));
        review.message = state.words_at(gate).map(ToOwned::to_owned);
        review.touch();
    }
}

/// Marks the comments that the agent has by now, and drops those whose message was taken back.
pub fn as_told(model: &mut Model) {
    let State { remarks, .. } = &model.state;
    if remarks.is_empty() {
        return;
    }
    for review in &mut model.reviews {
        // An answer takes the message of its comments back, and says them itself.
        let is_over = matches!(review.target, Target::Gate(_)) && review.standing != Standing::Waits;
        let fate = |comment: &Comment| {
            own(&model.state, &review.target)
                .rev()
                .find(|remark| remark.comments.contains(&comment.at))
                .map(|remark| remark.fate)
        };
        let is_dropped = |comment: &Comment| !is_over && fate(comment) == Some(Fate::Withdrawn);
        let dropped: Vec<bool> = review.comments.iter().map(is_dropped).collect();
        let reached: Vec<bool> = review
            .comments
            .iter()
            .map(|comment| !comment.sent && fate(comment) == Some(Fate::Delivered))
            .collect();
        let changed = dropped.iter().chain(&reached).any(|changed| *changed);
        for (comment, reached) in review.comments.iter_mut().zip(reached) {
            comment.sent |= reached;
        }
        let mut dropped = dropped.into_iter();
        review.comments.retain(|_| !dropped.next().unwrap_or_default());
        if changed {
            review.touch();
        }
    }
}

fn keep(model: &mut Model, review: Review) {
    if model.reviews.len() >= KEPT {
        let closed = model.reviews.iter().position(|kept| kept.standing != Standing::Waits);
        model.reviews.remove(closed.unwrap_or(0));
    }
    model.reviews.push(review);
}

fn show(model: &mut Model, target: Target) {
    let now = model.elapsed;
    let failed = {
        let Some(review) = model.review_mut(&target) else { return };
        review.reopen(now);
        review.query()
    };
    // What could not be read is asked for again.
    if let Some(query) = failed {
        model.forget_failure(&query);
    }
    model.pages.retain(|page| !matches!(page.subject, Subject::Review(_)));
    model.pages.push(Page::new(Subject::Review(target)));
    rounds::carry_over(model);
}

/// Begins a review with what was written for gates that are gone.
fn begin(model: &mut Model, open: &OpenGate) -> Review {
    let mut review = Review::of_gate(open, model.elapsed);
    if !review.is_commit() {
        adopt(&mut review, &model.state);
        return review;
    }
    let previous = review.previous().cloned();
    for gone in model.reviews.iter_mut().rev().filter(|kept| kept.is_commit()) {
        if !matches!(gone.standing, Standing::Gone(_)) {
            continue;
        }
        let tree = gone.gate.as_ref().and_then(|gate| gate.opened.tree.as_ref());
        let is_last_round = previous.is_some() && tree == previous.as_ref();
        if is_last_round {
            review.earlier = gone.gate.clone().map(|gate| (Box::new(gate), gone.progress.clone()));
        } else {
            gone.comments.retain(|comment| !comment.sent);
        }
        review.inherit(gone);
    }
    adopt(&mut review, &model.state);
    review
}

/// Takes in what the log holds of what was written on a gate, in another window or another round.
fn adopt(review: &mut Review, state: &State) {
    let mut written = written(state, &review.target);
    written.retain(|comment| !review.comments.iter().any(|known| known.at == comment.at));
    review.comments.extend(written);
    if let (Target::Gate(gate), None) = (&review.target, &review.message) {
        review.message = state.words_at(*gate).map(ToOwned::to_owned);
    }
}

/// Goes to the next thing that waits; the present one goes on waiting.
pub fn next_waiting(model: &mut Model) {
    let Some(review) = model.open_review() else { return };
    match review.target.clone() {
        Target::Gate(here) => {
            let gates: Vec<GateId> = model.state.open_gates.iter().map(|open| open.opened.gate).collect();
            let next = gates.iter().find(|gate| **gate > here).or(gates.first());
            match next.copied().filter(|gate| *gate != here) {
                Some(gate) => open_gate(model, gate),
                None => {
                    model.pages.pop();
                    open_question(model);
                }
            }
        }
        Target::Commit(here) => {
            let debts: Vec<Oid> = model.state.debts.iter().map(|debt| debt.commit.clone()).collect();
            let at = debts.iter().position(|commit| *commit == here);
            let next = at.map_or(0, |at| (at + 1) % debts.len().max(1));
            if let Some(commit) = debts.get(next) {
                show_commit(model, commit);
            }
        }
    }
}

/// Notes that a gate was decided. What was written for another outcome stays, to be copied or taken over.
pub fn decided(model: &mut Model, event: &GateDecided) {
    let Some(review) = model.review_mut(&Target::Gate(event.gate)) else {
        return;
    };
    let counted = review.standing == Standing::Sent && event.decision != GateDecision::Void;
    let word = match event.decision {
        GateDecision::Approve => "approved by ",
        GateDecision::Reject => "denied by ",
        GateDecision::RejectAndStop => "denied, with a stop, by ",
        GateDecision::Void => "",
    };
    let by = if event.decision == GateDecision::Void {
        ""
    } else {
        event.by.as_str()
    };
    let part = if word.is_empty() || event.reason.is_empty() {
        ""
    } else {
        ": "
    };
    let why = if word.is_empty() && event.reason.is_empty() {
        "what waited is gone"
    } else {
        event.reason.as_str()
    };
    let spent = review.standing == Standing::Sent && event.decision == GateDecision::Void;
    review.standing = Standing::Gone(format!("{word}{by}{part}{why}"));
    if counted || event.message == review.message {
        review.message = None;
    }
    for comment in &mut review.comments {
        comment.sent |= counted || event.comments.contains(&comment.at);
    }
    review.touch();
    let gives_way = review.gives_way;
    if spent {
        model.refuse(format!("your answer to {} did not count: {}", event.gate, event.reason));
    } else if counted && gives_way && is_on_top(model, event.gate) {
        model.pages.pop();
    }
}

/// Shows the next round of a commit in the place of the last one, where the person who reads that did what opened it.
pub fn next_round(model: &mut Model, opened: &GateOpened) {
    let Some(review) = model.open_review() else { return };
    let call = review.gate.as_ref().map(|last| &last.opened.call);
    let over = matches!(review.standing, Standing::Gone(_)) && review.entry.is_none();
    let is_next = opened.what == GateKind::Commit && call == Some(&opened.call);
    if over && review.gives_way && is_next && model.popup.is_none() {
        open_gate(model, opened.gate);
    }
}

fn is_on_top(model: &Model, gate: GateId) -> bool {
    let target = Target::Gate(gate);
    model.pages.last().is_some_and(|page| page.subject == Subject::Review(target))
}

/// Notes on reviews that wait what was changed from outside: they show it no longer, and an approval will not count.
pub fn changed_outside(model: &mut Model) {
    let Model { state, reviews, .. } = model;
    for review in reviews.iter_mut().filter(|review| review.standing == Standing::Waits) {
        let open = state
            .open_gates
            .iter()
            .find(|open| review.target == Target::Gate(open.opened.gate));
        review.outside = open.and_then(|open| open.outside.clone());
    }
}

/// Notes gates that the end of a session or a run took with it.
pub fn closed(model: &mut Model, why: &str) {
    let open: Vec<GateId> = model.state.open_gates.iter().map(|open| open.opened.gate).collect();
    for review in &mut model.reviews {
        let Target::Gate(gate) = review.target else { continue };
        if !open.contains(&gate) && !matches!(review.standing, Standing::Gone(_)) {
            review.standing = Standing::Gone(why.to_owned());
            review.touch();
        }
    }
}

/// Notes that what was sent last never left this process.
pub fn not_sent(model: &mut Model) {
    for review in model.reviews.iter_mut().filter(|review| review.standing == Standing::Sent) {
        review.standing = Standing::Waits;
    }
}

/// Notes that a look at a commit was not recorded: what was written can be sent again.
pub fn not_recorded(model: &mut Model, refused: &ReviewRefused) {
    if let Some(review) = model.review_mut(&Target::Commit(refused.commit.clone())) {
        review.standing = Standing::Waits;
        review.touch();
    }
    model.refuse(format!(
        "the review of {} was not recorded: {}",
        refused.commit.short(),
        refused.reason
    ));
}

/// Notes that an answer did not count: what was written is still there.
pub fn refused(model: &mut Model, event: &GateAnswerRefused) {
    let waits = model.state.open_gates.iter().any(|open| open.opened.gate == event.gate);
    if let Some(review) = model.review_mut(&Target::Gate(event.gate))
        && review.standing == Standing::Sent
    {
        review.standing = if waits {
            Standing::Waits
        } else {
            Standing::Gone(event.reason.clone())
        };
        review.touch();
        model.refuse(format!("the answer to {} did not count: {}", event.gate, event.reason));
    }
}
