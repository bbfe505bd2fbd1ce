//! Files that a commit's message names by their path, and that are nowhere.
//!
//! Owns which words of a first line are such a path. Invariant: a word that may be anything else than a path, or that stands in what
//! the commit changed, is none.

use super::subject;
use crate::harness::audit::OfCommit;

/// Endings by which a word with a slash in it is a file.
const ENDINGS: [&str; 34] = [
    "rs", "py", "js", "mjs", "cjs", "jsx", "ts", "tsx", "go", "sh", "bash", "bats", "md", "txt", "toml", "json", "yaml", "yml",
    "html", "css", "c", "h", "cc", "cpp", "hpp", "java", "kt", "rb", "php", "sql", "cfg", "ini", "xml", "csv",
];

/// Words of a line that speaks of a file because it is not there, or not yet.
const ABSENCE: [&str; 16] = [
    "missing",
    "absent",
    "without",
    "broken",
    "stale",
    "dead",
    "nonexistent",
    "plan",
    "plans",
    "planned",
    "later",
    "prepare",
    "revert",
    "upstream",
    "ignore",
    "ignored",
];

/// The files that a message's first line names by their path, as they are written there.
pub(in crate::harness::audit) fn named(message: &str) -> Vec<String> {
    let line = subject(message);
    let lower = line.to_lowercase();
    if lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| ABSENCE.contains(&word))
    {
        return Vec::new();
    }
    without_examples(line).split_whitespace().filter_map(path).collect()
}

/// A file that a message names and that neither the commit nor the project holds.
pub(in crate::harness::audit) fn nowhere(message: &str, commit: &OfCommit) -> Option<String> {
    let is_there = |named: &str| {
        commit
            .paths
            .iter()
            .any(|path| path == named || path.ends_with(&format!("/{named}")) || named.ends_with(&format!("/{path}")))
    };
    // What the changed files speak of may be anywhere.
    let is_spoken_of = |named: &str| {
        let name = named.rsplit('/').next().unwrap_or(named);
        let holds = |text: &str| text.contains(name);
        commit
            .changes
            .iter()
            .any(|file| holds(&file.after) || file.before.as_deref().is_some_and(holds))
    };
    let mut all = named(message).into_iter();
    let lost = all.find(|named| !is_there(named) && !is_spoken_of(named))?;
    Some(format!("names {lost}, which is not there"))
}

/// A line without what is quoted and holds more than one word: an example of something.
fn without_examples(line: &str) -> String {
    let mut left = line.to_owned();
    for quote in ['"', '`', '\''] {
        let parts: Vec<&str> = left.split(quote).collect();
        if parts.len() < 3 {
            continue;
        }
        let keep = |(at, part): (usize, &&str)| {
            let is_example = at % 2 == 1 && part.trim().contains(' ');
            if is_example { String::new() } else { (*part).to_owned() }
        };
        left = parts.iter().enumerate().map(keep).collect::<Vec<_>>().join(" ");
    }
    left
}

fn path(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"' | '\'' | '`' | '!' | '?'));
    let word = word.trim_end_matches('.');
    // `src/net.rs:12`
    let word = word.split_once(':').map_or(word, |(path, line)| {
        let is_line = line.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        if is_line { path } else { word }
    });
    let word = word.trim_start_matches("../").trim_start_matches("./");
    let (folders, name) = word.rsplit_once('/')?;
    let (stem, ending) = name.rsplit_once('.')?;
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let first = folders.split('/').next().unwrap_or(folders);
    // `example.org/x.html` is an address, `a.rs/b.rs` are two files.
    let is_folder = !first.strip_prefix('.').unwrap_or(first).contains('.');
    let is_path = folders.split('/').all(plain) && plain(stem) && is_folder && ENDINGS.contains(&ending);
    is_path.then(|| word.to_owned())
}
