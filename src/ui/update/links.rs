//! Following the links of what is selected, and coming back.
//!
//! Invariant: coming back shows what was left as it was left: pages, focus, selections, the reader's place.

use super::motion;
use crate::protocol::{Seq, SessionNo};
use crate::ui::keymap::Action;
use crate::ui::layout::Pane;
use crate::ui::model::{End, Model, Page, Stand, Subject};
use crate::ui::transcript::Move;

/// Places kept to come back to.
const TRAIL: usize = 64;

/// Does an action of this topic.
pub fn perform(model: &mut Model, action: Action) {
    let Some(end) = end(action) else { return back(model) };
    match target(model, end) {
        Ok(subject) => {
            let stand = Stand::of(model);
            if model.trail.len() == TRAIL {
                model.trail.remove(0);
            }
            model.trail.push(stand);
            arrive(model, subject);
        }
        Err(reason) => model.refuse(reason),
    }
}

/// Says why an action of this topic cannot be done now.
#[must_use]
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    match end(action) {
        Some(end) => target(model, end).err(),
        None => model.trail.is_empty().then_some("no link was followed yet"),
    }
}

const fn end(action: Action) -> Option<End> {
    match action {
        Action::GoFeature => Some(End::Feature),
        Action::GoCommit => Some(End::Commit),
        Action::GoMoment => Some(End::Moment),
        Action::GoTest => Some(End::Test),
        _ => None,
    }
}

fn target(model: &Model, end: End) -> Result<Subject, &'static str> {
    let from = model.subject().ok_or("nothing is selected")?;
    let to = model.linked(&from, end)?;
    let there = to == from && !model.pages.is_empty();
    if there { Err("this is it") } else { Ok(to) }
}

/// Shows where a link leads: from a page on a page, else in its pane.
pub(super) fn arrive(model: &mut Model, subject: Subject) {
    if let Subject::Item(session, seq) = subject {
        return read(model, session, seq);
    }
    let pane = select(model, &subject);
    if !model.pages.is_empty() {
        model.pages.push(Page::new(subject));
    } else if let Some(pane) = pane {
        super::action::focus(model, pane);
    } else {
        // It is in no list: an old commit, for one.
        model.pages.push(Page::new(subject));
    }
}

fn read(model: &mut Model, session: SessionNo, seq: Seq) {
    let newest = model.state.current().is_some_and(|last| last.number == session);
    model.reading = (!newest).then_some(session);
    model.pages.clear();
    super::action::focus(model, Pane::Transcript);
    motion::in_transcript(model, &Move::To(seq));
}

/// Selects a row; a filter that hides it is dropped. Returns its pane, if it has the row.
fn select(model: &mut Model, subject: &Subject) -> Option<Pane> {
    for _ in 0..2 {
        let (pane, found) = match subject {
            Subject::Feature(id) => {
                let at = model.feature_rows().iter().position(|row| row.feature.id == *id);
                if let Some(at) = at {
                    model.features.select(at, Some(id.clone()));
                }
                (Pane::Features, at)
            }
            Subject::Commit(id) => {
                let at = model.commit_rows().iter().position(|commit| commit.id == *id);
                if let Some(at) = at {
                    model.commits.select(at, Some(id.clone()));
                }
                (Pane::Git, at)
            }
            Subject::Test(name) => {
                let at = model.test_rows().iter().position(|case| case.name == *name);
                if let Some(at) = at {
                    model.tests.select(at, Some(name.clone()));
                }
                (Pane::Tests, at)
            }
            _ => return None,
        };
        if found.is_some() {
            return Some(pane);
        }
        match pane {
            Pane::Features => model.features.filter.clear(),
            Pane::Git => model.commits.filter.clear(),
            Pane::Tests => model.tests.filter.clear(),
            Pane::Transcript => {}
        }
    }
    None
}

fn back(model: &mut Model) {
    if let Some(stand) = model.trail.pop() {
        stand.take(model);
    }
}
