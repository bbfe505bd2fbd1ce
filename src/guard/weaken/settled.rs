//! Checks whose outcome the test itself has settled: the program has no say in them.
//!
//! Owns names that a test gives to written values, mocks that stand for what is called, and comparisons of a call with itself. Does
//! not own what holds by its own text (`expr`). Invariant: a name that is used for anything but being checked settles nothing.

use super::expr::{condition, is_equality, is_literal};
use super::live::{condition as condition_of, words};
use super::suite::{Check, Test};
use super::tree::{children, field, flat, visit};
use tree_sitter::Node;

/// Words in the name of a test that is about two calls giving the same: then comparing a call with itself is the test.
const SAMENESS: [&str; 20] = [
    "determ",
    "idem",
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

/// Says whether a check is the first thing behind an `if` that asks the same, and nothing is done where it does not hold.
pub(super) fn is_asked_first(node: Node<'_>, check: &Check, source: &str) -> bool {
    let mut at = node;
    while let Some(above) = at.parent() {
        if matches!(above.kind(), "if_statement" | "if_expression") {
            let is_behind = above
                .child_by_field_name("consequence")
                .is_some_and(|behind| behind.id() == at.id());
            let asked = condition(0, String::new(), &condition_of(above, source));
            let is_same = asked.expected == check.expected
                || asked.expected.starts_with("==") && equal_to(&asked).is_some() && equal_to(&asked) == equal_to(check);
            return is_behind
                && above.child_by_field_name("alternative").is_none()
                && bare(&asked.subject) == bare(&check.subject)
                && is_same;
        }
        let is_step = matches!(above.kind(), "block" | "statement_block" | "expression_statement");
        if !is_step || at.prev_named_sibling().is_some() {
            return false;
        }
        at = above;
    }
    false
}

/// Says whether a check of Python wants its subject to be equal to what is equal to everything.
pub(super) fn is_of_any(check: &Check, source: &str) -> bool {
    let imported = source
        .lines()
        .any(|line| line.contains("mock import") && words(line).any(|word| word == "ANY"));
    let is_any = |text: &str| matches!(text, "mock.ANY" | "unittest.mock.ANY") || text == "ANY" && imported;
    equal_to(check).is_some_and(|value| is_any(value) || is_any(bare(&check.subject)))
}

/// The functions that a test puts others in the place of, which hand back a written value: `m.f = () => 2`, `m.f = lambda x: 2`,
/// `monkeypatch.setattr(m, "f", lambda x: 2)`, `jest.spyOn(m, "f").mockReturnValue(2)`. What is put back is none.
pub(super) fn put_in_place(statement: Node<'_>, body: &str, source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    visit(statement, |node| {
        found.extend(put(node, source));
        true
    });
    let is_put_back = ["undo(", "estore", "Reset"].iter().any(|word| body.contains(word));
    found.retain(|(name, _)| !is_put_back && body.matches(&format!("{name} = ")).count() < 2);
    found
}

fn put(node: Node<'_>, source: &str) -> Option<(String, String)> {
    let named = |name: &Node<'_>| flat(*name, source).trim_matches(['"', '\'']).to_owned();
    match node.kind() {
        "assignment" | "assignment_expression" => {
            let left = field(node, "left", source);
            let value = written_result(node.child_by_field_name("right")?, source)?;
            left.contains('.').then(|| (left.to_owned(), value))
        }
        "call" if field(node, "function", source) == "monkeypatch.setattr" => match given(node)?.as_slice() {
            [object, name, made, ..] if made.kind() == "lambda" => Some((
                format!("{}.{}", flat(*object, source), named(name)),
                written_result(*made, source)?,
            )),
            [name, made] => Some((named(name), written_result(*made, source)?)),
            _ => None,
        },
        "call_expression" => {
            let function = node.child_by_field_name("function")?;
            let spied = function.child_by_field_name("object")?;
            let hands_back = matches!(field(function, "property", source), "mockReturnValue" | "returns");
            let spies = matches!(field(spied, "function", source), "jest.spyOn" | "vi.spyOn" | "sinon.stub");
            let value = flat(*given(node)?.first()?, source);
            match given(spied)?.as_slice() {
                [object, name] if hands_back && spies && is_literal(&value) => {
                    Some((format!("{}.{}", flat(*object, source), named(name)), value))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// What a call is given.
fn given(call: Node<'_>) -> Option<Vec<Node<'_>>> {
    call.child_by_field_name("arguments").map(children)
}

/// The written value that a function hands back, where that is all it does.
fn written_result(function: Node<'_>, source: &str) -> Option<String> {
    let body = function.child_by_field_name("body")?;
    let is_function = matches!(function.kind(), "lambda" | "arrow_function" | "function_expression");
    let words = flat(body, source);
    let value = match body.kind() {
        "statement_block" => words
            .strip_prefix("{ return ")?
            .strip_suffix('}')?
            .trim_end_matches([' ', ';']),
        _ => words.as_str(),
    };
    (is_function && is_literal(value) && !value.contains(['(', ';'])).then(|| value.to_owned())
}

/// Says whether all that a test checks is that a call gives twice the same, where its name speaks of something else.
pub(super) fn only_repeats(test: &Test) -> Option<&Check> {
    let calls = calls_by_name(test);
    let repeats = |check: &Check| {
        let value = equal_to(check).or_else(|| must_not_differ(check));
        let subject = bare(&check.subject);
        value.is_some_and(|value| {
            let is_same_call = value == subject && value.contains('(');
            is_same_call || !check.expected.starts_with("is ") && is_twice(subject, value, &calls)
        })
    };
    let name = format!("{} {}", test.name(), test.about).to_lowercase();
    let is_said = SAMENESS.iter().any(|word| name.contains(word)) || words(&name).any(|word| word == "det");
    let first = test.real_checks().next()?;
    (test.real_checks().all(repeats) && !is_said).then_some(first)
}

/// The calls whose outcome a test gives a name once, where it does nothing else but check.
fn calls_by_name(test: &Test) -> Vec<(String, String)> {
    let all: Vec<(String, String)> = test.statements.iter().filter_map(|statement| bound(statement)).collect();
    let is_once = |(name, _): &(String, String)| all.iter().filter(|(other, _)| other == name).count() == 1;
    let is_check = |statement: &String| test.checks.iter().any(|check| statement.contains(&check.text));
    let is_all = test
        .statements
        .iter()
        .all(|statement| bound(statement).is_some() || is_check(statement));
    if is_all && all.iter().all(is_once) { all } else { Vec::new() }
}

/// Says whether two values are one call, by a name or as it stands.
fn is_twice(one: &str, other: &str, calls: &[(String, String)]) -> bool {
    let call = |text: &str| {
        let plain = text.trim_matches('"').trim_start_matches('$').trim_matches(['{', '}']);
        let known = calls.iter().find(|(name, _)| name == plain);
        known.map_or_else(
            || text.trim_matches('"').to_owned(),
            |(_, value)| value.trim_matches('"').to_owned(),
        )
    };
    let (first, second) = (call(one), call(other));
    one != other && first == second && first.contains('(')
}

/// A function of the test's own that hands back a written value, where nothing but that is checked.
pub(super) fn stand_in(test: &Test) -> Option<&String> {
    test.faked.iter().find(|fake| {
        let Some((name, value)) = bound(fake) else { return false };
        let is_called = |check: &Check| {
            let subject = check.subject.trim_start_matches('(');
            let subject = subject.strip_prefix("await ").unwrap_or(subject);
            subject.strip_prefix(&name).is_some_and(|rest| rest.starts_with('('))
        };
        // It may be told later what to do.
        let told = format!("{name}.");
        let is_told = |statement: &&String| {
            let rest = statement.strip_prefix(&told);
            rest.is_some_and(|rest| !rest.strip_prefix("return_value = ").is_some_and(is_fixed))
        };
        gives_written(&value)
            && !test.statements.iter().any(|statement| is_told(&statement))
            && test.real_checks().count() > 0
            && test.real_checks().all(is_called)
    })
}

/// Says whether a function that is made on the spot hands back nothing but what is written in it.
fn gives_written(function: &str) -> bool {
    let function = function.trim_end_matches(';');
    let written = |value: &str| is_literal(value) && !value.contains('(');
    if let Some(lambda) = function.strip_prefix("lambda") {
        return lambda.split_once(':').is_some_and(|(_, value)| written(value));
    }
    let Some((maker, rest)) = function.split_once('(') else {
        return false;
    };
    let within = rest.strip_suffix(')').unwrap_or(rest);
    match maker.rsplit('.').next().unwrap_or(maker) {
        "Mock" | "MagicMock" => within.is_empty() || within.strip_prefix("return_value=").is_some_and(written),
        "fn" | "stub" => {
            let told = [
                "() => ",
                ").mockReturnValue(",
                ").mockResolvedValue(",
                ").returns(",
                ").resolves(",
            ];
            told.iter().find_map(|told| within.strip_prefix(told)).is_some_and(written)
        }
        _ => false,
    }
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
        .filter_map(|statement| bound(statement).filter(|(_, value)| is_fixed(value)))
        .filter(alone)
        .collect()
}

fn uses(text: &str, name: &str) -> usize {
    words(text).filter(|word| *word == name).count()
}

/// A statement that gives a value a name, in any of the languages.
pub(super) fn bound(statement: &str) -> Option<(String, String)> {
    let statement = statement.trim_end_matches(';');
    let of_shell = || {
        let (name, value) = statement.split_once('=')?;
        (value.starts_with(['$', '"']) && !name.contains(' ')).then_some((name, value))
    };
    let (left, right) = statement
        .split_once(" := ")
        .or_else(|| statement.split_once(" = "))
        .or_else(of_shell)?;
    let left = ["let ", "const ", "var "]
        .iter()
        .find_map(|word| left.strip_prefix(word))
        .unwrap_or(left);
    let name = left.split(':').next().unwrap_or(left).trim();
    let plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then(|| (name.to_owned(), right.trim().to_owned()))
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
