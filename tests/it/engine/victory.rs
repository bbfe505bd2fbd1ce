//! "All done": a run ends by it only where every feature holds on the final files, and an agent that says so is told what is left.

use crate::rollback::program;
use crate::support::{INITIALIZER, Lab, Ran, builds, call, coding, ends};
use crate::window::{next_window, offline};
use longhaul::protocol::event::{FlipBy, RunOutcome};
use longhaul::protocol::{Event, EvidenceKind, FeatureStatus, SessionNo, TestPurpose};
use longhaul::session::State;

const CLAIM: &str = r#"{ id = "F002", evidence = "its test passes" }"#;

fn bash(command: &str) -> String {
    call("bash", &format!("{{ command = '{command}' }}"))
}

/// The agent stops and says what it likes.
fn says(text: &str) -> String {
    format!("\n[[session.turn]]\ntext = \"{text}\"\n")
}

fn write_bye() -> String {
    bash("echo \"test \\\"\\$(cat bye.txt)\\\" = bye\" > tests/02-bye.sh; echo bye > bye.txt")
}

fn build_bye() -> String {
    write_bye() + &call("feature_passed", CLAIM)
}

fn commit() -> String {
    call("progress_note", r#"{ text = "Built bye." }"#) + &call("commit", r#"{ message = "Say bye" }"#)
}

/// A session that finds something to mend, and mends it with this command.
fn mends(command: &str) -> String {
    coding(&(bash(command) + &call("feature_passed", CLAIM) + &commit() + &ends()))
}

async fn run(lab: &Lab, sessions: &[String]) -> Ran {
    let script = [INITIALIZER.to_owned(), builds("F001", "01", "hello")].concat() + &sessions.concat();
    lab.run(&script).await
}

/// The set-backs by the harness, as feature and reason.
fn set_back(ran: &Ran) -> Vec<(String, String)> {
    ran.all(|event| match event {
        Event::FeatureFlipped(flip) if flip.by == FlipBy::Harness && flip.to == FeatureStatus::Failing => {
            Some((flip.feature.to_string(), flip.reason.clone()))
        }
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_after_the_last_commit_that_breaks_a_feature_does_not_end_the_run() {
    let lab = Lab::new();
    let breaks = coding(&(build_bye() + &commit() + &bash("echo no > bye.txt") + &says("All done.").repeat(4)));
    let ran = run(&lab, &[breaks, mends("echo bye > bye.txt")]).await;
    let back = set_back(&ran);
    assert_eq!(back.len(), 1, "{back:?}");
    assert!(
        back[0].1.contains("on the final files: tests/02-bye.sh: works did not pass"),
        "{back:?}"
    );
    assert_eq!(
        (ran.ended.outcome, lab.read("bye.txt").as_str()),
        (RunOutcome::AllPassing, "bye\n"),
        "{}",
        ran.ended.reason
    );
    assert_eq!(ran.ended.reason, "all 2 features pass");
    assert_eq!(ran.state.sessions.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feature_that_was_shown_on_the_committed_files_passes_though_its_flag_is_in_no_commit_yet() {
    let lab = Lab::new();
    let ran = run(
        &lab,
        &[coding(&(write_bye() + &commit() + &call("feature_passed", CLAIM) + &ends()))],
    )
    .await;
    assert_eq!(set_back(&ran), []);
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(
        ran.ended.reason, "all 2 features pass; not committed: M feature_list.json",
        "and the end says so"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feature_whose_work_is_in_no_commit_does_not_pass() {
    let lab = Lab::new();
    let leaves = coding(&(build_bye() + &says("All done.").repeat(4)));
    let ran = run(&lab, &[leaves, mends("true")]).await;
    assert_eq!(
        set_back(&ran),
        [("F002".to_owned(), "the work that it passes by is in no commit".to_owned())]
    );
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let selected = ran.all(|event| match event {
        Event::FeatureSelected(selected) => Some(selected.reason.clone()),
        _ => None,
    });
    assert_eq!(selected.last().map(String::as_str), Some("its work is not committed"));
    let next = ran
        .requests
        .iter()
        .filter(|body| body.contains("Shown to work, and never committed"));
    assert!(next.count() > 0 && !ran.requests.iter().any(|body| body.contains("## regressions")));
    let upto = ran
        .log
        .iter()
        .position(|one| matches!(&one.event, Event::FeatureFlipped(flip) if flip.is_uncommitted()));
    let then = State::fold(&ran.log[..=upto.unwrap()]);
    let row = then.features.get(&"F002".into()).unwrap();
    assert!(
        then.is_uncommitted(row) && !row.regressed && then.setbacks().is_empty(),
        "{row:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn flips_that_never_last_are_no_headway() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 2;
    let leaves = || coding(&(build_bye() + &says("All done.").repeat(4)));
    let again = || coding(&(call("feature_passed", CLAIM) + &says("All done.").repeat(4)));
    let ran = run(&lab, &[leaves(), again(), again()]).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stalled, "{}", ran.ended.reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_and_breaks_nothing_is_named() {
    let lab = Lab::new();
    let leaves = coding(&(build_bye() + &commit() + &bash("echo x > scratch.txt") + &says("All done.").repeat(4)));
    let ran = run(&lab, &[leaves]).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing);
    assert_eq!(ran.ended.reason, "all 2 features pass; not committed: ?? scratch.txt");
    let last = ran.state.tests.latest.as_ref().unwrap();
    assert!(last.2.purpose == TestPurpose::Final && last.2.is_green(), "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_says_all_is_done_is_told_what_is_left_and_how_the_tests_stand() {
    let lab = Lab::new();
    let stops = coding(&(says("All features are complete!") + &ends()));
    let mut lab = lab;
    lab.settings.limits.sessions = Some(2);
    let script = INITIALIZER.to_owned() + &stops;
    let ran = lab.run(&script).await;
    let last = ran
        .requests
        .iter()
        .rfind(|body| body.contains("All features are complete!"))
        .unwrap();
    assert!(
        last.contains("2 of 2 features do not pass:\\n- F001 say hello\\n- F002 say bye"),
        "{last}"
    );
    assert!(last.contains("Verified on the files as they are"), "{last}");
    assert_eq!(ran.ended.outcome, RunOutcome::Limit);
}

fn closes(summary: &str) -> String {
    call("end_session", &format!("{{ summary = \"{summary}\" }}"))
}

/// A run with one feature left and a last session that only ends, and what its calls of `end_session` were answered.
async fn ends_by(calls: &[String]) -> (Ran, Vec<String>) {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    let note =
        call("progress_note", r#"{ text = "F002 needs a file." }"#) + &call("commit", r#"{ message = "Note what F002 needs" }"#);
    let ran = run(&lab, &[coding(&(note + &calls.concat()))]).await;
    let of_last = ran.log.iter().filter(|envelope| envelope.session == SessionNo(3));
    let answers = of_last.filter_map(|envelope| match &envelope.event {
        Event::ToolFinished(done) => Some(done.output.text.clone()),
        _ => None,
    });
    let answers = answers.skip(2).collect();
    (ran, answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_with_all_done_is_told_what_is_left_once() {
    let says = closes("All features are complete and verified.");
    let (ran, answers) = ends_by(&[says.clone(), says]).await;
    let [first, second] = answers.as_slice() else {
        panic!("{answers:?}")
    };
    assert!(
        first.starts_with("Not yet.\nThe summary says that all 2 features are done.\nVerified on the files as they are: "),
        "{first}"
    );
    assert!(first.contains("1 of 2 features do not pass:\n- F002 say bye"), "{first}");
    assert!(second.starts_with("The session ends here."), "{second}");
    let (_, ended) = ran.state.sessions[2].ended.as_ref().unwrap();
    let claimed = "closing words agree with the list (says that all 2 features are done)".to_owned();
    assert!(ended.checks.contains(&(claimed, false)), "{:?}", ended.checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_it_back_is_not_held_to_it() {
    let taken_back = closes("Noted what F002 needs; it is left.");
    let (ran, answers) = ends_by(&[closes("the project is done"), taken_back]).await;
    assert_eq!(answers.len(), 2, "{answers:?}");
    let (_, ended) = ran.state.sessions[2].ended.as_ref().unwrap();
    assert_eq!(ended.summary, "Noted what F002 needs; it is left.");
    let words = |(what, _): &&(String, bool)| what.starts_with("closing words");
    assert_eq!(ended.checks.iter().find(words), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_end_is_taken_at_once() {
    let (_, answers) = ends_by(&[closes("F001 is done, F002 is left."), closes("over")]).await;
    assert!(answers[0].starts_with("The session ends here."), "{answers:?}");
    assert_eq!(answers.len(), 1);
}

/// A project of somebody else's, whose list says that all is done.
fn foreign(tests: bool) -> Lab {
    let lab = Lab::new();
    let names = |file: &str| {
        if tests {
            format!(", \"tests\": [\"tests/{file}\"]")
        } else {
            String::new()
        }
    };
    lab.write(
        "feature_list.json",
        &format!(
            "[{{\"id\": \"F001\", \"description\": \"say hello\", \"passes\": true{}}},\n {{\"id\": \"F002\", \"description\": \"say bye\", \"passes\": true{}}}]\n",
            names("01-hello.sh"),
            names("02-bye.sh")
        ),
    );
    lab.write("tests/01-hello.sh", "test \"$(cat hello.txt)\" = hello\n");
    lab.write("tests/02-bye.sh", "test \"$(cat bye.txt)\" = bye\n");
    lab.write(
        "tests/run.sh",
        "bad=0\nfor t in tests/0*.sh; do if sh $t; then echo \"ok - $t: works\"; else echo \"not ok - $t: works\"; bad=1; fi; done\necho 1..2\nexit $bad\n",
    );
    lab.write("hello.txt", "hello\n");
    lab.commit_all("theirs");
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_list_that_says_all_passes_is_verified_first() {
    let lab = foreign(true);
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", mends("echo bye > bye.txt"));
    let ran = lab.run(&script).await;
    assert_eq!(set_back(&ran).len(), 1, "{:?}", set_back(&ran));
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    let evidence = |n: usize| {
        ran.state
            .evidence_of(&ran.state.features.rows[n])
            .map(|evidence| evidence.kind)
    };
    assert_eq!(
        (evidence(0), evidence(1)),
        (Some(EvidenceKind::OwnTests), Some(EvidenceKind::OwnTests))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_that_nothing_shows_are_nobodys_word_unless_a_person_takes_them() {
    let mut lab = foreign(false);
    // It has to have a session; none is played.
    let script = &format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&ends()));
    let ran = lab.run(script).await;
    assert_eq!(ran.ended.outcome, RunOutcome::Unproven, "nobody stopped it");
    assert!(
        ran.ended
            .reason
            .contains("2 of its features passing that no test, check or person has shown to pass: F001, F002"),
        "{}",
        ran.ended.reason
    );
    assert_eq!(lab.git(&["status", "--porcelain"]), "", "nothing is touched");
    let said = |args: &[&str]| String::from_utf8(program(&lab, args).output().unwrap().stdout).unwrap();
    let status = said(&["status"]);
    assert!(
        status.contains("every feature passes by the list, and not all were shown to"),
        "{status}"
    );
    assert!(
        !status.contains("stopped") && status.contains("2 of 2 pass, 2 by the list only"),
        "{status}"
    );
    let features = said(&["features"]);
    assert_eq!(features.matches("[by the list only]").count(), 2, "{features}");
    assert!(said(&["features", "--json"]).contains("\"by_list_only\": true"));
    lab.trust_list = true;
    let ran = lab.run(script).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    let evidence = ran.state.evidence_of(&ran.state.features.rows[0]).unwrap();
    assert!(
        evidence.kind == EvidenceKind::Human && evidence.summary.contains("taken over by a person"),
        "{evidence:?}"
    );
    lab.trust_list = false;
    assert_eq!(lab.run(script).await.ended.outcome, RunOutcome::AllPassing, "said once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_last_look_set_back_before_the_first_session_is_the_harness_s_doing_wherever_it_is_told() {
    let mut lab = foreign(true);
    lab.settings.limits.sessions = Some(1);
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&ends()));
    let ran = lab.run(&script).await;
    assert_eq!(set_back(&ran).len(), 1, "{:?}", set_back(&ran));
    let session = ran.state.current().unwrap();
    assert_eq!(
        (session.number, ran.state.sessions.len()),
        (SessionNo(1), 1),
        "there is none before the first"
    );
    let checks = &session.ended.as_ref().unwrap().1.checks;
    let told = "tree clean (but for feature_list.json, set back by the harness)";
    assert!(checks.contains(&(told.to_owned(), true)), "{checks:?}");
    let sections = next_window(&offline(&lab)).sections;
    let status = &sections
        .iter()
        .find(|section| section.section.as_str() == "git status")
        .unwrap()
        .text;
    assert!(
        status.contains("feature_list.json: features set back by the harness") && !status.contains("somebody"),
        "{status}"
    );
}

/// A project whose features were proven, and whose tests nothing runs any more: a person took their runner away.
async fn proven_and_no_longer_run() -> Lab {
    let mut lab = foreign(true);
    lab.settings.verify.command = Some("sh tests/run.sh".to_owned());
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", mends("echo bye > bye.txt"));
    let ran = lab.run(&script).await;
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);

    lab.settings.verify.command = None;
    lab.settings.limits.sessions = Some(1);
    lab.git(&["rm", "-q", "tests/run.sh"]);
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn features_whose_tests_nothing_can_run_any_more_are_not_done() {
    let lab = proven_and_no_longer_run().await;
    lab.write("hello.txt", "broken\n");
    lab.commit_all("by a person");
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&ends()));
    let ran = lab.run(&script).await;
    assert_ne!(ran.ended.outcome, RunOutcome::AllPassing, "{}", ran.ended.reason);
    let back = set_back(&ran);
    let back: Vec<_> = back
        .iter()
        .filter(|(_, why)| why.contains("no file here tells how"))
        .collect();
    assert_eq!(back.len(), 2, "{back:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn features_whose_tests_nothing_can_run_any_more_are_set_back_as_a_session_starts() {
    let lab = proven_and_no_longer_run().await;
    let more = ",\n {\"id\": \"F003\", \"description\": \"sing\", \"passes\": false}]";
    let list = lab.read("feature_list.json");
    lab.write(
        "feature_list.json",
        &format!("{}{more}\n", list.trim_end().trim_end_matches(']')),
    );
    lab.commit_all("by a person");
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&ends()));
    let ran = lab.run(&script).await;
    let last = ran.state.current().unwrap().number;
    let kinds = ran.log.iter().filter(|envelope| envelope.session == last);
    let before: Vec<&Event> = kinds
        .map(|envelope| &envelope.event)
        .take_while(|event| !matches!(event, Event::FeatureSelected(_)))
        .collect();
    let back = before.iter().filter(|event| {
        matches!(event, Event::FeatureFlipped(flip) if flip.to == FeatureStatus::Failing && flip.reason.contains("no file here tells how"))
    });
    assert_eq!(back.count(), 2, "{before:?}");
    let told = "What passed by them is set back: F001, F002.";
    assert!(
        ran.requests.iter().any(|body| body.contains(told)),
        "{:?}",
        ran.requests.last()
    );
}
