//! New tests that hold whatever the program does, each kind beside honest ones that look like it.

use super::super::vacuous;

/// Text of a new test file, what comes of it: `true`, it is told as one that holds whatever the program does.
const NEW: &[(&str, &str, bool)] = &[
    // Shell: the last command decides.
    ("tests/t-1.sh", "sh f.sh || true\n", true),
    ("tests/t-1.sh", "sh f.sh || :\n", true),
    ("tests/t-1.sh", "set -e\nsh f.sh || true\n", true),
    ("tests/t-1.sh", "[ \"$(sh f.sh)\" = 2 ] &\n", true),
    ("tests/t-1.sh", "[ \"$(sh f.sh)\" = 2 ] | cat\n", true),
    ("tests/t-1.sh", "sh f.sh | grep -q 2 | cat\n", true),
    ("tests/t-1.sh", "exec true\n", true),
    ("tests/t-1.sh", "[ \"$(sh f.sh)\" = 2 ]\nexec true\n", true),
    ("tests/t-1.sh", "[ \"$(sh f.sh)\" = 2 ]\nrm -f t || true\n", true),
    ("tests/a.bats", "@test \"new\" {\n  ./add 1 2 || true\n}\n", true),
    ("tests/t-1.sh", "rm -f t || true\n[ \"$(sh f.sh)\" = 2 ]\n", false),
    ("tests/t-1.sh", "set -e\n[ \"$(sh f.sh)\" = 2 ]\nrm -f t || true\n", false),
    ("tests/t-1.sh", "[ \"$(sh f.sh)\" = 2 ] || exit 1\nrm -f t || true\n", false),
    ("tests/t-1.sh", "out=$(sh f.sh || true)\n[ \"$out\" = 2 ]\n", false),
    ("tests/t-1.sh", "sh serve.sh &\n[ \"$(sh f.sh)\" = 2 ]\n", false),
    ("tests/t-1.sh", "set -o pipefail\n[ \"$(sh f.sh)\" = 2 ] | cat\n", false),
    ("tests/t-1.sh", "sh f.sh | cat | grep -q 2\n", false),
    (
        "tests/t-1.sh",
        "[ -z \"$X\" ] && exec sh f.sh\n[ \"$(sh f.sh)\" = 2 ]\n",
        false,
    ),
    ("tests/t-1.sh", "sh f.sh || false\n", false),
    ("tests/t-1.sh", "exec 2>&1\nsh f.sh\n", false),
    ("tests/a.bats", "@test \"new\" {\n  rm -f t || true\n  ./add 1 2\n}\n", false),
    // JavaScript.
    ("a.test.js", "test('new', () => { expect(p()).resolves.toBe(3); });\n", true),
    (
        "a.test.js",
        "test('new', async () => { expect(p()).rejects.toThrow('x'); });\n",
        true,
    ),
    (
        "a.test.js",
        "test('new', () => { expect(f() === 1 || true).toBe(true); });\n",
        true,
    ),
    (
        "a.test.js",
        "test('new', () => { expect(f() === 1 && false).toBeFalsy(); });\n",
        true,
    ),
    (
        "a.test.js",
        "test('new', () => { while (false) { expect(f()).toBe(1); } });\n",
        true,
    ),
    (
        "a.test.js",
        "test('new', () => { [].forEach(x => expect(f(x)).toBe(1)); });\n",
        true,
    ),
    ("a.test.js", "test('new', () => { expect('x').not.toBeNull(); });\n", true),
    (
        "a.test.js",
        "test('new', () => { const check = () => expect(f()).toBe(1); });\n",
        true,
    ),
    (
        "a.test.js",
        "test('new', async () => { await expect(p()).resolves.toBe(3); });\n",
        false,
    ),
    (
        "a.test.js",
        "test('new', () => { return expect(p()).rejects.toThrow('x'); });\n",
        false,
    ),
    ("a.test.js", "test('new', () => expect(p()).resolves.toBe(3));\n", false),
    (
        "a.test.js",
        "test('new', async () => { await Promise.all([expect(p()).resolves.toBe(3)]); });\n",
        false,
    ),
    (
        "a.test.js",
        "test('new', async () => { const e = expect(p()).rejects.toThrow('x'); go(); await e; });\n",
        false,
    ),
    (
        "a.test.js",
        "import { test, expect } from 'vitest';\ntest('new', () => { expect(p()).resolves.toBe(3); });\n",
        false,
    ),
    ("a.test.js", "test('new', () => { expect(f() || true).toBe(3); });\n", false),
    (
        "a.test.js",
        "test('new', () => { expect(f() === 1 || g()).toBe(true); });\n",
        false,
    ),
    ("a.test.js", "test('new', () => { expect(f()).not.toBeNull(); });\n", false),
    (
        "a.test.js",
        "test('new', () => { while (more()) { expect(f()).toBe(1); } });\n",
        false,
    ),
    (
        "a.test.js",
        "test('new', () => { const check = () => expect(f()).toBe(1); check(); });\n",
        false,
    ),
    (
        "a.test.js",
        "test('new', () => { rows.forEach(x => expect(f(x)).toBe(1)); });\n",
        false,
    ),
    // Python.
    ("test_a.py", "def test_new():\n    if 0:\n        assert f() == 1\n", true),
    (
        "test_a.py",
        "def test_new():\n    for x in []:\n        assert f(x) == 1\n",
        true,
    ),
    (
        "test_a.py",
        "def test_new():\n    while False:\n        assert f() == 1\n",
        true,
    ),
    ("test_a.py", "def test_new():\n    assert isinstance(f(), object)\n", true),
    ("test_a.py", "def test_new():\n    assert any([True, f()])\n", true),
    ("test_a.py", "def test_new():\n    return f() == 1\n", true),
    (
        "test_a.py",
        "def test_new():\n    def check():\n        assert f() == 1\n",
        true,
    ),
    ("test_a.py", "def test_new():\n    f = lambda: 1\n    assert f() == 1\n", true),
    (
        "test_a.py",
        "def test_new():\n    if sys.platform != 'win32':\n        assert f() == 1\n",
        false,
    ),
    (
        "test_a.py",
        "def test_new():\n    rows = []\n    for x in rows + more():\n        assert f(x) == 1\n",
        false,
    ),
    ("test_a.py", "def test_new():\n    assert isinstance(f(), Money)\n", false),
    ("test_a.py", "def test_new():\n    assert any([f(), g()])\n", false),
    (
        "test_a.py",
        "def test_new():\n    def check():\n        assert f() == 1\n    check()\n",
        false,
    ),
    (
        "test_a.py",
        "def test_new():\n    f = lambda: app.add(1, 2)\n    assert f() == 3\n",
        false,
    ),
    (
        "test_a.py",
        "def test_new():\n    now = lambda: 1\n    assert stamp(now) == 1\n",
        false,
    ),
    (
        "test_a.py",
        "def test_new():\n    if 0:\n        slow()\n    assert f() == 1\n",
        false,
    ),
    // Rust.
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    if false {\n        assert_eq!(f(), 1);\n    }\n}\n",
        true,
    ),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    while false {\n        assert_eq!(f(), 1);\n    }\n}\n",
        true,
    ),
    ("tests/a.rs", "#[test]\nfn new() {\n    assert!(matches!(f(), _));\n}\n", true),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    let _check = || assert_eq!(f(), 1);\n}\n",
        true,
    ),
    ("tests/a.rs", "#[test]\nfn new() {\n    assert_eq!(None, None);\n}\n", true),
    ("tests/a.rs", "#[test]\nfn new() {\n    assert_eq!(MAX, MAX);\n}\n", true),
    ("tests/a.rs", "#[test]\nfn new() {\n    assert_eq!(x, x);\n}\n", true),
    ("tests/a.rs", "#[test]\nfn new() {\n    assert_eq!(f(), f());\n}\n", true),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    assert!(matches!(f(), Ok(_)));\n}\n",
        false,
    ),
    ("tests/a.rs", "#[test]\nfn new() {\n    assert_eq!(Baz, Baz);\n}\n", false),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    assert_eq!(color::Color::Red, color::Color::Red);\n}\n",
        false,
    ),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    assert_eq!(Cart::new(1), Cart::new(1));\n}\n",
        false,
    ),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    assert_eq!(Point { x: 1 }, Point { x: 1 });\n}\n",
        false,
    ),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    let check = || assert_eq!(f(), 1);\n    check();\n}\n",
        false,
    ),
    (
        "tests/a.rs",
        "#[test]\nfn new() {\n    if cfg!(unix) {\n        assert_eq!(f(), 1);\n    }\n}\n",
        false,
    ),
    // Go.
    (
        "a_test.go",
        "package a\n\nfunc TestNew(t *testing.T) {\n\tif F() != F() {\n\t\tt.Fatal(\"x\")\n\t}\n}\n",
        true,
    ),
    (
        "a_test.go",
        "package a\n\nfunc TestNew(t *testing.T) {\n\t_ = func() {\n\t\tif F() != 1 {\n\t\t\tt.Fatal(\"x\")\n\t\t}\n\t}\n}\n",
        true,
    ),
    (
        "a_test.go",
        "package a\n\nfunc TestNew(t *testing.T) {\n\tfor _, c := range []int{} {\n\t\tif F() != c {\n\t\t\tt.Fatal(c)\n\t\t}\n\t}\n}\n",
        true,
    ),
    (
        "a_test.go",
        "package a\n\nfunc TestStable(t *testing.T) {\n\tif F() != F() {\n\t\tt.Fatal(\"x\")\n\t}\n}\n",
        false,
    ),
    (
        "a_test.go",
        "package a\n\nfunc TestNew(t *testing.T) {\n\tif F() != G() {\n\t\tt.Fatal(\"x\")\n\t}\n}\n",
        false,
    ),
    (
        "a_test.go",
        "package a\n\nfunc TestNew(t *testing.T) {\n\tfor _, c := range []int{1} {\n\t\tif F() != c {\n\t\t\tt.Fatal(c)\n\t\t}\n\t}\n}\n",
        false,
    ),
];

#[test]
fn new_tests_that_cannot_fail_are_told_and_their_neighbours_are_not() {
    let mut wrong = Vec::new();
    for (path, text, told) in NEW {
        let found = vacuous(path, text);
        if found.is_empty() == *told {
            wrong.push(format!("{path}: {text}{found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), NEW.len(), wrong.join("\n"));
}
