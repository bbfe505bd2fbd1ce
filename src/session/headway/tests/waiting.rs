//! Traces of waiting for what was started, and of going round beside it.

use super::*;

/// A look at a build that says nothing.
fn poll(trace: &mut Trace) {
    trace.turn(|t| {
        drop(t.sh(
            "sleep 60; ls build.log; pgrep make && echo building",
            0,
            "build.log\nbuilding",
        ))
    });
}

#[track_caller]
fn silent(trace: &Trace) {
    assert!(trace.most() < TOLD, "{:?}: {:?}", trace.headway().repeats(), trace.rounds);
}

#[test]
fn a_quiet_build_is_waited_for() {
    let mut trace = Trace::new();
    trace.turn(|t| {
        t.runs(2, 0);
        t.sh("make > build.log 2>&1 &", 0, "[something it started is still running]");
    });
    for _ in 0..40 {
        poll(&mut trace);
    }
    silent(&trace);
    trace.running = None;
    for _ in 0..5 {
        poll(&mut trace);
    }
    silent(&trace);
    poll(&mut trace);
    poll(&mut trace);
    assert!(
        trace.headway().rounds() >= TOLD,
        "what runs no more is waited for no more: {:?}",
        trace.rounds
    );
}

#[test]
fn a_build_that_computes_is_waited_for_longer() {
    let mut trace = Trace::new();
    for minute in 1..200 {
        trace.runs(2, minute * 60_000);
        poll(&mut trace);
    }
    silent(&trace);
}

#[test]
fn a_test_run_in_the_background_is_waited_for() {
    let mut trace = Trace::new();
    trace.running = Some(StillRunning {
        tests: true,
        ..StillRunning::default()
    });
    for _ in 0..60 {
        trace.turn(|t| drop(t.sh("sleep 1", 0, "(no output)")));
        trace.turn(|t| {
            let told = "t1 is still running. Its result comes by itself.";
            drop(t.call("run_tests", ToolKind::Other, "", (CallStatus::Failed, None), told));
        });
    }
    silent(&trace);
}

#[test]
fn something_that_is_not_up_yet_may_fail_while_it_is_built() {
    let mut trace = Trace::new();
    trace.runs(3, 0);
    for _ in 0..30 {
        trace.turn(|t| drop(t.sh("sleep 5; curl -s localhost:3000", 7, "refused")));
    }
    silent(&trace);
}

#[test]
fn a_server_that_waits_for_connections_hides_no_circle() {
    let mut trace = Trace::new();
    for turn in 0..9 {
        trace.running = Some(StillRunning {
            servers: 3,
            cpu_ms: 40 + turn,
            ..StillRunning::default()
        });
        trace.turn(|t| drop(t.sh("cat app_spec.txt", 0, "a spec")));
    }
    assert_eq!(trace.found_at(), Some(7), "{:?}", trace.rounds);
}

#[test]
fn what_is_there_for_ever_hides_a_circle_for_a_time() {
    for (cpu_ms, by) in [(0, 70), (30_000, 250)] {
        let mut trace = Trace::new();
        for turn in 0..300 {
            trace.runs(1, turn * cpu_ms);
            trace.turn(|t| drop(t.sh("git status", 0, "clean")));
        }
        assert!(trace.found_at().is_some_and(|at| at <= by), "{:?}", trace.found_at());
    }
}

#[test]
fn the_same_failure_after_every_edit_counts_beside_a_process_too() {
    let mut trace = Trace::new();
    for step in 0..16 {
        trace.running = Some(StillRunning {
            servers: 1,
            ..StillRunning::default()
        });
        trace.turn(|t| {
            t.edit("src/a.rs", &format!("t{step}"));
            t.sh("cargo test", 101, "a ... FAILED: left 1, right 2");
        });
    }
    assert!(trace.found_at().is_some_and(|at| at <= 12), "{:?}", trace.rounds);
}
