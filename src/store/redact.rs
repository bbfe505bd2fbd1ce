//! Strikes known secrets out of what is written.
//!
//! Knows only exact secrets (the provider's key), not patterns. Invariant: no text that passed through
//! contains a secret it was given, in plain form or as JSON writes it.
//!
//! What is not caught: a secret in another spelling (base64, reversed), or one that arrives in pieces, such as
//! two deltas of a stream.

use memchr::memmem;
use std::borrow::Cow;
use std::fmt;

/// What stands in a secret's place.
const MARK: &str = "[redacted]";

/// Secrets shorter than this would strike ordinary words.
const SHORTEST: usize = 8;

/// Replaces secrets. Does nothing by default.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// Takes the secrets; ones under eight characters are ignored.
    pub fn new<S: Into<String>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            let secret = secret.into();
            if secret.len() < SHORTEST {
                continue;
            }
            // A secret with quotes or backslashes stands otherwise in a JSON line.
            if let Ok(quoted) = serde_json::to_string(&secret) {
                let inner = &quoted[1..quoted.len() - 1];
                if inner != secret {
                    all.push(inner.to_owned());
                }
            }
            all.push(secret);
        }
        // Longest first, so that a secret that contains another goes whole.
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        all.dedup();
        Self { secrets: all }
    }

    /// Returns the text without secrets; borrowed if it had none.
    #[must_use]
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut clean = Cow::Borrowed(text);
        for secret in &self.secrets {
            if memmem::find(clean.as_bytes(), secret.as_bytes()).is_some() {
                clean = Cow::Owned(clean.replace(secret.as_str(), MARK));
            }
        }
        clean
    }

    /// Does the same for bytes of any encoding.
    #[must_use]
    pub fn clean_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut clean = Cow::Borrowed(bytes);
        for secret in &self.secrets {
            if memmem::find(&clean, secret.as_bytes()).is_none() {
                continue;
            }
            let (mut out, mut rest) = (Vec::with_capacity(clean.len()), 0);
            for at in memmem::find_iter(&clean, secret.as_bytes()) {
                out.extend_from_slice(&clean[rest..at]);
                out.extend_from_slice(MARK.as_bytes());
                rest = at + secret.len();
            }
            out.extend_from_slice(&clean[rest..]);
            clean = Cow::Owned(out);
        }
        clean
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let redactor = Redactor::new(["sk-ant-0123456789", "short", "with\"quote\\s"]);
        assert_eq!(redactor.clean("key=sk-ant-0123456789;"), "key=[redacted];");
        assert!(matches!(redactor.clean("a short text"), Cow::Borrowed("a short text")));
        let line = serde_json::to_string("x with\"quote\\s y").unwrap();
        assert_eq!(redactor.clean(&line), r#""x [redacted] y""#);
        assert_eq!(&*redactor.clean_bytes(b"\xffsk-ant-0123456789\xff"), b"\xff[redacted]\xff");
        assert!(!format!("{redactor:?}").contains("sk-ant"));
    }
}
