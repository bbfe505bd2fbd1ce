//! The rest of a cargo project in which something does not build: what is asked to find it, and how it is run.
//!
//! Owns the two commands, one that tells which targets build and one that runs the tests of those. Does not own running them. Invariant:
//! the options of the project's own command stay, so that what is run is what it would have run; a command that is not understood is
//! left as it is.

mod told;

use super::Root;
use super::calls::{Calls, name};
use std::collections::BTreeSet;
use std::path::Path;
use told::{Part, Target, Told};

/// Options that take a value and say how all is built.
const BUILDS_BY: [&str; 7] = [
    "--features",
    "-F",
    "--target",
    "--target-dir",
    "--config",
    "-Z",
    "--manifest-path",
];
/// Options without a value that do.
const BUILDS: [&str; 8] = [
    "--all-features",
    "--no-default-features",
    "--release",
    "-r",
    "--locked",
    "--offline",
    "--frozen",
    "--ignore-rust-version",
];
/// Options that say which packages are meant, and the targets of these.
const PACKAGES: [&str; 2] = ["--workspace", "--all"];
const PACKAGES_BY: [&str; 3] = ["-p", "--package", "--exclude"];
const TARGETS: [&str; 6] = ["--lib", "--bins", "--examples", "--tests", "--benches", "--all-targets"];
const TARGETS_BY: [&str; 4] = ["--bin", "--test", "--example", "--bench"];

/// A call of `cargo test` or `cargo nextest run` in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// What stands before the call, and behind it.
    before: String,
    behind: String,
    /// The call up to cargo's own name, toolchain included.
    lead: String,
    /// `test`, `nextest run`.
    runs: String,
    /// Options of the build, the packages and the targets, as they were written.
    builds: Vec<String>,
    packages: Vec<String>,
    targets: Vec<String>,
    /// What else stands there.
    others: Vec<String>,
    is_nextest: bool,
}

/// A target that does not build, or cannot as long as another does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbuilt {
    /// Its file, told from its package.
    pub file: String,
    /// Its crate's name.
    pub name: String,
    /// The package that it is of.
    pub package: String,
    /// Place and words of the first error.
    pub reason: String,
    /// What else the compiler said.
    pub detail: String,
}

/// What builds of a project and what does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rest {
    /// What does not.
    pub unbuilt: Vec<Unbuilt>,
    /// The command that runs what does.
    pub command: String,
}

impl Build {
    /// Finds the one call in a command that builds and runs tests; `None` if there are others beside it, or it is not understood.
    #[must_use]
    pub fn of(root: &Path, command: &str) -> Option<Self> {
        let calls = Calls::of(&Root::new(root), command);
        let [call] = calls.all.as_slice() else { return None };
        if calls.loops || !call.own {
            return None;
        }
        let program = call.program();
        if name(&program.first()?.text) != "cargo" {
            return None;
        }
        let at = 1 + program.iter().skip(1).position(|word| !word.text.starts_with('+'))?;
        let asked = program.get(at)?;
        let is_nextest = asked.text == "nextest";
        let run = program
            .get(at + 1)
            .filter(|word| is_nextest && matches!(word.text.as_str(), "run" | "r"));
        if !is_nextest && !matches!(asked.text.as_str(), "test" | "t") || is_nextest && run.is_none() {
            return None;
        }
        let (first, last) = (call.words.first()?, call.words.last()?);
        let from = at + 1 + usize::from(is_nextest);
        let mut build = Self {
            before: command.get(..first.at.start)?.to_owned(),
            behind: command.get(last.at.end..)?.to_owned(),
            lead: command.get(first.at.start..asked.at.start)?.to_owned(),
            runs: if is_nextest { "nextest run" } else { "test" }.to_owned(),
            builds: Vec::new(),
            packages: Vec::new(),
            targets: Vec::new(),
            others: Vec::new(),
            is_nextest,
        };
        let mut words = program.get(from..)?.iter();
        while let Some(word) = words.next() {
            let raw = command.get(word.at.clone())?.to_owned();
            let option = word.text.split('=').next().unwrap_or_default();
            let flag = |table: &[&str]| table.contains(&word.text.as_str());
            let valued = |table: &[&str]| table.contains(&option);
            if word.text == "--" {
                build.others.push(raw);
                for word in words.by_ref() {
                    build.others.push(command.get(word.at.clone())?.to_owned());
                }
                break;
            }
            if flag(&["--doc", "--no-run", "-h", "--help"]) {
                return None;
            }
            if flag(&["-q", "--quiet"]) {
                continue;
            }
            let by_profile = if is_nextest { "--cargo-profile" } else { "--profile" };
            let (into, takes) = match () {
                () if flag(&BUILDS) => (&mut build.builds, false),
                () if valued(&BUILDS_BY) || option == by_profile => (&mut build.builds, true),
                () if flag(&PACKAGES) => (&mut build.packages, false),
                () if valued(&PACKAGES_BY) => (&mut build.packages, true),
                () if flag(&TARGETS) => (&mut build.targets, false),
                () if valued(&TARGETS_BY) => (&mut build.targets, true),
                () => (&mut build.others, false),
            };
            let value = (takes && word.text == option).then(|| words.next()).flatten();
            let value = value.and_then(|value| command.get(value.at.clone()));
            into.push(value.map_or_else(|| raw.clone(), |value| format!("{raw} {value}")));
        }
        Some(build)
    }

    /// Returns the command that tells, line by line in JSON, what the project has and what of it builds. It goes on past what does not.
    #[must_use]
    pub fn query(&self) -> String {
        let manifest = self.builds.iter().filter(|option| option.starts_with("--manifest-path"));
        let manifest: String = manifest.map(|option| format!(" {option}")).collect();
        // What `cargo test` builds if nothing is named.
        let targets = match self.targets.is_empty() {
            true => "--tests --examples".to_owned(),
            false => self.targets.join(" "),
        };
        let builds: Vec<String> = self
            .builds
            .iter()
            .map(|option| option.replace("--cargo-profile", "--profile"))
            .collect();
        format!(
            "{before}{{ {lead}metadata --no-deps --format-version=1{manifest}; {lead}build {builds} {packages} {targets} --keep-going \
             --message-format=json; }} 2>/dev/null",
            before = self.before,
            lead = self.lead,
            builds = builds.join(" "),
            packages = self.packages.join(" "),
        )
    }

    /// Reads the answer. `None` if nothing builds, or everything does.
    #[must_use]
    pub fn read(&self, answer: &str) -> Option<Rest> {
        let mut told = Told::default();
        for line in answer.lines().filter(|line| line.starts_with('{')) {
            told.line(line);
        }
        let rest = told.rest(self);
        (!rest.unbuilt.is_empty() && !rest.command.is_empty()).then_some(rest)
    }

    /// The command that runs what builds.
    fn command(&self, parts: &[Part<'_>]) -> String {
        let kept: Vec<&str> = self.builds.iter().chain(&self.others).map(String::as_str).collect();
        let call = |selected: &str| format!("{}{} {selected} {}", self.lead, self.runs, kept.join(" "));
        let id = |part: &Part<'_>| {
            if parts.len() > 1 {
                format!("-p '{}' ", part.package.id)
            } else {
                String::new()
            }
        };
        let is_whole = |part: &&Part<'_>| part.unbuilt.is_empty() && self.targets.is_empty() && !self.is_nextest;
        let (whole, partly): (Vec<&Part<'_>>, Vec<&Part<'_>>) = parts.iter().partition(is_whole);
        let mut calls = Vec::new();
        if !whole.is_empty() {
            calls.push(call(&whole.into_iter().map(id).collect::<String>()));
        }
        let options = |targets: &[&Target]| targets.iter().map(|target| target.selected()).collect::<BTreeSet<String>>();
        let joined = |options: BTreeSet<String>| options.into_iter().collect::<Vec<_>>().join(" ");
        if self.is_nextest {
            // In one run, as one summary is all that it has. An option that two packages share selects in both.
            let broken: BTreeSet<String> = partly.iter().flat_map(|part| options(&part.unbuilt)).collect();
            let good: BTreeSet<String> = partly.iter().flat_map(|part| options(&part.built)).collect();
            let good: BTreeSet<String> = good.difference(&broken).cloned().collect();
            if !good.is_empty() {
                let of: String = partly
                    .iter()
                    .filter(|part| !part.built.is_empty())
                    .map(|part| id(part))
                    .collect();
                calls.push(call(&format!("{of}{}", joined(good))));
            }
        } else {
            for part in partly {
                if !part.built.is_empty() {
                    calls.push(call(&format!("{}{}", id(part), joined(options(&part.built)))));
                }
                if self.targets.is_empty() && part.documented {
                    calls.push(call(&format!("{}--doc", id(part))));
                }
            }
        }
        match calls.is_empty() {
            true => String::new(),
            false => format!("{}{{ {}; }}{}", self.before, calls.join("; "), self.behind),
        }
    }
}

#[cfg(test)]
mod tests;
