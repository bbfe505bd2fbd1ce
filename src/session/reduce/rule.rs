//! Standing rules about commands: made, used, ended.

use super::At;
use crate::protocol::event::{RuleAdded, RuleRevoked, RuleUsed};
use crate::protocol::{RuleExpiry, RuleScope};
use crate::session::rules::{RuleEnd, StandingRule};
use crate::session::state::State;

impl State {
    pub(super) fn rule_added(&mut self, at: At, event: &RuleAdded) {
        self.last_rule = event.rule;
        self.rules.push(StandingRule {
            id: event.rule,
            pattern: event.pattern.clone(),
            scope: event.scope,
            expiry: event.expiry,
            since: at.time,
            until: event.until,
            uses: 0,
            used: None,
            ended: None,
        });
    }

    pub(super) fn rule_revoked(&mut self, at: At, event: &RuleRevoked) {
        self.end_rules(at, RuleEnd::Revoked, |rule| rule.id == event.rule);
    }

    pub(super) fn rule_used(&mut self, at: At, event: &RuleUsed) {
        if let Some(rule) = self.rules.iter_mut().find(|rule| rule.id == event.rule) {
            rule.uses += 1;
            rule.used = Some(at.time);
        }
    }

    /// A session is over, or was cut off.
    pub(super) fn end_session_rules(&mut self, at: At) {
        self.end_rules(at, RuleEnd::Over, |rule| rule.expiry == RuleExpiry::Session);
    }

    /// A run is over, or was cut off.
    pub(super) fn end_run_rules(&mut self, at: At) {
        self.end_rules(at, RuleEnd::Over, |rule| {
            rule.scope == RuleScope::Run || rule.expiry == RuleExpiry::Session
        });
    }

    fn end_rules(&mut self, at: At, why: RuleEnd, which: impl Fn(&StandingRule) -> bool) {
        for rule in self.rules.iter_mut().filter(|rule| which(rule)) {
            // One that its time had ended before keeps that end.
            if rule.holds(at.time) {
                rule.ended = Some((at.time, why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CommandPattern, RuleId, Seq, SessionNo};
    use jiff::{Timestamp, ToSpan as _};

    const fn at(second: i64) -> At {
        At {
            seq: Seq(1),
            time: Timestamp::constant(second, 0),
            session: SessionNo(1),
        }
    }

    fn state(rules: &[(RuleScope, RuleExpiry)]) -> State {
        let mut state = State::default();
        for (number, (scope, expiry)) in (1..).zip(rules) {
            let added = RuleAdded {
                rule: RuleId(number),
                pattern: CommandPattern {
                    words: vec!["make".into()],
                    open: false,
                },
                scope: *scope,
                expiry: *expiry,
                until: expiry.hours().map(|hours| at(0).time + hours.hours()),
            };
            state.rule_added(at(0), &added);
        }
        state
    }

    fn holding(state: &State, second: i64) -> Vec<u32> {
        let holds = state.rules.iter().filter(|rule| rule.holds(at(second).time));
        holds.map(|rule| rule.id.0).collect()
    }

    #[test]
    fn a_rule_ends_with_its_session_its_run_its_time_or_a_persons_word() {
        use RuleExpiry::{Day, Never, Session, Week};
        use RuleScope::{Project, Run};
        let mut state = state(&[
            (Project, Session),
            (Run, Never),
            (Project, Day),
            (Project, Week),
            (Project, Never),
        ]);
        assert_eq!(holding(&state, 10), [1, 2, 3, 4, 5]);
        state.end_session_rules(at(20));
        assert_eq!(holding(&state, 20), [2, 3, 4, 5]);
        state.end_run_rules(at(30));
        assert_eq!(holding(&state, 30), [3, 4, 5]);
        assert_eq!(holding(&state, 24 * 3600), [4, 5]);
        state.rule_used(
            at(40),
            &RuleUsed {
                rule: RuleId(5),
                call: "c".into(),
            },
        );
        assert_eq!((state.rules[4].uses, state.rules[4].used), (1, Some(at(40).time)));
        state.rule_revoked(at(50), &RuleRevoked { rule: RuleId(5) });
        assert_eq!(holding(&state, 60), [3, 4]);
        assert_eq!(state.rules[4].ended, Some((at(50).time, RuleEnd::Revoked)));
        state.rule_revoked(at(60), &RuleRevoked { rule: RuleId(1) });
        assert_eq!(
            state.rules[0].ended,
            Some((at(20).time, RuleEnd::Over)),
            "an end is not changed"
        );
    }
}
