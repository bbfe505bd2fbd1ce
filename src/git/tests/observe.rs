//! What is told of repositories and commits, and which places are refused.

use super::{GitError, Lab, Repo};
use crate::protocol::Oid;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn an_ordinary_repository() {
    let lab = Lab::with_commit();
    lab.write("b.txt", "b\n");
    lab.git(&["add", "."]);
    lab.git(&["commit", "-q", "-m", "\n\nsecond: subject\n\nbody"]);
    lab.write("a.txt", "two\n");
    lab.write("new/x", "x");
    std::fs::remove_file(lab.root().join("b.txt")).unwrap();
    let seen = lab.repo().observe(1).unwrap();
    assert_eq!((seen.branch.as_str(), seen.total, seen.commits.len()), ("main", 2, 1));
    assert_eq!(
        (seen.commits[0].subject.as_str(), seen.commits[0].author.as_str()),
        ("second: subject", "Ada")
    );
    assert_eq!(seen.head.unwrap().0, lab.git(&["rev-parse", "HEAD"]));
    assert_eq!(seen.dirty, ["M a.txt", "D b.txt", "?? new/"]);
}

#[test]
fn unborn_and_detached() {
    let lab = Lab::new();
    let seen = lab.repo().observe(5).unwrap();
    assert_eq!((seen.branch.as_str(), seen.head, seen.total), ("main", None, 0));
    let lab = Lab::with_commit();
    lab.git(&["checkout", "-q", "--detach"]);
    let seen = lab.repo().observe(5).unwrap();
    assert_eq!(seen.branch, seen.head.unwrap().short());
}

#[test]
fn the_fingerprint_moves_with_refs_and_only_with_them() {
    let lab = Lab::with_commit();
    let print = || lab.repo().refs_fingerprint().unwrap();
    let first = print();
    lab.write("a.txt", "two\n");
    lab.git(&["add", "."]);
    lab.git(&["update-ref", "refs/longhaul/undo/1", "HEAD"]);
    assert_eq!(print(), first);
    lab.git(&["tag", "v1"]);
    let tagged = print();
    assert_ne!(tagged, first);
    lab.git(&["switch", "-q", "-c", "same-commit"]);
    assert_ne!(print(), tagged);
}

#[test]
fn places_that_are_no_repository_say_what_to_do() {
    let lab = Lab::bare_directory();
    let error = Repo::discover(&lab.root()).unwrap_err();
    // A directory above the temporary one might be a repository on some machine; this one is not.
    assert!(
        matches!(error, GitError::NotARepository { .. }) && error.to_string().contains("git init"),
        "{error}"
    );
    assert!(matches!(
        Repo::discover(&lab.root().join("missing")),
        Err(GitError::Io { .. })
    ));
    lab.git(&["init", "-q", "--bare"]);
    assert!(matches!(Repo::discover(&lab.root()), Err(GitError::Bare { .. })));
    let lab = Lab::new();
    lab.git(&["config", "core.repositoryformatversion", "1"]);
    lab.git(&["config", "extensions.refstorage", "reftable"]);
    assert!(matches!(Repo::discover(&lab.root()), Err(GitError::Unsupported { .. })));
}

#[test]
fn a_repository_of_another_user_is_not_trusted() {
    let lab = Lab::with_commit();
    // Only root can give a repository away.
    if rustix::process::geteuid().is_root() {
        for path in [".git", "."] {
            std::os::unix::fs::chown(lab.root().join(path), Some(54_321), Some(54_321)).unwrap();
        }
        let error = Repo::discover(&lab.root()).unwrap_err();
        assert!(
            matches!(error, GitError::Owner { .. }) && error.to_string().contains("safe.directory"),
            "{error}"
        );
    }
}

#[test]
fn a_repository_is_found_from_below_and_made_where_there_is_none() {
    let lab = Lab::with_commit();
    lab.write("deep/er/x", "");
    assert_eq!(Repo::discover(&lab.root().join("deep/er")).unwrap().workdir(), lab.root());
    let fresh = Lab::bare_directory();
    let made = Repo::init(&fresh.root().join("project")).unwrap();
    assert_eq!(made.workdir(), fresh.root().join("project"));
    assert_eq!(made.head().unwrap(), None);
    assert_eq!(Repo::init(made.workdir()).unwrap().workdir(), made.workdir());
}

#[test]
fn a_diff_tells_of_lines_renames_modes_and_bytes() {
    let lab = Lab::with_commit();
    lab.write("old name.txt", "1\n2\n3\n4\n5\n6\n7\n8\n");
    lab.write("run.sh", "echo\n");
    lab.write("gone.txt", "gone\n");
    lab.commit("base").unwrap();
    std::fs::rename(lab.root().join("old name.txt"), lab.root().join("new name.txt")).unwrap();
    lab.write("new name.txt", "1\n2\n3\n4\nfive\n6\n7\n8");
    std::fs::set_permissions(lab.root().join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::remove_file(lab.root().join("gone.txt")).unwrap();
    lab.write("image.png", [0x89, b'P', 0, 1, 2]);
    std::os::unix::fs::symlink("a.txt", lab.root().join("link")).unwrap();
    let made = lab.commit("many kinds\n\nbody").unwrap();
    assert_eq!(made.files, 5);
    let diff = lab.repo().commit_diff(&made.commit).unwrap();
    assert_eq!(
        (diff.author.as_str(), diff.message.as_str()),
        ("Ada <ada@example.com>", "many kinds\n\nbody\n")
    );
    let row = |file: &crate::protocol::FileDiff| {
        format!(
            "{} {} +{} -{} {}",
            file.status, file.path, file.added, file.removed, file.note
        )
    };
    let rows: Vec<_> = diff.files.iter().map(|file| row(file).trim_end().to_owned()).collect();
    assert_eq!(
        rows,
        [
            "D gone.txt +0 -1",
            "A image.png +0 -0 binary",
            "A link +1 -0 link",
            "R new name.txt +2 -2",
            "M run.sh +0 -0 mode 100644 → 100755",
        ]
    );
    let renamed = &diff.files[3];
    assert_eq!(renamed.old_path.as_deref(), Some("old name.txt"));
    assert!(renamed.patch.starts_with("@@ -2,7 +2,7 @@"), "{}", renamed.patch);
    assert!(
        renamed.patch.contains("\n-5\n+five\n") && renamed.patch.contains("\\ No newline at end of file"),
        "{}",
        renamed.patch
    );
    let root = lab
        .repo()
        .commit_diff(&Oid(lab.git(&["rev-list", "--max-parents=0", "HEAD"])))
        .unwrap();
    assert_eq!((root.parent, root.files[0].status), (None, 'A'));
}

#[test]
fn long_patches_are_cut_at_a_line() {
    let lab = Lab::with_commit();
    lab.write("long.txt", "0123456789 déjà\n".repeat(120_000));
    let made = lab.commit("long").unwrap();
    let diff = lab.repo().commit_diff(&made.commit).unwrap();
    let patch = &diff.files[0].patch;
    assert!(patch.len() < 1024 * 1024 + 100 && patch.ends_with("longer than 1 MB.\n"));
    assert_eq!(diff.files[0].added, 120_000);
}

#[test]
fn unknown_and_abbreviated_ids_are_named() {
    let lab = Lab::with_commit();
    for id in ["deadbeef", "0123456789012345678901234567890123456789", "HEAD", "é"] {
        assert!(matches!(lab.repo().commit_diff(&id.into()), Err(GitError::NoObject { id: named }) if named == id));
        assert!(lab.repo().read_at(&id.into(), "a.txt").is_err());
    }
}

#[test]
fn the_tree_of_now_is_that_of_a_snapshot_and_nothing_is_stored() {
    let lab = Lab::with_commit();
    lab.write("a.txt", "two\n");
    lab.write("new/b.txt", "new\n");
    let objects = || lab.git(&["count-objects"]);
    let before = objects();
    let (tree, _) = lab.repo().tree_now(&[]).unwrap();
    assert_eq!(objects(), before);
    assert_eq!(lab.repo().snapshot().unwrap().id, tree);
    assert_ne!(objects(), before);
}

#[test]
fn a_tree_without_some_paths_is_the_one_that_git_would_make_without_them() {
    let lab = Lab::with_commit();
    lab.write("a.txt", "two\n");
    lab.write("plan/list.json", "[]\n");
    lab.write("plan/more/b.txt", "new\n");
    lab.write("notes.txt", "n\n");
    let repo = lab.repo();
    let paths = [Path::new("plan/list.json"), Path::new("notes.txt"), Path::new("not/there")];
    let (whole, less) = repo.tree_now(&paths).unwrap();
    assert_ne!(whole, less);
    std::fs::remove_file(lab.root().join("plan/list.json")).unwrap();
    std::fs::remove_file(lab.root().join("notes.txt")).unwrap();
    assert_eq!(repo.snapshot().unwrap().id, less);
    assert_eq!(repo.without(&less, &paths).unwrap(), less);
    // A directory that holds nothing else is in no tree either.
    lab.write("notes/list.json", "[]\n");
    let (_, alone) = repo.tree_now(&[Path::new("notes/list.json")]).unwrap();
    assert_eq!(alone, less);
}

#[test]
fn an_index_in_a_form_that_is_not_read_says_how_to_go_on() {
    let lab = Lab::with_commit();
    lab.git(&["update-index", "--split-index"]);
    let error = lab.repo().dirty().unwrap_err().to_string();
    assert!(error.contains("`git update-index --no-split-index`"), "{error}");
}
