//! The page of a rule in the making: the exact rule, what it would have meant in past sessions, where and how long it holds.
//!
//! Invariant: the pattern and every past command are drawn in the sanitizer's exact form, the pattern whole.

use super::sheet::Sheet;
use super::{Document, Mark};
use crate::protocol::{PastCommand, RuleCandidate, RuleProposal};
use crate::ui::keymap::Action;
use crate::ui::model::{Always, Loaded, Model};
use crate::ui::text::{Clean, Glyph, Look, format, reveal};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    let Some(always) = &model.always else {
        return Document::default();
    };
    match &always.loaded {
        Some(Loaded::Ready(proposal)) => proposed(model, always, proposal, &mut sheet, look),
        Some(Loaded::Failed(why)) => sheet.text(&format!("What a rule would mean cannot be shown: {why}"), Slot::Error),
        Some(Loaded::Pending) | None => sheet.text("Looking through the past sessions.", Slot::Dim),
    }
    sheet.finish()
}

fn proposed(model: &Model, always: &Always, proposal: &RuleProposal, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let Some(candidate) = proposal.candidates.get(always.at) else {
        sheet.gap();
        sheet.text(
            &format!("No rule can be made of this command: {}.", proposal.refused),
            Slot::Warning,
        );
        sheet.text("Approve it, or deny it, this once.", Slot::Text);
        return;
    };
    let hint = |action: Action, word: &str| {
        let text = format!("   {} {word}", model.keymap.key_text(action));
        Clean::line(&text).span(look.style(Slot::Dim))
    };
    let mut rule = exact(&candidate.pattern.to_string(), Slot::Bold, look);
    let count = proposal.candidates.len();
    if count > 1 {
        let text = format!("   {} of {count}", always.at + 1);
        rule.push(Span::styled(text, look.style(Slot::Dim)));
        rule.push(hint(Action::WiderRule, "wider"));
        rule.push(hint(Action::NarrowerRule, "narrower"));
    }
    sheet.fact_spans("rule", &rule);
    sheet.fact("means", meaning(candidate));
    if !candidate.enough {
        let told = "this command is still asked about: the rule stands for a part of it";
        sheet.fact_spans("but", &[Span::styled(told, look.style(Slot::Warning))]);
    }
    let chosen = |word: &'static str, action: Action| [Span::styled(word, look.style(Slot::Bold)), hint(action, "changes it")];
    sheet.fact_spans("holds in", &chosen(always.scope.word(), Action::RuleScope));
    let ends = match always.expiry {
        crate::protocol::RuleExpiry::Session => "with this session",
        crate::protocol::RuleExpiry::Day => "after 24 hours",
        crate::protocol::RuleExpiry::Week => "after 7 days",
        crate::protocol::RuleExpiry::Never if always.scope == crate::protocol::RuleScope::Run => "with this run",
        crate::protocol::RuleExpiry::Never => "never, until you revoke it",
    };
    sheet.fact_spans("ends", &chosen(ends, Action::RuleExpiry));
    // What Enter makes ends here: it counts only once all of it was on the screen.
    sheet.stop(Mark::Hunk, 0);
    sheet.gap();
    sheet.fact_spans("command", &exact(&always.command, Slot::Text, look));
    past(candidate, proposal, sheet, look);
    sheet.gap();
    sheet.text(
        "A rule goes by words alone: what a program of the workspace does may change while its name stays. A rule holds where the shell \
         stands in the workspace's own directory. Every part of a command must be a plain read or have its rule; nothing with a \
         substitution, a variable, a redirection to a file or hidden characters runs by one.",
        Slot::Dim,
    );
}

fn meaning(candidate: &RuleCandidate) -> &'static str {
    if candidate.pattern.open {
        "commands that begin with exactly these words; what follows may name no place outside the workspace and set nothing (`=`)"
    } else {
        "exactly these words, nothing more and nothing less"
    }
}

fn past(candidate: &RuleCandidate, proposal: &RuleProposal, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let looked = format!(
        "Of {} before it, in {}, that you are asked about:",
        format::plural(proposal.commands, "command"),
        format::plural(proposal.sessions, "session")
    );
    sheet.gap();
    sheet.text(&looked, Slot::Heading);
    list(
        &candidate.covered,
        "it would have let run",
        Glyph::Pass,
        Slot::Pass,
        sheet,
        look,
    );
    list(
        &candidate.spared,
        "of the same program, and asked about all the same",
        Glyph::Skip,
        Slot::Dim,
        sheet,
        look,
    );
}

fn list(commands: &[PastCommand], what: &str, mark: Glyph, slot: Slot, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    if commands.is_empty() {
        sheet.text(&format!("{what}: none"), Slot::Dim);
        return;
    }
    sheet.text(&format!("{what}: {}", commands.len()), Slot::Text);
    for past in commands {
        let times = if past.times == 1 {
            String::new()
        } else {
            format!("{} times, ", past.times)
        };
        let mut spans = exact(&past.script.replace('\n', " \u{23ce} "), Slot::Text, look);
        spans.push(Span::styled(
            format!("   {times}last in session {}", past.session),
            look.style(Slot::Dim),
        ));
        sheet.item(vec![Span::raw("  "), look.mark(mark, slot), Span::raw(" ")], &spans);
    }
}

fn exact(text: &str, slot: Slot, look: &Look<'_>) -> Vec<Span<'static>> {
    reveal(vec![Clean::exact(text).span(look.style(slot))], look)
}
