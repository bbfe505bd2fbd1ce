//! Work that was left for later in the code.
//!
//! Owns what marks it: a comment that begins with such a word, and a body that does no more than say that it is missing. Pure. Invariant:
//! a word in a string, a name or a sentence about something else marks nothing; where a language is not known, only whole lines of
//! comment are looked at.

use crate::harness::grammar::Grammar;
use tree_sitter::Node;

/// Marks of work that was left for later.
const MARKS: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

/// What a comment speaks of that has such a word before it and is about something else: the list of a program for lists, say.
const THINGS: [&str; 26] = [
    "list", "lists", "item", "items", "app", "apps", "entry", "entries", "file", "files", "manager", "cli", "program", "tool",
    "board", "page", "store", "model", "api", "comment", "comments", "marker", "markers", "and", "or", "is",
];

/// Beginnings of a comment that fills its line, by the endings of files that no grammar reads.
const LINES: [(&str, &[&str]); 5] = [
    (
        "//",
        &[
            "java", "kt", "kts", "scala", "swift", "c", "h", "cc", "cpp", "hpp", "cs", "php", "dart", "zig", "proto", "scss",
        ],
    ),
    (
        "/*",
        &[
            "java", "kt", "kts", "scala", "swift", "c", "h", "cc", "cpp", "hpp", "cs", "php", "dart", "css", "scss",
        ],
    ),
    (
        "#",
        &[
            "rb",
            "pl",
            "yml",
            "yaml",
            "toml",
            "r",
            "ex",
            "exs",
            "tf",
            "nix",
            "jl",
            "mk",
            "Makefile",
            "Dockerfile",
        ],
    ),
    ("--", &["sql", "lua", "hs", "elm"]),
    ("<!--", &["html", "htm", "vue", "svelte", "xml"]),
];

/// A file before a session's commits and after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its path now.
    pub path: String,
    /// Its text before; `None` where there was none.
    pub before: Option<String>,
    /// Its text now.
    pub after: String,
}

/// Counts what was left for later in a file of a change and was not before.
pub(super) fn newly(file: &Changed, all: &[Changed]) -> usize {
    let extended = |class: &str| {
        let bases = [format!("({class})"), format!("({class},"), format!(", {class})")];
        all.iter().any(|file| bases.iter().any(|base| file.after.contains(base)))
    };
    // One that only moved was there before.
    let mut before = file
        .before
        .as_deref()
        .map_or_else(Vec::new, |text| marks(&file.path, text, &extended));
    let mut now = marks(&file.path, &file.after, &extended);
    now.retain(|mark| match before.iter().position(|old| old == mark) {
        Some(at) => {
            before.swap_remove(at);
            false
        }
        None => true,
    });
    now.len()
}

/// The texts of what is left for later. `extended` says of a class whether others are made from it.
fn marks(path: &str, text: &str, extended: &dyn Fn(&str) -> bool) -> Vec<String> {
    let first = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    let grammar = Grammar::of(path).or(match first.rsplit(['/', ' ']).next() {
        Some("sh" | "bash" | "dash" | "ash") => Some(Grammar::Shell),
        Some("python" | "python3") => Some(Grammar::Python),
        _ => None,
    });
    let Some(grammar) = grammar else {
        return line_comments(path, text)
            .filter(|line| is_marked(line))
            .map(str::to_owned)
            .collect();
    };
    let Some(tree) = grammar.parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        let inside = text.get(node.byte_range()).unwrap_or_default();
        if node.kind().contains("comment") {
            found.extend(
                inside
                    .lines()
                    .filter(|line| is_marked(line))
                    .map(|line| line.trim().to_owned()),
            );
            continue;
        }
        if is_missing(node, text, extended) {
            found.push(inside.to_owned());
        }
        let mut cursor = node.walk();
        waiting.extend(node.named_children(&mut cursor));
    }
    found
}

fn line_comments<'a>(path: &str, text: &'a str) -> impl Iterator<Item = &'a str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next().unwrap_or(name).to_owned();
    let lines = text.lines().map(str::trim);
    lines.filter(move |line| {
        LINES
            .iter()
            .any(|(begins, endings)| line.starts_with(begins) && endings.contains(&ending.as_str()))
    })
}

/// Says whether a line of a comment begins with a mark, or a sentence of it does.
fn is_marked(line: &str) -> bool {
    let line = line.trim();
    let is_doc = ["///", "//!", "/**"].iter().any(|begins| line.starts_with(begins));
    let text = line.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '`' | '"' | '\''));
    if text
        .strip_prefix('@')
        .is_some_and(|tag| tag.to_lowercase().starts_with("todo "))
    {
        return true;
    }
    let word_of = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let word = word_of(text);
    let rest = text.get(word.len()..).unwrap_or_default();
    let is_set_off = rest.starts_with([':', '(', '!']) || rest.starts_with(" -") || rest.starts_with(" (");
    if MARKS.contains(&word.as_str()) {
        let next = word_of(rest.trim_start()).to_lowercase();
        // A pattern such as `XXX-XX` is none.
        return is_set_off || !THINGS.contains(&next.as_str()) && !rest.starts_with(['-', '.', '/', '=']);
    }
    // In small letters it may be a name, unless it is set off; and where the parts of something are listed it may be all the same.
    if MARKS.contains(&word.to_uppercase().as_str()) {
        return is_set_off && !is_doc;
    }
    MARKS.iter().any(|mark| {
        line.match_indices(mark).any(|(at, _)| {
            let (before, behind) = (
                line.get(..at).unwrap_or_default(),
                line.get(at + mark.len()..).unwrap_or_default(),
            );
            before.trim_end().ends_with(['.', ';', '-', '(', ',']) && behind.starts_with([':', '('])
        })
    })
}

/// Says whether a node is a body, or its only statement, that says that the work is missing.
fn is_missing(node: Node<'_>, text: &str, extended: &dyn Fn(&str) -> bool) -> bool {
    let said = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    match node.kind() {
        "macro_invocation" => match node.child_by_field_name("macro").map(said) {
            Some("todo") => true,
            // What a test puts in the place of something else need not do all that it does.
            Some("unimplemented") => {
                !ancestors(node).any(|above| above.kind() == "mod_item" && said(above).starts_with("mod test"))
            }
            _ => false,
        },
        "raise_statement" => {
            let raised = said(node).trim_start_matches("raise").trim_start();
            let name = raised.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            name == Some("NotImplementedError") && is_whole_body(node) && !is_for_others(node, text, extended)
        }
        _ => false,
    }
}

/// Says whether a statement is all that a function does, what is said of it aside.
fn is_whole_body(statement: Node<'_>) -> bool {
    let Some(body) = statement.parent().filter(|body| body.kind() == "block") else {
        return false;
    };
    let mut cursor = body.walk();
    let others = body.named_children(&mut cursor).filter(|other| {
        let is_text =
            || other.kind() == "expression_statement" && other.named_child(0).is_some_and(|inner| inner.kind() == "string");
        other.id() != statement.id() && !other.kind().contains("comment") && !is_text()
    });
    others.count() == 0 && body.parent().is_some_and(|above| above.kind() == "function_definition")
}

/// Says whether a method is there for other classes to fill.
fn is_for_others(statement: Node<'_>, text: &str, extended: &dyn Fn(&str) -> bool) -> bool {
    let said = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    ancestors(statement).any(|above| match above.kind() {
        "decorated_definition" => {
            let mut cursor = above.walk();
            let mut decorators = above.named_children(&mut cursor).filter(|child| child.kind() == "decorator");
            decorators.any(|decorator| ["abstract", "overload"].iter().any(|word| said(decorator).contains(word)))
        }
        "class_definition" => {
            let name = above.child_by_field_name("name").map(said).unwrap_or_default();
            let bases = above.child_by_field_name("superclasses").map(said).unwrap_or_default();
            let by_name = ["Abstract", "Base", "Interface"].iter().any(|word| name.contains(word));
            by_name || ["ABC", "Protocol"].iter().any(|word| bases.contains(word)) || extended(name)
        }
        _ => false,
    })
}

fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(node.parent(), |above| above.parent())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(path: &str, before: Option<&str>, after: &str) -> usize {
        let file = Changed {
            path: path.into(),
            before: before.map(str::to_owned),
            after: after.into(),
        };
        newly(&file, std::slice::from_ref(&file))
    }

    #[test]
    fn what_is_left_for_later_is_found_in_each_language() {
        for (path, text) in [
            ("a.rs", "fn f() {}\n// TODO: later\n"),
            ("a.rs", "fn f() { 1 } // slow. TODO: cache\n"),
            ("a.rs", "/* FIXME(me): wrong */ fn f() {}"),
            ("a.rs", "fn f() { todo!() }"),
            ("a.rs", "fn f() { unimplemented!(\"cut\") }"),
            ("a.rs", "/// HACK: see below\nfn f() {}"),
            ("a.py", "# todo: handle negatives\n"),
            ("a.py", "x = 1  # Todo: handle negatives\n"),
            ("a.py", "# XXX this is wrong\n"),
            ("a.py", "# HACK around the parser\n"),
            ("a.py", "# TODO\n"),
            ("a.py", "def add(a, b):\n    raise NotImplementedError\n"),
            (
                "a.py",
                "class Store:\n    def add(self):\n        \"\"\"Adds.\"\"\"\n        raise NotImplementedError(\"add\")\n",
            ),
            ("a.js", "f(); // fixme: off by one\n"),
            ("a.ts", "/**\n * @todo cache it\n */\nconst x: number = 1;\n"),
            ("a.ts", "/*\n * TODO cache it\n */\n"),
            ("a.tsx", "const a = <b>{/* TODO: c */}</b>;\n"),
            ("a.go", "package a\n\n// TODO(bob): locks\nfunc f() {}\n"),
            ("a.sh", "echo 1 # todo: sum\n"),
            ("run", "#!/bin/sh\n# FIXME quoting\n"),
            ("a.rb", "  # TODO: rescue\n"),
            ("Makefile", "# todo - dependencies\n"),
            ("a.sql", "-- FIXME: index\n"),
            ("a.html", "<!-- TODO: title -->\n"),
            ("A.java", "  // HACK: cast\n"),
            ("a.css", "/* TODO: dark */\n"),
        ] {
            assert_eq!(left(path, None, text), 1, "{path}: {text}");
        }
    }

    #[test]
    fn words_that_mark_nothing_are_no_finding() {
        for (path, text) in [
            ("a.rs", "let mastodon = \"TODO: x\";\n"),
            ("a.rs", "// Prints My TODO list.\nfn f() {}"),
            ("a.rs", "// TODO list, kept in a file\n"),
            ("a.rs", "/// `TODO: x` is found.\nfn f() {}"),
            ("a.rs", "enum State { TODO, Done }"),
            ("a.rs", "// todos are kept in order\n"),
            ("a.rs", "/// todo: the entry to add\nfn f() {}"),
            (
                "a.rs",
                "#[cfg(test)]\nmod tests {\n    impl Clock for Fake { fn now(&self) { unimplemented!() } }\n}\n",
            ),
            ("a.rs", "fn f() { println!(\"todo!()\") }"),
            ("a.py", "TITLE = 'My TODO list'  # title\n"),
            (
                "a.py",
                "def f():\n    \"\"\"\n    # todo: shown in the help\n    \"\"\"\n    return 1\n",
            ),
            ("a.py", "# todo items are dicts\n"),
            (
                "a.py",
                "from abc import ABC\nclass Store(ABC):\n    def add(self):\n        raise NotImplementedError\n",
            ),
            (
                "a.py",
                "class S:\n    @abstractmethod\n    def add(self):\n        raise NotImplementedError\n",
            ),
            (
                "a.py",
                "class S:\n    def f(self):\n        raise NotImplementedError\n\nclass T(S):\n    def f(self):\n        return 1\n",
            ),
            (
                "a.py",
                "def f(os):\n    if os == 'nt':\n        raise NotImplementedError('windows')\n    return 1\n",
            ),
            ("a.py", "print('raise NotImplementedError')\n"),
            ("a.js", "const url = 'http://x/#TODO:';\n"),
            ("a.js", "/** Adds.\n * @param todo - the entry\n */\n"),
            ("a.js", "`\n// TODO: in a template\n`;\n"),
            ("a.ts", "type Todo = { todo: string };\n"),
            ("a.go", "package a\n\nconst T = \"// TODO: x\"\n"),
            ("a.sh", "echo '# TODO: x'\n"),
            ("a.sh", "cat <<E\n# TODO: x\nE\n"),
            ("a.sh", "mktemp /tmp/a.XXX # XXX-XX stands for a number\n"),
            ("a.yml", "title: \"# TODO: x\"\n"),
            ("a.unknown", "# TODO: x\n"),
        ] {
            assert_eq!(left(path, None, text), 0, "{path}: {text}");
        }
    }

    #[test]
    fn what_was_there_before_is_not_new() {
        assert_eq!(left("a.rs", Some("// FIXME: x\n"), "fn f() {\n    // FIXME: x\n}\n"), 0);
        assert_eq!(left("a.rs", Some("// FIXME: x\n"), "// FIXME: x\n// FIXME: x\n"), 1);
        assert_eq!(left("a.rs", Some("// FIXME: x\n"), "// FIXME: y\n"), 1);
    }
}
