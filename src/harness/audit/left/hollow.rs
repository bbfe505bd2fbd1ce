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
mod tests {
    use super::super::tests::left;

    #[test]
    fn a_function_that_does_nothing_is_found_in_each_language() {
        let mut wrong = Vec::new();
        for (path, text) in [
            ("a.py", "def save(): pass\n"),
            ("a.py", "def save():\n    ...\n"),
            ("a.py", "def save(notes):\n    \"\"\"Saves the notes.\"\"\"\n    pass\n"),
            ("a.py", "async def save(): pass\n\nsave()\n"),
            ("a.js", "function save() {}\n"),
            ("a.js", "export function save(notes) {\n}\nsave([]);\n"),
            ("a.ts", "export async function save(notes: string[]): Promise<void> {}\n"),
            ("a.js", "function save() {}\nmodule.exports = { save };\n"),
            ("a.go", "package a\n\nfunc Save() {}\n"),
            ("a.go", "package a\n\nfunc save(notes []string) {\n}\n"),
            ("a.py", "def parse(x):\n    \"\"\"Parses a line.\"\"\"\n"),
            ("a.py", "def parse(x):\n    # nothing yet\n    pass\n"),
            ("a.py", "def parse(x):\n    r\"\"\"Parses \\d.\"\"\"\n    # comes later\n"),
            ("a.js", "async function parse(x) {\n  // nothing yet\n}\n"),
            (
                "a.ts",
                "export function parse(x: string): void {\n  /* filled in later */\n}\n",
            ),
            ("a.js", "function parse(x) {\n  // placeholder\n}\n"),
            ("a.go", "package a\n\nfunc Parse(x string) {\n\t// for now\n}\n"),
            (
                "a.py",
                "def price():\n    # placeholder until the owner answers\n    return 0\n",
            ),
            ("a.c", "int parse(const char *s)\n{\n}\n"),
            ("a.c", "char *parse(int n, ...) {}\n"),
            ("a.c", "int parse(const char *s) { /* nothing yet */ }\n"),
            ("a.c", "int parse(const char *s)\n{\n    // comes later\n}\n"),
            (
                "a.c",
                "void parse(char *s) {}\n\nint main(void) {\n    parse(\"1\");\n    return 0;\n}\n",
            ),
            (
                "a.c",
                "void parse(const char *s, int (*f)(int)) {\n}\nint main(void) { if (on) parse(s, 0); return 0; }\n",
            ),
            ("a.c", "void g(void) {}\n"),
            (
                "a.c",
                "#include <stdio.h>\n\nstatic void save(int n)\n{\n}\n\nint main(void) { save(1); return 0; }\n",
            ),
            ("a.c", "int save(void)\n{\n    /* not implemented */\n}\n"),
            ("a.c", "char *find(void) {\n    return NULL; /* stub */\n}\n"),
            ("a.py", "def find():\n    return None  # stub\n"),
            ("a.js", "function find() {\n  // Not implemented yet.\n}\n"),
            (
                "a.go",
                "package a\n\nfunc Find() int {\n\treturn 0 // not yet implemented\n}\n",
            ),
            ("a.rs", "fn find() -> u8 {\n    0 // stub\n}\n"),
            ("A.java", "class A {\n  int f() { return 0; /* to be implemented */ }\n}\n"),
        ] {
            wrong.extend((left(path, None, text) != 1).then_some((path, text, left(path, None, text))));
        }
        assert_eq!(wrong, Vec::new());
        assert_eq!(
            left("a.js", Some("function save() { write(); }\n"), "function save() {}\n"),
            1,
            "emptied"
        );
        assert_eq!(
            left("a.js", Some("function save() {}\n"), "function save() {}\nsave();\n"),
            0,
            "it was so"
        );
    }

    #[test]
    fn what_may_be_empty_by_design_is_no_finding() {
        let mut wrong = Vec::new();
        for (path, text) in [
            ("a.py", "class E(Exception): pass\n"),
            ("a.py", "class E(Exception):\n    ...\n"),
            ("a.py", "class A:\n    def __init__(self): pass\n"),
            ("a.py", "class Quiet(Handler):\n    def log_message(self, *args): pass\n"),
            ("a.py", "class Sink:\n    def write(self, text): pass\n"),
            ("a.py", "class P(Protocol):\n    def save(self) -> None: ...\n"),
            ("a.py", "class P(ABC):\n    @abstractmethod\n    def save(self): pass\n"),
            ("a.py", "@overload\ndef save(a: int) -> int: ...\n"),
            ("a.py", "@click.group()\ndef cli(): pass\n"),
            ("a.pyi", "def save() -> None: ...\n"),
            ("a.py", "def noop(): pass\n"),
            ("a.py", "def _(): pass\n"),
            (
                "a.py",
                "def save():\n    \"\"\"Does nothing on this system.\"\"\"\n    pass\n",
            ),
            ("a.py", "def save():\n    pass  # the store saves by itself\n"),
            ("a.py", "def save(): # the store saves by itself\n    pass\n"),
            (
                "a.go",
                "package a\n\ntype A struct {\n\tB int\n\t// Not implemented\n\t// C int\n}\n\n// Not implemented\n",
            ),
            ("a.py", "def quiet(line): pass\n\nrun(log=quiet)\n"),
            (
                "a.py",
                "try:\n    from x import save\nexcept ImportError:\n    def save(): pass\n",
            ),
            ("a.py", "def run():\n    def done(): pass\n    return start(done)\n"),
            ("tests/a.py", "def save(): pass\n"),
            ("a.js", "const f = () => {};\n"),
            ("a.js", "run(function done() {});\n"),
            ("a.js", "function noop() {}\n"),
            ("a.js", "function onClose() {}\n"),
            ("a.js", "function Note() {}\nNote.prototype.save = f;\n"),
            ("a.js", "function quiet() {}\nrun({ log: quiet });\n"),
            ("a.js", "function save() {\n  // the store saves by itself\n}\n"),
            (
                "a.ts",
                "class A {\n  constructor(private a: string) {}\n  save(): void {}\n}\n",
            ),
            ("a.ts", "function check<T>(value: T) {}\n"),
            ("a.ts", "declare function save(): void;\n"),
            ("a.ts", "interface A { save(): void }\n"),
            ("a.go", "package a\n\nfunc (Note) isEntry() {}\n"),
            ("a.go", "package a\n\nfunc main() {}\n"),
            ("a.go", "package a\n\nfunc init() {}\n"),
            ("lock_windows.go", "package a\n\nfunc lock() {}\n"),
            ("a.go", "//go:build !linux\n\npackage a\n\nfunc lock() {}\n"),
            ("a.go", "package a\n\nfunc f() {\n\trun(func() {})\n}\n"),
            ("a.go", "package a\n\nfunc quiet(string) {}\n\nvar log = quiet\n"),
            (
                "a.rs",
                "impl Drop for A {\n    fn drop(&mut self) {}\n}\ntrait B { fn f(&self) {} }\nfn is_send<T: Send>() {}\n",
            ),
            ("a.c", "static void on_alarm(int sig) {}\n"),
            ("a.c", "void SysTick_Handler(void) {}\n"),
            (
                "a.c",
                "#ifdef _WIN32\nvoid lock(void) {}\n#else\nvoid lock(void) { f(); }\n#endif\n",
            ),
            ("a.c", "__attribute__((weak)) void lock(void) {}\n"),
            ("a.c", "void f(void) {\n  while (next()) {}\n}\n"),
            ("a.c", "TEST(a, b) {}\n"),
            ("a.py", "def parse(x):\n    \"\"\"\n    >>> parse(1)\n    \"\"\"\n"),
            ("a.py", "def parse(x):\n    \"\"\"A hook for those who extend this.\"\"\"\n"),
            ("a.py", "def p_line(p):\n    \"\"\"line : NUMBER\"\"\"\n"),
            ("a.py", "@hookspec\ndef parse(x):\n    \"\"\"Parses a line.\"\"\"\n"),
            (
                "a.py",
                "class A:\n    def parse(self, x):\n        \"\"\"Parses a line.\"\"\"\n",
            ),
            ("a.py", "def ignore(x):\n    \"\"\"Takes what comes.\"\"\"\n"),
            ("a.py", "def parse(x):\n    pass  # kept for old callers\n"),
            ("a.js", "function parse(x) {\n  // Kept for old callers.\n}\n"),
            (
                "a.js",
                "function parse(x) {\n  // Left out on purpose: the store does it later by itself, deliberately.\n}\n",
            ),
            ("a.js", "class A {\n  parse(x) {\n    // nothing yet\n  }\n}\n"),
            ("a.js", "const parse = (x) => {\n  // nothing yet\n};\n"),
            ("a.js", "function noop() {\n  // nothing yet\n}\n"),
            (
                "a.js",
                "function parse(x) {\n  // nothing yet was read here\n  return x;\n}\n",
            ),
            ("a.css", "/* placeholder */\ninput::placeholder { color: red; }\n"),
            ("a.js", "// Placeholder of the search field\nf();\n"),
            ("a.c", "void parse(char *s) {}\n"),
            ("a.c", "void parse(char *s);\nvoid parse(char *s) {}\n"),
            ("a.c", "void\nparse (char *s)\n{\n}\n"),
            ("a.c", "int parse(int) {}\n"),
            ("a.c", "int parse(const char *unused) {}\n"),
            ("a.c", "int parse(int n) { (void)n; }\n"),
            (
                "a.c",
                "static void handler(int sig) {}\nint main(void) { handler(1); return 0; }\n",
            ),
            ("a.c", "int noop(int n) {}\n"),
            ("a.c", "int main(int argc, char **argv) {}\n"),
            (
                "a.c",
                "void parse(char *s) {}\nint main(void) { run(parse); parse(s); return 0; }\n",
            ),
            ("a.c", "__attribute__((weak)) int parse(int n) {}\n"),
            ("a.c", "int parse(int n) { /* the store parses by itself */ }\n"),
            ("a.c", "void scanner_close(void *payload) {}\n"),
            ("os_plan9.go", "package a\n\nfunc sigsave(p *sigset) {}\n"),
            ("link/riscv64/asm.go", "package a\n\nfunc text(p int) {}\n"),
            ("a.c", "struct a {};\nint b[] = {};\n"),
            (
                "a.c",
                "static void quiet(int n) {}\nint main(void) { run(quiet); return 0; }\n",
            ),
            ("a.h", "static inline void lock(void) {}\n"),
            ("a.cpp", "Note::Note() {}\n"),
            ("a.c", "void save(void) { /* the store saves by itself */ }\n"),
            ("a.c", "#define NOT_IMPLEMENTED 501 /* not implemented */\n"),
            ("a.js", "const c = [501]; // Not implemented\n"),
            ("a.js", "// Reading of zip files is\n// not implemented\nf();\n"),
            ("a.py", "# stub files are read too\n"),
            ("a.js", "// The stub of the server\nf();\n"),
            ("tests/a.js", "const fake = {}; // stub\n"),
        ] {
            wrong.extend((left(path, None, text) != 0).then_some((path, text, left(path, None, text))));
        }
        assert_eq!(wrong, Vec::new());
    }
}
