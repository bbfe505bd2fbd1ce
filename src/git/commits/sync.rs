//! Getting a commit onto the disk before the branch names it: libgit2 itself leaves that to the system's good time.

use git2::{ObjectType, Repository, Tree};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Above this many files, the file system is synced as a whole: one by one, each costs a turn of the disk.
const ONE_BY_ONE: usize = 200;

/// Syncs the commit and every tree and file that is new in it. Objects that are packed are on disk already.
///
/// A failure is logged and not fatal: the objects are written, and the system may refuse to sync for reasons of its own.
pub(in crate::git) fn objects(git: &Repository, base: Option<&Tree<'_>>, tree: &Tree<'_>, commit: git2::Oid) {
    let store = git.commondir().join("objects");
    let mut files = vec![loose(&store, commit)];
    collect(git, &store, base, tree, &mut files);
    if files.len() > ONE_BY_ONE {
        return everything(&store);
    }
    let mut dirs: Vec<PathBuf> = files.iter().filter_map(|file| file.parent().map(Path::to_owned)).collect();
    dirs.sort_unstable();
    dirs.dedup();
    dirs.push(store);
    files.iter().chain(&dirs).for_each(|path| sync(path));
}

/// Syncs the whole file system that holds `store`.
#[cfg(target_os = "linux")]
pub(in crate::git) fn everything(store: &Path) {
    if let Err(error) = File::open(store).and_then(|dir| Ok(rustix::fs::syncfs(dir)?)) {
        tracing::warn!(path = %store.display(), %error, "not synced");
    }
}

/// Asks the system to sync all file systems.
#[cfg(not(target_os = "linux"))]
pub(in crate::git) fn everything(_store: &Path) {
    rustix::fs::sync();
}

/// Syncs a branch's file and its directory.
pub(in crate::git) fn reference(git: &Repository, branch: &str) {
    let file = git.commondir().join(branch);
    sync(&file);
    if let Some(dir) = file.parent() {
        sync(dir);
    }
}

/// Lists the loose files of what `tree` has and `base` has not, itself included.
fn collect(git: &Repository, store: &Path, base: Option<&Tree<'_>>, tree: &Tree<'_>, files: &mut Vec<PathBuf>) {
    files.push(loose(store, tree.id()));
    for entry in tree {
        let before = base.and_then(|base| base.get_name_bytes(entry.name_bytes()).map(|entry| entry.to_owned()));
        if before.as_ref().is_some_and(|before| before.id() == entry.id()) {
            continue;
        }
        match entry.kind() {
            Some(ObjectType::Blob) => files.push(loose(store, entry.id())),
            Some(ObjectType::Tree) => {
                let before = before.and_then(|before| git.find_tree(before.id()).ok());
                if let Ok(tree) = git.find_tree(entry.id()) {
                    collect(git, store, before.as_ref(), &tree, files);
                }
            }
            _ => {}
        }
    }
}

fn loose(store: &Path, id: git2::Oid) -> PathBuf {
    let name = id.to_string();
    let (dir, file) = name.split_at(2);
    store.join(dir).join(file)
}

fn sync(path: &Path) {
    match File::open(path).and_then(|file| file.sync_all()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "not synced");
        }
        _ => {}
    }
}
