//! What happens to the files, and so to what can be said of them.
//!
//! Invariant: `unchanged` is only ever set where the log names the same files for the run and for now, or tells of a run that has just
//! ended; whatever may have changed a file takes it away.

use super::At;
use crate::protocol::event::{CheckpointMade, CommitMade, RepositoryObserved, RolledBack};
use crate::protocol::{Oid, Target, TestRun};
use crate::session::present::{PastRun, Present};
use crate::session::state::{CaseHistory, State};

impl State {
    /// A run has ended: it speaks for the files until they change.
    pub(super) fn present_tested(&mut self, at: At, run: &TestRun) {
        if !run.is_whole() {
            if !run.moved {
                self.present.apart.get_or_insert(at.seq);
            }
            return;
        }
        self.present.apart = None;
        self.tests.history.push(PastRun {
            seq: at.seq,
            tree: run.tree.clone(),
            ground: run.ground().cloned(),
            command: run.command.clone(),
            totals: run.totals(),
            duration_ms: run.duration_ms,
        });
        (self.present.tested, self.present.unchanged) = (Some(at.seq), true);
    }

    /// Something was written that no run has seen.
    pub(super) const fn present_changed(&mut self) {
        (self.present.unchanged, self.present.touched) = (false, true);
        self.present.apart = None;
    }

    /// The harness wrote what is its own, the feature list or the notes: what was run is as it was.
    pub(super) const fn present_noted(&mut self) {
        self.present.touched = true;
    }

    /// The files were kept. A step is kept although only HEAD moved, so the trees are compared.
    pub(super) fn present_kept(&mut self, event: &CheckpointMade) {
        let before = self.present.tree.replace(event.tree.clone());
        let other = before.as_ref() != Some(&event.tree);
        self.present.touched |= other;
        let code = std::mem::replace(&mut self.present.code, event.code.clone());
        let changed = other && (code.is_none() || code != event.code);
        if changed && before.is_some() {
            self.present.apart = None;
        }
        let run = self.present.tested.and_then(|seq| self.tests.past(seq));
        if run.is_some_and(|run| run.is_of(&event.tree, event.code.as_ref())) {
            self.present.unchanged = true;
        } else if changed && before.is_some() {
            self.present.unchanged = false;
        }
    }

    /// The files were committed: what is known of that tree holds for them.
    pub(super) fn present_committed(&mut self, event: &CommitMade) {
        match self.tests.run_of(&event.tree, None) {
            Some(run) => (self.present.tested, self.present.unchanged) = (Some(run.seq), true),
            None => self.present.unchanged = false,
        }
        self.present.apart = None;
        self.present.touched = false;
    }

    /// The project was taken to another state: what was known of that one holds again.
    pub(super) fn present_moved(&mut self, event: &RolledBack) {
        let known = match (event.restored, &event.target) {
            (Some(undo), _) => self
                .moves
                .iter()
                .rev()
                .find(|past| past.moved.undo == undo)
                .map(|past| &past.before),
            (None, Some(Target::Checkpoint { checkpoint })) => self.checkpoint(*checkpoint).map(|kept| &kept.present),
            (None, Some(Target::Commit { commit })) => self
                .commits
                .iter()
                .rev()
                .find(|known| known.made.commit == *commit)
                .map(|known| &known.present),
            (None, Some(Target::Undo | Target::Redo) | None) => None,
        };
        let mut present = known.cloned().unwrap_or_default();
        if let Some(run) = event.tree.as_ref().and_then(|tree| self.tests.run_of(tree, None)) {
            (present.tested, present.unchanged) = (Some(run.seq), true);
        }
        self.present = Present {
            tree: event.tree.clone(),
            touched: true,
            ..present
        };
    }

    /// The tree of the files was taken. Says whether that settles which run speaks for them: one of this tree does, and one of another
    /// tree, or made while nobody knew the tree, does not.
    fn present_is(&mut self, tree: &Oid, code: Option<&Oid>) -> bool {
        let apart = self.present.apart;
        let of_it = |case: &CaseHistory| {
            let told = case.apart.zip(apart).is_some_and(|((seq, _), first)| seq >= first);
            told && case
                .steady
                .as_ref()
                .is_some_and(|steady| steady.ground == *tree || Some(&steady.ground) == code)
        };
        self.present.apart = apart.filter(|_| self.tests.cases.iter().any(of_it));
        match self.tests.run_of(tree, code) {
            Some(run) => (self.present.tested, self.present.unchanged) = (Some(run.seq), true),
            None if self
                .present
                .tested
                .is_some_and(|seq| self.tests.past(seq).is_some_and(|run| run.tree.is_some())) =>
            {
                self.present.unchanged = false;
            }
            None => return false,
        }
        true
    }

    /// The repository was looked at. What differs from the last look and was not told of was done by somebody else.
    pub(super) fn present_observed(&mut self, event: &RepositoryObserved) {
        let before = self.repository.replace(event.clone());
        let touched = std::mem::take(&mut self.present.touched);
        if let Some(tree) = &event.tree
            && self.present_is(tree, event.code.as_ref())
        {
            return;
        }
        let Some(before) = before else { return };
        let moved = before.head != event.head;
        if !moved && (touched || before.dirty == event.dirty) {
            return;
        }
        let commit = self
            .commits
            .iter()
            .rev()
            .find(|known| Some(&known.made.commit) == event.head.as_ref());
        match commit.filter(|_| event.dirty.is_empty()) {
            Some(commit) => self.present = commit.present.clone(),
            None => (self.present.unchanged, self.present.apart) = (false, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::event::{
        CheckpointCause, CheckpointMade, CommitInfo, NoteAdded, RepositoryObserved, RolledBack, TestRunFinished,
    };
    use crate::protocol::samples::{self, oid};
    use crate::protocol::*;
    use crate::session::{State, Tested};

    fn ran(tree: char, passed: usize) -> TestRun {
        let case = |number: usize| TestCase {
            name: number.to_string(),
            status: CaseStatus::Passed,
            duration_ms: None,
            detail: String::new(),
            attempts: Vec::new(),
        };
        TestRun {
            purpose: TestPurpose::Smoke,
            command: "t".into(),
            tree: Some(oid(tree)),
            cases: (0..passed).map(case).collect(),
            exit_code: Some(0),
            timed_out: false,
            duration_ms: 1,
            output: Payload::default(),
            only: Vec::new(),
            moved: false,
            code: None,
            limit_seconds: None,
            under_way: Vec::new(),
        }
    }

    struct Story(State);

    impl Story {
        fn new() -> Self {
            let mut story = Self(State::default());
            story.then(samples::session_started());
            story
        }

        fn then(&mut self, event: impl Into<Event>) {
            self.0.apply(&samples::envelope(self.0.last_seq.next(), SessionNo(1), event));
        }

        fn ran(&mut self, tree: char, passed: usize) {
            let run = ran(tree, passed);
            self.then(TestRunFinished { run, gone: Vec::new() });
        }

        /// A step was kept: its tree, and that without what the harness writes itself.
        fn kept(&mut self, tree: char, code: char) {
            self.then(CheckpointMade {
                checkpoint: CheckpointId(1),
                cause: CheckpointCause::Step,
                tree: oid(tree),
                code: Some(oid(code)),
                head: None,
                call: None,
                left_out: Vec::new(),
                wrote: Vec::new(),
            });
        }

        fn committed(&mut self, tree: char, parent: Option<char>) {
            self.then(samples::commit_made(oid(tree), parent.map(oid)));
        }

        fn seen(&mut self, head: char, dirty: &[&str]) {
            let commit = CommitInfo {
                id: oid(head),
                subject: String::new(),
                author: String::new(),
                time: jiff::Timestamp::UNIX_EPOCH,
            };
            self.then(RepositoryObserved {
                branch: "main".into(),
                head: Some(oid(head)),
                commits: vec![commit],
                total: 1,
                dirty: dirty.iter().map(ToString::to_string).collect(),
                tree: None,
                code: None,
            });
        }

        /// A reader of the past looked, and took the tree.
        fn found(&mut self, head: char, dirty: &[&str], tree: char) {
            self.seen(head, dirty);
            let last = self.0.repository.clone().unwrap();
            self.then(RepositoryObserved {
                tree: Some(oid(tree)),
                ..last
            });
        }

        fn went(&mut self, kind: MoveKind, restored: Option<u32>, undo: u32, to: char) {
            let target = match kind {
                MoveKind::Rollback => Target::Commit { commit: oid(to) },
                MoveKind::Undo => Target::Undo,
                MoveKind::Redo => Target::Redo,
            };
            self.then(RolledBack {
                to: Some(oid(to)),
                tree: Some(oid(to)),
                restored,
                ..samples::rolled_back(kind, undo, target)
            });
        }

        /// What is known of the files: the tests that passed, `?` behind them if the files were changed since.
        fn said(&self) -> String {
            match self.0.tested_now() {
                Tested::Never => "never".to_owned(),
                Tested::OfThese(run, _) => run.totals().passed.to_string(),
                Tested::Before(run, _) => format!("{}?", run.totals().passed),
            }
        }
    }

    #[test]
    fn a_run_speaks_for_its_files_and_no_others() {
        let mut story = Story::new();
        assert_eq!(story.said(), "never");
        story.ran('a', 1);
        assert_eq!(story.said(), "1");
        story.then(NoteAdded { text: "n".into() });
        assert_eq!(story.said(), "1", "a note is nothing that was run");
        story.kept('b', 'p');
        story.kept('c', 'q');
        assert_eq!(story.said(), "1?");
        story.then(TestRunFinished {
            run: TestRun {
                code: Some(oid('q')),
                ..ran('c', 1)
            },
            gone: Vec::new(),
        });
        story.kept('d', 'q');
        assert_eq!(story.said(), "1", "the harness wrote into its own files");
        story.kept('e', 'r');
        assert_eq!(story.said(), "1?");
        story.ran('b', 2);
        story.committed('b', None);
        assert_eq!(story.said(), "2");
        story.committed('f', Some('b'));
        assert_eq!(story.said(), "2?", "this tree was never tested");
    }

    #[test]
    fn the_tree_of_now_says_which_run_speaks_whatever_was_seen_of_it_before() {
        let mut story = Story::new();
        story.ran('a', 1);
        story.committed('a', None);
        story.seen('a', &[]);
        story.ran('b', 2);
        story.found('a', &["M a.txt"], 'b');
        assert_eq!(story.said(), "2", "a run was made since the edit");
        story.found('a', &["M a.txt"], 'c');
        assert_eq!(story.said(), "2?", "the same file was edited again");
        story.found('a', &[], 'a');
        assert_eq!(story.said(), "1", "put back");
    }

    #[test]
    fn a_move_brings_back_what_was_known_there() {
        let mut story = Story::new();
        story.ran('a', 1);
        story.committed('a', None);
        story.ran('b', 2);
        story.committed('b', Some('a'));
        story.then(NoteAdded { text: "n".into() });
        story.went(MoveKind::Rollback, None, 1, 'a');
        assert_eq!(story.said(), "1");
        assert_eq!(
            story.0.result_now(&story.0.tests.cases[1]),
            None,
            "the second test is not there"
        );
        story.went(MoveKind::Undo, Some(1), 2, 'z');
        assert_eq!(story.said(), "2", "the note that was written since is nothing that was run");
        story.went(MoveKind::Redo, Some(2), 3, 'a');
        assert_eq!(story.said(), "1");
        assert_eq!(story.0.moves_open(), (1, 0));
    }

    #[test]
    fn only_commits_that_the_branch_holds_are_counted() {
        let mut story = Story::new();
        for (tree, parent) in [('a', None), ('b', Some('a')), ('c', Some('b'))] {
            story.committed(tree, parent);
        }
        let held = |story: &Story| -> String {
            let held = story.0.commits_held().into_iter();
            held.map(|commit| &commit.made.commit.as_str()[..1]).collect()
        };
        assert_eq!(held(&story), "abc");
        story.seen('b', &[]);
        assert_eq!(held(&story), "ab");
        story.seen('9', &[]);
        assert_eq!(held(&story), "", "a branch that has none of them");
    }

    #[test]
    fn what_others_changed_is_noticed_and_what_the_log_told_is_not_taken_for_it() {
        let mut story = Story::new();
        story.ran('a', 1);
        story.committed('a', None);
        story.seen('a', &[]);
        assert_eq!(story.said(), "1");
        story.seen('a', &["M a.txt"]);
        assert_eq!(story.said(), "1?");
        story.seen('a', &[]);
        assert_eq!(story.said(), "1", "put back by hand: the commit it was");
        story.then(NoteAdded { text: "n".into() });
        story.ran('b', 2);
        story.seen('a', &["M notes"]);
        assert_eq!(story.said(), "2", "the run has seen that change");
    }
}
