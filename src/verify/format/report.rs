//! What was read of a run, while it is being read.
//!
//! Owns the bounds: how many cases, how long a name, how much a failure says about itself. Invariant: no two cases have the same
//! name; where a runner repeats one, the worse result stands.

use super::UNBUILT;
use crate::protocol::{CaseStatus, TestCase};
use crate::verify::runner::Unbuilt;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Cases kept of a run. More are counted as amiss: what is not kept cannot be compared.
const CASES: usize = 50_000;
/// Characters of a name.
const NAME: usize = 300;
/// Lines of a detail kept from its start, and from its end.
const HEAD: usize = 12;
const TAIL: usize = 12;
/// Characters of such a line.
const WIDTH: usize = 240;
/// Things amiss that are told.
const AMISS: usize = 20;

/// Results and what is amiss.
#[derive(Debug, Default)]
pub struct Report {
    cases: Vec<TestCase>,
    by_name: HashMap<String, usize>,
    dropped: usize,
    amiss: Vec<String>,
    exit: Option<i32>,
    /// What did not build, where the rest was run without it.
    unbuilt: Vec<Unbuilt>,
    /// Whether every `go test` names the tests that it runs.
    go_names: bool,
    /// Prefixes that are cut from paths: the root as given, and as the system names it.
    roots: Vec<PathBuf>,
}

/// One result as a reader found it.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// File, module or package it is in; empty if unknown.
    pub(super) file: &'a str,
    pub(super) name: &'a str,
    pub(super) duration_ms: Option<u64>,
    /// What it says about itself.
    pub(super) detail: &'a str,
}

impl Report {
    /// Begins an empty one for a run in `root`.
    #[must_use]
    pub fn new(root: &Path, exit: Option<i32>) -> Self {
        let mut roots = vec![root.to_path_buf()];
        roots.extend(root.canonicalize().ok().filter(|real| real != root));
        Self {
            exit,
            roots,
            ..Self::default()
        }
    }

    /// Says what did not build of it.
    #[must_use]
    pub(super) fn without(self, unbuilt: &[Unbuilt]) -> Self {
        Self {
            unbuilt: unbuilt.to_vec(),
            ..self
        }
    }

    /// Says whether every `go test` in it names the tests that it runs.
    #[must_use]
    pub(super) fn naming(self, go_names: bool) -> Self {
        Self { go_names, ..self }
    }

    /// Whether every `go test` in it names the tests that it runs.
    pub(super) const fn go_names(&self) -> bool {
        self.go_names
    }

    /// What did not build.
    pub(super) fn unbuilt(&self) -> &[Unbuilt] {
        &self.unbuilt
    }

    /// Tells what did not build as failed, each by the file that a reader finds for it.
    pub(super) fn add_unbuilt(&mut self, file: impl Fn(&Unbuilt) -> String) {
        for unbuilt in std::mem::take(&mut self.unbuilt) {
            let detail = format!("{}\n{UNBUILT}\n{}", unbuilt.reason, unbuilt.detail);
            let found = Found {
                file: &file(&unbuilt),
                detail: &detail,
                ..Found::default()
            };
            self.add(CaseStatus::Failed, &found);
        }
    }

    /// The run's exit code, `None` if it was killed.
    pub(super) const fn exit(&self) -> Option<i32> {
        self.exit
    }

    /// The cases read so far.
    pub(super) fn cases(&self) -> &[TestCase] {
        &self.cases
    }

    /// Where it ran.
    pub(super) fn root(&self) -> &Path {
        self.roots.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Notes that something is not as it should be: the run will not count as passed.
    pub(super) fn amiss(&mut self, what: impl Into<String>) {
        if self.amiss.len() < AMISS {
            self.amiss.push(line(&what.into(), WIDTH));
        }
    }

    /// Adds a result. Only failures keep what they say in full; of others the first line stays, where it gives a reason.
    pub(super) fn add(&mut self, status: CaseStatus, found: &Found<'_>) {
        let name = line(found.name.trim(), NAME);
        let file = line(self.relative(found.file).trim(), NAME).replace(' ', "_");
        let name = match (file.is_empty(), name.is_empty()) {
            (true, true) => "a test without a name".to_owned(),
            (true, false) => name,
            (false, true) => file,
            (false, false) => format!("{file}: {name}"),
        };
        let detail = match status {
            CaseStatus::Failed => excerpt(found.detail),
            CaseStatus::Passed => String::new(),
            CaseStatus::Skipped | CaseStatus::Todo => line(found.detail.trim().lines().next().unwrap_or_default(), WIDTH),
        };
        self.push(TestCase {
            name,
            status,
            duration_ms: found.duration_ms,
            detail,
            attempts: Vec::new(),
        });
    }

    /// Marks the case of this name as one that failed before it passed.
    pub(super) fn flaky(&mut self, file: &str, name: &str) {
        let name = if file.is_empty() {
            name.to_owned()
        } else {
            format!("{}: {name}", self.relative(file))
        };
        if let Some(case) = self.by_name.get(&name).and_then(|at| self.cases.get_mut(*at)) {
            case.attempts = vec![CaseStatus::Failed, case.status];
        }
    }

    /// Adds a case that a reader made itself.
    pub(super) fn push(&mut self, mut case: TestCase) {
        let name = self.relative(&case.name);
        if name.len() < case.name.len() {
            case.name = name.to_owned();
        }
        if let Some(known) = self.by_name.get(&case.name).and_then(|at| self.cases.get_mut(*at)) {
            if rank(case.status) > rank(known.status) {
                *known = case;
            }
        } else if self.cases.len() < CASES {
            self.by_name.insert(case.name.clone(), self.cases.len());
            self.cases.push(case);
        } else {
            self.dropped += 1;
        }
    }

    /// Tells a path from the root.
    fn relative<'a>(&self, path: &'a str) -> &'a str {
        let below = |root: &PathBuf| {
            let rest = path.strip_prefix(root.to_str()?)?;
            rest.strip_prefix('/').filter(|rest| !rest.is_empty())
        };
        self.roots.iter().find_map(below).unwrap_or(path)
    }

    /// Ends it.
    pub(super) fn finish(mut self) -> (Vec<TestCase>, Vec<String>) {
        if self.dropped > 0 {
            self.amiss
                .push(format!("only the first {CASES} of {} tests are kept", CASES + self.dropped));
        }
        (self.cases, self.amiss)
    }
}

/// Which of two results of one name stands.
pub(super) fn rank(status: CaseStatus) -> u8 {
    match status {
        CaseStatus::Failed => 3,
        CaseStatus::Todo => 2,
        CaseStatus::Skipped => 1,
        CaseStatus::Passed => 0,
    }
}

/// One line of at most `width` characters.
fn line(text: &str, width: usize) -> String {
    text.chars()
        .take(width)
        .map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c })
        .collect()
}

/// The first and the last lines of a text, without blank ones.
pub(super) fn excerpt(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let kept = |lines: &[&str]| {
        lines
            .iter()
            .map(|text| line(text.trim_end(), WIDTH))
            .collect::<Vec<_>>()
            .join("\n")
    };
    if lines.len() <= HEAD + TAIL {
        return kept(&lines);
    }
    let (head, tail) = (&lines[..HEAD], &lines[lines.len() - TAIL..]);
    format!(
        "{}\n… {} lines left out …\n{}",
        kept(head),
        lines.len() - HEAD - TAIL,
        kept(tail)
    )
}

/// Reads a number of seconds as milliseconds.
pub(super) fn seconds(text: &str) -> Option<u64> {
    milliseconds(text.trim().replace(',', "").parse::<f64>().ok()? * 1_000.0)
}

/// Rounds milliseconds; `None` if they are none.
pub(super) fn milliseconds(value: f64) -> Option<u64> {
    // Finite and not negative; beyond 2^53 the result saturates, which no test reaches.
    (value.is_finite() && value >= 0.0).then_some(value.round() as u64)
}
