//! Programs made to do nothing, so that what a recorded check still shows without them can be seen.
//!
//! Owns how the text of a program is changed, by language: every line of a script becomes a comment, a compiled program gets an empty
//! entry point beside its own, so that it builds as before. Does not own where that is tried. Pure. Invariant: a script keeps its first
//! line (`#!`) and its number of lines or more, and what is searched for in it is still there.
//!
//! It is what mutation testing calls a mutant, of the whole program at once: a check that does not notice it shows nothing of it.

use std::path::Path;

/// What stands in a program's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandIn {
    /// One that does nothing and ends well.
    Idle,
    /// One that does nothing and ends with exit code 1.
    Failing,
    /// One that prints seven lines of no meaning, stays for some seconds where its language lets it, and ends well.
    Other(u64),
}

impl StandIn {
    /// The exit code that it ends with.
    fn code(self) -> i32 {
        i32::from(self == Self::Failing)
    }
}

/// A program with another in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silenced {
    /// The new text of the file.
    pub text: String,
    /// Whether nothing of it is run any more; of what is compiled, the parts beside the entry point are as they were.
    pub whole: bool,
}

/// A language whose files are run as they are.
struct Script {
    endings: &'static [&'static str],
    interpreters: &'static [&'static str],
    /// How a comment begins.
    comment: &'static str,
    /// Ends the program with exit code 1.
    fails: &'static str,
    /// Prints [`StandIn::Other`]'s seven lines and stays for `@` seconds.
    prints: &'static str,
}

const SCRIPTS: [Script; 10] = [
    Script {
        endings: &["py"],
        interpreters: &["python", "pypy"],
        comment: "#",
        fails: "raise SystemExit(1)",
        prints: r#"import time; print("some other words\n" * 7, end=""); time.sleep(@)"#,
    },
    Script {
        endings: &["sh", "bash", "zsh", "ksh", "bats"],
        interpreters: &["sh", "bash", "dash", "zsh", "ksh"],
        comment: "#",
        fails: "exit 1",
        prints: "for _ in 1 2 3 4 5 6 7; do echo some other words; done; sleep @",
    },
    Script {
        endings: &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"],
        interpreters: &["node", "nodejs", "bun", "deno", "tsx", "ts-node"],
        comment: "//",
        fails: "process.exit(1);",
        prints: r#"for (let i = 0; i < 7; i++) console.log("some other words"); setTimeout(() => {}, @ * 1000);"#,
    },
    Script {
        endings: &["rb"],
        interpreters: &["ruby"],
        comment: "#",
        fails: "exit 1",
        prints: r#"7.times { puts "some other words" }; sleep @"#,
    },
    Script {
        endings: &["pl", "pm", "t"],
        interpreters: &["perl"],
        comment: "#",
        fails: "exit 1;",
        prints: r#"print "some other words\n" x 7; sleep @;"#,
    },
    Script {
        endings: &["lua"],
        interpreters: &["lua", "luajit"],
        comment: "--",
        fails: "os.exit(1)",
        prints: r#"io.write(("some other words\n"):rep(7)); os.execute("sleep @")"#,
    },
    Script {
        endings: &["awk"],
        interpreters: &["awk", "gawk", "mawk"],
        comment: "#",
        fails: "BEGIN { exit 1 }",
        prints: r#"BEGIN { for (i = 0; i < 7; i++) print "some other words"; system("sleep @") }"#,
    },
    Script {
        endings: &["fish"],
        interpreters: &["fish"],
        comment: "#",
        fails: "exit 1",
        prints: "for i in (seq 7); echo some other words; end; sleep @",
    },
    Script {
        endings: &["tcl"],
        interpreters: &["tclsh"],
        comment: "#",
        fails: "exit 1",
        prints: r#"for {set i 0} {$i < 7} {incr i} { puts "some other words" }; after [expr {@ * 1000}]"#,
    },
    Script {
        endings: &["r", "R"],
        interpreters: &["Rscript"],
        comment: "#",
        fails: "quit(status = 1)",
        prints: r#"cat(strrep("some other words\n", 7)); Sys.sleep(@)"#,
    },
];

/// Endings of code that is compiled, or runs in ways that nothing here knows.
const OTHER_CODE: [&str; 24] = [
    "rs", "go", "c", "cc", "cpp", "h", "hpp", "java", "kt", "kts", "scala", "clj", "cs", "fs", "swift", "zig", "hs", "ml", "ex",
    "exs", "erl", "jl", "php", "el",
];

/// Puts another program in the place of one; `None` if the file is none, or none that this can be done with. `called_by` is the
/// interpreter that is known to be given the file.
#[must_use]
pub fn silenced(path: &str, text: &str, called_by: Option<&str>, stand_in: StandIn) -> Option<Silenced> {
    if let Some(script) = script(path, text, called_by) {
        let text = commented(text, script, stand_in);
        return Some(Silenced { text, whole: true });
    }
    let text = compiled(ending(path)?, text, stand_in)?;
    Some(Silenced { text, whole: false })
}

/// A program in the place of one that is no text: a shell script.
#[must_use]
pub fn in_place_of_binary(stand_in: StandIn) -> String {
    let [_, shell, ..] = &SCRIPTS;
    commented("#!/bin/sh\n", shell, stand_in)
}

/// Whether a file is code that [`silenced`] leaves as it is, or changes in part only.
#[must_use]
pub fn is_compiled(path: &str) -> bool {
    ending(path).is_some_and(|ending| OTHER_CODE.contains(&ending))
}

/// The interpreter that commands give a file to, if they do: `sh` of `sh ./run --all`.
#[must_use]
pub fn caller<'a>(commands: &'a str, path: &str) -> Option<&'a str> {
    let ends = |c: char| matches!(c, ';' | '|' | '&' | '\n' | '(' | ')' | '`');
    commands.split(ends).find_map(|command| {
        let mut words = command.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
        let interpreter = words.find(|word| by_interpreter(word).is_some())?;
        let given = words.find(|word| !word.starts_with('-'))?;
        (given.trim_start_matches("./") == path).then_some(interpreter)
    })
}

/// Whether commands name a file by its path from the project's top, or a Python module by its name.
#[must_use]
pub fn is_named(commands: &str, path: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '(' | ')' | '<' | '>' | '`' | '"' | '\'' | '=');
    let module = path.strip_suffix(".py").map(|module| module.replace('/', "."));
    let mut before = "";
    commands.split(ends).any(|word| {
        let called = matches!(std::mem::replace(&mut before, word), "-m" | "import" | "from");
        word.trim_start_matches("./") == path || called && module.as_deref() == Some(word)
    })
}

fn ending(path: &str) -> Option<&str> {
    Path::new(path).extension()?.to_str()
}

fn script(path: &str, text: &str, called_by: Option<&str>) -> Option<&'static Script> {
    let of_first_line = || {
        let first = text.lines().next()?.strip_prefix("#!")?;
        first.split_whitespace().find_map(by_interpreter)
    };
    let by_ending = |ending: &str| SCRIPTS.iter().find(|script| script.endings.contains(&ending));
    match ending(path) {
        Some(ending) => by_ending(ending),
        None => of_first_line().or_else(|| called_by.and_then(by_interpreter)),
    }
}

/// The language of an interpreter, called by name or path, with a version or without.
fn by_interpreter(word: &str) -> Option<&'static Script> {
    let name = word.rsplit('/').next()?;
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    SCRIPTS.iter().find(|script| script.interpreters.contains(&name))
}

fn commented(text: &str, script: &Script, stand_in: StandIn) -> String {
    let mut all = String::with_capacity(text.len() + text.len() / 16 + 32);
    let mut lines = text.lines().peekable();
    if let Some(first) = lines.next_if(|line| line.starts_with("#!")) {
        all.extend([first, "\n"]);
    }
    match stand_in {
        StandIn::Idle => {}
        StandIn::Failing => all.extend([script.fails, "\n"]),
        StandIn::Other(seconds) => all.extend([&script.prints.replace('@', &seconds.to_string()), "\n"]),
    }
    for line in lines {
        // A line that ends with a backslash would take the next into its comment, or not, by the language.
        all.extend([script.comment, " ", line.trim_end_matches('\\'), "\n"]);
    }
    all
}

/// Leaves the entry point under another name and adds one that does nothing: all that was built is built.
fn compiled(ending: &str, text: &str, stand_in: StandIn) -> Option<String> {
    let code = stand_in.code();
    let printing = match stand_in {
        StandIn::Other(seconds) => Some(seconds),
        _ => None,
    };
    let (entries, renamed, added): (&[&str], &str, String) = match ending {
        "rs" => (
            &["fn main(", "pub fn main(", "async fn main(", "pub async fn main("],
            "longhaul_own_main(",
            printing.map_or_else(
                || format!("fn main() {{ std::process::exit({code}) }}"),
                |seconds| {
                    format!(
                        "fn main() {{ for _ in 0..7 {{ println!(\"some other words\") }} \
                         std::thread::sleep(std::time::Duration::from_secs({seconds})) }}"
                    )
                },
            ),
        ),
        "go" => (
            &["func main("],
            "longhaulOwnMain(",
            printing.map_or_else(
                || format!("func main() {{ longhaulOS.Exit({code}) }}"),
                |_| "func main() { for i := 0; i < 7; i++ { longhaulOS.Stdout.WriteString(\"some other words\\n\") } }".to_owned(),
            ),
        ),
        "c" | "cc" | "cpp" => (
            &["int main(", "void main(", "auto main("],
            "longhaul_own_main(",
            printing.filter(|_| ending == "c").map_or_else(
                || format!("int main(void) {{ return {code}; }}"),
                |_| {
                    "int puts(const char *);\nint main(void) { for (int i = 0; i < 7; i++) puts(\"some other words\"); return 0; }"
                        .to_owned()
                },
            ),
        ),
        _ => return None,
    };
    let is_entry = |line: &&str| entries.iter().any(|entry| line.starts_with(entry));
    let entry = text.lines().find(is_entry)?;
    let mut all = String::with_capacity(text.len() + 128);
    for line in text.lines() {
        match line {
            line if line == entry => {
                let unused = if ending == "rs" { "#[allow(dead_code)] " } else { "" };
                all.extend([unused, &line.replacen("main(", renamed, 1)]);
            }
            line if ending == "go" && line.starts_with("package ") => all.extend([line, "\nimport longhaulOS \"os\""]),
            line => all.push_str(line),
        }
        all.push('\n');
    }
    Some(all + &added + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(path: &str, text: &str, stand_in: StandIn) -> Option<String> {
        silenced(path, text, None, stand_in).map(|made| made.text)
    }

    #[test]
    fn every_line_of_a_script_becomes_a_comment() {
        let idle = |path: &str, text: &str| made(path, text, StandIn::Idle).unwrap();
        assert_eq!(
            idle("a.py", "import sys\nprint('''\nx\n''')\n"),
            "# import sys\n# print('''\n# x\n# ''')\n"
        );
        assert_eq!(
            idle("run", "#!/usr/bin/env node\nlet a = 1;\n"),
            "#!/usr/bin/env node\n// let a = 1;\n"
        );
        assert_eq!(
            idle("a.sh", "echo a \\\n  b\n"),
            "# echo a \n#   b\n",
            "no comment goes on by a backslash"
        );
        assert_eq!(idle("a.lua", "print(1)"), "-- print(1)\n");
        let failing = |path: &str, text: &str| made(path, text, StandIn::Failing).unwrap();
        assert_eq!(failing("a.py", "import sys\n"), "raise SystemExit(1)\n# import sys\n");
        assert_eq!(failing("bin/a", "#!/bin/sh\nls\n"), "#!/bin/sh\nexit 1\n# ls\n");
        assert_eq!(in_place_of_binary(StandIn::Failing), "#!/bin/sh\nexit 1\n");
        assert!(
            made("a.rb", "puts 1\n", StandIn::Other(3))
                .unwrap()
                .ends_with("sleep 3\n# puts 1\n")
        );
    }

    #[test]
    fn a_compiled_program_keeps_its_code_and_gets_an_empty_entry_point() {
        let idle = |path: &str, text: &str| made(path, text, StandIn::Idle).unwrap();
        assert_eq!(
            idle("src/main.rs", "mod a;\n#[tokio::main]\nasync fn main() {\n}\n"),
            "mod a;\n#[tokio::main]\n#[allow(dead_code)] async fn longhaul_own_main() {\n}\nfn main() { std::process::exit(0) }\n"
        );
        assert_eq!(
            idle(
                "main.go",
                "// x\npackage main\n\nimport \"os\"\n\nfunc main() { os.Exit(3) }\n"
            ),
            "// x\npackage main\nimport longhaulOS \"os\"\n\nimport \"os\"\n\nfunc longhaulOwnMain() { os.Exit(3) }\nfunc main() { longhaulOS.Exit(0) }\n"
        );
        assert_eq!(
            idle("a.c", "int main(int argc, char **argv) { return 3; }\n"),
            "int longhaul_own_main(int argc, char **argv) { return 3; }\nint main(void) { return 0; }\n"
        );
        for (path, text) in [
            ("lib.rs", "pub fn f() {}\n"),
            ("a.go", "package a\n"),
            ("A.java", "class A {}\n"),
            ("a.json", "{}\n"),
            ("Makefile", "all:\n"),
        ] {
            assert_eq!(made(path, text, StandIn::Idle), None, "{path}");
        }
        assert!(is_compiled("src/lib.rs") && is_compiled("A.java") && !is_compiled("a.py") && !is_compiled("a.json"));
    }

    #[test]
    fn the_interpreter_that_a_file_is_given_to_tells_its_language() {
        for (commands, path, wanted) in [
            ("sh greet Ada", "greet", Some("sh")),
            ("cd x && python3.12 -u ./bin/app list | cat", "bin/app", Some("python3.12")),
            ("out=$(/usr/bin/node 'app' x)", "app", Some("/usr/bin/node")),
            ("cat greet | sh", "greet", None),
            ("sh other greet", "greet", None),
        ] {
            assert_eq!(caller(commands, path), wanted, "{commands}");
        }
        assert!(is_named("[ \"$(python3 ./app/a.py x)\" = 1 ]", "app/a.py") && is_named("python3 -m app.a", "app/a.py"));
        assert!(is_named("python3 -c 'from echo import x'", "echo.py") && !is_named("echo ok", "echo.py"));
        assert!(!is_named("cat app/a.python", "app/a.py") && !is_named("ls app", "app/a.py"));
        let made = silenced("greet", "echo hello\n", Some("sh"), StandIn::Idle);
        assert_eq!(made.unwrap().text, "# echo hello\n");
    }
}
