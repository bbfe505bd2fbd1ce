//! Search over the items' whole text, not over what happens to be on the screen.

use super::item;
use super::place::{At, index_of};
use super::sheet::Sheet;
use crate::protocol::Seq;
use crate::session::Item;
use crate::ui::text::width;
use ratatui::text::Line;
use regex::{Regex, RegexBuilder};
use std::ops::Range;

/// Where a search stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// What is looked for.
    pub query: String,
    /// Items that match.
    pub total: usize,
    /// Which of them the cursor is on, from 1.
    pub current: Option<usize>,
}

/// A search and the items it has found so far.
#[derive(Debug, Clone)]
pub(super) struct Search {
    query: String,
    pattern: Regex,
    /// Items that match, in order.
    hits: Vec<Seq>,
    /// Newest change that has been looked at.
    revision: Seq,
}

impl Search {
    /// Looks through all items. A query without capitals matches any case.
    pub(super) fn new(query: &str, items: &[Item]) -> Result<Self, &'static str> {
        if query.is_empty() {
            return Err("nothing to look for");
        }
        let pattern = RegexBuilder::new(&regex::escape(query))
            .case_insensitive(!query.chars().any(char::is_uppercase))
            .build()
            .map_err(|_| "too long to look for")?;
        let mut search = Self {
            query: query.to_owned(),
            pattern,
            hits: Vec::new(),
            revision: Seq(0),
        };
        search.refresh(items);
        Ok(search)
    }

    /// Looks through what changed since the last time.
    pub(super) fn refresh(&mut self, items: &[Item]) {
        let seen = self.revision;
        for item in items.iter().filter(|item| item.revision.max(item.seq) > seen) {
            self.revision = self.revision.max(item.revision).max(item.seq);
            let place = self.hits.binary_search(&item.seq);
            match (self.matches(item), place) {
                (true, Err(place)) => self.hits.insert(place, item.seq),
                (false, Ok(place)) => {
                    self.hits.remove(place);
                }
                (true, Ok(_)) | (false, Err(_)) => {}
            }
        }
    }

    fn matches(&self, item: &Item) -> bool {
        let mut found = false;
        item::texts(item, &mut |text| found = found || self.pattern.is_match(text));
        found
    }

    pub(super) fn hits(&self, cursor: Option<Seq>) -> Hits {
        Hits {
            query: self.query.clone(),
            total: self.hits.len(),
            current: cursor
                .and_then(|seq| self.hits.binary_search(&seq).ok())
                .map(|index| index + 1),
        }
    }

    /// Returns the columns of a line that match.
    pub(super) fn columns(&self, line: &Line<'_>) -> Vec<Range<usize>> {
        let text = line.to_string();
        let columns = |to: usize| width(text.get(..to).unwrap_or_default());
        self.pattern
            .find_iter(&text)
            .map(|hit| columns(hit.start())..columns(hit.end()))
            .collect()
    }

    /// Returns the first matching line of an item that is shown.
    pub(super) fn first_line(&self, sheet: &mut Sheet<'_>, index: usize) -> Option<isize> {
        self.line(sheet, index, 0..isize::MAX, false)
    }

    /// Finds the hit at the cursor or after it. A line of -1 means: in a part of the item that is folded.
    pub(super) fn first(&self, sheet: &mut Sheet<'_>, cursor: At) -> Option<At> {
        self.forward(sheet, cursor, cursor.line)
    }

    /// Finds the next hit, from the beginning again after the last.
    pub(super) fn next(&self, sheet: &mut Sheet<'_>, cursor: At) -> Option<At> {
        self.forward(sheet, cursor, cursor.line + 1)
    }

    /// Finds the previous hit, from the end again before the first.
    pub(super) fn previous(&self, sheet: &mut Sheet<'_>, cursor: At) -> Option<At> {
        if let Some(line) = self.line(sheet, cursor.index, 0..cursor.line, true) {
            return Some(At { line, ..cursor });
        }
        let here = sheet.items.get(cursor.index)?.seq;
        let before = self.hits.partition_point(|seq| *seq < here);
        let seq = before
            .checked_sub(1)
            .and_then(|index| self.hits.get(index))
            .or(self.hits.last())?;
        self.enter(sheet, *seq, true)
    }

    fn forward(&self, sheet: &mut Sheet<'_>, cursor: At, from: isize) -> Option<At> {
        if let Some(line) = self.line(sheet, cursor.index, from..isize::MAX, false) {
            return Some(At { line, ..cursor });
        }
        let here = sheet.items.get(cursor.index)?.seq;
        let after = self.hits.partition_point(|seq| *seq <= here);
        self.enter(sheet, *self.hits.get(after).or(self.hits.first())?, false)
    }

    fn enter(&self, sheet: &mut Sheet<'_>, seq: Seq, from_end: bool) -> Option<At> {
        let index = index_of(sheet.items, seq)?;
        let line = self.line(sheet, index, 0..isize::MAX, from_end).unwrap_or(-1);
        Some(At { index, line })
    }

    fn line(&self, sheet: &mut Sheet<'_>, index: usize, lines: Range<isize>, from_end: bool) -> Option<isize> {
        let body = sheet.body(index);
        let end = lines.end.min(isize::try_from(body.len()).ok()?);
        let hit = |line: &isize| {
            let line = usize::try_from(*line).ok().and_then(|line| body.line(line));
            line.is_some_and(|line| self.pattern.is_match(&line.to_string()))
        };
        let mut lines = lines.start.max(0)..end;
        if from_end { lines.rev().find(hit) } else { lines.find(hit) }
    }
}
