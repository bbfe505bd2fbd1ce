//! A walk through a script: which of its words come out, and under which conditions.

use super::value::{PROGRAM, STATUS, UNKNOWN, is_made, unescaped};
use crate::guard::weaken::tree::{children, field, text};
use crate::harness::grammar::Grammar;
use std::collections::HashMap;
use tree_sitter::Node;

/// Scripts within scripts that are followed.
const DEEPEST: usize = 8;

/// Something that comes out.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Only after a comparison came out well.
    pub(super) gated: bool,
    /// Perhaps more than once.
    pub(super) many: bool,
}

/// What a part of a script stands in.
#[derive(Debug, Clone, Default)]
pub(super) struct Flow {
    /// What it reads.
    pub(super) input: String,
    pub(super) gated: bool,
    pub(super) many: bool,
    /// The file that its output goes to; empty: nowhere.
    pub(super) to: Option<String>,
}

/// What a script has made so far.
pub(super) struct Shell<'a> {
    pub(super) vars: HashMap<String, String>,
    pub(super) functions: HashMap<String, String>,
    /// Files that the script wrote itself, with what stands in them.
    pub(super) laid: HashMap<String, String>,
    /// Whether it ends when a command fails.
    pub(super) strict: bool,
    pub(super) out: Vec<Piece>,
    is_old: &'a dyn Fn(&str) -> bool,
    pub(super) depth: usize,
}

impl<'a> Shell<'a> {
    pub(super) fn new(is_old: &'a dyn Fn(&str) -> bool) -> Self {
        Self {
            vars: HashMap::new(),
            functions: HashMap::new(),
            laid: HashMap::new(),
            strict: false,
            out: Vec::new(),
            is_old,
            depth: 0,
        }
    }

    /// Walks through a script.
    pub(super) fn script(&mut self, script: &str, flow: &Flow) {
        if self.depth < DEEPEST
            && let Some(tree) = Grammar::Shell.parse(script)
        {
            self.depth += 1;
            self.body(&children(tree.root_node()), script, flow);
            self.depth -= 1;
        }
    }

    /// What stands in a file.
    pub(super) fn file(&self, path: &str) -> String {
        let unknown = || if (self.is_old)(path) { UNKNOWN } else { PROGRAM }.to_string();
        self.laid.get(path).cloned().unwrap_or_else(unknown)
    }

    /// Lets a text come out where output goes.
    pub(super) fn say(&mut self, text: String, flow: &Flow) {
        match &flow.to {
            None => self.out.push(Piece {
                text,
                gated: flow.gated,
                many: flow.many,
            }),
            Some(path) if path.is_empty() => {}
            Some(path) => self.laid.entry(path.clone()).or_default().push_str(&text),
        }
    }

    /// What nodes say, in the place of a substitution.
    pub(super) fn captured(&mut self, nodes: &[Node<'_>], source: &str, flow: &Flow) -> Vec<Piece> {
        let before = std::mem::take(&mut self.out);
        self.body(
            nodes,
            source,
            &Flow {
                to: None,
                ..flow.clone()
            },
        );
        std::mem::replace(&mut self.out, before)
    }

    fn body(&mut self, nodes: &[Node<'_>], source: &str, flow: &Flow) {
        let mut flow = flow.clone();
        for node in nodes {
            self.walk(*node, source, &flow);
            flow.gated = flow.gated || self.stops(*node, source, &flow);
        }
    }

    fn walk(&mut self, node: Node<'_>, source: &str, flow: &Flow) {
        let inner = children(node);
        match node.kind() {
            "command" => self.command(node, source, flow),
            "redirected_statement" => self.redirected(node, source, flow),
            "pipeline" => {
                let mut input = flow.input.clone();
                for (at, stage) in inner.iter().enumerate() {
                    let fed = Flow {
                        input: input.clone(),
                        ..flow.clone()
                    };
                    if at + 1 == inner.len() {
                        self.walk(*stage, source, &fed);
                    } else {
                        input = joined(&self.captured(&[*stage], source, &fed));
                    }
                }
            }
            "list" => {
                if let [left, right] = inner[..] {
                    self.walk(
                        left,
                        source,
                        &Flow {
                            to: None,
                            ..flow.clone()
                        },
                    );
                    let truth = is_and(node);
                    let gated = flow.gated || self.decides(left, source, flow, truth);
                    self.walk(right, source, &Flow { gated, ..flow.clone() });
                }
            }
            "if_statement" => self.branches(node, source, flow),
            "while_statement" | "until_statement" => {
                let many = Flow {
                    many: true,
                    ..flow.clone()
                };
                let condition = node.child_by_field_name("condition");
                let truth = !text(node, source).starts_with("until");
                let gated = flow.gated || condition.is_some_and(|condition| self.decides(condition, source, flow, truth));
                for part in inner {
                    let gated = if Some(part) == condition { flow.gated } else { gated };
                    self.walk(part, source, &Flow { gated, ..many.clone() });
                }
            }
            "for_statement" => {
                let mut cursor = node.walk();
                let values: Vec<Node<'_>> = node.children_by_field_name("value", &mut cursor).collect();
                let values: Vec<String> = values.into_iter().map(|value| self.word(value, source)).collect();
                self.vars.insert(field(node, "variable", source).to_owned(), values.join(" "));
                let many = Flow {
                    many: true,
                    ..flow.clone()
                };
                node.child_by_field_name("body")
                    .into_iter()
                    .for_each(|body| self.walk(body, source, &many));
            }
            "case_statement" => {
                let value = node
                    .child_by_field_name("value")
                    .map(|value| self.word(value, source))
                    .unwrap_or_default();
                for item in inner.into_iter().filter(|item| item.kind() == "case_item") {
                    let pattern = field(item, "value", source).to_owned();
                    let words = [value.clone(), "==".to_owned(), pattern];
                    let gated = flow.gated || super::value::shows(&words, true, &|_, _| false);
                    for part in children(item).into_iter().skip(1) {
                        self.walk(part, source, &Flow { gated, ..flow.clone() });
                    }
                }
            }
            "function_definition" => {
                let body = field(node, "body", source).to_owned();
                self.functions.insert(field(node, "name", source).to_owned(), body);
            }
            "variable_assignment" => {
                let value = node
                    .child_by_field_name("value")
                    .map(|value| self.word(value, source))
                    .unwrap_or_default();
                self.vars.insert(field(node, "name", source).to_owned(), value);
            }
            "test_command" => {}
            _ => self.body(&inner, source, flow),
        }
    }

    fn branches(&mut self, node: Node<'_>, source: &str, flow: &Flow) {
        let Some(condition) = node.child_by_field_name("condition").or_else(|| node.named_child(0)) else {
            return;
        };
        self.walk(condition, source, flow);
        let [good, bad] = [true, false].map(|truth| flow.gated || self.decides(condition, source, flow, truth));
        for part in children(node).into_iter().filter(|part| *part != condition) {
            match part.kind() {
                "elif_clause" => self.branches(
                    part,
                    source,
                    &Flow {
                        gated: bad,
                        ..flow.clone()
                    },
                ),
                "else_clause" => self.body(
                    &children(part),
                    source,
                    &Flow {
                        gated: bad,
                        ..flow.clone()
                    },
                ),
                _ => self.walk(
                    part,
                    source,
                    &Flow {
                        gated: good,
                        ..flow.clone()
                    },
                ),
            }
        }
    }

    fn redirected(&mut self, node: Node<'_>, source: &str, flow: &Flow) {
        let flow = self.led(node, source, flow);
        if let Some(body) = node.child_by_field_name("body") {
            self.walk(body, source, &flow);
        }
        // `cat <<E && echo x` has what follows in the redirection.
        for redirect in children(node).into_iter().filter(|part| part.kind() == "heredoc_redirect") {
            if let Some(right) = redirect.child_by_field_name("right") {
                self.walk(
                    right,
                    source,
                    &Flow {
                        input: String::new(),
                        ..flow.clone()
                    },
                );
            }
        }
    }

    /// What a node's redirections make of its input and output.
    pub(super) fn led(&mut self, node: Node<'_>, source: &str, flow: &Flow) -> Flow {
        let mut flow = flow.clone();
        for redirect in children(node) {
            match redirect.kind() {
                "herestring_redirect" => {
                    flow.input = redirect
                        .named_child(0)
                        .map(|value| self.word(value, source))
                        .unwrap_or_default();
                }
                "heredoc_redirect" => {
                    let body = children(redirect).into_iter().find(|part| part.kind() == "heredoc_body");
                    flow.input = body.map(|body| self.spliced(body, source)).unwrap_or_default();
                }
                "file_redirect" => {
                    let how: String = text(redirect, source)
                        .chars()
                        .take_while(|c| "0123456789<>&|".contains(*c))
                        .collect();
                    let target = redirect.child_by_field_name("destination");
                    let path = target.map(|target| path(text(target, source))).unwrap_or_default();
                    match how.trim_start_matches(|c: char| c.is_ascii_digit()) {
                        "<" => {
                            flow.input = target
                                .filter(|target| target.kind() == "process_substitution")
                                .map(|target| self.word(target, source))
                                .unwrap_or_else(|| self.file(&path))
                        }
                        _ if how.starts_with('2') || how.contains(">&") || path == "/dev/stderr" || path == "/dev/stdout" => {}
                        _ if path == "/dev/null" => flow.to = Some(String::new()),
                        how => {
                            if !how.contains(">>") {
                                self.laid.insert(path.clone(), String::new());
                            }
                            flow.to = Some(path);
                        }
                    }
                }
                _ => {}
            }
        }
        flow
    }

    /// What a word stands for.
    pub(super) fn word(&mut self, node: Node<'_>, source: &str) -> String {
        let all = text(node, source);
        match node.kind() {
            "raw_string" => all.trim_matches('\'').to_owned(),
            "ansi_c_string" => unescaped(all.trim_start_matches('$').trim_matches('\'')),
            "string" => {
                let whole = self.spliced(node, source);
                let inner = whole.strip_prefix('"').unwrap_or(&whole);
                inner.strip_suffix('"').unwrap_or(inner).to_owned()
            }
            "concatenation" => children(node).into_iter().map(|part| self.word(part, source)).collect(),
            "command_substitution" | "process_substitution" => {
                let said = self.captured(&children(node), source, &Flow::default());
                let said = joined(&said);
                said.trim_end_matches('\n').to_owned()
            }
            "simple_expansion" | "expansion" => {
                let (blank, _) = all.split_once('$').unwrap_or_default();
                let name = node.named_child(0).map_or("", |name| text(name, source));
                let value = match name {
                    "?" => STATUS.to_string(),
                    name => self.vars.get(name).cloned().unwrap_or_else(|| UNKNOWN.to_string()),
                };
                format!("{blank}{value}")
            }
            "word" | "string_content" => all.replace('\\', ""),
            _ => all.to_owned(),
        }
    }

    /// A text with what its expansions stand for.
    fn spliced(&mut self, node: Node<'_>, source: &str) -> String {
        let (mut out, mut at) = (String::new(), node.start_byte());
        for part in children(node)
            .into_iter()
            .filter(|part| part.kind().contains("expansion") || part.kind().contains("substitution"))
        {
            out.push_str(source.get(at..part.start_byte()).unwrap_or_default());
            out.push_str(&self.word(part, source));
            at = part.end_byte();
        }
        out + source.get(at..node.end_byte()).unwrap_or_default()
    }
}

/// Whether a list goes on if what stands left is well.
pub(super) fn is_and(list: Node<'_>) -> bool {
    list.child(1).is_some_and(|joint| joint.kind() == "&&")
}

/// What pieces say together.
pub(super) fn joined(pieces: &[Piece]) -> String {
    let all: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    if is_made(&all) && all.trim().is_empty() {
        PROGRAM.to_string()
    } else {
        all
    }
}

/// A path as it is written, without its quotes.
pub(super) fn path(word: &str) -> String {
    word.replace(['"', '\'', '{', '}'], "").trim_start_matches("./").to_owned()
}
