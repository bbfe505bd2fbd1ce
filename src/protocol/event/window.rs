//! What the next context window reads: notes edited by a person, rules for sections, and what a session was begun with.

use crate::protocol::window::{RuleSpan, SectionId, SectionRule, SentSection};
use serde::{Deserialize, Serialize};

/// A person edited the progress notes through us; the file holds their text now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesEdited {
    /// Who: `human`.
    pub by: String,
    /// Lines that are new.
    pub added: u32,
    /// Lines that are gone.
    pub removed: u32,
    /// Hash of the file after it.
    pub hash: String,
}

/// A save of the progress notes came on top of a version that the file no longer holds. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesSaveRefused {
    /// Hash of the version that the save was made from.
    pub base: String,
    /// Why, as a sentence.
    pub reason: String,
}

/// A person decided about a section of the windows to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionRuled {
    /// Which.
    pub section: SectionId,
    /// What.
    pub rule: SectionRule,
    /// For how long.
    pub span: RuleSpan,
}

/// A session's window was composed: everything that its model reads before its first word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowComposed {
    /// The sections that were sent, in order.
    pub sections: Vec<SentSection>,
}
