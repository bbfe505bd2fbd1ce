//! `make test`: whatever the project's own Makefile does.

use super::{Found, Root, Runner};
use std::collections::BTreeSet;

/// In the order in which make itself looks.
const FILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];
/// Targets followed, and variables put in.
const MOST: usize = 64;

/// `make test`.
pub(super) const MAKE: Runner = Runner {
    name: "make test",
    find: |root| {
        let file = root.first(&FILES)?;
        let text = root.text(file)?;
        let target = ["test", "check"].into_iter().find(|target| has_target(&text, target))?;
        Some(Found::new(
            format!("make {target}"),
            format!("{file} has a target `{target}`"),
        ))
    },
};

fn has_target(text: &str, target: &str) -> bool {
    text.lines()
        .filter_map(rule)
        .any(|(targets, _)| targets.split_whitespace().any(|name| name == target))
}

/// The command lines that make would run for these targets, in order; of none, for the first of the file.
pub(super) fn recipe(root: &Root, wanted: &[&str]) -> Vec<String> {
    let Some(text) = root.first(&FILES).and_then(|file| root.text(file)) else {
        return Vec::new();
    };
    let text = text.replace("\\\n", " ");
    let first = || {
        let targets = text.lines().filter_map(|line| rule(line)?.0.split_whitespace().next());
        targets.take(1).collect()
    };
    let wanted: Vec<&str> = if wanted.is_empty() { first() } else { wanted.to_vec() };
    let (mut lines, mut seen) = (Vec::new(), BTreeSet::new());
    for target in wanted {
        follow(&text, target, &mut seen, &mut lines);
    }
    lines
}

/// The one command line that `make` comes to, where it is no more than that.
pub(super) fn only_line(root: &Root, command: &str) -> Option<String> {
    let mut words = command.split_whitespace();
    words.next().filter(|program| matches!(*program, "make" | "gmake"))?;
    let wanted: Vec<&str> = words.collect();
    let plain = |word: &&str| !word.starts_with('-') && word.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    if !wanted.iter().all(plain) || exports(root) {
        return None;
    }
    let lines = recipe(root, &wanted);
    let mut told = lines.iter().filter(|line| !line.starts_with("echo "));
    let line = told.next().filter(|line| !line.contains('$') && !line.starts_with("make"))?;
    told.next().is_none().then(|| line.clone())
}

/// Says whether the file gives its commands variables or rules that its recipes do not show.
pub(super) fn exports(root: &Root) -> bool {
    let text = root.first(&FILES).and_then(|file| root.text(file)).unwrap_or_default();
    let gives = |line: &str| {
        ["export", "include", "-include", ".EXPORT"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    text.lines().any(gives)
}

/// What a target needs, and then what it does itself.
fn follow(text: &str, target: &str, seen: &mut BTreeSet<String>, told: &mut Vec<String>) {
    if seen.len() >= MOST || !seen.insert(target.to_owned()) {
        return;
    }
    let mut within = false;
    let mut own = Vec::new();
    for line in text.lines() {
        if let (true, Some(line)) = (within, line.strip_prefix('\t')) {
            own.push(expanded(text, line.trim_start_matches(['@', '-', '+'])));
        } else if let Some((targets, needs)) = rule(line) {
            within = targets.split_whitespace().any(|name| name == target);
            let needs = needs.split('#').next().unwrap_or(needs);
            for need in needs.split_whitespace().filter(|_| within) {
                follow(text, need, seen, told);
            }
        } else if !line.trim().is_empty() && !line.starts_with(['#', '\t']) {
            within = false;
        }
    }
    told.append(&mut own);
}

/// A line of a recipe with the simple variables of its file.
fn expanded(text: &str, line: &str) -> String {
    let mut line = line.to_owned();
    for (open, close) in [("$(", ')'), ("${", '}')] {
        for _ in 0..MOST {
            let Some(at) = line.find(open) else { break };
            let Some(end) = line[at..].find(close).map(|end| at + end) else {
                break;
            };
            let value = variable(text, &line[at + 2..end]).unwrap_or_default();
            line.replace_range(at..=end, value);
        }
    }
    line.replace("$$", "$")
}

fn variable<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    let mut set = text.lines().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim_end_matches([':', '?']).trim();
        (name == wanted && !line.starts_with('\t')).then(|| value.trim())
    });
    set.next_back()
}

fn rule(line: &str) -> Option<(&str, &str)> {
    line.split_once(':')
        .filter(|(_, rest)| !line.starts_with(['\t', '#', ' ', '.']) && !rest.starts_with('='))
}
