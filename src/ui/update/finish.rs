//! Finishing a worktree: chosen here, done by who started the screen, once the terminal is theirs again.

use crate::link::Mode;
use crate::ui::model::{FinishMenu, Model, Popup};
use crate::ui::msg::{Effect, Exit, Wanted};

/// Says why nothing can be finished now; `None` if it can.
pub fn refusal(model: &Model) -> Option<&'static str> {
    if model.state.open_worktree().is_none() {
        return Some("there is no worktree whose work is still to be brought home");
    }
    if model.mode == Mode::Following && !model.closed {
        return Some("a run works in the worktree, in another window");
    }
    if model.run_is_live() {
        return Some("the run works in the worktree; stop it first");
    }
    matches!(&model.popup, Some(popup) if !matches!(popup, Popup::Summary | Popup::Finish(_))).then_some("close this window first")
}

/// Opens the window with the ways.
pub fn open(model: &mut Model) {
    model.popup = Some(Popup::Finish(FinishMenu::default()));
}

/// Leaves the screen to finish as marked, if the window was on the screen before.
pub fn choose(model: &mut Model, menu: FinishMenu, effects: &mut Vec<Effect>) {
    if !menu.arming.is_armed(model.elapsed) || refusal(model).is_some() {
        model.popup = Some(Popup::Finish(menu));
        return;
    }
    effects.push(Effect::Quit(Exit::Start(Wanted::Finish(menu.way()))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::FinishWay;
    use crate::protocol::event::{RunEnded, RunOutcome, WorktreeFinished};
    use crate::ui::model::popup::ARMING;
    use crate::ui::msg::Msg;
    use crate::ui::screens::worktree::taken;
    use crate::ui::testing::{live, press, tell};
    use crate::ui::update::update;
    use crossterm::event::KeyCode;
    use std::time::Duration;

    /// A run in a worktree that has just ended; its summary is open.
    fn ended() -> Model {
        let mut model = live((120, 40));
        tell(&mut model, taken());
        assert!(refusal(&model).unwrap().contains("stop it first"));
        tell(
            &mut model,
            RunEnded {
                outcome: RunOutcome::AllPassing,
                reason: "because".into(),
            },
        );
        assert!(matches!(model.popup, Some(Popup::Summary)));
        model
    }

    #[test]
    fn a_way_is_chosen_only_by_who_could_see_the_window() {
        let mut model = ended();
        let at = Duration::from_secs(100);
        press(&mut model, KeyCode::Char('F'), at);
        assert_eq!(press(&mut model, KeyCode::Enter, at), [], "typed ahead, it decides nothing");
        update(&mut model, Msg::Paste("\n".into()));
        update(&mut model, Msg::Drawn(at));
        assert_eq!(press(&mut model, KeyCode::Enter, at + ARMING / 2), []);
        press(&mut model, KeyCode::Char('j'), at + ARMING);
        let chosen = press(&mut model, KeyCode::Enter, at + ARMING);
        assert_eq!(chosen, [Effect::Quit(Exit::Start(Wanted::Finish(FinishWay::Squash)))]);
    }

    #[test]
    fn esc_leaves_it_for_now_and_what_is_home_is_not_offered() {
        let mut model = ended();
        press(&mut model, KeyCode::Char('F'), Duration::from_secs(100));
        assert_eq!(press(&mut model, KeyCode::Esc, Duration::from_secs(101)), []);
        assert!(model.popup.is_none() && refusal(&model).is_none());
        model.popup = Some(Popup::Sessions(crate::ui::model::Cursor::default()));
        assert!(refusal(&model).is_some(), "not from within another window");
        model.popup = None;
        tell(
            &mut model,
            WorktreeFinished {
                way: FinishWay::Merge,
                branch: "longhaul/main".into(),
                tip: None,
                into: Some("main".into()),
                from: None,
                to: None,
                undo: None,
                files: None,
                stays: None,
                aside: None,
            },
        );
        assert!(refusal(&model).unwrap().contains("no worktree"));
    }
}
