//! Names of tests that hold what differs from run to run: a time, a process number, the values of a parameter.
//!
//! Owns telling that two names mean one test. Invariant: a short number is part of a name, and so is every number of a file's name.

/// Digits from which on a number is taken for a time or the like.
const LONG: usize = 4;

/// Returns the part of a name that stays: without the id of parameters at its end (`[…]`), long numbers and numbers with a point.
#[must_use]
pub fn steady(name: &str) -> String {
    let name = match name.find('[') {
        Some(at) if at > 0 && name.ends_with(']') => &name[..at],
        _ => name,
    };
    let words = name.split(' ').map(|word| {
        if word.contains('/') || word.ends_with(':') {
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
        kept.push_str(before);
        kept.push_str(if number.len() >= LONG || number.contains('.') {
            "#"
        } else {
            number
        });
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
            ("a.js: took 0.31 s", "a.js: took 12.5 s"),
            ("pid-41234.", "pid-41235."),
        ] {
            assert_eq!(steady(one), steady(other));
        }
        for (one, other) in [
            ("tests/test_1.py: adds", "tests/test_2.py: adds"),
            ("test_2024.py: x", "test_2025.py: x"),
            ("tests/2024/a.sh: x", "tests/2025/a.sh: x"),
            ("test_f1", "test_f2"),
            ("adds 1 2", "adds 1 3"),
            ("[1] adds", "[2] adds"),
        ] {
            assert_ne!(steady(one), steady(other));
        }
    }
}
