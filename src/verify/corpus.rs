//! Real output of real runners, read: `tests/corpus/runners`.

use super::format::{Left, plain, read};
use crate::protocol::{CaseStatus, TestCase};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the projects of the corpus lay.
const ROOT: &str = "/home/dev/shop";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/runners")
}

/// The exit code a runner ended with, which the file's name tells.
fn exit(name: &str) -> i32 {
    let good = [
        "green",
        "none.jsonl",
        "none.json",
        "none.xml",
        "flaky.json",
        "stdout.txt",
        "none.txt",
    ];
    i32::from(!good.iter().any(|good| name.contains(good)))
}

fn cases(text: &str, exit: Option<i32>) -> Vec<TestCase> {
    read(&Left {
        printed: text,
        reports: &[],
        amiss: &[],
        beside: None,
        exit,
        root: Path::new(ROOT),
        unbuilt: &[],
        go_names: false,
    })
}

fn texts(runner: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(corpus().join(runner))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, plain(&fs::read(path).unwrap()))
        })
        .collect();
    found.sort();
    found
}

/// Everything read of a runner's files, for a person to check against the files.
fn told(runner: &str) -> String {
    let mut out = String::new();
    for (name, text) in texts(runner) {
        let _ = writeln!(out, "== {name}");
        for case in cases(&text, Some(exit(&name))) {
            let mark = match case.status {
                CaseStatus::Passed if case.is_flaky() => "flaky",
                CaseStatus::Passed => "ok",
                CaseStatus::Failed => "FAIL",
                CaseStatus::Skipped => "skip",
                CaseStatus::Todo => "todo",
            };
            let _ = writeln!(out, "{mark:<5} {}", case.name);
            for line in case.detail.lines().take(3) {
                let _ = writeln!(out, "      | {line}");
            }
        }
    }
    out
}

#[test]
fn what_runners_print_is_read_test_by_test() {
    for runner in ["cargo", "go", "jest", "make", "mocha", "node", "pytest", "vitest"] {
        insta::assert_snapshot!(format!("corpus_{runner}"), told(runner));
    }
}

#[test]
fn only_green_runs_are_green() {
    for runner in ["cargo", "go", "jest", "make", "mocha", "node", "pytest", "vitest"] {
        for (name, text) in texts(runner) {
            let cases = cases(&text, Some(exit(&name)));
            let green = cases.iter().all(|case| case.status != CaseStatus::Failed);
            let good = ["green", "flaky.json", "stdout.txt"].iter().any(|good| name.contains(good)) && name != "mocha/stdout.txt";
            let good = good && !(runner == "mocha" && name == "stdout.txt");
            assert_eq!(green, good, "{runner}/{name}: {cases:#?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A green run's output, cut off anywhere, does not read as a smaller green run, unless all it lost is what follows the results.
    #[test]
    fn a_cut_output_is_not_a_smaller_run(pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let all: Vec<(String, String, String)> = ["cargo", "go", "jest", "mocha", "node", "pytest", "vitest"]
            .iter()
            .flat_map(|runner| texts(runner).into_iter().map(move |(name, text)| ((*runner).to_owned(), name, text)))
            .collect();
        let (runner, name, text) = pick.get(&all);
        let cut: String = text.chars().take(at.index(text.chars().count())).collect();
        let (whole, part) = (cases(text, Some(0)), cases(&cut, Some(0)));
        let named = |cases: &[TestCase]| cases.iter().filter(|case| case.name != super::COMMAND_CASE).count();
        let red = part.iter().any(|case| case.status == CaseStatus::Failed);
        // With no result in sight the exit code speaks, as it does for any command.
        prop_assert!(red || named(&part) == 0 || named(&part) == named(&whole), "{}/{}: {:#?}", runner, name, part);
    }

    #[test]
    fn bytes_of_any_kind_are_read_without_panic(pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        junk in prop::collection::vec(any::<u8>(), 0..60), long in 0_usize..3) {
        let all: Vec<String> = ["cargo", "go", "jest", "mocha", "node", "pytest", "vitest"].iter().flat_map(|runner| texts(runner)).map(|(_, text)| text).collect();
        let mut bytes = pick.get(&all).clone().into_bytes();
        let at = at.index(bytes.len());
        let end = (at + junk.len() * long).min(bytes.len());
        bytes.splice(at..end, junk);
        let text = plain(&bytes);
        prop_assert!(!cases(&text, Some(1)).is_empty());
        let report = [text];
        let read = read(&Left { printed: "", reports: &report, amiss: &[], beside: None, exit: Some(0), root: Path::new(ROOT), unbuilt: &[], go_names: false });
        prop_assert!(!read.is_empty());
    }
}

/// Work grows with the size, not with its square: what would take minutes takes seconds.
#[test]
fn hostile_sizes_are_read_in_linear_time() {
    let big = |piece: &str| piece.repeat((512 << 10) / piece.len());
    for piece in [
        "<testsuite",
        "<testsuite name='a'>",
        "<testsuite><testcase name='a' ",
        "<testsuite/>\n",
        "{",
        "\n{\"numTotalTests\":",
        "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"a/\"}\n",
        "running 1 test\n",
        "running 2 tests\ntest a ... ok\n",
        "=== test session starts ===\n",
        "=== RUN   a/b\n",
        "        PASS [   0.023s] (1/5) shop tests::adds\n",
        " ",
        "    ok 1 - a\n",
        "\u{1b}[",
        "\u{1b}]",
    ] {
        let text = plain(big(piece).as_bytes());
        assert!(!cases(&text, Some(0)).is_empty(), "{piece}");
    }
}
