//! Appending without damage, reading anybody's headings.

use super::*;

fn note<'a>(session: u32, text: &'a str, feature: Option<&'a FeatureId>) -> Note<'a> {
    Note {
        session: SessionNo(session),
        role: Role::Coding,
        feature,
        time: "2026-01-31T10:00:00Z".parse().unwrap(),
        text,
    }
}

#[test]
fn appends_under_one_heading_per_session() {
    let dir = tempfile::tempdir().unwrap();
    let id = FeatureId::from("F002");
    append(dir.path(), &note(3, "Added `list`.\n", Some(&id))).unwrap();
    append(dir.path(), &note(3, "Tests pass.", Some(&id))).unwrap();
    append(dir.path(), &note(4, "Next.", None)).unwrap();
    assert_eq!(
        read(dir.path()).unwrap().unwrap(),
        "## Session 3 (coding, F002) — 2026-01-31\n\nAdded `list`.\n\nTests pass.\n\n## Session 4 (coding) — 2026-01-31\n\nNext.\n"
    );
}

#[test]
fn never_changes_what_was_there_and_follows_its_line_ends() {
    let dir = tempfile::tempdir().unwrap();
    let before = "my notes\r\nno newline at the end, \u{1F600}";
    fs::write(path(dir.path()), before).unwrap();
    append(dir.path(), &note(1, "a\nb", None)).unwrap();
    let after = read(dir.path()).unwrap().unwrap();
    assert_eq!(
        after.strip_prefix(before).unwrap(),
        "\r\n\r\n## Session 1 (coding) — 2026-01-31\r\n\r\na\r\nb\r\n"
    );
}

#[test]
fn does_not_write_through_a_symlink() {
    let dir = tempfile::tempdir().unwrap();
    let outside = dir.path().join("outside");
    fs::write(&outside, "mine").unwrap();
    std::os::unix::fs::symlink(&outside, path(dir.path())).unwrap();
    assert!(
        append(dir.path(), &note(1, "x", None))
            .unwrap_err()
            .to_string()
            .contains("not a regular file")
    );
    assert_eq!(fs::read_to_string(outside).unwrap(), "mine");
}

#[test]
fn no_notes_are_none() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(tail(dir.path(), 100).unwrap(), None);
    fs::write(path(dir.path()), " \n").unwrap();
    assert_eq!(tail(dir.path(), 100).unwrap(), None);
}

#[test]
fn splits_the_headings_people_use() {
    let text = "Project notes\n\n# Session 1: setup\na\n=== Session: 2026-02-01 (Session 194) ===\nb\nSESSION 68: TITLE\nc\n\
                [Session 2 — Initializer — 2026-01-01]\nd\n## Session 5 - more\nSession 9 went well.\nsessions are fun\n## Sessions\n";
    let found: Vec<(String, Option<u32>)> = entries(text)
        .into_iter()
        .map(|entry| (entry.heading, entry.session))
        .collect();
    let expected = [
        ("", None),
        ("Session 1: setup", Some(1)),
        ("Session: 2026-02-01 (Session 194)", Some(194)),
        ("SESSION 68: TITLE", Some(68)),
        ("Session 2 — Initializer — 2026-01-01", Some(2)),
        ("Session 5 - more", Some(5)),
    ];
    assert_eq!(found, expected.map(|(heading, number)| (heading.to_owned(), number)));
    let all = entries(text);
    assert_eq!(
        all.iter().map(|entry| entry.text(text)).collect::<String>(),
        text,
        "entries cover the whole text"
    );
}

#[test]
fn keeps_the_newest_entries_whichever_way_the_file_grows() {
    let entry = |n: u32| format!("## Session {n}\n{}\n\n", "x".repeat(40));
    let up: String = (1..=5).map(entry).collect();
    let down: String = (1..=5).rev().map(entry).collect();
    let (up, down) = (newest(&up, 130), newest(&down, 130));
    assert!(
        up.starts_with("(3 older entries left out)\n\n## Session 4\n") && up.contains("## Session 5"),
        "{up}"
    );
    assert!(
        down.starts_with("## Session 5\n") && down.ends_with("(3 older entries left out)"),
        "{down}"
    );
}

#[test]
fn one_long_entry_is_cut_at_a_line() {
    let text: String = (0..100).map(|n| format!("line {n}\n")).collect();
    let cut = newest(&text, 30);
    assert!(
        cut.starts_with("(97 earlier lines left out)\nline 97") || cut.starts_with("(96 earlier"),
        "{cut}"
    );
    assert!(cut.ends_with("line 99"));
    let wide = newest(&"é".repeat(1_000), 30);
    assert!(wide.len() < 80, "{wide}");
}
