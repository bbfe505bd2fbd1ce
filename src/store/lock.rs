//! One engine per project, enforced by the kernel.
//!
//! Owns the `lock` file. The lock is `flock`'s, so it ends with the process that holds it, however that ends;
//! the process id inside is for messages only. Invariant: at most one [`ProjectLock`] per project exists on a machine.

use super::{ProjectDir, StoreError};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// How often a taken lock is tried again: someone who only asks holds it for microseconds.
const TRIES: u32 = 5;

/// The right to write a project's log, held until dropped.
#[derive(Debug)]
pub struct ProjectLock {
    dir: ProjectDir,
    // Closing the descriptor releases the lock.
    _file: File,
}

impl ProjectLock {
    pub(super) fn take(dir: &ProjectDir) -> Result<Self, StoreError> {
        dir.create()?;
        let path = dir.root().join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(StoreError::io("open the lock", &path))?;
        for attempt in 1..=TRIES {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(Errno::WOULDBLOCK) if attempt < TRIES => thread::sleep(Duration::from_millis(10)),
                Err(Errno::WOULDBLOCK) => {
                    return Err(StoreError::Busy {
                        pid: read_pid(&mut file),
                    });
                }
                Err(errno) => return Err(StoreError::io("lock", &path)(errno.into())),
            }
        }
        write_pid(&mut file).map_err(StoreError::io("write the lock", &path))?;
        Ok(Self {
            dir: dir.clone(),
            _file: file,
        })
    }

    /// Returns the project it holds.
    #[must_use]
    pub fn dir(&self) -> &ProjectDir {
        &self.dir
    }
}

/// Asks who holds the lock, without taking it for longer than the question.
pub(super) fn holder(root: &Path) -> Result<Option<u32>, StoreError> {
    let path = root.join("lock");
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("open the lock", &path)(error)),
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(None),
        Err(Errno::WOULDBLOCK) => Ok(Some(read_pid(&mut file))),
        Err(errno) => Err(StoreError::io("ask about the lock", &path)(errno.into())),
    }
}

fn read_pid(file: &mut File) -> u32 {
    let mut text = String::new();
    let _ = file.rewind();
    let _ = file.take(32).read_to_string(&mut text);
    text.trim().parse().unwrap_or(0)
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_and_names_the_holder() {
        let dir = tempfile::tempdir().unwrap();
        let project = ProjectDir::in_state_root(&dir.path().join("state"), dir.path()).unwrap();
        assert_eq!(project.holder().unwrap(), None, "no state, no holder");
        let lock = project.lock().unwrap();
        assert_eq!(project.holder().unwrap(), Some(std::process::id()));
        match project.lock() {
            Err(StoreError::Busy { pid }) => assert_eq!(pid, std::process::id()),
            other => panic!("{other:?}"),
        }
        drop(lock);
        assert_eq!(project.holder().unwrap(), None);
        project.lock().unwrap();
    }
}
