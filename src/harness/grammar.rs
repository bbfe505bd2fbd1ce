//! The languages whose syntax is read, and how a file is known to be written in one.
//!
//! Owns the grammars. Does not own what is looked for in a tree. Invariant: what is too long to be read gives no tree, never half of one.

use tree_sitter::{Parser, Tree};

/// Longest text that is read, in bytes: what is longer was generated.
const LONGEST: usize = 2_000_000;

/// A language whose syntax is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grammar {
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// JavaScript, with the elements of JSX.
    JavaScript,
    /// TypeScript, with the elements of TSX.
    TypeScript,
    /// Go.
    Go,
    /// The shells that are close to bash.
    Shell,
}

/// Endings of the names of files, and what stands in them.
const ENDINGS: [(&[&str], Grammar); 6] = [
    (&[".rs"], Grammar::Rust),
    (&[".py"], Grammar::Python),
    (&[".js", ".mjs", ".cjs", ".jsx"], Grammar::JavaScript),
    (&[".ts", ".mts", ".cts", ".tsx"], Grammar::TypeScript),
    (&[".go"], Grammar::Go),
    (&[".sh", ".bash", ".bats", ".t"], Grammar::Shell),
];

impl Grammar {
    /// Returns the language of a file by its name.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let ends = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
        ENDINGS.iter().find(|(names, _)| ends(names)).map(|(_, grammar)| *grammar)
    }

    /// Reads a text. `None` if it is too long.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Tree> {
        if text.len() > LONGEST {
            return None;
        }
        let language = match self {
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Self::Go => tree_sitter_go::LANGUAGE.into(),
            Self::Shell => tree_sitter_bash::LANGUAGE.into(),
        };
        let mut parser = Parser::new();
        parser.set_language(&language).ok()?;
        parser.parse(text.as_bytes(), None)
    }
}
