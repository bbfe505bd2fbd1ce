//! Where the tests of Go stand: the file of a package that holds a test's function.
//!
//! Go tells packages, and a feature names files. Owns finding a package's folder by the modules of the project, and a function in its
//! files. Invariant: what cannot be found or read whole is unknown, which speaks neither for a test nor against it.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Bytes read of a file.
const BYTES: u64 = 1 << 20;
/// Test files read of a package.
const FILES: usize = 500;
/// Modules of a workspace.
const MODULES: usize = 100;

/// The test functions of a package by name, each with its file as it is found from the root.
type Functions = HashMap<String, String>;

/// What is known of a test.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The file it is in.
    File(String),
    /// The package was read, and has no such function.
    Nowhere,
    /// Nothing.
    Unknown,
}

/// The test files of a project, read package by package as they are asked for.
#[derive(Debug)]
pub(super) struct Source {
    root: PathBuf,
    /// Module paths with their folders below the root, the longest first; read when first asked for.
    modules: Option<Vec<(String, String)>>,
    packages: HashMap<String, Option<Functions>>,
}

impl Source {
    /// That of the project in `root`; nothing is read yet.
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            modules: None,
            packages: HashMap::new(),
        }
    }

    /// Finds the file of a test of a package. A subtest is where its parent is.
    pub(super) fn place(&mut self, package: &str, test: &str) -> Place {
        if !self.packages.contains_key(package) {
            let functions = self.folder(package).and_then(|folder| self.functions(&folder));
            self.packages.insert(package.to_owned(), functions);
        }
        let name = test.split('/').next().unwrap_or(test);
        match self.packages.get(package) {
            Some(Some(functions)) => functions.get(name).map_or(Place::Nowhere, |file| Place::File(file.clone())),
            Some(None) | None => Place::Unknown,
        }
    }

    /// Says whether a package was read and has tests.
    pub(super) fn has_tests(&mut self, package: &str) -> bool {
        // It reads the package.
        let _ = self.place(package, "");
        let functions = self.packages.get(package).and_then(Option::as_ref);
        functions.is_some_and(|all| all.keys().any(|name| name.starts_with("Test") && name != "TestMain"))
    }

    fn folder(&mut self, package: &str) -> Option<String> {
        let root = &self.root;
        let modules = self.modules.get_or_insert_with(|| modules(root));
        modules.iter().find_map(|(module, folder)| {
            let below = package.strip_prefix(module.as_str())?;
            let below = below.strip_prefix('/').or(below.is_empty().then_some(""))?;
            let outside = below.split('/').any(|part| part == "..");
            (!outside).then(|| joined(folder, below))
        })
    }

    fn functions(&self, folder: &str) -> Option<Functions> {
        let mut names: Vec<String> = fs::read_dir(self.root.join(folder))
            .ok()?
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.ends_with("_test.go"))
            .collect();
        names.sort();
        if names.is_empty() || names.len() > FILES {
            return None;
        }
        let mut all = Functions::new();
        for name in names {
            let path = joined(folder, &name);
            let text = text(&self.root.join(&path))?;
            for line in text.lines() {
                let name = line.strip_prefix("func ").and_then(|rest| rest.split_once('('));
                if let Some((name, _)) = name.filter(|(name, _)| !name.trim().is_empty()) {
                    all.entry(name.trim().to_owned()).or_insert_with(|| path.clone());
                }
            }
        }
        Some(all)
    }
}

fn joined(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// The module in the root, and those that its workspace uses.
fn modules(root: &Path) -> Vec<(String, String)> {
    let workspace = text(&root.join("go.work")).unwrap_or_default();
    let used = workspace
        .lines()
        .map(|line| line.trim().trim_start_matches("use ").trim().trim_matches('"'))
        .filter_map(|line| line.strip_prefix("./"))
        .map(|folder| folder.trim_end_matches('/').to_owned());
    let folders = std::iter::once(String::new()).chain(used).take(MODULES);
    let mut all: Vec<(String, String)> = folders
        .filter_map(|folder| {
            let text = text(&root.join(&folder).join("go.mod"))?;
            let module = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
            let module = module
                .split("//")
                .next()
                .unwrap_or(module)
                .trim()
                .trim_matches('"')
                .to_owned();
            (!module.is_empty()).then_some((module, folder))
        })
        .collect();
    all.sort_by_key(|(module, _)| std::cmp::Reverse(module.len()));
    all
}

/// A regular file that has an end within the bound.
fn text(path: &Path) -> Option<String> {
    fs::metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= BYTES)?;
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_by_module_package_and_function() {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("go.work", "go 1.22\n\nuse (\n\t./tools\n)\n"),
            ("go.mod", "module example.org/sum // the sum\n\ngo 1.22\n"),
            ("tools/go.mod", "module example.org/sum/tools\n"),
            ("sum.go", "package sum\nfunc TestNot() {}\n"),
            (
                "sum_test.go",
                "package sum\nfunc TestSum(t *testing.T) {}\nfunc (s Suite) TestOfSuite() {}\n",
            ),
            ("a/b/b_test.go", "package b\nfunc TestB (t *testing.T) {}\n"),
            ("tools/x/x_test.go", "package x\nfunc ExampleX() {}\n"),
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut source = Source::new(dir.path());
        let mut file = |package: &str, test: &str| source.place(package, test);
        let is = |path: &str| Place::File(path.to_owned());
        assert_eq!(file("example.org/sum", "TestSum"), is("sum_test.go"));
        assert_eq!(file("example.org/sum", "TestSum/with/parts"), is("sum_test.go"));
        assert_eq!(file("example.org/sum/a/b", "TestB"), is("a/b/b_test.go"));
        assert_eq!(file("example.org/sum/tools/x", "ExampleX"), is("tools/x/x_test.go"));
        for missing in ["TestNot", "TestOfSuite", "TestOther"] {
            assert_eq!(file("example.org/sum", missing), Place::Nowhere, "{missing}");
        }
        for package in [
            "example.org/other",
            "example.org/summary",
            "example.org/sum/a",
            "example.org/sum/../x",
        ] {
            assert_eq!(file(package, "TestSum"), Place::Unknown, "{package}");
        }
    }
}
