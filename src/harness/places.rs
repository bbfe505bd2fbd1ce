//! Where a project keeps its feature list.
//!
//! Owns the usual places and the choice among them. Invariant: where several lists are, none is picked silently: a person names one,
//! or the project's log knows which it has been.

use super::FEATURE_LIST;
use std::path::{Path, PathBuf};

/// Places of a list in a workspace, as they are met in the wild. A new one goes here.
pub const PLACES: [&str; 5] = [
    FEATURE_LIST,
    ".harness/feature_list.json",
    ".claude/feature_list.json",
    "claude-features.json",
    "prd.json",
];

/// Several lists, and nobody said which.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are {} feature lists: {}; say which with --list", .found.len(), .found.join(", "))]
pub struct Several {
    /// Their places.
    pub found: Vec<String>,
}

/// Returns the usual places of a workspace where there is something.
#[must_use]
pub fn found(workspace: &Path) -> Vec<&'static str> {
    let there = |place: &&str| workspace.join(place).symlink_metadata().is_ok();
    PLACES.into_iter().filter(there).collect()
}

/// Returns where a workspace's list is, relative to it; where there is none yet, the place of a new one. `known` is the one that the
/// project has been using; it stands where it is there.
///
/// # Errors
/// There are several, and none is known.
pub fn list(workspace: &Path, known: Option<&Path>) -> Result<PathBuf, Several> {
    if let Some(known) = known.filter(|known| workspace.join(known).symlink_metadata().is_ok()) {
        return Ok(known.to_owned());
    }
    match found(workspace).as_slice() {
        [] => Ok(known.unwrap_or(Path::new(FEATURE_LIST)).to_owned()),
        [only] => Ok(PathBuf::from(only)),
        several => Err(Several {
            found: several.iter().map(|&place| place.to_owned()).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn one_list_is_found_and_several_are_asked_about() {
        let dir = tempfile::tempdir().unwrap();
        let at = |known: Option<&str>| list(dir.path(), known.map(Path::new));
        assert_eq!(at(None), Ok(PathBuf::from(FEATURE_LIST)), "the place of a new one");
        fs::write(dir.path().join("prd.json"), "[]").unwrap();
        assert_eq!(at(None), Ok(PathBuf::from("prd.json")));
        fs::create_dir(dir.path().join(".harness")).unwrap();
        fs::write(dir.path().join(".harness/feature_list.json"), "[]").unwrap();
        let several = at(None).unwrap_err().to_string();
        assert_eq!(
            several,
            "there are 2 feature lists: .harness/feature_list.json, prd.json; say which with --list"
        );
        assert_eq!(at(Some("prd.json")), Ok(PathBuf::from("prd.json")));
        assert!(at(Some("gone.json")).is_err(), "a list that is gone is not known");
    }
}
