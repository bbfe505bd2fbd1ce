//! What a call is, in one line for a person, and which files it would write.

use super::catalog::Tool;
use super::harness_call::{HarnessCall, Waits};
use super::input::{BashInput, EditInput, EditorInput, GlobInput, ReadInput, SearchInput, WriteInput, parse};
use crate::protocol::{RawJson, ToolKind};
use std::path::PathBuf;

/// Longest title in characters.
const TITLE: usize = 200;

/// A call for a person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// What it does.
    pub kind: ToolKind,
    /// One line: the command, the path, the pattern. Not sanitized.
    pub title: String,
}

/// Describes a call; one whose input is wrong, or whose tool is unknown, is described by its name.
#[must_use]
pub fn describe(name: &str, input: &RawJson) -> Described {
    let tool = Tool::named(name);
    let title = tool.and_then(|tool| title(tool, name, input));
    Described {
        kind: match (tool, edited(name, input)) {
            (Some(Tool::TextEditor), Some((_, false))) => ToolKind::Read,
            (Some(tool), _) => tool.kind(),
            (None, _) => ToolKind::Other,
        },
        title: one_line(title.as_deref().unwrap_or(name)),
    }
}

/// Lists the files a call to a file tool would write, as the model named them. [`super::Toolbox::paths`] says where they really are.
#[must_use]
pub fn paths(name: &str, input: &RawJson) -> Vec<PathBuf> {
    match edited(name, input) {
        Some((path, true)) => vec![path.into()],
        Some((_, false)) | None => Vec::new(),
    }
}

/// Returns the file a file tool is about, and whether it is written.
fn edited(name: &str, input: &RawJson) -> Option<(String, bool)> {
    let tool = Tool::named(name)?;
    match tool {
        Tool::TextEditor => parse::<EditorInput>(tool, input).ok().map(|input| {
            let (path, written) = input.target();
            (path.to_owned(), written)
        }),
        Tool::Write => parse::<WriteInput>(tool, input).ok().map(|input| (input.path, true)),
        Tool::Edit => parse::<EditInput>(tool, input).ok().map(|input| (input.path, true)),
        Tool::Read => parse::<ReadInput>(tool, input).ok().map(|input| (input.path, false)),
        _ => None,
    }
}

fn title(tool: Tool, name: &str, input: &RawJson) -> Option<String> {
    Some(match tool {
        Tool::Bash => {
            let input: BashInput = parse(tool, input).ok()?;
            if input.restart {
                "restart the shell".to_owned()
            } else {
                input.command?
            }
        }
        Tool::TextEditor => match parse(tool, input).ok()? {
            EditorInput::View {
                path,
                view_range: Some((from, to)),
            } => format!("{path}:{from}-{}", if to == -1 { String::new() } else { to.to_string() }),
            other => other.target().0.to_owned(),
        },
        Tool::Read => {
            let input: ReadInput = parse(tool, input).ok()?;
            input
                .offset
                .map_or(input.path.clone(), |from| format!("{}:{from}", input.path))
        }
        Tool::Write | Tool::Edit => edited(name, input)?.0,
        Tool::Glob => {
            let input: GlobInput = parse(tool, input).ok()?;
            located(input.pattern, input.path)
        }
        Tool::Search => {
            let input: SearchInput = parse(tool, input).ok()?;
            located(input.pattern, input.path.or(input.glob))
        }
        Tool::Commit
        | Tool::RunTests
        | Tool::RecordCheck
        | Tool::FeaturePassed
        | Tool::FeatureFailed
        | Tool::ProgressNote
        | Tool::AskHuman
        | Tool::EndSession
        | Tool::DeclareVerify
        | Tool::ProposeChange => match HarnessCall::parse(name, input)?.ok()? {
            HarnessCall::Commit { message: text }
            | HarnessCall::ProgressNote { text }
            | HarnessCall::AskHuman { question: text, .. }
            | HarnessCall::EndSession { summary: text }
            | HarnessCall::DeclareVerify { command: text } => text.trim().lines().next().unwrap_or_default().to_owned(),
            HarnessCall::RunTests { tests, waits } => {
                let which = if tests.is_empty() {
                    "all".to_owned()
                } else {
                    tests.join(", ")
                };
                let how = if waits == Waits::Nobody { ", in the background" } else { "" };
                format!("{which}{how}")
            }
            HarnessCall::RecordCheck { id, check } => {
                let first = check.steps.first().map_or("", |step| step.command.as_str());
                format!("{id}: {first}")
            }
            HarnessCall::FeaturePassed { id, evidence: text } | HarnessCall::FeatureFailed { id, reason: text } => {
                format!("{id}: {text}")
            }
            HarnessCall::ProposeChange { path, reason, .. } => format!("{path}: {reason}"),
        },
    })
}

fn located(pattern: String, path: Option<String>) -> String {
    match path {
        Some(path) => format!("{pattern} in {path}"),
        None => pattern,
    }
}

/// Joins the lines of a text, visibly, and cuts it.
fn one_line(text: &str) -> String {
    let joined = text
        .trim()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ⏎ ");
    match joined.char_indices().nth(TITLE) {
        Some((end, _)) => format!("{}…", &joined[..end]),
        None => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> RawJson {
        RawJson::parse(json.to_owned()).unwrap()
    }

    #[test]
    fn titles_and_kinds() {
        let editor = "str_replace_based_edit_tool";
        for (name, input, kind, title) in [
            (
                "bash",
                r#"{"command":"cd x\n\n  make test "}"#,
                ToolKind::Execute,
                "cd x ⏎ make test",
            ),
            ("bash", r#"{"restart":true}"#, ToolKind::Execute, "restart the shell"),
            (
                editor,
                r#"{"command":"view","path":"a","view_range":[3,-1]}"#,
                ToolKind::Read,
                "a:3-",
            ),
            (
                editor,
                r#"{"command":"create","path":"a","file_text":""}"#,
                ToolKind::Edit,
                "a",
            ),
            (editor, r#"{"command":"undo_edit","path":"a"}"#, ToolKind::Edit, editor),
            ("read", r#"{"path":"a","offset":9}"#, ToolKind::Read, "a:9"),
            (
                "search",
                r#"{"pattern":"fn x","glob":"*.rs"}"#,
                ToolKind::Search,
                "fn x in *.rs",
            ),
            ("commit", r#"{"message":"add: y\n\nbody"}"#, ToolKind::Other, "add: y"),
            (
                "feature_passed",
                r#"{"id":"F1","evidence":"ran it"}"#,
                ToolKind::Other,
                "F1: ran it",
            ),
            ("commit", "{}", ToolKind::Other, "commit"),
            ("unheard_of", "{}", ToolKind::Other, "unheard_of"),
        ] {
            let got = describe(name, &raw(input));
            assert_eq!((got.kind, got.title.as_str()), (kind, title), "{name} {input}");
        }
        let long = describe("bash", &raw(&format!(r#"{{"command":"{}"}}"#, "é".repeat(500))));
        assert_eq!(long.title.chars().count(), TITLE + 1);
    }

    #[test]
    fn only_writes_have_paths() {
        let editor = "str_replace_based_edit_tool";
        assert_eq!(paths(editor, &raw(r#"{"command":"view","path":"a"}"#)), Vec::<PathBuf>::new());
        assert_eq!(
            paths(
                editor,
                &raw(r#"{"command":"insert","path":"a","insert_line":0,"new_str":"x"}"#)
            ),
            [PathBuf::from("a")]
        );
        assert_eq!(paths("write", &raw(r#"{"path":"b","content":""}"#)), [PathBuf::from("b")]);
        assert_eq!(paths("bash", &raw(r#"{"command":"echo > c"}"#)), Vec::<PathBuf>::new());
    }
}
