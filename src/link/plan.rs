//! A person's edit of the feature list while no run is on.
//!
//! Owns what such an edit is carried out with: the guard as the last run left it, the user's own git. The edit itself is
//! [`crate::harness::plan`]'s. Invariant: the next run starts with the edited list as the agreed one, not as a change from outside.

use super::present::observed;
use crate::config::Settings;
use crate::git::{GitError, Repo, Unsigned};
use crate::guard::{Guard, GuardContext};
use crate::harness::FeatureList;
use crate::harness::plan::{self, Asked, Bench, PlanError};
use crate::protocol::event::FeatureListLoaded;
use crate::protocol::{Event, Oid, SessionNo};
use crate::store::{self, ProjectDir};
use std::path::Path;

/// Carries an edit out and says what happened, as events. The caller holds the project's lock.
pub fn edit(workspace: &Path, dir: &ProjectDir, settings: &Settings, session: SessionNo, asked: &Asked<'_>) -> Vec<Event> {
    match carry_out(workspace, dir, settings, session, asked) {
        Ok(events) => events,
        Err(why) => {
            let mut events = vec![asked.refused(&why)];
            // Whoever tries again must see what there is.
            events.extend(
                FeatureList::read(&workspace.join(&settings.feature_list))
                    .ok()
                    .flatten()
                    .map(|list| loaded(&list, &settings.feature_list)),
            );
            events
        }
    }
}

/// What an event of an edit says of how it went: its commit, if it needed one, or why it was refused.
pub fn outcome(event: &Event) -> Option<Result<Option<Oid>, String>> {
    match event {
        Event::FeatureListEdited(edited) => Some(Ok(edited.commit.clone())),
        Event::FeatureEditRefused(refused) => Some(Err(refused.reason.clone())),
        _ => None,
    }
}

/// Settles an edit that was cut off, and says what came of it, as events; none if none was. The caller holds the project's lock.
///
/// # Errors
/// What could not be read or written; nothing is forgotten then.
pub fn settle(workspace: &Path, dir: &ProjectDir, settings: &Settings, session: SessionNo) -> Result<Vec<Event>, PlanError> {
    let told = at(workspace, dir, settings, session, plan::settle)?;
    // It may have been told already, and killed right after.
    let [Event::FeatureListEdited(edited), ..] = &told[..] else {
        return Ok(told);
    };
    let same = |event: &Event| matches!(event, Event::FeatureListEdited(other) if other.commit == edited.commit).then_some(());
    let known = edited.commit.is_some() && store::latest(dir, same).is_ok_and(|found| found.is_some());
    Ok(if known { Vec::new() } else { told })
}

/// The sentence for a person about an edit that was settled.
pub fn settled(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::FeatureListEdited(edited) => Some(format!("an edit by hand that had been cut off is finished: {}", edited.title)),
        Event::FeatureEditRefused(refused) => Some(format!("an edit of the feature list by hand: {}", refused.reason)),
        _ => None,
    })
}

fn carry_out(
    workspace: &Path,
    dir: &ProjectDir,
    settings: &Settings,
    session: SessionNo,
    asked: &Asked<'_>,
) -> Result<Vec<Event>, PlanError> {
    let made = at(workspace, dir, settings, session, |bench| asked.carry_out(bench))?;
    let mut events: Vec<Event> = vec![made.edited.into()];
    events.extend(made.flipped.map(Event::from));
    events.push(loaded(&made.list, &settings.feature_list));
    events.extend(observed(workspace).map(Event::from));
    Ok(events)
}

/// Does something with what edits are made with here.
fn at<T>(
    workspace: &Path,
    dir: &ProjectDir,
    settings: &Settings,
    session: SessionNo,
    act: impl FnOnce(&Bench<'_>) -> Result<T, PlanError>,
) -> Result<T, PlanError> {
    // The lock and the log know the workspace by any name; git and the guard by its true one.
    let workspace = workspace.canonicalize().map_err(|error| PlanError::Write {
        what: format!("{} cannot be opened: {error}", workspace.display()),
    })?;
    let guard = Guard::resume(GuardContext::of(&workspace, dir.baseline(), settings));
    let guard = guard.map_err(|error| PlanError::Write { what: error.to_string() })?;
    let pending = dir.pending_edit();
    act(&Bench {
        workspace: &workspace,
        list: &settings.feature_list,
        trusted: None,
        session,
        author: settings.author.clone(),
        // No session makes this commit, so none is named.
        finish: &|message| message,
        sign: &|unsigned| sign(&workspace, unsigned),
        write: &|bytes| {
            let written = guard.hand_over(&settings.feature_list, bytes);
            written.map_err(|error| error.to_string())
        },
        // Without a log there is nobody to tell.
        pending: dir.exists().then_some(pending.as_path()),
    })
}

fn loaded(list: &FeatureList, path: &Path) -> Event {
    FeatureListLoaded {
        path: path.display().to_string(),
        features: list.features().to_vec(),
        notices: list.notices().to_vec(),
    }
    .into()
}

/// Has the commit signed, as the user's git would; this thread waits for it.
fn sign(workspace: &Path, unsigned: Unsigned) -> Result<Option<Oid>, GitError> {
    let Some(signing) = Repo::discover(workspace)?.signing()? else {
        return Ok(None);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| GitError::Sign {
        reason: error.to_string(),
    })?;
    runtime.block_on(signing.sign(workspace, unsigned)).map(Some)
}
