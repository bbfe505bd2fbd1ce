//! What checkpoints and moves leave in the state.

use super::*;
use crate::protocol::event::{CommitMade, FeatureFlipped, FeatureListLoaded, FlipBy};
use crate::protocol::samples::{self, oid};
use crate::protocol::{Event, Evidence, Feature, FeatureMove, MoveKind};

fn fold(events: Vec<Event>) -> State {
    let envelope = |(n, event): (usize, Event)| samples::envelope(Seq(1 + n as u64), SessionNo(1), event);
    let events = std::iter::once(samples::session_started().into()).chain(events);
    State::fold(&events.enumerate().map(envelope).collect::<Vec<_>>())
}

fn commit(id: char, parent: Option<char>, feature: Option<&str>) -> Event {
    CommitMade {
        feature: feature.map(Into::into),
        unseen: Some((1, 1)),
        ..samples::commit_made(oid(id), parent.map(oid))
    }
    .into()
}

fn moved(kind: MoveKind, to: Option<char>, features: Vec<FeatureMove>) -> Event {
    RolledBack {
        to: to.map(oid),
        features,
        ..samples::rolled_back(kind, 1, None)
    }
    .into()
}

/// A move back to a commit, kept under a number.
fn back_to(commit: char, undo: u32) -> Event {
    let mut back = moved(MoveKind::Rollback, Some(commit), Vec::new());
    if let Event::RolledBack(back) = &mut back {
        back.target = Some(Target::Commit { commit: oid(commit) });
        back.undo = undo;
    }
    back
}

/// The undoing of a move, itself kept under a number.
fn undone(restored: u32, undo: u32) -> Event {
    let mut back = moved(MoveKind::Undo, Some('z'), Vec::new());
    if let Event::RolledBack(back) = &mut back {
        (back.restored, back.undo) = (Some(restored), undo);
    }
    back
}

fn kept(number: u32) -> Event {
    CheckpointMade {
        checkpoint: CheckpointId(number),
        cause: CheckpointCause::Step,
        tree: oid('a'),
        code: None,
        head: None,
        call: None,
        left_out: Vec::new(),
        wrote: Vec::new(),
    }
    .into()
}

fn list(status: FeatureStatus) -> Event {
    let feature = Feature {
        id: "F001".into(),
        status,
        ..Feature::default()
    };
    FeatureListLoaded {
        path: "feature_list.json".into(),
        features: vec![feature],
        notices: Vec::new(),
    }
    .into()
}

fn passes() -> Event {
    FeatureFlipped {
        feature: "F001".into(),
        from: FeatureStatus::Failing,
        to: FeatureStatus::Passing,
        by: FlipBy::Agent,
        evidence: None::<Evidence>,
        reason: String::new(),
    }
    .into()
}

fn owed(state: &State) -> String {
    state.debts.iter().map(|debt| &debt.commit.as_str()[..1]).collect()
}

#[test]
fn a_look_is_owed_only_at_what_the_branch_holds() {
    let made = || {
        vec![
            commit('a', None, None),
            commit('b', Some('a'), None),
            commit('c', Some('b'), None),
        ]
    };
    let after = |moves: Vec<Event>| owed(&fold(made().into_iter().chain(moves).collect()));
    assert_eq!(after(Vec::new()), "abc");
    assert_eq!(after(vec![moved(MoveKind::Rollback, Some('a'), Vec::new())]), "a");
    assert_eq!(after(vec![moved(MoveKind::Rollback, None, Vec::new())]), "");
    let back = moved(MoveKind::Rollback, Some('a'), Vec::new());
    assert_eq!(after(vec![back, moved(MoveKind::Undo, Some('c'), Vec::new())]), "abc");
    assert_eq!(
        after(vec![moved(MoveKind::Rollback, Some('9'), Vec::new())]),
        "abc",
        "nothing is known of it"
    );
}

#[test]
fn what_was_broken_after_the_place_of_a_move_is_not_broken_there_and_is_again_once_it_is_undone() {
    let flip = |from, to| FeatureFlipped {
        feature: "F001".into(),
        from,
        to,
        by: FlipBy::Harness,
        evidence: None,
        reason: "tried it".into(),
    };
    let back = || back_to('a', 7);
    let events = |more: Vec<Event>| {
        let mut all: Vec<Event> = vec![list(FeatureStatus::Failing), commit('a', None, None)];
        all.push(flip(FeatureStatus::Failing, FeatureStatus::Passing).into());
        all.push(flip(FeatureStatus::Passing, FeatureStatus::Failing).into());
        all.extend(more);
        fold(all)
    };
    assert!(events(Vec::new()).features.rows[0].regressed);
    assert!(!events(vec![back()]).features.rows[0].regressed, "it had never passed there");
    assert!(events(vec![back(), undone(7, 8)]).features.rows[0].regressed);
}

#[test]
fn a_feature_that_was_taken_back_is_open_and_not_broken() {
    let flip = FeatureMove {
        feature: "F001".into(),
        from: Some(FeatureStatus::Passing),
        to: Some(FeatureStatus::Failing),
        reworded: false,
    };
    let back = moved(MoveKind::Rollback, None, vec![flip]);
    let state = fold(vec![list(FeatureStatus::Passing), back, list(FeatureStatus::Failing)]);
    assert!(!state.features.rows[0].regressed);
    let state = fold(vec![list(FeatureStatus::Passing), list(FeatureStatus::Failing)]);
    assert!(state.features.rows[0].regressed, "without a move it is");
}

#[test]
fn a_feature_leads_to_the_commit_it_passed_with_or_the_first_state_kept_since() {
    let id: FeatureId = "F001".into();
    let open = list(FeatureStatus::Failing);
    let state = fold(vec![open.clone(), kept(1)]);
    assert!(state.target_of_feature(&id).unwrap_err().contains("not passed yet"));
    let state = fold(vec![open.clone(), kept(1), passes()]);
    assert!(state.target_of_feature(&id).unwrap_err().contains("nothing was kept"));
    let state = fold(vec![open.clone(), kept(1), passes(), kept(2)]);
    let checkpoint = CheckpointId(2);
    assert_eq!(state.target_of_feature(&id), Ok(Target::Checkpoint { checkpoint }));
    let state = fold(vec![
        open,
        commit('a', None, Some("F001")),
        passes(),
        kept(2),
        commit('b', Some('a'), Some("F001")),
    ]);
    assert_eq!(state.target_of_feature(&id), Ok(Target::Commit { commit: oid('b') }));
    let state = fold(vec![list(FeatureStatus::Passing)]);
    assert!(state.target_of_feature(&id).unwrap_err().contains("does not tell"));
}

#[test]
fn going_to_a_sessions_start_abandons_that_session_too() {
    let start = |number: u32| {
        let mut event = kept(number);
        if let Event::CheckpointMade(made) = &mut event {
            made.cause = CheckpointCause::SessionStart;
        }
        event
    };
    let events = [
        (1, samples::session_started().into()),
        (1, start(1)),
        (1, kept(2)),
        (2, samples::session_started().into()),
        (2, start(3)),
        (2, kept(4)),
        (2, commit('a', None, None)),
        (3, samples::session_started().into()),
    ];
    let envelopes = (1..).zip(events);
    let envelopes: Vec<_> = envelopes
        .map(|(seq, (session, event))| samples::envelope(Seq(seq), SessionNo(session), event))
        .collect();
    let state = State::fold(&envelopes);
    let abandoned = |number: u32| {
        let checkpoint = CheckpointId(number);
        let sessions = state.abandoned_by(&Target::Checkpoint { checkpoint });
        sessions.iter().map(|session| session.0).collect::<Vec<_>>()
    };
    assert_eq!(abandoned(3), [2, 3], "nothing of session 2 is there");
    assert_eq!(abandoned(4), [3], "some of it is");
    assert_eq!(abandoned(2), [2, 3]);
    assert_eq!(abandoned(1), [1, 2, 3]);
}
