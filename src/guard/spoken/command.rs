//! What a simple command lets come out.

use super::shell::{Flow, Shell, path};
use super::value::{COUNT, PROGRAM, UNKNOWN, formatted, is_made, unescaped};
use crate::guard::weaken::tree::{children, text};
use tree_sitter::Node;

/// Commands that print what they read, some of it or all.
const FILTERS: [&str; 22] = [
    "cat", "tee", "sort", "head", "tail", "uniq", "grep", "egrep", "fgrep", "rg", "sed", "tr", "awk", "cut", "nl", "tac", "rev",
    "fold", "column", "fmt", "jq", "paste",
];
/// Of these the ones whose first argument is no file.
const WITH_PATTERN: [&str; 8] = ["grep", "egrep", "fgrep", "rg", "sed", "tr", "awk", "jq"];
/// Commands that print nothing of a program's.
const QUIET: [&str; 30] = [
    "test", "[", "true", "false", ":", "exit", "return", "cd", "trap", "wait", "sleep", "kill", "read", "unset", "shift", "rm",
    "rmdir", "chmod", "source", ".", "shopt", "break", "continue", "mkdir", "touch", "cp", "mv", "ln", "set", "command",
];
/// Commands of the system that print what the script does not say.
const OTHER: [&str; 17] = [
    "ls", "find", "stat", "file", "git", "which", "type", "pwd", "seq", "date", "uname", "whoami", "mktemp", "id", "hostname",
    "dirname", "expr",
];
/// Words before a command that change nothing of what it prints.
const BEFORE: [&str; 8] = ["command", "builtin", "exec", "time", "nohup", "env", "xargs", "timeout"];
/// Programs that run code from their arguments.
const CODE: [&str; 9] = ["python", "python3", "node", "perl", "ruby", "awk", "bun", "deno", "php"];

/// A simple command: values of its words, and how they are written.
#[derive(Debug)]
pub(super) struct Simple {
    pub(super) name: String,
    pub(super) words: Vec<String>,
    pub(super) raw: Vec<String>,
}

impl Simple {
    pub(super) fn has(&self, flag: char) -> bool {
        let mut flags = self
            .words
            .iter()
            .filter(|word| word.starts_with('-') && !word.starts_with("--"));
        flags.any(|word| word.contains(flag))
    }

    /// The arguments that are no options, as they are written; a pattern is none of them.
    pub(super) fn files(&self) -> Vec<&str> {
        let plain = self
            .raw
            .iter()
            .map(String::as_str)
            .filter(|word| *word == "-" || !word.starts_with('-'));
        plain.skip(usize::from(WITH_PATTERN.contains(&self.name.as_str()))).collect()
    }

    /// The script that a shell or another interpreter is given as an argument.
    pub(super) fn code(&self, flags: &[&str]) -> Option<&String> {
        let is_flag = |word: &String| flags.contains(&word.as_str());
        self.words.iter().position(is_flag).and_then(|at| self.words.get(at + 1))
    }

    pub(super) fn is_shell(&self) -> bool {
        matches!(self.name.as_str(), "sh" | "bash" | "dash" | "zsh")
    }

    /// Code in another language that stands in the script itself.
    pub(super) fn inline(&self, flow: &Flow) -> Option<String> {
        if !CODE.contains(&self.name.as_str()) {
            return None;
        }
        if self.name == "awk" {
            return self.words.iter().find(|word| !word.starts_with('-')).cloned();
        }
        let given = self.code(&["-c", "-e", "-p", "-r", "-ne", "-pe"]).cloned();
        given.or_else(|| (self.files().iter().all(|file| *file == "-") && !is_made(&flow.input)).then(|| flow.input.clone()))
    }
}

impl Shell<'_> {
    /// Reads a simple command, without the words that only stand before it.
    pub(super) fn simple(&mut self, node: Node<'_>, source: &str) -> Simple {
        let parts: Vec<Node<'_>> = children(node)
            .into_iter()
            .filter(|part| !part.kind().contains("redirect") && part.kind() != "variable_assignment")
            .collect();
        let mut words: Vec<(String, String)> = Vec::new();
        for part in parts {
            let inner = if part.kind() == "command_name" {
                part.named_child(0).unwrap_or(part)
            } else {
                part
            };
            words.push((self.word(inner, source), path(text(inner, source))));
        }
        while words.len() > 1 && BEFORE.contains(&words[0].0.as_str()) {
            words.remove(0);
            while words.len() > 1
                && (words[0]
                    .0
                    .starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                    || words[0].0.contains('='))
            {
                words.remove(0);
            }
        }
        let (mut words, mut raw): (Vec<String>, Vec<String>) = words.into_iter().unzip();
        if words.is_empty() {
            return Simple {
                name: String::new(),
                words,
                raw,
            };
        }
        let name = words.remove(0);
        raw.remove(0);
        let name = name
            .rsplit('/')
            .next()
            .filter(|_| name.starts_with("/bin/") || name.starts_with("/usr/bin/"))
            .unwrap_or(&name)
            .to_owned();
        Simple { name, words, raw }
    }

    /// Calls a function of the script, or a script that is an argument, by `call`.
    pub(super) fn nested<T>(&mut self, simple: &Simple, flow: &Flow, call: impl FnOnce(&mut Self, &str, &Flow) -> T) -> Option<T> {
        if let Some(body) = self.functions.get(&simple.name).cloned() {
            let before = self.vars.clone();
            for (at, word) in simple.words.iter().enumerate() {
                self.vars.insert((at + 1).to_string(), word.clone());
            }
            let all = simple.words.join(" ");
            self.vars.extend([("@".to_owned(), all.clone()), ("*".to_owned(), all)]);
            let done = (self.depth < 8).then(|| call(self, &body, flow));
            self.vars
                .extend(before.into_iter().filter(|(name, _)| name.parse::<usize>().is_ok()));
            return done;
        }
        let script = match simple.name.as_str() {
            "eval" => Some(simple.words.join(" ")),
            _ if !simple.is_shell() => None,
            _ => {
                let at = simple
                    .words
                    .iter()
                    .position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'));
                let given = at.and_then(|at| simple.words.get(at + 1)).cloned();
                let fed = || (simple.files().is_empty() && !is_made(&flow.input)).then(|| flow.input.clone());
                given.or_else(fed)
            }
        }?;
        let strict = std::mem::replace(&mut self.strict, simple.has('e') && simple.name != "eval");
        let done = call(self, &script, flow);
        self.strict = strict;
        Some(done)
    }

    pub(super) fn command(&mut self, node: Node<'_>, source: &str, flow: &Flow) {
        let flow = self.led(node, source, flow);
        let simple = self.simple(node, source);
        if self
            .nested(&simple, &flow, |shell, script, flow| shell.script(script, flow))
            .is_some()
        {
            return;
        }
        let said = self.said(&simple, &flow);
        if let Some(code) = simple.inline(&flow).filter(|code| !code.is_empty()) {
            let gated = flow.gated || compares(&code, &flow.input);
            self.say(printed_by(&code), &Flow { gated, ..flow.clone() });
        }
        self.say(said, &flow);
    }

    fn said(&mut self, simple: &Simple, flow: &Flow) -> String {
        let marked = |text: &str, mark: char| if is_made(text) { mark } else { UNKNOWN }.to_string();
        match simple.name.as_str() {
            "" => String::new(),
            "echo" | "yes" => {
                let words = simple
                    .words
                    .iter()
                    .skip_while(|word| matches!(word.as_str(), "-n" | "-e" | "-ne" | "-en"));
                let line = unescaped(&words.cloned().collect::<Vec<_>>().join(" "));
                line + if simple.words.first().is_some_and(|word| word.starts_with("-n")) {
                    ""
                } else {
                    "\n"
                }
            }
            "printf" => simple
                .words
                .split_first()
                .map(|(format, rest)| formatted(format, rest))
                .unwrap_or_default(),
            "basename" => simple.words.join(" ") + "\n",
            "wc" => marked(&self.read(simple, flow), COUNT),
            "set" => {
                self.strict = self.strict || simple.has('e') || simple.words.iter().any(|word| word == "errexit");
                String::new()
            }
            "diff" | "cmp" => marked(&self.read(simple, flow), PROGRAM),
            "cp" | "mv" | "ln" => {
                if let [from, .., to] = simple.files()[..] {
                    let held = self.file(from);
                    self.laid.insert(to.to_owned(), held);
                }
                String::new()
            }
            "touch" | "mkdir" => {
                for file in simple.files() {
                    self.laid.entry(file.to_owned()).or_default();
                }
                String::new()
            }
            name if FILTERS.contains(&name) => {
                let read = if name == "tee" {
                    flow.input.clone()
                } else {
                    self.read(simple, flow)
                };
                if name == "tee" {
                    self.laid
                        .extend(simple.files().into_iter().map(|file| (file.to_owned(), read.clone())));
                }
                match simple.has('c') && name.ends_with("grep") {
                    true => marked(&read, COUNT),
                    false if simple.has('q') && name.ends_with("grep") => String::new(),
                    false => read,
                }
            }
            name if QUIET.contains(&name) => String::new(),
            name if OTHER.contains(&name) => UNKNOWN.to_string(),
            _ => {
                // A file that a program is given may be written by it.
                for (path, held) in &mut self.laid {
                    if simple.raw.iter().any(|word| word.contains(path.as_str())) {
                        held.push(PROGRAM);
                    }
                }
                PROGRAM.to_string()
            }
        }
    }

    /// What a command reads: the files it names, or its input.
    pub(super) fn read(&self, simple: &Simple, flow: &Flow) -> String {
        let files = simple.files();
        let of = |(at, file): (usize, &&str)| match *file {
            "-" => flow.input.clone(),
            file if file.starts_with("<(") => {
                let skipped = simple.raw.iter().position(|raw| raw == file).unwrap_or(at);
                simple.words.get(skipped).cloned().unwrap_or_default()
            }
            file => self.file(file),
        };
        if files.is_empty() || simple.name == "tr" || (files == ["."] && simple.name == "rg") {
            return flow.input.clone();
        }
        files.iter().enumerate().map(of).collect()
    }
}

/// Says whether code compares something that came from outside of it.
pub(super) fn compares(code: &str, input: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    let reaches = is_made(input) || has(&["import ", "require", "open(", "readFile", "subprocess", "fetch(", "urlopen"]);
    reaches
        && has(&[
            "assert", "==", "!=", "if ", "if(", "exit", "expect(", " in ", "equal", "match",
        ])
}

/// What code prints that stands in it as a text.
fn printed_by(code: &str) -> String {
    let mut out = String::new();
    for call in [
        "print(",
        "console.log(",
        "stdout.write(",
        "puts ",
        "puts(",
        "print ",
        "say ",
        "echo ",
    ] {
        for (at, _) in code.match_indices(call) {
            let rest = code.get(at + call.len()..).unwrap_or_default().trim_start();
            let Some(quote) = rest.chars().next().filter(|c| "'\"`".contains(*c)) else {
                continue;
            };
            if let Some((text, after)) = rest[1..].split_once(quote)
                && after
                    .trim_start_matches([' ', ')'])
                    .chars()
                    .next()
                    .is_none_or(|c| ";}\n".contains(c))
            {
                out.push_str(&unescaped(text));
                out.push('\n');
            }
        }
    }
    out
}
