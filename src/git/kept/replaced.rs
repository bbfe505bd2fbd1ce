//! Replace refs: objects that git shows in the place of others.
//!
//! Owns reading them, and putting back what changed. libgit2 does not obey them, so nothing of ours ever does. Invariant: what is taken
//! out is named with what it held; reading them never fails, for whoever breaks one must not get the rest unlooked at.

use super::settings::{SettingsChange, look};
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use git2::Repository;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where git looks for them.
const PLACE: &str = "refs/replace";

/// Directories below that are entered; git itself makes none.
const DEPTH: usize = 4;

/// Replace refs by name, each with what it holds.
pub(in crate::git) type Replaced = BTreeMap<String, String>;

/// Reads all of them, also those that git would not take.
pub(in crate::git) fn read(common: &Path) -> Replaced {
    let mut found = Replaced::new();
    let packed = look(&common.join("packed-refs")).ok().flatten().unwrap_or_default();
    for line in packed.split(|byte| *byte == b'\n') {
        let line = lossy(line);
        if let Some((id, name)) = line.trim_end().split_once(' ')
            && name.starts_with("refs/replace/")
        {
            found.insert(name.to_owned(), id.to_owned());
        }
    }
    loose(common, PLACE, DEPTH, &mut found);
    found
}

fn loose(common: &Path, name: &str, depth: usize, found: &mut Replaced) {
    let path = common.join(name);
    match fs::read_dir(&path) {
        Ok(entries) if depth > 0 => {
            for entry in entries.filter_map(Result::ok) {
                loose(
                    common,
                    &format!("{name}/{}", lossy(entry.file_name().as_encoded_bytes())),
                    depth - 1,
                    found,
                );
            }
        }
        _ if path.symlink_metadata().is_ok() => {
            let held = match look(&path) {
                Ok(bytes) => lossy(&bytes.unwrap_or_default()).trim().to_owned(),
                Err(_) => "nothing that can be read".to_owned(),
            };
            found.insert(name.to_owned(), held);
        }
        _ => {}
    }
}

/// Makes them what they were, and names each that was not.
pub(in crate::git) fn put_back(common: &Path, was: &Replaced) -> Result<Vec<SettingsChange>, GitError> {
    let now = read(common);
    if now == *was {
        return Ok(Vec::new());
    }
    let git = Repository::open(common).doing("open the repository")?;
    let mut changes = Vec::new();
    for (name, held) in &now {
        match was.get(name) {
            Some(before) if before == held => continue,
            Some(before) => {
                set(&git, name, before)?;
                changes.push(change(name, &format!("{} now held {held}", object(name))));
            }
            None => {
                take_out(&git, common, name)?;
                let seen = format!("git showed {held} in the place of {} (`git replace`)", object(name));
                changes.push(change(name, &seen));
            }
        }
    }
    for (name, before) in was.iter().filter(|(name, _)| !now.contains_key(*name)) {
        set(&git, name, before)?;
        let seen = format!("{before}, which git shows in the place of {}, was removed", object(name));
        changes.push(change(name, &seen));
    }
    if read(common) == *was {
        Ok(changes)
    } else {
        Err(GitError::Git {
            doing: "put replaced objects back",
            source: git2::Error::from_str(&format!("{PLACE} is still not as it was")),
        })
    }
}

fn change(name: &str, what: &str) -> SettingsChange {
    SettingsChange {
        name: name.to_owned(),
        detail: format!("what git replaces was changed: {what}"),
    }
}

fn object(name: &str) -> &str {
    name.strip_prefix("refs/replace/").unwrap_or(name)
}

fn set(git: &Repository, name: &str, id: &str) -> Result<(), GitError> {
    let id = git2::Oid::from_str(id).doing("read a replaced object's name")?;
    git.reference(name, id, true, "put back")
        .doing("put a replaced object back")?;
    Ok(())
}

fn take_out(git: &Repository, common: &Path, name: &str) -> Result<(), GitError> {
    let path = common.join(name);
    // A pipe in its place would be waited for.
    if !matches!(path.symlink_metadata(), Ok(meta) if !meta.is_file())
        && let Ok(mut reference) = git.find_reference(name)
    {
        return reference.delete().doing("take out a replaced object");
    }
    // Git does not take it for a ref, and would complain of it at each step.
    let removed = match path.symlink_metadata() {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(&path),
        Ok(_) => fs::remove_file(&path),
        Err(_) => return Ok(()),
    };
    removed.map_err(|source| GitError::Write { path, source })
}
