//! What may be done about a project while no run is on: the progress notes, the feature list, messages to the next session, rules for the
//! windows to come and for commands, reviews of commits that were made unseen, test runs, and where it stands.
//!
//! Owns carrying such commands out and calling whoever watches the log. Invariant: the log is written under the project's lock, for
//! as long as one command takes; without a log no rule or review can be recorded and no list edited, and the notes are changed without
//! leaving anything behind.

use super::trial::{self, Trials};
use super::{Closed, Mover, plan};
use crate::config::{Durability, Settings};
use crate::harness::comments;
use crate::harness::notes::edit;
use crate::harness::plan::{Asked, forget};
use crate::protocol::event::{
    FeatureEditRefused, MoveRefused, NotesSaveRefused, ReviewRefused, RuleRevoked, SectionRuled, SteerRefused,
};
use crate::protocol::{Command, Event, Oid, Seq, SessionNo, Steer};
use crate::session::State;
use crate::store::{self, ProjectDir, StoreError, Writer};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Calls that may wait for a watcher. One that is further behind finds in the log what was recorded.
const CALLS: usize = 64;

/// Carries out what needs no engine.
#[derive(Clone)]
pub struct Desk {
    dir: ProjectDir,
    workspace: PathBuf,
    mover: Option<Mover>,
    settings: Arc<Settings>,
    watchers: Arc<Mutex<Vec<SyncSender<Call>>>>,
    /// Held while the desk has, or may have, the project's lock.
    at_work: Arc<Mutex<()>>,
    /// The test run that a person asked for here; it ends with the last handle of the desk that has it.
    trials: Option<Arc<Trials>>,
}

/// What a watcher of the log is called for.
#[derive(Clone)]
pub enum Call {
    /// Something was recorded.
    Recorded,
    /// Something happened that the log does not hold: it was refused, or there is no log.
    Told(Box<Event>),
}

impl Desk {
    /// Opens the desk of a project; without a mover it moves nothing.
    pub fn new(dir: ProjectDir, workspace: PathBuf, settings: Settings, mover: Option<Mover>) -> Self {
        Self {
            dir,
            workspace,
            mover,
            settings: Arc::new(settings),
            watchers: Arc::default(),
            at_work: Arc::default(),
            trials: Some(Arc::default()),
        }
    }

    /// Returns a handle that does not keep a test run going.
    pub fn without_trials(&self) -> Self {
        Self {
            trials: None,
            ..self.clone()
        }
    }

    /// Returns the project's log, place and settings.
    pub fn project(&self) -> (&ProjectDir, &Path, &Settings) {
        (&self.dir, &self.workspace, &self.settings)
    }

    /// Records an event and calls whoever watches. The error is for the person.
    pub fn keep(&self, event: Event) -> Result<(), String> {
        let calls = {
            let _working = lock(&self.at_work);
            self.record(|_| Ok(vec![event]))?
        };
        self.call(calls);
        Ok(())
    }

    /// Registers a watcher, who is called from now on for as long as the receiver lives.
    pub fn calls(&self) -> Receiver<Call> {
        let (sender, calls) = sync_channel(CALLS);
        lock(&self.watchers).push(sender);
        calls
    }

    /// Says whether a process other than this desk runs the project. A lock that cannot be looked at counts as free: the log can be
    /// read either way.
    pub fn is_held_elsewhere(&self) -> bool {
        let _quiet = lock(&self.at_work);
        self.dir.exists() && self.dir.holder().ok().flatten().is_some()
    }

    /// Carries a command out on a thread of its own.
    ///
    /// # Errors
    /// Fails if the command needs a run, or a log that is not there.
    pub fn take(&self, command: Command) -> Result<(), Closed> {
        let command = match (command, &self.trials) {
            (Command::RunTests { only }, Some(trials)) if self.dir.exists() => {
                return trial::begin(self, trials, only).map_err(|_| Closed);
            }
            (Command::StopTests, Some(trials)) => {
                trials.stop();
                return Ok(());
            }
            (other, _) => other,
        };
        let needs_log = match &command {
            Command::SaveNotes { .. } => false,
            Command::Move { .. } if self.mover.is_some() => false,
            Command::Steer(Steer::Say { .. } | Steer::EditMessage { .. } | Steer::WithdrawMessage { .. })
            | Command::SetSection { .. }
            | Command::EditFeatures { .. }
            | Command::ReviewCommit(_)
            | Command::CommentGate(_)
            | Command::RevokeRule { .. } => true,
            _ => return Err(Closed),
        };
        if needs_log && !self.dir.exists() {
            return Err(Closed);
        }
        let own = self.without_trials();
        let started = std::thread::Builder::new()
            .name("desk".into())
            .spawn(move || own.carry_out(command));
        started.map(drop).map_err(|_| Closed)
    }

    /// Edits the list while the caller waits. The error is for the person.
    pub fn edit_now(&self, asked: &Asked<'_>) -> Result<Option<Oid>, String> {
        let mut outcome = Err("the project has no log".to_owned());
        let edit = |session| {
            let events = plan::edit(&self.workspace, &self.dir, &self.settings, session, asked);
            outcome = events.iter().find_map(plan::outcome).unwrap_or_else(|| outcome.clone());
            Ok(events)
        };
        let recorded = {
            let _working = lock(&self.at_work);
            self.settle_now().and_then(|_| self.edit(edit))
        };
        recorded.and(outcome)
    }

    /// Settles an edit that was cut off, while the caller waits. Returns what came of it. Both are for the person.
    pub fn settle(&self) -> Result<Option<String>, String> {
        let _working = lock(&self.at_work);
        self.settle_now()
    }

    fn settle_now(&self) -> Result<Option<String>, String> {
        if !self.dir.pending_edit().exists() {
            return Ok(None);
        }
        let mut outcome = Ok(None);
        self.record(|session| {
            let settled = plan::settle(&self.workspace, &self.dir, &self.settings, session);
            outcome = settled.as_deref().map(plan::settled).map_err(ToString::to_string);
            Ok(settled.unwrap_or_default())
        })?;
        let outcome = outcome?;
        self.forget_edit()?;
        Ok(outcome)
    }

    /// Records what came of an edit, which then needs no remembering.
    fn edit(&self, act: impl FnOnce(SessionNo) -> Result<Vec<Event>, StoreError>) -> Result<Vec<Call>, String> {
        let told = self.record(act)?;
        self.forget_edit()?;
        Ok(told)
    }

    fn forget_edit(&self) -> Result<(), String> {
        forget(Some(&self.dir.pending_edit())).map_err(|error| error.to_string())
    }

    fn carry_out(&self, command: Command) {
        let calls = {
            let _working = lock(&self.at_work);
            self.outcome(command)
        };
        self.call(calls);
    }

    /// Calls whoever watches.
    pub fn call(&self, calls: Vec<Call>) {
        let mut watchers = lock(&self.watchers);
        for call in calls {
            // A watcher with a full queue reads the log before it looks at it again; one that is gone is forgotten.
            watchers.retain(|watcher| !matches!(watcher.try_send(call.clone()), Err(TrySendError::Disconnected(_))));
        }
    }

    /// Does it, and says what watchers are called for.
    fn outcome(&self, command: Command) -> Vec<Call> {
        let (done, refused): (_, Box<dyn FnOnce(String) -> Event>) = match command {
            Command::Move { target, seen, files } => {
                let done = match &self.mover {
                    Some(mover) => mover.go(&target, &seen, files.as_ref()).map(|()| vec![Call::Recorded]),
                    None => Err("nothing can be moved from here".to_owned()),
                };
                (done, Box::new(|reason| MoveRefused { target, reason }.into()))
            }
            Command::SaveNotes { base, text } => {
                let done = self.record(|_| Ok(vec![edit::save_for_human(&self.workspace, &base, &text).0]));
                (done, Box::new(|reason| NotesSaveRefused { base, reason }.into()))
            }
            Command::EditFeatures { base, edit, reason } => {
                let asked = Asked {
                    base: &base,
                    edit: &edit,
                    reason: &reason,
                };
                let made = |session| Ok(plan::edit(&self.workspace, &self.dir, &self.settings, session, &asked));
                let done = self.settle_now().and_then(|_| self.edit(made));
                (done, Box::new(|reason| FeatureEditRefused { edit, reason }.into()))
            }
            Command::SetSection { section, rule, span } => {
                let done = self.record(|_| Ok(vec![SectionRuled { section, rule, span }.into()]));
                (done, Box::new(|reason| SteerRefused { reason }.into()))
            }
            Command::RevokeRule { rule } => {
                let done = self.record(|_| Ok(vec![RuleRevoked { rule }.into()]));
                (done, Box::new(|reason| SteerRefused { reason }.into()))
            }
            Command::Steer(steer) => {
                let mut outcome = Err(String::new());
                let done = self.record(|_| {
                    let state = State::fold(&store::read(&self.dir, Seq(1))?.envelopes);
                    outcome = comments::message(&state, steer);
                    Ok(outcome.iter().cloned().collect())
                });
                let done = done.and_then(|calls| outcome.map(|_| calls));
                (done, Box::new(|reason| SteerRefused { reason }.into()))
            }
            Command::ReviewCommit(reviewed) => {
                let commit = reviewed.commit.clone();
                let done = self.record(|_| {
                    let state = State::fold(&store::read(&self.dir, Seq(1))?.envelopes);
                    Ok(comments::review(&state, reviewed))
                });
                (done, Box::new(|reason| ReviewRefused { commit, reason }.into()))
            }
            Command::CommentGate(commented) => {
                let done = self.record(|_| {
                    let state = State::fold(&store::read(&self.dir, Seq(1))?.envelopes);
                    Ok(comments::at_gate(&state, commented))
                });
                (done, Box::new(|reason| SteerRefused { reason }.into()))
            }
            _ => return Vec::new(),
        };
        done.unwrap_or_else(|reason| vec![Call::Told(Box::new(refused(reason)))])
    }

    /// Does something while nobody else can run here, and records what came of it where there is a log. The error is for the person.
    fn record(&self, act: impl FnOnce(SessionNo) -> Result<Vec<Event>, StoreError>) -> Result<Vec<Call>, String> {
        let write = || {
            let tell = |events: Vec<Event>| events.into_iter().map(|event| Call::Told(Box::new(event))).collect();
            if !self.dir.exists() {
                return act(SessionNo(0)).map(tell);
            }
            let mut writer = Writer::open(self.dir.lock()?, Durability::Group)?;
            let session = SessionNo(writer.next_session().0.saturating_sub(1));
            let events = act(session)?;
            if !writer.resume_segment()? {
                return Ok(tell(events));
            }
            for event in events {
                writer.append(session, event)?;
            }
            writer.sync()?;
            Ok(vec![Call::Recorded])
        };
        write().map_err(|error: StoreError| error.to_string())
    }
}

/// A panic of another thread leaves these whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
