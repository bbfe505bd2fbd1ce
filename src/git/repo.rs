//! A repository, found and checked before anything is read from it.

use crate::git::GitError;
use crate::git::commits::who;
use crate::git::error::Doing;
use crate::protocol::Oid;
use git2::{ErrorCode, ReferenceType, Repository, RepositoryInitOptions};
use std::path::{Path, PathBuf};

/// An open repository with a working directory.
pub struct Repo {
    pub(super) git: Repository,
    workdir: PathBuf,
}

impl std::fmt::Debug for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repo").field("workdir", &self.workdir).finish_non_exhaustive()
    }
}

/// What HEAD names.
pub(super) enum Head {
    /// A branch (full reference name), perhaps without a commit yet.
    Branch(String, Option<git2::Oid>),
    /// A commit.
    Detached(git2::Oid),
}

impl Repo {
    /// Opens the repository that holds `path`: in it, or in the nearest directory above.
    ///
    /// # Errors
    /// If there is none, it is bare, not ours, not readable, or says that its files lie elsewhere.
    pub fn discover(path: &Path) -> Result<Self, GitError> {
        let start = path.canonicalize().map_err(|source| GitError::Io {
            path: path.to_owned(),
            source,
        })?;
        match start.ancestors().find(|dir| dir.join(".git").symlink_metadata().is_ok()) {
            Some(root) => Self::open(root),
            None if Repository::open_bare(&start).is_ok() => Err(GitError::Bare { path: start }),
            None => Err(GitError::NotARepository { path: start }),
        }
    }

    /// Makes an empty repository in `path` (the branch is `init.defaultBranch`, else `main`), or opens the one that is there.
    ///
    /// # Errors
    /// If the directory cannot be made or written.
    pub fn init(path: &Path) -> Result<Self, GitError> {
        let branch = who::user_config().and_then(|config| config.get_string("init.defaultBranch"));
        let mut options = RepositoryInitOptions::new();
        // A template directory could bring hooks; the user's own git applies it on `git init` if wanted.
        options.external_template(false).mkpath(true);
        options.initial_head(branch.as_deref().unwrap_or("main"));
        if path.join(".git").symlink_metadata().is_err() {
            Repository::init_opts(path, &options).doing("make a repository")?;
        }
        Self::discover(path)
    }

    /// Opens the repository whose `.git` lies in `root`.
    fn open(root: &Path) -> Result<Self, GitError> {
        let path = || root.to_owned();
        let git = Repository::open(root).map_err(|source| match source.code() {
            ErrorCode::Owner => GitError::Owner { path: path() },
            ErrorCode::NotFound => GitError::NotARepository { path: path() },
            _ => GitError::Unsupported {
                path: path(),
                reason: source.message().to_owned(),
            },
        })?;
        who::settle(&git).doing("read the settings in the environment")?;
        // A repository that has files and says that it has none, `core.bare`, is gone on with: whoever set that may have been the agent.
        if git.workdir().is_none() {
            let files_here = git.set_workdir(root, false);
            files_here.map_err(|_| GitError::Bare { path: path() })?;
        }
        let Some(workdir) = git.workdir().map(Path::to_owned) else {
            return Err(GitError::Bare { path: path() });
        };
        // `core.worktree` in a hostile configuration would make us read, and commit, any directory of this machine.
        match workdir.canonicalize() {
            Ok(real) if real == root => Ok(Self { git, workdir: real }),
            _ => Err(GitError::Elsewhere {
                path: path(),
                elsewhere: workdir,
            }),
        }
    }

    /// Returns the top directory of its files, canonical.
    #[must_use]
    pub fn workdir(&self) -> &Path {
        &self.workdir
    }

    /// Returns the commit HEAD names, `None` before the first one.
    ///
    /// # Errors
    /// If HEAD cannot be read.
    pub fn head(&self) -> Result<Option<Oid>, GitError> {
        Ok(match self.head_state()? {
            Head::Branch(_, at) => at.map(ours),
            Head::Detached(at) => Some(ours(at)),
        })
    }

    /// Reads HEAD itself, not through libgit2's shortcuts, which hide an unborn branch's name.
    pub(super) fn head_state(&self) -> Result<Head, GitError> {
        let head = self.git.find_reference("HEAD").doing("read HEAD")?;
        if head.kind() == Some(ReferenceType::Direct) {
            return match head.target() {
                Some(at) => Ok(Head::Detached(at)),
                None => Err(broken_head()),
            };
        }
        let branch = head.symbolic_target().doing("read HEAD")?.ok_or_else(broken_head)?.to_owned();
        match self.git.refname_to_id(&branch) {
            Ok(at) => Ok(Head::Branch(branch, Some(at))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(Head::Branch(branch, None)),
            Err(source) => Err(GitError::Git {
                doing: "read the branch",
                source,
            }),
        }
    }

    /// Returns a tree by its id or by that of a commit.
    pub(super) fn tree(&self, id: &Oid) -> Result<git2::Tree<'_>, GitError> {
        let missing = || GitError::NoObject { id: id.to_string() };
        let object = self.git.find_object(theirs(id)?, None).map_err(|_| missing())?;
        object.peel_to_tree().map_err(|_| missing())
    }
}

fn broken_head() -> GitError {
    GitError::Git {
        doing: "read HEAD",
        source: git2::Error::from_str("HEAD names neither a branch nor a commit"),
    }
}

/// Turns libgit2's id into ours.
pub(super) fn ours(id: git2::Oid) -> Oid {
    Oid(id.to_string())
}

/// Turns our id into libgit2's; an abbreviated one is refused, because it would be padded with zeros.
pub(super) fn theirs(id: &Oid) -> Result<git2::Oid, GitError> {
    let parsed = if id.0.len() == 40 {
        git2::Oid::from_str(&id.0).ok()
    } else {
        None
    };
    parsed.ok_or_else(|| GitError::NoObject { id: id.to_string() })
}
