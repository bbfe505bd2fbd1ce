//! Tests of Python: functions and methods whose names begin with `test`, for pytest and unittest.

use super::expr::{condition, holds_always, pair};
use super::live::{ends, faked, is_dead, is_excused, leaves, mentions, rows};
use super::moot;
use super::own_failure;
use super::settled;
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, flat, holds, line, text, texts, visit};
use tree_sitter::Node;

pub(super) fn read(root: Node<'_>, source: &str, suite: &mut Suite) {
    let mut waiting = vec![(root, Vec::<String>::new(), Vec::<String>::new())];
    while let Some((scope, path, mut off)) = waiting.pop() {
        for item in children(scope) {
            off.extend(whole_scope(item, source));
        }
        for item in children(scope) {
            let decorators: Vec<Node<'_>> = children(item)
                .into_iter()
                .filter(|child| child.kind() == "decorator")
                .collect();
            let definition = item.child_by_field_name("definition").unwrap_or(item);
            let name = field(definition, "name", source).to_owned();
            let marks = decorators.iter().filter_map(|decorator| mark(&flat(*decorator, source)));
            let off: Vec<String> = off.iter().cloned().chain(marks).collect();
            let path = [path.clone(), vec![name.clone()]].concat();
            let body = definition.child_by_field_name("body");
            match (definition.kind(), body) {
                ("class_definition", Some(body)) => {
                    let bases = field(definition, "superclasses", source);
                    let collected = name.starts_with("Test") || bases.contains("Test");
                    let off = off
                        .into_iter()
                        .chain((!collected).then(|| "a name that is not collected".to_owned()))
                        .collect();
                    waiting.push((body, path, off));
                }
                ("function_definition", Some(body)) if name.starts_with("test") => {
                    let cases = decorators.iter().flat_map(|decorator| cases(*decorator, source)).collect();
                    let replaced = decorators
                        .iter()
                        .flat_map(|decorator| all_replaced(*decorator, source))
                        .collect();
                    suite.tests.push(test(
                        Test {
                            path,
                            line: line(definition),
                            off,
                            cases,
                            replaced,
                            ..Test::default()
                        },
                        body,
                        source,
                    ));
                }
                ("function_definition", Some(body)) => {
                    let line = line(definition);
                    let helper = test(
                        Test {
                            path,
                            line,
                            ..Test::default()
                        },
                        body,
                        source,
                    );
                    suite.helpers.push(helper);
                }
                _ => {}
            }
        }
    }
    suite.tests.sort_by_key(|test| test.line);
    super::suite::call_helpers(suite);
}

/// A statement that switches off everything beside it.
fn whole_scope(item: Node<'_>, source: &str) -> Option<String> {
    let flat = flat(item, source);
    let skips = flat.starts_with("pytest.importorskip(")
        || flat.starts_with("pytest.skip(")
        || flat.starts_with("raise unittest.SkipTest")
        || flat.starts_with("__test__ = False");
    let marked = flat.strip_prefix("pytestmark =").and_then(mark);
    (skips && item.kind() == "expression_statement" || flat.starts_with("raise unittest.SkipTest"))
        .then(|| flat.split('(').next().unwrap_or("").to_owned())
        .or(marked)
}

/// What a decorator says against the test being run, or against its failure. A condition that is not written out is a reason.
fn mark(decorator: &str) -> Option<String> {
    let name = decorator
        .trim_start_matches(['@', ' ', '['])
        .split(['(', ']'])
        .next()
        .unwrap_or("")
        .trim();
    let argument = decorator
        .split_once('(')
        .map_or("", |(_, rest)| rest)
        .split([',', ')'])
        .next()
        .unwrap_or("")
        .trim();
    let decided = matches!(argument, "True" | "1" | "\"True\"" | "1 == 1");
    match name.rsplit('.').next().unwrap_or("") {
        "skip" | "expectedFailure" => Some(name.to_owned()),
        "skipif" | "skipIf" if decided => Some(format!("{name}(True)")),
        "skipUnless" if matches!(argument, "False" | "0") => Some(format!("{name}(False)")),
        "xfail" if argument.is_empty() || argument.contains('=') && !argument.contains("==") || decided => Some(name.to_owned()),
        _ => None,
    }
}

/// The rows of a table that a decorator gives.
fn cases(decorator: Node<'_>, source: &str) -> Vec<String> {
    if !flat(decorator, source).contains("parametrize") {
        return Vec::new();
    }
    let mut rows = Vec::new();
    visit(decorator, |node| {
        let is_table =
            node.kind() == "list" || node.kind() == "tuple" && node.parent().is_some_and(|parent| parent.kind() == "argument_list");
        if is_table {
            // A row that is marked is no row.
            let run = |row: &String| !row.contains("marks=");
            rows.extend(children(node).into_iter().map(|row| flat(row, source)).filter(run));
        }
        !is_table
    });
    rows
}

fn test(mut test: Test, body: Node<'_>, source: &str) -> Test {
    test.only_calls = true;
    let whole = text(body, source);
    for statement in children(body) {
        let flat = flat(statement, source);
        let idle = statement.kind() == "pass_statement" || flat == "..." || is_text(statement);
        if idle {
            continue;
        }
        let skips = [
            "pytest.skip(",
            "pytest.xfail(",
            "self.skipTest(",
            "raise unittest.SkipTest",
            "raise SkipTest",
        ];
        if let Some(skip) = skips.iter().find(|skip| flat.starts_with(**skip)) {
            test.off.push(skip.trim_end_matches('(').to_owned());
            break;
        }
        // What is handed back was called before; pytest only warns.
        let hands_back = statement.kind() == "return_statement";
        if hands_back && !holds(statement, |node| node.kind() == "call") {
            break;
        }
        if flat.starts_with("print(") {
            continue;
        }
        if ends(statement, source) {
            break;
        }
        test.off.extend(leaves(statement, source));
        if statement.kind() == "if_statement" && mentions(statement, source, &["pytest.skip(", "skipTest("]) {
            let condition = field(statement, "condition", source);
            test.off
                .extend((!is_excused(condition)).then(|| format!("skip if {condition}")));
        }
        test.faked.extend(faked(statement, whole, source));
        test.moot.extend(moot::told(statement, whole, source));
        test.statements.push(flat);
        test.replaced.extend(all_replaced(statement, source));
        test.replaced.extend(settled::put_in_place(statement, whole, source));
        visit(statement, |node| {
            if is_dead(node, whole, source) {
                return false;
            }
            test.cases.extend(rows(node, source));
            match node.kind() {
                "with_statement"
                    if text(node, source)
                        .lines()
                        .next()
                        .is_some_and(|head| head.contains("suppress(")) =>
                {
                    test.swallows += usize::from(holds(node, |node| check(node, source).is_some()));
                }
                "assert_statement" | "call" => test.checks.extend(check(node, source).map(|check| Check {
                    always: check.always
                        || own_failure::is_asked_for(node, source)
                        || settled::is_of_any(&check, source)
                        || settled::is_asked_first(node, &check, source),
                    ..check
                })),
                "try_statement" => test.swallows += usize::from(swallows(node, source)),
                _ => {}
            }
            true
        });
        if hands_back {
            break;
        }
    }
    test
}

/// The functions that mocks stand for: `patch("calc.add", return_value=3)`, `patch.object(calc, "add", return_value=3)`.
fn all_replaced(node: Node<'_>, source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    visit(node, |node| {
        found.extend(replaced(node, source));
        true
    });
    found
}

fn replaced(node: Node<'_>, source: &str) -> Option<(String, String)> {
    let function = field(node, "function", source);
    let whole = function == "patch" || function.ends_with(".patch");
    let part = function == "patch.object" || function.ends_with(".patch.object");
    if node.kind() != "call" || !(whole || part) {
        return None;
    }
    let arguments = children(node.child_by_field_name("arguments")?);
    let words: Vec<String> = arguments.into_iter().map(|argument| flat(argument, source)).collect();
    let value = words.iter().find_map(|word| word.strip_prefix("return_value="))?;
    let name = match words.as_slice() {
        [object, name, ..] if part => format!("{object}.{}", name.trim_matches(['"', '\''])),
        [name, ..] if whole => name.trim_start_matches('f').trim_matches(['"', '\'']).to_owned(),
        _ => return None,
    };
    Some((name, value.trim().to_owned()))
}

fn is_text(statement: Node<'_>) -> bool {
    statement.kind() == "expression_statement" && children(statement).iter().all(|child| child.kind() == "string")
}

/// A `try` around a check whose failure is caught by a handler that does nothing.
fn swallows(node: Node<'_>, source: &str) -> bool {
    let checks = node
        .child_by_field_name("body")
        .is_some_and(|body| holds(body, |node| check(node, source).is_some()));
    checks
        && children(node).into_iter().any(|clause| {
            let catches = clause.kind() == "except_clause" && {
                let head = text(clause, source).split(':').next().unwrap_or("");
                let names = ["AssertionError", "Exception", "BaseException"];
                head.trim() == "except" || names.iter().any(|name| head.contains(name))
            };
            let tells = |node: Node<'_>| match node.kind() {
                "raise_statement" | "assert_statement" => true,
                "call" => !["print", "log", "warn"]
                    .iter()
                    .any(|word| field(node, "function", source).contains(word)),
                _ => false,
            };
            let leaves = clause.kind() == "finally_clause" && holds(clause, |node| node.kind() == "return_statement");
            leaves || catches && !holds(clause, tells)
        })
}

fn check(node: Node<'_>, source: &str) -> Option<Check> {
    let (at, whole) = (line(node), flat(node, source));
    if node.kind() == "assert_statement" {
        let what = *children(node).first()?;
        let words = flat(what, source);
        let always = match what.kind() {
            "tuple" => !children(what).is_empty(),
            "string" => words.len() > 2,
            "integer" => words != "0",
            _ => holds_always(&words),
        };
        return Some(Check {
            always,
            ..condition(at, whole, &words)
        });
    }
    if node.kind() != "call" {
        return None;
    }
    let function = field(node, "function", source);
    let name = function.rsplit('.').next().unwrap_or(function);
    if !(name.starts_with("assert") || function == "pytest.raises" || function == "self.fail") {
        return None;
    }
    let arguments: Vec<String> = node
        .child_by_field_name("arguments")
        .map(|list| children(list).into_iter().map(|argument| flat(argument, source)).collect())
        .unwrap_or_default();
    Some(match (name, arguments.as_slice()) {
        ("assertTrue" | "assert_" | "assertIsNotNone", [what, ..]) => condition(at, whole, what),
        ("assertFalse", [what, ..]) => Check {
            always: super::expr::holds_never(what),
            ..condition(at, whole, &format!("!{what}"))
        },
        (_, [one, other, rest @ ..]) if name != "raises" => pair(at, whole, name, one, other, &texts(rest)),
        (_, all) => Check {
            line: at,
            text: whole,
            subject: name.to_owned(),
            expected: all.join(", "),
            always: name == "assertRaises" && all == ["BaseException"] || own_failure::is_made(node, source),
        },
    })
}
