//! Files that run the tests although no command names them.
//!
//! Owns reading makefiles and package scripts for the scripts that run tests. Invariant: the program that they run is not among them:
//! it is the agent's to change.

use super::{Part, facts};
use crate::guard::command;
use std::path::{Path, PathBuf};

/// Files that a verify command runs without naming them: the makefile of `make`, and the test scripts that it and a package name.
pub(in crate::guard) fn implied(workspace: &Path, script: &str) -> Vec<PathBuf> {
    let calls = |names: &[&str]| {
        script
            .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')))
            .any(|word| names.contains(&word.rsplit('/').next().unwrap_or(word)))
    };
    let mut found = Vec::new();
    let mut lines = Vec::new();
    if calls(&["make", "gmake"]) {
        for name in ["GNUmakefile", "makefile", "Makefile"] {
            lines.extend(
                std::fs::read_to_string(workspace.join(name))
                    .map(|text| recipes(&text))
                    .unwrap_or_default(),
            );
            found.push(PathBuf::from(name));
        }
    }
    if calls(&["just"]) {
        found.extend(["justfile", "Justfile", ".justfile"].map(PathBuf::from));
    }
    if calls(&["npm", "pnpm", "yarn", "bun"]) {
        let package = std::fs::read(workspace.join("package.json")).unwrap_or_default();
        let scripts = facts(Part::Package, &package).unwrap_or_default();
        lines.extend(
            scripts
                .into_iter()
                .filter(|(name, _)| names_a_test(name))
                .map(|(_, line)| line),
        );
    }
    let named = lines.iter().flat_map(|line| command::named(line));
    // The program that a recipe runs is the agent's to change; what runs the tests is not.
    found.extend(named.filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(names_a_test)));
    found
}

fn names_a_test(name: &str) -> bool {
    let name = name.to_lowercase();
    ["test", "check", "spec", "verify"].iter().any(|word| name.contains(word))
}

/// The recipe lines of a makefile's test targets.
fn recipes(makefile: &str) -> Vec<String> {
    let (mut within, mut lines) = (false, Vec::new());
    for line in makefile.lines() {
        if let Some(recipe) = line.strip_prefix('\t') {
            lines.extend(within.then(|| recipe.trim_start_matches(['@', '-', '+']).to_owned()));
        } else if let Some((target, _)) = line.split_once(':') {
            within = names_a_test(target);
        }
    }
    lines
}
