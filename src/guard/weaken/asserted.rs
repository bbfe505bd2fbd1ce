//! What a check claims, and whether that is so whatever the program does.
//!
//! Owns the words of assertions and of expectations, and the names that a file imports and a test gives. Does not own what an expression
//! comes to (`constant`). Invariant: a claim whose words are not known is left to the program.

use super::constant::{Names, Value, compared, length, told, truth, value};
use super::expectation::{Link, links};
use super::expr::arguments;
use super::settled::bound;
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, text, texts, visit};
use crate::harness::grammar::Grammar;
use tree_sitter::Node;

/// Words in the name of a test that asks whether something is there: then that is the test.
const PRESENCE: [&str; 18] = [
    "export",
    "import",
    "exist",
    "defin",
    "callable",
    "public",
    "api",
    "interface",
    "there",
    "avail",
    "module",
    "package",
    "present",
    "load",
    "expos",
    "provid",
    "smoke",
    "has_",
];

/// How a claim begins, without the words that only say how strictly it is meant, and what must hold between its values.
const CLAIMS: [(&str, &str); 30] = [
    ("equal", "=="),
    ("equals", "=="),
    ("eq", "=="),
    ("same", "=="),
    ("is", "=="),
    ("tobe", "=="),
    ("toequal", "=="),
    ("eql", "=="),
    ("notequal", "!="),
    ("ne", "!="),
    ("isnot", "!="),
    ("in", "in"),
    ("notin", "not in"),
    ("less", "<"),
    ("lessequal", "<="),
    ("greater", ">"),
    ("greaterequal", ">="),
    ("greaterorequal", ">="),
    ("lessorequal", "<="),
    ("tobelessthan", "<"),
    ("tobelessthanorequal", "<="),
    ("tobegreaterthan", ">"),
    ("tobegreaterthanorequal", ">="),
    ("len", "length"),
    ("tohavelength", "length"),
    ("lengthof", "length"),
    ("istrue", "true"),
    ("isfalse", "false"),
    ("notempty", "true"),
    ("empty", "false"),
];

/// Claims on one value.
const CLAIMS_ON_ONE: [(&str, &str); 19] = [
    ("", "true"),
    ("ok", "true"),
    ("true", "true"),
    ("truthy", "true"),
    ("istrue", "true"),
    ("tobetruthy", "true"),
    ("false", "false"),
    ("notok", "false"),
    ("falsy", "false"),
    ("isfalse", "false"),
    ("tobefalsy", "false"),
    ("isnone", "nothing"),
    ("nil", "nothing"),
    ("tobenull", "nothing"),
    ("tobeundefined", "nothing"),
    ("isnotnone", "something"),
    ("notnil", "something"),
    ("tobedefined", "something"),
    ("exist", "something"),
];

/// Marks the checks whose claim is so whatever the program does.
pub(super) fn mark(grammar: Grammar, root: Node<'_>, source: &str, suite: &mut Suite) {
    if grammar == Grammar::Shell {
        return;
    }
    let imports = imports(root, source);
    let functions = match grammar {
        Grammar::JavaScript | Grammar::TypeScript => imported(root, source),
        _ => Vec::new(),
    };
    for test in &mut suite.tests {
        let name = test.name().to_lowercase();
        let is_of_presence = PRESENCE.iter().any(|word| name.contains(word));
        let mut names = if is_of_presence { Names::default() } else { imports.clone() };
        names.given = given(grammar, test, &names);
        for check in test.checks.iter_mut().filter(|check| !check.always) {
            check.always = holds(grammar, &check.text, &names) == Some(true);
        }
        // Beside a check of what a function does, one of its kind takes nothing away.
        let is_own = |name: &&String| !test.statements.iter().any(|statement| declares(statement, name));
        names.functions = functions.iter().filter(is_own).cloned().collect();
        if !is_of_presence
            && test
                .real_checks()
                .all(|check| holds(grammar, &check.text, &names) == Some(true))
        {
            test.checks.iter_mut().for_each(|check| check.always = true);
        }
    }
}

/// Says whether a statement gives a name another meaning.
fn declares(statement: &str, name: &str) -> bool {
    let rest = ["const ", "let ", "var ", "function ", "class "]
        .iter()
        .find_map(|word| statement.strip_prefix(word));
    rest.and_then(|rest| rest.split(['=', '(']).next())
        .is_some_and(|names| super::live::words(names).any(|word| word == name))
}

/// What a module of JavaScript imports by name, but for constants.
fn imported(root: Node<'_>, source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for item in children(root).into_iter().filter(|item| item.kind() == "import_statement") {
        visit(item, |node| {
            let known = node.child_by_field_name("alias").or_else(|| node.child_by_field_name("name"));
            if let Some(known) = known.filter(|_| node.kind() == "import_specifier") {
                names.push(text(known, source).to_owned());
            }
            true
        });
    }
    names.retain(|name| name.chars().any(char::is_lowercase));
    names
}

/// What a file of Python imports: modules by their own names, and functions and classes.
fn imports(root: Node<'_>, source: &str) -> Names {
    let mut names = Names::default();
    for item in children(root) {
        let from = item.kind() == "import_from_statement";
        if !(from || item.kind() == "import_statement") || item.child_by_field_name("name").is_none() {
            continue;
        }
        let mut cursor = item.walk();
        for name in item.children_by_field_name("name", &mut cursor) {
            let known = name.child_by_field_name("alias").unwrap_or(name);
            let known = text(known, source).to_owned();
            let is_constant = !known.chars().any(char::is_lowercase);
            match from {
                true if !is_constant => names.imported.push(known),
                false => names.modules.push(known),
                true => {}
            }
        }
    }
    names
}

/// The names that a test gives to values of which something is known, and uses for nothing but being looked at.
fn given(grammar: Grammar, test: &Test, names: &Names) -> Vec<(String, Value)> {
    let uses = |text: &str, name: &str| super::live::words(text).filter(|word| *word == name).count();
    let only_looked_at = |name: &str| {
        let all: usize = test.statements.iter().map(|statement| uses(statement, name)).sum();
        let acts = |check: &Check| [".", "["].iter().any(|next| check.text.contains(&format!("{name}{next}")));
        all == 1 + test.checks.iter().map(|check| uses(&check.text, name)).sum::<usize>() && !test.checks.iter().any(acts)
    };
    let known = |(name, written): (String, String)| {
        let given = of_text(grammar, &written, names);
        (given != Value::Open && only_looked_at(&name)).then_some((name, given))
    };
    test.statements
        .iter()
        .filter_map(|statement| bound(statement).and_then(known))
        .collect()
}

/// What an expression comes to, read by itself.
fn of_text(grammar: Grammar, words: &str, names: &Names) -> Value {
    let (before, after) = match grammar {
        Grammar::Rust => ("fn f() { let _ = (", "); }"),
        Grammar::Go => ("package p\nvar _ = (", ")\n"),
        _ => ("(", ")"),
    };
    let whole = format!("{before}{words}{after}");
    let begins = before.len() - 1;
    read(grammar, &whole, |root| {
        let mut found = Value::Open;
        visit(root, |node| {
            let is_whole = node.start_byte() == begins && node.end_byte() == begins + words.len() + 2;
            if is_whole && node.kind().starts_with("paren") {
                found = value(node, &whole, names);
                return false;
            }
            true
        });
        found
    })
    .unwrap_or(Value::Open)
}

/// Reads a text whose tree has no fault.
fn read<T>(grammar: Grammar, source: &str, look: impl FnOnce(Node<'_>) -> T) -> Option<T> {
    let tree = grammar.parse(source)?;
    let root = tree.root_node();
    (!root.has_error()).then(|| look(root))
}

/// Whether what a check says holds, where that is certain.
fn holds(grammar: Grammar, check: &str, names: &Names) -> Option<bool> {
    match grammar {
        Grammar::Rust => of_rust(check, names),
        Grammar::Go => match check.strip_prefix("if ") {
            // It fails where this holds.
            Some(guard) => told(&of_text(grammar, guard, names)).map(|fails| !fails),
            None => of_go(check, names),
        },
        Grammar::Python | Grammar::JavaScript | Grammar::TypeScript => read(grammar, check, |root| {
            let statement = *children(root).first()?;
            if statement.kind() == "assert_statement" {
                return truth(*children(statement).first()?, check, names);
            }
            let call = statement.named_child(0)?;
            expectation(call, check, names).or_else(|| assertion(call, check, names))
        })
        .flatten(),
        Grammar::Shell => None,
    }
}

fn of_rust(check: &str, names: &Names) -> Option<bool> {
    let (name, rest) = check.split_once('!')?;
    let name = name
        .rsplit("::")
        .next()?
        .trim_start_matches("debug_")
        .strip_prefix("assert")?;
    let within = rest.trim_start().get(1..)?.strip_suffix([')', '}', ']'])?;
    let values: Vec<Value> = arguments(within)
        .iter()
        .map(|word| of_text(Grammar::Rust, word, names))
        .collect();
    claim(name.trim_start_matches('_'), &values)
}

/// A call of testify's, which is handed the test first.
fn of_go(check: &str, names: &Names) -> Option<bool> {
    let (callee, rest) = check.split_once('(')?;
    let (_, name) = callee.split_once('.')?;
    let words = arguments(rest.strip_suffix(')')?);
    let values: Vec<Value> = words.iter().skip(1).map(|word| of_text(Grammar::Go, word, names)).collect();
    claim(name, &values)
}

/// Whether what is claimed of values holds, where that is certain.
fn claim(name: &str, values: &[Value]) -> Option<bool> {
    let name = name.to_lowercase().replace("strict", "").replace("deep", "").replace('_', "");
    let of = |claims: &[(&str, &'static str)]| claims.iter().find(|claim| claim.0 == name).map(|claim| claim.1);
    let (first, second) = (values.first()?, values.get(1));
    if let Some(claim) = of(&CLAIMS_ON_ONE) {
        return match claim {
            "true" => told(first),
            "false" => told(first).map(|truth| !truth),
            "nothing" => compared(first, "==", &Value::Nothing),
            _ => compared(first, "!=", &Value::Nothing),
        };
    }
    match (of(&CLAIMS)?, second) {
        ("length", Some(count)) => compared(&length(first), "==", count),
        ("true", _) => told(first),
        ("false", _) => told(first).map(|truth| !truth),
        (operator, Some(second)) => compared(first, operator, second),
        (_, None) => None,
    }
}

/// `self.assertEqual(a, b)`, `assert.ok(x)`.
fn assertion(call: Node<'_>, source: &str, names: &Names) -> Option<bool> {
    let function = field(call, "function", source);
    let name = match function.rsplit_once('.') {
        Some((object, name)) if object.ends_with("assert") || matches!(object, "t" | "tap") => name,
        Some(("self", name)) => name.strip_prefix("assert")?,
        None => function.strip_prefix("assert")?,
        Some(_) => return None,
    };
    let given = children(call.child_by_field_name("arguments")?);
    let values: Vec<Value> = given.iter().map(|node| value(*node, source, names)).collect();
    claim(name, &values)
}

/// `expect(x).not.toBe(1)`, to its end.
fn expectation(node: Node<'_>, source: &str, names: &Names) -> Option<bool> {
    let (given, links) = links(node, source)?;
    let subject = *children(given).first()?;
    // One matcher, at the end.
    let (wanted, before) = match links.split_last()? {
        (Link::Call(arguments), before) => (children(*arguments), before),
        (Link::Name(_), _) => (Vec::new(), links.as_slice()),
    };
    let word = |link: &Link<'_>| match link {
        Link::Name(name) => Some(name.clone()),
        Link::Call(_) => None,
    };
    let words: Vec<String> = before.iter().map(word).collect::<Option<_>>()?;
    let negated = words.iter().any(|word| word == "not");
    let rest: Vec<&str> = texts(&words)
        .into_iter()
        .filter(|word| !matches!(*word, "not" | "to" | "be" | "is" | "deep" | "have"))
        .collect();
    let [name] = rest.as_slice() else { return None };
    let values: Vec<Value> = [subject]
        .iter()
        .chain(&wanted)
        .map(|node| value(*node, source, names))
        .collect();
    claim(name, &values).map(|holds| holds != negated)
}
