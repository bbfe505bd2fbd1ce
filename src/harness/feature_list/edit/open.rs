//! An entry opened for an edit: where it stands, what stands beside it, and what a new one next to it looks like.
//!
//! Invariant: a new entry stands in the same array as its neighbour and is set off from it as the others are from each other.

use super::layout::{Layout, New, roles};
use crate::harness::feature_list::json::{self, Node, Value, without_comments};
use crate::harness::feature_list::source::Splice;
use crate::harness::feature_list::{FeatureList, ListError};
use crate::protocol::plan::FeatureText;
use std::ops::Range;

impl FeatureList {
    /// Opens an entry for an edit, with what stands beside it.
    pub(super) fn open(&self, at: usize) -> Result<Open<'_>, ListError> {
        let text = self.text();
        let Some(span) = self.entries.get(at).map(|entry| &entry.span) else {
            return Err(self.cannot(at, "it is gone"));
        };
        let root = json::scan(text).map_err(|_| self.cannot(at, "the list cannot be read"))?.root;
        let siblings = siblings(root, span).ok_or_else(|| self.cannot(at, "it does not stand in an array"))?;
        let here = siblings.iter().position(|node| node.span == *span).unwrap_or(0);
        if !matches!(siblings.get(here).map(|node| &node.value), Some(Value::Object(_))) {
            return Err(self.cannot(at, "it is not an object"));
        }
        Ok(Open {
            list: self,
            at,
            text,
            siblings,
            here,
        })
    }
}

/// The items of the array that has a value of this span as one of its own.
fn siblings(node: Node, span: &Range<usize>) -> Option<Vec<Node>> {
    match node.value {
        Value::Array(items) if items.iter().any(|item| item.span == *span) => Some(items),
        Value::Array(items) => items.into_iter().find_map(|item| siblings(item, span)),
        Value::Object(members) => members.into_iter().find_map(|member| siblings(member.value, span)),
        Value::Null | Value::Bool(_) | Value::Number | Value::Text(_) => None,
    }
}

/// An entry, and the array that it stands in.
pub(super) struct Open<'a> {
    pub(super) list: &'a FeatureList,
    pub(super) at: usize,
    pub(super) text: &'a str,
    pub(super) siblings: Vec<Node>,
    pub(super) here: usize,
}

impl Open<'_> {
    /// The bytes that change where this entry says something else.
    pub(super) fn reword(&self, text: &FeatureText) -> Result<Vec<Splice>, ListError> {
        let layout = Layout::of(self.text, &self.siblings);
        let Some(node) = self.siblings.get(self.here) else {
            return Ok(Vec::new());
        };
        layout.reword(node, text).map_err(|why| self.list.cannot(self.at, why))
    }

    /// The bytes of a new entry behind the entry at `place`.
    pub(super) fn insert_behind(&self, place: usize, text: &FeatureText) -> Result<Splice, ListError> {
        let entry = self.entry(place, text)?;
        let end = self.siblings.get(self.here).map_or(0, |node| node.span.end);
        Ok((end..end, format!("{}{entry}", self.between())))
    }

    /// The bytes of a new entry before this one.
    pub(super) fn insert_first(&self, text: &FeatureText) -> Result<Splice, ListError> {
        let entry = self.entry(0, text)?;
        let start = self.siblings.get(self.here).map_or(0, |node| node.span.start);
        Ok((start..start, format!("{entry}{}", self.between())))
    }

    /// A new entry laid out as its neighbour is.
    fn entry(&self, place: usize, text: &FeatureText) -> Result<String, ListError> {
        let flag = |node: &Node| {
            let mut entries = self.list.entries.iter();
            let entry = entries.find(|entry| entry.span == node.span)?;
            (entry.flag.trouble.is_none()).then_some(&entry.flag)
        };
        let (before, after) = self.siblings.split_at(self.here);
        let (model, flag) = after
            .iter()
            .take(1)
            .chain(before.iter().rev())
            .chain(after.iter().skip(1))
            .find_map(|node| Some((node, flag(node)?)))
            .ok_or_else(|| self.list.cannot(place, "no entry beside it has a flag to go by"))?;
        let mut flags = Vec::new();
        for (member, token) in roles(model).flags.into_iter().zip(&flag.tokens) {
            let says_no = self.list.words.token(token, false);
            flags.push((member, says_no.ok_or_else(|| self.list.wordless(place, &token.key, false))?));
        }
        let layout = Layout::of(self.text, &self.siblings);
        let (features, entries) = (self.list.features(), self.list.entries.iter());
        let ids = features.iter().map(|feature| feature.id.as_str());
        let taken: Vec<&str> = ids.chain(entries.filter_map(|entry| entry.own_id.as_deref())).collect();
        let (taken, flags) = (&taken, &flags);
        let new = New { taken, flags, text };
        layout.like(model, &new).map_err(|why| self.list.cannot(place, why))
    }

    /// What stands between two entries here.
    fn between(&self) -> String {
        let gap = |left: usize| {
            let (left, right) = (self.siblings.get(left)?, self.siblings.get(left + 1)?);
            Some(without_comments(self.text.get(left.span.end..right.span.start)?))
        };
        let beside = gap(self.here).or_else(|| self.here.checked_sub(1).and_then(gap));
        beside.unwrap_or_else(|| format!(",{}", self.lead()))
    }

    /// The white space before the first entry of the array.
    fn lead(&self) -> String {
        let before = self
            .siblings
            .first()
            .and_then(|first| self.text.get(..first.span.start))
            .unwrap_or("");
        let lead = before
            .rfind('[')
            .and_then(|open| before.get(open + 1..))
            .map(without_comments);
        lead.filter(|lead| !lead.is_empty()).unwrap_or_else(|| " ".to_owned())
    }
}
