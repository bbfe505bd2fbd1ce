//! Whose an orphan is: a process whose parent has ended, and that came to us with that.
//!
//! On Linux [`adopt`] has the kernel give us whatever is cut loose below us, instead of to the system's first process. So a process
//! that a command sent into a terminal session of its own, with an environment of its own, is still found: as a child that we did not
//! start. Elsewhere nothing comes to us, and nothing here is found.
//!
//! An orphan and what it started belong to a [`Group`](super::Group) if they began while it was open, and are ended with it. Where
//! several groups were open at that moment nobody can say whose they are: the last of them takes them along. Never taken are
//!
//! - children that were there before us (a shell became this program by `exec`), and whatever is in our own terminal session, which
//!   no command of ours can join;
//! - what carries the secret mark of the person's own programs (their hooks, the signing git with its key agent, their editor), or was
//!   seen to come from one of those and does not let its environment be read, as key agents do not.
//!
//! As first process of a container we also get what a person starts there from outside and leaves alone: from here it looks the same.
//!
//! Invariant: nothing is being started while orphans are looked for, so a child that is not known is an orphan.

use super::survey::{self, Member, Process};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::ffi::OsString;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Name of the variable that the person's own programs carry.
const PERSONS: &str = "LONGHAUL_PERSONS";

/// A process and its start: together no other's.
type Identity = (Pid, u64);

/// What is known of this process's children.
#[derive(Debug, Default)]
struct House {
    /// When orphans began to come to us; `None`: they do not.
    since: Option<u64>,
    /// What we started ourselves; each has somebody who waits for it.
    started: Vec<Identity>,
    /// Orphans that the person's own programs left and whose environment cannot be read.
    kept: Vec<Identity>,
    /// Markers of open groups, and when each was opened.
    open: Vec<(String, u64)>,
}

fn house() -> MutexGuard<'static, House> {
    static HOUSE: Mutex<House> = Mutex::new(House {
        since: None,
        started: Vec::new(),
        kept: Vec::new(),
        open: Vec::new(),
    });
    HOUSE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has orphans come to this process. To be called once, before anything is started.
pub fn adopt() {
    #[cfg(target_os = "linux")]
    match rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        Ok(()) => house().since = Some(survey::now()),
        Err(error) => tracing::warn!(%error, "orphans of commands go elsewhere"),
    }
}

/// Starts a child and remembers it as ours.
pub(super) fn start<C>(start: impl FnOnce() -> io::Result<C>, id: impl FnOnce(&C) -> Option<u32>) -> io::Result<C> {
    let mut house = house();
    let child = start()?;
    if house.since.is_some()
        && let Some(pid) = id(&child).and_then(|id| Pid::from_raw(id.cast_signed()))
        && let Some(process) = survey::process(pid)
    {
        house.started.retain(|known| is_in_table(*known));
        house.started.push(process.identity());
    }
    Ok(child)
}

/// Notes that a group is open from now on.
pub(super) fn open(marker: &str) {
    let mut house = house();
    if house.since.is_some() {
        house.open.push((marker.to_owned(), survey::now()));
    }
}

/// Notes that a group is no more.
pub(super) fn closed(marker: &str) {
    house().open.retain(|(open, _)| open != marker);
}

/// Lists the orphans that belong to an open group and to no other, and what they started.
pub(super) fn of(marker: &str) -> Vec<Member> {
    let house = house();
    let Some(opened) = house.open.iter().find_map(|(open, at)| (open == marker).then_some(*at)) else {
        return Vec::new();
    };
    let others: Vec<&(String, u64)> = house.open.iter().filter(|(open, _)| open != marker).collect();
    let mut table = survey::processes();
    table.retain(|process| !process.is_zombie());
    let mut found: Vec<Pid> = table
        .iter()
        .filter(|process| house.has_adopted(process) && process.started >= opened)
        .filter(|process| others.iter().all(|(_, at)| *at > process.started) && !house.is_persons(process))
        .map(|process| process.pid)
        .collect();
    let mut from = 0;
    while from < found.len() {
        let parent = found[from].as_raw_pid();
        found.extend(table.iter().filter(|process| process.parent == parent).map(|child| child.pid));
        from += 1;
    }
    drop(house);
    let taken = table.into_iter().filter(|process| found.contains(&process.pid));
    taken.map(Process::member).collect()
}

/// Clears orphans that have ended out of the process table: nobody else waits for them.
pub(super) fn reap() {
    let house = house();
    if house.since.is_none() {
        return;
    }
    let ended = survey::processes().into_iter().filter(Process::is_zombie);
    for orphan in ended.filter(|process| house.has_adopted(process)) {
        // Whatever comes of it, the next look finds what is left.
        let _ = waitid(WaitId::Pid(orphan.pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
    }
}

/// Returns the variable that a program of the person's own carries, with what it starts.
pub(super) fn persons() -> (OsString, OsString) {
    (PERSONS.into(), secret().into())
}

/// Keeps what a program of the person's own, started at `since`, left: as far as its environment does not tell.
pub(super) fn keep_hidden(since: u64) {
    let mut house = house();
    if house.since.is_none() {
        return;
    }
    let hidden = survey::processes()
        .into_iter()
        .filter(|process| !process.is_zombie() && process.started >= since && house.has_adopted(process))
        .filter(|process| survey::environment(process.pid).is_none())
        .map(|process| process.identity());
    let hidden: Vec<Identity> = hidden.collect();
    house.kept.retain(|known| is_in_table(*known));
    house.kept.extend(hidden);
}

impl House {
    /// Says whether a process is a child of ours that we did not start.
    fn has_adopted(&self, process: &Process) -> bool {
        let ours = rustix::process::getpid().as_raw_pid();
        process.parent == ours
            && self.since.is_some_and(|since| process.started >= since)
            && !self.started.contains(&process.identity())
            // Not by `getsid`: in a container the session's leader may be outside, and its number here is 0, which is no `Pid`.
            && survey::process(rustix::process::getpid()).is_some_and(|own| process.session != own.session)
    }

    fn is_persons(&self, process: &Process) -> bool {
        self.kept.contains(&process.identity()) || is_marked_persons(process.pid)
    }
}

/// Says whether a process carries the mark of the person's own programs.
pub(super) fn is_marked_persons(pid: Pid) -> bool {
    let mark = format!("{PERSONS}={}", secret());
    survey::environment(pid).is_some_and(|environ| environ.split(|&byte| byte == 0).any(|variable| variable == mark.as_bytes()))
}

fn is_in_table((pid, started): Identity) -> bool {
    survey::process(pid).is_some_and(|process| process.started == started)
}

/// A word that only we and the person's own programs know: what an agent starts must not pass for theirs by a guess.
fn secret() -> &'static str {
    static SECRET: OnceLock<String> = OnceLock::new();
    SECRET.get_or_init(|| {
        // Hash keys of the standard library are random; there is no other source of chance among what we depend on.
        let word = || RandomState::new().build_hasher().finish();
        format!("{:016x}{:016x}", word(), word())
    })
}
