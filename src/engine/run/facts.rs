//! What a session has done so far, for the rules of its tools and for its end card.

use crate::protocol::event::FeatureListEdited;
use crate::protocol::{FeatureId, Role, SessionNo, TestRun};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Facts of one session. Shared between the driver and the running call.
pub struct SessionFacts {
    /// Its number.
    pub number: SessionNo,
    /// Its role.
    pub role: Role,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    feature: Option<FeatureId>,
    reason: String,
    passed: Vec<FeatureId>,
    commits: u32,
    notes: u32,
    breaches: u32,
    oriented: bool,
    reminded: bool,
    answered: bool,
    trouble: Option<String>,
    baseline: Option<TestRun>,
}

impl SessionFacts {
    /// Opens the book on a session.
    #[must_use]
    pub fn new(number: SessionNo, role: Role) -> Self {
        Self {
            number,
            role,
            inner: Mutex::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The feature it works on now.
    pub fn feature(&self) -> Option<FeatureId> {
        self.inner().feature.clone()
    }

    /// Takes up a feature.
    pub fn select(&self, feature: FeatureId, reason: String) {
        let mut inner = self.inner();
        inner.feature = Some(feature);
        inner.reason = reason;
    }

    /// A person's edit gave features other ids.
    pub fn renamed(&self, edited: &FeatureListEdited) {
        let mut inner = self.inner();
        let Inner { feature, passed, .. } = &mut *inner;
        for id in feature.iter_mut().chain(passed) {
            *id = edited.id_now(id);
        }
    }

    /// Why the present feature was chosen.
    pub fn reason(&self) -> String {
        self.inner().reason.clone()
    }

    /// A feature was flipped to passing, with evidence.
    pub fn passed(&self, feature: FeatureId) {
        self.inner().passed.push(feature);
    }

    /// Says whether a feature was brought to pass and still does.
    pub fn has_passed(&self) -> bool {
        !self.inner().passed.is_empty()
    }

    /// A feature that was flipped to passing does not pass any more.
    pub fn set_back(&self, feature: &FeatureId) {
        self.inner().passed.retain(|passed| passed != feature);
    }

    /// Whether the feature it works on has passed in this session.
    pub fn is_feature_done(&self) -> bool {
        let inner = self.inner();
        inner.feature.as_ref().is_some_and(|feature| inner.passed.contains(feature))
    }

    /// How many features it has got to pass.
    pub fn done(&self) -> u32 {
        u32::try_from(self.inner().passed.len()).unwrap_or(u32::MAX)
    }

    /// A commit was made; `run` is the test run on its tree, against which the next is compared.
    pub fn committed(&self, run: Option<TestRun>) {
        let mut inner = self.inner();
        inner.commits += 1;
        if run.is_some() {
            inner.baseline = run;
        }
    }

    /// How many commits were made.
    pub fn commits(&self) -> u32 {
        self.inner().commits
    }

    /// Orientation was gathered and told.
    pub fn set_oriented(&self) {
        self.inner().oriented = true;
    }

    /// Whether orientation was gathered and told.
    pub fn oriented(&self) -> bool {
        self.inner().oriented
    }

    /// Sets the test run that commits are compared with: the one at the session's start.
    pub fn set_baseline(&self, run: Option<TestRun>) {
        self.inner().baseline = run;
    }

    /// The test run that the next commit is compared with.
    pub fn baseline(&self) -> Option<TestRun> {
        self.inner().baseline.clone()
    }

    /// A progress note was written.
    pub fn noted(&self) {
        self.inner().notes += 1;
    }

    /// Whether a progress note was written.
    pub fn has_notes(&self) -> bool {
        self.inner().notes > 0
    }

    /// A guarded artifact was changed and restored.
    pub fn breach(&self) {
        self.inner().breaches += 1;
    }

    /// How many guarded artifacts were changed and restored.
    pub fn breaches(&self) -> u32 {
        self.inner().breaches
    }

    /// Returns `true` the first time only.
    pub fn remind_once(&self) -> bool {
        !std::mem::replace(&mut self.inner().reminded, true)
    }

    /// Closing words that claim too much were answered.
    pub fn answered_claim(&self) {
        self.inner().answered = true;
    }

    /// Whether closing words that claim too much were answered.
    pub fn has_answered_claim(&self) -> bool {
        self.inner().answered
    }

    /// Returns a trouble if it is not the one told last, so that the agent is not told the same after every call.
    pub fn new_trouble(&self, trouble: &str) -> Option<String> {
        let mut inner = self.inner();
        if inner.trouble.as_deref() == Some(trouble) {
            return None;
        }
        inner.trouble = Some(trouble.to_owned());
        inner.trouble.clone()
    }
}
