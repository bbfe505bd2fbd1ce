//! Theme slots: every colour on the screen is named here, never at the place that draws.

use ratatui::style::{Color, Modifier, Style};

/// A role that a piece of text plays on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each name says what it colours")]
pub enum Slot {
    Text,
    Dim,
    Bold,
    Title,
    TitleFocused,
    Border,
    BorderFocused,
    Selection,
    Pass,
    Fail,
    Regressed,
    Pending,
    Active,
    Warning,
    Error,
    Link,
    Code,
    CodeBlock,
    Heading,
    Quote,
    Thinking,
    ToolName,
    ToolDetail,
    Added,
    Removed,
    Hunk,
    LineNumber,
    Human,
    Harness,
    Key,
    Badge,
    SearchHit,
}

/// Styles by slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours may be used at all.
    pub color: bool,
}

impl Theme {
    /// The default: the terminal's own foreground and background and its sixteen named colours.
    #[must_use]
    pub const fn terminal() -> Self {
        Self { color: true }
    }

    /// No colours: bold, dim and reverse only.
    #[must_use]
    pub const fn monochrome() -> Self {
        Self { color: false }
    }

    /// Returns the style of a slot.
    #[must_use]
    pub fn style(&self, slot: Slot) -> Style {
        let plain = Style::new();
        let tint = |color: Color| if self.color { plain.fg(color) } else { plain };
        match slot {
            Slot::Text | Slot::Pending => plain,
            Slot::Dim | Slot::Border | Slot::LineNumber | Slot::ToolDetail => plain.add_modifier(Modifier::DIM),
            Slot::Bold | Slot::Title | Slot::Heading => plain.add_modifier(Modifier::BOLD),
            Slot::TitleFocused | Slot::BorderFocused => tint(Color::Cyan).add_modifier(Modifier::BOLD),
            Slot::Selection | Slot::SearchHit => plain.add_modifier(Modifier::REVERSED),
            Slot::Pass | Slot::Added => tint(Color::Green),
            Slot::Fail | Slot::Error | Slot::Removed => tint(Color::Red),
            Slot::Regressed | Slot::Warning => tint(Color::Yellow).add_modifier(Modifier::BOLD),
            Slot::Active => tint(Color::Cyan),
            Slot::Link => tint(Color::Blue).add_modifier(Modifier::UNDERLINED),
            Slot::Code | Slot::CodeBlock => tint(Color::Magenta),
            Slot::Quote | Slot::Thinking => plain.add_modifier(Modifier::DIM | Modifier::ITALIC),
            Slot::ToolName | Slot::Key => plain.add_modifier(Modifier::BOLD),
            Slot::Hunk | Slot::Harness => tint(Color::Blue),
            Slot::Human => tint(Color::Magenta).add_modifier(Modifier::BOLD),
            Slot::Badge => plain.add_modifier(Modifier::BOLD | Modifier::REVERSED),
        }
    }
}
