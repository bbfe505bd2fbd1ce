//! Files of a session that no commit can hold: those in the directory of a submodule that is not filled.
//!
//! Owns which of them came with the session, and the words for the agent and the audit. Does not own finding them (`git`).
//! Invariant: what lay there when the session began is not the session's.

use super::draft::named;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::LeftOut;
use crate::protocol::SessionNo;
use std::collections::BTreeSet;

/// Lists the files that came there since a session began.
///
/// # Errors
/// Fails if the repository cannot be read.
pub async fn since_start(project: &Project, session: SessionNo) -> Result<Vec<String>, EngineError> {
    let begun = project.tree_at_start(session);
    let found = move |repo: &crate::git::Repo| {
        let mut found = repo.files_in_unfilled_submodules()?;
        if let Some(begun) = begun.filter(|_| !found.is_empty()) {
            let there: BTreeSet<String> = repo.paths_at(&begun)?.into_iter().collect();
            found.retain(|path| !there.contains(path));
        }
        Ok(found)
    };
    project.git(found).await
}

/// Tells the agent of them once, before its session ends; `None` if there are none.
#[must_use]
pub fn reminder(files: &[String]) -> Option<String> {
    (!files.is_empty()).then(|| {
        format!(
            "[harness] These files are in no commit, for they lie in the directory of a submodule that is not filled, and git looks at \
             nothing there: {}. Move what matters to another directory and commit it there, or say in a `progress_note` why it stays. Then \
             call `end_session` again.",
            named(files)
        )
    })
}

/// Says what a commit does not hold, a line each.
#[must_use]
pub fn left_out(left: &[LeftOut]) -> String {
    let line = |left: &LeftOut| format!("\nNot in the commit: {}, which {}.", left.path, left.reason);
    left.iter().map(line).collect()
}
