//! The person's own editor: `$VISUAL`, else `$EDITOR`, else `vi`, on a copy of the text.
//!
//! Owns which program it is, its environment and the copy. Invariant: the provider's key is not in its environment, and the file itself
//! is not touched: what was written comes back as text, to be saved like any other edit.

use crate::config::Settings;
use crate::process;
use crate::ui::OutsideEditor;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;

/// Variables that hold keys whatever the settings say.
const KEYS: [&str; 2] = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"];

/// Makes the editor that the screen may open.
pub fn outside(settings: &Settings) -> OutsideEditor {
    let key = settings.key_env.clone();
    OutsideEditor::new(move |name, text| edit(&command(|name| env::var(name).ok()), &environment(&key), name, text))
}

fn command(variable: impl Fn(&str) -> Option<String>) -> String {
    let set = |name| variable(name).filter(|value| !value.trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned())
}

/// All of the person's own environment but the key: it is their program, with their settings.
fn environment(key: &str) -> BTreeMap<OsString, OsString> {
    env::vars_os()
        .filter(|(name, _)| name.to_str().is_none_or(|name| name != key && !KEYS.contains(&name)))
        .collect()
}

fn edit(command: &str, env: &BTreeMap<OsString, OsString>, name: &str, text: &str) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("the text cannot be handed to `{command}`: {error}");
    let dir = tempfile::Builder::new().prefix("longhaul-edit-").tempdir().map_err(failed)?;
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    let path = dir.path().join(plain);
    fs::write(&path, text).map_err(failed)?;
    match process::interactive(command, &path, env) {
        Ok(Some(0)) => fs::read_to_string(&path).map_err(failed),
        Ok(Some(code)) => Err(format!("`{command}` ended with exit code {code}; the text is as it was")),
        Ok(None) => Err(format!("`{command}` was killed; the text is as it was")),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_goes_before_editor_and_empty_ones_do_not_count() {
        let of = |pairs: &'static [(&str, &str)]| {
            command(move |name| {
                pairs
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[("VISUAL", "code --wait"), ("EDITOR", "nano")]), "code --wait");
        assert_eq!(of(&[("VISUAL", " "), ("EDITOR", "nano")]), "nano");
        assert_eq!(of(&[]), "vi");
    }

    #[test]
    fn the_editor_works_on_a_copy_and_its_failure_changes_nothing() {
        let env = environment("NONE");
        assert_eq!(
            edit("echo more >>", &env, "claude-progress.txt", "a\n"),
            Ok("a\nmore\n".into())
        );
        let failed = edit("false", &env, "git log", "a\n").unwrap_err();
        assert!(failed.contains("exit code 1"), "{failed}");
        assert!(environment("PATH").keys().all(|name| name != "PATH"));
    }
}
