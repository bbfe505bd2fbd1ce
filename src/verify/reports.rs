//! The report files of a run: where a runner is asked to write them, and what it wrote.
//!
//! Owns the bounds: how many files, how large. Invariant: only regular files are opened, and only those that this run wrote: a report
//! of an earlier run says nothing about this tree.

use super::asked::Asked;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Names the file that a runner writes its report to. It lies outside the project; files whose names begin alike are read too,
/// for commands that run several runners.
pub const REPORT_VARIABLE: &str = "LONGHAUL_REPORT";

/// Files read of a run.
const FILES: usize = 2_000;
/// Bytes read of a run.
const BYTES: u64 = 64 << 20;
/// Entries looked at below the project.
const ENTRIES: usize = 100_000;
/// Folders within folders.
const DEPTH: usize = 24;
/// Clocks of file systems tick this coarsely.
const TICK: Duration = Duration::from_millis(50);

/// A place for reports, gone when dropped.
#[derive(Debug)]
pub(super) struct Place {
    dir: tempfile::TempDir,
    since: SystemTime,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) texts: Vec<String>,
    /// What was not read, and why.
    pub(super) amiss: Vec<String>,
}

impl Place {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            dir: tempfile::Builder::new().prefix("longhaul-report-").tempdir()?,
            since: SystemTime::now() - TICK,
        })
    }

    /// The file that the runner is told.
    pub(super) fn file(&self) -> PathBuf {
        self.dir.path().join("report")
    }

    /// Reads what was written here as it was asked for, and the files of this run that `globs` name below `root`. What nobody asked
    /// for was written by the program under test, or by something else that has no part in telling how its tests went.
    pub(super) fn read(&self, root: &Path, globs: &[String], asked: Asked) -> Written {
        let mut written = Written::default();
        let mut files: Vec<PathBuf> = fs::read_dir(self.dir.path())
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .take(FILES)
            .collect();
        let there = files.len();
        let told = self.file();
        files.retain(|path| asked == Asked::Files || asked == Asked::OneFile && *path == told);
        if files.len() < there {
            written.amiss.push(match asked {
                Asked::Nothing => format!(
                    "a report was written to ${REPORT_VARIABLE}, and neither the command nor a script of it asks for one; it is not read. If a runner \
                     is to write it, name ${REPORT_VARIABLE} in the verify command"
                ),
                Asked::OneFile | Asked::Files => {
                    format!("a report was written beside the one that the command asks for by ${REPORT_VARIABLE}; it is not read")
                }
            });
        }
        if let Some(globs) = glob_set(globs) {
            let before = files.len();
            self.below(root, &globs, &mut files);
            if files.len() == before {
                written
                    .amiss
                    .push("this run wrote no report where `verify.reports` looks for one".into());
            }
        }
        files.sort();
        let mut left = BYTES;
        for path in files.into_iter().take(FILES) {
            match read_file(&path, left) {
                Ok(Some(text)) => {
                    left = left.saturating_sub(text.len() as u64);
                    written.texts.push(text);
                }
                Ok(None) => written
                    .amiss
                    .push(format!("the reports have more than {} MB; not all were read", BYTES >> 20)),
                Err(error) => written.amiss.push(format!("a report cannot be read: {error}")),
            }
        }
        written
    }

    fn below(&self, root: &Path, globs: &GlobSet, files: &mut Vec<PathBuf>) {
        let mut folders = vec![(root.to_path_buf(), 0)];
        let mut seen = 0;
        while let Some((folder, depth)) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                seen += 1;
                if seen > ENTRIES || files.len() >= FILES {
                    return;
                }
                let (path, Ok(kind)) = (entry.path(), entry.file_type()) else {
                    continue;
                };
                if kind.is_dir() {
                    let skipped = matches!(entry.file_name().to_str(), Some(".git" | "node_modules"));
                    if depth < DEPTH && !skipped {
                        folders.push((path, depth + 1));
                    }
                } else if kind.is_file()
                    && path.strip_prefix(root).is_ok_and(|below| globs.is_match(below))
                    && entry
                        .metadata()
                        .and_then(|meta| meta.modified())
                        .is_ok_and(|time| time >= self.since)
                {
                    files.push(path);
                }
            }
        }
    }
}

fn glob_set(globs: &[String]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(GlobBuilder::new(glob).literal_separator(true).build().ok()?);
    }
    set.build().ok().filter(|set| !set.is_empty())
}

/// Reads a regular file of at most `limit` bytes; `None` if it has more.
fn read_file(path: &Path, limit: u64) -> io::Result<Option<String>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_this_run_are_read() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("build/reports")).unwrap();
        let old = root.path().join("build/reports/old.xml");
        fs::write(&old, "old").unwrap();
        let past = SystemTime::now() - Duration::from_secs(60);
        File::options().write(true).open(&old).unwrap().set_modified(past).unwrap();
        let place = Place::new().unwrap();
        let globs = ["build/**/*.xml".to_owned()];
        let none = place.read(root.path(), &globs, Asked::Files);
        assert!(none.texts.is_empty() && none.amiss.len() == 1, "{none:?}");
        fs::write(root.path().join("build/reports/new.xml"), "new").unwrap();
        fs::write(root.path().join("other.xml"), "other").unwrap();
        fs::write(place.file(), "told").unwrap();
        fs::write(place.file().with_extension("2"), "and told").unwrap();
        let found = place.read(root.path(), &globs, Asked::Files);
        assert_eq!(found.amiss, Vec::<String>::new());
        let mut texts = found.texts;
        texts.sort();
        assert_eq!(texts, ["and told", "new", "told"]);
    }

    #[test]
    fn what_nobody_asked_for_is_not_read_and_told() {
        let place = Place::new().unwrap();
        let read = |asked| place.read(Path::new("/no/such/place"), &[], asked);
        assert_eq!(read(Asked::Nothing).amiss, Vec::<String>::new());
        fs::write(place.file(), "told").unwrap();
        let found = read(Asked::Nothing);
        assert!(
            found.texts.is_empty() && found.amiss[0].contains("neither the command"),
            "{found:?}"
        );
        assert_eq!(read(Asked::OneFile).texts, ["told"]);
        fs::write(place.file().with_extension("2"), "and told").unwrap();
        let found = read(Asked::OneFile);
        assert_eq!(found.texts, ["told"]);
        assert!(found.amiss[0].contains("beside"), "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_report() {
        let place = Place::new().unwrap();
        std::os::unix::fs::symlink("/dev/zero", place.file()).unwrap();
        let found = place.read(Path::new("/no/such/place"), &[], Asked::OneFile);
        assert!(found.texts.is_empty() && found.amiss.len() == 1, "{found:?}");
    }
}
