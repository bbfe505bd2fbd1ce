//! A person's edits of the feature list in a live run: kept until the running step is over, then carried out.
//!
//! Owns when, and who learns of it; what an edit is, [`crate::harness::plan`] says. Between two steps no tool of the agent runs, no
//! commit waits for a decision, and no answer is on its way that names features by ids of before.
//! Invariant: an edit that was asked for is answered by an event, also where its session or run ends first.

use super::steer;
use crate::engine::commit::{index, rites};
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::engine::proof::features;
use crate::engine::run::facts::SessionFacts;
use crate::engine::run::session::COMMITS;
use crate::git::{GitError, Unsigned};
use crate::harness::plan::{Asked, Bench, Made, PlanError, forget, told};
use crate::protocol::event::FeatureEditRefused;
use crate::protocol::plan::{Base, FeatureEdit};
use crate::protocol::{FeatureStatus, Role};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;

/// Edits that wait for the running step.
#[derive(Debug, Default)]
pub struct Edits(Mutex<VecDeque<Wish>>);

/// An edit that a person asked for.
#[derive(Debug)]
pub struct Wish {
    /// The list that was shown.
    pub base: Base,
    /// The edit.
    pub edit: FeatureEdit,
    /// Why.
    pub reason: String,
}

impl Wish {
    const fn asked(&self) -> Asked<'_> {
        Asked {
            base: &self.base,
            edit: &self.edit,
            reason: self.reason.as_str(),
        }
    }
}

impl Edits {
    /// Keeps an edit.
    pub fn keep(&self, wish: Wish) {
        self.queue().push_back(wish);
    }

    fn next(&self) -> Option<Wish> {
        self.queue().pop_front()
    }

    /// An edit was made: those behind it that a person made from the same list are edits of the list as it is now. Not where ids moved,
    /// nor where the edit changed the words that another one is about: then its author must see them first.
    fn follow(&self, base: &Base, made: &Made) {
        let (edit, now) = (&made.edited.edit, Base::of(made.list.features()));
        if !made.edited.renamed.is_empty() {
            return;
        }
        let words = match edit {
            FeatureEdit::Reword { feature, .. } | FeatureEdit::Split { feature, .. } | FeatureEdit::Remove { feature } => {
                Some(feature)
            }
            FeatureEdit::Add { .. } | FeatureEdit::Move { .. } | FeatureEdit::Flip { .. } => None,
        };
        let of_place = |next: &FeatureEdit| matches!(next, FeatureEdit::Move { .. });
        let stands = |next: &FeatureEdit| of_place(next) || words.is_none() || next.feature() != words;
        for next in self
            .queue()
            .iter_mut()
            .filter(|next| next.base == *base && stands(&next.edit))
        {
            next.base = now.clone();
        }
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Wish>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells of edits that were waiting when an earlier run was cut off: nobody makes them without their author.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn tell_lost(project: &Project) -> Result<(), EngineError> {
    let lost = project.journal.with_state(|state| state.lost_edits.clone());
    for lost in lost.into_iter().filter(|lost| !lost.is_told) {
        let reason = lost.to_string();
        let edit = lost.edit;
        project.record(FeatureEditRefused { edit, reason })?;
    }
    Ok(())
}

/// Carries out what waits, between two steps of a session. Returns what the agent must be told.
///
/// # Errors
/// Fails if the log cannot be written, or the user's index or repository cannot be read.
pub async fn in_session(dispatch: &Dispatch) -> Result<Vec<String>, EngineError> {
    let mut all = Vec::new();
    while let Some(wish) = dispatch.project.edits.next() {
        if let Some(made) = carry_out(&dispatch.project, Some(&dispatch.facts), wish).await? {
            let mut text = told(&made);
            if let Some(next) = passed_over(dispatch, &made)? {
                text.push('\n');
                text.push_str(&next);
            }
            all.push(text);
        }
    }
    Ok(all)
}

/// Carries out what waits between two sessions: the next one reads the list anyway.
///
/// # Errors
/// As [`in_session`].
pub async fn between_sessions(project: &Arc<Project>) -> Result<(), EngineError> {
    while let Some(wish) = project.edits.next() {
        carry_out(project, None, wish).await?;
    }
    Ok(())
}

async fn carry_out(project: &Arc<Project>, facts: Option<&SessionFacts>, wish: Wish) -> Result<Option<Made>, EngineError> {
    let _ours = project.watcher.expect();
    let (wish, made) = if facts.is_some_and(|facts| facts.role == Role::Initializer) {
        (wish, Err(PlanError::Initializing))
    } else {
        index::mend(project).await?;
        let own = Arc::clone(project);
        let runtime = Handle::current();
        let making = tokio::task::spawn_blocking(move || {
            let made = make(&own, &wish, &runtime);
            (wish, made)
        });
        making.await.map_err(EngineError::task)?
    };
    let made = match made {
        Ok(made) => {
            project.edits.follow(&wish.base, &made);
            made
        }
        Err(why) => {
            project.record(wish.asked().refused(&why))?;
            // Whoever tries again must see what there is.
            features::load_if_readable(project)?;
            return Ok(None);
        }
    };
    project.record(made.edited.clone())?;
    if let Some(facts) = facts {
        facts.renamed(&made.edited);
    }
    if let Some(flipped) = &made.flipped {
        project.record(flipped.clone())?;
    }
    if let Err(error) = forget(Some(&project.dir.pending_edit())) {
        tracing::warn!(%error, "an edit stays remembered");
    }
    features::load(project)?;
    if let Some(why) = &made.index_behind {
        index::behind(project, why)?;
    }
    project.record(project.git(|repo| repo.observe(COMMITS)).await?)?;
    Ok(Some(made))
}

fn make(project: &Project, wish: &Wish, runtime: &Handle) -> Result<Made, PlanError> {
    let list = project.list();
    let session = project
        .journal
        .with_state(|state| state.current().map(|session| session.number))
        .unwrap_or_default();
    let finish = |message: String| match project.settings.commit_trailer {
        true => rites::with_trailer(&message, session),
        false => message,
    };
    let sign = |unsigned: Unsigned| {
        let signed = runtime.block_on(project.sign(&unsigned.tree, unsigned.parents.first(), &unsigned.message));
        signed.map_err(|error| match error {
            EngineError::Git(error) => error,
            other => GitError::Sign {
                reason: other.to_string(),
            },
        })
    };
    let write = |bytes: &[u8]| project.guard.hand_over(list, bytes).map_err(|error| error.to_string());
    wish.asked().carry_out(&Bench {
        workspace: &project.workspace,
        list,
        trusted: project.guard.trusted(list),
        session,
        author: project.settings.author.clone(),
        finish: &finish,
        sign: &sign,
        write: &write,
        pending: Some(&project.dir.pending_edit()),
    })
}

/// The session's own feature passes by a person's word, or is asked for no more: takes up another. Returns what the agent must be told.
fn passed_over(dispatch: &Dispatch, made: &Made) -> Result<Option<String>, EngineError> {
    let passes = made.flipped.as_ref().filter(|flip| flip.to == FeatureStatus::Passing);
    let (feature, left) = match (&made.edited.edit, passes) {
        (FeatureEdit::Remove { feature }, _) => (
            feature,
            "Take out what is half done of it, or commit what is of use without it.",
        ),
        (_, Some(flip)) => (&flip.feature, "Undo what is half done of it, or commit it if it is sound."),
        (_, None) => return Ok(None),
    };
    if dispatch.facts.feature().as_ref() != Some(feature) || dispatch.facts.is_feature_done() {
        return Ok(None);
    }
    let left = format!("{feature} is done then. {left}");
    steer::go_on(dispatch, &left).map(Some)
}
