//! A subscription to a log that no engine of this process writes: the past, what the desk does, runs of other processes.
//!
//! Owns noticing that another process runs the project, and that it is gone. Does not own what that means for the state: it is told as
//! events, like everything else. Invariant: a subscriber's events are numbered without gaps, those that the log does not hold among
//! them, and none of the log's is left out or comes twice.

use super::desk::{Call, Desk};
use super::{Mode, Sink, Update};
use crate::protocol::event::RunInterrupted;
use crate::protocol::{Envelope, Event, FORMAT_VERSION, Seq, SessionNo};
use crate::store::{self, Follower, ProjectDir};
use jiff::Timestamp;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How often log and lock are looked at while another process runs the project or something has just happened.
const OFTEN: Duration = Duration::from_millis(500);

/// How often once nothing has happened for a while.
const RARELY: Duration = Duration::from_secs(2);

/// After so many looks in a row without anything new nothing is expected.
const QUIET: u32 = 20;

/// How long to wait before the next look, after so many that found nothing new.
const fn pace(quiet: u32) -> Duration {
    if quiet < QUIET { OFTEN } else { RARELY }
}

/// How far a subscriber has been told.
#[derive(Default)]
pub struct Place {
    /// The last event of the log that was told.
    pub read: Seq,
    /// The number that was told last; greater once something was told that the log does not hold.
    told: Seq,
    session: SessionNo,
    /// Time of the last event of the log.
    last: Option<Timestamp>,
    /// Whether the latest run has begun and not ended.
    open: bool,
}

impl Place {
    /// Goes past an event of the log. Returns the number that it has for the subscriber.
    pub fn pass(&mut self, envelope: &Envelope) -> Seq {
        (self.read, self.session, self.last) = (envelope.seq, envelope.session, Some(envelope.time));
        self.open = match envelope.event {
            Event::RunStarted(_) => true,
            Event::RunEnded(_) => false,
            _ => self.open,
        };
        // A gap in the log stays one: only what the log does not hold moves the numbers.
        self.told = self.told.next().max(envelope.seq);
        self.told
    }
}

/// One subscription.
pub struct Watch {
    desk: Desk,
    calls: Receiver<Call>,
    follower: Follower,
    sink: Sink,
    place: Place,
    mode: Mode,
    /// Whether the lock was held at the last look although no run is watched: who still holds it at the next one is a run.
    suspected: bool,
    /// How many looks in a row found nothing new.
    quiet: u32,
}

/// The subscriber wants no more.
struct Left;

/// Tells the whole log of `dir`, then `present`, which a reader of the past must know besides, then what comes.
pub fn from_the_start(dir: &ProjectDir, desk: Desk, mut sink: Sink, mode: Mode, present: impl FnOnce() -> Vec<Event> + Send) {
    // Before reading, so that nothing that is done here meanwhile is missed.
    let (calls, held) = (desk.calls(), desk.is_held_elsewhere());
    let mut place = Place::default();
    // Beside the reading, for each takes about as long; but after it while somebody works there, or it would be older than the log.
    let look = (mode == Mode::Offline).then_some(present);
    let (beside, after) = if held { (None, look) } else { (look, None) };
    let now = thread::scope(|scope| {
        let beside = beside.map(|look| scope.spawn(look));
        if !tell_past(dir, &mut place, &mut sink) {
            return None;
        }
        let seen = beside.map(|looked| looked.join().unwrap_or_else(|panic| resume_unwind(panic)));
        Some(seen.or_else(|| after.map(|look| look())).unwrap_or_default())
    });
    let Some(now) = now else { return };
    let mut watch = Watch {
        follower: Follower::new(dir, place.read.next()),
        desk,
        calls,
        sink,
        place,
        mode,
        suspected: false,
        quiet: 0,
    };
    let _ = watch.opening(held, now).and_then(|()| watch.go_on());
}

/// Tells what the log holds; says whether the subscriber wants more.
fn tell_past(dir: &ProjectDir, place: &mut Place, sink: &mut Sink) -> bool {
    let log = match store::read(dir, Seq(1)) {
        Ok(log) => log,
        Err(error) => {
            tracing::error!(%error, "the log cannot be read");
            return true;
        }
    };
    for envelope in &log.envelopes {
        place.pass(envelope);
    }
    let past: Vec<_> = log.envelopes.into_iter().map(Arc::new).collect();
    past.is_empty() || sink(Update::Events(past))
}

/// Goes on where the run of this process has ended: tells that, and what comes.
pub fn after_the_run(dir: &ProjectDir, desk: Desk, sink: Sink, place: Place) {
    let mut watch = Watch {
        calls: desk.calls(),
        follower: Follower::new(dir, place.read.next()),
        desk,
        sink,
        place,
        mode: Mode::Offline,
        suspected: false,
        quiet: 0,
    };
    let _ = watch
        .interrupted()
        .and_then(|()| watch.say(Update::Closed))
        .and_then(|()| watch.go_on());
}

impl Watch {
    fn opening(&mut self, held: bool, present: Vec<Event>) -> Result<(), Left> {
        if self.mode == Mode::Offline {
            if !held {
                self.interrupted()?;
            }
            for event in present {
                self.tell(Timestamp::now(), event)?;
            }
        }
        self.say(Update::CaughtUp)?;
        if self.mode == Mode::Offline && held {
            self.reopened()?;
        }
        Ok(())
    }

    fn go_on(&mut self) -> Result<(), Left> {
        loop {
            // Asked before reading: what a holder that is gone has written is then all there.
            let held = self.desk.is_held_elsewhere();
            let news = self.read_on()?;
            self.quiet = if held || news { 0 } else { self.quiet.saturating_add(1) };
            if !held {
                self.interrupted()?;
            }
            match self.mode {
                Mode::Following if !held => {
                    self.mode = Mode::Offline;
                    self.say(Update::Closed)?;
                }
                Mode::Following => {}
                // One look is not enough: another window may be saving something.
                Mode::Offline | Mode::Live if held && self.suspected => self.reopened()?,
                Mode::Offline | Mode::Live => self.suspected = held,
            }
            match self.calls.recv_timeout(pace(self.quiet)) {
                Ok(Call::Recorded) => self.quiet = 0,
                Ok(Call::Told(event)) => {
                    self.read_on()?;
                    self.tell(Timestamp::now(), *event)?;
                }
                // A subscriber that is gone is noticed here too, not only when something happens.
                Err(RecvTimeoutError::Timeout) => self.say(Update::Events(Vec::new()))?,
                Err(RecvTimeoutError::Disconnected) => return Err(Left),
            }
        }
    }

    /// Tells what the log has more; says whether there was anything.
    fn read_on(&mut self) -> Result<bool, Left> {
        let news = match self.follower.poll() {
            Ok(news) => news,
            Err(error) => {
                tracing::warn!(%error, "the log cannot be followed");
                return Ok(false);
            }
        };
        for problem in self.follower.take_problems() {
            tracing::warn!(path = %problem.path.display(), line = problem.line, reason = %problem.reason, "bad line in the log");
        }
        let pass = |mut envelope: Envelope| {
            envelope.seq = self.place.pass(&envelope);
            Arc::new(envelope)
        };
        let batch: Vec<_> = news.into_iter().map(pass).collect();
        let news = !batch.is_empty();
        if news {
            self.say(Update::Events(batch))?;
        }
        Ok(news)
    }

    fn reopened(&mut self) -> Result<(), Left> {
        (self.mode, self.suspected) = (Mode::Following, false);
        self.say(Update::Reopened)
    }

    /// Tells that nobody runs what the log has as running, as of its last word.
    fn interrupted(&mut self) -> Result<(), Left> {
        match self.place.last {
            Some(last) if self.place.open => {
                self.place.open = false;
                self.tell(last, RunInterrupted {}.into())
            }
            _ => Ok(()),
        }
    }

    /// Tells something that the log does not hold.
    fn tell(&mut self, time: Timestamp, event: Event) -> Result<(), Left> {
        self.place.told = self.place.told.next();
        let envelope = Envelope {
            v: FORMAT_VERSION,
            seq: self.place.told,
            time,
            session: self.place.session,
            event,
        };
        self.say(Update::Events(vec![Arc::new(envelope)]))
    }

    fn say(&mut self, update: Update) -> Result<(), Left> {
        if (self.sink)(update) { Ok(()) } else { Err(Left) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_on_what_does_not_change_hardly_wakes_up() {
        assert_eq!((pace(0), pace(QUIET - 1)), (OFTEN, OFTEN));
        // A run that begins is told after two looks.
        assert!(pace(QUIET) >= 2 * OFTEN && pace(u32::MAX) <= Duration::from_secs(2));
    }
}
