//! Who is still running: on Linux read from `/proc`, elsewhere only what the leaders' process groups tell.

use rustix::process::Pid;

/// Name of the environment variable by which a session's processes are recognised wherever they went.
pub(super) const MARKER: &str = "LONGHAUL_SESSION";

/// A live process that belongs to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub pid: Pid,
    /// Its process group, if all of it is ours to signal: a group never reaches beyond one terminal session.
    pub group: Option<Pid>,
    pub command: String,
}

/// Lists the live processes (no zombies) that carry `marker`, or one made from it, in their environment or belong to a terminal session of `leaders`,
/// whose leaders have ended.
#[cfg(target_os = "linux")]
pub(super) fn members(marker: &str, leaders: &[Pid]) -> Vec<Member> {
    let needle = format!("{MARKER}={marker}");
    // The kernel gives a leader's number to nobody while its session has a member. Once the session is empty a stranger may
    // get it and lead a session of its own: but then a process of that number is there, and ours is known to have ended.
    let leaders: Vec<Pid> = leaders
        .iter()
        .copied()
        .filter(|leader| Stat::read(*leader).is_none())
        .collect();
    let mut found: Vec<Member> = table()
        .filter(|(pid, _)| *pid != rustix::process::getpid())
        .filter_map(|(pid, stat)| {
            let is_in_session = leaders.iter().any(|leader| stat.is_in(*leader));
            (is_in_session || has_variable(pid, needle.as_bytes())).then(|| Member {
                pid,
                group: Pid::from_raw(stat.group).filter(|_| is_in_session),
                command: command_line(pid).unwrap_or(stat.name),
            })
        })
        .collect();
    found.sort_by_key(|member| member.pid.as_raw_pid());
    found
}

/// Lists the process groups of a terminal session that have a live member.
#[cfg(target_os = "linux")]
pub(super) fn groups(leader: Pid) -> Vec<Pid> {
    let in_session = table().filter(|(_, stat)| stat.is_in(leader));
    let mut groups: Vec<Pid> = in_session.filter_map(|(_, stat)| Pid::from_raw(stat.group)).collect();
    groups.sort_by_key(|group| group.as_raw_pid());
    groups.dedup();
    groups
}

/// Says whether a terminal session has a member that is not a zombie.
#[cfg(target_os = "linux")]
pub(super) fn session_lives(leader: Pid) -> bool {
    table().any(|(_, stat)| stat.is_in(leader))
}

/// Without `/proc` only the leader's own group is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn groups(leader: Pid) -> Vec<Pid> {
    vec![leader]
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
            group: Some(*leader),
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
}

#[cfg(target_os = "linux")]
impl Stat {
    fn read(pid: Pid) -> Option<Self> {
        Self::parse(&std::fs::read(format!("/proc/{}/stat", pid.as_raw_pid())).ok()?)
    }

    /// Parses `pid (name) state ppid pgrp session …`; the name may hold anything, parentheses too.
    fn parse(line: &[u8]) -> Option<Self> {
        let line = String::from_utf8_lossy(line);
        let (start, rest) = line.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        // A process that is just vanishing has -1 for both.
        let mut id = |skip| fields.nth(skip)?.parse().ok().filter(|&id| id >= 0);
        Some(Self {
            name: start.split_once('(')?.1.to_owned(),
            state,
            group: id(1)?,
            session: id(0)?,
        })
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
        assert!(Stat::parse(b"42 (sleep) X 7 -1 -1 0 -1").is_none());
        assert!(Stat::parse(b"").is_none());
    }

    #[test]
    fn a_hostile_name_does_not_confuse_the_parser() {
        let stat = Stat::parse(b"42 (a) Z 1 1 1) S 7 40 39 0 -1").unwrap();
        assert_eq!(stat.name, "a) Z 1 1 1");
        assert_eq!((stat.state, stat.group, stat.session), ('S', 40, 39));
    }

    #[test]
    fn a_session_led_from_outside_the_container_is_a_session_too() {
        let stat = Stat::parse(b"42 (sh) S 1 40 0 0 -1").unwrap();
        assert_eq!((stat.group, stat.session), (40, 0));
    }
}
