//! Editing the feature list: its forms, and moves that need none.
//!
//! Invariant: typed words are given up only by the person, or once the log says that they are in the list; a form that was sent and
//! closed comes back if its edit is refused.

use super::editor;
use crate::link::Mode;
use crate::protocol::event::{FeatureEditRefused, FeatureListEdited};
use crate::protocol::{Base, Command, Feature, FeatureEdit, FeatureId, FeatureStatus, Role};
use crate::session::state::FeatureRow;
use crate::session::{HeldBy, Hold};
use crate::ui::keymap::Action;
use crate::ui::layout::Pane;
use crate::ui::model::editor::{Asking, Edited};
use crate::ui::model::plan::{FeatureForm, Proof, Wanted};
use crate::ui::model::popup::Arming;
use crate::ui::model::{Editor, Model, Page, Subject};
use crate::ui::msg::Effect;
use std::time::Duration;

/// Does an action of this topic.
pub fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let chosen = selected(model).map(|feature| (feature.id.clone(), feature.status));
    let wanted = match (action, chosen) {
        (Action::AddFeature, chosen) => Wanted::Add {
            after: chosen.map(|(id, _)| id),
        },
        (Action::RewordFeature, Some((feature, _))) => Wanted::Reword { feature },
        (Action::SplitFeature, Some((feature, _))) => Wanted::Split { feature },
        (Action::FlipFeature, Some((feature, status))) => Wanted::Flip {
            feature,
            passes: status != FeatureStatus::Passing,
        },
        (Action::RemoveFeature, Some((feature, _))) => Wanted::Remove { feature },
        (Action::MoveFeatureUp, Some((feature, _))) => return go(model, feature, Way::Up, effects),
        (Action::MoveFeatureDown, Some((feature, _))) => return go(model, feature, Way::Down, effects),
        _ => return,
    };
    match FeatureForm::open(wanted, selected(model), base(model)) {
        Ok((form, text)) => editor::open(model, Editor::feature(form, &text)),
        Err(reason) => model.refuse(reason),
    }
}

/// Says why an action of this topic cannot be done now.
#[must_use]
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    if model.mode == Mode::Following {
        return Some("this window only watches; edit the list where the run was started");
    }
    if model.state.sessions.is_empty() {
        return Some("nothing has run here yet; edit the file itself");
    }
    let session = model.state.current().filter(|session| session.ended.is_none());
    if session.is_some_and(|session| session.role == Role::Initializer) && model.run_is_live() {
        return Some("the initializer is writing the list");
    }
    let rows = &model.state.features.rows;
    let Some(feature) = selected(model) else {
        let empty = action == Action::AddFeature && rows.is_empty();
        return (!empty).then_some("select a feature first");
    };
    let is = |row: Option<&FeatureRow>| row.is_some_and(|row| row.feature.id == feature.id);
    match action {
        Action::RemoveFeature if rows.len() == 1 => Some("it is the only one: without a list the project would be planned anew"),
        Action::MoveFeatureUp if is(rows.first()) => Some("it is the first already"),
        Action::MoveFeatureDown if is(rows.last()) => Some("it is the last already"),
        _ => None,
    }
}

/// The selected feature, where a list of features or a feature's page shows it.
pub(super) fn selected(model: &Model) -> Option<&Feature> {
    if model.pages.is_empty() && model.focus != Pane::Features {
        return None;
    }
    let Subject::Feature(id) = model.subject()? else { return None };
    model.state.features.get(&id).map(|row| &row.feature)
}

fn base(model: &Model) -> Base {
    Base::of(model.state.features.rows.iter().map(|row| &row.feature))
}

/// Which way a feature moves.
#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

fn go(model: &mut Model, feature: FeatureId, way: Way, effects: &mut Vec<Effect>) {
    let ids: Vec<&FeatureId> = model.state.features.rows.iter().map(|row| &row.feature.id).collect();
    let Some(at) = ids.iter().position(|id| **id == feature) else {
        return;
    };
    let after = match way {
        Way::Up => at.checked_sub(2).and_then(|before| ids.get(before)),
        Way::Down => ids.get(at + 1),
    };
    let after = after.map(|id| (*id).clone());
    // Its row stays selected wherever it goes.
    let index = model.features.index();
    model.features.select(index, Some(feature.clone()));
    let told = format!("{feature} moves {}", later(model));
    let edit = FeatureEdit::Move { feature, after };
    effects.push(Effect::Send(Command::EditFeatures {
        base: base(model),
        edit,
        reason: String::new(),
    }));
    model.say(told);
}

/// What an edit that is sent now waits for; `None` if it is made at once.
fn held_by(model: &Model) -> Option<HeldBy> {
    let run = model.state.run.as_ref();
    let held = run.is_some_and(|run| matches!(run.hold, Hold::Paused { .. }));
    (model.run_is_live() && !held).then(|| model.state.edits_wait_for())
}

/// When an edit that is sent now is made.
fn later(model: &Model) -> String {
    held_by(model).map_or_else(|| "now".to_owned(), |what| format!("once {}", what.over()))
}

/// Says how an edit stands that was sent.
#[must_use]
pub fn standing(model: &Model) -> String {
    held_by(model).map_or_else(|| "is on its way".to_owned(), |what| format!("waits for {what}"))
}

/// Sends the form's edit.
pub fn save(model: &mut Model, effects: &mut Vec<Effect>) {
    let told = format!("made {}; Esc leaves meanwhile", later(model));
    let now = base(model);
    let Some(editor) = &mut model.editor else { return };
    let text = editor.field.text();
    let Edited::Feature(form) = &mut editor.what else { return };
    if form.sent.is_some() {
        return model.refuse("it is on its way already");
    }
    if std::mem::take(&mut form.refused) {
        let shown = form.feature().and_then(|id| model.state.features.get(id));
        if form.feature().is_some() && !shown.is_some_and(|row| form.is_about(&row.feature)) {
            form.refused = true;
            editor.leaving = false;
            return editor.trouble(Some(
                "the feature has other words by now: copy yours, leave, and begin anew".to_owned(),
            ));
        }
        // The list changed beside the feature, as the person was told.
        form.base = now;
    }
    let read = form.read(&text);
    if read.is_ok() && form.asks_for_proof() {
        editor.asking = Asking::Proof(Arming::default());
        return;
    }
    // It is asked anew before the next try.
    form.proof = None;
    match read {
        Ok((edit, reason)) => {
            form.sent = Some(edit.clone());
            let base = form.base.clone();
            editor.trouble(None);
            editor.saving = Some(text);
            effects.push(Effect::Send(Command::EditFeatures { base, edit, reason }));
            model.say(told);
        }
        Err(why) => {
            editor.leaving = false;
            editor.trouble(Some(why.to_owned()));
        }
    }
}

/// Answers what becomes of the flag of a passing feature with other words, and sends the edit; not before the question could be read.
pub fn prove(model: &mut Model, proof: Proof, effects: &mut Vec<Effect>) {
    let now = model.elapsed;
    let Some(editor) = &mut model.editor else { return };
    let (Asking::Proof(arming), Edited::Feature(form)) = (&mut editor.asking, &mut editor.what) else {
        return;
    };
    if !arming.takes(now) {
        return model.refuse("not yet: the question has just appeared; the key was not counted");
    }
    form.proof = Some(proof);
    editor.asking = Asking::Nothing;
    save(model, effects);
}

/// Notes that the question was on the screen.
pub fn drawn(model: &mut Model, at: Duration) {
    if let Some(Asking::Proof(arming)) = model.editor.as_mut().map(|editor| &mut editor.asking) {
        arming.drawn(at);
    }
}

/// An edit is in the list: its form closes, and what points at features by their ids goes with them.
pub fn edited(model: &mut Model, event: &FeatureListEdited) {
    if let FeatureEdit::Remove { feature } = &event.edit {
        model
            .pages
            .retain(|page| !matches!(&page.subject, Subject::Feature(id) if id == feature));
    }
    model.features.rename(|id| event.id_now(id));
    for page in &mut model.pages {
        if let Subject::Feature(id) = &mut page.subject {
            *id = event.id_now(id);
        }
    }
    if !model.caught_up {
        return;
    }
    if model.editor.as_ref().is_some_and(|editor| has_sent(editor, &event.edit)) {
        editor::close(model);
    } else if let Some(at) = model.put_aside.iter().position(|form| has_sent(form, &event.edit)) {
        model.put_aside.remove(at);
    }
    let commit = event
        .commit
        .as_ref()
        .map_or("git does not track the list".to_owned(), |commit| {
            format!("commit {}", commit.short())
        });
    model.say(format!("{}: in the list, {commit}", event.title));
}

/// An edit could not be made: its form says why, and is there again if it was left.
pub fn refused(model: &mut Model, event: &FeatureEditRefused) {
    if !model.caught_up {
        return;
    }
    let forms = model.editor.iter_mut().chain(&mut model.put_aside);
    let Some(editor) = forms.into_iter().find(|form| has_sent(form, &event.edit)) else {
        return model.refuse(event.reason.clone());
    };
    if let Edited::Feature(form) = &mut editor.what {
        (form.sent, form.refused) = (None, true);
    }
    (editor.saving, editor.leaving) = (None, false);
    editor.trouble(Some(event.reason.clone()));
    let is_aside = model.put_aside.iter().any(is_back);
    model.refuse(if is_aside && model.is_editing() {
        "an edit of the feature list was not made; its form comes back once this page is closed, and says why"
    } else {
        "the edit was not made; the form says why"
    });
    come_back(model);
}

/// Says whether a form is the one of an edit that is on its way.
fn has_sent(editor: &Editor, edit: &FeatureEdit) -> bool {
    matches!(&editor.what, Edited::Feature(form) if form.sent.as_ref() == Some(edit))
}

/// Says whether it is a form whose edit is on its way no more.
fn is_back(editor: &Editor) -> bool {
    matches!(editor.what, Edited::Feature(_)) && !editor.is_under_way()
}

/// Notes that a form's edit could not be sent.
pub fn not_sent(model: &mut Model) {
    if let Some(Edited::Feature(form)) = model.editor.as_mut().map(|editor| &mut editor.what) {
        form.sent = None;
        come_back(model);
    }
}

/// The run is gone: an edit that it has not answered was not made.
pub fn lost(model: &mut Model) {
    for editor in model
        .editor
        .iter_mut()
        .chain(&mut model.put_aside)
        .filter(|editor| editor.is_under_way())
    {
        if let Edited::Feature(form) = &mut editor.what {
            (form.sent, form.refused) = (None, true);
        }
        (editor.saving, editor.leaving) = (None, false);
        editor.trouble(Some(
            "the run was over before this was made: save it again if it is still wanted".to_owned(),
        ));
    }
    come_back(model);
}

/// Shows a form again that was left while its edit was on its way, unless another page of this kind is open.
pub fn come_back(model: &mut Model) {
    if model.is_editing() {
        return;
    }
    if !model.editor.as_ref().is_some_and(is_back) {
        let Some(at) = model.put_aside.iter().position(is_back) else {
            return;
        };
        let form = model.put_aside.remove(at);
        model.put_aside.extend(model.editor.replace(form));
    }
    model.pages.push(Page::new(Subject::Editor));
}
