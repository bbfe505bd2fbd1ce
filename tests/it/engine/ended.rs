//! A test that ends the program which runs all tests, at a session's start: the others keep their flags.

use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::event::{Culprit, RegressionTraced};
use longhaul::protocol::{Event, FeatureStatus};

/// As pytest does: results are told at its end only, and what a test ends is the whole of it. Takes files.
const RUNNER: &str = "[ $# -gt 0 ] || set -- tests/0*.sh\nn=0; bad=0; told=\nfor t; do n=$((n+1)); r=ok; . ./$t || { r='not ok'; bad=1; }\n\
                      told=\"$told$r $n - $t: works\n\"; done\nprintf '%s' \"$told\"; echo 1..$n; exit $bad\n";
const LIST: &str = r#"[{"id": "F001", "description": "one", "passes": false, "tests": ["tests/01.sh"]},
    {"id": "F002", "description": "two", "passes": false, "tests": ["tests/02.sh"]},
    {"id": "F003", "description": "three", "passes": false, "tests": ["tests/03.sh"]},
    {"id": "F004", "description": "four", "passes": false, "tests": ["tests/04.sh"]},
    {"id": "F005", "description": "five", "passes": false}]"#;

fn script(sessions: &[String]) -> String {
    format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat())
}

async fn built() -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    lab.write("feature_list.json", LIST);
    lab.write("tests/run.sh", RUNNER);
    let mut sessions = Vec::new();
    for n in 1..=4 {
        lab.write(&format!("m{n}.sh"), "got=0\n");
        lab.write(&format!("tests/0{n}.sh"), &format!(". ./m{n}.sh; [ \"$got\" = {n} ]\n"));
        let calls = call("bash", &format!("{{ command = \"echo got={n} > m{n}.sh\" }}"))
            + &call("feature_passed", &format!("{{ id = \"F00{n}\", evidence = \"its test\" }}"))
            + &call("commit", &format!("{{ message = \"Write m{n}\" }}"));
        sessions.push(coding(&(calls + &ends())));
    }
    lab.commit_all("begin");
    sessions.push(coding(&ends()));
    let ran = lab.run(&script(&sessions)).await;
    assert_eq!(statuses(&ran), [FeatureStatus::Passing; 4], "{:?}", ran.ended);
    lab
}

fn statuses(ran: &Ran) -> [FeatureStatus; 4] {
    [0, 1, 2, 3].map(|at| ran.state.features.rows[at].feature.status)
}

fn blamed(ran: &Ran) -> Vec<(String, String)> {
    ran.all(|event| match event {
        Event::RegressionTraced(RegressionTraced { feature, culprit, .. }) => Some((
            feature.to_string(),
            match culprit {
                Culprit::Commit { subject, .. } => subject.clone(),
                other => format!("{other:?}"),
            },
        )),
        _ => None,
    })
}

fn change(lab: &Lab, path: &str, text: &str, message: &str) {
    lab.write(path, text);
    lab.commit_all(message);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_feature_whose_tests_end_the_run_is_set_back_and_each_has_its_own_commit() {
    let lab = built().await;
    change(&lab, "notes.md", "1\n", "Write a note");
    change(&lab, "m3.sh", "exit 0\n", "Rework m3");
    change(&lab, "notes.md", "2\n", "Write another note");
    change(&lab, "m2.sh", "exit 0\n", "Rework m2");
    change(&lab, "m4.sh", "got=5\n", "Break m4");
    let ran = lab.run(&script(&[coding(&ends())])).await;
    let (passing, failing) = (FeatureStatus::Passing, FeatureStatus::Failing);
    assert_eq!(statuses(&ran), [passing, failing, failing, failing], "{:?}", blamed(&ran));
    let blamed = blamed(&ran);
    let of = |id: &str| {
        blamed
            .iter()
            .find(|(feature, _)| feature == id)
            .map(|(_, commit)| commit.as_str())
    };
    assert_eq!((of("F002"), of("F003")), (Some("Rework m2"), Some("Rework m3")), "{blamed:?}");
    let reason = &ran.state.features.rows[2].flips.last().unwrap().reason;
    assert_eq!(
        reason,
        "its tests did not run to their end: tests/03.sh: works ends the whole run: run without the others, too, it ended early, with \
         exit code 0 and without a result"
    );
    let read = ran.requests.iter().rfind(|body| body.contains("git status --short")).unwrap();
    for told in [
        "`sh tests/run.sh` ended early, with exit code 0, and told of no result",
        "The tests of F003 end the program that runs them: tests/03.sh: works",
        "the tests of F001 pass: these features stay as they are",
    ] {
        assert!(read.contains(told), "{told}: {read}");
    }
    assert!(!read.contains("ends well without these files"), "{read}");
    assert_eq!(ran.state.current().unwrap().feature, Some("F002".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_every_run_sets_all_back_and_its_commit_is_named() {
    let lab = built().await;
    change(&lab, "notes.md", "1\n", "Write a note");
    change(&lab, "tests/run.sh", &format!("exit 0\n{RUNNER}"), "Rework the runner");
    let ran = lab.run(&script(&[coding(&ends())])).await;
    assert_eq!(statuses(&ran), [FeatureStatus::Failing; 4]);
    let blamed = blamed(&ran);
    assert!(
        blamed.iter().all(|(_, commit)| commit == "Rework the runner") && blamed.len() == 4,
        "{blamed:?}"
    );
}
