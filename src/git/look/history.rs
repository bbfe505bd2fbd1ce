//! The history of one file: which bytes it had in every commit that HEAD reaches, whatever its name was then.
//!
//! Owns the walk and the names. Does not own what the bytes mean: a version is named by its blob, and read by whoever wants it
//! ([`Repo::blob`]). Invariant: of every commit it is known which other is its first parent, so that a merge is never held against
//! the commit that happens to stand before it in a log.

use super::observe::info;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours, theirs};
use crate::protocol::Oid;
use crate::protocol::event::CommitInfo;
use git2::{DiffFindOptions, DiffOptions, ErrorCode, ObjectType, Sort};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Commits are walked up to here.
const WALKED: usize = 100_000;

/// Files of a commit that are compared to find what a file was called before.
const COMPARED: usize = 400;

/// A file through the commits that HEAD reaches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileHistory {
    /// The commits, parents before their children.
    pub commits: Vec<FileStand>,
    /// The names that it had, the newest first.
    pub names: Vec<PathBuf>,
    /// Whether the clone holds only the newest part of its history.
    pub shallow: bool,
    /// Whether there are older commits than were walked.
    pub cut: bool,
}

/// What a commit has of the file.
#[derive(Debug, PartialEq, Eq)]
pub struct FileStand {
    /// The commit.
    pub commit: CommitInfo,
    /// Its parents that are there, by their places in [`FileHistory::commits`].
    pub parents: Vec<usize>,
    /// Whether the first parent is among them; a root has none, and a shallow clone does not hold every one.
    pub follows: bool,
    /// Whether it is a merge.
    pub merge: bool,
    /// Whether it is on the line of first parents that leads to HEAD.
    pub main: bool,
    /// The file's name, by its place in [`FileHistory::names`], and its bytes; `None` if the commit has none.
    pub file: Option<(usize, Oid)>,
}

/// What the walk knows of a commit before it has come to it.
#[derive(Default)]
struct Expected {
    /// The name that the file has in a child.
    name: Option<usize>,
    /// The children whose first parent it is and that have the file.
    heirs: Vec<(git2::Oid, usize)>,
    main: bool,
}

impl Repo {
    /// Follows a file back from HEAD. `names` are what it may be called there, the first that is there counts; a name that it had
    /// before a renaming is found. `None` if `stop` said so.
    ///
    /// # Errors
    /// If HEAD, a commit or a tree cannot be read. That a shallow clone ends is no error.
    pub fn file_history(&self, names: &[PathBuf], stop: &dyn Fn() -> bool) -> Result<Option<FileHistory>, GitError> {
        let mut history = FileHistory {
            names: names.to_vec(),
            shallow: self.git.is_shallow(),
            ..FileHistory::default()
        };
        let Some(head) = self.head()? else {
            return Ok(Some(history));
        };
        let head = theirs(&head)?;
        let mut walk = self.git.revwalk().doing("walk the history")?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME).doing("walk the history")?;
        walk.push(head).doing("walk the history")?;
        let mut expected: HashMap<git2::Oid, Expected> = HashMap::new();
        expected.entry(head).or_default().main = true;
        let mut walked: Vec<(git2::Oid, Vec<git2::Oid>)> = Vec::new();
        // The history of a shallow clone ends where its objects do.
        for id in walk.map_while(Result::ok) {
            if stop() {
                return Ok(None);
            }
            if walked.len() == WALKED {
                history.cut = true;
                break;
            }
            let commit = self.git.find_commit(id).doing("read a commit")?;
            let known = expected.remove(&id).unwrap_or_default();
            let tree = commit.tree().doing("read a commit")?;
            let mut file = find(&tree, &history.names, known.name)?;
            if file.is_none() {
                for (child, name) in &known.heirs {
                    if let Some(before) = self.name_before(&tree, *child, &history.names[*name])? {
                        history.names.push(before);
                        file = find(&tree, &history.names, None)?;
                    }
                }
            }
            let parents: Vec<git2::Oid> = commit.parent_ids().collect();
            for (at, parent) in parents.iter().enumerate() {
                let parent = expected.entry(*parent).or_default();
                parent.name = parent.name.or(file.as_ref().map(|(name, _)| *name)).or(known.name);
                parent.main |= known.main && at == 0;
                if let Some((name, _)) = &file
                    && at == 0
                {
                    parent.heirs.push((id, *name));
                }
            }
            history.commits.push(FileStand {
                commit: info(&commit),
                parents: Vec::new(),
                follows: false,
                merge: parents.len() > 1,
                main: known.main,
                file,
            });
            walked.push((id, parents));
        }
        history.commits.reverse();
        walked.reverse();
        let places: HashMap<git2::Oid, usize> = walked.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
        for (stand, (_, parents)) in history.commits.iter_mut().zip(&walked) {
            stand.follows = parents.first().is_some_and(|first| places.contains_key(first));
            stand.parents = parents.iter().filter_map(|parent| places.get(parent).copied()).collect();
        }
        Ok(Some(history))
    }

    /// Returns a blob's bytes; its size if it has more than `limit`.
    ///
    /// # Errors
    /// If it is not there.
    pub fn blob(&self, id: &Oid, limit: u64) -> Result<Result<Vec<u8>, u64>, GitError> {
        let id = theirs(id)?;
        let (size, _) = self
            .git
            .odb()
            .and_then(|odb| odb.read_header(id))
            .doing("read a version of a file")?;
        if size as u64 > limit {
            return Ok(Err(size as u64));
        }
        let blob = self.git.find_blob(id).doing("read a version of a file")?;
        Ok(Ok(blob.content().to_vec()))
    }

    /// What a file that a commit has and its first parent's `tree` has not was called there, if it was renamed.
    fn name_before(&self, tree: &git2::Tree<'_>, child: git2::Oid, name: &Path) -> Result<Option<PathBuf>, GitError> {
        let newer = self
            .git
            .find_commit(child)
            .and_then(|commit| commit.tree())
            .doing("read a commit")?;
        let mut options = DiffOptions::new();
        options.ignore_submodules(true).skip_binary_check(true);
        let mut diff = self
            .git
            .diff_tree_to_tree(Some(tree), Some(&newer), Some(&mut options))
            .doing("compare two commits")?;
        // Without anything deleted nothing can have been renamed, and most commits that begin a list delete nothing.
        if !diff.deltas().any(|delta| delta.status() == git2::Delta::Deleted) {
            return Ok(None);
        }
        let mut find = DiffFindOptions::new();
        find.renames(true).rename_limit(COMPARED);
        diff.find_similar(Some(&mut find)).doing("look for a renamed file")?;
        let renamed = diff
            .deltas()
            .find(|delta| delta.status() == git2::Delta::Renamed && delta.new_file().path() == Some(name));
        Ok(renamed.and_then(|delta| delta.old_file().path().map(Path::to_owned)))
    }
}

/// Finds the file in a tree: by the name that it has in a child, else by any that it is known to have had.
fn find(tree: &git2::Tree<'_>, names: &[PathBuf], first: Option<usize>) -> Result<Option<(usize, Oid)>, GitError> {
    let others = (0..names.len()).filter(|at| Some(*at) != first);
    for at in first.into_iter().chain(others) {
        let Some(name) = names.get(at) else { continue };
        match tree.get_path(name) {
            Ok(entry) if entry.kind() == Some(ObjectType::Blob) => return Ok(Some((at, ours(entry.id())))),
            Ok(_) => {}
            Err(error) if error.code() == ErrorCode::NotFound => {}
            Err(source) => {
                return Err(GitError::Git {
                    doing: "find a file in a tree",
                    source,
                });
            }
        }
    }
    Ok(None)
}
