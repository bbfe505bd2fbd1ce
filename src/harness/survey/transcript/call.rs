//! What a call of a tool is called for a person, whichever program's tool it is.

use crate::protocol::ToolKind;
use serde_json::Value;

/// Members of an input that say best what a call does, the best first.
const TELLING: [&str; 12] = [
    "command",
    "cmd",
    "file_path",
    "path",
    "notebook_path",
    "pattern",
    "query",
    "url",
    "description",
    "prompt",
    "skill",
    "input",
];

/// Characters of a title.
const TITLE: usize = 300;

/// Says what a tool does, by its name.
pub fn kind(tool: &str) -> ToolKind {
    match tool.to_lowercase().as_str() {
        "bash" | "shell" | "local_shell" | "exec_command" | "container.exec" => ToolKind::Execute,
        "read" | "view" | "notebookread" | "view_image" => ToolKind::Read,
        "edit" | "multiedit" | "write" | "notebookedit" | "apply_patch" => ToolKind::Edit,
        "grep" | "glob" | "ls" | "search" => ToolKind::Search,
        "webfetch" | "websearch" | "web_search" => ToolKind::Fetch,
        _ => ToolKind::Other,
    }
}

/// One line for a call: the command, the path, the pattern; empty where nothing tells.
pub fn title(input: &Value) -> String {
    let said = TELLING.iter().find_map(|key| match &input[*key] {
        Value::String(text) => Some(text.clone()),
        // `["bash", "-lc", "make test"]`: the script is what is run.
        Value::Array(words) => words.last().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    });
    let said = said.unwrap_or_default();
    said.lines().next().unwrap_or_default().chars().take(TITLE).collect()
}
