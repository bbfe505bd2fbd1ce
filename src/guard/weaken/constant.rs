//! What an expression comes to whatever the program does.
//!
//! Owns folding what is written out, and what holds of every value: a list that is written with something in it is not empty, what
//! `str` gives is not `None`. One evaluator for the trees of five languages: the names of their nodes do not clash. Invariant: what
//! the program gives, and all that is not known for certain, is [`Value::Open`].

use super::expr::{arguments, is_literal};
use super::tree::{children, field, flat, text};
use tree_sitter::Node;

/// How deep an expression is followed.
const DEEPEST: usize = 40;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// The program has a say in it.
    Open,
    /// `None`, `null`, `nil`.
    Nothing,
    /// A truth.
    Truth(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// So many items that are written one by one.
    Items(usize),
    /// Not nothing, and no more is known.
    There,
    /// It counts as true.
    Solid,
    /// It counts as false.
    Hollow,
}

/// What names stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Modules that the file imports.
    pub modules: Vec<String>,
    /// What it imports from modules, but for constants.
    pub imported: Vec<String>,
    /// What a module of JavaScript imports by name: its loader looks whether it is there.
    pub functions: Vec<String>,
    /// Names that the test gives to values and then only looks at.
    pub given: Vec<(String, Value)>,
}

/// What a node comes to.
pub(super) fn value(node: Node<'_>, source: &str, names: &Names) -> Value {
    Eye { source, names }.value(node, 0)
}

/// Whether a node counts as true, where that is certain.
pub(super) fn truth(node: Node<'_>, source: &str, names: &Names) -> Option<bool> {
    told(&value(node, source, names))
}

/// Whether a value counts as true.
pub(super) fn told(value: &Value) -> Option<bool> {
    match value {
        Value::Open | Value::There => None,
        Value::Nothing | Value::Hollow => Some(false),
        Value::Solid => Some(true),
        Value::Truth(truth) => Some(*truth),
        Value::Number(number) => Some(*number != 0.0),
        Value::Text(text) => Some(!text.is_empty()),
        Value::Items(count) => Some(*count > 0),
    }
}

/// Whether a comparison of two values holds, where that is certain.
pub(super) fn compared(left: &Value, operator: &str, right: &Value) -> Option<bool> {
    let is_there = |value: &Value| !matches!(value, Value::Open | Value::Hollow | Value::Nothing);
    match operator {
        "==" | "===" | "is" => match (left, right) {
            (Value::Number(one), Value::Number(other)) => Some((one - other).abs() < f64::EPSILON),
            (Value::Text(one), Value::Text(other)) => Some(one == other),
            (Value::Truth(one), Value::Truth(other)) => Some(one == other),
            (Value::Nothing, Value::Nothing) => Some(true),
            (Value::Nothing, other) | (other, Value::Nothing) => is_there(other).then_some(false),
            _ => None,
        },
        "!=" | "!==" | "is not" => compared(left, "==", right).map(|same| !same),
        "in" => match (left, right) {
            (Value::Text(part), Value::Text(whole)) => Some(whole.contains(part)),
            _ => None,
        },
        "not in" => compared(left, "in", right).map(|within| !within),
        _ => {
            let (Value::Number(one), Value::Number(other)) = (left, right) else {
                return None;
            };
            match operator {
                "<" => Some(one < other),
                ">" => Some(one > other),
                "<=" => Some(one <= other),
                ">=" => Some(one >= other),
                _ => None,
            }
        }
    }
}

/// How long a value is.
pub(super) fn length(value: &Value) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "nobody writes that many items")]
    let number = |count: usize| Value::Number(count as f64);
    match value {
        Value::Items(count) => number(*count),
        Value::Text(text) => number(text.chars().count()),
        Value::Open | Value::There | Value::Solid | Value::Hollow => Value::There,
        Value::Nothing | Value::Truth(_) | Value::Number(_) => Value::Open,
    }
}

const fn of_truth(truth: Option<bool>) -> Value {
    match truth {
        Some(truth) => Value::Truth(truth),
        None => Value::Open,
    }
}

/// What looks.
struct Eye<'a> {
    source: &'a str,
    names: &'a Names,
}

impl Eye<'_> {
    fn value(&self, node: Node<'_>, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Open;
        }
        let part = |name: &str| node.child_by_field_name(name).map(|part| self.value(part, depth + 1));
        let words = text(node, self.source);
        match node.kind() {
            "parenthesized_expression" => children(node)
                .first()
                .map_or(Value::Open, |inner| self.value(*inner, depth + 1)),
            "true" | "false" | "boolean_literal" => Value::Truth(words == "true" || words == "True"),
            "none" | "null" | "undefined" | "nil" => Value::Nothing,
            "integer" | "float" | "number" | "integer_literal" | "float_literal" | "int_literal" => {
                words.replace('_', "").parse().map_or(Value::Open, Value::Number)
            }
            "string" | "string_literal" | "interpreted_string_literal" | "raw_string_literal" | "template_string" => written(words),
            "list" | "tuple" | "set" | "dictionary" | "array" | "array_expression" | "tuple_expression" | "object" => {
                self.display(node)
            }
            "macro_invocation" if field(node, "macro", self.source) == "vec" => vector(words),
            "composite_literal" => self.literal(node),
            "list_comprehension" | "set_comprehension" | "dictionary_comprehension" => Value::There,
            "lambda" | "arrow_function" | "function_expression" | "closure_expression" | "func_literal" => Value::Solid,
            "identifier" => self.name(words),
            "not_operator" => of_truth(part("argument").as_ref().and_then(told).map(|truth| !truth)),
            "unary_expression" | "unary_operator" => self.unary(node, depth),
            "conditional_expression" => match children(node).as_slice() {
                [one, asked, other] => self.either(*asked, *one, *other, depth),
                _ => Value::Open,
            },
            "ternary_expression" => match children(node).as_slice() {
                [asked, one, other] => self.either(*asked, *one, *other, depth),
                _ => Value::Open,
            },
            "comparison_operator" => self.comparison(node, depth),
            "boolean_operator" | "binary_operator" | "binary_expression" => self.binary(node, depth),
            "call" | "call_expression" => self.call(node, depth),
            "member_expression" if field(node, "property", self.source) == "length" => match part("object").as_ref().map(length) {
                Some(Value::Number(count)) => Value::Number(count),
                _ => Value::Open,
            },
            _ => Value::Open,
        }
    }

    /// Either of two values.
    fn either(&self, asked: Node<'_>, one: Node<'_>, other: Node<'_>, depth: usize) -> Value {
        let (one, other) = (self.value(one, depth + 1), self.value(other, depth + 1));
        if let Some(truth) = told(&self.value(asked, depth + 1)) {
            return if truth { one } else { other };
        }
        match (told(&one), told(&other)) {
            (Some(true), Some(true)) => Value::Solid,
            (Some(false), Some(false)) => Value::Hollow,
            _ => Value::Open,
        }
    }

    fn name(&self, name: &str) -> Value {
        let given = self.names.given.iter().find(|(known, _)| known == name);
        match given {
            Some((_, value)) => value.clone(),
            None if self.names.modules.iter().any(|known| known == name) => Value::Solid,
            None if self.names.imported.iter().any(|known| known == name) => Value::There,
            None => Value::Open,
        }
    }

    /// A list, a table or the like, with what is in it.
    fn display(&self, node: Node<'_>) -> Value {
        let items = children(node);
        let spreads = |item: &Node<'_>| text(*item, self.source).starts_with(['*', '.']);
        if items.iter().any(spreads) {
            return Value::There;
        }
        match (node.kind(), items.len()) {
            // Items that are the same count once, and every object of JavaScript is true.
            ("set" | "dictionary", 2..) | ("object", _) => Value::Solid,
            ("array", 0) => Value::Solid,
            // `[1; n]`
            ("array_expression", _) if text(node, self.source).contains(';') => Value::There,
            (_, count) => Value::Items(count),
        }
    }

    /// A slice of Go.
    fn literal(&self, node: Node<'_>) -> Value {
        let is_list = node
            .child_by_field_name("type")
            .is_some_and(|kind| matches!(kind.kind(), "slice_type" | "implicit_length_array_type"));
        let items = node.child_by_field_name("body").map(children).unwrap_or_default();
        let is_plain = items.iter().all(|item| item.kind() == "literal_element");
        if is_list && is_plain {
            Value::Items(items.len())
        } else {
            Value::There
        }
    }

    fn unary(&self, node: Node<'_>, depth: usize) -> Value {
        let Some(last) = children(node).pop() else {
            return Value::Open;
        };
        let inner = self.value(last, depth + 1);
        let words = text(node, self.source);
        match inner {
            Value::Number(number) if words.starts_with('-') => Value::Number(-number),
            _ if words.starts_with("typeof") => {
                let known = self.names.functions.iter().find(|name| *name == text(last, self.source));
                known.map_or(Value::There, |_| Value::Text("function".to_owned()))
            }
            _ if words.starts_with('!') => of_truth(told(&inner).map(|truth| !truth)),
            _ => Value::Open,
        }
    }

    fn comparison(&self, node: Node<'_>, depth: usize) -> Value {
        let operands = children(node);
        let [left, right] = operands.as_slice() else {
            return Value::Open;
        };
        let between = self.source.get(left.end_byte()..right.start_byte()).unwrap_or("");
        let operator = between.split_whitespace().collect::<Vec<_>>().join(" ");
        self.compare(*left, &operator, *right, depth)
    }

    fn compare(&self, left: Node<'_>, operator: &str, right: Node<'_>, depth: usize) -> Value {
        let (one, other) = (self.value(left, depth + 1), self.value(right, depth + 1));
        let is_display = matches!(right.kind(), "list" | "tuple" | "set");
        if let (true, Some(is_wanted)) = (
            is_display,
            [("in", true), ("not in", false)].iter().find(|known| known.0 == operator),
        ) {
            let subject = flat(left, self.source);
            let items = children(right);
            let holds = |item: &Node<'_>| {
                flat(*item, self.source) == subject || compared(&one, "==", &self.value(*item, depth + 1)) == Some(true)
            };
            let differs = |item: &Node<'_>| compared(&one, "==", &self.value(*item, depth + 1)) == Some(false);
            if items.iter().any(holds) {
                return Value::Truth(is_wanted.1);
            }
            return of_truth(items.iter().all(differs).then_some(!is_wanted.1));
        }
        // Two words of JavaScript for nothing differ, and its `in` asks for a key.
        let is_loose = one == Value::Nothing && other == Value::Nothing && flat(left, self.source) != flat(right, self.source);
        of_truth(compared(&one, operator, &other).filter(|_| !is_loose))
    }

    fn binary(&self, node: Node<'_>, depth: usize) -> Value {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return Value::Open;
        };
        let operator = field(node, "operator", self.source);
        let (one, other) = (self.value(left, depth + 1), self.value(right, depth + 1));
        match operator {
            "or" | "||" => match (told(&one), told(&other)) {
                (Some(true), _) => one,
                (Some(false), _) => other,
                (None, Some(true)) => Value::Solid,
                _ if self.are_opposite(left, right) => Value::Solid,
                _ => Value::Open,
            },
            "and" | "&&" => match (told(&one), told(&other)) {
                (Some(false), _) => one,
                (Some(true), _) => other,
                (None, Some(false)) => Value::Hollow,
                _ => Value::Open,
            },
            "+" | "-" | "*" => match (one, other) {
                (Value::Number(one), Value::Number(other)) => Value::Number(match operator {
                    "+" => one + other,
                    "-" => one - other,
                    _ => one * other,
                }),
                _ => Value::Open,
            },
            "in" => Value::Open,
            _ => self.compare(left, operator, right, depth),
        }
    }

    /// Whether one of two comparisons holds where the other does not: `x is None or x is not None`.
    fn are_opposite(&self, left: Node<'_>, right: Node<'_>) -> bool {
        let words = |node: Node<'_>| {
            let words = flat(node, self.source);
            [" is not ", " is "].iter().find_map(|operator| {
                let (one, other) = words.split_once(operator)?;
                Some((one.to_owned(), *operator, other.to_owned()))
            })
        };
        match (words(left), words(right)) {
            (Some(one), Some(other)) => one.0 == other.0 && one.2 == other.2 && one.1 != other.1,
            _ => false,
        }
    }

    fn call(&self, node: Node<'_>, depth: usize) -> Value {
        let Some(function) = node.child_by_field_name("function") else {
            return Value::Open;
        };
        let given = node.child_by_field_name("arguments").map(children).unwrap_or_default();
        if function.kind() == "field_expression" {
            return self.method(function, depth);
        }
        let first = || given.first().map_or(Value::Open, |first| self.value(*first, depth + 1));
        match (text(function, self.source), given.as_slice()) {
            ("len", [_]) => length(&first()),
            ("bool" | "Boolean", [_]) => of_truth(told(&first())),
            ("str" | "repr" | "int" | "float" | "list" | "tuple" | "dict" | "set" | "sorted" | "hash" | "id" | "type", [_])
            | ("String" | "Number", [_]) => Value::There,
            ("Array.isArray", [only]) if only.kind() == "array" => Value::Truth(true),
            ("callable", [only]) => {
                let is_one = only.kind() == "lambda" || self.names.imported.iter().any(|known| known == text(*only, self.source));
                of_truth(is_one.then_some(true))
            }
            ("isinstance", [asked, kind]) => {
                let alone = (kind.kind() != "tuple").then_some(*kind);
                let kinds = alone.map_or_else(|| children(*kind), |kind| vec![kind]);
                let made = field(*asked, "function", self.source);
                let is_one = |kind: &Node<'_>| {
                    let kind = text(*kind, self.source);
                    kind == "object" || kind == made && matches!(kind, "str" | "int" | "float" | "list" | "dict" | "set" | "tuple")
                };
                of_truth(kinds.iter().any(is_one).then_some(true))
            }
            _ => Value::Open,
        }
    }

    /// A method of Rust that asks what its value says by itself.
    fn method(&self, function: Node<'_>, depth: usize) -> Value {
        let Some(object) = function.child_by_field_name("value") else {
            return Value::Open;
        };
        let words = text(object, self.source);
        let is_made = |name: &str| words.starts_with(&format!("{name}(")) || words.starts_with(&format!("{name}::<"));
        let count = length(&self.value(object, depth + 1));
        match (field(function, "field", self.source), count) {
            ("len", Value::Number(count)) => Value::Number(count),
            ("is_empty", Value::Number(count)) => Value::Truth(count < 1.0),
            ("is_some", _) if is_made("Some") => Value::Truth(true),
            ("is_ok", _) if is_made("Ok") => Value::Truth(true),
            ("is_err", _) if is_made("Err") => Value::Truth(true),
            _ => Value::Open,
        }
    }
}

/// A text that is written out.
fn written(words: &str) -> Value {
    let quoted = ['"', '\'', '`'].iter().find_map(|quote| {
        let inside = words.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!inside.contains([*quote, '\\']) && !inside.contains("${")).then(|| inside.to_owned())
    });
    quoted.map_or(Value::There, Value::Text)
}

/// `vec![a, b]`
fn vector(words: &str) -> Value {
    let within = words.split_once(['[', '(', '{']).map_or("", |(_, rest)| rest);
    let within = within.trim_end_matches([']', ')', '}']);
    if within.contains(';') || !(within.is_empty() || is_literal(words)) {
        return Value::There;
    }
    Value::Items(arguments(within).len())
}
