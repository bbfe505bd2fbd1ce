//! Levels of autonomy: a switch of the level while something waits, work made unseen, and commands at `manual`.

use super::gates::{answer, commits_twice, decisions, gate, lab, seen, send, stop};
use crate::support::{INITIALIZER, Lab, Running, call, coding, ends};
use longhaul::protocol::event::CommitReviewed;
use longhaul::protocol::{Autonomy, CallStatus, Command, Event, GateDecision, ReviewComment};

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_of_the_level_lets_waiting_commits_through_and_counts_them_as_debt() {
    let lab = lab(Autonomy::Commits);
    let running = lab.start(&commits_twice()).await;
    gate(&running, 1).await;
    let level = Autonomy::Deferred;
    running.engine.client().send(Command::SetAutonomy { level }).unwrap();
    let ran = running.finish().await;
    assert_eq!(lab.git(&["log", "--format=%s"]), "Two files, mended\nTwo files\nSkeleton");
    assert!(
        decisions(&ran).iter().all(|decided| decided.by == "policy"),
        "{:?}",
        decisions(&ran)
    );
    assert_eq!(ran.state.run.as_ref().unwrap().autonomy, Autonomy::Deferred);
    assert_eq!(ran.state.debts.len(), 3);
    assert!(
        ran.state.debts.iter().all(|debt| debt.unseen == debt.hunks && debt.hunks > 0),
        "{:?}",
        ran.state.debts
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_made_unseen_can_be_reviewed_later_and_comments_reach_the_agent() {
    let lab = lab(Autonomy::Deferred);
    let turns = call("bash", r#"{ command = "while [ ! -e ../go ]; do sleep 0.02; done" }"#) + &ends();
    let running = lab.start(&[INITIALIZER, &coding(&turns)].concat()).await;
    let commit = seen(&running, |event| match event {
        Event::CommitMade(made) => Some(made.commit.clone()),
        _ => None,
    })
    .await;
    seen(&running, |event| match event {
        Event::ToolStarted(started) if started.title.contains("while") => Some(()),
        _ => None,
    })
    .await;
    let review = CommitReviewed {
        commit: commit.clone(),
        hunks_seen: 2,
        hunks: 2,
        settled: true,
        comments: vec![ReviewComment {
            path: "tests/run.sh".into(),
            line: Some(1),
            old_line: None,
            snippet: "+n=0; bad=0".into(),
            row: 0,
            text: "Two lines, please.".into(),
        }],
        message: None,
    };
    running.engine.client().send(Command::ReviewCommit(review)).unwrap();
    seen(&running, |event| matches!(event, Event::CommitReviewed(_)).then_some(())).await;
    std::fs::write(lab.workspace().join("../go"), "").unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.state.debts, []);
    let heard = ran
        .requests
        .iter()
        .any(|body| body.contains("Two lines, please.") && body.contains("(Skeleton)"));
    assert!(heard, "the agent is told at its next step");
}

/// A project in its first coding session, at the level `manual`, with these turns.
async fn manual(lab: &mut Lab, turns: &str) -> Running {
    lab.settings.autonomy = Autonomy::Auto;
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    lab.settings.autonomy = Autonomy::Manual;
    lab.start(&coding(&(turns.to_owned() + &ends()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_level_manual_a_command_waits_and_a_plain_read_does_not() {
    let mut lab = lab(Autonomy::Manual);
    let turns = call("bash", r#"{ command = "ls tests && cat feature_list.json | head -2" }"#)
        + &call("bash", r#"{ command = "touch approved\necho second line" }"#)
        + &call("bash", r#"{ command = "touch denied" }"#)
        + &call("bash", r#"{ restart = true }"#);
    let running = manual(&mut lab, &turns).await;
    let first = gate(&running, 2).await;
    assert_eq!(first.body, "touch approved\necho second line", "the whole command");
    assert_eq!(
        (first.title.lines().count(), first.tree.clone(), first.commit.is_none()),
        (1, None, true)
    );
    assert!(!lab.path("approved").exists(), "it has not run");
    let mut yes = answer(&first, GateDecision::Approve);
    yes.reason = "this once".into();
    send(&running, yes);
    let second = gate(&running, 3).await;
    assert!(lab.path("approved").exists());
    let mut no = answer(&second, GateDecision::Reject);
    no.reason = "no such file, please".into();
    send(&running, no);
    let ran = running.finish().await;
    assert!(!lab.path("denied").exists());
    let results = ran.all(|event| match event {
        Event::ToolFinished(finished) => Some((finished.status, finished.output.text.clone())),
        _ => None,
    });
    let of_this_run = &results[results.len() - 6..];
    assert!(of_this_run[0].1.contains("run.sh"), "{of_this_run:?}");
    assert!(
        of_this_run[1].1.contains("second line") && of_this_run[1].1.contains("The human adds: this once"),
        "{of_this_run:?}"
    );
    assert_eq!(of_this_run[2].0, CallStatus::Refused);
    assert!(of_this_run[2].1.contains("Reason: no such file, please"), "{of_this_run:?}");
    assert_eq!(of_this_run[3].0, CallStatus::Completed, "a fresh shell asks nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_waits_runs_when_the_level_no_longer_asks_and_never_after_a_stop() {
    let mut lab = lab(Autonomy::Manual);
    let turns = call("bash", r#"{ command = "touch one" }"#) + &call("bash", r#"{ command = "touch two" }"#);
    let running = manual(&mut lab, &turns).await;
    gate(&running, 2).await;
    let level = Autonomy::Commits;
    running.engine.client().send(Command::SetAutonomy { level }).unwrap();
    running.finish().await;
    assert!(lab.path("one").exists() && lab.path("two").exists());

    let running = lab
        .start(&coding(&(call("bash", r#"{ command = "touch three" }"#) + &ends())))
        .await;
    gate(&running, 3).await;
    stop(&running);
    let ran = running.finish().await;
    assert!(!lab.path("three").exists());
    assert_eq!(decisions(&ran).last().unwrap().decision, GateDecision::Void);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_a_command_makes_past_the_harness_are_owed_a_look() {
    let lab = lab(Autonomy::Deferred);
    let script = "G=$(printf 'g%s' it); C='-c user.name=x -c user.email=x@y'; echo one > one.txt; $G add one.txt; $G $C commit -qm one; \
                  echo two > two.txt; $G add two.txt; $G $C commit -qm two";
    let turns = call("bash", &format!("{{ command = '''{script}''' }}")) + &ends();
    let ran = lab.run(&[INITIALIZER, &coding(&turns)].concat()).await;
    assert_eq!(lab.git(&["log", "-2", "--format=%s"]), "two\none");
    let strange = lab.git(&["rev-list", "--reverse", "HEAD~2..HEAD"]);
    let owed: Vec<(&str, u32)> = ran
        .state
        .debts
        .iter()
        .map(|debt| (debt.commit.as_str(), debt.unseen))
        .collect();
    let expected: Vec<(&str, u32)> = strange.lines().map(|commit| (commit, 1)).collect();
    assert_eq!(owed[owed.len() - 2..], expected);
    let refolded = longhaul::session::State::fold(&ran.log);
    assert_eq!(refolded.debts, ran.state.debts);
}
