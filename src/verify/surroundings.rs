//! What a command finds around it that the harness runs for its results: a test run, a step of a recorded check.
//!
//! Owns the variables that both share. Invariant: what an earlier run left compiled is not found. Python takes a compiled module for
//! its source as long as the source has the size and the second of its change that it had then (PEP 3147, "pyc invalidation"): an edit
//! within that second would be tested as if it had not been made, and a compiled module that somebody put there would be tested in
//! place of the source. What is found here is compiled from the files of this tree.

use std::ffi::OsString;
use std::io;
use tempfile::TempDir;

/// Directory for compiled modules, gone when dropped, and the variables that name it.
#[derive(Debug)]
pub(super) struct Surroundings {
    compiled: TempDir,
}

impl Surroundings {
    pub(super) fn new() -> io::Result<Self> {
        let compiled = tempfile::Builder::new().prefix("longhaul-compiled-").tempdir()?;
        Ok(Self { compiled })
    }

    /// The variables, with `more`.
    pub(super) fn with<const N: usize>(&self, more: [(&str, OsString); N]) -> Vec<(OsString, OsString)> {
        // Runners look at the first two before they colour, watch or ask.
        let shared = [
            ("CI", "true".into()),
            ("NO_COLOR", "1".into()),
            ("PYTHONPYCACHEPREFIX", self.compiled.path().into()),
        ];
        let all = shared.into_iter().chain(more);
        all.map(|(name, value)| (name.into(), value)).collect()
    }
}
