//! The same projects with a command that a person named, as people write it: it tells its tests as well as one that was found.

use super::{Case, names, verify};
use crate::cli::Place;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A command, and files that are otherwise for it.
pub(super) type Named = (&'static str, &'static [(&'static str, &'static str)]);

pub(super) const CARGO: &[Named] = &[("cargo test -q", &[]), ("cargo test --quiet && echo done", &[])];
pub(super) const GO: &[Named] = &[
    ("go test ./...", &[]),
    ("go vet ./... && go test .", &[]),
    ("make test", &[("Makefile", "test:\n\tgo test ./...\n")]),
];
pub(super) const PYTEST: &[Named] = &[
    ("PATH=.venv/bin:$PATH pytest -q", &[]),
    (".venv/bin/pytest", &[]),
    (".venv/bin/python -m pytest -q", &[]),
    (".venv/bin/pytest -q -v", &[]),
    (".venv/bin/pytest -q | cat", &[]),
    ("sh check.sh", &[("check.sh", "set -e\n. .venv/bin/activate\npytest -q\n")]),
    (
        "make",
        &[("Makefile", "PY = .venv/bin/python\ntest:\n\t$(PY) -m pytest -q\n")],
    ),
];
pub(super) const NODE: &[Named] = &[
    ("node --test", &[]),
    ("npm test", &[]),
    ("make test", &[("Makefile", "test:\n\tnode --test sum.test.js\n")]),
];
pub(super) const JEST: &[Named] = &[
    ("npm test", &[]),
    ("npx jest", &[]),
    ("npx jest --silent && echo done", &[]),
    ("make test", &[("Makefile", "test:\n\t@npx jest\n")]),
    ("sh check.sh", &[("check.sh", "set -e\nnpm test\n")]),
    (
        "npm run check",
        &[(
            "package.json",
            "{\"scripts\": {\"check\": \"npm run unit && echo done\", \"unit\": \"jest\"}}",
        )],
    ),
];
pub(super) const VITEST: &[Named] = &[
    ("npx vitest run", &[]),
    ("npx vitest run --reporter=dot", &[]),
    ("npm test", &[("package.json", "{\"scripts\": {\"test\": \"vitest\"}}")]),
    (
        "npm test -- --run",
        &[("package.json", "{\"scripts\": {\"test\": \"vitest\"}}")],
    ),
    ("make test", &[("Makefile", "test:\n\t@npx vitest run\n")]),
    ("sh check.sh", &[("check.sh", "set -e\nnpx vitest run\n")]),
];
pub(super) const MOCHA: &[Named] = &[
    ("npx mocha '*.test.js'", &[]),
    ("npm test", &[]),
    ("npx mocha -R dot sum.test.js", &[]),
    ("make test", &[("Makefile", "test:\n\tnpx mocha sum.test.js\n")]),
];

impl Case {
    /// Each of these commands tells every test by file and name, and proves a feature once the code is mended.
    pub(super) fn named(&self, commands: &[Named], links: &[(&str, PathBuf)]) {
        for (command, files) in commands {
            let place = self.place(links);
            let write = |path: &Path, text: &str| fs::write(place.project().join(path), text).unwrap();
            for (path, text) in *files {
                write(Path::new(path), text);
            }
            write(
                Path::new("longhaul.toml"),
                &format!("[verify]\ncommand = {command:?}\nretries = 0\n"),
            );
            let (told, exit) = verify(&place);
            assert_eq!((exit, &told["command"]), (Some(10), &json!(command)), "{told:#}");
            assert_eq!(names(&told, "passed"), self.passed, "{command}: {told:#}");
            assert_eq!(names(&told, "failed"), [self.failed], "{command}: {told:#}");
            assert_eq!(names(&told, "skipped"), self.skipped, "{command}: {told:#}");
            write(Path::new(self.mend.0), self.mend.1);
            let (file, name) = self.passed[0].split_once(": ").unwrap();
            for test in [name, self.passed[0]] {
                write(
                    Path::new("feature_list.json"),
                    &format!("[{{\"id\": \"F001\", \"description\": \"adds\", \"passes\": false, \"tests\": [{test:?}]}}]\n"),
                );
                let told = feature(&place);
                assert_eq!(
                    (&told["proven"], &told["missing"]),
                    (&json!(true), &json!([])),
                    "{command}: {told:#}"
                );
                assert!(told["tests"][0]["name"].as_str().unwrap().starts_with(file), "{told:#}");
            }
        }
    }
}

fn feature(place: &Place) -> Value {
    let done = place.longhaul(&["verify", "--json", "--feature", "F001"]).output().unwrap();
    serde_json::from_slice(&done.stdout).unwrap()
}
