//! Checks that only print what is written down in the project.
//!
//! Owns telling such a check from one that shows something at work, by what it printed: whichever program printed it, an interpreter's
//! one line too. No boundary: a program that prints a constant is a program. Invariant: a check that names a second file of the project,
//! or whose file came while it ran, is left alone.

use super::format::plain;
use crate::protocol::CheckRun;
use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes of a file that are read, and letters of it that are looked for: a longer output is shown in part.
const LARGEST: u64 = 1 << 20;
const COMPARED: usize = 2_000;

/// Returns the file of `workspace` of which a check that holds says no more than what stood in it when the check began; `None` if it
/// shows anything else.
#[must_use]
pub fn printed(run: &CheckRun, workspace: &Path, begun: SystemTime) -> Option<PathBuf> {
    let commands = run.check.steps.iter().map(|step| step.command.as_str());
    let named: BTreeSet<PathBuf> = commands.flat_map(|command| files(command, workspace)).collect();
    let [file] = named.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let meta = workspace.join(file).metadata().ok()?;
    let is_older = lay_there(&meta, begun) && meta.len() <= LARGEST;
    let held = is_older.then(|| std::fs::read(workspace.join(file)).ok()).flatten()?;
    let held = letters(&plain(&held));
    let wanted: String = held.chars().take(COMPARED).collect();
    let mut steps = run
        .check
        .steps
        .iter()
        .zip(&run.steps)
        .filter(|(step, _)| !step.expect.is_empty());
    let is_it = !wanted.is_empty() && steps.all(|(_, went)| letters(&went.output.text).contains(&wanted));
    is_it.then(|| file.clone())
}

/// Says whether a file was there at a time as it is now.
#[must_use]
pub fn lay_there(meta: &Metadata, time: SystemTime) -> bool {
    // Times of writing can be set by whoever writes; this one cannot.
    let changed = u64::try_from(meta.ctime()).ok().zip(u32::try_from(meta.ctime_nsec()).ok());
    changed.is_some_and(|(seconds, nanos)| UNIX_EPOCH + Duration::new(seconds, nanos) <= time)
}

/// A text without its blanks: programs lay out anew what they print.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The regular files of a directory that a command names, wherever in it.
fn files<'a>(command: &'a str, dir: &'a Path) -> impl Iterator<Item = PathBuf> + 'a {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | '+' | '@');
    command
        .split(move |c| !is_of_name(c))
        .map(|word| word.trim_start_matches("./"))
        .filter(|word| !word.is_empty() && !word.starts_with('/'))
        .map(PathBuf::from)
        .filter(|path| dir.join(path).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Check, CheckStep, TestPurpose};
    use crate::verify::check::{Plan, run};
    use tokio_util::sync::CancellationToken;

    async fn of(commands: &[&str]) -> Option<PathBuf> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("out.txt"), "milk\nbread\n").unwrap();
        std::fs::write(dir.path().join("out.json"), "{\"milk\":2}").unwrap();
        std::fs::write(dir.path().join("list.sh"), "for one in milk bread; do echo $one; done").unwrap();
        std::fs::write(dir.path().join("fill.awk"), "{ print }").unwrap();
        let step = |command: &&str| CheckStep {
            command: (*command).to_owned(),
            expect: vec!["milk".to_owned()],
            exit: 0,
        };
        let plan = Plan {
            feature: "F1".into(),
            check: Check {
                steps: commands.iter().map(step).collect(),
                files: Vec::new(),
            },
            cwd: dir.path().to_owned(),
            purpose: TestPurpose::Evidence,
            tree: None,
            timeout: Duration::from_secs(20),
            elsewhere: false,
        };
        let begun = SystemTime::now();
        let ran = run(plan, CancellationToken::new()).await.unwrap();
        assert!(ran.run.holds(), "{commands:?}: {:?}", ran.run.failure());
        printed(&ran.run, dir.path(), begun)
    }

    #[tokio::test]
    async fn whatever_prints_a_file_that_lay_there_shows_nothing() {
        for commands in [
            &["cat out.txt"][..],
            &["while read l; do echo $l; done < out.txt"],
            &["awk '{print}' ./out.txt"],
            &["awk '{print \"item \" $0}' out.txt >/dev/null; echo all:; sed -n p out.txt"],
            &["tr a a < out.json"],
            &["cat out.txt", "sed s/x/y/ out.txt"],
        ] {
            assert!(of(commands).await.is_some(), "{commands:?}");
        }
    }

    #[tokio::test]
    async fn a_program_of_the_project_shows_something() {
        for commands in [
            &["sh list.sh"][..],
            &["awk -f fill.awk out.txt"],
            &["sh list.sh | sort > /dev/null; cat out.txt"],
            &["sort out.txt | head -2 | tail -1"],
            &["sleep 0.1; echo milk > new.txt; cat new.txt"],
        ] {
            assert_eq!(of(commands).await, None, "{commands:?}");
        }
    }
}
