//! Key presses and sequences: parsing and printing.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::fmt;
use std::str::FromStr;

/// One key with its modifiers, normalised: a shifted letter is the capital letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPress {
    /// The key.
    pub code: KeyCode,
    /// Ctrl and Alt; Shift only for keys that are not characters.
    pub modifiers: KeyModifiers,
}

impl KeyPress {
    /// Takes a key event; `None` for releases.
    #[must_use]
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        Some(Self::normalised(event.code, event.modifiers))
    }

    fn normalised(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let kept = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let (code, modifiers) = match code {
            KeyCode::Char(c) if kept.contains(KeyModifiers::CONTROL) => {
                (KeyCode::Char(c.to_ascii_lowercase()), kept - KeyModifiers::SHIFT)
            }
            KeyCode::Char(c) => (KeyCode::Char(c), kept - KeyModifiers::SHIFT),
            KeyCode::BackTab => (KeyCode::Tab, kept | KeyModifiers::SHIFT),
            other => (other, kept),
        };
        Self { code, modifiers }
    }
}

/// Keys typed one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence(pub Vec<KeyPress>);

impl Sequence {
    /// Says whether typing this sequence passes through, or ends with, the other one.
    #[must_use]
    pub fn starts_with(&self, keys: &[KeyPress]) -> bool {
        self.0.starts_with(keys)
    }
}

/// A key that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a key: write a character, or Enter, Esc, Tab, Space, Up, PgDn, F1, with C- (Ctrl), A- (Alt) or S- (Shift) before it"
)]
pub struct BadKey(pub String);

const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Ins", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
];

impl FromStr for KeyPress {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let bad = || BadKey(text.to_owned());
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        loop {
            let (modifier, after) = match rest.as_bytes() {
                [b'C', b'-', _, ..] => (KeyModifiers::CONTROL, &rest[2..]),
                [b'A', b'-', _, ..] => (KeyModifiers::ALT, &rest[2..]),
                [b'S', b'-', _, ..] => (KeyModifiers::SHIFT, &rest[2..]),
                _ => break,
            };
            modifiers |= modifier;
            rest = after;
        }
        let code = if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == rest) {
            *code
        } else if let Some(number) = rest.strip_prefix('F').and_then(|number| number.parse::<u8>().ok()) {
            if !(1..=12).contains(&number) {
                return Err(bad());
            }
            KeyCode::F(number)
        } else {
            let mut chars = rest.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) if !c.is_control() && c != ' ' => KeyCode::Char(c),
                _ => return Err(bad()),
            }
        };
        if modifiers.contains(KeyModifiers::SHIFT) && matches!(code, KeyCode::Char(_)) {
            return Err(bad()); // write the capital letter
        }
        Ok(Self::normalised(code, modifiers))
    }
}

impl FromStr for Sequence {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let keys = text
            .split_whitespace()
            .map(KeyPress::from_str)
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            Err(BadKey(text.to_owned()))
        } else {
            Ok(Self(keys))
        }
    }
}

impl fmt::Display for KeyPress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, prefix) in [
            (KeyModifiers::CONTROL, "C-"),
            (KeyModifiers::ALT, "A-"),
            (KeyModifiers::SHIFT, "S-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(prefix)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            other => write!(f, "{other}"),
        }
    }
}

impl fmt::Display for Sequence {
    /// Prints characters without spaces between them (`gg`, `]t`), other keys with.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self
            .0
            .iter()
            .all(|key| matches!(key.code, KeyCode::Char(c) if c != ' ') && key.modifiers.is_empty());
        for (index, key) in self.0.iter().enumerate() {
            if index > 0 && !plain {
                f.write_str(" ")?;
            }
            write!(f, "{key}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_printed() {
        for text in [
            "j", "G", "C-d", "A-Enter", "S-Tab", "PgDn", "F1", "Space", "/", "?", "-", "=", "]", "C-w",
        ] {
            assert_eq!(text.parse::<KeyPress>().unwrap().to_string(), text);
        }
        assert_eq!("] t".parse::<Sequence>().unwrap().to_string(), "]t");
        assert_eq!("C-w h".parse::<Sequence>().unwrap().to_string(), "C-w h");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "Entr", "F13", "S-a", "C-", "ab"] {
            assert!(text.parse::<Sequence>().is_err(), "{text}");
        }
    }

    #[test]
    fn shifted_letters_and_back_tab_are_normalised() {
        let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(KeyPress::from_event(&shifted), Some("G".parse().unwrap()));
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(KeyPress::from_event(&back), Some("S-Tab".parse().unwrap()));
        let release = KeyEvent::new_with_kind(KeyCode::Char('a'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(KeyPress::from_event(&release), None);
    }
}
