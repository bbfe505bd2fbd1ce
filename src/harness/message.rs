//! What a person writes as a commit's message, judged where it is written: later it would be the agent who is told.
//!
//! The rule itself is git's ([`crate::git::check_message`]). Invariant: what passes here is not refused at the commit.

use crate::git::{GitError, check_message};

/// Checks the characters of a message.
///
/// # Errors
/// What stands where, and the next step, for the person.
pub fn check(message: &str) -> Result<(), String> {
    check_message(message).map_err(|found| match found {
        GitError::MessageCharacter { code, line } => {
            format!("line {line} of the message holds U+{code:04X}, which does not show or which terminals obey; take it out")
        }
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_hidden_character_is_named_with_its_line() {
        check("Add é\n\n\tand 日本").unwrap();
        let told = check("Add\nfull\u{202e}stop").unwrap_err();
        assert!(told.starts_with("line 2 of the message holds U+202E"), "{told}");
    }
}
