//! Editing the feature list: every edit is what was typed, nothing typed is lost, and nothing is sent that was not asked for.

use super::update;
use crate::link::Mode;
use crate::protocol::event::{
    FeatureEditQueued, FeatureEditRefused, FeatureListEdited, FeatureListLoaded, RunEnded, RunInterrupted, RunOutcome,
};
use crate::protocol::{Base, Command, Feature, FeatureEdit, FeatureId, Renamed};
use crate::ui::keymap::{Action, Situation};
use crate::ui::model::editor::Edited;
use crate::ui::model::popup::ARMING;
use crate::ui::model::{Model, Subject};
use crate::ui::msg::{Effect, Msg};
use crate::ui::testing::{MS, keys, live, press, screen, tell};
use crate::ui::update::obstacle;
use crate::ui::waiting;
use crossterm::event::KeyCode;

pub(super) fn sent(effects: &[Effect]) -> Vec<(Base, FeatureEdit, String)> {
    let edit = |effect: &Effect| match effect {
        Effect::Send(Command::EditFeatures { base, edit, reason }) => Some((base.clone(), edit.clone(), reason.clone())),
        _ => None,
    };
    effects.iter().filter_map(edit).collect()
}

fn base(model: &Model) -> Base {
    Base::of(model.state.features.rows.iter().map(|row| &row.feature))
}

pub(super) fn made(edit: FeatureEdit, renamed: &[(&str, &str)]) -> FeatureListEdited {
    FeatureListEdited {
        by: "human".into(),
        edit,
        title: "an edit".into(),
        reason: String::new(),
        renamed: renamed
            .iter()
            .map(|(from, to)| Renamed {
                from: (*from).into(),
                to: (*to).into(),
            })
            .collect(),
        commit: Some("1234567890".into()),
    }
}

pub(super) fn refused(edit: FeatureEdit) -> FeatureEditRefused {
    let reason = "the list is another one".to_owned();
    FeatureEditRefused { edit, reason }
}

pub(super) fn typed(model: &Model) -> String {
    model.editor.as_ref().unwrap().field.text()
}

pub(super) fn trouble(model: &Model) -> Option<String> {
    match &model.editor.as_ref()?.what {
        Edited::Feature(form) => form.trouble.clone(),
        Edited::Notes | Edited::Section(_) => None,
    }
}

/// The form with F014's words, some typed already.
pub(super) fn rewording() -> Model {
    let mut model = live((80, 24));
    keys(&mut model, "1 G e r");
    keys(&mut model, "! !");
    model
}

#[test]
fn the_key_opens_a_menu_of_every_edit() {
    let mut model = live((80, 24));
    assert_eq!(keys(&mut model, "1 G e"), []);
    let shown = screen(&mut model);
    for about in [
        "reword the selected",
        "add a feature",
        "split the selected",
        "say by hand",
        "take the feature out",
        "move the selected",
        "leave the feature",
    ] {
        assert!(shown.contains(about), "{about}");
    }
    keys(&mut model, "Esc");
    assert!(model.editor.is_none() && model.popup.is_none());
    keys(&mut model, "2");
    assert_eq!(keys(&mut model, "e"), [], "the transcript has no such key");
    assert_eq!(obstacle(&model, Action::SplitFeature).as_deref(), Some("only in features"));
}

#[test]
fn an_edit_that_a_gate_holds_back_says_so_in_its_form_at_its_row_and_on_its_page() {
    let mut model = rewording();
    model.state.open_questions.clear();
    waiting::open(&mut model, waiting::gate(), waiting::files());
    let effects = keys(&mut model, "C-s");
    assert!(
        model.note.as_ref().unwrap().text.contains("made once gate 17 is decided"),
        "{:?}",
        model.note
    );
    let [(_, edit, _)] = sent(&effects).try_into().unwrap();
    tell(
        &mut model,
        FeatureEditQueued {
            edit: edit.clone(),
            reason: String::new(),
        },
    );
    assert!(screen(&mut model).contains("waits for gate 17"), "{}", screen(&mut model));
    keys(&mut model, "Esc");
    assert!(
        model.note.as_ref().unwrap().text.contains("the edit waits for gate 17"),
        "{:?}",
        model.note
    );
    let row = |shown: String| shown.lines().find(|line| line.contains("F014")).unwrap().to_owned();
    assert!(row(screen(&mut model)).contains("edit waits"), "{}", screen(&mut model));
    keys(&mut model, "Enter");
    assert!(
        screen(&mut model).contains("an edit of yours waits for gate 17"),
        "{}",
        screen(&mut model)
    );
    tell(&mut model, made(edit, &[]));
    assert!(!screen(&mut model).contains("waits for gate 17"), "{}", screen(&mut model));
    assert_eq!(model.state.queued_edits, []);
}

#[test]
fn an_edit_that_waited_when_the_run_was_cut_off_is_told_with_its_words_until_it_is_made() {
    let mut model = rewording();
    model.state.open_questions.clear();
    waiting::open(&mut model, waiting::gate(), waiting::files());
    let [(_, edit, _)] = sent(&keys(&mut model, "C-s")).try_into().unwrap();
    tell(
        &mut model,
        FeatureEditQueued {
            edit: edit.clone(),
            reason: String::new(),
        },
    );
    keys(&mut model, "Esc");
    model.state.tell(RunInterrupted::default());
    let lost = model.state.lost_edits[0].to_string();
    assert!(
        lost.contains("an edit of F014 by hand was not made: the run was cut off") && lost.contains("!!"),
        "{lost}"
    );
    assert!(screen(&mut model).contains("edit not made"), "{}", screen(&mut model));
    keys(&mut model, "Enter");
    assert!(
        screen(&mut model).contains("an edit of F014 by hand was not made"),
        "{}",
        screen(&mut model)
    );
    tell(&mut model, made(edit, &[]));
    assert_eq!(model.state.lost_edits, []);
}

#[test]
fn new_words_are_sent_as_typed_and_the_form_closes_once_they_are_in_the_list() {
    let mut model = rewording();
    let before = model.state.features.rows[13].feature.clone();
    assert_eq!(model.situation(), Situation::Editor);
    update(&mut model, Msg::Paste("\x1b[31mq".into()));
    assert!(
        typed(&model).starts_with(&format!("{}!![31mq", before.description)),
        "a paste is text"
    );
    let effects = keys(&mut model, "C-s");
    let [(on, edit, reason)] = sent(&effects).try_into().unwrap();
    assert_eq!((on, reason.as_str()), (base(&model), ""));
    let FeatureEdit::Reword { feature, text, .. } = &edit else {
        panic!()
    };
    assert_eq!(feature, &FeatureId::from("F014"));
    assert_eq!(text.description, format!("{}!![31mq", before.description));
    assert_eq!(text.steps, before.steps);
    assert_eq!(sent(&keys(&mut model, "C-s")), [], "once is enough");
    assert!(screen(&mut model).contains("waits for question 1"));
    tell(&mut model, made(edit, &[]));
    assert!(model.editor.is_none() && model.pages.is_empty());
    assert_eq!(model.note.as_ref().unwrap().text, "an edit: in the list, commit 1234567");
    keys(&mut model, "W");
    assert_eq!(model.pages.len(), 1, "nobody typed on");
}

#[test]
fn what_is_typed_while_an_edit_is_on_its_way_changes_no_text_and_runs_nothing_once_the_form_closes() {
    let mut model = rewording();
    let effects = keys(&mut model, "C-s");
    let [(_, edit, _)] = sent(&effects).try_into().unwrap();
    let before = typed(&model);
    keys(&mut model, "e f");
    update(&mut model, Msg::Paste("g".into()));
    assert_eq!(typed(&model), before);
    keys(&mut model, "h");
    assert!(model.note.as_ref().unwrap().text.contains("stays as it was sent"));
    tell(&mut model, made(edit, &[]));
    assert!(model.editor.is_none());
    let at = model.elapsed;
    for key in ['W', 'q', ' '] {
        assert_eq!(press(&mut model, KeyCode::Char(key), at + MS), []);
        assert!(model.pages.is_empty() && model.popup.is_none(), "{key:?}");
    }
    press(&mut model, KeyCode::Char('W'), at + 3 * ARMING);
    assert_eq!(model.pages.len(), 1, "a key after a pause counts");
}

#[test]
fn other_words_for_a_passing_feature_are_sent_once_it_is_said_whether_it_still_passes() {
    let open = || {
        let mut model = live((80, 24));
        keys(&mut model, "1 g g e r");
        keys(&mut model, "! C-s");
        model
    };
    let unproven = |effects: &[Effect]| match sent(effects).as_slice() {
        [] => None,
        [(_, FeatureEdit::Reword { unproven, .. }, reason)] => Some((*unproven, reason.clone())),
        other => panic!("{other:?}"),
    };
    let mut model = open();
    assert_eq!(model.situation(), Situation::Proof, "saving asks");
    let shown = screen(&mut model);
    assert!(shown.contains("1 it still passes, 2 to be proven anew."), "{shown}");
    update(&mut model, Msg::Paste("2".into()));
    assert_eq!(sent(&keys(&mut model, "x C-s")), [], "no other key and no paste answers");
    assert_eq!(unproven(&keys(&mut model, "1")), Some((false, String::new())));

    let mut model = open();
    let at = model.elapsed;
    let two = KeyCode::Char('2');
    assert_eq!(sent(&press(&mut model, two, at + ARMING - MS)), [], "typed on, not answered");
    assert_eq!(unproven(&keys(&mut model, "2")), None);
    assert!(
        trouble(&model).unwrap().contains("say why it is to be proven anew"),
        "a flip needs a reason"
    );
    assert_eq!(model.situation(), Situation::Editor);
    model
        .editor
        .as_mut()
        .unwrap()
        .field
        .go_to(usize::from(u16::MAX), usize::from(u16::MAX));
    update(&mut model, Msg::Paste("other words".into()));
    keys(&mut model, "C-s");
    assert_eq!(model.situation(), Situation::Proof, "it is asked again");
    assert_eq!(unproven(&keys(&mut model, "Esc C-s 2")), Some((true, "other words".into())));
}

#[test]
fn words_with_a_character_that_does_not_show_stay_in_their_form_with_the_cursor_there() {
    let mut model = rewording();
    update(&mut model, Msg::Paste("\u{202e}x".into()));
    assert_eq!(sent(&keys(&mut model, "C-s")), []);
    let note = model.note.as_ref().unwrap().text.clone();
    assert!(note.starts_with("not saved: line 1 holds U+202E"), "{note}");
    assert_eq!(sent(&keys(&mut model, "C-d C-s")).len(), 1, "the cursor stands before it");
}

#[test]
fn a_form_says_what_is_missing_and_sends_nothing() {
    let mut model = live((80, 24));
    assert_eq!(sent(&keys(&mut model, "1 G e f C-s")), []);
    assert!(trouble(&model).unwrap().contains("say why"));
    assert!(screen(&mut model).contains("say why: it stays beside"));
    keys(&mut model, "o k");
    assert_eq!(trouble(&model), None, "typing answers it");
    let effects = keys(&mut model, "C-s");
    let [(_, edit, reason)] = sent(&effects).try_into().unwrap();
    let (feature, passes, word) = ("F014".into(), true, None);
    assert_eq!((edit, reason.as_str()), (FeatureEdit::Flip { feature, passes, word }, "ok"));

    let mut model = live((80, 24));
    assert_eq!(sent(&keys(&mut model, "1 G e s C-s")), [], "a split without its description");
    let mut model = live((80, 24));
    keys(&mut model, "1 g g e f");
    assert!(
        screen(&mut model).contains("It does not pass: F001"),
        "what passes is flipped back"
    );
}

#[test]
fn a_feature_is_removed_by_a_reason_alone_and_its_page_goes_with_it() {
    let mut model = live((80, 24));
    keys(&mut model, "1 G Enter");
    let gone = |model: &Model| model.pages.iter().all(|page| !matches!(page.subject, Subject::Feature(_)));
    assert!(!gone(&model));
    let effects = keys(&mut model, "e d C-s");
    assert!(sent(&effects).is_empty() && trouble(&model).unwrap().contains("say why"));
    update(&mut model, Msg::Paste("nobody wants it".into()));
    let edit = FeatureEdit::Remove { feature: "F014".into() };
    assert_eq!(
        sent(&keys(&mut model, "C-s")),
        [(base(&model), edit.clone(), "nobody wants it".to_owned())]
    );
    tell(&mut model, made(edit, &[]));
    assert!(gone(&model) && model.editor.is_none());
    assert!(model.state.features.get(&"F014".into()).is_none());
}

#[test]
fn leaving_asks_before_words_are_dropped() {
    let mut model = rewording();
    keys(&mut model, "Esc");
    assert_eq!(model.situation(), Situation::Unsaved);
    keys(&mut model, "Esc");
    assert_eq!(model.situation(), Situation::Editor);
    keys(&mut model, "Esc C-x");
    assert!(model.editor.is_none());
    let mut model = live((80, 24));
    keys(&mut model, "1 G e a Esc");
    assert!(model.editor.is_none(), "nothing was typed");
}

#[test]
fn an_edit_on_its_way_lets_go_and_comes_back_if_it_is_refused() {
    let mut model = rewording();
    let words = typed(&model);
    let effects = keys(&mut model, "C-s Esc");
    assert!(!model.is_editing(), "the rest of the screen can be used meanwhile");
    let [(_, edit, _)] = sent(&effects).try_into().unwrap();
    tell(&mut model, refused(edit.clone()));
    assert!(model.is_editing());
    assert_eq!(
        (typed(&model), trouble(&model).as_deref()),
        (words, Some("the list is another one"))
    );

    // Saved again it is an edit of the list as it is now, as long as the feature's own words are the same.
    let mut features: Vec<Feature> = model.state.features.rows.iter().map(|row| row.feature.clone()).collect();
    features[0].description = "other".into();
    tell(&mut model, loaded(features.clone()));
    let effects = keys(&mut model, "C-s");
    let [(on, again, _)] = sent(&effects).try_into().unwrap();
    assert_eq!((on, again), (base(&model), edit.clone()));
    tell(&mut model, refused(edit));
    features[13].description = "changed by somebody".into();
    tell(&mut model, loaded(features));
    assert_eq!(sent(&keys(&mut model, "C-s")), []);
    assert!(trouble(&model).unwrap().contains("other words by now"));
}

fn loaded(features: Vec<Feature>) -> FeatureListLoaded {
    FeatureListLoaded {
        path: "feature_list.json".into(),
        features,
        notices: Vec::new(),
    }
}

#[test]
fn a_feature_moves_by_one_and_stays_selected() {
    let mut model = live((80, 24));
    let go = |after: Option<&str>| FeatureEdit::Move {
        feature: "F013".into(),
        after: after.map(Into::into),
    };
    keys(&mut model, "1 G k");
    let up = sent(&keys(&mut model, "A-k"));
    assert_eq!((&up[0].0, &up[0].1), (&base(&model), &go(Some("F011"))));
    assert_eq!(sent(&keys(&mut model, "e j"))[0].1, go(Some("F014")));
    assert_eq!(sent(&keys(&mut model, "G A-j")), [], "the last one");
    assert_eq!(sent(&keys(&mut model, "g g e k")), [], "the first one");
    assert_eq!(
        sent(&keys(&mut model, "j A-k"))[0].1,
        FeatureEdit::Move {
            feature: "F002".into(),
            after: None
        }
    );
}

#[test]
fn selection_and_page_go_with_a_feature_that_gets_another_id() {
    let mut model = live((80, 24));
    keys(&mut model, "1 G k Enter");
    assert_eq!(model.situation(), Situation::Feature);
    let effects = keys(&mut model, "A-j");
    let [(_, edit, _)] = sent(&effects).try_into().unwrap();
    tell(&mut model, made(edit, &[("F013", "F014"), ("F014", "F013")]));
    assert_eq!(model.pages[0].subject, Subject::Feature("F014".into()));
    keys(&mut model, "Esc");
    let moved = Subject::Feature("F014".into());
    assert_eq!(model.subject(), Some(moved), "it is the same feature");
}

#[test]
fn where_nothing_can_be_edited_the_reason_is_said() {
    let mut model = live((80, 24));
    keys(&mut model, "1");
    model.mode = Mode::Following;
    assert_eq!(keys(&mut model, "e r A-j"), []);
    assert!(model.note.as_ref().unwrap().text.contains("only watches"));
    // Once the run is over, the desk edits.
    let mut model = live((80, 24));
    tell(
        &mut model,
        RunEnded {
            outcome: RunOutcome::Stopped,
            reason: String::new(),
        },
    );
    keys(&mut model, "Esc 1 G e r ! C-s");
    assert!(model.note.as_ref().unwrap().text.contains("made now"), "{:?}", model.note);
    update(&mut model, Msg::NotSent("nothing here takes commands".into()));
    assert!(!model.editor.as_ref().unwrap().is_under_way() && model.is_editing());
}
