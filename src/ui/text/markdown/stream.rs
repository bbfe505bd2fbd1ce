//! The growing form: what is settled is laid out once, only the open end again.

use super::block;
use super::chunk;
use super::fence::Fence;
use crate::ui::text::look::Look;
use crate::ui::text::width::memory;
use ratatui::text::Line;

/// Whether a text may still grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It may: only what cannot change any more is laid out.
    Open,
    /// Take it as it is.
    Known,
}

/// How far a text has been laid out.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Bytes done: whole chunks, or whole lines of an open fence.
    at: usize,
    fence: Option<Fence>,
    /// Whether lines were made, so that a blank one parts them from the next.
    any: bool,
}

impl State {
    /// Lays out what follows, as far as `end` allows, into `out`.
    pub(super) fn advance(&mut self, text: &str, width: usize, look: &Look<'_>, end: End, out: &mut Vec<Line<'static>>) {
        while let Some(rest) = text.get(self.at..).filter(|rest| !rest.is_empty()) {
            let done = match &mut self.fence {
                Some(_) => self.fence_line(rest, width, look, end, out),
                None => self.chunk(rest, width, look, end, out),
            };
            match done {
                Some(bytes) => self.at += bytes,
                None => return,
            }
        }
    }

    fn fence_line(&mut self, rest: &str, width: usize, look: &Look<'_>, end: End, out: &mut Vec<Line<'static>>) -> Option<usize> {
        let line = rest.split_inclusive('\n').next()?;
        if end == End::Open && !line.ends_with('\n') {
            return None;
        }
        let fence = self.fence.as_mut()?;
        if fence.is_closed_by(line) {
            self.fence = None;
        } else {
            out.extend(fence.line(line, width, look));
        }
        Some(line.len())
    }

    fn chunk(&mut self, rest: &str, width: usize, look: &Look<'_>, end: End, out: &mut Vec<Line<'static>>) -> Option<usize> {
        let chunk = chunk::next(rest, end == End::Known)?;
        let (text, after) = rest.split_at(chunk.len);
        if !text.trim().is_empty() {
            self.part(out);
            out.extend(block::lines(text, width, look));
        }
        let opening = after.split_inclusive('\n').next().unwrap_or_default();
        if !chunk.fence_follows {
            return Some(chunk.len);
        }
        self.part(out);
        self.fence = Fence::open(opening);
        out.extend(self.fence.iter().flat_map(|fence| fence.remark(width, look)));
        Some(chunk.len + opening.len())
    }

    fn part(&mut self, out: &mut Vec<Line<'static>>) {
        if self.any {
            out.push(Line::default());
        }
        self.any = true;
    }
}

/// A Markdown text that grows at its end: each update costs what is new and the last open block.
#[derive(Debug, Clone, Default)]
pub struct MarkdownStream {
    width: usize,
    state: State,
    settled: Vec<Line<'static>>,
    settled_bytes: usize,
    open: Vec<Line<'static>>,
}

impl MarkdownStream {
    /// Makes an empty one for a width.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// Takes the text as it is now; it must begin with the text of the update before.
    pub fn update(&mut self, text: &str, look: &Look<'_>) {
        if text.len() < self.state.at || !text.is_char_boundary(self.state.at) {
            *self = Self::new(self.width);
        }
        let before = self.settled.len();
        self.state.advance(text, self.width, look, End::Open, &mut self.settled);
        self.settled_bytes += self.settled.iter().skip(before).map(memory).sum::<usize>();
        self.open.clear();
        self.state.clone().advance(text, self.width, look, End::Known, &mut self.open);
    }

    /// Estimates the bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(self) + self.settled_bytes + self.open.iter().map(memory).sum::<usize>()
    }

    /// Counts the lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.settled.len() + self.open.len()
    }

    /// Counts the lines that the next update lays out again.
    #[cfg(test)]
    pub(super) const fn unsettled(&self) -> usize {
        self.open.len()
    }

    /// Says whether there are no lines.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a line.
    #[must_use]
    pub fn line(&self, index: usize) -> Option<&Line<'static>> {
        match index.checked_sub(self.settled.len()) {
            Some(index) => self.open.get(index),
            None => self.settled.get(index),
        }
    }

    /// Iterates over the lines.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &Line<'static>> {
        self.settled.iter().chain(&self.open)
    }
}
