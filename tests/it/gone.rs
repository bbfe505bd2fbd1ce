//! Tests of passing features that are deleted: told wherever a feature is, by the next run of whoever asks for one.

use crate::rollback::program;
use crate::support::{INITIALIZER, Lab, builds, wait_for};
use longhaul::link;
use longhaul::protocol::{Command, Event, FeatureStatus, Seq, TestPurpose};
use longhaul::session::State;
use longhaul::store;
use predicates::str::contains;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs all tests where no run is on, as a window does, for the `number`th time.
async fn rerun(lab: &Lab, number: usize) -> State {
    let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
    client.send(Command::RunTests { only: Vec::new() }).unwrap();
    let made = AtomicUsize::new(0);
    let ended = move |event: &Event| {
        let is_asked = matches!(event, Event::TestRunFinished(finished) if finished.run.purpose == TestPurpose::Asked);
        is_asked && made.fetch_add(1, Ordering::Relaxed) + 1 == number
    };
    tokio::task::spawn_blocking(move || wait_for(&client, ended)).await.unwrap();
    State::fold(&store::read(&lab.dir(), Seq(1)).unwrap().envelopes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_test_is_told_beside_its_feature_by_a_rerun_and_by_verify_until_it_is_back() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    lab.run(&[INITIALIZER, &builds("F001", "01", "hello")].concat()).await;
    lab.git(&["rm", "-q", "tests/01-hello.sh"]);
    lab.git(&["commit", "-qm", "nobody needs it"]);
    let verified = program(&lab, &["verify"]).output().unwrap();
    assert_eq!(
        verified.status.code(),
        Some(10),
        "a feature that passes has no tests any more"
    );
    let verified = String::from_utf8(verified.stdout).unwrap();
    assert!(
        verified.contains("gone     F001, which they have shown to pass: tests/01-hello.sh"),
        "{verified}"
    );

    let state = rerun(&lab, 1).await;
    let row = &state.features.rows[0];
    assert_eq!(row.feature.status, FeatureStatus::Passing, "no flag is touched");
    let doubt = state.doubt_of(row).unwrap();
    assert_eq!(
        (doubt.gone.as_slice(), doubt.tests.as_slice()),
        (&["tests/01-hello.sh".to_owned()][..], &[][..])
    );
    let words = doubt.words();
    assert!(
        words.starts_with("tests/01-hello.sh is gone on tree") && words.contains("asked for by you"),
        "{words}"
    );
    let told = contains("own tests of 1 of them are gone in a later run");
    program(&lab, &["status"]).assert().success().stdout(told);
    program(&lab, &["features"]).assert().success().stdout(contains("tests gone"));

    lab.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(rerun(&lab, 2).await.doubted(), 0, "it is back, and passes");
}

#[tokio::test(flavor = "multi_thread")]
async fn between_two_runs_a_removed_test_is_told_by_status_and_by_the_preview_and_nothing_is_flipped() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    lab.run(&[INITIALIZER, &builds("F001", "01", "hello")].concat()).await;
    let status = || String::from_utf8(program(&lab, &["status"]).assert().success().get_output().stdout.clone()).unwrap();
    let window = || String::from_utf8(program(&lab, &["window"]).assert().success().get_output().stdout.clone()).unwrap();
    assert!(!status().contains("counts as passing") && !window().contains("counts as passing"));
    std::fs::remove_file(lab.workspace().join("tests/01-hello.sh")).unwrap();
    let told = "F001 counts as passing now; its test tests/01-hello.sh is gone: the session's own run at its start is likely to set it back";
    assert!(status().contains(told), "{}", status());
    assert!(window().contains(&format!("but: {told}")), "{}", window());
    let state = State::fold(&store::read(&lab.dir(), Seq(1)).unwrap().envelopes);
    assert_eq!(state.features.rows[0].feature.status, FeatureStatus::Passing);
}

#[test]
fn verify_tells_of_tests_that_passing_features_name_and_that_never_were() {
    let lab = Lab::new();
    let list = |passes: &str| {
        format!("[{{\"id\": \"F001\", \"description\": \"add\", \"passes\": {passes}, \"tests\": [\"tests/t-1.sh\"]}}]\n")
    };
    for script in ["true", "echo 1..1; echo 'ok 1 - tests/other.sh'"] {
        lab.write("feature_list.json", &list("true"));
        lab.write("longhaul.toml", "[verify]\ncommand = \"sh tests/run.sh\"\n");
        lab.write("tests/run.sh", &format!("{script}\n"));
        lab.commit_all(script);
        let told = contains("missing  F001, which passes by the list only: tests/t-1.sh");
        program(&lab, &["verify"]).assert().code(10).stdout(told);
        let json = program(&lab, &["verify", "--json"]).output().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(json["not_there"][0]["tests"][0], "tests/t-1.sh");
        lab.write("feature_list.json", &list("false"));
        program(&lab, &["verify"]).assert().success();
    }
    lab.write("feature_list.json", &list("true"));
    lab.write("tests/t-1.sh", "exit 0\n");
    lab.write("tests/run.sh", "true\n");
    program(&lab, &["verify"]).assert().success();
}
