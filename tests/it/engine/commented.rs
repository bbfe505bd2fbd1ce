//! What a person writes on a gate before they decide: it reaches the agent whoever decides, and whatever ends the run.

use super::gates::{TWO_FILES, answer, finish, gate, lab, seen, send, stop};
use crate::support::{INITIALIZER, Lab, Running, call, coding, ends};
use longhaul::protocol::event::{GateCommented, GateOpened};
use longhaul::protocol::{Autonomy, Command, Event, GateDecision, ReviewComment, Seq};
use longhaul::session::State;
use longhaul::store;

const SAID: &str = "Please quote this.";

fn comment() -> ReviewComment {
    ReviewComment {
        path: "b.txt".into(),
        line: Some(1),
        old_line: None,
        snippet: "+two".into(),
        row: 0,
        text: SAID.into(),
    }
}

fn write(running: &Running, opened: &GateOpened, comments: Vec<ReviewComment>) {
    put(running, opened, comments, None);
}

fn put(running: &Running, opened: &GateOpened, comments: Vec<ReviewComment>, words: Option<&str>) {
    let commented = GateCommented {
        gate: opened.gate,
        what: opened.what,
        title: opened.title.clone(),
        tree: opened.tree.clone(),
        comments,
        message: None,
        words: words.map(str::to_owned),
    };
    running.engine.client().send(Command::CommentGate(commented)).unwrap();
}

/// A run whose second gate waits, with a comment on it that is in the log.
async fn commented(lab: &mut Lab) -> (Running, GateOpened) {
    lab.settings.limits.sessions = Some(2);
    let turns = call("bash", TWO_FILES)
        + &call("commit", r#"{ message = "Two files" }"#)
        + &call("bash", r#"{ command = "echo mended > b.txt" }"#)
        + &ends();
    let running = lab.start(&[INITIALIZER, &coding(&turns)].concat()).await;
    send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
    let opened = gate(&running, 2).await;
    write(&running, &opened, vec![comment()]);
    seen(&running, |event| matches!(event, Event::GateCommented(_)).then_some(())).await;
    (running, opened)
}

/// How often the request that says it most often says it: each request holds those before.
fn told(requests: &[String]) -> usize {
    requests
        .iter()
        .map(|body| body.matches(SAID).count())
        .max()
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_on_a_gate_that_policy_answers_reaches_the_agent_and_stands_on_the_commit() {
    for level in [Autonomy::Deferred, Autonomy::Auto] {
        let mut lab = lab(Autonomy::Commits);
        let (running, _) = commented(&mut lab).await;
        running.engine.client().send(Command::SetAutonomy { level }).unwrap();
        let ran = finish(running).await;
        assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Two files");
        assert_eq!(told(&ran.requests), 1, "{level:?}");
        let with_its_line = |body: &String| body.contains("b.txt, line 1") && body.contains("> +two");
        assert!(ran.requests.iter().any(with_its_line), "{level:?}");
        assert_eq!(ran.state.messages, [], "{level:?}");
        let on: Vec<_> = ran.state.remarks.iter().map(|remark| remark.commit.clone()).collect();
        assert_eq!(on, [ran.state.commits.last().map(|commit| commit.made.commit.clone())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_on_a_gate_outlives_a_stop_and_the_next_session_reads_it() {
    let mut lab = lab(Autonomy::Commits);
    let (running, _) = commented(&mut lab).await;
    stop(&running);
    let ran = finish(running).await;
    assert_eq!((told(&ran.requests), ran.state.messages.len()), (0, 1));
    lab.settings.autonomy = Autonomy::Auto;
    lab.settings.limits.sessions = Some(1);
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&ends()));
    let next = lab.run(&script).await;
    assert_eq!((told(&next.requests), next.state.messages.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_goes_with_the_answer_that_holds_it_and_is_said_once() {
    for decision in [GateDecision::Approve, GateDecision::Reject] {
        let mut lab = lab(Autonomy::Commits);
        let (running, opened) = commented(&mut lab).await;
        let mut decided = answer(&opened, decision);
        decided.comments = vec![comment()];
        send(&running, decided);
        let ran = finish(running).await;
        assert_eq!(told(&ran.requests), 1, "{decision:?}");
        assert!(ran.requests.iter().any(|body| body.contains("Comments on the change:")));
        assert_eq!(ran.state.messages, [], "{decision:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_stays_through_an_answer_that_did_not_count_and_a_round_without_it() {
    let mut lab = lab(Autonomy::Commits);
    let (running, opened) = commented(&mut lab).await;
    std::fs::write(lab.path("a.txt"), "moved\n").unwrap();
    let mut late = answer(&opened, GateDecision::Approve);
    late.comments = vec![comment()];
    send(&running, late);
    let second = gate(&running, 3).await;
    // Answered where the comment is not known: from another terminal.
    send(&running, answer(&second, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!((told(&ran.requests), ran.state.messages.len()), (1, 0));
    assert!(ran.state.remarks[0].commit.is_some(), "it stands on the commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_is_taken_back_is_not_said() {
    let mut lab = lab(Autonomy::Commits);
    let (running, opened) = commented(&mut lab).await;
    write(&running, &opened, Vec::new());
    let level = Autonomy::Auto;
    running.engine.client().send(Command::SetAutonomy { level }).unwrap();
    assert_eq!(told(&finish(running).await.requests), 0);
}

/// A run whose second gate waits, with another message in the log.
async fn reworded(lab: &mut Lab, words: &'static str) -> (Running, GateOpened) {
    let (running, opened) = commented(lab).await;
    put(&running, &opened, Vec::new(), Some(words));
    seen(&running, move |event| match event {
        Event::GateCommented(commented) if commented.words.as_deref() == Some(words) => Some(()),
        _ => None,
    })
    .await;
    (running, opened)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reworded_at_a_gate_goes_with_the_approval_whoever_gives_it() {
    for level in [None, Some(Autonomy::Deferred), Some(Autonomy::Auto)] {
        let mut lab = lab(Autonomy::Commits);
        let (running, opened) = reworded(&mut lab, "Both files, in my words").await;
        match level {
            Some(level) => running.engine.client().send(Command::SetAutonomy { level }).unwrap(),
            // In another terminal, which knows nothing of it.
            None => send(&running, answer(&opened, GateDecision::Approve)),
        }
        let ran = finish(running).await;
        assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Both files, in my words", "{level:?}");
        assert_eq!(ran.state.reworded, [], "{level:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_put_back_leaves_the_agents() {
    let mut lab = lab(Autonomy::Commits);
    let (running, opened) = reworded(&mut lab, "Mine").await;
    put(&running, &opened, Vec::new(), None);
    let level = Autonomy::Auto;
    running.engine.client().send(Command::SetAutonomy { level }).unwrap();
    finish(running).await;
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Two files");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reworded_message_outlives_its_round_and_its_run_but_goes_with_no_other_change_by_itself() {
    // Its round: the files moved, and the next round is of the same call.
    let mut lab = lab(Autonomy::Commits);
    let (running, opened) = reworded(&mut lab, "Mine").await;
    std::fs::write(lab.path("a.txt"), "moved\n").unwrap();
    send(&running, answer(&opened, GateDecision::Approve));
    gate(&running, 3).await;
    let level = Autonomy::Auto;
    running.engine.client().send(Command::SetAutonomy { level }).unwrap();
    finish(running).await;
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "Mine");

    // Its run: the next gate of a commit shows it; on the same tree it goes along by itself, on another one it does not.
    let ways = [
        (false, "true", "Mine"),
        (false, "echo three > c.txt", "Files"),
        (true, "true", "Mine"),
        (true, "echo three > c.txt", "Files"),
    ];
    for (is_denied, more, subject) in ways {
        let mut lab = super::gates::lab(Autonomy::Commits);
        let (running, opened) = reworded(&mut lab, "Mine").await;
        match is_denied {
            true => send(&running, answer(&opened, GateDecision::RejectAndStop)),
            false => stop(&running),
        }
        assert_eq!(finish(running).await.state.reworded.len(), 1);
        lab.settings.limits.sessions = Some(1);
        let turns = call("bash", &format!(r#"{{ command = "{more}" }}"#)) + &call("commit", r#"{ message = "Files" }"#) + &ends();
        let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&turns));
        let running = lab.start(&script).await;
        let opened = gate(&running, 3).await;
        let state = State::fold(&store::read(&lab.dir(), Seq(1)).unwrap().envelopes);
        assert_eq!(state.words_at(opened.gate), Some("Mine"));
        let level = Autonomy::Auto;
        running.engine.client().send(Command::SetAutonomy { level }).unwrap();
        let ran = finish(running).await;
        assert_eq!(lab.git(&["log", "-1", "--format=%s"]), subject, "{more}");
        assert_eq!(ran.state.reworded, [], "{more}");
    }
}
