//! Where a path given by the model really leads: inside the workspace, or refused.

use super::ToolError;
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Links followed before a path counts as a circle (the kernel's own limit).
const LINKS: u32 = 40;

/// A path inside the workspace: no link on the way, nothing of git, perhaps not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// As the model gave it, for messages.
    pub given: String,
    /// Absolute, links followed.
    pub real: PathBuf,
    /// The same, relative to the workspace; empty for the workspace itself.
    pub relative: PathBuf,
}

/// Follows `given` (relative to the canonical `workspace`, or absolute) as the kernel would, also where it does not exist yet.
pub(super) fn resolve(workspace: &Path, given: &str) -> Result<Place, ToolError> {
    if given.is_empty() || given.contains('\0') {
        return Err(ToolError::BadPath);
    }
    let real = follow(workspace, given)?;
    let Ok(relative) = real.strip_prefix(workspace) else {
        return Err(ToolError::Outside {
            path: given.to_owned(),
            workspace: workspace.to_owned(),
        });
    };
    if relative.components().any(|part| is_dot_git(part.as_os_str())) {
        return Err(ToolError::InsideGit { path: given.to_owned() });
    }
    Ok(Place {
        given: given.to_owned(),
        relative: relative.to_owned(),
        real,
    })
}

/// Walks the path part by part; what comes after the first missing part is taken as it is written.
fn follow(workspace: &Path, given: &str) -> Result<PathBuf, ToolError> {
    let unfollowable = |reason| ToolError::Unfollowable {
        path: given.to_owned(),
        reason,
    };
    let mut done = if given.starts_with('/') {
        PathBuf::from("/")
    } else {
        workspace.to_owned()
    };
    let mut todo: VecDeque<OsString> = parts(Path::new(given)).collect();
    let (mut links, mut missing) = (0, false);
    while let Some(part) = todo.pop_front() {
        if part == ".." {
            if missing {
                return Err(unfollowable("`..` after a directory that does not exist"));
            }
            done.pop();
            continue;
        }
        let next = done.join(&part);
        match next.symlink_metadata() {
            Ok(meta) if meta.is_symlink() => {
                links += 1;
                if links > LINKS {
                    return Err(unfollowable("too many links"));
                }
                let target = next.read_link().map_err(|_| unfollowable("a link that cannot be read"))?;
                if target.is_absolute() {
                    done = PathBuf::from("/");
                }
                for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
                    todo.push_front(part);
                }
            }
            Ok(_) => done = next,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                missing = true;
                done = next;
            }
            Err(_) => return Err(unfollowable("a directory on the way may not be entered")),
        }
    }
    Ok(done)
}

fn parts(path: &Path) -> impl Iterator<Item = OsString> + '_ {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    })
}

/// Says whether some file system takes this name for `.git`: any case, HFS+'s ignored characters, NTFS's short name and trailing dots.
fn is_dot_git(name: &OsStr) -> bool {
    let name: String = name.to_string_lossy().chars().filter(|&c| !is_ignored(c)).collect();
    let name = name
        .split(':')
        .next()
        .unwrap_or_default()
        .trim_end_matches(['.', ' '])
        .to_lowercase();
    name == ".git" || name == "git~1"
}

/// Characters that HFS+ leaves out when it compares names.
const fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    struct Lab {
        _dir: tempfile::TempDir,
        root: PathBuf,
        workspace: PathBuf,
    }

    fn lab() -> Lab {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let workspace = root.join("ws");
        for path in ["ws/src", "ws/.git/hooks", "ws-twin", "outside"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        std::fs::write(root.join("outside/secret"), "s").unwrap();
        std::fs::write(workspace.join("src/a.rs"), "a").unwrap();
        Lab {
            _dir: dir,
            root,
            workspace,
        }
    }

    #[test]
    fn plain_paths_lead_where_they_say() {
        let lab = lab();
        for (given, relative) in [
            ("src/a.rs", "src/a.rs"),
            ("./src//a.rs", "src/a.rs"),
            ("src/../src/a.rs", "src/a.rs"),
            ("new/deep/file", "new/deep/file"),
            (".", ""),
            ("..gitignore", "..gitignore"),
            (".gitignore", ".gitignore"),
            (".github/x.git/y", ".github/x.git/y"),
        ] {
            assert_eq!(
                resolve(&lab.workspace, given).unwrap().relative,
                Path::new(relative),
                "{given}"
            );
        }
        let absolute = lab.workspace.join("src/a.rs");
        assert_eq!(resolve(&lab.workspace, absolute.to_str().unwrap()).unwrap().real, absolute);
    }

    #[test]
    fn ways_out_are_refused() {
        let lab = lab();
        let link = |target: &str, name: &str| symlink(target, lab.workspace.join(name)).unwrap();
        link("../outside", "out");
        link("/etc", "etc");
        link("out", "chain");
        link("../outside/not-there-yet", "dangling");
        link("src/../../outside", "winding");
        let twin = lab.root.join("ws-twin/x");
        for given in [
            "../outside/secret",
            "/etc/passwd",
            "out/secret",
            "out/new-file",
            "out/new/deep/file",
            "chain/secret",
            "etc/passwd",
            "dangling",
            "winding/secret",
            "src/../../ws-twin/x",
            twin.to_str().unwrap(),
            "..",
            "/",
        ] {
            let error = resolve(&lab.workspace, given).unwrap_err();
            assert!(matches!(error, ToolError::Outside { .. }), "{given}: {error}");
        }
        for given in ["missing/../../outside/secret", "a\0b", ""] {
            assert!(resolve(&lab.workspace, given).is_err(), "{given}");
        }
        link("circle-b", "circle-a");
        link("circle-a", "circle-b");
        assert!(matches!(
            resolve(&lab.workspace, "circle-a/x"),
            Err(ToolError::Unfollowable { .. })
        ));
    }

    #[test]
    fn links_inside_are_followed_to_their_file() {
        let lab = lab();
        symlink("src", lab.workspace.join("alias")).unwrap();
        assert_eq!(resolve(&lab.workspace, "alias/a.rs").unwrap().relative, Path::new("src/a.rs"));
        symlink(lab.workspace.join("src/new.rs"), lab.workspace.join("planned")).unwrap();
        assert_eq!(resolve(&lab.workspace, "planned").unwrap().relative, Path::new("src/new.rs"));
    }

    #[test]
    fn git_is_out_of_reach_in_any_spelling() {
        let lab = lab();
        symlink(".git", lab.workspace.join("innocent")).unwrap();
        symlink(".git/hooks/pre-commit", lab.workspace.join("script.sh")).unwrap();
        for given in [
            ".git",
            ".git/config",
            ".GIT/hooks/pre-commit",
            "src/.Git/config",
            "src/../.git/HEAD",
            "innocent/config",
            "script.sh",
            ".git./config",
            ".git /config",
            "git~1/config",
            ".g\u{200c}it/config",
            ".git::$INDEX_ALLOCATION/config",
        ] {
            let error = resolve(&lab.workspace, given).unwrap_err();
            assert!(matches!(error, ToolError::InsideGit { .. }), "{given}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_ever_leads_outside(given in "(/|\\.\\.|\\.|src|out|alias|a\\.rs|new|/){0,12}") {
            let lab = lab();
            symlink("../outside", lab.workspace.join("out")).unwrap();
            symlink("src", lab.workspace.join("alias")).unwrap();
            if let Ok(place) = resolve(&lab.workspace, &given) {
                proptest::prop_assert!(place.real.starts_with(&lab.workspace));
                if let Ok(real) = lab.workspace.join(&given).canonicalize() {
                    proptest::prop_assert_eq!(real, place.real);
                }
            }
        }
    }
}
