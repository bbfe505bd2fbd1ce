//! The demo, whole: the real binary, real HTTP, real tools, a real repository, and the log that tells of it.

use assert_cmd::Command;
use longhaul::protocol::event::{EndCause, FlipBy, Ruling, RunOutcome};
use longhaul::protocol::{CaseStatus, Envelope, Event, FeatureStatus, Role, TestPurpose};
use longhaul::session::State;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Collects a value from every event of a kind.
macro_rules! all {
    ($demo:expr, $kind:pat $(if $guard:expr)? => $value:expr) => {
        $demo
            .events
            .iter()
            .filter_map(|envelope| match &envelope.event {
                $kind $(if $guard)? => Some($value),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
}

/// A finished headless demo: where it lies, and all its events in order.
struct Demo {
    root: tempfile::TempDir,
    events: Vec<Envelope>,
}

impl Demo {
    fn play() -> Self {
        let root = tempfile::tempdir().unwrap();
        let output = Command::cargo_bin("longhaul")
            .unwrap()
            .args(["demo", "--headless", "--speed", "0", "--dir"])
            .arg(root.path().join("notes"))
            .env("LONGHAUL_STATE_DIR", root.path().join("state"))
            .env("HOME", root.path())
            .env_remove("XDG_CONFIG_HOME")
            .timeout(std::time::Duration::from_secs(300))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}\n{}", output.status, text(&output));
        let events = log(&root.path().join("state"));
        Self { root, events }
    }

    fn project(&self) -> PathBuf {
        self.root.path().join("notes")
    }

    fn run(&self, program: &str, args: &[&str]) -> String {
        let output = std::process::Command::new(program)
            .args(args)
            .current_dir(self.project())
            .output()
            .unwrap();
        assert!(output.status.success(), "{program} {args:?}\n{}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Reads the only project's segments in the order of their names, which is that of the sessions.
fn log(state: &Path) -> Vec<Envelope> {
    let project = std::fs::read_dir(state.join("projects"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut segments: Vec<PathBuf> = std::fs::read_dir(project.join("sessions"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    segments.sort();
    let whole: String = segments.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    whole
        .split_terminator('\n')
        .map(|line| Envelope::from_line(line).unwrap())
        .collect()
}

#[test]
fn the_demo_shows_the_whole_method_and_leaves_a_working_project() {
    let demo = Demo::play();
    every_feature_passes_over_several_sessions(&demo);
    failures_are_seen_before_they_are_mended(&demo);
    a_regression_is_found_and_mended(&demo);
    guards_hold(&demo);
    a_full_window_hands_over_to_a_fresh_one(&demo);
    the_model_is_retried_and_the_owner_asked(&demo);
    nothing_goes_round(&demo);
    what_is_left_behind_works(&demo);
}

fn every_feature_passes_over_several_sessions(demo: &Demo) {
    let ends = all!(demo, Event::RunEnded(end) => end.outcome);
    assert_eq!(ends, [RunOutcome::AllPassing]);
    let roles = all!(demo, Event::SessionStarted(start) => start.role);
    assert_eq!(roles[0], Role::Initializer);
    assert!(
        roles.len() > 5 && roles[1..].iter().all(|role| *role == Role::Coding),
        "{roles:?}"
    );
    let list: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(demo.project().join("feature_list.json")).unwrap()).unwrap();
    let features = list.as_array().unwrap();
    assert!(features.len() >= 12);
    assert!(features.iter().all(|feature| feature["passes"] == true), "{list:#}");
    // The script was long enough, and every turn of it fitted: a model without words left says so.
    let words = all!(demo, Event::BlockFinished(block) => block.block.get());
    assert!(!words.is_empty() && !words.iter().any(|text| text.contains("script has ended")));
}

/// The script tells of tests that fail first, and of a first fix that fails too: they really do.
fn failures_are_seen_before_they_are_mended(demo: &Demo) {
    let outputs = all!(demo, Event::ToolFinished(end) => end.output.text.as_str());
    let place = |needle: &str| {
        outputs
            .iter()
            .position(|output| output.contains(needle))
            .ok_or(needle)
            .unwrap()
    };
    let case = "04-delete.sh: takes that note and no other";
    let red = |got: &str| format!("- {case}\n  ---\n  want: \"2 10 \"\n  got:  \"{got} \"");
    assert!(place(&red("2")) < place(&red("1 2 10")));
    assert!(
        outputs
            .iter()
            .skip(place(&red("1 2 10")))
            .any(|output| output.contains(&format!("\nok 15 - {case}")))
    );
    let before_commits = all!(demo, Event::TestRunFinished(end) if end.run.purpose == TestPurpose::Commit => end.run.is_green());
    assert!(before_commits.iter().all(|green| *green));
}

fn a_regression_is_found_and_mended(demo: &Demo) {
    let flips = all!(demo, Event::FeatureFlipped(flip) if flip.feature.as_str() == "F002" => (flip.to, flip.by));
    let (up, down) = (FeatureStatus::Passing, FeatureStatus::Failing);
    assert_eq!(flips, [(up, FlipBy::Agent), (down, FlipBy::Harness), (up, FlipBy::Agent)]);
    let down_flips = all!(demo, Event::FeatureFlipped(flip) if flip.to == FeatureStatus::Failing => flip.feature.as_str());
    assert_eq!(down_flips, ["F002"]);
    let smoke = all!(demo, Event::TestRunFinished(end) if end.run.purpose == TestPurpose::Smoke => &end.run);
    let failed = smoke
        .iter()
        .flat_map(|run| &run.cases)
        .find(|case| case.status == CaseStatus::Failed)
        .unwrap();
    assert!(failed.name.contains("02-list.sh: shows id, day and text"), "{}", failed.name);
}

fn guards_hold(demo: &Demo) {
    let denied = all!(demo, Event::RulingMade(ruling) if ruling.ruling == Ruling::Deny => ruling.guard.as_str());
    assert_eq!(denied, ["git", "feature_list", "test_files"]);
    let breaches = all!(demo, Event::BreachFound(breach) => (breach.path.as_str(), breach.restored));
    assert_eq!(breaches, [("tests/09-filter.sh", true)]);
    let outside = all!(demo, Event::ExternalChangeSeen(change) => &change.detail);
    assert!(outside.is_empty(), "taken for somebody else's: {outside:?}");
}

fn a_full_window_hands_over_to_a_fresh_one(demo: &Demo) {
    let ends = all!(demo, Event::SessionEnded(end) => end);
    let full: Vec<usize> = (0..ends.len())
        .filter(|at| ends[*at].cause == EndCause::ContextFull)
        .collect();
    let [at] = full[..] else {
        panic!("context resets after sessions {full:?}")
    };
    assert!(
        ends[at].dirty.iter().any(|path| path.ends_with("lib/csv.awk")),
        "{:?}",
        ends[at].dirty
    );
    assert_eq!(ends[at].next.as_ref().unwrap().as_str(), "F013");
    let others = ends.iter().enumerate().filter(|(other, _)| *other != at);
    for (number, end) in others {
        assert_eq!(
            (end.cause, &end.dirty[..]),
            (EndCause::Finished, &[][..]),
            "session {}",
            number + 1
        );
    }
}

fn the_model_is_retried_and_the_owner_asked(demo: &Demo) {
    let retries = all!(demo, Event::RequestRetried(retry) => (retry.attempt, retry.error.as_str()));
    assert_eq!(retries.len(), 1, "{retries:?}");
    assert_eq!(retries[0].0, 1);
    let questions = all!(demo, Event::QuestionAsked(question) => question.choices.len());
    assert_eq!(questions, [2]);
    let answers = all!(demo, Event::QuestionAnswered(answer) => answer.by.as_str());
    assert_eq!(answers, ["policy"]);
}

/// A real log, with edits, failures, polls and a hand-off in it, in which nothing goes round.
fn nothing_goes_round(demo: &Demo) {
    let seen = all!(demo, Event::CirclingSeen(seen) => seen.words());
    assert!(seen.is_empty(), "{seen:?}");
    let mut state = State::default();
    for envelope in &demo.events {
        state.apply(envelope);
        let rounds = state.current().map_or(0, |session| session.headway.rounds());
        assert!(rounds < 3, "{rounds} rounds at event {}: {:?}", envelope.seq, envelope.event);
    }
    let moved: u32 = state.features.rows.iter().map(|row| row.track.turns).sum();
    assert!(moved > 30, "the measure saw only {moved} turns");
}

fn what_is_left_behind_works(demo: &Demo) {
    assert_eq!(demo.run("git", &["status", "--porcelain", "--ignored"]), "");
    let commits = all!(demo, Event::CommitMade(commit) => commit.message.lines().next().unwrap_or(""));
    assert!(commits.len() > 12);
    let log = demo.run("git", &["log", "--reverse", "--format=%s"]);
    assert_eq!(
        log.lines().rev().take(commits.len()).collect::<Vec<_>>(),
        commits.iter().rev().copied().collect::<Vec<_>>()
    );
    let tap = demo.run("sh", &["tests/run.sh"]);
    assert!(tap.ends_with("\n1..61\n") && !tap.contains("not ok"), "{tap}");
    assert!(demo.run("sh", &["bin/notes", "help"]).starts_with("usage: notes COMMAND"));
}
