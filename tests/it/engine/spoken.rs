//! Recorded checks whose own commands print what they expect.

use super::checks::tried;

/// Programs that do nothing, and one that adds.
const WORK: &str = "echo pass > noop.py; : > noop.sh; printf 'echo \"sum: $(($1 + $2))\"\\n' > add; printf 'sum: 5\\n' > golden; echo __pycache__/ >> .gitignore";

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_says_itself_what_it_expects_shows_nothing() {
    let table: Vec<_> = [
        ("python3 noop.py && echo PASS", "PASS"),
        ("python3 noop.py && echo 'added note 1: buy milk'", "added note 1: buy milk"),
        ("sh noop.sh && printf 'Hello\\n'", "Hello"),
        ("true < noop.py && echo ok", "ok"),
        ("python3 -m py_compile noop.py && echo PASS", "PASS"),
        ("python3 noop.py --help >/dev/null 2>&1 && echo works", "works"),
        ("sh noop.sh && cat <<EOF\nPASS\nEOF\n", "PASS"),
        ("said=PASS; sh noop.sh && echo $said", "PASS"),
        ("sh noop.sh; [ $? -eq 0 ] && echo PASS", "PASS"),
        ("sh noop.sh && echo PASS | cat", "PASS"),
        ("if sh noop.sh; then echo PASS; else echo FAIL; fi", "PASS"),
        ("sh add 2 3 > /dev/null && echo 'sum: 5'", "sum: 5"),
    ]
    .map(|(command, expect)| (WORK, command, expect, Some("its own commands print what it expects")))
    .into();
    tried(&table).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_in_which_a_comparison_decides_shows_something() {
    let table: Vec<_> = [
        ("sh add 2 3", "sum: 5"),
        ("sh add 2 3 | diff - golden && echo same", "same"),
        ("[ \"$(sh add 2 3)\" = 'sum: 5' ] && echo ok", "ok"),
        ("sh add 2 3 | grep -q 'sum: 5' && echo found", "found"),
        ("out=$(sh add 2 3); test \"$out\" = 'sum: 5' && echo ok", "ok"),
        ("if sh add 2 3 | grep -q 5; then echo PASS; else echo FAIL; fi", "PASS"),
        ("out=$(sh add 2 3); [ \"$out\" = 'sum: 5' ] || exit 1; echo PASS", "PASS"),
        (
            "set -e; sh add 2 3 > $LONGHAUL_FILES/o; grep -q 5 $LONGHAUL_FILES/o; echo PASS",
            "PASS",
        ),
        ("case \"$(sh add 2 3)\" in *5*) echo PASS;; esac", "PASS"),
        ("echo \"came to $(sh add 2 3)\"", "came to sum: 5"),
        (
            "sh add 2 3 > $LONGHAUL_FILES/o && cmp $LONGHAUL_FILES/o golden && echo same",
            "same",
        ),
    ]
    .map(|(command, expect)| (WORK, command, expect, None))
    .into();
    tried(&table).await;
}
