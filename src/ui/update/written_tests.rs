//! Texts that are written over the screen: the rows on the screen are the rows that keys go by, and long questions are read whole.

use crate::protocol::Delivery;
use crate::protocol::MessageId;
use crate::protocol::event::MessageQueued;
use crate::ui::model::{Field, Model, Popup};
use crate::ui::testing::{keys, live, screen, tell, text, undisturbed};
use crate::ui::waiting;
use crossterm::event::{MouseEvent, MouseEventKind};

/// Three rows on a screen of 80 columns, in a window and on a page.
const LONG: &str = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa \
    quebec romeo sierra tango uniform victor xray yankee charlie delta whiskey";

fn field(model: &mut Model) -> &mut Field {
    if matches!(model.popup, Some(Popup::Message(_) | Popup::Question(_))) {
        return match &mut model.popup {
            Some(Popup::Message(form)) => &mut form.field,
            Some(Popup::Question(form)) => &mut form.field,
            _ => unreachable!(),
        };
    }
    &mut model.writing().unwrap().field
}

/// The word that the cursor stands in.
#[track_caller]
fn at(model: &mut Model) -> String {
    let field = field(model);
    let (line, column) = field.cursor();
    let line = &field.lines()[line];
    let before = line[..column].rsplit(' ').next().unwrap().to_owned();
    before + line[column..].split(' ').next().unwrap()
}

/// Walks through the rows of the long text with every key that does so, and leaves the cursor in the first.
#[track_caller]
fn walks(model: &mut Model, up_and_down: bool) {
    let mut pairs = vec![("C-p", "C-n")];
    if up_and_down {
        pairs.push(("Up", "Down"));
    }
    for (up, down) in pairs {
        assert_eq!(at(model), "whiskey", "the end is where typing ended");
        keys(model, &format!("Home {up}"));
        let second = at(model);
        assert!(
            !["alpha", "whiskey"].contains(&second.as_str()),
            "{up}: one row up, not one line: {second}"
        );
        keys(model, up);
        assert_eq!(at(model), "alpha", "{up}");
        keys(model, &format!("{down} {down} End"));
        assert_eq!(at(model), "whiskey", "{down}");
    }
}

#[test]
fn a_message_is_walked_through_by_the_rows_on_the_screen() {
    let mut model = undisturbed((80, 24));
    keys(&mut model, "i");
    text(&mut model, LONG);
    walks(&mut model, true);
    let (when, message) = (Delivery::NextStep, MessageId(1));
    tell(
        &mut model,
        MessageQueued {
            message,
            text: "first".into(),
            when,
        },
    );
    walks(&mut model, true);
    keys(&mut model, "Up Up Up");
    assert!(
        matches!(&model.popup, Some(Popup::Message(form)) if form.marked == Some(message)),
        "above its first row they wait"
    );
}

#[test]
fn a_reason_and_a_comment_are_walked_through_by_the_rows_on_the_screen() {
    for opening in ["a d", "a c"] {
        let mut model = undisturbed((80, 24));
        waiting::open(&mut model, waiting::gate(), waiting::files());
        keys(&mut model, opening);
        text(&mut model, LONG);
        walks(&mut model, true);
    }
}

#[test]
fn an_answer_is_wrapped_and_up_and_down_are_its_own_until_its_edge() {
    let mut model = live((80, 24));
    keys(&mut model, "a");
    text(&mut model, LONG);
    let shown = screen(&mut model);
    assert!(shown.contains("▸ alpha") && shown.contains("whiskey"), "{shown}");
    walks(&mut model, true);
    let choice = |model: &Model| matches!(&model.popup, Some(Popup::Question(form)) if form.choice.is_some());
    keys(&mut model, "Up Up");
    assert!(!choice(&model));
    keys(&mut model, "Up");
    assert!(choice(&model), "above its first row are the choices");
    keys(&mut model, "Tab");
    assert!(!choice(&model));
    keys(&mut model, "S-Tab");
    assert!(choice(&model), "Tab never walks through the text");
}

/// A question of many paragraphs and long choices, its window open.
fn long_question(size: (u16, u16)) -> Model {
    let mut model = live(size);
    let mut asked = model.state.open_questions.remove(0);
    asked.text = (1..=30)
        .map(|n| format!("Paragraph {n} of the question."))
        .collect::<Vec<_>>()
        .join("\n\n");
    asked.choices = (1..=4).map(|n| format!("choice {n}: {LONG}")).collect();
    model.state.open_questions.push(asked);
    keys(&mut model, "a");
    model
}

#[test]
fn a_long_question_begins_at_its_top_and_says_how_much_is_below() {
    for size in [(40, 12), (80, 24), (120, 40)] {
        let mut model = long_question(size);
        let shown = screen(&mut model);
        assert!(shown.contains("Paragraph 1 of"), "{shown}");
        assert!(shown.contains("rows below"), "{shown}");
        assert!(shown.contains("Enter send"), "the keys stay: {shown}");
        assert!(!shown.contains(" above   "), "{shown}");
        keys(&mut model, "PgDn PgDn");
        let shown = screen(&mut model);
        assert!(shown.contains(" above") && shown.contains("Enter send"), "{shown}");
        for _ in 0..90 {
            keys(&mut model, "PgDn");
        }
        let shown = screen(&mut model);
        assert!(!shown.contains("rows below") && shown.contains("whiskey"), "{shown}");
        assert!(shown.contains("type an answer"), "{shown}");
        for _ in 0..90 {
            keys(&mut model, "PgUp");
        }
        assert!(screen(&mut model).contains("Paragraph 1 of"));
    }
}

#[test]
fn a_marked_choice_is_shown_and_the_wheel_scrolls() {
    let mut model = long_question((80, 24));
    keys(&mut model, "Down");
    let shown = screen(&mut model);
    assert!(shown.contains("1. choice 1"), "{shown}");
    keys(&mut model, "Down Down Down");
    assert!(screen(&mut model).contains("4. choice 4"));
    let wheel = MouseEvent {
        kind: MouseEventKind::ScrollUp,
        column: 1,
        row: 1,
        modifiers: crossterm::event::KeyModifiers::NONE,
    };
    for _ in 0..40 {
        super::update(&mut model, crate::ui::msg::Msg::Mouse(wheel));
    }
    assert!(screen(&mut model).contains("Paragraph 1 of"));
}

#[test]
fn a_long_answer_keeps_its_cursor_and_the_keys_on_the_screen() {
    let mut model = long_question((60, 20));
    for _ in 0..5 {
        text(&mut model, LONG);
    }
    text(&mut model, " zulu");
    let shown = screen(&mut model);
    assert!(
        shown.contains("zulu") && shown.contains("Enter send") && shown.contains("Paragraph 1 of"),
        "{shown}"
    );
}
