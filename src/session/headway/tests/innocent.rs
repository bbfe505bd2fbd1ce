//! Traces of sound work: none may ever be told that it goes round.

use super::*;

pub(super) fn innocent(name: &str, trace: &Trace) {
    assert!(
        trace.most() < TOLD,
        "{name}: {:?} by {:?}",
        trace.rounds,
        trace.headway().repeats()
    );
}

#[test]
fn a_long_build_is_one_turn() {
    let mut trace = Trace::new();
    trace.turn(|t| t.edit("Cargo.toml", "t1"));
    trace.turn(|t| drop(t.sh("cargo build --release", 0, "Finished in 61m 2s")));
    trace.turn(|t| drop(t.sh("cargo test --release", 0, "all passed")));
    innocent("a long build", &trace);
    assert_eq!(trace.beats(), [Beat::Changed, Beat::Looked, Beat::Looked]);
}

#[test]
fn polling_a_log_that_grows_is_movement() {
    let mut trace = Trace::new();
    trace.turn(|t| drop(t.sh("make > build.log 2>&1 &", 0, "")));
    for step in 0..80 {
        trace.turn(|t| drop(t.sh("sleep 60; tail -n 1 build.log", 0, &format!("[{step}/80] CC file{step}.c"))));
    }
    innocent("a poll", &trace);
}

#[test]
fn polling_something_slow_that_moves_now_and_then_is_movement() {
    let mut trace = Trace::new();
    for step in 0..60 {
        trace.turn(|t| drop(t.sh("sleep 100; tail -n 1 build.log", 0, &format!("linking part {}", step / 4))));
    }
    innocent("a slow poll", &trace);
}

#[test]
fn a_poll_in_which_only_the_clock_goes_on_is_no_round() {
    let mut trace = Trace::new();
    for minute in 0..50 {
        trace.turn(|t| drop(t.sh("sleep 60; tail -n 1 build.log", 0, &format!("still linking ({minute}.5s)"))));
    }
    innocent("a clock", &trace);
}

#[test]
fn red_green_refactor_is_movement() {
    let mut trace = Trace::new();
    for step in 0..12 {
        let tree = |n: u32| format!("t{step}-{n}");
        let name = format!("case {step}");
        trace.turn(|t| t.edit("tests/a.sh", &tree(1)));
        trace.turn(|t| drop(t.sh("sh tests/run.sh", 1, &format!("not ok - {name}\n# want 1 got nothing"))));
        trace.turn(|t| t.edit("src/a.sh", &tree(2)));
        trace.turn(|t| drop(t.sh("sh tests/run.sh", 1, &format!("not ok - {name}\n# want 1 got 2"))));
        trace.turn(|t| t.edit("src/a.sh", &tree(3)));
        trace.turn(|t| drop(t.sh("sh tests/run.sh", 0, &format!("ok - {name}"))));
        trace.turn(|t| t.edit("src/a.sh", &tree(4)));
        trace.turn(|t| {
            t.tests(TestPurpose::Commit, &[(&name, true, "")]);
            t.commit(&tree(4));
        });
    }
    innocent("red, green, refactor", &trace);
}

#[test]
fn proving_that_a_test_can_fail_is_no_circle() {
    let mut trace = Trace::new();
    trace.turn(|t| t.edit("src/a.rs: mend", "mended"));
    for _ in 0..2 {
        trace.turn(|t| drop(t.sh("cargo test", 0, "ok")));
        trace.turn(|t| t.edit("src/a.rs: break again", "at-start"));
        trace.turn(|t| drop(t.sh("cargo test", 101, "a ... FAILED")));
        trace.turn(|t| t.edit("src/a.rs: mend", "mended"));
        trace.turn(|t| t.edit("src/a.rs: a comment", &format!("commented {}", t.calls)));
    }
    innocent("a mutation", &trace);
}

#[test]
fn reading_a_whole_code_base_is_movement() {
    let mut trace = Trace::new();
    for file in 0..55 {
        trace.turn(|t| {
            t.read(&format!("src/f{file}.rs"), &format!("the same licence text\nmod f{file};"));
            t.read("src/lib.rs", "mod all;");
        });
    }
    innocent("bulk reading", &trace);
}

#[test]
fn a_big_refactor_with_nothing_green_for_long_is_movement() {
    let mut trace = Trace::new();
    for step in 0..100 {
        trace.turn(|t| t.edit(&format!("src/f{step}.rs"), &format!("t{step}")));
        trace.turn(|t| {
            let output = format!("error: could not compile ({} errors) in 0.{step}s", 300 - step * 3);
            t.sh("cargo check", 101, &output);
            t.read("src/lib.rs", "mod all;");
        });
    }
    innocent("a big refactor", &trace);
}

#[test]
fn a_silent_check_that_says_no_is_no_failure_to_count() {
    let mut trace = Trace::new();
    for step in 0..30 {
        trace.turn(|t| t.edit("src/a.rs", &format!("t{step}")));
        trace.turn(|t| drop(t.sh("grep -rq old_name src", 1, "[exit code 1]")));
    }
    innocent("a silent check", &trace);
}

#[test]
fn measuring_by_turns_with_new_results_is_movement() {
    let mut trace = Trace::new();
    for step in 0..24 {
        trace.turn(|t| {
            let mode = ["a", "b"][step % 2];
            let call = t.sh(
                &format!("echo {mode} > cfg; bench # {step}"),
                0,
                &format!("{} requests", 9000 + step),
            );
            t.kept(mode, CheckpointCause::Step, Some(call));
        });
    }
    innocent("a measurement", &trace);
}

#[test]
fn measuring_by_turns_in_two_steps_is_movement() {
    let mut trace = Trace::new();
    for step in 0..24 {
        trace.turn(|t| t.edit("cfg", ["a", "b"][step % 2]));
        trace.turn(|t| drop(t.sh("bench", 0, &format!("{} requests", 9000 + step))));
    }
    innocent("a measurement in two steps", &trace);
}

#[test]
fn looking_whether_a_test_always_passes_is_no_circle() {
    let mut trace = Trace::new();
    trace.tests(TestPurpose::Smoke, &[("tests/t1.sh", false, ""), ("tests/t2.sh", true, "")]);
    trace.turn(|t| t.edit("add.sh", "mended"));
    for _ in 0..9 {
        trace.turn(|t| drop(t.sh("sh tests/t1.sh && echo passed", 0, "passed")));
    }
    for _ in 0..9 {
        trace.turn(|t| {
            drop(t.call(
                "run_tests",
                ToolKind::Other,
                "",
                (CallStatus::Completed, None),
                "2/2 tests pass",
            ));
            t.tests(TestPurpose::Agent, &[("tests/t1.sh", true, ""), ("tests/t2.sh", true, "")]);
        });
    }
    innocent("a test that may be flaky", &trace);
}

#[test]
fn tests_of_features_to_come_fail_in_each_look_and_mean_nothing() {
    let mut trace = Trace::new();
    for step in 0..30 {
        trace.turn(|t| {
            t.edit("src/a.rs", &format!("t{step}"));
            let own = format!("want 9 got {}", step / 4);
            t.tests(
                TestPurpose::Agent,
                &[("F1 adds", false, &own), ("F2 of one day", false, "not built yet")],
            );
        });
    }
    innocent("looks at red skeletons", &trace);
}

#[test]
fn tidying_up_after_the_flag_with_other_tests_red_is_movement() {
    let mut trace = Trace::new();
    let passing = Feature {
        id: "F1".into(),
        status: FeatureStatus::Passing,
        ..Feature::default()
    };
    trace.tell(FeatureListLoaded {
        path: "feature_list.json".into(),
        features: vec![passing],
        notices: Vec::new(),
    });
    for step in 0..20 {
        trace.turn(|t| {
            t.edit("src/a.rs", &format!("t{step}"));
            t.tests(TestPurpose::Agent, &[("F2 of one day", false, "not built yet")]);
        });
    }
    innocent("a refactoring", &trace);
}

#[test]
fn retries_after_provider_errors_are_nobodys_rounds() {
    let mut trace = Trace::new();
    for _ in 0..30 {
        trace.turn(|t| {
            t.tell(RequestRetried {
                attempt: 1,
                delay_ms: 5,
                error: "overloaded".into(),
                cause: RetryCause::Other,
                usage: Usage::default(),
                cost: None,
            });
            t.tell(TurnInterrupted {
                reason: "the connection was cut".into(),
                partial: Vec::new(),
                usage: Usage::default(),
                cost: None,
            });
        });
    }
    innocent("retries", &trace);
    assert!(trace.beats().iter().all(|beat| *beat == Beat::Idle));
}

#[test]
fn the_same_file_again_after_each_change_of_it_is_movement() {
    let mut trace = Trace::new();
    for step in 0..40 {
        trace.turn(|t| t.edit("src/a.rs", &format!("t{step}")));
        trace.turn(|t| t.read("src/a.rs", &format!("line {step}")));
        trace.turn(|t| drop(t.sh("cargo test", 101, &format!("assertion failed at line {step}"))));
    }
    innocent("edit, read, test", &trace);
}

#[test]
fn tests_of_features_to_come_fail_at_every_session_and_commit_and_mean_nothing() {
    let mut trace = Trace::new();
    let skeleton = ("F9 of one day", false, "not built yet");
    for step in 0..30 {
        let new = format!("case {step}");
        trace.turn(|t| t.edit("src/a.rs", &format!("t{step}")));
        trace.turn(|t| {
            t.tests(TestPurpose::Commit, &[skeleton, (&new, true, "")]);
            t.commit(&format!("t{step}"));
        });
        trace.tests(TestPurpose::Smoke, &[skeleton]);
    }
    innocent("skeletons", &trace);
}

#[test]
fn a_person_who_moves_things_resets_the_count() {
    let outside = || -> Event {
        ExternalChangeSeen {
            what: ExternalKind::Refs,
            paths: vec!["refs/heads/main".into()],
            detail: "rebased".into(),
        }
        .into()
    };
    let rolled_back = || -> Event {
        let told = r#"{"type":"rolled_back","kind":"rollback","undo":1,"title":"t","branch":"main","files":1,"set_aside":0}"#;
        serde_json::from_str(told).unwrap()
    };
    let said = || -> Event { MessageDelivered { message: MessageId(1) }.into() };
    for event in [outside(), rolled_back(), said()] {
        let mut trace = Trace::new();
        for _ in 0..5 {
            for _ in 0..5 {
                trace.turn(|t| drop(t.sh("cargo test", 101, "a ... FAILED")));
            }
            trace.tell(event.clone());
        }
        innocent(event.kind(), &trace);
    }
}

#[test]
fn waiting_for_a_server_that_comes_up_is_movement() {
    let mut trace = Trace::new();
    for step in 0..8 {
        trace.turn(|t| t.edit("src/server.rs", &format!("t{step}")));
        for _ in 0..3 {
            trace.turn(|t| drop(t.sh("curl -s localhost:3000/health", 7, &format!("refused, try {step}"))));
        }
        trace.turn(|t| drop(t.sh("curl -s localhost:3000/health", 0, "ok")));
    }
    innocent("a server", &trace);
}

#[test]
fn another_feature_begins_at_nothing() {
    let mut trace = Trace::new();
    for id in ["F2", "F1", "F2"] {
        for _ in 0..5 {
            trace.turn(|t| drop(t.sh("git status", 0, "clean")));
        }
        trace.tell(FeatureSelected {
            feature: id.into(),
            reason: String::new(),
        });
        assert_eq!(trace.headway().rounds(), 0, "{id}");
    }
    innocent("another feature", &trace);
}

#[test]
fn a_new_file_in_each_turn_is_movement() {
    let mut trace = Trace::new();
    for step in 0..40 {
        trace.turn(|t| t.edit_lines(&format!("src/f{step}.rs"), 1));
    }
    innocent("new files", &trace);
}

#[test]
fn a_refactoring_under_red_tests_is_movement() {
    let mut trace = Trace::new();
    for step in 0..60 {
        trace.turn(|t| t.edit_lines("src/a.rs", 3 + step % 4));
        trace.turn(|t| drop(t.sh("cargo check", 101, &format!("error: {} errors", 200 - step))));
    }
    innocent("a refactoring with few lines a turn", &trace);
}

#[test]
fn reading_a_long_file_in_pieces_is_movement() {
    let mut trace = Trace::new();
    for piece in 0..50 {
        let lines: Vec<String> = (0..100).map(|line| format!("let a{} = 1;\n}}", piece * 100 + line)).collect();
        let (from, to) = (piece * 100 + 1, piece * 100 + 100);
        trace.turn(|t| drop(t.sh(&format!("sed -n {from},{to}p src/long.rs"), 0, &lines.join("\n"))));
    }
    innocent("a long file", &trace);
}

#[test]
fn measuring_by_turns_whatever_the_figures_are_called() {
    let figures: [fn(u32) -> String; 3] = [
        |run| format!("took 12.{run} ms"),
        |run| format!("Requests per second: 8{run}.22"),
        |run| format!("accuracy 0.81{run}"),
    ];
    for figure in figures {
        let mut trace = Trace::new();
        for run in 10..50 {
            let mode = if run % 2 == 0 { "a" } else { "b" };
            trace.turn(|t| {
                let call = t.sh(&format!("echo mode={mode} > cfg; bench"), 0, &figure(run));
                t.kept(mode, CheckpointCause::Step, Some(call));
            });
        }
        innocent(&figure(0), &trace);
    }
}

#[test]
fn a_test_run_that_did_not_come_about_is_no_failure_of_a_test() {
    let mut trace = Trace::new();
    for step in 0..12 {
        trace.turn(|t| t.edit("src/a.rs", &format!("t{step}")));
        trace.turn(|t| {
            let told = "this runner takes no single tests: run all, or set `rerun` under [verify]";
            drop(t.call(
                "run_tests",
                ToolKind::Other,
                &format!("test {step}"),
                (CallStatus::Failed, None),
                told,
            ));
        });
    }
    innocent("refused test runs", &trace);
    let failures = trace.headway().repeats();
    assert!(
        failures.iter().all(|repeat| repeat.kind != RepeatKind::Failure),
        "{failures:?}"
    );
}
