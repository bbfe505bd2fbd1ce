//! Rounds of a review: answers that came too late, what comes next, what was seen before.

use super::*;
use crate::protocol::event::NotesEdited;
use crate::ui::keymap::Action;
use crate::ui::model::popup::ARMING;
use crate::ui::model::review::Extent;
use crate::ui::testing::look;
use crate::ui::update::refusal;

#[test]
fn a_gate_that_goes_away_says_so_and_keeps_what_was_typed() {
    let mut model = waiting();
    keys(&mut model, "a d");
    text(&mut model, "because");
    waiting::tell(&mut model, decided(17, GateDecision::Void, "harness", "the tree moved"));
    assert!(screen(&mut model).contains("no longer waits: the tree moved"));
    assert_eq!(keys(&mut model, "Enter"), [], "nothing is sent");
    assert_eq!(keys(&mut model, "C-y"), [Effect::Copy("because".into())]);
    assert_eq!(keys(&mut model, "Esc a d D"), [], "no key decides any more");
    keys(&mut model, "Esc");
    assert!(model.pages.is_empty());
}

#[test]
fn files_changed_from_outside_are_told_on_the_page_and_an_answer_that_came_too_late_is_told_below() {
    let mut model = waiting();
    keys(&mut model, "a");
    let seen = |what, paths: &[&str], detail: &str| ExternalChangeSeen {
        what,
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        detail: detail.to_owned(),
    };
    waiting::tell(
        &mut model,
        seen(ExternalKind::Tree, &[".git/index"], "git's index follows again"),
    );
    assert!(!screen(&mut model).contains("does not count"));
    waiting::tell(
        &mut model,
        seen(ExternalKind::Tree, &["README.md"], "1 file changed from outside"),
    );
    assert!(screen(&mut model).contains("README.md changed from outside: an approval opens the next round"));
    keys(&mut model, "d Enter");
    assert!(model.pages.is_empty());
    waiting::tell(
        &mut model,
        decided(17, GateDecision::Void, "harness", "the tree moved: README.md changed"),
    );
    let note = model.note.as_ref().unwrap();
    assert!(
        note.warning && note.text.contains("did not count: the tree moved"),
        "{}",
        note.text
    );
}

#[test]
fn what_a_process_of_the_agent_writes_is_named_and_a_key_ends_the_process() {
    let mut model = waiting();
    assert!(refusal(&model, Action::EndProcesses).is_some(), "no page of a gate is open");
    keys(&mut model, "a");
    let seen = ExternalChangeSeen {
        what: ExternalKind::Tree,
        paths: vec!["bg.log".into()],
        detail: format!("1 file {}", ExternalChangeSeen::BY_EITHER),
    };
    waiting::tell(&mut model, seen);
    let told = "bg.log changed (by what the agent left running, or another): an approval opens the next round; x ends what runs";
    assert!(screen(&mut model).contains(told), "{}", screen(&mut model));
    assert_eq!(keys(&mut model, "x"), [Effect::Send(Command::EndProcesses)]);
    let ended = ExternalChangeSeen {
        what: ExternalKind::Processes,
        paths: vec!["sh -c loop".into()],
        detail: "1 process of the agent was ended at the human's word".into(),
    };
    waiting::tell(&mut model, ended);
    assert!(model.note.as_ref().unwrap().text.contains("1 process of the agent was ended"));
    assert!(!screen(&mut model).contains("x end what runs"), "nothing runs any more");
    assert!(matches!(model.open_review().unwrap().standing, Standing::Waits));
    // The engine compares the files by itself, and the page goes on to what it found.
    waiting::tell(&mut model, decided(17, GateDecision::Void, "harness", "bg.log changed"));
    let (gate, files) = second_round();
    waiting::open(&mut model, gate, files);
    assert_eq!(model.open_review().unwrap().target, Target::Gate(GateId(18)));
    screen(&mut model);
    let at = model.elapsed;
    assert_eq!(press(&mut model, KeyCode::Char('a'), at), [], "it has just appeared");
    assert_eq!(answered(&keys(&mut model, "G a a")).gate, GateId(18));
}

#[test]
fn an_approval_of_files_that_moved_leads_to_the_next_round_on_the_page() {
    let moved = || ExternalChangeSeen {
        what: ExternalKind::Tree,
        paths: vec!["README.md".into()],
        detail: "1 file changed from outside".into(),
    };
    let mut model = waiting();
    keys(&mut model, "a G");
    waiting::tell(&mut model, moved());
    assert_eq!(answered(&keys(&mut model, "a a")).gate, GateId(17));
    assert!(screen(&mut model).contains("the answer is on its way"));
    assert_eq!(keys(&mut model, "a"), [], "one answer is enough");
    waiting::tell(
        &mut model,
        decided(17, GateDecision::Void, "harness", "the tree moved: README.md"),
    );
    assert!(model.note.as_ref().unwrap().text.contains("did not count: the tree moved"));
    let (gate, files) = second_round();
    waiting::open(&mut model, gate, files);
    assert_eq!(model.open_review().unwrap().target, Target::Gate(GateId(18)));
    screen(&mut model);
    let at = model.elapsed;
    assert_eq!(press(&mut model, KeyCode::Char('a'), at), [], "it has just appeared");

    // What was changed back before the engine looked is approved, and the page closes.
    let mut model = waiting();
    keys(&mut model, "a G");
    waiting::tell(&mut model, moved());
    keys(&mut model, "a a");
    waiting::tell(&mut model, decided(17, GateDecision::Approve, "human", ""));
    assert!(model.pages.is_empty());
}

#[test]
fn the_key_that_ends_what_runs_stands_beside_the_others_while_something_does() {
    let mut model = waiting();
    keys(&mut model, "a");
    assert!(!screen(&mut model).contains("x end what runs"));
    let mut model = undisturbed((120, 90));
    let mut gate = waiting::gate();
    gate.commit.as_mut().unwrap().running = vec!["sh loop.sh".into()];
    waiting::open(&mut model, gate, waiting::files());
    keys(&mut model, "a");
    assert!(screen(&mut model).contains("x end what runs"), "{}", screen(&mut model));
}

#[test]
fn files_that_moved_before_the_page_is_opened_are_told_when_it_is() {
    let mut model = waiting();
    let seen = ExternalChangeSeen {
        what: ExternalKind::Tree,
        paths: vec!["ext.txt".into()],
        detail: "1 file changed from outside".into(),
    };
    waiting::tell(&mut model, seen);
    keys(&mut model, "a");
    let told = "ext.txt changed from outside: an approval opens the next round";
    assert!(screen(&mut model).contains(told), "{}", screen(&mut model));

    let mut model = waiting();
    let saved = NotesEdited {
        by: "human".into(),
        added: 1,
        removed: 0,
        hash: String::new(),
    };
    waiting::tell(&mut model, saved);
    keys(&mut model, "a");
    let told = "the human edited the progress notes: +1 -0 lines: an approval opens the next round";
    assert!(screen(&mut model).contains(told), "{}", screen(&mut model));
}

#[test]
fn the_next_gate_is_shown_only_after_a_key_and_takes_the_comments_over() {
    let mut model = waiting();
    keys(&mut model, "a / t a g = Enter n N c");
    text(&mut model, "moved");
    keys(&mut model, "Enter / Esc / t a g s . a w k Enter n N c");
    text(&mut model, "stays");
    keys(&mut model, "Enter");
    assert_eq!(model.open_review().unwrap().comments.len(), 2);
    waiting::tell(&mut model, decided(17, GateDecision::Void, "harness", "the tree moved"));
    let (mut gate, files) = second_round();
    gate.commit.as_mut().unwrap().previous = None;
    waiting::open(&mut model, gate, files);
    let old = model.open_review().unwrap().target.clone();
    assert_eq!(old, Target::Gate(GateId(17)), "the page does not change under the reader");
    assert_eq!(keys(&mut model, "a"), []);
    model.size.height = 90;
    keys(&mut model, "s");
    assert_eq!(model.open_review().unwrap().target, Target::Gate(GateId(18)));
    let shown = screen(&mut model);
    assert!(shown.contains("Comments on lines that are no longer there"), "{shown}");
    assert!(shown.contains("you: stays") && shown.contains("you: moved"));
    assert_eq!(answered(&keys(&mut model, "d Enter")).comments.len(), 2, "none is lost");
}

#[test]
fn the_next_round_knows_what_was_said_and_seen_and_what_changed_since() {
    let mut model = waiting();
    keys(&mut model, "a Space Space Space Space Space / t a g = Enter n N c");
    text(&mut model, "use q");
    keys(&mut model, "Enter d Enter");
    waiting::tell(&mut model, decided(17, GateDecision::Reject, "human", ""));
    let (gate, files) = second_round();
    let (from, to) = (gate.commit.as_ref().unwrap().previous.clone(), gate.tree.clone().unwrap());
    waiting::open(&mut model, gate, files.clone());
    // It comes as an answer, as the engine gives it.
    let key = (waiting::gate().commit.unwrap().base, to.clone());
    model.changes.remove(&key);
    keys(&mut model, "a");
    let query = Query::TreeDiff {
        from: key.0,
        to: to.clone(),
    };
    update(&mut model, Msg::Answered(query, Answer::TreeDiff { files: files.clone() }));
    let review = model.open_review().unwrap();
    assert_eq!(
        review.progress.seen(review.extent),
        3,
        "all but the hunk that is new, and the file that is not text"
    );
    let at = model.elapsed;
    frame(&mut model, at);
    assert!(screen(&mut model).contains("you, last round: use q"));
    let asked = keys(&mut model, "w");
    assert_eq!(
        asked,
        [Effect::Ask(Query::TreeDiff {
            from: from.clone(),
            to: to.clone()
        })]
    );
    model.changes.insert((from, to), Loaded::Ready(files[2..3].to_vec()));
    model.open_review_mut().unwrap().touch();
    assert!(screen(&mut model).contains("Only what changed since the last round"));
    keys(&mut model, "w G");
    assert_eq!(
        answered(&keys(&mut model, "a a")).comments,
        [],
        "what was sent is not sent again"
    );
}

#[test]
fn an_answer_that_does_not_count_leaves_everything_as_it_was_written() {
    let mut model = waiting();
    keys(&mut model, "a j j j j j j j j c");
    text(&mut model, "hm");
    keys(&mut model, "Enter d Enter");
    assert_eq!(model.reviews[0].standing, Standing::Sent);
    waiting::tell(
        &mut model,
        GateAnswerRefused {
            gate: GateId(17),
            reason: "the tree moved".into(),
        },
    );
    assert!(model.note.as_ref().unwrap().text.contains("did not count"));
    keys(&mut model, "a");
    assert_eq!(model.open_review().unwrap().comments.len(), 1);
    assert_eq!(answered(&keys(&mut model, "d Enter")).comments.len(), 1);
}

/// A round that was denied on a screen of so many rows, and the next one, which adds a file, on a small one.
fn next_round_with_a_file_more(rows: u16) -> Model {
    let mut model = waiting();
    model.size.height = rows;
    keys(&mut model, "a d Enter");
    waiting::tell(&mut model, decided(17, GateDecision::Reject, "human", ""));
    let (gate, _) = second_round();
    let (from, to) = (gate.commit.as_ref().unwrap().previous.clone(), gate.tree.clone().unwrap());
    let added = FileDiff {
        path: "zz.md".into(),
        note: String::new(),
        patch: "@@ -0,0 +1,2 @@\n+one\n+two\n".into(),
        ..waiting::files()[3].clone()
    };
    let files = waiting::files().into_iter().chain([added.clone()]).collect();
    waiting::open(&mut model, gate, files);
    model.changes.insert((from, to), Loaded::Ready(vec![added]));
    model.size.height = 16;
    keys(&mut model, "a");
    look(&mut model);
    model
}

#[test]
fn what_no_round_ever_showed_is_not_approved_from_the_view_of_what_changed_since_without_a_word() {
    let mut model = next_round_with_a_file_more(16);
    keys(&mut model, "w G");
    look(&mut model);
    let shown = screen(&mut model);
    assert!(shown.contains("1/1 seen"), "all there is in view: {shown}");
    assert_eq!(keys(&mut model, "a"), []);
    let shown = screen(&mut model);
    assert!(
        shown.contains("hunks not seen in any round; a again does it all the same"),
        "{shown}"
    );
    let review = model.open_review().unwrap();
    let counted = review.progress.seen(Extent::Whole);
    assert!(counted < 6, "a small screen: {counted}");
    let seen = answered(&keys(&mut model, "a")).seen.unwrap();
    assert_eq!((seen.hunks, seen.hunks_seen as usize), (6, counted));
}

#[test]
fn what_is_seen_of_the_changes_since_the_last_round_counts_for_the_whole() {
    let mut model = next_round_with_a_file_more(90);
    let before = model.open_review().unwrap().progress.seen(Extent::Whole);
    assert_eq!(before, 5, "the first round was on the screen, and is the same");
    model.size.height = 40;
    keys(&mut model, "w");
    look(&mut model);
    let shown = screen(&mut model);
    assert!(
        shown.contains("seen 1 of 1 hunk since the last round, 6 of 6 hunks in all"),
        "{shown}"
    );
    let seen = answered(&keys(&mut model, "a")).seen.unwrap();
    assert_eq!(
        (seen.hunks, seen.hunks_seen),
        (6, 6),
        "no word is needed, and the log counts the same"
    );
}

#[test]
fn a_line_written_otherwise_is_seen_with_the_rest_of_its_hunk_from_the_last_round() {
    let mut model = waiting();
    model.size.height = 90;
    keys(&mut model, "a d Enter");
    waiting::tell(&mut model, decided(17, GateDecision::Reject, "human", ""));
    let (gate, files) = second_round();
    let (from, to) = (gate.commit.as_ref().unwrap().previous.clone(), gate.tree.clone().unwrap());
    let line = |text: &str| format!("      tag=$(tag_of \"{text}\")");
    let patch = format!("@@ -34,1 +34,1 @@\n-{}\n+{}\n", line("$1"), line("$q"));
    let since = FileDiff {
        patch,
        ..files[2].clone()
    };
    waiting::open(&mut model, gate, files);
    model.changes.insert((from, to), Loaded::Ready(vec![since]));
    model.size.height = 16;
    keys(&mut model, "a");
    look(&mut model);
    assert_eq!(
        model.open_review().unwrap().progress.seen(Extent::Whole),
        4,
        "all but the changed one"
    );
    keys(&mut model, "w G");
    look(&mut model);
    let review = model.open_review().unwrap();
    assert_eq!(
        (review.progress.seen(Extent::SinceLast), review.progress.seen(Extent::Whole)),
        (1, 5)
    );
}

#[test]
fn the_screen_is_drawn_once_more_where_a_frame_showed_what_it_counts() {
    let mut model = waiting();
    let at = model.elapsed + Duration::from_secs(2);
    press(&mut model, KeyCode::Char('a'), at);
    screen(&mut model);
    assert_eq!(update(&mut model, Msg::Drawn(at + MS)), [], "one frame is no look");
    model.elapsed = at + MS;
    let counts = at + MS + ARMING;
    assert_eq!(model.next_change(), Some(counts), "the loop wakes up for it");
    screen(&mut model);
    let first = update(&mut model, Msg::Drawn(counts));
    assert!(first.contains(&Effect::DrawAgain), "{first:?}");
    screen(&mut model);
    assert_eq!(update(&mut model, Msg::Drawn(counts + MS)), [], "and not for ever");
}

#[test]
fn the_end_that_no_frame_has_shown_yet_has_no_lines_below() {
    let mut model = waiting();
    model.size.height = 16;
    keys(&mut model, "a a");
    assert!(screen(&mut model).contains("end not seen: "), "asked once");
    keys(&mut model, "G");
    let shown = screen(&mut model);
    assert!(!shown.contains("end not seen") && !shown.contains("0 lines below"), "{shown}");
}

#[test]
fn a_commit_that_the_pre_commit_hook_refuses_is_approved_by_a_key_of_its_own() {
    let mut model = undisturbed((120, 90));
    let mut gate = waiting::gate();
    gate.commit.as_mut().unwrap().hook_failure = Some("The user's pre-commit hook fails with exit code 3.".into());
    waiting::open(&mut model, gate, waiting::files());
    keys(&mut model, "a");
    assert!(screen(&mut model).contains("approve over the hook"));
    assert_eq!(keys(&mut model, "a"), []);
    assert!(screen(&mut model).contains("your pre-commit hook does not let it through; a again commits over it"));
    assert_eq!(answered(&keys(&mut model, "a")).decision, GateDecision::Approve);
}
