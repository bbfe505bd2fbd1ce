//! Comments on lines: each stands on the text of its line, so that it is found again when the lines move.

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

/// A line of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Path of the file.
    pub path: String,
    /// Line before.
    pub old_line: Option<u32>,
    /// Line after.
    pub line: Option<u32>,
    /// The line with its sign; a hunk's `@@` line stands for the hunk.
    pub snippet: String,
}

impl Spot {
    /// Makes the spot of a row.
    #[must_use]
    pub fn of(path: &str, row: &Row) -> Self {
        Self {
            path: path.to_owned(),
            old_line: row.old,
            line: row.new,
            snippet: snippet(row),
        }
    }

    /// Makes the spot of a file of which no line can be shown.
    #[must_use]
    pub fn of_file(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            old_line: None,
            line: None,
            snippet: String::new(),
        }
    }

    /// Says whether a comment stands here.
    #[must_use]
    pub fn has(&self, comment: &Comment) -> bool {
        let at = &comment.at;
        at.path == self.path && at.old_line == self.old_line && at.line == self.line && at.snippet == self.snippet
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
                text,
            },
            sent: false,
        }
    }
}

/// Prints a row as a diff does.
fn snippet(row: &Row) -> String {
    let sign = match row.kind {
        RowKind::Context => " ",
        RowKind::Added => "+",
        RowKind::Removed => "-",
        RowKind::Note => "\\ ",
        RowKind::Hunk => "",
    };
    format!("{sign}{}", row.text)
}

impl Comment {
    /// Finds the row of a file that it stands on: the same text, nearest to where it stood.
    #[must_use]
    pub fn row(&self, rows: &[Row]) -> Option<usize> {
        if self.at.snippet.is_empty() && rows.is_empty() {
            return Some(0);
        }
        let stood = self.at.line.or(self.at.old_line).unwrap_or(0);
        let same = rows.iter().enumerate().filter(|(_, row)| snippet(row) == self.at.snippet);
        let away = |row: &Row| row.new.or(row.old).unwrap_or(0).abs_diff(stood);
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
        let comment = Spot::of("f", &before[2]).comment("why?".into());
        assert_eq!(comment.row(&before), Some(2));
        let moved = of_patch("@@ -1,1 +1,2 @@\n+x\n q\n@@ -10,2 +11,3 @@\n a\n+x\n");
        assert_eq!(comment.row(&moved), Some(1), "of two the nearest");
        assert_eq!(
            comment.row(&of_patch("@@ -1,2 +1,3 @@\n a\n x\n b\n")),
            None,
            "it is no longer an added line"
        );
    }
}
