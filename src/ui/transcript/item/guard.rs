//! What guards said, and what changed behind the agent's back. Loud enough to be seen, calm enough to be read.

use super::row::{NAME, Row, head, words};
use super::{Scene, call};
use crate::protocol::event::{BreachFound, ExternalChangeSeen, ExternalKind, Ruling, RulingMade};
use crate::session::Call;
use crate::ui::text::{Glyph, width};
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use ratatui::text::Line;

/// Lines of a reason unless opened.
const REASON: usize = 3;

/// Columns of a row that are not its text's: marks, and what sort of thing changed.
const BESIDE: usize = 24;

/// A refusal with its reason.
pub(super) fn ruling(made: &RulingMade, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let word = match made.ruling {
        Ruling::Allow => "allowed",
        Ruling::Ask => "asks you",
        Ruling::Deny => "refused",
    };
    said(word, &made.title, &format!("by guard {}", made.guard), &made.reason, scene)
}

/// A refusal with all that the call asked for, and its reason.
pub(crate) fn ruling_with_call(made: &RulingMade, call: &Call, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = ruling(made, scene);
    lines.splice(1..1, call::asked(call, scene));
    lines
}

/// A guarded file that was changed and put back.
pub(super) fn breach(found: &BreachFound, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let tail = if found.in_commit {
        "is guarded; it is committed as agreed"
    } else if found.restored {
        "is guarded; it is back as it was"
    } else {
        "is left as it is"
    };
    said("breach", &format!("{} {tail}", found.path), "", &found.detail, scene)
}

fn said(word: &str, title: &str, by: &str, reason: &str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let row = Row::new(scene.look, Glyph::Guard, Slot::Warning)
        .word(word, Slot::Warning, NAME)
        .title(title, Slot::Text)
        .title(by, Slot::Dim);
    if scene.fold == Fold::Shut {
        return vec![row.title(reason, Slot::Dim).line(scene.width)];
    }
    let mut lines = vec![row.line(scene.width)];
    let reason = words(reason.trim(), Slot::Text, 2, scene);
    let keep = if scene.fold == Fold::Auto { REASON } else { reason.len() };
    lines.extend(head(reason, keep, 2, scene));
    lines
}

const fn kind(what: ExternalKind) -> &'static str {
    match what {
        ExternalKind::FeatureList => "feature list",
        ExternalKind::Notes => "progress notes",
        ExternalKind::Tree => "files",
        ExternalKind::Refs => "branches",
        ExternalKind::Processes => "processes",
    }
}

/// What a person changed by the means of this program.
pub(super) fn by_hand(what: ExternalKind, text: &str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let row = Row::new(scene.look, Glyph::Person, Slot::Human)
        .word("by hand", Slot::Human, NAME)
        .title(kind(what), Slot::Text)
        .title(text, Slot::Text);
    vec![row.line(scene.width)]
}

/// A change from outside.
pub(super) fn external(seen: &ExternalChangeSeen, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let is_open = matches!(scene.fold, Fold::Open | Fold::Whole);
    let mut row = Row::new(scene.look, Glyph::Person, Slot::Human)
        .word("outside", Slot::Human, NAME)
        .title(kind(seen.what), Slot::Text);
    // Cut, it would hold back what a person opens it for.
    let fits = width(&seen.detail) + NAME + BESIDE <= scene.width;
    if !is_open || fits {
        row = row.title(&seen.detail, Slot::Text);
    }
    let says_it = |path: &String| seen.detail.contains(path.as_str());
    if !is_open && !seen.paths.iter().all(says_it) {
        row = row.title(&seen.paths.join(", "), Slot::Dim);
    }
    let mut lines = vec![row.line(scene.width)];
    if is_open && !fits {
        lines.extend(words(&seen.detail, Slot::Text, 2, scene));
    }
    if is_open {
        lines.extend(seen.paths.iter().flat_map(|path| words(path, Slot::Dim, 2, scene)));
    }
    lines
}
