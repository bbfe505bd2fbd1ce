//! Runs of the engine: a real repository, real processes, real HTTP; only the model's words are scripted.

mod gates;
mod index;
mod limits;
mod propose;
mod rites;
mod rules;
mod survivors;
mod weakened;

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
async fn the_key_is_nowhere_but_in_the_header() {
    let lab = Lab::new();
    let script = [
        INITIALIZER,
        &coding(
            &(call(
                "bash",
                r#"{ command = "env; cat /proc/$PPID/environ 2>/dev/null | tr '\\0' '\\n'" }"#,
            ) + &ends()),
        ),
    ]
    .concat();
    let mut lab = lab;
    lab.settings.stall_sessions = 1;
    lab.run(&script).await;
    assert_eq!(lab.files_with(CANARY_KEY), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_must_not_do_is_refused_or_undone_and_told() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let turns = [
        call("bash", r#"{ command = "git commit -am cheating" }"#),
        call(
            "str_replace_based_edit_tool",
            r#"{ command = "str_replace", path = "feature_list.json", old_str = '"passes": false, "tests": ["tests/01', new_str = '"passes": true, "tests": ["tests/01' }"#,
        ),
        // A route the rulings do not see: only the comparison afterwards does.
        call(
            "bash",
            r#"{ command = "f=feature_li; python3 -c 1 2>/dev/null; sh -c \"tr e E < ${f}st.json > x && mv x ${f}st.json\"" }"#,
        ),
        call("feature_passed", r#"{ id = "F001", evidence = "trust me" }"#),
        call("feature_passed", r#"{ id = "F002", evidence = "not mine" }"#),
        call("feature_passed", r#"{ id = "F999", evidence = "no such" }"#),
        ends(),
    ];
    let ran = lab.run(&[INITIALIZER, &coding(&turns.concat())].concat()).await;
    let first = ran.log.iter().filter(|e| e.event.kind() == "tool_finished").count() - 8;
    let told: Vec<String> = (first..first + 6).map(|n| ran.result(n)).collect();
    assert!(told[0].contains("commit` tool"), "{}", told[0]);
    assert!(told[1].contains("feature_list.json"), "{}", told[1]);
    assert!(told[2].contains("put back"), "{}", told[2]);
    assert!(told[3].contains("did not run"), "{}", told[3]);
    assert!(told[4].contains("This session works on F001"), "{}", told[4]);
    assert!(told[5].contains("no feature F999"), "{}", told[5]);
    assert_eq!((ran.count("ruling_made"), ran.count("breach_found")), (2, 1));
    assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(ran.state.features.progress(), (0, 2));
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
async fn a_question_reaches_the_human_and_the_answer_the_agent() {
    let mut lab = Lab::new();
    lab.attendance = Attendance::Attended;
    lab.settings.stall_sessions = 1;
    let asks = coding(
        &(call(
            "ask_human",
            r#"{ question = "Tabs or spaces?", choices = ["tabs", "spaces"] }"#,
        ) + &ends()),
    );
    let running = lab.start(&[INITIALIZER, &asks].concat()).await;
    let client = running.engine.client();
    let wait = client.clone();
    let seen = tokio::task::spawn_blocking(move || wait_for(&wait, |e| matches!(e, Event::QuestionAsked(_))))
        .await
        .unwrap();
    let Event::QuestionAsked(asked) = &seen.last().unwrap().event else {
        unreachable!()
    };
    client
        .send(Command::AnswerQuestion {
            question: asked.question,
            text: "spaces".into(),
        })
        .unwrap();
    let ran = running.finish().await;
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::ToolFinished(f) if f.output.text == "The human answers: spaces"))
    );
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::QuestionAnswered(a) if a.by == "human"))
    );
    assert!(ran.state.open_questions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_leaves_a_question_alone_that_somebody_has_open() {
    let mut lab = Lab::new();
    lab.attendance = Attendance::Attended;
    lab.question_timeout = Duration::from_secs(2);
    lab.settings.stall_sessions = 1;
    let asks = coding(&(call("ask_human", r#"{ question = "Tabs or spaces?" }"#) + &ends()));
    let running = lab.start(&[INITIALIZER, &asks].concat()).await;
    let client = running.engine.client();
    let saw = |wanted: fn(&Event) -> bool| {
        let client = client.clone();
        tokio::task::spawn_blocking(move || wait_for(&client, wanted))
    };
    let seen = saw(|e| matches!(e, Event::QuestionAsked(_))).await.unwrap();
    let Event::QuestionAsked(asked) = &seen.last().unwrap().event else {
        unreachable!()
    };
    let question = asked.question;
    assert!(asked.until.is_some(), "the log says when policy would answer");
    client.send(Command::HoldQuestion { question }).unwrap();
    saw(|e| matches!(e, Event::QuestionHeld(_))).await.unwrap();
    client.send(Command::ReleaseQuestion { question }).unwrap();
    let ran = running.finish().await;
    let of_question: Vec<&str> = ran.kinds().into_iter().filter(|kind| kind.starts_with("question_")).collect();
    assert_eq!(
        of_question,
        ["question_asked", "question_held", "question_released", "question_answered"]
    );
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::QuestionAnswered(a) if a.by == "policy"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_from_outside_is_noticed_and_not_taken_for_the_agents() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    // The model thinks while the human edits: a long silence of the scripted model.
    let waits = coding(&("\n[[session.turn]]\nfault = { kind = \"stall\", after_bytes = 0, times = 1 }\ntext = \"Looking.\"\n[[session.turn.call]]\ntool = \"bash\"\ninput = { command = \"true\" }\n".to_owned() + &ends()));
    let running = lab.start(&[INITIALIZER, &waits].concat()).await;
    let client = running.engine.client();
    let wait = client.clone();
    tokio::task::spawn_blocking(move || {
        wait_for(&wait, |e| matches!(e, Event::FeatureSelected(_)));
        wait_for(&wait, |e| matches!(e, Event::TurnStarted(t) if t.turn.0 == 1))
    })
    .await
    .unwrap();
    let edited = lab
        .read("feature_list.json")
        .replacen("\"passes\": false", "\"passes\": true", 1);
    lab.write("feature_list.json", &edited);
    lab.write("from-outside.txt", "hello");
    let wait = client.clone();
    tokio::task::spawn_blocking(move || {
        wait_for(
            &wait,
            |e| matches!(e, Event::FeatureFlipped(f) if f.by == longhaul::protocol::event::FlipBy::Human),
        )
    })
    .await
    .unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.count("breach_found"), 0, "a human's edit is not a breach");
    assert_eq!(lab.read("feature_list.json"), edited, "and stays");
    assert!(ran.count("external_change_seen") >= 1);
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
async fn a_background_process_cannot_pass_for_a_person() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let sneaks = "\n[[session.turn]]\n[[session.turn.call]]\ntool = \"bash\"\n\
        input = { command = '(sleep 0.3; f=feature_li; tr e E < ${f}st.json > x; mv x ${f}st.json; sleep 30) > /dev/null 2>&1 &' }\n\
        [[session.turn]]\nfault = { kind = \"stall\", after_bytes = 0, times = 1 }\ntext = \"Thinking it over.\"\n\
        [[session.turn.call]]\ntool = \"bash\"\ninput = { command = \"true\" }\n";
    let ran = lab
        .run(&[INITIALIZER, &coding(&(sneaks.to_owned() + &ends()))].concat())
        .await;
    assert_eq!(ran.count("breach_found"), 1);
    let human = ran
        .log
        .iter()
        .any(|e| matches!(&e.event, Event::FeatureFlipped(f) if f.by == longhaul::protocol::event::FlipBy::Human));
    assert!(!human);
    assert_eq!(
        lab.read("feature_list.json"),
        lab.git(&["show", "HEAD:feature_list.json"]) + "\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changed_between_two_runs_is_told_and_stands() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    let edited = lab.read("feature_list.json").replace("say hello", "say hello to everyone");
    lab.write("feature_list.json", &edited);
    lab.commit_all("reword a feature");
    let ran = lab.run(&builds("F001", "01", "hello")).await;
    let told = ran
        .log
        .iter()
        .any(|e| matches!(&e.event, Event::ExternalChangeSeen(seen) if seen.detail.contains("since the last run")));
    assert!(told, "{:?} {:?}", ran.ended, ran.kinds());
    assert_eq!(ran.count("breach_found"), 0);
    assert_eq!(
        lab.read("feature_list.json"),
        edited.replacen("\"passes\": false", "\"passes\": true", 1)
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
async fn a_commit_by_a_route_that_no_ruling_sees_is_told_and_on_record() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let hidden = call(
        "bash",
        r#"{ command = "x=$(printf 'g%s' it); echo evil > evil.txt; $x add -A; $x commit -qm evil" }"#,
    ) + &ends();
    let ran = lab.run(&[INITIALIZER, &coding(&hidden)].concat()).await;
    let breach = ran.log.iter().find_map(|e| {
        if let Event::BreachFound(breach) = &e.event {
            Some(breach.clone())
        } else {
            None
        }
    });
    let breach = breach.expect("the commit was not noticed");
    assert!(breach.path.contains("branch main") && !breach.restored, "{breach:?}");
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("Only the `commit` tool commits"))
    );
    assert_eq!(ran.state.recent_commits()[0].subject, "evil", "and it is shown as what it is");
    assert_eq!(ran.state.commits.len(), 1, "the harness made one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_sessions_stray_is_stopped_too() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let strays = call(
        "bash",
        r#"{ command = "setsid sh -c 'exec sleep 62.5' > /dev/null 2>&1 & sleep 0.2" }"#,
    ) + &ends();
    lab.run(&[INITIALIZER, &coding(&strays)].concat()).await;
    let left = std::process::Command::new("sh")
        .args(["-c", "ps ax -o args | grep -c '^[s]leep 62.5'"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&left.stdout).trim(), "0");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_agent_prints_does_not_go_back_to_the_model() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let halves = CANARY_KEY.split_at(10);
    let prints = format!("{{ command = \"printf '%s%s' '{}' '{}'\" }}", halves.0, halves.1);
    let ran = lab
        .run(&[INITIALIZER, &coding(&(call("bash", &prints) + &ends()))].concat())
        .await;
    assert!(ran.requests.iter().all(|body| !body.contains(CANARY_KEY)));
    assert_eq!(lab.files_with(CANARY_KEY), Vec::<std::path::PathBuf>::new());
}

/// The initializer of [`INITIALIZER`] with its test script at the top, outside the test globs.
fn scripted_at_the_top() -> String {
    INITIALIZER
        .replace("> tests/run.sh", "> run-tests.sh")
        .replace("sh tests/run.sh", "sh run-tests.sh")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_that_the_verify_command_runs_is_guarded_wherever_it_lies() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let turns = [
        call("bash", r#"{ command = "echo exit 0 > run-tests.sh" }"#),
        // A route the rulings do not see.
        call("bash", r#"{ command = "r=run; echo exit 0 > ${r}-tests.sh" }"#),
        call("feature_passed", r#"{ id = "F001", evidence = "trust me" }"#),
        ends(),
    ];
    let ran = lab.run(&[scripted_at_the_top(), coding(&turns.concat())].concat()).await;
    let first = ran.log.iter().filter(|e| e.event.kind() == "tool_finished").count() - 5;
    let told: Vec<String> = (first..first + 3).map(|n| ran.result(n)).collect();
    assert!(
        told[0].contains("run-tests.sh") && told[0].contains("verify command"),
        "{}",
        told[0]
    );
    assert!(told[1].contains("put back"), "{}", told[1]);
    assert!(told[2].contains("did not run"), "{}", told[2]);
    assert_eq!((ran.count("ruling_made"), ran.count("breach_found")), (1, 1));
    assert!(lab.read("run-tests.sh").contains("exit $bad"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initializer_may_mend_its_test_script_until_its_first_commit() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    let mends = r#"
[[session.turn]]
[[session.turn.call]]
tool = "bash"
input = { command = "echo '# mended' >> run-tests.sh" }
[[session.turn.call]]
tool = "commit""#;
    let late = r#"
[[session.turn]]
[[session.turn.call]]
tool = "bash"
input = { command = "r=run; echo exit 0 > ${r}-tests.sh" }
[[session.turn]]
[[session.turn.call]]
tool = "end_session""#;
    let script = scripted_at_the_top()
        .replacen("[[session.turn.call]]\ntool = \"commit\"", mends.trim_start(), 1)
        .replacen(
            "[[session.turn]]\n[[session.turn.call]]\ntool = \"end_session\"",
            late.trim_start(),
            1,
        );
    let ran = lab.run(&script).await;
    assert_eq!(ran.count("breach_found"), 1, "only what came after the commit");
    assert!(lab.git(&["show", "HEAD:run-tests.sh"]).ends_with("# mended"));
    assert!(lab.read("run-tests.sh").ends_with("# mended\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_of_a_configured_verify_command_is_guarded_from_the_start() {
    let mut lab = Lab::new();
    lab.settings.verify.command = Some("./check.sh --all".into());
    lab.settings.limits.sessions = Some(1);
    lab.write("check.sh", "exit 1\n");
    lab.write(
        "feature_list.json",
        r#"[{"id": "F001", "description": "say hello", "passes": false}]"#,
    );
    lab.commit_all("start");
    let turns = call("bash", r#"{ command = "c=check; echo exit 0 > $c.sh" }"#) + &ends();
    let ran = lab
        .run(&["[script]\nmodel = \"scripted-demo\"\n", &coding(&turns)].concat())
        .await;
    assert_eq!(ran.count("breach_found"), 1, "{:?}", ran.kinds());
    assert_eq!(lab.read("check.sh"), "exit 1\n");
}
