//! What of a test can run: code that never does checks nothing.
//!
//! Owns conditions that never hold, loops over nothing, functions that nobody calls, and the ways to leave a test early. The names of
//! nodes are those of all five grammars; they do not clash. Invariant: what is only sometimes left out counts as run.

use super::constant::{Names, truth};
use super::expr::{holds_always, holds_never};
use super::settled::bound;
use super::tree::{children, field, flat, holds, text};
use tree_sitter::Node;

/// Says whether a node, with all that is in it, never runs. `body` is the text of the whole test.
pub(super) fn is_dead(node: Node<'_>, body: &str, source: &str) -> bool {
    let unused = |name: &str| name == "_" || words(body).filter(|word| *word == name).count() < 2;
    let calls_nobody = |name: &str, value: Option<Node<'_>>| {
        let is_function = |kind: &str| {
            matches!(
                kind,
                "arrow_function" | "function_expression" | "closure_expression" | "func_literal" | "lambda"
            )
        };
        let value = value.map(|value| {
            if value.kind() == "expression_list" {
                value.named_child(0).unwrap_or(value)
            } else {
                value
            }
        });
        value.is_some_and(|value| is_function(value.kind())) && unused(name)
    };
    match node.kind() {
        "if_statement" | "if_expression" | "while_statement" | "while_expression" => {
            let condition = condition(node, source);
            // Go's checks are such conditions.
            let is_check = ["t.Error", "t.Fatal", "t.Fail"]
                .iter()
                .any(|fails| text(node, source).contains(fails));
            !is_check && (holds_never(&condition) || settled(node, source) == Some(false)) || condition == "cfg!(any())"
        }
        "for_statement" if node.child_by_field_name("variable").is_some() => {
            // The shell's, which has no list where there is nothing to go through.
            node.child_by_field_name("value").is_none() && text(node, source).contains(" in")
        }
        "for_statement" | "for_in_statement" | "for_expression" => {
            // Go has what it goes through in a clause.
            let clause = children(node).into_iter().find(|child| child.kind() == "range_clause");
            let through = ["right", "value"]
                .map(|name| field(clause.unwrap_or(node), name, source))
                .concat();
            let is_empty_literal = (through.starts_with("[]") || through.starts_with("map[")) && through.ends_with("{}");
            matches!(through.trim(), "[]" | "()" | "{}" | "range(0)")
                || through.starts_with("[] as")
                || clause.is_some() && is_empty_literal
                || is_empty_table(node, through.trim(), body, source)
        }
        "call_expression" => field(node, "function", source).starts_with("[].") || is_left_behind(node, body, source),
        "go_statement" => is_left_behind(node, body, source),
        "function_definition" | "function_declaration" | "function_item" => unused(field(node, "name", source)),
        "variable_declarator" => calls_nobody(field(node, "name", source), node.child_by_field_name("value")),
        "let_declaration" => calls_nobody(field(node, "pattern", source), node.child_by_field_name("value")),
        "assignment_statement" | "short_var_declaration" | "assignment" => {
            calls_nobody(field(node, "left", source), node.child_by_field_name("right"))
        }
        _ => false,
    }
}

/// Says whether a loop goes through a table that the test made empty, and does nothing else with.
fn is_empty_table(node: Node<'_>, through: &str, body: &str, source: &str) -> bool {
    let name = through
        .trim_start_matches("&")
        .trim_end_matches(".into_iter()")
        .trim_end_matches(".iter()");
    if name.is_empty() || words(name).next() != Some(name) || words(body).filter(|word| *word == name).count() != 2 {
        return false;
    }
    let is_empty = |value: &str| {
        let of_go = (value.starts_with("[]") || value.starts_with("map[")) && value.ends_with("{}");
        of_go
            || matches!(
                value,
                "[]" | "()" | "{}" | "vec![]" | "Vec::new()" | "new Map()" | "new Set()"
            )
    };
    let mut at = Some(node);
    while let Some(here) = at {
        let mut before = here.prev_named_sibling();
        while let Some(sibling) = before {
            if let Some((_, value)) = bound(&flat(sibling, source)).filter(|(known, _)| known == name) {
                return is_empty(&value);
            }
            before = sibling.prev_named_sibling();
        }
        at = here.parent();
    }
    false
}

/// Says whether a test is over before this has run, for nothing waits for it: `setTimeout(…).unref()`, and a goroutine at its end.
pub(super) fn is_left_behind(node: Node<'_>, body: &str, source: &str) -> bool {
    const WAITS: [&str; 8] = ["Wait", "<-", "Sleep", "select", "Lock", "Add(", "Gosched", "synctest"];
    if node.kind() == "call_expression" {
        let function = field(node, "function", source);
        return function.ends_with(").unref")
            && ["setTimeout(", "setInterval("]
                .iter()
                .any(|timer| function.starts_with(timer));
    }
    let mut at = node;
    while let Some(above) = at.parent() {
        if at.next_named_sibling().is_some() {
            return false;
        }
        if matches!(above.kind(), "function_declaration" | "func_literal") {
            break;
        }
        at = above;
    }
    node.kind() == "go_statement" && !WAITS.iter().any(|word| body.contains(word))
}

/// Whether the condition of a statement holds, where that is certain.
pub(super) fn settled(node: Node<'_>, source: &str) -> Option<bool> {
    truth(node.child_by_field_name("condition")?, source, &Names::default())
}

/// Says whether a statement leaves the test for certain: `if True: return`.
pub(super) fn ends(statement: Node<'_>, source: &str) -> bool {
    let inner = match statement.kind() {
        "expression_statement" => statement.named_child(0).unwrap_or(statement),
        _ => statement,
    };
    let holds = || settled(inner, source) == Some(true) || matches!(condition(inner, source).as_str(), "true" | ":");
    matches!(inner.kind(), "if_statement" | "if_expression") && leaves(statement, source).is_some() && holds()
}

/// Says under which condition a statement leaves the test before it has checked anything.
pub(super) fn leaves(statement: Node<'_>, source: &str) -> Option<String> {
    let inner = match statement.kind() {
        "expression_statement" => statement.named_child(0).unwrap_or(statement),
        _ => statement,
    };
    match inner.kind() {
        "if_statement" | "if_expression" => {
            let part = ["consequence", "body"]
                .into_iter()
                .find_map(|name| inner.child_by_field_name(name));
            let part = part.or_else(|| children(inner).into_iter().nth(1))?;
            let within: Vec<Node<'_>> = if part.kind().contains("block") {
                children(part)
            } else {
                vec![part]
            };
            let [only] = within.as_slice() else { return None };
            let only = only
                .named_child(0)
                .filter(|_| matches!(only.kind(), "expression_statement" | "statement_list"))
                .unwrap_or(*only);
            is_return(only, source).then(|| format!("return if {}", condition(inner, source)))
        }
        "let_declaration" => {
            let other = inner.child_by_field_name("alternative")?;
            let within = children(other);
            let only = within.first().filter(|_| within.len() == 1)?;
            let only = only
                .named_child(0)
                .filter(|_| only.kind() == "expression_statement")
                .unwrap_or(*only);
            is_return(only, source).then(|| format!("return unless {}", field(inner, "pattern", source)))
        }
        _ => None,
    }
}

fn is_return(node: Node<'_>, source: &str) -> bool {
    matches!(node.kind(), "return_statement" | "return_expression")
        || matches!(flat(node, source).as_str(), "return" | "return 0" | "exit 0")
}

/// The condition of an `if` or a loop, without its brackets.
pub(super) fn condition(node: Node<'_>, source: &str) -> String {
    let condition = node
        .child_by_field_name("condition")
        .map(|node| flat(node, source))
        .unwrap_or_default();
    let within = condition.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    within.map_or(condition.clone(), str::to_owned)
}

/// What a test puts in the place of what it tests: a mock under a name that it calls itself.
pub(super) fn faked(statement: Node<'_>, body: &str, source: &str) -> Option<String> {
    const FAKES: [&str; 9] = [
        "Mock(",
        "MagicMock(",
        "jest.fn(",
        "vi.fn(",
        "sinon.stub(",
        "mock.fn(",
        "spyOn(",
        "lambda ",
        "lambda:",
    ];
    let words = flat(statement, source);
    let (name, value) = words.split_once(" = ")?;
    let name = name
        .trim_start_matches("const ")
        .trim_start_matches("let ")
        .trim_start_matches("var ")
        .trim();
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'));
    let fake = FAKES.iter().any(|fake| value.contains(fake));
    (plain && fake && body.contains(&format!("{name}("))).then(|| words.clone())
}

/// Says whether a skip has a reason that is a matter of the machine it runs on.
pub(super) fn is_excused(condition: &str) -> bool {
    const REASONS: [&str; 16] = [
        "platform",
        "GOOS",
        "GOARCH",
        "Short()",
        "uname",
        "command -v",
        "which ",
        "type ",
        "hash ",
        "hasattr",
        "version",
        "win32",
        "LookPath",
        "Getuid",
        "available",
        "installed",
    ];
    !holds_always(condition) && REASONS.iter().any(|reason| condition.contains(reason))
}

/// Words and numbers of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

/// The elements of lists written out that a loop of the test goes through.
pub(super) fn rows(node: Node<'_>, source: &str) -> Vec<String> {
    if !matches!(node.kind(), "for_statement" | "for_in_statement" | "for_expression") {
        return Vec::new();
    }
    let list = ["right", "value"].into_iter().find_map(|name| node.child_by_field_name(name));
    let list = list.filter(|list| matches!(list.kind(), "list" | "tuple" | "array" | "array_expression"));
    let rows = list.map(|list| children(list).into_iter().map(|row| flat(row, source)).collect());
    rows.unwrap_or_default()
}

/// Says whether a node calls anything of this name within.
pub(super) fn mentions(node: Node<'_>, source: &str, wanted: &[&str]) -> bool {
    holds(node, |node| {
        matches!(
            node.kind(),
            "call" | "call_expression" | "macro_invocation" | "raise_statement" | "throw_statement"
        ) && {
            let text = text(node, source);
            wanted.iter().any(|word| text.contains(word))
        }
    })
}
