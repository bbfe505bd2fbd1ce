//! Finds the provider's key: a variable, else a command, else none for a server on this machine.
//!
//! Invariant: the key is in no message.

use super::failure::Failure;
use crate::config::Settings;
use crate::process::{self, EnvPolicy, Invocation};
use crate::provider::{Key, ProviderError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a key command may take: it may ask for a passphrase in a window of its own.
const PATIENCE: Duration = Duration::from_mins(1);

/// Finds the key for these settings. The key command is the user's own setting and gets the user's whole environment.
///
/// # Errors
/// Fails if there is none, or the command fails.
pub async fn find(settings: &Settings) -> Result<Key, Failure> {
    let missing = match Key::from_env(&settings.key_env) {
        Ok(key) => return Ok(key),
        Err(missing @ ProviderError::NoKey { .. }) => missing,
        // Somebody meant to give a key: going on without it would hide the mistake.
        Err(malformed) => return Err(malformed.into()),
    };
    let Some(command) = &settings.key_command else {
        return if is_loopback(&settings.base_url) {
            Ok(Key::none())
        } else {
            Err(missing.into())
        };
    };
    // What it says besides the key is not for us.
    let mut invocation = Invocation::shell(format!("{{ {command}\n}} 2>/dev/null"), "/")
        .timeout(PATIENCE)
        .daemons_stay();
    invocation.env = EnvPolicy::Exact(std::env::vars_os().collect());
    let finished = process::run(invocation, CancellationToken::new(), None).await?;
    if finished.exit_code != Some(0) {
        let how = match (finished.timed_out, finished.exit_code) {
            (true, _) => "did not end within a minute".to_owned(),
            (_, Some(code)) => format!("ended with exit code {code}"),
            (_, None) => "was killed".to_owned(),
        };
        return Err(ProviderError::NoKey {
            reason: format!("the key command {how}; try it in a shell"),
        }
        .into());
    }
    Ok(Key::from_command_output(&finished.output.whole)?)
}

/// Says whether a server is on this machine, where no key is needed.
fn is_loopback(base_url: &str) -> bool {
    let Some(rest) = base_url.strip_prefix("http://").or_else(|| base_url.strip_prefix("https://")) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base_url: &str, command: Option<&str>) -> Settings {
        Settings {
            base_url: base_url.into(),
            key_env: "LONGHAUL_TEST_NO_SUCH_KEY".into(),
            key_command: command.map(str::to_owned),
            ..Settings::builtin()
        }
    }

    #[test]
    fn only_this_machine_needs_no_key() {
        for url in [
            "http://127.0.0.1:80",
            "http://localhost/x",
            "http://[::1]:9",
            "https://127.9.9.9",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://127.0.0.1.example.com",
            "http://localhost@evil.example",
            "https://api.anthropic.com",
            "file:///",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_command_prints_the_key_and_its_chatter_is_ignored() {
        let key = find(&settings("https://x", Some("echo noise >&2; echo sk-test-1")))
            .await
            .unwrap();
        assert_eq!(key.expose(), Some("sk-test-1"));
    }

    #[tokio::test]
    async fn failures_say_what_to_try_and_end_in_the_keys_code() {
        for (command, said) in [
            (None, "LONGHAUL_TEST_NO_SUCH_KEY is not set"),
            (Some("exit 3"), "exit code 3"),
            (Some("true"), "is empty"),
        ] {
            match find(&settings("https://x", command)).await {
                Err(Failure::User { exit, message }) => {
                    assert_eq!(exit, crate::cli::exit::Exit::Key);
                    assert!(message.contains(said), "{message}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
