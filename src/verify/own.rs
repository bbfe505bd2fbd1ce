//! Which results belong to a feature.
//!
//! A feature's `tests` name files (`tests/08-tags.sh`), tests (`filters by tag`), both (`tests/test_a.py::test_b`,
//! `tests/08-tags.sh: filters by tag`) or globs (`tests/08-*`). Tests of Go may also be told by their package.

use super::COMMAND_CASE;
use crate::protocol::{CaseStatus, Feature, TestCase, TestRun};
use globset::GlobBuilder;

/// A feature's own results in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own<'a> {
    /// Results, in the run's order.
    pub cases: Vec<&'a TestCase>,
    /// Entries of the feature's `tests` that no result answers.
    pub missing: Vec<&'a str>,
    /// What is amiss with the run as a whole: then no result of it proves anything.
    pub amiss: Option<&'a str>,
}

impl Own<'_> {
    /// Says whether they prove the feature: it names tests, each was run, every one passed (skipped is not passed), and nothing is
    /// amiss with the run. A failed test of another feature is not amiss.
    #[must_use]
    pub fn proven(&self) -> bool {
        self.amiss.is_none()
            && !self.cases.is_empty()
            && self.missing.is_empty()
            && self.cases.iter().all(|case| case.status == CaseStatus::Passed)
    }
}

/// Finds a feature's own results and the entries without any.
#[must_use]
pub fn own<'a>(feature: &'a Feature, run: &'a TestRun) -> Own<'a> {
    let answered = |entry: &&String| run.cases.iter().any(|case| matches(entry, &case.name));
    Own {
        cases: own_tests(feature, run),
        missing: feature
            .tests
            .iter()
            .filter(|entry| !answered(entry))
            .map(String::as_str)
            .collect(),
        amiss: run
            .cases
            .iter()
            .find(|case| case.name == COMMAND_CASE && case.status == CaseStatus::Failed)
            .map(|case| case.detail.as_str()),
    }
}

/// Finds a feature's own results, in the run's order, each once.
#[must_use]
pub fn own_tests<'a>(feature: &Feature, run: &'a TestRun) -> Vec<&'a TestCase> {
    run.cases.iter().filter(|case| names(feature, &case.name)).collect()
}

/// Says whether one of the feature's `tests` means the case of this name.
#[must_use]
pub fn names(feature: &Feature, case: &str) -> bool {
    feature.tests.iter().any(|entry| matches(entry, case))
}

fn matches(entry: &str, case: &str) -> bool {
    let entry = entry.trim();
    let entry = entry.strip_prefix("./").unwrap_or(entry);
    if entry.is_empty() {
        return false;
    }
    if entry == case {
        return true;
    }
    let (file, name) = split(case);
    let named = |wanted: &str| is_named(name, wanted);
    let in_file = |wanted: &str| file.is_some_and(|file| same_file(file, wanted));
    if let Some((wanted_file, wanted)) = entry.split_once("::").or_else(|| entry.split_once(": ")) {
        let in_package = file.is_some_and(|file| is_package_of(wanted_file, file));
        // `cart::tests::adds` names no file: modules and classes are parted in the same way.
        return (in_file(wanted_file) || in_package) && named(wanted) || named(entry);
    }
    if entry.contains(['*', '?', '[']) {
        let glob = GlobBuilder::new(entry)
            .literal_separator(true)
            .build()
            .map(|glob| glob.compile_matcher());
        return glob.is_ok_and(|glob| file.is_some_and(|file| glob.is_match(file)) || glob.is_match(name));
    }
    let package = || file.is_some_and(|file| file.contains('/') && is_package_of(entry, file));
    named(entry) || in_file(entry) || package()
}

/// Whether a test is the one that is wanted, or a part of it: a subtest (`group > leaf`, `TestTable/n=1`) or a case of its table
/// (`test_even[3]`). Where a name begins with modules or classes, they may be left out.
fn is_named(name: &str, wanted: &str) -> bool {
    let whole = |name: &str| {
        name.strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(" > ") || rest.starts_with(['[', '/']))
    };
    let path = name.split(['[', '/', ' ']).next().unwrap_or_default();
    whole(name)
        || path
            .match_indices("::")
            .any(|(at, mark)| name.get(at + mark.len()..).is_some_and(whole))
}

/// Splits `file: name` where what stands before the colon looks like a file.
pub(super) fn split(case: &str) -> (Option<&str>, &str) {
    match case.split_once(": ") {
        Some((file, name)) if !file.contains(char::is_whitespace) && file.contains(['/', '.']) => (Some(file), name),
        _ => (None, case),
    }
}

/// Whether Go may know the tests of this file by this package: `example.org/shop/cart` for `cart/cart_test.go`. The module's own name,
/// which is that of the root's package, is in no file's path.
fn is_package_of(package: &str, file: &str) -> bool {
    let Some(folder) = file
        .strip_suffix("_test.go")
        .map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder))
    else {
        return false;
    };
    !package.ends_with(".go") && (folder.is_empty() || same_file(package, folder))
}

/// The same path, or one the tail of the other: a runner in `tests/` prints `08-tags.sh` for `tests/08-tags.sh`.
fn same_file(a: &str, b: &str) -> bool {
    let tail = |long: &str, short: &str| {
        long.strip_suffix(short)
            .is_some_and(|head| head.is_empty() || head.ends_with('/'))
    };
    let (a, b) = (a.strip_prefix("./").unwrap_or(a), b.strip_prefix("./").unwrap_or(b));
    !a.is_empty() && !b.is_empty() && (tail(a, b) || tail(b, a))
}
