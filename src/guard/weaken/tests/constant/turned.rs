//! Checks that pass because the program is wrong, or that are asked where their answer is known, beside honest ones that look like them.

use super::{Frame, GO, JAVASCRIPT, PYTHON, RUST, bodies, told};
use crate::guard::weaken::vacuous;

/// A whole test of Rust with its attributes.
const RUST_TEST: Frame = Frame {
    path: "tests/a.rs",
    before: "use x::f;\n\n#[test]\n",
    after: "\n",
};

/// Tests of Python that stand for anything.
const PYTHON_MOCK: Frame = Frame {
    path: "tests/test_a.py",
    before: "import re\nimport m\nfrom unittest import mock\nfrom unittest.mock import ANY\nfrom m import f\n\ndef test_new(monkeypatch):\n    ",
    after: "\n",
};

const HOLD: &[(&Frame, &[&str])] = &[
    (
        &PYTHON,
        &[
            "with pytest.raises(Exception):\n        assert f(1) == 2",
            "with pytest.raises(AssertionError):\n        assert f(1) == 2",
            "with pytest.raises(BaseException):\n        got = f(1)\n        assert got == 2",
            "with pytest.raises((ValueError, AssertionError)):\n        assert f(1) == 2",
            "with pytest.raises(Exception):\n        f(1)\n        assert False",
            "with pytest.raises(Exception) as caught:\n        assert f(1) == 2",
            "assert f(1) == 2 if False else True",
            "assert True if True else f(1) == 2",
            "if f(1) == 2:\n        assert f(1) == 2",
            "got = f(1)\n    if got == 2:\n        assert got == 2",
            "if f(1):\n        assert f(1)",
            "rows = []\n    for x, y in rows:\n        assert f(x) == y",
        ],
    ),
    (
        &PYTHON_MOCK,
        &[
            "assert f(1) == ANY",
            "assert ANY == f(1)",
            "assert f(1) == mock.ANY",
            "monkeypatch.setattr(m, 'f', lambda x: 2)\n    assert m.f(1) == 2",
            "monkeypatch.setattr('m.f', lambda x: 2)\n    assert m.f(1) == 2",
            "m.f = lambda x: 2\n    assert m.f(1) == 2",
            "assert re.search(r'.*', f(1))",
            "assert re.match('', f(1))",
        ],
    ),
    (
        &RUST_TEST,
        &[
            "#[should_panic]\nfn new() {\n    panic!();\n}",
            "#[should_panic]\nfn new() {\n    panic!(\"x\")\n}",
            "#[should_panic]\nfn new() {\n    f(0);\n    unreachable!();\n}",
            "#[should_panic]\nfn new() {\n    let _ = f(0);\n    todo!()\n}",
            "#[should_panic]\nfn new() {\n    assert_eq!(f(1), 2);\n}",
            "#[should_panic]\nfn new() {\n    assert_eq!(x::f(1), 2)\n}",
            "#[should_panic]\nfn new() {\n    let got = f(1);\n    assert_eq!(got, 2);\n}",
            "#[should_panic]\nfn new() {\n    assert!(f(1) == 2, \"no\");\n}",
        ],
    ),
    (
        &RUST,
        &[
            "let r = f(1); assert!(r.is_ok() || r.is_err());",
            "assert!(f(1).is_some() || f(1).is_none());",
            "let r = f(1); assert!(r || !r);",
            "assert!(matches!(f(1), Ok(_) | Err(_)));",
            "assert!(matches!(f(1), None | Some(_)));",
            "let n = f(1); assert!(n >= u32::MIN);",
            "assert!(f(1) <= u8::MAX);",
            "if f(1) == 2 { assert_eq!(f(1), 2); }",
            "let _ = std::panic::catch_unwind(|| assert_eq!(f(1), 2));",
            "std::panic::catch_unwind(|| assert_eq!(f(1), 2)).ok();",
            "let r = std::panic::catch_unwind(|| assert_eq!(f(1), 2)); let _ = r;",
            "let r = std::panic::catch_unwind(|| assert_eq!(f(1), 2)); drop(r);",
            "drop(std::panic::catch_unwind(|| { assert_eq!(f(1), 2); }));",
            "let cases: Vec<(i32, i32)> = vec![]; for (a, b) in cases { assert_eq!(f(a), b); }",
        ],
    ),
    (
        &JAVASCRIPT,
        &[
            "assert.throws(() => assert.equal(m.f(1), 2));",
            "assert.throws(() => { assert.strictEqual(f(1), 2); });",
            "assert.throws(() => { const got = f(1); assert.strictEqual(got, 2); });",
            "assert.throws(() => assert.equal(f(1), 2), assert.AssertionError);",
            "expect(() => expect(f()).toBe(2)).toThrow();",
            "expect(() => { expect(f(1)).toEqual(2); }).toThrow();",
            "p().then(() => assert.equal(f(1), 2)).catch(() => {});",
            "return p().then(() => assert.equal(f(1), 2)).catch(e => {});",
            "await p().then(() => { assert.equal(f(1), 2); }).catch(function () {});",
            "setTimeout(() => assert.equal(f(1), 2), 10).unref();",
            "assert.match(f(1), /.*/);",
            "assert.match(String(f(1)), /^/);",
            "expect(f(1)).toMatch(/.*/);",
            "expect(f(1)).toMatch(new RegExp('.*'));",
            "m.f = () => 2; assert.equal(m.f(1), 2);",
            "m.f = function () { return 2; }; expect(m.f(1)).toBe(2);",
            "jest.spyOn(m, 'f').mockReturnValue(2); expect(m.f(1)).toBe(2);",
            "if (f(1) === 2) { assert.equal(f(1), 2); }",
            "if (f(1) === 2) assert.strictEqual(f(1), 2);",
            "const rows = []; for (const [a, b] of rows) { assert.equal(f(a), b); }",
            "assert.ok(false ? f(1) === 2 : true);",
        ],
    ),
    (
        &GO,
        &[
            "err := F(1)\n\tif err == nil && err != nil {\n\t\tt.Fatal()\n\t}",
            "ok := F(1)\n\tif ok && !ok {\n\t\tt.Fatal()\n\t}",
            "cases := []struct{ in, want int }{}\n\tfor _, c := range cases {\n\t\tif F(c.in) != c.want {\n\t\t\tt.Fatal(c)\n\t\t}\n\t}",
            "cases := map[string]int{}\n\tfor in, want := range cases {\n\t\tif F(in) != want {\n\t\t\tt.Fatal(in)\n\t\t}\n\t}",
            "var cases = []int{}\n\tfor _, c := range cases {\n\t\tif F(c) != c {\n\t\t\tt.Fatal(c)\n\t\t}\n\t}",
            "go func() {\n\t\tif F(1) != 2 {\n\t\t\tt.Error()\n\t\t}\n\t}()",
        ],
    ),
];

const HONEST: &[(&Frame, &[&str])] = &[
    (
        &PYTHON,
        &[
            "with pytest.raises(ValueError):\n        f(0)",
            "with pytest.raises(Exception):\n        f(0)",
            "with pytest.raises(ValueError):\n        assert f(0) == 2",
            "with pytest.raises(AssertionError):\n        f(0)",
            "with pytest.raises(AssertionError):\n        app.assert_valid(f(0))",
            "with pytest.raises(AssertionError, match='left'):\n        assert f(0) == 2",
            "with pytest.raises(Exception) as caught:\n        f(0)\n    assert 'x' in str(caught.value)",
            "with pytest.raises(ValueError):\n        f(0)\n    assert f(1) == 2",
            "assert f(1) == (2 if False else 1)",
            "assert f(1) == 2 if f(0) else g() == 1",
            "if f(1) == 2:\n        assert g(1) == 2",
            "if f(1) == 2:\n        assert f(1) == 2\n    else:\n        pytest.fail('no')",
            "if f(1) != 2:\n        assert f(1) == 2",
            "rows = []\n    f(rows)\n    for x in rows:\n        assert x == 1",
            "rows = []\n    rows.append(1)\n    for x in rows:\n        assert f(x) == 1",
        ],
    ),
    (
        &PYTHON_MOCK,
        &[
            "assert f(1) == {'id': ANY, 'n': 2}",
            "assert f(1) == [ANY, 2]",
            "assert f(1) != ANY",
            "monkeypatch.setattr(m, 'now', lambda: 2)\n    assert m.f(1) == 2",
            "monkeypatch.setattr(m, 'load', lambda x: 2)\n    assert f(1) == 2",
            "monkeypatch.setattr(m, 'f', lambda x: 2)\n    assert m.g(1) == 2",
            "m.now = lambda: 2\n    assert m.f(1) == 2",
            "old = m.f\n    m.f = lambda x: 2\n    m.f = old\n    assert m.f(1) == 2",
            "m.f = lambda x: m.g(x)\n    assert m.f(1) == 2",
            "assert re.search(r'a.*', f(1))",
            "assert re.fullmatch(r'.*', f(1))",
        ],
    ),
    (
        &RUST_TEST,
        &[
            "#[should_panic]\nfn new() {\n    f(0);\n}",
            "#[should_panic]\nfn new() {\n    x::f(0);\n}",
            "#[should_panic(expected = \"zero\")]\nfn new() {\n    f(0);\n}",
            "#[should_panic(expected = \"zero\")]\nfn new() {\n    assert_eq!(f(0), 2);\n}",
            "#[should_panic]\nfn new() {\n    let mut c = x::Cart::new();\n    assert!(c.is_empty());\n    c.pop();\n}",
            "#[should_panic]\nfn new() {\n    let c = x::Cart::new();\n    c.get(9).unwrap();\n}",
            "#[should_panic]\nfn new() {\n    x::assert_close!(f(1), 2);\n}",
            "#[should_panic]\nfn new() {\n    x::spawn(|| panic!(\"x\"));\n}",
            "#[should_panic]\nfn new() {\n    if f(0).is_err() {\n        panic!(\"refused\");\n    }\n}",
        ],
    ),
    (
        &RUST,
        &[
            "let r = f(1); assert!(r.is_ok() || g(1).is_err());",
            "assert!(f(1).is_ok() || f(2).is_err());",
            "assert!(matches!(f(1), Ok(2) | Err(_)));",
            "assert!(matches!(f(1), Some(_) | Ok(_)));",
            "assert!(f(1) > u32::MIN);",
            "assert!(f(1) <= u64::from(u32::MAX));",
            "assert!(f(1) <= u32::MAX as u64);",
            "assert!(std::panic::catch_unwind(|| f(0)).is_err());",
            "let r = std::panic::catch_unwind(|| f(0)); assert!(r.is_err());",
            "let r = std::panic::catch_unwind(|| assert_eq!(f(1), 2)); cleanup(); if let Err(e) = r { std::panic::resume_unwind(e); }",
            "if f(1) == 2 { assert_eq!(g(1), 2); }",
            "let mut cases: Vec<(i32, i32)> = vec![]; cases.push((1, 2)); for (a, b) in cases { assert_eq!(f(a), b); }",
        ],
    ),
    (
        &JAVASCRIPT,
        &[
            "expect(() => f()).toThrow();",
            "assert.throws(() => f(0), /zero/);",
            "assert.throws(() => assert.equal(f(1), 2), /zero/);",
            "assert.throws(() => assert.equal(f(1), 2), TypeError);",
            "assert.throws(() => assert.equal(1, 2));",
            "expect(() => expect(f()).toBeRound()).toThrow();",
            "assert.doesNotThrow(() => assert.equal(f(1), 2));",
            "expect(() => expect(f()).toBe(2)).not.toThrow();",
            "assert.throws(() => app.assertValid(f(1)));",
            "await p().then(() => assert.equal(f(1), 2));",
            "return p().then(() => assert.equal(f(1), 2));",
            "p().then(() => assert.equal(f(1), 2)).catch(done);",
            "await p().catch(() => {}); assert.equal(f(1), 2);",
            "assert.equal(await p().catch(() => {}), undefined);",
            "expect(await p().catch(e => {})).toBe(undefined);",
            "await p().then(x => g(x)).catch(() => {}).then(() => assert.equal(f(1), 2));",
            "const t = setTimeout(() => assert.fail('slow'), 1000).unref(); assert.equal(f(1), 2);",
            "setTimeout(() => assert.fail('slow'), 1000).unref();\n  assert.equal(await p(), 2);",
            "setTimeout(() => { assert.equal(f(1), 2); done(); }, 10);",
            "assert.match(f(1), /a.*/);",
            "expect(f(1)).toMatch(/^.*$/);",
            "assert.doesNotMatch(f(1), /x/);",
            "m.now = () => 2; assert.equal(m.f(1), 2);",
            "m.f = () => 2; assert.equal(m.g(1), 2);",
            "const old = m.f; m.f = () => 2; m.f = old; assert.equal(m.f(1), 2);",
            "jest.spyOn(m, 'now').mockReturnValue(2); expect(m.f(1)).toBe(2);",
            "if (f(1) === 2) { assert.equal(g(1), 2); }",
            "if (f(1) === 2) { assert.equal(f(1), 2); } else { assert.fail('no'); }",
            "const rows = []; f(rows); for (const r of rows) { assert.equal(r, 2); }",
        ],
    ),
    (
        &GO,
        &[
            "err := F(1)\n\tif err == nil && G() != nil {\n\t\tt.Fatal()\n\t}",
            "got, err := F(1)\n\tif err == nil && got != 2 {\n\t\tt.Fatal()\n\t}",
            "cases := []struct{ in, want int }{{1, 2}}\n\tfor _, c := range cases {\n\t\tif F(c.in) != c.want {\n\t\t\tt.Fatal(c)\n\t\t}\n\t}",
            "cases := []int{}\n\tcases = append(cases, 1)\n\tfor _, c := range cases {\n\t\tif F(c) != c {\n\t\t\tt.Fatal(c)\n\t\t}\n\t}",
            "var wg sync.WaitGroup\n\twg.Add(1)\n\tgo func() {\n\t\tdefer wg.Done()\n\t\tif F(1) != 2 {\n\t\t\tt.Error()\n\t\t}\n\t}()\n\twg.Wait()",
            "done := make(chan bool)\n\tgo func() {\n\t\tif F(1) != 2 {\n\t\t\tt.Error()\n\t\t}\n\t\tclose(done)\n\t}()\n\t<-done",
            "go func() {\n\t\tif F(1) != 2 {\n\t\t\tt.Error()\n\t\t}\n\t}()\n\tserve()",
        ],
    ),
];

#[test]
fn a_check_that_passes_because_the_program_is_wrong_is_found() {
    let silent: Vec<String> = bodies(HOLD)
        .into_iter()
        .filter(|(path, text, _)| vacuous(path, text).is_empty())
        .map(|(path, _, body)| format!("{path}: {body}"))
        .collect();
    assert!(silent.is_empty(), "{} missed\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn an_honest_claim_of_failure_is_not_told() {
    let wrong: Vec<String> = bodies(HONEST)
        .into_iter()
        .map(|(path, text, body)| (told(path, &text), path, body))
        .filter(|(found, ..)| !found.is_empty())
        .map(|(found, path, body)| format!("{path}: {body} {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
