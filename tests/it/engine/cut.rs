//! Test runs that their time limit stops: what they did not get to is no failure, and the limit is said.

use crate::support::{Lab, call, coding, ends};
use longhaul::protocol::event::RunOutcome;
use longhaul::protocol::{CaseStatus, Event, FeatureStatus};

const EMPTY: &str = "[script]\nmodel = \"scripted-demo\"\n";
const LIMIT: &str = "stopped by its time limit of 2 s";

/// A project in which F001 was built by its test, which from now on does not end.
async fn hanging(more: &str) -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.timeout_seconds = 2;
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    let list = r#"[{"id": "F001", "description": "say hello", "passes": false, "tests": ["tests/t1.sh"]}MORE]"#;
    lab.write("feature_list.json", &list.replace("MORE", more));
    lab.write(
        "tests/run.sh",
        "bad=0\nfor t in tests/t*.sh; do echo \"# $t\"; sh $t || bad=1; done\nexit $bad\n",
    );
    let test =
        "bad=0\ntest -e done && echo 'ok 1 - a' || { echo 'not ok 1 - a'; bad=1; }\nsleep $(cat nap)\necho 1..1\nexit $bad\n";
    lab.write("tests/t1.sh", test);
    lab.write("nap", "0\n");
    lab.commit_all("begin");
    let builds = call("bash", r#"{ command = "touch done" }"#)
        + &call("feature_passed", r#"{ id = "F001", evidence = "its test passes" }"#)
        + &call("commit", r#"{ message = "Say hello" }"#);
    let ran = lab
        .run(&(EMPTY.to_owned() + &coding(&(builds + &ends())) + &coding(&ends())))
        .await;
    assert_eq!(
        ran.state.features.rows[0].feature.status,
        FeatureStatus::Passing,
        "{:?}",
        ran.ended
    );
    lab.write("nap", "60\n");
    lab.commit_all("takes its time");
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_did_not_get_to_is_no_failed_test_and_the_agent_reads_the_limit() {
    let mut lab = hanging(r#", {"id": "F002", "description": "say bye", "passes": false, "tests": ["tests/t2.sh"]}"#).await;
    lab.settings.limits.sessions = Some(1);
    let claims = call("run_tests", "{}")
        + &call("feature_passed", r#"{ id = "F001", evidence = "its test passes" }"#)
        + &call("bash", r#"{ command = "touch more" }"#)
        + &call("commit", r#"{ message = "Say hello again" }"#);
    let ran = lab.run(&(EMPTY.to_owned() + &coding(&(claims + &ends())))).await;
    let row = &ran.state.features.rows[0];
    let why = "does not end at the session's start: tests/t1.sh met the time limit of 2 s, in two runs";
    assert_eq!(row.flips.last().unwrap().reason, why, "{:?}", row.flips);
    assert_eq!(row.feature.status, FeatureStatus::Failing);
    let (_, _, run) = ran.state.tests.latest.as_ref().unwrap();
    let failed = run.cases.iter().filter(|case| case.status == CaseStatus::Failed);
    let failed: Vec<&str> = failed.map(|case| case.name.as_str()).collect();
    assert_eq!((failed, run.limit_seconds), (vec!["verify command"], Some(2)));
    let last = ran.state.current().unwrap().number;
    let told: Vec<String> = ran
        .log
        .iter()
        .filter(|envelope| envelope.session == last)
        .filter_map(|envelope| match &envelope.event {
            Event::ToolFinished(finished) => Some(finished.output.text.clone()),
            _ => None,
        })
        .collect();
    assert!(
        told[0].contains(LIMIT) && told[0].contains("1 test passed before that"),
        "{}",
        told[0]
    );
    assert!(told[1].contains("Not flipped") && told[1].contains(LIMIT), "{}", told[1]);
    let orientation = "it was stopped by its time limit of 2 s, and of the tests";
    assert!(
        ran.requests.iter().any(|body| body.contains(orientation)),
        "{:?}",
        ran.requests.last()
    );
    assert!(!ran.requests.iter().any(|body| body.contains("tests/t1.sh: no plan")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_look_that_its_limit_stops_ends_the_run_as_not_known() {
    let lab = hanging("").await;
    let ran = lab.run(&(EMPTY.to_owned() + &coding(&ends()))).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Failed, "{}", ran.ended.reason);
    assert!(
        ran.ended.reason.contains(LIMIT) && ran.ended.reason.contains("F001"),
        "{}",
        ran.ended.reason
    );
    let row = &ran.state.features.rows[0];
    assert_eq!(row.feature.status, FeatureStatus::Passing, "{:?}", row.flips);
    assert!(
        ran.state
            .doubt_of(row)
            .unwrap()
            .words()
            .starts_with("tests/t1.sh did not run")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_before_its_plan_proves_nothing_though_what_it_named_passed() {
    for end in ["exit 0", "echo Bail out!; exit 0"] {
        let mut lab = Lab::new();
        lab.settings.stall_sessions = 1;
        lab.settings.verify.command = Some("sh tests/run.sh".into());
        lab.write(
            "feature_list.json",
            r#"[{"id": "F001", "description": "say hello", "passes": false, "tests": ["says hello"]}]"#,
        );
        lab.write("tests/run.sh", "echo 1..3\n. tests/01.sh\n");
        let test = ". ./hello.sh\n[ \"$(hello)\" = hi ] && echo 'ok 1 - says hello'\nhello_file\necho 'not ok 2 - says hello in a file'\necho 'ok 3'\n";
        lab.write("tests/01.sh", test);
        lab.commit_all("begin");
        let code = format!(r#"printf "hello() {{ echo hi; }}\nhello_file() {{ {end}; }}\n" > hello.sh"#);
        let builds = call("bash", &format!("{{ command = '''{code}''' }}"));
        let claim = call("feature_passed", r#"{ id = "F001", evidence = "its test passes" }"#);
        let ran = lab
            .run(&(EMPTY.to_owned() + &coding(&(builds + &claim + &ends())) + &coding(&ends())))
            .await;
        let row = &ran.state.features.rows[0];
        assert_eq!(row.feature.status, FeatureStatus::Failing, "{end}");
        let told = ran.result(1);
        assert!(told.contains("this run cannot be believed"), "{end}: {told}");
    }
}
