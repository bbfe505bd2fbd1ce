//! Tests of shell scripts: bats, shunit2's functions, and plain scripts that check or print TAP.

use super::bracket::{is_constant, never_holds, unary};
use super::denied::{around, denial};
use super::expr::condition;
use super::live::{ends, is_dead, is_excused, leaves};
use super::moot;
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, holds, line, text, visit};
use super::verdict::{always_good, gives_up, is_excused_list, is_exec_of_nothing, says_failed, says_passed, trapped};
use std::borrow::Cow;
use std::collections::HashSet;
use tree_sitter::Node;

/// Name of the test that a script without tests of its own is.
const SCRIPT: &str = "the script";

/// Commands that tell nothing of the program.
const IDLE: [&str; 22] = [
    "echo", "printf", "true", ":", "exit", "return", "set", "cd", "export", "local", "sleep", "shift", "unset", "break",
    "continue", "trap", "shopt", "seq", "declare", "readonly", "diag", "note",
];

/// Says whether a shell script is a test, by its path: what any script checks on its way is no promise of a test.
pub(super) fn is_for_tests(path: &str) -> bool {
    let path = path.to_lowercase();
    path.ends_with(".bats") || path.ends_with(".t") || ["test", "spec", "check", "verify"].iter().any(|word| path.contains(word))
}

/// Gives a script that is a test by itself what else says what it is for: the name of its file, and what it says before it begins.
pub(super) fn name(path: &str, text: &str, suite: &mut Suite) {
    for test in suite.tests.iter_mut().filter(|test| test.leaf() == SCRIPT) {
        let said = text.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
        test.about = format!(
            "{} {}",
            path.rsplit('/').next().unwrap_or(path),
            said.collect::<Vec<_>>().join(" ")
        );
    }
}

/// Turns bats' tests into functions, each on its line, so that the shell's grammar reads them.
pub(super) fn plain<'a>(path: &str, text: &'a str) -> Cow<'a, str> {
    if !path.ends_with(".bats") {
        return Cow::Borrowed(text);
    }
    let turned = text.lines().map(|line| {
        let name = line
            .trim_start()
            .strip_prefix("@test ")
            .and_then(|rest| rest.trim_end().strip_suffix('{'));
        name.map_or_else(|| line.to_owned(), |name| format!("{}() {{", identifier(name)))
    });
    Cow::Owned(turned.collect::<Vec<_>>().join("\n") + "\n")
}

/// A function's name that keeps the words of a test's name.
fn identifier(name: &str) -> String {
    let words = name.trim().trim_matches(['"', '\'']);
    let plain: String = words.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    format!("test_{plain}")
}

pub(super) fn read(root: Node<'_>, source: &str, suite: &mut Suite) {
    let (functions, rest): (Vec<Node<'_>>, Vec<Node<'_>>) = children(root)
        .into_iter()
        .partition(|item| item.kind() == "function_definition");
    let name = |item: &Node<'_>| field(*item, "name", source).to_owned();
    let own: HashSet<String> = functions.iter().map(name).filter(|name| !is_test(name)).collect();
    for item in functions.iter().filter(|item| is_test(&name(item))) {
        if let Some(body) = item.child_by_field_name("body") {
            let mut test = test(children(body), source, &own, &["exit", "return"]);
            (test.path, test.line) = (vec![name(item)], line(*item));
            suite.tests.push(test);
        }
    }
    for item in functions.iter().filter(|item| !is_test(&name(item))) {
        if let Some(body) = item.child_by_field_name("body") {
            let mut helper = test(children(body), source, &own, &["exit", "return"]);
            (helper.path, helper.line) = (vec![name(item)], line(*item));
            suite.helpers.push(helper);
        }
    }
    // Outside a function some shells go on after `return`.
    let mut script = test(rest.clone(), source, &own, &["exit"]);
    // Functions that are tests are called by a framework, which looks at each.
    if suite.tests.is_empty() && !(script.checks.is_empty() && moot::is_all(&script)) {
        script.blunt.extend(always_good(&rest, source));
    }
    // A file of functions is no test.
    let ends = |node: &Node<'_>| node.kind() == "command" && ["true", ":", "exit"].contains(&field(*node, "name", source));
    let is_library = script.statements.is_empty() && !rest.iter().any(ends) && !own.is_empty();
    if !script.checks.is_empty() || (suite.tests.is_empty() && !is_library) {
        (script.path, script.line) = (vec![SCRIPT.to_owned()], 1);
        suite.tests.push(script);
    }
}

/// A node on one line, lines that go on joined.
pub(super) fn flat(node: Node<'_>, source: &str) -> String {
    super::tree::flat(node, source).replace("\\ ", "")
}

fn is_test(name: &str) -> bool {
    name.starts_with("test")
}

/// Reads what a test does. `ways_out` are the commands that end it.
fn test(statements: Vec<Node<'_>>, source: &str, own: &HashSet<String>, ways_out: &[&str]) -> Test {
    let mut test = Test::default();
    let ways_out: Vec<&str> = ways_out.iter().copied().filter(|way| !own.contains(*way)).collect();
    let mut passed = false;
    let last = statements.last().map(Node::id);
    for statement in statements {
        passed = passed || says_passed(statement, source);
        test.fails = !passed && gives_up(statement, source, &ways_out);
        if test.fails {
            break;
        }
        let words = flat(statement, source);
        let first = words.split_whitespace().next().unwrap_or("");
        match first {
            "skip" | "startSkipping" => {
                test.off.push(first.to_owned());
                break;
            }
            "exit" | "return" => break,
            "set" if words.contains("+e") => {
                test.swallows += 1;
                continue;
            }
            "set" | "." | "source" | "cd" | ":" | "true" => continue,
            _ => {}
        }
        test.blunt.extend(trapped(statement, source));
        if ends(statement, source) {
            break;
        }
        // What ends a test as well as it ends anyway leaves nothing out.
        let goes_on = Some(statement.id()) != last;
        let leaves = || leaves(statement, source).or_else(|| left(statement, source));
        test.off.extend(goes_on.then(leaves).flatten());
        if !is_idle(statement, source) {
            test.moot.extend(moot::only_runs(statement, source));
            test.denials
                .extend(denial(statement, source).map(|denied| (line(statement), words.clone(), denied)));
            test.moot.extend(is_excused_list(statement, source).then(|| {
                let how = format!("`{words}` ends well whatever the command says");
                (line(statement), words.clone(), how)
            }));
            test.statements.push(words);
        }
        visit(statement, |node| {
            if is_dead(node, "", source) {
                return false;
            }
            let (found, deeper) = look(node, source, own);
            test.off.extend(skipped(node, source));
            test.cases.extend(planned(node, source));
            test.checks.extend(found);
            deeper
        });
    }
    test
}

/// Under which condition a list of commands leaves the test: `[ -e x ] || return 0`.
fn left(statement: Node<'_>, source: &str) -> Option<String> {
    let (condition, last) = (statement.named_child(0)?, statement.named_child(1)?);
    let (condition, last) = (flat(condition, source), flat(last, source));
    let leaves = matches!(last.as_str(), "return" | "return 0" | "exit 0") || last == "skip" || last.starts_with("skip ");
    (statement.kind() == "list" && leaves && !is_excused(&condition)).then(|| format!("{last} after {condition}"))
}

/// Says whether a statement tells nothing of the program, whatever it prints.
pub(super) fn is_idle(statement: Node<'_>, source: &str) -> bool {
    !holds(statement, |node| match node.kind() {
        "command" => !IDLE.contains(&field(node, "name", source)) && !is_exec_of_nothing(&flat(node, source)),
        kind => kind == "test_command",
    })
}

/// A TAP line that says its test is skipped, or that the whole script is.
fn skipped(node: Node<'_>, source: &str) -> Option<String> {
    if node.kind() != "command" || !matches!(field(node, "name", source), "echo" | "printf") {
        return None;
    }
    let line = text(node, source).to_lowercase();
    let all = line.contains("1..0");
    let one = line.contains("ok ") && (line.contains("# skip") || line.contains("# todo"));
    (all || one).then(|| if all { "1..0".to_owned() } else { "# SKIP".to_owned() })
}

/// The number of tests that a plan announces, as so many cases.
fn planned(node: Node<'_>, source: &str) -> Vec<String> {
    let line = text(node, source);
    let is_plan = node.kind() == "command" && matches!(field(node, "name", source), "echo" | "printf") && line.contains("1..");
    let digits: String = line
        .split_once("1..")
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect())
        .unwrap_or_default();
    let count = digits.parse::<usize>().unwrap_or(0).min(10_000);
    (1..=if is_plan { count } else { 0 })
        .map(|number| format!("test {number} of the plan"))
        .collect()
}

/// Reads a node; the second value says whether to look inside.
fn look(node: Node<'_>, source: &str, own: &HashSet<String>) -> (Option<Check>, bool) {
    match node.kind() {
        "function_definition" => (None, false),
        // `check || true` never fails; `check || fail` does what it says.
        "list" if ends_well(node, source) => match inner_check(node, source, own) {
            Some(check) => (
                Some(Check {
                    always: true,
                    text: flat(node, source),
                    ..check
                }),
                false,
            ),
            None => (None, true),
        },
        "negated_command" if flat(node, source) == "! false" => {
            let all = flat(node, source);
            let check = condition(line(node), all, "true");
            (Some(check), false)
        }
        "negated_command" if is_statement(node) => {
            let turned = negated(node, source, own);
            let found = turned.is_some();
            (turned, !found)
        }
        "test_command" | "command" => {
            let check = check(node, source, own);
            let found = check.is_some();
            (check, !found)
        }
        _ => (None, true),
    }
}

/// Says whether what comes of a command is the script's own, and not a condition's.
fn is_statement(node: Node<'_>) -> bool {
    node.parent()
        .is_some_and(|above| matches!(above.kind(), "program" | "compound_statement"))
}

/// The check behind a `!`, where that turns what always comes of it; `None` where it does not.
fn negated(node: Node<'_>, source: &str, own: &HashSet<String>) -> Option<Check> {
    let inner = node.named_child(0)?;
    let check = check(inner, source, own)?;
    let said = flat(inner, source);
    let inside = said
        .strip_prefix("test ")
        .or_else(|| (inner.kind() == "test_command").then_some(said.as_str()));
    let always = inside.is_some_and(|inside| never_holds(inside.trim_matches(['[', ']', ' '])));
    (always != check.always).then(|| Check {
        always,
        text: flat(node, source),
        ..check
    })
}

fn ends_well(node: Node<'_>, source: &str) -> bool {
    let all = flat(node, source);
    let told = node.named_child(1).is_some_and(|last| {
        let prints = last.kind() == "command" && matches!(field(last, "name", source), "echo" | "printf");
        prints && all.contains("||") && !says_failed(&flat(last, source))
    });
    let last = all;
    told || ["|| true", "|| :", "|| exit 0", "|| return 0"]
        .iter()
        .any(|end| last.ends_with(end))
}

fn inner_check(node: Node<'_>, source: &str, own: &HashSet<String>) -> Option<Check> {
    let mut found = None;
    visit(node, |inner| {
        if found.is_none() {
            found = check(inner, source, own);
        }
        found.is_none()
    });
    found
}

fn check(node: Node<'_>, source: &str, own: &HashSet<String>) -> Option<Check> {
    let (at, whole) = (line(node), flat(node, source));
    if node.kind() == "test_command" {
        let inside = whole.trim_matches(['[', ']', ' ']);
        if let Some(check) = unary(at, &whole, inside) {
            return Some(check);
        }
        return Some(Check {
            always: is_constant(inside),
            ..condition(at, whole.clone(), inside)
        });
    }
    if node.kind() != "command" {
        return None;
    }
    let name = field(node, "name", source);
    let known = matches!(
        name,
        "test" | "diff" | "cmp" | "grep" | "ok" | "is" | "isnt" | "like" | "cmp_ok" | "pass"
    );
    let spoken = ["assert", "expect", "check", "should", "refute", "verify", "want"];
    if !(known || own.contains(name) || spoken.iter().any(|word| name.starts_with(word))) {
        return None;
    }
    let arguments: Vec<String> = children(node)
        .into_iter()
        .skip(1)
        .map(|argument| flat(argument, source))
        .collect();
    if name == "test" {
        let inside = arguments.join(" ");
        return Some(Check {
            always: is_constant(&inside),
            ..condition(at, whole, &inside)
        });
    }
    let (moving, written): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|argument| argument.contains('$'));
    let join = |words: Vec<&String>| words.into_iter().cloned().collect::<Vec<_>>().join(" ");
    let always = name == "pass"
        || name == "grep" && takes_anything(&arguments)
        || (matches!(name, "diff" | "cmp" | "assert_equal" | "assertEquals") && same(&arguments));
    let (subject, expected) = if moving.is_empty() {
        let first = written.first().map_or("", |first| first.as_str());
        (format!("{name} {first}"), join(written.into_iter().skip(1).collect()))
    } else {
        (format!("{name} {}", join(moving)), join(written))
    };
    let denied = around(node, source);
    Some(Check {
        line: at,
        expected: denied.as_ref().map_or(expected.clone(), |_| format!("no {expected}")),
        text: denied.unwrap_or(whole),
        subject,
        always,
    })
}

/// Says whether the pattern of a `grep` is found in every line.
fn takes_anything(arguments: &[String]) -> bool {
    let flags: Vec<&String> = arguments.iter().take_while(|word| word.starts_with('-')).collect();
    let pattern = arguments.get(flags.len()).map(|word| word.trim_matches(['"', '\'']));
    let is_plain = flags.iter().all(|flag| !flag.contains(['v', 'c', 'f', 'e', 'L', '=', 'x']));
    is_plain && matches!(pattern, Some("" | ".*" | "^" | "$"))
}

fn same(arguments: &[String]) -> bool {
    matches!(arguments, [.., one, other] if one == other && !one.contains("$("))
}
