//! What a test of JavaScript or TypeScript expects: chains that begin with `expect(…)`, and calls of assertions.
//!
//! Invariant: a chain that ends before anything is expected holds whatever the program does, unless somebody goes on with it.

use super::expr::{condition, holds_always, holds_never, is_literal, matches_anything, pair};
use super::live::words;
use super::moot;
use super::own_failure;
use super::suite::Check;
use super::tree::{children, field, flat, line, text, texts};
use tree_sitter::Node;

/// An expectation that expects nothing: `expect(f())`, to its end. A query that itself fails where it finds nothing is none.
pub(super) fn unasked(node: Node<'_>, source: &str) -> Option<Check> {
    let call = if node.kind() == "await_expression" {
        node.named_child(0)?
    } else {
        node
    };
    if call.kind() != "call_expression" || field(call, "function", source) != "expect" {
        return None;
    }
    let arguments = children(call.child_by_field_name("arguments")?);
    let [subject] = arguments.as_slice() else { return None };
    let subject = flat(*subject, source);
    let finds = ["getBy", "getAllBy", "findBy", "findAllBy"];
    (!finds.iter().any(|query| subject.contains(query))).then(|| Check {
        line: line(call),
        text: flat(call, source),
        always: true,
        subject: format!("({subject})"),
        expected: String::new(),
    })
}

/// An expectation that is given a name which nobody uses.
pub(super) fn dropped(declared: Node<'_>, body: &str, source: &str) -> Option<Check> {
    let name = field(declared, "name", source);
    let value = declared.child_by_field_name("value")?;
    let is_used = words(body).filter(|word| *word == name).count() > 1;
    let is_open = unasked(value, source).or_else(|| expectation(value, source).filter(|_| value.kind() == "member_expression"));
    is_open.filter(|_| !is_used).map(|check| Check { always: true, ..check })
}

/// A link of a chain, behind `expect(…)`.
pub(super) enum Link<'a> {
    /// A name: `.not`.
    Name(String),
    /// The arguments of a call.
    Call(Node<'a>),
}

/// Reads a chain that begins with `expect(…)`: the arguments of `expect`, and its links in their order.
pub(super) fn links<'a>(node: Node<'a>, source: &str) -> Option<(Node<'a>, Vec<Link<'a>>)> {
    let (mut at, mut links) = (node, Vec::new());
    loop {
        match at.kind() {
            "member_expression" => {
                links.push(Link::Name(field(at, "property", source).to_owned()));
                at = at.child_by_field_name("object")?;
            }
            "call_expression" => {
                let function = at.child_by_field_name("function")?;
                let arguments = at.child_by_field_name("arguments")?;
                if text(function, source) == "expect" {
                    links.reverse();
                    return Some((arguments, links));
                }
                links.push(Link::Call(arguments));
                at = function;
            }
            _ => return None,
        }
    }
}

/// What a chain that begins with `expect(…)` expects.
pub(super) fn expectation(node: Node<'_>, source: &str) -> Option<Check> {
    let (given, links) = links(node, source)?;
    // What comes after the first argument is a message.
    let first = children(given).first().map(|first| format!("({})", flat(*first, source)));
    let subject = first.unwrap_or_else(|| flat(given, source));
    let word = |link: Link<'_>| match link {
        Link::Name(name) => name,
        Link::Call(arguments) => flat(arguments, source),
    };
    let chain: Vec<String> = links.into_iter().map(word).collect();
    if chain.is_empty() {
        return None;
    }
    let expected = chain.join(" ");
    // These three say the same of a plain value.
    let expected = expected
        .replace("toStrictEqual", "toBe")
        .replace("toEqual", "toBe")
        .replace("to deep equal", "to equal")
        .replace(['\'', '`'], "\"");
    let negated = chain.iter().any(|word| word == "not");
    let value = chain.last().filter(|word| word.starts_with('(')).map_or("", String::as_str);
    let truthy = ["toBeTruthy", "toBeDefined", "true", "ok", "exist"]
        .iter()
        .any(|word| chain.iter().any(|link| link == word));
    let written = subject.trim_matches(['(', ')']);
    let same = subject == value && !written.contains('(');
    let equals = chain.iter().any(|link| {
        matches!(
            link.as_str(),
            "toBe" | "toEqual" | "toStrictEqual" | "equal" | "equals" | "eq" | "eql"
        )
    });
    let count = subject.trim_end_matches(')').ends_with(".length")
        && chain.iter().any(|link| link == "toBeGreaterThanOrEqual")
        && value == "(0)";
    // What is never called, and what stands alone for what is to come, expects nothing.
    let stands_alone = ["expression_statement", "await_expression"]
        .map(Some)
        .contains(&node.parent().map(|above| above.kind()));
    let is_open = node.kind() == "member_expression" && stands_alone && chain.last().is_some_and(|last| moot::dangles(last));
    // What nobody waits for fails when the test is over; vitest does wait.
    let promised = chain
        .first()
        .is_some_and(|word| matches!(word.as_str(), "resolves" | "rejects"));
    let is_left =
        promised && node.parent().is_some_and(|above| above.kind() == "expression_statement") && !source.contains("vitest");
    let wants = |truth: &str, word: &str| chain.iter().any(|link| link == word) || equals && value == truth;
    let settled = !negated
        && (wants("(true)", "toBeTruthy") && holds_always(written) && joins(written)
            || wants("(false)", "toBeFalsy") && holds_never(written) && joins(written));
    let never_null = negated
        && ["toBeNull", "toBeUndefined", "toBeFalsy"]
            .iter()
            .any(|word| chain.iter().any(|link| link == word))
        && is_literal(written)
        && !is_falsy(written);
    let is_of_all = !negated
        && chain.iter().any(|link| matches!(link.as_str(), "toMatch" | "match"))
        && matches_anything(
            value
                .strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'))
                .unwrap_or(value),
        );
    let holds = is_open
        || is_of_all
        || own_failure::is_made(node, source)
        || is_left
        || settled
        || never_null
        || !negated && (count || (same && equals) || (truthy && is_literal(written) && !is_falsy(written)));
    Some(Check {
        line: line(node),
        text: flat(node, source),
        always: holds,
        subject,
        expected,
    })
}

fn is_falsy(written: &str) -> bool {
    matches!(written, "false" | "null" | "undefined" | "0" | "\"\"" | "''")
}

/// Says whether an expression joins others: `f() === 1 || true`.
fn joins(written: &str) -> bool {
    written.contains("||") || written.contains("&&")
}

pub(super) fn assertion(node: Node<'_>, source: &str) -> Option<Check> {
    if node.kind() != "call_expression" {
        return None;
    }
    let function = text(node.child_by_field_name("function")?, source);
    let (object, name) = function.split_once('.').unwrap_or(("", function));
    let own = function == "assert" || object == "assert" || object.ends_with(".assert");
    let tap = matches!(object, "t" | "tap")
        && matches!(
            name,
            "is" | "not"
                | "deepEqual"
                | "same"
                | "equal"
                | "equals"
                | "strictSame"
                | "ok"
                | "true"
                | "false"
                | "truthy"
                | "falsy"
                | "throws"
                | "notOk"
                | "match"
                | "regex"
                | "like"
                | "rejects"
        );
    if !own && !tap {
        return None;
    }
    let arguments: Vec<String> = children(node.child_by_field_name("arguments")?)
        .into_iter()
        .map(|argument| flat(argument, source))
        .collect();
    let (at, whole) = (line(node), flat(node, source));
    Some(match (name, arguments.as_slice()) {
        ("assert" | "ok" | "true" | "truthy", [what, ..]) => condition(at, whole, what),
        ("throws" | "rejects" | "doesNotThrow" | "fail", all) | (_, all @ ([] | [_])) => Check {
            line: at,
            text: whole,
            subject: name.to_owned(),
            expected: all.join(", "),
            always: name == "throws" && own_failure::is_made(node, source),
        },
        (name, [one, other, rest @ ..]) => {
            let how = name
                .replace("deepStrictEqual", "equal")
                .replace("strictEqual", "equal")
                .replace("deepEqual", "equal");
            let check = pair(at, whole, &how, one, other, &texts(rest));
            Check {
                always: check.always || name == "match" && matches_anything(other),
                ..check
            }
        }
    })
}
