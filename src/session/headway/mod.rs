//! Whether a session's work moves or goes round, measured turn by turn from what its tools were asked and answered.
//!
//! Owns the measure. Does not own what follows from it: the engine decides by the settings, and says so in the log. Time does not
//! count, only turns: a build of an hour is one turn. What the agent says of its work is not read. Invariant: only a turn in which
//! nothing at all was new counts as a round, and its memory is bounded.
//!
//! A turn is judged by the best that it brought ([`Beat`]). Proof and new file states end a streak of rounds; so does an answer that
//! changed without the agent's doing, for then it waits for something that moves. A look at something new takes one round off. Two
//! things are counted besides, because each may go on under new file states or new looks for ever: the same failure again and again
//! ([`FAILURES_PER_ROUND`]), and turns that bring little ([`DRY_PER_ROUND`]): that only look, that only see what was seen, that change
//! a line or two of what was written before and hear nothing new. While something runs that the agent started, a turn that waits for it
//! is no round; for how long, `wait` says.

mod beat;
mod counts;
mod dry;
mod seen;
#[cfg(test)]
mod tests;
mod track;
mod turn;
mod wait;

pub use beat::Beat;
pub use track::Track;

use super::timeline::Call;
use crate::protocol::event::{FileWritten, Repeat, RepeatKind, ToolFinished};
use crate::protocol::{CallStatus, CaseStatus, Oid, TestPurpose, TestRun, ToolKind};
use counts::{COUNTED, Counted, NAMED, count};
use dry::Dry;
use jiff::Timestamp;
use seen::Seen;
use std::collections::HashMap;
use turn::{Answer, Turn};
use wait::Wait;

/// Times that the same failure must come, with edits in between, to weigh as much as a round.
pub const FAILURES_PER_ROUND: u32 = 2;
/// Turns that only look, without a new file state or proof, that weigh as much as a round.
pub const DRY_PER_ROUND: u32 = 10;
/// The measure of one session's work on one feature.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Headway {
    turn: Turn,
    streak: u32,
    dry: Dry,
    told: Option<(u32, Timestamp)>,
    handed_off: bool,
    files: Option<u64>,
    states: Seen,
    answers: Seen,
    /// What was answered, to whatever question and on whatever files.
    texts: Seen,
    /// The lines of it.
    lines: Seen,
    /// Files that the agent wrote.
    written: Seen,
    latest: HashMap<u64, u64>,
    passed: Seen,
    failures: Vec<Counted>,
    repeats: Vec<Counted>,
    wait: Wait,
}

impl Headway {
    /// Returns how many rounds the work has gone, the turn under way included as far as it is.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        let (streak, dry) = self.counted();
        let standing = self.failures.iter().filter(|_| !self.turn.proved);
        let failures = standing.map(|failure| failure.times).max().unwrap_or(0);
        streak.max(failures / FAILURES_PER_ROUND).max(dry.weight / DRY_PER_ROUND)
    }

    /// Names what was repeated most, at most three things.
    #[must_use]
    pub fn repeats(&self) -> Vec<Repeat> {
        let (_, dry) = self.counted();
        let mut repeated: Vec<&Counted> = self.failures.iter().chain(&self.repeats).collect();
        repeated.retain(|counted| counted.times > 1);
        repeated.sort_by_key(|counted| std::cmp::Reverse(counted.times));
        // That nothing came of it goes without saying where it is said what was done, unless this is what it is told for.
        let is_named = repeated.is_empty() || dry.is_told_for(self.rounds());
        let little = if is_named { dry.counted() } else { Vec::new() };
        let all = little.iter().chain(repeated);
        all.take(NAMED).map(Counted::told).collect()
    }

    /// Returns since when the agent knows that it goes round, if it has not moved since.
    #[must_use]
    pub fn circling_since(&self) -> Option<Timestamp> {
        self.told.map(|(_, since)| since)
    }

    /// Says whether the session was asked to hand its work off because it goes round.
    #[must_use]
    pub const fn is_handed_off(&self) -> bool {
        self.handed_off
    }

    /// The turn is over. Returns what it brought.
    pub(super) fn end_turn(&mut self) -> Beat {
        let beat = self.turn.beat();
        (self.streak, self.dry) = self.counted();
        if self.turn.brings_something() {
            self.repeats.clear();
        }
        if beat == Beat::Proved {
            self.failures.clear();
        }
        if beat >= Beat::Changed && self.turn.brings_something() {
            self.wait = Wait::default();
        } else if self.turn.waits {
            self.wait.end_turn();
        }
        self.turn = Turn::default();
        // It moves again once half of what it was told of is undone; one look aside is not yet another course.
        let rounds = self.rounds();
        self.told.take_if(|(told, _)| rounds * 2 < *told);
        beat
    }

    /// Streak and dry turns with the turn under way.
    const fn counted(&self) -> (u32, Dry) {
        let (streak, dry, turn) = (self.streak, self.dry, &self.turn);
        if turn.brings_something() {
            return (0, Dry::NONE);
        }
        match turn.beat() {
            Beat::Proved | Beat::Changed => (streak.saturating_sub(1), dry.with_tweak()),
            Beat::Looked if turn.waits => (streak.saturating_sub(1), dry),
            Beat::Looked => (streak.saturating_sub(1), dry.with_look()),
            Beat::Round => (streak + 1, dry.with_look()),
            Beat::Idle if turn.rerun => (streak, dry.with_rerun()),
            Beat::Idle if turn.waits || !turn.calls => (streak, dry),
            Beat::Idle if turn.stale => (streak, dry.with_stale_look()),
            Beat::Idle => (streak, dry.with_look()),
        }
    }

    /// Says whether the call was made before.
    pub(super) fn knows(&self, call: &Call) -> bool {
        self.latest.contains_key(&asked(call))
    }

    /// A call ended. One that was cut off tells nothing. `runs_tests` says whether it ran the project's tests.
    pub(super) fn called(&mut self, call: &Call, finished: &ToolFinished, runs_tests: bool) {
        let kind = call.kind.unwrap_or(ToolKind::Other);
        self.turn.last = Answer::default();
        // Whoever edits does not wait.
        let waits = self.wait.look(finished.running.as_ref()) && kind != ToolKind::Edit;
        if finished.status == CallStatus::Cancelled {
            return;
        }
        self.turn.calls = true;
        self.turn.waits |= waits;
        let asked = asked(call);
        let failed = finished.status != CallStatus::Completed || finished.exit_code.is_some_and(|code| code != 0);
        let gist = seen::gist(&finished.output.text);
        let exact = if failed { gist } else { seen::output(&finished.output) };
        let speaks = seen::says_something(&finished.output.text);
        // One that did not come about is a call without result, and no failure of a test.
        let never_ran = call.tool == "run_tests" && failed;
        let tells = failed && !waits && speaks && !never_ran;
        if tells {
            // What runs the tests asks the same in whatever words: the failure is what it is told by.
            let question = (!(runs_tests && kind == ToolKind::Execute)).then_some(asked);
            let number = seen::number((question, gist));
            count(&mut self.failures, number, RepeatKind::Failure, &call.title, 1);
        }
        let looks = matches!(kind, ToolKind::Read | ToolKind::Search | ToolKind::Execute | ToolKind::Fetch);
        let shows = looks && self.lines.note_lines(&finished.output.text);
        // What is measured may be a time: only of a failure, and of tests, times say nothing.
        let text = if failed || runs_tests { gist } else { exact };
        self.turn.last.is_new = speaks && self.texts.note(text);
        self.turn.heard |= shows || looks && self.turn.last.is_new;
        let before = self.latest.insert(asked, gist);
        if self.latest.len() > COUNTED * 32 {
            self.latest.clear();
        }
        let answer = seen::number((self.files, asked, exact));
        if !self.answers.note(answer) {
            if waits {
                return;
            }
            let repeat = if kind == ToolKind::Read {
                RepeatKind::Reading
            } else {
                RepeatKind::Call
            };
            // A failure is named as such, and once.
            if !tells {
                count(&mut self.repeats, answer, repeat, &call.title, 2);
            }
            let passes_again = runs_tests && !failed;
            self.turn.rerun |= passes_again;
            self.turn.again |= !passes_again;
        } else if looks {
            match before {
                // Only the clock went on.
                Some(before) if before == gist && !failed => {}
                Some(_) if !failed => self.turn.moved = true,
                // That there is nothing to be found is an answer too.
                _ if !shows && seen::is_long(&finished.output.text) => self.turn.stale = true,
                _ => {
                    self.turn.fresh += 1;
                    self.turn.last.is_fresh = true;
                }
            }
        }
    }

    /// The files are so, by nobody's doing in this turn.
    pub(super) fn stand(&mut self, tree: &Oid) {
        let files = seen::number(tree.as_str());
        self.files = Some(files);
        self.states.note(files);
    }

    /// The files are so after a call of the agent, which wrote these; none, if that is not known.
    pub(super) fn became(&mut self, tree: &Oid, wrote: &[FileWritten]) {
        let files = seen::number(tree.as_str());
        if self.files.replace(files) == Some(files) {
            return;
        }
        let mut known = !wrote.is_empty();
        for file in wrote {
            known &= !self.written.note(seen::number(file.path.as_str()));
        }
        if self.states.note(files) {
            let lines = wrote
                .iter()
                .try_fold(0_u32, |sum, file| Some(sum.saturating_add(file.lines?)));
            self.turn.writes(lines.filter(|_| known));
            return;
        }
        let last = std::mem::take(&mut self.turn.last);
        if last.is_new {
            // What is tried by turns gave another result.
            self.turn.moved = true;
            return;
        }
        self.turn.again = true;
        if last.is_fresh {
            // The way back is no look at something new.
            self.turn.fresh = self.turn.fresh.saturating_sub(1);
        }
        count(&mut self.repeats, 0, RepeatKind::Undone, "", 1);
    }

    /// The harness ran the tests. Failures count where the agent asked for the run: one by one where it claims something, and all
    /// together where it only looks, for the tests of features to come fail in each such run and mean nothing by themselves. So do
    /// all once the feature in hand passes.
    pub(super) fn tested(&mut self, run: &TestRun, passes: bool) {
        let claims = matches!(run.purpose, TestPurpose::Evidence | TestPurpose::Commit);
        let looks = run.purpose == TestPurpose::Agent;
        let mut failing = Vec::new();
        for case in &run.cases {
            match case.status {
                // Each counts once: broken and mended in turns is no headway.
                CaseStatus::Passed => {
                    let new = self.passed.note(seen::number(case.name.as_str()));
                    self.turn.proved |= new && (claims || looks);
                }
                CaseStatus::Failed => failing.push((case.name.as_str(), seen::gist(&case.detail))),
                CaseStatus::Skipped | CaseStatus::Todo => {}
            }
        }
        if claims {
            for failure in &failing {
                let number = seen::number(failure);
                count(&mut self.failures, number, RepeatKind::Failure, failure.0, 1);
            }
        } else if looks && !passes && !failing.is_empty() {
            failing.sort_unstable();
            let names: Vec<&str> = failing.iter().map(|failure| failure.0).take(NAMED).collect();
            count(
                &mut self.failures,
                seen::number(&failing),
                RepeatKind::Failure,
                &names.join(", "),
                1,
            );
        }
    }

    /// A check did not hold that the agent had run.
    pub(super) fn check_failed(&mut self, subject: &str, failure: &str) {
        let number = seen::number((subject, seen::gist(failure)));
        count(&mut self.failures, number, RepeatKind::Failure, subject, 1);
    }

    /// A commit was made, or a feature passes.
    pub(super) const fn proved(&mut self) {
        self.turn.proved = true;
    }

    /// A person took a hand in it, or another feature is worked on: what was counted is over. What is known of the tests stays.
    pub(super) fn begin_anew(&mut self) {
        let (files, handed_off) = (self.files, self.handed_off);
        let passed = std::mem::take(&mut self.passed);
        *self = Self {
            files,
            handed_off,
            passed,
            ..Self::default()
        };
        if let Some(files) = files {
            self.states.note(files);
        }
    }

    /// The agent was told, or asked to hand off.
    pub(super) fn told(&mut self, rounds: u32, time: Timestamp) {
        let since = self.told.map_or(time, |(_, since)| since);
        self.told = Some((rounds, since));
    }

    /// The session is to be handed off.
    pub(super) const fn hand_off(&mut self) {
        self.handed_off = true;
    }

    /// The session is over: what it was like stays, what it was measured by goes.
    pub(super) fn close(&mut self) {
        (self.states, self.answers) = (Seen::default(), Seen::default());
        (self.texts, self.passed) = (Seen::default(), Seen::default());
        (self.lines, self.written) = (Seen::default(), Seen::default());
        self.latest = HashMap::new();
        self.files = None;
        for counts in [&mut self.failures, &mut self.repeats] {
            counts.sort_by_key(|counted| std::cmp::Reverse(counted.times));
            counts.truncate(NAMED);
            counts.shrink_to_fit();
        }
    }
}

/// The number of what a call asks. One that a guard refused has no input in the log; its title says what it would have done.
fn asked(call: &Call) -> u64 {
    seen::call(&call.tool, if call.kind.is_some() { &call.input } else { &call.title })
}
