use super::*;

const IDS: [&str; 5] = ["F001", "F003", "US-12", "login-form-2", "#4"];

#[test]
fn a_message_of_ids_alone_is_empty() {
    for message in [
        "F003",
        "F003.",
        "f003",
        "F3",
        "F001, F003",
        "F001 and F003",
        "F001-F003",
        "US-12",
        "Complete F003",
        "Completed: F003",
        "Implement F003",
        "Implement feature F003",
        "F003: done",
        "feat: F003",
        "feat(F003): implement",
        "Work on F001",
        "Add F003",
        "F003 wip",
        "Finish US-12",
    ] {
        assert!(is_empty(message, &IDS, &|_| false), "{message}");
        assert!(is_empty(message, &IDS, &|word| word == "complete"), "{message}");
    }
    for message in [
        "F003: print the third number",
        "F003: delete",
        "Print (F003)",
        "feat(F003): search",
        "Complete the parser of F003",
        "Add greet() for F001",
        "Mark F003 as passing",
        "Revert F003",
        "Test F003",
        "login-form-2",
        "Fix #4",
        "F004",
        "F0035",
        "Save notes (US-12)",
    ] {
        assert!(!is_empty(message, &IDS, &|_| false), "{message}");
    }
}

#[test]
fn a_message_without_a_word_of_what_changed_is_empty() {
    for message in [
        "",
        "wip",
        "WIP",
        "update",
        "fix",
        "Fixes.",
        "asdf",
        "asdf asdf",
        "x",
        "a b c",
        "...",
        "12",
        "123 456",
        "#12",
        "(#12)",
        "#12, #13",
        "#12 #13.",
        "v0.2",
        "v1.2.0",
        "1.2.0",
        "F003 (#12)",
        "F003 v0.2",
        "!!!",
        "work in progress",
        "fix bug",
        "Fix bugs",
        "minor changes",
        "some more changes",
        "final fix",
        "update files",
        "Session 3",
        "wip 2",
        "cleanup",
        "Stuff and things",
        "blah blah",
        "commit",
        "fix the code",
        "- update -",
        "work on it",
        "save progress",
        "Save progress.",
        "saving my work",
        "more work",
        "changes",
        "fix stuff",
        "misc",
        "Checkpoint",
        "checkpoint 3",
        "as asked",
        "as requested",
        "changes as discussed",
        "do the task",
        "Implement feature",
        "next step",
        "continue",
        "made it work",
        "make it better",
        "Various improvements",
        "improve code",
        "update the project files",
        "some fixes and improvements",
        "it works now",
        "finish the work",
        "feat: work on it",
        "refactor code",
        "Addition",
        "wip\n\nThe body says it, nobody reads it.",
    ] {
        assert!(is_empty(message, &IDS, &|_| false), "{message}");
    }
}

#[test]
fn an_honest_message_is_not_however_short() {
    for message in [
        "Add greet()",
        "Fix tags of empty notes",
        "fix: parser",
        "docs: update",
        "Update README",
        "Fix #12",
        "Release 1.2.0",
        "(#12) parser",
        "v1.2.0: search",
        "Initial commit",
        "Add tests",
        "Fix typo",
        "F003: delete",
        "parser: rewrite",
        "Remove dead code",
        "Revert \"wip\" of notes",
        "Bump serde",
        "Fix off-by-one",
        "add_greet",
        "修复登录错误",
        "Исправить поиск",
        "Skeleton of it",
        "Rename x to y.txt",
        "Clean up",
        "fix(tags): empty notes",
        "Merge side",
        "Notes: search works",
        "Rename parser",
        "Save notes to a file",
        "Improve the error of an empty title",
        "Implement search",
        "Complete the parser",
        "Checkpoint the log every minute",
        "Make cut() stop at quotes",
        "Continue after a broken line",
        "feat: delete",
        "chore: lint",
        "Ask before delete",
        "Start the project with a skeleton",
        "sum instead of product",
    ] {
        assert!(!is_empty(message, &IDS, &|_| false), "{message}");
    }
}

#[test]
fn one_word_says_something_where_the_work_is_on_what_it_names() {
    let feature = Feature {
        description: "The calculator adds two numbers".into(),
        ..Feature::default()
    };
    let changes = [Changed {
        path: "src/tokenizer.rs".into(),
        before: None,
        after: "fn cutLine() {}\nstruct saved_state;\n".into(),
        is_test: false,
    }];
    let told = |message: &str| !is_empty(message, &IDS, &|word| is_of_the_work(word, &[&feature], &changes));
    for message in [
        "Addition",
        "add",
        "Numbers",
        "Tokenizer",
        "cut",
        "Line",
        "Save",
        "calculators",
    ] {
        assert!(told(message), "{message}");
    }
    for message in [
        "Subtraction",
        "wip",
        "changes",
        "Cleanup",
        "work on it",
        "misc",
        "more work",
        "Implementation",
    ] {
        assert!(!told(message), "{message}");
    }
    let todo = Feature {
        description: "A task can be marked as completed".into(),
        ..Feature::default()
    };
    assert!(!is_empty("Complete tasks", &IDS, &|word| is_of_the_work(word, &[&todo], &[])));
    assert!(is_empty("Complete tasks", &IDS, &|word| is_of_the_work(
        word,
        &[&feature],
        &[]
    )));
    let all = |word: &str| !is_empty(word, &IDS, &|_| true);
    for message in ["checkpoint", "update", "files", "work on it", "save progress"] {
        assert!(!all(message), "{message}");
    }
}

fn file(path: &str, before: Option<&str>, after: &str) -> Changed {
    Changed {
        path: path.into(),
        before: before.map(str::to_owned),
        after: after.into(),
        is_test: path.starts_with("tests/"),
    }
}

fn feature(id: &str, description: &str) -> Feature {
    Feature {
        id: id.into(),
        description: description.into(),
        ..Feature::default()
    }
}

#[test]
fn a_name_of_code_that_looks_like_an_id_is_none() {
    let changes = [
        file("f2.sh", None, "echo 2\n"),
        file("m3.py", None, "def f3():\n    return 3\n"),
    ];
    let told = |message: &str| names_code(message, &["F002", "F003"], &changes);
    for message in ["Add f2", "Add f2.sh", "Add f3", "Add m3"] {
        assert!(told(message), "{message}");
    }
    for message in ["Add F002", "Add f002", "Add F2", "Add f4", "Add it", "F003"] {
        assert!(!told(message), "{message}");
    }
}

#[test]
fn a_message_is_untrue_where_nothing_of_it_is_there() {
    let (export, undo) = (feature("F005", "Export notes"), feature("F006", "Undo the last change"));
    let docs = [file("docs/d1.md", None, "Words.\n")];
    let told = |message: &str, changes: &[Changed], removed| untrue(message, &[&export, &undo], changes, removed);
    for message in [
        "Add tests for undo",
        "Add unit tests",
        "Write tests",
        "Delete the export",
        "chore: remove the export",
    ] {
        assert!(told(message, &docs, 0).is_some(), "{message}");
    }
    for message in [
        "Add test data",
        "Add docs on tests",
        "Add a page about how to test",
        "Delete notes",
        "Remove words",
        "Add undo",
    ] {
        assert_eq!(told(message, &docs, 0), None, "{message}");
    }
    let with_tests = [file("tests/t-1.sh", None, "true\n")];
    let inline = [file("src/a.rs", None, "#[test]\nfn a() {}\n")];
    let emptied = [file("a.bin", None, "")];
    let cut = [file("a.md", Some("one\ntwo\n"), "one\n")];
    for (message, changes, removed) in [
        ("Add tests for undo", &with_tests[..], 0),
        ("Add tests for undo", &inline, 0),
        ("Delete the export", &docs, 3),
        ("Delete the export", &emptied, 0),
        ("Delete the export", &cut, 0),
        ("Delete the export", &[], 0),
    ] {
        assert_eq!(told(message, changes, removed), None, "{message}");
    }
    let delete = feature("F007", "Delete an export");
    assert_eq!(untrue("Delete the export", &[&delete], &docs, 0), None);
}

#[test]
fn tests_that_a_message_adds_may_stand_in_a_source_file_and_must_be_touched_there() {
    let before = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() {}\n}\n";
    let row = before.replace("fn a() {}", "fn a() { f() }");
    let outside = before.replace("fn f() {}", "fn f() { g() }");
    let told = |after: &str| untrue("Add tests for undo", &[], &[file("src/a.rs", Some(before), after)], 0);
    assert_eq!(told(&row), None);
    assert_eq!(told(&outside).as_deref(), Some("no test was touched"));
}

#[test]
fn a_message_may_name_only_files_that_are_somewhere() {
    let commit = |paths: &[&str], changes: &[Changed]| crate::harness::audit::OfCommit {
        commit: crate::protocol::Oid("1".repeat(40)),
        changes: changes.to_vec(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    let readme = [file("README.md", None, "Run `prog lib/example.py`.\n")];
    let all = commit(&["src/main.rs", "crates/a/src/net.rs", "README.md", "old/gone.py"], &readme);
    for (message, path) in [
        ("Add src/server.rs", "src/server.rs"),
        ("feat(net): parse frames in `src/frames.rs`", "src/frames.rs"),
        ("Fix ./lib/net.py, and the docs.", "lib/net.py"),
        ("Handle timeouts (web/app.ts:12)", "web/app.ts"),
        ("Add .github/workflows/ci.yml.", ".github/workflows/ci.yml"),
    ] {
        let told = files::nowhere(message, &all);
        assert_eq!(told, Some(format!("names {path}, which is not there")), "{message}");
    }
    for message in [
        "Add src/main.rs",
        "Split src/net.rs",
        "Move old/gone.py away",
        "Remove old/gone.py",
        "Touch work/src/main.rs",
        "Link https://example.org/docs/a.html",
        "Link example.org/docs/a.html",
        "Use github.com/user/repo/file.go",
        "Support read/write and and/or",
        "Bump http/1.1 to http/2.0",
        "Use net/http.Server and os/path.join",
        "Add @scope/pkg and @scope/pkg/index.js",
        "Format src/*.rs and src/**/x.rs",
        "Rename src/{a => b}.rs",
        "Write /etc/app.toml",
        "Read ~/app/config.toml",
        "Read $HOME/app/config.toml",
        "Show lib/example.py in the README",
        "Show \"prog data/in.csv\" in the README",
        "Fix the link to missing docs/setup.md",
        "Split parser.rs/lexer.rs",
        "Node.js/Deno support",
        "Add server.rs",
    ] {
        assert_eq!(files::nowhere(message, &all), None, "{message}");
    }
}

#[test]
fn a_message_that_finishes_a_feature_says_so() {
    let search = feature("F004", "Search notes");
    let told = |message: &str| as_claim(message, &[&search]);
    for message in [
        "Finish search (F004)",
        "feat: complete the search of notes (F004)",
        "Finished searching (F004)",
    ] {
        assert_eq!(told(message), "F004 is finished.", "{message}");
    }
    for message in [
        "Finish the parser (F004)",
        "Begin search (F004)",
        "Finish search",
        "Finish (F004)",
        "Search notes (F004)",
    ] {
        assert_eq!(told(message), message, "{message}");
    }
}
