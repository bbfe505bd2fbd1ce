//! Failures that a test makes itself, where it claims that the program fails.
//!
//! Invariant: where anything runs before the failure, or the failure is one of the project's own, the claim stands.

use super::tree::{children, field, flat, text};
use tree_sitter::Node;

/// Errors that the languages have by themselves.
const BUILT_IN: [&str; 19] = [
    "Error",
    "Exception",
    "ValueError",
    "TypeError",
    "KeyError",
    "IndexError",
    "AttributeError",
    "RuntimeError",
    "AssertionError",
    "NotImplementedError",
    "ZeroDivisionError",
    "OSError",
    "IOError",
    "FileNotFoundError",
    "PermissionError",
    "LookupError",
    "ArithmeticError",
    "RangeError",
    "SyntaxError",
];

/// Says whether what a claim of failure stands around fails by itself: `with pytest.raises(ValueError): raise ValueError`,
/// `assert.throws(() => { throw new Error() })`. `call` is the call that makes the claim.
pub(super) fn is_made(call: Node<'_>, source: &str) -> bool {
    let body = match call.kind() {
        "call" => guarded(call),
        _ => thrown(call, source),
    };
    let inner = body.map(children).unwrap_or_default();
    let is_own = inner.first().is_some_and(|first| fails(*first, source));
    is_own && inner.len() == 1
}

/// The block of a `with` that has this call alone.
fn guarded(call: Node<'_>) -> Option<Node<'_>> {
    let mut at = call;
    while at.kind() != "with_statement" {
        at = at
            .parent()
            .filter(|above| above.kind().starts_with("with_") || above.kind() == "as_pattern")?;
        if at.kind() == "with_clause" && children(at).len() != 1 {
            return None;
        }
    }
    at.child_by_field_name("body")
}

/// The block of the function that is expected to throw.
fn thrown<'t>(call: Node<'t>, source: &str) -> Option<Node<'t>> {
    let mut at = call;
    // expect(…).toThrow(): down to what is expected of.
    while let Some(object) = at
        .child_by_field_name("function")
        .filter(|function| function.kind() == "member_expression")
        .and_then(|function| function.child_by_field_name("object"))
        .filter(|object| object.kind() == "call_expression")
    {
        at = object;
    }
    let given = children(at.child_by_field_name("arguments")?);
    let function = given.first().filter(|first| first.kind() == "arrow_function")?;
    let is_asked =
        flat(call, source).contains("hrow") && !flat(call, source).contains("not.") && !flat(call, source).contains("doesNot");
    let block = function.child_by_field_name("body")?;
    (is_asked && block.kind() == "statement_block").then_some(block)
}

/// A statement that fails, and calls nothing of the program.
fn fails(statement: Node<'_>, source: &str) -> bool {
    let Some(inner) = statement.named_child(0) else { return false };
    match statement.kind() {
        "raise_statement" | "throw_statement" => {
            let name = ["function", "constructor"]
                .into_iter()
                .find_map(|part| inner.child_by_field_name(part))
                .map_or_else(|| text(inner, source), |name| text(name, source));
            let is_of_language = BUILT_IN.contains(&name);
            // What it is given may call the program.
            let given = field(inner, "arguments", source);
            is_of_language && given.matches('(').count() < 2
        }
        "assert_statement" => matches!(text(inner, source), "False" | "0"),
        "expression_statement" => matches!(flat(inner, source).as_str(), "1 / 0" | "1/0" | "0 / 0"),
        _ => false,
    }
}
