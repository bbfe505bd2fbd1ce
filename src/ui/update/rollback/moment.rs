//! Which moment a row stands for, or why it stands for none.

use super::super::history;
use super::{closed, unarmed};
use crate::protocol::{Seq, Target};
use crate::session::Session;
use crate::session::timeline::ItemKind;
use crate::ui::keymap::Action;
use crate::ui::model::review::Target as Reviewed;
use crate::ui::model::{Model, Popup, Subject};

/// What is said where a window hides the rows.
const COVERED: &str = "close this window first";

/// Returns where the selected row would take the project.
///
/// # Errors
/// The reason for which it stands for no moment.
pub(super) fn target(model: &Model) -> Result<Target, &'static str> {
    let state = &model.state;
    let kept = |found: Option<Target>| found.ok_or("nothing was kept of the files at that moment or before it");
    match &model.popup {
        Some(Popup::Sessions(cursor)) => {
            let rows = model.session_rows(&cursor.filter);
            let chosen = rows.get(cursor.index()).ok_or("no session is selected")?;
            return kept(state.target_of_session(chosen.number));
        }
        // They list what can be done to what lies below them.
        None | Some(Popup::Help(_) | Popup::Palette(_)) => {}
        Some(_) => return Err(COVERED),
    }
    match model.subject().ok_or("nothing is selected")? {
        Subject::Commit(commit) => Ok(Target::Commit { commit }),
        Subject::Feature(id) => state.target_of_feature(&id),
        // A session's heading stands for its beginning, whose files are looked at just after it was noted.
        Subject::Item(session, seq) if state.session(session).is_some_and(|session| is_heading(session, seq)) => {
            kept(state.target_of_session(session))
        }
        Subject::Item(_, seq) => kept(state.target_before(seq)),
        Subject::Test(name) => {
            let board = &state.tests;
            let case = board.by_name.get(&name).and_then(|place| board.cases.get(*place));
            if case.is_none_or(|case| state.result_now(case).is_none()) {
                return Err("the run that speaks for these files did not have this test; choose a run in the transcript");
            }
            kept(state.present.tested.and_then(|run| state.target_before(run)))
        }
        Subject::Review(Reviewed::Commit(commit)) => {
            let made = model.made(&commit).ok_or("the log does not tell of this commit")?;
            let parent = made.made.parent.clone();
            parent
                .map(|commit| Target::Commit { commit })
                .ok_or("nothing was committed before this commit")
        }
        Subject::Review(Reviewed::Gate(_)) => Err("what waits for you has not happened yet: deny it instead"),
        Subject::NextWindow => Err("the next window has not happened yet"),
        Subject::Audit(session) => kept(state.target_of_session(session)),
        Subject::Survey | Subject::List => Err("this is how the directory is now"),
        Subject::Editor => Err("close the editor first"),
        Subject::Rehearsal => Err("this page rehearses a move already"),
        Subject::History => {
            let step = history::selected(model).ok_or("put the cursor on a commit")?;
            let commit = step.commit.id.clone();
            Ok(Target::Commit { commit })
        }
        Subject::Always | Subject::Rules => Err("rules are no part of the files; revoke one instead"),
    }
}

fn is_heading(session: &Session, seq: Seq) -> bool {
    let first = session.items.first();
    first.is_some_and(|first| first.seq == seq && matches!(first.kind, ItemKind::Opened { .. }))
}

/// Says why an action of this area cannot be done now; `None` if it can.
#[must_use]
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    match action {
        Action::RollBack => target(model).err(),
        Action::UndoMove | Action::RedoMove => match &model.popup {
            None | Some(Popup::Help(_) | Popup::Palette(_) | Popup::Sessions(_) | Popup::Summary) => nothing_to(model, action),
            Some(_) => Some(COVERED),
        },
        Action::TypeWord => closed(model),
        Action::MoveBack => closed(model).or_else(|| unarmed(model)),
        _ => None,
    }
}

/// Says that the log tells of nothing to undo or redo. Where there is no log, git's own record answers on the page.
fn nothing_to(model: &Model, action: Action) -> Option<&'static str> {
    let state = &model.state;
    let (undo, redo) = state.moves_open();
    if state.moves.is_empty() && state.run.is_none() {
        return None;
    }
    match action {
        Action::UndoMove => (undo == 0).then_some("nothing was rolled back"),
        _ => (redo == 0).then_some("nothing was undone"),
    }
}
