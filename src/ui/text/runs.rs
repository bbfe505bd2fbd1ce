//! What a run of some tests only is called, and how it went.
//!
//! Owns the words for the runs that the harness makes of the tests of some features without the others. Invariant: none of them is
//! called a smoke test, which is of all.

use crate::protocol::{TestPurpose, TestRun};
use crate::session::State;
use crate::verify;

/// Features that are named of many.
const NAMED: usize = 4;

/// Says whose tests a run at a session's start was of, where it was not of all: `tests of F002 alone`.
#[must_use]
pub fn of_some(run: &TestRun, state: &State) -> Option<String> {
    if run.only.is_empty() || run.purpose != TestPurpose::Smoke {
        return None;
    }
    let rows = state.features.rows.iter();
    let of_it = rows.filter(|row| run.only.iter().any(|name| verify::names(&row.feature, name)));
    let ids: Vec<&str> = of_it.map(|row| row.feature.id.as_str()).collect();
    let more = match ids.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(match ids.as_slice() {
        [] => "some tests alone".to_owned(),
        ids => format!("tests of {}{more} alone", ids.get(..NAMED).unwrap_or(ids).join(", ")),
    })
}

/// Says that something ended a run before it told its results, if so: `ended early, exit code 0`.
#[must_use]
pub fn ended_early(run: &TestRun) -> Option<String> {
    let code = run.exit_code.filter(|_| run.was_ended())?;
    Some(format!("ended early, exit code {code}"))
}
