//! Names of tests that hold what differs from run to run: a time, or the values of a parameter that are made anew.
//!
//! Owns telling that two names mean one test. Invariant: words, short numbers, and every number of a file's name are a part of a name:
//! `adds[beta]` is no `adds[gamma]`, and the year 2024 is not 2025.

/// Digits from which on a number is taken for a time or the like.
const LONG: usize = 6;

/// Returns the part of a name that stays: without its long numbers.
#[must_use]
pub fn steady(name: &str) -> String {
    let is_file = |word: &str| word.contains('/') || word.ends_with(':');
    let words = name.split(' ').map(|word| {
        if is_file(word) {
            word.to_owned()
        } else {
            without_numbers(word)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn without_numbers(word: &str) -> String {
    let mut kept = String::new();
    let mut rest = word;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(from.len());
        let number = from[..end].trim_end_matches('.');
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        kept.push_str(before);
        kept.push_str(if digits >= LONG { "#" } else { number });
        rest = &from[number.len()..];
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_no_part_of_a_name() {
        for (one, other) in [
            (
                "tests/test_1.py: test_f1[1795345331.25]",
                "tests/test_1.py: test_f1[1795345399.5]",
            ),
            ("tests/t-1.sh 1795344938222352705", "tests/t-1.sh 1795344939"),
            ("a.js: took 0.314159 s", "a.js: took 12.52718 s"),
            ("at-1795344938.", "at-1795344939."),
        ] {
            assert_eq!(steady(one), steady(other));
        }
        for (one, other) in [
            ("tests/test_1.py: adds", "tests/test_2.py: adds"),
            ("test_20240101.py: x", "test_20250101.py: x"),
            ("tests/20240101/a.sh: x", "tests/20250101/a.sh: x"),
            ("test_f1", "test_f2"),
            ("adds 1 2", "adds 1 3"),
            ("adds[beta]", "adds[gamma]"),
            ("adds[40]", "adds[41]"),
            ("adds[2024]", "adds[2025]"),
            ("adds[1.5-0.25]", "adds[1.5-0.75]"),
        ] {
            assert_ne!(steady(one), steady(other));
        }
    }
}
