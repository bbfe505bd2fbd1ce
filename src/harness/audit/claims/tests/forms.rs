//! The forms in which a note calls done what is not, each with innocent neighbours.

use super::*;

const THIRD: &str = "says that F003 is done";
const FOURTH: &str = "says that F004 is done";
const ALL: &str = "says that all 4 features are done";
const PROJECT: &str = "says that the project is done, the list 2/4";
const EVERYTHING: &str = "says that everything is done, the list 2/4";
const ONLY_FOURTH: &str = "says that only F004 is left, and F003 does not pass";
const THREE: &str = "says that 3 features are done, the list 2/4";

/// What was said, what is told of it, and what should have been.
type Wrong<'a> = Vec<(&'a str, Vec<String>, &'a [&'a str])>;

fn wrongly<'a>(notes: &[(&'a str, &'a [&'a str])]) -> Wrong<'a> {
    let judged = notes.iter().map(|(note, found)| (*note, against(note), *found));
    judged.filter(|(_, told, found)| told != found).collect()
}

fn wrongly_told<'a>(notes: &[&'a str]) -> Wrong<'a> {
    let innocent: Vec<(&str, &[&str])> = notes.iter().map(|note| (*note, [].as_slice())).collect();
    wrongly(&innocent)
}

#[test]
fn all_of_them_in_other_words() {
    let wrong = wrongly(&[
        ("All four features are implemented and working", &[ALL]),
        ("ALL FEATURES ARE IMPLEMENTED!", &[ALL]),
        ("**All features implemented and tested.**", &[ALL]),
        ("Everything on the list is finished", &[ALL]),
        ("Every item on the feature list is done.", &[ALL]),
        ("All 4 items of the list pass now", &[ALL]),
        ("The whole list is green.", &[ALL]),
        ("100% of features pass", &[ALL]),
        ("The features are all done.", &[ALL]),
        ("Features: all done", &[ALL]),
        ("All features: done", &[ALL]),
        ("All features (F001–F004) pass.", &[ALL]),
        ("All features (4/4) are green", &["says 4/4, the list 2/4", ALL]),
        ("I have completed all features.", &[ALL]),
        ("Successfully implemented all 4 features.", &[ALL]),
        ("Verified that all features work.", &[ALL]),
        ("Verified that all features are working.", &[ALL]),
        ("As of now, all features pass.", &[ALL]),
        ("I am happy to report that all features pass.", &[ALL]),
        ("The app is feature-complete.", &[PROJECT]),
        ("The remaining features are all done.", &[ALL]),
        ("all 4 features: done", &[ALL]),
        ("4 features pass, 0 fail", &[ALL]),
        ("No more features to implement.", &[ALL]),
        ("There's nothing left to implement.", &[EVERYTHING]),
        ("Good news: all features pass all of their tests.", &[ALL]),
        ("All features pass with no failures.", &[ALL]),
        ("Added the search, so all features pass.", &[ALL]),
        ("Added the search, and all features pass.", &[ALL]),
        ("All features have been completed successfully.", &[ALL]),
        ("No features are left.", &[ALL]),
        ("There are no failing features left.", &[ALL]),
        ("4/4 features", &["says 4/4, the list 2/4"]),
        ("4 of 4 pass", &["says 4/4, the list 2/4"]),
        ("Four of four features pass", &["says 4/4, the list 2/4"]),
        ("three of the four features are done", &["says 3/4, the list 2/4"]),
        ("Three features pass now.", &[THREE]),
        ("Completed 3 features.", &[THREE]),
        ("# Project complete!", &[PROJECT]),
        ("**Project status:** complete", &[PROJECT]),
        ("The project is fully implemented.", &[PROJECT]),
        ("Finished the whole app.", &[PROJECT]),
        ("Nothing left to do", &[EVERYTHING]),
        ("There is nothing left to do.", &[EVERYTHING]),
        ("All done!", &[EVERYTHING]),
        ("Everything is complete and verified.", &[EVERYTHING]),
        ("All requirements are implemented.", &[EVERYTHING]),
        ("All features are implemented except the search.", &[ONLY_FOURTH]),
        ("All but the search is done.", &[ONLY_FOURTH]),
        ("No features pass yet.", &["says that no feature passes, the list 2/4"]),
    ]);
    assert_eq!(wrong, Vec::new());
}

#[test]
fn what_only_sounds_like_all_of_them() {
    let wrong = wrongly_told(&[
        "All features of the parser are implemented and working",
        "All features will pass once the store is there.",
        "All features are not yet implemented.",
        "Not all features pass.",
        "Do all features pass?",
        "When all features pass, tag a release.",
        "Goal: all four features are implemented and working",
        "The spec says that all features are done by Friday.",
        "The reference project has 4/4 features done.",
        "In the reference project, 4/4 features pass.",
        "tests: 4 of 4 pass",
        "Ran tests/02.sh. 4 of 4 pass.",
        "Its checks hold, 4/4 pass",
        "F001: 4 of 4 pass",
        "4 of 4 steps of F001 pass",
        "Two features pass now.",
        "Three features need the store.",
        "Three features are left.",
        "Everything is done for F001.",
        "F001 is finished. All done.",
        "F001 passes. Nothing left to do there.",
        "F002 is done, nothing left to do. Next is F003.",
        "Nothing left to do in the parser.",
        "Nothing is left of the old parser.",
        "No features were changed.",
        "All tests are done.",
        "Everything that F001 asks for is done.",
        "Everything on the list of commands is done.",
        "The project is complete as soon as the search works.",
        "The project is set up.",
        "Finished the project skeleton.",
        "- [x] project",
        "~~All features pass.~~",
        "~~~\nall features pass\n~~~",
        "`all features pass` is what the runner prints.",
        "I would say all features pass when the review is over.",
        "All features are done? Far from it.",
        "All features pass, but the search is slow and fails on empty files.",
        "All done here.",
        "Nothing done.",
        "No features are left in this session.",
        "all four features: looked at",
        "4 features pass or fail by their tests",
        "No feature is left out.",
        "All tasks of F002 are done.",
        "The feature list is complete.",
        "All features are reviewed.",
    ]);
    assert_eq!(wrong, Vec::new());
}

#[test]
fn one_of_them_in_other_words() {
    let wrong = wrongly(&[
        ("F003: done, F004: todo", &[THIRD]),
        ("F004: todo, F003: done", &[THIRD]),
        ("F004 fails, F003 is done.", &[THIRD]),
        ("F001 ✅ F003 ✅ F004 ❌", &[THIRD]),
        ("✅ F001 ❌ F003 ✅ F002", &[]),
        ("✅ F001 ✅ F003 ❌ F004", &[THIRD]),
        ("F001 to F003 pass", &[THIRD]),
        ("F001–F003 pass", &[THIRD]),
        ("F001-F003: done", &[THIRD]),
        ("F001..F003 are green", &[THIRD]),
        ("F001 through F004 are implemented and working.", &[THIRD, FOURTH]),
        ("F002-4 are done", &[THIRD, FOURTH]),
        ("features 1-3 are green", &[THIRD]),
        ("Features 1, 2 and 3 are done.", &[THIRD]),
        ("features 1 to 3 pass", &[THIRD]),
        ("Feature 3 is done", &[THIRD]),
        ("F3 is done", &[THIRD]),
        ("f003 NOW WORKS", &[THIRD]),
        ("__F003__ is *done*", &[THIRD]),
        ("F003 is fully functional.", &[THIRD]),
        ("F003 ok", &[THIRD]),
        ("F003 status: done", &[THIRD]),
        ("Marked F003 as done.", &[THIRD]),
        ("F003 is marked as passing.", &[THIRD]),
        ("I verified that F003 passes.", &[THIRD]),
        ("Got F003 to pass.", &[THIRD]),
        ("F001/F003 done", &[THIRD]),
        ("F001 + F003 done", &[THIRD]),
        ("F003 \"Delete a note\" is done", &[THIRD]),
        ("I got F003 working.", &[THIRD]),
        ("Status (3/4): F001 done, F003 done, F004 failing", &[THIRD]),
        ("completed F002 and F003", &[THIRD]),
        ("In this session I finished F003.", &[THIRD]),
        ("[x] F001 [x] F003 [ ] F004", &[THIRD]),
        ("Added delete, F003 is done.", &[THIRD]),
        ("F003 passes all its tests.", &[THIRD]),
        ("- [x] F003 (done)", &[THIRD]),
        ("- [x] F003: deletes notes", &[THIRD]),
        ("| 3 | F003 | Delete a note | ✅ |", &[THIRD]),
        ("| F003 | done |", &[THIRD]),
        ("## Done\n\n- F001\n- F003\n", &[THIRD]),
        ("## Completed features (2)\n\nF001, F003\n\n## Next\n\n- F004\n", &[THIRD]),
        ("**Done:**\n\n* F003\n", &[THIRD]),
        ("Finished\n--------\n1. F001\n2. F003\n", &[THIRD]),
        ("## F003: done", &[THIRD]),
        ("only F004 is left", &[ONLY_FOURTH]),
        ("F004 is the last feature left.", &[ONLY_FOURTH]),
        ("The only remaining feature is F004.", &[ONLY_FOURTH]),
    ]);
    assert_eq!(wrong, Vec::new());
}

#[test]
fn what_only_sounds_like_one_of_them() {
    let wrong = wrongly_told(&[
        "F003: todo, F002: done",
        "F001 to F003 need the store",
        "F001 to F003 will pass",
        "F001-F002 pass",
        "features 1-2 are green",
        "features 1-3 are next",
        "Features 3 of 4 are half done",
        "F003 passed yesterday but regressed",
        "F003 passed in session 2. Then it broke.",
        "F003 was done before the rewrite.",
        "F003 will be done when the store is there",
        "F003 is implemented.",
        "Implemented F003, not tested yet.",
        "working on F003",
        "Working: F003",
        "F003 is ready for review.",
        "F003 is nearly functional",
        "F003 ok?",
        "Mark F003 as done only when its test passes.",
        "Make sure that F003 passes.",
        "To see that F003 works, run it.",
        "Verified that F003 does not pass.",
        "Planned for the next session, F003 is done then.",
        "If the store holds, F003 is done.",
        "F003 needs the store, and with it F004 is done",
        "F003 passes half of its tests.",
        "- [x] F003: confirm dialog",
        "- [x] F003 (first half)",
        "- [ ] F003: deletes notes",
        "| F003 | write its test | done |",
        "| F003 | Delete a note | not done |",
        "## Done\n- F001\n\n## Next\n- F003",
        "## Done\n- F001\n\nNext steps:\n- F003",
        "**Done:**\n- F001\n\n- F003 comes next",
        "## Done when\n- F003 passes",
        "## F003: to be done",
        "only F003 and F004 are left",
        "Only F002 done so far.",
        "After F003 is done, take F004.",
        "With F003 done the list would be complete.",
        "F003 work",
        "Text of the runner:\n\n    F003: done",
        "## Done\n- F001 (needed for F003)",
        "Only F004 is left for the afternoon; F003 waits.",
        "Only F004's test is left to write.",
        "F004 is the last feature.",
        "~~F003 is done~~ It broke again.",
        "❌ F003 ✅ F002",
        "⏳ F003 is done",
        "At 10:30 F003 was red.",
        "https://example.org/F003: done",
        "Their F003 is done, ours is not.",
        "Looked at F003 and F004: F001 and F002 pass.",
        "Checked F001-F004: F001 and F002 pass, F003 and F004 fail.",
        "Checked whether tests and F003 pass.",
        "Got F003 to pass its first test.",
        "Tried to get F003 to pass.",
        "F003: done, or so I thought",
        "F003 done = false",
        "F003 passes: false",
        "F003 \"is done\" in the sense of nobody",
        "- [x] F003: note",
        "Finished F002, F003 next",
        "Finished F002 (unblocks F003)",
        "Done: F001, F002 (F003 partially)",
        "F003 and F004 are not, F001 and F002 are done.",
    ]);
    assert_eq!(wrong, Vec::new());
}

#[test]
fn closing_words_that_call_the_whole_done() {
    let state = board(2, 4);
    let judged = |summary: &str| {
        let found = contradictions(summary, Said::Closing, &state, SessionNo(1));
        (!found.is_empty()).then_some(found)
    };
    for summary in [
        "All features complete",
        "the project is done",
        "All done!",
        "everything passes, all done",
        "F002 is done. All done.",
        "F002 passes, nothing left to do.",
        "4/4 features pass",
        "All features are complete and verified.",
        "Project complete",
        "I've implemented everything on the list. The app is finished.",
    ] {
        assert!(judged(summary).is_some(), "{summary}");
    }
    for summary in [
        "",
        "F002 done, F003 and F004 are left",
        "F002 is done.",
        "2/4 features pass",
        "Done with F002; next is F003.",
        "F002 is finished, everything is committed.",
        "Not everything is done: F003 and F004 are left.",
        "Session finished.",
        "over",
        "F003 is not done.",
        "All done for F002, F003 is next.",
    ] {
        assert_eq!(judged(summary), None, "{summary}");
    }
    let told = |state: &State| contradictions("All features complete", Said::Closing, state, SessionNo(1));
    assert_eq!((told(&board(4, 4)), told(&State::default())), (Vec::new(), Vec::new()));
}
