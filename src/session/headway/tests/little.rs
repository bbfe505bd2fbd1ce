//! Traces of sound work in little steps: a line at a time, the same short answer, nothing found.

use super::innocent::innocent;
use super::*;

#[test]
fn mending_a_word_line_by_line_is_movement() {
    let mut trace = Trace::new();
    for line in 0..12 {
        trace.turn(|t| t.edit_lines("README.md", 1));
        trace.turn(|t| drop(t.sh(&format!("grep -n teh README.md # {line}"), 0, &format!("{line}: teh"))));
        trace.turn(|t| drop(t.sh("make lint", 0, "no faults")));
    }
    innocent("a word", &trace);
    let mut trace = Trace::new();
    for _ in 0..12 {
        trace.turn(|t| t.edit_lines("README.md", 1));
    }
    innocent("a word, and nothing else", &trace);
}

#[test]
fn one_line_at_a_time_under_answers_that_change_is_movement() {
    let mut trace = Trace::new();
    for step in 0..60 {
        trace.turn(|t| {
            t.edit_lines("src/a.rs", 1);
            t.sh(&format!("cargo test # {step}"), 101, &format!("left: {step}, right: 60"));
        });
    }
    innocent("a value that is found step by step", &trace);
    let mut trace = Trace::new();
    for step in 0..40 {
        trace.turn(|t| t.edit_lines("src/a.rs", 2));
        trace.turn(|t| drop(t.sh("sh bench.sh", 0, &format!("{} requests", 900 + step))));
    }
    innocent("tuning", &trace);
}

#[test]
fn several_small_edits_in_one_turn_are_an_edit() {
    let mut trace = Trace::new();
    trace.turn(|t| t.edit_lines("src/a.rs", 40));
    for _ in 0..60 {
        trace.turn(|t| (0..3).for_each(|_| t.edit_lines("src/a.rs", 1)));
    }
    innocent("three lines a turn", &trace);
}

#[test]
fn searches_that_find_nothing_are_answers() {
    let mut trace = Trace::new();
    for word in 0..40 {
        trace.turn(|t| drop(t.sh(&format!("grep -rn word{word} src"), 1, "[exit code 1]")));
    }
    innocent("a search", &trace);
}

#[test]
fn one_program_asked_of_many_things_with_the_same_short_answer() {
    let mut converted = Trace::new();
    for item in 0..45 {
        converted.turn(|t| drop(t.sh(&format!("sh conv.sh d{item}"), 0, "ok")));
    }
    innocent("files converted one by one", &converted);
    let mut tried = Trace::new();
    for input in 0..40 {
        let answer = if input % 3 == 0 { "invalid" } else { "valid" };
        tried.turn(|t| drop(t.sh(&format!("python3 valid.py '{input}'"), 0, answer)));
    }
    innocent("edge cases tried", &tried);
}

#[test]
fn many_places_of_one_file_mended_a_line_at_a_time() {
    let mut trace = Trace::new();
    for _ in 0..55 {
        trace.turn(|t| t.edit_lines("messages.txt", 1));
    }
    innocent("a long file translated", &trace);
}

#[test]
fn findings_of_a_linter_mended_one_by_one() {
    let mut trace = Trace::new();
    for left in (0..40).rev() {
        let findings: Vec<String> = (0..left)
            .map(|line| format!("code.py:{line}: E225 missing whitespace"))
            .collect();
        trace.turn(|t| t.sh_lines("sh fix.sh; lint code.py", (1, &findings.join("\n")), "code.py", 1));
    }
    innocent("findings mended", &trace);
}
