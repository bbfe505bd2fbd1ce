//! The `bash` tool: one fresh shell a call, with the working directory and the exported variables of the last.
//!
//! The shell writes its state to a file when it exits, whatever way it exits but `exec` and a kill; the file counts
//! only if it is whole. So a broken call leaves the state before it, never half of one.

use super::input::BashInput;
use super::stream::gather;
use super::{BashLimits, InputError, ToolError, ToolOutcome, catalog::Tool};
use crate::process::{EnvPolicy, Finished, Group, Invocation, run, which};
use crate::protocol::CallStatus;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Longest command that is passed as an argument; the kernel's limit for one is 128 KB.
const ARGUMENT: usize = 96 * 1024;

/// No call runs longer than this, whatever it asks for.
const LONGEST: Duration = Duration::from_hours(1);

/// Last line of a state file that was written to its end.
const WHOLE: &[u8] = b"\n# whole\n";

/// Runs the command with the state before, and writes the state after. Works in bash and in POSIX shells.
///
/// `$1` state before, `$2` state after, `$3` directory, `$4` how, `$5` command or file. `command` goes round functions of the same name;
/// `>|` round `set -C`; descriptors that we inherited from our own parent (locks, sockets) are closed; the state is saved once after the command and once more at exit, because the command may replace the trap.
const WRAPPER: &str = r#"
__lh_before=$1 __lh_after=$2 __lh_dir=$3 __lh_how=$4 __lh_what=$5
shift 5
exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
if [ -r "$__lh_before" ]; then . "$__lh_before"; fi
__lh_old=${OLDPWD-}
command cd -- "$__lh_dir" 2>/dev/null
if [ -n "$__lh_old" ]; then OLDPWD=$__lh_old; fi
__lh_save() {
  { set +eux; } 2>/dev/null
  { command pwd; } 2>/dev/null >| "$__lh_after.dir"
  { command export -p; command printf '\n# whole\n'; } 2>/dev/null >| "$__lh_after"
}
trap __lh_save EXIT
case $__lh_how in
  text) eval "$__lh_what" ;;
  *) . "$__lh_what" ;;
esac
__lh_code=$?
__lh_save
exit "$__lh_code"
"#;

/// Returns what the agent asked for, of the command line of a process that may be the shell around it.
pub(super) fn asked_for(command_line: String) -> String {
    let around = command_line.split_once(WRAPPER.trim_start());
    let asked = around.and_then(|(_, words)| words.split_once(" text "));
    asked.map_or_else(|| command_line.clone(), |(_, asked)| asked.to_owned())
}

/// The shell of a session between its calls.
#[derive(Debug)]
pub(super) struct Shell {
    workspace: PathBuf,
    scratch: PathBuf,
    limits: BashLimits,
    group: Group,
    program: Option<PathBuf>,
    /// Where the next command starts.
    dir: PathBuf,
}

impl Shell {
    pub(super) fn new(workspace: PathBuf, scratch: &Path, limits: BashLimits, group: Group) -> Self {
        let program = ["bash", "sh"].iter().find_map(|name| which(name, Some(&workspace)));
        Self {
            scratch: scratch.join("shell"),
            limits,
            group,
            program,
            dir: workspace.clone(),
            workspace,
        }
    }

    /// Returns the directory that the next command starts in.
    pub(super) fn directory(&self) -> &Path {
        &self.dir
    }

    /// Runs a command, or starts over.
    pub(super) async fn call(
        &mut self,
        input: BashInput,
        cancel: CancellationToken,
        on_output: mpsc::Sender<String>,
    ) -> Result<ToolOutcome, ToolError> {
        if input.restart {
            return Ok(self.restart().await);
        }
        let command = match input.command {
            Some(command) if !command.trim().is_empty() => command,
            _ => return Err(InputError::new(Tool::Bash, "there is no command in it").into()),
        };
        if command.contains('\0') {
            return Err(InputError::new(Tool::Bash, "the command holds a NUL character").into());
        }
        let limit = input
            .timeout_seconds
            .map_or(self.limits.timeout, Duration::from_secs)
            .clamp(Duration::from_secs(1), LONGEST);
        let mut note = String::new();
        if !self.dir.is_dir() {
            note = format!(
                "[the working directory {} is gone; this ran in the workspace]\n",
                self.dir.display()
            );
            self.dir.clone_from(&self.workspace);
        }
        let invocation = self.invocation(&command, limit).map_err(ToolError::Scratch)?;
        let (raw, pieces) = mpsc::channel(256);
        let gathering = tokio::spawn(gather(pieces, on_output));
        let done = run(invocation, cancel, Some(raw)).await;
        // The gatherer ends with its source; a failure of it costs only live output.
        let _ = gathering.await;
        self.adopt_state();
        Ok(outcome(done?, limit, &note))
    }

    /// Forgets directory and variables and stops what runs in the background.
    async fn restart(&mut self) -> ToolOutcome {
        let stopped = self.group.close().await;
        for file in [self.before(), self.after(), self.after_dir()] {
            let _ = std::fs::remove_file(file);
        }
        self.dir.clone_from(&self.workspace);
        let mut text = format!("The shell was restarted in {}.", self.workspace.display());
        if !stopped.is_empty() {
            let names: Vec<_> = stopped.into_iter().map(|one| asked_for(one.command)).collect();
            text.push_str(&format!(" Stopped in the background: {}.", names.join("; ")));
        }
        ToolOutcome::completed(text)
    }

    fn invocation(&self, command: &str, limit: Duration) -> io::Result<Invocation> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.scratch)?;
        let (how, what) = if command.len() <= ARGUMENT {
            ("text", OsString::from(command))
        } else {
            let file = self.scratch.join("command");
            std::fs::write(&file, command)?;
            ("file", file.into_os_string())
        };
        let program = self
            .program
            .clone()
            .ok_or_else(|| io::Error::other("neither bash nor sh is on PATH"))?;
        let mut invocation = Invocation::new(program, &self.dir)
            .args(
                if self.is_bash() {
                    &["--noprofile", "--norc", "-c"][..]
                } else {
                    &["-c"]
                }
                .iter()
                .copied(),
            )
            .args([WRAPPER.trim_start(), if self.is_bash() { "bash" } else { "sh" }])
            .args([self.before().into_os_string(), self.after().into_os_string()])
            .args([self.dir.clone().into_os_string(), how.into(), what])
            .timeout(limit)
            .group(&self.group);
        invocation.head = self.limits.head;
        invocation.tail = self.limits.tail;
        // The first call gets our environment; later ones get what the shell had, so that `unset` lasts too.
        invocation.env = if self.before().is_file() {
            EnvPolicy::Exact(Vec::new())
        } else {
            EnvPolicy::Inherit(
                [("PAGER", "cat"), ("GIT_PAGER", "cat"), ("GIT_TERMINAL_PROMPT", "0")]
                    .map(|(name, value)| (name.into(), value.into()))
                    .to_vec(),
            )
        };
        Ok(invocation)
    }

    /// Takes over the state the shell wrote, if it is whole.
    fn adopt_state(&mut self) {
        let is_whole = std::fs::read(self.after()).is_ok_and(|state| state.ends_with(WHOLE));
        if is_whole && std::fs::rename(self.after(), self.before()).is_ok() {
            let dir = std::fs::read(self.after_dir()).ok();
            let dir = dir.and_then(|dir| Some(PathBuf::from(OsString::from_vec(dir.strip_suffix(b"\n")?.to_vec()))));
            if let Some(dir) = dir.filter(|dir| dir.is_absolute()) {
                self.dir = dir;
            }
        }
        for file in [self.after(), self.after_dir()] {
            let _ = std::fs::remove_file(file);
        }
    }

    fn is_bash(&self) -> bool {
        self.program.as_ref().is_some_and(|program| program.ends_with("bash"))
    }

    fn before(&self) -> PathBuf {
        self.scratch.join("state")
    }

    fn after(&self) -> PathBuf {
        self.scratch.join("state.new")
    }

    fn after_dir(&self) -> PathBuf {
        self.scratch.join("state.new.dir")
    }

    /// Uses another shell, to test both kinds.
    #[cfg(test)]
    pub(super) fn with_program(mut self, program: &Path) -> Self {
        self.program = Some(program.to_owned());
        self
    }
}

/// Tells the model how a command ended.
fn outcome(done: Finished, limit: Duration, note: &str) -> ToolOutcome {
    let mut shown = format!("{note}{}", done.output.shown);
    let mut remark = |text: &str| {
        if !shown.is_empty() && !shown.ends_with('\n') {
            shown.push('\n');
        }
        shown.push_str(text);
    };
    let status = if done.cancelled {
        remark("[stopped before it ended]");
        CallStatus::Cancelled
    } else if done.timed_out {
        remark(&format!(
            "[stopped after {} s, its time limit; run it in the background with `&` and its output in a file, or do it in smaller steps]",
            limit.as_secs()
        ));
        CallStatus::Failed
    } else {
        match (done.exit_code, done.signal) {
            (Some(0), _) => {}
            (Some(code), _) => remark(&format!("[exit code {code}]")),
            (None, Some(signal)) => remark(&format!("[ended by signal {signal}]")),
            (None, None) => remark("[ended without an exit code]"),
        }
        if done.background {
            remark("[something it started is still running in the background and will be stopped when the session ends]");
        }
        CallStatus::Completed
    };
    if shown.is_empty() {
        shown.push_str("(no output)");
    }
    let is_cut = done.output.shown.as_bytes() != done.output.whole;
    ToolOutcome {
        status,
        shown,
        whole: is_cut.then_some(done.output.whole),
        exit_code: done.exit_code,
        lines: None,
    }
}
