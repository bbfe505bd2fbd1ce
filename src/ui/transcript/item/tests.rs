use super::*;
use crate::protocol::event::{ExternalChangeSeen, ExternalKind, RolledBack};
use crate::protocol::{MoveKind, samples};
use crate::ui::theme::Theme;
use crate::ui::transcript::fixture::{at, gallery};
use crate::ui::transcript::{detail_lines, plain_text};
use ratatui::style::{Modifier, Style};
use std::fmt::Write as _;

fn look(theme: &Theme) -> Look<'_> {
    Look {
        now: Some(at(100)),
        ..Look::new(theme)
    }
}

fn all(body: &Body) -> Vec<Line<'static>> {
    (0..body.len()).filter_map(|index| body.line(index).cloned()).collect()
}

fn draw(width: usize, folds: &[Fold], look: &Look<'_>, show: fn(&Line<'_>) -> String) -> String {
    let mut out = String::new();
    for (name, item) in gallery() {
        let mut before = Vec::new();
        for fold in folds {
            let scene = Scene {
                width,
                fold: *fold,
                look,
                session: None,
                output: None,
            };
            let lines = all(&body(&item, &scene, None));
            for line in &lines {
                assert!(
                    crate::ui::text::spans_width(&line.spans) <= width,
                    "{name} at {width}: {line}"
                );
            }
            // Folds that look the same are shown once.
            if lines == before {
                continue;
            }
            let _ = writeln!(out, "== {name} ({fold:?})");
            for line in &lines {
                let _ = writeln!(out, "{}", show(line).trim_end());
            }
            before = lines;
        }
    }
    out
}

fn plain(line: &Line<'_>) -> String {
    line.to_string()
}

/// Prints a line as runs: `dim"▸ " bold"bash"`.
fn runs(line: &Line<'_>) -> String {
    let mut out = String::new();
    for span in line.spans.iter().filter(|span| !span.content.is_empty()) {
        let _ = write!(out, "{}{:?} ", style(span.style), span.content);
    }
    out
}

fn style(style: Style) -> String {
    let mut names = Vec::new();
    if let Some(color) = style.fg {
        names.push(color.to_string().to_lowercase());
    }
    let modifiers = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::CROSSED_OUT, "struck"),
    ];
    names.extend(
        modifiers
            .iter()
            .filter(|(modifier, _)| style.add_modifier.contains(*modifier))
            .map(|(_, name)| (*name).to_owned()),
    );
    names.join("+")
}

#[test]
fn every_kind_at_every_fold() {
    let theme = Theme::terminal();
    insta::assert_snapshot!(
        "folds_80",
        draw(80, &[Fold::Auto, Fold::Open, Fold::Shut], &look(&theme), plain)
    );
}

#[test]
fn every_kind_narrow_and_wide() {
    let theme = Theme::terminal();
    insta::assert_snapshot!("auto_40", draw(40, &[Fold::Auto], &look(&theme), plain));
    insta::assert_snapshot!("auto_120", draw(120, &[Fold::Auto], &look(&theme), plain));
    for width in [1, 2, 5, 11, 23] {
        draw(
            width,
            &[Fold::Auto, Fold::Open, Fold::Shut, Fold::Whole],
            &look(&theme),
            plain,
        );
    }
}

#[test]
fn every_kind_in_ascii_without_colour() {
    let theme = Theme::monochrome();
    let look = Look {
        ascii: true,
        color: false,
        ..look(&theme)
    };
    let drawn = draw(80, &[Fold::Auto], &look, plain);
    // What is left of Unicode is the items' own text.
    insta::assert_snapshot!("auto_80_ascii", drawn);
    let folds = [Fold::Auto, Fold::Open, Fold::Shut, Fold::Whole];
    let drawn = draw(80, &folds, &look, plain);
    assert!(
        drawn.chars().all(|c| c.is_ascii() || c == '␛'),
        "{:?}",
        drawn.chars().find(|c| !c.is_ascii())
    );
}

#[test]
fn styles_of_every_kind() {
    // Grammars are loaded or not, depending on the order of tests: colours of code are another test's subject.
    let theme = Theme::terminal();
    let look = Look {
        color: false,
        ..look(&theme)
    };
    insta::assert_snapshot!("styles_80", draw(80, &[Fold::Auto], &look, runs));
}

#[test]
fn heights_depend_on_neither_clock_nor_session() {
    let theme = Theme::terminal();
    let session = crate::ui::transcript::tests::session(Vec::new());
    for (name, item) in gallery() {
        for fold in [Fold::Auto, Fold::Open, Fold::Shut] {
            let scene = |now, session| Scene {
                width: 60,
                fold,
                look: Box::leak(Box::new(Look {
                    now,
                    ..Look::new(&theme)
                })),
                session,
                output: None,
            };
            let some = body(&item, &scene(Some(at(100_000)), Some(&session)), None).len();
            assert_eq!(some, body(&item, &scene(None, None), None).len(), "{name}");
            assert_eq!(some, height(&item, fold, 60, &look(&theme)), "{name}");
        }
    }
}

#[test]
fn details_and_copies_leave_nothing_out() {
    let theme = Theme::terminal();
    for (name, item) in gallery() {
        let whole = detail_lines(&item, None, None, 70, &look(&theme));
        assert!(!whole.is_empty(), "{name}");
        assert!(whole.len() >= height(&item, Fold::Open, 70, &look(&theme)), "{name}");
        assert!(!plain_text(&item, None).is_empty(), "{name}");
    }
    let item = gallery().into_iter().find(|(name, _)| *name == "call, ok").unwrap().1;
    assert!(plain_text(&item, None).contains("line 45 of output"));
    let text = detail_lines(&item, None, None, 70, &look(&theme))
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(text.contains("line 45 of output"));
    let text = detail_lines(&item, None, Some("from the blob"), 70, &look(&theme))
        .iter()
        .map(ToString::to_string)
        .collect::<String>();
    assert!(text.contains("from the blob") && !text.contains("line 45"));
}

#[test]
fn foreign_text_is_cleaned_before_it_is_measured() {
    let foreign = "Größe\tist \u{1b}]0;owned\u{7} falsch \u{202e}exe";
    let said = |from: &str| ItemKind::Prompt {
        from: from.into(),
        text: foreign.into(),
    };
    let kinds = [
        said("human"),
        said("harness"),
        said(foreign),
        ItemKind::Note { text: foreign.into() },
        ItemKind::Text {
            text: foreign.into(),
            done: true,
        },
        ItemKind::Thinking {
            text: foreign.into(),
            done: true,
        },
        ItemKind::Trouble {
            text: foreign.into(),
            fatal: true,
        },
        ItemKind::Paused {
            until: None,
            because: Some(foreign.into()),
        },
        ItemKind::Gate {
            gate: crate::protocol::GateId(1),
            title: foreign.into(),
            decision: Some(foreign.into()),
        },
    ];
    let theme = Theme::terminal();
    let look = look(&theme);
    let some = gallery().remove(0).1;
    for kind in kinds {
        let item = Item { kind, ..some.clone() };
        for (width, fold) in [20, 60, 120]
            .into_iter()
            .flat_map(|width| [Fold::Auto, Fold::Open, Fold::Shut].map(|fold| (width, fold)))
        {
            let scene = Scene {
                width,
                fold,
                look: &look,
                session: None,
                output: None,
            };
            for line in all(&body(&item, &scene, None)) {
                assert!(crate::ui::text::spans_width(&line.spans) <= width, "{line}");
                assert!(!line.to_string().contains(['\t', '\u{1b}', '\u{7}', '\u{202e}']), "{line}");
            }
        }
    }
}

#[test]
fn what_does_not_show_is_escaped_once_and_a_name_stays_on_one_line() {
    let theme = Theme::terminal();
    let look = look(&theme);
    let scene = Scene {
        width: 100,
        fold: Fold::Auto,
        look: &look,
        session: None,
        output: None,
    };
    let shown = |lines: Vec<Line<'static>>| lines.iter().map(plain).collect::<Vec<_>>();
    let said = shown(output::last_words(
        "hook says \u{1b}[31mno\u{1b}[0m \u{202e}x\n<U+202E>",
        6,
        &scene,
    ));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].ends_with("no <U+202E>x"), "{said:?}");
    assert!(
        said[1].ends_with("<U+003C>U+202E>"),
        "the text's own is told from ours: {said:?}"
    );

    let moved = RolledBack {
        replaced: vec!["big.txt".into(), "nl\nname\u{1b}[31m".into()],
        kept: vec!["a\nb.kept-1".into()],
        ..samples::rolled_back(MoveKind::Rollback, 1, None)
    };
    let lines = shown(fact::moved(&moved, &scene));
    let has = |part: &str| lines.iter().any(|line| line.contains(part));
    assert!(has("kept aside in undo 1: big.txt, nl\u{240a}name\u{241b}[31m"), "{lines:?}");
    assert!(has("kept as a\u{240a}b.kept-1"), "{lines:?}");
}

#[test]
fn a_change_from_outside_that_is_opened_is_read_whole() {
    let theme = Theme::terminal();
    let look = look(&theme);
    let names = [
        "alias.co",
        "core.editor",
        "core.hooksPath",
        "core.sshCommand",
        "diff.foo.textconv",
        "filter.x.clean",
    ];
    let detail = format!(
        "{}; the file is kept as /state/settings/config-1; it came while the last run was on",
        names.join(", ")
    );
    let seen = ExternalChangeSeen {
        what: ExternalKind::Tree,
        paths: vec![".git/config".into()],
        detail,
    };
    let mut item = gallery().remove(0).1;
    item.kind = ItemKind::External(seen);
    for fold in [Fold::Open, Fold::Whole] {
        let scene = Scene {
            width: 80,
            fold,
            look: &look,
            session: None,
            output: None,
        };
        let shown: Vec<String> = all(&body(&item, &scene, None))
            .iter()
            .map(|line| plain(line).trim().to_owned())
            .collect();
        let text = shown.join(" ");
        for part in names.into_iter().chain(["/state/settings/config-1", ".git/config"]) {
            assert!(text.contains(part), "{part}: {shown:#?}");
        }
    }
}
