//! Commands that run a project's programs without its lock, and what they leave running when they are killed.
//!
//! Owns the directory `errands` of the state root: a file for each such process, named by its mark and locked by it. A lock ends
//! with its process, however that ends, so whoever can take the lock knows that the process is dead and may stop what carries its
//! mark. Does not own a run's survivors (`survivors`). Invariant: no file has a mark's name before it is locked.

use crate::process::{self, Stopped};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Programs named to a person.
const NAMED: usize = 3;

/// This process's entry; it goes with the value.
#[derive(Debug)]
pub struct Errand {
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl Errand {
    /// Writes down that this process runs programs, so that they are found if it is killed.
    ///
    /// # Errors
    /// Fails if the state root cannot be written.
    pub fn begin(state_root: &Path) -> io::Result<Self> {
        let dir = directory(state_root);
        DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        let new = tempfile::Builder::new().prefix("new-").tempfile_in(&dir)?;
        flock(new.as_file(), FlockOperation::NonBlockingLockExclusive)?;
        let path = dir.join(process::mark());
        let file = new.persist(&path).map_err(|error| error.error)?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Stops what killed commands left running. Returns a sentence about it for the person, if there was anything.
pub async fn reap(state_root: &Path) -> Option<String> {
    let mut stopped = Vec::new();
    for entry in fs::read_dir(directory(state_root)).ok()?.flatten() {
        let name = entry.file_name();
        let (Some(mark), Ok(file)) = (name.to_str(), File::open(entry.path())) else {
            continue;
        };
        // Held while they are stopped: of two commands at once only one does it.
        if mark.starts_with("new-") || flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            continue;
        }
        stopped.extend(process::reap(mark).await);
        let _ = fs::remove_file(entry.path());
    }
    tell(&stopped)
}

fn tell(stopped: &[Stopped]) -> Option<String> {
    let named: Vec<&str> = stopped.iter().take(NAMED).map(|one| one.command.as_str()).collect();
    let more = if stopped.len() > NAMED { ", …" } else { "" };
    let what = match stopped.len() {
        0 => return None,
        1 => "a process that a killed command had left running was".to_owned(),
        count => format!("{count} processes that a killed command had left running were"),
    };
    Some(format!("{what} stopped: {}{more}", named.join(", ")))
}

fn directory(state_root: &Path) -> PathBuf {
    state_root.join("errands")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_dead_are_reaped_and_nothing_is_left_behind() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(reap(root.path()).await, None, "no errand yet");
        let own = Errand::begin(root.path()).unwrap();
        let dead = directory(root.path()).join("1-abc");
        fs::write(&dead, "").unwrap();
        let held = directory(root.path()).join("2-abc");
        fs::write(&held, "").unwrap();
        let holder = File::open(&held).unwrap();
        flock(&holder, FlockOperation::LockExclusive).unwrap();
        assert_eq!(reap(root.path()).await, None);
        assert!(own.path.exists() && held.exists() && !dead.exists());
        drop(own);
        assert_eq!(fs::read_dir(directory(root.path())).unwrap().count(), 1);
    }
}
