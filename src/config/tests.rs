//! Layers, sources, strictness, and the default file as the one list of settings.

use super::keys::KEYS;
use super::*;
use crate::protocol::Cost;
use std::fs;

fn document(path: &str, text: &str) -> Option<Document> {
    Some(Document {
        path: path.into(),
        text: text.to_owned(),
    })
}

fn user(text: &str) -> Result<Resolved, ConfigError> {
    Settings::load(Layers {
        user: document("/home/u/config.toml", text),
        ..Layers::default()
    })
}

#[test]
fn the_default_file_and_the_table_name_the_same_keys() {
    let docs = reference();
    let documented: Vec<_> = docs.iter().map(|doc| doc.key.as_str()).collect();
    let known: Vec<_> = KEYS.iter().map(|key| key.name).collect();
    assert_eq!(documented, known);
    for doc in &docs {
        assert!(
            doc.text.ends_with(['.', ';']) || doc.text.ends_with("\"."),
            "{} has no sentence: {}",
            doc.key,
            doc.text
        );
    }
}

#[test]
fn every_example_of_an_unset_key_is_valid() {
    let mut text = String::new();
    for line in DEFAULTS.lines() {
        let example = line
            .strip_prefix('#')
            .filter(|rest| !rest.is_empty() && !rest.starts_with(' '));
        text.push_str(example.unwrap_or(line));
        text.push('\n');
    }
    let all = user(&text).unwrap();
    assert_eq!(all.values.len(), KEYS.len());
    let settings = all.settings;
    assert_eq!(settings.limits.seconds, Some(28_800));
    assert_eq!(settings.limits.cost, Some(Cost(25_000_000_000)));
    assert_eq!(settings.author, Some(("Ada Lovelace".into(), "ada@example.org".into())));
}

#[test]
fn built_in_values_are_what_the_documentation_says() {
    let settings = Settings::default();
    assert_eq!(settings.model, "claude-sonnet-5-5");
    assert_eq!(settings.context_window, 1_000_000, "from the price table");
    assert!((settings.context_reset_at - 0.8).abs() < f64::EPSILON);
    assert_eq!((settings.idle_timeout_seconds, settings.first_byte_timeout_seconds), (90, 60));
    assert_eq!(settings.max_retries, None, "unlimited");
    assert_eq!(settings.stall_sessions, 3);
    assert_eq!(settings.limits, crate::protocol::event::Limits::default());
    assert_eq!(settings.ui.color, None);
    assert!(!settings.ui.mouse);
}

#[test]
fn later_layers_win_and_each_value_knows_its_source() {
    let layers = Layers {
        user: document(
            "/u.toml",
            "features_per_session = 2\nmax_tokens = 9000\n\n[verify]\ncommand = 'make'\n",
        ),
        project: document("/p/longhaul.toml", "[verify]\ncommand = 'npm test'\n"),
        overrides: Vec::new(),
    }
    .with("features_per_session", Origin::Variable("X"), Some("3".into()))
    .with(
        "features_per_session",
        Origin::Flag("--features-per-session"),
        Some("4".into()),
    )
    .with("limits.cost", Origin::Flag("--max-cost"), Some("$1.5".into()))
    .with("model", Origin::Flag("--model"), None);
    let resolved = Settings::load(layers).unwrap();
    assert_eq!(resolved.settings.features_per_session, 4);
    assert_eq!(resolved.settings.verify.command.as_deref(), Some("npm test"));
    assert_eq!(resolved.settings.limits.cost, Some(Cost(1_500_000_000)));
    let origin = |key| {
        resolved
            .values
            .iter()
            .find(|value| value.key == key)
            .map(|value| value.origin.to_string())
    };
    assert_eq!(origin("features_per_session").as_deref(), Some("--features-per-session"));
    assert_eq!(origin("verify.command").as_deref(), Some("/p/longhaul.toml:2"));
    assert_eq!(origin("max_tokens").as_deref(), Some("/u.toml:2"));
    assert_eq!(origin("model").as_deref(), Some("built in"));
    assert_eq!(origin("context_window").as_deref(), Some("known of the model"));
    assert_eq!(origin("author"), None);
}

#[test]
fn a_project_may_set_its_verification_and_nothing_else() {
    let text = "base_url = 'http://evil.example'\nkey_command = 'touch /tmp/x'\n[verify]\ntimeout_seconds = 5\n";
    let layers = Layers {
        project: document("/p/longhaul.toml", text),
        ..Layers::default()
    };
    let resolved = Settings::load(layers).unwrap();
    assert_eq!(resolved.settings.base_url, Settings::default().base_url);
    assert_eq!(resolved.settings.key_command, None);
    assert_eq!(resolved.settings.verify.timeout_seconds, 5);
    let ignored: Vec<_> = resolved
        .ignored
        .iter()
        .map(|value| (value.key, value.origin.to_string()))
        .collect();
    assert_eq!(
        ignored,
        [
            ("base_url", "/p/longhaul.toml:1".to_owned()),
            ("key_command", "/p/longhaul.toml:2".to_owned())
        ]
    );
}

#[test]
fn unknown_keys_name_the_line_and_the_nearest_key() {
    let error = user("model = 'x'\n[verify]\n\ncomand = 'y'\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/home/u/config.toml:4: unknown setting `verify.comand`; did you mean `verify.command`?"
    );
    let error = user("[nonsense]\nqqqqqqqq = 1\n").unwrap_err().to_string();
    assert!(error.contains(":2: unknown setting `nonsense.qqqqqqqq`; "), "{error}");
    // A project's file is as strict.
    let layers = Layers {
        project: document("/p/longhaul.toml", "modell = 'x'"),
        ..Layers::default()
    };
    assert!(matches!(Settings::load(layers), Err(ConfigError::UnknownKey { .. })));
}

#[test]
fn unfit_values_say_what_is_expected() {
    for (text, expected) in [
        (
            "features_per_session = 0",
            "`features_per_session` must be a whole number from 1 to 1000, not 0",
        ),
        ("thinking = 'yes'", "`thinking` must be true or false, not \"yes\""),
        (
            "context_reset_at = 80",
            "`context_reset_at` must be a share above 0 and up to 1, such as 0.8, not 80",
        ),
        (
            "durability = 'none'",
            "`durability` must be one of \"group\", \"full\", not \"none\"",
        ),
        ("model = ''", "`model` must be a non-empty text, not \"\""),
        (
            "base_url = 'api.example'",
            "`base_url` must be an address that begins with http:// or https://, not \"api.example\"",
        ),
        ("[limits]\ntime = 'soon'", "`limits.time` must be a time such as"),
        ("[verify]\ntests = ['a[']", "`verify.tests` must be a list of valid globs"),
        ("verify = 3", "unknown setting `verify`"),
    ] {
        let error = user(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn broken_toml_names_the_line() {
    let error = user("model = 'x'\nthinking = \n").unwrap_err().to_string();
    assert!(error.starts_with("/home/u/config.toml:2: not valid TOML: "), "{error}");
}

#[test]
fn a_missing_file_is_an_empty_layer_and_an_odd_one_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("none.toml");
    assert!(Layers::read(Some(&missing), None).unwrap().user.is_none());
    let error = Layers::read(None, Some(dir.path())).unwrap_err().to_string();
    assert!(error.contains("not a regular file"), "{error}");
    fs::write(&missing, b"\xff").unwrap();
    assert!(
        Layers::read(Some(&missing), None)
            .unwrap_err()
            .to_string()
            .contains("not UTF-8")
    );
    fs::write(&missing, "mouse = 1").unwrap();
    assert!(Layers::read(Some(&missing), None).unwrap().user.is_some());
}
