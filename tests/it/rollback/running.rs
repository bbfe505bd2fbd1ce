//! Going back in a live run while processes that the agent left running write files.

use crate::support::{INITIALIZER, Lab, Running, call, coding, ends, eventually, wait_for};
use longhaul::harness::rehearsal::rehearse;
use longhaul::link::Client;
use longhaul::protocol::event::{ExternalKind, RunOutcome};
use longhaul::protocol::{CheckpointId, Command, Event, Rehearsal, Target};
use std::path::Path;

/// A run whose agent leaves this behind and then takes long to answer.
async fn run_with(command: &str) -> (Lab, Running) {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    lab.write("bg.log", "begun\n");
    lab.commit_all("A log");
    let thinks = "\n[[session.turn]]\nfault = { kind = \"stall\", after_bytes = 0, times = 4 }\ntext = \"Looking.\"\n";
    let bash = call("bash", &format!("{{ command = '({command}) > /dev/null 2>&1 &' }}"));
    let running = lab.start(&coding(&[&bash, thinks, &ends()].concat())).await;
    (lab, running)
}

fn rehearsed(lab: &Lab) -> Rehearsal {
    let target = Target::Checkpoint {
        checkpoint: CheckpointId(1),
    };
    let limit = lab.settings.checkpoint_max_file_mb << 20;
    rehearse(
        &lab.workspace().canonicalize().unwrap(),
        Path::new("feature_list.json"),
        &target,
        limit,
    )
    .unwrap()
}

fn go(client: &Client, shown: &Rehearsal) {
    let files = shown.trees.as_ref().map(|(now, _)| now.clone());
    let (target, seen) = (shown.target.clone(), shown.seen.clone());
    client.send(Command::Move { target, seen, files }).unwrap();
}

async fn told(client: &Client, wanted: fn(&Event) -> bool) -> Event {
    let client = client.clone();
    let log = tokio::task::spawn_blocking(move || wait_for(&client, wanted)).await.unwrap();
    log.last().unwrap().event.clone()
}

/// Waits until something wrote on after it was shown.
fn moves_on(lab: &Lab, shown: &Rehearsal) {
    eventually("the process writes on", || rehearsed(lab).seen != shown.seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_only_the_agents_process_writes_keeps_no_move_back() {
    let (lab, running) = run_with("while :; do echo x >> bg.log; sleep 0.1; done").await;
    let client = running.engine.client();
    let is_seen = |event: &Event| matches!(event, Event::ExternalChangeSeen(seen) if seen.what == ExternalKind::Tree);
    told(&client, is_seen).await;
    let shown = rehearsed(&lab);
    moves_on(&lab, &shown);
    go(&client, &shown);
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    assert!(
        ran.ended.reason.starts_with("rolled back to checkpoint 1"),
        "{}",
        ran.ended.reason
    );
    assert!(!lab.path("bg.log").exists(), "nothing writes it any more");
    let ended = ran.all(|event| match event {
        Event::ExternalChangeSeen(seen) if seen.what == ExternalKind::Processes => Some(seen.detail.clone()),
        _ => None,
    });
    assert!(ended.iter().any(|one| one.contains("ended for the move back")), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_not_shown_are_named_and_the_next_word_counts() {
    let (lab, running) = run_with("i=0; while :; do i=$((i+1)); echo x > new-$i.txt; sleep 0.1; done").await;
    let client = running.engine.client();
    eventually("it writes", || lab.path("new-1.txt").exists());
    let shown = rehearsed(&lab);
    moves_on(&lab, &shown);
    go(&client, &shown);
    let refused = told(&client, |event| matches!(event, Event::MoveRefused(_) | Event::RolledBack(_))).await;
    let Event::MoveRefused(refused) = refused else {
        panic!("a move that nobody was shown was made");
    };
    assert!(
        refused.reason.starts_with("new-") && refused.reason.contains("changed since the rehearsal"),
        "{}",
        refused.reason
    );
    assert!(lab.path("new-1.txt").exists(), "nothing was moved");
    go(&client, &rehearsed(&lab));
    let ran = running.finish().await;
    assert!(
        ran.ended.reason.starts_with("rolled back to checkpoint 1"),
        "{}",
        ran.ended.reason
    );
}
