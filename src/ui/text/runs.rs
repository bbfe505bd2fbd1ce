//! What a run of some tests only is called, and how it went.
//!
//! Owns the words for the runs that the harness makes of the tests of some features without the others. Invariant: none of them is
//! called a smoke test, which is of all.

use crate::protocol::{FeatureId, TestPurpose, TestRun};
use crate::session::State;

/// Features that are named of many.
const NAMED: usize = 4;

/// Says whose tests a run at a session's start was of, where it was not of all: `tests of F002 alone`.
#[must_use]
pub fn of_some(run: &TestRun, state: &State) -> Option<String> {
    if run.only.is_empty() || run.purpose != TestPurpose::Smoke {
        return None;
    }
    Some(alone(&state.features.of_tests(&run.only)))
}

/// Says that a run was of the tests of these features: `tests of F002 alone`.
#[must_use]
pub fn alone(features: &[FeatureId]) -> String {
    let ids: Vec<&str> = features.iter().map(FeatureId::as_str).collect();
    let more = match ids.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match ids.as_slice() {
        [] => "some tests alone".to_owned(),
        ids => format!("tests of {}{more} alone", ids.get(..NAMED).unwrap_or(ids).join(", ")),
    }
}

/// Says that something ended a run before it told its results, if so: `ended early, exit code 0`.
#[must_use]
pub fn ended_early(run: &TestRun) -> Option<String> {
    let code = run.exit_code.filter(|_| run.was_ended())?;
    Some(format!("ended early, exit code {code}"))
}

#[cfg(test)]
mod tests {
    use crate::protocol::event::TestRunFinished;
    use crate::protocol::{CaseStatus, TestPurpose, TestRun, samples};
    use crate::ui::testing::{screen, tell, undisturbed};
    use crate::verify;

    #[test]
    fn the_transcript_calls_a_run_of_some_tests_by_their_features_and_only_one_of_all_a_smoke_test() {
        let mut model = undisturbed((160, 40));
        let known = model.state.features.rows.iter().find_map(|row| {
            let mut cases = model.state.tests.cases.iter();
            let case = cases.find(|case| verify::names(&row.feature, &case.name))?;
            Some((row.feature.id.clone(), case.name.clone()))
        });
        let (id, name) = known.unwrap();
        let run = TestRun {
            purpose: TestPurpose::Smoke,
            only: vec![name.clone()],
            ..samples::test_run(&[(&name, CaseStatus::Passed)])
        };
        let before = screen(&mut model).matches("smoke test").count();
        tell(
            &mut model,
            TestRunFinished {
                run: run.clone(),
                gone: Vec::new(),
            },
        );
        let drawn = screen(&mut model);
        assert!(drawn.contains(&format!("tests of {id} alone")), "{drawn}");
        assert!(drawn.matches("smoke test").count() <= before, "{drawn}");
        let whole = TestRun { only: Vec::new(), ..run };
        tell(
            &mut model,
            TestRunFinished {
                run: whole,
                gone: Vec::new(),
            },
        );
        assert!(screen(&mut model).contains("smoke test"));
    }
}
