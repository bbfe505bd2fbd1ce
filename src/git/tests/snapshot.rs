//! What a snapshot holds, and that making one changes nothing.

use super::{Lab, git_in};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

#[test]
fn it_holds_tracked_and_new_files_and_honours_ignores() {
    let lab = Lab::with_commit();
    lab.write("a.txt", "two\n");
    lab.write("deep/new file.txt", "new\n");
    lab.write(".gitignore", "*.log\n");
    lab.write("noise.log", "x");
    // What a killed `features set` leaves beside a list.
    lab.write("deep/.longhaul-a3Xyz9.tmp", "half");
    let tree = lab.snapshot();
    assert_eq!(tree.left_out, []);
    assert_eq!(
        lab.tree(&tree.id.0),
        ["100644 .gitignore", "100644 a.txt", "100644 deep/new file.txt"]
    );
    assert_eq!(lab.git(&["cat-file", "blob", &format!("{}:a.txt", tree.id)]), "two");
}

#[test]
fn it_equals_what_git_add_would_make() {
    let lab = Lab::with_commit();
    for n in 0..40 {
        lab.write(&format!("src/m{}/f{n}.txt", n % 7), format!("{n}\n"));
    }
    lab.git(&["add", "src/m1"]);
    lab.git(&["rm", "-q", "--cached", "a.txt"]);
    lab.write("src/m1/f1.txt", "changed after staging");
    std::fs::remove_file(lab.root().join("src/m1/f8.txt")).unwrap();
    let ours = lab.snapshot();
    lab.git(&["add", "-A"]);
    assert_eq!(ours.id.0, lab.git(&["write-tree"]));
}

#[test]
fn modes_links_and_odd_bytes_are_kept() {
    let lab = Lab::with_commit();
    lab.write("run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(lab.root().join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    symlink("/nowhere/at all", lab.root().join("dangling")).unwrap();
    symlink(".", lab.root().join("loop")).unwrap();
    lab.write("crlf.txt", b"a\r\nb\r\n");
    lab.write("bytes", [0, 255, 13, 10, 0]);
    lab.write("empty", "");
    let repo = lab.repo();
    let tree = repo.snapshot().unwrap();
    assert_eq!(
        lab.tree(&tree.id.0),
        [
            "100644 a.txt",
            "100644 bytes",
            "100644 crlf.txt",
            "120000 dangling",
            "100644 empty",
            "120000 loop",
            "100755 run.sh"
        ]
    );
    assert_eq!(repo.read_at(&tree.id, "crlf.txt").unwrap().unwrap(), b"a\r\nb\r\n");
    assert_eq!(repo.read_at(&tree.id, "bytes").unwrap().unwrap(), [0, 255, 13, 10, 0]);
    assert_eq!(repo.read_at(&tree.id, "dangling").unwrap().unwrap(), b"/nowhere/at all");
    assert_eq!(repo.read_at(&tree.id, "missing").unwrap(), None);
    assert_eq!(repo.paths_at(&tree.id).unwrap().len(), 7);
}

#[test]
fn autocrlf_and_attributes_convert_nothing() {
    let lab = Lab::with_commit();
    lab.git(&["config", "core.autocrlf", "true"]);
    lab.write(".gitattributes", "*.txt text eol=crlf\n*.id ident\n");
    lab.write("new.txt", b"x\r\ny\r\n");
    lab.write("keep.id", "$Id$\n");
    let repo = lab.repo();
    let tree = repo.snapshot().unwrap();
    assert_eq!(repo.read_at(&tree.id, "new.txt").unwrap().unwrap(), b"x\r\ny\r\n");
    assert_eq!(repo.read_at(&tree.id, "keep.id").unwrap().unwrap(), b"$Id$\n");
}

#[test]
fn a_checkout_that_git_converted_is_not_seen_as_changed() {
    let lab = Lab::with_commit();
    lab.git(&["config", "core.autocrlf", "true"]);
    std::fs::remove_file(lab.root().join("a.txt")).unwrap();
    lab.git(&["checkout", "-q", "--", "a.txt"]);
    assert_eq!(std::fs::read(lab.root().join("a.txt")).unwrap(), b"one\r\n");
    assert_eq!(lab.snapshot().id.0, lab.git(&["rev-parse", "HEAD^{tree}"]));
}

#[test]
fn the_users_index_and_refs_stay_byte_for_byte() {
    let lab = Lab::with_commit();
    lab.write("a.txt", "staged\n");
    lab.git(&["add", "a.txt"]);
    lab.write("a.txt", "on disk\n");
    lab.write("new", "n");
    let files = || {
        (
            std::fs::read(lab.root().join(".git/index")).unwrap(),
            lab.git(&["for-each-ref"]),
        )
    };
    let before = files();
    lab.snapshot();
    lab.repo().observe(10).unwrap();
    assert_eq!(files(), before);
    assert!(!lab.exists(".git/index.lock"));
}

#[test]
fn a_held_index_lock_does_not_matter() {
    let lab = Lab::with_commit();
    lab.write(".git/index.lock", "");
    lab.write("a.txt", "two\n");
    assert_eq!(lab.snapshot().left_out, []);
    assert!(lab.exists(".git/index.lock"));
}

#[test]
fn nested_repositories_are_named_not_swallowed() {
    let lab = Lab::with_commit();
    lab.write("sub/file.txt", "x");
    assert!(git_in(&lab.root().join("sub"), &["init", "-q"]).status.success());
    let tree = lab.snapshot();
    assert_eq!(tree.left_out.len(), 1, "{:?}", tree.left_out);
    assert_eq!(tree.left_out[0].path, "sub");
    assert_eq!(lab.tree(&tree.id.0), ["100644 a.txt"]);
}

#[test]
fn a_repository_made_inside_a_tracked_directory_hides_nothing_silently() {
    let lab = Lab::with_commit();
    lab.write("sub/tracked.txt", "v1\n");
    lab.git(&["add", "."]);
    lab.git(&["commit", "-q", "-m", "second"]);
    assert!(git_in(&lab.root().join("sub"), &["init", "-q"]).status.success());
    lab.write("sub/tracked.txt", "v2\n");
    lab.write("sub/new.txt", "new\n");
    let repo = lab.repo();
    let tree = repo.snapshot().unwrap();
    assert_eq!(
        repo.read_at(&tree.id, "sub/tracked.txt").unwrap().as_deref(),
        Some(&b"v2\n"[..])
    );
    assert!(
        tree.left_out.iter().any(|left| left.path.starts_with("sub")),
        "{:?}",
        tree.left_out
    );
}

#[test]
fn submodules_stay_at_their_commit_and_are_named_when_they_differ() {
    let (lab, library) = (Lab::with_commit(), Lab::with_commit());
    lab.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        library.root().to_str().unwrap(),
        "lib",
    ]);
    lab.git(&["commit", "-q", "-m", "with a submodule"]);
    assert_eq!(lab.snapshot().left_out, []);
    assert_eq!(lab.snapshot().id.0, lab.git(&["rev-parse", "HEAD^{tree}"]));
    lab.write("lib/a.txt", "changed inside");
    let tree = lab.snapshot();
    assert_eq!(tree.left_out.len(), 1);
    assert!(
        tree.left_out[0].reason.contains("submodule with changes"),
        "{:?}",
        tree.left_out
    );
    assert_eq!(tree.id.0, lab.git(&["rev-parse", "HEAD^{tree}"]));
}

#[test]
fn pipes_and_sockets_are_named_and_do_not_hang() {
    let lab = Lab::with_commit();
    assert!(
        Command::new("mkfifo")
            .arg(lab.root().join("pipe"))
            .status()
            .unwrap()
            .success()
    );
    let _socket = std::os::unix::net::UnixListener::bind(lab.root().join("socket")).unwrap();
    std::fs::remove_file(lab.root().join("a.txt")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(lab.root().join("a.txt"))
            .status()
            .unwrap()
            .success()
    );
    let tree = lab.snapshot();
    assert!(
        tree.left_out
            .iter()
            .any(|left| left.path == "a.txt" && left.reason.contains("named pipe")),
        "{:?}",
        tree.left_out
    );
}

#[test]
fn files_behind_a_symlinked_directory_are_not_taken() {
    let (lab, elsewhere) = (Lab::with_commit(), Lab::bare_directory());
    lab.write("dir/secret.txt", "mine\n");
    lab.git(&["add", "."]);
    lab.git(&["commit", "-q", "-m", "second"]);
    elsewhere.write("secret.txt", "of another project\n");
    std::fs::remove_dir_all(lab.root().join("dir")).unwrap();
    symlink(elsewhere.root(), lab.root().join("dir")).unwrap();
    let tree = lab.snapshot();
    assert_eq!(lab.tree(&tree.id.0), ["100644 a.txt", "120000 dir"]);
}

#[test]
fn a_file_that_became_a_directory_and_back() {
    let lab = Lab::with_commit();
    lab.write("x/y", "1");
    lab.git(&["add", "."]);
    std::fs::remove_file(lab.root().join("a.txt")).unwrap();
    lab.write("a.txt/inner", "now a directory");
    std::fs::remove_dir_all(lab.root().join("x")).unwrap();
    lab.write("x", "now a file");
    assert_eq!(lab.tree(&lab.snapshot().id.0), ["100644 a.txt/inner", "100644 x"]);
}

#[test]
fn what_git_was_told_not_to_look_at_is_looked_at() {
    let lab = Lab::with_commit();
    lab.write("b.txt", "b\n");
    lab.git(&["add", "."]);
    lab.git(&["commit", "-q", "-m", "second"]);
    lab.git(&["update-index", "--assume-unchanged", "a.txt"]);
    lab.git(&["update-index", "--skip-worktree", "b.txt"]);
    lab.write("a.txt", "hidden\n");
    std::fs::remove_file(lab.root().join("b.txt")).unwrap();
    let repo = lab.repo();
    let tree = repo.snapshot().unwrap();
    assert_eq!(repo.read_at(&tree.id, "a.txt").unwrap().unwrap(), b"hidden\n");
    assert!(repo.read_at(&tree.id, "b.txt").unwrap().is_none(), "it was removed");
    lab.git(&["config", "core.sparseCheckout", "true"]);
    let tree = lab.repo().snapshot().unwrap();
    assert_eq!(
        repo.read_at(&tree.id, "b.txt").unwrap().unwrap(),
        b"b\n",
        "a sparse checkout keeps what it hides"
    );
}

#[test]
fn odd_names_survive() {
    use std::os::unix::ffi::OsStrExt;
    let lab = Lab::with_commit();
    let raw = std::ffi::OsStr::from_bytes(b"latin-\xe9.txt");
    for name in ["new\nline", "quo\"te", " lead", "späße", "-dash", "*star"] {
        lab.write(name, "x");
    }
    if std::fs::write(lab.root().join(raw), "x").is_err() {
        return; // File systems that want UTF-8 have no such names.
    }
    let tree = lab.snapshot();
    assert_eq!(tree.left_out, []);
    lab.git(&["add", "-A"]);
    assert_eq!(tree.id.0, lab.git(&["write-tree"]));
}

#[test]
fn large_new_files_are_named_and_large_tracked_ones_streamed() {
    let lab = Lab::new();
    std::fs::File::create(lab.root().join("huge"))
        .unwrap()
        .set_len(crate::git::tree::disk::LARGE + 1)
        .unwrap();
    let tree = lab.snapshot();
    assert_eq!(tree.left_out[0].path, "huge");
    std::fs::File::create(lab.root().join("big"))
        .unwrap()
        .set_len(9 * 1024 * 1024)
        .unwrap();
    assert_eq!(lab.tree(&lab.snapshot().id.0), ["100644 big"]);
}

#[test]
fn conflicts_are_taken_as_they_stand_on_disk() {
    let lab = Lab::with_commit();
    lab.git(&["switch", "-q", "-c", "side"]);
    lab.write("a.txt", "side\n");
    lab.git(&["commit", "-q", "-am", "side"]);
    lab.git(&["switch", "-q", "main"]);
    lab.write("a.txt", "main\n");
    lab.git(&["commit", "-q", "-am", "main"]);
    assert!(!lab.try_git(&["merge", "side"]).status.success());
    let repo = lab.repo();
    let tree = repo.snapshot().unwrap();
    assert!(repo.read_at(&tree.id, "a.txt").unwrap().unwrap().starts_with(b"<<<<<<<"));
}
