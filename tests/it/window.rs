//! What the next window reads: the preview is the real thing, rules are followed and used up, nobody's notes are overwritten.

use crate::support::{INITIALIZER, Lab, builds, call, coding, ends, wait_for};
use longhaul::engine::Attendance;
use longhaul::harness::NOTES;
use longhaul::link::{self, Client};
use longhaul::protocol::event::ExternalKind;
use longhaul::protocol::{Answer, Command, Event, NextWindow, Query, RuleSpan, SectionId, SectionRule, StopMode};
use std::time::Duration;

pub fn offline(lab: &Lab) -> Client {
    link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None)
}

fn ask(client: &Client, query: Query) -> Answer {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    client.ask(query, Box::new(move |answer| sender.send(answer).unwrap()));
    receiver.recv_timeout(Duration::from_secs(20)).expect("no answer")
}

pub fn next_window(client: &Client) -> NextWindow {
    match ask(client, Query::NextWindow) {
        Answer::NextWindow(next) => *next,
        other => panic!("{other:?}"),
    }
}

fn notes(client: &Client) -> (String, String) {
    match ask(client, Query::Notes) {
        Answer::Notes { text, hash } => (text, hash),
        other => panic!("{other:?}"),
    }
}

/// Sends a rule and waits until the log has it.
fn rule(client: &Client, section: &str, rule: SectionRule, span: RuleSpan) {
    let id = SectionId::new(section);
    let section = id.clone();
    client.send(Command::SetSection { section, rule, span }).unwrap();
    wait_for(
        client,
        move |event| matches!(event, Event::SectionRuled(ruled) if ruled.section == id),
    );
}

fn first_messages(log: &[longhaul::protocol::Envelope]) -> Vec<String> {
    let prompt = |event: &Event| match event {
        Event::PromptSent(sent) if sent.text.starts_with("This is session") => Some(sent.text.clone()),
        _ => None,
    };
    log.iter().filter_map(|envelope| prompt(&envelope.event)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_is_what_is_sent_and_rules_are_followed_and_used_up() {
    let mut lab = Lab::new();
    lab.attendance = Attendance::Attended;
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;

    let client = offline(&lab);
    rule(&client, "git log", SectionRule::Off, RuleSpan::Once);
    rule(&client, "working directory", SectionRule::Off, RuleSpan::Always);
    let text = "Run the tests before anything else.".to_owned();
    rule(&client, "checks", SectionRule::Edited { text }, RuleSpan::Once);
    let preview = next_window(&client);
    drop(client);

    lab.settings.limits.sessions = None;
    let script = [
        "[script]\nmodel = \"scripted-demo\"\n",
        &builds("F001", "01", "hello"),
        &builds("F002", "02", "bye"),
    ]
    .concat();
    let ran = lab.run(&script).await;
    let sent = first_messages(&ran.log);
    let (first, second) = (&sent[1], &sent[2]);
    assert_eq!(&preview.first, first, "the preview is the message");
    assert!(
        !first.contains("## git log") && !first.contains("## working directory"),
        "{first}"
    );
    assert!(first.contains("Run the tests before anything else."), "{first}");
    assert!(
        second.contains("## git log") && !second.contains("## working directory"),
        "{second}"
    );
    assert!(
        second.contains("The harness checks with"),
        "an edit for one session is used up"
    );

    // The session that ran is what the next one is compared with, section by section.
    let next = next_window(&offline(&lab));
    assert!(next.unlikely.is_some(), "every feature passes");
    assert_eq!(next.compared_with, ran.state.sessions.last().map(|last| last.number));
    let changes = |name: &str| {
        let section = next.sections.iter().find(|section| section.section.as_str() == name);
        section.unwrap_or_else(|| panic!("{name}")).changes()
    };
    assert_ne!(changes("git log"), (0, 0), "a commit was made");
    assert_eq!(changes("system: tools"), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_run_is_on_the_preview_goes_by_the_settings_of_that_run() {
    let mut lab = Lab::new();
    lab.run(INITIALIZER).await;
    let own = offline(&lab);
    lab.attendance = Attendance::Attended;
    lab.settings.features_per_session = 3;
    lab.settings.context_window = 77_000;
    lab.settings.verify.command = Some("sh tests/run.sh --all".into());
    let asks = coding(&(call("ask_human", r#"{ question = "Ready?" }"#) + &ends()));
    let running = lab.start(&[INITIALIZER, &asks].concat()).await;
    let watched = running.engine.client();
    tokio::task::spawn_blocking(move || wait_for(&watched, |event| matches!(event, Event::QuestionAsked(_))))
        .await
        .unwrap();
    let (here, elsewhere) = (next_window(&running.engine.client()), next_window(&own));
    assert_eq!((&elsewhere.first, &elsewhere.system), (&here.first, &here.system));
    assert_eq!(elsewhere.context_window, 77_000);
    assert!(
        elsewhere.system.contains("At most 3 features") || elsewhere.first.contains("At most 3 features"),
        "{}",
        elsewhere.system
    );
    running.engine.client().send(Command::Stop { mode: StopMode::Now }).unwrap();
    running.finish().await;
    let after = next_window(&own);
    assert_ne!(after.context_window, 77_000, "the run is over: its flags count no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_run_with_a_model_of_its_own_the_preview_is_reckoned_for_that_model() {
    let mut lab = Lab::new();
    let own = offline(&lab);
    lab.settings.model = "claude-x".into();
    lab.settings.context_window = 200_000;
    lab.run(INITIALIZER).await;
    let after = next_window(&own);
    assert_eq!((after.model.as_str(), after.context_window), ("claude-x", 200_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_side_of_the_notes_is_overwritten_while_a_session_runs() {
    let mut lab = Lab::new();
    lab.attendance = Attendance::Attended;
    lab.settings.stall_sessions = 1;
    let asks = coding(
        &(call("ask_human", r#"{ question = "Ready?" }"#)
            + &call("progress_note", r#"{ text = "From the agent." }"#)
            + &call("ask_human", r#"{ question = "Again?" }"#)
            + &ends()),
    );
    let running = lab.start(&[INITIALIZER, &asks].concat()).await;
    let client = running.engine.client();
    let path = lab.path(NOTES);
    tokio::task::spawn_blocking(move || {
        let question = |n: u64| {
            let client = client.clone();
            let seen = wait_for(
                &client,
                move |event| matches!(event, Event::QuestionAsked(asked) if u64::from(asked.question.0) == n),
            );
            match &seen.last().unwrap().event {
                Event::QuestionAsked(asked) => asked.question,
                _ => unreachable!(),
            }
        };
        let save = |base: &str, text: &str| {
            let (base, text) = (base.to_owned(), text.to_owned());
            client.send(Command::SaveNotes { base, text }).unwrap();
        };
        let first = question(1);
        let (text, seen_first) = notes(&client);
        let mine = format!("{text}\nFrom the human.\n");
        save(&seen_first, &mine);
        wait_for(
            &client,
            |event| matches!(event, Event::NotesEdited(edited) if edited.added > 0),
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), mine);

        // A second edit made from the first version must not take the place of what is there now.
        save(&seen_first, "all gone");
        let old = seen_first.clone();
        wait_for(
            &client,
            move |event| matches!(event, Event::NotesSaveRefused(refused) if refused.base == old),
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), mine);

        // The agent writes while the human's editor is open.
        let (_, seen_second) = notes(&client);
        client
            .send(Command::AnswerQuestion {
                question: first,
                text: "yes".into(),
            })
            .unwrap();
        let second = question(2);
        save(&seen_second, "all gone");
        let old = seen_second.clone();
        wait_for(
            &client,
            move |event| matches!(event, Event::NotesSaveRefused(refused) if refused.base == old),
        );
        let now = std::fs::read_to_string(&path).unwrap();
        assert!(now.contains("From the human.") && now.contains("From the agent."), "{now}");
        client
            .send(Command::AnswerQuestion {
                question: second,
                text: "yes".into(),
            })
            .unwrap();
    })
    .await
    .unwrap();
    let ran = running.finish().await;
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("The human edited the progress notes") && body.contains("+From the human.")),
        "the agent is told with the change"
    );
    let outside = |event: &Event| matches!(event, Event::ExternalChangeSeen(seen) if seen.what == ExternalKind::Notes);
    assert!(
        !ran.log.iter().any(|envelope| outside(&envelope.event)),
        "our own save is no outside change"
    );
}

#[test]
fn notes_can_be_edited_where_no_run_ever_was() {
    let lab = Lab::new();
    let client = offline(&lab);
    let (text, hash) = notes(&client);
    assert_eq!((text.as_str(), hash.as_str()), ("", ""));
    let save = |base: &str, text: &str| {
        let (base, text) = (base.to_owned(), text.to_owned());
        client.send(Command::SaveNotes { base, text }).unwrap();
    };
    // Subscribed first: without a log, an event is told only to who listens.
    let (told, events) = std::sync::mpsc::sync_channel(16);
    let tell = told.clone();
    client.subscribe(Box::new(move |update| match update {
        link::Update::Events(events) => events.into_iter().all(|event| tell.send(Some(event)).is_ok()),
        link::Update::CaughtUp => tell.send(None).is_ok(),
        link::Update::Closed | link::Update::Reopened => false,
    }));
    let next = || events.recv_timeout(Duration::from_secs(20)).expect("nothing was told");
    while next().is_some() {}
    save("", "hello\n");
    while !next().is_some_and(|envelope| matches!(envelope.event, Event::NotesEdited(_))) {}
    assert_eq!(lab.read(NOTES), "hello\n");
    assert!(!lab.dir().exists(), "no state is left behind");
    let refused = client.send(Command::SetSection {
        section: SectionId::new("git log"),
        rule: SectionRule::Off,
        span: RuleSpan::Once,
    });
    assert!(refused.is_err(), "a rule needs a log to be kept in");
}
