//! The history of the feature list: opening its page, and a commit from it.

use super::motion;
use crate::protocol::ListStep;
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
    let open = model.pages.last().filter(|page| page.subject == Subject::History)?;
    let document = page::document(model, open, page::area(model).width);
    let stops = document.marks.iter().filter(|stop| stop.mark == Mark::File);
    let under = stops.rev().find(|stop| stop.row <= open.cursor)?.file;
    model.history.step(under)
}

/// Opens the page of the commit under the cursor.
pub fn open_commit(model: &mut Model) {
    match selected(model).map(|step| step.commit.id.clone()) {
        Some(commit) => model.pages.push(Page::new(Subject::Commit(commit))),
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
