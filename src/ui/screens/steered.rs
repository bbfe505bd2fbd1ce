//! A run that is spoken to and given another order of work.

use super::*;

fn spoken_to(size: (u16, u16)) -> Model {
    let mut model = live(size);
    let long = "The dates in the listing should be in local time,\nbut those in the file stay in UTC, whatever the flag says; see the note of session 4.";
    for (id, text) in [(1, "use \u{202e}tabs in the Makefile"), (2, long)] {
        let (message, text, when) = (MessageId(id), text.to_owned(), Delivery::NextStep);
        tell(&mut model, MessageQueued { message, text, when });
    }
    model
}

#[test]
fn a_message_is_written_over_those_that_wait() {
    for size in SIZES {
        let mut model = spoken_to(size);
        perform(&mut model, Action::Message, &mut Vec::new());
        update(&mut model, Msg::Paste("No new dependencies.\nAsk me first.".into()));
        check("message", &mut model);
        perform(&mut model, Action::PreviousWaiting, &mut Vec::new());
        check("message-marked", &mut model);
    }
    let mut model = spoken_to((80, 24));
    perform(&mut model, Action::MessageNow, &mut Vec::new());
    check("message-now", &mut model);
}

#[test]
fn skipped_and_picked_features_are_told_by_glyph_and_word() {
    let mut model = live((120, 40));
    for (feature, change) in [("F010", OrderChange::Skip), ("F012", OrderChange::Pick)] {
        let feature = feature.into();
        tell(&mut model, RunOrderChanged { feature, change });
    }
    let shown = screen(&mut model);
    for word in ["– F010", "skipped", "▸ F012", "next"] {
        assert!(shown.contains(word), "{word}:\n{shown}");
    }
}
