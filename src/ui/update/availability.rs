//! Which actions cannot be done now, and why. Read by dispatch, footer and help, so that all three agree.

use crate::link::Mode;
use crate::protocol::StopMode;
use crate::ui::keymap::{Action, Situation};
use crate::ui::layout::{Pane, Zoom};
use crate::ui::model::editor::Edited;
use crate::ui::model::{Model, Popup, Subject};
use crate::ui::page;

/// Says why an action cannot be done now; `None` if it can.
#[must_use]
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    match action {
        Action::Answer => match only_watches(model) {
            _ if model.waiting() == 0 => Some("nothing waits for you"),
            // What waits elsewhere can be read here, and decided there.
            Some(_) if model.mode == Mode::Following && !model.state.open_gates.is_empty() => None,
            watches => watches,
        },
        Action::ReviewDebt => model
            .state
            .debts
            .is_empty()
            .then_some("every commit of the engine was seen in full"),
        Action::EditNotes | Action::EditSection | Action::CycleSection => watches_another(model),
        Action::Autonomy => (!model.run_is_live()).then_some("no run of this window is live"),
        Action::Approve
        | Action::Deny
        | Action::DenyAndStop
        | Action::EditMessage
        | Action::OtherWords
        | Action::SinceLast
        | Action::EndProcesses
        | Action::Split
        | Action::Comment
        | Action::MarkSeen
        | Action::NextWaiting => super::review::refusal(model, action),
        Action::Always
        | Action::AddRule
        | Action::WiderRule
        | Action::NarrowerRule
        | Action::RuleScope
        | Action::RuleExpiry
        | Action::RevokeRule => super::rules::refusal(model, action),
        Action::StopAfterStep | Action::StopAfterSession | Action::StopNow | Action::CancelStop => stop(model, action),
        Action::Pause
        | Action::Interrupt
        | Action::Message
        | Action::MessageNow
        | Action::SkipFeature
        | Action::PickFeature
        | Action::PreviousWaiting
        | Action::SendMessage
        | Action::ChangeWaiting
        | Action::WithdrawWaiting => super::steer::refusal(model, action),
        Action::RollBack | Action::UndoMove | Action::RedoMove | Action::TypeWord | Action::MoveBack => {
            super::rollback::refusal(model, action)
        }
        Action::RewordFeature
        | Action::AddFeature
        | Action::SplitFeature
        | Action::FlipFeature
        | Action::RemoveFeature
        | Action::MoveFeatureUp
        | Action::MoveFeatureDown => super::plan::refusal(model, action),
        Action::RerunTest | Action::RerunFailed | Action::RerunAll | Action::StopTests => super::rerun::refusal(model, action),
        Action::GoFeature | Action::GoCommit | Action::GoMoment | Action::GoTest | Action::GoBack => {
            super::links::refusal(model, action)
        }
        Action::Find => matches!(
            model.popup,
            Some(Popup::Copy(_) | Popup::Summary | Popup::Autonomy(_) | Popup::Finish(_))
        )
        .then_some("there is nothing to search here"),
        Action::Audit => super::audit::refusal(model),
        Action::Sessions => model.state.sessions.is_empty().then_some("no session yet"),
        Action::FinishWorktree => super::finish::refusal(model),
        Action::ListHistory => (model.caught_up && model.state.repository.is_none())
            .then_some("there is no git repository here whose commits could tell it"),
        Action::Summary => model.state.run.is_none().then_some("no run yet"),
        Action::NextMatch | Action::PreviousMatch => nothing_searched(model).then_some("nothing is searched for; `/` searches"),
        Action::ZoomIn => (model.zoom == Zoom::Full || model.layout().places.len() == 1 && model.zoom == Zoom::Normal)
            .then_some("the pane has all the room there is"),
        Action::ZoomOut => (model.zoom == Zoom::Normal).then_some("the pane is not enlarged"),
        Action::PreviousTurn
        | Action::NextTurn
        | Action::PreviousBlock
        | Action::NextBlock
        | Action::NextTool
        | Action::PreviousTool
        | Action::NextError
        | Action::PreviousError
        | Action::NextApproval
        | Action::PreviousApproval
        | Action::NextCommit
        | Action::PreviousCommit
        | Action::OpenWhole => {
            let empty = model.shown_session().is_none_or(|session| session.items.is_empty());
            empty.then_some("the transcript is empty")
        }
        Action::Open => match model.pages.last().map(|page| &page.subject) {
            Some(Subject::Feature(id)) => page::check::latest(model, id)
                .is_none()
                .then_some("no run of a recorded check is known of this feature"),
            _ => None,
        },
        Action::Copy | Action::CopyWhole => model.subject().is_none().then_some("nothing is selected"),
        Action::Help
        | Action::Back
        | Action::Leave
        | Action::Cancel
        | Action::Suspend
        | Action::Redraw
        | Action::Mouse
        | Action::Down
        | Action::Up
        | Action::HalfPageDown
        | Action::HalfPageUp
        | Action::PageDown
        | Action::ReadOn
        | Action::PageUp
        | Action::Top
        | Action::Bottom
        | Action::CollapseAll
        | Action::ExpandAll
        | Action::NextHunk
        | Action::PreviousHunk
        | Action::NextFile
        | Action::PreviousFile
        | Action::FocusFeatures
        | Action::FocusTranscript
        | Action::FocusGit
        | Action::FocusTests
        | Action::NextPane
        | Action::PreviousPane
        | Action::PaneLeft
        | Action::PaneRight
        | Action::PaneDown
        | Action::PaneUp
        | Action::EnterProject
        | Action::StartRun
        | Action::StartDemo
        | Action::Stay
        | Action::PutAside
        | Action::LaterWaiting
        | Action::SendAnswer
        | Action::CopyAnswer
        | Action::NewLine
        | Action::NextChoice
        | Action::PreviousChoice
        | Action::NotNow
        | Action::KeepWriting
        | Action::DropWriting
        | Action::Palette
        | Action::RunChosen
        | Action::NextFound
        | Action::PreviousFound
        | Action::PageFoundDown
        | Action::PageFoundUp
        | Action::QuestionPageDown
        | Action::QuestionPageUp
        | Action::ClosePalette
        | Action::KeepSearch
        | Action::DropSearch
        | Action::Rules
        | Action::Survey
        | Action::NextWindow
        | Action::SaveText
        | Action::UndoTyping
        | Action::RedoTyping
        | Action::FindTyped
        | Action::FindTypedAgain
        | Action::EditOutside
        | Action::CopyTyped
        | Action::LeaveEditor
        | Action::SaveAndClose
        | Action::DropChanges
        | Action::KeepTyping
        | Action::KeepMine
        | Action::TakeTheirs
        | Action::EditMerged
        | Action::CloseVersions
        | Action::StillPasses
        | Action::ProveAnew
        | Action::DropWord => None,
        Action::SaveForGood => {
            let what = model.editor.as_ref().map(|editor| &editor.what);
            (!matches!(what, Some(Edited::Section(_)))).then_some("what is saved here is saved for good either way")
        }
    }
}

/// A stop after the step can be made a stop at once or be taken back; one at once is past both.
fn stop(model: &Model, action: Action) -> Option<&'static str> {
    let stopping = model.state.run.as_ref().and_then(|run| run.stopping);
    match (action, stopping) {
        _ if !model.run_is_live() => Some("no run of this window is live"),
        (_, Some(StopMode::Now)) => Some("the run is stopping already"),
        (Action::StopAfterStep, Some(StopMode::AfterStep)) => Some("the run stops after this step already"),
        (Action::StopAfterSession, Some(StopMode::AfterSession)) => Some("the run stops after this session already"),
        (Action::CancelStop, None) => Some("no stop was asked for"),
        _ => None,
    }
}

/// Says why an action cannot be chosen from a list of actions that stands over the screen; `None` if it can.
#[must_use]
pub fn obstacle(model: &Model, action: Action) -> Option<String> {
    let below = model.situation_below();
    if !below.has(action) {
        let contexts: Vec<_> = action.entry().contexts.iter().map(|context| context.title()).collect();
        return Some(format!("only in {}", contexts.join(", ")));
    }
    if super::review::decides(action) {
        // Whoever decides must be looking at what they decide about, not at a list over it.
        return Some("only by its own key".to_owned());
    }
    refusal(model, action).map(str::to_owned)
}

/// Says that this window only watches, if it does.
#[must_use]
pub(super) fn only_watches(model: &Model) -> Option<&'static str> {
    (model.mode != Mode::Live || model.closed).then_some("this window only watches; answer where the run was started")
}

/// Says that a run of another process is watched here, if one is: what needs the project's lock is done where that was started.
pub(super) fn watches_another(model: &Model) -> Option<&'static str> {
    (model.mode == Mode::Following).then_some("this window only watches a run of another process; do it where that was started")
}

fn nothing_searched(model: &Model) -> bool {
    if let Some(page) = model.pages.last() {
        return page.search.is_empty();
    }
    model.situation_below() == Situation::MainTranscript && model.focus == Pane::Transcript && model.transcript_search().is_empty()
}
