//! TODO and FIXME marks in a tree, within fixed bounds.

use ignore::WalkBuilder;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Most files looked into.
const FILES: usize = 2_000;
/// Larger files are data, not source.
const FILE_BYTES: u64 = 256_000;
/// Most bytes read in all.
const ALL_BYTES: u64 = 16_000_000;
/// Hits shown.
const SHOWN: usize = 15;

/// What a scan found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// `path:line: the line`, in path order.
    pub(super) shown: Vec<String>,
    /// How many there are in what was scanned.
    pub(super) total: usize,
    /// Whether a bound ended the scan early.
    pub(super) cut: bool,
}

/// Scans files that git would not ignore for the words `TODO` and `FIXME`.
pub(super) fn scan(workspace: &Path, skip: &[&str]) -> Marks {
    let mut marks = Marks::default();
    let (mut files, mut bytes) = (0, 0);
    let walk = WalkBuilder::new(workspace)
        .require_git(false)
        .hidden(true)
        .sort_by_file_path(Ord::cmp)
        .build();
    for entry in walk.filter_map(Result::ok) {
        let path = entry.path().strip_prefix(workspace).unwrap_or(entry.path());
        let vendored = path.components().any(|part| {
            matches!(
                part.as_os_str().to_str(),
                Some("node_modules" | "target" | "vendor" | ".venv")
            )
        });
        let skipped = path.to_str().is_none_or(|path| skip.contains(&path));
        let size = entry.metadata().map_or(u64::MAX, |meta| meta.len());
        if vendored || skipped || size > FILE_BYTES || !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        files += 1;
        bytes += size;
        if files > FILES || bytes > ALL_BYTES {
            marks.cut = true;
            break;
        }
        look_into(entry.path(), &path.display().to_string(), &mut marks);
    }
    marks
}

fn look_into(file: &Path, shown: &str, marks: &mut Marks) {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes));
    if read.is_err() || memchr::memchr(0, &bytes).is_some() {
        return;
    }
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if word(line, b"TODO") || word(line, b"FIXME") {
            marks.total += 1;
            if marks.shown.len() < SHOWN {
                let line: String = String::from_utf8_lossy(line).trim().chars().take(120).collect();
                marks.shown.push(format!("{shown}:{}: {line}", number + 1));
            }
        }
    }
}

/// Whether `needle` stands in `line` as a word of its own (not in `mTODOs` or `TODO_LIST`).
fn word(line: &[u8], needle: &[u8]) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    memchr::memmem::find_iter(line, needle).any(|at| {
        let before = at.checked_sub(1).and_then(|at| line.get(at));
        !part(before) && !part(line.get(at + needle.len()))
    })
}
