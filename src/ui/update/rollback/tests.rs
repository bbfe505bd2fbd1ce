//! What keys and events do to the page of a move back.

use crate::link::Mode;
use crate::protocol::event::{CheckpointCause, CheckpointMade, MoveRefused, PauseRequested, RolledBack, RunPaused};
use crate::protocol::{Answer, CheckpointId, Command, FeatureId, MoveKind, PauseMode, Query, Steer, Target, samples};
use crate::ui::keymap::Action;
use crate::ui::model::review::Target as Reviewed;
use crate::ui::model::{Model, Page, Subject};
use crate::ui::msg::{Effect, Msg};
use crate::ui::samples::sample_rehearsal;
use crate::ui::screenshots::going_back_of;
use crate::ui::testing::{keys, live, screen, tell};
use crate::ui::update::{refusal, update};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::time::Duration;

/// Types keys in one burst, without a frame between them.
fn burst(model: &mut Model, typed: &str) -> Vec<Effect> {
    let at = model.elapsed;
    let press = |letter| Msg::Key(KeyEvent::new(letter, KeyModifiers::NONE), at);
    let letters = typed.chars().map(|letter| match letter {
        '\n' => KeyCode::Enter,
        letter => KeyCode::Char(letter),
    });
    letters.flat_map(|letter| update(model, press(letter))).collect()
}

/// The moves that were asked for.
fn moves(effects: &[Effect]) -> Vec<&Command> {
    let all = sent(effects).into_iter();
    all.filter(|command| matches!(command, Command::Move { .. })).collect()
}

fn sent(effects: &[Effect]) -> Vec<&Command> {
    let commands = effects.iter().filter_map(|effect| match effect {
        Effect::Send(command) => Some(command),
        _ => None,
    });
    commands.collect()
}

fn said(model: &Model) -> &str {
    model.note.as_ref().map_or("", |note| note.text.as_str())
}

fn answer(model: &mut Model, change: impl FnOnce(&mut crate::protocol::Rehearsal)) {
    let target = model.going.as_ref().unwrap().target.clone();
    let mut sample = sample_rehearsal(&model.state, &target);
    change(&mut sample);
    let answer = Answer::Rehearsal(Box::new(sample));
    update(model, Msg::Answered(Query::Rehearse { target }, answer));
}

fn moved(model: &Model) -> RolledBack {
    RolledBack {
        title: "77b0d11 \"Search text\"".into(),
        to: model.state.recent_commits().get(2).map(|commit| commit.id.clone()),
        files: 6,
        set_aside: 2,
        kept: vec!["a.txt.kept-12".into()],
        replaced: vec!["README.md".into(), "mine.sh".into()],
        ..samples::rolled_back(MoveKind::Rollback, 12, None)
    }
}

fn checkpoint(number: u32, cause: CheckpointCause) -> CheckpointMade {
    CheckpointMade {
        checkpoint: CheckpointId(number),
        cause,
        tree: "0".repeat(40).into(),
        code: None,
        head: None,
        call: None,
        left_out: Vec::new(),
        wrote: Vec::new(),
    }
}

#[test]
fn the_word_typed_under_the_rehearsal_asks_for_what_was_shown() {
    let mut model = going_back_of(live((120, 40)));
    let target = model.going.as_ref().unwrap().target.clone();
    let files = model
        .going
        .as_ref()
        .unwrap()
        .ready()
        .unwrap()
        .trees
        .as_ref()
        .map(|(now, _)| now.clone());
    let typed = keys(&mut model, "b a c k Enter");
    let seen = "the state of the picture".to_owned();
    assert_eq!(moves(&typed).last(), Some(&&Command::Move { target, seen, files }));
    assert_eq!(
        moves(&keys(&mut model, "Enter b a c k Enter")),
        [] as [&Command; 0],
        "once is enough"
    );
}

#[test]
fn another_word_does_nothing_and_escape_leaves_everything_as_it_is() {
    let mut model = going_back_of(live((120, 40)));
    assert_eq!(moves(&keys(&mut model, "b a c Enter")), [] as [&Command; 0]);
    assert!(said(&model).contains("the word is `back`"), "{}", said(&model));
    let left = model.going.as_ref().unwrap().word.as_ref().map(|word| word.field.text());
    assert_eq!(left.as_deref(), Some(""), "the next try begins anew");
    keys(&mut model, "Esc");
    assert!(
        model.going.as_ref().is_some_and(|going| going.word.is_none()),
        "the word alone is dropped"
    );
    keys(&mut model, "Esc");
    assert!(model.going.is_none() && model.pages.is_empty());
}

#[test]
fn the_key_that_opens_the_line_may_be_typed_again_as_the_words_first_letter() {
    let mut model = going_back_of(live((120, 40)));
    let typed = keys(&mut model, "b b a c k Enter");
    assert!(matches!(moves(&typed).last(), Some(Command::Move { .. })), "{}", said(&model));
    let mut model = going_back_of(live((120, 40)));
    keys(&mut model, "b b b a c k Enter");
    assert!(
        said(&model).contains("the word is `back`"),
        "only the first one is the same letter"
    );
}

#[test]
fn a_run_that_works_holds_still_for_the_word_and_goes_on_without_it() {
    let pause = Command::Steer(Steer::Pause {
        mode: PauseMode::AfterStep,
    });
    for (way, steer) in [("Esc", Steer::CancelPause), ("Esc Esc", Steer::CancelPause)] {
        let mut model = going_back_of(live((120, 40)));
        assert_eq!(sent(&keys(&mut model, "b")), [&pause]);
        assert!(said(&model).contains("holds still"), "{}", said(&model));
        assert_eq!(sent(&keys(&mut model, way)), [&Command::Steer(steer)], "{way}");
    }
    let mut model = going_back_of(live((120, 40)));
    keys(&mut model, "b");
    tell(
        &mut model,
        PauseRequested {
            mode: PauseMode::AfterStep,
        },
    );
    tell(&mut model, RunPaused::default());
    assert_eq!(sent(&keys(&mut model, "Esc")), [&Command::Steer(Steer::Resume)]);
    // One that a person paused stays so.
    let mut model = going_back_of(live((120, 40)));
    tell(
        &mut model,
        PauseRequested {
            mode: PauseMode::AfterStep,
        },
    );
    tell(&mut model, RunPaused::default());
    assert_eq!(sent(&keys(&mut model, "b Esc Esc")), [] as [&Command; 0]);
}

#[test]
fn bursts_held_keys_and_pastes_never_decide() {
    // All of it before a frame showed the page.
    let mut model = live((120, 40));
    assert_eq!(moves(&burst(&mut model, "3Rback\n")), [] as [&Command; 0]);
    // All of it before the page could be read.
    let mut model = going_back_of(live((120, 40)));
    answer(&mut model, |rehearsal| rehearsal.seen = "another".into());
    let drawn = model.elapsed;
    update(&mut model, Msg::Drawn(drawn));
    burst(&mut model, "b");
    assert!(said(&model).contains("not yet"), "{}", said(&model));
    assert_eq!(moves(&burst(&mut model, "ack\nback\n")), [] as [&Command; 0]);
    // A paste that the terminal does not mark as one: the line opens, but Enter comes too soon.
    let mut model = going_back_of(live((120, 40)));
    assert_eq!(moves(&burst(&mut model, "back\n")), [] as [&Command; 0]);
    // One that it marks.
    let mut model = going_back_of(live((120, 40)));
    keys(&mut model, "b");
    update(&mut model, Msg::Paste("ack\n".into()));
    assert_eq!(moves(&keys(&mut model, "Enter")), [] as [&Command; 0]);
    // A key held down.
    keys(&mut model, "a c k");
    let held = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Repeat);
    let at = model.elapsed + Duration::from_secs(5);
    assert_eq!(moves(&update(&mut model, Msg::Key(held, at))), [] as [&Command; 0]);
}

#[test]
fn a_rehearsal_of_another_state_takes_the_word_away_and_one_of_the_same_does_not() {
    let mut model = going_back_of(live((120, 40)));
    keys(&mut model, "b a c");
    let asked = tell(&mut model, checkpoint(70, CheckpointCause::Step));
    assert!(
        asked
            .iter()
            .any(|effect| matches!(effect, Effect::Ask(Query::Rehearse { .. }))),
        "what changed is rehearsed anew: {asked:?}"
    );
    answer(&mut model, |_| {});
    assert!(model.going.as_ref().unwrap().word.is_some());
    answer(&mut model, |rehearsal| rehearsal.seen = "another".into());
    assert!(said(&model).contains("changed meanwhile"), "{}", said(&model));
    let word = model.going.as_ref().unwrap().word.as_ref().map(|word| word.field.text());
    assert_eq!(
        word.as_deref(),
        Some(""),
        "its letters are gone, and those that follow are no keys of the page"
    );
    keys(&mut model, "k");
    assert_eq!(moves(&keys(&mut model, "Enter")), [] as [&Command; 0]);
    assert_eq!(moves(&keys(&mut model, "b a c k Enter")).len(), 1);
}

#[test]
fn a_refused_move_is_said_and_rehearsed_anew() {
    let mut model = going_back_of(live((120, 40)));
    keys(&mut model, "b a c k Enter");
    let target = model.going.as_ref().unwrap().target.clone();
    let reason = "files changed".to_owned();
    let effects = tell(&mut model, MoveRefused { target, reason });
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Ask(Query::Rehearse { .. })))
    );
    assert_eq!(said(&model), "not moved: files changed");
    assert!(model.open_move().is_some(), "the page stays");
    answer(&mut model, |rehearsal| rehearsal.seen = "another".into());
    let now = model.elapsed;
    update(&mut model, Msg::Drawn(now));
    assert_eq!(moves(&keys(&mut model, "b a c k Enter")).len(), 1);
}

#[test]
fn a_run_that_held_still_for_a_move_goes_on_when_the_move_is_refused() {
    let mut model = going_back_of(live((120, 40)));
    keys(&mut model, "b a c k");
    let mode = PauseMode::AfterStep;
    tell(&mut model, PauseRequested { mode });
    keys(&mut model, "Enter");
    let target = model.going.as_ref().unwrap().target.clone();
    let reason = "bg.log changed".to_owned();
    let effects = tell(&mut model, MoveRefused { target, reason });
    assert!(sent(&effects).contains(&&Command::Steer(Steer::CancelPause)), "{effects:?}");
    assert!(model.open_move().is_some(), "the page stays");
}

#[test]
fn a_move_that_was_made_closes_the_page_and_says_what_was_kept_and_how_it_is_undone() {
    let mut model = going_back_of(live((120, 40)));
    keys(&mut model, "b a c k Enter");
    let event = moved(&model);
    tell(&mut model, event);
    assert!(model.going.is_none() && model.pages.is_empty());
    let text = said(&model).to_owned();
    let order = [
        "rolled back; kept aside in undo 12: README.md, mine.sh",
        "a.txt.kept-12",
        "z takes it back",
        "to 77b0d11",
    ];
    let places: Vec<_> = order.iter().map(|part| text.find(part)).collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?} in {text}"
    );
    keys(&mut model, "z");
    assert_eq!(model.going.as_ref().unwrap().target, Target::Undo);
    keys(&mut model, "Esc Z");
    assert_eq!(said(&model), "nothing was undone");
}

#[test]
fn every_row_leads_to_its_moment_or_says_why_not() {
    let mut model = live((120, 40));
    keys(&mut model, "1 g g R");
    assert!(
        matches!(model.going.as_ref().unwrap().target, Target::Commit { .. }),
        "a feature that passed: its commit"
    );
    keys(&mut model, "Esc G R");
    assert!(said(&model).contains("not passed yet"), "{}", said(&model));
    keys(&mut model, "2 G R");
    assert!(model.going.is_some(), "a moment of the transcript");
    keys(&mut model, "Esc 4 g g R");
    assert!(model.going.is_some(), "a test of the latest run");
    keys(&mut model, "Esc s R");
    assert!(model.going.is_some() && model.popup.is_none(), "a session");
    keys(&mut model, "Esc E R");
    assert!(model.going.is_none(), "a letter of the text");
}

#[test]
fn a_commit_made_unseen_leads_to_before_it() {
    let mut model = live((120, 40));
    let made = model.state.commits.last().unwrap().made.clone();
    model.state.debts.push(crate::session::state::Debt {
        commit: made.commit.clone(),
        unseen: 2,
        hunks: 2,
    });
    keys(&mut model, "u R");
    let commit = made.parent.unwrap();
    let target = Target::Commit { commit: commit.clone() };
    assert_eq!(model.going.as_ref().unwrap().target, target);
    assert!(
        matches!(&model.pages[0].subject, Subject::Review(Reviewed::Commit(_))),
        "its page lies below"
    );
    let mut event = moved(&model);
    event.to = Some(commit);
    tell(&mut model, event);
    assert!(model.state.debts.is_empty(), "{:?}", model.state.debts);
    let looks_back = |page: &Page| matches!(page.subject, Subject::Review(_));
    assert!(
        !model.pages.iter().any(looks_back),
        "no word is owed of what is on the branch no more"
    );
}

#[test]
fn where_a_run_of_another_process_is_watched_the_page_is_only_read() {
    let mut model = going_back_of(live((120, 40)));
    model.mode = Mode::Following;
    assert!(refusal(&model, Action::TypeWord).is_some_and(|reason| reason.contains("only watches")));
    assert_eq!(moves(&keys(&mut model, "b a c k Enter")), [] as [&Command; 0]);
}

#[test]
fn nothing_to_do_and_nothing_to_be_had_are_said() {
    let mut model = going_back_of(live((120, 40)));
    answer(&mut model, |rehearsal| {
        rehearsal.from.clone_from(&rehearsal.to);
        for list in [
            &mut rehearsal.changed,
            &mut rehearsal.removed,
            &mut rehearsal.returned,
            &mut rehearsal.untracked,
        ] {
            list.clear();
        }
    });
    assert!(model.going.is_none() && model.pages.is_empty(), "a sentence, and no page");
    assert!(screen(&mut model).contains("nothing would change by it"));
    let mut model = live((120, 40));
    model.state.features.rows[0].feature.id = FeatureId::from("F999");
    model.pages.push(Page::new(Subject::Commit("0".repeat(40).into())));
    keys(&mut model, "R");
    let target = model.going.as_ref().unwrap().target.clone();
    let message = "there is no object 0000".to_owned();
    update(
        &mut model,
        Msg::Answered(Query::Rehearse { target }, Answer::Failed { message }),
    );
    let text = screen(&mut model);
    assert!(
        text.contains("there is no object 0000") && text.contains("nothing was changed"),
        "{text}"
    );
}

#[test]
fn a_second_rehearsal_is_not_drawn_as_the_first() {
    let mut model = going_back_of(live((120, 40)));
    assert!(screen(&mut model).contains("to 0d21be4"));
    keys(&mut model, "Esc 3 G R");
    answer(&mut model, |rehearsal| rehearsal.title = "the very first".into());
    let second = screen(&mut model);
    assert!(
        second.contains("to the very first") && !second.contains("to 0d21be4"),
        "{second}"
    );
}

#[test]
fn the_screen_is_drawn_again_when_keys_begin_to_count() {
    let mut model = going_back_of(live((120, 40)));
    answer(&mut model, |rehearsal| rehearsal.seen = "another".into());
    let now = model.elapsed;
    update(&mut model, Msg::Drawn(now));
    let at = model.next_change().unwrap();
    assert!(at > now && !model.going.as_ref().unwrap().latch.is_armed(now));
    assert!(model.going.as_ref().unwrap().latch.is_armed(at));
}

#[test]
fn a_sessions_heading_offers_the_state_in_which_it_began() {
    let mut model = live((120, 40));
    keys(&mut model, "2 g g");
    let session = model.state.current().unwrap().number;
    let opened = model.state.session(session).unwrap().items[0].seq;
    assert_eq!(model.subject(), Some(Subject::Item(session, opened)));
    // As in a first session: nothing was kept of the files before it was noted.
    model.state.checkpoints.clear();
    model.state.commits.clear();
    assert_eq!(
        refusal(&model, Action::RollBack),
        Some("nothing was kept of the files at that moment or before it")
    );
    tell(&mut model, checkpoint(90, CheckpointCause::SessionStart));
    assert_eq!(model.state.target_before(opened), None);
    keys(&mut model, "R");
    let begun = Target::Checkpoint {
        checkpoint: CheckpointId(90),
    };
    assert_eq!(
        model.going.as_ref().map(|going| going.target.clone()),
        Some(begun),
        "{}",
        said(&model)
    );
}
