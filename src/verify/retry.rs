//! Several attempts on one tree, told as one run.
//!
//! Owns when another attempt is worth its time, and what stands afterwards. Invariant: no failure is lost: a test that failed once and
//! passed once has passed, and says so in its `attempts`.

use super::{COMMAND_CASE, Plan, broken};
use crate::protocol::{CaseStatus, TestCase, TestPurpose, TestRun};
use std::collections::{BTreeSet, HashMap};

/// Whether another attempt may tell something: a test failed that the plan calls worth it (none named: any test), and the run had its
/// end. Where features are set back by the run, also if it broke off before it came to tests that passed.
pub(super) fn worth_another(run: &TestRun, plan: &Plan) -> bool {
    let worth = plan.worth.as_ref();
    let sets_back = matches!(plan.purpose, TestPurpose::Smoke | TestPurpose::Final);
    let is_known = |worth: &BTreeSet<String>| worth.iter().any(|name| name != COMMAND_CASE);
    let failed = |case: &TestCase| case.status == CaseStatus::Failed && worth.is_none_or(|worth| worth.contains(&case.name));
    run.exit_code.is_some() && (run.cases.iter().any(failed) || sets_back && worth.is_some_and(is_known) && broken::broke_off(run))
}

/// Takes another attempt into a run.
pub(super) fn merge(run: &mut TestRun, again: TestRun) {
    let mut later: HashMap<String, TestCase> = again.cases.into_iter().map(|case| (case.name.clone(), case)).collect();
    for case in &mut run.cases {
        let status = match later.remove(&case.name) {
            Some(case) => Some(case.status),
            // It is there only to tell what is amiss.
            None if case.name == COMMAND_CASE => Some(CaseStatus::Passed),
            None => None,
        };
        if case.attempts.is_empty() {
            case.attempts.push(case.status);
        }
        case.attempts.extend(status);
        if case.is_flaky() {
            case.status = CaseStatus::Passed;
        }
    }
    // In the order of the second attempt nothing is lost but its order: names sort.
    let mut news: Vec<TestCase> = later.into_values().collect();
    news.sort_by(|a, b| a.name.cmp(&b.name));
    for mut case in news {
        if case.name == COMMAND_CASE {
            case.attempts = vec![CaseStatus::Passed, case.status];
            case.status = CaseStatus::Passed;
        }
        run.cases.push(case);
    }
    for case in &mut run.cases {
        if !case.is_flaky() {
            case.attempts.clear();
        }
    }
    run.exit_code = again.exit_code;
    run.timed_out |= again.timed_out;
    run.limit_seconds = again.limit_seconds.or(run.limit_seconds);
    run.under_way.extend(again.under_way);
    run.duration_ms = run.duration_ms.saturating_add(again.duration_ms);
}
