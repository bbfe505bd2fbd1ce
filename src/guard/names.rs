//! What a file is by its name: a test, or something else that was agreed.

use super::GuardError;
use super::baseline::Subject;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::Path;

/// Globs of test files in common ecosystems: the built-in value of the setting `verify.tests`.
#[must_use]
pub fn default_test_globs() -> Vec<String> {
    crate::config::Settings::builtin().verify.tests
}

/// The compiled globs.
#[derive(Debug, Clone)]
pub(super) struct Names {
    tests: GlobSet,
    agreed: GlobSet,
}

impl Names {
    /// Without globs of tests the built-in ones are taken.
    pub(super) fn new(tests: &[String], agreed: &[String]) -> Result<Self, GuardError> {
        let defaults = default_test_globs();
        Ok(Self {
            tests: compiled(if tests.is_empty() { &defaults } else { tests })?,
            agreed: compiled(agreed)?,
        })
    }

    /// `path` is relative to the workspace.
    pub(super) fn subject(&self, path: &Path) -> Option<Subject> {
        if self.tests.is_match(path) {
            Some(Subject::Test)
        } else {
            self.agreed.is_match(path).then_some(Subject::Agreed)
        }
    }
}

fn compiled(globs: &[String]) -> Result<GlobSet, GuardError> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let compiled = GlobBuilder::new(glob).literal_separator(true).build();
        set.add(compiled.map_err(|source| GuardError::Glob {
            glob: glob.clone(),
            source,
        })?);
    }
    set.build().map_err(|source| GuardError::Glob {
        glob: globs.join(", "),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_know_the_usual_places() {
        let names = Names::new(&[], &["contracts/**".into()]).unwrap();
        let subject = |path: &str| names.subject(Path::new(path));
        for path in [
            "tests/a.sh",
            "tests/deep/er/x",
            "test/x.js",
            "spec/a_spec.rb",
            "src/__tests__/a.ts",
            "__tests__/a.ts",
            "pkg/a_test.go",
            "test_a.py",
            "pkg/test_a.py",
            "src/a.test.tsx",
            "src/a.spec.ts",
            "t/01.t",
            "contracts/a.test.ts",
        ] {
            assert_eq!(subject(path), Some(Subject::Test), "{path}");
        }
        for path in [
            "src/main.rs",
            "tests",
            "contest/a",
            "src/tests/a.rs",
            "latest.sh",
            "src/testing.py",
            "feature_list.json",
            "contracts",
            "src/contracts/a.md",
        ] {
            assert_eq!(subject(path), None, "{path}");
        }
        assert_eq!(subject("contracts/sprint-1.md"), Some(Subject::Agreed));
    }

    #[test]
    fn a_malformed_glob_is_named() {
        for (tests, agreed) in [("tests/[", "x"), ("x", "tests/[")] {
            let message = Names::new(&[tests.into()], &[agreed.into()]).unwrap_err().to_string();
            assert!(message.contains("`tests/[`"), "{message}");
        }
    }
}
