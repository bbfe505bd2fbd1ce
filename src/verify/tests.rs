//! TAP in its dialects, the fallback, and that no report reads greener than it is.

use super::format::{Format as _, Left, read, tap};
use super::*;
use crate::protocol::{CaseStatus, TestCase};
use proptest::prelude::*;
use std::path::Path;

use CaseStatus::{Failed, Passed, Skipped, Todo};

fn parse(output: &str, exit: Option<i32>) -> Vec<TestCase> {
    read(&Left {
        printed: output,
        reports: &[],
        amiss: &[],
        beside: None,
        exit,
        root: Path::new("/no/such/place"),
        unbuilt: &[],
        go_names: false,
    })
}

fn tap(output: &str) -> Vec<(String, CaseStatus)> {
    assert!(tap::Tap.detects(output), "{output}");
    tap::cases(output).into_iter().map(|case| (case.name, case.status)).collect()
}

fn is(output: &str, expected: &[(&str, CaseStatus)]) {
    let expected: Vec<(String, CaseStatus)> = expected.iter().map(|(name, status)| ((*name).to_owned(), *status)).collect();
    assert_eq!(tap(output), expected, "{output}");
}

#[test]
fn plain_points_with_plan_first_or_last() {
    is("1..2\nok 1 - a\nnot ok 2 - b\n", &[("a", Passed), ("b", Failed)]);
    is(
        "TAP version 13\r\nok 1 a\r\nok - b\r\nok\r\n1..3\r\n",
        &[("a", Passed), ("b", Passed), ("test 3", Passed)],
    );
    is(
        "noise\n1..1 # five\nokay then\nok 1 - 2 plus 2 # is four\n",
        &[("2 plus 2 # is four", Passed)],
    );
}

#[test]
fn directives_and_escapes() {
    is(
        "1..6\nok 1 - a # SKIP no net\nnot ok 2 - b # todo later\nok 3 # skipped\nok 4 - c \\# not a # Skip x\nok 5 - d # TODO\nok 6 - e\\\\ # time=12.6ms\n",
        &[
            ("a", Skipped),
            ("b", Todo),
            ("test 3", Skipped),
            ("c # not a", Skipped),
            ("d", Todo),
            ("e\\", Passed),
        ],
    );
    let cases = tap::cases("1..2\nok 1 - a # SKIP no net\nok 2 # time=12.6ms");
    assert_eq!((cases[0].detail.as_str(), cases[1].duration_ms), ("no net", Some(13)));
}

#[test]
fn a_plan_that_is_not_met_is_one_failed_case_named_so() {
    is(
        "1..5\nok 1\nok 2\nok 3\nok 5\n",
        &[
            ("test 1", Passed),
            ("test 2", Passed),
            ("test 3", Passed),
            ("test 5", Passed),
            ("planned 5 tests, ran 4", Failed),
        ],
    );
    assert_eq!(tap::cases("1..5\nok 1\nok 2\nok 3\nok 5\n")[4].detail, "missing: 4");
    is(
        "1..1\nok 1 - a\nok 2 - b\n",
        &[("a", Passed), ("b", Passed), ("planned 1 tests, ran 2", Failed)],
    );
    is("ok 1 - a\n", &[("a", Passed), ("no plan", Failed)]);
    is("1..3\n", &[("planned 3 tests, ran 0", Failed)]);
    is("1..0 # SKIP no database\n", &[("all tests", Skipped)]);
    is("1..0\n", &[]);
}

#[test]
fn bail_out_fails_and_asks_for_no_plan() {
    is(
        "1..9\nok 1 - a\nBail out! no disk\n",
        &[("a", Passed), ("Bail out! no disk", Failed)],
    );
    is("bail out!\n", &[("Bail out!", Failed)]);
}

#[test]
fn yaml_and_comments_become_the_detail_of_failures() {
    let output = "TAP version 14\n1..3\nok 1 - a\n  ---\n  duration_ms: 4.6\n  ok 7 - inside yaml\n  ...\nnot ok 2 - b\n  ---\n  message: 'no'\n  \
                  at: x:1\n  ...\n# expected 1\n# got 2\nnot ok 3 - c\n# why\n";
    let cases = tap::cases(output);
    assert_eq!(cases.len(), 3);
    assert_eq!((cases[0].duration_ms, cases[0].detail.as_str()), (Some(5), ""));
    assert_eq!(cases[1].detail, "message: 'no'\nat: x:1\nexpected 1\ngot 2");
    assert_eq!(cases[2].detail, "why");
}

#[test]
fn a_yaml_block_without_its_end_loses_no_test() {
    is(
        "1..2\nnot ok 1 - a\n  ---\n  x: 1\nok 2 - b\n",
        &[("a", Failed), ("b", Passed)],
    );
}

#[test]
fn subtests_are_flattened_under_their_names() {
    let tap14 = "TAP version 14\n# Subtest: outer\n    # Subtest: inner\n        ok 1 - leaf\n        not ok 2 - other\n        1..2\n    not ok 1 - inner\n    \
                 1..1\nnot ok 1 - outer\nok 2 - alone\n1..2\n";
    is(
        tap14,
        &[
            ("outer > inner > leaf", Passed),
            ("outer > inner > other", Failed),
            ("alone", Passed),
        ],
    );
    let older = "1..1\n    # Subtest: x\n    1..2\n    ok 1 - a\n    ok 2 - b\nok 1 - x\n";
    is(older, &[("x > a", Passed), ("x > b", Passed)]);
    let headerless = "    ok 1 - a\n    1..1\nok 1 - x # TODO\n1..1\n";
    is(headerless, &[("x > a", Passed)]);
}

#[test]
fn a_subtest_that_hides_its_failure_still_fails() {
    is(
        "1..1\n    ok 1 - a\n    1..1\nnot ok 1 - x\n",
        &[("x > a", Passed), ("x", Failed)],
    );
    is(
        "1..1\n    1..2\n    ok 1 - a\nnot ok 1 - x\n",
        &[("x > a", Passed), ("x > planned 2 tests, ran 1", Failed)],
    );
    is(
        "1..1\n# Subtest: x\n    ok 1 - a\n    not ok 2 - b\n",
        &[("x > a", Passed), ("x > b", Failed), ("planned 1 tests, ran 0", Failed)],
    );
}

#[test]
fn node_style_headers_for_leaves_do_not_confuse() {
    let output = "TAP version 13\n# Subtest: adds\nok 1 - adds\n  ---\n  duration_ms: 1.1\n  type: 'test'\n  ...\n# Subtest: group\n    # Subtest: one\n    ok 1 - one\n      \
                  ---\n      duration_ms: 0.2\n      ...\n    1..1\nok 2 - group\n  ---\n  duration_ms: 3\n  type: 'suite'\n  ...\n1..2\n# tests 2\n# pass 2\n";
    is(output, &[("adds", Passed), ("group > one", Passed)]);
}

#[test]
fn streams_of_several_files_are_told_apart() {
    let each = "# tests/01-add.sh\n1..2\nok 1 - adds\nnot ok 2 - numbers\n# got 7\n# tests/02-list.sh\n1..2\nok 1 - lists\n# tests/03-rm.sh\nok 1 - removes\n1..1\n# file: tests/04.sh\nok - x\n1..1\n";
    is(
        each,
        &[
            ("tests/01-add.sh: adds", Passed),
            ("tests/01-add.sh: numbers", Failed),
            ("tests/02-list.sh: lists", Passed),
            ("tests/02-list.sh: planned 2 tests, ran 1", Failed),
            ("tests/03-rm.sh: removes", Passed),
            ("tests/04.sh: x", Passed),
        ],
    );
    assert_eq!(tap::cases(each)[1].detail, "got 7");
    let one_plan = "# tests/a.sh\nok 1 - a\n# tests/b.sh\nok 2 - b\n1..3\n";
    is(
        one_plan,
        &[
            ("tests/a.sh: a", Passed),
            ("tests/b.sh: b", Passed),
            ("planned 3 tests, ran 2", Failed),
        ],
    );
    is(
        "1..1\nok 1 - a\nTAP version 13\n1..1\nok 1 - b\n",
        &[("a", Passed), ("b", Passed)],
    );
    is(
        "1..1\nok 1 - a\n# and/or so\n# done.\n# see http://x/y.html\n# look at that.\n",
        &[("a", Passed)],
    );
}

#[test]
fn other_output_falls_back_to_the_exit_code() {
    for output in ["", "running 3 tests\ntest a ... ok\n", "ok  \tpkg/path\t0.01s\n"] {
        assert!(!tap::Tap.detects(output), "{output}");
        assert_eq!(parse(output, Some(0))[0].status, Passed);
    }
    let failed = parse("a\n\nb\nerror: no rule\n", Some(2));
    assert_eq!(
        (failed.len(), failed[0].name.as_str(), failed[0].detail.as_str()),
        (1, COMMAND_CASE, "exit code 2\na\nb\nerror: no rule")
    );
    assert_eq!(parse("", None)[0].detail, "killed before its end");
}

#[test]
fn a_bad_exit_code_is_never_all_passed() {
    let cases = parse("1..1\nok 1 - a\n", Some(3));
    assert_eq!((cases.len(), cases[1].status), (2, Failed));
    let detail: Vec<&str> = cases[1].detail.lines().collect();
    assert_eq!(detail[0], "it ended with exit code 3, although no test it reported failed");
    assert_eq!(detail[1..4], ["the last lines of what it printed:", "  1..1", "  ok 1 - a"]);
    assert!(
        detail[4].ends_with("longhaul.toml to one that runs the tests alone"),
        "{detail:?}"
    );
    assert_eq!(parse("1..1\nok 1 - a\n", None).len(), 2);
    assert_eq!(parse("1..1\nnot ok 1 - a\n", Some(1)).len(), 1);
}

#[test]
fn results_of_go_are_only_as_good_as_what_was_printed() {
    let event = |action: &str, test: &str| format!("{{\"Action\":\"{action}\",\"Package\":\"x\",\"Test\":\"{test}\"}}\n");
    let end = "{\"Action\":\"pass\",\"Package\":\"x\"}\n";
    let status = |events: &[String]| {
        let cases = parse(&(events.concat() + end), Some(0));
        cases.into_iter().map(|case| (case.name, case.status)).collect::<Vec<_>>()
    };
    let test = |status| ("x: TestAdd".to_owned(), status);
    let (run, pass, fail) = (event("run", "TestAdd"), event("pass", "TestAdd"), event("fail", "TestAdd"));
    assert_eq!(status(&[run.clone(), pass.clone()]), [test(Passed)]);
    for forged in [
        vec![run.clone(), fail.clone(), pass.clone()],
        vec![run.clone(), fail.clone(), run.clone(), pass.clone()],
        vec![run.clone(), pass.clone(), run.clone(), fail, run.clone(), pass.clone()],
    ] {
        assert_eq!(status(&forged), [test(Failed)]);
    }
    assert_eq!(
        status(&[run.clone(), pass.clone(), run, pass.clone()]),
        [test(Passed)],
        "-count=2"
    );
    assert_eq!(status(&[pass])[1].0, COMMAND_CASE);
}

proptest! {
    /// However a whole output is cut off, it never reads as all passed.
    #[test]
    fn a_cut_output_is_never_green(points in 1_usize..12, first in any::<bool>(), keep in 0_usize..12) {
        let mut lines: Vec<String> = (1..=points).map(|n| format!("ok {n} - t{n}")).collect();
        lines.insert(if first { 0 } else { points }, format!("1..{points}"));
        let keep = keep.min(points);
        let cut = lines[..keep].join("\n");
        let cases = parse(&cut, Some(0));
        let whole = parse(&lines.join("\n"), Some(0));
        prop_assert!(whole.iter().all(|case| case.status == Passed) && whole.len() == points);
        if keep > 0 {
            prop_assert!(cases.iter().any(|case| case.status == Failed), "{cut}");
        }
    }

    #[test]
    fn no_output_makes_the_parser_panic(lines in prop::collection::vec(prop_oneof![
        Just("1..2".to_owned()), Just("ok 1 - a".to_owned()), Just("    not ok 2".to_owned()), Just("  ---".to_owned()), Just("  ...".to_owned()),
        Just("# Subtest: é".to_owned()), Just("Bail out! x".to_owned()), Just("# a/b.sh".to_owned()), Just("1..99999999999999999999".to_owned()), "\\PC{0,20}",
    ], 0..30)) {
        let output = lines.join("\n");
        let _ = tap::cases(&output);
        prop_assert!(!parse(&output, Some(1)).is_empty());
    }
}

#[test]
fn a_run_in_which_nothing_ran_is_never_green() {
    for output in [
        "1..0 # SKIP no database\n",
        "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s\n",
        "?   \texample.com/a\t[no test files]\n",
        "\n  0 passing (1ms)\n",
        "<testsuites></testsuites>",
        "1..2\nok 1 - a # SKIP x\nok 2 - b # TODO y\n",
    ] {
        let cases = parse(output, Some(0));
        assert_eq!(cases.last().unwrap().status, Failed, "{output}: {cases:?}");
        assert!(cases.last().unwrap().detail.contains("no test was run"), "{cases:?}");
    }
}

#[test]
fn counts_that_do_not_agree_are_noticed() {
    for output in [
        // A result line that the program under test printed itself.
        "running 1 test\ntest a ... ok\ntest forged ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
        "running 2 tests\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
        "{\"numTotalTests\":2,\"testResults\":[{\"name\":\"a\",\"assertionResults\":[{\"title\":\"x\",\"status\":\"passed\"}]}]}",
        "{\"stats\":{\"passes\":2,\"pending\":0,\"failures\":0},\"passes\":[{\"fullTitle\":\"a\"}]}",
        "<testsuite tests=\"2\"><testcase name=\"a\"/></testsuite>",
        "     Summary [   0.1s] 2 tests run: 2 passed, 0 skipped\n",
    ] {
        let cases = parse(output, Some(0));
        let last = cases.last().unwrap();
        assert_eq!(
            (last.name.as_str(), last.status),
            (COMMAND_CASE, Failed),
            "{output}: {cases:?}"
        );
    }
}

#[test]
fn subtests_that_pytest_counts_are_no_missing_tests() {
    let report = "<testsuites name=\"pytest tests\"><testsuite name=\"pytest\" errors=\"0\" failures=\"0\" skipped=\"0\" tests=\"4\">\
                  <testcase classname=\"test_a.T\" name=\"test_a\"/></testsuite></testsuites>";
    let cases = parse(report, Some(0));
    assert_eq!((cases.len(), cases[0].status), (1, Passed), "{cases:?}");
}

#[test]
fn one_name_twice_keeps_the_worse_result() {
    let cases = parse("1..2\nnot ok 1 - a\nok 2 - a\n", Some(1));
    assert_eq!((cases.len(), cases[0].status), (1, Failed));
}

#[test]
fn a_runner_that_broke_down_itself_names_no_test_for_it() {
    let report = "<testsuites><testsuite name=\"pytest\" tests=\"1\"><testcase classname=\"pytest\" name=\"internal\"><error message=\"internal \
                  error\">Traceback\nSystemExit: 0</error></testcase></testsuite></testsuites>";
    let cases = parse(report, Some(3));
    assert_eq!((cases.len(), cases[0].name.as_str()), (1, COMMAND_CASE), "{cases:?}");
    assert!(cases[0].detail.contains("SystemExit: 0"), "{cases:?}");
}

#[test]
fn a_make_that_had_nothing_to_do_has_run_no_test() {
    for (printed, status) in [
        ("make: 'test' is up to date.\n", Failed),
        (
            "make[1]: Entering directory '/x'\nmake[1]: Nothing to be done for 'test'.\n",
            Failed,
        ),
        ("make[1]: 'lib' is up to date.\nall is well\n", Passed),
        ("", Passed),
    ] {
        let cases = parse(printed, Some(0));
        assert_eq!(cases[0].status, status, "{printed}: {cases:?}");
    }
}
