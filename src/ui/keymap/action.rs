//! What the table says of an action, and where an action applies.

use super::Action;

/// A place where keys apply. Several are active at once (see [`super::Situation`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere but in text fields and dialogs that ask for a decision.
    Everywhere,
    /// The main view, whichever pane has the focus.
    Main,
    /// A list has the focus: features, commits, tests, sessions, help.
    List,
    /// A feature is selected, or shown on its page.
    Feature,
    /// The transcript has the focus.
    Transcript,
    /// A full-screen text: feature, test, transcript entry.
    Document,
    /// A full-screen diff.
    Diff,
    /// What waits for a decision, or a commit that nobody has seen yet.
    Review,
    /// A text being written over a review.
    Writing,
    /// The page shown where nothing of ours exists yet.
    Start,
    /// The dialog that asks what to do with a live run.
    Leave,
    /// The window with a question of the agent.
    Question,
    /// The window with a message to the agent.
    Message,
    /// The same, with a waiting message marked.
    Queue,
    /// The search and filter line.
    Search,
    /// The command palette.
    Palette,
    /// The page of the next context window.
    NextWindow,
    /// The page that makes a rule of a command.
    Always,
    /// The page of the rules about commands.
    Rules,
    /// The editor.
    Editor,
    /// The editor, asked to close with unsaved text.
    Unsaved,
    /// Two versions of the edited text.
    Versions,
    /// The question whether a feature with other words passes still.
    Proof,
    /// The page of a move back.
    Rehearsal,
    /// The word that makes the move.
    Word,
    /// The history of the feature list.
    History,
    /// What lies in the directory.
    Survey,
    /// The audit of a session.
    Audit,
}

impl Context {
    /// All contexts in the order the help lists them.
    pub const ALL: [Self; 28] = [
        Self::Everywhere,
        Self::Main,
        Self::List,
        Self::Feature,
        Self::Transcript,
        Self::Document,
        Self::Diff,
        Self::Review,
        Self::Writing,
        Self::Start,
        Self::Leave,
        Self::Question,
        Self::Message,
        Self::Queue,
        Self::Search,
        Self::Palette,
        Self::NextWindow,
        Self::Always,
        Self::Rules,
        Self::Editor,
        Self::Unsaved,
        Self::Versions,
        Self::Proof,
        Self::Rehearsal,
        Self::Word,
        Self::History,
        Self::Survey,
        Self::Audit,
    ];

    /// Returns the words for it in help and README.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Main => "main view",
            Self::List => "lists",
            Self::Feature => "features",
            Self::Transcript => "transcript",
            Self::Document => "detail view",
            Self::Diff => "commit view",
            Self::Review => "review",
            Self::Writing => "writing in a review",
            Self::Start => "first start",
            Self::Leave => "leaving a live run",
            Self::Question => "question of the agent",
            Self::Message => "message to the agent",
            Self::Queue => "waiting message",
            Self::Search => "search line",
            Self::Palette => "command palette",
            Self::NextWindow => "next window",
            Self::Always => "new rule",
            Self::Rules => "rules",
            Self::Editor => "editor",
            Self::Unsaved => "editor, not saved",
            Self::Versions => "two versions",
            Self::Proof => "form, does it still pass",
            Self::Rehearsal => "rolling back",
            Self::Word => "typing the word",
            Self::History => "list history",
            Self::Survey => "what lies here",
            Self::Audit => "audit",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The action.
    pub action: Action,
    /// Its name in the configuration file.
    pub name: &'static str,
    /// What it does, as a sentence without a subject.
    pub about: &'static str,
    /// Its word in the footer; empty if the footer never shows it.
    pub short: &'static str,
    /// Where it applies.
    pub contexts: &'static [Context],
    /// Default keys, most typical first.
    pub keys: &'static [&'static str],
    /// Keys that the `vim` preset adds.
    pub vim: &'static [&'static str],
}
