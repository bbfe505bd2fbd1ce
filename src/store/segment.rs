//! Names of the log's files: `NNNN-<role>-<time>.jsonl`, one a session.
//!
//! Invariant: a name written here parses back equal, and listing sorts by session, then time.

use super::StoreError;
use crate::protocol::{Role, SessionNo};
use jiff::Timestamp;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// UTC, to the second, without characters that a file system minds.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// One file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The session it holds.
    pub session: SessionNo,
    /// That session's role.
    pub role: Role,
    /// Where it lies.
    pub path: PathBuf,
    /// When it was begun (UTC, whole seconds).
    pub time: Timestamp,
}

impl Segment {
    /// Names a segment that is about to be begun.
    pub(super) fn new(sessions: &Path, session: SessionNo, role: Role, time: Timestamp) -> Self {
        let name = format!("{:04}-{role}-{}.jsonl", session.0, time.strftime(TIME));
        Self {
            session,
            role,
            path: sessions.join(name),
            time: Timestamp::from_second(time.as_second()).unwrap_or(time),
        }
    }

    fn parse(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(".jsonl")?;
        let (number, rest) = name.split_once('-')?;
        let (role, time) = rest.rsplit_once('-')?;
        let role = [Role::Initializer, Role::Coding]
            .into_iter()
            .find(|known| known.as_str() == role)?;
        let time = jiff::civil::DateTime::strptime(TIME, time).ok()?;
        Some(Self {
            session: SessionNo(number.parse().ok()?),
            role,
            time: time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp(),
            path,
        })
    }
}

/// Lists the segments of a directory in order; other files are left alone.
pub(super) fn list(sessions: &Path) -> Result<Vec<Segment>, StoreError> {
    let entries = match fs::read_dir(sessions) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("list", sessions)(error)),
    };
    let mut segments = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::io("list", sessions))?;
        segments.extend(Segment::parse(entry.path()));
    }
    segments.sort_by(|a, b| (a.session, a.time, &a.path).cmp(&(b.session, b.time, &b.path)));
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back() {
        let dir = tempfile::tempdir().unwrap();
        let time: Timestamp = "2026-03-04T05:06:07.891Z".parse().unwrap();
        let mut expected = Vec::new();
        for (number, role) in [(1, Role::Initializer), (2, Role::Coding), (12_345, Role::Coding)] {
            let segment = Segment::new(dir.path(), SessionNo(number), role, time);
            fs::write(&segment.path, "").unwrap();
            expected.push(segment);
        }
        fs::write(dir.path().join("0002-coding-20260304T050607Z.jsonl.torn"), "").unwrap();
        fs::write(dir.path().join("notes.jsonl"), "").unwrap();
        assert_eq!(list(dir.path()).unwrap(), expected);
        assert!(expected[0].path.ends_with("0001-initializer-20260304T050607Z.jsonl"));
    }
}
