//! What a run guards: secrets, scripts, the list, and what others do to the files meanwhile.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_nowhere_but_in_the_header() {
    let lab = Lab::new();
    let script = [
        INITIALIZER,
        &coding(
            &(call(
                "bash",
                r#"{ command = "env; cat /proc/$PPID/environ 2>/dev/null | tr '\\0' '\\n'" }"#,
            ) + &ends()),
        ),
    ]
    .concat();
    let mut lab = lab;
    lab.settings.stall_sessions = 1;
    lab.run(&script).await;
    assert_eq!(lab.files_with(CANARY_KEY), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_must_not_do_is_refused_or_undone_and_told() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let turns = [
        call("bash", r#"{ command = "git commit -am cheating" }"#),
        call(
            "str_replace_based_edit_tool",
            r#"{ command = "str_replace", path = "feature_list.json", old_str = '"passes": false, "tests": ["tests/01', new_str = '"passes": true, "tests": ["tests/01' }"#,
        ),
        // A route the rulings do not see: only the comparison afterwards does.
        call(
            "bash",
            r#"{ command = "f=feature_li; python3 -c 1 2>/dev/null; sh -c \"tr e E < ${f}st.json > x && mv x ${f}st.json\"" }"#,
        ),
        call("feature_passed", r#"{ id = "F001", evidence = "trust me" }"#),
        call("feature_passed", r#"{ id = "F002", evidence = "not mine" }"#),
        call("feature_passed", r#"{ id = "F999", evidence = "no such" }"#),
        ends(),
    ];
    let ran = lab.run(&[INITIALIZER, &coding(&turns.concat())].concat()).await;
    let first = ran.log.iter().filter(|e| e.event.kind() == "tool_finished").count() - 8;
    let told: Vec<String> = (first..first + 6).map(|n| ran.result(n)).collect();
    assert!(told[0].contains("commit` tool"), "{}", told[0]);
    assert!(told[1].contains("feature_list.json"), "{}", told[1]);
    assert!(told[2].contains("put back"), "{}", told[2]);
    assert!(told[3].contains("did not run"), "{}", told[3]);
    assert!(told[4].contains("This session works on F001"), "{}", told[4]);
    assert!(told[5].contains("no feature F999"), "{}", told[5]);
    assert_eq!((ran.count("ruling_made"), ran.count("breach_found")), (2, 1));
    assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(ran.state.features.progress(), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_from_outside_is_noticed_and_not_taken_for_the_agents() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    // The model thinks while the human edits: a long silence of the scripted model.
    let waits = coding(&("\n[[session.turn]]\nfault = { kind = \"stall\", after_bytes = 0, times = 1 }\ntext = \"Looking.\"\n[[session.turn.call]]\ntool = \"bash\"\ninput = { command = \"true\" }\n".to_owned() + &ends()));
    let running = lab.start(&[INITIALIZER, &waits].concat()).await;
    let client = running.engine.client();
    let wait = client.clone();
    tokio::task::spawn_blocking(move || {
        wait_for(&wait, |e| matches!(e, Event::FeatureSelected(_)));
        wait_for(&wait, |e| matches!(e, Event::TurnStarted(t) if t.turn.0 == 1))
    })
    .await
    .unwrap();
    let edited = lab
        .read("feature_list.json")
        .replacen("\"passes\": false", "\"passes\": true", 1);
    lab.write("feature_list.json", &edited);
    lab.write("from-outside.txt", "hello");
    let wait = client.clone();
    tokio::task::spawn_blocking(move || {
        wait_for(
            &wait,
            |e| matches!(e, Event::FeatureFlipped(f) if f.by == longhaul::protocol::event::FlipBy::Human),
        )
    })
    .await
    .unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.count("breach_found"), 0, "a human's edit is not a breach");
    assert_eq!(lab.read("feature_list.json"), edited, "and stays");
    assert!(ran.count("external_change_seen") >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_background_process_cannot_pass_for_a_person() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let sneaks = "\n[[session.turn]]\n[[session.turn.call]]\ntool = \"bash\"\n\
        input = { command = '(sleep 0.3; f=feature_li; tr e E < ${f}st.json > x; mv x ${f}st.json; sleep 30) > /dev/null 2>&1 &' }\n\
        [[session.turn]]\nfault = { kind = \"stall\", after_bytes = 0, times = 1 }\ntext = \"Thinking it over.\"\n\
        [[session.turn.call]]\ntool = \"bash\"\ninput = { command = \"true\" }\n";
    let ran = lab
        .run(&[INITIALIZER, &coding(&(sneaks.to_owned() + &ends()))].concat())
        .await;
    assert_eq!(ran.count("breach_found"), 1);
    let human = ran
        .log
        .iter()
        .any(|e| matches!(&e.event, Event::FeatureFlipped(f) if f.by == longhaul::protocol::event::FlipBy::Human));
    assert!(!human);
    assert_eq!(
        lab.read("feature_list.json"),
        lab.git(&["show", "HEAD:feature_list.json"]) + "\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changed_between_two_runs_is_told_and_stands() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    let edited = lab.read("feature_list.json").replace("say hello", "say hello to everyone");
    lab.write("feature_list.json", &edited);
    lab.commit_all("reword a feature");
    let ran = lab.run(&builds("F001", "01", "hello")).await;
    let told = ran
        .log
        .iter()
        .any(|e| matches!(&e.event, Event::ExternalChangeSeen(seen) if seen.detail.contains("since the last run")));
    assert!(told, "{:?} {:?}", ran.ended, ran.kinds());
    assert_eq!(ran.count("breach_found"), 0);
    assert_eq!(
        lab.read("feature_list.json"),
        edited.replacen("\"passes\": false", "\"passes\": true", 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_by_a_route_that_no_ruling_sees_is_told_and_on_record() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let hidden = call(
        "bash",
        r#"{ command = "x=$(printf 'g%s' it); echo evil > evil.txt; $x add -A; $x commit -qm evil" }"#,
    ) + &ends();
    let ran = lab.run(&[INITIALIZER, &coding(&hidden)].concat()).await;
    let breach = ran.log.iter().find_map(|e| {
        if let Event::BreachFound(breach) = &e.event {
            Some(breach.clone())
        } else {
            None
        }
    });
    let breach = breach.expect("the commit was not noticed");
    assert!(breach.path.contains("branch main") && !breach.restored, "{breach:?}");
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("Only the `commit` tool commits"))
    );
    assert_eq!(ran.state.recent_commits()[0].subject, "evil", "and it is shown as what it is");
    assert_eq!(ran.state.commits.len(), 1, "the harness made one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_sessions_stray_is_stopped_too() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let strays = call(
        "bash",
        r#"{ command = "setsid sh -c 'exec sleep 62.5' > /dev/null 2>&1 & sleep 0.2" }"#,
    ) + &ends();
    lab.run(&[INITIALIZER, &coding(&strays)].concat()).await;
    let left = std::process::Command::new("sh")
        .args(["-c", "ps ax -o args | grep -c '^[s]leep 62.5'"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&left.stdout).trim(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_agent_prints_does_not_go_back_to_the_model() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let halves = CANARY_KEY.split_at(10);
    let prints = format!("{{ command = \"printf '%s%s' '{}' '{}'\" }}", halves.0, halves.1);
    let ran = lab
        .run(&[INITIALIZER, &coding(&(call("bash", &prints) + &ends()))].concat())
        .await;
    assert!(ran.requests.iter().all(|body| !body.contains(CANARY_KEY)));
    assert_eq!(lab.files_with(CANARY_KEY), Vec::<std::path::PathBuf>::new());
}

/// The initializer of [`INITIALIZER`] with its test script at the top, outside the test globs.
fn scripted_at_the_top() -> String {
    INITIALIZER
        .replace("> tests/run.sh", "> run-tests.sh")
        .replace("sh tests/run.sh", "sh run-tests.sh")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_that_the_verify_command_runs_is_guarded_wherever_it_lies() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let turns = [
        call("bash", r#"{ command = "echo exit 0 > run-tests.sh" }"#),
        // A route the rulings do not see.
        call("bash", r#"{ command = "r=run; echo exit 0 > ${r}-tests.sh" }"#),
        call("feature_passed", r#"{ id = "F001", evidence = "trust me" }"#),
        ends(),
    ];
    let ran = lab.run(&[scripted_at_the_top(), coding(&turns.concat())].concat()).await;
    let first = ran.log.iter().filter(|e| e.event.kind() == "tool_finished").count() - 5;
    let told: Vec<String> = (first..first + 3).map(|n| ran.result(n)).collect();
    assert!(
        told[0].contains("run-tests.sh") && told[0].contains("verify command"),
        "{}",
        told[0]
    );
    assert!(told[1].contains("put back"), "{}", told[1]);
    assert!(told[2].contains("did not run"), "{}", told[2]);
    assert_eq!((ran.count("ruling_made"), ran.count("breach_found")), (1, 1));
    assert!(lab.read("run-tests.sh").contains("exit $bad"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initializer_may_mend_its_test_script_until_its_first_commit() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    let mends = r#"
[[session.turn]]
[[session.turn.call]]
tool = "bash"
input = { command = "echo '# mended' >> run-tests.sh" }
[[session.turn.call]]
tool = "commit""#;
    let late = r#"
[[session.turn]]
[[session.turn.call]]
tool = "bash"
input = { command = "r=run; echo exit 0 > ${r}-tests.sh" }
[[session.turn]]
[[session.turn.call]]
tool = "end_session""#;
    let script = scripted_at_the_top()
        .replacen("[[session.turn.call]]\ntool = \"commit\"", mends.trim_start(), 1)
        .replacen(
            "[[session.turn]]\n[[session.turn.call]]\ntool = \"end_session\"",
            late.trim_start(),
            1,
        );
    let ran = lab.run(&script).await;
    assert_eq!(ran.count("breach_found"), 1, "only what came after the commit");
    assert!(lab.git(&["show", "HEAD:run-tests.sh"]).ends_with("# mended"));
    assert!(lab.read("run-tests.sh").ends_with("# mended\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_of_a_configured_verify_command_is_guarded_from_the_start() {
    let mut lab = Lab::new();
    lab.settings.verify.command = Some("./check.sh --all".into());
    lab.settings.limits.sessions = Some(1);
    lab.write("check.sh", "exit 1\n");
    lab.write(
        "feature_list.json",
        r#"[{"id": "F001", "description": "say hello", "passes": false}]"#,
    );
    lab.commit_all("start");
    let turns = call("bash", r#"{ command = "c=check; echo exit 0 > $c.sh" }"#) + &ends();
    let ran = lab
        .run(&["[script]\nmodel = \"scripted-demo\"\n", &coding(&turns)].concat())
        .await;
    assert_eq!(ran.count("breach_found"), 1, "{:?}", ran.kinds());
    assert_eq!(lab.read("check.sh"), "exit 1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_names_no_tests_is_told_as_that_and_not_as_tests_that_did_not_run() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let initializer = INITIALIZER.replace(
        "command = \"sh tests/run.sh\"",
        "command = \"sh tests/run.sh > log; x=$?; rm log; exit $x\"",
    );
    assert_ne!(initializer, INITIALIZER);
    let builds = builds("F001", "01", "hello");
    let ran = lab.run(&[initializer, builds].concat()).await;
    let told: Vec<String> = (0..ran.count("tool_finished")).map(|n| ran.result(n)).collect();
    let find = |words: &str| {
        told.iter()
            .find(|text| text.contains(words))
            .unwrap_or_else(|| panic!("{words}: {told:#?}"))
    };
    assert!(
        find("Declared. ").contains("Warning: that run told no tests by name"),
        "{told:#?}"
    );
    let refused = find("Not flipped: ");
    assert!(refused.contains("told no result of these tests of F001 by name"), "{refused}");
    assert!(refused.contains("pytest -v") && !refused.contains("did not run"), "{refused}");
    assert_eq!(ran.state.features.progress(), (0, 2));
}
