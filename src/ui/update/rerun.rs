//! Running tests again because a person wants to know.
//!
//! Invariant: what is asked for is what is selected; that it runs, and how it went, is said by the log.

use super::availability::watches_another;
use crate::protocol::event::{TestRunDropped, TestRunFinished, TestRunQueued};
use crate::protocol::{CaseStatus, Command, TestPurpose};
use crate::ui::keymap::Action;
use crate::ui::model::{Model, Popup, Subject};
use crate::ui::msg::Effect;
use crate::ui::text::format;
use crate::verify::COMMAND_CASE;

/// So many failing tests are named one by one; of more, all tests are run.
const NAMED: usize = 200;

/// Does an action of this topic.
pub fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let (only, told) = match action {
        Action::StopTests => {
            let waits = model.state.tests.queued.is_some();
            model.say(if waits {
                "taking the test run back"
            } else {
                "stopping the test run"
            });
            return effects.push(Effect::Send(Command::StopTests));
        }
        Action::RerunTest => (selected(model).into_iter().collect(), "running the test again".to_owned()),
        Action::RerunFailed => {
            let failed = failed(model);
            let told = format!("running {} again", format::plural(failed.len(), "failed test"));
            (failed, told)
        }
        _ => (Vec::new(), "running all tests".to_owned()),
    };
    let whole = only.len() > NAMED || only.iter().any(|name| name == COMMAND_CASE);
    let only = if whole { Vec::new() } else { only };
    model.say(told);
    effects.push(Effect::Send(Command::RunTests { only }));
}

/// Says why an action of this topic cannot be done now.
#[must_use]
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    let asked = model.state.tests.running.as_ref().map(|running| running.purpose) == Some(TestPurpose::Asked);
    let waits = model.state.tests.queued.is_some();
    if let Some(reason) = watches_another(model) {
        return Some(reason);
    }
    if !matches!(model.popup, None | Some(Popup::Help(_) | Popup::Palette(_))) {
        return Some("close this window first");
    }
    if model.state.sessions.is_empty() {
        return Some("nothing was run here yet; `longhaul verify` runs the tests of any project");
    }
    match action {
        Action::StopTests => (!asked && !waits).then_some("no test run that you asked for is under way"),
        _ if waits => Some("the tests that you asked for wait already; take them back first"),
        _ if asked => Some("the tests run already, as you asked"),
        Action::RerunTest => selected(model).is_none().then_some("select a test first"),
        Action::RerunFailed => failed(model).is_empty().then_some("no test fails"),
        _ => None,
    }
}

fn selected(model: &Model) -> Option<String> {
    match model.subject()? {
        Subject::Test(name) => Some(name),
        _ => None,
    }
}

fn failed(model: &Model) -> Vec<String> {
    let state = &model.state;
    let fails = state
        .tests
        .cases
        .iter()
        .filter(|case| state.result_now(case) == Some(CaseStatus::Failed));
    fails.map(|case| case.name.clone()).collect()
}

/// A run that was asked for here, or from another window, has ended.
pub fn finished(model: &mut Model, finished: &TestRunFinished) {
    let run = &finished.run;
    if run.purpose != TestPurpose::Asked || !model.caught_up {
        return;
    }
    let totals = run.totals();
    let told = match (totals.failed, totals.passed) {
        (0, 0) => "no test was run".to_owned(),
        (0, passed) => format!("{} passed", format::plural(passed as usize, "test")),
        (failed, 0) => format!("{} failed", format::plural(failed as usize, "test")),
        (failed, passed) => format!("{} failed, {passed} passed", format::plural(failed as usize, "test")),
    };
    let told = run.cut().map_or_else(|| told.clone(), |cut| format!("{told}; {cut}"));
    let unheard: Vec<&String> = run
        .only
        .iter()
        .filter(|wanted| !run.cases.iter().any(|case| case.name == **wanted))
        .collect();
    let told = match unheard.as_slice() {
        [] => told,
        // Its runner takes it for another name: one with an escape code in it, say.
        [one] => format!("{told}; run all tests for a result of {one}"),
        [one, ..] => format!(
            "{told}; run all tests for results of {} more, {one} among them",
            unheard.len()
        ),
    };
    if totals.failed > 0 || run.timed_out || !unheard.is_empty() {
        model.refuse(told);
    } else {
        model.say(told);
    }
}

/// It waits: what was said when it was asked for is not so yet.
pub fn queued(model: &mut Model, queued: &TestRunQueued) {
    if model.caught_up && watches_another(model).is_none() {
        let key = model.keymap.key_text(Action::StopTests);
        model.say(format!("the test run {}; {key} takes it back", queued.behind.words()));
    }
}

/// It came to nothing.
pub fn dropped(model: &mut Model, dropped: &TestRunDropped) {
    if dropped.purpose == TestPurpose::Asked && model.caught_up {
        model.refuse(format!("no test results: {}", dropped.reason));
    }
}
