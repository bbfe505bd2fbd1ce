//! Taking the files on disk from one tree to another.
//!
//! Owns every write that git makes below the working directory. Invariant: a file is replaced or removed only if its bytes are the
//! ones that were saved; whatever else is met there is moved aside as `<name>.kept-<n>` and named. Each step can be done again, so a
//! move that was cut off is finished by doing it once more.

use super::saved::Files;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::repo::Repo;
use crate::git::tree::disk::{EXECUTABLE, LINK, is_absent};
use crate::git::tree::modes::Bits;
use crate::git::tree::snapshot::ancestors;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// What a directory's owner needs to look at files in it and to replace them.
const OPEN: u32 = 0o700;

/// One path that differs between two trees: what it is there before and after.
pub(in crate::git) struct Step {
    pub path: Vec<u8>,
    pub before: Option<(git2::Oid, u32)>,
    pub after: Option<(git2::Oid, u32)>,
}

/// Lists what has to change, by path.
pub(in crate::git) fn steps(before: &Files, after: &Files) -> Vec<Step> {
    let mut paths: Vec<&Vec<u8>> = before.keys().chain(after.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    let step = |path: &Vec<u8>| Step {
        path: path.clone(),
        before: before.get(path).copied(),
        after: after.get(path).copied(),
    };
    paths.into_iter().map(step).filter(|step| step.before != step.after).collect()
}

/// Returns where a raw path lies on disk.
pub(in crate::git) fn full(repo: &Repo, path: &[u8]) -> PathBuf {
    repo.workdir().join(OsStr::from_bytes(path))
}

/// Carries out steps for move `number`, and gives files and directories the second of the permission bits where they have the first.
/// Returns the paths that were kept aside, and how many files got other bits alone.
pub(in crate::git) fn apply(
    repo: &Repo,
    steps: &[Step],
    bits: &(Bits, Bits),
    number: u32,
) -> Result<(Vec<String>, usize), GitError> {
    let mut hand = Hand {
        repo,
        number,
        kept: Vec::new(),
        was: &bits.0,
        there: &bits.1,
        opened: BTreeMap::new(),
    };
    // Deepest first, so that a directory is empty when its turn comes; all removals before any write, for a file may become a directory.
    for step in steps.iter().rev().filter(|step| step.after.is_none()) {
        hand.remove(step)?;
    }
    for step in steps {
        if let Some(after) = step.after {
            hand.write(step, after, bits.1.get(&step.path).copied())?;
        }
    }
    let set = hand.set_bits()?;
    Ok((hand.kept, set))
}

struct Hand<'a> {
    repo: &'a Repo,
    number: u32,
    kept: Vec<String>,
    was: &'a Bits,
    there: &'a Bits,
    /// Directories that were not to be written into and are for now, with the bits that they had.
    opened: Bits,
}

impl Hand<'_> {
    /// Makes the directories above a path such that files in them can be looked at and replaced. Where the system does not let us,
    /// what comes next says so.
    fn open_above(&mut self, path: &[u8]) {
        let dirs: Vec<&[u8]> = ancestors(path).collect();
        for dir in dirs.into_iter().rev() {
            let dir = [dir, b"/"].concat();
            let Some(bits) = self.repo.bits_at(&dir) else { return };
            if bits & OPEN != OPEN && fs::set_permissions(full(self.repo, &dir), Permissions::from_mode(bits | OPEN)).is_ok() {
                self.opened.entry(dir).or_insert(bits);
            }
        }
    }

    /// Makes the directories above a path that are not there, with the bits that they are to have and what their owner needs for now:
    /// by these a move that was cut off knows its own.
    fn make_above(&self, path: &[u8]) -> Result<(), GitError> {
        let dirs: Vec<&[u8]> = ancestors(path).collect();
        for dir in dirs.into_iter().rev() {
            let place = full(self.repo, dir);
            let wanted = self.there.get(&[dir, b"/"].concat());
            match DirBuilder::new().mode(wanted.map_or(0o777, |_| OPEN)).create(&place) {
                Ok(()) => {
                    let set = |bits| fs::set_permissions(&place, Permissions::from_mode(bits | OPEN));
                    wanted.map_or(Ok(()), |bits| set(*bits)).map_err(unwritten(&place))?;
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritten(&place)(error)),
            }
        }
        Ok(())
    }

    /// Gives everything its permission bits, what lies deepest first. Bits that somebody set meanwhile stay.
    fn set_bits(&mut self) -> Result<usize, GitError> {
        let is_dir = |path: &&Vec<u8>| path.ends_with(b"/");
        let before = self.was.keys().filter(is_dir).chain(self.opened.keys());
        let paths: BTreeSet<Vec<u8>> = before.chain(self.there.keys()).cloned().collect();
        let mut set = 0;
        for path in paths.into_iter().rev() {
            let was = self.was.get(&path).copied();
            let Some(wanted) = self.there.get(&path).copied().or(was).or(self.opened.get(&path).copied()) else {
                continue;
            };
            // Below a link lies somebody else's directory.
            if self.is_below_link(path.strip_suffix(b"/").unwrap_or(&path)) {
                continue;
            }
            if was != Some(wanted) {
                self.open_above(path.strip_suffix(b"/").unwrap_or(&path));
            }
            let Some(now) = self.repo.bits_at(&path).filter(|now| *now != wanted) else {
                continue;
            };
            let ours = |bits: u32| now == bits || is_dir(&&path) && (now == bits | OPEN || now == wanted | OPEN || now == OPEN);
            // A directory that was not there is one that we made.
            if was.map_or(is_dir(&&path), ours) {
                let file = full(self.repo, &path);
                fs::set_permissions(&file, Permissions::from_mode(wanted)).map_err(unwritten(&file))?;
                set += usize::from(!is_dir(&&path));
            }
        }
        // Those that were opened for what is set above.
        for (dir, bits) in self.opened.iter().rev() {
            if self.repo.bits_at(dir) == Some(bits | OPEN) && !self.there.contains_key(dir) && !self.was.contains_key(dir) {
                let dir = full(self.repo, dir);
                fs::set_permissions(&dir, Permissions::from_mode(*bits)).map_err(unwritten(&dir))?;
            }
        }
        Ok(set)
    }

    /// Says whether somebody gave a file other permission bits since they were saved.
    fn is_set_since(&self, path: &[u8], wanted: Option<u32>) -> bool {
        let was = self.was.get(path);
        was.is_some_and(|was| self.repo.bits_at(path).is_some_and(|now| now != *was && Some(now) != wanted))
    }

    fn remove(&mut self, step: &Step) -> Result<(), GitError> {
        let file = full(self.repo, &step.path);
        let tracked = step.before.map(|(_, mode)| mode);
        if self.is_below_link(&step.path) {
            return Ok(());
        }
        self.open_above(&step.path);
        let found = self.repo.look(&step.path, tracked)?;
        if found.is_some() && found == step.before && !self.is_set_since(&step.path, None) {
            fs::remove_file(&file).or_else(absent_is_fine).map_err(unwritten(&file))?;
        } else if found.is_some() {
            self.keep_aside(&step.path)?;
        }
        for dir in ancestors(&step.path) {
            // Git takes a submodule whose directory is gone for removed.
            if self.repo.is_submodule(dir) {
                break;
            }
            // The system refuses to remove what is not empty, or is no directory; that is the test.
            if fs::remove_dir(full(self.repo, dir)).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn write(&mut self, step: &Step, after: (git2::Oid, u32), bits: Option<u32>) -> Result<(), GitError> {
        let file = full(self.repo, &step.path);
        let dir = file.parent().unwrap_or_else(|| self.repo.workdir()).to_owned();
        if !self.is_below_link(&step.path) {
            self.open_above(&step.path);
        }
        let scratch = dir.join(format!(".longhaul-{}.tmp", self.number));
        // Ours, of a move that was cut off: its bytes are in the repository.
        fs::remove_file(&scratch)
            .or_else(absent_is_fine)
            .map_err(unwritten(&scratch))?;
        let found = self.repo.look(&step.path, Some(after.1))?;
        let is_same_mode = |meta: fs::Metadata| bits.is_none_or(|bits| meta.permissions().mode() & 0o7777 == bits);
        if found == Some(after) && file.symlink_metadata().is_ok_and(is_same_mode) {
            return Ok(());
        }
        let mut bits = bits;
        match found {
            None => remove_empty(&file)?,
            Some(_) if found == Some(after) => {}
            Some(_) if found == step.before && !self.is_set_since(&step.path, bits) => {
                bits = bits.or_else(|| same_but_executable(&file, after.1));
            }
            Some(_) => self.keep_aside(&step.path)?,
        }
        self.make_above(&step.path)?;
        if self.is_below_link(&step.path) {
            return Err(GitError::InTheWay {
                path: lossy(&step.path),
                reason: "lies below a link now".to_owned(),
            });
        }
        let blob = self.repo.git.find_blob(after.0).doing("read a file of a tree")?;
        put(&scratch, blob.content(), after.1, bits).map_err(unwritten(&file))?;
        fs::rename(&scratch, &file).map_err(unwritten(&file))
    }

    /// Moves what lies at a path to a name beside it that is free.
    fn keep_aside(&mut self, path: &[u8]) -> Result<(), GitError> {
        let from = full(self.repo, path);
        for attempt in 0..100 {
            let mut name = from.clone().into_os_string().into_vec();
            name.extend_from_slice(format!(".kept-{}", self.number).as_bytes());
            if attempt > 0 {
                name.extend_from_slice(format!("-{attempt}").as_bytes());
            }
            let to = Path::new(OsStr::from_bytes(&name));
            if to.symlink_metadata().is_err() {
                fs::rename(&from, to).map_err(unwritten(to))?;
                let shown = to.strip_prefix(self.repo.workdir()).unwrap_or(to);
                self.kept.push(lossy(shown.as_os_str().as_bytes()));
                return Ok(());
            }
        }
        Err(GitError::InTheWay {
            path: lossy(path),
            reason: "changed meanwhile, and there are a hundred kept copies of it".to_owned(),
        })
    }

    /// Below a link lies somebody else's directory.
    fn is_below_link(&self, path: &[u8]) -> bool {
        ancestors(path).any(|dir| full(self.repo, dir).is_symlink())
    }
}

/// Writes a new file or link.
fn put(at: &Path, content: &[u8], mode: u32, bits: Option<u32>) -> io::Result<()> {
    if mode == LINK {
        return symlink(OsStr::from_bytes(content), at);
    }
    let plain = if mode == EXECUTABLE { 0o777 } else { 0o666 };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(bits.map_or(plain, |_| 0o600))
        .open(at)?;
    file.write_all(content)?;
    match bits {
        Some(bits) => file.set_permissions(Permissions::from_mode(bits)),
        None => Ok(()),
    }
}

/// A replaced file keeps its permissions but for the bits that git knows.
fn same_but_executable(file: &Path, mode: u32) -> Option<u32> {
    let meta = file.symlink_metadata().ok().filter(|meta| meta.is_file() && mode != LINK)?;
    let bits = meta.permissions().mode() & 0o7777;
    // Whoever may read it may run it.
    let run = (bits & 0o444) >> 2;
    Some(if mode == EXECUTABLE { bits | run } else { bits & !0o111 })
}

/// Removes a directory without files in the place of a file; one with files was refused before anything began.
fn remove_empty(at: &Path) -> Result<(), GitError> {
    if !at.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        return Ok(());
    }
    // It may be one that nothing may be taken out of; where it is not ours to change, what comes next says so.
    let _ = fs::set_permissions(at, Permissions::from_mode(OPEN));
    for entry in fs::read_dir(at).map_err(unwritten(at))? {
        remove_empty(&entry.map_err(unwritten(at))?.path())?;
    }
    fs::remove_dir(at).map_err(unwritten(at))
}

pub(in crate::git) fn absent_is_fine(error: io::Error) -> io::Result<()> {
    if is_absent(&error) { Ok(()) } else { Err(error) }
}

pub(in crate::git) fn unwritten(path: &Path) -> impl FnOnce(io::Error) -> GitError {
    let path = path.to_owned();
    move |source| GitError::Write { path, source }
}
