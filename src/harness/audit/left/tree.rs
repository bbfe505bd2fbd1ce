//! Work left for later in files that a grammar reads.
//!
//! Owns where a body says that it is missing. Invariant: what fails only in some case, in a test's stand-in, or in a class for others to
//! fill, is no missing work.

use super::hollow::{hollow, says_stub};
use super::missing::{is_base, says_missing};
use super::{Around, is_marked};
use crate::harness::grammar::Grammar;
use tree_sitter::Node;

/// What a function's body may do before it fails for all that come to it.
const BEFORE: [&str; 7] = ["if", "for", "while", "switch", "match", "return", "try"];
/// Bodies of functions.
const BODIES: [&str; 3] = ["block", "statement_block", "statement_list"];

/// The texts of what is left for later. `None` if the text cannot be read.
pub(super) fn marks(grammar: Grammar, path: &str, text: &str, around: &Around<'_>) -> Option<Vec<String>> {
    let tree = grammar.parse(text)?;
    let mut found = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        let inside = said(node, text);
        if node.kind().contains("comment") {
            let lines = inside.lines().filter(|line| is_marked(line));
            found.extend(lines.map(|line| line.trim().to_owned()));
            let is_within = || ancestors(node).any(is_function);
            let is_stub = !around.is_test && says_stub(inside, node.start_byte(), text) && is_within();
            found.extend(is_stub.then(|| inside.to_owned()));
            continue;
        }
        found.extend(hollow(grammar, node, path, text, around));
        if is_missing(node, text, around) {
            found.push(inside.to_owned());
        }
        let mut cursor = node.walk();
        waiting.extend(node.named_children(&mut cursor));
    }
    Some(found)
}

fn said<'a>(node: Node<'_>, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// Says whether a node is a statement by which a body says that the work is missing.
fn is_missing(node: Node<'_>, text: &str, around: &Around<'_>) -> bool {
    match node.kind() {
        "macro_invocation" => {
            let name = node.child_by_field_name("macro").map(|name| said(name, text));
            // What a test puts in the place of something else need not do all that it does.
            let is_stand_in = || {
                around.is_test
                    || ancestors(node).any(|above| above.kind() == "mod_item" && said(above, text).starts_with("mod test"))
            };
            match name {
                Some("todo") => true,
                Some("unimplemented") => !is_stand_in(),
                Some("panic") => says_missing(said(node, text)) && !is_stand_in(),
                _ => false,
            }
        }
        "raise_statement" | "throw_statement" => fails(node, text, around),
        "call_expression" => {
            let called = node.child_by_field_name("function").map(|name| said(name, text));
            let statement = node.parent().filter(|above| above.kind() == "expression_statement");
            called == Some("panic") && statement.is_some_and(|statement| fails(statement, text, around))
        }
        _ => false,
    }
}

fn fails(statement: Node<'_>, text: &str, around: &Around<'_>) -> bool {
    !around.is_test
        && says_missing(said(statement, text))
        && is_what_a_body_does(statement)
        && !is_for_others(statement, text, around)
}

fn is_function(node: Node<'_>) -> bool {
    let kinds = ["function", "method", "func_literal"];
    kinds.iter().any(|kind| node.kind().contains(kind))
}

/// Says whether a function comes to a statement whatever it is called with.
fn is_what_a_body_does(statement: Node<'_>) -> bool {
    let body = ancestors(statement).take_while(|above| BODIES.contains(&above.kind())).last();
    let Some(body) = body else { return false };
    let is_sure = |before: Node<'_>| {
        before.start_byte() >= statement.start_byte() || !BEFORE.iter().any(|kind| before.kind().starts_with(kind))
    };
    let mut cursor = body.walk();
    let mut inner: Vec<Node<'_>> = body.named_children(&mut cursor).collect();
    if let [list] = inner.as_slice()
        && list.kind() == "statement_list"
    {
        let list = *list;
        let mut cursor = list.walk();
        inner = list.named_children(&mut cursor).collect();
    }
    body.parent().is_some_and(is_function) && inner.into_iter().all(is_sure)
}

/// Says whether a method is there for other classes to fill.
fn is_for_others(statement: Node<'_>, text: &str, around: &Around<'_>) -> bool {
    ancestors(statement).any(|above| match above.kind() {
        "decorated_definition" => {
            let mut cursor = above.walk();
            let mut decorators = above.named_children(&mut cursor).filter(|child| child.kind() == "decorator");
            decorators.any(|decorator| {
                ["abstract", "overload"]
                    .iter()
                    .any(|word| said(decorator, text).contains(word))
            })
        }
        "abstract_class_declaration" => true,
        "class_definition" | "class_declaration" | "class" => {
            let name = above
                .child_by_field_name("name")
                .map(|name| said(name, text))
                .unwrap_or_default();
            let bases = above
                .child_by_field_name("superclasses")
                .map(|bases| said(bases, text))
                .unwrap_or_default();
            ["ABC", "Protocol"].iter().any(|word| bases.contains(word)) || is_base(name, around.extended)
        }
        _ => false,
    })
}

fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(node.parent(), |above| above.parent())
}
