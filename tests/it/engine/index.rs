//! The user's index: locked by somebody else, or left behind by a commit.

use super::gates::{answer, decisions, finish, gate, lab, send};
use crate::support::{INITIALIZER, Lab, call, coding, ends};
use longhaul::protocol::{Autonomy, Event, GateDecision};

/// The output of the `nth` call of `commit`, as the agent got it.
fn committed(log: &[longhaul::protocol::Envelope]) -> Vec<String> {
    let results = log.iter().filter_map(|envelope| match &envelope.event {
        Event::ToolFinished(finished) => Some(finished.output.text.clone()),
        _ => None,
    });
    results.filter(|text| text.contains("ommitted")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_stays_is_told_to_the_agent_and_nothing_moves() {
    let mut lab = Lab::new();
    // An initializer without a commit is not done: it would go on asking.
    lab.settings.limits.turns = Some(3);
    lab.settings.limits.sessions = Some(1);
    lab.write(".git/index.lock", "");
    let ran = lab.run(INITIALIZER).await;
    let told = committed(&ran.log);
    assert!(
        told.iter()
            .any(|text| text.contains("Not committed") && text.contains(".git/index.lock") && text.contains("try again")),
        "{told:?}"
    );
    assert!(ran.state.commits.is_empty());
    assert_eq!(lab.git(&["for-each-ref", "refs/heads"]), "", "no branch was made");
    assert!(lab.path(".git/index.lock").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_does_not_spend_a_person_s_approval() {
    let mut lab = lab(Autonomy::Commits);
    lab.settings.limits.sessions = Some(1);
    let running = lab.start(INITIALIZER).await;
    let first = gate(&running, 1).await;
    lab.write(".git/index.lock", "");
    send(&running, answer(&first, GateDecision::Approve));
    let second = gate(&running, 2).await;
    std::fs::remove_file(lab.path(".git/index.lock")).unwrap();
    send(&running, answer(&second, GateDecision::Approve));
    let ran = finish(running).await;
    let decided = decisions(&ran);
    assert_eq!(decided[0].decision, GateDecision::Void);
    assert!(decided[0].reason.contains("index.lock"), "{}", decided[0].reason);
    assert_eq!(ran.state.commits.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_left_behind_is_mended_by_the_next_session_and_told() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    // As a kill between the branch's move and the index's leaves it.
    lab.git(&["read-tree", "--empty"]);
    lab.write(".git/longhaul-index-base", "none");
    let ran = lab.run(&coding(&ends())).await;
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let told = |e: &longhaul::protocol::Envelope| matches!(&e.event, Event::ExternalChangeSeen(seen) if seen.detail.contains("follows the last commit again"));
    assert!(ran.log.iter().any(told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_control_character_is_refused_with_its_name_before_the_tests_run() {
    let mut lab = Lab::new();
    let script = INITIALIZER.to_owned() + &coding(&(call("commit", r#"{ message = "Good\n\nbad \u202e" }"#) + &ends()));
    lab.settings.limits.sessions = Some(2);
    let ran = lab.run(&script).await;
    let told = committed(&ran.log);
    assert!(
        told.iter().any(|text| text.contains("U+202E") && text.contains("line 3")),
        "{told:?}"
    );
    assert_eq!(ran.state.commits.len(), 1, "the initializer's alone");
}
