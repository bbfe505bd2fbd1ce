//! What a headless run says of a person's steering: pauses, messages, the order of the features.
//!
//! Pure. Invariant: a message that no session got is never passed over in silence.

use super::narrate::first_line;
use crate::protocol::event::RunOrderChanged;
use crate::protocol::{MessageId, OrderChange, PauseMode};
use crate::session::State;
use crate::ui::text::format;

/// Says that a pause was asked for.
pub(super) const fn pause(mode: PauseMode) -> &'static str {
    match mode {
        PauseMode::AfterStep => "pausing after this step",
        PauseMode::Now => "interrupted; pausing",
    }
}

/// Says what happened to a message, with its first line.
pub(super) fn message(id: MessageId, what: &str, text: &str) -> String {
    format!("{id} {what}: {}", first_line(text))
}

/// Says how the order of the work changed.
pub(super) fn order(order: &RunOrderChanged) -> String {
    let feature = &order.feature;
    match order.change {
        OrderChange::Skip => format!("{feature} is skipped"),
        OrderChange::Unskip => format!("{feature} is no longer skipped"),
        OrderChange::Pick => format!("{feature} comes next"),
        OrderChange::Unpick => format!("{feature} waits for its usual turn"),
    }
}

/// Says which messages wait although no step comes any more.
pub(super) fn undelivered(state: &State) -> Option<String> {
    let count = state.messages.len();
    (count > 0).then(|| {
        let them = if count == 1 { "it" } else { "them" };
        format!(
            "{} reached no session; the next run's first session gets {them}",
            format::plural(count, "message")
        )
    })
}
