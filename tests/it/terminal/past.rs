//! What is read, not run: a first start, no terminal, and a project whose every text is hostile.

use crate::term::Place;
use assert_cmd::Command;
use longhaul::config::Durability;
use longhaul::protocol::event::{
    BlockFinished, BlockStarted, CommitMade, FeatureListLoaded, Limits, NoteAdded, PromptSent, RunStarted, SessionEnded,
    SessionStarted, ToolFinished, ToolOutputAppended, ToolStarted, TurnStarted,
};
use longhaul::protocol::event::{EndCause, QuestionAsked};
use longhaul::protocol::{
    BlockKind, CallId, CallStatus, Event, Feature, Oid, Payload, QuestionId, RawJson, Role, SessionNo, ToolKind, TurnNo,
};
use longhaul::store::{ProjectDir, Writer};
use predicates::str::contains;
use serde_json::json;

#[test]
fn an_empty_directory_shows_the_first_start_page() {
    let place = Place::new();
    let mut term = place.longhaul(&[]);
    term.see("No session of longhaul in this directory yet.");
    term.see("longhaul demo");
    term.keys("?");
    term.see("Enter does it");
    term.keys("\x1b");
    term.see_no("Enter does it");
    term.keys("o");
    term.see("1 Features");
    term.keys("q");
    assert_eq!(term.ends_restored().status.exit_code(), 0);
    assert!(!place.state().exists(), "looking creates nothing");
    assert_eq!(std::fs::read_dir(place.project()).unwrap().count(), 0);
}

#[test]
fn the_start_page_leads_to_what_run_says() {
    let place = Place::new();
    let mut term = place.longhaul(&[]);
    term.see("No session of longhaul in this directory yet.");
    term.keys("r");
    let end = term.ends_restored();
    assert_eq!(end.status.exit_code(), 3, "no repository here: what `longhaul run .` says");
}

#[test]
fn without_a_terminal_nothing_is_done() {
    let place = Place::new();
    for args in [&["demo", "--dir", "notes"][..], &[], &["debug", "stream"]] {
        Command::new(env!("CARGO_BIN_EXE_longhaul"))
            .args(args)
            .current_dir(place.project())
            .env("LONGHAUL_STATE_DIR", place.state())
            .env("HOME", place.project())
            .assert()
            .code(3)
            .stdout("")
            .stderr(contains("is not a terminal"));
    }
    assert!(!place.state().exists());
    assert_eq!(std::fs::read_dir(place.project()).unwrap().count(), 0);
}

/// Clears the clipboard and the screen, leaves the alternate screen, asks the terminal to answer, reorders and hides.
const HOSTILE: &str = "A\x1b]52;c;cm0gLXJm\x07B\x1b[2JC\x1b[?1049lD\x1bP+q544e\x1b\\E\x1b[6nF\u{9b}2JG\u{9d}0;t\u{9c}H\x1b]0;title\x1b\\\
                       I\u{202e}txt.exe\u{202c}J\u{200b}\u{2066}K\u{e0041}L\rM\x08N\x0eO\x7fP\u{feff}Q\x1b[31337;1HR\x1bcS";

fn hostile(role: &str) -> String {
    format!("{role}{HOSTILE}")
}

fn hostile_log() -> Vec<Event> {
    let call = CallId::from(hostile("call"));
    let text = json!({ "type": "text", "text": format!("# {HOSTILE}\n\n`{HOSTILE}`\n\n```sh\n{HOSTILE}\n```\n\n| {HOSTILE} |\n|---|\n| {HOSTILE} |\n\n[{HOSTILE}](http://{HOSTILE})\n") });
    let input = json!({ "command": HOSTILE });
    let oid = Oid::from("c".repeat(40));
    vec![
        RunStarted {
            run: "r".into(),
            project: hostile("project"),
            workspace: hostile("workspace"),
            model: hostile("model"),
            endpoint: hostile("endpoint"),
            version: "0".into(),
            limits: Limits::default(),
            autonomy: longhaul::protocol::Autonomy::Auto,
            sandbox: hostile("sandbox"),
            window: None,
            earlier: None,
        }
        .into(),
        SessionStarted {
            role: Role::Coding,
            model: hostile("model"),
            context_window: 1000,
            head: None,
            prompt_hash: "0".into(),
            list: None,
        }
        .into(),
        FeatureListLoaded {
            path: hostile("path"),
            features: vec![Feature {
                id: hostile("F").into(),
                category: hostile("category"),
                description: hostile("description"),
                steps: vec![hostile("step")],
                tests: vec![hostile("test")],
                files: vec![hostile("file")],
                ..Feature::default()
            }],
            notices: vec![hostile("notice")],
        }
        .into(),
        PromptSent {
            from: hostile("from"),
            text: hostile("prompt"),
        }
        .into(),
        TurnStarted { turn: TurnNo(1) }.into(),
        BlockStarted {
            index: 0,
            kind: BlockKind::Text,
            tool: None,
            call: None,
        }
        .into(),
        BlockFinished {
            index: 0,
            kind: BlockKind::Text,
            block: RawJson::of(&text).unwrap(),
        }
        .into(),
        BlockStarted {
            index: 1,
            kind: BlockKind::ToolUse,
            tool: Some(hostile("tool")),
            call: Some(call.clone()),
        }
        .into(),
        ToolStarted {
            call: call.clone(),
            tool: hostile("tool"),
            kind: ToolKind::Execute,
            title: hostile("title"),
            input: RawJson::of(&input).unwrap(),
        }
        .into(),
        ToolOutputAppended {
            call: call.clone(),
            text: hostile("output"),
        }
        .into(),
        ToolFinished {
            call,
            status: CallStatus::Failed,
            output: Payload::inline(format!("{HOSTILE}\n{HOSTILE}\n")),
            exit_code: Some(1),
            duration_ms: 1,
            lines: None,
            running: None,
        }
        .into(),
        NoteAdded { text: hostile("note") }.into(),
        CommitMade {
            commit: oid.clone(),
            tree: oid,
            parent: None,
            message: hostile("message"),
            feature: Some(hostile("F").into()),
            files: 1,
            added: 1,
            removed: 0,
            tests_before: None,
            tests_after: None,
            unseen: None,
            over_hook: None,
            weaker: Vec::new(),
        }
        .into(),
        QuestionAsked {
            default: None,
            question: QuestionId(1),
            text: hostile("question"),
            choices: vec![hostile("choice")],
            about: None,
            until: None,
        }
        .into(),
        SessionEnded {
            cause: EndCause::Finished,
            summary: hostile("summary"),
            dirty: vec![hostile("dirty")],
            next: Some(hostile("F").into()),
            checks: vec![(hostile("check"), false)],
            places: Vec::new(),
            left: None,
        }
        .into(),
    ]
}

/// A log, a feature list and a repository in which every text is hostile.
fn hostile_project(place: &Place) {
    let workspace = place.project();
    let list = json!([{ "category": HOSTILE, "description": hostile("listed"), "steps": [HOSTILE], "passes": false }]);
    std::fs::write(workspace.join("feature_list.json"), list.to_string()).unwrap();
    std::fs::write(workspace.join("evil\x1b[2J\u{202e}.txt"), HOSTILE).unwrap();
    let git = |args: &[&str]| {
        let identity = ["-c", "user.name=A\x1b]0;x\x07", "-c", "user.email=a@b.c"];
        let mut command = std::process::Command::new("git");
        let done = command.args(identity).args(args).current_dir(&workspace).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", &hostile("subject")]);
    let dir = ProjectDir::in_state_root(&place.state(), &workspace).unwrap();
    let mut writer = Writer::open(dir.lock().unwrap(), Durability::Group).unwrap();
    writer.begin_segment(SessionNo(1), Role::Coding).unwrap();
    for event in hostile_log() {
        writer.append(SessionNo(1), event).unwrap();
    }
}

#[test]
fn hostile_text_is_shown_and_never_obeyed() {
    let place = Place::new();
    hostile_project(&place);
    for (columns, rows) in [(120, 40), (50, 20)] {
        let mut term = place.longhaul_with(&[], &[], (columns, rows));
        term.see("F");
        // Every pane, its whole, its search; help, sessions, summary, commit and feature pages.
        for keys in [
            "1", "\r", "\x1b", "3", "\r", "\x1b", "4", "2gg", "=", "J", "o", "\x1b", "JJ", "o", "\x1b", "G", "s", "\x1b", "S",
            "\x1b", "+", "+",
        ] {
            let before = term.raw().len();
            term.keys(keys);
            term.wrote(before + 1);
        }
        term.see("␛]52;c;cm0gLXJm␇");
        term.keys("\x1b[200~\x1b]0;x\x07\x1b[201~");
        term.keys("q");
        // The check is in here: nothing but our own sequences.
        let ended = term.ends_restored();
        assert_eq!(ended.status.exit_code(), 0);
        let raw = String::from_utf8(ended.raw).unwrap();
        for obeyed in ["\x1b[2JC", "\x1b[?1049lD", "\x1b[31337;1H"] {
            assert!(!raw.contains(obeyed), "{obeyed:?} reached the terminal");
        }
    }
}
