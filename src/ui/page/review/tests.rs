//! What is decided on is what is drawn: two different texts never make the same page.

use crate::link::Mode;
use crate::protocol::FileDiff;
use crate::protocol::event::{GateKind, GateOpened};
use crate::ui::model::{Loaded, Model, Page};
use crate::ui::page;
use crate::ui::screenshots::draw;
use crate::ui::waiting;
use proptest::prelude::*;
use ratatui::layout::Size;

fn model(width: u16) -> Model {
    Model::plain(Mode::Live, Size { width, height: 40 })
}

/// Lays out the page of a commit with one changed line and a message.
fn commit_page(width: u16, path: &str, line: &str, message: &str) -> (Model, Vec<String>) {
    let mut model = model(width);
    let mut gate = waiting::gate();
    gate.body = message.into();
    let file = FileDiff {
        path: path.into(),
        old_path: None,
        status: 'M',
        added: 1,
        removed: 0,
        note: String::new(),
        patch: format!("@@ -1,1 +1,2 @@\n same\n+{line}\n"),
    };
    waiting::open(&mut model, gate, vec![file]);
    waiting::show(&mut model);
    let lines = lines(&model);
    (model, lines)
}

/// The page of a commit of which guards say so many things, and what of it is drawn first.
fn findings_page(count: usize) -> (Vec<String>, String) {
    let mut model = model(120);
    let mut gate = waiting::gate();
    let facts = gate.commit.as_mut().unwrap();
    facts.findings.retain(|(good, _)| *good);
    facts.findings.extend((0..count).map(|n| (false, finding(n))));
    waiting::open(&mut model, gate, waiting::files());
    waiting::show(&mut model);
    let page = lines(&model);
    let shown = draw(&mut model).content().iter().map(|cell| cell.symbol()).collect();
    (page, shown)
}

fn finding(n: usize) -> String {
    format!("weaker test: tests/{n:02}.sh:1 the script: does nothing any more")
}

#[test]
fn of_many_findings_each_has_its_row_and_their_number_comes_first() {
    let (page, shown) = findings_page(40);
    let row = |words: &str| page.iter().position(|line| line.contains(words));
    let number = row("40 findings, each in a row of its own below");
    assert!(number.is_some() && number < row(&finding(0)), "{page:?}");
    for n in 0..40 {
        assert!(row(&finding(n)).is_some(), "{n}: {page:?}");
    }
    assert!(shown.contains("40 findings") && shown.contains(&finding(0)), "{shown}");
}

#[test]
fn few_findings_are_not_counted() {
    let (page, shown) = findings_page(8);
    let all = page.concat() + &shown;
    assert!((0..8).all(|n| all.contains(&finding(n))), "{all}");
    assert!(!all.contains("8 findings"), "{all}");
}

fn command_page(width: u16, command: &str) -> Vec<String> {
    let mut model = model(width);
    let gate = GateOpened {
        what: GateKind::Command,
        body: command.into(),
        tree: None,
        commit: None,
        particulars: None,
        ..waiting::gate()
    };
    waiting::tell(&mut model, gate);
    waiting::show(&mut model);
    lines(&model)
}

fn lines(model: &Model) -> Vec<String> {
    let open: &Page = model.pages.last().unwrap();
    let document = page::document(model, open, page::area(model).width);
    document.lines.iter().map(ToString::to_string).collect()
}

/// Characters that a sanitizer could confuse, or that hide.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b",
        " ",
        "  ",
        "\t",
        "\r",
        "<",
        "U+",
        "202E>",
        "<U+202E>",
        "\u{202e}",
        "\u{200b}",
        "\u{a0}",
        "\u{2409}",
        "␛",
        "\u{1b}",
        "\u{7f}",
        "\u{85}",
        "\u{feff}",
        "é",
        "e\u{301}",
        "漢",
        "👩\u{200d}🚀",
        "\u{e0041}",
        "-",
        "+",
        "@@",
        "\\",
    ])
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..12).prop_map(|pieces| pieces.concat())
}

/// Pieces that a careless page would draw alike.
fn twins() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("", "\u{200b}"),
        ("\u{202e}", "<U+202E>"),
        ("\u{1b}", "\u{241b}"),
        ("\t", "    "),
        ("\t", " "),
        (" ", "\u{a0}"),
        ("", " "),
        ("", "\r"),
        ("", "\u{feff}"),
        ("👩🚀", "👩\u{200d}🚀"),
        ("\u{200c}", "\u{200d}"),
        ("a", "a\u{fe0f}"),
        ("x", "x\u{e0041}"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn different_changes_never_look_alike(before in text(), (one, other) in twins(), after in text(), width in 40u16..170) {
        let (one, other) = (format!("{before}{one}{after}"), format!("{before}{other}{after}"));
        prop_assume!(one != other);
        prop_assert_ne!(commit_page(width, "f", &one, "m").1, commit_page(width, "f", &other, "m").1);
        prop_assert_ne!(commit_page(width, "f", "x", &one).1, commit_page(width, "f", "x", &other).1);
        prop_assert_ne!(commit_page(width, &one, "x", "m").1, commit_page(width, &other, "x", "m").1);
        prop_assert_ne!(command_page(width, &one), command_page(width, &other));
    }

    #[test]
    fn nothing_that_hides_or_acts_reaches_the_screen(text in text(), width in 40u16..170) {
        let (mut model, _) = commit_page(width, &text, &text, &text);
        let bad = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}' | '\u{feff}' | '\u{a0}' | '\u{e0041}');
        for cell in draw(&mut model).content() {
            prop_assert!(!cell.symbol().chars().any(bad), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn what_hides_is_told_before_it_is_read_and_where_it_is() {
    let (mut model, lines) = commit_page(100, "f.sh", "if\u{202e}x\u{200b}", "fine");
    let warning = lines
        .iter()
        .position(|line| line.contains("Hidden characters in f.sh: 1 that reorder text, 1 without a shape"));
    let message = lines.iter().position(|line| line.contains("fine"));
    assert!(warning.unwrap() < message.unwrap(), "{lines:#?}");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("f.sh") && line.contains("▲ hidden characters"))
    );
    let shown: String = draw(&mut model).content().iter().map(|cell| cell.symbol()).collect();
    assert!(shown.contains("if<U+202E>x<U+200B>"));
    let (_, clean) = commit_page(100, "f.sh", "\tif x; then\r", "fine");
    assert!(
        !clean.iter().any(|line| line.contains("Hidden")),
        "white space is drawn, not warned of"
    );
}

#[test]
fn stale_tests_failed_guards_and_what_is_left_out_are_loud_in_words() {
    let mut model = model(120);
    let mut gate = waiting::gate();
    let facts = gate.commit.as_mut().unwrap();
    facts.tested_tree = Some("9c1f2e04d7a2b6f1c3e58a90b1d2c3e4f5061728".into());
    facts
        .findings
        .push((false, "agreed tests changed: tests/03-delete.sh".into()));
    facts.left_out.push("core.bin, which is larger than 8 MB".into());
    waiting::open(&mut model, gate, waiting::files());
    waiting::show(&mut model);
    for (size, words) in [
        (
            (120, 40),
            [
                "STALE",
                "this is 5ab91e2",
                "not ok: agreed tests changed",
                "left out",
                "core.bin",
            ]
            .as_slice(),
        ),
        ((40, 10), ["tests STALE", "2 not ok"].as_slice()),
    ] {
        model.size = Size {
            width: size.0,
            height: size.1,
        };
        let width = usize::from(size.0);
        let buf = draw(&mut model);
        let shown: Vec<String> = buf
            .content()
            .chunks(width)
            .map(|row| row.iter().map(|cell| cell.symbol()).collect())
            .collect();
        let shown = shown.join("\n");
        for word in words {
            assert!(shown.contains(word), "{word} in\n{shown}");
        }
        let last = shown.lines().last().unwrap();
        assert!(
            last.contains("approve") && last.contains("deny") && last.contains("not now"),
            "the bar is there: {last}"
        );
    }
}

#[test]
fn what_git_said_of_an_approval_stands_under_its_own_name() {
    let mut model = model(120);
    let mut gate = waiting::gate();
    let said = "approved, and not signed: no secret key. See that `git commit -S` works, then approve again";
    gate.commit.as_mut().unwrap().git_failure = Some(said.into());
    waiting::open(&mut model, gate, waiting::files());
    waiting::show(&mut model);
    let shown = crate::ui::testing::screen(&mut model);
    let row = |word: &str| shown.lines().find(|row| row.contains(word)).unwrap().to_owned();
    assert!(row("not signed").contains("✗ git "), "{shown}");
    assert!(
        row("guards").contains("✓ guards") && !shown.contains("not ok"),
        "no guard found anything: {shown}"
    );
    model.size = Size { width: 40, height: 10 };
    assert!(
        crate::ui::testing::screen(&mut model).contains("1 not ok"),
        "where the facts do not fit"
    );
}

#[test]
fn a_long_change_is_laid_out_once_and_drawn_by_its_visible_rows() {
    let mut model = model(120);
    let patch: String = (0..50_000).map(|n| format!("+line {n}\n")).collect();
    let mut files = waiting::files();
    files[3].patch = format!("@@ -0,0 +1,50000 @@\n{patch}");
    files[3].added = 1_400;
    waiting::open(&mut model, waiting::gate(), files);
    waiting::show(&mut model);
    let before = page::document(&model, model.pages.last().unwrap(), page::area(&model).width);
    let _ = draw(&mut model);
    let after = page::document(&model, model.pages.last().unwrap(), page::area(&model).width);
    assert!(std::rc::Rc::ptr_eq(&before, &after));
    assert!(matches!(model.changes.values().next(), Some(Loaded::Ready(_))));
}
