//! Real runners over small real projects: found by the project's files, run, read test by test, and green once the code is mended.
//!
//! What needs more than Rust and a shell is ignored by default; `.ci/run` installs it and runs them. The runners that a package
//! manager brings lie in `target/runners`, as their messages say.

mod named;
mod unheard;

use crate::cli::Place;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// A project in which two tests pass, one fails and one is skipped.
struct Case {
    /// The command that `verify` is to find begins like this.
    command: &'static str,
    /// Path and text of every file.
    files: &'static [(&'static str, &'static str)],
    /// The file that is wrong, and how it is right.
    mend: (&'static str, &'static str),
    passed: [&'static str; 2],
    failed: &'static str,
    /// Nothing where the runner does not name what it skips.
    skipped: &'static [&'static str],
    /// What the failure says, of what was there and what was hoped for.
    says: &'static str,
}

/// Where `.ci/run` puts the runners that are packages of a language.
fn installed(what: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/runners").join(what);
    assert!(path.exists(), "{} is not there: see why this test is ignored", path.display());
    path
}

fn verify(place: &Place) -> (Value, Option<i32>) {
    let done = place
        .longhaul(&["verify", "--json", "--retries", "0"])
        // As most machines are: what Python compiles is kept beside the source.
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    let told = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&done.stderr));
    });
    (told, done.status.code())
}

fn names<'a>(told: &'a Value, status: &str) -> Vec<&'a str> {
    let tests = told["tests"].as_array().unwrap().iter();
    let mut names: Vec<_> = tests
        .filter(|test| test["status"] == status)
        .map(|test| test["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names
}

impl Case {
    /// The project, with these links.
    fn place(&self, links: &[(&str, PathBuf)]) -> Place {
        let place = Place::new();
        for (path, text) in self.files {
            let path = place.project().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            if text.starts_with("#!") {
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        for (name, target) in links {
            symlink(target, place.project().join(name)).unwrap();
        }
        place
    }

    fn holds(&self, links: &[(&str, PathBuf)]) {
        let place = self.place(links);
        let (told, exit) = verify(&place);
        assert!(told["command"].as_str().unwrap().starts_with(self.command), "{told:#}");
        assert_eq!(exit, Some(10), "{told:#}");
        assert_eq!(told["green"], false);
        assert_eq!(names(&told, "passed"), self.passed, "{told:#}");
        assert_eq!(names(&told, "failed"), [self.failed], "{told:#}");
        assert_eq!(names(&told, "skipped"), self.skipped, "{told:#}");
        let failed = told["tests"]
            .as_array()
            .unwrap()
            .iter()
            .find(|test| test["status"] == "failed");
        let detail = failed.unwrap()["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(self.says), "{detail:?} does not say {:?}", self.says);

        let (path, text) = self.mend;
        let path = place.project().join(path);
        let before = fs::read(&path).unwrap();
        let changed = fs::metadata(&path).unwrap().modified().unwrap();
        fs::write(&path, text).unwrap();
        if path.extension().is_some_and(|extension| extension == "py") {
            // By what Python looks at, the second and the size, nothing has changed.
            assert_eq!(text.len(), before.len());
            fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(changed)
                .unwrap();
        }
        let (told, exit) = verify(&place);
        assert_eq!((exit, &told["green"]), (Some(0), &Value::Bool(true)), "{told:#}");
        assert_eq!(told["failed"], 0);
        assert_eq!(told["passed"], 3, "{told:#}");
        self.proves_a_feature(&place);
    }

    /// A feature finds its results by file, as `tests` names them, and is proven by those that passed.
    fn proves_a_feature(&self, place: &Place) {
        let whole = self.passed[0];
        let (file, name) = whole.split_once(": ").unwrap_or((whole, whole));
        for (test, found) in [(file, 3 + self.skipped.len()), (name, 1), (whole, 1)] {
            let found = if file == name { 1 } else { found };
            let list = format!(
                "[{{\"id\": \"F001\", \"description\": \"adds\", \"steps\": [], \"passes\": false, \"tests\": [{test:?}]}}]\n"
            );
            fs::write(place.project().join("feature_list.json"), list).unwrap();
            let done = place.longhaul(&["verify", "--json", "--feature", "F001"]).output().unwrap();
            let told: Value = serde_json::from_slice(&done.stdout).unwrap();
            assert_eq!(told["missing"], serde_json::json!([]), "{test}: {told:#}");
            assert_eq!(told["tests"].as_array().unwrap().len(), found, "{test}: {told:#}");
            // What was skipped proves nothing, be it in the right file.
            let proven = found == 1 || self.skipped.is_empty();
            assert_eq!(told["proven"], proven, "{test}: {told:#}");
            assert_eq!(done.status.code(), Some(if proven { 0 } else { 10 }));
        }
    }
}

const MANIFEST: (&str, &str) = (
    "Cargo.toml",
    "[package]\nname = \"sum\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
);
const NODE_SUM: (&str, &str) = ("sum.js", "exports.sum = (a, b) => a - b;\n");
const NODE_SUM_MENDED: (&str, &str) = ("sum.js", "exports.sum = (a, b) => a + b;\n");

/// The form that jest, vitest (with its globals) and mocha share.
const DESCRIBED: &str = "const { sum } = require('./sum');\n\
    describe('sum', () => {\n\
    \x20 it('adds nothing', () => { expect(sum(2, 0)).toBe(2); });\n\
    \x20 it('takes a zero', () => { expect(sum(0, 0)).toBe(0); });\n\
    \x20 it('adds two', () => { expect(sum(1, 2)).toBe(3); });\n\
    \x20 it.skip('adds huge ones', () => {});\n\
    });\n";

/// What is told of [`DESCRIBED`], whoever runs it.
const SUM_SUITE: Case = Case {
    command: "",
    files: &[],
    mend: NODE_SUM_MENDED,
    passed: ["sum.test.js: sum > adds nothing", "sum.test.js: sum > takes a zero"],
    failed: "sum.test.js: sum > adds two",
    skipped: &["sum.test.js: sum > adds huge ones"],
    says: "",
};

#[test]
fn cargo_test() {
    let case = Case {
        command: "cargo test --no-fail-fast",
        files: &[
            MANIFEST,
            ("src/lib.rs", "pub fn sum(a: i32, b: i32) -> i32 {\n    a - b\n}\n"),
            (
                "tests/sum.rs",
                "use sum::sum;\n#[test]\nfn adds_nothing() {\n    assert_eq!(sum(2, 0), 2);\n}\n#[test]\nfn adds_two() {\n    assert_eq!(sum(1, 2), 3);\n}\n\
                 #[test]\nfn takes_a_zero() {\n    assert_eq!(sum(0, 0), 0);\n}\n#[test]\n#[ignore = \"slow\"]\nfn adds_huge_ones() {}\n",
            ),
        ],
        mend: ("src/lib.rs", "pub fn sum(a: i32, b: i32) -> i32 {\n    a + b\n}\n"),
        passed: ["tests/sum.rs: adds_nothing", "tests/sum.rs: takes_a_zero"],
        failed: "tests/sum.rs: adds_two",
        skipped: &["tests/sum.rs: adds_huge_ones"],
        says: "left: -1",
    };
    case.holds(&[]);
    case.named(named::CARGO, &[]);
}

#[test]
fn a_shell_script_that_prints_tap() {
    Case {
        command: "sh tests/run.sh",
        files: &[
            ("sum.sh", "echo $(($1 - $2))\n"),
            (
                "tests/run.sh",
                "#!/bin/sh\nbad=0\nn=0\ncheck() {\n  n=$((n + 1))\n  got=$(sh sum.sh $2 $3)\n  if [ \"$got\" = \"$4\" ]; then echo \"ok $n - $1\"\n  \
                 else echo \"not ok $n - $1\"; echo \"# got $got, not $4\"; bad=1; fi\n}\necho 1..4\ncheck 'adds nothing' 2 0 2\ncheck 'takes a zero' 0 0 0\n\
                 check 'adds two' 1 2 3\necho 'ok 4 - adds huge ones # SKIP slow'\nexit $bad\n",
            ),
        ],
        mend: ("sum.sh", "echo $(($1 + $2))\n"),
        passed: ["adds nothing", "takes a zero"],
        failed: "adds two",
        skipped: &["adds huge ones"],
        says: "got -1, not 3",
    }
    .holds(&[]);
}

#[test]
#[ignore = "needs cargo-nextest: https://nexte.st"]
fn cargo_nextest() {
    Case {
        command: "cargo nextest run",
        files: &[
            MANIFEST,
            (".config/nextest.toml", "[profile.default]\nretries = 0\n"),
            (
                "src/lib.rs",
                "pub mod sum;\n#[cfg(test)]\nmod tests {\n    use crate::sum::sum;\n    #[test]\n    fn adds_nothing() {\n        assert_eq!(sum(2, 0), 2);\n    }\n    \
                 #[test]\n    fn adds_two() {\n        assert_eq!(sum(1, 2), 3);\n    }\n    #[test]\n    fn takes_a_zero() {\n        assert_eq!(sum(0, 0), 0);\n    }\n    \
                 #[test]\n    #[ignore = \"slow\"]\n    fn adds_huge_ones() {}\n}\n",
            ),
            ("src/sum.rs", "pub fn sum(a: i32, b: i32) -> i32 {\n    a - b\n}\n"),
        ],
        mend: ("src/sum.rs", "pub fn sum(a: i32, b: i32) -> i32 {\n    a + b\n}\n"),
        passed: ["src/lib.rs: tests::adds_nothing", "src/lib.rs: tests::takes_a_zero"],
        failed: "src/lib.rs: tests::adds_two",
        skipped: &[],
        says: "left: -1",
    }
    .holds(&[]);
}

#[test]
#[ignore = "needs go: apt-get install golang-go"]
fn go_test() {
    let case = Case {
        command: "go test -json",
        files: &[
            ("go.mod", "module example.org/sum\n\ngo 1.18\n"),
            ("sum.go", "package sum\n\nfunc Sum(a, b int) int { return a - b }\n"),
            (
                "sum_test.go",
                "package sum\n\nimport \"testing\"\n\nfunc check(t *testing.T, a, b, want int) {\n\tif got := Sum(a, b); got != want {\n\t\tt.Fatalf(\"got %d, not %d\", got, want)\n\t}\n}\n\
                 func TestNothing(t *testing.T) { check(t, 2, 0, 2) }\nfunc TestZero(t *testing.T) { check(t, 0, 0, 0) }\nfunc TestTwo(t *testing.T) { check(t, 1, 2, 3) }\n\
                 func TestHuge(t *testing.T) { t.Skip(\"slow\") }\n",
            ),
        ],
        mend: ("sum.go", "package sum\n\nfunc Sum(a, b int) int { return a + b }\n"),
        passed: ["sum_test.go: TestNothing", "sum_test.go: TestZero"],
        failed: "sum_test.go: TestTwo",
        skipped: &["sum_test.go: TestHuge"],
        says: "got -1, not 3",
    };
    case.holds(&[]);
    case.named(named::GO, &[]);
}

#[test]
#[ignore = "needs pytest: python3 -m venv target/runners/venv && target/runners/venv/bin/pip install pytest"]
fn pytest() {
    let case = Case {
        command: ".venv/bin/python -m pytest",
        files: &[
            ("sums.py", "def sum(a, b):\n    return a - b\n"),
            ("conftest.py", ""),
            (
                "tests/test_sums.py",
                "import pytest\nimport unittest\nfrom sums import sum\n\ndef test_nothing():\n    assert sum(2, 0) == 2\n\n@pytest.mark.parametrize('a', [1])\ndef test_two(a):\n    assert sum(a, 2) == 3\n\n\
                 class Zero(unittest.TestCase):\n    def test_zero(self):\n        for i in range(3):\n            with self.subTest(i=i):\n                self.assertEqual(sum(0, 0), 0)\n\n@pytest.mark.skip(reason='slow')\ndef test_huge():\n    pass\n",
            ),
        ],
        mend: ("sums.py", "def sum(a, b):\n    return b + a\n"),
        passed: ["tests/test_sums.py: Zero::test_zero", "tests/test_sums.py: test_nothing"],
        failed: "tests/test_sums.py: test_two[1]",
        skipped: &["tests/test_sums.py: test_huge"],
        says: "assert -1 == 3",
    };
    let links = [(".venv", installed("venv"))];
    case.holds(&links);
    case.named(named::PYTEST, &links);
}

#[test]
#[ignore = "needs node 20 or later: apt-get install nodejs npm"]
fn node_test() {
    let case = Case {
        command: "NODE_OPTIONS=",
        files: &[
            (
                "package.json",
                "{\"name\": \"sum\", \"scripts\": {\"test\": \"node --test\"}}\n",
            ),
            NODE_SUM,
            (
                "sum.test.js",
                "const test = require('node:test');\nconst assert = require('node:assert');\nconst { sum } = require('./sum');\n\
                 test('adds nothing', () => assert.strictEqual(sum(2, 0), 2));\ntest('takes a zero', () => assert.strictEqual(sum(0, 0), 0));\n\
                 test('adds two', () => assert.strictEqual(sum(1, 2), 3));\ntest('adds huge ones', { skip: 'slow' }, () => {});\n",
            ),
        ],
        mend: NODE_SUM_MENDED,
        passed: ["sum.test.js: adds nothing", "sum.test.js: takes a zero"],
        failed: "sum.test.js: adds two",
        skipped: &["sum.test.js: adds huge ones"],
        says: "-1 !== 3",
    };
    case.holds(&[]);
    case.named(named::NODE, &[]);
}

#[test]
#[ignore = "needs jest: npm install --prefix target/runners jest@29"]
fn jest() {
    let case = Case {
        command: "npm test -- --json",
        files: &[
            ("package.json", "{\"name\": \"sum\", \"scripts\": {\"test\": \"jest\"}}\n"),
            NODE_SUM,
            ("sum.test.js", DESCRIBED),
        ],
        says: "Received: -1",
        ..SUM_SUITE
    };
    let links = [("node_modules", installed("node_modules"))];
    case.holds(&links);
    case.named(named::JEST, &links);
}

#[test]
#[ignore = "needs vitest: npm install --prefix target/runners vitest@3 vite@7"]
fn vitest() {
    let case = Case {
        command: "npx --no-install vitest run",
        files: &[
            (
                "package.json",
                "{\"name\": \"sum\", \"devDependencies\": {\"vitest\": \"^3\"}}\n",
            ),
            ("vitest.config.mjs", "export default { test: { globals: true } };\n"),
            NODE_SUM,
            ("sum.test.js", DESCRIBED),
        ],
        says: "expected -1 to be 3",
        ..SUM_SUITE
    };
    let links = [("node_modules", installed("node_modules"))];
    case.holds(&links);
    case.named(named::VITEST, &links);
}

#[test]
#[ignore = "needs mocha: npm install --prefix target/runners mocha@10"]
fn mocha() {
    let case = Case {
        command: "npm test -- --reporter json",
        files: &[
            (
                "package.json",
                "{\"name\": \"sum\", \"scripts\": {\"test\": \"mocha *.test.js\"}}\n",
            ),
            NODE_SUM,
            (
                "sum.test.js",
                "const assert = require('node:assert');\nconst { sum } = require('./sum');\ndescribe('sum', () => {\n  it('adds nothing', () => assert.strictEqual(sum(2, 0), 2));\n  \
                 it('takes a zero', () => assert.strictEqual(sum(0, 0), 0));\n  it('adds two', () => assert.strictEqual(sum(1, 2), 3));\n  it.skip('adds huge ones', () => {});\n});\n",
            ),
        ],
        mend: NODE_SUM_MENDED,
        passed: ["sum.test.js: sum adds nothing", "sum.test.js: sum takes a zero"],
        failed: "sum.test.js: sum adds two",
        skipped: &["sum.test.js: sum adds huge ones"],
        says: "-1 !== 3",
    };
    let links = [("node_modules", installed("node_modules"))];
    case.holds(&links);
    case.named(named::MOCHA, &links);
}

#[test]
#[ignore = "needs bats: apt-get install bats"]
fn bats() {
    Case {
        command: "bats --tap",
        files: &[
            ("sum.sh", "echo $(($1 - $2))\n"),
            (
                "test/sum.bats",
                "@test \"adds nothing\" {\n  [ \"$(sh sum.sh 2 0)\" = 2 ]\n}\n@test \"takes a zero\" {\n  [ \"$(sh sum.sh 0 0)\" = 0 ]\n}\n\
                 @test \"adds two\" {\n  [ \"$(sh sum.sh 1 2)\" = 3 ]\n}\n@test \"adds huge ones\" {\n  skip slow\n}\n",
            ),
        ],
        mend: ("sum.sh", "echo $(($1 + $2))\n"),
        passed: ["adds nothing", "takes a zero"],
        failed: "adds two",
        skipped: &["adds huge ones"],
        says: "sum.bats, line 8",
    }
    .holds(&[]);
}

/// What make runs prints what it likes: here it is TAP, and it is read as such.
#[test]
#[ignore = "needs make: apt-get install make"]
fn make_test() {
    Case {
        command: "make test",
        files: &[
            ("sum.sh", "echo $(($1 - $2))\n"),
            ("Makefile", ".PHONY: test\ntest:\n\t@sh check.sh\n"),
            (
                "check.sh",
                "got=$(sh sum.sh 1 2)\necho 1..4\necho 'ok 1 - adds nothing'\necho 'ok 2 - takes a zero'\n\
                 if [ \"$got\" = 3 ]; then echo 'ok 3 - adds two'; else echo 'not ok 3 - adds two'; echo \"# got $got, not 3\"; fi\n\
                 echo 'ok 4 - adds huge ones # SKIP slow'\n[ \"$got\" = 3 ]\n",
            ),
        ],
        mend: ("sum.sh", "echo $(($1 + $2))\n"),
        passed: ["adds nothing", "takes a zero"],
        failed: "adds two",
        skipped: &["adds huge ones"],
        says: "got -1, not 3",
    }
    .holds(&[]);
}
