//! Programs that tell: `notify-send` and the user's own, on a thread of their own.
//!
//! Invariant: a program that hangs is stopped after [`PATIENCE`], and nobody else ever waits for it but the end of
//! the command.

use crate::config::NotifyBackend;
use crate::process::{self, EnvPolicy, Invocation, ProcessError};
use crate::ui::notice::Notice;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Notices that may wait for a program.
const WAITING: usize = 4;
/// What a program needs to reach the desktop, beyond what every child gets.
const DESKTOP: [&str; 6] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
    "DBUS_SESSION_BUS_ADDRESS",
];

/// A program that tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The way it stands for.
    pub backend: NotifyBackend,
    /// Where it is.
    pub path: PathBuf,
    /// The user's arguments.
    pub args: Vec<OsString>,
}

/// Why a program did not tell.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It could not be run.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// It failed, or took too long.
    #[error("{0}")]
    Failed(String),
    /// The system gave no means to run it.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Program {
    fn invocation(&self, notice: &Notice) -> Invocation {
        let mut env: Vec<(OsString, OsString)> = DESKTOP
            .into_iter()
            .filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
            .collect();
        let mut invocation = Invocation::new(&self.path, "/")
            .args(self.args.clone())
            .timeout(PATIENCE)
            .daemons_stay();
        if self.backend == NotifyBackend::NotifySend {
            invocation = invocation.args(["--app-name=longhaul", "--", notice.title(), &markup(notice.body())]);
        } else {
            env.push(("LONGHAUL_TITLE".into(), notice.title().into()));
            env.push(("LONGHAUL_BODY".into(), notice.body().into()));
            env.push(("LONGHAUL_KIND".into(), notice.kind.word().into()));
        }
        invocation.env = EnvPolicy::Inherit(env);
        invocation
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// Fails if it cannot be run, fails, or takes too long.
    pub fn tell(&self, notice: &Notice) -> Result<(), ProgramError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let run = process::run(self.invocation(notice), CancellationToken::new(), None);
        let finished = runtime.block_on(run)?;
        match finished.exit_code {
            Some(0) => Ok(()),
            _ if finished.timed_out => Err(ProgramError::Failed(format!(
                "it did not end within {} seconds",
                PATIENCE.as_secs()
            ))),
            Some(code) => Err(ProgramError::Failed(format!("it ended with exit code {code}"))),
            None => Err(ProgramError::Failed("a signal ended it".to_owned())),
        }
    }
}

/// Desktops read the body as markup, and `notify-send` reads backslashes before that.
fn markup(body: &str) -> String {
    body.replace('\\', "\\\\")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The thread that runs programs.
#[derive(Debug)]
pub struct Programs {
    sender: SyncSender<Notice>,
    thread: JoinHandle<()>,
}

impl Programs {
    /// Starts the thread; `None` if there is nothing to run, or no thread to be had.
    #[must_use]
    pub fn start(programs: Vec<Program>) -> Option<Self> {
        if programs.is_empty() {
            return None;
        }
        let (sender, receiver) = mpsc::sync_channel(WAITING);
        let thread = Builder::new()
            .name("notices".into())
            .spawn(move || serve(&programs, &receiver))
            .ok()?;
        Some(Self { sender, thread })
    }

    /// Returns where notices go. The thread ends once every sender is gone.
    #[must_use]
    pub fn sender(&self) -> SyncSender<Notice> {
        self.sender.clone()
    }

    /// Waits until everything that was sent is told.
    pub fn finish(self) {
        drop(self.sender);
        let _ = self.thread.join();
    }
}

fn serve(programs: &[Program], receiver: &Receiver<Notice>) {
    for notice in receiver {
        for program in programs {
            if let Err(error) = program.tell(&notice) {
                tracing::warn!(program = %program.path.display(), %error, "a notice was not told");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::which;
    use crate::ui::notice::Kind;

    fn shell(script: &str) -> Program {
        Program {
            backend: NotifyBackend::Command,
            path: which("sh", None).unwrap(),
            args: vec!["-c".into(), script.into()],
        }
    }

    #[test]
    fn a_command_gets_the_texts_in_its_environment_and_nothing_is_executed_of_them() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        let script = format!(
            "printf '%s|%s|%s' \"$LONGHAUL_KIND\" \"$LONGHAUL_TITLE\" \"$LONGHAUL_BODY\" > {}",
            out.display()
        );
        let notice = Notice::new(Kind::Gate, "notes", "$(touch /tmp/evil); `id` \x1b[31m");
        let programs = Programs::start(vec![shell(&script)]).unwrap();
        programs.sender().send(notice).unwrap();
        programs.finish();
        let told = std::fs::read_to_string(out).unwrap();
        assert_eq!(told, "gate|longhaul: notes|$(touch /tmp/evil); `id` ␛[31m");
    }

    #[test]
    fn a_failing_command_says_so() {
        let notice = Notice::new(Kind::Test, "", "");
        assert!(shell("exit 3").tell(&notice).unwrap_err().to_string().contains("exit code 3"));
    }

    #[test]
    fn the_desktop_gets_text_and_not_markup() {
        let program = Program {
            backend: NotifyBackend::NotifySend,
            path: "/bin/notify-send".into(),
            args: Vec::new(),
        };
        let invocation = program.invocation(&Notice::new(Kind::Gate, "p", "-a <b> & \\n"));
        let args: Vec<_> = invocation.args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        assert_eq!(args, ["--app-name=longhaul", "--", "longhaul: p", "-a &lt;b&gt; &amp; \\\\n"]);
    }
}
