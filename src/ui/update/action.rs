//! What each action does.

use super::availability::refusal;
use super::editor::{self, Again, From, Side};
use super::motion::{self, Motion};
use super::{audit, copy, find, finish, history, links, next_window, open, plan, question, rerun, review, rollback, rules, steer};
use crate::link::Mode;
use crate::protocol::{Command, RuleSpan, StopMode};
use crate::ui::keymap::Action;
use crate::ui::layout::{Pane, Zoom};
use crate::ui::model::plan::Proof;
use crate::ui::model::{Arming, AutonomyMenu, Cursor, Model, Popup};
use crate::ui::msg::{Effect, Exit, Wanted};
use crate::ui::page::Mark;
use crate::ui::transcript::{Kind, Move};

/// Does an action, or says why it cannot be done now.
pub fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    if let Some(reason) = refusal(model, action) {
        model.refuse(reason);
        if let Some(note) = &mut model.note {
            note.refused = Some(action);
        }
        return;
    }
    match action {
        Action::Help => model.popup = Some(Popup::Help(Cursor::default())),
        Action::Palette => model.popup = Some(Popup::Palette(Box::default())),
        Action::Back => back(model),
        Action::Leave => leave(model, effects),
        Action::Cancel => cancel(model),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Redraw => effects.push(Effect::Repaint),
        Action::Mouse => {
            model.mouse = !model.mouse;
            effects.push(Effect::CaptureMouse(model.mouse));
            model.say(if model.mouse {
                "mouse captured: the wheel scrolls; hold shift to select text"
            } else {
                "mouse released: select text as usual"
            });
        }
        Action::Down => motion::motion(model, Motion::Lines(1)),
        Action::Up => motion::motion(model, Motion::Lines(-1)),
        Action::HalfPageDown => motion::motion(model, Motion::HalfPages(1)),
        Action::HalfPageUp => motion::motion(model, Motion::HalfPages(-1)),
        Action::PageDown | Action::ReadOn => motion::motion(model, Motion::Pages(1)),
        Action::PageUp => motion::motion(model, Motion::Pages(-1)),
        Action::Top => motion::motion(model, Motion::Top),
        Action::Bottom => {
            // The end of the transcript is the newest session's: going there follows again.
            if model.focus == Pane::Transcript && model.pages.is_empty() && model.run_is_live() {
                model.reading = None;
            }
            motion::motion(model, Motion::Bottom);
        }
        Action::NextFound => motion::motion(model, Motion::Lines(1)),
        Action::PreviousFound => motion::motion(model, Motion::Lines(-1)),
        Action::PageFoundDown | Action::QuestionPageDown => motion::motion(model, Motion::Pages(1)),
        Action::PageFoundUp | Action::QuestionPageUp => motion::motion(model, Motion::Pages(-1)),
        Action::RunChosen => open::open(model, effects),
        Action::Open => open::open(model, effects),
        Action::OpenWhole => open::open_item(model),
        Action::CollapseAll => open::fold_all(model, open::Folding::Fold),
        Action::ExpandAll => open::fold_all(model, open::Folding::Unfold),
        Action::PreviousTurn => motion::in_transcript(model, &Move::PreviousTurn),
        Action::NextTurn => motion::in_transcript(model, &Move::NextTurn),
        Action::PreviousBlock => motion::in_transcript(model, &Move::PreviousBlock),
        Action::NextBlock => motion::in_transcript(model, &Move::NextBlock),
        Action::NextTool => motion::in_transcript(model, &Move::Next(Kind::Tool)),
        Action::PreviousTool => motion::in_transcript(model, &Move::Previous(Kind::Tool)),
        Action::NextError => motion::in_transcript(model, &Move::Next(Kind::Error)),
        Action::PreviousError => motion::in_transcript(model, &Move::Previous(Kind::Error)),
        Action::NextApproval => motion::in_transcript(model, &Move::Next(Kind::Gate)),
        Action::PreviousApproval => motion::in_transcript(model, &Move::Previous(Kind::Gate)),
        Action::NextCommit => motion::in_transcript(model, &Move::Next(Kind::Commit)),
        Action::PreviousCommit => motion::in_transcript(model, &Move::Previous(Kind::Commit)),
        Action::NextHunk => motion::in_diff(model, Mark::Hunk, 1),
        Action::PreviousHunk => motion::in_diff(model, Mark::Hunk, -1),
        Action::NextFile => motion::in_diff(model, Mark::File, 1),
        Action::PreviousFile => motion::in_diff(model, Mark::File, -1),
        Action::FocusFeatures => focus(model, Pane::Features),
        Action::FocusTranscript => focus(model, Pane::Transcript),
        Action::FocusGit => focus(model, Pane::Git),
        Action::FocusTests => focus(model, Pane::Tests),
        Action::NextPane => focus(model, neighbour(model, 1)),
        Action::PreviousPane => focus(model, neighbour(model, -1)),
        Action::PaneLeft => towards(model, -1, 0),
        Action::PaneRight => towards(model, 1, 0),
        Action::PaneDown => towards(model, 0, 1),
        Action::PaneUp => towards(model, 0, -1),
        Action::ZoomIn => {
            model.zoom = match model.zoom {
                Zoom::Normal => Zoom::Half,
                Zoom::Half | Zoom::Full => Zoom::Full,
            }
        }
        Action::ZoomOut => {
            model.zoom = match model.zoom {
                Zoom::Full => Zoom::Half,
                Zoom::Half | Zoom::Normal => Zoom::Normal,
            }
        }
        Action::Answer => review::open_oldest(model),
        Action::ReviewDebt => review::open_debt(model),
        Action::Autonomy => model.popup = Some(Popup::Autonomy(AutonomyMenu::new(model))),
        Action::Approve
        | Action::Deny
        | Action::DenyAndStop
        | Action::Comment
        | Action::EditMessage
        | Action::MarkSeen
        | Action::NextWaiting
        | Action::SinceLast
        | Action::EndProcesses
        | Action::OtherWords
        | Action::Split
        | Action::KeepWriting
        | Action::DropWriting => review::perform(model, action, effects),
        Action::Always
        | Action::Rules
        | Action::AddRule
        | Action::WiderRule
        | Action::NarrowerRule
        | Action::RuleScope
        | Action::RuleExpiry
        | Action::RevokeRule => rules::perform(model, action, effects),
        Action::Pause
        | Action::Interrupt
        | Action::Message
        | Action::MessageNow
        | Action::SkipFeature
        | Action::PickFeature
        | Action::SendMessage
        | Action::PutAside
        | Action::PreviousWaiting
        | Action::LaterWaiting
        | Action::ChangeWaiting
        | Action::WithdrawWaiting => steer::perform(model, action, effects),
        Action::RewordFeature
        | Action::AddFeature
        | Action::SplitFeature
        | Action::FlipFeature
        | Action::RemoveFeature
        | Action::MoveFeatureUp
        | Action::MoveFeatureDown => plan::perform(model, action, effects),
        Action::RerunTest | Action::RerunFailed | Action::RerunAll | Action::StopTests => rerun::perform(model, action, effects),
        Action::GoFeature | Action::GoCommit | Action::GoMoment | Action::GoTest | Action::GoBack => links::perform(model, action),
        Action::Sessions => model.popup = Some(Popup::Sessions(Cursor::default())),
        Action::ListHistory => history::open(model),
        Action::Survey => open::survey(model),
        Action::Audit => audit::open(model),
        Action::Summary => model.popup = Some(Popup::Summary),
        Action::FinishWorktree => finish::open(model),
        Action::Find => find::open(model),
        Action::NextMatch => find::next(model, 1),
        Action::PreviousMatch => find::next(model, -1),
        Action::Copy => copy::menu(model, effects),
        Action::CopyWhole => copy::whole(model, effects),
        Action::EnterProject => {
            model.entered = true;
            // Without a session there is nothing to read in the transcript.
            if model.state.sessions.is_empty() {
                focus(model, Pane::Features);
            }
        }
        Action::StartRun => effects.push(Effect::Quit(Exit::Start(Wanted::Run))),
        Action::StartDemo => effects.push(Effect::Quit(Exit::Start(Wanted::Demo))),
        Action::StopAfterStep => stop(model, StopMode::AfterStep, effects),
        Action::StopAfterSession => stop(model, StopMode::AfterSession, effects),
        Action::StopNow => stop(model, StopMode::Now, effects),
        Action::CancelStop => cancel_stop(model, effects),
        Action::Stay | Action::NotNow | Action::ClosePalette => model.popup = None,
        Action::SendAnswer => question::send(model, effects),
        Action::NewLine => {
            if let Some(Popup::Question(form)) = &mut model.popup
                && form.gone.is_none()
                && form.arming.is_armed(model.elapsed)
            {
                form.choice = None;
                form.field.new_line();
            } else if let Some(Popup::Message(form)) = &mut model.popup {
                form.field.new_line();
            } else if let Some(entry) = model.writing().filter(|entry| !entry.decides()) {
                entry.field.new_line();
            }
        }
        Action::CopyAnswer => copy::answer(model, effects),
        Action::NextChoice => question::choose(model, 1),
        Action::PreviousChoice => question::choose(model, -1),
        Action::NextWindow => next_window::open(model),
        Action::CycleSection => next_window::cycle(model, effects),
        Action::EditSection => next_window::edit(model),
        Action::EditNotes => editor::open_notes(model),
        Action::SaveText => editor::save(model, RuleSpan::Once, effects),
        Action::SaveForGood => editor::save(model, RuleSpan::Always, effects),
        Action::UndoTyping => editor::undo(model, Again::Undo),
        Action::RedoTyping => editor::undo(model, Again::Redo),
        Action::FindTyped => find::open(model),
        Action::FindTypedAgain => editor::find(model, From::Next),
        Action::EditOutside => editor::outside(model, effects),
        Action::CopyTyped => editor::copy_typed(model, effects),
        Action::LeaveEditor => editor::leave(model),
        Action::SaveAndClose => editor::save_and_close(model, effects),
        Action::DropChanges => editor::drop_changes(model),
        Action::KeepTyping | Action::CloseVersions => editor::keep_typing(model),
        Action::StillPasses => plan::prove(model, Proof::Stands, effects),
        Action::ProveAnew => plan::prove(model, Proof::Anew, effects),
        Action::KeepMine => editor::settle(model, Side::Mine, effects),
        Action::TakeTheirs => editor::settle(model, Side::Theirs, effects),
        Action::EditMerged => editor::settle(model, Side::Both, effects),
        Action::RollBack | Action::UndoMove | Action::RedoMove | Action::TypeWord | Action::MoveBack | Action::DropWord => {
            rollback::perform(model, action, effects)
        }
        Action::KeepSearch => model.search = None,
        Action::DropSearch => {
            find::clear(model);
            model.search = None;
        }
    }
}

fn back(model: &mut Model) {
    if model.popup.take().is_some() || model.pages.pop().is_some() {
        return;
    }
    if find::clear(model) {
        return;
    }
    if model.zoom != Zoom::Normal {
        model.zoom = Zoom::Normal;
    } else if model.reading.take().is_some() {
        model.say("back to the newest session");
    }
}

/// Leaves what is open, one thing at a time; then the program, which asks first while a run is live.
fn leave(model: &mut Model, effects: &mut Vec<Effect>) {
    let at_summary = matches!(model.popup, Some(Popup::Summary)) && !model.run_is_live();
    if at_summary {
        effects.push(Effect::Quit(Exit::Left));
    } else if model.popup.take().is_some() || model.pages.pop().is_some() {
    } else if model.run_is_live() {
        model.popup = Some(Popup::Leave(Arming::default()));
    } else {
        effects.push(Effect::Quit(Exit::Left));
    }
}

fn cancel(model: &mut Model) {
    if model.popup.take().is_some() || find::clear(model) {
        return;
    }
    model.cancel_armed = true;
    model.say(if model.mode == Mode::Live && model.run_is_live() {
        "C-c again to stop the run or leave"
    } else {
        "C-c again to leave"
    });
}

fn stop(model: &mut Model, mode: StopMode, effects: &mut Vec<Effect>) {
    if !decides(model) {
        return;
    }
    model.popup = None;
    model.leaving = true;
    model.say(match mode {
        StopMode::AfterStep => "stopping after this step; longhaul leaves when it is done",
        StopMode::AfterSession => "stopping after this session; longhaul leaves when it is done",
        StopMode::Now => "stopping now",
    });
    effects.push(Effect::Send(Command::Stop { mode }));
}

/// Says whether a key of the open window decides yet; one that does not is told why.
pub(super) fn decides(model: &mut Model) -> bool {
    let at = model.elapsed;
    let takes = model
        .popup
        .as_mut()
        .and_then(Popup::arming)
        .is_some_and(|arming| arming.takes(at));
    if !takes {
        model.say("too soon: keys of this window count in a moment");
    }
    takes
}

fn cancel_stop(model: &mut Model, effects: &mut Vec<Effect>) {
    if !decides(model) {
        return;
    }
    model.popup = None;
    model.leaving = false;
    model.say("asked the run to go on");
    effects.push(Effect::Send(Command::CancelStop));
}

/// Gives a pane the focus.
pub(super) fn focus(model: &mut Model, pane: Pane) {
    model.focus = pane;
    if pane != Pane::Transcript {
        model.last_list = pane;
    }
}

fn neighbour(model: &Model, step: isize) -> Pane {
    let count = Pane::ALL.len();
    let at = Pane::ALL.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    Pane::ALL[(at + count).saturating_add_signed(step) % count]
}

/// Focuses the pane that lies in a direction; where none is on the screen, the next one in order.
fn towards(model: &mut Model, dx: i32, dy: i32) {
    let layout = model.layout();
    let Some(here) = layout.place(model.focus) else { return };
    let center = |area: ratatui::layout::Rect| {
        (
            i32::from(area.x) + i32::from(area.width) / 2,
            i32::from(area.y) + i32::from(area.height) / 2,
        )
    };
    let (x, y) = center(here.area);
    let nearest = layout
        .places
        .iter()
        .filter(|place| place.pane != model.focus)
        .filter(|place| {
            let area = place.area;
            let (left, right) = (i32::from(area.x), i32::from(area.right()));
            let (top, bottom) = (i32::from(area.y), i32::from(area.bottom()));
            (dx < 0 && right <= i32::from(here.area.x))
                || (dx > 0 && left >= i32::from(here.area.right()))
                || (dy < 0 && bottom <= i32::from(here.area.y))
                || (dy > 0 && top >= i32::from(here.area.bottom()))
        })
        .min_by_key(|place| {
            let (other_x, other_y) = center(place.area);
            // A squashed title is a poor target when something open lies in the same direction.
            (place.squashed(), (other_x - x).abs() + (other_y - y).abs())
        })
        .map(|place| place.pane);
    let step = isize::try_from(dx + dy).unwrap_or(1);
    let alone = layout.places.len() == 1;
    if let Some(pane) = nearest {
        focus(model, pane);
    } else if alone {
        focus(model, neighbour(model, step));
    }
}
