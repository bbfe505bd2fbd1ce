//! Tests that a commit would make weaker: told at the gate, and refused where nobody would see it.

use super::gates::{facts, gate, lab, seen, stop, told};
use crate::support::{INITIALIZER, Lab};
use longhaul::protocol::{Autonomy, CallStatus, Event};

/// Tests inside the sources are guarded by no path.
const BEFORE: &str =
    "pub fn one() -> u32 { 1 }\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn is_one() { assert_eq!(super::one(), 1); }\n}\n";

/// A project with such a test, whose first commit by the agent expects something else of it.
fn weakens(level: Autonomy) -> (Lab, String) {
    let mut lab = lab(level);
    lab.settings.limits.sessions = Some(1);
    lab.write("src/lib.rs", BEFORE);
    lab.commit_all("A program with a test");
    let script = INITIALIZER.replacen(
        "mkdir -p tests\n",
        "mkdir -p tests\nsed -i 's/one(), 1/one(), 2/' src/lib.rs\n",
        1,
    );
    (lab, script)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_names_the_test_and_both_expectations() {
    let (lab, script) = weakens(Autonomy::Commits);
    let running = lab.start(&script).await;
    let opened = gate(&running, 1).await;
    let weaker: Vec<_> = facts(&opened)
        .findings
        .iter()
        .filter(|(_, text)| text.contains("weaker"))
        .collect();
    assert_eq!(
        weaker,
        [&(
            false,
            "weaker test: src/lib.rs:5 is_one: expected `assert_eq 1`, now `assert_eq 2`".to_owned()
        )]
    );
    stop(&running);
    running.finish().await;
}

/// Decoys come before the real one by their names.
#[tokio::test(flavor = "multi_thread")]
async fn all_findings_are_told_what_was_weakened_first_and_what_is_new_not_as_weaker() {
    let (lab, script) = weakens(Autonomy::Commits);
    let decoys = "mkdir -p tests\nfor i in $(seq 10 39); do echo true > tests/$i.sh; done\n";
    let running = lab.start(&script.replacen("mkdir -p tests\n", decoys, 1)).await;
    let opened = gate(&running, 1).await;
    let about: Vec<&str> = facts(&opened)
        .findings
        .iter()
        .filter(|(fine, text)| !fine && text.contains(" test"))
        .map(|(_, text)| text.as_str())
        .collect();
    assert!(about[0].contains("src/lib.rs:5 is_one: expected"), "{about:?}");
    let new =
        |text: &&&str| text.starts_with("new test that proves nothing: tests/") && text.ends_with(".sh:1 the script: does nothing");
    assert_eq!(about.iter().filter(new).count(), 30, "{about:?}");
    assert_eq!(about.iter().filter(|text| text.contains("weaker")).count(), 1, "{about:?}");
    stop(&running);
    running.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_asked_and_nobody_looks_later_it_is_not_committed() {
    let (lab, script) = weakens(Autonomy::Auto);
    let running = lab.start(&script).await;
    seen(&running, |event| match event {
        Event::ToolFinished(finished) if finished.status == CallStatus::Refused => Some(()),
        _ => None,
    })
    .await;
    stop(&running);
    let ran = running.finish().await;
    let text = told(&ran).remove(0).1;
    assert!(text.contains("tests became weaker") && text.contains("is_one"), "{text}");
    assert_eq!(lab.git(&["show", "HEAD:src/lib.rs"]) + "\n", BEFORE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_the_first_of_many_findings_and_the_agent_every_one() {
    let (lab, script) = weakens(Autonomy::Auto);
    let decoys = "mkdir -p tests\nfor i in $(seq 10 39); do echo true > tests/$i.sh; done\n";
    let running = lab.start(&script.replacen("mkdir -p tests\n", decoys, 1)).await;
    seen(&running, |event| match event {
        Event::ToolFinished(finished) if finished.status == CallStatus::Refused => Some(()),
        _ => None,
    })
    .await;
    stop(&running);
    let ran = running.finish().await;
    let text = told(&ran).remove(0).1;
    for number in 10..40 {
        assert!(text.contains(&format!("tests/{number}.sh:1 ")), "{number}: {text}");
    }
    assert!(
        text.contains("src/lib.rs:5 is_one: expected") && text.contains("Put back what was"),
        "{text}"
    );
    let words = ran.state.unjudged.as_ref().unwrap().words();
    assert_eq!(
        words,
        "the commit of s1 was refused, and none was made since: tests became weaker, and no person is there to judge whether that is \
         right: weaker test: src/lib.rs:5 is_one: expected `assert_eq 1`, now `assert_eq 2`; and 30 more, listed in the transcript of s1; \
         with `--autonomy commits` you judge it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_level_that_looks_later_it_is_committed_and_the_finding_is_kept() {
    let (lab, script) = weakens(Autonomy::Deferred);
    let ran = lab.run(&script).await;
    assert_eq!(told(&ran)[0].0, CallStatus::Completed);
    assert!(lab.git(&["show", "HEAD:src/lib.rs"]).contains("one(), 2"));
    let kept = ran.all(|event| match event {
        Event::GateOpened(opened) => Some(facts(opened).findings.clone()),
        _ => None,
    });
    assert!(
        kept.concat().iter().any(|(fine, text)| !fine && text.contains("weaker test")),
        "{kept:?}"
    );
    let commit = ran.state.commits.last().unwrap();
    assert_eq!(
        commit.facts.as_ref().unwrap().findings,
        kept.concat(),
        "and stays with the commit, for who looks back"
    );
}

/// That it comes back may be all that a test is for.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_test_that_only_calls_is_told_and_holds_nothing_up() {
    let (lab, _) = weakens(Autonomy::Auto);
    let calls = "mkdir -p tests\necho 'def test_adds(): add(1, 2)' > tests/test_a.py\n";
    let ran = lab.run(&INITIALIZER.replacen("mkdir -p tests\n", calls, 1)).await;
    assert_eq!(told(&ran)[0].0, CallStatus::Completed);
    assert!(lab.git(&["show", "HEAD:tests/test_a.py"]).contains("add(1, 2)"));
    let kept = ran.all(|event| match event {
        Event::GateOpened(opened) => Some(facts(opened).findings.clone()),
        _ => None,
    });
    let commit = ran.state.commits.last().unwrap();
    assert!(commit.made.weaker.is_empty(), "{:?}", commit.made.weaker);
    let note = "new test that only calls, nothing is compared: tests/test_a.py:1 test_adds";
    assert!(kept.concat().contains(&(true, note.to_owned())), "{kept:?}");
}
