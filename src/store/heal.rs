//! Healing of torn tails, before the first append of a run.
//!
//! Invariant: nothing is lost and nothing is fused. Bytes behind a segment's last line feed (never
//! acknowledged, since an append ends with its line feed) are synced into `<segment>.torn` first, and only then cut off.
//! What stays is on the disk before anything is built on it.

use super::StoreError;
use super::durable::sync_dir;
use super::segment::Segment;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Step of the backward search for the last line feed.
const STEP: u64 = 64 << 10;

/// Heals every segment that does not end in a line feed; returns the files that the torn bytes were moved to.
pub(super) fn heal(segments: &[Segment]) -> Result<Vec<PathBuf>, StoreError> {
    let mut moved = Vec::new();
    for segment in segments {
        moved.extend(heal_one(&segment.path)?);
    }
    // The process before may have died between a write and its group commit.
    if let Some(Segment { path, .. }) = segments.last() {
        let file = File::open(path).map_err(StoreError::io("open", path))?;
        file.sync_data().map_err(StoreError::io("sync", path))?;
    }
    Ok(moved)
}

fn heal_one(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    let mut file = File::open(path).map_err(StoreError::io("open", path))?;
    let length = file.metadata().map_err(StoreError::io("look at", path))?.len();
    let keep = whole_lines(&file, length).map_err(StoreError::io("read", path))?;
    if keep == length {
        return Ok(None);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".torn");
    let torn = PathBuf::from(name);
    // Opened to append: an earlier torn tail of the same segment is kept too.
    let mut aside = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&torn)
        .map_err(StoreError::io("open", &torn))?;
    file.seek(SeekFrom::Start(keep)).map_err(StoreError::io("read", path))?;
    io::copy(&mut file, &mut aside)
        .and_then(|_| aside.write_all(b"\n"))
        .and_then(|()| aside.sync_all())
        .map_err(StoreError::io("save the torn end of the log to", &torn))?;
    if let Some(dir) = path.parent() {
        sync_dir(dir)?;
    }
    let file = OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(StoreError::io("open", path))?;
    file.set_len(keep)
        .and_then(|()| file.sync_all())
        .map_err(StoreError::io("cut the torn end off", path))?;
    Ok(Some(torn))
}

/// Returns the length up to and including the last line feed.
fn whole_lines(file: &File, length: u64) -> io::Result<u64> {
    let mut end = length;
    let mut buffer = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(STEP);
        buffer.resize(usize::try_from(end - start).unwrap_or_default(), 0);
        file.read_exact_at(&mut buffer, start)?;
        if let Some(at) = memchr::memrchr(b'\n', &buffer) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
