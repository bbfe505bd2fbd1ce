//! Who is told what, and when: events, focus and the clock in, notices out.
//!
//! Pure. Invariant: a person who looks at the screen is told nothing; what stopped waiting is never told; after
//! [`Attention::look`] the next moment to look is later than the one just looked at.

use super::{Kind, Notice};
use crate::protocol::event::RunOutcome;
use crate::protocol::{Event, GateId, QuestionId};
use crate::session::State;
use crate::session::phase::STUCK_AFTER;
use jiff::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// Where the terminal does not tell its focus: who typed this recently is taken to be there.
pub const TYPING: Duration = Duration::from_secs(10);

/// When to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What waits for a person is told after this long; sooner answered, it is not told at all.
    pub dwell: Duration,
    /// Between two notices of one kind.
    pub cool_down: Duration,
}

/// Whether the person looks at our window, as the terminal tells (mode 1004).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Focus {
    /// The terminal has not said.
    #[default]
    Unknown,
    /// The window has the focus.
    Here,
    /// Another window has it.
    Away,
}

/// What a notice stands for: it is dropped once that no longer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Gate(GateId),
    Question(QuestionId),
    /// Nothing was heard of the run since then.
    Silence(Timestamp),
    End,
}

#[derive(Debug, Clone)]
struct Pending {
    notice: Notice,
    subject: Subject,
    /// When it is told; unset until the first look.
    due: Option<Duration>,
}

/// What there is to tell, and what is known of the person. Times are counted from the start of the program's view.
#[derive(Debug, Clone, Default)]
pub struct Attention {
    policy: Option<Policy>,
    focus: Focus,
    typed: Option<Duration>,
    pending: Vec<Pending>,
    last: HashMap<Kind, Duration>,
    /// Since when the run was silent that was called stuck last: it is told once.
    silence: Option<Timestamp>,
}

impl Attention {
    /// Begins with nothing known of the person; without a policy nothing is ever told.
    #[must_use]
    pub fn new(policy: Option<Policy>) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// Takes an event that was just folded into the state.
    pub fn happened(&mut self, event: &Event, state: &State) {
        if self.policy.is_none() {
            return;
        }
        let (kind, subject, body) = match event {
            Event::GateOpened(gate) => (Kind::Gate, Subject::Gate(gate.gate), format!("waits for you: {}", gate.title)),
            Event::QuestionAsked(asked) => (
                Kind::Question,
                Subject::Question(asked.question),
                format!("asks: {}", asked.text),
            ),
            Event::RunEnded(ended) => {
                let (kind, word) = match ended.outcome {
                    RunOutcome::AllPassing => (Kind::Ended, "all features pass"),
                    RunOutcome::Unproven => (Kind::Ended, "not shown to pass"),
                    RunOutcome::Stopped => (Kind::Ended, "stopped"),
                    RunOutcome::Failed => (Kind::Ended, "failed"),
                    RunOutcome::Stalled => (Kind::Stalled, "stalled"),
                    RunOutcome::Limit => (Kind::Limit, "limit met"),
                };
                let (passing, all) = state.features.progress();
                (kind, Subject::End, format!("{word}, {passing}/{all}: {}", ended.reason))
            }
            Event::RunInterrupted(_) => (
                Kind::Ended,
                Subject::End,
                "interrupted: the process that ran it is gone".to_owned(),
            ),
            _ => return,
        };
        self.pending.push(Pending {
            notice: Notice::new(kind, &state.project, &body),
            subject,
            due: None,
        });
    }

    /// The run is called stuck on the screen: nothing was heard of it since then.
    pub fn silent(&mut self, since: Timestamp, state: &State) {
        if self.policy.is_some() && self.silence.replace(since) != Some(since) {
            let minutes = STUCK_AFTER.as_mins();
            let body = format!("stuck: nothing was heard of it for {minutes} minutes");
            self.pending.push(Pending {
                notice: Notice::new(Kind::Stalled, &state.project, &body),
                subject: Subject::Silence(since),
                due: None,
            });
        }
    }

    /// The terminal told its focus.
    pub fn focused(&mut self, focus: Focus) {
        self.focus = focus;
    }

    /// A key was pressed.
    pub fn typed(&mut self, at: Duration) {
        self.typed = Some(at);
    }

    /// Says when to look next; `None` while nothing is pending.
    #[must_use]
    pub fn wake(&self) -> Option<Duration> {
        self.pending.iter().filter_map(|pending| pending.due).min()
    }

    /// Takes out what is to be told now.
    pub fn look(&mut self, state: &State, at: Duration) -> Vec<Notice> {
        let Some(policy) = self.policy else { return Vec::new() };
        let (focus, typed) = (self.focus, self.typed);
        let last = &mut self.last;
        let mut told = Vec::new();
        self.pending.retain_mut(|pending| {
            let dwell = match pending.subject {
                Subject::End => Duration::ZERO,
                Subject::Silence(since) if state.last_sign == Some(since) => Duration::ZERO,
                Subject::Gate(gate) if waits_gate(state, gate) => policy.dwell,
                Subject::Question(question) if waits_question(state, question) => policy.dwell,
                Subject::Gate(_) | Subject::Question(_) | Subject::Silence(_) => return false,
            };
            let due = pending.due.get_or_insert(at.saturating_add(dwell));
            if *due > at {
                return true;
            }
            let alone = typed.map(|typed| typed.saturating_add(TYPING)).filter(|alone| *alone > at);
            let later = match focus {
                // Whoever looks at the screen has it before them.
                Focus::Here => return false,
                Focus::Unknown => alone,
                Focus::Away => None,
            };
            let kind = pending.notice.kind;
            let cooled = last.get(&kind).map(|last| last.saturating_add(policy.cool_down));
            if let Some(later) = later.max(cooled.filter(|cooled| *cooled > at)) {
                *due = later;
                return true;
            }
            last.insert(kind, at);
            told.push(pending.notice.clone());
            false
        });
        told
    }
}

fn waits_gate(state: &State, gate: GateId) -> bool {
    state.open_gates.iter().any(|open| open.opened.gate == gate)
}

fn waits_question(state: &State, question: QuestionId) -> bool {
    state.open_questions.iter().any(|open| open.question == question)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{QuestionAsked, RunEnded};
    use proptest::prelude::*;

    const POLICY: Policy = Policy {
        dwell: Duration::from_secs(5),
        cool_down: Duration::from_secs(60),
    };

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A project with a question that waits, and the person's place.
    fn asked(focus: Focus) -> (Attention, State) {
        let mut attention = Attention::new(Some(POLICY));
        attention.focused(focus);
        let mut state = State::default();
        ask(&mut attention, &mut state, 1);
        (attention, state)
    }

    fn ask(attention: &mut Attention, state: &mut State, number: u32) {
        let question = QuestionAsked {
            default: None,
            question: QuestionId(number),
            text: format!("which {number}?"),
            choices: Vec::new(),
            about: None,
            until: None,
        };
        state.open_questions.push(question.clone());
        attention.happened(&question.into(), state);
    }

    fn end(attention: &mut Attention, state: &State, outcome: RunOutcome) {
        let reason = "because".into();
        attention.happened(&RunEnded { outcome, reason }.into(), state);
    }

    #[test]
    fn what_waits_is_told_after_the_dwell_to_who_is_away_and_to_nobody_else() {
        for (focus, expected) in [(Focus::Away, 1), (Focus::Unknown, 1), (Focus::Here, 0)] {
            let (mut attention, state) = asked(focus);
            assert!(attention.look(&state, s(100)).is_empty(), "{focus:?}");
            assert_eq!(attention.wake(), Some(s(105)));
            assert!(attention.look(&state, s(104)).is_empty());
            let told = attention.look(&state, s(105));
            assert_eq!(told.len(), expected, "{focus:?}");
            assert_eq!(attention.wake(), None, "no timer is left");
            assert!(told.iter().all(|notice| notice.body() == "asks: which 1?"));
        }
    }

    #[test]
    fn what_is_answered_within_the_dwell_is_not_told() {
        let (mut attention, mut state) = asked(Focus::Away);
        attention.look(&state, s(1));
        state.open_questions.clear();
        assert!(attention.look(&state, s(3)).is_empty());
        assert_eq!(attention.wake(), None);
    }

    #[test]
    fn without_a_dwell_it_is_told_at_once() {
        let (mut attention, state) = asked(Focus::Away);
        attention.policy = Some(Policy {
            dwell: Duration::ZERO,
            ..POLICY
        });
        assert_eq!(attention.look(&state, s(1)).len(), 1);
    }

    #[test]
    fn who_typed_a_moment_ago_is_there_unless_the_terminal_says_otherwise() {
        let (mut attention, state) = asked(Focus::Unknown);
        attention.look(&state, s(1));
        attention.typed(s(4));
        assert!(attention.look(&state, s(6)).is_empty());
        assert_eq!(attention.wake(), Some(s(14)));
        assert_eq!(attention.look(&state, s(14)).len(), 1);
        let (mut attention, state) = asked(Focus::Away);
        attention.look(&state, s(1));
        attention.typed(s(4));
        assert_eq!(attention.look(&state, s(6)).len(), 1);
    }

    #[test]
    fn a_second_one_of_a_kind_waits_for_the_cool_down_and_is_not_lost() {
        let (mut attention, mut state) = asked(Focus::Away);
        attention.look(&state, s(0));
        assert_eq!(attention.look(&state, s(5)).len(), 1);
        ask(&mut attention, &mut state, 2);
        attention.look(&state, s(10));
        assert!(attention.look(&state, s(15)).is_empty());
        assert_eq!(attention.wake(), Some(s(65)));
        end(&mut attention, &state, RunOutcome::Limit);
        let told = attention.look(&state, s(20));
        assert_eq!(told.len(), 1, "another kind is told");
        assert_eq!(told[0].kind, Kind::Limit);
        assert_eq!(attention.look(&state, s(65)).len(), 1);
    }

    #[test]
    fn a_run_that_is_silent_is_told_once_for_each_silence_and_not_when_it_speaks_again() {
        let mut attention = Attention::new(Some(POLICY));
        attention.focused(Focus::Away);
        let first = Timestamp::UNIX_EPOCH;
        let mut state = State {
            last_sign: Some(first),
            ..State::default()
        };
        attention.silent(first, &state);
        let told = attention.look(&state, s(300));
        assert_eq!(told.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [Kind::Stalled]);
        assert_eq!(told[0].body(), "stuck: nothing was heard of it for 5 minutes");
        attention.silent(first, &state);
        assert!(attention.look(&state, s(700)).is_empty() && attention.wake().is_none());
        let second = first + jiff::SignedDuration::from_mins(20);
        attention.silent(second, &state);
        assert!(attention.look(&state, s(1500)).is_empty(), "it spoke since");
        state.last_sign = Some(second + jiff::SignedDuration::from_mins(1));
        attention.silent(second + jiff::SignedDuration::from_mins(1), &state);
        assert_eq!(attention.look(&state, s(2000)).len(), 1);
    }

    #[test]
    fn ends_are_told_at_once_by_their_kind() {
        for (outcome, kind) in [
            (RunOutcome::AllPassing, Kind::Ended),
            (RunOutcome::Failed, Kind::Ended),
            (RunOutcome::Stalled, Kind::Stalled),
            (RunOutcome::Limit, Kind::Limit),
        ] {
            let mut attention = Attention::new(Some(POLICY));
            end(&mut attention, &State::default(), outcome);
            let told = attention.look(&State::default(), s(0));
            assert_eq!(told.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [kind]);
        }
        let mut off = Attention::new(None);
        end(&mut off, &State::default(), RunOutcome::Failed);
        assert!(off.look(&State::default(), s(0)).is_empty());
    }

    #[derive(Debug, Clone)]
    enum Step {
        Ask,
        Answer,
        End,
        Focus(Focus),
        Type,
        Wait(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let focus = prop_oneof![Just(Focus::Unknown), Just(Focus::Here), Just(Focus::Away)];
        let step = prop_oneof![
            Just(Step::Ask),
            Just(Step::Answer),
            Just(Step::End),
            focus.prop_map(Step::Focus),
            Just(Step::Type),
            (0_u64..40).prop_map(Step::Wait),
        ];
        proptest::collection::vec(step, 0..60)
    }

    proptest! {
        #[test]
        fn whatever_happens_the_promises_hold(steps in steps()) {
            let mut attention = Attention::new(Some(POLICY));
            let mut state = State::default();
            let (mut now, mut number, mut told_at) = (s(0), 0, HashMap::<Kind, Duration>::new());
            for step in steps {
                match step {
                    Step::Ask => {
                        number += 1;
                        ask(&mut attention, &mut state, number);
                    }
                    Step::Answer => state.open_questions.clear(),
                    Step::End => end(&mut attention, &state, RunOutcome::Stalled),
                    Step::Focus(focus) => attention.focused(focus),
                    Step::Type => attention.typed(now),
                    Step::Wait(seconds) => now += s(seconds),
                }
                for notice in attention.look(&state, now) {
                    prop_assert_ne!(attention.focus, Focus::Here);
                    prop_assert!(notice.kind != Kind::Question || !state.open_questions.is_empty());
                    let last = told_at.insert(notice.kind, now);
                    prop_assert!(last.is_none_or(|last| now >= last + POLICY.cool_down));
                }
                prop_assert!(attention.wake().is_none_or(|wake| wake > now), "the loop would spin");
            }
        }
    }
}
