//! What the agent's own background processes write: told once for each file, and laid on no person.

use super::*;
use crate::support::{Ran, Running};
use longhaul::harness::FEATURE_LIST;
use longhaul::protocol::event::{ExternalChangeSeen, ExternalKind};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// A command that leaves a loop behind, which writes to a file that git ignores and to one that it does not.
const LOOP: &str = "(while :; do echo x >> build.log; echo x >> tracked.txt; sleep 0.3; done) > /dev/null 2>&1 &";

/// A turn whose answer is long in coming.
fn thinks() -> String {
    "\n[[session.turn]]\nfault = { kind = \"stall\", after_bytes = 0, times = 1 }\ntext = \"Looking.\"\n[[session.turn.call]]\n\
        tool = \"bash\"\ninput = { command = \"true\" }\n"
        .to_owned()
}

fn runs(command: &str) -> String {
    call("bash", &format!("{{ command = '{command}' }}"))
}

/// Waits for the turn after the one that runs this command.
async fn after(client: &longhaul::link::Client, command: &'static str) {
    let client = client.clone();
    let ran = AtomicBool::new(false);
    let thinks = move |event: &Event| match event {
        Event::ToolStarted(call) if call.title.contains(command) => {
            ran.store(true, Ordering::SeqCst);
            false
        }
        Event::TurnStarted(_) => ran.load(Ordering::SeqCst),
        _ => false,
    };
    tokio::task::spawn_blocking(move || wait_for(&client, thinks)).await.unwrap();
}

/// A project of one person, whose git ignores logs; every run has one session.
async fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(1);
    lab.run(INITIALIZER).await;
    lab.write(".gitignore", "*.log\n");
    lab.write("tracked.txt", "mine\n");
    lab.commit_all("Ignore logs");
    lab
}

/// What was told of files, without what a dead run left running.
fn told(ran: &Ran) -> Vec<ExternalChangeSeen> {
    ran.all(|event| match event {
        Event::ExternalChangeSeen(seen) if seen.what == ExternalKind::Tree => Some(seen.clone()),
        _ => None,
    })
}

fn is_laid_on_a_person(ran: &Ran) -> bool {
    ran.requests.iter().any(|body| body.contains("Keep what the human did"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_loop_keeps_writing_is_told_once_and_laid_on_nobody() {
    let lab = lab().await;
    let turns = [runs(LOOP), thinks(), runs("echo 1"), thinks(), runs("echo 2"), ends()];
    let ran = lab.run(&coding(&turns.concat())).await;
    let told = told(&ran);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].paths, ["tracked.txt"]);
    assert!(told[0].detail.contains("by one of them, or from outside"), "{told:?}");
    let last = ran.requests.last().unwrap();
    let once = "(tracked.txt). Keep what is not yours; what these files are given while the processes run is told no further.";
    assert_eq!(last.matches(once).count(), 1, "{last}");
    assert!(!last.contains("build.log)") && !is_laid_on_a_person(&ran));
}

/// A run in which the agent's background process has written and ended, and the agent thinks.
async fn past_a_process(lab: &Lab) -> Running {
    let turns = [
        runs("(sleep 0.3; echo x > made.txt) > /dev/null 2>&1 &"),
        runs("sleep 5"),
        thinks(),
        ends(),
    ];
    let running = lab.start(&coding(&turns.concat())).await;
    after(&running.engine.client(), "sleep 5").await;
    running
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_edit_is_theirs_again_once_nothing_runs() {
    let lab = lab().await;
    let running = past_a_process(&lab).await;
    lab.write("person.txt", "hello\n");
    lab.write("person.log", "hello\n");
    let ran = running.finish().await;
    let told = told(&ran);
    let persons: Vec<_> = told.iter().filter(|seen| seen.paths == ["person.txt"]).collect();
    assert_eq!(persons.len(), 1, "{told:?}");
    assert_eq!(persons[0].detail, "1 file changed from outside");
    assert!(is_laid_on_a_person(&ran));
    assert!(
        !told.iter().any(|seen| seen.paths.iter().any(|path| path.ends_with(".log"))),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_a_loop_writes_lays_nothing_on_a_person() {
    let lab = lab().await;
    let running = lab.start(&coding(&[runs(LOOP), thinks(), ends()].concat())).await;
    let client = running.engine.client();
    after(&client, "tracked.txt").await;
    client.send(Command::Stop { mode: StopMode::Now }).unwrap();
    let stopped = running.finish().await;
    assert!(told(&stopped).len() <= 1, "{:?}", told(&stopped));
    let size = lab.read("tracked.txt").len();
    let next = lab.run(&coding(&(thinks() + &ends()))).await;
    assert_eq!(lab.read("tracked.txt").len(), size, "the loop has ended with its session");
    assert_eq!(told(&next).len(), told(&stopped).len(), "{:?}", told(&next));
    assert!(!is_laid_on_a_person(&stopped) && !is_laid_on_a_person(&next));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_outlived_a_killed_run_is_ended_and_its_writing_laid_on_nobody() {
    let lab = lab().await;
    let mark = format!("{}-dead9", std::process::id());
    let mut orphan = std::process::Command::new("sh")
        .args(["-c", "while :; do echo x >> tracked.txt; sleep 0.05; done"])
        .current_dir(lab.workspace())
        .env("LONGHAUL_SESSION", format!("{mark}-1"))
        .spawn()
        .unwrap();
    let mut processes = std::fs::File::create(lab.dir().root().join("processes")).unwrap();
    writeln!(processes, "{mark}").unwrap();
    let ran = lab.run(&coding(&(thinks() + &ends()))).await;
    orphan.wait().unwrap();
    assert_eq!(told(&ran), []);
    assert!(!is_laid_on_a_person(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_file_that_changes_once_nothing_runs_is_put_back_in_words_that_are_true() {
    let lab = lab().await;
    let running = past_a_process(&lab).await;
    lab.write(FEATURE_LIST, &lab.read(FEATURE_LIST).replace("say hello", "say hello to all"));
    let ran = running.finish().await;
    let breaches = ran.all(|event| match event {
        Event::BreachFound(breach) => Some(breach.detail.clone()),
        _ => None,
    });
    let [detail] = breaches.try_into().unwrap();
    assert!(!detail.contains("process of the agent runs"), "nothing runs: {detail}");
    assert!(
        detail.contains("a background process of the agent ran in this session")
            && detail.contains("make it again after the session"),
        "{detail}"
    );
    assert!(!lab.read(FEATURE_LIST).contains("say hello to all"));
    assert!(
        ran.requests.iter().any(|body| body.contains("changed by whom is not known")),
        "{:?}",
        ran.requests.last()
    );
}
