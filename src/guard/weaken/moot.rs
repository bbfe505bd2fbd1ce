//! What a test does of which nothing can come: comparisons that nobody asks, checks that never run, and calls alone.
//!
//! Owns when that is all a test does. Does not own checks that hold by themselves (`expr`, `settled`). Invariant: where anything else is
//! done that may check, or that the test's name says is checked by a call that comes back, nothing is found.

use super::expr::{balanced, comparison, holds_never};
use super::live::{condition, is_dead, words};
use super::suite::{Suite, Test};
use super::tree::{children, flat, line};
use tree_sitter::Node;

/// Words in the name of a test for which it is enough that a call comes back.
const COMES_BACK: [&str; 44] = [
    "panic", "crash", "throw", "rais", "fail", "error", "smoke", "accept", "valid", "fuzz", "surviv", "without", "never", "compil",
    "build", "render", "mount", "load", "import", "start", "init", "open", "close", "drop", "exit", "hang", "lock", "terminat",
    "finish", "parse", "work", "safe", "leak", "allow", "toler", "ignor", "handle", "noop", "no_op", "does_not", "reject",
    "testmain", "const", "doesnt",
];
/// What the name of a function holds that may check by itself.
const MAY_CHECK: [&str; 34] = [
    "assert", "expect", "check", "verif", "should", "must", "ensure", "valid", "compar", "match", "equal", "test", "snapshot",
    "approx", "done", "fail", "error", "fatal", "panic", "throw", "rais", "require", "pass", "trip", "case", "spec", "prove",
    "run", "exec", "exit", "diff", "golden", "unwrap", "same",
];

/// Letters of a statement that are shown.
const SHOWN: usize = 60;

/// Of a test, whether all that it does is moot.
pub(super) fn is_all(test: &Test) -> bool {
    !test.moot.is_empty()
        && test
            .statements
            .iter()
            .all(|statement| is_moot(test, statement) || calls(statement).is_some())
}

fn is_moot(test: &Test, statement: &str) -> bool {
    test.moot.iter().any(|(_, moot, _)| moot == statement)
}

/// Marks the tests that only call: the program's functions, of which none checks for them.
pub(super) fn mark(suite: &mut Suite) {
    let helpers: Vec<String> = suite.helpers.iter().map(|helper| helper.leaf().to_owned()).collect();
    for test in &mut suite.tests {
        if comes_back(test) {
            test.only_calls = false;
            // A comparison is made for its outcome, unless the name says that it is made to come back.
            if ["panic", "crash", "throw", "rais", "error"]
                .iter()
                .any(|word| test.name().to_lowercase().contains(word))
            {
                test.moot.clear();
            }
            continue;
        }
        let only = |statement: &String| {
            let called = calls(statement).map(|callee| callee.rsplit(['.', ':']).next().unwrap_or(callee));
            called.is_some_and(|name| !helpers.iter().any(|helper| helper == name))
        };
        test.only_calls &= test.checks.is_empty()
            && test.cases.is_empty()
            && test.moot.is_empty()
            && !test.statements.is_empty()
            && test.statements.iter().all(only);
    }
}

fn comes_back(test: &Test) -> bool {
    let name = test.name().to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    COMES_BACK.iter().any(|word| name.contains(word))
        || ["not", "no", "ok", "without", "doesn"]
            .iter()
            .any(|word| words.contains(word))
}

/// The function that a statement calls, where it does no more than that and give the outcome a name.
fn calls(statement: &str) -> Option<&str> {
    let said = statement.trim_end_matches(';').trim();
    let value = match said.split_once(" := ").or_else(|| said.split_once(" = ")) {
        Some((name, value)) => {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | ',' | ':' | '<' | '>');
            name.chars().all(plain).then_some(value)?
        }
        None => said,
    };
    let value = value.strip_prefix("new ").unwrap_or(value);
    let (callee, rest) = value.split_once('(')?;
    let within = rest.strip_suffix(')')?;
    let is_path = !callee.is_empty()
        && callee
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '$'));
    let lower = callee.to_lowercase();
    let is_plain = !["=>", "function", "func", "lambda", "|", "{"]
        .iter()
        .any(|word| within.contains(word));
    let is_harness = ["t.", "b.", "this.", "expect", "jest.", "vi.", "cy.", "page."]
        .iter()
        .any(|object| lower.starts_with(object));
    let hands_on_test = words(within).any(|word| matches!(word, "t" | "b" | "tb" | "self" | "request" | "capsys" | "caplog"));
    // An object that is handed in may be told what to expect, or is told of.
    let is_mock = lower.contains("mock") || lower.contains("spy") || lower.contains("nock");
    let may_check =
        MAY_CHECK.iter().any(|word| lower.contains(word)) || MAY_CHECK.iter().any(|word| within.contains(&format!("{word}(")));
    (is_path && balanced(within) && is_plain && !is_harness && !hands_on_test && !is_mock && !may_check).then_some(callee)
}

/// A comparison that stands as a statement: line, text and what is said of it.
pub(super) fn unasked(statement: Node<'_>, source: &str) -> Option<(usize, String, String)> {
    let inner = children(statement);
    let [only] = inner.as_slice() else { return None };
    let words = flat(statement, source);
    let compares = only.kind() == "comparison_operator" && comparison(&words).is_some();
    compares.then(|| {
        (
            line(statement),
            words.clone(),
            format!("nothing asks what `{words}` comes to"),
        )
    })
}

/// A statement of which nothing ever runs, because of what it depends on. `body` is the text of the whole test.
pub(super) fn never_runs(statement: Node<'_>, body: &str, source: &str) -> Option<(usize, String, String)> {
    let inner = match statement.kind() {
        "expression_statement" | "lexical_declaration" => statement.named_child(0).unwrap_or(statement),
        _ => statement,
    };
    let words = flat(statement, source);
    let is_if = matches!(inner.kind(), "if_statement" | "if_expression");
    let has_else = inner.child_by_field_name("alternative").is_some();
    if is_if && !has_else && holds_never(&condition(inner, source)) {
        let how = format!("what is behind `if {}` never runs", condition(inner, source));
        return Some((line(statement), words, how));
    }
    (!is_if && is_dead(inner, body, source)).then(|| {
        let head: String = words.chars().take(SHOWN).collect();
        let how = format!(
            "what is in `{}` never runs",
            head.split(['{', ':']).next().unwrap_or(&head).trim()
        );
        (line(statement), words, how)
    })
}

/// A comparison of Go whose outcome is only written down.
pub(super) fn only_logs(statement: Node<'_>, source: &str) -> Option<(usize, String, String)> {
    if statement.kind() != "if_statement" || statement.child_by_field_name("alternative").is_some() {
        return None;
    }
    let block = statement.child_by_field_name("consequence")?;
    let mut inside = children(block);
    if let [list] = inside.as_slice()
        && list.kind() == "statement_list"
    {
        inside = children(*list);
    }
    let logs = |node: &Node<'_>| {
        let words = flat(*node, source);
        ["t.Log", "fmt.Print", "log.Print", "println("]
            .iter()
            .any(|log| words.starts_with(log))
    };
    let depends = condition(statement, source);
    let is_asked = comparison(&depends).is_some() || depends.starts_with('!');
    (is_asked && !inside.is_empty() && inside.iter().all(logs)).then(|| {
        let words = flat(statement, source);
        (line(statement), words, format!("that `{depends}` is only logged"))
    })
}

/// A command of bats that is run, and whose end `run` keeps for whoever asks.
pub(super) fn only_runs(statement: Node<'_>, source: &str) -> Option<(usize, String, String)> {
    let words = flat(statement, source);
    let rest = words.strip_prefix("run ")?;
    // It may be told which end is expected.
    let is_asked = rest.starts_with(['-', '!']);
    (statement.kind() == "command" && !is_asked).then(|| {
        let how = format!("nothing asks how `{words}` ended or what it printed");
        (line(statement), words, how)
    })
}

/// Says whether an expectation ends before anything is expected: `expect(x).toBeDefined`, `expect(x).not`.
pub(super) fn dangles(last: &str) -> bool {
    const OPEN: [&str; 22] = [
        "not", "resolves", "rejects", "to", "be", "been", "have", "has", "with", "that", "which", "and", "equal", "equals", "eq",
        "eql", "throw", "throws", "match", "property", "above", "below",
    ];
    const MATCHERS: [&str; 8] = [
        "toBe",
        "toHave",
        "toEqual",
        "toContain",
        "toMatch",
        "toThrow",
        "toStrict",
        "toReturn",
    ];
    OPEN.contains(&last) || MATCHERS.iter().any(|matcher| last.starts_with(matcher))
}
