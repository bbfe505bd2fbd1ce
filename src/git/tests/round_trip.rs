//! Property: a move and its undo leave every byte as it was, whatever the files were.

use super::modes::obey_permissions;
use super::{Lab, git_in};
use crate::git::moves::saved::Files;
use crate::git::tree::snapshot::is_within;
use crate::protocol::Target;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

/// Names that are files in one state and directories in another, that are ignored, that are no text.
const NAMES: [&[u8]; 14] = [
    b"a",
    b"a/b",
    b"a/b/c.txt",
    b"d/e.txt",
    b"d/f/g.txt",
    b"line\nbreak",
    b"bad\xff\xfename",
    b"bad\xfe/in\xffner",
    b"out/x.log",
    b"out/keep.txt",
    b"space and \"quote\"",
    b"-dash",
    b"z.sh",
    b".gitignore",
];

#[derive(Debug, Clone)]
enum Kind {
    File { bytes: Vec<u8>, mode: u32 },
    Link(Vec<u8>),
}

/// What lies where, and the permission bits of directories.
type World = (BTreeMap<usize, Kind>, BTreeMap<usize, u32>);

/// Directories of those names, each before what lies in it.
const DIRS: [&[u8]; 6] = [b"a", b"a/b", b"d", b"d/f", b"bad\xfe", b"out"];

fn kind() -> impl Strategy<Value = Kind> {
    let bytes = prop_oneof![
        Just(b"one\n".to_vec()),
        Just(b"one\r\ntwo\r\n".to_vec()),
        Just(b"*.log\n".to_vec()),
        Just(b"out/\n".to_vec()),
        Just(Vec::new()),
        proptest::collection::vec(any::<u8>(), 0..40),
    ];
    let mode = prop_oneof![
        Just(0o644),
        Just(0o755),
        Just(0o600),
        Just(0o640),
        Just(0o444),
        Just(0o700),
        Just(0o4755)
    ];
    prop_oneof![
        5 => (bytes, mode).prop_map(|(bytes, mode)| Kind::File { bytes, mode }),
        1 => prop_oneof![Just(b"d".to_vec()), Just(b"nowhere".to_vec()), Just(b"../up\xff".to_vec())].prop_map(Kind::Link),
    ]
}

fn world() -> impl Strategy<Value = World> {
    let mode = prop_oneof![Just(0o755), Just(0o700), Just(0o500), Just(0o555), Just(0o2775)];
    (
        proptest::collection::btree_map(0..NAMES.len(), kind(), 0..NAMES.len()),
        proptest::collection::btree_map(0..DIRS.len(), mode, 0..DIRS.len()),
    )
}

/// Makes the files what `world` says, as an agent would: in place, all else removed. Names that cannot be there are passed over.
fn make(root: &Path, (world, dirs): &World) {
    set(root, DIRS.iter().map(|dir| (*dir, 0o755)));
    for entry in fs::read_dir(root)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_name() != ".git")
    {
        if entry.file_type().unwrap().is_dir() {
            fs::remove_dir_all(entry.path()).unwrap();
        } else {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    for (name, kind) in world {
        let file = root.join(OsStr::from_bytes(NAMES[*name]));
        if fs::create_dir_all(file.parent().unwrap()).is_err() || file.symlink_metadata().is_ok() {
            continue;
        }
        match kind {
            Kind::File { bytes, mode } => {
                fs::write(&file, bytes).unwrap();
                fs::set_permissions(&file, Permissions::from_mode(*mode)).unwrap();
            }
            Kind::Link(to) => symlink(OsStr::from_bytes(to), &file).unwrap(),
        }
    }
    set(root, dirs.iter().rev().map(|(dir, mode)| (DIRS[*dir], *mode)));
}

/// Gives directories that are there their bits.
fn set<'a>(root: &Path, dirs: impl Iterator<Item = (&'a [u8], u32)>) {
    for (dir, mode) in dirs {
        let place = root.join(OsStr::from_bytes(dir));
        if place.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            fs::set_permissions(&place, Permissions::from_mode(mode)).unwrap();
        }
    }
}

/// Everything below a directory but `.git`: bytes or link target, mode.
fn scan(root: &Path, dir: &Path, found: &mut BTreeMap<Vec<u8>, (Vec<u8>, u32)>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path == root.join(".git") {
            continue;
        }
        let meta = path.symlink_metadata().unwrap();
        let name = path.strip_prefix(root).unwrap().as_os_str().as_bytes().to_vec();
        let bytes = if meta.is_symlink() {
            path.read_link().unwrap().as_os_str().as_bytes().to_vec()
        } else if meta.is_dir() {
            scan(root, &path, found);
            b"directory".to_vec()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(name, (bytes, meta.mode()));
    }
}

/// Everything by path with its bytes and modes.
type All = BTreeMap<Vec<u8>, (Vec<u8>, u32)>;

fn everything(root: &Path) -> (All, Vec<u8>, String) {
    let mut files = BTreeMap::new();
    scan(root, root, &mut files);
    let head = String::from_utf8(git_in(root, &["rev-parse", "HEAD"]).stdout).unwrap();
    (files, fs::read(root.join(".git/index")).unwrap(), head)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_move_and_its_undo_leave_every_byte_as_it_was(
        first in world(), second in world(), third in world(), to_commit in any::<bool>(), convert in any::<bool>(),
    ) {
        obey_permissions();
        let lab = Lab::with_commit();
        if convert {
            lab.git(&["config", "core.autocrlf", "true"]);
        }
        make(&lab.root(), &first);
        let _ = lab.commit("the first world");
        let repo = lab.repo();
        // A commit knows of no other bits than whether a file may be executed.
        let mut with_bits = Files::new();
        let target = if to_commit {
            Target::Commit { commit: repo.head().unwrap().unwrap() }
        } else {
            let made = repo.checkpoint("after the first", 1 << 20, None).unwrap().unwrap();
            with_bits = repo.files_of(&made.tree).unwrap();
            Target::Checkpoint { checkpoint: made.id }
        };
        let then = everything(&lab.root());
        make(&lab.root(), &second);
        let _ = lab.commit("the second world");
        make(&lab.root(), &third);
        let _ = lab.try_git(&["add", "a", "d"]);
        make(&lab.root(), &second);
        let before = everything(&lab.root());

        let rehearsed = match repo.rehearse(&target, 1 << 20) {
            Ok(rehearsed) => rehearsed,
            // Something that is ignored now lies where a file must go: nothing may have happened.
            Err(_) => {
                prop_assert_eq!(everything(&lab.root()), before);
                make(&lab.root(), &World::default());
                return Ok(());
            }
        };
        prop_assert_eq!(&everything(&lab.root()).0, &before.0, "a rehearsal changes nothing");
        let moved = repo.roll_back(&rehearsed, 1 << 20).unwrap();
        prop_assert!(moved.kept.is_empty() && moved.index_behind.is_none(), "{:?}", moved);
        let there = everything(&lab.root());
        // Files that are ignored by either state are nobody's; of the rest, every one of the target's is there, byte for byte.
        let kept = lab.repo().files_of(&lab.repo().snapshot().unwrap().id).unwrap();
        for (name, then) in &then.0 {
            let (found, shown) = (there.0.get(name), String::from_utf8_lossy(name));
            if kept.contains_key(name) {
                prop_assert_eq!(found.map(|file| &file.0), Some(&then.0), "{:?}", shown);
            }
            if with_bits.keys().any(|file| is_within(file, name)) {
                prop_assert_eq!(found.map(|file| file.1), Some(then.1), "{:?}", shown);
            }
        }
        prop_assert_eq!(&there.2, &then.2);

        let undo = repo.rehearse(&Target::Undo, 1 << 20).unwrap();
        repo.roll_back(&undo, 1 << 20).unwrap();
        let after = everything(&lab.root());
        prop_assert_eq!(&after.0, &before.0);
        prop_assert_eq!(&after.1, &before.1, "the index");
        prop_assert_eq!(&after.2, &before.2);

        let redo = repo.rehearse(&Target::Redo, 1 << 20).unwrap();
        repo.roll_back(&redo, 1 << 20).unwrap();
        let again = everything(&lab.root());
        prop_assert_eq!(&again.0, &there.0);
        prop_assert_eq!(&again.1, &there.1, "the index");
        prop_assert_eq!(lab.git(&["fsck", "--strict", "--no-dangling"]), "");
        prop_assert!(!lab.exists(".git/index.lock"));
        make(&lab.root(), &World::default());
    }
}

/// A directory that is ignored by now, with a file of it that was tracked before, and one that nobody tracks.
#[test]
fn what_is_ignored_only_now_stays_through_a_move_and_its_undo() {
    let lab = Lab::with_commit();
    lab.write("out/x.log", "one");
    let _ = lab.commit("tracked");
    let repo = lab.repo();
    let made = repo.checkpoint("tracked", 1 << 20, None).unwrap().unwrap();
    lab.write("out/x.log", "two");
    lab.write("out/keep.txt", "nobody's");
    lab.write(".gitignore", "out/\n");
    let _ = lab.commit("ignored");
    let before = everything(&lab.root());
    let rehearsed = repo.rehearse(&Target::Checkpoint { checkpoint: made.id }, 1 << 20).unwrap();
    repo.roll_back(&rehearsed, 1 << 20).unwrap();
    let undo = repo.rehearse(&Target::Undo, 1 << 20).unwrap();
    repo.roll_back(&undo, 1 << 20).unwrap();
    assert_eq!(everything(&lab.root()), before);
}
