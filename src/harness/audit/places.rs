//! What a finding of the audit speaks of: entries of the session's transcript, its commits, features.
//!
//! Invariant: every place is of the session that is audited, or a feature of the list.

use super::claims::{Said, contradictions};
use super::{Worked, is_empty, is_smoke, path_of};
use crate::harness::NOTES;
use crate::protocol::event::{AuditPlace, FileWritten, FlipBy};
use crate::protocol::{Feature, FeatureStatus, Seq, ToolKind};
use crate::session::Session;
use crate::session::state::KeptCheckpoint;
use crate::session::timeline::{Item, ItemKind};

/// Places named of one finding.
const MOST: usize = 8;

/// The entries of a session that are wanted.
fn entries(session: &Session, wanted: impl Fn(&ItemKind) -> bool) -> Vec<AuditPlace> {
    let found = session.items.iter().filter(|item| wanted(&item.kind));
    found.map(|item| event(item.seq)).take(MOST).collect()
}

const fn event(seq: Seq) -> AuditPlace {
    AuditPlace::Event { seq }
}

/// The orientation, or the edit that came before any.
pub(super) fn orientation(session: &Session, oriented: bool) -> Vec<AuditPlace> {
    let writes =
        |kind: &ItemKind| matches!(kind, ItemKind::Call(call) if matches!(call.kind, Some(ToolKind::Edit | ToolKind::Execute)));
    if oriented {
        entries(session, |kind| matches!(kind, ItemKind::Orientation(_)))
    } else {
        entries(session, writes).into_iter().take(1).collect()
    }
}

/// The smoke test, or where it should have been.
pub(super) fn smoke(session: &Session, has_tests: bool) -> Vec<AuditPlace> {
    let ran = entries(session, |kind| is_smoke(kind, has_tests));
    if ran.is_empty() && has_tests {
        session.items.first().map(|item: &Item| event(item.seq)).into_iter().collect()
    } else {
        ran
    }
}

/// The flips by which features came to pass; else what the session was to work on.
pub(super) fn flips(worked: &Worked<'_>, session: &Session) -> Vec<AuditPlace> {
    let own = entries(
        session,
        |kind| matches!(kind, ItemKind::Flipped(flip) if flip.to == FeatureStatus::Passing && flip.by == FlipBy::Agent),
    );
    if !own.is_empty() {
        return own;
    }
    let feature = session.feature.clone().filter(|id| worked.state.features.get(id).is_some());
    feature.map(|feature| AuditPlace::Feature { feature }).into_iter().collect()
}

/// The calls that wrote last what is not committed; where that is not known, the last one that wrote anything.
pub(super) fn writers(worked: &Worked<'_>, session: &Session) -> Vec<AuditPlace> {
    let steps = || {
        worked
            .state
            .checkpoints
            .iter()
            .rev()
            .filter(|kept| kept.session == session.number)
    };
    let entry = |kept: &KeptCheckpoint| entry(session, kept);
    let writer = |dirty: &String| {
        let path = path_of(dirty);
        // What is new as a whole is told by its directory.
        let wrote = |file: &FileWritten| file.path == path || path.ends_with('/') && file.path.starts_with(path);
        steps().find(|kept| kept.made.wrote.iter().any(wrote)).and_then(entry)
    };
    let mut found: Vec<Seq> = worked.dirty.iter().filter_map(writer).collect();
    if found.is_empty() && !worked.dirty.is_empty() {
        found.extend(steps().find_map(entry));
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(event).take(MOST).collect()
}

/// Guarded files that were changed.
pub(super) fn breaches(session: &Session) -> Vec<AuditPlace> {
    entries(session, |kind| matches!(kind, ItemKind::Breach(_)))
}

/// Where it was seen to go round.
pub(super) fn rounds(session: &Session) -> Vec<AuditPlace> {
    entries(session, |kind| matches!(kind, ItemKind::Circling(_)))
}

/// The notes that the session wrote; with `lies`, those only that the list gives the lie. Where there are none, the calls that wrote
/// into their file.
pub(super) fn notes(worked: &Worked<'_>, session: &Session, lies: bool) -> Vec<AuditPlace> {
    let found = entries(
        session,
        |kind| matches!(kind, ItemKind::Note { text } if !lies || !contradictions(text, Said::Note, worked.state, worked.session).is_empty()),
    );
    if !found.is_empty() {
        return found;
    }
    let steps = worked.state.checkpoints.iter().filter(|kept| kept.session == session.number);
    let writers = steps.filter(|kept| kept.made.wrote.iter().any(|file| file.path == NOTES));
    writers
        .filter_map(|kept| entry(session, kept))
        .map(event)
        .take(MOST)
        .collect()
}

/// The call that a checkpoint was made behind.
fn entry(session: &Session, kept: &KeptCheckpoint) -> Option<Seq> {
    let index = session.calls.get(kept.made.call.as_ref()?)?;
    Some(session.items.get(*index)?.seq)
}

/// The features that these lies name, or, if they name none, those that do not pass.
pub(super) fn open_features(worked: &Worked<'_>, lies: &[String]) -> Vec<AuditPlace> {
    let rows = worked.state.features.rows.iter().map(|row| &row.feature);
    let is_named = |feature: &&Feature| {
        lies.iter()
            .any(|lie| lie.split([' ', ',']).any(|word| word == feature.id.as_str()))
    };
    let named = rows.clone().any(|feature| is_named(&feature));
    rows.filter(|feature| is_named(feature) || !named && feature.status != FeatureStatus::Passing)
        .map(|feature| AuditPlace::Feature {
            feature: feature.id.clone(),
        })
        .take(MOST)
        .collect()
}

/// The session's commits; with `empty`, those only whose message says nothing.
pub(super) fn commits(worked: &Worked<'_>, empty: bool) -> Vec<AuditPlace> {
    let own = worked.state.commits.iter().filter(|commit| commit.session == worked.session);
    let wanted = own.filter(|commit| !empty || is_empty(worked, &commit.made.message));
    wanted
        .map(|commit| AuditPlace::Commit {
            commit: commit.made.commit.clone(),
        })
        .take(MOST)
        .collect()
}
