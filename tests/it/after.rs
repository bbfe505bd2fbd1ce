//! What is left when a run is over, or was cut off: what nobody answers waits no more, and what needs no run can be done.

use crate::support::{INITIALIZER, Lab, Ran, builds, eventually, wait_for};
use crate::window::next_window;
use assert_cmd::Command as Program;
use longhaul::config::Durability;
use longhaul::link::{self, Client, Mode, Update};
use longhaul::protocol::event::{
    CommitReviewed, FeatureEditQueued, GateKind, GateOpened, Limits, MessageQueued, RunStarted, SessionStarted,
};
use longhaul::protocol::{
    Autonomy, Command, Delivery, Envelope, Event, FeatureEdit, FeatureText, GateId, MessageId, Oid, ReviewComment, Role, SessionNo,
    Steer,
};
use longhaul::session::{Phase, State};
use longhaul::store::Writer;
use std::process::Output;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

fn offline(lab: &Lab) -> Client {
    link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None)
}

/// Two sessions' script behind the model's name, of which a run with a limit of one session plays the first.
fn script(first: &str) -> String {
    ["[script]\nmodel = \"scripted-demo\"\n", first].concat()
}

fn review(commit: Oid, text: &str) -> Command {
    looked_at(commit, &[text], true)
}

fn looked_at(commit: Oid, texts: &[&str], settled: bool) -> Command {
    let comment = |text: &&str| ReviewComment {
        path: "tests/run.sh".into(),
        line: Some(1),
        old_line: None,
        snippet: "+n=0; bad=0".into(),
        row: 0,
        text: (*text).to_owned(),
    };
    Command::ReviewCommit(CommitReviewed {
        commit,
        hunks_seen: 2,
        hunks: 2,
        settled,
        comments: texts.iter().map(comment).collect(),
        message: None,
    })
}

fn debts(ran: &Ran) -> Vec<Oid> {
    ran.state.debts.iter().map(|debt| debt.commit.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_reviewed_after_its_run_and_the_next_session_reads_the_comments() {
    let mut lab = Lab::new();
    lab.settings.autonomy = Autonomy::Deferred;
    lab.settings.limits.sessions = Some(1);
    let running = lab.start(INITIALIZER).await;
    let own = running.engine.client();
    let first = running.finish().await;
    let owed = debts(&first)[0].clone();

    // In the window of the run that has ended.
    let reviewed = |event: &Event| matches!(event, Event::CommitReviewed(_));
    own.send(review(owed.clone(), "Two lines, please.")).unwrap();
    let seen = tokio::task::spawn_blocking(move || wait_for(&own, reviewed)).await.unwrap();
    let state = State::fold(seen.iter().map(|envelope| &**envelope));
    assert_eq!((state.debts.len(), state.messages.len()), (0, 1));

    let second = lab.run(&script(&builds("F001", "01", "hello"))).await;
    let told = |ran: &Ran, text: &str| ran.requests.iter().filter(|body| body.contains(text)).count();
    assert!(told(&second, "Two lines, please.") > 0 && told(&second, "(Skeleton)") > 0);
    assert_eq!(second.state.messages, []);

    let status = says(&lab, &["status"]);
    assert!(status.contains("that nobody has seen: `u` in"), "{status}");
    let counted = second.state.unseen_hunks();
    assert_eq!(json(&lab, "status")["unseen_hunks"], counted);
    assert!(counted > 0 && status.contains(&format!("{counted} hunk")), "{status}");

    // Days later, in a window of its own, that is gone before its reader is done with the commit.
    let owed = debts(&second)[0].clone();
    for texts in [&["And a trap."] as &[&str], &["And a trap.", "And a test."]] {
        let later = offline(&lab);
        later.send(looked_at(owed.clone(), texts, false)).unwrap();
        let all = texts.len();
        let kept = move |event: &Event| matches!(event, Event::CommitReviewed(reviewed) if reviewed.comments.len() == all);
        tokio::task::spawn_blocking(move || wait_for(&later, kept)).await.unwrap();
    }
    let third = lab.run(&script(&builds("F002", "02", "bye"))).await;
    assert!(told(&third, "And a test.") > 0 && told(&third, "And a trap.") > 0);
    assert_eq!(debts(&third)[0], owed, "it is owed a look still");
    assert_eq!(told(&third, "Two lines, please."), 0, "said once");
}

/// What a command prints of the project.
fn says(lab: &Lab, args: &[&str]) -> String {
    String::from_utf8(output(lab, args).stdout).unwrap()
}

fn noted(lab: &Lab, args: &[&str]) -> String {
    String::from_utf8(output(lab, args).stderr).unwrap()
}

fn output(lab: &Lab, args: &[&str]) -> Output {
    let mut program = Program::cargo_bin("longhaul").unwrap();
    program
        .args(args)
        .current_dir(lab.workspace())
        .env("LONGHAUL_STATE_DIR", lab.state_root())
        .env("HOME", lab.workspace());
    program.output().unwrap()
}

fn json(lab: &Lab, command: &str) -> serde_json::Value {
    serde_json::from_str(&says(lab, &[command, "--json"])).unwrap()
}

/// What a subscriber was told, folded.
struct Watching {
    updates: Receiver<Update>,
    state: State,
}

impl Watching {
    fn new(client: &Client) -> Self {
        let (sender, updates) = sync_channel(256);
        client.subscribe(Box::new(move |update| sender.send(update).is_ok()));
        Self {
            updates,
            state: State::default(),
        }
    }

    fn until(&mut self, wanted: impl Fn(&Update) -> bool) {
        loop {
            let update = self.updates.recv_timeout(Duration::from_secs(20)).expect("nothing was told");
            if let Update::Events(events) = &update {
                for envelope in events {
                    assert!(envelope.seq > self.state.last_seq, "told events have numbers of their own");
                    self.state.apply(envelope);
                }
            }
            if wanted(&update) {
                return;
            }
        }
    }

    fn until_phase(&mut self, phase: Phase) {
        while self.state.phase().0 != phase {
            self.until(|_| true);
        }
    }
}

fn begins(lab: &Lab, run: &str, session: u32) -> Writer {
    let mut writer = Writer::open(lab.dir().lock().unwrap(), Durability::Group).unwrap();
    writer.begin_segment(SessionNo(session), Role::Coding).unwrap();
    let started = RunStarted {
        run: run.into(),
        project: "notes".into(),
        workspace: lab.workspace().display().to_string(),
        model: "m".into(),
        endpoint: "e".into(),
        version: "0".into(),
        limits: Limits::default(),
        autonomy: Autonomy::Commits,
        sandbox: "none".into(),
        window: None,
        earlier: None,
    };
    let opened = SessionStarted {
        role: Role::Coding,
        model: "m".into(),
        context_window: 1000,
        head: None,
        prompt_hash: String::new(),
        list: None,
    };
    for event in [Event::from(started), opened.into()] {
        writer.append(SessionNo(session), event).unwrap();
    }
    writer
}

fn waits() -> Event {
    GateOpened {
        gate: GateId(1),
        what: GateKind::Commit,
        call: "c".into(),
        title: "Say hello".into(),
        body: "Say hello".into(),
        tree: None,
        commit: None,
        particulars: None,
    }
    .into()
}

#[test]
fn a_watcher_sees_that_the_run_is_gone_and_follows_the_next() {
    let lab = Lab::new();
    let mut writer = begins(&lab, "first", 1);
    writer.append(SessionNo(1), waits()).unwrap();
    let client = offline(&lab);
    assert_eq!(client.mode(), Mode::Following);
    let mut watching = Watching::new(&client);
    watching.until(|update| matches!(update, Update::CaughtUp));
    assert_eq!(watching.state.phase().0, Phase::WaitingForYou);

    let last = watching.state.last_time;
    drop(writer);
    watching.until(|update| matches!(update, Update::Closed));
    assert_eq!(watching.state.phase(), (Phase::Interrupted, last));
    assert_eq!(watching.state.open_gates, []);

    let mut writer = begins(&lab, "second", 2);
    watching.until(|update| matches!(update, Update::Reopened));
    watching.until_phase(Phase::Running);
    writer.append(SessionNo(2), waits()).unwrap();
    watching.until_phase(Phase::WaitingForYou);
    assert_eq!(watching.state.sessions.len(), 2);
}

#[test]
fn a_window_opened_after_the_kill_says_that_the_run_was_cut_off() {
    let lab = Lab::new();
    let mut writer = begins(&lab, "first", 1);
    let killed = writer.append(SessionNo(1), waits()).unwrap();
    drop(writer);
    let client = offline(&lab);
    assert_eq!(client.mode(), Mode::Offline);
    let mut watching = Watching::new(&client);
    watching.until(|update| matches!(update, Update::CaughtUp));
    assert_eq!(watching.state.phase(), (Phase::Interrupted, Some(killed.time)));
    let _next = begins(&lab, "second", 2);
    watching.until(|update| matches!(update, Update::Reopened));
    watching.until_phase(Phase::Running);
}

#[test]
fn what_cannot_be_recorded_because_a_run_is_on_is_given_back() {
    let lab = Lab::new();
    let _writer = begins(&lab, "first", 1);
    let client = offline(&lab);
    let mut watching = Watching::new(&client);
    watching.until(|update| matches!(update, Update::CaughtUp));
    client.send(review(Oid::from("aaaa"), "Why?")).unwrap();
    let refused =
        |envelope: &Envelope| matches!(&envelope.event, Event::ReviewRefused(refused) if refused.reason.contains("process"));
    watching.until(|update| matches!(update, Update::Events(events) if events.iter().any(|envelope| refused(envelope))));
}

#[test]
fn what_was_written_to_a_session_that_was_killed_is_read_changed_and_added_to_before_the_next() {
    let lab = Lab::new();
    let mut writer = begins(&lab, "first", 1);
    let (message, when) = (MessageId(1), Delivery::NextStep);
    let text = "mind the tabs".to_owned();
    writer
        .append(SessionNo(1), MessageQueued { message, text, when }.into())
        .unwrap();
    let client = offline(&lab);
    let said = || {
        let sections = next_window(&client).sections.into_iter();
        let own = sections.filter(|section| section.section.as_str() == "message from you");
        own.map(|section| section.text).collect::<Vec<_>>()
    };
    assert_eq!(said(), [""; 0], "the session that is on takes it itself");
    drop(writer);
    // A child that another test has forked and that runs nothing yet holds the log's lock a moment longer.
    eventually("the log is free", || !said().is_empty());
    assert_eq!(said(), ["[human] mind the tabs"]);
    let does = |steer, wanted: fn(&Event) -> bool| {
        client.send(Command::Steer(steer)).unwrap();
        wait_for(&client, wanted);
    };
    let (text, when) = ("and the tests".to_owned(), Delivery::NextStep);
    does(
        Steer::Say { text, when },
        |event| matches!(event, Event::MessageQueued(queued) if queued.message == MessageId(2)),
    );
    let text = "mind the tabs, please".to_owned();
    does(Steer::EditMessage { message, text }, |event| {
        matches!(event, Event::MessageEdited(_))
    });
    eventually("the log is free", || !said().is_empty());
    assert_eq!(said(), ["[human] mind the tabs, please", "[human] and the tests"]);
    does(Steer::WithdrawMessage { message }, |event| {
        matches!(event, Event::MessageWithdrawn(_))
    });
    eventually("the log is free", || !said().is_empty());
    assert_eq!(said(), ["[human] and the tests"]);
    let mut watching = Watching::new(&client);
    watching.until(|update| matches!(update, Update::CaughtUp));
    client.send(Command::Steer(Steer::WithdrawMessage { message })).unwrap();
    watching.until(
        |update| matches!(update, Update::Events(events) if events.iter().any(|told| matches!(told.event, Event::SteerRefused(_)))),
    );
}

#[test]
fn every_command_says_that_nothing_waits_in_a_run_that_was_cut_off() {
    let lab = Lab::new();
    let mut writer = begins(&lab, "first", 1);
    writer.append(SessionNo(1), waits()).unwrap();
    let (says, json) = (|args: &[&str]| says(&lab, args), |command: &str| json(&lab, command));
    assert!(says(&["status"]).contains("waiting for you"), "{}", says(&["status"]));
    assert_eq!(json("gates").as_array().unwrap().len(), 1);
    assert!(says(&["status"]).contains("for you   gate 1 ("), "{}", says(&["status"]));
    let waits = &json("status")["waits"][0];
    assert_eq!(
        (&waits["kind"], &waits["gate"]),
        (&serde_json::json!("commit"), &serde_json::json!(1))
    );
    assert_eq!(json("status")["open_gates"], serde_json::json!([1]));
    drop(writer);
    let status = says(&["status"]);
    assert!(status.contains("interrupted") && !status.contains("waiting"), "{status}");
    assert!(!status.contains("for you"), "{status}");
    let report = json("status");
    assert_eq!(
        (report["state"].as_str(), report["session"]["activity"].as_str()),
        (Some("interrupted"), Some("ended"))
    );
    assert!(says(&["sessions"]).contains("interrupted"));
    assert!(says(&["gates"]).contains("interrupted"));
    assert_eq!(json("gates"), serde_json::json!([]));
}

#[test]
fn settings_that_no_run_can_begin_with_are_told_by_status() {
    let lab = Lab::new();
    begins(&lab, "first", 1);
    lab.write("longhaul.toml", "[verify\n");
    let told = noted(&lab, &["status"]);
    assert!(
        told.contains("longhaul.toml:1: not valid TOML") && told.contains("no run begins"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_the_list_that_a_kill_took_along_is_told_by_status_and_by_the_next_run() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    let mut writer = begins(&lab, "killed", 2);
    let edit = FeatureEdit::Reword {
        feature: "F002".into(),
        text: FeatureText {
            description: "say goodbye".into(),
            steps: Vec::new(),
        },
        unproven: false,
    };
    writer
        .append(
            SessionNo(2),
            FeatureEditQueued {
                edit: edit.clone(),
                reason: "it is polite".into(),
            }
            .into(),
        )
        .unwrap();
    let edits = || {
        let report = json(&lab, "status");
        (report["edits_waiting"].clone(), report["edits_lost"].clone())
    };
    let (waiting, lost) = edits();
    assert_eq!(
        (&waiting[0]["feature"], &waiting[0]["waits_for"]),
        (&serde_json::json!("F002"), &serde_json::json!("the running step"))
    );
    assert!(waiting[0]["edit"].as_str().unwrap().contains("say goodbye"), "{waiting}");
    assert_eq!(waiting[0]["reason"], "it is polite");
    assert_eq!(lost, serde_json::json!([]));
    drop(writer);
    let (waiting, lost) = edits();
    assert_eq!(
        (waiting, &lost[0]["told"]),
        (serde_json::json!([]), &serde_json::json!(false))
    );
    assert!(lost[0]["edit"].as_str().unwrap().contains("say goodbye"), "{lost}");

    let ran = lab.run(&script(&builds("F001", "01", "hello"))).await;
    let told = ran.all(|event| match event {
        Event::FeatureEditRefused(refused) => Some(refused.clone()),
        _ => None,
    });
    let [told] = told.try_into().unwrap();
    assert_eq!(told.edit, edit);
    assert!(
        told.reason
            .contains("an edit of F002 by hand was not made: the run was cut off")
            && told.reason.contains("say goodbye"),
        "{}",
        told.reason
    );
    assert!(
        lab.read("feature_list.json").contains("say bye"),
        "nobody makes it without its author"
    );
    assert!(
        !ran.requests.iter().any(|body| body.contains("say goodbye")),
        "the list of the agent is as it is"
    );
    assert_eq!(edits().1[0]["told"], true);
    // Once.
    let ran = lab.run(&script(&builds("F002", "02", "bye"))).await;
    assert_eq!(ran.count("feature_edit_refused"), 1, "as long ago");
    assert_eq!(edits().1, serde_json::json!([]));
}
