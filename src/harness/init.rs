//! `init.sh`: whether a project has one and how it is started.
//!
//! Owns finding it and its command line. Does not own running it: that is the engine's, through `process`, and never happens
//! by merely opening a project. Invariant: pure apart from looking at the file's head and the `PATH` it is given.

use super::INIT_SCRIPT;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A project's start script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InitScript {
    /// What runs it.
    pub shell: Shell,
    /// Its number of lines, for people.
    pub lines: usize,
}

/// A shell that can run a script without its execute bit (7 of 16 seen in public lack it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// bash.
    Bash,
    /// Any POSIX shell.
    Sh,
}

impl InitScript {
    /// Looks for `init.sh` in `workspace`; `path_variable` is where a bash would be found.
    ///
    /// The first line's `#!…/sh` is taken at its word; anything else is run by bash where there is one.
    #[must_use]
    pub fn find(workspace: &Path, path_variable: Option<&OsStr>) -> Option<Self> {
        let file = File::open(workspace.join(INIT_SCRIPT)).ok()?;
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(1_000_000).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let first = text.lines().next().unwrap_or("");
        let posix = first.starts_with("#!") && matches!(first.trim_end().rsplit(['/', ' ']).next(), Some("sh" | "dash"));
        let bash = path_variable
            .is_some_and(|paths| std::env::split_paths(paths).any(|dir| dir.is_absolute() && dir.join("bash").is_file()));
        let shell = if bash && !posix { Shell::Bash } else { Shell::Sh };
        Some(Self {
            shell,
            lines: text.lines().count(),
        })
    }

    /// The command line, to be run in the workspace.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self.shell {
            Shell::Bash => "bash init.sh",
            Shell::Sh => "sh init.sh",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn follows_the_first_line_and_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let bin = dir.path().join("bin");
        fs::create_dir(&bin).unwrap();
        let find = |bin: &Path| InitScript::find(dir.path(), Some(bin.as_os_str()));
        assert_eq!(find(&bin), None);
        fs::write(dir.path().join("init.sh"), "#!/usr/bin/env bash\necho up\n").unwrap();
        assert_eq!(find(&bin).unwrap().command(), "sh init.sh", "no bash on the PATH");
        fs::write(bin.join("bash"), "").unwrap();
        assert_eq!(
            find(&bin).unwrap(),
            InitScript {
                shell: Shell::Bash,
                lines: 2
            }
        );
        assert_eq!(InitScript::find(dir.path(), None).unwrap().command(), "sh init.sh");
        fs::write(dir.path().join("init.sh"), "#!/bin/sh\n").unwrap();
        assert_eq!(find(&bin).unwrap().command(), "sh init.sh");
        fs::write(dir.path().join("init.sh"), "echo up").unwrap();
        assert_eq!(find(&bin).unwrap().command(), "bash init.sh");
    }

    #[test]
    fn a_directory_is_no_script() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("init.sh")).unwrap();
        assert_eq!(InitScript::find(dir.path(), None), None);
    }
}
