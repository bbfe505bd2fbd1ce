//! Standing rules about commands: what can be made a rule of a script, and which scripts rules let run.
//!
//! Owns the grammar of both. Whether a rule is in force is the log's to tell. No boundary either: it decides whom to ask. Invariant:
//! rules never widen: a script runs without asking only if it is plain words joined by `&&`, `||`, `;` and `|`, and each simple
//! command of it is a plain read or is, word by word, what a rule says, with nothing before it and no file written.

#[cfg(test)]
mod tests;

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
