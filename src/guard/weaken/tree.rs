//! Small steps on a syntax tree.

use tree_sitter::Node;

/// The text of a node.
pub(in crate::guard) fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).unwrap_or("")
}

/// The text of a node on one line, its white space single.
pub(in crate::guard) fn flat(node: Node<'_>, source: &str) -> String {
    text(node, source).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Line of a node, from 1.
pub(in crate::guard) fn line(node: Node<'_>) -> usize {
    node.start_position().row + 1
}

/// The named children but comments.
pub(in crate::guard) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| !child.kind().contains("comment"))
        .collect()
}

/// Texts to look at.
pub(in crate::guard) fn texts(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

/// The text of a field.
pub(in crate::guard) fn field<'a>(node: Node<'_>, name: &str, source: &'a str) -> &'a str {
    node.child_by_field_name(name).map_or("", |child| text(child, source))
}

/// Visits a node and what it holds, outside in; a visitor that returns `false` is not taken further in. No recursion: foreign text can
/// nest deeper than a stack is.
pub(in crate::guard) fn visit<'t>(root: Node<'t>, mut look: impl FnMut(Node<'t>) -> bool) {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        if look(node) {
            let mut cursor = node.walk();
            let mut inner: Vec<Node<'t>> = node.named_children(&mut cursor).collect();
            inner.reverse();
            waiting.extend(inner);
        }
    }
}

/// Says whether any node inside, or the node itself, is of this kind.
pub(in crate::guard) fn holds(root: Node<'_>, mut wanted: impl FnMut(Node<'_>) -> bool) -> bool {
    let mut found = false;
    visit(root, |node| {
        found = found || wanted(node);
        !found
    });
    found
}
