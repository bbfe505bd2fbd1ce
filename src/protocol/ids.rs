//! Newtype identifiers. Numbers where order matters, strings where another system chose them.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number_id {
    ($(#[$meta:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// Returns the identifier that follows this one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

macro_rules! string_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// Returns the identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }
    };
}

number_id! {
    /// Position of an event in a project's log: starts at 1, grows by 1, never repeats, across all sessions.
    Seq(u64), "#"
}
number_id! {
    /// Number of a session within its project, from 1. Zero means "outside any session".
    SessionNo(u32), "s"
}
number_id! {
    /// Number of a turn (one model request and the tool calls it asked for) within its session, from 1.
    TurnNo(u32), "turn "
}
number_id! {
    /// Number of a gate within its project, from 1.
    GateId(u32), "gate "
}
number_id! {
    /// Number of a question put to the human within its project, from 1.
    QuestionId(u32), "question "
}
number_id! {
    /// Number of a checkpoint within its repository, from 1.
    CheckpointId(u32), "checkpoint "
}
number_id! {
    /// Number of a message of the human's within its project, from 1.
    MessageId(u32), "message "
}
number_id! {
    /// Number of a standing rule about commands within its project, from 1.
    RuleId(u32), "R"
}
string_id! {
    /// Name of a run: a stretch of sessions started by one `longhaul run`.
    RunId
}
string_id! {
    /// The model's own id of a tool call (`toolu_…` in the Messages API).
    CallId
}
string_id! {
    /// Id of a feature: the list's own where it has one, else `#<index>`.
    FeatureId
}
string_id! {
    /// Full hexadecimal git object id.
    Oid
}
string_id! {
    /// Lower-case hexadecimal SHA-256 of a blob's bytes, which is also its file name in the store.
    BlobId
}

impl Oid {
    /// Returns the first seven characters, as git prints it by default.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}
