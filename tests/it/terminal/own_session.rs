//! What the agent starts has no way to the user's terminal.

use crate::support::INITIALIZER;
use crate::term::Place;
use longhaul::protocol::{Event, Seq};
use longhaul::provider::scripted::{Script, Server, Speed};
use longhaul::store::{self, ProjectDir};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_cannot_write_to_the_terminal() {
    let place = Place::new();
    place.greeter();
    // The word is put together by the command, so that showing the command does not show the word.
    let turn = r#"[[session.turn]]
text = "I greet the one who watches."
[[session.turn.call]]
tool = "bash"
input = { command = "printf '\\033]0;%s%s\\007%s%s' in title on screen > /dev/tty; echo done" }
"#;
    let script = INITIALIZER.replacen("[[session.turn]]", &format!("{turn}[[session.turn]]"), 1);
    let server = Server::start(Script::parse(&script).unwrap(), Speed(0.0)).unwrap();
    let url = server.base_url();
    let mut term = place.longhaul(&["run", ".", "--yes-unconfined", "--model", "scripted-demo", "--base-url", &url]);
    // The command is over, and the first commit waits.
    term.see("waiting for you");
    term.keys("q");
    term.see("A run is live");
    term.decide("x", "A run is live");
    // Checks also that nothing but our own sequences was written.
    let ended = term.ends_restored();
    let raw = String::from_utf8(ended.raw).unwrap();
    assert!(!raw.contains("onscreen") && !raw.contains("intitle"));
    let dir = ProjectDir::in_state_root(&place.state(), &place.project()).unwrap();
    let log = store::read(&dir, Seq(0)).unwrap();
    let told = log.envelopes.iter().find_map(|envelope| match &envelope.event {
        Event::ToolFinished(finished) if finished.output.text.contains("/dev/tty") => Some(finished.output.text.as_str()),
        _ => None,
    });
    assert!(
        told.is_some_and(|text| text.contains("No such device or address")),
        "{told:?}"
    );
}
