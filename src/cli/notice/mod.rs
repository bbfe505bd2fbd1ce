//! Telling a person who looks elsewhere: the settings made ready for a screen or for lines, and the trial command.
//!
//! Owns which programs are run; what is told and when is [`crate::ui::notice`]'s. Invariant: the programs that are
//! run never come from the project, and no text of others is ever part of a command line that a shell reads.

mod programs;
mod trial;
mod ways;

pub use trial::trial;
pub use ways::Ways;

use crate::config::Settings;
use crate::ui::notice::{Policy, Setup};
use programs::Programs;
use std::path::Path;
use std::time::Duration;

/// Notices made ready for one command. Dropped, it waits a moment for programs that are still telling.
#[derive(Debug)]
pub struct Notices {
    setup: Setup,
    programs: Option<Programs>,
}

impl Notices {
    /// Makes ready what the settings ask for.
    #[must_use]
    pub fn start(settings: &Settings, workspace: &Path) -> Self {
        let ways = Ways::of(&settings.notify, workspace);
        let programs = Programs::start(ways.programs());
        let policy = Policy {
            dwell: Duration::from_secs(settings.notify.dwell_seconds),
            cool_down: Duration::from_secs(settings.notify.cool_down_seconds),
        };
        Self {
            setup: Setup {
                policy: (!ways.route.backends.is_empty()).then_some(policy),
                programs: programs.as_ref().map(Programs::sender),
                route: ways.route,
            },
            programs,
        }
    }

    /// Returns what a screen needs to tell. It must be gone before `self` is.
    #[must_use]
    pub fn setup(&self) -> Setup {
        self.setup.clone()
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        self.setup.programs = None;
        if let Some(programs) = self.programs.take() {
            programs.finish();
        }
    }
}
