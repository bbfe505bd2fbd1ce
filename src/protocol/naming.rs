//! Which tests a feature list means.
//!
//! A feature's `tests` name files (`tests/08-tags.sh`), tests (`filters by tag`), both (`tests/test_a.py::test_b`,
//! `tests/08-tags.sh: filters by tag`) or globs (`tests/08-*`). Tests of Go may also be told by their package. Owns that reading of
//! names alone. Invariant: pure; who shows a test beside a feature and who proves a feature by it go by the same words.

use super::Feature;
use globset::GlobBuilder;

/// Says whether one of the feature's `tests` means the case of this name.
#[must_use]
pub fn names(feature: &Feature, case: &str) -> bool {
    feature.tests.iter().any(|entry| matches(entry, case))
}

/// Says whether an entry of a feature's `tests` means the case of this name.
#[must_use]
pub fn matches(entry: &str, case: &str) -> bool {
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

/// Says whether an entry of a feature's `tests`, or a test of this name, is in the file of this path.
#[must_use]
pub fn lies_in(entry: &str, path: &str) -> bool {
    let entry = entry.trim();
    let file = entry
        .split_once("::")
        .or_else(|| entry.split_once(": "))
        .map_or(entry, |(file, _)| file);
    if file.contains(['*', '?', '[']) {
        let glob = GlobBuilder::new(file).literal_separator(true).build();
        return glob.is_ok_and(|glob| glob.compile_matcher().is_match(path));
    }
    file.contains(['/', '.']) && same_file(file, path)
}

/// Says whether an entry of a feature's `tests` means the test or the file of this name, which a run was at when it was stopped.
#[must_use]
pub fn is_at(entry: &str, name: &str) -> bool {
    matches(entry, name) || lies_in(entry, name)
}

/// Says whether a test, or an entry of a feature's `tests`, lies in what a runner tells as a whole: a file, or a package of Go.
#[must_use]
pub fn lies_within(test: &str, whole: &str) -> bool {
    let file = test
        .split_once("::")
        .or_else(|| test.split_once(": "))
        .map_or(test, |(file, _)| file);
    whole.contains(['/', '.']) && lies_in(test, whole) || is_package_of(whole, file)
}

/// Says whether a test in the file of this path belongs to the feature: its `tests` name the test, or anything in that file.
#[must_use]
pub fn owns(feature: &Feature, path: &str, test: &str) -> bool {
    let case = format!("{path}: {test}");
    feature
        .tests
        .iter()
        .any(|entry| lies_in(entry, path) || matches(entry, &case))
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
#[must_use]
pub fn split(case: &str) -> (Option<&str>, &str) {
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
