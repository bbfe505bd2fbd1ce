//! The repository's settings as they are kept between two runs, so that what a killed run left behind can be told from them.
//!
//! Owns which settings have git run something, or take another's place, and putting back a file that came to have one. Does not judge when
//! that is to be done. Invariant: a file that is put back is kept aside first, and named; one that only differs in the rest stays.

use super::hooks::keep;
use super::settings::{SettingsChange, differing, look};
use crate::git::GitError;
use crate::git::repo::Repo;
use crate::git::worktrees::worktree::put;
use git2::Config;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Sections of settings that only say who works here, with whom, and how it looks.
const HARMLESS: [&str; 12] = [
    "user",
    "author",
    "committer",
    "branch",
    "color",
    "column",
    "advice",
    "status",
    "log",
    "push",
    "pull",
    "init",
];

/// The two files of settings that name programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldSettings {
    /// With what stands in them; `None` for one that is not there. Bytes that are no text are held as git would show them.
    files: Vec<(PathBuf, Option<String>)>,
}

impl Repo {
    /// Reads them.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn hold_settings(&self) -> Result<HeldSettings, GitError> {
        let paths = [self.git.commondir().join("config"), self.git.path().join("config.worktree")];
        let held = paths.map(|path| text(&path).map(|text| (path, text)));
        let files = held.into_iter().collect::<Result<_, _>>()?;
        Ok(HeldSettings { files })
    }
}

impl HeldSettings {
    /// Gives the settings that have git run something or read something else the values that they had, and names those that came, went or
    /// changed; the others stay. A file that git cannot read is put back whole. The file as it is goes to the directory `aside`.
    ///
    /// # Errors
    /// If one cannot be kept aside or written; those before it are.
    pub fn put_back(&self, aside: &Path) -> Result<Vec<SettingsChange>, GitError> {
        let mut changes = Vec::new();
        for (path, was) in &self.files {
            let was = was.as_deref().unwrap_or_default();
            let now = text(path).ok().flatten().unwrap_or_default();
            let mut weighs = differing(was, &now);
            weighs.retain(|key| !is_harmless(key));
            if weighs.is_empty() {
                continue;
            }
            let unwritten = |source| GitError::Write {
                path: path.clone(),
                source,
            };
            let kept = path.symlink_metadata().is_ok().then(|| keep(path, aside)).transpose();
            let kept = kept.map_err(unwritten)?;
            put(path, now.as_bytes())?;
            let whole = if set_back(path, was, &weighs, aside).is_err() {
                put(path, was.as_bytes())?;
                "; git could not read the file, so all of it is as it was"
            } else {
                ""
            };
            let kept = kept.map_or_else(String::new, |kept| format!("; the file is kept as {}", kept.display()));
            changes.push(SettingsChange {
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                detail: format!("{}{whole}{kept}", weighs.join(", ")),
            });
        }
        Ok(changes)
    }
}

/// Gives these settings of a file the values that they have in the text `was`, as git reads it.
fn set_back(path: &Path, was: &str, keys: &[String], aside: &Path) -> Result<(), git2::Error> {
    let former = aside.join("former");
    fs::write(&former, was).map_err(|error| git2::Error::from_str(&error.to_string()))?;
    let former = Config::open(&former)?;
    let mut config = Config::open(path)?;
    for key in keys {
        let mut values = Vec::new();
        former
            .multivar(key, None)?
            .for_each(|entry| values.push(entry.value().map(str::to_owned)))?;
        if config.get_entry(key).is_ok() {
            config.remove_multivar(key, ".*")?;
        }
        for value in values {
            // The pattern fits no value, so that one is added.
            config.set_multivar(key, "^$.", value.as_deref().unwrap_or("true"))?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<Option<String>, GitError> {
    Ok(look(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether a setting runs nothing and has git read nothing else: `user.name`, `remote.origin.url`.
pub(super) fn is_harmless(key: &str) -> bool {
    let section = key.split('.').next().unwrap_or(key);
    let is_address = section == "remote"
        && ["url", "pushurl", "fetch"]
            .iter()
            .any(|name| key.ends_with(&format!(".{name}")));
    is_address || HARMLESS.contains(&section)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_nothing_is_harmless() {
        for key in ["user.email", "remote.origin.url", "branch.main.merge", "color.ui"] {
            assert!(is_harmless(key), "{key}");
        }
        for key in [
            "core.hooksPath",
            "remote.origin.uploadpack",
            "filter.x.clean",
            "include.path",
            "alias.st",
            "core",
            "merge.x.driver",
        ] {
            assert!(!is_harmless(key), "{key}");
        }
    }
}
