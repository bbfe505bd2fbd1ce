//! The form for an edit of the feature list: one text, read as description, steps and reason.
//!
//! Owns how a feature is written as a text and read back. Does not own the typing (the editor) nor the edit (the engine).
//! Invariant: a form is only opened for words that it reads back as they were; a step or description that was not changed is sent
//! back exactly as the list has it.

use crate::protocol::{Base, Feature, FeatureEdit, FeatureId, FeatureStatus, FeatureText};

/// Stands between two features.
const BETWEEN: &str = "---";
/// Begins a step.
const STEP: &str = "- ";
/// Begins the reason.
const REASON: &str = "reason:";

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A new feature behind another one, or the first.
    Add {
        /// The one that it follows.
        after: Option<FeatureId>,
    },
    /// Other words.
    Reword {
        /// Whose.
        feature: FeatureId,
    },
    /// Two features of one.
    Split {
        /// Which one.
        feature: FeatureId,
    },
    /// Another flag.
    Flip {
        /// Whose.
        feature: FeatureId,
        /// Its value then.
        passes: bool,
    },
    /// No such feature any more.
    Remove {
        /// Which one.
        feature: FeatureId,
    },
}

/// What becomes of the flag of a passing feature that gets other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It passes still, a person says.
    Stands,
    /// It does not pass until it is proven by the new words.
    Anew,
}

/// An open form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureForm {
    /// What it is for.
    pub wanted: Wanted,
    /// What it is called: the feature's id.
    pub name: String,
    /// The list that it was opened on.
    pub base: Base,
    /// The words that the named feature had in the list.
    original: FeatureText,
    /// Whether it passed then.
    passed: bool,
    /// What becomes of its flag, once the person has said so.
    pub proof: Option<Proof>,
    /// The edit that was sent and is not answered yet.
    pub sent: Option<FeatureEdit>,
    /// Whether the edit that was sent last could not be made.
    pub refused: bool,
    /// What is wrong with the text, or with the edit that was sent.
    pub trouble: Option<String>,
}

impl FeatureForm {
    /// Makes a form and its first text; `feature` is the one that is edited, or followed.
    ///
    /// # Errors
    /// Its words cannot be written as a text that reads back the same.
    pub fn open(wanted: Wanted, feature: Option<&Feature>, base: Base) -> Result<(Self, String), &'static str> {
        let original = feature.map_or_else(FeatureText::default, |feature| FeatureText {
            description: feature.description.clone(),
            steps: feature.steps.clone(),
        });
        let passed = feature.is_some_and(|feature| feature.status == FeatureStatus::Passing);
        let text = match wanted {
            Wanted::Flip { .. } | Wanted::Remove { .. } => String::new(),
            Wanted::Add { .. } => format!("\n\n{STEP}\n\n{REASON} "),
            Wanted::Reword { .. } => format!("{}\n{REASON} ", written(&original)),
            Wanted::Split { .. } => format!("{}\n{BETWEEN}\n\n{STEP}\n\n{REASON} ", written(&original)),
        };
        let form = Self {
            wanted,
            name: feature.map_or_else(|| "the front".to_owned(), |feature| feature.id.to_string()),
            base,
            original,
            passed,
            proof: None,
            sent: None,
            refused: false,
            trouble: None,
        };
        let (words, reason) = split_reason(&text);
        let first = words.split(&format!("\n{BETWEEN}\n")).next().unwrap_or_default().to_owned();
        let reads_back = match form.wanted {
            Wanted::Reword { .. } | Wanted::Split { .. } => form.restored(read(&first)) == form.original && reason.is_empty(),
            Wanted::Add { .. } | Wanted::Flip { .. } | Wanted::Remove { .. } => true,
        };
        if reads_back {
            Ok((form, text))
        } else {
            Err("its words look like the form's own marks; edit the list in an editor of your own")
        }
    }

    /// Returns the feature that it names.
    #[must_use]
    pub const fn feature(&self) -> Option<&FeatureId> {
        match &self.wanted {
            Wanted::Add { after } => after.as_ref(),
            Wanted::Reword { feature } | Wanted::Split { feature } | Wanted::Flip { feature, .. } | Wanted::Remove { feature } => {
                Some(feature)
            }
        }
    }

    /// Says whether a feature has the words that the form was opened with.
    #[must_use]
    pub fn is_about(&self, feature: &Feature) -> bool {
        self.original.description == feature.description && self.original.steps == feature.steps
    }

    /// Reads the typed text as an edit with its reason.
    ///
    /// # Errors
    /// What is missing, for the person.
    pub fn read(&self, text: &str) -> Result<(FeatureEdit, String), &'static str> {
        let by_reason = match &self.wanted {
            Wanted::Flip { feature, passes } => Some(FeatureEdit::Flip {
                feature: feature.clone(),
                passes: *passes,
                word: None,
            }),
            Wanted::Remove { feature } => Some(FeatureEdit::Remove {
                feature: feature.clone(),
            }),
            Wanted::Add { .. } | Wanted::Reword { .. } | Wanted::Split { .. } => None,
        };
        if let Some(edit) = by_reason {
            let reason = text.trim();
            return match reason.is_empty() {
                true => Err("say why: it stays beside the feature and in the commit"),
                false => Ok((edit, reason.to_owned())),
            };
        }
        let (words, reason) = split_reason(text);
        let parts: Vec<&str> = parts(&words);
        let edit = match (&self.wanted, parts.as_slice()) {
            (Wanted::Split { feature }, [first, second]) => FeatureEdit::Split {
                feature: feature.clone(),
                first: self.restored(described(first)?),
                second: described(second)?,
            },
            (Wanted::Split { .. }, _) => return Err("write two features, with one line --- between them"),
            (_, [_, _, ..]) => return Err("a line --- parts two features; here is only one"),
            (Wanted::Add { after }, _) => FeatureEdit::Add {
                after: after.clone(),
                text: described(&words)?,
            },
            (Wanted::Reword { feature } | Wanted::Flip { feature, .. } | Wanted::Remove { feature }, _) => {
                let text = self.restored(described(&words)?);
                if text == self.original {
                    return Err("nothing was changed yet");
                }
                if self.proof == Some(Proof::Anew) && reason.is_empty() {
                    return Err("say why it is to be proven anew, behind `reason:`");
                }
                FeatureEdit::Reword {
                    feature: feature.clone(),
                    text,
                    unproven: self.proof == Some(Proof::Anew),
                }
            }
        };
        Ok((edit, reason))
    }

    /// Says whether it must be asked what becomes of the flag: the feature passes by evidence of other words.
    #[must_use]
    pub fn asks_for_proof(&self) -> bool {
        self.passed && self.proof.is_none() && matches!(self.wanted, Wanted::Reword { .. })
    }

    /// Puts back what differs from the list by white space at its ends alone: a form does not show it.
    fn restored(&self, mut text: FeatureText) -> FeatureText {
        if text.description == self.original.description.trim() {
            text.description.clone_from(&self.original.description);
        }
        for step in &mut text.steps {
            if let Some(old) = self.original.steps.iter().find(|old| old.trim() == step) {
                step.clone_from(old);
            }
        }
        text
    }

    /// Where the cursor is wanted first: row and column.
    #[must_use]
    pub fn cursor(&self, text: &str) -> (usize, usize) {
        let lines: Vec<&str> = text.lines().collect();
        match self.wanted {
            Wanted::Split { .. } => (lines.iter().position(|line| *line == BETWEEN).map_or(0, |at| at + 1), 0),
            // Behind the last word of the description, which may have several lines.
            Wanted::Reword { .. } => {
                let marks = |line: &&str| line.starts_with(STEP) || line.starts_with(REASON);
                let words = lines.iter().take_while(|line| !marks(line)).enumerate();
                let last = words.filter(|(_, line)| !line.is_empty()).last();
                last.map_or((0, 0), |(row, line)| (row, line.chars().count()))
            }
            Wanted::Add { .. } | Wanted::Flip { .. } | Wanted::Remove { .. } => (0, 0),
        }
    }

    /// The rules of the text, for the line below it.
    #[must_use]
    pub const fn rules(&self) -> &'static str {
        match self.wanted {
            Wanted::Flip { .. } => "Your reason; it is committed with the flag.",
            Wanted::Remove { .. } => "Your reason, without which it stays; the commit keeps both.",
            Wanted::Split { .. } => "Two features, --- between them; steps begin with \"- \".",
            Wanted::Reword { .. } if self.passed => "It passes by evidence of the old words: you are asked whether it still does.",
            Wanted::Add { .. } | Wanted::Reword { .. } => "Description first, then a line with \"- \" for each step.",
        }
    }
}

/// Writes a feature's words.
fn written(text: &FeatureText) -> String {
    let mut out = format!("{}\n\n", text.description.trim());
    for step in &text.steps {
        out.push_str(STEP);
        out.push_str(&step.trim().replace('\n', "\n  "));
        out.push('\n');
    }
    out
}

/// Parts the reason from the words before it: the last line that begins it, and all behind.
fn split_reason(text: &str) -> (String, String) {
    let lines: Vec<&str> = text.lines().collect();
    let Some(at) = lines.iter().rposition(|line| line.starts_with(REASON)) else {
        return (text.to_owned(), String::new());
    };
    let reason = lines.get(at..).unwrap_or_default().join("\n");
    let reason = reason.strip_prefix(REASON).unwrap_or("").trim().to_owned();
    (lines.get(..at).unwrap_or_default().join("\n"), reason)
}

fn parts(words: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    for line in words.split_inclusive('\n') {
        if line.trim() == BETWEEN {
            parts.push(words.get(from..at).unwrap_or(""));
            from = at + line.len();
        }
        at += line.len();
    }
    parts.push(words.get(from..).unwrap_or(""));
    parts
}

/// Reads a feature's words; there must be a description.
fn described(words: &str) -> Result<FeatureText, &'static str> {
    let text = read(words);
    if text.description.is_empty() {
        return Err("a feature begins with its description: what a user can do once it works");
    }
    Ok(text)
}

/// Reads a feature's words. Steps without words are left out: a form offers one to begin with.
fn read(words: &str) -> FeatureText {
    let mut description: Vec<&str> = Vec::new();
    let mut steps: Vec<String> = Vec::new();
    for line in words.lines() {
        let begun = line
            .strip_prefix(STEP)
            .or_else(|| (line.trim_end() == STEP.trim_end()).then_some(""));
        match (begun, steps.last_mut()) {
            (Some(step), _) => steps.push(step.to_owned()),
            (None, Some(last)) => {
                last.push('\n');
                last.push_str(line.strip_prefix("  ").unwrap_or(line));
            }
            (None, None) => description.push(line),
        }
    }
    let steps = steps.iter().map(|step| step.trim().to_owned());
    FeatureText {
        description: description.join("\n").trim().to_owned(),
        steps: steps.filter(|step| !step.is_empty()).collect(),
    }
}

#[cfg(test)]
mod tests;
