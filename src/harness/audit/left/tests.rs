//! What is left for later in the code, and what only looks like it.

use super::*;

fn changed(path: &str, before: Option<&str>, after: &str) -> Changed {
    Changed {
        path: path.into(),
        before: before.map(str::to_owned),
        after: after.into(),
        is_test: path.contains("test"),
    }
}

fn left_in(files: &[Changed]) -> usize {
    let files: Vec<&Changed> = files.iter().collect();
    newly(&files).into_iter().map(|(count, _)| count).sum()
}

pub(super) fn left(path: &str, before: Option<&str>, after: &str) -> usize {
    left_in(&[changed(path, before, after)])
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
        ("a.go", "package a\n\n// TODO(bob): locks\nfunc f() { g() }\n"),
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

#[test]
fn a_mark_behind_code_is_found_in_each_language() {
    let mut wrong = Vec::new();
    for (path, text) in [
        ("a.c", "int x; // TODO\n"),
        ("a.c", "int x; /* FIXME: y */ int y;\n"),
        ("a.c", "char q = '\"'; // TODO: quote\n"),
        ("a.h", "/*\n * TODO: all\n */\n"),
        ("a.cpp", "auto n = 1'000; // HACK: n\n"),
        ("a.css", "p { color: red; /* TODO */ }\n"),
        ("a.scss", "p { color: red; } // TODO\n"),
        ("a.html", "<p>x</p> <!-- TODO: -->\n"),
        ("a.html", "<p>it's</p>\n<!--\n  TODO: title\n-->\n"),
        ("a.vue", "<b>x</b><!-- FIXME: y -->\n"),
        ("a.html", "<script>\nf(); // TODO: g\n</script>\n"),
        ("a.html", "<style>\np { } /* TODO: dark */\n</style>\n"),
        ("A.java", "int x = f(); // TODO: g\n"),
        ("A.cs", "var s = \"a//b\"; // TODO: g\n"),
        ("a.rb", "x = \"#{y} it's\" # TODO: z\n"),
        ("a.php", "$x = 'a'; # TODO: b\n"),
        ("a.yml", "a: don't # TODO: b\n"),
        ("a.sql", "select 1; -- TODO: index\n"),
        ("a.lua", "x = 1 -- TODO: y\n"),
        ("a.kt", "val x = \"\"\"a\n\"b\"\"\" // TODO: y\n"),
        ("a.ts", "const a = `x`; /* TODO: y */\n"),
    ] {
        wrong.extend((left(path, None, text) != 1).then_some((path, text, left(path, None, text))));
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn a_body_that_says_that_it_is_missing_is_found_in_each_language() {
    let mut wrong = Vec::new();
    for (path, text) in [
        ("a.rs", "fn f() { panic!(\"not implemented\") }"),
        ("a.py", "def add(a, b):\n    log(a)\n    raise NotImplementedError()\n"),
        ("a.py", "def add(a, b):\n    raise Exception('not implemented yet')\n"),
        ("a.py", "class S:\n    def add(self): raise NotImplementedError\n"),
        ("a.js", "function f() { throw new Error(\"not implemented\"); }\n"),
        ("a.js", "const f = () => {\n  throw new Error('Not implemented yet');\n};\n"),
        (
            "a.ts",
            "class A {\n  f(): void {\n    throw new Error(`Method not implemented.`);\n  }\n}\n",
        ),
        ("a.ts", "export function f(): never { throw new NotImplementedError(); }\n"),
        ("a.js", "function f() { throw new Error(\"TODO: add\"); }\n"),
        ("a.go", "package a\n\nfunc f() {\n\tpanic(\"not implemented\")\n}\n"),
        (
            "a.go",
            "package a\n\nfunc (s *S) f() int {\n\tlog()\n\tpanic(\"f is not yet implemented\")\n}\n",
        ),
        (
            "A.java",
            "class A {\n  int f() {\n    throw new UnsupportedOperationException(\"Not implemented\");\n  }\n}\n",
        ),
        ("A.cs", "class A {\n  int F() { throw new NotImplementedException(); }\n}\n"),
        ("A.cs", "class A {\n  int F() => throw new NotImplementedException();\n}\n"),
        ("a.rb", "def add(a, b)\n  raise NotImplementedError\nend\n"),
        (
            "a.rb",
            "class Store\n  def add(a)\n    log a\n    raise NotImplementedError, \"add\"\n  end\nend\n",
        ),
        (
            "a.php",
            "<?php\nfunction add($a) {\n  throw new Exception('not implemented');\n}\n",
        ),
        ("a.kt", "fun f(): Int {\n  throw NotImplementedError()\n}\n"),
        ("a.kt", "fun f(): Int = TODO()\n"),
        ("a.swift", "func f() {\n  fatalError(\"not implemented\")\n}\n"),
        ("a.dart", "int f() {\n  throw UnimplementedError();\n}\n"),
    ] {
        wrong.extend((left(path, None, text) != 1).then_some((path, text, left(path, None, text))));
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn what_only_looks_like_a_mark_or_a_missing_body_is_no_finding() {
    let mut wrong = Vec::new();
    for (path, text) in [
        ("a.c", "char *s = \"// TODO: x\";\n"),
        ("a.c", "char *s = \"a \\\" // TODO: x\";\n"),
        ("a.c", "int TODO = 1; int todo_count;\n"),
        ("a.c", "int x; // prints the TODO list\n"),
        ("a.scss", "p { background: url(http://x/TODO.png); }\n"),
        ("a.css", "p::after { content: \"/* TODO: x */\"; }\n"),
        ("a.html", "<p>TODO: buy milk</p>\n"),
        ("a.html", "<a href=\"http://x/#TODO\">x</a>\n"),
        ("a.html", "<script>\nconst s = \"// TODO: x\";\n</script>\n"),
        ("A.java", "String s = \"throw new Error(\\\"not implemented\\\")\";\n"),
        ("A.java", "String u = \"http://x\"; int todo = 1;\n"),
        ("a.rb", "u = 'http://x/#TODO: y'\n"),
        ("a.rb", "x = y#TODO\n"),
        ("a.yml", "url: http://x/#TODO: y\n"),
        ("a.kt", "val s = \"\"\"\n// TODO: x\n\"\"\"\n"),
        ("a.js", "const s = 'throw new Error(\"not implemented\")';\n"),
        (
            "a.js",
            "function f(a) { if (!a) throw new Error('not implemented'); return a; }\n",
        ),
        (
            "a.js",
            "function f(a) { if (!a) { throw new Error('not implemented'); } return a; }\n",
        ),
        (
            "a.js",
            "function f(a) { switch (a) { case 1: return 2; default: throw new Error('not implemented'); } }\n",
        ),
        ("a.js", "function f(a) { throw new Error('no such note'); }\n"),
        (
            "a.js",
            "class A { f() { throw new Error('not implemented'); } }\nclass B extends A { f() { return 1; } }\n",
        ),
        (
            "a.js",
            "class A { f() { throw new Error('subclasses must implement this: not implemented'); } }\n",
        ),
        (
            "a.ts",
            "abstract class A { f(): void { throw new Error('not implemented'); } }\n",
        ),
        ("test/a.js", "const fake = { f() { throw new Error('not implemented'); } };\n"),
        (
            "a.go",
            "package a\n\nfunc f(a int) int {\n\tif a == 1 {\n\t\tpanic(\"not implemented\")\n\t}\n\treturn a\n}\n",
        ),
        ("a.go", "package a\n\nfunc f() {\n\tpanic(\"no such note\")\n}\n"),
        (
            "a.py",
            "def f(a):\n    if a:\n        return 1\n    raise NotImplementedError('other kinds')\n",
        ),
        ("a.py", "def f(a):\n    raise ValueError('not a number')\n"),
        (
            "A.cs",
            "class A {\n  int F(int a) {\n    if (a > 1) throw new NotImplementedException();\n    return a;\n  }\n}\n",
        ),
        (
            "A.cs",
            "abstract class A {\n  int F() { throw new NotImplementedException(); }\n}\n",
        ),
        (
            "A.cs",
            "class A {\n  int F(int a) {\n    switch (a) { case 1: return 2; default: throw new NotImplementedException(); }\n  }\n}\n",
        ),
        (
            "A.java",
            "class A {\n  int f() { throw new IllegalStateException(\"no such note\"); }\n}\n",
        ),
        (
            "a.rb",
            "class Store\n  def add\n    raise NotImplementedError\n  end\nend\nclass File < Store\nend\n",
        ),
        ("a.rb", "def add(a)\n  raise NotImplementedError if a.nil?\n  a\nend\n"),
        ("a.rb", "def add\n  raise NotImplementedError, \"subclasses add\"\nend\n"),
        (
            "a.rb",
            "def add(a)\n  unless a\n    raise NotImplementedError\n  end\n  a\nend\n",
        ),
        ("a.rb", "puts 'raise NotImplementedError'\n"),
        ("a.php", "<?php\n$s = \"throw new Exception('not implemented')\";\n"),
    ] {
        wrong.extend((left(path, None, text) != 0).then_some((path, text, left(path, None, text))));
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn what_moved_is_not_new_wherever_it_went() {
    let moved = [
        changed("a.c", Some("int x; // TODO: y\nint z;\n"), "int z;\n"),
        changed("b.c", None, "  static int x = 2; // TODO: y\n"),
    ];
    assert_eq!(left_in(&moved), 0);
    let copied = [
        changed("a.c", Some("int x; // TODO: y\n"), "int x; // TODO: y\n"),
        changed("b.c", None, "int y; // TODO: y\n"),
    ];
    assert_eq!(left_in(&copied), 1);
    let gone = [
        changed("a.py", Some("def f():\n    raise NotImplementedError\n"), ""),
        changed("b.py", None, "def f():\n    raise NotImplementedError\n"),
    ];
    assert_eq!(left_in(&gone), 0);
}
