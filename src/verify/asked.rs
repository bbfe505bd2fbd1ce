//! Whether whoever runs the tests asks for a report in [`REPORT_VARIABLE`].
//!
//! Owns looking for that name in the command and in what decides how tests are run: the files that the command names, the
//! configuration in the root, and the test scripts that this names. Does not own what is in a report. Invariant: the program under
//! test cannot ask: a file of its own is never looked at for being called by another.

use super::REPORT_VARIABLE;
use super::runner::Root;
use std::collections::BTreeSet;
use std::path::Path;

/// Files looked at.
const FILES: usize = 64;

/// Configuration that is looked at wherever the root has it, besides `<tool>.config.<ending>`.
const CONFIGURATION: [&str; 16] = [
    "package.json",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "noxfile.py",
    ".mocharc.js",
    ".mocharc.cjs",
    ".mocharc.json",
    ".mocharc.yml",
    ".mocharc.yaml",
];

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// No report.
    Nothing,
    /// The one file that the variable names.
    OneFile,
    /// That file, and others whose names begin alike.
    Files,
}

impl Asked {
    /// Looks what a command asks for in a project.
    pub(super) fn of(root: &Path, command: &str) -> Self {
        let mut after = command.split(REPORT_VARIABLE).skip(1).peekable();
        if after.peek().is_some() {
            let ends = |rest: &str| {
                let rest = rest.strip_prefix('}').unwrap_or(rest);
                rest.chars()
                    .next()
                    .is_none_or(|c| c.is_whitespace() || "\"'\\;&|)>".contains(c))
            };
            return if after.all(ends) { Self::OneFile } else { Self::Files };
        }
        let root = Root::new(root);
        let (mut named, mut looked) = (words(command), BTreeSet::new());
        let configured = root.names_in("").into_iter();
        let configured: Vec<String> = configured
            .filter(|name| CONFIGURATION.contains(&name.as_str()) || name.contains(".config."))
            .collect();
        for path in &configured {
            let scripts = root.text(path).unwrap_or_default();
            named.extend(words(&scripts).into_iter().filter(|word| runs_tests(word)));
        }
        named.extend(configured);
        for path in named {
            if looked.len() < FILES
                && root.is_file(&path)
                && looked.insert(path.clone())
                && root.text(&path).is_some_and(|text| text.contains(REPORT_VARIABLE))
            {
                return Self::Files;
            }
        }
        Self::Nothing
    }
}

/// Words that may be paths below the root.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')))
        .map(|word| word.strip_prefix("./").unwrap_or(word))
        .filter(|word| !word.is_empty() && !word.starts_with('/') && !word.split('/').any(|part| part == ".."))
        .map(str::to_owned)
        .collect()
}

/// What a configuration names is mostly the program; what runs its tests has a name that says so.
fn runs_tests(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    ["test", "check", "spec", "verify"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_command_asks_by_the_variable_in_it() {
        let nowhere = Path::new("/no/such/place");
        for (command, asked) in [
            ("pytest --junitxml=\"$LONGHAUL_REPORT\"", Asked::OneFile),
            ("jest --outputFile=${LONGHAUL_REPORT} && true", Asked::OneFile),
            ("a > $LONGHAUL_REPORT; b > $LONGHAUL_REPORT.b", Asked::Files),
            ("a > ${LONGHAUL_REPORT}-b", Asked::Files),
            ("make test", Asked::Nothing),
        ] {
            assert_eq!(Asked::of(nowhere, command), asked, "{command}");
        }
    }

    #[test]
    fn scripts_and_configuration_ask_and_the_program_does_not() {
        let asked = |command: &str, files: &[(&str, &str)]| {
            let dir = tempfile::tempdir().unwrap();
            for (path, text) in files {
                let path = dir.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Asked::of(dir.path(), command)
        };
        let asks = "echo '<testsuite/>' > $LONGHAUL_REPORT";
        let package = r#"{"scripts":{"test":"node tools/run-tests.js","start":"node server.js"}}"#;
        for (command, files) in [
            ("sh ci/run.sh", vec![("ci/run.sh", asks)]),
            ("npm test", vec![("package.json", package), ("tools/run-tests.js", asks)]),
            (
                "make test",
                vec![("Makefile", "test:\n\tpytest --junitxml=$$LONGHAUL_REPORT\n")],
            ),
            (
                "npx vitest",
                vec![("vitest.config.ts", "outputFile: process.env.LONGHAUL_REPORT")],
            ),
        ] {
            assert_eq!(asked(command, &files), Asked::Files, "{command}");
        }
        for (command, files) in [
            ("sh tests/run.sh", vec![("tests/run.sh", "sh add.sh"), ("add.sh", asks)]),
            ("npm test", vec![("package.json", package), ("server.js", asks)]),
            ("cargo test", vec![("src/lib.rs", asks), ("tests/a.rs", asks)]),
            ("sh /ci/run.sh ../run.sh", vec![("x", "")]),
        ] {
            assert_eq!(asked(command, &files), Asked::Nothing, "{command}");
        }
    }
}
