//! Which words a verify command can reach: its own, and those of the scripts that it runs.
//!
//! Owns following a command from script to script. Does not own what a word stands for. Invariant: where a command takes its words
//! from a variable, or is not known, everything is reached.

use super::{Facts, packages::ALIAS};
use crate::guard::baseline::{Baseline, Subject};
use crate::guard::{command, rule};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many scripts are followed.
const MOST: usize = 64;

/// What can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::guard) enum Reach {
    /// Whatever there is.
    Everything,
    /// These words: of all that is written there, and those that Cargo is told first.
    Words {
        all: BTreeSet<String>,
        commands: BTreeSet<String>,
    },
}

impl Reach {
    /// What the verify command reaches, as its scripts are agreed or lie there.
    pub(in crate::guard) fn of(workspace: &Path, baseline: &Baseline) -> Self {
        let Some(command) = baseline.command() else {
            return Self::Everything;
        };
        let agreed = |path: &Path| baseline.bytes(path).or_else(|| std::fs::read(workspace.join(path)).ok());
        let mut waiting: Vec<PathBuf> = baseline
            .entries()
            .filter(|(_, entry)| entry.subject == Subject::Verify)
            .map(|(path, _)| path.clone())
            .chain([PathBuf::from("package.json")])
            .collect();
        let (mut texts, mut seen) = (vec![command.to_owned()], BTreeSet::new());
        waiting.extend(files(workspace, command));
        while let Some(path) = waiting.pop().filter(|_| seen.len() < MOST) {
            if !seen.insert(path.clone()) {
                continue;
            }
            let text = agreed(&path)
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_default();
            waiting.extend(files(workspace, &text));
            texts.push(text);
        }
        if seen.len() >= MOST {
            return Self::Everything;
        }
        let mut commands = BTreeSet::new();
        for told in texts.iter().flat_map(|text| told_cargo(text)) {
            if told.contains(['$', '`', '{', '%']) {
                return Self::Everything;
            }
            commands.insert(told);
        }
        let all = texts.iter().flat_map(|text| words(text)).collect();
        Self::Words { all, commands }
    }

    /// Leaves the aliases that are not reached out of the facts of both sides.
    pub(super) fn narrow(&self, was: &mut Facts, now: &mut Facts) {
        let Self::Words { all, .. } = self else { return };
        let mut reached = all.clone();
        loop {
            let known = was.iter().chain(now.iter());
            let within = known.filter(|(fact, _)| fact.strip_prefix(ALIAS).is_some_and(|name| reached.contains(name)));
            let more: Vec<String> = within
                .flat_map(|(_, how)| words(how))
                .filter(|word| !reached.contains(word))
                .collect();
            if more.is_empty() {
                break;
            }
            reached.extend(more);
        }
        for facts in [was, now] {
            facts.retain(|fact, _| fact.strip_prefix(ALIAS).is_none_or(|name| reached.contains(name)));
        }
    }

    /// Says whether Cargo is told this word by the command.
    pub(super) fn tells_cargo(&self, word: &str) -> bool {
        matches!(self, Self::Words { commands, .. } if commands.contains(word))
    }
}

/// Files of the workspace that a script names.
fn files(workspace: &Path, script: &str) -> Vec<PathBuf> {
    let named = command::named(script);
    let inside = named.iter().filter_map(|path| rule::place(workspace, path));
    inside.filter(|path| workspace.join(path).is_file()).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

/// The first word behind each `cargo` that is neither an option nor a toolchain.
fn told_cargo(text: &str) -> Vec<String> {
    let mut told = Vec::new();
    for line in text.lines() {
        let mut left = line
            .split_whitespace()
            .map(|word| word.trim_matches(['"', '\'', ';', '(', ')']));
        while let Some(word) = left.next() {
            if word.rsplit('/').next() == Some("cargo") {
                told.extend(left.find(|word| !word.starts_with(['-', '+'])).map(str::to_owned));
            }
        }
    }
    told
}
