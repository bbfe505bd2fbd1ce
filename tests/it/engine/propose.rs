//! `propose_change`: every outcome of the gate before a guarded file is changed.

use super::gates::{answer, decisions, gate, lab, send};
use crate::support::{INITIALIZER, Lab, Ran, Running, call, coding, ends};
use longhaul::engine::Attendance;
use longhaul::protocol::event::{GateKind, GateOpened, Particulars};
use longhaul::protocol::{Answer, Autonomy, CallStatus, Command, Event, GateDecision, Query, StopMode};

const EDIT: &str =
    r#"{ path = "tests/run.sh", reason = "it counts a test twice", old_text = "n=0; bad=0", new_text = "bad=0; n=0" }"#;

/// A session that proposes, then does something else with the file, then ends.
fn script(proposal: &str) -> String {
    let after = call("bash", r#"{ command = "echo '# more' >> tests/run.sh" }"#);
    [INITIALIZER, &coding(&(call("propose_change", proposal) + &after + &ends()))].concat()
}

async fn asked(lab: &Lab, proposal: &str) -> (Running, GateOpened) {
    let running = lab.start(&script(proposal)).await;
    send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
    let opened = gate(&running, 2).await;
    (running, opened)
}

/// What the agent was told of its proposal.
fn told(ran: &Ran) -> (CallStatus, String) {
    let call = ran.all(|event| match event {
        Event::ToolStarted(started) if started.tool == "propose_change" => Some(started.call.clone()),
        _ => None,
    });
    let told = ran.all(|event| match event {
        Event::ToolFinished(finished) if call.contains(&finished.call) => Some((finished.status, finished.output.text.clone())),
        _ => None,
    });
    told.into_iter().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_change_is_written_as_shown_and_guarded_so() {
    let lab = lab(Autonomy::Commits);
    let (running, opened) = asked(&lab, EDIT).await;
    let before = lab.read("tests/run.sh");
    assert_eq!(
        (opened.what, opened.title.as_str()),
        (GateKind::Artifact, "change tests/run.sh")
    );
    assert_eq!(opened.body, "it counts a test twice");
    let Some(Particulars::Artifact { path, base, .. }) = opened.particulars.as_deref() else {
        panic!("{opened:?}")
    };
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let (from, to) = (Some(base.clone()), opened.tree.clone().unwrap());
    running.engine.client().ask(
        Query::TreeDiff { from, to },
        Box::new(move |answer| sender.send(answer).unwrap()),
    );
    let Answer::TreeDiff { files } = receiver.recv().unwrap() else {
        panic!()
    };
    assert_eq!(
        (files.len(), files[0].path.as_str(), path.as_str()),
        (1, "tests/run.sh", "tests/run.sh")
    );
    assert!(files[0].patch.contains("-n=0; bad=0\n+bad=0; n=0"), "{}", files[0].patch);
    let mut yes = answer(&opened, GateDecision::Approve);
    yes.reason = "Right.".into();
    send(&running, yes);
    let ran = running.finish().await;
    let (status, text) = told(&ran);
    assert_eq!(status, CallStatus::Completed);
    assert!(
        text.contains("The human approved: tests/run.sh") && text.contains("The human adds: Right."),
        "{text}"
    );
    let after = before.replace("n=0; bad=0", "bad=0; n=0");
    assert_eq!(
        lab.read("tests/run.sh"),
        after,
        "the agent's own change was put back to what was approved"
    );
    assert_eq!(
        (ran.count("breach_found"), ran.count("external_change_seen")),
        (0, 0),
        "{:?}",
        ran.kinds()
    );
    assert_eq!(ran.state.last_round, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commit_after_an_approved_change_says_that_it_was_approved_and_denies_it_nowhere() {
    let lab = lab(Autonomy::Commits);
    let words = r#"{ path = "feature_list.json", reason = "too vague", old_text = "say bye", new_text = "say bye to everyone" }"#;
    let commit = |file: &str| {
        let write = format!(r#"{{ command = "echo x > {file}.txt" }}"#);
        call("bash", &write) + &call("commit", r#"{ message = "X" }"#)
    };
    let turns = call("propose_change", EDIT) + &call("propose_change", words) + &commit("one") + &commit("two") + &ends();
    let running = lab.start(&[INITIALIZER, &coding(&turns)].concat()).await;
    let mut findings = Vec::new();
    for number in 1..=5 {
        let opened = gate(&running, number).await;
        findings.push(opened.commit.as_ref().map(|facts| facts.findings.clone()).unwrap_or_default());
        send(&running, answer(&opened, GateDecision::Approve));
    }
    running.finish().await;
    let fine = |text: &str| (true, text.to_owned());
    for expected in [
        "changed as you approved at gate 2: tests/run.sh",
        "changed as you approved at gate 3: feature_list.json",
        "no other agreed test changed",
        "no guarded file was changed without you in this session",
    ] {
        assert!(findings[3].contains(&fine(expected)), "{expected}: {:?}", findings[3]);
    }
    let denies = |(good, text): &(bool, String)| !good || text.contains("guarded files untouched");
    assert!(!findings[3].iter().any(denies), "{:?}", findings[3]);
    let later = &findings[4];
    assert!(!later.iter().any(|(_, text)| text.contains("as you approved")), "{later:?}");
    assert!(
        !later.iter().any(denies),
        "the session's earlier change is not denied: {later:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_change_is_not_made_and_the_agent_is_told_why() {
    for (decision, stops) in [(GateDecision::Reject, false), (GateDecision::RejectAndStop, true)] {
        let lab = lab(Autonomy::Manual);
        let running = lab.start(&script(EDIT)).await;
        let mut number = 1;
        let opened = loop {
            let opened = gate(&running, number).await;
            if opened.what == GateKind::Artifact {
                break opened;
            }
            send(&running, answer(&opened, GateDecision::Approve));
            number += 1;
        };
        let before = lab.read("tests/run.sh");
        let mut no = answer(&opened, decision);
        no.reason = "It is right.".into();
        send(&running, no);
        running
            .engine
            .client()
            .send(Command::SetAutonomy { level: Autonomy::Auto })
            .unwrap();
        let ran = running.finish().await;
        let (status, text) = told(&ran);
        assert_eq!(status, CallStatus::Refused);
        assert!(
            text.contains("the human denied it") && text.ends_with("Reason: It is right."),
            "{text}"
        );
        assert_eq!(text.contains("The run stops"), stops);
        assert_eq!(lab.read("tests/run.sh"), before);
        assert_eq!(ran.state.by_hand.denied, 0, "a guarded file is no commit");
        assert_eq!(ran.state.last_round, None, "nor a round of one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_asked_a_proposal_is_refused_by_policy() {
    for (level, attendance) in [
        (Autonomy::Deferred, Attendance::Attended),
        (Autonomy::Auto, Attendance::Attended),
        (Autonomy::Commits, Attendance::Unattended),
    ] {
        let mut lab = lab(level);
        lab.settings.autonomy = level;
        lab.attendance = attendance;
        let running = lab.start(&script(EDIT)).await;
        if level == Autonomy::Commits {
            send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
        }
        let ran = running.finish().await;
        let (status, text) = told(&ran);
        assert_eq!(status, CallStatus::Refused);
        assert!(
            text.contains("nobody decides on it now") && text.contains("not for a machine to judge"),
            "{text}"
        );
        let decided = decisions(&ran)
            .into_iter()
            .find(|decided| decided.decision == GateDecision::Reject)
            .unwrap();
        assert_eq!(decided.by, "policy");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_another_level_or_an_edit_of_the_file_ends_the_wait_without_a_change() {
    let lab = super::gates::lab(Autonomy::Commits);
    let (running, _) = asked(&lab, EDIT).await;
    running.engine.client().send(Command::Stop { mode: StopMode::Now }).unwrap();
    let ran = running.finish().await;
    assert_eq!(
        (told(&ran).0, decisions(&ran)[1].decision),
        (CallStatus::Cancelled, GateDecision::Void)
    );

    let lab = super::gates::lab(Autonomy::Commits);
    let (running, _) = asked(&lab, EDIT).await;
    running
        .engine
        .client()
        .send(Command::SetAutonomy { level: Autonomy::Auto })
        .unwrap();
    let ran = running.finish().await;
    assert_eq!(
        (told(&ran).0, decisions(&ran)[1].by.as_str()),
        (CallStatus::Refused, "policy")
    );

    let lab = super::gates::lab(Autonomy::Commits);
    let (running, opened) = asked(&lab, EDIT).await;
    let edited = lab.read("tests/run.sh") + "# by a person\n";
    lab.write("tests/run.sh", &edited);
    let client = running.engine.client();
    tokio::task::spawn_blocking(move || crate::support::wait_for(&client, |event| matches!(event, Event::ExternalChangeSeen(_))))
        .await
        .unwrap();
    send(&running, answer(&opened, GateDecision::Approve));
    let ran = running.finish().await;
    assert_eq!(decisions(&ran)[1].decision, GateDecision::Void);
    assert!(
        told(&ran).1.contains("changed from outside while the proposal waited"),
        "{:?}",
        told(&ran)
    );
    assert_eq!(lab.read("tests/run.sh"), edited);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_to_propose_opens_no_gate() {
    for (proposal, why) in [
        (r#"{ path = "README.md", reason = "x", content = "y" }"#, "not a guarded file"),
        (r#"{ path = "../x", reason = "x", content = "y" }"#, "not a guarded file"),
        (
            r#"{ path = "tests/run.sh", reason = "x", old_text = "no such", new_text = "y" }"#,
            "`old_text` is not in it",
        ),
        (r#"{ path = "tests/run.sh", reason = "x" }"#, "give either `content`"),
        (
            r#"{ path = "tests/run.sh", reason = " ", content = "y" }"#,
            "`reason` is empty",
        ),
        (
            r#"{ path = "feature_list.json", reason = "done", old_text = "\"passes\": false, \"tests\": [\"tests/01-hello.sh\"]", new_text = "\"passes\": true, \"tests\": []" }"#,
            "would set the pass flag of F001",
        ),
    ] {
        let lab = lab(Autonomy::Commits);
        let running = lab.start(&script(proposal)).await;
        send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
        let ran = running.finish().await;
        let (status, text) = told(&ran);
        assert_eq!((status, ran.count("gate_opened")), (CallStatus::Failed, 1), "{text}");
        assert!(text.contains(why), "{proposal}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_the_feature_list_change_by_an_approved_proposal_and_are_known_at_once() {
    let lab = lab(Autonomy::Commits);
    let proposal =
        r#"{ path = "feature_list.json", reason = "too vague", old_text = "say bye", new_text = "say bye to everyone" }"#;
    let (running, opened) = asked(&lab, proposal).await;
    send(&running, answer(&opened, GateDecision::Approve));
    let ran = running.finish().await;
    assert!(lab.read("feature_list.json").contains("say bye to everyone"));
    assert_eq!(ran.state.features.rows[1].feature.description, "say bye to everyone");
    assert_eq!(ran.count("breach_found"), 0);
}
