//! An edit of the feature list by hand, killed at many of its system calls.
//!
//! Invariant of each: the same command does it, and then the file, the last commit and the index say the same, and nothing else changed.

use super::worktree::output;
use super::{Lane, copy};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Kills; of all calls as many are taken, evenly.
const POINTS: usize = 60;

const LIST: &str = "feature_list.json";

const FLIP: [&str; 6] = ["features", "set", LIST, "F002", "passing", "--reason=tried it"];

/// A project with a log, whose user has staged and unstaged changes.
fn make(lane: &Lane) {
    lane.make();
    let feature = |id: &str| format!("  {{\"id\": \"{id}\", \"description\": \"says {id}\", \"passes\": false}}");
    lane.write(LIST, format!("[\n{},\n{}\n]\n", feature("F001"), feature("F002")).as_bytes());
    output(lane, &["add", LIST]);
    output(lane, &["commit", "-qm", "plan", LIST]);
    for args in [["rollback", "HEAD~1", "--yes"].as_slice(), &["undo", "--yes"]] {
        let done = lane.longhaul(args, None);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

fn judge(lane: &Lane, before: &std::collections::BTreeMap<String, Vec<u8>>, at: &str) {
    let mut again = lane.longhaul(&FLIP, None);
    if String::from_utf8_lossy(&again.stderr).contains("refs/heads/main is locked") {
        // As git leaves it, and says it: nobody can know whose it is. The list is as it was until then.
        assert_eq!(fs::read(lane.app().join(LIST)).unwrap(), before[LIST], "{at}");
        fs::remove_file(lane.app().join(".git/refs/heads/main.lock")).unwrap();
        again = lane.longhaul(&FLIP, None);
    }
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.success() || told.contains("says already"), "{at}: {told}");
    let fsck = lane.git(&["fsck", "--strict", "--no-dangling"]);
    assert!(fsck.status.success(), "{at}: {}", String::from_utf8_lossy(&fsck.stderr));
    let list = String::from_utf8(fs::read(lane.app().join(LIST)).unwrap()).unwrap();
    assert_eq!(list.matches("true").count(), 1, "{at}: {list}");
    assert_eq!(
        output(lane, &["show", &format!("HEAD:{LIST}")]),
        list.trim_end(),
        "{at}: as committed"
    );
    let status = output(lane, &["status", "--porcelain"]);
    assert!(!status.contains(LIST) && !status.contains(".tmp"), "{at}: {status}");
    assert!(status.contains("MM a.txt"), "{at}: what was staged stays: {status}");
    assert_eq!(
        output(lane, &["log", "--format=%s", "-2"]),
        "features: F002 passes (by hand)\nplan",
        "{at}: one commit"
    );
    let mut now = lane.files();
    now.insert(LIST.to_owned(), before[LIST].clone());
    assert_eq!(&now, before, "{at}");
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn an_edit_that_is_killed_at_any_call_is_whole_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().canonicalize().unwrap();
    let points = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for half in 0..2 {
            let lane = Lane {
                root: home.join(half.to_string()),
            };
            let points = &points;
            scope.spawn(move || {
                make(&lane);
                let (before, kept) = (lane.files(), lane.root.with_extension("kept"));
                copy(&lane.root, &kept);
                let counts = lane.count(&FLIP);
                let all: Vec<(&str, usize)> = counts
                    .iter()
                    .flat_map(|(call, times)| (1..=*times).map(move |n| (call.as_str(), n)))
                    .collect();
                for (call, n) in all.iter().step_by(all.len().div_ceil(POINTS)).skip(half).step_by(2) {
                    copy(&kept, &lane.root);
                    if lane.longhaul(&FLIP, Some((call, *n))).status.success() {
                        // Counted over all threads, and this one makes fewer.
                        continue;
                    }
                    points.fetch_add(1, Ordering::Relaxed);
                    judge(&lane, &before, &format!("{call} {n}"));
                }
            });
        }
    });
    let points = points.into_inner();
    assert!(points >= 40, "only {points} points");
}
