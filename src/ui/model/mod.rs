//! Everything the screen depends on: the folded log, and where the user is looking.
//!
//! Owns selection, focus, open pages and windows. Of a session it holds nothing but [`State`], fed only by
//! `State::apply`. Invariant: a frame is a function of the model and the screen size; drawing changes nothing.

pub mod always;
pub mod appearance;
pub mod cursor;
pub mod editor;
pub mod field;
pub mod foreign;
mod fresh;
pub mod fuzzy;
pub mod going;
pub mod history;
pub mod links;
pub mod list;
mod live;
pub mod lookup;
pub mod message;
mod needle;
pub mod note;
pub mod palette;
mod place;
pub mod plan;
pub mod popup;
pub mod review;
pub mod rows;
pub mod stand;
pub mod subject;
pub mod window;

pub use always::Always;
pub use appearance::Appearance;
pub use cursor::Cursor;
use editor::Asking;
pub use editor::Editor;
pub use field::Field;
pub use foreign::{FOREIGN, Foreign};
pub use going::Going;
pub use history::HistoryView;
pub use links::End;
pub use list::ListView;
pub use lookup::Loaded;
pub use message::MessageForm;
pub use palette::Palette;
pub use popup::{Arming, AutonomyMenu, CopyEntry, FinishMenu, Popup, QuestionForm};
pub use stand::Stand;
pub use subject::{Page, Subject};
pub use window::NextWindowView;

use super::keymap::{Action, Keymap, Preset, Resolver, Situation};
use super::layout::{Layout, Pane, SMALLEST, Zoom};
use super::notice::Attention;
use super::page;
use super::transcript;
use crate::link::Mode;
use crate::protocol::{BlobId, CommitDiff, FeatureId, FileDiff, Oid, QuestionId, SessionNo, Survey};
use crate::session::{Session, State};
use crate::ui::model::review::Review;
use crate::ui::transcript::View;
use jiff::Timestamp;
use ratatui::layout::Size;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The UI's whole state.
#[derive(Debug)]
pub struct Model {
    /// The project, folded from its log.
    pub state: State,
    /// What the link is connected to.
    pub mode: Mode,
    /// Whether the past was delivered.
    pub caught_up: bool,
    /// Whether the link has closed.
    pub closed: bool,
    /// Keys in force.
    pub keymap: Keymap,
    /// A half-typed key sequence.
    pub resolver: Resolver,
    /// Theme and character set.
    pub appearance: Appearance,
    /// The screen's size.
    pub size: Size,
    /// Wall clock of the frame, `None` before the first tick.
    pub clock: Option<Timestamp>,
    /// Time since the UI started, of the message at hand.
    pub elapsed: Duration,
    /// The focused pane.
    pub focus: Pane,
    /// The list that was focused last; the third column shows its selection.
    pub last_list: Pane,
    /// Room of the focused pane.
    pub zoom: Zoom,
    /// Selection in the features.
    pub features: Cursor<FeatureId>,
    /// Selection in the commits.
    pub commits: Cursor<Oid>,
    /// Selection in the tests.
    pub tests: Cursor<String>,
    /// Session shown in the transcript; `None` follows the newest.
    pub reading: Option<SessionNo>,
    /// Place in each transcript that was looked at.
    pub views: BTreeMap<SessionNo, View>,
    /// Full-screen pages, the visible one last.
    pub pages: Vec<Page>,
    /// Where links were followed, the latest last.
    pub trail: Vec<Stand>,
    /// Reviews under way or put aside.
    pub reviews: Vec<Review>,
    /// The open window, if any.
    pub popup: Option<Popup>,
    /// The question that this UI holds, and when it said so last.
    pub holding: Option<(QuestionId, Duration)>,
    /// A message that was begun and not sent.
    pub draft: String,
    /// What a person who looks elsewhere is told.
    pub attention: Attention,
    /// The open search or filter line, if any.
    pub search: Option<Field>,
    /// A sentence for the footer, gone with the next key, and after a while.
    pub note: Option<Note>,
    /// Look-ups of commits.
    pub diffs: HashMap<Oid, Loaded<CommitDiff>>,
    /// Changes between two trees that were looked up.
    pub changes: HashMap<(Option<Oid>, Oid), Loaded<Vec<FileDiff>>>,
    /// Look-ups of texts kept as blobs.
    pub blobs: HashMap<BlobId, Loaded<String>>,
    /// Where those that were looked up lie.
    pub blob_paths: HashMap<BlobId, String>,
    /// The move back that is looked at, if one is.
    pub going: Option<Going>,
    /// Rehearsals that came so far; tells their laid-out pages apart.
    pub rehearsals: u64,
    /// The preview of the next window.
    pub next_window: NextWindowView,
    /// The history of the feature list.
    pub history: HistoryView,
    /// The transcript of another program's agent that is read.
    pub foreign: Option<Foreign>,
    /// Such transcripts that were opened.
    pub foreigners: u64,
    /// The text of a list that has no rows to show.
    pub list: ListView,
    /// First visible row of what the Features pane shows of it.
    pub list_scroll: usize,
    /// What lies in the directory, once it was looked for.
    pub survey: Option<Loaded<Box<Survey>>>,
    /// Surveys that came so far; tells their laid-out pages apart.
    pub surveys: u64,
    /// A rule about commands in the making, if any.
    pub always: Option<Always>,
    /// The open editor, if any; its page is the visible one.
    pub editor: Option<Editor>,
    /// Forms that were left while their edits are on their way, in the order in which they were sent.
    pub put_aside: Vec<Editor>,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// Whether the footer says what to try next.
    pub guided: bool,
    /// Whether the user has left the first-start page.
    pub entered: bool,
    /// Whether the UI ends as soon as the run has.
    pub leaving: bool,
    /// Whether the last key begins sequences that mean nothing here: the next one was meant as a part of one.
    pub astray: bool,
    /// When a key was last typed into a form that takes none, because its edit is on its way.
    pub typed_on: Option<Duration>,
    /// Whether Ctrl-C was the last key.
    pub cancel_armed: bool,
    /// Whether the run was live in this UI, so that its end deserves a summary.
    pub saw_run_live: bool,
    /// What drawing keeps between frames. Not state: a frame is the same without it, only slower.
    pub caches: RefCell<Caches>,
}

/// Laid-out texts, kept between frames.
#[derive(Debug, Default)]
pub struct Caches {
    /// Of transcript entries.
    pub transcript: transcript::Cache,
    /// Of the open page and the third column.
    pub documents: page::DocumentCache,
}

/// A sentence for the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The sentence.
    pub text: String,
    /// Whether something was refused or failed.
    pub warning: bool,
    /// The action that was refused: the sentence holds for as long as it is.
    pub refused: Option<Action>,
    /// When it was first on the screen.
    pub shown: Option<Duration>,
}

impl Model {
    /// Makes the model of an empty screen.
    #[must_use]
    pub fn new(mode: Mode, appearance: Appearance, keymap: Keymap, size: Size) -> Self {
        Self {
            state: State::default(),
            mode,
            caught_up: false,
            closed: false,
            keymap,
            resolver: Resolver::default(),
            appearance,
            size,
            clock: None,
            elapsed: Duration::ZERO,
            focus: Pane::Transcript,
            last_list: Pane::Features,
            zoom: Zoom::Normal,
            features: Cursor::default(),
            commits: Cursor::default(),
            tests: Cursor::default(),
            reading: None,
            views: BTreeMap::new(),
            pages: Vec::new(),
            trail: Vec::new(),
            reviews: Vec::new(),
            popup: None,
            holding: None,
            attention: Attention::default(),
            draft: String::new(),
            search: None,
            note: None,
            diffs: HashMap::new(),
            changes: HashMap::new(),
            blobs: HashMap::new(),
            blob_paths: HashMap::new(),
            going: None,
            rehearsals: 0,
            next_window: NextWindowView::default(),
            history: HistoryView::default(),
            foreign: None,
            foreigners: 0,
            list: ListView::default(),
            list_scroll: 0,
            survey: None,
            surveys: 0,
            always: None,
            editor: None,
            put_aside: Vec::new(),
            mouse: false,
            guided: false,
            entered: false,
            leaving: false,
            astray: false,
            typed_on: None,
            cancel_armed: false,
            saw_run_live: false,
            caches: RefCell::default(),
        }
    }

    /// Makes a model with default keys and looks, for tests and pictures.
    #[must_use]
    pub fn plain(mode: Mode, size: Size) -> Self {
        Self::new(mode, Appearance::default(), Keymap::preset(Preset::Default), size)
    }

    /// Says which keys apply now.
    #[must_use]
    pub fn situation(&self) -> Situation {
        match &self.popup {
            Some(Popup::Leave(_)) => return Situation::Leave,
            Some(Popup::Question(_)) => return Situation::Question,
            Some(Popup::Palette(_)) => return Situation::Palette,
            Some(Popup::Message(form)) => return form.situation(),
            _ if self.search.is_some() => return Situation::Search,
            Some(Popup::Help(_) | Popup::Sessions(_) | Popup::Autonomy(_) | Popup::Finish(_) | Popup::Copy(_) | Popup::Summary) => {
                return Situation::Popup;
            }
            None if self.open_move().is_some_and(|going| going.word.is_some()) => return Situation::Word,
            None if self.open_review().is_some_and(|review| review.entry.is_some()) => return Situation::Writing,
            None => {}
        }
        self.situation_below()
    }

    /// Says which keys apply to what lies below windows and the search line.
    #[must_use]
    pub fn situation_below(&self) -> Situation {
        match self.pages.last().map(|page| &page.subject) {
            Some(Subject::Commit(_)) => Situation::Diff,
            Some(Subject::Review(_)) => Situation::Review,
            Some(Subject::NextWindow) => Situation::NextWindow,
            Some(Subject::Rehearsal) => Situation::Rehearsal,
            Some(Subject::Always) => Situation::Always,
            Some(Subject::Rules) => Situation::Rules,
            Some(Subject::History) => Situation::History,
            Some(Subject::Survey) => Situation::Survey,
            Some(Subject::Audit(_)) => Situation::Audit,
            Some(Subject::Editor) => match self.editor.as_ref().map(|editor| editor.asking) {
                Some(Asking::Unsaved) => Situation::Unsaved,
                Some(Asking::Versions) => Situation::Versions,
                Some(Asking::Proof(_)) => Situation::Proof,
                Some(Asking::Nothing) | None => Situation::Editor,
            },
            Some(Subject::Feature(_)) => Situation::Feature,
            Some(Subject::Test(_) | Subject::Item(..) | Subject::List) => Situation::Document,
            None if self.is_first_start() => Situation::Start,
            None if self.focus == Pane::Transcript => Situation::MainTranscript,
            None => Situation::MainList,
        }
    }

    /// Says whether this directory has no log of ours yet and the page that says so is shown.
    #[must_use]
    pub fn is_first_start(&self) -> bool {
        self.mode == Mode::Offline && self.caught_up && self.state.run.is_none() && self.state.sessions.is_empty() && !self.entered
    }

    /// Says whether the terminal is too small to show anything but that.
    #[must_use]
    pub const fn is_too_small(&self) -> bool {
        self.size.width < SMALLEST.width || self.size.height < SMALLEST.height
    }

    /// Returns the layout of the main view.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout::of(self.size, self.focus, self.zoom)
    }

    /// Returns the session shown in the transcript.
    #[must_use]
    pub fn shown_session(&self) -> Option<&Session> {
        match self.reading {
            Some(number) => self.session(number),
            None => self.state.current(),
        }
    }

    /// Returns what is searched for in the shown transcript; empty for nothing.
    #[must_use]
    pub fn transcript_search(&self) -> String {
        let view = self.shown_session().and_then(|session| self.views.get(&session.number));
        view.and_then(View::hits).map(|hits| hits.query).unwrap_or_default()
    }

    /// Says whether the editor is the visible page.
    #[must_use]
    pub fn is_editing(&self) -> bool {
        self.pages.last().is_some_and(|page| page.subject == Subject::Editor)
    }

    /// Says whether text is typed in the editor that is nowhere else.
    #[must_use]
    pub fn has_unsaved_text(&self) -> bool {
        self.editor.iter().chain(&self.put_aside).any(Editor::is_changed)
    }

    /// Returns what waits for a person: gates and questions.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state.open_gates.len() + self.state.open_questions.len()
    }

    /// Says something in the footer.
    pub fn say(&mut self, text: impl Into<String>) {
        self.note = Some(Note::new(text.into(), false));
    }

    /// Says in the footer why something cannot be done.
    pub fn refuse(&mut self, text: impl Into<String>) {
        self.note = Some(Note::new(text.into(), true));
    }
}
