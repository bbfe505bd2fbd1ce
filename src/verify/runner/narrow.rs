//! How single tests are run: what is added to a runner's command line so that it runs those and few others.
//!
//! Owns the templates, one a runner, and the setting that stands in for them. Does not own which tests are wanted. Invariant: every
//! name reaches the shell quoted, and a runner that cannot be told is named instead of being run whole.

use super::through::{SIGNS, Through, through};
use super::{Root, make};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Why single tests cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotNarrow {
    /// The runner takes no names.
    #[error("this runner takes no single tests: run all, or set `rerun` under [verify]")]
    Runner,
    /// The setting has no place for a test.
    #[error("`rerun` under [verify] names neither {{files}} nor {{names}}: put one of them where the tests are to stand")]
    Template,
    /// The runner takes files, and no file of these tests is known.
    #[error("no run told in which file {test} is; run all tests once")]
    NoFile {
        /// The test.
        test: String,
    },
}

/// A wanted test, its name parted.
struct Wanted<'a> {
    whole: &'a str,
    /// File, module or package; empty if no run told it.
    file: &'a str,
    name: &'a str,
}

/// What a template is given.
struct Ask<'a> {
    root: &'a Path,
    command: &'a str,
    wanted: Vec<Wanted<'a>>,
}

/// A runner's template.
struct Way {
    /// Words by which a command is known to run it.
    words: &'static [&'static str],
    narrow: fn(&Ask<'_>) -> Option<String>,
}

/// Known ones; where several fit, the first is taken.
const WAYS: [Way; 9] = [
    Way {
        words: &["pytest"],
        narrow: |ask| {
            let id = |test: &Wanted<'_>| (!test.file.is_empty()).then(|| quoted(&format!("{}::{}", test.file, test.name)));
            ask.appended(id)
        },
    },
    Way {
        words: &["nextest"],
        narrow: |ask| {
            let filter: Vec<String> = ask.wanted.iter().map(|test| format!("test(={})", test.name)).collect();
            Some(format!("{} -E {}", ask.command, quoted(&filter.join(" | "))))
        },
    },
    Way {
        words: &["cargo", "test"],
        narrow: |ask| {
            let names = ask.names(|test| quoted(test.name.split(" - ").next().unwrap_or(test.name)));
            let gap = if ask.command.contains(" -- ") { "" } else { " --" };
            Some(format!("{}{gap} --exact {names}", ask.command))
        },
    },
    Way {
        words: &["go", "test"],
        narrow: go,
    },
    Way {
        words: &["vitest"],
        narrow: |ask| Some(ask.titled("-t", " > ")),
    },
    Way {
        words: &["jest"],
        narrow: |ask| Some(ask.titled("-t", " > ")),
    },
    Way {
        words: &["mocha"],
        narrow: |ask| Some(format!("{} --grep {}", ask.command, quoted(&ask.pattern("")))),
    },
    Way {
        words: &["bats"],
        narrow: |ask| {
            let (before, after) = ask.command.split_once("bats")?;
            Some(format!("{before}bats --filter {}{after}", quoted(&ask.pattern(""))))
        },
    },
    Way {
        words: &["sh"],
        narrow: script,
    },
];

/// Returns the command that runs these tests and, if the runner cannot help it, some others. A `template` of the user's is taken before
/// what is known of the runner.
///
/// # Errors
/// Fails if the runner cannot be told which tests to run.
pub fn narrow(root: &Path, command: &str, template: Option<&str>, tests: &[String]) -> Result<String, CannotNarrow> {
    let ask = Ask {
        root,
        command,
        wanted: tests.iter().map(|test| Wanted::of(test)).collect(),
    };
    if let Some(template) = template {
        return ask.filled(template);
    }
    narrowed(ask).ok_or(CannotNarrow::Runner)
}

fn narrowed(ask: Ask<'_>) -> Option<String> {
    // What is added goes to the last command of several, which need not be the runner.
    let way = way(ask.command).filter(|_| !ask.command.contains(SIGNS));
    way.and_then(|way| (way.narrow)(&ask)).or_else(|| behind(ask))
}

/// The way of the runner that a command calls.
fn way(command: &str) -> Option<&'static Way> {
    let words: Vec<&str> = command
        .split(|c: char| c.is_whitespace() || "\"'".contains(c))
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .collect();
    WAYS.iter().find(|way| way.words.iter().all(|word| words.contains(word)))
}

/// The same of the runner that a command only stands for.
fn behind(ask: Ask<'_>) -> Option<String> {
    let root = Root::new(ask.root);
    if let Some(line) = make::only_line(&root, ask.command) {
        return narrowed(Ask { command: &line, ..ask });
    }
    let Through { before, call, runner } = through(&root, ask.command)?;
    let narrowed = (way(&runner)?.narrow)(&Ask { command: &call, ..ask })?;
    Some(format!("{before}{narrowed}"))
}

impl<'a> Wanted<'a> {
    fn of(whole: &'a str) -> Self {
        match whole.split_once(": ") {
            Some((file, name)) if !file.contains(' ') => Self { whole, file, name },
            _ => Self {
                whole,
                file: "",
                name: whole,
            },
        }
    }
}

impl Ask<'_> {
    fn names(&self, one: impl Fn(&Wanted<'_>) -> String) -> String {
        let names: Vec<String> = self.wanted.iter().map(one).collect();
        names.join(" ")
    }

    fn appended(&self, one: impl Fn(&Wanted<'_>) -> Option<String>) -> Option<String> {
        let all: Option<Vec<String>> = self.wanted.iter().map(one).collect();
        Some(format!("{} {}", self.command, all?.join(" ")))
    }

    /// A regular expression that only these titles match; `parted` is what we put between a group and its tests, where the runner
    /// has a space.
    fn pattern(&self, parted: &str) -> String {
        let titles = self.wanted.iter().map(|test| {
            let title = if parted.is_empty() {
                test.name.to_owned()
            } else {
                test.name.replace(parted, " ")
            };
            escaped(&title)
        });
        format!("^({})$", titles.collect::<Vec<_>>().join("|"))
    }

    fn titled(&self, flag: &str, parted: &str) -> String {
        let files: BTreeSet<&str> = self.wanted.iter().map(|test| test.file).collect();
        let files: Vec<String> = files.into_iter().filter(|file| !file.is_empty()).map(quoted).collect();
        let pattern = quoted(&self.pattern(parted));
        format!("{} {flag} {pattern} {}", self.command, files.join(" "))
            .trim_end()
            .to_owned()
    }

    /// The files of the tests as they are found from the root, each once.
    fn files(&self, beside: Option<&Path>) -> Result<Vec<String>, CannotNarrow> {
        let mut found = BTreeSet::new();
        for test in &self.wanted {
            let places = [Some(PathBuf::from(test.file)), beside.map(|folder| folder.join(test.file))];
            let there = |place: &PathBuf| !test.file.is_empty() && self.root.join(place).is_file();
            let place = places.into_iter().flatten().find(there).ok_or_else(|| CannotNarrow::NoFile {
                test: test.whole.to_owned(),
            })?;
            found.insert(quoted(&place.to_string_lossy()));
        }
        Ok(found.into_iter().collect())
    }

    fn filled(&self, template: &str) -> Result<String, CannotNarrow> {
        if !template.contains("{files}") && !template.contains("{names}") {
            return Err(CannotNarrow::Template);
        }
        let mut command = template.replace("{names}", &self.names(|test| quoted(test.name)));
        if command.contains("{files}") {
            command = command.replace("{files}", &self.files(None)?.join(" "));
        }
        Ok(command)
    }
}

/// Packages in place of all; a subtest is run with its siblings unless it is the only one that is wanted. Past results do not count.
fn go(ask: &Ask<'_>) -> Option<String> {
    // Given a file, go would leave out the rest of its package.
    let package = |test: &Wanted<'_>| match test.file.strip_suffix(".go") {
        Some(file) => file
            .rsplit_once('/')
            .map_or_else(|| ".".to_owned(), |(folder, _)| format!("./{folder}")),
        None => test.file.to_owned(),
    };
    let packages: BTreeSet<String> = ask.wanted.iter().map(package).collect();
    let packages: Vec<String> = packages
        .iter()
        .filter(|package| !package.is_empty())
        .map(|package| quoted(package))
        .collect();
    let pattern = match ask.wanted.as_slice() {
        [only] => {
            let parts: Vec<String> = only.name.split('/').map(|part| format!("^{}$", escaped(part))).collect();
            parts.join("/")
        }
        several => {
            let tops: BTreeSet<String> = several
                .iter()
                .map(|test| escaped(test.name.split('/').next().unwrap_or(test.name)))
                .collect();
            format!("^({})$", tops.into_iter().collect::<Vec<_>>().join("|"))
        }
    };
    let (before, after) = ask.command.split_once("go test")?;
    let after = if packages.is_empty() {
        after.to_owned()
    } else {
        after.replace("./...", &packages.join(" "))
    };
    Some(format!("{before}go test -count=1 -run {}{after}", quoted(&pattern)))
}

/// A project's own script, if it looks at its arguments.
fn script(ask: &Ask<'_>) -> Option<String> {
    let path = ask.command.strip_prefix("sh ")?.trim();
    let text = std::fs::read_to_string(ask.root.join(path)).ok()?;
    let takes = ["$#", "$@", "$*", "$1"].iter().any(|sign| text.contains(sign));
    let files = ask.files(Path::new(path).parent()).ok().filter(|_| takes)?;
    Some(format!("{} {}", ask.command, files.join(" ")))
}

/// A word of the shell that is just this text.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A regular expression that matches just this text, in every dialect in use here.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\^$.|?*+()[]{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str, tests: &[&str]) -> Result<String, CannotNarrow> {
        let tests: Vec<String> = tests.iter().map(|test| (*test).to_owned()).collect();
        narrow(Path::new("/nowhere"), command, None, &tests)
    }

    #[test]
    fn every_runner_that_takes_names_gets_them_quoted() {
        for (command, test, told) in [
            (
                "python3 -m pytest -q",
                "tests/test_a.py: Till::test_sum[a b]",
                "python3 -m pytest -q 'tests/test_a.py::Till::test_sum[a b]'",
            ),
            (
                "cargo test --no-fail-fast --workspace",
                "src/lib.rs: tests::adds",
                "cargo test --no-fail-fast --workspace -- --exact 'tests::adds'",
            ),
            (
                "cargo test -- --test-threads=1",
                "src/lib.rs: tests::adds - should panic",
                "cargo test -- --test-threads=1 --exact 'tests::adds'",
            ),
            (
                "cargo nextest run --no-fail-fast",
                "src/lib.rs: tests::adds",
                "cargo nextest run --no-fail-fast -E 'test(=tests::adds)'",
            ),
            (
                "go test -json ./...",
                "shop/cart: TestTable/n=1.5",
                "go test -count=1 -run '^TestTable$/^n=1\\.5$' -json 'shop/cart'",
            ),
            ("npm test -- --json", "x: y", ""),
            (
                "npx --no-install jest --json",
                "src/a.test.js: cart > it's (not) empty",
                "npx --no-install jest --json -t '^(cart it'\\''s \\(not\\) empty)$' 'src/a.test.js'",
            ),
            (
                "npx --no-install vitest run",
                "src/a.test.ts: cart > adds",
                "npx --no-install vitest run -t '^(cart adds)$' 'src/a.test.ts'",
            ),
            ("npx mocha", "cart adds", "npx mocha --grep '^(cart adds)$'"),
            (
                "bats --tap -r tests",
                "adds a note",
                "bats --filter '^(adds a note)$' --tap -r tests",
            ),
            ("make test", "a", ""),
            ("cargo test | tee log", "a: b", ""),
            ("pytest", "a test without a file", ""),
        ] {
            let narrowed = of(command, &[test]);
            if told.is_empty() {
                assert_eq!(narrowed, Err(CannotNarrow::Runner));
            } else {
                assert_eq!(narrowed.as_deref(), Ok(told));
            }
        }
    }

    #[test]
    fn the_runner_behind_a_wrapper_gets_the_names() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| std::fs::write(dir.path().join(path), text).unwrap();
        write("Makefile", "test:\n\tpython3 -m pytest -q\n");
        write("package.json", r#"{"scripts": {"test": "jest -i", "unit": "cargo test"}}"#);
        write("check.sh", "set -e\necho testing\ncargo test\n");
        let test = ["t/a: b".to_owned()];
        let of = |command: &str| narrow(dir.path(), command, None, &test);
        assert_eq!(of("make test").as_deref(), Ok("python3 -m pytest -q 't/a::b'"));
        assert_eq!(of("npm test").as_deref(), Ok("npm test -- -t '^(b)$' 't/a'"));
        assert_eq!(of("npm run unit").as_deref(), Ok("npm run unit -- -- --exact 'b'"));
        assert_eq!(of("sh check.sh").as_deref(), Ok("cargo test -- --exact 'b'"));
        assert_eq!(of("make test && true"), Err(CannotNarrow::Runner));
    }

    #[test]
    fn several_tests_are_one_run() {
        assert_eq!(
            of("go test -json ./...", &["cart/cart_test.go: TestSum", "sum_test.go: TestSum"]).as_deref(),
            Ok("go test -count=1 -run '^(TestSum)$' -json '.' './cart'")
        );
        assert_eq!(
            of("go test ./...", &["m/a: TestX/one", "m/b: TestY"]).as_deref(),
            Ok("go test -count=1 -run '^(TestX|TestY)$' 'm/a' 'm/b'")
        );
        assert_eq!(
            of("cargo test", &["src/lib.rs: a", "tests/b.rs: b"]).as_deref(),
            Ok("cargo test -- --exact 'a' 'b'")
        );
    }

    #[test]
    fn a_script_that_looks_at_its_arguments_is_given_files() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("tests")).unwrap();
        let script = dir.path().join("tests/run.sh");
        std::fs::write(&script, "for t in tests/*.sh; do sh $t; done\n").unwrap();
        std::fs::write(dir.path().join("tests/08-tags.sh"), "").unwrap();
        let tests = ["08-tags.sh: filters", "tests/08-tags.sh: lists"].map(str::to_owned);
        let narrowed = || narrow(dir.path(), "sh tests/run.sh", None, &tests);
        assert!(narrowed().is_err(), "it runs whatever it likes");
        std::fs::write(&script, "[ $# -gt 0 ] || set -- tests/*.sh\nfor t; do sh $t; done\n").unwrap();
        assert_eq!(narrowed().as_deref(), Ok("sh tests/run.sh 'tests/08-tags.sh'"));
        let gone = ["09-gone.sh: x".to_owned()];
        assert!(narrow(dir.path(), "sh tests/run.sh", None, &gone).is_err());
    }

    #[test]
    fn the_user_s_own_template_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.spec"), "").unwrap();
        let test = ["a.spec: it's one".to_owned()];
        let with = |template| narrow(dir.path(), "make test", Some(template), &test);
        assert_eq!(
            with("make one FILES={files} N={names}").as_deref(),
            Ok("make one FILES='a.spec' N='it'\\''s one'")
        );
        assert_eq!(with("make one"), Err(CannotNarrow::Template));
        let nowhere = ["one".to_owned()];
        assert!(matches!(
            narrow(dir.path(), "make", Some("make {files}"), &nowhere),
            Err(CannotNarrow::NoFile { .. })
        ));
    }
}
