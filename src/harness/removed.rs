//! Features that count as passing though what has proven them is gone from the disk.
//!
//! Owns a cheap look between two runs: nothing is run and nothing flipped. Does not own what a session finds when it runs the tests
//! (`vanished`). Invariant: only a file that lay in the tree which proved the feature, and that is not on the disk now, is named.

use crate::git::{GitError, Repo};
use crate::protocol::{EvidenceKind, FeatureId, FeatureStatus, Oid};
use crate::session::State;
use crate::session::state::FeatureRow;
use crate::verify;
use std::collections::BTreeMap;
use std::path::Path;

/// Files of a feature that are named.
const NAMED: usize = 3;

/// A passing feature with files that are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The feature.
    pub feature: FeatureId,
    /// Whether they are named by its recorded check, not files of its tests.
    pub by_check: bool,
    /// The files, as the tree names them.
    pub files: Vec<String>,
}

impl Removed {
    /// Says it in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let (what, gone) = match (self.by_check, self.files.len()) {
            (true, _) => ("its recorded check names", ", gone from the disk"),
            (false, 1) => ("its test", " is gone"),
            (false, _) => ("its tests", " are gone"),
        };
        let mut files = self.files.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if self.files.len() > NAMED {
            files.push_str(&format!(" and {} more", self.files.len() - NAMED));
        }
        format!(
            "{} counts as passing now; {what} {files}{gone}: the session's own run at its start is likely to set it back",
            self.feature
        )
    }
}

/// Lists the passing features whose tests, or the files that their recorded checks name, are gone from the workspace. What cannot be
/// looked up is passed over.
#[must_use]
pub fn removed(state: &State, workspace: &Path) -> Vec<Removed> {
    let passing = |row: &&FeatureRow| row.feature.status == FeatureStatus::Passing;
    let mut rows = state.features.rows.iter().filter(passing).peekable();
    if rows.peek().is_none() {
        return Vec::new();
    }
    let Ok(repo) = Repo::discover(workspace) else {
        return Vec::new();
    };
    let mut trees = Trees::default();
    rows.filter_map(|row| of(state, row, &repo, &mut trees).unwrap_or_default())
        .collect()
}

/// The files of each tree that were there and are not on the disk now.
type Trees = BTreeMap<Oid, Vec<String>>;

fn of(state: &State, row: &FeatureRow, repo: &Repo, trees: &mut Trees) -> Result<Option<Removed>, GitError> {
    let removed = |by_check, files: Vec<String>| {
        (!files.is_empty()).then(|| Removed {
            feature: row.feature.id.clone(),
            by_check,
            files,
        })
    };
    let evidence = state
        .evidence_of(row)
        .filter(|evidence| evidence.kind == EvidenceKind::OwnTests);
    if let Some(proven) = evidence.and_then(|evidence| evidence.tree.as_ref()) {
        let texts = &row.feature.tests;
        let cases = state.tests.cases.iter().map(|case| &case.name);
        let cases = cases.filter(|name| texts.iter().any(|text| verify::matches(text, name)));
        let names: Vec<&String> = texts.iter().chain(cases).collect();
        let is_its = |path: &&String| names.iter().any(|name| verify::lies_in(name, path));
        let gone = gone_of(proven, repo, trees)?.iter().filter(is_its).cloned().collect();
        return Ok(removed(false, gone));
    }
    let Some(kept) = state.check_of(row) else { return Ok(None) };
    let Some(held) = &kept.held.tree else { return Ok(None) };
    let steps = kept.check.steps.iter();
    let commands = steps.map(|step| step.command.as_str()).collect::<Vec<_>>().join("\n");
    let gone = gone_of(held, repo, trees)?.iter();
    Ok(removed(
        true,
        gone.filter(|path| verify::is_named(&commands, path)).cloned().collect(),
    ))
}

fn gone_of<'a>(tree: &Oid, repo: &Repo, trees: &'a mut Trees) -> Result<&'a Vec<String>, GitError> {
    if !trees.contains_key(tree) {
        let mut paths = repo.paths_at(tree)?;
        paths.retain(|path| repo.workdir().join(path).symlink_metadata().is_err());
        trees.insert(tree.clone(), paths);
    }
    Ok(trees.entry(tree.clone()).or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Check, CheckStep, Feature, Seq, SessionNo};
    use crate::session::board::{CheckResult, KeptCheck};
    use std::fs;

    /// A passing feature whose check held on this tree and runs these commands.
    fn checked(tree: &Oid, commands: &[&str]) -> State {
        let held = CheckResult {
            session: SessionNo(1),
            seq: Seq(3),
            tree: Some(tree.clone()),
            duration_ms: 1,
            failure: None,
        };
        let step = |command: &&str| CheckStep {
            command: (*command).to_owned(),
            ..CheckStep::default()
        };
        let check = Check {
            steps: commands.iter().map(step).collect(),
            files: Vec::new(),
        };
        let mut state = State::default();
        state.features.rows = vec![FeatureRow {
            feature: Feature {
                id: "F001".into(),
                status: FeatureStatus::Passing,
                ..Feature::default()
            },
            check: Some(KeptCheck {
                check,
                recorded: SessionNo(1),
                last: held.clone(),
                held,
            }),
            ..FeatureRow::default()
        }];
        state
    }

    #[test]
    fn a_file_that_a_recorded_check_names_and_that_is_gone_is_told_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let init = std::process::Command::new("git")
            .args(["init", "-q"])
            .current_dir(dir.path())
            .status();
        assert!(init.unwrap().success());
        for path in ["demo.sh", "data.txt", "other.txt", "kept.sh"] {
            fs::write(dir.path().join(path), "x\n").unwrap();
        }
        let tree = Repo::discover(dir.path()).unwrap().snapshot().unwrap().id;
        let state = checked(&tree, &["sh ./demo.sh <data.txt", "sh kept.sh 'another.txt'"]);
        assert_eq!(removed(&state, dir.path()), []);
        for path in ["demo.sh", "data.txt", "other.txt"] {
            fs::remove_file(dir.path().join(path)).unwrap();
        }
        let told: Vec<String> = removed(&state, dir.path()).iter().map(Removed::words).collect();
        let words = "F001 counts as passing now; its recorded check names data.txt, demo.sh, gone from the disk: the session's own run \
                     at its start is likely to set it back";
        assert_eq!(told, [words], "what it does not name is not told of");
        let mut open = state.clone();
        open.features.rows[0].feature.status = FeatureStatus::Failing;
        assert_eq!(removed(&open, dir.path()), []);
    }
}
