//! What a session is told, from nothing at all to far too much.

use super::*;
use crate::protocol::event::CommitInfo;
use crate::protocol::{CaseStatus, FeatureStatus, Payload, TestCase, TestPurpose};
use std::fs;

fn feature(id: &str, status: FeatureStatus) -> Feature {
    Feature {
        id: id.into(),
        description: format!("{id} does a thing"),
        status,
        ..Feature::default()
    }
}

fn case(name: &str, status: CaseStatus) -> TestCase {
    TestCase {
        name: name.into(),
        status,
        duration_ms: None,
        detail: "expected 1\ngot 2".into(),
        attempts: Vec::new(),
    }
}

fn run(cases: Vec<TestCase>) -> TestRun {
    TestRun {
        purpose: TestPurpose::Smoke,
        command: "sh tests/run.sh".into(),
        tree: None,
        cases,
        exit_code: Some(1),
        timed_out: false,
        duration_ms: 10,
        output: Payload::default(),
        only: Vec::new(),
        moved: false,
        code: None,
        limit_seconds: None,
        under_way: Vec::new(),
    }
}

fn input<'a>(workspace: &'a Path, features: &'a [Feature]) -> OrientInput<'a> {
    OrientInput {
        workspace,
        repository: None,
        left: None,
        own_flips: false,
        feature_list: "feature_list.json",
        features,
        next: None,
        notes: None,
        tests: None,
        init: None,
        cap: DEFAULT_CAP,
    }
}

fn named<'a>(parts: &'a [OrientationPart], name: &str) -> &'a str {
    &parts
        .iter()
        .find(|part| part.name == name)
        .unwrap_or_else(|| panic!("no {name}: {parts:?}"))
        .text
}

#[test]
fn an_empty_workspace_gives_only_its_directory() {
    let dir = tempfile::tempdir().unwrap();
    let parts = gather(&input(dir.path(), &[]));
    assert_eq!(parts.len(), 1);
    assert!(parts[0].text.ends_with("(empty)"));
}

#[test]
fn every_part_comes_in_order() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(".git")).unwrap();
    fs::write(dir.path().join("notes.sh"), "#!/bin/sh\n# TODO: sort\nTODO_LIST=1\n").unwrap();
    let mut features = [
        feature("F001", FeatureStatus::Passing),
        feature("F002", FeatureStatus::Failing),
        feature("F003", FeatureStatus::Unknown),
    ];
    features[0].tests = vec!["tests/01.sh".into()];
    features[1].files = vec!["notes.sh".into(), "new.sh".into(), "../../etc/passwd".into()];
    let time = "2026-01-31T10:00:00Z".parse().unwrap();
    let repository = RepositoryObserved {
        branch: "main".into(),
        head: Some("abcdef0123".into()),
        commits: vec![CommitInfo {
            id: "abcdef0123".into(),
            subject: "first".into(),
            author: "a".into(),
            time,
        }],
        total: 1,
        dirty: vec!["?? x".into()],
        tree: None,
        code: None,
    };
    let tests = run(vec![
        case("tests/02.sh: new", CaseStatus::Failed),
        case("tests/01.sh: old", CaseStatus::Failed),
        case("ok", CaseStatus::Passed),
    ]);
    let parts = gather(&OrientInput {
        repository: Some(&repository),
        next: Some(&features[1]),
        notes: Some("## Session 1\nhello"),
        tests: Some(&tests),
        init: Some("sh init.sh"),
        ..input(dir.path(), &features)
    });
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "working directory",
            "feature list",
            "progress notes",
            "git log",
            "git status",
            "smoke test",
            "files of F002",
            "left behind",
            "start"
        ]
    );
    assert!(named(&parts, "working directory").ends_with("\nnotes.sh"));
    assert!(
        named(&parts, "feature list").contains("1 of 3 pass.\nPassing: F001\n"),
        "{}",
        named(&parts, "feature list")
    );
    assert!(named(&parts, "feature list").contains("→ F002 F002 does a thing\n- F003"));
    assert_eq!(named(&parts, "git log"), "abcdef0 first");
    let smoke = named(&parts, "smoke test");
    assert!(smoke.starts_with("1 passed, 2 failed, 0 skipped; exit code 1.\nFAILED tests/01.sh: old (of a feature marked as passing)\n    expected 1\n    got 2\nFAILED tests/02.sh: new"), "{smoke}");
    assert_eq!(named(&parts, "files of F002"), "notes.sh: 3 lines\nnew.sh: not there yet");
    assert_eq!(named(&parts, "left behind"), "notes.sh:2: # TODO: sort");
    let whole = text(&parts);
    assert!(whole.contains("## smoke test (`sh tests/run.sh`)\n1 passed"));
    assert_eq!(estimate_tokens(&whole), (whole.len() as u64).div_ceil(4));
}

#[test]
fn large_projects_stay_within_the_cap() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..200 {
        fs::write(
            dir.path().join(format!("file-with-a-rather-long-name-{n}.txt")),
            "FIXME\n".repeat(50),
        )
        .unwrap();
    }
    let features: Vec<Feature> = (0..600)
        .map(|n| {
            feature(
                &format!("F{n:03}"),
                if n < 300 {
                    FeatureStatus::Passing
                } else {
                    FeatureStatus::Failing
                },
            )
        })
        .collect();
    let notes = "## Session 1\nlong\n".repeat(5_000);
    let tests = run((0..900).map(|n| case(&format!("case {n}"), CaseStatus::Failed)).collect());
    let parts = gather(&OrientInput {
        notes: Some(&notes),
        tests: Some(&tests),
        next: Some(&features[300]),
        ..input(dir.path(), &features)
    });
    for part in &parts {
        assert!(
            part.text.len() <= DEFAULT_CAP + 80,
            "{} has {} bytes",
            part.name,
            part.text.len()
        );
    }
    assert!(estimate_tokens(&text(&parts)) < 10_000, "5 % of a window of 200,000");
}

#[test]
fn caps_keep_whole_lines() {
    assert_eq!(cap("a\nb\nc", 4), "a\nb\n… lines left out: 1");
    assert_eq!(cap("ééé", 3), "é…");
    assert_eq!(cap("a", 4), "a");
}
