//! The rest of a cargo project: which command tells it, and which runs it.

use super::*;
use serde_json::json;

fn build(command: &str) -> Option<Build> {
    Build::of(Path::new("/nowhere"), command)
}

fn target(name: &str, kind: &str, path: &str) -> serde_json::Value {
    json!({"kind": [kind], "name": name, "src_path": path, "test": kind != "example", "doctest": kind == "lib"})
}

/// What cargo tells of two packages, of one of which a target does not build.
fn answer() -> String {
    let (a, b) = (target("a", "lib", "/w/a/src/lib.rs"), target("b-c", "lib", "/w/b/src/lib.rs"));
    let (t1, t2) = (
        target("t1", "test", "/w/b/tests/t1.rs"),
        target("t2", "test", "/w/b/tests/t2.rs"),
    );
    let built = |package: &str, target: &serde_json::Value, test: bool| json!({"reason": "compiler-artifact", "package_id": package, "target": target, "profile": {"test": test}, "executable": test.then_some("x")});
    let span = json!({"file_name": "b/tests/t2.rs", "line_start": 3, "column_start": 23, "is_primary": true});
    let said = json!({"level": "error", "message": "cannot find `g`", "code": {"code": "E0425"}, "spans": [span], "rendered": "error: g\n"});
    let lines = [
        json!({"packages": [
            {"name": "a", "id": "a#1", "manifest_path": "/w/a/Cargo.toml", "targets": [a.clone()]},
            {"name": "b-c", "id": "b#1", "manifest_path": "/w/b/Cargo.toml", "targets": [b.clone(), t1.clone(), t2.clone()]},
        ]}),
        built("a#1", &a, false),
        built("a#1", &a, true),
        built("b#1", &b, false),
        built("b#1", &b, true),
        built("b#1", &t1, true),
        json!({"reason": "compiler-message", "package_id": "b#1", "target": t2, "message": said}),
        json!({"reason": "build-finished", "success": false}),
    ];
    lines.map(|line| line.to_string()).join("\n")
}

#[test]
fn a_command_keeps_its_options_and_runs_what_builds_of_each_package() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("x")).unwrap();
    let build = Build::of(
        dir.path(),
        "cd x && RUST_LOG=a cargo +nightly test -q --workspace --release --features 'a b' -- --test-threads=1 && echo done",
    )
    .unwrap();
    assert_eq!(
        build.query(),
        "cd x && { RUST_LOG=a cargo +nightly metadata --no-deps --format-version=1; RUST_LOG=a cargo +nightly build --release \
         --features 'a b' --workspace --tests --examples --keep-going --message-format=json; } 2>/dev/null"
    );
    let rest = build.read(&answer()).unwrap();
    let call = |selected: &str| format!("RUST_LOG=a cargo +nightly test {selected} --release --features 'a b' -- --test-threads=1");
    let calls = [call("-p 'a#1' "), call("-p 'b#1' --lib --test 't1'"), call("-p 'b#1' --doc")];
    assert_eq!(rest.command, format!("cd x && {{ {}; }} && echo done", calls.join("; ")));
    let [unbuilt] = rest.unbuilt.as_slice() else {
        panic!("{rest:?}")
    };
    assert_eq!((unbuilt.file.as_str(), unbuilt.package.as_str()), ("tests/t2.rs", "b-c"));
    assert_eq!(unbuilt.reason, "b/tests/t2.rs:3:23: error[E0425]: cannot find `g`");
}

#[test]
fn nextest_runs_it_all_at_once() {
    let build = build("cargo nextest run -P ci --cargo-profile fast").unwrap();
    assert!(build.query().contains("cargo build --profile fast"), "{}", build.query());
    let rest = build.read(&answer()).unwrap();
    assert_eq!(
        rest.command,
        "{ cargo nextest run -p 'a#1' -p 'b#1' --lib --test 't1' --cargo-profile fast -P ci; }"
    );
}

#[test]
fn where_nothing_builds_or_a_library_is_broken_its_dependents_are_named_or_nothing_is_run() {
    let build = build("cargo test").unwrap();
    let of = |text: &str| build.read(text);
    assert_eq!(of(""), None);
    let all: String = answer()
        .lines()
        .filter(|line| !line.contains("compiler-message"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(of(&all).map(|rest| rest.unbuilt), None);
    // The error is the library's: what was not built of the package waited for it.
    let broken = answer().replace(
        r#""target":{"doctest":false,"kind":["test"],"name":"t2","src_path":"/w/b/tests/t2.rs","test":true}}"#,
        r#""target":{"doctest":true,"kind":["lib"],"name":"b-c","src_path":"/w/b/src/lib.rs","test":true}}"#,
    );
    let broken: Vec<&str> = broken
        .lines()
        .filter(|line| !(line.contains("compiler-artifact") && line.contains("b#1")))
        .collect();
    let rest = of(&broken.join("\n")).unwrap();
    let files: Vec<&str> = rest.unbuilt.iter().map(|unbuilt| unbuilt.file.as_str()).collect();
    assert_eq!(files, ["src/lib.rs", "tests/t1.rs", "tests/t2.rs"]);
    assert!(
        rest.command.starts_with("{ cargo test -p 'a#1'") && !rest.command.contains("b#1"),
        "{}",
        rest.command
    );
}

#[test]
fn what_is_not_one_call_that_builds_is_left_as_it_is() {
    for command in [
        "cargo test --doc",
        "cargo test --no-run",
        "cargo build",
        "make test",
        "cargo test | tee log",
        "cargo test > log",
        "cargo test && pytest",
        "for i in 1 2; do cargo test; done",
        "cargo nextest list",
    ] {
        assert_eq!(build(command), None, "{command}");
    }
    assert!(build("timeout 60 cargo test --test t1 adds").is_some());
}
