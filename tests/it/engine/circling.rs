//! Work that goes round: the agent is told, its session handed off, a person asked; and what each answer leads to.

use super::gates::{answer, seen};
use crate::support::{INITIALIZER, Lab, Ran, Running, builds, call, coding, ends};
use longhaul::config::Circling;
use longhaul::engine::Attendance;
use longhaul::link::Update;
use longhaul::protocol::event::{CirclingStep, EndCause, QuestionAsked, RunOutcome, SessionEnded};
use longhaul::protocol::{Autonomy, Command, Event, FeatureId, GateDecision};
use std::time::Duration;

/// A lab with low thresholds, so that scripts stay short.
fn lab(autonomy: Autonomy) -> Lab {
    let mut lab = Lab::new();
    lab.settings.autonomy = autonomy;
    lab.settings.stall_sessions = 10;
    lab.settings.circling = Circling {
        told: 2,
        hand_off: 4,
        ask: 2,
    };
    lab.attendance = Attendance::Attended;
    lab
}

/// A session that runs the same failing command this many times, and ends if it is let.
fn circles(times: usize) -> String {
    coding(&(call("bash", r#"{ command = "cat missing" }"#).repeat(times) + &ends()))
}

fn steps(ran: &Ran) -> Vec<CirclingStep> {
    ran.all(|event| match event {
        Event::CirclingSeen(seen) => Some(seen.step),
        _ => None,
    })
}

fn ended(ran: &Ran) -> Vec<SessionEnded> {
    ran.all(|event| match event {
        Event::SessionEnded(ended) => Some(ended.clone()),
        _ => None,
    })
}

/// Lets every commit pass, as a person would who is there.
fn approve_all(running: &Running) {
    let client = running.engine.client();
    let approver = client.clone();
    client.subscribe(Box::new(move |update| {
        let Update::Events(events) = update else { return true };
        for envelope in events {
            if let Event::GateOpened(opened) = &envelope.event {
                // Too late for a run that is over: then there is nothing to approve.
                let _ = approver.send(Command::DecideGate(answer(opened, GateDecision::Approve)));
            }
        }
        true
    }));
}

/// What the command line tells scripts of a lab's project.
fn json(lab: &Lab, command: &str) -> serde_json::Value {
    let told = assert_cmd::Command::cargo_bin("longhaul")
        .unwrap()
        .args([command, "--json"])
        .arg(lab.workspace())
        .env("LONGHAUL_STATE_DIR", lab.state_root())
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

async fn question(running: &Running) -> QuestionAsked {
    seen(running, |event| match event {
        Event::QuestionAsked(asked) => Some(asked.clone()),
        _ => None,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn first_the_agent_is_told_then_the_session_hands_off_and_the_next_one_knows() {
    let lab = lab(Autonomy::Auto);
    let script = [
        INITIALIZER,
        &circles(5),
        &builds("F001", "01", "hello"),
        &builds("F002", "02", "bye"),
    ]
    .concat();
    let ran = lab.run(&script).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
    assert_eq!(steps(&ran), [CirclingStep::Told, CirclingStep::HandedOff]);

    let bodies = |needle: &str| ran.requests.iter().filter(|body| body.contains(needle)).count();
    let first = ran
        .requests
        .iter()
        .position(|body| body.contains("You are going round: 2 turns"));
    let handed = ran.requests.iter().position(|body| body.contains("This session ends now"));
    assert!(
        first.is_some() && first < handed,
        "told at request {first:?}, handed off at {handed:?}"
    );
    assert!(bodies("`cat missing` failed 3 times in the same way") > 0);
    let ends = ended(&ran);
    assert_eq!((ends[1].cause, ends[1].summary.as_str()), (EndCause::Circling, "over"));
    let after = "The session before you was ended because it went round";
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains(after) && body.contains("<hand_off>"))
    );
    let row = ran.state.features.get(&FeatureId::from("F001")).unwrap();
    assert_eq!(row.track.handed_off, 0, "it passes");
    assert_eq!(row.track.rounds, 4, "{:?}", row.track.beats);

    let told = json(&lab, "sessions");
    assert_eq!(told[1]["cause"], "went round, handed off");
    assert_eq!(
        (&told[1]["headway"]["handed_off"], &told[2]["headway"]["handed_off"]),
        (&true.into(), &false.into())
    );
    assert_eq!(told[1]["headway"]["turns"][1], "round");
    let told = json(&lab, "status");
    assert_eq!(
        (&told["headway"]["circling"], &told["left_out"]),
        (&false.into(), &serde_json::json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_hand_off_is_cut_and_the_harness_says_what_it_repeated() {
    let lab = lab(Autonomy::Auto);
    let again = coding(&call("bash", r#"{ command = "cat missing" }"#).repeat(9));
    let ran = lab
        .run(
            &[
                INITIALIZER,
                &again,
                &builds("F001", "01", "hello"),
                &builds("F002", "02", "bye"),
            ]
            .concat(),
        )
        .await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
    let ends = ended(&ran);
    assert_eq!(ends[1].cause, EndCause::Circling);
    assert!(
        ends[1].summary.contains("`cat missing` failed 5 times"),
        "{}",
        ends[1].summary
    );
    assert_eq!(steps(&ran), [CirclingStep::Told, CirclingStep::HandedOff], "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_and_every_answer_is_obeyed() {
    let twice = circles(5) + &circles(5);
    let (first, second) = (builds("F001", "01", "hello"), builds("F002", "02", "bye"));
    let both = first + &second;
    for (typed, rest, outcome) in [
        ("1", &both, RunOutcome::AllPassing),
        ("2", &second, RunOutcome::Stopped),
        ("stop the run", &second, RunOutcome::Stopped),
        ("It lies in ../data.", &both, RunOutcome::AllPassing),
    ] {
        let lab = lab(Autonomy::Commits);
        let running = lab.start(&[INITIALIZER, &twice, rest].concat()).await;
        approve_all(&running);
        let asked = question(&running).await;
        assert_eq!(asked.about, Some("F001".into()));
        assert!(asked.text.contains("`cat missing` failed 5 times"), "{}", asked.text);
        let text = typed.to_owned();
        let question = asked.question;
        running
            .engine
            .client()
            .send(Command::AnswerQuestion { question, text })
            .unwrap();
        let ran = running.finish().await;
        assert_eq!(ran.ended.outcome, outcome, "{typed}: {}", ran.ended.reason);
        assert_eq!(ran.unplanned, Vec::<String>::new(), "{typed}");
        assert_eq!(steps(&ran)[4..], [CirclingStep::Asked], "{typed}");
        let skipped = ran.state.features.skipped.contains(&"F001".into());
        assert_eq!(skipped, typed == "2");
        let sent = ran.requests.iter().any(|body| body.contains("[human] It lies in ../data."));
        assert_eq!(sent, typed.starts_with("It"), "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_asked_or_answers_the_feature_is_left_out_and_the_run_says_so() {
    let script = [INITIALIZER, &circles(5), &circles(5), &builds("F002", "02", "bye")].concat();
    let mut alone = lab(Autonomy::Commits);
    alone.attendance = Attendance::Unattended;
    alone.settings.autonomy = Autonomy::Auto;
    let mut late = lab(Autonomy::Commits);
    late.question_timeout = Duration::ZERO;
    for (name, lab, asked) in [
        ("deferred", lab(Autonomy::Deferred), 0),
        ("unattended", alone, 0),
        ("late", late, 1),
    ] {
        let running = lab.start(&script).await;
        approve_all(&running);
        let ran = running.finish().await;
        assert_eq!(ran.ended.outcome, RunOutcome::Stalled, "{name}: {}", ran.ended.reason);
        assert!(
            ran.ended.reason.contains("work went round on F001"),
            "{name}: {}",
            ran.ended.reason
        );
        assert_eq!(steps(&ran).last(), Some(&CirclingStep::Skipped), "{name}");
        assert_eq!(ran.count("question_asked"), asked, "{name}");
        assert_eq!(
            ran.state.features.progress(),
            (1, 2),
            "{name}: the run went on with the next one"
        );
        assert!(ran.state.features.rows[0].track.is_given_up, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_build_in_the_background_is_no_round() {
    let lab = lab(Autonomy::Auto);
    let build = call("bash", r#"{ command = "sleep 600 > build.log 2>&1 &" }"#);
    let poll = call("bash", r#"{ command = "ls build.log; echo building" }"#);
    let script = [
        INITIALIZER,
        &coding(&(build + &poll.repeat(9) + &ends())),
        &builds("F001", "01", "hello"),
        &builds("F002", "02", "bye"),
    ]
    .concat();
    let ran = lab.run(&script).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(steps(&ran), Vec::new());
    assert_eq!(ended(&ran)[1].cause, EndCause::Finished);
    let running = ran.all(|event| match event {
        Event::ToolFinished(finished) => Some(finished.running),
        _ => None,
    });
    assert!(
        running.iter().flatten().filter(|running| running.processes > 0).count() >= 10,
        "{running:?}"
    );
    assert!(
        running.last().is_some_and(Option::is_none),
        "it ended with its session: {running:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_junk_more_in_each_turn_is_told_and_handed_off() {
    let lab = lab(Autonomy::Auto);
    let junk = |line: usize| {
        call(
            "bash",
            &format!(r#"{{ command = "echo junk {line} >> work.sh; echo tried" }}"#),
        )
    };
    let script = [
        INITIALIZER,
        &coding(&((0..42).map(junk).collect::<String>() + &ends())),
        &builds("F001", "01", "hello"),
        &builds("F002", "02", "bye"),
    ]
    .concat();
    let ran = lab.run(&script).await;
    assert_eq!(steps(&ran), [CirclingStep::Told, CirclingStep::HandedOff]);
    let wrote = ran.all(|event| match event {
        Event::CheckpointMade(made) if !made.wrote.is_empty() => Some((made.wrote[0].path.clone(), made.wrote[0].lines)),
        _ => None,
    });
    assert!(wrote.contains(&("work.sh".to_owned(), Some(1))), "{wrote:?}");
    let told = "a line or two of the same files changed";
    assert!(ran.requests.iter().any(|body| body.contains(told)), "what it repeats is said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_of_zero_is_never_reached() {
    let mut lab = lab(Autonomy::Auto);
    lab.settings.circling = Circling {
        told: 0,
        hand_off: 0,
        ask: 0,
    };
    let script = [
        INITIALIZER,
        &circles(20),
        &builds("F001", "01", "hello"),
        &builds("F002", "02", "bye"),
    ]
    .concat();
    let ran = lab.run(&script).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!((steps(&ran), ended(&ran)[1].cause), (Vec::new(), EndCause::Finished));
    assert_eq!(ran.state.sessions[1].headway.rounds(), 19, "measured all the same");
}
