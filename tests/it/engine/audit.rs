//! The audit at a session's end: what the machine found is kept with the session, and holds the next one where it shall.

use crate::support::{INITIALIZER, Lab, Ran, builds, call, coding, ends, wait_for};
use longhaul::engine::Attendance;
use longhaul::protocol::event::{AuditPlace, RunOutcome};
use longhaul::protocol::{Command, Event, Steer};
use longhaul::session::timeline::ItemKind;

/// What was found in the session of this number: every question, and those that do not hold.
fn checks(ran: &Ran, session: usize) -> (Vec<&str>, Vec<&str>) {
    let (_, ended) = ran.state.sessions[session - 1].ended.as_ref().unwrap();
    let all = ended.checks.iter().map(|(what, _)| what.as_str()).collect();
    let against = ended.checks.iter().filter(|(_, holds)| !holds);
    (all, against.map(|(what, _)| what.as_str()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_well_worked_answers_every_question() {
    let lab = Lab::new();
    let script = [INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat();
    let ran = lab.run(&script).await;
    let (all, against) = checks(&ran, 2);
    assert_eq!(against, Vec::<&str>::new());
    assert_eq!(
        all,
        [
            "oriented before the first edit",
            "smoke test ran",
            "one feature: F001",
            "every flip has evidence of this session",
            "only pass flags changed",
            "kept moving",
            "guarded files untouched",
            "tree clean",
            "progress notes written",
            "notes agree with the list",
            "nothing left for later in the code",
            "commit messages say what changed",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_should_be_is_named() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let sloppy = coding(
        &(call("bash", r#"{ command = "echo '# TODO: all of it' > work.sh" }"#)
            + &call("commit", r#"{ message = "wip" }"#)
            + &call("progress_note", r#"{ text = "F001 is done. 2 of 2 features pass." }"#)
            + &call("bash", r#"{ command = "echo x > left-over.txt" }"#)
            + &ends()),
    );
    let idle = coding(&ends());
    let ran = lab.run(&[INITIALIZER, &sloppy, &idle].concat()).await;
    let (_, against) = checks(&ran, 2);
    assert_eq!(
        against,
        [
            "a feature passes",
            "tree clean",
            "notes agree with the list (says 2/2, the list 0/2; says that F001 is done)",
            "nothing left for later in the code (1 in work.sh)",
            "commit messages say what changed (\"wip\")",
        ]
    );
    let session = &ran.state.sessions[1];
    let (_, ended) = session.ended.as_ref().unwrap();
    let clean = ended.checks.iter().position(|(what, _)| what == "tree clean").unwrap();
    let writer = session.items.iter().find(|item| match &item.kind {
        ItemKind::Call(call) => call.title.contains("left-over.txt"),
        _ => false,
    });
    let seq = writer.unwrap().seq;
    let places = &ended.places[clean];
    assert_eq!(places.len(), 2, "the note came after the commit too: {places:?}");
    assert!(places.contains(&AuditPlace::Event { seq }), "what wrote it: {places:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_says_all_done_with_features_left_has_ended_the_session_and_no_more() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let idle = coding(&(ends() + &call("end_session", r#"{ summary = "everything passes, all done" }"#)));
    let ran = lab.run(&[INITIALIZER, &builds("F001", "01", "hello"), &idle].concat()).await;
    let left = |session: usize| ran.state.sessions[session - 1].ended.as_ref().unwrap().1.left;
    assert_eq!((left(1), left(2), left(3)), (None, None, Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_hold_the_next_session_where_they_shall() {
    let mut lab = Lab::new();
    lab.settings.audit_holds = true;
    let sparse = INITIALIZER.replacen("message = \"Skeleton\"", "message = \"wip\"", 1);
    let script = [sparse, builds("F001", "01", "hello"), builds("F002", "02", "bye")].concat();
    let ran = lab.run(&script).await;
    assert_eq!((ran.ended.outcome, ran.state.sessions.len()), (RunOutcome::Limit, 1));
    assert!(
        ran.ended
            .reason
            .contains("the audit of session 1 found: commit messages say what changed (\"wip\")"),
        "{}",
        ran.ended.reason
    );

    // Where somebody is there, the run waits for them, and goes on when they say so.
    let mut lab = Lab::new();
    lab.settings.audit_holds = true;
    lab.attendance = Attendance::Attended;
    let running = lab.start(&script).await;
    let client = running.engine.client();
    let watching = client.clone();
    let paused = |event: &Event| matches!(event, Event::RunPaused(_));
    tokio::task::spawn_blocking(move || wait_for(&watching, paused))
        .await
        .unwrap();
    let status = std::process::Command::new(assert_cmd::cargo::cargo_bin("longhaul"))
        .arg("status")
        .arg(lab.workspace())
        .env("LONGHAUL_STATE_DIR", lab.state_root())
        .output()
        .unwrap();
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    let held =
        "held      the audit of session 1 found: commit messages say what changed (\"wip\"); in its window `O` shows the audit";
    assert!(status.contains("paused") && status.contains(held), "{status}");
    client.send(Command::Steer(Steer::Resume)).unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(ran.count("run_paused"), 1, "only what was found holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_runs_the_tests_the_audit_says_so_and_what_stays_is_not_called_put_back() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.write(
        "feature_list.json",
        r#"[{"id": "F001", "description": "add", "passes": false}]"#,
    );
    lab.commit_all("begin");
    let moves = call(
        "bash",
        r#"{ command = "G=$(printf 'g%s' it); $G -c user.name=x -c user.email=x@y commit -q --allow-empty -m sneaky" }"#,
    );
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&(moves + &ends())));
    let ran = lab.run(&script).await;
    let (_, against) = checks(&ran, 1);
    let smoke = "smoke test ran (nothing tells how the tests are run; set `verify.command`)";
    assert!(against.contains(&smoke), "{against:?}");
    assert!(against.contains(&"guarded files untouched (1 left as it is)"), "{against:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn replayed_checks_are_the_smoke_test_and_where_nothing_can_be_run_yet_that_alone_holds_no_run() {
    let mut lab = Lab::new();
    lab.settings.audit_holds = true;
    lab.write(
        "feature_list.json",
        r#"[{"id": "F001", "description": "greet", "passes": false}, {"id": "F002", "description": "part", "passes": false}]"#,
    );
    lab.write("greet", "exit 1\n");
    lab.write("part", "exit 1\n");
    lab.commit_all("begin");
    let builds = |id: &str, program: &str, word: &str| {
        coding(
            &(call("bash", &format!("{{ command = \"echo 'echo {word} $1' > {program}\" }}"))
                + &call(
                    "record_check",
                    &format!("{{ id = \"{id}\", steps = [{{ command = \"sh {program} Ada\", expect = [\"{word} Ada\"] }}] }}"),
                )
                + &call("feature_passed", &format!("{{ id = \"{id}\", evidence = \"ran it\" }}"))
                + &call("progress_note", &format!("{{ text = \"Built {program}.\" }}"))
                + &call("commit", &format!("{{ message = \"Let {program} take a name\" }}"))
                + &ends()),
        )
    };
    let sessions = [builds("F001", "greet", "hello"), builds("F002", "part", "bye")].concat();
    let ran = lab.run(&format!("[script]\nmodel = \"scripted-demo\"\n{sessions}")).await;
    assert_eq!(
        (ran.ended.outcome, ran.state.sessions.len()),
        (RunOutcome::AllPassing, 2),
        "{}",
        ran.ended.reason
    );
    let smoke = "smoke test ran (nothing tells how the tests are run; set `verify.command`)";
    assert_eq!(checks(&ran, 1).1, [smoke], "told, though it holds nothing up");
    let (all, against) = checks(&ran, 2);
    assert_eq!(against, Vec::<&str>::new());
    assert!(all.contains(&"smoke test ran"), "{all:?}");
}
