//! Expressions as text, alike in all five languages: splitting at operators and commas, and what always holds.
//!
//! Invariant: nothing inside brackets or quotes is split.

use super::suite::Check;

/// Comparison operators, longest first.
const COMPARISONS: [&str; 20] = [
    "===", "!==", " not in ", " is not ", " -eq ", " -ne ", " -gt ", " -lt ", " -ge ", " -le ", "==", "!=", ">=", "<=", " is ",
    " in ", "=~", " = ", " > ", " < ",
];

/// Words that end, and so weaken, an expression that is or-ed with them.
const OR: [&str; 2] = ["||", " or "];

/// Pieces of `text` between top-level occurrences of any of the separators, with the separator before each but the first.
fn split<'a>(text: &'a str, separators: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let (mut depth, mut quote, mut start, mut before) = (0_i32, None, 0, "");
    let mut pieces = Vec::new();
    let mut skip = 0;
    for (at, c) in text.char_indices() {
        if at < skip {
            continue;
        }
        match (quote, c) {
            (Some(_), '\\') => skip = at + 2,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            // Not the lifetime or the apostrophe of a word.
            (None, '\'') if text.get(at + 1..).is_some_and(|rest| rest.contains('\'')) => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, _) if depth == 0 => {
                let rest = text.get(at..).unwrap_or("");
                if let Some(separator) = separators.iter().find(|separator| rest.starts_with(**separator)) {
                    pieces.push((before, text.get(start..at).unwrap_or("").trim()));
                    (before, start, skip) = (separator, at + separator.len(), at + separator.len());
                }
            }
            (None, _) => {}
        }
    }
    pieces.push((before, text.get(start..).unwrap_or("").trim()));
    pieces
}

/// The arguments of a call, from the text between its brackets.
pub(super) fn arguments(text: &str) -> Vec<&str> {
    let mut all: Vec<&str> = split(text, &[","]).into_iter().map(|(_, piece)| piece).collect();
    if all.last() == Some(&"") {
        all.pop();
    }
    all
}

/// Both sides of a comparison and its operator.
pub(super) fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    match split(inner(text), &COMPARISONS).as_slice() {
        [(_, left), (operator, right)] => Some((*left, operator.trim(), *right)),
        _ => None,
    }
}

/// Takes brackets off that enclose a whole expression.
fn inner(text: &str) -> &str {
    let text = text.trim();
    let within = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    within.filter(|within| balanced(within)).unwrap_or(text)
}

pub(super) fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth >= 0
    })
}

/// Says whether a text is a value that is written out.
pub(super) fn is_literal(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['-', '&', '*']);
    let words = ["true", "false", "True", "False", "None", "null", "nil", "undefined", "Ok(())"];
    if words.contains(&text) {
        return true;
    }
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\'' | '[' | '{' | '`'))
        || text.starts_with("b\"")
        || text.starts_with("f\"")
        || text.starts_with("r\"")
        || text.starts_with("vec!");
    starts && !text.contains('$')
}

/// Says whether an expression is true whatever the program does.
pub(super) fn holds_always(text: &str) -> bool {
    let text = inner(text);
    if is_true(text) || split(text, &OR).iter().skip(1).any(|(_, side)| is_true(side)) {
        return true;
    }
    if split(text, &OR).first().is_some_and(|(_, first)| is_true(first)) && split(text, &OR).len() > 1 {
        return true;
    }
    if let [(_, one), (_, other)] = split(text, &OR).as_slice()
        && (contradict(one, other) || are_opposite(one, other))
    {
        return true;
    }
    if is_of_anything(text) || is_within_its_type(text) {
        return true;
    }
    let Some((left, operator, right)) = comparison(text) else {
        return false;
    };
    let same = matches!(
        operator,
        "==" | "===" | "=" | "-eq" | ">=" | "<=" | "-ge" | "-le" | "is" | "=~"
    ) && left == right;
    // The same call twice may well differ.
    let still = !left.contains('(') && !left.contains("$(");
    let never_less = right == "0" && matches!(operator, ">=" | "-ge") && is_a_count(left);
    let both = never_less || (same && still) || (is_plain(left) && is_plain(right) && truth(left, operator, right));
    both && !left.is_empty()
}

/// Says whether an expression asks for what every value is.
fn is_of_anything(text: &str) -> bool {
    let within = |call: &str| {
        text.strip_prefix(call)
            .and_then(|rest| rest.strip_suffix(')'))
            .filter(|within| balanced(within))
    };
    let asked = within("isinstance(").or_else(|| within("matches!(")).map(arguments);
    let sought = within("re.search(").or_else(|| within("re.match(")).map(arguments);
    let of_both = |pattern: &str| {
        let mut all: Vec<&str> = pattern.split('|').map(str::trim).collect();
        all.sort_unstable();
        matches!(all.as_slice(), ["Err(_)", "Ok(_)"] | ["None", "Some(_)"])
    };
    matches!(asked.as_deref(), Some([_, "object" | "_"]))
        || matches!(asked.as_deref(), Some([_, pattern]) if of_both(pattern))
        || matches!(sought.as_deref(), Some([pattern, _]) if matches_anything(pattern))
        || within("any([").is_some_and(|rows| arguments(rows.trim_end_matches(']')).contains(&"True"))
}

/// Says whether two comparisons are of the same values, and one asks for what the other denies.
fn contradict(one: &str, other: &str) -> bool {
    let bare = |operator: &str| operator.trim_start_matches('!').trim_start_matches('=').to_owned();
    comparison(one)
        .zip(comparison(other))
        .is_some_and(|(one, other)| (one.0, one.2) == (other.0, other.2) && bare(one.1) == bare(other.1) && one.1 != other.1)
}

/// Says whether one of two questions holds where the other does not: `r.is_ok()` and `r.is_err()`, `r` and `!r`.
fn are_opposite(one: &str, other: &str) -> bool {
    const METHODS: [(&str, &str); 2] = [(".is_ok()", ".is_err()"), (".is_some()", ".is_none()")];
    let denies = |one: &str, other: &str| {
        let denied = one.strip_prefix('!').or_else(|| one.strip_prefix("not "));
        denied.is_some_and(|denied| inner(denied) == other) && comparison(other).is_none()
    };
    let stem = |text: &str, method: &str| text.strip_suffix(method).map(str::to_owned);
    let differ = |(first, second): &(&str, &str)| {
        let (one, other) = (
            stem(one, first).zip(stem(other, second)),
            stem(one, second).zip(stem(other, first)),
        );
        one.or(other).is_some_and(|(one, other)| one == other)
    };
    denies(one, other) || denies(other, one) || METHODS.iter().any(differ)
}

/// Says whether a number is only asked to be one of its type: `n >= u32::MIN`.
fn is_within_its_type(text: &str) -> bool {
    const TYPES: [&str; 12] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    ];
    comparison(text).is_some_and(|(_, operator, right)| {
        let end = right
            .split_once("::")
            .filter(|(of, _)| TYPES.contains(of))
            .map(|(_, end)| end);
        matches!((operator, end), (">=", Some("MIN")) | ("<=", Some("MAX")))
    })
}

/// Says whether a regular expression, as it is written, finds itself in every text.
pub(super) fn matches_anything(pattern: &str) -> bool {
    let pattern = pattern
        .strip_prefix("new RegExp(")
        .map_or(pattern, |rest| rest.trim_end_matches(')'));
    let pattern = pattern.strip_prefix('r').unwrap_or(pattern);
    let within = ['"', '\'', '/']
        .iter()
        .find_map(|quote| pattern.strip_prefix(*quote)?.strip_suffix(*quote));
    within.is_some_and(|within| matches!(within, "" | ".*" | "^" | "$" | "^.*" | "(?:)" | "(.*)"))
}

/// Says whether a condition never holds, so that what it guards never happens.
pub(super) fn holds_never(text: &str) -> bool {
    let text = inner(text);
    if is_false(text) || split(text, &["&&", " and "]).iter().any(|(_, side)| is_false(side)) {
        return true;
    }
    if let [(_, one), (_, other)] = split(text, &["&&", " and "]).as_slice()
        // The same call twice may well differ.
        && !text.contains('(')
        && (are_opposite(one, other) || contradict(one, other))
    {
        return true;
    }
    comparison(text).is_some_and(|(left, operator, right)| {
        right == "0" && matches!(operator, "<" | "-lt") && is_a_count(left)
            || matches!(operator, "!=" | "!==" | "<" | ">" | "-ne") && left == right && !left.contains('(')
    })
}

/// A length or an exit status: never less than nothing.
fn is_a_count(text: &str) -> bool {
    text.starts_with("len(")
        || text.ends_with(".len()")
        || text.ends_with(".length")
        || text.contains("$status")
        || text.contains("$?")
}

/// What a check says besides its two values: how far off they may be.
fn extras(rest: &[&str]) -> String {
    let tells = |word: &&&str| {
        let named = word.split_once('=').is_some_and(|(name, value)| {
            let name = name.trim();
            !value.starts_with('=') && !matches!(name, "msg" | "message") && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        });
        named || word.parse::<f64>().is_ok()
    };
    rest.iter().filter(tells).map(|word| format!(" {word}")).collect()
}

fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | "True" | "1" | "!false" | "not False" | "!0" | ":")
}

fn is_false(text: &str) -> bool {
    matches!(text.trim(), "false" | "False" | "0" | "!true" | "not True")
}

/// A number or a quoted word.
fn is_plain(text: &str) -> bool {
    let text = text.trim();
    let quoted = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote) && !text.contains('$');
    quoted('"') || quoted('\'') || (!text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() && !c.is_ascii_alphabetic()))
}

fn truth(left: &str, operator: &str, right: &str) -> bool {
    match operator {
        "==" | "===" | "=" | "-eq" => left == right,
        "!=" | "!==" | "-ne" => left != right,
        _ => false,
    }
}

/// Makes the check of a condition that must hold.
pub(super) fn condition(line: usize, whole: String, text: &str) -> Check {
    let always = holds_always(text);
    let (subject, expected) = match comparison(text) {
        Some((left, operator, right)) if is_literal(left) && !is_literal(right) => (right.to_owned(), format!("{operator} {left}")),
        Some((left, operator, right)) => (left.to_owned(), format!("{operator} {right}")),
        None if inner(text).starts_with("matches!(") => {
            let within = inner(text).trim_start_matches("matches!(");
            let (subject, pattern) = within.split_once(',').unwrap_or((within, ""));
            (
                subject.to_owned(),
                format!("matches {}", pattern.trim().trim_end_matches(')').trim_end()),
            )
        }
        None if question(inner(text)).is_some() => question(inner(text)).unwrap_or_default(),
        None => match inner(text).strip_prefix('!').or_else(|| inner(text).strip_prefix("not ")) {
            Some(negated) => (inner(negated).to_owned(), "false".to_owned()),
            None => (inner(text).to_owned(), "true".to_owned()),
        },
    };
    Check {
        line,
        text: whole,
        subject,
        expected,
        always,
    }
}

/// What is asked of a value by a method with a written argument: `error.contains("x")`.
fn question(text: &str) -> Option<(String, String)> {
    let within = text.strip_suffix(')')?;
    let (subject, argument) = within.rsplit_once('(')?;
    let written = is_literal(argument) && subject.contains('.') && !subject.contains(['!', '('])
        || is_literal(argument) && subject.contains(".to_string().");
    written.then(|| (subject.to_owned(), format!("true of {argument}")))
}

/// Makes the check of two values, in either order: the written one is what is expected. `rest` are the arguments after them.
pub(super) fn pair(line: usize, whole: String, how: &str, one: &str, other: &str, rest: &[&str]) -> Check {
    let (subject, expected) = if is_literal(one) && !is_literal(other) {
        (other, one)
    } else {
        (one, other)
    };
    Check {
        line,
        text: whole,
        subject: subject.to_owned(),
        expected: format!("{how} {expected}{}", extras(rest)),
        always: is_equality(how) && one == other && (is_plain(one) || !one.contains('(')),
    }
}

/// Says whether a check's name claims that two values are the same. A check of the project's own may claim anything.
pub(super) fn is_equality(how: &str) -> bool {
    let how = how.rsplit('.').next().unwrap_or(how).to_lowercase();
    let claims = ["eq", "same", "tobe"].iter().any(|word| how.contains(word)) || matches!(how.as_str(), "assertis" | "is" | "-eq");
    let symbols = how.contains('=') && !how.contains('!');
    (claims || symbols) && !how.contains("not") && !how.contains("ne")
}
