//! Replacing a file whole: readers see the old bytes or the new ones, never a mix.
//!
//! Owns the temporary file beside the target and the rename. Does not own who may write. Invariant: after an error the target is
//! as it was. A temporary file is locked by who writes it: one that can be locked is a dead writer's, and may be removed.

use crate::git::{TEMPORARY, is_temporary};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use tempfile::NamedTempFile;

/// How often a temporary file is made anew that was swept before it was locked.
const TRIES: u32 = 5;

/// Writes `bytes` to `path` by a temporary file in the same directory and a rename; the mode of a file already there is kept.
///
/// A symlink at `path` is replaced, never followed: what an agent points elsewhere is not written through.
///
/// # Errors
/// Fails if the directory is missing or not writable, or the disk is full. The target is untouched then.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mode = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Some(meta.permissions()),
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    write_atomically_with(path, bytes, mode)
}

/// Replaces a file that is still as it was read, keeping its mode; says whether it was. Of two that do so at once one is told no.
///
/// # Errors
/// As [`write_atomically`]. The file is untouched then, and where it has changed.
pub fn replace_unchanged(path: &Path, was: &[u8], bytes: &[u8]) -> io::Result<bool> {
    let held = File::open(path)?;
    // On a file system without locks the comparison below is all there is.
    if flock(&held, FlockOperation::NonBlockingLockExclusive) == Err(rustix::io::Errno::WOULDBLOCK) {
        return Ok(false);
    }
    let file = written_beside(path, bytes, Some(held.metadata()?.permissions()))?;
    // As late as can be: what a program that takes no lock writes from here to the rename is lost, the time of two system calls.
    if fs::metadata(path)?.ino() != held.metadata()?.ino() || fs::read(path)? != was {
        return Ok(false);
    }
    persist(file, path)?;
    Ok(true)
}

/// Writes like [`write_atomically`], with the given permissions; `None` means those of a new file.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_atomically_with(path: &Path, bytes: &[u8], mode: Option<Permissions>) -> io::Result<()> {
    persist(written_beside(path, bytes, mode)?, path)
}

/// Removes what killed processes left beside a file.
///
/// # Errors
/// Fails if the directory cannot be read, or what lies there cannot be removed.
pub fn sweep_beside(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory(path))? {
        let entry = entry?;
        if !is_temporary(entry.file_name().as_encoded_bytes()) || !entry.file_type()?.is_file() {
            continue;
        }
        let Ok(left) = File::open(entry.path()) else { continue };
        if flock(&left, FlockOperation::NonBlockingLockExclusive).is_ok() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn directory(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Another process that sweeps may have been faster.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn written_beside(path: &Path, bytes: &[u8], mode: Option<Permissions>) -> io::Result<NamedTempFile> {
    let make = || {
        tempfile::Builder::new()
            .prefix(TEMPORARY.0)
            .suffix(TEMPORARY.1)
            .permissions(mode.clone().unwrap_or_else(plain))
            .tempfile_in(directory(path))
    };
    let mut file = make()?;
    for _ in 0..TRIES {
        // Between its making and the lock somebody may have taken it for a dead writer's.
        let locked = flock(file.as_file(), FlockOperation::NonBlockingLockExclusive);
        if locked != Err(rustix::io::Errno::WOULDBLOCK) && file.as_file().metadata()?.nlink() > 0 {
            break;
        }
        file = make()?;
    }
    file.write_all(bytes)?;
    if let Some(mode) = mode {
        // Once more: the umask has had its say at creation.
        file.as_file().set_permissions(mode)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map_err(|error| error.error)?;
    // The rename itself is on the disk only once its directory is; a file system that cannot sync directories loses nothing else.
    if let Ok(directory) = File::open(directory(path)) {
        let _ = directory.sync_all();
    }
    Ok(())
}

#[cfg(unix)]
fn plain() -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(0o666)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn keeps_the_mode_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.json");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn replaces_a_symlink_instead_of_writing_through_it() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("link"));
        fs::write(&target, "target").unwrap();
        symlink(&target, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"target");
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.json");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(!replace_unchanged(&path, b"older", b"new").unwrap());
        let other = File::open(&path).unwrap();
        flock(&other, FlockOperation::LockExclusive).unwrap();
        assert!(!replace_unchanged(&path, b"old", b"new").unwrap(), "another is at it");
        drop(other);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert!(replace_unchanged(&path, b"old", b"new").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let kept = [".longhaul-notes.md", ".longhaul-aB3.tmp", ".longhaul-a-3xyz.tmp", "list.json"];
        for name in kept {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let left = written_beside(&dir.path().join("list.json"), b"half", None).unwrap();
        let (writer, left) = left.keep().unwrap();
        assert!(is_temporary(left.file_name().unwrap().as_encoded_bytes()));
        fs::create_dir(dir.path().join(".longhaul-abcdef.tmp")).unwrap();
        sweep_beside(&dir.path().join("list.json")).unwrap();
        assert!(left.exists(), "its writer lives");
        drop(writer);
        sweep_beside(&dir.path().join("list.json")).unwrap();
        assert!(!left.exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), kept.len() + 1);
    }

    #[test]
    fn a_missing_directory_is_an_error_and_makes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(write_atomically(&dir.path().join("no/file"), b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
