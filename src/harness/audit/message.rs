//! Commit messages that say nothing of what changed.
//!
//! Owns when a first line is empty of it. Pure. Invariant: a line that names something, however short, is none.

use super::Changed;
use crate::protocol::Feature;
use std::collections::BTreeSet;

/// Words that say nothing, alone or together, whatever the work is on.
const EMPTY: &str = "wip update updates updated updating change changes changed fix fixes fixed fixing commit commits misc stuff work works \
    working progress in some more minor small various few final last latest another other several further code file files thing things \
    bug bugs issue issues problem problems edits tweak tweaks a an the and of for it all my this that to now again done session \
    checkpoint asdf qwer qwerty blah foo bar baz tmp temp on as per with by at is are was be so far etc them these those here there \
    me we i you your our us can do does did doing make makes made making go going get got let just also too still not yet no yes ok \
    okay good better best nice new next step steps part parts continue continued continuing asked requested request told needed \
    wanted required instructed instructions discussed agreed said something everything anything stage stash feat chore";

/// Words that say nothing together with those, and alone only where the work is on what they name.
const WEAK: &str = "save saved saves saving improve improved improves improvement improvements implement implemented implementation \
    feature features task tasks job adjust adjusted adjustments refine refinements complete completed finish finished start started \
    begin refactor refactored refactoring project app program";

/// Words that say nothing beside no more than a feature's id: what was done to it is what its description says.
const OF_IDS: &str = "add adds added adding";

/// Letters of an id that are taken for no word.
const LETTERS: usize = 5;

/// The first line of a message.
pub(super) fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default().trim()
}

/// Says whether a message's first line says nothing of what changed: no word, one only, or none but those that say nothing and the ids
/// of features. `is_known` says of a word whether it is of the work: one such word says something.
pub(super) fn is_empty(message: &str, ids: &[&str], is_known: &dyn Fn(&str) -> bool) -> bool {
    let subject = subject(message);
    let (references, rest): (Vec<_>, Vec<_>) = subject.split_whitespace().partition(|word| is_reference(word));
    let (said, names_ids) = without_ids(&rest.join(" "), ids);
    // What it refers to says it, if it is said what was done about that.
    if !references.is_empty() {
        return !said.iter().any(|word| word.chars().any(char::is_alphabetic));
    }
    let words: BTreeSet<String> = said
        .into_iter()
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect();
    let is_among = |line: &str, word: &str| line.split_whitespace().any(|known| known == word);
    // A script without spaces says in one word what others say in a sentence.
    let tells = |word: &&String| !word.is_ascii() || word.len() > 1 && !is_among(EMPTY, word);
    let telling: Vec<&String> = words.iter().filter(tells).collect();
    let is_weak = telling
        .iter()
        .all(|word| is_among(WEAK, word) || names_ids && is_among(OF_IDS, word));
    match telling.as_slice() {
        [] => true,
        [_] if names_ids => is_weak,
        [only] if words.len() == 1 && only.bytes().all(|byte| byte.is_ascii_alphabetic()) => !is_known(only),
        [_] => is_weak,
        // "Complete tasks" says something where there are tasks to complete.
        several => is_weak && !several.iter().all(|word| is_known(word)),
    }
}

/// The words of a line in small letters, the ids of features left out, and whether there were any of those.
fn without_ids(line: &str, ids: &[&str]) -> (Vec<String>, bool) {
    let cut = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    // An id that is a word, or made of such, says what the feature is.
    let is_code =
        |id: &&&str| id.bytes().any(|byte| byte.is_ascii_digit()) && id.chars().filter(|c| c.is_alphabetic()).count() <= LETTERS;
    let ids: Vec<Vec<String>> = ids
        .iter()
        .filter(is_code)
        .map(|id| cut(id))
        .filter(|id| !id.is_empty())
        .collect();
    let words = cut(line);
    let (mut rest, mut left, mut names_ids) = (words.as_slice(), Vec::new(), false);
    while let [word, behind @ ..] = rest {
        let is_here = |id: &&Vec<String>| id.len() <= rest.len() && id.iter().zip(rest).all(|(own, word)| is_same_id(own, word));
        match ids.iter().find(is_here) {
            Some(id) => (rest, names_ids) = (&rest[id.len()..], true),
            None => {
                left.push(word.clone());
                rest = behind;
            }
        }
    }
    (left, names_ids)
}

/// Whether two parts of ids are the same, whatever zeros their numbers begin with.
fn is_same_id(one: &str, other: &str) -> bool {
    let parts = |id: &str| {
        let stem = id.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        let number = id.get(stem.len()..).and_then(|number| number.parse::<u64>().ok());
        (stem, number)
    };
    one == other || parts(one) == parts(other)
}

/// Says whether a word is of the work: it stands in the text of a feature, in a changed path, or among the names of a changed file.
pub(super) fn is_of_the_work(word: &str, features: &[&Feature], changes: &[Changed]) -> bool {
    let akin = |text: &str| parts(text).any(|part| is_akin(&part, word));
    features
        .iter()
        .any(|feature| akin(&feature.description) || akin(&feature.category))
        || changes.iter().any(|file| akin(&file.path) || akin(&file.after))
}

/// The words of a text and of the names in it, in small letters: `parseLine` is two.
fn parts(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).flat_map(|name| {
        let mut words: Vec<String> = Vec::new();
        let mut is_low = false;
        for c in name.chars() {
            match words.last_mut() {
                Some(word) if !(is_low && c.is_uppercase()) => word.extend(c.to_lowercase()),
                _ => words.push(c.to_lowercase().collect()),
            }
            is_low = c.is_lowercase();
        }
        words
    })
}

/// Whether two words are forms of one: "adds", "addition".
fn is_akin(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let stem = short.strip_suffix('s').unwrap_or(short);
    let same = short
        .chars()
        .zip(long.chars())
        .take_while(|(one, other)| one == other)
        .count();
    one == other || stem.len() > 2 && long.starts_with(stem) || same > 4 && same + 3 >= short.chars().count()
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

    const IDS: [&str; 5] = ["F001", "F003", "US-12", "login-form-2", "#4"];

    #[test]
    fn a_message_of_ids_alone_is_empty() {
        for message in [
            "F003",
            "F003.",
            "f003",
            "F3",
            "F001, F003",
            "F001 and F003",
            "F001-F003",
            "US-12",
            "Complete F003",
            "Completed: F003",
            "Implement F003",
            "Implement feature F003",
            "F003: done",
            "feat: F003",
            "feat(F003): implement",
            "Work on F001",
            "Add F003",
            "F003 wip",
            "Finish US-12",
        ] {
            assert!(is_empty(message, &IDS, &|_| false), "{message}");
            assert!(is_empty(message, &IDS, &|word| word == "complete"), "{message}");
        }
        for message in [
            "F003: print the third number",
            "F003: delete",
            "Print (F003)",
            "feat(F003): search",
            "Complete the parser of F003",
            "Add greet() for F001",
            "Mark F003 as passing",
            "Revert F003",
            "Test F003",
            "login-form-2",
            "Fix #4",
            "F004",
            "F0035",
            "Save notes (US-12)",
        ] {
            assert!(!is_empty(message, &IDS, &|_| false), "{message}");
        }
    }

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
            "#12",
            "(#12)",
            "#12, #13",
            "#12 #13.",
            "v0.2",
            "v1.2.0",
            "1.2.0",
            "F003 (#12)",
            "F003 v0.2",
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
            "work on it",
            "save progress",
            "Save progress.",
            "saving my work",
            "more work",
            "changes",
            "fix stuff",
            "misc",
            "Checkpoint",
            "checkpoint 3",
            "as asked",
            "as requested",
            "changes as discussed",
            "do the task",
            "Implement feature",
            "next step",
            "continue",
            "made it work",
            "make it better",
            "Various improvements",
            "improve code",
            "update the project files",
            "some fixes and improvements",
            "it works now",
            "finish the work",
            "feat: work on it",
            "refactor code",
            "Addition",
            "wip\n\nThe body says it, nobody reads it.",
        ] {
            assert!(is_empty(message, &IDS, &|_| false), "{message}");
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
            "Release 1.2.0",
            "(#12) parser",
            "v1.2.0: search",
            "Initial commit",
            "Add tests",
            "Fix typo",
            "F003: delete",
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
            "Rename parser",
            "Save notes to a file",
            "Improve the error of an empty title",
            "Implement search",
            "Complete the parser",
            "Checkpoint the log every minute",
            "Make cut() stop at quotes",
            "Continue after a broken line",
            "feat: delete",
            "chore: lint",
            "Ask before delete",
            "Start the project with a skeleton",
            "sum instead of product",
        ] {
            assert!(!is_empty(message, &IDS, &|_| false), "{message}");
        }
    }

    #[test]
    fn one_word_says_something_where_the_work_is_on_what_it_names() {
        let feature = Feature {
            description: "The calculator adds two numbers".into(),
            ..Feature::default()
        };
        let changes = [Changed {
            path: "src/tokenizer.rs".into(),
            before: None,
            after: "fn cutLine() {}\nstruct saved_state;\n".into(),
            is_test: false,
        }];
        let told = |message: &str| !is_empty(message, &IDS, &|word| is_of_the_work(word, &[&feature], &changes));
        for message in [
            "Addition",
            "add",
            "Numbers",
            "Tokenizer",
            "cut",
            "Line",
            "Save",
            "calculators",
        ] {
            assert!(told(message), "{message}");
        }
        for message in [
            "Subtraction",
            "wip",
            "changes",
            "Cleanup",
            "work on it",
            "misc",
            "more work",
            "Implementation",
        ] {
            assert!(!told(message), "{message}");
        }
        let todo = Feature {
            description: "A task can be marked as completed".into(),
            ..Feature::default()
        };
        assert!(!is_empty("Complete tasks", &IDS, &|word| is_of_the_work(word, &[&todo], &[])));
        assert!(is_empty("Complete tasks", &IDS, &|word| is_of_the_work(
            word,
            &[&feature],
            &[]
        )));
        let all = |word: &str| !is_empty(word, &IDS, &|_| true);
        for message in ["checkpoint", "update", "files", "work on it", "save progress"] {
            assert!(!all(message), "{message}");
        }
    }
}
