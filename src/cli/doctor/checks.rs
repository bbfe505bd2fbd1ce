//! The single looks of `doctor`.

use super::Check;
use crate::cli::failure::Failure;
use crate::cli::notice::Ways;
use crate::cli::project::Project;
use crate::cli::verify;
use crate::config::Settings;
use crate::git::{self, Repo};
use crate::process::which;
use crate::provider::{Key, ProviderError};
use crate::store::ProjectDir;
use crate::ui::Environment;
use crate::verify::runner;
use std::io::{self, IsTerminal as _};
use std::path::Path;

/// The git program that agents use, and our own library.
pub(super) fn git(workspace: &Path) -> Result<Check, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.into()))?;
    Ok(match runtime.block_on(git::version_check(Some(workspace))) {
        Ok(git) if git.new_enough => Check::ok(
            "git",
            format!("{} at {}, libgit2 {}", git.version, git.program.display(), git.library),
        ),
        Ok(git) => Check::warn(
            "git",
            format!("{} at {} is old", git.version, git.program.display()),
            "install git 2.23 or newer: agents use `git switch` and `git restore`",
        ),
        Err(error) => Check::fail("git", error.to_string(), "install git and put it on PATH"),
    })
}

/// The shell that commands run in.
pub(super) fn shell(workspace: &Path) -> Check {
    match (which("bash", Some(workspace)), which("sh", Some(workspace))) {
        (Some(bash), _) => Check::ok("shell", bash.display().to_string()),
        (None, Some(sh)) => Check::warn(
            "shell",
            format!("{}, no bash", sh.display()),
            "install bash: models write for it",
        ),
        (None, None) => Check::fail("shell", "neither bash nor sh is on PATH", "install bash and put it on PATH"),
    }
}

/// What the screen can do.
pub(super) fn terminal() -> Check {
    let environment = Environment::of_process();
    let next = "the full-screen view needs a terminal; elsewhere use `--headless`";
    if !io::stdout().is_terminal() {
        return Check::warn("terminal", "standard output is not a terminal", next);
    }
    if environment.term.is_empty() || environment.term == "dumb" {
        return Check::warn("terminal", format!("TERM is `{}`", environment.term), next);
    }
    let size = rustix::termios::tcgetwinsize(io::stdout()).map_or((0, 0), |size| (size.ws_col, size.ws_row));
    let colors = if environment.no_color {
        "no colours (NO_COLOR)"
    } else if std::env::var("COLORTERM").is_ok_and(|value| value == "truecolor" || value == "24bit") {
        "24-bit colours"
    } else {
        "16 colours assumed"
    };
    let found = format!("{}, {}x{}, {colors}", environment.term, size.0, size.1);
    if size.0 > 0 && (size.0 < 40 || size.1 < 10) {
        return Check::warn("terminal", found, "make it at least 40x10, better 80x24");
    }
    Check::ok("terminal", found)
}

/// Whether text other than ASCII comes out right.
pub(super) fn locale() -> Check {
    let locale = Environment::of_process().locale;
    let upper = locale.to_uppercase();
    if upper.contains("UTF-8") || upper.contains("UTF8") {
        return Check::ok("locale", locale);
    }
    let found = if locale.is_empty() {
        "none set".to_owned()
    } else {
        format!("{locale} is not UTF-8")
    };
    Check::warn(
        "locale",
        found,
        "set LANG to a UTF-8 locale such as C.UTF-8, or borders are drawn in ASCII",
    )
}

/// Whether the log can be written, and where it lies.
pub(super) fn state(workspace: &Path) -> Check {
    let dir = match ProjectDir::for_workspace(workspace) {
        Ok(dir) => dir,
        Err(error) => return Check::fail("state", error.to_string(), "set LONGHAUL_STATE_DIR to a directory of yours"),
    };
    let shown = dir.root().display();
    if dir.root().starts_with(workspace) {
        return Check::fail(
            "state",
            format!("{shown} lies inside the project, where the agent could change it"),
            "set LONGHAUL_STATE_DIR to a directory outside the project",
        );
    }
    match ProjectDir::check_writable(dir.root()) {
        Ok(()) if dir.exists() => Check::ok("state", shown.to_string()),
        Ok(()) => Check::ok("state", format!("{shown} (not there yet)")),
        Err(error) => Check::fail("state", error.to_string(), "a run needs a place for its log"),
    }
}

/// Whether there is a key; never which.
pub(super) fn key(settings: &Settings) -> Check {
    match (Key::from_env(&settings.key_env), &settings.key_command) {
        (Ok(_), _) => Check::ok("key", format!("set in {} (not shown)", settings.key_env)),
        (Err(error @ ProviderError::BadKey { .. }), _) => Check::fail("key", error.to_string(), "`longhaul demo` needs no key"),
        (Err(_), Some(_)) => Check::ok("key", "comes from `key_command`, which is not run now"),
        (Err(error), None) => Check::warn("key", error.to_string(), "`longhaul demo` needs no key"),
    }
}

/// How a person who looks elsewhere is told.
pub(super) fn notices(settings: &Settings, workspace: &Path) -> Check {
    let ways = Ways::of(&settings.notify, workspace);
    match ways.trouble() {
        Some((trouble, next)) => Check::warn("notices", format!("{}; {trouble}", ways.list()), next),
        None => Check::ok("notices", format!("{}; `longhaul notify --test` tries it", ways.list())),
    }
}

/// How the project's tests are run, and what else was found that could run them.
pub(super) fn tests(settings: &Settings, workspace: &Path) -> Vec<Check> {
    let state = Project::open(workspace).ok().map(|project| project.state);
    let declared = state.as_ref().and_then(|state| state.verify_command.clone());
    let found = runner::detect(workspace);
    let Some(command) = verify::command(workspace, settings, declared.as_deref()) else {
        let next = "set `command` under [verify] in longhaul.toml, unless an initializer will declare it";
        return vec![Check::warn("tests", "no file here tells how they are run", next)];
    };
    let mut checks = vec![Check::ok(
        "tests",
        format!("{}: `{}` ({})", command.by, command.command, command.reason),
    )];
    let last = state.as_ref().and_then(|state| state.tests.latest.as_ref());
    let last = last.filter(|(_, _, run)| run.command == command.command);
    if let Some(how) = last.and_then(|(_, _, run)| crate::verify::how_to_name(run, workspace)) {
        let told = "its last run told no tests by name, so it proves no feature that names tests";
        checks.push(Check::warn("", told, how));
    }
    let others: Vec<String> = found
        .iter()
        .filter(|other| other.found.command != command.command)
        .map(|other| format!("{} ({})", other.runner, other.found.reason))
        .collect();
    if !others.is_empty() {
        checks.push(Check::ok(
            "",
            format!("not used: {}; `[verify] command` chooses", others.join(", ")),
        ));
    }
    checks
}

/// How commands are confined: not yet.
pub(super) fn sandbox() -> Check {
    Check::warn(
        "sandbox",
        "none in this version: an agent's commands run as you, unconfined",
        "use a container or a machine of its own for what you do not trust",
    )
}

/// What the current directory is.
pub(super) fn repository(workspace: &Path) -> Check {
    match Repo::discover(workspace) {
        Ok(repo) if repo.workdir() == workspace => match repo.dirty() {
            Ok(dirty) if dirty.is_empty() => Check::ok("project", format!("{} is a clean git repository", workspace.display())),
            Ok(dirty) => Check::warn(
                "project",
                format!("{} has {} uncommitted paths", workspace.display(), dirty.len()),
                "commit them before a run, or run with --allow-dirty",
            ),
            Err(error) => Check::warn("project", error.to_string(), "mend the repository before a run"),
        },
        Ok(repo) => Check::warn(
            "project",
            format!(
                "{} is inside the repository {}",
                workspace.display(),
                repo.workdir().display()
            ),
            "a run needs a repository's top directory",
        ),
        Err(error) => Check::warn("project", error.to_string(), "only a run needs this"),
    }
}
