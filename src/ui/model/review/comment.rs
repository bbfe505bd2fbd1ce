//! Comments on lines, files and whole changes: each on a line stands on the text of that line, so that it is found again when the
//! lines move.
//!
//! Does not own where comments are drawn. Invariant: what the agent is told of a line is the line as it was commented on, between
//! the lines around it; which of them is meant is told too.

use crate::protocol::ReviewComment;
use crate::ui::text::diff::{Row, RowKind};

/// A comment, and whether it was sent in an earlier round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Place and text.
    pub at: ReviewComment,
    /// Whether the agent has it already.
    pub sent: bool,
}

/// How much of a change a comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Change,
    /// A file of it.
    File,
    /// A line, or a hunk by its `@@` line.
    Line,
}

/// What a comment can be written on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Path of the file; empty for the whole change.
    pub path: String,
    /// Line before.
    pub old_line: Option<u32>,
    /// Line after.
    pub line: Option<u32>,
    /// The line with its sign, between the lines around it; a hunk's `@@` line stands for the hunk. Empty for a file.
    pub snippet: String,
    /// Which line of the snippet it is.
    pub row: u32,
}

impl Spot {
    /// Makes the spot of a row of a file's patch.
    #[must_use]
    pub fn of(path: &str, rows: &[Row], at: usize) -> Self {
        let row = rows.get(at);
        let own = row.map(printed).unwrap_or_default();
        let [above, below] = neighbours(rows, at);
        let meant = u32::from(above.is_some());
        let lines: Vec<String> = above.into_iter().chain([own]).chain(below).collect();
        Self {
            path: path.to_owned(),
            old_line: row.and_then(|row| row.old),
            line: row.and_then(|row| row.new),
            snippet: lines.join("\n"),
            row: meant,
        }
    }

    /// Makes the spot of a file as a whole.
    #[must_use]
    pub fn of_file(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            old_line: None,
            line: None,
            snippet: String::new(),
            row: 0,
        }
    }

    /// Makes the spot of the whole change.
    #[must_use]
    pub fn of_change() -> Self {
        Self::of_file("")
    }

    /// Says what a comment here is about.
    #[must_use]
    pub fn scope(&self) -> Scope {
        scope(&self.path, &self.snippet)
    }

    /// Returns the line itself.
    #[must_use]
    pub fn own_line(&self) -> &str {
        own_line(&self.snippet, self.row)
    }

    /// Says whether a comment stands here.
    #[must_use]
    pub fn has(&self, comment: &Comment) -> bool {
        let at = &comment.at;
        let place = at.path == self.path && at.old_line == self.old_line && at.line == self.line;
        place && comment.scope() == self.scope() && comment.own_line() == self.own_line()
    }

    /// Makes a comment of it.
    #[must_use]
    pub fn comment(self, text: String) -> Comment {
        Comment {
            at: ReviewComment {
                path: self.path,
                line: self.line,
                old_line: self.old_line,
                snippet: self.snippet,
                row: self.row,
                text,
            },
            sent: false,
        }
    }
}

const fn scope(path: &str, snippet: &str) -> Scope {
    match (path.is_empty(), snippet.is_empty()) {
        (true, _) => Scope::Change,
        (false, true) => Scope::File,
        (false, false) => Scope::Line,
    }
}

fn own_line(snippet: &str, row: u32) -> &str {
    snippet.split('\n').nth(row as usize).unwrap_or_default()
}

/// Prints a row as a diff does.
fn printed(row: &Row) -> String {
    let sign = match row.kind {
        RowKind::Context => " ",
        RowKind::Added => "+",
        RowKind::Removed => "-",
        RowKind::Note => "\\ ",
        RowKind::Hunk => "",
    };
    format!("{sign}{}", row.text)
}

/// The rows before and after one, as far as they are lines of its hunk.
fn neighbours(rows: &[Row], at: usize) -> [Option<String>; 2] {
    let is_line = |row: &&Row| matches!(row.kind, RowKind::Context | RowKind::Added | RowKind::Removed);
    if !rows.get(at).as_ref().is_some_and(is_line) {
        return [None, None];
    }
    let around = [at.checked_sub(1), Some(at + 1)];
    around.map(|at| rows.get(at?).filter(is_line).map(printed))
}

impl Comment {
    /// Says what it is about.
    #[must_use]
    pub fn scope(&self) -> Scope {
        scope(&self.at.path, &self.at.snippet)
    }

    /// Returns the line that it was written on.
    #[must_use]
    pub fn own_line(&self) -> &str {
        own_line(&self.at.snippet, self.at.row)
    }

    /// Finds the row of a file that it stands on: the same text, nearest to where it stood. A line without a word is the same only
    /// beside a line that is the same too.
    #[must_use]
    pub fn row(&self, rows: &[Row]) -> Option<usize> {
        let own = self.own_line();
        let says_nothing = !own.chars().any(char::is_alphanumeric);
        let line = |at: usize| self.at.snippet.split('\n').nth(at);
        let meant = self.at.row as usize;
        let (above, below) = (meant.checked_sub(1).and_then(line), line(meant + 1));
        let beside = |at: usize| {
            let [before, after] = neighbours(rows, at);
            let same = |found: Option<String>, known: Option<&str>| known.is_some() && found.as_deref() == known;
            (above.is_none() && below.is_none()) || same(before, above) || same(after, below)
        };
        let stood = self.at.line.or(self.at.old_line).unwrap_or(0);
        let away = |row: &Row| row.new.or(row.old).unwrap_or(0).abs_diff(stood);
        let same = rows.iter().enumerate().filter(|(_, row)| printed(row) == own);
        let same = same.filter(|(at, _)| !says_nothing || beside(*at));
        same.min_by_key(|(_, row)| away(row)).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::diff::of_patch;

    #[test]
    fn a_comment_follows_its_line_and_knows_when_it_is_gone() {
        let before = of_patch("@@ -1,2 +1,3 @@\n a\n+x\n b\n");
        let comment = Spot::of("f", &before, 2).comment("why?".into());
        assert_eq!((comment.at.snippet.as_str(), comment.own_line()), (" a\n+x\n b", "+x"));
        assert_eq!(comment.row(&before), Some(2));
        let moved = of_patch("@@ -1,1 +1,2 @@\n+x\n q\n@@ -10,2 +11,3 @@\n a\n+x\n");
        assert_eq!(comment.row(&moved), Some(1), "of two the nearest");
        assert_eq!(
            comment.row(&of_patch("@@ -1,2 +1,3 @@\n a\n x\n b\n")),
            None,
            "it is no longer an added line"
        );
    }

    #[test]
    fn an_empty_line_is_known_by_the_lines_around_it() {
        let rows = of_patch("@@ -0,0 +1,4 @@\n+one\n+\n+two\n+\n");
        let comment = Spot::of("f", &rows, 2).comment("why a gap?".into());
        assert_eq!((comment.at.snippet.as_str(), comment.at.row), ("+one\n+\n+two", 1));
        let gone = of_patch("@@ -0,0 +1,4 @@\n+three\n+\n+four\n+\n");
        assert_eq!(comment.row(&gone), None, "another empty line is not this one");
        let moved = of_patch("@@ -0,0 +1,4 @@\n+\n+zero\n+one\n+\n+2\n");
        assert_eq!(comment.row(&moved), Some(4));
        let first = Spot::of("f", &rows, 1).comment("x".into());
        assert_eq!(
            (first.at.snippet.as_str(), first.at.row),
            ("+one\n+", 0),
            "the hunk's line is no context"
        );
        let hunk = Spot::of("f", &rows, 0).comment("x".into());
        assert_eq!((hunk.at.snippet.as_str(), hunk.row(&rows)), ("@@ -0,0 +1,4 @@", Some(0)));
    }

    #[test]
    fn what_it_is_about_is_told_by_what_it_stands_on() {
        let rows = of_patch("@@ -0,0 +1 @@\n+x\n");
        let scopes = [Spot::of_change(), Spot::of_file("f"), Spot::of("f", &rows, 1)].map(|spot| spot.scope());
        assert_eq!(scopes, [Scope::Change, Scope::File, Scope::Line]);
        assert!(!Spot::of_file("f").has(&Spot::of("f", &rows, 0).comment("x".into())));
    }
}
