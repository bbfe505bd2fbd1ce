//! Finding a feature and setting its flag.
//!
//! Invariant: a flag is set only where it is plain which feature and which value is meant; everything else is an error that says what
//! a person can do, and changes nothing.

use super::source::Splice;
use super::{FeatureList, ListError, place};
use crate::protocol::{FeatureId, FeatureStatus};

/// What a flag shall say, and what a person decided about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SetFlag<'a> {
    /// Whether the feature passes.
    pub passes: bool,
    /// The word for it, where the list has none.
    pub word: Option<&'a str>,
    /// Whether flags that disagree shall all say it from now on.
    pub settle: bool,
}

impl FeatureList {
    /// Returns the list's bytes with one feature's flag set; equal to [`Self::bytes`] if the flag says so already.
    ///
    /// # Errors
    /// No feature has this id, or its flag cannot be set by replacing values. The sentence says where to look.
    pub fn flip(&self, id: &FeatureId, passes: bool) -> Result<Vec<u8>, ListError> {
        let set = SetFlag {
            passes,
            ..SetFlag::default()
        };
        self.set(self.place(id)?, set)
    }

    /// Returns the list's bytes with the flag of the feature at a place set.
    ///
    /// # Errors
    /// As [`Self::flip`].
    pub fn set(&self, at: usize, set: SetFlag<'_>) -> Result<Vec<u8>, ListError> {
        Ok(self.source.spliced(&self.splices(at, set)?))
    }

    /// What a flip replaces.
    pub(super) fn splices(&self, at: usize, set: SetFlag<'_>) -> Result<Vec<Splice>, ListError> {
        let Some(entry) = self.entries.get(at) else {
            return Err(self.unknown(&format!("#{}", at + 1)));
        };
        let flag = &entry.flag;
        let refused = |start: usize, why: String| {
            let (line, column) = self.position(start);
            ListError::Flag {
                path: self.path.clone(),
                line,
                column,
                id: self.features.get(at).map(|feature| feature.id.clone()).unwrap_or_default(),
                why,
            }
        };
        if let Some((start, why)) = &flag.trouble {
            return Err(refused(*start, why.clone()));
        }
        if flag.disagrees() && !set.settle {
            let start = flag.tokens.first().map_or(entry.span.start, |token| token.span.start);
            let why = format!(
                "its flags disagree ({}); a person has to settle which is right first",
                flag.shown()
            );
            return Err(refused(start, why));
        }
        let mut splices = Vec::new();
        for token in flag.to_replace().filter(|token| token.passes != Some(set.passes)) {
            let new = match set.word {
                Some(given) if token.kind == super::vocabulary::Kind::Word => {
                    let given = self.words.given(given, set.passes);
                    given.map_err(|why| refused(token.span.start, why))?
                }
                _ => match self.words.token(token, set.passes) {
                    Some(new) => new,
                    None => return Err(self.wordless(at, &token.key, set.passes)),
                },
            };
            splices.push((token.span.clone(), new));
        }
        Ok(splices)
    }

    /// Finds a word for a state that the list uses or declares: as it spells it, and whether it says that a feature passes.
    ///
    /// # Errors
    /// The list has no such word; these are the ones that it has, for a sentence, and empty where it has none.
    pub fn word(&self, said: &str) -> Result<(&str, bool), String> {
        self.words.meaning(said).ok_or_else(|| self.words.known())
    }

    /// Finds a feature as a person names it: by its id, or by its place (`3` or `#3`, from 1; where all ids are numbers, `#3`).
    ///
    /// # Errors
    /// None or several are meant.
    pub fn find(&self, typed: &str) -> Result<usize, ListError> {
        let number = place(typed).or_else(|| typed.parse().ok().filter(|_| !self.has_number_ids()));
        let by_place = number
            .and_then(|number: usize| number.checked_sub(1))
            .filter(|at| *at < self.features.len());
        let own = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.own_id.as_deref() == Some(typed));
        let mut meant: Vec<usize> = own.map(|(at, _)| at).collect();
        if let Some(at) = by_place
            && !meant.contains(&at)
        {
            // The sign says that the place is meant, whatever ids there are.
            if typed.starts_with('#') {
                meant.clear();
            }
            meant.push(at);
        }
        match meant.as_slice() {
            [] => Err(self.unknown(typed)),
            [one] => Ok(*one),
            several => Err(self.ambiguous(typed, several)),
        }
    }

    /// Finds the place of the feature with this id.
    ///
    /// # Errors
    /// No feature has it, or two have it in the file and are named by their places.
    pub(super) fn place(&self, id: &FeatureId) -> Result<usize, ListError> {
        match self.features.iter().position(|feature| feature.id == *id) {
            Some(at) => Ok(at),
            None => {
                let same = |(_, entry): &(usize, &super::Entry)| entry.own_id.as_deref() == Some(id.as_str());
                let twins: Vec<usize> = self.entries.iter().enumerate().filter(same).map(|(at, _)| at).collect();
                Err(match twins.as_slice() {
                    [] => self.unknown(id.as_str()),
                    twins => self.ambiguous(id.as_str(), twins),
                })
            }
        }
    }

    /// Says why features cannot be flipped to passing or back, if none of them could: where the list says its state in words and has
    /// none for one of the two.
    #[must_use]
    pub fn lacks(&self, passes: bool) -> Option<ListError> {
        let status = if passes {
            FeatureStatus::Passing
        } else {
            FeatureStatus::Failing
        };
        let others = || {
            self.features
                .iter()
                .enumerate()
                .filter(|(_, feature)| feature.status != status)
        };
        let set = SetFlag {
            passes,
            ..SetFlag::default()
        };
        let mut tried = others().map(|(at, _)| self.splices(at, set));
        let first = tried.next()?.err()?;
        tried.all(|other| other.is_err()).then_some(first)
    }

    /// Says whether a bare number would be read as an id by whoever sees the list.
    fn has_number_ids(&self) -> bool {
        let number = |entry: &super::Entry| entry.own_id.as_deref().is_some_and(|id| id.parse::<i64>().is_ok());
        !self.entries.is_empty() && self.entries.iter().all(number)
    }

    fn unknown(&self, id: &str) -> ListError {
        let known: Vec<&str> = self.features.iter().take(8).map(|feature| feature.id.as_str()).collect();
        let mut known = match known.len() {
            0 => "none: the list is empty".into(),
            shown if shown < self.features.len() => format!("{}…", known.join(", ")),
            _ => known.join(", "),
        };
        let bare = id.parse::<i64>().is_ok();
        if (place(id).is_some() || bare) && !self.features.is_empty() {
            known.push_str(&format!("; places go from #1 to #{}", self.features.len()));
        }
        ListError::UnknownFeature {
            path: self.path.clone(),
            id: id.into(),
            known,
        }
    }

    fn ambiguous(&self, id: &str, places: &[usize]) -> ListError {
        let start = |at: &usize| self.entries.get(*at).map_or(0, |entry| entry.span.start);
        let named = |at: &usize| format!("#{} (line {})", at + 1, self.position(start(at)).0);
        ListError::AmbiguousId {
            path: self.path.clone(),
            id: id.into(),
            count: places.len(),
            places: places.iter().take(8).map(named).collect::<Vec<_>>().join(", "),
        }
    }

    pub(super) fn wordless(&self, at: usize, key: &str, passes: bool) -> ListError {
        let known = self.words.known();
        ListError::Word {
            path: self.path.clone(),
            id: self.features.get(at).map(|feature| feature.id.clone()).unwrap_or_default(),
            key: key.to_owned(),
            meaning: if passes { "passes" } else { "does not pass" },
            known: if known.is_empty() { "none".to_owned() } else { known },
        }
    }
}
