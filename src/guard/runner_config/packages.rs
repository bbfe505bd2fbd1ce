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
/// Keys of registries that only say where they are.
const FREE_OF_REGISTRIES: [&str; 4] = ["index", "default", "token", "protocol"];

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
        if is_something(&left) {
            fact(&mut all, format!("[{name}]"), Some(&left));
        }
    }
    all
}

fn leave_out(table: &mut Value, free: &[&str]) {
    if let Some(table) = table.as_object_mut() {
        table.retain(|key, _| !free.contains(&key.as_str()));
    }
}

fn is_something(table: &Value) -> bool {
    table.as_object().is_none_or(|table| !table.is_empty())
}
