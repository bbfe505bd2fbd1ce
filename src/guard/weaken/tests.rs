//! Every case of `cases/`: a change of a test file, and what must be found in it.
//!
//! A case begins with `#### found KIND: name` or `#### innocent: name`. Then come the text before and the text after, `----` between
//! them, or edits of the `#### base` above: lines with `-` that go and lines with `+` that come.

use super::*;
use proptest::prelude::*;

const CASES: [(&str, &str); 6] = [
    ("a_test.rs", include_str!("cases/rust.txt")),
    ("test_a.py", include_str!("cases/python.txt")),
    ("a.test.js", include_str!("cases/javascript.txt")),
    ("a.test.ts", include_str!("cases/typescript.txt")),
    ("a_test.go", include_str!("cases/go.txt")),
    ("a.bats", include_str!("cases/shell.txt")),
];

struct Case {
    name: String,
    wanted: Option<Kind>,
    before: String,
    after: String,
}

fn cases(text: &str) -> Vec<Case> {
    let (mut base, mut cases) = ("", Vec::new());
    for case in text.split("#### ").skip(1) {
        let (head, body): (&str, &str) = str::split_once(case, '\n').unwrap();
        if head == "base" {
            base = body;
            continue;
        }
        let (way, name) = head.split_once(": ").unwrap();
        let wanted = match way.trim() {
            "innocent" => None,
            "found deleted" => Some(Kind::Deleted),
            "found skipped" => Some(Kind::Skipped),
            "found only" => Some(Kind::Only),
            "found emptied" => Some(Kind::Emptied),
            "found swallowed" => Some(Kind::Swallowed),
            "found always" => Some(Kind::AlwaysTrue),
            "found expectation" => Some(Kind::Expectation),
            "found fewer" => Some(Kind::Fewer),
            other => panic!("{other}: {name}"),
        };
        let (before, after) = match body.split_once("----\n") {
            Some((before, after)) => (before.to_owned(), after.to_owned()),
            None => (base.to_owned(), edited(base, body, name)),
        };
        let name = name.to_owned();
        cases.push(Case {
            name,
            wanted,
            before,
            after,
        });
    }
    cases
}

/// The base with every `-` block replaced by the `+` block after it; a `~` stands between two edits.
fn edited(base: &str, edits: &str, name: &str) -> String {
    edits.split("~\n").fold(base.to_owned(), |text, edit| {
        let side = |sign: char| -> String {
            let lines = edit.lines().filter_map(|line| line.strip_prefix(sign));
            lines.map(|line| format!("{line}\n")).collect()
        };
        let old = side('-');
        assert_eq!(text.matches(&old).count(), 1, "{name}: {old}");
        text.replacen(&old, &side('+'), 1)
    })
}

fn found(path: &str, before: &str, after: &str) -> Vec<Weakening> {
    weakened(&[Changed {
        path,
        before: Some(before),
        after: Some(after),
    }])
}

#[test]
fn each_weakening_is_found_and_each_innocent_change_is_not() {
    let mut wrong = Vec::new();
    for (path, text) in CASES {
        for case in cases(text) {
            let got = found(path, &case.before, &case.after);
            let right = match case.wanted {
                None => got.is_empty(),
                Some(kind) => got.iter().any(|weakening| weakening.kind == kind),
            };
            if !right {
                wrong.push(format!("{path} {}: wanted {:?}, got {got:?}", case.name, case.wanted));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_language_has_its_share_of_cases() {
    for (path, text) in CASES {
        let (guilty, innocent): (Vec<_>, Vec<_>) = cases(text).into_iter().partition(|case| case.wanted.is_some());
        let least = 30;
        assert!(
            guilty.len() >= least && innocent.len() >= least,
            "{path}: {} and {}",
            guilty.len(),
            innocent.len()
        );
    }
}

#[test]
fn a_test_that_moves_to_another_file_is_not_deleted() {
    let test = "def test_a():\n    assert add(1, 2) == 3\n";
    let moved = [
        Changed {
            path: "test_old.py",
            before: Some(test),
            after: None,
        },
        Changed {
            path: "test_new.py",
            before: None,
            after: Some(test),
        },
    ];
    assert_eq!(weakened(&moved), []);
    let gone = weakened(&moved[..1]);
    assert_eq!(
        gone.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["test_old.py:1 test_a: deleted"]
    );
}

#[test]
fn a_finding_names_file_line_test_and_both_values() {
    let got = found(
        "test_a.py",
        "def test_a():\n    assert add(1, 2) == 3\n",
        "import os\ndef test_a():\n    assert add(1, 2) == 4\n",
    );
    assert_eq!(
        got.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["test_a.py:3 test_a: expected `== 3`, now `== 4`"]
    );
}

#[test]
fn deep_nesting_ends_no_reader() {
    for (path, _) in CASES {
        let deep = format!("{}{}", "(".repeat(4_000), "{".repeat(4_000));
        found(path, &deep, &deep);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_ends_a_reader_and_none_differs_from_itself(text in "(?s)(test|it|def|fn|@|#|\\[|\\(|\\)|\\{|\\}|\"|'|assert|expect|\n| |=|,|é|\\.|:|\\|\\||true|1){0,60}") {
        for (path, _) in CASES {
            let own = found(path, &text, &text);
            prop_assert!(own.is_empty(), "{path}: {own:?}");
        }
    }
}
