//! Prompts: what is said to a model, as templates with strict placeholders.
//!
//! Owns the texts in `prompts/` (embedded, each overridable by a file of the same name in a folder the caller trusts) and
//! filling them. Does not own when they are sent (the engine) nor their facts. Invariant: a template with an unknown
//! placeholder, or a system prompt without its `role:` line, is refused at load, so that no half-filled text reaches a model;
//! filled-in values are never scanned for placeholders again.

mod facts;
mod template;
#[cfg(test)]
mod tests;

pub use facts::{Attendance, Facts, HandOff};

use crate::protocol::Role;
use crate::protocol::event::{CirclingSeen, CirclingStep};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use template::{Slot, Template};

/// Why the prompts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// A file of the override folder cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The override folder holds a Markdown file that replaces nothing.
    #[error("{}: replaces no prompt; the names are {known}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// All names.
        known: String,
    },
    /// A template is malformed.
    #[error("prompt {name}, line {line}: {what}")]
    Template {
        /// Name of the template.
        name: String,
        /// Line from 1.
        line: usize,
        /// What is wrong and what is allowed.
        what: String,
    },
}

macro_rules! builtin {
    ($($name:literal),*) => { [$(($name, include_str!(concat!("../../../prompts/", $name)))),*] };
}

/// Name and built-in text of every template.
const BUILTIN: [(&str, &str); 11] = builtin![
    "initializer.md",
    "coding.md",
    "fragments/tools.md",
    "fragments/first_initializer.md",
    "fragments/first_coding.md",
    "fragments/hand_off.md",
    "fragments/circling.md",
    "fragments/circling_hand_off.md",
    "fragments/reminder_end.md",
    "fragments/reminder_notes.md",
    "fragments/reminder_dirty.md"
];

/// Placeholders that do not change from session to session, so that system prompts stay in the provider's cache.
const LASTING: &[Slot] = &[
    Slot::Project,
    Slot::Workspace,
    Slot::FeatureList,
    Slot::Notes,
    Slot::Init,
    Slot::TestGlobs,
    Slot::SessionFeatures,
    Slot::Human,
];

/// Placeholders of first messages.
const FIRST: &[Slot] = &[
    Slot::Project,
    Slot::Workspace,
    Slot::FeatureList,
    Slot::Notes,
    Slot::Init,
    Slot::TestGlobs,
    Slot::SessionFeatures,
    Slot::Human,
    Slot::Session,
    Slot::Spec,
    Slot::Verify,
    Slot::Feature,
    Slot::HandedOff,
    Slot::Orientation,
];

/// A part of a first message that is filled in whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Block {
    /// Last words of a session whose window was full.
    HandedOff,
    /// The specification.
    Spec,
    /// What the harness found.
    Orientation,
    /// How the harness checks.
    Verify,
    /// The session's feature.
    Feature,
}

impl Block {
    const ALL: [Self; 5] = [Self::HandedOff, Self::Spec, Self::Orientation, Self::Verify, Self::Feature];

    const fn slot(self) -> Slot {
        match self {
            Self::HandedOff => Slot::HandedOff,
            Self::Spec => Slot::Spec,
            Self::Orientation => Slot::Orientation,
            Self::Verify => Slot::Verify,
            Self::Feature => Slot::Feature,
        }
    }

    fn of(slot: Slot) -> Option<Self> {
        Self::ALL.into_iter().find(|block| block.slot() == slot)
    }
}

/// A stretch of a first message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The block it is; `None` for the words between blocks.
    pub block: Option<Block>,
    /// Its text, white space included.
    pub text: String,
}

/// All prompts, checked.
#[derive(Debug, Clone)]
pub struct Prompts {
    initializer: Pair,
    coding: Pair,
    hand_off: Template,
    circling: Template,
    circling_hand_off: Template,
    reminder_end: Template,
    reminder_notes: Template,
    reminder_dirty: Template,
}

#[derive(Debug, Clone)]
struct Pair {
    system: Template,
    first: Template,
    hash: String,
}

impl Prompts {
    /// Loads the built-in prompts, each replaced by the file of the same name under `project_override` where there is one
    /// (`coding.md`, `fragments/tools.md`, …). The caller has decided that the folder may be trusted.
    ///
    /// # Errors
    /// A file cannot be read, replaces nothing, uses an unknown placeholder, or a system prompt lost its `role:` line.
    pub fn load(project_override: Option<&Path>) -> Result<Self, PromptError> {
        let mut texts: Vec<(&str, String)> = BUILTIN.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        if let Some(folder) = project_override {
            refuse_strangers(folder)?;
            for (name, text) in &mut texts {
                let path = folder.join(*name);
                match std::fs::read_to_string(&path) {
                    Ok(own) => *text = own,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(source) => return Err(PromptError::Read { path, source }),
                }
            }
        }
        let text = |name: &str| {
            texts
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, text)| text.as_str())
        };
        let fragments = |name: &str| {
            texts
                .iter()
                .find(|(known, _)| *known == format!("fragments/{name}.md"))
                .map(|(_, text)| text.clone())
        };
        let template = |name: &str, slots: &[Slot]| Template::parse(name, text(name), slots, &fragments);
        let reminders = [
            "fragments/hand_off.md",
            "fragments/reminder_end.md",
            "fragments/reminder_notes.md",
            "fragments/reminder_dirty.md",
            "fragments/circling.md",
            "fragments/circling_hand_off.md",
        ];
        let pair = |role: Role| -> Result<Pair, PromptError> {
            let (name, first) = (format!("{role}.md"), format!("fragments/first_{role}.md"));
            let line = format!("role: {role}");
            if !text(&name).lines().any(|found| found.trim() == line) {
                return Err(PromptError::Template {
                    name,
                    line: 1,
                    what: format!("the line `{line}` is missing"),
                });
            }
            let mut hash = Sha256::new();
            for part in [name.as_str(), first.as_str(), "fragments/tools.md"].iter().chain(&reminders) {
                hash.update(text(part).as_bytes());
                hash.update([0]);
            }
            let hash = hash.finalize().iter().take(6).fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            Ok(Pair {
                system: template(&name, LASTING)?,
                first: template(&first, FIRST)?,
                hash,
            })
        };
        Ok(Self {
            initializer: pair(Role::Initializer)?,
            coding: pair(Role::Coding)?,
            hand_off: template(reminders[0], &[Slot::Used])?,
            circling: template(reminders[4], &[Slot::Rounds, Slot::Repeats])?,
            circling_hand_off: template(reminders[5], &[Slot::Rounds, Slot::Repeats])?,
            reminder_end: template(reminders[1], &[])?,
            reminder_notes: template(reminders[2], &[])?,
            reminder_dirty: template(reminders[3], &[Slot::Dirty])?,
        })
    }

    const fn pair(&self, role: Role) -> &Pair {
        match role {
            Role::Initializer => &self.initializer,
            Role::Coding => &self.coding,
        }
    }

    /// The system prompt of a role. The same text for every session of a project, as long as its settings are.
    #[must_use]
    pub fn system(&self, role: Role, facts: &Facts) -> String {
        self.pair(role).system.fill(|slot| facts.value(slot))
    }

    /// The first message of a session in pieces, which put together are the message. `value` says what a block holds instead of
    /// what the facts say of it.
    #[must_use]
    pub fn first_message(&self, role: Role, facts: &Facts, value: impl Fn(Block) -> Option<String>) -> Vec<Piece> {
        let filled = self.pair(role).first.pieces(
            |slot| {
                let own = Block::of(slot).and_then(&value);
                own.unwrap_or_else(|| facts.value(slot))
            },
            |slot| Block::of(slot).is_some(),
        );
        let piece = |piece: template::Piece| Piece {
            block: piece.slot.and_then(Block::of),
            text: piece.text,
        };
        filled.into_iter().map(piece).collect()
    }

    /// What a block of a first message holds by the facts alone.
    #[must_use]
    pub fn block(facts: &Facts, block: Block) -> String {
        facts.value(block.slot())
    }

    /// What is said when the context window is nearly full. `share` is the part in use, 0..1.
    #[must_use]
    pub fn hand_off(&self, share: f64) -> String {
        self.hand_off.fill(|_| format!("{:.0} %", (share * 100.0).clamp(0.0, 100.0)))
    }

    /// What is said when the work goes round, or when it has done so for too long.
    #[must_use]
    pub fn circling(&self, seen: &CirclingSeen) -> String {
        let template = match seen.step {
            CirclingStep::Told => &self.circling,
            CirclingStep::HandedOff | CirclingStep::Asked | CirclingStep::Skipped => &self.circling_hand_off,
        };
        let repeats: Vec<String> = seen.repeats.iter().map(|repeat| format!("- {}", repeat.words())).collect();
        template.fill(|slot| match slot {
            Slot::Rounds => seen.rounds.to_string(),
            _ => repeats.join("\n"),
        })
    }

    /// What is said when the model stops without `end_session`.
    #[must_use]
    pub fn reminder_end(&self) -> String {
        self.reminder_end.fill(|_| String::new())
    }

    /// What `end_session` answers when this session has left no progress note.
    #[must_use]
    pub fn reminder_notes(&self) -> String {
        self.reminder_notes.fill(|_| String::new())
    }

    /// What `end_session` answers once when changes are not committed. `dirty` are lines as `git status` prints them.
    #[must_use]
    pub fn reminder_dirty(&self, dirty: &[String]) -> String {
        let shown = dirty.iter().take(20).map(|line| format!("    {line}\n")).collect::<String>();
        let more = if dirty.len() > 20 {
            format!("    and {} more", dirty.len() - 20)
        } else {
            String::new()
        };
        self.reminder_dirty.fill(|_| format!("{shown}{more}").trim_end().to_owned())
    }

    /// Twelve hexadecimal digits that change whenever any text of this role does, so that sessions can be compared.
    #[must_use]
    pub fn hash(&self, role: Role) -> &str {
        &self.pair(role).hash
    }
}

/// A misspelt override would silently do nothing; so it is an error.
fn refuse_strangers(folder: &Path) -> Result<(), PromptError> {
    for (part, prefix) in [(folder.to_owned(), ""), (folder.join("fragments"), "fragments/")] {
        let entries = match std::fs::read_dir(&part) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => return Err(PromptError::Read { path: part, source }),
        };
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
            let known = BUILTIN.iter().any(|(known, _)| *known == format!("{prefix}{name}"));
            if path.extension().is_some_and(|extension| extension == "md") && !known {
                let known = BUILTIN.map(|(name, _)| name).join(", ");
                return Err(PromptError::Unknown { path, known });
            }
        }
    }
    Ok(())
}
