//! Commits that wait on files which are not theirs any more, as soon as that is known to last.
//!
//! Owns the disk's tree that each commit at a gate stands on. Invariant: such a gate is taken back only for files that differ now, and
//! never where an answer came first.

use super::{By, Decided, Gates, plain};
use crate::engine::commit::draft::named;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::{GateDecision, GateId, Oid};

impl Gates {
    /// Notes the tree of the files on disk that a commit at a gate was shown with.
    pub fn stands_on(&self, gate: GateId, disk: &Oid) {
        if let Some(open) = self.book().get_mut(&gate) {
            open.disk = Some(disk.clone());
        }
    }

    fn disks(&self) -> Vec<(GateId, Oid)> {
        let book = self.book();
        book.iter()
            .filter_map(|(gate, open)| Some((*gate, open.disk.clone()?)))
            .collect()
    }

    /// Takes a gate back whose asker is to show the files as they are now.
    fn take_back(&self, gate: GateId, why: String) {
        if let Some(open) = self.book().remove(&gate) {
            let by = By::Files;
            let answer = plain(gate, open.opened.tree, GateDecision::Void, why);
            // Nobody waits any more: the call was stopped at this very moment.
            let _ = open.answer.send(Decided { by, answer });
        }
    }
}

/// Takes back the gates of commits under which the files moved, now that what wrote them is gone: an answer would be spent on nothing.
///
/// # Errors
/// Fails if the files cannot be read.
pub async fn take_back(project: &Project) -> Result<(), EngineError> {
    for (gate, shown) in project.gates.disks() {
        let moved = project.moved(&shown, &project.tree().await?).await?;
        if !moved.is_empty() {
            let why = format!(
                "{} changed while the commit waited; what runs was ended, and the next round follows",
                named(&moved)
            );
            project.gates.take_back(gate, why);
        }
    }
    Ok(())
}
