//! Snapshots of every screen: text, and the runs of styles, at the sizes that matter.

mod circling;
mod first;
mod history;
mod next_window;
mod plan;
mod review;
mod rollback;
mod rules;
mod steered;
mod survey;
mod verify;
pub mod worktree;

use super::keymap::Action;
use super::layout::Pane;
use super::model::{Appearance, Loaded, Model, Page, Popup, Subject};
use super::msg::Msg;
use super::samples::NOTES;
use super::screenshots::{draw, notes_answer, notes_of, sample_diff, window_of};
use super::testing::{keys, live, screen, shown, tell};
use super::theme::Theme;
use super::update::{perform, update};
use crate::link::Mode;
use crate::protocol::event::{
    CommitInfo, FeatureListLoaded, MessageQueued, RepositoryObserved, RunEnded, RunOrderChanged, RunOutcome,
};
use crate::protocol::{Delivery, Feature, FeatureStatus, MessageId, OrderChange, Query, SessionNo};
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier, Style};
use std::fmt::Write;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// Prints the runs of one style, row by row: column, length, style; plain runs are left out.
fn styles(buf: &Buffer) -> String {
    let width = usize::from(buf.area.width).max(1);
    let mut out = String::new();
    for (y, row) in buf.content().chunks(width).enumerate() {
        let mut x = 0;
        let mut runs = Vec::new();
        while x < row.len() {
            let style = short(row[x].style());
            let length = row[x..].iter().take_while(|cell| short(cell.style()) == style).count();
            let blank = row[x..x + length].iter().all(|cell| cell.symbol() == " ");
            if !style.is_empty() && (!blank || style.contains("rev")) {
                runs.push(format!("{x}+{length} {style}"));
            }
            x += length;
        }
        if !runs.is_empty() {
            let _ = writeln!(out, "{y:>2}: {}", runs.join(" | "));
        }
    }
    out
}

fn short(style: Style) -> String {
    let mut words = Vec::new();
    if let Some(color) = style.fg.filter(|color| *color != Color::Reset) {
        words.push(format!("{color:?}").to_lowercase());
    }
    if let Some(color) = style.bg.filter(|color| *color != Color::Reset) {
        words.push(format!("on-{color:?}").to_lowercase());
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "under"),
        (Modifier::REVERSED, "rev"),
    ] {
        if style.add_modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join("+")
}

fn monochrome() -> Appearance {
    Appearance {
        theme: Theme::monochrome(),
        ..Appearance::default()
    }
}

fn empty(mode: Mode, (width, height): (u16, u16)) -> Model {
    let mut model = Model::plain(mode, Size { width, height });
    update(&mut model, Msg::CaughtUp);
    model
}

#[track_caller]
fn check(name: &str, model: &mut Model) {
    let Size { width, height } = model.size;
    insta::assert_snapshot!(format!("{name}-{width}x{height}"), screen(model));
}

#[test]
fn main_view_at_every_size() {
    for size in SIZES {
        check("main", &mut live(size));
    }
}

#[test]
fn main_view_styles_with_and_without_colour() {
    let mut model = live((120, 40));
    insta::assert_snapshot!("main-styles-color", styles(&draw(&mut model)));
    model.appearance = monochrome();
    let screen = draw(&mut model);
    insta::assert_snapshot!("main-styles-no-color", styles(&screen));
    assert!(
        screen
            .content()
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
}

#[test]
fn without_colour_the_selection_and_every_state_can_still_be_told() {
    let mut model = live((120, 40));
    model.appearance = monochrome();
    perform(&mut model, Action::FocusFeatures, &mut Vec::new());
    let screen = draw(&mut model);
    let row = 2 + u16::try_from(model.features.index()).unwrap();
    assert!(screen[(5, row)].modifier.contains(Modifier::REVERSED));
    let shown = shown(&screen);
    for word in [
        "✓ F001",
        "✗ F004",
        "regressed",
        "● F008",
        "in progress",
        "○ F009",
        "waiting for you",
    ] {
        assert!(shown.contains(word), "{word}");
    }
}

#[test]
fn ascii_draws_nothing_but_ascii() {
    let mut model = live((120, 40));
    model.appearance.ascii = true;
    let screen = draw(&mut model);
    let own: String = screen
        .content()
        .iter()
        .map(|cell| cell.symbol())
        .filter(|symbol| !symbol.is_ascii())
        .collect();
    assert_eq!(own, "");
    check("main-ascii", &mut model);
    perform(&mut model, Action::Answer, &mut Vec::new());
    assert!(draw(&mut model).content().iter().all(|cell| cell.symbol().is_ascii()));
}

#[test]
fn each_pane_focused_and_zoomed_at_eighty_columns() {
    for (pane, action) in [
        (Pane::Features, Action::FocusFeatures),
        (Pane::Git, Action::FocusGit),
        (Pane::Tests, Action::FocusTests),
    ] {
        let mut model = live((80, 24));
        perform(&mut model, action, &mut Vec::new());
        check(&format!("focus-{}", pane.title().to_lowercase()), &mut model);
    }
    let mut model = live((120, 40));
    perform(&mut model, Action::ZoomIn, &mut Vec::new());
    check("zoom-half", &mut model);
    perform(&mut model, Action::ZoomIn, &mut Vec::new());
    check("zoom-full", &mut model);
}

#[test]
fn pages() {
    for size in SIZES {
        let mut model = live(size);
        let commit = model.state.commits.last().unwrap().made.commit.clone();
        let pages = [
            ("page-feature", Subject::Feature("F004".into())),
            ("page-commit", Subject::Commit(commit.clone())),
            ("page-test", Subject::Test("tests/04-show.sh: prints the date".into())),
        ];
        let mut answer = sample_diff(&commit);
        answer.time = model.state.commits.last().unwrap().time;
        model.diffs.insert(commit, Loaded::Ready(answer));
        for (name, subject) in pages {
            model.pages = vec![Page::new(subject)];
            check(name, &mut model);
        }
    }
}

#[test]
fn every_entry_opens_whole_at_every_width() {
    let mut model = live((120, 40));
    let items = model.state.sessions.iter();
    let items: Vec<_> = items
        .flat_map(|session| session.items.iter().map(|item| (session.number, item.seq)))
        .collect();
    for (session, seq) in items {
        for width in [40, 77, 200] {
            update(&mut model, Msg::Resize(Size { width, height: 24 }));
            model.pages = vec![Page::new(Subject::Item(session, seq))];
            let shown = screen(&mut model);
            assert!(shown.contains("Entry s"), "{shown}");
        }
    }
}

#[test]
fn windows() {
    for size in SIZES {
        for (name, action) in [
            ("help", Action::Help),
            ("palette", Action::Palette),
            ("sessions", Action::Sessions),
            ("question", Action::Answer),
            ("leave", Action::Leave),
            ("summary", Action::Summary),
        ] {
            let mut model = live(size);
            perform(&mut model, action, &mut Vec::new());
            check(name, &mut model);
        }
    }
    let mut model = live((80, 24));
    perform(&mut model, Action::FocusFeatures, &mut Vec::new());
    perform(&mut model, Action::Copy, &mut Vec::new());
    check("copy", &mut model);
}

#[test]
fn the_end_of_a_run() {
    let mut model = live((120, 40));
    let mut features: Vec<Feature> = model.state.features.rows.iter().map(|row| row.feature.clone()).collect();
    for feature in &mut features {
        feature.status = FeatureStatus::Passing;
    }
    tell(
        &mut model,
        FeatureListLoaded {
            path: "feature_list.json".into(),
            features,
            notices: Vec::new(),
        },
    );
    tell(
        &mut model,
        RunEnded {
            outcome: RunOutcome::AllPassing,
            reason: "Every feature of the list passes.".into(),
        },
    );
    assert!(matches!(model.popup, Some(Popup::Summary)));
    check("run-end", &mut model);
}

#[test]
fn tiny_screens_do_not_panic() {
    let mut models = [
        live((80, 24)),
        live((80, 24)),
        live((80, 24)),
        empty(Mode::Offline, (80, 24)),
        review::open((80, 24)),
        review::open((80, 24)),
        plan::in_trouble((80, 24)),
    ];
    keys(&mut models[5], "e");
    perform(&mut models[1], Action::Answer, &mut Vec::new());
    perform(&mut models[2], Action::Help, &mut Vec::new());
    let commit = models[2].state.commits.last().unwrap().made.commit.clone();
    models[2].pages.push(Page::new(Subject::Commit(commit)));
    for model in &mut models {
        let small = (0..=40).flat_map(|width| (0..=10).map(move |height| (width, height)));
        let edges = [
            (79, 19),
            (79, 60),
            (80, 19),
            (80, 20),
            (109, 28),
            (110, 30),
            (169, 40),
            (170, 40),
            (400, 10),
            (41, 150),
        ];
        for (width, height) in small.chain(edges) {
            update(model, Msg::Resize(Size { width, height }));
            let _ = draw(model);
        }
    }
}

#[test]
fn hostile_names_reach_the_screen_escaped() {
    let mut model = live((120, 40));
    let evil = "a\u{1b}]0;owned\u{7}\u{202e}gpj.exe\u{200b}\tb";
    let feature = Feature {
        id: evil.into(),
        description: evil.into(),
        steps: vec![evil.into()],
        ..Feature::default()
    };
    tell(
        &mut model,
        FeatureListLoaded {
            path: evil.into(),
            features: vec![feature],
            notices: vec![evil.into()],
        },
    );
    model.state.project = evil.into();
    model.pages = vec![Page::new(Subject::Feature(evil.into()))];
    for with_page in [true, false] {
        if !with_page {
            model.pages.clear();
        }
        for cell in draw(&mut model).content() {
            let bad = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}');
            assert!(!cell.symbol().chars().any(bad), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn how_much_is_changed_is_told_where_nobody_changes_it() {
    let mut model = live((120, 40));
    model.state.repository.as_mut().unwrap().dirty = vec![" M a.sh".to_owned()];
    assert!(!screen(&mut model).contains("1 changed"), "a session is at work");
    let ended = model.state.sessions.first().and_then(|first| first.ended.clone());
    model.state.sessions.last_mut().unwrap().ended = ended;
    assert!(screen(&mut model).contains("1 changed"));
}
