//! Text files as tools see them: read with care, never followed blindly, never half.

use super::ToolError;
use super::place::Place;
use rustix::fs::{Mode, OFlags};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;

/// Largest file that is taken in.
pub(super) const LARGEST: u64 = 10 * 1024 * 1024;

/// Bytes at the start that are looked at for NUL, which no text holds.
const PROBED: usize = 8 * 1024;

/// What a place holds.
pub(super) enum Found {
    /// A text, byte for byte.
    Text(Vec<u8>),
    /// A directory.
    Directory,
    /// Nothing.
    Nothing,
}

/// Looks at a place and reads it if it is a text.
pub(super) fn look(place: &Place) -> Result<Found, ToolError> {
    let failed = |source: io::Error| io_error(place, "read", source);
    let meta = match place.real.symlink_metadata() {
        Ok(meta) => meta,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Found::Nothing),
        Err(error) => return Err(failed(error)),
    };
    if meta.is_dir() {
        return Ok(Found::Directory);
    }
    refuse_special(place, &meta)?;
    // What is there may have changed since we looked: no link is followed and no pipe waited for.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(&place.real, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?);
    refuse_special(place, &file.metadata().map_err(failed)?)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(ToolError::TooLarge {
            path: place.given.clone(),
            bytes: meta.len().max(LARGEST + 1),
        });
    }
    if memchr::memchr(0, &bytes[..bytes.len().min(PROBED)]).is_some() {
        return Err(ToolError::Binary {
            path: place.given.clone(),
            bytes: bytes.len() as u64,
        });
    }
    Ok(Found::Text(bytes))
}

/// Reads a text that must be there.
pub(super) fn read(place: &Place) -> Result<Vec<u8>, ToolError> {
    let path = || place.given.clone();
    match look(place)? {
        Found::Text(bytes) => Ok(bytes),
        Found::Directory => Err(ToolError::IsDirectory { path: path() }),
        Found::Nothing => Err(ToolError::NotFound { path: path() }),
    }
}

/// Refuses what is neither a file nor a directory.
fn refuse_special(place: &Place, meta: &Metadata) -> Result<(), ToolError> {
    let kind = meta.file_type();
    let kind = match () {
        () if kind.is_fifo() => "named pipe",
        () if kind.is_socket() => "socket",
        () if kind.is_block_device() || kind.is_char_device() => "device",
        () if kind.is_symlink() => "link that appeared just now",
        () => return Ok(()),
    };
    Err(ToolError::Special {
        path: place.given.clone(),
        kind,
    })
}

/// Wraps what the system said of a place.
pub(super) fn io_error(place: &Place, verb: &'static str, source: io::Error) -> ToolError {
    let path = place.given.clone();
    match source.kind() {
        io::ErrorKind::NotFound => ToolError::NotFound { path },
        io::ErrorKind::NotADirectory => ToolError::ParentIsFile { path },
        io::ErrorKind::IsADirectory => ToolError::IsDirectory { path },
        _ => ToolError::Io { path, verb, source },
    }
}

/// Splits a text into lines without their ends; the last line needs none.
pub(super) fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
}

/// Says whether every line end of a text is CR LF, and there is one.
pub(super) fn is_crlf(bytes: &[u8]) -> bool {
    let mut ends = memchr::memchr_iter(b'\n', bytes).peekable();
    ends.peek().is_some() && ends.all(|at| at > 0 && bytes[at - 1] == b'\r')
}
