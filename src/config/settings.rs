//! The settings as the program uses them.
//!
//! Owns shapes only; where values come from is told by [`super::Resolved`].

use crate::protocol::Autonomy;
use crate::protocol::event::Limits;

/// Everything that can be set. Each field is a key of `assets/config.default.toml`, which describes it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct Settings {
    pub model: String,
    pub base_url: String,
    pub key_env: String,
    pub key_command: Option<String>,
    pub max_tokens: u32,
    pub thinking: bool,
    pub context_window: u64,
    pub context_reset_at: f64,
    pub idle_timeout_seconds: u64,
    pub first_byte_timeout_seconds: u64,
    pub max_retries: Option<u32>,
    pub features_per_session: u32,
    pub session_pause_ms: u64,
    pub stall_sessions: u32,
    pub checkpoint_max_file_mb: u64,
    /// Name and mail address.
    pub author: Option<(String, String)>,
    pub durability: Durability,
    pub autonomy: Autonomy,
    pub commit_trailer: bool,
    pub limits: Limits,
    pub verify: Verify,
    pub bash: Bash,
    pub ui: UiSettings,
}

/// How the project's tests are run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct Verify {
    pub command: Option<String>,
    pub timeout_seconds: u64,
    /// Valid globs, relative to the workspace.
    pub tests: Vec<String>,
}

/// Bounds of the agent's shell commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct Bash {
    pub timeout_seconds: u64,
    pub output_head: usize,
    pub output_tail: usize,
}

/// How the screen looks and behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct UiSettings {
    pub ascii: Option<bool>,
    pub color: Option<bool>,
    pub mouse: bool,
}

/// When the session log is on the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// Events of weight at once, the rest within 100 ms.
    #[default]
    Group,
    /// Also every tool call before it starts.
    Full,
}

impl Settings {
    /// Returns the built-in values of `assets/config.default.toml`.
    #[must_use]
    pub fn builtin() -> Self {
        super::resolve::builtin()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::builtin()
    }
}
