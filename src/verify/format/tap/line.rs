//! One line of TAP, classified.

/// What a line says. Indentation is already taken off.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line<'a> {
    /// `TAP version 14`.
    Version,
    /// `1..12`, with what follows a `# skip`.
    Plan { count: u64, skip: Option<&'a str> },
    /// `ok 3 - name # SKIP reason`.
    Point(Point),
    /// `Bail out! reason`.
    Bail(&'a str),
    /// `# Subtest: name`.
    Subtest(&'a str),
    /// `# text`.
    Comment(&'a str),
    /// Anything else.
    Other,
}

/// A test point.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Point {
    pub(super) ok: bool,
    pub(super) number: Option<u64>,
    pub(super) name: String,
    pub(super) directive: Option<Directive>,
    pub(super) duration_ms: Option<u64>,
}

/// What excuses a test point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Directive {
    Skip(String),
    Todo(String),
}

pub(super) fn classify(line: &str) -> Line<'_> {
    if let Some(rest) = line.strip_prefix("TAP version ") {
        return if rest.trim().parse::<u32>().is_ok() {
            Line::Version
        } else {
            Line::Other
        };
    }
    if let Some(rest) = line.strip_prefix("1..") {
        return plan(rest);
    }
    if let Some(reason) = strip_prefix_ignoring_case(line, "bail out!") {
        return Line::Bail(reason.trim());
    }
    if let Some(text) = line.strip_prefix('#') {
        let text = text.trim();
        return text
            .strip_prefix("Subtest:")
            .map_or(Line::Comment(text), |name| Line::Subtest(name.trim()));
    }
    let (ok, rest) = match (line.strip_prefix("not ok"), line.strip_prefix("ok")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return Line::Other,
    };
    if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return Line::Other;
    }
    Line::Point(point(ok, rest.trim()))
}

fn plan(rest: &str) -> Line<'_> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, tail) = rest.split_at(end);
    let tail = tail.trim();
    let skip = tail
        .strip_prefix('#')
        .map(str::trim_start)
        .and_then(|tail| strip_prefix_ignoring_case(tail, "skip"));
    match digits.parse() {
        Ok(count) if tail.is_empty() || tail.starts_with('#') => Line::Plan {
            count,
            skip: skip.map(|why| why.trim_matches([' ', ':', '-'])),
        },
        _ => Line::Other,
    }
}

fn point(ok: bool, rest: &str) -> Point {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    let (number, text) = match digits.parse() {
        Ok(number) if after.is_empty() || after.starts_with([' ', '\t']) => (Some(number), after.trim_start()),
        _ => (None, rest),
    };
    let text = if text == "-" {
        ""
    } else {
        text.strip_prefix("- ").unwrap_or(text)
    };
    let (name, directive, duration_ms) = directive(text.trim());
    Point {
        ok,
        number,
        name: unescape(name),
        directive,
        duration_ms,
    }
}

/// Splits a description from what follows an unescaped `#`, if that is a directive or a time.
fn directive(text: &str) -> (&str, Option<Directive>, Option<u64>) {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == '#' && !escaped {
            let name = text.get(..at).unwrap_or("").trim_end();
            let rest = text.get(at + 1..).unwrap_or("").trim_start();
            let reason = |rest: &str| {
                rest.trim_start_matches(char::is_alphabetic)
                    .trim_matches([' ', ':', '-'])
                    .to_owned()
            };
            if strip_prefix_ignoring_case(rest, "skip").is_some() {
                return (name, Some(Directive::Skip(reason(rest))), None);
            }
            if strip_prefix_ignoring_case(rest, "todo").is_some() {
                return (name, Some(Directive::Todo(reason(rest))), None);
            }
            if let Some(time) = rest.strip_prefix("time=").or_else(|| rest.strip_prefix("duration_ms ")) {
                return (name, None, milliseconds(time));
            }
        }
        escaped = c == '\\' && !escaped;
    }
    (text, None, None)
}

/// Reads `12`, `12.7ms` or `0.5s`.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, scale) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1.0),
        (None, Some(number)) => (number, 1_000.0),
        (None, None) => (text, 1.0),
    };
    let value = number.trim().parse::<f64>().ok()? * scale;
    // Finite and not negative; beyond 2^53 the result saturates, which no test reaches.
    (value.is_finite() && value >= 0.0).then_some(value.round() as u64)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && matches!(chars.peek(), Some('#' | '\\')) {
            out.extend(chars.next());
        } else {
            out.push(c);
        }
    }
    out
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| text.get(prefix.len()..).unwrap_or(""))
}
