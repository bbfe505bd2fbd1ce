//! What stands in a shell's `[ … ]`: whether it holds, or fails, whatever ran before it.
//!
//! Owns comparisons of written words and `-n`, `-z`. Does not own which commands are checks ([`super::shell`]). Pure.

use super::constant::{Value, compared};
use super::expr::holds_always;
use super::suite::Check;

/// `-n "$x"` and the like: the value is what is looked at.
pub(super) fn unary(line: usize, whole: &str, inside: &str) -> Option<Check> {
    let (how, subject) = inside
        .split_once(' ')
        .filter(|(how, value)| how.len() == 2 && how.starts_with('-') && !value.contains(' '))?;
    Some(Check {
        line,
        text: whole.to_owned(),
        subject: subject.to_owned(),
        expected: how.to_owned(),
        always: is_constant(inside),
    })
}

/// What a comparison of two written words comes to.
fn folded(one: &str, operator: &str, other: &str) -> Option<bool> {
    if [one, other].iter().any(|word| word.contains(['$', '`', '*', '('])) {
        return None;
    }
    let [one, other] = [one, other].map(|word| word.trim_matches(['"', '\'']));
    let texts = || [one, other].map(|word| Value::Text(word.to_owned()));
    let numbers = || [one, other].map(|word| word.parse().map_or(Value::Open, Value::Number));
    let (operator, [one, other]) = match operator {
        "=" | "==" => ("==", texts()),
        "!=" => ("!=", texts()),
        "-eq" => ("==", numbers()),
        "-ne" => ("!=", numbers()),
        "-lt" => ("<", numbers()),
        "-gt" => (">", numbers()),
        "-le" => ("<=", numbers()),
        "-ge" => (">=", numbers()),
        _ => return None,
    };
    compared(&one, operator, &other)
}

/// Says whether a test command fails whatever ran before it.
pub(super) fn never_holds(inside: &str) -> bool {
    let bare = |word: &str| word.trim_matches(['"', '\'']).is_empty();
    match inside.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["-n", word] => bare(word),
        ["-z", word] => !word.contains(['$', '`']) && !bare(word),
        ["!", one, operator, other] => folded(one, operator, other) == Some(true),
        [one, operator, other] => folded(one, operator, other) == Some(false),
        _ => false,
    }
}

/// Says whether a test command holds whatever ran before it.
pub(super) fn is_constant(inside: &str) -> bool {
    let words: Vec<&str> = inside.split_whitespace().collect();
    match words.as_slice() {
        [word] => !word.contains('$') && !word.contains('`'),
        ["-n", word] => !word.contains('$') && !word.trim_matches(['"', '\'']).is_empty(),
        ["-z", word] => word.trim_matches(['"', '\'']).is_empty(),
        ["!", one, operator, other] => folded(one, operator, other) == Some(false),
        [one, operator, other] if folded(one, operator, other) == Some(true) => true,
        _ => holds_always(inside),
    }
}
