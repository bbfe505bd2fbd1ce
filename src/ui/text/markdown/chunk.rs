//! Where a Markdown text may be cut so that its pieces can be laid out one by one.
//!
//! A cut depends only on the lines before it and on the one line after it, which must be whole: what is cut once
//! stays cut however the text goes on.

use super::fence::Fence;

/// The next piece of a text outside of code fences.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Its bytes.
    pub len: usize,
    /// Whether a code fence opens right after it.
    pub fence_follows: bool,
}

/// Finds the next piece of `text`, which begins a piece; `None` if that cannot be told yet.
pub(super) fn next(text: &str, text_is_whole: bool) -> Option<Chunk> {
    let mut at = 0;
    let mut started = false;
    let mut in_list = false;
    let mut after_blank = false;
    for line in text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        if line.trim().is_empty() {
            after_blank |= started;
            continue;
        }
        if !(line.ends_with('\n') || text_is_whole) {
            return None;
        }
        let indented = indent(line) >= 2;
        let fence_follows = Fence::open(line).is_some() && !(in_list && indented);
        let parted = after_blank && !indented && !(in_list && is_item(line));
        if fence_follows || (started && parted) {
            return Some(Chunk {
                len: begin,
                fence_follows,
            });
        }
        started = true;
        after_blank = false;
        in_list |= is_item(line);
    }
    (text_is_whole && !text.is_empty()).then_some(Chunk {
        len: text.len(),
        fence_follows: false,
    })
}

/// Counts the columns of blanks at a line's beginning.
pub(super) fn indent(line: &str) -> usize {
    let mut columns = 0;
    for byte in line.bytes() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns
}

/// Says whether a line begins a list item.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match line.as_bytes().first() {
        Some(b'-' | b'*' | b'+') => &line[1..],
        Some(b'0'..=b'9') if digits <= 9 => match line.as_bytes().get(digits) {
            Some(b'.' | b')') => &line[digits + 1..],
            _ => return false,
        },
        _ => return false,
    };
    rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r'])
}
