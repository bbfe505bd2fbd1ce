//! Checks whose outcome the test itself has settled: the program has no say in them.
//!
//! Owns names that a test gives to written values, mocks that stand for what is called, and comparisons of a call with itself. Does
//! not own what holds by its own text (`expr`). Invariant: a name that is used for anything but being checked settles nothing.

use super::expr::is_equality;
use super::live::words;
use super::suite::{Check, Test};

/// Words in the name of a test that is about two calls giving the same: then comparing a call with itself is the test.
const SAMENESS: [&str; 20] = [
    "determin",
    "idempot",
    "stable",
    "stabil",
    "same",
    "consist",
    "cache",
    "memo",
    "pure",
    "repeat",
    "twice",
    "reproduc",
    "seed",
    "identi",
    "singleton",
    "once",
    "constant",
    "equal",
    "hash",
    "again",
];

/// Marks the checks of a test that hold because of what it wrote before them.
pub(super) fn mark(test: &mut Test) {
    let fixed = fixed(test);
    for check in test.checks.iter_mut().filter(|check| !check.always) {
        let (subject, Some(value)) = (bare(&check.subject), equal_to(check)) else {
            continue;
        };
        let written = |text: &'_ str| fixed.iter().find(|(name, _)| name == text).map(|(_, value)| value.clone());
        let (one, other) = (written(subject), written(value));
        let known = one.is_some() || other.is_some();
        let settled = known && one.as_deref().unwrap_or(subject) == other.as_deref().unwrap_or(value);
        check.always = settled
            || test
                .replaced
                .iter()
                .any(|(name, given)| given == value && calls(subject, name));
    }
}

/// Says whether all that a test checks is that a call gives twice the same, where its name speaks of something else.
pub(super) fn only_repeats(test: &Test) -> Option<&Check> {
    let repeats = |check: &Check| {
        let value = equal_to(check).or_else(|| must_not_differ(check));
        value.is_some_and(|value| value == bare(&check.subject) && value.contains('('))
    };
    let name = test.name().to_lowercase();
    let first = test.real_checks().next()?;
    (test.real_checks().all(repeats) && !SAMENESS.iter().any(|word| name.contains(word))).then_some(first)
}

/// The value that a check wants its subject to be equal to.
fn equal_to(check: &Check) -> Option<&str> {
    let (how, value) = check.expected.split_once(' ')?;
    is_equality(how).then(|| bare(value))
}

/// The same of a comparison of Go, which fails where the two differ.
fn must_not_differ(check: &Check) -> Option<&str> {
    let value = check
        .text
        .starts_with("if ")
        .then(|| check.expected.strip_prefix("!= "))
        .flatten();
    value.map(bare)
}

/// Names that stand for one written value and are used for nothing but checks.
fn fixed(test: &Test) -> Vec<(String, String)> {
    let alone = |(name, _): &(String, String)| {
        let all: usize = test.statements.iter().map(|statement| uses(statement, name)).sum();
        all == 1 + test.checks.iter().map(|check| uses(&check.text, name)).sum::<usize>()
    };
    test.statements
        .iter()
        .filter_map(|statement| named(statement))
        .filter(alone)
        .collect()
}

fn uses(text: &str, name: &str) -> usize {
    words(text).filter(|word| *word == name).count()
}

/// A statement that gives a written value a name, in any of the languages.
fn named(statement: &str) -> Option<(String, String)> {
    let statement = statement.trim_end_matches(';');
    let (left, right) = statement.split_once(" := ").or_else(|| statement.split_once(" = "))?;
    let left = ["let ", "const ", "var "]
        .iter()
        .find_map(|word| left.strip_prefix(word))
        .unwrap_or(left);
    let name = left.split(':').next().unwrap_or(left).trim();
    let plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (plain && is_fixed(right.trim())).then(|| (name.to_owned(), right.trim().to_owned()))
}

/// A value that nothing can change afterwards.
fn is_fixed(text: &str) -> bool {
    let quoted = ['"', '\''].iter().any(|quote| {
        let inside = text.strip_prefix(*quote).and_then(|rest| rest.strip_suffix(*quote));
        inside.is_some_and(|inside| !inside.contains([*quote, '\\', '$']))
    });
    quoted || text.parse::<f64>().is_ok() || matches!(text, "True" | "False" | "None" | "true" | "false" | "null" | "nil")
}

/// Says whether an expression calls what a mock stands for. A bare name was bound before the mock came, unless the mock is of the
/// test's own module.
fn calls(subject: &str, replaced: &str) -> bool {
    let Some((callee, _)) = subject.split_once('(') else {
        return false;
    };
    let within = replaced
        .strip_suffix(callee)
        .is_some_and(|head| head.is_empty() || head.ends_with('.'));
    within && (callee.contains('.') || replaced.contains("__name__") || replaced.contains("__main__"))
}

/// Takes the brackets off that a call puts around its argument.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let within = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    within.filter(|within| super::expr::balanced(within)).unwrap_or(text)
}
