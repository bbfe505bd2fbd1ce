//! Tests of Go: functions named `TestXxx`, `FuzzXxx` and `ExampleXxx`, and the subtests that they name.

use super::expr::{condition, holds_never, pair};
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, flat, line, text, visit};
use tree_sitter::Node;

pub(super) fn read(root: Node<'_>, source: &str, suite: &mut Suite) {
    let never = source
        .lines()
        .take_while(|line| !line.starts_with("package "))
        .any(|line| matches!(line.trim(), "//go:build ignore" | "// +build ignore"));
    for item in children(root) {
        let name = field(item, "name", source);
        let is_test = ["Test", "Fuzz", "Example"].iter().any(|prefix| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_lowercase()))
        });
        if let (true, "function_declaration", Some(body)) = (is_test, item.kind(), item.child_by_field_name("body")) {
            let first = suite.tests.len();
            collect(vec![name.to_owned()], line(item), body, source, suite);
            for test in suite.tests.iter_mut().skip(first).filter(|_| never) {
                test.off.push("//go:build ignore".to_owned());
            }
        }
    }
}

/// Reads a test and the subtests in it.
fn collect(path: Vec<String>, at: usize, body: Node<'_>, source: &str, suite: &mut Suite) {
    let mut waiting = vec![(path, at, body)];
    while let Some((path, at, body)) = waiting.pop() {
        let mut test = Test {
            line: at,
            ..Test::default()
        };
        for statement in statements(body) {
            let words = flat(statement, source);
            if let Some(call) = ["t.Skip(", "t.Skipf(", "t.SkipNow("]
                .iter()
                .find(|call| words.starts_with(**call))
            {
                test.off.push(call.trim_end_matches('(').to_owned());
                break;
            }
            if statement.kind() == "return_statement" {
                break;
            }
            test.statements.push(words);
            visit(statement, |node| {
                if let Some((name, inner)) = subtest(node, source) {
                    waiting.push(([path.clone(), vec![name]].concat(), line(node), inner));
                    return false;
                }
                test.checks.extend(check(node, source));
                if node.kind() == "literal_value" && node.parent().is_some_and(|parent| parent.kind() == "composite_literal") {
                    test.cases.extend(rows(node, source));
                }
                true
            });
        }
        test.path = path;
        suite.tests.push(test);
    }
    suite.tests.sort_by_key(|test| test.line);
}

fn statements(body: Node<'_>) -> Vec<Node<'_>> {
    let inner = children(body);
    match inner.as_slice() {
        // Newer grammars keep a block's statements in a list of their own.
        [list] if list.kind() == "statement_list" => children(*list),
        _ => inner,
    }
}

/// The rows of a table: the elements of a literal that are literals themselves.
fn rows(table: Node<'_>, source: &str) -> Vec<String> {
    children(table)
        .into_iter()
        .filter(|element| matches!(element.kind(), "literal_element" | "keyed_element") && text(*element, source).contains('{'))
        .map(|element| flat(element, source))
        .collect()
}

/// `t.Run("name", func(t *testing.T) { … })` with a name that is written out.
fn subtest<'t>(node: Node<'t>, source: &str) -> Option<(String, Node<'t>)> {
    if node.kind() != "call_expression" || field(node, "function", source) != "t.Run" {
        return None;
    }
    let arguments = children(node.child_by_field_name("arguments")?);
    let name = arguments.first().filter(|name| name.kind().ends_with("string_literal"))?;
    let body = arguments.get(1)?.child_by_field_name("body")?;
    Some((text(*name, source).trim_matches(['"', '`']).to_owned(), body))
}

fn check(node: Node<'_>, source: &str) -> Option<Check> {
    if node.kind() != "call_expression" {
        return None;
    }
    let (object, name) = field(node, "function", source).rsplit_once('.')?;
    let (at, whole) = (line(node), flat(node, source));
    let fails = matches!(name, "Error" | "Errorf" | "Fatal" | "Fatalf" | "Fail" | "FailNow");
    if fails && matches!(object, "t" | "b" | "tb" | "f") {
        let condition_of = guarding(node);
        let guard = condition_of.map(|guard| flat(guard, source)).unwrap_or_default();
        return Some(Check {
            always: holds_never(&guard),
            ..condition(at, if guard.is_empty() { whole } else { format!("if {guard}") }, &guard)
        });
    }
    if !matches!(object, "assert" | "require") {
        return None;
    }
    let arguments: Vec<String> = children(node.child_by_field_name("arguments")?)
        .into_iter()
        .map(|argument| flat(argument, source))
        .collect();
    Some(match (name, arguments.as_slice()) {
        ("True" | "Truef", [_, what, ..]) => condition(at, whole, what),
        ("NoError" | "Error" | "Nil" | "NotNil" | "Empty" | "NotEmpty" | "False", [_, what, ..]) => Check {
            line: at,
            text: whole,
            subject: what.clone(),
            expected: name.to_owned(),
            always: matches!((name, what.as_str()), ("Nil" | "NoError", "nil") | ("False", "false")),
        },
        (_, [_, one, other, ..]) => pair(at, whole, name, one, other),
        (_, all) => Check {
            line: at,
            text: whole,
            subject: name.to_owned(),
            expected: all.join(", "),
            always: false,
        },
    })
}

/// The condition of the nearest `if` around a node whose body the node stands in.
fn guarding(node: Node<'_>) -> Option<Node<'_>> {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if parent.kind() == "if_statement" {
            return parent.child_by_field_name("condition");
        }
        if matches!(parent.kind(), "function_declaration" | "func_literal") {
            return None;
        }
        at = parent;
    }
    None
}
