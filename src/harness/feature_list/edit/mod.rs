//! A person's edits of a list, made in its bytes: add, reword, split, move, remove; a flip is [`FeatureList::flip`].
//!
//! Owns which bytes change and what the list is then. Does not own who may edit, the file, nor how new text is laid out
//! ([`layout`]). Invariant: every byte outside of the touched entries stays, and the result is handed out only after it was read
//! back and says exactly what was meant.
//!
//! An entry is found by its span in the array that holds it, wherever that array stands in the document, and which of its keys is
//! what is asked of the reader ([`super::entry`]): an edit knows no shape of its own.

mod layout;
mod open;
mod remove;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wild;
mod words;

pub(super) use words::written;

use super::source::Splice;
use super::{FeatureList, ListError, SetFlag};
use crate::protocol::plan::{FeatureEdit, FeatureText, Renamed};
use crate::protocol::{Feature, FeatureId, FeatureStatus};
use layout::Layout;
use std::ops::Range;

/// A list after an edit.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The list now, with its bytes.
    pub list: FeatureList,
    /// The feature that was edited, or is new, as it is now; one that was removed, as it was.
    pub feature: FeatureId,
    /// Features that have another id now.
    pub renamed: Vec<Renamed>,
}

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
        let change = match edit {
            FeatureEdit::Flip { feature, passes, word } => {
                let at = self.place(feature)?;
                // A person who flips a feature whose flags disagree has decided which is right.
                let set = SetFlag {
                    passes: *passes,
                    word: word.as_deref(),
                    settle: true,
                };
                let splices = self.splices(at, set)?;
                let origins = same;
                Change { splices, origins, at }
            }
            FeatureEdit::Reword { feature, text, unproven } => {
                let at = self.place(feature)?;
                let mut splices = self.open(at)?.reword(text)?;
                if *unproven && self.passes(at) {
                    let failing = SetFlag {
                        passes: false,
                        word: None,
                        settle: true,
                    };
                    splices.extend(self.splices(at, failing)?);
                }
                let origins = same;
                Change { splices, origins, at }
            }
            FeatureEdit::Split { feature, first, second } => {
                let at = self.place(feature)?;
                let open = self.open(at)?;
                let mut splices = open.reword(first)?;
                splices.push(open.insert_behind(at, second)?);
                opened_at(same, at + 1, splices)
            }
            FeatureEdit::Add { after, text } => self.add(after.as_ref(), text, same)?,
            FeatureEdit::Move { feature, after } => self.moved(feature, after.as_ref(), same)?,
            FeatureEdit::Remove { feature } => self.removed(feature, same)?,
        };
        let bytes = self.source.spliced(&change.splices);
        if bytes == self.bytes() {
            return Err(self.cannot(change.at, "it is so already"));
        }
        self.checked(bytes, &change, edit)
    }

    fn passes(&self, at: usize) -> bool {
        self.features()
            .get(at)
            .is_some_and(|feature| feature.status == FeatureStatus::Passing)
    }

    fn add(&self, after: Option<&FeatureId>, text: &FeatureText, same: Vec<Option<usize>>) -> Result<Change, ListError> {
        if self.features().is_empty() {
            return Ok(opened_at(same, 0, vec![self.first_entry(text)?]));
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
        let spans: Vec<&Range<usize>> = self.entries.iter().map(|entry| &entry.span).collect();
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

    /// The first entry of an empty list, as the reference writes it, as deep as the list stands.
    fn first_entry(&self, text: &FeatureText) -> Result<Splice, ListError> {
        let whole = self.text();
        let layout = Layout::reference(whole);
        let (entry, end) = (layout.object(text), layout.line_end());
        let Some(array) = self.arrays.first() else {
            // Nothing but white space, and perhaps a byte order mark.
            let from = whole.len() - whole.trim_start_matches('\u{feff}').len();
            return Ok((from..whole.len(), format!("[{end}  {entry}{end}]{end}")));
        };
        if whole.get(array.clone()).is_some_and(|array| array.contains('/')) {
            return Err(self.cannot(0, "a comment stands in the empty list, which would be lost"));
        }
        let before = whole.get(..array.start).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim_start_matches('\u{feff}');
        let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or("");
        let written = format!("[{end}  {entry}{end}]");
        Ok((array.clone(), written.replace(end, &format!("{end}{indent}"))))
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
        let feature = match edit {
            FeatureEdit::Remove { feature } => feature.clone(),
            _ => now.get(change.at).map(|feature| feature.id.clone()).ok_or_else(wrong)?,
        };
        Ok(Edited { list, feature, renamed })
    }

    fn cannot(&self, at: usize, why: &str) -> ListError {
        let start = self.entries.get(at).map_or(0, |entry| entry.span.start);
        let (line, column) = self.position(start);
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
    /// Other words, and that it does not pass by these.
    Unproven(&'a FeatureText),
}

fn said(edit: &FeatureEdit, at: usize, place: usize) -> Said<'_> {
    match edit {
        FeatureEdit::Reword {
            text, unproven: true, ..
        } if place == at => Said::Unproven(text),
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
    if old.is_none() || matches!(said, Said::Flag(_) | Said::Unproven(_)) {
        expected.word = now.word.clone();
    }
    match said {
        Said::Nothing => {}
        Said::Text(text) | Said::Unproven(text) => {
            expected.description.clone_from(&text.description);
            expected.steps.clone_from(&text.steps);
            if matches!(said, Said::Unproven(_)) && expected.status == FeatureStatus::Passing {
                expected.status = super::flag::status(false);
            }
        }
        Said::Flag(passes) => {
            expected.status = super::flag::status(passes);
        }
    }
    *now == expected
}
