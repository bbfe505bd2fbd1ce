//! Test runs beside the conversation: a person's, live and when the run is over, and the agent's own in the background.

use crate::support::{INITIALIZER, Lab, Ran, Running, answered, builds, call, coding, ends, eventually, wait_for};
use longhaul::link::{self, Client};
use longhaul::protocol::event::{RunOutcome, TestRunStarted, TestsBehind};
use longhaul::protocol::{CaseStatus, Command, Event, PauseMode, Seq, Steer, TestPurpose, TestRun};
use longhaul::session::{State, Tested};
use longhaul::store;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs the files of the wanted tests.
const RERUN: &str = "echo 1..1; for t in {files}; do sh \"$t\" && echo \"ok 1 - $t: works\" || echo \"not ok 1 - $t: works\"; done";

async fn saw(client: &Client, wanted: impl Fn(&Event) -> bool + Send + 'static) {
    let client = client.clone();
    tokio::task::spawn_blocking(move || wait_for(&client, wanted)).await.unwrap();
}

/// A file outside the workspace whose coming lets a waiting command go on.
fn gate(lab: &Lab) -> PathBuf {
    lab.state_root().with_file_name("go")
}

fn waits(lab: &Lab) -> String {
    let go = gate(lab);
    call(
        "bash",
        &format!(
            r#"{{ command = "touch {0}.waits; until [ -e {0} ]; do sleep 0.02; done" }}"#,
            go.display()
        ),
    )
}

/// Waits until that command is at work, which is a moment after it is said to be.
async fn at_work(lab: &Lab) {
    let waits = gate(lab).with_extension("waits");
    let begun = move || eventually("the command", || waits.exists());
    tokio::task::spawn_blocking(begun).await.unwrap();
}

fn waiting(event: &Event) -> bool {
    matches!(event, Event::ToolStarted(started) if started.title.contains("until"))
}

fn asked(event: &Event) -> bool {
    matches!(event, Event::TestRunFinished(finished) if finished.run.purpose == TestPurpose::Asked)
}

fn runs(ran: &Ran, purpose: TestPurpose) -> Vec<TestRun> {
    ran.all(|event| match event {
        Event::TestRunFinished(finished) if finished.run.purpose == purpose => Some(finished.run.clone()),
        _ => None,
    })
}

fn names(run: &TestRun) -> Vec<(&str, CaseStatus)> {
    run.cases.iter().map(|case| (case.name.as_str(), case.status)).collect()
}

async fn start(lab: &Lab, sessions: &[&str]) -> (Running, Client) {
    let running = lab.start(&format!("{INITIALIZER}{}", sessions.concat())).await;
    let client = running.engine.client();
    (running, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_s_run_waits_for_the_agent_s_command_and_the_agent_for_the_run() {
    let lab = Lab::new();
    let second = builds("F002", "02", "bye").replacen("role = \"coding\"\n", &format!("role = \"coding\"\n{}", waits(&lab)), 1);
    let (running, client) = start(&lab, &[&builds("F001", "01", "hello"), &second]).await;
    at_work(&lab).await;
    client.send(Command::RunTests { only: Vec::new() }).unwrap();
    client.send(Command::RunTests { only: Vec::new() }).unwrap();
    let twice = |event: &Event| matches!(event, Event::SteerRefused(refused) if refused.reason.contains("wait already"));
    saw(&client, twice).await;
    std::fs::write(gate(&lab), "").unwrap();
    saw(&client, asked).await;
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
    let made = runs(&ran, TestPurpose::Asked);
    assert_eq!(names(&made[0]), [("tests/01-hello.sh: works", CaseStatus::Passed)]);
    assert!(made[0].tree.is_some() && made[0].is_whole());
    // Between its beginning and its end no command of the agent was at work.
    let place = |wanted: fn(&Event) -> bool| ran.log.iter().position(|envelope| wanted(&envelope.event)).unwrap();
    let begun = place(|event| {
        matches!(
            event,
            Event::TestRunStarted(TestRunStarted {
                purpose: TestPurpose::Asked,
                ..
            })
        )
    });
    let waited = place(waiting);
    let after = |from: usize| {
        ran.log[from..]
            .iter()
            .position(|e| matches!(e.event, Event::ToolFinished(_)))
            .unwrap()
            + from
    };
    assert!(after(waited) < begun, "the command was let finish");
    assert!(place(asked) < after(begun), "and the next one waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_the_agent_s_command_says_so_and_is_taken_back() {
    let lab = Lab::new();
    let second = builds("F002", "02", "bye").replacen("role = \"coding\"\n", &format!("role = \"coding\"\n{}", waits(&lab)), 1);
    let (running, client) = start(&lab, &[&builds("F001", "01", "hello"), &second]).await;
    at_work(&lab).await;
    client.send(Command::RunTests { only: Vec::new() }).unwrap();
    saw(
        &client,
        |event| matches!(event, Event::TestRunQueued(queued) if queued.behind == TestsBehind::Command),
    )
    .await;
    client.send(Command::StopTests).unwrap();
    saw(
        &client,
        |event| matches!(event, Event::TestRunDropped(dropped) if dropped.reason.contains("before it began")),
    )
    .await;
    std::fs::write(gate(&lab), "").unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(runs(&ran, TestPurpose::Asked), []);
}

/// The project as a window that is opened now shows it.
async fn opened(lab: &Lab) -> State {
    let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
    let told = tokio::task::spawn_blocking(move || {
        wait_for(
            &client,
            |event| matches!(event, Event::RepositoryObserved(observed) if observed.tree.is_some()),
        )
    });
    let told = told.await.unwrap();
    State::fold(told.iter().map(AsRef::as_ref))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rerun_speaks_for_the_files_in_the_next_window_too_and_against_what_passes() {
    let lab = Lab::new();
    lab.run(&[INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat())
        .await;
    lab.write("hello.txt", "no\n");
    let before = opened(&lab).await;
    assert!(matches!(before.tested_now(), Tested::Before(..)));
    let rerun = async |number: usize| {
        let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
        client.send(Command::RunTests { only: Vec::new() }).unwrap();
        let made = AtomicUsize::new(0);
        saw(&client, move |event| {
            asked(event) && made.fetch_add(1, Ordering::Relaxed) + 1 == number
        })
        .await;
    };
    rerun(1).await;
    let after = opened(&lab).await;
    assert!(
        matches!(after.tested_now(), Tested::OfThese(run, _) if run.totals().failed == 1),
        "{:?}",
        after.present
    );
    let doubted: Vec<_> = after.features.rows.iter().filter_map(|row| after.doubt_of(row)).collect();
    assert_eq!(doubted[0].tests, ["tests/01-hello.sh: works"]);
    assert_eq!((doubted.len(), after.features.progress()), (1, (2, 2)), "no flag was touched");
    lab.write("hello.txt", "neither\n");
    assert!(matches!(opened(&lab).await.tested_now(), Tested::Before(..)), "edited again");
    lab.write("hello.txt", "hello\n");
    assert!(matches!(opened(&lab).await.tested_now(), Tested::OfThese(run, _) if run.is_green()));
    rerun(2).await;
    assert_eq!(opened(&lab).await.doubted(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_test_is_run_where_the_runner_can_and_refused_where_it_cannot() {
    let mut lab = Lab::new();
    lab.run(&[INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat())
        .await;
    let only = vec!["tests/01-hello.sh: works".to_owned()];
    let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
    let asks = Command::RunTests { only: only.clone() };
    let refused = |event: &Event| matches!(event, Event::SteerRefused(refused) if refused.reason.contains("`rerun`"));
    tokio::task::spawn_blocking(move || answered(&client, asks, refused))
        .await
        .unwrap();

    lab.settings.verify.rerun = Some(RERUN.to_owned());
    let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
    client.send(Command::RunTests { only: only.clone() }).unwrap();
    saw(&client, asked).await;
    let log = store::read(&lab.dir(), Seq(1)).unwrap().envelopes;
    let state = State::fold(&log);
    let case = |name: &str| &state.tests.cases[state.tests.by_name[name]];
    assert!(case(&only[0]).apart.is_some(), "it is the test's own result");
    assert!(case("tests/02-bye.sh: works").apart.is_none());
    assert!(state.tests.latest.as_ref().is_some_and(|(_, _, run)| run.is_whole()));
    let started = |event: &Event| matches!(event, Event::TestRunStarted(started) if started.purpose == TestPurpose::Asked);
    assert!(
        !log.iter().any(|envelope| started(&envelope.event)),
        "a window that is killed leaves no run behind that seems to go on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_stops_their_run_and_the_end_of_the_window_stops_it_too() {
    let mut lab = Lab::new();
    lab.run(&[INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat())
        .await;
    let pid = lab.state_root().with_file_name("pid");
    lab.settings.verify.command = Some(format!("echo $$ > {}; exec sleep 600", pid.display()));
    for stopped in [true, false] {
        let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
        client.send(Command::RunTests { only: Vec::new() }).unwrap();
        let (path, until) = (pid.clone(), std::time::Instant::now() + std::time::Duration::from_secs(20));
        let process = tokio::task::spawn_blocking(move || {
            loop {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                if let Ok(number) = text.trim().parse::<i32>() {
                    return number;
                }
                assert!(std::time::Instant::now() < until, "the tests were not begun");
                std::thread::yield_now();
            }
        })
        .await
        .unwrap();
        if stopped {
            client.send(Command::StopTests).unwrap();
            saw(
                &client,
                |event| matches!(event, Event::TestRunDropped(dropped) if dropped.reason == "it was stopped"),
            )
            .await;
        }
        tokio::task::spawn_blocking(move || drop(client)).await.unwrap();
        assert!(!PathBuf::from(format!("/proc/{process}")).exists(), "no orphan");
        std::fs::remove_file(&pid).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_s_run_in_the_background_is_told_with_a_later_message() {
    let lab = Lab::new();
    let begun = call("run_tests", "{ background = true }");
    let script = [
        INITIALIZER,
        &builds("F001", "01", "hello"),
        &coding(&(begun + &waits(&lab) + &call("bash", r#"{ command = "true" }"#) + &ends())),
        &builds("F002", "02", "bye"),
    ]
    .concat();
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(
        &client,
        |event| matches!(event, Event::TestRunFinished(finished) if finished.run.purpose == TestPurpose::Agent),
    )
    .await;
    std::fs::write(gate(&lab), "").unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    let told = ran
        .requests
        .iter()
        .position(|body| body.contains("Test run t1 goes on in the background"))
        .unwrap();
    let result = ran
        .requests
        .iter()
        .position(|body| body.contains("[harness] Test run t1 of session 3: 1/1 tests pass"));
    assert!(result.is_some_and(|result| result > told), "{result:?} after {told}");
    let run = &runs(&ran, TestPurpose::Agent)[0];
    assert!(run.is_whole() && run.tree.is_some(), "nothing was changed meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_under_which_the_files_change_counts_for_nothing_and_ends_with_its_session() {
    let mut lab = Lab::new();
    let go = gate(&lab);
    lab.settings.verify.command = Some(format!(
        "sh tests/run.sh; code=$?; [ ! -e hold ] || until [ -e {} ]; do sleep 0.02; done; exit $code",
        go.display()
    ));
    let change = call("bash", r#"{ command = "echo more > more.txt" }"#);
    let begun = call("bash", r#"{ command = "touch hold" }"#) + &call("run_tests", "{ background = true }") + &change;
    let script = [
        INITIALIZER,
        &builds("F001", "01", "hello"),
        &coding(&(begun + &ends())),
        &coding(&(call("bash", r#"{ command = "rm -f hold more.txt" }"#) + &ends())),
    ]
    .concat();
    lab.settings.limits.sessions = Some(4);
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(
        &client,
        |event| matches!(event, Event::TestRunDropped(dropped) if dropped.purpose == TestPurpose::Agent),
    )
    .await;
    std::fs::write(&go, "").unwrap();
    let ran = running.finish().await;
    let place = |wanted: fn(&Event) -> bool| ran.log.iter().position(|envelope| wanted(&envelope.event)).unwrap();
    let dropped = place(|event| matches!(event, Event::TestRunDropped(_)));
    let ended = ran
        .log
        .iter()
        .rposition(|e| matches!(&e.event, Event::SessionEnded(_)) && e.session.0 == 3)
        .unwrap();
    assert!(dropped < ended, "before its session's end");
    assert_eq!(runs(&ran, TestPurpose::Agent), []);
    assert!(!ran.requests.iter().any(|body| body.contains("[harness] Test run t1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_overtaken_by_an_edit_is_of_no_tree() {
    let mut lab = Lab::new();
    let go = gate(&lab);
    lab.settings.verify.command = Some(format!(
        "sh tests/run.sh; code=$?; [ ! -e hold ] || until [ -e {} ]; do sleep 0.02; done; exit $code",
        go.display()
    ));
    let open = format!(r#"{{ command = "echo more > more.txt; touch {}" }}"#, go.display());
    let turns = call("bash", r#"{ command = "touch hold" }"#)
        + &call("run_tests", "{ background = true }")
        + &call("bash", &open)
        + &call(
            "bash",
            r#"{ command = "until [ -e told ]; do sleep 0.02; done; rm -f hold more.txt told" }"#,
        )
        + &ends();
    let script = [INITIALIZER, &builds("F001", "01", "hello"), &coding(&turns)].concat();
    lab.settings.limits.sessions = Some(3);
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(
        &client,
        |event| matches!(event, Event::TestRunFinished(finished) if finished.run.purpose == TestPurpose::Agent),
    )
    .await;
    lab.write("told", "");
    let ran = running.finish().await;
    let run = &runs(&ran, TestPurpose::Agent)[0];
    assert!(run.moved && run.tree.is_none() && !run.is_whole(), "{run:?}");
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("counts for nothing") && body.contains("[harness] Test run t1"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_are_run_while_the_run_is_paused() {
    let lab = Lab::new();
    let first = builds("F001", "01", "hello").replacen("role = \"coding\"\n", &format!("role = \"coding\"\n{}", waits(&lab)), 1);
    let (running, client) = start(&lab, &[&first, &builds("F002", "02", "bye")]).await;
    at_work(&lab).await;
    let mode = PauseMode::AfterStep;
    client.send(Command::Steer(Steer::Pause { mode })).unwrap();
    saw(&client, |event| matches!(event, Event::PauseRequested(_))).await;
    std::fs::write(gate(&lab), "").unwrap();
    saw(&client, |event| matches!(event, Event::RunPaused(_))).await;
    client.send(Command::RunTests { only: Vec::new() }).unwrap();
    saw(&client, asked).await;
    client.send(Command::Steer(Steer::Resume)).unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
}
