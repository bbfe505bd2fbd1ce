//! Transcripts of other programs' agents: opening one from the page of what lies here, and reading it where sessions are read.

use super::action::focus;
use crate::protocol::{Answer, Query};
use crate::ui::layout::Pane;
use crate::ui::model::{FOREIGN, Foreign, Loaded, Model, Subject};
use crate::ui::msg::Effect;
use crate::ui::page::{self, Mark, survey};
use crate::ui::transcript::Move;

use super::motion;

/// Returns the transcript under the cursor of the visible page, if it shows any.
#[must_use]
pub fn under_the_cursor(model: &Model) -> Option<String> {
    let open = model.pages.last().filter(|page| page.subject == Subject::Survey)?;
    let Some(Loaded::Ready(found)) = &model.survey else {
        return None;
    };
    let document = page::document(model, open, page::area(model).width);
    let stops = document.marks.iter().filter(|stop| stop.mark == Mark::File);
    let part = stops.rev().find(|stop| stop.row <= open.cursor)?.file;
    Some(survey::transcript(found, part)?.path.clone())
}

/// Asks for a transcript.
pub fn open(model: &mut Model, path: String, effects: &mut Vec<Effect>) {
    model.say(format!("reading {path}"));
    effects.push(Effect::Ask(Query::Transcript { path }));
}

/// Shows a transcript that came, from its beginning. Whoever went on meanwhile is left where they are.
pub fn file(model: &mut Model, path: &str, answer: Answer) {
    let told = match answer {
        Answer::Transcript(told) => told,
        Answer::Failed { message } => return model.refuse(message),
        _ => return model.refuse(format!("{path}: the look-up was answered with something else")),
    };
    if model.pages.last().is_none_or(|page| page.subject != Subject::Survey) {
        return;
    }
    model.foreigners += 1;
    let Some(foreign) = Foreign::new(&told, model.foreigners) else {
        return model.refuse(format!("{path}: nothing in it can be shown"));
    };
    model.note = None;
    model.foreign = Some(foreign);
    model.entered = true;
    model.pages.clear();
    model.views.remove(&FOREIGN);
    model.reading = Some(FOREIGN);
    focus(model, Pane::Transcript);
    motion::in_transcript(model, &Move::Top);
}
