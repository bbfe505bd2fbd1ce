//! Notices and the window's title in a real terminal: the bytes that leave when nobody looks, and those that do not.

use crate::term::{Place, Term};
use std::path::PathBuf;

/// Asks for OSC 9 at once; the dwell is tested without a terminal.
const CONFIG: &str = "[notify]\nbackends = [\"osc9\"]\ndwell_seconds = 0\n";

/// The demo with these settings.
fn demo(place: &Place, config: &str, env: &[(&str, &str)]) -> Term {
    place.configure(config);
    place.longhaul_with(&["demo", "--dir", "notes", "--speed", "0"], env, (120, 40))
}

fn ended(mut term: Term) -> String {
    term.keys("q");
    // Not `ends_restored`: notices are sequences that it takes for foreign.
    String::from_utf8(term.ends().raw).unwrap()
}

#[test]
fn the_end_of_a_run_is_told_to_who_looks_elsewhere_and_to_nobody_else() {
    for (focus, told) in [("\x1b[O", true), ("\x1b[I", false)] {
        let place = Place::new();
        let mut term = demo(&place, CONFIG, &[]);
        term.see("1 Features");
        term.keys(focus);
        term.see("all features pass");
        let raw = ended(term);
        let notice = raw.contains("\x1b]9;longhaul: notes: all features pass, 15/15");
        assert_eq!(notice, told, "focus {focus:?}");
    }
}

#[test]
fn inside_tmux_a_notice_is_passed_through_and_rings() {
    let place = Place::new();
    let mut term = demo(&place, CONFIG, &[("TMUX", "/nowhere,1,0")]);
    term.see("1 Features");
    term.keys("\x1b[O");
    term.see("all features pass");
    let raw = ended(term);
    // The agent's question comes before.
    let end = |sent: &&str| sent.starts_with("\x1b\x1b]9;longhaul: notes: all features pass");
    let sent = raw.split("\x1bPtmux;").skip(1).find(end).expect("passed through");
    assert!(sent.contains("\x1b\x1b\\\x1b\\\x07"), "{sent:.200}");
}

#[test]
fn the_title_tells_the_state_and_the_user_s_own_comes_back() {
    let place = Place::new();
    let mut term = demo(&place, "[notify]\nbackends = [\"off\"]\n", &[]);
    term.see("all features pass");
    term.keys("q");
    let raw = String::from_utf8(term.ends_restored().raw).unwrap();
    let count = |what: &str| raw.matches(what).count();
    assert_eq!((count("\x1b[22;2t"), count("\x1b[23;2t")), (1, 1));
    assert!(
        raw.contains("\x1b]2;notes · done · 15/15\x1b\\"),
        "the last title: {:?}",
        raw.split("\x1b]2;")
            .last()
            .map(|rest| rest.chars().take(60).collect::<String>())
    );
    let titles: Vec<&str> = raw
        .split("\x1b]2;")
        .skip(1)
        .map(|rest| rest.split('\x1b').next().unwrap())
        .collect();
    assert!(
        titles.windows(2).all(|pair| pair[0] != pair[1]),
        "only when it changed: {titles:?}"
    );
    let place = Place::new();
    let mut term = demo(&place, "[ui]\ntitle = false\n[notify]\nbackends = [\"off\"]\n", &[]);
    term.see("all features pass");
    term.keys("q");
    let raw = term.ends_restored().raw;
    assert!(!String::from_utf8(raw).unwrap().contains("\x1b]2;"));
}

/// Settings with a command that writes what it is told into a file, and that file.
fn told_by_command(place: &Place) -> PathBuf {
    let out = place.project().join("told");
    let script = format!("printf '%s: %s' \"$LONGHAUL_KIND\" \"$LONGHAUL_BODY\" > {}", out.display());
    place.configure(&format!(
        "[notify]\nbackends = [\"command\"]\ncommand = [\"sh\", \"-c\", {script:?}]\n"
    ));
    out
}

#[test]
fn a_run_in_lines_tells_its_end_by_the_user_s_command() {
    let place = Place::new();
    let out = told_by_command(&place);
    let term = place.longhaul(&["demo", "--dir", "notes", "--speed", "0", "--headless"]);
    assert_eq!(term.ends().status.exit_code(), 0);
    let told = std::fs::read_to_string(out).unwrap();
    assert!(told.starts_with("ended: all features pass, 15/15"), "{told}");
}

#[test]
fn a_trial_sends_by_each_way_and_says_what_to_look_for() {
    let place = Place::new();
    let out = told_by_command(&place);
    let ended = place.longhaul(&["notify", "--test"]).ends();
    assert_eq!(ended.status.exit_code(), 0, "{}", ended.screen);
    assert!(ended.screen.contains("sent  command"), "{}", ended.screen);
    assert!(std::fs::read_to_string(out).unwrap().starts_with("test: "));

    let ended = place.longhaul(&["notify", "--test", "--backend", "osc777"]).ends();
    let raw = String::from_utf8(ended.raw).unwrap();
    assert!(raw.contains("\x1b]777;notify;longhaul;This is a test"), "{raw:?}");
    assert!(ended.screen.contains("Nothing arrived?"), "{}", ended.screen);

    let env = [("TMUX", "/nowhere,1,0")];
    let ended = place
        .longhaul_with(&["notify", "--test", "--backend", "osc9"], &env, (120, 40))
        .ends();
    assert!(ended.screen.contains("allow-passthrough"), "{}", ended.screen);

    let ended = place.longhaul(&["notify", "--test", "--backend", "pigeon"]).ends();
    assert_eq!(ended.status.exit_code(), 2);
    assert!(ended.screen.contains("one of: auto, osc9"), "{}", ended.screen);
}
