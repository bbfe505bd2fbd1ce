//! What a test does of which nothing can come: comparisons that nobody asks, checks that never run, and calls alone.
//!
//! Owns when that is all a test does. Does not own checks that hold by themselves (`expr`, `settled`). Invariant: where anything else is
//! done that may check, or that the test's name says is checked by a call that comes back, nothing is found.

use super::expr::{arguments, balanced, comparison, holds_never, is_literal};
use super::live::{condition, is_dead, is_excused, is_left_behind, settled, words};
use super::printed;
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, flat, line};
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
            .all(|statement| is_moot(test, statement) || calls(statement).is_some() || names_values(statement))
}

/// Says whether a statement only gives names to calls and to written values: `got, want := F(), 1`.
fn names_values(statement: &str) -> bool {
    let said = statement.trim_end_matches(';');
    let (name, value) = said.split_once(" := ").or_else(|| said.split_once(" = ")).unwrap_or_default();
    // Its type may be written.
    let name = name.split(':').next().unwrap_or(name);
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | ','));
    let is_empty_map = |value: &str| value.starts_with("map[") && value.ends_with("{}");
    let is_known = |value: &&str| calls(value).is_some() || (is_literal(value) || is_empty_map(value)) && !value.contains('(');
    is_plain && !name.is_empty() && arguments(value).iter().all(is_known)
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

/// Why nothing can come of a statement, if nothing can: its line, its text and what is said of it. `body` is the text of the whole test.
pub(super) fn told(statement: Node<'_>, body: &str, source: &str) -> Option<(usize, String, String)> {
    unasked(statement, source)
        .or_else(|| never_runs(statement, body, source))
        .or_else(|| gives_up_instead(statement, source))
        .or_else(|| printed::only(statement, source))
}

/// A comparison, or a function of one, that stands as a statement.
fn unasked(statement: Node<'_>, source: &str) -> Option<(usize, String, String)> {
    let inner = children(statement);
    let words = flat(statement, source);
    let asked = match (statement.kind(), inner.as_slice()) {
        ("expression_statement" | "return_statement", [only]) => *only,
        ("let_declaration", [only]) if field(statement, "pattern", source) == "_" => *only,
        _ => return None,
    };
    let compares =
        matches!(asked.kind(), "comparison_operator" | "binary_expression") && comparison(&flat(asked, source)).is_some();
    let of_one = asked.kind() == "lambda" && comparison(field(asked, "body", source)).is_some();
    (compares || of_one || asked.kind() == "not_operator").then(|| {
        (
            line(statement),
            words.clone(),
            format!("nothing asks what `{words}` comes to"),
        )
    })
}

/// An `if` that leaves the test, or skips it, where it ought to fail.
fn gives_up_instead(statement: Node<'_>, source: &str) -> Option<(usize, String, String)> {
    const SKIPS: [&str; 8] = [
        "t.Skip",
        "pytest.skip(",
        "self.skipTest(",
        "t.skip(",
        "this.skip(",
        "ctx.skip(",
        "context.skip(",
        "return",
    ];
    let inner = match statement.kind() {
        "expression_statement" => statement.named_child(0)?,
        _ => statement,
    };
    if !matches!(inner.kind(), "if_statement" | "if_expression") || inner.child_by_field_name("alternative").is_some() {
        return None;
    }
    let depends = condition(inner, source);
    let words = flat(statement, source);
    let is_asked = comparison(depends.rsplit(';').next().unwrap_or(&depends)).is_some();
    let behind = flat(inner.child_by_field_name("consequence")?, source);
    let leaves = SKIPS
        .iter()
        .any(|skip| behind.trim_start_matches(['{', ' ']).starts_with(skip));
    let machine = is_excused(&depends) || is_of_machine(&depends);
    (is_asked && leaves && !machine).then(|| {
        let how = format!("where `{depends}` it leaves, and does not fail");
        (line(statement), words, how)
    })
}

/// Says whether a condition asks how the machine is set up.
fn is_of_machine(condition: &str) -> bool {
    [
        "environ",
        "getenv",
        "Getenv",
        "LookupEnv",
        "process.env",
        "Deno.env",
        "import.meta.env",
        "env::var",
        "option_env!",
    ]
    .iter()
    .any(|word| condition.contains(word))
}

/// The condition on the machine without which a test checks nothing, where it has one.
pub(super) fn only_sometimes(test: &Test) -> Option<&str> {
    let depends = |statement: &'_ String| {
        let head = statement.split_once(['{', ':']).map_or(statement.as_str(), |(head, _)| head);
        let is_path = statement.starts_with("if std::") || statement.starts_with("if env::");
        let head = if is_path {
            statement.split_once(" {").map_or(head, |(head, _)| head)
        } else {
            head
        };
        statement.starts_with("if ") && is_of_machine(head) && !words(statement).any(|word| matches!(word, "else" | "elif"))
    };
    let (behind, rest): (Vec<&String>, Vec<&String>) = test.statements.iter().partition(|statement| depends(statement));
    let is_behind = |check: &Check| behind.iter().any(|statement| statement.contains(&check.text));
    let is_idle = rest
        .iter()
        .all(|statement| calls(statement).is_some() || is_moot(test, statement));
    let all = is_idle && test.real_checks().count() > 0 && test.real_checks().all(is_behind);
    let first = behind.first().filter(|_| all)?;
    Some(first.split_once(" {").map_or_else(
        || first.split_once(": ").map_or(first.as_str(), |(head, _)| head),
        |(head, _)| head,
    ))
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
    if is_if && !has_else && (holds_never(&condition(inner, source)) || settled(inner, source) == Some(false)) {
        let how = format!("what is behind `if {}` never runs", condition(inner, source));
        return Some((line(statement), words, how));
    }
    (!is_if && is_dead(inner, body, source)).then(|| {
        let head: String = words.chars().take(SHOWN).collect();
        let head = head.split(['{', ':']).next().unwrap_or(&head).trim();
        let how = if is_left_behind(inner, body, source) {
            format!("nothing waits for what is in `{head}`")
        } else {
            format!("what is in `{head}` never runs")
        };
        (line(statement), words, how)
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
