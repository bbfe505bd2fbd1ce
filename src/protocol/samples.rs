//! Events for tests, with what the test is not about filled in.
//!
//! Invariant: every value that a test could look at is plain: one file, one line, nothing measured.

use super::event::{CommitMade, RolledBack, SessionStarted};
use super::{
    CaseStatus, Envelope, Event, FORMAT_VERSION, MoveKind, Oid, Payload, Role, Seq, SessionNo, Target, TestCase, TestPurpose,
    TestRun,
};

/// Returns the id that consists of one letter.
pub fn oid(letter: char) -> Oid {
    Oid::from(letter.to_string().repeat(40))
}

/// A commit of one line in one file; its tree has the same id.
pub fn commit_made(commit: impl Into<Oid>, parent: Option<Oid>) -> CommitMade {
    let commit = commit.into();
    CommitMade {
        tree: commit.clone(),
        commit,
        parent,
        message: "x".into(),
        feature: None,
        files: 1,
        added: 1,
        removed: 0,
        tests_before: None,
        tests_after: None,
        unseen: None,
        over_hook: None,
        weaker: Vec::new(),
    }
}

/// The beginning of a coding session.
pub fn session_started() -> SessionStarted {
    SessionStarted {
        role: Role::Coding,
        model: "m".into(),
        context_window: 1,
        head: None,
        prompt_hash: String::new(),
        list: None,
    }
}

/// A move of one file on `main`, kept under a number; where the branch went is not told.
pub fn rolled_back(kind: MoveKind, undo: u32, target: impl Into<Option<Target>>) -> RolledBack {
    RolledBack {
        kind,
        undo,
        target: target.into(),
        title: "there".into(),
        branch: "main".into(),
        from: None,
        to: None,
        files: 1,
        set_aside: 1,
        abandoned: Vec::new(),
        features: Vec::new(),
        tree: None,
        restored: None,
        kept: Vec::new(),
        replaced: Vec::new(),
        unstaged: Vec::new(),
    }
}

/// A whole run of the tests before a commit, with these results.
pub fn test_run(cases: &[(&str, CaseStatus)]) -> TestRun {
    let case = |(name, status): &(&str, CaseStatus)| TestCase {
        name: (*name).to_owned(),
        status: *status,
        duration_ms: None,
        detail: String::new(),
        attempts: Vec::new(),
    };
    TestRun {
        purpose: TestPurpose::Commit,
        command: "sh tests/run.sh".into(),
        tree: None,
        code: None,
        cases: cases.iter().map(case).collect(),
        exit_code: Some(0),
        timed_out: false,
        limit_seconds: None,
        under_way: Vec::new(),
        duration_ms: 1,
        output: Payload::default(),
        only: Vec::new(),
        moved: false,
    }
}

/// An event in its place in the log, at no time in particular.
pub fn envelope(seq: Seq, session: SessionNo, event: impl Into<Event>) -> Envelope {
    Envelope {
        v: FORMAT_VERSION,
        seq,
        time: jiff::Timestamp::UNIX_EPOCH,
        session,
        event: event.into(),
    }
}
