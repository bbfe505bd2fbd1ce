//! Closing words and notes over a list of twelve features of which two pass: what they call done in one form or another, and what only
//! sounds like it.

use super::*;

const FOURTH: &str = "says that F004 is done";
const ALL: &str = "says that all 12 features are done";
const EVERYTHING: &str = "says that everything is done, the list 2/12";
const BUT_THIRD: &str = "says that only F003 is left, and F004 does not pass";
const ELEVEN: &str = "says that 11 features are done, the list 2/12";
const ONE_LEFT: &str = "says that 1 feature is left, the list 2/12";

fn judged(text: &str, said: Said) -> Vec<String> {
    let mut state = State::default();
    let feature = |n: usize| row(&format!("F{n:03}"), &format!("Feature number {n} prints {n}"), n <= 2);
    state.features.rows = (1..=12).map(feature).collect();
    contradictions(text, said, &state, SessionNo(1))
}

#[test]
fn what_contradicts_the_list_is_found_in_notes_and_closing_words_alike() {
    let mut wrong = Vec::new();
    for (text, found) in [
        ("- [x] F004 prints 4", FOURTH),
        ("- [x] F004: prints 4", FOURTH),
        ("- [x] F004 (prints 4)", FOURTH),
        ("* [X] F004 - print 4", FOURTH),
        ("- [x] **F004** parser", FOURTH),
        ("- [x] **F004:** the number, as asked", FOURTH),
        ("- [x] `F004` parser", FOURTH),
        ("- [x] F004: implemented", FOURTH),
        ("- [x] F004 is implemented", FOURTH),
        ("- [x] F004 has been implemented and tested", FOURTH),
        ("- [x] Feature number 4 prints 4", FOURTH),
        ("- [x] feature number four prints four.", FOURTH),
        ("## Done\n- Feature number 4 prints 4\n", FOURTH),
        ("Feature number 4 prints 4: done", FOURTH),
        ("Feature number 4 prints 4 is done.", FOURTH),
        ("F004 prints 4, passes.", FOURTH),
        ("F004 prints 4 and passes.", FOURTH),
        ("All features except F003 pass.", BUT_THIRD),
        ("All features pass except F003.", BUT_THIRD),
        ("All features pass except for F003, which fails on an empty line.", BUT_THIRD),
        ("All 12 features (apart from F003) are done.", BUT_THIRD),
        ("Every feature except F003 passes.", BUT_THIRD),
        ("Everything passes except F003.", BUT_THIRD),
        ("Everything but F003 is done.", BUT_THIRD),
        ("All but F003 are done.", BUT_THIRD),
        ("All features pass with the exception of F003.", BUT_THIRD),
        ("11 features pass, 1 remains.", ELEVEN),
        ("11 features pass, one is left.", ELEVEN),
        ("11 features pass; 1 fails.", ELEVEN),
        ("Only one feature is left.", ONE_LEFT),
        ("1 feature remains.", ONE_LEFT),
        ("1 of 12 features is left.", ONE_LEFT),
        ("One more feature to go.", ONE_LEFT),
        ("Features: complete", ALL),
        ("Project: COMPLETE", "says that the project is done, the list 2/12"),
        ("Remaining: 1 feature", ONE_LEFT),
        ("Remaining features: 1", ONE_LEFT),
        ("Left: 0 features", ALL),
        ("Features left: 0", ALL),
        ("Remaining: no features", ALL),
        ("0 features left", ALL),
        ("Remaining: none", EVERYTHING),
        ("Status: COMPLETE", EVERYTHING),
        ("**Status:** done", EVERYTHING),
        ("Overall status: completed!", EVERYTHING),
        ("The list is fully green.", ALL),
        ("The feature list is green now.", ALL),
        ("All 45 done", "says that all of 45 are done, the list 2/12"),
        ("- [x] All features are done", ALL),
    ] {
        for said in [Said::Note, Said::Closing] {
            let told = judged(text, said);
            wrong.extend((told != [found]).then_some((text, said, told)));
        }
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn what_agrees_with_the_list_or_tells_of_something_else_is_not() {
    let mut wrong = Vec::new();
    for text in [
        "- [ ] F004 prints 4",
        "- [ ] **F004** parser",
        "- [x] F002 prints 2",
        "- [x] **F002** printer",
        "- [x] F002 is implemented",
        "- [x] Feature number 2 prints 2",
        "- [ ] Feature number 4 prints 4",
        "- [x] parser for F004's flags",
        "- [x] **F004** tests written",
        "- [x] **F004** first half of the parser",
        "- [x] **F004** parser, not its flags",
        "- [x] **F004** needed by F005",
        "- [x] **F004** – researched",
        "- [x] **F004** flags parsed",
        "- [x] `F004` flags parsed",
        "- [x] F004: implemented its parser",
        "- [x] F004 was set back",
        "10 of 12 features are left.",
        "1 of 12 features is left in this session.",
        "One more feature to go through.",
        "Features: complete list in feature_list.json",
        "Features: complete them one by one",
        "Project: complete the parser",
        "Project: in progress",
        "With the exception of F003, nothing was changed.",
        "All features pass with the exception of the last ten.",
        "All but F003's test pass.",
        "Nothing but F003 was changed.",
        "- [x] F004 is planned",
        "- [x] F004 is half implemented",
        "- [x] prints a number",
        "- [x] number 4",
        "- [x] Feature number 4 prints 4 in the sandbox only",
        "## Next\n- Feature number 4 prints 4",
        "Feature number 4 prints 4",
        "Feature number 4 prints 4: its test is missing",
        "Feature number 4 prints 4: next",
        "Done: nothing of feature number 4 prints 4",
        "- [x] Feature number 4 prints 4: write its test",
        "Feature number 4 prints 4 once the parser is there.",
        "Feature number 4 prints 4 is next.",
        "F004 will print 4",
        "F004 prints 4",
        "F004 prints 4, not tested.",
        "F004 prints 5, its test fails.",
        "F004 should print 4, and passes then.",
        "F002 prints 2, passes.",
        "\"F004 prints 4, passes.\" is what the list asks for.",
        "> All features except F003 pass.",
        "No feature except F001 and F002 passes.",
        "All features except F003 to F012 pass.",
        "All features except the last ten pass.",
        "All features except F003 will pass.",
        "Not all features except F003 pass.",
        "All features except F003 pass their linter.",
        "All features except F003 pass, F004 fails too.",
        "All features except F003's friends pass.",
        "Do all features except F003 pass?",
        "Ran all tests. Everything passes except F003.",
        "Everything except F003 is committed.",
        "Everything but F003 is planned.",
        "All but F003 are still to be done.",
        "2 features pass, 10 remain.",
        "2 features pass, 10 are left.",
        "Two features pass; ten fail.",
        "10 features are left.",
        "Remaining: 10 features",
        "Remaining features: 10",
        "Left: 10",
        "Left: 1 step",
        "Remaining: 1",
        "1 feature left for this session",
        "One feature is left in the air",
        "One feature remains red whatever I do.",
        "No features left behind",
        "Left: the parser's flags",
        "Status: in progress",
        "Status: complete for F002",
        "Status: not complete",
        "F002: printed.\nStatus: complete",
        "Session status: complete",
        "The list is green up to F002.",
        "The list is not green.",
        "The list of commands is green.",
        "The list is complete.",
        "The list is fully written.",
        "The list will be green.",
        "All 45 tests done",
        "All 3 done",
        "Moved the files. All 45 done",
        "All 45 done tomorrow",
        "Plan: all features except F003 pass.",
        "Goal: 11 features pass, 1 remains.",
        "With the parser, 11 features would pass, 1 remains.",
    ] {
        for said in [Said::Note, Said::Closing] {
            let told = judged(text, said);
            wrong.extend((!told.is_empty()).then_some((text, said, told)));
        }
    }
    assert_eq!(wrong, Vec::new());
}
