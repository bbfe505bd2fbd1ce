//! Ways of telling: which of them this terminal understands, and the bytes it is sent.
//!
//! Owns the choice behind `auto`. Invariant: a notice's bytes hold no control character but those of their own frame.
//! Sequences: iTerm2's OSC 9, kitty's OSC 99 (desktop notifications), rxvt's OSC 777, tmux's passthrough.

use super::Notice;
use crate::config::NotifyBackend;

/// What the environment tells of the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// `TERM`.
    pub term: String,
    /// `TERM_PROGRAM`, or `LC_TERMINAL`, which reaches through ssh.
    pub program: String,
    /// Whether `KITTY_WINDOW_ID` is set.
    pub kitty: bool,
    /// Whether `TMUX` is set: the terminal is inside tmux.
    pub tmux: bool,
}

impl Hints {
    /// Reads the environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        // Inside tmux the program is tmux itself; the outer terminal's own variables are often inherited.
        let program = text("TERM_PROGRAM").filter(|program| program != "tmux");
        Self {
            term: text("TERM").unwrap_or_default(),
            program: program.or_else(|| text("LC_TERMINAL")).unwrap_or_default(),
            kitty: text("KITTY_WINDOW_ID").is_some(),
            tmux: text("TMUX").is_some(),
        }
    }

    /// Returns what `auto` means in this terminal.
    #[must_use]
    pub fn best(&self) -> NotifyBackend {
        if self.kitty || self.term == "xterm-kitty" {
            return NotifyBackend::Osc99;
        }
        match self.program.as_str() {
            "iTerm.app" | "iTerm2" | "WezTerm" | "WarpTerminal" => return NotifyBackend::Osc9,
            "ghostty" => return NotifyBackend::Osc777,
            _ => {}
        }
        match self.term.split('-').next().unwrap_or_default() {
            "foot" | "rxvt" | "contour" => NotifyBackend::Osc777,
            "wezterm" => NotifyBackend::Osc9,
            _ if self.term == "xterm-ghostty" => NotifyBackend::Osc777,
            _ => NotifyBackend::Bell,
        }
    }
}

/// The ways in force, `auto` resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// Each way once, in the order configured.
    pub backends: Vec<NotifyBackend>,
    /// Whether the terminal's sequences must pass through tmux.
    pub tmux: bool,
}

impl Route {
    /// Resolves what is configured. A command of the user's is part of `auto`: who sets one wants it run.
    #[must_use]
    pub fn choose(configured: &[NotifyBackend], has_command: bool, hints: &Hints) -> Self {
        let mut backends = Vec::new();
        for backend in configured {
            match backend {
                NotifyBackend::Auto => {
                    backends.push(hints.best());
                    backends.extend(has_command.then_some(NotifyBackend::Command));
                }
                NotifyBackend::Off => {}
                other => backends.push(*other),
            }
        }
        let mut seen = Vec::new();
        backends.retain(|backend| {
            let first = !seen.contains(backend);
            seen.push(*backend);
            first
        });
        Self {
            backends,
            tmux: hints.tmux,
        }
    }

    /// Says whether a program is among them.
    #[must_use]
    pub fn runs_programs(&self) -> bool {
        let program = |backend: &NotifyBackend| matches!(backend, NotifyBackend::NotifySend | NotifyBackend::Command);
        self.backends.iter().any(program)
    }

    /// Returns what the terminal is sent.
    #[must_use]
    pub fn bytes(&self, notice: &Notice) -> Vec<u8> {
        let mut out = String::new();
        let mut bell = false;
        for backend in &self.backends {
            match sequence(*backend, notice) {
                Some(sequence) if self.tmux => {
                    // tmux drops the sequence unless `allow-passthrough` is on; its bell always arrives.
                    out.push_str("\x1bPtmux;");
                    out.push_str(&sequence.replace('\x1b', "\x1b\x1b"));
                    out.push_str("\x1b\\");
                    bell = true;
                }
                Some(sequence) => out.push_str(&sequence),
                None => bell |= *backend == NotifyBackend::Bell,
            }
        }
        if bell {
            out.push('\x07');
        }
        out.into_bytes()
    }
}

fn sequence(backend: NotifyBackend, notice: &Notice) -> Option<String> {
    let (title, body) = (notice.title(), notice.body());
    match backend {
        NotifyBackend::Osc9 => Some(format!("\x1b]9;{title}: {body}\x1b\\")),
        // One identifier: a new notice takes the place of the one before.
        NotifyBackend::Osc99 => Some(format!(
            "\x1b]99;i=longhaul:d=0;{title}\x1b\\\x1b]99;i=longhaul:d=1:p=body;{body}\x1b\\"
        )),
        // A semicolon would end the title.
        NotifyBackend::Osc777 => Some(format!("\x1b]777;notify;{};{body}\x1b\\", title.replace(';', ","))),
        NotifyBackend::Auto | NotifyBackend::Bell | NotifyBackend::NotifySend | NotifyBackend::Command | NotifyBackend::Off => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn route(backend: NotifyBackend, tmux: bool) -> Route {
        let hints = Hints {
            tmux,
            ..Hints::default()
        };
        Route::choose(&[backend], false, &hints)
    }

    fn sent(backend: NotifyBackend, tmux: bool) -> String {
        let notice = Notice::new(Kind::Gate, "no;tes", "waits; for you");
        String::from_utf8(route(backend, tmux).bytes(&notice)).unwrap()
    }

    #[test]
    fn each_terminal_gets_its_own_sequence() {
        for (backend, bytes) in [
            (NotifyBackend::Osc9, "\x1b]9;longhaul: no;tes: waits; for you\x1b\\"),
            (
                NotifyBackend::Osc99,
                "\x1b]99;i=longhaul:d=0;longhaul: no;tes\x1b\\\x1b]99;i=longhaul:d=1:p=body;waits; for you\x1b\\",
            ),
            (NotifyBackend::Osc777, "\x1b]777;notify;longhaul: no,tes;waits; for you\x1b\\"),
            (NotifyBackend::Bell, "\x07"),
            (NotifyBackend::NotifySend, ""),
            (NotifyBackend::Command, ""),
            (NotifyBackend::Off, ""),
        ] {
            assert_eq!(sent(backend, false), bytes, "{backend:?}");
        }
    }

    #[test]
    fn inside_tmux_it_is_passed_through_and_rings() {
        assert_eq!(
            sent(NotifyBackend::Osc9, true),
            "\x1bPtmux;\x1b\x1b]9;longhaul: no;tes: waits; for you\x1b\x1b\\\x1b\\\x07"
        );
        assert_eq!(sent(NotifyBackend::Bell, true), "\x07");
        assert_eq!(sent(NotifyBackend::Off, true), "");
    }

    #[test]
    fn text_of_others_cannot_end_a_sequence() {
        let evil = "a\x1b\\\x07\u{9c}\u{9b}2J\n\u{202e}b";
        let notice = Notice::new(Kind::Question, evil, evil);
        for text in [notice.title(), notice.body()] {
            assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
        }
        assert!(Notice::new(Kind::Question, "", &"x".repeat(10_000)).body().chars().count() <= super::super::LONGEST);
    }

    #[test]
    fn auto_follows_what_the_terminal_says_of_itself() {
        for (term, program, kitty, best) in [
            ("xterm-256color", "", false, NotifyBackend::Bell),
            ("xterm-kitty", "", false, NotifyBackend::Osc99),
            ("tmux-256color", "", true, NotifyBackend::Osc99),
            ("xterm-256color", "iTerm.app", false, NotifyBackend::Osc9),
            ("xterm-256color", "WezTerm", false, NotifyBackend::Osc9),
            ("xterm-ghostty", "ghostty", false, NotifyBackend::Osc777),
            ("foot-extra", "", false, NotifyBackend::Osc777),
            ("rxvt-unicode-256color", "", false, NotifyBackend::Osc777),
        ] {
            let hints = Hints {
                term: term.into(),
                program: program.into(),
                kitty,
                tmux: false,
            };
            assert_eq!(hints.best(), best, "{term} {program}");
        }
    }

    #[test]
    fn a_command_is_part_of_auto_and_nothing_is_told_twice() {
        let hints = Hints::default();
        let auto = Route::choose(&[NotifyBackend::Auto, NotifyBackend::Bell], true, &hints);
        assert_eq!(auto.backends, [NotifyBackend::Bell, NotifyBackend::Command]);
        assert!(auto.runs_programs());
        assert_eq!(Route::choose(&[NotifyBackend::Off], true, &hints).backends, []);
    }
}
