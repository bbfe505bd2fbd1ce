//! Viewing and editing, in the API's form and in our own.

use super::Lab;
use crate::protocol::RawJson;
use serde_json::json;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

const EDITOR: &str = "str_replace_based_edit_tool";

#[tokio::test]
async fn a_view_has_line_numbers_and_ranges() {
    let lab = Lab::new();
    lab.write("a.txt", "one\ntwo\r\nthree");
    let view = |range: serde_json::Value| lab.call(EDITOR, json!({"command": "view", "path": "a.txt", "view_range": range}));
    assert_eq!(view(json!(null)).await.shown, "     1\tone\n     2\ttwo\n     3\tthree\n");
    assert_eq!(view(json!([2, -1])).await.shown, "     2\ttwo\n     3\tthree\n");
    assert_eq!(view(json!([2, 2])).await.shown, "     2\ttwo\n");
    assert_eq!(view(json!([3, 99])).await.shown, "     3\tthree\n");
    for wrong in [[0, 1], [4, 5], [3, 2], [-1, 2]] {
        let told = view(json!(wrong)).await.shown;
        assert!(told.contains("which has 3 lines: give a range"), "{told}");
    }
    let absolute = lab.workspace.join("a.txt");
    assert!(
        lab.ok("read", json!({"path": absolute, "offset": 2, "limit": 1}))
            .await
            .starts_with("     2\ttwo")
    );
    lab.write("empty", "");
    assert_eq!(lab.ok("read", json!({"path": "empty"})).await, "(the file is empty)");
}

#[tokio::test]
async fn a_directory_is_listed_two_levels_deep() {
    let lab = Lab::new();
    lab.write("src/deep/er/x", "");
    lab.write("src/a.rs", "");
    lab.write(".hidden", "");
    let shown = lab.ok(EDITOR, json!({"command": "view", "path": "."})).await;
    assert!(shown.ends_with("hidden ones:\nsrc/\nsrc/a.rs\nsrc/deep/\n"), "{shown}");
}

#[tokio::test]
async fn long_views_are_cut_with_a_way_on() {
    let lab = Lab::new();
    lab.write("long.txt", "0123456789\n".repeat(50_000));
    let shown = lab.ok("read", json!({"path": "long.txt"})).await;
    assert!(
        shown.len() < 70_000 && shown.contains("to 50000 are left out; view them with a range"),
        "{}",
        shown.len()
    );
    lab.write("one-line.js", "x".repeat(1_000_000));
    let shown = lab.ok("read", json!({"path": "one-line.js"})).await;
    assert!(shown.len() < 3_000 && shown.contains("998000 more characters"));
}

#[tokio::test]
async fn what_is_no_text_file_is_refused_politely() {
    let lab = Lab::new();
    lab.write("picture.png", [0x89, b'P', 0, 1]);
    lab.write("latin1.txt", b"caf\xe9\n");
    std::fs::File::create(lab.workspace.join("huge.log"))
        .unwrap()
        .set_len(11 * 1024 * 1024)
        .unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(lab.workspace.join("pipe"))
            .status()
            .unwrap()
            .success()
    );
    for (path, needle) in [
        ("picture.png", "not a text file"),
        ("huge.log", "more than file tools take in"),
        ("pipe", "is a named pipe"),
        ("missing.txt", "there is no file missing.txt"),
        ("/etc/passwd", "outside the workspace"),
        (".git/config", "belongs to git"),
        ("", "the path is empty"),
    ] {
        let told = lab.err("read", json!({"path": path})).await;
        assert!(told.contains(needle) && told.contains(':'), "{told}");
    }
    for path in ["pipe", ".", ".git/hooks/pre-commit", "../outside.txt"] {
        lab.err("write", json!({"path": path, "content": "x"})).await;
    }
    assert!(!lab.workspace.parent().unwrap().join("outside.txt").exists());
    let shown = lab.ok("read", json!({"path": "latin1.txt"})).await;
    assert!(shown.contains("caf\u{fffd}") && shown.contains("not UTF-8"), "{shown}");
    lab.ok("edit", json!({"path": "latin1.txt", "old_text": "caf", "new_text": "CAF"}))
        .await;
    assert_eq!(std::fs::read(lab.workspace.join("latin1.txt")).unwrap(), b"CAF\xe9\n");
}

#[tokio::test]
async fn create_makes_directories_and_counts_lines() {
    let lab = Lab::new();
    let made = lab
        .call(
            EDITOR,
            json!({"command": "create", "path": "new/deep/a.txt", "file_text": "1\n2\n"}),
        )
        .await;
    assert_eq!(
        (made.shown.as_str(), made.lines),
        ("Created new/deep/a.txt (2 lines).", Some((2, 0)))
    );
    let made = lab
        .call("write", json!({"path": "new/deep/a.txt", "content": "1\nzwei\n3\n"}))
        .await;
    assert_eq!(
        (made.shown.as_str(), made.lines),
        ("Replaced new/deep/a.txt (3 lines).", Some((2, 1)))
    );
    let told = lab
        .err("write", json!({"path": "new/deep/a.txt/under-a-file", "content": ""}))
        .await;
    assert!(told.contains("a part of it is a file"), "{told}");
}

#[tokio::test]
async fn edits_keep_mode_links_and_neighbours() {
    let lab = Lab::new();
    lab.write("run.sh", "#!/bin/sh\necho old\n");
    let file = lab.workspace.join("run.sh");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o750)).unwrap();
    symlink("run.sh", lab.workspace.join("alias")).unwrap();
    let done = lab
        .call(
            EDITOR,
            json!({"command": "str_replace", "path": "alias", "old_str": "old", "new_str": "new"}),
        )
        .await;
    assert_eq!(done.lines, Some((1, 1)));
    assert!(done.shown.contains("     2\techo new"), "{}", done.shown);
    assert_eq!(lab.text("run.sh"), "#!/bin/sh\necho new\n");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o750);
    assert!(lab.workspace.join("alias").is_symlink());
    let names: Vec<_> = std::fs::read_dir(&lab.workspace)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 3, "no temporary file is left: {names:?}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    let told = lab
        .err("edit", json!({"path": "run.sh", "old_text": "new", "new_text": "x"}))
        .await;
    assert!(told.contains("read-only") && told.contains("chmod u+w"), "{told}");
}

#[tokio::test]
async fn replacements_are_exact_and_unique() {
    let lab = Lab::new();
    lab.write("a.rs", "fn a() {\n    one();\n}\nfn b() {\n    one();\n}\n");
    let edit = |old: &str, new: &str| {
        lab.call(
            EDITOR,
            json!({"command": "str_replace", "path": "a.rs", "old_str": old, "new_str": new}),
        )
    };
    let told = edit("one();", "two();").await.shown;
    assert!(
        told.contains("2 times (lines 2, 5)") && told.contains("until it is unique"),
        "{told}"
    );
    let told = edit("fn b() {\none();", "").await.shown;
    assert!(told.contains("line 4 is like its first line"), "{told}");
    assert!(
        edit("nothing like it", "")
            .await
            .shown
            .contains("is not in a.rs: view the file")
    );
    assert!(edit("", "x").await.shown.contains("is empty"));
    assert!(edit("fn a", "fn a").await.shown.contains("are the same"));
    assert_eq!(edit("fn b() {\n    one();\n}\n", "").await.lines, Some((0, 3)));
    assert_eq!(lab.text("a.rs"), "fn a() {\n    one();\n}\n");
}

#[tokio::test]
async fn insertions_go_after_a_line() {
    let lab = Lab::new();
    lab.write("a.txt", "1\n2\n");
    let insert = |line: i64, text: &str| {
        lab.call(
            EDITOR,
            json!({"command": "insert", "path": "a.txt", "insert_line": line, "insert_text": text}),
        )
    };
    assert_eq!(insert(1, "1.5").await.lines, Some((1, 0)));
    insert(0, "0\n").await;
    assert_eq!(insert(4, "3").await.lines, Some((1, 0)));
    assert_eq!(lab.text("a.txt"), "0\n1\n1.5\n2\n3");
    for line in [-1, 6] {
        assert!(insert(line, "x").await.shown.contains("which has 5 lines: give 0"));
    }
    assert!(
        lab.err(EDITOR, json!({"command": "undo_edit", "path": "a.txt"}))
            .await
            .contains("unknown variant `undo_edit`")
    );
}

#[tokio::test]
async fn paths_for_the_guard_are_the_real_ones() {
    let lab = Lab::new();
    lab.write("feature_list.json", "[]");
    symlink("feature_list.json", lab.workspace.join("innocent.txt")).unwrap();
    let paths = |path: &str| {
        lab.tools
            .paths("write", &RawJson::of(&json!({"path": path, "content": ""})).unwrap())
    };
    assert_eq!(paths("innocent.txt"), [PathBuf::from("feature_list.json")]);
    assert_eq!(
        paths("./src/../feature_list.json"),
        [PathBuf::from("./src/../feature_list.json")],
        "`src` does not exist: given as it is"
    );
    assert_eq!(paths("new.txt"), [PathBuf::from("new.txt")]);
    assert_eq!(paths("/etc/passwd"), [PathBuf::from("/etc/passwd")]);
}
