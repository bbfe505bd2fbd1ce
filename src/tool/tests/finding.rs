//! Globs and searches.

use super::Lab;
use crate::protocol::{CallStatus, RawJson};
use serde_json::json;
use std::os::unix::fs::symlink;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("src/main.rs", "fn main() {\n    call(1);\n}\n");
    lab.write("src/deep/lib.rs", "fn call(n: u32) {}\n");
    lab.write("README.md", "call me\n");
    lab.write(".github/ci.yml", "call: ci\n");
    lab.write(".gitignore", "target/\n*.log\n");
    lab.write("target/out.rs", "call(ignored)\n");
    lab.write("noise.log", "call(ignored)\n");
    lab.write(".git/config", "call(git)\n");
    lab.write("image.bin", b"call(\0binary)");
    lab
}

#[tokio::test]
async fn globs_are_sorted_and_honour_ignores() {
    let lab = lab();
    assert_eq!(
        lab.ok("glob", json!({"pattern": "*.rs"})).await,
        "src/deep/lib.rs\nsrc/main.rs"
    );
    assert_eq!(lab.ok("glob", json!({"pattern": "src/*.rs"})).await, "src/main.rs");
    assert_eq!(
        lab.ok("glob", json!({"pattern": "**/*.{md,yml}"})).await,
        ".github/ci.yml\nREADME.md"
    );
    assert_eq!(
        lab.ok("glob", json!({"pattern": "deep/*", "path": "src"})).await,
        "src/deep/lib.rs"
    );
    assert!(
        lab.ok("glob", json!({"pattern": "*.py"}))
            .await
            .contains("No file matches `*.py`")
    );
    let told = lab.err("glob", json!({"pattern": "a{b"})).await;
    assert!(told.contains("is not usable") && told.contains("Write it like"), "{told}");
    assert!(
        lab.err("glob", json!({"pattern": "*", "path": "missing"}))
            .await
            .contains("there is no file missing")
    );
    for n in 0..250 {
        lab.write(&format!("many/{n:03}.txt"), "");
    }
    let shown = lab.ok("glob", json!({"pattern": "*.txt"})).await;
    assert_eq!(shown.lines().count(), 201);
    assert!(shown.starts_with("many/000.txt\n") && shown.ends_with("… and 50 more: use a narrower pattern or a path …"));
}

#[tokio::test]
async fn searches_find_lines() {
    let lab = lab();
    let shown = lab.ok("search", json!({"pattern": "call"})).await;
    assert_eq!(
        shown,
        ".github/ci.yml:1: call: ci\nREADME.md:1: call me\nsrc/deep/lib.rs:1: fn call(n: u32) {}\nsrc/main.rs:2:     call(1);"
    );
    assert_eq!(
        lab.ok("search", json!({"pattern": "CALL\\(\\d", "ignore_case": true})).await,
        "src/main.rs:2:     call(1);"
    );
    assert_eq!(
        lab.ok("search", json!({"pattern": "call(1)", "literal": true, "glob": "*.rs"}))
            .await,
        "src/main.rs:2:     call(1);"
    );
    assert_eq!(
        lab.ok("search", json!({"pattern": "fn", "path": "src/deep"})).await,
        "src/deep/lib.rs:1: fn call(n: u32) {}"
    );
    assert_eq!(
        lab.ok("search", json!({"pattern": "^call", "path": "README.md"})).await,
        "README.md:1: call me"
    );
    assert!(
        lab.ok("search", json!({"pattern": "nowhere"}))
            .await
            .starts_with("Nothing matches `nowhere`")
    );
    let told = lab.err("search", json!({"pattern": "call("})).await;
    assert!(told.contains("unclosed group") && told.contains("`literal`"), "{told}");
}

#[tokio::test]
async fn results_and_lines_are_capped() {
    let lab = Lab::new();
    lab.write("many.txt", "hit\n".repeat(1_000));
    lab.write("wide.min.js", format!("{}needle{}", "x".repeat(100_000), "y".repeat(100_000)));
    let shown = lab.ok("search", json!({"pattern": "hit"})).await;
    assert_eq!(shown.lines().count(), 51);
    assert!(shown.contains("many.txt:50: hit") && shown.ends_with("a path or a glob …"));
    let shown = lab.ok("search", json!({"pattern": "needle"})).await;
    assert!(shown.chars().count() < 400 && shown.contains("needle"), "{}", shown.len());
}

#[tokio::test]
async fn neither_leaves_the_workspace() {
    let lab = lab();
    let outside = lab.workspace.parent().unwrap().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret.txt"), "canary\n").unwrap();
    symlink(&outside, lab.workspace.join("link")).unwrap();
    symlink(outside.join("secret.txt"), lab.workspace.join("file-link.txt")).unwrap();
    assert!(
        lab.ok("search", json!({"pattern": "canary"}))
            .await
            .starts_with("Nothing matches")
    );
    assert!(!lab.ok("glob", json!({"pattern": "**"})).await.contains("secret"));
    for path in ["..", "link", "/", "file-link.txt"] {
        assert!(
            lab.err("search", json!({"pattern": "canary", "path": path}))
                .await
                .contains("outside the workspace")
        );
        assert!(
            lab.err("glob", json!({"pattern": "*", "path": path}))
                .await
                .contains("outside the workspace")
        );
    }
    assert!(
        lab.err("search", json!({"pattern": "git", "path": ".git"}))
            .await
            .contains("belongs to git")
    );
}

#[tokio::test]
async fn a_cancelled_search_ends() {
    let lab = lab();
    let cancel = CancellationToken::new();
    cancel.cancel();
    let (sender, _receiver) = mpsc::channel(1);
    let done = lab
        .tools
        .call("search", &RawJson::of(&json!({"pattern": "x"})).unwrap(), cancel, sender)
        .await;
    assert_eq!(done.status, CallStatus::Cancelled);
}
