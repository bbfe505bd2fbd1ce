//! What `cargo nextest run` prints (<https://nexte.st/docs/reporting/>).
//!
//! Its JUnit report needs a file of its own in the project; what it prints says as much. Names are given as `cargo test` gives them
//! (`tests/cart.rs: holds_things`), so that a project that changes its runner keeps its history. Invariant: the counts of the
//! summary and the results seen agree, or the run is amiss.

use super::report::{Found, seconds};
use super::{Format, Report};
use crate::protocol::CaseStatus;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of output kept per failed test while reading.
const CAPTURED: usize = 64 * 1024;

/// nextest's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nextest;

impl Format for Nextest {
    fn name(&self) -> &'static str {
        "cargo nextest"
    }

    fn detects(&self, text: &str) -> bool {
        text.lines()
            .any(|line| line.trim_start().starts_with("Nextest run ID ") || summary(line).is_some())
    }

    fn read(&self, text: &str, report: &mut Report) {
        let mut order: Vec<(&str, &str)> = Vec::new();
        let mut tests: BTreeMap<(&str, &str), Test> = BTreeMap::new();
        let (mut last, mut told) = (None, None);
        for line in text.lines() {
            if let Some(counts) = summary(line) {
                told = Some(counts);
                break;
            }
            if let Some((result, key)) = Outcome::of(line) {
                let test = tests.entry(key).or_insert_with(|| {
                    order.push(key);
                    Test::default()
                });
                test.take(result);
                last = Some(key);
            } else if let Some(test) = last.and_then(|key| tests.get_mut(&key)) {
                test.said(line);
            }
        }
        let mut packages: BTreeSet<String> = order.iter().map(|(binary, _)| package(binary).to_owned()).collect();
        packages.extend(report.unbuilt().iter().map(|unbuilt| unbuilt.package.clone()));
        let mut seen = 0;
        for key in &order {
            let Some(test) = tests.get(key).filter(|test| test.status.is_some()) else {
                report.amiss(format!("`{} {}` began and did not end", key.0, key.1));
                continue;
            };
            seen += 1;
            test.add(*key, packages.len() > 1, report);
        }
        report.add_unbuilt(|unbuilt| match packages.len() {
            0 | 1 => unbuilt.file.clone(),
            _ => format!("{}/{}", unbuilt.package, unbuilt.file),
        });
        match told {
            None => report.amiss("the output ends before nextest's summary"),
            Some(counts) if counts.ran != seen => {
                report.amiss(format!("{seen} results seen, and the summary says: {} tests run", counts.ran));
            }
            Some(counts) if counts.ran < counts.planned => {
                report.amiss(format!("only {} of {} tests were run", counts.ran, counts.planned));
            }
            Some(_) => {}
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Counts {
    ran: u64,
    planned: u64,
}

/// `Summary [   1.626s] 5 tests run: 3 passed, 2 failed`, or `3/5 tests run` where it was stopped.
fn summary(line: &str) -> Option<Counts> {
    let rest = line.trim_start().strip_prefix("Summary [")?;
    let (count, rest) = rest.split_once(']')?.1.trim_start().split_once(' ')?;
    if !(rest.starts_with("tests run:") || rest.starts_with("test run:")) {
        return None;
    }
    let (ran, planned) = count.split_once('/').unwrap_or((count, count));
    Some(Counts {
        ran: ran.parse().ok()?,
        planned: planned.parse().ok()?,
    })
}

/// How one attempt of a test ended.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    status: Option<CaseStatus>,
    flaky: bool,
    duration_ms: Option<u64>,
}

impl Outcome {
    /// `PASS [   0.023s] (1/5) shop tests::adds`: the word ends in the twelfth column.
    fn of(line: &str) -> Option<(Self, (&str, &str))> {
        let (word, rest) = line.split_once(" [")?;
        if word.chars().count() != 12 {
            return None;
        }
        let (time, rest) = rest.split_once(']')?;
        let rest = rest.trim_start();
        let rest = match rest.strip_prefix('(') {
            Some(counted) => counted.split_once(") ")?.1.trim_start(),
            None => rest,
        };
        let key = rest
            .split_once(' ')
            .filter(|(binary, name)| !binary.is_empty() && !name.is_empty())?;
        let word = word.trim();
        let status = match word {
            "PASS" | "LEAK" => Some(CaseStatus::Passed),
            "SLOW" | "START" | "RETRY" | "DELAY" | "TERMINATING" => None,
            _ if word.starts_with("FLAKY") => Some(CaseStatus::Passed),
            _ if word.starts_with("TRY ") && (word.ends_with("PASS") || word.ends_with("LEAK")) => Some(CaseStatus::Passed),
            _ if word.starts_with("TRY ") && (word.ends_with("SLOW") || word.ends_with("START")) => None,
            _ if word
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || " +-/".contains(c)) =>
            {
                Some(CaseStatus::Failed)
            }
            _ => return None,
        };
        let outcome = Self {
            status,
            flaky: word.starts_with("FLAKY") || (word.starts_with("TRY ") && status == Some(CaseStatus::Passed)),
            duration_ms: time.trim().trim_start_matches('>').strip_suffix('s').and_then(seconds),
        };
        Some((outcome, key))
    }
}

#[derive(Debug, Default)]
struct Test {
    status: Option<CaseStatus>,
    flaky: bool,
    duration_ms: Option<u64>,
    said: String,
}

impl Test {
    fn take(&mut self, outcome: Outcome) {
        self.status = outcome.status.or(self.status);
        self.flaky |= outcome.flaky;
        self.duration_ms = outcome.duration_ms.or(self.duration_ms);
    }

    fn said(&mut self, line: &str) {
        let line = line.trim_end();
        let heading = matches!(line.trim_start().split(' ').next(), Some("stdout" | "stderr")) && line.ends_with('─');
        if self.status == Some(CaseStatus::Failed) && !heading && self.said.len() + line.len() < CAPTURED {
            self.said.push_str(line.strip_prefix("    ").unwrap_or(line));
            self.said.push('\n');
        }
    }

    fn add(&self, (binary, name): (&str, &str), many: bool, report: &mut Report) {
        let file = file(binary, many);
        let found = Found {
            file: &file,
            name,
            duration_ms: self.duration_ms,
            detail: &self.said,
        };
        report.add(self.status.unwrap_or(CaseStatus::Failed), &found);
        if self.flaky {
            report.flaky(&file, name);
        }
    }
}

fn package(binary: &str) -> &str {
    binary.split_once("::").map_or(binary, |(package, _)| package)
}

/// The file a binary is made of, by cargo's conventions: `shop::cart` is `tests/cart.rs` of the package `shop`.
fn file(binary: &str, many: bool) -> String {
    let package = package(binary);
    let within = match binary.split_once("::").map(|(_, target)| target) {
        None => "src/lib.rs".to_owned(),
        Some(target) => match target.split_once('/') {
            Some(("bin", name)) if name == package => "src/main.rs".to_owned(),
            Some(("bin", name)) => format!("src/bin/{name}.rs"),
            Some(("example", name)) => format!("examples/{name}.rs"),
            Some(("bench", name)) => format!("benches/{name}.rs"),
            Some((kind, name)) => format!("{kind}/{name}.rs"),
            None => format!("tests/{target}.rs"),
        },
    };
    if many { format!("{package}/{within}") } else { within }
}
