//! Opening the selected row, folding, and looking up what the screen needs.

use super::availability::obstacle;
use super::{action, audit, editor, finish, foreign, history, motion, rollback};
use crate::protocol::{Answer, Command, Query};
use crate::session::timeline::{Item, ItemKind};
use crate::ui::keymap::Action;
use crate::ui::layout::Pane;
use crate::ui::model::review::Review;
use crate::ui::model::{Always, AutonomyMenu, Editor, Loaded, Model, Page, Popup, Subject};
use crate::ui::msg::Effect;
use crate::ui::page::{self, Mark};
use crate::ui::transcript::Move;

/// Whether everything is folded or unfolded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folding {
    /// Fold.
    Fold,
    /// Unfold.
    Unfold,
}

/// Opens the selected row, runs the selected help line, folds the entry or file under the cursor.
pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.popup.take() {
        Some(Popup::Help(cursor)) => {
            let chosen = model.help_rows(&cursor.filter).get(cursor.index()).map(|entry| entry.action);
            if let Some(chosen) = chosen {
                run(model, chosen, effects);
            }
            return;
        }
        Some(Popup::Palette(palette)) => {
            let chosen = model.palette_rows(&palette.cursor.filter);
            if let Some(entry) = chosen.get(palette.cursor.index()) {
                run(model, entry.action, effects);
            }
            return;
        }
        Some(Popup::Sessions(cursor)) => {
            let chosen = model
                .session_rows(&cursor.filter)
                .get(cursor.index())
                .map(|session| session.number);
            if let Some(number) = chosen {
                let newest = model.state.current().is_some_and(|session| session.number == number);
                model.reading = (!newest).then_some(number);
                model.focus = Pane::Transcript;
                model.pages.clear();
            }
            return;
        }
        Some(Popup::Autonomy(menu)) => return set_autonomy(model, menu, effects),
        Some(Popup::Finish(menu)) => return finish::choose(model, menu, effects),
        Some(Popup::Summary) => return,
        other => model.popup = other,
    }
    if let Some(open) = model.pages.last() {
        if open.subject == Subject::History {
            history::open_commit(model);
        } else if let Some(path) = foreign::under_the_cursor(model) {
            foreign::open(model, path, effects);
        } else if matches!(open.subject, Subject::Audit(_)) {
            audit::open_place(model);
        } else if let Subject::Feature(id) = &open.subject {
            let run = page::check::latest(model, id).map(|(_, session, seq)| Subject::Item(session, seq));
            match run {
                Some(run) => model.pages.push(Page::new(run)),
                None => model.refuse("no run of a recorded check is known of this feature"),
            }
        } else if matches!(
            open.subject,
            Subject::Commit(_) | Subject::Review(_) | Subject::NextWindow | Subject::Rehearsal | Subject::Survey
        ) {
            fold_file(model);
        }
        return;
    }
    if model.focus == Pane::Transcript {
        motion::in_transcript(model, &Move::ToggleFold);
    } else if let Some(subject) = model.subject() {
        model.pages.push(Page::new(subject));
    }
}

/// Chooses a level, if the window was on the screen before.
fn set_autonomy(model: &mut Model, mut menu: AutonomyMenu, effects: &mut Vec<Effect>) {
    if !menu.arming.takes(model.elapsed) {
        model.popup = Some(Popup::Autonomy(menu));
        model.say("too soon: keys of this window count in a moment");
        return;
    }
    let level = menu.level();
    effects.push(Effect::Send(Command::SetAutonomy { level }));
    model.say(format!("autonomy: {}", level.word()));
}

/// Runs an action chosen in the help or the palette, if it can be done to what lies below.
fn run(model: &mut Model, chosen: Action, effects: &mut Vec<Effect>) {
    match obstacle(model, chosen) {
        None => action::perform(model, chosen, effects),
        Some(reason) => model.refuse(format!("{}: {reason}", chosen.entry().name)),
    }
}

/// Opens the page of what lies in the directory, looked for anew.
pub fn survey(model: &mut Model) {
    if !matches!(model.survey, Some(Loaded::Pending)) {
        model.survey = None;
    }
    model.pages.retain(|page| page.subject != Subject::Survey);
    model.pages.push(Page::new(Subject::Survey));
}

/// Opens the transcript entry under the cursor on a page of its own; commits and tests on theirs.
pub fn open_item(model: &mut Model) {
    if let Some(subject) = model.subject() {
        model.pages.push(Page::new(subject));
    }
}

fn fold_file(model: &mut Model) {
    let Some(open) = model.pages.last() else { return };
    let document = page::document(model, open, page::area(model).width);
    let files = document.marks.iter().filter(|stop| stop.mark == Mark::File);
    let Some(under) = files.rev().find(|stop| stop.row <= open.cursor) else {
        return;
    };
    let (file, row) = (under.file, under.row);
    if let Some(open) = model.pages.last_mut()
        && !open.toggled.remove(&file)
    {
        open.toggled.insert(file);
    }
    motion::page_to(model, row);
    show_what_unfolded(model, file, row);
}

/// Scrolls so that what was unfolded below a row is in view, as much of it as there is room for.
fn show_what_unfolded(model: &mut Model, file: usize, row: usize) {
    let body = page::area(model);
    let height = usize::from(body.height);
    let Some(open) = model.pages.last() else { return };
    let document = page::document(model, open, body.width);
    let next = document.marks.iter().find(|stop| stop.row > row && stop.file != file);
    let end = next.map_or(document.lines.len(), |stop| stop.row);
    if let Some(open) = model.pages.last_mut() {
        open.scroll = open.scroll.max(end.saturating_sub(height)).min(row);
    }
}

/// Folds or unfolds everything in the transcript or the open diff.
pub fn fold_all(model: &mut Model, folding: Folding) {
    let Some(open) = model.pages.last() else {
        let to = match folding {
            Folding::Fold => Move::FoldAll,
            Folding::Unfold => Move::UnfoldAll,
        };
        return motion::in_transcript(model, &to);
    };
    let starts: Vec<bool> = match &open.subject {
        Subject::Commit(commit) => match model.diffs.get(commit) {
            Some(Loaded::Ready(diff)) => diff.files.iter().map(page::diff::starts_folded).collect(),
            _ => return,
        },
        Subject::Review(_) => match model.open_review().map(|review| page::review::change(model, review)) {
            Some(page::review::Change::Files(files)) => files.iter().map(page::diff::starts_folded).collect(),
            _ => return,
        },
        Subject::NextWindow => {
            let sections = model.next_window.sections().iter();
            sections.map(page::next_window::starts_folded).collect()
        }
        Subject::Survey => match &model.survey {
            Some(Loaded::Ready(survey)) => {
                let parts = 0..page::survey::parts(survey);
                parts.map(|part| page::survey::starts_folded(survey, part)).collect()
            }
            _ => return,
        },
        Subject::Rehearsal => {
            let document = page::document(model, open, page::area(model).width);
            let files = document.marks.iter().filter(|stop| stop.mark == Mark::File);
            files.map(|_| true).collect()
        }
        Subject::Feature(_)
        | Subject::Test(_)
        | Subject::Item(..)
        | Subject::Always
        | Subject::Rules
        | Subject::History
        | Subject::List
        | Subject::Audit(_)
        | Subject::Editor => return,
    };
    let wanted = folding == Folding::Fold;
    let against = starts.into_iter().enumerate().filter(|(_, folded)| *folded != wanted);
    let toggled = against.map(|(index, _)| index).collect();
    if let Some(open) = model.pages.last_mut() {
        open.toggled = toggled;
        open.cursor = 0;
        open.scroll = 0;
    }
}

impl Model {
    /// Returns what is selected: the open page's subject, else the focused pane's row.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        if let Some(open) = self.pages.last() {
            return Some(open.subject.clone());
        }
        match self.focus {
            Pane::Transcript => {
                let session = self.shown_session()?;
                let view = self.views.get(&session.number);
                let item = view.map_or(session.items.last(), |view| view.item_at_cursor(&session.items))?;
                Some(subject_of(session.number, item))
            }
            list => self.subject_in(list),
        }
    }

    /// Returns the selected row of a list.
    #[must_use]
    pub fn subject_in(&self, list: Pane) -> Option<Subject> {
        match list {
            Pane::Features if self.has_bare_list() => Some(Subject::List),
            Pane::Features => {
                let rows = self.feature_rows();
                rows.get(self.features.index())
                    .map(|row| Subject::Feature(row.feature.id.clone()))
            }
            Pane::Git => {
                let rows = self.commit_rows();
                rows.get(self.commits.index())
                    .map(|commit| Subject::Commit(commit.id.clone()))
            }
            Pane::Tests => {
                let rows = self.test_rows();
                rows.get(self.tests.index()).map(|case| Subject::Test(case.name.clone()))
            }
            Pane::Transcript => None,
        }
    }
}

fn subject_of(session: crate::protocol::SessionNo, item: &Item) -> Subject {
    match &item.kind {
        ItemKind::Commit(made) => Subject::Commit(made.commit.clone()),
        ItemKind::Closed(_) => Subject::Audit(session),
        _ => Subject::Item(session, item.seq),
    }
}

/// Asks for what the open page or the third column shows and nobody has looked up yet.
pub fn look_up_what_is_shown(model: &mut Model, effects: &mut Vec<Effect>) {
    let wanted = model.editor.as_mut().and_then(Editor::ask);
    effects.extend(wanted.map(Effect::Ask));
    let shown = match model.pages.last() {
        Some(open) => Some(open.subject.clone()),
        None if model.last_list == Pane::Git && model.layout().preview.is_some() => model.subject_in(Pane::Git),
        None if model.has_bare_list() && !model.is_first_start() => Some(Subject::List),
        None => None,
    };
    match shown {
        Some(Subject::Commit(commit)) => ask(model, Query::CommitDiff { commit }, effects),
        Some(Subject::Item(session, seq)) => {
            let item = model.session(session).and_then(|session| page::item_at(session, seq));
            let blobs = item.map_or_else(Vec::new, |item| match &item.kind {
                ItemKind::Call(call) => call.output.blob.iter().cloned().collect(),
                ItemKind::Tests(run) => run.output.blob.iter().cloned().collect(),
                ItemKind::Check(run) => page::check::blobs(run),
                _ => Vec::new(),
            });
            for blob in blobs {
                ask(model, Query::Blob { blob }, effects);
            }
        }
        Some(Subject::Feature(id)) => {
            let blobs = page::check::latest(model, &id).map_or_else(Vec::new, |(run, ..)| page::check::blobs(run));
            for blob in blobs {
                ask(model, Query::Blob { blob }, effects);
            }
        }
        Some(Subject::Review(target)) => {
            if let Some(query) = model.review(&target).and_then(Review::query) {
                ask(model, query, effects);
            }
        }
        Some(Subject::NextWindow) => effects.extend(model.next_window.ask().map(Effect::Ask)),
        Some(Subject::Survey) => ask(model, Query::Survey, effects),
        Some(Subject::List) => effects.extend(model.list.ask().map(Effect::Ask)),
        Some(Subject::History) => effects.extend(model.history.ask().map(Effect::Ask)),
        Some(Subject::Rehearsal) => {
            for query in rollback::look_up(model) {
                ask(model, query, effects);
            }
        }
        Some(Subject::Always) => effects.extend(model.always.as_mut().and_then(Always::ask).map(Effect::Ask)),
        Some(Subject::Test(_) | Subject::Rules | Subject::Audit(_) | Subject::Editor) | None => {}
    }
}

fn ask(model: &mut Model, query: Query, effects: &mut Vec<Effect>) {
    if model.await_answer(&query) {
        effects.push(Effect::Ask(query));
    }
}

/// Files the answer to a look-up.
pub fn file(model: &mut Model, query: Query, answer: Answer) {
    match query {
        Query::CommitDiff { commit } => model.file_diff(commit, answer),
        Query::TreeDiff { from, to } => model.file_changes(from, to, answer),
        Query::Blob { blob } => model.file_blob(blob, answer),
        Query::Rehearse { target } => rollback::file(model, &target, answer),
        Query::ProposeRule { command } => model.file_proposal(&command, answer),
        Query::NextWindow => model.next_window.file(answer),
        Query::Notes => editor::file(model, answer),
        Query::ListHistory => {
            let mut answer = answer;
            if let Answer::ListHistory(told) = &mut answer {
                told.tell_by_hand(|commit| model.state.is_by_hand(commit));
            }
            model.history.file(answer);
        }
        Query::Survey => model.file_survey(answer),
        Query::ListText => model.list.file(answer),
        Query::Transcript { path } => foreign::file(model, &path, answer),
    }
}
