//! Replacing a file whole: readers see the old bytes or the new ones, never a mix.
//!
//! Owns the temporary file beside the target and the rename. Does not own who may write. Invariant: after an error the target is
//! as it was.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// How the names of the temporary files begin and end.
const PREFIX: &str = ".longhaul-";
const SUFFIX: &str = ".tmp";

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

/// Replaces a file that is still as it was read, keeping its mode; says whether it was.
///
/// # Errors
/// As [`write_atomically`]. The file is untouched then, and where it has changed.
pub fn replace_unchanged(path: &Path, was: &[u8], bytes: &[u8]) -> io::Result<bool> {
    let mode = fs::metadata(path)?.permissions();
    let file = written_beside(path, bytes, Some(mode))?;
    // As late as can be: what another program writes from here to the rename is lost, and that is the time of two system calls.
    if fs::read(path)? != was {
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

/// Says whether a file is one that a killed process left beside its target, by its name.
#[must_use]
pub fn is_leftover(name: &str) -> bool {
    let middle = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    middle.is_some_and(|middle| middle.len() == 6 && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Removes what killed processes left beside a file. Nobody may be writing it meanwhile.
///
/// # Errors
/// Fails if the directory cannot be read, or what lies there cannot be removed.
pub fn sweep_beside(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory(path))? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_leftover) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn directory(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

fn written_beside(path: &Path, bytes: &[u8], mode: Option<Permissions>) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .permissions(mode.clone().unwrap_or_else(plain))
        .tempfile_in(directory(path))?;
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
        let (_, left) = left.keep().unwrap();
        assert!(is_leftover(left.file_name().unwrap().to_str().unwrap()));
        fs::create_dir(dir.path().join(".longhaul-abcdef.tmp")).unwrap();
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
