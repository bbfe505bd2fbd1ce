//! Rulings on tool calls: which guarded thing a call would touch, and what the agent is told instead.

use super::baseline::{Baseline, Subject};
use super::command::{self, Access, Touch};
use super::runner_config::{self, Part};
use super::{SETTINGS, Verdict, unwritten};
use crate::protocol::RawJson;
use globset::GlobBuilder;
use std::path::{Component, Path, PathBuf};

/// What a ruling may look at.
pub(super) struct Scope<'a> {
    workspace: &'a Path,
    feature_list: &'a Path,
    baseline: &'a Baseline,
    initializing: bool,
}

/// A guarded thing that a call would touch.
#[derive(Debug, PartialEq, Eq)]
enum Hit {
    FeatureList,
    Test(PathBuf),
    Verify(PathBuf),
    Config(PathBuf),
    Agreed(PathBuf),
    Settings,
    Git,
    Outside,
}

pub(super) fn rule(scope: &Scope<'_>, tool: &str, input: &RawJson, paths: &[PathBuf]) -> Verdict {
    for path in paths {
        let hit = match scope.place(path) {
            Some(inside) => scope.hit(&inside, Access::Content),
            None => Some(Hit::Outside),
        };
        if let Some(hit) = hit {
            return scope.verdict(&hit);
        }
    }
    if tool != "bash" {
        return Verdict::allow();
    }
    let input = input.value();
    let Some(script) = input.get("command").and_then(|command| command.as_str()) else {
        return Verdict::allow();
    };
    let found = command::examine(script);
    for touch in &found.touches {
        if let Some(hit) = scope.touched(touch) {
            return scope.verdict(&hit);
        }
    }
    match found.refusal {
        Some(reason) => Verdict::deny("git", reason),
        None => Verdict::allow(),
    }
}

impl<'a> Scope<'a> {
    pub(super) const fn new(workspace: &'a Path, feature_list: &'a Path, baseline: &'a Baseline, initializing: bool) -> Self {
        Self {
            workspace,
            feature_list,
            baseline,
            initializing,
        }
    }

    fn place(&self, path: &Path) -> Option<PathBuf> {
        place(self.workspace, path)
    }

    fn list_is_guarded(&self) -> bool {
        !self.initializing || self.baseline.knows(self.feature_list)
    }

    /// What writing to `path` would touch; with [`Access::Whole`] also what lies below it.
    fn hit(&self, path: &Path, access: Access) -> Option<Hit> {
        let git = |part: Component<'_>| {
            part.as_os_str()
                .to_str()
                .is_some_and(|name| name.eq_ignore_ascii_case(".git"))
        };
        if path.components().any(git) {
            return Some(Hit::Git);
        }
        let same = |guarded: &Path| {
            let (path, guarded) = (folded(path), folded(guarded));
            path == guarded || (access == Access::Whole && guarded.starts_with(&path))
        };
        if access == Access::Whole && path.as_os_str().is_empty() {
            return Some(Hit::Outside);
        }
        if self.list_is_guarded() && same(self.feature_list) {
            return Some(Hit::FeatureList);
        }
        if !self.initializing && same(Path::new(SETTINGS)) {
            return Some(Hit::Settings);
        }
        self.guarded(|subject, guarded| match subject {
            Subject::Test => same(guarded) && (access == Access::Whole || !unwritten::is_unwritten(self.baseline, guarded)),
            Subject::Verify | Subject::Agreed => same(guarded),
            // Of the others a part is free, and what was written tells which.
            Subject::Config => same(guarded) && (access == Access::Whole || runner_config::part(guarded) == Some(Part::Whole)),
            Subject::FeatureList | Subject::Settings => false,
        })
    }

    fn guarded(&self, matches: impl Fn(Subject, &Path) -> bool) -> Option<Hit> {
        let mut entries = self
            .baseline
            .paths()
            .filter_map(|path| Some((self.baseline.subject(path)?, path)));
        entries
            .find(|(subject, path)| matches(*subject, path))
            .map(|(subject, path)| match subject {
                Subject::FeatureList => Hit::FeatureList,
                Subject::Test => Hit::Test(path.to_owned()),
                Subject::Verify => Hit::Verify(path.to_owned()),
                Subject::Config => Hit::Config(path.to_owned()),
                Subject::Agreed => Hit::Agreed(path.to_owned()),
                Subject::Settings => Hit::Settings,
            })
    }

    /// What a command would touch.
    fn touched(&self, touch: &Touch) -> Option<Hit> {
        match touch {
            Touch::Path { path, access } => match self.place(path) {
                Some(inside) => self.hit(&inside, *access),
                // Elsewhere is not ours to guard, unless the workspace lies within it.
                None => (*access == Access::Whole && self.workspace.starts_with(normal(&self.workspace.join(path))))
                    .then_some(Hit::Outside),
            },
            Touch::Glob { pattern, access } => {
                let pattern = self.place(Path::new(pattern))?;
                let glob = GlobBuilder::new(pattern.to_str()?)
                    .literal_separator(true)
                    .build()
                    .ok()?
                    .compile_matcher();
                let list = self.list_is_guarded() && glob.is_match(self.feature_list);
                if list {
                    return Some(Hit::FeatureList);
                }
                self.guarded(|subject, path| {
                    let free = || match subject {
                        _ if *access == Access::Whole => false,
                        Subject::Config => runner_config::part(path) != Some(Part::Whole),
                        Subject::Test => unwritten::is_unwritten(self.baseline, path),
                        Subject::FeatureList | Subject::Verify | Subject::Agreed | Subject::Settings => false,
                    };
                    let hit = glob.is_match(path)
                        || (*access == Access::Whole && path.ancestors().skip(1).any(|part| glob.is_match(part)));
                    hit && !free()
                })
            }
            // A path built from a variable, or from a directory we lost sight of: only the list's own name is telling enough.
            Touch::Unplaced { name } => {
                let list = self.feature_list.file_name().and_then(|own| own.to_str());
                (self.list_is_guarded() && list == Some(name.as_str())).then_some(Hit::FeatureList)
            }
            Touch::Code { text } => {
                let names = |path: &Path| path.to_str().is_some_and(|path| text.contains(path));
                let whole = |path: &Path| runner_config::part(path) == Some(Part::Whole);
                if self.list_is_guarded() && names(self.feature_list) {
                    return Some(Hit::FeatureList);
                }
                self.guarded(|subject, path| {
                    let free = || match subject {
                        Subject::Config => !whole(path),
                        Subject::Test => unwritten::is_unwritten(self.baseline, path),
                        Subject::FeatureList | Subject::Verify | Subject::Agreed | Subject::Settings => false,
                    };
                    names(path) && !free()
                })
            }
        }
    }

    fn verdict(&self, hit: &Hit) -> Verdict {
        let list = self.feature_list.display();
        match hit {
            Hit::FeatureList => Verdict::deny(
                "feature_list",
                format!(
                    "{list} is kept by the harness and read-only for you. To change a pass flag call `feature_passed` or `feature_failed`; \
                     if a feature itself is wrong, use `propose_change`, or say so with `progress_note`."
                ),
            ),
            Hit::Test(path) if unwritten::is_unwritten(self.baseline, path) => Verdict::deny(
                "test_files",
                format!(
                    "{} is an agreed test, so it cannot be moved or removed. It checks nothing yet: write it, over what stands there.",
                    path.display()
                ),
            ),
            Hit::Test(path) => Verdict::deny(
                "test_files",
                format!(
                    "{} is an agreed test: it is in a commit, and cannot be changed, moved or removed. Change the code so that it passes, or add a \
                     new test file. If you believe the test is wrong, show why with `propose_change` or `progress_note`.",
                    path.display()
                ),
            ),
            Hit::Verify(path) => Verdict::deny(
                "test_files",
                format!(
                    "{} is named by the verify command, so it is guarded as agreed tests are: it cannot be changed, moved or removed. Change the \
                     code so that it passes. If you believe the file itself is wrong, show why with `propose_change` or `progress_note`.",
                    path.display()
                ),
            ),
            Hit::Config(path) => Verdict::deny(
                "test_files",
                format!(
                    "{} decides how tests are run, so it is guarded as agreed tests are. Change the code so that they pass; if this file must \
                     change, show why with `propose_change` or `progress_note`.",
                    path.display()
                ),
            ),
            Hit::Agreed(path) => Verdict::deny(
                "agreed_files",
                format!(
                    "{} was agreed and is in a commit, so it is not yours to change, move or remove. Work by what it says; if it is wrong, show why \
                     with `propose_change` or `progress_note`.",
                    path.display()
                ),
            ),
            Hit::Settings => {
                Verdict::deny("path", format!("{SETTINGS} holds the project's settings, which only a person changes. Tell the harness how tests are run with `declare_verify` if you have that tool."))
            }
            Hit::Git => Verdict::deny(
                "git",
                "The repository's own files (`.git`) are not yours to write. Commits are made with the `commit` tool; reading with git (`status`, `log`, `diff`, `show`) is free."
                    .into(),
            ),
            Hit::Outside => Verdict::deny("path", format!("This is not inside the workspace {}, or all of it; name the files within it.", self.workspace.display())),
        }
    }
}

/// The path within the workspace, by its letters alone; `None` if it leads outside.
pub(super) fn place(workspace: &Path, path: &Path) -> Option<PathBuf> {
    let relative = if path.is_absolute() {
        path.strip_prefix(workspace).ok()?
    } else {
        path
    };
    let mut inside = PathBuf::new();
    for part in relative.components() {
        match part {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !inside.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(inside)
}

/// An absolute path without `.` and `..`, by its letters alone.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => out.push(part),
        }
    }
    out
}

/// The path as the file system compares it: macOS does not tell upper from lower case.
fn folded(path: &Path) -> PathBuf {
    if cfg!(target_os = "macos") {
        PathBuf::from(path.to_string_lossy().to_lowercase())
    } else {
        path.to_owned()
    }
}
