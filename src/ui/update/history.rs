//! The history of the feature list: opening its page, and a commit from it.

use super::motion;
use crate::protocol::{FeatureId, ListStep};
use crate::ui::history::between_commits;
use crate::ui::model::{Model, Page, Subject};
use crate::ui::msg::Effect;
use crate::ui::page::{self, Mark};

/// Opens the page, or comes back to it.
pub fn open(model: &mut Model) {
    model.history.refresh();
    model.pages.retain(|page| page.subject != Subject::History);
    model.pages.push(Page::new(Subject::History));
}

/// Returns the commit under the cursor of the visible page.
#[must_use]
pub fn selected(model: &Model) -> Option<&ListStep> {
    model.history.step(stop(model)?)
}

/// Returns the page of the setback under the cursor: the commit that broke the feature where it is known, else the feature.
fn set_back(model: &Model) -> Option<Subject> {
    let told = model.history.told()?;
    let at = stop(model)?.checked_sub(told.steps.len())?;
    let back = between_commits(told, &model.state).into_iter().nth(at)?;
    Some(match back.commit() {
        Some(commit) => Subject::Commit(commit.clone()),
        None => Subject::Feature(FeatureId(back.feature.id)),
    })
}

/// What stands under the cursor of the visible page: a commit's place, behind them that of a setback.
fn stop(model: &Model) -> Option<usize> {
    let open = model.pages.last().filter(|page| page.subject == Subject::History)?;
    let document = page::document(model, open, page::area(model).width);
    let stops = document.marks.iter().filter(|stop| stop.mark == Mark::File);
    Some(stops.rev().find(|stop| stop.row <= open.cursor)?.file)
}

/// Opens the page of the commit under the cursor, or of what a setback there leads to.
pub fn open_commit(model: &mut Model) {
    let commit = selected(model).map(|step| Subject::Commit(step.commit.id.clone()));
    match commit.or_else(|| set_back(model)) {
        Some(subject) => model.pages.push(Page::new(subject)),
        None => model.refuse("put the cursor on a commit"),
    }
}

/// Goes to the next (1) or previous (-1) commit.
pub fn step(model: &mut Model, step: isize) {
    motion::in_diff(model, Mark::File, step);
}

/// Ends a look-up that nobody waits for any more: its page was closed.
pub fn left(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.pages.iter().any(|page| page.subject == Subject::History) {
        effects.extend(model.history.leave().map(Effect::Forget));
    }
}
