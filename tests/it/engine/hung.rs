//! Tests that do not end when a session starts: the feature is set back where it is clear whose they are, and marked where it is not.

use crate::rollback::program;
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::event::{Culprit, FlipBy, RegressionTraced};
use longhaul::protocol::{Event, FeatureStatus};
use predicates::str::contains;

/// Runs the tests in turn, all or those that are named, and says nothing of one before it has ended.
const TAKES_NAMES: &str = "[ $# -gt 0 ] || set -- tests/0*.sh\nn=0; bad=0\nfor t in \"$@\"; do\n  n=$((n+1))\n  \
                           if sh $t; then echo \"ok $n - $t: works\"; else echo \"not ok $n - $t: works\"; bad=1; fi\n\
                           done\necho 1..$n; exit $bad\n";
const LIST: &str = r#"[{"id": "F001", "description": "one", "passes": false, "tests": ["tests/01.sh"]},
    {"id": "F002", "description": "two", "passes": false, "tests": ["tests/02.sh"]},
    {"id": "F003", "description": "three", "passes": false, "tests": ["tests/03.sh"]}]"#;

fn script(sessions: &[String]) -> String {
    format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat())
}

/// A project in which F001 and F002 were proven by their tests and committed, and F003 is still to do.
async fn built(runner: &str) -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    lab.write("feature_list.json", LIST);
    lab.write("tests/run.sh", runner);
    for (n, word) in [(1, "one"), (2, "two"), (3, "three")] {
        lab.write(&format!("tests/0{n}.sh"), &format!("[ \"$(sh ./say {word})\" = {word} ]\n"));
    }
    lab.write("say", "exit 1\n");
    lab.commit_all("begin");
    let build = |n: u8, text: &str| {
        let calls = call("bash", &format!("{{ command = '''{text}''' }}"))
            + &call("feature_passed", &format!("{{ id = \"F00{n}\", evidence = \"its test\" }}"))
            + &call("commit", &format!("{{ message = \"Write number {n}\" }}"));
        coding(&(calls + &ends()))
    };
    let one = build(1, "echo '[ $1 = one ] && echo one' > say");
    let two = build(2, "echo '[ $1 = one -o $1 = two ] && echo $1' > say");
    let ran = lab.run(&script(&[one, two, coding(&ends())])).await;
    assert_eq!(
        [status(&ran, 0), status(&ran, 1)],
        [FeatureStatus::Passing; 2],
        "{:?}",
        ran.ended
    );
    lab.settings.verify.timeout_seconds = 2;
    lab
}

/// Commits by a person: the second of three does not end for `one`.
fn hangs(lab: &Lab) {
    for n in 1..=3 {
        lab.write("notes.md", &format!("{n}\n"));
        if n == 2 {
            lab.write("say", "[ $1 = one ] && sleep 60\n[ $1 = two ] && echo $1\n");
        }
        lab.commit_all(&format!("change {n}"));
    }
}

async fn look(lab: &Lab) -> Ran {
    lab.run(&script(&[coding(&ends())])).await
}

fn status(ran: &Ran, at: usize) -> FeatureStatus {
    ran.state.features.rows[at].feature.status
}

fn traced(ran: &Ran) -> Vec<RegressionTraced> {
    ran.all(|event| match event {
        Event::RegressionTraced(traced) => Some(traced.clone()),
        _ => None,
    })
}

/// What the agent of the last session read first.
fn first(ran: &Ran) -> &String {
    ran.requests.iter().rfind(|body| body.contains("git status --short")).unwrap()
}

/// F001 was set back for its tests that do not end, is opened first, and its commit is named.
fn is_set_back(ran: &Ran, why: &str) {
    let row = &ran.state.features.rows[0];
    assert!(row.regressed && row.flips.last().unwrap().by == FlipBy::Harness, "{row:?}");
    assert_eq!(row.flips.last().unwrap().reason, why);
    assert_eq!(
        ran.state.current().unwrap().feature,
        Some("F001".into()),
        "before any other work"
    );
    let traced = traced(ran);
    assert!(
        matches!(&traced[0].culprit, Culprit::Commit { subject, .. } if subject == "change 2"),
        "{traced:?}"
    );
    assert!(first(ran).contains("The tests of F001 do not end"), "{}", first(ran));
    assert!(
        first(ran).contains("F001 worked before and fails now: broken by"),
        "{}",
        first(ran)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_end_alone_either_is_set_back_and_what_waited_behind_it_is_not() {
    let lab = built(TAKES_NAMES).await;
    hangs(&lab);
    let ran = look(&lab).await;
    is_set_back(
        &ran,
        "does not end at the session's start: tests/01.sh: works met the time limit of 2 s, alone too",
    );
    assert_eq!(status(&ran, 1), FeatureStatus::Passing, "it only waited");
    assert_eq!(ran.state.doubted(), 0, "and was run");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_the_runner_names_twice_is_set_back_and_what_it_did_not_get_to_is_marked() {
    let runner = "bad=0\nfor t in tests/0*.sh; do echo \"# $t\"; if sh $t; then echo 'ok 1 - works'; else echo 'not ok 1 - works'; bad=1; fi\n\
                  echo 1..1; done\nexit $bad\n";
    let lab = built(runner).await;
    hangs(&lab);
    let ran = look(&lab).await;
    is_set_back(
        &ran,
        "does not end at the session's start: tests/01.sh met the time limit of 2 s, in two runs",
    );
    let row = &ran.state.features.rows[1];
    assert_eq!(row.feature.status, FeatureStatus::Passing);
    assert!(
        ran.state
            .doubt_of(row)
            .unwrap()
            .words()
            .starts_with("tests/02.sh did not run (stopped by its time limit of")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_tell_whose_test_it_is_all_that_did_not_run_is_marked_until_it_runs() {
    let lab = built(
        &TAKES_NAMES
            .replacen("[ $# -gt 0 ] || set --", "for_all=", 1)
            .replace("\"$@\"", "tests/0*.sh"),
    )
    .await;
    hangs(&lab);
    let ran = look(&lab).await;
    assert_eq!([status(&ran, 0), status(&ran, 1)], [FeatureStatus::Passing; 2]);
    assert_eq!(
        (ran.state.doubted(), ran.state.doubted_for(), traced(&ran).len()),
        (2, "did not run", 0)
    );
    let told = "The tests of F001, F002 were not run to their end, because the run was stopped by its time limit of 2 s";
    assert!(first(&ran).contains(told), "{}", first(&ran));
    assert!(
        first(&ran).contains("with `rerun` under [verify] in longhaul.toml"),
        "{}",
        first(&ran)
    );
    let told = contains("own tests of 2 of them did not run in a later run");
    program(&lab, &["status"]).assert().success().stdout(told);
    program(&lab, &["features"])
        .assert()
        .success()
        .stdout(contains("did not run"));
    let json = program(&lab, &["features", "--json"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json[0]["failed_since"]["unrun"][0], "tests/01.sh", "{json}");

    lab.write("say", "[ $1 = one -o $1 = two ] && echo $1\n");
    lab.commit_all("it ends again");
    let ran = look(&lab).await;
    assert_eq!((status(&ran, 0), ran.state.doubted()), (FeatureStatus::Passing, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_and_that_a_good_run_leaves_out_did_not_run_and_is_not_called_gone() {
    let lab = built(TAKES_NAMES).await;
    lab.write("tests/run.sh", &TAKES_NAMES.replace("tests/0*.sh", "tests/02.sh"));
    lab.commit_all("one is enough");
    let verified = program(&lab, &["verify"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(10));
    let verified = String::from_utf8(verified.stdout).unwrap();
    assert!(!verified.contains("gone") && verified.contains("not run  F001"), "{verified}");
    assert!(verified.contains("tests/01.sh"), "{verified}");
    let ran = look(&lab).await;
    let row = &ran.state.features.rows[0];
    assert_eq!(row.flips.last().unwrap().reason, "its tests did not run: tests/01.sh");
    assert!(
        matches!(&traced(&ran)[0].culprit, Culprit::Commit { subject, .. } if subject == "one is enough"),
        "{:?}",
        traced(&ran)
    );
    let told = "The tests of F001 did not run: tests/01.sh. `sh tests/run.sh` ends well without these files, which are there.";
    assert!(first(&ran).contains(told), "{}", first(&ran));
}
