//! A run in a worktree: what the header says, and the ways to finish.

use super::{check, live, perform, tell};
use crate::protocol::WorkTree;
use crate::protocol::event::{RunEnded, RunOutcome, WorktreeTaken};
use crate::ui::keymap::Action;

/// What the log is told of a worktree.
pub fn taken() -> WorktreeTaken {
    WorktreeTaken {
        tree: WorkTree {
            name: "main".into(),
            path: "/home/ada/src/notes-longhaul-main".into(),
            checkout: "/home/ada/src/notes".into(),
            branch: "longhaul/main".into(),
            base: "4d2a9c10e7b35f8864d0c1b29a7e6f5031c8d94e".into(),
            into: Some("main".into()),
        },
        left_behind: 2,
    }
}

#[test]
fn a_worktree_and_its_end() {
    for size in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut model = live(size);
        tell(&mut model, taken());
        check("worktree", &mut model);
        tell(
            &mut model,
            RunEnded {
                outcome: RunOutcome::AllPassing,
                reason: "Every feature of the list passes.".into(),
            },
        );
        check("worktree-end", &mut model);
        perform(&mut model, Action::FinishWorktree, &mut Vec::new());
        check("finish", &mut model);
    }
}
