//! What a headless run says of each event: a line, or nothing for what is not of note.
//!
//! Pure. Invariant: a refusal, a breach, a flip, a commit, a retry and an end are never left out.

mod runs;
#[cfg(test)]
mod tests;

use super::{gates, steered};
use crate::cli::words;
use crate::engine::{REGRESSIONS, UNTRIED};
use crate::protocol::event::{
    BreachFound, CommitMade, ExternalKind, FeatureFlipped, FeatureListEdited, FlipBy, OrientationFinished, Ruling, RulingMade,
    SessionEnded, ToolFinished,
};
use crate::protocol::{CallId, CallStatus, CheckRun, Event, FeatureId, FeatureStatus, Oid, SessionNo, TestPurpose};
use crate::session::{Call, State};
use crate::ui::text::format;

/// Returns the lines for an event that was just folded into `state`.
pub(super) fn lines(event: &Event, session: SessionNo, state: &State) -> Vec<String> {
    let line = match event {
        Event::RunStarted(run) => format!(
            "run started: {} with {} at {}, commands run unconfined",
            run.project, run.model, run.endpoint
        ),
        Event::RunEnded(run) => {
            let ended = format!("run ended: {}", or(&run.reason, words::outcome(run.outcome)));
            return std::iter::once(ended).chain(steered::undelivered(state)).collect();
        }
        Event::RunInterrupted(_) => "interrupted: the process that ran it is gone".to_owned(),
        Event::StopCancelled(_) => "going on: the stop was taken back".to_owned(),
        Event::StopRequested(_) => "stopping, as you asked".to_owned(),
        Event::PauseRequested(pause) => steered::pause(pause.mode).to_owned(),
        Event::PauseCancelled(_) => "going on: the pause was taken back".to_owned(),
        Event::RunPaused(paused) => match &paused.because {
            Some(because) => format!("paused: {because}"),
            None => "paused".to_owned(),
        },
        Event::RunResumed(_) => "going on after the pause".to_owned(),
        Event::MessageQueued(queued) => steered::message(queued.message, "waits for the next step", &queued.text),
        Event::MessageEdited(edited) => steered::message(edited.message, "changed", &edited.text),
        Event::MessageWithdrawn(gone) => format!("{} taken back", gone.message),
        Event::MessageDelivered(gone) => format!("{} goes to the agent", gone.message),
        Event::RunOrderChanged(order) => steered::order(order),
        Event::SteerRefused(refused) => format!("not done: {}", refused.reason),
        Event::MoveRefused(refused) => format!("not moved: {}", refused.reason),
        Event::ReviewRefused(refused) => format!("review of {} not recorded: {}", refused.commit.short(), refused.reason),
        Event::SessionStarted(started) => {
            format!(
                "session {} ({}) starts with a fresh window of {} tokens",
                session.0,
                started.role,
                format::tokens(started.context_window)
            )
        }
        Event::SessionEnded(ended) => return session_ended(ended, session, state),
        Event::LimitRaised(raised) => format!("limit raised: {}", raised.detail),
        Event::CirclingSeen(seen) => format!("goes round: {}", seen.words()),
        Event::LimitReached(limit) => format!("limit met: {}", limit.detail),
        Event::FeatureListLoaded(list) => {
            let passing = list
                .features
                .iter()
                .filter(|feature| feature.status == FeatureStatus::Passing)
                .count();
            format!("feature list: {passing} of {} pass", list.features.len())
        }
        Event::FeatureSelected(chosen) => {
            format!(
                "feature {} chosen ({}): {}",
                chosen.feature,
                chosen.reason,
                description(state, &chosen.feature)
            )
        }
        Event::OrientationFinished(orientation) => {
            return std::iter::once(oriented(orientation)).chain(untried(orientation)).collect();
        }
        Event::RequestRetried(retry) => {
            format!(
                "request failed {}, trying again in {}: {}",
                if retry.attempt == 1 {
                    "once".to_owned()
                } else {
                    format!("{} times", retry.attempt)
                },
                format::duration_ms(retry.delay_ms),
                retry.error
            )
        }
        Event::RequestFailed(failed) => format!("request failed: {}", failed.error),
        Event::TurnInterrupted(cut) => format!("answer cut off: {}", cut.reason),
        Event::ToolFinished(finished) => match call(state, session, &finished.call) {
            Some(call) if failed(finished.status) || is_claim(call, finished.status) => {
                fell_through(&call.tool, &call.title, finished)
            }
            _ => return Vec::new(),
        },
        Event::RulingMade(ruling) => ruled(ruling, session, state),
        Event::BreachFound(breach) => breached(breach),
        Event::ExternalChangeSeen(change) if change.what == ExternalKind::Processes => {
            format!("{} ({})", change.detail, change.paths.join(", "))
        }
        Event::ExternalChangeSeen(change) => format!("changed from outside: {} ({})", change.detail, change.paths.join(", ")),
        Event::TestRunQueued(queued) => format!("the test run that was asked for {}", queued.behind.words()),
        Event::TestRunFinished(finished) => runs::tested(&finished.run, state),
        Event::TestRunDropped(dropped) => format!("no test run: {}", dropped.reason),
        Event::CheckRan(ran) => checked(&ran.run),
        Event::RegressionTraced(traced) => format!("{} {}", traced.feature, traced.words()),
        Event::FeatureFlipped(flip) => flipped(flip, state),
        Event::FeatureHeld(held) => held.words(),
        Event::VerifyDeclared(declared) if declared.reason.is_empty() => format!("tests are run with `{}`", declared.command),
        Event::VerifyDeclared(declared) => format!("tests are run with `{}` ({})", declared.command, declared.reason),
        Event::NoteAdded(note) => format!("note: {}", first_line(&note.text)),
        Event::QuestionAsked(question) => gates::asked(question),
        Event::QuestionAnswered(answer) => format!("answered by {}: {}", answer.by, first_line(&answer.text)),
        Event::QuestionWithdrawn(gone) => format!("{} withdrawn: {}", gone.question, gone.reason),
        Event::RuleAdded(added) => gates::rule(added),
        Event::RuleRevoked(gone) => format!("rule {} revoked", gone.rule),
        Event::GateOpened(gate) => return gates::opened(gate, state).into_iter().collect(),
        Event::GateDecided(decided) => return gates::decided(decided).into_iter().collect(),
        Event::GateCommented(commented) => gates::commented(commented),
        Event::GateAnswerRefused(refused) => format!("answer refused: {}", refused.reason),
        Event::AutonomyChanged(changed) => gates::level(changed),
        Event::CommitReviewed(reviewed) => gates::reviewed(reviewed),
        Event::CommitMade(commit) => committed(commit),
        Event::FeatureListEdited(edited) => listed(edited),
        Event::FeatureEditQueued(_) => format!("an edit of the feature list by hand waits for {}", state.edits_wait_for()),
        Event::FeatureEditRefused(refused) => format!("the feature list was not edited: {}", refused.reason),
        Event::CheckpointsDropped(gone) => format!(
            "{} dropped: {}",
            format::plural(gone.checkpoints.len(), "checkpoint"),
            gone.reason
        ),
        Event::RolledBack(moved) => crate::engine::rollback::sentence(moved),
        Event::WorktreeTaken(taken) => words::taken(taken),
        Event::WorktreeFinished(finished) => words::finished(finished),
        Event::RepositoryObserved(_)
        | Event::PromptSent(_)
        | Event::TurnStarted(_)
        | Event::BlockStarted(_)
        | Event::BlockDelta(_)
        | Event::BlockFinished(_)
        | Event::ResponseFinished(_)
        | Event::ToolStarted(_)
        | Event::ToolOutputAppended(_)
        | Event::TestRunStarted(_)
        | Event::TestRunProgressed(_)
        | Event::PreCommitStarted(_)
        | Event::PreCommitFinished(_)
        | Event::CheckpointMade(_)
        | Event::QuestionHeld(_)
        | Event::QuestionReleased(_)
        | Event::RuleUsed(_)
        | Event::NotesEdited(_)
        | Event::NotesSaveRefused(_)
        | Event::SectionRuled(_)
        | Event::WindowComposed(_)
        | Event::Unknown(_) => return Vec::new(),
    };
    vec![line]
}

/// Why a call did not do what it was asked, then what that was. Of a command the exit code: its first line is seldom the reason.
fn fell_through(tool: &str, title: &str, finished: &ToolFinished) -> String {
    let why = match finished.exit_code {
        Some(code) => format!("exit {code}"),
        None => first_line(&finished.output.text).to_owned(),
    };
    let word = status(finished.status);
    match (why.is_empty(), title.is_empty()) {
        (true, _) => format!("{tool} {word}: {title}"),
        (false, true) => format!("{tool} {word}: {why}"),
        (false, false) => format!("{tool} {word}: {why} ({title})"),
    }
}

fn session_ended(ended: &SessionEnded, number: SessionNo, state: &State) -> Vec<String> {
    let mut facts = vec![format!("session {} ended: {}", number.0, words::ended(ended))];
    if let Some(session) = state.session(number) {
        let commits = state.commits.iter().filter(|commit| commit.session == number).count();
        facts.push(format::plural(session.turn.0 as usize, "turn"));
        facts.push(format::plural(commits, "commit"));
        facts.push(format!("{} tokens", format::tokens(session.totals.usage.total())));
        facts.push(words::cost(&session.totals));
        if let Some((time, _)) = &session.ended {
            facts.push(format::duration_ms(format::seconds_between(session.started, *time) * 1000));
        }
    }
    let mut lines = vec![facts.join(", ")];
    let says = if ended.left.is_some() { "it says: " } else { "" };
    lines.extend((!ended.summary.is_empty()).then(|| format!("  {says}{}", first_line(&ended.summary))));
    lines.extend(
        ended
            .checks
            .iter()
            .filter(|(_, holds)| !holds)
            .map(|(check, _)| format!("  NOT {check}")),
    );
    if !ended.dirty.is_empty() {
        let paths = format::plural(ended.dirty.len(), "uncommitted path");
        lines.push(format!(
            "  kept as it is: {paths} ({})",
            ended.dirty.iter().take(5).cloned().collect::<Vec<_>>().join(", ")
        ));
    }
    lines
}

fn oriented(orientation: &OrientationFinished) -> String {
    let about = if orientation.estimated { "about " } else { "" };
    format!(
        "oriented: {}, {about}{} tokens, {} of the window, {}",
        format::plural(orientation.parts.len(), "part"),
        format::tokens(orientation.tokens),
        format::percent(orientation.share),
        format::duration_ms(orientation.duration_ms)
    )
}

/// What of the passing features was not tried, of what the agent is told of regressions: nobody else would tell a person.
fn untried(orientation: &OrientationFinished) -> Vec<String> {
    let told = orientation.parts.iter().filter(|part| part.name == REGRESSIONS);
    let lines = told.flat_map(|part| part.text.lines());
    let is_untried = |line: &&str| UNTRIED.iter().any(|words| line.contains(words));
    lines.filter(is_untried).map(str::to_owned).collect()
}

fn ruled(ruling: &RulingMade, session: SessionNo, state: &State) -> String {
    let what = match call(state, session, &ruling.call) {
        Some(call) if call.title.is_empty() => format!(" {}", call.tool),
        Some(call) => format!(" {} `{}`", call.tool, call.title),
        None => String::new(),
    };
    let word = match ruling.ruling {
        Ruling::Allow => "allowed",
        Ruling::Ask => "a person must decide on",
        Ruling::Deny => "refused",
    };
    format!("{word}{what}: {}", first_sentence(&ruling.reason))
}

fn breached(breach: &BreachFound) -> String {
    if breach.in_commit {
        format!("guarded file {} is committed as agreed: {}", breach.path, breach.detail)
    } else if breach.restored {
        format!(
            "guarded file {} was changed, put back as it was: {}",
            breach.path, breach.detail
        )
    } else {
        format!("BREACH, left as it is: {}: {}", breach.path, breach.detail)
    }
}

fn checked(run: &CheckRun) -> String {
    let purpose = match run.purpose {
        TestPurpose::Smoke => "at the session's start",
        TestPurpose::Declared => "as just declared",
        TestPurpose::Evidence => "as evidence",
        TestPurpose::Commit => "before the commit",
        TestPurpose::Final => "of the final files",
        TestPurpose::Asked => "as asked",
        TestPurpose::Agent => "for the agent",
    };
    let result = run.failure().unwrap_or_else(|| "holds".to_owned());
    let took = format::duration_ms(run.duration_ms);
    format!("check of {} {purpose}: {result}, {took}", run.feature)
}

fn flipped(flip: &FeatureFlipped, state: &State) -> String {
    let (passing, total) = state.features.progress();
    let by = match flip.by {
        FlipBy::Agent => "agent",
        FlipBy::Harness => "harness",
        FlipBy::Human => "you",
    };
    let word = if flip.to == FeatureStatus::Passing {
        "passes"
    } else if flip.is_uncommitted() {
        "does not pass yet"
    } else {
        "FAILS"
    };
    let why = flip
        .evidence
        .as_ref()
        .map_or(flip.reason.as_str(), |evidence| evidence.summary.as_str());
    format!(
        "{} {word} [{passing}/{total}] (by {by}): {}",
        flip.feature,
        or(first_line(why), &description(state, &flip.feature))
    )
}

fn listed(edited: &FeatureListEdited) -> String {
    let commit = edited.commit.as_ref().map_or("not committed", Oid::short);
    let why = or(first_line(&edited.reason), "no reason given");
    format!("feature list edited by hand: {} ({commit}): {why}", edited.title)
}

fn committed(commit: &CommitMade) -> String {
    let tests = match (&commit.tests_before, &commit.tests_after) {
        (Some(before), Some(after)) => format!(", tests {} -> {}", before.passed, words::tests(after)),
        (None, Some(after)) => format!(", tests {}", words::tests(after)),
        (_, None) => String::new(),
    };
    let files = format::plural(commit.files as usize, "file");
    let over = if commit.over_hook.is_some() {
        ", approved over the failed pre-commit hook"
    } else {
        ""
    };
    format!(
        "commit {} {} ({files}, +{} -{}{tests}){over}",
        commit.commit.short(),
        first_line(&commit.message),
        commit.added,
        commit.removed
    )
}

fn call<'a>(state: &'a State, session: SessionNo, id: &CallId) -> Option<&'a Call> {
    state.session(session)?.call(id)
}

fn description(state: &State, id: &FeatureId) -> String {
    state
        .features
        .get(id)
        .map_or_else(String::new, |row| row.feature.description.clone())
}

/// Says whether a feature that was claimed to pass was not taken for passing: no guard rules on that, so no other line tells it.
fn is_claim(call: &Call, status: CallStatus) -> bool {
    call.tool == "feature_passed" && status == CallStatus::Refused
}

/// A command that exits with an error is everyday work; a tool that could not do its own is of note.
const fn failed(status: CallStatus) -> bool {
    matches!(status, CallStatus::Failed | CallStatus::Cancelled)
}

const fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Failed => "failed",
        CallStatus::Cancelled => "was stopped",
        CallStatus::Refused => "was refused",
        CallStatus::Pending | CallStatus::InProgress | CallStatus::Completed => "ended",
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// The agent is told more than a person needs.
fn first_sentence(text: &str) -> &str {
    let line = first_line(text);
    line.find(". ").map_or(line, |end| &line[..end])
}

pub(super) fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim()
}
