//! The repository's own settings, as bytes: what git does here, what it runs, and what it passes over or shows for something else.
//!
//! Owns a copy of them and putting it back. Does not judge who may change them. Invariant: nothing of them is obeyed here; they can be
//! put back where git itself cannot read the repository any more.

use super::held_settings::is_harmless;
use super::replaced::{self, Replaced};
use super::shallow;
use super::underway::Underway;
use crate::git::GitError;
use crate::git::look::read::lossy;
use crate::git::repo::Repo;
use crate::git::tree::disk::is_absent;
use crate::git::tree::hidden::Hidden;
use crate::git::worktrees::worktree::put;
use git2::{Oid, Repository};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where settings lie: the shared ones, and those of one worktree.
const SHARED: [&str; 6] = [
    "config",
    "info/attributes",
    "info/exclude",
    "info/grafts",
    "objects/info/alternates",
    SHALLOW,
];
const SHALLOW: &str = "shallow";
/// Those of one worktree: `HEAD` says which branch is worked on.
const OWN: [&str; 2] = ["config.worktree", HEAD];
const HEAD: &str = "HEAD";

/// Settings that are named; a file may hold any number.
const NAMED: usize = 40;

/// The settings at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsMark {
    /// By file; `None` where there is none.
    files: BTreeMap<PathBuf, Option<Vec<u8>>>,
    /// The repository itself, which its worktrees share.
    common: PathBuf,
    /// What git shows in the place of something else.
    replaced: Replaced,
    /// What git is told not to look at, where that can be read.
    hidden: Option<Hidden>,
    /// What is half done.
    underway: Underway,
    /// The newest commit: without it this is another repository.
    newest: Option<Oid>,
}

/// A file of settings, or a ref of that kind, that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsChange {
    /// Its name in `.git`.
    pub name: String,
    /// What differs, in words.
    pub detail: String,
}

impl Repo {
    /// Looks at the settings of this repository; those of the user and the system are none of it.
    ///
    /// # Errors
    /// If a file of them cannot be read.
    pub fn mark_settings(&self) -> Result<SettingsMark, GitError> {
        let shared = SHARED.map(|name| self.git.commondir().join(name));
        let own = OWN.map(|name| self.git.path().join(name));
        let mut files = BTreeMap::new();
        for path in shared.into_iter().chain(own) {
            let bytes = look(&path)?;
            files.insert(path, bytes);
        }
        let common = self.git.commondir().to_owned();
        let replaced = replaced::read(&common);
        Ok(SettingsMark {
            files,
            common,
            replaced,
            hidden: self.hidden(),
            underway: self.underway(),
            newest: self.git.head().ok().and_then(|head| head.target()),
        })
    }
}

impl SettingsMark {
    /// Writes back what differs now, and names it.
    ///
    /// # Errors
    /// If a file cannot be put back; those before it are.
    pub fn put_back(&self) -> Result<Vec<SettingsChange>, GitError> {
        let mut changes = Vec::new();
        // The ends of the history are judged, and refs are moved, by a repository that git can read again: these come last.
        let is_late = |path: &Path| [SHALLOW, HEAD].iter().any(|name| self.name(path) == *name);
        for (path, was) in self.files.iter().filter(|(path, _)| !is_late(path)) {
            changes.extend(restore(&self.name(path), path, was.as_deref(), was.as_deref())?);
        }
        let ends = self.common.join(SHALLOW);
        let was = self.files.get(&ends).and_then(Option::as_deref);
        let now = look(&ends).ok().flatten();
        let right = shallow::right(&self.common, was, now.as_deref());
        changes.extend(restore(SHALLOW, &ends, was, right.as_deref())?);
        if let Some((path, was)) = self.files.iter().find(|(path, _)| self.name(path) == HEAD)
            && (self.is_it() || !look(path).is_ok_and(|now| now.is_some()))
        {
            changes.extend(restore(HEAD, path, was.as_deref(), was.as_deref())?);
        }
        changes.extend(replaced::put_back(&self.common, &self.replaced)?);
        if let Some(hidden) = &self.hidden {
            changes.extend(hidden.put_back()?);
        }
        changes.extend(self.underway.put_back()?);
        Ok(changes)
    }

    /// Says whether the history is the one that was looked at.
    fn is_it(&self) -> bool {
        let holds = |newest| Repository::open(&self.common).and_then(|git| git.odb().map(|odb| odb.exists(newest)));
        self.newest.is_none_or(|newest| holds(newest).unwrap_or(false))
    }

    /// What a file of them is called in `.git`: a worktree's own lie elsewhere.
    fn name(&self, path: &Path) -> String {
        let own = path.file_name().map(Path::new);
        let name = path
            .strip_prefix(&self.common)
            .ok()
            .filter(|name| !name.starts_with("worktrees"))
            .or(own);
        name.unwrap_or(path).display().to_string()
    }
}

/// Makes a file what it should be, and says how it was otherwise.
fn restore(name: &str, path: &Path, was: Option<&[u8]>, should: Option<&[u8]>) -> Result<Option<SettingsChange>, GitError> {
    // What cannot be read is not as it was.
    let now = look(path);
    if now.as_ref().is_ok_and(|now| now.as_deref() == should) {
        return Ok(None);
    }
    let now = now.ok().flatten().unwrap_or_default();
    let unwritten = |source| GitError::Write {
        path: path.to_owned(),
        source,
    };
    if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        fs::remove_dir_all(path).map_err(unwritten)?;
    }
    match should {
        Some(bytes) => put(path, bytes)?,
        None => fs::remove_file(path).map_err(unwritten)?,
    }
    let what = match name {
        HEAD => return Ok(Some(head_left(&now))),
        "info/exclude" => "what git passes over was changed",
        "info/grafts" => "commits were given other parents",
        "objects/info/alternates" => "what git reads was to come from another place, or no longer",
        SHALLOW => "earlier commits were hidden, or their absence was",
        _ => "the repository's settings were changed",
    };
    let mut keys = differing(&lossy(was.unwrap_or_default()), &lossy(&now));
    // What has git run something comes first: a row on the screen shows only so much.
    keys.sort_by_key(|key| is_harmless(key));
    let detail = format!("{what}: {}", named(&keys));
    let name = name.to_owned();
    Ok(Some(SettingsChange { name, detail }))
}

fn head_left(now: &[u8]) -> SettingsChange {
    let now = lossy(now);
    let now = now.trim();
    let other = now.strip_prefix("ref: refs/heads/").unwrap_or(now);
    SettingsChange {
        name: HEAD.to_owned(),
        detail: format!("HEAD was moved away from the branch that is worked on, to {other}; the files stay as they are"),
    }
}

fn named(keys: &[String]) -> String {
    let mut text = keys.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if keys.is_empty() {
        text.push_str("in what git passes over");
    } else if keys.len() > NAMED {
        text.push_str(&format!(" and {} more", keys.len() - NAMED));
    }
    text
}

/// Reads a file of settings, without waiting for whoever would write to a pipe in its place.
pub(in crate::git) fn look(path: &Path) -> Result<Option<Vec<u8>>, GitError> {
    let unread = |source| GitError::Io {
        path: path.to_owned(),
        source,
    };
    match path.metadata() {
        Ok(meta) if meta.is_file() => fs::read(path).map(Some).map_err(unread),
        Ok(_) => Err(unread(io::Error::other("it is no file"))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unread(error)),
    }
}

/// Names the settings that one text has otherwise than the other.
pub(in crate::git) fn differing(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (values(before), values(after));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    differs.cloned().collect()
}

/// The lines of each setting by its name, `section.key`. It is for show: what git makes of them is git's to say.
fn values(text: &str) -> BTreeMap<String, Vec<&str>> {
    let (mut section, mut found) = (String::new(), BTreeMap::<String, Vec<&str>>::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.replace([' ', '\t'], ".").replace('"', "");
            continue;
        }
        let key = line.split(['=', ' ']).next().unwrap_or(line);
        let name = if section.is_empty() {
            key.to_owned()
        } else {
            format!("{section}.{key}")
        };
        found.entry(name).or_default().push(line);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_named_as_git_names_them() {
        let before = "[core]\n\tbare = false\n[user]\n\tname = Ada\n";
        let after = "[core]\n\tbare = true\n\tfsmonitor = sh x\n[user]\n\tname = Ada\n[filter \"x\"]\n\tclean = sh y\n";
        assert_eq!(differing(before, after), ["core.bare", "core.fsmonitor", "filter.x.clean"]);
        assert_eq!(differing(before, before), [""; 0]);
        assert_eq!(differing("* text\n", ""), ["*"]);
    }
}
