//! Copying what is selected, as it came: the clipboard gets the text itself, not the drawn one.

use super::rules;
use crate::protocol::{FeatureStatus, FileDiff};
use crate::session::Session;
use crate::session::timeline::{Item, ItemKind};
use crate::ui::model::review::Review;
use crate::ui::model::{CopyEntry, Going, Loaded, Model, Popup, Subject};
use crate::ui::msg::Effect;
use crate::ui::page;
use crate::ui::page::review::Change;
use crate::ui::text::format;
use crate::ui::transcript;

/// What terminals and tmux pass on at most, before base64.
const LIMIT: usize = 74_000;

/// Opens the menu of what can be copied; with one entry only, copies it.
pub fn menu(model: &mut Model, effects: &mut Vec<Effect>) {
    let entries = entries(model);
    match entries.as_slice() {
        [] => model.refuse("nothing to copy here"),
        [only] => copy(model, only, effects),
        _ => model.popup = Some(Popup::Copy(entries)),
    }
}

/// Copies the whole of what is selected.
pub fn whole(model: &mut Model, effects: &mut Vec<Effect>) {
    let all = entries(model);
    match all.iter().find(|entry| entry.key == 'b').or(all.first()) {
        Some(entry) => copy(model, entry, effects),
        None => model.refuse("nothing to copy here"),
    }
}

/// Copies one entry, and says honestly what is known of its fate.
pub fn copy(model: &mut Model, entry: &CopyEntry, effects: &mut Vec<Effect>) {
    if entry.text.is_empty() {
        model.refuse(format!("{} is empty: nothing was copied", entry.label));
        return;
    }
    let size = format::bytes(entry.text.len() as u64);
    if entry.text.len() > LIMIT {
        let most = format::bytes(LIMIT as u64);
        model.refuse(format!(
            "{} is {size}, terminals take {most}: nothing was copied",
            entry.label
        ));
        return;
    }
    effects.push(Effect::Copy(entry.text.clone()));
    model.say(format!(
        "{} ({size}) sent to the terminal's clipboard (OSC 52; in tmux needs set-clipboard on)",
        entry.label
    ));
}

/// Copies what is typed as an answer: it may have come too late to be sent.
pub fn answer(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(Popup::Question(form)) = &model.popup {
        let text = form.field.text();
        typed(model, text, effects);
    } else if let Some(Popup::Message(form)) = &model.popup {
        let text = form.field.text();
        typed(model, text, effects);
    } else if let Some(text) = model.writing().map(|entry| entry.field.text()) {
        typed(model, text, effects);
    }
}

/// Copies a typed text.
pub fn typed(model: &mut Model, text: String, effects: &mut Vec<Effect>) {
    let typed = entry('b', "what you typed", text);
    copy(model, &typed, effects);
}

fn entry(key: char, label: &'static str, text: impl Into<String>) -> CopyEntry {
    CopyEntry {
        key,
        label,
        text: text.into(),
    }
}

fn next_window(model: &Model) -> Vec<CopyEntry> {
    let Some(Loaded::Ready(next)) = &model.next_window.loaded else {
        return Vec::new();
    };
    let section = super::next_window::section(model).map(|section| entry('s', "section", section.text.clone()));
    let rest = [
        entry('p', "system prompt", next.system.clone()),
        entry('f', "first message", next.first.clone()),
        entry('b', "both", format!("{}\n\n{}", next.system, next.first)),
    ];
    section.into_iter().chain(rest).collect()
}

fn entries(model: &Model) -> Vec<CopyEntry> {
    let Some(subject) = model.subject() else { return Vec::new() };
    match subject {
        Subject::Feature(id) => {
            let Some(row) = model.state.features.get(&id) else {
                return Vec::new();
            };
            let feature = &row.feature;
            let status = match feature.status {
                FeatureStatus::Passing => "passing",
                FeatureStatus::Failing => "failing",
                FeatureStatus::Unknown => "unknown",
            };
            let steps: String = feature.steps.iter().map(|step| format!("- {step}\n")).collect();
            vec![
                entry('i', "id", feature.id.as_str()),
                entry('d', "description", feature.description.clone()),
                entry('s', "steps", steps.clone()),
                entry(
                    'b',
                    "whole feature",
                    format!("{} {} ({status})\n{steps}", feature.id, feature.description),
                ),
            ]
        }
        Subject::NextWindow => next_window(model),
        Subject::Rehearsal => {
            let rehearsal = model.going.as_ref().and_then(Going::ready);
            let trees = rehearsal.and_then(|rehearsal| rehearsal.trees.clone());
            match trees.and_then(|(now, then)| model.changes.get(&(Some(now), then))) {
                Some(Loaded::Ready(files)) => vec![entry('b', "whole diff", patch(files))],
                _ => Vec::new(),
            }
        }
        Subject::Always => {
            let pattern = model.always.as_ref().and_then(|always| always.candidate());
            let pattern = pattern.map(|candidate| candidate.pattern.to_string());
            vec![entry('b', "the rule", pattern.unwrap_or_default())]
        }
        Subject::Survey => match &model.survey {
            Some(Loaded::Ready(survey)) => survey
                .script
                .iter()
                .map(|script| entry('i', "init.sh", script.text.clone()))
                .collect(),
            _ => Vec::new(),
        },
        Subject::List => {
            let list = model.list.told();
            list.map_or_else(Vec::new, |list| {
                vec![
                    entry('b', "the whole text", list.text.clone()),
                    entry('m', "what is wrong", list.reason.clone()),
                    entry('p', "path", list.path.clone()),
                ]
            })
        }
        Subject::Audit(session) => {
            let ended = model.state.session(session).and_then(|session| session.ended.as_ref());
            ended.map_or_else(Vec::new, |(_, ended)| {
                let line = |(what, holds): &(String, bool)| format!("{} {what}\n", if *holds { "ok  " } else { "NOT " });
                vec![entry('b', "the findings", ended.checks.iter().map(line).collect::<String>())]
            })
        }
        Subject::History => {
            let step = super::history::selected(model);
            step.map_or_else(Vec::new, |step| {
                vec![
                    entry('h', "full hash", step.commit.id.as_str()),
                    entry('s', "short hash", step.commit.id.short()),
                    entry('m', "subject", step.commit.subject.clone()),
                ]
            })
        }
        Subject::Rules => {
            let rule = rules::selected(model);
            vec![entry(
                'b',
                "the rule",
                rule.map(|rule| rule.pattern.to_string()).unwrap_or_default(),
            )]
        }
        Subject::Editor => {
            let text = model.editor.as_ref().map(|editor| editor.field.text());
            vec![entry('b', "what you typed", text.unwrap_or_default())]
        }
        Subject::Commit(commit) => {
            let info = model.state.recent_commits().iter().find(|info| info.id == commit);
            let subject = info.map(|info| info.subject.clone()).unwrap_or_default();
            let mut entries = vec![
                entry('h', "full hash", commit.as_str()),
                entry('s', "short hash", commit.short()),
                entry('m', "subject", subject),
            ];
            if let Some(Loaded::Ready(diff)) = model.diffs.get(&commit) {
                entries.push(entry('b', "whole diff", patch(&diff.files)));
            }
            entries
        }
        Subject::Test(name) => {
            let case = model.state.tests.cases.iter().find(|case| case.name == name);
            let detail = case.map(|case| case.detail.clone()).unwrap_or_default();
            vec![entry('n', "test name", name.clone()), entry('b', "what it said", detail)]
        }
        Subject::Review(_) => model.open_review().map(|review| of_review(model, review)).unwrap_or_default(),
        Subject::Item(session, seq) => {
            let session = model.session(session);
            let found = session.and_then(|session| Some((session, page::item_at(session, seq)?)));
            found.map(|(session, item)| of_item(model, session, item)).unwrap_or_default()
        }
    }
}

fn patch(files: &[FileDiff]) -> String {
    let file = |file: &FileDiff| format!("--- {}\n{}\n", file.path, file.patch.trim_end());
    files.iter().map(file).collect()
}

fn of_review(model: &Model, review: &Review) -> Vec<CopyEntry> {
    let opened = review.gate.as_ref().map(|gate| &gate.opened);
    let body = opened.map_or("", |opened| opened.body.as_str());
    let mut entries = Vec::new();
    match page::review::change(model, review) {
        Change::Text(text) => entries.push(entry('b', "whole text", text)),
        Change::Files(files) => {
            entries.push(entry('m', "message", review.message.as_deref().unwrap_or(body)));
            entries.push(entry('b', "whole diff", patch(files)));
        }
        Change::Pending | Change::Failed(_) => {}
    }
    if let Some(tree) = opened.and_then(|opened| opened.tree.as_ref()) {
        entries.push(entry('t', "tree", tree.as_str()));
    }
    let written = review.written();
    if !written.is_empty() {
        entries.push(entry('w', "what you wrote", written));
    }
    entries
}

fn of_item(model: &Model, session: &Session, item: &Item) -> Vec<CopyEntry> {
    match &item.kind {
        ItemKind::Call(call) => {
            let whole = call.output.blob.as_ref().and_then(|blob| match model.blobs.get(blob) {
                Some(Loaded::Ready(text)) => Some(text.clone()),
                _ => None,
            });
            let output = whole.unwrap_or_else(|| call.output.text.clone());
            vec![
                entry('c', "title or command", transcript::call_command(call)),
                entry('i', "whole input", call.input.clone()),
                entry('o', "output", output.clone()),
                entry('b', "whole entry", format!("{} {}\n{output}", call.tool, call.title)),
            ]
        }
        ItemKind::Commit(made) => vec![
            entry('h', "full hash", made.commit.as_str()),
            entry('m', "message", made.message.clone()),
        ],
        ItemKind::Ruling(made) => {
            let call = session.call(&made.call);
            let title = call.map_or_else(|| made.title.clone(), transcript::call_command);
            let mut entries = vec![entry('c', "title or command", title)];
            entries.extend(call.map(|call| entry('i', "whole input", call.input.clone())));
            entries.push(entry('b', "whole entry", transcript::plain_text(item, Some(session))));
            entries
        }
        _ => vec![entry('b', "whole entry", transcript::plain_text(item, Some(session)))],
    }
}
