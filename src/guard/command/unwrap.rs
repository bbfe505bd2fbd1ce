//! What a simple command really runs: assignments, reserved words and wrappers taken off, scripts in arguments brought out.

use super::lexer::{Simple, Word};

/// What is left of a command.
#[derive(Debug)]
pub(super) enum Unwrapped<'a> {
    /// It runs nothing.
    Nothing,
    /// It runs these commands.
    Again(Vec<Vec<Word>>),
    /// It runs these scripts.
    Scripts(Vec<String>),
    /// A shell that reads its script from its input.
    ReadsScript,
    /// A program (base name, lower case) with its arguments.
    Program(String, &'a [Word]),
}

/// Reserved words that may stand before a command.
pub(super) const RESERVED: [&str; 14] = [
    "!", "{", "}", "if", "then", "else", "elif", "while", "until", "do", "done", "fi", "esac", "coproc",
];

/// Wrappers: name, options that take the next word, number of their own words before the command.
pub(super) const WRAPPERS: [(&str, &[&str], usize); 24] = [
    (
        "sudo",
        &[
            "-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "--user", "--group", "--chdir",
        ],
        0,
    ),
    ("doas", &["-u", "-C"], 0),
    ("env", &["-u", "-C", "--unset", "--chdir"], 0),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("exec", &["-a"], 0),
    ("time", &["-f", "-o"], 0),
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("nice", &["-n"], 0),
    ("ionice", &["-c", "-n"], 0),
    ("chrt", &[], 1),
    ("taskset", &[], 1),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("gtimeout", &["-s", "-k"], 1),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("unbuffer", &[], 0),
    (
        "xargs",
        &[
            "-I",
            "-n",
            "-P",
            "-L",
            "-d",
            "-E",
            "-s",
            "-a",
            "--max-args",
            "--max-procs",
            "--replace",
            "--delimiter",
            "--arg-file",
        ],
        0,
    ),
    ("caffeinate", &["-t", "-w"], 0),
    ("chronic", &[], 0),
    ("busybox", &[], 0),
    ("flock", &["-w", "-E", "--timeout"], 1),
    ("strace", &["-e", "-o", "-p", "-s", "-u"], 0),
    ("watch", &["-n", "--interval"], 0),
];

const SHELLS: [&str; 9] = ["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish", "rbash"];

pub(super) fn unwrap(words: &[Word]) -> Unwrapped<'_> {
    let mut words = words;
    while let [first, rest @ ..] = words {
        let reserved = !first.quoted && RESERVED.contains(&first.text.as_str());
        if !(reserved || is_assignment(first)) {
            break;
        }
        words = rest;
    }
    let [first, arguments @ ..] = words else {
        return Unwrapped::Nothing;
    };
    if first.expands || (!first.quoted && matches!(first.text.as_str(), "for" | "case" | "select" | "function" | "[[")) {
        return Unwrapped::Nothing;
    }
    let program = first.text.rsplit('/').next().unwrap_or("").to_lowercase();
    if SHELLS.contains(&program.as_str()) {
        return shell(arguments);
    }
    match program.as_str() {
        "eval" => Unwrapped::Scripts(vec![join(arguments)]),
        "trap" => Unwrapped::Scripts(arguments.first().map(|word| word.text.clone()).into_iter().collect()),
        "find" | "fd" => found(arguments, &program),
        "command"
            if arguments
                .first()
                .is_some_and(|word| matches!(word.text.as_str(), "-v" | "-V")) =>
        {
            Unwrapped::Nothing
        }
        "env" if split_string(arguments).is_some() => Unwrapped::Scripts(split_string(arguments).into_iter().collect()),
        "su" | "script" | "flock" | "watch" if option_value(arguments, "-c").is_some() => {
            Unwrapped::Scripts(option_value(arguments, "-c").into_iter().collect())
        }
        _ => match WRAPPERS.iter().find(|(name, ..)| *name == program) {
            Some((_, valued, own)) => Unwrapped::Again(inner(arguments, valued, *own).into_iter().collect()),
            None => Unwrapped::Program(program, arguments),
        },
    }
}

/// What `echo`, `printf` or a here-document feeds into a pipe, if its words are plain.
pub(super) fn printed(simple: &Simple) -> Option<String> {
    let [first, rest @ ..] = simple.words.as_slice() else {
        return None;
    };
    if first.text == "cat" {
        return simple.stdin.clone();
    }
    matches!(first.text.as_str(), "echo" | "printf").then(|| {
        let words: Vec<Word> = rest
            .iter()
            .filter(|word| !matches!(word.text.as_str(), "-n" | "-e" | "--"))
            .cloned()
            .collect();
        join(&words).replace("\\n", "\n")
    })
}

fn is_assignment(word: &Word) -> bool {
    word.text.split_once('=').is_some_and(|(name, _)| {
        let name = name.strip_suffix('+').unwrap_or(name);
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

fn join(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn option_value(arguments: &[Word], option: &str) -> Option<String> {
    arguments
        .iter()
        .skip_while(|word| word.text != option)
        .nth(1)
        .map(|word| word.text.clone())
}

/// `env -S 'git commit'`.
fn split_string(arguments: &[Word]) -> Option<String> {
    let at = arguments
        .iter()
        .position(|word| word.text.starts_with("-S") || word.text.starts_with("--split-string"))?;
    let word = arguments.get(at)?;
    let glued = word
        .text
        .strip_prefix("--split-string=")
        .or_else(|| word.text.strip_prefix("-S"))
        .filter(|text| !text.is_empty());
    let rest = join(arguments.get(at + 1..).unwrap_or(&[]));
    Some(glued.map_or_else(|| rest.clone(), |text| format!("{text} {rest}")))
}

/// The command behind a wrapper's own options and words.
fn inner(arguments: &[Word], valued: &[&str], own: usize) -> Option<Vec<Word>> {
    let mut at = 0;
    let mut own = own;
    while let Some(word) = arguments.get(at) {
        if word.is_option() {
            at += if valued.contains(&word.text.as_str()) { 2 } else { 1 };
        } else if is_assignment(word) {
            at += 1;
        } else if own > 0 {
            own -= 1;
            at += 1;
        } else {
            break;
        }
    }
    arguments.get(at..).filter(|rest| !rest.is_empty()).map(<[Word]>::to_vec)
}

fn shell(arguments: &[Word]) -> Unwrapped<'_> {
    let mut wants_script = false;
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        if text == "-o" || text == "+o" || text == "-O" || text == "--rcfile" || text == "--init-file" {
            at += 2;
        } else if text.starts_with("--") && text.len() > 2 {
            at += 1;
        } else if (text.starts_with('-') || text.starts_with('+')) && text.len() > 1 && text != "--" {
            wants_script |= text.contains('c');
            at += 1;
        } else if text == "--" {
            at += 1;
        } else if wants_script {
            return Unwrapped::Scripts(vec![text.to_owned()]);
        } else {
            // A script file: what it holds is not in these words.
            return Unwrapped::Nothing;
        }
    }
    Unwrapped::ReadsScript
}

/// `find … -exec command … ;`.
fn found<'a>(arguments: &'a [Word], program: &str) -> Unwrapped<'a> {
    let starts = ["-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch"];
    let runs: Vec<Vec<Word>> = arguments
        .iter()
        .enumerate()
        .filter(|(_, word)| starts.contains(&word.text.as_str()))
        .map(|(at, _)| {
            arguments
                .iter()
                .skip(at + 1)
                .take_while(|word| word.text != ";" && word.text != "+")
                .cloned()
                .collect()
        })
        .collect();
    if runs.is_empty() {
        Unwrapped::Program(program.to_owned(), arguments)
    } else {
        Unwrapped::Again(runs)
    }
}
