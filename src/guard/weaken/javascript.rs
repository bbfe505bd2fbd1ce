//! Tests of JavaScript and TypeScript: calls of `it` and `test` as jest, vitest, mocha, node:test, tap and ava know them.

use super::expectation::{assertion, dropped, expectation, unasked};
use super::live::{ends, faked, is_dead, leaves, rows as rows_of_loop};
use super::moot;
use super::settled;
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, flat, holds, line, text, visit};
use tree_sitter::Node;

/// Where a search goes on: inside a group, with what was said of it.
struct Scope<'t> {
    node: Node<'t>,
    path: Vec<String>,
    off: Vec<String>,
    only: Vec<String>,
}

/// A call that makes a test or a group.
struct Maker<'t> {
    group: bool,
    name: String,
    off: Vec<String>,
    only: Vec<String>,
    cases: Vec<String>,
    body: Option<Node<'t>>,
}

pub(super) fn read(root: Node<'_>, source: &str, suite: &mut Suite) {
    let mut waiting = vec![Scope {
        node: root,
        path: Vec::new(),
        off: Vec::new(),
        only: Vec::new(),
    }];
    while let Some(scope) = waiting.pop() {
        visit(scope.node, |node| {
            let Some(maker) = maker(node, source) else { return true };
            let path = [scope.path.clone(), vec![maker.name]].concat();
            let off = [scope.off.clone(), maker.off].concat();
            let only = [scope.only.clone(), maker.only].concat();
            if maker.group {
                waiting.extend(maker.body.map(|node| Scope { node, path, off, only }));
            } else {
                let mut test = maker.body.map(|body| test(body, source)).unwrap_or_default();
                (test.path, test.line) = (path, line(node));
                test.cases = maker.cases;
                test.off.extend(off);
                test.only = only;
                suite.tests.push(test);
            }
            false
        });
    }
    visit(root, |node| {
        if node.kind() == "function_declaration"
            && let Some(body) = node.child_by_field_name("body")
        {
            let mut helper = test(body, source);
            (helper.path, helper.line) = (vec![field(node, "name", source).to_owned()], line(node));
            suite.helpers.push(helper);
        }
        true
    });
    suite.tests.sort_by_key(|test| test.line);
    super::suite::call_helpers(suite);
}

fn maker<'t>(node: Node<'t>, source: &str) -> Option<Maker<'t>> {
    if node.kind() != "call_expression" {
        return None;
    }
    let (mut callee, mut cases) = (node.child_by_field_name("function")?, Vec::new());
    let mut argument = "";
    if callee.kind() == "call_expression" {
        // it.each(table)(name, body)
        let table = callee.child_by_field_name("arguments")?;
        callee = callee.child_by_field_name("function")?;
        cases = rows(table, source);
        argument = text(table, source).trim_matches(['(', ')']);
    }
    let words: Vec<&str> = text(callee, source).split('.').map(str::trim).collect();
    let (base, modifiers) = words.split_first()?;
    let (group, crossed, focused) = match *base {
        "it" | "test" | "specify" => (false, false, false),
        "describe" | "context" | "suite" => (true, false, false),
        "xit" | "xtest" | "xspecify" => (false, true, false),
        "xdescribe" | "xcontext" => (true, true, false),
        "fit" | "ftest" => (false, false, true),
        "fdescribe" | "fcontext" => (true, false, true),
        _ => return None,
    };
    let known = [
        "skip",
        "only",
        "todo",
        "fails",
        "failing",
        "each",
        "concurrent",
        "sequential",
        "serial",
        "describe",
        "skipIf",
        "runIf",
    ];
    if !modifiers.iter().all(|modifier| known.contains(modifier)) {
        return None;
    }
    let group = group || modifiers.contains(&"describe");
    let arguments = children(node.child_by_field_name("arguments")?);
    let name = arguments
        .first()
        .filter(|first| matches!(first.kind(), "string" | "template_string"))?;
    let name = text(*name, source).trim_matches(['"', '\'', '`']).to_owned();
    let body = arguments
        .iter()
        .find(|argument| matches!(argument.kind(), "arrow_function" | "function_expression" | "function"));
    let options = arguments
        .iter()
        .filter(|argument| argument.kind() == "object")
        .flat_map(|object| children(*object));
    let mut off: Vec<String> = modifiers
        .iter()
        .filter(|modifier| matches!(**modifier, "skip" | "todo" | "fails" | "failing"))
        .map(|modifier| format!(".{modifier}"))
        .collect();
    let decided = [("skipIf", "true"), ("runIf", "false")];
    let never = |(name, value): &&(&str, &str)| modifiers.contains(name) && argument == *value;
    off.extend(decided.iter().find(never).map(|(name, value)| format!(".{name}({value})")));
    off.extend(crossed.then(|| (*base).to_owned()));
    let mut only: Vec<String> = modifiers
        .iter()
        .filter(|modifier| **modifier == "only")
        .map(|_| ".only".to_owned())
        .collect();
    only.extend(focused.then(|| (*base).to_owned()));
    for option in options {
        let (key, value) = (field(option, "key", source), field(option, "value", source));
        match key {
            "skip" | "todo" if value == "true" || value.starts_with(['"', '\'', '`']) => off.push(format!("{{ {key} }}")),
            "only" if value == "true" => only.push("{ only }".to_owned()),
            _ => {}
        }
    }
    if body.is_none() && !group && !off.iter().any(|mark| mark == ".todo") {
        off.push("no body".to_owned());
    }
    Some(Maker {
        group,
        name,
        off,
        only,
        cases,
        body: body.and_then(|function| function.child_by_field_name("body")),
    })
}

fn rows(table: Node<'_>, source: &str) -> Vec<String> {
    let array = children(table).into_iter().map(bare).find(|child| child.kind() == "array");
    array
        .map(|array| children(array).into_iter().map(|row| flat(row, source)).collect())
        .unwrap_or_default()
}

/// The value of `(value as const)` and `value satisfies Rows`: a type says nothing of what is checked.
fn bare(mut node: Node<'_>) -> Node<'_> {
    while matches!(
        node.kind(),
        "as_expression" | "satisfies_expression" | "parenthesized_expression"
    ) {
        let Some(inner) = node.named_child(0) else { break };
        node = inner;
    }
    node
}

fn test(body: Node<'_>, source: &str) -> Test {
    let mut test = Test {
        // What is handed back may be waited for, and fail.
        only_calls: body.kind() == "statement_block",
        ..Test::default()
    };
    let whole = text(body, source);
    let statements = if body.kind() == "statement_block" {
        children(body)
    } else {
        vec![body]
    };
    for statement in statements {
        let words = flat(statement, source);
        let skips = ["t.skip(", "this.skip(", "ctx.skip(", "context.skip(", "t.todo("];
        if let Some(skip) = skips.iter().find(|skip| words.starts_with(**skip)) {
            test.off.push(skip.trim_end_matches('(').to_owned());
            break;
        }
        if statement.kind() == "return_statement" && !holds(statement, |node| check(node, source).is_some()) {
            break;
        }
        if statement.kind() == "empty_statement" || words == "undefined" {
            continue;
        }
        if words.starts_with("console.") || words.starts_with("expect.assertions(0") {
            continue;
        }
        if ends(statement, source) {
            break;
        }
        test.off.extend(leaves(statement, source));
        test.faked.extend(faked(statement, whole, source));
        if let Some((before, after)) = words.split_once(".catch(") {
            let drops = ["() => undefined", "() => null", "console."];
            let is_head = |c: char| c.is_alphanumeric() || matches!(c, '_' | '(' | ')' | '=' | '>' | ' ');
            let is_empty = after.trim_start_matches(is_head).starts_with("{}");
            test.swallows += usize::from(
                (before.contains("expect(") || before.contains("assert"))
                    && !is_handed_to_check(before)
                    && (is_empty || drops.iter().any(|drop| after.starts_with(drop))),
            );
        }
        test.statements.push(words);
        test.replaced.extend(settled::put_in_place(statement, whole, source));
        test.moot.extend(moot::told(statement, whole, source));
        if statement.id() == body.id() {
            test.checks.extend(unasked(statement, source));
        }
        visit(statement, |node| {
            if is_dead(node, whole, source) {
                return false;
            }
            test.cases.extend(rows_of_loop(node, source));
            if node.kind() == "try_statement" {
                test.swallows += usize::from(swallows(node, source));
            }
            let asked = || unasked(node.named_child(0)?, source);
            let check = match node.kind() {
                "expression_statement" => asked(),
                "variable_declarator" => dropped(node, whole, source),
                _ => check(node, source).map(|check| Check {
                    always: check.always || settled::is_asked_first(node, &check, source),
                    ..check
                }),
            };
            let found = check.is_some();
            test.checks.extend(check);
            !found
        });
    }
    test
}

/// Says whether what a text ends in is handed to a check that is still open: `assert.equal(await p()`.
fn is_handed_to_check(before: &str) -> bool {
    let mut closed = 0;
    for (at, c) in before.char_indices().rev() {
        match c {
            ')' => closed += 1,
            '(' if closed > 0 => closed -= 1,
            '(' => {
                let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
                let outer = before.get(..at).unwrap_or_default();
                let callee = outer.get(outer.trim_end_matches(part).len()..).unwrap_or_default();
                return callee.starts_with("assert") || callee == "expect";
            }
            _ => {}
        }
    }
    false
}

fn swallows(node: Node<'_>, source: &str) -> bool {
    let checks = node
        .child_by_field_name("body")
        .is_some_and(|body| holds(body, |node| check(node, source).is_some()));
    let dropped = node
        .child_by_field_name("handler")
        .and_then(|handler| handler.child_by_field_name("body"));
    let tells = |body: Node<'_>| children(body).iter().any(|node| !text(*node, source).starts_with("console."));
    checks && dropped.is_some_and(|body| !tells(body))
}

/// A check is the outermost node of a chain that begins with `expect(…)`, or a call of an assertion.
fn check(node: Node<'_>, source: &str) -> Option<Check> {
    match node.kind() {
        "await_expression" | "expression_statement" => None,
        "call_expression" | "member_expression" => expectation(node, source).or_else(|| assertion(node, source)),
        _ => None,
    }
}
