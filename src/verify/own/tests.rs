//! Whose tests are whose, and which results prove a feature.

use super::*;
use crate::protocol::samples::test_run as run;

use CaseStatus::{Failed, Passed, Skipped, Todo};

fn feature(tests: &[&str]) -> Feature {
    Feature {
        id: "F1".into(),
        tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        ..Feature::default()
    }
}

#[test]
fn own_tests_are_found_by_file_name_both_and_glob() {
    let run = run(&[
        ("tests/08-tags.sh: filters by tag", Passed),
        ("tests/08-tags.sh: shows tags", Passed),
        ("tests/18-tags.sh: x", Passed),
        ("group > leaf", Passed),
    ]);
    let found = |test: &str| {
        own_tests(&feature(&[test]), &run)
            .iter()
            .map(|case| case.name.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("tests/08-tags.sh").len(), 2);
    assert_eq!(found("./tests/08-tags.sh").len(), 2);
    assert_eq!(found("08-tags.sh").len(), 2);
    assert_eq!(found("tests/08-*").len(), 2);
    assert_eq!(found("filters by tag"), ["tests/08-tags.sh: filters by tag"]);
    assert_eq!(found("tests/08-tags.sh: shows tags"), ["tests/08-tags.sh: shows tags"]);
    assert_eq!(found("tests/08-tags.sh::shows tags"), ["tests/08-tags.sh: shows tags"]);
    assert_eq!(found("group"), ["group > leaf"]);
    for none in ["", "8-tags.sh", "tags", "filters", "tests", "tests/09.sh"] {
        assert!(found(none).is_empty(), "{none}");
    }
}

#[test]
fn only_passed_tests_that_all_ran_prove_a_feature() {
    let run = run(&[("a", Passed), ("b", Skipped), ("c", Failed), ("d", Todo)]);
    let proven = |tests: &[&str]| own(&feature(tests), &run).proven();
    assert!(proven(&["a"]));
    assert!(!proven(&[]) && !proven(&["a", "b"]) && !proven(&["a", "c"]) && !proven(&["d"]));
    assert!(!proven(&["a", "z"]));
    assert_eq!(own(&feature(&["a", "z"]), &run).missing, ["z"]);
}

#[test]
fn a_run_of_which_something_is_amiss_proves_nothing() {
    let proven = |cases: &[(&str, CaseStatus)]| own(&feature(&["a"]), &run(cases)).proven();
    assert!(proven(&[("a", Passed), ("b", Failed)]));
    assert!(proven(&[("a", Passed), (COMMAND_CASE, Passed)]));
    assert!(!proven(&[("a", Passed), (COMMAND_CASE, Failed)]));
    for short in ["planned 3 tests, ran 2", "no plan", "Bail out!", "Bail out! no disk"] {
        assert!(
            !proven(&[("a", Passed), (short, Failed)]),
            "{short}: whose results are missing?"
        );
        let other = format!("tests/b.sh: {short}");
        assert!(proven(&[("a", Passed), (&other, Failed)]), "they are of another file");
    }
}

#[test]
fn tests_of_go_are_told_by_file_function_and_package() {
    let run = run(&[("add_test.go: TestAdd", Passed), ("cart/cart_test.go: TestSum/one", Passed)]);
    let found = |test: &str| {
        let all = own_tests(&feature(&[test]), &run);
        all.iter()
            .map(|case| case.name.rsplit('/').next().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    for test in [
        "add_test.go",
        "TestAdd",
        "add_test.go: TestAdd",
        "x: TestAdd",
        "add_test.go::TestAdd",
    ] {
        assert_eq!(found(test), ["add_test.go: TestAdd"], "{test}");
    }
    for test in [
        "cart_test.go",
        "TestSum",
        "example.org/shop/cart: TestSum",
        "cart",
        "example.org/shop/cart",
    ] {
        assert_eq!(found(test), ["one"], "{test}");
    }
    for none in [
        "x",
        "other_test.go",
        "other_test.go: TestAdd",
        "shop/other: TestSum",
        "example.org/shop",
    ] {
        assert!(found(none).is_empty(), "{none}");
    }
}

#[test]
fn a_parameter_or_a_subtest_belongs_to_its_test() {
    let run = run(&[
        ("tests/test_a.py: TestX::test_b[1-2]", Passed),
        ("example.com/shop: TestTable/n=1", Passed),
        ("src/lib.rs: cart::tests::adds", Passed),
    ]);
    let found = |test: &str| own_tests(&feature(&[test]), &run).len();
    for test in [
        "tests/test_a.py::TestX::test_b",
        "TestX::test_b",
        "test_b",
        "TestTable",
        "shop",
        "cart::tests::adds",
        "adds",
        "src/lib.rs::cart::tests::adds",
        "src/lib.rs",
    ] {
        assert_eq!(found(test), 1, "{test}");
    }
    for none in ["b", "TestX::test", "n=1 ", "tests::add", "test_a.py::adds"] {
        assert_eq!(found(none), 0, "{none}");
    }
}
