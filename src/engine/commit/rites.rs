//! What the user's git does around a commit, done for the commits that are made here: the pre-commit hook, the signature, a trailer.
//!
//! Owns the running of the hook and what is found by it. Where it does not let a commit through, and a person approves the commit all the
//! same, it is asked once more first: what they mended meanwhile counts, and what is committed had its answer of now. What that mends is
//! what the hook looks at. The hook itself is the one of the run's start to the run's end, also where a person changed it ([`crate::engine::watch::hooks`]
//! puts it back): they are told, and a new run takes what lies there then.
//!
//! Invariant: a hook or a way to sign that appeared or changed since the run began is never run: the agent may have written it.

use super::draft::Draft;
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::{PreCommit, Repo, Signing, Unsigned};
use crate::process::{EnvPolicy, Finished, Invocation, run};
use crate::protocol::event::{PreCommitFinished, PreCommitStarted};
use crate::protocol::{Oid, SessionNo};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Lines of a failed hook's output that a finding quotes.
const QUOTED: usize = 3;

/// The user's hook and signature when the run began.
pub struct Rites {
    hook: PreCommit,
    signing: Option<Signing>,
}

/// What became of the pre-commit hook.
#[derive(Default)]
pub struct Hooked {
    /// Findings for the gate.
    pub found: Vec<(bool, String)>,
    /// Why no commit can be made without a person, if the hook failed or is another one than it was.
    pub failure: Option<String>,
}

impl Rites {
    /// Reads what is configured now.
    ///
    /// # Errors
    /// If the repository or its configuration cannot be read.
    pub fn of(workspace: &Path) -> Result<Self, EngineError> {
        let repo = Repo::discover(workspace)?;
        Ok(Self {
            hook: repo.pre_commit()?,
            signing: repo.signing()?,
        })
    }
}

impl Project {
    /// Has a commit signed, if the user signs commits. The branch does not move.
    ///
    /// # Errors
    /// Fails if there is no author or no signature.
    pub async fn sign(&self, tree: &Oid, parent: Option<&Oid>, message: &str) -> Result<Option<Oid>, EngineError> {
        let given = self.settings.author.clone();
        let both = move |repo: &Repo| Ok((repo.author(given.clone())?, repo.committer(given)?));
        let (author, committer) = self.git(both).await?;
        let Some(signing) = &self.rites.signing else { return Ok(None) };
        let unsigned = Unsigned {
            tree: tree.clone(),
            parents: parent.cloned().into_iter().collect(),
            message: message.to_owned(),
            author,
            committer,
        };
        Ok(Some(signing.sign(&self.workspace, unsigned).await?))
    }
}

impl Hooked {
    /// Says in one sentence why the hook does not let the commit through; `None` if it does.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.failure.as_ref()?.lines().next().map(str::to_owned)
    }
}

impl Dispatch {
    /// Asks the user's pre-commit hook about a change that it did not let through, now that a person approved it. Returns why the
    /// approval was for another answer than that of now, if so; the outer `None` says that it was stopped.
    pub(in crate::engine) async fn ask_hook_again(
        &self,
        draft: &mut Draft,
        cancel: &CancellationToken,
    ) -> Result<Option<Option<String>>, EngineError> {
        let shown = draft.hooked.refusal();
        if shown.is_none() {
            return Ok(Some(None));
        }
        let Some(hooked) = self.ask_hook(&draft.tree.id, &mut draft.disk, cancel).await? else {
            return Ok(None);
        };
        draft.hooked = hooked;
        let now = draft.hooked.refusal().filter(|now| Some(now) != shown.as_ref());
        Ok(Some(now.map(|now| format!("asked again, it says: {now}"))))
    }

    /// Asks the user's pre-commit hook about a tree, and finds what it changed on the `disk`. `None` if it was stopped.
    pub(in crate::engine) async fn ask_hook(
        &self,
        tree: &Oid,
        disk: &mut Oid,
        cancel: &CancellationToken,
    ) -> Result<Option<Hooked>, EngineError> {
        let Some(mut hooked) = self.pre_commit(tree, cancel).await? else {
            return Ok(None);
        };
        for breach in self.put_back_if_suspect().await? {
            let told = format!("{} was changed meanwhile and put back: {}", breach.path, breach.detail);
            hooked.found.push((false, told));
        }
        if !hooked.found.is_empty() {
            let before = std::mem::replace(disk, self.project.tree().await?);
            hooked
                .found
                .extend(self.strayed("the pre-commit hook ran", &before, disk).await?);
        }
        Ok(Some(hooked))
    }

    /// Runs the user's pre-commit hook against a private index that holds the tree. `None` if it was stopped.
    async fn pre_commit(&self, tree: &Oid, cancel: &CancellationToken) -> Result<Option<Hooked>, EngineError> {
        let project = &self.project;
        let came = self.hooks_put_back().await?;
        let now = project.git(Repo::pre_commit).await?;
        let found = |found: String| {
            let found = vec![(false, found)];
            Ok(Some(Hooked { found, failure: None }.with_put_back(&came)))
        };
        let path = match (&project.rites.hook, now) {
            (PreCommit::None, PreCommit::None) => return Ok(Some(Hooked::default().with_put_back(&came))),
            (then, now) if *then != now => {
                let told = "pre-commit hook is not the one of the run's start and could not be put back, so it was not run";
                let changed = Hooked {
                    found: vec![(false, format!("the {told}"))],
                    // Whoever takes a hook away must not get its commits through by that.
                    failure: Some(format!(
                        "The user's {told}. Ask the human to put it back as it was; a new run takes the one that is there then."
                    )),
                };
                return Ok(Some(changed.with_put_back(&came)));
            }
            (_, PreCommit::NotFollowed { named }) => {
                let told = format!("hooks in {named} were not run: only your own configuration's core.hooksPath is followed");
                return found(told);
            }
            (_, PreCommit::Program { path, .. }) => path,
            (_, PreCommit::None) => return Ok(Some(Hooked::default().with_put_back(&came))),
        };
        let scratch = tempfile::tempdir().map_err(|source| EngineError::File {
            what: "no directory for a private index can be made".to_owned(),
            source,
        })?;
        let index = scratch.path().join("index");
        let (held, file) = (tree.clone(), index.clone());
        project.git(move |repo| repo.write_index(&held, &file)).await?;
        let _ours = project.watcher.expect();
        let timeout_seconds = project.settings.verify.timeout_seconds;
        project.record(PreCommitStarted { timeout_seconds })?;
        let ran = match self.run_hook(&path, &index, cancel).await {
            Ok(done) if done.cancelled => None,
            Ok(done) => Some(judged(&done)),
            Err(error) => Some(failed(&format!("cannot be run: {error}"), "")),
        };
        let how = ran.as_ref().map_or("was interrupted", |(how, _)| how.as_str()).to_owned();
        project.record(PreCommitFinished { how })?;
        let Some((_, hooked)) = ran else { return Ok(None) };
        let mut hooked = hooked.with_put_back(&came);
        for breach in project.put_back().await? {
            self.facts.breach();
            hooked.found.push((
                false,
                format!(
                    "the pre-commit hook wrote to {}, which was put back: {}",
                    breach.path, breach.detail
                ),
            ));
        }
        let left = project.git(move |repo| repo.tree_of_index(&index)).await?;
        let changed = self.project.moved(tree, &left).await?;
        if !changed.is_empty() {
            let paths = crate::engine::commit::draft::named(&changed);
            hooked.found.push((
                false,
                format!("the pre-commit hook staged other content, which was not taken: {paths}"),
            ));
        }
        Ok(Some(hooked))
    }

    async fn run_hook(&self, path: &PathBuf, index: &Path, cancel: &CancellationToken) -> Result<Finished, EngineError> {
        let project = &self.project;
        let timeout = Duration::from_secs(project.settings.verify.timeout_seconds);
        let mut hook = Invocation::new(path, &project.workspace).timeout(timeout).daemons_stay();
        hook.env = EnvPolicy::Inherit(vec![
            ("GIT_INDEX_FILE".into(), index.into()),
            // As git itself does it for commits without an editor.
            ("GIT_EDITOR".into(), ":".into()),
        ]);
        Ok(run(hook, cancel.child_token(), None).await?)
    }
}

/// Says how a hook ended, and what comes of that.
fn judged(done: &Finished) -> (String, Hooked) {
    let output = done.output.shown.trim();
    match done.exit_code {
        Some(0) => {
            let how = "passes".to_owned();
            let found = vec![(true, format!("pre-commit hook {how}"))];
            (how, Hooked { found, failure: None })
        }
        _ if done.timed_out => failed("was stopped after its timeout", output),
        Some(code) => failed(&format!("fails with exit code {code}"), output),
        None => failed("was ended by a signal", output),
    }
}

fn failed(how: &str, output: &str) -> (String, Hooked) {
    let mut last: Vec<&str> = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .rev()
        .take(QUOTED)
        .collect();
    last.reverse();
    let quoted = if last.is_empty() {
        String::new()
    } else {
        format!(": {}", last.join("; "))
    };
    let hooked = Hooked {
        found: vec![(false, format!("pre-commit hook {how}{quoted}"))],
        failure: Some(format!("The user's pre-commit hook {how}.\n{output}").trim_end().to_owned()),
    };
    (how.to_owned(), hooked)
}

/// Adds the line that names the session, to the message's trailers if it has any.
#[must_use]
pub fn with_trailer(message: &str, session: SessionNo) -> String {
    let message = message.trim_end();
    let is_trailer = |line: &str| {
        line.split_once(": ")
            .is_some_and(|(key, _)| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
    };
    let has_trailers = message
        .rsplit_once("\n\n")
        .is_some_and(|(_, last)| last.lines().all(is_trailer));
    let gap = if has_trailers { "\n" } else { "\n\n" };
    format!("{message}{gap}Longhaul-Session: s{}", session.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trailer_stands_with_its_like_or_alone() {
        let with = |message: &str| with_trailer(message, SessionNo(5));
        assert_eq!(with("Say hello\n"), "Say hello\n\nLonghaul-Session: s5");
        assert_eq!(with("fix: a thing"), "fix: a thing\n\nLonghaul-Session: s5");
        assert_eq!(with("A\n\nWhy: it\nwas so."), "A\n\nWhy: it\nwas so.\n\nLonghaul-Session: s5");
        assert_eq!(
            with("A\n\nb\n\nSigned-off-by: Ada <a@b>"),
            "A\n\nb\n\nSigned-off-by: Ada <a@b>\nLonghaul-Session: s5"
        );
    }
}
