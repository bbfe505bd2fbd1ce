//! Where the history ends in a clone that holds only its newest part.
//!
//! Owns which lines of `shallow` are true. Invariant: a commit whose parents are all here is never an end, unless it was called one
//! before; one whose parents are not here always is, or git could not read the history at all.

use crate::git::look::read::lossy;
use git2::{Odb, Repository};
use std::path::Path;

/// Returns what the file should hold: what it holds now, less the ends that hide commits which are here, and with those that were
/// taken out though nothing is behind them. `None` if there should be no file.
pub(in crate::git) fn right(common: &Path, was: Option<&[u8]>, now: Option<&[u8]>) -> Option<Vec<u8>> {
    let (before, after) = (lines(was), lines(now));
    let git = Repository::open(common);
    let Ok(odb) = git.as_ref().map_err(|_| ()).and_then(|git| git.odb().map_err(|_| ())) else {
        return was.map(<[u8]>::to_vec);
    };
    let ends = |id: &String| is_end(&odb, id);
    let added = after.iter().filter(|id| !before.contains(id) && !ends(id)).count();
    let removed = before.iter().filter(|id| !after.contains(id) && ends(id)).count();
    if added + removed == 0 {
        return now.map(<[u8]>::to_vec);
    }
    let kept = after.iter().filter(|id| before.contains(id) || ends(id));
    let missed = before.iter().filter(|id| !after.contains(id) && ends(id));
    let all: String = kept.chain(missed).map(|id| format!("{id}\n")).collect();
    (!all.is_empty()).then(|| all.into_bytes())
}

fn lines(bytes: Option<&[u8]>) -> Vec<String> {
    let text = lossy(bytes.unwrap_or_default());
    text.lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Says whether a commit is here and one of its parents is not.
fn is_end(odb: &Odb<'_>, id: &str) -> bool {
    let raw = git2::Oid::from_str(id).and_then(|id| odb.read(id));
    raw.is_ok_and(|commit| {
        let text = String::from_utf8_lossy(commit.data());
        let mut parents = text
            .lines()
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.strip_prefix("parent "));
        parents.any(|parent| git2::Oid::from_str(parent).is_ok_and(|parent| !odb.exists(parent)))
    })
}
