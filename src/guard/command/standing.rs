//! Standing rules about commands: what can be made a rule of a script, and which scripts rules let run.
//!
//! Owns the grammar of both. Whether a rule is in force is the log's to tell. No boundary either: it decides whom to ask. Invariant:
//! rules never widen: a script runs without asking only if it is plain words joined by `&&`, `||`, `;` and `|`, and each simple
//! command of it is a plain read or is, word by word, what a rule says, with nothing before it and no file written.

use super::lexer::{self, Simple, Word};
use super::reads::{is_plain, leads_out, reads};
use super::unwrap::{RESERVED, WRAPPERS};
use crate::protocol::CommandPattern;
use std::path::{Component, Path};

/// Parts of the shell that change what later commands mean, or run text that is not theirs: no rule is made of them.
const NEVER: [&str; 38] = [
    ".", ":", "alias", "bg", "bind", "builtin", "caller", "cd", "command", "declare", "dirs", "disown", "doas", "enable", "eval",
    "exec", "exit", "export", "fc", "fg", "hash", "let", "local", "mapfile", "popd", "pushd", "read", "readonly", "return", "set",
    "shift", "shopt", "source", "su", "sudo", "trap", "typeset", "unset",
];

/// Programs whose further words say what they destroy, reach or run: a rule of them is the whole command.
const WHOLE: [&str; 36] = [
    "apt", "apt-get", "awk", "chgrp", "chmod", "chown", "cp", "crontab", "curl", "dd", "docker", "find", "gawk", "git", "install",
    "kill", "killall", "ln", "mount", "mv", "nc", "parallel", "perl", "pkill", "reboot", "rm", "rmdir", "rsync", "scp", "sed",
    "shred", "ssh", "tar", "tee", "truncate", "wget",
];

/// Words that begin a compound command and are not in [`RESERVED`].
const COMPOUND: [&str; 7] = ["for", "case", "select", "function", "[[", "in", "time"];

/// Where a script would run.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The workspace.
    pub workspace: &'a Path,
    /// The directory that the shell stands in. Rules hold in the workspace's own only: the same words mean another program elsewhere.
    pub directory: &'a Path,
}

/// Returns what could be made a rule of a script, for each of its commands that is not a plain read, the narrowest first.
///
/// # Errors
/// Why no rule can be made of it, for a person.
pub fn candidates(script: &str, workspace: &Path) -> Result<Vec<CommandPattern>, &'static str> {
    let mut found: Vec<CommandPattern> = Vec::new();
    let standing = Standing {
        workspace,
        directory: workspace,
    };
    let commands = commands(script)?;
    stays(&commands, standing)?;
    for simple in commands.iter().filter(|simple| !reads(simple, workspace)) {
        let words = bounded(simple, workspace)?;
        let own = patterns(&words);
        found.extend(own.into_iter().filter(|pattern| !found.contains(pattern)).collect::<Vec<_>>());
    }
    if found.is_empty() {
        return Err("it only reads: nobody is asked about it");
    }
    Ok(found)
}

/// Says whether a rule of this pattern could have been offered: what comes from outside is judged as what is offered here.
#[must_use]
pub fn is_sound(pattern: &CommandPattern, workspace: &Path) -> bool {
    let whole = CommandPattern {
        open: false,
        ..pattern.clone()
    };
    candidates(&whole.to_string(), workspace).is_ok_and(|offered| offered.contains(pattern))
}

/// Says whether a script may run by these rules, and by which of them; `None` if a person must be asked.
#[must_use]
pub fn covers(rules: &[&CommandPattern], script: &str, standing: Standing<'_>) -> Option<Vec<usize>> {
    let commands = commands(script).ok()?;
    stays(&commands, standing).ok()?;
    let mut used = Vec::new();
    for simple in commands.iter().filter(|simple| !reads(simple, standing.workspace)) {
        let words = bounded(simple, standing.workspace).ok()?;
        let rule = rules
            .iter()
            .position(|rule| matches(rule, &words, simple, standing.workspace))?;
        if !used.contains(&rule) {
            used.push(rule);
        }
    }
    Some(used)
}

/// Names the programs that a script runs, as far as its words tell: to find past commands that are like another.
#[must_use]
pub fn programs(script: &str) -> Vec<String> {
    let first = |simple: Simple| simple.words.into_iter().next().map(|word| word.text);
    lexer::commands(script).into_iter().filter_map(first).collect()
}

fn commands(script: &str) -> Result<Vec<Simple>, &'static str> {
    if !script.is_ascii() {
        return Err("it holds characters beyond ASCII, which can look like others");
    }
    if !is_plain(script) {
        return Err("it holds more than plain words: a substitution, a variable, a background job, a bracket or a second line");
    }
    Ok(lexer::commands(script))
}

/// Whether the whole script runs in the workspace's own directory.
fn stays(commands: &[Simple], standing: Standing<'_>) -> Result<(), &'static str> {
    let leaves = |simple: &Simple| match simple.words.as_slice() {
        [cd, to] if cd.text == "cd" => Path::new(&to.text) != standing.workspace && to.text != ".",
        [cd, ..] => cd.text == "cd",
        [] => false,
    };
    if standing.directory != standing.workspace || commands.iter().any(leaves) {
        return Err("it runs in another directory, where the same words may mean another program");
    }
    Ok(())
}

/// The words of a simple command that a rule can be about.
fn bounded(simple: &Simple, workspace: &Path) -> Result<Vec<String>, &'static str> {
    if simple.piped {
        return Err("it is fed by a pipe, so its words do not say what it works on");
    }
    let quiet = simple.writes.iter().all(|word| word.text == "/dev/null" && !word.quoted);
    if !quiet || !simple.reads.is_empty() || simple.stdin.is_some() || !simple.nested.is_empty() {
        return Err("it reads or writes files by redirection");
    }
    let Some(program) = simple.words.first() else {
        return Err("it runs no program");
    };
    let name = program.text.as_str();
    if name.contains('=') {
        return Err("it sets a variable for what it runs");
    }
    let odd = |c: char| !c.is_ascii_alphanumeric() && !"_-+./".contains(c);
    if program.quoted || program.globs || name.is_empty() || name.contains(odd) || name.starts_with('-') {
        return Err("its program is not named plainly");
    }
    if NEVER.contains(&name) || RESERVED.contains(&name) || COMPOUND.contains(&name) {
        return Err("it is part of the shell itself and may change what later commands mean");
    }
    if simple.words.iter().any(|word| word.expands || (word.globs && !word.quoted)) {
        return Err("it holds a pattern that the shell fills in");
    }
    if simple.words.iter().any(|word| outside(&word.text, workspace)) {
        return Err("it names a place outside the workspace");
    }
    Ok(simple.words.iter().map(|word| word.text.clone()).collect())
}

/// The command itself, then its beginnings, as far as what follows them can only be more of the same.
fn patterns(words: &[String]) -> Vec<CommandPattern> {
    let mut patterns = vec![CommandPattern {
        words: words.to_vec(),
        open: false,
    }];
    if !may_be_open(words) {
        return patterns;
    }
    // Of a long command the two narrowest and the two widest: those in between say little.
    let all = words.len();
    let open = (2..=all).rev().filter(|count| *count <= 3 || *count + 1 >= all);
    patterns.extend(open.map(|count| CommandPattern {
        words: words[..count].to_vec(),
        open: true,
    }));
    patterns
}

/// Whether more words may follow: the program and its first word say what kind of work it is.
fn may_be_open(words: &[String]) -> bool {
    let [program, first, ..] = words else { return false };
    let base = program.rsplit('/').next().unwrap_or(program).to_lowercase();
    let wraps = WRAPPERS.iter().any(|(name, ..)| *name == base);
    // Of a shell this first word is the script's file; its options would say another.
    !first.starts_with(['-', '+']) && !first.is_empty() && !wraps && !WHOLE.contains(&base.as_str())
}

fn matches(rule: &CommandPattern, words: &[String], simple: &Simple, workspace: &Path) -> bool {
    if !rule.open {
        return rule.words == words;
    }
    let rest = simple.words.get(rule.words.len()..).unwrap_or_default();
    // What a rule was made of was looked at by a person; what follows was not.
    may_be_open(&rule.words) && words.starts_with(&rule.words) && rest.iter().all(|word| is_tame(word, workspace))
}

/// Whether a word that nobody has seen may follow: nothing that names a place elsewhere or gives an option a value in secret.
fn is_tame(word: &Word, workspace: &Path) -> bool {
    let setting = word.text.contains('=');
    !leads_out(word, workspace) && !setting && !word.text.chars().any(char::is_control)
}

/// Whether a word names a place outside the workspace.
fn outside(text: &str, workspace: &Path) -> bool {
    let path = Path::new(text);
    path.components().any(|part| part == Component::ParentDir) || (path.is_absolute() && !path.starts_with(workspace))
}

#[cfg(test)]
mod tests {
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
}
