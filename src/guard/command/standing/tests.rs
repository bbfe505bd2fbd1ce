//! Which commands a rule covers.

use super::*;

const WORKSPACE: &str = "/w/notes";

fn pattern(words: &str, open: bool) -> CommandPattern {
    CommandPattern {
        words: words.split(' ').map(str::to_owned).collect(),
        open,
    }
}

fn rules() -> Vec<CommandPattern> {
    vec![
        pattern("cargo test", true),
        pattern("make", false),
        pattern("./run.sh --all", false),
        pattern("npm run lint", true),
    ]
}

fn by(script: &str) -> Option<Vec<usize>> {
    let rules = rules();
    let rules: Vec<&CommandPattern> = rules.iter().collect();
    let workspace = Path::new(WORKSPACE);
    let directory = workspace;
    covers(&rules, script, Standing { workspace, directory })
}

#[test]
fn what_a_rule_says_runs_by_it_with_plain_reads_around_it() {
    for (script, rules) in [
        ("cargo test", vec![0]),
        ("cargo   test --lib", vec![0]),
        ("cargo test --lib -- --nocapture ui::", vec![0]),
        ("cargo 'test' \"a b\"", vec![0]),
        ("make", vec![1]),
        ("make && cargo test", vec![1, 0]),
        ("make; make", vec![1]),
        ("./run.sh --all", vec![2]),
        ("cd /w/notes && make", vec![1]),
        ("cd . && make", vec![1]),
        ("make 2>&1 | tail -20", vec![1]),
        ("make > /dev/null", vec![1]),
        ("cargo test 2>/dev/null || echo failed", vec![0]),
        ("ls && git status; npm run lint src/a.js | head -3", vec![3]),
        ("cat a.txt", vec![]),
    ] {
        assert_eq!(by(script), Some(rules), "{script}");
    }
}

/// Each is one step beyond what a rule says.
const HOSTILE: &[&str] = &[
    // Another command beside it.
    "make && rm -rf src",
    "make; rm x",
    "make || rm x",
    "make | sh",
    "make |& sh",
    "make & rm x",
    "make &",
    "make\nrm x",
    "make\r\nrm x",
    "rm x; make",
    "rm x && make",
    "make && make install",
    "cargo test; make clean",
    "(make; rm x)",
    "{ make; rm x; }",
    "if make; then rm x; fi",
    "while make; do rm x; done",
    "for x in a; do make; done",
    "! make",
    "make && !rm",
    // The same words, another program.
    "Make",
    "/tmp/evil/make",
    "./make",
    "../make",
    "'make'",
    "\"make\"",
    "m\\ake",
    "mak?",
    "mak*",
    "ma{ke,}",
    "$MAKE",
    "${x}make",
    "`make`",
    "$(make)",
    "make\u{200b}",
    "m\u{0430}ke",
    "make\u{00a0}",
    "\u{feff}make",
    "cargo\u{2003}test",
    "cargo test \u{202e}txt",
    "make\u{0000}",
    "make\u{7f}",
    "cargo tes't'x",
    "cargo tests",
    "cargo",
    "cargotest",
    "cargo -q test",
    "cargo +nightly test",
    // What it would run in.
    "FOO=1 make",
    "PATH=/tmp make",
    "LD_PRELOAD=./x.so make",
    "A=b B=c cargo test",
    "env make",
    "env A=b make",
    "sudo make",
    "nice make",
    "time make",
    "command make",
    "exec make",
    "builtin make",
    "nohup make",
    "xargs make",
    "bash -c make",
    "eval make",
    "timeout 5 make",
    "cd sub && make",
    "cd /tmp && make",
    "cd ..; make",
    "cd -; make",
    "cd; make",
    "cd sub; cd /w/notes; make",
    "pushd sub; make",
    "cd sub || make",
    // What it reads and writes.
    "make > out",
    "make >> out",
    "make 2> err",
    "make &> out",
    "make >| out",
    "make < in",
    "make << E\nx\nE",
    "make <<< x",
    "make > /dev/null > out",
    "make 3<> x",
    "cat x | make",
    "echo x | cargo test",
    "make >(rm x)",
    "cargo test <(rm x)",
    "make > '/dev/null/../x'",
    "> make",
    "make >&out",
    // What follows an open rule.
    "cargo test $(rm x)",
    "cargo test `rm x`",
    "cargo test $HOME",
    "cargo test ~/x",
    "cargo test ../other",
    "cargo test /etc/passwd",
    "cargo test --config=target.runner=rm",
    "cargo test --manifest-path=/tmp/x",
    "cargo test --target-dir=../x",
    "cargo test RUSTFLAGS=-x",
    "cargo test *",
    "cargo test a?",
    "cargo test [ab]",
    "cargo test {a,b}",
    "cargo test \"$(rm x)\"",
    "cargo test \"`rm x`\"",
    "cargo test #x",
    "cargo test \\\nrm",
    "cargo test 'unclosed",
    "cargo test \"a\\\"; rm x #\"",
    "cargo test !x",
    "cargo test -- ../../x",
    "npm run lint /tmp/x",
    // More than a closed rule.
    "make all",
    "make -f evil.mk",
    "make -C sub",
    "make --eval=x",
    "make ''",
    "./run.sh",
    "./run.sh --all x",
    "./run.sh --al",
    "run.sh --all",
    "./run.sh --all --all",
    "/w/notes/run.sh --all",
    "./run.sh '--all '",
];

#[test]
fn nothing_beyond_what_a_rule_says_runs_by_it() {
    assert!(HOSTILE.len() > 100);
    for script in HOSTILE {
        assert_eq!(by(script), None, "{script:?}");
    }
    let rules = rules();
    let rules: Vec<&CommandPattern> = rules.iter().collect();
    let workspace = Path::new(WORKSPACE);
    for directory in ["/w/notes/sub", "/w", "/w/notes/.", "/tmp"].map(Path::new) {
        let standing = Standing { workspace, directory };
        // The two spellings of the workspace itself are one place.
        let expected = (directory == workspace).then(|| vec![1]);
        assert_eq!(covers(&rules, "make", standing), expected, "{}", directory.display());
    }
}

#[test]
fn rules_are_offered_from_narrow_to_wide_and_only_where_they_can_be_bounded() {
    let offered = |script: &str| {
        let found = candidates(script, Path::new(WORKSPACE))?;
        Ok::<_, &str>(found.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(
        offered("cargo test --lib ui").unwrap(),
        [
            "cargo test --lib ui",
            "cargo test --lib ui ...",
            "cargo test --lib ...",
            "cargo test ..."
        ]
    );
    assert_eq!(offered("cargo test a b c d").unwrap().len(), 5, "not each of its beginnings");
    assert_eq!(offered("sh run.sh x").unwrap().last().unwrap(), "sh run.sh ...");
    assert_eq!(offered("make").unwrap(), ["make"]);
    assert_eq!(offered("ls && make 2>&1 | tail -3").unwrap(), ["make"]);
    for whole in [
        "rm -rf build",
        "git add -A",
        "sh +x run.sh",
        "sh -x run.sh",
        "bash -c 'make all'",
        "curl localhost",
        "cargo --version",
        "env make",
        "python3 -c 1",
    ] {
        assert_eq!(
            offered(whole).map(|found| found.len()),
            Ok(1),
            "{whole}: nothing may follow it"
        );
    }
    assert_eq!(offered("make && cargo fmt").unwrap(), ["make", "cargo fmt", "cargo fmt ..."]);
    for (script, why) in [
        ("ls", "only reads"),
        ("make $X", "plain words"),
        ("make\nmake", "plain words"),
        ("m\u{430}ke", "ASCII"),
        ("FOO=1 make", "variable"),
        ("cat x | make", "pipe"),
        ("make > x", "redirection"),
        ("make < x", "plain words"),
        ("rm *.o", "pattern"),
        ("rm ../x", "outside"),
        ("cat /etc/shadow", "outside"),
        ("sudo make", "part of the shell"),
        ("export A", "part of the shell"),
        ("if make", "part of the shell"),
        ("cd sub && make", "another directory"),
        ("'make' x", "named plainly"),
        ("", "only reads"),
    ] {
        let told = offered(script).unwrap_err();
        assert!(told.contains(why), "{script:?}: {told}");
    }
}

#[test]
fn a_pattern_from_outside_is_sound_only_if_it_would_be_offered() {
    let sound = |words: &[&str], open| {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        is_sound(&CommandPattern { words, open }, Path::new(WORKSPACE))
    };
    assert!(sound(&["cargo", "test"], true) && sound(&["make"], false) && sound(&["echo2", "it's; rm x"], false));
    for words in [
        &["make"][..],
        &["rm", "-rf"],
        &["sh", "-c"],
        &["git", "add"],
        &["cargo", "-q"],
        &["cargo"],
        &[],
    ] {
        assert!(!sound(words, true), "{words:?}");
    }
    for words in [
        &[][..],
        &[""],
        &["sudo", "x"],
        &["eval", "x"],
        &["A=b", "make"],
        &["ls"],
        &["make", "../x"],
        &["m\u{430}ke"],
        &["a\nb"],
        &["-x"],
    ] {
        assert!(!sound(words, false), "{words:?}");
    }
}
