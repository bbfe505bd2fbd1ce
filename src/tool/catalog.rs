//! The table of tools: names, kinds, descriptions, input schemas. It is what the model is told and what calls are looked up in.

use crate::protocol::{RawJson, ToolKind};
use serde_json::{Map, Value, json};

/// Models that know the API's own tool types, by the start of their name: `(prefix, type of bash, type of the text editor)`.
const API_TYPES: &[(&str, &str, &str)] = &[
    ("claude-", "bash_20250124", "text_editor_20250728"),
    ("scripted-demo", "bash_20250124", "text_editor_20250728"),
];

/// Longest view of a file in characters, as the API's text editor is told.
pub(super) const VIEW_CHARACTERS: usize = 60_000;

/// A tool as it is offered to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// Its name in calls.
    pub name: &'static str,
    /// What it does.
    pub kind: ToolKind,
    /// Its entry in the request's `tools`.
    pub api: RawJson,
}

/// A tool there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Bash,
    TextEditor,
    Read,
    Write,
    Edit,
    Glob,
    Search,
    Commit,
    RunTests,
    RecordCheck,
    FeaturePassed,
    FeatureFailed,
    ProgressNote,
    AskHuman,
    EndSession,
    DeclareVerify,
    ProposeChange,
}

/// How a tool is named, classed and explained; `fields` are `(name, JSON type, required, explanation)`.
struct Entry {
    tool: Tool,
    name: &'static str,
    kind: ToolKind,
    about: &'static str,
    fields: &'static [(&'static str, &'static str, bool, &'static str)],
}

/// The field type of a check's steps.
const STEPS: &str = "steps";

/// The schema of a check's step.
fn step() -> Value {
    json!({
        "type": "object",
        "properties": {
            "command": { "type": "string", "description": "The command line." },
            "expect": {
                "type": "array",
                "items": { "type": "string" },
                "description": "Texts that its output must hold, each of them.",
            },
            "exit": { "type": "integer", "description": "The exit code it must end with, default 0." },
        },
        "required": ["command"],
    })
}

const TABLE: &[Entry] = &[
    Entry {
        tool: Tool::Bash,
        name: "bash",
        kind: ToolKind::Execute,
        about: "Runs a command in a shell in the workspace. Working directory and exported variables are kept between calls. \
                Standard input is empty. Start servers with `&` and send their output to a file: they keep running until the session ends. \
                Long output is cut in the middle.",
        fields: &[
            ("command", "string", false, "The command line or script to run."),
            (
                "timeout_seconds",
                "integer",
                false,
                "Stop it after this many seconds instead of the usual limit.",
            ),
            (
                "restart",
                "boolean",
                false,
                "Start over with a fresh shell; stops background processes.",
            ),
        ],
    },
    Entry {
        tool: Tool::TextEditor,
        name: "str_replace_based_edit_tool",
        kind: ToolKind::Edit,
        about: "Views, creates and edits text files of the workspace.",
        fields: &[
            ("command", "string", true, "One of: view, create, str_replace, insert."),
            ("path", "string", true, "The file."),
        ],
    },
    Entry {
        tool: Tool::Read,
        name: "read",
        kind: ToolKind::Read,
        about: "Reads a text file of the workspace, with line numbers. A directory is listed two levels deep.",
        fields: &[
            ("path", "string", true, "The file."),
            ("offset", "integer", false, "First line to read, from 1."),
            ("limit", "integer", false, "How many lines to read."),
        ],
    },
    Entry {
        tool: Tool::Write,
        name: "write",
        kind: ToolKind::Edit,
        about: "Writes a whole text file of the workspace, creating it and its directories or replacing what is there.",
        fields: &[
            ("path", "string", true, "The file."),
            ("content", "string", true, "All of its text."),
        ],
    },
    Entry {
        tool: Tool::Edit,
        name: "edit",
        kind: ToolKind::Edit,
        about: "Replaces one stretch of text in a file of the workspace. The old text must be exactly as in the file and occur once.",
        fields: &[
            ("path", "string", true, "The file."),
            (
                "old_text",
                "string",
                true,
                "The text that is there now, with its white space.",
            ),
            ("new_text", "string", true, "The text that shall be there."),
        ],
    },
    Entry {
        tool: Tool::Glob,
        name: "glob",
        kind: ToolKind::Search,
        about: "Lists files of the workspace whose path matches a pattern, sorted, 200 at most. A pattern without `/` matches names \
                at any depth. Files that git ignores are not listed.",
        fields: &[
            (
                "pattern",
                "string",
                true,
                "For example `*.rs`, `src/**/*.ts`, `tests/{unit,e2e}/*`.",
            ),
            ("path", "string", false, "Directory to look in, default the workspace."),
        ],
    },
    Entry {
        tool: Tool::Search,
        name: "search",
        kind: ToolKind::Search,
        about: "Searches the text files of the workspace for a regular expression (Rust syntax), line by line; shows 50 matching lines \
                at most. Files that git ignores and binary files are passed over.",
        fields: &[
            ("pattern", "string", true, "The regular expression."),
            ("path", "string", false, "File or directory to search, default the workspace."),
            (
                "glob",
                "string",
                false,
                "Search only files whose path matches, as in the glob tool.",
            ),
            ("literal", "boolean", false, "Take the pattern as plain text."),
            (
                "ignore_case",
                "boolean",
                false,
                "Do not tell capital and small letters apart.",
            ),
        ],
    },
    Entry {
        tool: Tool::Commit,
        name: "commit",
        kind: ToolKind::Other,
        about: "Commits everything that changed in the workspace. This is the only way to commit; `git commit` in bash is refused.",
        fields: &[(
            "message",
            "string",
            true,
            "The commit message: one line on what changed, then a blank line and details if needed.",
        )],
    },
    Entry {
        tool: Tool::RunTests,
        name: "run_tests",
        kind: ToolKind::Execute,
        about: "Has the harness run the project's tests: all, or some by the names that earlier runs told. It proves nothing by itself; \
                `feature_passed` and `commit` run the tests again. In the background it returns at once with the run's number, and the \
                result comes with a later message: work on meanwhile, but what changes files makes that run count for nothing.",
        fields: &[
            ("tests", "array", false, "Names of tests; all if left out."),
            ("background", "boolean", false, "Return at once; the result comes later."),
        ],
    },
    Entry {
        tool: Tool::RecordCheck,
        name: "record_check",
        kind: ToolKind::Execute,
        about: "Records an end-to-end check as the evidence of a feature that names no tests: commands that show it at work, and what the \
                program itself must print, or its exit code. It must hold now, not hold with programs that do nothing in place of yours, \
                and hold in every session to come; change nothing in the workspace. What a step starts lives until the check ends.",
        fields: &[
            ("id", "string", true, "The feature's id."),
            (
                "steps",
                STEPS,
                true,
                "What is run, in order, each by `sh` in the workspace's top directory.",
            ),
            (
                "files",
                "array",
                false,
                "Files that the steps write into the directory $LONGHAUL_FILES and that are kept, such as screenshots.",
            ),
        ],
    },
    Entry {
        tool: Tool::FeaturePassed,
        name: "feature_passed",
        kind: ToolKind::Other,
        about: "Marks a feature as passing after you verified it end to end. The harness runs its tests, or its recorded check, and decides.",
        fields: &[
            ("id", "string", true, "The feature's id."),
            ("evidence", "string", true, "What you did to verify it and what you saw."),
        ],
    },
    Entry {
        tool: Tool::FeatureFailed,
        name: "feature_failed",
        kind: ToolKind::Other,
        about: "Marks a feature as not passing: it broke, or it cannot be done now.",
        fields: &[
            ("id", "string", true, "The feature's id."),
            ("reason", "string", true, "What does not work."),
        ],
    },
    Entry {
        tool: Tool::ProgressNote,
        name: "progress_note",
        kind: ToolKind::Other,
        about: "Adds a note to the progress file, which the next session reads first.",
        fields: &[("text", "string", true, "What was done, what is left, what to watch out for.")],
    },
    Entry {
        tool: Tool::AskHuman,
        name: "ask_human",
        kind: ToolKind::Other,
        about: "Asks the person who supervises a question and waits for the answer. Only for what you cannot decide or find out.",
        fields: &[
            ("question", "string", true, "The question."),
            ("choices", "array", false, "Answers to choose from."),
            ("default", "string", false, "Which choice counts unanswered; else the first."),
        ],
    },
    Entry {
        tool: Tool::EndSession,
        name: "end_session",
        kind: ToolKind::Other,
        about: "Ends this session. Commit and write a progress note first.",
        fields: &[("summary", "string", true, "What this session achieved, in a few sentences.")],
    },
    Entry {
        tool: Tool::DeclareVerify,
        name: "declare_verify",
        kind: ToolKind::Other,
        about: "Tells the harness which command runs the project's tests; only the initializer does, and only where the user configured none. \
                It is run at once, and must tell each test by name: a feature is proven only by tests that are. The output of cargo test, \
                nextest, pytest, go test, node --test, jest, vitest and mocha is read, and TAP; any other can write JUnit XML to the file \
                $LONGHAUL_REPORT. Once committed, the files that the command names are guarded as tests are.",
        fields: &[(
            "command",
            "string",
            true,
            "The command, run by `sh` in the workspace: all tests, with a bad exit code if one fails.",
        )],
    },
    Entry {
        tool: Tool::ProposeChange,
        name: "propose_change",
        kind: ToolKind::Other,
        about: "Proposes a change of one guarded file (an agreed test, the feature list, what the verify command names, longhaul.toml) to the \
                person who supervises, and waits. Only when the file itself is wrong. Give either `content`, or `old_text` and `new_text`. \
                Where nobody is asked it is refused.",
        fields: &[
            ("path", "string", true, "The guarded file."),
            ("reason", "string", true, "What is wrong with it, and how you know."),
            ("content", "string", false, "All of its new text."),
            (
                "old_text",
                "string",
                false,
                "A text that is there once now, with its white space.",
            ),
            ("new_text", "string", false, "What shall stand in its place."),
        ],
    },
];

impl Tool {
    /// Finds a tool by the name in a call.
    pub(super) fn named(name: &str) -> Option<Self> {
        let called = |entry: &&Entry| entry.name == name || entry.name == "propose_change" && name == "propose_test_change";
        TABLE.iter().find(called).map(|entry| entry.tool)
    }

    fn entry(self) -> &'static Entry {
        // Every variant has its row; a test holds the table to that.
        TABLE.iter().find(|entry| entry.tool == self).unwrap_or(&TABLE[0])
    }

    pub(super) fn name(self) -> &'static str {
        self.entry().name
    }

    pub(super) fn kind(self) -> ToolKind {
        self.entry().kind
    }

    /// Says in a few words what input a tool takes.
    pub(super) fn usage(self) -> String {
        let field = |&(name, kind, required, _): &(&str, &str, bool, &str)| {
            let kind = if kind == STEPS {
                "array of {command, expect, exit}"
            } else {
                kind
            };
            format!("`{name}` ({kind}{})", if required { "" } else { ", optional" })
        };
        self.entry().fields.iter().map(field).collect::<Vec<_>>().join(", ")
    }

    /// Returns the tool's entry in a request, in our own form.
    fn described(self) -> Value {
        let entry = self.entry();
        let mut properties = Map::new();
        for (name, kind, _, about) in entry.fields {
            let mut field = json!({ "type": kind, "description": about });
            if *kind == "array" {
                field["items"] = json!({ "type": "string" });
            } else if *kind == STEPS {
                field = json!({ "type": "array", "description": about, "items": step() });
            }
            properties.insert((*name).to_owned(), field);
        }
        let required: Vec<_> = entry.fields.iter().filter(|field| field.2).map(|field| field.0).collect();
        json!({
            "name": entry.name,
            "description": entry.about,
            "input_schema": { "type": "object", "properties": properties, "required": required },
        })
    }
}

/// Lists the names of all tools that `model` is offered.
pub(super) fn names() -> String {
    TABLE.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
}

/// Returns the tools `model` is offered, always in the same order, so that the prompt cache holds.
pub(super) fn specs(model: &str) -> Vec<ToolSpec> {
    let own = API_TYPES.iter().find(|(prefix, ..)| model.starts_with(prefix));
    TABLE
        .iter()
        .filter_map(|entry| {
            let api = match (entry.tool, own) {
                (Tool::Bash, Some((_, kind, _))) => json!({ "type": kind, "name": entry.name }),
                (Tool::TextEditor, Some((_, _, kind))) => {
                    json!({ "type": kind, "name": entry.name, "max_characters": VIEW_CHARACTERS })
                }
                (Tool::TextEditor, None) | (Tool::Read | Tool::Write | Tool::Edit, Some(_)) => return None,
                (tool, _) => tool.described(),
            };
            Some(ToolSpec {
                name: entry.name,
                kind: entry.kind,
                api: RawJson::of(&api).ok()?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_one_row_and_one_name() {
        for (index, entry) in TABLE.iter().enumerate() {
            assert_eq!(Tool::named(entry.name), Some(entry.tool));
            assert!(
                TABLE[index + 1..]
                    .iter()
                    .all(|other| other.name != entry.name && other.tool != entry.tool)
            );
        }
        assert_eq!(TABLE.len(), Tool::ProposeChange as usize + 1);
        assert_eq!(Tool::named("no such"), None);
        assert_eq!(Tool::named("propose_test_change"), Some(Tool::ProposeChange));
        assert!(!names().contains("propose_test_change"));
    }

    #[test]
    fn models_that_know_the_apis_types_get_them() {
        let names = |model| specs(model).into_iter().map(|spec| spec.name).collect::<Vec<_>>();
        let types = |model: &str| {
            let typed = specs(model)
                .into_iter()
                .filter_map(|spec| spec.api.value()["type"].as_str().map(str::to_owned));
            typed.collect::<Vec<_>>()
        };
        for model in ["claude-sonnet-5-5", "scripted-demo"] {
            assert_eq!(types(model), ["bash_20250124", "text_editor_20250728"]);
            assert!(!names(model).contains(&"read"));
        }
        assert_eq!(types("other-model"), [""; 0]);
        assert!(names("other-model").starts_with(&["bash", "read", "write", "edit", "glob", "search", "commit"]));
    }

    #[test]
    fn schemas_name_what_is_required() {
        let specs = specs("other");
        let search = specs.iter().find(|spec| spec.name == "search").unwrap().api.value();
        assert_eq!(search["input_schema"]["required"], json!(["pattern"]));
        let ask = specs.iter().find(|spec| spec.name == "ask_human").unwrap().api.value();
        assert_eq!(ask["input_schema"]["properties"]["choices"]["items"]["type"], "string");
    }
}
