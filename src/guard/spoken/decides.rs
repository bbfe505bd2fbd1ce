//! Whether how a command ends shows what a program printed.

use super::command::{Simple, compares};
use super::shell::{Flow, Shell, is_and, joined};
use super::value::{is_made, shows};
use crate::guard::weaken::tree::{children, field, text};
use crate::harness::grammar::Grammar;
use tree_sitter::Node;

impl Shell<'_> {
    /// Says whether a script ends well only if a comparison came out well.
    pub(super) fn out_decides(&mut self, script: &str, flow: &Flow) -> bool {
        let Some(tree) = Grammar::Shell.parse(script).filter(|_| self.depth < 8) else {
            return false;
        };
        self.depth += 1;
        let decides = self.sequence(&children(tree.root_node()), script, flow, true);
        self.depth -= 1;
        decides
    }

    fn sequence(&mut self, nodes: &[Node<'_>], source: &str, flow: &Flow, truth: bool) -> bool {
        let last = nodes.last().is_some_and(|last| self.decides(*last, source, flow, truth));
        last || truth && nodes.iter().any(|node| self.stops(*node, source, flow))
    }

    /// Says whether what follows a statement is come to only if a comparison in it came out well.
    pub(super) fn stops(&mut self, node: Node<'_>, source: &str, flow: &Flow) -> bool {
        let inner = children(node);
        match node.kind() {
            "list" if !is_and(node) && inner.len() == 2 && gives_up(inner[1], source) => self.decides(inner[0], source, flow, true),
            "list" if is_and(node) && inner.len() == 2 && gives_up(inner[1], source) => self.decides(inner[0], source, flow, false),
            "if_statement" => {
                let plain = inner.iter().all(|part| !matches!(part.kind(), "else_clause" | "elif_clause"));
                plain && inner.last().is_some_and(|last| gives_up(*last, source)) && self.decides(inner[0], source, flow, false)
            }
            "function_definition" => false,
            _ => self.strict && self.decides(node, source, flow, true),
        }
    }

    /// Says whether a command that ends so (well or not) shows what a program printed.
    pub(super) fn decides(&mut self, node: Node<'_>, source: &str, flow: &Flow, truth: bool) -> bool {
        let inner = children(node);
        match node.kind() {
            "list" => match inner[..] {
                [left, right] if gives_up(right, source) => truth != is_and(node) && self.decides(left, source, flow, truth),
                [left, right] => {
                    let (one, other) = (
                        self.decides(left, source, flow, truth),
                        self.decides(right, source, flow, truth),
                    );
                    if is_and(node) == truth { one || other } else { one && other }
                }
                _ => false,
            },
            "negated_command" => inner.first().is_some_and(|inner| self.decides(*inner, source, flow, !truth)),
            "pipeline" => {
                let Some((last, before)) = inner.split_last() else {
                    return false;
                };
                let negated = before.first().is_some_and(|first| first.kind() == "negated_command");
                let mut input = flow.input.clone();
                for stage in before {
                    input = joined(&self.captured(
                        &[*stage],
                        source,
                        &Flow {
                            input,
                            ..Flow::default()
                        },
                    ));
                }
                self.decides(*last, source, &Flow { input, ..flow.clone() }, truth != negated)
            }
            "redirected_statement" => {
                let flow = self.fed(node, source, flow);
                let body = node.child_by_field_name("body");
                let rest = inner.iter().find_map(|part| part.child_by_field_name("right"));
                let rest = rest.is_some_and(|rest| self.decides(rest, source, &flow, truth));
                rest || body.is_some_and(|body| self.decides(body, source, &flow, truth))
            }
            "compound_statement" if text(node, source).starts_with("((") => self.tested(node, source, truth),
            "subshell" | "compound_statement" => self.sequence(&inner, source, flow, truth),
            "if_statement" => {
                let (Some(condition), Some(last)) = (inner.first(), inner.last()) else {
                    return false;
                };
                let ends = last.kind() == "else_clause" && children(*last).last().is_some_and(|last| gives_up(*last, source));
                truth && ends && self.decides(*condition, source, flow, true)
            }
            "variable_assignment" => {
                let value = node
                    .child_by_field_name("value")
                    .filter(|value| value.kind() == "command_substitution");
                value.is_some_and(|value| self.sequence(&children(value), source, flow, truth))
            }
            "test_command" => self.tested(node, source, truth),
            "command" => {
                let flow = self.fed(node, source, flow);
                let simple = self.simple(node, source);
                let nested = |shell: &mut Self, script: &str, flow: &Flow| truth && shell.out_decides(script, flow);
                match self.nested(&simple, &flow, nested) {
                    Some(decides) => decides,
                    None => self.compares(&simple, &flow, truth),
                }
            }
            _ => false,
        }
    }

    /// What a node reads; files stay as the walk left them.
    fn fed(&mut self, node: Node<'_>, source: &str, flow: &Flow) -> Flow {
        let before = self.laid.clone();
        let flow = self.led(node, source, flow);
        self.laid = before;
        flow
    }

    fn compares(&self, simple: &Simple, flow: &Flow, truth: bool) -> bool {
        match simple.name.as_str() {
            "test" => shows(&simple.words, truth, &|how, file| self.is_made_anew(how, file, simple)),
            "grep" | "egrep" | "fgrep" | "rg" => {
                let read = self.read(simple, flow);
                let pattern = simple.words.iter().find(|word| !word.starts_with('-'));
                let said = pattern.is_some_and(|pattern| read.contains(pattern.as_str()));
                truth && is_made(&read) && !said
            }
            "diff" | "cmp" => truth && is_made(&self.read(simple, flow)) && !simple.raw.iter().any(|word| word == "/dev/null"),
            "jq" => truth && simple.has('e') && is_made(&self.read(simple, flow)),
            "read" => truth && is_made(&flow.input),
            _ => truth && simple.inline(flow).is_some_and(|code| compares(&code, &flow.input)),
        }
    }

    fn tested(&mut self, node: Node<'_>, source: &str, truth: bool) -> bool {
        let (mut leaves, mut words, mut raw) = (Vec::new(), Vec::new(), Vec::new());
        gather(node, &mut leaves);
        for leaf in leaves {
            words.push(self.word(leaf, source));
            raw.push(super::shell::path(text(leaf, source)));
        }
        let simple = Simple {
            name: "test".to_owned(),
            words,
            raw,
        };
        shows(&simple.words, truth, &|how, file| self.is_made_anew(how, file, &simple))
    }

    /// Says whether a file that is there, or holds something, shows that a program wrote it.
    fn is_made_anew(&self, how: &str, value: &str, simple: &Simple) -> bool {
        let at = simple.words.iter().position(|word| word == value);
        let Some(path) = at.and_then(|at| simple.raw.get(at)) else {
            return false;
        };
        // A redirection makes the file whatever the program does.
        is_made(&self.file(path)) && (how == "-s" || !self.laid.contains_key(path))
    }
}

/// The words of a test, in their order.
fn gather<'t>(node: Node<'t>, out: &mut Vec<Node<'t>>) {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "binary_expression" | "unary_expression" | "parenthesized_expression" => gather(child, out),
            "[" | "]" | "[[" | "]]" | "((" | "))" | "(" | ")" => {}
            _ => out.push(child),
        }
    }
}

/// Says whether a statement ends the script as failed.
fn gives_up(node: Node<'_>, source: &str) -> bool {
    match node.kind() {
        "command" => {
            let whole = text(node, source);
            whole == "false"
                || matches!(field(node, "name", source), "exit" | "return") && !whole.ends_with(" 0") && whole.contains(' ')
        }
        "subshell" | "compound_statement" => children(node).last().is_some_and(|last| gives_up(*last, source)),
        _ => false,
    }
}
