//! What lies in the directory beside the list: other lists, notes entry by entry, the start script, transcripts.
//!
//! Owns what is said of them. Does not own finding them. Invariant: everything found has a row, and nothing on the page runs anything.

use super::sheet::Sheet;
use super::{Document, Mark};
use crate::protocol::{FoundNotes, FoundScript, FoundTranscript, Survey};
use crate::ui::model::{Loaded, Model, Page};
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Says whether a part is folded until the user opens it: only the newest entry of the notes is not.
#[must_use]
pub fn starts_folded(survey: &Survey, part: usize) -> bool {
    part > 0 || survey.notes.is_empty()
}

/// Counts the parts that can be folded.
#[must_use]
pub fn parts(survey: &Survey) -> usize {
    let entries: usize = survey.notes.iter().map(|notes| notes.entries.len()).sum();
    entries + usize::from(survey.script.is_some()) + survey.transcripts.len()
}

/// Returns the transcript that a part is, if it is one.
#[must_use]
pub fn transcript(survey: &Survey, part: usize) -> Option<&FoundTranscript> {
    let first = parts(survey) - survey.transcripts.len();
    survey.transcripts.get(part.checked_sub(first)?)
}

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, page: &Page, width: u16, look: &Look<'_>) -> Document {
    let sheet = Sheet::new(width, look);
    match &model.survey {
        Some(Loaded::Ready(survey)) => Telling {
            sheet,
            survey,
            page,
            look,
            part: 0,
        }
        .tell(),
        Some(Loaded::Failed(reason)) => said(sheet, &format!("The directory cannot be looked into: {reason}"), Slot::Error),
        Some(Loaded::Pending) | None => said(sheet, "Looking into the directory.", Slot::Dim),
    }
}

fn said(mut sheet: Sheet<'_>, text: &str, slot: Slot) -> Document {
    sheet.text(text, slot);
    sheet.finish()
}

struct Telling<'a> {
    sheet: Sheet<'a>,
    survey: &'a Survey,
    page: &'a Page,
    look: &'a Look<'a>,
    /// The number of the next part.
    part: usize,
}

impl Telling<'_> {
    fn tell(mut self) -> Document {
        let survey = self.survey;
        self.sheet.heading("Feature lists");
        for list in &survey.lists {
            let (counts, slot) = match &list.counts {
                Ok((all, passing)) => (format!("{passing} of {all} features pass"), Slot::Text),
                Err(why) => (why.clone(), Slot::Error),
            };
            let path = Clean::name(&list.path).span(self.look.style(Slot::Bold));
            let counts = Clean::line(&format!("  {counts}")).span(self.look.style(slot));
            self.sheet.item(vec![Span::raw("  ")], &[path, counts]);
        }
        self.none(
            survey.lists.is_empty(),
            "none at the usual places; `--list FILE` names another",
        );
        self.sheet.heading("Progress notes");
        for notes in &survey.notes {
            self.notes(notes);
        }
        self.none(survey.notes.is_empty(), "none");
        self.sheet.heading("Start script");
        if let Some(script) = &survey.script {
            self.script(script);
        }
        self.none(survey.script.is_none(), "none");
        self.sheet.heading("Transcripts");
        for transcript in &survey.transcripts {
            self.transcript(transcript);
        }
        self.none(survey.transcripts.is_empty(), "none");
        self.sheet.finish()
    }

    fn none(&mut self, so: bool, text: &'static str) {
        if so {
            let text = [Span::styled(text, self.look.style(Slot::Dim))];
            self.sheet.item(vec![Span::raw("  ")], &text);
        }
    }

    /// Adds the row of a part; says whether it is open.
    fn row(&mut self, name: &str, facts: &str) -> bool {
        let part = self.part;
        self.part += 1;
        let folded = starts_folded(self.survey, part) != self.page.toggled.contains(&part);
        self.sheet.stop(Mark::File, part);
        let mark = if folded { Glyph::Folded } else { Glyph::Unfolded };
        let lead = vec![Span::raw("  "), self.look.mark(mark, Slot::Dim), Span::raw(" ")];
        let name = Clean::line(name).span(self.look.style(Slot::Text));
        let facts = Clean::line(&format!("   {facts}")).span(self.look.style(Slot::Dim));
        self.sheet.item(lead, &[name, facts]);
        !folded
    }

    fn lines(&mut self, text: &str) {
        for line in Clean::block(text).lines() {
            let line = [Span::styled(line.to_owned(), self.look.style(Slot::Text))];
            self.sheet.item(vec![Span::raw("      ")], &line);
        }
    }

    fn notes(&mut self, notes: &FoundNotes) {
        let grows = if notes.entries.len() < 2 {
            ""
        } else if notes.newest_first {
            ", grows at the top"
        } else {
            ", grows at the bottom"
        };
        let cut = if notes.cut { ", its beginning is not read" } else { "" };
        let count = match notes.entries.len() {
            1 => "1 entry".to_owned(),
            count => format!("{count} entries"),
        };
        let facts = format!("  {count}, {}{grows}{cut}", format::bytes(notes.bytes));
        let path = Clean::name(&notes.path).span(self.look.style(Slot::Bold));
        let facts = Clean::line(&facts).span(self.look.style(Slot::Dim));
        self.sheet.item(vec![Span::raw("  ")], &[path, facts]);
        for entry in &notes.entries {
            let name = if entry.heading.is_empty() {
                "before the first heading"
            } else {
                &entry.heading
            };
            if self.row(name, &format::plural(entry.text.lines().count(), "line")) {
                self.lines(&entry.text);
            }
        }
    }

    fn script(&mut self, script: &FoundScript) {
        let mut facts = vec![format!("a run starts it by `{}`", script.command)];
        facts.push(format::plural(script.text.lines().count(), "line"));
        facts.extend(script.notices.iter().cloned());
        let open = self.row(&script.path, &facts.join("; "));
        if open {
            self.lines(&script.text);
        }
        let never = [Span::styled("Looking never runs it.", self.look.style(Slot::Dim))];
        self.sheet.item(vec![Span::raw("    ")], &never);
    }

    fn transcript(&mut self, transcript: &FoundTranscript) {
        let (lines, broken) = transcript.lines;
        let mut facts = vec![transcript.kind.title().to_owned()];
        if let Some((first, last)) = transcript.span {
            let took = format::duration_ms(format::seconds_between(first, last) * 1000);
            facts.push(format!("{} {}, {took}", first.strftime("%Y-%m-%d"), self.look.clock(first)));
        }
        facts.push(format!(
            "{}, {}",
            format::plural(lines as usize, "line"),
            format::bytes(transcript.bytes)
        ));
        facts.push(format::plural(transcript.calls as usize, "tool call"));
        if broken > 0 {
            facts.push(format!("{broken} cannot be read"));
        }
        let opened = self.row(&transcript.path, &facts.join(", "));
        let opening = match transcript.opening.as_str() {
            "" => "no prompt of a person was found in it",
            opening => opening,
        };
        if opened {
            self.lines(opening);
        } else {
            // What it is about, in a line; all of it opens by itself.
            let first = opening.lines().next().unwrap_or_default();
            let first = [Clean::line(first).span(self.look.style(Slot::Text))];
            self.sheet.item(vec![Span::raw("      ")], &first);
        }
    }
}
