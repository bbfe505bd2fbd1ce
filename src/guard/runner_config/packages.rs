//! Settings of package managers that decide how a script, or a test, is run.
//!
//! Owns which settings these are, in the forms of npm, pnpm, yarn and Cargo. Invariant: registries, mirrors and all that only installs
//! are free; of Cargo's, whatever is not known to be so counts.

use super::{Facts, fact};
use serde_json::Value;

/// Tables of Cargo's settings that change neither what is built nor what is run
/// (<https://doc.rust-lang.org/cargo/reference/config.html>), and keys of `[build]` that do not.
const FREE_OF_CARGO: [&str; 6] = ["net", "term", "http", "cargo-new", "cache", "future-incompat-report"];
const FREE_OF_BUILD: [&str; 3] = ["jobs", "incremental", "dep-info-basedir"];
/// Tables of which each key is told by its name.
const BY_KEY: [&str; 3] = ["build", "env", "target"];
/// Keys of registries that only say where they are.
const FREE_OF_REGISTRIES: [&str; 4] = ["index", "default", "token", "protocol"];
/// What a fact is called that is an alias of Cargo's.
pub(super) const ALIAS: &str = "the alias ";
/// Names of which Cargo takes an alias for what was run under them so far: its own short forms, and programs beside it that run tests.
/// No alias takes the place of a command that is built in.
const REPLACED: [&str; 20] = [
    "b",
    "c",
    "d",
    "t",
    "r",
    "rm",
    "nextest",
    "llvm-cov",
    "tarpaulin",
    "hack",
    "careful",
    "miri",
    "mutants",
    "insta",
    "make",
    "kcov",
    "wasi",
    "cross",
    "ndk",
    "grcov",
];
/// Commands that run no tests, whatever comes behind them.
const RUNS_NO_TESTS: [&str; 12] = [
    "clippy", "doc", "fmt", "check", "build", "tree", "update", "add", "remove", "clean", "fetch", "metadata",
];

/// Settings, without case and marks: `script-shell` and `scriptShell` are one.
const DECIDES: [&str; 14] = [
    "scriptshell",
    "shell",
    "shellemulator",
    "scriptsprependnodepath",
    "nodeoptions",
    "nodeversion",
    "usenodeversion",
    "ignorescripts",
    "enableprepostscripts",
    "userconfig",
    "globalconfig",
    "yarnpath",
    "plugins",
    "injectenvironmentfiles",
];

/// Reads the settings that count, each with the lines that belong to it.
pub(super) fn settings(text: &str) -> Facts {
    let mut all = Facts::new();
    let mut within: Option<String> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t', '-']) {
            if let Some(lines) = within.as_ref().and_then(|setting| all.get_mut(setting)) {
                lines.push_str(line.trim());
                lines.push('\n');
            }
            continue;
        }
        let (name, value) = line.split_once(['=', ':', ' ']).unwrap_or((line, ""));
        let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let counts = !line.starts_with(['#', ';']) && DECIDES.contains(&plain.to_lowercase().as_str());
        within = counts.then(|| format!("the setting {}", name.trim().trim_matches('"')));
        if let Some(setting) = &within {
            all.insert(setting.clone(), format!("{}\n", value.trim()));
        }
    }
    all
}

/// Reads what counts of Cargo's settings, table by table.
pub(super) fn of_cargo(value: &Value) -> Facts {
    let mut all = Facts::new();
    for (name, table) in value.as_object().into_iter().flatten() {
        let mut left = table.clone();
        match name.as_str() {
            free if FREE_OF_CARGO.contains(&free) => continue,
            "build" => leave_out(&mut left, &FREE_OF_BUILD),
            "alias" if left.is_object() => {
                aliases(&left, &mut all);
                continue;
            }
            "registry" => leave_out(&mut left, &FREE_OF_REGISTRIES),
            "registries" => {
                if let Some(registries) = left.as_object_mut() {
                    registries
                        .values_mut()
                        .for_each(|registry| leave_out(registry, &FREE_OF_REGISTRIES));
                    registries.retain(|_, registry| is_something(registry));
                }
            }
            _ => {}
        }
        match left.as_object().filter(|_| BY_KEY.contains(&name.as_str())) {
            Some(keys) => keys.iter().for_each(|(key, value)| by_key(name, key, value, &mut all)),
            None if is_something(&left) => fact(&mut all, format!("[{name}]"), Some(&left)),
            None => {}
        }
    }
    all
}

/// A key of a table, by its own name; those of one target each by theirs.
fn by_key(table: &str, key: &str, value: &Value, all: &mut Facts) {
    match value.as_object().filter(|_| table == "target") {
        Some(keys) => {
            for (inner, value) in keys {
                fact(all, format!("{table}.{key}.{inner}"), Some(value));
            }
        }
        None => fact(all, format!("{table}.{key}"), Some(value)),
    }
}

/// The aliases that may run tests, each by its name.
fn aliases(table: &Value, all: &mut Facts) {
    for (name, stands_for) in table.as_object().into_iter().flatten() {
        let words = match stands_for {
            Value::Array(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            plain => plain.as_str().unwrap_or_default().to_owned(),
        };
        let runs_none = words
            .split_whitespace()
            .next()
            .is_some_and(|command| RUNS_NO_TESTS.contains(&command));
        if !runs_none || REPLACED.contains(&name.as_str()) {
            fact(all, format!("{ALIAS}{name}"), Some(stands_for));
        }
    }
}

/// Says whether a file of Cargo's settings has the alias that a fact is of, whatever that runs.
pub(super) fn names_alias(file: &[u8], fact: &str) -> bool {
    let settings = std::str::from_utf8(file).ok().and_then(super::toml_value);
    let name = fact.strip_prefix(ALIAS);
    settings
        .zip(name)
        .is_some_and(|(settings, name)| settings["alias"].get(name).is_some())
}

/// Says whether a fact that is new is an alias that takes the place of nothing: what runs the tests was agreed without it.
pub(super) fn is_new_word(fact: &str) -> bool {
    fact.strip_prefix(ALIAS).is_some_and(|name| !REPLACED.contains(&name))
}

fn leave_out(table: &mut Value, free: &[&str]) {
    if let Some(table) = table.as_object_mut() {
        table.retain(|key, _| !free.contains(&key.as_str()));
    }
}

fn is_something(table: &Value) -> bool {
    table.as_object().is_none_or(|table| !table.is_empty())
}
