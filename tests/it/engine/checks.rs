//! Evidence: recorded checks, and flips that an edit makes untrue.

use crate::rollback::program;
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::event::FlipBy;
use longhaul::protocol::{Event, EvidenceKind, FeatureStatus};

/// A project with a program and one feature that names no tests.
pub(super) fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.write(
        "feature_list.json",
        r#"[{"id": "F001", "description": "greet somebody", "steps": ["run greet"], "passes": false}]"#,
    );
    lab.write("greet", "exit 1\n");
    lab.write(".gitignore", "out/\n");
    lab.commit_all("begin");
    lab
}

const BUILD: &str = r#"{ command = "printf 'echo hello $1\n' > greet" }"#;
const CHECK: &str = r#"{ id = "F001", steps = [{ command = "sh greet Ada > $LONGHAUL_FILES/said.txt; cat $LONGHAUL_FILES/said.txt", expect = ["hello Ada"] }], files = ["said.txt"] }"#;
pub(super) const CLAIM: &str = r#"{ id = "F001", evidence = "I ran it" }"#;

pub(super) async fn session(lab: &Lab, calls: &[(&str, &str)]) -> Ran {
    let calls: String = calls.iter().map(|(tool, input)| call(tool, input)).collect();
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&(calls + &ends())));
    lab.run(&script).await
}

pub(super) fn status(ran: &Ran) -> FeatureStatus {
    ran.state.features.rows[0].feature.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feature_without_tests_passes_by_a_check_that_the_harness_ran() {
    let lab = lab();
    let calls = [
        ("bash", BUILD),
        ("record_check", CHECK),
        ("feature_passed", CLAIM),
        ("commit", r#"{ message = "Greet" }"#),
    ];
    let ran = session(&lab, &calls).await;
    let row = &ran.state.features.rows[0];
    let evidence = row.flips[0].evidence.as_ref().unwrap();
    assert_eq!(
        (status(&ran), evidence.kind),
        (FeatureStatus::Passing, EvidenceKind::Check),
        "{}",
        ran.result(2)
    );
    assert!(evidence.summary.starts_with("check 1/1 on tree"), "{}", evidence.summary);
    assert_eq!(
        ran.count("check_ran"),
        2,
        "for the claim the tree is the one it ran on; the last look runs it anew"
    );
    let kept = ran.all(|event| match event {
        Event::CheckRan(ran) => Some(ran.run.files[0].clone()),
        _ => None,
    });
    let blobs = longhaul::store::Blobs::of(&lab.dir());
    assert_eq!(blobs.get(kept[0].blob.as_ref().unwrap()).unwrap(), b"hello Ada\n");
    assert!(lab.read("feature_list.json").contains("\"passes\": true"));
    // A script finds what it printed and left beside the feature.
    let json = program(&lab, &["features", "--json"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let left = &json[0]["check_run"];
    let (step, file) = (&left["steps"][0], &left["files"][0]);
    assert_eq!(
        (
            left["holds"].as_bool(),
            step["exit_code"].as_i64(),
            step["printed"].as_str(),
            step["path"].as_str()
        ),
        (Some(true), Some(0), Some("hello Ada\n"), None),
        "{left}"
    );
    assert_eq!((file["name"].as_str(), file["bytes"].as_u64()), (Some("said.txt"), Some(10)));
    assert_eq!(std::fs::read(file["path"].as_str().unwrap()).unwrap(), b"hello Ada\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn much_that_a_check_printed_is_named_with_where_all_of_it_is() {
    let lab = lab();
    let check = r#"{ id = "F001", steps = [{ command = "sh greet Ada; seq 1 20000", expect = ["hello Ada"] }] }"#;
    session(&lab, &[("bash", BUILD), ("record_check", check)]).await;
    let json = program(&lab, &["features", "--json"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let step = &json[0]["check_run"]["steps"][0];
    let whole = std::fs::read_to_string(step["path"].as_str().unwrap_or_else(|| panic!("{step}"))).unwrap();
    assert!(whole.starts_with("hello Ada\n1\n") && whole.ends_with("\n20000\n"));
    assert!(whole.len() as u64 == step["bytes"].as_u64().unwrap() && step["printed"].as_str().unwrap().len() < whole.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_word_and_checks_that_show_nothing_flip_nothing() {
    let here = lab();
    let greet = here.path("greet").display().to_string();
    let check = |command: &str| format!(r#"{{ id = "F001", steps = [{{ command = "{command}", expect = ["hello"] }}] }}"#);
    for (made, told) in [
        (None, "your word alone is no evidence"),
        (Some(check("sh -c 'echo hello'")), "holds in an empty directory too"),
        (Some(check(&format!("sh {greet}"))), "holds in an empty directory too"),
        (
            Some(check("sh greet | tee heard.txt")),
            "changed files of the project (heard.txt)",
        ),
        (Some(check("sh greet | tr a-z A-Z")), "does not print"),
        (Some(check("sh greet; exit 7")), "ended with exit code 7, not 0"),
        (Some(check("sh greet; git commit -am x")), "commit"),
        (
            Some(r#"{ id = "F001", steps = [{ command = "sh greet" }] }"#.into()),
            "`expect`",
        ),
        (
            Some(r#"{ id = "F001", steps = [{ command = "grep hello greet; ls", expect = ["hello"] }] }"#.into()),
            "only reads what is written down",
        ),
        (Some(check("awk '{ print }' greet")), "it prints what stands in greet"),
        (
            Some(r#"{ id = "F009", steps = [{ command = "sh greet" }] }"#.into()),
            "There is no feature F009",
        ),
    ] {
        let lab = lab();
        let made = made.map(|made| made.replace(&greet, &lab.path("greet").display().to_string()));
        let mut calls = vec![("bash", BUILD)];
        calls.extend(made.as_deref().map(|made| ("record_check", made)));
        calls.push(("feature_passed", CLAIM));
        let ran = session(&lab, &calls).await;
        assert_eq!(status(&ran), FeatureStatus::Failing, "{told}");
        assert!(ran.result(1).contains(told), "{told}: {}", ran.result(1));
        assert!(lab.read("feature_list.json").contains("\"passes\": false"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_after_the_check_makes_it_stale() {
    // Before the claim: the check is run again, on what is there now.
    let spoil = ("bash", r#"{ command = "echo exit 1 > greet" }"#);
    let harmless = ("bash", r#"{ command = "echo hi > README.md" }"#);
    let before = session(
        &lab(),
        &[("bash", BUILD), ("record_check", CHECK), spoil, ("feature_passed", CLAIM)],
    )
    .await;
    assert_eq!(status(&before), FeatureStatus::Failing);
    assert!(before.result(3).contains("does not hold"), "{}", before.result(3));
    let commit = ("commit", r#"{ message = "Greet" }"#);
    let still = [
        ("bash", BUILD),
        ("record_check", CHECK),
        harmless,
        ("feature_passed", CLAIM),
        commit,
    ];
    let still = session(&lab(), &still).await;
    assert_eq!((status(&still), still.count("check_ran")), (FeatureStatus::Passing, 3));
    // Between the claim and the commit: the flag is set back, and nothing is committed.
    let lab = lab();
    let calls = [
        ("bash", BUILD),
        ("record_check", CHECK),
        ("feature_passed", CLAIM),
        spoil,
        commit,
    ];
    let after = session(&lab, &calls).await;
    assert_eq!(status(&after), FeatureStatus::Failing);
    assert!(after.result(4).contains("its flag is set back"), "{}", after.result(4));
    assert_eq!(after.state.features.rows[0].flips[1].by, FlipBy::Harness);
    assert_eq!(lab.git(&["log", "--format=%s"]), "begin");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreed_check_is_not_made_weaker() {
    let lab = lab();
    let calls = [
        ("bash", BUILD),
        ("record_check", CHECK),
        ("feature_passed", CLAIM),
        ("feature_failed", r#"{ id = "F001", reason = "hard" }"#),
        (
            "record_check",
            r#"{ id = "F001", steps = [{ command = "cat greet", expect = ["echo"] }] }"#,
        ),
        ("bash", r#"{ command = "echo echo >> greet; rm greet; echo echo > greet" }"#),
        ("feature_passed", CLAIM),
    ];
    let ran = session(&lab, &calls).await;
    assert!(ran.result(4).contains("that check stays"), "{}", ran.result(4));
    assert_eq!(status(&ran), FeatureStatus::Failing, "{}", ran.result(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_can_run_the_check_again() {
    let lab = lab();
    let commit = ("commit", r#"{ message = "Greet" }"#);
    session(
        &lab,
        &[("bash", BUILD), ("record_check", CHECK), ("feature_passed", CLAIM), commit],
    )
    .await;
    let verify = |args: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("longhaul").unwrap();
        let place = [
            ("LONGHAUL_STATE_DIR", lab.state_root()),
            ("HOME", lab.state_root()),
            ("XDG_CONFIG_HOME", lab.state_root()),
        ];
        command
            .arg("verify")
            .args(args)
            .current_dir(lab.workspace())
            .envs(place)
            .assert()
    };
    let told = |done: assert_cmd::assert::Assert| String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let good = told(verify(&["--feature", "F001"]).success());
    assert!(good.contains("check 1/1: it holds") && good.contains("said.txt"), "{good}");
    lab.write("greet", "echo good day\n");
    let bad = told(verify(&["--feature", "F001", "--json"]).code(10));
    let bad: serde_json::Value = serde_json::from_str(&bad).unwrap();
    assert_eq!(
        (&bad["holds"], &bad["steps"][0]["missing"][0]),
        (&false.into(), &"hello Ada".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_held_before_the_work_began_shows_nothing_of_it() {
    let step =
        |command: &str, expect: &str| format!(r#"{{ id = "F001", steps = [{{ command = "{command}", expect = ["{expect}"] }}] }}"#);
    for (command, expect) in [
        ("cat feature_list.json", "greet somebody"),
        ("ls", "greet"),
        ("test -d .git && echo PASS", "PASS"),
        ("git log --format=%s", "begin"),
        ("git branch --show-current; git ls-files", "main"),
        ("basename $PWD", "notes"),
        ("grep -c exit greet", "1"),
    ] {
        let lab = lab();
        let calls = [
            ("record_check", step(&format!("sh -c '{command}'"), expect)),
            ("feature_passed", CLAIM.to_owned()),
            (
                "bash",
                "{ command = 'git status --porcelain; git worktree list | wc -l' }".to_owned(),
            ),
        ];
        let calls: Vec<(&str, &str)> = calls.iter().map(|(tool, input)| (*tool, input.as_str())).collect();
        let ran = session(&lab, &calls).await;
        assert_eq!(status(&ran), FeatureStatus::Failing, "{command}");
        let told = ran.result(0);
        assert!(
            told.contains("before the work on F001 began") && told.contains("ask the human"),
            "{command}: {told}"
        );
        assert!(ran.result(1).contains("your word alone"), "{command}: {}", ran.result(1));
        assert_eq!(ran.result(2).trim(), "1", "{command}: nothing is left behind");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_on_a_feature_may_have_begun_sessions_ago() {
    let mut lab = lab();
    lab.settings.stall_sessions = 9;
    lab.settings.limits.sessions = Some(2);
    let sessions = [
        coding(&(call("bash", BUILD) + &call("commit", r#"{ message = "Greet" }"#) + &ends())),
        coding(
            &(call("record_check", CHECK) + &call("feature_passed", CLAIM) + &call("commit", r#"{ message = "Shown" }"#) + &ends()),
        ),
    ];
    let ran = lab
        .run(&format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat()))
        .await;
    assert_eq!(status(&ran), FeatureStatus::Passing, "{}", ran.result(4));
    // Where it worked before any session took it up, there is nothing to show.
    let lab = self::lab();
    lab.write("greet", "echo hello $1\n");
    lab.commit_all("made by hand");
    let ran = session(&lab, &[("record_check", CHECK), ("feature_passed", CLAIM)]).await;
    assert_eq!(status(&ran), FeatureStatus::Failing, "{}", ran.result(0));
    assert!(ran.result(0).contains("ask the human"), "{}", ran.result(0));
}

/// What the session's work leaves, a check, and what is told of it; `None`: it is recorded.
pub(super) type Tried<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

pub(super) async fn tried(table: &[Tried<'_>]) {
    let mut made = tokio::task::JoinSet::new();
    for (work, command, expect, told) in table.iter().copied() {
        let step =
            serde_json::json!({ "id": "F001", "steps": [{ "command": command, "expect": expect.split('|').collect::<Vec<_>>() }] });
        let toml = |value: &serde_json::Value| toml::Value::try_from(value).unwrap().to_string();
        let calls = [
            ("bash", toml(&serde_json::json!({ "command": work }))),
            ("record_check", toml(&step)),
            ("feature_passed", CLAIM.to_owned()),
        ];
        let (command, told) = (command.to_owned(), told.map(str::to_owned));
        made.spawn(async move {
            let calls: Vec<(&str, &str)> = calls.iter().map(|(tool, input)| (*tool, input.as_str())).collect();
            let ran = session(&lab(), &calls).await;
            let answer = ran.result(1);
            match told {
                Some(told) => assert!(
                    answer.contains(&told) && status(&ran) == FeatureStatus::Failing,
                    "{command}: {answer}"
                ),
                None => assert_eq!(status(&ran), FeatureStatus::Passing, "{command}: {answer}"),
            }
        });
    }
    made.join_all().await;
}

/// What is told of a check that only looks at an exit code.
pub(super) async fn alone(work: &str, command: &str, exit: i32) -> String {
    let toml = |value: serde_json::Value| toml::Value::try_from(value).unwrap().to_string();
    let work = toml(serde_json::json!({ "command": work }));
    let step = toml(serde_json::json!({ "id": "F001", "steps": [{ "command": command, "exit": exit }] }));
    session(&lab(), &[("bash", &work), ("record_check", &step)]).await.result(1)
}
