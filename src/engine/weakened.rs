//! What a change does to tests, told at its gate. Whether that is right is for a person to judge.
//!
//! Owns reading the files of a change from the repository and wording the findings. Invariant: what cannot be compared, such as a
//! test file that is too long to read, is left to the diff and gives no finding.

use super::error::EngineError;
use super::project::Project;
use crate::guard::weaken::{Changed, Weakening, reads, weakened};
use crate::protocol::{FileDiff, Oid};

/// Findings that are told one by one before the rest is only counted.
const TOLD: usize = 8;

/// A file before and after.
struct File {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

/// Compares the tests of a commit in the making with those of the commit it stands on.
///
/// # Errors
/// Fails if the repository cannot be read.
pub async fn by_commit(
    project: &Project,
    head: Option<&Oid>,
    tree: &Oid,
    changes: &[FileDiff],
) -> Result<Vec<String>, EngineError> {
    let touched: Vec<(String, String)> = changes
        .iter()
        .filter(|file| reads(&file.path) || file.old_path.as_deref().is_some_and(reads))
        .map(|file| (file.old_path.clone().unwrap_or_else(|| file.path.clone()), file.path.clone()))
        .collect();
    // Without a commit to stand on there is nothing that could be weaker.
    let (Some(head), false) = (head.cloned(), touched.is_empty()) else {
        return Ok(Vec::new());
    };
    let tree = tree.clone();
    let files = project
        .git(move |repo| {
            let mut files = Vec::new();
            for (old, path) in touched {
                let before = repo.read_at(&head, old)?.and_then(|bytes| String::from_utf8(bytes).ok());
                let after = repo.read_at(&tree, &path)?.and_then(|bytes| String::from_utf8(bytes).ok());
                files.push(File { path, before, after });
            }
            Ok(files)
        })
        .await?;
    let changed: Vec<Changed<'_>> = files
        .iter()
        .map(|file| Changed {
            path: &file.path,
            before: file.before.as_deref(),
            after: file.after.as_deref(),
        })
        .collect();
    Ok(told(&weakened(&changed)))
}

/// Compares the tests of one file with what they would be.
#[must_use]
pub fn by_proposal(path: &str, before: &[u8], after: &[u8]) -> Vec<String> {
    told(&weakened(&[Changed {
        path,
        before: std::str::from_utf8(before).ok(),
        after: std::str::from_utf8(after).ok(),
    }]))
}

fn told(all: &[Weakening]) -> Vec<String> {
    let mut told: Vec<String> = all.iter().take(TOLD).map(|one| format!("weaker test: {one}")).collect();
    if all.len() > TOLD {
        told.push(format!("and {} more tests are weaker than they were", all.len() - TOLD));
    }
    told
}
