//! Replacing a file in one step: whoever reads sees the old text or the new one, never half of it.

use super::ToolError;
use super::place::Place;
use super::text_file::io_error;
use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;

/// Mode of new files, before the umask.
const NEW: u32 = 0o666;

/// Writes a file of the workspace; one that is there keeps its mode, missing directories are made.
pub(super) fn write(place: &Place, bytes: &[u8]) -> Result<(), ToolError> {
    let failed = |source: io::Error| io_error(place, "written", source);
    let Some(dir) = place.real.parent() else {
        return Err(ToolError::IsDirectory {
            path: place.given.clone(),
        });
    };
    let mode = match place.real.symlink_metadata() {
        Ok(meta) if meta.is_dir() => {
            return Err(ToolError::IsDirectory {
                path: place.given.clone(),
            });
        }
        // A rename would pass over the mark, and over the wish of whoever set it.
        Ok(meta) if meta.permissions().mode() & 0o222 == 0 => {
            return Err(ToolError::ReadOnly {
                path: place.given.clone(),
            });
        }
        Ok(meta) => Some(meta.permissions().mode() & 0o7777),
        Err(_) => None,
    };
    std::fs::create_dir_all(dir).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => ToolError::ParentIsFile {
            path: place.given.clone(),
        },
        _ => failed(source),
    })?;
    let mut file = tempfile::Builder::new()
        .prefix(".longhaul-")
        .suffix(".tmp")
        .permissions(Permissions::from_mode(NEW))
        .tempfile_in(dir)
        .map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    if let Some(mode) = mode {
        file.as_file().set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&place.real).map_err(|error| failed(error.error))?;
    Ok(())
}
