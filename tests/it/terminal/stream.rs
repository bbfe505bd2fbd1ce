//! The screen by itself, over a made-up agent that streams.

use crate::term::{Place, Term};

fn streaming(place: &Place, env: &[(&str, &str)]) -> Term {
    let term = place.longhaul_with(&["debug", "stream", "--rate", "2000"], env, (120, 40));
    term.see("made-up feature 20");
    term
}

#[test]
fn keys_answer_while_events_stream() {
    let place = Place::new();
    let mut term = streaming(&place, &[]);
    term.keys("?");
    term.see("Enter does it");
    term.keys("q");
    term.see_no("Enter does it");
    term.keys("1");
    term.see("Enter open");
    term.keys("/20\r");
    term.see_no("made-up feature 19");
    term.keys("\x1b");
    term.see("made-up feature 19");
    term.keys("jjk++");
    term.see_no("2 Transcript");
    term.keys("__");
    term.see("2 Transcript");
    term.keys("2k");
    term.see(" new ");
    term.keys("/word 7\r");
    term.see("word 7");
    term.keys("G");
    term.see("follow");
    term.keys("q");
    assert!(term.ends_restored().status.success());
}

#[test]
fn any_size_is_drawn_and_the_screen_comes_back() {
    let place = Place::new();
    let mut term = streaming(&place, &[]);
    for (columns, rows) in [(60, 15), (30, 6), (1, 1), (2, 200), (300, 1), (200, 60), (39, 9), (80, 24)] {
        term.resize(columns, rows);
        if columns >= 60 && rows >= 15 {
            term.see("? help");
        } else {
            // Something is drawn for every size before the next one comes.
            term.wrote(term.raw().len() + 1);
        }
    }
    term.see("made-up feature 12");
    for step in 0..200_u16 {
        term.resize(1 + (step * 37) % 250, 1 + (step * 17) % 70);
    }
    term.resize(120, 40);
    term.see("made-up feature 20");
    term.see("? help");
    term.keys("q");
    assert!(term.ends_restored().status.success());
}

#[test]
fn pasted_text_does_nothing() {
    let place = Place::new();
    let mut term = streaming(&place, &[]);
    term.keys("\x1b[200~qqq1/\r\x1b[201~");
    term.see("pasted text was dropped");
    term.keys("q");
    assert!(term.ends_restored().status.success());
}

#[test]
fn a_panic_restores_the_terminal_before_it_is_told() {
    let place = Place::new();
    let mut term = streaming(&place, &[("LONGHAUL_DEBUG_PANIC", "1"), ("RUST_BACKTRACE", "0")]);
    term.keys("m");
    term.see("mouse");
    term.keys("\x1c");
    let ended = term.ends_restored();
    assert!(!ended.status.success());
    assert!(ended.screen.contains("asked for by LONGHAUL_DEBUG_PANIC"), "{}", ended.screen);
}

#[test]
fn signals_restore_the_terminal() {
    let place = Place::new();
    for signal in ["TERM", "HUP", "INT"] {
        let mut term = streaming(&place, &[]);
        term.keys("m");
        term.see("mouse");
        term.signal(signal);
        term.ends_restored();
    }
}

#[test]
fn a_closed_window_ends_the_program() {
    let place = Place::new();
    streaming(&place, &[]).close_window();
}

#[test]
fn without_colour_only_attributes_are_written() {
    let place = Place::new();
    let mut term = streaming(&place, &[("NO_COLOR", "1")]);
    term.keys("1?");
    term.see("Enter does it");
    term.keys("qq");
    let raw = String::from_utf8(term.ends_restored().raw).unwrap();
    for sequence in raw.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| ('@'..='~').contains(&c)).unwrap();
        if sequence[end..].starts_with('m') {
            let numbers = sequence[..end].split(';').map(|number| number.parse::<u32>().unwrap_or(0));
            for number in numbers {
                assert!(
                    matches!(number, 0..=29 | 39 | 49 | 59),
                    "a colour was set: {:?}",
                    &sequence[..=end]
                );
            }
        }
    }
}

#[test]
fn a_key_typed_while_the_window_is_dragged_is_not_lost() {
    let place = Place::new();
    let mut term = streaming(&place, &[]);
    for round in 0..100 {
        term.resize(110 + round % 5, 40);
        term.keys("2");
        term.see("Enter fold");
        term.resize(100 + round % 5, 40);
        term.keys("1");
        term.see("Enter open");
    }
    term.keys("q");
    term.ends_restored();
}

/// In a shell with job control, as a user has it.
#[test]
fn suspended_to_the_shell_and_back() {
    let place = Place::new();
    let mut term = place.start("sh", &["-i"], &[("PS1", "shell> "), ("ENV", "/dev/null")], (120, 40));
    term.see("shell>");
    term.keys(&format!("{} debug stream --rate 200\r", env!("CARGO_BIN_EXE_longhaul")));
    term.see("made-up feature 20");
    for round in 1..=2 {
        term.keys("m\x1a");
        term.see_alternate(false);
        // Until the shell has noticed, the terminal's input is still ours.
        term.until("the shell's prompt", |screen| {
            screen.matches("Stopped").count() == round && screen.trim_end().ends_with("shell>")
        });
        term.keys(&format!("echo line $(({round} + 20))\r"));
        term.see(&format!("line {}", round + 20));
        term.resize(100, 30);
        term.keys("fg\r");
        term.see_alternate(true);
        term.see("made-up feature 12");
        term.keys("1");
        term.see("Enter open");
        term.resize(120, 40);
        term.see("made-up feature 20");
        term.keys("2");
        term.see("Enter fold");
    }
    term.keys("q");
    term.see_alternate(false);
    term.until("the shell's prompt", |screen| screen.trim_end().ends_with("shell>"));
    term.keys("echo ended with $?\r");
    term.see("ended with 0");
    term.keys("exit\r");
    term.ends_restored();
}
