//! What a move back means for the method's own files: features that flip, notes that are set aside.
//!
//! Owns the reading of both states; which files change, `git` says. Invariant: a list or notes that cannot be read are passed over
//! here, for the move brings them back byte for byte all the same.

use super::FeatureList;
use super::notes::{self, entries};
use crate::git::{GitError, Repo};
use crate::protocol::{Feature, FeatureId, FeatureMove, NotesMove, Rehearsal, Target};
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
            ..entries_moved(&now, &then)
        });
    }
    Ok(rehearsal)
}

fn features(now: Option<&FeatureList>, then: Option<&FeatureList>) -> Vec<FeatureMove> {
    let by_id = |list: Option<&FeatureList>| -> BTreeMap<FeatureId, Feature> {
        let features = list.map(FeatureList::features).unwrap_or_default();
        features.iter().map(|feature| (feature.id.clone(), feature.clone())).collect()
    };
    let (now, then) = (by_id(now), by_id(then));
    let mut ids: Vec<&FeatureId> = now.keys().chain(then.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    let words = |feature: &Feature| (feature.description.clone(), feature.steps.clone());
    let moved = |id: &FeatureId| {
        let (from, to) = (now.get(id), then.get(id));
        FeatureMove {
            feature: id.clone(),
            from: from.map(|feature| feature.status),
            to: to.map(|feature| feature.status),
            reworded: from.zip(to).is_some_and(|(from, to)| words(from) != words(to)),
        }
    };
    let differs = |moved: &FeatureMove| moved.from != moved.to || moved.reworded;
    ids.into_iter().map(moved).filter(differs).collect()
}

/// Counts what becomes of the entries; the path is the caller's.
fn entries_moved(now: &str, then: &str) -> NotesMove {
    let (mut gone, mut come) = (missing(now, then), missing(then, now));
    let mut changed = 0_u32;
    gone.retain(|heading| {
        let same = come.iter().position(|other| other == heading);
        if let Some(at) = same {
            come.remove(at);
            changed += 1;
        }
        same.is_none()
    });
    let count = |headings: Vec<String>| u32::try_from(headings.len()).unwrap_or(u32::MAX);
    NotesMove {
        path: String::new(),
        set_aside: count(gone),
        returned: count(come),
        changed,
    }
}

/// The headings of the entries of `of` that `other` does not have just so.
fn missing(of: &str, other: &str) -> Vec<String> {
    let theirs = entries(other);
    let theirs: Vec<&str> = theirs.iter().map(|entry| entry.text(other).trim()).collect();
    let own = entries(of).into_iter();
    own.filter(|entry| !theirs.contains(&entry.text(of).trim()))
        .map(|entry| entry.heading)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_says_something_else_is_changed_and_neither_gone_nor_come() {
        let (one, two) = (
            "## Session 1: begin\nlaid out\n",
            "## Session 2: hello\nsays hello\nand bye\n",
        );
        let moved = |now: &[&str], then: &[&str]| {
            let NotesMove {
                set_aside,
                returned,
                changed,
                ..
            } = entries_moved(&now.concat(), &then.concat());
            (set_aside, returned, changed)
        };
        assert_eq!(moved(&[one, two], &[one, "## Session 2: hello\nsays hello\n"]), (0, 0, 1));
        assert_eq!(moved(&[one, two], &[one]), (1, 0, 0));
        assert_eq!(moved(&[one], &["by hand\n", one]), (0, 1, 0));
        assert_eq!(moved(&["mine\n", one], &["theirs\n", two]), (1, 1, 1));
    }

    #[test]
    fn features_that_are_reworded_added_and_removed_are_told_beside_flips() {
        let list = |text: &str| FeatureList::parse("", text.as_bytes().to_vec()).unwrap();
        let now = list(
            r#"[{"id": "A", "description": "say hello", "passes": true}, {"id": "B", "description": "say bye", "passes": false},
                {"id": "C", "description": "new", "passes": false}, {"id": "E", "description": "same", "passes": true}]"#,
        );
        let then = list(
            r#"[{"id": "A", "description": "say hello to all", "passes": false}, {"id": "B", "description": "say goodbye", "passes": false},
                {"id": "D", "description": "old", "passes": false}, {"id": "E", "description": "same", "passes": true}]"#,
        );
        let moved = features(Some(&now), Some(&then));
        let told: Vec<String> = moved
            .iter()
            .map(|moved| format!("{} {}", moved.feature, moved.reworded))
            .collect();
        assert_eq!(told, ["A true", "B true", "C false", "D false"]);
        assert_eq!((moved[2].to, moved[3].from), (None, None));
    }
}
