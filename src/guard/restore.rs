//! Putting a guarded file back, whatever stands in its place now.
//!
//! Nothing of the agent's is thrown away: a directory or file that is in the way is renamed, never removed.
//! (Where a guarded file itself was moved to, [`super::moved`] looks.)

use super::baseline::{Baseline, Form};
use crate::harness::atomic::write_atomically_with;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Restores one entry. The caller compares again afterwards.
pub(super) fn restore(workspace: &Path, baseline: &Baseline, path: &Path, form: &Form) -> io::Result<()> {
    let whole = workspace.join(path);
    clear_ancestors(workspace, path)?;
    match form {
        Form::File { mode, .. } => {
            if fs::symlink_metadata(&whole).is_ok_and(|meta| meta.is_dir()) {
                set_aside(&whole)?;
            }
            let bytes = baseline
                .standing(path)
                .ok_or_else(|| io::Error::other("its baseline copy is gone or damaged"))?;
            let write = || write_atomically_with(&whole, &bytes, Some(Permissions::from_mode(*mode)));
            write().or_else(|error| unlock(&whole, error).and_then(|()| write()))
        }
        Form::Link(target) => {
            if fs::symlink_metadata(&whole).is_ok() {
                set_aside(&whole)?;
            }
            symlink(target, &whole)
        }
        Form::Absent => set_aside(&whole),
    }
}

/// Makes every directory above `path` a real one.
fn clear_ancestors(workspace: &Path, path: &Path) -> io::Result<()> {
    let mut parents: Vec<&Path> = path.ancestors().skip(1).filter(|part| !part.as_os_str().is_empty()).collect();
    parents.reverse();
    for parent in parents {
        let whole = workspace.join(parent);
        match fs::symlink_metadata(&whole) {
            Ok(meta) if meta.is_dir() => continue,
            Ok(_) => set_aside(&whole)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        fs::create_dir(&whole)?;
    }
    Ok(())
}

/// Renames what is in the way to a free name beside it.
fn set_aside(path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1..1_000)
        .map(|n| path.with_file_name(format!("{name}.set-aside-{n}")))
        .find(|candidate| fs::symlink_metadata(candidate).is_err())
        .ok_or_else(|| io::Error::other("no free name to set it aside"))?;
    let rename = |to: &PathBuf| fs::rename(path, to);
    rename(&free).or_else(|error| unlock(path, error).and_then(|()| rename(&free)))
}

/// Makes the parent directory writable again, if that is what stood in the way.
fn unlock(path: &Path, error: io::Error) -> io::Result<()> {
    let (io::ErrorKind::PermissionDenied, Some(parent)) = (error.kind(), path.parent()) else {
        return Err(error);
    };
    let mode = fs::metadata(parent)?.permissions().mode();
    fs::set_permissions(parent, Permissions::from_mode(mode | 0o700))
}
