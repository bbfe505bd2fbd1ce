//! The envelope that every event travels in, on disk and on the link.

use super::{Event, Seq, SessionNo};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Version of the log format that this build writes.
pub const FORMAT_VERSION: u32 = 1;

/// One line of a session log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Format version ([`FORMAT_VERSION`] when written by this build).
    pub v: u32,
    /// Position in the project's log.
    pub seq: Seq,
    /// Wall-clock time (UTC, RFC 3339). For show only: order comes from `seq`.
    pub time: Timestamp,
    /// The session it belongs to, `0` outside any.
    pub session: SessionNo,
    /// What happened.
    pub event: Event,
}

impl Envelope {
    /// Prints the envelope as one JSON line without its line feed.
    ///
    /// # Errors
    /// Fails only if a map key is not a string, which no event of ours has.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Parses one line of a log.
    ///
    /// # Errors
    /// Fails if the line is not a whole envelope of a known shape.
    pub fn from_line(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }
}
