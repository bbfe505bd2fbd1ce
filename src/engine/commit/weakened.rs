//! What a change does to tests, told at its gate, and whether tests prove anything. Whether that is right is for a person to judge.
//!
//! Owns reading the files of a change from the repository and wording the findings. Invariant: what cannot be compared, such as a
//! test file that is too long to read, is left to the diff and gives no finding.

use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::guard::command;
use crate::guard::weaken::{Changed, Kind, Weakening, reads, vacuous, weakened};
use crate::guard::{Around, Arrival, may_take_over, takes_over};
use crate::protocol::event::FeatureHeld;
use crate::protocol::{Feature, FileDiff, Oid, SessionNo, TestRun, naming};
use crate::verify;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Findings that the log keeps; more are counted.
const KEPT: usize = 500;

/// Bytes of findings that an agent is told one by one before the rest is only counted.
const TOLD: usize = 6_000;

/// Characters of the finding that stands for all where there is one line.
const FIRST: usize = 200;

/// What an agent does about a test that proves nothing yet.
pub const WRITE: &str = "Write the test: let it check what the feature says, over what stands there now, then claim again.";

/// Test files read to find those of one feature.
const MOST_READ: usize = 400;

/// One thing that a change does to tests.
#[derive(Debug, Clone)]
pub struct Weaker {
    /// The test of which it speaks; `None` if it speaks of how all tests are run.
    test: Option<Weakening>,
    /// In words.
    words: String,
}

/// A file before and after.
struct File {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

/// Compares the tests of a commit in the making, and what decides how they are run, with those of the commit it stands on.
///
/// # Errors
/// Fails if the repository cannot be read.
pub async fn by_commit(
    project: &Project,
    head: Option<&Oid>,
    tree: &Oid,
    changes: &[FileDiff],
) -> Result<Vec<Weaker>, EngineError> {
    let looked_at = |path: &str| reads(path) || may_take_over(path);
    let touched: Vec<(String, String)> = changes
        .iter()
        .filter(|file| looked_at(&file.path) || file.old_path.as_deref().is_some_and(looked_at))
        .map(|file| (file.old_path.clone().unwrap_or_else(|| file.path.clone()), file.path.clone()))
        .collect();
    // Without a commit to stand on there is nothing that could be weaker.
    let (Some(head), false) = (head.cloned(), touched.is_empty()) else {
        return Ok(Vec::new());
    };
    let tree = tree.clone();
    let (files, held, now) = project
        .git(move |repo| {
            let held: BTreeSet<String> = repo.paths_at(&head)?.into_iter().collect();
            let now: BTreeSet<String> = repo.paths_at(&tree)?.into_iter().collect();
            let mut files = Vec::new();
            for (old, path) in touched {
                let before = text(repo.read_at(&head, old)?);
                let after = text(repo.read_at(&tree, &path)?);
                files.push(File { path, before, after });
            }
            Ok((files, held, now))
        })
        .await?;
    let around = Around { held: &held, now: &now };
    let found = weakened(&files.iter().map(File::changed).collect::<Vec<_>>());
    let mut all: Vec<Weaker> = found.into_iter().map(Weaker::of).collect();
    all.extend(files.iter().filter_map(|file| {
        let arrival = Arrival {
            path: &file.path,
            // A file that was renamed is new where it is now.
            before: held.contains(&file.path).then(|| file.before.as_deref().unwrap_or_default()),
            // What is no text is judged by its name.
            after: file.after.as_deref().unwrap_or_default(),
        };
        let taken = now.contains(&file.path).then(|| takes_over(&arrival, &around)).flatten();
        taken.map(|words| Weaker { test: None, words })
    }));
    // What was there and is worse comes first: new tests may be as many as anybody likes.
    all.sort_by_key(Weaker::is_new);
    Ok(all)
}

/// Says of a verify command that it does nothing but say that all is well. How it ends is another matter: its results are read.
#[must_use]
pub fn hollow(command: &str) -> Option<String> {
    let mut all = vacuous("verify.sh", command).into_iter();
    let found = all.find(|found| found.kind != Kind::Swallowed)?;
    Some(found.how)
}

impl Dispatch {
    /// Says why tests that pass prove nothing of a feature: they, or those beside them, became weaker since the last commit, or they
    /// hold whatever the program does. The words are for the agent.
    ///
    /// # Errors
    /// Fails if the repository cannot be read.
    pub(in crate::engine) async fn unsound(
        &self,
        feature: &Feature,
        run: Option<&TestRun>,
        tree: Option<&Oid>,
    ) -> Result<Option<String>, EngineError> {
        let (Some(run), Some(tree)) = (run, tree) else {
            return Ok(None);
        };
        let project = &self.project;
        let (now, held) = (tree.clone(), tree.clone());
        let (head, changes) = project
            .git(move |repo| {
                let head = repo.head()?;
                let changes = repo.changes(head.as_ref(), &now)?;
                Ok((head, changes))
            })
            .await?;
        let all = project
            .journal
            .with_state(|state| state.features.rows.iter().map(|row| row.feature.clone()).collect::<Vec<_>>());
        let mut weaker = by_commit(project, head.as_ref(), tree, &changes).await?;
        weaker.retain(|found| found.holds_back(feature, &all));
        if !weaker.is_empty() {
            let (words, new) = (named(&weaker), weaker.iter().all(Weaker::is_new));
            return Ok(Some(if new {
                format!("Not flipped: a new test of this feature proves nothing yet: {words}. {WRITE}")
            } else {
                format!(
                    "Not flipped: a run with tests that became weaker proves nothing: {words}. Put back what was; or, where a change is right, \
                     commit it first, so that a person can judge it, and claim once one has."
                )
            }));
        }
        if let Some((commit, weaker)) = self.unjudged(feature, &all, tree).await? {
            return self.held(feature, &commit, &weaker).map(Some);
        }
        let (feature, cases) = (feature.clone(), own_names(feature, run));
        let guard = std::sync::Arc::clone(&project.guard);
        // What runs the tests may say anything of them.
        let runs: Vec<PathBuf> = command::named(&run.command);
        let hollow = project
            .git(move |repo| {
                let paths = repo.paths_at(&held)?;
                let named = |path: &str| {
                    let path_of = |entry: &String| entry.contains(path) || path.ends_with(entry.trim());
                    feature.tests.iter().any(path_of)
                        || runs
                            .iter()
                            .any(|run| Path::new(path) == run || Path::new(".").join(path) == *run)
                };
                let files = paths
                    .into_iter()
                    .filter(|path| reads(path) && (named(path) || guard.is_test(Path::new(path))))
                    .take(MOST_READ);
                let mut hollow = Vec::new();
                for path in files {
                    let Some(text) = text(repo.read_at(&held, &path)?) else {
                        continue;
                    };
                    let all = named(&path);
                    let own = |found: &Weakening| all || cases.iter().any(|case| case.contains(found.leaf()));
                    hollow.extend(vacuous(&path, &text).into_iter().filter(own));
                }
                Ok(hollow)
            })
            .await?;
        Ok(hollow.first().map(|found| {
            format!(
                "Not flipped: a test of this feature proves nothing: {found}. Let it check what the feature says, then claim again."
            )
        }))
    }
}

impl Dispatch {
    /// Says that a feature does not pass before a person has looked at a commit, and records it.
    fn held(&self, feature: &Feature, commit: &Oid, weaker: &[Weaker]) -> Result<String, EngineError> {
        let mut files: Vec<String> = weaker.iter().map(Weaker::file).collect();
        files.dedup();
        let open = |file: &String| self.project.guard.is_unwritten(Path::new(file));
        let way = if files.iter().all(open) {
            WRITE
        } else if weaker.iter().all(Weaker::is_new) {
            "Show with `propose_change` what they should check; or go on with something else until a person has looked."
        } else {
            "Put back what was; or go on with something else until one has."
        };
        let (words, short) = (named(weaker), commit.short());
        let what = if weaker.iter().all(Weaker::is_new) {
            "added tests that prove nothing yet"
        } else {
            "made tests weaker, or has them run otherwise"
        };
        self.project.record(FeatureHeld {
            feature: feature.id.clone(),
            commit: commit.clone(),
            files,
        })?;
        Ok(format!(
            "Not flipped: commit {short} {what}, and no person has looked at it yet: {words}. {way}"
        ))
    }

    /// Finds a commit that nobody has looked at and that still has tests weaker on `tree` than they were before it, such as speak
    /// against a flip of this feature.
    async fn unjudged(&self, feature: &Feature, all: &[Feature], tree: &Oid) -> Result<Option<(Oid, Vec<Weaker>)>, EngineError> {
        let project = &self.project;
        let owed: Vec<(Oid, Option<Oid>)> = project.journal.with_state(|state| {
            let unseen = |commit: &Oid| state.debts.iter().any(|debt| debt.unseen > 0 && debt.commit == *commit);
            let commits = state.commits.iter().map(|commit| &commit.made);
            let owed = commits.filter(|made| !made.weaker.is_empty() && unseen(&made.commit));
            owed.map(|made| (made.commit.clone(), made.parent.clone())).collect()
        });
        for (commit, parent) in owed {
            let (then, since, now) = (commit.clone(), parent.clone(), tree.clone());
            let changes = project
                .git(move |repo| {
                    let touched = repo.changes(since.as_ref(), &then)?;
                    let mut changes = repo.changes(since.as_ref(), &now)?;
                    changes.retain(|file| touched.iter().any(|other| other.path == file.path));
                    Ok(changes)
                })
                .await?;
            let mut weaker = by_commit(project, parent.as_ref(), tree, &changes).await?;
            weaker.retain(|found| found.holds_back(feature, all));
            if !weaker.is_empty() {
                return Ok(Some((commit, weaker)));
            }
        }
        Ok(None)
    }
}

/// Names of the feature's own results.
fn own_names(feature: &Feature, run: &TestRun) -> Vec<String> {
    verify::own_tests(feature, run)
        .into_iter()
        .map(|case| case.name.clone())
        .collect()
}

fn text(bytes: Option<Vec<u8>>) -> Option<String> {
    bytes.and_then(|bytes| String::from_utf8(bytes).ok())
}

impl File {
    fn changed(&self) -> Changed<'_> {
        Changed {
            path: &self.path,
            before: self.before.as_deref(),
            after: self.after.as_deref(),
        }
    }
}

/// Compares the tests of one file with what they would be.
#[must_use]
pub fn by_proposal(path: &str, before: &[u8], after: &[u8]) -> Vec<String> {
    let found = weakened(&[Changed {
        path,
        before: std::str::from_utf8(before).ok(),
        after: std::str::from_utf8(after).ok(),
    }]);
    told(&found.into_iter().map(Weaker::of).collect::<Vec<_>>())
}

/// All of them for the log, up to a bound that only a made-up change reaches.
#[must_use]
pub fn told(all: &[Weaker]) -> Vec<String> {
    let mut told: Vec<String> = all.iter().take(KEPT).map(|one| one.words.clone()).collect();
    if all.len() > KEPT {
        told.push(format!("and {} more findings about tests", all.len() - KEPT));
    }
    told
}

/// As many of them as an agent reads, and what is said of the rest, if any is left.
fn readable(all: &[Weaker]) -> (Vec<&str>, Option<String>) {
    let mut room = TOLD;
    let fits = |one: &&Weaker| {
        room = room.saturating_sub(one.words.len());
        room > 0
    };
    let told: Vec<&str> = all.iter().take_while(fits).map(|one| one.words.as_str()).collect();
    let left = all.len() - told.len();
    let rest = (left > 0).then(|| format!("and {left} more, not named here: once these are mended, the next try names them"));
    (told, rest)
}

/// All of them for the agent, up to a bound.
#[must_use]
pub fn named(all: &[Weaker]) -> String {
    let (told, rest) = readable(all);
    told.into_iter().map(str::to_owned).chain(rest).collect::<Vec<_>>().join("; ")
}

/// Why they are not committed where nobody is asked: a first line for wherever there is only one, then all of them for the agent.
#[must_use]
pub fn refusal(all: &[Weaker], session: SessionNo) -> String {
    let (what, way) = if all.iter().all(Weaker::is_new) {
        (
            "new tests prove nothing yet",
            "Let each check what its feature says, or fail as long as it is to be written",
        )
    } else {
        ("tests became weaker", "Put back what was, or test what the feature says")
    };
    let whole = all.first().map_or("", |one| one.words.as_str()).replace('\n', " ");
    let mut first: String = whole.chars().take(FIRST).collect();
    let is_cut = first.len() < whole.len();
    if is_cut {
        first.push('…');
    }
    let mut text = format!("{what}, and no person is there to judge whether that is right: {first}");
    if all.len() > 1 {
        text.push_str(&format!(
            "; and {} more, listed in the transcript of {session}",
            all.len() - 1
        ));
    }
    if all.len() > 1 || is_cut {
        let (told, rest) = readable(all);
        let lines = told.into_iter().map(str::to_owned).chain(rest);
        lines.for_each(|line| text.push_str(&format!("\n- {line}")));
    }
    format!("{text}\n{way}")
}

impl Weaker {
    fn of(test: Weakening) -> Self {
        let words = match test.new {
            true if test.kind == Kind::OnlyCalls => {
                format!(
                    "new test that only calls, nothing is compared: {}:{} {}",
                    test.path, test.line, test.test
                )
            }
            true => {
                let how = test.how.strip_prefix("new, and ").unwrap_or(&test.how);
                let proves = if test.kind.is_only_told() { "little" } else { "nothing" };
                format!(
                    "new test that proves {proves}: {}:{} {}: {how}",
                    test.path, test.line, test.test
                )
            }
            false => format!("weaker test: {test}"),
        };
        Self { test: Some(test), words }
    }

    /// Whether it speaks of a test that was not there before.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.test.as_ref().is_some_and(|test| test.new)
    }

    /// Whether it is told and no more: what it speaks of may be right as it is, and holds nothing up.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.test.as_ref().is_some_and(|test| test.kind.is_only_told())
    }

    /// The file, or what is said where no test is meant.
    fn file(&self) -> String {
        self.test
            .as_ref()
            .map_or_else(|| self.words.clone(), |test| test.path.clone())
    }

    /// Says whether it speaks against a flip of this feature, one of `all`. A test speaks against those that it belongs to. An old one
    /// that belongs to none may be what others lean on, as may what decides how tests are run: those speak against all.
    fn holds_back(&self, feature: &Feature, all: &[Feature]) -> bool {
        let Some(test) = &self.test else { return true };
        let owns = |feature: &Feature| naming::owns(feature, &test.path, test.leaf());
        !self.is_note() && (owns(feature) || test.kind == Kind::Only || (!test.new && !all.iter().any(owns)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(count: usize, words: impl Fn(usize) -> String) -> Vec<Weaker> {
        let one = |number| Weaker {
            test: None,
            words: words(number),
        };
        (1..=count).map(one).collect()
    }

    #[test]
    fn what_an_agent_reads_of_findings_has_a_bound_and_says_what_is_left() {
        let all = found(600, |number| {
            format!("weaker test: tests/{number:03}.sh:1 t: {}", "x".repeat(60))
        });
        let text = refusal(&all, SessionNo(2));
        assert!(text.len() < TOLD + 1_000, "{}", text.len());
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.ends_with("; and 599 more, listed in the transcript of s2"), "{first}");
        let lines: Vec<&str> = rest.lines().collect();
        let told = lines.iter().filter(|line| line.starts_with("- weaker test: ")).count();
        let left = format!(
            "- and {} more, not named here: once these are mended, the next try names them",
            600 - told
        );
        assert_eq!(
            lines[told..],
            [left.as_str(), "Put back what was, or test what the feature says"]
        );
    }

    #[test]
    fn a_long_first_finding_is_cut_where_there_is_one_line_and_whole_for_the_agent() {
        let long = |_| format!("weaker test: a.py:1 t: {}.", "lang ".repeat(80).trim_end());
        let text = refusal(&found(1, long), SessionNo(1));
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.ends_with('…') && first.chars().count() < 300, "{first}");
        assert!(rest.starts_with(&format!("- {}\n", long(1))), "{rest}");
        // One that fits stands once.
        let text = refusal(
            &found(1, |_| "weaker test: a.py:1 t: gone. And more".to_owned()),
            SessionNo(1),
        );
        assert_eq!(text.matches("gone. And more").count(), 1, "{text}");
    }
}
