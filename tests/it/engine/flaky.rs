//! Tests that fail and pass on one and the same tree: what they prove, and where it is said.

use crate::support::{INITIALIZER, Lab, Ran, call, coding, ends, wait_for};
use longhaul::link;
use longhaul::protocol::{Command, Event, Evidence, Seq, TestPurpose, TestRun};
use longhaul::session::State;
use longhaul::store;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A test of F001 that counts its runs in a file that git ignores, and passes where `passes` says so of `$n`.
fn by_count(passes: &str) -> String {
    let test = format!(r#"echo x >> .runs; n=$(wc -l < .runs); {passes} && test "$(cat hello.txt)" = hello"#);
    let script = format!("echo .runs > .gitignore; echo hello > hello.txt; cat > tests/01-hello.sh <<'TEST'\n{test}\nTEST\n");
    call("bash", &format!("{{ command = '''{script}''' }}"))
}

fn claim() -> String {
    call("feature_passed", r#"{ id = "F001", evidence = "its test passes" }"#)
}

async fn run(turns: &str) -> (Lab, Ran) {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let commit = call("commit", r#"{ message = "Say hello" }"#);
    let session = coding(&(turns.to_owned() + &commit + &ends()));
    let ran = lab.run(&[INITIALIZER, &session].concat()).await;
    (lab, ran)
}

/// What the agent was told by a call of the coding session: the initializer's are before it.
fn told(ran: &Ran, call: usize) -> String {
    ran.result(INITIALIZER.matches("session.turn.call]]").count() + call)
}

fn proof(ran: &Ran) -> Option<&Evidence> {
    ran.state.evidence_of(ran.state.features.get(&"F001".into())?)
}

fn runs(ran: &Ran, purpose: TestPurpose) -> Vec<TestRun> {
    ran.all(|event| match event {
        Event::TestRunFinished(finished) if finished.run.purpose == purpose => Some(finished.run.clone()),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_before_on_the_same_tree_has_to_pass_twice_and_is_called_flaky_for_ever() {
    let (_, ran) = run(&(by_count("[ $n -gt 1 ]") + &claim() + &claim())).await;
    assert!(told(&ran, 1).contains("Not flipped: 0 of 1"), "{}", told(&ran, 1));
    assert!(told(&ran, 2).contains("F001 passes now"), "{}", told(&ran, 2));
    let summary = &proof(&ran).unwrap().summary;
    let flaky = "flaky, failed and passed on this tree: tests/01-hello.sh: works";
    assert!(summary.contains("tests 1/1") && summary.contains(flaky), "{summary}");
    assert_eq!(runs(&ran, TestPurpose::Evidence).len(), 3, "it had to pass a second time");
    assert!(ran.state.tests.case("tests/01-hello.sh: works").unwrap().flaky.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_again_on_the_same_tree_proves_nothing() {
    let (_, ran) = run(&(by_count("[ $((n % 2)) = 0 ]") + &claim() + &claim())).await;
    let told = told(&ran, 2);
    let named = "pass and fail on the very same files: tests/01-hello.sh: works";
    assert!(told.contains(named), "{told}");
    assert_eq!(proof(&ran), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_has_made_work_is_not_called_flaky_and_its_failure_is_told() {
    let installs = call("bash", r#"{ command = "touch .installed" }"#);
    let ignored = "printf '.runs\\n.installed\\n' > .gitignore";
    let needs = by_count("[ -e .installed ]").replace("echo .runs > .gitignore", ignored);
    let (_, ran) = run(&(needs + &claim() + &installs + &claim())).await;
    let summary = &proof(&ran).unwrap_or_else(|| panic!("{}", told(&ran, 3))).summary;
    let failed = "; failed when it was claimed before and passed on the same tree after a command, so flaky or in need of more than these \
                  files: tests/01-hello.sh: works";
    assert!(summary.ends_with(failed), "{summary}");
    assert!(!summary.contains("flaky, failed and passed on this tree"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_test_that_failed_as_the_session_began_the_proof_says_so() {
    // It fails before the commit and as the next session begins; then it passes for good.
    let (lab, _) = run(&by_count("[ $n -gt 2 ]")).await;
    let session = coding(&(call("bash", r#"{ command = "true" }"#) + &claim() + &ends()));
    let ran = lab.run(&format!("[script]\nmodel = \"scripted-demo\"\n{session}")).await;
    let summary = &proof(&ran).unwrap_or_else(|| panic!("{:?}", ran.ended)).summary;
    assert!(
        summary.contains("; failed at the session's start and passed on the same tree after a command"),
        "{summary}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_in_between_makes_nothing_flaky() {
    let mends = call("bash", r#"{ command = "echo hello > hello.txt" }"#);
    let broken = by_count("true").replace("echo hello > hello.txt", "echo no > hello.txt");
    let (_, ran) = run(&(broken + &claim() + &mends + &claim())).await;
    let summary = &proof(&ran).unwrap().summary;
    assert!(
        summary.starts_with("tests 1/1 on tree") && !summary.contains("failed"),
        "{summary}"
    );
    assert_eq!(runs(&ran, TestPurpose::Evidence).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_s_run_that_passes_what_failed_on_the_same_tree_says_so() {
    let (lab, ran) = run(&(by_count("[ $n -gt 6 ]") + &claim())).await;
    assert_eq!(proof(&ran), None);
    for number in 1..=8 {
        let client = link::offline_in(lab.dir(), &lab.workspace(), &lab.settings, None);
        client.send(Command::RunTests { only: Vec::new() }).unwrap();
        let asked = AtomicUsize::new(0);
        let is_last = move |event: &Event| {
            let is_asked = matches!(event, Event::TestRunFinished(finished) if finished.run.purpose == TestPurpose::Asked);
            is_asked && asked.fetch_add(1, Ordering::Relaxed) + 1 == number
        };
        tokio::task::spawn_blocking(move || wait_for(&client, is_last)).await.unwrap();
    }
    let state = State::fold(&store::read(&lab.dir(), Seq(1)).unwrap().envelopes);
    let (_, _, run) = state.tests.latest.as_ref().unwrap();
    assert!(run.is_green() && run.flaky().count() == 1, "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_at_the_commit_on_the_files_that_proved_it_is_called_flaky_and_no_edit() {
    let note = call("progress_note", r#"{ text = "Said hello." }"#);
    let turns = by_count("[ $n -le 2 ]") + &call("run_tests", "{}") + &claim() + &note;
    let (_, ran) = run(&turns).await;
    assert!(told(&ran, 2).contains("F001 passes now"), "{}", told(&ran, 2));
    let told = told(&ran, 4);
    let named = "proven on these very files, and fails on them now: tests/01-hello.sh: works (flaky)";
    assert!(told.contains(named) && !told.contains("the files changed"), "{told}");
    let flips = &ran.state.features.get(&"F001".into()).unwrap().flips;
    let seen = "fails on the very files that it was proven on: tests/01-hello.sh: works (flaky)";
    let flip = flips.last().unwrap();
    assert!(flip.is_uncommitted(), "its commit was not made");
    assert_eq!(flip.reason, format!("the work that it passes by is in no commit: {seen}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_at_the_commit_after_an_edit_is_told_as_one() {
    let breaks = call("bash", r#"{ command = "echo no > hello.txt" }"#);
    let (_, ran) = run(&(by_count("true") + &claim() + &breaks)).await;
    let told = told(&ran, 3);
    assert!(told.contains("the files changed") && !told.contains("flaky"), "{told}");
}
