//! What the pictures show besides the recorded log: a next window and progress notes, made by the code that makes real ones.

use crate::config::Settings;
use crate::harness::prompt::{Attendance, Prompts};
use crate::harness::window::{PreviewInput, preview};
use crate::protocol::NextWindow;
use crate::protocol::window::{RuleSpan, SectionId, SectionRule, SentSection};
use crate::session::State;
use std::path::Path;

/// Progress notes of the recorded project.
pub const NOTES: &str = include_str!("../../tests/fixtures/notes/progress.txt");

/// Returns the next window of the recorded project, compared with a session that was told less. `None` if a prompt is broken.
#[must_use]
pub fn sample_window(state: &State) -> Option<NextWindow> {
    let (prompts, settings) = (Prompts::load(None).ok()?, Settings::builtin());
    let mut state = state.clone();
    let off = |state: &mut State, name, span| state.window_rules.set(SectionId::new(name), SectionRule::Off, span);
    off(&mut state, "git status", RuleSpan::Once);
    let compose = |state: &State| {
        preview(&PreviewInput {
            state,
            settings: &settings,
            workspace: Path::new("/home/ada/notes"),
            prompts: &prompts,
            attendance: Attendance::Attended,
            spec: None,
        })
        .ok()
    };
    // The session before was told the same but for the newest commit and a line that is gone.
    let told = compose(&state)?;
    let earlier = told.sections.iter().map(|section| {
        let text = match section.section.as_str() {
            "git log" => section
                .text
                .lines()
                .enumerate()
                .filter(|(n, _)| *n != 1)
                .map(|(_, line)| line)
                .collect::<Vec<_>>()
                .join("\n"),
            "closing" => format!("{}\nThe human is away until noon.", section.text),
            _ => section.text.clone(),
        };
        SentSection {
            section: section.section.clone(),
            place: section.place,
            text,
        }
    });
    let earlier = earlier.collect();
    let last = state.sessions.iter_mut().rev().find(|session| session.role == told.role)?;
    last.window = earlier;
    compose(&state)
}
