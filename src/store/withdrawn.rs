//! Rules about commands that were taken back from another terminal while a run holds the log.
//!
//! Owns the word that is left for the run: an empty file named after the rule, beside the log. Does not own what follows; the run that
//! finds it records it. Invariant: such a word only ever takes a permission away, so anybody who may write here may leave one.

use super::durable::{create_private_dir, sync_dir};
use super::{ProjectDir, StoreError};
use crate::protocol::RuleId;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;

impl ProjectDir {
    /// Leaves word that a rule is taken back.
    ///
    /// # Errors
    /// Fails if it cannot be written.
    pub fn withdraw_rule(&self, rule: RuleId) -> Result<(), StoreError> {
        let dir = self.withdrawn();
        create_private_dir(&dir)?;
        let path = dir.join(rule.0.to_string());
        File::create(&path).map_err(StoreError::io("write", &path))?;
        sync_dir(&dir)
    }

    /// Lists the rules that were taken back and of which the log does not tell yet.
    #[must_use]
    pub fn withdrawn_rules(&self) -> Vec<RuleId> {
        let entries = fs::read_dir(self.withdrawn()).into_iter().flatten().flatten();
        let mut rules: Vec<RuleId> = entries
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(RuleId))
            .collect();
        rules.sort_unstable();
        rules
    }

    /// Forgets such a word: the log tells of it now.
    ///
    /// # Errors
    /// Fails if it cannot be removed.
    pub fn forget_withdrawn(&self, rule: RuleId) -> Result<(), StoreError> {
        let path = self.withdrawn().join(rule.0.to_string());
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io("remove", path)(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn withdrawn(&self) -> PathBuf {
        self.root().join("withdrawn")
    }
}
