//! The few disk operations that must survive a power cut, each in one place.
//!
//! Invariant: a function that returns `Ok` has made its change durable, directory entry included.

use super::StoreError;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// Makes the entries of a directory durable: a synced file is lost with its name.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir)
        .and_then(|handle| handle.sync_all())
        .map_err(StoreError::io("sync the directory", dir))
}

/// Creates a directory and its parents, readable by nobody else.
pub(super) fn create_private_dir(dir: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(StoreError::io("create the directory", dir))
}
