//! The facts that fill the templates.

use super::template::Slot;
use crate::harness::{INIT_SCRIPT, NOTES};
use crate::protocol::{Feature, SessionNo};
use std::fmt::Write as _;

/// Whether somebody can answer questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Attendance {
    /// A person is at the keyboard, now and then.
    Attended,
    /// Nobody is: questions are answered by policy.
    #[default]
    Unattended,
}

/// What the templates may speak of.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The project's name.
    pub project: String,
    /// The workspace's absolute path.
    pub workspace: String,
    /// Path of the feature list within it.
    pub feature_list: String,
    /// Globs of test files.
    pub test_globs: Vec<String>,
    /// How many features a session takes, from 1.
    pub features_per_session: u32,
    /// Whether somebody can answer.
    pub attendance: Attendance,
    /// The session's number.
    pub session: SessionNo,
    /// The specification, for the initializer.
    pub spec: Option<String>,
    /// The verify command, where it is known.
    pub verify_command: Option<String>,
    /// The session's feature and why it was chosen.
    pub feature: Option<(Feature, String)>,
    /// What the previous session handed on, if it was ended before its work was done.
    pub handed_off: Option<HandOff>,
}

/// What a session hands on to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandOff {
    /// Its closing words.
    pub words: String,
    /// What it had repeated, if it was ended because its work went round; else its context window was full.
    pub repeated: Option<String>,
}

impl Facts {
    pub(super) fn value(&self, slot: Slot) -> String {
        match slot {
            Slot::Project => self.project.clone(),
            Slot::Workspace => self.workspace.clone(),
            Slot::FeatureList => self.feature_list.clone(),
            Slot::Notes => NOTES.into(),
            Slot::Init => INIT_SCRIPT.into(),
            Slot::TestGlobs => self.test_globs.iter().map(|glob| format!("`{glob}`")).collect::<Vec<_>>().join(", "),
            Slot::SessionFeatures => match self.features_per_session {
                0 | 1 => "One feature, the one you are given.".into(),
                n => format!("At most {n} features, one after the other, each proven and committed before the next; the first is given to you, the others are the next failing ones in the list's order."),
            },
            Slot::Human => match self.attendance {
                Attendance::Attended => "they see everything you do, and can answer a question.".into(),
                Attendance::Unattended => "at the moment nobody can answer, so a question only gets a standing answer: decide with care and write the decision down.".into(),
            },
            Slot::Session => self.session.0.to_string(),
            Slot::Spec => self.spec.as_deref().unwrap_or("(none was given: work from what is in the workspace)").trim().to_owned(),
            Slot::Verify => self.verify_command.as_ref().map_or_else(
                || "The harness knows no command yet that runs this project's tests; `declare_verify` is the tool that tells it, where you have it.".into(),
                |command| format!("The harness checks with `{command}`."),
            ),
            Slot::Feature => self.feature.as_ref().map(|(feature, reason)| describe(feature, reason)).unwrap_or_default(),
            Slot::HandedOff => self.handed_off.as_ref().map(HandOff::told).unwrap_or_default(),
            Slot::Orientation | Slot::Used | Slot::Dirty | Slot::Rounds | Slot::Repeats => String::new(),
        }
    }
}

impl HandOff {
    fn told(&self) -> String {
        let words = self.words.trim();
        let last = if words.is_empty() {
            String::new()
        } else {
            format!(" Its last words:\n\n<hand_off>\n{words}\n</hand_off>")
        };
        match &self.repeated {
            Some(repeated) => format!(
                "The session before you was ended because it went round, not because its work was done. By its calls and their results: {repeated}. Do not begin where it went round: look for what it took for granted, or take another way.{last}"
            ),
            None if last.is_empty() => last,
            None => {
                format!("The session before you ended because its context window was full, not because its work was done.{last}")
            }
        }
    }
}

fn describe(feature: &Feature, reason: &str) -> String {
    let mut text = format!(
        "Your feature is **{}** ({reason}): {}\n",
        feature.id,
        feature.description.trim()
    );
    for (n, step) in feature.steps.iter().enumerate() {
        let _ = write!(text, "\n{}. {}", n + 1, step.trim());
    }
    if !feature.tests.is_empty() {
        let _ = write!(text, "\n\nIts own tests: {}.", feature.tests.join(", "));
    }
    if !feature.files.is_empty() {
        let _ = write!(text, "\nThe plan expects the work in: {}.", feature.files.join(", "));
    }
    text.trim_end().to_owned()
}
