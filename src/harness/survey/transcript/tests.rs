//! Transcripts of each form, read whole.

use super::*;
use crate::protocol::{ForeignSaid, ForeignTranscript, ToolKind};

fn told(lines: &str) -> ForeignTranscript {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("session.jsonl"), lines).unwrap();
    let found = find(dir.path(), None);
    assert_eq!(found.len(), 1);
    transcript(dir.path(), None, &found[0].path).unwrap()
}

/// A line an entry.
fn said(told: &ForeignTranscript) -> Vec<String> {
    let one = |said: &ForeignSaid| match said {
        ForeignSaid::Prompt { by_person: true, text } => format!("you: {text}"),
        ForeignSaid::Prompt { text, .. } => format!("program: {text}"),
        ForeignSaid::Text { text } => format!("text: {text}"),
        ForeignSaid::Thinking { text } => format!("thinking: {text}"),
        ForeignSaid::Call {
            id, tool, kind, title, ..
        } => format!("call {id}: {tool} {kind:?} {title}"),
        ForeignSaid::Result {
            id,
            text,
            failed,
            exit_code,
        } => format!("result {id}: {text} {failed} {exit_code:?}"),
        ForeignSaid::Event { text } => format!("event: {text}"),
    };
    told.entries.iter().map(|entry| one(&entry.said)).collect()
}

#[test]
fn a_session_of_claude_code_is_told_with_prompts_answers_calls_and_results() {
    let head = r#""uuid":"u","parentUuid":null,"sessionId":"s","timestamp":"2026-01-31T10:00:00Z""#;
    let lines = [
        format!(r#"{{"type":"user",{head},"message":{{"role":"user","content":"build it"}}}}"#),
        format!(r#"{{"type":"user",{head},"isMeta":true,"message":{{"content":"be good"}}}}"#),
        format!(r#"{{"type":"user",{head},"message":{{"content":"<command-name>/clear</command-name>"}}}}"#),
        format!(r#"{{"type":"assistant",{head},"message":{{"id":"m","content":[{{"type":"thinking","thinking":"hm"}}]}}}}"#),
        format!(r#"{{"type":"assistant",{head},"message":{{"id":"m","content":[{{"type":"text","text":"I look."}}]}}}}"#),
        format!(
            r#"{{"type":"assistant",{head},"message":{{"id":"m","content":[{{"type":"tool_use","id":"t1","name":"Bash","input":{{"command":"ls -l"}}}}]}}}}"#
        ),
        "{\"type\":\"user\", broken".to_owned(),
        format!(
            r#"{{"type":"user",{head},"message":{{"content":[{{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{{"type":"text","text":"no such file"}}]}}]}}}}"#
        ),
        format!(r#"{{"type":"system","subtype":"compact_boundary",{head}}}"#),
        r#"{"type":"bridge-session","ownerAccountUuid":"secret"}"#.to_owned(),
    ];
    let told = told(&lines.join("\n"));
    assert_eq!(told.kind, TranscriptKind::ClaudeCode);
    assert_eq!((told.broken.as_slice(), told.cut), (&[7][..], false));
    assert_eq!(
        said(&told),
        [
            "you: build it",
            "program: be good",
            "program: <command-name>/clear</command-name>",
            "thinking: hm",
            "text: I look.",
            "call t1: Bash Execute ls -l",
            "result t1: no such file true None",
            "event: the context was compacted",
        ]
    );
    assert!(told.entries.iter().all(|entry| entry.time.is_some()));
}

#[test]
fn a_rollout_of_codex_is_told_once_though_two_logs_tell_it() {
    let line = |kind: &str, payload: &str| format!(r#"{{"timestamp":"2026-01-31T10:00:00Z","type":"{kind}","payload":{payload}}}"#);
    let item = |payload: &str| line("response_item", payload);
    let lines = [
        line("session_meta", r#"{"id":"x","cwd":"/p"}"#),
        item(r#"{"type":"message","role":"developer","content":[{"type":"input_text","text":"rules"}]}"#),
        item(r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"fix it"}]}"#),
        line("event_msg", r#"{"type":"user_message","message":"fix it"}"#),
        item(r#"{"type":"reasoning","summary":[{"type":"summary_text","text":"think"}],"encrypted_content":"x"}"#),
        item(
            r#"{"type":"function_call","name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"make test\"]}","call_id":"c1"}"#,
        ),
        item(
            r#"{"type":"function_call_output","call_id":"c1","output":"{\"output\":\"2 failed\",\"metadata\":{\"exit_code\":1}}"}"#,
        ),
        item(r#"{"type":"custom_tool_call","name":"apply_patch","input":"*** Begin Patch","call_id":"c2"}"#),
        item(r#"{"type":"custom_tool_call_output","call_id":"c2","output":"done"}"#),
        item(r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"It works."}]}"#),
        line("event_msg", r#"{"type":"turn_aborted","reason":"interrupted"}"#),
    ];
    let told = told(&lines.join("\n"));
    assert_eq!(
        said(&told),
        [
            "program: rules",
            "you: fix it",
            "thinking: think",
            "call c1: shell Execute make test",
            "result c1: 2 failed false Some(1)",
            "call c2: apply_patch Edit *** Begin Patch",
            "result c2: done false None",
            "text: It works.",
            "event: the turn was cut off",
        ]
    );
    let kinds = told.entries.iter().filter(|entry| {
        matches!(
            &entry.said,
            ForeignSaid::Call {
                kind: ToolKind::Edit,
                ..
            }
        )
    });
    assert_eq!(kinds.count(), 1);
}

#[test]
fn only_what_was_found_is_read_and_long_texts_say_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat(500_000);
    let line = format!(r#"{{"type":"user","uuid":"u","parentUuid":null,"sessionId":"s","message":{{"content":"{long}"}}}}"#);
    std::fs::write(dir.path().join("session.jsonl"), line).unwrap();
    let read = transcript(dir.path(), None, "session.jsonl").unwrap();
    let shown = said(&read);
    assert!(
        shown[0].len() < 210_000 && shown[0].contains("[300000 bytes are not shown]"),
        "{}",
        shown[0].len()
    );
    let other = tempfile::NamedTempFile::with_suffix(".jsonl").unwrap();
    let outside = other.path().to_str().unwrap();
    assert!(transcript(dir.path(), None, outside).is_err(), "a file that nobody found");
    assert!(transcript(dir.path(), None, "../session.jsonl").is_err());
}
