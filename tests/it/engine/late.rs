//! What a session leaves behind: what its background processes write last, and changes that were refused.

use crate::support::{Lab, call, coding, ends};
use longhaul::protocol::Event;
use longhaul::protocol::event::{ExternalKind, FlipBy};

const EMPTY: &str = "[script]\nmodel = \"scripted-demo\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_back_as_a_session_ends_is_not_laid_on_a_person() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 2;
    lab.settings.limits.sessions = Some(2);
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    let list = r#"[{"id": "F001", "description": "say hello", "passes": false, "tests": ["hello"]}]"#;
    lab.write("feature_list.json", list);
    lab.write(
        "tests/run.sh",
        "echo 1..1\ntest -e hello && echo 'ok 1 - hello' || echo 'not ok 1 - hello'\n",
    );
    let writes = "echo 'ok 1 - hello' > tests/run.sh; sed s/false/true/ feature_list.json > l; cp l feature_list.json";
    lab.write("loop.sh", &format!("while :; do {writes}; sleep 0.01; done\n"));
    lab.commit_all("begin");
    let cheats =
        call("bash", r#"{ command = "setsid sh loop.sh > /dev/null 2>&1 &" }"#) + &call("bash", r#"{ command = "sleep 0.3" }"#);
    let looks = call("bash", "{ command = \"sleep 1\" }");
    let ran = lab
        .run(&(EMPTY.to_owned() + &coding(&(cheats + &ends())) + &coding(&(looks + &ends()))))
        .await;
    let breaches = ran.all(|event| matches!(event, Event::BreachFound(_)).then_some(()));
    assert!(!breaches.is_empty(), "it did write");
    let laid = ran.all(|event| match event {
        Event::ExternalChangeSeen(seen)
            if seen.what == ExternalKind::FeatureList || seen.paths.iter().any(|path| path == "tests/run.sh") =>
        {
            Some(seen.detail.clone())
        }
        Event::FeatureFlipped(flip) if flip.by == FlipBy::Human => Some(flip.reason.clone()),
        _ => None,
    });
    assert_eq!(laid, Vec::<String>::new());
    assert_eq!(lab.read("feature_list.json"), list);
    assert!(ran.requests.iter().all(|body| !body.contains("The human may do that")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_for_a_broken_test_is_no_commit_of_the_next_session_either() {
    refused_twice(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_of_the_next_runs() {
    refused_twice(1).await;
}

/// Two sessions, so many in a run: the first breaks a test, and both would commit that.
async fn refused_twice(sessions: u32) {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 3;
    lab.settings.limits.sessions = Some(sessions);
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    lab.write(
        "feature_list.json",
        r#"[{"id": "F001", "description": "say hello", "passes": false, "tests": ["hello"]}]"#,
    );
    let each =
        |number: u32, name: &str| format!("test -e {name} && echo 'ok {number} - {name}' || echo 'not ok {number} - {name}'\n");
    lab.write("tests/run.sh", &format!("echo 1..2\n{}{}", each(1, "lib"), each(2, "hello")));
    lab.write("lib", "");
    lab.commit_all("begin");
    let note = || call("progress_note", r#"{ text = "Worked on hello." }"#);
    let commit = || call("commit", r#"{ message = "Say hello" }"#);
    let breaks = call("bash", r#"{ command = "rm lib; touch hello" }"#) + &note() + &commit();
    let again = note() + &commit();
    let (breaks, again) = (coding(&(breaks + &ends())), coding(&(again + &ends())));
    let ran = if sessions == 2 {
        lab.run(&(EMPTY.to_owned() + &breaks + &again)).await
    } else {
        lab.run(&(EMPTY.to_owned() + &breaks)).await;
        lab.run(&(EMPTY.to_owned() + &again)).await
    };
    let refused = ran.all(|event| match event {
        Event::ToolFinished(done) if done.output.text.starts_with("Not committed") => Some(done.output.text.clone()),
        _ => None,
    });
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused.iter().all(|told| told.contains("lib passed before")), "{refused:?}");
    assert_eq!(lab.git(&["log", "--format=%s"]), "begin");
}
