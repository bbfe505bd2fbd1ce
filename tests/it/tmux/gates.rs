//! Every outcome of a gate, as a person at a terminal in tmux meets it: real keys, a real run, a scripted model.

use super::Tmux;
use crate::support::{INITIALIZER, call, coding, ends};
use crate::term::{Place, Term};
use longhaul::provider::scripted::{Script, Server, Speed};
use std::process::Command;

const WRITES: &str = r#"{ command = "echo one > a.txt" }"#;
const MENDS: &str = r#"{ command = "echo mended > a.txt" }"#;

/// A run in tmux whose first coding session takes these turns; its initializer's commit is approved already.
struct Watched<'a> {
    place: &'a Place,
    _tmux: Tmux<'a>,
    term: Term,
    _server: Server,
}

impl<'a> Watched<'a> {
    fn start(place: &'a Place, turns: &str) -> Self {
        place.greeter();
        let script = [INITIALIZER, &coding(turns)].concat();
        let server = Server::start(Script::parse(&script).unwrap(), Speed(0.0)).unwrap();
        let url = server.base_url();
        let args = format!("run . --yes-unconfined --model scripted-demo --base-url {url}");
        let tmux = Tmux::start(place, &args);
        let term = tmux.attach((120, 40));
        let mut watched = Self {
            place,
            _tmux: tmux,
            term,
            _server: server,
        };
        watched.open("Skeleton");
        watched.approve();
        watched
    }

    /// Waits for a gate, opens it and waits until its keys decide.
    fn open(&mut self, subject: &str) {
        // The row of the git pane: the header's badge may still be that of the gate before.
        self.term.see(&format!("waiting  {subject}"));
        self.term.keys("a");
        self.term.see("Review  commit");
        self.armed();
    }

    /// Keys that decide are drawn as a badge, with blanks around them.
    fn armed(&self) {
        self.term.see(" a  approve");
    }

    /// Sends what is written, once the keys of its window decide.
    fn send(&mut self, window: &str) {
        self.term.see_no("keys armed in a moment");
        self.term.keys("\r");
        self.term.see_no(window);
    }

    fn approve(&mut self) {
        self.term.keys("a");
        self.term.see_no("Review  commit");
    }

    fn stop(&mut self) {
        self.term.keys("q");
        self.term.see("A run is live");
        self.term.decide("x", "A run is live");
        self.term.see("ended with 8");
    }

    fn git(&self, args: &[&str]) -> String {
        let done = Command::new("git")
            .args(args)
            .current_dir(self.place.project())
            .output()
            .unwrap();
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    fn subjects(&self) -> String {
        self.git(&["log", "--format=%s", "--reverse"])
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn approved_as_shown() {
    let place = Place::new();
    let turns = call("bash", WRITES) + &call("commit", r#"{ message = "One file" }"#) + &ends();
    let mut run = Watched::start(&place, &turns);
    run.open("One file");
    run.term.see("a.txt");
    run.approve();
    run.term.see("One file");
    run.stop();
    assert_eq!(run.subjects(), "Skeleton\nOne file");
    assert_eq!(run.git(&["status", "--porcelain", "a.txt"]), "");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn denied_with_a_reason_and_mended() {
    let place = Place::new();
    let turns = call("bash", WRITES)
        + &call("commit", r#"{ message = "One file" }"#)
        + &call("bash", MENDS)
        + &call("commit", r#"{ message = "One file, mended" }"#)
        + &ends();
    let mut run = Watched::start(&place, &turns);
    run.open("One file");
    run.term.keys("d");
    run.term.see("Why not? The agent is told, and goes on.");
    run.term.keys("say it in full");
    run.term.see("say it in full");
    run.send("Why not?");
    run.open("One file, mended");
    run.term.keys("w");
    run.term.see("Only what changed since the last round");
    run.term.see("1     - one");
    run.approve();
    run.stop();
    assert_eq!(run.subjects(), "Skeleton\nOne file, mended");
    assert_eq!(run.git(&["show", "HEAD:a.txt"]), "mended");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn denied_and_stopped() {
    let place = Place::new();
    let turns = call("bash", WRITES) + &call("commit", r#"{ message = "One file" }"#) + &ends();
    let mut run = Watched::start(&place, &turns);
    run.open("One file");
    run.term.keys("D");
    run.term.see("the run stops after this step");
    run.term.keys("not today");
    run.term.see("not today");
    run.send("Why not?");
    run.term.see("look around");
    run.term.keys("\x1b");
    run.term.see_no("look around");
    run.term.see("not today");
    run.term.keys("q");
    run.term.see("ended with 8");
    assert_eq!(run.subjects(), "Skeleton");
    // What was denied is still on the disk.
    assert_eq!(std::fs::read_to_string(place.project().join("a.txt")).unwrap(), "one\n");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn approved_with_another_message() {
    let place = Place::new();
    let turns = call("bash", WRITES) + &call("commit", r#"{ message = "One file" }"#) + &ends();
    let mut run = Watched::start(&place, &turns);
    run.open("One file");
    run.term.keys("e");
    run.term.see("Commit message");
    run.term.keys(" of its own\r");
    run.term.see("One file of its own");
    run.armed();
    run.approve();
    run.stop();
    assert_eq!(run.subjects(), "Skeleton\nOne file of its own");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn files_that_move_meanwhile_are_shown_before_they_are_committed() {
    let place = Place::new();
    let turns = call("bash", WRITES) + &call("commit", r#"{ message = "One file" }"#) + &ends();
    let mut run = Watched::start(&place, &turns);
    run.open("One file");
    std::fs::write(place.project().join("a.txt"), "one, and by hand\n").unwrap();
    run.approve();
    run.term.see("the tree moved: a.txt changed while the commit waited");
    assert_eq!(run.subjects(), "Skeleton", "committed unseen");
    run.open("One file");
    run.term.see("one, and by hand");
    run.approve();
    run.stop();
    assert_eq!(run.subjects(), "Skeleton\nOne file");
    assert_eq!(run.git(&["show", "HEAD:a.txt"]), "one, and by hand");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn a_run_that_is_stopped_lets_its_open_gate_go() {
    let place = Place::new();
    let turns = call("bash", WRITES) + &call("commit", r#"{ message = "One file" }"#) + &ends();
    let mut run = Watched::start(&place, &turns);
    run.open("One file");
    run.term.keys("\x1b");
    run.term.see_no("Review  commit");
    run.stop();
    assert_eq!(run.subjects(), "Skeleton");
    let gates = Command::new(env!("CARGO_BIN_EXE_longhaul"))
        .args(["gates", "."])
        .current_dir(place.project())
        .env("LONGHAUL_STATE_DIR", place.state())
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&gates.stdout).contains("no gate waits"),
        "{}",
        String::from_utf8_lossy(&gates.stdout)
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn a_question_that_nobody_answers_gets_its_default_and_says_so() {
    let place = Place::new();
    place.configure("question_timeout_seconds = 1\n[notify]\nbackends = [\"off\"]\n");
    let asks = call("ask_human", r#"{ question = "Which colour?", choices = ["red", "blue"] }"#);
    let turns = asks + &call("bash", WRITES) + &call("commit", r#"{ message = "One file" }"#) + &ends();
    let mut run = Watched::start(&place, &turns);
    run.term.see("Which colour?");
    // The gate after it holds the screen still.
    run.term.see("waiting  One file");
    run.term.see("policy: No answer came in time. Take the first choice: red");
    run.stop();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs tmux: apt-get install tmux"]
async fn keys_typed_while_a_gate_opens_decide_nothing() {
    let place = Place::new();
    let turns = call("bash", WRITES) + &call("commit", r#"{ message = "One file" }"#) + &ends();
    let mut run = Watched::start(&place, &turns);
    run.term.see("waiting  One file");
    for burst in ["ay", "aaaay", "a\x1b[200~a\r\r\x1b[201~y", "a\r\rady"] {
        // The key before it does nothing here: an escape that is still on its way would make it, and not the burst, one key with itself.
        run.term.keys(&format!("h{burst}"));
        run.term.see("Review  commit");
        // Whatever the burst opened over it goes with it.
        run.term.decide("\x1b", "Review  commit");
        run.term.see("1 waiting (a)");
        assert_eq!(run.subjects(), "Skeleton", "{burst:?} decided");
    }
    run.term.keys("h");
    run.open("One file");
    run.approve();
    run.stop();
    assert_eq!(run.subjects(), "Skeleton\nOne file");
}
