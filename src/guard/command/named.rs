//! Which files a command may name, by its words.
//!
//! Guesses generously: the caller keeps what really is a file. Invariant: every word that stands in the script as it is, also within
//! a nested script, is among the guesses, below every directory that the script changes to.

use super::MAX_DEPTH;
use super::lexer::{self, Simple, Word};
use std::path::{Path, PathBuf};

/// Paths as written that a script may mean, relative to where it starts (or absolute), not normalised.
pub(super) fn named(script: &str) -> Vec<PathBuf> {
    let mut names = Names {
        places: vec![PathBuf::new()],
        found: Vec::new(),
    };
    names.script(script, 0);
    names.found
}

struct Names {
    /// Directories that a word may be relative to.
    places: Vec<PathBuf>,
    found: Vec<PathBuf>,
}

impl Names {
    fn script(&mut self, text: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for simple in lexer::commands(text) {
            let Simple {
                words,
                reads,
                stdin,
                nested,
                ..
            } = simple;
            if let [first, place, ..] = words.as_slice()
                && matches!(first.text.as_str(), "cd" | "pushd")
            {
                self.places.extend(self.last_place().map(|last| last.join(&place.text)));
                continue;
            }
            for word in words.iter().chain(&reads) {
                self.word(word, depth);
            }
            for script in nested.iter().chain(&stdin) {
                self.script(script, depth + 1);
            }
        }
    }

    fn last_place(&self) -> Option<PathBuf> {
        self.places.last().cloned()
    }

    fn word(&mut self, word: &Word, depth: usize) {
        // `--config=path` and `FILE=path` name a file too.
        let value = word.text.split_once('=').map(|(_, value)| value);
        for name in [Some(word.text.as_str()), value].into_iter().flatten() {
            self.found.extend(self.places.iter().map(|place| place.join(Path::new(name))));
        }
        if word.quoted && word.text.contains(char::is_whitespace) {
            // What `sh -c` and its like run.
            self.script(&word.text, depth + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_nested_scripts_and_below_changed_directories_are_named() {
        for (script, name) in [
            ("sh run-tests.sh", "run-tests.sh"),
            ("CI=1 ./test.sh --all", "./test.sh"),
            ("bash -c 'set -e; ./a.sh | tee log'", "./a.sh"),
            ("cd web && ./check.sh", "web/./check.sh"),
            ("cd web && cd e2e; sh t.sh", "web/e2e/t.sh"),
            ("timeout 60 python3 tools/all.py", "tools/all.py"),
            ("node --test --import=./hook.mjs", "./hook.mjs"),
            ("echo \"$(sh count.sh)\"", "count.sh"),
            ("sh < run.sh", "run.sh"),
            ("'my tests.sh'", "my tests.sh"),
        ] {
            assert!(named(script).contains(&PathBuf::from(name)), "{script}: {:?}", named(script));
        }
    }
}
