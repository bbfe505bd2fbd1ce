//! Real processes: limits, groups, survivors, floods.

use super::*;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn shell(command: &str) -> Invocation {
    Invocation::shell(command, std::env::temp_dir())
}

async fn go(invocation: Invocation) -> Finished {
    run(invocation, CancellationToken::new(), None).await.unwrap()
}

/// Waits for a condition, ten seconds at most.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds().await {
        assert!(Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    match stat {
        Ok(stat) => !stat.contains(") Z "),
        Err(_) => {
            !cfg!(target_os = "linux")
                && pid
                    .parse()
                    .ok()
                    .and_then(rustix::process::Pid::from_raw)
                    .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
        }
    }
}

#[tokio::test]
async fn output_and_exit_code_come_back_in_order() {
    let done = go(shell("echo one; echo two >&2; echo three; exit 7")).await;
    assert_eq!(done.output.shown, "one\ntwo\nthree\n");
    assert_eq!(
        (done.exit_code, done.timed_out, done.cancelled, done.background),
        (Some(7), false, false, false)
    );
}

#[tokio::test]
async fn a_signal_is_not_an_exit_code() {
    let done = go(shell("kill -9 $$")).await;
    assert_eq!((done.exit_code, done.signal), (None, Some(9)));
}

#[tokio::test]
async fn input_is_null_or_the_bytes_given() {
    assert_eq!(go(shell("cat; echo end")).await.output.shown, "end\n");
    let mut invocation = shell("wc -c");
    invocation.stdin = Stdin::Bytes(vec![b'x'; 300_000]);
    assert_eq!(go(invocation).await.output.shown.trim(), "300000");
    let mut deaf = shell("exit 0");
    deaf.stdin = Stdin::Bytes(vec![b'x'; 300_000]);
    assert_eq!(go(deaf).await.exit_code, Some(0));
}

#[tokio::test]
async fn what_cannot_start_is_named() {
    let missing = run(Invocation::new("no-such-program-here", "/"), CancellationToken::new(), None).await;
    assert!(matches!(missing, Err(ProcessError::NotFound { program }) if program == "no-such-program-here"));
    let nowhere = run(Invocation::shell("true", "/no/such/dir"), CancellationToken::new(), None).await;
    assert!(matches!(nowhere, Err(ProcessError::Directory { .. })));
}

#[tokio::test]
async fn the_time_limit_stops_the_whole_group() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let command = format!("sleep 60 & echo $! > {0}; echo started; sleep 60", pids.display());
    let done = go(shell(&command).timeout(Duration::from_millis(300))).await;
    assert!(done.timed_out && done.duration < Duration::from_secs(2));
    assert_eq!(done.output.shown, "started\n");
    assert!(!alive(std::fs::read_to_string(pids).unwrap().trim()));
}

#[tokio::test]
async fn who_ignores_the_polite_signal_is_killed_within_two_seconds() {
    let cancel = CancellationToken::new();
    let (sender, mut receiver) = mpsc::channel(8);
    let task = tokio::spawn(run(
        shell("trap '' TERM; echo ready; while :; do sleep 0.05; done"),
        cancel.clone(),
        Some(sender),
    ));
    assert_eq!(receiver.recv().await.unwrap(), b"ready\n");
    let asked = Instant::now();
    cancel.cancel();
    let done = task.await.unwrap().unwrap();
    assert!(done.cancelled && !done.timed_out && done.signal == Some(9));
    assert!(asked.elapsed() < Duration::from_millis(2_500), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_background_child_that_holds_the_pipe_does_not_block_and_lives_on() {
    let (group, dir) = (Group::new(), tempfile::tempdir().unwrap());
    // The second stretch is three times what a pipe holds: it passes only if somebody reads after the call's return.
    let noise =
        "(echo noise; while [ ! -e go ]; do sleep 0.01; done; head -c 200000 /dev/zero; echo > past; exec sleep 60) & echo pid $!";
    let done = go(Invocation::shell(noise, dir.path()).group(&group)).await;
    assert!(done.duration < Duration::from_secs(2) && done.background);
    let pid = done
        .output
        .shown
        .lines()
        .find_map(|line| line.strip_prefix("pid "))
        .unwrap()
        .to_owned();
    let work = group.work().await;
    assert_eq!(work.servers, 0);
    assert!(work.processes >= 1, "{work:?}");
    std::fs::write(dir.path().join("go"), "").unwrap();
    eventually("the child printed more than a pipe holds", async || {
        dir.path().join("past").exists()
    })
    .await;
    assert!(alive(&pid));
    let stopped = group.close().await;
    assert!(!stopped.is_empty() && stopped.iter().all(|one| !one.forced));
    eventually("the child is gone", async || !alive(&pid)).await;
    assert!(group.close().await.is_empty());
}

#[tokio::test]
async fn without_a_group_nothing_outlives_the_command() {
    let done = go(shell("sleep 60 & echo $!")).await;
    assert!(done.duration < Duration::from_secs(3) && !done.background);
    assert!(!alive(done.output.shown.trim()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_a_group_not_even_another_session_outlives_the_command() {
    let dir = tempfile::tempdir().unwrap();
    let command = "setsid sh -c 'echo $$; : > up; exec sleep 60 > /dev/null 2>&1' & while [ ! -e up ]; do sleep 0.01; done";
    let done = go(Invocation::shell(command, dir.path())).await;
    assert!(!alive(done.output.shown.trim()), "{}", done.output.shown);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_double_fork_into_another_session_is_found_and_killed() {
    let group = Group::new();
    let command = "setsid sh -c '(trap \"\" TERM; echo $$; while :; do sleep 0.05; done) & exit 0' > out.pid 2>&1 < /dev/null; while [ ! -s out.pid ]; do sleep 0.01; done";
    let dir = tempfile::tempdir().unwrap();
    let done = go(Invocation::shell(command, dir.path()).group(&group)).await;
    assert_eq!(done.exit_code, Some(0));
    let live = group.live().await;
    let looper = live.iter().find(|one| one.command.contains("while")).unwrap();
    let stopped = group.close().await;
    assert!(stopped.iter().any(|one| one.pid == looper.pid && one.forced), "{stopped:?}");
    eventually("the stray is gone", async || group.live().await.is_empty()).await;
}

/// While a zombie holds it, the number of a session cannot become another's, whose processes would be taken for ours.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_number_of_a_session_is_held_until_nothing_of_it_is_left() {
    let state = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.chars().next()
    };
    let (group, dir) = (Group::new(), tempfile::tempdir().unwrap());
    let waits = "(while [ ! -e go ]; do sleep 0.01; done) > /dev/null 2>&1 & echo $$";
    let first = go(Invocation::shell(waits, dir.path()).group(&group)).await;
    let first = first.output.shown.trim().to_owned();
    assert_eq!(state(&first), Some('Z'));
    std::fs::write(dir.path().join("go"), "").unwrap();
    eventually("the first has ended", async || group.live().await.is_empty()).await;
    let second = go(shell("sleep 60 > /dev/null 2>&1 & echo $$").group(&group)).await;
    let second = second.output.shown.trim().to_owned();
    assert_eq!(
        (state(&first), state(&second)),
        (None, Some('Z')),
        "the first is let go with the next command"
    );
    assert_eq!(group.close().await.len(), 1);
    assert_eq!(state(&second), None);
    let none = go(shell("echo $$").group(&group)).await;
    assert_eq!(state(none.output.shown.trim()), None, "what leaves nothing is let go at once");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_command_leads_a_session_of_its_own() {
    let done = go(shell(
        "read -r pid name state parent group session rest < /proc/$$/stat; echo $pid $group $session",
    ))
    .await;
    let numbers: Vec<&str> = done.output.shown.split_whitespace().collect();
    assert!(
        matches!(numbers[..], [pid, group, session] if pid == group && pid == session),
        "{numbers:?}"
    );
}

/// `set -m` gives a job a group of its own; not every `sh` does so without a terminal.
#[cfg(target_os = "linux")]
const UNMARKED_JOB: &str = "bash -c 'set -m; env -i sleep 60 > /dev/null 2>&1 & echo $!'";

#[cfg(target_os = "linux")]
#[tokio::test]
async fn another_group_without_the_marker_is_found_by_its_session() {
    let group = Group::new();
    let done = go(shell(UNMARKED_JOB).group(&group)).await;
    let pid = done.output.shown.trim().to_owned();
    assert!(done.background && alive(&pid));
    assert_eq!(group.close().await.len(), 1);
    assert!(!alive(&pid));
    let done = go(shell(UNMARKED_JOB)).await;
    assert!(!alive(done.output.shown.trim()));
}

#[tokio::test]
async fn dropping_the_last_handle_kills_what_is_left() {
    let group = Group::new();
    let done = go(shell("sleep 60 > /dev/null 2>&1 & echo $!").group(&group)).await;
    let pid = done.output.shown.trim().to_owned();
    assert!(alive(&pid));
    drop(group);
    eventually("the child is gone", async || !alive(&pid)).await;
}

#[tokio::test]
async fn dropping_the_future_kills_the_group() {
    let (sender, mut receiver) = mpsc::channel(8);
    let task = tokio::spawn(run(shell("sleep 60 & echo $!; wait"), CancellationToken::new(), Some(sender)));
    let pid = String::from_utf8(receiver.recv().await.unwrap()).unwrap().trim().to_owned();
    assert!(alive(&pid));
    task.abort();
    eventually("the child is gone", async || !alive(&pid)).await;
}

#[tokio::test]
async fn sessions_do_not_stop_each_other() {
    let (one, two) = (Group::new(), Group::new());
    let first = go(shell("sleep 60 > /dev/null 2>&1 & echo $!").group(&one)).await;
    let second = go(shell("sleep 60 > /dev/null 2>&1 & echo $!").group(&two)).await;
    assert_eq!(one.close().await.len(), 1);
    assert!(!alive(first.output.shown.trim()) && alive(second.output.shown.trim()));
    assert_eq!(two.close().await.len(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_flood_is_counted_and_not_kept() {
    let resident = || -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
        line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let before = resident();
    let done = go(shell("head -c 100000000 /dev/zero")).await;
    let grown = resident().saturating_sub(before);
    assert_eq!(done.output.total, 100_000_000);
    assert_eq!(done.output.whole.len(), 16 * 1024 * 1024);
    assert!(
        done.output.shown.contains("… 99967232 bytes left out …"),
        "{}",
        done.output.shown.len()
    );
    // Other tests run in this process too: the bound is twice the cap, far below the flood.
    assert!(grown < 40 * 1024, "{grown} KB");
}

#[tokio::test]
async fn an_endless_flood_obeys_its_limit() {
    let done = go(shell("yes").timeout(Duration::from_millis(200))).await;
    assert!(done.timed_out && done.output.total > 0 && done.duration < Duration::from_secs(2));
}

#[tokio::test]
async fn closed_standard_output_does_not_hang() {
    let done = go(shell("exec >&- 2>&-; sleep 0.1; exit 3")).await;
    assert_eq!(done.exit_code, Some(3));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_living_process_started_is_no_dead_ones() {
    let mut holder = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let today = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let mark = format!("{}-{:x}", holder.id(), today.as_nanos());
    let mut carrier = std::process::Command::new("sleep");
    let mut carrier = carrier
        .arg("60")
        .env("LONGHAUL_SESSION", format!("{mark}-7"))
        .spawn()
        .unwrap();
    assert_eq!(reap(&mark).await, []);
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(reap(&mark).await.len(), 1);
    carrier.wait().unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_children_of_a_dead_process_are_found_by_its_mark_alone() {
    let start = |marker: &str| {
        let mut command = std::process::Command::new("sleep");
        command.arg("60").env("LONGHAUL_SESSION", marker).spawn().unwrap()
    };
    let mark = format!("{}-abc", std::process::id());
    let mut orphan = start(&format!("{mark}-7"));
    let mut strangers = [start(&format!("{mark}d-7")), start(&format!("1{mark}-7"))];
    for no_mark in ["", "-", "7", mark.split_once('-').unwrap().0, super::mark()] {
        assert_eq!(reap(no_mark).await, [], "{no_mark}");
    }
    let stopped = reap(&mark).await;
    assert_eq!(stopped.len(), 1, "{stopped:?}");
    assert_eq!(
        (stopped[0].pid.cast_unsigned(), stopped[0].command.as_str()),
        (orphan.id(), "sleep 60")
    );
    orphan.wait().unwrap();
    for stranger in &mut strangers {
        assert!(stranger.try_wait().unwrap().is_none());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
