//! What is asked of which command, and that it runs what it ran.

use super::*;
use std::fs;

fn asking(command: &str, files: &[(&str, &str)]) -> Asking {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(dir.path().join(path), text).unwrap();
    }
    ask(dir.path(), command, Path::new("/tmp/there/report"))
}

const PYTEST: (&str, &str) = ("PYTEST_ADDOPTS", "-o junit_family=xunit1 --junitxml=/tmp/there/report");

#[test]
fn a_runner_is_asked_by_its_own_variable() {
    let make = ("Makefile", "test:\n\tpython3 -m pytest -q\n");
    for (command, files) in [
        ("pytest -q", vec![]),
        ("pytest", vec![]),
        ("python -m pytest -q", vec![]),
        ("pytest -q -v | tail -50", vec![]),
        ("make test", vec![make]),
        ("sh run.sh", vec![("run.sh", "cd sub\npytest \"$@\"\n")]),
    ] {
        let asking = asking(command, &files);
        // `sub` is not there, so that nobody knows where that script would be.
        let told = if command == "sh run.sh" { vec![] } else { vec![PYTEST] };
        let variables: Vec<(&str, &str)> = asking.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!((asking.command.as_str(), variables), (command, told), "{command}");
    }
    let mocha = asking("make test", &[("Makefile", "test:\n\tnpx mocha\n")]);
    assert_eq!(mocha.variables[0].0, "MOCHA_OPTIONS");
    let node = asking("npm test", &[("package.json", r#"{"scripts": {"test": "node --test"}}"#)]);
    assert_eq!(node.variables[0].0, "NODE_OPTIONS");
    let go = asking("make test", &[("Makefile", "test:\n\tgo vet ./...\n\tgo test ./...\n")]);
    assert!(go.variables[0].0 == "GOFLAGS" && go.variables[0].1.ends_with("-v"), "{go:?}");
}

#[test]
fn else_by_arguments_where_they_reach_the_runner() {
    let package = |script: &str| ("package.json", format!("{{\"scripts\": {{\"test\": \"{script}\"}}}}"));
    let jest = "--json --outputFile=\"$LONGHAUL_REPORT\"";
    let vitest = "--reporter=default --reporter=json --outputFile.json=\"$LONGHAUL_REPORT\"";
    let mocha = "--reporter json --reporter-option output=\"$LONGHAUL_REPORT\"";
    let node = "--test-reporter=spec --test-reporter-destination=stdout --test-reporter=\"$LONGHAUL_NODE_REPORTER\" --test-reporter-destination=\"$LONGHAUL_REPORT\"";
    for (command, script, told) in [
        ("npx jest", "", format!("npx jest {jest}")),
        ("npm test", "jest", format!("npm test -- {jest}")),
        ("npx jest; true", "", format!("npx jest {jest}; true")),
        ("npx vitest run", "", format!("npx vitest run {vitest}")),
        ("npm test -- --run", "vitest", format!("npm test -- --run {vitest}")),
        ("npx mocha", "", format!("npx mocha {mocha}")),
        ("npm test", "mocha *.js", format!("npm test -- {mocha}")),
        ("node --test a.js", "", format!("node --test {node} a.js")),
        ("go test ./...", "", "go test -v ./...".to_owned()),
        ("go vet ./... && go test", "", "go vet ./... && go test -v".to_owned()),
        ("cargo test -q", "", "cargo test ".to_owned()),
        (
            "cargo test --quiet -- --nocapture -q",
            "",
            "cargo test  -- --nocapture ".to_owned(),
        ),
        (
            "npx jest a && npx jest b",
            "",
            format!("npx jest a {jest} && npx jest b --json --outputFile=\"$LONGHAUL_REPORT-2\""),
        ),
    ] {
        let (name, text) = package(script);
        assert_eq!(asking(command, &[(name, &text)]).command, told, "{command}");
    }
}

#[test]
fn what_says_for_itself_what_it_tells_is_left_alone() {
    let ini = ("pytest.ini", "[pytest]\naddopts = --junitxml=build/tests.xml\n");
    for (command, files) in [
        ("pytest --junitxml=x.xml", vec![]),
        ("pytest -p no:junitxml", vec![]),
        ("PYTEST_ADDOPTS=-x pytest", vec![]),
        ("pytest -q", vec![ini]),
        ("pytest a && pytest b", vec![]),
        ("for t in a b; do pytest $t; done", vec![]),
        ("npx jest --json", vec![]),
        ("npx jest | tee log", vec![]),
        ("npx vitest --watch", vec![]),
        ("node --test --test-reporter=tap", vec![]),
        ("node --test && node --test b", vec![]),
        ("go test -json ./...", vec![]),
        ("go test -v", vec![]),
        ("go test ./... | grep -v ok", vec![]),
        ("cargo test", vec![]),
        ("echo pytest && pip install pytest", vec![]),
        ("npx eslint --plugin jest", vec![]),
        ("docker compose run web pytest -q", vec![]),
        ("make test", vec![("Makefile", "test:\n\techo\npy:\n\tpytest\n")]),
    ] {
        let asking = asking(command, &files);
        assert_eq!((asking.command.as_str(), asking.reports), (command, 0), "{command}");
        assert!(asking.variables.is_empty(), "{command}: {asking:?}");
    }
}

#[test]
fn what_others_print_beside_a_report_is_read_too() {
    assert_eq!(asking("pytest -q", &[]).beside, None);
    assert_eq!(asking("cd . && pytest -q; echo done", &[]).beside, None);
    assert_eq!(asking("cargo test && pytest -q", &[]).beside, Some(vec!["pytest"]));
}

#[test]
fn advice_names_the_runner_s_own_way() {
    let told = |command| advice(Path::new("/no/such/place"), command);
    assert!(told("pytest -q").contains("pytest -v"));
    assert!(told("cargo test -q").contains("without"));
    assert!(told("python -m unittest").contains("pytest runs the tests of unittest too"));
    assert!(told("./check").contains("$LONGHAUL_REPORT"));
}

#[test]
fn only_a_runner_s_own_refusal_is_one() {
    let old = "node: --test-reporter= is not allowed in NODE_OPTIONS";
    assert!(is_refused(Some(9), old) && !is_refused(Some(1), old) && !is_refused(Some(9), "x"));
    assert!(is_refused(
        Some(4),
        "pytest: error: unrecognized arguments: --junitxml=/tmp/x"
    ));
}

#[test]
fn jest_and_vitest_behind_a_wrapper_are_asked_by_a_module_that_node_loads() {
    for (command, files) in [
        ("make test", vec![("Makefile", "test:\n\tnpx jest\n")]),
        ("sh check.sh", vec![("check.sh", "set -e\nnpx vitest run\n")]),
    ] {
        let asking = asking(command, &files);
        assert_eq!((asking.command.as_str(), asking.reports), (command, 1));
        let value = |name: &str| {
            let found = asking.variables.iter().find(|(known, _)| *known == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        assert!(
            value("NODE_OPTIONS").ends_with(&format!("--import={}", node_asking())),
            "{asking:?}"
        );
        assert_eq!(value(ASKED_VARIABLE), "/tmp/there/report");
    }
    for text in [
        "test:\n\tnpx jest a\n\tnpx jest b\n",
        "test:\n\tnpx jest | tee log\n",
        "test:\n\tNODE_OPTIONS=-x npx jest\n",
    ] {
        let asking = asking("make test", &[("Makefile", text)]);
        assert_eq!(asking, Asking::none("make test"), "{text}");
    }
    assert!(is_refused(
        Some(2),
        "node: --import= is not allowed in NODE_OPTIONS\nmake: *** [test] Error 9\n"
    ));
}
