//! What lasts: the feature chosen, flips, commits, notes.

use super::Scene;
use super::row::{NAME, Row, head, names, words};
use crate::protocol::event::{CommitMade, FeatureFlipped, FeatureSelected, FlipBy, RolledBack};
use crate::protocol::{EvidenceKind, FeatureStatus, TestTotals};
use crate::ui::text::Glyph;
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use ratatui::text::Line;

/// Lines of a note unless opened.
const NOTE: usize = 3;

/// The session's feature.
pub(super) fn selected(selected: &FeatureSelected, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let row = Row::new(scene.look, Glyph::Active, Slot::Active)
        .word("feature", Slot::Harness, NAME)
        .title(selected.feature.as_str(), Slot::Bold)
        .title(&selected.reason, Slot::Dim);
    vec![row.line(scene.width)]
}

/// A pass flag that changed, with what it rests on.
pub(super) fn flipped(flip: &FeatureFlipped, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let (word, slot) = match (flip.from, flip.to) {
        (_, FeatureStatus::Passing) => ("passes", Slot::Pass),
        (FeatureStatus::Passing, _) if flip.by == FlipBy::Human => ("open again", Slot::Pending),
        (FeatureStatus::Passing, _) if flip.is_uncommitted() => ("not committed", Slot::Pending),
        (FeatureStatus::Passing, _) => ("regressed", Slot::Regressed),
        _ => ("fails", Slot::Fail),
    };
    let by = match flip.by {
        FlipBy::Agent => "",
        FlipBy::Harness => "by the harness",
        FlipBy::Human => "by hand",
    };
    // A person's word is its own evidence: who said it is named once.
    let evidence = flip.evidence.as_ref().filter(|evidence| evidence.kind != EvidenceKind::Human);
    let evidence = evidence.map_or("", |evidence| evidence.summary.as_str());
    let row = Row::new(scene.look, Glyph::Fact, slot)
        .word(flip.feature.as_str(), Slot::Bold, 0)
        .title(word, slot)
        .title(evidence, Slot::Text)
        .title(by, Slot::Dim);
    let reason = flip.reason.trim();
    if scene.fold == Fold::Shut || (scene.fold == Fold::Auto && flip.to == FeatureStatus::Passing) {
        return vec![row.title(reason, Slot::Dim).line(scene.width)];
    }
    let mut lines = vec![row.line(scene.width)];
    if !reason.is_empty() {
        lines.extend(words(reason, Slot::Text, 2, scene));
    }
    lines
}

/// A commit with the tests before and after it.
pub(super) fn commit(made: &CommitMade, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let arrow = scene.look.glyph(Glyph::Arrow);
    let counts = |totals: &TestTotals| format!("{}/{}", totals.passed, totals.passed + totals.failed);
    let (tests, slot) = match (&made.tests_before, &made.tests_after) {
        (_, None) => ("untested".to_owned(), Slot::Warning),
        (None, Some(after)) => (format!("tests {}", counts(after)), passed(after)),
        (Some(before), Some(after)) => (format!("tests {} {arrow} {}", counts(before), counts(after)), passed(after)),
    };
    let feature = made.feature.as_ref().map_or("", |feature| feature.as_str());
    let subject = made.message.lines().next().unwrap_or_default();
    let mut row = Row::new(scene.look, Glyph::Fact, Slot::Active)
        .word("commit", Slot::Bold, NAME)
        .title(made.commit.short(), Slot::Dim)
        .title(subject, Slot::Bold);
    if made.over_hook.is_some() {
        row = row.right("over the hook", Slot::Warning, 0);
    }
    let row = row
        .right(feature, Slot::Dim, 0)
        .right(&format!("+{} -{}", made.added, made.removed), Slot::Dim, 0)
        .right(&tests, slot, 0);
    let mut lines = vec![row.line(scene.width)];
    if matches!(scene.fold, Fold::Open | Fold::Whole) {
        let body: Vec<&str> = made
            .message
            .lines()
            .skip(1)
            .skip_while(|line| line.trim().is_empty())
            .collect();
        lines.extend(words(&body.join("\n"), Slot::Text, 2, scene));
        if let Some(failure) = &made.over_hook {
            lines.extend(words(&format!("approved all the same: {failure}"), Slot::Warning, 2, scene));
        }
        let parent = made
            .parent
            .as_ref()
            .map_or_else(|| "the first commit".to_owned(), |parent| format!("on {}", parent.short()));
        let files = crate::ui::text::format::plural(made.files as usize, "file");
        let facts = format!("{tests}; {files}, {parent}, tree {}", made.tree.short());
        lines.extend(words(&facts, Slot::Dim, 2, scene));
    }
    lines
}

/// A move back or forth.
pub(super) fn moved(moved: &RolledBack, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let files = crate::ui::text::format::plural(moved.files as usize, "file");
    // The titles of such moves quote each other: what tells one from the next comes first.
    let title = match moved.restored {
        Some(undo) => format!("undo {undo} is back: {}", moved.title),
        None => format!("to {}", moved.title),
    };
    let row = Row::new(scene.look, Glyph::Person, Slot::Human)
        .word(moved.kind.word(), Slot::Human, NAME)
        .title(&title, Slot::Bold)
        .right(&format!("undo {}", moved.undo), Slot::Dim, 0)
        .right(&files, Slot::Dim, 0);
    let mut lines = vec![row.line(scene.width)];
    let sessions: Vec<String> = moved.abandoned.iter().map(ToString::to_string).collect();
    if !sessions.is_empty() {
        lines.extend(words(
            &format!("not in the files any more: {}", sessions.join(", ")),
            Slot::Dim,
            2,
            scene,
        ));
    }
    if let Some(aside) = moved.aside() {
        lines.extend(names(&aside, Slot::Warning, 2, scene));
    }
    if !moved.kept.is_empty() {
        lines.extend(names(
            &format!("changed meanwhile, kept as {}", moved.kept.join(", ")),
            Slot::Warning,
            2,
            scene,
        ));
    }
    lines
}

const fn passed(totals: &TestTotals) -> Slot {
    if totals.failed == 0 { Slot::Pass } else { Slot::Fail }
}

/// A progress note.
pub(super) fn note(text: &str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let row = Row::new(scene.look, Glyph::Fact, Slot::Harness).word("note", Slot::Harness, NAME);
    let text = text.trim();
    if scene.fold == Fold::Shut {
        return vec![row.title(text, Slot::Text).line(scene.width)];
    }
    let mut body = words(text, Slot::Text, NAME + 3, scene);
    let keep = if scene.fold == Fold::Auto { NOTE } else { body.len() };
    if body.is_empty() {
        return vec![row.line(scene.width)];
    }
    // The first line stands beside the mark.
    let first = body.remove(0).spans.into_iter().skip(1);
    let mut line = row.line(scene.width);
    line.spans.extend(first);
    body.insert(0, line);
    head(body, keep, NAME + 3, scene)
}
