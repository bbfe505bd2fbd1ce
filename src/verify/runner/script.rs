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

/// Names the script of a command that is no more than a project's own script, run by the shell: what is found by custom, and the like.
#[must_use]
pub fn script_of(command: &str) -> Option<&str> {
    let script = ["sh ", "bash "]
        .into_iter()
        .find_map(|shell| command.trim().strip_prefix(shell))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    (!script.starts_with(['-', '/']) && script.chars().all(plain)).then_some(script)
}

fn file_with(root: &Root, ending: &str) -> Option<(&'static str, String)> {
    FOLDERS.into_iter().filter(|folder| root.has(folder)).find_map(|folder| {
        let name = root.names_in(folder).into_iter().find(|name| name.ends_with(ending))?;
        Some((folder, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_command_that_is_a_script_of_the_project_names_one() {
        for script in SCRIPTS {
            assert_eq!(script_of(&format!("sh {script}")), Some(script));
        }
        assert_eq!(script_of("bash ./ci/all.sh"), Some("./ci/all.sh"));
        for other in [
            "cargo test",
            "sh -c 'exit 1'",
            "sh a.sh && sh b.sh",
            "sh run.sh out.txt",
            "sh /opt/x.sh",
            "sh $X",
            "sh",
        ] {
            assert_eq!(script_of(other), None, "{other}");
        }
    }
}
