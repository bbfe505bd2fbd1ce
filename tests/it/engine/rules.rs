//! Standing rules about commands: made while one waits, used by the next, ended with their session, run or by a word.

use super::gates::{answer, decisions, gate, lab, send};
use crate::support::{INITIALIZER, Lab, Ran, Running, call, coding, ends, wait_for};
use longhaul::protocol::event::{GateKind, GateOpened};
use longhaul::protocol::{
    Answer, Autonomy, Command, CommandPattern, Event, GateDecision, Query, RuleExpiry, RuleId, RuleProposal, RuleScope,
};
use std::sync::mpsc::sync_channel;

fn runs(command: &str) -> String {
    call("bash", &format!("{{ command = \"{command}\" }}"))
}

fn pattern(words: &[&str], open: bool) -> CommandPattern {
    CommandPattern {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        open,
    }
}

/// A project whose skeleton is made, and a run at the level manual of one session that runs these commands.
async fn manual(commands: &[&str]) -> (Lab, Running) {
    let mut lab = lab(Autonomy::Auto);
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    lab.settings.autonomy = Autonomy::Manual;
    let running = session(&lab, commands).await;
    (lab, running)
}

async fn session(lab: &Lab, commands: &[&str]) -> Running {
    let turns: String = commands.iter().map(|command| runs(command)).collect();
    lab.start(&coding(&(turns + &ends()))).await
}

fn add(running: &Running, pattern: CommandPattern, scope: RuleScope, expiry: RuleExpiry) {
    running
        .engine
        .client()
        .send(Command::AddRule { pattern, scope, expiry })
        .unwrap();
}

/// The next gate of a command from this number on.
async fn command(running: &Running, number: u32) -> GateOpened {
    let opened = gate(running, number).await;
    assert_eq!(opened.what, GateKind::Command, "{opened:?}");
    opened
}

/// Who decided on which command.
fn by(ran: &Ran) -> Vec<(String, String)> {
    let opened: Vec<GateOpened> = ran.all(|event| match event {
        Event::GateOpened(opened) if opened.what == GateKind::Command => Some(opened.clone()),
        _ => None,
    });
    let decided = decisions(ran);
    let who = |gate| {
        decided
            .iter()
            .find(|decided| decided.gate == gate)
            .map(|decided| decided.by.clone())
    };
    opened
        .into_iter()
        .filter_map(|opened| Some((opened.body, who(opened.gate)?)))
        .collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

async fn propose(running: &Running, command: &str) -> RuleProposal {
    let (sender, receiver) = sync_channel(1);
    let query = Query::ProposeRule { command: command.into() };
    running
        .engine
        .client()
        .ask(query, Box::new(move |answer| sender.send(answer).unwrap()));
    match tokio::task::spawn_blocking(move || receiver.recv().unwrap()).await.unwrap() {
        Answer::RuleProposal(proposal) => *proposal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_lets_the_waiting_command_run_and_the_next_of_its_kind() {
    let commands = [
        "sh tests/run.sh",
        "touch a b",
        "touch a c && cat a",
        "touch a /tmp/x",
        "sh tests/run.sh; touch a d",
        "FOO=1 touch a",
    ];
    let (lab, running) = manual(&commands).await;
    send(&running, answer(&command(&running, 2).await, GateDecision::Approve));
    command(&running, 3).await;
    add(&running, pattern(&["touch", "a"], true), RuleScope::Run, RuleExpiry::Never);
    // What names a place elsewhere is asked about, rule or not.
    let outside = command(&running, 5).await;
    assert_eq!(outside.body, "touch a /tmp/x");
    send(&running, answer(&outside, GateDecision::Reject));
    let both = command(&running, 6).await;
    assert_eq!(both.body, "sh tests/run.sh; touch a d");
    add(
        &running,
        pattern(&["sh", "tests/run.sh"], false),
        RuleScope::Project,
        RuleExpiry::Never,
    );
    send(&running, answer(&command(&running, 7).await, GateDecision::Reject));
    let ran = running.finish().await;
    assert_eq!(
        by(&ran),
        pairs(&[
            ("sh tests/run.sh", "human"),
            ("touch a b", "rule R1"),
            ("touch a c && cat a", "rule R1"),
            ("touch a /tmp/x", "human"),
            ("sh tests/run.sh; touch a d", "rule R2, R1"),
            ("FOO=1 touch a", "human"),
        ])
    );
    assert!(lab.path("c").exists() && lab.path("d").exists());
    let uses: Vec<u32> = ran.state.rules.iter().map(|rule| rule.uses).collect();
    assert_eq!(uses, [3, 1]);
    // The next run: the rule of the first is over, the project's holds until it is revoked.
    let running = session(&lab, &["sh tests/run.sh", "touch a b", "sh tests/run.sh"]).await;
    let asked = command(&running, 9).await;
    assert_eq!(asked.body, "touch a b");
    running.engine.client().send(Command::RevokeRule { rule: RuleId(2) }).unwrap();
    send(&running, answer(&asked, GateDecision::Reject));
    send(&running, answer(&command(&running, 10).await, GateDecision::Reject));
    let ran = running.finish().await;
    let later = by(&ran).split_off(6);
    assert_eq!(
        later,
        pairs(&[
            ("sh tests/run.sh", "rule R2"),
            ("touch a b", "human"),
            ("sh tests/run.sh", "human")
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_hold_only_where_the_workspace_itself_is() {
    let (_lab, running) = manual(&["touch a b", "cd tests", "touch a b", "cd .. && touch a b"]).await;
    command(&running, 2).await;
    add(
        &running,
        pattern(&["touch", "a", "b"], false),
        RuleScope::Run,
        RuleExpiry::Session,
    );
    for number in [3, 4] {
        let opened = command(&running, number).await;
        send(&running, answer(&opened, GateDecision::Reject));
    }
    let ran = running.finish().await;
    assert_eq!(
        by(&ran),
        pairs(&[
            ("touch a b", "rule R1"),
            ("touch a b", "human"),
            ("cd .. && touch a b", "human")
        ]),
        "the shell stood in another directory"
    );
    assert!(ran.state.rules[0].ended.is_some(), "it was for this session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_could_not_have_been_offered_is_refused() {
    let (_lab, running) = manual(&["touch a"]).await;
    let opened = command(&running, 2).await;
    for (words, open) in [
        (&["rm", "-rf"][..], true),
        (&["touch"], true),
        (&[], true),
        (&["eval", "touch a"], false),
        (&["sudo", "touch"], false),
    ] {
        add(&running, pattern(words, open), RuleScope::Project, RuleExpiry::Never);
    }
    running.engine.client().send(Command::RevokeRule { rule: RuleId(1) }).unwrap();
    send(&running, answer(&opened, GateDecision::Reject));
    let ran = running.finish().await;
    assert_eq!((ran.state.rules.len(), ran.count("steer_refused")), (0, 6));
    assert_eq!(by(&ran), pairs(&[("touch a", "human")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_tells_what_it_would_have_meant() {
    let (lab, running) = manual(&["touch a b", "touch a b", "touch c", "ls"]).await;
    for number in [2, 3, 4] {
        send(&running, answer(&command(&running, number).await, GateDecision::Approve));
    }
    running.finish().await;
    let running = session(&lab, &["touch a x && rm nothing"]).await;
    let opened = command(&running, 5).await;
    let found = propose(&running, &opened.body).await;
    assert_eq!(
        (found.commands, found.sessions, found.refused.as_str()),
        (4, 2, ""),
        "{found:?}"
    );
    let shown: Vec<(String, bool, Vec<usize>, usize)> = found
        .candidates
        .iter()
        .map(|one| {
            (
                one.pattern.to_string(),
                one.enough,
                one.covered.iter().map(|past| past.times).collect(),
                one.spared.len(),
            )
        })
        .collect();
    let touch = |text: &str, covered: &[usize], spared| (text.to_owned(), false, covered.to_vec(), spared);
    assert_eq!(
        shown,
        [
            touch("touch a x", &[], 2),
            touch("touch a x ...", &[], 2),
            touch("touch a ...", &[2], 1),
            touch("rm nothing", &[], 0),
        ]
    );
    assert!(propose(&running, "rm $X").await.refused.contains("plain words"));
    // With one part of it ruled, a rule for the other part is enough.
    add(
        &running,
        pattern(&["rm", "nothing"], false),
        RuleScope::Run,
        RuleExpiry::Never,
    );
    let client = running.engine.client();
    tokio::task::spawn_blocking(move || wait_for(&client, |event| matches!(event, Event::RuleAdded(_))))
        .await
        .unwrap();
    assert!(propose(&running, &opened.body).await.candidates[0].enough);
    send(&running, answer(&opened, GateDecision::Reject));
    running.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_taken_back_from_another_terminal_while_the_run_goes_on() {
    let (lab, running) = manual(&["touch a b", "touch x", "touch a c"]).await;
    command(&running, 2).await;
    add(&running, pattern(&["touch", "a"], true), RuleScope::Run, RuleExpiry::Never);
    let asked = command(&running, 3).await;
    assert_eq!(asked.body, "touch x", "the rule let the first one run");
    let revoked = assert_cmd::Command::cargo_bin("longhaul")
        .unwrap()
        .args(["rules", "revoke", "R1"])
        .current_dir(lab.workspace())
        .env("LONGHAUL_STATE_DIR", lab.state_root())
        .assert()
        .success();
    let told = String::from_utf8_lossy(&revoked.get_output().stdout).into_owned();
    assert!(told.contains("R1 revoked: process "), "{told}");
    send(&running, answer(&asked, GateDecision::Reject));
    let again = command(&running, 4).await;
    assert_eq!(again.body, "touch a c");
    send(&running, answer(&again, GateDecision::Reject));
    let ran = running.finish().await;
    assert_eq!(
        by(&ran),
        pairs(&[("touch a b", "rule R1"), ("touch x", "human"), ("touch a c", "human")])
    );
    assert_eq!((ran.count("rule_revoked"), lab.dir().withdrawn_rules()), (1, Vec::new()));
}
