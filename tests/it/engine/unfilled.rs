//! Files that the agent writes where a submodule is not filled: kept by checkpoints, in no commit, and said so at every turn.

use crate::support::{INITIALIZER, Lab, call, coding, ends};

#[tokio::test(flavor = "multi_thread")]
async fn they_are_kept_and_told_of_and_what_was_there_before_is_not_held_against_the_session() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    let head = lab.git(&["rev-parse", "HEAD"]);
    lab.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendor/sub")]);
    lab.git(&["commit", "-qm", "a submodule"]);
    lab.write("vendor/sub/old.txt", "a person's\n");
    let turns = call("bash", r#"{ command = "echo inner > vendor/sub/inner.txt" }"#)
        + &call("commit", r#"{ message = "Nothing" }"#)
        + &call("bash", r#"{ command = "echo x > x.txt" }"#)
        + &call("commit", r#"{ message = "X" }"#)
        + &call("bash", r#"{ command = "rm -rf vendor" }"#)
        + &call(
            "bash",
            r#"{ command = "mkdir -p vendor/sub; echo inner > vendor/sub/inner.txt" }"#,
        )
        + &call("progress_note", r#"{ text = "Did x." }"#)
        + &ends();
    let ran = lab.run(&coding(&turns)).await;
    // The initializer's calls come first.
    let result = |nth: usize| ran.result(5 + nth);
    let told = "Not in the commit: vendor/sub/inner.txt, which lies in a submodule that is not filled";
    assert!(
        result(1).starts_with("Nothing to commit") && result(1).contains(told),
        "{}",
        result(1)
    );
    assert!(
        result(3).starts_with("Committed") && result(3).contains(told),
        "{}",
        result(3)
    );
    assert!(
        result(7).contains("These files are in no commit") && result(7).contains(": vendor/sub/inner.txt. Move"),
        "{}",
        result(7)
    );
    assert!(result(8).starts_with("The session ends here"), "{}", result(8));
    let session = ran.state.current().unwrap();
    let checks = &session.ended.as_ref().unwrap().1.checks;
    let found = checks.iter().find(|(what, _)| what.contains("submodule"));
    assert_eq!(
        found.map(|(what, holds)| (what.as_str(), *holds)),
        Some((
            "no file lies where a submodule is not filled and no commit holds it (vendor/sub/inner.txt)",
            false
        ))
    );
    let held = |checkpoint: &longhaul::session::state::KeptCheckpoint| {
        lab.git(&["ls-tree", "-r", "--name-only", &checkpoint.made.tree.0])
            .contains("vendor/sub/inner.txt")
    };
    let own: Vec<bool> = ran
        .state
        .checkpoints
        .iter()
        .filter(|kept| kept.session == session.number)
        .map(held)
        .collect();
    assert_eq!(
        own[..3],
        [false, true, true],
        "at its start, after the first command, after the second"
    );
    assert!(own.contains(&false) && own.last() == Some(&true), "{own:?}");
}
