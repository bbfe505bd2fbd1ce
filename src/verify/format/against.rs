//! What a run printed, held against what stands in its report.
//!
//! Owns which printed lines are a runner's word that a test failed. Invariant: nothing printed makes a result better. A test that the
//! report calls passed and a printed line calls failed has failed, and the run as a whole is not to be believed.

use super::Report;
use crate::protocol::CaseStatus;

/// Printed failures looked at.
const MOST: usize = 1_000;

/// A printed failure.
#[derive(Debug, PartialEq, Eq)]
struct Failure<'a> {
    /// The test, with as much of its file and groups as was printed.
    name: &'a str,
    /// Whether the line can hardly be anything else. A bare mark may be the program's own way to talk.
    sure: bool,
}

/// Notes what the printed text says against the cases read so far.
pub(super) fn hold(printed: &str, report: &mut Report) {
    let failures: Vec<Failure<'_>> = printed.lines().filter_map(failure).take(MOST).collect();
    if failures.is_empty() {
        return;
    }
    let cases = report.cases();
    let known: Vec<(String, CaseStatus)> = cases
        .iter()
        // One that needed several attempts was printed as failed with good reason.
        .filter(|case| !case.is_flaky())
        .map(|case| (parted(&case.name), case.status))
        .collect();
    let none_failed = known.len() == cases.len() && known.iter().all(|(_, status)| *status != CaseStatus::Failed);
    let mut contradicted = Vec::new();
    let mut unheard = None;
    for failure in &failures {
        let name = parted(failure.name);
        let of = |wanted: CaseStatus| {
            let is = |&at: &usize| {
                known
                    .get(at)
                    .is_some_and(|(case, status)| *status == wanted && same(case, &name))
            };
            (0..known.len()).filter(is).collect::<Vec<usize>>()
        };
        if of(CaseStatus::Failed).is_empty() {
            contradicted.extend(of(CaseStatus::Passed));
        }
        if failure.sure && none_failed && unheard.is_none() {
            unheard = Some(failure.name);
        }
    }
    let contradicted: Vec<String> = contradicted
        .into_iter()
        .filter_map(|at| known.get(at))
        .map(|(name, _)| name.clone())
        .collect();
    let worse: Vec<_> = cases
        .iter()
        .filter(|case| case.status == CaseStatus::Passed && contradicted.contains(&parted(&case.name)))
        .cloned()
        .collect();
    let Some(name) = worse.first().map(|case| case.name.clone()).or(unheard.map(str::to_owned)) else {
        return;
    };
    report.amiss(format!(
        "its report and what it printed contradict each other: `{name}` was printed as failed, and did not fail by the report"
    ));
    for mut case in worse {
        case.status = CaseStatus::Failed;
        "printed as failed, although the report says that it passed".clone_into(&mut case.detail);
        report.push(case);
    }
}

/// Reads a line that says of one test that it failed.
fn failure(line: &str) -> Option<Failure<'_>> {
    let text = line.trim();
    let sure = |name| Some(Failure { name, sure: true });
    if let Some(rest) = text.strip_prefix("not ok ") {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let (name, directive) = rest.split_once(" # ").unwrap_or((rest, ""));
        let begins = |word: &str| {
            directive
                .get(..word.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
        };
        let name = name.strip_prefix("- ").unwrap_or(name).trim();
        return sure(name).filter(|_| !begins("todo") && !begins("skip"));
    }
    if let Some(rest) = text.strip_prefix("--- FAIL: ") {
        return sure(rest.split(" (").next().unwrap_or(rest));
    }
    if let Some(rest) = line.strip_prefix("FAILED ").or_else(|| line.strip_prefix("ERROR ")) {
        // pytest: `FAILED tests/test_a.py::test_b - assert 1 == 2`.
        return sure(rest.split(" - ").next().unwrap_or(rest).trim()).filter(|failure| failure.name.contains(".py"));
    }
    let marked = text.strip_prefix(['✖', '✕', '×', '✗']).filter(|rest| rest.starts_with(' '))?;
    Some(Failure {
        name: untimed(marked.trim()),
        sure: false,
    })
}

/// A name without the time it took: `adds (1.2ms)`, `adds (3 ms)`, `adds 3ms`.
fn untimed(name: &str) -> &str {
    let bare = name.strip_suffix(')').unwrap_or(name);
    let Some(bare) = bare.strip_suffix("ms") else { return name };
    let head = bare.trim_end().trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let timed = head.len() < bare.trim_end().len() && head.ends_with([' ', '(']);
    if timed { head.trim_end_matches(['(', ' ']) } else { name }
}

/// A name with one sort of mark between file, groups and test.
fn parted(name: &str) -> String {
    name.replace("::", " > ").replace(": ", " > ")
}

/// The same test, of which one name may tell more than the other.
fn same(a: &str, b: &str) -> bool {
    let within = |long: &str, short: &str| {
        long.strip_suffix(short)
            .is_some_and(|head| head.is_empty() || head.ends_with(" > "))
    };
    !a.is_empty() && !b.is_empty() && (within(a, b) || within(b, a))
}

#[cfg(test)]
mod tests {
    use super::super::{COMMAND_CASE, Left, read};
    use super::*;
    use std::path::Path;

    /// What a run is read as whose report says that `sum > adds` in `a.js` passed, and perhaps that another test failed.
    fn cases(printed: &str, other_fails: bool, exit: i32) -> Vec<(String, CaseStatus)> {
        let other = if other_fails {
            "<testcase name=\"subtracts\" file=\"a.js\"><failure/></testcase>"
        } else {
            ""
        };
        let report = format!("<testsuite><testcase name=\"adds\" classname=\"sum\" file=\"a.js\"/>{other}</testsuite>");
        let left = Left {
            printed,
            reports: &[report],
            amiss: &[],
            beside: None,
            exit: Some(exit),
            root: Path::new("/no/such/place"),
            unbuilt: &[],
            go_names: false,
        };
        read(&left).into_iter().map(|case| (case.name, case.status)).collect()
    }

    #[test]
    fn a_printed_failure_of_a_passed_test_is_a_failure_of_both() {
        for printed in [
            "not ok 1 - a.js: sum > adds",
            "  not ok 3 adds",
            "✖ adds (1.5ms)",
            "   ✕ adds (3 ms)",
            " × sum > adds 12ms",
        ] {
            let named = |name: &str, cases: &[(String, CaseStatus)]| {
                cases
                    .iter()
                    .any(|(case, status)| case == name && *status == CaseStatus::Failed)
            };
            for other_fails in [false, true] {
                let cases = cases(printed, other_fails, i32::from(other_fails));
                assert!(named(COMMAND_CASE, &cases), "{printed}: {cases:?}");
                assert!(named("a.js: sum > adds", &cases), "{printed}: {cases:?}");
            }
        }
    }

    #[test]
    fn a_failure_that_the_report_does_not_know_counts_where_it_knows_none() {
        let amiss = |printed: &str, other_fails| {
            cases(printed, other_fails, i32::from(other_fails))
                .iter()
                .any(|(name, _)| name == COMMAND_CASE)
        };
        for (printed, said) in [
            ("not ok 2 - divides", true),
            ("--- FAIL: TestDivides (0.00s)", true),
            ("FAILED test_a.py::test_divides - ZeroDivisionError", true),
            ("not ok 2 - divides # TODO later", false),
            // What the program under test may say for itself.
            ("✖ 2 problems (2 errors, 0 warnings)", false),
            ("ERROR could not reach the server", false),
            ("× not a test", false),
        ] {
            assert_eq!(amiss(printed, false), said, "{printed}");
            assert!(!amiss(printed, true), "{printed}");
        }
        assert!(!amiss("✖ subtracts (2ms)\nnot ok 2 - subtracts", true));
    }

    #[test]
    fn a_time_is_no_part_of_a_name() {
        for (text, name) in [
            ("adds (1.2ms)", "adds"),
            ("adds (3 ms)", "adds"),
            ("adds 3ms", "adds"),
            ("adds forms", "adds forms"),
            ("adds (twice)", "adds (twice)"),
            ("ms", "ms"),
        ] {
            assert_eq!(untimed(text), name);
        }
    }
}
