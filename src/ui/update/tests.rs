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
use crate::session::timeline::ItemKind;
use crate::ui::layout::{Pane, Zoom};
use crate::ui::model::{Model, Page, Popup, Subject};
use crate::ui::msg::{Effect, Exit, Msg, Wanted};
use crate::ui::screenshots::{recorded, sample_diff};
use crate::ui::testing::{keys, live, screen, tell};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use std::sync::Arc;
use std::time::Duration;

mod arming;
mod questions;
mod steering;

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
fn the_command_of_a_call_is_copied_with_all_of_its_lines() {
    let mut model = live((120, 40));
    let command = "set -e\nmake test\n";
    let session = model.state.sessions.last_mut().unwrap();
    let number = session.number;
    let mut calls = session.items.iter_mut().rev();
    let seq = calls.find_map(|item| match &mut item.kind {
        ItemKind::Call(call) if call.tool == "bash" => {
            call.input = serde_json::json!({ "command": command }).to_string();
            Some(item.seq)
        }
        _ => None,
    });
    model.pages.push(Page::new(Subject::Item(number, seq.unwrap())));
    keys(&mut model, "y");
    assert_eq!(keys(&mut model, "c"), [Effect::Copy(command.into())]);
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
