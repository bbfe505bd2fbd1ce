//! A run that is told what to do by lines on its standard input, as a script or a person without the full-screen view would.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A headless demo that takes orders.
struct Told {
    _root: tempfile::TempDir,
    child: Child,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// All that was printed so far.
    heard: Vec<String>,
}

impl Told {
    fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("longhaul"))
            .args([
                "demo",
                "--headless",
                "--orders",
                "--speed",
                "0",
                "--autonomy",
                "commits",
                "--dir",
            ])
            .arg(root.path().join("notes"))
            .env("LONGHAUL_STATE_DIR", root.path().join("state"))
            .env("HOME", root.path())
            .env("XDG_CONFIG_HOME", root.path().join("config"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (orders, lines) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            _root: root,
            child,
            orders,
            lines: BufReader::new(lines).lines(),
            heard: Vec::new(),
        }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.orders, "{line}").unwrap();
    }

    /// Reads until a line holds `words`; returns it.
    fn hear(&mut self, words: &str) -> String {
        for line in self.lines.by_ref().map(Result::unwrap) {
            self.heard.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
        panic!("never said {words:?}: {:#?}", self.heard);
    }

    /// Approves all that comes; returns the exit code once the run is over.
    fn approve_the_rest(mut self) -> Option<i32> {
        while let Some(line) = self.lines.next().map(Result::unwrap) {
            if let Some((_, gate)) = line.split_once("          show ") {
                let gate = gate.split(',').next().unwrap().to_owned();
                self.say(&format!("approve {gate}"));
            }
            self.heard.push(line);
        }
        self.child.wait().unwrap().code()
    }
}

#[test]
fn a_gate_is_shown_denied_with_a_reason_and_approved_by_typed_lines() {
    let mut run = Told::start();
    // Typed before anything waits: it decides nothing, then or later.
    run.say("approve 1");
    run.hear("not done: gate 1 does not wait: nothing waits for you");
    let hint = run.hear("show 1, approve 1, deny 1 REASON");
    assert!(
        run.heard
            .iter()
            .any(|line| line.contains("waiting for you: commit") && line.ends_with(", gate 1")),
        "{hint}"
    );
    run.say("aaaa");
    run.hear("not done: `aaaa` is no order; `help` lists them");
    run.say("show 1");
    run.hear("A app_spec.txt");
    run.hear("end of the change: ");
    run.say("steer keep it short");
    run.hear("waits for the next step: keep it short");
    run.say("deny 1 say what the skeleton is for");
    run.hear("gate 1 denied by human: say what the skeleton is for");
    run.hear("show 2, approve 2, deny 2 REASON");
    run.say("approve 2");
    run.hear("gate 2 approved by human");
    assert_eq!(run.approve_the_rest(), Some(0));
}

#[test]
fn the_run_goes_on_when_no_more_orders_come() {
    let mut run = Told::start();
    run.hear("show 1, approve 1");
    run.say("autonomy auto");
    let Told {
        child, orders, lines, ..
    } = run;
    drop(orders);
    let heard: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(heard.iter().any(|line| line.contains("no more orders come")), "{heard:#?}");
    let mut child = child;
    assert_eq!(child.wait().unwrap().code(), Some(0), "{heard:#?}");
}

#[test]
fn a_run_whose_gate_nobody_can_answer_any_more_stops_there() {
    let mut run = Told::start();
    run.hear("show 1, approve 1");
    let Told {
        mut child,
        orders,
        lines,
        ..
    } = run;
    drop(orders);
    let heard: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(
        heard.iter().any(|line| line.contains("nobody can answer gate 1")),
        "{heard:#?}"
    );
    assert_eq!(child.wait().unwrap().code(), Some(8), "{heard:#?}");
}

#[test]
fn orders_are_not_read_beside_the_screen() {
    assert_cmd::Command::cargo_bin("longhaul")
        .unwrap()
        .args(["demo", "--orders"])
        .assert()
        .code(2)
        .stderr(predicates::str::contains("add --headless"));
}
