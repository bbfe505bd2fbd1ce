//! The settings as the program uses them.
//!
//! Owns shapes only; where values come from is told by [`super::Resolved`].

use crate::protocol::Autonomy;
use crate::protocol::event::Limits;
use std::path::PathBuf;

/// Everything that can be set. Each field but the first is a key of `assets/config.default.toml`, which describes it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct Settings {
    /// The feature list, relative to the workspace. Not a key: every workspace has its own, which is found in it or named on the
    /// command line.
    pub feature_list: PathBuf,
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
    /// Whether findings of a session's audit hold the run before the next one.
    pub audit_holds: bool,
    pub question_timeout_seconds: u64,
    pub checkpoint_max_file_mb: u64,
    /// `None`: for ever.
    pub checkpoint_keep_days: Option<u32>,
    pub checkpoint_keep_sessions: u32,
    /// Name and mail address.
    pub author: Option<(String, String)>,
    pub durability: Durability,
    pub autonomy: Autonomy,
    pub worktree: WorktreeUse,
    pub commit_trailer: bool,
    pub limits: Limits,
    pub circling: Circling,
    pub verify: Verify,
    pub bash: Bash,
    pub ui: UiSettings,
    pub notify: Notify,
}

/// When work counts as going round; 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct Circling {
    pub told: u32,
    pub hand_off: u32,
    pub ask: u32,
}

/// How the project's tests are run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct Verify {
    pub command: Option<String>,
    /// With `{files}` or `{names}`.
    pub rerun: Option<String>,
    pub timeout_seconds: u64,
    pub retries: u32,
    /// Valid globs, relative to the workspace.
    pub reports: Vec<String>,
    pub check_seconds: u64,
    pub bisect_seconds: u64,
    /// Valid globs, relative to the workspace.
    pub tests: Vec<String>,
    /// Valid globs, relative to the workspace.
    pub guarded: Vec<String>,
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
    pub title: bool,
}

/// How a person who looks elsewhere is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "assets/config.default.toml documents every key by its name")]
pub struct Notify {
    pub backends: Vec<NotifyBackend>,
    /// A program and its arguments; empty for none.
    pub command: Vec<String>,
    pub dwell_seconds: u64,
    pub cool_down_seconds: u64,
}

/// A way of telling a person who looks elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotifyBackend {
    /// What this terminal understands.
    Auto,
    /// The terminal's OSC 9.
    Osc9,
    /// The terminal's OSC 99.
    Osc99,
    /// The terminal's OSC 777.
    Osc777,
    /// The terminal's bell.
    Bell,
    /// The desktop's `notify-send`.
    NotifySend,
    /// The program of `notify.command`.
    Command,
    /// None.
    Off,
}

impl NotifyBackend {
    /// Their words in the configuration, in the order of [`NotifyBackend::ALL`].
    pub const WORDS: [&'static str; 8] = ["auto", "osc9", "osc99", "osc777", "bell", "notify-send", "command", "off"];
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Auto,
        Self::Osc9,
        Self::Osc99,
        Self::Osc777,
        Self::Bell,
        Self::NotifySend,
        Self::Command,
        Self::Off,
    ];

    /// Returns its word in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        // The words stand in the order of the variants.
        Self::WORDS[self as usize]
    }

    /// Finds one by its word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|backend| backend.word() == word)
    }
}

/// Whether a project's first run makes a worktree of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorktreeUse {
    /// In a repository that has commits and was never worked on by us.
    #[default]
    Auto,
    /// Wherever there is a commit to begin at.
    Always,
    /// Only where the command line asks for it.
    Never,
}

impl WorktreeUse {
    /// Their words in the configuration.
    pub const WORDS: [&'static str; 3] = ["auto", "always", "never"];

    /// Finds one by its word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        let all = [Self::Auto, Self::Always, Self::Never];
        Self::WORDS.iter().position(|known| *known == word).map(|at| all[at])
    }
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
