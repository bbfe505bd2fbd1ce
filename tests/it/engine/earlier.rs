//! What a person had changed before a run stays theirs: in checkpoints, in no commit of the agent while it is as they left it.

use crate::support::{INITIALIZER, Lab, Ran, call, coding, ends};
use longhaul::engine::rollback;
use longhaul::harness::rehearsal::rehearse;
use longhaul::protocol::event::CommitFacts;
use longhaul::protocol::{Event, Oid, Target};
use std::path::Path;

/// A project with its skeleton committed, and a person's work on top: staged, changed, new, and one that the agent will change too.
async fn begun() -> Lab {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.write("x.txt", "committed\n");
    lab.write("y.txt", "committed\n");
    lab.run(INITIALIZER).await;
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    lab.write("mine.txt", "mine\n");
    lab.git(&["add", "mine.txt"]);
    lab.write("x.txt", "the person's\n");
    std::fs::remove_file(lab.path("y.txt")).unwrap();
    lab.write("notes/own.txt", "own\n");
    lab.write("both.txt", "the person's\n");
    lab.persons = ["A mine.txt", "M x.txt", "D y.txt", "?? notes/", "?? both.txt"]
        .map(str::to_owned)
        .into();
    lab
}

fn bash(command: &str) -> String {
    call("bash", &format!("{{ command = '''{command}''' }}"))
}

fn commit(message: &str) -> String {
    call("commit", &format!("{{ message = \"{message}\" }}"))
}

async fn session(lab: &Lab, turns: String) -> Ran {
    let note = call("progress_note", r#"{ text = "Noted." }"#);
    lab.run(&coding(&(note + &turns + &ends()))).await
}

fn facts(ran: &Ran) -> CommitFacts {
    let opened = ran.all(|event| match event {
        Event::GateOpened(opened) => opened.commit.as_deref().cloned(),
        _ => None,
    });
    opened.last().cloned().unwrap()
}

const THEIRS: &str = "A  mine.txt\n M x.txt\n D y.txt\n?? notes/";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_did_not_touch_is_in_none_of_its_commits_and_stays_staged_or_not() {
    let mut lab = begun().await;
    let turns = bash("echo agent >> both.txt; echo new > new.txt; git add -A") + &commit("By the agent") + &commit("Again");
    let ran = session(&lab, turns).await;
    assert_eq!(
        lab.git(&["show", "--format=%s", "--name-only", "HEAD"]),
        "By the agent\n\nboth.txt\nclaude-progress.txt\nnew.txt"
    );
    assert_eq!(lab.git(&["status", "--porcelain"]), THEIRS);
    assert_eq!(lab.read("x.txt"), "the person's\n");
    // The initializer's five calls, and the note.
    let (told, again) = (ran.result(6 + 1), ran.result(6 + 2));
    assert!(
        told.contains(
            "Not in the commit, for it was there before this run and is the human's: mine.txt, notes/own.txt, x.txt, y.txt."
        ),
        "{told}"
    );
    assert!(
        told.contains("In the commit, with what the human had changed in it before this run: both.txt."),
        "{told}"
    );
    assert!(again.starts_with("Nothing to commit"), "{again}");
    let facts = facts(&ran);
    assert_eq!(facts.earlier, ["both.txt"]);
    let says = |good: bool, words: &str| facts.findings.contains(&(good, words.to_owned()));
    assert!(
        says(
            true,
            "there before this run, and left out as it was not touched; the tests ran with it there: mine.txt, notes/own.txt, x.txt, y.txt"
        ) && says(false, "there before this run, changed since, and in this commit: both.txt"),
        "{:?}",
        facts.findings
    );
    let ended = &ran.state.current().unwrap().ended.as_ref().unwrap().1;
    assert_eq!(ended.dirty, [""; 0], "it is no work that the agent owes");
    assert!(ended.checks.contains(&("tree clean".to_owned(), true)), "{:?}", ended.checks);
    let last = ran.state.checkpoints.last().unwrap();
    let kept = lab.git(&["ls-tree", "-r", "--name-only", &last.made.tree.0]);
    assert!(kept.contains("mine.txt") && kept.contains("notes/own.txt"), "{kept}");

    // A run later, nobody names them again, and the log knows.
    lab.persons.clear();
    let ran = session(&lab, bash("echo more > more.txt; echo agent > x.txt") + &commit("Later")).await;
    assert_eq!(
        lab.git(&["show", "--format=%s", "--name-only", "HEAD"]),
        "Later\n\nclaude-progress.txt\nmore.txt\nx.txt"
    );
    assert_eq!(facts_of(&ran), ["x.txt"]);
    assert_eq!(lab.git(&["status", "--porcelain"]), "A  mine.txt\n D y.txt\n?? notes/");
}

fn facts_of(ran: &Ran) -> Vec<String> {
    facts(ran).earlier
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_file_is_committed_as_agreed_and_marked_and_a_swap_of_file_and_directory_is_not_torn() {
    let mut lab = begun().await;
    lab.write("tests/run.sh", &(lab.read("tests/run.sh") + "# the person's\n"));
    std::fs::remove_file(lab.path("x.txt")).unwrap();
    lab.write("x.txt/inner", "a directory now\n");
    lab.persons
        .extend(["M tests/run.sh".to_owned(), "D x.txt".to_owned(), "?? x.txt/".to_owned()]);
    let ran = session(&lab, bash("echo new > new.txt") + &commit("By the agent")).await;
    let mut marked = facts(&ran).earlier;
    marked.sort();
    assert_eq!(marked[0], "tests/run.sh");
    assert!(lab.git(&["show", "HEAD:tests/run.sh"]).ends_with("# the person's"));
    assert!(marked.contains(&"x.txt".to_owned()), "{marked:?}");
    assert_eq!(lab.read("x.txt/inner"), "a directory now\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_git_not_look_at_is_in_none_of_its_commits_either() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.write("local.env", "password=\n");
    lab.write("tuned.conf", "fast=no\n");
    lab.run(INITIALIZER).await;
    lab.git(&["update-index", "--skip-worktree", "local.env"]);
    lab.git(&["update-index", "--assume-unchanged", "tuned.conf"]);
    lab.write("local.env", "password=hunter2\n");
    lab.write("tuned.conf", "fast=yes\n");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let ran = session(&lab, bash("echo new > new.txt; git add -A") + &commit("By the agent")).await;
    assert_eq!(
        lab.git(&["show", "--format=%s", "--name-only", "HEAD"]),
        "By the agent\n\nclaude-progress.txt\nnew.txt"
    );
    assert_eq!(lab.read("local.env"), "password=hunter2\n");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let flags = lab.git(&["ls-files", "-v"]);
    assert!(flags.contains("S local.env") && flags.contains("h tuned.conf"), "{flags}");
    assert!(breached(&ran).is_empty(), "{:?}", breached(&ran));
}

fn breached(ran: &Ran) -> Vec<String> {
    ran.all(|event| match event {
        Event::BreachFound(breach) => Some(breach.path.clone()),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_file_that_the_agent_removes_is_told() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.write("local.env", "password=\n");
    lab.run(INITIALIZER).await;
    lab.git(&["update-index", "--skip-worktree", "local.env"]);
    lab.write("local.env", "password=hunter2\n");
    let ran = session(&lab, bash("rm local.env") + &commit("By the agent")).await;
    assert_eq!(facts_of(&ran), ["local.env"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_a_commit_of_the_agents_leaves_what_a_person_had_beside_it() {
    let lab = begun().await;
    let turns = bash("echo one > one.txt") + &commit("One") + &bash("echo two > two.txt") + &commit("Two");
    session(&lab, turns).await;
    assert_eq!(lab.git(&["log", "-2", "--format=%s"]), "Two\nOne");
    let target = Target::Commit {
        commit: Oid::from(lab.git(&["rev-parse", "HEAD~1"])),
    };
    let workspace = lab.workspace().canonicalize().unwrap();
    let limit = lab.settings.checkpoint_max_file_mb << 20;
    let seen = rehearse(&workspace, Path::new("feature_list.json"), &target, limit).unwrap();
    assert_eq!(seen.removed, ["two.txt"]);
    assert!(
        seen.changed.is_empty() && seen.returned.is_empty() && seen.untracked.is_empty(),
        "{seen:?}"
    );
    rollback::offline(&workspace, &lab.dir(), &lab.settings, &seen).unwrap();
    let is_there = ["mine.txt", "notes/own.txt", "one.txt", "two.txt", "y.txt"].map(|name| lab.path(name).exists());
    assert_eq!(is_there, [true, true, true, false, false]);
    assert_eq!(lab.read("x.txt"), "the person's\n");
    assert_eq!(lab.git(&["log", "-1", "--format=%s"]), "One");
}
