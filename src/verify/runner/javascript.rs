//! JavaScript and TypeScript: what `package.json` says, its script `test` before its dependencies.
//!
//! A project's own script is run where the runner's options can be added at its end; else the runner itself.

use super::{Found, Root, Runner};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// `vitest`.
pub(super) const VITEST: Runner = Runner {
    name: "vitest",
    find: |root| Package::of(root)?.runs(root, "vitest", "vitest run", VITEST_OPTIONS),
};

const VITEST_OPTIONS: &str = "--run --reporter=default --reporter=json --outputFile.json=\"$LONGHAUL_REPORT\"";
/// Where vitest's reporter `json` writes to.
pub(super) const VITEST_OUTPUT: &str = "--outputFile.json=\"$LONGHAUL_REPORT\"";
/// How jest is asked for its document.
pub(super) const JEST_OPTIONS: &str = "--json --outputFile=\"$LONGHAUL_REPORT\"";
/// How mocha is asked for its document.
pub(super) const MOCHA_OPTIONS: &str = "--reporter json --reporter-option output=\"$LONGHAUL_REPORT\"";

/// `jest`.
pub(super) const JEST: Runner = Runner {
    name: "jest",
    find: |root| Package::of(root)?.runs(root, "jest", "jest", JEST_OPTIONS),
};

/// `mocha`.
pub(super) const MOCHA: Runner = Runner {
    name: "mocha",
    find: |root| Package::of(root)?.runs(root, "mocha", "mocha", MOCHA_OPTIONS),
};

/// Names the module that reports for node's own runner: by its own reports it does not tell files.
pub const NODE_REPORTER_VARIABLE: &str = "LONGHAUL_NODE_REPORTER";

/// Names the file to the module that asks jest and vitest for their document, where no option reaches them.
pub(super) const ASKED_VARIABLE: &str = "LONGHAUL_ASKED_REPORT";

/// The module that reports, as an address that node imports.
#[must_use]
pub fn node_reporter() -> String {
    address(include_bytes!("../../../assets/node-reporter.mjs"))
}

/// The module that asks jest and vitest, as such an address.
#[must_use]
pub(super) fn node_asking() -> String {
    address(include_bytes!("../../../assets/node-asking.mjs"))
}

fn address(module: &[u8]) -> String {
    let mut address = "data:text/javascript,".to_owned();
    for byte in module {
        // All but these would need care in an option that a shell and node itself take apart.
        if byte.is_ascii_alphanumeric() {
            address.push(char::from(*byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

/// node's own runner. Options after a file would be taken for files, so they come by the environment.
pub(super) const NODE: Runner = Runner {
    name: "node --test",
    find: |root| {
        let package = Package::of(root)?;
        let script = package.script().filter(|script| words(script).any(|word| word == "--test"))?;
        let reporters = "--test-reporter=spec --test-reporter-destination=stdout --test-reporter=$LONGHAUL_NODE_REPORTER --test-reporter-destination=\\\"$LONGHAUL_REPORT\\\"";
        Some(Found::new(
            format!("NODE_OPTIONS=\"{reporters}\" {} test", package.manager(root)),
            format!("package.json: the script `test` is `{script}`"),
        ))
    },
};

/// Any other script `test`: only its end is read.
pub(super) const NPM: Runner = Runner {
    name: "npm test",
    find: |root| {
        let package = Package::of(root)?;
        // What `npm init` writes.
        let script = package.script().filter(|script| !script.contains("no test specified"))?;
        Some(Found::new(
            format!("{} test", package.manager(root)),
            format!("package.json: the script `test` is `{script}`"),
        ))
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Package {
    scripts: BTreeMap<String, String>,
    dependencies: BTreeMap<String, serde_json::Value>,
    dev_dependencies: BTreeMap<String, serde_json::Value>,
}

impl Package {
    pub(super) fn of(root: &Root) -> Option<Self> {
        serde_json::from_str(&root.text("package.json")?).ok()
    }

    fn script(&self) -> Option<&str> {
        self.named("test")
    }

    /// A script by its name.
    pub(super) fn named(&self, name: &str) -> Option<&str> {
        let script = self.scripts.get(name).map(|script| script.trim());
        script.filter(|script| !script.is_empty())
    }

    fn manager(&self, root: &Root) -> &'static str {
        match root.first(&["pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"]) {
            Some("pnpm-lock.yaml") => "pnpm",
            Some("yarn.lock") => "yarn",
            Some(_) => "bun run",
            None => "npm",
        }
    }

    fn runs(&self, root: &Root, name: &str, direct: &str, options: &str) -> Option<Found> {
        let manager = self.manager(root);
        if let Some(script) = self.script().filter(|script| words(script).any(|word| word == name)) {
            let reason = format!("package.json: the script `test` is `{script}`");
            // What is added goes to the last command; it must be the runner, and its output must go nowhere else.
            let last = script.rsplit(['&', ';']).next().unwrap_or(script);
            let whole = !script.contains(['|', '>', '#', '(', '`']) && words(last).any(|word| word == name);
            let command = match (whole, manager) {
                (true, "npm") => format!("npm test -- {options}"),
                (true, _) => format!("{manager} test {options}"),
                (false, _) => format!("npx --no-install {direct} {options}"),
            };
            return Some(Found::new(command, reason));
        }
        // A script that runs something else is the project's word against its dependencies.
        let other = self.script().is_some_and(|script| !script.contains("no test specified"));
        let depends = self.dev_dependencies.contains_key(name) || self.dependencies.contains_key(name);
        (depends && !other).then(|| {
            Found::new(
                format!("npx --no-install {direct} {options}"),
                format!("package.json depends on {name} and has no script `test`"),
            )
        })
    }
}

/// The words of a script, programs by their own name: `./node_modules/.bin/jest` is `jest`.
fn words(script: &str) -> impl Iterator<Item = &str> {
    script
        .split([' ', '\t', '&', ';', '|', '"', '\''])
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .map(|word| word.strip_suffix(".js").unwrap_or(word))
}
