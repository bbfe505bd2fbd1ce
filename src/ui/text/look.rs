//! What every drawing function needs to know about the terminal and the moment.

use super::glyph::Glyph;
use crate::ui::theme::{Slot, Theme};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;
use ratatui::text::Span;

/// Theme, character set, clock and focus for one frame.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Styles by slot.
    pub theme: &'a Theme,
    /// Whether marks must be plain ASCII.
    pub ascii: bool,
    /// Whether colours may be used; without them code is not highlighted and the cursor has a gutter mark.
    pub color: bool,
    /// The moment drawn, for ages. `None` shows no ages.
    pub now: Option<Timestamp>,
    /// Zone for times of day; `None` is UTC.
    pub zone: Option<&'a TimeZone>,
    /// Whether the pane has the focus.
    pub focused: bool,
}

impl<'a> Look<'a> {
    /// Makes a look with colours, Unicode, focus and no clock.
    #[must_use]
    pub const fn new(theme: &'a Theme) -> Self {
        Self {
            theme,
            ascii: false,
            color: true,
            now: None,
            zone: None,
            focused: true,
        }
    }

    /// Returns the style of a slot.
    #[must_use]
    pub fn style(&self, slot: Slot) -> Style {
        self.theme.style(slot)
    }

    /// Returns a mark in the terminal's character set.
    #[must_use]
    pub const fn glyph(&self, glyph: Glyph) -> &'static str {
        glyph.get(self.ascii)
    }

    /// Returns a mark in a slot's style.
    #[must_use]
    pub fn mark(&self, glyph: Glyph, slot: Slot) -> Span<'static> {
        Span::styled(self.glyph(glyph), self.style(slot))
    }

    /// Prints a time of day: `09:12`.
    #[must_use]
    pub fn clock(&self, time: Timestamp) -> String {
        let zone = self.zone.cloned().unwrap_or(TimeZone::UTC);
        let time = time.to_zoned(zone);
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// Prints a time of day with its seconds: `09:12:05`.
    #[must_use]
    pub fn clock_seconds(&self, time: Timestamp) -> String {
        let zone = self.zone.cloned().unwrap_or(TimeZone::UTC);
        let time = time.to_zoned(zone);
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }
}
