//! The API key, kept so that it cannot be printed.
//!
//! Owns reading it from the environment or from a key command's output; does not run that command.
//! Invariant: no `Debug`, error, log or URL of ours contains a key.

use super::ProviderError;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use std::fmt;

/// An API key, or none (loopback servers need none).
#[derive(Clone, Default)]
pub struct Key(Option<SecretString>);

impl Key {
    /// Returns the absence of a key.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Takes a key; spaces around it and one line break at its end are dropped.
    ///
    /// # Errors
    /// Fails if it is empty or cannot be a header value; the error does not contain it.
    pub fn new(key: &str) -> Result<Self, ProviderError> {
        Self::from("the given key", key)
    }

    /// Reads a key from an environment variable.
    ///
    /// # Errors
    /// Fails with [`ProviderError::NoKey`] if the variable is not set or empty, with [`ProviderError::BadKey`] if it holds no key.
    pub fn from_env(variable: &str) -> Result<Self, ProviderError> {
        let source = format!("the environment variable {variable}");
        match std::env::var(variable) {
            Ok(key) => Self::from(&source, &key),
            Err(std::env::VarError::NotPresent) => Err(ProviderError::no_key(format!("{source} is not set"))),
            Err(std::env::VarError::NotUnicode(_)) => Err(ProviderError::bad_key(format!("{source} is not text"))),
        }
    }

    /// Takes what a key command printed: one line, the key.
    ///
    /// # Errors
    /// Fails if it printed nothing, several lines, or something that cannot be a key.
    pub fn from_command_output(output: &[u8]) -> Result<Self, ProviderError> {
        let source = "the output of the key command";
        let text = std::str::from_utf8(output).map_err(|_| ProviderError::bad_key(format!("{source} is not text")))?;
        Self::from(source, text)
    }

    fn from(source: &str, key: &str) -> Result<Self, ProviderError> {
        // What `echo` and an editor leave behind is no part of a key; more than that means that something else is.
        let key = key.strip_suffix('\n').unwrap_or(key);
        let key = key.strip_suffix('\r').unwrap_or(key);
        if key.trim().is_empty() {
            return Err(ProviderError::no_key(format!("{source} is empty")));
        }
        if key.contains(['\n', '\r']) {
            return Err(ProviderError::bad_key(format!(
                "{source} holds a line break; it must be the key alone"
            )));
        }
        let key = key.trim();
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ProviderError::bad_key(format!("{source} holds characters that no key has")));
        }
        Ok(Self(Some(SecretString::from(key))))
    }

    /// Says whether there is a key.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Returns the key itself, for the redactor and for nothing else.
    #[must_use]
    pub fn expose(&self) -> Option<&str> {
        self.0.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Returns the header value, marked so that HTTP logs leave it out.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(self.expose()?).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes the key out of a text that came from elsewhere.
    pub(super) fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.expose() {
            Some(key) if text.contains(key) => Cow::Owned(text.replace(key, "[key]")),
            _ => Cow::Borrowed(text),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_set() { "Key(set)" } else { "Key(none)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let key = Key::new("sk-secret-1").unwrap();
        assert_eq!(format!("{key:?}"), "Key(set)");
        assert!(key.header().unwrap().is_sensitive());
        assert_eq!(key.scrub("invalid key sk-secret-1!"), "invalid key [key]!");
    }

    #[test]
    fn command_output_is_one_line() {
        for good in [&b" sk-1 \n"[..], b"sk-1\r\n", b"sk-1"] {
            assert_eq!(Key::from_command_output(good).unwrap().expose(), Some("sk-1"));
        }
        for broken in [&b"sk-1\nsk-2\n"[..], b"sk-1\n\n", b"\nsk-1", b"sk-1\rsk-2"] {
            let error = Key::from_command_output(broken).unwrap_err().to_string();
            assert!(error.contains("line break") && !error.contains("sk-"), "{error}");
        }
        for bad in [&b""[..], b"\n", b"a\nb\n", b"sk\x00", "schl\u{fc}ssel".as_bytes(), b"\xff"] {
            let error = Key::from_command_output(bad).unwrap_err();
            assert!(error.to_string().contains("key command"), "{error}");
        }
    }

    #[test]
    fn a_missing_variable_says_what_to_do() {
        let error = Key::from_env("LONGHAUL_TEST_NO_SUCH_KEY").unwrap_err().to_string();
        assert!(
            error.contains("LONGHAUL_TEST_NO_SUCH_KEY is not set") && error.contains("key_command"),
            "{error}"
        );
    }
}
