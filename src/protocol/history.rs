//! How a feature list went through the commits of its repository.
//!
//! Facts, not verdicts: what is worth a look is for the person who looks. Every commit is told by what it made of its first parent.

use super::Oid;
use super::event::CommitInfo;
use serde::{Deserialize, Serialize};

/// A feature list through the commits that HEAD reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHistory {
    /// Where the list is at HEAD, or was last.
    pub path: String,
    /// Commits that were looked at.
    pub commits: u32,
    /// Those on the line of first parents that leads to HEAD; [`ListStep::at`] counts these.
    pub main: u32,
    /// Commits in which the list is another than in their first parent, oldest first.
    pub steps: Vec<ListStep>,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

/// How far the telling of a history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryProgress {
    /// Commits that are done.
    pub done: u32,
    /// All there are; `None` while they are still being counted.
    pub all: Option<u32>,
}

impl HistoryProgress {
    /// Says whether it is far enough beyond the one told before to be told again.
    #[must_use]
    pub const fn is_worth_telling(self) -> bool {
        self.done.is_multiple_of(50)
    }
}

/// A commit that made another list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListStep {
    /// The commit.
    #[serde(flatten)]
    pub commit: CommitInfo,
    /// Its first parent, if the repository holds it.
    pub parent: Option<Oid>,
    /// Whether it is a merge.
    pub merge: bool,
    /// Its place on the line of first parents that leads to HEAD, from 1; `None` for a commit of a branch that was merged.
    pub at: Option<u32>,
    /// Where the list is; `None` where it is gone.
    pub path: Option<String>,
    /// Its features; `None` where there is no list, or none that can be read.
    pub total: Option<u32>,
    /// Those that pass.
    pub passing: Option<u32>,
    /// Those that pass here and did not before. Of a list that was replaced none: two lists have no feature in common; of one that
    /// was restored, before is as it was then.
    pub passed: Vec<NamedFeature>,
    /// Those that passed before and do not here.
    pub regressed: Vec<NamedFeature>,
    /// What a person may want to look at.
    pub facts: Vec<ListFact>,
}

impl ListHistory {
    /// Gives what a person set back in commits of their own its own word: nothing was broken there.
    pub fn tell_by_hand(&mut self, is_by_hand: impl Fn(&Oid) -> bool) {
        for step in self.steps.iter_mut().filter(|step| is_by_hand(&step.commit.id)) {
            let regressed = step.facts.iter_mut().filter(|fact| fact.kind == ListFactKind::Regressed);
            for fact in regressed {
                fact.kind = ListFactKind::SetBack;
            }
        }
    }
}

/// A feature as a list names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NamedFeature {
    /// Its id, or its place, such as `#12`.
    pub id: String,
    /// Its title, else its description.
    pub text: String,
}

/// Something that became of a list in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListFact {
    /// What.
    pub kind: ListFactKind,
    /// The features that it became of, if not of the whole list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<NamedFeature>,
    /// What was edited, where it was renamed from, why it cannot be read, how much of it was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Whether a merge only brought it: it became so in the commits that were merged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub brought: bool,
}

/// Kinds of [`ListFact`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListFactKind {
    /// The list is new.
    Created,
    /// The file has another name.
    Renamed,
    /// The list is gone.
    Deleted,
    /// It is back.
    Restored,
    /// Hardly anything of it is as it was.
    Replaced,
    /// It cannot be read here; the next that can be is compared with the last that could.
    Broken,
    /// Features are gone.
    Removed,
    /// Features are new.
    Added,
    /// Features are new and pass from the start.
    AddedPassing,
    /// Features say something else.
    Edited,
    /// Features passed and do not any more.
    Regressed,
    /// Features passed, and a person said that they do not.
    SetBack,
    /// Many features began to pass at once.
    BulkFlip,
}

impl ListFactKind {
    /// Says whether it is worth a look; the others only tell how the list came about.
    #[must_use]
    pub const fn is_worth_a_look(self) -> bool {
        !matches!(self, Self::Created | Self::Renamed)
    }
}
