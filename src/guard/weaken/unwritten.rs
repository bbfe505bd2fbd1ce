//! Test files that are still to be written: nothing in them checks anything, so nothing is lost when they are written over.
//!
//! Owns what counts as such a file. Does not own whose test it is. Invariant: what stands behind an early way out counts as if it ran,
//! so a test that was switched off is not one that is still to be written.

use super::suite::{Check, Test};
use super::suite_of;
use crate::harness::grammar::Grammar;

/// How a statement begins that only says that the test is missing.
const MISSING: [&str; 18] = [
    "raise ",
    "pytest.fail(",
    "self.fail(",
    "assert False",
    "assert 0",
    "throw ",
    "assert.fail(",
    "expect.fail(",
    "t.Fatal",
    "t.Error",
    "t.Log",
    "panic(",
    "panic!(",
    "todo!(",
    "unimplemented!(",
    "false",
    "fail ",
    "flunk ",
];

/// How a line begins that ends a test early, or switches it off.
const WAYS_OUT: [&str; 13] = [
    "exit",
    "return",
    "skip",
    "pytest.skip(",
    "pytest.xfail(",
    "self.skipTest(",
    "@pytest.mark.skip",
    "@pytest.mark.xfail",
    "@unittest.skip",
    "t.Skip",
    "#[ignore",
    "t.skip(",
    "t.todo(",
];

/// Names the tests of a file that is still to be written; none if it holds a test that is.
pub(super) fn names(path: &str, text: &str) -> Vec<String> {
    let Some(grammar) = Grammar::of(path) else { return Vec::new() };
    let opened: String = text.lines().map(|line| opened(grammar, line) + "\n").collect();
    let whole = suite_of(path, &opened).unwrap_or_default();
    let missing = whole.helpers.is_empty() && whole.tests.iter().all(is_missing);
    if !missing {
        return Vec::new();
    }
    let suite = suite_of(path, text).unwrap_or_default();
    suite.tests.iter().map(|test| test.leaf().to_owned()).collect()
}

/// A line without its way out.
fn opened(grammar: Grammar, line: &str) -> String {
    let words = line.trim();
    let value = words.strip_prefix("return").is_some_and(|value| value.contains('('));
    if value || !WAYS_OUT.iter().any(|way| words.starts_with(way)) {
        return line.to_owned();
    }
    let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
    match grammar {
        Grammar::Python if !words.starts_with('@') => format!("{indent}pass"),
        Grammar::Shell => format!("{indent}:"),
        _ => String::new(),
    }
}

fn is_missing(test: &Test) -> bool {
    let says = |text: &str| {
        MISSING
            .iter()
            .any(|begin| text == begin.trim_end() || text.starts_with(begin))
    };
    let proves = |check: &Check| !check.always && !says(&check.text);
    let does = |statement: &String| !says(statement) && !test.checks.iter().any(|check| statement.contains(&check.text));
    test.cases.is_empty() && !test.checks.iter().any(proves) && !test.statements.iter().any(does)
}
