//! A commit that waits while a process that the agent left running writes files.

use super::*;
use crate::engine::gates::{answer, finish, gate, lab, seen, send};
use crate::support::eventually;
use longhaul::protocol::event::{ExternalKind, GateOpened};
use longhaul::protocol::{Autonomy, GateDecision};

fn findings(opened: &GateOpened) -> Vec<String> {
    let facts = opened.commit.as_ref().unwrap();
    facts.findings.iter().map(|(_, told)| told.clone()).collect()
}

fn writes_on(lab: &Lab) {
    let before = lab.read("bg.log");
    eventually("it writes on", || lab.read("bg.log") != before);
}

fn ends_processes(event: &Event) -> Option<String> {
    match event {
        Event::ExternalChangeSeen(seen) if seen.what == ExternalKind::Processes => Some(seen.detail.clone()),
        Event::SteerRefused(refused) => Some(refused.reason.clone()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_names_what_writes_and_a_person_ends_it_and_approves() {
    let mut lab = lab(Autonomy::Deferred);
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    lab.settings.autonomy = Autonomy::Commits;
    let leaves = call(
        "bash",
        r#"{ command = "(while :; do date +%N >> bg.log; sleep 0.2; done) > /dev/null 2>&1 & echo hi > said.txt; sleep 1" }"#,
    );
    let commit = call("commit", r#"{ message = "Say hi" }"#);
    let running = lab.start(&coding(&[leaves, commit, ends()].concat())).await;
    let says_hi = |event: &Event| match event {
        Event::GateOpened(opened) if opened.title == "Say hi" => Some(opened.clone()),
        _ => None,
    };
    let opened = seen(&running, says_hi).await;
    let first = opened.gate.0;
    writes_on(&lab);
    send(&running, answer(&opened, GateDecision::Approve));
    let opened = gate(&running, first + 1).await;
    let told = findings(&opened).join("\n");
    assert!(
        told.contains("bg.log changed while the last round waited, and what the agent left running may write on: `"),
        "{told}"
    );
    writes_on(&lab);
    running.engine.client().send(Command::EndProcesses).unwrap();
    assert!(seen(&running, ends_processes).await.contains("ended at the human's word"));
    assert!(
        !opened.commit.as_ref().unwrap().running.is_empty(),
        "the gate names what runs beside it"
    );
    // Of itself: an answer would have been for files that are not so any more.
    let shown = opened.tree;
    let opened = gate(&running, first + 2).await;
    let facts = opened.commit.as_ref().unwrap();
    assert_eq!((&facts.previous, facts.running.len()), (&shown, 0));
    let told = findings(&opened).join("\n");
    assert!(
        !told.contains("while the last round waited"),
        "nothing writes any more: {told}"
    );
    running.engine.client().send(Command::EndProcesses).unwrap();
    assert_eq!(
        seen(&running, |event| matches!(event, Event::SteerRefused(_)).then_some(())).await,
        ()
    );
    send(&running, answer(&opened, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Say hi");
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("was ended at the human's word") || body.contains("were ended at the human's word")),
        "the agent is told"
    );
}
