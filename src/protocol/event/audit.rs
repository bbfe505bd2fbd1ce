//! What the findings of a session's audit speak of.

use crate::protocol::{FeatureId, Oid, Seq};
use serde::{Deserialize, Serialize};

/// Something that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum AuditPlace {
    /// An entry of the session's transcript.
    Event {
        /// Its event.
        seq: Seq,
    },
    /// A commit.
    Commit {
        /// Its id.
        commit: Oid,
    },
    /// A feature.
    Feature {
        /// Its id.
        feature: FeatureId,
    },
}
