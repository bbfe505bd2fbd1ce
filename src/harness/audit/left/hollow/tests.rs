//! Bodies that do nothing, and such as may be empty.

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
