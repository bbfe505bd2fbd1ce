//! Reads a tool call's input also while it is still streaming in, when it is JSON cut anywhere.

/// Returns a top-level string field, as far as it has come.
pub(super) fn text(json: &str, name: &str) -> Option<String> {
    let mut rest = json.trim_start().strip_prefix('{')?;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r', ',']);
        let (key, after, _) = string(rest)?;
        rest = after.trim_start().strip_prefix(':')?.trim_start();
        if rest.starts_with('"') {
            let (value, after, _) = string(rest)?;
            if key == name {
                return Some(value);
            }
            rest = after;
        } else {
            rest = skip(rest)?;
        }
    }
}

/// Returns the first of several fields that is there.
pub(super) fn first(json: &str, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(json, name))
}

/// Reads a string, whole or cut: its value, what follows, and whether it is whole.
fn string(json: &str) -> Option<(String, &str, bool)> {
    let raw = json.strip_prefix('"')?;
    let mut escaped = false;
    let end = raw.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    let (body, after, whole) = match end {
        Some(end) => (&raw[..end], &raw[end + 1..], true),
        None => (raw, "", false),
    };
    // A cut may have gone through an escape (`\u00e`, half of a surrogate pair): give up to twelve characters back.
    let mut cut = body.len();
    for _ in 0..=12 {
        if let Some(value) = body
            .get(..cut)
            .and_then(|part| serde_json::from_str(&format!("\"{part}\"")).ok())
        {
            return Some((value, after, whole));
        }
        cut = body[..cut].char_indices().next_back()?.0;
    }
    None
}

/// Skips a number, a word, an array or an object; `None` if it is cut.
fn skip(json: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return json.get(at..),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_fields_wherever_the_text_is_cut() {
        let json = r#"{"a": [1, {"command": "no"}], "n": -1.5, "command": "say \"h\u00e9\"\n", "z": true}"#;
        assert_eq!(text(json, "command").as_deref(), Some("say \"hé\"\n"));
        assert_eq!(text(json, "z"), None);
        for cut in 0..json.len() {
            if let Some(part) = text(&json[..cut], "command") {
                assert!("say \"hé\"\n".starts_with(&part), "{cut}: {part:?}");
            }
        }
        assert_eq!(text(r#"{"command": "ls -"#, "command").as_deref(), Some("ls -"));
        assert_eq!(first(r#"{"path":"a"}"#, &["command", "path"]).as_deref(), Some("a"));
        assert_eq!(text("", "x"), None);
        assert_eq!(text("[1]", "x"), None);
    }
}
