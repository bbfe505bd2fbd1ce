//! The program inside tmux: a terminal that is itself drawn into another one, attached and left as people do over ssh.
//!
//! Ignored by default, because tmux need not be there; `.ci/run` runs them.

mod gates;

use crate::term::{Place, Term};
use std::process::Command;

/// A tmux server of a test's own, with longhaul in its only window.
struct Tmux<'a> {
    place: &'a Place,
    socket: String,
}

impl<'a> Tmux<'a> {
    /// Starts longhaul in a detached session, 120x40.
    fn start(place: &'a Place, args: &str) -> Self {
        let socket = place.project().join("../tmux.sock").to_str().unwrap().to_owned();
        let tmux = Self { place, socket };
        // The shell outlives longhaul, so that what it left on the screen can be seen.
        let command = format!("{} {args}; echo ended with $?; exec cat", env!("CARGO_BIN_EXE_longhaul"));
        tmux.ask(&["new-session", "-d", "-s", "it", "-x", "120", "-y", "40", &command]);
        tmux
    }

    fn ask(&self, args: &[&str]) -> String {
        let mut tmux = Command::new("tmux");
        tmux.args(["-f", "/dev/null", "-S", &self.socket]).args(args);
        tmux.current_dir(self.place.project()).env_remove("TMUX");
        tmux.env("HOME", self.place.home())
            .env("LONGHAUL_STATE_DIR", self.place.state());
        tmux.env("LC_ALL", "C.UTF-8");
        let done = tmux.output().unwrap();
        assert!(
            done.status.success(),
            "tmux {args:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap()
    }

    /// Attaches as a person does, in a terminal of its own.
    fn attach(&self, size: (u16, u16)) -> Term {
        self.place.start(
            "tmux",
            &["-f", "/dev/null", "-S", &self.socket, "attach", "-t", "it"],
            &[],
            size,
        )
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let mut tmux = Command::new("tmux");
        let _ = tmux.args(["-S", &self.socket, "kill-server"]).output();
    }
}

#[test]
#[ignore = "needs tmux: apt-get install tmux"]
fn keys_resizes_detaching_and_leaving() {
    let place = Place::new();
    let tmux = Tmux::start(&place, "debug stream --rate 500");
    let mut term = tmux.attach((120, 40));
    term.see("made-up feature 20");
    term.keys("?");
    term.see("Enter does it");
    term.keys("q");
    term.see_no("Enter does it");
    term.keys("1++");
    term.see_no("2 Transcript");
    term.keys("__");
    term.see("2 Transcript");
    for (columns, rows) in [(60, 15), (10, 5), (200, 60), (100, 30)] {
        term.resize(columns, rows);
        if columns >= 60 {
            term.see("? help");
        }
    }
    // Ctrl-B d detaches; the program goes on and is as it was when somebody comes back.
    term.keys("\x02d");
    term.see("[detached");
    drop(term);
    let mut term = tmux.attach((120, 40));
    term.see("made-up feature 20");
    term.see("1 Features");
    term.keys("q");
    term.see("ended with 0");
    // The pane is the shell's again: no alternate screen, a cursor, no mouse.
    let flags = tmux.ask(&["display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"]);
    assert_eq!(flags.trim(), "0 1 0");
}

#[test]
#[ignore = "needs tmux: apt-get install tmux"]
fn a_run_goes_on_while_nobody_is_attached() {
    let place = Place::new();
    let tmux = Tmux::start(&place, "demo --dir notes --speed 0");
    let mut term = tmux.attach((120, 40));
    term.see("1 Features");
    term.keys("\x02d");
    term.see("[detached");
    drop(term);
    let mut term = tmux.attach((80, 24));
    // The summary's own words: the transcript tells of passing features before it opens.
    term.see("look around");
    term.keys("\x1b");
    term.see_no("look around");
    term.keys("q");
    term.see("ended with 0");
    term.see("15 of 15 pass");
}
