//! What is said of a feature after moves: evidence, sessions and commits of the files that are there, and no others.

use super::*;
use crate::protocol::event::{CommitMade, FeatureFlipped, FeatureListEdited, FeatureListLoaded, FeatureSelected, FlipBy};
use crate::protocol::samples::{self, oid};
use crate::protocol::{Event, Evidence, EvidenceKind, Feature, FeatureEdit, FeatureMove, MoveKind};
use FeatureStatus::{Failing, Passing};

/// A log that is written as it is folded.
struct Story {
    state: State,
    session: SessionNo,
    head: Option<Oid>,
}

fn id() -> FeatureId {
    "F001".into()
}

impl Story {
    fn new() -> Self {
        let mut story = Self {
            state: State::default(),
            session: SessionNo(0),
            head: None,
        };
        story.session();
        let feature = Feature {
            id: id(),
            status: Failing,
            ..Feature::default()
        };
        story.then(FeatureListLoaded {
            path: "feature_list.json".into(),
            features: vec![feature],
            notices: Vec::new(),
        });
        story
    }

    fn then(&mut self, event: impl Into<Event>) -> Seq {
        let seq = self.state.last_seq.next();
        self.state.apply(&samples::envelope(seq, self.session, event));
        seq
    }

    fn session(&mut self) {
        self.session = SessionNo(self.session.0 + 1);
        self.then(samples::session_started());
    }

    fn flip(&mut self, to: FeatureStatus, by: FlipBy, proof: &str) {
        let evidence = (to == Passing).then(|| Evidence {
            kind: EvidenceKind::OwnTests,
            summary: proof.into(),
            tree: None,
            session: self.session,
        });
        self.then(FeatureFlipped {
            feature: id(),
            from: if to == Passing { Failing } else { Passing },
            to,
            by,
            evidence,
            reason: "why".into(),
        });
    }

    fn commit(&mut self, name: char) {
        let parent = self.head.replace(oid(name));
        self.then(CommitMade {
            feature: Some(id()),
            ..samples::commit_made(oid(name), parent)
        });
    }

    /// A session that works on the feature, proves it and commits.
    fn builds(&mut self, commit: char, proof: &str) {
        self.session();
        self.then(FeatureSelected {
            feature: id(),
            reason: "next".into(),
        });
        self.flip(Passing, FlipBy::Agent, proof);
        self.commit(commit);
    }

    /// Moves as the engine does: it asks the state for what the move sets aside.
    fn goes(&mut self, kind: MoveKind, target: Target, restored: Option<u32>, undo: u32, to: FeatureStatus) {
        let abandoned = match restored {
            Some(number) => self.state.abandoned_before(number),
            None => self.state.abandoned_by(&target),
        };
        let from = self.state.features.rows[0].feature.status;
        let flipped = FeatureMove {
            feature: id(),
            from: Some(from),
            to: Some(to),
            reworded: false,
        };
        self.then(RolledBack {
            abandoned,
            features: (from != to).then_some(flipped).into_iter().collect(),
            restored,
            ..samples::rolled_back(kind, undo, target)
        });
    }

    fn back(&mut self, commit: char, undo: u32, to: FeatureStatus) {
        let commit = oid(commit);
        self.goes(MoveKind::Rollback, Target::Commit { commit }, None, undo, to);
    }

    /// What is told of the feature: its word, what proves it, who worked on it, its commits.
    fn said(&self) -> String {
        let row = &self.state.features.rows[0];
        let word = match (row.feature.status, row.regressed, row.reopened) {
            (Passing, ..) => "passes",
            (_, true, _) => "regressed",
            (_, _, true) => "open again",
            _ => "open",
        };
        let proof = self.state.evidence_of(row).map_or("-", |evidence| &evidence.summary);
        let sessions: String = self.state.sessions_of(row).map(|session| session.to_string()).collect();
        let commits = self.state.commits_of(row).into_iter();
        let commits: String = commits.map(|commit| &commit.as_str()[..1]).collect();
        format!("{word} {proof} {sessions} {commits}")
    }
}

#[test]
fn after_a_move_a_feature_has_the_evidence_of_the_files_that_are_there() {
    let mut story = Story::new();
    story.commit('a');
    story.builds('b', "tests 1/1");
    assert_eq!(story.said(), "passes tests 1/1 s2 ab");
    story.flip(Failing, FlipBy::Harness, "");
    story.builds('c', "tests 3/3");
    assert_eq!(story.said(), "passes tests 3/3 s2s3 abc");

    story.back('b', 1, Passing);
    assert_eq!(story.said(), "passes tests 1/1 s2 ab", "as it was proven first, not as later");
    story.back('a', 2, Failing);
    assert_eq!(story.said(), "open -  a", "it was never begun there");
    story.goes(MoveKind::Undo, Target::Undo, Some(2), 3, Passing);
    assert_eq!(story.said(), "passes tests 1/1 s2 ab");
    story.goes(MoveKind::Undo, Target::Undo, Some(1), 4, Passing);
    assert_eq!(story.said(), "passes tests 3/3 s2s3 abc", "all as before");

    story.goes(MoveKind::Redo, Target::Redo, Some(4), 5, Passing);
    story.builds('d', "tests 4/4");
    assert_eq!(
        story.said(),
        "passes tests 4/4 s2s4 abd",
        "what came after the move lies on the way too"
    );
}

#[test]
fn a_way_back_into_what_was_set_aside_finds_what_was_so_there() {
    let mut story = Story::new();
    story.commit('a');
    story.builds('b', "tests 1/1");
    story.back('a', 1, Failing);
    story.builds('c', "tests 2/2");
    // The commit of the branch that the first move left.
    story.back('b', 2, Passing);
    assert_eq!(story.said(), "passes tests 1/1 s2 ab");
}

#[test]
fn what_a_person_sets_open_is_not_broken_and_is_so_again_after_an_undo() {
    let mut story = Story::new();
    story.commit('a');
    story.builds('b', "tests 1/1");
    story.flip(Failing, FlipBy::Human, "");
    assert_eq!(story.said(), "open again - s2 ab");
    story.then(FeatureListLoaded {
        path: "feature_list.json".into(),
        features: vec![story.state.features.rows[0].feature.clone()],
        notices: Vec::new(),
    });
    assert_eq!(story.said(), "open again - s2 ab", "also once the list is read again");
    story.back('b', 1, Passing);
    assert_eq!(story.said(), "passes tests 1/1 s2 ab");
    story.goes(MoveKind::Undo, Target::Undo, Some(1), 2, Failing);
    assert_eq!(story.said(), "open again - s2 ab");
    story.flip(Passing, FlipBy::Agent, "tests 2/2");
    story.flip(Failing, FlipBy::Harness, "");
    assert_eq!(story.said(), "regressed - s2 ab", "this time something broke it");
}

#[test]
fn the_commit_of_an_edit_by_hand_is_a_place_with_the_flag_that_it_holds() {
    let mut story = Story::new();
    story.commit('a');
    story.builds('b', "tests 1/1");
    let edited = story.then(FeatureListEdited {
        by: "human".into(),
        edit: FeatureEdit::Flip {
            feature: id(),
            passes: false,
            word: None,
        },
        title: "F001 does not pass".into(),
        reason: "why".into(),
        renamed: Vec::new(),
        commit: Some(oid('h')),
    });
    story.flip(Failing, FlipBy::Human, "");
    story.builds('c', "tests 3/3");
    let target = Target::Commit { commit: oid('h') };
    assert_eq!(story.state.moment_of(&target), Some(edited.next()));
    story.back('h', 1, Failing);
    assert_eq!(story.said(), "open again - s2 ab");
    assert!(story.state.is_abandoned(SessionNo(3)));
}

#[test]
fn of_a_commit_that_the_log_never_saw_no_proof_is_told() {
    let mut story = Story::new();
    story.builds('b', "proof");
    let here = story.said();
    story.back('9', 1, Passing);
    assert!(story.said().starts_with("passes - "), "{}", story.said());
    story.goes(MoveKind::Undo, Target::Undo, Some(1), 2, Passing);
    assert_eq!(story.said(), here);
}
