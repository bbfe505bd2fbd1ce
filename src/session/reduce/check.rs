//! Recorded checks. Invariant: a feature's check is one that held when it was recorded.

use super::At;
use crate::protocol::TestPurpose;
use crate::protocol::event::{CheckRan, RegressionTraced};
use crate::session::board::Trace;
use crate::session::state::{CheckResult, KeptCheck, State};
use crate::session::timeline::ItemKind;

impl State {
    pub(super) fn check_ran(&mut self, at: At, event: &CheckRan) {
        self.measure_check(at, event);
        let run = &event.run;
        let result = CheckResult {
            session: at.session,
            seq: at.seq,
            tree: run.tree.clone(),
            duration_ms: run.duration_ms,
            failure: run.failure(),
        };
        if let Some(row) = self.features.get_mut(&run.feature) {
            match &mut row.check {
                Some(kept) if kept.check == run.check => {
                    if result.failure.is_none() {
                        kept.held = result.clone();
                    }
                    kept.last = result;
                }
                _ if result.failure.is_none() && run.purpose == TestPurpose::Evidence => {
                    row.check = Some(KeptCheck {
                        check: run.check.clone(),
                        recorded: at.session,
                        last: result.clone(),
                        held: result,
                    });
                }
                _ => {}
            }
        }
        self.push(at, ItemKind::Check(Box::new(run.clone())));
    }

    pub(super) fn regression_traced(&mut self, at: At, event: &RegressionTraced) {
        if let Some(row) = self.features.get_mut(&event.feature) {
            row.traced = Some(Trace {
                session: at.session,
                seq: at.seq,
                found: event.clone(),
            });
        }
        self.push(at, ItemKind::Traced(event.clone()));
    }
}
