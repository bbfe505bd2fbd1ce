//! Reviews of other things than a commit, and from other places than its page.

use super::*;

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
        shown.contains("What waits for you") && shown.contains("queued for you"),
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
