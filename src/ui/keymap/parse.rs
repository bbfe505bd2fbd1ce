//! The user's key file: a preset and overrides by action name. Anything doubtful is refused, never guessed.

use super::{Action, Keymap, Preset, Sequence, table};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A key file as found: its path for messages, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserKeys {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// Why a key file was refused.
#[derive(Debug, thiserror::Error)]
pub enum KeymapError {
    /// Not TOML, or a table of another shape.
    #[error("{}: {source}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What the parser says, with line and column.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// No such action.
    #[error("{}: no action is called `{name}`{}; `?` in longhaul lists them all", path.display(), nearest(name))]
    UnknownAction {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A key that cannot be read.
    #[error("{}: action `{name}`: {source}", path.display())]
    BadKey {
        /// The file.
        path: PathBuf,
        /// The action.
        name: String,
        /// The key.
        #[source]
        source: super::binding::BadKey,
    },
    /// Two actions on one key.
    #[error("{}: `{keys}` would mean both `{first}` and `{second}`; give one of them another key", path.display())]
    Conflict {
        /// The file.
        path: PathBuf,
        /// The key or the common beginning.
        keys: String,
        /// One action.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    preset: PresetName,
    #[serde(default)]
    keys: BTreeMap<String, Keys>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum PresetName {
    #[default]
    Default,
    Vim,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Many(Vec<String>),
}

fn nearest(name: &str) -> String {
    let word = name.split('-').next().unwrap_or(name);
    table::TABLE
        .iter()
        .find(|entry| !word.is_empty() && (entry.name.contains(word) || word.contains(entry.name)))
        .map(|entry| format!(" (did you mean `{}`?)", entry.name))
        .unwrap_or_default()
}

impl Keymap {
    /// Reads a user's key file on top of the preset it names.
    ///
    /// # Errors
    /// Refuses unknown actions, unreadable keys and any two actions that would share a key in the same place.
    pub fn from_user(user: &UserKeys) -> Result<Self, KeymapError> {
        let path = || user.path.clone();
        let file: File = toml::from_str(&user.text).map_err(|source| KeymapError::Shape {
            path: path(),
            source: Box::new(source),
        })?;
        let mut keymap = Self::preset(match file.preset {
            PresetName::Default => Preset::Default,
            PresetName::Vim => Preset::Vim,
        });
        for (name, keys) in file.keys {
            let Some(action) = Action::by_name(&name) else {
                return Err(KeymapError::UnknownAction { path: path(), name });
            };
            let keys = match keys {
                Keys::One(key) => vec![key],
                Keys::Many(keys) => keys,
            };
            let sequences: Result<Vec<Sequence>, _> = keys.iter().map(|key| key.parse()).collect();
            match sequences {
                Ok(sequences) => keymap.rebind(action, sequences),
                Err(source) => {
                    return Err(KeymapError::BadKey {
                        path: path(),
                        name,
                        source,
                    });
                }
            }
        }
        if let Some((first, second, keys, _)) = keymap.conflict() {
            return Err(KeymapError::Conflict {
                path: path(),
                keys: keys.to_string(),
                first: first.entry().name,
                second: second.entry().name,
            });
        }
        Ok(keymap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::keymap::{Resolution, Situation};

    fn read(text: &str) -> Result<Keymap, KeymapError> {
        Keymap::from_user(&UserKeys {
            path: "keymap.toml".into(),
            text: text.into(),
        })
    }

    #[test]
    fn overrides_replace_the_keys_of_an_action() {
        let keymap = read("preset = \"vim\"\n[keys]\nsessions = \"C-s\"\nhelp = [\"F1\"]\n").unwrap();
        let typed = ["C-s".parse().unwrap()];
        assert_eq!(
            keymap.resolve(&typed, Situation::MainList),
            Resolution::Action(Action::Sessions)
        );
        let typed = ["s".parse().unwrap()];
        assert_eq!(keymap.resolve(&typed, Situation::MainList), Resolution::Unbound);
        assert_eq!(keymap.key_text(Action::Help), "F1");
    }

    #[test]
    fn refusals_name_the_file_and_the_way_out() {
        let message = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(
            message("[keys]\nsessions = \"j\"\n"),
            "keymap.toml: `j` would mean both `down` and `sessions`; give one of them another key"
        );
        assert!(message("[keys]\ntop = \"g\"\nbottom=\"g g\"\n").contains("`g` would mean both"));
        assert!(message("[keys]\nsession = \"x\"\n").contains("did you mean `sessions`"));
        assert!(message("[keys]\nhelp = \"Entr\"\n").contains("`Entr` is not a key"));
        assert!(message("[keys\n").starts_with("keymap.toml: "));
        assert!(message("presets = \"vim\"\n").contains("unknown field"));
    }

    #[test]
    fn the_shipped_key_file_says_what_is_built_in() {
        let shipped = include_str!("../../../assets/keymap.default.toml");
        assert_eq!(read(shipped).unwrap().conflict(), None);
        let uncommented: String = shipped
            .lines()
            .map(|line| format!("{}\n", line.trim_start_matches("#: ")))
            .collect();
        let keymap = read(&uncommented).unwrap();
        for entry in table::TABLE {
            let keys: Vec<_> = keymap.keys(entry.action).cloned().collect();
            let built_in: Vec<_> = Keymap::preset(Preset::Default).keys(entry.action).cloned().collect();
            assert_eq!(keys, built_in, "{}", entry.name);
        }
    }
}
