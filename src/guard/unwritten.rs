//! Agreed tests that are still to be written: skeletons that a feature names and that check nothing.
//!
//! Owns which those are. Does not own what counts as checking nothing (`weaken`), nor how a later state is judged: as a new test is.
//! Invariant: a test that checks anything, or that no feature of the guarded list names, is not among them.

use super::Guard;
use super::baseline::{Baseline, Subject};
use super::weaken;
use crate::harness::FeatureList;
use crate::protocol::naming;
use std::path::Path;

/// Says whether an agreed test is still to be written, so that whoever writes it takes nothing away.
pub(super) fn is_unwritten(baseline: &Baseline, path: &Path) -> bool {
    if baseline.subject(path) != Some(Subject::Test) {
        return false;
    }
    let (Some(name), Some(text)) = (
        path.to_str(),
        baseline.bytes(path).and_then(|bytes| String::from_utf8(bytes).ok()),
    ) else {
        return false;
    };
    let tests = weaken::unwritten(name, &text);
    if tests.is_empty() {
        return false;
    }
    let mut lists = baseline.entries().filter(|(_, entry)| entry.subject == Subject::FeatureList);
    let list = lists.find_map(|(path, _)| FeatureList::parse(&path.display().to_string(), baseline.bytes(path)?).ok());
    list.is_some_and(|list| {
        let named = |test: &String| list.features().iter().any(|feature| naming::owns(feature, name, test));
        tests.iter().any(named)
    })
}

impl Guard {
    /// Says whether a path is an agreed test that checks nothing yet: it may be written over, and its next state is judged as new.
    #[must_use]
    pub fn is_unwritten(&self, path: &Path) -> bool {
        is_unwritten(&self.state().baseline, path)
    }
}
