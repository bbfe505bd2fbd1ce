//! Made-up things that wait for a person, after the recorded log: for pictures and tests of the review page and its neighbours.

use super::keymap::Action;
use super::model::review::{OPENING, Spot};
use super::model::{Loaded, Model};
use super::msg::{Effect, Msg};
use super::text::diff::{Row, RowKind, of_patch};
use super::update::{perform, update};
use crate::protocol::event::{CommitFacts, Event, GateKind, GateOpened, LimitKind, Particulars};
use crate::protocol::{
    Answer, CommandPattern, Envelope, FileDiff, GateId, Oid, PastCommand, RuleCandidate, RuleProposal, Seq, TestTotals,
};
use std::sync::Arc;

/// The commit that it stands on.
const BASE: &str = "9c1f2e04d7a2b6f1c3e58a90b1d2c3e4f5061728";
/// The tree that waits.
const TREE: &str = "5ab91e27c0d4f6e8a1b2c3d4e5f60718293a4b5c";

/// Folds one more event in, as if the engine had written it.
pub fn tell(model: &mut Model, event: impl Into<Event>) -> Vec<Effect> {
    let session = model.state.current().map_or_else(Default::default, |session| session.number);
    let envelope = Envelope {
        v: crate::protocol::FORMAT_VERSION,
        seq: Seq(model.state.last_seq.0 + 1),
        time: model.state.last_time.unwrap_or_default(),
        session,
        event: event.into(),
    };
    update(model, Msg::Events(vec![Arc::new(envelope)]))
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
            git_failure: None,
            hook_failure: None,
            left_out: Vec::new(),
            earlier: Vec::new(),
            running: Vec::new(),
            previous: None,
        })),
        particulars: None,
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

/// A gate of another kind, with nothing that only a commit has.
fn other(gate: u32, what: GateKind, title: &str, body: &str) -> GateOpened {
    GateOpened {
        gate: GateId(gate),
        what,
        call: "toolu_0037".into(),
        title: title.into(),
        body: body.into(),
        tree: None,
        commit: None,
        particulars: None,
    }
}

/// Returns the event with which a command begins to wait.
#[must_use]
pub fn command() -> GateOpened {
    let command = "npm test -- 08-tags && echo done";
    other(18, GateKind::Command, command, command)
}

/// Returns the event with which work past a limit begins to wait.
#[must_use]
pub fn limit() -> GateOpened {
    let body = "this run: $4.02, 1.2M tokens in 212 requests\n\
                exactly: 1,204,331 tokens\n\
                session 7 (coding, F007): $0.61, 180k tokens in 31 requests\n\
                session 8 (coding, F008): $0.44, 120k tokens in 22 requests\n\
                over all runs, by feature:\n\
                F003 notes can be searched: $0.92, 301k tokens in 47 requests\n";
    let title = "the run has spent $4.02 of $4.00; go on to $8.00?";
    let to = Some("$8.00".to_owned());
    let limit = LimitKind::Cost;
    let particulars = Some(Box::new(Particulars::Limit { limit, to }));
    GateOpened {
        particulars,
        ..other(19, GateKind::Limit, title, body)
    }
}

/// Returns the event with which the change of a guarded file begins to wait.
#[must_use]
pub fn artifact() -> GateOpened {
    let reason = "The test expects the tag without its hash sign, the spec has it with the sign.";
    let (path, base) = ("tests/08-tags.sh".to_owned(), Oid::from(BASE));
    GateOpened {
        tree: Some(TREE.into()),
        particulars: Some(Box::new(Particulars::Artifact {
            weaker: vec!["weaker test: tests/08-tags.sh:12 the script: expected `= #work`, now `= work`".into()],
            path,
            base,
        })),
        ..other(20, GateKind::Artifact, "change tests/08-tags.sh", reason)
    }
}

/// Returns what a look-up tells of rules for [`command`].
#[must_use]
pub fn proposal() -> RuleProposal {
    let pattern = |words: &[&str], open| CommandPattern {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        open,
    };
    let past = |script: &str, times, session| PastCommand {
        script: script.into(),
        times,
        session,
    };
    let one = past("npm test -- 07-export", 6, 7);
    let all = past("npm test", 14, 8);
    let other = past("npm install left-pad && npm test", 2, 3);
    let candidate = |pattern, covered, spared| RuleCandidate {
        pattern,
        enough: true,
        covered,
        spared,
    };
    RuleProposal {
        candidates: vec![
            candidate(
                pattern(&["npm", "test", "--", "08-tags"], false),
                Vec::new(),
                vec![all.clone(), one.clone(), other.clone()],
            ),
            candidate(pattern(&["npm", "test"], true), vec![all, one], vec![other]),
        ],
        refused: String::new(),
        commands: 61,
        sessions: 7,
    }
}

/// Opens the page that makes a rule of the command that waits, its look-up answered.
pub fn always(model: &mut Model, proposal: RuleProposal) {
    tell(model, command());
    show(model);
    perform(model, Action::Always, &mut Vec::new());
    let asked = model.always.as_mut().and_then(super::model::Always::ask);
    if let Some(query) = asked {
        update(model, Msg::Answered(query, Answer::RuleProposal(Box::new(proposal))));
    }
    model.settle();
}

/// Lets the commit wait, its changes read.
pub fn open(model: &mut Model, gate: GateOpened, files: Vec<FileDiff>) {
    if let Some(change) = gate.change() {
        model.changes.insert(change, Loaded::Ready(files));
    }
    tell(model, gate);
}

/// Opens the page on it as keys would, long enough ago that they decide.
pub fn show(model: &mut Model) {
    model.state.open_questions.clear();
    perform(model, Action::Answer, &mut Vec::new());
    model.settle();
    let later = model.elapsed + OPENING;
    for at in [model.elapsed, later] {
        update(model, Msg::Drawn(at));
    }
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
