//! A transcript entry's page: the whole of it, with an output that was too long for the log fetched from its blob.

use super::sheet::Sheet;
use super::{Document, check, item_at};
use crate::protocol::{Payload, Seq, SessionNo};
use crate::session::timeline::{Item, ItemKind};
use crate::ui::model::{Loaded, Model};
use crate::ui::text::{Look, format};
use crate::ui::theme::Slot;
use crate::ui::transcript;

const fn output(item: &Item) -> Option<&Payload> {
    match &item.kind {
        ItemKind::Call(call) => Some(&call.output),
        ItemKind::Tests(run) => Some(&run.output),
        _ => None,
    }
}

/// Returns the fetched whole of an entry's output.
#[must_use]
pub fn whole(model: &Model, session: SessionNo, seq: Seq) -> Option<&Loaded<String>> {
    let item = item_at(model.session(session)?, seq)?;
    let found = model.blobs.get(output(item)?.blob.as_ref()?)?;
    (*found != Loaded::Pending).then_some(found)
}

/// Says whether all that the page needs was fetched.
#[must_use]
pub fn is_fetched(model: &Model, session: SessionNo, seq: Seq) -> bool {
    let item = model.session(session).and_then(|session| item_at(session, seq));
    match item.map(|item| &item.kind) {
        Some(ItemKind::Check(run)) => check::is_fetched(model, run),
        _ => whole(model, session, seq).is_some(),
    }
}

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, session: SessionNo, seq: Seq, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    let Some(item) = model.session(session).and_then(|session| item_at(session, seq)) else {
        sheet.text("This entry is gone.", Slot::Dim);
        return sheet.finish();
    };
    let fetched = whole(model, session, seq);
    let text = match fetched {
        Some(Loaded::Ready(text)) => Some(text.as_str()),
        Some(Loaded::Failed(reason)) => {
            sheet.text(&format!("Only a part of the output is here: {reason}"), Slot::Warning);
            None
        }
        Some(Loaded::Pending) | None => None,
    };
    if let Some(payload) = output(item).filter(|payload| payload.blob.is_some() && fetched.is_none()) {
        sheet.text(&format!("Fetching {} of output.", format::bytes(payload.bytes)), Slot::Dim);
    }
    let width = sheet.width();
    sheet.lines(transcript::detail_lines(item, text, width, look));
    if let ItemKind::Check(run) = &item.kind {
        check::whole(&mut sheet, model, run);
    }
    sheet.finish()
}
