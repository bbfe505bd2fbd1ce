//! The project as it was before the work on a feature began.
//!
//! Owns which state that is, and whether a check holds there. Does not own when a check is kept. Invariant: the state is one that the
//! log tells of, from before the first session that worked on the feature since it last did not pass.

use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::protocol::event::CheckpointCause;
use crate::protocol::{FeatureId, FeatureStatus, Oid, SessionNo};
use crate::session::State;
use crate::verify::{check, is_compiled, is_named};
use std::fs;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Time for laying that state out and trying the check there. One that takes longer does not hold there as it does now.
const LIMIT: Duration = Duration::from_secs(120);

/// The state before a session.
struct Before {
    session: SessionNo,
    tree: Oid,
    head: Option<Oid>,
}

impl Dispatch {
    /// Says that a check holds on the files as they were before the work on its feature too, if it does. One that holds where nothing
    /// is (`anywhere`) is tried only if a file that it names was there: else it would hold for want of it. `took` is what it took now.
    ///
    /// # Errors
    /// If that state cannot be laid out, or a shell not be started.
    pub(in crate::engine) async fn held_before(
        &self,
        plan: check::Plan,
        took: Duration,
        anywhere: bool,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, EngineError> {
        let project = &self.project;
        let own = self.facts.number;
        let Some(before) = project.journal.with_state(|state| before(state, &plan.feature, own)) else {
            return Ok(None);
        };
        let tree = before.tree.clone();
        let held = project.git(move |repo| repo.paths_at(&tree)).await?;
        if anywhere {
            let commands: Vec<&str> = plan.check.steps.iter().map(|step| step.command.as_str()).collect();
            if !held.iter().any(|path| is_named(&commands.join("\n"), path)) {
                return Ok(None);
            }
        }
        let scratch = project.dir.root().join("scratch").join("before");
        let head = before.head.as_ref();
        let limit = LIMIT.min(plan.timeout);
        let place = project
            .lay_out_repository(&before.tree, head, &scratch, limit, cancel)
            .await?;
        let then = check::Plan {
            cwd: place,
            elsewhere: true,
            tree: Some(before.tree),
            timeout: if held.iter().any(|path| is_compiled(path)) {
                limit
            } else {
                check::patience(took).min(limit)
            },
            ..plan
        };
        let feature = then.feature.clone();
        let ran = check::run(then, cancel.clone()).await?;
        // Best effort: files of ours that stay are in nobody's way.
        let _ = fs::remove_dir_all(&scratch);
        Ok((!ran.cancelled && ran.run.holds()).then(|| {
            format!(
                "it holds on the files as they were before the work on {feature} began ({}) too, so it shows nothing of that work; check what \
                 the program does now and did not do then. If {feature} worked before and there is nothing to change, ask the human: only \
                 their word turns it green then",
                before.session
            )
        }))
    }
}

/// The files and HEAD at the start of the first session that worked on a feature since it last passed, as far as the log tells; `None`
/// if there was nothing then.
fn before(state: &State, feature: &FeatureId, own: SessionNo) -> Option<Before> {
    let row = state.features.get(feature)?;
    let fell = state.last_flip(row).filter(|flip| flip.to != FeatureStatus::Passing);
    let since = fell.map_or(SessionNo(0), |flip| flip.session);
    let session = state.sessions_of(row).find(|session| *session >= since).unwrap_or(own);
    let head = state.session(session)?.head.clone();
    // None is made of a state that has one already, perhaps from the session before.
    let earlier = state
        .checkpoints
        .iter()
        .rev()
        .find(|kept| kept.session < session || kept.session == session && kept.made.cause == CheckpointCause::SessionStart);
    let tree = match earlier.filter(|kept| kept.is_there() && kept.made.head == head) {
        Some(kept) => kept.made.tree.clone(),
        None => head.clone()?,
    };
    Some(Before { session, tree, head })
}
