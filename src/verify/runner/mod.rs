//! Which runner a project uses, told from the files in its root.
//!
//! A new runner is a file with a [`Runner`] and a line in [`RUNNERS`]. Where several fit, the first of the table is taken: runners
//! that tell their tests apart come before those that only end well or badly. Owns no decision against the user's:
//! `[verify] command` and what the initializer declared come before anything found here.
//!
//! Invariant: only looks. Nothing is run, nothing outside the root is opened, and no file is read past its bound.

mod ask;
mod calls;
mod cargo;
mod go;
mod javascript;
mod jvm;
mod make;
mod narrow;
mod python;
mod rest;
mod root;
mod script;
#[cfg(test)]
mod tests;
mod through;

pub use ask::{Asking, advice, ask, is_known, is_refused};
pub use go::go_names;
pub use javascript::{NODE_REPORTER_VARIABLE, node_reporter};
pub use narrow::{CannotNarrow, narrow};
pub use rest::{Build, Rest, Unbuilt};
pub use root::Root;
pub use script::script_of;

use std::path::Path;

/// A runner that may be found.
#[derive(Debug, Clone, Copy)]
pub struct Runner {
    /// Its name, for people.
    pub name: &'static str,
    /// Looks for it.
    pub find: fn(&Root) -> Option<Found>,
}

/// How a project would use a runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The command line, which asks for a machine-readable form where there is one.
    pub command: String,
    /// Why it is believed to be the project's: `Cargo.toml`, `package.json: the script "test" is "jest"`.
    pub reason: String,
    /// Where it writes its reports inside the project, as globs.
    pub reports: Vec<String>,
}

/// The runners known, in the order in which they are preferred.
pub const RUNNERS: [Runner; 14] = [
    cargo::NEXTEST,
    cargo::TEST,
    go::GO,
    python::PYTEST,
    javascript::VITEST,
    javascript::JEST,
    javascript::MOCHA,
    javascript::NODE,
    jvm::MAVEN,
    jvm::GRADLE,
    script::BATS,
    script::TAP,
    make::MAKE,
    javascript::NPM,
];

/// A runner found in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// Its name.
    pub runner: &'static str,
    /// How it would be used.
    pub found: Found,
}

impl Found {
    fn new(command: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            reason: reason.into(),
            reports: Vec::new(),
        }
    }
}

/// Looks which runners a project uses: the one to take first, then the others.
#[must_use]
pub fn detect(root: &Path) -> Vec<Detected> {
    let root = Root::new(root);
    let found = |runner: &Runner| {
        Some(Detected {
            runner: runner.name,
            found: (runner.find)(&root)?,
        })
    };
    RUNNERS.iter().filter_map(found).collect()
}

/// Returns where a command leaves its reports, if it is one that would be found for this project.
#[must_use]
pub fn reports_of(root: &Path, command: &str) -> Vec<String> {
    let detected = detect(root).into_iter().find(|detected| detected.found.command == command);
    detected.map(|detected| detected.found.reports).unwrap_or_default()
}
