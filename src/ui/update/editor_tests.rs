//! The editor and the next-window page: nothing typed is lost, nothing on disk is overwritten unseen.

use super::update;
use crate::protocol::event::{NoteAdded, NotesEdited, NotesSaveRefused, SectionRuled};
use crate::protocol::window::{RuleSpan, SectionId, SectionRule};
use crate::protocol::{Answer, Command, Query};
use crate::ui::keymap::Situation;
use crate::ui::model::Model;
use crate::ui::msg::{Effect, Msg};
use crate::ui::screenshots::{notes_answer, window_of};
use crate::ui::testing::{keys, live, tell};

const OLD: &str = "one\ntwo\nthree\n";

fn hash(text: &str) -> String {
    match notes_answer(text) {
        Answer::Notes { hash, .. } => hash,
        other => panic!("{other:?}"),
    }
}

fn found(model: &mut Model, text: &str) {
    update(model, Msg::Answered(Query::Notes, notes_answer(text)));
}

/// The notes opened and read.
fn editing() -> Model {
    let mut model = live((80, 24));
    assert_eq!(keys(&mut model, "E"), [Effect::Ask(Query::Notes)]);
    found(&mut model, OLD);
    model
}

fn typed(model: &Model) -> String {
    model.editor.as_ref().unwrap().field.text()
}

fn saves(effects: &[Effect]) -> Vec<(String, String)> {
    let save = |effect: &Effect| match effect {
        Effect::Send(Command::SaveNotes { base, text }) => Some((base.clone(), text.clone())),
        _ => None,
    };
    effects.iter().filter_map(save).collect()
}

fn edited() -> NotesEdited {
    NotesEdited {
        by: "human".into(),
        added: 1,
        removed: 0,
        hash: String::new(),
    }
}

#[test]
fn typing_saving_and_hearing_that_it_is_saved() {
    let mut model = editing();
    keys(&mut model, "h i");
    assert_eq!(typed(&model), format!("{OLD}hi"));
    let sent = saves(&keys(&mut model, "C-s"));
    assert_eq!(sent, [(hash(OLD), format!("{OLD}hi\n"))], "the last line is ended");
    assert!(model.has_unsaved_text(), "nothing is saved before the file was read again");
    assert_eq!(tell(&mut model, edited()), [Effect::Ask(Query::Notes)]);
    keys(&mut model, "! Backspace");
    assert_eq!(typed(&model), format!("{OLD}hi\n"), "the cursor stayed where it was");
    found(&mut model, &format!("{OLD}hi\n"));
    assert!(!model.has_unsaved_text());
    assert_eq!(model.note.as_ref().unwrap().text, "saved");
    keys(&mut model, "Esc");
    assert!(model.editor.is_none() && model.pages.is_empty());
}

#[test]
fn an_untouched_text_follows_the_file() {
    let mut model = editing();
    assert_eq!(
        tell(&mut model, NoteAdded { text: "four".into() }),
        [Effect::Ask(Query::Notes)]
    );
    found(&mut model, "one\ntwo\nthree\nfour\n");
    assert_eq!(typed(&model), "one\ntwo\nthree\nfour\n");
    assert!(model.editor.as_ref().unwrap().conflict.is_none());
}

#[test]
fn what_the_agent_writes_first_is_not_overwritten() {
    let mut model = editing();
    keys(&mut model, "h i");
    tell(&mut model, NoteAdded { text: "four".into() });
    let theirs = "ONE\ntwo\nthree\n";
    found(&mut model, theirs);
    assert_eq!(typed(&model), format!("{OLD}hi"), "typing goes on");
    assert_eq!(model.situation(), Situation::Editor, "the keys still type");
    keys(&mut model, "1 2 3");
    assert_eq!(typed(&model), format!("{OLD}hi123"));
    assert!(
        saves(&keys(&mut model, "C-s")).is_empty(),
        "both sides are shown before anything is saved"
    );
    assert_eq!(model.situation(), Situation::Versions);
    let merged = model.editor.as_ref().unwrap().conflict.as_ref().unwrap().merged.clone();
    assert_eq!((merged.text.as_str(), merged.conflicts), ("ONE\ntwo\nthree\nhi123\n", 0));
    keys(&mut model, "3");
    assert_eq!(typed(&model), "ONE\ntwo\nthree\nhi123\n");
    let sent = saves(&keys(&mut model, "C-s"));
    assert_eq!(sent, [(hash(theirs), "ONE\ntwo\nthree\nhi123\n".to_owned())]);
}

#[test]
fn a_save_that_comes_too_late_is_refused_and_both_sides_are_kept() {
    let mut model = editing();
    keys(&mut model, "h i");
    assert_eq!(saves(&keys(&mut model, "C-s")).len(), 1);
    let refused = NotesSaveRefused {
        base: hash(OLD),
        reason: "the notes were changed meanwhile".into(),
    };
    assert_eq!(tell(&mut model, refused), [Effect::Ask(Query::Notes)]);
    let theirs = "one\ntwo\nthree\ntheirs\n";
    found(&mut model, theirs);
    assert_eq!(typed(&model), format!("{OLD}hi\n"));
    keys(&mut model, "C-s");
    let merged = model.editor.as_ref().unwrap().conflict.as_ref().unwrap().merged.clone();
    assert_eq!(merged.conflicts, 1);
    assert!(merged.text.contains("hi\n") && merged.text.contains("theirs\n"));
    let sent = saves(&keys(&mut model, "1"));
    assert_eq!(
        sent,
        [(hash(theirs), format!("{OLD}hi\n"))],
        "by choice, on top of what was seen"
    );
}

#[test]
fn taking_the_files_text_can_be_undone_and_markers_are_not_saved() {
    let mut model = editing();
    keys(&mut model, "h i");
    tell(&mut model, NoteAdded { text: "x".into() });
    found(&mut model, "one\ntwo\nthree\ntheirs\n");
    keys(&mut model, "C-s 2");
    assert_eq!(typed(&model), "one\ntwo\nthree\ntheirs\n");
    assert!(!model.has_unsaved_text());
    keys(&mut model, "C-u C-u");
    assert_eq!(typed(&model), format!("{OLD}hi"));
    let mut model = editing();
    keys(&mut model, "h i");
    tell(&mut model, NoteAdded { text: "x".into() });
    found(&mut model, "one\ntwo\nthree\ntheirs\n");
    keys(&mut model, "C-s 3");
    assert!(saves(&keys(&mut model, "C-s")).is_empty());
    assert!(
        model
            .note
            .as_ref()
            .unwrap()
            .text
            .contains("both versions are still in the text")
    );
}

#[test]
fn leaving_asks_and_only_its_own_key_drops() {
    let mut model = editing();
    keys(&mut model, "h i Esc");
    assert_eq!(model.situation(), Situation::Unsaved);
    keys(&mut model, "y q x Enter");
    assert_eq!(model.situation(), Situation::Unsaved, "no other key decides");
    keys(&mut model, "Esc");
    assert_eq!(typed(&model), format!("{OLD}hi"));
    keys(&mut model, "Esc C-x");
    assert!(model.editor.is_none());
}

#[test]
fn a_paste_goes_into_the_text_and_one_undo_takes_it_back() {
    let mut model = editing();
    update(&mut model, Msg::Paste("four\r\nfive\u{1b}[31m".into()));
    assert_eq!(typed(&model), format!("{OLD}four\nfive[31m"));
    keys(&mut model, "C-u");
    assert_eq!(typed(&model), OLD);
    keys(&mut model, "C-r");
    assert_eq!(typed(&model), format!("{OLD}four\nfive[31m"));
}

#[test]
fn searching_moves_the_cursor_and_goes_round() {
    let mut model = editing();
    keys(&mut model, "C-f t Enter");
    let cursor = |model: &Model| model.editor.as_ref().unwrap().field.cursor();
    assert_eq!(cursor(&model), (1, 0));
    keys(&mut model, "C-g");
    assert_eq!(cursor(&model), (2, 0));
    keys(&mut model, "C-g");
    assert_eq!(cursor(&model), (1, 0));
    assert_eq!(typed(&model), OLD);
}

#[test]
fn the_persons_own_editor_gets_the_text_and_what_it_wrote_is_saved() {
    let mut model = editing();
    let effects = keys(&mut model, "C-e");
    assert_eq!(
        effects,
        [Effect::EditOutside {
            name: "claude-progress.txt".into(),
            text: OLD.into()
        }]
    );
    assert!(saves(&update(&mut model, Msg::EditedOutside(Ok(OLD.into())))).is_empty());
    assert!(saves(&update(&mut model, Msg::EditedOutside(Err("exit code 1".into())))).is_empty());
    assert_eq!(typed(&model), OLD);
    let sent = saves(&update(&mut model, Msg::EditedOutside(Ok("new\n".into()))));
    assert_eq!(sent, [(hash(OLD), "new\n".to_owned())]);
}

#[test]
fn a_section_goes_off_once_off_for_good_and_on_again() {
    let mut model = window_of(live((80, 24)));
    assert_eq!(super::next_window::section(&model).unwrap().section.as_str(), "git log");
    let ruled = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Send(Command::SetSection { section, rule, span })] => (section.as_str().to_owned(), rule.clone(), *span),
        other => panic!("{other:?}"),
    };
    let (section, rule, span) = ruled(keys(&mut model, "x"));
    assert_eq!((rule.clone(), span), (SectionRule::Off, RuleSpan::Once));
    let event = SectionRuled {
        section: SectionId::new(section),
        rule,
        span,
    };
    assert_eq!(tell(&mut model, event), [Effect::Ask(Query::NextWindow)]);
}

#[test]
fn what_the_method_needs_cannot_be_left_out_or_edited() {
    let mut model = window_of(live((80, 24)));
    keys(&mut model, "g g J");
    assert!(keys(&mut model, "x").is_empty());
    assert!(model.note.as_ref().unwrap().text.contains("stays"), "{:?}", model.note);
    assert!(keys(&mut model, "e").is_empty() && model.editor.is_none());
}

#[test]
fn a_sections_text_is_edited_for_one_session_or_for_good() {
    for (key, wanted) in [("C-s", RuleSpan::Once), ("A-s", RuleSpan::Always)] {
        let mut model = window_of(live((80, 24)));
        keys(&mut model, "e !");
        let effects = keys(&mut model, key);
        let [Effect::Send(Command::SetSection { rule, span, .. }), ..] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert!(matches!(rule, SectionRule::Edited { text } if text.ends_with('!')));
        assert_eq!(*span, wanted);
        assert_eq!(model.situation(), Situation::NextWindow);
    }
}

#[test]
fn notes_keep_what_they_held_and_get_no_more_characters_that_do_not_show() {
    let mut model = live((80, 24));
    keys(&mut model, "E");
    found(&mut model, "a\u{200b}b\n");
    assert_eq!(
        saves(&keys(&mut model, "h i C-s")).len(),
        1,
        "it is not the person's, and stays"
    );
    let mut model = editing();
    update(&mut model, Msg::Paste("x\u{202e}y".into()));
    assert_eq!(saves(&keys(&mut model, "C-s")), []);
    let note = model.note.as_ref().unwrap().text.clone();
    assert!(note.starts_with("not saved: line 4 holds U+202E in column 2"), "{note}");
    assert_eq!(typed(&model), format!("{OLD}x\u{202e}y"), "nothing is taken out unseen");
    assert_eq!(saves(&keys(&mut model, "C-d C-s")).len(), 1);
}
