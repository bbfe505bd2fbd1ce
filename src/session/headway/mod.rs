//! Whether a session's work moves or goes round, measured turn by turn from what its tools were asked and answered.
//!
//! Owns the measure. Does not own what follows from it: the engine decides by the settings, and says so in the log. Time does not
//! count, only turns: a build of an hour is one turn. What the agent says of its work is not read. Invariant: only a turn in which
//! nothing at all was new counts as a round, and its memory is bounded.
//!
//! A turn is judged by the best that it brought ([`Beat`]). Proof and new file states end a streak of rounds; so does an answer that
//! changed without the agent's doing, for then it waits for something that moves. A look at something new takes one round off. Two
//! things are counted besides, because each may go on under new file states or new looks for ever: the same failure again and again
//! ([`FAILURES_PER_ROUND`]), and turns that only look ([`DRY_PER_ROUND`]).

mod seen;
#[cfg(test)]
mod tests;
mod track;

pub use track::Track;

use super::timeline::Call;
use crate::protocol::event::{Repeat, RepeatKind, ToolFinished};
use crate::protocol::{CallStatus, CaseStatus, Oid, TestPurpose, TestRun, ToolKind};
use jiff::Timestamp;
use seen::Seen;
use std::collections::HashMap;

/// Times that the same failure must come, with edits in between, to weigh as much as a round.
pub const FAILURES_PER_ROUND: u32 = 2;
/// Turns without a new file state or proof that weigh as much as a round.
pub const DRY_PER_ROUND: u32 = 10;
/// Failures and repeats that are counted at the same time.
const COUNTED: usize = 64;
/// Repeats that are named.
const NAMED: usize = 3;
/// Longest name of a repeat, in characters.
const SUBJECT: usize = 120;

/// What a turn brought, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Beat {
    /// Only what had been before.
    Round,
    /// Nothing that tells: no call, or one that was cut off.
    Idle,
    /// An answer that had not been there before.
    Looked,
    /// A file state that had not been there before.
    Changed,
    /// A newly passing test, a commit, a feature that passes.
    Proved,
}

impl Beat {
    /// All, the least first.
    pub const ALL: [Self; 5] = [Self::Round, Self::Idle, Self::Looked, Self::Changed, Self::Proved];

    /// Returns the word for it, which reports carry.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Round => "round",
            Self::Idle => "idle",
            Self::Looked => "looked",
            Self::Changed => "changed",
            Self::Proved => "proved",
        }
    }
}

/// The measure of one session's work on one feature.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Headway {
    turn: Turn,
    streak: u32,
    dry: u32,
    told: Option<(u32, Timestamp)>,
    handed_off: bool,
    files: Option<u64>,
    states: Seen,
    answers: Seen,
    latest: HashMap<u64, u64>,
    passed: Seen,
    failures: Vec<Counted>,
    repeats: Vec<Counted>,
}

/// The turn that is under way.
#[derive(Debug, Clone, Default, PartialEq)]
struct Turn {
    calls: bool,
    proved: bool,
    changed: bool,
    /// The same question got another answer.
    moved: bool,
    fresh: u32,
    /// Whether the call that ended last was fresh.
    last_fresh: bool,
    again: bool,
}

/// Something that is counted.
#[derive(Debug, Clone, PartialEq)]
struct Counted {
    number: u64,
    kind: RepeatKind,
    subject: String,
    times: u32,
}

impl Turn {
    const fn beat(&self) -> Beat {
        if self.proved {
            Beat::Proved
        } else if self.changed {
            Beat::Changed
        } else if self.moved || self.fresh > 0 {
            Beat::Looked
        } else if self.again {
            Beat::Round
        } else {
            Beat::Idle
        }
    }
}

impl Headway {
    /// Returns how many rounds the work has gone, the turn under way included as far as it is.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        let (streak, dry) = self.counted();
        let standing = self.failures.iter().filter(|_| !self.turn.proved);
        let failures = standing.map(|failure| failure.times).max().unwrap_or(0);
        streak.max(failures / FAILURES_PER_ROUND).max(dry / DRY_PER_ROUND)
    }

    /// Names what was repeated most, at most three things.
    #[must_use]
    pub fn repeats(&self) -> Vec<Repeat> {
        let (_, dry) = self.counted();
        let dry = Counted::new(0, RepeatKind::Dry, "", dry / DRY_PER_ROUND * DRY_PER_ROUND);
        let mut all: Vec<&Counted> = self.failures.iter().chain(&self.repeats).collect();
        all.retain(|counted| counted.times > 1);
        all.sort_by_key(|counted| std::cmp::Reverse(counted.times));
        // That nothing came of it goes without saying where it is said what was done.
        if all.is_empty() && dry.times > 1 {
            all.push(&dry);
        }
        let named = all.into_iter().take(NAMED).map(|counted| Repeat {
            kind: counted.kind,
            subject: counted.subject.clone(),
            times: counted.times,
        });
        named.collect()
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
        if beat >= Beat::Changed || self.turn.moved {
            self.repeats.clear();
        }
        if beat == Beat::Proved {
            self.failures.clear();
        }
        self.turn = Turn::default();
        // It moves again once half of what it was told of is undone; one look aside is not yet another course.
        let rounds = self.rounds();
        self.told.take_if(|(told, _)| rounds * 2 < *told);
        beat
    }

    /// Streak and dry turns with the turn under way.
    const fn counted(&self) -> (u32, u32) {
        match self.turn.beat() {
            Beat::Proved | Beat::Changed => (0, 0),
            Beat::Looked if self.turn.moved => (0, 0),
            Beat::Looked => (self.streak.saturating_sub(1), self.dry + 1),
            Beat::Round => (self.streak + 1, self.dry + 1),
            Beat::Idle => (self.streak, self.dry + self.turn.calls as u32),
        }
    }

    /// A call ended. One that was cut off tells nothing.
    pub(super) fn called(&mut self, call: &Call, finished: &ToolFinished) {
        self.turn.last_fresh = false;
        if finished.status == CallStatus::Cancelled {
            return;
        }
        self.turn.calls = true;
        // A call that a guard refused has no input in the log; its title says what it would have done.
        let asked = if call.kind.is_some() { &call.input } else { &call.title };
        let asked = seen::call(&call.tool, asked);
        let failed = finished.status != CallStatus::Completed || finished.exit_code.is_some_and(|code| code != 0);
        let gist = seen::gist(&finished.output.text);
        let exact = if failed { gist } else { seen::output(&finished.output) };
        let kind = call.kind.unwrap_or(ToolKind::Other);
        let tells = failed && !finished.output.text.trim().is_empty();
        if tells {
            let number = seen::number((asked, gist));
            count(&mut self.failures, number, RepeatKind::Failure, &call.title, 1);
        }
        let before = self.latest.insert(asked, gist);
        if self.latest.len() > COUNTED * 32 {
            self.latest.clear();
        }
        let answer = seen::number((self.files, asked, exact));
        if !self.answers.note(answer) {
            let repeat = if kind == ToolKind::Read {
                RepeatKind::Reading
            } else {
                RepeatKind::Call
            };
            // A failure is named as such, and once.
            if !tells {
                count(&mut self.repeats, answer, repeat, &call.title, 2);
            }
            self.turn.again = true;
        } else if matches!(kind, ToolKind::Read | ToolKind::Search | ToolKind::Execute | ToolKind::Fetch) {
            match before {
                // Only the clock went on.
                Some(before) if before == gist && !failed => {}
                Some(_) if !failed => self.turn.moved = true,
                _ => {
                    self.turn.fresh += 1;
                    self.turn.last_fresh = true;
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

    /// The files are so after a call of the agent.
    pub(super) fn became(&mut self, tree: &Oid) {
        let files = seen::number(tree.as_str());
        if self.files.replace(files) == Some(files) {
            return;
        }
        if self.states.note(files) {
            self.turn.changed = true;
            return;
        }
        self.turn.again = true;
        if std::mem::take(&mut self.turn.last_fresh) {
            // The way back is no look at something new.
            self.turn.fresh = self.turn.fresh.saturating_sub(1);
        }
        count(&mut self.repeats, 0, RepeatKind::Undone, "", 1);
    }

    /// The harness ran the tests. Failures count where the agent asked for the run.
    pub(super) fn tested(&mut self, run: &TestRun) {
        let asked_for = matches!(run.purpose, TestPurpose::Evidence | TestPurpose::Commit);
        for case in &run.cases {
            match case.status {
                // Each counts once: broken and mended in turns is no headway.
                CaseStatus::Passed => {
                    let new = self.passed.note(seen::number(case.name.as_str()));
                    self.turn.proved |= new && asked_for;
                }
                CaseStatus::Failed if asked_for => {
                    let number = seen::number((case.name.as_str(), seen::gist(&case.detail)));
                    count(&mut self.failures, number, RepeatKind::Failure, &case.name, 1);
                }
                CaseStatus::Failed | CaseStatus::Skipped | CaseStatus::Todo => {}
            }
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
        (self.states, self.answers, self.passed) = (Seen::default(), Seen::default(), Seen::default());
        self.latest = HashMap::new();
        self.files = None;
        for counts in [&mut self.failures, &mut self.repeats] {
            counts.sort_by_key(|counted| std::cmp::Reverse(counted.times));
            counts.truncate(NAMED);
            counts.shrink_to_fit();
        }
    }
}

impl Counted {
    fn new(number: u64, kind: RepeatKind, subject: &str, times: u32) -> Self {
        let line = subject.lines().next().unwrap_or_default();
        Self {
            number,
            kind,
            subject: line.chars().take(SUBJECT).collect(),
            times,
        }
    }
}

/// Counts one more of something, `first` where it was not counted before. Where there is no room, what came least often goes.
fn count(counts: &mut Vec<Counted>, number: u64, kind: RepeatKind, subject: &str, first: u32) {
    if let Some(known) = counts
        .iter_mut()
        .find(|counted| counted.number == number && counted.kind == kind)
    {
        known.times += 1;
        return;
    }
    if counts.len() >= COUNTED {
        let least = (0..counts.len()).min_by_key(|index| counts[*index].times);
        if let Some(least) = least {
            counts.remove(least);
        }
    }
    counts.push(Counted::new(number, kind, subject, first));
}
