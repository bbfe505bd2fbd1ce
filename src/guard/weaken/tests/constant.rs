//! Checks in which the program has no say, by language: bodies of new tests, each kind beside honest ones that look like it.

mod honest;
mod turned;

use super::super::{Changed, Kind, vacuous, weakened};
use honest::HONEST;

/// How a body of a test becomes a file: the path, what stands before it and after it.
struct Frame {
    path: &'static str,
    before: &'static str,
    after: &'static str,
}

const PYTHON: Frame = Frame {
    path: "tests/test_a.py",
    before: "import os\nimport pytest\nimport app\nfrom app import f, g, Cart, LIMIT\n\ndef test_new():\n    ",
    after: "\n",
};
const JAVASCRIPT: Frame = Frame {
    path: "a.test.js",
    before: "const test = require('node:test'); const assert = require('assert');\nconst { f, g } = require('../prog');\ntest('new', () => {\n  ",
    after: "\n});\n",
};
const RUST: Frame = Frame {
    path: "tests/a.rs",
    before: "use x::{f, g};\n\n#[test]\nfn new() {\n    ",
    after: "\n}\n",
};
const GO: Frame = Frame {
    path: "a_test.go",
    before: "package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestNew(t *testing.T) {\n\t",
    after: "\n}\n",
};
const SHELL: Frame = Frame {
    path: "tests/t-1.sh",
    before: "",
    after: "\n",
};

/// Bodies that hold whatever the program does.
const HOLD: &[(&Frame, &[&str])] = &[
    (
        &PYTHON,
        &[
            "assert 1 < 2",
            "assert 1 != 2",
            "assert 1 + 1 == 2",
            "assert 'a' in 'abc'",
            "assert 2 in [1, 2]",
            "assert not False",
            "assert not (1 > 2)",
            "assert f() or True",
            "assert not False or f() == 1",
            "assert True if f() else True",
            "assert [f()]",
            "assert (f(),)",
            "assert {'x': f()}",
            "assert len([f()]) == 1",
            "assert len([f(), g()]) > 0",
            "assert bool([f()])",
            "assert str(f()) is not None",
            "assert repr(f()) != None",
            "assert len(f()) is not None",
            "assert isinstance(f(), (int, object))",
            "assert isinstance(str(f()), str)",
            "assert f is not None",
            "assert app is not None",
            "assert app",
            "assert callable(f)",
            "assert callable(lambda: f())",
            "assert f() in (f(), 1)",
            "assert f() in [f()]",
            "a = f()\n    b = f()\n    assert a == b",
            "a = f(1)\n    assert a == f(1)",
            "if True:\n        return\n    assert f() == 1",
            "if 1 < 2:\n        return\n    assert f() == 1",
            "if not True:\n        assert f() == 1",
            "with pytest.raises(Exception):\n        raise ValueError",
            "with pytest.raises(ValueError):\n        raise ValueError('x')",
            "with pytest.raises(ZeroDivisionError):\n        1 / 0",
            "lambda: f() == 1",
            "got = f()\n    assert got is not None or got is None",
            "x = [f()]\n    assert x",
            "m = mock.Mock(return_value=1)\n    assert m() == 1",
            "m = mock.Mock()\n    m.return_value = 3\n    assert m(f()) == 3",
        ],
    ),
    (
        &JAVASCRIPT,
        &[
            "assert.ok(1 < 2);",
            "assert(1 + 1 === 2);",
            "assert.equal(1, 1);",
            "assert.notEqual(1, 2);",
            "assert.notStrictEqual(1, 2);",
            "assert.ok([f()]);",
            "assert.ok({ x: f() });",
            "assert.ok(!!f() || true);",
            "assert.ok(!false);",
            "assert.strictEqual([f()].length, 1);",
            "assert.ok(typeof f() !== undefined);",
            "expect(!!f() || true).toBeTruthy();",
            "expect(1).not.toBe(2);",
            "expect(1 < 2).toBe(true);",
            "expect([f()]).toBeTruthy();",
            "expect([f()]).toBeDefined();",
            "expect(String(f())).toBeDefined();",
            "expect(String(f())).not.toBeNull();",
            "expect([f()].length).toBe(1);",
            "expect([f()]).toHaveLength(1);",
            "expect(() => f()).toBeDefined();",
            "expect.assertions(0);",
            "[].map(x => expect(x).toBe(1));",
            "const x = () => { expect(f()).toBe(1); };",
            "const g2 = jest.fn(() => 1); expect(g2()).toBe(1);",
            "const g2 = vi.fn().mockReturnValue(3); expect(g2(f())).toBe(3);",
            "const a = f(); const b = f(); assert.strictEqual(a, b);",
            "if (true) return;\n  assert.strictEqual(f(), 1);",
            "if (1 > 2) { assert.strictEqual(f(), 1); }",
            "Promise.resolve().then(() => assert.strictEqual(f(), 1)).catch(() => {});",
            "assert.throws(() => { throw new Error('x'); });",
            "expect(() => { throw new Error('x'); }).toThrow();",
        ],
    ),
    (
        &RUST,
        &[
            "assert!(1 < 2);",
            "assert!(!false);",
            "assert!(f() == 1 || true);",
            "assert_ne!(1, 2);",
            "assert_eq!(1 + 1, 2);",
            "assert!(vec![f()].len() == 1);",
            "assert_eq!(vec![f()].len(), 1);",
            "assert_eq!([f(), g()].len(), 2);",
            "assert!(!vec![f()].is_empty());",
            "assert!(Some(f()).is_some());",
            "let _ = f() == 1;",
            "f() == 1;",
            "let a = f(); let b = f(); assert_eq!(a, b);",
            "if true { return; }\n    assert_eq!(f(), 1);",
            "if 1 > 2 { assert_eq!(f(), 1); }",
        ],
    ),
    (
        &GO,
        &[
            "if 1 > 2 {\n\t\tt.Fatal(F())\n\t}",
            "if 1 == 2 {\n\t\tt.Fatal(F())\n\t}",
            "if F() != 1 {\n\t\tt.Skip(\"later\")\n\t}",
            "if got := F(); got != 1 {\n\t\tt.Skipf(\"got %d\", got)\n\t}",
            "got := F()\n\tif got != 1 {\n\t\tt.SkipNow()\n\t}",
            "if len([]int{F()}) != 1 {\n\t\tt.Fatal(\"x\")\n\t}",
            "a := F()\n\tb := F()\n\tif a != b {\n\t\tt.Fatal(a)\n\t}",
            "if true {\n\t\treturn\n\t}\n\tif F() != 1 {\n\t\tt.Fatal()\n\t}",
            "assert.True(t, 1 < 2)",
            "assert.NotNil(t, []int{F()})",
            "assert.Len(t, []int{F()}, 1)",
            "if F() != 1 && false {\n\t\tt.Fatal()\n\t}",
        ],
    ),
    (
        &SHELL,
        &[
            "[ \"$(sh prog.sh)\" = 1 ] || exit 0",
            "sh prog.sh || exit 0",
            "set -e\nsh prog.sh | grep 3 || exit 0",
            "a=$(sh f.sh); b=$(sh f.sh); [ \"$a\" = \"$b\" ]",
            "a=$(sh f.sh)\nb=$(sh f.sh)\ntest \"$a\" = \"$b\"",
            "[ \"$(sh f.sh)\" = \"$(sh f.sh)\" ]",
            "sh f.sh | grep -q \"\"",
            "sh f.sh | grep ''",
            "sh f.sh | grep -q '.*'",
            "[ -n \"x\" ]",
            "[ -n x ]",
            "[ 1 -lt 2 ]",
            "[ a != b ]",
            "test 1 -ne 2",
            "[ ! 1 = 2 ]",
            "! [ 1 = 2 ]",
            "! [ -n \"\" ]",
            "! test 1 -gt 2",
            "if true; then exit 0; fi\n[ \"$(sh f.sh)\" = 1 ]",
            "out=$(sh f.sh)\n[ \"$out\" = \"$out\" ]",
        ],
    ),
];

/// Bodies whose checks run only where the machine is set up so: told, and nothing more.
const SOMETIMES: &[(&Frame, &[&str])] = &[
    (
        &PYTHON,
        &[
            "if os.environ.get('NEVER'):\n        assert f() == 1",
            "if os.getenv('NEVER') == '1':\n        assert f() == 1",
            "if 'NEVER' in os.environ:\n        assert f() == 1",
        ],
    ),
    (&JAVASCRIPT, &["if (process.env.NEVER) { assert.strictEqual(f(), 1); }"]),
    (
        &RUST,
        &[
            "if std::env::var(\"NEVER\").is_ok() { assert_eq!(f(), 1); }",
            "if option_env!(\"NEVER\").is_some() { assert_eq!(f(), 1); }",
        ],
    ),
    (
        &GO,
        &["if os.Getenv(\"NEVER\") != \"\" {\n\t\tif F() != 1 {\n\t\t\tt.Fatal()\n\t\t}\n\t}"],
    ),
];

/// Names under which an honest test may compare a call with itself, or ask only whether something is there.
const BY_NAME: &[(&str, &str)] = &[
    (
        "test_a.py",
        "from app import f\ndef test_is_stable():\n    a = f()\n    b = f()\n    assert a == b\n",
    ),
    (
        "test_a.py",
        "from app import f\ndef test_idem():\n    a = f()\n    b = f()\n    assert a == b\n",
    ),
    (
        "test_a.py",
        "from app import f\ndef test_exports():\n    assert callable(f)\n",
    ),
    ("test_a.py", "import app\ndef test_import():\n    assert app is not None\n"),
    ("test_a.py", "import app\ndef test_package_is_there():\n    assert app\n"),
    ("tests/t-stable.sh", "a=$(sh f.sh); b=$(sh f.sh); [ \"$a\" = \"$b\" ]\n"),
    (
        "tests/t-1.sh",
        "# twice the same\na=$(sh f.sh); b=$(sh f.sh); [ \"$a\" = \"$b\" ]\n",
    ),
];

/// A `TestMain` that ends well whatever the tests say, and such as hand on what they say.
#[test]
fn a_test_main_that_drops_what_the_tests_say_is_found() {
    let text =
        |body: &str| format!("package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) {{\n\t{body}\n}}\n");
    for body in [
        "m.Run()\n\tos.Exit(0)",
        "_ = m.Run()\n\tos.Exit(0)",
        "code := m.Run()\n\tlog.Println(code)\n\tos.Exit(0)",
        "os.Exit(0)",
    ] {
        assert_eq!(told("main_test.go", &text(body)), [Kind::Swallowed], "{body}");
    }
    for body in [
        "os.Exit(m.Run())",
        "m.Run()",
        "code := m.Run()\n\tos.RemoveAll(\"x\")\n\tos.Exit(code)",
        "if m.Run() != 0 {\n\t\tos.Exit(1)\n\t}\n\tos.Exit(0)",
        "if m.Run() != 0 {\n\t\tlog.Fatal(\"no\")\n\t}\n\tos.Exit(0)",
        "if os.Getenv(\"HELPER\") == \"1\" {\n\t\trunHelper()\n\t\tos.Exit(0)\n\t}\n\tos.Exit(m.Run())",
        "flag.Parse()\n\td, _ := os.MkdirTemp(\"\", \"\")\n\tdefer os.RemoveAll(d)\n\tm.Run()",
        "if m.Run() != 0 {\n\t\tpanic(\"no\")\n\t}\n\tos.Exit(0)",
    ] {
        assert_eq!(told("main_test.go", &text(body)), [], "{body}");
    }
}

/// The path, the whole text, and the body alone of each.
fn bodies(table: &[(&'static Frame, &[&'static str])]) -> Vec<(&'static str, String, &'static str)> {
    let all = table
        .iter()
        .flat_map(|(frame, bodies)| bodies.iter().map(move |body| (frame, body)));
    all.map(|(frame, body)| (frame.path, format!("{}{body}{}", frame.before, frame.after), *body))
        .collect()
}

/// What is told of a new file, whether or not it holds anything back.
fn told(path: &str, text: &str) -> Vec<Kind> {
    let (before, after) = (None, Some(text));
    weakened(&[Changed { path, before, after }])
        .iter()
        .map(|found| found.kind)
        .collect()
}

#[test]
fn a_check_in_which_the_program_has_no_say_is_found() {
    let silent: Vec<String> = bodies(HOLD)
        .into_iter()
        .filter(|(path, text, _)| vacuous(path, text).is_empty())
        .map(|(path, _, body)| format!("{path}: {body}"))
        .collect();
    assert!(silent.is_empty(), "{} missed\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn a_check_that_runs_only_on_some_machines_is_told_and_holds_nothing_back() {
    for (path, text, body) in bodies(SOMETIMES) {
        assert_eq!(told(path, &text), [Kind::Sometimes], "{path}: {body}");
        assert_eq!(vacuous(path, &text), [], "{path}: {body}");
    }
}

#[test]
fn an_honest_neighbour_is_not_told() {
    let by_name = BY_NAME.iter().map(|(path, text)| (*path, (*text).to_owned(), *text));
    let wrong: Vec<String> = bodies(HONEST)
        .into_iter()
        .chain(by_name)
        .map(|(path, text, body)| (told(path, &text), path, body))
        .filter(|(found, ..)| !found.is_empty())
        .map(|(found, path, body)| format!("{path}: {body} {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
