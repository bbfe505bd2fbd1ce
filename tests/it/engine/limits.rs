//! Limits that a person may raise: the gate before the run goes past one, and every answer to it.

use super::gates::{answer, decisions, gate, lab, send};
use crate::support::{INITIALIZER, Lab, Ran, builds, wait_for};
use longhaul::engine::Attendance;
use longhaul::harness::{FEATURE_LIST, FeatureList};
use longhaul::protocol::event::{GateKind, GateOpened, LimitRaised, Limits, Particulars, RunOutcome};
use longhaul::protocol::{Autonomy, Base, Command, Cost, Event, FeatureEdit, GateAnswer, GateDecision, PauseMode, Steer, StopMode};

fn whole() -> String {
    [INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat()
}

/// A lab in which nothing but limits waits: the commits of the run are approved by their own gates' answers.
fn limited(limits: Limits) -> Lab {
    let mut lab = lab(Autonomy::Commits);
    lab.settings.limits = limits;
    lab
}

fn sessions(most: u32) -> Limits {
    Limits {
        sessions: Some(most),
        ..Limits::default()
    }
}

fn turns(most: u32) -> Limits {
    Limits {
        turns: Some(most),
        ..Limits::default()
    }
}

fn raised(ran: &Ran) -> Vec<LimitRaised> {
    ran.all(|event| match event {
        Event::LimitRaised(raised) => Some(raised.clone()),
        _ => None,
    })
}

fn approve(opened: &GateOpened) -> GateAnswer {
    answer(opened, GateDecision::Approve)
}

fn proposed(opened: &GateOpened) -> &str {
    match opened.particulars.as_deref() {
        Some(Particulars::Limit { to, .. }) => to.as_deref().unwrap_or("lifted"),
        other => panic!("not a limit's gate: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_limit_of_sessions_a_person_is_asked_and_the_run_goes_on() {
    let lab = limited(sessions(1));
    let running = lab.start(&whole()).await;
    send(&running, approve(&gate(&running, 1).await));
    let second = gate(&running, 2).await;
    assert_eq!((second.what, proposed(&second)), (GateKind::Limit, "2"));
    assert_eq!(second.title, "the run has had 1 sessions of 1; go on to 2?");
    assert!(second.body.contains("session 1 (initializer): $"), "{}", second.body);
    let mut edited = approve(&second);
    edited.message = Some("1".into());
    send(&running, edited.clone());
    edited.message = Some("many".into());
    send(&running, edited.clone());
    edited.message = Some("3".into());
    send(&running, edited);
    send(&running, approve(&gate(&running, 3).await));
    send(&running, approve(&gate(&running, 4).await));
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    let refused: Vec<String> = ran.all(|event| match event {
        Event::GateAnswerRefused(refused) => Some(refused.reason.clone()),
        _ => None,
    });
    assert!(
        refused[0].contains("1 is spent already") && refused[1].contains("`many` is not a whole number"),
        "{refused:?}"
    );
    let raised = raised(&ran);
    assert_eq!((raised.len(), raised[0].detail.as_str()), (1, "sessions: 1 -> 3"));
    assert_eq!(
        ran.state.run.as_ref().unwrap().limits,
        sessions(3),
        "the log says what is in force"
    );
    assert_eq!(ran.state.run.as_ref().unwrap().limit, None);
    assert_eq!(ran.state.by_hand.approved, 3, "a limit is no commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changes_in_the_list_while_they_are_asked_counts_before_another_session_begins() {
    let lab = limited(sessions(2));
    let running = lab.start(&whole()).await;
    send(&running, approve(&gate(&running, 1).await));
    send(&running, approve(&gate(&running, 2).await));
    let asked = gate(&running, 3).await;
    assert_eq!(asked.what, GateKind::Limit);
    let list = FeatureList::read(&lab.path(FEATURE_LIST)).unwrap().unwrap();
    let edit = FeatureEdit::Remove { feature: "F002".into() };
    let (base, reason) = (Base::of(list.features()), "not wanted any more".to_owned());
    running
        .engine
        .client()
        .send(Command::EditFeatures { base, edit, reason })
        .unwrap();
    send(&running, approve(&asked));
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.state.sessions.len(), 2, "nothing was left to do in a third");
}

#[tokio::test(flavor = "multi_thread")]
async fn within_a_session_the_question_costs_nothing_and_the_conversation_goes_on_where_it_stood() {
    let lab = limited(turns(2));
    let running = lab.start(&whole()).await;
    send(&running, approve(&gate(&running, 1).await));
    let asked = gate(&running, 2).await;
    assert_eq!((asked.what, proposed(&asked)), (GateKind::Limit, "4"));
    let requests = running.server.requests().len();
    running
        .engine
        .client()
        .send(Command::Steer(Steer::Pause {
            mode: PauseMode::AfterStep,
        }))
        .unwrap();
    running.engine.client().send(Command::Steer(Steer::CancelPause)).unwrap();
    let client = running.engine.client();
    tokio::task::spawn_blocking(move || wait_for(&client, |event| matches!(event, Event::PauseCancelled(_))))
        .await
        .unwrap();
    assert_eq!(
        running.server.requests().len(),
        requests,
        "nothing is asked of the model while a person is"
    );
    send(&running, approve(&asked));
    for number in [3, 4] {
        send(&running, approve(&gate(&running, number).await));
    }
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.unplanned, Vec::<String>::new());
    assert_eq!(raised(&ran).len(), 1, "the raised limit holds for the sessions after it");
    assert!(ran.state.run.unwrap().waited.is_positive(), "the wait is not the run's time");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_raised_by_as_much_as_it_takes() {
    let lab = limited(Limits {
        cost: Some(Cost(20_000)),
        ..Limits::default()
    });
    let running = lab.start(&whole()).await;
    let asked = gate(&running, 1).await;
    assert_eq!(asked.what, GateKind::Limit);
    let dollars: f64 = proposed(&asked).trim_start_matches('$').parse().unwrap();
    let steps = dollars / 0.000_02;
    assert!((steps - steps.round()).abs() < 1e-6 && steps >= 2.0, "{}", proposed(&asked));
    assert!(asked.title.contains("of $0.00002; go on to $"), "{}", asked.title);
    let mut edited = approve(&asked);
    edited.message = Some("$100".into());
    send(&running, edited);
    for number in [2, 3, 4] {
        send(&running, approve(&gate(&running, number).await));
    }
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(raised(&ran)[0].detail, "cost: $0.00002 -> $100.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_the_run_ends_at_its_limit_and_denied_with_a_stop_it_is_stopped() {
    for (limits, decision, outcome) in [
        (sessions(1), GateDecision::Reject, RunOutcome::Limit),
        (turns(2), GateDecision::Reject, RunOutcome::Limit),
        (turns(2), GateDecision::RejectAndStop, RunOutcome::Stopped),
    ] {
        let lab = limited(limits);
        let running = lab.start(&whole()).await;
        send(&running, approve(&gate(&running, 1).await));
        send(&running, answer(&gate(&running, 2).await, decision));
        let ran = running.finish().await;
        assert_eq!(ran.ended.outcome, outcome, "{limits:?}: {}", ran.ended.reason);
        let last = decisions(&ran).pop().unwrap();
        assert_eq!((last.decision, last.by.as_str()), (decision, "human"));
        assert_eq!((raised(&ran), ran.state.sessions.len()), (Vec::new(), 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_or_another_level_ends_the_wait() {
    for limits in [sessions(1), turns(2)] {
        let lab = limited(limits);
        let running = lab.start(&whole()).await;
        send(&running, approve(&gate(&running, 1).await));
        gate(&running, 2).await;
        running
            .engine
            .client()
            .send(Command::Stop {
                mode: StopMode::AfterStep,
            })
            .unwrap();
        let ran = running.finish().await;
        assert_eq!(ran.ended.outcome, RunOutcome::Stopped, "{limits:?}: {}", ran.ended.reason);
        assert_eq!(decisions(&ran).pop().unwrap().decision, GateDecision::Void);
        assert_eq!(ran.state.open_gates.len(), 0);

        let lab = limited(limits);
        let running = lab.start(&whole()).await;
        send(&running, approve(&gate(&running, 1).await));
        gate(&running, 2).await;
        let level = Autonomy::Auto;
        running.engine.client().send(Command::SetAutonomy { level }).unwrap();
        let ran = running.finish().await;
        assert_eq!(ran.ended.outcome, RunOutcome::Limit, "{limits:?}: {}", ran.ended.reason);
        let last = decisions(&ran).pop().unwrap();
        assert_eq!((last.decision, last.by.as_str()), (GateDecision::Reject, "policy"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_asked_or_nobody_is_there_the_run_ends_as_ever() {
    let mut unasked = limited(sessions(1));
    unasked.settings.autonomy = Autonomy::Deferred;
    let ran = unasked.run(&whole()).await;
    assert_eq!((ran.ended.outcome, ran.count("gate_opened")), (RunOutcome::Limit, 1));
    assert!(ran.ended.reason.contains("1 of 1 sessions"), "{}", ran.ended.reason);

    let mut alone = limited(turns(1));
    alone.attendance = Attendance::Unattended;
    let ran = alone.run(&whole()).await;
    assert_eq!((ran.ended.outcome, ran.count("gate_opened")), (RunOutcome::Limit, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_run_is_up_while_a_request_hangs_too() {
    // A stream that has begun, and from then on says nothing of the answer.
    let begun = "text = \"I set the project up.\"";
    let hangs = format!("{begun}\nfault = {{ kind = \"stall\", after_bytes = 500, times = 1 }}");
    let script = whole().replacen(begun, &hangs, 1);
    assert!(script.contains("stall"));
    for decision in [GateDecision::Approve, GateDecision::Reject] {
        let lab = limited(Limits {
            seconds: Some(4),
            ..Limits::default()
        });
        let running = lab.start(&script).await;
        let asked = gate(&running, 1).await;
        assert_eq!(asked.what, GateKind::Limit);
        let mut said = answer(&asked, decision);
        if decision == GateDecision::Approve {
            said.message = Some("1h".into());
        }
        send(&running, said);
        if decision == GateDecision::Approve {
            for number in [2, 3, 4] {
                send(&running, approve(&gate(&running, number).await));
            }
        }
        let ran = running.finish().await;
        let cut: Vec<String> = ran.all(|event| match event {
            Event::TurnInterrupted(cut) => Some(cut.reason.clone()),
            _ => None,
        });
        assert_eq!(cut, ["the time of the run was up before the answer was whole"]);
        assert_eq!(ran.unplanned, Vec::<String>::new());
        let outcome = match decision {
            GateDecision::Approve => RunOutcome::AllPassing,
            _ => RunOutcome::Limit,
        };
        assert_eq!(ran.ended.outcome, outcome, "{}", ran.ended.reason);
    }
}
