//! Files that come between the agreed tests and how they were run: nothing that was agreed changes, and yet it is no longer what runs.
//!
//! Owns which new file a runner finds before what it found so far, and which code answers in a test's place. Does not own
//! configuration that is compared by meaning (`runner_config`) nor what is done about a finding. Pure. Invariant: a file is judged by its
//! name, its text and the names beside it; what it would do when run is not guessed.

use super::runner_config;
use crate::harness::grammar::Grammar;
use std::collections::BTreeSet;
use tree_sitter::Node;

/// The names under which `make` looks, the first that is there wins.
const MAKEFILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];

/// Modules that Python or pytest imports by itself before it comes to a test.
const IMPORTED: [&str; 44] = [
    "pytest",
    "_pytest",
    "pluggy",
    "iniconfig",
    "packaging",
    "exceptiongroup",
    "tomli",
    "unittest",
    "doctest",
    "sitecustomize",
    "usercustomize",
    "argparse",
    "ast",
    "bdb",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "enum",
    "fnmatch",
    "functools",
    "importlib",
    "inspect",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "os",
    "pathlib",
    "platform",
    "random",
    "re",
    "shutil",
    "string",
    "subprocess",
    "sys",
    "sysconfig",
    "tempfile",
    "time",
    "traceback",
    "types",
    "typing",
    "warnings",
];

/// A file of a change.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its text before; `None` if it is new.
    pub before: Option<&'a str>,
    /// Its text now.
    pub after: &'a str,
}

/// The files around it.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Those of the commit that the change stands on.
    pub held: &'a BTreeSet<String>,
    /// Those of the changed tree.
    pub now: &'a BTreeSet<String>,
}

/// Says whether a file of this name may take over.
#[must_use]
pub fn may_take_over(path: &str) -> bool {
    let name = parted(path).1;
    runner_config::configures_tests(path)
        || MAKEFILES.contains(&name)
        || name == "go.work"
        || module(path).is_some()
        || path.ends_with(".go")
}

/// Says what a file does to how the tests are run that are there already; `None` if nothing.
#[must_use]
pub fn takes_over(file: &Arrival<'_>, around: &Around<'_>) -> Option<String> {
    let path = file.path;
    if file.before.is_none() && runner_config::takes_over(path, file.after.as_bytes()) {
        let by = runner_config::decides_by(path, file.after.as_bytes()).map_or(String::new(), |by| format!(", by {by}"));
        return Some(format!(
            "{path} is new, and decides how the tests that are there already are run{by}"
        ));
    }
    let instead = file.before.is_none().then(|| found_instead(path, around)).flatten();
    if let Some(other) = instead {
        return Some(format!(
            "{path} is new, and decides how the tests that are there already are run: it is found before {other}"
        ));
    }
    let answers = |text: &str| path.ends_with(".go").then(|| answer(path, text, around.held)).flatten();
    match file.before {
        Some(before) if answers(before).is_some() => None,
        _ => answers(file.after).map(|how| format!("{path} {how}")),
    }
}

/// What was found under this name until now.
fn found_instead(path: &str, around: &Around<'_>) -> Option<String> {
    let (folder, name) = parted(path);
    if let Some(rank) = MAKEFILES.iter().position(|makefile| *makefile == name) {
        let later = MAKEFILES.iter().skip(rank + 1).map(|makefile| joined(folder, makefile));
        return later.into_iter().find(|makefile| around.held.contains(makefile));
    }
    if name == "go.work" {
        return around.held.contains("go.mod").then(|| "go.mod".to_owned());
    }
    let (folder, module) = module(path)?;
    let holds_tests = || {
        around
            .held
            .iter()
            .any(|held| parted(held).0 == folder && is_python_test(held))
    };
    let package = around.held.contains(&joined(folder, "__init__.py"));
    let tested_by_python = || around.held.iter().any(|held| is_python_test(held));
    if folder.is_empty() && tested_by_python() || !package && holds_tests() {
        if IMPORTED.contains(&module) {
            return Some(format!("Python's own {module}"));
        }
        // `python -m pytest` looks in the root, pytest puts a test's folder before that.
        if !folder.is_empty() {
            return around
                .now
                .iter()
                .find(|other| is_module(other, folder, module, around.now))
                .cloned();
        }
    }
    None
}

/// A module of the project that is imported by this name, in another folder.
fn is_module(path: &str, folder: &str, name: &str, all: &BTreeSet<String>) -> bool {
    module(path).is_some_and(|(other, module)| {
        let within_package = all.contains(&joined(other, "__init__.py"));
        module == name && other != folder && !within_package && !matches!(name, "conftest" | "setup") && !is_python_test(path)
    })
}

fn is_python_test(path: &str) -> bool {
    let name = parted(path).1;
    name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py"))
}

/// The folder from which Python imports this file, and the name by which it does.
fn module(path: &str) -> Option<(&str, &str)> {
    let (folder, name) = parted(path);
    let (stem, ending) = name.split_once('.')?;
    if !["py", "pyc", "so"].contains(&ending.rsplit('.').next()?) {
        return None;
    }
    match stem {
        "__init__" if folder.is_empty() => None,
        "__init__" => Some(parted(folder)),
        stem => Some((folder, stem)),
    }
}

/// How a file of Go answers before a test does.
fn answer(path: &str, text: &str, held: &BTreeSet<String>) -> Option<&'static str> {
    let begins = |text: &str, name: &str| text.lines().any(|line| line.starts_with(name));
    if path.ends_with("_test.go") && begins(text, "func TestMain(") {
        let beside = |other: &String| other != path && parted(other).0 == parted(path).0 && other.ends_with("_test.go");
        if held.iter().any(beside) && !only_runs_them(text) {
            return Some("has a TestMain, and decides how the tests that are there already are run");
        }
        if !text.contains(".Run()") {
            return Some("has a TestMain that runs no test");
        }
    }
    let ends = text.split("\nfunc init()").skip(1).any(|rest| {
        let first = rest.lines().next().unwrap_or_default();
        let body = if first.trim_end().ends_with('}') {
            first
        } else {
            rest.split("\n}").next().unwrap_or(rest)
        };
        body.split("Exit(")
            .skip(1)
            .any(|code| !code.starts_with(|c: char| c.is_ascii_digit() && c != '0'))
    });
    ends.then_some("ends the program in its init, before any test can begin")
}

/// Says whether a `TestMain` runs the tests once, whatever it does around them, and ends as they did: its last statement is
/// `os.Exit(m.Run())`, or `os.Exit(code)` after `code := m.Run()`, and nothing before can end it or set the outcome.
fn only_runs_them(text: &str) -> bool {
    let is_package = text.contains("\"os\"") && !text.contains("os \"") && !text.contains("os :=") && !text.contains("var os ");
    let Some(tree) = Grammar::Go.parse(text).filter(|_| is_package) else {
        return false;
    };
    let of = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    let mut cursor = tree.root_node().walk();
    let named = |node: &Node<'_>| node.child_by_field_name("name").is_some_and(|name| of(name) == "TestMain");
    let main = tree.root_node().named_children(&mut cursor).find(named);
    let Some(body) = main.and_then(|main| main.child_by_field_name("body")) else {
        return false;
    };
    let mut cursor = body.walk();
    let list = body
        .named_children(&mut cursor)
        .find(|child| child.kind() == "statement_list")
        .unwrap_or(body);
    let mut cursor = list.walk();
    let statements: Vec<&str> = list
        .named_children(&mut cursor)
        .filter(|statement| statement.kind() != "comment")
        .map(of)
        .collect();
    let Some((last, before)) = statements.split_last() else {
        return false;
    };
    let before_run = if *last == "os.Exit(m.Run())" {
        before
    } else {
        let code = last
            .strip_prefix("os.Exit(")
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or_default();
        let is_run =
            |statement: &&str| !code.is_empty() && [" := ", " = "].iter().any(|set| **statement == format!("{code}{set}m.Run()"));
        let Some(at) = before.iter().position(is_run) else {
            return false;
        };
        let after = before.get(at + 1..).unwrap_or_default();
        // What comes after may tidy up, and may not touch the outcome.
        if after
            .iter()
            .any(|statement| ends_or_decides(statement) || has_word(statement, code))
        {
            return false;
        }
        before.get(..at).unwrap_or_default()
    };
    // Whatever else ends the program may only say that it failed.
    let without = text.replacen(last, "", 1);
    let fails = |code: &str| code.starts_with(|c: char| c.is_ascii_digit() && c != '0');
    without.split("Exit(").skip(1).all(fails)
        && !before_run
            .iter()
            .any(|statement| ends_or_decides(statement) || has_word(statement, "m"))
}

/// Words by which a program of Go ends, leaves, or says which tests are run; a failure that is told by `log.Fatal` or a panic is one.
fn ends_or_decides(statement: &str) -> bool {
    let leaves = [
        "Exit",
        "return",
        "flag",
        "Setenv(\"GO",
        "os.Args",
        "syscall",
        "Goexit",
        "goto",
        "defer",
        "go ",
    ];
    let fails = statement.replace("os.Exit(1)", "");
    leaves.iter().any(|word| fails.contains(word)) || ["os.Stdout", "PASS", "ok  \\t"].iter().any(|word| statement.contains(word))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|part| part == word)
}

fn parted(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file that comes to a project of these files.
    fn told(held: &[&str], path: &str, before: Option<&str>, after: &str) -> Option<String> {
        let held: BTreeSet<String> = held.iter().map(|path| (*path).to_owned()).collect();
        let mut now = held.clone();
        now.insert(path.to_owned());
        takes_over(&Arrival { path, before, after }, &Around { held: &held, now: &now })
    }

    const PYTHON: [&str; 4] = ["add.py", "pyproject.toml", "tests/test_add.py", "pkg/__init__.py"];
    const GO: [&str; 3] = ["go.mod", "add.go", "add_test.go"];

    #[test]
    fn what_a_runner_finds_first_takes_over() {
        let makefile = ["Makefile", "tests/t1.sh"];
        for (held, path) in [
            (&makefile[..], "GNUmakefile"),
            (&makefile[..], "makefile"),
            (&PYTHON[..], "pytest.py"),
            (&PYTHON[..], "pytest/__init__.py"),
            (&PYTHON[..], "sitecustomize.py"),
            (&PYTHON[..], "json.cpython-311-x86_64-linux-gnu.so"),
            (&PYTHON[..], "tests/random.py"),
            (&PYTHON[..], "tests/add.py"),
            (&PYTHON[..], "tests/add/__init__.py"),
            (&GO[..], "go.work"),
        ] {
            assert!(may_take_over(path), "{path}");
            let told = told(held, path, None, "x").unwrap_or_default();
            assert!(told.contains("is new, and decides how the tests"), "{path}: {told}");
        }
    }

    #[test]
    fn what_is_found_where_nothing_was_is_free() {
        for (held, path) in [
            (&["GNUmakefile"][..], "Makefile"),
            (&["README.md"][..], "Makefile"),
            (&["lib/Makefile"][..], "GNUmakefile"),
            (&PYTHON[..], "sub.py"),
            (&PYTHON[..], "pkg/json.py"),
            (&PYTHON[..], "pkg/add.py"),
            (&PYTHON[..], "tests/helper.py"),
            (&PYTHON[..], "tests/test_json.py"),
            (&["tests/__init__.py", "tests/test_add.py", "add.py"][..], "tests/add.py"),
            (&["go.sum"][..], "go.work"),
            (&GO[..], "sub_test.go"),
        ] {
            assert_eq!(told(held, path, None, "package x\n"), None, "{path} in {held:?}");
        }
        assert_eq!(told(&PYTHON, "tests/add.py", Some("x"), "y"), None, "agreed already");
    }

    #[test]
    fn code_of_go_that_answers_for_the_tests_is_named() {
        let main = "package x\nimport \"os\"\nfunc TestMain(m *testing.M) { os.Exit(m.Run()) }\n";
        let none = "package x\nimport \"os\"\nfunc TestMain(m *testing.M) { fmt.Println(\"ok\") }\n";
        let forged = "package x\nimport \"os\"\nfunc TestMain(m *testing.M) {\n\tm.Run()\n\tos.Exit(0)\n}\n";
        let lost = "package x\nimport \"os\"\nfunc TestMain(m *testing.M) {\n\tcode := m.Run()\n\tcode = 0\n\tos.Exit(code)\n}\n";
        let early =
            "package x\nimport \"os\"\nfunc TestMain(m *testing.M) {\n\tif true {\n\t\tos.Exit(0)\n\t}\n\tos.Exit(m.Run())\n}\n";
        let chosen =
            "package x\nimport \"os\"\nfunc TestMain(m *testing.M) {\n\tflag.Set(\"test.run\", \"none\")\n\tos.Exit(m.Run())\n}\n";
        let behind = "package x\nimport \"os\"\nfunc TestMain(m *testing.M) {\n\tsetup()\n\tos.Exit(m.Run())\n}\nfunc setup() {\n\tos.Exit(0)\n}\n";
        let other = "package x\nimport os \"x/os\"\nfunc TestMain(m *testing.M) { os.Exit(m.Run()) }\n";
        let around = "package x\n\nimport \"os\"\n\n// All.\nfunc TestMain(m *testing.M) {\n\t// The zone of the server.\n\tos.Setenv(\"TZ\", \"UTC\")\n\tdir := setup()\n\tcode := m.Run()\n\tos.RemoveAll(dir)\n\tos.Exit(code)\n}\n";
        let empty = "package x\nimport \"os\"\nfunc TestMain(m *testing.M) { fmt.Println(\"ok\") }\n";
        let leaves = "package x\nfunc init() { if test { fmt.Println(\"PASS\"); os.Exit(0) } }\n";
        let long = "package x\nfunc init() {\n\tos.Exit(code)\n}\n";
        for (held, path, text, says) in [
            (&GO[..], "main_test.go", none, "has a TestMain, and decides"),
            (&GO[..], "main_test.go", forged, "has a TestMain, and decides"),
            (&GO[..], "main_test.go", lost, "has a TestMain, and decides"),
            (&GO[..], "main_test.go", early, "has a TestMain, and decides"),
            (&GO[..], "main_test.go", behind, "has a TestMain, and decides"),
            (&GO[..], "main_test.go", other, "has a TestMain, and decides"),
            (&GO[..], "main_test.go", chosen, "has a TestMain, and decides"),
            (&["go.mod"][..], "main_test.go", empty, "runs no test"),
            (&GO[..], "add.go", leaves, "ends the program"),
            (&GO[..], "add.go", long, "ends the program"),
        ] {
            let told = told(held, path, None, text).unwrap_or_default();
            assert!(told.contains(says), "{path}: {told}");
            assert_eq!(self::told(held, path, Some(text), text), None, "it was so before");
        }
        for text in [
            "package x\nfunc init() {\n\tif broken {\n\t\tos.Exit(1)\n\t}\n}\nfunc main() {\n\tos.Exit(0)\n}\n",
            "package x\nfunc initial() { os.Exit(0) }\n",
        ] {
            assert_eq!(told(&GO, "add.go", None, text), None, "{text}");
        }
        for text in [main, around] {
            assert_eq!(told(&GO, "main_test.go", None, text), None, "{text}");
        }
        assert_eq!(
            told(&["go.mod"], "main_test.go", None, main),
            None,
            "a package without agreed tests"
        );
    }
}
