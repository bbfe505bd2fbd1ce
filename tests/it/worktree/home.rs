//! The end of a worktree: what is ignored in it, what is in the way, what is kept of it.

use super::{Place, serve, worked};
use crate::support::{INITIALIZER, builds};
use predicates::prelude::*;
use predicates::str::contains;
use std::fs;

/// A worked place whose repository ignores keys and build output, with both in the worktree.
fn with_ignored() -> Place {
    let place = worked();
    fs::write(place.app().join(".git/info/exclude"), ".env\ntarget/\n").unwrap();
    fs::write(place.tree().join(".env"), "SECRET=1").unwrap();
    fs::create_dir_all(place.tree().join("target/deep")).unwrap();
    fs::write(place.tree().join("target/deep/out"), "x".repeat(3 << 10)).unwrap();
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_ignores_is_named_and_keeps_the_worktree() {
    let place = with_ignored();
    let named = contains("ignored   .env  8 B").and(contains("ignored   target/  3 KB"));
    place
        .longhaul(&["finish", "--merge", "--dry-run"])
        .assert()
        .success()
        .stdout(named.and(contains("stays, for git ignores what is named below")));
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .success()
        .stdout(contains("stays in").and(contains("it holds what git ignores: .env, target/")));
    place
        .longhaul(&["status"])
        .assert()
        .success()
        .stdout(contains("main has all of its work already").and(contains("brings its work home").not()));
    assert_eq!(fs::read_to_string(place.tree().join(".env")).unwrap(), "SECRET=1");
    assert_eq!(
        place.git(&["log", "-1", "--format=%s", "main"]),
        "Say hello",
        "the work is home"
    );
    // The next run goes on there.
    let server = serve(&[&builds("F002", "02", "bye")]);
    place.run(&server, &[]).assert().success();
    assert_eq!(place.taken().last().unwrap().tree.branch, "longhaul/main");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_ignores_is_moved_beside_the_worktree_if_the_person_says_so() {
    let place = with_ignored();
    let aside = place.above().join("app-longhaul-main-ignored");
    let said = format!("goes; what git ignores in it moves to {} first", aside.display());
    place
        .longhaul(&["finish", "--squash", "--aside", "--dry-run"])
        .assert()
        .success()
        .stdout(contains(said).and(contains("ignored   target/")));
    assert!(!aside.exists());
    place
        .longhaul(&["finish", "--squash", "--aside"])
        .assert()
        .success()
        .stdout(contains("worktree  removed").and(contains(format!("ignored   moved to {}", aside.display()))));
    assert!(!place.tree().exists());
    assert_eq!(fs::read_to_string(aside.join(".env")).unwrap(), "SECRET=1");
    assert_eq!(fs::metadata(aside.join("target/deep/out")).unwrap().len(), 3 << 10);
    assert_eq!(place.finished()[0].aside.as_deref(), aside.to_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_all_that_is_said_and_its_advice_leads_to_the_end() {
    let place = worked();
    fs::write(place.app().join("hello.txt"), "mine\n").unwrap();
    place.git(&["add", "hello.txt"]);
    place.git(&["commit", "-q", "-m", "mine", "hello.txt"]);
    let changed = place.git(&["diff", "--name-only", "main~1", "longhaul/main"]).lines().count();
    for (way, advice) in [
        ("--merge", format!("git -C {} merge longhaul/main", place.app().display())),
        (
            "--squash",
            format!(
                "git -C {} merge main`, then `longhaul finish --squash",
                place.tree().display()
            ),
        ),
    ] {
        place
            .longhaul(&["finish", way])
            .assert()
            .code(3)
            .stdout(
                contains(format!("{changed} changed files for main"))
                    .and(contains("in the way hello.txt was changed on both branches"))
                    .and(contains("worktree ").not())
                    .and(contains("parents").not())
                    .and(contains("follows").not()),
            )
            .stderr(contains(advice));
    }
    let merge = [
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=a@b",
        "merge",
        "-q",
        "-X",
        "ours",
        "main",
    ];
    place.git_in(&place.tree(), &merge);
    place.longhaul(&["finish", "--squash"]).assert().success();
    assert_eq!(place.git(&["log", "--format=%s", "main"]), "F001 say hello\nmine\nhistory");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worktree_removed_by_hand_is_said_to_be_gone_and_a_branch_that_is_gone_names_the_way_round() {
    let place = worked();
    fs::remove_dir_all(place.tree()).unwrap();
    place.longhaul(&["status"]).assert().success().stdout(
        contains("holds its commits")
            .and(contains("1 of 2 pass"))
            .and(contains("regressed").not()),
    );
    place.git(&["branch", "-m", "main", "trunk"]);
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .code(3)
        .stderr(contains("main, which the work was to go to, is not there").and(contains("--into BRANCH")));
    place
        .longhaul(&["finish", "--merge", "--into", "trunk", "--dry-run"])
        .assert()
        .success()
        .stdout(
            contains("worktree  is gone already")
                .and(contains("has the files as they were last, committed or not"))
                .and(contains("restore --source=refs/longhaul/worktrees/main/checkpoints/")),
        );
    place
        .longhaul(&["finish", "--merge", "--into", "trunk"])
        .assert()
        .success()
        .stdout(contains("worktree  was gone already").and(contains("removed").not()));
    assert_eq!(place.git(&["log", "-1", "--format=%s", "trunk"]), "Say hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_and_saved_states_of_a_finished_worktree_are_named_and_kept() {
    let place = worked();
    place.longhaul(&["rollback", "longhaul/main~1", "--yes"]).assert().success();
    place.longhaul(&["undo", "--yes"]).assert().success();
    let refs = |place: &Place| place.git(&["for-each-ref", "--format=%(refname)", "refs/longhaul/worktrees"]);
    let before = refs(&place);
    place.longhaul(&["finish", "--merge"]).assert().success();
    assert_eq!(refs(&place), before, "what was promised to be kept is kept");
    let last = "refs/longhaul/worktrees/main/checkpoints/";
    place.longhaul(&["checkpoints"]).assert().success().stdout(
        contains("of the worktree main, which is gone")
            .and(contains(format!("restore --source={last}")))
            .and(contains("commit \"Say hello\""))
            .and(contains("now ago").not())
            .and(contains("no checkpoints yet").not()),
    );
    place
        .longhaul(&["checkpoints", "--json"])
        .assert()
        .success()
        .stdout(contains("\"gone_worktree\": \"main\"").and(contains(format!("\"git_ref\": \"{last}2\""))));
    place
        .longhaul(&["rollback", "2", "--dry-run"])
        .assert()
        .code(3)
        .stderr(contains("checkpoint 2 is of the worktree main, which is gone").and(contains(format!("{last}2"))));
    let undo = place.finished()[0].undo.clone().unwrap();
    place.longhaul(&["undo", "--dry-run"]).assert().code(3).stderr(
        contains("there is nothing to undo")
            .and(contains(format!("reset --keep {undo}")))
            .and(contains("--source=refs/longhaul/worktrees/main/undo/2:files")),
    );
    // The advice is true.
    fs::remove_file(place.app().join("hello.txt")).unwrap();
    let source = "--source=refs/longhaul/worktrees/main/undo/1:files";
    place.git(&["restore", source, "--", "hello.txt"]);
    assert_eq!(fs::read_to_string(place.app().join("hello.txt")).unwrap(), "hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_squash_that_brings_no_feature_to_pass_tells_its_commits() {
    for more in [&[][..], &["draft", "polish"]] {
        let place = Place::new();
        place.run(&serve(&[INITIALIZER]), &["--max-sessions", "1"]).assert().code(6);
        for message in more {
            fs::write(place.tree().join(message), "x\n").unwrap();
            place.git_in(&place.tree(), &["add", message]);
            place.git_in(&place.tree(), &["commit", "-q", "-m", message]);
        }
        place.longhaul(&["finish", "--squash"]).assert().success();
        let message = if more.is_empty() {
            "Skeleton"
        } else {
            "3 commits of longhaul/main\n\n- Skeleton\n- draft\n- polish"
        };
        assert_eq!(place.git(&["log", "-1", "--format=%B", "main"]).trim(), message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_beside_broken_settings_shows_the_plan_and_says_what_is_broken() {
    let place = worked();
    let config = place.root.path().join("config/longhaul");
    fs::create_dir_all(&config).unwrap();
    for file in [config.join("config.toml"), place.app().join("longhaul.toml")] {
        fs::write(&file, "model = [broken\n").unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let plan = || contains("main moves forward");
        place
            .longhaul(&["finish", "--dry-run"])
            .assert()
            .success()
            .stdout(plan())
            .stderr(
                contains("warning: ")
                    .and(contains(name))
                    .and(contains("not merged or squashed")),
            );
        let rehearsal = place.longhaul(&["finish", "--merge", "--dry-run"]).assert();
        rehearsal.failure().stdout(plan()).stderr(contains(name));
        fs::remove_file(&file).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn line_ends_are_those_of_gits_settings_wherever_these_stand() {
    let config = "[core]\n\tautocrlf = true\n";
    for by_file in [false, true] {
        let place = worked();
        let file = place.above().join("other-gitconfig");
        fs::write(&file, config).unwrap();
        let mut finish = place.longhaul(&["finish", "--merge"]);
        match by_file {
            true => finish.env("GIT_CONFIG_GLOBAL", &file),
            false => finish
                .env("GIT_CONFIG_COUNT", "1")
                .env("GIT_CONFIG_KEY_0", "core.autocrlf")
                .env("GIT_CONFIG_VALUE_0", "true"),
        };
        finish.assert().success();
        let came = fs::read_to_string(place.app().join("hello.txt")).unwrap();
        assert!(came.ends_with("\r\n"), "by a file: {by_file}, {came:?}");
    }
}
