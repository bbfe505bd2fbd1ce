use super::says_itself;
use crate::protocol::{Check, CheckStep};

/// Whether a check of one step shows nothing but what its own commands say, in a project with these files.
fn own(commands: &[(&str, &str)], printed: &[&str]) -> bool {
    let step = |(command, expect): &(&str, &str)| CheckStep {
        command: (*command).to_owned(),
        expect: if expect.is_empty() {
            Vec::new()
        } else {
            vec![(*expect).to_owned()]
        },
        exit: 0,
    };
    let check = Check {
        steps: commands.iter().map(step).collect(),
        files: Vec::new(),
    };
    let is_old = |path: &str| matches!(path, "noop.py" | "noop.sh" | "golden" | "golden2");
    says_itself(&check, printed, &is_old).is_some()
}

#[test]
fn what_the_commands_of_a_check_say_themselves_shows_nothing() {
    let mut wrong = Vec::new();
    for (command, expect) in [
        ("python3 noop.py && echo PASS", "PASS"),
        ("python3 noop.py && echo 'added note 1: buy milk'", "added note 1: buy milk"),
        ("sh noop.sh && printf 'Hello\\n'", "Hello"),
        ("true < noop.py && echo ok", "ok"),
        ("python3 -m py_compile noop.py && echo PASS", "PASS"),
        ("python3 noop.py --help >/dev/null 2>&1 && echo works", "works"),
        ("python3 noop.py; echo PASS", "PASS"),
        ("python3 noop.py || echo PASS", "PASS"),
        ("python3 noop.py && cat <<EOF\nPASS\nEOF\n", "PASS"),
        ("cat <<'EOF' && python3 noop.py\nPASS\nEOF\n", "PASS"),
        ("python3 noop.py && cat <<< PASS", "PASS"),
        ("said=PASS; python3 noop.py && echo \"$said\"", "PASS"),
        (
            "export A=added; python3 noop.py; B=\"$A note\"; echo \"${B}s\"",
            "added notes",
        ),
        ("if python3 noop.py; then echo PASS; else echo FAIL; fi", "PASS"),
        ("out=$(python3 noop.py); [ $? -eq 0 ] && echo PASS", "PASS"),
        ("python3 noop.py; echo \"exit: $?\"", "exit: 0"),
        ("ok() { echo PASS; }; python3 noop.py && ok", "PASS"),
        (
            "run() { \"$@\" && printf '%s: %s\\n' all fine; }; run python3 noop.py",
            "all: fine",
        ),
        ("sh -c 'python3 noop.py && echo PASS'", "PASS"),
        ("python3 noop.py && eval 'echo PASS'", "PASS"),
        ("python3 noop.py && echo PASS | cat", "PASS"),
        ("python3 noop.py && echo PASS | tee $LONGHAUL_FILES/x", "PASS"),
        (
            "echo PASS > $LONGHAUL_FILES/x; python3 noop.py && cat $LONGHAUL_FILES/x",
            "PASS",
        ),
        ("for i in 1 2; do python3 noop.py && echo PASS; done", "PASS"),
        ("printf PA; python3 noop.py; echo SS", "PASS"),
        ("python3 noop.py && python3 -c \"print('PASS')\"", "PASS"),
        ("[ -f noop.py ] && echo PASS", "PASS"),
        ("python3 noop.py; grep -q pass noop.py && echo PASS", "PASS"),
        ("python3 noop.py; diff golden golden2 && echo same", "same"),
        // A program that prints nothing at all meets these too.
        ("[ -z \"$(python3 noop.py)\" ] && echo PASS", "PASS"),
        ("[ \"$(python3 noop.py)\" != bad ] && echo PASS", "PASS"),
        ("python3 noop.py | grep -q error || echo clean", "clean"),
        ("! python3 noop.py | grep -q error && echo clean", "clean"),
        ("[ $(python3 noop.py | wc -l) -eq 0 ] && echo PASS", "PASS"),
        ("[ \"$(echo 5)\" = 5 ] && python3 noop.py && echo PASS", "PASS"),
        ("[ \"$(python3 noop.py; echo 5)\" = 5 ] && echo PASS", "PASS"),
        ("case \"$(python3 noop.py)\" in *) echo PASS;; esac", "PASS"),
        (
            "python3 noop.py > $LONGHAUL_FILES/x && test -f $LONGHAUL_FILES/x && echo PASS",
            "PASS",
        ),
        ("python3 noop.py | grep -q added; echo PASS", "PASS"),
        ("python3 noop.py | grep -q added && echo PASS || echo PASS", "PASS"),
        ("set -e; python3 noop.py; echo PASS", "PASS"),
    ] {
        if !own(&[(command, expect)], &[expect]) {
            wrong.push(command);
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn what_a_program_prints_or_a_comparison_of_it_decides_shows_something() {
    let mut wrong = Vec::new();
    for (command, expect) in [
        ("python3 app.py add 'buy milk'", "buy milk"),
        ("prog add 2 3 | diff - golden && echo same", "same"),
        ("[ \"$(prog add 2 3)\" = 5 ] && echo ok", "ok"),
        ("prog | grep -q 'added 1' && echo found", "found"),
        ("out=$(prog add 2 3); test \"$out\" = 5 && echo ok", "ok"),
        ("out=$(prog add 2 3) && [ \"$out\" -eq 5 ] && echo ok", "ok"),
        ("if prog | grep -q added; then echo PASS; else echo FAIL; fi", "PASS"),
        (
            "out=$(prog); if [ \"$out\" != 5 ]; then echo FAIL; exit 1; fi; echo PASS",
            "PASS",
        ),
        ("out=$(prog); [ \"$out\" = 5 ] || exit 1; echo PASS", "PASS"),
        ("out=$(prog); [ \"$out\" = 5 ] || { echo bad; exit 1; }; echo PASS", "PASS"),
        (
            "set -e; prog > $LONGHAUL_FILES/out; grep -q added $LONGHAUL_FILES/out; echo PASS",
            "PASS",
        ),
        (
            "prog > $LONGHAUL_FILES/out && cmp $LONGHAUL_FILES/out golden && echo same",
            "same",
        ),
        ("diff <(prog) golden && echo same", "same"),
        ("case \"$(prog)\" in *added*) echo PASS;; *) echo FAIL;; esac", "PASS"),
        ("[[ $(prog) == *added* ]] && echo PASS", "PASS"),
        ("grep -q added <<< \"$(prog)\" && echo found", "found"),
        ("[ $(prog list | wc -l) -eq 3 ] && echo three", "three"),
        (
            "prog render $LONGHAUL_FILES/a.png && test -s $LONGHAUL_FILES/a.png && echo made",
            "made",
        ),
        ("prog | jq -e '.sum == 5' && echo ok", "ok"),
        (
            "prog | python3 -c \"import json, sys; assert json.load(sys.stdin)['a'] == 5; print('ok')\"",
            "ok",
        ),
        (
            "python3 -c \"from calc import add; assert add(2, 3) == 5; print('ok')\"",
            "ok",
        ),
        ("same() { [ \"$1\" = \"$2\" ] && echo ok; }; same \"$(prog add 2 3)\" 5", "ok"),
        ("bash -ec 'prog | grep -q added; echo PASS'", "PASS"),
        ("echo start; prog | grep -q added", "start"),
        ("echo \"sum: $(prog add 2 3)\"", "sum: 5"),
        ("sum=$(prog add 2 3); printf 'sum: %s\\n' \"$sum\"", "sum: 5"),
        ("echo 'buy milk' | prog add", "buy milk"),
        ("echo milk > in.txt; sh list.sh in.txt", "milk"),
        ("! prog | grep -v added && [ \"$(prog)\" = added ] && echo ok", "ok"),
        ("prog list | while read line; do echo seen; done", "seen"),
        ("prog --lines | wc -l", "3"),
    ] {
        if own(&[(command, expect)], &[expect]) {
            wrong.push(command);
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn one_step_that_shows_something_is_enough() {
    let greets = ("sh greet Ada", "hello Ada");
    let says = ("sh greet Ada >/dev/null; echo done", "done");
    assert!(!own(&[greets, says], &["hello Ada\n", "done\n"]));
    assert!(own(&[says, says], &["done\n", "done\n"]));
    assert!(!own(&[("sh greet | grep -q hello", ""), says], &["", "done\n"]));
    // The program printed it too.
    assert!(!own(&[("echo '== hello'; sh greet", "hello")], &["== hello\nhello\n"]));
    assert!(own(&[("echo '== hello'; sh noop.sh", "hello")], &["== hello\n"]));
}

#[test]
fn an_exit_code_that_is_printed_beside_a_number_is_not_that_number() {
    let coded = "prog 6 + 6; echo \"exit: $?\"";
    assert!(!own(&[(coded, "12")], &["12\nexit: 0\n"]));
    assert!(!own(&[("prog 1 + 2; rc=$?; echo \"rc=$rc\"", "3")], &["3\nrc=0\n"]));
    assert!(own(&[(coded, "exit: 0")], &["exit: 0\n"]));
}
