//! A person's edit of the feature list while no run is on.
//!
//! Owns what such an edit is carried out with: the guard as the last run left it, the user's own git. The edit itself is
//! [`crate::harness::plan`]'s. Invariant: the next run starts with the edited list as the agreed one, not as a change from outside.

use super::present::observed;
use crate::config::Settings;
use crate::git::{GitError, Repo, Unsigned};
use crate::guard::{Guard, GuardContext};
use crate::harness::FeatureList;
use crate::harness::plan::{Asked, Bench, PlanError};
use crate::protocol::event::FeatureListLoaded;
use crate::protocol::{Event, Oid, SessionNo};
use crate::store::ProjectDir;
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

fn carry_out(
    workspace: &Path,
    dir: &ProjectDir,
    settings: &Settings,
    session: SessionNo,
    asked: &Asked<'_>,
) -> Result<Vec<Event>, PlanError> {
    // The lock and the log know the workspace by any name; git and the guard by its true one.
    let workspace = workspace.canonicalize().map_err(|error| PlanError::Write {
        what: format!("{} cannot be opened: {error}", workspace.display()),
    })?;
    let guard = Guard::resume(GuardContext {
        workspace: workspace.clone(),
        baseline: dir.baseline(),
        feature_list: settings.feature_list.clone(),
        test_globs: settings.verify.tests.clone(),
    });
    let guard = guard.map_err(|error| PlanError::Write { what: error.to_string() })?;
    let write = |bytes: &[u8]| {
        let written = guard.hand_over(&settings.feature_list, bytes);
        written.map_err(|error| error.to_string())
    };
    let made = asked.carry_out(&Bench {
        workspace: &workspace,
        list: &settings.feature_list,
        trusted: None,
        session,
        author: settings.author.clone(),
        // No session makes this commit, so none is named.
        finish: &|message| message,
        sign: &|unsigned| sign(&workspace, unsigned),
        write: &write,
    })?;
    let mut events: Vec<Event> = vec![made.edited.into()];
    events.extend(made.flipped.map(Event::from));
    events.push(loaded(&made.list, &settings.feature_list));
    events.extend(observed(&workspace).map(Event::from));
    Ok(events)
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
