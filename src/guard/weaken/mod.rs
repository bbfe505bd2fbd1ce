//! Tests that became weaker: deleted, switched off, emptied, made to pass whatever happens, or told to expect something else.
//!
//! Owns reading test files of five languages ([`suite`]) and comparing what they hold before and after a change ([`compare`]). Does not
//! own who may change a test, nor what a finding leads to: a person judges. Pure. Invariant: a change that leaves every test with the
//! checks it had gives no finding, whatever it does to names of helpers, order, layout or comments.
//!
//! A language is one file with one function that fills a [`suite::Suite`] from its syntax tree, and a line in [`reader`].

mod asserted;
mod bracket;
mod compare;
mod constant;
mod denied;
mod expectation;
mod expr;
mod go;
mod javascript;
mod live;
mod moot;
mod own_failure;
mod printed;
mod python;
mod rust;
mod settled;
mod shell;
mod suite;
#[cfg(test)]
mod tests;
pub(super) mod tree;
mod unwritten;
mod verdict;

use crate::harness::grammar::Grammar;
use std::fmt;
use suite::Suite;

/// A file of a change, as it was and as it is; `None` where there is none.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a> {
    /// Path within the workspace.
    pub path: &'a str,
    /// The text before.
    pub before: Option<&'a str>,
    /// The text after.
    pub after: Option<&'a str>,
}

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is gone.
    Deleted,
    /// It is there and does not run, or its failure does not count.
    Skipped,
    /// It runs instead of all others.
    Only,
    /// It does nothing any more.
    Emptied,
    /// A failure inside it is caught and dropped.
    Swallowed,
    /// A check holds whatever the program does.
    AlwaysTrue,
    /// A check expects something else.
    Expectation,
    /// It checks less, or for fewer cases.
    Fewer,
    /// It is new, and only calls the program: that may be all that it is for, so it is told and holds nothing back.
    OnlyCalls,
    /// It is new, and checks only where the machine is set up so: told, and holds nothing back.
    Sometimes,
}

impl Kind {
    /// Says whether it is told and holds nothing back.
    #[must_use]
    pub const fn is_only_told(self) -> bool {
        matches!(self, Self::OnlyCalls | Self::Sometimes)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakening {
    /// Path of the file that holds, or held, the test.
    pub path: String,
    /// Line of the test or the check, from 1: in the new text, or in the old one if it is gone.
    pub line: usize,
    /// Name of the test, with the groups it stands in.
    pub test: String,
    /// What became of it.
    pub kind: Kind,
    /// How, as half a sentence.
    pub how: String,
    /// Whether the test is new: then it is not weaker than it was, and proves nothing.
    pub new: bool,
}

impl Weakening {
    /// Name of the test without its groups.
    #[must_use]
    pub fn leaf(&self) -> &str {
        self.test.rsplit(suite::GROUP).next().unwrap_or(&self.test)
    }
}

impl fmt::Display for Weakening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}: {}", self.path, self.line, self.test, self.how)
    }
}

/// Reads the tests of a source text.
type Reader = fn(tree_sitter::Node<'_>, &str, &mut Suite);

/// How the tests of a language are read.
const fn reader(grammar: Grammar) -> Reader {
    match grammar {
        Grammar::Rust => rust::read,
        Grammar::Python => python::read,
        Grammar::JavaScript | Grammar::TypeScript => javascript::read,
        Grammar::Go => go::read,
        Grammar::Shell => shell::read,
    }
}

/// Says whether the tests in a file can be read.
#[must_use]
pub fn reads(path: &str) -> bool {
    Grammar::of(path).is_some() && (!path.ends_with("sh") || shell::is_for_tests(path))
}

/// Compares the tests of a change with those before it. A test that moved to another file of the change is the same test.
#[must_use]
pub fn weakened(files: &[Changed<'_>]) -> Vec<Weakening> {
    let read = |path, text: Option<&str>| text.and_then(|text| suite_of(path, text)).unwrap_or_default();
    let suites: Vec<(&str, Suite, Suite)> = files
        .iter()
        .filter(|file| reads(file.path))
        .map(|file| (file.path, read(file.path, file.before), read(file.path, file.after)))
        .collect();
    compare::suites(&suites)
}

/// Names the tests of a file that hold whatever the program does: new ones are looked at as those of a change are, and old ones should
/// have been.
#[must_use]
pub fn vacuous(path: &str, text: &str) -> Vec<Weakening> {
    let (before, after) = (None, Some(text));
    let mut found = weakened(&[Changed { path, before, after }]);
    found.retain(|found| found.kind != Kind::Only && !found.kind.is_only_told());
    found
}

/// Names the tests of a file in which none checks anything: whoever writes them takes nothing away. Empty if one does, or none is there.
#[must_use]
pub fn unwritten(path: &str, text: &str) -> Vec<String> {
    if reads(path) {
        unwritten::names(path, text)
    } else {
        Vec::new()
    }
}

fn suite_of(path: &str, text: &str) -> Option<Suite> {
    let grammar = Grammar::of(path)?;
    let text = shell::plain(path, text);
    let tree = grammar.parse(&text)?;
    let mut suite = Suite::default();
    reader(grammar)(tree.root_node(), &text, &mut suite);
    asserted::mark(grammar, tree.root_node(), &text, &mut suite);
    suite.tests.iter_mut().for_each(settled::mark);
    moot::mark(&mut suite);
    shell::name(path, &text, &mut suite);
    denied::mark(&mut suite);
    Some(suite)
}
