//! Work that was left for later in the code.
//!
//! Owns what marks it: a comment that begins with such a word, and a body that does nothing, or no more than say that it is missing. Pure. Invariant:
//! a word in a string, a name or a sentence about something else marks nothing; a mark that only moved, in its file or to another, is
//! not new.

mod embedded;
mod hollow;
mod missing;
mod plain;
#[cfg(test)]
mod tests;
mod tree;

use crate::harness::grammar::Grammar;

/// Marks of work that was left for later.
const MARKS: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

/// What a comment speaks of that has such a word before it and is about something else: the list of a program for lists, say.
const THINGS: [&str; 26] = [
    "list", "lists", "item", "items", "app", "apps", "entry", "entries", "file", "files", "manager", "cli", "program", "tool",
    "board", "page", "store", "model", "api", "comment", "comments", "marker", "markers", "and", "or", "is",
];

/// A file before a session's commits and after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its path now.
    pub path: String,
    /// Its text before; `None` where there was none.
    pub before: Option<String>,
    /// Its text now.
    pub after: String,
    /// Whether it is a test by its name.
    pub is_test: bool,
}

/// What a file stands in.
struct Around<'a> {
    /// Whether it is a test: what stands in for something else there need not do all that it does.
    is_test: bool,
    /// Says of a class whether others are made from it.
    extended: &'a dyn Fn(&str) -> bool,
    /// Says of a function whether it is somewhere named as a value.
    handed_on: &'a dyn Fn(&str) -> bool,
    /// Says of a function of C whether it is somewhere called.
    called: &'a dyn Fn(&str) -> bool,
}

/// Counts what was left for later in each file of a change and was nowhere before; files without any are left out.
pub(super) fn newly<'a>(changes: &[&'a Changed]) -> Vec<(usize, &'a str)> {
    let extended = |class: &str| changes.iter().any(|file| file.after.lines().any(|line| extends(line, class)));
    let handed_on = |name: &str| changes.iter().any(|file| hollow::is_handed_on(name, &file.after));
    let called = |name: &str| changes.iter().any(|file| hollow::is_called(name, &file.after));
    let marks_of = |file: &Changed, text: &str| {
        let around = Around {
            is_test: file.is_test,
            extended: &extended,
            handed_on: &handed_on,
            called: &called,
        };
        marks(&file.path, text, &around)
    };
    let mut gone = Vec::new();
    let mut came = Vec::new();
    for file in changes {
        let mut before = file.before.as_deref().map_or_else(Vec::new, |text| marks_of(file, text));
        let mut now = marks_of(file, &file.after);
        now.retain(|mark| !take(&mut before, mark));
        gone.append(&mut before);
        came.push((now, file.path.as_str()));
    }
    for (now, _) in &mut came {
        now.retain(|mark| !take(&mut gone, mark));
    }
    let counted = came.into_iter().map(|(now, path)| (now.len(), path));
    counted.filter(|(count, _)| *count > 0).collect()
}

fn take(marks: &mut Vec<String>, mark: &str) -> bool {
    let at = marks.iter().position(|old| old == mark);
    at.map(|at| marks.swap_remove(at)).is_some()
}

/// Says whether a line makes a class from this one.
fn extends(line: &str, class: &str) -> bool {
    let Some((_, rest)) = line.split_once("class ") else {
        return false;
    };
    let mut names = rest
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|name| !name.is_empty());
    !class.is_empty() && names.next() != Some(class) && names.any(|name| name == class)
}

/// The texts of what is left for later.
fn marks(path: &str, text: &str, around: &Around<'_>) -> Vec<String> {
    let first = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    let grammar = Grammar::of(path).or(match first.rsplit(['/', ' ']).next() {
        Some("sh" | "bash" | "dash" | "ash") => Some(Grammar::Shell),
        Some("python" | "python3") => Some(Grammar::Python),
        _ => None,
    });
    match grammar {
        Some(grammar) => tree::marks(grammar, path, text, around).unwrap_or_default(),
        None => {
            let mut found = plain::marks(path, text, around);
            let parts = embedded::parts(path, text).into_iter();
            found.extend(parts.flat_map(|(path, text)| marks(path, text, around)));
            found
        }
    }
}

/// Says whether a line of a comment begins with a mark, or a sentence of it does.
fn is_marked(line: &str) -> bool {
    let line = line.trim();
    let is_doc = ["///", "//!", "/**"].iter().any(|begins| line.starts_with(begins));
    let text = line.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '`' | '"' | '\''));
    if text
        .strip_prefix('@')
        .is_some_and(|tag| tag.to_lowercase().starts_with("todo "))
    {
        return true;
    }
    let word_of = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let word = word_of(text);
    let rest = text.get(word.len()..).unwrap_or_default();
    let is_set_off = rest.starts_with([':', '(', '!']) || rest.starts_with(" -") || rest.starts_with(" (");
    if MARKS.contains(&word.as_str()) {
        let next = word_of(rest.trim_start()).to_lowercase();
        // A pattern such as `XXX-XX` is none.
        return is_set_off || !THINGS.contains(&next.as_str()) && !rest.starts_with(['-', '.', '/', '=']);
    }
    // In small letters it may be a name, unless it is set off; and where the parts of something are listed it may be all the same.
    if MARKS.contains(&word.to_uppercase().as_str()) {
        return is_set_off && !is_doc;
    }
    MARKS.iter().any(|mark| {
        line.match_indices(mark).any(|(at, _)| {
            let (before, behind) = (
                line.get(..at).unwrap_or_default(),
                line.get(at + mark.len()..).unwrap_or_default(),
            );
            before.trim_end().ends_with(['.', ';', '-', '(', ',']) && behind.starts_with([':', '('])
        })
    })
}
