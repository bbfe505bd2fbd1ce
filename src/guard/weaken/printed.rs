//! Comparisons whose outcome is only printed: nobody fails by what is said.
//!
//! Invariant: where any branch may do anything else than print and leave, nothing is found.

use super::expr::comparison;
use super::live::condition;
use super::tree::{children, flat, line};
use tree_sitter::Node;

/// How a statement begins that prints, or writes to a log, and does no more.
const PRINTS: [&str; 34] = [
    "t.Log",
    "t.log(",
    "t.diagnostic(",
    "fmt.Print",
    "fmt.Fprint",
    "log.Print",
    "println(",
    "print(",
    "println!(",
    "eprintln!(",
    "print!(",
    "eprint!(",
    "dbg!(",
    "log::info!(",
    "log::warn!(",
    "log::error!(",
    "tracing::info!(",
    "tracing::warn!(",
    "tracing::error!(",
    "console.log(",
    "console.error(",
    "console.warn(",
    "console.info(",
    "console.debug(",
    "process.stdout.write(",
    "process.stderr.write(",
    "sys.stdout.write(",
    "sys.stderr.write(",
    "logging.info(",
    "logging.warning(",
    "logging.error(",
    "logger.info(",
    "logger.warning(",
    "logger.error(",
];

/// Why nothing can come of an `if` whose branches only print, if it is one: its line, its text and what is said of it.
pub(super) fn only(statement: Node<'_>, source: &str) -> Option<(usize, String, String)> {
    let inner = match statement.kind() {
        "expression_statement" => statement.named_child(0)?,
        _ => statement,
    };
    if !is_if(inner) {
        return None;
    }
    let depends = condition(inner, source);
    let is_asked = comparison(&depends).is_some() || depends.starts_with('!') || depends.starts_with("not ");
    let said: Vec<String> = ends_of(inner).into_iter().map(|node| flat(node, source)).collect();
    let leaves = |words: &String| matches!(words.trim_end_matches(';'), "return" | "return None");
    let printed = said.iter().find(|words| prints(words))?;
    (is_asked && said.iter().all(|words| prints(words) || leaves(words))).then(|| {
        let is_log = ["t.L", "t.l", "log"].iter().any(|log| printed.starts_with(log));
        let how = format!("that `{depends}` is only {}", if is_log { "logged" } else { "printed" });
        (line(statement), flat(statement, source), how)
    })
}

fn is_if(node: Node<'_>) -> bool {
    matches!(node.kind(), "if_statement" | "if_expression" | "elif_clause")
}

fn prints(words: &str) -> bool {
    // What is printed may itself end the test.
    let may_end = ["unwrap", "expect(", "panic", "?)", "?;"]
        .iter()
        .any(|word| words.contains(word));
    !may_end && PRINTS.iter().any(|begin| words.starts_with(begin))
}

/// The statements of all branches.
fn ends_of(root: Node<'_>) -> Vec<Node<'_>> {
    let (mut waiting, mut ends) = (vec![root], Vec::new());
    while let Some(node) = waiting.pop() {
        let only = node.named_child(0).filter(|_| node.kind() == "expression_statement");
        match node.kind() {
            _ if is_if(node) => {
                let mut cursor = node.walk();
                waiting.extend(node.child_by_field_name("consequence"));
                waiting.extend(node.children_by_field_name("alternative", &mut cursor));
            }
            "block" | "statement_block" | "statement_list" | "else_clause" => waiting.extend(children(node)),
            _ => match only.filter(|only| is_if(*only)) {
                Some(inner) => waiting.push(inner),
                None => ends.push(node),
            },
        }
    }
    ends
}
