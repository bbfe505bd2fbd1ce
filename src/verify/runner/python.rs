//! Python: pytest, by the interpreter that the project's own tools would choose.

use super::{Found, Root, Runner};

/// Files that may say that pytest is used, and the words by which they do.
const SIGNS: [(&str, &str); 10] = [
    ("pytest.ini", ""),
    (".pytest.ini", ""),
    ("conftest.py", ""),
    ("pyproject.toml", "pytest"),
    ("setup.cfg", "[tool:pytest]"),
    ("tox.ini", "pytest"),
    ("requirements-dev.txt", "pytest"),
    ("requirements.txt", "pytest"),
    ("dev-requirements.txt", "pytest"),
    ("Pipfile", "pytest"),
];

/// Folders of tests.
const FOLDERS: [&str; 2] = ["tests", "test"];

/// `pytest`.
pub(super) const PYTEST: Runner = Runner {
    name: "pytest",
    find: |root| {
        let reason = sign(root).or_else(|| test_file(root))?;
        let (python, why) = interpreter(root);
        Some(Found::new(
            // The family tells files; one file that cannot be imported must not hide all others.
            format!("{python} -m pytest -o junit_family=xunit1 --continue-on-collection-errors --junitxml=\"$LONGHAUL_REPORT\""),
            format!("{reason}{why}"),
        ))
    },
};

fn sign(root: &Root) -> Option<String> {
    SIGNS.into_iter().find_map(|(file, word)| {
        if !root.has(file) {
            None
        } else if word.is_empty() {
            Some(format!("there is a {file}"))
        } else {
            root.text(file)?.contains(word).then(|| format!("{file} names {word}"))
        }
    })
}

/// Tests that pytest would find by itself, and `unittest` as well.
fn test_file(root: &Root) -> Option<String> {
    let is_test = |name: &String| name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py"));
    FOLDERS.into_iter().find_map(|folder| {
        let names = root.names_in(folder);
        let name = names.iter().find(|name| is_test(name) || *name == "conftest.py")?;
        Some(format!("there is a {folder}/{name}"))
    })
}

fn interpreter(root: &Root) -> (&'static str, &'static str) {
    if root.has("uv.lock") {
        ("uv run python", "; uv.lock: run by uv")
    } else if root.has("poetry.lock") {
        ("poetry run python", "; poetry.lock: run by poetry")
    } else if root.is_file(".venv/bin/python") {
        (".venv/bin/python", "; run by its .venv")
    } else if root.is_file("venv/bin/python") {
        ("venv/bin/python", "; run by its venv")
    } else {
        ("python3", "")
    }
}

/// Whether the project's configuration says already where pytest's report goes.
pub(super) fn reports_itself(root: &Root) -> bool {
    let files = ["pytest.ini", ".pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"];
    let says = |text: &str| {
        ["--junitxml", "--junit-xml", "no:junitxml"]
            .iter()
            .any(|word| text.contains(word))
    };
    files.into_iter().filter_map(|file| root.text(file)).any(|text| says(&text))
}
