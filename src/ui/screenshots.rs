//! Pictures of the screens, drawn from a recorded log by the code that draws the terminal.

use super::keymap::Action;
use super::model::review::OPENING;
use super::model::{Loaded, Model, Page, Subject};
use super::msg::Msg;
use super::samples;
use super::svg::svg;
use super::text::highlight;
use super::update::{perform, update};
use super::view::view;
use super::waiting;
use crate::link::Mode;
use crate::protocol::event::{RunEnded, RunOutcome};
use crate::protocol::{Answer, CommitDiff, Envelope, Event, FORMAT_VERSION, FileDiff, Oid, Query, SessionNo};
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The recorded log: a run of seven finished sessions and one that waits for an answer.
const LOG: &str = include_str!("../../tests/fixtures/logs/v1/notes-live.jsonl");

/// Returns the recorded events.
///
/// # Errors
/// Fails if the log holds a line that this build does not read.
pub fn recorded() -> Result<Vec<Arc<Envelope>>, serde_json::Error> {
    LOG.lines().map(|line| Envelope::from_line(line).map(Arc::new)).collect()
}

/// Makes a live model that has folded these events in, its clock shortly after the last of them.
#[must_use]
pub fn model_of(events: Vec<Arc<Envelope>>, size: Size) -> Model {
    let last: Option<Timestamp> = events.last().map(|envelope| envelope.time);
    let mut model = Model::plain(Mode::Live, size);
    update(&mut model, Msg::Events(events));
    update(&mut model, Msg::CaughtUp);
    if let Some(now) = last.and_then(|last| last.checked_add(SignedDuration::from_secs(95)).ok()) {
        update(&mut model, Msg::Clock(now));
    }
    model.settle();
    model
}

/// Returns a commit's diff as the engine would answer it, for the commit view.
#[must_use]
pub fn sample_diff(commit: &Oid) -> CommitDiff {
    let file = |path: &str, status: char, added: u32, removed: u32, patch: &str| FileDiff {
        path: path.into(),
        old_path: None,
        status,
        added,
        removed,
        note: String::new(),
        patch: patch.into(),
    };
    CommitDiff {
        commit: commit.clone(),
        parent: None,
        author: "longhaul <longhaul@localhost>".into(),
        time: Timestamp::UNIX_EPOCH,
        message:
            "Export as Markdown\n\nEach note becomes a section; brackets are escaped so that\na note cannot turn into a link.\n\nStill failing, as before: 04-show, prints the date (F004).\n"
                .into(),
        files: vec![
            file(
                "lib/notes.sh",
                'M',
                9,
                2,
                include_str!("../../tests/fixtures/diffs/notes.patch"),
            ),
            file(
                "lib/export.awk",
                'A',
                14,
                0,
                include_str!("../../tests/fixtures/diffs/export.patch"),
            ),
            file(
                "feature_list.json",
                'M',
                1,
                1,
                include_str!("../../tests/fixtures/diffs/feature_list.patch"),
            ),
        ],
    }
}

/// Draws a model into a buffer of its size.
#[must_use]
pub fn draw(model: &mut Model) -> Buffer {
    model.settle();
    let area = Rect::new(0, 0, model.size.width, model.size.height);
    let mut buf = Buffer::empty(area);
    view(model, area, &mut buf);
    buf
}

/// Opens the next-window page with a sample, the git log under the cursor.
#[must_use]
pub fn window_of(mut model: Model) -> Model {
    let sample = samples::sample_window(&model.state);
    perform(&mut model, Action::NextWindow, &mut Vec::new());
    let answer = sample.map_or_else(
        || Answer::Failed {
            message: "no sample".into(),
        },
        |next| Answer::NextWindow(Box::new(next)),
    );
    // Asked for as the loop would, so that this is its answer.
    model.next_window.ask();
    update(&mut model, Msg::Answered(Query::NextWindow, answer));
    model.settle();
    for _ in 0..10 {
        perform(&mut model, Action::NextFile, &mut Vec::new());
    }
    let height = usize::from(super::page::body(model.size).height);
    if let Some(page) = model.pages.last_mut() {
        page.scroll = 0;
        page.reveal(height);
    }
    model
}

/// Opens the history of the list with a sample.
#[must_use]
pub fn history_of(mut model: Model) -> Model {
    let sample = samples::sample_history(&model.state);
    perform(&mut model, Action::ListHistory, &mut Vec::new());
    model.history.ask();
    update(
        &mut model,
        Msg::Answered(Query::ListHistory, Answer::ListHistory(Box::new(sample))),
    );
    model.settle();
    model
}

/// Tells a model what happens next in the session at hand.
fn tell(model: &mut Model, event: Event) {
    let envelope = Envelope {
        v: FORMAT_VERSION,
        seq: model.state.last_seq.next(),
        time: model.state.last_time.unwrap_or_default(),
        session: samples::sample_audited(&model.state),
        event,
    };
    update(model, Msg::Events(vec![Arc::new(envelope)]));
}

/// Begins a test run with the tests focused.
#[must_use]
pub fn testing_of(mut model: Model) -> Model {
    model.state.open_questions.clear();
    perform(&mut model, Action::FocusTests, &mut Vec::new());
    for event in samples::sample_test_run(&model.state) {
        tell(&mut model, event);
    }
    model.settle();
    model
}

/// A person's run has told against a feature, and another one waits.
#[must_use]
pub fn rerun_of(mut model: Model) -> Model {
    model.state.open_questions.clear();
    perform(&mut model, Action::FocusTests, &mut Vec::new());
    for event in samples::sample_rerun(&model.state) {
        tell(&mut model, event);
    }
    model.settle();
    model
}

/// Ends the running session with findings against it, and opens its audit.
#[must_use]
pub fn audit_of(mut model: Model) -> Model {
    for event in samples::sample_audit(&model.state) {
        tell(&mut model, event);
    }
    model.popup = None;
    perform(&mut model, Action::Audit, &mut Vec::new());
    model.settle();
    model
}

/// Ends the recorded run, as its user does after the running session: the summary opens by itself.
fn end(model: &mut Model) {
    let stopped = RunEnded {
        outcome: RunOutcome::Stopped,
        reason: "stopped by the user".into(),
    };
    let envelope = Envelope {
        v: FORMAT_VERSION,
        seq: model.state.last_seq.next(),
        time: model.state.last_time.unwrap_or_default(),
        session: SessionNo(0),
        event: stopped.into(),
    };
    update(model, Msg::Events(vec![Arc::new(envelope)]));
}

/// Opens the rehearsal of a move back to the third commit, with a sample as its answer, its keys armed.
#[must_use]
pub fn going_back_of(mut model: Model) -> Model {
    let mut effects = Vec::new();
    perform(&mut model, Action::FocusGit, &mut effects);
    for action in [Action::Top, Action::Down, Action::Down, Action::RollBack] {
        perform(&mut model, action, &mut effects);
    }
    let Some(going) = &mut model.going else { return model };
    // Asked for as the loop would, so that this is its answer.
    going.ask();
    let target = going.target.clone();
    let sample = samples::sample_rehearsal(&model.state, &target);
    let trees = sample.trees.clone();
    let answer = Answer::Rehearsal(Box::new(sample));
    update(&mut model, Msg::Answered(Query::Rehearse { target }, answer));
    if let Some((now, to)) = trees {
        let files = samples::sample_changes();
        let query = Query::TreeDiff { from: Some(now), to };
        update(&mut model, Msg::Answered(query, Answer::TreeDiff { files }));
    }
    let drawn = model.elapsed;
    update(&mut model, Msg::Drawn(drawn));
    model.elapsed = drawn + OPENING;
    model.settle();
    model
}

/// Opens the notes with a sample, some of it typed and not saved.
#[must_use]
pub fn notes_of(mut model: Model) -> Model {
    perform(&mut model, Action::EditNotes, &mut Vec::new());
    update(&mut model, Msg::Answered(Query::Notes, notes_answer(samples::NOTES)));
    update(
        &mut model,
        Msg::Paste("\nDo not touch the export: the human likes it as it is.".into()),
    );
    model
}

/// Returns notes as a look-up would tell them; the text stands for its hash.
#[must_use]
pub fn notes_answer(text: &str) -> Answer {
    Answer::Notes {
        text: text.to_owned(),
        hash: format!("hash of {text}"),
    }
}

/// Writes all pictures into a directory and returns their paths.
///
/// # Errors
/// Fails if the directory cannot be written.
pub fn render(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    highlight::load_now();
    std::fs::create_dir_all(directory)?;
    let events = recorded().map_err(std::io::Error::other)?;
    let open = |width, height| model_of(events.clone(), Size { width, height });
    let mut pictures = vec![
        ("main-80x24", open(80, 24)),
        ("main-120x40", open(120, 40)),
        ("main-200x60", open(200, 60)),
    ];
    let mut diff = open(120, 40);
    if let Some(commit) = diff.state.commits.last().map(|commit| commit.made.commit.clone()) {
        let mut answer = sample_diff(&commit);
        answer.time = diff.state.commits.last().map_or(answer.time, |made| made.time);
        diff.diffs.insert(commit.clone(), Loaded::Ready(answer));
        diff.pages.push(Page::new(Subject::Commit(commit)));
    }
    pictures.push(("commit-120x40", diff));
    let mut help = open(120, 40);
    perform(&mut help, Action::Help, &mut Vec::new());
    pictures.push(("help-120x40", help));
    let mut question = open(120, 40);
    perform(&mut question, Action::Answer, &mut Vec::new());
    pictures.push(("question-120x40", question));
    let mut review = open(120, 40);
    waiting::open(&mut review, waiting::gate(), waiting::files());
    waiting::show(&mut review);
    waiting::comment(&mut review, 34, "quote $1, a tag with a space breaks here");
    pictures.push(("review-120x40", review));
    let mut always = open(120, 40);
    always.state.open_questions.clear();
    waiting::always(&mut always, waiting::proposal());
    perform(&mut always, Action::WiderRule, &mut Vec::new());
    pictures.push(("always-120x40", always));
    let mut limit = open(120, 40);
    waiting::tell(&mut limit, waiting::limit());
    waiting::show(&mut limit);
    pictures.push(("limit-120x40", limit));
    let mut guarded = open(120, 40);
    waiting::open(&mut guarded, waiting::artifact(), waiting::files().split_off(3));
    waiting::show(&mut guarded);
    pictures.push(("guarded-120x40", guarded));
    let mut circling = open(120, 40);
    circling.state.open_questions.clear();
    for event in samples::sample_circling(&circling.state) {
        waiting::tell(&mut circling, event);
    }
    pictures.push(("circling-120x40", circling));
    pictures.push(("window-120x40", window_of(open(120, 40))));
    pictures.push(("notes-120x40", notes_of(open(120, 40))));
    pictures.push(("history-120x40", history_of(open(120, 40))));
    let mut here = Model::plain(Mode::Offline, Size { width: 120, height: 40 });
    update(&mut here, Msg::CaughtUp);
    perform(&mut here, Action::Survey, &mut Vec::new());
    update(
        &mut here,
        Msg::Answered(Query::Survey, Answer::Survey(Box::new(samples::sample_survey()))),
    );
    pictures.push(("survey-120x40", here));
    pictures.push(("tests-120x40", testing_of(open(120, 40))));
    pictures.push(("audit-120x40", audit_of(open(120, 40))));
    pictures.push(("rollback-120x40", going_back_of(open(120, 40))));
    let mut summary = open(120, 40);
    end(&mut summary);
    pictures.push(("summary-120x40", summary));
    let mut written = Vec::with_capacity(pictures.len());
    for (name, mut model) in pictures {
        let path = directory.join(format!("{name}.svg"));
        std::fs::write(&path, svg(&draw(&mut model)))?;
        written.push(path);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pictures in the repository are those that this code draws.
    #[test]
    fn docs_pictures_are_current() {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            render(&kept).unwrap();
        }
        let fresh = tempfile::tempdir().unwrap();
        for picture in render(fresh.path()).unwrap() {
            let name = picture.file_name().unwrap();
            let same = std::fs::read(&picture).unwrap() == std::fs::read(kept.join(name)).unwrap_or_default();
            assert!(
                same,
                "screenshots/{} is stale: run `UPDATE_DOCS=1 cargo test docs`",
                name.display()
            );
        }
    }
}
