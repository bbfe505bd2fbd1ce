//! Which programs a command calls: its own words, and those of what it only stands for: a script of `package.json`, a target of make,
//! a shell script.
//!
//! Owns taking a command apart as the shell would, as far as that can be told without running it. Invariant: what is not understood is
//! left out, never guessed: a call that is told is one that the command makes.

use super::Root;
use super::javascript::Package;
use super::make;
use std::ops::Range;

/// Wrappers within wrappers.
const DEPTH: usize = 4;
/// Calls kept of a command.
const MOST: usize = 200;

/// Words before a program that leave it the program, with what begins by `-` and settings of variables.
const LEADS: &str = "env time exec command then do else ! { nice timeout cross-env dotenv xvfb-run npx pnpx bunx pnpm yarn bun npm run exec x \
                     dlx nyc c8 uv uvx poetry pipenv pdm hatch rye python python3 python2 coverage node tsx nodejs -- rustup stable nightly";
/// Words after which commands are called several times.
const LOOPS: [&str; 6] = ["for", "while", "until", "xargs", "parallel", "-exec"];
/// Calls that run no tests, whatever stands behind them.
const QUIET: &str = "cd export set unset echo printf true : mkdir rm cp mv chmod touch cat source . exit test [ }";

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without its quotes.
    pub(super) text: String,
    /// Where it stands in the text that was taken apart.
    pub(super) at: Range<usize>,
}

/// One call of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) words: Vec<Word>,
    /// Whether its words are those of the command itself, and its output goes nowhere else.
    pub(super) own: bool,
    /// Where in the command arguments for it may be added, with what must stand before them.
    pub(super) end: Option<(usize, &'static str)>,
    /// Whether what it prints goes into another program or a file.
    pub(super) piped: bool,
}

/// What a command calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) all: Vec<Call>,
    /// Whether some of it may be called more than once.
    pub(super) loops: bool,
    /// Whether a call may need what was set before it: variables, options of the shell, another directory.
    pub(super) sets: bool,
    /// Whether some of it is called only where something else fails.
    pub(super) either: bool,
}

impl Calls {
    /// Takes a command apart.
    pub(super) fn of(root: &Root, command: &str) -> Self {
        let mut calls = Self::default();
        calls.walk(root, command, &Above::Command, DEPTH);
        calls
    }

    fn walk(&mut self, root: &Root, text: &str, above: &Above, depth: usize) {
        let (parts, either) = parts(text);
        self.either |= either;
        let mut moved: Option<Root> = None;
        for (number, part) in parts.iter().enumerate() {
            let here = moved.as_ref().unwrap_or(root);
            self.loops |= part.words.iter().any(|word| LOOPS.contains(&word.text.as_str()));
            if part.words.is_empty() || self.all.len() >= MOST {
                continue;
            }
            self.sets |= sets(&part.words);
            if let ("cd", Some(to)) = (part.words[0].text.as_str(), part.words.get(1)) {
                moved = here.below(&to.text);
                if moved.is_none() {
                    return;
                }
                continue;
            }
            let end = part.words.last().map_or(0, |word| word.at.end);
            let end = match above {
                Above::Command => part.plain.then_some((end, "")),
                // What is added goes to the last call of a script.
                Above::Script(end) => end.filter(|_| part.plain && number + 1 == parts.len()),
                Above::Other => None,
            };
            let call = Call {
                words: part.words.clone(),
                own: matches!(above, Above::Command) && part.plain,
                end,
                piped: !part.plain,
            };
            match stands_for(here, &call).filter(|_| depth > 0) {
                Some((texts, above)) => {
                    for text in texts {
                        self.walk(here, &text, &above, depth - 1);
                    }
                }
                None if QUIET.split(' ').any(|word| word == call.words[0].text) => {}
                None => self.all.push(call),
            }
        }
    }
}

impl Call {
    /// The program and its arguments, past what only leads to it.
    pub(super) fn program(&self) -> &[Word] {
        let leads = |word: &Word| {
            let text = name(&word.text);
            let sets = text.split_once('=').is_some_and(|(name, _)| is_name(name));
            let number = text.starts_with(|c: char| c.is_ascii_digit());
            text.starts_with(['-', '+']) || sets || number || LEADS.split_whitespace().any(|lead| lead == text)
        };
        let from = self.words.iter().position(|word| !leads(word)).unwrap_or(self.words.len());
        self.words.get(from..).unwrap_or_default()
    }

    /// Whether a word stands in it.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        let is = |word: &Word| {
            words
                .iter()
                .any(|wanted| word.text == *wanted || word.text.starts_with(&format!("{wanted}=")))
        };
        self.words.iter().any(is)
    }
}

/// A program by its own name: `./node_modules/.bin/jest` is `jest`. A path that is no program's is no name.
pub(super) fn name(word: &str) -> &str {
    let name = match word.rsplit_once('/') {
        Some((folder, name)) if folder.split('/').any(|part| matches!(part, "bin" | ".bin")) => name,
        _ => word,
    };
    [".mjs", ".cjs", ".js"]
        .into_iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Whether a part changes what comes after it. That a script ends at the first failure is no such change.
fn sets(words: &[Word]) -> bool {
    let program = words.first().map_or("", |word| word.text.as_str());
    let strict = |word: &Word| {
        let flags = word.text.trim_start_matches('-');
        matches!(flags, "pipefail" | "errexit" | "nounset" | "xtrace") || flags.chars().all(|c| "euxo".contains(c))
    };
    match program {
        "cd" | "export" | "unset" | "source" | "." | "exit" | "pushd" | "eval" | "alias" => true,
        "set" => !words.iter().skip(1).all(strict),
        _ => words
            .iter()
            .all(|word| word.text.split_once('=').is_some_and(|(name, _)| is_name(name))),
    }
}

/// Where a text comes from that is taken apart.
enum Above {
    /// It is the command.
    Command,
    /// A script of `package.json`, and where arguments for it go.
    Script(Option<(usize, &'static str)>),
    /// Anything that takes no arguments for what it calls.
    Other,
}

/// The commands that a call stands for, if it is such a one.
fn stands_for(root: &Root, call: &Call) -> Option<(Vec<String>, Above)> {
    let words: Vec<&str> = call.words.iter().map(|word| word.text.as_str()).collect();
    let sets = |word: &&str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    let from = words.iter().position(|word| !sets(word) && !LEADING.contains(word))?;
    let (program, rest) = (name(words[from]), &words[from + 1..]);
    match program {
        "npm" | "pnpm" | "yarn" | "bun" => {
            let script = Package::of(root)?.named(script_name(program, rest)?)?.to_owned();
            let lead = if program == "npm" && !rest.contains(&"--") {
                " --"
            } else {
                ""
            };
            let end = call.end.filter(|_| call.own).map(|(end, _)| (end, lead));
            Some((vec![script], Above::Script(end)))
        }
        "make" | "gmake" => {
            let elsewhere = rest.iter().any(|word| word.starts_with("-C") || word.starts_with("-f"));
            let wanted: Vec<&str> = rest
                .iter()
                .copied()
                .filter(|word| !word.starts_with('-') && !word.contains('='))
                .collect();
            (!elsewhere)
                .then(|| (make::recipe(root, &wanted), Above::Other))
                .filter(|(lines, _)| !lines.is_empty())
        }
        _ => {
            let shell = matches!(program, "sh" | "bash" | "dash" | "zsh");
            if let Some(at) = rest
                .iter()
                .position(|word| word.starts_with('-') && word.ends_with('c'))
                .filter(|_| shell)
            {
                return Some((vec![(*rest.get(at + 1)?).to_owned()], Above::Other));
            }
            let path = if shell {
                *rest.iter().find(|word| !word.starts_with('-'))?
            } else {
                words[from]
            };
            let path = path.strip_prefix("./").unwrap_or(path);
            let own = !path.starts_with('/') && path.split('/').all(|part| part != "..") && (shell || words[from].contains('/'));
            let text = root.text(path).filter(|_| own)?;
            let first = text.lines().next().unwrap_or_default();
            let is_shell = shell || first.starts_with("#!") && first.trim_end().ends_with("sh");
            is_shell.then(|| (vec![text], Above::Other))
        }
    }
}

/// What may stand before a wrapper.
const LEADING: [&str; 7] = ["env", "time", "exec", "then", "do", "else", "!"];

/// The script of `package.json` that a package manager is asked for in this directory.
fn script_name<'a>(manager: &str, rest: &[&'a str]) -> Option<&'a str> {
    const ELSEWHERE: &str =
        "--prefix -C --dir --cwd --workspace -w --workspaces -ws --filter -F -r --recursive workspace workspaces";
    if rest.iter().any(|word| {
        ELSEWHERE
            .split(' ')
            .any(|other| *word == other || word.starts_with(&format!("{other}=")))
    }) {
        return None;
    }
    let mut asked = rest.iter().copied().filter(|word| !word.starts_with('-'));
    match (manager, asked.next()?) {
        (_, "run" | "run-script") => asked.next(),
        ("npm" | "pnpm", "t" | "tst" | "test") => Some("test"),
        ("npm" | "bun", _) => None,
        (_, script) => Some(script),
    }
}

/// A part of a text between two operators of the shell.
#[derive(Debug, Default)]
struct Part {
    words: Vec<Word>,
    /// Whether it is no more than words: nothing redirected, nothing nested.
    plain: bool,
}

/// Takes a text apart as the shell does, quotes and all; says whether parts of it are joined by `||`.
fn parts(text: &str) -> (Vec<Part>, bool) {
    let mut either = false;
    let (mut parts, mut part) = (
        Vec::new(),
        Part {
            plain: true,
            ..Part::default()
        },
    );
    let (mut word, mut quote): (Option<Word>, Option<char>) = (None, None);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let push = |c: char, word: &mut Option<Word>| {
            let word = word.get_or_insert(Word {
                text: String::new(),
                at: at..at,
            });
            if c != '\0' {
                word.text.push(c);
            }
            word.at.end = at + c.len_utf8().max(1);
        };
        match (quote, c) {
            (Some(open), _) if c == open => {
                quote = None;
                push('\0', &mut word);
            }
            (Some('"') | None, '\\') => match chars.next() {
                Some((_, '\n')) | None => {}
                Some((_, next)) => {
                    push(next, &mut word);
                    if let Some(word) = &mut word {
                        word.at.end = at + 1 + next.len_utf8();
                    }
                }
            },
            (Some(_), _) => push(c, &mut word),
            (None, '"' | '\'') => {
                quote = Some(c);
                push('\0', &mut word);
            }
            (None, '#') if word.is_none() => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            (None, '\n' | ';' | '&' | '|') => {
                let next = chars.peek().map(|(_, c)| *c);
                either |= c == '|' && next == Some('|');
                let redirects = c == '&' && (text[..at].ends_with('>') || next == Some('>'));
                part.plain &= c != '|' && (c != '&' || next == Some('&')) || next == Some(c);
                part.words.extend(word.take());
                if !redirects {
                    let behind_pipe = c == '|' && next != Some('|');
                    chars.next_if(|(_, next)| *next == c && matches!(c, '&' | '|'));
                    parts.push(std::mem::replace(
                        &mut part,
                        Part {
                            plain: !behind_pipe,
                            ..Part::default()
                        },
                    ));
                }
            }
            (None, c) if c.is_whitespace() => part.words.extend(word.take()),
            (None, '>' | '<' | '(' | ')' | '`') => {
                part.plain = false;
                part.words.extend(word.take());
            }
            (None, _) => push(c, &mut word),
        }
    }
    part.words.extend(word.take());
    part.plain &= quote.is_none();
    parts.push(part);
    parts.retain(|part| !part.words.is_empty());
    (parts, either)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn calls(command: &str, files: &[(&str, &str)]) -> Calls {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Calls::of(&Root::new(dir.path()), command)
    }

    fn told(command: &str, files: &[(&str, &str)]) -> Vec<String> {
        let calls = calls(command, files).all;
        let text = |call: &Call| call.words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join(" ");
        calls.iter().map(text).collect()
    }

    #[test]
    fn a_command_falls_apart_as_in_the_shell() {
        assert_eq!(
            told("A=1 pytest -q 'a && b' && echo ok; npx jest \"x;y\" # && mocha\ntsc", &[]),
            ["A=1 pytest -q a && b", "npx jest x;y", "tsc"]
        );
        assert_eq!(told("make test", &[]), ["make test"], "there is no such file");
        assert_eq!(told("bash -lc 'pytest -q && mocha'", &[]), ["pytest -q", "mocha"]);
    }

    #[test]
    fn a_wrapper_stands_for_what_it_calls() {
        let package = (
            "package.json",
            r#"{"scripts": {"test": "npm run lint && npm run unit", "unit": "jest -i", "lint": "eslint ."}}"#,
        );
        assert_eq!(told("CI=1 npm test", &[package]), ["eslint .", "jest -i"]);
        assert_eq!(told("yarn unit --bail", &[package]), ["jest -i"]);
        assert_eq!(told("yarn jest", &[package]), ["yarn jest"]);
        assert_eq!(told("npm --prefix web test", &[package]), ["npm --prefix web test"]);
        let make = "PY ?= python3\n.PHONY: test\ntest: build unit\n\t@echo hello\nunit:\n\t@$(PY) -m pytest \\\n\t  -q $$X\nlint:\n\tmocha\nbuild:\n\tcc x.c\n";
        assert_eq!(
            told("make test", &[("Makefile", make)]),
            ["cc x.c", "python3 -m pytest -q $X"]
        );
        let script = "#!/bin/bash\nset -e\n# jest\npytest -q \"$@\"\n";
        for command in ["sh ci/test.sh", "./ci/test.sh", "bash -e ./ci/test.sh"] {
            assert_eq!(told(command, &[("ci/test.sh", script)]), ["pytest -q $@"], "{command}");
        }
        let web = ("web/package.json", r#"{"scripts": {"test": "vitest run"}}"#);
        assert_eq!(told("cd web && npm test", &[web]), ["vitest run"]);
    }

    #[test]
    fn a_script_that_calls_itself_ends() {
        let package = ("package.json", r#"{"scripts": {"test": "npm test"}}"#);
        assert_eq!(told("npm test", &[package]), ["npm test"]);
        let make = ("Makefile", "a: b\n\tmake a\nb: a\n\tmake b\n");
        assert!(told("make a", &[make]).len() <= MOST);
    }

    #[test]
    fn arguments_go_only_where_they_reach_the_program_alone() {
        let end = |command: &str, files: &[(&str, &str)]| calls(command, files).all.last().unwrap().end;
        assert_eq!(end("npx jest && true", &[]), Some((8, "")));
        assert_eq!(end("npx jest | tee log", &[]), None);
        assert_eq!(end("npx jest > log 2>&1", &[]), None);
        assert_eq!(end("(npx jest)", &[]), None);
        let script = |text: &str| format!("{{\"scripts\": {{\"test\": \"{text}\"}}}}");
        assert_eq!(end("npm test", &[("package.json", &script("tsc && jest"))]), Some((8, " --")));
        assert_eq!(end("npm test -- -i", &[("package.json", &script("jest"))]), Some((14, "")));
        assert_eq!(end("npm test | tee log", &[("package.json", &script("jest"))]), None);
        assert_eq!(end("npm test", &[("package.json", &script("jest | tee log"))]), None);
        assert_eq!(end("make test", &[("Makefile", "test:\n\tnpx jest\n")]), None);
    }

    #[test]
    fn what_leads_to_a_program_is_not_the_program() {
        let program = |command: &str| {
            let calls = calls(command, &[]).all;
            calls[0]
                .program()
                .first()
                .map(|word| name(&word.text).to_owned())
                .unwrap_or_default()
        };
        for (command, told) in [
            ("python -m pytest -q", "pytest"),
            ("FOO=1 timeout 60 uv run pytest", "pytest"),
            (".venv/bin/python -m pytest", "pytest"),
            ("node --expose-gc node_modules/jest/bin/jest.js", "jest"),
            ("npx --no-install vitest run", "vitest"),
            ("nyc mocha", "mocha"),
            ("npx eslint --plugin jest", "eslint"),
            ("python -m unittest tests.pytest", "unittest"),
            ("sh tests/jest", "sh"),
        ] {
            assert_eq!(program(command), told, "{command}");
        }
    }

    #[test]
    fn what_may_be_called_several_times_is_told() {
        assert!(calls("for t in a b; do pytest $t; done", &[]).loops);
        assert!(calls("ls | xargs pytest", &[]).loops);
        assert!(!calls("pytest -q", &[]).loops);
    }
}
