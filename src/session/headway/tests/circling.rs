//! Traces of work that goes round: each is found by the turn that is said, and by what repeats in it.

use super::*;

#[track_caller]
fn found(trace: &Trace, by: usize, kind: RepeatKind, subject: &str) {
    let at = trace.found_at();
    assert!(at.is_some_and(|at| at <= by), "at {at:?}, wanted by {by}: {:?}", trace.rounds);
    let repeats = trace.headway().repeats();
    assert!(
        repeats.iter().any(|repeat| repeat.kind == kind && repeat.subject == subject),
        "{repeats:?}"
    );
}

#[test]
fn the_same_call_with_the_same_result() {
    let mut trace = Trace::new();
    for _ in 0..9 {
        trace.turn(|t| drop(t.sh("git status", 0, "nothing to commit")));
    }
    found(&trace, 7, RepeatKind::Call, "git status");
    assert_eq!(trace.found_at(), Some(7), "and not before");
    assert_eq!(trace.headway().repeats()[0].times, 9);
}

#[test]
fn the_same_file_read_again() {
    let mut trace = Trace::new();
    for _ in 0..4 {
        trace.turn(|t| t.read("src/a.rs", "a"));
        trace.turn(|t| t.read("src/b.rs", "b"));
    }
    found(&trace, 8, RepeatKind::Reading, "src/a.rs");
}

#[test]
fn the_same_failing_test_without_an_edit() {
    let mut trace = Trace::new();
    for run in 0..9 {
        trace.turn(|t| drop(t.sh("cargo test", 101, &format!("a ... FAILED\nfinished in 0.{run}s"))));
    }
    found(&trace, 7, RepeatKind::Failure, "cargo test");
}

#[test]
fn the_same_failure_after_every_edit() {
    let mut trace = Trace::new();
    for step in 0..14 {
        trace.turn(|t| {
            t.edit("src/a.rs", &format!("t{step}"));
            t.sh("cargo test", 101, "a ... FAILED: left 1, right 2");
        });
    }
    found(&trace, 12, RepeatKind::Failure, "cargo test");
}

#[test]
fn the_same_test_fails_whenever_the_flag_is_asked_for() {
    let mut trace = Trace::new();
    for step in 0..14 {
        trace.turn(|t| {
            t.edit("src/a.rs", &format!("t{step}"));
            let output = format!("refused, claim {step}");
            t.call(
                "feature_passed",
                ToolKind::Other,
                &format!("claim {step}"),
                (CallStatus::Failed, None),
                &output,
            );
            t.tests(TestPurpose::Evidence, &[("a: adds", false, "left 1, right 2")]);
        });
    }
    found(&trace, 12, RepeatKind::Failure, "a: adds");
}

#[test]
fn the_same_tests_fail_whenever_the_agent_looks() {
    let mut trace = Trace::new();
    for step in 0..30 {
        trace.turn(|t| {
            t.edit("add.sh", &format!("t{step}"));
            t.tests(TestPurpose::Agent, &[("tests/t1.sh", false, ""), ("tests/t2.sh", false, "")]);
        });
    }
    found(&trace, 12, RepeatKind::Failure, "tests/t1.sh, tests/t2.sh");
}

#[test]
fn the_same_panic_of_another_thread() {
    let mut trace = Trace::new();
    for step in 0..26 {
        trace.turn(|t| {
            t.edit("src/lib.rs", &format!("t{step}"));
            let output = format!(
                "thread 'adds' ({}) panicked at src/lib.rs:3:5:\nleft: 1\nright: 2\nsee /tmp/.tmpA{step}x/log",
                25081 + step
            );
            t.sh("cargo test 2>&1", 101, &output);
        });
    }
    found(&trace, 12, RepeatKind::Failure, "cargo test 2>&1");
}

#[test]
fn tried_by_turns_with_the_same_results() {
    let mut trace = Trace::new();
    for step in 0..16 {
        trace.turn(|t| {
            let mode = ["a", "b"][step % 2];
            let call = t.sh(&format!("echo {mode} > cfg; bench # {step}"), 0, &format!("42 with {mode}"));
            t.kept(mode, CheckpointCause::Step, Some(call));
        });
    }
    found(&trace, 9, RepeatKind::Undone, "");
}

#[test]
fn a_passing_test_run_for_ever() {
    let mut trace = Trace::new();
    for _ in 0..30 {
        trace.turn(|t| {
            drop(t.call("run_tests", ToolKind::Other, "", (CallStatus::Completed, None), "all pass"));
            t.tests(TestPurpose::Agent, &[("tests/t1.sh", true, "")]);
        });
    }
    found(&trace, 22, RepeatKind::Call, "");
}

#[test]
fn an_edit_undone_and_redone() {
    let mut trace = Trace::new();
    for _ in 0..5 {
        trace.turn(|t| t.edit("src/a.rs: one way", "one"));
        trace.turn(|t| drop(t.sh("cargo test", 101, "a ... FAILED")));
        trace.turn(|t| t.edit("src/a.rs: the other way", "other"));
        trace.turn(|t| drop(t.sh("cargo test", 101, "b ... FAILED")));
    }
    found(&trace, 10, RepeatKind::Undone, "");
}

#[test]
fn the_files_put_back_by_a_command() {
    let mut trace = Trace::new();
    for _ in 0..6 {
        trace.turn(|t| t.edit("src/a.rs", "tried"));
        trace.turn(|t| {
            let call = t.sh("cp src/a.rs.orig src/a.rs", 0, "");
            t.kept("at-start", CheckpointCause::Step, Some(call));
        });
    }
    found(&trace, 8, RepeatKind::Undone, "");
}

#[test]
fn a_call_that_a_guard_refuses_again_and_again() {
    let mut trace = Trace::new();
    for attempt in 0..9 {
        trace.turn(|t| {
            let call = CallId::from(format!("refused-{attempt}").as_str());
            t.tell(BlockStarted {
                index: 0,
                kind: BlockKind::ToolUse,
                tool: Some("bash".into()),
                call: Some(call.clone()),
            });
            t.tell(RulingMade {
                call: call.clone(),
                title: "git push --force".into(),
                ruling: Ruling::Deny,
                guard: "git".into(),
                reason: "no".into(),
            });
            t.tell(ToolFinished {
                call,
                status: CallStatus::Refused,
                output: Payload::inline("no"),
                exit_code: None,
                duration_ms: 0,
                lines: None,
                running: None,
            });
        });
    }
    found(&trace, 7, RepeatKind::Failure, "git push --force");
}

#[test]
fn a_look_aside_now_and_then_does_not_hide_it() {
    let mut trace = Trace::new();
    for turn in 0..24 {
        trace.turn(|t| match turn % 4 {
            3 => t.read(&format!("src/f{turn}.rs"), "x"),
            _ => drop(t.sh("cargo test", 101, "a ... FAILED")),
        });
    }
    found(&trace, 14, RepeatKind::Failure, "cargo test");
}

#[test]
fn notes_without_work_do_not_hide_it() {
    let mut trace = Trace::new();
    for turn in 0..9 {
        trace.turn(|t| {
            t.sh("cargo test", 101, "a ... FAILED");
            let note = t.call(
                "progress_note",
                ToolKind::Other,
                &format!("note {turn}"),
                (CallStatus::Completed, None),
                "Noted.",
            );
            t.kept(&format!("noted {turn}"), CheckpointCause::Step, Some(note));
        });
    }
    found(&trace, 7, RepeatKind::Failure, "cargo test");
}

#[test]
fn looking_for_ever_and_doing_nothing() {
    let mut trace = Trace::new();
    for turn in 0..70 {
        trace.turn(|t| drop(t.sh(&format!("echo {turn}"), 0, &turn.to_string())));
    }
    found(&trace, 60, RepeatKind::Dry, "");
    assert_eq!(trace.headway().repeats()[0].times, 70);
}

#[test]
fn a_test_that_is_broken_and_mended_in_turns_proves_itself_once() {
    let mut trace = Trace::new();
    for _ in 0..6 {
        trace.turn(|t| {
            t.edit("src/a.rs: mend", "mended");
            t.tests(TestPurpose::Evidence, &[("a", true, ""), ("b", false, "no")]);
        });
        trace.turn(|t| {
            t.edit("src/a.rs: break", "broken");
            t.tests(TestPurpose::Evidence, &[("a", false, "no"), ("b", true, "")]);
        });
    }
    found(&trace, 9, RepeatKind::Undone, "");
}

/// A line more in each turn, of a file that nobody asks for.
fn junk(answers: (i32, &str), turns: usize) -> Trace {
    let mut trace = Trace::new();
    for step in 0..turns {
        trace.turn(|t| t.sh_lines(&format!("echo junk {step} >> notes.sh; try"), answers, "notes.sh", 1));
    }
    trace
}

#[test]
fn a_line_of_junk_more_in_each_turn() {
    let trace = junk((0, ""), 70);
    found(&trace, 61, RepeatKind::Tweak, "");
    assert_eq!(trace.found_at(), Some(61), "a line now and then is none");
}

#[test]
fn a_line_of_junk_more_in_each_turn_and_the_same_answer() {
    found(&junk((0, "1 not ok"), 70), 61, RepeatKind::Tweak, "");
}

#[test]
fn a_line_of_junk_more_and_the_suite_that_fails_in_the_same_command() {
    let mut trace = Trace::new();
    trace.tests(TestPurpose::Smoke, &[("tests/t1.sh", false, ""), ("tests/t2.sh", true, "")]);
    for step in 0..45 {
        let command = format!("echo junk {step} >> add.sh; sh tests/t1.sh");
        trace.turn(|t| t.sh_lines(&command, (1, "not ok - adds: want 3 got 0"), "add.sh", 1));
    }
    found(&trace, 12, RepeatKind::Failure, "echo junk 0 >> add.sh; sh tests/t1.sh");
}

#[test]
fn junk_and_the_same_look_by_turns() {
    let mut trace = Trace::new();
    for step in 0..45 {
        trace.turn(|t| t.edit_lines("add.sh", 2));
        trace.turn(|t| drop(t.sh(&format!("cat run.sh # look {step}"), 0, "one\ntwo\nthree")));
    }
    found(&trace, 26, RepeatKind::Stale, "");
}

#[test]
fn the_same_file_looked_at_in_ever_new_words() {
    let mut trace = Trace::new();
    for step in 0..45 {
        trace.turn(|t| drop(t.sh(&format!("cat run.sh # look {step}"), 0, "one\ntwo\nthree")));
    }
    found(&trace, 16, RepeatKind::Stale, "");
}

#[test]
fn the_same_file_looked_at_in_ever_new_slices() {
    let file: Vec<String> = (0..30).map(|line| format!("line {line}")).collect();
    let mut trace = Trace::new();
    trace.turn(|t| drop(t.sh("cat run.sh", 0, &file.join("\n"))));
    for step in 0..45 {
        let slice = file.iter().skip(step).take(2).cloned().collect::<Vec<_>>().join("\n");
        trace.turn(|t| drop(t.sh(&format!("sed -n {step},{}p run.sh", step + 1), 0, &slice)));
    }
    found(&trace, 17, RepeatKind::Stale, "");
}
