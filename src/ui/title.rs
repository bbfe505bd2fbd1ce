//! The terminal window's title: who waits, which project, what it does, how far it is.
//!
//! Invariant: a function of the model alone; foreign text in it went through the sanitizer.

use super::model::Model;
use super::pane::header::phase_word;
use super::text::{Clean, Glyph, truncate};
use crate::session::Phase;

/// Columns after which a title is cut: no window shows more.
const LONGEST: usize = 120;

/// Returns the title of the window.
#[must_use]
pub fn of(model: &Model) -> String {
    let look = model.appearance.look(None, false);
    let (phase, _) = model.phase();
    let (passing, all) = model.state.features.progress();
    let mut parts = Vec::new();
    // Tabs show the beginning of a title only: what a person is needed for comes first.
    if model.waiting() > 0 {
        parts.push(format!("{} waiting", model.waiting()));
    }
    parts.push(match model.state.project.as_str() {
        "" => "longhaul".to_owned(),
        project => project.to_owned(),
    });
    if phase != Phase::Empty && phase != Phase::WaitingForYou {
        parts.push(phase_word(phase).1.to_owned());
    }
    if all > 0 {
        parts.push(format!("{passing}/{all}"));
    }
    let joined = parts.join(&format!(" {} ", look.glyph(Glyph::Dot)));
    truncate(Clean::line(&joined).as_str(), LONGEST, look.glyph(Glyph::Ellipsis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Mode;
    use crate::ui::screenshots::{model_of, recorded};
    use ratatui::layout::Size;

    const SIZE: Size = Size { width: 80, height: 24 };

    #[test]
    fn it_tells_who_waits_then_project_state_and_progress() {
        let mut model = model_of(recorded().unwrap(), SIZE);
        assert_eq!(of(&model), "1 waiting · notes-cli · 6/14");
        model.state.open_questions.clear();
        assert_eq!(of(&model), "notes-cli · running · 6/14");
        model.appearance.ascii = true;
        assert!(of(&model).is_ascii());
        assert_eq!(of(&Model::plain(Mode::Offline, SIZE)), "longhaul");
    }

    #[test]
    fn a_hostile_project_name_cannot_leave_the_title() {
        let mut model = Model::plain(Mode::Offline, SIZE);
        model.state.project = format!("a\u{1b}\\\u{7}\u{9c}\n\u{202e}{}", "x".repeat(500));
        let title = of(&model);
        assert!(!title.chars().any(|c| c.is_control() || c == '\u{202e}'), "{title:?}");
        assert!(title.chars().count() <= LONGEST);
    }
}
