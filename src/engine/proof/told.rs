//! What is said of test runs: to the agent, and in the line that stays as evidence.
//!
//! Invariant: a run that its time limit stopped is told as one, and what it did not get to is called no failure.

use crate::protocol::{CaseStatus, Oid, TestCase, TestRun};
use crate::verify::{self, COMMAND_CASE, broken, broken::Kept};

/// Tests that are named of many.
const NAMED: usize = 8;

/// What to do about a test that passes and fails on the same files.
pub const BOTH: &str = "What does both proves nothing. Find what it depends on (time, order, what an earlier run left, files that no \
                        commit holds), mend that";

/// What to do about a run that its time limit stopped.
pub const ENDLESS: &str = "Of the tests that it did not get to nothing is known. Find what does not end, or takes that long, and mend it; \
                           where it has to take that long, a person can raise `timeout_seconds` under [verify] in longhaul.toml";

/// Names the tests that passed in `before` and do not in `after`. Where either names no tests, the exit codes are compared.
#[must_use]
pub fn broken(before: &TestRun, after: &TestRun) -> Vec<String> {
    if before.cases.is_empty() || after.cases.is_empty() {
        let newly_red = before.is_green() && !after.is_green();
        return if newly_red { vec![after.command.clone()] } else { Vec::new() };
    }
    let passed = |run: &TestRun, name: &str| {
        run.cases
            .iter()
            .any(|case| case.name == name && case.status == CaseStatus::Passed)
    };
    let mut gone: Vec<String> = before
        .cases
        .iter()
        .filter(|case| case.status == CaseStatus::Passed && !passed(after, &case.name))
        // What stood for tests without a name is not missed where they have one now.
        .filter(|_| !(verify::is_nameless(before) && !verify::is_nameless(after) && after.is_green()))
        .map(|case| case.name.clone())
        .collect();
    let is_there = |run: &TestRun, name: &str| run.cases.iter().any(|case| case.name == name);
    let came = after.cases.iter().filter(|case| case.status == CaseStatus::Passed);
    for case in came.filter(|case| !is_there(before, &case.name)) {
        // One for one: a name that holds the time is another at each run.
        let name = verify::steady(&case.name);
        if let Some(at) = gone
            .iter()
            .position(|gone| !is_there(after, gone) && verify::steady(gone) == name)
        {
            gone.remove(at);
        }
    }
    gone
}

/// Names tests that both failed and passed on one tree; `None` if there are none.
#[must_use]
pub fn flaky<'a>(cases: impl Iterator<Item = &'a TestCase>) -> Option<String> {
    let names: Vec<&str> = cases.map(|case| case.name.as_str()).take(NAMED).collect();
    (!names.is_empty()).then(|| format!("flaky, failed and passed on this tree: {}", names.join(", ")))
}

/// Names tests that `before` does not know and that were skipped; `None` if there are none. That is a fact and no fault: what is to come
/// is often written down so.
#[must_use]
pub fn skipped_anew(before: Option<&TestRun>, run: &TestRun) -> Option<String> {
    let before = before.filter(|before| !verify::is_nameless(before))?;
    let is_known = |case: &&TestCase| before.cases.iter().any(|known| known.name == case.name);
    let is_skipped = |case: &&TestCase| matches!(case.status, CaseStatus::Skipped | CaseStatus::Todo);
    let new: Vec<String> = run
        .cases
        .iter()
        .filter(is_skipped)
        .filter(|case| !is_known(case))
        .map(|case| case.name.clone())
        .collect();
    let word = if new.len() == 1 { "test is" } else { "tests are" };
    (!new.is_empty()).then(|| {
        format!(
            "{} new {word} skipped: {}",
            new.len(),
            crate::engine::commit::draft::named(&new)
        )
    })
}

/// Says what a feature's own tests show on a tree, in the words that stand beside it for ever.
#[must_use]
pub fn proof(own: &verify::Own<'_>, tree: &Oid) -> String {
    let mut summary = format!("tests {n}/{n} on tree {}", tree.short(), n = own.cases.len());
    if let Some(flaky) = flaky(own.cases.iter().copied().filter(|case| case.is_flaky())) {
        summary.push_str("; ");
        summary.push_str(&flaky);
    }
    summary
}

/// Says why a commit is not made on these files: tests that passed in `before` do not pass in `after`. `None` if there is none.
#[must_use]
pub fn no_more(before: &TestRun, after: &TestRun) -> Option<String> {
    let broken = broken(before, after);
    let case = |name: &String| after.cases.iter().find(|case| case.name == *name);
    let (failed, unseen): (Vec<&String>, Vec<&String>) = broken.iter().partition(|name| !after.timed_out || case(name).is_some());
    let named = |names: &[&String]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let told = match (failed.is_empty(), unseen.is_empty()) {
        (true, true) => return None,
        (true, false) => format!(
            "the tests were {} before {} was seen to pass as before. {ENDLESS}",
            after.cut().unwrap_or_default(),
            named(&unseen)
        ),
        (false, _) if failed.iter().all(|name| case(name).is_some_and(TestCase::is_flaky)) => format!(
            "{} passed on these very files before and fails on them now. {BOTH}",
            named(&failed)
        ),
        (false, _) => format!(
            "{} passed before and no longer does. {}. Mend it",
            named(&failed),
            summary(after)
        ),
    };
    Some(format!("Not committed: {told}, then commit again.\n{}", after.output.text))
}

/// Says how a run for the agent went, with what it printed.
#[must_use]
pub fn told(run: &TestRun) -> String {
    let moved = if run.moved {
        " The files changed while it ran, so it is of no state of them and counts for nothing."
    } else {
        ""
    };
    let cut = if run.timed_out {
        format!(" {ENDLESS}.")
    } else {
        String::new()
    };
    format!("{}.{moved}{cut}\n{}", summary(run), run.output.text)
}

/// Says of a feature's tests that the run kept them from running, with the part that broke, or with what was printed first.
#[must_use]
pub fn could_not_run(run: &TestRun, kept: &Kept) -> String {
    let why = match kept {
        Kept::Whole => broken::failure_with_output(run).unwrap_or_default(),
        kept @ (Kept::Absent(_) | Kept::Untold | Kept::Part(_) | Kept::Elsewhere(_)) => kept.why(run),
    };
    format!("its tests could not run: {why}")
}

/// Says that a run counts for nothing because guarded files were written to.
#[must_use]
pub fn disturbed(paths: &[String]) -> String {
    format!(
        "The test run counts for nothing: {} was written to while it ran, and is as it was before. Find what writes there (a test, a \
         script of the project, something in the background), stop that, then ask again.",
        crate::engine::commit::draft::named(paths)
    )
}

/// Says how a run went, one line: `12/14 tests pass; failing: a, b`.
#[must_use]
pub fn summary(run: &TestRun) -> String {
    if let Some(cut) = run.cut() {
        return format!("`{}` was {cut}{}", run.command, before_the_end(run));
    }
    if run.cases.is_empty() {
        let code = run
            .exit_code
            .map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
        return format!("`{}` ended with {code}", run.command);
    }
    if let [only] = run.cases.as_slice()
        && only.name == COMMAND_CASE
    {
        let word = match run.exit_code {
            _ if run.is_green() => "succeeds",
            Some(0) => "ends well and tells of no test that was run",
            _ => "fails",
        };
        return format!("`{}` {word}", run.command);
    }
    let totals = run.totals();
    let mut line = format!("{}/{} tests pass", totals.passed, totals.total());
    line.push_str(&failing(run));
    line
}

/// Says what a run that its time limit stopped told before that.
fn before_the_end(run: &TestRun) -> String {
    let passed = run.cases.iter().filter(|case| case.status == CaseStatus::Passed).count();
    let tests = if passed == 1 { "test" } else { "tests" };
    format!("; {passed} {tests} passed before that{}", failing(run))
}

/// Names what fails and what is flaky, behind a semicolon each. That a run was stopped is said in its own words.
fn failing(run: &TestRun) -> String {
    let mut line = String::new();
    let fails = |case: &&TestCase| case.status == CaseStatus::Failed && !(run.timed_out && case.name == COMMAND_CASE);
    let failing: Vec<&str> = run
        .cases
        .iter()
        .filter(fails)
        .map(|case| case.name.as_str())
        .take(NAMED)
        .collect();
    if !failing.is_empty() {
        line.push_str("; failing: ");
        line.push_str(&failing.join(", "));
    }
    if let Some(flaky) = flaky(run.flaky()) {
        line.push_str("; ");
        line.push_str(&flaky);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::samples::test_run as run;

    #[test]
    fn a_new_test_that_is_born_skipped_is_named() {
        use CaseStatus::{Passed, Skipped, Todo};
        let before = run(&[("a", Passed), ("b", Skipped)]);
        let after = run(&[("a", Passed), ("b", Skipped), ("c", Skipped), ("d", Todo), ("e", Passed)]);
        assert_eq!(
            skipped_anew(Some(&before), &after).as_deref(),
            Some("2 new tests are skipped: c, d")
        );
        assert_eq!(skipped_anew(Some(&after), &after), None);
        assert_eq!(skipped_anew(None, &after), None, "nobody knows what is new");
    }

    #[test]
    fn a_name_that_holds_the_time_is_not_missed_and_a_test_that_is_taken_away_is() {
        use CaseStatus::{Failed, Passed};
        let before = run(&[
            ("a.py: f[1795345331.1]", Passed),
            ("a.py: f[1795345331.2]", Passed),
            ("a.py: g", Passed),
        ]);
        let whole = run(&[
            ("a.py: f[1796345331.1]", Passed),
            ("a.py: f[1796345331.2]", Passed),
            ("a.py: g", Passed),
        ]);
        assert_eq!(broken(&before, &whole), [""; 0]);
        let one_less = run(&[("a.py: f[1796345331.1]", Passed), ("a.py: g", Passed)]);
        assert_eq!(broken(&before, &one_less), ["a.py: f[1795345331.2]"]);
        let red = run(&[
            ("a.py: f[1796345331.1]", Passed),
            ("a.py: f[1796345331.2]", Failed),
            ("a.py: g", Failed),
        ]);
        assert_eq!(broken(&before, &red), ["a.py: f[1795345331.2]", "a.py: g"]);
        let moved = run(&[
            ("b.py: f[1796345331.1]", Passed),
            ("b.py: f[1796345331.2]", Passed),
            ("a.py: g", Passed),
        ]);
        assert_eq!(broken(&before, &moved).len(), 2);
        let (cases, others) = (run(&[("a.py: f[beta]", Passed)]), run(&[("a.py: f[gamma]", Passed)]));
        assert_eq!(broken(&cases, &others), ["a.py: f[beta]"], "another value is another test");
    }

    #[test]
    fn what_stood_for_tests_without_a_name_is_not_missed_where_they_have_one() {
        let (whole, named) = (run(&[(COMMAND_CASE, CaseStatus::Passed)]), run(&[("a", CaseStatus::Passed)]));
        assert_eq!(broken(&whole, &named), Vec::<String>::new());
        assert_eq!(broken(&named, &whole), ["a"]);
        let red = run(&[("a", CaseStatus::Failed)]);
        assert_eq!(broken(&whole, &red), [COMMAND_CASE]);
    }
}
