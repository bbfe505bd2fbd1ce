//! Going back: the page of a move's rehearsal, the typed word, and what came of it.
//!
//! Owns when a move may go out. Does not own whether it counts: it is refused where the project is no longer as it was shown.
//! Invariant: a move is asked for only by a word that was typed, key by key, after its rehearsal had been on the screen.

mod moment;
#[cfg(test)]
mod tests;

pub use moment::refusal;

use crate::link::Mode;
use crate::protocol::event::{MoveRefused, RolledBack};
use crate::protocol::{Answer, Command, MoveKind, PauseMode, Query, Rehearsal, Steer, Target};
use crate::session::Hold;
use crate::ui::keymap::{Action, KeyPress};
use crate::ui::model::going::{Going, WORD, Word};
use crate::ui::model::review::Target as Reviewed;
use crate::ui::model::{Model, Page, Subject};
use crate::ui::msg::Effect;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// What is said of a key that came too soon.
const TOO_SOON: &str = "not yet: this page has just appeared; the key was not counted";
/// Names that are said in the footer before they are counted.
const NAMED: usize = 3;

/// Opens the rehearsal of a move to the selected row's moment.
pub fn open(model: &mut Model) {
    match moment::target(model) {
        Ok(target) => rehearse(model, target),
        Err(reason) => model.refuse(reason),
    }
}

/// Opens the rehearsal of a move.
pub fn rehearse(model: &mut Model, target: Target) {
    model.popup = None;
    model.pages.retain(|page| page.subject != Subject::Rehearsal);
    model.going = Some(Going::new(target, model.elapsed));
    model.pages.push(Page::new(Subject::Rehearsal));
}

/// Forgets a move whose page was left, and lets the run go on that held still for it.
pub fn left(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.going.is_some() && !model.pages.iter().any(|page| page.subject == Subject::Rehearsal) {
        let_go(model, effects);
        model.going = None;
    }
}

/// Asks a run that works to hold still after its step: what is shown must be what is there when the word is typed.
fn hold_still(model: &mut Model, effects: &mut Vec<Effect>) {
    let works = model.run_is_live()
        && model
            .state
            .run
            .as_ref()
            .is_some_and(|run| run.hold == Hold::Free && run.stopping.is_none());
    if let Some(going) = model.going.as_mut().filter(|_| works) {
        going.holds = true;
        let mode = PauseMode::AfterStep;
        effects.push(Effect::Send(Command::Steer(Steer::Pause { mode })));
        let leave = model.keymap.key_text(Action::DropWord);
        model.say(format!(
            "the run holds still after this step while you decide; {leave} lets it go on"
        ));
    }
}

/// Lets a run go on that was asked to hold still and is not to be moved after all.
fn let_go(model: &mut Model, effects: &mut Vec<Effect>) {
    let held = model
        .going
        .as_mut()
        .is_some_and(|going| !going.sent && std::mem::take(&mut going.holds));
    let steer = match model.state.run.as_ref().map(|run| run.hold) {
        Some(Hold::Paused { .. }) => Steer::Resume,
        _ => Steer::CancelPause,
    };
    if held && model.run_is_live() {
        effects.push(Effect::Send(Command::Steer(steer)));
    }
}

/// Says why the word cannot be typed, if it cannot.
#[must_use]
pub fn closed(model: &Model) -> Option<&'static str> {
    let going = model.going.as_ref()?;
    if model.mode == Mode::Following {
        return Some("this window only watches a run of another process; go back where that was started");
    }
    if going.sent {
        return Some("the move is on its way");
    }
    match going.ready() {
        None => Some("nothing was rehearsed yet"),
        Some(rehearsal) if rehearsal.is_idle() => Some("nothing would change: it is so already"),
        Some(_) => None,
    }
}

/// Says why the typed word does not count yet. Nothing of it opens the line, so no key need be let go of first.
fn unarmed(model: &Model) -> Option<&'static str> {
    let now = model.elapsed;
    let going = model.going.as_ref()?;
    let word = going.word.as_ref()?;
    let armed = going.latch.is_armed(now) && word.latch.is_armed(now);
    (!armed).then_some(TOO_SOON)
}

/// Opens the line for the word, with the key's own letter if it begins the word.
pub fn type_word(model: &mut Model, key: Option<KeyEvent>, effects: &mut Vec<Effect>) {
    let now = model.elapsed;
    let Some(going) = &mut model.going else { return };
    if !going.latch.is_armed(now) {
        return too_soon(model);
    }
    let first = key
        .and_then(|key| KeyPress::from_event(&key))
        .and_then(|press| match press.code {
            KeyCode::Char(letter) if press.modifiers == KeyModifiers::NONE && WORD.starts_with(letter) => Some(letter),
            _ => None,
        });
    going.word = Some(Word::new(&first.map(String::from).unwrap_or_default(), now));
    hold_still(model, effects);
}

/// Takes a key into the word; says whether one is being typed.
pub fn letter(model: &mut Model, key: KeyEvent) -> bool {
    match model.going.as_mut().and_then(|going| going.word.as_mut()) {
        Some(word) => {
            word.key(key);
            true
        }
        None => false,
    }
}

/// Does what an action of the page says.
pub fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::RollBack => open(model),
        Action::UndoMove => rehearse(model, Target::Undo),
        Action::RedoMove => rehearse(model, Target::Redo),
        Action::TypeWord => type_word(model, None, effects),
        Action::MoveBack => decide(model, effects),
        Action::DropWord => {
            if let Some(going) = &mut model.going {
                going.word = None;
            }
            let_go(model, effects);
        }
        _ => {}
    }
}

/// Asks for the move, if its word was typed under what is on the screen.
fn decide(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.elapsed;
    let Some(going) = &mut model.going else { return };
    let Some(word) = &mut going.word else { return };
    if word.field.text().trim() != WORD {
        *word = Word::new("", now);
        model.refuse(format!("the word is `{WORD}`; nothing was changed"));
        return;
    }
    let Some(command) = going.command() else { return };
    going.word = None;
    going.sent = true;
    effects.push(Effect::Send(command));
}

/// Notes a key that is held down, or came before the page could be read.
pub fn too_soon(model: &mut Model) {
    let now = model.elapsed;
    if let Some(going) = &mut model.going {
        match &mut going.word {
            Some(word) => word.latch.pressed_again(now),
            None => going.latch.pressed_again(now),
        }
        model.refuse(TOO_SOON);
    }
}

/// Notes that a frame was drawn.
pub fn drawn(model: &mut Model, at: Duration) {
    if model.popup.is_some() || model.open_move().is_none() {
        return;
    }
    if let Some(going) = model.going.as_mut().filter(|going| going.ready().is_some()) {
        going.latch.drawn(at);
        if let Some(word) = &mut going.word {
            word.latch.drawn(at);
        }
    }
}

/// Files a rehearsal, if it is still the one that is wanted.
pub fn file(model: &mut Model, of: &Target, answer: Answer) {
    let now = model.elapsed;
    let Some(going) = model.going.as_mut().filter(|going| going.target == *of) else {
        return;
    };
    model.rehearsals += 1;
    if going.file(answer, model.rehearsals, now) {
        model.refuse("the project changed meanwhile: this is the rehearsal of now; nothing was done, type the word again");
    }
    // A page that says that there is nothing to do is a sentence.
    let idle = |going: &Going| !going.holds && !going.sent && going.ready().is_some_and(Rehearsal::is_idle);
    if model.going.as_ref().is_some_and(idle) {
        model.going = None;
        model.pages.retain(|page| page.subject != Subject::Rehearsal);
        model.refuse("nothing would change by it: the files and the branch are as they were then");
    }
}

/// Returns the look-ups that the page needs.
pub fn look_up(model: &mut Model) -> Vec<Query> {
    let Some(going) = &mut model.going else { return Vec::new() };
    let trees = going.ready().and_then(|rehearsal| rehearsal.trees.clone());
    let changes = trees.map(|(now, then)| Query::TreeDiff {
        from: Some(now),
        to: then,
    });
    going.ask().into_iter().chain(changes).collect()
}

/// The project was moved: the page has nothing more to say, the footer tells what came of it.
pub fn moved(model: &mut Model, moved: &RolledBack) {
    let asked = model.going.take_if(|going| going.sent);
    if asked.is_some() {
        model.pages.retain(|page| page.subject != Subject::Rehearsal);
    }
    // Nor has a look back at an unseen commit that is on the branch no more: no word is owed of it.
    let owed = &model.state.debts;
    model.pages.retain(|page| match &page.subject {
        Subject::Review(Reviewed::Commit(commit)) => owed.iter().any(|debt| debt.commit == *commit),
        _ => true,
    });
    if model.caught_up {
        let told = told(model, moved);
        model.say(told);
    }
}

/// A move was not made: the page stays, and rehearses what would happen now.
pub fn refused(model: &mut Model, refused: &MoveRefused, effects: &mut Vec<Effect>) {
    if let Some(going) = model.going.as_mut().filter(|going| going.target == refused.target) {
        going.begin_again();
        // The next word asks for it anew: until then nothing is to happen.
        let_go(model, effects);
    }
    if model.caught_up {
        model.refuse(format!("not moved: {}", refused.reason));
    }
}

/// The command did not get through, or nobody is there any more to answer it.
pub fn not_sent(model: &mut Model) {
    if let Some(going) = &mut model.going {
        going.begin_again();
    }
}

/// Says a move, what was kept aside, and the key that takes it back.
fn told(model: &Model, moved: &RolledBack) -> String {
    let (did, to, again) = match moved.kind {
        MoveKind::Rollback => ("rolled back", "to", (Action::UndoMove, "takes it back")),
        MoveKind::Undo => ("undone", "back to", (Action::RedoMove, "does it again")),
        MoveKind::Redo => ("redone", "forth to", (Action::UndoMove, "takes it back")),
    };
    let again = format!("{} {}", model.keymap.key_text(again.0), again.1);
    let kept = (!moved.kept.is_empty()).then(|| format!("changed meanwhile, kept as {}", named(&moved.kept)));
    let aside: Vec<String> = moved.aside().into_iter().chain(kept).collect();
    if aside.is_empty() {
        let comma = if moved.kind == MoveKind::Rollback { "" } else { "," };
        return format!("{did}{comma} {to} {}; {again}", moved.title);
    }
    // The line may be cut: where the project is now stands elsewhere too, so that comes last.
    format!("{did}; {}; {again}; {to} {}", aside.join("; "), moved.title)
}

fn named(names: &[String]) -> String {
    match names.get(NAMED..) {
        Some(rest) if !rest.is_empty() => format!("{} and {} more", names[..NAMED].join(", "), rest.len()),
        _ => names.join(", "),
    }
}
