//! Commit messages that say nothing of what changed.
//!
//! Owns when a first line is empty of it, and when it says what the commit cannot have done. Pure. Invariant: a line that names
//! something, however short, is not empty; one that is called untrue is so by what changed, not by how it is worded.

pub(super) mod files;

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

/// Says whether a line names a changed file, or something that stands in one, by a word that is no feature's id: `Add f2` beside F002.
pub(super) fn names_code(text: &str, ids: &[&str], changes: &[Changed]) -> bool {
    const MAKES: [&str; 7] = ["def", "fn", "func", "function", "class", "const", "struct"];
    let is_made = |word: &str, file: &Changed| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let stem = name.split('.').next().unwrap_or(name);
        name == word || stem == word || MAKES.iter().any(|make| file.after.contains(&format!("{make} {word}")))
    };
    subject(text)
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.len() > 1 && !ids.iter().any(|id| id.eq_ignore_ascii_case(word)))
        .filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()))
        .any(|word| changes.iter().any(|file| is_made(word, file)))
}

/// A line as it would stand in a note: `Finish search (F004)` says that F004 is finished, where the search is all of F004.
pub(super) fn as_claim(text: &str, features: &[&Feature]) -> String {
    const FINISHES: [&str; 6] = ["finish", "finishes", "finished", "complete", "completes", "completed"];
    let text = bare(text);
    let mut words = text.split_whitespace();
    let finishes = words
        .next()
        .is_some_and(|first| FINISHES.contains(&first.to_lowercase().as_str()));
    let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
    let claimed = features.iter().find(|feature| {
        let named = format!("({})", feature.id.as_str());
        let object = rest.trim().strip_suffix(&named).map(str::trim);
        object.is_some_and(|object| {
            let mut said = parts(object).filter(|word| !is_filler(word)).peekable();
            said.peek().is_some() && said.all(|word| parts(&feature.description).any(|known| is_akin(&known, &word)))
        })
    });
    match claimed.filter(|_| finishes) {
        Some(feature) => format!("{} is finished.", feature.id.as_str()),
        None => text.to_owned(),
    }
}

/// Why a line cannot be true of what changed: tests that no file holds, or something deleted where no line went.
pub(super) fn untrue(text: &str, features: &[&Feature], changes: &[Changed], removed: u32) -> Option<String> {
    const ADDS: [&str; 6] = ["add", "adds", "added", "write", "writes", "wrote"];
    const DELETES: [&str; 6] = ["delete", "deletes", "deleted", "remove", "removes", "removed"];
    let words: Vec<String> = parts(bare(text)).collect();
    let first = words.first()?.as_str();
    if changes.is_empty() {
        return None;
    }
    // What the tests are for comes behind them; before them stand at most two words on what they are.
    let at = words.iter().position(|word| matches!(word.as_str(), "test" | "tests"));
    let says_tests = ADDS.contains(&first)
        && at.is_some_and(|at| {
            let between = words.get(1..at).unwrap_or_default();
            let ends = words
                .get(at + 1)
                .is_none_or(|next| matches!(next.as_str(), "for" | "of" | "to"));
            let is_of = |word: &String| matches!(word.as_str(), "for" | "on" | "about" | "of" | "to" | "from" | "and" | "how");
            ends && between.len() <= 2 && !between.iter().any(is_of)
        });
    if says_tests && !changes.iter().any(holds_tests) {
        return Some("no test was touched".to_owned());
    }
    let is_feature = |verb: &str| {
        features
            .iter()
            .any(|feature| parts(&feature.description).any(|word| is_akin(&word, verb)))
    };
    let whole =
        |file: &Changed| !file.after.is_empty() && file.before.as_ref().is_none_or(|before| file.after.contains(before.as_str()));
    let says_gone = DELETES.contains(&first) && words.get(1).is_some_and(|next| next == "the");
    (says_gone && removed == 0 && changes.iter().all(whole) && !is_feature(first)).then(|| "nothing was removed".to_owned())
}

/// Says whether a changed file is a test, or the tests in it changed.
fn holds_tests(file: &Changed) -> bool {
    const WORDS: [&str; 4] = ["test", "spec", "assert", "expect"];
    let of = |text: &str| WORDS.iter().any(|word| text.to_lowercase().contains(word));
    // From the first line on that speaks of tests: what stands before them is the program.
    let tests = |text: &str| -> Vec<String> {
        let own = text.lines().position(|line| line.trim() == "#[cfg(test)]");
        let from = own.or_else(|| text.lines().position(of)).unwrap_or(usize::MAX);
        text.lines().skip(from).map(str::to_owned).collect()
    };
    let changed = of(&file.after) && file.before.as_ref().is_none_or(|before| tests(before) != tests(&file.after));
    file.is_test || of(&file.path) || changed
}

/// A line without what says of which kind it is: `feat(x): `.
fn bare(text: &str) -> &str {
    let text = subject(text);
    match text.split_once(": ") {
        Some((kind, rest)) if !kind.contains(' ') => rest,
        _ => text,
    }
}

fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "the" | "a" | "an" | "of" | "for" | "and" | "feature" | "all" | "work" | "on"
    )
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
mod tests;
