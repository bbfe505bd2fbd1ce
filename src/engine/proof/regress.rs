//! What passed before, tried again at a session's start, before any new work: it costs no tokens.
//!
//! Owns which checks are run within their time, that a feature which fails is set back, and what the agent is told, also of what the
//! last look at a finished list set back before the session. Invariant: a feature is set back here only by a run of this session on the
//! files as they are.

use super::bisect::{Broken, Search};
use super::checks;
use super::features::Fell;
use super::{ended, features, grounds, hung, unrun};
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::event::{FlipBy, OrientationPart};
use crate::protocol::{CaseStatus, CheckRun, Feature, FeatureId, FeatureStatus, Seq, TestPurpose, TestRun};
use crate::session::State;
use crate::session::state::KeptCheck;
use crate::session::timeline::ItemKind;
use crate::verify;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// The name of the part that tells of it.
pub const PART: &str = "regressions";
/// Words of the lines that tell what of the passing features was not tried.
pub const UNTRIED: [&str; 3] = [BY_TIME, hung::UNENDED, ended::EARLY];
const BY_TIME: &str = "not run, because their time was over";
/// Lines of what a check printed that the agent is told, and how much of each.
const PRINTED: (usize, usize) = (8, 200);
/// Features that are named of many.
const NAMED: usize = 20;

/// Sets back what fails now, looks for what broke it, and says so.
///
/// # Errors
/// If the log, git, the list or a shell fails.
pub async fn look(
    dispatch: &Dispatch,
    listed: &[Feature],
    run: Option<&TestRun>,
    cancel: &CancellationToken,
) -> Result<Option<OrientationPart>, EngineError> {
    let project = &dispatch.project;
    let mut lines = Vec::new();
    let mut broken = project.journal.with_state(|state| before_it(state, run, &mut lines));
    // A script that is gone tells more than a run that could not begin.
    broken.extend(by_script(project, listed, run, &mut lines).await?);
    if let Some(run) = run {
        broken.extend(by_tests(project, listed, run, &mut lines, cancel).await?);
    }
    broken.extend(by_checks(dispatch, &mut lines, cancel).await?);
    // What no commit ever held was broken by none: it is told beside this.
    project.journal.with_state(|state| {
        let is_lost = |id: &FeatureId| state.features.get(id).is_some_and(|row| state.is_uncommitted(row));
        broken.retain(|broken| !is_lost(&broken.feature.id));
    });
    let mut search = Search::new(project, cancel);
    for broken in broken {
        let id = &broken.feature.id;
        let Some(search) = &mut search else {
            lines.push(format!("{id} worked before and fails now."));
            continue;
        };
        let Some(traced) = search.trace(&broken).await? else { break };
        lines.push(format!("{id} worked before and fails now: {}.", traced.words()));
        project.record(traced)?;
    }
    Ok((!lines.is_empty()).then(|| OrientationPart {
        name: PART.to_owned(),
        command: String::new(),
        text: lines.join("\n"),
    }))
}

/// Tells what the last look at a finished list set back since the session before, and returns what of it fails now.
fn before_it(state: &State, run: Option<&TestRun>, lines: &mut Vec<String>) -> Vec<Broken> {
    let Some(current) = state.current() else { return Vec::new() };
    let before = state.sessions.iter().rev().find(|session| session.number < current.number);
    let closed = before.and_then(|session| session.items.iter().rfind(|item| matches!(item.kind, ItemKind::Closed(_))));
    let begun = state.run.as_ref().map(|run| run.begun);
    let since = closed.map(|item| item.seq).max(begun).unwrap_or_default();
    let mut broken = Vec::new();
    for row in state
        .features
        .rows
        .iter()
        .filter(|row| row.feature.status == FeatureStatus::Failing)
    {
        let Some(flip) = state.last_flip(row).filter(|flip| flip.by == FlipBy::Harness) else {
            continue;
        };
        // What was never committed has not ceased to work; it is told beside this.
        if flip.seq < since || flip.session >= current.number || flip.is_uncommitted() {
            continue;
        }
        let feature = row.feature.clone();
        let failed = state
            .check_of(row)
            .filter(|kept| feature.tests.is_empty() && kept.last.failure.is_some());
        if let Some(kept) = failed {
            match state.check_run(&feature.id, &kept.last) {
                Some(run) => lines.push(no_longer(run)),
                None => lines.push(format!("{} was set back before this session: {}.", feature.id, flip.reason)),
            }
            broken.push(Broken {
                check: Some(kept.check.clone()),
                held: Some((kept.held.seq, true)),
                hangs: false,
                alone: Vec::new(),
                feature,
            });
            continue;
        }
        lines.push(format!("{} was set back before this session: {}.", feature.id, flip.reason));
        if let Some(run) = run.filter(|run| !feature.tests.is_empty() && !verify::own(&feature, run).proven()) {
            let held = held(state, &feature, run);
            broken.push(Broken {
                feature,
                check: None,
                held,
                hangs: false,
                alone: Vec::new(),
            });
        }
    }
    broken
}

/// Sets back what passed by tests that nothing can run any more.
async fn by_script(
    project: &Project,
    listed: &[Feature],
    run: Option<&TestRun>,
    lines: &mut Vec<String>,
) -> Result<Vec<Broken>, EngineError> {
    let Some(back) = grounds::set_back_unrunnable(project).await? else {
        return Ok(Vec::new());
    };
    let ids: Vec<&str> = back.features.iter().map(FeatureId::as_str).collect();
    lines.push(format!(
        "{} What passed by them is set back: {}.",
        back.sentence,
        ids.join(", ")
    ));
    // Of what no command runs, nothing can be tried on old files either.
    let Some(run) = run else { return Ok(Vec::new()) };
    let features = listed.iter().filter(|feature| back.features.contains(&feature.id));
    Ok(project.journal.with_state(|state| {
        let broken = features.map(|feature| Broken {
            feature: feature.clone(),
            check: None,
            held: held(state, feature, run),
            hangs: false,
            alone: Vec::new(),
        });
        broken.collect()
    }))
}

/// Says that a check does not hold any more: what was run, what it should have come to, what it printed.
fn no_longer(run: &CheckRun) -> String {
    let failure = run.failure().unwrap_or_default();
    let mut text = format!("The check of {} does not hold any more: {failure}.", run.feature);
    let Some((at, went)) = run.steps.iter().enumerate().next_back() else {
        return text;
    };
    let Some(wanted) = run.check.steps.get(at) else { return text };
    let expected: Vec<String> = wanted.expect.iter().map(|text| format!(" and print \"{text}\"")).collect();
    text.push_str(&format!(
        "\n  $ {}\n  must end with exit code {}{}\n  it printed:",
        wanted.command,
        wanted.exit,
        expected.concat()
    ));
    let (lines, width) = PRINTED;
    for line in went.output.text.lines().take(lines) {
        text.push_str("\n    ");
        text.extend(line.chars().take(width));
    }
    match went.output.text.lines().count().saturating_sub(lines) {
        0 if went.output.bytes == 0 => text.push_str(" nothing"),
        0 => {}
        more => text.push_str(&format!("\n    … and {more} more lines")),
    }
    text
}

/// Sets back the features whose own tests fail in the smoke run, are gone, did not run, or do not end.
async fn by_tests(
    project: &Project,
    listed: &[Feature],
    run: &TestRun,
    lines: &mut Vec<String>,
    cancel: &CancellationToken,
) -> Result<Vec<Broken>, EngineError> {
    let mut back = features::set_back_regressed(project, listed, run).await?;
    let ended = ended::look(project, listed, run, lines, cancel).await?;
    back.extend(ended.set_back().cloned());
    back.extend(unrun::look(project, listed, run, lines).await?);
    for feature in listed.iter().filter(|feature| feature.status == FeatureStatus::Passing) {
        if back.contains(&feature.id) {
            continue;
        }
        let silent = project.journal.with_state(|state| {
            let doubt = state.features.get(&feature.id).and_then(|row| state.doubt_of(row));
            let (gone, unrun) = doubt.map_or_else(Default::default, |doubt| (doubt.gone.clone(), doubt.unrun.clone()));
            // A run that had its end well left out what is there; of any other nobody knows that it would not have come to it.
            let left_out = run.exit_code == Some(0) && !run.timed_out && !ended.looked;
            Silent {
                gone,
                left_out: if left_out { unrun } else { Vec::new() },
            }
        });
        if let Some((reason, line)) = silent.told(feature, &run.command) {
            if features::set_back(project, &feature.id, reason).await? == Fell::Broken {
                lines.push(line);
            }
            back.push(feature.id.clone());
        }
    }
    let hung = hung::look(project, listed, run, lines, cancel).await?;
    let is_hung = |feature: &Feature| hung.contains(&feature.id);
    back.extend(hung.iter().cloned());
    let features = listed.iter().filter(|feature| back.contains(&feature.id));
    Ok(project.journal.with_state(|state| {
        features
            .map(|feature| Broken {
                feature: feature.clone(),
                check: None,
                held: held(state, feature, run),
                hangs: is_hung(feature),
                alone: ended.tests_of(&feature.id),
            })
            .collect()
    }))
}

/// Tests of a passing feature that a run which had its end says nothing of.
struct Silent {
    /// Those that are not there any more.
    gone: Vec<String>,
    /// Those that are there.
    left_out: Vec<String>,
}

impl Silent {
    /// Says why the feature is set back for it, and what the agent is told; `None` if nothing is silent.
    fn told(&self, feature: &Feature, command: &str) -> Option<(String, String)> {
        let what = match (self.gone.is_empty(), self.left_out.is_empty()) {
            (true, true) => return None,
            (false, true) => format!("are gone: {}", self.gone.join(", ")),
            (true, false) => format!("did not run: {}", self.left_out.join(", ")),
            (false, false) => format!(
                "are gone ({}) or did not run: {}",
                self.gone.join(", "),
                self.left_out.join(", ")
            ),
        };
        let is_silent = |test: &&String| self.gone.contains(test) || self.left_out.contains(test);
        let left: Vec<&str> = feature
            .tests
            .iter()
            .filter(|test| !is_silent(test))
            .map(String::as_str)
            .collect();
        let (whose, follows) = match left.as_slice() {
            [] => ("its tests", "Nothing shows any more that it works.".to_owned()),
            left => (
                "some of its tests",
                format!("What is left of them ({}) does not show what they did.", left.join(", ")),
            ),
        };
        let of = if left.is_empty() { "The tests" } else { "Some tests" };
        let there = match self.left_out.is_empty() {
            true => String::new(),
            false => format!(" `{command}` ends well without these files, which are there."),
        };
        Some((
            format!("{whose} {what}"),
            format!("{of} of {} {what}.{there} {follows}", feature.id),
        ))
    }
}

/// The last run in which a feature's failing tests passed, and whether it was the run of the commit after it.
fn held(state: &State, feature: &Feature, run: &TestRun) -> Option<(Seq, bool)> {
    let passes = |name: &str| {
        run.cases
            .iter()
            .any(|case| case.name == name && case.status == CaseStatus::Passed)
    };
    let own = state.tests.cases.iter().filter(|case| verify::names(feature, &case.name));
    let since = own
        .filter(|case| !passes(&case.name))
        .filter_map(|case| case.lost(|status| status == Some(CaseStatus::Passed)))
        .min()?;
    let runs = &state.tests.history;
    let last = state.tests.run_before(since)?.seq;
    let next = state.commits.iter().find(|commit| commit.seq > last);
    let between = next.is_some_and(|next| runs.iter().any(|run| run.seq > last && run.seq < next.seq));
    Some((last, !between))
}

/// Runs the recorded checks of passing features, those that ran longest ago first, while their time lasts.
async fn by_checks(dispatch: &Dispatch, lines: &mut Vec<String>, cancel: &CancellationToken) -> Result<Vec<Broken>, EngineError> {
    let project = &dispatch.project;
    let mut due: Vec<(Feature, KeptCheck)> = project.journal.with_state(|state| {
        let rows = state.features.rows.iter();
        rows.filter(|row| row.feature.status == FeatureStatus::Passing && row.feature.tests.is_empty())
            .filter_map(|row| Some((row.feature.clone(), row.check.clone()?)))
            .collect()
    });
    due.sort_by_key(|(_, kept)| kept.last.seq);
    let (begun, budget) = (Instant::now(), Duration::from_secs(project.settings.verify.check_seconds));
    let (mut held, mut left, mut broken) = (0_usize, Vec::new(), Vec::new());
    for (feature, kept) in due {
        if cancel.is_cancelled() {
            break;
        }
        if begun.elapsed() + Duration::from_millis(kept.last.duration_ms) > budget {
            left.push(feature.id);
            continue;
        }
        // One that was stopped tells nothing.
        let replayed = checks::replay(project, &feature.id, &kept.check, TestPurpose::Smoke, cancel).await?;
        let failed = replayed.and_then(|run| Some((run.failure()?, run)));
        match failed {
            None => held += 1,
            Some((failure, run)) => {
                let reason = format!("fails at the session's start: {failure}");
                if features::set_back(project, &feature.id, reason).await? == Fell::Uncommitted {
                    continue;
                }
                lines.push(no_longer(&run));
                broken.push(Broken {
                    feature,
                    check: Some(kept.check),
                    held: Some((kept.held.seq, true)),
                    hangs: false,
                    alone: Vec::new(),
                });
            }
        }
    }
    if held + left.len() + broken.len() > 0 {
        lines.insert(0, told(held, broken.len(), &left));
    }
    Ok(broken)
}

fn told(held: usize, broken: usize, left: &[FeatureId]) -> String {
    let mut text = format!("Recorded checks of passing features: {held} hold, {broken} do not.");
    if !left.is_empty() {
        let named: Vec<&str> = left.iter().map(FeatureId::as_str).take(NAMED).collect();
        let more = if left.len() > NAMED { ", …" } else { "" };
        text.push_str(&format!(
            " {} more {} {BY_TIME} (check_seconds): {}{more}. They come first next time.",
            left.len(),
            if left.len() == 1 { "was" } else { "were" },
            named.join(", ")
        ));
    }
    text
}
