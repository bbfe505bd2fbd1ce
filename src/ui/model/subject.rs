//! What a full-screen page, the third column or the copy menu is about.

use super::review::Target;
use crate::protocol::{FeatureId, Oid, Seq, SessionNo};
use crate::ui::page::Anchor;
use std::collections::BTreeSet;

/// Something that can be looked at on a page of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A feature: steps, evidence, flips, commits.
    Feature(FeatureId),
    /// A commit and its diff.
    Commit(Oid),
    /// A test: history and output.
    Test(String),
    /// A transcript entry, whole.
    Item(SessionNo, Seq),
    /// What a review is about.
    Review(Target),
    /// What the next context window will begin with.
    NextWindow,
    /// A rule about commands in the making.
    Always,
    /// The rules about commands.
    Rules,
    /// The open editor.
    Editor,
    /// The move back that is looked at.
    Rehearsal,
    /// How the feature list went through the commits.
    History,
    /// What lies in the directory.
    Survey,
    /// The text of a list that cannot be read, or that is empty.
    List,
    /// What the machine found at a session's end.
    Audit(SessionNo),
}

impl Subject {
    /// Says whether its page has a cursor; the others are only scrolled.
    #[must_use]
    pub const fn has_cursor(&self) -> bool {
        match self {
            Self::Commit(_)
            | Self::Review(_)
            | Self::NextWindow
            | Self::Rehearsal
            | Self::Rules
            | Self::History
            | Self::Survey
            | Self::Audit(_) => true,
            Self::Feature(_) | Self::Test(_) | Self::Item(..) | Self::Always | Self::Editor | Self::List => false,
        }
    }
}

impl Subject {
    /// Says whether it is something of the project that links lead to and from.
    #[must_use]
    pub const fn has_links(&self) -> bool {
        matches!(
            self,
            Self::Feature(_) | Self::Commit(_) | Self::Test(_) | Self::Item(..) | Self::Audit(_)
        )
    }
}

/// An open page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What it shows.
    pub subject: Subject,
    /// First visible row.
    pub scroll: usize,
    /// The row under the cursor, of a diff.
    pub cursor: usize,
    /// What stands at the cursor, as of the last key; unset where there is nothing to hold on to.
    pub anchor: Option<Anchor>,
    /// Files of a diff, by number, that the user folded or unfolded against their default.
    pub toggled: BTreeSet<usize>,
    /// What is searched for; empty for nothing.
    pub search: String,
}

impl Page {
    /// Opens a page at its top.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            scroll: 0,
            cursor: 0,
            anchor: None,
            toggled: BTreeSet::new(),
            search: String::new(),
        }
    }

    /// Returns the row that jumps start from.
    #[must_use]
    pub const fn position(&self) -> usize {
        if self.subject.has_cursor() { self.cursor } else { self.scroll }
    }

    /// Scrolls so that the cursor's row is visible.
    pub fn reveal(&mut self, height: usize) {
        self.scroll = self
            .scroll
            .clamp((self.cursor + 1).saturating_sub(height.max(1)), self.cursor);
    }
}
