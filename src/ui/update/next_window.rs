//! The next-window page: sections left out, brought back, edited.

use super::editor;
use crate::protocol::Command;
use crate::protocol::window::{RuleSpan, SectionPreview, SectionRule};
use crate::ui::model::{Editor, Model, Page, Subject};
use crate::ui::msg::Effect;
use crate::ui::page::{self, Mark};

/// Opens the page.
pub fn open(model: &mut Model) {
    model.next_window.refresh();
    model.pages.push(Page::new(Subject::NextWindow));
}

/// Returns the section under the cursor.
#[must_use]
pub fn section(model: &Model) -> Option<&SectionPreview> {
    let open = model.pages.last().filter(|page| page.subject == Subject::NextWindow)?;
    let document = page::document(model, open, page::body(model.size).width);
    let stops = document.marks.iter().filter(|stop| stop.mark == Mark::File);
    let under = stops.rev().find(|stop| stop.row <= open.cursor)?.file;
    model.next_window.sections().get(under)
}

/// Goes from on to off once, off for good, and on again. An edited section goes back to the harness's own words.
pub fn cycle(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(section) = section(model) else {
        model.refuse("put the cursor on a section");
        return;
    };
    if let Some(why) = &section.fixed {
        let why = format!("this section stays: {why}");
        model.refuse(why);
        return;
    }
    let name = section.section.as_str().to_owned();
    let (rule, span, said) = match &section.rule {
        None => (SectionRule::Off, RuleSpan::Once, "left out of the next session"),
        Some((SectionRule::Off, RuleSpan::Once)) => (SectionRule::Off, RuleSpan::Always, "left out of every session from now on"),
        Some(_) => (SectionRule::On, RuleSpan::Always, "told as the harness makes it"),
    };
    let section = section.section.clone();
    effects.push(Effect::Send(Command::SetSection { section, rule, span }));
    model.say(format!("{name}: {said}"));
}

/// Opens the text of the section under the cursor.
pub fn edit(model: &mut Model) {
    let Some(section) = section(model) else {
        model.refuse("put the cursor on a section");
        return;
    };
    if let Some(why) = &section.fixed {
        let why = format!("this section stays as it is: {why}");
        model.refuse(why);
        return;
    }
    let opened = Editor::section(section.section.clone(), &section.text);
    editor::open(model, opened);
}
