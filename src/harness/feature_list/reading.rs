//! Reading many versions of one list: what did not change is not read again.
//!
//! Owns when a version may be told from the one before it. Does not own what a feature is ([`super::entry`]). Invariant: a version that
//! is told from another is what reading it whole would make of it; where that is not certain, it is read whole.

use super::vocabulary::{CONTAINERS, GROUPS, same};
use super::words::Words;
use super::{Entry, FeatureList, ListError, entry, ids, json};
use crate::protocol::Feature;
use std::ops::Range;
use std::rc::Rc;

/// Brackets around what is read anew: as deep as most lists stand, so that nesting counts the same.
const WITHIN: &str = "[[[";

/// A version of a list, of which the features are shared with the versions that have the same.
#[derive(Debug, Clone)]
pub struct Reading {
    features: Vec<Rc<Feature>>,
    /// What the next version is told from; `None` where it must be read whole.
    base: Option<Base>,
}

#[derive(Debug, Clone)]
struct Base {
    text: String,
    /// Where each feature stands in the text.
    spans: Vec<Range<usize>>,
    /// Each one's id in the file.
    own: Vec<Option<Rc<str>>>,
    words: Words,
}

impl Reading {
    /// Reads a version whole. `path` is only for messages.
    ///
    /// # Errors
    /// As [`FeatureList::parse`].
    pub fn whole(path: &str, bytes: Vec<u8>) -> Result<Self, ListError> {
        let list = FeatureList::parse(path, bytes)?;
        // In groups, and in other encodings, more hangs together than the bytes of a feature.
        let alone = list.arrays.len() == 1 && !list.container.contains("[]") && list.bytes().len() == list.text().len();
        let base = alone.then(|| Base {
            text: list.text().to_owned(),
            spans: list.entries.iter().map(|entry| entry.span.clone()).collect(),
            own: list
                .entries
                .iter()
                .map(|entry| entry.own_id.as_deref().map(Rc::from))
                .collect(),
            words: list.words.clone(),
        });
        Ok(Self {
            features: list.features.into_iter().map(Rc::new).collect(),
            base,
        })
    }

    /// The features in file order.
    #[must_use]
    pub fn features(&self) -> &[Rc<Feature>] {
        &self.features
    }

    /// Reads a version that differs from this one inside of features only; `None` if it does not, or that is not certain.
    #[must_use]
    pub fn next(&self, bytes: &[u8]) -> Option<Self> {
        let base = self.base.as_ref()?;
        let text = std::str::from_utf8(bytes).ok()?;
        let (old, new) = (base.text.as_bytes(), text.as_bytes());
        if old == new {
            return Some(self.clone());
        }
        let head = common(old.iter().zip(new));
        let most = old.len().min(new.len()) - head;
        let tail = common(old.iter().rev().zip(new.iter().rev()).take(most));
        // The features that hold the change: its first byte behind a brace, its last one before a brace.
        let first = base.spans.partition_point(|span| span.end <= head);
        let after = base.spans.partition_point(|span| span.start < old.len() - tail);
        let (from, to) = (base.spans.get(first)?, base.spans.get(after.checked_sub(1)?)?);
        if first >= after || head <= from.start || old.len() - tail >= to.end {
            return None;
        }
        let end = (to.end + new.len()).checked_sub(old.len())?;
        let (entries, features) = base.read(text.get(from.start..end)?, from.start)?;
        Some(self.spliced(base, text, first..after, entries, features))
    }

    fn spliced(&self, base: &Base, text: &str, changed: Range<usize>, entries: Vec<Entry>, read: Vec<Feature>) -> Self {
        let shift = |span: &Range<usize>| {
            let moved = |at: usize| (at + text.len()).saturating_sub(base.text.len());
            moved(span.start)..moved(span.end)
        };
        let spans = base.spans[..changed.start]
            .iter()
            .cloned()
            .chain(entries.iter().map(|entry| entry.span.clone()))
            .chain(base.spans[changed.end..].iter().map(shift))
            .collect();
        let mut own = base.own.clone();
        own.splice(
            changed.clone(),
            entries.iter().map(|entry| entry.own_id.as_deref().map(Rc::from)),
        );
        let mut features = self.features.clone();
        features.splice(changed, read.into_iter().map(Rc::new));
        for (feature, id) in features.iter_mut().zip(ids(&own)) {
            if feature.id != id {
                Rc::make_mut(feature).id = id;
            }
        }
        Self {
            features,
            base: Some(Base {
                text: text.to_owned(),
                spans,
                own,
                words: base.words.clone(),
            }),
        }
    }
}

impl Base {
    /// Reads features that stand one behind the other, the first of them at `start` of the whole text.
    fn read(&self, part: &str, start: usize) -> Option<(Vec<Entry>, Vec<Feature>)> {
        let close = "]".repeat(WITHIN.len());
        let wrapped = format!("{WITHIN}{part}{close}");
        let document = json::scan(&wrapped).ok()?;
        let mut list = &document.root;
        for _ in 1..WITHIN.len() {
            let [only] = list.items() else { return None };
            list = only;
        }
        let (mut entries, mut features) = (Vec::new(), Vec::new());
        for item in list.items() {
            let groups = |name: &str| CONTAINERS.iter().chain(GROUPS.iter()).any(|known| same(name, known));
            // One that holds others, and one that is none, would make another list of all.
            if !item.is_object() || item.members().iter().any(|member| groups(&member.key)) {
                return None;
            }
            let (mut feature, mut entry) = entry::read(&wrapped, item, None);
            if entry.flag.tokens.is_empty() || feature.description.is_empty() {
                return None;
            }
            self.words.explain(&mut entry.flag);
            feature.status = entry.flag.status();
            feature.word = entry.flag.word();
            let moved = |at: usize| at - WITHIN.len() + start;
            entry.span = moved(entry.span.start)..moved(entry.span.end);
            entries.push(entry);
            features.push(feature);
        }
        Some((entries, features))
    }
}

/// How many pairs are equal before the first that is not.
fn common<'a>(pairs: impl Iterator<Item = (&'a u8, &'a u8)>) -> usize {
    pairs.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(text: &str) -> Reading {
        Reading::whole("list", text.as_bytes().to_vec()).unwrap()
    }

    /// Both ways of reading agree; says whether the short one was taken.
    fn agree(old: &str, new: &str) -> bool {
        let read = whole(old).next(new.as_bytes());
        let full = Reading::whole("list", new.as_bytes().to_vec());
        if let Some(read) = &read {
            let full = full.unwrap();
            assert_eq!(read.features(), full.features(), "{old}\n{new}");
            let (a, b) = (read.base.as_ref().unwrap(), full.base.as_ref().unwrap());
            assert_eq!((&a.spans, &a.own), (&b.spans, &b.own), "{old}\n{new}");
        }
        read.is_some()
    }

    const LIST: &str = r#"{"status_values": {"shipped": "done"}, "features": [
  {"id": "A", "description": "one", "status": "open"},
  {"id": "B", "description": "two", "status": "open"}, // the second
  {"id": "C", "description": "thrée", "status": "shipped"}
]}"#;

    #[test]
    fn a_change_inside_of_features_is_told_without_reading_the_rest_again() {
        let flipped = LIST.replacen("open", "done", 1);
        assert!(agree(LIST, &flipped));
        let (old, new) = (whole(LIST), whole(LIST).next(flipped.as_bytes()).unwrap());
        assert_eq!(new.features()[0].status, crate::protocol::FeatureStatus::Passing);
        let next = old.next(flipped.as_bytes()).unwrap();
        assert!(
            Rc::ptr_eq(&old.features()[1], &next.features()[1]),
            "what is as it was is shared"
        );
        for (from, to) in [
            ("\"two\"", "\"two, and more\""),
            ("\"id\": \"B\", ", ""),
            ("\"B\"", "\"A\""),
            ("thrée", "threè"),
            (
                "one\", \"status\": \"open\"},\n  {\"id\": \"B\"",
                "1\", \"status\": \"open\"}, {\"id\": \"B2\"",
            ),
            ("\"open\"}, //", "\"shipped\"}, //"),
            (
                "{\"id\": \"B\", \"description\": \"two\", \"status\": \"open\"}, // the second\n  ",
                "",
            ),
        ] {
            assert!(agree(LIST, &LIST.replacen(from, to, 1)), "{from}");
        }
    }

    #[test]
    fn what_may_mean_more_is_read_whole() {
        for (from, to) in [
            ("\"done\"}", "\"open\"}"),
            (
                "\n]}",
                ",\n{\"id\": \"D\", \"description\": \"four\", \"status\": \"open\"}\n]}",
            ),
            ("\"open\"}, //", "\"open\", \"features\": []}, //"),
            ("{\"id\": \"B\", \"description\": \"two\", \"status\": \"open\"}", "7"),
            ("\"two\"", "\"two"),
            ("\"open\"}, //", "\"open\"} // },"),
            ("\"features\"", "\"tasks\""),
        ] {
            let new = LIST.replacen(from, to, 1);
            assert!(whole(LIST).next(new.as_bytes()).is_none(), "{new}");
        }
        assert!(whole(LIST).next(b"\xff").is_none());
    }

    proptest! {
        #[test]
        fn both_ways_of_reading_agree(from in 0usize..260, cut in 0usize..40, put in "[\\[\\]{}\",: a-c/\n]{0,12}|true|\"done\"") {
            let at = LIST.floor_char_boundary(from.min(LIST.len()));
            let end = LIST.floor_char_boundary((at + cut).min(LIST.len())).max(at);
            let new = format!("{}{put}{}", &LIST[..at], &LIST[end..]);
            agree(LIST, &new);
        }
    }
}
