//! Runs of the engine: a real repository, real processes, real HTTP; only the model's words are scripted.

mod audit;
mod background;
mod budget;
mod cheating;
mod checks;
mod circling;
mod commented;
mod cut;
mod earlier;
mod ended;
mod exits;
mod flaky;
mod gates;
mod guarded;
mod held;
mod hooks;
mod hung;
mod index;
mod interrupt;
mod late;
mod left;
mod levels;
mod limits;
mod lost;
mod matrix;
mod propose;
mod questions;
mod regress;
mod repeated;
mod repository;
mod rites;
mod rules;
mod silenced;
mod spoken;
mod staging;
mod survivors;
mod targets;
mod unfilled;
mod unheld;
mod unrun;
mod unwritten;
mod victory;
mod weakened;
mod words;
mod writer;

use crate::support::{CANARY_KEY, INITIALIZER, Lab, builds, call, coding, ends, wait_for};
use longhaul::engine::Attendance;
use longhaul::protocol::event::{EndCause, LimitKind, RunOutcome};
use longhaul::protocol::{CallStatus, Command, Cost, Event, FeatureStatus, Query, StopMode};
use std::time::{Duration, Instant};

fn whole_script() -> String {
    [INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_built_from_nothing_to_all_features_passing() {
    let lab = Lab::new();
    let ran = lab.run(&whole_script()).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
    assert_eq!(ran.state.sessions.len(), 3);
    assert_eq!(lab.git(&["log", "--format=%s"]), "Say bye\nSay hello\nSkeleton");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(lab.git(&["log", "-1", "--format=%an <%ae>"]), "Ada <ada@example.org>");
    let first = lab.git(&["show", "HEAD~2:feature_list.json"]);
    assert_eq!(
        lab.read("feature_list.json").trim_end(),
        first.replace("\"passes\": false", "\"passes\": true"),
        "only the flags changed"
    );
    assert!(lab.read("claude-progress.txt").contains("Built hello."));
    // The log is one sequence over three segments.
    assert!(ran.log.iter().enumerate().all(|(n, envelope)| envelope.seq.0 == n as u64 + 1));
    assert_eq!(lab.dir().segments().unwrap().len(), 3);
    assert_eq!(ran.kinds().first(), Some(&"run_started"));
    assert_eq!(ran.kinds().last(), Some(&"run_ended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_carries_the_tests_on_exactly_its_tree_and_passed_a_gate() {
    let lab = Lab::new();
    let ran = lab.run(&whole_script()).await;
    let commits = &ran.state.commits;
    assert_eq!(commits.len(), 3);
    for (commit, hash) in commits.iter().zip(lab.git(&["log", "--reverse", "--format=%H %T"]).lines()) {
        assert_eq!(format!("{} {}", commit.made.commit, commit.made.tree), hash);
        let tested = ran
            .log
            .iter()
            .any(|e| matches!(&e.event, Event::TestRunFinished(t) if t.run.tree.as_ref() == Some(&commit.made.tree)));
        assert!(tested, "the tree of {} was tested", commit.made.commit);
    }
    let last = &commits[2].made;
    assert_eq!((last.tests_before.unwrap().passed, last.tests_after.unwrap().passed), (1, 2));
    assert_eq!((ran.count("gate_opened"), ran.count("gate_decided")), (3, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn orientation_is_in_the_first_message_and_small() {
    let lab = Lab::new();
    let ran = lab.run(&whole_script()).await;
    let session = ran.state.session(longhaul::protocol::SessionNo(3)).unwrap();
    let (tokens, share) = session.orientation.unwrap();
    assert!(tokens > 50 && share < 0.05, "{tokens} tokens, {share}");
    let last = ran
        .requests
        .iter()
        .find(|body| body.contains("Built hello."))
        .expect("the notes reach the next window");
    assert!(
        last.contains("F002") && last.contains("Say hello"),
        "so do the feature and the git log"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_breaks_a_passing_test_is_not_made() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let breaks = coding(
        &(call("bash", r#"{ command = "echo broken > hello.txt; echo more > more.txt" }"#)
            + &call("commit", r#"{ message = "Oops" }"#)
            + &ends()),
    );
    let ran = lab
        .run(&[INITIALIZER, &builds("F001", "01", "hello"), &breaks].concat())
        .await;
    let refused = ran.log.iter().any(|e| matches!(&e.event, Event::ToolFinished(f) if f.output.text.contains("Not committed") && f.output.text.contains("tests/01-hello.sh")));
    assert!(refused);
    assert_eq!(lab.git(&["log", "--format=%s"]), "Say hello\nSkeleton");
    let end = ran.state.current().unwrap().ended.clone().unwrap().1;
    assert_eq!(end.dirty.len(), 2, "the dirty tree is told: {:?}", end.dirty);
    assert_eq!(lab.read("more.txt"), "more\n", "and kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_regression_is_found_by_the_smoke_test_set_back_and_taken_first() {
    let lab = Lab::new();
    let running = lab
        .start(
            &[
                INITIALIZER,
                &builds("F001", "01", "hello"),
                &coding(&call("bash", r#"{ command = "sleep 60" }"#)),
            ]
            .concat(),
        )
        .await;
    let client = running.engine.client();
    let wait = client.clone();
    tokio::task::spawn_blocking(move || wait_for(&wait, |e| matches!(e, Event::ToolStarted(t) if t.title.contains("sleep"))))
        .await
        .unwrap();
    client.send(Command::Stop { mode: StopMode::Now }).unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    // A person breaks the feature between two runs, and commits it.
    lab.write("hello.txt", "broken\n");
    lab.commit_all("break it");
    let again = [
        coding(
            &(call("bash", r#"{ command = "echo hello > hello.txt" }"#)
                + &call("feature_passed", r#"{ id = "F001", evidence = "mended" }"#)
                + &call("progress_note", r#"{ text = "Mended." }"#)
                + &call("commit", r#"{ message = "Mend hello" }"#)
                + &call("end_session", r#"{ summary = "mended" }"#)),
        ),
        builds("F002", "02", "bye"),
    ]
    .concat();
    let ran = lab.run(&again).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    let row = ran.state.features.get(&"F001".into()).unwrap();
    let flips: Vec<FeatureStatus> = row.flips.iter().map(|flip| flip.to).collect();
    assert_eq!(
        flips,
        [FeatureStatus::Passing, FeatureStatus::Failing, FeatureStatus::Passing]
    );
    assert!(row.flips[1].reason.contains("tests/01-hello.sh"), "{}", row.flips[1].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_window_is_handed_off_to_a_fresh_one_that_goes_on() {
    let mut lab = Lab::new();
    lab.settings.context_window = 14_000;
    let fills = coding(&format!(
        "{}{}{}{}",
        call(
            "bash",
            r#"{ command = "echo half > half.txt; awk 'BEGIN { for (i = 0; i < 3000; i++) print \"line \" i \" of much text\" }'" }"#
        ),
        call(
            "bash",
            r#"{ command = "awk 'BEGIN { for (i = 0; i < 3000; i++) print \"more \" i \" of much text\" }'" }"#
        ),
        call("progress_note", r#"{ text = "Half of hello is in half.txt." }"#),
        ends(),
    ));
    let ran = lab
        .run(
            &[
                INITIALIZER,
                &fills,
                &builds("F001", "01", "hello"),
                &builds("F002", "02", "bye"),
            ]
            .concat(),
        )
        .await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.state.sessions[1].end_cause(), Some(EndCause::ContextFull));
    assert!(ran.state.sessions[1].context_share() > 0.8);
    assert!(ran.state.sessions[2].context_share() < 0.8, "a fresh window");
    assert!(ran.requests.iter().any(|body| body.contains("Half of hello")));
    assert_eq!(lab.read("half.txt"), "half\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_now_kills_what_runs_and_leaves_a_whole_log() {
    let lab = Lab::new();
    let script = [
        INITIALIZER,
        &coding(&call("bash", r#"{ command = "sleep 61.5 & sleep 61.5" }"#)),
    ]
    .concat();
    let running = lab.start(&script).await;
    let client = running.engine.client();
    let wait = client.clone();
    tokio::task::spawn_blocking(move || wait_for(&wait, |e| matches!(e, Event::ToolStarted(t) if t.title.contains("sleep"))))
        .await
        .unwrap();
    let begun = Instant::now();
    client.send(Command::Stop { mode: StopMode::Now }).unwrap();
    let ran = running.finish().await;
    assert!(begun.elapsed() < Duration::from_secs(8));
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    assert_eq!(ran.state.current().unwrap().end_cause(), Some(EndCause::Stopped));
    let cancelled = ran
        .log
        .iter()
        .any(|e| matches!(&e.event, Event::ToolFinished(f) if f.status == CallStatus::Cancelled));
    assert!(cancelled);
    let left = std::process::Command::new("sh")
        .args(["-c", "ps ax -o args | grep -c '^[s]leep 61.5'"])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&left.stdout).trim(),
        "0",
        "no process survives its session"
    );
    assert!(
        client.send(Command::Stop { mode: StopMode::Now }).is_err(),
        "a run that is over takes no commands"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_after_the_step_lets_the_step_finish() {
    let lab = Lab::new();
    let slow = coding(&(call("bash", r#"{ command = "sleep 1; echo finished > done.txt" }"#) + &ends()));
    let running = lab.start(&[INITIALIZER, &slow].concat()).await;
    let client = running.engine.client();
    let wait = client.clone();
    tokio::task::spawn_blocking(move || wait_for(&wait, |e| matches!(e, Event::ToolStarted(t) if t.title.contains("sleep"))))
        .await
        .unwrap();
    client
        .send(Command::Stop {
            mode: StopMode::AfterStep,
        })
        .unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    assert_eq!(lab.read("done.txt"), "finished\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_stop_the_run_and_say_which() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    let ran = lab.run(&whole_script()).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Limit);
    assert!(ran.ended.reason.contains("2 of 2 sessions"), "{}", ran.ended.reason);

    let mut lab = Lab::new();
    lab.settings.limits.cost = Some(Cost(1));
    let ran = lab.run(&whole_script()).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Limit);
    assert_eq!(ran.state.run.as_ref().unwrap().limit.as_ref().unwrap().limit, LimitKind::Cost);

    let mut lab = Lab::new();
    lab.settings.limits.turns = Some(1);
    let ran = lab.run(&whole_script()).await;
    assert_eq!(ran.state.current().unwrap().turn.0, 1);
    assert_eq!(ran.ended.outcome, RunOutcome::Limit);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_headway_ends_as_stalled() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 2;
    let idle = || coding(&ends());
    let ran = lab.run(&[INITIALIZER, &idle(), &idle()].concat()).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stalled);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_may_stumble_but_not_be_ignored() {
    let lab = Lab::new();
    let faulty = whole_script()
        .replacen(
            "text = \"I set the project up.\"",
            "text = \"I set the project up.\"\nfault = { kind = \"status\", code = 529, times = 2, retry_after = 0 }",
            1,
        )
        .replacen(
            "text = \"A failing test for **hello**.\"",
            "text = \"A failing test for **hello**.\"\nfault = { kind = \"cut\", after_bytes = 900, times = 1 }",
            1,
        );
    let ran = lab.run(&faulty).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.count("request_retried"), 2);
    assert_eq!(ran.count("turn_interrupted"), 1);

    let lab = Lab::new();
    let refused = whole_script().replacen(
        "text = \"I set the project up.\"",
        "text = \"I set the project up.\"\nfault = { kind = \"status\", code = 401, times = 9 }",
        1,
    );
    let ran = lab.run(&refused).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Failed);
    assert_eq!(ran.count("request_retried"), 0, "a wrong key is not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_of_the_same_project_is_refused() {
    let lab = Lab::new();
    let running = lab
        .start(&[INITIALIZER, &coding(&call("bash", r#"{ command = "sleep 60" }"#))].concat())
        .await;
    let refused = lab
        .start_with(&running.server.base_url())
        .await
        .err()
        .expect("two engines on one project");
    assert!(refused.to_string().contains("is running this project"), "{refused}");
    running.engine.client().send(Command::Stop { mode: StopMode::Now }).unwrap();
    running.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn look_ups_answer_with_real_diffs() {
    let lab = Lab::new();
    let running = lab.start(&whole_script()).await;
    let client = running.engine.client();
    let ran = running.finish().await;
    let commit = ran.state.commits.last().unwrap().made.commit.clone();
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    client.ask(
        Query::CommitDiff { commit },
        Box::new(move |answer| sender.send(answer).unwrap()),
    );
    let longhaul::protocol::Answer::CommitDiff(diff) = receiver.recv_timeout(Duration::from_secs(10)).unwrap() else {
        panic!()
    };
    assert_eq!(diff.message.trim(), "Say bye");
    assert!(
        diff.files
            .iter()
            .any(|file| file.path == "bye.txt" && file.patch.contains("+bye"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initializer_cannot_declare_victory() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    let proud = INITIALIZER.replace("\"passes\": false", "\"passes\": true")
        + &call("end_session", r#"{ summary = "all done!" }"#)
        + "\n[[session.turn]]\ntext = \"Done.\"\n".repeat(3).as_str();
    let ran = lab.run(&proud).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Limit, "{}", ran.ended.reason);
    assert_eq!(ran.state.features.progress(), (0, 2));
    assert!(!lab.read("feature_list.json").contains("true"));
    let told = ran
        .log
        .iter()
        .any(|e| matches!(&e.event, Event::ToolFinished(f) if f.output.text.contains("cannot pass yet")));
    assert!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_project_ends_at_once_and_says_so_in_the_log() {
    let lab = Lab::new();
    let first = lab.run(&whole_script()).await;
    let again = lab.run(INITIALIZER).await;
    assert_eq!(again.ended.outcome, RunOutcome::AllPassing, "{}", again.ended.reason);
    assert_eq!(
        again.state.sessions.len(),
        first.state.sessions.len(),
        "no session was needed"
    );
    assert_eq!(again.count("run_started"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initializer_that_was_cut_off_is_taken_up_by_another() {
    let mut lab = Lab::new();
    lab.settings.limits.turns = Some(1);
    let ran = lab.run(INITIALIZER).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Limit);
    assert!(
        lab.path("feature_list.json").exists(),
        "the list was written, nothing was committed"
    );
    lab.settings.limits.turns = None;
    let ran = lab.run(&whole_script()).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.state.sessions[1].role, longhaul::protocol::Role::Initializer);
}
