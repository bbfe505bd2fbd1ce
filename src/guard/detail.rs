//! What had been done to a guarded file, in one line.

use super::baseline::Subject;
use crate::harness::FeatureList;
use crate::harness::feature_list::compare;
use similar::{ChangeTag, TextDiff};
use std::path::Path;
use std::time::Duration;

/// Larger texts are not compared line by line.
const MAX_DIFF: usize = 1_000_000;

/// Describes a change of content.
pub(super) fn content(subject: Subject, path: &Path, old: Option<&[u8]>, new: &[u8]) -> String {
    let Some(old) = old else {
        return "changed".into();
    };
    match subject {
        Subject::FeatureList => feature_list(path, old, new),
        Subject::Test | Subject::Config | Subject::Verify | Subject::Agreed | Subject::Settings => lines(old, new),
    }
}

fn feature_list(path: &Path, old: &[u8], new: &[u8]) -> String {
    let name = path.display().to_string();
    let Ok(before) = FeatureList::parse(&name, old.to_vec()) else {
        return lines(old, new);
    };
    match FeatureList::parse(&name, new.to_vec()) {
        Ok(after) => compare(&before, &after),
        Err(error) => format!("made unreadable ({error})"),
    }
}

/// `12 lines added, 3 removed`.
fn lines(old: &[u8], new: &[u8]) -> String {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else {
        return format!("bytes changed ({} before, {} after)", old.len(), new.len());
    };
    if before.len().max(after.len()) > MAX_DIFF {
        return format!("changed ({} bytes before, {} after)", old.len(), new.len());
    }
    let diff = TextDiff::configure()
        .timeout(Duration::from_millis(200))
        .diff_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    match (count(ChangeTag::Insert), count(ChangeTag::Delete)) {
        (added, 0) => format!("{} added", plural(added)),
        (0, removed) => format!("{} removed", plural(removed)),
        (added, removed) => format!("{} added, {removed} removed", plural(added)),
    }
}

fn plural(lines: usize) -> String {
    if lines == 1 {
        "1 line".into()
    } else {
        format!("{lines} lines")
    }
}
