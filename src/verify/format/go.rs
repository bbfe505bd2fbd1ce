//! What `go test` prints: its events (`-json`, <https://pkg.go.dev/cmd/test2json>), and its text.
//!
//! Owns tests that began and never ended, and packages that failed without a failed test: both are failed cases of their own.
//! A test with subtests stands for itself only where they do not explain its result. A test is told with its file instead of its package
//! where the sources say which file that is. Go makes its events from what the test program prints, so that they are only as good as
//! that: a test that ends without having begun or that no file holds is amiss, and of several results of one test the worst stands.

use super::go_lines::{BENCHMARKS, broken, ends_early, package, result, unbuilt};
use super::go_source::{Place, Source};
use super::report::{Found, milliseconds, rank};
use super::{ENDED_EARLY, Format, Report, UNENDED};
use crate::protocol::CaseStatus;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Bytes of output kept per test while reading.
const CAPTURED: usize = 64 * 1024;

/// `go test -json`.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoJson;

/// `go test`, perhaps with `-v`.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoText;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow, default)]
    package: Cow<'a, str>,
    #[serde(borrow, default)]
    test: Cow<'a, str>,
    #[serde(borrow, default)]
    output: Cow<'a, str>,
    #[serde(default)]
    elapsed: Option<f64>,
    /// Of what the compiler says: which package it compiles, perhaps for the tests of another.
    #[serde(borrow, default)]
    import_path: Cow<'a, str>,
    /// Of a package's failure: which one could not be compiled.
    #[serde(borrow, default)]
    failed_build: Cow<'a, str>,
}

/// A test, or with an empty name its package.
type Key = (String, String);

#[derive(Debug, Default)]
struct Test {
    status: Option<CaseStatus>,
    /// The worst result so far, where it began anew.
    earlier: Option<CaseStatus>,
    duration_ms: Option<u64>,
    said: String,
}

#[derive(Debug, Default)]
struct Tests {
    order: Vec<Key>,
    by_key: HashMap<Key, Test>,
}

impl Tests {
    fn get(&mut self, package: &str, test: &str) -> &mut Test {
        let key = (package.to_owned(), test.to_owned());
        self.by_key.entry(key).or_insert_with_key(|key| {
            self.order.push(key.clone());
            Test::default()
        })
    }

    /// What every package says about itself, its tests first.
    fn add(self, report: &mut Report) {
        let mut source = Source::new(report.root());
        let failed = |key: &Key| {
            self.by_key
                .get(key)
                .is_some_and(|test| test.status == Some(CaseStatus::Failed))
        };
        // Parents of subtests, and those that a failed subtest explains.
        let mut parents: HashMap<Key, bool> = HashMap::new();
        let mut explained: HashSet<&str> = HashSet::new();
        for key in self.order.iter().filter(|(_, test)| !test.is_empty()) {
            let bad = failed(key) || self.by_key.get(key).is_some_and(|test| test.status.is_none());
            if bad {
                explained.insert(&key.0);
            }
            // A name is bounded, so this is too.
            for (at, _) in key.1.match_indices('/').take(8) {
                let parent = key.1.get(..at).unwrap_or_default().to_owned();
                *parents.entry((key.0.clone(), parent)).or_default() |= bad;
            }
        }
        let tells = |package: &str| self.by_key.keys().any(|(of, test)| of == package && !test.is_empty());
        for key in &self.order {
            let Some(test) = self.by_key.get(key) else { continue };
            let (package, name) = (key.0.as_str(), key.1.as_str());
            let status = match test.status {
                Some(status) => status,
                None if name.is_empty() => continue,
                None => CaseStatus::Failed,
            };
            if name.is_empty()
                && status == CaseStatus::Passed
                && !tells(package)
                && ends_early(&test.said)
                && source.has_tests(package)
            {
                let detail = format!("{ENDED_EARLY} before a test told its result: something in it ends the whole program");
                let found = Found {
                    file: package,
                    duration_ms: test.duration_ms,
                    detail: &detail,
                    ..Found::default()
                };
                report.add(CaseStatus::Failed, &found);
                continue;
            }
            if name.is_empty() {
                // A package stands for itself only where it failed and no test of it says why.
                if status != CaseStatus::Failed || explained.contains(package) {
                    continue;
                }
            } else if let Some(bad_child) = parents.get(key)
                && (status != CaseStatus::Failed || *bad_child)
            {
                continue;
            }
            let said = if test.status.is_none() {
                format!("{UNENDED}\n{}", test.said)
            } else {
                test.said.clone()
            };
            let place = if name.is_empty() {
                Place::Unknown
            } else {
                source.place(package, name)
            };
            let file = match &place {
                Place::File(file) => file,
                Place::Unknown => package,
                Place::Nowhere => {
                    report.amiss(format!(
                        "a result of {name} was printed, and no test file of {package} has such a test"
                    ));
                    package
                }
            };
            let found = Found {
                file,
                name,
                duration_ms: test.duration_ms,
                detail: &said,
            };
            report.add(status, &found);
        }
    }
}

impl Test {
    /// Takes a result; where it began anew, the worst one stands.
    fn end(&mut self, status: CaseStatus) {
        let known = self.status.into_iter().chain(self.earlier);
        self.status = known.chain([status]).max_by_key(|status| rank(*status));
    }

    fn begin(&mut self) {
        self.earlier = self.status.take().or(self.earlier);
    }

    fn hear(&mut self, text: &str) {
        let frame = ["=== ", "--- ", "PASS", "FAIL"]
            .iter()
            .any(|mark| text.trim_start().starts_with(mark));
        let text = match unbuilt(text) {
            Some(why) => why,
            None if frame => return,
            None => text,
        };
        if self.said.len() + text.len() < CAPTURED {
            self.said.push_str(text);
        }
    }
}

fn event(line: &str) -> Option<Event<'_>> {
    line.starts_with('{').then(|| serde_json::from_str(line).ok()).flatten()
}

impl Format for GoJson {
    fn name(&self) -> &'static str {
        "go test -json"
    }

    fn detects(&self, text: &str) -> bool {
        let go = |line: &str| line.contains("\"Action\":") && event(line).is_some_and(|event| !event.package.is_empty());
        text.lines().any(go)
    }

    fn read(&self, text: &str, report: &mut Report) {
        let mut tests = Tests::default();
        let mut compiled: HashMap<String, Test> = HashMap::new();
        for line in text.lines() {
            let Some(event) = event(line) else {
                if let Some((package, why)) = broken(line) {
                    let test = tests.get(package, "");
                    test.status = Some(CaseStatus::Failed);
                    test.hear(why);
                }
                continue;
            };
            if event.action == "build-output" && !event.output.starts_with("# ") {
                compiled.entry(event.import_path.to_string()).or_default().hear(&event.output);
            }
            if event.package.is_empty() {
                continue;
            }
            if let Some(said) = compiled.get(event.failed_build.as_ref()) {
                tests.get(&event.package, "").hear(&said.said);
            }
            let begun = tests
                .by_key
                .contains_key(&(event.package.to_string(), event.test.to_string()));
            let test = tests.get(&event.package, &event.test);
            let status = match event.action.as_ref() {
                "pass" => CaseStatus::Passed,
                "fail" => CaseStatus::Failed,
                "skip" => CaseStatus::Skipped,
                "output" => {
                    test.hear(&event.output);
                    continue;
                }
                "run" | "start" => {
                    test.begin();
                    continue;
                }
                _ => continue,
            };
            if !begun && !event.test.is_empty() {
                report.amiss(format!("{} of {} ended without having begun", event.test, event.package));
            }
            test.end(status);
            test.duration_ms = event.elapsed.and_then(|seconds| milliseconds(seconds * 1_000.0));
        }
        tests.finish_packages(report);
        tests.add(report);
    }
}

impl Tests {
    /// A package whose tests were heard of and whose end was not: the output is cut off.
    fn finish_packages(&self, report: &mut Report) {
        let ended: HashSet<&str> = self
            .by_key
            .iter()
            .filter(|((_, test), state)| test.is_empty() && state.status.is_some())
            .map(|((package, _), _)| package.as_str())
            .collect();
        let mut told = HashSet::new();
        for (package, _) in &self.order {
            if !ended.contains(package.as_str()) && told.insert(package) {
                report.amiss(format!("the output ends before the result of {package}"));
            }
        }
    }
}

impl Format for GoText {
    fn name(&self) -> &'static str {
        "go test"
    }

    fn detects(&self, text: &str) -> bool {
        text.lines().any(|line| package(line).is_some())
    }

    fn read(&self, text: &str, report: &mut Report) {
        let mut named: BTreeMap<String, Test> = BTreeMap::new();
        let mut current: Option<String> = None;
        // What the compiler says, by package.
        let mut compiled: BTreeMap<&str, Test> = BTreeMap::new();
        let mut compiling: Option<&str> = None;
        let mut benchmarks = "";
        for line in text.lines() {
            if let Some((status, name, duration_ms)) = package(line) {
                let mut said = compiled.remove(name).unwrap_or_default();
                said.hear(unbuilt(line).unwrap_or_default());
                said.hear(std::mem::take(&mut benchmarks));
                close_package(std::mem::take(&mut named), status, (name, &said.said), duration_ms, report);
                (current, compiling) = (None, None);
            } else if line.starts_with(BENCHMARKS) {
                benchmarks = BENCHMARKS;
            } else if let Some(package) = line.strip_prefix("# ") {
                compiling = package.split(' ').next();
            } else if let Some(name) = line.strip_prefix("=== RUN ") {
                named.entry(name.trim().to_owned()).or_default().begin();
                current = Some(name.trim().to_owned());
            } else if let Some((status, name, duration_ms)) = result(line) {
                let test = named.entry(name.to_owned()).or_default();
                test.end(status);
                test.duration_ms = duration_ms;
                current = Some(name.to_owned());
            } else if let Some(test) = current.as_ref().and_then(|name| named.get_mut(name)) {
                test.hear(line);
                test.hear("\n");
            } else if let Some(package) = compiling.filter(|_| line.contains(".go:") || line.starts_with('\t')) {
                let said = compiled.entry(package).or_default();
                said.hear(line);
                said.hear("\n");
            }
        }
        if !named.is_empty() {
            report.amiss("the output ends before the result of a package");
            close_package(named, CaseStatus::Failed, ("", ""), None, report);
        }
    }
}

fn close_package(
    named: BTreeMap<String, Test>,
    status: CaseStatus,
    (package, said): (&str, &str),
    duration_ms: Option<u64>,
    report: &mut Report,
) {
    // With `-v` every test that is run is named.
    let ended = status == CaseStatus::Passed && report.go_names() && ends_early(said);
    let ended = ended && Source::new(report.root()).has_tests(package);
    if named.is_empty() && status != CaseStatus::Skipped && !ended {
        // Without it a package is all that is named.
        let found = Found {
            file: package,
            duration_ms,
            detail: said,
            ..Found::default()
        };
        report.add(status, &found);
        return;
    }
    let mut tests = Tests::default();
    for (name, test) in named {
        *tests.get(package, &name) = test;
    }
    tests.get(package, "").status = Some(status);
    tests.add(report);
}
