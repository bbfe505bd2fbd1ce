//! The line at the bottom of a headless run on a terminal.

use crate::cli::words;
use crate::protocol::CallStatus;
use crate::session::{Activity, ItemKind, Phase, Session, State};
use crate::ui::text::format;
use jiff::Timestamp;

/// Says what goes on, most important first, because the end may be cut off.
pub(super) fn line(state: &State, now: Timestamp) -> String {
    let (passing, total) = state.features.progress();
    let mut parts = vec![format!("{passing}/{total}")];
    let (phase, since) = state.phase_at(now);
    if !matches!(phase, Phase::Running | Phase::Circling | Phase::BetweenSessions) {
        let since = since.map(|since| format::duration_ms(format::seconds_between(since, now) * 1000));
        parts.push(
            [phase.word(), since.as_deref().unwrap_or_default()]
                .join(" ")
                .trim_end()
                .to_owned(),
        );
    }
    if let Some(session) = state.current().filter(|session| session.ended.is_none()) {
        let feature = session.feature.as_ref().map_or_else(String::new, |id| format!(" {id}"));
        let since = format::duration_ms(format::seconds_between(session.activity_since, now) * 1000);
        parts.push(format!("s{} {}{feature}", session.number.0, session.role));
        let limit = match session.activity {
            Activity::Hook(limit) => format!(" of {}", format::duration_ms(limit * 1000)),
            _ => String::new(),
        };
        parts.push(format!("{} {since}{limit}", doing(session)));
        parts.push(format!("context {}", format::percent(session.context_share())));
    }
    let totals = state.run.as_ref().map_or(state.totals, |run| run.totals);
    parts.push(words::cost(&totals));
    parts.join(" | ")
}

/// Says what the agent does, with the running tool's title.
fn doing(session: &Session) -> String {
    let running = |kind: &ItemKind| match kind {
        ItemKind::Call(call) if call.status == CallStatus::InProgress => Some(format!("{}: {}", call.tool, call.title)),
        _ => None,
    };
    match session.activity {
        Activity::Tool => session.items.iter().rev().take(50).find_map(|item| running(&item.kind)),
        _ => None,
    }
    .unwrap_or_else(|| words::activity(session.activity).to_owned())
}
