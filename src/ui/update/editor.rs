//! The editor page: typing, saving, leaving, and what is done when the file has changed meanwhile.

use super::{copy, plan};
use crate::harness::notes::merge;
use crate::protocol::event::{Event, ExternalKind};
use crate::protocol::typed::{self, Hidden};
use crate::protocol::{Answer, Command, RuleSpan, SectionRule};
use crate::ui::model::editor::{Asking, Edited, Found, Version};
use crate::ui::model::{Editor, Model, Page, Subject};
use crate::ui::msg::Effect;
use crate::ui::page::editor::{columns, text_area};
use crate::ui::text::{soft_cursor, soft_wrap};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Opens the progress notes.
pub fn open_notes(model: &mut Model) {
    open(model, Editor::notes());
}

/// Opens a section's text.
pub fn open(model: &mut Model, editor: Editor) {
    // A form that was left while its edit is on its way: it may have to come back.
    model.put_aside.extend(model.editor.take());
    model.editor = Some(editor);
    model.pages.push(Page::new(Subject::Editor));
}

/// Closes the page; what is unsaved is gone.
pub(super) fn close(model: &mut Model) {
    model.editor = None;
    model.pages.retain(|page| page.subject != Subject::Editor);
    plan::come_back(model);
}

/// Takes a key that types or moves.
pub fn key(model: &mut Model, event: KeyEvent) {
    let (columns, height) = (columns(model.size), usize::from(text_area(model.size).height).max(1));
    if model.editor.as_ref().is_some_and(Editor::is_under_way) {
        model.typed_on = Some(model.elapsed);
        return model.refuse("the edit is on its way: its text stays as it was sent; Esc leaves meanwhile");
    }
    let Some(editor) = ready(model) else { return };
    editor.trouble(None);
    let page = isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
    match (event.code, event.modifiers) {
        (KeyCode::PageUp, KeyModifiers::NONE) => editor.field.move_rows(-page, columns),
        (KeyCode::PageDown, KeyModifiers::NONE) => editor.field.move_rows(page, columns),
        _ => {
            editor.field.key_in_rows(event, columns);
        }
    }
    follow_cursor(model);
}

/// Takes pasted text; says whether there was an editor to take it.
pub fn paste(model: &mut Model, text: &str) -> bool {
    if model.pages.last().is_none_or(|page| page.subject != Subject::Editor) {
        return false;
    }
    let under_way = model.editor.as_ref().is_some_and(Editor::is_under_way);
    match ready(model) {
        Some(editor) => editor.field.paste(text),
        None if under_way => model.refuse("pasted text was dropped: the edit is on its way"),
        None => model.refuse("pasted text was dropped: a question is open"),
    }
    follow_cursor(model);
    true
}

/// The editor, if keys are typed into it now.
fn ready(model: &mut Model) -> Option<&mut Editor> {
    let types = |editor: &&mut Editor| {
        editor.base.is_some() && editor.asking == Asking::Nothing && editor.failed.is_none() && !editor.is_under_way()
    };
    model.editor.as_mut().filter(types)
}

/// Keeps the cursor's row on the screen.
fn follow_cursor(model: &mut Model) {
    let (columns, height) = (columns(model.size), usize::from(text_area(model.size).height).max(1));
    if let Some(editor) = &mut model.editor {
        let rows = soft_wrap(editor.field.lines(), columns);
        let (row, _) = soft_cursor(&rows, editor.field.lines(), editor.field.cursor());
        editor.scroll = editor.scroll.clamp((row + 1).saturating_sub(height), row);
    }
}

/// Takes the last change back, or makes it again.
pub fn undo(model: &mut Model, again: Again) {
    let Some(editor) = ready(model) else { return };
    let done = match again {
        Again::Undo => editor.field.undo(),
        Again::Redo => editor.field.redo(),
    };
    if !done {
        model.refuse("nothing was changed before");
    }
    follow_cursor(model);
}

/// Which way through the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Back.
    Undo,
    /// Forward.
    Redo,
}

/// Saves, or shows both sides first where the file has changed meanwhile. `span` is for how long a section's text holds.
pub fn save(model: &mut Model, span: RuleSpan, effects: &mut Vec<Effect>) {
    let Some(editor) = &mut model.editor else { return };
    if editor.base.is_none() || editor.failed.is_some() {
        model.refuse("there is no text to save");
        return;
    }
    if editor.conflict.is_some() {
        editor.compare_again();
        (editor.asking, editor.scroll) = (Asking::Versions, 0);
        return;
    }
    if editor.has_markers() {
        let (mine, end) = (merge::MINE, merge::END);
        model.refuse(format!(
            "both versions are still in the text: from `{mine}` to `{end}` choose, then save"
        ));
        return;
    }
    let text = editor.field.text();
    if let Some(found) = hidden(editor, &text) {
        // The form stays, with the cursor at the place.
        editor.leaving = false;
        editor.field.go_to(found.line - 1, found.column - 1);
        follow_cursor(model);
        return model.refuse(format!("not saved: {found}"));
    }
    match &editor.what {
        Edited::Feature(_) => plan::save(model, effects),
        Edited::Notes => {
            let base = editor.base.as_ref().map(|base| base.hash.clone()).unwrap_or_default();
            editor.field.end_last_line();
            let text = editor.field.text();
            editor.saving = Some(text.clone());
            effects.push(Effect::Send(Command::SaveNotes { base, text }));
        }
        Edited::Section(section) => {
            let section = section.clone();
            let rule = if text.trim().is_empty() {
                SectionRule::Off
            } else {
                SectionRule::Edited { text }
            };
            effects.push(Effect::Send(Command::SetSection { section, rule, span }));
            close(model);
            model.say(match span {
                RuleSpan::Once => "the next session reads your text",
                RuleSpan::Always => "every session from the next one on reads your text",
            });
        }
    }
}

/// Finds a character that may not be sent. What a file or a section held before may stay in it: it is not the person's.
fn hidden(editor: &Editor, text: &str) -> Option<Hidden> {
    match (&editor.what, &editor.base) {
        (Edited::Notes | Edited::Section(_), Some(base)) => typed::added(text, &base.text),
        (Edited::Feature(_), _) | (_, None) => typed::hidden(text),
    }
}

/// Closes the page, but asks first where text would be lost.
pub fn leave(model: &mut Model) {
    match &mut model.editor {
        Some(editor) if editor.is_under_way() => {
            model.pages.retain(|page| page.subject != Subject::Editor);
            let stands = plan::standing(model);
            model.say(format!("the edit {stands}; the form comes back if it cannot be made"));
            plan::come_back(model);
        }
        Some(editor) if editor.is_changed() => editor.asking = Asking::Unsaved,
        _ => close(model),
    }
}

/// Goes back to typing.
pub const fn keep_typing(model: &mut Model) {
    if let Some(editor) = &mut model.editor {
        editor.asking = Asking::Nothing;
        editor.leaving = false;
    }
}

/// Saves, and closes once the text is in the file.
pub fn save_and_close(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(editor) = &mut model.editor {
        editor.asking = Asking::Nothing;
        editor.leaving = true;
    }
    save(model, RuleSpan::Once, effects);
}

/// Drops what is unsaved.
pub fn drop_changes(model: &mut Model) {
    close(model);
    model.say("changes dropped; the file is as it was");
}

/// Which side of a conflict stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What was typed.
    Mine,
    /// What is on disk.
    Theirs,
    /// Both, to be edited.
    Both,
}

/// Settles a conflict as the person chose.
pub fn settle(model: &mut Model, side: Side, effects: &mut Vec<Effect>) {
    let Some(editor) = &mut model.editor else { return };
    let Some(conflict) = editor.conflict.clone() else {
        keep_typing(model);
        return;
    };
    match side {
        Side::Mine => {
            editor.settle(None);
            save(model, RuleSpan::Once, effects);
        }
        Side::Theirs => {
            editor.settle(Some(&conflict.theirs.text));
            let leaving = editor.leaving;
            model.say("the file's text is in place of yours; undo brings yours back");
            if leaving {
                close(model);
            }
        }
        Side::Both => {
            editor.settle(Some(&conflict.merged.text));
            editor.leaving = false;
            model.say("both sides are in the text; nothing is saved yet");
        }
    }
    follow_cursor(model);
}

/// Hands the text to the person's own editor.
pub fn outside(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(editor) = ready(model) {
        let text = editor.field.text();
        let name = editor.name().to_owned();
        effects.push(Effect::EditOutside { name, text });
    }
}

/// Takes the text back from the person's own editor and saves it: leaving that editor was the decision.
pub fn edited_outside(model: &mut Model, outcome: Result<String, String>, effects: &mut Vec<Effect>) {
    match (outcome, ready(model)) {
        (Ok(text), Some(editor)) if text.trim_end_matches('\n') != editor.field.text().trim_end_matches('\n') => {
            editor.field.replace(&text);
            follow_cursor(model);
            save(model, RuleSpan::Once, effects);
        }
        (Ok(_), _) => model.say("the editor left the text as it was"),
        (Err(reason), _) => model.refuse(reason),
    }
}

/// Goes to the next line that has what is searched for; the one of the cursor counts where `from_here` says so.
pub fn find(model: &mut Model, from: From) {
    let Some(editor) = &mut model.editor else { return };
    if editor.search.is_empty() {
        return;
    }
    let any_case = !editor.search.chars().any(char::is_uppercase);
    let (line, column) = editor.field.cursor();
    let lines = editor.field.lines();
    let hit = |at: usize, after: usize| {
        let text = lines.get(at)?;
        let text = if any_case { text.to_lowercase() } else { text.clone() };
        let skipped = text.char_indices().nth(after).map_or(text.len(), |(byte, _)| byte);
        let byte = skipped + text.get(skipped..)?.find(editor.search.as_str())?;
        Some((at, text.get(..byte)?.chars().count()))
    };
    let after = match from {
        From::Here => column,
        From::Next => column + 1,
    };
    let found = hit(line, after)
        .or_else(|| (line + 1..lines.len()).find_map(|at| hit(at, 0)))
        .or_else(|| (0..=line).find_map(|at| hit(at, 0)));
    match found {
        Some((line, column)) => editor.field.go_to(line, column),
        None => model.refuse("no match"),
    }
    follow_cursor(model);
}

/// Where a search begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// At the cursor.
    Here,
    /// Behind it.
    Next,
}

/// Copies the typed text: it may be what cannot be saved.
pub fn copy_typed(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(text) = model.editor.as_ref().map(|editor| editor.field.text()) {
        copy::typed(model, text, effects);
    }
}

/// Scrolls the two versions.
pub fn scroll_versions(model: &mut Model, target: impl Fn(usize, usize, usize) -> usize) {
    let area = text_area(model.size);
    let look = model.appearance.look(model.clock, true);
    let Some(editor) = &model.editor else { return };
    let Some(conflict) = &editor.conflict else { return };
    let rows = crate::ui::page::editor::version_rows(conflict, usize::from(area.width), &look).len();
    let height = usize::from(area.height);
    let lowest = rows.saturating_sub(height);
    let to = target(editor.scroll.min(lowest), rows, height).min(lowest);
    if let Some(editor) = &mut model.editor {
        editor.scroll = to;
    }
}

/// Notes an event after which the file may be another one.
pub fn notice(model: &mut Model, event: &Event) {
    let Some(editor) = &mut model.editor else { return };
    match event {
        Event::NotesSaveRefused(refused) => {
            editor.saving = None;
            editor.refresh();
            let reason = format!("not saved: {}", refused.reason);
            model.refuse(reason);
        }
        Event::NotesEdited(_) | Event::NoteAdded(_) => editor.refresh(),
        Event::ExternalChangeSeen(seen) if seen.what == ExternalKind::Notes => editor.refresh(),
        _ => {}
    }
}

/// Notes that a command could not be sent.
pub fn not_sent(model: &mut Model) {
    if let Some(editor) = &mut model.editor {
        editor.saving = None;
        editor.leaving = false;
    }
}

/// Files what is on disk.
pub fn file(model: &mut Model, answer: Answer) {
    let Some(editor) = &mut model.editor else { return };
    let found = match answer {
        Answer::Notes { text, hash } => editor.found(Version { text, hash }),
        Answer::Failed { message } => {
            editor.not_found(message);
            return;
        }
        _ => return,
    };
    let leaving = editor.leaving;
    match found {
        Found::Saved if leaving => {
            close(model);
            model.say("saved");
        }
        Found::Saved => model.say("saved"),
        Found::Reloaded => model.say("the notes were changed meanwhile; this is how they are now"),
        Found::Apart => {
            editor.leaving = false;
            model.refuse("the notes were changed meanwhile; yours are kept, saving shows both sides");
        }
        Found::Same => {}
    }
    follow_cursor(model);
}
