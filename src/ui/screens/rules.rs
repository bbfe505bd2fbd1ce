//! Snapshots of the gates of limits and guarded files, of a rule in the making, and of the list of rules.

use super::{SIZES, check, live};
use crate::protocol::event::{RuleAdded, RuleRevoked, RuleUsed};
use crate::protocol::{RuleExpiry, RuleId, RuleScope};
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::testing::keys;
use crate::ui::update::perform;
use crate::ui::waiting;

#[test]
fn gates_of_limits_and_guarded_files() {
    for size in SIZES {
        let mut model = live(size);
        waiting::tell(&mut model, waiting::limit());
        waiting::show(&mut model);
        check("review-limit", &mut model);
        keys(&mut model, "e Backspace 5 Enter");
        check("review-limit-edited", &mut model);

        let mut model = live(size);
        let files = waiting::files().split_off(3);
        waiting::open(&mut model, waiting::artifact(), files);
        waiting::show(&mut model);
        check("review-artifact", &mut model);
    }
}

#[test]
fn a_rule_in_the_making() {
    for size in SIZES {
        let mut model = live(size);
        waiting::always(&mut model, waiting::proposal());
        check("always", &mut model);
        keys(&mut model, "l s t");
        check("always-wider", &mut model);
    }
    let mut model = live((80, 24));
    let mut none = waiting::proposal();
    none.candidates.clear();
    none.refused = "it is fed by a pipe, so its words do not say what it works on".into();
    waiting::always(&mut model, none);
    check("always-none", &mut model);
}

/// Three rules: one that is used, one that is new, one that was taken back.
fn ruled(size: (u16, u16)) -> Model {
    let mut model = live(size);
    let proposal = waiting::proposal();
    let until = model
        .state
        .last_time
        .and_then(|now| now.checked_add(jiff::SignedDuration::from_hours(24)).ok());
    let rules = [
        (RuleScope::Project, RuleExpiry::Never, None),
        (RuleScope::Run, RuleExpiry::Day, until),
        (RuleScope::Run, RuleExpiry::Session, None),
    ];
    for ((number, (scope, expiry, until)), candidate) in (1..).zip(rules).zip(proposal.candidates.iter().cycle()) {
        let rule = RuleId(number);
        let pattern = candidate.pattern.clone();
        waiting::tell(
            &mut model,
            RuleAdded {
                rule,
                pattern,
                scope,
                expiry,
                until,
            },
        );
    }
    let call = || "toolu_0040".into();
    waiting::tell(
        &mut model,
        RuleUsed {
            rule: RuleId(1),
            call: call(),
        },
    );
    waiting::tell(
        &mut model,
        RuleUsed {
            rule: RuleId(1),
            call: call(),
        },
    );
    waiting::tell(&mut model, RuleRevoked { rule: RuleId(3) });
    perform(&mut model, Action::Rules, &mut Vec::new());
    model.settle();
    model
}

#[test]
fn the_list_of_rules() {
    for size in SIZES {
        check("rules", &mut ruled(size));
    }
    let mut none = live((80, 24));
    perform(&mut none, Action::Rules, &mut Vec::new());
    none.settle();
    check("rules-none", &mut none);
}
