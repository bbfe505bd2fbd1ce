//! Tests of Rust: functions with a test attribute, in any module.

use super::expr::{arguments, condition, pair};
use super::live::{ends, faked, is_dead, leaves, rows};
use super::moot;
use super::own_failure;
use super::settled;
use super::suite::{Check, Suite, Test};
use super::tree::{children, field, flat, line, text, visit};
use tree_sitter::Node;

pub(super) fn read(root: Node<'_>, source: &str, suite: &mut Suite) {
    let mut waiting = vec![(root, Vec::new(), Vec::new())];
    while let Some((scope, path, off)) = waiting.pop() {
        let mut attributes: Vec<String> = Vec::new();
        for item in children(scope) {
            match item.kind() {
                "attribute_item" | "inner_attribute_item" => attributes.push(flat(item, source)),
                "mod_item" => {
                    let mut inside: Vec<String> = path.clone();
                    // Every file has one, and it is no group of tests.
                    let name = field(item, "name", source);
                    inside.extend((!matches!(name, "tests" | "test")).then(|| name.to_owned()));
                    let off = [off.clone(), marks(&attributes)].concat();
                    waiting.extend(item.child_by_field_name("body").map(|body| (body, inside, off)));
                    attributes.clear();
                }
                "function_item" => {
                    if attributes.iter().any(|attribute| is_test(attribute)) {
                        let mut test = test(item, source, &attributes);
                        test.path = [path.clone(), vec![field(item, "name", source).to_owned()]].concat();
                        test.off.extend(off.clone());
                        suite.tests.push(test);
                    } else {
                        let mut helper = test(item, source, &[]);
                        helper.path = vec![field(item, "name", source).to_owned()];
                        suite.helpers.push(helper);
                    }
                    attributes.retain(|attribute| attribute.starts_with("#!"));
                }
                _ => attributes.retain(|attribute| attribute.starts_with("#!")),
            }
        }
    }
    let switched_off = marks(
        &children(root)
            .iter()
            .filter(|item| item.kind() == "inner_attribute_item")
            .map(|item| flat(*item, source))
            .collect::<Vec<_>>(),
    );
    for test in &mut suite.tests {
        test.off.extend(switched_off.clone());
    }
    suite.tests.sort_by_key(|test| test.line);
    super::suite::call_helpers(suite);
}

/// Path of an attribute: `tokio::test` of `#[tokio::test(flavor = "…")]`.
fn name(attribute: &str) -> &str {
    let inside = attribute.trim_start_matches(['#', '!', '[']);
    inside.split(['(', '=', ']', ' ']).next().unwrap_or("")
}

fn is_test(attribute: &str) -> bool {
    matches!(
        name(attribute).rsplit("::").next(),
        Some("test" | "rstest" | "test_case" | "quickcheck" | "wasm_bindgen_test")
    )
}

/// What the attributes say against the test being run, or against its failure.
fn marks(attributes: &[String]) -> Vec<String> {
    attributes
        .iter()
        .filter_map(|attribute| match name(attribute) {
            "ignore" => Some("#[ignore]".to_owned()),
            "should_panic" => Some("#[should_panic]".to_owned()),
            "cfg" => {
                if attribute.contains("cfg(feature") {
                    return Some(attribute.clone());
                }
                let never = ["cfg(any())", "cfg(FALSE)", "cfg(false)", "cfg(not(test))"];
                never
                    .iter()
                    .find(|never| attribute.contains(**never))
                    .map(|never| format!("#[{never}]"))
            }
            "cfg_attr" if attribute.contains("ignore") && attribute.contains("cfg_attr(all()") => Some(attribute.clone()),
            _ => None,
        })
        .collect()
}

fn test(item: Node<'_>, source: &str, attributes: &[String]) -> Test {
    let mut test = Test {
        line: line(item),
        off: marks(attributes),
        // What ends it may be what it hands back.
        only_calls: item.child_by_field_name("return_type").is_none(),
        cases: attributes
            .iter()
            .filter(|attribute| matches!(name(attribute).rsplit("::").next(), Some("case" | "test_case")))
            .cloned()
            .collect(),
        ..Test::default()
    };
    let Some(body) = item.child_by_field_name("body") else {
        return test;
    };
    for attribute in attributes.iter().filter(|attribute| name(attribute) == "should_panic") {
        test.checks.push(Check {
            line: test.line,
            text: attribute.clone(),
            subject: "the panic".to_owned(),
            expected: attribute.clone(),
            always: false,
        });
    }
    let whole = text(body, source);
    let is_own = attributes
        .iter()
        .any(|attribute| name(attribute) == "should_panic" && own_failure::panics(attribute, body, source));
    for statement in children(body) {
        let kind = statement.kind();
        let hands_back =
            kind == "return_expression" || (kind == "expression_statement" && flat(statement, source).starts_with("return"));
        if hands_back {
            break;
        }
        if flat(statement, source).starts_with("println!(") {
            continue;
        }
        if ends(statement, source) {
            break;
        }
        test.off.extend(leaves(statement, source));
        test.faked.extend(faked(statement, whole, source));
        test.moot.extend(moot::told(statement, whole, source));
        test.statements.push(flat(statement, source));
        visit(statement, |node| {
            if is_dead(node, whole, source) {
                return false;
            }
            test.cases.extend(rows(node, source));
            if node.kind() == "macro_invocation" {
                test.checks.extend(check(node, source).map(|check| Check {
                    always: check.always || settled::is_asked_first(node, &check, source),
                    ..check
                }));
            }
            true
        });
        test.swallows += usize::from(swallows(statement, whole, source));
    }
    if is_own {
        test.checks.iter_mut().for_each(|check| check.always = true);
    }
    test
}

/// Says whether a statement catches a panic and nothing looks at what was caught.
fn swallows(statement: Node<'_>, body: &str, source: &str) -> bool {
    let words = flat(statement, source);
    if !words.contains("catch_unwind(") {
        return false;
    }
    let Some(bound) = words
        .strip_prefix("let ")
        .and_then(|rest| rest.split([' ', ':', '=']).find(|word| !word.is_empty() && *word != "mut"))
    else {
        let kept = words.trim_end_matches([';', ' ']);
        let looks = [
            "assert",
            "unwrap()",
            "unwrap_err()",
            "expect(",
            "expect_err(",
            "match ",
            "if let",
            "resume_unwind",
        ];
        // What is asked inside the closure is not asked of what was caught.
        let outside: String = kept.split_once("catch_unwind(").map_or("", |(before, _)| before).to_owned()
            + kept.rsplit_once('}').map_or("", |(_, after)| after);
        return !looks.iter().any(|look| outside.contains(look));
    };
    let is_name = bound.chars().all(|c| c.is_alphanumeric() || c == '_');
    let dropped = [format!("let _ = {bound};"), format!("drop({bound})")];
    let dropped: usize = dropped.iter().map(|drop| body.matches(drop).count()).sum();
    let uses = super::live::words(body).filter(|word| *word == bound).count();
    bound == "_" || is_name && uses < 2 + dropped
}

fn check(node: Node<'_>, source: &str) -> Option<Check> {
    let path = field(node, "macro", source);
    let name = path.rsplit("::").next().unwrap_or(path);
    let name = name.trim_start_matches("debug_").trim_start_matches("prop_");
    if !name.starts_with("assert") {
        return None;
    }
    let inner = children(node).into_iter().find(|child| child.kind() == "token_tree")?;
    let tokens = text(inner, source);
    let tokens = tokens.get(1..tokens.len().saturating_sub(1)).unwrap_or("");
    let tokens = tokens.split_whitespace().collect::<Vec<_>>().join(" ");
    let (at, whole) = (line(node), flat(node, source));
    match (name, arguments(&tokens).as_slice()) {
        ("assert", [what, ..]) => Some(condition(at, whole, what)),
        // That two values made alike are equal is what somebody wrote.
        ("assert_eq", [one, other]) if one == other && is_made(one) => Some(Check {
            line: at,
            text: whole,
            subject: (*one).to_owned(),
            expected: format!("{name} another {other}"),
            always: false,
        }),
        (_, [one, other, rest @ ..]) => Some(pair(at, whole, name, one, other, rest)),
        (_, rest) => Some(Check {
            line: at,
            text: whole,
            subject: rest.join(", "),
            expected: name.to_owned(),
            always: false,
        }),
    }
}

/// Says whether an expression is a value of a type of the project: `Color::Red`, `Cart::new(1)`, `Point { x: 1 }`.
fn is_made(text: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "None", "Some", "Ok", "Err", "String", "Vec", "Option", "Result", "Box", "Rc", "Arc", "Default",
    ];
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')))
        .unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let is_type = |part: &str| part.starts_with(|c: char| c.is_uppercase()) && part.contains(|c: char| c.is_lowercase());
    let Some(first) = path.split("::").find(|part| part.starts_with(|c: char| c.is_uppercase())) else {
        return false;
    };
    let rest = rest.trim();
    let is_whole = rest.is_empty() || rest.starts_with('(') && rest.ends_with(')') || rest.starts_with('{') && rest.ends_with('}');
    is_type(first) && !OTHERS.contains(&first) && is_whole && super::expr::balanced(rest)
}
