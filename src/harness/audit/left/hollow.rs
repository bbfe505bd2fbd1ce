//! Functions that do nothing, and comments that say that something is a stub.
//!
//! Owns which empty body is a finding: that of a function that stands alone, has a name by which it should do something, and is nowhere
//! handed on as a value. Invariant: a body that may be empty by design (a method, a callback, a hook, another platform's part) is none.

use super::{Around, is_marked};
use crate::harness::grammar::Grammar;
use tree_sitter::Node;

/// What the name of a function holds that is to do nothing.
const IDLE: [&str; 27] = [
    "noop", "no_op", "nop", "empty", "dummy", "ignore", "stub", "mock", "fake", "null", "nothing", "callback", "hook", "handler",
    "handle", "unused", "default", "assert", "discard", "skip", "isr", "pytest", "destroy", "deinit", "doinit", "cleanup",
    "shutdown",
];
/// Names of functions that are there for whoever calls them, whether there is anything to do or not.
const CALLED: [&str; 8] = [
    "main",
    "init",
    "setup",
    "teardown",
    "cleanup",
    "cb",
    "setup_module",
    "teardown_module",
];
/// What the documentation of a function holds that is to do nothing.
const BY_DESIGN: [&str; 12] = [
    "nothing",
    "no-op",
    "noop",
    "hook",
    "ignore",
    "intention",
    "deliberate",
    "overrid",
    "compat",
    "deprecated",
    "reserved",
    "entry point",
];
/// Systems and machines by which files, and directories, are named that hold the part of one of them.
const SYSTEMS: &str = "windows linux darwin unix other posix wasm wasip1 freebsd openbsd netbsd dragonfly solaris illumos aix plan9 android ios \
    macos hurd zos common generic 386 amd64 arm arm64 x86 x64 loong64 mips mipsle mipsx mips64 mips64x mips64le ppc64 ppc64le ppc64x \
    riscv64 s390x sparc64";
/// What a comment says, and nothing else, that stands where work is missing.
const SAID: [&str; 14] = [
    "stub",
    "stubbed",
    "stubbed out",
    "a stub",
    "just a stub",
    "stub for now",
    "not implemented",
    "not implemented yet",
    "not yet implemented",
    "unimplemented",
    "implement me",
    "to be implemented",
    "implementation goes here",
    "your code here",
];

/// What a comment says that stands where a body is still to come.
const TO_COME: [&str; 11] = [
    "yet",
    "later",
    "for now",
    "placeholder",
    "implement",
    "fill in",
    "tbd",
    "coming",
    "to be done",
    "goes here",
    "come back",
];
/// How a comment begins that calls what stands there a stand-in, whatever it is for.
const STANDS_IN: [&str; 4] = [
    "placeholder until",
    "placeholder for now",
    "placeholder implementation",
    "temporary placeholder",
];

/// The text of a function that does nothing and should, on one line. `path` and `text` are those of its file.
pub(super) fn hollow(grammar: Grammar, node: Node<'_>, path: &str, text: &str, around: &Around<'_>) -> Option<String> {
    if around.is_test {
        return None;
    }
    let kind = match grammar {
        Grammar::Python => "function_definition",
        Grammar::JavaScript | Grammar::TypeScript | Grammar::Go => "function_declaration",
        Grammar::Rust | Grammar::Shell => return None,
    };
    let above = node.parent()?;
    let is_alone = matches!(above.kind(), "module" | "program" | "source_file" | "export_statement");
    if node.kind() != kind || !is_alone || node.child_by_field_name("type_parameters").is_some() {
        return None;
    }
    let body = node.child_by_field_name("body")?;
    let name = text.get(node.child_by_field_name("name")?.byte_range())?;
    let mut cursor = node.walk();
    let is_explained = node
        .named_children(&mut cursor)
        .any(|child| child.kind() == "comment" && !is_to_come(child, text));
    let is_empty = match grammar {
        _ if is_explained => false,
        Grammar::Python => passes(body, text) && !is_of_grammar(name),
        _ => {
            let mut cursor = body.walk();
            body.named_children(&mut cursor).all(|inside| is_to_come(inside, text))
        }
    };
    let is_constructor = grammar != Grammar::Go && name.starts_with(char::is_uppercase);
    let found = is_empty && !is_constructor && is_to_do_something(name, path, text, around);
    let said = text.get(node.byte_range())?;
    found.then(|| said.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether a node is a comment that says no more than that the body is still to come, and is no mark of that by itself.
fn is_to_come(node: Node<'_>, text: &str) -> bool {
    let said = text.get(node.byte_range()).unwrap_or_default();
    node.kind() == "comment" && says_to_come(said)
}

fn says_to_come(comment: &str) -> bool {
    let said = comment.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let is_mark = comment.lines().any(is_marked) || SAID.contains(&said.as_str()) || stands_in(&said);
    let design = BY_DESIGN.iter().any(|word| *word != "nothing" && said.contains(word));
    let says = |word: &str| {
        said.match_indices(word)
            .any(|(at, _)| !said[..at].ends_with(char::is_alphanumeric))
    };
    !is_mark && !design && TO_COME.iter().any(|word| says(word))
}

fn stands_in(said: &str) -> bool {
    STANDS_IN.iter().any(|begin| said.starts_with(begin))
}

/// Whether a function of Python is a rule of a grammar, which stands in its documentation.
fn is_of_grammar(name: &str) -> bool {
    name.starts_with("p_") || name.starts_with("t_")
}

/// Whether a body of Python is no more than `pass`, `...` or documentation that neither says why nor shows how it is used.
fn passes(body: Node<'_>, text: &str) -> bool {
    let mut cursor = body.walk();
    let mut statements = body.named_children(&mut cursor);
    let says = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    statements.all(|statement| {
        let said = says(statement);
        let lower = said.to_lowercase();
        let is_text = lower.starts_with(['"', '\'']) || lower.starts_with("r\"");
        statement.kind() == "pass_statement"
            || said == "..."
            || is_to_come(statement, text)
            || is_text && !lower.contains(">>>") && !BY_DESIGN.iter().any(|word| lower.contains(word))
    })
}

/// Whether a function is there to do something, by its name, its file, and what its file does with it.
fn is_to_do_something(name: &str, path: &str, text: &str, around: &Around<'_>) -> bool {
    let lower = name.to_lowercase();
    let is_event = lower.starts_with("on_")
        || name
            .strip_prefix("on")
            .is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let file = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let is_system = |part: &str| SYSTEMS.split_whitespace().any(|system| part == system);
    let is_of_system = file.split(['_', '-', '.']).chain(path.rsplit('/').skip(1)).any(is_system)
        || ["stub", "noop", "mock", "fake", ".pyi", "go:build"]
            .iter()
            .any(|word| file.contains(word))
        || text.contains("go:build")
        || text.contains("// +build");
    !lower.starts_with('_')
        && !is_event
        && !IDLE.iter().any(|word| lower.contains(word))
        && !CALLED.contains(&lower.as_str())
        && !is_of_system
        && !(around.handed_on)(name)
}

/// Says whether a file names a function where it does not call it: it may do nothing for somebody who wants a function.
pub(super) fn is_handed_on(name: &str, text: &str) -> bool {
    let lists = |line: &str| ["export", "__all__", "import"].iter().any(|word| line.contains(word));
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.lines().filter(|line| !lists(line)).any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let (before, behind) = (
                line.get(..at).unwrap_or_default(),
                line.get(at + name.len()..).unwrap_or_default(),
            );
            let whole = !before.ends_with(|c| is_name(c) || matches!(c, '"' | '\'' | '`')) && !behind.starts_with(is_name);
            let is_comment = ["//", "#", "*", "/*", "--"]
                .iter()
                .any(|mark| line.trim_start().starts_with(mark));
            whole && !is_comment && !behind.trim_start().starts_with('(')
        })
    })
}

/// The functions of a file of C that do nothing and should. `code` is its text with blanks for comments and strings, byte by byte.
pub(super) fn hollow_in_c(path: &str, text: &str, code: &str, around: &Around<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let (mut depth, mut conditions, mut from) = (0_usize, 0_usize, 0);
    for (at, c) in code.char_indices() {
        match c {
            '#' => {
                let word = code.get(at + 1..).unwrap_or_default().trim_start();
                conditions += usize::from(word.starts_with("if"));
                conditions = conditions.saturating_sub(usize::from(word.starts_with("endif")));
            }
            '{' => {
                let behind = code.get(at + 1..).unwrap_or_default();
                let closes = behind
                    .find(|c: char| !c.is_whitespace())
                    .filter(|end| behind[*end..].starts_with('}'));
                let head = code.get(from..at).unwrap_or_default();
                let is_blank = |inside: &str| {
                    let inside = inside.trim();
                    let comment = inside.strip_prefix("/*").and_then(|rest| rest.strip_suffix("*/"));
                    let comment = comment.or_else(|| inside.strip_prefix("//")).unwrap_or_default();
                    inside.is_empty() || !comment.contains(['*', '\n']) && says_to_come(comment)
                };
                if let (0, 0, Some(end)) = (depth, conditions, closes)
                    && text.get(at + 1..at + 1 + end).is_some_and(is_blank)
                    && c_function(head, around).is_some_and(|name| is_to_do_something(name, path, text, around))
                {
                    let said: Vec<&str> = head.split_whitespace().collect();
                    found.push(format!("{} {{}}", said.join(" ")));
                }
                depth += 1;
            }
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // Where what comes before a body begins.
        if depth == 0 && matches!(c, ';' | '}')
            || c == '\n'
                && code[..at]
                    .lines()
                    .next_back()
                    .is_some_and(|line| line.trim_start().starts_with('#'))
        {
            from = at + 1;
        }
    }
    found
}

/// The name of the function that a head declares, if it is one of a plain function with a type that something is asked of.
fn c_function<'a>(head: &'a str, around: &Around<'_>) -> Option<&'a str> {
    let (before, rest) = head.trim().split_once('(')?;
    let mut words = before
        .split(|c: char| c.is_whitespace() || c == '*')
        .filter(|word| !word.is_empty());
    let name = words.next_back()?;
    let types: Vec<&str> = words.collect();
    let parameters = rest.strip_suffix(')')?;
    let is_plain = !head.contains("__attribute__") && !head.contains("[[") && !types.is_empty();
    // What takes something and gives nothing may be one of the functions that a program asks of whoever extends it, by their names.
    let gives = before.contains('*') || !types.contains(&"void");
    let is_own = matches!(parameters, "" | "void") || gives || types.contains(&"static") || (around.called)(name);
    (is_plain && is_own && takes_by_name(parameters)).then_some(name)
}

/// Whether each parameter has a name that does not say that it is not used.
fn takes_by_name(parameters: &str) -> bool {
    let names = |parameter: &str| {
        let mut words = parameter
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !matches!(*word, "" | "const" | "struct" | "unsigned" | "enum"));
        parameter.contains('(') || words.next().is_some() && words.next().is_some()
    };
    let parameters = parameters.trim();
    matches!(parameters, "" | "void" | "...")
        || !parameters.to_lowercase().contains("unused") && parameters.split(',').all(|one| one.trim() == "..." || names(one))
}

/// Says whether a text of C calls a function: names it where a statement or a value may stand.
pub(super) fn is_called<'a>(name: &str, text: &'a str) -> bool {
    let words = |text: &'a str| text.split(|c: char| !c.is_alphanumeric());
    text.lines().any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let (before, behind) = (
                line.get(..at).unwrap_or_default(),
                line.get(at + name.len()..).unwrap_or_default(),
            );
            let lead = before.trim_end();
            let is_indented = lead.is_empty() && !before.is_empty();
            let is_guarded = lead.ends_with(')') && ["if", "while", "for"].iter().any(|word| words(lead).any(|own| own == *word));
            let is_value = lead.ends_with(['{', '}', ';', '(', ',', '=', '!', '?', ':', '&', '|', '+', '<', '>'])
                || lead.ends_with("return")
                || lead.ends_with("else")
                || is_guarded;
            let is_whole = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            is_whole && behind.trim_start().starts_with('(') && (is_indented || is_value) && !lead.starts_with(['#', '*', '/'])
        })
    })
}

/// Says whether a comment says no more than that something is a stub. `from` is where in the text it begins.
pub(super) fn says_stub(comment: &str, from: usize, text: &str) -> bool {
    let is_mark = |c: char| !c.is_alphanumeric();
    let said = comment.trim_matches(is_mark).to_lowercase();
    if !SAID.contains(&said.as_str()) && !stands_in(&said) {
        return false;
    }
    let (before, behind) = (
        text.get(..from).unwrap_or_default(),
        text.get(from + comment.len()..).unwrap_or_default(),
    );
    let is_comment = |line: Option<&str>| {
        let line = line.unwrap_or_default().trim();
        ["//", "#", "*", "/*", "--", "<!--"].iter().any(|mark| line.starts_with(mark))
    };
    let beside = before.rsplit('\n').next().unwrap_or_default().trim();
    // The name of an answer, and a sentence over several lines, are none.
    let above = before.lines().rev().nth(usize::from(!before.ends_with('\n')));
    let names_answer = beside.contains("501") || beside.to_lowercase().contains("implemented");
    !names_answer && !(beside.is_empty() && (is_comment(above) || is_comment(behind.lines().nth(1))))
}

#[cfg(test)]
mod tests;
