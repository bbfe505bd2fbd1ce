//! A person's edits of a list, made in its bytes: add, reword, split, move; a flip is [`FeatureList::flip`].
//!
//! Owns which bytes change and what the list is then. Does not own who may edit, the file, nor how new text is laid out
//! ([`layout`]). Invariant: every byte outside of the touched entries stays, and the result is handed out only after it was read
//! back and says exactly what was meant.
//!
//! An entry is found by its span in the array that holds it, wherever that array stands in the document: a shape with another
//! container needs no other edits, only its own [`super::Shape::keys`].

mod layout;
mod open;
#[cfg(test)]
mod tests;
mod words;

use super::json;
use super::{FeatureList, ListError, line_and_column};
use crate::protocol::plan::{FeatureEdit, FeatureText, Renamed};
use crate::protocol::{Feature, FeatureId, FeatureStatus};
use layout::Layout;
use std::ops::Range;

/// Names of the keys that an edit writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// Of the id.
    pub id: &'static str,
    /// Of the category.
    pub category: &'static str,
    /// Of the description.
    pub description: &'static str,
    /// Of the steps.
    pub steps: &'static str,
    /// Of the flag.
    pub flag: &'static str,
}

/// A list after an edit.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The list now, with its bytes.
    pub list: FeatureList,
    /// The feature that was edited, or is new, as it is now.
    pub feature: FeatureId,
    /// Features that have another id now.
    pub renamed: Vec<Renamed>,
}

/// A replacement of bytes.
type Splice = (Range<usize>, String);

/// Bytes to change, and from which entry of the old list each entry of the new one comes.
struct Change {
    splices: Vec<Splice>,
    origins: Vec<Option<usize>>,
    /// Place of the edited or new entry in the new list.
    at: usize,
}

impl FeatureList {
    /// Makes an edit.
    ///
    /// # Errors
    /// No feature or several have a named id, an entry is not one that can be edited in place, or nothing would change.
    pub fn edit(&self, edit: &FeatureEdit) -> Result<Edited, ListError> {
        let same: Vec<Option<usize>> = (0..self.features().len()).map(Some).collect();
        let (bytes, change) = match edit {
            FeatureEdit::Flip { feature, passes } => {
                let at = self.place(feature)?;
                let (splices, origins) = (Vec::new(), same);
                (self.flip(feature, *passes)?, Change { splices, origins, at })
            }
            FeatureEdit::Reword { feature, text } => {
                let at = self.place(feature)?;
                let splices = self.open(at)?.reword(text);
                let change = Change {
                    splices,
                    origins: same,
                    at,
                };
                (self.spliced(&change), change)
            }
            FeatureEdit::Split { feature, first, second } => {
                let at = self.place(feature)?;
                let open = self.open(at)?;
                let mut splices = open.reword(first);
                splices.push(open.insert_behind(at, second)?);
                let change = opened_at(same, at + 1, splices);
                (self.spliced(&change), change)
            }
            FeatureEdit::Add { after, text } => {
                let change = self.add(after.as_ref(), text, same)?;
                (self.spliced(&change), change)
            }
            FeatureEdit::Move { feature, after } => {
                let change = self.moved(feature, after.as_ref(), same)?;
                (self.spliced(&change), change)
            }
        };
        if bytes == self.bytes() {
            return Err(self.cannot(change.at, "it is so already"));
        }
        self.checked(bytes, &change, edit)
    }

    fn add(&self, after: Option<&FeatureId>, text: &FeatureText, same: Vec<Option<usize>>) -> Result<Change, ListError> {
        if self.features().is_empty() {
            return Ok(opened_at(same, 0, vec![self.first_entry(text)]));
        }
        let (at, splice) = match after {
            Some(id) => {
                let place = self.place(id)?;
                (place + 1, self.open(place)?.insert_behind(place, text)?)
            }
            None => (0, self.open(0)?.insert_first(text)?),
        };
        Ok(opened_at(same, at, vec![splice]))
    }

    /// Entries change places, the text between them stays where it is.
    fn moved(&self, id: &FeatureId, after: Option<&FeatureId>, mut origins: Vec<Option<usize>>) -> Result<Change, ListError> {
        let from = self.place(id)?;
        let before = match after {
            Some(other) => self.place(other)? + 1,
            None => 0,
        };
        let to = if before > from { before - 1 } else { before };
        let open = self.open(from)?;
        let spans: Vec<&Range<usize>> = self.entries.iter().map(|(span, _)| span).collect();
        let (low, high) = (from.min(to), from.max(to));
        let stands_elsewhere = |span: &&Range<usize>| open.siblings.iter().all(|sibling| sibling.span != **span);
        if spans.get(low..=high).unwrap_or_default().iter().any(stands_elsewhere) {
            return Err(self.cannot(from, "it cannot leave its part of the list"));
        }
        let moved = origins.remove(from);
        origins.insert(to, moved);
        let text = open.text;
        let splices = (low..=high)
            .filter_map(|place| {
                let source = spans.get(origins.get(place).copied()??)?;
                Some(((*spans.get(place)?).clone(), text.get((*source).clone())?.to_owned()))
            })
            .collect();
        Ok(Change {
            splices,
            origins,
            at: to,
        })
    }

    /// The first entry of an empty list, as the reference writes it.
    fn first_entry(&self, text: &FeatureText) -> Splice {
        let whole = std::str::from_utf8(self.bytes()).unwrap_or("");
        let layout = Layout::reference(whole);
        let entry = layout.object(self.shape.token(false), text);
        let end = layout.line_end();
        match json::scan(whole) {
            Ok(document) => (document.root.span, format!("[{end}  {entry}{end}]")),
            // Nothing but white space, and perhaps a byte order mark.
            Err(_) => {
                let from = whole.len() - whole.trim_start_matches('\u{feff}').len();
                (from..whole.len(), format!("[{end}  {entry}{end}]{end}"))
            }
        }
    }

    /// Finds the place of the one feature with this id.
    ///
    /// # Errors
    /// No feature or several have it.
    pub(super) fn place(&self, id: &FeatureId) -> Result<usize, ListError> {
        let mut found = self.features().iter().enumerate().filter(|(_, feature)| feature.id == *id);
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (None, _) => Err(self.unknown(id)),
            (Some(_), Some(_)) => Err(self.ambiguous(id)),
        }
    }

    fn spliced(&self, change: &Change) -> Vec<u8> {
        let mut splices: Vec<&Splice> = change.splices.iter().collect();
        splices.sort_by_key(|(span, _)| (span.start, span.end));
        let mut bytes = self.bytes().to_vec();
        for (span, text) in splices.into_iter().rev() {
            bytes.splice(span.clone(), text.bytes());
        }
        bytes
    }

    /// Reads the result back: a list that says anything else than what was meant is not handed out.
    fn checked(&self, bytes: Vec<u8>, change: &Change, edit: &FeatureEdit) -> Result<Edited, ListError> {
        let wrong = || {
            self.cannot(
                change.at,
                "its text is too odd to be edited in place; change the file in an editor",
            )
        };
        let list = Self::parse(&self.path, bytes).map_err(|_| wrong())?;
        let (now, before) = (list.features(), self.features());
        if now.len() != change.origins.len() {
            return Err(wrong());
        }
        let mut renamed = Vec::new();
        for ((place, feature), origin) in now.iter().enumerate().zip(&change.origins) {
            let old = origin.and_then(|origin| before.get(origin));
            if !is_meant(feature, old, said(edit, change.at, place)) {
                return Err(wrong());
            }
            let moved = old.filter(|old| old.id != feature.id);
            renamed.extend(moved.map(|old| Renamed {
                from: old.id.clone(),
                to: feature.id.clone(),
            }));
        }
        let feature = now.get(change.at).map(|feature| feature.id.clone()).ok_or_else(wrong)?;
        Ok(Edited { list, feature, renamed })
    }

    fn cannot(&self, at: usize, why: &str) -> ListError {
        let start = self.entries.get(at).map_or(0, |(span, _)| span.start);
        let (line, column) = line_and_column(std::str::from_utf8(self.bytes()).unwrap_or(""), start);
        let id = self.features().get(at).map(|feature| feature.id.clone()).unwrap_or_default();
        ListError::Edit {
            path: self.path.clone(),
            line,
            column,
            id,
            why: why.to_owned(),
        }
    }
}

/// The change that puts a new entry at a place.
fn opened_at(mut origins: Vec<Option<usize>>, at: usize, splices: Vec<Splice>) -> Change {
    origins.insert(at.min(origins.len()), None);
    Change { splices, origins, at }
}

/// What an edit says of the entry at a place, if it words it.
enum Said<'a> {
    Nothing,
    Text(&'a FeatureText),
    Flag(bool),
}

fn said(edit: &FeatureEdit, at: usize, place: usize) -> Said<'_> {
    match edit {
        FeatureEdit::Add { text, .. } | FeatureEdit::Reword { text, .. } if place == at => Said::Text(text),
        // `at` is the new one of the two.
        FeatureEdit::Split { first, .. } if place + 1 == at => Said::Text(first),
        FeatureEdit::Split { second, .. } if place == at => Said::Text(second),
        FeatureEdit::Flip { passes, .. } if place == at => Said::Flag(*passes),
        _ => Said::Nothing,
    }
}

/// Whether an entry is what the edit makes of the old one.
fn is_meant(now: &Feature, old: Option<&Feature>, said: Said<'_>) -> bool {
    let mut expected = old.cloned().unwrap_or_else(|| Feature {
        category: now.category.clone(),
        status: FeatureStatus::Failing,
        ..Feature::default()
    });
    // An id that is a place follows its entry's place.
    expected.id = now.id.clone();
    match said {
        Said::Nothing => {}
        Said::Text(text) => {
            expected.description.clone_from(&text.description);
            expected.steps.clone_from(&text.steps);
        }
        Said::Flag(passes) => {
            expected.status = if passes {
                FeatureStatus::Passing
            } else {
                FeatureStatus::Failing
            };
        }
    }
    *now == expected
}
