//! Commit messages that say nothing of what changed.
//!
//! Owns when a first line is empty of it. Pure. Invariant: a line that names something, however short, is none.

use std::collections::BTreeSet;

/// Words that say nothing, alone or together.
const EMPTY: &str = "wip update updates updated updating change changes changed fix fixes fixed fixing commit commits misc stuff work works \
    working progress in some more minor small various few final last latest another other several further code file files thing things \
    bug bugs issue issues problem problems edits tweak tweaks a an the and of for it all my this that to now again done session \
    checkpoint asdf qwer qwerty blah foo bar baz tmp temp";

/// The first line of a message.
pub(super) fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default().trim()
}

/// Says whether a message's first line says nothing of what changed: no word, one only, or none but those that say nothing.
pub(super) fn is_empty(message: &str) -> bool {
    let subject = subject(message);
    if subject.split_whitespace().any(is_reference) {
        return false;
    }
    let words: BTreeSet<String> = subject
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect();
    // A script without spaces says in one word what others say in a sentence.
    let tells = |word: &String| !word.is_ascii() || word.len() > 1 && !EMPTY.split(' ').any(|empty| empty == word);
    let mut telling = words.iter().filter(|word| tells(word));
    let is_alone = |word: &String| words.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    telling.next().is_none_or(is_alone)
}

/// A version, or the number of something that is told elsewhere: `v1.2.0`, `#12`.
fn is_reference(word: &str) -> bool {
    let word = word.trim_matches(['(', ')', ',', '.', ':']);
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let version = word.strip_prefix('v').unwrap_or(word);
    version.contains('.') && version.split('.').all(number) || word.strip_prefix('#').is_some_and(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_a_word_of_what_changed_is_empty() {
        for message in [
            "",
            "wip",
            "WIP",
            "update",
            "fix",
            "Fixes.",
            "asdf",
            "asdf asdf",
            "x",
            "a b c",
            "...",
            "12",
            "123 456",
            "!!!",
            "work in progress",
            "fix bug",
            "Fix bugs",
            "minor changes",
            "some more changes",
            "final fix",
            "update files",
            "Session 3",
            "wip 2",
            "cleanup",
            "Stuff and things",
            "blah blah",
            "commit",
            "fix the code",
            "- update -",
            "wip\n\nThe body says it, nobody reads it.",
        ] {
            assert!(is_empty(message), "{message}");
        }
    }

    #[test]
    fn an_honest_message_is_not_however_short() {
        for message in [
            "Add greet()",
            "Fix tags of empty notes",
            "fix: parser",
            "docs: update",
            "Update README",
            "Fix #12",
            "v1.2.0",
            "Release 1.2.0",
            "Initial commit",
            "Add tests",
            "Fix typo",
            "F003",
            "F003: delete",
            "Work on F001",
            "parser: rewrite",
            "Remove dead code",
            "Revert \"wip\" of notes",
            "Bump serde",
            "Fix off-by-one",
            "add_greet",
            "修复登录错误",
            "Исправить поиск",
            "Skeleton of it",
            "Rename x to y.txt",
            "Clean up",
            "fix(tags): empty notes",
            "Merge side",
            "Notes: search works",
            "sum instead of product",
        ] {
            assert!(!is_empty(message), "{message}");
        }
    }
}
