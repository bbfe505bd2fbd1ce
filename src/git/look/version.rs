//! Which git there is, for `doctor`.

use crate::git::GitError;
use crate::process::{Invocation, ProcessError, run, which};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The oldest git program whose commands the agents' prompts rely on (`git switch`, `git restore`).
const OLDEST: (u32, u32) = (2, 23);

/// The git that agents use in their shell, and the library that we use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitVersion {
    /// Path of the program.
    pub program: PathBuf,
    /// Its version as it prints it: `2.47.3`.
    pub version: String,
    /// Whether it is new enough for the commands that the prompts name.
    pub new_enough: bool,
    /// Version of libgit2 that is built in.
    pub library: String,
}

/// Asks the git program on PATH for its version; one that lies below `workspace` is not run.
///
/// # Errors
/// If there is no git, or it does not answer.
pub async fn version_check(workspace: Option<&Path>) -> Result<GitVersion, GitError> {
    let missing = || ProcessError::NotFound {
        program: "git".to_owned(),
    };
    let program = which("git", workspace).ok_or_else(missing)?;
    let ask = Invocation::new(&program, "/")
        .args(["--version"])
        .timeout(Duration::from_secs(10));
    let answer = run(ask, CancellationToken::new(), None).await?.output.shown;
    let (major, minor, patch) = git2::Version::get().libgit2_version();
    let version = parse(&answer).unwrap_or_else(|| answer.trim().to_owned());
    Ok(GitVersion {
        program,
        new_enough: numbers(&version) >= Some(OLDEST),
        version,
        library: format!("{major}.{minor}.{patch}"),
    })
}

/// Finds the version in `git version 2.39.5 (Apple Git-154)`.
fn parse(answer: &str) -> Option<String> {
    let word = answer
        .split_ascii_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    Some(word.to_owned())
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        for (answer, version, new_enough) in [
            ("git version 2.47.3\n", "2.47.3", true),
            ("git version 2.39.5 (Apple Git-154)", "2.39.5", true),
            ("git version 2.9.0.windows.1", "2.9.0.windows.1", false),
        ] {
            assert_eq!(parse(answer).as_deref(), Some(version));
            assert_eq!(numbers(version) >= Some(OLDEST), new_enough);
        }
        assert!(numbers("strange").is_none());
    }

    #[tokio::test]
    async fn the_installed_git_answers() {
        let version = version_check(None).await.unwrap();
        assert!(version.new_enough && version.program.is_absolute(), "{version:?}");
    }
}
