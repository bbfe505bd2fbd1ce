//! What the run does, as the header says it and as far as keys depend on it.

use super::Model;
use crate::link::Mode;
use crate::session::{Activity, Phase};
use jiff::Timestamp;
use std::time::Duration;

impl Model {
    /// Returns what the project does and since when, by the clock of the frame.
    #[must_use]
    pub fn phase(&self) -> (Phase, Option<Timestamp>) {
        self.clock.map_or_else(|| self.state.phase(), |now| self.state.phase_at(now))
    }

    /// Returns how long it is until the run is called stuck, if nothing is heard of it until then and it is not called that yet.
    #[must_use]
    pub fn stuck_in(&self, now: Timestamp) -> Option<Duration> {
        let at = self.state.stuck_at()?;
        let is_told = self.phase().0 == Phase::Stuck;
        (!is_told).then(|| Duration::try_from(at.duration_since(now)).unwrap_or_default())
    }

    /// Says whether a run of this process is under way.
    #[must_use]
    pub fn run_is_live(&self) -> bool {
        self.mode == Mode::Live && !self.closed && !self.state.phase().0.is_over()
    }

    /// Says whether something counts seconds on the screen: a program of the person's that is stopped after so many.
    #[must_use]
    pub fn counts_seconds(&self) -> bool {
        let session = self.state.current();
        session.is_some_and(|session| matches!(session.activity, Activity::Hook(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::phase::STUCK_AFTER;
    use crate::ui::msg::{Effect, Msg};
    use crate::ui::notice::{Attention, Policy};
    use crate::ui::screenshots::{model_of, recorded};
    use crate::ui::update::update;
    use ratatui::layout::Size;

    #[test]
    fn the_word_turns_when_the_run_is_stuck_and_not_at_the_next_minute() {
        let mut model = model_of(recorded().unwrap(), Size { width: 80, height: 24 });
        model.state.open_questions.clear();
        let last = model.state.last_sign.unwrap();
        let soon = last + STUCK_AFTER - jiff::SignedDuration::from_secs(7);
        model.clock = Some(soon);
        assert_eq!(
            (model.phase().0, model.stuck_in(soon)),
            (Phase::Running, Some(Duration::from_secs(7)))
        );
        assert_eq!(
            model.stuck_in(last + STUCK_AFTER),
            Some(Duration::ZERO),
            "it is not drawn yet"
        );
        model.clock = Some(last + STUCK_AFTER);
        assert_eq!((model.phase().0, model.stuck_in(last + STUCK_AFTER)), (Phase::Stuck, None));
        assert!(crate::ui::title::of(&model).contains("stuck"));
        let at_once = Duration::ZERO;
        model.attention = Attention::new(Some(Policy {
            dwell: at_once,
            cool_down: at_once,
        }));
        let told = update(&mut model, Msg::Drawn(Duration::from_secs(300)));
        let is_notice = |effect: &&Effect| matches!(effect, Effect::Notify(notice) if notice.body().starts_with("stuck"));
        assert_eq!(told.iter().filter(is_notice).count(), 1);
    }
}
