//! A run beside the user's checkout, finished from its own summary and, later, from the past.

use crate::support::{INITIALIZER, builds};
use crate::term::{Place, Term};
use longhaul::provider::scripted::{Script, Server, Speed};
use std::process::Command;

fn git(place: &Place, args: &[&str]) -> String {
    let done = Command::new("git").args(args).current_dir(place.project()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
}

/// A window whose run beside the checkout has just ended, with work to bring home.
async fn ended_run(place: &Place) -> (Server, Term) {
    place.greeter();
    git(place, &["commit", "-q", "--allow-empty", "-m", "start"]);
    let script = [INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat();
    let server = Server::start(Script::parse(&script).unwrap(), Speed(0.0)).unwrap();
    let url = server.base_url();
    let term = place.longhaul(&[
        "run",
        ".",
        "--yes-unconfined",
        "--autonomy",
        "auto",
        "--model",
        "scripted-demo",
        "--base-url",
        &url,
    ]);
    term.see("on longhaul/main");
    term.see("finish the worktree");
    assert_eq!(git(place, &["log", "--format=%s", "main"]), "start");
    (server, term)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_offers_the_ways_and_the_terminal_says_what_came_of_it() {
    let place = Place::new();
    let (_server, mut term) = ended_run(&place).await;
    term.keys("F");
    term.see("leave it for now");
    term.keys("\u{1b}");
    term.see_no("leave it for now");
    term.keys("q");
    let ended = term.ends_restored();
    assert_eq!(ended.status.exit_code(), 0, "{}", ended.screen);
    assert_eq!(git(&place, &["log", "--format=%s", "main"]), "start", "left for now");

    let mut term = place.longhaul(&[]);
    term.see("on longhaul/main");
    term.keys("F");
    term.see("leave it for now");
    term.keys("j");
    term.decide("\r", "leave it for now");
    term.see("main gets one commit on");
    term.see("Type squash to do it");
    assert_eq!(git(&place, &["log", "--format=%s", "main"]), "start", "shown, not done");
    term.keys("squash\r");
    let ended = term.ends_restored();
    assert_eq!(ended.status.exit_code(), 0, "{}", ended.screen);
    assert_eq!(
        git(&place, &["log", "--format=%s", "main"]),
        "2 features of longhaul/main\nstart"
    );
    assert_eq!(git(&place, &["status", "--porcelain"]), "?? app_spec.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_window_of_the_ended_run_is_open_another_terminal_is_told_how_to_finish() {
    let place = Place::new();
    let (_server, mut term) = ended_run(&place).await;
    let ended = place.longhaul(&["finish", "--squash"]).ends_restored();
    assert_eq!(ended.status.exit_code(), 9, "{}", ended.screen);
    assert!(
        ended.screen.contains("leave its window (`q`), or press `F` there"),
        "{}",
        ended.screen
    );
    assert_eq!(git(&place, &["log", "--format=%s", "main"]), "start");
    term.keys("q");
    let ended = term.ends_restored();
    assert_eq!(ended.status.exit_code(), 0, "{}", ended.screen);

    let mut past = place.longhaul(&[]);
    past.see("on longhaul/main");
    let ended = place.longhaul(&["finish", "--squash"]).ends_restored();
    assert_eq!(ended.status.exit_code(), 0, "{}", ended.screen);
    assert_eq!(
        git(&place, &["log", "--format=%s", "main"]),
        "2 features of longhaul/main\nstart"
    );
    past.keys("E");
    past.see("is no more; if its work was brought home");
    past.keys("\u{1b}");
    past.see("3 Git");
    past.keys("q");
    past.ends_restored();
}
