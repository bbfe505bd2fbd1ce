//! What could lie in a directory of another harness.

use crate::protocol::{FoundList, FoundNotes, FoundScript, FoundTranscript, NotesEntry, Survey, TranscriptKind};
use jiff::{SignedDuration, Timestamp};

/// Returns a directory with two lists, notes, a start script and two transcripts.
#[must_use]
pub fn sample_survey() -> Survey {
    let list = |path: &str, counts| FoundList {
        path: path.to_owned(),
        counts,
    };
    let entry = |heading: &str, session, text: &str| NotesEntry {
        heading: heading.to_owned(),
        session,
        text: text.to_owned(),
    };
    let begun = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_484 + 9);
    let transcript = |path: &str, kind, lines, calls, opening: &str| FoundTranscript {
        path: path.to_owned(),
        kind,
        bytes: 1_481_000,
        lines,
        span: Some((begun, begun + SignedDuration::from_mins(47))),
        calls,
        opening: opening.to_owned(),
    };
    Survey {
        lists: vec![
            list("feature_list.json", Ok((200, 142))),
            list(
                "prd.json",
                Err("prd.json:12:3: a comma or the end of the object is expected".to_owned()),
            ),
        ],
        notes: vec![FoundNotes {
            path: "claude-progress.txt".to_owned(),
            bytes: 18_220,
            newest_first: true,
            cut: false,
            entries: vec![
                entry(
                    "Session 3 - tags",
                    Some(3),
                    "Tags can be filtered.\nNext: due dates.\n\nKnown: export drops the last line.",
                ),
                entry("Session 2 - search", Some(2), "Search works."),
                entry("Session 1: Initializer", Some(1), "Wrote the list."),
            ],
        }],
        script: Some(FoundScript {
            path: "init.sh".to_owned(),
            text: "#!/bin/bash\nset -e\nnpm install\nnpm run dev > dev.log 2>&1 &\n".to_owned(),
            command: "bash init.sh".to_owned(),
            notices: vec![
                "starts something that goes on in the background".to_owned(),
                "fetches or installs something".to_owned(),
            ],
        }),
        transcripts: vec![
            transcript(
                "logs/session-3.jsonl",
                TranscriptKind::ClaudeCode,
                (412, 1),
                96,
                "Read claude-progress.txt and build the next feature",
            ),
            transcript(".codex/rollout.jsonl", TranscriptKind::Codex, (220, 0), 41, "Fix the export"),
        ],
    }
}
