//! What the branch holds and what is owed a look, told by the log alone, beside a repository that is kept by hand.

use super::*;
use crate::protocol::event::{
    CheckpointCause, CheckpointMade, CommitInfo, CommitMade, CommitReviewed, FeatureListEdited, RepositoryObserved,
};
use crate::protocol::{CheckpointId, Event, FeatureEdit, FeatureText, MoveKind, SessionNo, Target, samples};
use proptest::prelude::*;

/// A project: its log, folded as it is written, and its repository.
#[derive(Default)]
struct Project {
    state: State,
    /// Every commit ever made, with its parent; and whether the engine made it.
    commits: Vec<(Option<usize>, bool)>,
    head: Option<usize>,
    /// Hunks of each of them that nobody saw.
    unseen: BTreeMap<usize, u32>,
    /// Where the branch stood at each checkpoint.
    checkpoints: Vec<Option<usize>>,
    /// Moves that can be taken back, and made again: number, and where the branch stood before.
    undo: Vec<(u32, Option<usize>)>,
    redo: Vec<(u32, Option<usize>)>,
    moves: u32,
    /// How many commits a look at the repository lists.
    listed: usize,
}

#[derive(Debug, Clone)]
enum Act {
    /// The engine commits, with so many hunks that nobody saw.
    Commit(u32),
    /// A person edits the list, which makes a commit of its own; or commits beside us.
    ByHand,
    Beside,
    Checkpoint,
    /// A person looks at one of the commits that are owed a look: at so many hunks less, or at all.
    Review(usize, bool),
    /// Back to a commit that the log tells of, or to a checkpoint.
    ToCommit(usize),
    ToCheckpoint(usize),
    Undo,
    Redo,
}

fn oid(commit: usize) -> Oid {
    Oid::from(format!("{commit:040x}"))
}

impl Project {
    fn new(listed: usize) -> Self {
        let mut project = Self {
            listed,
            ..Self::default()
        };
        project.tell(samples::session_started());
        // What was there before us; of a project that began with us the engine's first commit has no parent.
        if listed.is_multiple_of(2) {
            project.act(&Act::Beside);
        }
        project.act(&Act::Checkpoint);
        project
    }

    fn tell(&mut self, event: impl Into<Event>) {
        let seq = self.state.last_seq.next();
        self.state.apply(&samples::envelope(seq, SessionNo(1), event));
    }

    fn add(&mut self, engine: bool) -> usize {
        self.commits.push((self.head, engine));
        self.head = Some(self.commits.len() - 1);
        self.commits.len() - 1
    }

    /// The commits of the branch, newest first.
    fn branch(&self) -> Vec<usize> {
        let up = |at: &usize| self.commits[*at].0;
        std::iter::successors(self.head, up).collect()
    }

    fn observed(&mut self) {
        let branch = self.branch();
        let info = |at: &usize| CommitInfo {
            id: oid(*at),
            subject: String::new(),
            author: String::new(),
            time: jiff::Timestamp::UNIX_EPOCH,
        };
        self.tell(RepositoryObserved {
            branch: "main".into(),
            head: self.head.map(oid),
            commits: branch.iter().take(self.listed).map(info).collect(),
            total: u32::try_from(branch.len()).unwrap(),
            dirty: Vec::new(),
            tree: None,
            code: None,
        });
    }

    fn goes(&mut self, kind: MoveKind, target: Target, restored: Option<u32>, to: Option<usize>) -> u32 {
        self.moves += 1;
        let mut moved = samples::rolled_back(kind, self.moves, target);
        (moved.from, moved.to) = (self.head.map(oid), to.map(oid));
        moved.restored = restored;
        self.head = to;
        self.tell(moved);
        self.observed();
        self.moves
    }

    fn back(&mut self, target: Target, to: Option<usize>) {
        let before = self.head;
        let number = self.goes(MoveKind::Rollback, target, None, to);
        self.undo.push((number, before));
        self.redo.clear();
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Commit(unseen) => {
                let parent = self.head.map(oid);
                let made = self.add(true);
                self.unseen.insert(made, unseen);
                self.tell(CommitMade {
                    unseen: Some((unseen, 9)),
                    ..samples::commit_made(oid(made), parent)
                });
            }
            Act::ByHand => {
                let made = self.add(false);
                self.tell(FeatureListEdited {
                    by: "human".into(),
                    edit: FeatureEdit::Add {
                        after: None,
                        text: FeatureText::default(),
                    },
                    title: "add F009".into(),
                    reason: "why".into(),
                    renamed: Vec::new(),
                    commit: Some(oid(made)),
                });
                self.observed();
            }
            Act::Beside => {
                self.add(false);
            }
            Act::Checkpoint => {
                self.checkpoints.push(self.head);
                self.tell(CheckpointMade {
                    checkpoint: CheckpointId(u32::try_from(self.checkpoints.len()).unwrap()),
                    cause: CheckpointCause::Step,
                    tree: samples::oid('f'),
                    code: None,
                    head: self.head.map(oid),
                    call: None,
                    left_out: Vec::new(),
                    wrote: Vec::new(),
                });
            }
            Act::Review(which, settled) => {
                let owed = self.owed();
                let Some((commit, unseen)) = owed.get(which % owed.len().max(1)).copied() else {
                    return;
                };
                let left = if settled { 0 } else { unseen - 1 };
                // A commit of which every hunk was seen stays owed a look until its reader says that they are done.
                self.unseen.insert(commit, left);
                self.tell(CommitReviewed {
                    commit: oid(commit),
                    hunks_seen: 9 - left,
                    hunks: 9,
                    settled: left == 0,
                    comments: Vec::new(),
                    message: None,
                });
            }
            Act::ToCommit(which) => {
                let at = which % self.commits.len().max(1);
                let commit = oid(at);
                let target = Target::Commit { commit };
                if self.state.moment_of(&target).is_some() {
                    self.back(target, Some(at));
                }
            }
            Act::ToCheckpoint(which) => {
                let at = which % self.checkpoints.len();
                let checkpoint = CheckpointId(u32::try_from(at + 1).unwrap());
                self.back(Target::Checkpoint { checkpoint }, self.checkpoints[at]);
            }
            Act::Undo => {
                if let Some((number, to)) = self.undo.pop() {
                    let before = self.head;
                    let made = self.goes(MoveKind::Undo, Target::Undo, Some(number), to);
                    self.redo.push((made, before));
                }
            }
            Act::Redo => {
                if let Some((number, to)) = self.redo.pop() {
                    let before = self.head;
                    let made = self.goes(MoveKind::Redo, Target::Redo, Some(number), to);
                    self.undo.push((made, before));
                }
            }
        }
    }

    /// The engine's commits that the branch holds, oldest first.
    fn held(&self) -> Vec<usize> {
        let mut held: Vec<usize> = self.branch().into_iter().filter(|at| self.commits[*at].1).collect();
        held.reverse();
        held
    }

    fn owed(&self) -> Vec<(usize, u32)> {
        let owed = self.held().into_iter().map(|at| (at, self.unseen[&at]));
        owed.filter(|(_, unseen)| *unseen > 0).collect()
    }

    /// What the log tells of both must be what is so.
    fn check(&self) -> Result<(), String> {
        let number = |id: &Oid| usize::from_str_radix(id.as_str(), 16).unwrap();
        let told = self.state.debts.iter().map(|debt| (number(&debt.commit), debt.unseen));
        let told: Vec<_> = told.collect();
        if told != self.owed() {
            return Err(format!("owed: told {told:?}, are {:?}", self.owed()));
        }
        let told = self
            .state
            .commits_held()
            .into_iter()
            .map(|commit| number(&commit.made.commit));
        let told: Vec<_> = told.collect();
        if told != self.held() {
            return Err(format!("held: told {told:?}, are {:?}", self.held()));
        }
        Ok(())
    }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0..3_u32).prop_map(Act::Commit),
        2 => Just(Act::ByHand),
        1 => Just(Act::Beside),
        1 => Just(Act::Checkpoint),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(which, settled)| Act::Review(which, settled)),
        1 => any::<usize>().prop_map(Act::ToCommit),
        1 => any::<usize>().prop_map(Act::ToCheckpoint),
        2 => Just(Act::Undo),
        1 => Just(Act::Redo),
    ];
    proptest::collection::vec(act, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_is_done_the_log_tells_what_the_branch_holds_and_what_is_owed_a_look(acts in acts(), listed in 3..60_usize) {
        let mut project = Project::new(listed);
        for (at, act) in acts.iter().enumerate() {
            project.act(act);
            project.check().map_err(|why| TestCaseError::fail(format!("after {at}, {act:?}: {why}")))?;
        }
    }
}

#[test]
fn what_was_owed_before_a_move_is_owed_once_it_is_undone_also_if_a_person_committed_last() {
    let mut project = Project::new(200);
    for act in [
        Act::Commit(5),
        Act::Commit(6),
        Act::Checkpoint,
        Act::Commit(7),
        Act::ByHand,
        Act::ToCheckpoint(1),
    ] {
        project.act(&act);
        project.check().unwrap();
    }
    let debt = |project: &Project| project.state.debts.iter().map(|debt| debt.unseen).sum::<u32>();
    assert_eq!(debt(&project), 11);
    project.act(&Act::Undo);
    assert_eq!(debt(&project), 18, "as before the move");
    // What was looked at meanwhile is not owed again.
    project.act(&Act::Redo);
    project.act(&Act::Review(0, true));
    project.act(&Act::Undo);
    assert_eq!(debt(&project), 13);
}
