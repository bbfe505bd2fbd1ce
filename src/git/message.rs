//! What a commit message may not hold: characters that a terminal obeys, or that hide what is read.
//!
//! Pure. Invariant: a message that passes shows in `git log` what it says, on any terminal.

use super::GitError;

/// Checks the characters of a commit message.
///
/// # Errors
/// [`GitError::MessageCharacter`] with the first character that may not stand there, and its line.
pub fn check_message(message: &str) -> Result<(), GitError> {
    for (index, line) in message.lines().enumerate() {
        if let Some(found) = line.chars().find(|c| is_hidden(*c)) {
            return Err(GitError::MessageCharacter {
                code: found.into(),
                line: index + 1,
            });
        }
    }
    Ok(())
}

/// Returns a text of others as it may stand in a message, on one line.
#[must_use]
pub fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    spaced.filter(|c| !is_hidden(*c)).collect::<String>().trim().to_owned()
}

/// Controls of C0 (but the tab) and C1, and what has no shape: marks of direction and of zero width, separators, tags.
fn is_hidden(c: char) -> bool {
    match u32::from(c) {
        0x09 => false,
        0x00ad | 0x061c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xe0000..=0xe007f => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_language_passes_with_tabs_and_both_line_ends() {
        for text in ["", "Add é, 日本 and 🎉\r\n\r\n\tindented\n", "עברית"] {
            check_message(text).unwrap();
        }
    }

    #[test]
    fn a_text_of_others_becomes_a_line_that_passes() {
        let line = one_line(" say\u{1b}[31m\nbye\u{202e}\t");
        assert_eq!(line, "say[31m bye");
        check_message(&line).unwrap();
    }

    #[test]
    fn what_a_terminal_obeys_or_nobody_sees_is_named_with_its_line() {
        for (text, code, line) in [
            ("Fix\n\n\u{1b}[2J", "U+001B", "line 3"),
            ("a\u{9b}31m", "U+009B", "line 1"),
            ("a\rb", "U+000D", "line 1"),
            ("a\u{7f}", "U+007F", "line 1"),
            ("one\ntwo \u{202e}owt", "U+202E", "line 2"),
            ("a\u{200b}b", "U+200B", "line 1"),
            ("\u{feff}a", "U+FEFF", "line 1"),
            ("a\u{e0041}", "U+E0041", "line 1"),
        ] {
            let told = check_message(text).unwrap_err().to_string();
            assert!(told.contains(code) && told.contains(line), "{told}");
        }
    }
}
