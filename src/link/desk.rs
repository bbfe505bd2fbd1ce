//! What may be changed of a project while no run is on: the progress notes, the feature list, rules for the windows to come, and
//! where it stands.
//!
//! Owns carrying such commands out and telling every subscriber. Invariant: the log is written under the project's lock, for as long as
//! one command takes; without a log no rule can be set and no list edited, and the notes are changed without leaving anything behind.

use super::{Closed, Mover, Sink, Update, plan};
use crate::config::{Durability, Settings};
use crate::harness::notes::edit;
use crate::harness::plan::Asked;
use crate::protocol::event::{FeatureEditRefused, MoveRefused, NotesSaveRefused, SectionRuled};
use crate::protocol::{Command, Envelope, Event, FORMAT_VERSION, Seq, SessionNo, Target};
use crate::store::{self, ProjectDir, StoreError, Writer};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Carries out what needs no engine.
#[derive(Clone)]
pub struct Desk {
    dir: ProjectDir,
    workspace: PathBuf,
    mover: Option<Mover>,
    settings: Arc<Settings>,
    readers: Arc<Mutex<Readers>>,
}

/// Who has been told everything so far.
#[derive(Default)]
struct Readers {
    last: Seq,
    session: SessionNo,
    /// Each with the last event of the log that it has read itself.
    sinks: Vec<(Seq, Sink)>,
    /// What was recorded here, for whoever was still reading the log then.
    news: Vec<(Seq, Event)>,
}

impl Readers {
    /// Makes the next envelope.
    fn number(&mut self, event: Event) -> Arc<Envelope> {
        self.last = self.last.next();
        Arc::new(Envelope {
            v: FORMAT_VERSION,
            seq: self.last,
            time: jiff::Timestamp::now(),
            session: self.session,
            event,
        })
    }
}

impl Desk {
    /// Opens the desk of a project; without a mover it moves nothing.
    pub fn new(dir: ProjectDir, workspace: PathBuf, settings: Settings, mover: Option<Mover>) -> Self {
        Self {
            dir,
            workspace,
            mover,
            settings: Arc::new(settings),
            readers: Arc::default(),
        }
    }

    /// Takes over a subscriber that has read the log up to `read` and has been told everything up to `last`.
    pub fn tell(&self, mut sink: Sink, read: Seq, last: Seq, session: SessionNo) {
        let mut readers = self.readers();
        readers.last = readers.last.max(last);
        readers.session = session;
        // Recorded after it had read the log and before it came here.
        let missed: Vec<Event> = readers
            .news
            .iter()
            .filter(|(seq, _)| *seq > read)
            .map(|(_, event)| event.clone())
            .collect();
        for event in missed {
            let envelope = readers.number(event);
            if !sink(Update::Events(vec![envelope])) {
                return;
            }
        }
        readers.sinks.push((read, sink));
    }

    /// Carries a command out on a thread of its own.
    ///
    /// # Errors
    /// Fails if the command needs a run, or a log that is not there.
    pub fn take(&self, command: Command) -> Result<(), Closed> {
        let needs_log = match &command {
            Command::SaveNotes { .. } => false,
            Command::Move { .. } if self.mover.is_some() => false,
            Command::SetSection { .. } | Command::EditFeatures { .. } => true,
            _ => return Err(Closed),
        };
        if needs_log && !self.dir.exists() {
            return Err(Closed);
        }
        let own = self.clone();
        let started = std::thread::Builder::new()
            .name("desk".into())
            .spawn(move || own.carry_out(command));
        started.map(drop).map_err(|_| Closed)
    }

    fn carry_out(&self, command: Command) {
        match command {
            Command::Move { target, seen } => self.go(target, &seen),
            Command::SaveNotes { base, text } => {
                let act = |_| vec![edit::save_for_human(&self.workspace, &base, &text).0];
                self.do_locked(act, |reason| {
                    NotesSaveRefused {
                        base: base.clone(),
                        reason,
                    }
                    .into()
                });
            }
            Command::EditFeatures { base, edit, reason } => {
                let asked = Asked {
                    base: &base,
                    edit: &edit,
                    reason: &reason,
                };
                let act = |session| plan::edit(&self.workspace, &self.dir, &self.settings, session, &asked);
                self.do_locked(act, |reason| {
                    FeatureEditRefused {
                        edit: edit.clone(),
                        reason,
                    }
                    .into()
                });
            }
            Command::SetSection { section, rule, span } => match self.locked(|_| vec![SectionRuled { section, rule, span }.into()])
            {
                Ok(done) => self.publish(done),
                Err(error) => tracing::warn!(%error, "a rule could not be recorded"),
            },
            _ => {}
        }
    }

    /// Does something that must be answered, also where it cannot be done at all.
    fn do_locked(&self, act: impl FnOnce(SessionNo) -> Vec<Event>, refused: impl FnOnce(String) -> Event) {
        match self.locked(act) {
            Ok(done) => self.publish(done),
            Err(error) => self.publish(vec![(refused(error.to_string()), None)]),
        }
    }

    /// Makes a move, which records by itself what it does, and tells what it recorded.
    fn go(&self, target: Target, seen: &str) {
        let newest = || match self.dir.exists() {
            true => store::last_seq(&self.dir),
            false => Ok(Seq(0)),
        };
        let moved = newest().map_err(|error| error.to_string()).and_then(|before| {
            let mover = self.mover.as_ref().ok_or("nothing can be moved from here")?;
            mover.go(&target, seen)?;
            store::read(&self.dir, before.next()).map_err(|error| error.to_string())
        });
        match moved {
            Ok(log) => log
                .envelopes
                .into_iter()
                .for_each(|told| self.publish(vec![(told.event, Some(told.seq))])),
            Err(reason) => self.publish(vec![(MoveRefused { target, reason }.into(), None)]),
        }
    }

    /// Does something while nobody else can run here, and records what came of it where there is a log.
    fn locked(&self, act: impl FnOnce(SessionNo) -> Vec<Event>) -> Result<Vec<(Event, Option<Seq>)>, StoreError> {
        if !self.dir.exists() {
            return Ok(act(SessionNo(0)).into_iter().map(|event| (event, None)).collect());
        }
        let mut writer = Writer::open(self.dir.lock()?, Durability::Group)?;
        let session = SessionNo(writer.next_session().0.saturating_sub(1));
        let events = act(session);
        if !writer.resume_segment()? {
            return Ok(events.into_iter().map(|event| (event, None)).collect());
        }
        let mut done = Vec::new();
        for event in events {
            let recorded = writer.append(session, event.clone())?.seq;
            done.push((event, Some(recorded)));
        }
        writer.sync()?;
        Ok(done)
    }

    /// Tells every subscriber. Numbered after what they were told: the list and the repository as they are now have numbers that
    /// the log does not know.
    fn publish(&self, done: Vec<(Event, Option<Seq>)>) {
        let mut readers = self.readers();
        for (event, recorded) in done {
            readers.news.extend(recorded.map(|seq| (seq, event.clone())));
            let envelope = readers.number(event);
            readers.sinks.retain_mut(|(read, sink)| {
                // Who read the log after it was recorded has it already.
                recorded.is_some_and(|seq| seq <= *read) || sink(Update::Events(vec![Arc::clone(&envelope)]))
            });
        }
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
