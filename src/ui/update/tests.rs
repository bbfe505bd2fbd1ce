//! What keys and events do to the model, without a terminal.

use super::{RENEWAL, obstacle, update};
use crate::link::Mode;
use crate::protocol::event::{
    Event, GateKind, GateOpened, MessageDelivered, MessageQueued, MessageWithdrawn, PauseRequested, QuestionAnswered, QuestionHeld,
    QuestionReleased, RunEnded, RunOrderChanged, RunOutcome, RunPaused, RunResumed, SteerRefused, StopCancelled, StopRequested,
};
use crate::protocol::{
    Answer, Command, Delivery, Envelope, FeatureId, GateId, MessageId, Oid, OrderChange, PauseMode, Query, QuestionId, Seq,
    SessionNo, Steer, StopMode,
};
use crate::ui::layout::{Pane, Zoom};
use crate::ui::model::{Model, Popup, Subject};
use crate::ui::msg::{Effect, Exit, Msg, Wanted};
use crate::ui::screenshots::{recorded, sample_diff};
use crate::ui::testing::{keys, live, screen, tell};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use std::sync::Arc;
use std::time::Duration;

mod arming;

const SIZE: Size = Size { width: 120, height: 40 };

fn event(model: &Model, event: impl Into<Event>) -> Msg {
    Msg::Events(vec![Arc::new(Envelope {
        v: 1,
        seq: Seq(model.state.last_seq.0 + 1),
        time: model.state.last_time.unwrap(),
        session: SessionNo(9),
        event: event.into(),
    })])
}

fn ended(outcome: RunOutcome) -> RunEnded {
    RunEnded {
        outcome,
        reason: "because".into(),
    }
}

#[test]
fn digits_and_tab_move_the_focus() {
    let mut model = live((120, 40));
    assert_eq!(model.focus, Pane::Transcript);
    for (key, pane) in [
        ("1", Pane::Features),
        ("3", Pane::Git),
        ("4", Pane::Tests),
        ("Tab", Pane::Features),
        ("S-Tab", Pane::Tests),
    ] {
        keys(&mut model, key);
        assert_eq!(model.focus, pane, "{key}");
    }
    keys(&mut model, "l");
    assert_eq!(model.focus, Pane::Git, "to the right of the tests lies the lower pane");
    keys(&mut model, "h");
    assert_eq!(model.focus, Pane::Tests);
}

#[test]
fn lists_move_open_and_close() {
    let mut model = live((120, 40));
    keys(&mut model, "1 g g j j Enter");
    assert!(matches!(&model.pages.last().unwrap().subject, Subject::Feature(id) if id.as_str() == "F003"));
    keys(&mut model, "Esc G");
    assert_eq!(model.features.index(), 13);
    keys(&mut model, "k k g g");
    assert_eq!(model.features.index(), 0);
}

#[test]
fn an_untouched_feature_list_follows_the_work() {
    let model = live((120, 40));
    assert_eq!(model.feature_rows()[model.features.index()].feature.id.as_str(), "F008");
}

#[test]
fn filters_narrow_lists_and_escape_drops_them() {
    let mut model = live((120, 40));
    keys(&mut model, "1 / t a g");
    assert_eq!(model.feature_rows().len(), 1);
    keys(&mut model, "Enter");
    assert!(model.search.is_none());
    assert_eq!(model.feature_rows().len(), 1, "Enter keeps the filter");
    keys(&mut model, "Esc");
    assert_eq!(model.feature_rows().len(), 14);
    keys(&mut model, "/ r e g r e s s e d");
    assert_eq!(model.feature_rows().len(), 1, "words of state count too");
    keys(&mut model, "Esc");
    assert_eq!(model.feature_rows().len(), 14);
}

#[test]
fn leaving_a_live_run_asks_and_the_opening_key_only_closes() {
    let mut model = live((120, 40));
    assert_eq!(keys(&mut model, "q"), []);
    assert!(matches!(model.popup, Some(Popup::Leave(_))));
    assert_eq!(keys(&mut model, "q q Esc"), []);
    assert!(model.popup.is_none());
    assert_eq!(keys(&mut model, "q y Enter a 1"), [], "no other key decides");
    assert_eq!(
        keys(&mut model, "t"),
        [Effect::Send(Command::Stop {
            mode: StopMode::AfterStep
        })]
    );
    let ended = event(&model, ended(RunOutcome::Stopped));
    assert_eq!(update(&mut model, ended), [Effect::Quit(Exit::Left)]);
}

#[test]
fn ctrl_c_clears_then_offers_and_never_stops_by_itself() {
    let mut model = live((120, 40));
    keys(&mut model, "? C-c");
    assert!(model.popup.is_none());
    assert_eq!(keys(&mut model, "C-c"), []);
    assert!(model.note.as_ref().unwrap().text.contains("C-c again"));
    assert_eq!(keys(&mut model, "j C-c"), [], "another key in between disarms");
    assert!(model.popup.is_none());
    assert_eq!(keys(&mut model, "C-c"), []);
    assert!(matches!(model.popup, Some(Popup::Leave(_))));
}

#[test]
fn nothing_is_asked_when_no_run_is_live() {
    let mut model = live((120, 40));
    let msg = event(&model, ended(RunOutcome::AllPassing));
    assert_eq!(update(&mut model, msg), []);
    assert!(
        matches!(model.popup, Some(Popup::Summary)),
        "a run that was watched ends with its summary"
    );
    assert_eq!(keys(&mut model, "q"), [Effect::Quit(Exit::Left)]);
    let mut model = Model::plain(Mode::Offline, SIZE);
    assert_eq!(keys(&mut model, "q"), [Effect::Quit(Exit::Left)]);
}

#[test]
fn the_summary_does_not_cover_what_is_being_read() {
    let mut model = live((120, 40));
    keys(&mut model, "1 Enter");
    let msg = event(&model, ended(RunOutcome::AllPassing));
    update(&mut model, msg);
    assert!(model.popup.is_none());
}

#[test]
fn a_gate_that_opens_ends_what_the_footer_said() {
    let mut model = live((120, 40));
    model.say("nothing waits for you");
    let opened = GateOpened {
        gate: GateId(1),
        what: GateKind::Command,
        call: "call".into(),
        title: "make".into(),
        body: "make".into(),
        tree: None,
        commit: None,
        particulars: None,
    };
    let message = event(&model, opened.clone());
    update(&mut model, message);
    assert!(model.note.is_none());
    model.refuse("the log cannot be written");
    let message = event(&model, opened);
    update(&mut model, message);
    assert!(model.note.is_some(), "a warning stays until a key");
}

#[test]
fn the_start_page_leads_to_a_run_and_to_the_demo() {
    let start = || {
        let mut model = Model::plain(Mode::Offline, SIZE);
        update(&mut model, Msg::CaughtUp);
        model
    };
    for (key, wanted) in [("r", Wanted::Run), ("d", Wanted::Demo)] {
        let mut model = start();
        assert_eq!(keys(&mut model, key), [Effect::Quit(Exit::Start(wanted))]);
    }
    let mut model = start();
    keys(&mut model, "o");
    assert_eq!(
        keys(&mut model, "r"),
        [],
        "past the page the letters have their usual meaning"
    );
}

#[test]
fn a_question_is_answered_by_choice_or_by_text() {
    let mut model = live((120, 40));
    keys(&mut model, "a");
    assert_eq!(keys(&mut model, "Enter"), [], "nothing is chosen by default");
    let sent = keys(&mut model, "Down Down Enter");
    let question = QuestionId(1);
    let text = "UTC everywhere, and change the list of features".to_owned();
    assert_eq!(sent, [Effect::Send(Command::AnswerQuestion { question, text })]);
    keys(&mut model, "a");
    let text = "UTC everywhere, and change the list of features".to_owned();
    assert_eq!(
        keys(&mut model, "2 Enter"),
        [Effect::Send(Command::AnswerQuestion { question, text })],
        "a number alone is the choice of that number"
    );
    keys(&mut model, "a");
    let sent = keys(&mut model, "Down o k A-Enter g o Enter");
    let text = "ok\ngo".to_owned();
    let answer = Effect::Send(Command::AnswerQuestion { question, text });
    assert_eq!(sent.last(), Some(&answer), "typing goes back to the text");
}

#[test]
fn a_question_answered_elsewhere_keeps_its_window_and_what_was_typed() {
    let mut model = live((120, 40));
    keys(&mut model, "a o k");
    let answered = QuestionAnswered {
        question: QuestionId(1),
        text: "UTC".into(),
        by: "policy".into(),
    };
    let msg = event(&model, answered);
    assert_eq!(update(&mut model, msg), [], "there is nothing left to let go");
    let shown = screen(&mut model);
    assert!(shown.contains("No longer waits: answered by policy: UTC"), "{shown}");
    assert_eq!(keys(&mut model, "Enter x"), [], "nothing is sent and nothing more is typed");
    assert_eq!(keys(&mut model, "C-y"), [Effect::Copy("ok".into())]);
    keys(&mut model, "Esc");
    assert!(model.popup.is_none());
    assert_eq!(keys(&mut model, "a"), []);
    assert!(model.note.as_ref().unwrap().warning, "nothing waits any more");
}

#[test]
fn the_end_of_a_run_does_not_take_a_half_typed_answer_with_it() {
    let mut model = live((120, 40));
    keys(&mut model, "q t a o k");
    assert!(model.leaving);
    let msg = event(&model, ended(RunOutcome::Stopped));
    assert_eq!(update(&mut model, msg), [], "not left yet");
    assert!(screen(&mut model).contains("No longer waits: the run has ended"));
    assert_eq!(keys(&mut model, "C-y"), [Effect::Copy("ok".into())]);
}

#[test]
fn an_open_question_is_held_renewed_and_let_go() {
    let question = QuestionId(1);
    let hold = [Effect::Send(Command::HoldQuestion { question })];
    let mut model = live((120, 40));
    let at = Duration::from_secs(10);
    let press = |code| Msg::Key(KeyEvent::new(code, KeyModifiers::NONE), at);
    assert_eq!(update(&mut model, press(KeyCode::Char('a'))), [], "nobody has seen it yet");
    assert_eq!(update(&mut model, Msg::Drawn(at)), hold);
    let renewal = at + RENEWAL;
    assert_eq!(update(&mut model, Msg::Drawn(renewal - Duration::from_millis(1))), []);
    assert_eq!(update(&mut model, Msg::Drawn(renewal)), hold);
    let msg = event(&model, QuestionHeld { question });
    update(&mut model, msg);
    assert!(screen(&mut model).contains("the agent waits while this window is open"));
    let released = [Effect::Send(Command::ReleaseQuestion { question })];
    assert_eq!(update(&mut model, press(KeyCode::Esc)), released);
    assert_eq!(update(&mut model, Msg::Drawn(renewal + RENEWAL)), [], "once is enough");
    let until = Some("2026-01-02T12:40:10Z".parse().unwrap());
    let msg = event(&model, QuestionReleased { question, until });
    update(&mut model, msg);
    update(&mut model, press(KeyCode::Char('a')));
    assert!(screen(&mut model).contains("no answer by 12:40:10: the agent takes choice 1"));
}

#[test]
fn a_commit_is_looked_up_once_and_its_files_fold() {
    let mut model = live((120, 40));
    let asked = keys(&mut model, "3 Enter j");
    let commit = model.state.commits.last().unwrap().made.commit.clone();
    assert_eq!(asked, [Effect::Ask(Query::CommitDiff { commit: commit.clone() })]);
    update(
        &mut model,
        Msg::Answered(
            Query::CommitDiff { commit: commit.clone() },
            Answer::CommitDiff(sample_diff(&commit)),
        ),
    );
    let full = rows(&model);
    keys(&mut model, "-");
    let folded = rows(&model);
    assert!(folded < full);
    keys(&mut model, "J Enter");
    assert!(rows(&model) > folded, "the first file is open again");
    keys(&mut model, "=");
    assert_eq!(rows(&model), full);
    keys(&mut model, "g g ] h");
    let first = model.pages.last().unwrap().cursor;
    keys(&mut model, "] h [ h");
    assert_eq!(model.pages.last().unwrap().cursor, first);
    keys(&mut model, "/ e s c a p e Enter n");
    assert!(model.pages.last().unwrap().cursor > first);
}

fn rows(model: &Model) -> usize {
    let body = crate::ui::page::body(model.size);
    crate::ui::page::document(model, model.pages.last().unwrap(), body.width)
        .lines
        .len()
}

#[test]
fn a_failed_look_up_says_so() {
    let mut model = live((120, 40));
    keys(&mut model, "3 Enter");
    let commit: Oid = model.state.commits.last().unwrap().made.commit.clone();
    let failed = Answer::Failed {
        message: "the repository is gone".into(),
    };
    update(&mut model, Msg::Answered(Query::CommitDiff { commit }, failed));
    assert!(screen(&mut model).contains("the repository is gone"));
}

#[test]
fn zoom_goes_in_steps_and_escape_ends_it() {
    let mut model = live((120, 40));
    keys(&mut model, "+");
    assert_eq!(model.zoom, Zoom::Half);
    keys(&mut model, "+ +");
    assert_eq!(model.zoom, Zoom::Full);
    keys(&mut model, "_");
    assert_eq!(model.zoom, Zoom::Half);
    keys(&mut model, "Esc");
    assert_eq!(model.zoom, Zoom::Normal);
}

#[test]
fn an_earlier_session_is_shown_in_the_transcript() {
    let mut model = live((120, 40));
    keys(&mut model, "s j Enter");
    assert_eq!(model.shown_session().unwrap().number, SessionNo(8));
    keys(&mut model, "Esc");
    assert_eq!(model.shown_session().unwrap().number, SessionNo(9));
}

#[test]
fn copying_offers_a_menu_and_sends_the_text_itself() {
    let mut model = live((120, 40));
    assert_eq!(keys(&mut model, "1 y"), []);
    assert!(matches!(&model.popup, Some(Popup::Copy(entries)) if entries.len() == 4));
    assert_eq!(keys(&mut model, "i"), [Effect::Copy("F008".into())]);
    assert!(model.note.as_ref().unwrap().text.contains("OSC 52"));
    assert!(model.popup.is_none());
    let whole = keys(&mut model, "Y");
    assert!(matches!(&whole[..], [Effect::Copy(text)] if text.contains("filter by tag")));
}

#[test]
fn a_paste_outside_a_field_is_dropped_with_a_word() {
    let mut model = live((120, 40));
    assert_eq!(update(&mut model, Msg::Paste("qtx\r".into())), []);
    assert!(model.note.as_ref().unwrap().text.contains("dropped"));
    assert!(model.popup.is_none());
}

#[test]
fn help_finds_runs_and_refuses_with_a_reason() {
    let mut model = live((120, 40));
    keys(&mut model, "? / s e s s i o n s Enter Enter");
    assert!(matches!(model.popup, Some(Popup::Sessions(_))));
    keys(&mut model, "Esc ? / h u n k Enter Enter");
    assert!(model.note.as_ref().unwrap().text.contains("only in commit view"));
}

#[test]
fn the_palette_finds_an_action_and_does_it_where_it_was_opened() {
    let mut model = live((120, 40));
    keys(&mut model, "3 Enter");
    let position = |model: &Model| model.pages.last().unwrap().cursor;
    let commit = model.state.commits.last().unwrap().made.commit.clone();
    let answer = Answer::CommitDiff(sample_diff(&commit));
    update(&mut model, Msg::Answered(Query::CommitDiff { commit }, answer));
    let before = position(&model);
    keys(&mut model, ": n e x t Space h u Enter");
    assert!(model.popup.is_none());
    assert!(position(&model) > before, "the palette ran it on the page below");
    keys(&mut model, "Esc C-p f o c f e a Enter");
    assert_eq!(model.focus, Pane::Features);
    keys(&mut model, "? :");
    assert!(
        matches!(model.popup, Some(Popup::Palette(_))),
        "it takes the place of another window"
    );
    keys(&mut model, "Esc j");
    assert!(model.popup.is_none());
}

#[test]
fn the_palette_says_why_an_action_cannot_be_done_and_never_decides() {
    let mut model = live((120, 40));
    keys(&mut model, ": n e x t - h u n k");
    let shown = screen(&mut model);
    assert!(shown.contains("only in commit view"), "{shown}");
    keys(&mut model, "Enter");
    assert!(model.note.as_ref().unwrap().text.contains("next-hunk: only in commit view"));
    assert_eq!(
        keys(&mut model, ": s t o p - n o w Enter"),
        [],
        "a run is stopped in its own dialog"
    );
    assert!(!model.leaving);
}

#[test]
fn text_pasted_into_the_palette_only_searches() {
    let mut model = live((120, 40));
    keys(&mut model, ":");
    update(&mut model, Msg::Paste("leave\n".into()));
    let Some(Popup::Palette(palette)) = &model.popup else {
        panic!("the palette is open")
    };
    assert_eq!(palette.cursor.filter, "leave ");
    assert_eq!(model.palette_rows("leave ")[0].name, "leave");
    assert_eq!(model.palette_rows("").len(), model.palette_rows(" ").len());
    assert!(model.palette_rows("zzz").is_empty());
    for entry in model.palette_rows("").iter().take(3) {
        assert_eq!(obstacle(&model, entry.action), None, "what can be done comes first");
    }
}

#[test]
fn a_half_typed_sequence_shows_its_menu_and_escape_drops_it() {
    let mut model = live((120, 40));
    keys(&mut model, "]");
    assert!(screen(&mut model).contains("go to the next tool call"));
    keys(&mut model, "Esc");
    assert!(model.resolver.typed().is_empty());
    keys(&mut model, "] z");
    assert!(model.note.as_ref().unwrap().warning);
}

#[test]
fn watchers_cannot_send_commands() {
    for mode in [Mode::Following, Mode::Offline] {
        let mut model = live((120, 40));
        model.mode = mode;
        assert_eq!(keys(&mut model, "a"), []);
        assert!(model.popup.is_none());
        assert_eq!(keys(&mut model, "q"), [Effect::Quit(Exit::Left)]);
    }
}

#[test]
fn a_signal_ends_the_ui_whatever_is_open() {
    let mut model = live((120, 40));
    keys(&mut model, "a");
    assert_eq!(update(&mut model, Msg::Terminate(15)), [Effect::Quit(Exit::Terminated(15))]);
}

#[test]
fn a_new_session_never_moves_a_reader_who_does_not_follow() {
    let begin = |model: &mut Model| {
        let mut envelope = Envelope::clone(
            &recorded()
                .unwrap()
                .into_iter()
                .find(|e| e.event.kind() == "session_started")
                .unwrap(),
        );
        envelope.seq = Seq(model.state.last_seq.0 + 1);
        envelope.session = SessionNo(10);
        update(model, Msg::Events(vec![Arc::new(envelope)]));
    };
    let mut model = live((120, 40));
    begin(&mut model);
    assert_eq!(model.shown_session().unwrap().number, SessionNo(10), "a follower follows");
    let mut model = live((120, 40));
    let _ = screen(&mut model);
    keys(&mut model, "g g");
    begin(&mut model);
    assert_eq!(model.shown_session().unwrap().number, SessionNo(9));
    keys(&mut model, "Esc");
    assert_eq!(model.shown_session().unwrap().number, SessionNo(10));
}

#[test]
fn a_stop_that_cannot_be_sent_leaves_the_user_where_they_are() {
    let mut model = live((120, 40));
    keys(&mut model, "q x");
    assert!(model.leaving);
    update(&mut model, Msg::NotSent("nobody listens".into()));
    assert!(!model.leaving);
    keys(&mut model, "q x");
    assert_eq!(
        update(&mut model, Msg::Closed),
        [Effect::Quit(Exit::Left)],
        "an engine that is gone cannot end its run"
    );
}

#[test]
fn a_search_without_a_hit_says_where_it_looked() {
    let mut model = live((120, 40));
    keys(&mut model, "/ z q z q");
    let shown = screen(&mut model);
    assert!(shown.contains("no hits in session 9"), "{shown}");
    assert!(shown.contains("search session 9: "), "{shown}");
    keys(&mut model, "Esc 1 /");
    assert!(screen(&mut model).contains("filter features: "));
}

#[test]
fn a_stop_after_the_step_can_be_hastened_or_taken_back() {
    let mut model = live((120, 40));
    keys(&mut model, "q t");
    let question = QuestionId(1);
    let answered = QuestionAnswered {
        question,
        text: "UTC".into(),
        by: "human".into(),
    };
    let asked = StopRequested {
        mode: StopMode::AfterStep,
    };
    for happened in [Event::from(answered), asked.into()] {
        let msg = event(&model, happened);
        update(&mut model, msg);
    }
    let shown = screen(&mut model);
    assert!(shown.contains("stopping after this step"), "{shown}");
    keys(&mut model, "q");
    let dialog = screen(&mut model);
    assert!(
        dialog.contains("stop now") && dialog.contains("take the stop back"),
        "{dialog}"
    );
    assert!(!dialog.contains("stop once this step is done"), "{dialog}");
    assert_eq!(keys(&mut model, "c"), [Effect::Send(Command::CancelStop)]);
    assert!(!model.leaving);
    let msg = event(&model, StopCancelled {});
    update(&mut model, msg);
    keys(&mut model, "q");
    let dialog = screen(&mut model);
    assert!(!dialog.contains("take the stop back"), "{dialog}");
}

fn steered(steer: Steer) -> [Effect; 1] {
    [Effect::Send(Command::Steer(steer))]
}

/// A live run in which nothing waits for a person.
fn at_work() -> Model {
    let mut model = live((120, 40));
    let (question, text, by) = (QuestionId(1), "UTC".into(), "human".into());
    tell(&mut model, QuestionAnswered { question, text, by });
    model
}

#[test]
fn p_pauses_takes_the_pause_back_and_goes_on() {
    let mut model = at_work();
    let mode = PauseMode::AfterStep;
    assert_eq!(keys(&mut model, "p"), steered(Steer::Pause { mode }));
    tell(&mut model, PauseRequested { mode });
    assert!(screen(&mut model).contains("pausing"));
    assert_eq!(keys(&mut model, "p"), steered(Steer::CancelPause));
    tell(&mut model, RunPaused {});
    let shown = screen(&mut model);
    assert!(shown.contains("paused"), "{shown}");
    assert_eq!(keys(&mut model, "P"), [], "it is paused already");
    assert_eq!(keys(&mut model, "p"), steered(Steer::Resume));
    tell(&mut model, RunResumed {});
    let mode = PauseMode::Now;
    assert_eq!(keys(&mut model, "P"), steered(Steer::Pause { mode }));
    let mode = StopMode::Now;
    tell(&mut model, StopRequested { mode });
    assert_eq!(keys(&mut model, "p P"), [], "a stop is past pausing");
}

#[test]
fn a_message_is_typed_sent_changed_and_taken_back() {
    let mut model = at_work();
    let when = Delivery::NextStep;
    let text = "use\ntabs".to_owned();
    let sent = keys(&mut model, "i u s e A-Enter t a b s Enter");
    assert_eq!(
        sent,
        steered(Steer::Say {
            text: text.clone(),
            when
        })
    );
    assert!(model.popup.is_none() && model.draft.is_empty());
    for n in [1, 2] {
        let (message, text) = (MessageId(n), text.clone());
        tell(&mut model, MessageQueued { message, text, when });
    }
    assert!(screen(&mut model).contains("2 queued"));
    let message = MessageId(1);
    assert_eq!(keys(&mut model, "i Up Up d"), steered(Steer::WithdrawMessage { message }));
    tell(&mut model, MessageWithdrawn { message });
    let sent = keys(&mut model, "Up e ! Enter");
    let (message, text) = (MessageId(2), "use\ntabs!".to_owned());
    assert_eq!(sent, steered(Steer::EditMessage { message, text }));
    let text = "now".to_owned();
    let when = Delivery::Now;
    assert_eq!(keys(&mut model, "I n o w Enter"), steered(Steer::Say { text, when }));
}

#[test]
fn letters_are_text_until_a_waiting_message_is_marked() {
    let mut model = at_work();
    let (message, when) = (MessageId(1), Delivery::NextStep);
    let text = "first".to_owned();
    tell(&mut model, MessageQueued { message, text, when });
    assert_eq!(keys(&mut model, "i d e x"), []);
    let text = "dex".to_owned();
    assert_eq!(
        keys(&mut model, "Up Down Enter"),
        steered(Steer::Say { text, when }),
        "the mark came back to the text"
    );
    assert_eq!(keys(&mut model, "i Enter"), [], "nothing is typed");
    assert!(model.note.as_ref().unwrap().warning);
}

#[test]
fn what_is_typed_outlives_the_window_the_message_and_the_run() {
    let mut model = at_work();
    keys(&mut model, "i h a l f Esc");
    assert!(model.popup.is_none());
    let (message, when) = (MessageId(1), Delivery::NextStep);
    let text = "first".to_owned();
    tell(&mut model, MessageQueued { message, text, when });
    keys(&mut model, "i Up e 2");
    tell(&mut model, MessageDelivered { message });
    assert!(screen(&mut model).contains("has reached the agent already"));
    let text = "first2".to_owned();
    assert_eq!(keys(&mut model, "Enter"), steered(Steer::Say { text, when }));
    keys(&mut model, "i o k");
    tell(&mut model, ended(RunOutcome::Stopped));
    assert_eq!(keys(&mut model, "Enter"), [], "nobody reads it");
    assert!(matches!(&model.popup, Some(Popup::Message(form)) if form.field.text() == "ok"));
    assert_eq!(keys(&mut model, "C-y"), [Effect::Copy("ok".into())]);
    keys(&mut model, "Esc i");
    assert!(model.popup.is_none(), "no new one is begun");
}

#[test]
fn a_paste_is_text_of_a_message_and_never_sends_it() {
    let mut model = at_work();
    keys(&mut model, "i");
    assert_eq!(update(&mut model, Msg::Paste("a\nb\n".into())), []);
    assert!(matches!(&model.popup, Some(Popup::Message(form)) if form.field.text() == "a\nb\n"));
}

#[test]
fn features_are_skipped_and_picked_where_they_are_selected() {
    let mut model = at_work();
    assert_eq!(keys(&mut model, "X"), [], "the transcript has the focus");
    let order = |feature: &str, change| {
        let feature = feature.into();
        steered(Steer::Order { feature, change })
    };
    let sent = keys(&mut model, "1 G X");
    assert_eq!(sent, order("F014", OrderChange::Skip));
    let feature = FeatureId::from("F014");
    let change = OrderChange::Skip;
    tell(&mut model, RunOrderChanged { feature, change });
    assert!(screen(&mut model).contains("skipped"));
    assert_eq!(keys(&mut model, "X"), order("F014", OrderChange::Unskip));
    assert_eq!(keys(&mut model, "k T"), order("F013", OrderChange::Pick));
    let (feature, change) = (FeatureId::from("F013"), OrderChange::Pick);
    tell(&mut model, RunOrderChanged { feature, change });
    assert_eq!(keys(&mut model, "T"), order("F013", OrderChange::Unpick));
    assert_eq!(keys(&mut model, "g g X T"), [], "it passes already");
}

#[test]
fn what_the_engine_refuses_is_said() {
    let mut model = at_work();
    let reason = "message 1 has reached the agent already".to_owned();
    tell(&mut model, SteerRefused { reason: reason.clone() });
    assert_eq!(model.note.as_ref().unwrap().text, reason);
}

#[test]
fn a_run_can_be_stopped_after_its_session() {
    let mut model = at_work();
    let mode = StopMode::AfterSession;
    assert_eq!(keys(&mut model, "q s"), [Effect::Send(Command::Stop { mode })]);
    tell(&mut model, StopRequested { mode });
    assert!(screen(&mut model).contains("stops after this session"));
    assert_eq!(keys(&mut model, "q s"), [], "it does already");
    assert_eq!(keys(&mut model, "c"), [Effect::Send(Command::CancelStop)]);
}

#[test]
fn only_the_window_of_the_run_steers() {
    for key in ["p", "P", "i", "I", "1 X", "1 T"] {
        let mut model = at_work();
        model.mode = Mode::Following;
        assert_eq!(keys(&mut model, key), [], "{key}");
        assert!(model.popup.is_none(), "{key}");
    }
}
