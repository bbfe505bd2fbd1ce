//! The whole text of an item, piece by piece: for search and for copying.

use super::call;
use crate::protocol::RawJson;
use crate::session::{Item, ItemKind};

/// Hands every text of an item to `take`, in reading order, without copying long ones.
pub(crate) fn texts(item: &Item, take: &mut dyn FnMut(&str)) {
    match &item.kind {
        ItemKind::Opened { role } => take(role.as_str()),
        ItemKind::Orientation(found) => {
            for part in &found.parts {
                take(&part.name);
                take(&part.command);
                take(&part.text);
            }
        }
        ItemKind::Prompt { text, .. } | ItemKind::Text { text, .. } | ItemKind::Thinking { text, .. } | ItemKind::Note { text } => {
            take(text)
        }
        ItemKind::Foreign { block, .. } => take(block.as_ref().map_or("", RawJson::get)),
        ItemKind::Call(call) => {
            take(&call::verb(call));
            call::input_texts(call, take);
            take(&call.output.text);
        }
        ItemKind::Ruling(ruling) => {
            take(&ruling.guard);
            take(&ruling.reason);
        }
        ItemKind::Breach(breach) => {
            take(&breach.path);
            take(&breach.detail);
        }
        ItemKind::External(change) => {
            take(&change.detail);
            change.paths.iter().for_each(|path| take(path));
        }
        ItemKind::ByHand { text, .. } => take(text),
        ItemKind::Selected(selected) => {
            take(selected.feature.as_str());
            take(&selected.reason);
        }
        ItemKind::Flipped(flip) => {
            take(flip.feature.as_str());
            take(flip.evidence.as_ref().map_or("", |evidence| &evidence.summary));
            take(&flip.reason);
        }
        ItemKind::Tests(run) => {
            take(&run.command);
            for case in &run.cases {
                take(&case.name);
                take(&case.detail);
            }
            take(&run.output.text);
        }
        ItemKind::Check(run) => {
            take(run.feature.as_str());
            for step in &run.check.steps {
                take(&step.command);
                step.expect.iter().for_each(|text| take(text));
            }
            run.steps.iter().for_each(|step| take(&step.output.text));
            run.amiss.iter().for_each(|what| take(what));
        }
        ItemKind::Traced(traced) => {
            take(traced.feature.as_str());
            take(&traced.words());
        }
        ItemKind::Question { asked, answer } => {
            take(&asked.text);
            asked.choices.iter().for_each(|choice| take(choice));
            take(answer.as_ref().map_or("", |(text, _)| text));
        }
        ItemKind::Gate { title, decision, .. } => {
            take(title);
            take(decision.as_deref().unwrap_or_default());
        }
        ItemKind::Commit(made) => {
            take(&made.commit.0);
            take(&made.message);
        }
        ItemKind::Moved(moved) => take(&moved.title),
        ItemKind::Limit(limit) => take(&limit.detail),
        ItemKind::Circling(seen) => take(&seen.words()),
        ItemKind::LimitRaised(raised) => take(&raised.detail),
        ItemKind::Paused { because, .. } => take(because.as_deref().unwrap_or_default()),
        ItemKind::Trouble { text, .. } => take(text),
        ItemKind::Closed(ended) => {
            take(&ended.summary);
            ended.checks.iter().for_each(|(check, _)| take(check));
            ended.dirty.iter().for_each(|path| take(path));
        }
        ItemKind::Unknown(raw) => take(raw.get()),
    }
}
