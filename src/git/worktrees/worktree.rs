//! A worktree beside the user's checkout: its name and its making.
//!
//! Owns the administrative directory that git keeps for it (`worktrees/<name>`), written here file by file, so that a making that was
//! cut off is finished by doing the same steps again; and the checking out of its files. Does not decide whether a run gets one, nor
//! when it goes (`retire`). Invariants: a name that exists in any form is never taken; no file is overwritten, but one whose bytes
//! are the beginning of what belongs there; `git worktree prune` and `remove` are locked out for as long as it is ours.

use crate::git::GitError;
use crate::git::commits::sync;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::moves::apply::{absent_is_fine, unwritten};
use crate::git::refs::OURS;
use crate::git::repo::{Head, Repo, ours, theirs};
use crate::git::tree::disk::is_absent;
use crate::protocol::{Oid, WorkTree};
use git2::ErrorCode;
use git2::build::CheckoutBuilder;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What stands in the lock of a worktree of ours; git shows it to whoever wants to remove it.
const REASON: &str = "longhaul works here; `longhaul finish` brings the work home";
/// A name that is taken gets a number up to here.
const NAMES: u32 = 1_000;

/// What a person should know of a worktree that was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Files that only a filter could make; they are there as they are stored.
    pub filtered: usize,
    /// Submodules, which are empty.
    pub submodules: Vec<String>,
    /// Files that were there already with other bytes; they were left.
    pub kept: Vec<String>,
}

impl Repo {
    /// Chooses names for a worktree in `parent` that nothing has yet. Changes nothing.
    ///
    /// # Errors
    /// If HEAD names no commit, a path is not UTF-8, or refs cannot be read.
    pub fn plan_worktree(&self, parent: &Path) -> Result<WorkTree, GitError> {
        let (into, base) = match self.head_state()? {
            Head::Branch(name, Some(at)) => (Some(name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned()), at),
            Head::Detached(at) => (None, at),
            Head::Branch(..) => return Err(GitError::NoCommitYet),
        };
        let from = into.clone().unwrap_or_else(|| ours(base).short().to_owned());
        let stem = plain(from.strip_prefix("longhaul/").unwrap_or(&from));
        // A branch of that very name takes all names below it.
        let folder = if self.git.find_reference("refs/heads/longhaul").is_ok() {
            "longhaul-"
        } else {
            "longhaul/"
        };
        let checkout = utf8(self.workdir())?;
        let label = self
            .workdir()
            .file_name()
            .map_or_else(|| "repository".into(), OsStr::to_string_lossy);
        for number in 1..NAMES {
            let name = if number == 1 {
                stem.clone()
            } else {
                format!("{stem}-{number}")
            };
            let branch = format!("{folder}{name}");
            let path = parent.join(format!("{label}-longhaul-{name}"));
            if self.is_free(&name, &branch, &path)? {
                return Ok(WorkTree {
                    name,
                    path: utf8(&path)?,
                    checkout,
                    branch,
                    base: ours(base),
                    into,
                });
            }
        }
        Err(GitError::InTheWay {
            path: lossy(parent.as_os_str().as_bytes()),
            reason: format!("holds a thousand worktrees like {label}-longhaul-{stem}"),
        })
    }

    fn is_free(&self, name: &str, branch: &str, path: &Path) -> Result<bool, GitError> {
        let reference = format!("refs/heads/{branch}");
        Ok(self.git.find_reference(&reference).is_err()
            && self.names(&format!("{reference}/*"))?.is_empty()
            && self.names(&format!("{OURS}worktrees/{name}/*"))?.is_empty()
            && self.admin(name).symlink_metadata().is_err()
            && path.symlink_metadata().is_err())
    }

    /// Makes a planned worktree, or finishes a making that was cut off. Its branch, if it is there, stays where it is.
    ///
    /// # Errors
    /// If another place has its branch checked out, something else lies in its way, or a file cannot be written.
    pub fn make_worktree(&self, tree: &WorkTree) -> Result<Made, GitError> {
        let branch = format!("refs/heads/{}", tree.branch);
        let path = Path::new(&tree.path);
        if let Some(place) = self.checked_out(&branch)?.into_iter().find(|place| place != path) {
            return Err(GitError::CheckedOut {
                branch: tree.branch.clone(),
                place,
            });
        }
        // A making that was killed here leaves the new branch's lock.
        self.clear_branch_lock(&branch, Some(&tree.base))?;
        match self
            .git
            .reference(&branch, theirs(&tree.base)?, false, "longhaul: a worktree begins here")
        {
            Err(error) if error.code() != ErrorCode::Exists => {
                return Err(GitError::Git {
                    doing: "make the worktree's branch",
                    source: error,
                });
            }
            _ => sync::reference(&self.git, &branch),
        }
        let admin = self.admin(&tree.name);
        let pointer = [b"gitdir: ", admin.as_os_str().as_bytes(), b"\n"].concat();
        let there = fs::read(path.join(".git")).ok();
        let foreign = there.as_ref().is_some_and(|there| *there != pointer);
        if foreign || (there.is_none() && !is_empty(path)) {
            return Err(GitError::InTheWay {
                path: tree.path.clone(),
                reason: "is not the worktree that was left there".to_owned(),
            });
        }
        fs::create_dir_all(&admin).map_err(unwritten(&admin))?;
        // The lock first: what is not whole yet would be pruned by the next `git gc`.
        lock(&admin)?;
        put(
            &admin.join("gitdir"),
            &[path.join(".git").as_os_str().as_bytes(), b"\n"].concat(),
        )?;
        put(&admin.join("commondir"), b"../..\n")?;
        if admin.join("HEAD").symlink_metadata().is_err() {
            put(&admin.join("HEAD"), format!("ref: {branch}\n").as_bytes())?;
        }
        fs::create_dir_all(path).map_err(unwritten(path))?;
        put(&path.join(".git"), &pointer)?;
        // Ours, left by a process that was killed: nobody else knew this place.
        let _ = fs::remove_file(admin.join("index.lock"));
        let made = Self::discover(path)?.fill()?;
        sync::everything(path);
        Ok(made)
    }

    /// Says whether a worktree is whole and on its branch; `Ok(false)` if it is gone, or was never whole.
    ///
    /// # Errors
    /// [`GitError::OtherBranch`] if somebody switched it to another branch.
    pub fn has_worktree(&self, tree: &WorkTree) -> Result<bool, GitError> {
        let path = Path::new(&tree.path);
        let Ok(repo) = Self::discover(path) else { return Ok(false) };
        if repo.workdir() != path || repo.worktree_name().as_ref() != Some(&tree.name) {
            return Ok(false);
        }
        let branch = format!("refs/heads/{}", tree.branch);
        match repo.head_state()? {
            Head::Branch(name, _) if name == branch => Ok(true),
            Head::Branch(name, _) => Err(GitError::OtherBranch {
                wanted: tree.branch.clone(),
                found: name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned(),
            }),
            Head::Detached(at) => Err(GitError::Detached { at: ours(at) }),
        }
    }

    /// Takes the worktree back into our hands: locked, so that nobody prunes it by mistake.
    ///
    /// # Errors
    /// If the lock cannot be written.
    pub fn lock_worktree(&self, tree: &WorkTree) -> Result<(), GitError> {
        lock(&self.admin(&tree.name))
    }

    /// Gives the worktree into the user's hands: `git worktree remove` works again.
    ///
    /// # Errors
    /// If the lock cannot be removed.
    pub fn unlock_worktree(&self, tree: &WorkTree) -> Result<(), GitError> {
        let file = self.admin(&tree.name).join("locked");
        fs::remove_file(&file).or_else(absent_is_fine).map_err(unwritten(&file))
    }

    /// Returns where a branch is; `None` if there is no such branch.
    ///
    /// # Errors
    /// If the ref cannot be read.
    pub fn branch_at(&self, branch: &str) -> Result<Option<Oid>, GitError> {
        match self.git.refname_to_id(&format!("refs/heads/{branch}")) {
            Ok(at) => Ok(Some(ours(at))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(source) => Err(GitError::Git {
                doing: "read a branch",
                source,
            }),
        }
    }

    /// Lists the working directories of this repository that have a branch (full name) checked out.
    pub(in crate::git) fn checked_out(&self, branch: &str) -> Result<Vec<PathBuf>, GitError> {
        let names_it = |admin: &Path| {
            let head = fs::read_to_string(admin.join("HEAD")).unwrap_or_default();
            // A rebase keeps the branch for itself while HEAD is detached.
            let rebased = ["rebase-merge", "rebase-apply"].map(|dir| fs::read_to_string(admin.join(dir).join("head-name")));
            let rebased = rebased.into_iter().flatten().any(|name| name.trim() == branch);
            head.trim().strip_prefix("ref: ") == Some(branch) || rebased
        };
        let mut places = Vec::new();
        let common = self.git.commondir().to_owned();
        if names_it(&common) && !self.is_bare_at_heart() {
            places.push(common.parent().map_or_else(|| common.clone(), Path::to_owned));
        }
        for entry in fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten() {
            let admin = entry.path();
            let Ok(pointer) = fs::read(admin.join("gitdir")) else {
                continue;
            };
            let dot = PathBuf::from(OsStr::from_bytes(pointer.trim_ascii_end()));
            let place = admin.join(dot).parent().map(Path::to_owned).unwrap_or_default();
            if names_it(&admin) && place.symlink_metadata().is_ok() {
                places.push(place.canonicalize().unwrap_or(place));
            }
        }
        Ok(places)
    }

    /// A bare repository with worktrees has a HEAD that nobody works on.
    fn is_bare_at_heart(&self) -> bool {
        git2::Repository::open(self.git.commondir()).is_ok_and(|main| main.is_bare())
    }

    pub(in crate::git) fn admin(&self, name: &str) -> PathBuf {
        let common = self.git.commondir();
        common
            .canonicalize()
            .unwrap_or_else(|_| common.to_owned())
            .join("worktrees")
            .join(name)
    }

    /// Brings every file of HEAD onto the disk that is not there. Files that are there stay, but for one that a killed process of ours
    /// had begun to write.
    fn fill(&self) -> Result<Made, GitError> {
        let head = self.git.head().and_then(|head| head.peel_to_tree()).doing("read HEAD")?;
        let mut index = self.git.index().doing("read the index")?;
        if index.is_empty() {
            // Without it, files of a making that was cut off would be taken for somebody's.
            index.read_tree(&head).and_then(|()| index.write()).doing("make the index")?;
        }
        let mut safe = CheckoutBuilder::new();
        safe.safe().recreate_missing(true).overwrite_ignored(false);
        self.git
            .checkout_head(Some(&mut safe))
            .doing("check out the worktree's files")?;
        let mut made = Made::default();
        let (mut torn, mut force) = (0, CheckoutBuilder::new());
        force.force().disable_pathspec_match(true);
        for changed in self.dirty()? {
            let path = changed.split_once(' ').map_or("", |(_, path)| path);
            let stored = head
                .get_path(Path::new(path))
                .ok()
                .and_then(|entry| self.git.find_blob(entry.id()).ok());
            let now = fs::read(self.workdir().join(path)).unwrap_or_default();
            if changed.starts_with("M ") && stored.is_some_and(|blob| unix(blob.content()).starts_with(&unix(&now))) {
                force.path(path);
                torn += 1;
            } else {
                made.kept.push(path.to_owned());
            }
        }
        if torn > 0 {
            self.git
                .checkout_head(Some(&mut force))
                .doing("check out the worktree's files")?;
        }
        let submodules = index.iter().filter(|entry| entry.mode == crate::git::tree::disk::SUBMODULE);
        made.submodules = submodules.map(|entry| lossy(&entry.path)).collect();
        if self.has_filters() {
            let of_filter = |path: &[u8]| self.filter_driver(Path::new(OsStr::from_bytes(path))).is_some();
            made.filtered = index.iter().filter(|entry| of_filter(&entry.path)).count();
        }
        Ok(made)
    }

    /// Says whether any filter is configured that a checkout of git's would run.
    fn has_filters(&self) -> bool {
        let Ok(config) = self.git.config() else { return false };
        let entries = config.entries(Some("filter\\..*\\.(smudge|process)"));
        entries.is_ok_and(|mut entries| entries.next().is_some())
    }
}

/// Turns a branch's name into one that may be a directory's.
fn plain(name: &str) -> String {
    let fine = |c: char| {
        if c.is_ascii_alphanumeric() || "-_".contains(c) {
            c
        } else {
            '-'
        }
    };
    let plain: String = name.chars().map(fine).take(40).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() {
        "work".to_owned()
    } else {
        plain.to_owned()
    }
}

fn utf8(path: &Path) -> Result<String, GitError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| GitError::OddPath { path: path.to_owned() })
}

fn is_empty(dir: &Path) -> bool {
    match fs::read_dir(dir) {
        // A pointer that was not written out is the first thing that a killed process of ours leaves.
        Ok(entries) => entries.flatten().all(|entry| entry.file_name() == ".git.new"),
        Err(error) => is_absent(&error),
    }
}

/// A file's bytes without the line-end conversions that a checkout makes.
pub(in crate::git) fn unix(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\r').collect()
}

fn lock(admin: &Path) -> Result<(), GitError> {
    put(&admin.join("locked"), format!("{REASON}\n").as_bytes())
}

/// Writes a small file whole or not at all.
pub(in crate::git) fn put(path: &Path, bytes: &[u8]) -> Result<(), GitError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    fs::write(&new, bytes).map_err(unwritten(&new))?;
    fs::rename(&new, path).map_err(unwritten(path))
}
