//! Standing rules against a real shell: whatever they let run, nothing is executed that they do not name.

use longhaul::guard::command::{Standing, covers};
use longhaul::protocol::CommandPattern;
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A workspace in which every program there is only writes down how it was called.
struct Jail {
    dir: tempfile::TempDir,
    shell: PathBuf,
}

/// Programs on the path: those of rules and plain reads, and those that nobody let run.
const PROGRAMS: [&str; 10] = ["make", "cargo", "ls", "cat", "head", "rm", "sh", "tee", "xargs", "evil"];

impl Jail {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let bin = dir.path().join("bin");
        fs::create_dir_all(dir.path().join("w/sub")).unwrap();
        fs::create_dir(&bin).unwrap();
        for name in PROGRAMS {
            let program = bin.join(name);
            let log = dir.path().join("log");
            // One write a call: the programs of a pipeline run at the same time.
            let text = format!(
                "#!/bin/sh\nline='{name}\u{1f}'\nfor word in \"$@\"; do line=\"$line$word\u{1f}\"; done\nprintf '%s\\n' \"$line\" >> '{}'\n",
                log.display()
            );
            fs::write(&program, text).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let shell = ["/bin/bash", "/usr/bin/bash", "/bin/sh"]
            .iter()
            .map(PathBuf::from)
            .find(|path| path.exists());
        Self {
            dir,
            shell: shell.unwrap(),
        }
    }

    fn workspace(&self) -> PathBuf {
        self.dir.path().join("w")
    }

    /// Runs a script; returns the words of every program that was called, and the files that it left.
    fn run(&self, script: &str) -> (Vec<Vec<String>>, Vec<String>) {
        let log = self.dir.path().join("log");
        let _ = fs::remove_file(&log);
        let done = Command::new(&self.shell)
            .args(["-c", script])
            .current_dir(self.workspace())
            .env_clear()
            .env("PATH", self.dir.path().join("bin"))
            .output()
            .unwrap();
        drop(done);
        let calls = fs::read_to_string(&log).unwrap_or_default();
        let words = |line: &str| line.split_terminator('\u{1f}').map(str::to_owned).collect();
        (calls.lines().map(words).collect(), files(&self.workspace()))
    }
}

fn files(root: &Path) -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

fn rules() -> Vec<CommandPattern> {
    let pattern = |words: &[&str], open| CommandPattern {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        open,
    };
    vec![
        pattern(&["make"], false),
        pattern(&["cargo", "test"], true),
        pattern(&["make", "a b"], false),
    ]
}

/// Pieces that scripts are made of: words of rules, plain reads, and everything that a shell makes more of.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "make",
        "cargo test",
        "cargo",
        "test",
        "ls",
        "cat",
        "head",
        "rm",
        "sh",
        "tee",
        "xargs",
        "evil",
        "'a b'",
        "\"a b\"",
        "a",
        "x=1",
        "-f",
        "--x=y",
        " ",
        " ",
        " ",
        " && ",
        " || ",
        "; ",
        " | ",
        " |& ",
        " & ",
        "\n",
        "\r",
        "\t",
        "'",
        "\"",
        "\\",
        "$(evil)",
        "`evil`",
        "$x",
        "${x}",
        "*",
        "?",
        "[a]",
        "{a,b}",
        "(",
        ")",
        "{ ",
        " }",
        "!",
        "#",
        "~",
        "..",
        "/",
        "./",
        ">f",
        "> f",
        ">>f",
        "<f",
        "2>&1",
        ">/dev/null",
        "&>f",
        "<<E\n",
        "<<<x",
        "<(evil)",
        ">(evil)",
        "if ",
        "then ",
        "fi",
        "for ",
        "do ",
        "done",
        "time ",
        "eval ",
        "exec ",
        "command ",
        "env ",
        "cd sub",
        "cd .",
        "export ",
        "alias ",
        "\u{200b}",
        "\u{430}",
        ":",
        "%",
        "^",
        "@",
        ",",
        "+",
        "=",
    ])
}

fn script() -> impl Strategy<Value = String> {
    let loose = prop::collection::vec(piece(), 1..8).prop_map(|pieces| pieces.concat());
    // Mostly something that a rule covers, with a few pieces put in or beside it: else hardly anything would be covered.
    let near = (
        prop::sample::select(vec![
            "make",
            "cargo test",
            "cargo test a -f",
            "make && cargo test",
            "make 'a b'",
            "ls; make | head",
        ]),
        0..20_usize,
        prop::collection::vec(piece(), 0..3),
    )
        .prop_map(|(base, at, pieces)| {
            let at = at.min(base.len());
            format!("{}{}{}", &base[..at], pieces.concat(), &base[at..])
        });
    prop_oneof![1 => loose, 3 => near]
}

#[test]
fn a_shell_runs_nothing_that_a_rule_does_not_name() {
    let jail = Jail::new();
    let workspace = jail.workspace();
    let rules = rules();
    let rules: Vec<&CommandPattern> = rules.iter().collect();
    let standing = Standing {
        workspace: &workspace,
        directory: &workspace,
    };
    let covered = std::cell::Cell::new(0);
    let config = ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(script in script())| {
        if covers(&rules, &script, standing).is_none() {
            return Ok(());
        }
        covered.set(covered.get() + 1);
        let (calls, left) = jail.run(&script);
        prop_assert_eq!(left, ["sub"], "{:?} wrote a file", script);
        for call in calls {
            let ruled = rules.iter().any(|rule| if rule.open { call.starts_with(&rule.words) } else { call == rule.words });
            let reads = matches!(call[0].as_str(), "ls" | "cat" | "head");
            prop_assert!(ruled || reads, "{:?} ran {:?}", script, call);
        }
    });
    assert!(
        covered.get() > 200,
        "only {} scripts were covered: nothing was tested",
        covered.get()
    );
}
