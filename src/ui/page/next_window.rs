//! The next-window page: every section that the next session will read, what it costs, and how it differs from the last one's.

use super::sheet::Sheet;
use super::{Document, Mark};
use crate::protocol::NextWindow;
use crate::protocol::window::{LineChange, Place, RuleSpan, SectionPreview, SectionRule};
use crate::ui::model::{Loaded, Model, Page};
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Columns of a section's name.
const NAME: usize = 32;

/// Says whether a section is folded until the user opens it: what is as it was need not be read again.
#[must_use]
pub fn starts_folded(section: &SectionPreview) -> bool {
    section.changes() == (0, 0) || section.place == Place::System
}

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, page: &Page, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    match &model.next_window.loaded {
        Some(Loaded::Ready(next)) => {
            facts(&mut sheet, next, look);
            let mut place = None;
            for (index, section) in next.sections.iter().enumerate() {
                if place != Some(section.place) {
                    sheet.heading(match section.place {
                        Place::System => "System prompt",
                        Place::First => "First message",
                    });
                    place = Some(section.place);
                }
                let folded = starts_folded(section) != page.toggled.contains(&index);
                sheet.stop(Mark::File, index);
                let spans = heading(section, folded, next.context_window, sheet.width(), look);
                sheet.spans(&spans);
                if !folded {
                    text(&mut sheet, section, next.compared_with.is_some(), look);
                }
            }
        }
        Some(Loaded::Failed(reason)) => sheet.text(&format!("The next window cannot be shown: {reason}"), Slot::Error),
        Some(Loaded::Pending) | None => sheet.text("Composing the next window.", Slot::Dim),
    }
    sheet.finish()
}

fn facts(sheet: &mut Sheet<'_>, next: &NextWindow, look: &Look<'_>) {
    sheet.fact("session", &format!("{}, {}", next.session.0, next.role));
    if let Some(reason) = &next.unlikely {
        sheet.fact_spans("but", &[Clean::line(reason).span(look.style(Slot::Warning))]);
    }
    for doubt in &next.doubts {
        sheet.fact_spans("but", &[Clean::line(doubt).span(look.style(Slot::Warning))]);
    }
    sheet.fact(
        "size",
        &format!(
            "about {} tokens of {} ({}), {}",
            format::count(next.tokens),
            format::count(next.context_window),
            next.model,
            share(next.tokens, next.context_window)
        ),
    );
    let compared = match next.compared_with {
        Some(session) => {
            let changed = next.sections.iter().filter(|section| section.changes() != (0, 0)).count();
            format!("with session {}: {} changed", session.0, format::plural(changed, "section"))
        }
        None => "with nothing: no session of this role is in the log with its sections".into(),
    };
    sheet.fact("compared", &compared);
}

fn share(tokens: u64, window: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    let share = tokens as f64 / window.max(1) as f64;
    format!("{:.1} %", share * 100.0)
}

fn heading(section: &SectionPreview, folded: bool, window: u64, width: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let off = section.is_off();
    let name = section.section.as_str();
    let name = name.strip_prefix("system: ").unwrap_or(name);
    let name = Clean::line(name);
    // Columns where they fit, else one after the other.
    let pad = if width < 70 {
        2
    } else {
        NAME.saturating_sub(name.width()).max(2)
    };
    let mut spans = vec![
        look.mark(if folded { Glyph::Folded } else { Glyph::Unfolded }, Slot::Dim),
        Span::raw(" "),
        name.span(look.style(if off { Slot::Dim } else { Slot::Bold })),
        Span::raw(" ".repeat(pad)),
    ];
    let size = if width < 70 {
        format!("{}  ", format::count(section.tokens))
    } else if off {
        format!("{:>7}         ", "-")
    } else {
        format!("{:>7} {:>6}  ", format::count(section.tokens), share(section.tokens, window))
    };
    spans.push(Span::styled(size, look.style(Slot::Dim)));
    let (added, removed) = section.changes();
    if added > 0 {
        spans.push(Span::styled(format!("+{added} "), look.style(Slot::Added)));
    }
    if removed > 0 {
        spans.push(Span::styled(format!("-{removed} "), look.style(Slot::Removed)));
    }
    if let Some(word) = ruled(section) {
        spans.push(Span::styled(word, look.style(Slot::Warning)));
    }
    if section.later {
        spans.push(Span::styled("  runs at the session's start", look.style(Slot::Active)));
    }
    spans
}

/// The words for what a person decided.
#[must_use]
pub const fn ruled(section: &SectionPreview) -> Option<&'static str> {
    match &section.rule {
        None => None,
        Some((SectionRule::On, _)) => Some("on once"),
        Some((SectionRule::Off, RuleSpan::Once)) => Some("off once"),
        Some((SectionRule::Off, RuleSpan::Always)) => Some("off"),
        Some((SectionRule::Edited { .. }, RuleSpan::Once)) => Some("edited once"),
        Some((SectionRule::Edited { .. }, RuleSpan::Always)) => Some("edited"),
    }
}

fn text(sheet: &mut Sheet<'_>, section: &SectionPreview, compared: bool, look: &Look<'_>) {
    let mut say = |text: &str, slot| sheet.item(vec![Span::raw("    ")], &[Clean::line(text).span(look.style(slot))]);
    if let Some(why) = &section.fixed {
        say(&format!("fixed: {why}"), Slot::Dim);
    }
    if section.later {
        say("not run for a preview; this is how it ended last", Slot::Dim);
    }
    let lines = section.lines.iter().map(|line| (line.change, line.text.as_str()));
    if compared && !section.is_off() {
        lines.for_each(|(change, text)| row(sheet, change, text, look));
    } else {
        section.text.lines().for_each(|text| row(sheet, LineChange::Same, text, look));
    }
    sheet.gap();
}

fn row(sheet: &mut Sheet<'_>, change: LineChange, text: &str, look: &Look<'_>) {
    let (mark, slot) = match change {
        LineChange::Same => ("    ", Slot::Text),
        LineChange::Added => ("  + ", Slot::Added),
        LineChange::Removed => ("  - ", Slot::Removed),
    };
    sheet.item(
        vec![Span::styled(mark, look.style(slot))],
        &[Clean::line(text).span(look.style(slot))],
    );
}
