//! A made-up commit that waits for a person, after the recorded log: for pictures and tests of the review page.

use super::keymap::Action;
use super::model::review::{OPENING, Spot};
use super::model::{Loaded, Model};
use super::msg::Msg;
use super::text::diff::{Row, RowKind, of_patch};
use super::update::{perform, update};
use crate::protocol::event::{CommitFacts, Event, GateKind, GateOpened};
use crate::protocol::{Envelope, FileDiff, GateId, Oid, Seq, TestTotals};
use std::sync::Arc;

/// The commit that it stands on.
const BASE: &str = "9c1f2e04d7a2b6f1c3e58a90b1d2c3e4f5061728";
/// The tree that waits.
const TREE: &str = "5ab91e27c0d4f6e8a1b2c3d4e5f60718293a4b5c";

/// Folds one more event in, as if the engine had written it.
pub fn tell(model: &mut Model, event: impl Into<Event>) {
    let session = model.state.current().map_or_else(Default::default, |session| session.number);
    let envelope = Envelope {
        v: crate::protocol::FORMAT_VERSION,
        seq: Seq(model.state.last_seq.0 + 1),
        time: model.state.last_time.unwrap_or_default(),
        session,
        event: event.into(),
    };
    update(model, Msg::Events(vec![Arc::new(envelope)]));
}

/// Returns the event with which the commit begins to wait.
#[must_use]
pub fn gate() -> GateOpened {
    let totals = |passed| TestTotals {
        passed,
        failed: 0,
        skipped: 0,
    };
    GateOpened {
        gate: GateId(17),
        what: GateKind::Commit,
        call: "toolu_0036".into(),
        title: "commit \"Filter notes by tag\"".into(),
        body: "Filter notes by tag\n\nA query that begins with a hash sign names a tag.\n".into(),
        tree: Some(TREE.into()),
        commit: Some(Box::new(CommitFacts {
            base: Some(BASE.into()),
            feature: Some("F008".into()),
            files: 4,
            added: 29,
            removed: 4,
            tests_before: Some(totals(24)),
            tests_after: Some(totals(27)),
            tested_tree: Some(TREE.into()),
            findings: vec![
                (true, "F008 passes now: tests 3/3 on tree 5ab91e2".into()),
                (true, "agreed tests untouched".into()),
                (true, "guarded files untouched".into()),
            ],
            left_out: Vec::new(),
            previous: None,
        })),
    }
}

/// Returns the files that the commit changes.
#[must_use]
pub fn files() -> Vec<FileDiff> {
    let file = |path: &str, status: char, added: u32, removed: u32, patch: &str| FileDiff {
        path: path.into(),
        old_path: None,
        status,
        added,
        removed,
        note: String::new(),
        patch: patch.into(),
    };
    let tags = include_str!("../../tests/fixtures/diffs/tags.patch");
    let test = include_str!("../../tests/fixtures/diffs/tags-test.patch");
    let list = include_str!("../../tests/fixtures/diffs/tags-list.patch");
    vec![
        FileDiff {
            note: "binary".into(),
            ..file("doc/tags.png", 'A', 0, 0, "")
        },
        file("feature_list.json", 'M', 1, 1, list),
        file("lib/notes.sh", 'M', 14, 2, tags),
        FileDiff {
            note: "executable".into(),
            ..file("tests/08-tags.sh", 'A', 12, 0, test)
        },
    ]
}

/// Lets the commit wait, its changes read.
pub fn open(model: &mut Model, gate: GateOpened, files: Vec<FileDiff>) {
    if let (Some(facts), Some(tree)) = (&gate.commit, &gate.tree) {
        let key: (Option<Oid>, Oid) = (facts.base.clone(), tree.clone());
        model.changes.insert(key, Loaded::Ready(files));
    }
    tell(model, gate);
}

/// Opens the page on it as keys would, long enough ago that they decide.
pub fn show(model: &mut Model) {
    model.state.open_questions.clear();
    perform(model, Action::Answer, &mut Vec::new());
    model.settle();
    let later = model.elapsed + OPENING;
    update(model, Msg::Drawn(model.elapsed));
    model.elapsed = later;
}

/// Writes a comment on an added line, and looks on from there.
pub fn comment(model: &mut Model, line: u32, text: &str) {
    let rows: Vec<_> = files()
        .iter()
        .map(|file| (file.path.clone(), of_patch(&file.patch)))
        .collect();
    let is_it = |row: &Row| row.kind == RowKind::Added && row.new == Some(line);
    let mut found = rows
        .iter()
        .filter_map(|(path, rows)| Some(Spot::of(path, rows, rows.iter().position(is_it)?)));
    if let (Some(spot), Some(review)) = (found.next(), model.open_review_mut()) {
        review.comments.push(spot.comment(text.to_owned()));
        review.touch();
    }
}
