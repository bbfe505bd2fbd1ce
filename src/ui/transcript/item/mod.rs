//! How each kind of item looks: one file a family, this one sends each item to its file.
//!
//! Owns marks, columns and what a fold shows. Invariant: an item's height does not depend on the clock or on the
//! session's totals, only on the item, the width, the fold and the look.

mod call;
mod check;
mod end;
mod fact;
mod gate;
mod group;
mod guard;
mod input;
mod output;
mod row;
mod run;
mod say;
#[cfg(test)]
mod tests;
mod texts;

pub(super) use call::input_texts;
pub use call::{command as call_command, title as call_title, verb as call_verb};
pub(super) use group::{is_quiet_read, lines as group, tells};
pub(super) use guard::ruling_with_call;
pub(super) use texts::texts;

use super::cache::Body;
use super::fold::Fold;
use crate::protocol::CallStatus;
use crate::session::{Item, ItemKind, Session};
use crate::ui::text::markdown::MarkdownStream;
use crate::ui::text::{Look, format};
use ratatui::text::Line;

/// What an item is laid out for.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub width: usize,
    pub fold: Fold,
    pub look: &'a Look<'a>,
    /// The session, where it is known: for its end card.
    pub session: Option<&'a Session>,
    /// The whole of a call's or a test run's output, where the item holds only a part.
    pub output: Option<&'a str>,
}

/// Prose is not drawn wider than this: longer lines are hard to read.
const PROSE: usize = 100;

/// Lays out an item; prose grows the body it had before.
pub(super) fn body(item: &Item, scene: &Scene<'_>, old: Option<Body>) -> Body {
    match &item.kind {
        ItemKind::Text { text, .. } if scene.fold != Fold::Shut => {
            let mut prose = match old {
                Some(Body::Prose(prose)) => prose,
                Some(Body::Lines(_)) | None => Box::new(MarkdownStream::new(scene.width.min(PROSE))),
            };
            prose.update(text, scene.look);
            Body::Prose(prose)
        }
        _ => Body::Lines(lines(item, scene)),
    }
}

fn lines(item: &Item, scene: &Scene<'_>) -> Vec<Line<'static>> {
    match &item.kind {
        ItemKind::Opened { role } => say::opened(*role, item.time, scene),
        ItemKind::Orientation(found) => run::orientation(found, item.time, scene),
        ItemKind::Prompt { from, text } => say::prompt(from, text, scene),
        ItemKind::Text { text, .. } => say::shut_text(text, scene),
        ItemKind::Thinking { text, done } => say::thinking(text, *done, scene),
        ItemKind::Foreign { kind, block } => say::foreign(kind, block.as_ref(), scene),
        ItemKind::Call(call) => call::lines(call, scene),
        ItemKind::Ruling(ruling) => guard::ruling(ruling, scene),
        ItemKind::Breach(breach) => guard::breach(breach, scene),
        ItemKind::External(change) => guard::external(change, scene),
        ItemKind::ByHand { what, text } => guard::by_hand(*what, text, scene),
        ItemKind::Selected(selected) => fact::selected(selected, scene),
        ItemKind::Flipped(flipped) => fact::flipped(flipped, scene),
        ItemKind::Tests(tests) => run::tests(tests, item.seq, scene),
        ItemKind::Check(run) => check::check(run, scene),
        ItemKind::Traced(traced) => check::traced(traced, scene),
        ItemKind::Note { text } => fact::note(text, scene),
        ItemKind::Question { asked, answer } => gate::question(asked, answer.as_ref(), item.time, scene),
        ItemKind::Gate { gate, title, decision } => gate::gate(*gate, title, decision.as_deref(), item.time, scene),
        ItemKind::Commit(made) => fact::commit(made, scene),
        ItemKind::Moved(moved) => fact::moved(moved, scene),
        ItemKind::Limit(limit) => end::limit(limit, scene),
        ItemKind::Circling(seen) => end::circling(seen, scene),
        ItemKind::LimitRaised(raised) => end::raised(raised, scene),
        ItemKind::Paused { until, because } => end::paused(item.time, *until, because.as_deref(), scene),
        ItemKind::Trouble { text, fatal } => end::trouble(text, *fatal, scene),
        ItemKind::Closed(ended) => end::card(ended, item, scene),
        ItemKind::Unknown(raw) => say::unknown(raw, scene),
    }
}

/// Counts the lines an item would have at another fold.
pub(super) fn height(item: &Item, fold: Fold, width: usize, look: &Look<'_>) -> usize {
    let scene = Scene {
        width,
        fold,
        look,
        session: None,
        output: None,
    };
    body(item, &scene, None).len()
}

/// Says whether an item changes with the clock alone. Nothing does once its session has ended.
pub(super) fn is_live(item: &Item, session: Option<&Session>) -> bool {
    if session.is_some_and(|session| gate::is_over(item.time, session)) {
        return false;
    }
    match &item.kind {
        ItemKind::Call(call) => call.status == CallStatus::InProgress,
        ItemKind::Gate { decision, .. } => decision.is_none(),
        ItemKind::Question { answer, .. } => answer.is_none(),
        _ => false,
    }
}

/// Returns what of the surroundings a layout shows: minutes for what is live, the session's presence for its end card.
pub(super) fn tick(item: &Item, look: &Look<'_>, session: Option<&Session>) -> u64 {
    match (&item.kind, look.now) {
        (ItemKind::Closed(_), _) => u64::from(session.is_some()),
        (ItemKind::Gate { .. } | ItemKind::Question { .. }, _)
            if session.is_some_and(|session| gate::is_over(item.time, session)) =>
        {
            u64::MAX
        }
        (_, Some(now)) if is_live(item, session) => format::seconds_between(item.time, now) / 60,
        _ => 0,
    }
}

/// Says whether an item never has lines.
pub(super) fn is_blank(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Text { text, .. } => text.trim().is_empty(),
        ItemKind::Thinking { text, done } => *done && text.trim().is_empty(),
        _ => false,
    }
}

/// Says whether an item stands between blank lines.
pub(super) fn is_airy(item: &Item) -> bool {
    matches!(
        item.kind,
        ItemKind::Text { .. }
            | ItemKind::Thinking { .. }
            | ItemKind::Question { .. }
            | ItemKind::Closed(_)
            | ItemKind::Opened { .. }
    )
}
