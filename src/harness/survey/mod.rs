//! What lies in a directory that another harness made, at the places where it is usual.
//!
//! Owns finding it. Does not own the feature list's choice ([`super::places`]) nor what an entry of the notes is ([`super::notes`]).
//! Invariant: nothing is written, nothing is run, no link out of the directory is followed, and what is read is bounded.

mod script;
#[cfg(test)]
mod tests;
pub mod transcript;

use super::feature_list::FeatureList;
use super::notes::{self, Order, entries, order};
use super::places;
use crate::protocol::{FeatureStatus, FoundList, FoundNotes, NotesEntry, Survey};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Bytes read of a file of notes or a script, from its end. The largest notes seen in public are 893 KB.
const MOST: u64 = 2_000_000;

/// Files of notes that are told of.
const NOTES: usize = 50;

/// Looks into a directory. `home` is where agents keep the transcripts of their sessions; `path_variable` is where a shell would be found.
#[must_use]
pub fn survey(workspace: &Path, home: Option<&Path>, path_variable: Option<&OsStr>) -> Survey {
    Survey {
        lists: places::found(workspace)
            .into_iter()
            .map(|place| list(workspace, place))
            .collect(),
        notes: all_notes(workspace),
        script: script::find(workspace, path_variable),
        transcripts: transcript::find(workspace, home),
    }
}

fn list(workspace: &Path, place: &str) -> FoundList {
    let counts = match FeatureList::read(&workspace.join(place)) {
        Ok(Some(list)) => {
            let passing = list
                .features()
                .iter()
                .filter(|feature| feature.status == FeatureStatus::Passing);
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            Ok((count(list.features().len()), count(passing.count())))
        }
        Ok(None) => Err("it is a link to nothing".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    FoundList {
        path: place.to_owned(),
        counts,
    }
}

/// Says whether a file's name is one that progress notes have.
fn is_notes(name: &str) -> bool {
    let name = name.to_lowercase();
    let Some((stem, "txt" | "md")) = name.rsplit_once('.') else {
        return false;
    };
    let numbered = stem.strip_prefix("session").map(|rest| rest.trim_start_matches(['_', '-']));
    stem == "progress"
        || stem.ends_with("-progress")
        || stem.ends_with("_progress")
        || stem.contains("progress-session")
        || numbered.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn all_notes(workspace: &Path) -> Vec<FoundNotes> {
    let mut found: Vec<(SystemTime, FoundNotes)> = files(workspace, is_notes)
        .into_iter()
        .filter_map(|(path, changed)| Some((changed, read_notes(workspace, &path).ok()?)))
        .collect();
    // Of files that were changed together, as after a clone, the one with the higher number is the newer.
    found.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| natural(&y.path).cmp(&natural(&x.path))));
    found.truncate(NOTES);
    found.into_iter().map(|(_, notes)| notes).collect()
}

/// A name with its numbers as numbers, so that session 10 comes behind session 9.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let words = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (word, number) = rest.split_at(words);
        let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        parts.push((word.to_owned(), number[..digits].parse().unwrap_or(0)));
        rest = &number[digits..];
    }
    parts
}

fn read_notes(workspace: &Path, path: &Path) -> io::Result<FoundNotes> {
    let (text, bytes) = read_end(path)?;
    let all = entries(&text);
    let newest_first = order(&all) == Order::NewestFirst;
    let mut told: Vec<NotesEntry> = all
        .iter()
        .map(|entry| {
            let whole = entry.text(&text).trim();
            let below = if entry.heading.is_empty() {
                whole
            } else {
                whole.split_once('\n').map_or("", |(_, below)| below)
            };
            NotesEntry {
                heading: entry.heading.clone(),
                session: entry.session,
                text: below.trim_matches(['\n', '\r']).to_owned(),
            }
        })
        .collect();
    // What stands before the first heading is of no session: it comes last.
    let about = told.iter().take(1).any(|entry| entry.heading.is_empty());
    if about && newest_first {
        told.rotate_left(1);
    }
    if !newest_first {
        told.reverse();
    }
    Ok(FoundNotes {
        path: shown(workspace, path),
        bytes,
        newest_first,
        cut: bytes > MOST,
        entries: told,
    })
}

/// Reads the end of a file as text; the second value is its whole size.
fn read_end(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(MOST)))?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok((notes::decode(&bytes), size))
}

/// The regular files of a directory with wanted names, each with when it was changed. Links are not followed.
fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<(PathBuf, SystemTime)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name();
        let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let changed = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        wanted(&name.to_string_lossy()).then(|| (entry.path(), changed))
    };
    entries.filter_map(Result::ok).filter_map(file).collect()
}

fn shown(workspace: &Path, path: &Path) -> String {
    path.strip_prefix(workspace).unwrap_or(path).to_string_lossy().into_owned()
}
