//! The rules about commands: those that hold first, each with what it did, those that ended below.

use super::sheet::Sheet;
use super::{Document, Mark};
use crate::protocol::{RuleExpiry, RuleScope};
use crate::session::{RuleEnd, StandingRule};
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::text::{Clean, Glyph, Look, format, reveal};
use crate::ui::theme::Slot;
use jiff::Timestamp;
use ratatui::text::Span;

/// Lays the page out. Each rule is a stop with its place in the state's list.
#[must_use]
pub fn document(model: &Model, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    let now = look.now.or(model.state.last_time).unwrap_or_default();
    let rules = || model.state.rules.iter().enumerate();
    if model.state.rules.is_empty() {
        let key = model.keymap.key_text(Action::Always);
        sheet.text(
            &format!("No rules. Where a command waits for you, {key} makes one of it."),
            Slot::Dim,
        );
        return sheet.finish();
    }
    let holding = rules().filter(|(_, rule)| rule.holds(now)).count();
    if holding == 0 {
        sheet.text(
            "No rule holds now: every command that is not a plain read is asked about, at the level manual.",
            Slot::Text,
        );
    }
    for (place, rule) in rules().filter(|(_, rule)| rule.holds(now)) {
        row(&mut sheet, place, rule, now, look);
    }
    if holding < model.state.rules.len() {
        sheet.heading("Ended");
        for (place, rule) in rules().filter(|(_, rule)| !rule.holds(now)) {
            row(&mut sheet, place, rule, now, look);
        }
    }
    sheet.finish()
}

fn row(sheet: &mut Sheet<'_>, place: usize, rule: &StandingRule, now: Timestamp, look: &Look<'_>) {
    let holds = rule.holds(now);
    let (mark, slot) = if holds {
        (Glyph::Active, Slot::Active)
    } else {
        (Glyph::Todo, Slot::Dim)
    };
    sheet.stop(Mark::File, place);
    let mut spans = reveal(
        vec![Clean::exact(&rule.pattern.to_string()).span(look.style(if holds { Slot::Bold } else { Slot::Dim }))],
        look,
    );
    spans.push(Span::styled(format!("   {}", standing(rule, now)), look.style(Slot::Dim)));
    let id = format!(" {:<4} ", rule.id.to_string());
    sheet.item(vec![look.mark(mark, slot), Span::styled(id, look.style(Slot::Text))], &spans);
}

/// Where and how long a rule holds, and what it did, in a few words.
#[must_use]
pub fn standing(rule: &StandingRule, now: Timestamp) -> String {
    let end = match (rule.end(now), rule.expiry, rule.until) {
        (Some(RuleEnd::Revoked), ..) => "revoked".to_owned(),
        (Some(RuleEnd::Expired), ..) => "its time is up".to_owned(),
        (Some(RuleEnd::Over), RuleExpiry::Session, _) => "ended with its session".to_owned(),
        (Some(RuleEnd::Over), ..) => "ended with its run".to_owned(),
        (None, _, Some(until)) => format!("{} left", format::duration_ms(format::seconds_between(now, until) * 1000)),
        (None, RuleExpiry::Session, None) => "until this session ends".to_owned(),
        (None, _, None) if rule.scope == RuleScope::Run => "until this run ends".to_owned(),
        (None, ..) => "until revoked".to_owned(),
    };
    let used = match (rule.uses, rule.used) {
        (0, _) | (_, None) => "never used".to_owned(),
        (uses, Some(used)) => {
            let ago = format::minutes(used, now);
            format!(
                "used {}, last {ago} ago",
                if uses == 1 {
                    "once".to_owned()
                } else {
                    format!("{uses} times")
                }
            )
        }
    };
    format!("{}, {end}; {used}", rule.scope.word())
}
