//! What is written on a change and where it stands, as windows are resized, rounds go on and others only watch.

use super::tests::{answered, decided, second_round, waiting};
use crate::harness::comments;
use crate::link::Mode;
use crate::protocol::event::{CommitMade, GateCommented};
use crate::protocol::{Command, CommitDiff, FileDiff, GateDecision};
use crate::session::state::Debt;
use crate::ui::keymap::Situation;
use crate::ui::model::review::Target;
use crate::ui::model::{Loaded, Model, Page, Popup, Subject};
use crate::ui::msg::{Effect, Msg};
use crate::ui::screenshots::sample_diff;
use crate::ui::testing::{frame, keys, press, screen, text, undisturbed};
use crate::ui::update::update;
use crate::ui::waiting;
use crossterm::event::KeyCode;
use ratatui::layout::Size;
use std::time::Duration;

/// Goes to the first row that is found by a search.
fn find(model: &mut Model, searched: &str) {
    keys(model, "/");
    text(model, searched);
    keys(model, "Enter n N");
}

fn write(model: &mut Model, comment: &str) {
    keys(model, "c");
    text(model, comment);
    keys(model, "Enter");
}

#[test]
fn a_comment_outside_of_what_changed_since_the_last_round_is_not_called_gone() {
    let mut model = waiting();
    keys(&mut model, "a");
    find(&mut model, "08-tags");
    keys(&mut model, "] h j");
    write(&mut model, "why executable?");
    keys(&mut model, "d Enter");
    waiting::tell(&mut model, decided(17, GateDecision::Reject, "human", ""));
    let (gate, files) = second_round();
    let since = (gate.commit.as_ref().unwrap().previous.clone(), gate.tree.clone().unwrap());
    waiting::open(&mut model, gate, files.clone());
    model.changes.insert(since, Loaded::Ready(files[2..3].to_vec()));
    model.size.height = 120;
    keys(&mut model, "a");
    assert!(screen(&mut model).contains("you, last round: why executable?"));
    keys(&mut model, "w");
    let shown = screen(&mut model);
    assert!(shown.contains("Only what changed since"), "{shown}");
    assert!(!shown.contains("no longer there"), "{shown}");
}

#[test]
fn the_message_stands_for_the_whole_change_and_a_heading_for_its_file() {
    let mut model = waiting();
    model.size.height = 90;
    keys(&mut model, "a c");
    assert!(screen(&mut model).contains("Comment on the whole change"));
    text(&mut model, "too much at once");
    keys(&mut model, "Enter J J J c");
    assert!(screen(&mut model).contains("Comment on lib/notes.sh"));
    text(&mut model, "split this file");
    keys(&mut model, "Enter g g");
    let shown = screen(&mut model);
    let row = |part: &str| shown.lines().position(|line| line.contains(part)).unwrap();
    assert!(row("names a tag") < row("you: too much at once") && row("you: too much at once") < row("doc/tags.png"));
    assert_eq!(row("lib/notes.sh  +14") + 1, row("you: split this file"), "{shown}");
    // On the comment itself: it is changed, not doubled.
    keys(&mut model, "J J J j");
    write(&mut model, "!");
    let comments = answered(&keys(&mut model, "d Enter")).comments;
    let told: Vec<_> = comments
        .iter()
        .map(|at| (at.path.as_str(), at.line, at.text.as_str()))
        .collect();
    let expected = [("", None, "too much at once"), ("lib/notes.sh", None, "split this file!")];
    assert_eq!(told, expected);
}

#[test]
fn the_cursor_stays_on_its_line_when_the_window_is_resized() {
    let long = format!("echo {}\n", "word ".repeat(40));
    let mut model = undisturbed((120, 40));
    let mut files = waiting::files();
    files[2].patch = files[2].patch.replacen("\n ", &format!("\n {long} "), 1);
    waiting::open(&mut model, waiting::gate(), files);
    keys(&mut model, "a");
    find(&mut model, "tag=$(tag_of");
    for (width, height) in [(60, 20), (40, 10), (200, 60), (120, 40)] {
        update(&mut model, Msg::Resize(Size { width, height }));
        // In the same burst: before a frame was drawn.
        let at = model.elapsed + Duration::from_secs(2);
        press(&mut model, KeyCode::Char('c'), at);
        frame(&mut model, at);
        let spot = match &model.open_review().unwrap().entry.as_ref().unwrap().what {
            crate::ui::model::review::Writing::Comment(spot) => spot.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            (spot.path.as_str(), spot.own_line()),
            ("lib/notes.sh", "+      tag=$(tag_of \"$1\")"),
            "{width}x{height}"
        );
        keys(&mut model, "Esc");
        let under = model.pages.last().unwrap();
        assert!(under.cursor >= under.scroll);
    }
}

#[test]
fn who_watches_reads_what_waits_and_decides_nothing() {
    let mut model = waiting();
    model.mode = Mode::Following;
    assert!(screen(&mut model).contains("1 waiting (a)"));
    keys(&mut model, "a");
    let shown = screen(&mut model);
    assert!(
        shown.contains("Filter notes by tag") && shown.contains("this window only watches"),
        "{shown}"
    );
    let bar = shown.lines().last().unwrap();
    assert!(
        !bar.contains("approve") && !bar.contains("deny") && !bar.contains("comment"),
        "{bar}"
    );
    for key in ["a", "d", "D", "c", "e", "s"] {
        assert!(!keys(&mut model, key).iter().any(|effect| matches!(effect, Effect::Send(_))));
        assert!(model.note.is_some(), "{key} says why it does nothing");
        assert_eq!(model.situation(), Situation::Review);
    }
}

#[test]
fn of_a_commit_whose_change_is_not_shown_nothing_was_looked_at() {
    let commit = undisturbed((120, 40)).state.commits.last().unwrap().made.commit.clone();
    let failed = Loaded::Failed("cannot read it".to_owned());
    for loaded in [Loaded::Pending, failed] {
        let mut model = undisturbed((120, 40));
        model.diffs.insert(commit.clone(), loaded);
        model.state.debts.push(Debt {
            commit: commit.clone(),
            unseen: 3,
            hunks: 3,
        });
        keys(&mut model, "u");
        assert!(model.open_review().is_some());
        for key in ["a", "Esc"] {
            let sent = keys(&mut model, key);
            assert!(
                !sent.iter().any(|effect| matches!(effect, Effect::Send(_))),
                "{key}: {sent:?}"
            );
        }
        assert!(model.open_review().is_none());
    }
}

#[test]
fn after_one_look_back_comes_the_next_and_how_many_are_left() {
    let mut model = undisturbed((120, 40));
    let commits: Vec<CommitMade> = model
        .state
        .commits
        .iter()
        .rev()
        .take(3)
        .map(|commit| commit.made.clone())
        .collect();
    for made in &commits {
        let diff = CommitDiff {
            ..sample_diff(&made.commit)
        };
        model.diffs.insert(made.commit.clone(), Loaded::Ready(diff));
        let (commit, unseen, hunks) = (made.commit.clone(), 2, 2);
        model.state.debts.push(Debt { commit, unseen, hunks });
    }
    model.size.height = 200;
    keys(&mut model, "u");
    for (at, words) in [(0, "2 more are owed a look"), (1, "this is the last"), (2, "no other commit")] {
        let target = Target::Commit(commits[at].commit.clone());
        assert_eq!(model.open_review().unwrap().target, target);
        let sent = keys(&mut model, "a");
        assert!(
            sent.iter()
                .any(|effect| matches!(effect, Effect::Send(Command::ReviewCommit(_)))),
            "{sent:?}"
        );
        assert!(model.note.as_ref().unwrap().text.contains(words), "{:?}", model.note);
    }
    assert!(model.pages.is_empty());
    // Another window, which knows what the log says.
    model.reviews.clear();
    model.popup = Some(Popup::Summary);
    model.size.height = 40;
    let shown = screen(&mut model);
    assert!(
        shown.contains("6 hunks in 3 commits seen by nobody; Esc, u looks back"),
        "{shown}"
    );
}

#[test]
fn a_line_feed_in_a_name_is_drawn_and_told_of() {
    let mut model = undisturbed((120, 40));
    let file = FileDiff {
        path: "new\nline.txt".into(),
        ..waiting::files()[2].clone()
    };
    waiting::open(&mut model, waiting::gate(), vec![file]);
    keys(&mut model, "a");
    let shown = screen(&mut model);
    assert!(
        shown.contains("Hidden characters in new\u{240a}line.txt: 1 that control"),
        "{shown}"
    );
    let heading = shown.lines().find(|line| line.contains("+14")).unwrap();
    assert!(heading.contains("new\u{240a}line.txt"), "{shown}");
}

#[test]
fn a_long_reason_is_read_whole_and_cleared_as_in_shells() {
    let mut model = waiting();
    model.size = Size { width: 60, height: 24 };
    keys(&mut model, "a d");
    let reason: Vec<String> = (10..40).map(|n| format!("word{n}")).collect();
    text(&mut model, &reason.join(" "));
    let shown = screen(&mut model);
    assert!(shown.contains("word10") && shown.contains("word39"), "{shown}");
    keys(&mut model, "C-u");
    text(&mut model, "no");
    assert_eq!(answered(&keys(&mut model, "Enter")).reason, "no");
}

/// Records what was written on what waits, as the engine does; returns what was told of it.
fn record(model: &mut Model, sent: &[Effect]) {
    for effect in sent {
        let events = match effect {
            Effect::Send(Command::CommentGate(commented)) => comments::at_gate(&model.state, commented.clone()),
            Effect::Send(Command::ReviewCommit(reviewed)) => comments::review(&model.state, reviewed.clone()),
            _ => continue,
        };
        for event in events {
            let sent = waiting::tell(model, event);
            record(model, &sent);
        }
    }
}

#[test]
fn a_comment_on_what_waits_is_kept_at_once_and_stands_on_the_commit_that_policy_made() {
    let mut model = waiting();
    keys(&mut model, "a");
    find(&mut model, "08-tags");
    keys(&mut model, "] h j c");
    text(&mut model, "why executable?");
    let sent = keys(&mut model, "Enter");
    record(&mut model, &sent);
    assert!(screen(&mut model).contains("your comment is kept and goes with your answer, or without one"));
    assert_eq!(model.state.messages.len(), 1);
    let gate = waiting::gate();
    let mut by_policy = decided(17, GateDecision::Approve, "policy", "");
    by_policy.tree.clone_from(&gate.tree);
    waiting::tell(&mut model, by_policy);
    let made = CommitMade {
        commit: crate::protocol::samples::oid('e'),
        tree: gate.tree.unwrap(),
        unseen: Some((9, 9)),
        ..model.state.commits.last().unwrap().made.clone()
    };
    let commit = made.commit.clone();
    let sent = waiting::tell(&mut model, made);
    record(&mut model, &sent);
    assert_eq!(model.state.messages.len(), 1, "looking at it took nothing back");
    assert!(model.state.messages[0].text.contains("why executable?"));
    model.diffs.insert(
        commit.clone(),
        Loaded::Ready(CommitDiff {
            commit,
            parent: None,
            author: "A <a@example.org>".into(),
            time: model.state.last_time.unwrap(),
            message: "Filter".into(),
            files: waiting::files(),
        }),
    );
    model.size.height = 120;
    model.state.debts.drain(..model.state.debts.len() - 1);
    keys(&mut model, "Esc u");
    assert!(screen(&mut model).contains("why executable?"), "{}", screen(&mut model));
}

#[test]
fn a_reworded_message_is_kept_at_once_and_a_new_window_shows_it() {
    let mut model = waiting();
    keys(&mut model, "a e C-u");
    text(&mut model, "Find notes by tag");
    let sent = keys(&mut model, "Enter");
    record(&mut model, &sent);
    assert!(screen(&mut model).contains("your message is kept and goes with the approval, whoever approves"));
    model.reviews.clear();
    model.pages.clear();
    keys(&mut model, "a");
    let shown = screen(&mut model);
    assert!(shown.contains("Find notes by tag"), "{shown}");

    // In another window it is taken back.
    let kept = commented(&sent);
    waiting::tell(
        &mut model,
        GateCommented {
            words: None,
            ..kept.clone()
        },
    );
    assert_eq!(model.open_review().unwrap().message, None);

    // Policy took it along: it is not proposed for the next commit.
    record(&mut model, &sent);
    assert!(model.open_review().unwrap().message.is_some());
    let mut by_policy = decided(17, GateDecision::Approve, "policy", "");
    by_policy.message = kept.words;
    waiting::tell(&mut model, by_policy);
    assert_eq!(model.open_review().unwrap().message, None);
}

/// What was sent to be kept.
fn commented(sent: &[Effect]) -> GateCommented {
    let sent = sent.iter().find_map(|effect| match effect {
        Effect::Send(Command::CommentGate(commented)) => Some(commented.clone()),
        _ => None,
    });
    sent.unwrap()
}

#[test]
fn the_level_and_the_way_out_say_what_becomes_of_what_is_written_at_a_gate() {
    let mut model = waiting();
    let told = |model: &mut Model, key: &str| {
        keys(model, key);
        let shown = screen(model);
        keys(model, "Esc");
        let words = shown
            .lines()
            .map(|line| line.trim_matches(|c: char| !c.is_ascii_graphic() || c == '|'));
        words.collect::<Vec<_>>().join(" ")
    };
    for key in ["M", "q"] {
        assert!(!told(&mut model, key).contains("of yours"), "{key}");
    }
    keys(&mut model, "a c");
    text(&mut model, "too much at once");
    let sent = keys(&mut model, "Enter");
    record(&mut model, &sent);
    keys(&mut model, "Esc");
    let level = told(&mut model, "M");
    assert!(level.contains("gate 17 holds 1 comment of yours."), "{level}");
    assert!(level.contains("the agent is told your comment at its next step."), "{level}");
    keys(&mut model, "a e x");
    let sent = keys(&mut model, "Enter");
    record(&mut model, &sent);
    keys(&mut model, "Esc");
    let level = told(&mut model, "M");
    assert!(level.contains("1 comment and a commit message of yours."), "{level}");
    assert!(
        level.contains("the commit is made with your message if its checks hold"),
        "{level}"
    );
    let left = told(&mut model, "q");
    assert!(left.contains("the next session is told your comment"), "{left}");
    assert!(
        left.contains("the next commit shows your message, if it waits for you"),
        "{left}"
    );
}

#[test]
fn what_went_with_an_approval_stands_on_the_commits_page_and_on_the_look_back() {
    let mut model = waiting();
    keys(&mut model, "a c");
    text(&mut model, "too much at once");
    keys(&mut model, "Enter");
    let answer = answered(&keys(&mut model, "G a"));
    let mut approved = decided(17, GateDecision::Approve, "human", "");
    (approved.comments, approved.tree) = (answer.comments, answer.tree.clone());
    waiting::tell(&mut model, approved);
    let made = CommitMade {
        commit: crate::protocol::samples::oid('e'),
        tree: answer.tree.unwrap(),
        unseen: Some((1, 9)),
        ..model.state.commits.last().unwrap().made.clone()
    };
    let commit = made.commit.clone();
    waiting::tell(&mut model, made);
    // Another window, which knows what the log says.
    model.reviews.clear();
    model.pages.clear();
    model.pages.push(Page::new(Subject::Commit(commit.clone())));
    let shown = screen(&mut model);
    let row = shown
        .lines()
        .position(|line| line.contains("you wrote   on The whole change"));
    let said = row.and_then(|row| shown.lines().nth(row + 1)).unwrap_or(&shown);
    assert!(said.contains("too much at once"), "{shown}");
    model.pages.clear();
    model.diffs.insert(commit.clone(), Loaded::Ready(sample_diff(&commit)));
    model.state.debts.drain(..model.state.debts.len() - 1);
    keys(&mut model, "u");
    let shown = screen(&mut model);
    assert!(shown.contains("you, and the agent has it: too much at once"), "{shown}");
}
