//! A live run on the screen: the demo, watched, left and stopped.

use crate::term::{Place, Term};

/// The demo in a directory of its own, at a speed.
fn demo(place: &Place, speed: &str) -> Term {
    place.longhaul(&["demo", "--dir", "notes", "--speed", speed])
}

#[test]
fn the_demo_turns_green_and_its_past_can_be_read() {
    let place = Place::new();
    let mut term = demo(&place, "0");
    term.see("1 Features");
    term.see("✓ F001");
    // All of this while the agent works.
    term.keys("?");
    term.see("Enter does it");
    term.keys("q");
    term.see_no("Enter does it");
    term.keys("4++");
    term.see_no("1 Features");
    term.keys("__2k");
    term.see("1 Features");
    term.keys("G1");
    term.see("Enter open");
    term.see("15/15");
    term.see("features pass");
    term.see("look around");
    term.keys("\x1b");
    term.see_no("look around");
    term.keys("q");
    let ended = term.ends_restored();
    assert_eq!(ended.status.exit_code(), 0);
    for line in [
        "every feature passes",
        "15 of 15 pass",
        "7 (1 initializer, 6 coding)",
        "look back",
    ] {
        assert!(ended.screen.contains(line), "no {line:?} in the summary:\n{}", ended.screen);
    }

    let mut past = place.longhaul_in("notes", &[]);
    past.see("15/15");
    past.see(" past ");
    past.see("Undo the last change");
    past.keys("1G\r");
    past.see("Feature F015");
    past.keys("\x1b");
    past.see_no("Feature F015");
    past.keys("s");
    past.see("initializer");
    past.keys("\x1b");
    past.see_no("initializer");
    past.keys("3\r");
    past.see("Commit ");
    past.keys("qq");
    assert_eq!(past.ends_restored().status.exit_code(), 0);
}

#[test]
fn leaving_a_live_run_asks_first() {
    let place = Place::new();
    let mut term = demo(&place, "1");
    term.see("initializer");
    term.keys("q");
    term.see("A run is live");
    // The key that opened it does not decide.
    term.keys("q");
    term.see_no("A run is live");
    term.keys("\x03\x03");
    term.see("A run is live");
    term.keys("\x1b");
    term.see_no("A run is live");
    term.keys("q");
    term.see("A run is live");
    term.decide("x", "A run is live");
    let ended = term.ends_restored();
    assert_eq!(ended.status.exit_code(), 8);
    assert!(ended.screen.contains("stopped by you"), "{}", ended.screen);
    assert!(ended.screen.contains("look back"), "{}", ended.screen);
    // Nobody holds the project any more.
    let mut past = place.longhaul_in("notes", &[]);
    past.see(" past: ");
    past.keys("q");
    past.ends_restored();
}

#[test]
fn stopping_after_the_step_ends_between_two_turns() {
    let place = Place::new();
    let mut term = demo(&place, "20");
    term.see("bash");
    term.keys("q");
    term.see("A run is live");
    term.decide("t", "A run is live");
    let ended = term.ends_restored();
    assert_eq!(ended.status.exit_code(), 8);
    assert!(ended.screen.contains("stopped by you"), "{}", ended.screen);
}

#[test]
fn signals_stop_the_run_and_restore_the_terminal() {
    let place = Place::new();
    for signal in ["TERM", "HUP"] {
        let term = place.longhaul(&["demo", "--dir", signal, "--speed", "1"]);
        term.see("initializer");
        term.signal(signal);
        let ended = term.ends_restored();
        assert_eq!(ended.status.exit_code(), 8, "{signal}: {}", ended.screen);
        assert!(ended.screen.contains("stopped by you"), "{signal}: {}", ended.screen);
        let mut past = place.longhaul_in(signal, &[]);
        past.see(" past: ");
        past.keys("q");
        past.ends_restored();
    }
}

#[test]
fn a_closed_window_stops_the_run() {
    let place = Place::new();
    let term = demo(&place, "1");
    term.see("initializer");
    term.close_window();
    let mut past = place.longhaul_in("notes", &[]);
    past.see(" past: ");
    past.keys("q");
    past.ends_restored();
}

#[test]
fn keys_typed_in_one_burst_never_stop_the_run() {
    let place = Place::new();
    let mut term = demo(&place, "1");
    term.see("initializer");
    // All of it reaches the program before the dialog has been on the screen.
    term.keys("qx");
    term.see("A run is live");
    term.keys("\x1b");
    term.see_no("A run is live");
    term.see("running");
    assert!(!term.text().contains("stopping"), "{}", term.text());
    term.keys("q");
    term.see("A run is live");
    term.decide("x", "A run is live");
    assert_eq!(term.ends_restored().status.exit_code(), 8);
}
