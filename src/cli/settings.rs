//! Gathers the layers of settings: files by their usual places, variables, flags.
//!
//! Owns which variable and which flag sets which key; the rest is `config`'s.

use super::args::RunArgs;
use super::failure::Failure;
use crate::config::{Document, Layers, Origin, Resolved, Settings};
use crate::protocol::Autonomy;
use crate::ui::keymap::UserKeys;
use etcetera::BaseStrategy as _;
use std::env;
use std::path::{Path, PathBuf};

/// A project's own settings file.
pub const PROJECT_FILE: &str = "longhaul.toml";

/// Variables that set keys, weaker than flags.
const VARIABLES: [(&str, &str); 2] = [("model", "LONGHAUL_MODEL"), ("base_url", "ANTHROPIC_BASE_URL")];

/// Returns where the user's settings file is looked for.
#[must_use]
pub fn user_file() -> Option<PathBuf> {
    Some(user_dir()?.join("config.toml"))
}

/// Reads the user's key file for the full-screen view; `None` if there is none.
///
/// # Errors
/// Fails if it exists and cannot be read.
pub fn user_keys() -> Result<Option<UserKeys>, Failure> {
    let Some(path) = user_dir().map(|dir| dir.join("keymap.toml")) else {
        return Ok(None);
    };
    Ok(Document::read(&path)?.map(|Document { path, text }| UserKeys { path, text }))
}

fn user_dir() -> Option<PathBuf> {
    Some(etcetera::base_strategy::Xdg::new().ok()?.config_dir().join("longhaul"))
}

/// Loads the settings for a workspace, without flags.
///
/// # Errors
/// Fails if a file or a value is bad.
pub fn load(workspace: Option<&Path>) -> Result<Resolved, Failure> {
    Ok(Settings::load(layers(workspace)?)?)
}

/// Loads the settings for a run, flags included.
///
/// # Errors
/// Fails if a file or a value is bad.
pub fn load_for_run(workspace: &Path, args: &RunArgs) -> Result<Resolved, Failure> {
    let limits = &args.limits;
    let flags = [
        ("model", "--model", &args.model),
        ("base_url", "--base-url", &args.base_url),
        ("features_per_session", "--features-per-session", &args.features_per_session),
        ("autonomy", "--autonomy", &args.autonomy),
        ("limits.cost", "--max-cost", &limits.max_cost),
        ("limits.tokens", "--max-tokens", &limits.max_tokens),
        ("limits.sessions", "--max-sessions", &limits.max_sessions),
        ("limits.turns", "--max-turns", &limits.max_turns),
        ("limits.time", "--max-time", &limits.max_time),
    ];
    let layers = flags
        .into_iter()
        .fold(layers(Some(workspace))?, |layers, (key, flag, value)| {
            layers.with(key, Origin::Flag(flag), value.clone())
        });
    let mut resolved = Settings::load(layers)?;
    if args.output.is_unwatched() && args.autonomy.is_none() {
        resolved.settings.autonomy = unwatched(resolved.settings.autonomy);
    }
    Ok(resolved)
}

/// The level of a run that nobody watches: one that waits for nobody, unless the command line asks for it.
const fn unwatched(configured: Autonomy) -> Autonomy {
    match configured {
        Autonomy::Manual | Autonomy::Commits | Autonomy::Deferred => Autonomy::Deferred,
        Autonomy::Auto => Autonomy::Auto,
    }
}

fn layers(workspace: Option<&Path>) -> Result<Layers, Failure> {
    let project = workspace.map(|workspace| workspace.join(PROJECT_FILE));
    let mut layers = Layers::read(user_file().as_deref(), project.as_deref())?;
    for (key, variable) in VARIABLES {
        let value = env::var(variable).ok().filter(|value| !value.is_empty());
        layers = layers.with(key, Origin::Variable(variable), value);
    }
    Ok(layers)
}
