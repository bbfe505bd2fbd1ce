//! Who is still running: on Linux read from `/proc`, elsewhere only what the process groups tell.

use rustix::process::Pid;

/// Name of the environment variable by which a session's processes are recognised wherever they went.
pub(super) const MARKER: &str = "LONGHAUL_SESSION";

/// A live process that belongs to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub pid: Pid,
    pub command: String,
}

/// Lists the live processes (no zombies) that carry `marker` in their environment or belong to one of `groups`.
#[cfg(target_os = "linux")]
pub(super) fn members(marker: &str, groups: &[Pid]) -> Vec<Member> {
    let needle = format!("{MARKER}={marker}");
    // A group number may be reused by a stranger once the group is empty; a stranger is most likely in another terminal session.
    // Ours is read where theirs is: in a container its leader may be outside, which `/proc` shows as 0 and `getsid` has no type for.
    let ours = Stat::read(rustix::process::getpid()).map(|stat| stat.session);
    let mut found: Vec<Member> = table()
        .filter(|(pid, stat)| {
            *pid != rustix::process::getpid()
                && (groups.iter().any(|group| stat.is_in(*group)) && Some(stat.session) == ours
                    || has_variable(*pid, needle.as_bytes()))
        })
        .map(|(pid, stat)| Member {
            pid,
            command: command_line(pid).unwrap_or(stat.name),
        })
        .collect();
    found.sort_by_key(|member| member.pid.as_raw_pid());
    found
}

/// Says whether a group has a member that is not a zombie.
#[cfg(target_os = "linux")]
pub(super) fn has_live_member(group: Pid) -> bool {
    table().any(|(_, stat)| stat.is_in(group))
}

/// Without `/proc` the signal test has to do.
#[cfg(not(target_os = "linux"))]
pub(super) fn has_live_member(_group: Pid) -> bool {
    true
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

/// Lists one entry per live group: without `/proc` nothing more is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn members(_marker: &str, groups: &[Pid]) -> Vec<Member> {
    let alive = groups.iter().filter(|group| super::kill::group_lives(**group));
    alive
        .map(|group| Member {
            pid: *group,
            command: format!("process group {}", group.as_raw_pid()),
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

    fn is_in(&self, group: Pid) -> bool {
        self.group == group.as_raw_pid()
    }
}

/// Says whether the environment the process was started with holds `needle`; false if we may not look.
#[cfg(target_os = "linux")]
fn has_variable(pid: Pid, needle: &[u8]) -> bool {
    std::fs::read(format!("/proc/{}/environ", pid.as_raw_pid()))
        .is_ok_and(|environ| environ.split(|&byte| byte == 0).any(|variable| variable == needle))
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
