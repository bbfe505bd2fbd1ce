//! Files that the tests find and no commit holds: git ignores them, or a repository of its own does hold them, or a link leads to them.
//!
//! Owns finding those that came since the project's log began, and trying the tests without them. Does not own what lay there before,
//! dependencies, or what is built: nobody commits these. Invariant: no feature is proven by code that only this directory has.

use super::draft::named;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::engine::proof::testing;
use crate::git::Beside;
use crate::guard::may_take_over;
use crate::process::{self, Invocation};
use crate::protocol::{Feature, FeatureId, Oid, TestPurpose};
use crate::verify;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Directories that tools fill: code in them is nobody's work.
pub(in crate::engine) const MADE: [&str; 15] = [
    "node_modules",
    ".venv",
    "venv",
    "vendor",
    "target",
    "dist",
    "build",
    "out",
    ".next",
    ".gradle",
    ".tox",
    ".nox",
    ".cache",
    "coverage",
    "__pycache__",
];
/// Of these, the ones that are made again in a copy.
const REMADE: [&str; 2] = ["target", ".cache"];
/// Bytes of what is copied in one piece.
pub(in crate::engine) const LARGE: u64 = 64 << 20;
/// How files of code end. Data and settings that git ignores are often the machine's own: tests may rest on these.
pub(in crate::engine) const CODE: [&str; 52] = [
    "awk", "bash", "bats", "c", "cc", "cjs", "clj", "cpp", "cs", "css", "cts", "ex", "exs", "erl", "fs", "go", "h", "hpp", "hs",
    "html", "java", "jl", "js", "jsx", "kt", "kts", "lua", "mjs", "ml", "mts", "php", "pl", "pm", "py", "r", "rb", "rs", "scala",
    "sed", "sh", "sql", "svelte", "swift", "tcl", "ts", "tsx", "vue", "zig", "t", "el", "fish", "zsh",
];

/// What no commit holds.
#[derive(Debug, Default)]
struct Loose {
    /// Code that git ignores, and directories that are repositories of their own.
    hidden: Vec<String>,
    /// Links that lead out of the project.
    leaving: Vec<String>,
    /// What else git ignores, which the tests may need.
    other: Vec<String>,
}

impl Project {
    /// Says of features whose own tests pass here why that proves nothing of `tree`: they need code that it does not hold. One that is
    /// not named passes without such code, or there is none. `None` if it was stopped before that was known.
    ///
    /// # Errors
    /// If the files cannot be read or laid out, or a shell not be started.
    pub(in crate::engine) async fn passes_by_loose_files(
        &self,
        features: &[Feature],
        tree: &Oid,
        cancel: &CancellationToken,
    ) -> Result<Option<BTreeMap<FeatureId, String>>, EngineError> {
        let loose = self.loose(tree).await?;
        if !loose.leaving.is_empty() {
            let why = format!(
                "{} leads out of the project, and what lies there is in no commit",
                named(&loose.leaving)
            );
            return Ok(Some(
                features.iter().map(|feature| (feature.id.clone(), why.clone())).collect(),
            ));
        }
        let Some(command) = self.verify_command().filter(|_| !loose.hidden.is_empty()) else {
            return Ok(Some(BTreeMap::new()));
        };
        let Some(_turn) = testing::turn(self, cancel).await else {
            return Ok(None);
        };
        let limit = Duration::from_secs(self.settings.verify.timeout_seconds);
        let until = Instant::now() + limit;
        let scratch = self.dir.root().join("scratch").join("committed");
        // Called as the project's directory is, should a test ask for that.
        let place = scratch.join(self.workspace.file_name().unwrap_or_default());
        self.lay_out(tree, &place, limit, cancel).await?;
        for entry in &loose.other {
            let left = until.saturating_duration_since(Instant::now());
            self.take_along(entry, &place, left, cancel).await?;
        }
        let plan = verify::Plan {
            reports: verify::runner::reports_of(&place, &command),
            command,
            cwd: place,
            purpose: TestPurpose::Evidence,
            tree: Some(tree.clone()),
            timeout: limit,
            retries: 0,
            worth: None,
            only: Vec::new(),
        };
        let ran = verify::run(plan, cancel.clone()).await?;
        // Best effort: files of ours that stay are in nobody's way.
        let _ = fs::remove_dir_all(&scratch);
        if ran.cancelled {
            return Ok(None);
        }
        let why = format!("they do not pass without what no commit holds: {}", named(&loose.hidden));
        let failing = features.iter().filter(|feature| !verify::own(feature, &ran.run).proven());
        Ok(Some(failing.map(|feature| (feature.id.clone(), why.clone())).collect()))
    }

    /// Copies what git ignores into the copy; what is large is only linked there.
    pub(in crate::engine) async fn take_along(
        &self,
        entry: &str,
        to: &Path,
        left: Duration,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        let name = PathBuf::from(entry.trim_end_matches('/'));
        let (from, to) = (self.workspace.join(&name), to.join(&name));
        let is_remade = REMADE.iter().any(|made| to.file_name().is_some_and(|name| name == *made));
        let (Some(above), false) = (to.parent(), is_remade || to.symlink_metadata().is_ok()) else {
            return Ok(());
        };
        let broken = |source| EngineError::File {
            what: format!("cannot take {entry} along into a copy"),
            source,
        };
        fs::create_dir_all(above).map_err(broken)?;
        if !self.git(move |repo| Ok(repo.is_within(&name, LARGE))).await? {
            return symlink(&from, &to).map_err(broken);
        }
        let copy = Invocation::new("cp", above)
            .args(["-RP".into(), from.into_os_string(), to.clone().into_os_string()])
            .timeout(left);
        process::run(copy, cancel.clone(), None).await?;
        Ok(())
    }

    /// Names code that came since the log began and that a commit of these files does not hold, for who looks at one; `None` if all
    /// is in it.
    ///
    /// # Errors
    /// If the files cannot be read.
    pub(in crate::engine) async fn in_no_commit(&self, tree: &Oid) -> Result<Option<String>, EngineError> {
        let Loose { hidden, leaving, .. } = self.loose(tree).await?;
        let all: Vec<String> = hidden.into_iter().chain(leaving).collect();
        Ok((!all.is_empty()).then(|| format!("the tests may find what this commit does not hold: {}", named(&all))))
    }

    async fn loose(&self, tree: &Oid) -> Result<Loose, EngineError> {
        let begun = self
            .journal
            .with_state(|state| state.sessions.first().map(|session| session.started.as_second()));
        let Some(begun) = begun else { return Ok(Loose::default()) };
        let tree = tree.clone();
        let Beside {
            ignored,
            nested,
            leaving,
        } = self.git(move |repo| repo.beside(&tree, &MADE)).await?;
        // A program can set the time of a change as it likes, but not that of the entry's.
        let came = |path: &String| {
            let meta = self.workspace.join(path).symlink_metadata();
            meta.is_ok_and(|meta| meta.ctime() >= begun)
        };
        let (hidden, other): (Vec<String>, Vec<String>) = ignored
            .into_iter()
            .partition(|path| is_code(&self.workspace.join(path), path) && came(path));
        Ok(Loose {
            hidden: hidden.into_iter().chain(nested.into_iter().filter(came)).collect(),
            leaving: leaving.into_iter().filter(came).collect(),
            other,
        })
    }
}

fn is_code(place: &Path, path: &str) -> bool {
    let runs = || {
        place
            .symlink_metadata()
            .is_ok_and(|meta| meta.is_file() && meta.mode() & 0o111 != 0)
    };
    let describes_package = || path.contains(".dist-info/") || path.contains(".egg-info/");
    let ending = Path::new(path).extension().and_then(OsStr::to_str);
    let is_written = || ending.is_some_and(|ending| CODE.contains(&ending));
    !path.ends_with('/') && (is_written() || may_take_over(path) || describes_package() || runs())
}
