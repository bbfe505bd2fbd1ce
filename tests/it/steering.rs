//! A person steers a live run: pause, interrupt, messages, the order of the work. Real HTTP, real processes; the scripted server
//! refuses any request that the API would, so a run without unplanned requests was valid throughout.

use crate::rollback::program;
use crate::support::{INITIALIZER, Lab, Ran, Running, builds, call, coding, ends, wait_for};
use longhaul::link::Client;
use longhaul::protocol::event::{EndCause, RunOutcome};
use longhaul::protocol::{
    Autonomy, CallStatus, Command, Delivery, Event, FeatureId, MessageId, OrderChange, PauseMode, SessionNo, Steer, StopMode,
};

/// Waits on another thread, as a client would.
async fn saw(client: &Client, wanted: fn(&Event) -> bool) {
    let client = client.clone();
    tokio::task::spawn_blocking(move || wait_for(&client, wanted)).await.unwrap();
}

fn steer(client: &Client, steer: Steer) {
    client.send(Command::Steer(steer)).unwrap();
}

fn pause(mode: PauseMode) -> Steer {
    Steer::Pause { mode }
}

fn say(text: &str, when: Delivery) -> Steer {
    Steer::Say { text: text.into(), when }
}

/// A command that runs until [`go`] is called. The file lies outside the workspace, so that it is no change of it.
fn waits(lab: &Lab) -> String {
    format!(
        r#"{{ command = "until [ -e {} ]; do sleep 0.02; done" }}"#,
        gate(lab).display()
    )
}

fn gate(lab: &Lab) -> std::path::PathBuf {
    lab.state_root().with_file_name("go")
}

fn go(lab: &Lab) {
    std::fs::write(gate(lab), "").unwrap();
}

fn waiting(event: &Event) -> bool {
    matches!(event, Event::ToolStarted(started) if started.title.contains("until"))
}

/// A session that builds a feature and waits for [`go`] at its start, in a step of its own.
fn slow(lab: &Lab, id: &str, number: &str, word: &str) -> String {
    let wait = call("bash", &waits(lab));
    builds(id, number, word).replacen("role = \"coding\"\n", &format!("role = \"coding\"\n{wait}"), 1)
}

/// The same, but it waits within the step that ends the session.
fn slow_end(lab: &Lab, id: &str, number: &str, word: &str) -> String {
    let wait = format!("[[session.turn.call]]\ntool = \"bash\"\ninput = {}\n", waits(lab));
    let script = builds(id, number, word);
    let last = script.rfind("[[session.turn.call]]").unwrap();
    format!("{}{wait}{}", &script[..last], &script[last..])
}

async fn started(lab: &Lab, sessions: &[&str]) -> (Running, Client) {
    let running = lab.start(&format!("{INITIALIZER}{}", sessions.concat())).await;
    let client = running.engine.client();
    (running, client)
}

fn place(ran: &Ran, kind: &str) -> usize {
    ran.kinds()
        .iter()
        .position(|at| *at == kind)
        .unwrap_or_else(|| panic!("no {kind} in {:?}", ran.kinds()))
}

fn passes(ran: &Ran) {
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_comes_after_the_step_and_the_run_still_listens() {
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow(&lab, "F001", "01", "hello"), &builds("F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    steer(&client, pause(PauseMode::AfterStep));
    saw(&client, |e| matches!(e, Event::PauseRequested(_))).await;
    go(&lab);
    saw(&client, |e| matches!(e, Event::RunPaused(_))).await;
    let level = Autonomy::Deferred;
    client.send(Command::SetAutonomy { level }).unwrap();
    steer(&client, say("never mind", Delivery::NextStep));
    steer(&client, say("use tabs", Delivery::NextStep));
    let message = MessageId(1);
    steer(&client, Steer::WithdrawMessage { message });
    let (message, text) = (MessageId(2), "use spaces".to_owned());
    steer(&client, Steer::EditMessage { message, text });
    steer(&client, Steer::WithdrawMessage { message: MessageId(1) });
    saw(&client, |e| matches!(e, Event::SteerRefused(_))).await;
    steer(&client, Steer::Resume);
    let ran = running.finish().await;
    passes(&ran);
    let kinds = ran.kinds();
    let (held, resumed) = (place(&ran, "run_paused"), place(&ran, "run_resumed"));
    assert_eq!(kinds[held - 1], "tool_finished", "the step was done first");
    let between = [
        "autonomy_changed",
        "message_queued",
        "message_queued",
        "message_withdrawn",
        "message_edited",
        "steer_refused",
    ];
    assert_eq!(kinds[held + 1..resumed], between, "nothing else happened in the pause");
    let asked = ran.requests.iter().filter(|body| body.contains("[human] use spaces")).count();
    assert!(asked > 0 && !ran.requests.iter().any(|body| body.contains("never mind")));
    assert!(ran.state.run.unwrap().paused.is_positive());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_taken_back_changes_nothing_and_a_stop_ends_a_pause() {
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow(&lab, "F001", "01", "hello"), &builds("F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    steer(&client, pause(PauseMode::AfterStep));
    steer(&client, Steer::CancelPause);
    saw(&client, |e| matches!(e, Event::PauseCancelled(_))).await;
    go(&lab);
    let ran = running.finish().await;
    passes(&ran);
    assert_eq!(ran.count("run_paused"), 0);

    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow(&lab, "F001", "01", "hello")]).await;
    saw(&client, waiting).await;
    steer(&client, pause(PauseMode::Now));
    saw(&client, |e| matches!(e, Event::RunPaused(_))).await;
    let mode = StopMode::AfterStep;
    client.send(Command::Stop { mode }).unwrap();
    assert_eq!(running.finish().await.ended.outcome, RunOutcome::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_answer_is_kept_for_the_reader_and_asked_for_again() {
    let lab = Lab::new();
    let silent = builds("F001", "01", "hello").replacen(
        "text = \"A failing test for **hello**.\"",
        "text = \"A failing test for **hello**.\"\nfault = { kind = \"stall\", after_bytes = 900, times = 1 }",
        1,
    );
    let (running, client) = started(&lab, &[&silent, &builds("F002", "02", "bye")]).await;
    saw(&client, |e| matches!(e, Event::FeatureSelected(_))).await;
    saw(
        &client,
        |e| matches!(e, Event::BlockDelta(delta) if delta.text.contains("A test")),
    )
    .await;
    steer(&client, pause(PauseMode::Now));
    saw(&client, |e| matches!(e, Event::RunPaused(_))).await;
    steer(&client, Steer::Resume);
    let ran = running.finish().await;
    passes(&ran);
    let cut = ran.log.iter().find_map(|e| match &e.event {
        Event::TurnInterrupted(cut) => Some(cut),
        _ => None,
    });
    assert!(cut.unwrap().reason.contains("by the human"));
    assert_eq!(ran.kinds()[place(&ran, "turn_interrupted") + 1], "run_paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_command_is_killed_and_every_call_has_its_result() {
    let lab = Lab::new();
    let two = "\n[[session.turn]]\n[[session.turn.call]]\ntool = \"bash\"\ninput = { command = \"sleep 62.5\" }\n\
        [[session.turn.call]]\ntool = \"bash\"\ninput = { command = \"echo never\" }\n";
    let first = builds("F001", "01", "hello").replacen("role = \"coding\"\n", &format!("role = \"coding\"\n{two}"), 1);
    let (running, client) = started(&lab, &[&first, &builds("F002", "02", "bye")]).await;
    saw(
        &client,
        |e| matches!(e, Event::ToolStarted(t) if t.title.contains("sleep 62.5")),
    )
    .await;
    steer(&client, pause(PauseMode::Now));
    saw(&client, |e| matches!(e, Event::RunPaused(_))).await;
    let left = std::process::Command::new("sh")
        .args(["-c", "ps ax -o args | grep -c '^[s]leep 62.5'"])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&left.stdout).trim(),
        "0",
        "a pause leaves nothing running"
    );
    steer(&client, Steer::Resume);
    let ran = running.finish().await;
    passes(&ran);
    let cancelled = ran
        .log
        .iter()
        .filter(|e| matches!(&e.event, Event::ToolFinished(f) if f.status == CallStatus::Cancelled));
    assert_eq!(cancelled.count(), 2);
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("Not run: the human interrupted."))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_now_is_the_next_thing_that_the_model_sees() {
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow(&lab, "F001", "01", "hello"), &builds("F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    steer(&client, say("stop waiting", Delivery::Now));
    let ran = running.finish().await;
    passes(&ran);
    let kinds = ran.kinds();
    let at = place(&ran, "message_delivered");
    assert_eq!(
        kinds[at - 1..at + 3],
        ["tool_finished", "message_delivered", "prompt_sent", "turn_started"]
    );
    assert!(
        ran.log
            .iter()
            .any(|e| matches!(&e.event, Event::PromptSent(p) if p.from == "human" && p.text == "stop waiting"))
    );
    let told = ran
        .requests
        .iter()
        .find(|body| body.contains("[human] stop waiting"))
        .unwrap();
    assert!(
        told.rfind("tool_result") < told.rfind("[human] stop waiting"),
        "after the results of the step"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_no_step_took_goes_to_the_next_sessions_first_message() {
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow_end(&lab, "F001", "01", "hello"), &builds("F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    steer(&client, say("mind the umlauts", Delivery::NextStep));
    saw(&client, |e| matches!(e, Event::MessageQueued(_))).await;
    go(&lab);
    let ran = running.finish().await;
    passes(&ran);
    let delivered = ran.log.iter().find(|e| e.event.kind() == "message_delivered").unwrap();
    assert_eq!(delivered.session, SessionNo(3));
    let first_turn = ran
        .log
        .iter()
        .find(|e| e.session == SessionNo(3) && e.event.kind() == "turn_started")
        .unwrap();
    assert!(delivered.seq < first_turn.seq);

    // The run ends with the step: the words wait for the next run.
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&builds("F001", "01", "hello"), &slow_end(&lab, "F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    steer(&client, say("well done", Delivery::NextStep));
    saw(&client, |e| matches!(e, Event::MessageQueued(_))).await;
    go(&lab);
    let ran = running.finish().await;
    passes(&ran);
    assert_eq!(ran.state.messages.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_the_sessions_end_overtakes_comes_between_the_sessions() {
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow_end(&lab, "F001", "01", "hello"), &builds("F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    steer(&client, pause(PauseMode::AfterStep));
    saw(&client, |e| matches!(e, Event::PauseRequested(_))).await;
    go(&lab);
    saw(&client, |e| matches!(e, Event::RunPaused(_))).await;
    steer(&client, say("carry on", Delivery::NextStep));
    steer(&client, Steer::Resume);
    let ran = running.finish().await;
    passes(&ran);
    let kinds = ran.kinds();
    let held = place(&ran, "run_paused");
    assert_eq!(
        kinds[held - 1..held + 4],
        [
            "session_ended",
            "run_paused",
            "message_queued",
            "run_resumed",
            "session_started"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_after_the_session_lets_the_session_end_well() {
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow(&lab, "F001", "01", "hello"), &builds("F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    let mode = StopMode::AfterSession;
    client.send(Command::Stop { mode }).unwrap();
    saw(&client, |e| matches!(e, Event::StopRequested(_))).await;
    go(&lab);
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    assert_eq!(ran.state.sessions.len(), 2);
    assert_eq!(ran.state.current().unwrap().end_cause(), Some(EndCause::Finished));
    assert_eq!(ran.state.features.progress(), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skipped_feature_is_left_at_once_and_named_at_the_end() {
    let lab = Lab::new();
    let (running, client) = started(&lab, &[&slow(&lab, "F002", "02", "bye")]).await;
    saw(&client, waiting).await;
    let order = |feature: &str, change| Steer::Order {
        feature: FeatureId::from(feature),
        change,
    };
    steer(&client, order("F009", OrderChange::Skip));
    steer(&client, order("F001", OrderChange::Skip));
    saw(&client, |e| matches!(e, Event::RunOrderChanged(_))).await;
    let status = || String::from_utf8(program(&lab, &["status"]).output().unwrap().stdout).unwrap();
    assert!(status().contains("  next      F002 say bye"), "{}", status());
    go(&lab);
    let ran = running.finish().await;
    assert!(
        status().contains("  next      F001 say hello"),
        "a new run takes it up: {}",
        status()
    );
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    assert!(ran.ended.reason.contains("skipped: F001;"), "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
    assert!(ran.requests.iter().any(|body| body.contains("The human skips F001 for now")));
    assert_eq!(ran.count("steer_refused"), 1, "there is no F009");
    assert_eq!(ran.state.features.progress(), (1, 2));

    let next = lab.run(&builds("F001", "01", "hello")).await;
    passes(&next);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picked_feature_is_taken_next() {
    let lab = Lab::new();
    let wait = call("bash", &waits(&lab));
    let initializer = INITIALIZER.replacen(
        "\n[[session.turn]]\n[[session.turn.call]]\ntool = \"end_session\"",
        &format!("{wait}\n[[session.turn]]\n[[session.turn.call]]\ntool = \"end_session\""),
        1,
    );
    let script = [&initializer, &builds("F002", "02", "bye"), &builds("F001", "01", "hello")]
        .map(String::as_str)
        .concat();
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(&client, waiting).await;
    let (feature, change) = (FeatureId::from("F002"), OrderChange::Pick);
    steer(&client, Steer::Order { feature, change });
    saw(&client, |e| matches!(e, Event::RunOrderChanged(_))).await;
    go(&lab);
    let ran = running.finish().await;
    passes(&ran);
    let chosen: Vec<String> = ran
        .log
        .iter()
        .filter_map(|e| match &e.event {
            Event::FeatureSelected(chosen) => Some(format!("{}: {}", chosen.feature, chosen.reason)),
            _ => None,
        })
        .collect();
    assert_eq!(
        chosen,
        ["F002: picked by the human", "F001: first failing in order of priority"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_before_the_first_request_is_not_lost() {
    let lab = Lab::new();
    lab.write(
        "slow.sh",
        &format!("until [ -e {} ]; do sleep 0.02; done", gate(&lab).display()),
    );
    let mut lab = lab;
    lab.settings.verify.command = Some("sh slow.sh; sh tests/run.sh".into());
    lab.settings.stall_sessions = 1;
    go(&lab);
    let idle = coding(&ends());
    let (running, client) = started(&lab, &[&idle]).await;
    saw(&client, |e| matches!(e, Event::CommitMade(_))).await;
    std::fs::remove_file(gate(&lab)).unwrap();
    saw(
        &client,
        |e| matches!(e, Event::TestRunStarted(t) if t.purpose == longhaul::protocol::TestPurpose::Smoke),
    )
    .await;
    steer(&client, say("hello there", Delivery::NextStep));
    steer(&client, pause(PauseMode::AfterStep));
    saw(&client, |e| matches!(e, Event::PauseRequested(_))).await;
    go(&lab);
    saw(&client, |e| matches!(e, Event::RunPaused(_))).await;
    steer(&client, Steer::Resume);
    let ran = running.finish().await;
    assert!(place(&ran, "run_resumed") < place(&ran, "message_delivered"));
    assert!(ran.requests.iter().any(|body| body.contains("[human] hello there")));
}
