//! A person edits the feature list: while a session runs, between two, and with no run on.

use crate::support::{INITIALIZER, Lab, Ran, builds, call, wait_for};
use longhaul::harness::{FEATURE_LIST, FeatureList};
use longhaul::link::{self, Client};
use longhaul::protocol::event::{FeatureEditRefused, FeatureListEdited, FlipBy, RunOutcome};
use longhaul::protocol::{
    Autonomy, Base, Command, Event, FeatureEdit, FeatureId, FeatureStatus, FeatureText, PauseMode, Seq, SessionNo, Steer,
};
use longhaul::session::State;
use longhaul::store;

/// Waits on another thread, as a client would.
async fn saw(client: &Client, wanted: impl Fn(&Event) -> bool + Send + 'static) {
    let client = client.clone();
    tokio::task::spawn_blocking(move || wait_for(&client, wanted)).await.unwrap();
}

fn base(lab: &Lab) -> Base {
    let list = FeatureList::read(&lab.path(FEATURE_LIST)).unwrap().unwrap();
    Base::of(list.features())
}

fn send(client: &Client, base: Base, edit: FeatureEdit, reason: &str) {
    let reason = reason.to_owned();
    client.send(Command::EditFeatures { base, edit, reason }).unwrap();
}

fn reword(feature: &str, description: &str) -> FeatureEdit {
    FeatureEdit::Reword {
        feature: feature.into(),
        text: FeatureText {
            description: description.into(),
            steps: vec!["run it".into()],
        },
        unproven: false,
    }
}

fn flip(feature: &str, passes: bool) -> FeatureEdit {
    FeatureEdit::Flip {
        feature: feature.into(),
        passes,
        word: None,
    }
}

fn to_front(feature: &str) -> FeatureEdit {
    FeatureEdit::Move {
        feature: feature.into(),
        after: None,
    }
}

/// Lies outside the workspace, so that it is no change of it.
fn signal(lab: &Lab) -> std::path::PathBuf {
    lab.state_root().with_file_name("go")
}

/// A session that builds a feature and, in a step of its own before that, waits for the signal.
fn slow(lab: &Lab, id: &str, number: &str, word: &str) -> String {
    let command = format!("until [ -e {} ]; do sleep 0.02; done", signal(lab).display());
    let wait = call("bash", &format!(r#"{{ command = "{command}" }}"#));
    builds(id, number, word).replacen("role = \"coding\"\n", &format!("role = \"coding\"\n{wait}"), 1)
}

fn waits(event: &Event) -> bool {
    matches!(event, Event::ToolStarted(started) if started.title.contains("until"))
}

fn edited(ran: &Ran) -> Vec<FeatureListEdited> {
    ran.all(|event| match event {
        Event::FeatureListEdited(edited) => Some(edited.clone()),
        _ => None,
    })
}

fn refused(ran: &Ran) -> Vec<FeatureEditRefused> {
    ran.all(|event| match event {
        Event::FeatureEditRefused(refused) => Some(refused.clone()),
        _ => None,
    })
}

fn passes(ran: &Ran) {
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
    assert_eq!(ran.count("breach_found"), 0, "the guard knows the edited list");
    assert_eq!(
        ran.count("external_change_seen"),
        0,
        "and nobody takes it for a change from outside"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_waits_for_the_step_is_committed_alone_and_told() {
    let mut lab = Lab::new();
    lab.settings.commit_trailer = true;
    let script = format!(
        "{INITIALIZER}{}{}",
        slow(&lab, "F001", "01", "hello"),
        builds("F002", "02", "bye")
    );
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(&client, waits).await;
    let shown = base(&lab);
    send(&client, shown.clone(), reword("F002", "say goodbye"), "clearer");
    // Made from the list as it was before the first one, which their author knows: a place stands, other words must be seen first.
    send(&client, shown.clone(), reword("F002", "say farewell"), "");
    send(&client, shown, to_front("F002"), "");
    // A list that nobody was shown.
    send(&client, Base::default(), to_front("F001"), "");
    // Commands are taken in order: once this one is answered, the others have been.
    let level = Autonomy::Deferred;
    client.send(Command::SetAutonomy { level }).unwrap();
    saw(&client, |event| matches!(event, Event::AutonomyChanged(_))).await;
    let before = lab.read(FEATURE_LIST);
    assert!(before.contains("say bye"), "nothing is written while a tool runs");
    std::fs::write(signal(&lab), "").unwrap();
    let ran = running.finish().await;
    passes(&ran);

    let [edit, moved] = edited(&ran).try_into().unwrap();
    assert_eq!(moved.edit, to_front("F002"));
    let commit = edit.commit.unwrap();
    assert_eq!(
        lab.git(&["rev-parse", &format!("{}~1", moved.commit.unwrap())]),
        commit.as_str()
    );
    assert_eq!(
        lab.git(&["diff", "--name-only", &format!("{commit}~1"), commit.as_str()]),
        FEATURE_LIST
    );
    let message = lab.git(&["log", "-1", "--format=%B", commit.as_str()]);
    assert_eq!(
        message.trim_end(),
        "features: reword F002 (by hand)\n\nclearer\n\nLonghaul-Session: s2"
    );
    assert_eq!(
        lab.git(&["show", &format!("{commit}:{FEATURE_LIST}")]).trim_end(),
        before.replace("say bye", "say goodbye").trim_end()
    );
    let told = ran
        .requests
        .iter()
        .find(|body| body.contains("F002 says now: say goodbye"))
        .unwrap();
    assert_eq!(told.matches("\"tool_result\"").count(), 1, "told with the very next request");
    let not_made = refused(&ran);
    for refused in &not_made {
        assert!(
            refused.reason.contains("has changed since it was shown"),
            "{}",
            refused.reason
        );
    }
    let not_made: Vec<_> = not_made.into_iter().map(|refused| refused.edit).collect();
    assert_eq!(not_made, [reword("F002", "say farewell"), to_front("F001")]);

    let kinds = ran.kinds();
    let at = kinds.iter().position(|kind| *kind == "feature_list_edited").unwrap();
    let finished = kinds[..at].iter().rposition(|kind| *kind == "tool_finished");
    assert!(
        finished > kinds[..at].iter().rposition(|kind| *kind == "tool_started"),
        "{kinds:?}"
    );
    assert_eq!(ran.state.features.rows[0].feature.description, "say goodbye");
    assert_eq!(ran.state.features.rows[0].edits[0].reason, "clearer");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_id_is_a_place_session_and_history_go_with_the_feature() {
    let lab = Lab::new();
    let plain = INITIALIZER
        .replace("\"id\": \"F001\", ", "")
        .replace("\"id\": \"F002\", ", "");
    // From the edit on, the feature of the second session is #2.
    let script = format!("{plain}{}{}", slow(&lab, "#2", "01", "hello"), builds("#1", "02", "bye"));
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(&client, waits).await;
    send(&client, base(&lab), to_front("#2"), "");
    std::fs::write(signal(&lab), "").unwrap();
    let ran = running.finish().await;
    passes(&ran);
    let [bye, hello] = ran.state.features.rows.try_into().unwrap();
    assert_eq!(
        (bye.feature.description.as_str(), hello.feature.description.as_str()),
        ("say bye", "say hello")
    );
    assert_eq!((bye.sessions, hello.sessions), (vec![SessionNo(3)], vec![SessionNo(2)]));
    assert_eq!((bye.flips.len(), hello.flips.len()), (1, 1));
    assert_eq!(ran.state.sessions[1].feature, Some(FeatureId::from("#2")));
    assert!(
        ran.requests.iter().any(|body| body.contains("#2 is #1, #1 is #2")),
        "the agent learns the new ids"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flip_by_hand_is_marked_and_the_session_takes_up_another_feature() {
    let lab = Lab::new();
    let script = format!("{INITIALIZER}{}", slow(&lab, "F002", "02", "bye"));
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(&client, waits).await;
    send(&client, base(&lab), flip("F001", true), "I tried it");
    std::fs::write(signal(&lab), "").unwrap();
    let ran = running.finish().await;
    passes(&ran);
    let row = &ran.state.features.rows[0];
    let flip = row.flips.last().unwrap();
    assert_eq!(
        (flip.by, flip.to, flip.reason.as_str()),
        (FlipBy::Human, FeatureStatus::Passing, "I tried it")
    );
    assert_eq!(
        ran.state.sessions[1].feature,
        Some(FeatureId::from("F002")),
        "it went on with the next"
    );
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("F001 is done then") && body.contains("Next feature of this session: F002"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feature_that_is_removed_under_a_session_is_left_for_the_next_one() {
    let lab = Lab::new();
    let plain = INITIALIZER
        .replace("\"id\": \"F001\", ", "")
        .replace("\"id\": \"F002\", ", "");
    // Once the first feature is gone, its id is the other one's.
    let script = format!("{plain}{}", slow(&lab, "#1", "02", "bye"));
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(&client, waits).await;
    let remove = FeatureEdit::Remove { feature: "#1".into() };
    send(&client, base(&lab), remove, "out of scope");
    std::fs::write(signal(&lab), "").unwrap();
    let ran = running.finish().await;
    passes(&ran);
    let [bye] = ran.state.features.rows.try_into().unwrap();
    assert_eq!((bye.feature.description.as_str(), bye.flips.len()), ("say bye", 1));
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("remove #1 (out of scope)") && body.contains("Next feature of this session: #1 say bye"))
    );
    assert!(lab.git(&["log", "--format=%s"]).contains("features: remove #1 (by hand)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_pause_it_is_made_at_once_and_while_the_list_is_written_not_at_all() {
    let lab = Lab::new();
    let script = format!(
        "{INITIALIZER}{}{}",
        slow(&lab, "F001", "01", "hello"),
        builds("F002", "02", "bye")
    );
    let running = lab.start(&script).await;
    let client = running.engine.client();
    saw(&client, |event| matches!(event, Event::SessionStarted(_))).await;
    send(&client, Base::default(), flip("F001", true), "no list yet");
    saw(&client, waits).await;
    client.send(Command::Steer(Steer::Pause { mode: PauseMode::Now })).unwrap();
    saw(&client, |event| matches!(event, Event::RunPaused(_))).await;
    send(&client, base(&lab), reword("F002", "say goodbye"), "");
    saw(&client, |event| matches!(event, Event::FeatureListEdited(_))).await;
    assert!(lab.read(FEATURE_LIST).contains("say goodbye"));
    std::fs::write(signal(&lab), "").unwrap();
    client.send(Command::Steer(Steer::Resume)).unwrap();
    let ran = running.finish().await;
    passes(&ran);
    let [refused] = refused(&ran).try_into().unwrap();
    assert!(
        refused.reason.contains("the initializer is writing the list"),
        "{}",
        refused.reason
    );
    assert!(ran.requests.iter().any(|body| body.contains("F002 says now: say goodbye")));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_run_on_it_is_committed_recorded_and_agreed() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
    let add = FeatureEdit::Add {
        after: Some("F002".into()),
        text: FeatureText {
            description: "say thanks".into(),
            steps: Vec::new(),
        },
    };
    send(&client, base(&lab), add, "asked for");
    saw(&client, |event| matches!(event, Event::FeatureListEdited(_))).await;
    send(&client, base(&lab), flip("F003", true), "there already");
    saw(
        &client,
        |event| matches!(event, Event::FeatureFlipped(flip) if flip.by == FlipBy::Human),
    )
    .await;
    send(&client, Base::default(), flip("F002", true), "from a list that never was");
    saw(&client, |event| matches!(event, Event::FeatureEditRefused(_))).await;
    drop(client);
    assert_eq!(
        lab.git(&["log", "-2", "--format=%B"]).trim_end(),
        "features: F003 passes (by hand)\n\nthere already\n\nfeatures: add F003 after F002 (by hand)\n\nasked for"
    );
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let log = store::read(&lab.dir(), Seq(1)).unwrap().envelopes;
    let state = State::fold(&log);
    assert_eq!(state.features.rows[2].feature.description, "say thanks");
    assert_eq!(state.features.rows[2].flips[0].by, FlipBy::Human);

    lab.settings.limits.sessions = None;
    let script = [
        "[script]\nmodel = \"scripted-demo\"\n",
        &builds("F001", "01", "hello"),
        &builds("F002", "02", "bye"),
    ];
    let ran = lab.run(&script.concat()).await;
    passes(&ran);
}
