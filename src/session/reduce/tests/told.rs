//! What single events make of the state.

use super::*;

#[test]
fn a_feature_that_passed_and_fails_is_regressed_until_it_passes_again() {
    let log = Scribe::write(&[Step::Flip(1, true), Step::Flip(1, false), Step::NewSession]).log;
    // The flip event itself says what stood before; the generated ones say "failing".
    let mut log = log;
    for envelope in &mut log {
        if let Event::FeatureFlipped(flip) = &mut envelope.event
            && flip.to == FeatureStatus::Failing
        {
            flip.from = FeatureStatus::Passing;
        }
    }
    let before_reload = log
        .iter()
        .position(|e| matches!(e.event, Event::SessionStarted(_)) && e.session == SessionNo(2))
        .unwrap();
    let state = State::fold(&log[..before_reload]);
    assert!(state.features.get(&"F1".into()).unwrap().regressed);
    let state = State::fold(&log);
    assert!(
        state.features.get(&"F1".into()).unwrap().regressed,
        "a re-read list that still fails keeps the mark"
    );
    assert_eq!(state.features.get(&"F1".into()).unwrap().flips.len(), 2, "and the history");
}

#[test]
fn a_crashed_session_is_closed_by_the_next_run() {
    let mut log = Scribe::write(&[Step::Call {
        output: vec![],
        status: CallStatus::Completed,
        code: 0,
    }])
    .log;
    log.pop(); // the call has no result: the process died
    let at = log.last().unwrap().clone();
    let mut scribe = Scribe {
        log,
        turn_ends: vec![],
        session: at.session,
        turn: TurnNo(1),
        calls: 1,
    };
    scribe.step(&Step::NewRun);
    let state = State::fold(&scribe.log);
    let session = state.current().unwrap();
    assert_eq!(session.activity, crate::session::Activity::Ended);
    let crate::session::ItemKind::Call(call) = &session.items.last().unwrap().kind else {
        panic!("the call is the last item")
    };
    assert_eq!(call.status, CallStatus::Cancelled);
}

#[test]
fn unpriced_tokens_are_never_taken_for_free_ones() {
    let log = Scribe::write(&[Step::Text(vec![]), Step::Text(vec![])]).log;
    let totals = State::fold(&log).totals;
    assert_eq!((totals.requests, totals.cost, totals.unpriced_tokens), (2, Cost(1_000), 15));
}
