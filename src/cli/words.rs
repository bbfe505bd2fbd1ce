//! How sums, outcomes and activities are said on the command line.

use crate::protocol::event::{EndCause, RunOutcome, SessionEnded, WorktreeFinished, WorktreeTaken};
use crate::protocol::{FeatureStatus, FinishWay, MoveKind, Oid, TestRun, TestTotals};
use crate::session::state::{FeatureRow, PastMove, Totals};
use crate::session::{Activity, State};
use crate::ui::text::format;
use jiff::Timestamp;
use std::borrow::Cow;
use std::path::Path;

/// Says what a move was: `rolled back to checkpoint 80, 12m ago; `longhaul undo` takes it back`.
#[must_use]
pub fn moved(state: &State, past: &PastMove, checkout: &Path, now: Timestamp) -> String {
    let dir = path(checkout);
    let way = match (past.moved.kind, state.moves_open()) {
        (MoveKind::Undo, (_, 1..)) => format!("; `longhaul redo {dir}` goes forth again"),
        (MoveKind::Rollback | MoveKind::Redo, (1.., _)) => format!("; `longhaul undo {dir}` takes it back"),
        _ => String::new(),
    };
    format!("{}, {}{way}", past.moved.words(), ago(past.time, now))
}

/// Says what was spent: `$1.23`, `price unknown`, `$1.23 and 12k tokens of unknown price`.
#[must_use]
pub fn cost(totals: &Totals) -> String {
    match (totals.cost.0, totals.unpriced_tokens) {
        (_, 0) => totals.cost.to_string(),
        (0, _) => "price unknown".to_owned(),
        (_, unpriced) => format!("{} and {} tokens of unknown price", totals.cost, format::tokens(unpriced)),
    }
}

/// Says how many tokens, the cached ones apart: `412k tokens (390k read from cache, 9k written to it)`.
#[must_use]
pub fn tokens(totals: &Totals) -> String {
    let usage = totals.usage;
    let written = usage.cache_write_5m + usage.cache_write_1h;
    let mut text = format!("{} tokens", format::tokens(usage.total()));
    if usage.cache_read + written > 0 {
        text.push_str(&format!(
            " ({} read from cache, {} written to it, {} new, {} out)",
            format::tokens(usage.cache_read),
            format::tokens(written),
            format::tokens(usage.input),
            format::tokens(usage.output)
        ));
    }
    text
}

/// Says a test result: `12 passed`, `12 passed, 1 failed, 2 skipped`.
#[must_use]
pub fn tests(totals: &TestTotals) -> String {
    let mut text = format!("{} passed", totals.passed);
    for (count, word) in [(totals.failed, "failed"), (totals.skipped, "skipped")] {
        if count > 0 {
            text.push_str(&format!(", {count} {word}"));
        }
    }
    text
}

/// Says which tests of a run are flaky; nothing if none is.
#[must_use]
pub fn flaky(run: &TestRun) -> String {
    let flaky: Vec<&str> = run.flaky().map(|case| case.name.as_str()).collect();
    match flaky.as_slice() {
        [] => String::new(),
        [only] => format!("; {only} is flaky, it failed and passed on these files"),
        [first, rest @ ..] => format!(
            "; {} of these tests are flaky, they failed and passed on these files (first: {first})",
            rest.len() + 1
        ),
    }
}

/// Says how a test run went: its counts, and that it was cut off, if so.
#[must_use]
pub fn test_run(run: &TestRun) -> String {
    let cut = run.cut().map_or_else(String::new, |cut| format!(", {cut}"));
    format!("{}{cut}", tests(&run.totals()))
}

/// Says how long ago something was: `3m ago`, `just now`.
#[must_use]
pub fn ago(time: Timestamp, now: Timestamp) -> String {
    match format::age(time, now) {
        age if age == "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    }
}

/// Writes a path so that it can be pasted into a shell.
#[must_use]
pub fn path(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Says where a run works: `works on longhaul/main in /src/app-longhaul-main`, and what is not there.
#[must_use]
pub fn taken(taken: &WorktreeTaken) -> String {
    let left = match taken.left_behind {
        0 => String::new(),
        paths => format!(
            "; {} of yours in {} stay there and are not in it",
            format::plural(paths as usize, "uncommitted path"),
            taken.tree.checkout
        ),
    };
    format!("works on {} in {}{left}", taken.tree.branch, taken.tree.path)
}

/// Says what became of a worktree's work.
#[must_use]
pub fn finished(finished: &WorktreeFinished) -> String {
    let branch = &finished.branch;
    let into = finished.into.as_deref().unwrap_or_default();
    let at = finished.to.as_ref().map_or("", Oid::short);
    let mut text = match finished.way {
        FinishWay::Leave => return format!("{branch} is left as it is; its worktree is yours"),
        _ if finished.from == finished.to => format!("{into} has all of {branch} already"),
        FinishWay::Merge => format!("{branch} is merged into {into}, which is at {at}"),
        FinishWay::Squash => format!("{branch} is one commit on {into}: {at}"),
    };
    if let (Some(undo), Some(from)) = (&finished.undo, &finished.from) {
        text.push_str(&format!("; {into} was at {}, kept as {undo}", from.short()));
    }
    text
}

/// Says how a run ended.
#[must_use]
pub const fn outcome(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::AllPassing => "every feature passes",
        RunOutcome::Unproven => "every feature passes by the list, and not all were shown to",
        RunOutcome::Stopped => "stopped by you",
        RunOutcome::Limit => "a limit was met",
        RunOutcome::Stalled => "stalled",
        RunOutcome::Failed => "failed",
    }
}

/// Says how a session ended. That it is finished is said only of one that brought a feature to pass, or left none.
#[must_use]
pub fn ended(ended: &SessionEnded) -> Cow<'static, str> {
    match (ended.cause, ended.left) {
        (EndCause::Finished, Some(left)) => format!("ended by the agent, {} left", format::plural(left as usize, "feature")).into(),
        (cause, _) => self::cause(cause).into(),
    }
}

const fn cause(cause: EndCause) -> &'static str {
    match cause {
        EndCause::Finished => "finished",
        EndCause::ContextFull => "context full, handed off",
        EndCause::Limit => "limit met",
        EndCause::Stopped => "stopped",
        EndCause::GaveUp => "gave up",
        EndCause::Circling => "went round, handed off",
        EndCause::Failed => "failed",
    }
}

/// Says of a move that was cut off what finishes it, in the project at a path.
#[must_use]
pub fn cut_move(at: &str) -> String {
    format!(
        "back or forth was cut off, and git shows it half done: `longhaul undo {at}` finishes it and does no more; the next run does too"
    )
}

/// Says of an edit of the feature list that was cut off what finishes it, in the project at a path.
#[must_use]
pub fn cut_edit(at: &str) -> String {
    format!(
        "of the feature list was cut off: `longhaul {at}`, or the next run, edit or move, finishes it or takes it back, and says which"
    )
}

/// Says what an agent is doing.
#[must_use]
pub const fn activity(activity: Activity) -> &'static str {
    match activity {
        Activity::Orienting => "orienting",
        Activity::Waiting => "waiting for the model",
        Activity::Retrying => "retrying",
        Activity::Thinking => "thinking",
        Activity::Writing => "writing",
        Activity::Tool => "running a tool",
        Activity::Testing => "running tests",
        Activity::Hook(_) => "running the pre-commit hook",
        Activity::NeedsHuman => "waiting for you",
        Activity::Ended => "ended",
    }
}

/// Says what a feature list says of a feature.
#[must_use]
pub const fn status(status: FeatureStatus) -> &'static str {
    match status {
        FeatureStatus::Passing => "passes",
        FeatureStatus::Failing => "failing",
        FeatureStatus::Unknown => "unknown",
    }
}

/// Says of how many passing features the own tests failed in a later run, are gone or did not run; nothing if of none.
#[must_use]
pub fn doubted(state: &State) -> String {
    match state.doubted() {
        0 => String::new(),
        doubted => {
            format!(", and own tests of {doubted} of them {} in a later run", state.doubted_then())
        }
    }
}

/// What is told of a pass that nothing but the list says.
pub const BY_LIST: &str = "by the list only";

/// Says how many features pass, and how many of them by less than was shown once.
#[must_use]
pub fn progress(state: &State) -> String {
    let (passing, total) = state.features.progress();
    let unshown = match state.unshown() {
        0 => String::new(),
        unshown => format!(", {unshown} {BY_LIST}"),
    };
    format!("{passing} of {total} pass{unshown}{}", doubted(state))
}

/// Says how a feature stands by its list and by what happened to it.
#[must_use]
pub fn standing(state: &State, row: &FeatureRow) -> &'static str {
    if let Some(doubt) = state.doubt_of(row) {
        return match (doubt.tests.is_empty(), doubt.gone.is_empty()) {
            (false, _) => "tests fail",
            (true, false) => "tests gone",
            (true, true) => "did not run",
        };
    }
    match (row.feature.status, row.regressed, row.reopened) {
        (FeatureStatus::Failing | FeatureStatus::Unknown, true, _) => "regressed",
        (FeatureStatus::Failing | FeatureStatus::Unknown, false, true) => "open again",
        _ if state.is_uncommitted(row) => "not committed",
        (status, ..) => self::status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CaseStatus, Cost, TestCase, Usage};

    #[test]
    fn unknown_prices_are_never_a_number() {
        let mut totals = Totals {
            unpriced_tokens: 12_000,
            ..Totals::default()
        };
        assert_eq!(cost(&totals), "price unknown");
        totals.cost = Cost(1_230_000_000);
        assert_eq!(cost(&totals), "$1.23 and 12k tokens of unknown price");
        totals.unpriced_tokens = 0;
        assert_eq!(cost(&totals), "$1.23");
    }

    #[test]
    fn flaky_tests_of_a_run_are_counted_and_the_first_is_named() {
        let case = |name: &str, attempts: &[CaseStatus]| TestCase {
            name: name.to_owned(),
            status: CaseStatus::Passed,
            duration_ms: None,
            detail: String::new(),
            attempts: attempts.to_vec(),
        };
        let both = [CaseStatus::Failed, CaseStatus::Passed];
        let run = r#"{"purpose": "smoke", "command": "t", "exit_code": 0, "duration_ms": 1, "output": {"text": "", "bytes": 0}}"#;
        let mut run: TestRun = serde_json::from_str(run).unwrap();
        run.cases.push(case("a", &[]));
        assert_eq!(flaky(&run), "");
        run.cases.extend([case("b", &both), case("c", &both)]);
        assert_eq!(
            format!("{}{}", test_run(&run), flaky(&run)),
            "3 passed; 2 of these tests are flaky, they failed and passed on these files (first: b)"
        );
        run.cases.truncate(2);
        assert_eq!(flaky(&run), "; b is flaky, it failed and passed on these files");
    }

    #[test]
    fn paths_can_be_pasted() {
        assert_eq!(path(Path::new("/a/b-c.d")), "/a/b-c.d");
        assert_eq!(path(Path::new("/my app/it's")), r"'/my app/it'\''s'");
        assert_eq!(path(Path::new("-rf")), "'-rf'");
    }

    #[test]
    fn cached_tokens_stand_apart() {
        let usage = Usage {
            input: 1_000,
            output: 500,
            cache_read: 90_000,
            cache_write_5m: 2_000,
            cache_write_1h: 0,
        };
        let totals = Totals {
            usage,
            ..Totals::default()
        };
        assert_eq!(
            tokens(&totals),
            "93.5k tokens (90k read from cache, 2k written to it, 1k new, 500 out)"
        );
        assert_eq!(tokens(&Totals::default()), "0 tokens");
    }
}
