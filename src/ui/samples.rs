//! What the pictures show besides the recorded log: a next window, progress notes, a move back.

mod circling;
mod history;
mod survey;
mod verify;

pub use circling::sample_circling;
pub use history::sample_history;
pub use survey::sample_survey;
pub use verify::{sample_audit, sample_audited, sample_rerun, sample_test_run};

use crate::config::Settings;
use crate::harness::prompt::{Attendance, Prompts};
use crate::harness::window::{PreviewInput, preview};
use crate::protocol::window::{RuleSpan, SectionId, SectionRule, SentSection};
use crate::protocol::{FeatureMove, FeatureStatus, FileDiff, MoveKind, NextWindow, NotesMove, Oid, Rehearsal, Target};
use crate::session::State;
use std::path::Path;

/// Progress notes of the recorded project.
pub const NOTES: &str = include_str!("../../tests/fixtures/notes/progress.txt");

/// The files of now in the sample of a move back.
const NOW: &str = "5ab91e27c0d4f6e8a1b2c3d4e5f60718293a4b5c";
/// The files of then.
const THEN: &str = "77b0d114a3c2e1f0b9a8d7c6e5f4a3b2c1d0e9f8";

/// Returns what going back to a commit of the recorded project would do.
#[must_use]
pub fn sample_rehearsal(state: &State, target: &Target) -> Rehearsal {
    let commits = state.recent_commits();
    let place = match target {
        Target::Commit { commit } => commits.iter().position(|known| known.id == *commit).unwrap_or(0),
        Target::Checkpoint { .. } | Target::Undo | Target::Redo => 0,
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let to = commits.get(place);
    Rehearsal {
        target: target.clone(),
        kind: MoveKind::Rollback,
        title: to.map_or_else(String::new, |to| format!("{} \"{}\"", to.id.short(), to.subject)),
        branch: "main".to_owned(),
        from: commits.first().map(|commit| commit.id.clone()),
        to: to.map(|to| to.id.clone()),
        set_aside: commits.iter().take(place).cloned().collect(),
        returning: 0,
        changed: names(&["lib/notes.sh", "claude-progress.txt", "feature_list.json"]),
        removed: names(&["lib/export.awk"]),
        returned: names(&["lib/search.awk"]),
        untracked: names(&["scratch.txt", "out/a.md"]),
        modes: Vec::new(),
        staged: Vec::new(),
        left_alone: names(&["fixtures/dump.sql is larger than 20 MB"]),
        lacking: Vec::new(),
        edited: names(&["lib/notes.sh"]),
        undo: 12,
        features: ["F006", "F007"]
            .map(|id| FeatureMove {
                feature: id.into(),
                from: Some(FeatureStatus::Passing),
                to: Some(FeatureStatus::Failing),
                reworded: id == "F007",
            })
            .into(),
        notes: Some(NotesMove {
            path: "claude-progress.txt".to_owned(),
            set_aside: 2,
            returned: 0,
            changed: 1,
        }),
        trees: Some((Oid::from(NOW), Oid::from(THEN))),
        seen: "the state of the picture".to_owned(),
    }
}

/// Returns the lines that change with it.
#[must_use]
pub fn sample_changes() -> Vec<FileDiff> {
    let file = |path: &str, status: char, added: u32, removed: u32, patch: &str| FileDiff {
        path: path.into(),
        old_path: None,
        status,
        added,
        removed,
        note: String::new(),
        patch: patch.into(),
    };
    let turned = "@@ -1,2 +1,1 @@\n the notes of ada\n-export what F007 needs\n";
    vec![
        file("claude-progress.txt", 'M', 0, 14, turned),
        file(
            "feature_list.json",
            'M',
            2,
            2,
            include_str!("../../tests/fixtures/diffs/feature_list.patch"),
        ),
        file("lib/export.awk", 'D', 0, 14, turned),
        file(
            "lib/notes.sh",
            'M',
            2,
            9,
            include_str!("../../tests/fixtures/diffs/notes.patch"),
        ),
        file("lib/search.awk", 'A', 11, 0, turned),
        file("out/a.md", 'D', 0, 3, turned),
        file("scratch.txt", 'D', 0, 1, turned),
    ]
}

/// Returns the next window of the recorded project, compared with a session that was told less. `None` if a prompt is broken.
#[must_use]
pub fn sample_window(state: &State) -> Option<NextWindow> {
    let (prompts, settings) = (Prompts::load(None).ok()?, Settings::builtin());
    let mut state = state.clone();
    let off = |state: &mut State, name, span| state.window_rules.set(SectionId::new(name), SectionRule::Off, span);
    off(&mut state, "git status", RuleSpan::Once);
    let compose = |state: &State| {
        preview(&PreviewInput {
            committed: None,
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
