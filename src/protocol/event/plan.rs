//! What a person changed of the feature list by hand.

use crate::protocol::plan::{FeatureEdit, Renamed};
use crate::protocol::{FeatureId, Oid};
use serde::{Deserialize, Serialize};

/// A person's edit of the feature list is in the file. The list as it is now follows as a `feature_list_loaded`, a flag that changed
/// as a `feature_flipped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureListEdited {
    /// Who edited: `human`.
    pub by: String,
    /// What, with the words.
    pub edit: FeatureEdit,
    /// The same in one line for a person: `reword F012`.
    pub title: String,
    /// Why, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Features that have another id now: in a list without ids of its own, an id is a place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// The commit that holds it and nothing else; `None` where git does not track the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Oid>,
}

impl FeatureListEdited {
    /// Returns the id that a feature has after the edit.
    #[must_use]
    pub fn id_now(&self, id: &FeatureId) -> FeatureId {
        let renamed = self.renamed.iter().find(|one| one.from == *id);
        renamed.map_or(id, |one| &one.to).clone()
    }
}

/// A person's edit of the feature list waits until the running step is over. A `feature_list_edited` or a `feature_edit_refused` with the
/// same edit ends the wait, as does the end of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureEditQueued {
    /// What was asked for.
    pub edit: FeatureEdit,
    /// Why, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// An edit of the feature list could not be made; the file is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureEditRefused {
    /// What was asked for, so that no words are lost.
    pub edit: FeatureEdit,
    /// Why not, for the person.
    pub reason: String,
}
