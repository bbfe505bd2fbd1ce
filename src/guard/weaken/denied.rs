//! Shell tests that only deny: that something is not in what a program prints, which is so where it prints nothing.
//!
//! Owns which statements deny, and when that is all a test does. Invariant: where the test says by its name that something is to be
//! missing, or anything else runs the program, nothing is found.

use super::live::words;
use super::suite::{Suite, Test};
use super::tree::{children, field, flat};
use tree_sitter::Node;

/// Programs that show what a file or a variable holds: that a word is not in it is a claim of its own.
const SHOWS: [&str; 14] = [
    "cat", "echo", "printf", "grep", "rg", "sed", "awk", "find", "ls", "git", "head", "tail", "strings", "jq",
];

/// How a statement begins that only makes room for the test.
const SETS_UP: [&str; 7] = ["rm ", "mkdir ", "touch ", "cp ", "chmod ", "mktemp", "export "];

/// Parts of words by which a test says that something is to be missing.
const ABSENCE: [&str; 31] = [
    "without", "never", "nothing", "quiet", "silen", "hide", "hidden", "secret", "redact", "leak", "omit", "absen", "missing",
    "remov", "delet", "empty", "clean", "exclu", "filter", "ignor", "skip", "drop", "mask", "doesn", "gone", "lack", "strip",
    "only", "unlist", "forg", "clear",
];

/// What a statement denies of the output of a program, if it passes by that: `! prog | grep -q x`, alone or in front of a line of TAP.
pub(super) fn denial(statement: Node<'_>, source: &str) -> Option<String> {
    let inner = children(statement);
    let pipeline = match statement.kind() {
        "if_statement" => *inner.first()?,
        "list" => {
            let mut first = *inner.first()?;
            while first.kind() == "list" {
                first = *children(first).first()?;
            }
            first
        }
        _ => statement,
    };
    let denied = denied_pipeline(pipeline, source)?;
    let whole = flat(statement, source);
    let rest = whole.split_once(&denied).map_or("", |(_, rest)| rest).trim();
    let says_passed = |said: &str| said.contains("ok ") && !said.starts_with("not ok");
    let first_said = rest.split(['"', '\'']).nth(1).unwrap_or_default();
    let passes = rest.is_empty() || rest.starts_with("|| ") || says_passed(first_said);
    passes.then_some(denied)
}

/// Whether a command's finding is denied, with the text of what denies it.
pub(super) fn around(command: Node<'_>, source: &str) -> Option<String> {
    let mut at = command.parent()?;
    if at.kind() == "redirected_statement" {
        at = at.parent()?;
    }
    match at.kind() {
        "negated_command" => Some(flat(at, source)),
        "pipeline" => {
            let is_last = children(at)
                .last()
                .is_some_and(|last| last.end_byte() >= command.end_byte() && last.start_byte() <= command.start_byte());
            let whole = flat(at, source);
            (is_last && whole.starts_with("! ")).then_some(whole)
        }
        _ => None,
    }
}

fn denied_pipeline(node: Node<'_>, source: &str) -> Option<String> {
    let is_whole = node.kind() == "redirected_statement";
    let pipeline = if is_whole { node.child_by_field_name("body")? } else { node };
    let parts = children(pipeline);
    let (first, last) = (parts.first()?, parts.last()?);
    let last = last.child_by_field_name("body").unwrap_or(*last);
    let program = flat(*first, source);
    let program = program.strip_prefix("! ")?.split_whitespace().next()?.to_owned();
    let shows = SHOWS.contains(&program.rsplit('/').next().unwrap_or(&program));
    let is_search = pipeline.kind() == "pipeline" && last.kind() == "command" && field(last, "name", source) == "grep";
    let given: Vec<String> = children(last).into_iter().skip(1).map(|word| flat(word, source)).collect();
    let (flags, sought): (Vec<&String>, Vec<&String>) = given.iter().partition(|word| word.starts_with('-'));
    let is_plain = !flags.iter().any(|flag| flag.contains(['v', 'L', 'c']));
    // That nothing at all is printed is a claim of its own.
    let is_of_something = sought
        .first()
        .is_some_and(|word| !matches!(word.trim_matches(['"', '\'']), "" | "." | "^" | ".*" | ".+"));
    (is_search && is_plain && is_of_something && !shows).then(|| flat(node, source))
}

/// Marks the tests that do nothing but deny.
pub(super) fn mark(suite: &mut Suite) {
    for test in &mut suite.tests {
        let sets_up = |statement: &String| {
            SETS_UP
                .iter()
                .any(|begin| statement.starts_with(begin) || statement.contains(&format!("=$({begin}")))
        };
        let is_denial = |statement: &String| test.denials.iter().any(|(_, denial, _)| denial == statement);
        let only = test
            .statements
            .iter()
            .all(|statement| is_denial(statement) || sets_up(statement));
        if test.denials.is_empty() || !only || speaks_of_absence(test) {
            continue;
        }
        let denials = std::mem::take(&mut test.denials);
        test.checks
            .retain(|check| !denials.iter().any(|(_, whole, _)| whole.contains(&check.text)));
        let others: Vec<String> = test
            .statements
            .iter()
            .filter(|statement| sets_up(statement))
            .cloned()
            .collect();
        for (line, whole, denied) in denials {
            test.moot
                .push((line, whole, format!("a program that prints nothing passes `{denied}`")));
        }
        test.moot.extend(
            others
                .into_iter()
                .map(|other| (test.line, other, "it only makes room".to_owned())),
        );
    }
}

fn speaks_of_absence(test: &Test) -> bool {
    let said = format!("{} {}", test.name(), test.about).to_lowercase();
    let lines: Vec<&String> = test.statements.iter().filter(|statement| statement.contains("ok ")).collect();
    let says = |said: &str| ABSENCE.iter().any(|part| said.contains(part));
    let named = said
        .split('_')
        .flat_map(words)
        .any(|word| matches!(word, "no" | "not" | "non" | "isnt"));
    // What a line of TAP says behind its first words.
    let told = |line: &String| {
        line.split("ok ").nth(1).is_some_and(|said| {
            let said = said.split(['"', '\'']).next().unwrap_or_default().to_lowercase();
            says(&said) || words(&said).any(|word| matches!(word, "no" | "not"))
        })
    };
    says(&said) || named || lines.into_iter().any(told)
}
