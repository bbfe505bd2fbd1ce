//! Tests of Go: functions named `TestXxx`, `FuzzXxx` and `ExampleXxx`, and the subtests that they name.

use super::expr::{condition, holds_never, pair};
use super::live::{condition as condition_of_if, ends, is_dead, is_excused, leaves};
use super::moot;
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, flat, line, text, texts, visit};
use tree_sitter::Node;

pub(super) fn read(root: Node<'_>, source: &str, suite: &mut Suite) {
    let never = source
        .lines()
        .take_while(|line| !line.starts_with("package "))
        .filter_map(|line| {
            line.trim()
                .strip_prefix("//go:build ")
                .or_else(|| line.trim().strip_prefix("// +build "))
        })
        .find(|tags| !super::live::words(tags).all(is_a_system));
    for item in children(root) {
        let name = field(item, "name", source);
        let is_test = ["Test", "Fuzz", "Example"].iter().any(|prefix| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_lowercase()))
        });
        if let (true, "function_declaration", Some(body)) = (is_test, item.kind(), item.child_by_field_name("body")) {
            let printed = printed(body, source);
            if name.starts_with("Example") && printed.is_none() {
                continue;
            }
            let first = suite.tests.len();
            let drops = name == "TestMain" && drops_result(body, source);
            collect(vec![name.to_owned()], line(item), body, source, suite);
            if let (Some(test), Some(printed)) = (suite.tests.get_mut(first), printed.filter(|_| name.starts_with("Example"))) {
                test.statements.push(printed.text.clone());
                test.checks.push(printed);
            }
            if let Some(test) = suite.tests.get_mut(first).filter(|_| drops) {
                test.blunt
                    .push("it ends all tests of the package well, whatever `m.Run()` says".to_owned());
            }
            for test in suite.tests.iter_mut().skip(first) {
                test.off.extend(never.map(|tags| format!("//go:build {tags}")));
            }
        } else if let ("function_declaration", Some(body)) = (item.kind(), item.child_by_field_name("body")) {
            let mut helper = Suite::default();
            collect(vec![name.to_owned()], line(item), body, source, &mut helper);
            suite.helpers.extend(helper.tests);
        }
    }
}

/// Says whether a `TestMain` ends well for certain: it exits with 0 at its end, and nothing that it does before can end it otherwise.
fn drops_result(body: Node<'_>, source: &str) -> bool {
    let (mut exits, mut others) = (Vec::new(), false);
    visit(body, |node| {
        if node.kind() == "call_expression" {
            let words = flat(node, source);
            match field(node, "function", source) {
                "os.Exit" => exits.push(words),
                "panic" | "syscall.Exit" => others = true,
                callee => others = others || callee.contains("Fatal") || callee.contains("Panic"),
            }
        }
        true
    });
    let at_the_end = statements(body)
        .iter()
        .any(|statement| flat(*statement, source) == "os.Exit(0)");
    at_the_end && !others && exits.iter().all(|exit| exit == "os.Exit(0)")
}

/// Says whether a build tag names a machine, which somebody has.
fn is_a_system(tag: &str) -> bool {
    const SYSTEMS: [&str; 14] = [
        "linux", "darwin", "windows", "unix", "freebsd", "amd64", "arm64", "386", "arm", "cgo", "race", "wasm", "js", "go1",
    ];
    SYSTEMS.contains(&tag) || tag.chars().all(|c| c.is_ascii_digit())
}

/// Reads a test and the subtests in it.
fn collect(path: Vec<String>, at: usize, body: Node<'_>, source: &str, suite: &mut Suite) {
    let mut waiting = vec![(path, at, body)];
    while let Some((path, at, body)) = waiting.pop() {
        let mut test = Test {
            line: at,
            only_calls: true,
            ..Test::default()
        };
        let whole = text(body, source);
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
            if words.starts_with("fmt.Print") || words.starts_with("t.Log") {
                continue;
            }
            if ends(statement, source) {
                break;
            }
            test.off.extend(leaves(statement, source));
            if statement.kind() == "if_statement" && words.contains("t.Skip") {
                let condition = condition_of_if(statement, source);
                test.off
                    .extend((!is_excused(&condition)).then(|| format!("t.Skip if {condition}")));
            }
            test.swallows += usize::from(statement.kind() == "defer_statement" && drops(&words));
            test.moot.extend(moot::told(statement, whole, source));
            test.statements.push(words);
            visit(statement, |node| {
                if is_dead(node, whole, source) {
                    return false;
                }
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
    super::suite::call_helpers(suite);
}

/// Says whether a deferred function recovers from a panic and does nothing about it but talk.
fn drops(deferred: &str) -> bool {
    let Some((before, after)) = deferred.split_once("recover()") else {
        return false;
    };
    let rest = format!("{} {}", before.replace("func()", ""), after.replace("}()", ""));
    let calls = rest.matches('(').count();
    let talk: usize = ["t.Log", "fmt.Print", "log.Print"]
        .iter()
        .map(|word| rest.matches(word).count())
        .sum();
    calls <= talk && !rest.contains(" = nil")
}

/// What an example must print, from the comment that ends it; without one it is built and not run.
fn printed(body: Node<'_>, source: &str) -> Option<Check> {
    let mut comments = Vec::new();
    visit(body, |node| {
        comments.extend((node.kind() == "comment").then_some(node));
        true
    });
    let claims = |comment: &Node<'_>| {
        let words = text(*comment, source).trim_start_matches(['/', '*', ' ']).to_lowercase();
        words.starts_with("output:") || words.starts_with("unordered output:")
    };
    let first = comments.iter().position(claims)?;
    let all: Vec<&str> = comments.iter().skip(first).map(|comment| text(*comment, source)).collect();
    Some(Check {
        line: line(*comments.get(first)?),
        text: all.join(" "),
        subject: "what is printed".to_owned(),
        expected: all.join("\n"),
        always: false,
    })
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
        (_, [_, one, other, rest @ ..]) => pair(at, whole, name, one, other, &texts(rest)),
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
