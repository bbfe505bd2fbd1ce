//! Transcripts of agents that lie in a project, or where an agent keeps those of its directory.
//!
//! Owns telling what a file is by its lines. Does not own what its lines say ([`claude`], [`codex`]). Invariant: a broken line is counted and passed over;
//! of what names an account nothing is kept.

mod call;
mod claude;
mod codex;
#[cfg(test)]
mod tests;
mod whole;

pub use whole::{TranscriptError, transcript};

use super::{files, shown};
use crate::protocol::{FoundTranscript, TranscriptKind};
use jiff::Timestamp;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folders of a project in which transcripts are looked for, besides its top.
const FOLDERS: [&str; 8] = [
    "transcripts",
    "sessions",
    "logs",
    ".harness",
    ".harness/logs",
    ".claude",
    ".claude/transcripts",
    ".codex",
];

/// Bytes read of one file. The longest line seen in public has 961 KB, and a file can have gigabytes.
const MOST: u64 = 32_000_000;

/// Files that are told of, and files that are looked at to find them.
const TOLD: usize = 40;

/// Lines within which a file must show what it is.
const HEAD: u32 = 50;

/// Characters kept of the first prompt.
const OPENING: usize = 300;

/// Finds transcripts, the newest first.
pub fn find(workspace: &Path, home: Option<&Path>) -> Vec<FoundTranscript> {
    let found = candidates(workspace, home).into_iter();
    found.filter_map(|(path, _)| look(workspace, &path)).collect()
}

/// The files that may be transcripts, the newest first.
fn candidates(workspace: &Path, home: Option<&Path>) -> Vec<(PathBuf, SystemTime)> {
    let mut places: Vec<PathBuf> = vec![workspace.to_owned()];
    places.extend(FOLDERS.iter().map(|folder| workspace.join(folder)));
    places.extend(home.map(|home| home.join(".claude/projects").join(munged(workspace))));
    let mut found: Vec<(PathBuf, SystemTime)> = places
        .iter()
        .flat_map(|place| files(place, |name| name.ends_with(".jsonl")))
        .collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(TOLD);
    found
}

/// The name of a directory's folder among Claude Code's projects.
fn munged(workspace: &Path) -> String {
    let mark = |c: char| if matches!(c, '/' | '.' | '\\' | ':') { '-' } else { c };
    workspace.to_string_lossy().chars().map(mark).collect()
}

fn look(workspace: &Path, path: &Path) -> Option<FoundTranscript> {
    let file = File::open(path).ok()?;
    let bytes = file.metadata().ok()?.len();
    let mut kind = None;
    let (mut lines, mut broken, mut calls) = (0, 0, 0);
    let mut span: Option<(Timestamp, Timestamp)> = None;
    let mut opening = String::new();
    let mut reader = BufReader::new(file.take(MOST));
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).ok()? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        lines += 1;
        let Ok(said) = serde_json::from_slice::<Value>(&line) else {
            broken += 1;
            continue;
        };
        kind = kind.or_else(|| kind_of(&said));
        let Some(kind) = kind else {
            if lines >= HEAD {
                return None;
            }
            continue;
        };
        if let Some(time) = said
            .get("timestamp")
            .and_then(Value::as_str)
            .and_then(|time| time.parse().ok())
        {
            span = Some(span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        }
        calls += count_calls(kind, &said);
        if opening.is_empty() {
            opening = prompt(kind, &said).unwrap_or_default().chars().take(OPENING).collect();
        }
    }
    Some(FoundTranscript {
        path: shown(workspace, path),
        kind: kind?,
        bytes,
        lines: (lines, broken),
        span,
        calls,
        opening,
    })
}

/// Whose line it is, by the keys of its envelope.
fn kind_of(line: &Value) -> Option<TranscriptKind> {
    let word = |key: &str| line.get(key).and_then(Value::as_str);
    let said = word("type")?;
    if line.get("payload").is_some_and(Value::is_object) && word("timestamp").is_some() {
        let known = ["session_meta", "turn_context", "response_item", "event_msg", "compacted"];
        return known.contains(&said).then_some(TranscriptKind::Codex);
    }
    if !["user", "assistant", "system"].contains(&said) {
        return None;
    }
    if word("sessionId").is_some() && word("uuid").is_some() && line.get("parentUuid").is_some() {
        return Some(TranscriptKind::ClaudeCode);
    }
    word("session_id").is_some().then_some(TranscriptKind::ClaudeStream)
}

fn count_calls(kind: TranscriptKind, line: &Value) -> u32 {
    let typed = |value: &Value, wanted: &[&str]| value["type"].as_str().is_some_and(|said| wanted.contains(&said));
    let count = match kind {
        TranscriptKind::Codex => {
            let calls = ["function_call", "custom_tool_call", "web_search_call", "local_shell_call"];
            usize::from(typed(line, &["response_item"]) && typed(&line["payload"], &calls))
        }
        TranscriptKind::ClaudeCode | TranscriptKind::ClaudeStream if typed(line, &["assistant"]) => {
            let blocks = line["message"]["content"].as_array();
            blocks.map_or(0, |blocks| blocks.iter().filter(|block| typed(block, &["tool_use"])).count())
        }
        TranscriptKind::ClaudeCode | TranscriptKind::ClaudeStream => 0,
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What a person asked for in this line, if it is their prompt and no envelope of the agent's own.
fn prompt(kind: TranscriptKind, line: &Value) -> Option<String> {
    let content = match kind {
        TranscriptKind::Codex => {
            let item = line
                .get("payload")
                .filter(|item| item["role"] == "user" && item["type"] == "message")?;
            &item["content"]
        }
        TranscriptKind::ClaudeCode | TranscriptKind::ClaudeStream => {
            if line["type"] != "user" || line["isMeta"] == true || line["isSidechain"] == true {
                return None;
            }
            &line["message"]["content"]
        }
    };
    let text = match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter(|block| block["type"] != "tool_result");
            texts
                .filter_map(|block| block["text"].as_str())
                .collect::<Vec<_>>()
                .join("\n")
        }
        _ => return None,
    };
    let text = text.trim();
    // `<command-name>`, `<environment_context>` and the like are put there by programs.
    (!text.is_empty() && !text.starts_with('<') && !text.starts_with("Caveat:")).then(|| text.to_owned())
}
