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

/// Lists the live processes (no zombies) that carry `marker`, or one made from it, in their environment or belong to a terminal
/// session of `leaders`, which the caller holds.
#[cfg(target_os = "linux")]
pub(super) fn members(marker: &str, leaders: &[Pid]) -> Vec<Member> {
    let needle = format!("{MARKER}={marker}");
    let mut found: Vec<Member> = table()
        .filter(|(pid, _)| *pid != rustix::process::getpid())
        .filter(|(pid, stat)| leaders.iter().any(|leader| stat.is_in(*leader)) || has_variable(*pid, needle.as_bytes()))
        .map(|(pid, stat)| stat.member(pid))
        .collect();
    found.sort_by_key(|member| member.pid.as_raw_pid());
    found
}

/// Adds up what the session's live processes are at. Those of a terminal session that waits for connections are servers.
#[cfg(target_os = "linux")]
pub(super) fn work(marker: &str, leaders: &[Pid]) -> Work {
    let needle = format!("{MARKER}={marker}");
    let ours: Vec<(Pid, Stat)> = table()
        .filter(|(pid, _)| *pid != rustix::process::getpid())
        .filter(|(pid, stat)| leaders.iter().any(|leader| stat.is_in(*leader)) || has_variable(*pid, needle.as_bytes()))
        .collect();
    let serving: Vec<i32> = ours
        .iter()
        .filter(|(pid, _)| listens(*pid))
        .map(|(_, stat)| stat.session)
        .collect();
    let servers = ours.iter().filter(|(_, stat)| serving.contains(&stat.session)).count();
    Work {
        processes: ours.len() - servers,
        servers,
        // The kernel tells every program of hundredths of a second, whatever it counts in itself.
        cpu: std::time::Duration::from_millis(10 * ours.iter().map(|(_, stat)| stat.used).sum::<u64>()),
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
        .filter(|(_, stat)| stat.is_in(leader) && stat.group != leader.as_raw_pid())
        .map(|(pid, stat)| stat.member(pid))
        .collect()
}

/// Says whether a process that was seen runs still, and its number has not become another's.
#[cfg(target_os = "linux")]
pub(super) fn is_there(member: &Member) -> bool {
    Stat::read(member.pid).is_some_and(|stat| stat.started == member.started && !matches!(stat.state, 'Z' | 'X'))
}

/// Looks at one process.
#[cfg(all(test, target_os = "linux"))]
pub(super) fn of(pid: Pid) -> Option<Member> {
    Some(Stat::read(pid)?.member(pid))
}

/// Says whether a terminal session has a member that is not a zombie.
#[cfg(target_os = "linux")]
pub(super) fn session_lives(leader: Pid) -> bool {
    table().any(|(_, stat)| stat.is_in(leader))
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
fn table() -> impl Iterator<Item = (Pid, Stat)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .filter_map(|pid| Some((pid, Stat::read(pid)?)))
        .filter(|(_, stat)| !matches!(stat.state, 'Z' | 'X'))
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

#[cfg(target_os = "linux")]
struct Stat {
    name: String,
    state: char,
    /// 0 for the kernel's own and for a group whose leader is outside our container.
    group: i32,
    /// 0 as for the group.
    session: i32,
    /// CPU time of it and of its children that ended, in the kernel's ticks.
    used: u64,
    started: u64,
}

#[cfg(target_os = "linux")]
impl Stat {
    fn read(pid: Pid) -> Option<Self> {
        Self::parse(&std::fs::read(format!("/proc/{}/stat", pid.as_raw_pid())).ok()?)
    }

    /// Parses `pid (name) state ppid pgrp session …`, of which the 14th to 17th fields are CPU times and the 22nd is the start; the name
    /// may hold anything, parentheses too.
    fn parse(line: &[u8]) -> Option<Self> {
        let line = String::from_utf8_lossy(line);
        let (start, rest) = line.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        // A process that is just vanishing has -1 for both.
        let mut id = |skip| fields.nth(skip)?.parse().ok().filter(|&id| id >= 0);
        let (group, session) = (id(1)?, id(0)?);
        let mut used = fields.nth(7)?.parse().unwrap_or(0);
        for _ in 0..3 {
            used += fields.next()?.parse().unwrap_or(0);
        }
        Some(Self {
            name: start.split_once('(')?.1.to_owned(),
            state,
            group,
            session,
            used,
            started: fields.nth(4)?.parse().ok()?,
        })
    }

    fn member(self, pid: Pid) -> Member {
        Member {
            pid,
            started: self.started,
            command: command_line(pid).unwrap_or(self.name),
        }
    }

    fn is_in(&self, session: Pid) -> bool {
        self.session == session.as_raw_pid()
    }
}

/// Says whether the environment the process was started with holds `needle`, or `needle` with a dash and more; false if we may not look.
#[cfg(target_os = "linux")]
fn has_variable(pid: Pid, needle: &[u8]) -> bool {
    std::fs::read(format!("/proc/{}/environ", pid.as_raw_pid())).is_ok_and(|environ| {
        environ.split(|&byte| byte == 0).any(|variable| {
            variable
                .strip_prefix(needle)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"-"))
        })
    })
}

#[cfg(target_os = "linux")]
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

    #[test]
    fn a_vanishing_process_is_passed_over() {
        assert!(Stat::parse(b"42 (sleep) X 7 -1 -1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9").is_none());
        assert!(Stat::parse(b"").is_none());
    }

    #[test]
    fn a_hostile_name_does_not_confuse_the_parser() {
        let stat = Stat::parse(b"42 (a) Z 1 1 1) S 7 40 39 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9").unwrap();
        assert_eq!(stat.name, "a) Z 1 1 1");
        assert_eq!((stat.state, stat.group, stat.session, stat.started), ('S', 40, 39, 777));
        assert_eq!(stat.used, 5 + 6 + 7 + 8);
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
        let stat = Stat::parse(b"42 (sh) S 1 40 0 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9").unwrap();
        assert_eq!((stat.group, stat.session), (40, 0));
    }
}
