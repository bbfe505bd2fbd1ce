//! The one writer of a project's log.
//!
//! Owns the open segment, the numbers of events and sessions, and the project's lock: whoever has a
//! [`Writer`] is alone. Invariant: when [`Writer::append`] returns `Ok`, the event is in the file
//! (it survives `kill -9`), and on the disk too if [`Event::is_durable`] or the durability asks for it.

use super::durable::sync_dir;
use super::heal::heal;
use super::reader::scan_segment;
use super::segment::Segment;
use super::sequence::Sequencer;
use super::sync::Syncer;
use super::{ProjectDir, ProjectLock, Redactor, StoreError};
use crate::config::Durability;
use crate::protocol::{Envelope, Event, FORMAT_VERSION, Role, Seq, SessionNo};
use jiff::Timestamp;
use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::sync::Arc;

/// Appends events to a project's log.
#[derive(Debug)]
pub struct Writer {
    lock: ProjectLock,
    durability: Durability,
    redactor: Arc<Redactor>,
    syncer: Syncer,
    open: Option<OpenSegment>,
    last_seq: Seq,
    next_session: SessionNo,
    healed: Vec<PathBuf>,
    poison: Option<String>,
}

#[derive(Debug)]
struct OpenSegment {
    path: PathBuf,
    file: Arc<File>,
    // Device and inode: whether the file at the path is still ours.
    identity: (u64, u64),
}

impl OpenSegment {
    fn new(path: PathBuf, file: File) -> Result<Self, StoreError> {
        let meta = file.metadata().map_err(StoreError::io("look at", &path))?;
        Ok(Self {
            path,
            file: Arc::new(file),
            identity: (meta.dev(), meta.ino()),
        })
    }
}

impl Writer {
    /// Opens the log for appending: heals torn tails, then finds the last event's number.
    ///
    /// # Errors
    /// Fails if the log cannot be read or healed.
    pub fn open(lock: ProjectLock, durability: Durability) -> Result<Self, StoreError> {
        let segments = lock.dir().segments()?;
        let healed = heal(&segments)?;
        let next_session = segments.last().map_or(SessionNo(1), |segment| segment.session.next());
        let last_seq = last_of(&segments)?;
        let syncer = Syncer::start().map_err(StoreError::io("start the thread that syncs", lock.dir().root()))?;
        Ok(Self {
            lock,
            durability,
            redactor: Arc::default(),
            syncer,
            open: None,
            last_seq,
            next_session,
            healed,
            poison: None,
        })
    }

    /// Sets the secrets that are struck out of every event before it is written.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Arc<Redactor>) -> Self {
        self.redactor = redactor;
        self
    }

    /// Begins the segment of a session; later events go there. The segment before it is synced first.
    ///
    /// # Errors
    /// Fails if the file cannot be created durably, or if the writer is poisoned.
    pub fn begin_segment(&mut self, session: SessionNo, role: Role) -> Result<(), StoreError> {
        self.refuse_if_poisoned()?;
        if let Some(open) = &self.open
            && let Err(error) = self.syncer.now(&open.file)
        {
            let path = open.path.clone();
            return Err(self.poisoned_by(StoreError::io("sync the session log", path)(error)));
        }
        let sessions = self.lock.dir().sessions();
        let segment = Segment::new(&sessions, session, role, Timestamp::now());
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&segment.path)
            .map_err(StoreError::io("create the session log", &segment.path))?;
        sync_dir(&sessions)?;
        self.open = Some(OpenSegment::new(segment.path, file)?);
        self.next_session = self.next_session.max(session.next());
        Ok(())
    }

    /// Opens the newest segment again, for what has to be said outside any new session. Returns whether there is one.
    ///
    /// # Errors
    /// Fails if the file cannot be opened, or if the writer is poisoned.
    pub fn resume_segment(&mut self) -> Result<bool, StoreError> {
        self.refuse_if_poisoned()?;
        if self.open.is_some() {
            return Ok(true);
        }
        let Some(newest) = self.lock.dir().segments()?.pop() else {
            return Ok(false);
        };
        let file = OpenOptions::new()
            .append(true)
            .open(&newest.path)
            .map_err(StoreError::io("open the session log", &newest.path))?;
        self.open = Some(OpenSegment::new(newest.path, file)?);
        Ok(true)
    }

    /// Appends an event with the next number and returns its envelope as it stands in the log.
    ///
    /// # Errors
    /// Any failure to write or sync poisons the writer: this and every later call fail.
    pub fn append(&mut self, session: SessionNo, event: Event) -> Result<Arc<Envelope>, StoreError> {
        self.refuse_if_poisoned()?;
        let sync_now = event.is_durable() || (self.durability == Durability::Full && matches!(event, Event::ToolStarted(_)));
        let mut envelope = Envelope {
            v: FORMAT_VERSION,
            seq: self.last_seq.next(),
            time: Timestamp::now(),
            session,
            event,
        };
        let mut line = envelope.to_line()?;
        if let Cow::Owned(clean) = self.redactor.clean(&line) {
            // What is published must be what is written, so the event is read back without the secret.
            envelope = Envelope::from_line(&clean)?;
            line = clean;
        }
        line.push('\n');
        match self.write(&line, sync_now) {
            Ok(()) => {
                self.last_seq = envelope.seq;
                Ok(Arc::new(envelope))
            }
            Err(error @ StoreError::NoSegment) => Err(error),
            Err(error) => Err(self.poisoned_by(error)),
        }
    }

    /// Returns the number of the last event; zero for none.
    #[must_use]
    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// Returns the number for the next session to begin.
    #[must_use]
    pub fn next_session(&self) -> SessionNo {
        self.next_session
    }

    /// Returns the files that torn tails were moved to when the log was opened, for a notice.
    #[must_use]
    pub fn healed(&self) -> &[PathBuf] {
        &self.healed
    }

    /// Returns the project it writes for.
    #[must_use]
    pub fn dir(&self) -> &ProjectDir {
        self.lock.dir()
    }

    /// Makes all that was appended durable.
    ///
    /// # Errors
    /// A failed sync poisons the writer.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.refuse_if_poisoned()?;
        let Some(open) = &self.open else { return Ok(()) };
        let result = self
            .syncer
            .now(&open.file)
            .map_err(StoreError::io("sync the session log", &open.path));
        result.map_err(|error| self.poisoned_by(error))
    }

    fn write(&self, line: &str, sync_now: bool) -> Result<(), StoreError> {
        let open = self.open.as_ref().ok_or(StoreError::NoSegment)?;
        open.check_in_place()?;
        let bytes = line.as_bytes();
        let written = write_once(&open.file, bytes).map_err(StoreError::io("write to the session log", &open.path))?;
        if written != bytes.len() {
            // The rest is not tried: the torn line is healed by the next run, and this one stops here.
            let short = io::Error::new(
                ErrorKind::WriteZero,
                format!("only {written} of {} bytes were written", bytes.len()),
            );
            return Err(StoreError::io("write to the session log", &open.path)(short));
        }
        if sync_now {
            return self
                .syncer
                .now(&open.file)
                .map_err(StoreError::io("sync the session log", &open.path));
        }
        self.syncer.written(&open.file);
        Ok(())
    }

    fn refuse_if_poisoned(&mut self) -> Result<(), StoreError> {
        if self.poison.is_none() {
            self.poison = self.syncer.failure().map(|cause| format!("syncing failed: {cause}"));
        }
        match &self.poison {
            None => Ok(()),
            Some(cause) => Err(StoreError::Poisoned {
                path: self
                    .open
                    .as_ref()
                    .map_or_else(|| self.lock.dir().sessions(), |open| open.path.clone()),
                cause: cause.clone(),
            }),
        }
    }

    fn poisoned_by(&mut self, error: StoreError) -> StoreError {
        self.poison.get_or_insert_with(|| error.to_string());
        error
    }
}

impl OpenSegment {
    /// Notices a log that was deleted, moved or replaced under us: appends would go to a file that nobody can find.
    fn check_in_place(&self) -> Result<(), StoreError> {
        let displaced = |what| StoreError::Displaced {
            path: self.path.clone(),
            what,
        };
        match fs::metadata(&self.path) {
            Ok(meta) if (meta.dev(), meta.ino()) == self.identity => Ok(()),
            Ok(_) => Err(displaced("replaced by another file")),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(displaced("removed")),
            Err(error) => Err(StoreError::io("look at", &self.path)(error)),
        }
    }
}

fn write_once(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match file.write(bytes) {
            // Nothing was written, so nothing is repeated.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Returns the number of a project's last event as its next writer will see it; zero for none.
///
/// # Errors
/// Fails if the log cannot be read.
pub fn last_seq(dir: &ProjectDir) -> Result<Seq, StoreError> {
    last_of(&dir.segments()?)
}

/// Finds the last number in use. The segment before the last one is read too: a damaged number at the start
/// of a segment can only be told from what came before it.
fn last_of(segments: &[Segment]) -> Result<Seq, StoreError> {
    let mut sequencer = Sequencer::default();
    let mut start = segments.len();
    let mut filled = 0;
    while start > 0 && filled < 2 {
        start -= 1;
        let path = &segments[start].path;
        let length = fs::metadata(path).map_err(StoreError::io("look at", path))?.len();
        filled += usize::from(length > 0);
    }
    for segment in &segments[start..] {
        scan_segment(&segment.path, &mut sequencer, &mut Vec::new(), &mut |_| {})?;
    }
    Ok(sequencer.last())
}
