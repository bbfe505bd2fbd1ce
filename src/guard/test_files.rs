//! Which files are tests, by their names.

use super::GuardError;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::Path;

/// Globs of test files in common ecosystems: the built-in value of the setting `verify.tests`.
#[must_use]
pub fn default_test_globs() -> Vec<String> {
    crate::config::Settings::builtin().verify.tests
}

/// A compiled set of test globs.
#[derive(Debug, Clone)]
pub(super) struct TestFiles {
    set: GlobSet,
}

impl TestFiles {
    pub(super) fn new(globs: &[String]) -> Result<Self, GuardError> {
        let defaults = default_test_globs();
        let globs = if globs.is_empty() { &defaults } else { globs };
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            let compiled = GlobBuilder::new(glob).literal_separator(true).build();
            set.add(compiled.map_err(|source| GuardError::Glob {
                glob: glob.clone(),
                source,
            })?);
        }
        let set = set.build().map_err(|source| GuardError::Glob {
            glob: globs.join(", "),
            source,
        })?;
        Ok(Self { set })
    }

    /// `path` is relative to the workspace.
    pub(super) fn matches(&self, path: &Path) -> bool {
        self.set.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_know_the_usual_places() {
        let tests = TestFiles::new(&[]).unwrap();
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
        ] {
            assert!(tests.matches(Path::new(path)), "{path}");
        }
        for path in [
            "src/main.rs",
            "tests",
            "contest/a",
            "src/tests/a.rs",
            "latest.sh",
            "src/testing.py",
            "feature_list.json",
        ] {
            assert!(!tests.matches(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_malformed_glob_is_named() {
        let message = TestFiles::new(&["tests/[".into()]).unwrap_err().to_string();
        assert!(message.contains("test glob `tests/[`"), "{message}");
    }
}
