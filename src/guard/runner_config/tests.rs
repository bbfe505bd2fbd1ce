//! Which changes of a runner's configuration are breaches, and which are free.

use super::*;
use std::path::PathBuf;

fn of(name: &str, before: &str, after: &str) -> Option<String> {
    breach(
        part(Path::new(name)).unwrap(),
        before.as_bytes(),
        after.as_bytes(),
        &Reach::Everything,
    )
}

#[test]
fn what_decides_how_tests_are_run_is_named_when_it_changes() {
    for (name, before, after, what) in [
        (
            "package.json",
            r#"{"scripts":{"test":"jest"}}"#,
            r#"{"scripts":{"test":"true"}}"#,
            "the script test changed",
        ),
        (
            "package.json",
            r#"{"scripts":{"test":"jest"}}"#,
            r#"{"scripts":{}}"#,
            "the script test removed",
        ),
        (
            "package.json",
            r#"{"scripts":{"test":"jest"}}"#,
            r#"{"scripts":{"test":"jest","pretest":"cp x y"}}"#,
            "the script pretest added",
        ),
        (
            "package.json",
            r#"{"jest":{"bail":1}}"#,
            r#"{"jest":{"bail":0}}"#,
            "the key jest changed",
        ),
        (
            "package.json",
            "{}",
            r#"{"jest":{"testPathIgnorePatterns":["x"]}}"#,
            "the key jest added",
        ),
        ("package.json", "{}", "{", "it cannot be read any more"),
        (
            "web/pyproject.toml",
            "[tool.pytest.ini_options]\naddopts='-q'",
            "[tool.pytest.ini_options]\naddopts='--co'",
            "[tool.pytest] changed",
        ),
        (
            "pyproject.toml",
            "[project]",
            "[project]\n[tool.pytest.ini_options]\naddopts='-k x'",
            "[tool.pytest] added",
        ),
        (
            "setup.cfg",
            "[tool:pytest]\naddopts = -q\n",
            "[metadata]\n",
            "[tool:pytest] removed",
        ),
        (
            "tox.ini",
            "[testenv]\ncommands = pytest\n",
            "[testenv]\ncommands = true\n",
            "[testenv] changed",
        ),
        (
            "pytest.ini",
            "[pytest]\n",
            "[pytest]\naddopts = -k x\n",
            "its content changed",
        ),
        ("Cargo.toml", "[[test]]\nname='it'", "[package]", "the test target it removed"),
        (
            "Cargo.toml",
            "[package]\nname='x'",
            "[package]\nname='x'\n[[test]]\nname='add'\npath='fake.rs'",
            "the test target add added",
        ),
        (
            "Cargo.toml",
            "[package]\nname='x'",
            "[package]\nname='x'\n[lib]\npath='fake.rs'",
            "the path of the library changed",
        ),
        (
            ".npmrc",
            "registry=https://npm.example.org\n",
            "registry=https://npm.example.org\nnode-options=--require ./x.js\n",
            "the setting node-options added",
        ),
        (
            "pnpm-workspace.yaml",
            "packages:\n  - a\n",
            "packages:\n  - a\nscriptShell: /tmp/sh\n",
            "the setting scriptShell added",
        ),
        (
            "conftest.py",
            "",
            "import add; add.add = lambda a, b: 3\n",
            "`import add; add.add` added",
        ),
        (
            "conftest.py",
            "",
            "class X:\n    import add\n    add.add = lambda a, b: 3\n",
            "`class X` added",
        ),
        (
            "Cargo.toml",
            "[package]",
            "[[test]]\nname='it'\nharness=false",
            "the test target it added",
        ),
        ("Cargo.toml", "[lib]", "[lib]\ntest=false", "test of the library added"),
        (
            "Cargo.toml",
            "[package]",
            "[package]\nautotests=false",
            "package.autotests added",
        ),
        (
            "Cargo.toml",
            "[package]",
            "[profile.dev]\ndebug-assertions=false",
            "profile.dev.debug-assertions added",
        ),
        (
            "Cargo.toml",
            "[workspace]\nmembers=['a','b']",
            "[workspace]\nmembers=['a']",
            "the member b removed",
        ),
        (
            ".cargo/config.toml",
            "[build]\njobs=2",
            "[build]\njobs=2\n[target.x]\nrunner='true'",
            "target.x.runner added",
        ),
        (".cargo/config.toml", "[env]\nTZ='UTC'", "[env]\nTZ='CET'", "env.TZ changed"),
        (
            ".cargo/config.toml",
            "[alias]\nci='test --workspace'",
            "[alias]\nci='test --lib'",
            "the alias ci changed",
        ),
        (
            ".cargo/config.toml",
            "[alias]\nxtask='run -p xtask --'",
            "[alias]\nxtask='build'",
            "the alias xtask changed",
        ),
        (
            ".cargo/config.toml",
            "[net]\nretry=3",
            "[net]\nretry=3\n[alias]\nnextest='build'",
            "the alias nextest added",
        ),
        (
            ".cargo/config",
            "[build]\njobs=2",
            "[build]\njobs=2\nrustc-wrapper='./x'",
            "build.rustc-wrapper added",
        ),
        (
            "jest.config.js",
            "module.exports = {}",
            "module.exports = {bail: 1}",
            "its content changed",
        ),
        (
            "tests/conftest.py",
            "import os\n",
            "import os\ndef pytest_collection_modifyitems(items):\n    items.clear()\n",
            "`def pytest_collection_modifyitems` added",
        ),
        (
            "conftest.py",
            "@pytest.fixture\ndef db():\n    return real()\n",
            "@pytest.fixture\ndef db():\n    return fake()\n",
            "`def db` changed",
        ),
        (
            "conftest.py",
            "",
            "@pytest.fixture(autouse=True)\ndef quiet():\n    pass\n",
            "`def quiet` added",
        ),
        (
            "vite.config.ts",
            "export default defineConfig({ plugins: [react()], test: { globals: true } })\n",
            "export default defineConfig({ plugins: [react()], test: { globals: true, passWithNoTests: true } })\n",
            "its content changed",
        ),
        (
            "packages/web/vitest.config.mts",
            "import { base } from './base'\nexport default base\n",
            "import { base } from './other'\nexport default base\n",
            "its content changed",
        ),
        (
            "jest.config.ts",
            "const config: Config = { testMatch: ['**/*.test.ts'] };\nexport default config;\n",
            "const config: Config = { testMatch: ['**/*.none.ts'] };\nexport default config;\n",
            "its content changed",
        ),
        (
            "jest.config.js",
            "module.exports = async () => ({ bail: 1 });\n",
            "// nothing but a comment\nmodule.exports = async () => ({ bail: 1 });\n",
            "its content changed",
        ),
        (
            "playwright.config.ts",
            "export default { testDir: 'e2e', retries: 0 };\n",
            "export default { testDir: 'e2e', retries: 0, grepInvert: /./ };\n",
            "its content changed",
        ),
    ] {
        assert_eq!(of(name, before, after).as_deref(), Some(what), "{name}: {after}");
    }
}

#[test]
fn everything_else_in_these_files_is_free() {
    for (name, before, after) in [
        (
            "package.json",
            r#"{"scripts":{"test":"jest"},"jest":{"a":1,"b":2}}"#,
            "{\n  \"jest\": {\"b\": 2, \"a\": 1},\n  \"scripts\": {\"test\": \"jest\"},\n  \"dependencies\": {\"x\": \"1\"}\n}\n",
        ),
        (
            "package.json",
            r#"{"scripts":{"test":"jest"}}"#,
            r#"{"scripts":{"test":"jest","build":"tsc","test:e2e":"playwright test"}}"#,
        ),
        (
            "Cargo.toml",
            "[package]\nname='x'",
            "[package]\nname = 'x' # ours\n[dependencies]\nserde = '1'\n[[test]]\nname = 'more'\n",
        ),
        (
            "Cargo.toml",
            "[package]\nname='x'",
            "[package]\nname='x'\n[lib]\npath='src/lib.rs'\n[[test]]\nname='add'\npath='tests/add.rs'\n",
        ),
        (
            ".cargo/config.toml",
            "[net]\nretry=3\n[alias]\nlint='clippy'",
            "[alias]\nlint='clippy --all-targets'\nxtask='run -p xtask --'\nci='test'",
        ),
        (
            ".cargo/config.toml",
            "[build]\njobs=2\n[target.x]\nrunner='qemu'",
            "[target.x]\nrunner = 'qemu'\n[net]\noffline = true\n",
        ),
        (
            ".npmrc",
            "",
            "registry=https://npm.example.org\n; shell=no\nsave-exact=true\n",
        ),
        (
            ".yarnrc.yml",
            "nodeLinker: node-modules\nyarnPath: .yarn/y.cjs\n",
            "yarnPath: .yarn/y.cjs\nnodeLinker: pnp\n",
        ),
        (
            "conftest.py",
            "",
            "from app import db\n\nclass Till:\n    \"\"\"For all.\"\"\"\n    size = 1\n\n    def empty(self):\n        import os; return os\n",
        ),
        (
            "Cargo.toml",
            "[workspace]\nmembers=['a']",
            "[workspace]\nmembers=['a','b']\n[profile.release]\nlto=true",
        ),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\naddopts='-q'",
            "[project]\nname='x'\n[tool.pytest.ini_options]\naddopts = '-q'\n",
        ),
        (
            "setup.cfg",
            "[tool:pytest]\naddopts = -q\n",
            "[metadata]\nname = x\n\n[tool:pytest]\n# quiet\naddopts = -q\n",
        ),
        ("pytest.ini", "[pytest]\n", "[pytest]\n\n"),
        ("vite.config.js", "export default {}\n", "export default {}  \n\n"),
        (
            "jest.config.json",
            r#"{"bail":1,"x":[1,2]}"#,
            "{ \"x\": [1, 2],\n \"bail\": 1 }",
        ),
        (
            "conftest.py",
            "import os\n",
            "import os\nimport sys\n\n# for all\n@pytest.fixture(\n    scope=\"module\",\n)\ndef db():\n    return 1\n",
        ),
    ] {
        assert_eq!(of(name, before, after), None, "{name}: {after}");
    }
    assert_eq!(part(Path::new("src/main.py")), None);
    assert_eq!(part(Path::new("docs/config.toml")), None);
}

#[test]
fn only_what_decides_over_other_tests_takes_over() {
    for (name, text, takes) in [
        ("pytest.ini", "", true),
        (
            "tests/conftest.py",
            "def pytest_runtest_makereport(item, call):\n    pass\n",
            true,
        ),
        (
            "tests/conftest.py",
            "import pytest\n@pytest.fixture\ndef db():\n    return 1\n",
            false,
        ),
        ("tests/conftest.py", "import add; add.add = lambda a, b: 3\n", true),
        (".npmrc", "script-shell=/tmp/sh\n", true),
        (".cargo/config.toml", "[build]\njobs = 2\n", false),
        (
            ".cargo/config.toml",
            "[net]\nretry = 3\n[term]\nverbose = true\n[http]\ntimeout = 30\n[registry]\ndefault = 'own'\n[registries.own]\nindex = 'https://crates.example.org'\n",
            false,
        ),
        (".cargo/config.toml", "", false),
        (".cargo/config.toml", "[build]\njobs = 2\nrustflags = ['--cfg', 'x']\n", true),
        (".cargo/config.toml", "[registries.own]\ncredential-provider = './x'\n", true),
        (".cargo/config.toml", "[alias]\nt = 'test --lib'\n", true),
        (".cargo/config.toml", "[alias]\nnextest = 'test --lib'\n", true),
        (".cargo/config.toml", "[alias]\nt = ['build']\n", true),
        (".cargo/config.toml", "[alias]\nb = 'build'\n[env]\nX = '1'\n", true),
        (".cargo/config", "[alias]\nxtask = 'run --package xtask --'\n", true),
        (
            ".cargo/config.toml",
            "[alias]\nxtask = \"run --package xtask --\"\nlint = ['clippy', '--all-targets']\n[net]\noffline = true\n[build]\njobs = 2\n",
            false,
        ),
        (".cargo/config.toml", "[alias]\ntest = 'build'\n", false),
        (".cargo/config.toml", "[alias]\n", false),
        (".cargo/config.toml", "[env]\nX = '1'\n", true),
        (".cargo/config.toml", "[target.x]\nrunner = 'true'\n", true),
        (".cargo/config.toml", "[build\n", true),
        (".npmrc", "engine-strict=true\n", false),
        (".mocharc.yml", "require: ./x.js\n", true),
        ("pyproject.toml", "[project]\nname='x'\n", false),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts='--co'\n", true),
        ("package.json", r#"{"scripts":{"test":"jest"}}"#, false),
        ("app.py", "def pytest_x(): pass", false),
        ("vite.config.ts", "export default { plugins: [react()] }\n", false),
        (
            "vite.config.ts",
            "/// <reference types=\"vitest\" />\nexport default {}\n",
            true,
        ),
        ("web/playwright.config.ts", "export default {}\n", true),
    ] {
        assert_eq!(takes_over(name, text.as_bytes()), takes, "{name}: {text}");
    }
}

#[test]
fn what_a_new_file_of_cargo_decides_by_is_named() {
    for (text, named) in [
        ("[env]\nTZ = 'UTC'\n", Some("env.TZ")),
        ("[net]\nretry = 2\n[target.x]\nrunner = 'true'\n", Some("target.x.runner")),
        (
            "[alias]\nlint = 'clippy'\nci = 'test'\n[build]\nrustc-wrapper = './x'\n",
            Some("build.rustc-wrapper"),
        ),
        ("[build\n", None),
        ("[net]\nretry = 2\n", None),
    ] {
        assert_eq!(decides_by(".cargo/config.toml", text.as_bytes()).as_deref(), named, "{text}");
    }
}

#[test]
fn what_runs_the_tests_without_being_named_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("Makefile", "build:\n\tcc main.c\ntest: build\n\t@sh run-tests.sh ./app\n");
    write(
        "package.json",
        r#"{"scripts":{"test":"node tools/run-specs.js","start":"node test-server.js"}}"#,
    );
    let implied = |command: &str| implied(dir.path(), command);
    let has = |all: &[PathBuf], name: &str| all.iter().any(|path| path.ends_with(name));
    let make = implied("CI=1 /usr/bin/make -s test");
    assert!(
        has(&make, "Makefile") && has(&make, "run-tests.sh") && !has(&make, "app") && !has(&make, "main.c"),
        "{make:?}"
    );
    let npm = implied("npm test");
    assert!(has(&npm, "run-specs.js") && !has(&npm, "test-server.js"), "{npm:?}");
    assert_eq!(implied("cargo test"), Vec::<PathBuf>::new());
}
