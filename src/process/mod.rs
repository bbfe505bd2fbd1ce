//! L2: the only place that starts programs.
//!
//! Owns terminal sessions and process groups of children, the environment that children get, output capture with caps, time limits,
//! cancellation and the registry of background processes of a session ([`Group`]). Does not decide
//! *whether* a program may run (the guard does) nor what its output means.
//!
//! Invariant: when [`run`] returns, the pipe of the child is either at its end, or is drained by a task
//! of the [`Group`]: no child ever blocks on a full pipe and none dies of a closed one while its session lives.
//!
//! Every child leads a terminal session of its own (`setsid`) and reads `/dev/null` unless it is given bytes: `/dev/tty` does not
//! open, so nothing it prints reaches the user's terminal past the sanitizer.
//!
//! A process is signalled in two ways only, because numbers come round (on some systems after 32,768 processes) and a long run
//! would else end a stranger: the group of a leader by its number, while the leader is held and not waited for, which is until
//! nothing of its session is left (`leader`); and one process by a handle, if it started when the survey saw it start (`kill`).
//!
//! A child is found wherever it goes: by its terminal session, by the mark in its environment, and if it has left the one and cleared
//! the other, as an orphan that came to us (`orphans`, Linux). The person's own programs (their hooks, the signing git, their editor)
//! may leave daemons: these stay ([`Daemons::Stay`]).
//!
//! What is not caught: without `/proc` (systems other than Linux), a process that leaves its group; on Linux, one that left session and
//! environment, once this process was killed with `kill -9`, for then it is nobody's child of ours; one that copies the mark of the
//! person's own programs, which whoever runs as the same user can read from these; and one that finds the terminal's device by its name
//! (`/dev/pts/3`), which belongs to the same user. Only namespaces of processes and devices close these holes.

mod capture;
mod env;
mod group;
mod interactive;
mod invocation;
mod kill;
mod leader;
mod orphans;
mod run;
mod survey;
mod which;

#[cfg(test)]
mod tests;

pub use capture::Captured;
pub use env::EnvPolicy;
pub use group::{Group, Onlooker, Stopped, Survivor, Work, mark, reap};
pub use interactive::interactive;
pub use invocation::{Daemons, Invocation, Stdin};
pub use orphans::adopt;
pub use run::{Finished, run};
pub use which::which;

use std::path::PathBuf;

/// Makes this process unreadable for its children: they cannot look into its environment, where a key may be, nor attach to it.
/// A child that runs as root still can.
pub fn hide_from_children() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "children can read this process's environment");
    }
}

/// What can go wrong before a child runs, or with the plumbing around it.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// No such program.
    #[error("program `{program}` was not found: install it, or put its directory on PATH")]
    NotFound {
        /// As asked for.
        program: String,
    },
    /// The directory to run in is missing or not a directory.
    #[error("cannot run `{program}` in {}: the directory does not exist or cannot be entered", cwd.display())]
    Directory {
        /// As asked for.
        program: String,
        /// Where it should run.
        cwd: PathBuf,
    },
    /// The system refused to start it.
    #[error("cannot start `{program}`: {source}")]
    Spawn {
        /// As asked for.
        program: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// A pipe could not be made or read, or the child could not be waited for.
    #[error("lost the output of `{program}`: {source}")]
    Pipe {
        /// As asked for.
        program: String,
        /// The system's words.
        source: std::io::Error,
    },
}
