//! The user's own git around commits: the pre-commit hook, the signature, the trailer.

use super::gates::{answer, decisions, facts, finish, gate, lab, seen, send, stop, told};
use crate::support::{INITIALIZER, Lab, call, coding, ends, eventually};
use longhaul::protocol::event::{GateOpened, RunOutcome};
use longhaul::protocol::{Autonomy, CallStatus, Command, Event, GateDecision, PauseMode, Steer};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

fn hook(lab: &Lab, script: &str) {
    let path = lab.path(".git/hooks/pre-commit");
    lab.write(".git/hooks/pre-commit", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn finding(opened: &GateOpened, text: &str) -> Option<bool> {
    let found = facts(opened).findings.iter().find(|(_, finding)| finding.contains(text));
    found.map(|(fine, _)| *fine)
}

/// Ends a run after one session; the script's makes one commit.
fn one_session(lab: &mut Lab) -> String {
    lab.settings.limits.sessions = Some(1);
    INITIALIZER.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_sees_exactly_the_tree_and_what_it_changes_is_told_and_not_taken() {
    let mut lab = lab(Autonomy::Commits);
    // An untracked file that git ignores is on the disk and not in the tree.
    hook(
        &lab,
        "git ls-files > ../seen; env > ../env; echo formatted > formatted.txt; git add formatted.txt; exit 0",
    );
    lab.git(&["config", "core.excludesFile", "/dev/null"]);
    lab.write(".git/info/exclude", "ignored.txt\n");
    lab.write("ignored.txt", "x");
    let script = one_session(&mut lab);
    let running = lab.start(&script).await;
    let opened = gate(&running, 1).await;
    let seen = std::fs::read_to_string(lab.workspace().join("../seen")).unwrap();
    assert!(
        seen.contains("feature_list.json") && seen.contains("tests/run.sh") && !seen.contains("ignored"),
        "{seen}"
    );
    let env = std::fs::read_to_string(lab.workspace().join("../env")).unwrap();
    assert!(env.contains("GIT_INDEX_FILE="), "{env}");
    assert_eq!(finding(&opened, "pre-commit hook passes"), Some(true), "{opened:?}");
    assert_eq!(
        finding(&opened, "staged other content, which was not taken: formatted.txt"),
        Some(false),
        "{opened:?}"
    );
    assert_eq!(
        finding(
            &opened,
            "changed while the pre-commit hook ran, and not in this commit: formatted.txt"
        ),
        Some(false)
    );
    send(&running, answer(&opened, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!(ran.state.commits.len(), 1, "{:?}", told(&ran));
    assert!(!lab.git(&["ls-tree", "--name-only", "HEAD"]).contains("formatted"));
    assert_eq!(
        lab.git(&["diff", "--cached", "--name-only"]),
        "",
        "the user's index is as the commit"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_hook_is_for_the_person_to_judge_or_else_refuses_the_commit() {
    let mut lab = lab(Autonomy::Commits);
    hook(&lab, "echo checking; echo 'line too long' >&2; exit 3");
    let script = one_session(&mut lab);
    let running = lab.start(&script).await;
    let opened = gate(&running, 1).await;
    assert_eq!(
        finding(&opened, "pre-commit hook fails with exit code 3: checking; line too long"),
        Some(false),
        "{opened:?}"
    );
    send(&running, answer(&opened, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!(ran.state.commits.len(), 1, "the person decided: {:?}", told(&ran));
    let over = "The user's pre-commit hook fails with exit code 3.";
    assert_eq!(facts(&opened).hook_failure.as_deref(), Some(over), "it is asked for apart");
    assert_eq!(
        ran.state.commits[0].made.over_hook.as_deref(),
        Some(over),
        "and the log says so of the commit"
    );

    lab.settings.autonomy = Autonomy::Auto;
    let turns = call("bash", r#"{ command = "echo x > x" }"#) + &call("commit", r#"{ message = "X" }"#) + &ends();
    let ran = lab.run(&coding(&turns)).await;
    let (status, text) = told(&ran).pop().unwrap();
    assert_eq!(status, CallStatus::Refused);
    assert!(
        text.contains("pre-commit hook fails with exit code 3.\nchecking\nline too long"),
        "{text}"
    );
    assert_eq!(decisions(&ran).last().unwrap().by, "policy");
    assert_eq!(lab.git(&["rev-list", "--count", "HEAD"]), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_hangs_is_told_and_ends_with_the_pause() {
    let mut lab = lab(Autonomy::Commits);
    hook(&lab, "echo $$ > ../hook-pid; exec sleep 600");
    let script = one_session(&mut lab);
    let running = lab.start(&script).await;
    let client = running.engine.client();
    let began = |event: &Event| match event {
        Event::PreCommitStarted(began) => Some(began.timeout_seconds),
        _ => None,
    };
    assert_eq!(seen(&running, began).await, lab.settings.verify.timeout_seconds);
    // The file is there before its line is.
    let is_told = || std::fs::read_to_string(lab.path("../hook-pid")).is_ok_and(|pid| pid.ends_with('\n'));
    eventually("the hook runs", is_told);
    let asked = Instant::now();
    client.send(Command::Steer(Steer::Pause { mode: PauseMode::Now })).unwrap();
    let how = |event: &Event| match event {
        Event::PreCommitFinished(ended) => Some(ended.how.clone()),
        _ => None,
    };
    assert_eq!(seen(&running, how).await, "was interrupted");
    assert!(asked.elapsed() < Duration::from_secs(60), "{:?}", asked.elapsed());
    let pid: i32 = lab.read("../hook-pid").trim().parse().unwrap();
    assert!(!std::path::Path::new(&format!("/proc/{pid}/cmdline")).exists(), "it is gone");
    stop(&running);
    let ran = running.finish().await;
    assert!(ran.state.commits.is_empty() && decisions(&ran).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_mends_of_a_failing_hook_while_the_gate_waits_counts() {
    let mut lab = lab(Autonomy::Commits);
    hook(
        &lab,
        "test -e ../mended || { echo 'no linter here' >&2; exit 3; }; echo asked >> ../asked",
    );
    let script = one_session(&mut lab);
    let running = lab.start(&script).await;
    let opened = gate(&running, 1).await;
    assert!(facts(&opened).hook_failure.is_some());
    lab.write("../mended", "");
    send(&running, answer(&opened, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!(ran.state.commits.len(), 1, "{:?}", told(&ran));
    assert_eq!(
        ran.state.commits[0].made.over_hook, None,
        "the hook let it through, nothing was overruled"
    );
    assert_eq!(lab.read("../asked"), "asked\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_says_another_thing_when_asked_again_is_shown_before_it_is_overruled() {
    let mut lab = lab(Autonomy::Commits);
    hook(&lab, "test -e ../worse && exit 4; exit 3");
    let script = one_session(&mut lab);
    let running = lab.start(&script).await;
    let first = gate(&running, 1).await;
    lab.write("../worse", "");
    send(&running, answer(&first, GateDecision::Approve));
    let second = gate(&running, 2).await;
    let says = |opened: &GateOpened| facts(opened).hook_failure.clone().unwrap();
    assert_eq!(says(&second), "The user's pre-commit hook fails with exit code 4.");
    assert_eq!(
        (finding(&second, "exit code 3"), finding(&second, "exit code 4")),
        (None, Some(false)),
        "of now alone"
    );
    // A person who mends the file itself is told that this run does not take it, and where it is.
    hook(&lab, "touch ../ran; exit 0");
    send(&running, answer(&second, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!(ran.state.commits.len(), 1);
    assert!(!lab.workspace().join("../ran").exists() && lab.read(".git/hooks/pre-commit").contains("exit 3"));
    let put_back = ran.all(|event| match event {
        Event::BreachFound(breach) => Some(breach.detail.clone()),
        _ => None,
    });
    assert!(
        put_back.len() == 1 && put_back[0].contains("kept as") && put_back[0].contains("if a person set it up"),
        "{put_back:?}"
    );
    let voids = decisions(&ran);
    assert_eq!(voids[0].decision, GateDecision::Void);
    assert!(
        voids[0].reason.contains("asked again, it says: ") && voids[0].reason.contains("code 4"),
        "{voids:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hooks_path_of_the_repositorys_own_configuration_is_not_followed_and_said() {
    let mut lab = lab(Autonomy::Commits);
    lab.write("../hooks/pre-commit", "#!/bin/sh\ntouch ../ran\n");
    std::fs::set_permissions(lab.path("../hooks/pre-commit"), std::fs::Permissions::from_mode(0o755)).unwrap();
    lab.git(&["config", "core.hooksPath", "../hooks"]);
    let script = one_session(&mut lab);
    let running = lab.start(&script).await;
    let opened = gate(&running, 1).await;
    assert_eq!(finding(&opened, "hooks in ../hooks were not run"), Some(false), "{opened:?}");
    send(&running, answer(&opened, GateDecision::Approve));
    finish(running).await;
    assert!(!lab.workspace().join("../ran").exists());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs ssh-keygen: apt-get install openssh-client"]
async fn commits_are_signed_where_the_user_signs_and_end_with_the_trailer_where_wanted() {
    let mut lab = lab(Autonomy::Auto);
    lab.settings.commit_trailer = true;
    let key = lab.workspace().join("../key");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    lab.git(&["config", "commit.gpgsign", "true"]);
    lab.git(&["config", "gpg.format", "ssh"]);
    lab.git(&["config", "user.signingkey", &key.display().to_string()]);
    // Whoever can write the repository's configuration must not choose what runs.
    lab.git(&["config", "gpg.ssh.program", "/bin/false"]);
    let script = one_session(&mut lab);
    let ran = lab.run(&script).await;
    assert_eq!(ran.state.commits.len(), 1, "{:?}", told(&ran));
    let commit = lab.git(&["cat-file", "commit", "HEAD"]);
    assert!(commit.contains("gpgsig -----BEGIN SSH SIGNATURE-----"), "{commit}");
    assert!(commit.contains("author Ada <ada@example.org>"), "{commit}");
    assert!(commit.ends_with("Skeleton\n\nLonghaul-Session: s1"), "{commit}");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
}

/// A project with one commit whose user signs with a key that is not there; its next session commits a file and ends.
async fn unsigned(lab: &mut Lab) -> String {
    lab.settings.autonomy = Autonomy::Auto;
    let script = one_session(lab);
    lab.run(&script).await;
    lab.git(&["config", "commit.gpgsign", "true"]);
    lab.git(&["config", "gpg.format", "ssh"]);
    let key = lab.workspace().join("../late-key");
    lab.git(&["config", "user.signingkey", &key.display().to_string()]);
    let turns = call("bash", r#"{ command = "echo x > x" }"#) + &call("commit", r#"{ message = "X" }"#) + &ends();
    coding(&turns)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_asked_a_signature_that_does_not_come_ends_the_run_and_nothing_is_committed() {
    for level in [Autonomy::Deferred, Autonomy::Auto] {
        let mut lab = lab(level);
        let script = unsigned(&mut lab).await;
        lab.settings.autonomy = level;
        let ran = lab.run(&script).await;
        let (_, outcome, reason) = ran.state.run.as_ref().unwrap().ended.clone().unwrap();
        assert_eq!(outcome, RunOutcome::Failed);
        assert!(
            reason.contains("could not be signed (") && reason.contains("late-key"),
            "{reason}"
        );
        assert!(reason.contains("then run again"), "{reason}");
        assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
        assert_eq!(decisions(&ran).pop().unwrap().decision, GateDecision::Void);
        assert_eq!(lab.git(&["status", "--porcelain"]), "?? x", "the work is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_cannot_be_signed_comes_back_to_the_person_and_the_agent_hears_nothing_of_it() {
    let mut lab = lab(Autonomy::Commits);
    let script = unsigned(&mut lab).await;
    lab.settings.autonomy = Autonomy::Commits;
    let running = lab.start(&script).await;
    let mut opened = gate(&running, 2).await;
    assert_eq!(facts(&opened).git_failure, None);
    for number in 3..=8 {
        send(&running, answer(&opened, GateDecision::Approve));
        opened = gate(&running, number).await;
        let said = facts(&opened).git_failure.clone().unwrap();
        assert!(
            said.starts_with("approved, and not signed: ") && said.contains("late-key"),
            "in git's own words: {said}"
        );
        assert_eq!(finding(&opened, "signed"), None, "no guard found that");
    }
    send(&running, answer(&opened, GateDecision::Reject));
    let ran = finish(running).await;
    let voids: Vec<String> = decisions(&ran)
        .into_iter()
        .filter(|decided| decided.decision == GateDecision::Void)
        .map(|decided| decided.reason)
        .collect();
    assert_eq!(voids.len(), 6);
    assert!(
        voids[0].contains("could not be signed (") && voids[0].contains("late-key"),
        "{voids:?}"
    );
    assert!(
        !ran.requests.iter().any(|body| body.contains("signed")),
        "the agent cannot mend it"
    );
    assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs ssh-keygen: apt-get install openssh-client"]
async fn a_signature_that_was_mended_while_the_gate_waited_is_taken_at_the_next_approval() {
    let mut lab = lab(Autonomy::Commits);
    let script = unsigned(&mut lab).await;
    lab.settings.autonomy = Autonomy::Commits;
    let running = lab.start(&script).await;
    send(&running, answer(&gate(&running, 2).await, GateDecision::Approve));
    let again = gate(&running, 3).await;
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(lab.workspace().join("../late-key"))
        .status();
    assert!(made.unwrap().success());
    send(&running, answer(&again, GateDecision::Approve));
    finish(running).await;
    assert_eq!(lab.git(&["log", "--format=%s"]), "X\nSkeleton");
    assert!(
        lab.git(&["cat-file", "commit", "HEAD"])
            .contains("gpgsig -----BEGIN SSH SIGNATURE-----")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_git_lost_is_the_persons_to_give_back() {
    let mut lab = lab(Autonomy::Commits);
    let turns = call("bash", r#"{ command = "echo x > x" }"#) + &call("commit", r#"{ message = "X" }"#) + &ends();
    lab.settings.autonomy = Autonomy::Auto;
    let script = one_session(&mut lab);
    lab.run(&script).await;
    lab.settings.autonomy = Autonomy::Commits;
    let running = lab.start(&coding(&turns)).await;
    let first = gate(&running, 2).await;
    lab.git(&["config", "user.name", ""]);
    send(&running, answer(&first, GateDecision::Approve));
    let again = gate(&running, 3).await;
    let said = facts(&again).git_failure.clone().unwrap();
    assert!(said.contains("git does not know who you are: run `git config"), "{said}");
    lab.git(&["config", "user.name", "Ada"]);
    send(&running, answer(&again, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!(lab.git(&["log", "--format=%s"]), "X\nSkeleton");
    assert!(
        !ran.requests.iter().any(|body| body.contains("who you are")),
        "the agent cannot mend it"
    );
}
