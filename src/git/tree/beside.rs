//! What lies beside the files of a tree: in the directory, and in no commit of it.
//!
//! Only looks. Invariant: a directory that is ignored as a whole is named as one unless somebody may have put a file of his own into it.

use super::disk::LINK;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::moves::apply::full;
use crate::git::repo::Repo;
use crate::protocol::Oid;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

/// Entries looked at below ignored directories.
const LOOKED_AT: usize = 20_000;

/// What a tree does not hold of its directory, lossy UTF-8.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Ignored files, and directories, with a slash at the end, that were not looked into.
    pub ignored: Vec<String>,
    /// What a snapshot leaves out: repositories of their own, files that are no files of git.
    pub nested: Vec<String>,
    /// Links of the tree that lead out of the directory.
    pub leaving: Vec<String>,
}

impl Repo {
    /// Lists what lies beside a tree of this directory. Ignored directories with one of the names in `whole` are not looked into.
    ///
    /// # Errors
    /// If the repository or the tree cannot be read.
    pub fn beside(&self, tree: &Oid, whole: &[&str]) -> Result<Beside, GitError> {
        let mut left = LOOKED_AT;
        let mut beside = Beside::default();
        let mut open = self.ignored()?;
        while let Some(path) = open.pop() {
            let Some(folder) = path.strip_suffix(b"/").map(<[u8]>::to_vec) else {
                beside.ignored.push(lossy(&path));
                continue;
            };
            let name = folder.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            let place = full(self, &folder);
            if name == b".git" {
                continue;
            }
            if left == 0 || whole.iter().any(|other| other.as_bytes() == name) {
                beside.ignored.push(lossy(&path));
                continue;
            }
            for entry in fs::read_dir(&place).into_iter().flatten().flatten() {
                left = left.saturating_sub(1);
                let end: &[u8] = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    b"/"
                } else {
                    b""
                };
                open.push([&path[..], entry.file_name().as_bytes(), end].concat());
            }
        }
        beside.ignored.sort_unstable();
        let left_out = self.snapshot()?.left_out.into_iter();
        beside.nested = left_out.map(|left| left.path).collect();
        for (path, (id, mode)) in self.files_of(tree)? {
            if mode == LINK {
                let target = self.git.find_blob(id).doing("read a link")?;
                if leads_out(&path, target.content()) {
                    beside.leaving.push(lossy(&path));
                }
            }
        }
        Ok(beside)
    }
}

/// Says whether a link's target lies outside, by its text alone.
fn leads_out(path: &[u8], target: &[u8]) -> bool {
    let depth = path.iter().filter(|byte| **byte == b'/').count();
    let mut depth = isize::try_from(depth).unwrap_or(isize::MAX);
    Path::new(OsStr::from_bytes(target)).components().any(|part| {
        match part {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::RootDir | Component::Prefix(_) => depth = -1,
            Component::CurDir => {}
        }
        depth < 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_out_are_told_from_those_that_stay() {
        for (path, target, out) in [
            ("a", "b", false),
            ("a", "../b", true),
            ("x/a", "../b", false),
            ("x/a", "../../b", true),
            ("x/a", "/tmp", true),
            ("x/y/a", "../../b/../../c", true),
            ("x/y/a", "./../z/../..", false),
        ] {
            assert_eq!(leads_out(path.as_bytes(), target.as_bytes()), out, "{path} -> {target}");
        }
    }
}
