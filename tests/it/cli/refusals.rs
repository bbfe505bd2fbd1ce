//! Runs that are refused: each says why, and changes nothing.

use super::*;

/// Runs `longhaul run .` headless with consent and a key, plus `args`; asserts the refusal and that nothing changed.
pub fn refused(place: &Place, args: &[&str], code: i32, said: &str) {
    let before = (files(&place.project()), files(&place.state()));
    // In place: what is refused there, a worktree would let alone.
    let all = [&["run", ".", "--headless", "--yes-unconfined", "--in-place"], args].concat();
    place
        .longhaul(&all)
        .env("ANTHROPIC_API_KEY", "sk-test-0123456789")
        .assert()
        .code(code)
        .stdout("")
        .stderr(contains(said));
    assert!(
        before == (files(&place.project()), files(&place.state())),
        "a refused run changed something"
    );
}

#[test]
fn a_locked_index_keeps_a_run_from_starting() {
    let place = Place::new();
    let spec = place.root.path().join("spec.txt");
    fs::write(&spec, "Build a greeter.").unwrap();
    git_init(&place);
    let lock = place.project().join(".git/index.lock");
    fs::write(&lock, "").unwrap();
    let args = ["--spec", spec.to_str().unwrap()];
    refused(
        &place,
        &args,
        3,
        &format!("the index is locked by {}, which is ", lock.display()),
    );
    refused(&place, &args, 3, "if none is running, remove that file, then try again");
    assert!(lock.exists(), "its owner may live");
}

#[test]
fn a_run_that_cannot_start_says_why_and_changes_nothing() {
    let place = Place::new();
    let spec = place.root.path().join("spec.txt");
    fs::write(&spec, "Build a greeter.").unwrap();
    let spec = spec.to_str().unwrap();
    refused(
        &place,
        &[],
        3,
        "has neither a feature_list.json nor an app_spec.txt; say what to build with --spec FILE",
    );
    refused(&place, &["--spec", "nowhere.txt"], 3, "the spec nowhere.txt cannot be read");
    refused(
        &place,
        &["--spec", spec],
        3,
        " is empty; add --create to make a git repository in it",
    );
    fs::write(place.project().join("mine.txt"), "x").unwrap();
    refused(&place, &["--spec", spec], 3, "run `git init");
    fs::remove_file(place.project().join("mine.txt")).unwrap();
    git_init(&place);
    refused(&place, &["--spec", "."], 3, "is not a file");
    refused(
        &place,
        &["--spec", spec, "--max-cost", "lots"],
        2,
        "--max-cost: `limits.cost` must be an amount of US dollars",
    );
    refused(&place, &["--spec", spec, "--max-time", "0h"], 2, "--max-time");
    refused(
        &place,
        &["--spec", spec, "--max-tokens", "-1"],
        2,
        "--max-tokens: `limits.tokens` must be a whole number, at least 1, not -1",
    );
    refused(
        &place,
        &["--spec", spec, "--base-url", "nonsense"],
        2,
        "--base-url: `base_url` must be an address",
    );
    fs::write(place.project().join("empty.txt"), " \n").unwrap();
    refused(&place, &["--spec", "empty.txt"], 3, "is empty; say in it what to build");
    refused(
        &place,
        &["--spec", spec],
        3,
        "1 uncommitted path (?? empty.txt); commit or stash them, or add --allow-dirty",
    );
    fs::write(place.project().join("feature_list.json"), "[{]").unwrap();
    refused(&place, &["--spec", spec], 3, "feature_list.json:1:3");
    fs::remove_file(place.project().join("feature_list.json")).unwrap();
    fs::create_dir(place.project().join("sub")).unwrap();
    place
        .longhaul(&["run", "sub", "--headless", "--yes-unconfined", "--spec", spec])
        .assert()
        .code(3)
        .stderr(contains("is inside the repository"));
    place
        .longhaul(&["run", "missing", "--headless", "--yes-unconfined", "--spec", spec])
        .assert()
        .code(3)
        .stderr(contains("add --create"));
}

#[test]
fn a_run_needs_a_key_consent_a_terminal_and_the_project_to_itself() {
    let place = Place::new();
    git_init(&place);
    fs::write(place.project().join("app_spec.txt"), "Build a greeter.").unwrap();
    place
        .longhaul(&["run", ".", "--headless", "--yes-unconfined"])
        .assert()
        .code(4)
        .stderr(contains("ANTHROPIC_API_KEY is not set"));
    place
        .longhaul(&["run", ".", "--headless"])
        .env("ANTHROPIC_API_KEY", "sk-test-0123456789")
        .assert()
        .code(2)
        .stderr(contains("add --yes-unconfined"));
    for command in [&["run", ".", "--yes-unconfined"][..], &["demo"], &[]] {
        place.longhaul(command).assert().code(3).stderr(contains("is not a terminal"));
    }
    place.longhaul(&[]).assert().code(3).stderr(
        contains("`longhaul status`")
            .and(contains("`longhaul run . --headless`"))
            .and(contains("use `--headless`").not()),
    );
    let writer = place.write_log();
    refused(
        &place,
        &[],
        9,
        &format!("another longhaul (process {}) is running this project", std::process::id()),
    );
    drop(writer);
}

#[test]
fn work_that_git_is_told_not_to_look_at_is_work_too() {
    let place = Place::new();
    let spec = place.root.path().join("spec.txt");
    fs::write(&spec, "Build a greeter.").unwrap();
    git_init(&place);
    fs::write(place.project().join("local.env"), "password=\n").unwrap();
    git(&place, &["add", "local.env"]);
    git(&place, &["commit", "-qm", "settings"]);
    for flag in ["--skip-worktree", "--assume-unchanged"] {
        git(&place, &["update-index", flag, "local.env"]);
        fs::write(place.project().join("local.env"), "password=hunter2\n").unwrap();
        refused(
            &place,
            &["--spec", spec.to_str().unwrap()],
            3,
            "1 uncommitted path (M local.env); commit or stash them, or add --allow-dirty",
        );
    }
}
