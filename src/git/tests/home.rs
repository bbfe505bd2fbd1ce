//! Work that comes home: merged, squashed, refused, cut off.

use super::worktree::{made_in, must, nest};
use crate::git::{GitError, Home, HomeStep, Homecoming, Repo};
use crate::protocol::{FinishWay, WorkTree};
use std::fs;
use std::path::{Path, PathBuf};

/// A checkout with a worktree in which work was done.
struct Work {
    _dir: tempfile::TempDir,
    root: PathBuf,
    tree: WorkTree,
}

impl Work {
    fn new() -> Self {
        let (dir, root) = nest("app");
        let tree = made_in(&root);
        let work = Self { _dir: dir, root, tree };
        work.agent("a.txt", "agent\n");
        work.agent("new/n.txt", "new\n");
        fs::remove_file(work.path().join("dir/b.txt")).unwrap();
        work.commit(work.path(), "work");
        work
    }

    fn path(&self) -> &Path {
        Path::new(&self.tree.path)
    }

    fn agent(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn mine(&self, file: &str, text: &str) {
        fs::write(self.root.join(file), text).unwrap();
    }

    fn commit(&self, dir: &Path, message: &str) {
        must(dir, &["add", "-A"]);
        must(dir, &["commit", "-q", "-m", message]);
    }

    fn git(&self, args: &[&str]) -> String {
        must(&self.root, args)
    }

    fn repo(&self) -> Repo {
        Repo::discover(&self.root).unwrap()
    }

    fn plan(&self, way: FinishWay) -> Homecoming {
        self.repo().plan_home(&self.tree.branch, "main", way).unwrap()
    }

    fn home(&self, plan: &Homecoming) -> Result<Home, GitError> {
        let repo = self.repo();
        let to = if plan.step.needs_commit() {
            repo.write_home(plan, "work comes home", None)?
        } else {
            plan.tip.clone()
        };
        repo.bring_home(plan, &to)
    }

    /// What must not change when a homecoming is refused.
    fn still(&self) -> [String; 3] {
        [
            self.git(&["for-each-ref"]),
            self.git(&["status", "--porcelain"]),
            self.git(&["diff", "HEAD"]),
        ]
    }
}

#[test]
fn a_branch_that_stood_still_moves_forward_and_its_files_follow() {
    let work = Work::new();
    work.mine("unrelated.txt", "mine\n");
    let plan = work.plan(FinishWay::Merge);
    assert_eq!((plan.step, plan.commits, plan.on_disk), (HomeStep::Forward, 1, true));
    assert_eq!(plan.paths, ["a.txt", "dir/b.txt", "new/n.txt"]);
    let old = work.git(&["rev-parse", "main"]);
    let home = work.home(&plan).unwrap();
    assert_eq!(home.to, plan.tip);
    assert_eq!(work.git(&["rev-parse", "main"]), work.git(&["rev-parse", &work.tree.branch]));
    assert_eq!(work.git(&["status", "--porcelain"]), "?? unrelated.txt");
    assert_eq!(fs::read_to_string(work.root.join("new/n.txt")).unwrap(), "new\n");
    assert_eq!(work.git(&["rev-parse", &home.undo]), old, "where the branch was is kept");
    work.git(&["reset", "-q", "--keep", &home.undo]);
    assert_eq!(fs::read_to_string(work.root.join("a.txt")).unwrap(), "one\n");
}

#[test]
fn commits_of_the_user_meanwhile_are_merged_with() {
    let work = Work::new();
    work.mine("mine.txt", "mine\n");
    work.commit(&work.root, "mine");
    let plan = work.plan(FinishWay::Merge);
    assert_eq!(plan.step, HomeStep::Merge);
    let home = work.home(&plan).unwrap();
    let parents = work.git(&["log", "-1", "--format=%P", "main"]);
    assert_eq!(parents, format!("{} {}", plan.from, plan.tip));
    assert_eq!(work.git(&["status", "--porcelain"]), "");
    assert!(work.root.join("mine.txt").exists() && work.root.join("new/n.txt").exists());
    assert_eq!(work.git(&["rev-parse", "main"]), home.to.0);
    assert_eq!(work.plan(FinishWay::Merge).step, HomeStep::None, "once is enough");
}

#[test]
fn a_squash_is_one_commit_and_once_is_enough() {
    let work = Work::new();
    work.agent("later.txt", "later\n");
    work.commit(work.path(), "later work");
    work.mine("mine.txt", "mine\n");
    work.commit(&work.root, "mine");
    let plan = work.plan(FinishWay::Squash);
    assert_eq!((plan.step, plan.commits), (HomeStep::Squash, 2));
    work.home(&plan).unwrap();
    assert_eq!(work.git(&["log", "--format=%s", "main"]), "work comes home\nmine\nfirst");
    assert_eq!(work.git(&["rev-parse", "main^{tree}"]), plan.files.0);
    assert_eq!(work.git(&["status", "--porcelain"]), "");
    assert_eq!(work.plan(FinishWay::Squash).step, HomeStep::None);
}

#[test]
fn conflicts_are_found_beforehand_and_nothing_is_half_merged() {
    let work = Work::new();
    work.mine("a.txt", "mine\n");
    work.mine("dir/b.txt", "mine\n");
    work.commit(&work.root, "mine");
    let before = work.still();
    for way in [FinishWay::Merge, FinishWay::Squash] {
        let plan = work.plan(way);
        assert_eq!(
            plan.obstacles,
            ["a.txt was changed on both branches", "dir/b.txt was changed on both branches"]
        );
        assert!(plan.conflicts);
        assert_eq!(
            plan.paths,
            ["a.txt", "dir/b.txt", "new/n.txt"],
            "how much it is can still be said"
        );
        let refused = work.repo().bring_home(&plan, &plan.tip).unwrap_err();
        assert!(matches!(refused, GitError::NotHome { .. }), "{refused}");
        assert_eq!(work.still(), before);
    }
}

/// What is said, and what the user did.
type Case<'a> = (&'a str, &'a dyn Fn(&Work));

#[test]
fn what_the_user_has_not_committed_is_refused_by_name_and_the_rest_is_left_alone() {
    let cases: [Case<'_>; 6] = [
        ("a.txt has changes that are not committed", &|work| {
            work.mine("a.txt", "mine\n")
        }),
        ("a.txt has changes that you staged", &|work| {
            work.mine("a.txt", "mine\n");
            work.git(&["add", "a.txt"]);
        }),
        ("a.txt was removed", &|work| fs::remove_file(work.root.join("a.txt")).unwrap()),
        ("new/n.txt lies there and git does not know it", &|work| {
            fs::create_dir(work.root.join("new")).unwrap();
            work.mine("new/n.txt", "mine\n");
        }),
        ("new/n.txt lies there and git does not know it", &|work| {
            fs::write(work.root.join(".git/info/exclude"), "new\n").unwrap();
            fs::create_dir(work.root.join("new")).unwrap();
            work.mine("new/n.txt", "ignored, and mine\n");
        }),
        ("new/n.txt cannot be written: a file lies where its directory goes", &|work| {
            work.mine("new", "mine\n");
        }),
    ];
    for (said, mine) in cases {
        let work = Work::new();
        mine(&work);
        let before = work.still();
        let plan = work.plan(FinishWay::Merge);
        assert_eq!(plan.obstacles, [said]);
        assert!(work.home(&plan).is_err());
        assert_eq!(work.still(), before, "{said}");
    }
}

#[test]
fn an_edit_after_the_plan_makes_it_void() {
    let work = Work::new();
    let plan = work.plan(FinishWay::Merge);
    work.mine("a.txt", "just now\n");
    let before = work.still();
    assert!(matches!(work.home(&plan), Err(GitError::Stale)));
    assert_eq!(work.still(), before);
}

#[test]
fn a_checkout_on_another_branch_keeps_its_files() {
    let work = Work::new();
    work.git(&["switch", "-q", "-c", "other"]);
    work.mine("a.txt", "mine\n");
    let plan = work.plan(FinishWay::Merge);
    assert!(!plan.on_disk && plan.obstacles.is_empty());
    work.home(&plan).unwrap();
    assert_eq!(work.git(&["rev-parse", "main"]), plan.tip.0);
    assert_eq!(work.git(&["status", "--porcelain"]), " M a.txt");
    assert_eq!(fs::read_to_string(work.root.join("a.txt")).unwrap(), "mine\n");
}

#[test]
fn a_branch_that_another_worktree_has_is_left_alone() {
    let work = Work::new();
    work.git(&["switch", "-q", "-c", "other"]);
    work.git(&["worktree", "add", "-q", "../second", "main"]);
    let error = work
        .repo()
        .plan_home(&work.tree.branch, "main", FinishWay::Merge)
        .unwrap_err();
    assert!(
        matches!(&error, GitError::CheckedOut { place, .. } if place.ends_with("second")),
        "{error}"
    );
}

#[test]
fn branches_that_are_gone_or_strangers_and_operations_half_done_are_named() {
    let work = Work::new();
    let plan = |into: &str| work.repo().plan_home(&work.tree.branch, into, FinishWay::Merge).unwrap_err();
    assert!(matches!(plan("nowhere"), GitError::NoHome { .. }));
    work.git(&["switch", "-q", "--orphan", "stranger"]);
    work.git(&["commit", "-q", "--allow-empty", "-m", "alone"]);
    assert!(matches!(plan("stranger"), GitError::Unrelated { .. }));
    work.git(&["switch", "-q", "main"]);
    work.git(&["bisect", "start"]);
    assert!(matches!(plan("main"), GitError::InProgress { what: "bisect" }));
}

#[test]
fn line_ends_of_a_checkout_stay_as_they_are() {
    let work = Work::new();
    work.git(&["config", "core.autocrlf", "true"]);
    fs::remove_file(work.root.join("a.txt")).unwrap();
    work.git(&["checkout", "-q", "a.txt"]);
    assert_eq!(fs::read(work.root.join("a.txt")).unwrap(), b"one\r\n");
    let plan = work.plan(FinishWay::Merge);
    assert_eq!(plan.obstacles, [""; 0]);
    work.home(&plan).unwrap();
    assert_eq!(fs::read(work.root.join("a.txt")).unwrap(), b"agent\r\n");
    assert_eq!(work.git(&["status", "--porcelain"]), "");
}

#[test]
fn new_files_come_home_with_the_line_ends_of_a_checkout() {
    let work = Work::new();
    work.agent("run.sh", "one\ntwo\n");
    work.agent("raw.bin", "a\0b\n");
    work.commit(work.path(), "more");
    work.git(&["config", "core.autocrlf", "true"]);
    work.home(&work.plan(FinishWay::Squash)).unwrap();
    assert_eq!(fs::read(work.root.join("run.sh")).unwrap(), b"one\r\ntwo\r\n");
    assert_eq!(fs::read(work.root.join("new/n.txt")).unwrap(), b"new\r\n");
    assert_eq!(fs::read(work.root.join("raw.bin")).unwrap(), b"a\0b\n");
    assert_eq!(work.git(&["status", "--porcelain"]), "");
    assert_eq!(work.git(&["show", "HEAD:run.sh"]), "one\ntwo");
}

#[test]
fn a_worktree_may_go_whose_files_differ_only_in_line_ends() {
    let work = Work::new();
    work.git(&["config", "core.autocrlf", "true"]);
    work.agent("a.txt", "agent\r\n");
    must(work.path(), &["add", "a.txt"]);
    work.agent("a.txt", "agent\n");
    assert_ne!(must(work.path(), &["status", "--porcelain"]), "", "git goes by the size");
    let home = work.home(&work.plan(FinishWay::Merge)).unwrap();
    let stays = work.repo().must_stay(&work.tree, &home.to, crate::git::Removal::New).unwrap();
    assert_eq!(stays, None);
}

#[test]
fn what_is_staged_elsewhere_and_a_files_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let work = Work::new();
    work.mine("staged.txt", "mine\n");
    work.git(&["add", "staged.txt"]);
    fs::set_permissions(work.root.join("a.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    work.home(&work.plan(FinishWay::Merge)).unwrap();
    assert_eq!(work.git(&["status", "--porcelain"]), "A  staged.txt");
    let mode = fs::metadata(work.root.join("a.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A homecoming that was made, with its record put back as a kill would have left it.
fn cut_off(work: &Work) -> Homecoming {
    let plan = work.plan(FinishWay::Merge);
    let record = work.repo().begin_home(&plan, &plan.tip, 9).unwrap().record;
    work.home(&plan).unwrap();
    assert_eq!(work.git(&["for-each-ref", "refs/longhaul/finishing"]), "");
    work.git(&["update-ref", "refs/longhaul/finishing", &record.to_string()]);
    plan
}

#[test]
fn a_homecoming_cut_off_after_the_branch_moved_is_finished() {
    let work = Work::new();
    let plan = cut_off(&work);
    let repo = work.repo();
    fs::write(work.root.join("a.txt"), "one\n").unwrap();
    fs::remove_file(work.root.join("new/n.txt")).unwrap();
    let home = repo.finish_homecoming().unwrap().unwrap();
    assert_eq!((home.to, home.kept.len()), (plan.tip.clone(), 0));
    assert_eq!(work.git(&["status", "--porcelain"]), "");
    assert_eq!(repo.finish_homecoming().unwrap(), None);
}

#[test]
fn a_homecoming_cut_off_before_the_branch_moved_is_forgotten() {
    let work = Work::new();
    let plan = work.plan(FinishWay::Merge);
    let record = work.repo().begin_home(&plan, &plan.tip, 9).unwrap().record;
    work.git(&["update-ref", "refs/longhaul/finishing", &record.to_string()]);
    let lock = work.root.join(".git/refs/heads/main.lock");
    fs::write(&lock, format!("{}\n", plan.tip)).unwrap();
    assert_eq!(work.repo().finish_homecoming().unwrap(), None);
    assert!(!lock.exists(), "nobody is locked out of the branch");
    assert_eq!(work.git(&["for-each-ref", "refs/longhaul"]), "");
    assert_eq!(work.git(&["status", "--porcelain"]), "");
    work.home(&plan).unwrap();
}

#[test]
fn a_file_that_the_user_edited_after_the_cut_is_kept_aside_and_named() {
    let work = Work::new();
    cut_off(&work);
    fs::write(work.root.join("a.txt"), "mine, after the crash\n").unwrap();
    let home = work.repo().finish_homecoming().unwrap().unwrap();
    assert_eq!(home.kept.len(), 1);
    assert_eq!(
        fs::read_to_string(work.root.join(&home.kept[0])).unwrap(),
        "mine, after the crash\n"
    );
    assert_eq!(fs::read_to_string(work.root.join("a.txt")).unwrap(), "agent\n");
}
