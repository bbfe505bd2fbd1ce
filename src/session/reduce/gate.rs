//! Gates, the level of autonomy, and what a person has not seen yet.

use super::At;
use crate::protocol::GateDecision;
use crate::protocol::event::{
    AutonomyChanged, CommitMade, CommitReviewed, ExternalChangeSeen, ExternalKind, GateAnswerRefused, GateCommented, GateDecided,
    GateKind, GateOpened, Particulars, StrangeCommit,
};
use crate::session::Headway;
use crate::session::state::{
    Activity, ApprovedChange, ByHand, Debt, Fate, LetThrough, OpenGate, Outside, Remark, Reworded, State, Unjudged,
};
use crate::session::timeline::ItemKind;
use jiff::SignedDuration;

/// How the log names a person.
const HUMAN: &str = "human";
/// How it names the level of autonomy, where that decided.
const POLICY: &str = "policy";

impl ByHand {
    const fn note(&mut self, decision: GateDecision) {
        match decision {
            GateDecision::Approve => self.approved += 1,
            GateDecision::Reject | GateDecision::RejectAndStop => self.denied += 1,
            GateDecision::Void => return,
        }
        self.denied_last = !matches!(decision, GateDecision::Approve);
    }
}

impl State {
    pub(super) fn gate_opened(&mut self, at: At, event: &GateOpened) {
        self.last_gate = event.gate;
        self.take_remarks_over(event);
        self.open_gates.push(OpenGate {
            since: at.time,
            session: at.session,
            opened: event.clone(),
            outside: None,
            notes_edited: false,
        });
        self.amend_call(at, &event.call, |call| call.waits = true);
        self.push(
            at,
            ItemKind::Gate {
                gate: event.gate,
                title: event.title.clone(),
                decision: None,
            },
        );
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::NeedsHuman);
        }
    }

    pub(super) fn gate_decided(&mut self, at: At, event: &GateDecided) {
        let open = self.open_gates.iter().position(|open| open.opened.gate == event.gate);
        let open = open.map(|open| self.open_gates.remove(open));
        // Files of an artifact have a tree too; a gate that the log does not open is told apart by its tree alone.
        let of_commit = event.tree.is_some() && open.as_ref().is_none_or(|open| open.opened.what == GateKind::Commit);
        // What policy or a check refused comes again, and what lost its object goes on with the next round.
        let unused = match &open {
            Some(open) if event.by != HUMAN && event.message.is_none() => self.earlier_words(&open.opened).map(str::to_owned),
            _ => None,
        };
        let is_own = |reworded: &Reworded| reworded.gate == event.gate;
        if event.decision == GateDecision::Approve {
            self.reworded.retain(|reworded| !is_own(reworded));
        } else if event.by == HUMAN && event.decision != GateDecision::Void {
            // A commit that comes back has its message still: as it was, or mended, and then a person looks at it first.
            self.reworded.retain(|reworded| !is_own(reworded) || of_commit);
        }
        if event.by == HUMAN && event.decision != GateDecision::Void && !event.comments.is_empty() {
            self.remarks.push(Remark {
                commit: None,
                gate: Some(Box::new(GateCommented {
                    gate: event.gate,
                    what: open.as_ref().map_or(GateKind::Commit, |open| open.opened.what),
                    title: open.as_ref().map_or_else(String::new, |open| open.opened.title.clone()),
                    tree: event.tree.clone(),
                    comments: Vec::new(),
                    message: None,
                    words: None,
                })),
                message: None,
                comments: event.comments.clone(),
                fate: Fate::Delivered,
            });
        }
        if let Some(open) = open {
            if let Some(run) = &mut self.run {
                run.waited += at.time.duration_since(open.since).max(SignedDuration::ZERO);
            }
            self.amend_call(at, &open.opened.call, |call| call.waits = false);
            if event.by == HUMAN && event.decision == GateDecision::Approve {
                self.approved.extend(approved(&open));
            }
            if event.decision == GateDecision::Approve {
                let opened = open.opened.tree.zip(open.opened.commit);
                let by = event.by.clone();
                self.let_through = opened.map(|(tree, facts)| LetThrough { tree, facts, by });
            }
        }
        let denied = matches!(event.decision, GateDecision::Reject | GateDecision::RejectAndStop);
        if of_commit && denied && (event.by == POLICY || event.by == HUMAN) {
            self.unjudged = Some(Unjudged {
                session: at.session,
                reason: event.reason.clone(),
                by_hand: event.by == HUMAN,
            });
        }
        let word = match event.decision {
            GateDecision::Approve => "approved",
            GateDecision::Reject => "denied",
            GateDecision::RejectAndStop => "denied, with a stop,",
            GateDecision::Void => "void",
        };
        let mut told = match event.decision {
            GateDecision::Void => word.to_owned(),
            _ => format!("{word} by {}", event.by),
        };
        let unused = unused.filter(|_| event.decision == GateDecision::Approve);
        let unused = unused.map(|text| format!("your message was not used, for you wrote it for another change: {text}"));
        let reason = Some(event.reason.clone()).filter(|reason| !reason.is_empty());
        if let Some(why) = reason.or(unused) {
            told.push_str(": ");
            told.push_str(&why);
        }
        self.amend_last(at, |kind| match kind {
            ItemKind::Gate { gate, decision, .. } if *gate == event.gate => {
                *decision = Some(told.clone());
                true
            }
            _ => false,
        });
        if event.by == HUMAN {
            self.measure(at, Headway::begin_anew);
            if of_commit {
                self.by_hand.note(event.decision);
            }
        }
        let answered = match event.decision {
            GateDecision::Approve => false,
            GateDecision::Reject | GateDecision::RejectAndStop => true,
            // Somebody had looked at it, and the files moved meanwhile.
            GateDecision::Void => event.seen.is_some(),
        };
        if answered && of_commit {
            self.last_round.clone_from(&event.tree);
        }
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::Tool);
        }
    }

    /// Files were changed from outside: what waits shows them no longer.
    pub(super) fn files_moved(&mut self, seen: &ExternalChangeSeen) {
        if seen.what == ExternalKind::Processes {
            for open in &mut self.open_gates {
                open.outside.iter_mut().for_each(|outside| outside.beside = false);
                open.opened.commit.iter_mut().for_each(|facts| facts.running.clear());
            }
        }
        // What is told of git's own files, of refs and of processes is not part of a change.
        let files = !matches!(seen.what, ExternalKind::Processes | ExternalKind::Refs)
            && seen.paths.iter().any(|path| !path.starts_with(".git/"));
        let bound = self.open_gates.iter_mut().filter(|open| open.opened.tree.is_some());
        for open in bound.filter(|_| files) {
            open.outside = Some(Outside::of(seen));
        }
    }

    /// What was written on a commit that waits no more and was not made goes on with the next round.
    fn take_remarks_over(&mut self, event: &GateOpened) {
        let Self {
            remarks,
            reworded,
            open_gates,
            ..
        } = self;
        if event.what != GateKind::Commit {
            return;
        }
        let waiting = remarks
            .iter_mut()
            .filter(|remark| remark.fate == Fate::Waits && remark.commit.is_none());
        for gate in waiting.filter_map(|remark| remark.gate.as_mut()) {
            let is_open = open_gates.iter().any(|open| open.opened.gate == gate.gate);
            if gate.what == GateKind::Commit && !is_open {
                gate.gate = event.gate;
                gate.tree.clone_from(&event.tree);
            }
        }
        let is_open = |gate| open_gates.iter().any(|open| open.opened.gate == gate);
        // Of several that are left, the latest.
        let left = |reworded: &Reworded| reworded.what == GateKind::Commit && !is_open(reworded.gate);
        if let Some(latest) = reworded.iter().rposition(left) {
            let gate = event.gate;
            let latest = Reworded {
                gate,
                ..reworded[latest].clone()
            };
            reworded.retain(|reworded| !left(reworded));
            reworded.push(latest);
        }
    }

    pub(super) fn gate_commented(&mut self, event: &GateCommented) {
        self.reword(event);
        let Some(message) = event.message else { return };
        let comments = event.comments.clone();
        let gate = Some(Box::new(GateCommented {
            comments: Vec::new(),
            words: None,
            ..event.clone()
        }));
        match self.remarks.iter_mut().rev().find(|remark| remark.message == Some(message)) {
            Some(remark) => (remark.comments, remark.gate) = (comments, gate),
            None => self.remarks.push(Remark {
                commit: None,
                gate,
                message: Some(message),
                comments,
                fate: Fate::Waits,
            }),
        }
    }

    fn reword(&mut self, event: &GateCommented) {
        self.reworded.retain(|reworded| reworded.gate != event.gate);
        let Some(text) = event.words.clone() else { return };
        let open = self.open_gates.iter().find(|open| open.opened.gate == event.gate);
        self.reworded.push(Reworded {
            gate: event.gate,
            what: event.what,
            call: open.map(|open| open.opened.call.clone()),
            tree: event.tree.clone(),
            text,
        });
    }

    pub(super) fn gate_answer_refused(&mut self, event: &GateAnswerRefused) {
        self.refused_answer = Some(event.clone());
    }

    pub(super) const fn autonomy_changed(&mut self, event: &AutonomyChanged) {
        if let Some(run) = &mut self.run {
            run.autonomy = event.level;
        }
    }

    /// A commit that was made with hunks that nobody saw is owed a look.
    pub(super) fn note_debt(&mut self, event: &CommitMade) {
        self.last_round = None;
        // Other work was committed meanwhile: they were not for what comes now.
        self.reworded.retain(|reworded| reworded.what != GateKind::Commit);
        let unmade = self.remarks.iter_mut().filter(|remark| remark.commit.is_none());
        for remark in unmade {
            let tree = remark.gate.as_ref().and_then(|gate| gate.tree.as_ref());
            if tree == Some(&event.tree) {
                remark.commit = Some(event.commit.clone());
            }
        }
        if let Some((unseen, hunks)) = event.unseen
            && unseen > 0
        {
            self.debts.push(Debt {
                commit: event.commit.clone(),
                unseen,
                hunks,
            });
        }
    }

    /// So is one that a command made past the harness.
    pub(super) fn note_strange(&mut self, at: At, commits: &[StrangeCommit]) {
        for StrangeCommit { commit, hunks } in commits.iter().cloned() {
            self.strange_commits.push((at.seq, commit.clone()));
            let unseen = hunks;
            if hunks > 0 {
                self.debts.push(Debt { commit, unseen, hunks });
            }
        }
    }

    pub(super) fn commit_reviewed(&mut self, event: &CommitReviewed) {
        if let Some(message) = event.message {
            let comments = event.comments.clone();
            match self.remarks.iter_mut().rev().find(|remark| remark.message == Some(message)) {
                Some(remark) => remark.comments = comments,
                None => self.remarks.push(Remark {
                    commit: Some(event.commit.clone()),
                    gate: None,
                    message: Some(message),
                    comments,
                    fate: Fate::Waits,
                }),
            }
        }
        // What is put aside may have been on the screen when it was.
        for debts in [&mut self.debts, &mut self.debts_aside] {
            if event.settled {
                debts.retain(|debt| debt.commit != event.commit);
            } else if let Some(debt) = debts.iter_mut().find(|debt| debt.commit == event.commit) {
                // A look at a change that could not be shown knows of no hunk: they are owed all the same.
                let hunks = event.hunks.max(debt.hunks);
                debt.unseen = hunks.saturating_sub(event.hunks_seen).min(debt.unseen);
            }
        }
    }
}

/// What was approved with a gate, if a guarded file waited there.
fn approved(open: &OpenGate) -> Option<ApprovedChange> {
    let Some(Particulars::Artifact { path, .. }) = open.opened.particulars.as_deref() else {
        return None;
    };
    Some(ApprovedChange {
        gate: open.opened.gate,
        session: open.session,
        path: path.clone(),
        tree: open.opened.tree.clone()?,
    })
}

#[cfg(test)]
mod tests;
