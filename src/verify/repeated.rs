//! Checks whose output only repeats what lies in files of the project.
//!
//! Owns which texts of a check may do so, and the same check with other texts in their place: one that then holds, on files in which
//! the same was changed, repeats them. Does not own the files. Pure. Invariant: a text changes letter by letter, so that a place in a
//! file and an expectation change alike.

use crate::protocol::{Check, CheckRun};

/// Texts of a check that its output may have from files, and the check to try on files in which they are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    texts: Vec<String>,
    by: u8,
    /// The check that expects the changed texts.
    pub check: Check,
}

/// Returns what to look for in the files of a check that holds; `None` if nothing can be told so.
#[must_use]
pub fn repeated(run: &CheckRun) -> Option<Repeated> {
    let texts: Vec<String> = run
        .check
        .steps
        .iter()
        .flat_map(|step| {
            let own = step.expect.iter().filter(|text| !says_itself(&step.command, text));
            own.map(|text| text.trim().to_owned())
        })
        .collect();
    // A changed text that was printed all the time would say nothing.
    let by = (1..=8).find(|by| {
        run.check.steps.iter().zip(&run.steps).all(|(step, went)| {
            let mut changed = step.expect.iter().map(|text| turned(text, *by));
            changed.all(|changed| !went.output.text.contains(&changed))
        })
    })?;
    if texts.is_empty() || texts.iter().any(|text| turned(text, by) == *text) {
        return None;
    }
    let mut check = run.check.clone();
    for step in &mut check.steps {
        let (command, expect) = (&step.command, &mut step.expect);
        for text in expect.iter_mut().filter(|text| !says_itself(command, text)) {
            *text = turned(text, by);
        }
    }
    Some(Repeated { texts, by, check })
}

impl Repeated {
    /// Returns the texts that stand in a file.
    #[must_use]
    pub fn found(&self, held: &str) -> Vec<&str> {
        let texts = self.texts.iter().map(String::as_str);
        texts.filter(|text| places(held, text).next().is_some()).collect()
    }

    /// Returns all that must be found for the check to repeat files and nothing else.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// A file's text with each of them changed.
    #[must_use]
    pub fn change(&self, held: &str) -> String {
        let mut within = vec![false; held.len()];
        for text in &self.texts {
            for at in places(held, text) {
                within.iter_mut().skip(at).take(text.len()).for_each(|byte| *byte = true);
            }
        }
        let letter = |(at, c): (usize, char)| match within.get(at) {
            Some(true) => turn(c, self.by),
            _ => c,
        };
        held.char_indices().map(letter).collect()
    }
}

/// Whether the step itself says the text, as `echo done` does.
fn says_itself(command: &str, text: &str) -> bool {
    let mut words = command.split(|c: char| !c.is_alphanumeric());
    command.contains(text.trim()) && words.any(|word| matches!(word, "echo" | "printf"))
}

/// Where a text stands in another, not as a part of a longer word or number.
fn places<'a>(held: &'a str, text: &'a str) -> impl Iterator<Item = usize> + 'a {
    let of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    held.match_indices(text).map(|(at, _)| at).filter(move |at| {
        let (before, rest) = held.split_at(*at);
        let after = rest.strip_prefix(text).unwrap_or_default();
        let joined = |one: Option<char>, other: Option<char>| of_word(one) && of_word(other);
        !joined(before.chars().next_back(), text.chars().next()) && !joined(after.chars().next(), text.chars().next_back())
    })
}

fn turned(text: &str, by: u8) -> String {
    text.chars().map(|c| turn(c, by)).collect()
}

/// Another letter in the place of a letter, another digit in the place of a digit: what reads the file finds the same shape.
fn turn(c: char, by: u8) -> char {
    let within = |first: u8, many: u8| char::from(first + (c as u8 - first + by) % many);
    match c {
        'a'..='z' => within(b'a', 26),
        'A'..='Z' => within(b'A', 26),
        // No number may begin with a zero that it did not have.
        '0' => char::from(b'0' + by),
        '1'..='9' => within(b'1', 9),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CheckStep, Payload, StepRun, TestPurpose};

    fn ran(steps: &[(&str, &[&str], &str)]) -> CheckRun {
        let step = |(command, expect, _): &(&str, &[&str], &str)| CheckStep {
            command: (*command).to_owned(),
            expect: expect.iter().map(|text| (*text).to_owned()).collect(),
            exit: 0,
        };
        let went = |(_, _, printed): &(&str, &[&str], &str)| StepRun {
            exit_code: Some(0),
            timed_out: false,
            missing: Vec::new(),
            duration_ms: 1,
            output: Payload {
                text: (*printed).to_owned(),
                bytes: printed.len() as u64,
                blob: None,
            },
        };
        CheckRun {
            feature: "F1".into(),
            purpose: TestPurpose::Evidence,
            tree: None,
            check: Check {
                steps: steps.iter().map(step).collect(),
                files: Vec::new(),
            },
            steps: steps.iter().map(went).collect(),
            files: Vec::new(),
            amiss: Vec::new(),
            duration_ms: 1,
        }
    }

    #[test]
    fn a_file_and_what_is_expected_change_alike() {
        let looked = repeated(&ran(&[(
            "sh a.sh; echo done",
            &["10 Äpfel", "Zeit", "done"],
            "10 Äpfel Zeit done",
        )]))
        .unwrap();
        assert_eq!(looked.check.steps[0].expect, ["21 Äqgfm", "Afju", "done"]);
        assert_eq!(
            looked.change("{\"n\": \"10 Äpfel\", \"Zeit\": [110 Äpfel, Zeiten, Zeit_1]}"),
            "{\"n\": \"21 Äqgfm\", \"Afju\": [110 Äpfel, Zeiten, Zeit_1]}"
        );
        assert_eq!(
            (looked.found("10 Äpfel"), looked.found("310 Äpfel")),
            (vec!["10 Äpfel"], vec![])
        );
    }

    #[test]
    fn a_text_that_is_printed_anyway_is_not_looked_for_in_its_place() {
        let looked = repeated(&ran(&[("sh a.sh", &["4"], "4 of 56")])).unwrap();
        assert_eq!(looked.check.steps[0].expect, ["7"]);
        for (steps, why) in [
            (&[("echo 4 | tee x", &["4"] as &[&str], "4")][..], "the step says it"),
            (&[("sh a.sh", &["✓"], "✓")], "nothing in it can be changed"),
            (&[("sh a.sh", &["4"], "123456789")], "all is printed"),
        ] {
            assert_eq!(repeated(&ran(steps)), None, "{why}");
        }
    }
}
