//! What a person changes of the plan: edits of the feature list.
//!
//! Owns the words of an edit, and what an edit was made from. What came of one is told by
//! [`super::event::FeatureListEdited`]. Invariant: an edit names features by the ids that were shown; [`Base`] says which list that was.

use super::{Feature, FeatureId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a person wrote of a feature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureText {
    /// What a user can do once it works.
    pub description: String,
    /// How to check it by hand, in order.
    #[serde(default)]
    pub steps: Vec<String>,
}

/// One edit of the feature list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum FeatureEdit {
    /// Put a new feature into the list. It does not pass yet.
    Add {
        /// The feature that it follows; `None` puts it first.
        after: Option<FeatureId>,
        /// What it says.
        text: FeatureText,
    },
    /// Give a feature another description and other steps.
    Reword {
        /// Which.
        feature: FeatureId,
        /// What it says from now on.
        text: FeatureText,
        /// Whether it does not pass any more, if it did: what it passed by was evidence of the old words. Else its flag stays.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unproven: bool,
    },
    /// Make two features of one. The first keeps flag, tests and history; the new one has proven nothing yet and does not pass.
    Split {
        /// Which.
        feature: FeatureId,
        /// What it says from now on.
        first: FeatureText,
        /// What the new one says, which follows it.
        second: FeatureText,
    },
    /// Put a feature elsewhere in the list: its order is the order of the work.
    Move {
        /// Which.
        feature: FeatureId,
        /// The feature that it follows then; `None` makes it the first.
        after: Option<FeatureId>,
    },
    /// Take a feature out of the list: it is asked for no more.
    Remove {
        /// Which.
        feature: FeatureId,
    },
    /// Say that a feature passes, or that it does not.
    Flip {
        /// Which.
        feature: FeatureId,
        /// The new value.
        passes: bool,
        /// The word for it, where the list says its state in words and has none yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<String>,
    },
}

impl FeatureEdit {
    /// Returns the feature that it is about; of a new one, `None`.
    #[must_use]
    pub const fn feature(&self) -> Option<&FeatureId> {
        match self {
            Self::Add { .. } => None,
            Self::Reword { feature, .. }
            | Self::Split { feature, .. }
            | Self::Move { feature, .. }
            | Self::Remove { feature }
            | Self::Flip { feature, .. } => Some(feature),
        }
    }

    /// Says the edit in one line, with all its words, so that it can be made again.
    #[must_use]
    pub fn in_words(&self) -> String {
        let says = |text: &FeatureText| {
            let steps = text.steps.iter().map(|step| format!(" / {step}"));
            format!("\"{}{}\"", text.description, steps.collect::<String>())
        };
        let place = |after: &Option<FeatureId>| {
            after
                .as_ref()
                .map_or_else(|| "to the front".to_owned(), |id| format!("behind {id}"))
        };
        match self {
            Self::Add { after, text } => format!("add {} {}", says(text), place(after)),
            Self::Reword { feature, text, .. } => format!("reword {feature} to {}", says(text)),
            Self::Split { feature, first, second } => format!("split {feature} into {} and {}", says(first), says(second)),
            Self::Move { feature, after } => format!("move {feature} {}", place(after)),
            Self::Remove { feature } => format!("remove {feature}"),
            Self::Flip {
                feature, passes: true, ..
            } => format!("say that {feature} passes"),
            Self::Flip {
                feature, passes: false, ..
            } => format!("say that {feature} does not pass"),
        }
    }
}

/// A feature whose id became another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    /// Its id before.
    pub from: FeatureId,
    /// Its id now.
    pub to: FeatureId,
}

/// What an edit was made from: ids and words of every feature, in order.
///
/// Flags are left out on purpose: that the agent gets a feature to pass while a person words another one is no reason to refuse the
/// words, and no edit can undo a flag that it does not name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Base(pub String);

impl Base {
    /// Returns the base of a list.
    #[must_use]
    pub fn of<'a>(features: impl IntoIterator<Item = &'a Feature>) -> Self {
        let mut hash = Sha256::new();
        // Each text with its length before it, so that no two lists run together to the same bytes.
        let mut text = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        for feature in features {
            [feature.id.as_str(), &feature.category, &feature.description, &feature.title]
                .into_iter()
                .for_each(&mut text);
            for part in [&feature.steps, &feature.tests, &feature.files] {
                text(&part.len().to_string());
                part.iter().map(String::as_str).for_each(&mut text);
            }
        }
        let digest = hash.finalize();
        Self(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::FeatureStatus;

    fn feature(id: &str, description: &str, steps: &[&str]) -> Feature {
        Feature {
            id: id.into(),
            description: description.into(),
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            ..Feature::default()
        }
    }

    #[test]
    fn a_base_tells_lists_apart_by_words_and_order_but_not_by_flags() {
        let (a, b) = (feature("F1", "one", &["x"]), feature("F2", "two", &[]));
        let base = Base::of([&a, &b]);
        let passing = Feature {
            status: FeatureStatus::Passing,
            ..a.clone()
        };
        assert_eq!(Base::of([&passing, &b]), base);
        assert_ne!(Base::of([&b, &a]), base);
        assert_ne!(Base::of([&feature("F1", "one", &["x", ""]), &b]), base);
        assert_ne!(Base::of([&feature("F1", "onex", &[]), &b]), base);
        assert_ne!(Base::of([&a]), base);
    }
}
