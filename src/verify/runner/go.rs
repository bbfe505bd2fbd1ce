//! Go: `go test` with its events, and whether its text names every test.

use super::ask::{Asking, runs_go};
use super::calls::{Call, Calls};
use super::{Found, Root, Runner};
use std::path::Path;

/// `go test -json`.
pub(super) const GO: Runner = Runner {
    name: "go test",
    find: |root| {
        let file = root.first(&["go.mod", "go.work"])?;
        Some(Found::new("go test -json ./...", format!("there is a {file}")))
    },
};

/// Says whether every `go test` that a command calls, with what was added to it, prints the names of the tests that it runs.
#[must_use]
pub fn go_names(root: &Path, asking: &Asking) -> bool {
    let calls = Calls::of(&Root::new(root), &asking.command);
    let flags = asking.variables.iter().any(|(name, _)| *name == "GOFLAGS");
    let names = |call: &Call| {
        let silent = call.words.iter().any(|word| word.text.ends_with("v=false"));
        let asked = call.has(&["-v", "--v", "-test.v"]) || flags && !call.has(&["GOFLAGS"]);
        asked && !silent && !call.piped
    };
    let mut go = calls.all.iter().filter(|call| runs_go(call)).peekable();
    go.peek().is_some() && go.all(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::runner::ask;

    #[test]
    fn tests_are_named_where_every_call_is_asked_for_it_and_nothing_takes_its_output() {
        let named = |command: &str| {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("Makefile"), "test:\n\tgo test ./...\n").unwrap();
            go_names(dir.path(), &ask(dir.path(), command, &dir.path().join("report")))
        };
        for command in [
            "go test -v ./...",
            "go test ./...",
            "make test",
            "go vet && go test -v=true ./a",
        ] {
            assert!(named(command), "{command}");
        }
        for command in [
            "go test -v ./... | grep -v RUN",
            "go test -v ./a > log; cat log",
            "go test -v=false ./...",
            "go test -v ./a && go test ./b | cat",
            "GOFLAGS=-count=1 go test ./...",
            "pytest -v",
        ] {
            assert!(!named(command), "{command}");
        }
    }
}
