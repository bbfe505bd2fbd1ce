//! A JSON scanner that keeps where every token stands.
//!
//! Owns RFC 8259 syntax with good error sentences, and byte spans; comments and trailing commas are read as well, and said to be
//! there. Does not own meaning: what a key says is for the readers. Invariant: for every node, `text[node.span]` is exactly the
//! token (or bracketed value) it was read from.

mod blank;
mod scanner;
mod text;
mod token;

pub use blank::without_comments;

use scanner::{Extra, Scanner};
use std::ops::Range;

/// Deepest nesting that is read; real lists use fewer than ten levels.
pub const MAX_DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Bytes of the whole value.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// A JSON value. Numbers are left as text: nothing here computes with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number; see its span.
    Number,
    /// A string, unescaped; a lone surrogate becomes U+FFFD.
    Text(String),
    /// An array.
    Array(Vec<Node>),
    /// An object, duplicate keys kept, in file order.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its key, unescaped.
    pub key: String,
    /// Where the key begins.
    pub at: usize,
    /// Its value.
    pub value: Node,
}

/// A document and what was odd but readable about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The root value.
    pub root: Node,
    /// Oddities with their byte offset.
    pub oddities: Vec<(usize, String)>,
    /// Whether it is JSON to the letter: no comments, no trailing commas.
    pub strict: bool,
}

/// A syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset.
    pub at: usize,
    /// What was found and expected.
    pub what: String,
}

impl Node {
    /// Its members, if it is an object.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// Its items, if it is an array.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// Whether it is an object.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// Names the kind of value, with its article.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number => "a number",
            Value::Text(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

/// Reads a whole document. A byte order mark at the start is skipped.
///
/// # Errors
/// Gives the first place where the text stops being JSON, or nests deeper than [`MAX_DEPTH`].
pub fn scan(text: &str) -> Result<Document, Fault> {
    let mut scanner = Scanner {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        depth: 0,
        oddities: Vec::new(),
        comments: Extra::default(),
        commas: Extra::default(),
    };
    scanner.blank()?;
    let root = scanner.value()?;
    scanner.blank()?;
    if scanner.at < text.len() {
        let found = scanner.found();
        return Err(scanner.fault(format!(
            "the document ends here, but {found} follows; remove what stands after the last bracket"
        )));
    }
    let mut oddities = scanner.oddities;
    let strict = scanner.comments.count == 0 && scanner.commas.count == 0;
    for (extra, one, more) in [
        (scanner.comments, "a comment", "comments"),
        (
            scanner.commas,
            "a comma before a closing bracket",
            "commas before closing brackets",
        ),
    ] {
        match extra.count {
            0 => {}
            1 => oddities.push((extra.first, format!("{one}, which JSON does not know; it is kept"))),
            count => oddities.push((
                extra.first,
                format!("the first of {count} {more}, which JSON does not know; they are kept"),
            )),
        }
    }
    Ok(Document { root, oddities, strict })
}
