//! What to run, as data.

use super::{EnvPolicy, Group};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// One program to run once.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Program name (looked up on PATH) or path.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Working directory.
    pub cwd: PathBuf,
    /// Environment it gets.
    pub env: EnvPolicy,
    /// What it reads from standard input.
    pub stdin: Stdin,
    /// Wall time after which it is stopped.
    pub timeout: Duration,
    /// Bytes of output shown from the start.
    pub head: usize,
    /// Bytes of output shown from the end.
    pub tail: usize,
    /// The session whose background processes it may leave behind; `None`: whatever it leaves is stopped when it ends.
    pub group: Option<Group>,
    /// Whose the daemons are that it leaves.
    pub daemons: Daemons,
}

/// What becomes of what a program sends into a terminal session of its own, when the program (or its group) ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Daemons {
    /// It is ended too.
    #[default]
    End,
    /// It stays: the program is the person's own, and so is what it starts for them, such as the agent of a key.
    Stay,
}

/// Standard input of a child.
#[derive(Debug, Clone, Default)]
pub enum Stdin {
    /// `/dev/null`: a read is at its end at once.
    #[default]
    None,
    /// These bytes, then the end.
    Bytes(Vec<u8>),
}

impl Invocation {
    /// Prepares `program` in `cwd`: inherited allowlist of the environment, no input, two minutes, 16 KB head and tail, no group.
    #[must_use]
    pub fn new(program: impl Into<OsString>, cwd: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            cwd: cwd.into(),
            env: EnvPolicy::default(),
            stdin: Stdin::None,
            timeout: Duration::from_mins(2),
            head: 16 * 1024,
            tail: 16 * 1024,
            group: None,
            daemons: Daemons::End,
        }
    }

    /// Prepares `sh -c command` in `cwd`.
    #[must_use]
    pub fn shell(command: impl Into<OsString>, cwd: impl Into<PathBuf>) -> Self {
        Self::new("sh", cwd).args(["-c".into(), command.into()])
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets the time limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets background processes live on in `group`.
    #[must_use]
    pub fn group(mut self, group: &Group) -> Self {
        self.group = Some(group.clone());
        self
    }

    /// Makes it a program of the person's own, whose daemons stay. It belongs to no group.
    #[must_use]
    pub fn daemons_stay(mut self) -> Self {
        self.daemons = Daemons::Stay;
        self
    }
}
