//! Permission bits of files and directories, of which git keeps one alone.
//!
//! Owns how a state's bits are read off the disk, written down and read back. They stand in the commit that keeps the state, so they
//! live and go with it: the usual bits once, then each path that has others. Invariant: a state that was written down without them,
//! by an earlier version, says nothing of any path; then only the executable bit is known, as git has it.

use super::disk::LINK;
use super::snapshot::{LeftOut, ancestors};
use crate::git::GitError;
use crate::git::look::read::lossy;
use crate::git::moves::apply::full;
use crate::git::moves::saved::Files;
use crate::git::repo::Repo;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

/// Begins the line of the usual bits.
const USUAL: &str = "Modes: ";
/// Begins the line of a path that has others.
const OTHER: &str = "Mode: ";
/// What files, executable files and directories have where nobody says otherwise.
const PLAIN: [u32; 3] = [0o644, 0o755, 0o755];

/// Bits by raw path; a directory's path ends in a slash.
pub(in crate::git) type Bits = BTreeMap<Vec<u8>, u32>;

/// The bits of a state, as they are written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::git) struct Modes {
    /// Those of most files, executable files and directories; `None` if only what is in `other` is known.
    usual: Option<[u32; 3]>,
    /// Paths that have others; `None` where they are not known.
    other: BTreeMap<Vec<u8>, Option<u32>>,
}

impl Modes {
    /// Returns the bits of a state's files and of the directories above them, and of whatever else is named.
    pub fn spread(&self, files: &Files) -> Bits {
        let mut bits = Bits::new();
        if let Some(usual) = self.usual {
            bits.extend(sorts(files).map(|(path, sort)| (path, usual[sort])));
        }
        for (path, other) in &self.other {
            match other {
                Some(other) => bits.insert(path.clone(), *other),
                None => bits.remove(path),
            };
        }
        bits
    }

    /// Writes down the bits of these files and of the directories above them; what else is in `bits` is named one by one.
    pub fn of(files: &Files, bits: &Bits) -> Self {
        let mut counts: [BTreeMap<u32, usize>; 3] = Default::default();
        for (path, sort) in sorts(files) {
            if let Some(bits) = bits.get(&path) {
                *counts[sort].entry(*bits).or_default() += 1;
            }
        }
        let mut usual = PLAIN;
        for (usual, counts) in usual.iter_mut().zip(counts) {
            let most = counts.iter().max_by_key(|(bits, count)| (**count, *bits == usual));
            *usual = most.map_or(*usual, |(bits, _)| *bits);
        }
        let mut other: BTreeMap<Vec<u8>, Option<u32>> = bits.iter().map(|(path, bits)| (path.clone(), Some(*bits))).collect();
        for (path, sort) in sorts(files) {
            match bits.get(&path) {
                Some(bits) if *bits == usual[sort] => other.remove(&path),
                Some(_) => None,
                None => other.insert(path, None),
            };
        }
        let usual = Some(usual);
        Self { usual, other }
    }

    /// Writes down bits of these files, as fully as these ones are.
    pub fn again(&self, files: &Files, bits: &Bits) -> Self {
        if self.usual.is_some() {
            Self::of(files, bits)
        } else {
            Self::only(bits)
        }
    }

    /// Names bits one by one, without a word of any other path.
    pub fn only(bits: &Bits) -> Self {
        Self {
            usual: None,
            other: bits.iter().map(|(path, bits)| (path.clone(), Some(*bits))).collect(),
        }
    }

    /// Spells it as lines.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if let Some([file, executable, directory]) = self.usual {
            text.push_str(&format!("{USUAL}{file:o} {executable:o} {directory:o}\n"));
        }
        for (path, bits) in &self.other {
            let bits = bits.map_or_else(|| "-".to_owned(), |bits| format!("{bits:o}"));
            text.push_str(&format!("{OTHER}{bits} {}\n", escaped(path)));
        }
        text
    }

    /// Reads it among other lines; what is not of it is passed over.
    pub fn read(text: &str) -> Self {
        let mut modes = Self::default();
        for line in text.lines() {
            if let Some(usual) = line.strip_prefix(USUAL) {
                let bits: Vec<u32> = usual.split(' ').filter_map(octal).collect();
                modes.usual = bits.try_into().ok();
            } else if let Some((bits, path)) = line.strip_prefix(OTHER).and_then(|line| line.split_once(' ')) {
                modes.other.insert(unescaped(path), octal(bits));
            }
        }
        modes
    }
}

impl Repo {
    /// Reads the bits of files, of the directories above them, and of those above `others`; what is not there is passed over.
    pub(in crate::git) fn bits_on_disk(&self, files: &Files, others: &Files) -> Bits {
        let mut bits = Bits::new();
        let dirs = sorts(others).map(|(path, _)| path).filter(|path| path.ends_with(b"/"));
        for path in sorts(files).map(|(path, _)| path).chain(dirs) {
            if let Some(found) = self.bits_at(&path) {
                bits.insert(path, found);
            }
        }
        bits
    }

    /// Says whether the system lets us set the bits of a path.
    pub(in crate::git) fn may_set_bits(&self, path: &[u8]) -> bool {
        let me = rustix::process::geteuid();
        let meta = full(self, path).symlink_metadata();
        me.is_root() || meta.is_ok_and(|meta| meta.uid() == me.as_raw())
    }

    /// Reads the bits of a file or, with a slash at the end, of a directory; `None` if no such thing is there.
    pub(in crate::git) fn bits_at(&self, path: &[u8]) -> Option<u32> {
        let plain = path.strip_suffix(b"/").unwrap_or(path);
        let meta = full(self, plain).symlink_metadata().ok()?;
        let is_it = if plain.len() < path.len() {
            meta.is_dir()
        } else {
            meta.is_file()
        };
        is_it.then(|| meta.permissions().mode() & 0o7777)
    }

    /// Names the directories that nobody may look into, beside and above the files: what lies in them is in no tree.
    pub(in crate::git) fn closed_directories(&self, files: &Files) -> Result<Vec<LeftOut>, GitError> {
        let known: BTreeSet<Vec<u8>> = sorts(files)
            .map(|(path, _)| path)
            .filter(|path| path.ends_with(b"/"))
            .collect();
        let mut open: Vec<Vec<u8>> = known.iter().rev().cloned().collect();
        open.push(Vec::new());
        let mut closed = Vec::new();
        while let Some(path) = open.pop() {
            let place = full(self, &path);
            // Listing takes one permission, looking at what is listed another.
            let looked = fs::read_dir(&place).and_then(|entries| place.join(".").symlink_metadata().map(|_| entries));
            let entries = match looked {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    closed.push(LeftOut {
                        path: lossy(&path),
                        reason: format!("cannot be looked into ({error}): what lies there and is not committed is not kept"),
                    });
                    continue;
                }
                Err(_) => continue,
            };
            for entry in entries.flatten() {
                let below = [&path, entry.file_name().as_bytes(), b"/"].concat();
                let is_new = entry.file_type().is_ok_and(|kind| kind.is_dir()) && !known.contains(&below);
                let is_ours = is_new && entry.file_name() != ".git" && !self.is_filled(&below);
                if is_ours && !self.is_ignored(&below)? {
                    open.push(below);
                }
            }
        }
        closed.sort_by(|one, other| one.path.cmp(&other.path));
        closed.dedup();
        Ok(closed)
    }
}

/// Lists the files that have bits of their own, and the directories above all files, each with which of the usual bits are its.
fn sorts(files: &Files) -> impl Iterator<Item = (Vec<u8>, usize)> {
    let plain = files.iter().filter(|(_, (_, mode))| *mode != LINK);
    let plain = plain.map(|(path, (_, mode))| (path.clone(), usize::from(*mode == super::disk::EXECUTABLE)));
    let dirs: BTreeSet<&[u8]> = files.keys().flat_map(|path| ancestors(path)).collect();
    let dirs: Vec<Vec<u8>> = dirs.into_iter().map(|dir| [dir, b"/"].concat()).collect();
    plain.chain(dirs.into_iter().map(|dir| (dir, 2)))
}

fn octal(digits: &str) -> Option<u32> {
    u32::from_str_radix(digits, 8).ok().filter(|bits| *bits <= 0o7777)
}

/// Spells a path in one line of plain characters.
fn escaped(path: &[u8]) -> String {
    let spelled = |byte: &u8| match byte {
        b'%' | ..0x20 | 0x7f.. => format!("%{byte:02x}"),
        _ => char::from(*byte).to_string(),
    };
    path.iter().map(spelled).collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut path = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        path.extend(u8::from_str_radix(code, 16));
        path.extend_from_slice(rest.as_bytes());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::tree::disk::{EXECUTABLE, FILE};

    fn files() -> Files {
        let none = git2::Oid::ZERO_SHA1;
        let file = |path: &[u8], mode| (path.to_vec(), (none, mode));
        [
            file(b"a", FILE),
            file(b"d/b\xff\n%41", FILE),
            file(b"d/c", FILE),
            file(b"e f/run", EXECUTABLE),
            file(b"link", LINK),
        ]
        .into()
    }

    #[test]
    fn what_is_written_down_is_read_back_whatever_the_umask_was() {
        for plain in [0o644, 0o600, 0o664] {
            let mut bits = Bits::from([
                (b"a".to_vec(), plain),
                (b"d/b\xff\n%41".to_vec(), 0o4711),
                (b"d/c".to_vec(), plain),
            ]);
            bits.extend([
                (b"e f/run".to_vec(), 0o700),
                (b"d/".to_vec(), 0o2775),
                (b"beside/".to_vec(), 0o755),
            ]);
            let text = format!("subject\n\nLeft-out: x y\n{}", Modes::of(&files(), &bits).text());
            assert_eq!(Modes::read(&text).spread(&files()), bits, "{text}");
            assert!(text.contains("Mode: - e f/\n"), "what is not known is not guessed: {text}");
            assert!(!text.contains(" a\n"), "what is usual is not named: {text}");
        }
        assert_eq!(Modes::read("subject\n\nLeft-out: x y\n").spread(&files()), Bits::new());
    }
}
