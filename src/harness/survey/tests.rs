//! Directories made after the shapes that are met in the wild.

use super::*;
use crate::protocol::TranscriptKind;
use std::os::unix::fs::symlink;

struct Lab(tempfile::TempDir);

impl Lab {
    fn new(files: &[(&str, &str)]) -> Self {
        let lab = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            let path = lab.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        lab
    }

    fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    fn survey(&self) -> Survey {
        survey(&self.path(), None, None)
    }
}

fn headings(notes: &FoundNotes) -> Vec<(&str, Option<u32>)> {
    notes
        .entries
        .iter()
        .map(|entry| (entry.heading.as_str(), entry.session))
        .collect()
}

#[test]
fn lists_are_told_with_their_counts_or_why_not() {
    let lab = Lab::new(&[
        (
            "feature_list.json",
            r#"[{"description": "a", "passes": true}, {"description": "b", "passes": false}]"#,
        ),
        (".claude/feature_list.json", "[{]"),
        ("other.json", "[]"),
    ]);
    let lists = lab.survey().lists;
    assert_eq!(lists.len(), 2);
    assert_eq!((lists[0].path.as_str(), &lists[0].counts), ("feature_list.json", &Ok((2, 1))));
    assert!(lists[1].counts.as_ref().unwrap_err().contains(":1:3:"), "{lists:?}");
}

#[test]
fn notes_are_split_and_told_newest_first_whichever_way_they_grow() {
    let rules = "==========\nSESSION 68: TITLE\n==========\nnew\n\nSESSION 67: BEFORE\nold\n";
    let lab = Lab::new(&[(
        "claude-progress.txt",
        "about it all\n\n# Session 1: begin\none\n\n## Session 2 - more\ntwo\n",
    )]);
    let notes = lab.survey().notes.remove(0);
    assert!(!notes.newest_first);
    assert_eq!(
        headings(&notes),
        [("Session 2 - more", Some(2)), ("Session 1: begin", Some(1)), ("", None)]
    );
    assert_eq!(
        (notes.entries[2].text.as_str(), notes.entries[0].text.as_str()),
        ("about it all", "two")
    );

    let notes = Lab::new(&[("progress.md", rules)]).survey().notes.remove(0);
    assert!(notes.newest_first);
    let sessions: Vec<_> = notes.entries.iter().filter_map(|entry| entry.session).collect();
    assert_eq!(sessions, [68, 67]);

    for (text, newest) in [
        (
            "=== Session: 2026-02-01 (Session 194) ===\na\n=== Session: 2026-02-02 (Session 195) ===\nb\n",
            Some(195),
        ),
        (
            "[Session 1 — Initializer — 2026-01-31]\na\n[Session 2 — Coding]\nb\n",
            Some(2),
        ),
        ("## Sitzung 2: weiter\nb\n\n## Sitzung 1: Anfang\na\n", Some(2)),
        ("# 会话 1\na\n# 会话 2\nb\n", Some(2)),
        (
            "## 2026-02-03 login\nc\n### what 2026-01-01 was\nstill c\n## 2026-02-01 begin\na\n",
            None,
        ),
    ] {
        let notes = Lab::new(&[("AI-Agent-progress.txt", text)]).survey().notes.remove(0);
        assert_eq!(notes.entries.len(), 2, "{text}");
        assert_eq!(notes.entries[0].session, newest, "{text}");
        assert!(!notes.entries[1].text.is_empty());
    }
    let days = Lab::new(&[("progress.txt", "## 2026-02-03 login\nc\n## 2026-02-01 begin\na\n")])
        .survey()
        .notes
        .remove(0);
    assert!(days.newest_first, "the days tell");
}

#[test]
fn notes_in_many_files_come_with_the_last_first() {
    let lab = Lab::new(&[
        ("claude-progress-session2.txt", "two"),
        ("claude-progress-session10.txt", "ten"),
        ("SESSION_3_NOTES.md", "three"),
        ("progress_bar.txt", "no notes"),
        ("README.md", "no notes"),
        ("SESSIONS.md", "no notes"),
    ]);
    let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    for entry in fs::read_dir(lab.path()).unwrap() {
        File::open(entry.unwrap().path()).unwrap().set_modified(at).unwrap();
    }
    let notes = lab.survey().notes;
    let paths: Vec<_> = notes.iter().map(|notes| notes.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "claude-progress-session10.txt",
            "claude-progress-session2.txt",
            "SESSION_3_NOTES.md"
        ]
    );
}

#[test]
fn notes_of_any_size_and_encoding_are_text() {
    let long = format!("# Session 1\n{}\n# Session 2\nthe end\n", "x".repeat(MOST as usize));
    let notes = Lab::new(&[("progress.txt", &long)]).survey().notes.remove(0);
    assert!(notes.cut && notes.bytes == long.len() as u64);
    assert_eq!(
        notes.entries.iter().map(|entry| entry.session).collect::<Vec<_>>(),
        [Some(2), None]
    );

    let lab = Lab::new(&[]);
    let wide: Vec<u8> = "\u{feff}# Session 7\r\nstraße\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(lab.path().join("progress.txt"), wide).unwrap();
    let notes = lab.survey().notes.remove(0);
    assert_eq!(
        (notes.entries[0].session, notes.entries[0].text.as_str()),
        (Some(7), "straße")
    );
}

#[test]
fn a_link_is_no_file_of_the_project() {
    let outside = Lab::new(&[("secret", "key")]);
    let lab = Lab::new(&[]);
    for name in ["progress.txt", "init.sh", "run.jsonl"] {
        symlink(outside.path().join("secret"), lab.path().join(name)).unwrap();
    }
    assert_eq!(lab.survey(), Survey::default());
}

#[test]
fn the_start_script_is_told_with_what_it_does_and_is_not_run() {
    let text = "#!/bin/bash\n# docker is not needed, nor kill\ntouch ran\npkill -f server || true\nnpm install && npm run build\nnpm run dev > log 2>&1 &\n";
    let lab = Lab::new(&[("init.sh", text)]);
    let script = lab.survey().script.unwrap();
    assert_eq!(script.text, text);
    assert_eq!(
        script.notices,
        [
            "starts something that goes on in the background",
            "ends processes",
            "fetches or installs something",
            "is not executable, and needs not be"
        ]
    );
    assert!(!lab.path().join("ran").exists());
    assert_eq!(script::notices("set -e\ncargo build && cargo test\n"), Vec::<String>::new());
}

const CLAUDE: &str = concat!(
    r#"{"type":"summary","summary":"x","leafUuid":"1"}"#,
    "\n",
    r#"{"type":"user","uuid":"a","parentUuid":null,"sessionId":"s","timestamp":"2026-01-31T10:00:00Z","message":{"role":"user","content":"<command-name>init</command-name>"}}"#,
    "\n",
    r#"{"type":"user","uuid":"b","parentUuid":"a","sessionId":"s","timestamp":"2026-01-31T10:00:01Z","message":{"role":"user","content":"Build the next feature"}}"#,
    "\n",
    r#"{"type":"assistant","uuid":"c","parentUuid":"b","sessionId":"s","timestamp":"2026-01-31T10:05:00Z","message":{"id":"m","content":[{"type":"tool_use","name":"Bash","input":{}}]}}"#,
    "\n",
    r#"{"type":"user","uuid":"d" torn"#,
);

const CODEX: &str = concat!(
    r#"{"timestamp":"2026-02-01T09:00:00Z","type":"session_meta","payload":{"id":"x"}}"#,
    "\n",
    r#"{"timestamp":"2026-02-01T09:00:01Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context>"}]}}"#,
    "\n",
    r#"{"timestamp":"2026-02-01T09:00:02Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"Fix the parser"}]}}"#,
    "\n",
    r#"{"timestamp":"2026-02-01T09:01:00Z","type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{}","call_id":"1"}}"#,
    "\n",
);

#[test]
fn transcripts_are_told_by_their_lines_and_not_by_their_names() {
    let stream = r#"{"type":"system","subtype":"init","session_id":"s"}"#;
    let lab = Lab::new(&[
        ("logs/anything.jsonl", CLAUDE),
        (".codex/rollout.jsonl", CODEX),
        ("transcripts/out.jsonl", stream),
        (
            "claude-session.jsonl",
            r#"{"type":"sanitization_notice","message":"home-made"}"#,
        ),
        ("data.jsonl", "{\"a\": 1}\n{\"a\": 2}\n"),
    ]);
    let mut found = lab.survey().transcripts;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let kinds: Vec<_> = found.iter().map(|found| (found.path.as_str(), found.kind)).collect();
    assert_eq!(
        kinds,
        [
            (".codex/rollout.jsonl", TranscriptKind::Codex),
            ("logs/anything.jsonl", TranscriptKind::ClaudeCode),
            ("transcripts/out.jsonl", TranscriptKind::ClaudeStream)
        ]
    );
    assert_eq!((found[0].opening.as_str(), found[0].calls), ("Fix the parser", 1));
    assert_eq!(
        (found[1].opening.as_str(), found[1].calls, found[1].lines),
        ("Build the next feature", 1, (5, 1))
    );
    let (first, last) = found[1].span.unwrap();
    assert_eq!((last - first).get_seconds(), 300);
}

#[test]
fn transcripts_that_the_agent_keeps_at_home_are_found_by_the_directory() {
    let lab = Lab::new(&[]);
    let folder = lab.path().to_string_lossy().replace(['/', '.'], "-");
    let home = Lab::new(&[
        (&format!(".claude/projects/{folder}/abc.jsonl"), CLAUDE),
        (".claude/projects/-else/abc.jsonl", CLAUDE),
    ]);
    let found = survey(&lab.path(), Some(&home.path()), None).transcripts;
    assert_eq!(found.len(), 1);
    assert!(Path::new(&found[0].path).starts_with(home.path()));
}
