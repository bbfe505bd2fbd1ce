//! What a commit message may not hold.
//!
//! The rule is the one for all typed text ([`crate::protocol::typed`]). Invariant: a message that passes shows in `git log` what it
//! says, on any terminal.

use crate::git::GitError;
use crate::protocol::typed;

/// Checks the characters of a commit message.
///
/// # Errors
/// [`GitError::MessageCharacter`] with the first character that may not stand there, and its line.
pub fn check_message(message: &str) -> Result<(), GitError> {
    match typed::hidden(message) {
        Some(typed::Hidden { code, line, .. }) => Err(GitError::MessageCharacter { code, line }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_character_and_line() {
        check_message("Add é\n\n\tand 日本").unwrap();
        let told = check_message("Fix\n\n\u{1b}[2J").unwrap_err().to_string();
        assert!(told.contains("U+001B") && told.contains("line 3"), "{told}");
    }
}
