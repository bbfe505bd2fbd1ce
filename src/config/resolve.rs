//! Merging the layers into settings.
//!
//! Pure. Invariant: a later layer's value replaces an earlier one's whole; what the project's file may not
//! set is reported, never applied.

use super::document::{Entry, entries};
use super::keys::{self, KEYS};
use super::layers::{Document, Layers, Origin};
use super::pricing::Prices;
use super::settings::{Bash, Circling, Durability, Notify, NotifyBackend, Settings, UiSettings, Verify, WorktreeUse};
use super::{ConfigError, DEFAULTS};
use crate::protocol::event::Limits;
use crate::protocol::{Autonomy, Cost};
use std::collections::BTreeMap;
use toml::Value;

/// Context window of a model nobody knows.
const UNKNOWN_WINDOW: u64 = 200_000;

/// Settings and where each value came from.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The settings.
    pub settings: Settings,
    /// Every key that is set, in the order of the default file.
    pub values: Vec<Traced>,
    /// What the project's file says and nobody has vouched for: not applied.
    pub ignored: Vec<Traced>,
}

/// A value with its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// Dotted key.
    pub key: &'static str,
    /// The value as TOML.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

#[derive(Debug, Default)]
struct Merged(BTreeMap<&'static str, (Value, Origin)>);

impl Settings {
    /// Merges the layers over the built-in values.
    ///
    /// # Errors
    /// Fails on the first unknown key or unfit value, by layer and line.
    pub fn load(layers: Layers) -> Result<Resolved, ConfigError> {
        let mut merged = Merged::default();
        for entry in entries(&Document {
            path: "built-in settings".into(),
            text: DEFAULTS.to_owned(),
        })? {
            merged.set(&entry.key, entry.value, Origin::BuiltIn)?;
        }
        if let Some(document) = &layers.user {
            for Entry { key, value, line } in entries(document)? {
                merged.set(
                    &key,
                    value,
                    Origin::File {
                        path: document.path.clone(),
                        line,
                    },
                )?;
            }
        }
        let mut ignored = Vec::new();
        if let Some(document) = &layers.project {
            for Entry { key, value, line } in entries(document)? {
                let origin = Origin::File {
                    path: document.path.clone(),
                    line,
                };
                match keys::find(&key) {
                    Some(known) if !known.untrusted => ignored.push(Traced {
                        key: known.name,
                        value: value.to_string(),
                        origin,
                    }),
                    _ => merged.set(&key, value, origin)?,
                }
            }
        }
        for over in layers.overrides {
            let value = keys::find(over.key).map_or(Value::String(over.text.clone()), |key| key.kind.read_text(&over.text));
            merged.set(over.key, value, over.origin)?;
        }
        merged.fill_from_model(&Prices::builtin());
        Ok(Resolved {
            settings: merged.settings(),
            values: merged.traced(),
            ignored,
        })
    }
}

/// Returns the built-in settings. That the built-in file resolves is tested; the fallback is never reached.
pub(super) fn builtin() -> Settings {
    Settings::load(Layers::default()).map_or_else(|_| Merged::default().settings(), |resolved| resolved.settings)
}

impl Merged {
    fn set(&mut self, key: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        let Some(known) = keys::find(key) else {
            return Err(ConfigError::UnknownKey {
                origin,
                key: key.to_owned(),
                nearest: keys::like(key).map(str::to_owned),
            });
        };
        if !known.kind.accepts(&value) {
            let found = value.to_string();
            return Err(ConfigError::BadValue {
                origin,
                key: key.to_owned(),
                expected: known.kind.expected(),
                found,
            });
        }
        self.0.insert(known.name, (value, origin));
        Ok(())
    }

    /// Adds what is known of the model: its window if none is set, and a bound on its answers.
    fn fill_from_model(&mut self, prices: &Prices) {
        let model = self.text("model").unwrap_or_default();
        if !self.0.contains_key("context_window") {
            let (window, origin) = match prices.context_window(&model) {
                Some(window) => (window, Origin::Model),
                None => (UNKNOWN_WINDOW, Origin::BuiltIn),
            };
            self.0.insert(
                "context_window",
                (Value::Integer(i64::try_from(window).unwrap_or(i64::MAX)), origin),
            );
        }
        if let Some(most) = prices.max_output(&model)
            && self.whole::<u32>("max_tokens").is_none_or(|set| set > most)
        {
            self.0.insert("max_tokens", (Value::Integer(most.into()), Origin::Model));
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            feature_list: "feature_list.json".into(),
            model: self.text("model").unwrap_or_default(),
            base_url: self.text("base_url").unwrap_or_default().trim_end_matches('/').to_owned(),
            key_env: self.text("key_env").unwrap_or_default(),
            key_command: self.text("key_command"),
            max_tokens: self.whole("max_tokens").unwrap_or_default(),
            thinking: self.flag("thinking").unwrap_or_default(),
            context_window: self.whole("context_window").unwrap_or(UNKNOWN_WINDOW),
            context_reset_at: self.number("context_reset_at").unwrap_or_default(),
            idle_timeout_seconds: self.whole("idle_timeout_seconds").unwrap_or_default(),
            first_byte_timeout_seconds: self.whole("first_byte_timeout_seconds").unwrap_or_default(),
            max_retries: self.whole("max_retries"),
            features_per_session: self.whole("features_per_session").unwrap_or_default(),
            session_pause_ms: self.whole("session_pause_ms").unwrap_or_default(),
            stall_sessions: self.whole("stall_sessions").unwrap_or_default(),
            audit_holds: self.flag("audit_holds").unwrap_or_default(),
            question_timeout_seconds: self.whole("question_timeout_seconds").unwrap_or_default(),
            checkpoint_max_file_mb: self.whole("checkpoint_max_file_mb").unwrap_or_default(),
            checkpoint_keep_days: self.whole("checkpoint_keep_days").filter(|days| *days > 0),
            checkpoint_keep_sessions: self.whole("checkpoint_keep_sessions").unwrap_or_default(),
            author: self.text("author").as_deref().and_then(keys::author),
            durability: if self.text("durability").as_deref() == Some("full") {
                Durability::Full
            } else {
                Durability::Group
            },
            autonomy: self.text("autonomy").and_then(|word| Autonomy::of(&word)).unwrap_or_default(),
            worktree: self
                .text("worktree")
                .and_then(|word| WorktreeUse::by_word(&word))
                .unwrap_or_default(),
            commit_trailer: self.flag("commit_trailer").unwrap_or_default(),
            limits: Limits {
                sessions: self.whole("limits.sessions"),
                turns: self.whole("limits.turns"),
                tokens: self.whole("limits.tokens"),
                // A million tokens at this price per million: the amount itself.
                cost: self.number("limits.cost").map(|dollars| Cost::of_tokens(1_000_000, dollars)),
                seconds: self.text("limits.time").as_deref().and_then(keys::seconds),
            },
            circling: Circling {
                told: self.whole("circling.told").unwrap_or_default(),
                hand_off: self.whole("circling.hand_off").unwrap_or_default(),
                ask: self.whole("circling.ask").unwrap_or_default(),
            },
            verify: Verify {
                command: self.text("verify.command"),
                rerun: self.text("verify.rerun"),
                timeout_seconds: self.whole("verify.timeout_seconds").unwrap_or_default(),
                retries: self.whole("verify.retries").unwrap_or_default(),
                reports: self.texts("verify.reports"),
                check_seconds: self.whole("verify.check_seconds").unwrap_or_default(),
                bisect_seconds: self.whole("verify.bisect_seconds").unwrap_or_default(),
                tests: self.texts("verify.tests"),
                guarded: self.texts("verify.guarded"),
            },
            bash: Bash {
                timeout_seconds: self.whole("bash.timeout_seconds").unwrap_or_default(),
                output_head: self.whole("bash.output_head").unwrap_or_default(),
                output_tail: self.whole("bash.output_tail").unwrap_or_default(),
            },
            ui: UiSettings {
                ascii: self.flag("ui.ascii"),
                color: self.flag("ui.color"),
                mouse: self.flag("ui.mouse").unwrap_or_default(),
                title: self.flag("ui.title").unwrap_or_default(),
            },
            notify: Notify {
                backends: self
                    .texts("notify.backends")
                    .iter()
                    .filter_map(|word| NotifyBackend::by_word(word))
                    .collect(),
                command: self.texts("notify.command"),
                dwell_seconds: self.whole("notify.dwell_seconds").unwrap_or_default(),
                cool_down_seconds: self.whole("notify.cool_down_seconds").unwrap_or_default(),
            },
        }
    }

    fn traced(&self) -> Vec<Traced> {
        let trace = |name| {
            let (value, origin) = self.0.get(name)?;
            Some(Traced {
                key: name,
                value: value.to_string(),
                origin: origin.clone(),
            })
        };
        KEYS.iter().filter_map(|key| trace(key.name)).collect()
    }

    // Values were checked against their kinds when they were set, so `None` means "not set".

    fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|(value, _)| value)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.value(key)?.as_str().map(str::to_owned)
    }

    fn texts(&self, key: &str) -> Vec<String> {
        let items = self.value(key).and_then(Value::as_array);
        items.map_or_else(Vec::new, |items| {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.value(key)?.as_bool()
    }

    fn number(&self, key: &str) -> Option<f64> {
        keys::number(self.value(key)?)
    }

    fn whole<T: TryFrom<i64>>(&self, key: &str) -> Option<T> {
        T::try_from(self.value(key)?.as_integer()?).ok()
    }
}
