//! A commit message that a person wrote, where another change comes up, or the same one again.

use super::tests::{decided, second_round, waiting};
use crate::protocol::event::{GateCommented, GateDecided, GateKind};
use crate::protocol::{GateDecision, GateId};
use crate::session::timeline::ItemKind;
use crate::ui::model::Model;
use crate::ui::testing::{keys, screen, text};
use crate::ui::waiting;

const YOURS: &str = "Find notes by tag";

/// A message was written at the first gate, and that went without a decision of a person.
fn written(gone: GateDecided) -> Model {
    let mut model = waiting();
    waiting::tell(
        &mut model,
        GateCommented {
            gate: GateId(17),
            what: GateKind::Commit,
            title: "commit".into(),
            tree: waiting::gate().tree,
            comments: Vec::new(),
            message: None,
            words: Some(YOURS.into()),
        },
    );
    waiting::tell(&mut model, gone);
    model.reviews.clear();
    model
}

fn another_change(model: &mut Model) {
    let (mut gate, files) = second_round();
    (gate.call, gate.body) = ("toolu_0099".into(), "Sort notes by date\n".into());
    waiting::open(model, gate, files);
}

#[test]
fn a_message_for_another_change_is_shown_as_that_with_the_agents_own_and_a_key_takes_either() {
    let mut model = written(decided(17, GateDecision::Void, "harness", "the run was killed"));
    another_change(&mut model);
    keys(&mut model, "a");
    let shown = screen(&mut model);
    for told in [
        YOURS,
        "yours, written for another change",
        "the agent's own:",
        "Sort notes by date",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    keys(&mut model, "e");
    let shown = screen(&mut model);
    assert!(
        shown.contains("yours for another change; C-r puts the agent's here, and back"),
        "{shown}"
    );
    keys(&mut model, "C-r");
    let field = |model: &Model| model.open_review().unwrap().entry.as_ref().unwrap().field.text();
    assert_eq!(field(&model), "Sort notes by date");
    keys(&mut model, "C-r");
    assert_eq!(field(&model), YOURS);
    keys(&mut model, "C-r Enter");
    assert_eq!(model.open_review().unwrap().message, None, "the agent's it is");

    // Of its own change it is no earlier one.
    let mut model = waiting();
    keys(&mut model, "a e C-u");
    text(&mut model, YOURS);
    keys(&mut model, "Enter");
    let shown = screen(&mut model);
    assert!(shown.contains("edited") && !shown.contains("another change"), "{shown}");
}

#[test]
fn a_message_outlives_a_denial_and_is_told_as_another_changes_where_the_files_are_others() {
    let mut denied = decided(17, GateDecision::Reject, "human", "not now");
    denied.tree = waiting::gate().tree;
    let mut model = written(denied.clone());
    let mut gate = waiting::gate();
    (gate.gate, gate.call) = (GateId(18), "toolu_0099".into());
    waiting::open(&mut model, gate, waiting::files());
    assert_eq!(model.state.words_at(GateId(18)), Some(YOURS));
    keys(&mut model, "a");
    let shown = screen(&mut model);
    assert!(shown.contains(YOURS) && !shown.contains("another change"), "{shown}");

    for decision in [GateDecision::Reject, GateDecision::RejectAndStop] {
        denied.decision = decision;
        let mut model = written(denied.clone());
        another_change(&mut model);
        keys(&mut model, "a");
        let shown = screen(&mut model);
        for told in [YOURS, "yours, written for another change", "Sort notes by date"] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
        keys(&mut model, "e C-r Enter");
        assert_eq!(model.open_review().unwrap().message, None, "the agent's it is");
    }
}

#[test]
fn a_message_that_a_commit_of_policys_was_made_without_is_told() {
    let mut model = written(decided(17, GateDecision::Void, "harness", "the run was killed"));
    another_change(&mut model);
    waiting::tell(&mut model, decided(18, GateDecision::Approve, "policy", ""));
    let items = &model.state.current().unwrap().items;
    let told = items.iter().rev().find_map(|item| match &item.kind {
        ItemKind::Gate { decision, .. } => decision.clone(),
        _ => None,
    });
    assert_eq!(
        told.as_deref(),
        Some("approved by policy: your message was not used, for you wrote it for another change: Find notes by tag")
    );
    assert_eq!(model.state.words_at(GateId(18)), None);
}
