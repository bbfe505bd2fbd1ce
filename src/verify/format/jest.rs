//! The JSON of `jest --json`, which vitest's reporter `json` writes too (<https://jestjs.io/docs/cli#--json>).
//!
//! Owns files that failed before any of their tests ran: each is a failed case of its own. Invariant: the totals and the results
//! seen agree, or the run is amiss.

use super::report::{Found, milliseconds};
use super::{Format, Report};
use crate::protocol::CaseStatus;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Places in an output at which a document is looked for, so that a hostile output costs no more.
const TRIES: usize = 16;

/// jest's document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jest;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    num_total_tests: u64,
    #[serde(default)]
    num_failed_tests: u64,
    #[serde(default)]
    num_failed_test_suites: u64,
    #[serde(default)]
    was_interrupted: bool,
    test_results: Vec<File>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    name: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: Option<String>,
    assertion_results: Vec<Assertion>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    #[serde(default)]
    ancestor_titles: Vec<String>,
    title: String,
    status: String,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    failure_messages: Vec<String>,
    /// Attempts it took (`jest.retryTimes`).
    #[serde(default)]
    invocations: u64,
}

impl Format for Jest {
    fn name(&self) -> &'static str {
        "jest"
    }

    fn detects(&self, text: &str) -> bool {
        text.contains("\"numTotalTests\"") && documents(text).next().is_some()
    }

    fn read(&self, text: &str, report: &mut Report) {
        let Some(document) = documents(text).find_map(document::<Document>) else {
            report.amiss("jest's document is cut off or damaged");
            return;
        };
        let (mut seen, mut failed) = (0, 0);
        for file in &document.test_results {
            if file.assertion_results.is_empty() && file.status == "failed" {
                let found = Found {
                    file: &file.name,
                    detail: file.message.as_deref().unwrap_or_default(),
                    ..Found::default()
                };
                report.add(CaseStatus::Failed, &found);
            }
            for test in &file.assertion_results {
                seen += 1;
                failed += u64::from(test.status == "failed");
                test.add(&file.name, report);
            }
        }
        if (seen, failed) != (document.num_total_tests, document.num_failed_tests) {
            report.amiss(format!(
                "{seen} results seen, {failed} of them failed; the totals say {} and {}",
                document.num_total_tests, document.num_failed_tests
            ));
        }
        let failed_files = document.test_results.iter().any(|file| file.status == "failed");
        if document.num_failed_test_suites > 0 && !failed_files {
            report.amiss(format!(
                "{} test files failed and are not told",
                document.num_failed_test_suites
            ));
        }
        if document.was_interrupted {
            report.amiss("the run was interrupted");
        }
    }
}

impl Assertion {
    fn add(&self, file: &str, report: &mut Report) {
        let mut name = self.ancestor_titles.join(" > ");
        if !name.is_empty() {
            name.push_str(" > ");
        }
        name.push_str(&self.title);
        let status = match self.status.as_str() {
            "passed" => CaseStatus::Passed,
            "todo" => CaseStatus::Todo,
            "pending" | "skipped" | "disabled" | "focused" => CaseStatus::Skipped,
            _ => CaseStatus::Failed,
        };
        let detail = self.failure_messages.join("\n");
        let found = Found {
            file,
            name: &name,
            duration_ms: self.duration.and_then(milliseconds),
            detail: &detail,
        };
        report.add(status, &found);
        if status == CaseStatus::Passed && self.invocations > 1 {
            report.flaky(file, &name);
        }
    }
}

/// The places where a document may begin: a brace at a line's start.
pub(super) fn documents(text: &str) -> impl Iterator<Item = &str> {
    let first = text.starts_with('{').then_some(0);
    let later = memchr::memmem::find_iter(text.as_bytes(), "\n{").map(|at| at + 1);
    first.into_iter().chain(later).take(TRIES).filter_map(|at| text.get(at..))
}

/// Reads a document that other text may follow.
pub(super) fn document<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::Deserializer::from_str(text).into_iter::<T>().next()?.ok()
}
