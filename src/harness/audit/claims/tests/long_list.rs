//! Notes and closing words over a long list, of which a third passes, and that name the feature in hand before they lie about others.

use super::*;

const FORTIETH: &str = "says that F040 is done";
const EVERYTHING: &str = "says that everything is done, the list 16/46";
const ALL: &str = "says that all 46 features are done";

/// Forty-six features, of which the first sixteen pass.
fn long() -> State {
    let mut state = State::default();
    let feature = |n: usize| row(&format!("F{n:03}"), &format!("Feature number {n} does its thing"), n <= 16);
    state.features.rows = (1..=46).map(feature).collect();
    state
}

fn judged(text: &str, said: Said) -> Vec<String> {
    contradictions(text, said, &long(), SessionNo(1))
}

#[test]
fn a_lie_below_what_is_true_of_the_feature_in_hand_is_found() {
    let mut wrong = Vec::new();
    for (lie, found) in [
        ("- [x] F040 number forty", FORTIETH),
        ("- [x] F040 number 40", FORTIETH),
        ("## Completed\n- F040 number forty\n", FORTIETH),
        ("## Done\n\n- F040", FORTIETH),
        ("F040 now passes its tests.", FORTIETH),
        ("F040 passes its own tests", FORTIETH),
        ("F040 works, TODO nothing", FORTIETH),
        ("F040 is done, open issues none", FORTIETH),
        ("Everything is done, nothing left to do.", EVERYTHING),
        ("Nothing left to do.", EVERYTHING),
        ("Remaining: none", EVERYTHING),
        ("Left to do: nothing", EVERYTHING),
        ("Remaining work: none.", EVERYTHING),
        ("Remaining features: none", ALL),
        ("## Remaining\n\nNone.", EVERYTHING),
        ("All 46 done", ALL),
        ("All 46 are finished.", ALL),
        ("All 45 done", "says that 45 features are done, the list 16/46"),
        ("All 45 features pass now.", "says that 45 features are done, the list 16/46"),
        ("Features passing: 44 of 45", "says 44/45, the list 16/46"),
        ("44 of 45 features are done", "says 44/45, the list 16/46"),
    ] {
        for note in [format!("F001 prints its number.\n\n{lie}"), lie.to_owned()] {
            let told = judged(&note, Said::Note);
            wrong.extend((told != [found]).then_some((note, told)));
        }
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn what_is_said_of_the_feature_in_hand_or_of_something_else_is_none() {
    let mut wrong = Vec::new();
    for note in [
        "F001 prints its number. Everything is done, nothing left to do.",
        "F001 prints its number. Nothing left to do.",
        "## F001\n\nPrints its number.\n\nNothing left to do.",
        "**F001:**\n\nWritten and tested.\n\nRemaining: none",
        "F001: done. Remaining: none",
        "F001 prints its number.\n\nAll done.",
        "F001 prints its number.\n\nRemaining issues: none",
        "F001 prints its number.\n\nOpen questions: none",
        "F001 prints its number.\n\nKnown gaps: none",
        "Remaining: F040, F041",
        "Remaining: nearly all",
        "Remaining features: 30",
        "Left: none of the parser, all of the printer",
        "## Remaining\n- F040\n- F041",
        "Nothing left to do in the parser.",
        "All 45 steps done",
        "Moved the tests. All 45 done",
        "Moved three files.\n\nAll 3 done",
        "All 46 of the checks are done",
        "Features passing: 16 of 46",
        "Features passing: 12 of 14",
        "In the reference project, 44 of 45 features pass.",
        "- [x] F040 number of steps",
        "- [x] F040: write its test",
        "- [x] F040 thing one",
        "- [ ] F040 number forty",
        "## Next\n- F040 number forty",
        "F040 passes its first test.",
        "F040 passes some of its tests.",
        "F040 passes its tests once the lexer is there.",
        "F040 works, TODO nothing but the lexer",
        "Everything passes its tests in the sandbox: 12 of 46",
        "Refactored the parser, everything passes.",
        "Ran the tests. Everything passes.",
    ] {
        for said in [Said::Note, Said::Closing] {
            let told = judged(note, said);
            // What closing words call everything is what the session was there for.
            let is_whole = said == Said::Closing && told == [EVERYTHING];
            wrong.extend((!told.is_empty() && !is_whole).then_some((note, said, told)));
        }
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn closing_words_are_held_to_the_rule_of_notes() {
    let (tenth, third): (Vec<String>, Vec<String>) = (
        (20..=22).map(|n| format!("says that F{n:03} is done")).collect(),
        vec![FORTIETH.to_owned()],
    );
    for (summary, found) in [
        ("F020, F021 and F022 are finished.", tenth),
        ("F040 passes.", third.clone()),
        ("F040 works now", third.clone()),
        ("F040 done", third.clone()),
        ("F001 passes. F040 passes too.", third.clone()),
        ("F040 done as well", third.clone()),
        ("F040 passes and everything is green", third),
        ("everything passes", vec![EVERYTHING.to_owned()]),
        ("Everything is green now.", vec![EVERYTHING.to_owned()]),
        ("Nothing left to do", vec![EVERYTHING.to_owned()]),
        ("20/46 features pass", vec!["says 20/46, the list 16/46".to_owned()]),
    ] {
        assert_eq!(judged(summary, Said::Closing), found, "{summary}");
        assert_eq!(judged(summary, Said::Note), found, "{summary}");
    }
    for summary in [
        "F001 passes.",
        "F001 done; F040 is left.",
        "F001 passes and everything is green",
        "F040 is written, its test fails.",
        "F040 was refused; it does not pass yet.",
        "Worked on F040, not done.",
        "F040 could not be finished.",
        "F040 needs the lexer, which is done.",
        "All tests pass; F040 is left.",
        "Everything in F001 is done",
        "All 46 tests pass",
        "over",
        "16/46 features pass",
    ] {
        assert_eq!(judged(summary, Said::Closing), Vec::<String>::new(), "{summary}");
    }
}
