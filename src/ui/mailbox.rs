//! The UI's inbox: two bounded lanes, keys before data.
//!
//! Owns the order in which messages are taken. Invariant: a key never waits behind events that were queued before
//! it, and a flood of events blocks only the thread that delivers it.

use super::msg::Msg;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Keys and signals that may wait; a paste of any length is one message.
const URGENT: usize = 1024;
/// Batches of events that may wait.
const DATA: usize = 64;

#[derive(Debug, Default)]
struct Lanes {
    urgent: VecDeque<Msg>,
    data: VecDeque<Msg>,
    closed: bool,
}

/// The inbox. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Mailbox {
    shared: Arc<(Mutex<Lanes>, Condvar, Condvar)>,
}

impl Mailbox {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, msg: Msg, lane: fn(&mut Lanes) -> &mut VecDeque<Msg>, room: usize) -> bool {
        let (_, arrived, taken) = &*self.shared;
        let mut lanes = self.lanes();
        while !lanes.closed && lane(&mut lanes).len() >= room {
            lanes = taken.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
        if lanes.closed {
            return false;
        }
        lane(&mut lanes).push_back(msg);
        drop(lanes);
        arrived.notify_one();
        true
    }

    /// Delivers a key, a signal or an answer, waiting for room. Returns `false` once the UI has left.
    pub fn urgent(&self, msg: Msg) -> bool {
        self.put(msg, |lanes| &mut lanes.urgent, URGENT)
    }

    /// Delivers events, waiting for room. Returns `false` once the UI has left.
    pub fn data(&self, msg: Msg) -> bool {
        self.put(msg, |lanes| &mut lanes.data, DATA)
    }

    /// Says whether the UI has left.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lanes().closed
    }

    /// Takes the next message, keys first; `None` if `until` passed (for ever, if `None`).
    #[must_use]
    pub fn take(&self, until: Option<Instant>) -> Option<Msg> {
        let (_, arrived, taken) = &*self.shared;
        let mut lanes = self.lanes();
        loop {
            let next = lanes.urgent.pop_front().or_else(|| lanes.data.pop_front());
            if next.is_some() {
                drop(lanes);
                taken.notify_all();
                return next;
            }
            lanes = match until {
                None => arrived.wait(lanes).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left == Duration::ZERO {
                        return None;
                    }
                    arrived.wait_timeout(lanes, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Takes the next key or signal if one waits.
    #[must_use]
    pub fn take_urgent(&self) -> Option<Msg> {
        let next = self.lanes().urgent.pop_front();
        self.shared.2.notify_all();
        next
    }

    /// Says whether a key or a signal waits.
    #[must_use]
    pub fn has_urgent(&self) -> bool {
        !self.lanes().urgent.is_empty()
    }

    /// Refuses everything from now on and frees whoever waits for room.
    pub fn close(&self) {
        self.lanes().closed = true;
        self.shared.2.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_overtake_data_and_order_within_a_lane_is_kept() {
        let mailbox = Mailbox::default();
        mailbox.data(Msg::CaughtUp);
        mailbox.data(Msg::Closed);
        mailbox.urgent(Msg::Continued);
        let now = Some(Instant::now());
        assert!(matches!(mailbox.take(now), Some(Msg::Continued)));
        assert!(matches!(mailbox.take(now), Some(Msg::CaughtUp)));
        assert!(matches!(mailbox.take(now), Some(Msg::Closed)));
        assert!(mailbox.take(now).is_none());
    }

    #[test]
    fn a_full_lane_holds_its_sender_until_there_is_room_or_the_ui_leaves() {
        let mailbox = Mailbox::default();
        let sender = mailbox.clone();
        let thread = std::thread::spawn(move || {
            let mut sent = 0;
            while sender.data(Msg::CaughtUp) {
                sent += 1;
            }
            sent
        });
        for _ in 0..DATA * 2 {
            assert!(mailbox.take(None).is_some());
        }
        mailbox.close();
        assert!(thread.join().unwrap() >= DATA * 2);
    }
}
