//! The document of mocha's reporter `json` (<https://mochajs.org/#json>).
//!
//! Owns failed hooks: they are failures that belong to no test. Invariant: the totals and the results seen agree, or the run is amiss.

use super::jest::{document, documents};
use super::report::{Found, milliseconds};
use super::{Format, Report};
use crate::protocol::CaseStatus;
use serde::Deserialize;

/// mocha's document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mocha;

#[derive(Debug, Deserialize)]
struct Document {
    stats: Stats,
    #[serde(default)]
    pending: Vec<Test>,
    #[serde(default)]
    failures: Vec<Test>,
    #[serde(default)]
    passes: Vec<Test>,
}

#[derive(Debug, Deserialize)]
struct Stats {
    passes: u64,
    pending: u64,
    failures: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    full_title: String,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    current_retry: u64,
    #[serde(default)]
    err: Problem,
}

#[derive(Debug, Default, Deserialize)]
struct Problem {
    #[serde(default)]
    stack: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

impl Format for Mocha {
    fn name(&self) -> &'static str {
        "mocha"
    }

    fn detects(&self, text: &str) -> bool {
        text.contains("\"fullTitle\"") && text.contains("\"stats\"") && documents(text).next().is_some()
            || text.contains("\"stats\"") && documents(text).any(|text| document::<Document>(text).is_some())
    }

    fn read(&self, text: &str, report: &mut Report) {
        let Some(document) = documents(text).find_map(document::<Document>) else {
            report.amiss("mocha's document is cut off or damaged");
            return;
        };
        let lists = [
            (CaseStatus::Passed, &document.passes, document.stats.passes),
            (CaseStatus::Failed, &document.failures, document.stats.failures),
            (CaseStatus::Skipped, &document.pending, document.stats.pending),
        ];
        for (status, tests, total) in lists {
            if tests.len() as u64 != total {
                report.amiss(format!("{} results seen where the totals say {total}", tests.len()));
            }
            for test in tests {
                test.add(status, report);
            }
        }
    }
}

impl Test {
    fn add(&self, status: CaseStatus, report: &mut Report) {
        let (file, err) = (self.file.as_deref().unwrap_or_default(), &self.err);
        let found = Found {
            file,
            name: &self.full_title,
            duration_ms: self.duration.and_then(milliseconds),
            detail: err.stack.as_deref().or(err.message.as_deref()).unwrap_or_default(),
        };
        report.add(status, &found);
        if status == CaseStatus::Passed && self.current_retry > 0 {
            report.flaky(file, &self.full_title);
        }
    }
}
