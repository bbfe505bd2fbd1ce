//! Whose answer counts at a gate, and when.

use super::*;
use crate::protocol::CallId;

fn opened(what: GateKind, tree: Option<&str>) -> GateOpened {
    GateOpened {
        gate: GateId(7),
        what,
        call: CallId::from("c"),
        title: String::new(),
        body: String::new(),
        tree: tree.map(Oid::from),
        commit: None,
        particulars: None,
    }
}

fn approve(gate: u32, tree: Option<&str>) -> GateAnswer {
    plain(GateId(gate), tree.map(Oid::from), GateDecision::Approve, String::new())
}

#[test]
fn an_answer_counts_once_and_only_for_the_gate_and_the_tree_that_were_shown() {
    let gates = Gates::default();
    let mut answered = gates.register(&opened(GateKind::Commit, Some("aaaaaaaaaa")), Policy::Approve);
    assert!(
        gates
            .answer(approve(6, Some("aaaaaaaaaa")))
            .unwrap_err()
            .contains("gate 6 does not wait")
    );
    for other in [Some("bbbbbbbbbb"), None] {
        assert!(gates.answer(approve(7, other)).unwrap_err().contains("waits on tree aaaaaaa"));
    }
    let mut voided = approve(7, Some("aaaaaaaaaa"));
    voided.decision = GateDecision::Void;
    assert!(gates.answer(voided).unwrap_err().contains("not voided"));
    assert!(answered.try_recv().is_err(), "nothing counted so far");
    gates.answer(approve(7, Some("aaaaaaaaaa"))).unwrap();
    assert_eq!(answered.try_recv().unwrap().by, By::Human);
    assert!(gates.answer(approve(7, Some("aaaaaaaaaa"))).unwrap_err().contains("any more"));
}

#[tokio::test]
async fn an_answer_that_comes_together_with_a_stop_counts() {
    let gates = Gates::default();
    let mut answered = gates.register(&opened(GateKind::Commit, None), Policy::Approve);
    // Both come after the answer was looked for, and before the stop is.
    let stopped = async { gates.answer(approve(7, None)).unwrap() };
    let decided = gates.settled(GateId(7), &mut answered, stopped).await;
    assert_eq!(decided.unwrap().unwrap().by, By::Human);

    let mut answered = gates.register(&opened(GateKind::Commit, None), Policy::Approve);
    assert!(gates.settled(GateId(7), &mut answered, async {}).await.is_none());
    assert!(gates.answer(approve(7, None)).is_err(), "nobody waits any more");
}

#[test]
fn policy_answers_what_its_level_asks_nobody_about_as_its_checks_say() {
    let gates = Gates::default();
    let mut answered = gates.register(&opened(GateKind::Commit, None), Policy::Reject("the hook failed".into()));
    gates.apply(Autonomy::Commits);
    assert!(answered.try_recv().is_err());
    gates.apply(Autonomy::Deferred);
    let decided = answered.try_recv().unwrap();
    assert_eq!((decided.by, decided.answer.decision), (By::Policy, GateDecision::Reject));
    assert_eq!(decided.answer.reason, "the hook failed");
}
