//! Going back on the screen: where no run is on, and in a live one.

use crate::support::INITIALIZER;
use crate::term::{Place, Term};
use longhaul::protocol::{Event, Seq};
use longhaul::provider::scripted::{Script, Server, Speed};
use longhaul::store::{self, ProjectDir};
use std::fs;
use std::process::Command;

fn git(place: &Place, args: &[&str]) -> String {
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let mut git = Command::new("git");
    let done = git.args(identity).args(args).current_dir(place.project()).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

fn read(place: &Place, name: &str) -> Option<String> {
    fs::read_to_string(place.project().join(name)).ok()
}

/// Types the word under an open rehearsal, and waits until its page is gone.
fn go_back(term: &mut Term) {
    type_word(term);
    term.keys("\r");
    term.see_no("Going back");
}

/// Types the word as soon as it counts, and waits until Enter does.
fn type_word(term: &mut Term) {
    term.see("Type back to do it");
    term.keys("b");
    term.see("Type back, then Enter: b");
    term.keys("ack");
    term.see("Type back, then Enter: back");
    term.see("Enter do it");
}

#[test]
fn a_project_without_a_run_goes_back_and_forth_and_back() {
    let place = Place::new();
    git(&place, &["init", "-q", "-b", "main"]);
    for (text, subject) in [("one\n", "First"), ("two\n", "Second")] {
        fs::write(place.project().join("a.txt"), text).unwrap();
        git(&place, &["add", "a.txt"]);
        git(&place, &["commit", "-q", "-m", subject]);
    }
    fs::write(place.project().join("scratch.txt"), "mine\n").unwrap();
    let mut term = place.longhaul(&[]);
    term.see("No session of longhaul in this directory yet.");
    term.keys("o");
    term.see("3 Git");
    term.keys("3G");
    // All of it in one burst: the page opens, and nothing of the rest counts.
    term.keys("Rback\r");
    term.see("Roll back to");
    term.see("First");
    term.see("1 untracked kept aside in undo 1: scratch.txt");
    term.see("1 commit set aside");
    term.see("goes, untracked: kept aside");
    term.see("Type back to do it");
    assert_eq!(read(&place, "a.txt").as_deref(), Some("two\n"));
    term.keys("\x1b");
    term.see_no("Going back");
    assert_eq!(
        git(&place, &["for-each-ref", "refs/longhaul"]),
        "",
        "looking keeps nothing and moves nothing"
    );

    term.keys("R");
    go_back(&mut term);
    term.see("rolled back; kept aside in undo 1: scratch.txt; z takes it back");
    term.see("1 commit ");
    assert_eq!(
        (read(&place, "a.txt").as_deref(), read(&place, "scratch.txt")),
        (Some("one\n"), None)
    );
    assert_eq!(git(&place, &["log", "--format=%s"]), "First");

    term.keys("z");
    term.see("Undo: back to what was there before the move to");
    go_back(&mut term);
    term.see("Z does it again");
    assert_eq!(
        (read(&place, "a.txt").as_deref(), read(&place, "scratch.txt").as_deref()),
        (Some("two\n"), Some("mine\n"))
    );
    term.keys("Z");
    term.see("Redo: forth to");
    // What changes under the rehearsal is not moved over: the page shows the new state instead.
    term.see("Type back to do it");
    fs::write(place.project().join("scratch.txt"), "mine, and more\n").unwrap();
    type_word(&mut term);
    term.keys("\r");
    term.see("not moved: scratch.txt changed since the rehearsal");
    assert_eq!(read(&place, "a.txt").as_deref(), Some("two\n"));
    go_back(&mut term);
    term.see("redone; kept aside in undo 3: scratch.txt");
    assert_eq!(
        (read(&place, "a.txt").as_deref(), read(&place, "scratch.txt")),
        (Some("one\n"), None)
    );
    term.keys("q");
    assert_eq!(term.ends_restored().status.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_run_ends_with_the_move_and_the_same_window_takes_it_back() {
    let place = Place::new();
    place.greeter();
    git(&place, &["add", "app_spec.txt"]);
    git(&place, &["commit", "-q", "-m", "Say what to build"]);
    let server = Server::start(Script::parse(INITIALIZER).unwrap(), Speed(0.0)).unwrap();
    let url = server.base_url();
    let mut term = place.longhaul(&[
        "run",
        ".",
        "--in-place",
        "--yes-unconfined",
        "--model",
        "scripted-demo",
        "--base-url",
        &url,
    ]);
    term.see("waiting for you");
    assert!(read(&place, "tests/run.sh").is_some());
    term.keys("3R");
    term.see("Say what to build");
    term.see("ends with the move");
    go_back(&mut term);
    term.see("rolled back to");
    term.see("look around");
    assert_eq!(
        (read(&place, "tests/run.sh"), read(&place, "feature_list.json")),
        (None, None)
    );
    assert_eq!(git(&place, &["status", "--porcelain"]), "");

    term.keys("z");
    term.see("Undo: back to what was there before");
    go_back(&mut term);
    term.see("undone, back to");
    assert!(read(&place, "tests/run.sh").is_some() && read(&place, "feature_list.json").is_some());
    term.keys("q");
    let ended = term.ends_restored();
    assert_eq!(ended.status.exit_code(), 8, "{}", ended.screen);
    let dir = ProjectDir::in_state_root(&place.state(), &place.project()).unwrap();
    let log = store::read(&dir, Seq(0)).unwrap().envelopes;
    let moves = log.iter().filter(|envelope| matches!(envelope.event, Event::RolledBack(_)));
    assert_eq!(moves.count(), 2);
}
