//! Guards: what no agent may change, whatever it is told and whichever way it writes.
//!
//! Owns the rulings on tool calls ([`Guard::rule`], pure: convenience, so that the agent is told before it tries), the comparison
//! of guarded files with baseline copies outside the workspace ([`Guard::verify`], which is what holds), and the watch for changes
//! from outside ([`watch`]). Does not own deciding what a breach leads to. Invariant: after [`Guard::verify`] every guarded file
//! has the bytes, the mode and the place it had when it was last adopted or handed over, or the breach says that it could not be
//! restored.
//!
//! Guarded are the feature list (from the initializer's first commit on), agreed tests (test files that are in a commit), the files that
//! the verify command names or runs, what in other files decides how tests are run (`runner_config`: compared by meaning, the rest of such
//! a file is free), what the setting `verify.guarded` names (contracts), and `longhaul.toml`. New files are free until a commit holds them,
//! and agreed tests that check nothing yet until they do; the initializer may change what the verify command names until its first commit.

mod agreed;
mod baseline;
pub mod command;
mod detail;
mod error;
mod file;
mod moved;
mod names;
mod restore;
mod rule;
mod runner_config;
mod seal;
pub mod spoken;
mod takeover;
mod unwritten;
mod verify;
pub mod watch;
pub mod weaken;

#[cfg(test)]
mod tests;

pub use agreed::Agreed;
pub use error::GuardError;
pub use names::default_test_globs;
pub use seal::Seal;
pub use takeover::{Around, Arrival, may_take_over, takes_over};

use crate::config::Settings;
use crate::harness::NOTES;
use crate::protocol::event::{BreachFound, Ruling};
use crate::protocol::{CallId, RawJson};
use baseline::{Baseline, Form, Subject};
use names::Names;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Name of the project's own settings, guarded once they exist.
pub const SETTINGS: &str = "longhaul.toml";

/// What a guard watches over.
#[derive(Debug, Clone)]
pub struct GuardContext {
    /// The workspace, canonical.
    pub workspace: PathBuf,
    /// Where baseline copies are kept; outside the workspace.
    pub baseline: PathBuf,
    /// Path of the feature list within the workspace.
    pub feature_list: PathBuf,
    /// Globs of test files; empty means [`default_test_globs`].
    pub test_globs: Vec<String>,
    /// Globs of other files that are not the agent's to change once a commit holds them.
    pub guarded_globs: Vec<String>,
}

impl GuardContext {
    /// What to watch over in a workspace, by its settings; `baseline` is where the copies are.
    #[must_use]
    pub fn of(workspace: &Path, baseline: PathBuf, settings: &Settings) -> Self {
        Self {
            workspace: workspace.to_owned(),
            baseline,
            feature_list: settings.feature_list.clone(),
            test_globs: settings.verify.tests.clone(),
            guarded_globs: settings.verify.guarded.clone(),
        }
    }
}

/// What a guard says of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The ruling.
    pub ruling: Ruling,
    /// Which guard spoke: `feature_list`, `test_files`, `git`, `path`; empty if none had anything to say.
    pub guard: &'static str,
    /// Why, as told to the agent: whole sentences that name the way to go instead.
    pub reason: String,
}

impl Verdict {
    /// Nothing to say.
    #[must_use]
    pub const fn allow() -> Self {
        Self {
            ruling: Ruling::Allow,
            guard: "",
            reason: String::new(),
        }
    }

    const fn deny(guard: &'static str, reason: String) -> Self {
        Self {
            ruling: Ruling::Deny,
            guard,
            reason,
        }
    }
}

/// The guard of one workspace. Cheap to share: all methods take `&self`.
#[derive(Debug)]
pub struct Guard {
    workspace: PathBuf,
    feature_list: PathBuf,
    names: Names,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    baseline: Baseline,
    initializing: bool,
}

impl Guard {
    /// Makes a guard that guards nothing yet.
    ///
    /// # Errors
    /// A glob is malformed, or the baseline folder cannot be made.
    pub fn new(context: GuardContext) -> Result<Self, GuardError> {
        Ok(Self {
            names: Names::new(&context.test_globs, &context.guarded_globs)?,
            state: Mutex::new(State {
                baseline: Baseline::new(context.baseline)?,
                initializing: false,
            }),
            feature_list: context.feature_list,
            workspace: context.workspace,
        })
    }

    /// Makes a guard that goes on from what the last run guarded, for a change between two runs.
    ///
    /// # Errors
    /// As [`Guard::new`].
    pub fn resume(context: GuardContext) -> Result<Self, GuardError> {
        let saved = Baseline::saved(context.baseline.clone());
        let guard = Self::new(context)?;
        guard.state().baseline = saved;
        Ok(guard)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What the lock protects is consistent after every statement, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What differs now from what the last run guarded, as path and one line: changes made while no run was on, or by something a
    /// killed run left behind. To be asked before [`Guard::adopt_all`]; changes nothing in the workspace.
    #[must_use]
    pub fn changed_since_last_run(&self) -> Vec<(String, String)> {
        let directory = self.state().baseline.directory().to_owned();
        verify::differences(&self.workspace, &Baseline::saved(directory))
    }

    /// Says whether an initializer session runs: until its first commit it may write the feature list and `longhaul.toml`.
    ///
    /// Has no effect on a list that is guarded already. When the first commit is made, say no and call [`Guard::adopt_all`].
    pub fn initializing(&self, yes: bool) {
        self.state().initializing = yes;
    }

    /// Begins to guard feature list and settings as they are now, where they are not guarded yet; settings that are missing and
    /// appear later without having been adopted are a breach then. While an initializer may still write them they are left alone.
    ///
    /// What is guarded already keeps its baseline: this may be called at each session's start without taking for right what
    /// something left behind has changed in between. A person's change is taken over by [`Guard::adopt`], one path at a time.
    ///
    /// # Errors
    /// A file is there but cannot be read, or the copy cannot be written.
    pub fn adopt_all(&self) -> Result<(), GuardError> {
        let mut state = self.state();
        if state.initializing {
            return Ok(());
        }
        for (path, subject) in [
            (self.feature_list.as_path(), Subject::FeatureList),
            (Path::new(SETTINGS), Subject::Settings),
        ] {
            if !state.baseline.knows(path) {
                state.baseline.adopt(&self.workspace, path, subject)?;
            }
        }
        state.baseline.save()
    }

    /// Files that the verify command names and that are not guarded yet, to be agreed; none while an initializer may still write them.
    #[must_use]
    pub fn named_by(&self, command: &str) -> Vec<PathBuf> {
        let mut state = self.state();
        state.baseline.runs(command);
        if state.initializing {
            return Vec::new();
        }
        // The list and the settings have their own rules, and the harness itself writes the notes.
        let kept = [self.feature_list.as_path(), Path::new(SETTINGS), Path::new(NOTES)];
        let implied = runner_config::implied(&self.workspace, command);
        let named: BTreeSet<PathBuf> = command::named(command)
            .iter()
            .chain(&implied)
            .filter_map(|path| rule::place(&self.workspace, path))
            .filter(|path| !kept.contains(&path.as_path()) && !state.baseline.knows(path))
            .filter(|path| self.workspace.join(path).is_file())
            .collect();
        named.into_iter().collect()
    }

    /// Agrees files that run the tests: their present bytes become the baseline, and they are kept as agreed tests are. Returns them.
    ///
    /// # Errors
    /// As [`Guard::adopt_all`].
    pub fn agree_verify<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Result<Vec<String>, GuardError> {
        self.agree(paths, |_| Some(Subject::Verify))
    }

    /// Agrees the test files among `paths` (those of a commit's tree), what else is guarded by its name, and the files that decide how
    /// tests are run; their present bytes become the baseline of those that were not agreed before. Returns the newly agreed ones. Passed over are submodules, files
    /// behind linked directories, and files over 64 MB, which are data.
    ///
    /// # Errors
    /// As [`Guard::adopt_all`].
    pub fn agree_tests<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Result<Vec<String>, GuardError> {
        let subject = |path: &Path| match runner_config::part(path) {
            Some(_) => Some(Subject::Config),
            None => self.names.subject(path),
        };
        self.agree(paths, subject)
    }

    /// Agrees what was changed in guarded files without being a breach: a commit holds it now.
    ///
    /// # Errors
    /// The table cannot be written.
    pub fn settle(&self) -> Result<(), GuardError> {
        let mut state = self.state();
        if state.baseline.settle() {
            state.baseline.save()?;
        }
        Ok(())
    }

    fn agree<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
        subject: impl Fn(&Path) -> Option<Subject>,
    ) -> Result<Vec<String>, GuardError> {
        let mut state = self.state();
        let mut new = Vec::new();
        for path in paths {
            let path = path.as_ref();
            if path == self.feature_list || path == Path::new(SETTINGS) || state.baseline.knows(path) {
                continue;
            }
            let Some(subject) = subject(path) else { continue };
            match state.baseline.adopt(&self.workspace, path, subject) {
                Ok(true) => new.push(path.display().to_string()),
                // A submodule, a file behind a linked directory: nothing that could be put back as a file.
                Ok(false) | Err(GuardError::Place { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if !new.is_empty() {
            state.baseline.save()?;
        }
        Ok(new)
    }

    /// Accepts the present state of one guarded file: a human, or the harness by other means, has changed it. A test or list that
    /// is gone is guarded no more. Paths that are not guarded are left alone.
    ///
    /// # Errors
    /// As [`Guard::adopt_all`].
    pub fn adopt(&self, path: &Path) -> Result<(), GuardError> {
        let mut state = self.state();
        let subject = match state.baseline.subject(path) {
            Some(subject) => subject,
            None if path == self.feature_list && !state.initializing => Subject::FeatureList,
            None if path == Path::new(SETTINGS) => Subject::Settings,
            None => return Ok(()),
        };
        state.baseline.adopt(&self.workspace, path, subject)?;
        state.baseline.save()
    }

    /// Begins anew with the files as they are: a person moved the project to another state. `paths` are those of its commit.
    ///
    /// # Errors
    /// As [`Guard::adopt_all`].
    pub fn begin_anew<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Result<(), GuardError> {
        {
            let mut state = self.state();
            state.initializing = false;
            state.baseline.clear();
        }
        self.adopt_all()?;
        self.agree_tests(paths)?;
        Ok(())
    }

    /// Writes a guarded file on the harness's behalf and makes that its baseline: atomically, its mode kept, and never seen as a
    /// breach in between.
    ///
    /// # Errors
    /// The file or its copy cannot be written; the old state stays in force.
    pub fn hand_over(&self, path: &Path, bytes: &[u8]) -> Result<(), GuardError> {
        let mut state = self.state();
        let subject = if path == self.feature_list {
            Subject::FeatureList
        } else {
            state.baseline.subject(path).unwrap_or(Subject::Settings)
        };
        let whole = self.workspace.join(path);
        crate::harness::write_atomically(&whole, bytes).map_err(|source| GuardError::io(&whole, "written", source))?;
        state.baseline.adopt_bytes(&self.workspace, path, subject, bytes)?;
        state.baseline.save()
    }

    /// The baseline's bytes of a guarded file: what to flip from, instead of what lies in the workspace. `None` if it is not
    /// guarded, is a link, or its copy has been damaged.
    #[must_use]
    pub fn trusted(&self, path: &Path) -> Option<Vec<u8>> {
        self.state().baseline.bytes(path)
    }

    /// The guarded file that a path names, with the bytes it must have. Settings that are not there yet count as empty. `None` if the
    /// path is not guarded, or is a link.
    #[must_use]
    pub fn guarded_file(&self, given: &Path) -> Option<(PathBuf, Vec<u8>)> {
        let path = rule::place(&self.workspace, given)?;
        let state = self.state();
        match &state.baseline.entry(&path)?.form {
            Form::File { .. } => Some((path.clone(), state.baseline.standing(&path)?)),
            Form::Absent if path == Path::new(SETTINGS) => Some((path, Vec::new())),
            Form::Absent | Form::Link(_) => None,
        }
    }

    /// What the system says of the guarded files now, to be compared by [`Guard::unsealed`].
    #[must_use]
    pub fn seal(&self) -> Seal {
        Seal::of(&self.workspace, self.state().baseline.paths())
    }

    /// Guarded files that were written to since, though they may be as they were again.
    #[must_use]
    pub fn unsealed(&self, seal: &Seal) -> Vec<String> {
        seal.broken(&self.workspace)
    }

    /// Says whether a path is a test file by its name.
    #[must_use]
    pub fn is_test(&self, path: &Path) -> bool {
        self.names.subject(path) == Some(Subject::Test)
    }

    /// Paths guarded now, sorted.
    #[must_use]
    pub fn guarded(&self) -> Vec<String> {
        self.state().baseline.paths().map(|path| path.display().to_string()).collect()
    }

    /// Rules on a tool call before it runs. Pure. `paths` are those a file tool would write; commands are read from `input`.
    ///
    /// This spares the agent a failed attempt and a person a surprise; it is no boundary. What slips through is found and undone
    /// by [`Guard::verify`].
    #[must_use]
    pub fn rule(&self, tool: &str, input: &RawJson, paths: &[PathBuf]) -> Verdict {
        let state = self.state();
        let scope = rule::Scope::new(&self.workspace, &self.feature_list, &state.baseline, state.initializing);
        rule::rule(&scope, tool, input, paths)
    }

    /// Compares every guarded file with its baseline and restores what differs; to be called after each tool call and before
    /// each commit. Blocking: it reads files.
    ///
    /// # Errors
    /// Never for a breach, only if the baseline itself cannot be kept.
    pub fn verify(&self, call: Option<&CallId>) -> Result<Vec<BreachFound>, GuardError> {
        let mut state = self.state();
        if state.initializing {
            state.baseline.forget_absent();
        }
        verify::verify(&self.workspace, &mut state.baseline, call)
    }
}
