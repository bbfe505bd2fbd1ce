//! A worktree that is made, and one whose work comes home and that is removed, each killed at many of its system calls.
//!
//! Invariant of each: the repository is sound, nobody is locked out, no work is lost, and the next command finishes it or says why not.

use super::{Lane, copy};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Kills a scenario; of all its calls as many are taken, evenly.
const POINTS: usize = 42;

/// What is killed.
struct Scenario {
    name: &'static str,
    args: &'static [&'static str],
    /// Whether there is a worktree with work in it before.
    worked: bool,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: "worktree",
        args: &["debug", "worktree", "."],
        worked: false,
    },
    Scenario {
        name: "merge",
        args: &["finish", ".", "--merge"],
        worked: true,
    },
    Scenario {
        name: "squash",
        args: &["finish", ".", "--squash"],
        worked: true,
    },
];

fn tree(lane: &Lane) -> PathBuf {
    lane.root.join("app-longhaul-main")
}

pub(super) fn output(lane: &Lane, args: &[&str]) -> String {
    let done = lane.git(args);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
}

/// A worktree with two commits, and one on the user's branch, so that neither way only moves it forward.
fn work(lane: &Lane) -> String {
    assert!(lane.longhaul(&["debug", "worktree", "."], None).status.success());
    let there = tree(lane);
    for (file, text) in [("work.txt", "work\n"), ("deep/er/more.txt", "more\n")] {
        let file = there.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        let made = lane.longhaul(&["debug", "commit", there.to_str().unwrap()], None);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    lane.write("later/d.txt", b"mine\n");
    output(lane, &["commit", "-q", "-m", "mine", "later/d.txt"]);
    output(lane, &["rev-parse", "longhaul/main"])
}

/// Looks for locks that would keep somebody from working.
fn locks(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != "objects" {
            locks(&path, found);
        } else if matches!(entry.file_name().to_str(), Some("index.lock" | "HEAD.lock" | "config.lock")) {
            found.push(path);
        }
    }
}

/// What must hold after a kill.
fn sound(lane: &Lane, work: Option<&str>, made: bool, at: &str) {
    let fsck = lane.git(&["fsck", "--strict", "--no-dangling"]);
    let said = String::from_utf8_lossy(&fsck.stderr);
    // `git worktree add` itself goes through a HEAD of zeros, in a worktree that is not whole yet.
    let on_the_way = |line: &str| !made && line == "error: worktrees/main/HEAD: detached HEAD points at nothing";
    let wrong: Vec<_> = said.lines().filter(|line| !on_the_way(line)).collect();
    assert!(
        wrong.is_empty() && (fsck.status.success() || !said.is_empty()),
        "{at}: {said}"
    );
    let mut found = Vec::new();
    locks(&lane.app().join(".git"), &mut found);
    // In a worktree that is not whole yet nobody works; the next making has to get past its locks.
    found.retain(|lock| made || !lock.starts_with(lane.app().join(".git/worktrees")));
    assert!(found.is_empty(), "{at}: {found:?}");
    output(lane, &["rev-parse", "--verify", "HEAD^{commit}"]);
    output(lane, &["status", "--porcelain"]);
    output(lane, &["worktree", "list"]);
    if let Some(tip) = work {
        let held = output(lane, &["for-each-ref", "--contains", tip]);
        assert!(!held.is_empty(), "{at}: nothing holds the work");
    }
}

/// Checks one kill.
fn judge(scenario: &Scenario, lane: &Lane, before: &Before, at: &str) {
    sound(lane, before.work.as_deref(), scenario.worked, at);
    for (path, bytes) in before.start.iter().filter(|(path, _)| !path.ends_with(super::MODE)) {
        // What the work changes may be there already; nothing else may differ.
        let now = fs::read(lane.app().join(path)).ok();
        let fine = now.as_ref() == Some(bytes) || now.as_ref() == before.done.get(path);
        assert!(fine, "{at}: {path}");
    }
    let again = lane.longhaul(scenario.args, None);
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    let over = scenario.worked && told.contains("nothing to bring home");
    assert!(again.status.success() || over, "{at}: {told}");
    sound(lane, before.work.as_deref(), true, at);
    assert_eq!(lane.files(), before.done, "{at}: after doing it again");
    if scenario.worked {
        assert!(!tree(lane).exists(), "{at}: the worktree stays: {told}");
        assert_eq!(
            output(lane, &["worktree", "list", "--porcelain"])
                .matches("worktree ")
                .count(),
            1,
            "{at}"
        );
        assert_eq!(
            output(lane, &["rev-parse", "main^{tree}"]),
            before.tree,
            "{at}: the user's branch"
        );
    } else {
        assert_eq!(fs::read(tree(lane).join("a.txt")).unwrap(), b"two\n", "{at}: as committed");
        let in_it = lane.git(&["-C", tree(lane).to_str().unwrap(), "status", "--porcelain"]);
        assert_eq!(String::from_utf8(in_it.stdout).unwrap(), "", "{at}: the worktree is whole");
    }
}

/// How it was before, and how it is once it was done.
struct Before {
    start: std::collections::BTreeMap<String, Vec<u8>>,
    done: std::collections::BTreeMap<String, Vec<u8>>,
    work: Option<String>,
    tree: String,
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn a_worktree_that_is_killed_at_any_call_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().canonicalize().unwrap();
    let points = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for scenario in &SCENARIOS {
            let lane = Lane {
                root: home.join(scenario.name),
            };
            let points = &points;
            scope.spawn(move || {
                lane.make();
                let work = scenario.worked.then(|| work(&lane));
                let (start, kept) = (lane.files(), lane.root.with_extension("kept"));
                copy(&lane.root, &kept);
                let counts = lane.count(scenario.args);
                let before = Before {
                    start,
                    done: lane.files(),
                    work,
                    tree: output(&lane, &["rev-parse", "main^{tree}"]),
                };
                let all: Vec<(&str, usize)> = counts
                    .iter()
                    .flat_map(|(call, times)| (1..=*times).map(move |n| (call.as_str(), n)))
                    .collect();
                // The calls stand in order of their kind, so that even steps take some of each.
                for (call, n) in all.iter().step_by(all.len().div_ceil(POINTS)) {
                    copy(&kept, &lane.root);
                    let killed = lane.longhaul(scenario.args, Some((call, *n)));
                    if killed.status.success() {
                        // Counted over all threads, and this one makes fewer.
                        continue;
                    }
                    points.fetch_add(1, Ordering::Relaxed);
                    judge(scenario, &lane, &before, &format!("{} at {call} {n}", scenario.name));
                }
            });
        }
    });
    let points = points.into_inner();
    assert!(points >= 80, "only {points} points");
}
