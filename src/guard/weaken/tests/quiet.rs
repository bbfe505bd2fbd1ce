//! New tests that say what is wrong to nobody, or ask only what cannot be otherwise, each kind beside honest ones that look like it.

use super::super::{Changed, Kind, vacuous, weakened};

/// How the body of a test becomes a file.
fn file(language: &str, body: &str) -> (&'static str, String) {
    match language {
        "py" => (
            "tests/test_a.py",
            format!("from app import f\n\ndef test_new():\n    {}\n", body.replace('\n', "\n    ")),
        ),
        "js" => (
            "a.test.mjs",
            format!(
                "import assert from 'node:assert';\nimport lib, {{ f, g as h }} from '../prog.mjs';\ntest('new', () => {{\n{body}\n}});\n"
            ),
        ),
        "ts" => (
            "a.test.ts",
            format!("import * as all from '../prog';\nimport {{ f }} from '../prog';\ntest('new', () => {{\n{body}\n}});\n"),
        ),
        "rs" => ("tests/a.rs", format!("use x::f;\n\n#[test]\nfn new() {{\n{body}\n}}\n")),
        "go" => (
            "a_test.go",
            format!("package a\n\nfunc TestNew(t *testing.T) {{\n{body}\n}}\n"),
        ),
        "bats" => ("tests/a.bats", format!("@test \"new\" {{\n{body}\n}}\n")),
        _ => ("tests/t-1.sh", format!("{body}\n")),
    }
}

/// Bodies that hold whatever the program does.
const HOLD: &[(&str, &str)] = &[
    ("js", "expect(typeof f).toBe('function');"),
    ("js", "assert(typeof f === \"function\");"),
    ("js", "assert.strictEqual(typeof h, 'function');"),
    ("js", "expect(typeof f === 'function').toBe(true);"),
    ("js", "assert.ok(typeof f !== 'undefined');"),
    ("js", "expect(typeof f).not.toBe('undefined');"),
    (
        "js",
        "expect(typeof f).toBe('function');\nexpect(typeof h).toEqual('function');",
    ),
    ("ts", "expect(typeof f).toBe('function');"),
    ("js", "if (f() !== 1) { console.log('FAIL'); }"),
    ("js", "if (f() !== 1) console.error('FAIL');"),
    ("js", "if (f() === 1) { console.log('ok'); } else { console.log('FAIL'); }"),
    ("js", "const got = f();\nif (got !== 1) { console.log('FAIL', got); return; }"),
    ("js", "f() === 1;"),
    ("rs", "if f() != 1 {\n    println!(\"FAIL\");\n}"),
    ("rs", "if f() != 1 {\n    eprintln!(\"FAIL\");\n    return;\n}"),
    ("rs", "let got = f();\nif got != 1 {\n    println!(\"got {got}\");\n}"),
    (
        "rs",
        "if f() == 1 {\n    println!(\"ok\");\n} else {\n    eprintln!(\"FAIL\");\n}",
    ),
    ("rs", "if !f() {\n    println!(\"FAIL\");\n}"),
    ("go", "if got := F(); got != 1 {\n\tt.Log(\"FAIL\")\n}"),
    ("go", "got, want := F(), 1\nif got != want {\n\tt.Log(\"FAIL\")\n}"),
    ("go", "got := F()\nif got != 1 {\n\tt.Logf(\"got %d\", got)\n\treturn\n}"),
    ("go", "if F() != 1 {\n\tt.Log(\"FAIL\")\n} else {\n\tt.Log(\"ok\")\n}"),
    ("py", "if f() != 1:\n    print('FAIL')"),
    ("py", "if f() == 1:\n    print('ok')\nelse:\n    print('FAIL')"),
    (
        "py",
        "if f() == 1:\n    print('ok')\nelif f() == 2:\n    print('odd')\nelse:\n    print('FAIL')",
    ),
    ("py", "got = f()\nif got != 1:\n    logging.error('got %s', got)"),
    ("py", "if not f():\n    print('FAIL')\n    return"),
    ("py", "f() == 1"),
    ("py", "f() == 1\nf(2) > 3"),
    ("py", "got = f()\ngot == 1"),
    ("py", "f() in (1, 2)"),
    ("py", "not f()"),
    ("sh", "! sh f.sh | grep -q x"),
    ("sh", "#!/bin/sh\nset -e\n! ./prog list | grep -q Error"),
    ("sh", "tmp=$(mktemp -d)\n! ./prog list | grep x >/dev/null"),
    ("sh", "! ./prog 2>&1 | grep -q panic"),
    ("sh", "! ./prog one | grep -q x\n! ./prog two | grep -q y"),
    (
        "sh",
        "if ! ./prog list | grep -q x; then echo 'ok 1 - new'; else echo 'not ok 1 - new'; fi",
    ),
    (
        "sh",
        "! ./prog list | grep -q x && echo 'ok 1 - new' || echo 'not ok 1 - new'",
    ),
    ("bats", "  ! ./prog list | grep -q x"),
    ("sh", "./prog list | grep -q x || true"),
    ("sh", "./prog list | grep -q x || :"),
    ("bats", "  ./prog list | grep -q x || true"),
    ("sh", "./prog list | grep -q x || echo missing"),
];

/// Bodies of which nothing is told.
const HONEST: &[(&str, &str)] = &[
    ("js", "expect(typeof f).toBe('function');\nexpect(f(1)).toBe(2);"),
    ("js", "assert(typeof f === 'function');\nassert.equal(f(1), 2);"),
    ("js", "expect(typeof f()).toBe('function');"),
    ("js", "expect(typeof f).toBe('object');"),
    ("js", "expect(typeof lib.f).toBe('function');"),
    ("js", "const got = f();\nexpect(typeof got).toBe('function');"),
    ("js", "const f = make();\nexpect(typeof f).toBe('function');"),
    ("js", "expect(typeof lib).toBe('function');"),
    ("ts", "expect(typeof all.f).toBe('function');"),
    ("js", "if (f() !== 1) { console.log('FAIL'); throw new Error('x'); }"),
    ("js", "if (f() !== 1) { console.log('FAIL'); process.exit(1); }"),
    ("js", "if (f() !== 1) { console.log('FAIL'); process.exitCode = 1; }"),
    ("js", "if (f() !== 1) { console.log('odd'); }\nexpect(f(2)).toBe(2);"),
    (
        "js",
        "const log = [];\nif (f() !== 1) { log.push('x'); }\nexpect(log).toEqual([]);",
    ),
    ("rs", "if f() != 1 {\n    eprintln!(\"FAIL\");\n    panic!(\"x\");\n}"),
    ("rs", "if f() != 1 {\n    eprintln!(\"FAIL\");\n    std::process::exit(1);\n}"),
    ("rs", "if f() != 1 {\n    println!(\"odd\");\n}\nassert_eq!(f(), 2);"),
    ("rs", "if f() != 1 {\n    println!(\"{}\", f().unwrap());\n}"),
    (
        "rs",
        "if f() == 1 {\n    println!(\"ok\");\n} else {\n    panic!(\"FAIL\");\n}",
    ),
    (
        "rs",
        "if f() != 1 {\n    println!(\"no such thing here\");\n    return;\n}\nassert_eq!(f(), 1);",
    ),
    ("go", "if F() != 1 {\n\tt.Log(\"FAIL\")\n\tt.Fatal()\n}"),
    ("go", "if F() != 1 {\n\tt.Log(\"odd\")\n}\nif F() != 2 {\n\tt.Fatal()\n}"),
    ("go", "if F() != 1 {\n\tt.Log(\"FAIL\")\n\tt.FailNow()\n}"),
    ("go", "if F() == 1 {\n\tt.Log(\"ok\")\n} else {\n\tt.Fatal(\"FAIL\")\n}"),
    ("go", "if F() != 1 {\n\tlog.Fatal(\"FAIL\")\n}"),
    ("go", "if F() != 1 {\n\tlog.Panicf(\"FAIL\")\n}"),
    ("py", "if f() != 1:\n    print('FAIL')\n    raise AssertionError"),
    ("py", "if f() != 1:\n    print('FAIL')\n    sys.exit(1)"),
    ("py", "if f() != 1:\n    print('odd')\nassert f() == 2"),
    ("py", "if f() == 1:\n    print('ok')\nelse:\n    assert False"),
    (
        "py",
        "if f() != 1:\n    print('FAIL', file=f.log)\n    f.close()\n    pytest.fail('x')",
    ),
    ("py", "f() == 1\nassert f() == 1"),
    ("py", "assert f() == 1"),
    ("sh", "./prog list | grep -q y\n! ./prog list | grep -q x"),
    ("sh", "set -e\n./prog list > out\n! grep -q x out"),
    ("sh", "! ./prog --bad"),
    ("sh", "! grep -rq TODO src"),
    ("sh", "./prog rm x\n! ./prog list | grep -q x"),
    ("sh", "out=$(./prog list) || exit 1\n! echo \"$out\" | grep -q x"),
    ("sh", "! cat src/a.c | grep -q strcpy"),
    ("sh", "# prints nothing without --verbose\n! ./prog list | grep -q x"),
    ("sh", "# a secret is never shown\n! ./prog env | grep -q hunter2"),
    ("sh", "! ./prog --quiet | grep -q ."),
    ("sh", "! ./prog list | grep -v '^#'"),
    ("sh", "! ./prog list | grep -L x"),
    ("sh", "if ./prog list | grep -q x; then echo 'ok 1'; else echo 'not ok 1'; fi"),
    ("sh", "if ! ./prog list | grep -q x; then echo missing; exit 1; fi"),
    ("sh", "! ./prog list | grep -q x && exit 1\nexit 0"),
    (
        "bats",
        "  run ./prog list\n  [ \"$output\" = y ]\n  ! ./prog list | grep -q x",
    ),
    ("sh", "./prog list | grep -q x"),
    ("sh", "./prog list | grep -q x || exit 1"),
    ("sh", "./prog list | grep -q x || { echo missing; exit 1; }"),
    ("sh", "./prog list | grep -q x || echo 'not ok 1 - new'"),
    ("sh", "./prog list | grep -q y || true\n./prog list | grep -q x"),
];

fn told(language: &str, body: &str) -> Vec<super::Weakening> {
    let (path, text) = file(language, body);
    weakened(&[Changed {
        path,
        before: None,
        after: Some(&text),
    }])
}

#[test]
fn a_new_test_that_tells_nobody_what_is_wrong_is_found() {
    let silent: Vec<String> = HOLD
        .iter()
        .filter(|(language, body)| {
            let (path, text) = file(language, body);
            vacuous(path, &text).is_empty()
        })
        .map(|(language, body)| format!("{language}: {body}"))
        .collect();
    assert!(silent.is_empty(), "{} missed\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn an_honest_neighbour_of_such_a_test_is_not_told() {
    let wrong: Vec<String> = HONEST
        .iter()
        .map(|(language, body)| (told(language, body), language, body))
        .filter(|(found, ..)| !found.is_empty())
        .map(|(found, language, body)| format!("{language}: {body} {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn between(language: &str, before: &str, after: &str) -> Vec<Kind> {
    let ((path, before), (_, after)) = (file(language, before), file(language, after));
    let found = weakened(&[Changed {
        path,
        before: Some(&before),
        after: Some(&after),
    }]);
    found.into_iter().map(|found| found.kind).collect()
}

#[test]
fn what_comes_beside_a_check_takes_nothing_from_it() {
    let (called, typed) = ("expect(f(1)).toBe(2);", "expect(typeof f).toBe('function');");
    assert_eq!(between("js", called, &format!("{typed}\n{called}")), []);
    assert_ne!(between("js", called, typed), []);
    let (found, denied) = ("./prog list | grep -q x", "! ./prog list | grep -q y");
    assert_eq!(between("sh", found, &format!("{found}\n{denied}")), []);
    assert_ne!(between("sh", found, denied), []);
    assert_ne!(
        between("sh", found, "! ./prog list | grep -q x"),
        [],
        "the same words, denied"
    );
}

#[test]
fn what_is_told_of_such_a_test_says_why_it_passes() {
    for (language, body, how) in [
        (
            "sh",
            "! ./prog list | grep -q x",
            "new, and a program that prints nothing passes `! ./prog list | grep -q x`",
        ),
        (
            "rs",
            "if f() != 1 {\n println!(\"x\");\n}",
            "new, and that `f() != 1` is only printed",
        ),
        ("go", "if F() != 1 {\n t.Log(1)\n}", "new, and that `F() != 1` is only logged"),
    ] {
        let how_told: Vec<String> = told(language, body).into_iter().map(|found| found.how).collect();
        assert_eq!(how_told, [how]);
    }
}
