//! Work left for later in files that no grammar reads.
//!
//! Owns how their languages write comments and strings. Invariant: what stands in a string is no comment, and a line ends every string but
//! those that are meant to hold several.

use super::hollow::{hollow_in_c, says_stub};
use super::missing::{is_base, says_missing};
use super::{Around, is_marked};

/// How a language writes what is no code.
struct Language {
    /// Endings of the names of files.
    endings: &'static [&'static str],
    /// What begins a comment up to the line's end.
    line: &'static [&'static str],
    /// What begins and ends a comment.
    block: &'static [(&'static str, &'static str)],
    /// What begins and ends a string; the longer before the shorter.
    strings: &'static [&'static str],
}

/// Languages by the endings of their files.
const LANGUAGES: [Language; 11] = [
    Language {
        endings: &["java", "kt", "kts", "scala", "swift", "cs", "dart", "groovy", "gradle"],
        line: &["//"],
        block: &[("/*", "*/")],
        strings: &["\"\"\"", "\"", "'"],
    },
    Language {
        endings: &[
            "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "zig", "proto", "scss", "sass", "less", "v", "sol",
        ],
        line: &["//"],
        block: &[("/*", "*/")],
        strings: &["\"", "'"],
    },
    Language {
        endings: &["css"],
        line: &[],
        block: &[("/*", "*/")],
        strings: &["\"", "'"],
    },
    Language {
        endings: &["php"],
        line: &["//", "#"],
        block: &[("/*", "*/"), ("<!--", "-->")],
        strings: &["\"", "'"],
    },
    Language {
        endings: &["rb", "pl", "pm", "r", "R", "ex", "exs", "jl", "rake", "Rakefile", "Gemfile"],
        line: &["#"],
        block: &[("\n=begin", "\n=end")],
        strings: &["\"\"\"", "\"", "'", "`"],
    },
    Language {
        endings: &[
            "yml",
            "yaml",
            "toml",
            "tf",
            "nix",
            "mk",
            "Makefile",
            "Dockerfile",
            "cmake",
            "graphql",
        ],
        line: &["#"],
        block: &[],
        strings: &["\"\"\"", "\"", "'"],
    },
    Language {
        endings: &["ps1"],
        line: &["#"],
        block: &[("<#", "#>")],
        strings: &["\"", "'"],
    },
    Language {
        endings: &["sql"],
        line: &["--"],
        block: &[("/*", "*/")],
        strings: &["\"", "'"],
    },
    Language {
        endings: &["lua"],
        line: &["--"],
        block: &[("--[[", "]]")],
        strings: &["\"", "'"],
    },
    Language {
        endings: &["hs", "elm"],
        line: &["--"],
        block: &[("{-", "-}")],
        strings: &["\"\"\"", "\""],
    },
    Language {
        endings: &["html", "htm", "vue", "svelte", "xml", "svg"],
        line: &[],
        block: &[("<!--", "-->")],
        strings: &[],
    },
];

/// Statements that fail, by the words that they begin with.
const FAILS: [&str; 5] = ["throw", "raise", "fatalError", "panic", "die"];
/// What Kotlin's own library calls work that is missing.
const CALLED: &str = "TODO(";
/// Words that make of what follows one case of several.
const CASES: [&str; 13] = [
    "if", "unless", "else", "elsif", "elseif", "switch", "case", "when", "default", "catch", "rescue", "for", "while",
];
/// Longest statement that is looked at, in bytes.
const LONGEST: usize = 300;

/// The texts of what is left for later; none in a file whose language is not known.
pub(super) fn marks(path: &str, text: &str, around: &Around<'_>) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next().unwrap_or(name);
    let Some(language) = LANGUAGES.iter().find(|language| language.endings.contains(&ending)) else {
        return Vec::new();
    };
    let read = Read::of(text, language);
    let lines = read.comments.iter().flat_map(|(_, comment)| comment.lines());
    let mut found: Vec<String> = lines
        .filter(|line| is_marked(line))
        .map(|line| line.trim().to_owned())
        .collect();
    if !around.is_test {
        found.extend(read.missing(text, around));
        let stubs = read.comments.iter().filter(|(from, comment)| says_stub(comment, *from, text));
        found.extend(stubs.map(|(_, comment)| (*comment).to_owned()));
        if ending == "c" {
            found.extend(hollow_in_c(path, text, &read.code, around));
        }
    }
    if matches!(ending, "kt" | "kts") {
        let calls = read
            .code
            .match_indices(CALLED)
            .filter(|(at, _)| !read.code[..*at].ends_with(is_name));
        found.extend(calls.map(|(call, _)| {
            text.get(call..)
                .and_then(|rest| rest.lines().next())
                .unwrap_or_default()
                .to_owned()
        }));
    }
    found
}

/// A text, taken apart.
struct Read<'a> {
    /// Each with where it begins.
    comments: Vec<(usize, &'a str)>,
    /// Its code, with blanks for comments and what is in strings, byte by byte.
    code: String,
}

impl<'a> Read<'a> {
    fn of(text: &'a str, language: &Language) -> Self {
        let (mut comments, mut code) = (Vec::new(), String::with_capacity(text.len()));
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let before = text.get(..at).unwrap_or_default().chars().next_back();
            let begins = |mark: &&&str| rest.starts_with(**mark) && may_begin(mark, before);
            let block = language.block.iter().find(|(opens, _)| rest.starts_with(opens));
            let (length, is_comment) = if let Some((opens, closes)) = block {
                let until = rest.get(opens.len()..).and_then(|inside| inside.find(closes));
                (until.map_or(rest.len(), |until| opens.len() + until + closes.len()), true)
            } else if language.line.iter().any(|mark| begins(&mark)) {
                (rest.find('\n').unwrap_or(rest.len()), true)
            } else if let Some(quote) = language
                .strings
                .iter()
                .find(|quote| rest.starts_with(**quote) && opens_string(quote, before))
            {
                (string(rest, quote), false)
            } else {
                let c = rest.chars().next().unwrap_or('\n');
                code.push(c);
                at += c.len_utf8();
                continue;
            };
            let inside = rest.get(..length).unwrap_or(rest);
            if is_comment {
                comments.push((at, inside));
            }
            code.extend(inside.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            at += inside.len();
        }
        Self { comments, code }
    }

    /// Statements by which a body says that the work is missing.
    fn missing(&self, text: &'a str, around: &Around<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for word in FAILS {
            for (at, _) in self.code.match_indices(word) {
                let (before, rest) = self.code.split_at(at);
                let whole = !before.ends_with(is_name) && !rest.get(word.len()..).is_some_and(|rest| rest.starts_with(is_name));
                let length = rest.find([';', '\n', '}']).unwrap_or(rest.len()).min(LONGEST);
                let statement = text.get(at..at + length).unwrap_or_default();
                let has_case = rest
                    .get(..length)
                    .is_some_and(|code| names(code).any(|name| CASES.contains(&name)));
                if whole && !has_case && says_missing(statement) && is_what_a_body_does(before) && !is_for_others(before, around) {
                    found.push(statement.trim().to_owned());
                }
            }
        }
        found
    }
}

/// Whether a comment may begin with this mark behind a character: an address holds `//`, and `#` is a letter of many things.
fn may_begin(mark: &str, before: Option<char>) -> bool {
    match mark {
        "#" => before.is_none_or(char::is_whitespace),
        "//" => before != Some(':'),
        _ => true,
    }
}

/// An apostrophe opens no string.
fn opens_string(quote: &str, before: Option<char>) -> bool {
    quote != "'" || !before.is_some_and(char::is_alphanumeric)
}

/// How long a string is, with its quotes.
fn string(rest: &str, quote: &str) -> usize {
    let mut at = quote.len();
    while let Some(inside) = rest.get(at..).filter(|inside| !inside.is_empty()) {
        if inside.starts_with(quote) {
            return at + quote.len();
        }
        let c = inside.chars().next().unwrap_or('\n');
        if c == '\n' && quote.len() == 1 {
            return at;
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
    }
    rest.len()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn names(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !is_name(c)).filter(|name| !name.is_empty())
}

/// Says whether a function comes to what follows this code whatever it is called with.
fn is_what_a_body_does(before: &str) -> bool {
    let is_case = |code: &str| names(code).any(|name| CASES.contains(&name) || name == "return");
    if before.trim_end().ends_with("=>") || before.trim_end().ends_with(") =") {
        return true;
    }
    let lines = || before.lines().rev();
    // Ruby and its like: from the line that begins the method on.
    let def = lines().position(|line| line.trim_start().starts_with("def ") || line.trim() == "def");
    let mut open = 0_usize;
    let brace = before.char_indices().rev().find(|(_, c)| match c {
        '}' => {
            open += 1;
            false
        }
        '{' if open > 0 => {
            open -= 1;
            false
        }
        _ => *c == '{',
    });
    match (brace, def) {
        (Some((at, _)), _) => {
            let (head, body) = before.split_at(at);
            let head = head.rsplit([';', '{', '}']).next().unwrap_or_default();
            let is_statement = body.trim_end().ends_with(['{', ';', '}']) || body.ends_with('\n') || body.trim() == "{";
            is_statement && !is_case(head) && !is_case(body) && !is_type(head)
        }
        (None, Some(lines_up)) => {
            let body: Vec<&str> = lines().take(lines_up).collect();
            let on_line = before.rsplit('\n').next().unwrap_or_default().trim();
            (on_line.is_empty() || lines_up == 0) && !body.into_iter().any(is_case)
        }
        (None, None) => false,
    }
}

/// Whether what opens here holds members rather than statements.
fn is_type(head: &str) -> bool {
    names(head).any(|name| matches!(name, "class" | "interface" | "struct" | "enum" | "trait" | "namespace"))
}

/// Says whether the class that this code ends in is there for others to fill.
fn is_for_others(before: &str, around: &Around<'_>) -> bool {
    let class = before.rmatch_indices("class ").find(|(at, _)| {
        let ahead = before.get(..*at).unwrap_or_default();
        !ahead.ends_with(is_name)
    });
    class.is_some_and(|(at, _)| {
        let head = before.get(..at).unwrap_or_default().lines().next_back().unwrap_or_default();
        let name = before
            .get(at + "class ".len()..)
            .and_then(|rest| names(rest).next())
            .unwrap_or_default();
        names(head).any(|word| word == "abstract") || is_base(name, around.extended)
    })
}
