//! The design, checked: the import table, where each crate may be used, how long a file may grow, names that say nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Layers, lowest first. A module imports its own layer's modules only where a pair stands in `WITHIN`.
const LAYERS: [&[&str]; 7] = [
    &["protocol"],
    &["session", "config"],
    &["store", "git", "process", "provider"],
    &["guard", "tool", "verify", "harness"],
    &["engine", "link"],
    &["ui"],
    &["cli", "telemetry"],
];

/// Imports within a layer that are wanted.
const WITHIN: [(&str, &str); 5] = [
    ("cli", "telemetry"),
    ("engine", "link"),
    ("git", "process"),
    ("guard", "harness"),
    ("harness", "verify"),
];

/// Modules that the terminal must not see although they lie below it: it reaches them through `link` only.
const HIDDEN_FROM_UI: [&str; 7] = ["engine", "provider", "tool", "guard", "git", "store", "process"];

/// Where outside crates (and std's own spawner) may be named.
const HOMES: [(&str, &[&str]); 10] = [
    ("git2", &["git"]),
    ("reqwest", &["provider"]),
    ("hyper", &["provider/scripted"]),
    ("notify", &["guard/watch"]),
    ("ratatui", &["ui"]),
    ("crossterm", &["ui"]),
    ("tui_textarea", &["ui"]),
    ("std::process::Command", &["process"]),
    ("tokio::process", &["process"]),
    ("process_wrap", &["process"]),
];

/// Names under which things get lost.
const EMPTY_NAMES: [&str; 5] = ["utils", "util", "helpers", "common", "manager"];

/// Longest file in lines, tests not counted.
const LONGEST: usize = 400;

/// Longest file that holds nothing but tests, in lines.
const LONGEST_TESTS: usize = 450;

struct Source {
    path: PathBuf,
    /// `engine/context/turn/mod.rs`
    name: String,
    /// Text without comments and without the test module at its end.
    code: String,
    /// Lines without the test module at its end.
    lines: usize,
}

impl Source {
    fn module(&self) -> &str {
        self.name.split(['/', '.']).next().unwrap_or_default()
    }
}

fn sources() -> Vec<Source> {
    let found = rust_files("src");
    assert!(found.len() > 60, "the sources were not found");
    found
}

/// Every file of a folder of the project and of those below it.
fn rust_files(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                let text = fs::read_to_string(&path).unwrap();
                let whole = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                let code = whole
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect::<Vec<_>>()
                    .join("\n");
                found.push(Source {
                    path,
                    name,
                    code,
                    lines: whole.lines().count(),
                });
            }
        }
    }
    found
}

fn is_test(source: &Source) -> bool {
    source.name.ends_with("tests.rs") || source.name.contains("/tests/")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Modules of this crate that a source names, as `crate::x` in any form.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in code.split("crate::").skip(1) {
        let group = part.strip_prefix('{').map(|rest| rest.split('}').next().unwrap_or_default());
        let names = group.unwrap_or(part);
        let one = |text: &str| {
            text.trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        };
        if group.is_some() {
            found.extend(names.split(',').map(one))
        } else {
            found.push(one(names))
        }
    }
    found.retain(|name| layer(name).is_some());
    found
}

#[test]
fn a_layer_imports_only_lower_layers() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !is_test(source)) {
        let own = source.module();
        let Some(level) = layer(own) else { continue };
        for import in imports(&source.code) {
            let allowed = import == own
                || layer(&import).is_some_and(|other| other < level)
                || (layer(&import) == Some(level) && WITHIN.contains(&(own, import.as_str())));
            if !allowed || (own == "ui" && HIDDEN_FROM_UI.contains(&import.as_str())) {
                wrong.push(format!("{} imports crate::{import}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_its_place_in_the_table() {
    for source in sources() {
        let module = source.module();
        assert!(
            matches!(module, "lib" | "main") || layer(module).is_some(),
            "{}: {module} has no layer",
            source.path.display()
        );
    }
}

#[test]
fn outside_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !is_test(source)) {
        for (name, homes) in HOMES {
            if homes.iter().any(|home| source.name.starts_with(home)) {
                continue;
            }
            let path = format!("{name}::");
            let named = source
                .code
                .match_indices(&path)
                .any(|(at, _)| !source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if named || source.code.contains(&format!("use {name};")) {
                wrong.push(format!("{} names {name}, whose home is {homes:?}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_short_and_are_named_after_what_they_hold() {
    let mut wrong = Vec::new();
    for source in sources() {
        let longest = if is_test(&source) { LONGEST_TESTS } else { LONGEST };
        if source.lines > longest {
            wrong.push(format!("{} has {} lines", source.name, source.lines));
        }
        if source.name.split(['/', '.']).any(|part| EMPTY_NAMES.contains(&part)) {
            wrong.push(format!("{} says nothing by its name", source.name));
        }
    }
    for source in rust_files("tests").iter().filter(|source| source.lines > LONGEST_TESTS) {
        wrong.push(format!("tests/{} has {} lines", source.name, source.lines));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|source| !is_test(source))
        .filter(|s| !fs::read_to_string(&s.path).unwrap().starts_with("//!"))
        .map(|s| s.name)
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn the_agents_commits_are_made_in_one_place_and_a_persons_edits_in_another() {
    let makers: BTreeMap<String, usize> = sources()
        .into_iter()
        .filter(|source| !is_test(source) && source.module() != "git" && source.module() != "protocol")
        .filter_map(|source| {
            let made = source.code.matches("CommitRequest {").count();
            (made > 0).then_some((source.name, made))
        })
        .collect();
    assert_eq!(
        makers.into_iter().collect::<Vec<_>>(),
        [("engine/commit/commits.rs".to_owned(), 1), ("harness/plan.rs".to_owned(), 1)]
    );
}
