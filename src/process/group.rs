//! The background processes of one session, and their end.

use super::kill::{GRACE, KILL_ROUNDS, ROUND, signal_group, signal_member, wait_until};
use super::leader::Leader;
use super::orphans;
use super::survey::{self, MARKER, Member, is_there, members, session_lives, work};
use rustix::process::{Pid, Signal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::task::JoinHandle;

/// Registry of what a session's commands left running. Cheap to clone; when the last clone goes, what is left is killed.
#[derive(Debug, Clone)]
pub struct Group(Arc<Inner>);

/// Looks at a [`Group`] without keeping it: it ends as if nobody looked.
#[derive(Debug, Clone)]
pub struct Onlooker(Weak<Inner>);

impl Onlooker {
    /// Says whether anything of the group runs in the background now.
    pub async fn sees_any(&self) -> bool {
        match self.0.upgrade() {
            Some(inner) => !Group(inner).live().await.is_empty(),
            None => false,
        }
    }
}

#[derive(Debug)]
struct Inner {
    marker: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Ended leaders of terminal sessions that may have members still; not waited for, so that their numbers stay ours.
    leaders: Vec<Arc<Leader>>,
    drains: Vec<JoinHandle<()>>,
}

/// A background process that is running now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survivor {
    /// Its process id.
    pub pid: i32,
    /// Its command line, lossy UTF-8.
    pub command: String,
}

/// What the background processes of a session are at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Those that are no servers.
    pub processes: usize,
    /// Those of a command that waits for connections.
    pub servers: usize,
    /// CPU time that all of them have used, and those of their children that ended.
    pub cpu: Duration,
}

/// A background process that was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Its process id.
    pub pid: i32,
    /// Its command line, lossy UTF-8.
    pub command: String,
    /// Whether it ignored the polite signal.
    pub forced: bool,
}

/// Returns the mark that everything this process starts carries, with which [`reap`] finds it after this process's death.
#[must_use]
pub fn mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        format!("{}-{:x}", std::process::id(), since_epoch.as_nanos())
    })
}

/// Stops everything that a process of ours started which is dead now, politely first, and says what it was. A text that is no mark
/// stops nothing, nor does the mark of a process that lives, this one or another: it may work on something else by now. Without `/proc` (systems other than Linux) nothing is found.
pub async fn reap(mark_of_the_dead: &str) -> Vec<Stopped> {
    let Some((pid, made)) = parts(mark_of_the_dead) else {
        return Vec::new();
    };
    if mark_of_the_dead == mark() || survey::began_before(pid, made) {
        return Vec::new();
    }
    Group::marked(mark_of_the_dead.to_owned()).close().await
}

/// In a second.
const NANOS: u128 = 1_000_000_000;

/// Returns the process that a mark names, and when it was made, since the epoch; `None` if the text is no mark.
fn parts(text: &str) -> Option<(u32, Duration)> {
    let (pid, time) = text.split_once('-')?;
    let nanos = u128::from_str_radix(time, 16).ok()?;
    Some((
        pid.parse().ok()?,
        Duration::new(u64::try_from(nanos / NANOS).ok()?, u32::try_from(nanos % NANOS).ok()?),
    ))
}

impl Default for Group {
    fn default() -> Self {
        Self::new()
    }
}

impl Group {
    /// Makes an empty registry with a marker no other has: this process's mark and a number.
    #[must_use]
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let marker = format!("{}-{}", mark(), COUNT.fetch_add(1, Ordering::Relaxed));
        orphans::open(&marker);
        Self::marked(marker)
    }

    fn marked(marker: String) -> Self {
        Self(Arc::new(Inner {
            marker,
            state: Mutex::default(),
        }))
    }

    /// Returns the environment variable that marks the session's processes.
    #[must_use]
    pub fn variable(&self) -> (&'static str, &str) {
        (MARKER, &self.0.marker)
    }

    /// Lets somebody look at what runs.
    #[must_use]
    pub fn onlooker(&self) -> Onlooker {
        Onlooker(Arc::downgrade(&self.0))
    }

    /// Keeps a command's terminal session in mind after its leader ended.
    pub(super) fn register(&self, mut leader: Leader) {
        leader.disarm();
        let mut state = self.state();
        state.leaders.retain(|known| session_lives(known.pid()));
        state.leaders.push(Arc::new(leader));
    }

    /// Reads a pipe that background processes hold open until its end, so that they neither block nor break.
    pub(super) fn drain(&self, mut reader: pipe::Receiver) {
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; 16 * 1024];
            while matches!(reader.read(&mut buffer).await, Ok(n) if n > 0) {}
        });
        let mut state = self.state();
        state.drains.retain(|drain| !drain.is_finished());
        state.drains.push(task);
    }

    /// Lists what is running in the background now.
    pub async fn live(&self) -> Vec<Survivor> {
        let members = self.members().await;
        members
            .into_iter()
            .map(|Member { pid, command, .. }| Survivor {
                pid: pid.as_raw_pid(),
                command,
            })
            .collect()
    }

    /// Adds up what is running in the background now.
    pub async fn work(&self) -> Work {
        let (marker, leaders) = (self.0.marker.clone(), self.state().leaders.clone());
        let look = move || work(&marker, &numbers(&leaders));
        match tokio::task::spawn_blocking(look.clone()).await {
            Ok(work) => work,
            Err(_) => look(),
        }
    }

    /// Stops everything the session left running, politely first, and says what it was.
    pub async fn close(&self) -> Vec<Stopped> {
        let leaders = self.state().leaders.clone();
        let mut seen = self.members().await;
        signal(&leaders, &seen, Signal::TERM);
        let deadline = Instant::now() + GRACE;
        let mut left = seen.clone();
        while !left.is_empty() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
            left = self.members().await;
        }
        let stubborn: Vec<Pid> = left.iter().map(|member| member.pid).collect();
        for _ in 0..KILL_ROUNDS {
            if left.is_empty() {
                break;
            }
            seen.extend(
                left.iter()
                    .filter(|late| !seen.iter().any(|known| known.pid == late.pid))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
            signal(&leaders, &left, Signal::KILL);
            wait_until(Instant::now() + ROUND, || !left.iter().any(is_there)).await;
            left = self.members().await;
        }
        let mut state = self.state();
        state.leaders.clear();
        state.drains.drain(..).for_each(|drain| drain.abort());
        drop(state);
        orphans::reap();
        seen.into_iter()
            .map(|Member { pid, command, .. }| Stopped {
                pid: pid.as_raw_pid(),
                command,
                forced: stubborn.contains(&pid),
            })
            .collect()
    }

    /// Reads the process table off the async threads.
    async fn members(&self) -> Vec<Member> {
        let (marker, leaders) = (self.0.marker.clone(), self.state().leaders.clone());
        let look = move || belonging(&marker, &leaders);
        // Without a blocking thread (the runtime is shutting down) look here: "nobody is left" must never be a guess.
        match tokio::task::spawn_blocking(look.clone()).await {
            Ok(members) => members,
            Err(_) => look(),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists what carries a group's marker, is in a terminal session of its leaders, or is an orphan of its time.
fn belonging(marker: &str, leaders: &[Arc<Leader>]) -> Vec<Member> {
    let mut found = members(marker, &numbers(leaders));
    let mut orphans = orphans::of(marker);
    orphans.retain(|orphan| !found.contains(orphan));
    found.append(&mut orphans);
    found
}

fn numbers(leaders: &[Arc<Leader>]) -> Vec<Pid> {
    leaders.iter().map(|leader| leader.pid()).collect()
}

/// Signals groups first (a fork between survey and signal is caught), then the members one by one.
fn signal(leaders: &[Arc<Leader>], members: &[Member], signal: Signal) {
    leaders.iter().for_each(|leader| signal_group(leader, signal));
    members.iter().for_each(|member| signal_member(member, signal));
}

impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        signal(&state.leaders, &belonging(&self.marker, &state.leaders), Signal::KILL);
        state.drains.drain(..).for_each(|drain| drain.abort());
        orphans::closed(&self.marker);
    }
}
