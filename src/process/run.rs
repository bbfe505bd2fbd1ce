//! One child from start to end.

use super::capture::Capture;
use super::kill::{GRACE, KILL_ROUNDS, ROUND, signal_session, wait_until};
use super::leader::{Ended, Leader};
use super::survey::{self, session_lives};
use super::{Captured, Daemons, Group, Invocation, ProcessError, Stdin, orphans};
use process_wrap::tokio::{CommandWrap, ProcessSession};
use rustix::process::Signal;
use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// After the leader's end, silence on the pipe for this long means that a background process holds it.
const QUIET: Duration = Duration::from_millis(25);

/// After the leader's end, no more is read than what comes within this time: a background process may print for ever.
const DRAIN: Duration = Duration::from_millis(250);

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code; `None` if a signal ended it.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether it was stopped at its time limit.
    pub timed_out: bool,
    /// Whether it was stopped because the caller cancelled.
    pub cancelled: bool,
    /// Whether it left something running in its terminal session.
    pub background: bool,
    /// Wall time.
    pub duration: Duration,
    /// What it printed.
    pub output: Captured,
}

/// Why a child is being stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    TimedOut,
    Cancelled,
}

/// Runs a program in a terminal session and process group of its own until it ends, its time is over, or `cancel` fires.
///
/// Standard output and error arrive in one pipe, in order. Each piece is also offered to `on_output`, which
/// may miss pieces if it is slow: the child is never held up by a watcher. Dropping the future kills the session.
///
/// # Errors
/// If the program cannot be started or its pipe breaks; a failing program is not an error.
pub async fn run(
    invocation: Invocation,
    cancel: CancellationToken,
    on_output: Option<mpsc::Sender<Vec<u8>>>,
) -> Result<Finished, ProcessError> {
    let started = Instant::now();
    let program = invocation.program.to_string_lossy().into_owned();
    let pipe_error = |source| ProcessError::Pipe {
        program: program.clone(),
        source,
    };
    // A command of no session gets a registry of its own, so that what it sends into another group is found too.
    let own = (invocation.group.is_none() && invocation.daemons == Daemons::End).then(Group::new);
    let begun = survey::now();
    let (mut leader, reader) = spawn(&invocation, invocation.group.as_ref().or(own.as_ref()))?;
    feed(&mut leader, &invocation.stdin);

    let mut sink = Sink {
        reader,
        open: true,
        buffer: vec![0; 64 * 1024],
        capture: Capture::new(invocation.head, invocation.tail),
        watcher: on_output,
    };
    let (end, stop) = sink.attend(&leader, invocation.timeout, &cancel).await.map_err(pipe_error)?;
    sink.drain().await;
    let mut background = session_lives(leader.pid()) || sink.open;
    if background && (stop.is_some() || invocation.group.is_none()) {
        end_session(&leader, stop.is_some()).await;
        sink.drain().await;
        background = false;
    }
    if let Some(group) = &invocation.group {
        if sink.open {
            group.drain(sink.reader);
        }
        if background {
            group.register(leader);
        } else {
            leader.disarm();
        }
    } else if let Some(own) = own {
        own.register(leader);
        own.close().await;
    } else {
        leader.disarm();
        orphans::keep_hidden(begun);
    }
    orphans::reap();
    Ok(Finished {
        exit_code: end.exit_code,
        signal: end.signal,
        timed_out: stop == Some(Stop::TimedOut),
        cancelled: stop == Some(Stop::Cancelled),
        background,
        duration: started.elapsed(),
        output: sink.capture.finish(),
    })
}

/// Starts the child with both outputs on one pipe; returns our end of it.
fn spawn(invocation: &Invocation, group: Option<&Group>) -> Result<(Leader, pipe::Receiver), ProcessError> {
    let program = || invocation.program.to_string_lossy().into_owned();
    if !invocation.cwd.is_dir() {
        return Err(ProcessError::Directory {
            program: program(),
            cwd: invocation.cwd.clone(),
        });
    }
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ProcessError::NotFound { program: program() },
        _ => ProcessError::Spawn {
            program: program(),
            source,
        },
    };
    let (reader, writer) = io::pipe().map_err(failed)?;
    let mut command = Command::new(&invocation.program);
    command
        .args(&invocation.args)
        .current_dir(&invocation.cwd)
        .env_clear()
        .envs(invocation.env.resolve())
        .stdin(match invocation.stdin {
            Stdin::None => Stdio::null(),
            Stdin::Bytes(_) => Stdio::piped(),
        })
        .stdout(writer.try_clone().map_err(failed)?)
        .stderr(writer)
        .kill_on_drop(true);
    if let Some(group) = group {
        let (name, value) = group.variable();
        command.env(name, value);
    }
    if invocation.daemons == Daemons::Stay {
        let (name, value) = orphans::persons();
        command.env(name, value);
    }
    let mut command = CommandWrap::from(command);
    // A session of its own has no controlling terminal: `/dev/tty` does not open, and its leader's number is its group's too.
    // Without the wrapper around the child: waiting for the rest of the group is our business.
    let child = orphans::start(|| Ok(command.wrap(ProcessSession).spawn()?.into_inner()), |child| child.id());
    let leader = Leader::new(child.map_err(failed)?).map_err(failed)?;
    // `command` holds our copies of the writing end: only without them does the pipe come to its end.
    drop(command);
    let reader = pipe::Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(failed)?;
    Ok((leader, reader))
}

/// Writes the child's input beside everything else; a child that does not read it is none of our business.
fn feed(leader: &mut Leader, stdin: &Stdin) {
    if let (Stdin::Bytes(bytes), Some(mut pipe)) = (stdin, leader.child().stdin().take()) {
        let bytes = bytes.clone();
        tokio::spawn(async move {
            let _ = pipe.write_all(&bytes).await;
        });
    }
}

/// Ends what is left of a session: at once if it had its polite signal already.
async fn end_session(leader: &Leader, warned: bool) {
    let gone = || !session_lives(leader.pid());
    if !warned {
        signal_session(leader, Signal::TERM);
        if wait_until(Instant::now() + GRACE, gone).await {
            return;
        }
    }
    for _ in 0..KILL_ROUNDS {
        signal_session(leader, Signal::KILL);
        if wait_until(Instant::now() + ROUND, gone).await {
            return;
        }
    }
}

/// Our end of the child's output.
struct Sink {
    reader: pipe::Receiver,
    open: bool,
    buffer: Vec<u8>,
    capture: Capture,
    watcher: Option<mpsc::Sender<Vec<u8>>>,
}

impl Sink {
    /// Reads until the leader ends, and stops its session when time or patience is over.
    async fn attend(
        &mut self,
        leader: &Leader,
        timeout: Duration,
        cancel: &CancellationToken,
    ) -> io::Result<(Ended, Option<Stop>)> {
        let mut stop = None;
        let alarm = tokio::time::sleep(timeout);
        let ended = leader.ended();
        tokio::pin!(alarm, ended);
        loop {
            let reason = tokio::select! {
                biased;
                () = cancel.cancelled(), if stop.is_none() => Stop::Cancelled,
                () = &mut alarm => Stop::TimedOut,
                end = &mut ended => {
                    let end = end?;
                    if stop.is_some() {
                        // The leader obeyed; the rest of its session gets the rest of the time.
                        wait_until(alarm.deadline().into_std(), || !session_lives(leader.pid())).await;
                    }
                    return Ok((end, stop));
                }
                read = self.reader.read(&mut self.buffer), if self.open => {
                    self.take(read);
                    continue;
                }
            };
            if stop.is_none() {
                stop = Some(reason);
                signal_session(leader, Signal::TERM);
                alarm.as_mut().reset(tokio::time::Instant::now() + GRACE);
            } else {
                signal_session(leader, Signal::KILL);
                // Nothing survives that signal, except in the kernel's hands: look again, do not spin.
                alarm.as_mut().reset(tokio::time::Instant::now() + GRACE);
            }
        }
    }

    /// Reads what is already there, or comes soon.
    async fn drain(&mut self) {
        let until = Instant::now() + DRAIN;
        while self.open && Instant::now() < until {
            match tokio::time::timeout(QUIET, self.reader.read(&mut self.buffer)).await {
                Ok(read) => self.take(read),
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, read: io::Result<usize>) {
        match read {
            Ok(0) | Err(_) => self.open = false,
            Ok(n) => {
                let bytes = &self.buffer[..n];
                self.capture.push(bytes);
                if let Some(watcher) = &self.watcher {
                    let _ = watcher.try_send(bytes.to_vec());
                }
            }
        }
    }
}
