//! An entry opened for an edit: where it stands, what stands beside it, and what a new one next to it looks like.
//!
//! Invariant: a new entry stands in the same array as its neighbour and is set off from it as the others are from each other.

use super::layout::Layout;
use super::{Keys, Splice};
use crate::harness::feature_list::json::{self, Node, Value};
use crate::harness::feature_list::{FeatureList, Flag, ListError};
use crate::protocol::plan::FeatureText;
use std::ops::Range;

impl FeatureList {
    /// Opens an entry for an edit, with what stands beside it.
    pub(super) fn open(&self, at: usize) -> Result<Open<'_>, ListError> {
        let keys = self
            .shape
            .keys()
            .ok_or_else(|| self.cannot(at, "lists of this shape can only be flipped"))?;
        let text = std::str::from_utf8(self.bytes()).unwrap_or("");
        let Some((span, _)) = self.entries.get(at) else {
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
            keys,
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
    list: &'a FeatureList,
    keys: &'static Keys,
    pub(super) text: &'a str,
    pub(super) siblings: Vec<Node>,
    here: usize,
}

impl Open<'_> {
    /// The bytes that change where this entry says something else.
    pub(super) fn reword(&self, text: &FeatureText) -> Vec<Splice> {
        let layout = Layout::of(self.text, &self.siblings, self.keys);
        self.siblings
            .get(self.here)
            .map(|node| layout.reword(node, text))
            .unwrap_or_default()
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
        let has_flag = |node: &&Node| {
            let mut entries = self.list.entries.iter();
            entries.any(|(span, flag)| *span == node.span && matches!(flag, Flag::Token(_)))
        };
        let (before, after) = self.siblings.split_at(self.here);
        let model = after
            .iter()
            .take(1)
            .chain(before.iter().rev())
            .chain(after.iter().skip(1))
            .find(has_flag)
            .ok_or_else(|| self.list.cannot(place, "no entry beside it has a flag to go by"))?;
        let layout = Layout::of(self.text, &self.siblings, self.keys);
        let ids: Vec<&str> = self.list.features().iter().map(|feature| feature.id.as_str()).collect();
        Ok(layout.like(model, &ids, self.list.shape.token(false), text))
    }

    /// What stands between two entries here.
    fn between(&self) -> String {
        let gap = |left: usize| {
            let (left, right) = (self.siblings.get(left)?, self.siblings.get(left + 1)?);
            self.text.get(left.span.end..right.span.start)
        };
        let beside = gap(self.here).or_else(|| self.here.checked_sub(1).and_then(gap));
        beside.map_or_else(|| format!(",{}", self.lead()), str::to_owned)
    }

    /// The white space before the first entry of the array.
    fn lead(&self) -> &str {
        let before = self
            .siblings
            .first()
            .and_then(|first| self.text.get(..first.span.start))
            .unwrap_or("");
        before
            .rfind('[')
            .and_then(|open| before.get(open + 1..))
            .filter(|lead| !lead.is_empty())
            .unwrap_or(" ")
    }
}
