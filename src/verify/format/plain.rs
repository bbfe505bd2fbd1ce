//! Output without its colours and cursor moves.
//!
//! Invariant: linear time, and no character outside an escape sequence is lost.

/// Decodes output and takes out terminal escape sequences (CSI, OSC, two-byte ones): runners that colour although nobody watches
/// are read all the same.
#[must_use]
pub fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if !text.contains('\u{1b}') {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        match chars.peek() {
            Some('[') => {
                chars.next();
                // Parameters and intermediates, then one final byte; a sequence that breaks off keeps what broke it.
                while chars.next_if(|c| ('\u{20}'..='\u{3f}').contains(c)).is_some() {}
                chars.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
            }
            Some(']') => {
                // A link or a title: up to BEL or ESC \, at the latest at the line's end.
                while chars.next_if(|c| !matches!(c, '\u{7}' | '\u{1b}' | '\n')).is_some() {}
                chars.next_if_eq(&'\u{7}');
            }
            Some('\u{20}'..='\u{7e}') => {
                while chars.next_if(|c| ('\u{20}'..='\u{2f}').contains(c)).is_some() {}
                chars.next_if(|c| ('\u{30}'..='\u{7e}').contains(c));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;
    use proptest::prelude::*;

    #[test]
    fn colours_links_and_titles_go_and_text_stays() {
        let text =
            "\u{1b}[1;32mok\u{1b}[0m 1 - \u{1b}]8;;http://x\u{1b}\\a\u{1b}]8;;\u{7}\n\u{1b}]0;title\nb\u{1b}(B\u{1b}[\u{1b}[2Kc";
        assert_eq!(plain(text.as_bytes()), "ok 1 - a\n\nbc");
    }

    proptest! {
        #[test]
        fn text_without_escapes_is_itself(text in "[^\u{1b}]{0,80}") {
            prop_assert_eq!(plain(text.as_bytes()), text);
        }
    }
}
