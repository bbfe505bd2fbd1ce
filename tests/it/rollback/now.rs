//! What is told of a project after it was moved or edited: what is so now, and what a run was, each as such.

use super::{built, program, told};
use predicates::str::contains;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

/// The lines of `longhaul status`, without runs of blanks.
fn status(lab: &crate::support::Lab) -> String {
    let output = program(lab, &["status"]).assert().success().get_output().stdout.clone();
    let lines = String::from_utf8(output).unwrap();
    let tidy = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    lines.lines().map(tidy).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_says_which_permission_bits_it_sets_and_sets_them() {
    let lab = built().await;
    let file = lab.workspace().join("hello.txt");
    let set = |bits: u32| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(bits)).unwrap();
    let bits = || file.symlink_metadata().unwrap().permissions().mode() & 0o7777;
    set(0o600);
    program(&lab, &["debug", "checkpoint", "."]).assert().success();
    let newest = lab.git(&[
        "for-each-ref",
        "--sort=-version:refname",
        "--format=%(refname:lstrip=3)",
        "refs/longhaul/checkpoints",
    ]);
    let newest = newest.lines().next().unwrap().to_owned();
    set(0o644);
    let told = program(&lab, &["rollback", &newest, "--dry-run"]).assert().success();
    let told = String::from_utf8(told.get_output().stdout.clone()).unwrap();
    assert!(told.contains("modes") && told.contains("hello.txt 644 -> 600"), "{told}");
    assert!(
        told.contains("kept aside in undo 1: hello.txt"),
        "a person's own edit: {told}"
    );
    program(&lab, &["rollback", &newest, "--yes"]).assert().success();
    assert_eq!(bits(), 0o600);
    program(&lab, &["undo", "--yes"]).assert().success();
    assert_eq!(bits(), 0o644);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rollback_everything_told_is_of_the_files_that_are_there() {
    let lab = built().await;
    let whole = status(&lab);
    assert!(
        whole.contains("commits 3 by the harness, last ") && whole.contains("tests 2 passed"),
        "{whole}"
    );
    assert!(!whole.contains("moved"), "{whole}");
    assert_eq!(told(&lab, &["status", "--json"])["tests"]["of_these_files"], true);

    let checkpoints = told(&lab, &["checkpoints", "--json"]);
    let number = |cause: &str, session: u64| {
        let mut rows = checkpoints.as_array().unwrap().iter();
        let row = rows.find(|row| row["cause"] == cause && row["session"] == session);
        row.unwrap()["id"].to_string()
    };
    let first = number("commit", 2);
    program(&lab, &["rollback", &first, "--yes"]).assert().success();
    let back = status(&lab);
    assert!(
        back.contains("done; at its end: every feature passes"),
        "as what it was: {back}"
    );
    assert!(back.contains(&format!("moved rolled back to checkpoint {first}")), "{back}");
    assert!(
        back.contains("`longhaul undo ") && back.contains("features 1 of 2 pass"),
        "{back}"
    );
    assert!(
        back.contains("commits 2 on main now, of 3 made by the harness, last "),
        "{back}"
    );
    assert!(back.contains("tests 1 passed (sh tests/run.sh)"), "{back}");
    let json = told(&lab, &["status", "--json"]);
    assert_eq!(
        (&json["standing"], &json["state"]),
        (&"no_longer_passing".into(), &"done".into())
    );
    assert_eq!((&json["moved"]["kind"], &json["commits"]), (&"rollback".into(), &2.into()));
    let sessions = |lab: &_| -> Vec<Value> {
        let sessions = told(lab, &["sessions", "--json"]);
        sessions
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["abandoned"].clone())
            .collect()
    };
    assert_eq!(sessions(&lab), [false, false, true]);
    program(&lab, &["sessions"])
        .assert()
        .success()
        .stdout(contains("finished, abandoned (its work is not in the files): ").count(1));

    program(&lab, &["undo", "--yes"]).assert().success();
    let again = status(&lab);
    assert!(
        again.contains("moved undone: back to ") && again.contains("`longhaul redo "),
        "{again}"
    );
    assert!(
        again.contains("tests 2 passed (sh") && again.contains("commits 3 by the harness, last "),
        "{again}"
    );
    assert_eq!(sessions(&lab), [false, false, false]);

    program(&lab, &["rollback", "1", "--yes"]).assert().success();
    let empty = status(&lab);
    assert!(
        empty.contains("tests no test run of these files") && empty.contains("commits 0 on main now, of 3 made"),
        "{empty}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rollback_a_feature_has_what_is_so_of_it_there_and_after_the_undo_what_it_had() {
    let lab = built().await;
    let features = || {
        let rows = told(&lab, &["features", "--json"]);
        let keys = ["status", "regressed", "reopened", "evidence", "sessions", "commits"];
        let row = |row: &Value| keys.map(|key| row[key].clone());
        rows.as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    let whole = features();
    let flip = ["features", "set", "feature_list.json", "F001", "failing", "--reason", "try"];
    program(&lab, &flip).assert().success();
    let open = features();
    assert_eq!(open[0][..4], [Value::from("failing"), false.into(), true.into(), Value::Null]);
    program(&lab, &["features"])
        .assert()
        .success()
        .stdout(contains("open again  F001"));

    let checkpoints = told(&lab, &["checkpoints", "--json"]);
    let mut rows = checkpoints.as_array().unwrap().iter();
    let first = rows.find(|row| row["cause"] == "commit" && row["session"] == 2).unwrap()["id"].to_string();
    program(&lab, &["rollback", &first, "--yes"]).assert().success();
    let back = features();
    assert_eq!(back[0], whole[0], "it passes by what it was proven with then");
    let nothing = serde_json::json!(["failing", false, false, null, [], []]);
    assert_eq!(Value::from(back[1].to_vec()), nothing, "it was not begun there");
    let shown = program(&lab, &["features"]).assert().success().get_output().stdout.clone();
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains("1 of 2 pass") && !shown.contains("session 3"), "{shown}");

    program(&lab, &["undo", "--yes"]).assert().success();
    assert_eq!(features(), open, "as before the move");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changed_is_not_told_as_tested_nor_a_run_that_was_done_as_stopped() {
    let lab = built().await;
    lab.write("hello.sh", "# another one\n");
    assert!(status(&lab).contains("tests 2 passed before the latest changes of the files"));
    lab.git(&["checkout", "-q", "."]);
    lab.git(&["clean", "-qfd"]);
    assert!(status(&lab).contains("tests 2 passed (sh"), "{}", status(&lab));

    let flip = ["features", "set", "feature_list.json", "F001", "failing"];
    program(&lab, &flip).assert().success();
    let edited = status(&lab);
    assert!(
        edited.contains("done; at its end") && edited.contains("features 1 of 2 pass"),
        "{edited}"
    );
    assert!(
        edited.contains("tests 2 passed (sh"),
        "a flag is nothing that they ran: {edited}"
    );
}
