//! How this terminal is drawn on: colours, character set, zone. Decided once, from flags, configuration and environment.

use crate::ui::text::Look;
use crate::ui::theme::Theme;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Theme, character set and time zone.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// Styles by slot.
    pub theme: Theme,
    /// Whether only ASCII is drawn by us.
    pub ascii: bool,
    /// Zone for times of day.
    pub zone: TimeZone,
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            theme: Theme::terminal(),
            ascii: false,
            zone: TimeZone::UTC,
        }
    }
}

/// What the environment says, read once by the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `NO_COLOR`, if set to anything.
    pub no_color: bool,
    /// `TERM`.
    pub term: String,
    /// The first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set.
    pub locale: String,
    /// Whether the terminal is at the other end of a network (`SSH_TTY`).
    pub remote: bool,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            no_color: text("NO_COLOR").is_some(),
            term: text("TERM").unwrap_or_default(),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or_default(),
            remote: text("SSH_TTY").is_some(),
        }
    }

    /// Decides on colour: flag or configuration, then `NO_COLOR`, then what the terminal is.
    #[must_use]
    pub fn wants_color(&self, configured: Option<bool>) -> bool {
        configured.unwrap_or(!self.no_color && self.term != "dumb")
    }

    /// Decides on ASCII: configuration, then the locale. East Asian locales draw line glyphs two columns wide.
    #[must_use]
    pub fn wants_ascii(&self, configured: Option<bool>) -> bool {
        configured.unwrap_or_else(|| {
            let locale = self.locale.to_ascii_lowercase();
            let utf8 = locale.contains("utf-8") || locale.contains("utf8");
            // macOS terminals often set no locale at all and speak UTF-8.
            let unset = locale.is_empty() && cfg!(target_os = "macos");
            !(utf8 || unset) || ["zh", "ja", "ko"].iter().any(|language| locale.starts_with(language))
        })
    }
}

impl Appearance {
    /// Returns the look of a part of the screen.
    #[must_use]
    pub const fn look(&self, now: Option<Timestamp>, focused: bool) -> Look<'_> {
        Look {
            theme: &self.theme,
            ascii: self.ascii,
            color: self.theme.color,
            now,
            zone: Some(&self.zone),
            focused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(locale: &str) -> Environment {
        Environment {
            locale: locale.into(),
            term: "xterm-256color".into(),
            ..Environment::default()
        }
    }

    #[test]
    fn configuration_beats_no_color_beats_the_terminal() {
        let mut environment = environment("C.UTF-8");
        assert!(environment.wants_color(None));
        environment.no_color = true;
        assert!(!environment.wants_color(None));
        assert!(environment.wants_color(Some(true)));
        environment.no_color = false;
        environment.term = "dumb".into();
        assert!(!environment.wants_color(None));
    }

    #[test]
    fn ascii_where_line_glyphs_are_missing_or_wide() {
        assert!(!environment("en_GB.UTF-8").wants_ascii(None));
        assert!(environment("C").wants_ascii(None));
        assert!(environment("ja_JP.UTF-8").wants_ascii(None));
        assert!(!environment("ja_JP.UTF-8").wants_ascii(Some(false)));
    }
}
