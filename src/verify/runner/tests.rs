//! Which runner is found in which project, and why.

use super::{RUNNERS, detect};
use std::fs;
use std::path::Path;

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// Runners, commands and reasons, in order.
fn found(files: &[(&str, &str)]) -> Vec<(&'static str, String, String)> {
    detect(project(files).path())
        .into_iter()
        .map(|detected| (detected.runner, detected.found.command, detected.found.reason))
        .collect()
}

fn names(files: &[(&str, &str)]) -> Vec<&'static str> {
    found(files).into_iter().map(|(name, ..)| name).collect()
}

fn package(script: &str, more: &str) -> String {
    let script = serde_json::to_string(script).unwrap();
    format!("{{ \"scripts\": {{ \"test\": {script} }}, {more} \"name\": \"x\" }}")
}

#[test]
fn each_runner_is_told_by_its_files() {
    let crate_ = "[package]\nname = 'x'\n";
    for (files, name) in [
        (&[("Cargo.toml", crate_)][..], "cargo test"),
        (&[("go.mod", "module x")], "go test"),
        (&[("pytest.ini", "")], "pytest"),
        (&[("pyproject.toml", "[tool.pytest.ini_options]")], "pytest"),
        (&[("tests/test_a.py", "")], "pytest"),
        (&[("tests/conftest.py", "")], "pytest"),
        (&[("requirements.txt", "flask\npytest\n")], "pytest"),
        (&[("package.json", &package("vitest run", ""))], "vitest"),
        (
            &[("package.json", &package("tsc && ./node_modules/.bin/jest --ci", ""))],
            "jest",
        ),
        (&[("package.json", &package("mocha", ""))], "mocha"),
        (&[("package.json", &package("node --test", ""))], "node --test"),
        (&[("package.json", r#"{"devDependencies": {"vitest": "^4"}}"#)], "vitest"),
        (&[("package.json", &package("sh check.sh", ""))], "npm test"),
        (&[("pom.xml", "")], "maven"),
        (&[("settings.gradle.kts", "")], "gradle"),
        (&[("test/a.bats", "")], "bats"),
        (&[("tests/run.sh", "")], "TAP"),
        (&[("t/00-load.t", "")], "TAP"),
        (&[("Makefile", "all:\n\ntest: all\n\techo\n")], "make test"),
    ] {
        assert_eq!(names(files).first(), Some(&name), "{files:?}");
    }
}

#[test]
fn what_is_no_sign_is_not_taken_for_one() {
    for files in [
        &[][..],
        &[(
            "package.json",
            &package("echo \"Error: no test specified\" && exit 1", "")[..],
        )],
        &[("package.json", "{ not json")],
        &[("package.json", "[1]")],
        &[("pyproject.toml", "[project]\nname = 'x'\n"), ("tests/data.py", "")],
        &[("Makefile", "tests:\n\techo\ntest = 1\ntest := 2\n# test: x\n\ttest: y\n")],
        &[("Cargo.toml", "")],
        &[("go.sum", "")],
    ] {
        assert_eq!(names(files), Vec::<&str>::new(), "{files:?}");
    }
}

#[test]
fn of_several_the_first_of_the_table_is_taken_and_the_others_are_told() {
    let files = [
        ("Makefile", "test:\n\tcargo test\n"),
        ("Cargo.toml", "[package]\n[workspace]\n"),
        ("tests/run.sh", ""),
        ("go.mod", ""),
    ];
    assert_eq!(names(&files), ["cargo test", "go test", "TAP", "make test"]);
    assert!(found(&files)[0].1.ends_with(" --workspace"), "the other members count too");
}

#[test]
fn a_script_is_run_as_it_is_where_options_can_follow_it() {
    let command = |script: &str, more: &[(&str, &str)]| {
        let package = package(script, "");
        let mut files = vec![("package.json", package.as_str())];
        files.extend_from_slice(more);
        found(&files)[0].1.clone()
    };
    assert!(command("jest --ci", &[]).starts_with("npm test -- --json "));
    assert!(command("jest --ci", &[("pnpm-lock.yaml", "")]).starts_with("pnpm test --json "));
    assert!(command("jest | tee log", &[]).starts_with("npx --no-install jest --json "));
    assert!(command("jest && eslint .", &[]).starts_with("npx --no-install jest --json "));
    assert!(command("tsc && jest", &[("yarn.lock", "")]).starts_with("yarn test --json "));
    let node = command("node --test a.js", &[]);
    assert!(
        node.starts_with("NODE_OPTIONS=") && node.contains(super::NODE_REPORTER_VARIABLE),
        "{node}"
    );
    assert!(command("vitest", &[]).contains(" --run "), "a watcher would never end");
}

#[test]
fn a_script_of_another_runner_wins_over_a_dependency() {
    let package = package("sh check.sh", "\"devDependencies\": {\"jest\": \"*\"},");
    assert_eq!(names(&[("package.json", &package)]), ["npm test"]);
}

#[test]
fn python_is_run_as_the_project_runs_it() {
    let command = |more: &str| found(&[("pytest.ini", ""), (more, "")])[0].1.clone();
    assert!(command(".venv/bin/python").starts_with(".venv/bin/python -m pytest "));
    assert!(command("uv.lock").starts_with("uv run python -m pytest "));
    assert!(command("README").starts_with("python3 -m pytest "));
}

#[test]
fn a_root_that_holds_us_up_is_looked_at_all_the_same() {
    let dir = project(&[("Makefile", "test:\n")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("package.json")).unwrap();
    fs::create_dir(dir.path().join("Cargo.toml")).unwrap();
    fs::write(dir.path().join("pyproject.toml"), vec![0xff; 2 << 20]).unwrap();
    assert_eq!(detect(dir.path())[0].runner, "make test");
    assert!(detect(Path::new("/no/such/place")).is_empty());
}

#[test]
fn names_in_the_table_are_told_apart() {
    let mut names: Vec<&str> = RUNNERS.iter().map(|runner| runner.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RUNNERS.len());
}
