//! Closing words and notes over a list of six features of which three pass: what contradicts it by leaving out, by shares and by
//! denying, and what only sounds like that.

use super::*;

const BUT_UNDO: &str = "says that only F006 is left, and F004 does not pass";
const ALL: &str = "says that all 6 features are done";
const EVERYTHING: &str = "says that everything is done, the list 3/6";
const SIX: &str = "says 6/6, the list 3/6";
const FIVE: &str = "says 5/6, the list 3/6";
const THIRD_OPEN: &str = "says that F003 does not pass, the list that it does";
const FIRST_OPEN: &str = "says that F001 does not pass, the list that it does";
const NONE: &str = "says that no feature passes, the list 3/6";

fn six() -> State {
    let mut state = State::default();
    let names = [
        "Add a note",
        "List notes",
        "Delete a note",
        "Search notes",
        "Export notes",
        "Undo the last change",
    ];
    let rows = names.iter().enumerate();
    state.features.rows = rows.map(|(n, name)| row(&format!("F{:03}", n + 1), name, n < 3)).collect();
    state
}

#[test]
fn what_leaves_out_too_little_or_denies_too_much_is_found() {
    let (state, mut wrong) = (six(), Vec::new());
    for (text, found) in [
        ("All features except undo are done.", BUT_UNDO),
        ("All features but undo are finished.", BUT_UNDO),
        ("All features (except undo) are done.", BUT_UNDO),
        ("All features pass, except for the undo, which is next.", BUT_UNDO),
        ("Everything but undo is done.", BUT_UNDO),
        ("All six features are built, save for undo.", BUT_UNDO),
        ("All features are done with the exception of undo.", BUT_UNDO),
        (
            "All features except export and undo are done.",
            "says that only F005, F006 is left, and F004 does not pass",
        ),
        ("Other than F006, everything passes.", BUT_UNDO),
        ("Other than undo, everything passes.", BUT_UNDO),
        ("Apart from F006 the list is green.", BUT_UNDO),
        ("Except for F006, all features are done.", BUT_UNDO),
        ("With the exception of F006, every feature passes.", BUT_UNDO),
        ("The remaining feature is F006.", BUT_UNDO),
        ("The feature F006 is the only one left.", BUT_UNDO),
        ("F006 is the remaining feature.", BUT_UNDO),
        ("What remains is F006.", BUT_UNDO),
        ("Two thirds of the features pass.", "says 2/3, the list 3/6"),
        ("Three quarters of the list are done.", "says 3/4, the list 3/6"),
        ("66% of the list is done.", "says 66%, the list 3/6"),
        ("80 % of all features are done now.", "says 80%, the list 3/6"),
        ("5/6 of the list is done.", FIVE),
        ("5 of 6 of the features pass.", FIVE),
        ("5/6 done.", FIVE),
        ("Success: 6 passing, 0 failing.", SIX),
        ("6 passing, 0 failing", SIX),
        ("5 passing, 1 failing", FIVE),
        ("The whole backlog is implemented.", ALL),
        ("The entire backlog is done.", ALL),
        ("No open items.", EVERYTHING),
        ("There are no open tasks left.", EVERYTHING),
        ("No open items on the list.", ALL),
        ("F003 is still failing.", THIRD_OPEN),
        ("F003 is not done yet.", THIRD_OPEN),
        ("F003: not done", THIRD_OPEN),
        ("F003 fails, F004 fails too.", THIRD_OPEN),
        ("F004 is open. F003 isn't finished.", THIRD_OPEN),
        ("F001 is broken and open.", FIRST_OPEN),
        ("Add a note does not work.", FIRST_OPEN),
        ("Nothing passes yet.", NONE),
        ("No feature passes yet.", NONE),
        ("Not a single feature passes.", NONE),
        ("None of the features is done yet.", NONE),
    ] {
        for said in [Said::Note, Said::Closing] {
            let told = contradictions(text, said, &state, SessionNo(1));
            wrong.extend((told != [found]).then_some((text, said, told)));
        }
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn what_leaves_out_and_denies_rightly_or_speaks_of_something_else_is_not() {
    let (state, mut wrong) = (six(), Vec::new());
    for text in [
        "All features except search, export and undo are done.",
        "All features except F004, export, and undo (F006) are done.",
        "All features are done, except for search, export and undo, which come next.",
        "All features except the last three are done.",
        "All features but one are described.",
        "All features except notes are done.",
        "All features except undo and the docs of search are done.",
        "All six features are described, save for undo.",
        "All features pass, but the search is slow and fails on empty files.",
        "Everything in the store but undo is done.",
        "All tests except undo pass.",
        "Everything except undo is committed.",
        "Other than F001 to F003, nothing passes.",
        "Other than F006, everything is as it was.",
        "Apart from F004 to F006 the list is green.",
        "Apart from F006 the list is untouched.",
        "Apart from F006 all tests are green.",
        "Apart from F001, two features pass.",
        "Three features pass, apart from F004.",
        "Except for F006, all features are described.",
        "Nothing but F001, F002 and F003 passes.",
        "The remaining features are F004, F005 and F006.",
        "The remaining feature of this week is F006.",
        "F006 is a remaining feature.",
        "F004 is remaining.",
        "The failing feature is F004.",
        "What remains of F006 is its test.",
        "What remains is the search of F004.",
        "Half of the features pass now; the other half is open.",
        "50% of the features pass.",
        "About two thirds of the features are written.",
        "Two thirds of the features need the store.",
        "Almost 66% of the list is done.",
        "66% of the features of the parser are done.",
        "66% of the work on F004 is done.",
        "Coverage of the list is 66%.",
        "Progress: 50 % of features",
        "3/6 done.",
        "3/6 of the list is done.",
        "1/6 done.",
        "5/6 of the steps of F004 are done.",
        "F004: 5/6 done.",
        "Moved the docs. 5/6 done.",
        "3 of 3 tests pass, 3 of 6 features.",
        "Tests: 6 passing, 0 failing.",
        "Ran run.sh. All tests: 6 passing, 0 failing.",
        "F004: 6 passing, 0 failing.",
        "Result: 3 passing, 3 to go.",
        "2 passing, 1 failing",
        "run.sh prints 6 passing, 0 failing",
        "The whole backlog is written down.",
        "The backlog is complete.",
        "No open questions.",
        "No open items in docs/d1.md.",
        "No open issues in the parser.",
        "No items were changed.",
        "F004 is still failing.",
        "F003 is not touched in this session.",
        "F003 is not done by halves.",
        "F003 was failing when I began.",
        "F003 is failing. Fixed it in store.sh.",
        "F003 is broken. Mended, it passes again.",
        "F001 was broken for a moment and is mended; it passes.",
        "F003 fails on an empty file.",
        "F003's test fails in the sandbox.",
        "F003 is open in the editor.",
        "Is F003 still failing?",
        "If F003 is failing, look at the store.",
        "When the store is gone, F003 fails.",
        "The old notes say F003 is still failing.",
        "\"F003 is still failing.\" was wrong.",
        "Goal: F003 is not failing.",
        "F003 is not failing.",
        "F003 is failing only without its store.",
        "Add a note does not take a title yet.",
        "Search notes does not work.",
        "I had to undo the last change to docs and that is done.",
        "Nothing passes yet of F004.",
        "F004 is begun. Nothing passes yet.",
        "## F004\n\nNothing passes yet.",
        "Wrote six tests. Nothing passes yet.",
        "Nothing passes the linter.",
        "Nothing done.",
        "No feature was finished in this session.",
        "No feature passes its slow tests.",
        "No feature except F001 to F003 passes.",
        "No feature passes without the store.",
    ] {
        for said in [Said::Note, Said::Closing] {
            let told = contradictions(text, said, &state, SessionNo(1));
            wrong.extend((!told.is_empty()).then_some((text, said, told)));
        }
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn a_summary_that_says_too_little_holds_no_end_up() {
    let state = six();
    let text = "F003 is still failing.";
    assert_eq!(overclaims(text, Said::Closing, &state, SessionNo(1)), Vec::<String>::new());
    let told = overclaims("F004 passes. F003 is failing.", Said::Closing, &state, SessionNo(1));
    assert_eq!(told, ["says that F004 is done"]);
}
