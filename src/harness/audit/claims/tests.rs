//! Notes that lie, and notes that do not.

mod forms;
mod long_list;
mod six;
mod twelve;

use super::*;
use crate::protocol::event::FlipBy;
use crate::protocol::{Feature, FeatureId, Seq};
use crate::session::state::{FeatureRow, Flip};
use jiff::Timestamp;

fn row(id: &str, description: &str, passes: bool) -> FeatureRow {
    FeatureRow {
        feature: Feature {
            id: FeatureId::from(id),
            description: description.into(),
            status: if passes {
                FeatureStatus::Passing
            } else {
                FeatureStatus::Failing
            },
            ..Feature::default()
        },
        ..FeatureRow::default()
    }
}

fn board(passing: usize, all: usize) -> State {
    let names = ["Add a note", "List the notes", "Delete a note", "Search in notes"];
    let mut state = State::default();
    state.features.rows = (0..all)
        .map(|n| row(&format!("F{:03}", n + 1), names[n], n < passing))
        .collect();
    state
}

/// What is held against a note where F001 and F002 of four features pass.
fn against(note: &str) -> Vec<String> {
    contradictions(note, Said::Note, &board(2, 4), SessionNo(1))
}

#[test]
fn a_lie_is_found_in_whatever_form() {
    let third = "says that F003 is done";
    let fourth = "says that F004 is done";
    let all = "says that all 4 features are done";
    let three = "says 3/4, the list 2/4";
    let mut wrong = Vec::new();
    for (note, found) in [
        ("Now 3/4 features pass.", vec![three]),
        ("3 of 4 features are done", vec![three]),
        ("3 out of 4 features are complete", vec![three]),
        ("Features passing: 3/4", vec![three]),
        ("Progress: 3/4 features pass, 1/4 features open", vec![three]),
        ("- F003 is done, tests pass", vec![third]),
        ("F001, F003 and F004 are done, no open issues", vec![third, fourth]),
        ("F003 is finished and verified.", vec![third]),
        ("F003 works", vec![third]),
        ("F002 works, F003 finished … 100%", vec![third]),
        ("F003 works now, and F004 passes as specified.", vec![third, fourth]),
        ("F003: done", vec![third]),
        ("F003 - complete", vec![third]),
        ("| F003 | Delete a note | done |", vec![third]),
        ("F003 ✅", vec![third]),
        ("✅ F003", vec![third]),
        ("- [x] F003", vec![third]),
        ("- [x] F003 Delete a note", vec![third]),
        ("* [X] F003: delete a note", vec![third]),
        ("F003 (Delete a note) is done.", vec![third]),
        ("F003 is implemented and works.", vec![third]),
        ("Finished F003.", vec![third]),
        ("I completed F003 and F004.", vec![third, fourth]),
        ("Done: F001, F002, F003", vec![third]),
        ("Completed features: F003, F004.", vec![third, fourth]),
        ("## Done\n- F001\n- F003\n", vec![third]),
        ("## Session 3: F003\nF003 passes.", vec![third]),
        ("Status: F003 is done and there are no failures.", vec![third]),
        ("F003 is done, nothing left to do. Next is F004.", vec![third]),
        ("F003 is done, F004 is next.", vec![third]),
        ("F003 is done, but F004 is not.", vec![third]),
        ("Feature F003 passes, without open issues", vec![third]),
        ("All features pass.", vec![all]),
        ("All four features are finished and verified.", vec![all]),
        ("Every feature passes now.", vec![all]),
        ("100% of the features are done", vec![all]),
        (
            "The project is complete.",
            vec!["says that the project is done, the list 2/4"],
        ),
        (
            "The whole app is 100% finished!",
            vec!["says that the project is done, the list 2/4"],
        ),
    ] {
        wrong.extend((against(note) != found).then(|| (note, against(note))));
    }
    assert_eq!(wrong, Vec::new());
    let report = "All three features are finished and verified. F002 works, F003 finished … 100%";
    assert_eq!(
        contradictions(report, Said::Note, &board(1, 3), SessionNo(1)),
        [
            "says that all 3 features are done",
            "says that F002 is done",
            "says that F003 is done"
        ]
    );
}

#[test]
fn what_may_mean_something_else_is_no_lie() {
    let mut wrong = Vec::new();
    for note in [
        "2/4 features pass",
        "tests 3/4 in 2 s",
        "1/4 features are left, the rest is done",
        "Goal: 3/4 features pass",
        "Next session should get 3/4 features to pass.",
        "Done with 2 of the 4 features; 1 of 4 features is half done",
        "F002 is done",
        "F003 is not done yet",
        "F003 isn't done.",
        "F003 passes once the parser is mended",
        "Next: F003; done with F002",
        "F0030 is done",
        "step 3 of 4 is done",
        "Mend cut() and F003 is done.",
        "When the store is there, F003 is done.",
        "Earlier session claimed F003 passes; it never did",
        "The notes said \"F003 is done\"; they were wrong.",
        "\"F003 is done\" was wrong.",
        "F003 is done but for the tests",
        "F003 is done, but its test fails.",
        "F003 is done (mostly)",
        "F003 is done in code. F003's flag stays, its test fails.",
        "F003 works in memory only.",
        "F003 works. But its test does not pass yet.",
        "F003 passes its first test.",
        "F003 passes 2 of its 3 tests.",
        "F003 was passing when I began.",
        "F003 is done?",
        "Is F003 done? No.",
        "Goal: F003 is done.",
        "Plan: all features pass by the end of the week.",
        "## Next steps\n- F003 is done\n- all features pass",
        "- [ ] F003 is done",
        "- [ ] F003",
        "- [x] F003: write its test",
        "- [x] F003 step 1",
        "Completed the skeleton of F003.",
        "Finished F003's parser.",
        "Done: parser of F003",
        "F003 is implemented, its test is red.",
        "All features of the parser are done.",
        "All features pass except F003 and F004.",
        "All features are done except for F003 and F004.",
        "All three features of this week are done.",
        "All feature tests pass locally in the sandbox",
        "The project is not complete.",
        "The app works.",
        "Everything works.",
        "All tests pass.",
        "2 passing, 1 failing",
        "```\nF003 passes\n```",
        "> F003 is done",
        "Verified F003 fails on an empty file.",
        "F003 done when the search answers within a second.",
    ] {
        wrong.extend((!against(note).is_empty()).then(|| (note, against(note))));
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn a_number_alone_is_a_feature_only_where_it_is_called_one() {
    let mut state = State::default();
    state.features.rows = vec![row("1", "adds", true), row("2", "takes away", false)];
    let told = |note| contradictions(note, Said::Note, &state, SessionNo(1));
    assert_eq!(told("2 passing, 1 pending"), Vec::<String>::new());
    assert_eq!(told("Feature 2 passes."), ["says that 2 is done"]);
    assert_eq!(told("#2 is done"), ["says that 2 is done"]);
    assert_eq!(told("Features 1-2 are done."), ["says that 2 is done"]);
    assert_eq!(told("Features 1 and 2 pass"), ["says that 2 is done"]);
    for note in [
        "1-2 done",
        "Took 1-2 hours, done.",
        "step 1 to 2 done",
        "Features 1 of 2 are done",
        "2 is done",
    ] {
        assert_eq!(told(note), Vec::<String>::new(), "{note}");
    }
    // A list without ids tells its features by their places.
    state.features.rows = vec![row("#1", "adds", true), row("#2", "takes away", false)];
    let told = |note| contradictions(note, Said::Note, &state, SessionNo(1));
    for note in [
        "#2 is done",
        "Feature 2 is done",
        "Features 1 and 2 are done",
        "feature #2 passes",
    ] {
        assert_eq!(told(note), ["says that #2 is done"], "{note}");
    }
    assert_eq!(told("2 is done, #1 is done"), Vec::<String>::new());
}

#[test]
fn words_that_name_features_are_no_range() {
    let mut state = State::default();
    let ids = ["login", "search", "ui-2", "ui-3", "api-1"];
    state.features.rows = ids.iter().map(|id| row(id, "", *id == "login")).collect();
    let told = |note| contradictions(note, Said::Note, &state, SessionNo(1));
    assert_eq!(told("login works"), Vec::<String>::new());
    assert_eq!(told("login-ui-3 is done"), Vec::<String>::new());
    assert_eq!(told("ui-2 is done"), ["says that ui-2 is done"]);
    assert_eq!(
        told("UI-2 to ui-3 are done"),
        ["says that ui-2 is done", "says that ui-3 is done"]
    );
    assert_eq!(told("ui-2 to api-1 is done"), Vec::<String>::new());
}

/// F001 and F002 of four features pass; the first session brought F002 to pass, and F003, which was set back in it.
fn flipped() -> State {
    let mut state = board(2, 4);
    let flip = |seq, to| Flip {
        time: Timestamp::UNIX_EPOCH,
        session: SessionNo(1),
        seq: Seq(seq),
        to,
        by: FlipBy::Harness,
        evidence: None,
        reason: String::new(),
        in_commit: false,
    };
    state.features.rows[1].flips = vec![flip(5, FeatureStatus::Passing)];
    state.features.rows[2].flips = vec![flip(6, FeatureStatus::Passing), flip(7, FeatureStatus::Failing)];
    state
}

#[test]
fn what_was_so_when_it_was_written_is_no_lie() {
    let state = flipped();
    let told = |note, session| contradictions(note, Said::Note, &state, SessionNo(session));
    for note in ["1/4 features pass", "3/4 features pass", "F003 is done"] {
        assert_eq!(told(note, 1), Vec::<String>::new(), "{note}");
        assert_eq!(told(note, 2).len(), 1, "{note}");
    }
}

#[test]
fn closing_words_are_held_against_the_state_at_the_end_whatever_the_session_flipped() {
    let state = flipped();
    let told = |words| contradictions(words, Said::Closing, &state, SessionNo(1));
    let (second, third) = (
        "says that F002 does not pass, the list that it does",
        "says that F003 is done",
    );
    for (words, found) in [
        ("F002 is still failing.", second),
        ("F002 does not pass yet.", second),
        ("F002: failing", second),
        ("F001 passes. F002 is still failing.", second),
        ("F002 is still failing. F001 is done and passes.", second),
        ("No feature passes yet.", "says that no feature passes, the list 2/4"),
        ("F003 is done.", third),
        ("Only F004 is left.", "says that only F004 is left, and F003 does not pass"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
    for words in [
        "F002 was failing at the start.",
        "F002 was still failing when I began; it passes now.",
        "F002 is still failing when I begin; now it passes.",
        "At the start: F002 is failing. Now it passes.",
        "F002 fails without the import. I added it.",
        "F002 failed in session 1.",
        "F002 does not work on Windows.",
        "Found that F002 fails, and mended it.",
        "F002 fails. Fixed by a guard in cut().",
        "F002 fails. Fixed it together with F001.",
        "F001 passes. F002 is failing. Both work now.",
        "F003 is still failing.",
        "F003 was done, and is broken again.",
        "F002 passes. 2/4 done; F003 and F004 are left.",
        "From 1/4 to 2/4 features.",
    ] {
        assert_eq!(told(words), Vec::<String>::new(), "{words}");
    }
}
