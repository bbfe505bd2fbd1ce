//! What a move back means for the method's own files: features that flip, notes that are set aside.
//!
//! Owns the reading of both states; which files change, `git` says. Invariant: a list or notes that cannot be read are passed over
//! here, for the move brings them back byte for byte all the same.

use super::FeatureList;
use super::notes::{self, entries};
use crate::git::{GitError, Repo};
use crate::protocol::{FeatureId, FeatureMove, FeatureStatus, NotesMove, Rehearsal, Target};
use std::collections::BTreeMap;
use std::path::Path;

/// Rehearses a move in full: files and branch, features (of the list at that place) and notes. New files above `limit` bytes stay as they are.
///
/// # Errors
/// As [`Repo::rehearse`].
pub fn rehearse(workspace: &Path, list: &Path, target: &Target, limit: u64) -> Result<Rehearsal, GitError> {
    let repo = Repo::discover(workspace)?;
    let (mut rehearsal, tree) = repo.rehearse_with_tree(target, limit)?;
    let parse = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| FeatureList::parse("", bytes).ok());
    let now = parse(std::fs::read(workspace.join(list)).ok());
    let then = parse(repo.read_at(&tree, list)?);
    rehearsal.features = features(now.as_ref(), then.as_ref());
    let path = notes::path(workspace);
    let name = path.strip_prefix(workspace).unwrap_or(&path).to_owned();
    let now = std::fs::read_to_string(&path).unwrap_or_default();
    let then = repo.read_at(&tree, &name)?.unwrap_or_default();
    let then = String::from_utf8_lossy(&then).into_owned();
    if now != then {
        rehearsal.notes = Some(NotesMove {
            path: name.display().to_string(),
            set_aside: missing(&now, &then),
            returned: missing(&then, &now),
        });
    }
    Ok(rehearsal)
}

fn features(now: Option<&FeatureList>, then: Option<&FeatureList>) -> Vec<FeatureMove> {
    let statuses = |list: Option<&FeatureList>| -> BTreeMap<FeatureId, FeatureStatus> {
        let features = list.map(FeatureList::features).unwrap_or_default();
        features.iter().map(|feature| (feature.id.clone(), feature.status)).collect()
    };
    let (now, then) = (statuses(now), statuses(then));
    let mut ids: Vec<&FeatureId> = now.keys().chain(then.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    let moved = |id: &FeatureId| FeatureMove {
        feature: id.clone(),
        from: now.get(id).copied(),
        to: then.get(id).copied(),
    };
    ids.into_iter().map(moved).filter(|moved| moved.from != moved.to).collect()
}

/// Counts the entries of `of` that `other` does not have.
fn missing(of: &str, other: &str) -> u32 {
    let theirs: Vec<&str> = entries(other)
        .iter()
        .map(|entry| entry.text(other).trim())
        .collect::<Vec<_>>();
    let count = entries(of)
        .iter()
        .filter(|entry| !theirs.contains(&entry.text(of).trim()))
        .count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
