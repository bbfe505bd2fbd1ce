//! The facts of gates that are no commit's: a guarded file, a limit, why a command waits.
//!
//! Invariant: what approving does, and what denying does, is said in words.

use super::head::Rows;
use crate::protocol::event::{GateKind, Particulars};
use crate::session::state::OpenGate;
use crate::ui::model::review::Review;
use crate::ui::text::Clean;
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// What a change of an artifact or work past a limit is judged by.
pub(super) fn facts(review: &Review, open: &OpenGate, rows: &mut Rows<'_>) {
    let look = rows.look;
    match open.opened.particulars.as_deref() {
        Some(Particulars::Artifact { path, weaker, .. }) => {
            let told = [
                Clean::exact(path).span(look.style(Slot::Bold)),
                Span::styled(
                    "  guarded; if you approve, the harness writes it as shown here and guards it so",
                    look.style(Slot::Text),
                ),
            ];
            rows.row(None, "file", &told);
            for found in weaker {
                rows.row(Some(false), "guards", &[Clean::exact(found).span(look.style(Slot::Text))]);
            }
        }
        Some(Particulars::Limit { to, .. }) => {
            rows.row(
                None,
                "limit",
                &[Clean::exact(&open.opened.title).span(look.style(Slot::Bold))],
            );
            let sets = match (&review.message, to) {
                (Some(typed), _) => vec![
                    Clean::exact(typed).span(look.style(Slot::Bold)),
                    Span::styled(", as you typed it", look.style(Slot::Human)),
                ],
                (None, Some(to)) => vec![Clean::exact(to).span(look.style(Slot::Bold))],
                (None, None) => vec![Span::styled("no limit of this kind any more", look.style(Slot::Warning))],
            };
            rows.row(
                None,
                "approve",
                &[vec![Span::styled("sets it to ", look.style(Slot::Text))], sets].concat(),
            );
            let denied = Span::styled(
                "ends the run, as the limit says; all work so far is kept",
                look.style(Slot::Text),
            );
            rows.row(None, "deny", &[denied]);
        }
        None if open.opened.what == GateKind::Command => {
            let why = "at the level manual every command that is not a plain read waits for you";
            rows.row(None, "asks", &[Span::styled(why, look.style(Slot::Text))]);
        }
        None => {}
    }
}
