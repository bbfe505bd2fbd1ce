//! What words of a shell stand for, as far as the script itself says it.
//!
//! Owns the marks that stand for what a script does not say. Invariant: a text without marks is what the shell would have there.

/// What a program printed.
pub(super) const PROGRAM: char = '\u{E000}';
/// How much a program printed.
pub(super) const COUNT: char = '\u{E001}';
/// An exit code.
pub(super) const STATUS: char = '\u{E002}';
/// Anything else that the script does not say.
pub(super) const UNKNOWN: char = '\u{E003}';

/// Says whether a value comes from a program, all of it or in part.
pub(super) fn is_made(value: &str) -> bool {
    value.contains([PROGRAM, COUNT])
}

/// The value if programs print nothing.
fn silent(value: &str) -> String {
    value.replace(PROGRAM, "").replace(COUNT, "0")
}

/// A text with its escapes read, as `printf` reads them.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some(other) if "\\'\"$`".contains(other) => out.push(other),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// What `printf` makes of a format and its arguments.
pub(super) fn formatted(format: &str, arguments: &[String]) -> String {
    let format = unescaped(format);
    let mut left = arguments.iter();
    let mut out = String::new();
    loop {
        let before = left.len();
        let mut chars = format.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
            } else if chars.next_if_eq(&'%').is_some() {
                out.push('%');
            } else {
                while chars.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
                chars.next();
                out.push_str(left.next().map_or("", String::as_str));
            }
        }
        if left.len() == 0 || left.len() == before {
            return out;
        }
    }
}

/// Says whether a comparison that comes out so shows what a program printed: it involves a program, and one that prints nothing would
/// make it come out the other way.
pub(super) fn shows(words: &[String], truth: bool, has: &dyn Fn(&str, &str) -> bool) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(at) = words.iter().position(|word| matches!(*word, "&&" | "-a" | "||" | "-o")) {
        let both = matches!(words[at], "&&" | "-a") == truth;
        let part = |words: &[&str]| shows(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), truth, has);
        let (one, other) = (part(&words[..at]), part(&words[at + 1..]));
        return if both { one || other } else { one && other };
    }
    match words[..] {
        ["!", ref rest @ ..] => shows(&rest.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), !truth, has),
        [how @ ("-f" | "-e" | "-d" | "-s" | "-x" | "-r"), file] => truth && has(how, file),
        [value] | ["-n", value] => truth && is_made(value) && silent(value).is_empty(),
        ["-z", value] => !truth && is_made(value) && silent(value).is_empty(),
        [one, how, other] => (is_made(one) || is_made(other)) && compared(&silent(one), how, &silent(other)) == Some(!truth),
        _ => false,
    }
}

/// What comes of a comparison; `None` if it is none that is known.
fn compared(one: &str, how: &str, other: &str) -> Option<bool> {
    let number = |text: &str| match text.trim() {
        "" => Some(0),
        text => text.parse::<i64>().ok(),
    };
    let order = || Some(number(one)?.cmp(&number(other)?));
    // What the script does not say is taken for some text.
    let same = || {
        let known = |text: &str| text.trim_matches('*').to_owned();
        let (one, other) = (known(one), known(other));
        one == other || (how != "=" && (one.is_empty() || other.is_empty()) && one.contains(&other) && other.is_empty())
    };
    match how {
        "=" | "==" | "=~" => Some(same()),
        "!=" => Some(!same()),
        "-eq" => Some(order().is_some_and(std::cmp::Ordering::is_eq)),
        "-ne" => Some(!order().is_some_and(std::cmp::Ordering::is_eq)),
        "-gt" | ">" => Some(order().is_some_and(std::cmp::Ordering::is_gt)),
        "-ge" | ">=" => Some(order().is_some_and(std::cmp::Ordering::is_ge)),
        "-lt" | "<" => Some(order().is_some_and(std::cmp::Ordering::is_lt)),
        "-le" | "<=" => Some(order().is_some_and(std::cmp::Ordering::is_le)),
        _ => None,
    }
}
