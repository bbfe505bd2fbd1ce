//! What belongs to a watch: which paths count, and as what.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Directories with too many files that nobody edits.
pub(super) const IGNORED: [&str; 9] = [
    "target",
    "node_modules",
    ".venv",
    "venv",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".gradle",
    ".next",
];

/// Directories watched at most; beyond that the system's limits are near, and polling is the better citizen.
const MAX_DIRECTORIES: usize = 8_192;

/// What a path is to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A file of the working tree.
    File(String),
    /// A ref.
    Ref(String),
    /// The beginning or the end of an expectation.
    Mark { number: usize, begins: bool },
    /// Nothing of interest.
    Nothing,
}

/// The watched places.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    workspace: PathBuf,
    scratch: PathBuf,
    ignore: Vec<String>,
    /// Where HEAD lies, and where the refs lie: the same, except in a linked worktree.
    git: Option<(PathBuf, PathBuf)>,
}

impl Scope {
    pub(super) fn new(workspace: PathBuf, scratch: PathBuf, ignore: &[String]) -> Self {
        let git = git_folders(&workspace);
        Self {
            workspace,
            scratch,
            ignore: ignore.to_vec(),
            git,
        }
    }

    pub(super) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Looks for the repository again: it may have been made meanwhile. Gives its folders to watch if it was.
    pub(super) fn find_repository(&mut self) -> Vec<PathBuf> {
        if self.git.is_some() {
            return Vec::new();
        }
        self.git = git_folders(&self.workspace);
        self.git_directories()
    }

    /// Every directory to watch; only the topmost ones if watching is `recursive`. `None` if there are too many.
    pub(super) fn roots(&self, recursive: bool) -> Option<Vec<PathBuf>> {
        let mut all = vec![self.scratch.clone()];
        if recursive {
            all.push(self.workspace.clone());
            let outside = |folder: &&PathBuf| !folder.starts_with(&self.workspace);
            all.extend(self.git.iter().flat_map(|(head, refs)| [head, refs]).filter(outside).cloned());
        } else {
            all.extend(self.directories(&self.workspace)?);
            all.extend(self.git_directories());
        }
        all.sort();
        all.dedup();
        Some(all)
    }

    /// `top` and the directories below it that count; links are not followed. `None` if there are too many.
    pub(super) fn directories(&self, top: &Path) -> Option<Vec<PathBuf>> {
        let mut all = vec![top.to_owned()];
        let mut at = 0;
        while let Some(directory) = all.get(at).cloned() {
            at += 1;
            for entry in fs::read_dir(&directory).into_iter().flatten().filter_map(Result::ok) {
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !self.ignores(&entry.file_name().to_string_lossy()) {
                    all.push(entry.path());
                }
            }
            if all.len() > MAX_DIRECTORIES {
                return None;
            }
        }
        Some(all)
    }

    fn git_directories(&self) -> Vec<PathBuf> {
        let Some((head, common)) = &self.git else {
            return Vec::new();
        };
        let mut all = vec![head.clone(), common.clone()];
        let mut at = all.len();
        all.push(common.join("refs"));
        while let Some(directory) = all.get(at).cloned() {
            at += 1;
            let below = fs::read_dir(&directory).into_iter().flatten().filter_map(Result::ok);
            all.extend(
                below
                    .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                    .map(|entry| entry.path())
                    .take(MAX_DIRECTORIES),
            );
        }
        all
    }

    /// Files that hold refs, for polling.
    pub(super) fn ref_files(&self) -> Vec<PathBuf> {
        let Some((head, common)) = &self.git else {
            return Vec::new();
        };
        let mut files = vec![head.join("HEAD"), common.join("packed-refs")];
        for directory in self
            .git_directories()
            .iter()
            .filter(|directory| directory.starts_with(common.join("refs")))
        {
            let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
            files.extend(
                entries
                    .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
                    .map(|entry| entry.path()),
            );
        }
        files
    }

    pub(super) fn ignores(&self, name: &str) -> bool {
        name == ".git" || self.ignore.iter().any(|ignored| ignored == name)
    }

    pub(super) fn place(&self, path: &Path) -> Place {
        if let Ok(mark) = path.strip_prefix(&self.scratch) {
            return match mark.to_str().and_then(|name| name.strip_prefix("mark-")?.split_once('-')) {
                Some((number, word @ ("begin" | "end"))) => number.parse().map_or(Place::Nothing, |number| Place::Mark {
                    number,
                    begins: word == "begin",
                }),
                Some(_) | None => Place::Nothing,
            };
        }
        if let Some((head, common)) = &self.git {
            if path == head.join("HEAD") {
                return Place::Ref("HEAD".into());
            }
            if let Ok(inside) = path.strip_prefix(common) {
                return match ref_name(inside) {
                    // Other worktrees have branches of their own; what moves there is no news here.
                    Place::Ref(name) if head != common && Some(&name) != branch_of(head).as_ref() => Place::Nothing,
                    place => place,
                };
            }
            if path.starts_with(head) {
                return Place::Nothing;
            }
        }
        let Ok(inside) = path.strip_prefix(&self.workspace) else {
            return Place::Nothing;
        };
        let ignored = inside
            .components()
            .any(|part| matches!(part, Component::Normal(name) if self.ignores(&name.to_string_lossy())));
        let name = inside.file_name().unwrap_or_default().to_string_lossy();
        if ignored || name.is_empty() || is_temporary(&name) {
            return Place::Nothing;
        }
        Place::File(inside.to_string_lossy().into_owned())
    }
}

/// The branch that HEAD names, in full.
fn branch_of(head: &Path) -> Option<String> {
    let text = fs::read_to_string(head.join("HEAD")).ok()?;
    Some(text.trim().strip_prefix("ref: ")?.to_owned())
}

/// Refs of ours (`refs/longhaul/…`) and locks are not news.
fn ref_name(inside: &Path) -> Place {
    let name = inside.to_string_lossy();
    let telling = name == "packed-refs" || (name.starts_with("refs/") && !name.starts_with("refs/longhaul"));
    if telling && !name.ends_with(".lock") {
        Place::Ref(name.into_owned())
    } else {
        Place::Nothing
    }
}

/// Files that editors, git and the harness write beside the real one.
fn is_temporary(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    name.ends_with('~')
        || name == "4913"
        || name.starts_with(".#")
        || (name.starts_with(".longhaul-") && extension == Some("tmp"))
        || matches!(extension, Some("swp" | "swx" | "swo"))
}

/// Where HEAD and the refs of a workspace lie; follows the `.git` file of a linked worktree.
fn git_folders(workspace: &Path) -> Option<(PathBuf, PathBuf)> {
    let dot = workspace.join(".git");
    let meta = fs::symlink_metadata(&dot).ok()?;
    if meta.is_dir() {
        return Some((dot.clone(), dot));
    }
    if meta.len() > 4_096 {
        return None;
    }
    let text = fs::read_to_string(&dot).ok()?;
    let head = workspace.join(text.strip_prefix("gitdir:")?.trim()).canonicalize().ok()?;
    let common = fs::read_to_string(head.join("commondir"))
        .ok()
        .and_then(|common| head.join(common.trim()).canonicalize().ok());
    Some((head.clone(), common.unwrap_or(head)))
}
