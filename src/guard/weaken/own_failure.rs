//! Failures that a test makes itself, where it claims that the program fails.
//!
//! Invariant: where anything runs before the failure, or the failure is one of the project's own, the claim stands.

use super::live::words;
use super::tree::{children, field, flat, holds, text, visit};
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
    if asks_of_itself(call, source) {
        return true;
    }
    let body = match call.kind() {
        "call" => guarded(call),
        _ => thrown(call, source).filter(|body| body.kind() == "statement_block"),
    };
    let inner = body.map(children).unwrap_or_default();
    let is_own = inner.first().is_some_and(|first| fails(*first, source));
    is_own && inner.len() == 1
}

/// Says whether what is expected to fail ends in an assertion of the test's own: that fails where the program is wrong.
fn asks_of_itself(call: Node<'_>, source: &str) -> bool {
    if call.kind() != "call" {
        return takes_assertion(call, source) && thrown(call, source).is_some_and(|body| ends_in_assertion(body, source));
    }
    let given = call.child_by_field_name("arguments").map(children).unwrap_or_default();
    let [kind] = given.as_slice() else { return false };
    let takes = words(text(*kind, source)).any(|word| matches!(word, "Exception" | "BaseException" | "AssertionError"));
    let inner = guarded(call).filter(|_| takes).map(children).unwrap_or_default();
    let is_own = |last: &Node<'_>| {
        let function = last.named_child(0).map_or("", |call| field(call, "function", source));
        last.kind() == "assert_statement" || function.starts_with("self.assert") && !function.contains("Raises")
    };
    let calls = |node: &Node<'_>| {
        holds(*node, |node| {
            node.kind() == "call" && !field(node, "function", source).starts_with("self.")
        })
    };
    inner.last().is_some_and(is_own) && inner.iter().any(calls)
}

/// Says whether a node stands in a `with` whose claim of failure an assertion of the test's own fulfils.
pub(super) fn is_asked_for(node: Node<'_>, source: &str) -> bool {
    let mut at = node;
    while let Some(above) = at.parent() {
        if above.kind() == "with_statement" && above.child_by_field_name("body").is_some_and(|body| body.id() == at.id()) {
            let mut claims = false;
            for clause in children(above).into_iter().filter(|child| child.kind() == "with_clause") {
                visit(clause, |node| {
                    claims = claims || node.kind() == "call" && asks_of_itself(node, source);
                    true
                });
            }
            return claims;
        }
        at = above;
    }
    false
}

/// Says whether a claim of JavaScript that something throws takes whatever is thrown.
fn takes_assertion(call: Node<'_>, source: &str) -> bool {
    let given: Vec<String> = call
        .child_by_field_name("arguments")
        .map(|given| children(given).into_iter().map(|node| flat(node, source)).collect())
        .unwrap_or_default();
    let kind = match field(call, "function", source).starts_with("expect") {
        true => given.first(),
        false => given.get(1),
    };
    kind.is_none_or(|kind| matches!(kind.as_str(), "Error" | "AssertionError" | "assert.AssertionError"))
}

/// Says whether the last thing that a function of JavaScript does is to assert something of what was called.
fn ends_in_assertion(body: Node<'_>, source: &str) -> bool {
    const MATCHERS: [&str; 12] = [
        "toBe",
        "toEqual",
        "toStrictEqual",
        "toBeTruthy",
        "toBeFalsy",
        "toContain",
        "toHaveLength",
        "toBeNull",
        "toBeDefined",
        "toBeUndefined",
        "toMatch",
        "toMatchObject",
    ];
    const CLAIMS: [&str; 9] = [
        "ok",
        "equal",
        "strictEqual",
        "deepEqual",
        "deepStrictEqual",
        "notEqual",
        "notStrictEqual",
        "match",
        "notDeepEqual",
    ];
    let last = match body.kind() {
        "statement_block" => children(body).last().and_then(|last| last.named_child(0)),
        _ => Some(body),
    };
    let Some(last) = last.filter(|last| last.kind() == "call_expression") else {
        return false;
    };
    let function = flat(last.child_by_field_name("function").unwrap_or(last), source);
    let name = function.rsplit('.').next().unwrap_or_default();
    let is_own = if function.starts_with("expect(") {
        MATCHERS.contains(&name)
    } else {
        function == "assert" || function.starts_with("assert.") && CLAIMS.contains(&name)
    };
    let asks_program = |node: Node<'_>| {
        let function = field(node, "function", source);
        node.kind() == "call_expression" && !function.starts_with("expect") && !function.starts_with("assert")
    };
    is_own && holds(body, asks_program)
}

/// Says whether a test of Rust that is to panic does so by itself, at its end: by a panic of its own, or by an assertion of what the
/// program gave. What must be said in the panic is a claim of its own.
pub(super) fn panics(attribute: &str, body: Node<'_>, source: &str) -> bool {
    let Some(last) = children(body).pop() else { return false };
    let last = match last.kind() {
        "expression_statement" => last.named_child(0).unwrap_or(last),
        _ => last,
    };
    let does = match field(last, "macro", source) {
        "panic" | "unreachable" | "todo" | "unimplemented" => true,
        "assert" | "assert_eq" | "assert_ne" => {
            let called = |node: Node<'_>| {
                let within = text(node, source).trim_start_matches("assert");
                node.kind() == "call_expression" || node.kind() == "macro_invocation" && within.matches('(').count() > 1
            };
            holds(body, called)
        }
        _ => false,
    };
    last.kind() == "macro_invocation" && does && !attribute.contains("expected") && !attribute.contains(" = ")
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

/// The body of the function that is expected to throw.
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
    function.child_by_field_name("body").filter(|_| is_asked)
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
