//! The runner behind a command that only stands for it: `make test`, `npm test`, `sh check.sh`.
//!
//! Owns when the call that a command stands for may be made by itself. Does not own taking a command apart ([`Calls`]), nor what is added
//! to a call (`narrow`). Invariant: what may need more of its surroundings than this tells (variables, another directory, a loop, another's
//! failure, a second runner) is left alone: then the command is run as a whole or not at all.

use super::Root;
use super::ask;
use super::calls::{Call, Calls};
use super::make;

/// Signs of the shell behind which another command begins, or which take a command's output away.
pub(super) const SIGNS: [char; 7] = ['|', ';', '&', '>', '#', '`', '\n'];

/// A call that a command comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Through {
    /// What is run before it, with the sign that joins it.
    pub before: String,
    /// The call, to which arguments may be added at its end.
    pub call: String,
    /// The runner's own words, which may stand in a script behind the call.
    pub runner: String,
}

/// Finds the one runner that a command stands for, where it is what the command comes to at last.
pub(super) fn through(root: &Root, command: &str) -> Option<Through> {
    if command.contains(SIGNS) {
        return None;
    }
    let calls = Calls::of(root, command);
    let (last, before) = calls.all.split_last()?;
    let runs = |call: &&Call| ask::runs_tests(call);
    let is_plain = !calls.loops && !calls.sets && !calls.either && !last.own && !last.piped;
    if !is_plain || !runs(&last) || before.iter().any(|call| runs(&call) || call.piped) || make::exports(root) {
        return None;
    }
    let runner = text(last)?;
    if let Some((end, lead)) = last.end {
        // Behind that place the command may go on.
        let whole = command.trim_end();
        return (end == whole.len()).then(|| Through {
            before: String::new(),
            call: format!("{whole}{lead}"),
            runner,
        });
    }
    let texts: Option<Vec<String>> = before.iter().map(text).collect();
    Some(Through {
        before: texts?.iter().map(|text| format!("{text}; ")).collect(),
        call: runner.clone(),
        runner,
    })
}

/// A call as the shell would read it, without what stands for arguments that nobody gave; `None` where the shell would make more of it.
fn text(call: &Call) -> Option<String> {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./=:+,@%".contains(c);
    let words = call.words.iter().map(|word| word.text.as_str());
    let words: Vec<&str> = words.filter(|word| !matches!(*word, "$@" | "$*")).collect();
    let leads = words
        .first()
        .is_some_and(|word| matches!(*word, "then" | "do" | "else" | "if" | "{" | "!"));
    let sound = !leads && words.iter().all(|word| !word.is_empty() && word.chars().all(is_plain));
    sound.then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn of(command: &str, files: &[(&str, &str)]) -> Option<(String, String)> {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            fs::write(dir.path().join(path), text).unwrap();
        }
        through(&Root::new(dir.path()), command).map(|found| (found.before, found.call))
    }

    fn some(before: &str, call: &str) -> Option<(String, String)> {
        Some((before.to_owned(), call.to_owned()))
    }

    #[test]
    fn a_wrapper_is_seen_through_where_it_adds_nothing_of_its_own() {
        let make = |text: &str| of("make test", &[("Makefile", text)]);
        assert_eq!(make("test:\n\tpytest -q\n"), some("", "pytest -q"));
        assert_eq!(
            make("test: build\n\t@pytest -q\nbuild:\n\tcc x.c\n"),
            some("cc x.c; ", "pytest -q")
        );
        assert_eq!(
            of("sh t.sh", &[("t.sh", "set -e\npytest -q \"$@\"\n")]),
            some("", "pytest -q")
        );
        let package = r#"{"scripts": {"test": "jest -i"}}"#;
        assert_eq!(of("npm test", &[("package.json", package)]), some("", "npm test --"));
    }

    #[test]
    fn what_may_need_its_surroundings_is_left_alone() {
        for text in [
            "test:\n\tcd web && pytest -q\n",
            "export PYTHONPATH = src\ntest:\n\tpytest -q\n",
            "test:\n\texport A=1; pytest -q\n",
            "test:\n\t. ./env && pytest -q\n",
            "test:\n\tfor t in a b; do pytest $$t; done\n",
            "test:\n\tpytest -q | tee log\n",
            "test:\n\tpytest -q $$X\n",
            "test:\n\tpytest tests/*.py\n",
            "test:\n\tcc x.c || pytest -q\n",
            "test:\n\tpytest -q || true\n",
            "test:\n\ttest -f x.o || cc x.c\n\tpytest -q\n",
            "test:\n\tjest && pytest -q\n",
            "test:\n\tpytest -q\n\tcc x.c\n",
            "test:\n\tpython3 check.py\n",
        ] {
            assert_eq!(of("make test", &[("Makefile", text)]), None, "{text}");
        }
        for text in ["tsc || jest", "jest || node retry.js"] {
            let package = format!(r#"{{"scripts": {{"test": "{text}"}}}}"#);
            assert_eq!(of("npm test", &[("package.json", &package)]), None, "{text}");
        }
        let script = "set -e\n[ -d out ] ||\n  cc x.c\npytest -q \"$@\"\n";
        assert_eq!(of("sh t.sh", &[("t.sh", script)]), None, "the sign may end a line");
        assert_eq!(of("pytest -q", &[]), None, "it is no wrapper");
        assert_eq!(of("make test | tee log", &[("Makefile", "test:\n\tpytest -q\n")]), None);
    }
}
