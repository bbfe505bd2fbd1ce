//! The review page under keys, bursts of keys, pastes and events, without a terminal.

mod others;
mod rounds;

use crate::protocol::event::{ExternalChangeSeen, ExternalKind, GateAnswerRefused, GateDecided, GateKind, GateOpened};
use crate::protocol::{Answer, Command, FileDiff, GateAnswer, GateDecision, GateId, Query};
use crate::ui::keymap::Situation;
use crate::ui::model::popup::ARMING;
use crate::ui::model::review::{OPENING, Standing, Target};
use crate::ui::model::{Loaded, Model, Popup};
use crate::ui::msg::{Effect, Msg};
use crate::ui::testing::{MS, frame, keys, live, press, screen, text, undisturbed};
use crate::ui::update::update;
use crate::ui::waiting;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Size;
use std::time::Duration;

pub(super) fn waiting() -> Model {
    let mut model = undisturbed((120, 40));
    waiting::open(&mut model, waiting::gate(), waiting::files());
    model
}

fn erase(model: &mut Model, characters: usize) {
    for _ in 0..characters {
        let at = model.elapsed + 10 * MS;
        press(model, KeyCode::Backspace, at);
    }
}

#[track_caller]
pub(super) fn answered(effects: &[Effect]) -> GateAnswer {
    let sent: Vec<_> = effects.iter().filter(|effect| matches!(effect, Effect::Send(_))).collect();
    match sent.as_slice() {
        [Effect::Send(Command::DecideGate(answer))] => answer.clone(),
        other => panic!("one answer, not {other:?}"),
    }
}

pub(super) fn decided(gate: u32, decision: GateDecision, by: &str, reason: &str) -> GateDecided {
    GateDecided {
        gate: GateId(gate),
        decision,
        by: by.into(),
        reason: reason.into(),
        tree: None,
        message: None,
        comments: Vec::new(),
        seen: None,
    }
}

/// The second round: another tree, one line of it written otherwise.
pub(super) fn second_round() -> (GateOpened, Vec<FileDiff>) {
    let mut gate = waiting::gate();
    gate.gate = GateId(18);
    let facts = gate.commit.as_mut().unwrap();
    facts.previous = gate.tree.replace("77777777c0d4f6e8a1b2c3d4e5f60718293a4b5c".into());
    let mut files = waiting::files();
    files[2].patch = files[2].patch.replace("tag=$(tag_of \"$1\")", "tag=$(tag_of \"$q\")");
    (gate, files)
}

#[test]
fn a_gate_opens_by_its_key_alone_and_says_what_is_judged() {
    let mut model = waiting();
    assert!(model.pages.is_empty(), "nothing opens by itself");
    assert!(screen(&mut model).contains("1 waiting (a)"));
    model.size.height = 80;
    keys(&mut model, "a");
    assert!(screen(&mut model).contains("keys armed in a moment"));
    model.elapsed += OPENING;
    let shown = screen(&mut model);
    for part in [
        "Review",
        "commit for F008",
        "gate 17",
        "27/27 on exactly this tree 5ab91e2",
        "before 24/24",
        "+3 new",
        "agreed tests untouched",
        "tests 3/3",
        "Filter notes by tag",
        "lib/notes.sh",
        "binary",
        "executable",
        "a  approve",
        "Esc not now",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

#[test]
fn what_is_not_there_yet_is_asked_for_and_never_decides() {
    let mut model = undisturbed((120, 40));
    waiting::tell(&mut model, waiting::gate());
    let asked = keys(&mut model, "a");
    let query = Query::TreeDiff {
        from: waiting::gate().commit.unwrap().base,
        to: waiting::gate().tree.unwrap(),
    };
    assert_eq!(asked, [Effect::Ask(query.clone())]);
    assert_eq!(keys(&mut model, "a d D"), [], "nothing was shown to decide on");
    assert_eq!(model.situation(), Situation::Review, "no field opened either");
    let files = Answer::TreeDiff { files: waiting::files() };
    update(&mut model, Msg::Answered(query, files));
    assert_eq!(keys(&mut model, "d"), [], "it was read, but not drawn");
    assert_eq!(model.situation(), Situation::Review);
    keys(&mut model, "d");
    assert_eq!(model.situation(), Situation::Writing);
}

#[test]
fn a_change_that_cannot_be_read_can_be_denied_only() {
    let mut model = undisturbed((120, 40));
    waiting::tell(&mut model, waiting::gate());
    let asked = keys(&mut model, "a");
    let [Effect::Ask(query)] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    let failed = Answer::Failed {
        message: "the object is gone".into(),
    };
    update(&mut model, Msg::Answered(query.clone(), failed));
    let at = model.elapsed;
    frame(&mut model, at);
    assert!(screen(&mut model).contains("the object is gone"));
    assert_eq!(keys(&mut model, "a a"), []);
    assert!(model.note.as_ref().unwrap().text.contains("cannot be approved"));
    assert_eq!(answered(&keys(&mut model, "d Enter")).decision, GateDecision::Reject);
    waiting::tell(&mut model, waiting::gate());
    assert_eq!(keys(&mut model, "a"), [Effect::Ask(query.clone())], "it is tried again");
}

#[test]
fn bursts_and_pastes_while_a_gate_opens_decide_nothing() {
    for burst in ["aaaa", "ady\n", "y", "\n\n", "dd\nD\n", "a\na\n", "Da\n", "dno\n"] {
        let mut model = waiting();
        let start = Duration::from_secs(10);
        let mut effects = press(&mut model, KeyCode::Char('a'), start);
        // Some before the first frame, some after it but too soon to have been read.
        for (step, at) in [start, start + 20 * MS, start + ARMING - MS].into_iter().enumerate() {
            if step == 1 {
                effects.extend(frame(&mut model, start + 10 * MS));
            }
            for c in burst.chars() {
                let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
                effects.extend(press(&mut model, code, at));
            }
            update(&mut model, Msg::Paste(burst.to_owned()));
        }
        let decisions = effects.iter().filter(|effect| matches!(effect, Effect::Send(_))).count();
        assert_eq!(decisions, 0, "{burst:?}: {effects:?}");
        assert_eq!(model.state.open_gates.len(), 1);
    }
}

#[test]
fn the_opening_key_held_down_never_approves() {
    let mut model = waiting();
    let mut effects = Vec::new();
    // As a keyboard repeats: after half a second, then 30 times a second.
    let presses = std::iter::once(0).chain((500..9_000).step_by(33));
    for ms in presses {
        let at = Duration::from_secs(10) + Duration::from_millis(ms);
        effects.extend(press(&mut model, KeyCode::Char('a'), at));
        effects.extend(frame(&mut model, at + 2 * MS));
    }
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Send(_))), "{effects:?}");
    let repeat = KeyEvent::new_with_kind(KeyCode::Char('a'), KeyModifiers::NONE, KeyEventKind::Repeat);
    let at = model.elapsed + 10 * OPENING;
    assert_eq!(update(&mut model, Msg::Key(repeat, at)), [], "a repeat that is told as one");
}

#[test]
fn approving_sends_gate_tree_and_what_was_seen() {
    let mut model = waiting();
    keys(&mut model, "a G");
    let answer = answered(&keys(&mut model, "a"));
    assert_eq!(answer.gate, GateId(17));
    assert_eq!(answer.tree, waiting::gate().tree);
    assert_eq!(answer.decision, GateDecision::Approve);
    assert_eq!((answer.message, answer.comments.len()), (None, 0));
    let seen = answer.seen.unwrap();
    assert_eq!((seen.width, seen.height), (120, 40));
    assert_eq!(seen.hunks, 5, "a file that is not text is one thing to look at");
    assert!(seen.end && seen.hunks_seen >= 2, "{seen:?}");
    assert!(seen.seconds >= 2);
    assert!(model.pages.is_empty());
    assert_eq!(
        keys(&mut model, "a"),
        [],
        "it is still open in the log, but the answer is on its way"
    );
    assert_eq!(keys(&mut model, "a"), []);
}

#[test]
fn approving_what_was_not_seen_to_its_end_takes_a_second_key() {
    let mut model = waiting();
    model.size = Size { width: 80, height: 16 };
    keys(&mut model, "a");
    let at = model.elapsed + Duration::from_secs(2);
    assert_eq!(press(&mut model, KeyCode::Char('a'), at), []);
    frame(&mut model, at + MS);
    let shown = screen(&mut model);
    assert!(shown.contains("end not seen: "), "{shown}");
    assert_eq!(
        press(&mut model, KeyCode::Char('a'), at + 300 * MS),
        [],
        "the second key is armed like the first"
    );
    let answer = answered(&keys(&mut model, "a"));
    assert!(!answer.seen.unwrap().end);
}

#[test]
fn folded_hunks_are_not_seen() {
    let mut model = waiting();
    keys(&mut model, "a - G");
    assert_eq!(keys(&mut model, "a"), []);
    assert!(screen(&mut model).contains("hunks in folded files"));
    // On the first file's row: all of its hunks.
    keys(&mut model, "g g J Space");
    let review = model.open_review().unwrap();
    assert!(review.progress.seen(review.extent) >= 2);
}

#[test]
fn a_denial_carries_its_reason_and_may_stop_the_run() {
    let mut model = waiting();
    keys(&mut model, "a d");
    text(&mut model, "quote $tag");
    update(&mut model, Msg::Paste(", please\nand\tsoon\n".into()));
    let answer = answered(&keys(&mut model, "Enter"));
    assert_eq!(answer.decision, GateDecision::Reject);
    assert_eq!(answer.reason, "quote $tag, please and soon");
    let mut model = waiting();
    keys(&mut model, "a D");
    let answer = answered(&keys(&mut model, "Enter"));
    assert_eq!((answer.decision, answer.reason.as_str()), (GateDecision::RejectAndStop, ""));
}

#[test]
fn enter_in_a_field_that_was_not_on_the_screen_denies_nothing() {
    let mut model = waiting();
    keys(&mut model, "a");
    let at = model.elapsed + Duration::from_secs(2);
    press(&mut model, KeyCode::Char('d'), at);
    assert_eq!(press(&mut model, KeyCode::Enter, at + MS), []);
    frame(&mut model, at + 2 * MS);
    assert_eq!(press(&mut model, KeyCode::Enter, at + ARMING), []);
    assert!(model.note.as_ref().unwrap().warning);
    assert_eq!(model.situation(), Situation::Writing, "the field stays");
    assert_eq!(keys(&mut model, "Esc"), []);
    assert_eq!(model.situation(), Situation::Review);
}

#[test]
fn a_reason_counts_from_its_first_letter_and_nothing_typed_behind_an_early_enter_becomes_part_of_it() {
    let write = |model: &mut Model, letters: &str, step: Duration, mut at: Duration| {
        for letter in letters.chars() {
            at += step;
            assert_eq!(press(model, KeyCode::Char(letter), at), []);
        }
        at
    };
    let begin = || {
        let mut model = waiting();
        keys(&mut model, "a");
        let at = model.elapsed + Duration::from_secs(2);
        press(&mut model, KeyCode::Char('d'), at);
        frame(&mut model, at + 10 * MS);
        (model, at + 10 * MS)
    };
    // As fast as a hand types.
    let (mut model, at) = begin();
    let at = write(&mut model, "no", 90 * MS, at);
    assert_eq!(answered(&press(&mut model, KeyCode::Enter, at + 110 * MS)).reason, "no");

    // As keys come out of a buffer: not counted, and neither is what was meant for the page behind it.
    let (mut model, at) = begin();
    let at = write(&mut model, "no", 5 * MS, at);
    assert_eq!(press(&mut model, KeyCode::Enter, at + 5 * MS), []);
    frame(&mut model, at + 10 * MS);
    let at = write(&mut model, "aw", 300 * MS, at + 10 * MS);
    assert!(model.note.as_ref().unwrap().text.contains("Enter again sends this as it is"));
    assert_eq!(answered(&press(&mut model, KeyCode::Enter, at + ARMING)).reason, "no");

    // Whoever did look writes on.
    let (mut model, at) = begin();
    assert_eq!(press(&mut model, KeyCode::Enter, at + MS), []);
    frame(&mut model, at + 2 * MS);
    keys(&mut model, "Backspace");
    text(&mut model, "too long");
    assert_eq!(answered(&keys(&mut model, "Enter")).reason, "too long");
}

#[test]
fn not_now_keeps_the_gate_and_what_was_written() {
    let mut model = waiting();
    keys(&mut model, "a e");
    text(&mut model, "\u{e9}");
    keys(&mut model, "Enter");
    assert!(screen(&mut model).contains("edited Filter notes by tag"));
    assert_eq!(keys(&mut model, "q"), []);
    assert!(model.pages.is_empty());
    assert_eq!(model.state.open_gates.len(), 1);
    keys(&mut model, "a G");
    let answer = answered(&keys(&mut model, "a"));
    assert!(answer.message.unwrap().ends_with('\u{e9}'));
}

#[test]
fn a_message_that_is_emptied_or_left_as_it_was_is_the_agents() {
    let mut model = waiting();
    keys(&mut model, "a e Enter");
    assert_eq!(model.open_review().unwrap().message, None);
    keys(&mut model, "e");
    erase(&mut model, 90);
    keys(&mut model, "Enter");
    assert_eq!(model.open_review().unwrap().message, None);
    assert!(model.note.as_ref().unwrap().text.contains("the agent's message stays"));
    keys(&mut model, "e Backspace Backspace Enter");
    assert!(model.open_review().unwrap().message.as_ref().unwrap().ends_with("names a ta"));
}

#[test]
fn a_message_with_a_character_that_does_not_show_stays_open_to_be_mended() {
    let mut model = waiting();
    keys(&mut model, "a e");
    text(&mut model, "\u{202e}");
    assert_eq!(keys(&mut model, "Enter"), []);
    assert!(model.note.as_ref().unwrap().text.contains("U+202E"), "{:?}", model.note);
    assert!(model.open_review().unwrap().entry.is_some());
    keys(&mut model, "Backspace Enter");
    assert!(model.open_review().unwrap().entry.is_none());
}

#[test]
fn a_reason_or_a_comment_with_a_character_that_does_not_show_is_not_sent() {
    let mut model = waiting();
    keys(&mut model, "a d");
    text(&mut model, "why \u{202e}");
    assert_eq!(keys(&mut model, "Enter"), []);
    assert!(model.note.as_ref().unwrap().text.contains("line 1 holds U+202E in column 5"));
    assert_eq!(answered(&keys(&mut model, "Backspace Enter")).reason, "why");
    let mut model = waiting();
    keys(&mut model, "a c");
    text(&mut model, "\u{200b}");
    keys(&mut model, "Enter");
    assert!(model.open_review().unwrap().entry.is_some(), "it stays open");
    assert!(model.open_review().unwrap().comments.is_empty());
}

#[test]
fn comments_are_written_changed_removed_and_sent_with_their_line() {
    let mut model = waiting();
    keys(&mut model, "a / t a g = Enter n N c");
    text(&mut model, "quote it");
    keys(&mut model, "Enter");
    assert!(screen(&mut model).contains("you: quote it"));
    keys(&mut model, "c");
    text(&mut model, "!");
    keys(&mut model, "Enter G c");
    text(&mut model, "and this");
    keys(&mut model, "Enter");
    assert_eq!(model.open_review().unwrap().comments.len(), 2);
    keys(&mut model, "c");
    erase(&mut model, 8);
    keys(&mut model, "Enter");
    let answer = answered(&keys(&mut model, "d Enter"));
    let [comment] = answer.comments.as_slice() else {
        panic!("{:?}", answer.comments)
    };
    assert_eq!(comment.path, "lib/notes.sh");
    assert_eq!(comment.line, Some(34));
    assert_eq!(
        comment.snippet.split('\n').nth(comment.row as usize),
        Some("+      tag=$(tag_of \"$1\")")
    );
    assert_eq!(comment.snippet.lines().count(), 3, "between the lines around it");
    assert_eq!(comment.text, "quote it!");
}

#[test]
fn space_marks_and_goes_on_and_the_files_say_how_much_is_seen() {
    let mut model = waiting();
    model.size = Size { width: 100, height: 16 };
    keys(&mut model, "a");
    let before = model.open_review().unwrap().progress.clone();
    keys(&mut model, "] h Space Space Space Space Space");
    let review = model.open_review().unwrap();
    assert!(review.progress.seen(review.extent) > before.seen(review.extent));
    assert_eq!(review.progress.seen(review.extent), 5);
    assert!(screen(&mut model).contains("every hunk in view is seen"));
    keys(&mut model, "g g J J J");
    assert!(screen(&mut model).contains("2/2 seen"));
}
