//! A newcomer's guide through a run that waits for a person: one sentence in the footer that says what to try next.
//!
//! Owns the order of the lesson and its words. Invariant: a function of the log and the keymap alone, so that it cannot lag behind
//! what the person did.

use super::keymap::Action;
use super::model::Model;
use crate::protocol::MoveKind;
use crate::protocol::event::GateKind;

/// Returns what to try next, if the guide is wanted and knows something.
#[must_use]
pub fn sentence(model: &Model) -> Option<String> {
    if !model.guided || model.state.run.is_none() {
        return None;
    }
    let key = |action| model.keymap.key_text(action);
    if !model.run_is_live() {
        return Some(after(model));
    }
    let moved = !model.state.moves.is_empty();
    let waits = model.state.open_gates.first().map(|gate| gate.opened.what);
    let hand = model.state.by_hand;
    let level = model.state.run.as_ref().map(|run| run.autonomy).unwrap_or_default();
    let asks = level.asks(GateKind::Commit);
    Some(match waits {
        // Commands wait all the time at their level: what else there is to learn goes on meanwhile.
        Some(GateKind::Command) if hand.approved > 0 && hand.denied > 0 && !moved => format!(
            "A command waits ({}). Or {}, then {} on a commit: what going back would do",
            key(Action::Answer),
            key(Action::FocusGit),
            key(Action::RollBack)
        ),
        Some(GateKind::Command) => format!(
            "A command waits: {} shows it, then a runs it; {} asks less often",
            key(Action::Answer),
            key(Action::Autonomy)
        ),
        Some(GateKind::Commit) if hand.denied_last => format!(
            "The agent took up your reason: {} opens it, w shows what changed; approve it",
            key(Action::Answer)
        ),
        Some(GateKind::Commit) if hand.approved == 0 => {
            format!(
                "A commit waits for you: {} opens it; read it, then a approves it",
                key(Action::Answer)
            )
        }
        Some(GateKind::Commit) if hand.denied == 0 => {
            format!(
                "Deny this one: {} opens it, d denies it; type a reason, Enter",
                key(Action::Answer)
            )
        }
        Some(_) if moved => format!("{} opens what waits for you", key(Action::Answer)),
        Some(_) => format!(
            "{} opens what waits; or {}, a commit, {}: what going back would do. Nothing happens by looking",
            key(Action::Answer),
            key(Action::FocusGit),
            key(Action::RollBack)
        ),
        // Whatever the level: it waits until somebody answers, or until its time is over.
        None if !model.state.open_questions.is_empty() => {
            format!("The agent asks you something: {} opens its question", key(Action::Answer))
        }
        // No commit will wait at this level: it would be a lesson in what does not come.
        None if !asks && !moved && hand.denied == 0 => format!(
            "No commit waits for you at the level {}: {} chooses another; {}, then {} on a commit shows what going back would do",
            level.word(),
            key(Action::Autonomy),
            key(Action::FocusGit),
            key(Action::RollBack)
        ),
        None if hand.approved == 0 => "Watch the agent work: what it wants to commit will wait for you".into(),
        None if hand.denied == 0 => "Approved and committed. Deny the next one, to see what a reason does".into(),
        None if !moved => format!(
            "{}, then {} on a commit shows what going back would do; nothing happens by looking",
            key(Action::FocusGit),
            key(Action::RollBack)
        ),
        None => return None,
    })
}

/// The lesson goes on when the run is over: a move back ends it, and can be made and taken back then as well.
fn after(model: &Model) -> String {
    let key = |action| model.keymap.key_text(action);
    let leave = key(Action::Leave);
    match model.state.moves.last().map(|past| past.moved.kind) {
        None => format!(
            "The run is over. {}, then {} on a commit shows what going back would do; {leave} leaves",
            key(Action::FocusGit),
            key(Action::RollBack)
        ),
        Some(MoveKind::Rollback | MoveKind::Redo) => format!(
            "All is as it was then, and nothing is lost: {} shows how to take it back; {leave} leaves",
            key(Action::UndoMove)
        ),
        Some(MoveKind::Undo) => format!("All is back. That was the lesson: {leave} leaves, `longhaul demo` plays it again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{RunEnded, RunOutcome};
    use crate::protocol::samples;
    use crate::ui::screenshots::{model_of, recorded};
    use crate::ui::waiting;
    use ratatui::layout::Size;

    #[test]
    fn the_lesson_leads_through_a_move_back_and_its_undoing_after_the_run_too() {
        let mut model = model_of(recorded().unwrap(), Size { width: 120, height: 40 });
        model.guided = true;
        model.state.open_gates.clear();
        model.state.open_questions.clear();
        (model.state.by_hand.approved, model.state.by_hand.denied) = (1, 1);
        let said = |model: &Model| sentence(model).unwrap_or_default();
        assert!(said(&model).starts_with("3, then R on a commit shows"), "{}", said(&model));
        let ended = RunEnded {
            outcome: RunOutcome::Stopped,
            reason: "moved".into(),
        };
        waiting::tell(&mut model, ended);
        assert!(said(&model).contains("R on a commit"), "{}", said(&model));
        waiting::tell(&mut model, samples::rolled_back(MoveKind::Rollback, 1, None));
        assert!(said(&model).contains("z shows how to take it back"), "{}", said(&model));
        waiting::tell(&mut model, samples::rolled_back(MoveKind::Undo, 1, None));
        assert!(said(&model).contains("`longhaul demo` plays it again"), "{}", said(&model));
    }
}
