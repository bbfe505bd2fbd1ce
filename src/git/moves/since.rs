//! What changed since: since the latest checkpoint, and since a rehearsal was shown.
//!
//! Owns the name of a state, by which a move knows that it is still the one that was looked at. Invariant: what the name does not
//! tell apart is the same for every move: files, bits of permission, branch, index, and what is gone to.

use super::apply::{Step, steps};
use super::saved::{Files, UNDO};
use crate::git::GitError;
use crate::git::look::read::lossy;
use crate::git::repo::Repo;
use crate::git::tree::modes::{Bits, Modes};
use crate::protocol::{Oid, Rehearsal};
use sha2::{Digest, Sha256};

impl Repo {
    /// Lists the files that alone make the state of `now` another than the one of the name `seen`, in which the files were those of the
    /// tree `then`: each with whether it was there then. `None` if branch, index or what is gone to differ too.
    ///
    /// # Errors
    /// If the repository cannot be read.
    pub fn changed_since(&self, now: &Rehearsal, seen: &str, then: &Oid) -> Result<Option<Vec<(String, bool)>>, GitError> {
        let Some((files, target)) = &now.trees else { return Ok(None) };
        let (branch, _) = self.branch_to_move()?;
        let index = self.index_bytes()?;
        let name = fingerprint(then, target, &branch, now.from.as_ref(), index.as_deref());
        if seen.split_once(BITS).is_none_or(|(seen, _)| name != seen) {
            return Ok(None);
        }
        let changed = steps(&self.files_of(then)?, &self.files_of(files)?);
        // Then it is permission bits that differ.
        if changed.is_empty() {
            return Ok(None);
        }
        Ok(Some(
            changed
                .iter()
                .map(|step| (lossy(&step.path), step.before.is_some()))
                .collect(),
        ))
    }

    /// Lists the files that differ from the latest checkpoint, or from what a later move made of them. What was committed since then
    /// as it is now, as an edit of the feature list by hand is, is not among them: the commit keeps it.
    pub(in crate::git) fn edited(&self, before: &Files, bits: &Bits, head: Option<&Oid>) -> Result<Vec<String>, GitError> {
        let Some(latest) = self.latest_checkpoint()? else {
            return Ok(Vec::new());
        };
        let moved = match self.numbers(UNDO)?.pop() {
            Some(number) => self.read_saved(&self.own_ref(&format!("{UNDO}{number}")))?,
            None => None,
        };
        // A checkpoint's time has no parts of a second: one is made right before each move, none right after it.
        let moved = moved.filter(|saved| saved.facts.time >= latest.time);
        let (tree, then_head, modes) = match &moved {
            Some(saved) => (&saved.target, &saved.facts.to, &saved.target_modes),
            None => (&latest.tree, &latest.head, &latest.modes),
        };
        let then = self.files_of(tree)?;
        let committed = |head: Option<&Oid>| head.map_or_else(|| Ok(Files::new()), |head| self.files_of(head));
        let (was_committed, is_committed) = (committed(then_head.as_ref())?, committed(head)?);
        let own = |step: &Step| {
            let now = is_committed.get(&step.path);
            now != before.get(&step.path) || now == was_committed.get(&step.path)
        };
        let edits = steps(&then, before);
        let mut edited: Vec<String> = edits.iter().filter(|step| own(step)).map(|step| lossy(&step.path)).collect();
        let was = modes.spread(&then);
        let has_others = |(path, bits): &(&Vec<u8>, &u32)| was.get(*path).is_some_and(|was| was != *bits);
        let same_file = |path: &Vec<u8>| then.get(path) == before.get(path);
        let others = bits.iter().filter(has_others).filter(|(path, _)| same_file(path));
        edited.extend(others.map(|(path, _)| lossy(path)));
        Ok(edited)
    }
}

/// Begins the part of a state's name that is about permission bits.
const BITS: char = '+';

/// Names the permission bits of a state and of the one that is gone to.
pub(in crate::git) fn bits_named(now: &Bits, there: &Bits) -> String {
    let text = format!("{}\n{}", Modes::only(now).text(), Modes::only(there).text());
    format!("{BITS}{}", hex(Sha256::new().chain_update(text)))
}

/// Names a state: files, those of the target, branch, commit, index.
pub(in crate::git) fn fingerprint(files: &Oid, target: &Oid, branch: &str, from: Option<&Oid>, index: Option<&[u8]>) -> String {
    let parts = [
        files.as_str().as_bytes(),
        target.as_str().as_bytes(),
        branch.as_bytes(),
        from.map_or("", Oid::as_str).as_bytes(),
        index.unwrap_or_default(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(hash)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
