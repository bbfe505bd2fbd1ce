//! Who is still running: on Linux read from `/proc`, elsewhere only what the leaders' process groups tell.
//!
//! Owns what a process is known by: its number and its start. Invariant: a terminal session is looked up only by the number of a
//! leader that the caller holds.

use super::group::Work;
use rustix::process::Pid;

/// Name of the environment variable by which a session's processes are recognised wherever they went.
pub(super) const MARKER: &str = "LONGHAUL_SESSION";

/// A live process that belongs to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub pid: Pid,
    /// When it was started, in the kernel's ticks: with the number, no other process's.
    pub started: u64,
    pub command: String,
}

/// A process in the table, alive or ended.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub pid: Pid,
    /// As in [`Member`].
    pub started: u64,
    /// Number of the process that it would be waited for by.
    pub parent: i32,
    /// 0 for the kernel's own and for a session whose leader is outside our container.
    pub session: i32,
    /// As for the session.
    group: i32,
    /// CPU time of it and of its children that ended, in the kernel's ticks.
    used: u64,
    state: char,
    name: String,
}

impl Process {
    pub fn identity(&self) -> (Pid, u64) {
        (self.pid, self.started)
    }

    /// Says whether it has ended, and only its place in the table is left.
    pub fn is_zombie(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }

    #[cfg(target_os = "linux")]
    fn is_in(&self, session: Pid) -> bool {
        self.session == session.as_raw_pid()
    }

    pub fn member(self) -> Member {
        Member {
            pid: self.pid,
            started: self.started,
            command: command_line(self.pid).unwrap_or(self.name),
        }
    }
}

/// Lists the live processes (no zombies) that carry `marker`, or one made from it, in their environment or belong to a terminal
/// session of `leaders`, which the caller holds.
#[cfg(target_os = "linux")]
pub(super) fn members(marker: &str, leaders: &[Pid]) -> Vec<Member> {
    let needle = format!("{MARKER}={marker}");
    let mut found: Vec<Member> = table()
        .filter(|process| process.pid != rustix::process::getpid())
        .filter(|process| leaders.iter().any(|leader| process.is_in(*leader)) || has_variable(process.pid, needle.as_bytes()))
        .map(Process::member)
        .collect();
    found.sort_by_key(|member| member.pid.as_raw_pid());
    found
}

/// Adds up what the session's live processes are at. Those of a terminal session that waits for connections are servers.
#[cfg(target_os = "linux")]
pub(super) fn work(marker: &str, leaders: &[Pid]) -> Work {
    let needle = format!("{MARKER}={marker}");
    let ours: Vec<Process> = table()
        .filter(|process| process.pid != rustix::process::getpid())
        .filter(|process| leaders.iter().any(|leader| process.is_in(*leader)) || has_variable(process.pid, needle.as_bytes()))
        .collect();
    let serving: Vec<i32> = ours
        .iter()
        .filter(|process| listens(process.pid))
        .map(|process| process.session)
        .collect();
    let servers = ours.iter().filter(|process| serving.contains(&process.session)).count();
    Work {
        processes: ours.len() - servers,
        servers,
        // The kernel tells every program of hundredths of a second, whatever it counts in itself.
        cpu: std::time::Duration::from_millis(10 * ours.iter().map(|process| process.used).sum::<u64>()),
    }
}

/// Without `/proc` each group counts as one that computes nothing.
#[cfg(not(target_os = "linux"))]
pub(super) fn work(marker: &str, leaders: &[Pid]) -> Work {
    Work {
        processes: members(marker, leaders).len(),
        ..Work::default()
    }
}

/// Says whether a process waits for connections over TCP; false if we may not look.
#[cfg(target_os = "linux")]
fn listens(pid: Pid) -> bool {
    let of = |what: &str| format!("/proc/{}/{what}", pid.as_raw_pid());
    let tables = ["net/tcp", "net/tcp6"].map(|table| std::fs::read_to_string(of(table)).unwrap_or_default());
    let listening = tables.iter().flat_map(|table| table.lines()).filter_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(3);
        (fields.next()? == "0A").then(|| fields.nth(5))?
    });
    let sockets: Vec<String> = listening.map(|inode| format!("socket:[{inode}]")).collect();
    let open = std::fs::read_dir(of("fd")).into_iter().flatten().flatten();
    !sockets.is_empty()
        && open
            .filter_map(|entry| std::fs::read_link(entry.path()).ok())
            .any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
}

/// Lists the live processes of a terminal session that are not in its leader's group.
#[cfg(target_os = "linux")]
pub(super) fn strays(leader: Pid) -> Vec<Member> {
    table()
        .filter(|process| process.is_in(leader) && process.group != leader.as_raw_pid())
        .map(Process::member)
        .collect()
}

/// Says whether a process that was seen runs still, and its number has not become another's.
#[cfg(target_os = "linux")]
pub(super) fn is_there(member: &Member) -> bool {
    process(member.pid).is_some_and(|process| process.started == member.started && !process.is_zombie())
}

/// Says whether a terminal session has a member that is not a zombie.
#[cfg(target_os = "linux")]
pub(super) fn session_lives(leader: Pid) -> bool {
    table().any(|process| process.is_in(leader))
}

/// Without `/proc` only the leader's own group is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn strays(_leader: Pid) -> Vec<Member> {
    Vec::new()
}

/// Without `/proc` a member stands for a group.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_there(member: &Member) -> bool {
    session_lives(member.pid)
}

/// Without `/proc` a signal test on the leader's group has to do.
#[cfg(not(target_os = "linux"))]
pub(super) fn session_lives(leader: Pid) -> bool {
    rustix::process::test_kill_process_group(leader).is_ok()
}

/// Walks all live processes.
#[cfg(target_os = "linux")]
fn table() -> impl Iterator<Item = Process> {
    processes().into_iter().filter(|process| !process.is_zombie())
}

/// Says whether a process of this number lives that began before a moment, since the epoch: a number is given again, but not backwards.
#[cfg(target_os = "linux")]
pub(super) fn began_before(pid: u32, moment: std::time::Duration) -> bool {
    let found = Pid::from_raw(pid.cast_signed()).and_then(process);
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let (Some(process), Ok(today)) = (found.filter(|process| !process.is_zombie()), since_epoch) else {
        return false;
    };
    // Ticks are coarse, and the clock of the day is set now and then.
    let slack = std::time::Duration::from_secs(2);
    let age = now().saturating_sub(process.started) / rustix::param::clock_ticks_per_second();
    std::time::Duration::from_secs(age) + slack >= today.saturating_sub(moment)
}

/// Without `/proc` no process is known by itself.
#[cfg(not(target_os = "linux"))]
pub(super) fn began_before(_pid: u32, _moment: std::time::Duration) -> bool {
    false
}

/// As [`began_before`].
#[cfg(not(target_os = "linux"))]
pub(super) fn now() -> u64 {
    0
}

/// As [`now`].
#[cfg(not(target_os = "linux"))]
pub(super) fn processes() -> Vec<Process> {
    Vec::new()
}

/// As [`now`].
#[cfg(not(target_os = "linux"))]
pub(super) fn process(_pid: Pid) -> Option<Process> {
    None
}

/// As [`now`].
#[cfg(not(target_os = "linux"))]
pub(super) fn environment(_pid: Pid) -> Option<Vec<u8>> {
    None
}

/// Lists one entry per live leader's group: without `/proc` nothing more is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn members(_marker: &str, leaders: &[Pid]) -> Vec<Member> {
    let alive = leaders.iter().filter(|leader| session_lives(**leader));
    alive
        .map(|leader| Member {
            pid: *leader,
            started: 0,
            command: format!("process group {}", leader.as_raw_pid()),
        })
        .collect()
}

/// Returns the time, as processes tell their start.
#[cfg(target_os = "linux")]
pub(super) fn now() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (ticks, second) = (rustix::param::clock_ticks_per_second(), 1_000_000_000);
    time.tv_sec.unsigned_abs() * ticks + time.tv_nsec.unsigned_abs() * ticks / second
}

/// Returns every process there is.
#[cfg(target_os = "linux")]
pub(super) fn processes() -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .filter_map(process)
        .collect()
}

/// Looks at one process.
#[cfg(target_os = "linux")]
pub(super) fn process(pid: Pid) -> Option<Process> {
    parse(pid, &std::fs::read(format!("/proc/{}/stat", pid.as_raw_pid())).ok()?)
}

/// Returns the environment that a process was started with; `None` if we may not look.
#[cfg(target_os = "linux")]
pub(super) fn environment(pid: Pid) -> Option<Vec<u8>> {
    std::fs::read(format!("/proc/{}/environ", pid.as_raw_pid())).ok()
}

/// Parses `pid (name) state ppid pgrp session …`, of which the 14th to 17th fields are CPU times and the 22nd is the start; the name may hold anything, parentheses too.
#[cfg(target_os = "linux")]
fn parse(pid: Pid, line: &[u8]) -> Option<Process> {
    let line = String::from_utf8_lossy(line);
    let (start, rest) = line.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // A process that is just vanishing has -1 for group and session.
    let mut id = || fields.next()?.parse().ok().filter(|&id| id >= 0);
    let (parent, group, session) = (id()?, id()?, id()?);
    let mut used = fields.nth(7)?.parse().unwrap_or(0);
    for _ in 0..3 {
        used += fields.next()?.parse().unwrap_or(0);
    }
    Some(Process {
        pid,
        name: start.split_once('(')?.1.to_owned(),
        state,
        parent,
        group,
        session,
        used,
        started: fields.nth(4)?.parse().ok()?,
    })
}

/// Says whether the environment the process was started with holds `needle`, or `needle` with a dash and more; false if we may not look.
#[cfg(target_os = "linux")]
fn has_variable(pid: Pid, needle: &[u8]) -> bool {
    environment(pid).is_some_and(|environ| {
        environ.split(|&byte| byte == 0).any(|variable| {
            variable
                .strip_prefix(needle)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"-"))
        })
    })
}

fn command_line(pid: Pid) -> Option<String> {
    let bytes = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_pid())).ok()?;
    let words: Vec<_> = bytes
        .split(|&byte| byte == 0)
        .filter(|word| !word.is_empty())
        .map(String::from_utf8_lossy)
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<Process> {
        parse(Pid::from_raw(42)?, line.as_bytes())
    }

    #[test]
    fn a_vanishing_process_is_passed_over() {
        assert!(parsed("42 (sleep) X 7 -1 -1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9").is_none());
        assert!(parsed("").is_none());
    }

    #[test]
    fn a_hostile_name_does_not_confuse_the_parser() {
        let process = parsed("42 (a) Z 1 1 1) S 7 40 39 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9").unwrap();
        assert_eq!(process.name, "a) Z 1 1 1");
        assert_eq!((process.state, process.parent, process.group), ('S', 7, 40));
        assert_eq!((process.session, process.started), (39, 777));
        assert_eq!(process.used, 5 + 6 + 7 + 8);
    }

    #[test]
    fn who_listens_on_a_port_is_a_server() {
        let me = rustix::process::getpid();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(listens(me));
        drop(listener);
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let other = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        assert!(!listens(other));
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn a_session_led_from_outside_the_container_is_a_session_too() {
        let process = parsed("42 (sh) S 1 40 0 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9").unwrap();
        assert_eq!((process.group, process.session), (40, 0));
    }

    #[test]
    fn the_clock_is_the_one_that_starts_are_told_by() {
        let before = now();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let started = process(Pid::from_child(&child)).unwrap().started;
        child.wait().unwrap();
        assert!((before..=now()).contains(&started));
    }
}
