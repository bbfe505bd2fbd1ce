//! Several edits of the feature list on their way: each is answered by itself, and no form is lost.

use super::plan_tests::{made, refused, rewording, sent, trouble, typed};
use super::update;
use crate::protocol::event::FeatureEditQueued;
use crate::ui::model::editor::Edited;
use crate::ui::msg::Msg;
use crate::ui::testing::{keys, screen, tell};
use crate::ui::waiting;

#[test]
fn while_an_edit_waits_the_notes_and_another_edit_can_be_written() {
    let mut model = rewording();
    model.state.open_questions.clear();
    waiting::open(&mut model, waiting::gate(), waiting::files());
    let [(_, first, _)] = sent(&keys(&mut model, "C-s Esc")).try_into().unwrap();
    tell(
        &mut model,
        FeatureEditQueued {
            edit: first.clone(),
            reason: String::new(),
        },
    );
    // The notes are no part of the list.
    keys(&mut model, "E");
    assert!(model.is_editing() && model.editor.as_ref().unwrap().what == Edited::Notes);
    keys(&mut model, "Esc");
    // Another row; it waits behind the first.
    keys(&mut model, "1 k e r ?");
    let [(_, second, _)] = sent(&keys(&mut model, "C-s Esc")).try_into().unwrap();
    tell(
        &mut model,
        FeatureEditQueued {
            edit: second.clone(),
            reason: String::new(),
        },
    );
    assert_eq!(
        (first.feature(), second.feature()),
        (Some(&"F014".into()), Some(&"F013".into()))
    );
    let shown = screen(&mut model);
    assert_eq!(shown.matches("… edit waits").count(), 2, "{shown}");

    // Each is answered by itself; a form that comes back does not take a page that is written on.
    keys(&mut model, "E");
    tell(&mut model, refused(first.clone()));
    assert!(model.editor.as_ref().unwrap().what == Edited::Notes);
    let told = &model.note.as_ref().unwrap().text;
    assert!(told.contains("its form comes back once this page is closed"), "{told}");
    keys(&mut model, "Esc");
    assert!(model.is_editing() && typed(&model).contains("!!"), "{}", screen(&mut model));
    assert_eq!(trouble(&model).as_deref(), Some("the list is another one"));
    tell(&mut model, made(second, &[]));
    assert!(model.is_editing() && typed(&model).contains("!!"), "it stays");
    keys(&mut model, "Esc C-x");
    assert!(model.editor.is_none() && model.put_aside.is_empty() && !model.is_editing());
}

#[test]
fn forms_whose_run_is_gone_come_back_one_after_the_other() {
    let mut model = rewording();
    keys(&mut model, "C-s Esc 1 k e r ? C-s Esc");
    assert!(!model.is_editing());
    update(&mut model, Msg::Closed);
    for part in ["?", "!!"] {
        assert!(typed(&model).contains(part), "{}", typed(&model));
        assert!(trouble(&model).unwrap().contains("the run was over before this was made"));
        keys(&mut model, "Esc C-x");
    }
    assert!(model.editor.is_none() && !model.has_unsaved_text());
}
