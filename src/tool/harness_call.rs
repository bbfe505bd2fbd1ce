//! Calls of the harness's own tools, parsed; the engine carries them out.

use super::InputError;
use super::catalog::Tool;
use super::edit::{NotReplaced, replaced};
use super::input::parse;
use crate::protocol::typed::one_line;
use crate::protocol::{Check, CheckStep, FeatureId, RawJson};
use serde::Deserialize;

/// What the model asks of the harness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HarnessCall {
    /// Commit everything that changed.
    Commit {
        /// The message, not empty.
        message: String,
    },
    /// Record an end-to-end check of a feature.
    RecordCheck {
        /// Which feature.
        id: FeatureId,
        /// What is run, and what it must print.
        check: Check,
    },
    /// Run the project's tests.
    RunTests {
        /// Which; empty for all.
        tests: Vec<String>,
        /// Who waits for the result.
        waits: Waits,
    },
    /// Mark a feature as passing.
    FeaturePassed {
        /// Which.
        id: FeatureId,
        /// How it was verified, in the model's words.
        evidence: String,
    },
    /// Mark a feature as failing.
    FeatureFailed {
        /// Which.
        id: FeatureId,
        /// What does not work.
        reason: String,
    },
    /// Add a note to the progress file.
    ProgressNote {
        /// The note, not empty.
        text: String,
    },
    /// Ask the human and wait.
    AskHuman {
        /// The question, not empty.
        question: String,
        /// Suggested answers, may be empty.
        choices: Vec<String>,
        /// Which of them counts if nobody answers; `None`: the first.
        default: Option<usize>,
    },
    /// End the session.
    EndSession {
        /// What it achieved.
        summary: String,
    },
    /// Name the command that runs the tests.
    DeclareVerify {
        /// The command line, not empty.
        command: String,
    },
    /// Ask the human to change a guarded file.
    ProposeChange {
        /// The file, as the model named it.
        path: String,
        /// Why, not empty.
        reason: String,
        /// What shall be changed.
        change: ProposedText,
    },
}

/// Who waits for the result of a test run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// The agent does.
    Agent,
    /// Nobody: it comes with a later message.
    Nobody,
}

/// The text of a proposed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposedText {
    /// All of the file.
    Whole(String),
    /// One stretch of it.
    Edit {
        /// What is there now, once.
        old: String,
        /// What shall be there.
        new: String,
    },
}

impl ProposedText {
    /// Returns the file's bytes as they would be. The error says why the edit does not fit, as the end of a sentence.
    ///
    /// # Errors
    /// Fails if the text to replace is not there exactly once, or nothing would change.
    pub fn applied(&self, before: &[u8]) -> Result<Vec<u8>, &'static str> {
        let after = match self {
            Self::Whole(text) => text.clone().into_bytes(),
            Self::Edit { old, new } => match replaced(before, old, new) {
                Ok((after, _)) => after,
                Err(NotReplaced::Empty) => return Err("`old_text` is empty"),
                Err(NotReplaced::Same) => return Err("`old_text` and `new_text` are the same"),
                Err(NotReplaced::Missing) => return Err("`old_text` is not in it; read the file and copy the text exactly"),
                Err(NotReplaced::Many(_)) => return Err("`old_text` is in it more than once; take more of the lines around it"),
            },
        };
        if after == before {
            return Err("it has this text already");
        }
        Ok(after)
    }
}

/// The fields of all harness tools; each takes some.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    message: Option<String>,
    id: Option<String>,
    evidence: Option<String>,
    reason: Option<String>,
    text: Option<String>,
    question: Option<String>,
    choices: Vec<String>,
    default: Option<String>,
    summary: Option<String>,
    command: Option<String>,
    path: Option<String>,
    content: Option<String>,
    old_text: Option<String>,
    new_text: Option<String>,
    tests: Vec<String>,
    background: bool,
    steps: Option<Vec<CheckStep>>,
    files: Vec<String>,
}

impl HarnessCall {
    /// Parses a call; `None` if `name` is not a tool of the harness.
    #[must_use]
    pub fn parse(name: &str, input: &RawJson) -> Option<Result<Self, InputError>> {
        let tool = Tool::named(name)?;
        is_harness(tool).then(|| Self::of(tool, parse(tool, input)?))
    }

    fn of(tool: Tool, fields: Fields) -> Result<Self, InputError> {
        let need = |name: &str, value: Option<String>| match value {
            Some(text) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(InputError::new(tool, format!("`{name}` is empty"))),
            None => Err(InputError::new(tool, format!("missing field `{name}`"))),
        };
        Ok(match tool {
            Tool::Commit => Self::Commit {
                message: need("message", fields.message)?,
            },
            Tool::RunTests => Self::RunTests {
                tests: fields.tests,
                waits: if fields.background { Waits::Nobody } else { Waits::Agent },
            },
            Tool::RecordCheck => Self::RecordCheck {
                id: need("id", fields.id)?.trim().into(),
                check: Check {
                    steps: fields.steps.ok_or_else(|| InputError::new(tool, "missing field `steps`"))?,
                    files: fields.files,
                },
            },
            Tool::FeaturePassed => Self::FeaturePassed {
                id: need("id", fields.id)?.trim().into(),
                evidence: need("evidence", fields.evidence)?,
            },
            Tool::FeatureFailed => Self::FeatureFailed {
                id: need("id", fields.id)?.trim().into(),
                reason: need("reason", fields.reason)?,
            },
            Tool::ProgressNote => Self::ProgressNote {
                text: need("text", fields.text)?,
            },
            Tool::AskHuman => {
                let choices = choices(fields.choices)?;
                Self::AskHuman {
                    question: need("question", fields.question)?,
                    default: default(fields.default, &choices)?,
                    choices,
                }
            }
            Tool::EndSession => Self::EndSession {
                summary: fields.summary.unwrap_or_default(),
            },
            Tool::DeclareVerify => Self::DeclareVerify {
                command: need("command", fields.command)?,
            },
            Tool::ProposeChange => Self::ProposeChange {
                path: need("path", fields.path)?,
                reason: need("reason", fields.reason)?,
                change: match (fields.content, fields.old_text, fields.new_text) {
                    (Some(text), None, None) => ProposedText::Whole(text),
                    (None, Some(old), new) => ProposedText::Edit {
                        old,
                        new: new.unwrap_or_default(),
                    },
                    _ => return Err(InputError::new(tool, "give either `content`, or `old_text` and `new_text`")),
                },
            },
            Tool::Bash | Tool::TextEditor | Tool::Read | Tool::Write | Tool::Edit | Tool::Glob | Tool::Search => {
                return Err(InputError::new(tool, "it is not a tool of the harness"));
            }
        })
    }
}

/// Answers to choose from, each one line. What a person chooses is what the model is told, so characters that do not show stay, and are
/// shown as they are in all that comes from the model.
fn choices(given: Vec<String>) -> Result<Vec<String>, InputError> {
    if given.iter().any(|choice| one_line(choice).is_empty()) {
        let why = "one of `choices` is empty: leave it out, a person can always type an answer of their own";
        return Err(InputError::new(Tool::AskHuman, why));
    }
    Ok(given.iter().map(|choice| unbroken(choice)).collect())
}

/// The choice that is named to count if nobody answers.
fn default(given: Option<String>, choices: &[String]) -> Result<Option<usize>, InputError> {
    let Some(given) = given else { return Ok(None) };
    let place = choices.iter().position(|choice| *choice == unbroken(&given));
    let why = if choices.is_empty() {
        "`default` names one of `choices`, and there are none"
    } else {
        "`default` is none of `choices`: give it as it stands there, or leave it out"
    };
    place.map(Some).ok_or_else(|| InputError::new(Tool::AskHuman, why))
}

fn unbroken(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says whether the engine carries a tool out itself.
pub(super) const fn is_harness(tool: Tool) -> bool {
    match tool {
        Tool::Bash | Tool::TextEditor | Tool::Read | Tool::Write | Tool::Edit | Tool::Glob | Tool::Search => false,
        Tool::Commit
        | Tool::RunTests
        | Tool::RecordCheck
        | Tool::FeaturePassed
        | Tool::FeatureFailed
        | Tool::ProgressNote
        | Tool::AskHuman
        | Tool::EndSession
        | Tool::DeclareVerify
        | Tool::ProposeChange => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, input: &str) -> Option<Result<HarnessCall, InputError>> {
        HarnessCall::parse(name, &RawJson::parse(input.to_owned()).unwrap())
    }

    #[test]
    fn calls_of_the_harness_are_told_from_others() {
        assert_eq!(call("bash", r#"{"command":"ls"}"#), None);
        assert_eq!(call("nonsense", "{}"), None);
        let made = call("commit", r#"{"message":"add: x","extra":1}"#).unwrap().unwrap();
        assert_eq!(
            made,
            HarnessCall::Commit {
                message: "add: x".into()
            }
        );
        let asked = call("ask_human", r#"{"question":"Which?","choices":["a","b"]}"#)
            .unwrap()
            .unwrap();
        assert!(matches!(asked, HarnessCall::AskHuman { choices, .. } if choices.len() == 2));
        let coloured = r#"{"question":"Which?","choices":["blue \u001b[31mred\u001b[0m","a\u202e\nb "]}"#;
        let asked = call("ask_human", coloured).unwrap().unwrap();
        assert!(
            matches!(asked, HarnessCall::AskHuman { choices, .. } if choices == ["blue \u{1b}[31mred\u{1b}[0m", "a\u{202e} b"])
        );
        let of_two = r#"{"question":"Which?","choices":["a","b c"],"default":" b\n c"}"#;
        let asked = call("ask_human", of_two).unwrap().unwrap();
        assert!(matches!(asked, HarnessCall::AskHuman { default: Some(1), .. }));
        assert!(matches!(call("end_session", "{}"), Some(Ok(HarnessCall::EndSession { .. }))));
    }

    #[test]
    fn wrong_inputs_are_explained() {
        for (name, input, needle) in [
            ("commit", "{}", "missing field `message`"),
            ("commit", r#"{"message":" \n"}"#, "`message` is empty"),
            ("feature_passed", r#"{"id":"F1"}"#, "missing field `evidence`"),
            ("record_check", r#"{"id":"F1"}"#, "missing field `steps`"),
            ("record_check", r#"{"id":"F1","steps":["ls"]}"#, "invalid type"),
            ("feature_failed", r#"{"id":7,"reason":"x"}"#, "invalid type"),
            ("progress_note", "[]", "missing field `text`"),
            ("ask_human", r#"{"question":"?","choices":"a"}"#, "invalid type"),
            (
                "ask_human",
                r#"{"question":"?","choices":["a"," \u001b\n"]}"#,
                "one of `choices` is empty",
            ),
            (
                "ask_human",
                r#"{"question":"?","choices":["a","b"],"default":"c"}"#,
                "`default` is none of `choices`",
            ),
            ("ask_human", r#"{"question":"?","default":"a"}"#, "there are none"),
            ("declare_verify", "null", "invalid type"),
            ("run_tests", r#"{"tests":"a"}"#, "invalid type"),
        ] {
            let error = call(name, input).unwrap().unwrap_err().to_string();
            assert!(
                error.contains(needle) && error.contains("call it again with `") && !error.contains("at line"),
                "{error}"
            );
        }
    }
}
