//! A laid-out state of the project as a repository of its own, for programs that ask git about it.
//!
//! Owns what is made in that place. Does not lay the files out ([`Repo::export`]). Invariant: it reads objects of the project's
//! repository and writes its own; refs and index of the project's are not touched.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Head, Repo, theirs};
use crate::protocol::Oid;
use git2::{Repository, RepositoryInitOptions};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

impl Repo {
    /// Makes a repository in `place` whose branch is called as the present one and stands at `head`, with the same settings. As in the
    /// project, `.git` is a directory, or a file that names one: then that is `place` with the extension `git`.
    ///
    /// # Errors
    /// If it cannot be made, or `head` is not there.
    pub fn make_scratch(&self, head: Option<&Oid>, place: &Path) -> Result<(), GitError> {
        let branch = match self.head_state()? {
            Head::Branch(name, _) => Some(name),
            Head::Detached(_) => None,
        };
        let mut options = RepositoryInitOptions::new();
        options.external_template(false);
        if let Some(branch) = &branch {
            options.initial_head(branch.strip_prefix("refs/heads/").unwrap_or(branch));
        }
        let made = Repository::init_opts(place, &options).doing("make a scratch repository")?;
        let (own, shared) = (made.path().to_owned(), self.git.commondir());
        let objects = [shared.join("objects").as_os_str().as_bytes(), b"\n"].concat();
        write(&own.join("objects/info/alternates"), &objects)?;
        if let Some(head) = head {
            // Opened anew, so that it knows of the objects that it shares.
            let made = Repository::open(place).doing("open a scratch repository")?;
            let id = theirs(head)?;
            match &branch {
                Some(branch) => made.reference(branch, id, true, "scratch").map(drop),
                None => made.set_head_detached(id),
            }
            .doing("set a scratch repository's branch")?;
            let tree = made.find_commit(id).and_then(|commit| commit.tree()).doing("read a commit")?;
            let mut index = made.index().doing("make a scratch repository's index")?;
            index.read_tree(&tree).doing("read a tree")?;
            index.write().doing("write a scratch repository's index")?;
        }
        // Last, because what is set there may be of no use to us.
        let settings = shared.join("config");
        if let Ok(bytes) = fs::read(&settings) {
            write(&own.join("config"), &bytes)?;
        }
        let entry = place.join(".git");
        if self.workdir().join(".git").is_file() {
            let beside = place.with_extension("git");
            fs::rename(&entry, &beside).map_err(|source| GitError::Write {
                path: beside.clone(),
                source,
            })?;
            write(&entry, &[b"gitdir: ", beside.as_os_str().as_bytes(), b"\n"].concat())?;
        }
        Ok(())
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), GitError> {
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, bytes));
    written.map_err(|source| GitError::Write {
        path: path.to_owned(),
        source,
    })
}
