//! The editor page: a text that a person changes, and the version of it that they began with.
//!
//! Owns the typed text, what it came from, and what was found on disk meanwhile. Does not own saving (a command) or reading (a look-up).
//! Invariant: typed text is dropped only by the person, and no version from disk takes its place while it is unsaved.

use super::Field;
use super::field::Lines;
use super::plan::FeatureForm;
use super::popup::Arming;
use crate::harness::NOTES;
use crate::harness::notes::merge::{self, Merged};
use crate::protocol::{Query, SectionId};

/// What is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// The progress notes.
    Notes,
    /// A section of the next window.
    Section(SectionId),
    /// A form for the feature list.
    Feature(Box<FeatureForm>),
}

/// What the person is being asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asking {
    /// Nothing: keys type.
    #[default]
    Nothing,
    /// What to do with unsaved text before leaving.
    Unsaved,
    /// Which of two versions it shall be.
    Versions,
    /// Whether a feature that gets other words passes still; keys count once the question could be read.
    Proof(Arming),
}

/// A version of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// Its text.
    pub text: String,
    /// Its hash on disk.
    pub hash: String,
}

/// Another version that turned up on disk while the text was unsaved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What is on disk.
    pub theirs: Version,
    /// Both sides in one text.
    pub merged: Merged,
}

/// The editor.
#[derive(Debug)]
pub struct Editor {
    /// What is edited.
    pub what: Edited,
    /// The text being typed.
    pub field: Field,
    /// The version it came from; `None` before the first look-up.
    pub base: Option<Version>,
    /// Why it cannot be edited, if so.
    pub failed: Option<String>,
    /// What turned up on disk meanwhile.
    pub conflict: Option<Conflict>,
    /// What is asked.
    pub asking: Asking,
    /// The text that was sent to be saved.
    pub saving: Option<String>,
    /// Whether the page closes once the text is saved.
    pub leaving: bool,
    /// What is searched for.
    pub search: String,
    /// First visible row, of the text or of the versions.
    pub scroll: usize,
    asked: bool,
    stale: bool,
}

/// What a look-up of the notes has led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing new.
    Same,
    /// The text on the screen is that of the file now.
    Reloaded,
    /// The typed text is in the file.
    Saved,
    /// The file and the typed text have gone different ways.
    Apart,
}

impl Editor {
    /// Opens the notes; their text comes by a look-up.
    #[must_use]
    pub fn notes() -> Self {
        Self::new(Edited::Notes, "", None)
    }

    /// Opens a section with its text.
    #[must_use]
    pub fn section(section: SectionId, text: &str) -> Self {
        let base = Version {
            text: text.to_owned(),
            hash: String::new(),
        };
        Self::new(Edited::Section(section), text, Some(base))
    }

    /// Opens a form for the feature list with its first text.
    #[must_use]
    pub fn feature(form: FeatureForm, text: &str) -> Self {
        let (row, column) = form.cursor(text);
        let base = Version {
            text: text.to_owned(),
            hash: String::new(),
        };
        let mut editor = Self::new(Edited::Feature(Box::new(form)), text, Some(base));
        editor.field.go_to(row, column);
        editor
    }

    /// Says in a form what is wrong with it; `None` takes it back.
    pub fn trouble(&mut self, why: Option<String>) {
        if let Edited::Feature(form) = &mut self.what {
            form.trouble = why;
        }
    }

    fn new(what: Edited, text: &str, base: Option<Version>) -> Self {
        Self {
            what,
            field: Field::new(Lines::Many, text),
            base,
            failed: None,
            conflict: None,
            asking: Asking::Nothing,
            saving: None,
            leaving: false,
            search: String::new(),
            scroll: 0,
            asked: false,
            stale: true,
        }
    }

    /// Returns the name of what is edited, as a person knows it.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.what {
            Edited::Notes => NOTES,
            Edited::Section(section) => section.as_str(),
            Edited::Feature(form) => &form.name,
        }
    }

    /// Says whether there is text that is nowhere else.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.base.as_ref().is_some_and(|base| base.text != self.field.text())
    }

    /// Says whether it is a form whose edit was sent and is not answered yet.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        matches!(&self.what, Edited::Feature(form) if form.sent.is_some())
    }

    /// Returns what to look up, if anything.
    pub fn ask(&mut self) -> Option<Query> {
        if self.what != Edited::Notes || self.asked || !self.stale {
            return None;
        }
        (self.asked, self.stale) = (true, false);
        Some(Query::Notes)
    }

    /// Notes that the file may be another one.
    pub const fn refresh(&mut self) {
        self.stale = true;
    }

    /// Takes what is on disk.
    pub fn found(&mut self, theirs: Version) -> Found {
        self.asked = false;
        self.failed = None;
        let typed = self.field.text();
        let sent = self.saving.take();
        let Some(base) = &self.base else {
            self.field = Field::new(Lines::Many, &theirs.text);
            self.base = Some(theirs);
            return Found::Same;
        };
        if sent.as_ref() == Some(&theirs.text) || typed == theirs.text {
            self.base = Some(theirs);
            self.conflict = None;
            return if sent.is_some() { Found::Saved } else { Found::Same };
        }
        if base.hash == theirs.hash {
            self.conflict = None;
            return Found::Same;
        }
        if typed == base.text {
            self.field.replace(&theirs.text);
            self.base = Some(theirs);
            self.conflict = None;
            return Found::Reloaded;
        }
        let merged = merge::merge(&base.text, &typed, &theirs.text);
        self.conflict = Some(Conflict { theirs, merged });
        Found::Apart
    }

    /// Notes that the look-up failed.
    pub fn not_found(&mut self, reason: String) {
        self.asked = false;
        self.saving = None;
        self.failed = Some(reason);
    }

    /// Brings both sides together anew: the typed text has moved on.
    pub fn compare_again(&mut self) {
        let typed = self.field.text();
        if let (Some(base), Some(conflict)) = (&self.base, &mut self.conflict) {
            conflict.merged = merge::merge(&base.text, &typed, &conflict.theirs.text);
        }
    }

    /// Settles a conflict: from now on the edit is one of the version on disk. `text` takes the typed text's place; undo brings it back.
    pub fn settle(&mut self, text: Option<&str>) {
        if let Some(conflict) = self.conflict.take() {
            self.base = Some(conflict.theirs);
        }
        if let Some(text) = text {
            self.field.replace(text);
        }
        self.asking = Asking::Nothing;
        self.scroll = 0;
    }

    /// Says whether markers of two versions are still in the text.
    #[must_use]
    pub fn has_markers(&self) -> bool {
        let marker = |line: &String| line == merge::MINE || line == merge::END;
        self.field.lines().iter().any(marker)
    }
}
