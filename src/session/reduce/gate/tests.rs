use super::*;
use crate::protocol::event::RunStarted;
use crate::protocol::{Autonomy, CallId, Envelope, Event, GateId, Oid, RunId, Seen, Seq, SessionNo, samples};
use crate::session::Phase;

fn state(events: Vec<Event>) -> State {
    let run = RunStarted {
        run: RunId::from("r"),
        project: "p".into(),
        workspace: "/w".into(),
        model: "m".into(),
        endpoint: "e".into(),
        version: "0".into(),
        limits: crate::protocol::event::Limits::default(),
        autonomy: Autonomy::Commits,
        sandbox: "none".into(),
        window: None,
        earlier: None,
    };
    let log: Vec<Envelope> = [run.into(), samples::session_started().into()]
        .into_iter()
        .chain(events)
        .enumerate()
        .map(|(at, event)| samples::envelope(Seq(at as u64 + 1), SessionNo(1), event))
        .collect();
    State::fold(&log)
}

fn opened() -> Event {
    GateOpened {
        gate: GateId(1),
        what: GateKind::Commit,
        call: CallId::from("c"),
        title: "Say hello".into(),
        body: "Say hello".into(),
        tree: Some(Oid::from("aaaa")),
        commit: None,
        particulars: None,
    }
    .into()
}

fn decided(decision: GateDecision, seen: Option<Seen>) -> Event {
    GateDecided {
        gate: GateId(1),
        decision,
        by: "human".into(),
        reason: "why".into(),
        tree: Some(Oid::from("aaaa")),
        message: None,
        comments: Vec::new(),
        seen,
    }
    .into()
}

#[test]
fn an_open_gate_waits_for_a_person_until_it_is_decided() {
    let waits = state(vec![opened()]);
    assert_eq!(waits.phase().0, Phase::WaitingForYou);
    assert_eq!(waits.sessions[0].activity, Activity::NeedsHuman);
    let approved = state(vec![opened(), decided(GateDecision::Approve, None)]);
    assert_eq!((approved.phase().0, approved.open_gates.len()), (Phase::Running, 0));
    assert_eq!(approved.sessions[0].activity, Activity::Tool);
    assert_eq!(approved.last_round, None);
}

#[test]
fn the_last_round_is_what_somebody_answered_on() {
    let round = |decision, seen| state(vec![opened(), decided(decision, seen)]).last_round;
    let tree = Some(Oid::from("aaaa"));
    assert_eq!(round(GateDecision::Reject, None), tree);
    assert_eq!(round(GateDecision::RejectAndStop, None), tree);
    assert_eq!(
        round(GateDecision::Void, Some(Seen::default())),
        tree,
        "an approval that came too late"
    );
    assert_eq!(
        round(GateDecision::Void, None),
        None,
        "the session ended, nobody had answered"
    );
}

#[test]
fn hunks_that_nobody_was_shown_stay_owed() {
    let commit = Oid::from("c0ffee");
    let mut owing = State::default();
    owing.debts.push(Debt {
        commit: commit.clone(),
        unseen: 3,
        hunks: 3,
    });
    let mut look = |hunks_seen, hunks| {
        owing.commit_reviewed(&CommitReviewed {
            commit: commit.clone(),
            hunks_seen,
            hunks,
            settled: false,
            comments: Vec::new(),
            message: None,
        });
        owing.debts[0].unseen
    };
    assert_eq!(look(0, 0), 3, "the change could not be shown");
    assert_eq!((look(2, 3), look(0, 0)), (1, 1));
}

#[test]
fn what_a_person_decides_on_commits_is_counted() {
    let decide = |gate, by: &str, decision, tree: Option<&str>| -> Event {
        GateDecided {
            gate: GateId(gate),
            decision,
            by: by.into(),
            reason: String::new(),
            tree: tree.map(Oid::from),
            message: None,
            comments: Vec::new(),
            seen: None,
        }
        .into()
    };
    let state = state(vec![
        decide(1, "human", GateDecision::Approve, Some("t1")),
        decide(2, "policy", GateDecision::Approve, Some("t2")),
        decide(3, "human", GateDecision::Approve, None),
        decide(4, "human", GateDecision::Reject, Some("t3")),
        decide(5, "harness", GateDecision::Void, Some("t4")),
    ]);
    let expected = ByHand {
        approved: 1,
        denied: 1,
        denied_last: true,
    };
    assert_eq!(state.by_hand, expected, "commands and policy do not count");
}
