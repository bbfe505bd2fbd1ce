//! Taking an entry out of its array.
//!
//! Invariant: what stands beside the entry stays byte for byte, and the array is set off as before.

use super::Change;
use super::open::Open;
use crate::harness::feature_list::json::without_comments;
use crate::harness::feature_list::source::Splice;
use crate::harness::feature_list::{FeatureList, ListError};
use crate::protocol::FeatureId;

impl FeatureList {
    pub(super) fn removed(&self, id: &FeatureId, mut origins: Vec<Option<usize>>) -> Result<Change, ListError> {
        let at = self.place(id)?;
        if self.features().len() == 1 {
            return Err(self.cannot(at, "it is the only one, and without a list the project would be planned anew"));
        }
        let splices = vec![self.open(at)?.remove()?];
        origins.remove(at);
        Ok(Change { splices, origins, at })
    }
}

impl Open<'_> {
    /// The bytes that go with this entry: with it the gap to the next one, or behind the last one the gap to the one before.
    fn remove(&self) -> Result<Splice, ListError> {
        let span = |at: usize| self.siblings.get(at).map(|node| node.span.clone());
        let here = span(self.here).unwrap_or_default();
        let before = self.here.checked_sub(1).and_then(span);
        let (going, gap) = match (span(self.here + 1), before) {
            (Some(next), _) => (here.start..next.start, here.end..next.start),
            (None, Some(before)) => (before.end..here.end, before.end..here.start),
            (None, None) => (here.clone(), here.end..here.end),
        };
        let gap = self.text.get(gap).unwrap_or("");
        if without_comments(gap) != gap {
            return Err(self.list.cannot(
                self.at,
                "a comment stands beside it, which would be lost; change the file in an editor",
            ));
        }
        Ok((going, String::new()))
    }
}
