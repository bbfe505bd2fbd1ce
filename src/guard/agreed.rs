//! Guarded files as they are to be stored elsewhere: in a commit.
//!
//! Owns what is handed out of the baseline for that. Does not own comparing with what is stored. Invariant: a file is handed out only
//! while it lies on the disk as it is agreed; what somebody has just changed is for [`Guard::verify`] or the watch to judge first.

use super::Guard;
use super::baseline::{Baseline, Form};
use super::file::{open, read};
use super::verify;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A guarded file, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// Its bytes; of a link, its target.
    pub bytes: Vec<u8>,
    /// Its mode as git has it: a file, an executable file, or a link.
    pub mode: u32,
}

impl Guard {
    /// Names what each guarded file must hold: two equal names, the same content and mode. Without what must not be there.
    #[must_use]
    pub fn seals_by_path(&self) -> BTreeMap<PathBuf, String> {
        let state = self.state();
        let named = |baseline: &Baseline| {
            let entries = baseline.entries().filter_map(|(path, entry)| {
                let name = match &entry.form {
                    Form::File { sha, mode, .. } => format!("{mode:o} {sha} {}", entry.latest.as_deref().unwrap_or_default()),
                    Form::Link(target) => format!("-> {}", target.display()),
                    Form::Absent => return None,
                };
                Some((path.clone(), name))
            });
            entries.collect()
        };
        named(&state.baseline)
    }

    /// Reads a guarded file; `None` if it is not guarded, or is not as agreed at this moment.
    #[must_use]
    pub fn agreed(&self, path: &Path) -> Option<Agreed> {
        let state = self.state();
        let whole = self.workspace.join(path);
        let meta = fs::symlink_metadata(&whole).ok()?;
        let found = if meta.is_symlink() {
            Agreed {
                bytes: fs::read_link(&whole).ok()?.into_os_string().into_vec(),
                mode: 0o120_000,
            }
        } else {
            Agreed {
                bytes: open(&whole).and_then(|file| read(file, u64::MAX)).ok()?,
                mode: if meta.mode() & 0o100 == 0 { 0o100_644 } else { 0o100_755 },
            }
        };
        verify::is_as_agreed(&self.workspace, &state.baseline, path).then_some(found)
    }
}
