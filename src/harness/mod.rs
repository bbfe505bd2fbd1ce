//! What the harness knows around the model: artifacts in the workspace, prompts, orientation, choice of the next feature.
//!
//! Owns reading and changing the method's files (feature list, progress notes, `init.sh`), the text put before a model, and
//! which feature a session takes. Does not own running anything (the engine, through `process`), git (facts come in as
//! [`crate::protocol::event::RepositoryObserved`]) or who may write what (`guard`). Invariant: a feature list is never
//! serialized: it changes by one flag token at a time, or by a person's edit in place; every other byte stays.

pub mod atomic;
pub mod audit;
pub mod comments;
pub mod feature_list;
pub mod grammar;
pub mod history;
pub mod init;
pub mod limits;
pub mod notes;
pub mod orient;
pub mod places;
pub mod plan;
pub mod prompt;
pub mod rehearsal;
pub mod removed;
pub mod select;
pub mod survey;
pub mod vanished;
pub mod window;

pub use atomic::write_atomically;
pub use feature_list::{FeatureList, ListError};

use std::path::Path;

/// Name of the feature list within a workspace, where there is none yet; [`places`] finds others.
pub const FEATURE_LIST: &str = "feature_list.json";

/// Name of the progress notes within a workspace.
pub const NOTES: &str = "claude-progress.txt";

/// What the harness writes itself, given the list: no run of the program depends on it.
#[must_use]
pub fn own_files(list: &Path) -> [&Path; 2] {
    [list, Path::new(NOTES)]
}

/// Name of the script that starts the project.
pub const INIT_SCRIPT: &str = "init.sh";
