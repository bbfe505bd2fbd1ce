//! Items for tests: one of every kind and state.

use crate::protocol::event::{
    BreachFound, CirclingSeen, CirclingStep, CommitMade, Culprit, EndCause, ExternalChangeSeen, ExternalKind, FeatureFlipped,
    FeatureSelected, FlipBy, LimitKind, LimitReached, OrientationFinished, OrientationPart, QuestionAsked, RegressionTraced,
    Repeat, RepeatKind, Ruling, RulingMade, SessionEnded,
};
use crate::protocol::test_run::COMMAND_CASE;
use crate::protocol::{
    BlockKind, CallId, CallStatus, CaseStatus, Check, CheckRun, CheckStep, Evidence, EvidenceKind, FeatureStatus, GateId, KeptFile,
    Payload, QuestionId, RawJson, Role, Seq, SessionNo, StepRun, TestCase, TestPurpose, TestRun, TestTotals, ToolKind, TurnNo,
    samples::{self, oid},
};
use crate::session::{Call, Item, ItemKind};
use jiff::Timestamp;

/// 2025-03-04 09:12:00 UTC, and so many seconds later.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_741_079_520 + second).unwrap()
}

pub(super) fn item(seq: u64, turn: u32, kind: ItemKind) -> Item {
    Item {
        seq: Seq(seq),
        revision: Seq(seq),
        time: at(i64::try_from(seq).unwrap()),
        turn: TurnNo(turn),
        kind,
    }
}

pub(super) fn text(text: &str, done: bool) -> ItemKind {
    ItemKind::Text {
        text: text.to_owned(),
        done,
    }
}

pub(super) fn call(tool: &str, kind: ToolKind, title: &str, input: &str) -> Call {
    Call {
        id: CallId::from("toolu_1"),
        tool: tool.to_owned(),
        kind: Some(kind),
        title: title.to_owned(),
        input: input.to_owned(),
        input_done: true,
        status: CallStatus::Completed,
        waits: false,
        output: Payload::default(),
        exit_code: None,
        started: Some(at(0)),
        duration_ms: Some(160),
        lines: None,
    }
}

pub(super) fn bash(command: &str, output: &str, exit_code: i32) -> Call {
    Call {
        output: Payload::inline(output),
        exit_code: Some(exit_code),
        ..call(
            "bash",
            ToolKind::Execute,
            command,
            &format!(r#"{{"command":{}}}"#, serde_json::to_string(command).unwrap()),
        )
    }
}

pub(super) fn read(path: &str) -> Call {
    Call {
        output: Payload::inline("1\tline\n2\tline\n"),
        ..call("read", ToolKind::Read, path, &format!(r#"{{"path":"{path}"}}"#))
    }
}

fn totals(passed: u32, failed: u32) -> Option<TestTotals> {
    Some(TestTotals {
        passed,
        failed,
        skipped: 0,
    })
}

fn tests(failed: usize) -> TestRun {
    let case = |index: usize| TestCase {
        name: format!("tests/08-tags.sh: filters by tag number {index}"),
        status: if index < failed {
            CaseStatus::Failed
        } else {
            CaseStatus::Passed
        },
        duration_ms: Some(40),
        detail: if index < failed {
            "expected: 2 notes\n     got: 0 notes\nat line 12\nin filter".to_owned()
        } else {
            String::new()
        },
        attempts: Vec::new(),
    };
    TestRun {
        purpose: TestPurpose::Commit,
        command: "sh tests/run.sh".to_owned(),
        tree: None,
        cases: (0..12).map(case).collect(),
        exit_code: Some(i32::from(failed > 0)),
        timed_out: false,
        duration_ms: 912,
        output: Payload::inline("TAP version 14\nnot ok 1\n"),
        only: Vec::new(),
        moved: false,
        code: None,
        limit_seconds: None,
        under_way: Vec::new(),
    }
}

const EDIT: &str = r#"{"command":"str_replace","path":"bin/notes","old_str":"search)\n  awk -v q=\"$1\" 'index($0,q)' \"$file\" ;;\nlist)\n","new_str":"search)\n  awk -v q=\"$1\" -v t=\"$tag\" 'match_note($0,q,t)' \"$file\" ;;\nlist)\n"}"#;

/// One of every kind, with a name.
pub(super) fn gallery() -> Vec<(&'static str, Item)> {
    let long: String = (1..=90).map(|n| format!("line {n} of output\n")).collect();
    let edit = Call {
        lines: Some((1, 1)),
        ..call("str_replace_based_edit_tool", ToolKind::Edit, "bin/notes", EDIT)
    };
    let write = Call {
        lines: Some((3, 0)),
        ..call(
            "str_replace_based_edit_tool",
            ToolKind::Edit,
            "tests/08-tags.sh",
            r##"{"command":"create","path":"tests/08-tags.sh","file_text":"#!/bin/sh\n# tags\necho ok\n"}"##,
        )
    };
    let running = Call {
        status: CallStatus::InProgress,
        exit_code: None,
        duration_ms: None,
        ..bash("sh tests/run.sh", &long, 0)
    };
    let streaming = Call {
        kind: None,
        title: String::new(),
        input:
            r#"{"command": "create", "path": "src/tags.awk", "file_text": "function match_note(line, query, tag) {\n  return ind"#
                .to_owned(),
        input_done: false,
        status: CallStatus::Pending,
        started: None,
        duration_ms: None,
        ..call("str_replace_based_edit_tool", ToolKind::Edit, "", "")
    };
    let refused = Call {
        status: CallStatus::Refused,
        output: Payload::inline("git commit is refused: use the commit tool."),
        exit_code: None,
        ..bash("git commit -am wip", "", 0)
    };
    let failed = Call {
        status: CallStatus::Failed,
        output: Payload::inline("old_str was not found in bin/notes. View the file and copy the text exactly."),
        ..edit.clone()
    };
    let orientation = OrientationFinished {
        parts: vec![
            OrientationPart {
                name: "git log".into(),
                command: "git log --oneline -20".into(),
                text: "9c1f2e0 Edit in place\n77b0d11 Search text\n".into(),
            },
            OrientationPart {
                name: "smoke test".into(),
                command: String::new(),
                text: "3/3 ok".into(),
            },
        ],
        tokens: 8_200,
        estimated: true,
        share: 0.041,
        duration_ms: 700,
    };
    let commit = CommitMade {
        tree: oid('5'),
        message: "Filter notes by tag\n\nThe tag may contain spaces.".into(),
        feature: Some("F008".into()),
        files: 3,
        added: 53,
        removed: 3,
        tests_before: totals(24, 0),
        tests_after: totals(27, 0),
        ..samples::commit_made(oid('9'), Some(oid('7')))
    };
    let flip = FeatureFlipped {
        feature: "F008".into(),
        from: FeatureStatus::Failing,
        to: FeatureStatus::Passing,
        by: FlipBy::Agent,
        evidence: Some(Evidence {
            kind: EvidenceKind::OwnTests,
            summary: "tests 3/3 on tree 5ab91e2".into(),
            tree: None,
            session: SessionNo(5),
        }),
        reason: "works with one and several tags".into(),
    };
    let regression = FeatureFlipped {
        feature: "F004".into(),
        from: FeatureStatus::Passing,
        to: FeatureStatus::Failing,
        by: FlipBy::Harness,
        evidence: None,
        reason: "smoke test failed: tests/04-delete.sh: deletes by id".into(),
    };
    let question = QuestionAsked {
        question: QuestionId(3),
        text: "Shall tags be case-sensitive?".into(),
        choices: vec!["yes".into(), "no, as in most note tools".into()],
        default: None,
        about: None,
        until: None,
    };
    let ended = SessionEnded {
        cause: EndCause::Finished,
        summary: "Tags work; due dates are next.".into(),
        dirty: vec!["?? scratch.txt".into()],
        next: Some("F009".into()),
        checks: vec![
            ("oriented before first edit".into(), true),
            ("smoke test ran".into(), true),
            ("one feature".into(), true),
            ("progress notes not updated: the harness asked once".into(), false),
        ],
        places: Vec::new(),
        left: None,
    };
    let kinds = vec![
        ("opened", ItemKind::Opened { role: Role::Coding }),
        ("orientation", ItemKind::Orientation(orientation)),
        ("prompt", prompt("harness", "role: coding\n\nYou are one of several engineers working in shifts.\nRead the notes.")),
        ("prompt of a person", prompt("human", "quote $tag, please")),
        ("selected", ItemKind::Selected(FeatureSelected { feature: "F008".into(), reason: "first failing in order of priority".into() })),
        ("text", text("I'll implement **tag filtering**. First a failing test, then the parser change in `notes.awk`.\n\n- one\n- two", true)),
        ("thinking", ItemKind::Thinking { text: "The parser reads one line at a time.\nTags follow a hash sign.\nSpaces need quotes.\nSo match_note must split first.\nThen compare.".into(), done: true }),
        ("thinking, growing", ItemKind::Thinking { text: "one\ntwo\nthree\nfour".into(), done: false }),
        ("call, ok", ItemKind::Call(bash("sh tests/run.sh", &long, 0))),
        ("call, exit 1", ItemKind::Call(bash("sh tests/run.sh tests/08-tags.sh", "ok 1\nnot ok 2 - \u{1b}[31mfilters\u{1b}[0m by tag\n# 1 failed\n", 1))),
        ("call, running", ItemKind::Call(running)),
        ("call, streaming", ItemKind::Call(streaming)),
        ("call, refused", ItemKind::Call(refused)),
        ("call, failed", ItemKind::Call(failed)),
        ("edit", ItemKind::Call(edit)),
        ("write", ItemKind::Call(write)),
        ("read", ItemKind::Call(read("bin/notes"))),
        ("ruling", ItemKind::Ruling(RulingMade { call: CallId::from("c"), title: "tests/03-delete.sh".into(), ruling: Ruling::Deny, guard: "test_files".into(), reason: "tests/03-delete.sh is an agreed test. Tests that were committed may not be weakened: add a new test file instead.".into() })),
        ("breach", ItemKind::Breach(BreachFound { path: "feature_list.json".into(), call: None, detail: "F009: passes was set to true outside of feature_passed".into(), restored: true, in_commit: false, commits: Vec::new() })),
        ("external", ItemKind::External(ExternalChangeSeen { what: ExternalKind::Tree, paths: vec!["README.md".into(), "bin/notes".into()], detail: "2 files changed in an editor".into() })),
        ("tests, green", ItemKind::Tests(Box::new(tests(0)))),
        ("tests, red", ItemKind::Tests(Box::new(tests(2)))),
        ("tests, red without cases", ItemKind::Tests(Box::new(TestRun { cases: Vec::new(), output: Payload::inline("make: *** [test] Error 2\n"), exit_code: Some(2), ..tests(0) }))),
        ("tests, none told", ItemKind::Tests(Box::new(TestRun { cases: vec![TestCase { name: COMMAND_CASE.to_owned(), status: CaseStatus::Failed, duration_ms: None, detail: "it ended well, and no test was run".to_owned(), attempts: Vec::new() }], output: Payload::inline("done\n"), exit_code: Some(0), ..tests(0) }))),
        ("check, holds", ItemKind::Check(Box::new(check(0)))),
        ("check, fails", ItemKind::Check(Box::new(check(1)))),
        ("regression, traced", ItemKind::Traced(RegressionTraced { feature: "F012".into(), good: None, culprit: Culprit::Commit { commit: "77c01d2e".into(), subject: "Sort notes by due date".into() }, runs: 5, duration_ms: 3_400 })),
        ("flip", ItemKind::Flipped(flip)),
        ("regression", ItemKind::Flipped(regression)),
        ("note", ItemKind::Note { text: "Tags are parsed in match_note.\nKnown gap: none.\nNext: due dates.\nMind the locale.\nAnd sorting.".into() }),
        ("question, open", ItemKind::Question { asked: question.clone(), answer: None }),
        ("question, answered", ItemKind::Question { asked: question, answer: Some(("no".into(), "human".into())) }),
        ("gate, open", ItemKind::Gate { gate: GateId(17), title: "commit \"Filter notes by tag\"".into(), decision: None }),
        ("gate, decided", ItemKind::Gate { gate: GateId(17), title: "commit \"Filter notes by tag\"".into(), decision: Some("approved by policy".into()) }),
        ("gate, denied", ItemKind::Gate { gate: GateId(18), title: "commit \"Filter notes by a tag that is given with a hash or without one\"".into(), decision: Some("denied by human: quote $tag, a tag with a space breaks here".into()) }),
        ("commit", ItemKind::Commit(commit)),
        ("limit", ItemKind::Limit(LimitReached { limit: LimitKind::Tokens, detail: "412,000 of 400,000 tokens".into() })),
        ("circling", ItemKind::Circling(CirclingSeen { feature: Some("F008".into()), step: CirclingStep::Told, rounds: 6, repeats: vec![Repeat { kind: RepeatKind::Failure, subject: "sh tests/run.sh tests/08-tags.sh".into(), times: 7 }, Repeat { kind: RepeatKind::Undone, subject: String::new(), times: 2 }] })),
        ("retry", ItemKind::Trouble { text: "overloaded (529), again in 2.0s, attempt 2".into(), fatal: false }),
        ("error", ItemKind::Trouble { text: "the key was refused (401).\nCheck ANTHROPIC_API_KEY and start again.".into(), fatal: true }),
        ("foreign block", ItemKind::Foreign { kind: BlockKind::Other("server_tool_use".into()), block: Some(RawJson::parse(r#"{"type":"server_tool_use","id":"x"}"#.into()).unwrap()) }),
        ("closed", ItemKind::Closed(ended)),
        ("unknown", ItemKind::Unknown(RawJson::parse(r#"{"type":"dreamt","of":["electric","sheep"]}"#.into()).unwrap())),
    ];
    let number =
        |(index, (name, kind)): (usize, (&'static str, ItemKind))| (name, item(index as u64 + 1, 1 + index as u32 / 8, kind));
    kinds.into_iter().enumerate().map(number).collect()
}

fn prompt(from: &str, text: &str) -> ItemKind {
    ItemKind::Prompt {
        from: from.into(),
        text: text.into(),
    }
}

pub(super) fn gallery_items() -> Vec<Item> {
    gallery().into_iter().map(|(_, item)| item).collect()
}

/// A recorded check whose second step ends with this exit code.
fn check(exit: i32) -> CheckRun {
    let step = |command: &str, text: &str| CheckStep {
        command: command.into(),
        expect: vec![text.into()],
        exit: 0,
    };
    let went = |code: i32, output: &str| StepRun {
        exit_code: Some(code),
        timed_out: false,
        missing: Vec::new(),
        duration_ms: 120,
        output: Payload::inline(output),
    };
    CheckRun {
        feature: "F012".into(),
        purpose: TestPurpose::Smoke,
        tree: Some("5ab91e2f00".into()),
        check: Check {
            steps: vec![
                step("./notes add 'buy milk #shop'", "added"),
                step("./notes export --html $LONGHAUL_FILES/page.html", "1 note"),
            ],
            files: vec!["page.html".into()],
        },
        steps: vec![went(0, "added 1\n"), went(exit, "1 note\n")],
        files: vec![KeptFile {
            path: "page.html".into(),
            bytes: 2_048,
            blob: None,
        }],
        amiss: Vec::new(),
        duration_ms: 240,
    }
}
