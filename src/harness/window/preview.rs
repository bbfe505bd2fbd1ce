//! The next window as it would begin now, without running anything.

use super::{START, Scene, Section, Window, differ_by_own_flips};
use crate::config::Settings;
use crate::harness::comments;
use crate::harness::init::InitScript;
use crate::harness::notes::NotesError;
use crate::harness::orient::{self, estimate_tokens};
use crate::harness::prompt::{Attendance, Prompts};
use crate::harness::removed::{Removed, removed};
use crate::harness::select;
use crate::protocol::event::OrientationPart;
use crate::protocol::window::{ChangedLine, LineChange, NextWindow, Place, SectionId, SectionPreview, SentSection};
use crate::protocol::{Delivery, Feature, Role, SessionNo};
use crate::session::timeline::ItemKind;
use crate::session::{Session, State};
use similar::{ChangeTag, TextDiff};
use std::path::Path;
use std::time::Duration;

/// Name of the part that tells the smoke test.
const SMOKE: &str = "smoke test";

/// Name of the sections of messages that wait.
const MESSAGE: &str = "message from you";

/// What a preview is made from.
#[derive(Debug, Clone, Copy)]
pub struct PreviewInput<'a> {
    /// The project, its list and its repository as they are now.
    pub state: &'a State,
    /// Settings in force.
    pub settings: &'a Settings,
    /// The workspace.
    pub workspace: &'a Path,
    /// Prompts in force.
    pub prompts: &'a Prompts,
    /// Whether somebody will be there to answer.
    pub attendance: Attendance,
    /// The specification, where it is known.
    pub spec: Option<&'a str>,
    /// The feature list of the last commit, where there is one.
    pub committed: Option<&'a [Feature]>,
}

/// Composes the next window by what is known now. Reads files of the workspace, runs nothing, writes nothing.
///
/// # Errors
/// The progress notes are there and cannot be read.
pub fn preview(input: &PreviewInput<'_>) -> Result<NextWindow, NotesError> {
    let state = input.state;
    let features: Vec<Feature> = state.features.rows.iter().map(|row| row.feature.clone()).collect();
    let begun = state.repository.as_ref().is_some_and(|repository| repository.head.is_some());
    let role = select::role(&features, begun);
    let feature = (role == Role::Coding).then(|| state.next_feature()).flatten();
    let feature = feature.map(|(row, why)| (row.feature.clone(), why.to_owned()));
    let unlikely = (role == Role::Coding && feature.is_none())
        .then(|| "every feature passes or is skipped; no session comes after this one".to_owned());
    let session = state.sessions.last().map_or(SessionNo(1), |last| last.number.next());
    let scene = Scene::of(
        state,
        input.settings,
        input.workspace,
        input.attendance,
        session,
        input.spec.map(str::to_owned),
        feature,
    );
    let is_own = |committed: &[Feature]| differ_by_own_flips(state, committed, &features);
    let scene = if input.committed.is_some_and(is_own) {
        scene.with_own_flips()
    } else {
        scene
    };
    let parts = parts(input, role, &scene)?;
    let window = Window::compose(input.prompts, role, &scene.facts, &parts, &state.window_rules);
    let before = state
        .sessions
        .iter()
        .rev()
        .find(|before| before.role == role && !before.window.is_empty());
    let mut sections: Vec<SectionPreview> = window
        .sections
        .iter()
        .map(|section| section_preview(section, role, before))
        .collect();
    let said = said(state);
    sections.extend(said.iter().map(|text| SectionPreview {
        section: SectionId::new(MESSAGE),
        place: Place::First,
        text: text.clone(),
        tokens: estimate_tokens(text),
        rule: None,
        fixed: Some("a message of yours, which can be changed where it waits".to_owned()),
        later: false,
        lines: before.map(|_| compare("", text)).unwrap_or_default(),
    }));
    sections.extend(before.into_iter().flat_map(|before| gone(before, &window)));
    Ok(NextWindow {
        session,
        role,
        unlikely,
        doubts: removed(state, input.workspace).iter().map(Removed::words).collect(),
        model: input.settings.model.clone(),
        context_window: input.settings.context_window,
        tokens: sections.iter().map(|section| section.tokens).sum(),
        compared_with: before.map(|before| before.number),
        sections,
        system: window.system(),
        first: [vec![window.first()], said].concat().join("\n"),
    })
}

/// Messages of a person that no step took: they come behind the first message, as they would be delivered. A session that is on
/// takes them itself; one that was killed takes nothing any more.
fn said(state: &State) -> Vec<String> {
    let is_on = |session: &Session| session.ended.is_none() && !session.is_interrupted();
    if state.current().is_some_and(is_on) {
        return Vec::new();
    }
    let mut waiting: Vec<_> = state.messages.iter().collect();
    waiting.sort_by_key(|message| message.when != Delivery::Now);
    waiting.into_iter().map(|message| comments::said(&message.text)).collect()
}

/// What orientation finds now; of what it would have to run, how that ended last.
fn parts(input: &PreviewInput<'_>, role: Role, scene: &Scene) -> Result<Vec<OrientationPart>, NotesError> {
    if role == Role::Initializer {
        return scene.gather(None);
    }
    let mut parts = Vec::new();
    if let Some(script) = InitScript::find(input.workspace, std::env::var_os("PATH").as_deref()) {
        parts.push(OrientationPart {
            name: START.into(),
            command: script.command().into(),
            text: last_start(input.state).unwrap_or_else(|| "(it has not been started yet)".into()),
        });
    }
    parts.extend(orient::uncommitted(input.state));
    let tests = input.state.tests.latest.as_ref().map(|(_, _, run)| run);
    let mut gathered = scene.gather(tests)?;
    if let (None, Some(command)) = (tests, &scene.facts.verify_command) {
        gathered.push(OrientationPart {
            name: SMOKE.into(),
            command: command.clone(),
            text: "(the tests have not been run yet)".into(),
        });
    }
    parts.append(&mut gathered);
    Ok(parts)
}

fn last_start(state: &State) -> Option<String> {
    let parts = state.sessions.iter().rev().flat_map(|session| &session.items);
    let mut told = parts.filter_map(|item| match &item.kind {
        ItemKind::Orientation(told) => told.parts.iter().find(|part| part.name == START),
        _ => None,
    });
    told.next().map(|part| part.text.clone())
}

fn section_preview(section: &Section, role: Role, before: Option<&Session>) -> SectionPreview {
    let sent = section.sent.trim();
    let earlier = before.map(|before| {
        let same = |told: &&SentSection| told.section == section.id && told.place == section.place;
        before.window.iter().find(same).map_or("", |told| told.text.as_str())
    });
    let later = role == Role::Coding && [START, SMOKE].contains(&section.id.as_str());
    SectionPreview {
        section: section.id.clone(),
        place: section.place,
        text: if sent.is_empty() {
            section.natural.clone()
        } else {
            sent.to_owned()
        },
        tokens: estimate_tokens(&section.sent),
        rule: section.rule.clone(),
        fixed: section.fixed.map(str::to_owned),
        later,
        lines: earlier.map(|earlier| compare(earlier, sent)).unwrap_or_default(),
    }
}

/// Sections of the session before that this one would not have.
fn gone(before: &Session, window: &Window) -> Vec<SectionPreview> {
    let here = |told: &&SentSection| {
        let same = |section: &Section| section.id == told.section && section.place == told.place;
        !window.sections.iter().any(same)
    };
    let gone = |told: &SentSection| SectionPreview {
        section: told.section.clone(),
        place: told.place,
        text: String::new(),
        tokens: 0,
        rule: None,
        fixed: Some("there is nothing to tell this time".into()),
        later: false,
        lines: compare(&told.text, ""),
    };
    before.window.iter().filter(here).map(gone).collect()
}

/// Compares two texts line by line.
fn compare(before: &str, now: &str) -> Vec<ChangedLine> {
    // A last line without its line feed would count as another line than the same one in the middle.
    let ended = |text: &str| if text.is_empty() { String::new() } else { format!("{text}\n") };
    let (before, now) = (ended(before), ended(now));
    let diff = TextDiff::configure()
        .timeout(Duration::from_millis(200))
        .diff_lines(before.as_str(), now.as_str());
    let line = |change: similar::Change<&str>| ChangedLine {
        change: match change.tag() {
            ChangeTag::Equal => LineChange::Same,
            ChangeTag::Insert => LineChange::Added,
            ChangeTag::Delete => LineChange::Removed,
        },
        text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
    };
    diff.iter_all_changes().map(line).collect()
}
