//! Every case of `cases/`: a change of a test file, and what must be found in it.
//!
//! A case begins with `#### found KIND: name` or `#### innocent: name`. Then come the text before and the text after, `----` between
//! them, or edits of the `#### base` above: lines with `-` that go and lines with `+` that come.

mod constant;
mod fresh;
mod quiet;

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
            "found calls" => Some(Kind::OnlyCalls),
            "found sometimes" => Some(Kind::Sometimes),
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

/// New test files that do nothing, and such as fail whatever the program does: those prove nothing wrong.
#[test]
fn a_test_that_is_still_to_be_written_may_fail_and_may_not_pass() {
    let new = |path: &str, text: &str| vacuous(path, text).iter().map(|found| found.kind).collect::<Vec<_>>();
    let failing = [
        ("tests/t-1.sh", "# skeleton of F002\nexit 1\n"),
        (
            "tests/t-1.sh",
            "#!/bin/sh\nset -eu\necho \"not ok - F004 is not built yet\"; exit 1\n",
        ),
        ("tests/t-1.sh", "echo 'not built' >&2\nexit 1\n"),
        ("tests/t-1.sh", "echo 'not built' >&2 && exit 2\n"),
        ("tests/t-1.sh", "{ echo 'not built' >&2; exit 1; }\n"),
        ("tests/t-1.sh", "helper() {\n  echo x\n}\nexit 1\n"),
        ("tests/t-1.sh", "false\n"),
        ("tests/a.bats", "@test \"adds\" {\n  echo no\n  return 1\n}\n"),
        ("tests/a.bats", "@test \"adds\" {\n  echo no; return 1\n}\n"),
        ("tests/a.bats", "@test \"adds\" {\n  false\n}\n"),
        ("tests/test_a.py", "def test_a():\n    raise NotImplementedError\n"),
        ("tests/a.test.js", "test('adds', () => { throw new Error('later'); });\n"),
        ("a_test.go", "func TestA(t *testing.T) {\n\tt.Fatal(\"later\")\n}\n"),
        ("tests/a.rs", "#[test]\nfn a() {\n    todo!()\n}\n"),
    ];
    for (path, text) in failing {
        assert_eq!(new(path, text), [], "{path}: {text}");
    }
    let passing = [
        "true\n",
        "exit 0\n",
        "exit 256\n",
        "exit\n",
        "echo 'not built'\n",
        "exit 1 || true\n",
        "exit 1 | cat\n",
        "exit 1 &\n",
        "(exit 1); true\n",
        "exit 0\nexit 1\n",
        "return 1\ntrue\n",
        "echo no || exit 1\n",
        "trap 'exit 0' EXIT\nexit 1\n",
        "exit() { true; }\nexit 1\n",
        "echo 'ok 1 - adds'\nexit 1\n",
        "echo '<testsuite><testcase name=\"a\"/></testsuite>' > \"$LONGHAUL_REPORT\"\nexit 1\n",
    ];
    for text in passing {
        assert_ne!(new("tests/t-1.sh", text), [], "{text}");
    }
    assert_ne!(new("tests/a.bats", "@test \"adds\" {\n  echo no\n  return 0\n}\n"), []);
    let kinds = |before, after| {
        found("tests/t-1.sh", before, after)
            .iter()
            .map(|found| found.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("exit 1\n", "true\n"), [Kind::Emptied], "one that failed passes now");
    assert_eq!(kinds("exit 1\n", "[ \"$(./add 1 2)\" = 3 ]\n"), []);
    assert_ne!(
        kinds("[ \"$(./add 1 2)\" = 3 ]\n", "exit 1\n"),
        [],
        "an old test is another matter"
    );
}

#[test]
fn a_file_is_unwritten_only_where_none_of_its_tests_checks_anything() {
    let unwritten = [
        ("tests/t-1.sh", "# skeleton\nexit 1\n"),
        ("tests/t-1.sh", "true\n"),
        ("tests/t-1.sh", "echo 'not built' >&2; exit 1\n"),
        ("tests/a.bats", "@test \"adds\" {\n  skip \"later\"\n}\n"),
        (
            "tests/test_a.py",
            "import pytest\n\ndef test_a():\n    pytest.skip(\"later\")\n\ndef test_b():\n    assert False\n",
        ),
        ("tests/test_a.py", "def test_a():\n    pass\n"),
        (
            "tests/a.test.js",
            "test('adds', () => {});\ntest('subtracts', () => { throw new Error('later'); });\n",
        ),
        (
            "a_test.go",
            "package a\n\nfunc TestA(t *testing.T) {\n\tt.Skip(\"later\")\n}\n",
        ),
        ("tests/a.rs", "#[test]\n#[ignore]\nfn a() {\n    todo!()\n}\n"),
    ];
    for (path, text) in unwritten {
        assert_ne!(super::unwritten(path, text), [""; 0], "{path}: {text}");
    }
    let written = [
        ("tests/t-1.sh", "exit 0\n[ \"$(./add 1 2)\" = 3 ]\n"),
        ("tests/t-1.sh", "./add 1 2\n"),
        ("tests/lib.sh", "check() {\n  [ \"$1\" = \"$2\" ]\n}\n"),
        (
            "tests/a.bats",
            "@test \"adds\" {\n  skip \"later\"\n  [ \"$(add 1 2)\" = 3 ]\n}\n",
        ),
        (
            "tests/a.bats",
            "@test \"adds\" {\n  false\n}\n@test \"more\" {\n  run ./add\n}\n",
        ),
        (
            "tests/test_a.py",
            "def test_a():\n    pytest.skip(\"later\")\n    assert add(1, 2) == 3\n",
        ),
        (
            "tests/test_a.py",
            "@pytest.mark.skip\ndef test_a():\n    assert add(1, 2) == 3\n",
        ),
        (
            "tests/a.test.js",
            "test.skip('adds', () => { expect(add(1, 2)).toBe(3); });\n",
        ),
        (
            "tests/a.test.js",
            "test('adds', () => { return expect(add(1, 2)).resolves.toBe(3); });\n",
        ),
        (
            "a_test.go",
            "package a\n\nfunc TestA(t *testing.T) {\n\tt.Skip(\"later\")\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal(\"no\")\n\t}\n}\n",
        ),
        (
            "tests/a.rs",
            "#[test]\n#[ignore]\nfn a() {\n    assert_eq!(add(1, 2), 3);\n}\n",
        ),
        ("tests/data.json", "{}\n"),
    ];
    for (path, text) in written {
        assert_eq!(super::unwritten(path, text), [""; 0], "{path}: {text}");
    }
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
