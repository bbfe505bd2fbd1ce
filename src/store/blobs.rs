//! Outputs too large for the log, named by their content.
//!
//! Invariant: a blob that exists under its name is whole. It is written beside, synced, and renamed into place.

use super::durable::{create_private_dir, sync_dir};
use super::{ProjectDir, Redactor, StoreError};
use crate::protocol::{BlobId, Payload};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Texts up to this size stay in the log.
const INLINE: usize = 64 << 10;

/// The blobs of a project. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    dir: PathBuf,
    redactor: Arc<Redactor>,
}

impl Blobs {
    /// Finds the blobs of a project. Creates nothing.
    #[must_use]
    pub fn of(project: &ProjectDir) -> Self {
        Self {
            dir: project.blobs(),
            redactor: Arc::default(),
        }
    }

    /// Sets the secrets that are struck out of every blob before it is written.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Arc<Redactor>) -> Self {
        self.redactor = redactor;
        self
    }

    /// Keeps bytes durably and returns their name. Bytes that are kept already are not written again.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub fn put(&self, bytes: &[u8]) -> Result<BlobId, StoreError> {
        let bytes = self.redactor.clean_bytes(bytes);
        let mut name = String::with_capacity(64);
        for byte in Sha256::digest(&bytes) {
            let _ = write!(name, "{byte:02x}");
        }
        let path = self.dir.join(&name);
        if fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64) {
            return Ok(BlobId(name));
        }
        create_private_dir(&self.dir)?;
        // Made with rights for the owner alone, and removed again if anything below fails.
        let mut file = tempfile::Builder::new()
            .prefix(".new-")
            .tempfile_in(&self.dir)
            .map_err(StoreError::io("create a file in", &self.dir))?;
        file.write_all(&bytes)
            .and_then(|()| file.as_file().sync_all())
            .map_err(StoreError::io("write", &path))?;
        file.persist(&path)
            .map_err(|error| StoreError::io("write", &path)(error.error))?;
        sync_dir(&self.dir)?;
        Ok(BlobId(name))
    }

    /// Returns the path of the bytes that are kept under a name, by which a person finds them.
    #[must_use]
    pub fn path(&self, blob: &BlobId) -> PathBuf {
        self.dir.join(&blob.0)
    }

    /// Returns the bytes kept under a name.
    ///
    /// # Errors
    /// Fails if there is no such blob, or if it is damaged.
    pub fn get(&self, blob: &BlobId) -> Result<Vec<u8>, StoreError> {
        // Names come from logs and clients; only a hash may become a path.
        if blob.0.len() != 64 || !blob.0.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(StoreError::BadBlobName(blob.clone()));
        }
        let path = self.dir.join(&blob.0);
        let bytes = fs::read(&path).map_err(StoreError::io("read the blob", &path))?;
        let mut name = String::with_capacity(64);
        for byte in Sha256::digest(&bytes) {
            let _ = write!(name, "{byte:02x}");
        }
        if name == blob.0 {
            Ok(bytes)
        } else {
            Err(StoreError::DamagedBlob {
                blob: blob.clone(),
                path,
            })
        }
    }

    /// Wraps an output for the log: `shown` inline, and the whole as a blob if it is over 64 KB or is not what is shown.
    ///
    /// # Errors
    /// Fails if the blob cannot be written.
    pub fn payload(&self, whole: &[u8], shown: String) -> Result<Payload, StoreError> {
        let blob = if whole.len() > INLINE || whole != shown.as_bytes() {
            Some(self.put(whole)?)
        } else {
            None
        };
        Ok(Payload {
            text: shown,
            bytes: whole.len() as u64,
            blob,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs(dir: &tempfile::TempDir) -> Blobs {
        Blobs::of(&ProjectDir::in_state_root(&dir.path().join("state"), dir.path()).unwrap())
    }

    #[test]
    fn equal_bytes_are_kept_once() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(&dir);
        let a = blobs.put(b"hello").unwrap();
        assert_eq!(a, blobs.put(b"hello").unwrap());
        assert_eq!(a.0, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert_eq!(blobs.get(&a).unwrap(), b"hello");
        assert_eq!(fs::read_dir(&blobs.dir).unwrap().count(), 1);
    }

    #[test]
    fn a_half_written_blob_is_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(&dir);
        let id = blobs.put(b"hello").unwrap();
        fs::write(blobs.dir.join(&id.0), b"hel").unwrap();
        assert!(matches!(blobs.get(&id), Err(StoreError::DamagedBlob { .. })));
        blobs.put(b"hello").unwrap();
        assert_eq!(blobs.get(&id).unwrap(), b"hello");
    }

    #[test]
    fn names_from_outside_cannot_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["../../etc/passwd", "", "AB", &"A".repeat(64)] {
            assert!(
                matches!(blobs(&dir).get(&BlobId::from(name)), Err(StoreError::BadBlobName(_))),
                "{name}"
            );
        }
    }

    #[test]
    fn short_whole_texts_need_no_blob() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = blobs(&dir);
        assert_eq!(blobs.payload(b"ok\n", "ok\n".into()).unwrap(), Payload::inline("ok\n"));
        let cut = blobs.payload(b"a\xffb", "a\u{fffd}b".into()).unwrap();
        assert_eq!((cut.bytes, blobs.get(&cut.blob.unwrap()).unwrap()), (3, b"a\xffb".to_vec()));
        let long = "x".repeat(INLINE + 1);
        assert!(blobs.payload(long.as_bytes(), long.clone()).unwrap().blob.is_some());
    }
}
