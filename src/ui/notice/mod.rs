//! Notices: how a person who looks elsewhere learns that they are needed, or that a run has ended.
//!
//! Owns what is told ([`Attention`], pure), the words, and the bytes for each way of telling ([`Route`]). Does not
//! own programs: those are started by the command line through [`Setup::programs`]. Invariant: text of others is
//! sanitized when a [`Notice`] is made, so that no way of telling has to think of it.

pub mod attention;
pub mod backend;

pub use attention::{Attention, Focus, Policy};
pub use backend::{Hints, Route};

use super::text::{Clean, truncate};
use std::sync::mpsc::SyncSender;

/// Columns of a notice's text.
const LONGEST: usize = 200;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A gate waits.
    Gate,
    /// A question waits.
    Question,
    /// A run ended.
    Ended,
    /// A run ended because nothing moved any more, or is stuck.
    Stalled,
    /// A run met a limit.
    Limit,
    /// Somebody tries out whether notices arrive.
    Test,
}

impl Kind {
    /// Returns its word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Question => "question",
            Self::Ended => "ended",
            Self::Stalled => "stalled",
            Self::Limit => "limit",
            Self::Test => "test",
        }
    }
}

/// Something to tell a person who is not looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub kind: Kind,
    title: String,
    body: String,
}

impl Notice {
    /// Makes a notice about a project. Both texts are sanitized and cut to a length that fits every desktop.
    #[must_use]
    pub fn new(kind: Kind, project: &str, body: &str) -> Self {
        let clean = |text: &str| truncate(Clean::line(text).as_str(), LONGEST, "…");
        Self {
            kind,
            // Never begins with a digit: some terminals read `9;4;…` as a progress bar.
            title: clean(&match project {
                "" => "longhaul".to_owned(),
                project => format!("longhaul: {project}"),
            }),
            body: clean(body),
        }
    }

    /// Returns the title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the sentence.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// How notices leave the program.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// When to tell; `None` never does.
    pub policy: Option<Policy>,
    /// What the terminal is sent.
    pub route: Route,
    /// Where notices for programs go, if any is configured.
    pub programs: Option<SyncSender<Notice>>,
}

impl Setup {
    /// Hands a notice to the configured programs and returns the bytes for the terminal.
    ///
    /// Programs that are still busy with earlier notices miss this one: nothing waits for them.
    #[must_use]
    pub fn tell(&self, notice: &Notice) -> Vec<u8> {
        if let Some(programs) = &self.programs {
            let _ = programs.try_send(notice.clone());
        }
        self.route.bytes(notice)
    }
}
