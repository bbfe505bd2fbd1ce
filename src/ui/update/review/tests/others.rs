//! Reviews of other things than a commit, and from other places than its page.

use super::*;
use crate::protocol::event::{CommitMade, CommitReviewed, StopRequested};
use crate::protocol::{Oid, StopMode, samples};
use crate::session::state::Debt;
use crate::ui::model::review::Extent;
use crate::ui::screenshots::sample_diff;

#[test]
fn a_command_is_shown_whole_and_decided_by_the_same_keys() {
    let mut model = undisturbed((120, 40));
    let body = format!("rm -rf build\nprintf '{}\u{202e}'\t", "x".repeat(5_000));
    waiting::tell(
        &mut model,
        GateOpened {
            gate: GateId(3),
            what: GateKind::Command,
            call: "c".into(),
            title: "rm -rf build".into(),
            body,
            tree: None,
            commit: None,
            particulars: None,
        },
    );
    keys(&mut model, "a");
    let shown = screen(&mut model);
    assert!(
        shown.contains("a shell command") && shown.contains("Hidden characters"),
        "{shown}"
    );
    assert_eq!(keys(&mut model, "a"), [], "its end was not seen");
    keys(&mut model, "G");
    assert!(screen(&mut model).contains("<U+202E>"));
    let answer = answered(&keys(&mut model, "a"));
    assert_eq!((answer.gate, answer.tree), (GateId(3), None));
    assert!(answer.seen.unwrap().end);
}

#[test]
fn the_oldest_of_questions_and_gates_is_opened() {
    let mut model = live((120, 40));
    waiting::open(&mut model, waiting::gate(), waiting::files());
    model.state.open_gates[0].since = model.state.last_time.unwrap() + Duration::from_secs(9);
    keys(&mut model, "a");
    assert!(matches!(model.popup, Some(Popup::Question(_))), "the question is older");
    keys(&mut model, "Esc");
    model.state.open_gates[0].since = jiff::Timestamp::UNIX_EPOCH;
    keys(&mut model, "a");
    assert!(model.open_review().is_some(), "the gate is older");
    keys(&mut model, "s");
    assert!(matches!(model.popup, Some(Popup::Question(_))), "the next that waits");
}

#[test]
fn watchers_decide_nothing() {
    let mut model = waiting();
    keys(&mut model, "a G");
    model.closed = true;
    assert_eq!(keys(&mut model, "a d D"), []);
    assert_eq!(model.situation(), Situation::Review);
}

#[test]
fn split_needs_room_and_keeps_the_line() {
    let mut model = waiting();
    model.size.width = 119;
    keys(&mut model, "a |");
    assert!(model.note.as_ref().unwrap().text.contains("120 columns"));
    model.size.width = 160;
    keys(&mut model, "/ t a g = Enter n N |");
    let shown = screen(&mut model);
    let row = shown.lines().find(|line| line.contains("tag=$(tag_of")).unwrap();
    assert!(
        row.contains("awk -v q=\"$1\" -f") && row.contains('▌'),
        "before beside after, under the cursor:\n{row}"
    );
    keys(&mut model, "c");
    text(&mut model, "beside");
    keys(&mut model, "Enter");
    assert!(screen(&mut model).contains("you: beside"));
}

#[test]
fn autonomy_is_chosen_from_a_window_that_was_seen() {
    let mut model = undisturbed((120, 40));
    let at = Duration::from_secs(10);
    press(&mut model, KeyCode::Char('M'), at);
    assert_eq!(press(&mut model, KeyCode::Enter, at + MS), []);
    frame(&mut model, at + 2 * MS);
    let shown = screen(&mut model);
    assert!(
        shown.contains("What waits for you") && shown.contains("queue up for you"),
        "{shown}"
    );
    let level = crate::protocol::Autonomy::Deferred;
    assert_eq!(
        keys(&mut model, "g g j j Enter"),
        [Effect::Send(Command::SetAutonomy { level })]
    );
    assert!(model.popup.is_none());
}

#[test]
fn neither_the_palette_nor_the_help_can_decide() {
    for typed in [": a p p r o v e Enter", "? / a p p r o v e Enter Enter"] {
        let mut model = waiting();
        keys(&mut model, "a");
        let sent = keys(&mut model, typed);
        assert!(
            !sent.iter().any(|effect| matches!(effect, Effect::Send(_))),
            "{typed}: {sent:?}"
        );
        assert!(
            model.note.as_ref().unwrap().text.contains("only by its own key"),
            "{:?}",
            model.note
        );
    }
}

/// A live run with a commit of three hunks that nobody saw, on a screen that shows all of them.
fn owing() -> (Model, Oid) {
    let mut model = undisturbed((120, 90));
    let last = model.state.commits.last().unwrap().clone();
    let commit = last.made.commit.clone();
    let mut answer = sample_diff(&commit);
    answer.time = last.time;
    model.diffs.insert(commit.clone(), Loaded::Ready(answer));
    model.state.debts.push(Debt {
        commit: commit.clone(),
        unseen: 3,
        hunks: 3,
    });
    (model, commit)
}

fn looked(effects: &[Effect]) -> Vec<(u32, bool)> {
    let reviewed = effects.iter().filter_map(|effect| match effect {
        Effect::Send(Command::ReviewCommit(reviewed)) => Some((reviewed.hunks_seen, reviewed.settled)),
        _ => None,
    });
    reviewed.collect()
}

#[test]
fn a_page_of_unseen_work_that_is_left_at_once_was_not_looked_at() {
    let (mut model, _) = owing();
    let at = model.elapsed + Duration::from_secs(2);
    press(&mut model, KeyCode::Char('u'), at);
    frame(&mut model, at + 5 * MS);
    assert_eq!(
        looked(&press(&mut model, KeyCode::Esc, at + 300 * MS)),
        [],
        "one frame is no look"
    );
    assert_eq!(looked(&keys(&mut model, "u Esc")), [(3, false)], "two seconds are");
}

#[test]
fn what_is_seen_of_unseen_work_is_kept_as_it_is_seen_and_counted_once() {
    let (mut model, commit) = owing();
    let at = model.elapsed + Duration::from_secs(2);
    press(&mut model, KeyCode::Char('u'), at);
    assert_eq!(looked(&frame(&mut model, at + 5 * MS)), []);
    assert!(screen(&mut model).contains("3 hunks not seen by anyone"));
    let sent = frame(&mut model, at + 600 * MS);
    assert_eq!(looked(&sent), [(3, false)], "the page stays open");
    let shown = screen(&mut model);
    assert!(
        shown.contains("seen 3 of 3 hunks") && shown.contains("0 hunks not seen by anyone"),
        "one count, stored or not:\n{shown}"
    );
    assert_eq!(looked(&frame(&mut model, at + 9_000 * MS)), [], "told once");
    let reviewed = CommitReviewed {
        commit,
        hunks_seen: 3,
        hunks: 3,
        settled: false,
        comments: Vec::new(),
        message: None,
    };
    waiting::tell(&mut model, reviewed);
    assert_eq!(
        looked(&press(&mut model, KeyCode::Esc, at + 9_001 * MS)),
        [],
        "nothing is left to tell"
    );

    // Days later in another window: what was seen is counted, whichever hunks those were.
    let (mut model, _) = owing();
    model.state.debts[0].unseen = 1;
    press(&mut model, KeyCode::Char('u'), at);
    let shown = screen(&mut model);
    assert!(
        shown.contains("seen 2 of 3 hunks") && shown.contains("1 hunk not seen by anyone"),
        "{shown}"
    );
}

#[test]
fn hunks_that_are_seen_one_after_the_other_are_kept_together() {
    let (mut model, commit) = owing();
    let target = Target::Commit(commit);
    let at = model.elapsed + Duration::from_secs(2);
    press(&mut model, KeyCode::Char('u'), at);
    frame(&mut model, at + 5 * MS);
    let see = |model: &mut Model, hunk: usize, at: Duration| {
        let review = model.review_mut(&target).unwrap();
        review.progress.put_away();
        review.progress.mark((Extent::Whole, 0, hunk));
        looked(&frame(model, at))
    };
    assert_eq!(see(&mut model, 90, at + 100 * MS), [(1, false)]);
    assert_eq!(see(&mut model, 91, at + 200 * MS), []);
    assert_eq!(model.stores_at(), None, "the log has not the first yet");
    model.state.debts[0].unseen = 2;
    assert_eq!(see(&mut model, 91, at + 300 * MS), [], "so soon after it");
    assert!(
        model.next_change().is_some_and(|next| next <= at + 1_100 * MS),
        "nobody must press a key for it"
    );
    assert_eq!(see(&mut model, 91, at + 1_100 * MS), [(2, false)]);
}

#[test]
fn time_behind_a_window_is_no_look() {
    let (mut model, _) = owing();
    let at = model.elapsed + Duration::from_secs(2);
    press(&mut model, KeyCode::Char('u'), at);
    frame(&mut model, at + 5 * MS);
    press(&mut model, KeyCode::Char('?'), at + 100 * MS);
    frame(&mut model, at + 105 * MS);
    press(&mut model, KeyCode::Esc, at + Duration::from_secs(9));
    assert_eq!(looked(&press(&mut model, KeyCode::Esc, at + Duration::from_secs(9) + MS)), []);
}

#[test]
fn what_was_seen_of_a_commit_that_policy_lets_through_stays_seen() {
    for (typed, told) in [("a Esc", &[(5, true)][..]), ("M Esc", &[])] {
        let mut model = waiting();
        model.size.height = 90;
        keys(&mut model, typed);
        waiting::tell(&mut model, decided(17, GateDecision::Approve, "policy", ""));
        let made = CommitMade {
            tree: waiting::gate().tree.unwrap(),
            unseen: Some((5, 5)),
            ..samples::commit_made("c0ffee", None)
        };
        assert_eq!(looked(&waiting::tell(&mut model, made)), told, "{typed}");
    }
}

#[test]
fn a_denial_before_a_stop_says_who_is_told() {
    let mut model = waiting();
    keys(&mut model, "a d");
    assert!(screen(&mut model).contains("Why not? The agent is told, and goes on."));
    let mode = StopMode::AfterStep;
    waiting::tell(&mut model, StopRequested { mode });
    assert!(screen(&mut model).contains("Why not? The session ends; the next one is told."));
}

#[test]
fn looking_back_shows_what_the_guards_found_of_the_commit() {
    for (decision, by) in [(GateDecision::Approve, "human"), (GateDecision::Approve, "policy")] {
        let mut model = undisturbed((120, 40));
        let mut gate = waiting::gate();
        let weaker = "weaker test: tests/03-delete.sh:5 deletes: expected `1`, now `2`";
        gate.commit.as_mut().unwrap().findings.push((false, weaker.into()));
        let tree = gate.tree.clone().unwrap();
        waiting::tell(&mut model, gate);
        waiting::tell(&mut model, decided(17, decision, by, ""));
        let made = CommitMade {
            tree,
            unseen: Some((5, 5)),
            ..samples::commit_made("c0ffee", None)
        };
        waiting::tell(&mut model, made);
        let shown = keys_and_screen(&mut model, "u");
        assert!(shown.contains("Looking back"), "{shown}");
        let session = model.state.current().unwrap().number;
        let by = if by == "human" {
            "with your approval"
        } else {
            "let through by policy"
        };
        assert!(
            shown.contains(&format!("made by  the agent in {session}, {by}")),
            "{by}: {shown}"
        );
        assert!(
            shown.contains("guards") && shown.contains("not ok: weaker test"),
            "{by}: {shown}"
        );
        model.size = ratatui::layout::Size { width: 40, height: 10 };
        assert!(screen(&mut model).contains("1 not ok"), "where the facts do not fit");
    }
}

fn keys_and_screen(model: &mut Model, typed: &str) -> String {
    keys(model, typed);
    screen(model)
}
