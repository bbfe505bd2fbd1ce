//! From typed keys to an action: the keymap in force and the state of a half-typed sequence.

use super::action::Context;
use super::table::{Action, TABLE};
use super::{KeyPress, Sequence};

/// A set of defaults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Preset {
    /// The table's keys.
    #[default]
    Default,
    /// The table's keys and those its `vim` column adds.
    Vim,
}

/// Which contexts are active together. What the screen shows decides the situation, the situation decides the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Situation {
    /// The main view with a list focused.
    MainList,
    /// The main view with the transcript focused.
    MainTranscript,
    /// A feature's page.
    Feature,
    /// A full-screen text.
    Document,
    /// A full-screen diff.
    Diff,
    /// A review.
    Review,
    /// A text being written over a review.
    Writing,
    /// A window over the screen: help, sessions, a summary.
    Popup,
    /// The first-start page.
    Start,
    /// The leave dialog.
    Leave,
    /// The window with a question.
    Question,
    /// The window with a message to the agent.
    Message,
    /// The same, with a waiting message marked.
    Queue,
    /// The search line.
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
    /// The form that gives a passing feature other words, asking whether it still passes.
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

impl Situation {
    /// All situations.
    pub const ALL: [Self; 27] = [
        Self::MainList,
        Self::MainTranscript,
        Self::Feature,
        Self::Document,
        Self::Diff,
        Self::Review,
        Self::Writing,
        Self::Popup,
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

    /// Returns its contexts, the most specific first (which is also the footer's order).
    #[must_use]
    pub const fn contexts(self) -> &'static [Context] {
        use Context::{
            Always, Audit, Diff, Document, Editor, Everywhere, Feature, History, Leave, List, Main, Message, NextWindow, Palette,
            Proof, Question, Queue, Rehearsal, Review, Rules, Search, Start, Survey, Transcript, Unsaved, Versions, Word, Writing,
        };
        match self {
            Self::MainList => &[List, Main, Feature, Everywhere],
            Self::MainTranscript => &[Transcript, Main, Everywhere],
            Self::Feature => &[Document, Everywhere, Feature],
            Self::Document => &[Document, Everywhere],
            Self::Diff => &[Diff, Document, Everywhere],
            Self::Review => &[Review, Diff, Everywhere],
            Self::Writing => &[Writing],
            Self::Popup => &[List, Everywhere],
            Self::Start => &[Start, Everywhere],
            Self::Leave => &[Leave],
            Self::Question => &[Question],
            Self::Message => &[Message],
            Self::Queue => &[Queue],
            Self::Search => &[Search],
            Self::Palette => &[Palette],
            Self::NextWindow => &[NextWindow, Document, Everywhere],
            Self::Always => &[Always, Document, Everywhere],
            Self::Rules => &[Rules, Document, Everywhere],
            Self::Editor => &[Editor],
            Self::Unsaved => &[Unsaved],
            Self::Versions => &[Versions, Document],
            Self::Proof => &[Proof],
            Self::Rehearsal => &[Rehearsal, Diff, Document, Everywhere],
            Self::Word => &[Word],
            Self::History => &[History, Document, Everywhere],
            Self::Survey => &[Survey, Document, Everywhere],
            Self::Audit => &[Audit, Document, Everywhere],
        }
    }

    /// Says whether typed characters are text here, so that only keys of this situation count.
    #[must_use]
    pub const fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Question | Self::Message | Self::Search | Self::Writing | Self::Palette | Self::Editor | Self::Word
        )
    }

    /// Says whether an action applies here. Job control belongs to the terminal, whatever is open.
    #[must_use]
    pub fn has(self, action: Action) -> bool {
        action == Action::Suspend || self.contexts().iter().any(|context| action.applies_in(*context))
    }
}

/// The keys in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<(Sequence, Action)>,
}

/// What typed keys mean so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// An action.
    Action(Action),
    /// The beginning of one or more sequences: what may follow.
    Pending(Vec<(Sequence, Action)>),
    /// Nothing here.
    Unbound,
}

impl Keymap {
    /// Returns a preset.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        let mut bindings = Vec::with_capacity(TABLE.len() * 2);
        for entry in TABLE {
            let vim: &[&str] = match preset {
                Preset::Default => &[],
                Preset::Vim => entry.vim,
            };
            // A key that begins vim's own sequences gives way to what its action has there.
            let own = entry.keys.iter().filter(|key| vim.is_empty() || !begins_one(key, vim));
            for key in own.chain(vim) {
                // A test reads every key of the table; an unreadable one cannot reach a release.
                if let Ok(sequence) = key.parse() {
                    bindings.push((sequence, entry.action));
                }
            }
        }
        Self { bindings }
    }

    /// Gives an action other keys in place of the ones it has.
    pub fn rebind(&mut self, action: Action, keys: Vec<Sequence>) {
        self.bindings.retain(|(_, bound)| *bound != action);
        self.bindings.extend(keys.into_iter().map(|key| (key, action)));
    }

    /// Returns the keys of an action, most typical first.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = &Sequence> {
        self.bindings
            .iter()
            .filter(move |(_, bound)| *bound == action)
            .map(|(keys, _)| keys)
    }

    /// Prints the first key of an action; empty if it has none.
    #[must_use]
    pub fn key_text(&self, action: Action) -> String {
        self.keys(action).next().map(ToString::to_string).unwrap_or_default()
    }

    /// Says what typed keys mean in a situation.
    #[must_use]
    pub fn resolve(&self, typed: &[KeyPress], situation: Situation) -> Resolution {
        let mut pending = Vec::new();
        for (sequence, action) in &self.bindings {
            if !sequence.starts_with(typed) || !situation.has(*action) {
                continue;
            }
            if sequence.0.len() == typed.len() {
                return Resolution::Action(*action);
            }
            pending.push((sequence.clone(), *action));
        }
        if pending.is_empty() {
            Resolution::Unbound
        } else {
            Resolution::Pending(pending)
        }
    }

    /// Finds an action whose keys begin with this one and go on, in whatever situation.
    #[must_use]
    pub fn begun_by(&self, key: KeyPress) -> Option<Action> {
        let begins = |keys: &Sequence| keys.0.len() > 1 && keys.0.first() == Some(&key);
        self.bindings.iter().find(|(keys, _)| begins(keys)).map(|(_, action)| *action)
    }

    /// Finds two actions that one key sequence would mean in the same situation, or of which one hides the other.
    #[must_use]
    pub fn conflict(&self) -> Option<(Action, Action, Sequence, Situation)> {
        for situation in Situation::ALL {
            let here: Vec<_> = self.bindings.iter().filter(|(_, action)| situation.has(*action)).collect();
            for (index, (keys, action)) in here.iter().enumerate() {
                for (other_keys, other) in &here[index + 1..] {
                    let clash = keys.starts_with(&other_keys.0) || other_keys.starts_with(&keys.0);
                    if clash && (action != other || keys != other_keys) {
                        let shorter = if keys.0.len() <= other_keys.0.len() {
                            keys
                        } else {
                            other_keys
                        };
                        return Some((*action, *other, shorter.clone(), situation));
                    }
                }
            }
        }
        None
    }
}

/// Keys typed so far of a sequence. There is no timeout: over a slow line a sequence may take its time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolver {
    typed: Vec<KeyPress>,
}

impl Resolver {
    /// Takes a key and says what the sequence means now.
    pub fn feed(&mut self, key: KeyPress, keymap: &Keymap, situation: Situation) -> Resolution {
        self.typed.push(key);
        let resolution = keymap.resolve(&self.typed, situation);
        if !matches!(resolution, Resolution::Pending(_)) {
            self.typed.clear();
        }
        resolution
    }

    /// Returns the keys of a half-typed sequence.
    #[must_use]
    pub fn typed(&self) -> &[KeyPress] {
        &self.typed
    }

    /// Forgets a half-typed sequence.
    pub fn clear(&mut self) {
        self.typed.clear();
    }
}

/// Says whether a key is the first of one of these sequences.
fn begins_one(key: &str, sequences: &[&str]) -> bool {
    sequences.iter().any(|sequence| sequence.split(' ').next() == Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> KeyPress {
        text.parse().unwrap()
    }

    #[test]
    fn every_key_of_the_table_reads_and_none_conflict() {
        for entry in TABLE {
            for text in entry.keys.iter().chain(entry.vim) {
                assert!(text.parse::<Sequence>().is_ok(), "{text}");
            }
        }
        for preset in [Preset::Default, Preset::Vim] {
            assert_eq!(Keymap::preset(preset).conflict(), None);
        }
    }

    #[test]
    fn entries_stand_where_their_action_points_and_say_something() {
        let mut names = std::collections::HashSet::new();
        for (index, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.action as usize, index);
            assert!(names.insert(entry.name), "{} twice", entry.name);
            assert!(entry.about.len() > 3 && !entry.about.ends_with('.'), "{}", entry.name);
            assert!(!entry.contexts.is_empty());
        }
    }

    #[test]
    fn one_letter_keeps_one_meaning_and_y_never_decides() {
        let keymap = Keymap::preset(Preset::Default);
        for situation in Situation::ALL {
            if let Resolution::Action(action) = keymap.resolve(&[key("y")], situation) {
                assert_eq!(action, Action::Copy);
            }
        }
    }

    #[test]
    fn suspending_works_whatever_is_open() {
        let keymap = Keymap::preset(Preset::Default);
        for situation in Situation::ALL {
            let resolution = keymap.resolve(&[key("C-z")], situation);
            assert_eq!(resolution, Resolution::Action(Action::Suspend), "{situation:?}");
        }
    }

    #[test]
    fn the_key_that_opens_the_leave_dialog_only_closes_it() {
        let keymap = Keymap::preset(Preset::Default);
        assert_eq!(
            keymap.resolve(&[key("q")], Situation::MainList),
            Resolution::Action(Action::Leave)
        );
        assert_eq!(
            keymap.resolve(&[key("q")], Situation::Leave),
            Resolution::Action(Action::Stay)
        );
    }

    #[test]
    fn prefixes_wait_for_the_rest_without_a_timeout() {
        let keymap = Keymap::preset(Preset::Default);
        let mut resolver = Resolver::default();
        let first = resolver.feed(key("]"), &keymap, Situation::MainTranscript);
        let Resolution::Pending(menu) = first else {
            panic!("{first:?}")
        };
        assert_eq!(menu.len(), 4);
        assert_eq!(resolver.typed().len(), 1);
        let second = resolver.feed(key("e"), &keymap, Situation::MainTranscript);
        assert_eq!(second, Resolution::Action(Action::NextError));
        assert!(resolver.typed().is_empty());
        assert_eq!(resolver.feed(key("]"), &keymap, Situation::MainList), Resolution::Unbound);
    }
}
