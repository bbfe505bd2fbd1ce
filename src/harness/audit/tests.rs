//! What is told of a session's code, tree and commit messages.

use super::*;

/// A first session that worked as it should and changed nothing.
fn worked(state: &State) -> Worked<'_> {
    Worked {
        state,
        session: SessionNo(1),
        oriented: true,
        has_tests: true,
        features: 1,
        breaches: 0,
        summary: None,
        noted: None,
        dirty: &[],
        beyond: &[],
        lists: None,
        changes: &[],
        commits: &[],
    }
}

/// A commit of session 1 with this message.
fn commit_of(message: &str) -> crate::session::state::Commit {
    let made = serde_json::json!({ "commit": "1".repeat(40), "tree": "2".repeat(40), "message": message, "files": 1, "added": 1, "removed": 0 });
    crate::session::state::Commit {
        time: jiff::Timestamp::UNIX_EPOCH,
        session: SessionNo(1),
        seq: crate::protocol::Seq(3),
        present: Default::default(),
        facts: Default::default(),
        approved_by: None,
        made: serde_json::from_value(made).unwrap(),
    }
}

#[test]
fn marks_count_in_code_and_are_told_by_file() {
    let file = |path: &str, after: &str| Changed {
        path: path.into(),
        before: None,
        after: after.into(),
        is_test: false,
    };
    assert_eq!(marks(&[]), None);
    let found = marks(&[
        file("src/a.rs", "// TODO: later\nlet mastodon = 1;\n"),
        file("b.md", "TODO\n"),
    ]);
    assert_eq!(
        found,
        Some(("nothing left for later in the code (1 in src/a.rs)".to_owned(), false))
    );
}

fn row(id: &str, description: &str, status: FeatureStatus) -> crate::session::state::FeatureRow {
    crate::session::state::FeatureRow {
        feature: Feature {
            id: id.into(),
            description: description.into(),
            status,
            ..Feature::default()
        },
        ..Default::default()
    }
}

#[test]
fn closing_words_lead_to_the_features_that_they_are_wrong_about() {
    let mut state = State::default();
    state.features.rows = vec![
        row("F001", "Add a note", FeatureStatus::Passing),
        row("F004", "Search notes", FeatureStatus::Failing),
        row("F005", "Export notes", FeatureStatus::Failing),
    ];
    for (summary, led) in [
        ("F001 is still failing.", vec!["F001"]),
        ("F004 is done.", vec!["F004"]),
        ("All features are done.", vec!["F004", "F005"]),
    ] {
        let lies = contradictions(summary, Said::Closing, &state, SessionNo(1));
        let places = places::open_features(&worked(&state), &lies);
        let features = led.iter().map(|id| AuditPlace::Feature { feature: (*id).into() });
        assert_eq!(places, features.collect::<Vec<_>>(), "{lies:?}");
    }
}

#[test]
fn a_commit_that_calls_done_what_is_not_is_told() {
    let mut state = State::default();
    state.features.rows = vec![
        row("F001", "Add a note", FeatureStatus::Passing),
        row("F004", "Search notes", FeatureStatus::Failing),
    ];
    let changes = [Changed {
        path: "docs/d1.md".into(),
        before: None,
        after: "Words.\n".into(),
        is_test: false,
    }];
    let mut of = |message: &str| {
        state.commits = vec![commit_of(message)];
        messages(&Worked {
            changes: &changes,
            ..worked(&state)
        })
        .unwrap()
    };
    for message in [
        "Finish search (F004)",
        "All features pass",
        "F004 is done",
        "Add tests for undo",
        "Delete the export",
    ] {
        assert!(!of(message).1, "{message}");
    }
    for message in [
        "Finish the note command (F001)",
        "Begin search (F004)",
        "Finish the parser (F004)",
        "Search notes (F004)",
        "1/2 features pass",
        "Add d1",
        "Describe the search",
        "Add a test plan",
        "Delete notes by number",
        "Fix all warnings",
        "Prepare F004: words for the search",
    ] {
        assert!(of(message).1, "{:?}", of(message));
    }
}

#[test]
fn a_list_that_the_harness_set_back_is_not_held_against_the_session() {
    let mut state = State::default();
    state.features.path = "feature_list.json".to_owned();
    let flip = |by| crate::session::state::Flip {
        time: jiff::Timestamp::UNIX_EPOCH,
        session: SessionNo(1),
        seq: crate::protocol::Seq(7),
        to: crate::protocol::FeatureStatus::Failing,
        by,
        evidence: None,
        reason: String::new(),
        in_commit: false,
    };
    let mut told = |by, dirty: &[&str]| {
        let row = crate::session::state::FeatureRow {
            flips: vec![flip(by)],
            ..Default::default()
        };
        state.features.rows = vec![row];
        clean(&Worked {
            dirty: &dirty.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>(),
            ..worked(&state)
        })
    };
    let set_back = "tree clean (but for feature_list.json, set back by the harness)";
    assert_eq!(told(FlipBy::Harness, &["M feature_list.json"]), (set_back.to_owned(), true));
    assert!(!told(FlipBy::Agent, &["M feature_list.json"]).1);
    assert!(!told(FlipBy::Harness, &["M feature_list.json", "?? new/"]).1);
    assert!(!told(FlipBy::Harness, &["M app/feature_list.json"]).1);
}

#[test]
fn what_was_found_is_named_and_a_long_list_cut() {
    let many: Vec<String> = (1..6).map(|n| format!("F{n}")).collect();
    assert_eq!(told("x", many), ("x (F1; F2; F3 and 2 more)".to_owned(), false));
    assert_eq!(told("x", Vec::new()), ("x".to_owned(), true));
}

#[test]
fn a_message_is_held_against_its_own_commit() {
    let state = State {
        commits: vec![commit_of("Add tests for undo")],
        ..State::default()
    };
    let file = |path: &str| Changed {
        path: path.into(),
        before: None,
        after: "Words.\n".into(),
        is_test: path.starts_with("tests/"),
    };
    let told = |own: Vec<Changed>| {
        let commits = [OfCommit {
            commit: Oid("1".repeat(40)),
            changes: own,
            paths: BTreeSet::new(),
        }];
        messages(&Worked {
            changes: &[file("docs/a.md"), file("tests/t-1.sh")],
            commits: &commits,
            ..worked(&state)
        })
        .unwrap()
    };
    let another = told(vec![file("docs/a.md")]);
    assert!(
        another.0.contains("\"Add tests for undo\": no test was touched"),
        "{another:?}"
    );
    assert!(told(vec![file("tests/t-1.sh")]).1, "this commit holds them");
}
