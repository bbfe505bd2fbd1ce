//! Watching real directories, by notifications and by polling.

use super::*;
use crate::protocol::event::ExternalKind;
use std::fs;

struct World {
    dir: tempfile::TempDir,
    watcher: Watcher,
    changes: mpsc::Receiver<Change>,
    ends: u32,
}

const MODES: [WatchMode; 2] = [WatchMode::Auto, WatchMode::Poll];

impl World {
    fn new(mode: WatchMode) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let work = dir.path().join("work");
        for path in [
            "work/src",
            "work/node_modules/x",
            "work/.git/refs/heads/topic",
            "work/.git/objects",
        ] {
            fs::create_dir_all(dir.path().join(path)).unwrap();
        }
        for path in ["src/a", "feature_list.json", ".git/HEAD", ".git/refs/heads/main"] {
            fs::write(work.join(path), "1").unwrap();
        }
        let mut options = WatchOptions::new(&work, dir.path().join("marks"));
        options.mode = mode;
        options.debounce = Duration::from_millis(20);
        options.poll_every = Duration::from_millis(20);
        let (watcher, changes) = Watcher::start(options).unwrap();
        assert_eq!(watcher.mode(), mode);
        Self {
            dir,
            watcher,
            changes,
            ends: 0,
        }
    }

    fn write(&self, path: &str) {
        let path = self.dir.path().join("work").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "22").unwrap();
    }

    /// Collects changes until a file of its own, which it writes now, is among them: everything before it has been seen then.
    async fn seen(&mut self) -> Change {
        self.ends += 1;
        let end = format!("end-{}", self.ends);
        self.write(&end);
        let mut all = Change::default();
        while !all.paths.contains(&end) {
            let next = tokio::time::timeout(Duration::from_secs(20), self.changes.recv()).await;
            let change = next.expect("a change").expect("an open channel");
            all.paths.extend(change.paths);
            all.refs.extend(change.refs);
            all.incomplete |= change.incomplete;
        }
        all.paths.retain(|path| !path.starts_with("end-"));
        assert!(!all.incomplete);
        all
    }
}

fn names(set: &std::collections::BTreeSet<String>) -> Vec<&str> {
    set.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn files_and_refs_are_seen_and_the_rest_is_not() {
    for mode in MODES {
        let mut world = World::new(mode);
        for path in [
            "src/a",
            "src/b",
            "feature_list.json",
            "node_modules/x/y",
            "target/debug/z",
            ".git/index",
            ".git/objects/ab",
            ".git/HEAD",
            ".git/refs/heads/main",
            ".git/refs/heads/topic/x",
            ".git/refs/heads/main.lock",
            ".git/packed-refs",
            ".git/refs/longhaul/s1",
            "src/.a.swp",
        ] {
            world.write(path);
        }
        let change = world.seen().await;
        assert_eq!(names(&change.paths), ["feature_list.json", "src/a", "src/b"], "{mode:?}");
        assert_eq!(
            names(&change.refs),
            ["HEAD", "packed-refs", "refs/heads/main", "refs/heads/topic/x"],
            "{mode:?}"
        );
    }
}

#[tokio::test]
async fn what_is_expected_is_not_told_and_its_borders_are_sharp() {
    for mode in MODES {
        let mut world = World::new(mode);
        world.write("before");
        let agent = world.watcher.expect();
        world.write("src/by-agent");
        let harness = world.watcher.expect();
        world.write("by-both");
        drop(agent);
        world.write("src/by-harness");
        world.write(".git/refs/heads/main");
        drop(harness);
        world.write("after");
        let change = world.seen().await;
        assert_eq!(names(&change.paths), ["after", "before"], "{mode:?}");
        assert!(change.refs.is_empty(), "{mode:?}: {change:?}");
    }
}

#[tokio::test]
async fn directories_that_appear_are_watched_too() {
    for mode in MODES {
        let mut world = World::new(mode);
        world.write("new/deep/x");
        let change = world.seen().await;
        assert_eq!(names(&change.paths), ["new/deep/x"], "{mode:?}");
        let agent = world.watcher.expect();
        world.write("agents/own/x");
        drop(agent);
        world.write("new/deep/y");
        let change = world.seen().await;
        assert_eq!(names(&change.paths), ["new/deep/y"], "{mode:?}");
        world.write("agents/own/y");
        fs::remove_file(world.dir.path().join("work/new/deep/x")).unwrap();
        let change = world.seen().await;
        assert_eq!(names(&change.paths), ["agents/own/y", "new/deep/x"], "{mode:?}");
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_loses_nothing() {
    for mode in MODES {
        let mut world = World::new(mode);
        for n in 0..60 {
            world.write(&format!("src/f{n}"));
            if n % 3 == 0 {
                // A burst of its own, as far as the machine lets us: the channel holds 16.
                std::thread::yield_now();
            }
        }
        assert_eq!(world.seen().await.paths.len(), 60, "{mode:?}");
    }
}

#[tokio::test]
async fn a_full_channel_keeps_what_it_could_not_take() {
    let (changes, mut receiver) = mpsc::channel(1);
    let dir = tempfile::tempdir().unwrap();
    let scope = Scope::new(dir.path().into(), dir.path().join("marks"), &[]);
    let long = Duration::from_secs(3_600);
    let worker = Worker::new(
        scope,
        Some(Box::new(|_| true)),
        Arc::new(AtomicUsize::new(0)),
        changes,
        Duration::from_millis(1),
        long,
    );
    let (signals, received) = sync_channel(8);
    let thread = std::thread::spawn(move || worker.run(&received));
    let touch = |name: &str| {
        signals
            .send(Signal::Touched {
                paths: vec![dir.path().join(name)],
                appeared: false,
            })
            .unwrap()
    };
    touch("a");
    // Full once the first burst is in it; the second waits in the worker.
    while receiver.is_empty() {
        tokio::task::yield_now().await;
    }
    touch("b");
    touch("c");
    assert_eq!(names(&receiver.recv().await.unwrap().paths), ["a"]);
    let mut rest = std::collections::BTreeSet::new();
    while rest.len() < 2 {
        rest.extend(receiver.recv().await.unwrap().paths);
    }
    assert_eq!(names(&rest), ["b", "c"]);
    signals.send(Signal::Stop).unwrap();
    thread.join().unwrap();
}

#[tokio::test]
async fn lost_notifications_are_said_and_marks_that_went_with_them_do_not_matter() {
    let (changes, mut receiver) = mpsc::channel(8);
    let dir = tempfile::tempdir().unwrap();
    let (root, marks) = (dir.path().to_owned(), dir.path().join("marks"));
    let open = Arc::new(AtomicUsize::new(1));
    let scope = Scope::new(root.clone(), marks.clone(), &[]);
    let worker = Worker::new(
        scope,
        Some(Box::new(|_| true)),
        Arc::clone(&open),
        changes,
        Duration::from_millis(1),
        Duration::from_secs(3_600),
    );
    let (signals, received) = sync_channel(8);
    let thread = std::thread::spawn(move || worker.run(&received));
    let touch = |path: PathBuf| {
        signals
            .send(Signal::Touched {
                paths: vec![path],
                appeared: true,
            })
            .unwrap()
    };
    touch(marks.join("mark-0-begin"));
    touch(root.join("agent"));
    // Its end mark went with the lost ones.
    signals.send(Signal::Lost).unwrap();
    touch(marks.join("mark-1-begin"));
    touch(root.join("agent"));
    touch(marks.join("mark-1-end"));
    open.store(0, Ordering::SeqCst);
    signals.send(Signal::Lost).unwrap();
    let change = receiver.recv().await.unwrap();
    assert!(change.incomplete, "{change:?}");
    // Nobody writes any more, so the mark that never ended does not hide what comes now.
    touch(root.join("outside"));
    let mut paths = change.paths;
    while !paths.contains("outside") {
        paths.extend(receiver.recv().await.unwrap().paths);
    }
    signals.send(Signal::Stop).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_change_is_told_by_sort() {
    let mut change = Change::default();
    for path in ["feature_list.json", "claude-progress.txt", "a"] {
        change.add_path(path.into());
    }
    for n in 0..30 {
        change.add_ref(format!("refs/heads/b{n:02}"));
    }
    let events = change.events("feature_list.json");
    let kinds: Vec<ExternalKind> = events.iter().map(|event| event.what).collect();
    assert_eq!(
        kinds,
        [
            ExternalKind::FeatureList,
            ExternalKind::Notes,
            ExternalKind::Refs,
            ExternalKind::Tree
        ]
    );
    assert_eq!((events[2].paths.len(), events[2].paths[20].as_str()), (21, "and 10 more"));
    assert_eq!(events[3].detail, "1 file changed from outside");
    assert_eq!(
        Change {
            incomplete: true,
            ..Change::default()
        }
        .events("x")[0]
            .detail,
        "0 files, and perhaps more changed from outside"
    );
}

#[test]
fn a_linked_worktree_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    fs::create_dir_all(root.join("main/.git/worktrees/w")).unwrap();
    fs::create_dir_all(root.join("main/.git/refs/heads")).unwrap();
    fs::create_dir(root.join("w")).unwrap();
    fs::write(root.join("w/.git"), "gitdir: ../main/.git/worktrees/w\n").unwrap();
    fs::write(root.join("main/.git/worktrees/w/commondir"), "../..\n").unwrap();
    let scope = Scope::new(root.join("w"), root.join("marks"), &[]);
    use scope::Place;
    assert_eq!(
        scope.place(&root.join("main/.git/worktrees/w/HEAD")),
        Place::Ref("HEAD".into())
    );
    fs::write(root.join("main/.git/worktrees/w/HEAD"), "ref: refs/heads/x\n").unwrap();
    assert_eq!(
        scope.place(&root.join("main/.git/refs/heads/x")),
        Place::Ref("refs/heads/x".into())
    );
    for others in ["refs/heads/main", "refs/remotes/origin/main", "packed-refs"] {
        assert_eq!(scope.place(&root.join("main/.git").join(others)), Place::Nothing);
    }
    assert_eq!(scope.place(&root.join("main/.git/HEAD")), Place::Nothing);
    assert_eq!(scope.place(&root.join("w/a")), Place::File("a".into()));
    assert_eq!(scope.place(&root.join("elsewhere")), Place::Nothing);
}

#[test]
fn a_workspace_that_is_not_there_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let error = Watcher::start(WatchOptions::new(dir.path().join("no"), dir.path().join("marks"))).unwrap_err();
    assert!(error.to_string().contains("cannot be watched"));
}
