//! The comparison that holds: guarded files against their baseline, after every tool call.
//!
//! Invariant: no route of writing matters here, only what lies on the disk now.

use super::baseline::{Baseline, Entry, Form, Subject};
use super::file::{Identity, Stamp, digest, open, read};
use super::moved::{Found, Moved};
use super::runner_config::Reach;
use super::{GuardError, detail, restore, runner_config, unwritten};
use crate::protocol::CallId;
use crate::protocol::event::BreachFound;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Bytes read of a file that has grown, for describing it and keeping a copy.
const MAX_SHOWN: u64 = 4_000_000;

/// Breaches of the same sort in one directory beyond which they are told as one.
const APART: usize = 3;

/// What stands in a guarded file's place.
enum Finding {
    /// What should.
    Same(Option<Stamp>),
    /// An ancestor directory is gone or is none: its path, and a word for it.
    Ancestor(PathBuf, &'static str),
    /// Nothing.
    Missing,
    /// A file that may change, and did so in nothing that counts: its content and mode.
    Free(Option<Stamp>, Vec<u8>, u32),
    /// Something else; one line that says what.
    Changed(String),
}

pub(super) fn verify(workspace: &Path, baseline: &mut Baseline, call: Option<&CallId>) -> Result<Vec<BreachFound>, GuardError> {
    let mut sound = BTreeSet::new();
    let mut changed: Vec<(PathBuf, String)> = Vec::new();
    let mut grouped: BTreeMap<(PathBuf, &'static str), Vec<PathBuf>> = BTreeMap::new();
    let (mut stamps, mut free) = (Vec::new(), Vec::new());
    for (path, entry) in baseline.entries() {
        match look(workspace, baseline, path, entry, &mut sound) {
            Finding::Same(stamp) if stamp == entry.stamp => {}
            Finding::Same(stamp) => stamps.push((path.clone(), stamp)),
            Finding::Free(stamp, bytes, mode) => {
                stamps.push((path.clone(), stamp));
                free.push((path.clone(), bytes, mode));
            }
            Finding::Ancestor(ancestor, how) => grouped.entry((ancestor, how)).or_default().push(path.clone()),
            Finding::Missing => {
                let parent = path.parent().unwrap_or(Path::new("")).to_owned();
                grouped.entry((parent, "deleted")).or_default().push(path.clone());
            }
            Finding::Changed(how) => changed.push((path.clone(), how)),
        }
    }
    for (path, stamp) in stamps {
        if let Some(entry) = baseline.entry_mut(&path) {
            entry.stamp = stamp;
            entry.identity = identity(workspace, &path);
        }
    }
    for (path, bytes, mode) in free {
        baseline.follow(&path, &bytes, mode)?;
    }
    let moved = Moved::note(baseline, grouped.values().flatten());
    let mut breaches = Vec::new();
    // The guarded paths that each breach is about.
    let mut told_of: Vec<Vec<PathBuf>> = Vec::new();
    for ((directory, how), paths) in grouped {
        if how == "deleted" && paths.len() <= APART {
            changed.extend(paths.into_iter().map(|path| (path, "deleted, moved or renamed".to_owned())));
            continue;
        }
        let failed: Vec<String> = paths
            .iter()
            .filter_map(|path| put_back(workspace, baseline, path).err())
            .collect();
        let what = if how == "deleted" {
            "files deleted or moved".to_owned()
        } else {
            format!("directory {how}")
        };
        let detail = match failed.first() {
            None => format!("{what}: {} guarded files put back", paths.len()),
            Some(why) => format!(
                "{what}: {} of {} guarded files could not be put back: {why}",
                failed.len(),
                paths.len()
            ),
        };
        let path = if directory.as_os_str().is_empty() {
            ".".into()
        } else {
            format!("{}/", directory.display())
        };
        told_of.push(paths);
        breaches.push(BreachFound {
            path,
            call: call.cloned(),
            detail,
            restored: failed.is_empty(),
            in_commit: false,
            commits: Vec::new(),
        });
    }
    for (path, how) in changed {
        let absent = baseline.entry_mut(&path).is_some_and(|entry| entry.form == Form::Absent);
        let how = if absent {
            format!("{how}; set aside under another name until a person adopts it")
        } else {
            how
        };
        let (detail, restored) = match put_back(workspace, baseline, &path) {
            Ok(()) => (how, true),
            Err(why) => (format!("{how}; could not be put back: {why}"), false),
        };
        breaches.push(BreachFound {
            path: path.display().to_string(),
            call: call.cloned(),
            detail,
            restored,
            in_commit: false,
            commits: Vec::new(),
        });
        told_of.push(vec![path]);
    }
    // Only now: while one of them is not back, its moved bytes may be the only ones.
    if breaches.iter().all(|breach| breach.restored) {
        let found = moved.clear(workspace, baseline);
        for (breach, paths) in breaches.iter_mut().zip(&told_of) {
            let copies = paths.iter().filter_map(|path| found.get(path));
            breach.detail.push_str(&copies.fold(Found::default(), Found::and).told());
        }
    }
    for path in told_of.iter().flatten() {
        if let Some(entry) = baseline.entry_mut(path) {
            entry.identity = identity(workspace, path);
        }
    }
    Ok(breaches)
}

fn identity(workspace: &Path, path: &Path) -> Option<Identity> {
    fs::symlink_metadata(workspace.join(path))
        .ok()
        .map(|meta| Identity::of(&meta))
}

/// Says what differs from a baseline without restoring anything: path and what was done to it.
pub(super) fn differences(workspace: &Path, baseline: &Baseline) -> Vec<(String, String)> {
    let mut sound = BTreeSet::new();
    let differs = |(path, entry): (&PathBuf, &Entry)| {
        let how = match look(workspace, baseline, path, entry, &mut sound) {
            Finding::Same(_) | Finding::Free(..) => return None,
            Finding::Ancestor(..) | Finding::Missing => "deleted, moved or renamed".to_owned(),
            Finding::Changed(how) => how,
        };
        Some((path.display().to_string(), how))
    };
    baseline.entries().filter_map(differs).collect()
}

/// Says whether a guarded file lies there as it must.
pub(super) fn is_as_agreed(workspace: &Path, baseline: &Baseline, path: &Path) -> bool {
    let found = |entry| look(workspace, baseline, path, entry, &mut BTreeSet::new());
    matches!(baseline.entry(path).map(found), Some(Finding::Same(_) | Finding::Free(..)))
}

/// Restores an entry and looks again: a background process may write at the same moment.
fn put_back(workspace: &Path, baseline: &mut Baseline, path: &Path) -> Result<(), String> {
    let Some(entry) = baseline.entry_mut(path).map(|entry| entry.clone()) else {
        return Ok(());
    };
    for _ in 0..3 {
        restore::restore(workspace, baseline, path, &entry.form).map_err(|error| error.to_string())?;
        if matches!(
            look(workspace, baseline, path, &entry, &mut BTreeSet::new()),
            Finding::Same(_) | Finding::Free(..)
        ) {
            return Ok(());
        }
    }
    Err("something keeps changing it; stop what runs in the background".into())
}

fn look(workspace: &Path, baseline: &Baseline, path: &Path, entry: &Entry, sound: &mut BTreeSet<PathBuf>) -> Finding {
    if entry.form != Form::Absent
        && let Some((ancestor, how)) = broken_ancestor(workspace, path, sound)
    {
        return Finding::Ancestor(ancestor, how);
    }
    let whole = workspace.join(path);
    let meta = match fs::symlink_metadata(&whole) {
        Ok(meta) => meta,
        Err(_) if entry.form == Form::Absent => return Finding::Same(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Finding::Missing,
        Err(error) => return Finding::Changed(format!("made unreadable ({error})")),
    };
    match &entry.form {
        Form::Absent => Finding::Changed("it was not there before".into()),
        Form::Link(target) if meta.is_symlink() => match fs::read_link(&whole) {
            Ok(now) if now == *target => Finding::Same(None),
            _ => Finding::Changed("its symlink was pointed elsewhere".into()),
        },
        Form::Link(_) => Finding::Changed("a symlink replaced by something else".into()),
        Form::File { sha, size, mode } => {
            if let Some(what) = not_a_file(&meta) {
                return Finding::Changed(format!("replaced by {what}"));
            }
            file(workspace, baseline, path, entry, &meta, (sha, *size, *mode))
        }
    }
}

fn file(
    workspace: &Path,
    baseline: &Baseline,
    path: &Path,
    entry: &Entry,
    meta: &Metadata,
    (sha, size, mode): (&str, u64, u32),
) -> Finding {
    let (whole, stamp) = (&workspace.join(path), Stamp::of(meta));
    if stamp.is_some() && stamp == entry.stamp {
        return Finding::Same(stamp);
    }
    let cap = if meta.size() == size { u64::MAX } else { MAX_SHOWN };
    let bytes = match open(whole).and_then(|file| read(file, cap)) {
        Ok(bytes) => bytes,
        Err(error) => return Finding::Changed(format!("made unreadable ({error})")),
    };
    let now = meta.mode() & 0o7777;
    if digest(&bytes) != sha {
        let part = runner_config::part(path).filter(|_| entry.subject == Subject::Config);
        let breached = part.zip(baseline.bytes(path)).map(|(part, agreed)| {
            let reach = Reach::of(workspace, baseline);
            runner_config::breach(part, &agreed, &bytes, &reach)
        });
        if now == mode && breached == Some(None) {
            return Finding::Free(stamp, bytes, mode);
        }
        if unwritten::is_unwritten(baseline, path) {
            return Finding::Free(stamp, bytes, now);
        }
        baseline.keep_replaced(path, &bytes);
        let told = || detail::content(entry.subject, path, baseline.bytes(path).as_deref(), &bytes);
        return Finding::Changed(breached.flatten().unwrap_or_else(told));
    }
    if now != mode && unwritten::is_unwritten(baseline, path) {
        return Finding::Free(stamp, bytes, now);
    }
    if now != mode {
        return Finding::Changed(format!("mode changed from {mode:o} to {now:o}"));
    }
    // The stamp was taken before the bytes were read: a write in between leaves a later ctime, and the next look reads again.
    Finding::Same(stamp)
}

fn not_a_file(meta: &Metadata) -> Option<&'static str> {
    let kind = meta.file_type();
    match (kind.is_file(), kind.is_symlink(), kind.is_dir()) {
        (true, ..) => None,
        (_, true, _) => Some("a symlink"),
        (_, _, true) => Some("a directory"),
        _ => Some("a device, pipe or socket"),
    }
}

/// The topmost directory above `path` that is not one any more. `sound` remembers those already looked at.
fn broken_ancestor(workspace: &Path, path: &Path, sound: &mut BTreeSet<PathBuf>) -> Option<(PathBuf, &'static str)> {
    let mut parents: Vec<&Path> = path.ancestors().skip(1).filter(|part| !part.as_os_str().is_empty()).collect();
    parents.reverse();
    for parent in parents {
        if sound.contains(parent) {
            continue;
        }
        let how = match fs::symlink_metadata(workspace.join(parent)) {
            Ok(meta) if meta.is_dir() => {
                sound.insert(parent.to_owned());
                continue;
            }
            Ok(meta) if meta.is_symlink() => "replaced by a symlink",
            Ok(_) => "replaced by a file",
            Err(_) => "deleted or renamed",
        };
        return Some((parent.to_owned(), how));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_differ_in_how_they_are_described() {
        let list = |passes: bool| format!("[{{\"id\":\"F1\",\"passes\":{passes}}}]").into_bytes();
        let described = detail::content(Subject::FeatureList, Path::new("l.json"), Some(&list(false)), &list(true));
        assert_eq!(described, "flag set to passing: F1");
        assert!(
            detail::content(Subject::FeatureList, Path::new("l.json"), Some(&list(false)), b"[")
                .starts_with("made unreadable (l.json:1:2")
        );
        assert_eq!(
            detail::content(Subject::Test, Path::new("t"), Some(b"a\nb\n"), b"a\nc\nd\n"),
            "2 lines added, 1 removed"
        );
        assert_eq!(
            detail::content(Subject::Test, Path::new("t"), Some(b"a\nb\n"), b"a\n"),
            "1 line removed"
        );
        assert_eq!(
            detail::content(Subject::Test, Path::new("t"), Some(b"\xff"), b""),
            "bytes changed (1 before, 0 after)"
        );
    }
}
