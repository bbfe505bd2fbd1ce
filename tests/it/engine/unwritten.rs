//! Tests that are still to be written: whose features they hold back, who may write them, and what is told where nobody is asked.

use crate::support::{INITIALIZER, Lab, Ran, call, coding, ends};
use longhaul::protocol::event::RunOutcome;
use longhaul::protocol::{Autonomy, Event, FeatureStatus};

fn bash(script: &str) -> String {
    call("bash", &format!("{{ command = '''{script} '''}}"))
}

fn claim(id: &str) -> String {
    call(
        "feature_passed",
        &format!("{{ id = \"{id}\", evidence = \"its test passes\" }}"),
    )
}

fn commit(what: &str) -> String {
    call("commit", &format!("{{ message = \"{what}\" }}")) + &call("progress_note", "{ text = \"Done so far.\" }")
}

/// The initializer, who leaves a skeleton of the second feature's test.
fn planned(skeleton: &str) -> String {
    let makes = format!("mkdir -p tests\nprintf '%s\\n' '# skeleton' '{skeleton}' > tests/02-bye.sh\n");
    INITIALIZER.replacen("mkdir -p tests\n", &makes, 1)
}

const FIRST: &str = "echo 'echo hello' > hello.sh; echo 'test \"$(sh hello.sh)\" = hello' > tests/01-hello.sh";

async fn run(level: Autonomy, script: &str) -> Ran {
    let mut lab = Lab::new();
    lab.settings.autonomy = level;
    lab.settings.limits.sessions = Some(3);
    lab.run(script).await
}

/// What each tool call came back with.
fn texts(ran: &Ran) -> Vec<String> {
    ran.all(|event| match event {
        Event::ToolFinished(finished) => Some(finished.output.text.clone()),
        _ => None,
    })
}

fn passing(ran: &Ran) -> Vec<&str> {
    let rows = ran.state.features.rows.iter();
    rows.filter(|row| row.feature.status == FeatureStatus::Passing)
        .map(|row| row.feature.id.as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skeleton_that_fails_is_committed_and_written_later_and_holds_no_other_feature_back() {
    for level in [Autonomy::Auto, Autonomy::Deferred] {
        let first = coding(&(bash(FIRST) + &claim("F001") + &commit("Say hello") + &ends()));
        let writes = call(
            "write",
            r#"{ path = "tests/02-bye.sh", content = "test \"$(sh bye.sh)\" = bye\n" }"#,
        );
        let second = coding(&(writes + &bash("echo 'echo bye' > bye.sh") + &claim("F002") + &commit("Say bye") + &ends()));
        let ran = run(level, &[planned("exit 1"), first, second].concat()).await;
        assert_eq!(passing(&ran), ["F001", "F002"], "{level:?}");
        assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{level:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_test_that_does_nothing_holds_its_own_feature_back_and_may_be_written() {
    let placeholder = "; printf '%s\\n' '# to be written' true > tests/02-bye.sh";
    let first = coding(&(bash(&format!("{FIRST}{placeholder}")) + &commit("Say hello") + &claim("F001") + &ends()));
    let claims = bash("echo 'echo bye' > bye.sh") + &claim("F002");
    let writes = bash("echo '[ \"$(sh bye.sh)\" = bye ]' > tests/02-bye.sh; chmod +x tests/02-bye.sh");
    let second = coding(&(claims.clone() + &writes + &claim("F002") + &commit("Say bye") + &ends()));
    let ran = run(Autonomy::Deferred, &[INITIALIZER, &first, &second].concat()).await;
    assert_eq!(passing(&ran), ["F001", "F002"]);
    let refused = texts(&ran).into_iter().find(|text| text.contains("Not flipped")).unwrap();
    for part in ["tests/02-bye.sh:1", "proves nothing", "Write the test"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    assert_eq!(ran.state.waits_for_a_look(), Vec::<&_>::new());

    let ran = run(
        Autonomy::Deferred,
        &[INITIALIZER, &first, &coding(&(claims + &ends()))].concat(),
    )
    .await;
    assert_eq!(passing(&ran), ["F001"]);
    let waits: Vec<String> = ran.state.waits_for_a_look().iter().map(|held| held.words()).collect();
    let made = ran.all(|event| match event {
        Event::CommitMade(made) if !made.weaker.is_empty() => Some(made.commit.clone()),
        _ => None,
    });
    let words = format!(
        "a person must look at commit {}: weak tests in tests/02-bye.sh keep F002 from passing",
        made[0].short()
    );
    assert_eq!(waits, [words]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_checks_something_is_agreed_whatever_it_was_before() {
    let first = coding(&(bash(FIRST) + &claim("F001") + &commit("Say hello") + &ends()));
    let writes = bash("echo '[ \"$(sh bye.sh)\" = bye ]' > tests/02-bye.sh") + &commit("A test of bye");
    let again = call("write", r#"{ path = "tests/02-bye.sh", content = "true\n" }"#);
    let around = bash("t=02-bye; printf 'true\\n' > tests/$t.sh");
    let second = coding(&(writes + &again + &around + &claim("F002") + &ends()));
    let ran = run(Autonomy::Deferred, &[planned("exit 1"), first, second].concat()).await;
    assert_eq!(passing(&ran), ["F001"]);
    let texts = texts(&ran);
    assert!(
        texts.iter().any(|text| text.contains("tests/02-bye.sh is an agreed test")),
        "{texts:?}"
    );
    let breaches = ran.all(|event| match event {
        Event::BreachFound(breach) => Some(breach.path.clone()),
        _ => None,
    });
    assert_eq!(breaches, ["tests/02-bye.sh"]);
}
