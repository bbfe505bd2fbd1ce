//! Scripts that print TAP: bats, files `*.t`, and a project's own script that runs its tests.

use super::{Found, Root, Runner};

/// Scripts that run all tests, by custom.
const SCRIPTS: [&str; 8] = [
    "tests/run.sh",
    "test/run.sh",
    "tests/run_tests.sh",
    "tests/all.sh",
    "run_tests.sh",
    "run-tests.sh",
    "test.sh",
    "t/run.sh",
];

/// Folders of tests.
const FOLDERS: [&str; 4] = ["t", "test", "tests", "spec"];

/// `bats`.
pub(super) const BATS: Runner = Runner {
    name: "bats",
    find: |root| {
        let (folder, name) = file_with(root, ".bats")?;
        Some(Found::new(
            format!("bats --tap -r {folder}"),
            format!("there is a {folder}/{name}"),
        ))
    },
};

/// Scripts that print TAP.
pub(super) const TAP: Runner = Runner {
    name: "TAP",
    find: |root| {
        if let Some(script) = SCRIPTS.into_iter().find(|script| root.is_file(script)) {
            return Some(Found::new(format!("sh {script}"), format!("there is a {script}")));
        }
        let (folder, name) = file_with(root, ".t")?;
        // Each file by what its first line names; a line with its name before what it prints.
        let command = format!(
            "bad=0; for t in {folder}/*.t; do echo \"# $t\"; \
             if [ -x \"$t\" ]; then \"./$t\"; else perl -Ilib \"$t\"; fi || bad=1; done; exit $bad"
        );
        Some(Found::new(command, format!("there is a {folder}/{name}")))
    },
};

fn file_with(root: &Root, ending: &str) -> Option<(&'static str, String)> {
    FOLDERS.into_iter().filter(|folder| root.has(folder)).find_map(|folder| {
        let name = root.names_in(folder).into_iter().find(|name| name.ends_with(ending))?;
        Some((folder, name))
    })
}
