//! The configured ways of telling on this machine, and what is amiss with them.

use super::programs::Program;
use crate::config::{Notify, NotifyBackend};
use crate::process::which;
use crate::ui::notice::{Hints, Route};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What is configured, resolved for this terminal and this machine.
#[derive(Debug, Clone)]
pub struct Ways {
    /// The ways in force.
    pub route: Route,
    command: Vec<String>,
    workspace: PathBuf,
}

impl Ways {
    /// Looks at the settings and the environment.
    #[must_use]
    pub fn of(notify: &Notify, workspace: &Path) -> Self {
        Self::with(notify, &notify.backends, workspace)
    }

    /// The same with other ways than the configured ones.
    #[must_use]
    pub fn with(notify: &Notify, backends: &[NotifyBackend], workspace: &Path) -> Self {
        Self {
            route: Route::choose(backends, !notify.command.is_empty(), &Hints::of_process()),
            command: notify.command.clone(),
            workspace: workspace.to_owned(),
        }
    }

    /// Lists the ways in words.
    #[must_use]
    pub fn list(&self) -> String {
        if self.route.backends.is_empty() {
            return "off".to_owned();
        }
        let words: Vec<_> = self.route.backends.iter().map(|backend| backend.word()).collect();
        let tmux = if self.route.tmux { " through tmux" } else { "" };
        format!("{}{tmux}", words.join(", "))
    }

    /// Returns the programs that are run, those that are there.
    #[must_use]
    pub fn programs(&self) -> Vec<Program> {
        self.route
            .backends
            .iter()
            .filter_map(|backend| self.program(*backend)?.ok())
            .collect()
    }

    /// Returns the program of a way, `None` if it has none, or why it cannot be run.
    pub fn program(&self, backend: NotifyBackend) -> Option<Result<Program, String>> {
        let (name, args): (&str, &[String]) = match backend {
            NotifyBackend::NotifySend => ("notify-send", &[]),
            NotifyBackend::Command => match self.command.split_first() {
                Some((name, args)) => (name, args),
                None => return Some(Err("`notify.command` is not set".to_owned())),
            },
            NotifyBackend::Auto
            | NotifyBackend::Osc9
            | NotifyBackend::Osc99
            | NotifyBackend::Osc777
            | NotifyBackend::Bell
            | NotifyBackend::Off => return None,
        };
        let path = if name.contains('/') {
            Some(PathBuf::from(name)).filter(|path| path.is_absolute())
        } else {
            which(name, Some(&self.workspace))
        };
        Some(match path {
            Some(path) => Ok(Program {
                backend,
                path,
                args: args.iter().map(OsString::from).collect(),
            }),
            None => Err(format!("`{name}` is not on PATH, nor an absolute path")),
        })
    }

    /// Says what is amiss and what to do about it.
    #[must_use]
    pub fn trouble(&self) -> Option<(String, &'static str)> {
        let amiss = |backend: &NotifyBackend| self.program(*backend)?.err();
        let trouble = self.route.backends.iter().find_map(amiss)?;
        Some((
            trouble,
            "set it in config.toml under [notify], or take this way out of `backends`",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn programs_of_the_project_and_missing_ones_are_not_run() {
        let root = tempfile::tempdir().unwrap();
        let mut notify = Settings::builtin().notify;
        notify.backends = vec![NotifyBackend::Command];
        for command in [vec![], vec!["no-such-program-anywhere".to_owned()], vec!["./here".to_owned()]] {
            notify.command = command;
            let ways = Ways::of(&notify, root.path());
            assert!(ways.programs().is_empty());
            assert!(ways.trouble().is_some());
        }
        notify.command = vec!["sh".to_owned(), "-c".to_owned(), "true".to_owned()];
        let ways = Ways::of(&notify, root.path());
        assert_eq!(ways.programs()[0].args.len(), 2);
        assert_eq!(ways.trouble(), None);
        assert_eq!(ways.list().split(' ').next(), Some("command"));
        let untrusted = Ways::of(&notify, Path::new("/"));
        assert!(untrusted.programs().is_empty(), "what lies in the workspace is passed over");
    }
}
