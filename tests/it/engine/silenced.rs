//! Recorded checks that hold whatever the programs of the project do, and those that need them.

use super::checks::{alone, tried};

/// Programs that do nothing, and some that do: an adder with exit codes, a converter with what it should print.
const WORK: &str = "echo __pycache__/ >> .gitignore; echo pass > noop.py; : > noop.sh; \
    printf 'import sys\\na, op, b = sys.argv[1:4]\\nif op == \"/\" and b == \"0\":\\n    print(\"no such number\", file=sys.stderr); sys.exit(3)\\n\
print(eval(a + op + b))\\n' > calc.py; \
    printf 'import sys\\nif sys.argv[1:] != [\"list\"]:\\n    sys.exit(2)\\nprint(\"milk\")\\n' > todo.py; \
    printf 'import csv, json, sys\\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1])))))\\n' > conv.py; \
    printf 'a,b\\n1,2\\n' > p.csv; mkdir golden; python3 conv.py p.csv > golden/p.json";

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_holds_with_programs_that_do_nothing_shows_nothing() {
    let table: Vec<_> = [
        ("OK=$(python3 noop.py && echo PASS) && echo \"result: $OK\"", "result: PASS"),
        ("for i in 1 2 3; do python3 noop.py && echo \"row $i\"; done", "row 3"),
        ("python3 noop.py && echo \"imported $((1+2)) rows\"", "imported 3 rows"),
        ("python3 noop.py && seq 3 5", "4"),
        ("python3 noop.py && echo SSAP | rev", "PASS"),
        ("sh noop.sh && echo pass | tr a-z A-Z", "PASS"),
        ("python3 noop.py && grep -q pass noop.py && echo $((40+2))", "42"),
        ("[ -f noop.sh ] && seq 42 42", "42"),
        ("python3 -m noop && basename /x/PASS", "PASS"),
        ("python3 calc.py 1 + 2 > /dev/null && seq 3 3", "3"),
        // The program prints it too, and would not be missed.
        ("echo '= 3'; echo \"= $(python3 calc.py 1 + 2)\"", "= 3"),
    ]
    .map(|(command, expect)| (WORK, command, expect, Some("holds with programs that do nothing too")))
    .into();
    tried(&table).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_project_beside_a_program_that_does_nothing_shows_nothing() {
    let work = format!(
        "{WORK}; printf 'fake:\\n\\t@python3 noop.py && echo \"all rows imported\"\\n' > Makefile; echo expected > CASES.txt"
    );
    let table: Vec<_> = [
        ("python3 noop.py; grep -c . p.csv", "2"),
        (
            "python3 noop.py; n=$(wc -l < p.csv); echo \"imported $n rows\"",
            "imported 2 rows",
        ),
        (
            "python3 noop.py; grep -q expected CASES.txt && echo \"imported $((1+2)) rows\"",
            "imported 3 rows",
        ),
        ("python3 noop.py; ls golden", "p.json"),
        ("make fake", "all rows imported"),
    ]
    .map(|(command, expect)| {
        (
            work.as_str(),
            command,
            expect,
            Some("holds with programs that do nothing too"),
        )
    })
    .into();
    tried(&table).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_holds_with_a_program_that_prints_anything_shows_nothing() {
    let work = "echo 'print(\"totally different\")' > other.py";
    let table: Vec<_> = [
        ("python3 other.py | grep -q '' && echo \"imported 3 rows\"", "imported 3 rows"),
        ("python3 other.py | sed 's/.*/imported 3 rows/'", "imported 3 rows"),
        ("python3 other.py | awk 'NR==1{print \"imported 3 rows\"}'", "imported 3 rows"),
        (
            "n=$(python3 other.py | wc -c); echo \"imported $((n/n*3)) rows\"",
            "imported 3 rows",
        ),
        ("test -n \"$(python3 other.py)\" && python3 -c 'print(6*7)'", "42"),
    ]
    .map(|(command, expect)| {
        (
            work,
            command,
            expect,
            Some("holds with programs that only print something else too"),
        )
    })
    .into();
    tried(&table).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_program_is_there_shows_nothing() {
    let work = "printf 'import time\\ntime.sleep(30)\\n' > sleeps.py";
    let lives = "python3 sleeps.py & P=$!; sleep 0.3; kill -0 $P && echo \"server is up\"; kill $P";
    let here = format!("test -f sleeps.py && {{ {lives}; }}");
    for command in [lives, &here] {
        tried(&[(work, command, "server is up", Some("Not recorded: it"))]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_built_or_tested_by_a_check_shows_something() {
    let work = format!(
        "{WORK}; echo dist/ >> .gitignore; \
         printf 'import os\\nos.makedirs(\"dist\", exist_ok=True)\\nopen(\"dist/a.html\", \"w\").write(\"<h1>Hello</h1>\")\\n' > build.py; \
         python3 build.py; mkdir tests; touch tests/__init__.py; \
         printf 'import unittest, subprocess\\nclass T(unittest.TestCase):\\n    def test_a(self):\\n        \
self.assertEqual(subprocess.check_output([\"python3\", \"calc.py\", \"1\", \"+\", \"1\"]), b\"2\\\\n\")\\n' > tests/test_calc.py"
    );
    let table: Vec<_> = [
        ("python3 build.py && test -f dist/a.html && echo 'pages built'", "pages built"),
        ("python3 build.py && ls dist | sort | tr '\\n' ' '", "a.html"),
        ("python3 build.py && head -1 dist/a.html", "<h1>Hello"),
        ("python3 -m unittest tests.test_calc 2>&1", "OK"),
        (
            "python3 -m unittest tests.test_calc 2>&1 | tail -1 | grep -qx OK && echo 'tests pass'",
            "tests pass",
        ),
    ]
    .map(|(command, expect)| (work.as_str(), command, expect, None))
    .into();
    tried(&table).await;
}

/// What waits for a server that never comes ends with the check's own time, not with that of all runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_waits_for_its_server_is_tried_without_waiting_for_ever() {
    let server =
        "printf 'import time\\nopen(\"up\", \"w\").write(\"ready\")\\ntime.sleep(60)\\n' > server.py; echo up >> .gitignore";
    let check = "rm -f up; python3 server.py & until grep -qs ready up; do sleep 0.1; done; cat up";
    let begun = std::time::Instant::now();
    tried(&[(server, check, "ready", None)]).await;
    let most = std::time::Duration::from_secs(120);
    assert!(begun.elapsed() < most, "a run's limit is 600 seconds: {:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_holds_with_programs_that_only_fail_shows_nothing() {
    let fails = "echo 'raise SystemExit(1)' > fails.py; echo 'exit 1' > fails.sh";
    tried(&[
        (
            fails,
            "test -f fails.py && { python3 fails.py || seq 42 42; }",
            "42",
            Some("only fail"),
        ),
        (
            fails,
            "test -f fails.sh; sh fails.sh; echo \"exit: $?\"",
            "exit: 1",
            Some("only fail"),
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_the_program_decides_is_taken_however_it_is_written() {
    let table: Vec<_> = [
        (
            "[ \"$(python3 conv.py p.csv)\" = \"$(cat golden/p.json)\" ] && echo \"golden ok\"",
            "golden ok",
        ),
        (
            "a=$(python3 conv.py p.csv); b=$(cat golden/p.json); [ \"$a\" = \"$b\" ] && echo same",
            "same",
        ),
        (
            "test \"$(python3 conv.py p.csv | md5sum)\" = \"$(md5sum < golden/p.json)\" && echo \"checksums match\"",
            "checksums match",
        ),
        (
            "a=$(python3 calc.py 1 + 2); b=$(python3 calc.py 2 + 1); test \"$a\" -eq \"$b\" && echo equal",
            "equal",
        ),
        (
            "[ \"$(python3 calc.py 40 + 2)\" = 42 ] && ok=1; echo \"ok=$ok\"; [ $ok = 1 ]",
            "ok=1",
        ),
        (
            "python3 conv.py p.csv | python3 -m json.tool >/dev/null && echo \"valid json\"",
            "valid json",
        ),
        ("python3 calc.py 1 / 0; echo \"exit: $?\"", "exit: 3"),
        ("python3 calc.py 1 / 0; [ $? -eq 3 ] && echo 'exit 3'", "exit 3"),
        ("python3 calc.py 1 / 0; rc=$?; echo \"rc=$rc\"; [ \"$rc\" = 3 ]", "rc=3"),
        ("python3 todo.py bogus; echo \"exit=$?\"", "exit=2"),
        ("python3 calc.py 6 + 6; echo \"exit: $?\"", "12"),
        (
            "python3 -m http.server 0 >$LONGHAUL_FILES/o 2>&1 & python3 todo.py list",
            "milk",
        ),
    ]
    .map(|(command, expect)| (WORK, command, expect, None))
    .into();
    tried(&table).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exit_code_of_its_own_is_enough_where_the_program_decides_it() {
    for (command, exit, is_taken) in [
        ("python3 calc.py 1 / 0", 3, true),
        ("python3 noop.py; exit 3", 3, false),
        ("python3 fails.py", 1, false),
        ("python3 calc.py 1 + 1 > /dev/null", 0, false),
    ] {
        let told = alone(&format!("{WORK}; echo 'raise SystemExit(1)' > fails.py"), command, exit).await;
        assert_eq!(told.starts_with("Recorded: "), is_taken, "{command}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compiled_program_is_silenced_where_it_begins() {
    let work = "printf '#include <stdlib.h>\nint main(int many, char **all) {\n    return many < 2 ? 0 : atoi(all[1]);\n}\n' > app.c; \
                mkdir -p src; echo target/ >> .gitignore; \
                printf '[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n' > Cargo.toml; \
                printf 'use std::{env, process};\nfn main() {\n    let code = env::args().nth(1).map_or(0, |code| code.parse().unwrap());\n    \
process::exit(code)\n}\n' > src/main.rs; cargo generate-lockfile --offline";
    const HELD: Option<&str> = Some("holds with programs that do nothing too");
    tried(&[
        (
            work,
            "cc -o $LONGHAUL_FILES/a app.c && $LONGHAUL_FILES/a && echo PASS",
            "PASS",
            HELD,
        ),
        (
            work,
            "cc -o $LONGHAUL_FILES/a app.c && $LONGHAUL_FILES/a 3; echo \"exit: $?\"",
            "exit: 3",
            None,
        ),
        (work, "cargo run -q --offline && echo PASS", "PASS", HELD),
        (work, "cargo run -q --offline 3; echo \"exit: $?\"", "exit: 3", None),
    ])
    .await;
}
