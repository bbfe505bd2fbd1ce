//! Windows whose run is over, was cut off, or belongs to another process: what can be done in them, and what they say.

use super::refusal;
use crate::harness::comments;
use crate::link::Mode;
use crate::protocol::event::{MessageDelivered, ReviewRefused, RunEnded, RunInterrupted, RunOutcome};
use crate::protocol::{Command, CommitDiff, Query};
use crate::session::Phase;
use crate::session::state::Debt;
use crate::ui::keymap::Action;
use crate::ui::model::review::{Standing, Target};
use crate::ui::model::{Loaded, Model, Popup};
use crate::ui::msg::{Effect, Msg};
use crate::ui::testing::{commands, keys, live, screen, text};
use crate::ui::update::update;
use crate::ui::{title, waiting};

/// A commit that nobody saw, with its change read.
fn owing(model: &mut Model) -> crate::protocol::Oid {
    let commit = model.state.commits.last().unwrap().made.commit.clone();
    model.state.debts.push(Debt {
        commit: commit.clone(),
        unseen: 2,
        hunks: 2,
    });
    let diff = CommitDiff {
        commit: commit.clone(),
        parent: None,
        author: "A <a@example.org>".into(),
        time: model.state.last_time.unwrap(),
        message: "Say hello".into(),
        files: waiting::files(),
    };
    model.diffs.insert(commit.clone(), Loaded::Ready(diff));
    commit
}

fn run_ends(model: &mut Model) {
    let (outcome, reason) = (RunOutcome::Stopped, String::new());
    waiting::tell(model, RunEnded { outcome, reason });
}

#[test]
fn a_commit_that_nobody_saw_is_marked_by_glyph_and_word_until_it_is_seen() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut model = live(size);
        keys(&mut model, "Esc 3");
        assert!(!screen(&mut model).contains("unseen"));
        keys(&mut model, "Enter");
        assert!(!screen(&mut model).contains("unseen"));
        let commit = owing(&mut model);
        assert!(
            screen(&mut model).contains("◇ 2 of 2 hunks unseen by anyone; u in the main view"),
            "{size:?}"
        );
        keys(&mut model, "Esc");
        let shown = screen(&mut model);
        let marked = shown
            .lines()
            .any(|row| row.contains(commit.short()) && row.contains("◇ unseen"));
        assert!(marked, "{shown}");
        assert_eq!(shown.matches("◇ unseen").count(), 1, "{shown}");
        model.state.debts.clear();
        assert!(!screen(&mut model).contains("unseen"), "{size:?}");
    }
}

#[test]
fn commits_of_which_each_hunk_was_seen_are_not_counted_with_those_that_nobody_saw() {
    let mut model = live((120, 40));
    model.state.open_questions.clear();
    owing(&mut model);
    let seen = model.state.commits[0].made.commit.clone();
    model.state.debts.push(Debt {
        commit: seen.clone(),
        unseen: 0,
        hunks: 3,
    });
    keys(&mut model, "Esc 3");
    let shown = screen(&mut model);
    assert_eq!(shown.matches("◇ unseen").count(), 1, "{shown}");
    run_ends(&mut model);
    model.popup = Some(Popup::Summary);
    let shown = screen(&mut model);
    assert!(
        shown.contains("2 hunks in 1 commit seen by nobody; Esc, u looks back"),
        "{shown}"
    );
}

/// Records what was sent of reviews, as the desk does.
fn record(model: &mut Model, sent: Vec<Effect>) {
    for command in commands(sent) {
        if let Command::ReviewCommit(reviewed) = command {
            for event in comments::review(&model.state, reviewed) {
                waiting::tell(model, event);
            }
        }
    }
}

/// What waits for the agent, in the words of the person.
fn queued(model: &Model) -> Vec<&str> {
    let texts = model
        .state
        .messages
        .iter()
        .map(|message| message.text.lines().last().unwrap().trim());
    texts.collect()
}

#[test]
fn what_is_written_on_a_commit_without_a_run_is_kept_at_once_and_found_again() {
    let mut model = live((120, 40));
    model.state.open_questions.clear();
    model.popup = None;
    (model.mode, model.closed) = (Mode::Offline, false);
    let commit = owing(&mut model);
    run_ends(&mut model);
    model.popup = None;
    keys(&mut model, "u");
    assert!(!screen(&mut model).contains("only watches"));
    keys(&mut model, "c");
    update(&mut model, Msg::Paste("quote it".into()));
    let sent = keys(&mut model, "Enter");
    assert!(screen(&mut model).contains("your comment is kept for the next session"));
    record(&mut model, sent);
    assert_eq!(
        queued(&model),
        ["quote it"],
        "before the page is left, or the window is killed"
    );

    // Another window, days later.
    model.pages.clear();
    model.reviews.clear();
    keys(&mut model, "u");
    let shown = screen(&mut model);
    assert!(shown.contains("you: quote it"), "{shown}");
    keys(&mut model, "c");
    text(&mut model, " twice");
    let sent = keys(&mut model, "Enter");
    record(&mut model, sent);
    assert_eq!(queued(&model), ["quote it twice"], "the same message, changed");
    let sent = keys(&mut model, "G a");
    record(&mut model, sent);
    assert_eq!(queued(&model), ["quote it twice"], "looked at, and said once");
    assert!(model.debt(&commit).is_none());

    // The next session has begun.
    let message = model.state.messages[0].id;
    waiting::tell(&mut model, MessageDelivered { message });
    let review = model.review(&Target::Commit(commit)).unwrap();
    assert!(review.comments.iter().all(|comment| comment.sent), "{:?}", review.comments);
}

#[test]
fn review_debt_is_settled_without_a_run_but_not_while_another_process_runs_it() {
    for (mode, closed) in [(Mode::Live, true), (Mode::Offline, false), (Mode::Offline, true)] {
        let mut model = live((120, 40));
        run_ends(&mut model);
        model.popup = None;
        (model.mode, model.closed) = (mode, closed);
        let commit = owing(&mut model);
        let sent = keys(&mut model, "u G a");
        let reviews = sent.iter().filter_map(|effect| match effect {
            Effect::Send(Command::ReviewCommit(reviewed)) if reviewed.settled => Some((reviewed.commit.clone(), true)),
            _ => None,
        });
        assert_eq!(reviews.collect::<Vec<_>>(), [(commit.clone(), true)], "{mode:?}");

        // It may be refused at the last moment: then it can be sent again.
        let reason = "another longhaul is running".to_owned();
        waiting::tell(
            &mut model,
            ReviewRefused {
                commit: commit.clone(),
                reason,
            },
        );
        assert_eq!(model.review(&Target::Commit(commit)).unwrap().standing, Standing::Waits);
        assert!(model.note.as_ref().unwrap().text.contains("another longhaul"));
    }
    let mut model = live((120, 40));
    model.state.open_questions.clear();
    model.mode = Mode::Following;
    owing(&mut model);
    let sent = keys(&mut model, "u G a");
    assert!(!sent.iter().any(|effect| matches!(effect, Effect::Send(_))), "{sent:?}");
    assert!(model.note.as_ref().unwrap().text.contains("another process"));
}

#[test]
fn nothing_that_cannot_be_saved_is_opened_for_typing() {
    let mut model = live((120, 40));
    model.mode = Mode::Following;
    let asked = keys(&mut model, "E");
    assert!(!asked.contains(&Effect::Ask(Query::Notes)) && model.editor.is_none());
    assert!(model.note.as_ref().unwrap().text.contains("another process"));
    for action in [Action::EditSection, Action::CycleSection] {
        assert!(refusal(&model, action).is_some());
    }
    update(&mut model, Msg::Closed);
    assert_eq!((model.mode, refusal(&model, Action::EditNotes)), (Mode::Offline, None));
    update(&mut model, Msg::Reopened);
    assert_eq!((model.mode, model.closed), (Mode::Following, false));
}

#[test]
fn nothing_waits_on_the_screen_once_the_process_is_gone() {
    let mut model = live((120, 40));
    waiting::open(&mut model, waiting::gate(), waiting::files());
    model.mode = Mode::Following;
    keys(&mut model, "Esc");
    let before = screen(&mut model);
    assert!(before.contains("waiting"), "{before}");
    waiting::tell(&mut model, RunInterrupted {});
    update(&mut model, Msg::Closed);
    let after = screen(&mut model);
    assert!(after.contains("interrupted") && !after.contains("waiting"), "{after}");
    assert_eq!(model.phase().0, Phase::Interrupted);
    assert!(title::of(&model).contains("interrupted") && !title::of(&model).contains("waiting"));
    keys(&mut model, "s");
    let sessions = screen(&mut model);
    assert!(!sessions.contains("waiting") && !sessions.contains("running"), "{sessions}");
}

#[test]
fn a_window_whose_own_run_is_over_says_so_and_not_that_it_watches_one() {
    let mut model = live((120, 40));
    model.state.open_questions.clear();
    run_ends(&mut model);
    (model.popup, model.closed) = (None, true);
    for key in ["p", "P", "1 X", "1 T"] {
        assert_eq!(keys(&mut model, key), []);
        let note = model.note.as_ref().map(|note| note.text.clone()).unwrap_or_default();
        assert!(
            note.contains("the run has ended") && !note.contains("watches"),
            "{key}: {note}"
        );
    }
}

#[test]
fn keys_for_what_stands_behind_the_end_of_a_run_say_why_they_do_nothing() {
    let mut model = live((120, 40));
    model.state.open_questions.clear();
    keys(&mut model, "1");
    run_ends(&mut model);
    model.popup = Some(Popup::Summary);
    for (key, why) in [
        ("W", "Esc closes it first"),
        ("T", "the run has ended"),
        ("X", "the run has ended"),
        ("p", "the run has ended"),
    ] {
        assert_eq!(keys(&mut model, key), []);
        let note = model.note.as_ref().map(|note| note.text.clone()).unwrap_or_default();
        assert!(note.starts_with(key) && note.contains(why), "{key}: {note}");
        assert!(screen(&mut model).contains(why), "{key}");
    }
}
