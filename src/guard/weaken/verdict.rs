//! Shell scripts that end well whatever their commands say.
//!
//! Owns what can end a script badly, and what speaks for one that cannot: a runner that is told the results otherwise. Invariant:
//! where anything can, or may be told otherwise, nothing is found.

use super::live::words;
use super::shell::{flat, is_idle};
use super::tree::{children, field, holds, text, visit};
use tree_sitter::Node;

/// Programs that tell results by what they print or write, not by how they end.
const RUNNERS: [&str; 22] = [
    "pytest", "unittest", "tox", "nox", "jest", "vitest", "mocha", "npm", "npx", "pnpm", "yarn", "cargo", "bats", "make", "prove",
    "ctest", "gradle", "mvn", "phpunit", "rspec", "dotnet", "go",
];

/// What a script says by which somebody who reads it knows that it failed.
const SPOKEN: [&str; 7] = [
    "not ok",
    "\"FAIL",
    "'FAIL",
    "echo FAIL",
    "<test",
    "LONGHAUL_REPORT",
    "errexit",
];

/// Says whether words of a script tell its reader that it failed.
pub(super) fn says_failed(words: &str) -> bool {
    SPOKEN.iter().any(|spoken| words.contains(spoken))
}

/// Says whether a statement ends the test as failed, whatever happened before it: `exit 1`, or `echo … && return 1`.
pub(super) fn gives_up(statement: Node<'_>, source: &str, ways_out: &[&str]) -> bool {
    match statement.kind() {
        "command" => {
            let words = flat(statement, source);
            let way = words.split_once(' ').filter(|(way, _)| ways_out.contains(way));
            // A shell keeps the last eight bits of it.
            let code = way.and_then(|(_, code)| code.trim().parse::<u64>().ok());
            let beside = statement.next_sibling().is_some_and(|next| next.kind() == "&");
            !beside && code.is_some_and(|code| code % 256 != 0)
        }
        "list" => match children(statement).as_slice() {
            [first, last] => {
                let both = source
                    .get(first.end_byte()..last.start_byte())
                    .is_some_and(|between| between.trim() == "&&");
                both && is_quiet(*first, source) && gives_up(*last, source, ways_out)
            }
            _ => false,
        },
        "compound_statement" => {
            let inner = children(statement);
            inner.split_last().is_some_and(|(last, before)| {
                before.iter().all(|node| is_quiet(*node, source)) && gives_up(*last, source, ways_out)
            })
        }
        _ => false,
    }
}

/// Says whether a statement may tell whoever reads its output, or a report, that a test passed.
pub(super) fn says_passed(statement: Node<'_>, source: &str) -> bool {
    let said = text(statement, source).to_lowercase().replace("not ok", "");
    let kept = |node: Node<'_>| {
        node.kind() == "file_redirect"
            && !["&2", "/dev/null", "/dev/stderr"]
                .iter()
                .any(|to| text(node, source).ends_with(to))
    };
    words(&said).any(|word| word == "ok") || said.contains("<test") || holds(statement, kept)
}

/// Says why a script ends well whatever happens in it: its last command cannot fail, and none before it can end the script.
pub(super) fn always_good(statements: &[Node<'_>], source: &str) -> Option<String> {
    let end = statements.iter().position(|node| is_exit(*node, source));
    let statements = end.and_then(|end| statements.get(..=end)).unwrap_or(statements);
    let (last, before) = statements.split_last()?;
    let branches = last.kind() == "if_statement" && has_quiet_branches(*last, source);
    let unheard = is_unheard(*last, source);
    let acts = branches || unheard || is_excused_list(*last, source) || before.iter().any(|node| !is_idle(*node, source));
    if !(acts && (branches || unheard || is_quiet(*last, source))) || can_end_badly(source) || may_be_read(*last, source) {
        return None;
    }
    Some(if unheard {
        format!("nobody hears how `{}` ends, its last command", flat(*last, source))
    } else if branches {
        "it ends well whichever way its last `if` goes".to_owned()
    } else {
        format!("it ends with `{}`, whatever failed before", flat(*last, source))
    })
}

/// A trap that turns every end of a script into a good one.
pub(super) fn trapped(statement: Node<'_>, source: &str) -> Option<String> {
    let mut found = None;
    visit(statement, |node| {
        if node.kind() == "command" && field(node, "name", source) == "trap" {
            let words = flat(node, source);
            let at_the_end = words.ends_with(" EXIT") || words.ends_with(" 0");
            if at_the_end && words.contains("exit 0") && !words.contains("$?") {
                found = Some(format!("`{words}` makes every end a good one"));
            }
        }
        found.is_none()
    });
    found
}

fn is_exit(node: Node<'_>, source: &str) -> bool {
    node.kind() == "command" && field(node, "name", source) == "exit"
}

/// A command that cannot fail, by all that anybody writes.
fn is_quiet(node: Node<'_>, source: &str) -> bool {
    match node.kind() {
        "command" => match field(node, "name", source) {
            "echo" | "printf" | "true" | ":" => true,
            "exit" => flat(node, source) == "exit 0",
            "exec" => is_exec_of_nothing(&flat(node, source)),
            _ => false,
        },
        "list" => is_excused_list(node, source),
        "redirected_statement" => node.child_by_field_name("body").is_some_and(|body| is_quiet(body, source)),
        _ => false,
    }
}

/// `check || true`, `check || exit 0`: it ends well whatever the check says.
pub(super) fn is_excused_list(node: Node<'_>, source: &str) -> bool {
    let inner = children(node);
    let [first, .., last] = inner.as_slice() else { return false };
    let or = source
        .get(first.end_byte()..last.start_byte())
        .is_some_and(|between| between.trim() == "||");
    node.kind() == "list" && or && matches!(flat(*last, source).as_str(), "true" | ":" | "exit 0" | "return 0")
}

/// `exec true` ends a script well, and there.
pub(super) fn is_exec_of_nothing(words: &str) -> bool {
    matches!(words, "exec true" | "exec :")
}

/// A last command whose outcome nobody hears of: it runs beside the script, or in front of a command that cannot fail.
fn is_unheard(node: Node<'_>, source: &str) -> bool {
    let beside = node.next_sibling().is_some_and(|next| next.kind() == "&");
    let piped = node.kind() == "pipeline" && !source.contains("pipefail") && {
        let parts = children(node);
        parts
            .last()
            .is_some_and(|last| flat(*last, source) == "cat" || is_quiet(*last, source))
    };
    beside || piped
}

/// Says whether all that the branches of an `if` do cannot fail.
fn has_quiet_branches(node: Node<'_>, source: &str) -> bool {
    let within = |node: Node<'_>| -> bool {
        let inner = children(node);
        let conditions = node.child_by_field_name("condition").map(|condition| condition.id());
        let own: Vec<&Node<'_>> = inner
            .iter()
            .filter(|child| Some(child.id()) != conditions && !matches!(child.kind(), "else_clause" | "elif_clause"))
            .collect();
        !own.is_empty() && own.iter().all(|child| is_quiet(**child, source))
    };
    within(node)
        && children(node)
            .into_iter()
            .filter(|child| matches!(child.kind(), "else_clause" | "elif_clause"))
            .all(within)
}

/// Says whether anything in a script may end it with a failure.
fn can_end_badly(source: &str) -> bool {
    let strict = |line: &str| {
        let line = line.trim();
        let flags = line.strip_prefix("set -").or_else(|| {
            line.split_once("#!")
                .and_then(|(_, program)| Some(program.split_once(" -")?.1))
        });
        flags
            .and_then(|flags| flags.split_whitespace().next())
            .is_some_and(|flags| flags.contains('e'))
    };
    let sources = |line: &str| {
        let line = line.trim_start();
        !line.split([';', '&']).any(|part| is_exec_of_nothing(part.trim()))
            && [". ", "source ", "exec ", "eval ", "kill "]
                .iter()
                .any(|word| line.starts_with(word) || line.contains(&format!("; {word}")))
            || line.contains("&& . ")
            || line.contains("kill -")
    };
    let badly = source.match_indices("exit").any(|(at, word)| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let before = source.get(..at).is_some_and(|before| before.ends_with(part));
        let after = source.get(at + word.len()..).unwrap_or("");
        let code = after.trim_start_matches([' ', '\t']);
        let good = code.starts_with('0') && !code.get(1..).is_some_and(|rest| rest.starts_with(part));
        !before && !after.starts_with(part) && !good
    });
    badly || source.lines().any(|line| strict(line) || sources(line))
}

/// Says whether somebody may be told the result by what is printed.
fn may_be_read(last: Node<'_>, source: &str) -> bool {
    if says_failed(source) || words(source).any(|word| RUNNERS.contains(&word)) {
        return true;
    }
    let mut root = last;
    while let Some(parent) = root.parent() {
        root = parent;
    }
    // A line of TAP that is printed only if all is well: where it is missing, the test is.
    let mut told = false;
    visit(root, |node| {
        let prints = node.kind() == "command" && matches!(field(node, "name", source), "echo" | "printf");
        let line = if prints { flat(node, source) } else { String::new() };
        let is_line = ["\"ok ", "'ok ", "echo ok "].iter().any(|begin| line.contains(begin));
        told = told || is_line && node.parent().is_some_and(|parent| parent.kind() != "program");
        !told
    });
    told
}
